//! Tests of the connection's states: which call is legal, when an id dies, what comes after.

use super::*;
use crate::error::Error;
use crate::ids::{ConnectionId, HandleId, QueueId, RequestId};
use httpsys_proto::ConnectionLine;
use httpsys_proto::request::{Parsed, parse_head};
use httpsys_proto::{Parameters, RequestHead};

mod table;

const QUEUE: QueueId = QueueId(7);
const HANDLE: HandleId = HandleId(8);
const REQUEST: RequestId = RequestId(9);

const GET: &str = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

/// A connection whose request `head` was handed over.
fn received(head: &str) -> Connection {
    let mut parsed = RequestHead::default();
    let result = parse_head(&mut parsed, head.as_bytes(), 0, &Parameters::default());
    assert!(matches!(result, Parsed::Complete { .. }), "{head}");
    let mut connection = Connection::new(ConnectionId(3));
    connection.begin_exchange(REQUEST, QUEUE, &parsed, 0, ());
    let exchange = connection.exchange_of(REQUEST, QUEUE).expect("begun");
    exchange.deliver(true, HANDLE);
    connection
}

/// What comes behind the response, if the peer waits for it.
fn end_exchange(connection: &mut Connection) -> Option<Effect> {
    connection.end_exchange(false);
    connection.poll_effect()
}

const NEXT_HEAD: Option<Effect> = Some(Effect::StartTimer(TimerKind::IdleConnection));
const CLOSED: Option<Effect> = Some(Effect::Close(Cause::Completed));
const LINGERS: Option<Effect> = Some(Effect::EndOutput);

fn exchange(connection: &mut Connection) -> &mut Exchange {
    connection.live(REQUEST, QUEUE).expect("a live exchange")
}

fn facts(status: u16, more_data: bool, opaque: bool) -> ResponseFacts {
    ResponseFacts {
        status,
        has_content_length: false,
        has_transfer_encoding: false,
        upgrades_to_websocket: true,
        body_len: 0,
        more_data,
        disconnect: false,
        opaque,
    }
}

fn upgraded(head: &str) -> Connection {
    let mut connection = received(head);
    exchange(&mut connection)
        .begin_response(&facts(101, true, true))
        .expect("upgraded");
    connection
}

#[test]
fn an_id_is_live_for_its_queue_until_the_last_piece() {
    let mut connection = received(GET);
    assert!(connection.live(REQUEST, QueueId(8)).is_err());
    assert!(connection.live(RequestId(10), QUEUE).is_err());
    let answer = exchange(&mut connection).begin_response(&facts(200, true, false));
    assert_eq!(answer.expect("begun").content_length, None);
    assert_eq!(
        exchange(&mut connection).continue_response(true, false),
        Ok(false)
    );
    assert_eq!(
        exchange(&mut connection).continue_response(false, false),
        Ok(true)
    );
    assert!(connection.live(REQUEST, QUEUE).is_err());
    assert_eq!(end_exchange(&mut connection), NEXT_HEAD);
    assert!(connection.is_idle());
}

#[test]
fn disconnect_with_more_data_closes_after_the_last_piece() {
    let mut connection = received(GET);
    let exchange = exchange(&mut connection);
    exchange
        .begin_response(&facts(200, true, false))
        .expect("begun");
    assert_eq!(exchange.continue_response(true, true), Ok(false));
    assert_eq!(exchange.continue_response(false, false), Ok(true));
    assert_eq!(end_exchange(&mut connection), LINGERS);
}

/// RFC 9112 section 9.6: who closes behind a response does not know what is on its way.
#[test]
fn g_006_a_connection_lingers_unless_its_client_has_said_that_it_is_done() {
    const PIPELINED: &str = "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n";
    for (line, fields, ended) in [
        ("GET / HTTP/1.1", "Connection: close\r\n", CLOSED),
        (
            "GET / HTTP/1.1",
            "Connection: keep-alive, close\r\n",
            CLOSED,
        ),
        ("GET / HTTP/1.0", "", CLOSED),
        ("POST / HTTP/1.0", "Content-Length: 0\r\n", CLOSED),
        ("GET / HTTP/1.1", "", LINGERS),
        ("GET / HTTP/1.0", "Connection: keep-alive\r\n", LINGERS),
        // It may have a body up to the end of the connection.
        ("POST / HTTP/1.0", "", LINGERS),
    ] {
        let head = format!("{line}\r\nHost: a\r\n{fields}\r\n");
        let mut connection = received(&head);
        let mut facts = facts(200, false, false);
        facts.disconnect = true;
        let exchange = exchange(&mut connection);
        exchange.begin_response(&facts).expect("begun");
        exchange.end_sending(false);
        assert_eq!(end_exchange(&mut connection), ended, "{head}");
    }
    let head = format!("POST / HTTP/1.1\r\nHost: a\r\n{PIPELINED}\r\n");
    let mut connection = received(&head);
    let exchange = exchange(&mut connection);
    exchange
        .decode_body(b"0\r\n\r\n", &mut [0])
        .expect("an end");
    exchange
        .begin_response(&facts(200, false, false))
        .expect("begun");
    assert_eq!(end_exchange(&mut connection), LINGERS, "BDY-016");
}

#[test]
fn upg_001_upg_002_what_can_be_upgraded() {
    for (head, can) in [
        (GET, true),
        (
            "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n",
            true,
        ),
        (
            "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\n",
            false,
        ),
        (
            "PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n",
            false,
        ),
        ("GET / HTTP/1.0\r\nHost: a\r\n\r\n", false),
    ] {
        let mut connection = received(head);
        let exchange = exchange(&mut connection);
        let plan = exchange.begin_response(&facts(101, true, true));
        assert_eq!(plan.is_ok(), can, "{head}");
        // One that was refused can still be answered.
        let open = exchange.begin_response(&facts(200, false, false));
        assert_eq!(open.is_ok(), !can, "{head}");
    }
}

#[test]
fn upg_003_an_upgrade_needs_101_more_data_and_websocket() {
    let mut connection = received(GET);
    let other_protocol = ResponseFacts {
        upgrades_to_websocket: false,
        ..facts(101, true, true)
    };
    for facts in [
        facts(200, true, true),
        facts(101, false, true),
        other_protocol,
    ] {
        let plan = exchange(&mut connection).begin_response(&facts);
        assert_eq!(plan, Err(Error::InvalidParameter));
    }
    assert_eq!(exchange(&mut connection).answer(), ResponseState::None);
    assert_eq!(exchange(&mut connection).opaque(), Opaque::No);
}

#[test]
fn upg_005_nothing_is_added_even_for_a_client_that_wants_to_close() {
    let mut connection = received("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    let plan = exchange(&mut connection).begin_response(&facts(101, true, true));
    let nothing = ResponsePlan {
        connection: ConnectionLine::None,
        content_length: None,
    };
    assert_eq!(plan, Ok(nothing));
}

#[test]
fn ent_019_g_096_the_peers_end_ends_reading_alone() {
    let mut connection = received(GET);
    assert!(exchange(&mut connection).body_done());
    connection = upgraded(GET);
    let exchange = exchange(&mut connection);
    assert!(!exchange.body_done());
    assert!(!exchange.take_continue());
    exchange.end_opaque_input();
    assert!(exchange.body_done());
    assert_eq!(exchange.opaque(), Opaque::PeerEnded);
    assert_eq!(exchange.continue_response(true, false), Ok(false));
    assert_eq!(exchange.continue_response(false, false), Ok(true));
    assert_eq!(end_exchange(&mut connection), CLOSED);
}

#[test]
fn upg_006_the_last_piece_or_disconnect_ends_the_connection() {
    for (more_data, disconnect) in [(false, false), (false, true), (true, true)] {
        let mut connection = upgraded(GET);
        let last = exchange(&mut connection).continue_response(more_data, disconnect);
        assert_eq!(last, Ok(true));
        assert!(connection.live(REQUEST, QUEUE).is_err());
        // The peer may still be sending.
        assert_eq!(end_exchange(&mut connection), Some(Effect::EndOutput));
    }
}

#[test]
fn a_10_a_101_without_the_flag_leaves_http() {
    let mut connection = received(GET);
    let plan = exchange(&mut connection).begin_response(&facts(101, false, false));
    assert_eq!(plan.expect("begun").content_length, None);
    assert_eq!(end_exchange(&mut connection), NEXT_HEAD);
}

#[test]
fn shd_001_a_request_of_which_only_the_id_is_known_can_be_returned() {
    let mut connection = received(GET);
    let whole = exchange(&mut connection);
    assert!(!whole.give_back(), "the program has it");
    assert_eq!(whole.holder(), Some(HANDLE));
    whole.deliver(false, HANDLE);
    assert!(whole.give_back());
    assert_eq!(
        (whole.delivery(), whole.holder()),
        (DeliveryState::Queued, None)
    );
    assert!(!whole.give_back(), "it is in the queue");
    let mut connection = received(GET);
    let answered = exchange(&mut connection);
    answered.deliver(false, HANDLE);
    answered
        .begin_response(&facts(200, true, false))
        .expect("a response");
    assert!(!answered.give_back());
    let mut connection = received("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\n");
    let read = exchange(&mut connection);
    read.deliver(false, HANDLE);
    read.advance_body(1);
    assert!(!read.give_back(), "its body would be incomplete");
}

/// What the head says about the connection, and whether it goes on behind the response.
fn line_and_end(head: &str, facts: &ResponseFacts) -> (ConnectionLine, bool) {
    let mut connection = received(head);
    let exchange = exchange(&mut connection);
    let plan = exchange.begin_response(facts).expect("begun");
    if facts.more_data {
        assert_eq!(exchange.continue_response(false, false), Ok(true));
    }
    let goes_on = matches!(end_exchange(&mut connection), Some(Effect::StartTimer(_)));
    (plan.connection, goes_on)
}

const KEEP_1_0: &str = "GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n";

#[test]
fn con_011_http_1_0_is_kept_when_it_asks_and_can_see_the_end() {
    let kept = (ConnectionLine::KeepAlive, true);
    let closed = (ConnectionLine::Close, false);
    let streamed = facts(200, true, false);
    let with_length = ResponseFacts {
        has_content_length: true,
        ..streamed
    };
    let chunked = |facts: ResponseFacts| ResponseFacts {
        has_transfer_encoding: true,
        ..facts
    };
    let disconnect = ResponseFacts {
        disconnect: true,
        ..facts(200, false, false)
    };
    for (facts, expected) in [
        (facts(200, false, false), kept),
        (facts(404, false, false), kept),
        (facts(204, false, false), kept),
        (facts(304, false, false), kept),
        (with_length, kept),
        (streamed, closed),
        (facts(304, true, false), closed),
        (disconnect, closed),
        (chunked(streamed), closed),
        (chunked(with_length), closed),
        (chunked(facts(200, false, false)), closed),
    ] {
        assert_eq!(line_and_end(KEEP_1_0, &facts), expected, "{facts:?}");
        let unasked = "GET / HTTP/1.0\r\n\r\n";
        assert_eq!(line_and_end(unasked, &facts), closed, "{facts:?}");
    }
    let head = KEEP_1_0.replacen("GET", "HEAD", 1);
    assert_eq!(line_and_end(&head, &facts(200, false, false)), kept);
    // The rest of a body that was not read is thrown away, as with HTTP/1.1.
    let post = KEEP_1_0.replacen("\r\n\r\n", "\r\nContent-Length: 3\r\n\r\n", 1);
    assert_eq!(line_and_end(&post, &facts(200, false, false)), kept);
}

#[test]
fn con_008_con_011_http_1_1_goes_on_without_a_line() {
    let open = (ConnectionLine::None, true);
    for head in [
        GET,
        "GET / HTTP/1.1\r\nHost: a\r\nConnection: keep-alive\r\n\r\n",
    ] {
        for facts in [facts(200, false, false), facts(200, true, false)] {
            assert_eq!(line_and_end(head, &facts), open, "{head}");
        }
    }
}

#[test]
fn rsp_028_head_without_chunks_gets_no_length() {
    let head = "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n";
    let length = |head: &str, status, body_len| {
        let facts = ResponseFacts {
            body_len,
            ..facts(status, false, false)
        };
        let mut connection = received(head);
        let plan = exchange(&mut connection).begin_response(&facts);
        plan.expect("begun").content_length
    };
    for status in [200, 302, 404] {
        assert_eq!(length(head, status, 0), None);
        assert_eq!(length(head, status, 7), Some(7));
        assert_eq!(length(GET, status, 0), Some(0));
    }
    assert_eq!(length(&KEEP_1_0.replacen("GET", "HEAD", 1), 200, 0), None);
}
