//! HTTP/2 over the simulated network, by prior knowledge.
//!
//! Owns: what the random programs (`tests/sim`) have found of streams, each as a test of its own.

use httpsys_engine::core::Error;
use httpsys_engine::core::call::ReceiveEntityBody;
use httpsys_engine::core::proto::Parameters;
use httpsys_engine::core::proto::h2::frame::{self, flag, kind};
use httpsys_engine::core::proto::h2::{PREFACE, StreamId};
use httpsys_network::{Role, Rules, TraceKind};

use crate::simulated::{Client, Simulated, rest};

fn world() -> Simulated {
    world_of(1, Rules::default())
}

pub(crate) fn world_of(seed: u64, rules: Rules) -> Simulated {
    let mut parameters = Parameters::default();
    parameters.choices.http2_prior_knowledge = true;
    Simulated::with(seed, rules, parameters)
}

/// GET / of http and localhost.
pub(crate) fn get(stream: u32) -> Vec<u8> {
    let block = [&[0x82, 0x86, 0x84, 0x01, 9][..], b"localhost"].concat();
    let flags = flag::END_HEADERS | flag::END_STREAM;
    frame_of(kind::HEADERS, flags, stream, &block)
}

pub(crate) fn frame_of(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    frame::write(&mut out, kind, flags, StreamId::new(stream), payload);
    out
}

/// The preface, and POST / of http and localhost on stream 1, in so many bytes and the rest.
fn begin(client: &Client, first: usize) {
    let mut bytes = PREFACE.to_vec();
    bytes.extend(frame_of(kind::SETTINGS, 0, 0, &[]));
    let block = [&[0x83, 0x86, 0x84, 0x01, 9][..], b"localhost"].concat();
    bytes.extend(frame_of(kind::HEADERS, flag::END_HEADERS, 1, &block));
    client.send(&bytes[..first]);
    rest();
    client.send(&bytes[first..]);
}

/// The bytes that the service has received by its counters, and by the network.
fn received(world: Simulated) -> (u64, u64) {
    let service = world.service.clone();
    let (_, events) = world.end();
    let reads = events.iter().map(|event| match event.kind {
        TraceKind::Read(_, Role::Server, bytes) => bytes as u64,
        _ => 0,
    });
    (service.service_counters().bytes_received, reads.sum())
}

#[test]
fn the_head_of_a_stream_counts_as_it_was_sent_and_not_as_http_1_has_it() {
    // All at once, cut in the preface, and cut in HEADERS.
    for first in [24, 10, 40, 50] {
        let world = world();
        let client = world.connect();
        begin(&client, first);
        world.receive().expect("a request");
        client.0.reset();
        let (counted, read) = received(world);
        assert_eq!(counted, read, "cut at {first}");
    }
}

#[test]
fn content_of_a_stream_counts_once_whether_it_is_read_or_not() {
    for reads in [true, false] {
        let world = world();
        let client = world.connect();
        begin(&client, 24);
        let request = world.receive().expect("a request");
        client.send(&frame_of(kind::DATA, 0, 1, &[b'x'; 1_000]));
        rest();
        // What is counted before the content is read is not counted again.
        let _ = world.service.service_counters();
        if reads {
            let call = ReceiveEntityBody {
                request,
                fill_buffer: true,
            };
            let mut body = [0; 1_000];
            let service = &world.service;
            let read = service.receive_entity_body(&world.queue, &call, &mut body);
            assert_eq!(read, Ok::<_, Error>(1_000));
        }
        client.0.reset();
        let (counted, read) = received(world);
        assert_eq!(counted, read, "the program reads: {reads}");
    }
}
