//! What becomes of a response that is given to a request: bodies where there can be none, and
//! responses that cannot be sent.
//!
//! Owns what this crate adds to HTTP.sys here. The calls by id, which add nothing, are the
//! conformance suite's.

use std::io::{Read, Write};
use std::net::Shutdown;
use std::thread;

use crate::support::{Client, server};
use httpsys::{Error, InvalidField, Parameters, Request, Response, Server, Trailers};

/// How a test answers.
type Answer = fn(Request, Response<'static>);

/// The ways to answer in one call; the futures of it are in the test `futures`.
const IN_ONE_CALL: [Answer; 3] = [
    |request, response| assert!(request.respond(&response).is_ok()),
    |request, response| assert!(request.respond(response).is_ok()),
    |mut request, response| assert!(request.try_respond(&response).is_ok()),
];

/// The ways to answer with a stream.
const STREAMED: [Answer; 2] = [
    |request, response| {
        let mut stream = request.start_response(&response).unwrap();
        stream.write(b"more").unwrap();
        stream.finish_with(b"last").unwrap();
    },
    |request, response| {
        let mut stream = request.start_chunked_response(&response).unwrap();
        stream.write(b"more").unwrap();
        stream.finish().unwrap();
    },
];

/// Sends the request twice on one connection; returns the two heads, behind which nothing comes.
fn two_heads(
    server: &Server,
    port: u16,
    verb: &str,
    answer: Answer,
    response: &Response<'static>,
) -> [String; 2] {
    let head = |end: &str| format!("{verb} / HTTP/1.1\r\nHost: localhost\r\n{end}\r\n");
    let client = Client::send(port, &(head("") + &head("Connection: close\r\n")));
    for _ in 0..2 {
        answer(server.receive().unwrap(), response.clone());
    }
    let all = client.read_all();
    let heads: Vec<_> = all.split_terminator("\r\n\r\n").collect();
    assert!(all.ends_with("\r\n\r\n"), "{all}");
    let [first, second] = heads[..] else {
        panic!("{verb}: {all:?}");
    };
    let line = format!("HTTP/1.1 {} ", response.status());
    assert!(
        first.starts_with(&line) && second.starts_with(&line),
        "{all}"
    );
    [first.to_owned(), second.to_owned()]
}

fn length_in(head: &str) -> Option<&str> {
    head.lines()
        .find_map(|line| line.strip_prefix("Content-Length: "))
}

#[test]
fn head_is_answered_without_the_body_and_with_its_length() {
    let (server, port) = server();
    let five = Response::ok().body("12345");
    for answer in IN_ONE_CALL {
        for (response, length) in [
            (five.clone(), Some("5")),
            (five.clone().content_length(9), Some("9")),
            (five.clone().head_only(), Some("5")),
            (Response::from_status(404).body("gone"), Some("4")),
            (five.clone().header("Transfer-Encoding", "chunked"), None),
            // Nothing is known of a body that is not given.
            (Response::ok(), None),
            (Response::ok().content_length(0), Some("0")),
        ] {
            for head in two_heads(&server, port, "HEAD", answer, &response) {
                assert_eq!(length_in(&head), length, "{head}");
            }
        }
    }
    for answer in STREAMED {
        for head in two_heads(&server, port, "HEAD", answer, &five) {
            assert_eq!(length_in(&head), None, "{head}");
        }
    }
}

/// RFC 9110 section 8.6: no length either, unless the program gives one.
#[test]
fn statuses_without_a_body_are_answered_without_it() {
    let (server, port) = server();
    for status in [204, 304, 199] {
        for answer in IN_ONE_CALL.into_iter().chain(STREAMED) {
            let response = Response::from_status(status).body("12345");
            for verb in ["GET", "HEAD", "DELETE"] {
                for head in two_heads(&server, port, verb, answer, &response) {
                    assert_eq!(length_in(&head), None, "{head}");
                    assert!(!head.contains("Transfer-Encoding"), "{head}");
                }
            }
        }
    }
    let given = Response::from_status(304).content_length(7).body("1234567");
    for head in two_heads(&server, port, "GET", IN_ONE_CALL[0], &given) {
        assert_eq!(length_in(&head), Some("7"), "{head}");
    }
}

/// A body without an end, to HEAD: the write that fails tells that the client has closed or reset, or
/// that somebody else has cancelled the request. A client that only closed its side has its head.
#[test]
fn a_stream_without_a_body_ends_with_its_client() {
    let (server, port) = server();
    for end in ["close", "close its side", "reset", "cancel"] {
        let mut client = Client::send(port, "HEAD / HTTP/1.1\r\nHost: localhost\r\n\r\n").0;
        let request = server.receive().unwrap();
        let id = request.id();
        let mut stream = request.start_chunked_response(Response::ok()).unwrap();
        for _ in 0..3 {
            stream.write(b"piece").unwrap();
        }
        let mut head = vec![0; 12];
        client.peek(&mut head).unwrap();
        let mut there = None;
        match end {
            "close its side" => {
                client.shutdown(Shutdown::Write).unwrap();
                there = Some(client);
            }
            "cancel" => {
                server.queue().cancel(id).unwrap();
                there = Some(client);
            }
            // With bytes that it has not read.
            "reset" => drop(client),
            _ => {
                client.read_exact(&mut head).unwrap();
                drop(client);
            }
        }
        let error = loop {
            match stream.write(b"piece") {
                Ok(()) => thread::yield_now(),
                Err(error) => break error,
            }
        };
        assert_eq!(error, Error::ConnectionInvalid, "{end}");
        assert_eq!(stream.write(b"more"), Err(error), "{end}");
        drop(stream);
        if let (Some(client), "close its side") = (there, end) {
            let answer = Client(client).read_all();
            assert!(answer.starts_with("HTTP/1.1 200 ") && answer.ends_with("\r\n\r\n"));
        }
    }
}

/// SND-035: the calls by id send what they are given.
#[test]
fn snd_035_by_id_the_body_is_sent_as_given() {
    let (server, port) = server();
    let client = Client::send(
        port,
        "HEAD / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
    );
    let id = server.receive().unwrap().into_id();
    server
        .queue()
        .respond(id, Response::ok().body("12345"))
        .unwrap();
    let answer = client.read_all();
    assert!(
        answer.ends_with("Content-Length: 5\r\n\r\n12345"),
        "{answer}"
    );
}

fn refused() -> Vec<(Response<'static>, InvalidField)> {
    let with = |name: &'static str, value: &'static str| Response::ok().header(name, value);
    vec![
        (with("X-Y", "a\r\nSet-Cookie: b"), InvalidField::Value),
        (with("Location", "/\n"), InvalidField::Value),
        (with("X-Y", "a\0"), InvalidField::Value),
        (with("X Y", "a"), InvalidField::Name),
        (with("X-Y\r\nZ", "a"), InvalidField::Name),
        (with("X(Y)", "a"), InvalidField::Name),
        (with("", "a"), InvalidField::Name),
        (Response::new(200, "a\r\nb"), InvalidField::Reason),
        (Response::new(0, ""), InvalidField::Status),
        (Response::new(1000, ""), InvalidField::Status),
    ]
}

#[test]
fn g_057_g_058_a_response_that_cannot_be_sent_leaves_the_request_open() {
    let (server, port) = server();
    for (response, why) in refused() {
        let mut client = Client::send(port, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
        let mut request = server.receive().unwrap();
        let error = Error::InvalidResponse(why);
        assert_eq!(response.check(), Err(error));
        assert_eq!(request.try_respond(&response), Err(error));
        assert_eq!(
            (error.win32(), error.name()),
            (87, "ERROR_INVALID_PARAMETER")
        );
        assert!(error.to_string().ends_with(&why.to_string()), "{error}");
        // Nothing was sent: the first bytes are those of the next answer.
        let teapot = Response::new(418, "I'm a teapot").body("sorry");
        assert_eq!(teapot.check(), Ok(()));
        request.try_respond(&teapot).unwrap();
        assert_eq!(request.try_respond(&teapot), Err(Error::ConnectionInvalid));
        drop(request);
        // And the connection goes on.
        let second = "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
        client.0.write_all(second.as_bytes()).unwrap();
        server.receive().unwrap().respond(Response::ok()).unwrap();
        let answer = client.read_all();
        assert!(
            answer.starts_with("HTTP/1.1 418 I'm a teapot\r\n"),
            "{answer}"
        );
        assert!(
            answer.contains("\r\n\r\nsorryHTTP/1.1 200 OK\r\n"),
            "{answer}"
        );
    }
}

#[test]
fn g_058_by_id_a_response_that_cannot_be_sent_leaves_the_id_valid() {
    let (server, port) = server();
    for (response, why) in refused() {
        let client = Client::send(
            port,
            "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
        );
        let id = server.receive().unwrap().into_id();
        let queue = server.queue();
        let error = Error::InvalidResponse(why);
        assert_eq!(queue.respond(id, &response), Err(error));
        assert_eq!(queue.begin_response(id, &response), Err(error));
        queue.respond(id, Response::ok().body("fine")).unwrap();
        assert!(client.read_all().ends_with("\r\n\r\nfine"));
    }
}

/// Windows 10 1809 and Server 2019 have it off.
#[test]
fn lim_021_trailers_can_be_turned_off() {
    let mut parameters = Parameters::default();
    parameters
        .set("EnableTrailerSupport", "0")
        .expect("a switch");
    let server = Server::builder()
        .parameters(parameters)
        .url("http://localhost:0/")
        .bind()
        .expect("a server");
    let port = server.local_addr().expect("its address").port();
    let head = "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    let client = Client::send(port, head);
    let request = server.receive().expect("a request");
    let mut trailers = Trailers::new();
    trailers.push(b"grpc-status", b"0").expect("well-formed");
    let queue = server.queue();
    let response = Response::ok().body("x");
    let id = request.into_id();
    let refused = queue.respond(id, response.clone().chunk(trailers));
    assert_eq!(refused.map_err(Error::win32), Err(50));
    assert!(queue.respond(id, response).is_ok(), "nothing was sent");
    assert!(client.read_all().ends_with("\r\n\r\nx"));
}

/// The stream sends the end of the body's coding, and the service gets the trailers; on HTTP/1.1 they are not
/// written.
#[test]
fn rsp_031_a_stream_ends_with_trailers() {
    let (server, port) = server();
    let head = "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    let trailers = || {
        let mut trailers = Trailers::new();
        trailers.push(b"grpc-status", b"0").expect("well-formed");
        trailers
    };
    for is_async in [false, true] {
        let client = Client::send(port, head);
        let request = server.receive().expect("a request");
        let mut stream = request.start_chunked_response(Response::ok()).unwrap();
        let early = stream.write_chunks(&[trailers().into()]);
        assert_eq!(early, Err(Error::InvalidParameter), "they end a response");
        stream.write(b"abc").unwrap();
        if is_async {
            pollster::block_on(stream.finish_with_async(trailers())).unwrap();
        } else {
            stream
                .finish_with_chunks(&["d".into(), trailers().into()])
                .unwrap();
        }
        let answer = client.read_all();
        let rest = if is_async { "" } else { "1\r\nd\r\n" };
        let body = format!("\r\n\r\n3\r\nabc\r\n{rest}0\r\n\r\n");
        assert!(answer.ends_with(&body), "{answer}");
    }
}

/// HTTP_SEND_RESPONSE_FLAG_PROCESS_RANGES, in one call, as a future, and by an id.
#[test]
fn a_whole_response_is_cut_into_the_ranges_that_are_asked_for() {
    const SIZE: usize = 24 << 20;
    let (server, port) = server();
    let respond: [Answer; 3] = [
        |request, response| assert!(request.respond(response).is_ok()),
        |request, response| {
            let sent = pollster::block_on(request.respond_async(response));
            assert!(sent.is_ok());
        },
        |mut request, response| assert!(request.try_respond(&response).is_ok()),
    ];
    let large: Vec<u8> = (0..SIZE).map(|at| b'a' + (at / 7 % 26) as u8).collect();
    let small = || Response::ok().body("0123").chunk("456789").process_ranges();
    for answer in respond {
        for (range, status, body) in [
            ("bytes=2-5", "206", "2345"),
            ("bytes=x", "200", "0123456789"),
            ("bytes=10-", "416", ""),
        ] {
            let head = format!(
                "GET / HTTP/1.1\r\nHost: localhost\r\nRange: {range}\r\nConnection: close\r\n\r\n"
            );
            let client = Client::send(port, &head);
            answer(server.receive().unwrap(), small());
            let text = client.read_all();
            assert!(text.starts_with(&format!("HTTP/1.1 {status} ")), "{text}");
            assert_eq!(crate::support::body_of(&text), body);
        }
        // More than the socket takes at once.
        let head =
            "GET / HTTP/1.1\r\nHost: localhost\r\nRange: bytes=7-\r\nConnection: close\r\n\r\n";
        let client = Client::send(port, head);
        let response = Response::ok().body(large.clone()).process_ranges();
        let request = server.receive().unwrap();
        let text = thread::scope(|scope| {
            let reads = scope.spawn(|| client.read_all());
            answer(request, response);
            reads.join().unwrap()
        });
        assert!(crate::support::body_of(&text).as_bytes() == &large[7..]);
    }
    let head = "GET / HTTP/1.1\r\nHost: localhost\r\nRange: bytes=0-1\r\nConnection: close\r\n\r\n";
    let client = Client::send(port, head);
    let id = server.receive().unwrap().into_id();
    server.queue().respond(id, small()).unwrap();
    let text = client.read_all();
    assert!(text.starts_with("HTTP/1.1 206 "), "{text}");
    assert!(text.ends_with("\r\n\r\n01"), "{text}");
}
