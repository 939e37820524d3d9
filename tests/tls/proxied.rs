//! A PROXY header before the TLS handshake (PXY-006), and what is no header there (PXY-005).
//!
//! Owns: HTTPS with HTTP/1.1 and HTTP/2 behind a proxy. Does not own: clear text (the test `wire`). A service of its
//! own, since the doors' one has no proxies.

use std::net::SocketAddr;
use std::sync::Arc;
use std::thread;

use httpsys_core::call::{Control, Outcome, Receive, SendResponse};
use httpsys_core::{Error, RequestId};
use httpsys_engine::{Chunk, QueueHandle, Service, Verdict};
use httpsys_proto::{Parameters, ResponseParts};
use httpsys_tests::client::Client;
use httpsys_tests::h2::H2Client;
use httpsys_tests::tls::{self, Offer};
use httpsys_tls::Bindings;

const V1: &[u8] = b"PROXY TCP4 192.0.2.1 198.51.100.2 56324 443\r\n";
const V2: &[u8] =
    b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0C\xC0\0\x02\x01\xC6\x33\x64\x02\xDC\x04\x01\xBB";
const GET: &str = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
const FROM_CLIENT: &[u8] = b"192.0.2.1:56324 to 198.51.100.2:443";

/// Runs `test` with the https port of a service that answers with the addresses it is told.
fn served(test: impl FnOnce(u16)) {
    let mut parameters = Parameters::default();
    let set = parameters.set("ProxyProtocol", "*=127.0.0.1");
    set.expect("a value");
    let service = Service::new(parameters).expect("a service");
    let Ok(Outcome::Queue(queue)) = service.control(Control::CreateHttpHandle) else {
        panic!("no queue");
    };
    let url = "https://localhost:0/".encode_utf16().collect();
    let port = service.register(Control::AddUrl { queue, url });
    let port = port.expect("a free port");
    let all = SocketAddr::from(([0, 0, 0, 0], port));
    let bindings = Bindings::builder().address(all, tls::binding(tls::LOCALHOST, 0));
    service.set_tls_bindings(Arc::new(bindings.build()));
    let handle = service.queue(queue).expect("it is open");
    thread::scope(|scope| {
        scope.spawn(|| while answer_one(&service, &handle).is_ok() {});
        let stopped = Stopped(&service);
        test(port);
        drop(stopped);
    });
}

/// Ends the serving thread, also when the test fails.
struct Stopped<'a>(&'a Service);

impl Drop for Stopped<'_> {
    fn drop(&mut self) {
        self.0.stop();
    }
}

fn answer_one(service: &Service, queue: &QueueHandle) -> Result<(), Error> {
    let next = Receive {
        request: RequestId::NULL,
        copy_body: false,
        flush_body: false,
    };
    let mut request = RequestId::NULL;
    let mut told = String::new();
    service.receive(queue, &next, None, &mut |arrival| {
        let own = arrival.request();
        request = own.id;
        told = format!("{} to {}", own.remote, own.local);
        Verdict::Taken
    })?;
    let mut head = ResponseParts::new();
    head.begin(200, b"OK").expect("a status");
    let call = SendResponse {
        request,
        disconnect: false,
        more_data: false,
        opaque: false,
        go_away: false,
    };
    let body = [Chunk::Memory(told.as_bytes())];
    // The client may be gone.
    let _ = service.send_response(queue, &call, &mut head, &body, None);
    Ok(())
}

fn behind(header: &[u8], step: usize, port: u16, offer: &Offer) -> Client {
    let mut client = Client::connect(port);
    for piece in header.chunks(step) {
        client.send(piece);
    }
    client.secured(offer)
}

#[test]
fn pxy_006_the_header_comes_before_the_tls_handshake() {
    served(|port| {
        for header in [V1, V2] {
            for (offer, step) in [(Offer::tls12(), 1), (Offer::tls13(), usize::MAX)] {
                let mut client = behind(header, step, port, &offer);
                for _ in 0..2 {
                    client.send(GET);
                    assert_eq!(client.read_response().body, FROM_CLIENT);
                }
            }
        }
    });
}

#[test]
fn pxy_006_streams_of_http_2_have_the_addresses_of_the_header() {
    served(|port| {
        for header in [V1, V2] {
            let client = behind(header, 7, port, &Offer::new().alpn(&["h2"]));
            let mut client = H2Client::begin(client, port, &[]);
            for _ in 0..2 {
                let stream = client.get("/");
                assert_eq!(client.response(stream).body, FROM_CLIENT);
            }
        }
    });
}

#[test]
fn pxy_005_a_handshake_without_a_header_is_reset() {
    served(|port| {
        let mut client = Client::connect(port);
        client.send(b"\x16\x03\x01\x02\x00\x01\x00\x01\xFC\x03\x03\x00\x00\x00\x00");
        client.expect_reset();
        let mut client = Client::connect(port);
        client.send([V1, GET.as_bytes()].concat());
        client.read_until_gone();
    });
}
