//! Behind a proxy: headers of the PROXY protocol before HTTP/1.1 and HTTP/2. Area PXY.
//!
//! Owns: what a program is told, and what becomes of connections without a valid header. Does not own: the form of
//! headers (tests of `httpsys-proto`), TLS (the test `tls`), timers and reasons (the engine's). A service of its own
//! with the Rust API for each test, since the C functions have one set of parameters for a process; `make test-proxy`
//! runs a program in C.

use std::sync::atomic::{AtomicBool, Ordering};

use httpsys::{Parameters, Request, Response, Server};
use httpsys_tests::client::Client;
use httpsys_tests::h2::H2Client;
use httpsys_tests::simulation::PrivateService;
use httpsys_tests::thread;

use crate::parameter::{get, set};

const CLIENT: &str = "192.0.2.1:56324";
const PUBLIC: &str = "198.51.100.2:443";
const V1: &[u8] = b"PROXY TCP4 192.0.2.1 198.51.100.2 56324 443\r\n";
const V2: &[u8] =
    b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x13\xC0\0\x02\x01\xC6\x33\x64\x02\xDC\x04\x01\xBB\
    \x04\0\x04pad.";
const V2_LOCAL: &[u8] = b"\r\n\r\n\0\r\nQUIT\n\x20\0\0\0";
const V1_UNKNOWN: &[u8] = b"PROXY UNKNOWN\r\n";

/// A server that answers with what it is told of the connection, until it is dropped.
struct Lab {
    port: u16,
    server: Server,
    ends: AtomicBool,
}

impl Lab {
    fn run(mut parameters: Parameters, test: impl FnOnce(&Lab)) {
        parameters.choices.http2_prior_knowledge = true;
        let service = PrivateService::new(parameters).expect("the parameters are in range");
        let server = Server::builder().service(&service);
        let server = server
            .url("http://localhost:0/")
            .bind()
            .expect("a free port");
        let lab = Lab {
            port: server.local_addr().expect("it listens").port(),
            server,
            ends: AtomicBool::new(false),
        };
        thread::scope(|scope| {
            scope.spawn(|| lab.serve());
            let ended = Ended(&lab);
            test(&lab);
            drop(ended);
        });
    }

    fn serve(&self) {
        while let Ok(request) = self.server.receive() {
            let text = told(&request);
            let answered = request.respond(Response::ok().body(text));
            assert!(answered.is_ok() || self.ends.load(Ordering::SeqCst));
        }
    }

    /// What the program is told of a client whose header and request come in pieces of `step` bytes.
    #[track_caller]
    fn told_behind(&self, header: &[u8], step: usize) -> String {
        let mut client = Client::connect(self.port);
        let request = get("/");
        for piece in [header, request.as_bytes()].concat().chunks(step) {
            client.send(piece);
        }
        let first = body(&mut client);
        // The next request of the connection comes from the same client.
        client.send(get("/"));
        assert_eq!(body(&mut client), first);
        first.replace(&client.address().to_string(), "own")
    }
}

/// Ends the serving thread, also when the test fails.
struct Ended<'a>(&'a Lab);

impl Drop for Ended<'_> {
    fn drop(&mut self) {
        self.0.ends.store(true, Ordering::SeqCst);
        self.0.server.shutdown().expect("an open queue");
    }
}

fn told(request: &Request) -> String {
    format!("{} to {}", request.remote_addr(), request.local_addr())
}

#[track_caller]
fn body(client: &mut Client) -> String {
    let response = client.read_response();
    assert_eq!(response.status(), 200);
    String::from_utf8_lossy(&response.body).into_owned()
}

fn trusting() -> Parameters {
    set("ProxyProtocol", "*=127.0.0.1")
}

fn from_client() -> String {
    format!("{CLIENT} to {PUBLIC}")
}

#[test]
fn pxy_002_pxy_003_the_program_is_told_the_addresses_of_the_header() {
    Lab::run(trusting(), |lab| {
        for header in [V1, V2] {
            assert_eq!(lab.told_behind(header, usize::MAX), from_client());
            assert_eq!(lab.told_behind(header, 1), from_client());
            for cut in 1..header.len() {
                assert_eq!(lab.told_behind(header, cut), from_client(), "{cut}");
            }
        }
        let v6 = lab.told_behind(b"PROXY TCP6 2001:db8::7 ::1 1 2\r\n", 9);
        assert_eq!(v6, "[2001:db8::7]:1 to [::1]:2");
    });
}

#[test]
fn pxy_004_local_and_unknown_leave_the_addresses_of_the_connection() {
    Lab::run(trusting(), |lab| {
        for header in [V2_LOCAL, V1_UNKNOWN] {
            let own = format!("own to 127.0.0.1:{}", lab.port);
            assert_eq!(lab.told_behind(header, usize::MAX), own);
            assert_eq!(lab.told_behind(header, 1), own);
        }
    });
}

#[test]
fn pxy_006_the_header_comes_before_http_2() {
    Lab::run(trusting(), |lab| {
        for header in [V1, V2] {
            let mut client = Client::connect(lab.port);
            client.send(header);
            let mut client = H2Client::begin(client, lab.port, &[]);
            for _ in 0..2 {
                let stream = client.get("/");
                let response = client.response(stream);
                assert_eq!(response.body, from_client().as_bytes());
            }
        }
    });
}

#[test]
fn pxy_005_a_trusted_proxy_without_a_valid_header_is_reset() {
    Lab::run(trusting(), |lab| {
        for first in [
            &b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"[..],
            b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
            b"PROXY TCP4 192.0.2.1 198.51.100.2 56324\r\n",
            b"\r\n\r\n\0\r\nQUIT\n\x31\x11\0\x0C",
        ] {
            let mut client = Client::connect(lab.port);
            client.send(first);
            client.expect_reset();
        }
    });
}

#[test]
fn pxy_001_a_header_of_anybody_else_is_a_bad_request() {
    for parameters in [
        Parameters::default(),
        set("ProxyProtocol", "*=192.0.2.7,::1"),
    ] {
        Lab::run(parameters, |lab| {
            for header in [V1, V2, V1_UNKNOWN] {
                let mut client = Client::connect(lab.port);
                client.send([header, get("/").as_bytes()].concat());
                assert_eq!(client.read_response().status(), 400);
            }
            let mut client = Client::connect(lab.port);
            client.send(get("/"));
            let own = format!("{} to 127.0.0.1:{}", client.address(), lab.port);
            assert_eq!(body(&mut client), own);
        });
    }
}

#[test]
fn pxy_001_each_port_has_its_own_proxies() {
    // Port 1 is not the server's, so its connections have no header.
    Lab::run(set("ProxyProtocol", "1=127.0.0.1"), |lab| {
        let mut client = Client::connect(lab.port);
        client.send(get("/"));
        body(&mut client);
    });
}

#[test]
fn pxy_007_urls_belong_to_the_port_that_was_connected_to() {
    Lab::run(trusting(), |lab| {
        let mut client = Client::connect(lab.port);
        // A request without a host is routed by address: that of the connection.
        client.send([V1, b"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"].concat());
        assert_eq!(body(&mut client), from_client());
        // An idle connection of a port without URLs is closed, whatever port its header names.
        lab.server.url_group().remove_all_urls().expect("removed");
        client.expect_eof();
    });
}
