//! What the end of a simulation finds.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use httpsys::Response;
use httpsys_sim::{FailureKind, Sim, try_seed};

use crate::{GET, server};

#[test]
fn a_request_without_an_answer_fails_the_check_with_seed_and_trace() {
    let failure = try_seed(7, |sim| {
        let (_service, server) = server(sim);
        let mut client = sim.connect(80);
        client.send(GET);
        let request = server.receive().unwrap();
        let _id = request.into_id();
        sim.check();
    })
    .unwrap_err();
    let FailureKind::Unanswered { requests } = &failure.kind else {
        panic!("{failure}");
    };
    assert_eq!(requests.len(), 1);
    assert!(requests[0].ends_with("(received by the program)"));
    let text = failure.to_string();
    assert!(text.contains("\nHTTPSYS_SEED=7 replays it\n"), "{text}");
    assert!(text.contains("#1 client writes 36"), "{text}");
}

#[test]
fn a_thread_of_std_that_waits_is_named_with_what_to_use_in_its_place() {
    let failure = try_seed(7, |sim| {
        let (_service, server) = server(sim);
        let worker = std::thread::Builder::new().name("worker".into());
        let worker = worker.spawn(move || server.receive()).unwrap();
        assert!(worker.join().is_err(), "it waits for ever");
        sim.advance(Duration::from_secs(1));
    })
    .unwrap_err();
    let thread = "worker".to_owned();
    assert_eq!(failure.kind, FailureKind::Stranger { thread });
    let text = failure.to_string();
    assert!(text.contains("httpsys_sim::thread"), "{text}");
}

#[test]
fn a_request_that_nobody_receives_fails_the_finish() {
    let sim = Sim::seeded(1);
    let (_service, _server) = server(&sim);
    let mut client = sim.connect(80);
    client.send(GET);
    let failure = sim.try_finish().unwrap_err();
    let FailureKind::Unanswered { requests } = &failure.kind else {
        panic!("{failure}");
    };
    assert!(requests[0].ends_with("(waits in its queue)"));
}

#[test]
fn what_was_cancelled_reset_or_left_by_its_client_is_not_unanswered() {
    let sim = Sim::seeded(1);
    let (_service, server) = server(&sim);
    let mut clients = [sim.connect(80), sim.connect(80), sim.connect(80)];
    let requests = clients.each_mut().map(|client| {
        client.send(GET);
        server.receive().unwrap()
    });
    let [cancelled, dropped, left] = requests;
    cancelled.cancel().unwrap();
    drop(dropped);
    let [_, _, leaves] = clients;
    leaves.reset();
    sim.check();
    left.respond(Response::ok()).unwrap_err();
    sim.finish();
}

#[test]
fn a_server_thread_that_nobody_ends_is_named() {
    let sim = Sim::seeded(1);
    let (_service, server) = server(&sim);
    let queue = server.queue().clone();
    sim.spawn("server", move || drop(queue.receive()));
    let failure = sim.try_finish().unwrap_err();
    assert_eq!(failure.kind, FailureKind::Deadlock);
    assert!(failure.report.contains("server "), "{failure}");
}

#[test]
fn a_client_says_what_it_waited_for() {
    let failure = try_seed(3, |sim| {
        let (_service, _server) = server(sim);
        let mut client = sim.connect(80).patience(Duration::from_secs(5));
        client.send(GET);
        client.expect_response();
    })
    .unwrap_err();
    let text = failure.to_string();
    let expected = "client #1 at 5s: no response: timed out; it has \"\"\nHTTPSYS_SEED=3 ";
    assert!(text.contains(expected), "{text}");
}

#[test]
fn a_failed_assertion_of_the_test_leaves_nothing_behind() {
    for _ in 0..3 {
        let failed = catch_unwind(AssertUnwindSafe(|| {
            let sim = Sim::seeded(1);
            let (_service, server) = server(&sim);
            let mut client = sim.connect(80);
            client.send(GET);
            let _request = server.receive().unwrap();
            panic!("of the test");
        }));
        assert_eq!(
            *failed.unwrap_err().downcast::<&str>().unwrap(),
            "of the test"
        );
        // The thread belongs to no simulation: the next one begins at 0.
        assert_eq!(Sim::seeded(1).now(), Duration::ZERO);
    }
}
