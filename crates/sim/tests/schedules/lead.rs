//! The lead: whoever polls goes away with what it found, and somebody else looks after the sockets.

use httpsys::Response;
use httpsys_sim::{every_schedule, scope};

use crate::{GET, most, preemptions, server};

/// Two threads receive while two clients ask: each gets its answer, whoever led.
#[test]
fn two_receivers_hand_the_lead_over_and_lose_no_request() {
    let runs = every_schedule(preemptions(1), most(), |sim| {
        let (_service, server) = server(sim);
        let mut clients = [(); 2].map(|()| sim.connect(80));
        sim.choose(true);
        scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    let request = server.receive().expect("a request");
                    request.respond(Response::ok()).expect("sent");
                });
            }
            for client in &mut clients {
                client.send(GET);
            }
        });
        sim.choose(false);
        for client in &mut clients {
            assert_eq!(client.expect_response().status, 200);
        }
    });
    println!("{runs} orders");
    assert!(runs > 50, "{runs}");
}

/// A thread that leaves a wait takes the lead along; the one that stays gets what comes then.
#[test]
fn a_receive_that_is_over_leaves_the_lead_to_the_other() {
    let runs = every_schedule(preemptions(1), most(), |sim| {
        let (_service, server) = server(sim);
        let mut client = sim.connect(80);
        let moment = std::time::Duration::from_millis(1);
        sim.choose(true);
        scope(|scope| {
            let patient = scope.spawn(|| {
                let request = server.receive().expect("a request");
                request.respond(Response::ok()).expect("sent");
            });
            scope.spawn(|| {
                let none = server.receive_timeout(moment).expect("no error");
                assert!(none.is_none());
            });
            httpsys_sim::sleep(2 * moment);
            client.send(GET);
            patient.join().expect("it was answered");
        });
        sim.choose(false);
        assert_eq!(client.expect_response().status, 200);
    });
    println!("{runs} orders");
    assert!(runs > 50, "{runs}");
}
