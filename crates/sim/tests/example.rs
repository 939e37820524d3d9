//! The test of docs/SIMULATION.md.

use std::time::Duration;

use httpsys::{Parameters, Response, Server};
use httpsys_sim::{ClientEnd, Sim, SimFault, env_seed};

/// The program under test: it answers an upload with its length.
fn serve_one(server: &Server) -> httpsys::Result<u64> {
    let request = server.receive()?;
    let body = request.read_body_to_end(1 << 20)?;
    request.respond(Response::ok().body(format!("{} bytes", body.len())))
}

#[test]
fn a_slow_client_is_cut_off_and_the_next_one_is_served() {
    let sim = Sim::seeded(env_seed())
        .split_bytes(0.3)
        .delay(Duration::ZERO..=Duration::from_millis(200));
    let service = sim.service(Parameters::default());
    let builder = Server::builder().service(&service);
    let server = builder.url("http://localhost:80/").bind().unwrap();
    sim.on(SimFault::accept_fails(3));

    let mut slow = sim.connect(80);
    slow.send("POST /up HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n12345");
    assert!(serve_one(&server).is_err()); // 120 s pass in about a millisecond
    assert_eq!(slow.end(), Some(ClientEnd::Reset));
    assert!(sim.now() > Duration::from_secs(120));

    let mut client = sim.connect(80);
    client.send("POST /up HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n0123456789");
    serve_one(&server).unwrap();
    assert_eq!(client.expect_response().text(), "10 bytes");

    sim.finish(); // Nothing unanswered, no thread left; else it panics with seed and trace.
}

#[test]
fn the_page_has_this_test() {
    let (page, file) = (
        include_str!("../../../docs/SIMULATION.md"),
        include_str!("example.rs"),
    );
    let example = file.split("//! The test of docs/SIMULATION.md.\n\n").nth(1);
    let example = example.and_then(|rest| rest.split("\n\n#[test]\nfn the_page").next());
    let shown = page
        .split("```rust\n")
        .nth(1)
        .map(|rest| rest.split("\n```").next());
    assert_eq!(shown.flatten(), example);
}
