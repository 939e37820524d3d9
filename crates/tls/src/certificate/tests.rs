//! Tests of `certificate.rs`.

use super::*;

const LOCALHOST: &[u8] = include_bytes!("../../testdata/localhost.pem");
const EXAMPLE: &[u8] = include_bytes!("../../testdata/example.pem");
const ROOT: &[u8] = include_bytes!("../../testdata/root.pem");

fn text(pem: &[u8]) -> &str {
    std::str::from_utf8(pem).unwrap()
}

/// The part of a PEM text from this line to its end.
fn part(pem: &'static [u8], begin: &str) -> &'static str {
    let text = text(pem);
    &text[text.find(begin).unwrap()..]
}

fn error(pem: &str) -> CertificateError {
    Certificate::from_pem(pem.as_bytes()).unwrap_err()
}

#[test]
fn a_certificate_tells_its_names_and_times() {
    let certificate = Certificate::from_pem(LOCALHOST).unwrap();
    assert_eq!(certificate.subject(), "CN=localhost, O=httpsys tests");
    assert_eq!(
        certificate.issuer(),
        "CN=httpsys test root, O=httpsys tests"
    );
    assert_eq!(certificate.dns_names(), ["localhost"]);
    let addresses: Vec<String> = certificate
        .addresses()
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(addresses, ["127.0.0.1", "::1"]);
    assert!(certificate.not_before() < certificate.not_after());
    assert_eq!(certificate.chain().count(), 2);
    assert_eq!(certificate.description().key_bits, 256);
    assert_eq!(certificate.description().end_point.len(), 32);
    assert_eq!(
        Certificate::from_pem(EXAMPLE)
            .unwrap()
            .description()
            .key_bits,
        2048
    );
}

#[test]
fn a_certificate_matches_the_hosts_that_clients_accept_it_for() {
    let localhost = Certificate::from_pem(LOCALHOST).unwrap();
    for host in ["localhost", "LOCALHOST", "127.0.0.1", "::1", "[::1]"] {
        assert!(localhost.matches(host), "{host}");
    }
    for host in ["localhost.test", "127.0.0.2", "", "a b"] {
        assert!(!localhost.matches(host), "{host}");
    }
    let example = Certificate::from_pem(EXAMPLE).unwrap();
    assert!(example.matches("example.test") && example.matches("a.example.test"));
    assert!(!example.matches("b.a.example.test") && !example.matches("localhost"));
}

#[test]
fn the_certificate_of_the_key_comes_first_whatever_the_order() {
    let issuer_first = [text(ROOT), text(LOCALHOST)].concat();
    let certificate = Certificate::from_pem(issuer_first.as_bytes()).unwrap();
    let own = Certificate::from_pem(LOCALHOST).unwrap();
    assert_eq!(certificate.thumbprint(), own.thumbprint());
    assert_eq!(certificate.chain().next(), own.chain().next());
}

#[test]
fn what_is_no_certificate_is_said() {
    let key = part(LOCALHOST, "-----BEGIN PRIVATE KEY");
    let other_key = part(EXAMPLE, "-----BEGIN PRIVATE KEY");
    let encrypted =
        "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n";
    let damaged = "-----BEGIN CERTIFICATE-----\nMIIBAA==\n-----END CERTIFICATE-----\n";
    assert_eq!(error(""), CertificateError::NoCertificate);
    assert_eq!(error("hello"), CertificateError::NoCertificate);
    assert_eq!(error(text(ROOT)), CertificateError::NoKey);
    assert_eq!(error(key), CertificateError::NoCertificate);
    assert_eq!(
        error(&[text(ROOT), key].concat()),
        CertificateError::KeyDoesNotFit
    );
    assert_eq!(
        error(&[text(ROOT), other_key].concat()),
        CertificateError::KeyDoesNotFit
    );
    assert_eq!(
        error(&[text(ROOT), encrypted].concat()),
        CertificateError::EncryptedKey
    );
    assert!(matches!(
        error(&[damaged, key].concat()),
        CertificateError::Malformed(_)
    ));
    let cut = &text(ROOT)[..100];
    assert!(
        matches!(error(cut), CertificateError::NotPem(_)),
        "{:?}",
        error(cut)
    );
    let junk_key = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";
    assert!(matches!(
        error(&[text(ROOT), junk_key].concat()),
        CertificateError::UnusableKey(_)
    ));
}

#[test]
fn every_truncation_of_a_certificate_is_an_error_that_says_why() {
    for end in 0..LOCALHOST.len() - 1 {
        if let Err(error) = Certificate::from_pem(&LOCALHOST[..end]) {
            assert!(!error.to_string().is_empty());
        } else {
            panic!("{end} bytes are a certificate");
        }
    }
}
