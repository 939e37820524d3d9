//! The table of ids: an id that is over never reaches the request that has its slot then.

use httpsys::{Error, Response};
use httpsys_sim::{ClientEnd, every_schedule, scope};

use crate::{GET, most, preemptions, server};

/// A thread cancels a request again and again while its connection ends and another one takes the slot.
#[test]
fn an_old_id_reaches_nothing_while_its_slot_is_used_again() {
    let runs = every_schedule(preemptions(1), most(), |sim| {
        let (_service, server) = server(sim);
        let mut first = sim.connect(80);
        first.send(GET);
        let old = server.receive().expect("a request").into_id();
        let (queue, number) = (server.queue(), old);
        let mut second = None;
        sim.choose(true);
        scope(|scope| {
            let cancels = scope.spawn(move || queue.cancel(number));
            first.reset();
            let mut client = sim.connect(80);
            client.send(GET);
            let request = server.receive().expect("the second request");
            assert_ne!(request.id(), old);
            let again = scope.spawn(move || queue.cancel(number));
            request.respond(Response::ok()).expect("nobody cancels it");
            let _ = cancels.join().expect("no panic");
            let cancelled = again.join().expect("no panic");
            assert_eq!(cancelled, Err(Error::ConnectionInvalid));
            second = Some(client);
        });
        sim.choose(false);
        let mut second = second.expect("it came");
        assert_eq!(second.expect_response().status, 200);
        assert_eq!(second.end(), None::<ClientEnd>);
    });
    println!("{runs} orders");
    assert!(runs > 50, "{runs}");
}
