//! Connections that begin with a header of the PROXY protocol: its time, and the ends of those that have none (PXY).
//!
//! Owns: HeaderWait, reasons, events, counters, and the addresses of HTTPERR and of open connections. Does not own:
//! what programs are told (the test `wire`), nor the form of headers (`httpsys-proto`).

use httpsys_core::CloseReason;
use httpsys_core::close_reason::TimerKind;
use httpsys_proto::Parameters;

use crate::world::{GET, World};
use crate::{client::Client, events};

const HEADER: &[u8] = b"PROXY TCP4 192.0.2.1 198.51.100.2 56324 443\r\n";

/// The service's own HeaderWait and IdleConnection, in seconds: no URL group is known yet (TMO-005).
const OWN_WAIT: u64 = 120;

/// 127.0.0.2 is a proxy; the world's other clients are not.
fn world() -> World {
    let mut parameters = Parameters::default();
    let set = parameters.set("ProxyProtocol", "*=127.0.0.2");
    set.expect("a value");
    World::with(parameters)
}

/// A connection of the proxy.
fn connect(world: &World) -> Client {
    Client::connect_from([127, 0, 0, 2], world.port)
}

fn ended(world: &World, reason: &str) -> u64 {
    world.service.counters().service.ends.get(reason)
}

#[test]
fn pxy_009_the_header_has_the_time_of_header_wait_from_the_connection_on() {
    let world = world();
    for begun in [0, 1, 20, HEADER.len() - 1] {
        let before = ended(&world, TimerKind::HeaderWait.name());
        let mut client = connect(&world);
        world.settle();
        let start = world.now();
        world.turn(77_000);
        client.send(&HEADER[..begun]);
        world.settle();
        world.turn_to(start + OWN_WAIT * 1000 - 1);
        world.settle();
        assert!(client.is_quiet());
        world.turn_to(start + OWN_WAIT * 1000 + 1000);
        client.expect_reset();
        assert_eq!(ended(&world, TimerKind::HeaderWait.name()), before + 1);
    }
}

#[test]
fn pxy_009_behind_the_header_the_connection_is_idle() {
    let world = world();
    let mut client = connect(&world);
    world.settle();
    world.turn(77_000);
    client.send(HEADER);
    world.settle();
    let start = world.now();
    world.turn_to(start + OWN_WAIT * 1000 - 1);
    world.settle();
    assert!(client.is_quiet());
    world.turn_to(start + OWN_WAIT * 1000 + 1000);
    client.expect_end();
}

#[test]
fn pxy_005_pxy_009_a_connection_without_a_header_has_its_reason() {
    for (first, reason, detail) in [
        (
            &b"GET / HTTP/1.1\r\n"[..],
            "Proxy_HeaderMissing",
            "the first bytes",
        ),
        (
            b"PROXY TCP4 192.0.2.1\r\n",
            "Proxy_HeaderInvalid",
            "two addresses and two ports",
        ),
    ] {
        let world = world();
        let mut client = connect(&world);
        client.send(first);
        client.expect_reset();
        world.settle();
        assert_eq!(ended(&world, reason), 1);
        assert_eq!(CloseReason::Proxy(reason).number(), 17);
        let told = events::with("no PROXY header");
        assert_eq!(told.len(), 1, "{told:?}");
        for part in ["remote=127.0.0.2:", reason, detail] {
            assert!(told[0].contains(part), "{told:?}");
        }
        assert_eq!(events::with("connection ended").len(), 1);
    }
}

#[test]
fn pxy_009_a_proxy_that_leaves_within_the_header_has_closed() {
    let world = world();
    for begun in [0, 20] {
        let mut client = connect(&world);
        client.send(&HEADER[..begun]);
        client.finish();
        client.expect_end();
    }
    world.settle();
    assert_eq!(ended(&world, CloseReason::PeerClosed.name()), 2);
}

#[test]
fn pxy_008_open_connections_and_httperr_have_the_addresses_of_the_header() {
    let world = world();
    let mut client = connect(&world);
    client.send([HEADER, GET.as_bytes()].concat());
    let received = world.receive();
    let open = world.service.open_connections(10);
    let own = open.listed.iter().find(|own| own.id == received.connection);
    let own = own.expect("it is open");
    assert_eq!(own.remote, "192.0.2.1:56324".parse().unwrap());
    assert_eq!(own.local, "198.51.100.2:443".parse().unwrap());
    world.respond(received.request).expect("an answer");
    client.expect_ok();
    client.send("GET / HTTP/1.1\r\n\r\n");
    let _ = client.rest();
    let log = world.log();
    let line = log.lines().find(|line| line.contains("Hostname"));
    let line = line.unwrap_or_else(|| panic!("{log}"));
    assert!(
        line.contains(" 192.0.2.1 56324 198.51.100.2 443 "),
        "{line}"
    );
}
