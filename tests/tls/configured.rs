//! Certificates out of the configuration store: what another process sets is for the next connection.
//!
//! Owns: that a service follows a store in a file without being asked or started again. Does not own the store (its own
//! tests) nor what is spoken.

use std::fs;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::SystemTime;

use httpsys::{
    ConfigurationStore, Parameters, Service, SslKey, SslParameters, SslRecord, StorePlace,
};
use httpsys_core::configuration::Change;
use httpsys_core::configuration::ssl_extended::{SslExtended, SslExtendedRecord};
use httpsys_core::proto::h2::frame::kind;
use httpsys_tests::client::Client;
use httpsys_tests::h2::{H2Client, H2Frame};
use httpsys_tests::tls::{LOCALHOST, OTHER, Offer, der};
use httpsys_tests::watchdog::Watchdog;

/// The certificate that a new connection is shown; `None` where there is none.
fn shown(port: u16) -> Option<Vec<u8>> {
    let client = Client::try_connect(port)?.try_secure(&Offer::new()).ok()?;
    let chain = client.tls().session().peer_certificates()?;
    Some(chain.first()?.to_vec())
}

/// A service looks once in a second.
fn until_shown(port: u16, expected: Option<&[u8]>) {
    while shown(port).as_deref() != expected {
        std::thread::yield_now();
    }
}

#[test]
fn cfg_004_a_certificate_that_another_process_binds_is_for_the_next_connection() {
    let _watchdog = Watchdog::start();
    let folder = std::env::temp_dir().join(format!("httpsys-configured-{}", std::process::id()));
    fs::create_dir_all(&folder).expect("a folder");
    let open = || {
        let place = StorePlace::File(folder.join("config.json"));
        ConfigurationStore::open(place).expect("a store")
    };
    let service = Service::with_configuration(Parameters::default(), Arc::new(open()));
    let service = service.expect("a service");
    let session = service.create_server_session().expect("a session");
    let group = session.create_url_group().expect("a group");
    let port = group.add_url("https://localhost:0/").expect("a URL").port();

    // As another process has it.
    let other = open();
    let change = |change| {
        other
            .configure(change, SystemTime::now())
            .expect("a change")
    };
    let add = |pem| other.certificates().add("MY", pem).expect("a certificate");
    let key = SslKey::IpPort(SocketAddr::from(([0, 0, 0, 0], port)));
    let record = |pem| {
        let hash = add(pem).certificate.thumbprint().to_vec();
        let parameters = SslParameters {
            hash,
            ..SslParameters::default()
        };
        let key = key.clone();
        SslRecord { key, parameters }
    };
    change(Change::AddSsl(record(LOCALHOST)));
    until_shown(port, Some(&der(LOCALHOST)));
    change(Change::UpdateSsl(record(OTHER)));
    until_shown(port, Some(&der(OTHER)));
    // The service knows the record as if it were its own.
    assert_eq!(service.ssl(&key), Some(record(OTHER).parameters));
    service.remove_ssl(&key).expect("a record");
    assert_eq!(shown(port), None);
    assert!(
        other
            .records()
            .expect("records")
            .configuration
            .ssl()
            .is_empty()
    );
    fs::remove_dir_all(&folder).expect("its end");
}

/// HTTP/2 on a new connection, and the SETTINGS with which the server begins.
fn begin_http2(port: u16) -> (H2Client, H2Frame) {
    let client = Client::try_connect(port).expect("a connection");
    let offer = Offer::new().alpn(&["h2"]);
    let client = client.try_secure(&offer).expect("a session");
    let mut client = H2Client::begin_in_the_dark(client, port, &[]);
    client.acknowledge();
    let settings = client.read();
    assert_eq!(settings.kind, kind::SETTINGS);
    while client.read().text() != "SETTINGS ack" {}
    (client, settings)
}

/// SETTINGS_INITIAL_WINDOW_SIZE of a frame.
fn window_of(settings: &H2Frame) -> Option<u32> {
    let mut entries = settings.payload.chunks(6);
    let entry = entries.find(|entry| entry[..2] == [0, 4])?;
    Some(u32::from_be_bytes(
        entry[2..].try_into().expect("four bytes"),
    ))
}

/// HTTP2_WINDOW_SIZE_PARAM and HTTP2_SETTINGS_LIMITS_PARAM of the binding, for the next connection; others keep what
/// they began with.
#[test]
fn lim_020_window_and_settings_of_a_binding_are_in_force_for_its_connections() {
    let _watchdog = Watchdog::start();
    let folder = std::env::temp_dir().join(format!("httpsys-http2-{}", std::process::id()));
    fs::create_dir_all(&folder).expect("a folder");
    let place = StorePlace::File(folder.join("config.json"));
    let store = Arc::new(ConfigurationStore::open(place).expect("a store"));
    let service = Service::with_configuration(Parameters::default(), Arc::clone(&store));
    let service = service.expect("a service");
    let session = service.create_server_session().expect("a session");
    let group = session.create_url_group().expect("a group");
    let port = group.add_url("https://localhost:0/").expect("a URL").port();
    let key = SslKey::IpPort(SocketAddr::from(([0, 0, 0, 0], port)));
    let added = store.certificates().add("MY", LOCALHOST).expect("a file");
    let parameters = SslParameters {
        hash: added.certificate.thumbprint().to_vec(),
        ..SslParameters::default()
    };
    let change = |change| {
        store
            .configure(change, SystemTime::now())
            .expect("a change")
    };
    change(Change::AddSsl(SslRecord {
        key: key.clone(),
        parameters,
    }));
    until_shown(port, Some(&der(LOCALHOST)));
    let (mut before, settings) = begin_http2(port);
    assert_eq!(window_of(&settings), None);
    for value in [
        SslExtended::Http2Window {
            receive_window: 1 << 20,
        },
        SslExtended::Http2SettingsLimits {
            per_frame: 7,
            per_minute: 10,
        },
    ] {
        let key = key.clone();
        change(Change::AddSslExtended(SslExtendedRecord { key, value }));
    }
    // A service looks once in a second.
    let (mut client, _) = loop {
        let (client, settings) = begin_http2(port);
        match window_of(&settings) {
            Some(1_048_576) => break (client, settings),
            window => assert_eq!(window, None),
        }
        std::thread::yield_now();
    };
    let settings = [0, 5, 0, 0, 0x40, 0].repeat(8);
    client.send(kind::SETTINGS, 0, 0, &settings);
    assert_eq!(client.next_text(), "GOAWAY 0 ENHANCE_YOUR_CALM");
    before.send(kind::SETTINGS, 0, 0, &settings);
    assert_eq!(before.next_text(), "SETTINGS ack");
    let (mut client, _) = begin_http2(port);
    client.send(kind::SETTINGS, 0, 0, &settings[..30]);
    assert_eq!(client.next_text(), "SETTINGS ack");
    client.send(kind::SETTINGS, 0, 0, &settings[..36]);
    assert_eq!(client.next_text(), "GOAWAY 0 ENHANCE_YOUR_CALM");
    fs::remove_dir_all(&folder).expect("its end");
}
