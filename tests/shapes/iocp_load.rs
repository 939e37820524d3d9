//! `iocp_load.c`: a completion port.

use crate::build::{Built, Recipe, build};
use crate::server::Server;

fn start(receives: &str) -> (Built, Server) {
    let built = build("iocp_load", &Recipe::USUAL);
    let server = Server::start(&built.path(), &[receives]);
    (built, server)
}

/// Whether each operation ended at once or by a packet, it is counted once.
#[test]
fn every_request_of_many_connections_is_served_once() {
    let (_built, server) = start("64");
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                let mut clients: Vec<_> = (0..25).map(|_| server.connect()).collect();
                for _ in 0..5 {
                    for client in &mut clients {
                        client.send(server.request("GET", "/", ""));
                    }
                    for client in &mut clients {
                        let response = client.read_response();
                        assert_eq!(response.body, b"Served from a completion port.\r\n");
                    }
                }
            });
        }
    });
    let end = server.quit();
    end.assert_clean();
    let expected = format!("{} served, 0 cancelled", 8 * 25 * 5 + 1);
    assert!(end.output.contains(&expected), "{}", end.output);
}

#[test]
fn pipelined_requests_are_served_in_order() {
    let (_built, server) = start("64");
    let mut client = server.connect();
    client.send(server.request("GET", "/", "").repeat(50));
    for _ in 0..50 {
        assert_eq!(client.read_response().status(), 200);
    }
    let end = server.quit();
    end.assert_clean();
    assert!(
        end.output.contains("51 served, 0 cancelled"),
        "{}",
        end.output
    );
}

#[test]
fn pipelining_clients_that_close_at_once_do_no_harm() {
    let (_built, server) = start("64");
    for _ in 0..300 {
        let mut client = server.connect();
        client.send(server.request("GET", "/", "").repeat(20));
    }
    server.quit().assert_clean();
}

#[test]
fn every_verb_but_get_is_cancelled_with_a_reset() {
    let (_built, server) = start("64");
    let requests = [
        ("POST", "Content-Length: 0\r\n"),
        ("PUT", "Content-Length: 5\r\n"),
        ("HEAD", ""),
        ("OPTIONS", ""),
        ("BREW", ""),
    ];
    for (verb, more) in requests {
        let mut client = server.connect();
        client.send(server.request("GET", "/", ""));
        assert_eq!(client.read_response().status(), 200);
        client.send(server.request(verb, "/", more));
        client.expect_reset();
    }
    let end = server.quit();
    end.assert_clean();
    assert!(
        end.output.contains("6 served, 5 cancelled"),
        "{}",
        end.output
    );
}

#[test]
fn a_request_with_a_long_header_is_received_in_two_steps() {
    let (_built, server) = start("64");
    let mut client = server.connect();
    let long = format!("X-Long: {}\r\n", "y".repeat(9_000));
    for _ in 0..3 {
        client.send(server.request("GET", "/", &long));
        assert_eq!(client.read_response().status(), 200);
    }
    server.quit().assert_clean();
}

#[test]
fn it_ends_with_thousands_of_receives_outstanding_and_clients_connected() {
    let (_built, server) = start("4096");
    let mut idle: Vec<_> = (0..20).map(|_| server.connect()).collect();
    for client in &mut idle {
        client.send(server.request("GET", "/", ""));
        assert_eq!(client.read_response().status(), 200);
    }
    server.quit().assert_clean();
}
