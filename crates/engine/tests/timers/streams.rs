//! Streams of HTTP/2 that end by a timer or by an error of the client: which of them, why, and what is said of it.
//!
//! Owns: MinSendRate where a window is missing (TMO-010, H2X), reasons and lines of streams and of their connection.
//! Does not own: the rules of HTTP/2 (`httpsys-proto`).

use std::thread;

use httpsys_core::close_reason::TimerKind;
use httpsys_core::property::Timeouts;
use httpsys_core::{CloseReason, Error};
use httpsys_engine::ConnectionStatus;
use httpsys_proto::Parameters;
use httpsys_proto::h2::frame::{self, flag, kind};
use httpsys_proto::h2::{PREFACE, StreamId};

use crate::client::Client;
use crate::world::World;

const SLOW: CloseReason = CloseReason::Timer(TimerKind::MinSendRate);
/// Bytes a second.
const RATE: u32 = 1_000;
/// Lasts ten seconds.
static BODY: [u8; 10_000] = [b'x'; 10_000];
/// More than sockets hold.
static LARGE: [u8; 16 << 20] = [b'x'; 16 << 20];
/// Of a connection, at first.
const WINDOW: usize = 65_535;

fn world() -> World {
    let mut parameters = Parameters::default();
    parameters.choices.http2_prior_knowledge = true;
    let world = World::with(parameters);
    world.set(Timeouts {
        min_send_rate: RATE,
        ..Timeouts::default()
    });
    world
}

fn frame_of(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    frame::write(&mut out, kind, flags, StreamId::new(stream), payload);
    out
}

/// A client that grants windows of so many bytes.
fn connect(world: &World, window: u32) -> Client {
    greet(world.connect(), window)
}

fn greet(mut client: Client, window: u32) -> Client {
    client.send(PREFACE);
    let window = window.to_be_bytes();
    let settings = [&[0, 4][..], &window].concat();
    client.send(frame_of(kind::SETTINGS, 0, 0, &settings));
    client.send(frame_of(kind::SETTINGS, flag::ACK, 0, &[]));
    client
}

/// Of a stream, or of the connection: 0.
fn window_update(stream: u32, by: u32) -> Vec<u8> {
    frame_of(kind::WINDOW_UPDATE, 0, stream, &by.to_be_bytes())
}

/// `GET /x` or `POST /x`; the first has no content.
fn request(stream: u32, is_post: bool) -> Vec<u8> {
    let method = if is_post { 0x83 } else { 0x82 };
    let block = [
        &[method, 0x86, 0x04, 2][..],
        b"/x",
        &[0x01, 9],
        b"localhost",
    ]
    .concat();
    let end = if is_post { 0 } else { flag::END_STREAM };
    frame_of(kind::HEADERS, flag::END_HEADERS | end, stream, &block)
}

/// The next frame of this type: its stream and payload. Others before it are passed over.
fn next(client: &mut Client, wanted: u8) -> (u32, Vec<u8>) {
    loop {
        let mut head = [0; 9];
        client.read_exact(&mut head);
        let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
        let mut payload = vec![0; length as usize];
        client.read_exact(&mut payload);
        if head[3] == wanted {
            let stream = u32::from_be_bytes([head[5], head[6], head[7], head[8]]);
            return (stream, payload);
        }
    }
}

/// So much content, of whatever streams.
fn take_content(client: &mut Client, length: usize) {
    let mut taken = 0;
    while taken < length {
        taken += next(client, kind::DATA).1.len();
    }
    assert_eq!(taken, length);
}

/// A window of nothing that is held open costs a sender, which the timer gives back: for the whole response the client
/// has as long as it lasts at the rate, from the response on, stream by stream.
#[test]
fn tmo_010_a_window_of_nothing_holds_a_sender_no_longer_than_the_response_lasts() {
    let world = world();
    let mut client = connect(&world, 0);
    let mut sends = Vec::new();
    for stream in [1, 3, 5] {
        client.send(request(stream, false));
        let received = world.receive();
        sends.push((received, world.waiting_send(received.request, &BODY)));
    }
    let start = world.now();
    world.turn_to(start + 10_000 - 1);
    world.settle();
    for (received, send) in &sends {
        world.expect_open(received.connection);
        send.expect_nothing();
    }
    world.turn_to(start + 12_000);
    for (received, send) in sends {
        world.expect_fate(received.connection, SLOW);
        send.expect(&Err(Error::ConnectionInvalid));
    }
    let mut resets: Vec<_> = (0..3)
        .map(|_| next(&mut client, kind::RST_STREAM))
        .collect();
    resets.sort();
    let cancel = 8_u32.to_be_bytes().to_vec();
    assert_eq!(resets, [1, 3, 5].map(|stream| (stream, cancel.clone())));
    // The connection and what needs no window go on.
    client.send(request(7, false));
    let received = world.receive();
    world.expect_open(received.connection);
    let more = world.waiting_send(received.request, &BODY);
    client.send(frame_of(
        kind::WINDOW_UPDATE,
        0,
        7,
        &10_000_u32.to_be_bytes(),
    ));
    next(&mut client, kind::DATA);
    assert!(more.get().is_ok());
    let mut lines = world.logged();
    lines.sort();
    let line = |stream| format!("HTTP/2.0 GET /x {stream} - - Timer_MinBytesPerSecond -");
    assert_eq!(lines, [1, 3, 5].map(line));
}

/// As above, of calls that block: each has its thread back.
#[test]
fn tmo_010_a_window_of_nothing_holds_a_thread_no_longer_than_the_response_lasts() {
    let world = world();
    let mut client = connect(&world, 0);
    let own = &world;
    thread::scope(|scope| {
        let sends = [1, 3, 5].map(|stream| {
            client.send(request(stream, false));
            let received = world.receive();
            (received, scope.spawn(move || own.respond(received.request)))
        });
        // They begin when they like.
        while !sends.iter().all(|(_, send)| send.is_finished()) {
            world.turn(1_000);
            thread::yield_now();
        }
        for (received, send) in sends {
            let result = send.join().expect("no panic");
            assert_eq!(result, Err(Error::ConnectionInvalid));
            world.expect_fate(received.connection, SLOW);
        }
    });
}

/// A window that is dribbled open gives no more time than the response lasts.
#[test]
fn tmo_010_a_window_that_grows_by_a_byte_gives_no_more_time() {
    let world = world();
    let mut client = connect(&world, 0);
    client.send(request(1, false));
    let received = world.receive();
    let send = world.waiting_send(received.request, &BODY);
    let start = world.now();
    for part in 1..10 {
        client.send(frame_of(kind::WINDOW_UPDATE, 0, 1, &1_u32.to_be_bytes()));
        next(&mut client, kind::DATA);
        world.turn_to(start + part * 1_000);
        world.settle();
        world.expect_open(received.connection);
        send.expect_nothing();
    }
    world.turn_to(start + 12_000);
    world.expect_fate(received.connection, SLOW);
    send.expect(&Err(Error::ConnectionInvalid));
}

/// The buffer of the connection and the socket are full of another response when its window opens, and it has its turns
/// beside that: the client, which has to take both, is not slow before both last.
#[test]
fn tmo_010_g_150_what_other_streams_have_sent_before_a_response_gives_it_time() {
    // More than its turns come to while the client takes nothing.
    const SMALL: usize = 1 << 20;
    for takes in [true, false] {
        let world = world();
        let mut client = greet(Client::small(world.port), 0);
        client.send(request(1, false));
        let small = world.receive();
        let send = world.waiting_send(small.request, &LARGE[..SMALL]);
        client.send([window_update(0, 1 << 30), request(3, false)].concat());
        let large = world.receive();
        let _goes_on = world.waiting_send(large.request, &LARGE);
        client.send(window_update(3, 1 << 30));
        world.settle();
        client.send(window_update(1, SMALL as u32));
        world.settle();
        let start = world.now();
        world.turn_to(start + SMALL as u64 + 30_000);
        world.settle();
        world.expect_open(small.connection);
        send.expect_nothing();
        if takes {
            let mut taken = 0;
            while taken < SMALL {
                let (stream, content) = next(&mut client, kind::DATA);
                taken += if stream == 1 { content.len() } else { 0 };
            }
            assert!(send.get().is_ok());
        } else {
            // No longer than all of it.
            world.turn_to(start + (SMALL + LARGE.len()) as u64 + 60_000);
            world.expect_fate(small.connection, SLOW);
            send.expect(&Err(Error::ConnectionInvalid));
        }
    }
}

/// The same where other responses use the window of the connection.
#[test]
fn tmo_010_g_150_what_other_streams_take_of_the_window_of_the_connection_gives_a_response_time() {
    let world = world();
    let mut client = connect(&world, 1 << 30);
    client.send(request(1, false));
    let large = world.receive();
    let more = world.waiting_send(large.request, &LARGE[..WINDOW + 160_000]);
    take_content(&mut client, WINDOW);
    client.send(request(3, false));
    let small = world.receive();
    let send = world.waiting_send(small.request, &BODY[..1_000]);
    for _ in 0..3 {
        client.send(window_update(0, 50_000));
        take_content(&mut client, 50_000);
        world.turn(50_000);
        world.settle();
        let slow = ConnectionStatus::Ended(SLOW);
        assert_ne!(world.service.fate_of(small.connection), slow);
    }
    client.send(window_update(0, 1 << 30));
    assert!(more.get().is_ok());
    assert!(send.get().is_ok());
}

/// What goes on beside it is no reason to hold a sender whose window is shut.
#[test]
fn tmo_010_g_150_a_window_of_nothing_gives_no_time_for_other_streams() {
    let world = world();
    let mut client = connect(&world, 0);
    client.send([request(1, false), request(3, false)].concat());
    let [large, small] = [world.receive(), world.receive()];
    let more = world.waiting_send(large.request, &LARGE);
    let send = world.waiting_send(small.request, &BODY[..1_000]);
    client.send(window_update(1, 1 << 30));
    take_content(&mut client, WINDOW);
    world.turn(3_000);
    world.expect_fate(small.connection, SLOW);
    send.expect(&Err(Error::ConnectionInvalid));
    world.expect_open(large.connection);
    more.expect_nothing();
}

#[test]
fn log_002_streams_end_for_the_reason_of_their_connection() {
    let world = world();
    let mut client = connect(&world, 65_535);
    client.send([request(1, true), request(3, true)].concat());
    let received = [world.receive(), world.receive()];
    // DATA on stream 0.
    client.send(frame_of(kind::DATA, 0, 0, b"x"));
    let end = CloseReason::Http2("Http2_ProtocolError");
    for one in received {
        world.expect_fate(one.connection, end);
        world.expect_event(one.connection, "Http2_ProtocolError");
        assert_eq!(world.respond(one.request), Err(Error::ConnectionInvalid));
    }
    let (_, payload) = next(&mut client, kind::GOAWAY);
    assert_eq!(payload[..8], [0, 0, 0, 3, 0, 0, 0, 1]);
    client.finish();
    world.settle();
    let mut lines = world.logged();
    lines.sort();
    let expected = [
        "HTTP/2.0 - - - - - Http2_ProtocolError -",
        "HTTP/2.0 POST /x 1 - - Http2_ProtocolError -",
        "HTTP/2.0 POST /x 3 - - Http2_ProtocolError -",
    ];
    assert_eq!(lines, expected);
}

#[test]
fn log_002_a_flood_has_a_line_that_says_so() {
    let world = world();
    let mut client = connect(&world, 65_535);
    client.send(request(1, false));
    let received = world.receive();
    // One for the stream, and 100.
    client.send(frame_of(kind::PING, 0, 0, &[0; 8]).repeat(102));
    world.expect_fate(
        received.connection,
        CloseReason::Http2("Http2_EnhanceYourCalm"),
    );
    let (_, payload) = next(&mut client, kind::GOAWAY);
    assert_eq!(payload[4..8], [0, 0, 0, 11]);
    client.finish();
    world.settle();
    let mut lines = world.logged();
    lines.sort();
    let expected = [
        "HTTP/2.0 - - - - - Http2_EnhanceYourCalm -",
        "HTTP/2.0 GET /x 1 - - Http2_EnhanceYourCalm -",
    ];
    assert_eq!(lines, expected);
}

/// Its connection and the others go on.
#[test]
fn log_002_a_stream_that_is_reset_for_an_error_says_so_and_one_that_the_client_resets_does_not() {
    let world = world();
    let mut client = connect(&world, 65_535);
    client.send([request(1, true), request(3, true), request(5, false)].concat());
    let received = [world.receive(), world.receive(), world.receive()];
    // A window must not grow by nothing (RFC 9113 section 6.9).
    client.send(frame_of(kind::WINDOW_UPDATE, 0, 1, &[0; 4]));
    client.send(frame_of(kind::RST_STREAM, 0, 3, &8_u32.to_be_bytes()));
    world.expect_fate(
        received[0].connection,
        CloseReason::Http2("Http2_ProtocolError"),
    );
    world.expect_fate(received[1].connection, CloseReason::PeerReset);
    world.expect_open(received[2].connection);
    assert_eq!(world.respond(received[2].request).map(drop), Ok(()));
    let mut lines = world.logged();
    lines.sort();
    let expected = [
        "HTTP/2.0 POST /x 1 - - Http2_ProtocolError -",
        "HTTP/2.0 POST /x 3 - - Connection_Dropped -",
    ];
    assert_eq!(lines, expected);
}

/// A field block that stands still ends its connection, and with that its streams.
#[test]
fn log_002_con_018_streams_end_with_the_timer_of_their_connection() {
    let world = world();
    let mut client = connect(&world, 65_535);
    client.send(request(1, true));
    let received = world.receive();
    let start = world.now();
    // HEADERS without END_HEADERS.
    client.send(frame_of(kind::HEADERS, 0, 3, &[0x82]));
    world.settle();
    world.turn_to(start + 119_000);
    world.settle();
    world.expect_open(received.connection);
    world.turn_to(start + 121_000);
    world.expect_fate(
        received.connection,
        CloseReason::Timer(TimerKind::HeaderWait),
    );
    world.settle();
    let mut lines = world.logged();
    lines.sort();
    let expected = [
        "- - - - - - Timer_HeaderWait -",
        "HTTP/2.0 POST /x 1 - - Timer_HeaderWait -",
    ];
    assert_eq!(lines, expected);
}

/// The client is gone: as before, that is a dropped connection for each.
#[test]
fn log_007_streams_of_a_connection_that_broke_are_dropped() {
    let world = world();
    let mut client = connect(&world, 65_535);
    client.send([request(1, true), request(3, false)].concat());
    let received = [world.receive(), world.receive()];
    client.reset();
    for one in received {
        world.expect_fate(one.connection, CloseReason::PeerReset);
    }
    let mut lines = world.logged();
    lines.sort();
    let expected = [
        "HTTP/2.0 GET /x 3 - - Connection_Dropped -",
        "HTTP/2.0 POST /x 1 - - Connection_Dropped -",
    ];
    assert_eq!(lines, expected);
}
