//! `async_file_server.c`: thread-pool I/O and file chunks.

use std::fs::{self, File};

use crate::build::{Built, Recipe, build};
use crate::drive::noise;
use crate::server::Server;

/// Far more than the buffers of a connection hold.
const HUGE: u64 = 64 << 20;

fn start() -> (Built, Server) {
    let built = build("async_file_server", &Recipe::USUAL);
    let server = Server::start(&built.path(), &["."]);
    (built, server)
}

fn huge_file(server: &Server) -> File {
    let file = File::create(server.folder().join("huge")).expect("a file");
    file.set_len(HUGE).expect("room for a file with a hole");
    file
}

#[test]
fn snd_027_ranges_go_from_their_start_to_the_end_of_the_file() {
    let (_built, server) = start();
    let content = noise(300_000);
    fs::write(server.folder().join("name"), &content).expect("a file");
    let mut client = server.connect();
    for from in [0, 1, 4_096, 299_999] {
        client.send(server.request("GET", &format!("/name?from={from}"), ""));
        let response = client.read_response();
        let length = (content.len() - from).to_string();
        assert_eq!(response.header("Content-Length"), Some(&*length));
        assert!(response.body == content[from..], "from {from}");
    }
    server.quit().assert_clean();
}

#[test]
fn snd_028_a_range_beyond_the_file_is_not_sent() {
    let (_built, server) = start();
    fs::write(server.folder().join("name"), b"short").expect("a file");
    let mut client = server.connect();
    client.send(server.request("GET", "/name?from=6", ""));
    client.expect_reset();
    server.quit().assert_clean();
}

#[test]
fn an_empty_file_is_a_response_without_a_body() {
    let (_built, server) = start();
    fs::write(server.folder().join("empty"), b"").expect("a file");
    let mut client = server.connect();
    for _ in 0..2 {
        client.send(server.request("GET", "/empty", ""));
        let response = client.read_response();
        assert_eq!(response.status(), 200);
        assert_eq!(response.header("Content-Length"), Some("0"));
    }
    server.quit().assert_clean();
}

#[test]
fn what_is_no_file_below_the_folder_is_not_found() {
    let (_built, server) = start();
    // With the service's own answer to what its parser refuses.
    for (target, status) in [
        ("/missing", 404),
        ("/", 404),
        ("/..%5cprogram", 403),
        ("/a/..%2f..%2fprogram", 403),
        ("/%00", 400),
    ] {
        let mut client = server.connect();
        client.send(server.request("GET", target, ""));
        assert_eq!(client.read_response().status(), status, "{target}");
    }
    server.quit().assert_clean();
}

/// More clients than the program has operations.
#[test]
fn many_clients_get_the_same_file_at_the_same_time() {
    let (_built, server) = start();
    let content = noise(3 << 20);
    fs::write(server.folder().join("three"), &content).expect("a file");
    let mut clients: Vec<_> = (0..24).map(|_| server.connect()).collect();
    for client in &mut clients {
        client.send(server.request("GET", "/three", ""));
    }
    std::thread::scope(|scope| {
        for mut client in clients {
            scope.spawn(|| {
                let response = client.read_response();
                assert!(response.body == content, "another content came");
                drop(client);
            });
        }
    });
    server.quit().assert_clean();
}

#[test]
fn a_file_that_shrinks_while_it_is_sent_ends_in_a_reset() {
    let (_built, server) = start();
    let file = huge_file(&server);
    let mut client = server.connect();
    client.send(server.request("GET", "/huge", ""));
    let head = client.read_response_head();
    assert_eq!(head.header("Content-Length"), Some(&*HUGE.to_string()));
    client.read_exactly(100_000);
    // The connection's buffers are full, and much of the file is not in them.
    file.set_len(0).expect("shorter");
    let rest = client.read_to_reset();
    assert!((rest.len() as u64) < HUGE - 100_000);
    let mut next = server.connect();
    next.send(server.request("GET", "/huge", ""));
    assert_eq!(next.read_response().header("Content-Length"), Some("0"));
    server.quit().assert_clean();
}

#[test]
fn a_client_that_goes_in_the_middle_of_a_file_does_no_harm_to_the_next_one() {
    let (_built, server) = start();
    let _file = huge_file(&server);
    for round in 0..40 {
        let mut client = server.connect();
        client.send(server.request("GET", "/huge", ""));
        client.read_exactly(1_000);
        // Both ways to go, because they are different errors for the one who writes: a close with
        // unread bytes may be a SIGPIPE.
        if round % 2 == 0 {
            client.reset();
        }
    }
    fs::write(server.folder().join("name"), b"still here").expect("a file");
    let mut client = server.connect();
    client.send(server.request("GET", "/name", ""));
    assert_eq!(client.read_response().body, b"still here");
    server.quit().assert_clean();
}

/// A connection that both sides have closed is reset while a file is sent: no SIGPIPE comes of it.
#[test]
fn clients_that_finish_and_close_in_the_middle_of_a_file_do_no_harm() {
    let (_built, server) = start();
    let _file = huge_file(&server);
    for round in 0..100 {
        let mut client = server.connect();
        client.send(server.request("GET", "/huge", ""));
        client.finish();
        client.read_exactly(1 + round * 40_000);
    }
    server.quit().assert_clean();
}

#[test]
fn shd_007_the_end_of_the_program_breaks_half_sent_files_off() {
    let (_built, server) = start();
    let _file = huge_file(&server);
    let mut client = server.connect();
    client.send(server.request("GET", "/huge", ""));
    client.read_exactly(100_000);
    server.quit().assert_clean();
    let rest = client.read_to_reset();
    assert!((rest.len() as u64) < HUGE - 100_000);
}
