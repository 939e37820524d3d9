//! What is bound while files change under a service that runs: half written, wrong, gone, and back.
//!
//! Each test has a folder of its own. Threading: none.

use std::fs;
use std::path::PathBuf;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use httpsys_configuration::{CENTRAL_STORE, ConfigurationStore, ROOT_STORE, StorePlace};
use httpsys_core::configuration::Change;
use httpsys_core::configuration::ssl::{SslKey, SslParameters, SslRecord};
use httpsys_tls::Bindings;

const LOCALHOST: &[u8] = include_bytes!("../../tls/testdata/localhost.pem");
const EXAMPLE: &[u8] = include_bytes!("../../tls/testdata/example.pem");
const OTHER: &[u8] = include_bytes!("../../tls/testdata/other.pem");
const ROOT: &[u8] = include_bytes!("../../tls/testdata/root.pem");

/// Within the time for which the certificates are made.
fn now() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_893_456_000)
}

/// A store with `example.test` and all addresses bound to certificates of their own.
struct Bound {
    folder: PathBuf,
    store: ConfigurationStore,
    last: Bindings,
}

impl Bound {
    fn new(name: &str) -> Bound {
        let own = format!("httpsys-bound-{name}-{}", std::process::id());
        let folder = std::env::temp_dir().join(own);
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).expect("a folder");
        let place = StorePlace::File(folder.join("config.json"));
        let store = ConfigurationStore::open(place).expect("a store");
        let mut bound = Bound {
            folder,
            store,
            last: Bindings::default(),
        };
        let all = SslKey::IpPort(([0, 0, 0, 0], 443).into());
        let name = SslKey::host_name_port("example.test", 443).expect("a name");
        for (key, pem) in [(all, LOCALHOST), (name, EXAMPLE)] {
            let found = bound.store.certificates().add("MY", pem).expect("a file");
            bound.bind(key, found.certificate.thumbprint().to_vec());
        }
        bound
    }

    fn bind(&mut self, key: SslKey, hash: Vec<u8>) {
        let parameters = SslParameters {
            hash,
            ..SslParameters::default()
        };
        let add = Change::AddSsl(SslRecord { key, parameters });
        self.store.configure(add, now()).expect("a record");
    }

    fn file(&self, store: &str, pem: &[u8]) -> PathBuf {
        let certificate = httpsys_tls::Certificate::from_pem(pem).expect("a certificate");
        let hash = certificate.thumbprint();
        let name: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
        let path = self.store.certificates().path_of(store, &name);
        path.expect("a file")
    }

    /// The names of the certificate that a client is shown that asks for this one.
    fn shown(&mut self, name: &str) -> Option<String> {
        if let Some(bindings) = self.store.new_bindings(now()).expect("a store") {
            self.last = bindings;
        }
        let found = self.last.find(([127, 0, 0, 1], 443).into(), Some(name))?;
        Some(found.binding.certificate().dns_names()[0].clone())
    }
}

impl Drop for Bound {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

#[test]
fn a_file_that_becomes_unusable_changes_nothing_until_it_is_usable_or_gone() {
    let mut bound = Bound::new("unusable");
    let file = bound.file("MY", EXAMPLE);
    assert_eq!(bound.shown("example.test").as_deref(), Some("example.test"));
    let large = vec![b'x'; 2 << 20];
    for bytes in [&EXAMPLE[..EXAMPLE.len() / 2], b"", LOCALHOST, &large] {
        fs::write(&file, bytes).expect("written");
        assert_eq!(bound.shown("example.test").as_deref(), Some("example.test"));
        assert_eq!(bound.shown("other.test").as_deref(), Some("localhost"));
    }
    // A renewed chain with the same certificate.
    fs::write(&file, [EXAMPLE, b"\n"].concat()).expect("written");
    assert_eq!(bound.shown("example.test").as_deref(), Some("example.test"));
}

#[test]
fn an_endpoint_whose_certificate_is_gone_is_dropped_and_not_served_as_another() {
    let mut bound = Bound::new("gone");
    assert_eq!(bound.shown("example.test").as_deref(), Some("example.test"));
    let file = bound.file("MY", EXAMPLE);
    fs::remove_file(&file).expect("removed");
    assert_eq!(bound.shown("example.test"), None);
    assert_eq!(bound.shown("other.test").as_deref(), Some("localhost"));
    // What cannot be used does not stand for what was there before it was gone.
    fs::write(&file, LOCALHOST).expect("written");
    assert_eq!(bound.shown("example.test"), None);
    fs::write(&file, EXAMPLE).expect("written");
    assert_eq!(bound.shown("example.test").as_deref(), Some("example.test"));
    let certificates = bound.folder.join("certificates");
    let away = bound.folder.join("away");
    fs::rename(&certificates, &away).expect("renamed");
    assert_eq!(
        (bound.shown("example.test"), bound.shown("other.test")),
        (None, None)
    );
    fs::rename(&away, &certificates).expect("renamed");
    assert_eq!(bound.shown("example.test").as_deref(), Some("example.test"));
    assert_eq!(bound.shown("other.test").as_deref(), Some("localhost"));
}

#[test]
fn a_record_that_names_another_certificate_does_not_keep_the_one_before() {
    let mut bound = Bound::new("updated");
    assert_eq!(bound.shown("example.test").as_deref(), Some("example.test"));
    let found = bound.store.certificates().add("MY", OTHER).expect("a file");
    let parameters = SslParameters {
        hash: found.certificate.thumbprint().to_vec(),
        ..SslParameters::default()
    };
    let key = SslKey::host_name_port("example.test", 443).expect("a name");
    let update = Change::UpdateSsl(SslRecord { key, parameters });
    bound.store.configure(update, now()).expect("a record");
    fs::write(bound.file("MY", OTHER), "none").expect("written");
    assert_eq!(bound.shown("example.test"), None);
}

#[test]
fn a_file_of_the_central_store_that_is_half_written_changes_nothing() {
    let mut bound = Bound::new("central");
    let certificates = bound.store.certificates();
    certificates
        .put(CENTRAL_STORE, "other.test", OTHER)
        .expect("a file");
    let file = certificates
        .path_of(CENTRAL_STORE, "other.test")
        .expect("a file");
    bound.bind(SslKey::Ccs(443), Vec::new());
    assert_eq!(bound.shown("other.test").as_deref(), Some("other.test"));
    fs::write(&file, &OTHER[..100]).expect("written");
    assert_eq!(bound.shown("other.test").as_deref(), Some("other.test"));
    fs::write(&file, LOCALHOST).expect("written");
    assert_eq!(bound.shown("other.test").as_deref(), Some("localhost"));
    fs::remove_file(&file).expect("removed");
    assert_eq!(
        bound.shown("other.test").as_deref(),
        Some("localhost"),
        "of all addresses"
    );
}

/// By copying, which changes nothing of the folder.
#[test]
fn a_root_that_is_replaced_in_its_place_is_seen() {
    let mut bound = Bound::new("root");
    bound
        .store
        .certificates()
        .put(ROOT_STORE, "ours", ROOT)
        .expect("a file");
    let file = bound
        .store
        .certificates()
        .path_of(ROOT_STORE, "ours")
        .expect("a file");
    assert!(bound.shown("example.test").is_some());
    assert!(bound.store.new_bindings(now()).expect("a store").is_none());
    fs::write(&file, [ROOT, b"\n"].concat()).expect("written");
    assert!(bound.store.new_bindings(now()).expect("a store").is_some());
}
