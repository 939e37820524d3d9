//! Cancel, resets of the client and waits for a disconnect: a stream is the connection.
//!
//! Owns: CXL-011 to CXL-013, H2X-010, H2X-012, DSC-010.

use httpsys_core::proto::h2::H2Code;
use httpsys_tests::door::{Door, MORE_DATA, Reply, World};
use httpsys_tests::thread;

use crate::connect;

secure_doors![
    cxl_011_a_cancel_resets_its_stream_alone,
    cxl_011_a_cancel_ends_the_calls_of_its_stream_alone,
    cxl_012_a_cancel_sends_the_code_that_the_program_has_set,
    cxl_013_a_cancel_behind_a_complete_response_sends_nothing,
    h2x_010_a_cancel_in_the_middle_of_a_response_resets_its_stream,
    h2x_012_dsc_010_a_reset_of_the_client_ends_reads_and_waits_of_its_stream,
    dsc_010_a_wait_for_a_disconnect_ends_with_its_stream,
    cancel_of_a_send_that_waits_for_the_window_ends_it_with_995,
    a_client_that_goes_ends_all_streams,
    a_client_that_closes_its_side_ends_sends_that_wait_for_the_window,
    closing_the_queue_resets_its_streams,
];

fn cxl_011_a_cancel_resets_its_stream_alone<D: Door>(w: &World<D>) {
    let mut client = connect(w);
    client.get("/1");
    let other = client.get("/2");
    let (one, two) = (w.receive(), w.receive());
    assert_eq!(w.cancel(one.id), Ok(()));
    assert_eq!(client.next_text(), "RST_STREAM 1 CANCEL");
    assert_eq!(w.cancel(one.id), Err(1229));
    assert_eq!(w.respond(one.id, &Reply::ok()), Err(1229));
    w.respond(two.id, &Reply::ok().chunk("two"))
        .expect("an answer");
    assert_eq!(client.response(other).body, b"two");
    let (number, name) = w.door.why_closed(one.connection_id).expect("a reason");
    assert_eq!((number, &*name), (4, "Cancelled"));
    client.assert_quiet();
}

fn cxl_011_a_cancel_ends_the_calls_of_its_stream_alone<D: Door>(w: &World<D>) {
    let mut client = connect(w);
    client.request("POST", "/1", &[], false);
    let other = client.request("POST", "/2", &[], false);
    let (one, two) = (w.receive(), w.receive());
    thread::scope(|scope| {
        let cancelled = scope.spawn(|| w.read_body(one.id, &mut [0; 4]));
        let goes_on = scope.spawn(|| w.read_body(two.id, &mut [0; 4]));
        assert_eq!(w.cancel(one.id), Ok(()));
        let result = cancelled.join().expect("no panic");
        assert!(matches!(result, Err(995 | 1229)), "{result:?}");
        assert_eq!(client.next_text(), "RST_STREAM 1 CANCEL");
        client.data(other, b"here", true);
        assert_eq!(goes_on.join().expect("no panic"), Ok(4));
    });
    w.respond(two.id, &Reply::ok()).expect("an answer");
    assert_eq!(client.response(other).status, "200");
}

fn cxl_012_a_cancel_sends_the_code_that_the_program_has_set<D: Door>(w: &World<D>) {
    let mut client = connect(w);
    client.get("/");
    let id = w.receive().id;
    assert_eq!(w.door.set_stream_error(&w.queue, id, 1111), Ok(()));
    assert_eq!(w.cancel(id), Ok(()));
    assert_eq!(client.next_text(), "RST_STREAM 1 1111");
    assert_eq!(w.door.set_stream_error(&w.queue, id, 1111), Err(1229));
    client.assert_quiet();
}

fn cxl_013_a_cancel_behind_a_complete_response_sends_nothing<D: Door>(w: &World<D>) {
    let mut client = connect(w);
    let stream = client.get("/");
    let id = w.receive().id;
    w.respond(id, &Reply::ok()).expect("an answer");
    assert_eq!(w.cancel(id), Err(1229));
    client.response(stream);
    client.assert_quiet();
}

fn h2x_010_a_cancel_in_the_middle_of_a_response_resets_its_stream<D: Door>(w: &World<D>) {
    let mut client = connect(w);
    client.get("/");
    let id = w.receive().id;
    let reply = Reply::ok().chunk("part").flags(MORE_DATA);
    w.respond(id, &reply).expect("a part");
    assert_eq!(w.door.set_stream_error(&w.queue, id, 2), Ok(()));
    assert_eq!(w.cancel(id), Ok(()));
    assert_eq!(client.next_text(), "HEADERS 1 200");
    assert_eq!(client.next_text(), "DATA 1 4");
    assert_eq!(client.next_text(), "RST_STREAM 1 INTERNAL_ERROR");
    client.assert_quiet();
}

fn h2x_012_dsc_010_a_reset_of_the_client_ends_reads_and_waits_of_its_stream<D: Door>(w: &World<D>) {
    let mut client = connect(w);
    let stream = client.request("POST", "/", &[], false);
    let received = w.receive();
    thread::scope(|scope| {
        let read = scope.spawn(|| w.read_body(received.id, &mut [0; 4]));
        let wait = scope.spawn(|| w.door.wait_for_disconnect(&w.queue, received.connection_id));
        client.reset(stream, H2Code::CANCEL);
        let result = read.join().expect("no panic");
        assert!(matches!(result, Err(64 | 1229)), "{result:?}");
        let result = wait.join().expect("no panic");
        assert!(matches!(result, Ok(()) | Err(1229)), "{result:?}");
    });
    client.assert_quiet();
}

fn dsc_010_a_wait_for_a_disconnect_ends_with_its_stream<D: Door>(w: &World<D>) {
    let mut client = connect(w);
    let streams = [client.get("/1"), client.get("/2")];
    let (one, two) = (w.receive(), w.receive());
    thread::scope(|scope| {
        let wait = scope.spawn(|| w.door.wait_for_disconnect(&w.queue, one.connection_id));
        w.respond(one.id, &Reply::ok()).expect("an answer");
        let result = wait.join().expect("no panic");
        assert!(matches!(result, Ok(()) | Err(1229)), "{result:?}");
    });
    client.response(streams[0]);
    w.respond(two.id, &Reply::ok()).expect("an answer");
    client.response(streams[1]);
}

fn cancel_of_a_send_that_waits_for_the_window_ends_it_with_995<D: Door>(w: &World<D>) {
    let mut client = connect(w);
    let stream = client.get("/1");
    let id = w.receive().id;
    let reply = Reply::ok().chunk(vec![b'x'; 100_000]).flags(MORE_DATA);
    thread::scope(|scope| {
        let send = scope.spawn(|| w.respond(id, &reply));
        let mut received = 0;
        while received < 65_535 {
            let frame = client.next_frame();
            assert_eq!(frame.stream, stream);
            received += if frame.kind == 0 {
                frame.payload.len()
            } else {
                0
            };
        }
        // Nothing but a window is missing: others go on.
        let other = client.request("HEAD", "/2", &[], true);
        w.respond(w.receive().id, &Reply::ok()).expect("an answer");
        assert_eq!(client.response(other).status, "200");
        assert_eq!(w.cancel(id), Ok(()));
        assert_eq!(send.join().expect("no panic"), Err(995));
    });
    assert_eq!(client.next_text(), "RST_STREAM 1 CANCEL");
    client.assert_quiet();
}

fn a_client_that_goes_ends_all_streams<D: Door>(w: &World<D>) {
    let mut client = connect(w);
    client.request("POST", "/1", &[], false);
    client.get("/2");
    let (one, two) = (w.receive(), w.receive());
    thread::scope(|scope| {
        let waits = [one.connection_id, two.connection_id]
            .map(|id| scope.spawn(move || w.door.wait_for_disconnect(&w.queue, id)));
        drop(client);
        for wait in waits {
            let result = wait.join().expect("no panic");
            assert!(matches!(result, Ok(()) | Err(1229)), "{result:?}");
        }
    });
    let result = w.read_body(one.id, &mut [0; 4]);
    assert!(matches!(result, Err(995 | 1229)), "{result:?}");
}

/// Nothing can make the window larger any more. What fits into it is still sent.
fn a_client_that_closes_its_side_ends_sends_that_wait_for_the_window<D: Door>(w: &World<D>) {
    let mut client = connect(w);
    client.get("/1");
    client.get("/2");
    let (one, two) = (w.receive(), w.receive());
    let reply = Reply::ok().chunk(vec![b'x'; 100_000]);
    thread::scope(|scope| {
        let send = scope.spawn(|| w.respond(one.id, &reply));
        let mut received = 0;
        while received < 65_535 {
            let frame = client.next_frame();
            if frame.kind == 0 {
                received += frame.payload.len();
            }
        }
        client.client().finish();
        let result = send.join().expect("no panic");
        assert!(matches!(result, Err(64 | 995 | 1229)), "{result:?}");
    });
    let result = w.respond(two.id, &Reply::ok());
    assert!(matches!(result, Ok(_) | Err(1229)), "{result:?}");
    w.assert_serves();
}

fn closing_the_queue_resets_its_streams<D: Door>(w: &World<D>) {
    let mut client = connect(w);
    client.get("/1");
    w.receive();
    client.get("/2");
    let (group, queue) = w.another_group();
    w.door.add_url(&group, &w.url("/other/"), 0).expect("a URL");
    let other = client.get("/other/");
    let received = w.door.receive(&queue).expect("a request");
    w.door.close_queue(&w.queue).expect("closed");
    // In the order of the table, which is not that of the streams.
    let mut resets = [client.next_text(), client.next_text()];
    resets.sort();
    let expected = [1, 3].map(|stream| format!("RST_STREAM {stream} INTERNAL_ERROR"));
    assert_eq!(resets, expected);
    w.door
        .respond(&queue, received.id, &Reply::ok())
        .expect("an answer");
    assert_eq!(client.response(other).status, "200");
}
