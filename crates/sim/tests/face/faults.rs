//! Faults that a test asks for.

use std::io::{ErrorKind, Read};
use std::time::Duration;

use httpsys::{Error, Limits, Response};
use httpsys_sim::{Client, ClientEnd, Sim, SimFault, each_seed};

use crate::{GET, server};

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn accepts_that_fail_cost_the_client_time() {
    let sim = Sim::seeded(1);
    let (service, server) = server(&sim);
    sim.on(SimFault::accept_fails(3));
    let mut client = sim.connect(80);
    client.send(GET);
    let began = sim.now();
    server.receive().unwrap().respond(Response::ok()).unwrap();
    assert_eq!(client.expect_response().status, 200);
    assert!(sim.now() > began);
    assert_eq!(service.counters().service.faults.accept_failures, 3);
    sim.finish();
}

#[test]
fn without_descriptors_a_client_waits_until_there_is_one() {
    let sim = Sim::seeded(1);
    let (_service, server) = server(&sim);
    sim.on(SimFault::no_descriptors(20 * SECOND));
    let mut client = sim.connect(80);
    client.send(GET);
    server.receive().unwrap().respond(Response::ok()).unwrap();
    assert!((20 * SECOND..21 * SECOND).contains(&sim.now()));
    assert_eq!(client.expect_response().status, 200);
    sim.finish();
}

#[test]
fn a_connect_is_refused_once() {
    let sim = Sim::seeded(1);
    let (_service, _server) = server(&sim);
    sim.on(SimFault::refuse());
    let to = "127.0.0.1:80".parse().unwrap();
    let refused = sim.try_connect(to).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::ConnectionRefused);
    drop(sim.connect(80));
    let nobody = sim.try_connect("127.0.0.1:81".parse().unwrap());
    assert_eq!(nobody.unwrap_err().kind(), ErrorKind::ConnectionRefused);
    sim.finish();
}

/// A response of a megabyte to one client, from a thread; what the respond returned.
fn send_much(sim: &Sim, fault: SimFault, read: impl FnOnce(&mut Client)) -> httpsys::Result<u64> {
    let (_service, server) = server(sim);
    sim.on(fault);
    let mut client = sim.connect(80);
    client.send(GET);
    let request = server.receive().unwrap();
    let sends = sim.spawn("sends", move || {
        request.respond(Response::ok().body(vec![b'x'; 1 << 20]))
    });
    read(&mut client);
    let result = sends.join().unwrap();
    sim.check();
    result
}

#[test]
fn a_reset_in_a_response_ends_the_send() {
    each_seed(20, |sim| {
        let result = send_much(sim, SimFault::reset_after(300_000), |client| {
            let failed = client.read_response().unwrap_err();
            assert_eq!(failed.kind(), ErrorKind::ConnectionReset);
            assert_eq!(client.end(), Some(ClientEnd::Reset));
        });
        let error = result.unwrap_err();
        assert!(
            matches!(error, Error::PeerReset | Error::ConnectionInvalid),
            "{error:?}"
        );
    });
}

#[test]
fn a_full_send_buffer_and_a_stall_only_cost_time() {
    for fault in [
        SimFault::full_send_buffer(4096, 7 * SECOND),
        SimFault::stall_after(4096, 7 * SECOND),
        SimFault::half_close_after(4096),
    ] {
        each_seed(5, |sim| {
            let slow = fault != SimFault::half_close_after(4096);
            let result = send_much(sim, fault.clone(), |client| {
                assert_eq!(client.expect_response().body.len(), 1 << 20);
            });
            assert!(result.unwrap() > 1 << 20);
            assert_eq!(sim.now() >= 7 * SECOND, slow, "{:?}", sim.now());
        });
    }
}

#[test]
fn a_fault_of_a_connection_that_is_there() {
    let sim = Sim::seeded(1);
    let (_service, server) = server(&sim);
    let mut clients = [sim.connect(80), sim.connect(80)];
    sim.on(SimFault::reset_after(10).of(clients[0].number()));
    for client in &mut clients {
        client.send(GET);
        let _ = server.receive().unwrap().respond(Response::ok());
    }
    assert_eq!(clients[0].expect_end(), ClientEnd::Reset);
    assert_eq!(clients[1].expect_response().status, 200);
    sim.finish();
}

#[test]
fn tmo_010_a_client_that_reads_nothing_is_cut_off() {
    let sim = Sim::seeded(1);
    let (_service, server) = server(&sim);
    let mut client = sim.connect(80);
    client.send(GET);
    let request = server.receive().unwrap();
    // 150 bytes a second are the least.
    let answer = Response::ok().body(vec![b'x'; 450_000]);
    assert_eq!(request.respond(answer), Err(Error::ConnectionInvalid));
    let passed = sim.now().as_secs();
    assert!((3_000..3_010).contains(&passed), "{passed}");
    assert_eq!(client.end(), Some(ClientEnd::Reset));
    sim.finish();
}

/// A quarter of a second's bytes are more than the send buffer has room for.
#[test]
fn a_bandwidth_limit_holds_where_the_socket_takes_a_part_of_a_share() {
    const RATE: u32 = 400_000;
    each_seed(20, |sim| {
        let (_service, server) = server(sim);
        let limits = Limits::default().bandwidth(RATE);
        server.url_group().set_limits(limits).unwrap();
        let mut client = sim.connect(80);
        client.send(GET);
        let request = server.receive().unwrap();
        let body = vec![b'x'; 8 << 20];
        let sender = sim.spawn("sender", move || request.respond(Response::ok().body(body)));
        let began = sim.now();
        let mut block = vec![0; 65_536];
        let mut bytes = 0;
        while sim.now() - began < 4 * SECOND {
            bytes += client.read(&mut block).unwrap();
        }
        // Half a second's bytes may have been saved up.
        let most = f64::from(RATE) * ((sim.now() - began).as_secs_f64() + 0.75);
        assert!((bytes as f64) <= most, "{bytes} of {most}");
        assert!(bytes as f64 >= f64::from(RATE) * 3.5, "{bytes}");
        client.reset();
        assert!(sender.join().unwrap().is_err());
    });
}
