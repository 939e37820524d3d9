//! Tests of `bindings.rs`.

use std::sync::Arc;

use super::*;
use crate::binding::BindingFlags;
use crate::certificate::Certificate;

/// A binding that is known again by its flags.
fn binding(mark: u32) -> TlsBinding {
    let pem = include_bytes!("../../testdata/localhost.pem");
    let certificate = Arc::new(Certificate::from_pem(pem).unwrap());
    TlsBinding::new(certificate, BindingFlags(mark << 16)).unwrap()
}

fn found(bindings: &Bindings, local: &str, sni: Option<&str>) -> Option<u32> {
    let found = bindings.find(local.parse().unwrap(), sni);
    found.map(|found| found.binding.flags().0 >> 16)
}

#[test]
fn a_name_comes_before_an_address_and_an_address_before_all() {
    let bindings = Bindings::builder()
        .host("Example.test", 443, binding(1))
        .host("*.example.test", 443, binding(2))
        .address("127.0.0.1:443".parse().unwrap(), binding(3))
        .address("0.0.0.0:443".parse().unwrap(), binding(4))
        .build();
    let v4 = "127.0.0.1:443";
    assert_eq!(found(&bindings, v4, Some("example.test")), Some(1));
    assert_eq!(found(&bindings, v4, Some("EXAMPLE.test.")), Some(1));
    assert_eq!(found(&bindings, v4, Some("a.example.test")), Some(2));
    assert_eq!(found(&bindings, v4, Some("b.a.example.test")), Some(3));
    assert_eq!(found(&bindings, v4, None), Some(3));
    assert_eq!(
        found(&bindings, "127.0.0.2:443", Some("other.test")),
        Some(4)
    );
    assert_eq!(
        found(&bindings, "[::1]:443", None),
        Some(4),
        "0.0.0.0 is both"
    );
    assert_eq!(
        found(&bindings, "127.0.0.1:444", Some("example.test")),
        None
    );
    assert!(
        bindings
            .find(v4.parse().unwrap(), Some("example.test"))
            .unwrap()
            .by_name
    );
    assert!(
        !bindings
            .find(v4.parse().unwrap(), Some("x.test"))
            .unwrap()
            .by_name
    );
}

#[test]
fn all_addresses_of_the_same_family_come_first() {
    let bindings = Bindings::builder()
        .address("[::]:443".parse().unwrap(), binding(1))
        .address("0.0.0.0:443".parse().unwrap(), binding(2))
        .build();
    assert_eq!(found(&bindings, "[::1]:443", None), Some(1));
    assert_eq!(found(&bindings, "10.0.0.1:443", None), Some(2));
}

#[test]
fn tls_001_without_a_binding_nothing_is_found() {
    let bindings = Bindings::default();
    assert!(bindings.is_empty());
    assert_eq!(found(&bindings, "127.0.0.1:443", Some("localhost")), None);
}

/// The next one may ask for no certificate of the client where this one does.
#[test]
fn a_place_whose_binding_cannot_be_used_is_not_the_next_ones() {
    let bindings = Bindings::builder()
        .host_if_usable("a.test", 443, None)
        .host("*.test", 443, binding(1))
        .address_if_usable("127.0.0.1:443".parse().unwrap(), None)
        .address("0.0.0.0:443".parse().unwrap(), binding(2))
        .build();
    let all = "127.0.0.2:443";
    assert_eq!(found(&bindings, all, Some("A.test")), None);
    assert_eq!(found(&bindings, all, Some("b.test")), Some(1));
    assert_eq!(found(&bindings, all, None), Some(2));
    assert_eq!(found(&bindings, "127.0.0.1:443", None), None);
    assert!(!bindings.is_empty());
    assert!(bindings.serves_port(443) && !bindings.serves_port(444));
    let nothing = Bindings::builder().host_if_usable("a.test", 443, None);
    let nothing = nothing.build();
    assert!(nothing.is_empty() && !nothing.serves_port(443));
}
