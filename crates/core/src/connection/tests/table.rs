//! The whole table of the machine: every phase with every event, compared with `table.txt`.
//!
//! A change of behaviour shows as a changed line of that file. `HTTPSYS_BLESS=1` writes it anew.

use std::fmt::Write;

use httpsys_proto::request::{RequestParts, assemble_head};

use super::*;

const POST: &str = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\n";
const CLOSE: &str = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
const CHUNKED: &str = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
const EXPECT: &str =
    "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n";

fn fresh() -> Connection {
    Connection::new(ConnectionId(3))
}

fn parameters() -> Parameters {
    let mut parameters = Parameters::default();
    parameters.choices.linger_bytes = 10;
    parameters
}

fn feed_head(connection: &mut Connection, text: &str) -> Progress {
    let mut head = RequestHead::new();
    connection.handle_head(text.as_bytes(), &mut head, &parameters())
}

fn queued(head: &str) -> Connection {
    let mut connection = received(head);
    let exchange = connection.exchange_mut().expect("begun");
    exchange.deliver(false, HANDLE);
    assert!(exchange.give_back());
    connection
}

fn answering(head: &str, more_data: bool) -> Connection {
    let mut connection = received(head);
    exchange(&mut connection)
        .begin_response(&facts(200, more_data, false))
        .expect("begun");
    connection
}

/// A stream of HTTP/2 that is being answered, its content unread.
fn stream_answering() -> Connection {
    let parts = RequestParts {
        verb: b"POST",
        target: Some(b"/"),
        authority: Some(b"a"),
        version: httpsys_proto::Version::HTTP_2_0,
        has_body: true,
        is_cut: false,
    };
    let mut head = RequestHead::new();
    assemble_head(&mut head, parts, std::iter::empty(), &parameters()).expect("a head");
    let mut connection = fresh();
    connection.begin_exchange(REQUEST, QUEUE, &head, 0, ());
    exchange_of(&mut connection).deliver(true, HANDLE);
    exchange_of(&mut connection)
        .begin_response(&facts(200, false, false))
        .expect("begun");
    connection
}

fn exchange_of(connection: &mut Connection) -> &mut Exchange {
    connection.exchange_of(REQUEST, QUEUE).expect("under way")
}

fn draining(head: &str) -> Connection {
    let mut connection = answering(head, false);
    connection.end_exchange(false);
    connection.poll_effect().expect("the drain's timer");
    connection
}

fn refused() -> Connection {
    let mut connection = fresh();
    connection.refuse(CloseReason::Refused("BadRequest"));
    connection
}

fn closing() -> Connection {
    let mut connection = refused();
    connection.output_ended();
    connection
}

/// A closing connection that has thrown away as much as it may.
fn full(mut connection: Connection) -> Connection {
    connection.handle_bytes(&[0; 11], &parameters());
    connection.poll_effect();
    connection
}

type Phases = [(&'static str, fn() -> Connection); 23];

const PHASES: Phases = [
    ("Head, nothing of it has come", fresh),
    ("Head, part of it has come", || {
        let mut connection = fresh();
        assert_eq!(feed_head(&mut connection, "GET"), Progress::Partial);
        connection.poll_effect().expect("HeaderWait");
        connection
    }),
    ("Exchange, queued", || queued(POST)),
    ("Exchange, bound", || {
        let mut connection = received(POST);
        exchange(&mut connection).deliver(false, HANDLE);
        connection
    }),
    ("Exchange, delivered", || received(POST)),
    ("Exchange, the client waits for 100", || received(EXPECT)),
    ("Exchange, first part sent", || answering(GET, true)),
    ("Exchange, last part begun", || answering(GET, false)),
    ("Exchange, last part begun, body unread", || {
        answering(POST, false)
    }),
    ("Exchange, last part begun, the client's last", || {
        answering(CLOSE, false)
    }),
    ("Exchange, last part begun, then close", || {
        let mut connection = answering(GET, true);
        let ended = exchange(&mut connection).continue_response(false, true);
        assert_eq!(ended, Ok(true));
        connection
    }),
    ("Exchange, opaque", || upgraded(GET)),
    ("Exchange, opaque, peer ended", || {
        let mut connection = upgraded(GET);
        exchange(&mut connection).end_opaque_input();
        connection
    }),
    ("Exchange of a stream, last part begun, body unread", || {
        stream_answering()
    }),
    ("Drain, three bytes left", || draining(POST)),
    ("Drain, chunked", || draining(CHUNKED)),
    ("Closing, output not ended", refused),
    ("Closing, output not ended, enough read", || full(refused())),
    ("Closing, output ended", closing),
    ("Closing, output ended, enough read", || {
        let mut connection = full(refused());
        connection.output_ended();
        connection
    }),
    ("Closing behind a malformed body", || {
        let mut connection = draining(CHUNKED);
        connection.handle_bytes(b"no size\r\n", &parameters());
        connection.poll_effect().expect("the end of the output");
        connection
    }),
    ("Carrier of streams", || {
        let mut connection = fresh();
        connection.begin_carrying();
        connection
    }),
    ("Closed", || {
        let mut connection = fresh();
        connection.close();
        connection
    }),
];

/// Does it, and says what it has returned.
type Event = fn(&mut Connection) -> String;

fn bytes(connection: &mut Connection, bytes: &[u8]) -> String {
    let used = connection.handle_bytes(bytes, &parameters());
    format!("used {used} of {}", bytes.len())
}

fn head(connection: &mut Connection, text: &str) -> String {
    match feed_head(connection, text) {
        Progress::Complete { consumed } => format!("complete, used {consumed} of {}", text.len()),
        other => format!("{other:?}"),
    }
}

fn timer(connection: &mut Connection, kind: TimerKind) -> String {
    connection.handle_timer(kind);
    String::new()
}

const EVENTS: [(&str, Event); 27] = [
    ("wants", |c| format!("{:?}", c.wants(&parameters()))),
    ("part of a head", |c| head(c, "GET /")),
    ("a head and more", |c| head(c, &format!("{GET}GET"))),
    ("a head that is refused", |c| {
        head(c, "GET / HTTP/1.1\r\n\r\n")
    }),
    ("two bytes", |c| bytes(c, b"0\r")),
    ("five bytes", |c| bytes(c, b"0\r\n\r\n")),
    ("bytes that are no chunk", |c| bytes(c, b"no chunk")),
    ("end", |c| {
        c.handle_end();
        String::new()
    }),
    ("broken", |c| {
        c.handle_broken();
        String::new()
    }),
    ("hangup", |c| {
        c.handle_hangup();
        String::new()
    }),
    ("timer IdleConnection", |c| {
        timer(c, TimerKind::IdleConnection)
    }),
    ("timer HeaderWait", |c| timer(c, TimerKind::HeaderWait)),
    ("timer RequestQueue", |c| timer(c, TimerKind::RequestQueue)),
    ("timer EntityBody", |c| timer(c, TimerKind::EntityBody)),
    ("timer DrainEntityBody", |c| {
        timer(c, TimerKind::DrainEntityBody)
    }),
    ("timer MinSendRate", |c| timer(c, TimerKind::MinSendRate)),
    ("linger over, some taken", |c| {
        c.handle_linger(1);
        String::new()
    }),
    ("linger over, none taken", |c| {
        c.handle_linger(0);
        String::new()
    }),
    ("body awaited", |c| {
        c.body_is_awaited();
        String::new()
    }),
    ("response sent, no input", |c| {
        c.end_exchange(false);
        String::new()
    }),
    ("response sent, more input", |c| {
        c.end_exchange(true);
        String::new()
    }),
    ("no streams any more", |c| {
        c.end_carrying(Some(CloseReason::Http2("Http2_ProtocolError")));
        String::new()
    }),
    ("answer under way", |c| {
        c.end_output();
        String::new()
    }),
    ("output ended", |c| {
        c.output_ended();
        String::new()
    }),
    ("refused with 503", |c| {
        c.refuse(CloseReason::Unavailable("QueueFull"));
        String::new()
    }),
    ("the transport fails", |c| {
        let ended = c.fail(CloseReason::Tls("Tls_BadRecord"));
        show_end(&ended)
    }),
    ("close", |c| {
        let ended = c.close();
        show_end(&ended)
    }),
];

fn show_end(ended: &Ended<(), ()>) -> String {
    let exchange = ended.exchange.as_ref();
    let exchange = exchange.map(|(exchange, ())| exchange.delivery());
    let (reason, is_reported) = (ended.reason, ended.is_reported);
    format!("exchange {exchange:?}, reason {reason:?}, reported {is_reported}")
}

/// The phase, as far as it decides.
fn show(phase: &Phase) -> String {
    match phase {
        Phase::Exchange(exchange, ()) => format!(
            "Exchange({:?}, {:?}, {:?})",
            exchange.delivery(),
            exchange.answer(),
            exchange.opaque()
        ),
        Phase::Head { seen, .. } => format!("Head({seen} seen)"),
        Phase::Drain(body) => format!("Drain({:?})", body.remaining_length()),
        Phase::Closing(closing) => {
            let ended = if closing.is_output_ended() {
                "ended"
            } else {
                "open"
            };
            format!(
                "Closing(output {ended}, {} thrown away)",
                closing.lingered()
            )
        }
        other => format!("{other:?}"),
    }
}

/// Bytes are fed as they are wanted, or not at all.
fn is_fed(connection: &Connection, event: &str) -> bool {
    let is_head = event.contains("head");
    match connection.wants(&parameters()) {
        Wants::Head { .. } => !event.contains("bytes"),
        Wants::Body | Wants::Rest => !is_head,
        Wants::Nothing | Wants::Frames => !is_head && !event.contains("bytes"),
    }
}

fn table() -> String {
    let mut table = String::from(
        "Every phase of a connection with every event: what the event returns, the phase behind it, and its\n\
         effect. Only what happens is listed: other events change nothing, and bytes are fed only as they are\n\
         wanted. LingerBytes is 10.\n",
    );
    for (name, phase) in PHASES {
        let _ = write!(table, "\n{name}: {}\n", show(phase().phase()));
        for (event, happens) in EVENTS {
            let mut connection = phase();
            if !is_fed(&connection, event) {
                continue;
            }
            let before = show(connection.phase());
            let returned = happens(&mut connection);
            let after = show(connection.phase());
            let effect = connection.poll_effect();
            let mut parts: Vec<String> = Vec::new();
            parts.extend(Some(returned).filter(|text| !text.is_empty()));
            parts.extend((after != before).then_some(after));
            parts.extend(effect.map(|effect| format!("=> {effect:?}")));
            let line = match parts.is_empty() {
                true => continue,
                false => parts.join("; "),
            };
            let _ = writeln!(table, "  {event:<26} {line}");
        }
    }
    table
}

#[test]
fn what_each_event_does_in_each_phase() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/src/connection/table.txt");
    let found = table();
    if std::env::var_os("HTTPSYS_BLESS").is_some() {
        std::fs::write(path, &found).expect("the table");
    }
    let expected = std::fs::read_to_string(path).expect("the table");
    let expected = expected.replace("\r\n", "\n");
    let mut lines = found.lines().zip(expected.lines());
    let first = lines.find(|(found, expected)| found != expected);
    assert_eq!(first, None, "HTTPSYS_BLESS=1 writes the table anew");
    assert_eq!(found, expected, "HTTPSYS_BLESS=1 writes the table anew");
}
