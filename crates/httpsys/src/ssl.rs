//! Certificates of endpoints, for services with https URLs.
//!
//! Owns the calls. Does not own the records (`httpsys_core::configuration::ssl`), the files of certificates
//! (`httpsys-configuration`) nor TLS. Threading: as [`Service`].

use httpsys_core::configuration::Change;
use httpsys_core::configuration::ssl::{SslKey, SslParameters, SslRecord};
use httpsys_core::configuration::ssl_extended::{SslExtended, SslExtendedKind, SslExtendedRecord};
use httpsys_engine::configuration::CertificateFolders;

use crate::{Result, Service};

/// Certificates, as `netsh http add sslcert` binds them to endpoints. A change applies to
/// connections that are accepted afterwards; open connections keep their certificates.
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
    /// Puts a certificate with its chain and its private key, in PEM format, into a certificate
    /// store of the service, and returns the hash by which records name it. An existing certificate
    /// with this hash is replaced.
    ///
    /// # Errors
    /// [`Error::NoSuchCertificate`](crate::Error::NoSuchCertificate) (1312) for a certificate that
    /// a server cannot use: [`last_reason`](crate::last_reason) says why. Otherwise the error of
    /// the file system.
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

    /// Binds a certificate to an endpoint: HttpSetServiceConfiguration of a certificate record.
    ///
    /// # Errors
    /// [`Error::AlreadyExists`](crate::Error::AlreadyExists) (183) for an endpoint that has a record;
    /// [`Error::NoSuchCertificate`](crate::Error::NoSuchCertificate) (1312) for a certificate that is not in its store;
    /// [`Error::InvalidParameter`](crate::Error::InvalidParameter) (87) for a record that is not valid.
    pub fn add_ssl(&self, key: SslKey, parameters: SslParameters) -> Result<()> {
        self.configure(Change::AddSsl(SslRecord { key, parameters }))
    }

    /// Replaces a certificate record: HttpUpdateServiceConfiguration. A connection gets either the
    /// old or the new certificate.
    ///
    /// # Errors
    /// [`Error::NotFound`](crate::Error::NotFound) (2) for an endpoint that has no record; otherwise
    /// the same as those of [`Service::add_ssl`].
    pub fn update_ssl(&self, key: SslKey, parameters: SslParameters) -> Result<()> {
        self.configure(Change::UpdateSsl(SslRecord { key, parameters }))
    }

    /// Removes a certificate record and its extended records: HttpDeleteServiceConfiguration.
    ///
    /// # Errors
    /// [`Error::NotFound`](crate::Error::NotFound) (2) for an endpoint that has no record.
    pub fn remove_ssl(&self, key: &SslKey) -> Result<()> {
        self.configure(Change::RemoveSsl(key.clone()))
    }

    /// Returns a certificate record: HttpQueryServiceConfiguration.
    #[must_use]
    pub fn ssl(&self, key: &SslKey) -> Option<SslParameters> {
        let configuration = self.configuration();
        let record = configuration.ssl_of(key);
        record.map(|record| record.parameters.clone())
    }

    /// All certificate records, in the order in which they were made.
    #[must_use]
    pub fn ssl_records(&self) -> Vec<SslRecord> {
        self.configuration().ssl().to_vec()
    }

    /// Adds an extended certificate record: HttpSetServiceConfiguration.
    ///
    /// # Errors
    /// [`Error::NotFound`](crate::Error::NotFound) (2) for an endpoint without a certificate
    /// record; [`Error::AlreadyExists`](crate::Error::AlreadyExists) (183) for an endpoint that has
    /// a value of this kind; [`Error::InvalidParameter`](crate::Error::InvalidParameter) (87) for a
    /// value that is not valid.
    pub fn add_ssl_extended(&self, key: SslKey, value: SslExtended) -> Result<()> {
        self.configure(Change::AddSslExtended(SslExtendedRecord { key, value }))
    }

    /// Replaces an extended certificate record: HttpUpdateServiceConfiguration.
    ///
    /// # Errors
    /// [`Error::NotFound`](crate::Error::NotFound) (2) for a record that does not exist;
    /// otherwise the same as those of [`Service::add_ssl_extended`].
    pub fn update_ssl_extended(&self, key: SslKey, value: SslExtended) -> Result<()> {
        self.configure(Change::UpdateSslExtended(SslExtendedRecord { key, value }))
    }

    /// Removes an extended certificate record: HttpDeleteServiceConfiguration.
    ///
    /// # Errors
    /// [`Error::NotFound`](crate::Error::NotFound) (2) for a record that does not exist.
    pub fn remove_ssl_extended(&self, key: &SslKey, kind: SslExtendedKind) -> Result<()> {
        let key = key.clone();
        self.configure(Change::RemoveSslExtended { key, kind })
    }

    /// Returns an extended certificate record: HttpQueryServiceConfiguration.
    #[must_use]
    pub fn ssl_extended(&self, key: &SslKey, kind: SslExtendedKind) -> Option<SslExtended> {
        self.configuration().ssl_extended_of(key, kind).cloned()
    }
}
