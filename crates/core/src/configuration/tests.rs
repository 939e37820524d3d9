//! The records, each for itself.

use super::ssl::{InvalidSslRecord, SslKeyKind, SslParameters};
use super::ssl_extended::SslExtended;
use super::*;

#[test]
fn cfg_004_a_timeout_is_set_once_and_its_removal_restores_the_default() {
    let mut configuration = Configuration::default();
    let timeout = ServiceTimeout::HeaderWait;
    let set = |seconds| Change::SetTimeout { timeout, seconds };
    assert_eq!(configuration.timeouts(), Timeouts::DEFAULT);
    assert_eq!(configuration.apply(set(0)), Err(Error::InvalidParameter));
    assert_eq!(configuration.apply(set(7)), Ok(()));
    assert_eq!(configuration.apply(set(8)), Err(Error::AlreadyExists));
    assert_eq!(configuration.timeout(timeout), 7);
    let expected = Timeouts {
        header_wait: 7,
        ..Timeouts::DEFAULT
    };
    assert_eq!(configuration.timeouts(), expected);
    let gone = Change::RemoveTimeout { timeout };
    assert_eq!(configuration.apply(gone.clone()), Ok(()));
    assert_eq!(configuration.apply(gone), Err(Error::NotFound));
    assert_eq!(configuration, Configuration::default());
}

#[test]
fn cfg_003_the_listen_list_keeps_each_address_once() {
    let mut configuration = Configuration::default();
    let address: IpAddr = "192.0.2.1".parse().unwrap();
    let other: IpAddr = "::1".parse().unwrap();
    for address in [address, other] {
        assert_eq!(
            configuration.apply(Change::AddListenAddress(address)),
            Ok(())
        );
    }
    let again = configuration.apply(Change::AddListenAddress(other));
    assert_eq!(again, Err(Error::AlreadyExists));
    assert_eq!(configuration.listen_addresses(), [address, other]);
    let gone = Change::RemoveListenAddress(address);
    assert_eq!(configuration.apply(gone.clone()), Ok(()));
    assert_eq!(configuration.apply(gone), Err(Error::NotFound));
    assert_eq!(configuration.listen_addresses(), [other]);
}

fn ssl(key: SslKey, hash: &[u8]) -> SslRecord {
    let parameters = SslParameters {
        hash: hash.to_vec(),
        ..SslParameters::default()
    };
    SslRecord { key, parameters }
}

fn window(key: &SslKey, receive_window: u32) -> SslExtendedRecord {
    SslExtendedRecord {
        key: key.clone(),
        value: SslExtended::Http2Window { receive_window },
    }
}

#[test]
fn a_certificate_record_is_added_updated_and_removed_by_its_key() {
    let mut configuration = Configuration::default();
    let everywhere = SslKey::IpPort("0.0.0.0:443".parse().unwrap());
    let host = SslKey::host_name_port("Example.ORG", 443).unwrap();
    let record = ssl(everywhere.clone(), &[1; 20]);
    let other = ssl(everywhere.clone(), &[2; 20]);
    let of_host = ssl(
        SslKey::host_name_port("example.org", 443).unwrap(),
        &[3; 20],
    );
    let update = Change::UpdateSsl(other.clone());
    assert_eq!(configuration.apply(update.clone()), Err(Error::NotFound));
    for record in [&record, &of_host] {
        let add = Change::AddSsl(record.clone());
        assert_eq!(configuration.apply(add.clone()), Ok(()));
        assert_eq!(configuration.apply(add), Err(Error::AlreadyExists));
    }
    assert_eq!(configuration.ssl_of(&host), Some(&of_host));
    assert_eq!(configuration.ssl_at(SslKeyKind::IpPort, 0), Some(&record));
    assert_eq!(configuration.ssl_at(SslKeyKind::IpPort, 1), None);
    assert_eq!(configuration.apply(update), Ok(()));
    assert_eq!(configuration.ssl_of(&everywhere), Some(&other));
    let gone = Change::RemoveSsl(everywhere.clone());
    assert_eq!(configuration.apply(gone.clone()), Ok(()));
    assert_eq!(configuration.apply(gone), Err(Error::NotFound));
    assert_eq!(configuration.ssl(), [of_host]);
}

#[test]
fn extended_records_stand_beside_their_certificate_record_and_go_with_it() {
    let mut configuration = Configuration::default();
    let key = SslKey::Ccs(443);
    let add = Change::AddSslExtended(window(&key, 65_535));
    assert_eq!(configuration.apply(add.clone()), Err(Error::NotFound));
    let certificate = Change::AddSsl(ssl(key.clone(), &[]));
    assert_eq!(configuration.apply(certificate), Ok(()));
    assert_eq!(configuration.apply(add.clone()), Ok(()));
    assert_eq!(configuration.apply(add), Err(Error::AlreadyExists));
    let update = Change::UpdateSslExtended(window(&key, 70_000));
    assert_eq!(configuration.apply(update), Ok(()));
    let kind = SslExtendedKind::Http2Window;
    let expected = window(&key, 70_000);
    assert_eq!(
        configuration.ssl_extended_of(&key, kind),
        Some(&expected.value)
    );
    let first = configuration.ssl_extended_at(SslKeyKind::Ccs, kind, 0);
    assert_eq!(first, Some(&expected));
    assert_eq!(configuration.apply(Change::RemoveSsl(key.clone())), Ok(()));
    assert_eq!(configuration.ssl_extended_of(&key, kind), None);
    let gone = Change::RemoveSslExtended { key, kind };
    assert_eq!(configuration.apply(gone), Err(Error::NotFound));
}

#[test]
fn certificate_records_that_are_none_are_refused() {
    let at = |address: &str| SslKey::IpPort(address.parse().unwrap());
    for name in [
        "",
        "**",
        "a b",
        "a..b",
        ".a",
        "127.0.0.1",
        "a/b",
        "*.*.a",
        "é",
    ] {
        let refused = SslKey::host_name_port(name, 443);
        assert_eq!(refused, Err(InvalidSslRecord::HostName), "{name}");
    }
    for name in [
        "*",
        "localhost",
        "*.example.org",
        "a_b.example",
        "xn--4ca.example",
    ] {
        assert!(SslKey::scoped_ccs(name, 443).is_ok(), "{name}");
    }
    let mut configuration = Configuration::default();
    let mut store = ssl(at("[::]:443"), &[1; 20]);
    store.parameters.store_name = Some("../MY".to_owned());
    for bad in [
        ssl(at("[::]:443"), &[]),
        ssl(at("[::]:443"), &[1; 65]),
        ssl(at("[::]:0"), &[1; 20]),
        store,
    ] {
        let added = configuration.apply(Change::AddSsl(bad));
        assert_eq!(added, Err(Error::InvalidParameter));
    }
    assert_eq!(configuration, Configuration::default());
}
