//! Certificates of endpoints, for services with https URLs.
//!
//! Owns the calls. Does not own the records (`httpsys_core::configuration::ssl`), the files of certificates
//! (`httpsys-configuration`) nor TLS. Threading: as [`Service`].

use httpsys_core::configuration::Change;
use httpsys_core::configuration::ssl::{SslKey, SslParameters, SslRecord};
use httpsys_core::configuration::ssl_extended::{SslExtended, SslExtendedKind, SslExtendedRecord};
use httpsys_engine::configuration::CertificateFolders;

use crate::{Result, Service};

/// Certificates, as `netsh http add sslcert` binds them to endpoints. They are for connections that are accepted from
/// now on; connections that are open keep theirs.
///
/// ```
/// use httpsys::{Error, Parameters, Service, SslKey, SslParameters};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let pem = include_bytes!("../../tls/testdata/localhost.pem");
/// let service = Service::new(Parameters::default())?;
/// let key = SslKey::IpPort("0.0.0.0:8443".parse()?);
/// let mut parameters = SslParameters { hash: vec![0; 20], ..SslParameters::default() };
/// // Records name certificates by their hash; nobody has this one.
/// assert_eq!(service.add_ssl(key.clone(), parameters.clone()), Err(Error::NoSuchCertificate));
///
/// // A chain with its private key, PEM, from a file.
/// parameters.hash = service.add_certificate("MY", pem)?.to_vec();
/// service.add_ssl(key.clone(), parameters.clone())?;
/// assert_eq!(service.ssl(&key), Some(parameters));
/// # Ok(())
/// # }
/// ```
impl Service {
    /// Puts a certificate with its chain and its private key, PEM, into a certificate store of the service, and tells
    /// the hash by which records name it. One that is there is replaced.
    ///
    /// # Errors
    /// [`Error::NoSuchCertificate`](crate::Error::NoSuchCertificate) (1312) for what no server can show:
    /// [`last_reason`](crate::last_reason) says why; otherwise what the file system says.
    pub fn add_certificate(&self, store: &str, pem: &[u8]) -> Result<[u8; 20]> {
        let added = self.certificates().add(store, pem);
        let found = added.map_err(|error| {
            let code = error.error();
            httpsys_engine::reason::note(error.to_string(), code, false);
            code
        })?;
        Ok(found.certificate.thumbprint())
    }

    /// The certificates of the service, by their stores.
    #[must_use]
    pub fn certificates(&self) -> &CertificateFolders {
        self.engine().configuration_store().certificates()
    }

    /// HttpSetServiceConfiguration of a certificate record: binds a certificate to an endpoint.
    ///
    /// # Errors
    /// [`Error::AlreadyExists`](crate::Error::AlreadyExists) (183) for an endpoint that has a record;
    /// [`Error::NoSuchCertificate`](crate::Error::NoSuchCertificate) (1312) for a certificate that is not in its store;
    /// [`Error::InvalidParameter`](crate::Error::InvalidParameter) (87) for a record that is not valid.
    pub fn add_ssl(&self, key: SslKey, parameters: SslParameters) -> Result<()> {
        self.configure(Change::AddSsl(SslRecord { key, parameters }))
    }

    /// HttpUpdateServiceConfiguration of a certificate record: connections get the old or the new certificate.
    ///
    /// # Errors
    /// [`Error::NotFound`](crate::Error::NotFound) (2) for an endpoint that has no record; otherwise as
    /// [`Service::add_ssl`].
    pub fn update_ssl(&self, key: SslKey, parameters: SslParameters) -> Result<()> {
        self.configure(Change::UpdateSsl(SslRecord { key, parameters }))
    }

    /// HttpDeleteServiceConfiguration of a certificate record, with its extended ones.
    ///
    /// # Errors
    /// [`Error::NotFound`](crate::Error::NotFound) (2) for an endpoint that has no record.
    pub fn remove_ssl(&self, key: &SslKey) -> Result<()> {
        self.configure(Change::RemoveSsl(key.clone()))
    }

    /// HttpQueryServiceConfiguration of a certificate record.
    #[must_use]
    pub fn ssl(&self, key: &SslKey) -> Option<SslParameters> {
        let configuration = self.configuration();
        let record = configuration.ssl_of(key);
        record.map(|record| record.parameters.clone())
    }

    /// All certificate records, in the order of their making.
    #[must_use]
    pub fn ssl_records(&self) -> Vec<SslRecord> {
        self.configuration().ssl().to_vec()
    }

    /// HttpSetServiceConfiguration of an extended certificate record.
    ///
    /// # Errors
    /// [`Error::NotFound`](crate::Error::NotFound) (2) for an endpoint without a certificate record;
    /// [`Error::AlreadyExists`](crate::Error::AlreadyExists) (183) for one that has a value of this kind;
    /// [`Error::InvalidParameter`](crate::Error::InvalidParameter) (87) for a value that is not valid.
    pub fn add_ssl_extended(&self, key: SslKey, value: SslExtended) -> Result<()> {
        self.configure(Change::AddSslExtended(SslExtendedRecord { key, value }))
    }

    /// HttpUpdateServiceConfiguration of an extended certificate record.
    ///
    /// # Errors
    /// [`Error::NotFound`](crate::Error::NotFound) (2) for one that is not there; otherwise as
    /// [`Service::add_ssl_extended`].
    pub fn update_ssl_extended(&self, key: SslKey, value: SslExtended) -> Result<()> {
        self.configure(Change::UpdateSslExtended(SslExtendedRecord { key, value }))
    }

    /// HttpDeleteServiceConfiguration of an extended certificate record.
    ///
    /// # Errors
    /// [`Error::NotFound`](crate::Error::NotFound) (2) for one that is not there.
    pub fn remove_ssl_extended(&self, key: &SslKey, kind: SslExtendedKind) -> Result<()> {
        let key = key.clone();
        self.configure(Change::RemoveSslExtended { key, kind })
    }

    /// HttpQueryServiceConfiguration of an extended certificate record.
    #[must_use]
    pub fn ssl_extended(&self, key: &SslKey, kind: SslExtendedKind) -> Option<SslExtended> {
        self.configuration().ssl_extended_of(key, kind).cloned()
    }
}
