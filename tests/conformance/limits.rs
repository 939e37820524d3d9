//! Limits of connections (QUE-006, QUE-007) and disabled objects as clients see them, by verbosity.
//!
//! Does not own: limits of queues (`queue`), bandwidth (`bandwidth`), events and the log
//! (`crates/engine/tests/timers`).

use httpsys_tests::both_doors;
use httpsys_tests::client::{Client, mask_date};
use httpsys_tests::door::{Door, Limits, Received, Reply, Verbosity, World};
use httpsys_tests::error_page::UNAVAILABLE;

both_doors![
    que_006_que_003_the_fourth_connection_over_a_limit_of_3_is_reset,
    que_006_que_004_the_fourth_connection_over_a_limit_of_3_gets_503,
    que_006_que_005_err_015_the_fourth_connection_over_a_limit_of_3_gets_the_page,
    que_006_g_084_idle_connections_count_until_they_close,
    que_006_another_group_has_its_own_count,
    que_006_que_007_a_limit_that_is_raised_or_taken_away_counts_at_once,
];

fn limit<D: Door>(w: &World<D>, connections: u32) {
    let limits = Limits::default().connections(connections);
    assert_eq!(w.door.set_group_limits(&w.group, limits), Ok(()));
}

/// A request on a new connection, and all that comes back.
fn refused<D: Door>(w: &World<D>) -> Vec<u8> {
    let mut client = w.connect();
    client.send(w.get("/"));
    client.read_until_gone()
}

fn answer<D: Door>(w: &World<D>, (client, request): &mut (Client, Received)) {
    w.respond(request.id, &Reply::ok().chunk("ok"))
        .expect("an answer");
    assert_eq!(client.read_response().body, b"ok");
}

/// What the fourth gets; the first three are untouched.
fn fourth<D: Door>(w: &World<D>, verbosity: Verbosity) -> Vec<u8> {
    assert_eq!(w.door.set_verbosity(&w.queue, verbosity), Ok(()));
    limit(w, 3);
    let mut three: Vec<_> = (0..3).map(|_| w.received_get("/")).collect();
    let fourth = refused(w);
    for taken in &mut three {
        answer(w, taken);
        taken.0.send(w.get("/"));
        taken.1 = w.receive();
        answer(w, taken);
    }
    fourth
}

fn que_006_que_003_the_fourth_connection_over_a_limit_of_3_is_reset<D: Door>(w: &World<D>) {
    assert_eq!(fourth(w, Verbosity::Basic), b"");
}

/// G-005.
fn que_006_que_004_the_fourth_connection_over_a_limit_of_3_gets_503<D: Door>(w: &World<D>) {
    let answer = fourth(w, Verbosity::Limited);
    let answer = String::from_utf8(answer).expect("text");
    let status = "HTTP/1.1 503 Service Unavailable\r\n";
    assert!(answer.starts_with(status), "{answer:?}");
    assert!(answer.ends_with("Content-Length: 0\r\n\r\n"), "{answer:?}");
}

fn que_006_que_005_err_015_the_fourth_connection_over_a_limit_of_3_gets_the_page<D: Door>(
    w: &World<D>,
) {
    let answer = fourth(w, Verbosity::Full);
    assert_eq!(mask_date(&answer), UNAVAILABLE.answer());
}

fn que_006_g_084_idle_connections_count_until_they_close<D: Door>(w: &World<D>) {
    limit(w, 2);
    let mut open: Vec<_> = (0..2).map(|_| w.received_get("/")).collect();
    open.iter_mut().for_each(|taken| answer(w, taken));
    for _ in 0..5 {
        assert_eq!(refused(w), b"");
        let (client, request) = open.remove(0);
        drop(client);
        // 1229: it has ended before.
        let waited = w.door.wait_for_disconnect(&w.queue, request.connection_id);
        assert!(matches!(waited, Ok(()) | Err(1229)), "{waited:?}");
        let mut next = w.received_get("/");
        answer(w, &mut next);
        open.push(next);
    }
    assert_eq!(refused(w), b"");
}

fn que_006_another_group_has_its_own_count<D: Door>(w: &World<D>) {
    limit(w, 1);
    let (group, queue) = w.another_group();
    let added = w.door.add_url(&group, &w.url("/other/"), 0);
    assert_eq!(added, Ok(()));
    let mut first = w.received_get("/");
    assert_eq!(refused(w), b"");
    let others: Vec<_> = (0..5)
        .map(|_| {
            let mut client = w.connect();
            client.send(w.get("/other/"));
            let request = w.door.receive(&queue).expect("a request");
            (client, request)
        })
        .collect();
    answer(w, &mut first);
    assert_eq!(others.len(), 5);
}

fn que_006_que_007_a_limit_that_is_raised_or_taken_away_counts_at_once<D: Door>(w: &World<D>) {
    let mut open = vec![w.received_get("/")];
    limit(w, 1);
    assert_eq!(refused(w), b"");
    limit(w, 2);
    open.push(w.received_get("/"));
    assert_eq!(refused(w), b"");
    limit(w, u32::MAX);
    open.extend((0..10).map(|_| w.received_get("/")));
    open.iter_mut().for_each(|taken| answer(w, taken));
}
