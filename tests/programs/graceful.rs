//! `examples/c/graceful.c`: a graceful shutdown made of documented calls.
//!
//! Owns what the head of the program promises. The call of the Rust API that does the same is in
//! `tests/conformance/graceful.rs`.

use std::io::ErrorKind;
use std::net::TcpStream;

use httpsys_tests::client::Client;
use httpsys_tests::ports::Port;
use httpsys_tests::program::Program;
use httpsys_tests::watchdog::Watchdog;

use crate::get;

fn start(port: u16, seconds: &str) -> Program {
    let arguments = [port.to_string(), seconds.to_owned()];
    Program::start_c("examples/c/graceful.c", &arguments)
}

/// A client whose request the program has, and waits for the rest of.
fn half_a_post(port: u16) -> Client {
    let mut client = Client::connect(port);
    client.send(
        "POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\
         Expect: 100-continue\r\n\r\n",
    );
    // Sent when the program reads the body (BDY-021).
    assert_eq!(client.read_response_head().status(), 100);
    client
}

fn wait_until_closed(port: u16) {
    loop {
        match TcpStream::connect(("127.0.0.1", port)) {
            Ok(_) => std::thread::yield_now(),
            Err(error) if error.kind() == ErrorKind::ConnectionRefused => return,
            // The port closes between the two steps of connecting.
            Err(_) => {}
        }
    }
}

/// SHD-009: what was received is finished although the URL is gone.
#[test]
fn shd_009_the_c_program_finishes_what_is_under_way_and_ends() {
    let _watchdog = Watchdog::start();
    // Nobody else may listen there when it has closed.
    let held = Port::take();
    let port = held.number();
    let mut program = start(port, "600");
    let mut idle = Client::connect(port);
    idle.send(get("/"));
    let response = idle.read_response();
    assert_eq!(response.body, b"ends gracefully\n");
    assert_eq!(response.header("Connection"), None);
    let mut posts = [half_a_post(port), half_a_post(port)];
    program.ask_to_end();
    idle.expect_eof();
    wait_until_closed(port);
    for client in &mut posts {
        client.send("hello");
        let response = client.read_response();
        assert_eq!(response.body, b"hello");
        assert_eq!(response.header("Connection"), Some("close"));
        client.expect_eof();
    }
    assert!(program.wait(), "all was finished");
}

/// SHD-007: the close breaks the rest off.
#[test]
fn shd_007_the_c_program_breaks_the_rest_off_at_the_deadline() {
    let _watchdog = Watchdog::start();
    let mut program = start(0, "1");
    let mut client = half_a_post(program.port());
    program.ask_to_end();
    client.expect_reset();
    assert!(!program.wait(), "it says that something was broken off");
}
