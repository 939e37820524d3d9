//! Requests that come together: their responses may go out together, and none waits for another request.
//!
//! Owns: what a client sees, whatever the threads of the program do. Does not own: which frames go out in one write
//! (tests of the engine, `poll/turn/tests/batches.rs`).

use httpsys_tests::door::{Door, MORE_DATA, Reply, World};
use httpsys_tests::h2::H2Client;
use httpsys_tests::thread;

use crate::{be_patient, connect, connect_with};

secure_doors![
    a_response_does_not_wait_for_a_request_that_is_never_answered,
    a_response_does_not_wait_while_its_thread_is_in_a_receive,
    a_response_does_not_wait_while_another_thread_is_in_a_receive,
    a_response_does_not_wait_for_a_request_that_nobody_has_taken,
    a_response_does_not_wait_for_a_response_that_has_begun,
    each_of_many_responses_arrives_whatever_the_order,
    responses_that_are_refused_by_a_window_hold_up_no_other_of_their_batch,
    a_queue_that_is_closed_lets_what_was_answered_arrive,
];

/// Requests in one write, and what the program receives of them.
fn requests<D: Door>(w: &World<D>, client: &mut H2Client, count: usize) -> Vec<(u32, u64)> {
    let streams = client.together(|client| {
        let ask = |_| client.get("/");
        (0..count).map(ask).collect::<Vec<u32>>()
    });
    let ids = (0..count).map(|_| w.receive().id);
    streams.into_iter().zip(ids).collect()
}

fn answer<D: Door>(w: &World<D>, id: u64, text: &str) {
    w.respond(id, &Reply::ok().chunk(text)).expect("an answer");
}

/// The thread of the program does not come back: it reads as the client.
fn a_response_does_not_wait_for_a_request_that_is_never_answered<D: Door>(w: &World<D>) {
    let mut client = connect(w);
    for at in [0, 1, 2] {
        let three = requests(w, &mut client, 3);
        answer(w, three[at].1, "early");
        assert_eq!(client.response(three[at].0).body, b"early");
        // And the next one, of those that still came together.
        let next = three[(at + 1) % 3];
        answer(w, next.1, "later");
        assert_eq!(client.response(next.0).body, b"later");
    }
}

fn a_response_does_not_wait_while_its_thread_is_in_a_receive<D: Door>(w: &World<D>) {
    let mut client = connect(w);
    let two = requests(w, &mut client, 2);
    thread::scope(|scope| {
        let program = scope.spawn(|| {
            answer(w, two[1].1, "early");
            w.receive().id
        });
        assert_eq!(client.response(two[1].0).body, b"early");
        let last = client.get("/");
        answer(w, program.join().expect("no panic"), "last");
        assert_eq!(client.response(last).body, b"last");
    });
}

fn a_response_does_not_wait_while_another_thread_is_in_a_receive<D: Door>(w: &World<D>) {
    let mut client = connect(w);
    let two = requests(w, &mut client, 2);
    thread::scope(|scope| {
        let other = scope.spawn(|| w.receive().id);
        answer(w, two[0].1, "early");
        assert_eq!(client.response(two[0].0).body, b"early");
        let last = client.get("/");
        answer(w, other.join().expect("no panic"), "last");
        assert_eq!(client.response(last).body, b"last");
    });
}

fn a_response_does_not_wait_for_a_request_that_nobody_has_taken<D: Door>(w: &World<D>) {
    let mut client = connect(w);
    let streams = client.together(|client| [client.get("/"), client.get("/")]);
    answer(w, w.receive().id, "early");
    assert_eq!(client.response(streams[0]).body, b"early");
    answer(w, w.receive().id, "late");
    assert_eq!(client.response(streams[1]).body, b"late");
}

fn a_response_does_not_wait_for_a_response_that_has_begun<D: Door>(w: &World<D>) {
    let mut client = connect(w);
    let two = requests(w, &mut client, 2);
    let begun = w.respond(two[0].1, &Reply::ok().chunk("abc").flags(MORE_DATA));
    assert!(begun.is_ok());
    assert_eq!(client.next_text(), format!("HEADERS {} 200", two[0].0));
    assert_eq!(client.next_text(), format!("DATA {} 3", two[0].0));
    answer(w, two[1].1, "whole");
    assert_eq!(client.response(two[1].0).body, b"whole");
    assert_eq!(w.send_body(two[0].1, &[b"def"], 0), Ok(3));
    assert_eq!(client.response(two[0].0).body, b"def");
    client.assert_quiet();
}

/// Each thread answers its own; one of them only when the client has all the others'.
fn each_of_many_responses_arrives_whatever_the_order<D: Door>(w: &World<D>) {
    const SHARE: usize = 8;
    let mut client = connect(w);
    for late in 0..3 {
        let all = requests(w, &mut client, 3 * SHARE);
        thread::scope(|scope| {
            for (at, share) in all.chunks(SHARE).enumerate() {
                scope.spawn(move || {
                    if at == late {
                        let id = w.receive().id;
                        answer(w, id, "go on");
                    }
                    for (stream, id) in share {
                        answer(w, *id, &format!("{stream}"));
                    }
                });
            }
            let is_late = |at: usize| at / SHARE == late;
            let mut expect = |is: bool| {
                for (_, (stream, _)) in all.iter().enumerate().filter(|(at, _)| is_late(*at) == is)
                {
                    let body = client.response(*stream).body;
                    assert_eq!(body, stream.to_string().into_bytes());
                }
                if !is {
                    let sign = client.get("/");
                    assert_eq!(client.response(sign).body, b"go on");
                }
            };
            expect(false);
            expect(true);
        });
    }
    client.assert_quiet();
}

fn responses_that_are_refused_by_a_window_hold_up_no_other_of_their_batch<D: Door>(w: &World<D>) {
    be_patient(w);
    const INITIAL_WINDOW: u16 = 4;
    let mut client = connect_with(w, &[(INITIAL_WINDOW, 4)]);
    let three = requests(w, &mut client, 3);
    thread::scope(|scope| {
        for (_, id) in &three[..2] {
            scope.spawn(|| answer(w, *id, "longer"));
        }
        let (stream, id) = three[2];
        answer(w, id, "tiny");
        assert_eq!(client.response(stream).body, b"tiny");
        for (stream, _) in &three[..2] {
            client.grant(*stream, 2);
            let response = client.response(*stream);
            assert_eq!(response.body, b"longer", "{:?}", response.frames);
        }
    });
    client.assert_quiet();
}

fn a_queue_that_is_closed_lets_what_was_answered_arrive<D: Door>(w: &World<D>) {
    let mut client = connect(w);
    let two = requests(w, &mut client, 2);
    answer(w, two[0].1, "early");
    w.door.close_queue(&w.queue).expect("it is open");
    assert_eq!(client.response(two[0].0).body, b"early");
    let end = client.response(two[1].0).frames;
    assert_eq!(end, [format!("RST_STREAM {} INTERNAL_ERROR", two[1].0)]);
}
