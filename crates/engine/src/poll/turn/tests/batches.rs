//! When what is said on an HTTP/2 connection goes out: the rule in the head of `transport/carrier.rs`.

use std::io::{ErrorKind, Read};
use std::sync::atomic::Ordering;
use std::sync::mpsc::channel;

use httpsys_core::call::{Cancel, Receive, SendResponse};
use httpsys_core::proto::ResponseParts;
use httpsys_core::proto::h2::frame::{self, flag, kind};
use httpsys_core::proto::h2::hpack::HpackEncoder;
use httpsys_core::proto::h2::{PREFACE, StreamId};
use httpsys_core::{OperationId, RequestId};
use httpsys_socket::lock::MutexGuard;

use super::*;
use crate::poll::leadership::TICK;
use crate::poll::operation::Registered;
use crate::transport::Transport;
use crate::transport::carrier::Carrier;
use crate::{Chunk, Verdict};

const NEXT: Receive = Receive {
    request: RequestId::NULL,
    copy_body: false,
    flush_body: false,
};

/// A client of HTTP/2 in clear text, and the thread that polls for its server: no other looks.
struct Talk<'w> {
    world: &'w World,
    lead: MutexGuard<'w, Lead>,
    client: TcpStream,
    next: u32,
    read: Vec<u8>,
}

impl<'w> Talk<'w> {
    fn world() -> World {
        let mut parameters = Parameters::default();
        parameters.choices.http2_prior_knowledge = true;
        World::with(parameters, "http")
    }

    fn begin(world: &'w World) -> Talk<'w> {
        let lead = world.service.shard().lead.lock();
        // From then on the fallback thread looks at nothing: somebody polls.
        let armed = &world.service.shard().leadership.armed;
        while armed.load(Ordering::SeqCst) {
            std::thread::yield_now();
        }
        let client = world.connect(Ipv4Addr::LOCALHOST);
        client.set_nonblocking(true).unwrap();
        let mut talk = Talk {
            world,
            lead,
            client,
            next: 1,
            read: Vec::new(),
        };
        let mut hello = PREFACE.to_vec();
        frame::write(&mut hello, kind::SETTINGS, 0, None, &[]);
        let window = (1u32 << 20).to_be_bytes();
        frame::write(&mut hello, kind::WINDOW_UPDATE, 0, None, &window);
        talk.client.write_all(&hello).unwrap();
        talk.settle();
        talk
    }

    /// So many requests in one segment; what the program gets of them.
    fn request(&mut self, count: usize) -> Vec<RequestId> {
        let mut bytes = Vec::new();
        for _ in 0..count {
            let (mut encoder, mut block) = (HpackEncoder::new(), Vec::new());
            encoder.begin(&mut block);
            let fields: [(&[u8], &[u8]); 4] = [
                (b":method", b"GET"),
                (b":scheme", b"http"),
                (b":authority", b"localhost"),
                (b":path", b"/"),
            ];
            for (name, value) in fields {
                encoder.field(name, value, &mut block);
            }
            let flags = flag::END_HEADERS | flag::END_STREAM;
            let stream = StreamId::new(self.next);
            frame::write(&mut bytes, kind::HEADERS, flags, stream, &block);
            self.next += 2;
        }
        self.client.write_all(&bytes).unwrap();
        let before = self.world.waiting();
        self.world
            .turns_until(&mut self.lead, || self.world.waiting() == before + count);
        // On Windows, and with poll(2), a poll tells of room once more after a read; what was kept would go out.
        self.world.turn(&mut self.lead);
        (0..count).map(|_| self.receive()).collect()
    }

    fn receive(&self) -> RequestId {
        let mut id = RequestId::NULL;
        self.world
            .service
            .receive(&self.world.queue, &NEXT, None, &mut |request| {
                id = request.request().id;
                drop(request.take());
                Verdict::Taken
            })
            .unwrap();
        id
    }

    fn answer(&self, request: RequestId, content: &[u8]) {
        self.respond(request, content, false);
    }

    fn respond(&self, request: RequestId, content: &[u8], more_data: bool) {
        let call = SendResponse {
            request,
            disconnect: false,
            more_data,
            opaque: false,
            go_away: false,
        };
        let mut head = ResponseParts::new();
        head.begin(200, b"OK").unwrap();
        let body = [Chunk::Memory(content)];
        self.world
            .service
            .send_response(&self.world.queue, &call, &mut head, &body, None)
            .unwrap();
    }

    /// What carries its streams.
    fn carrier(&self) -> Arc<Carrier> {
        let mut carrier = None;
        self.world.service.for_each_connection(|_, conn| {
            let found = conn.stream.as_ref().and_then(Transport::carrier);
            carrier = carrier.take().or(found.cloned());
        });
        carrier.unwrap()
    }

    /// Nothing is out.
    fn expect_nothing(&mut self) {
        assert_eq!(frames_of(self.bytes()), []);
    }

    /// This is out, and no more: type and stream of each frame.
    fn expect(&mut self, expected: &[(u8, u32)]) {
        let mut bytes = Vec::new();
        let patience = Instant::now() + Duration::from_secs(30);
        while frames_of(&bytes).len() < expected.len() && Instant::now() < patience {
            bytes.extend_from_slice(self.bytes());
            // What was sent to this machine is on its way.
            std::thread::yield_now();
        }
        assert_eq!(frames_of(&bytes), expected);
    }

    fn bytes(&mut self) -> &[u8] {
        self.read.clear();
        match self.client.read_to_end(&mut self.read) {
            Err(error) if error.kind() == ErrorKind::WouldBlock => &self.read,
            other => panic!("{other:?}"),
        }
    }

    /// Until the server has said all that it says of itself.
    fn settle(&mut self) {
        let mut bytes = Vec::new();
        let ack = |bytes: &[u8]| {
            let is_ack = |at: usize| bytes[at..].starts_with(&[0, 0, 0, kind::SETTINGS, flag::ACK]);
            (0..bytes.len()).any(is_ack)
        };
        for _ in 0..TURNS {
            self.world.turn(&mut self.lead);
            bytes.extend_from_slice(self.bytes());
            if ack(&bytes) {
                return;
            }
            std::thread::yield_now();
        }
        panic!("{bytes:?}");
    }
}

/// Type and stream of each frame that is whole.
fn frames_of(mut bytes: &[u8]) -> Vec<(u8, u32)> {
    let mut frames = Vec::new();
    while let [a, b, c, kind, _, s, t, u, v, ..] = bytes {
        let Some(rest) = bytes.get(9 + u32::from_be_bytes([0, *a, *b, *c]) as usize..) else {
            break;
        };
        frames.push((*kind, u32::from_be_bytes([*s, *t, *u, *v])));
        bytes = rest;
    }
    frames
}

/// A response with content: its head, its content and its end.
fn response(stream: u32) -> [(u8, u32); 3] {
    [
        (kind::HEADERS, stream),
        (kind::DATA, stream),
        (kind::DATA, stream),
    ]
}

#[test]
fn responses_to_requests_that_came_together_go_out_together() {
    let world = Talk::world();
    let mut talk = Talk::begin(&world);
    let requests = talk.request(3);
    talk.answer(requests[0], b"a");
    talk.answer(requests[2], b"c");
    talk.expect_nothing();
    talk.answer(requests[1], b"b");
    talk.expect(&[1, 5, 3].map(response).concat());
}

#[test]
fn a_response_to_a_request_that_came_alone_goes_out_at_once() {
    let world = Talk::world();
    let mut talk = Talk::begin(&world);
    let first = talk.request(1);
    let second = talk.request(1);
    talk.answer(second[0], b"b");
    talk.expect(&response(3));
    talk.answer(first[0], b"a");
    talk.expect(&response(1));
}

#[test]
fn before_a_poll_that_may_wait_what_is_kept_goes_out_and_nothing_is_kept_for_those_requests_any_more()
 {
    let world = Talk::world();
    let mut talk = Talk::begin(&world);
    let requests = talk.request(3);
    talk.answer(requests[0], b"a");
    talk.world.turn(&mut talk.lead);
    // That poll waits for nothing.
    talk.expect_nothing();
    let soon = Instant::now() + Duration::from_millis(20);
    let mut turn = Turn::default();
    world
        .service
        .poll_once(&mut talk.lead, Some(soon), None, &mut turn);
    talk.expect(&response(1));
    talk.answer(requests[1], b"b");
    talk.expect(&response(3));
}

#[test]
fn before_a_thread_waits_for_who_polls_what_is_kept_goes_out() {
    let world = Talk::world();
    let mut talk = Talk::begin(&world);
    let requests = talk.request(2);
    talk.answer(requests[0], b"a");
    let soon = Some(Instant::now() + Duration::from_millis(1));
    let nothing = &mut |_: &mut crate::ReceivedRequest<'_>| unreachable!();
    let ended = world.service.receive(&world.queue, &NEXT, soon, nothing);
    assert_eq!(ended, Err(httpsys_core::Error::Timeout));
    talk.expect(&response(1));
}

#[test]
fn at_each_tick_what_is_kept_goes_out() {
    let world = Talk::world();
    let mut talk = Talk::begin(&world);
    let requests = talk.request(4);
    for (at, stream) in [(0, 1), (1, 3), (2, 5)] {
        talk.answer(requests[at], b"a");
        talk.expect_nothing();
        world.service.shard().batches.let_all_go();
        talk.expect(&response(stream));
    }
}

#[test]
fn a_request_that_is_cancelled_is_not_waited_for() {
    let world = Talk::world();
    let mut talk = Talk::begin(&world);
    let requests = talk.request(3);
    talk.answer(requests[0], b"a");
    let cancel = Cancel {
        request: requests[1],
    };
    world.service.cancel(&world.queue, &cancel).unwrap();
    // A reset goes out at once, and what is kept before it.
    let reset = [(kind::RST_STREAM, 3)];
    talk.expect(&[&response(1)[..], &reset].concat());
    talk.answer(requests[2], b"c");
    talk.expect(&response(5));
}

/// The stream of which nobody can be told yet, since a call has its slot, is the last that has no answer.
#[test]
fn a_request_whose_stream_the_client_resets_is_not_waited_for() {
    let world = Talk::world();
    let mut talk = Talk::begin(&world);
    let requests = talk.request(3);
    // A stream that goes on: the last that ends would take along what is kept.
    talk.respond(requests[2], b"c", true);
    talk.expect(&response(5)[..2]);
    let carrier = talk.carrier();
    let held = world.service.live_request(&world.queue, requests[1]);
    let mut reset = Vec::new();
    frame::write(&mut reset, kind::RST_STREAM, 0, StreamId::new(3), &[0; 4]);
    talk.client.write_all(&reset).unwrap();
    let is_heard = || carrier.lock().h2.active_streams() == 2;
    for _ in 0..TURNS {
        if is_heard() {
            break;
        }
        talk.world.turn(&mut talk.lead);
        std::thread::yield_now();
    }
    assert!(is_heard());
    talk.answer(requests[0], b"a");
    talk.expect_nothing();
    drop(held);
    talk.world.turn(&mut talk.lead);
    talk.expect(&response(1));
}

#[test]
fn a_part_of_a_response_goes_out_at_once_and_its_request_is_not_waited_for() {
    let world = Talk::world();
    let mut talk = Talk::begin(&world);
    let requests = talk.request(2);
    talk.respond(requests[0], b"a", true);
    talk.expect(&response(1)[..2]);
    talk.answer(requests[1], b"b");
    talk.expect(&response(3));
}

#[test]
fn of_much_that_is_kept_whole_records_go_out() {
    let world = Talk::world();
    let mut talk = Talk::begin(&world);
    let requests = talk.request(8);
    let content = [b'x'; 10_000];
    for request in &requests[..6] {
        talk.answer(*request, &content);
        talk.expect_nothing();
    }
    talk.answer(requests[6], &content);
    let (mut length, patience) = (0, Instant::now() + Duration::from_secs(30));
    while length < 64 * 1024 && Instant::now() < patience {
        length += talk.bytes().len();
    }
    assert_eq!(length, 64 * 1024);
    talk.answer(requests[7], &content);
    while length < 8 * 10_000 && Instant::now() < patience {
        length += talk.bytes().len();
    }
    let heads = length - 8 * 10_000;
    assert!((8 * 3 * 9..4_000).contains(&heads), "{heads}");
}

#[test]
fn what_is_kept_for_a_batch_keeps_no_stream_in_the_line_for_room() {
    let world = Talk::world();
    let mut talk = Talk::begin(&world);
    let requests = talk.request(8);
    talk.answer(requests[0], b"a");
    talk.expect_nothing();
    let carrier = talk.carrier();
    let mut state = carrier.lock();
    let waiting = [3, 5, 7, 9, 11, 13, 15].map(|number| StreamId::new(number).unwrap());
    waiting.iter().for_each(|stream| state.line.join(*stream));
    // The network has room, so no event of it comes: those that are not told now would never be.
    assert_eq!(state.take_turns().len(), waiting.len());
}

#[test]
fn while_connections_are_accepted_without_end_what_is_kept_goes_out() {
    let world = Talk::world();
    let mut talk = Talk::begin(&world);
    let requests = talk.request(2);
    talk.answer(requests[0], b"a");
    talk.expect_nothing();
    let listeners = world.service.shard().listeners.read();
    let listener = listeners.iter().next().map(|(index, _)| index);
    drop(listeners);
    talk.lead.arrivals.add(listener.unwrap());
    // One round of the fallback thread, whose poll does not wait.
    world
        .service
        .shard()
        .leadership
        .stop
        .store(true, Ordering::SeqCst);
    assert!(
        world
            .service
            .fallback_lead(world.service.shard(), talk.lead, true)
    );
    talk.lead = world.service.shard().lead.lock();
    talk.expect(&response(1));
}

// Elsewhere a reset may take away what its receiver has not read yet.
#[cfg(target_os = "linux")]
#[test]
fn what_was_answered_goes_out_before_a_reset_when_the_service_ends() {
    let world = Talk::world();
    let mut talk = Talk::begin(&world);
    let requests = talk.request(2);
    talk.answer(requests[0], b"a");
    talk.expect_nothing();
    let mut turn = Turn::default();
    world.service.end_all(&mut turn);
    turn.fire(&world.service);
    talk.client.set_nonblocking(false).unwrap();
    talk.read.clear();
    let end = talk.client.read_to_end(&mut talk.read);
    assert_eq!(end.unwrap_err().kind(), ErrorKind::ConnectionReset);
    assert_eq!(frames_of(&talk.read), response(1));
}

/// A completion that does this.
struct Completion<F>(F);

impl<F: FnOnce() + Send> Registered for Completion<F> {
    fn id(&self) -> OperationId {
        OperationId(0)
    }

    fn signal(self: Box<Self>, _: Signal) {
        self.0();
    }
}

impl Talk<'_> {
    fn add_completion(&self, does: impl FnOnce() + Send + 'static) {
        let mut pending = self.world.service.shard().deputies.pending.lock();
        pending.push_back((Box::new(Completion(does)), Signal::Ready));
    }
}

#[test]
fn completions_that_take_long_hold_up_no_tick() {
    let world = Talk::world();
    let mut talk = Talk::begin(&world);
    let requests = talk.request(2);
    talk.answer(requests[0], b"a");
    let (tell, told) = channel();
    talk.add_completion(|| {
        let until = Instant::now() + TICK;
        while Instant::now() < until {
            std::thread::yield_now();
        }
    });
    let carrier = talk.carrier();
    talk.add_completion(move || tell.send(carrier.lock().unsent()).unwrap());
    // If the machine stands still so long that a deputy does the rest, that is fine.
    let _ = world.service.fire_pending(world.service.shard());
    assert_eq!(told.recv(), Ok(0));
    talk.expect(&response(1));
}

#[test]
fn a_deputy_that_takes_over_lets_go_what_is_kept() {
    let world = Talk::world();
    let mut talk = Talk::begin(&world);
    let requests = talk.request(2);
    talk.answer(requests[0], b"a");
    let carrier = talk.carrier();
    let patience = Instant::now() + Duration::from_secs(30);
    talk.add_completion(move || {
        while carrier.lock().unsent() > 0 && Instant::now() < patience {
            std::thread::yield_now();
        }
    });
    let in_office = world.service.fire_pending(world.service.shard());
    assert!(!in_office && Instant::now() < patience);
    talk.expect(&response(1));
}

/// As to TLS records: of one connection they may take a while, and there may be many connections.
#[test]
fn while_one_thread_writes_what_was_kept_others_need_not_wait() {
    let world = Talk::world();
    let mut talk = Talk::begin(&world);
    let requests = talk.request(2);
    talk.answer(requests[0], b"a");
    let carrier = talk.carrier();
    let batches = &world.service.shard().batches;
    let patience = Instant::now() + Duration::from_secs(30);
    std::thread::scope(|scope| {
        let writes = carrier.lock();
        scope.spawn(|| batches.end_all());
        while batches.has_any() && Instant::now() < patience {
            std::thread::yield_now();
        }
        assert!(!batches.has_any(), "the other thread has taken the list");
        batches.end_all();
        batches.let_all_go();
        drop(writes);
    });
    talk.expect(&response(1));
}
