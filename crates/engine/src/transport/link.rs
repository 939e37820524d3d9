//! What carries the frames of an HTTP/2 connection.
//!
//! Owns: TCP, or TLS over it, below a carrier. Does not own: the connection that it was before the protocol was
//! agreed on (`Transport`), nor frames (`carrier.rs`). A closed enum. Threading: behind the carrier's lock; no
//! call here blocks.

use std::io::{self, IoSlice};

use httpsys_tls::TlsFailure;

use super::outcome::{Read, Wrote};
use super::tls::Tls;
use super::wire::Wire;
use crate::poll::poller::PollRegistry;

/// See the module head.
#[derive(Debug)]
pub(crate) enum Link {
    /// In clear text: prior knowledge (H2X-001).
    Plain(Wire),
    /// Encrypted.
    Tls(Box<Tls>),
}

impl Link {
    /// Reads what there is.
    pub(super) fn read(&mut self, buffer: &mut [u8]) -> Read {
        match self {
            Link::Plain(wire) => wire.read(buffer),
            Link::Tls(tls) => tls.read(buffer),
        }
    }

    /// Writes one piece.
    pub(super) fn write(&mut self, bytes: &[u8]) -> Wrote {
        match self {
            Link::Plain(wire) => wire.write(bytes),
            Link::Tls(tls) => tls.write(&[IoSlice::new(bytes)]),
        }
    }

    /// Writes several pieces.
    pub(super) fn write_vectored(&mut self, pieces: &[IoSlice<'_>]) -> Wrote {
        match self {
            Link::Plain(wire) => wire.write_vectored(pieces),
            Link::Tls(tls) => tls.write(pieces),
        }
    }

    /// Whether bytes that were taken wait here for room in the network.
    pub(super) fn holds_unsent(&self) -> bool {
        match self {
            Link::Plain(_) => false,
            Link::Tls(tls) => tls.is_full(),
        }
    }

    /// Hands what waits here to the network.
    pub(super) fn flush(&mut self) -> Wrote {
        match self {
            Link::Plain(_) => Wrote::Accepted { plain: 0, wire: 0 },
            Link::Tls(tls) => tls.flush(),
        }
    }

    /// Why a TLS session has failed, once.
    pub(super) fn take_failure(&mut self) -> Option<TlsFailure> {
        match self {
            Link::Plain(_) => None,
            Link::Tls(tls) => tls.take_failure(),
        }
    }

    /// Plain bytes that were received and that no read has given.
    pub(super) fn unread(&self) -> usize {
        match self {
            Link::Plain(_) => 0,
            Link::Tls(tls) => tls.unread(),
        }
    }

    /// The wire bytes, received and sent, that no read and no write has told of.
    pub(super) fn take_unreported(&mut self) -> (usize, usize) {
        match self {
            Link::Plain(_) => (0, 0),
            Link::Tls(tls) => tls.take_unreported(),
        }
    }

    /// Received wire bytes that the next read tells of.
    pub(super) fn tell_later(&mut self, received: usize) {
        if let Link::Tls(tls) = self {
            tls.tell_later(received);
        }
    }

    /// Sends FIN behind the last byte.
    pub(super) fn shut_down_sending(&mut self) -> io::Result<()> {
        match self {
            Link::Plain(wire) => wire.shut_down_sending(),
            Link::Tls(tls) => tls.shut_down_sending(),
        }
    }

    /// Closes so that the peer sees a reset.
    pub(super) fn reset(self, polled: Option<&PollRegistry>) {
        match self {
            Link::Plain(wire) => wire.reset(polled),
            Link::Tls(tls) => tls.into_wire(false).reset(polled),
        }
    }

    /// Closes in order.
    pub(super) fn close(self, registry: &PollRegistry) {
        match self {
            Link::Plain(wire) => wire.close(registry),
            Link::Tls(tls) => tls.into_wire(true).close(registry),
        }
    }

    /// As of [`Transport`](super::Transport).
    pub(super) fn may_have_more(&mut self) {
        match self {
            Link::Plain(wire) => wire.may_have_more(),
            Link::Tls(tls) => tls.wire_mut().may_have_more(),
        }
    }

    /// The wire bytes that the peer has not acknowledged, where that can be known.
    pub(super) fn unacknowledged(&self) -> Option<u64> {
        match self {
            Link::Plain(wire) => wire.unacknowledged(),
            Link::Tls(tls) => tls.unacknowledged(),
        }
    }
}
