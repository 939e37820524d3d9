//! Handshakes: which certificate, which version, what is agreed on, and what is dropped.
//!
//! Owns: what a client sees of it, and the reason in words. Does not own timers and limits
//! (`crates/engine/tests/timers/handshake.rs`), nor what the API tells of a session.

use std::io::{Read as _, Write as _};
use std::net::SocketAddr;

use httpsys_tests::client::Client;
use httpsys_tests::door::{CAbi, Door, Reply, RustApi, World};
use httpsys_tests::tls::{self, Offer};
use rustls::HandshakeKind;

secure_doors![
    the_name_finds_the_certificate_before_the_address_does,
    alpn_agrees_on_http_1_1_if_it_is_offered,
    sessions_are_resumed_by_ticket_and_by_id,
    g_099_clear_text_on_an_https_port_is_dropped,
    g_099_a_client_hello_on_a_clear_port_is_answered_with_invalid_verb,
    the_tickets_of_tls_1_3_do_not_wait_for_a_request,
    versions_before_1_2_are_refused_with_an_alert,
    an_alert_is_not_lost_to_a_reset_where_the_client_goes_on_sending,
    an_alert_in_the_middle_of_a_body_is_not_lost_to_a_reset,
    a_client_that_says_nothing_or_leaves_hurts_nobody,
    records_of_junk_hurt_nobody,
    new_certificates_are_for_new_connections,
    disabled_versions_are_not_spoken,
    the_flag_reject_drops_the_connection,
    a_certificate_is_asked_for_where_the_binding_says_so,
];

/// The end-entity certificate that the server showed.
fn shown(client: &Client) -> Vec<u8> {
    let chain = client.tls().session().peer_certificates();
    chain.expect("a certificate")[0].to_vec()
}

fn serves<D: Door>(w: &World<D>, mut client: Client) {
    client.send(w.get("/"));
    let received = w.receive();
    w.respond(received.id, &Reply::ok().chunk("ok"))
        .expect("an answer");
    assert_eq!(client.read_response().body, b"ok");
}

fn the_name_finds_the_certificate_before_the_address_does<D: Door>(w: &World<D>) {
    let port = w.port();
    tls::bind_host("example.test", port, tls::binding(tls::EXAMPLE, 0));
    tls::bind_host("*.example.test", port, tls::binding(tls::OTHER, 0));
    for (name, pem) in [
        ("example.test", tls::EXAMPLE),
        ("EXAMPLE.test", tls::EXAMPLE),
        ("a.example.test", tls::OTHER),
        ("localhost", tls::LOCALHOST),
        ("unknown.test", tls::LOCALHOST),
        ("", tls::LOCALHOST),
    ] {
        for offer in [Offer::tls12(), Offer::tls13()] {
            let client = w.connect_tls(&offer.name(name));
            assert!(shown(&client) == tls::der(pem), "{name:?}");
            serves(w, client);
        }
    }
    // An address comes before all addresses.
    let address = SocketAddr::from(([127, 0, 0, 1], port));
    tls::bind_address(address, tls::binding(tls::OTHER, 0));
    assert!(shown(&w.connect()) == tls::der(tls::OTHER));
}

fn alpn_agrees_on_http_1_1_if_it_is_offered<D: Door>(w: &World<D>) {
    let agreed = |names: &[&str]| {
        let client = w.connect_tls(&Offer::new().alpn(names));
        client.tls().session().alpn_protocol().map(<[u8]>::to_vec)
    };
    assert_eq!(agreed(&[]), None);
    assert_eq!(agreed(&["http/1.1"]), Some(b"http/1.1".to_vec()));
    assert_eq!(agreed(&["spdy/3", "http/1.1"]), Some(b"http/1.1".to_vec()));
}

fn sessions_are_resumed_by_ticket_and_by_id<D: Door>(w: &World<D>) {
    for offer in [Offer::tls12().resuming(), Offer::tls13().resuming()] {
        let kind = || {
            let mut client = w.connect_tls(&offer);
            let kind = client.tls().session().handshake_kind();
            client.send(w.get("/"));
            w.respond(w.receive().id, &Reply::ok()).expect("an answer");
            assert_eq!(client.read_response().status(), 200);
            kind
        };
        assert_eq!(kind(), Some(HandshakeKind::Full));
        assert_eq!(kind(), Some(HandshakeKind::Resumed));
        // No session of the one name is resumed at the other.
        let other = w.connect_tls(&offer.clone().name("unknown.test"));
        let kind = other.tls().session().handshake_kind();
        assert_eq!(kind, Some(HandshakeKind::Full));
    }
}

/// A client that holds its request back until its Finished is acknowledged would wait for a delayed acknowledgement.
fn the_tickets_of_tls_1_3_do_not_wait_for_a_request<D: Door>(w: &World<D>) {
    let mut client = w.connect_tls(&Offer::tls13());
    let (_, stream) = client.tls_mut();
    let mut record = [0];
    std::io::Read::read_exact(stream, &mut record).expect("a record");
    assert_eq!(record, [23]);
}

fn ended_for<D: Door>(w: &World<D>, reason: &str) -> u64 {
    let metrics = w.door.prometheus();
    let line = format!("httpsys_connections_ended_total{{reason=\"{reason}\"}} ");
    let count = metrics.lines().find_map(|text| text.strip_prefix(&line));
    count.expect("a count").parse().expect("a number")
}

fn g_099_clear_text_on_an_https_port_is_dropped<D: Door>(w: &World<D>) {
    for text in [w.get("/"), "x".into(), "\r\n".into()] {
        let before = ended_for(w, "Tls_ClearText");
        let mut client = Client::connect(w.port());
        client.send(text);
        client.expect_reset();
        w.assert_serves();
        assert!(ended_for(w, "Tls_ClearText") > before);
    }
}

fn g_099_a_client_hello_on_a_clear_port_is_answered_with_invalid_verb<D: Door>(_: &World<D>) {
    // The world of the test is https.
    let clear = World::<D>::new();
    if httpsys_tests::tls::is_everywhere() {
        return;
    }
    let mut hello = Vec::new();
    let mut wire = tls::TlsWire::begin(&Offer::new());
    wire.session_mut().write_tls(&mut hello).expect("a hello");
    let mut client = Client::connect(clear.port());
    client.send(&hello);
    let response = client.read_response();
    assert_eq!(response.status_line, "HTTP/1.1 400 Bad Request");
    let page = String::from_utf8_lossy(&response.body).into_owned();
    assert!(page.contains("Invalid Verb"), "{page}");
    client.expect_eof();
}

/// A ClientHello of TLS 1.1 with one suite.
fn versions_before_1_2_are_refused_with_an_alert<D: Door>(w: &World<D>) {
    let mut hello = vec![1, 0, 0, 43, 3, 2];
    hello.extend([7; 32]);
    hello.extend([0, 0, 2, 0xC0, 0x14, 1, 0, 0, 0]);
    let length = hello.len() as u8 - 4;
    hello[3] = length;
    let mut record = vec![22, 3, 1, 0, hello.len() as u8];
    record.extend(hello);
    let mut client = Client::connect(w.port());
    client.send(&record);
    let answer = client.read_until_gone();
    assert_eq!(&answer[..1], [21], "an alert, and no handshake");
    assert_eq!(answer[5], 2, "fatal");
    w.assert_serves();
}

/// A record that may not come first, and bytes behind it that nobody reads as TLS.
fn an_alert_is_not_lost_to_a_reset_where_the_client_goes_on_sending<D: Door>(w: &World<D>) {
    let mut client = Client::connect(w.port());
    client.send([&b"\x16\x03\x01\x00\x04\x02\x00\x00\x00"[..], &[0; 40_000]].concat());
    let alert = client.read_exactly(7);
    assert_eq!((alert[0], alert[5]), (21, 2), "a fatal alert");
    client.send([0; 10_000]);
    client.expect_eof();
    client.send([0; 10]);
    client.expect_eof();
    w.assert_serves();
}

fn an_alert_in_the_middle_of_a_body_is_not_lost_to_a_reset<D: Door>(w: &World<D>) {
    for offer in [Offer::tls12(), Offer::tls13()] {
        let mut client = w.connect_tls(&offer);
        client.send(w.request("POST", "/", "Content-Length: 100000\r\n"));
        let received = w.receive();
        let (_, stream) = client.tls_mut();
        let junk = b"\x17\x03\x03\x00\x20junk that was not encrypted......";
        stream
            .write_all(&[&junk[..], &[0; 20_000]].concat())
            .expect("sent");
        let read = w.read_body(received.id, &mut [0; 10]);
        assert!(read.is_err(), "{read:?}");
        assert_eq!(w.respond(received.id, &Reply::ok()), Err(1229));
        let (tls, stream) = client.tls_mut();
        let error = tls.read(stream, &mut [0; 100]).expect_err("an alert");
        assert!(error.to_string().contains("BadRecordMac"), "{error}");
        assert_eq!(stream.read(&mut [0]).expect("no reset"), 0);
        w.assert_serves();
    }
}

fn a_client_that_says_nothing_or_leaves_hurts_nobody<D: Door>(w: &World<D>) {
    let _silent = Client::connect(w.port());
    let mut hello = Vec::new();
    let mut wire = tls::TlsWire::begin(&Offer::new());
    wire.session_mut().write_tls(&mut hello).expect("a hello");
    let mut half = Client::connect(w.port());
    half.send(&hello[..hello.len() / 2]);
    for cut in [0, 1, 6, hello.len() / 2, hello.len()] {
        let mut client = Client::connect(w.port());
        client.send(&hello[..cut]);
        client.finish();
        client.read_until_gone();
        let mut client = Client::connect(w.port());
        client.send(&hello[..cut]);
        client.reset();
    }
    w.assert_serves();
    half.send(&hello[hello.len() / 2..]);
    assert_eq!(half.read_exactly(1), [22], "it goes on");
}

fn records_of_junk_hurt_nobody<D: Door>(w: &World<D>) {
    let junk: [&[u8]; 5] = [
        b"\x16\x03\x01\xff\xff\x01",
        b"\x16\x03\x01\x00\x04\x02\x00\x00\x00",
        b"\x16\x03\x01\x00\x01\x01\x17\x03\x03\x00\x01\x00",
        b"\x16\x00\x00\x00\x00",
        &[22; 70_000],
    ];
    for bytes in junk {
        let mut client = Client::connect(w.port());
        client.try_send(bytes);
        client.try_finish();
        client.read_until_gone();
    }
    // Behind a good handshake.
    let mut client = w.connect();
    let (_, stream) = client.tls_mut();
    std::io::Write::write_all(
        stream,
        b"\x17\x03\x03\x00\x20junk that was not encrypted......",
    )
    .expect("sent");
    let (tls, stream) = client.tls_mut();
    let read = tls.read(stream, &mut [0; 100]);
    assert!(read.is_err(), "an alert: {read:?}");
    w.assert_serves();
}

fn new_certificates_are_for_new_connections<D: Door>(w: &World<D>) {
    let mut before = w.connect();
    let all = SocketAddr::from(([0, 0, 0, 0], w.port()));
    tls::bind_address(all, tls::binding(tls::OTHER, 0));
    let after = w.connect();
    assert!(shown(&before) == tls::der(tls::LOCALHOST));
    assert!(shown(&after) == tls::der(tls::OTHER));
    before.send(w.get("/"));
    w.respond(w.receive().id, &Reply::ok()).expect("an answer");
    assert_eq!(before.read_response().status(), 200);
    serves(w, after);
}

fn disabled_versions_are_not_spoken<D: Door>(w: &World<D>) {
    let all = SocketAddr::from(([0, 0, 0, 0], w.port()));
    for (flags, refused, spoken) in [
        (0x40, Offer::tls13(), Offer::tls12()),
        (0x1000, Offer::tls12(), Offer::tls13()),
    ] {
        tls::bind_address(all, tls::binding(tls::LOCALHOST, flags));
        let failed = Client::connect(w.port()).try_secure(&refused);
        assert!(failed.is_err(), "{flags:#x}");
        serves(w, w.connect_tls(&spoken));
    }
}

fn the_flag_reject_drops_the_connection<D: Door>(w: &World<D>) {
    tls::bind_host("localhost", w.port(), tls::binding(tls::LOCALHOST, 8));
    let refused = Client::connect(w.port()).try_secure(&Offer::new());
    assert!(refused.is_err());
    serves(w, w.connect_tls(&Offer::new().name("other.test")));
    assert!(ended_for(w, "Tls_Rejected") > 0);
}

fn a_certificate_is_asked_for_where_the_binding_says_so<D: Door>(w: &World<D>) {
    let all = SocketAddr::from(([0, 0, 0, 0], w.port()));
    tls::bind_address(all, tls::binding(tls::LOCALHOST, 2));
    serves(w, w.connect_tls(&Offer::showing(tls::CLIENT)));
    // That of a server is accepted as well: what it is worth is the program's decision.
    serves(w, w.connect_tls(&Offer::showing(tls::OTHER)));
    serves(w, w.connect());
}

fn without_a_certificate<D: Door>() {
    let w = World::<D>::secure_without_certificate();
    let before = ended_for(&w, "Tls_NoBinding");
    let refused = Client::connect(w.port()).try_secure(&Offer::new());
    assert!(refused.is_err());
    assert_eq!(ended_for(&w, "Tls_NoBinding"), before + 1);
    // As soon as there is one it is served.
    let all = SocketAddr::from(([0, 0, 0, 0], w.port()));
    tls::bind_address(all, tls::binding(tls::LOCALHOST, 0));
    serves(&w, w.connect());
}

#[test]
fn tls_001_without_a_certificate_a_url_is_registered_and_handshakes_fail_through_c() {
    without_a_certificate::<CAbi>();
}

#[test]
fn tls_001_without_a_certificate_a_url_is_registered_and_handshakes_fail_through_rust() {
    without_a_certificate::<RustApi>();
}
