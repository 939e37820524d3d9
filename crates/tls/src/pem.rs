//! Certificates alone in PEM, as files of root certificates have them.
//!
//! Does not own: certificates with keys (`certificate.rs`). Threading: plain data.

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

/// The certificates of a text, DER; other parts are left out.
#[must_use]
pub fn certificates_in(pem: &[u8]) -> Vec<Vec<u8>> {
    let certificates = CertificateDer::pem_slice_iter(pem).flatten();
    certificates.map(|der| der.to_vec()).collect()
}
