//! What connects to a client: bytes as they are on the network.
//!
//! Owns: the one type for a socket of the system and a connection of a simulated network. Does not own
//! encryption (`tls.rs`). A closed enum: each call is one match, and none where only TCP is compiled in.
//! Threading: behind the lock of its connection's slot; no call here blocks.

use std::io::{self, IoSlice};
use std::net::SocketAddr;

#[cfg(feature = "sim")]
use super::memory::MemoryStream;
use super::outcome::{Read, Wrote};
use super::tcp::Tcp;

use crate::poll::poller::PollRegistry;
use crate::sys::{self, FilePages};

/// See the module head.
#[derive(Debug)]
pub(crate) enum Wire {
    /// A socket of the system.
    Tcp(Tcp),
    /// A connection of a simulated network.
    #[cfg(feature = "sim")]
    Memory(MemoryStream),
}

impl Wire {
    /// Reads what there is, at most as many bytes as the buffer holds.
    #[inline]
    pub(crate) fn read(&mut self, buffer: &mut [u8]) -> Read {
        match self {
            Wire::Tcp(tcp) => tcp.read(buffer),
            #[cfg(feature = "sim")]
            Wire::Memory(memory) => memory.read(buffer),
        }
    }

    /// Writes one piece.
    #[inline]
    pub(crate) fn write(&mut self, bytes: &[u8]) -> Wrote {
        match self {
            Wire::Tcp(tcp) => tcp.write(bytes),
            #[cfg(feature = "sim")]
            Wire::Memory(memory) => memory.write(&[IoSlice::new(bytes)]),
        }
    }

    /// Writes several pieces.
    #[inline]
    pub(crate) fn write_vectored(&mut self, pieces: &[IoSlice<'_>]) -> Wrote {
        match self {
            Wire::Tcp(tcp) => tcp.write_vectored(pieces, false),
            #[cfg(feature = "sim")]
            Wire::Memory(memory) => memory.write(pieces),
        }
    }

    /// Whether it takes pages of files.
    pub(super) fn takes_pages(&self) -> bool {
        match self {
            Wire::Tcp(_) => sys::HAS_PAGES,
            #[cfg(feature = "sim")]
            Wire::Memory(_) => false,
        }
    }

    /// Writes pieces in front of pages of a file.
    pub(super) fn write_before_pages(&mut self, pieces: &[IoSlice<'_>]) -> Wrote {
        match self {
            Wire::Tcp(tcp) => tcp.write_vectored(pieces, true),
            #[cfg(feature = "sim")]
            Wire::Memory(memory) => memory.write(pieces),
        }
    }

    /// Writes at most `most` of the bytes that the pages hold.
    pub(super) fn write_pages(&mut self, pages: &FilePages, most: usize) -> Wrote {
        match self {
            Wire::Tcp(tcp) => tcp.write_pages(pages, most),
            #[cfg(feature = "sim")]
            Wire::Memory(_) => Wrote::Gone,
        }
    }

    /// Sends FIN behind the last byte.
    ///
    /// # Errors
    /// The connection is broken.
    pub(crate) fn shut_down_sending(&mut self) -> io::Result<()> {
        match self {
            Wire::Tcp(tcp) => tcp.shut_down_sending(),
            #[cfg(feature = "sim")]
            Wire::Memory(memory) => memory.shut_down_sending(),
        }
    }

    /// Sets the options of an accepted connection.
    pub(crate) fn prepare(&self, of_passed: bool) {
        match self {
            Wire::Tcp(tcp) => tcp.prepare(of_passed),
            #[cfg(feature = "sim")]
            Wire::Memory(_) => {}
        }
    }

    /// Closes so that the peer sees a reset, never a clean end (G-067). `polled`: where it is
    /// registered, if a thread may be polling there now.
    pub(crate) fn reset(self, polled: Option<&PollRegistry>) {
        match self {
            Wire::Tcp(tcp) => tcp.reset(polled.and_then(PollRegistry::mio)),
            #[cfg(feature = "sim")]
            Wire::Memory(memory) => memory.reset(),
        }
    }

    /// Closes in order; what was written still goes out.
    pub(crate) fn close(self, registry: &PollRegistry) {
        match self {
            Wire::Tcp(tcp) => {
                if let Some(registry) = registry.mio() {
                    tcp.close(registry);
                }
            }
            #[cfg(feature = "sim")]
            Wire::Memory(memory) => drop(memory),
        }
    }

    /// From now on the poll tells of it.
    ///
    /// # Errors
    /// What the system says when it cannot be polled.
    pub(crate) fn register(&mut self, registry: &PollRegistry, token: usize) -> io::Result<()> {
        match self {
            Wire::Tcp(tcp) => tcp.register(registry.need_mio()?, token),
            #[cfg(feature = "sim")]
            Wire::Memory(memory) => memory.register(registry.need_simulated()?, token),
        }
    }

    /// A read may leave something although it found less than it asked for: urgent data has come, at
    /// whose mark a read stops, or the peer has closed its side, of which no further event tells.
    pub(crate) fn may_have_more(&mut self) {
        match self {
            Wire::Tcp(tcp) => tcp.may_have_more(),
            #[cfg(feature = "sim")]
            Wire::Memory(memory) => memory.may_have_more(),
        }
    }

    /// The wire bytes that the peer has not acknowledged, where that can be known.
    pub(crate) fn unacknowledged(&self) -> Option<u64> {
        match self {
            Wire::Tcp(tcp) => tcp.unacknowledged(),
            #[cfg(feature = "sim")]
            Wire::Memory(memory) => Some(memory.unacknowledged()),
        }
    }

    /// The address at which the connection was accepted.
    ///
    /// # Errors
    /// The connection is broken.
    pub(crate) fn local_addr(&self) -> io::Result<SocketAddr> {
        match self {
            Wire::Tcp(tcp) => tcp.local_addr(),
            #[cfg(feature = "sim")]
            Wire::Memory(memory) => memory.local_addr(),
        }
    }

    /// Whether bytes have come that nobody has read.
    #[cfg(test)]
    pub(crate) fn has_bytes(&self) -> bool {
        match self {
            Wire::Tcp(tcp) => tcp.has_bytes(),
            #[cfg(feature = "sim")]
            Wire::Memory(_) => false,
        }
    }

    /// A socket that no peer has.
    #[cfg(test)]
    pub(super) fn unconnected() -> Wire {
        Wire::Tcp(Tcp::unconnected())
    }
}
