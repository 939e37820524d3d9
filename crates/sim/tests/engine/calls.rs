//! Calls and timers in a world, and that the same seed gives the same trace.

use std::sync::Arc;
use std::time::{Duration, Instant};

use httpsys_engine::Chunk;
use httpsys_engine::core::Error;
use httpsys_engine::core::call::{Cancel, Control, Outcome, ReceiveEntityBody, SendResponse};
use httpsys_engine::core::proto::{Parameters, ResponseParts};
use httpsys_network::Rules;

use crate::simulated::{Client, GET, Simulated, Trace, receive, respond};

#[test]
fn a_get_is_served_over_the_simulated_network() {
    let world = Simulated::new(1, Rules::default());
    let client = world.connect();
    for _ in 0..3 {
        client.send(GET);
        let request = world.receive().expect("a request");
        world.respond(request);
        let head = client.head();
        assert!(head.starts_with("HTTP/1.1 200 OK\r\n"), "{head}");
        assert!(
            head.contains("\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n"),
            "{head}"
        );
    }
    drop(client);
    world.end();
}

#[test]
fn tmo_006_120_seconds_without_a_body_pass_in_milliseconds() {
    let world = Simulated::new(1, Rules::default());
    let client = world.connect();
    client.send(b"POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n12345");
    let request = world.receive().expect("a request");
    let call = ReceiveEntityBody {
        request,
        fill_buffer: true,
    };
    let (real, began) = (Instant::now(), httpsys_socket::now());
    let mut body = [0; 10];
    let read = world
        .service
        .receive_entity_body(&world.queue, &call, &mut body);
    let passed = httpsys_socket::now() - began;
    let took = real.elapsed();
    assert_eq!(read, Err(Error::ConnectionInvalid));
    assert_eq!(passed.as_secs(), 120);
    // A few milliseconds; a second is for machines that are busy.
    assert!(took < Duration::from_secs(1), "{took:?}");
    client.expect_reset();
    world.end();
}

#[test]
fn tmo_010_a_client_that_reads_nothing_has_the_time_of_min_send_rate() {
    let world = Simulated::new(1, Rules::default());
    let client = world.connect();
    client.send(GET);
    let request = world.receive().expect("a request");
    let call = SendResponse {
        request,
        disconnect: false,
        more_data: false,
        opaque: false,
        go_away: false,
    };
    let mut head = ResponseParts::new();
    head.begin(200, b"OK").expect("a status");
    let body = vec![b'x'; 450_000];
    let began = httpsys_socket::now();
    let chunks = [Chunk::Memory(&body)];
    let sent = world
        .service
        .send_response(&world.queue, &call, &mut head, &chunks, None);
    assert_eq!(sent, Err(Error::ConnectionInvalid));
    // 150 bytes a second, and the head's.
    let passed = httpsys_socket::now() - began;
    assert!((3_000..3_005).contains(&passed.as_secs()), "{passed:?}");
    client.expect_reset();
    world.end();
}

#[test]
fn cxl_001_a_cancel_resets_the_client() {
    let world = Simulated::new(1, Rules::default());
    let client = world.connect();
    client.send(GET);
    let request = world.receive().expect("a request");
    let cancelled = world.service.cancel(&world.queue, &Cancel { request });
    assert_eq!(cancelled, Ok(()));
    client.expect_reset();
    world.end();
}

#[test]
fn pfx_013_a_port_of_the_network_is_used_once_and_port_0_is_a_free_one() {
    let world = Simulated::new(1, Rules::default());
    let other = world.sim.engine(Parameters::default());
    let Ok(Outcome::Queue(queue)) = other.control(Control::CreateHttpHandle) else {
        panic!("no queue");
    };
    let register = |url: &str| {
        let url = url.encode_utf16().collect();
        other.register(Control::AddUrl { queue, url })
    };
    let refused = register("http://localhost:80/").expect_err("it is in use");
    assert_eq!(refused.error, Error::PortInUse);
    let port = register("http://localhost:0/").expect("a free port");
    assert!(port != 0 && port != 80);
    other.stop();
    world.end();
}

/// Two threads that receive, three clients with two requests each, on a network with delays.
fn two_threads(seed: u64) -> Trace {
    let rules = Rules {
        segment: 1..=20,
        delay: Duration::ZERO..=Duration::from_millis(3),
        ..Rules::default()
    };
    let world = Simulated::new(seed, rules);
    let servers: Vec<_> = (0..2)
        .map(|_| {
            let (service, queue) = (world.service.clone(), Arc::clone(&world.queue));
            let serve = move || {
                let mut served = 0;
                while let Ok(request) = receive(&service, &queue) {
                    respond(&service, &queue, request).expect("a live connection");
                    served += 1;
                }
                served
            };
            httpsys_socket::spawn("server", serve).expect("a thread")
        })
        .collect();
    let clients: Vec<Client> = (0..3).map(|_| world.connect()).collect();
    for _ in 0..2 {
        clients.iter().for_each(|client| client.send(GET));
        for client in &clients {
            assert!(client.head().starts_with("HTTP/1.1 200 OK\r\n"));
        }
    }
    world.service.stop();
    let served: i32 = servers
        .into_iter()
        .map(|server| server.join().expect("no panic"))
        .sum();
    assert_eq!(served, 6);
    drop(clients);
    world.end()
}

#[test]
fn two_threads_receive_and_the_same_seed_gives_the_same_trace() {
    let traces: Vec<_> = (1..=20).map(two_threads).collect();
    for (seed, trace) in (1..).zip(&traces) {
        assert!(two_threads(seed) == *trace, "seed {seed} runs differently");
    }
    let differ = traces.iter().filter(|trace| **trace != traces[0]).count();
    assert!(differ > 10, "the seed decides");
}
