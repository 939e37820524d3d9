//! Clients that behave as badly as clients do.
//!
//! Owns: connections that send whole, partial and pipelined requests, read answers or do not, and
//! end with FIN or a reset. Does not own any expectation: what they get depends on chance.
//! Threading: each client thread has connections of its own; nothing here blocks.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use socket2::SockRef;

use crate::Random;

/// Open connections of one client thread.
const CONNECTIONS: usize = 60;

/// Runs until told to stop.
pub(crate) fn run(ports: [u16; 2], stop: &AtomicBool, mut random: Random) {
    let mut open: Vec<(TcpStream, u16)> = Vec::new();
    while !stop.load(Ordering::Relaxed) {
        if open.len() < CONNECTIONS {
            let port = ports[random.below(2) as usize];
            // Refused once the queues are closed.
            let Ok(stream) = TcpStream::connect(("127.0.0.1", port)) else {
                std::thread::sleep(Duration::from_millis(1));
                continue;
            };
            let _ = stream.set_nonblocking(true);
            open.push((stream, port));
        }
        // The server shall have its turn, also on a machine with one core.
        std::thread::sleep(Duration::from_micros(100));
        for _ in 0..8 {
            let at = random.below(open.len() as u64) as usize;
            if !act(&mut open[at], &mut random) {
                let (stream, _) = open.swap_remove(at);
                if random.below(2) == 0 {
                    let _ = SockRef::from(&stream).set_linger(Some(Duration::ZERO));
                }
                break;
            }
        }
    }
}

/// One random act; false when the connection is to end.
fn act((stream, port): &mut (TcpStream, u16), random: &mut Random) -> bool {
    let head = |start: &str| format!("{start}\r\nHost: localhost:{port}\r\n\r\n");
    let sent = match random.below(12) {
        0 | 1 => stream.write_all(head("GET /a HTTP/1.1").as_bytes()),
        2 => stream.write_all(head("GET /b HTTP/1.1").repeat(3).as_bytes()),
        3 => {
            let post = head("POST /c HTTP/1.1\r\nContent-Length: 4000");
            stream.write_all((post + &"x".repeat(100)).as_bytes())
        }
        4 => stream.write_all(head("PUT /d HTTP/1.1\r\nTransfer-Encoding: chunked").as_bytes()),
        5 => stream.write_all(b"5\r\nabcde\r\n"),
        6 => stream.write_all(&[b'y'; 1300]),
        7 => stream.write_all(b"0\r\n\r\n"),
        8..11 => return !matches!(stream.read(&mut [0; 60_000]), Ok(0)),
        _ => return false,
    };
    match sent {
        Ok(()) => true,
        Err(error) => error.kind() == std::io::ErrorKind::WouldBlock,
    }
}
