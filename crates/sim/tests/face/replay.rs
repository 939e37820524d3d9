//! The same seed is the same run.

use std::time::Duration;

use httpsys::Response;
use httpsys_network::TraceEvent;
use httpsys_sim::{Client, Sim};

use crate::server;

/// Clients and servers on a network with delays and faults; what happened.
fn run(seed: u64) -> (u64, Duration, Vec<TraceEvent>) {
    let sim = Sim::seeded(seed)
        .split_bytes(0.3)
        .delay(Duration::ZERO..=Duration::from_millis(200))
        .rules(|rules| rules.reset = 0.02.into());
    let (_service, server) = server(&sim);
    let queue = server.queue().clone();
    let serves = sim.spawn("server", move || {
        for request in queue.incoming() {
            let path = request.path();
            let _ = request.respond(Response::ok().body(path));
        }
    });
    let clients = [1, 2].map(|number| {
        let network = sim.loopback().clone();
        sim.spawn("client", move || {
            let to = "127.0.0.1:80".parse().unwrap();
            let mut client = Client::connect(&network, to)?;
            for turn in 0..4 {
                let path = format!("/{number}/{turn}");
                client.try_send(format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n"))?;
                assert_eq!(client.read_response()?.text(), path);
            }
            std::io::Result::Ok(())
        })
    });
    for client in clients {
        let _ = client.join().unwrap();
    }
    server.queue().shutdown().unwrap();
    serves.join().unwrap();
    let network = sim.loopback().clone();
    let finished = sim.finish();
    (finished.trace.digest(), finished.now, network.take_trace())
}

#[test]
fn the_same_seed_gives_the_same_trace_and_another_one_another() {
    let first: Vec<_> = (1..=10).map(run).collect();
    for (seed, before) in (1..).zip(&first) {
        assert!(run(seed) == *before, "seed {seed} runs differently");
    }
    for pair in first.windows(2) {
        assert_ne!(pair[0], pair[1]);
    }
}
