//! The bandwidth of URL groups and sessions in real time.
//!
//! Owns: that the rate holds within 15 % over seconds, and what a program can do meanwhile. Does not
//! own: fairness, inheritance and change, which are tested under a clock that is turned by hand
//! (`crates/engine/tests/timers`).

use std::io::Read;
use std::time::Duration;

use httpsys_tests::both_doors;
use httpsys_tests::door::{CAbi, Door, Limits, MORE_DATA, Reply, World};
use httpsys_tests::overlapped::Overlapped;
use httpsys_tests::sync::Barrier;
use httpsys_tests::thread;
use httpsys_tests::time::Instant;

both_doors![
    the_bandwidth_of_a_group_holds_for_one_client,
    the_bandwidth_of_a_session_holds_for_several_clients_of_two_groups,
    a_small_response_below_the_limit_is_not_delayed,
    cxl_004_a_send_that_is_held_back_is_cancelled,
];

/// Bytes per second.
const RATE: u32 = 400_000;
/// Not measured: what a pause has saved up is used up in it.
const BEFORE: Duration = Duration::from_secs(1);
const MEASURED: Duration = Duration::from_secs(4);

fn bandwidth(rate: u32) -> Limits {
    Limits::default().bandwidth(rate)
}

/// What the client gets in the measured time, in bytes per second.
fn rate_of(client: &mut httpsys_tests::net::TcpStream, start: Instant) -> f64 {
    let mut block = vec![0; 64 * 1024];
    let mut bytes = 0;
    let (mut first, mut last) = (None, start);
    while start.elapsed() < BEFORE + MEASURED {
        let got = client.read(&mut block).expect("bytes");
        assert_ne!(got, 0, "the end");
        last = Instant::now();
        match first {
            None if last - start > BEFORE => first = Some(last),
            None => {}
            // Pieces come each quarter of a second: from the end of one to the end of another.
            Some(_) => bytes += got,
        }
    }
    bytes as f64 / (last - first.expect("a first piece")).as_secs_f64()
}

#[track_caller]
fn expect_rate(measured: f64) {
    let share = measured / f64::from(RATE);
    assert!((0.85..=1.15).contains(&share), "{share:.2} of the rate");
}

/// A body that lasts longer than the test.
fn endless() -> Reply {
    Reply::ok()
        .header("Content-Length", (64 << 20).to_string())
        .chunk(vec![b'x'; 8 << 20])
        .flags(MORE_DATA)
}

fn the_bandwidth_of_a_group_holds_for_one_client<D: Door>(w: &World<D>) {
    assert_eq!(w.door.set_group_limits(&w.group, bandwidth(RATE)), Ok(()));
    let (client, request) = w.received_get("/");
    let mut client = client.writer();
    thread::scope(|scope| {
        let send = scope.spawn(|| w.respond(request.id, &endless()));
        expect_rate(rate_of(&mut client, Instant::now()));
        assert_eq!(w.cancel(request.id), Ok(()));
        assert_eq!(send.join().expect("no panic"), Err(995));
    });
}

fn the_bandwidth_of_a_session_holds_for_several_clients_of_two_groups<D: Door>(w: &World<D>) {
    let set = w.door.set_session_limits(&w.session, bandwidth(RATE));
    assert_eq!(set, Ok(()));
    let (group, queue) = w.another_group();
    let added = w.door.add_url(&group, &w.url("/other/"), 0);
    assert_eq!(added, Ok(()));
    let downloads: Vec<_> = [(&w.queue, "/"), (&w.queue, "/"), (&queue, "/other/")]
        .into_iter()
        .map(|(queue, path)| {
            let mut client = w.connect();
            client.send(w.get(path));
            (client, queue, w.door.receive(queue).expect("a request").id)
        })
        .collect();
    let begin = Barrier::new(downloads.len());
    let rates: Vec<f64> = thread::scope(|scope| {
        let downloads: Vec<_> = downloads
            .iter()
            .map(|(client, queue, id)| {
                let send = scope.spawn(|| w.door.respond(queue, *id, &endless()));
                let begin = &begin;
                scope.spawn(move || {
                    begin.wait();
                    let rate = rate_of(&mut client.writer(), Instant::now());
                    assert_eq!(w.door.cancel(queue, *id), Ok(()));
                    assert_eq!(send.join().expect("no panic"), Err(995));
                    rate
                })
            })
            .collect();
        let rates = downloads.into_iter().map(|it| it.join().expect("a rate"));
        rates.collect()
    });
    expect_rate(rates.iter().sum());
}

/// A hundred responses of some 150 bytes, one after the other. Each that is held back waits for a
/// quarter of a second.
fn a_small_response_below_the_limit_is_not_delayed<D: Door>(w: &World<D>) {
    let rate = 1_000_000;
    assert_eq!(w.door.set_group_limits(&w.group, bandwidth(rate)), Ok(()));
    let (mut client, mut request) = w.received_get("/");
    let start = Instant::now();
    for _ in 0..100 {
        w.respond(request.id, &Reply::ok().chunk("ok"))
            .expect("an answer");
        assert_eq!(client.read_response().body, b"ok");
        client.send(w.get("/"));
        request = w.receive();
    }
    assert!(start.elapsed() < Duration::from_secs(5), "held back");
}

fn cxl_004_a_send_that_is_held_back_is_cancelled<D: Door>(w: &World<D>) {
    assert_eq!(w.door.set_group_limits(&w.group, bandwidth(1024)), Ok(()));
    let (mut client, request) = w.received_get("/");
    thread::scope(|scope| {
        let send = scope.spawn(|| w.respond(request.id, &endless()));
        // It has begun.
        client.read_exactly(10);
        assert_eq!(w.cancel(request.id), Ok(()));
        assert_eq!(send.join().expect("no panic"), Err(995));
    });
    assert!(client.read_to_reset().len() < 100_000);
}

#[test]
fn snd_032_an_overlapped_send_that_is_held_back_is_taken_back() {
    let w = World::<CAbi>::new();
    assert_eq!(w.door.set_group_limits(&w.group, bandwidth(1024)), Ok(()));
    let (mut client, request) = w.received_get("/");
    let send = Overlapped::with_event();
    let reply: &'static Reply = Box::leak(Box::new(Reply::ok().chunk(vec![b'x'; 100_000])));
    assert_eq!(send.respond(w.queue, request.id, reply), 997);
    client.read_exactly(10);
    assert!(!send.is_signalled());
    assert_eq!(send.cancel(w.queue), Ok(()));
    assert_eq!(send.wait_result(w.queue), Err(995));
    assert!(client.read_to_reset().len() < 100_000);
    assert_eq!(send.cancel(w.queue), Err(1168));
}

/// To its end, in the time that its length takes.
#[test]
fn an_overlapped_send_that_is_held_back_completes() {
    let w = World::<CAbi>::new();
    assert_eq!(
        w.door.set_group_limits(&w.group, bandwidth(100_000)),
        Ok(())
    );
    let (mut client, request) = w.received_get("/");
    let send = Overlapped::with_event();
    let reply: &'static Reply = Box::leak(Box::new(Reply::ok().chunk(vec![b'x'; 200_000])));
    let start = Instant::now();
    assert_eq!(send.respond(w.queue, request.id, reply), 997);
    assert_eq!(client.read_response().body.len(), 200_000);
    let bytes = send.wait_result(w.queue).expect("all is sent");
    assert!(bytes > 200_000, "body and head");
    // Half a second's worth may be ahead; the tick is a quarter, and a second is for a busy machine.
    let took = start.elapsed().as_secs_f64();
    assert!((1.25..=3.25).contains(&took), "{took:.2} s");
}
