//! A connection that begins with a header of the PROXY protocol (PXY rows).
//!
//! Owns: reading the header, and nothing behind it, from the wire. Does not own: the header's form
//! (`httpsys_core::proto::proxy`), who is trusted, nor what the connection becomes (`conn/proxied.rs`). Threading:
//! behind the lock of the connection's slot; no call here blocks.

use httpsys_core::proto::proxy::{ProxyFault, ProxyHeader, ProxyReader};

use super::outcome::{Read, ReadProgress};
use super::wire::Wire;

/// Reads of the wire for one read of the caller's: a proxy that sends byte by byte must not keep a thread.
const MAX_READS: usize = 16;

/// See the module head.
#[derive(Debug)]
pub(crate) struct Preamble {
    wire: Wire,
    reader: ProxyReader,
    outcome: Option<Result<ProxyHeader, ProxyFault>>,
    /// Bytes that were received and not reported.
    received: usize,
    /// TLS comes behind the header.
    is_secure: bool,
}

impl Preamble {
    /// A connection that was accepted from a trusted proxy.
    pub(super) fn new(wire: Wire, is_secure: bool) -> Preamble {
        Preamble {
            wire,
            reader: ProxyReader::new(),
            outcome: None,
            received: 0,
            is_secure,
        }
    }

    /// Reads the header on. No byte ever comes into the caller's hands.
    pub(super) fn read(&mut self, buffer: &mut [u8]) -> Read {
        for _ in 0..MAX_READS {
            if self.outcome.is_some() {
                return Read::Progress(ReadProgress::HeaderRead);
            }
            let wanted = self.reader.wanted().min(buffer.len());
            let (n, drained) = match self.wire.read(&mut buffer[..wanted]) {
                Read::Bytes { n, drained, .. } => (n, drained),
                other => return other,
            };
            self.received += n;
            self.outcome = self.reader.push(&buffer[..n]).transpose();
            if drained && self.outcome.is_none() {
                return Read::Empty;
            }
        }
        Read::Progress(ReadProgress::GoOnLater)
    }

    /// Whether TLS comes behind the header.
    pub(crate) fn is_secure(&self) -> bool {
        self.is_secure
    }

    /// What the header says, or why there is none, once it has been read.
    pub(crate) fn outcome(&self) -> Option<Result<ProxyHeader, ProxyFault>> {
        self.outcome
    }

    /// Bytes that were received and not reported.
    pub(super) fn take_unreported(&mut self) -> usize {
        std::mem::take(&mut self.received)
    }

    pub(super) fn wire(&self) -> &Wire {
        &self.wire
    }

    pub(super) fn wire_mut(&mut self) -> &mut Wire {
        &mut self.wire
    }

    pub(crate) fn into_wire(self) -> Wire {
        self.wire
    }
}
