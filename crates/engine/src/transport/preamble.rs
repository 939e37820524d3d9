//! A connection that begins with a header of the PROXY protocol (PXY rows).
//!
//! Owns: reading the header, and nothing beyond it, from the wire. Does not own: the header's form
//! (`httpsys_core::proto::proxy`), who is trusted, nor what the connection becomes (`conn/proxied.rs`). Threading:
//! behind the lock of the connection's slot; no call here blocks.

use httpsys_core::proto::proxy::{ProxyFault, ProxyHeader, ProxyReader};

use super::outcome::{Read, ReadProgress};
use super::wire::Wire;

/// How often one call reads the wire: a proxy that sends byte by byte must not keep a thread busy.
const MAX_READS: usize = 16;

/// See the module head.
#[derive(Debug)]
pub(crate) struct Preamble {
    wire: Wire,
    reader: ProxyReader,
    outcome: Option<Result<ProxyHeader, ProxyFault>>,
    /// Bytes that were received and have not been reported.
    received: usize,
    /// TLS comes after the header.
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

    /// Reads more of the header, by way of the buffer. The caller gets no bytes.
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

    /// Whether TLS comes after the header.
    pub(crate) fn is_secure(&self) -> bool {
        self.is_secure
    }

    /// What the header says, or why it is none; `None` until that is known.
    pub(crate) fn outcome(&self) -> Option<Result<ProxyHeader, ProxyFault>> {
        self.outcome
    }

    /// How many bytes were received since the last call.
    pub(super) fn take_unreported(&mut self) -> usize {
        std::mem::take(&mut self.received)
    }

    pub(super) fn wire(&self) -> &Wire {
        &self.wire
    }

    pub(super) fn wire_mut(&mut self) -> &mut Wire {
        &mut self.wire
    }

    pub(super) fn into_wire(self) -> Wire {
        self.wire
    }
}
