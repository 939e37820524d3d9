//! A port that opens while clients already try to reach it.
//!
//! Owns: that the first of them is served. Does not own: which addresses are opened (`listener.rs`).
#![allow(missing_docs, reason = "a test program")]

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use httpsys_core::call::{Control, Outcome, Receive, SendResponse};
use httpsys_core::{Error, RequestId};
use httpsys_engine::{QueueHandle, Service, Verdict};
use httpsys_proto::{Parameters, ResponseParts};
use socket2::{Domain, Socket, Type};

/// So many ports are opened.
const ROUNDS: usize = 200;

/// Answers each request, until the queue is shut down.
fn answer_all(service: &Service, queue: &QueueHandle) {
    let next = Receive {
        request: RequestId::NULL,
        copy_body: false,
        flush_body: false,
    };
    loop {
        let mut request = RequestId::NULL;
        let received = service.receive(queue, &next, None, &mut |arrival| {
            request = arrival.request().id;
            Verdict::Taken
        });
        match received {
            Ok(()) => {}
            // While it waited, or between two calls.
            Err(Error::Aborted | Error::InvalidHandle) => return,
            Err(error) => panic!("{error}"),
        }
        let call = SendResponse {
            request,
            disconnect: true,
            more_data: false,
            opaque: false,
            go_away: false,
        };
        let mut head = ResponseParts::new();
        head.begin(204, b"No Content").expect("a status");
        let sent = service.send_response(queue, &call, &mut head, &[], None);
        assert!(sent.is_ok());
    }
}

/// A free port, held by a socket that is bound to it and does not listen. Beside that the service may
/// listen on Linux, and nobody else gets the number; elsewhere it is given back.
fn free_port() -> (u16, Option<Socket>) {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).expect("a socket");
    socket.set_reuse_address(true).expect("an option");
    let any = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    socket.bind(&any.into()).expect("a port");
    let bound = socket.local_addr().expect("it is bound").as_socket();
    let port = bound.expect("an IP address").port();
    (port, cfg!(target_os = "linux").then_some(socket))
}

/// Tries until the port is open; what the status line says then.
fn first_answer(port: u16, open: &AtomicBool) -> Option<String> {
    while !open.load(Ordering::SeqCst) {
        let Ok(mut client) = TcpStream::connect(("127.0.0.1", port)) else {
            continue;
        };
        // A port of which the system gave the client the other end.
        if client.local_addr().ok() == client.peer_addr().ok() {
            continue;
        }
        let request = format!("GET / HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n");
        client.write_all(request.as_bytes()).expect("sent");
        let patience = Some(Duration::from_secs(60));
        client.set_read_timeout(patience).expect("a socket");
        let mut answer = String::new();
        client.read_to_string(&mut answer).expect("an answer");
        return Some(answer.lines().next().unwrap_or_default().to_owned());
    }
    None
}

#[test]
fn whoever_reaches_a_port_as_it_opens_reaches_its_urls() {
    let service = Service::new(Parameters::default()).expect("a service");
    let Ok(Outcome::Queue(id)) = service.control(Control::CreateHttpHandle) else {
        panic!("no queue");
    };
    let queue = service.queue(id).expect("it is open");
    let mut other = Vec::new();
    thread::scope(|scope| {
        scope.spawn(|| answer_all(&service, &queue));
        for _ in 0..ROUNDS {
            let (port, _held) = free_port();
            let open = AtomicBool::new(false);
            thread::scope(|scope| {
                let client = scope.spawn(|| first_answer(port, &open));
                let url = format!("http://localhost:{port}/").encode_utf16().collect();
                // It fails where the client has got both ends of the port, and where ::1 has it not.
                let added = service.control(Control::AddUrl { queue: id, url });
                if added.is_err() {
                    open.store(true, Ordering::SeqCst);
                }
                let answer = client.join().expect("a client");
                let answered = answer.as_deref() == Some("HTTP/1.1 204 No Content");
                if added.is_ok() && !answered {
                    other.push(answer);
                }
            });
        }
        assert_eq!(service.shutdown_queue(&queue), Ok(()));
    });
    service.stop();
    assert_eq!(other, []);
}
