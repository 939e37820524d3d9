//! Whatever is kept for a moment goes out: kinds of responses beside requests of the same batch, and load.
//!
//! Owns: what a client sees. Does not own: which frames go out in one write (tests of the engine,
//! `poll/turn/tests/batches.rs`), nor whom a response waits for (`together.rs`).

use std::sync::atomic::{AtomicUsize, Ordering};

use httpsys_core::proto::h2::H2Code;
use httpsys_tests::door::{CachePiece, CachePolicy, Door, MORE_DATA, Reply, World};
use httpsys_tests::h2::H2Client;
use httpsys_tests::thread;

use crate::{be_patient, connect, connect_with};

secure_doors![
    each_kind_of_response_arrives_beside_a_request_that_has_no_answer,
    streams_that_the_client_resets_hold_up_no_other_of_their_batch,
    responses_that_wait_for_the_socket_arrive_beside_empty_ones,
    connections_with_open_batches_are_all_served,
];

const INITIAL_WINDOW: u16 = 4;

/// A client that grants much at once.
fn greedy<D: Door>(w: &World<D>) -> H2Client {
    let mut client = connect_with(w, &[(INITIAL_WINDOW, 1 << 24)]);
    client.grant(0, 1 << 26);
    client
}

fn each_kind_of_response_arrives_beside_a_request_that_has_no_answer<D: Door>(w: &World<D>) {
    let mut client = greedy(w);
    let ok = |lengths: &[usize]| {
        let chunk = |reply: Reply, length: &usize| reply.chunk(vec![b'x'; *length]);
        lengths.iter().fold(Reply::ok(), chunk)
    };
    for kind in 0..16 {
        let (method, is_end) = match kind {
            0 => ("HEAD", true),
            1 | 2 => ("POST", false),
            _ => ("GET", true),
        };
        let fields: &[_] = match is_end {
            true => &[],
            false => &[("content-length", "10")],
        };
        let path = format!("/{kind}");
        let (first, second) = client.together(|client| {
            let first = client.request(method, &path, fields, is_end);
            (first, client.get("/late"))
        });
        let received = w.receive();
        let late = w.receive().id;
        assert_eq!(received.abs_path, path);
        let id = received.id;
        let trailers = [("x-end", "1")];
        let (length, sent) = match kind {
            0 => (0, w.respond(id, &ok(&[]))),
            1 => (0, w.respond(id, &ok(&[]))),
            2 => (20_000, w.respond(id, &ok(&[20_000]))),
            3 => (0, w.respond(id, &Reply::new(204, "No Content"))),
            4 => (10, w.respond(id, &ok(&[10]))),
            5 => (20_000, w.respond(id, &ok(&[20_000]))),
            6 => (70_000, w.respond(id, &ok(&[70_000]))),
            7 => (20_011, w.respond(id, &ok(&[10, 20_000, 1]))),
            8 => (300_000, w.respond(id, &ok(&[100_000, 200_000]))),
            9 => (
                10,
                w.door
                    .respond_with_trailers(&w.queue, id, &ok(&[10]), &trailers),
            ),
            10 => (
                0,
                w.door
                    .respond_with_trailers(&w.queue, id, &ok(&[]), &trailers),
            ),
            11 => {
                let begun = w.respond(id, &ok(&[]).flags(MORE_DATA));
                (0, begun.and_then(|_| w.send_body(id, &[], 0)))
            }
            12 => {
                let begun = w.respond(id, &ok(&[20_000]).flags(MORE_DATA));
                (20_001, begun.and_then(|_| w.send_body(id, &[b"x"], 0)))
            }
            13 => {
                let begun = w.respond(id, &ok(&[1]).flags(MORE_DATA));
                let door = &w.door;
                let end = |_| door.send_body_with_trailers(&w.queue, id, b"x", &trailers, 0);
                (2, begun.and_then(end))
            }
            14 => {
                let keep = CachePolicy::UserInvalidates;
                (
                    10,
                    w.door.respond_cached(&w.queue, &received, &ok(&[10]), keep),
                )
            }
            _ => {
                let pieces = [CachePiece::Memory(b"one"), CachePiece::Memory(b"two")];
                (6, w.door.respond_with_pieces(&w.queue, id, &pieces))
            }
        };
        assert!(sent.is_ok(), "{kind}: {sent:?}");
        assert_eq!(client.response(first).body.len(), length, "{kind}");
        assert!(w.respond(late, &ok(&[4])).is_ok());
        assert_eq!(client.response(second).body.len(), 4, "{kind}");
    }
}

/// Some are reset before they are answered, some meanwhile, some too late.
fn streams_that_the_client_resets_hold_up_no_other_of_their_batch<D: Door>(w: &World<D>) {
    for round in 0..12 {
        let mut client = greedy(w);
        let streams = client.together(|client| {
            let ask = |_| client.get("/");
            (0..9).map(ask).collect::<Vec<u32>>()
        });
        let ids: Vec<u64> = streams.iter().map(|_| w.receive().id).collect();
        thread::scope(|scope| {
            for share in ids[..8].chunks(4) {
                scope.spawn(move || {
                    for (at, id) in share.iter().enumerate() {
                        let length = if at % 2 == 0 { 3 } else { 30_000 };
                        // The client may have reset it.
                        let _ = w.respond(*id, &Reply::ok().chunk(vec![b'x'; length]));
                    }
                });
            }
            for stream in &streams[round % 3..8] {
                if stream % 4 == 1 {
                    client.reset(*stream, H2Code::CANCEL);
                }
            }
            for (at, stream) in streams[..8].iter().enumerate() {
                if stream % 4 != 1 {
                    let length = if at % 2 == 0 { 3 } else { 30_000 };
                    assert_eq!(client.response(*stream).body.len(), length);
                }
            }
        });
        // The last has had no answer until now.
        assert!(w.respond(ids[8], &Reply::ok().chunk("last")).is_ok());
        assert_eq!(client.response(streams[8]).body, b"last");
    }
}

/// Large responses fill the socket, and stand in the line for room; empty ones are kept beside them.
fn responses_that_wait_for_the_socket_arrive_beside_empty_ones<D: Door>(w: &World<D>) {
    const LARGE: usize = 1 << 20;
    be_patient(w);
    let mut client = greedy(w);
    let streams = client.together(|client| {
        let ask = |_| client.get("/");
        (0..24).map(ask).collect::<Vec<u32>>()
    });
    let ids: Vec<u64> = streams.iter().map(|_| w.receive().id).collect();
    thread::scope(|scope| {
        for (at, id) in ids.iter().enumerate().filter(|(at, _)| at % 2 == 0) {
            let reply = Reply::ok().chunk(vec![b'x'; LARGE + at]);
            scope.spawn(move || assert!(w.respond(*id, &reply).is_ok()));
        }
        let empty = ids.iter().skip(1).step_by(2);
        let answers = scope.spawn(move || {
            for id in empty {
                assert!(w.respond(*id, &Reply::new(204, "No Content")).is_ok());
            }
        });
        // More come while it stands still.
        for _ in 0..8 {
            let two = client.together(|client| [client.get("/"), client.get("/")]);
            for stream in two {
                let id = w.receive().id;
                assert!(w.respond(id, &Reply::new(204, "No Content")).is_ok());
                let _ = stream;
            }
        }
        for (at, stream) in streams.iter().enumerate() {
            let expected = if at % 2 == 0 { LARGE + at } else { 0 };
            assert_eq!(client.response(*stream).body.len(), expected);
        }
        assert!(answers.join().is_ok());
    });
}

/// Threads that come back to receives, and threads that do not, on many connections.
fn connections_with_open_batches_are_all_served<D: Door>(w: &World<D>) {
    const ROUNDS: usize = 20;
    const CLIENTS: usize = 4;
    const EACH: usize = 5;
    const BATCH: usize = 6;
    let left = &AtomicUsize::new(CLIENTS * EACH * ROUNDS * BATCH);
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                w.serve(|received| {
                    left.fetch_sub(1, Ordering::Relaxed);
                    Reply::ok().chunk(received.abs_path.as_bytes())
                });
            });
        }
        let ask = |one: usize| {
            let mut clients: Vec<H2Client> = (0..EACH).map(|_| connect(w)).collect();
            for round in 0..ROUNDS {
                let path = |at: usize| format!("/{one}/{round}/{at}");
                let mut asked = Vec::new();
                for client in &mut clients {
                    asked.push(client.together(|client| {
                        let ask = |at| client.get(&path(at));
                        (0..BATCH).map(ask).collect::<Vec<u32>>()
                    }));
                }
                for (client, streams) in clients.iter_mut().zip(asked) {
                    for (at, stream) in streams.into_iter().enumerate() {
                        assert_eq!(client.response(stream).body, path(at).into_bytes());
                    }
                }
            }
        };
        let clients: Vec<_> = (0..CLIENTS)
            .map(|one| scope.spawn(move || ask(one)))
            .collect();
        for client in clients {
            assert!(client.join().is_ok());
        }
        assert_eq!(left.load(Ordering::Relaxed), 0);
        w.door.close_queue(&w.queue).expect("it is open");
    });
}
