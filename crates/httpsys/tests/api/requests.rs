//! The life of a request through the Rust API, on real sockets.
//!
//! Owns what this crate adds to the engine: ends by drop, chunk framing, errors. The catalog's
//! rows are the conformance suite's.

use std::io::{Read, Write};
use std::thread;

use crate::support::{Client, body_of, server};
use httpsys::{Error, InvalidField, Response, Verb};

const GET: &str = "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

#[test]
fn a_request_that_is_dropped_is_reset() {
    let (server, port) = server();
    let client = Client::send(port, GET);
    drop(server.receive().unwrap());
    assert!(client.was_reset());
}

#[test]
fn cxl_a_cancelled_request_is_reset_and_its_id_is_dead() {
    let (server, port) = server();
    let client = Client::send(port, GET);
    let request = server.receive().unwrap();
    let id = request.id();
    request.cancel().unwrap();
    assert!(client.was_reset());
    assert_eq!(server.queue().cancel(id), Err(Error::ConnectionInvalid));
}

#[test]
fn cxl_003_cancel_by_id_ends_a_body_read_of_another_thread() {
    let (server, port) = server();
    let head = "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n";
    let client = Client::send(port, head);
    let request = server.receive().unwrap();
    let id = request.id();
    let queue = server.queue().clone();
    let reader = thread::spawn(move || request.read_body(&mut [0; 16]));
    // Before or after the read began: both ends are the documented ones.
    queue.cancel(id).unwrap();
    let result = reader.join().unwrap();
    assert!(
        matches!(result, Err(Error::Aborted | Error::ConnectionInvalid)),
        "{result:?}"
    );
    assert!(client.was_reset());
}

#[test]
fn snd_002_a_detached_request_is_answered_by_its_id_once() {
    let (server, port) = server();
    let client = Client::send(port, GET);
    let id = server.receive().unwrap().into_id();
    let response = Response::ok().body("by id");
    assert!(server.queue().respond(id, &response).unwrap() > 5);
    assert_eq!(
        server.queue().respond(id, &response),
        Err(Error::ConnectionInvalid)
    );
    assert_eq!(body_of(&client.read_all()), "by id");
}

#[test]
fn snd_012_a_stream_by_id_is_sent_as_given() {
    let (server, port) = server();
    let client = Client::send(port, GET);
    let id = server.receive().unwrap().into_id();
    let queue = server.queue();
    assert_eq!(
        queue.send_body(id, &[b"early"]),
        Err(Error::InvalidParameter)
    );
    queue.begin_response(id, Response::ok().body("a")).unwrap();
    assert_eq!(queue.send_body(id, &[b"b", b"c"]), Ok(2));
    assert_eq!(queue.end_response(id, &[b"d"], true), Ok(1));
    let answer = client.read_all();
    assert_eq!(body_of(&answer), "abcd");
    assert!(!answer.contains("Content-Length") && !answer.contains("Transfer-Encoding"));
}

#[test]
fn g_058_a_request_that_is_used_up_by_a_response_that_cannot_be_sent_is_reset() {
    let (server, port) = server();
    let client = Client::send(port, GET);
    let request = server.receive().unwrap();
    let bad = Response::ok().header("X-Split", "a\r\nSet-Cookie: b");
    let error = Error::InvalidResponse(InvalidField::Value);
    assert_eq!(request.respond(bad), Err(error));
    assert!(client.was_reset());
}

#[test]
fn a_connection_serves_one_request_after_the_other() {
    let (server, port) = server();
    let first = "GET /1 HTTP/1.1\r\nHost: localhost\r\n\r\n";
    let client = Client::send(port, &format!("{first}{GET}"));
    let request = server.receive().unwrap();
    assert!(request.path_is("/1"));
    let connection = request.connection_id();
    request.respond(Response::ok().body("one")).unwrap();
    let request = server.receive().unwrap();
    assert_eq!(request.connection_id(), connection);
    request.respond(Response::ok().body("two")).unwrap();
    let answer = client.read_all();
    assert!(answer.contains("\r\n\r\noneHTTP/1.1 200 OK\r\n") && answer.ends_with("two"));
}

#[test]
fn a_chunked_stream_may_copy_the_request_body_meanwhile() {
    let (server, port) = server();
    let text = "POST / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\
                Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n";
    let client = Client::send(port, text);
    let request = server.receive().unwrap();
    assert!(request.has_body());
    let mut stream = request
        .start_chunked_response(Response::ok().body("<"))
        .unwrap();
    let mut buffer = [0; 2];
    loop {
        let n = stream.request().read_body(&mut buffer).unwrap();
        if n == 0 {
            break;
        }
        stream.write(&buffer[..n]).unwrap();
    }
    stream.finish_with(b">").unwrap();
    let answer = client.read_all();
    assert!(answer.contains("\r\nTransfer-Encoding: chunked\r\n"));
    let chunks = body_of(&answer).split("\r\n").collect::<Vec<_>>();
    let data: String = chunks.iter().skip(1).step_by(2).copied().collect();
    assert_eq!(data, "<abcde>");
    assert!(answer.ends_with("\r\n0\r\n\r\n"));
}

#[test]
fn a_chunked_stream_to_http_1_0_is_bare_and_ends_with_the_connection() {
    let (server, port) = server();
    let client = Client::send(port, "GET / HTTP/1.0\r\nHost: localhost\r\n\r\n");
    let request = server.receive().unwrap();
    let mut stream = request.start_chunked_response(Response::ok()).unwrap();
    stream.write(b"old ").unwrap();
    stream.finish_with(b"client").unwrap();
    let answer = client.read_all();
    assert_eq!(body_of(&answer), "old client");
    assert!(!answer.contains("Transfer-Encoding"));
}

#[test]
fn answers_to_head_have_no_body() {
    let (server, port) = server();
    let head = |end: &str| format!("HEAD / HTTP/1.1\r\nHost: localhost\r\n{end}\r\n");
    let client = Client::send(port, &(head("") + &head("Connection: close\r\n")));
    let request = server.receive().unwrap();
    assert_eq!(request.verb(), Verb::Head);
    request
        .respond(Response::ok().body("12345").head_only())
        .unwrap();
    let mut stream = server
        .receive()
        .unwrap()
        .start_chunked_response(Response::ok())
        .unwrap();
    stream.write(b"unsent").unwrap();
    stream.finish_with(b"unsent").unwrap();
    let answer = client.read_all();
    let (first, second) = answer.split_once("\r\n\r\n").unwrap();
    assert!(first.contains("Content-Length: 5"));
    assert!(second.starts_with("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n"));
    assert_eq!(body_of(second), "");
}

#[test]
fn a_stream_with_a_length_keeps_the_connection_and_a_dropped_one_resets_it() {
    let (server, port) = server();
    let mut client = Client::send(port, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
    let response = Response::ok().content_length(4);
    let mut stream = server.receive().unwrap().start_response(&response).unwrap();
    write!(stream, "{}", 1234).unwrap();
    stream.finish().unwrap();
    client.0.write_all(GET.as_bytes()).unwrap();
    drop(server.receive().unwrap().start_response(&response).unwrap());
    assert!(client.read_to_reset().is_some());
}

#[test]
fn a_chunked_stream_refuses_a_framing_of_the_program() {
    let (server, port) = server();
    let client = Client::send(port, GET);
    let request = server.receive().unwrap();
    let result = request.start_chunked_response(Response::ok().content_length(1));
    assert_eq!(result.unwrap_err(), Error::InvalidParameter);
    assert!(client.was_reset());
}

#[test]
fn the_body_reader_reads_to_the_end_and_limits_hold() {
    let (server, port) = server();
    let post = |end: &str| {
        format!("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n{end}\r\nhello")
    };
    let client = Client::send(port, &(post("") + &post("Connection: close\r\n")));
    let request = server.receive().unwrap();
    let mut text = String::new();
    request.body().read_to_string(&mut text).unwrap();
    assert_eq!(text, "hello");
    assert_eq!(request.read_body(&mut [0; 4]), Ok(0));
    request.respond(Response::ok()).unwrap();
    let request = server.receive().unwrap();
    assert_eq!(request.read_body(&mut []), Ok(0));
    assert_eq!(
        request.read_body_to_end(4),
        Err(Error::MoreData { needed: 5 })
    );
    assert_eq!(request.read_body_to_end(5).as_deref(), Ok(&b"hello"[..]));
    request.respond(Response::from_status(204)).unwrap();
    assert!(client.read_all().contains("HTTP/1.1 204 No Content\r\n"));
}

#[test]
fn a_request_says_how_long_its_body_is() {
    for (verb, fields, length) in [
        ("GET", "", Some(0)),
        ("PUT", "Content-Length: 0\r\n", Some(0)),
        ("PUT", "Content-Length: 4294967296\r\n", Some(1 << 32)),
        ("PUT", "Transfer-Encoding: chunked\r\n", None),
    ] {
        let (server, port) = server();
        let head = format!("{verb} / HTTP/1.1\r\nHost: localhost\r\n{fields}\r\n");
        let client = Client::send(port, &head);
        let request = server.receive().unwrap();
        assert_eq!(request.content_length(), length, "{fields}");
        request.cancel().unwrap();
        assert!(client.was_reset());
    }
}

#[test]
fn bdy_a_client_that_breaks_off_fails_the_read() {
    let (server, port) = server();
    let head = "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\nabc";
    drop(Client::send(port, head));
    let request = server.receive().unwrap();
    let error = request.read_body_to_end(100).unwrap_err();
    assert!(
        matches!(error, Error::Aborted | Error::ConnectionInvalid),
        "{error}"
    );
    assert!(request.respond(Response::ok()).is_err());
}

#[test]
fn prs_015_patch_has_a_name_and_other_verbs_their_text() {
    let (server, port) = server();
    for (text, verb) in [
        ("PATCH", Verb::Patch),
        ("GET", Verb::Get),
        ("SEARCH", Verb::Search),
        ("patch", Verb::Unknown),
        ("REPORT", Verb::Unknown),
    ] {
        let client = Client::send(port, &GET.replacen("GET", text, 1));
        let request = server.receive().unwrap();
        assert_eq!((request.verb(), request.method()), (verb, text));
        request.respond(Response::from_status(429)).unwrap();
        let answer = client.read_all();
        assert!(answer.starts_with("HTTP/1.1 429 Too Many Requests\r\n"));
    }
}
