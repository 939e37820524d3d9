//! I/O completion ports.
//!
//! Owns [`Port`]: the queue of completion packets. Does not own associations, which are state of
//! the file-like handle ([`crate::io::state`]). Invariants: packets leave in the order they were queued; a
//! packet is a copy, the OVERLAPPED it names is never touched; a closed port drops its packets and
//! ends all waits with 735. The concurrency value is accepted and not enforced. Threading: any
//! thread.

use std::fmt;
use std::time::Instant;

use crate::status::{Code, ERROR_ABANDONED_WAIT_0, ERROR_INVALID_HANDLE, WAIT_TIMEOUT};
use crate::sync::fifo::{Fifo, Stop};

/// One completion packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Packet {
    /// Completion key.
    pub key: usize,
    /// Address of the OVERLAPPED, or whatever PostQueuedCompletionStatus was given.
    pub overlapped: usize,
    /// NTSTATUS.
    pub status: u32,
    /// Bytes transferred.
    pub bytes: usize,
}

/// A completion port (documented: I/O Completion Ports).
pub struct Port {
    packets: Fifo<Packet>,
}

impl Port {
    /// A new port, not yet in the handle table.
    pub const fn new() -> Port {
        Port {
            packets: Fifo::new(),
        }
    }

    /// Queues a packet.
    ///
    /// # Errors
    /// 6 when the port is closed.
    pub fn post(&self, packet: Packet) -> Result<(), Code> {
        match self.packets.push(packet) {
            crate::sync::fifo::FifoPushed::Closed => Err(ERROR_INVALID_HANDLE),
            _ => Ok(()),
        }
    }

    /// Takes up to `max` packets, waiting for the first until the deadline (`None`: for ever); each
    /// goes to `sink` with its position. Returns how many. `sink` must not call this port.
    ///
    /// # Errors
    /// 258 when the deadline passed, 735 when the port was closed.
    pub fn take(
        &self,
        max: usize,
        deadline: Option<Instant>,
        sink: impl FnMut(usize, Packet),
    ) -> Result<usize, Code> {
        self.packets
            .take(max, deadline, sink)
            .map_err(|stop| match stop {
                Stop::TimedOut => WAIT_TIMEOUT,
                Stop::Closed => ERROR_ABANDONED_WAIT_0,
            })
    }
}

#[cfg(not(windows))]
impl Port {
    /// Drops its packets and ends all waits.
    pub(crate) fn close(&self) {
        self.packets.close();
    }
}

impl Default for Port {
    fn default() -> Port {
        Port::new()
    }
}

impl fmt::Debug for Port {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Port")
            .field("empty", &self.packets.is_empty())
            .finish()
    }
}
