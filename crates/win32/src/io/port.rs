//! I/O completion ports.
//!
//! Owns [`Port`]: the queue of completion packets. Does not own associations, which are state of
//! the file-like handle ([`crate::io::state`]). Invariants: packets leave in the order they were queued; a
//! packet is a copy, the OVERLAPPED it names is never touched; a closed port drops its packets and
//! ends all waits with 735; at most as many threads as the concurrency value says run at once after a wait at the port
//! has ended. A thread that waits elsewhere meanwhile does not count. Threading: any thread.

use std::fmt;
use std::sync::Arc;
use std::time::Instant;

use httpsys_socket::{Membership, RunLimit};

use crate::process::machine;
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
    /// A new port, not yet in the handle table, for so many threads that run at once; 0: as many as there are
    /// processors for the process.
    pub fn new(concurrent_threads: u32) -> Port {
        let threads = match concurrent_threads {
            0 => machine::usable_processors(),
            threads => threads,
        };
        Port {
            packets: Fifo::limited(threads),
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

    /// Takes up to `max` packets, waiting for the first, and for a place among the threads that run, until the
    /// deadline (`None`: for ever); each goes to `sink` with its position. Returns how many. `sink` must not call
    /// this port.
    ///
    /// # Errors
    /// 258 when the deadline passed, 735 when the port was closed.
    pub fn take(
        self: &Arc<Port>,
        max: usize,
        deadline: Option<Instant>,
        sink: impl FnMut(usize, Packet),
    ) -> Result<usize, Code> {
        let (own, counted) = Membership::take(self);
        match self.packets.take_as(counted, max, deadline, sink) {
            Ok(taken) => {
                own.keep(Some(taken.round));
                Ok(taken.count)
            }
            Err(Stop::TimedOut(round)) => {
                own.keep(Some(round));
                Err(WAIT_TIMEOUT)
            }
            Err(Stop::Closed) => Err(ERROR_ABANDONED_WAIT_0),
        }
    }
}

impl RunLimit for Port {
    fn stops(&self, round: u64) {
        self.packets.stop_running(round);
    }

    fn goes_on(&self) -> u64 {
        self.packets.run()
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
        Port::new(0)
    }
}

impl fmt::Debug for Port {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Port")
            .field("empty", &self.packets.is_empty())
            .finish()
    }
}
