//! `v2_file_post.c`: version 2 of the API and temporary files.

use crate::build::{Built, Recipe, build};
use crate::drive::{noise, post};
use crate::server::Server;

fn start() -> (Built, Server) {
    let built = build("v2_file_post", &Recipe::USUAL);
    let server = Server::start(&built.path(), &[]);
    (built, server)
}

#[test]
fn bodies_of_several_sizes_come_back_on_one_connection() {
    let (_built, server) = start();
    let mut client = server.connect();
    for length in [1, 4_095, 4_096, 4_097, 100_000, 3 << 20] {
        let body = noise(length);
        post(&server, &mut client, &body);
        let response = client.read_response();
        assert_eq!(
            response.header("Content-Length"),
            Some(&*length.to_string())
        );
        assert!(response.body == body, "another body of {length} bytes");
    }
    let end = server.quit();
    end.assert_clean();
    assert!(end.files.is_empty(), "files left: {:?}", end.files);
}

#[test]
fn a_chunked_body_comes_back_with_its_length() {
    let (_built, server) = start();
    let mut client = server.connect();
    client.send(server.request("POST", "/", "Transfer-Encoding: chunked\r\n"));
    client.send("3\r\none\r\n4\r\n two\r\n0\r\n\r\n");
    let response = client.read_response();
    assert_eq!(response.header("Content-Length"), Some("7"));
    assert_eq!(response.body, b"one two");
    server.quit().assert_clean();
}

#[test]
fn a_post_without_a_body_makes_no_file() {
    let (_built, server) = start();
    let mut client = server.connect();
    post(&server, &mut client, b"");
    assert_eq!(client.read_response().body, b"There was no body.\r\n");
    let end = server.quit();
    end.assert_clean();
    assert!(end.files.is_empty(), "files left: {:?}", end.files);
}

#[test]
fn a_client_that_goes_in_the_middle_of_its_body_leaves_no_file() {
    let (_built, server) = start();
    let mut gone = server.connect();
    gone.send(server.request("POST", "/", "Content-Length: 100000\r\n"));
    gone.send(noise(5_000));
    gone.reset();
    let mut client = server.connect();
    post(&server, &mut client, b"next");
    assert_eq!(client.read_response().body, b"next");
    let end = server.quit();
    end.assert_clean();
    assert!(end.files.is_empty(), "files left: {:?}", end.files);
}
