//! Server-sent events: order, heartbeats, clients that are slow or vanish.

use std::time::Duration;

use httpsys_sim::{Client, ClientEnd, Sim};

use super::{Running, read_until, under_ten_seeds};
use crate::events::HEARTBEAT;

fn subscribe(sim: &Sim) -> Client {
    let mut client = sim.connect(80);
    client.send("GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n");
    let head = client.expect_head();
    assert_eq!(head.field("Content-Type"), Some("text/event-stream"));
    client
}

fn add(notes: &Running, text: &str) {
    let body = format!(r#"{{"text": "{text}"}}"#);
    assert_eq!(notes.ask("POST /notes", &body).status, 201);
}

#[test]
fn every_subscriber_sees_every_change_in_order() {
    under_ten_seeds(|notes| {
        let mut clients = [subscribe(&notes.sim), subscribe(&notes.sim)];
        add(notes, "a");
        add(notes, "b");
        notes.ask("DELETE /notes/1", "");
        for client in &mut clients {
            for (name, id) in [("added", 1), ("added", 2), ("deleted", 1)] {
                let event = read_until(client, "\n\n");
                let expected = format!("event: {name}\ndata: {{\"id\":{id},");
                assert!(event.contains(&expected), "{event}");
            }
        }
    });
}

#[test]
fn a_quiet_stream_gets_a_comment_every_15_s_and_lives_for_an_hour() {
    let notes = Running::start();
    let mut client = subscribe(&notes.sim);
    for _ in 0..240 {
        assert!(read_until(&mut client, "\n\n").contains(": still here"));
    }
    let passed = notes.sim.now();
    assert!((3600..3610).contains(&passed.as_secs()), "{passed:?}");
    assert_eq!(notes.end(), 0);
}

#[test]
fn a_subscriber_that_vanishes_is_forgotten_at_the_next_heartbeat() {
    let notes = Running::start();
    let gone = subscribe(&notes.sim);
    let mut other = subscribe(&notes.sim);
    gone.reset();
    notes.sim.advance(2 * HEARTBEAT + Duration::from_secs(1));
    assert_eq!(notes.app.feed.subscribers(), 2); // as long as nothing is published
    add(&notes, "a");
    assert_eq!(notes.app.feed.subscribers(), 1);
    while !read_until(&mut other, "\n\n").contains("event: added") {}
    assert_eq!(notes.end(), 0);
}

#[test]
fn a_subscriber_that_does_not_read_loses_its_stream_and_holds_nobody_up() {
    // Buffers of 4 KiB, so that they are full soon.
    let sim = Sim::seeded(1).strict().rules(|rules| {
        rules.send_buffer = 4096;
        rules.receive_buffer = 4096;
    });
    let notes = Running::on(sim);
    let mut slow = subscribe(&notes.sim);
    let text = "x".repeat(8 * 1024);
    for _ in 0..20 {
        add(&notes, &text);
    }
    assert_eq!(notes.app.feed.subscribers(), 0);
    notes.sim.advance(Duration::from_secs(120)); // slower than 150 bytes per second (MinSendRate)
    assert_eq!(slow.expect_end(), ClientEnd::Reset);
    assert_eq!(notes.end(), 0);
}
