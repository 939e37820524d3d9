//! A connection of a simulated network.
//!
//! Owns: what the results of its calls mean. Does not own: the network, which is `httpsys-network`, nor
//! when its time passes. Threading: behind the lock of the connection's slot.

use std::io::{self, ErrorKind, IoSlice};
use std::net::{Shutdown, SocketAddr};

use httpsys_network::Stream;

use super::outcome::{Read, Wrote};
use crate::poll::simulated::SimulatedRegistry;

/// See the module head.
#[derive(Debug)]
pub(crate) struct MemoryStream {
    stream: Stream,
    /// As for TCP on Linux, whose readiness the network has.
    short_read_drains: bool,
}

impl MemoryStream {
    /// A connection that was accepted.
    pub(super) fn new(stream: Stream) -> MemoryStream {
        MemoryStream {
            stream,
            short_read_drains: true,
        }
    }

    pub(super) fn read(&mut self, buffer: &mut [u8]) -> Read {
        loop {
            return match self.stream.read(buffer) {
                Ok(0) => Read::End,
                Ok(n) => Read::Bytes {
                    n,
                    wire: n,
                    drained: n < buffer.len() && self.short_read_drains,
                },
                Err(error) => match error.kind() {
                    ErrorKind::WouldBlock => Read::Empty,
                    ErrorKind::Interrupted => continue,
                    _ => Read::Broken,
                },
            };
        }
    }

    pub(super) fn write(&self, pieces: &[IoSlice<'_>]) -> Wrote {
        loop {
            return match self.stream.write_vectored(pieces) {
                Ok(0) => Wrote::Gone,
                Ok(n) => Wrote::Accepted { plain: n, wire: n },
                Err(error) => match error.kind() {
                    ErrorKind::WouldBlock => Wrote::Full,
                    ErrorKind::Interrupted => continue,
                    _ => Wrote::Gone,
                },
            };
        }
    }

    pub(super) fn shut_down_sending(&self) -> io::Result<()> {
        self.stream.shutdown(Shutdown::Write)
    }

    pub(super) fn reset(self) {
        self.stream.reset();
    }

    pub(super) fn register(&self, registry: &SimulatedRegistry, token: usize) -> io::Result<()> {
        registry.register(&self.stream, token)
    }

    pub(super) fn may_have_more(&mut self) {
        self.short_read_drains = false;
    }

    pub(super) fn unacknowledged(&self) -> u64 {
        self.stream.unacknowledged()
    }

    pub(super) fn local_addr(&self) -> io::Result<SocketAddr> {
        self.stream.local_addr()
    }
}
