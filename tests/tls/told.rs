//! What requests and calls tell of TLS: protocol, suite, certificates, names, the channel binding.

use std::net::SocketAddr;

use httpsys_tests::client::Client;
use httpsys_tests::door::{CAbi, Door, Received, Reply, ToldTls, World};
use httpsys_tests::overlapped::{CompletionPort, Overlapped};
use httpsys_tests::raw::{Handle, query_server_name, receive_client_certificate};
use httpsys_tests::tls::{self, CLIENT, LOCALHOST, OTHER, Offer, binding, der};
use windows_sys::Win32::Networking::HttpServer as http;

secure_doors![
    tls_006_protocol_cipher_hash_and_key_exchange_are_told,
    tls_009_the_server_certificate_is_told,
    tls_009_the_client_certificate_is_told_once_it_is_negotiated,
    tls_002_a_client_that_shows_nothing_has_no_certificate,
    a_client_certificate_that_is_not_asked_for_is_not_told,
    a_client_certificate_without_a_known_root_is_told_to_be_untrusted,
    tls_007_the_server_name_is_told,
    every_request_of_a_connection_is_told_the_same,
];

/// HTTP_SERVICE_CONFIG_SSL_FLAG_NEGOTIATE_CLIENT_CERT.
const NEGOTIATE_CLIENT_CERT: u32 = 2;
const TOKEN: u32 = http::HTTP_RECEIVE_SECURE_CHANNEL_TOKEN;
/// sizeof(HTTP_SSL_CLIENT_CERT_INFO).
const FIXED: usize = 32;

/// From now on clients of the world are asked for a certificate.
fn ask_for_certificates<D: Door>(w: &World<D>) {
    let everywhere = SocketAddr::from(([0, 0, 0, 0], w.port()));
    tls::bind_address(everywhere, binding(LOCALHOST, NEGOTIATE_CLIENT_CERT));
}

/// A request of a client with this offer.
fn received<D: Door>(w: &World<D>, offer: &Offer) -> (Client, Received) {
    let mut client = w.connect_tls(offer);
    client.send(w.get("/"));
    (client, w.receive())
}

fn told<D: Door>(w: &World<D>, offer: &Offer) -> ToldTls {
    received(w, offer).1.tls.expect("a request over TLS")
}

/// The suites are rustls' first choice with ring; SP_PROT_TLS1_2_SERVER, SP_PROT_TLS1_3_SERVER,
/// CALG_AES_256, CALG_SHA_384 and CALG_ECDH_EPHEM (G-212).
fn tls_006_protocol_cipher_hash_and_key_exchange_are_told<D: Door>(w: &World<D>) {
    for (offer, protocol) in [(Offer::tls12(), 0x400), (Offer::tls13(), 0x1000)] {
        let told = told(w, &offer);
        assert_eq!(told.protocol, protocol);
        assert_eq!(told.cipher, (0x6610, 256));
        assert_eq!(told.hash, (0x800D, 0));
        assert_eq!(told.key_exchange, (0xAE06, 255));
    }
}

fn tls_009_the_server_certificate_is_told<D: Door>(w: &World<D>) {
    let told = told(w, &Offer::new());
    // G-210: bits.
    assert_eq!(told.key_sizes, (256, 256));
    // G-213.
    assert_eq!(told.subject, "CN=localhost, O=httpsys tests");
    assert_eq!(told.issuer, "CN=httpsys test root, O=httpsys tests");
    assert_eq!(told.client, None);
}

fn tls_009_the_client_certificate_is_told_once_it_is_negotiated<D: Door>(w: &World<D>) {
    ask_for_certificates(w);
    let told = told(w, &Offer::showing(CLIENT));
    assert_eq!(told.client, Some((0, der(CLIENT))));
}

fn tls_002_a_client_that_shows_nothing_has_no_certificate<D: Door>(w: &World<D>) {
    ask_for_certificates(w);
    assert_eq!(told(w, &Offer::new()).client, None);
}

fn a_client_certificate_that_is_not_asked_for_is_not_told<D: Door>(w: &World<D>) {
    assert_eq!(told(w, &Offer::showing(CLIENT)).client, None);
}

/// The client gets its answer: what the verdict means is the program's decision. OTHER is for servers:
/// CERT_E_WRONG_USAGE.
fn a_client_certificate_without_a_known_root_is_told_to_be_untrusted<D: Door>(w: &World<D>) {
    ask_for_certificates(w);
    let (mut client, request) = received(w, &Offer::showing(OTHER));
    let told = request.tls.expect("a request over TLS");
    assert_eq!(told.client, Some((0x800B_0110, der(OTHER))));
    w.respond(request.id, &Reply::ok()).expect("an answer");
    assert_eq!(client.read_response().status(), 200);
}

fn tls_007_the_server_name_is_told<D: Door>(w: &World<D>) {
    let name = |offer: Offer| told(w, &offer).server_name;
    let localhost = "localhost".to_owned();
    assert_eq!(
        name(Offer::new()),
        (localhost.clone(), 0),
        "the address found the binding"
    );
    assert_eq!(
        name(Offer::new().name("")),
        (String::new(), 2),
        "HTTP_REQUEST_PROPERTY_SNI_FLAG_NO_SNI"
    );
    tls::bind_host("localhost", w.port(), binding(LOCALHOST, 0));
    assert_eq!(
        name(Offer::new()),
        (localhost, 1),
        "HTTP_REQUEST_PROPERTY_SNI_FLAG_SNI_USED"
    );
}

fn every_request_of_a_connection_is_told_the_same<D: Door>(w: &World<D>) {
    ask_for_certificates(w);
    let (mut client, first) = received(w, &Offer::showing(CLIENT));
    w.respond(first.id, &Reply::ok()).expect("an answer");
    client.read_response();
    client.send(w.get("/again"));
    assert_eq!(w.receive().tls, first.tls);
}

/// A connection whose client has shown its certificate, with a request under way.
fn with_certificate(w: &World<CAbi>) -> (Client, Received) {
    ask_for_certificates(w);
    received(w, &Offer::showing(CLIENT))
}

#[test]
fn tls_002_without_a_certificate_the_call_gives_1168() {
    let w = World::<CAbi>::secure();
    let (_client, request) = received(&w, &Offer::showing(CLIENT));
    let connection = request.connection_id;
    let call = |overlapped| receive_client_certificate(w.queue, connection, 0, 4096, overlapped);
    let not_asked = call(None);
    assert_eq!((not_asked.code, not_asked.count), (1168, 77));
    assert!(not_asked.memory.iter().all(|byte| *byte == 0xA5));
    let overlapped = Overlapped::with_event();
    assert_eq!(call(Some(&overlapped)).code, 1168);
    assert!(
        !overlapped.is_signalled(),
        "a call that fails delivers nothing"
    );
}

#[test]
fn tls_003_a_buffer_that_holds_the_structure_gets_the_size_of_the_certificate() {
    let w = World::<CAbi>::secure();
    let (_client, request) = with_certificate(&w);
    let expected = der(CLIENT);
    let connection = request.connection_id;
    let call = |size| receive_client_certificate(w.queue, connection, 0, size, None);
    let nothing = call(FIXED - 1);
    assert_eq!(nothing.code, 122);
    assert!(
        nothing.memory.iter().all(|byte| *byte == 0xA5),
        "documented"
    );
    for size in [FIXED, FIXED + expected.len() - 1] {
        let short = call(size);
        assert_eq!((short.code, short.count), (234, 32), "{size}");
        assert_eq!(short.number(4) as usize, expected.len());
    }
    let whole = call(FIXED + expected.len());
    assert_eq!(
        (whole.code, whole.count as usize),
        (0, FIXED + expected.len())
    );
    assert_eq!(
        (whole.number(0), whole.number(4) as usize),
        (0, expected.len())
    );
    assert_eq!(whole.offset(8), FIXED, "pCertEncoded");
    assert_eq!(whole.memory[16..FIXED], [0; 16], "no token");
    assert_eq!(whole.memory[FIXED..], expected);
    // Again, and after the answer (G-211).
    assert_eq!(call(FIXED + expected.len()), whole);
    w.respond(request.id, &Reply::ok()).expect("an answer");
    assert_eq!(call(FIXED + expected.len()), whole);
}

#[test]
fn an_overlapped_call_for_the_certificate_completes_at_once() {
    let w = World::<CAbi>::secure();
    let (_client, request) = with_certificate(&w);
    let connection = request.connection_id;
    let size = FIXED + der(CLIENT).len();
    let call = |size, overlapped: &Overlapped| {
        receive_client_certificate(w.queue, connection, 0, size, Some(overlapped))
    };
    let overlapped = Overlapped::with_event();
    assert_eq!(call(size, &overlapped).code, 0);
    assert!(overlapped.is_signalled());
    assert_eq!(overlapped.result(w.queue), Ok(size as u32));
    // TLS-003, and no completion for a code that is neither 0 nor 997.
    let failed = Overlapped::with_event();
    let short = call(FIXED, &failed);
    assert_eq!(
        (short.code, short.count, short.number(4) as usize),
        (234, 32, size - FIXED)
    );
    assert!(!failed.is_signalled());
}

#[test]
fn an_overlapped_call_for_the_certificate_posts_a_packet() {
    let w = World::<CAbi>::secure();
    let (_client, request) = with_certificate(&w);
    let port = CompletionPort::of(w.queue, 5);
    let overlapped = Overlapped::without_event();
    let size = FIXED + der(CLIENT).len();
    let pointer = Some(&overlapped);
    let got = receive_client_certificate(w.queue, request.connection_id, 0, size, pointer);
    assert_eq!(got.code, 0);
    let packet = port.next();
    assert_eq!((packet.key, packet.bytes as usize), (5, size));
}

#[test]
fn tls_004_flags_without_a_meaning_give_87() {
    let w = World::<CAbi>::secure();
    let (_client, request) = with_certificate(&w);
    for flags in [2, 3, 4, u32::MAX] {
        let connection = request.connection_id;
        let got = receive_client_certificate(w.queue, connection, flags, 4096, None);
        assert_eq!((got.code, got.count), (87, 77), "{flags}");
    }
}

/// G-214; RFC 5929 section 4.1: the hash of the server's certificate, which is signed with SHA-256.
#[test]
fn the_channel_binding_is_that_of_the_server_certificate() {
    let w = World::<CAbi>::secure();
    let (client, request) = received(&w, &Offer::new());
    let connection = request.connection_id;
    let call = |size| receive_client_certificate(w.queue, connection, TOKEN, size, None);
    let shown = client
        .tls()
        .session()
        .peer_certificates()
        .expect("a certificate");
    let mut expected = b"tls-server-end-point:".to_vec();
    expected.extend(tls::sha256(&shown[0]));
    let token = 32 + expected.len();
    assert_eq!(call(23).code, 122);
    let short = call(24);
    assert_eq!(
        (short.code, short.count, short.number(16) as usize),
        (234, 24, token)
    );
    let whole = call(24 + token);
    assert_eq!((whole.code, whole.count as usize), (0, 24 + token));
    assert_eq!((whole.offset(8), whole.number(16) as usize), (24, token));
    assert_eq!(
        (whole.number(24 + 24) as usize, whole.number(24 + 28)),
        (expected.len(), 32)
    );
    assert_eq!(whole.memory[24 + 32..], expected);
}

#[test]
fn a_connection_that_is_gone_has_no_certificate() {
    let w = World::<CAbi>::secure();
    let (mut client, request) = with_certificate(&w);
    w.door.cancel(&w.queue, request.id).expect("cancel");
    client.expect_reset();
    for id in [request.connection_id, request.id, 0, u64::MAX] {
        let got = receive_client_certificate(w.queue, id, 0, 4096, None);
        assert_eq!((got.code, got.count), (1229, 77), "{id:#x}");
    }
    let got = receive_client_certificate(Handle::NULL, request.connection_id, 0, 32, None);
    assert_eq!(got.code, 6);
}

#[test]
fn tls_007_the_query_for_the_server_name_checks_its_buffer() {
    let w = World::<CAbi>::secure();
    let (_client, request) = received(&w, &Offer::new());
    let call = |id, size, overlapped| query_server_name(w.queue, id, size, overlapped);
    for size in [1, 515] {
        let (code, length, info) = call(request.id, size, None);
        assert_eq!((code, length), (234, 516), "{size}");
        assert_eq!((info.Hostname[0], info.Flags), (0, 0));
    }
    assert_eq!(call(request.id, 0, None).0, 87);
    assert_eq!(call(request.id + 1, 516, None).0, 1229);
    let overlapped = Overlapped::with_event();
    assert_eq!(call(request.id, 516, Some(&overlapped)).0, 0);
    assert_eq!(overlapped.result(w.queue), Ok(516));
}
