//! Strict mode: misuse of the API is named, and fails the simulation.

use httpsys::{Misuse, Parameters, Response, Server, StrictMode};
use httpsys_sim::{FailureKind, Sim};

use crate::{GET, server};

/// The kinds that have been found so far.
fn kinds(sim: &Sim) -> Vec<Misuse> {
    sim.findings()
        .iter()
        .map(|finding| finding.misuse)
        .collect()
}

/// The lines with which a simulation fails.
fn lines(sim: Sim) -> Vec<String> {
    let failure = sim.try_finish().unwrap_err();
    let FailureKind::Misused { findings } = failure.kind else {
        panic!("{failure}");
    };
    findings
}

#[test]
fn snd_033_the_id_of_a_request_that_was_answered_is_named_when_it_is_used() {
    let sim = Sim::seeded(1).strict();
    let (_service, server) = server(&sim);
    let mut client = sim.connect(80);
    client.send(GET);
    let id = server.receive().unwrap().into_id();
    let queue = server.queue();
    queue.respond(id, Response::ok()).unwrap();
    assert!(kinds(&sim).is_empty());
    // A cancel may be late: a watchdog that calls it cannot know.
    queue.cancel(id).unwrap_err();
    assert!(kinds(&sim).is_empty());
    queue.respond(id, Response::ok()).unwrap_err();
    let [finding] = &sim.findings()[..] else {
        panic!("{:?}", sim.findings());
    };
    assert_eq!(finding.misuse, Misuse::RequestIdAfterLastSend);
    assert_eq!(finding.call, "HttpSendHttpResponse");
    assert_eq!(finding.arguments, format!("RequestId {:#x}", id.0));
    let lines = lines(sim);
    assert_eq!(lines.len(), 1);
    assert!(lines[0].starts_with("RequestIdAfterLastSend: HttpSendHttpResponse(RequestId 0x"));
}

#[test]
fn an_id_whose_client_has_left_is_not_misuse() {
    let sim = Sim::seeded(1).strict();
    let (_service, server) = server(&sim);
    let mut client = sim.connect(80);
    client.send(GET);
    let id = server.receive().unwrap().into_id();
    client.reset();
    sim.check();
    server.queue().respond(id, Response::ok()).unwrap_err();
    sim.finish();
}

#[test]
fn a_content_length_that_is_not_that_of_the_body_is_named() {
    let sim = Sim::seeded(1).strict();
    let (_service, server) = server(&sim);
    let with_length = |length: &str| Response::ok().header("Content-Length", length.to_owned());
    let mut client = sim.connect(80);
    for (length, body, found) in [("5", "hello", 0), ("6", "hello", 1), ("4", "hello", 1)] {
        client.send(GET);
        let request = server.receive().unwrap();
        request.respond(with_length(length).body(body)).unwrap();
        let ([] | [Misuse::ContentLengthMismatch]) = kinds(&sim)[..] else {
            panic!("{:?}", sim.findings());
        };
        assert_eq!(kinds(&sim).len(), found, "{length}");
        sim.clear_findings();
        client = sim.connect(80);
    }
    // A HEAD names the length that a GET would have.
    client.send("HEAD / HTTP/1.1\r\nHost: localhost\r\n\r\n");
    server.receive().unwrap().respond(with_length("5")).unwrap();
    sim.finish();
}

#[test]
fn a_streamed_body_is_compared_with_its_content_length_at_its_end() {
    let sim = Sim::seeded(1).strict();
    let (_service, server) = server(&sim);
    let mut client = sim.connect(80);
    client.send(GET);
    let request = server.receive().unwrap();
    let head = Response::ok().header("Content-Length", "10");
    let mut stream = request.start_response(head).unwrap();
    stream.write(b"hello").unwrap();
    assert!(kinds(&sim).is_empty());
    stream.finish().unwrap();
    let lines = lines(sim);
    assert!(
        lines[0].contains("Content-Length 10, bytes given 5"),
        "{lines:?}"
    );
}

#[test]
fn shd_007_what_is_open_when_its_queue_closes_is_named() {
    let sim = Sim::seeded(1).strict();
    let (_service, server) = server(&sim);
    let mut clients = [sim.connect(80), sim.connect(80), sim.connect(80)];
    let requests = clients.each_mut().map(|client| {
        client.send(GET);
        server.receive().unwrap().into_id()
    });
    let queue = server.queue().clone();
    queue.begin_response(requests[1], Response::ok()).unwrap();
    queue.respond(requests[2], Response::ok()).unwrap();
    // One that nobody has received is no fault of the program.
    clients[2].expect_response();
    clients[2].send(GET);
    sim.advance(std::time::Duration::from_secs(1));
    drop(server);
    drop(queue);
    let mut found = kinds(&sim);
    found.sort();
    assert_eq!(found, [Misuse::ResponseNotEnded, Misuse::RequestUnanswered]);
    assert_eq!(lines(sim).len(), 2);
}

#[test]
fn what_is_left_at_the_end_of_a_strict_simulation_is_named() {
    let sim = Sim::seeded(1).strict();
    let (_service, server) = server(&sim);
    let mut client = sim.connect(80);
    client.send(GET);
    let _id = server.receive().unwrap().into_id();
    let lines = lines(sim);
    assert!(lines[0].starts_with("RequestUnanswered: "), "{lines:?}");
}

#[test]
fn a_service_that_is_not_strict_finds_nothing() {
    let sim = Sim::seeded(1);
    let (_service, server) = server(&sim);
    let mut client = sim.connect(80);
    client.send(GET);
    let response = Response::ok().header("Content-Length", "9").body("hello");
    server.receive().unwrap().respond(response).unwrap();
    assert!(sim.findings().is_empty());
    sim.finish();
}

#[test]
fn strict_mode_is_a_parameter_of_a_service_on_the_real_network() {
    let mut parameters = Parameters::default();
    parameters.set("Strict", "collect").unwrap();
    assert_eq!(parameters.strict, StrictMode::Collect);
    let service = httpsys::Service::new(parameters).unwrap();
    let builder = Server::builder().service(&service);
    let server = builder.url("http://localhost:0/").bind().unwrap();
    assert!(service.findings().is_empty());
    drop(server);
    assert!(service.findings().is_empty());
}
