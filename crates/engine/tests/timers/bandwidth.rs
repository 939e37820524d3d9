//! Bandwidth of groups and sessions (HttpQosSettingTypeBandwidth), with a clock that is turned by
//! hand: how many bytes are out after so many seconds. (Real time: `tests/conformance`.)
//!
//! What a limit holds back is bounded by half a second's bytes that a pause saves up, and by the
//! quarter of a second in which the service looks.

use std::io::Read;

use httpsys_core::cache::CachePolicy;
use httpsys_core::call::{Cancel, Control, SendResponse};
use httpsys_core::property::{Property, Timeouts};
use httpsys_core::proto::header::id;
use httpsys_core::{CloseReason, Error};
use httpsys_engine::{Chunk, ConnectionStatus};
use httpsys_proto::ResponseParts;

use crate::calls::Told;
use crate::client::Client;
use crate::world::{GET, Received, World};

static BODY: [u8; 64 << 20] = [b'x'; 64 << 20];

fn limit_group(world: &World, limit: Option<u32>) {
    world.control(Control::SetUrlGroupProperty {
        group: world.group,
        property: Property::Bandwidth(limit),
    });
}

fn limit_session(world: &World, limit: Option<u32>) {
    world.control(Control::SetServerSessionProperty {
        session: world.session,
        property: Property::Bandwidth(limit),
    });
}

/// A client that gets a body without an end.
struct Download {
    client: Client,
    received: Received,
    send: Told<Result<u64, Error>>,
    bytes: u64,
}

fn download(world: &World) -> Download {
    let (client, received) = world.received();
    client.0.set_nonblocking(true).expect("a socket");
    let send = world.waiting_send(received.request, &BODY);
    Download {
        client,
        received,
        send,
        bytes: 0,
    }
}

impl Download {
    /// Takes what is there.
    fn take(&mut self) {
        let mut block = [0; 64 * 1024];
        while let Ok(n) = self.client.0.read(&mut block) {
            assert_ne!(n, 0, "it has ended");
            self.bytes += n as u64;
        }
    }
}

/// Turns the clock on by so many seconds; all take what comes.
fn pass(world: &World, seconds: u64, all: &mut [Download]) {
    for _ in 0..seconds * 4 {
        world.turn(250);
        // The service's own thread may be at it.
        world.settle();
        all.iter_mut().for_each(Download::take);
    }
}

/// The bytes of `seconds`, within 15 %.
#[track_caller]
fn expect_rate(bytes: u64, rate: u32, seconds: u64) {
    let share = bytes as f64 / (f64::from(rate) * seconds as f64);
    assert!((0.85..=1.15).contains(&share), "{share:.2} of {rate} B/s");
}

fn total(all: &[Download]) -> u64 {
    all.iter().map(|download| download.bytes).sum()
}

#[test]
fn the_bandwidth_of_a_group_holds_for_one_client_and_for_several_alike() {
    for rate in [20_000, 1_000_000] {
        for clients in [1, 2, 7] {
            let world = World::new();
            limit_group(&world, Some(rate));
            let mut all: Vec<_> = (0..clients).map(|_| download(&world)).collect();
            // What was saved up is used up.
            pass(&world, 2, &mut all);
            let before: Vec<u64> = all.iter().map(|download| download.bytes).collect();
            pass(&world, 14, &mut all);
            expect_rate(total(&all) - before.iter().sum::<u64>(), rate, 14);
            for (download, before) in all.iter().zip(before) {
                let share = f64::from(rate) / f64::from(clients) * 14.0;
                let own = (download.bytes - before) as f64 / share;
                assert!((0.7..=1.3).contains(&own), "{own:.2} of a fair share");
            }
            for download in all {
                assert_eq!(
                    world.service.fate_of(download.received.connection),
                    ConnectionStatus::Open
                );
            }
        }
    }
}

/// CSH-003. An answer from the cache is held back as any other is.
#[test]
fn the_bandwidth_of_a_group_holds_for_answers_from_the_cache() {
    const LENGTH: usize = 200_000;
    let world = World::new();
    let (client, received) = world.received();
    let call = SendResponse {
        request: received.request,
        disconnect: false,
        more_data: false,
        opaque: false,
        go_away: false,
    };
    let mut head = ResponseParts::new();
    head.begin(200, b"OK").expect("a status");
    head.known(id::CONTENT_TYPE, b"text/plain", true)
        .expect("a field");
    let body = [Chunk::Memory(&BODY[..LENGTH])];
    let (service, queue) = (&world.service, &world.queue);
    let (policy, parts) = (CachePolicy::UserInvalidates, (&head, &body[..]));
    let keep = service.to_keep(queue, &call, policy, None, parts, None);
    let sent = service.send_response_and_keep(queue, &call, &mut head, &body, None, keep);
    let whole = sent.expect("sent");
    drop(client);
    limit_group(&world, Some(20_000));
    let mut hit = world.connect();
    hit.send(GET);
    hit.0.set_nonblocking(true).expect("a socket");
    let mut bytes = 0;
    let mut pass = |quarters: u64| {
        for _ in 0..quarters {
            world.turn(250);
            world.settle();
            let mut block = [0; 64 * 1024];
            while let Ok(n) = hit.0.read(&mut block) {
                assert_ne!(n, 0, "it has ended");
                bytes += n as u64;
            }
        }
        bytes
    };
    let before = pass(8);
    expect_rate(pass(24) - before, 20_000, 6);
    assert_eq!(pass(20), whole);
    assert_eq!(service.queue_counters(queue).cache_hits, 1);
}

/// From the first moment on: no more than half a second's bytes are saved up.
#[test]
fn a_pause_saves_up_half_a_second() {
    let world = World::new();
    limit_group(&world, Some(100_000));
    world.turn(3_600_000);
    let mut all = [download(&world)];
    world.settle();
    all[0].take();
    assert!(all[0].bytes <= 75_000, "{} bytes at once", all[0].bytes);
    pass(&world, 10, &mut all);
    expect_rate(all[0].bytes, 100_000, 10);
}

#[test]
fn the_least_of_the_groups_and_the_sessions_bandwidth_applies() {
    for (group, session, rate) in [
        (Some(40_000), Some(100_000), 40_000),
        (Some(100_000), Some(40_000), 40_000),
        (None, Some(40_000), 40_000),
        (Some(u32::MAX), Some(40_000), 40_000),
        (Some(40_000), Some(u32::MAX), 40_000),
    ] {
        let world = World::new();
        limit_group(&world, group);
        limit_session(&world, session);
        let mut all = [download(&world)];
        pass(&world, 2, &mut all);
        let before = total(&all);
        pass(&world, 10, &mut all);
        expect_rate(total(&all) - before, rate, 10);
    }
}

#[test]
fn the_groups_of_a_session_share_its_bandwidth() {
    let world = World::new();
    limit_session(&world, Some(100_000));
    let (_, queue) = world.another_group("other/");
    let mut own = [download(&world)];
    let mut client = world.connect();
    client.send("GET /other/ HTTP/1.1\r\nHost: localhost\r\n\r\n");
    client.0.set_nonblocking(true).expect("a socket");
    let received = crate::world::receive(&world.service, &queue).expect("a request");
    let send = world.waiting_send_on(&queue, received.request, &BODY, false);
    let mut other = [Download {
        client,
        received,
        send,
        bytes: 0,
    }];
    pass(&world, 1, &mut own);
    other[0].take();
    let before = total(&own) + total(&other);
    for _ in 0..10 {
        pass(&world, 1, &mut own);
        other[0].take();
    }
    expect_rate(total(&own) + total(&other) - before, 100_000, 10);
    let share = total(&own) as f64 / (total(&own) + total(&other)) as f64;
    assert!((0.35..=0.65).contains(&share), "{share:.2}");
}

#[test]
fn a_small_response_below_the_limit_is_not_delayed() {
    let world = World::new();
    limit_group(&world, Some(10_000));
    limit_session(&world, Some(10_000));
    let (mut client, mut received) = world.received();
    for _ in 0..100 {
        // The clock stands still while it is sent; about 150 bytes in 20 ms.
        world.respond(received.request).expect("an answer");
        client.expect_ok();
        world.turn(20);
        client.send(GET);
        received = world.receive();
    }
}

/// A response that has begun goes on as it began.
#[test]
fn a_change_takes_effect_for_the_next_request() {
    let world = World::new();
    limit_group(&world, Some(20_000));
    let mut old = [download(&world)];
    pass(&world, 2, &mut old);
    limit_group(&world, Some(200_000));
    let before = total(&old);
    pass(&world, 6, &mut old);
    expect_rate(total(&old) - before, 20_000, 6);
    drop(old);
    world.settle();
    let mut new = [download(&world)];
    pass(&world, 2, &mut new);
    let before = total(&new);
    pass(&world, 6, &mut new);
    expect_rate(total(&new) - before, 200_000, 6);
    // Without a limit, at once.
    limit_group(&world, None);
    let (mut client, received) = world.received();
    let sent = world.respond(received.request);
    assert!(sent.is_ok());
    client.expect_ok();
}

#[test]
fn cxl_004_a_request_is_cancelled_while_its_response_is_held_back() {
    let world = World::new();
    limit_group(&world, Some(1024));
    let (mut client, received) = world.received();
    // Not the last piece: its id would be void by now (SND-033).
    let send = world.waiting_send_on(&world.queue, received.request, &BODY, true);
    send.expect_nothing();
    let cancel = Cancel {
        request: received.request,
    };
    assert_eq!(world.service.cancel(&world.queue, &cancel), Ok(()));
    send.expect(&Err(Error::Aborted));
    world.expect_fate(received.connection, CloseReason::Cancelled);
    assert!(client.rest().1.is_err());
    // The alarm of the send that is gone hits nobody.
    world.turn(60_000);
    let (mut next, received) = world.received();
    world.respond(received.request).expect("an answer");
    next.expect_ok();
}

#[test]
fn snd_032_a_send_that_is_held_back_is_taken_back() {
    let world = World::new();
    limit_group(&world, Some(1024));
    let download = download(&world);
    world.turn(300);
    assert!(world.take_back(&download.send));
    download.send.expect(&Err(Error::Aborted));
    world.expect_fate(download.received.connection, CloseReason::SendCancelled);
}

/// What the service holds back is not the client's slowness (TMO-010), and no timer runs.
#[test]
fn tmo_010_a_client_that_is_held_back_is_not_too_slow() {
    let world = World::new();
    world.set(Timeouts {
        min_send_rate: 1_000_000,
        idle_connection: 1,
        ..Timeouts::default()
    });
    limit_group(&world, Some(1024));
    let mut all = [download(&world)];
    pass(&world, 60, &mut all);
    world.expect_open(all[0].received.connection);
    all[0].send.expect_nothing();
}

/// And a client that does not read is, also where the service would hold it back.
#[test]
fn tmo_010_a_client_that_reads_nothing_is_too_slow_below_a_limit_as_well() {
    let world = World::new();
    world.set(Timeouts {
        min_send_rate: 5_000_000,
        ..Timeouts::default()
    });
    limit_group(&world, Some(10_000_000));
    let download = download(&world);
    for _ in 0..120 {
        world.turn(500);
        world.settle();
        if world.service.fate_of(download.received.connection) != ConnectionStatus::Open {
            break;
        }
    }
    let slow = CloseReason::Timer(httpsys_core::close_reason::TimerKind::MinSendRate);
    world.expect_fate(download.received.connection, slow);
    download.send.expect(&Err(Error::ConnectionInvalid));
}

/// Whoever breaks off before his turn leaves it to those who come later.
#[test]
fn the_turns_of_clients_that_are_gone_are_given_back() {
    let world = World::new();
    for limit in [limit_group, limit_session] {
        limit(&world, Some(10_000));
    }
    // A quarter of a second each.
    for _ in 0..100 {
        let gone = download(&world);
        assert!(world.take_back(&gone.send));
        gone.send.expect(&Err(Error::Aborted));
    }
    let mut all = [download(&world)];
    pass(&world, 2, &mut all);
    let before = total(&all);
    pass(&world, 10, &mut all);
    expect_rate(total(&all) - before, 10_000, 10);
}
