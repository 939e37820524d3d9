//! The engine behind a socket against the parser alone.
//!
//! Owns: a program on the C functions that notes what it receives, a client that sends generated
//! inputs, and what both should see: the reading of `ours`, the cooked URL's refusals added. Does
//! not own: the parser's disagreements with others.
//!
//! Threading: the program has a thread of its own. Requests are handed out in order, so when it has
//! answered the fence it is through with all that came before.

use std::net::{Ipv4Addr, SocketAddr};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Mutex;
use std::thread;

use httpsys_core::cooked_url::{CookedUrl, cook, is_invalid_path};
use httpsys_proto::header::REQUEST_HEADER_NAMES;
use httpsys_proto::{Parameters, Parsed, Reject, RequestHead, Target};
use httpsys_tests::client::{Client, MASKED_DATE, mask_date};
use httpsys_tests::door::{CAbi, Door, Received, Reply, World};
use httpsys_tests::error_page::{self, ErrorPage};

use crate::generator::{self, Random};
use crate::model::{BodyEnd, End, Fields, Message, Reading};
use crate::ours;

/// Inputs of one run.
pub(crate) const CASES: usize = 6_000;

const FENCE: &[u8] = b"/fence";
const INTERIM: &str = "HTTP/1.1 100 Continue\r\n\r\n";
const ERROR_HANDLE_EOF: u32 = 38;
const ERROR_OPERATION_ABORTED: u32 = 995;
const ERROR_CONNECTION_INVALID: u32 = 1229;

/// Verbs by the numbers of HTTP_VERB from OPTIONS (3) on (PRS-018).
const VERBS: [&str; 17] = [
    "OPTIONS",
    "GET",
    "HEAD",
    "POST",
    "PUT",
    "DELETE",
    "TRACE",
    "CONNECT",
    "TRACK",
    "MOVE",
    "COPY",
    "PROPFIND",
    "PROPPATCH",
    "MKCOL",
    "LOCK",
    "UNLOCK",
    "SEARCH",
];

/// Sends `cases` inputs to the engine and compares what the program and the client see.
pub(crate) fn check(seed: u64, cases: usize) {
    let world = World::<CAbi>::without_url();
    let url = format!("http://+:{}/", world.port());
    world.door.add_url(&world.group, &url, 0).expect("a URL");
    let seen = Mutex::new(Vec::new());
    thread::scope(|scope| {
        scope.spawn(|| serve(&world, &seen));
        let result = catch_unwind(AssertUnwindSafe(|| {
            let mut random = Random::new(seed ^ 0xE);
            let mut fence = world.connect();
            for case in 0..cases {
                let input = generator::generate(&mut random);
                // Every other input comes in two pieces, cut anywhere.
                let cut = if case % 2 == 0 {
                    0
                } else {
                    random.below(input.len() + 1)
                };
                check_one(&world, &seen, &mut fence, input.split_at(cut));
            }
        }));
        // Whatever happened: this ends the other thread.
        world.door.close_queue(&world.queue).expect("close");
        if let Err(panic) = result {
            resume_unwind(panic);
        }
    });
}

fn check_one(
    world: &World<CAbi>,
    seen: &Mutex<Vec<(Message, u32)>>,
    fence: &mut Client,
    (front, rest): (&[u8], &[u8]),
) {
    let input = &[front, rest].concat()[..];
    let expected = ours::walk(input, &mut |head, parsed| {
        cooked(world.port(), head, parsed)
    });
    let mut client = world.connect();
    // The engine may have refused and closed before all is sent.
    let _ = client.try_send(front) && client.try_send(rest) && client.try_finish();
    let answer = mask_date(&client.read_until_gone()).replace(INTERIM, "");
    fence.send("GET /fence HTTP/1.1\r\nHost: localhost\r\n\r\n");
    assert_eq!(fence.read_response().status(), 200);
    let found = std::mem::take(&mut *seen.lock().expect("not poisoned"));
    let text = input.escape_ascii();
    let (messages, codes): (Vec<Message>, Vec<u32>) = found.into_iter().unzip();
    let expected_messages: Vec<Message> = expected.messages.iter().map(as_received).collect();
    assert_eq!(messages, expected_messages, "received of {text}");
    let expected_codes: Vec<u32> = expected.messages.iter().map(read_code).collect();
    assert_eq!(
        codes, expected_codes,
        "results of reading the bodies of {text}"
    );
    // Bytes that end no line are not looked at again when they come alone, so that a client that
    // sends byte by byte costs no more; what they decide is decided at the end of the line.
    let ends_line = |b: &u8| matches!(b, b'\r' | b'\n');
    let is_late = !front.is_empty() && !rest.iter().any(ends_line);
    let is_open = is_late && matches!(expected.end, End::Refused(_));
    if !(is_open
        && answer
            == answers(&Reading {
                end: End::Partial,
                ..expected.clone()
            }))
    {
        assert_eq!(answer, answers(&expected), "answers to {text}");
    }
}

/// The program: reads each body whole, then answers.
fn serve(world: &World<CAbi>, seen: &Mutex<Vec<(Message, u32)>>) {
    let mut buffer = [0; 7];
    while let Ok(received) = world.door.receive(&world.queue) {
        if received.raw_url != FENCE {
            let mut body = Vec::new();
            let code = loop {
                match world.read_body(received.id, &mut buffer) {
                    Ok(length) => body.extend_from_slice(&buffer[..length]),
                    Err(code) => break code,
                }
            };
            let message = message(&received, body);
            seen.lock().expect("not poisoned").push((message, code));
        }
        // A client that has gone meanwhile is no failure here.
        let _ = world.respond(received.id, &Reply::ok());
    }
}

/// The refusals that the cooked URL adds, in the order of the engine.
fn cooked(port: u16, head: &RequestHead, parsed: Parsed) -> Option<Reject> {
    let parameters = Parameters::default();
    let path = match head.target() {
        Target::Origin(path) => path,
        Target::Absolute { path_and_query, .. } => path_and_query,
        Target::Asterisk | Target::Authority(_) => b"*",
    };
    if matches!(parsed, Parsed::Complete { .. }) {
        let local = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let mut url = CookedUrl::default();
        return cook(&mut url, false, head.host(), local, path, &parameters).err();
    }
    let has_line = !head.raw_url().is_empty();
    (has_line && is_invalid_path(path, &parameters)).then_some(Reject::InvalidUrl)
}

/// A request as the API shows it.
fn message(received: &Received, body: Vec<u8>) -> Message {
    let mut fields = Fields::default();
    for (name, value) in REQUEST_HEADER_NAMES.iter().zip(&received.known) {
        if let Some(value) = value {
            fields.add(name.as_bytes(), value);
        }
    }
    for (name, value) in &received.unknown {
        fields.add(name.as_bytes(), value);
    }
    let known = || {
        let at = usize::try_from(received.verb - 3).expect("a verb");
        VERBS[at].as_bytes().to_vec()
    };
    Message {
        method: received.unknown_verb.clone().unwrap_or_else(known),
        target: received.raw_url.clone(),
        version: received.version,
        fields,
        framing: None,
        body: Some((body, BodyEnd::Complete)),
        last: None,
        head_end: None,
        end: None,
    }
}

/// The same parts of a request as the parser read it. How the body ends is the code's matter.
fn as_received(message: &Message) -> Message {
    let body = message
        .body
        .clone()
        .map(|(body, _)| (body, BodyEnd::Complete));
    Message {
        framing: None,
        body,
        last: None,
        head_end: None,
        end: None,
        ..message.clone()
    }
}

/// What the last read of the body returns (G-023).
fn read_code(message: &Message) -> u32 {
    match &message.body {
        Some((_, BodyEnd::Malformed(_))) => ERROR_CONNECTION_INVALID,
        Some((_, BodyEnd::Partial)) => ERROR_OPERATION_ABORTED,
        _ => ERROR_HANDLE_EOF,
    }
}

/// All that the client gets.
fn answers(reading: &Reading) -> String {
    let mut text = String::new();
    for message in &reading.messages {
        if matches!(message.body, Some((_, BodyEnd::Complete))) {
            let connection = match (message.last, message.version) {
                (Some(true), _) => "Connection: close\r\n",
                (_, (1, 0)) => "Connection: keep-alive\r\n",
                _ => "",
            };
            // RSP-028: there is no body whose length is not told.
            let length = if message.method == b"HEAD" {
                ""
            } else {
                "Content-Length: 0\r\n"
            };
            text += &format!(
                "HTTP/1.1 200 OK\r\nServer: Microsoft-HTTPAPI/2.0\r\nDate: {MASKED_DATE}\r\n\
                 {connection}{length}\r\n"
            );
        }
    }
    if let End::Refused(why) = &reading.end {
        text += &page(why).answer();
    }
    text
}

fn page(reject: &str) -> ErrorPage {
    match reject {
        "BadRequest" => error_page::BAD_REQUEST,
        "InvalidHostname" => error_page::INVALID_HOSTNAME,
        "InvalidUrl" => error_page::INVALID_URL,
        "InvalidVerb" => error_page::INVALID_VERB,
        "InvalidHeader" => error_page::INVALID_HEADER,
        "Forbidden" => error_page::FORBIDDEN,
        "LengthRequired" => error_page::LENGTH_REQUIRED,
        "TransferEncoding" => error_page::NOT_IMPLEMENTED,
        "VersionNotSupported" => error_page::VERSION_NOT_SUPPORTED,
        other => panic!("no page for {other}"),
    }
}
