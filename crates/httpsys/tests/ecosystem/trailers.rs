//! Trailers of requests: of the request itself, and as the last frame of its body.

use std::future::poll_fn;
use std::io::Write;
use std::pin::Pin;

use http::HeaderMap;
use http_body::Body as _;
use httpsys::http::Body;
use httpsys::{Parameters, Response, Server};

use crate::support::Client;

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;
/// `x-sum: 1` as a field block.
const SUM: &[u8] = b"\0\x05x-sum\x011";

fn server() -> (Server, u16) {
    let mut parameters = Parameters::default();
    parameters.choices.http2_prior_knowledge = true;
    let server = Server::builder().parameters(parameters);
    let server = server.url("http://localhost:0/").bind().unwrap();
    let port = server.local_addr().unwrap().port();
    (server, port)
}

fn frame(kind: u8, flags: u8, payload: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0, 0, payload.len() as u8, kind, flags, 0, 0, 0, 1];
    bytes.extend(payload);
    bytes
}

/// POST / with `abc` on stream 1, whose end has not come; with Content-Length or without.
fn begin_over_h2(port: u16, has_length: bool) -> Client {
    let mut client = Client::connect(port);
    let mut bytes = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0".to_vec();
    let mut fields = b"\x83\x86\x84\x41\x09localhost".to_vec();
    if has_length {
        fields.extend(b"\x0f\x0d\x013");
    }
    bytes.extend(frame(HEADERS, END_HEADERS, &fields));
    bytes.extend(frame(DATA, 0, b"abc"));
    client.0.write_all(&bytes).unwrap();
    client
}

fn end_over_h2(client: &mut Client) {
    let bytes = frame(HEADERS, END_HEADERS | END_STREAM, SUM);
    client.0.write_all(&bytes).unwrap();
}

fn begin_chunked(port: u16, trailers: &str) -> Client {
    let head = "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n";
    Client::send(port, &format!("{head}3\r\nabc\r\n0\r\n{trailers}\r\n"))
}

/// Content and trailers.
async fn collect(mut body: Body) -> (Vec<u8>, Option<HeaderMap>) {
    let mut content = Vec::new();
    while let Some(frame) = poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await {
        match frame.unwrap().into_data() {
            Ok(data) => content.extend_from_slice(&data),
            Err(frame) => {
                assert!(body.is_end_stream());
                return (content, frame.into_trailers().ok());
            }
        }
    }
    (content, None)
}

#[test]
fn h2x_025_trailers_are_known_when_the_content_was_read_with_its_length_announced_or_not() {
    for has_length in [true, false] {
        let (server, port) = server();
        let mut client = begin_over_h2(port, has_length);
        let request = server.receive().unwrap();
        let mut content = [0; 8];
        // The last byte of a length that is known comes with the end.
        let first = if has_length { 2 } else { 3 };
        assert_eq!(request.read_body(&mut content), Ok(first));
        assert_eq!(request.trailers(), Ok(None));
        end_over_h2(&mut client);
        let rest = request.read_body_to_end(8).unwrap();
        assert_eq!([&content[..first], &rest].concat(), b"abc");
        let trailers = request.trailers().unwrap().unwrap();
        assert!(trailers.iter().eq([(&b"x-sum"[..], &b"1"[..])]));
        request.respond(Response::ok()).unwrap();
    }
}

#[test]
fn bdy_020_trailers_of_a_chunked_request_are_known_when_the_content_was_read() {
    let (server, port) = server();
    let _client = begin_chunked(port, "X-Sum: 1\r\nb:\r\nX-Sum: 2\r\n");
    let request = server.receive().unwrap();
    assert_eq!(request.trailers(), Ok(None));
    assert_eq!(request.read_body_to_end(8).unwrap(), b"abc");
    let trailers = request.trailers().unwrap().unwrap();
    let expected: [(&[u8], &[u8]); 3] = [(b"X-Sum", b"1"), (b"b", b""), (b"X-Sum", b"2")];
    assert!(trailers.iter().eq(expected), "{trailers:?}");
    request.respond(Response::ok()).unwrap();

    let _client = begin_chunked(port, "");
    let request = server.receive().unwrap();
    assert_eq!(request.read_body_to_end(8).unwrap(), b"abc");
    assert!(request.trailers().unwrap().unwrap().is_empty());
    request.respond(Response::ok()).unwrap();
}

#[test]
fn trailers_are_the_last_frame_of_a_body() {
    let (server, port) = server();
    for way in ["chunked", "h2", "h2 with a length", "none"] {
        let _client = match way {
            "chunked" => begin_chunked(port, "X-Sum: 1\r\n"),
            "none" => begin_chunked(port, ""),
            _ => {
                let mut client = begin_over_h2(port, way != "h2");
                end_over_h2(&mut client);
                client
            }
        };
        let (request, responder) = server.receive().unwrap().into_http().unwrap();
        let (content, trailers) = pollster::block_on(collect(request.into_body()));
        assert_eq!(content, b"abc", "{way}");
        let sum = trailers.map(|fields| fields["x-sum"].clone());
        assert_eq!(sum.is_none(), way == "none", "{way}");
        assert!(sum.is_none_or(|sum| sum == "1"), "{way}");
        let answer = http::Response::new(Body::empty());
        pollster::block_on(responder.send(answer)).unwrap();
    }
}
