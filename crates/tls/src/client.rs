//! Certificates of clients: any is accepted, with a verdict on its chain.
//!
//! Owns: that the handshake of a client with a certificate proves that it has the key, and the verdict on
//! the chain. Does not own what a program makes of the verdict. Threading: shared, never changed.

use std::sync::Arc;

use httpsys_core::tls::{ChainVerdict, ClientCertificate};
use rustls::client::danger::HandshakeSignatureValid;
use rustls::crypto::{WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, UnixTime};
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{
    CertificateError, DigitallySignedStruct, DistinguishedName, Error, RootCertStore,
    SignatureScheme,
};

use crate::error::BindingError;
use crate::provider::provider;
use crate::time;

/// Asks the client for a certificate, and accepts any and none.
#[derive(Debug)]
pub(crate) struct AnyClient(WebPkiSupportedAlgorithms);

impl AnyClient {
    pub(crate) fn new() -> AnyClient {
        AnyClient(provider().signature_verification_algorithms)
    }
}

impl ClientCertVerifier for AnyClient {
    fn client_auth_mandatory(&self) -> bool {
        false
    }

    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _now: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        Ok(ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, cert, dss, &self.0)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, cert, dss, &self.0)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.supported_schemes()
    }
}

/// The roots that certificates of clients may lead to.
#[derive(Clone, Debug)]
pub(crate) struct Roots(Option<Arc<dyn ClientCertVerifier>>);

impl Roots {
    pub(crate) fn new(roots: &[&[u8]]) -> Result<Roots, BindingError> {
        if roots.is_empty() {
            return Ok(Roots(None));
        }
        let mut store = RootCertStore::empty();
        for der in roots {
            let added = store.add(CertificateDer::from(der.to_vec()));
            added.map_err(|error| BindingError::BadRoot(error.to_string()))?;
        }
        let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(store), provider())
            .build()
            .map_err(|error| BindingError::BadRoot(error.to_string()))?;
        Ok(Roots(Some(verifier)))
    }

    /// What the client showed, and what checking it gives at this moment.
    pub(crate) fn judge(
        &self,
        shown: &[CertificateDer<'_>],
        now: u64,
    ) -> Option<ClientCertificate> {
        let (end_entity, intermediates) = shown.split_first()?;
        let verdict = match &self.0 {
            None => ChainVerdict::UntrustedRoot,
            Some(roots) => {
                let checked = roots.verify_client_cert(end_entity, intermediates, time::unix(now));
                checked.map_or_else(|error| verdict(&error), |_| ChainVerdict::Trusted)
            }
        };
        Some(ClientCertificate {
            der: Box::from(&**end_entity),
            chain: intermediates.iter().map(|der| Box::from(&**der)).collect(),
            verdict,
        })
    }
}

fn verdict(error: &Error) -> ChainVerdict {
    let Error::InvalidCertificate(error) = error else {
        return ChainVerdict::Chaining;
    };
    match error {
        CertificateError::Expired
        | CertificateError::ExpiredContext { .. }
        | CertificateError::NotValidYet
        | CertificateError::NotValidYetContext { .. } => ChainVerdict::Expired,
        CertificateError::UnknownIssuer => ChainVerdict::UntrustedRoot,
        CertificateError::Revoked => ChainVerdict::Revoked,
        CertificateError::BadEncoding => ChainVerdict::Malformed,
        CertificateError::BadSignature => ChainVerdict::BadSignature,
        CertificateError::InvalidPurpose | CertificateError::InvalidPurposeContext { .. } => {
            ChainVerdict::WrongUsage
        }
        _ => ChainVerdict::Chaining,
    }
}
