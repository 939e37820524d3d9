//! A certificate with its chain and its private key.
//!
//! Owns: reading PEM, finding the certificate that the key belongs to, saying what is wrong, and the names
//! and times in it. Does not own: where PEM comes from, who is told of an expired certificate, nor what it
//! is bound to (`binding.rs`). Invariant: the key belongs to the first certificate of the chain.
//! Threading: shared, never changed.

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

use httpsys_core::tls::ServerCertificate;
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::server::ParsedCertificate;
use rustls::sign::CertifiedKey;
use sha1::{Digest, Sha1};

use crate::error::CertificateError;
use crate::facts::CertificateFacts;
use crate::provider::provider;

/// See the module head.
#[derive(Clone)]
pub struct Certificate {
    pub(crate) key: Arc<CertifiedKey>,
    thumbprint: [u8; 20],
    facts: CertificateFacts,
}

impl Certificate {
    /// Reads a certificate, those of its issuers in the order of the chain, and its key, which may stand
    /// anywhere among them.
    ///
    /// # Errors
    /// Says what is missing or wrong.
    pub fn from_pem(pem: &[u8]) -> Result<Certificate, CertificateError> {
        let chain = CertificateDer::pem_slice_iter(pem)
            .collect::<Result<Vec<_>, _>>()
            .map_err(|error| CertificateError::NotPem(error.to_string()))?;
        let key = match PrivateKeyDer::from_pem_slice(pem) {
            Ok(key) => key,
            Err(pem::Error::NoItemsFound) if chain.is_empty() => {
                return Err(CertificateError::NoCertificate);
            }
            Err(pem::Error::NoItemsFound) if has_encrypted_key(pem) => {
                return Err(CertificateError::EncryptedKey);
            }
            Err(pem::Error::NoItemsFound) => return Err(CertificateError::NoKey),
            Err(error) => return Err(CertificateError::NotPem(error.to_string())),
        };
        Certificate::of(chain, key)
    }

    fn of(
        mut chain: Vec<CertificateDer<'static>>,
        key: PrivateKeyDer<'static>,
    ) -> Result<Certificate, CertificateError> {
        if chain.is_empty() {
            return Err(CertificateError::NoCertificate);
        }
        let key = provider().key_provider.load_private_key(key);
        let key = key.map_err(|error| CertificateError::UnusableKey(error.to_string()))?;
        let Some(own) = key.public_key() else {
            let why = "its public half is not known".to_owned();
            return Err(CertificateError::UnusableKey(why));
        };
        let mut fits = None;
        for (at, der) in chain.iter().enumerate() {
            let parsed = ParsedCertificate::try_from(der);
            let parsed = parsed.map_err(|error| CertificateError::Malformed(error.to_string()))?;
            if parsed.subject_public_key_info() == own {
                fits = Some(at);
                break;
            }
        }
        let fits = fits.ok_or(CertificateError::KeyDoesNotFit)?;
        let leaf = chain.remove(fits);
        chain.insert(0, leaf);
        Ok(Certificate {
            thumbprint: Sha1::digest(&chain[0]).into(),
            facts: CertificateFacts::of(&chain[0])?,
            key: Arc::new(CertifiedKey::new(chain, key)),
        })
    }

    /// The SHA-1 hash of the certificate, by which records of the configuration name it.
    #[must_use]
    pub fn thumbprint(&self) -> [u8; 20] {
        self.thumbprint
    }

    /// From when it is valid, in seconds since 1970-01-01 00:00:00 UTC.
    #[must_use]
    pub fn not_before(&self) -> u64 {
        self.facts.not_before
    }

    /// Until when it is valid, in seconds since 1970-01-01 00:00:00 UTC.
    #[must_use]
    pub fn not_after(&self) -> u64 {
        self.facts.not_after
    }

    /// The subject's distinguished name, as in `CN=example.com, O=Example`.
    #[must_use]
    pub fn subject(&self) -> &str {
        &self.facts.description.subject
    }

    /// The issuer's distinguished name.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.facts.description.issuer
    }

    /// The DNS names it is made for, wildcards with their `*.`.
    #[must_use]
    pub fn dns_names(&self) -> &[String] {
        &self.facts.dns_names
    }

    /// The addresses it is made for.
    #[must_use]
    pub fn addresses(&self) -> &[IpAddr] {
        &self.facts.addresses
    }

    /// Whether clients that look for this host name or address accept it (RFC 6125): the common name does
    /// not count.
    #[must_use]
    pub fn matches(&self, host: &str) -> bool {
        let host = host.trim_start_matches('[').trim_end_matches(']');
        let Ok(name) = ServerName::try_from(host) else {
            return false;
        };
        let parsed = ParsedCertificate::try_from(&self.key.cert[0]);
        parsed.is_ok_and(|parsed| rustls::client::verify_server_name(&parsed, &name).is_ok())
    }

    /// The DER encodings, the certificate first.
    pub fn chain(&self) -> impl Iterator<Item = &[u8]> {
        self.key.cert.iter().map(|der| &**der)
    }

    /// What requests tell of it.
    #[must_use]
    pub fn description(&self) -> &Arc<ServerCertificate> {
        &self.facts.description
    }
}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Certificate")
            .field("subject", &self.subject())
            .field("not_after", &self.not_after())
            .finish_non_exhaustive()
    }
}

fn has_encrypted_key(pem: &[u8]) -> bool {
    let marks: [&[u8]; 2] = [b"ENCRYPTED PRIVATE KEY", b"Proc-Type: 4,ENCRYPTED"];
    let has = |mark: &[u8]| pem.windows(mark.len()).any(|part| part == mark);
    marks.into_iter().any(has)
}

#[cfg(test)]
mod tests;
