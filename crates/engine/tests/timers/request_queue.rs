//! RequestQueue: TMO-008, G-083.

use std::sync::mpsc;

use httpsys_core::call::Receive;
use httpsys_core::close_reason::TimerKind;
use httpsys_core::property::{Timeouts, Verbosity};
use httpsys_core::{CloseReason, ConnectionId, Error, OperationId, RequestId};
use httpsys_engine::{
    Operation, PendingOperation, ReceiveOperation, ReceivedRequest, Signal, Started, Verdict,
};

use crate::client::Client;
use crate::world::{GET, World};

const QUEUED: CloseReason = CloseReason::Timer(TimerKind::RequestQueue);
const NEXT: Receive = Receive {
    request: RequestId::NULL,
    copy_body: false,
    flush_body: false,
};

fn world() -> World {
    let world = World::new();
    world.set(Timeouts {
        request_queue: 3,
        idle_connection: 600,
        ..Timeouts::default()
    });
    world
}

/// A connection whose second request waits in the queue.
fn queued(world: &World) -> (Client, ConnectionId) {
    let (mut client, connection) = world.known();
    client.send(GET);
    world.settle();
    assert_eq!(world.queue.len(), 1);
    (client, connection)
}

#[test]
fn tmo_008_g_083_que_003_a_request_that_nobody_takes_is_reset() {
    let world = world();
    for offset in [0, 1, 246, 247, 999] {
        world.turn(offset);
        let (mut client, connection) = queued(&world);
        let wait = world.disconnect_wait(connection);
        let start = world.now();
        world.expect_timer(&mut client, connection, (start, 3), QUEUED);
        client.expect_reset();
        wait.expect(&Signal::Ready);
        assert_eq!(world.queue.len(), 0);
        world.expect_event(connection, "Timer_ReqQueue");
    }
    // Nobody gets one of them later.
    let (mut client, received) = world.received();
    world.respond(received.request).expect("an answer");
    client.expect_ok();
    assert_eq!(
        world.logged(),
        ["HTTP/1.1 GET /x - - - Timer_ReqQueue -"; 5]
    );
}

/// G-005, G-006: the answer, an orderly end, and what the client still sends is taken.
#[test]
fn tmo_008_g_083_que_004_que_005_with_more_verbosity_it_is_answered_with_503() {
    for (verbosity, end) in [
        (Verbosity::Limited, "\r\nContent-Length: 0\r\n\r\n"),
        (
            Verbosity::Full,
            "The service is unavailable.</p>\r\n</BODY></HTML>\r\n",
        ),
    ] {
        let world = world();
        world.set_verbosity(verbosity);
        let (mut client, connection) = queued(&world);
        let start = world.now();
        world.turn_to(start + 2999);
        world.settle();
        assert!(client.is_quiet());
        world.turn_to(start + 4000);
        let mut answer = Vec::new();
        std::io::Read::read_to_end(&mut client.0, &mut answer).expect("an orderly end");
        let answer = String::from_utf8(answer).expect("text");
        let status = "HTTP/1.1 503 Service Unavailable\r\n";
        assert!(answer.starts_with(status), "{answer}");
        assert!(answer.ends_with(end), "{answer}");
        assert_eq!(answer.matches("HTTP/1.1").count(), 1);
        client.send("more");
        client.finish();
        world.expect_fate(connection, QUEUED);
        assert_eq!(world.queue.len(), 0);
        world.expect_event(connection, "Timer_ReqQueue");
        assert_eq!(world.logged(), ["HTTP/1.1 GET /x - 503 - Timer_ReqQueue -"]);
    }
}

/// Also by a receive whose buffer was too small for it (RCV-010).
#[test]
fn tmo_008_tmo_009_a_request_that_was_picked_up_is_safe() {
    let world = world();
    let (mut client, connection) = queued(&world);
    world.turn(2999);
    let mut id = RequestId::NULL;
    let small = world
        .service
        .receive(&world.queue, &NEXT, None, &mut |arrival| {
            id = arrival.request().id;
            Verdict::TooSmall { needed: 1000 }
        });
    assert_eq!(small, Err(Error::MoreData { needed: 1000 }));
    world.turn(100_000);
    world.expect_open(connection);
    let again = Receive {
        request: id,
        ..NEXT
    };
    let again = world
        .service
        .receive(&world.queue, &again, None, &mut |_| Verdict::Taken);
    assert_eq!(again, Ok(()));
    world.turn(100_000);
    world.respond(id).expect("an answer");
    client.expect_ok();
}

/// A receive that keeps the request it was given.
struct Holds(mpsc::Sender<Signal>);

impl Operation for Holds {
    type Kept = Self;

    fn keep(self, _: OperationId) -> Result<Self, (Self, Error)> {
        Ok(self)
    }
}

impl ReceiveOperation for Holds {
    fn receive(&mut self, _: &mut ReceivedRequest<'_>) -> Verdict {
        Verdict::Taken
    }
}

impl PendingOperation for Holds {
    fn signal(self, signal: Signal) {
        let _ = self.0.send(signal);
    }
}

/// The timer has come and gone while a receive had the request, which was given up then.
#[test]
fn tmo_008_a_request_that_was_put_back_does_not_wait_for_ever() {
    let world = world();
    let (tell, end_reported) = mpsc::channel();
    let pending = world.service.try_receive(&world.queue, &NEXT, Holds(tell));
    assert!(matches!(pending, Started::Pending(_)));
    let mut client = world.connect();
    client.send(GET);
    let Ok(Signal::Request(request)) = end_reported.recv_timeout(crate::PATIENCE) else {
        panic!("no request");
    };
    world.turn(4000);
    world.settle();
    assert!(client.is_quiet());
    world.service.give_back(&world.queue, request);
    assert_eq!(world.queue.len(), 1);
    // Either the rest of its time is over, or it has its time once more.
    world.turn(4000);
    client.expect_reset();
    assert_eq!(world.queue.len(), 0);
}

#[test]
fn tmo_008_each_request_of_a_queue_has_its_own_time() {
    let world = world();
    let mut all = Vec::new();
    for _ in 0..30 {
        all.push((world.now(), queued_on(&world)));
        world.turn(100);
    }
    // The first began at 0, the last at 2900.
    for (start, (mut client, connection)) in all {
        world.turn_to((start + 2999).max(world.now()));
        let now = world.now();
        if now < start + 3000 {
            world.expect_open(connection);
        }
        world.turn_to((start + 4000).max(now));
        world.expect_fate(connection, QUEUED);
        client.expect_reset();
    }
    assert_eq!(world.queue.len(), 0);
}

/// As `queued`, beside others.
fn queued_on(world: &World) -> (Client, ConnectionId) {
    let before = world.queue.len();
    // The known connection's own request must not be mixed with those that wait.
    let (group, queue) = world.another_group(&format!("n{before}/"));
    let mut client = world.connect();
    client.send(format!(
        "GET /n{before}/ HTTP/1.1\r\nHost: localhost\r\n\r\n"
    ));
    let received = crate::world::receive(&world.service, &queue).expect("a request");
    world
        .respond_on(&queue, received.request, false)
        .expect("an answer");
    client.expect_ok();
    world.control(httpsys_core::call::Control::CloseUrlGroup { group });
    client.send(GET);
    world.settle();
    assert_eq!(world.queue.len(), before + 1);
    (client, received.connection)
}
