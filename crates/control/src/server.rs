//! The side that answers: a socket, and a thread that serves it.
//!
//! Owns: the socket's name, who may connect, and bounds for what a client does: at most [`MAX_CLIENTS`]
//! connections, of which the one that has been silent for longest goes when another comes; a question of at
//! most [`MAX_QUESTION`] bytes; the next question is read when the answer is out, so that a client that does
//! not read costs one answer. Does not own: the answers (`answer.rs`).
//!
//! Threading: one thread of its own, which never polls for the service and holds none of its locks while it
//! waits. It ends when the [`ControlServer`] is dropped; nobody waits for it, since it may be the one that
//! drops the service.

use std::collections::VecDeque;
use std::fs::{self, Permissions};
use std::io::{self, ErrorKind, Read, Write};
use std::os::fd::AsRawFd;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixListener as StdUnixListener;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use httpsys_socket::process::Listed;
use mio::net::{UnixListener, UnixStream};
use mio::{Events, Interest, Poll, Token, Waker};
use nix::unistd::geteuid;

use crate::answer::{Identity, answer};
use crate::control_server::ControlServer;
use crate::message::{MAX_QUESTION, Question, answer_line};
use crate::run_directory::RunDirectory;
use crate::source::Source;

/// The most connections at a time.
const MAX_CLIENTS: usize = 16;
/// Questions that one client may have answered before others are looked at.
const BURST: usize = 16;

const LISTENER: Token = Token(0);
const WAKER: Token = Token(1);
const FIRST_CLIENT: usize = 2;

/// Services of this process that have had a socket.
static SERVICES: AtomicU32 = AtomicU32::new(0);

/// Opens the socket of a service, in the run directory of this user.
///
/// # Errors
/// The directory cannot be used, the socket cannot be made, or there is no thread for it.
pub fn open(source: impl Source) -> io::Result<ControlServer> {
    let directory = RunDirectory::of_this_user().map_err(io::Error::other)?;
    open_in(&directory, source)
}

/// As [`open`], in this directory.
pub(crate) fn open_in(directory: &RunDirectory, source: impl Source) -> io::Result<ControlServer> {
    let pid = std::process::id();
    let service = SERVICES.fetch_add(1, Ordering::Relaxed) + 1;
    let path = directory.socket(pid, service);
    let mut listener = UnixListener::from_std(listen(directory, &path)?);
    // A child made by fork closes it: nobody there would answer.
    let listed = Listed::new(listener.as_raw_fd());
    let poll = Poll::new()?;
    let waker = Arc::new(Waker::new(poll.registry(), WAKER)?);
    poll.registry()
        .register(&mut listener, LISTENER, Interest::READABLE)?;
    let stop = Arc::new(AtomicBool::new(false));
    let program = std::env::current_exe().unwrap_or_default();
    let identity = Identity {
        pid,
        service,
        program: program.display().to_string(),
    };
    let mut serving = Serving {
        poll,
        listed,
        listener,
        clients: VecDeque::new(),
        next: FIRST_CLIENT,
        source,
        identity,
        stop: Arc::clone(&stop),
    };
    let server = ControlServer::new(path, stop, waker);
    httpsys_socket::spawn("httpsys-control", move || serving.run())?;
    Ok(server)
}

/// The socket gets its name when it listens already: whoever finds it refused may remove it.
fn listen(directory: &RunDirectory, path: &Path) -> io::Result<StdUnixListener> {
    let mut name = std::ffi::OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    let unfinished = directory.path().join(name);
    let _ = fs::remove_file(&unfinished);
    let listener = StdUnixListener::bind(&unfinished)?;
    fs::set_permissions(&unfinished, Permissions::from_mode(0o600))?;
    listener.set_nonblocking(true)?;
    fs::rename(&unfinished, path)?;
    Ok(listener)
}

struct Serving<S> {
    poll: Poll,
    /// Of the listener: dropped before it.
    #[expect(dead_code, reason = "its drop is what counts")]
    listed: Listed,
    listener: UnixListener,
    /// The one that was silent for longest at the front.
    clients: VecDeque<ServedClient>,
    next: usize,
    source: S,
    identity: Identity,
    stop: Arc<AtomicBool>,
}

struct ServedClient {
    token: Token,
    #[expect(dead_code, reason = "its drop is what counts")]
    listed: Listed,
    stream: UnixStream,
    question: Vec<u8>,
    answer: Vec<u8>,
    written: usize,
}

/// What becomes of a client.
#[derive(PartialEq, Eq)]
enum ClientFate {
    /// It waits for an event.
    Waiting,
    /// It has more questions, and others come first.
    Busy,
    Gone,
}

impl<S: Source> Serving<S> {
    fn run(&mut self) {
        let mut events = Events::with_capacity(64);
        let mut busy: VecDeque<Token> = VecDeque::new();
        while !self.stop.load(Ordering::Acquire) {
            let wait = (!busy.is_empty()).then_some(std::time::Duration::ZERO);
            match self.poll.poll(&mut events, wait) {
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => {
                    tracing::error!(%error, "the control socket ends");
                    return;
                }
                Ok(()) => {}
            }
            let seen: Vec<Token> = events.iter().map(|event| event.token()).collect();
            for token in std::mem::take(&mut busy).into_iter().chain(seen) {
                match token {
                    LISTENER => self.accept(),
                    WAKER => {}
                    client if self.serve(client) => busy.push_back(client),
                    _ => {}
                }
            }
        }
    }

    fn accept(&mut self) {
        loop {
            match self.listener.accept() {
                Ok((stream, _)) => {
                    if !is_of_this_user(&stream) {
                        tracing::warn!("the control socket was refused to another user");
                        continue;
                    }
                    if self.clients.len() == MAX_CLIENTS {
                        self.clients.pop_front();
                    }
                    self.add(stream);
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                // Nobody is left, or there are no descriptors: those who wait are seen with the next.
                Err(_) => return,
            }
        }
    }

    fn add(&mut self, mut stream: UnixStream) {
        let token = Token(self.next);
        self.next += 1;
        let interest = Interest::READABLE | Interest::WRITABLE;
        if self
            .poll
            .registry()
            .register(&mut stream, token, interest)
            .is_ok()
        {
            self.clients.push_back(ServedClient {
                token,
                listed: Listed::new(stream.as_raw_fd()),
                stream,
                question: Vec::new(),
                answer: Vec::new(),
                written: 0,
            });
        }
    }

    /// True if the client has more to ask at once.
    fn serve(&mut self, token: Token) -> bool {
        let Some(at) = self.clients.iter().position(|client| client.token == token) else {
            return false;
        };
        let Some(mut client) = self.clients.remove(at) else {
            return false;
        };
        let fate = client.step(&self.source, &self.identity);
        if fate != ClientFate::Gone {
            self.clients.push_back(client);
        }
        fate == ClientFate::Busy
    }
}

impl ServedClient {
    fn step(&mut self, source: &impl Source, identity: &Identity) -> ClientFate {
        for _ in 0..BURST {
            match self.flush() {
                Ok(true) => {}
                Ok(false) => return ClientFate::Waiting,
                Err(_) => return ClientFate::Gone,
            }
            match self.read_question() {
                Ok(Some(line)) => {
                    let question = Question::from_line(&line);
                    let answered =
                        question.and_then(|question| answer(&question, source, identity));
                    self.answer = answer_line(answered);
                    self.written = 0;
                }
                Ok(None) => return ClientFate::Waiting,
                Err(_) => return ClientFate::Gone,
            }
        }
        ClientFate::Busy
    }

    /// Whether all of the answer is out.
    fn flush(&mut self) -> io::Result<bool> {
        while self.written < self.answer.len() {
            match self.stream.write(&self.answer[self.written..]) {
                Ok(0) => return Err(ErrorKind::WriteZero.into()),
                Ok(n) => self.written += n,
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(false),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        self.answer = Vec::new();
        self.written = 0;
        Ok(true)
    }

    /// The next line, if all of it is there.
    fn read_question(&mut self) -> io::Result<Option<Vec<u8>>> {
        let mut piece = [0; 1024];
        loop {
            let end = self.question.iter().position(|byte| *byte == b'\n');
            if end.unwrap_or(self.question.len()) > MAX_QUESTION {
                return Err(ErrorKind::InvalidData.into());
            }
            if let Some(end) = end {
                let rest = self.question.split_off(end + 1);
                let mut line = std::mem::replace(&mut self.question, rest);
                line.pop();
                return Ok(Some(line));
            }
            match self.stream.read(&mut piece) {
                Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
                Ok(n) => self.question.extend_from_slice(&piece[..n]),
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(None),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }
}

#[cfg(target_os = "linux")]
fn is_of_this_user(stream: &UnixStream) -> bool {
    use nix::sys::socket::{getsockopt, sockopt::PeerCredentials};
    getsockopt(stream, PeerCredentials).is_ok_and(|peer| peer.uid() == geteuid().as_raw())
}

#[cfg(not(target_os = "linux"))]
fn is_of_this_user(stream: &UnixStream) -> bool {
    nix::unistd::getpeereid(stream).is_ok_and(|(user, _)| user == geteuid())
}

#[cfg(test)]
mod tests;
