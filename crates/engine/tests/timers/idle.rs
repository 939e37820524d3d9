//! IdleConnection: TMO-012, and TMO-009, which is about what it is not.

use httpsys_core::call::SendResponse;
use httpsys_core::call::WaitForDisconnect;
use httpsys_core::close_reason::TimerKind;
use httpsys_core::property::Timeouts;
use httpsys_core::{CloseReason, Error};
use httpsys_engine::{Chunk, Signal};
use httpsys_proto::ResponseParts;
use httpsys_proto::header::id;

use crate::world::{GET, World};

const IDLE: CloseReason = CloseReason::Timer(TimerKind::IdleConnection);
const HOUR: u64 = 3_600_000;

fn five_seconds() -> Timeouts {
    Timeouts {
        idle_connection: 5,
        ..Timeouts::default()
    }
}

/// G-086: an orderly end and no answer. G-088: from accept. LOG-008.
#[test]
fn tmo_012_g_088_a_connection_that_sends_nothing_ends_after_the_services_120_seconds() {
    let world = World::new();
    // No request was sent, so no group is known (TMO-005).
    world.set(five_seconds());
    let mut client = world.connect();
    world.settle();
    let start = world.now();
    world.turn_to(start + 119_999);
    world.settle();
    assert!(client.is_quiet());
    world.turn_to(start + 121_000);
    client.expect_end();
    assert_eq!(world.logged(), ["- - - - - - Timer_ConnectionIdle -"]);
}

#[test]
fn tmo_012_g_086_g_087_an_idle_connection_ends_in_order_between_t_and_a_second_later() {
    let world = World::new();
    world.set(five_seconds());
    for offset in [0, 1, 246, 247, 248, 999] {
        world.turn(offset);
        let (mut client, connection) = world.known();
        let wait = world.disconnect_wait(connection);
        let start = world.now();
        world.expect_timer(&mut client, connection, (start, 5), IDLE);
        client.expect_end();
        wait.expect(&Signal::Ready);
        let again = WaitForDisconnect { connection };
        let again = world.service.wait_for_disconnect(&world.queue, &again);
        assert_eq!(again, Err(Error::ConnectionInvalid));
        world.expect_event(connection, "Timer_ConnectionIdle");
    }
    assert_eq!(world.logged(), ["- - - - - - Timer_ConnectionIdle -"; 6]);
}

#[test]
fn tmo_012_each_request_puts_the_end_off() {
    let world = World::new();
    world.set(five_seconds());
    let (mut client, connection) = world.known();
    for _ in 0..10 {
        world.turn(4900);
        world.expect_open(connection);
        client.send(GET);
        let received = world.receive();
        assert_eq!(received.connection, connection);
        world.respond(received.request).expect("an answer");
        client.expect_ok();
    }
    let start = world.now();
    world.expect_timer(&mut client, connection, (start, 5), IDLE);
    client.expect_end();
}

/// Also with all other timers set.
#[test]
fn tmo_009_the_time_that_the_program_takes_is_its_own() {
    let world = World::new();
    world.set(Timeouts {
        entity_body: 1,
        drain_entity_body: 1,
        request_queue: 1,
        idle_connection: 1,
        header_wait: 1,
        min_send_rate: 1_000_000,
    });
    let (mut client, received) = world.received();
    world.turn(24 * HOUR);
    world.settle();
    world.expect_open(received.connection);
    assert!(client.is_quiet());
    world.respond(received.request).expect("an answer");
    client.expect_ok();
    // In the middle of a response as well: the client has taken all there was.
    client.send(GET);
    let received = world.receive();
    let mut call = begin(&world, received.request);
    world.turn(24 * HOUR);
    world.expect_open(received.connection);
    call.more_data = false;
    let rest = [Chunk::Memory(b"ok")];
    let sent = world
        .service
        .send_entity_body(&world.queue, &call, &rest, None);
    assert_eq!(sent, Ok(2));
    client.expect_ok();
    // And from then on it is idle.
    let start = world.now();
    world.expect_timer(&mut client, received.connection, (start, 1), IDLE);
    client.expect_end();
}

/// A head that announces two bytes.
fn begin(world: &World, request: httpsys_core::RequestId) -> SendResponse {
    let mut head = ResponseParts::new();
    head.begin(200, b"OK").expect("a status");
    head.known(id::CONTENT_LENGTH, b"2", true).expect("digits");
    let call = SendResponse {
        request,
        disconnect: false,
        more_data: true,
        opaque: false,
        go_away: false,
    };
    let sent = world
        .service
        .send_response(&world.queue, &call, &mut head, &[], None);
    sent.expect("the head");
    call
}

#[test]
fn tmo_012_upgraded_connections_have_no_timer_for_idling_nor_for_bodies() {
    let world = World::new();
    world.set(Timeouts {
        entity_body: 1,
        idle_connection: 1,
        header_wait: 1,
        ..Timeouts::default()
    });
    let (mut client, received) = world.received();
    let mut head = ResponseParts::new();
    head.begin(101, b"Switching Protocols").expect("a status");
    head.known(id::UPGRADE, b"websocket", true).expect("a name");
    let call = SendResponse {
        request: received.request,
        disconnect: false,
        more_data: true,
        opaque: true,
        go_away: false,
    };
    let sent = world
        .service
        .send_response(&world.queue, &call, &mut head, &[], None);
    client.read(sent.expect("the head") as usize);
    let read = world.waiting_read(received.request);
    world.turn(24 * HOUR);
    world.settle();
    world.expect_open(received.connection);
    read.expect_nothing();
    client.send("x");
    read.expect(&Signal::Ready);
    assert!(matches!(
        world.read(received.request, &mut [0; 16]),
        Ok(Ok(1))
    ));
    world.turn(24 * HOUR);
    world.expect_open(received.connection);
}

#[test]
fn tmo_012_a_new_value_counts_from_the_next_request_on() {
    let world = World::new();
    world.set(five_seconds());
    let (mut client, connection) = world.known();
    let start = world.now();
    world.set(Timeouts {
        idle_connection: 60,
        ..Timeouts::default()
    });
    world.expect_timer(&mut client, connection, (start, 5), IDLE);
    let (mut client, connection) = world.known();
    let start = world.now();
    world.expect_timer(&mut client, connection, (start, 60), IDLE);
    client.expect_end();
}
