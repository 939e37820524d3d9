//! `v1_echo.c`: version 1 of the API.

use crate::build::{Built, Recipe, build};
use crate::drive::{noise, post};
use crate::server::Server;

fn start() -> (Built, Server) {
    let built = build("v1_echo", &Recipe::USUAL);
    let server = Server::start(&built.path(), &[]);
    (built, server)
}

#[test]
fn a_chunked_post_comes_back_chunked() {
    let (_built, server) = start();
    let mut client = server.connect();
    let body = noise(20_000);
    client.send(server.request("POST", "/", "Transfer-Encoding: chunked\r\n"));
    for part in body.chunks(7_000) {
        client.send(format!("{:x}\r\n", part.len()));
        client.send(part);
        client.send("\r\n");
    }
    client.send("0\r\n\r\n");
    let response = client.read_response();
    assert_eq!(response.header("Transfer-Encoding"), Some("chunked"));
    assert!(response.body == body, "another body came back");
    server.quit().assert_clean();
}

#[test]
fn a_body_comes_back_while_it_still_arrives() {
    let (_built, server) = start();
    let mut client = server.connect();
    client.send(server.request("POST", "/", "Content-Length: 8\r\n"));
    client.send("half");
    assert_eq!(client.read_response_head().status(), 200);
    assert_eq!(client.read_exactly(4), b"half");
    client.send("rest");
    assert_eq!(client.read_exactly(4), b"rest");
    server.quit().assert_clean();
}

/// The first receive has room for about 2 KB, so that the second one needs the size from 234.
#[test]
fn a_request_with_a_long_header_is_received_in_two_steps() {
    let (_built, server) = start();
    let mut client = server.connect();
    let long = format!("X-Long: {}\r\n", "y".repeat(9_000));
    client.send(server.request("GET", "/", &long));
    let response = client.read_response();
    assert_eq!(response.body, b"Version 1 says hello.\r\n");
    server.quit().assert_clean();
}

#[test]
fn a_client_that_goes_does_no_harm_to_the_next_one() {
    let (_built, server) = start();
    let mut gone = server.connect();
    gone.send(server.request("POST", "/", "Content-Length: 100\r\n"));
    gone.send("some");
    assert_eq!(gone.read_response_head().status(), 200);
    gone.reset();
    let mut client = server.connect();
    post(&server, &mut client, b"still there");
    assert_eq!(client.read_response().body, b"still there");
    let end = server.quit();
    end.assert_clean();
    assert!(end.output.contains("answering failed with "), "{end:?}");
}

/// The first response finds a closed connection, and the next one a reset connection: SIGPIPE must
/// not end a program that has never heard of it.
#[test]
fn pipelining_clients_that_close_at_once_do_no_harm() {
    let (_built, server) = start();
    for _ in 0..100 {
        let mut client = server.connect();
        client.send(server.request("GET", "/", "").repeat(20));
    }
    server.quit().assert_clean();
}

#[test]
fn other_verbs_get_501() {
    let (_built, server) = start();
    let mut client = server.connect();
    client.send(server.request("DELETE", "/", ""));
    assert_eq!(client.read_response().status(), 501);
    server.quit().assert_clean();
}
