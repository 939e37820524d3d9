//! TLS handshakes: their time is HeaderWait's, and their number is limited (TLS rows, MaxTlsHandshakes).

use std::sync::Arc;

use httpsys_core::call::Control;
use httpsys_core::close_reason::TimerKind;
use httpsys_engine::tls::{BindingFlags, Bindings, Certificate, TlsBinding};
use httpsys_proto::Parameters;

use crate::client::Client;
use crate::port;
use crate::world::World;

/// The service's own HeaderWait, in seconds: no URL group is known yet (TMO-005).
const HEADER_WAIT: u64 = 120;

/// What a ClientHello begins with.
const BEGUN: &[u8] = &[22, 3, 1, 0, 200, 1, 0, 0, 196, 3, 3];

/// A port with https beside that of the world.
fn secure_port(world: &World) -> u16 {
    let pem = include_bytes!("../../../tls/testdata/localhost.pem");
    let certificate = Arc::new(Certificate::from_pem(pem).expect("a certificate"));
    let binding = TlsBinding::new(certificate, BindingFlags::default()).expect("a binding");
    let port = port::take(|port| {
        let url = format!("https://localhost:{port}/");
        world.service.register(Control::AddUrlToUrlGroup {
            group: world.group,
            url: url.encode_utf16().collect(),
            context: 0,
        })
    });
    let all = ([0, 0, 0, 0], port).into();
    let bindings = Bindings::builder().address(all, binding).build();
    world.service.set_tls_bindings(Arc::new(bindings));
    port
}

fn ended(world: &World, reason: &str) -> u64 {
    world.service.counters().service.ends.get(reason)
}

#[test]
fn con_018_a_handshake_has_the_time_of_header_wait_from_the_connection_on() {
    let world = World::new();
    let port = secure_port(&world);
    for begun in [&[][..], BEGUN] {
        let before = ended(&world, TimerKind::HeaderWait.name());
        let mut client = Client::connect(port);
        world.settle();
        let start = world.now();
        world.turn(77_000);
        client.send(begun);
        world.settle();
        world.turn_to(start + HEADER_WAIT * 1000 - 1);
        world.settle();
        assert!(client.is_quiet());
        world.turn_to(start + HEADER_WAIT * 1000 + 1000);
        client.expect_reset();
        assert_eq!(ended(&world, TimerKind::HeaderWait.name()), before + 1);
    }
}

/// What is not a ClientHello.
const FAILS: &[u8] = b"\x16\x03\x01\x00\x04\x02\x00\x00\x00";

/// The second for which a connection lingers behind its last bytes.
const LINGER: u64 = 1000;

#[test]
fn a_connection_whose_handshake_has_failed_lingers_for_a_second_at_most() {
    let world = World::new();
    let port = secure_port(&world);
    let mut client = Client::connect(port);
    client.send(FAILS);
    // The alert, and FIN behind it.
    client.read(7);
    client.expect_end();
    world.settle();
    let start = world.now();
    assert_eq!(ended(&world, "Tls_HandshakeFailed"), 0, "it lingers");
    world.turn_to(start + LINGER + 1000);
    world.settle();
    assert_eq!(ended(&world, "Tls_HandshakeFailed"), 1);
}

#[test]
fn failed_handshakes_that_linger_count_as_under_way() {
    let mut parameters = Parameters::default();
    parameters.max_tls_handshakes = 2;
    let world = World::with(parameters);
    let port = secure_port(&world);
    let open = || world.service.counters().service.connections_open;
    world.settle();
    let others = open();
    let mut clients: Vec<Client> = Vec::new();
    for number in 0..6 {
        let mut client = Client::connect(port);
        client.send(FAILS);
        client.read(7);
        clients.push(client);
        world.settle();
        assert_eq!(open() - others, u64::min(number + 1, 2));
    }
    assert_eq!(
        ended(&world, "Tls_HandshakeFailed"),
        4,
        "not for their number"
    );
}

#[test]
fn a_flood_of_handshakes_drops_those_that_last_longest() {
    let mut parameters = Parameters::default();
    parameters.max_tls_handshakes = 8;
    let world = World::with(parameters);
    let port = secure_port(&world);
    let mut silent: Vec<Client> = Vec::new();
    for number in 0..20 {
        silent.push(Client::connect(port));
        world.settle();
        let dropped = ended(&world, "Tls_TooManyHandshakes");
        assert_eq!(dropped, u64::saturating_sub(number + 1, 8));
    }
    let mut left = silent.split_off(12);
    for client in &mut silent {
        client.expect_reset();
    }
    assert!(left.iter_mut().all(Client::is_quiet));
    // Those that have gone make room.
    drop(left);
    world.settle();
    let mut late = Client::connect(port);
    world.settle();
    assert!(late.is_quiet());
    assert_eq!(ended(&world, "Tls_TooManyHandshakes"), 12);
}
