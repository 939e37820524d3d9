//! Requests that two readers could take for different ones: each is read in one way only.
//!
//! Owns: for each shape the whole answer and all that the program saw, the pipelined bytes behind
//! the request in question included. Does not own: the shapes that the other files of this test have
//! a table for. Where the catalog is silent the safe direction is taken: the request is refused, or
//! the connection ends behind it.
//!
//! The program here reads each body to its end and answers with what it saw; [`Row`] says what that
//! is. Behind every input stands `GET /behind`, which must be seen only where the connection goes on.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Mutex;

use httpsys_tests::client::{MASKED_DATE, mask_date};
use httpsys_tests::door::{AnyDoor, Door, Received, Reply, World};
use httpsys_tests::error_page::{
    BAD_REQUEST, ErrorPage, INVALID_HEADER, INVALID_HOSTNAME, INVALID_URL, INVALID_VERB,
    LENGTH_REQUIRED, NOT_IMPLEMENTED,
};
use httpsys_tests::thread;

use super::show;

const HOST: &str = "Host: localhost\r\n";
const CHUNKED: &str = "Transfer-Encoding: chunked\r\n";
const CLOSE: &str = "Connection: close\r\n";
const KEEP_ALIVE: &str = "Connection: keep-alive\r\n";
const BEHIND: &str = "GET /behind HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
/// Asked for when the program is to be through with all that came before.
const FENCE: &str = "/fence";

/// How the connection goes on behind the first request.
#[derive(Clone, Copy, Debug)]
enum Then {
    /// What is behind is the next request.
    GoesOn,
    /// The same, and the answer says `Connection: keep-alive` (HTTP/1.0).
    IsKept,
    /// The answer says `Connection: close`, and what is behind is not looked at.
    Closes,
    /// What is behind is not a request: this page, and nothing more is looked at.
    Page(&'static ErrorPage),
}

/// What becomes of an input.
#[derive(Clone, Copy, Debug)]
enum Row {
    /// Refused before the program sees it.
    Refused(&'static ErrorPage),
    /// The program sees `verb target body`.
    Taken(&'static str, Then),
    /// The program sees the head, and reading the body fails with 1229: the connection is reset.
    Broken,
}

use Row::{Broken, Refused, Taken};
use Then::{Closes, GoesOn, IsKept, Page};

/// Runs a table: what is sent, in front of [`BEHIND`], and what becomes of it.
fn check(rows: &[(String, Row)]) {
    let seen = Mutex::new(Vec::new());
    echoed(&seen, |world| {
        let mut fence = world.connect();
        for (sent, row) in rows {
            eprintln!("sending {}", show(sent.as_bytes()));
            let mut client = world.connect();
            client.send([sent, BEHIND].concat());
            let answer = match row {
                Broken => client.read_to_reset(),
                _ => client.read_to_end(),
            };
            assert_eq!(mask_date(&answer), row.answer(), "to {sent:?}");
            // The program may not be through yet; it is when it has answered the fence.
            fence.send(format!("GET {FENCE} HTTP/1.1\r\n{HOST}\r\n"));
            assert_eq!(fence.read_response().status(), 200);
            let seen = std::mem::take(&mut *seen.lock().expect("not poisoned"));
            assert_eq!(seen, row.seen(), "of {sent:?}");
        }
    });
}

impl Row {
    fn answer(self) -> String {
        match self {
            Refused(page) => page.answer(),
            Broken => String::new(),
            Taken(seen, GoesOn) => ok(seen, "") + &ok("GET /behind ", CLOSE),
            Taken(seen, IsKept) => ok(seen, KEEP_ALIVE) + &ok("GET /behind ", CLOSE),
            Taken(seen, Closes) => ok(seen, CLOSE),
            Taken(seen, Page(page)) => ok(seen, "") + &page.answer(),
        }
    }

    fn seen(self) -> Vec<String> {
        match self {
            Refused(_) => Vec::new(),
            Broken => vec!["1229".to_owned()],
            Taken(seen, GoesOn | IsKept) => vec![seen.to_owned(), "GET /behind ".to_owned()],
            Taken(seen, _) => vec![seen.to_owned()],
        }
    }
}

/// The whole answer of the program with this Connection line, or none.
fn ok(body: &str, connection: &str) -> String {
    format!(
        "HTTP/1.1 200 OK\r\nServer: Microsoft-HTTPAPI/2.0\r\nDate: {MASKED_DATE}\r\n\
         {connection}Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// Runs `test` beside a program that notes and answers what it saw.
fn echoed(seen: &Mutex<Vec<String>>, test: impl FnOnce(&World<AnyDoor>)) {
    let world = World::<AnyDoor>::new();
    thread::scope(|scope| {
        scope.spawn(|| {
            while let Ok(received) = world.door.receive(&world.queue) {
                let text = read(&world, &received);
                if received.raw_url != FENCE.as_bytes() {
                    seen.lock().expect("not poisoned").push(text.clone());
                }
                let _ = world.respond(received.id, &Reply::ok().chunk(text));
            }
        });
        let result = catch_unwind(AssertUnwindSafe(|| test(&world)));
        // Whatever happened: this ends the other thread.
        world.door.close_queue(&world.queue).expect("close");
        if let Err(panic) = result {
            resume_unwind(panic);
        }
    });
}

/// Verb, target and body; the code alone when the body cannot be read.
fn read(world: &World<AnyDoor>, received: &Received) -> String {
    let mut body = Vec::new();
    let mut buffer = [0; 5];
    let code = loop {
        match world.read_body(received.id, &mut buffer) {
            Ok(length) => body.extend_from_slice(&buffer[..length]),
            Err(code) => break code,
        }
    };
    if code != 38 {
        return code.to_string();
    }
    let verb = match received.verb {
        4 => "GET",
        6 => "POST",
        7 => "PUT",
        other => panic!("verb {other}"),
    };
    let target = String::from_utf8_lossy(&received.raw_url).into_owned();
    format!("{verb} {target} {}", String::from_utf8_lossy(&body))
}

/// `POST /a` with these lines and this body.
fn post(lines: &str, body: &str) -> String {
    format!("POST /a HTTP/1.1\r\n{HOST}{lines}\r\n{body}")
}

/// BDY-015, BDY-016: whoever believed in the length saw another request behind; nobody sees it here.
#[test]
fn content_length_with_chunked_ends_the_connection() {
    let smuggled = "0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n";
    let rows = [
        // CL.TE, TE.CL, and with a chunked that is not the plain word.
        (
            format!("Content-Length: 6\r\n{CHUNKED}"),
            Taken("POST /a ", Closes),
        ),
        (
            format!("{CHUNKED}Content-Length: 4\r\n"),
            Taken("POST /a ", Closes),
        ),
        (
            format!("Content-Length: 6\r\nX: y\r\n{CHUNKED}"),
            Taken("POST /a ", Closes),
        ),
        (
            "Content-Length: 6\r\nTransfer-Encoding: CHUNKED ,\r\n".to_owned(),
            Taken("POST /a ", Closes),
        ),
        (
            format!("Content-Length: 0\r\n{CHUNKED}"),
            Taken("POST /a ", Closes),
        ),
        // Two lengths, or none that is a number, stay a fault beside chunked.
        (
            format!("Content-Length: 6\r\nContent-Length: 7\r\n{CHUNKED}"),
            Refused(&BAD_REQUEST),
        ),
        (
            format!("{CHUNKED}Content-Length: x\r\n"),
            Refused(&BAD_REQUEST),
        ),
        (
            format!("{CHUNKED}Content-Length: -1\r\n"),
            Refused(&BAD_REQUEST),
        ),
    ];
    check(&rows.map(|(lines, row)| (post(&lines, smuggled), row)));
}

/// G-020, BDY-011 to BDY-014: what is nearly `chunked` is refused, never overlooked.
#[test]
fn a_disguised_chunked_is_chunked_or_refused() {
    let body = "3\r\nabc\r\n0\r\n\r\n";
    let rows = [
        ("Transfer-Encoding: xchunked\r\n", Refused(&NOT_IMPLEMENTED)),
        ("Transfer-Encoding: chunked1\r\n", Refused(&NOT_IMPLEMENTED)),
        (
            "Transfer-Encoding: \"chunked\"\r\n",
            Refused(&NOT_IMPLEMENTED),
        ),
        (
            "Transfer-Encoding: chunked;x=y\r\n",
            Refused(&NOT_IMPLEMENTED),
        ),
        (
            "Transfer-Encoding: chunked, identity\r\n",
            Refused(&NOT_IMPLEMENTED),
        ),
        (
            "Transfer-Encoding: identity, chunked\r\n",
            Refused(&NOT_IMPLEMENTED),
        ),
        (
            "Transfer-Encoding: identity\r\nContent-Length: 13\r\n",
            Refused(&NOT_IMPLEMENTED),
        ),
        (
            "Transfer-Encoding: chunked, chunked\r\n",
            Refused(&NOT_IMPLEMENTED),
        ),
        (
            "Transfer-Encoding: chunked\r\nTransfer-Encoding: gzip\r\n",
            Refused(&NOT_IMPLEMENTED),
        ),
        (
            "Transfer-Encoding: chunked\u{a0}\r\n",
            Refused(&NOT_IMPLEMENTED),
        ),
        (
            "Transfer-Encoding:\r\nContent-Length: 13\r\n",
            Refused(&NOT_IMPLEMENTED),
        ),
        (
            "Transfer-Encoding: ,\r\nContent-Length: 13\r\n",
            Refused(&NOT_IMPLEMENTED),
        ),
        ("Transfer-Encoding: \u{b}chunked\r\n", Refused(&BAD_REQUEST)),
        ("Transfer-Encoding: \0chunked\r\n", Refused(&BAD_REQUEST)),
        ("Transfer-Encoding : chunked\r\n", Refused(&INVALID_HEADER)),
        ("Transfer-Encoding\t: chunked\r\n", Refused(&INVALID_HEADER)),
        ("Transfer-Encoding:\r\n chunked\r\n", Refused(&BAD_REQUEST)),
        ("Transfer_Encoding: chunked\r\n", Refused(&LENGTH_REQUIRED)),
        (
            "tRANSFER-eNCODING:\t cHUNKED\t\r\n",
            Taken("POST /a abc", GoesOn),
        ),
        (
            "Transfer-Encoding: ,, chunked ,,\r\n",
            Taken("POST /a abc", GoesOn),
        ),
        (
            "Transfer-Encoding: gzip , chunked\r\n",
            Taken("POST /a abc", GoesOn),
        ),
    ];
    check(&rows.map(|(lines, row)| (post(lines, body), row)));
}

/// BDY-005 to BDY-010, with the bytes behind the body; lengths that are refused are in `body.rs`.
#[test]
fn a_length_is_one_number_or_refused() {
    let rows = [
        (
            "Content-Length: 3\r\nContent-Length: 3\r\n",
            Taken("POST /a abc", GoesOn),
        ),
        (
            "Content-Length: 3\r\nX: y\r\ncontent-length: 03\r\n",
            Taken("POST /a abc", GoesOn),
        ),
        ("Content-Length: \t003 \r\n", Taken("POST /a abc", GoesOn)),
        ("Content-Length: 3, 3\r\n", Refused(&BAD_REQUEST)),
        ("Content-Length: 3,\r\n", Refused(&BAD_REQUEST)),
        ("Content-Length:\r\n", Refused(&BAD_REQUEST)),
        (
            "Content-Length: 3\r\nContent-Length:\r\n",
            Refused(&BAD_REQUEST),
        ),
        (
            "Content-Length: 3\r\nContent-Length: +3\r\n",
            Refused(&BAD_REQUEST),
        ),
        (
            "Content-Length: 3\r\nContent-Length: 0\r\n",
            Refused(&BAD_REQUEST),
        ),
        ("Content-Length: \u{663}\r\n", Refused(&BAD_REQUEST)),
        ("Content-Length : 3\r\n", Refused(&INVALID_HEADER)),
        (" Content-Length: 3\r\n", Refused(&BAD_REQUEST)),
        ("Content-Length: 3\rX: y\r\n", Refused(&BAD_REQUEST)),
        ("Content-Length: 3\r\n 0\r\n", Refused(&BAD_REQUEST)),
        // The digits are those of the first line; the rest is a field of another name.
        (
            "Content-Length: 3\r\nContent_Length: 9\r\n",
            Taken("POST /a abc", GoesOn),
        ),
    ];
    check(&rows.map(|(lines, row)| (post(lines, "abc"), row)));
}

/// PRS-025, PRS-026, G-011: which bytes end a line is the same for every line of a head.
#[test]
fn line_ends_hide_no_field() {
    let body = "3\r\nabc\r\n0\r\n\r\n";
    let rows = [
        // LF ends a line, so what follows is a field.
        (
            "X: y\nTransfer-Encoding: chunked\r\n",
            Taken("POST /a abc", GoesOn),
        ),
        // CR does not, and is not swallowed either.
        (
            "X: y\rTransfer-Encoding: chunked\r\n",
            Refused(&BAD_REQUEST),
        ),
        (
            "X: y\r\r\nTransfer-Encoding: chunked\r\n",
            Refused(&BAD_REQUEST),
        ),
        ("\rTransfer-Encoding: chunked\r\n", Refused(&BAD_REQUEST)),
        // A folded line is nobody's value.
        (
            "X: y\r\n Transfer-Encoding: chunked\r\n",
            Refused(&BAD_REQUEST),
        ),
        (
            "X: y\r\n\tTransfer-Encoding: chunked\r\n",
            Refused(&BAD_REQUEST),
        ),
        (
            "X:\n\t\nTransfer-Encoding: chunked\r\n",
            Refused(&BAD_REQUEST),
        ),
        // A NUL does not end a line.
        (
            "X: y\0\r\nTransfer-Encoding: chunked\r\n",
            Refused(&BAD_REQUEST),
        ),
    ];
    check(&rows.map(|(lines, row)| (post(lines, body), row)));
    // An empty line ends the head, be it of LF alone; the body starts behind it.
    let lf = |body: &str| format!("POST /a HTTP/1.1\r\n{HOST}Content-Length: 3\r\n\n{body}");
    check(&[(lf("abc"), Taken("POST /a abc", GoesOn))]);
}

/// G-022: sizes and extensions.
#[test]
fn chunk_sizes_are_hexadecimal_digits_or_the_body_is_broken() {
    let taken = Taken("POST /a abc", GoesOn);
    let rows = [
        ("3\r\nabc\r\n0\r\n\r\n", taken),
        ("0003\r\nabc\r\n0000\r\n\r\n", taken),
        (
            "00000000000000000000000000000003\r\nabc\r\n0\r\n\r\n",
            taken,
        ),
        ("1\r\na\r\n2\r\nbc\r\n0\r\n\r\n", taken),
        ("3;x\r\nabc\r\n0;y=\"z\"\r\n\r\n", taken),
        ("3 ;x=y\r\nabc\r\n0\r\n\r\n", taken),
        // The quote does not hide the CRLF.
        ("3;x=\"\r\nabc\r\n0\r\n\r\n", taken),
        ("3;x=\"a\r\nb\"\r\nabc\r\n0\r\n\r\n", Broken),
        ("3;x=\"\\\r\n\"\r\nabc\r\n0\r\n\r\n", Broken),
        ("3;x\ny\r\nabc\r\n0\r\n\r\n", Broken),
        ("3;x\ry\r\nabc\r\n0\r\n\r\n", Broken),
        ("3;x\0\r\nabc\r\n0\r\n\r\n", Broken),
        ("3 \r\nabc\r\n0\r\n\r\n", Broken),
        (" 3\r\nabc\r\n0\r\n\r\n", Broken),
        ("3x\r\nabc\r\n0\r\n\r\n", Broken),
        ("3 3\r\nabc\r\n0\r\n\r\n", Broken),
        ("3h\r\nabc\r\n0\r\n\r\n", Broken),
        ("+3\r\nabc\r\n0\r\n\r\n", Broken),
        ("3_0\r\nabc\r\n0\r\n\r\n", Broken),
        // 2^64 and 3, which 64 bits would take for 3.
        ("10000000000000003\r\nabc\r\n0\r\n\r\n", Broken),
        ("FFFFFFFFFFFFFFFFF\r\nabc\r\n0\r\n\r\n", Broken),
        // The data ends with CRLF and where the size says.
        ("3\nabc\r\n0\r\n\r\n", Broken),
        ("3\r\nabc\n0\r\n\r\n", Broken),
        ("3\r\nabc0\r\n\r\n", Broken),
        ("3\r\nabcd\r\n0\r\n\r\n", Broken),
        ("3\r\nab\r\n0\r\n\r\n", Broken),
        ("3\rabc\r\n0\r\n\r\n", Broken),
        ("3\r\r\nabc\r\n0\r\n\r\n", Broken),
    ];
    check(&rows.map(|(body, row)| (post(CHUNKED, body), row)));
}

/// BDY-020, G-024: trailer fields are neither seen nor obeyed, and end where the empty line is.
#[test]
fn trailers_frame_nothing() {
    let taken = Taken("POST /a ", GoesOn);
    let rows = [
        ("0\r\nX: y\r\n\r\n", taken),
        ("0\r\nX:\r\nX: y\tz \r\n\r\n", taken),
        ("0\r\nContent-Length: 99\r\n\r\n", taken),
        (
            "0\r\nTransfer-Encoding: chunked\r\nHost: elsewhere\r\n\r\n",
            taken,
        ),
        ("0\r\nConnection: close\r\n\r\n", taken),
        ("0\r\nNoColon\r\n\r\n", Broken),
        ("0\r\nX : y\r\n\r\n", Broken),
        ("0\r\n: y\r\n\r\n", Broken),
        ("0\r\n X: y\r\n\r\n", Broken),
        ("0\r\nX: y\r\n z\r\n\r\n", Broken),
        ("0\r\nX: y\0\r\n\r\n", Broken),
        ("0\r\nX: y\n\r\n", Broken),
        ("0\r\nX: y\rz\r\n\r\n", Broken),
        ("0\r\nX: y\r\n\n", Broken),
        ("0\n\r\n", Broken),
        ("0\r\n\n", Broken),
        ("0\r\n\r\r\n", Broken),
        // The next request line is no trailer field.
        ("0\r\n", Broken),
    ];
    check(&rows.map(|(body, row)| (post(CHUNKED, body), row)));
}

/// PRS-021, HST-001, HST-002, G-015, G-016: one authority decides. A Host field beside it may say
/// anything, but there has to be one, and one only.
#[test]
fn a_request_names_one_host() {
    let get = |target: &str, lines: &str| format!("GET {target} HTTP/1.1\r\n{lines}\r\n");
    let absolute = "http://localhost/a";
    let taken = Taken("GET http://localhost/a ", GoesOn);
    check(&[
        (get(absolute, "Host: elsewhere\r\n"), taken),
        (get(absolute, HOST), taken),
        (get(absolute, "Host: localhost:1\r\n"), taken),
        (get(absolute, ""), Refused(&INVALID_HOSTNAME)),
        (get(absolute, "Host:\r\n"), taken),
        (get(absolute, "Host: a b\r\n"), taken),
        (get("/a", "Host:\r\n"), Refused(&INVALID_HOSTNAME)),
        (get("/a", "Host: a b\r\n"), Refused(&INVALID_HOSTNAME)),
        (get(absolute, &HOST.repeat(2)), Refused(&INVALID_HOSTNAME)),
        (get("http://elsewhere/a", HOST), Refused(&INVALID_HOSTNAME)),
        (
            get("http://localhost@elsewhere/a", HOST),
            Refused(&INVALID_URL),
        ),
        (get("http://localhost:80:80/a", HOST), Refused(&INVALID_URL)),
        (
            get("http://localhost\\@elsewhere/a", HOST),
            Refused(&INVALID_URL),
        ),
        (get("http:////a", HOST), Refused(&INVALID_URL)),
        (
            get("//localhost/a", HOST),
            Taken("GET //localhost/a ", GoesOn),
        ),
        (
            get("//elsewhere/a", HOST),
            Taken("GET //elsewhere/a ", GoesOn),
        ),
        (
            get("/a", "Host: localhost, elsewhere\r\n"),
            Refused(&INVALID_HOSTNAME),
        ),
        (
            get("/a", "Host: localhost\r\nHOST: localhost\r\n"),
            Refused(&INVALID_HOSTNAME),
        ),
        (get("/a", "Host : localhost\r\n"), Refused(&INVALID_HEADER)),
        (
            get("/a", "Host: localhost\r\n elsewhere\r\n"),
            Refused(&BAD_REQUEST),
        ),
        (
            get("/a", "Host: localhost\0.elsewhere\r\n"),
            Refused(&BAD_REQUEST),
        ),
        (
            get("/a", "Host: localhost#elsewhere\r\n"),
            Refused(&INVALID_HOSTNAME),
        ),
        (
            get("/a", "X-Forwarded-Host: elsewhere\r\nHost: localhost\r\n"),
            Taken("GET /a ", GoesOn),
        ),
    ]);
}

/// G-021, CON-010, CON-011, PRS-002: HTTP/1.0 ends the connection unless it asks for more and says
/// without a doubt where its request ends.
#[test]
fn http_1_0_carries_one_request_unless_it_says_where_the_next_begins() {
    let get = |lines: &str, body: &str| format!("GET /a HTTP/1.0\r\n{HOST}{lines}\r\n{body}");
    check(&[
        (get("", ""), Taken("GET /a ", Closes)),
        (get(KEEP_ALIVE, ""), Taken("GET /a ", IsKept)),
        (
            get(&format!("{KEEP_ALIVE}Content-Length: 3\r\n"), "abc"),
            Taken("GET /a abc", IsKept),
        ),
        (
            get(&format!("{KEEP_ALIVE}{CLOSE}"), ""),
            Taken("GET /a ", Closes),
        ),
        (
            get(&format!("{KEEP_ALIVE}{CHUNKED}"), "3\r\nabc\r\n0\r\n\r\n"),
            Taken("GET /a abc", Closes),
        ),
        (
            get("Content-Length: 3\r\n", "abc"),
            Taken("GET /a abc", Closes),
        ),
        (
            get(CHUNKED, "3\r\nabc\r\n0\r\n\r\n"),
            Taken("GET /a abc", Closes),
        ),
        (
            get(&format!("{CHUNKED}Content-Length: 3\r\n"), "0\r\n\r\n"),
            Taken("GET /a ", Closes),
        ),
        (get(CHUNKED, "3\r\nabc\r\nx"), Broken),
        ("GET /a\r\n".to_owned(), Refused(&BAD_REQUEST)),
    ]);
    // There is no length, so there is no body: what follows is behind the request. A client that
    // sends one all the same, up to the end of the connection, must not have it taken for a request.
    for lines in ["", KEEP_ALIVE] {
        let post = format!("POST /a HTTP/1.0\r\n{HOST}{lines}\r\nabc");
        check(&[(post, Taken("POST /a ", Closes))]);
    }
}

/// CON-005, ERR-018: behind a body the next request starts with the next byte.
#[test]
fn what_is_behind_a_body_is_the_next_request() {
    let get = |body: &str| format!("GET /a HTTP/1.1\r\n{HOST}\r\n{body}");
    let put = |body: &str| format!("PUT /a HTTP/1.1\r\n{HOST}Content-Length: 3\r\n\r\n{body}");
    check(&[
        (put("abc"), Taken("PUT /a abc", GoesOn)),
        (put("abc\r\n"), Taken("PUT /a abc", GoesOn)),
        (put("abc\r\n\r\n"), Taken("PUT /a abc", GoesOn)),
        (put("abc\r"), Taken("PUT /a abc", Page(&INVALID_VERB))),
        (put("abc "), Taken("PUT /a abc", Page(&INVALID_VERB))),
        // A body nobody announced.
        (get("0\r\n\r\n"), Taken("GET /a ", Page(&INVALID_VERB))),
        (get("{}"), Taken("GET /a ", Page(&INVALID_VERB))),
        (post(CHUNKED, "0\r\n\r\n\r\n"), Taken("POST /a ", GoesOn)),
        (
            post(CHUNKED, "0\r\n\r\n0\r\n\r\n"),
            Taken("POST /a ", Page(&INVALID_VERB)),
        ),
    ]);
}

/// BDY-021, G-041: the interim answer goes out only when the program asks for bytes that have not
/// come, and never on HTTP/1.0; framing is the same with it and without.
#[test]
fn expect_100_continue_frames_as_without() {
    const INTERIM: &str = "HTTP/1.1 100 Continue\r\n\r\n";
    let seen = Mutex::new(Vec::new());
    let expect = "Expect: 100-continue\r\n";
    echoed(&seen, |world| {
        let waiting = [
            ("Content-Length: 3\r\n", "abc"),
            (CHUNKED, "3\r\nabc\r\n0\r\n\r\n"),
        ];
        for (lines, body) in waiting {
            let mut client = world.connect();
            client.send(post(&[expect, lines].concat(), ""));
            assert_eq!(client.read_exactly(INTERIM.len()), INTERIM.as_bytes());
            client.send([body, BEHIND].concat());
            let answer = mask_date(&client.read_to_end());
            assert_eq!(answer, ok("POST /a abc", "") + &ok("GET /behind ", CLOSE));
        }
        let mut client = world.connect();
        client.send(format!(
            "POST /a HTTP/1.0\r\n{HOST}{expect}Content-Length: 3\r\n\r\n"
        ));
        client.send("abc");
        assert_eq!(mask_date(&client.read_to_end()), ok("POST /a abc", CLOSE));
    });
    let of = |lines: &str, body: &str| post(&[expect, lines].concat(), body);
    check(&[
        (
            of("Content-Length: 3\r\n", "abc"),
            Taken("POST /a abc", GoesOn),
        ),
        (
            of(CHUNKED, "3\r\nabc\r\n0\r\n\r\n"),
            Taken("POST /a abc", GoesOn),
        ),
        (of(CHUNKED, "x\r\n"), Broken),
        // There is nothing to be told to go on with, so nothing ends.
        (of("Content-Length: 0\r\n", ""), Taken("POST /a ", GoesOn)),
        (
            format!("GET /a HTTP/1.1\r\n{HOST}{expect}\r\n"),
            Taken("GET /a ", GoesOn),
        ),
        (of("", ""), Refused(&LENGTH_REQUIRED)),
        (
            of("Content-Length: 3\r\nContent-Length: 4\r\n", "abc"),
            Refused(&BAD_REQUEST),
        ),
    ]);
}

/// G-023: a program that answers without reading has its answer; what is behind the broken body is
/// no request.
#[test]
fn nothing_is_read_behind_a_broken_body_that_nobody_read() {
    super::served(|world| {
        for body in ["x\r\n", "3\r\nabcd\r\n0\r\n\r\n", "0\r\nNoColon\r\n\r\n"] {
            let mut client = world.connect();
            client.send(post(CHUNKED, body) + BEHIND);
            assert_eq!(super::whole(&mut client), ok("/a", ""), "{body:?}");
        }
    });
}
