//! Streams of an HTTP/2 connection take turns, however the program sends.
//!
//! Owns: how many bytes of large responses go before a small one that began later, and that large ones go on side by
//! side. Does not own: the order of the line (`transport/line.rs`).

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use httpsys_engine::core::call::SendResponse;
use httpsys_engine::core::proto::ResponseParts;
use httpsys_engine::core::proto::h2::PREFACE;
use httpsys_engine::core::proto::h2::frame::{flag, kind};
use httpsys_engine::core::{Error, RequestId};
use httpsys_engine::{Chunk, PendingSend, QueueHandle, Service};
use httpsys_network::Rules;
use httpsys_socket::{JoinHandle, world};

use crate::h2::{frame_of, get, world_of};
use crate::simulated::{Client, Simulated};

const LARGE: usize = 1 << 20;
const SMALL: usize = 1_000;
const SOCKETS: usize = 2 * 10_000;
/// What the connection keeps: a turn is added while there are less than 64 KiB. Then a turn beside others, and what is
/// on its way.
const MOST_BEFORE: usize = (64 + 64 + 16) * 1024 + SOCKETS;

/// How the program sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    /// A call, on a thread that waits in it.
    Blocking,
    Overlapped,
    /// Calls of 5,000 bytes, on a thread that waits in them.
    Parts,
}

const WAYS: [Way; 3] = [Way::Blocking, Way::Overlapped, Way::Parts];

/// An overlapped send: its memory.
struct Sending(Arc<Vec<u8>>);

impl PendingSend for Sending {
    fn with_body(&self, lend: &mut dyn FnMut(&[Chunk<'_>])) {
        lend(&[Chunk::Memory(&self.0)]);
    }

    fn done(self: Box<Self>, _: &Service, result: Result<u64, Error>) {
        assert!(result.is_ok(), "{result:?}");
    }
}

fn call(request: RequestId, more_data: bool) -> SendResponse {
    SendResponse {
        request,
        disconnect: false,
        more_data,
        opaque: false,
        go_away: false,
    }
}

fn ok() -> ResponseParts {
    let mut head = ResponseParts::new();
    head.begin(200, b"OK").expect("a status");
    head
}

fn block(service: &Service, queue: &QueueHandle, request: RequestId, body: &[u8], part: usize) {
    let mut parts = body.chunks(part).peekable();
    let first = [Chunk::Memory(parts.next().unwrap_or_default())];
    let begins = call(request, parts.peek().is_some());
    let sent = service.send_response(queue, &begins, &mut ok(), &first, None);
    assert!(sent.is_ok(), "{sent:?}");
    while let Some(next) = parts.next() {
        let goes_on = call(request, parts.peek().is_some());
        let sent = service.send_entity_body(queue, &goes_on, &[Chunk::Memory(next)], None);
        assert_eq!(sent, Ok(next.len() as u64));
    }
}

/// Sends a response of so many bytes; the thread that does, if one has to wait.
fn respond(
    world: &Simulated,
    request: RequestId,
    length: usize,
    way: Way,
) -> Option<JoinHandle<()>> {
    let body = Arc::new(vec![b'x'; length]);
    let (service, queue) = (world.service.clone(), Arc::clone(&world.queue));
    if way == Way::Overlapped {
        let chunks = [Chunk::Memory(&body)];
        let keep = || Box::new(Sending(Arc::clone(&body))) as Box<dyn PendingSend>;
        let register = &mut |_| Ok(keep());
        let send = call(request, false);
        let sent = service.try_send_response(&queue, &send, &mut ok(), &chunks, None, register);
        assert!(sent.is_ok(), "{sent:?}");
        return None;
    }
    let part = if way == Way::Parts { 5_000 } else { length };
    let send = move || block(&service, &queue, request, &body, part);
    Some(httpsys_socket::spawn("sender", send).expect("a thread"))
}

/// A client that takes all that comes, as far as the sockets hold it.
fn greet(world: &Simulated) -> Client {
    let client = world.connect();
    let much = (1_u32 << 30).to_be_bytes();
    client.send(PREFACE);
    client.send(&frame_of(
        kind::SETTINGS,
        0,
        0,
        &[&[0, 4][..], &much].concat(),
    ));
    client.send(&frame_of(kind::SETTINGS, flag::ACK, 0, &[]));
    client.send(&frame_of(kind::WINDOW_UPDATE, 0, 0, &much));
    client
}

/// Reads until this stream has ended, and counts the content of each.
fn read_to_end_of(client: &Client, wanted: u32, content: &mut BTreeMap<u32, usize>) {
    loop {
        let header = client.read_exactly(9).expect("a header");
        let length = u32::from_be_bytes([0, header[0], header[1], header[2]]) as usize;
        let stream = u32::from_be_bytes([header[5], header[6], header[7], header[8]]);
        client.read_exactly(length).expect("a frame");
        assert_ne!(header[3], kind::RST_STREAM, "{stream}");
        if header[3] == kind::DATA {
            *content.entry(stream).or_default() += length;
            if stream == wanted && header[4] & flag::END_STREAM != 0 {
                return;
            }
        }
    }
}

fn world(seed: u64) -> Simulated {
    let rules = Rules {
        send_buffer: SOCKETS / 2,
        receive_buffer: SOCKETS / 2,
        delay: Duration::ZERO..=Duration::from_millis(1),
        ..Rules::default()
    };
    world_of(seed, rules)
}

#[test]
fn a_small_response_goes_out_beside_a_large_one_that_began_before() {
    for (seed, (large, small)) in (1..).zip(WAYS.map(|large| WAYS.map(|one| (large, one))).concat())
    {
        let world = world(seed);
        let client = greet(&world);
        client.send(&get(1));
        let first = world.receive().expect("a request");
        let mut threads = vec![respond(&world, first, LARGE, large)];
        // It fills all that is between the program and the client.
        world::sleep(Duration::from_millis(100));
        client.send(&get(3));
        let second = world.receive().expect("a request");
        threads.push(respond(&world, second, SMALL, small));
        let mut content = BTreeMap::new();
        read_to_end_of(&client, 3, &mut content);
        let before = content[&1];
        assert!(
            before <= MOST_BEFORE,
            "{before} bytes before it: {large:?}, {small:?}"
        );
        assert_eq!(content[&3], SMALL);
        read_to_end_of(&client, 1, &mut content);
        assert_eq!(content[&1], LARGE);
        for thread in threads.into_iter().flatten() {
            thread.join().expect("no panic");
        }
        drop(client);
        world.end();
    }
}

#[test]
fn large_responses_of_a_connection_go_on_side_by_side() {
    for (seed, way) in (1..).zip(WAYS) {
        let world = world(seed);
        let client = greet(&world);
        let mut threads = Vec::new();
        for stream in [1, 3, 5] {
            client.send(&get(stream));
            let request = world.receive().expect("a request");
            threads.push(respond(&world, request, LARGE, way));
        }
        let mut content = BTreeMap::new();
        read_to_end_of(&client, 1, &mut content);
        for stream in [3, 5] {
            let behind = LARGE - content[&stream];
            assert!(behind <= 2 * MOST_BEFORE, "{behind} bytes behind: {way:?}");
        }
        for stream in [3, 5] {
            if content[&stream] < LARGE {
                read_to_end_of(&client, stream, &mut content);
            }
            assert_eq!(content[&stream], LARGE, "{way:?}");
        }
        for thread in threads.into_iter().flatten() {
            thread.join().expect("no panic");
        }
        drop(client);
        world.end();
    }
}
