//! PFX (PKCS #12) files: what is in one, as PEM.
//!
//! Owns: which entry is taken, and words for what goes wrong. Does not own: the format and its cryptography
//! (`p12-keystore`). Threading: plain data.

use p12_keystore::{KeyStore, Pkcs12ImportPolicy};
use pem::{EncodeConfig, LineEnding, Pem};

/// The key and its chain, the certificate itself first.
pub(crate) fn to_pem(pfx: &[u8], password: Option<&str>) -> Result<String, String> {
    let read = KeyStore::from_pkcs12(pfx, password.unwrap_or(""), Pkcs12ImportPolicy::Relaxed);
    let store = read.map_err(|error| match password {
        None => format!("{error}; is a password needed? password=..."),
        Some(_) => format!("{error}; the password may be another"),
    })?;
    let found = store.private_key_chain();
    let (_, chain) = found.ok_or("it has no private key with a certificate")?;
    let mut text = String::new();
    for certificate in chain.certs() {
        text += &pem_text("CERTIFICATE", certificate.as_der());
    }
    text += &pem_text("PRIVATE KEY", chain.key().as_der());
    Ok(text)
}

fn pem_text(label: &str, der: &[u8]) -> String {
    let config = EncodeConfig::new().set_line_ending(LineEnding::LF);
    pem::encode_config(&Pem::new(label, der), config)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pem_has_lines_of_64_characters_and_ends_them_as_openssl_does() {
        let lines = format!("{}\n{}", "A".repeat(64), "AAAA");
        let text = format!("-----BEGIN PRIVATE KEY-----\n{lines}\n-----END PRIVATE KEY-----\n");
        assert_eq!(pem_text("PRIVATE KEY", &[0; 51]), text);
    }

    #[test]
    fn what_is_no_pfx_is_refused_with_words() {
        let why = to_pem(&[0x30, 0x03, 1, 2, 3], None).unwrap_err();
        assert!(why.contains("password="), "{why}");
    }
}
