//! Clients that send one request after the other, each with an address of its own.
//!
//! Owns: what counts as a failure: a connection that is refused or ends before the response is complete, and any status
//! but 200. After a response with `Connection: close` a client opens the next connection. Does not own: who answers.
//! Threading: a thread for each client.

use std::collections::BTreeSet;
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::thread::{self, JoinHandle};

use httpsys_tests::PATIENCE;
use socket2::{Domain, Socket, Type};

const CLIENTS: u8 = 4;
const REQUEST: &[u8] = b"GET /client HTTP/1.1\r\nHost: localhost\r\n\r\n";
const LAST_REQUEST: &[u8] = b"GET /client HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
/// After so many requests a client opens a new connection: that is when a proxy that only forwards bytes chooses a
/// server.
const REQUESTS_PER_CONNECTION: u64 = 20;

/// A test that has seen fewer requests shows nothing.
const ENOUGH: u64 = 100;

/// Where a client has sent from, and what the server says that answered it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Told {
    pub(crate) sent_from: String,
    pub(crate) remote: String,
    pub(crate) local: String,
    pub(crate) process: u32,
    pub(crate) forwarded: String,
}

/// What the clients have seen.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    pub(crate) told: BTreeSet<Told>,
    answered: u64,
    failures: Vec<String>,
}

impl Seen {
    #[track_caller]
    pub(crate) fn expect_no_failure(&self) {
        eprintln!("{} requests, {} failed", self.answered, self.failures.len());
        assert_eq!(self.failures, [""; 0], "of {}", self.answered);
    }
}

/// Clients at work.
pub(crate) struct Load {
    seen: Arc<(Mutex<Seen>, Condvar)>,
    ends: Arc<AtomicBool>,
    clients: Vec<JoinHandle<()>>,
}

/// Starts the clients.
pub(crate) fn start(port: u16) -> Load {
    let seen = Arc::new((Mutex::new(Seen::default()), Condvar::new()));
    let ends = Arc::new(AtomicBool::new(false));
    let clients = (0..CLIENTS).map(|number| {
        let (seen, ends) = (Arc::clone(&seen), Arc::clone(&ends));
        thread::spawn(move || {
            let from = SocketAddr::from(([127, 0, 0, 10 + number], 0));
            let mut open = None;
            let mut count = 0;
            while !ends.load(Ordering::SeqCst) {
                count += 1;
                let request = if count % REQUESTS_PER_CONNECTION == 0 {
                    LAST_REQUEST
                } else {
                    REQUEST
                };
                let answer = ask(&mut open, request, from, port);
                let (lock, is_new) = &*seen;
                let mut seen = lock.lock().expect("no client panics");
                match answer {
                    Ok(told) => {
                        seen.answered += 1;
                        if seen.told.insert(told) || seen.answered == ENOUGH {
                            is_new.notify_all();
                        }
                    }
                    Err(error) => {
                        seen.failures.push(error.to_string());
                        open = None;
                    }
                }
            }
        })
    });
    let clients = clients.collect();
    Load {
        seen,
        ends,
        clients,
    }
}

impl Load {
    /// Waits until this process has answered a request.
    pub(crate) fn wait_for(&self, process: u32) {
        let answers = |told: &Told| told.process == process;
        let has_answered = self.wait_until(|seen| seen.told.iter().any(answers));
        assert!(has_answered, "{process} does not answer");
    }

    /// Whether it holds before the clients lose their patience.
    fn wait_until(&self, holds: impl Fn(&Seen) -> bool) -> bool {
        let (lock, is_new) = &*self.seen;
        let seen = lock.lock().expect("no client panics");
        let waited = is_new.wait_timeout_while(seen, PATIENCE, |seen| !holds(seen));
        !waited.expect("no client panics").1.timed_out()
    }

    /// Ends the clients when they have sent enough. Returns what they have seen.
    pub(crate) fn end(self) -> Seen {
        let is_enough = self.wait_until(|seen| seen.answered >= ENOUGH);
        assert!(is_enough, "too few requests to show anything");
        self.ends.store(true, Ordering::SeqCst);
        for client in self.clients {
            client.join().expect("a client");
        }
        std::mem::take(&mut *self.seen.0.lock().expect("no client panics"))
    }
}

/// Sends a request on the open connection, or on a new one, and reads the response.
fn ask(
    open: &mut Option<TcpStream>,
    request: &[u8],
    from: SocketAddr,
    port: u16,
) -> io::Result<Told> {
    let mut stream = match open.take() {
        Some(stream) => stream,
        None => connect(from, port)?,
    };
    stream.write_all(request)?;
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte)?;
        head.push(byte[0]);
    }
    let head = String::from_utf8_lossy(&head).to_ascii_lowercase();
    let field = |name: &str| {
        let line = head.lines().find_map(|line| line.strip_prefix(name));
        line.map(str::trim)
    };
    let length = field("content-length:").and_then(|length| length.parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    stream.read_exact(&mut body)?;
    if !head.starts_with("http/1.1 200") {
        return Err(io::Error::other(head.lines().next().unwrap_or_default()));
    }
    let sent_from = stream.local_addr()?.to_string();
    if field("connection:") != Some("close") {
        *open = Some(stream);
    }
    let body = String::from_utf8_lossy(&body);
    let mut words = body.trim_end_matches('\n').split(' ').map(str::to_owned);
    let mut word = || words.next().unwrap_or_default();
    Ok(Told {
        sent_from,
        remote: word(),
        local: word(),
        process: word().parse().map_err(io::Error::other)?,
        forwarded: word(),
    })
}

fn connect(from: SocketAddr, port: u16) -> io::Result<TcpStream> {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
    socket.bind(&from.into())?;
    socket.set_read_timeout(Some(PATIENCE))?;
    socket.set_tcp_nodelay(true)?;
    socket.connect(&SocketAddr::from(([127, 0, 0, 1], port)).into())?;
    Ok(socket.into())
}
