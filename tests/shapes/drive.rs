//! One short run of each program: what its head promises, once.
//!
//! Owns: the requests that every build of a program must answer. The tests of the single programs
//! go further.

use std::path::Path;

use httpsys_tests::client::{Client, Response};

use crate::server::{End, Server};

/// The programs.
pub(crate) const PROGRAMS: [&str; 4] =
    ["v1_echo", "v2_file_post", "async_file_server", "iocp_load"];

/// What a program is started with, before the URL.
pub(crate) fn arguments(program: &str) -> &'static [&'static str] {
    match program {
        "async_file_server" => &["."],
        "iocp_load" => &["64"],
        _ => &[],
    }
}

/// Bytes without a pattern that a block size could hide.
pub(crate) fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x2545_F491_u32;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        state.to_be_bytes()[0]
    };
    (0..length).map(|_| next()).collect()
}

/// Sends a POST with a Content-Length.
pub(crate) fn post(server: &Server, client: &mut Client, body: &[u8]) {
    let length = format!("Content-Length: {}\r\n", body.len());
    client.send(server.request("POST", "/", &length));
    client.send(body);
}

/// Starts the program, has it answer, and ends it.
#[track_caller]
pub(crate) fn run(tool: &[&str], name: &str, program: &Path) -> End {
    let server = Server::start_under(tool, program, arguments(name));
    match name {
        "v1_echo" | "v2_file_post" => echo(&server),
        "async_file_server" => download(&server),
        "iocp_load" => get_and_cancel(&server),
        _ => panic!("unknown program {name}"),
    }
    server.quit()
}

/// No body may follow: what comes next on the connection is the next response.
#[track_caller]
fn answer_to_head(server: &Server, client: &mut Client, path: &str) -> Response {
    client.send(server.request("HEAD", path, ""));
    client.read_response_head()
}

#[track_caller]
fn echo(server: &Server) {
    let body = noise(100_000);
    let mut client = server.connect();
    client.send(server.request("GET", "/", ""));
    let got = client.read_response();
    assert_eq!(got.status(), 200);
    let head = answer_to_head(server, &mut client, "/");
    assert_eq!(head.status(), 200);
    assert_eq!(
        head.header("Content-Length"),
        got.header("Content-Length"),
        "HEAD is GET without the body"
    );
    post(server, &mut client, &body);
    let response = client.read_response();
    assert_eq!(response.status(), 200);
    assert!(response.body == body, "another body came back");
}

#[track_caller]
fn download(server: &Server) {
    let content = noise(3 << 20);
    std::fs::write(server.folder().join("three.bin"), &content).expect("a file");
    let mut client = server.connect();
    let head = answer_to_head(server, &mut client, "/three.bin");
    assert_eq!(head.status(), 501, "GET only");
    client.send(server.request("GET", "/three.bin", ""));
    let response = client.read_response();
    assert_eq!(response.status(), 200);
    assert!(response.body == content, "another content came");
}

#[track_caller]
fn get_and_cancel(server: &Server) {
    let mut client = server.connect();
    for _ in 0..20 {
        client.send(server.request("GET", "/", ""));
        assert_eq!(client.read_response().status(), 200);
    }
    client.send(server.request("POST", "/", "Content-Length: 0\r\n"));
    client.expect_reset();
}
