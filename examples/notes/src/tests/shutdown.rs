//! The end: what is in progress is finished, what would not end is ended.

use std::sync::Arc;
use std::time::Duration;

use httpsys_sim::{ClientEnd, thread};
use tungstenite::Message;
use tungstenite::protocol::frame::coding::CloseCode;
use tungstenite::protocol::{Role, WebSocket};

use super::live::connect;
use super::{LIMIT, Running, read_until, request, simulation};

#[test]
fn an_upload_in_progress_is_stored_streams_end_and_sockets_are_closed() {
    for seed in 1..=10 {
        let notes = Running::on(simulation(seed));
        let mut upload = notes.sim.connect(80);
        upload.send("PUT /files/a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n01234");
        let mut events = notes.sim.connect(80);
        events.send("GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n");
        assert_eq!(events.expect_head().status, 200);
        let mut live = WebSocket::from_raw_socket(connect(&notes.sim), Role::Client, None);
        let mut idle = notes.sim.connect(80);
        idle.send(request("GET /notes", ""));
        idle.expect_response();

        let (app, server) = (Arc::clone(&notes.app), Arc::clone(&notes.server));
        let ending = thread::spawn(move || app.end(server.queue(), LIMIT));
        assert_eq!(read_until(&mut events, "0\r\n\r\n"), "0\r\n\r\n"); // whole
        assert_eq!(idle.expect_end(), ClientEnd::Closed);
        let Message::Close(Some(close)) = live.read().unwrap() else {
            panic!("no close frame")
        };
        assert_eq!(close.code, CloseCode::Away);
        let _ = live.flush(); // the answer
        assert_eq!(live.get_mut().expect_end(), ClientEnd::Closed);
        assert!(!ending.is_finished());
        upload.send("56789");
        let response = upload.expect_response();
        assert_eq!(
            (response.status, response.field("Connection")),
            (201, Some("close"))
        );
        assert_eq!(ending.join().unwrap().unwrap().reset, 0);
        assert_eq!(notes.files(), ["a"]);
        assert!(
            notes
                .sim
                .try_connect("127.0.0.1:80".parse().unwrap())
                .is_err()
        );
        notes.finish();
    }
}

#[test]
fn clients_that_do_not_end_are_reset_at_the_limit() {
    let notes = Running::start();
    let mut upload = notes.sim.connect(80);
    upload.send("PUT /files/a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n01234");
    let mut silent = connect(&notes.sim);
    notes.sim.advance(Duration::from_secs(1));
    let before = notes.sim.now();
    let ended = notes.app.end(notes.server.queue(), LIMIT).unwrap();
    assert_eq!(ended.reset, 2);
    let took = notes.sim.now() - before;
    assert!((LIMIT..LIMIT * 2).contains(&took), "{took:?}");
    assert_eq!(upload.expect_end(), ClientEnd::Reset);
    assert_eq!(silent.expect_end(), ClientEnd::Reset);
    notes.finish();
}
