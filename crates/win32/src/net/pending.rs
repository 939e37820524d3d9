//! Overlapped sends and receives that wait for their socket.
//!
//! Owns the list of them and the thread that goes on with them. Does not own where their completions go.
//! Invariants: sends and receives of one socket are each done in the order in which they were issued;
//! one that is cancelled, or whose socket is closed, ends with 995; the program's memory is touched
//! under the lock of the list, so not after a cancel has returned. Threading: any thread; one thread
//! of ours runs once something has had to wait.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::ptr;
use std::sync::Arc;

use httpsys_socket::lock::Mutex;
use httpsys_socket::process::PerProcess;

use super::errors::{WSAECONNRESET, WSAEMSGSIZE, WSAENOBUFS, WSAEWOULDBLOCK};
use super::ready::{self, Interest, Wake};
use super::socket::{STREAM, Socket};
use super::transfer::{Buffer, ReceivedData, advance};
use crate::io::state::Pending;
use crate::object::CancelScope;
use crate::status::{Code, ERROR_NETNAME_DELETED, ERROR_SUCCESS};
use crate::time::source;

/// What a call does, with the memory of the program.
#[derive(Debug)]
pub struct SocketOperation {
    buffers: Vec<Buffer>,
    flags: u32,
    done: usize,
    kind: PendingKind,
}

#[derive(Debug)]
enum PendingKind {
    Send(Option<SocketAddr>),
    Receive(Box<dyn Tell>),
}

/// What a receive writes besides the bytes. Its pointers are the caller's until the operation has ended.
pub trait Tell: Send + std::fmt::Debug {
    /// Writes the address and the flags.
    ///
    /// # Errors
    /// The code that the operation ends with.
    fn tell(&self, received: &ReceivedData) -> Result<(), Code>;
}

// SAFETY: the buffers are the program's, which lends them until the operation has ended, to whatever
// thread ends it.
unsafe impl Send for SocketOperation {}

struct WaitingSocket {
    socket: Arc<Socket>,
    operation: SocketOperation,
    pending: Pending,
}

struct PendingList {
    waiting: Mutex<VecDeque<WaitingSocket>>,
    /// Of the thread, once it runs.
    wake: Mutex<Option<Arc<Wake>>>,
}

static LIST: PerProcess<PendingList> = PerProcess::new();

impl SocketOperation {
    /// WSASend, WSASendTo.
    pub fn send(buffers: Vec<Buffer>, flags: u32, to: Option<SocketAddr>) -> SocketOperation {
        SocketOperation {
            buffers,
            flags,
            done: 0,
            kind: PendingKind::Send(to),
        }
    }

    /// WSARecv, WSARecvFrom.
    pub fn receive(buffers: Vec<Buffer>, flags: u32, tell: Box<dyn Tell>) -> SocketOperation {
        SocketOperation {
            buffers,
            flags,
            done: 0,
            kind: PendingKind::Receive(tell),
        }
    }

    fn is_send(&self) -> bool {
        matches!(self.kind, PendingKind::Send(_))
    }

    /// Does what can be done at once. `None`: the rest has to wait.
    ///
    /// # Safety
    /// The buffers are valid.
    unsafe fn attempt(&mut self, socket: &Socket) -> Option<Result<usize, Code>> {
        loop {
            let result = match &self.kind {
                PendingKind::Send(to) => {
                    // SAFETY: by the contract of this function.
                    unsafe { socket.send_now(&mut self.buffers, self.flags, to.as_ref()) }
                }
                PendingKind::Receive(tell) => {
                    // SAFETY: by the contract of this function.
                    let received = unsafe { socket.receive_now(&mut self.buffers, self.flags) };
                    received.and_then(|received| tell.tell(&received).map(|()| received.bytes))
                }
            };
            match result {
                Err(WSAEWOULDBLOCK) => return None,
                Err(code) => return Some(Err(code)),
                Ok(bytes) => self.done += bytes,
            }
            if !self.is_send() || socket.kind() != STREAM {
                return Some(Ok(self.done));
            }
            let sent = result.unwrap_or(0);
            let left: usize = self.buffers.iter().map(|buffer| buffer.iov_len).sum();
            if sent >= left {
                return Some(Ok(self.done));
            }
            self.buffers = advance(&mut self.buffers, sent).to_vec();
        }
    }
}

/// How an overlapped call went on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Issued {
    /// It ended with success, and its completion is on its way.
    Done(usize),
    /// It goes on (997).
    Pending,
}

/// Issues an overlapped call: what cannot be done at once is done later.
///
/// # Errors
/// The code with which the call was refused: there will be no completion.
///
/// # Safety
/// Buffers and what `Tell` writes are valid until the operation has ended.
pub unsafe fn issue(
    socket: &Arc<Socket>,
    mut operation: SocketOperation,
    pending: Pending,
) -> Result<Issued, Code> {
    let list = LIST.get_or_init(|| PendingList {
        waiting: Mutex::default(),
        wake: Mutex::default(),
    });
    let mut waiting = list.waiting.lock();
    let behind = waiting.iter().any(|other| {
        Arc::ptr_eq(&other.socket, socket) && other.operation.is_send() == operation.is_send()
    });
    let ended = match behind {
        true => None,
        // SAFETY: by the contract of this function.
        false => unsafe { operation.attempt(socket) },
    };
    match ended {
        Some(Ok(bytes)) => {
            drop(waiting);
            pending.complete_inline(ERROR_SUCCESS, bytes);
            return Ok(Issued::Done(bytes));
        }
        Some(Err(code)) => {
            drop(waiting);
            pending.abandon(code);
            return Err(code);
        }
        None => {}
    }
    waiting.push_back(WaitingSocket {
        socket: socket.clone(),
        operation,
        pending,
    });
    drop(waiting);
    if let Err(code) = list.go_on() {
        cancel(socket, CancelScope::All);
        return Err(code);
    }
    if socket.is_closed() {
        cancel(socket, CancelScope::All);
    }
    Ok(Issued::Pending)
}

/// Ends the operations of a socket that wait, with 995. Returns whether there was one.
pub(crate) fn cancel(socket: &Socket, scope: CancelScope) -> bool {
    let Some(list) = LIST.get() else {
        return false;
    };
    let mut cancelled = Vec::new();
    let mut waiting = list.waiting.lock();
    for entry in std::mem::take(&mut *waiting) {
        let meant = ptr::eq(Arc::as_ptr(&entry.socket), socket) && entry.pending.is_meant(scope);
        match meant {
            true => cancelled.push(entry),
            false => waiting.push_back(entry),
        }
    }
    drop(waiting);
    // Dropping a `Pending` completes it with 995.
    !cancelled.is_empty()
}

impl PendingList {
    /// Starts the thread, or has it look anew.
    fn go_on(&'static self) -> Result<(), Code> {
        let mut wake = self.wake.lock();
        if let Some(wake) = &*wake {
            wake.wake();
            return Ok(());
        }
        let (tell, told) = std::sync::mpsc::channel();
        let body = move || {
            let own = ready::wake_of_this_thread();
            let runs = own.is_ok();
            let _ = tell.send(own);
            if runs {
                self.run();
            }
        };
        source::outside(|| httpsys_socket::spawn("httpsys-sockets", body))
            .map_err(|_| WSAENOBUFS)?;
        *wake = Some(told.recv().map_err(|_| WSAENOBUFS)??);
        Ok(())
    }

    fn run(&self) {
        loop {
            let mut interests = self.interests();
            // What fails here fails for the operations as well, when they are attempted.
            let _ = ready::wait(&mut interests, None);
            for (pending, result) in self.attempt_all() {
                match result {
                    Ok(bytes) => pending.complete(ERROR_SUCCESS, bytes),
                    Err(code) => pending.complete(as_completion(code), 0),
                }
            }
        }
    }

    /// The first send and the first receive of each socket.
    fn interests(&self) -> Vec<Interest<Socket>> {
        let mut interests: Vec<Interest<Socket>> = Vec::new();
        for entry in self.waiting.lock().iter() {
            let events = match entry.operation.is_send() {
                true => libc::POLLOUT,
                false => libc::POLLIN,
            };
            let same = |other: &&mut Interest<Socket>| Arc::ptr_eq(&other.socket, &entry.socket);
            match interests.iter_mut().find(same) {
                Some(other) => other.events |= events,
                None => interests.push(Interest::new(entry.socket.clone(), events)),
            }
        }
        interests
    }

    fn attempt_all(&self) -> Vec<(Pending, Result<usize, Code>)> {
        let mut ended = Vec::new();
        let mut waiting = self.waiting.lock();
        let mut stuck: Vec<(*const Socket, bool)> = Vec::new();
        for mut entry in std::mem::take(&mut *waiting) {
            let side = (Arc::as_ptr(&entry.socket), entry.operation.is_send());
            let result = match stuck.contains(&side) {
                true => None,
                // SAFETY: valid until the operation has ended, by the contract of `issue`.
                false => unsafe { entry.operation.attempt(&entry.socket) },
            };
            match result {
                Some(result) => ended.push((entry.pending, result)),
                None => {
                    stuck.push(side);
                    waiting.push_back(entry);
                }
            }
        }
        ended
    }
}

/// The code as file functions have it: a reset connection is 64 (ERROR_NETNAME_DELETED) to them.
fn as_completion(code: Code) -> Code {
    match code {
        WSAECONNRESET => ERROR_NETNAME_DELETED,
        // The datagram is there, as far as it fits.
        WSAEMSGSIZE => crate::status::ERROR_MORE_DATA,
        other => other,
    }
}

/// What WSAGetOverlappedResult says where GetOverlappedResult says this.
pub fn as_winsock(code: Code) -> Code {
    match code {
        ERROR_NETNAME_DELETED => WSAECONNRESET,
        crate::status::ERROR_MORE_DATA => WSAEMSGSIZE,
        other => other,
    }
}
