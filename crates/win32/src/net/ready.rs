//! Waiting until sockets are ready.
//!
//! Owns the wait of one thread for any of several sockets, and how closing one of them ends it. Does not
//! own what is done then. Invariants: a socket that is closed while a thread waits for it ends the wait;
//! no lock is held while the thread sleeps. Threading: any thread; each has one pair of descriptors by
//! which others wake it.

use std::cell::RefCell;
use std::io::{Read, Write};
use std::os::fd::AsRawFd;
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::errors::{self, WSAENOBUFS};
use crate::status::Code;

/// What wakes a thread that waits for sockets.
#[derive(Debug)]
pub struct Wake(UnixStream);

impl Wake {
    /// Ends the wait. More than it can hold is not needed.
    pub(crate) fn wake(&self) {
        let _ = (&self.0).write(&[1]);
    }
}

/// The pair of one thread; a child made by fork(2) makes its own.
struct Pair {
    process: u32,
    wakes: Arc<Wake>,
    woken: UnixStream,
}

thread_local! {
    static PAIR: RefCell<Option<Pair>> = const { RefCell::new(None) };
}

/// What can be waited for.
pub trait Polled {
    /// Its descriptor.
    fn descriptor(&self) -> i32;
    /// Whether it is closed: nobody waits for it any more.
    fn is_gone(&self) -> bool;
    /// A thread waits for it: closing it wakes that.
    fn begin_wait(&self, wake: &Arc<Wake>);
    /// The thread does not wait any more.
    fn end_wait(&self, wake: &Arc<Wake>);
}

/// One socket to wait for.
#[derive(Debug)]
pub struct Interest<S> {
    /// The socket.
    pub socket: Arc<S>,
    /// What to wait for: `POLLIN` and so on.
    pub events: i16,
    /// What is so, after the wait.
    pub ready: i16,
}

impl<S: Polled> Interest<S> {
    /// Nothing is so yet.
    pub fn new(socket: Arc<S>, events: i16) -> Interest<S> {
        Interest {
            socket,
            events,
            ready: 0,
        }
    }
}

/// Waits until a socket is ready, one is closed, or the deadline passes (`None`: never). Returns how many
/// are ready.
///
/// # Errors
/// 10055 when the system has no descriptors left to wake the thread by; what poll(2) reports.
pub fn wait<S: Polled>(
    interests: &mut [Interest<S>],
    deadline: Option<Instant>,
) -> Result<usize, Code> {
    let now = deadline.is_some_and(|deadline| deadline <= Instant::now());
    let wakes = match now {
        true => None,
        false => Some(wakes()?),
    };
    for interest in interests.iter() {
        if let Some((wakes, _)) = &wakes {
            interest.socket.begin_wait(wakes);
        }
    }
    let result = poll(interests, wakes.as_ref().map(|(_, fd)| *fd), deadline);
    if let Some((wakes, _)) = &wakes {
        for interest in interests.iter() {
            interest.socket.end_wait(wakes);
        }
        drain();
    }
    result
}

/// What ends the waits of this thread for sockets.
///
/// # Errors
/// 10055 when the system has no descriptors left.
pub(crate) fn wake_of_this_thread() -> Result<Arc<Wake>, Code> {
    wakes().map(|(wakes, _)| wakes)
}

/// The wake of this thread and the descriptor that it makes readable.
fn wakes() -> Result<(Arc<Wake>, i32), Code> {
    PAIR.with_borrow_mut(|pair| {
        let process = std::process::id();
        if pair.as_ref().is_none_or(|pair| pair.process != process) {
            let (woken, wakes) = UnixStream::pair().map_err(|_| WSAENOBUFS)?;
            for end in [&woken, &wakes] {
                end.set_nonblocking(true).map_err(|_| WSAENOBUFS)?;
            }
            *pair = Some(Pair {
                process,
                wakes: Arc::new(Wake(wakes)),
                woken,
            });
        }
        let pair = pair.as_ref().ok_or(WSAENOBUFS)?;
        Ok((pair.wakes.clone(), pair.woken.as_raw_fd()))
    })
}

fn drain() {
    PAIR.with_borrow(|pair| {
        if let Some(pair) = pair {
            let mut bytes = [0; 64];
            while matches!((&pair.woken).read(&mut bytes), Ok(read) if read == bytes.len()) {}
        }
    });
}

fn poll<S: Polled>(
    interests: &mut [Interest<S>],
    woken: Option<i32>,
    deadline: Option<Instant>,
) -> Result<usize, Code> {
    let mut list: Vec<_> = interests
        .iter()
        .map(|interest| polled(interest.socket.descriptor(), interest.events))
        .collect();
    list.extend(woken.map(|fd| polled(fd, libc::POLLIN)));
    loop {
        if interests.iter().any(|interest| interest.socket.is_gone()) {
            return Ok(0);
        }
        let (timeout, last) = timeout(deadline);
        let _waits = (timeout != 0).then(httpsys_socket::Absence::begin);
        // SAFETY: a list of so many entries; the descriptors are open while `interests` holds them.
        let count = unsafe { libc::poll(list.as_mut_ptr(), list.len() as libc::nfds_t, timeout) };
        match count {
            0 if last => return Ok(0),
            0 => {}
            1.. => break,
            _ if std::io::Error::last_os_error().raw_os_error() == Some(libc::EINTR) => {}
            _ => return Err(errors::last()),
        }
    }
    let mut ready = 0;
    for (interest, polled) in interests.iter_mut().zip(&list) {
        interest.ready = polled.revents;
        ready += usize::from(polled.revents != 0);
    }
    Ok(ready)
}

fn polled(fd: i32, events: i16) -> libc::pollfd {
    libc::pollfd {
        fd,
        events,
        revents: 0,
    }
}

/// Milliseconds for poll(2), rounded up, and whether they reach the deadline.
fn timeout(deadline: Option<Instant>) -> (i32, bool) {
    let Some(deadline) = deadline else {
        return (-1, false);
    };
    let left = deadline.saturating_duration_since(Instant::now());
    let left = left
        .saturating_add(Duration::from_nanos(999_999))
        .as_millis();
    match i32::try_from(left) {
        Ok(left) => (left, true),
        Err(_) => (i32::MAX, false),
    }
}
