//! Completion ports of the system, as our handles post to them.
//!
//! Owns [`Port`], a reference to a port that the program created, and the list of them. Does not own
//! the port's queue. Invariants: the reference is a handle of its own, so that a value which the
//! system gives away again is not mistaken for the port; it ends when the program closes its handle
//! ([`handle_closes`]), since waits at a port end with its last handle. Threading: any thread.

use std::sync::{Arc, Weak};

use httpsys_socket::lock::{Mutex, RwLock};

use crate::handle::Handle;
use crate::status::{Code, ERROR_INVALID_HANDLE};
use crate::system::{self, Owned, import};

/// One completion packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Packet {
    /// Completion key.
    pub key: usize,
    /// Address of the OVERLAPPED.
    pub overlapped: usize,
    /// NTSTATUS.
    pub status: u32,
    /// Bytes transferred.
    pub bytes: usize,
}

/// A completion port of the system (documented: I/O Completion Ports).
#[derive(Debug)]
pub struct Port {
    /// The program's handle.
    value: usize,
    own: RwLock<Option<Owned>>,
}

/// The ports that a handle of ours is associated with.
static PORTS: Mutex<Vec<Weak<Port>>> = Mutex::new(Vec::new());

impl Port {
    /// The port behind the program's handle.
    ///
    /// # Errors
    /// 6 for what is no completion port.
    pub(crate) fn of_handle(handle: Handle) -> Result<Arc<Port>, Code> {
        let mut ports = PORTS.lock();
        ports.retain(|port| port.strong_count() != 0);
        let known = ports.iter().filter_map(Weak::upgrade);
        if let Some(port) = known.into_iter().find(|port| port.is_open_as(handle)) {
            return Ok(port);
        }
        if !system::is_port(handle) {
            return Err(ERROR_INVALID_HANDLE);
        }
        let port = Arc::new(Port {
            value: handle as usize,
            own: RwLock::new(Some(Owned::duplicate(handle)?)),
        });
        ports.push(Arc::downgrade(&port));
        Ok(port)
    }

    /// Queues a packet.
    ///
    /// # Errors
    /// 6 when the port is closed.
    pub fn post(&self, packet: Packet) -> Result<(), Code> {
        let own = self.own.read();
        let port = own.as_ref().ok_or(ERROR_INVALID_HANDLE)?.get();
        match import::NtSetIoCompletion(
            port,
            packet.key,
            packet.overlapped,
            packet.status,
            packet.bytes,
        ) {
            0 => Ok(()),
            _ => Err(ERROR_INVALID_HANDLE),
        }
    }

    fn is_open_as(&self, handle: Handle) -> bool {
        self.value == handle as usize && self.own.read().is_some()
    }
}

/// The program is about to close this handle: if it is a port, nothing of ours keeps it open.
pub(crate) fn handle_closes(handle: Handle) {
    let ports = PORTS.lock();
    for port in ports.iter().filter_map(Weak::upgrade) {
        if port.value == handle as usize {
            port.own.write().take();
        }
    }
}
