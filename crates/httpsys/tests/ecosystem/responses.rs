//! What goes out for a response: framing, fields, errors of the body.

use std::future::IntoFuture;
use std::io::{Read, Write};

use http::HeaderMap;
use httpsys::http::{Body, OnUpgrade, ResponseError};
use httpsys::tower::serve;
use httpsys::{Parameters, Server};

use crate::support::{Client, server};
use crate::tools::{Answer, Handler, Script, Step, ask, read_until, served, serving, split};

const GET: &str = "GET / HTTP/1.1";
const PLAIN: &str = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";

/// What is sent for these steps, to a request that begins with `head`.
fn answer_to(head: &str, build: http::response::Builder, script: Script) -> String {
    let status = build.body(()).unwrap().into_parts().0;
    let handler = Handler(move |_| {
        let response = http::Response::from_parts(status.clone(), script.body());
        async move { Answer::Ok(response) }
    });
    serving(handler, |_, port| ask(port, head))
}

fn ok() -> http::response::Builder {
    http::Response::builder()
}

fn data(pieces: &[&'static str]) -> Vec<Step> {
    let data = pieces.iter().map(|piece| Step::Data(piece));
    data.chain([Step::End]).collect()
}

#[test]
fn an_exact_size_hint_is_content_length_and_no_hint_is_chunked() {
    let sent = answer_to(GET, ok(), Script::new(data(&["ab", "", "cde"])).exact(5));
    let expected = (vec!["HTTP/1.1 200 OK", "Content-Length: 5"], "abcde");
    assert_eq!(split(&sent), expected);
    let sent = answer_to(GET, ok(), Script::new(data(&["ab", "", "cde"])));
    let expected = (
        vec!["HTTP/1.1 200 OK", "Transfer-Encoding: chunked"],
        "2\r\nab\r\n3\r\ncde\r\n0\r\n\r\n",
    );
    assert_eq!(split(&sent), expected);
    let sent = answer_to(
        GET,
        ok().header("content-length", 5),
        Script::new(data(&["abcde"])),
    );
    assert_eq!(
        split(&sent),
        (vec!["HTTP/1.1 200 OK", "Content-Length: 5"], "abcde")
    );
    let sent = answer_to(GET, ok(), Script::new(data(&[])));
    assert_eq!(
        split(&sent),
        (vec!["HTTP/1.1 200 OK", "Content-Length: 0"], "")
    );
}

#[test]
fn a_client_of_http_1_0_gets_the_plain_body() {
    let script = Script::new(data(&["ab", "cde"]));
    let sent = answer_to("GET / HTTP/1.0", ok(), script);
    assert_eq!(split(&sent), (vec!["HTTP/1.1 200 OK"], "abcde"));
}

#[test]
fn head_204_and_304_have_no_body_and_the_lengths_of_rfc_9110() {
    let five = || Script::new(data(&["abcde"])).exact(5);
    let cases = [
        (
            "HEAD",
            200,
            None,
            vec!["HTTP/1.1 200 OK", "Content-Length: 5"],
        ),
        (
            "HEAD",
            200,
            Some(7),
            vec!["HTTP/1.1 200 OK", "Content-Length: 7"],
        ),
        ("GET", 204, Some(7), vec!["HTTP/1.1 204 No Content"]),
        ("GET", 304, None, vec!["HTTP/1.1 304 Not Modified"]),
        (
            "GET",
            304,
            Some(7),
            vec!["HTTP/1.1 304 Not Modified", "Content-Length: 7"],
        ),
    ];
    for (verb, status, length, head) in cases {
        let mut build = ok().status(status);
        if let Some(length) = length {
            build = build.header("content-length", length);
        }
        let sent = answer_to(&format!("{verb} / HTTP/1.1"), build, five());
        assert_eq!(split(&sent), (head, ""), "{verb} {status} {length:?}");
    }
}

#[test]
fn the_fields_of_the_connection_are_those_of_the_service() {
    let build = ok()
        .header("transfer-encoding", "gzip")
        .header("keep-alive", "timeout=5")
        .header("connection", "close")
        .header("x-own", "1")
        .header("x-own", "2");
    let status = build.body(()).unwrap().into_parts().0;
    let handler = Handler(move |_| {
        let body = Script::new(data(&["a"])).exact(1).body();
        let response = http::Response::from_parts(status.clone(), body);
        async move { Answer::Ok(response) }
    });
    serving(handler, |_, port| {
        let sent = Client::send(port, PLAIN).read_all();
        assert!(sent.contains("\r\nConnection: close\r\n"), "{sent}");
        let head = vec![
            "HTTP/1.1 200 OK",
            "Content-Length: 1",
            "x-own: 1",
            "x-own: 2",
        ];
        assert_eq!(split(&sent), (head, "a"));
    });
}

#[test]
fn trailers_are_left_out_over_http_1_1() {
    let mut fields = HeaderMap::new();
    fields.insert("x-sum", "1".parse().unwrap());
    let script = Script::new([Step::Data("ab"), Step::Trailers(fields)]);
    let sent = answer_to(GET, ok(), script);
    assert_eq!(split(&sent).1, "2\r\nab\r\n0\r\n\r\n");
}

#[test]
fn what_is_no_response_is_answered_with_500() {
    let upgrade = "GET / HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade";
    for (head, status) in [(GET, 100), (GET, 103), (GET, 101), (upgrade, 101)] {
        let (server, port) = server();
        let client = std::thread::spawn(move || ask(port, head));
        let (mut request, responder) = server.receive().unwrap().into_http().unwrap();
        let pipe = request.extensions_mut().remove::<OnUpgrade>();
        let response = ok().status(status).body(Body::empty()).unwrap();
        let sent = pollster::block_on(responder.send(response));
        assert!(matches!(sent, Err(ResponseError::Refused(_))), "{sent:?}");
        let answer = client.join().unwrap();
        let expected = vec!["HTTP/1.1 500 Internal Server Error", "Content-Length: 0"];
        assert_eq!(split(&answer), (expected, ""), "{head} {status}");
        assert_eq!(pipe.is_some(), head == upgrade);
        assert!(pipe.is_none_or(|pipe| pollster::block_on(pipe).is_err()));
    }
}

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const END_STREAM: u8 = 1;

/// Type and flags of the frames that answer a GET over HTTP/2, up to the end of its stream.
fn frames_over_h2(port: u16) -> Vec<(u8, u8)> {
    let mut client = Client::connect(port);
    let mut sent = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0".to_vec();
    // GET, http, /, and the authority as it is.
    let fields = b"\x82\x86\x84\x41\x09localhost";
    sent.extend([0, 0, fields.len() as u8, HEADERS, 5, 0, 0, 0, 1]);
    sent.extend(fields);
    client.0.write_all(&sent).unwrap();
    let mut frames = Vec::new();
    loop {
        let mut head = [0; 9];
        client.0.read_exact(&mut head).expect("a frame");
        let [_, high, low, kind, flags, .., stream] = head;
        let mut payload = vec![0; usize::from(u16::from_be_bytes([high, low]))];
        client.0.read_exact(&mut payload).expect("its payload");
        if stream == 1 {
            frames.push((kind, flags & END_STREAM));
            if !matches!(kind, DATA | HEADERS) || flags & END_STREAM != 0 {
                return frames;
            }
        }
    }
}

#[test]
fn trailers_are_sent_over_http_2_unless_they_are_turned_off() {
    for (is_on, last) in [("1", (HEADERS, END_STREAM)), ("0", (DATA, END_STREAM))] {
        let mut parameters = Parameters::default();
        parameters.set("EnableTrailerSupport", is_on).unwrap();
        parameters.choices.http2_prior_knowledge = true;
        let server = Server::builder().parameters(parameters);
        let server = server.url("http://localhost:0/").bind().unwrap();
        let port = server.local_addr().unwrap().port();
        let handler = Handler(|_| {
            let mut fields = HeaderMap::new();
            fields.insert("x-sum", "1".parse().unwrap());
            let script = Script::new([Step::Data("ab"), Step::Trailers(fields)]);
            async move { Answer::Ok(http::Response::new(script.body())) }
        });
        let serve = serve(server.queue(), handler).into_future();
        let (frames, ended) = served(&server, serve, || {
            let frames = frames_over_h2(port);
            server.queue().clone().close().unwrap();
            frames
        });
        ended.unwrap();
        assert_eq!(frames.first(), Some(&(HEADERS, 0)));
        assert_eq!(frames.last(), Some(&last), "{frames:?}");
    }
}

#[test]
fn the_head_does_not_wait_for_the_body_and_each_frame_goes_out_as_it_comes() {
    let script = Script::default();
    let body = script.clone();
    let handler = Handler(move |_| {
        let response = http::Response::new(body.body());
        async move { Answer::Ok(response) }
    });
    serving(handler, |_, port| {
        let mut client = Client::send(port, PLAIN);
        read_until(&mut client, "\r\n\r\n");
        for (piece, sent) in [("one", "3\r\none\r\n"), ("three", "5\r\nthree\r\n")] {
            script.push(Step::Data(piece));
            assert_eq!(read_until(&mut client, &format!("{piece}\r\n")), sent);
        }
        script.push(Step::End);
        assert_eq!(read_until(&mut client, "0\r\n\r\n"), "0\r\n\r\n");
    });
}

#[test]
fn a_body_that_fails_panics_or_has_the_wrong_length_resets_the_connection() {
    type Steps = fn() -> Vec<Step>;
    let cases: [(&str, Option<u64>, Steps); 5] = [
        ("fails", None, || vec![Step::Data("ab"), Step::Fails]),
        ("panics", None, || vec![Step::Data("ab"), Step::Panics]),
        ("is shorter", Some(5), || data(&["ab"])),
        ("is longer", Some(3), || data(&["ab", "cd"])),
        ("is empty", Some(3), || data(&[])),
    ];
    for (what, length, steps) in cases {
        let handler = Handler(move |_| {
            let mut script = Script::new(steps());
            if let Some(length) = length {
                script = script.exact(length);
            }
            let response = http::Response::new(script.body());
            async move { Answer::Ok(response) }
        });
        serving(handler, |_, port| {
            for _ in 0..2 {
                let mut client = Client::send(port, PLAIN);
                let before = client.read_to_reset();
                let before = before.unwrap_or_else(|| panic!("a body that {what}: no reset"));
                assert!(!before.ends_with(b"0\r\n\r\n"), "a body that {what}");
            }
        });
    }
}
