//! Tests of `binding.rs`.

use super::*;

fn certificate() -> Arc<Certificate> {
    let pem = include_bytes!("../../testdata/localhost.pem");
    Arc::new(Certificate::from_pem(pem).unwrap())
}

#[test]
fn flags_that_leave_no_version_are_refused() {
    let all = BindingFlags(BindingFlags::DISABLE_TLS12 | BindingFlags::DISABLE_TLS13);
    let error = TlsBinding::new(certificate(), all).unwrap_err();
    assert_eq!(error, BindingError::NoProtocol);
    for one in [BindingFlags::DISABLE_TLS12, BindingFlags::DISABLE_TLS13] {
        TlsBinding::new(certificate(), BindingFlags(one)).unwrap();
    }
}

#[test]
fn a_root_that_is_no_certificate_is_refused() {
    let bound = TlsBinding::with_client_roots(certificate(), BindingFlags::default(), &[b"no DER"]);
    assert!(matches!(bound, Err(BindingError::BadRoot(_))));
}
