//! What a request becomes.

use std::pin::Pin;

use futures_core::Stream;
use http_body::Body as _;
use httpsys::Response;
use httpsys::http::{OnUpgrade, RequestInfo};

use crate::support::{Client, server};
use crate::tools::{Answer, Handler, ask, serving, split, text};

#[test]
fn a_request_has_method_target_version_and_fields_as_they_were_sent() {
    let handler = Handler(|request: http::Request<httpsys::http::Body>| async move {
        let fields = request.headers();
        Answer::Ok(text(format!(
            "{} {} {:?} {:?} {:?} {:?}",
            request.method(),
            request.uri(),
            request.version(),
            fields["x-name"],
            fields.get_all("accept").iter().count(),
            request.body().size_hint().exact(),
        )))
    });
    serving(handler, |_, port| {
        let answer = ask(
            port,
            "REPORT /a%20b/../c?d=e HTTP/1.1\r\nX-Name: v\r\nAccept: a\r\nAccept: b",
        );
        assert_eq!(
            split(&answer).1,
            "REPORT /a%20b/../c?d=e HTTP/1.1 \"v\" 1 Some(0)"
        );
        let answer = Client::send(port, "GET / HTTP/1.0\r\nX-Name: w\r\n\r\n").read_all();
        assert_eq!(split(&answer).1, "GET / HTTP/1.0 \"w\" 0 Some(0)");
    });
}

#[test]
fn the_extension_has_what_only_the_service_knows() {
    let (server, port) = server();
    let prefix = format!("http://localhost:{port}/c/");
    server
        .url_group()
        .add_url_with_context(&prefix, 77)
        .unwrap();
    let client = Client::send(
        port,
        "GET /c/./%61 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
    );
    let address = client.0.local_addr().unwrap();
    let received = server.receive().unwrap();
    let (id, connection) = (received.id(), received.connection_id());
    let (request, responder) = received.into_http().unwrap();
    let info = request.extensions().get::<RequestInfo>().unwrap();
    assert_eq!((info.id, info.connection_id), (id, connection));
    assert_eq!(info.raw_connection_id, connection);
    assert_eq!(info.remote_addr, address);
    assert_eq!(info.local_addr, client.0.peer_addr().unwrap());
    assert_eq!(info.url_context, 77);
    assert_eq!(info.url, format!("http://localhost:{port}/c/a"));
    assert!(info.tls.is_none());
    assert!(request.extensions().get::<OnUpgrade>().is_none());
    assert_eq!(responder.request().id(), id);
    // Without a response: reset.
    drop(responder);
    assert!(client.was_reset());
}

#[test]
fn the_requests_of_a_queue_are_a_stream_that_ends_with_it() {
    let (server, port) = server();
    let mut requests = server.queue().requests();
    let mut next = || {
        pollster::block_on(std::future::poll_fn(|context| {
            Pin::new(&mut requests).poll_next(context)
        }))
    };
    for path in ["/1", "/2"] {
        let client = Client::send(
            port,
            &format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"),
        );
        let request = next().unwrap();
        assert_eq!(request.path(), path);
        request.respond(Response::ok()).unwrap();
        client.read_all();
    }
    server.shutdown().unwrap();
    assert!(next().is_none());
    assert!(next().is_none());
}
