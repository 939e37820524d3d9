//! What carries the bytes of connections.
//!
//! Owns: the one type through which the engine reads, writes, closes and resets a connection, and what
//! the results mean, whatever carries it. Does not own: HTTP, nor who reads and writes when. A closed
//! enum: each call is one match. Threading: a transport is behind the lock of its connection's slot; no
//! call here blocks.
//!
//! The counts of plain and wire bytes are explained in `outcome.rs`.

pub(crate) mod batch;
pub(crate) mod carrier;
pub(crate) mod handshakes;
pub(crate) mod host;
pub(crate) mod line;
pub(crate) mod link;
pub(crate) mod listener;
pub(crate) mod listening;
#[cfg(feature = "sim")]
pub(crate) mod memory;
pub(crate) mod open_batches;
pub(crate) mod outcome;
pub(crate) mod port_listener;
pub(crate) mod preamble;
pub(crate) mod stream;
pub(crate) mod tcp;
pub(crate) mod tls;
pub(crate) mod wire;

use std::io::{self, IoSlice};
use std::sync::Arc;

use carrier::Carrier;
use httpsys_core::proto::h2::H2BindingLimits;
use httpsys_core::tls::TlsInfo;
use httpsys_tls::TlsFailure;
use link::Link;
use outcome::{Read, Wrote};
use preamble::Preamble;
use stream::H2Stream;
use tls::{Tls, TlsStart};
use wire::Wire;

use crate::poll::poller::PollRegistry;
use crate::sys::FilePages;

/// What carries a connection's bytes.
#[derive(Debug)]
pub(crate) enum Transport {
    /// As they are.
    Plain(Wire),
    /// Encrypted.
    Tls(Box<Tls>),
    /// A stream of HTTP/2.
    Stream(Box<H2Stream>),
    /// What streams are carried by. It has no bytes of its own: what is read from it is thrown away.
    Carrier(Arc<Carrier>),
    /// A connection whose PROXY header has not come yet. Nothing is written to it.
    Preamble(Box<Preamble>),
}

impl Transport {
    /// TLS over a connection that was just accepted.
    pub(crate) fn secured(wire: Wire, start: TlsStart) -> Transport {
        Transport::Tls(Box::new(Tls::new(wire, start)))
    }

    /// A connection that was just accepted from a trusted proxy.
    pub(crate) fn awaiting_header(wire: Wire, is_secure: bool) -> Transport {
        Transport::Preamble(Box::new(Preamble::new(wire, is_secure)))
    }

    /// What a connection becomes when its PROXY header has come: the beginning of TLS, or plain bytes.
    pub(crate) fn after_header(self, start: Option<TlsStart>) -> Transport {
        match (self, start) {
            (Transport::Preamble(preamble), None) => Transport::Plain(preamble.into_wire()),
            (Transport::Preamble(preamble), Some(start)) => {
                Transport::secured(preamble.into_wire(), start)
            }
            (other, _) => other,
        }
    }

    /// Whether its bytes are encrypted.
    #[inline]
    pub(crate) fn is_tls(&self) -> bool {
        !matches!(self, Transport::Plain(_)) && self.is_tls_or_carried_by_it()
    }

    #[inline(never)]
    fn is_tls_or_carried_by_it(&self) -> bool {
        match self {
            Transport::Plain(_) | Transport::Preamble(_) => false,
            Transport::Tls(_) => true,
            Transport::Stream(stream) => stream.tls().is_some(),
            Transport::Carrier(carrier) => carrier.tls().is_some(),
        }
    }

    /// What a carrier is made of; anything else comes back.
    pub(crate) fn into_link(self) -> Result<Link, Transport> {
        match self {
            Transport::Plain(wire) => Ok(Link::Plain(wire)),
            Transport::Tls(tls) => Ok(Link::Tls(tls)),
            other => Err(other),
        }
    }

    /// The carrier, if it is one.
    pub(crate) fn carrier(&self) -> Option<&Arc<Carrier>> {
        match self {
            Transport::Carrier(carrier) => Some(carrier),
            _ => None,
        }
    }

    /// The number of the stream, for logs, if it is one.
    pub(crate) fn stream_id(&self) -> Option<u64> {
        match self {
            Transport::Stream(stream) => Some(stream.number()),
            _ => None,
        }
    }

    /// The stream, if it is one.
    pub(crate) fn stream_mut(&mut self) -> Option<&mut H2Stream> {
        match self {
            Transport::Stream(stream) => Some(stream),
            _ => None,
        }
    }

    /// What the binding of the connection says about HTTP/2; nothing over plain TCP.
    pub(crate) fn http2(&self) -> H2BindingLimits {
        match self {
            Transport::Tls(tls) => tls.http2(),
            _ => H2BindingLimits::default(),
        }
    }

    /// The TLS session that carries the bytes; `None` over plain TCP and until the handshake is over.
    #[inline]
    pub(crate) fn tls_info(&self) -> Option<&Arc<TlsInfo>> {
        match self {
            Transport::Plain(_) | Transport::Preamble(_) => None,
            Transport::Tls(tls) => tls.info(),
            Transport::Stream(stream) => stream.tls(),
            Transport::Carrier(carrier) => carrier.tls(),
        }
    }

    /// Reads what there is, at most as many bytes as the buffer holds.
    #[inline(always)]
    pub(crate) fn read(&mut self, buffer: &mut [u8]) -> Read {
        match self {
            Transport::Plain(wire) => wire.read(buffer),
            other => other.read_other(buffer),
        }
    }

    #[inline(never)]
    fn read_other(&mut self, buffer: &mut [u8]) -> Read {
        match self {
            Transport::Plain(wire) => wire.read(buffer),
            Transport::Tls(tls) => tls.read(buffer),
            Transport::Stream(stream) => stream.read(buffer),
            Transport::Carrier(carrier) => carrier.read(buffer),
            Transport::Preamble(preamble) => preamble.read(buffer),
        }
    }

    /// Writes one piece.
    #[inline(always)]
    pub(crate) fn write(&mut self, bytes: &[u8]) -> Wrote {
        match self {
            Transport::Plain(wire) => wire.write(bytes),
            other => other.write_other(bytes),
        }
    }

    #[inline(never)]
    fn write_other(&mut self, bytes: &[u8]) -> Wrote {
        match self {
            Transport::Plain(wire) => wire.write(bytes),
            Transport::Tls(tls) => tls.write(&[IoSlice::new(bytes)]),
            Transport::Stream(stream) => stream.write(&[IoSlice::new(bytes)]),
            Transport::Carrier(_) | Transport::Preamble(_) => Wrote::Gone,
        }
    }

    /// Writes several pieces.
    #[inline]
    pub(crate) fn write_vectored(&mut self, pieces: &[IoSlice<'_>]) -> Wrote {
        match self {
            Transport::Plain(wire) => wire.write_vectored(pieces),
            Transport::Tls(tls) => tls.write(pieces),
            Transport::Stream(stream) => stream.write(pieces),
            Transport::Carrier(_) | Transport::Preamble(_) => Wrote::Gone,
        }
    }

    /// Whether it takes pages of files: a plain connection, where the system has that.
    pub(crate) fn takes_pages(&self) -> bool {
        match self {
            Transport::Plain(wire) => wire.takes_pages(),
            _ => false,
        }
    }

    /// Writes pieces in front of pages of a file, which come at once.
    pub(crate) fn write_before_pages(&mut self, pieces: &[IoSlice<'_>]) -> Wrote {
        match self {
            Transport::Plain(wire) => wire.write_before_pages(pieces),
            other => other.write_vectored(pieces),
        }
    }

    /// Writes at most `most` of the bytes that the pages hold.
    pub(crate) fn write_pages(&mut self, pages: &FilePages, most: usize) -> Wrote {
        match self {
            Transport::Plain(wire) => wire.write_pages(pages, most),
            _ => Wrote::Gone,
        }
    }

    /// Whether bytes that were taken wait here for room in the network.
    #[inline]
    pub(crate) fn holds_unsent(&self) -> bool {
        match self {
            Transport::Plain(_) | Transport::Stream(_) | Transport::Preamble(_) => false,
            Transport::Tls(tls) => tls.is_full(),
            Transport::Carrier(carrier) => carrier.holds_unsent(),
        }
    }

    /// Hands what waits here to the network.
    #[cold]
    pub(crate) fn flush(&mut self) -> Wrote {
        match self {
            Transport::Plain(_) | Transport::Stream(_) | Transport::Preamble(_) => {
                Wrote::Accepted { plain: 0, wire: 0 }
            }
            Transport::Tls(tls) => tls.flush(),
            Transport::Carrier(carrier) => carrier.flush(),
        }
    }

    /// Why a TLS session has failed, once.
    #[cold]
    pub(crate) fn take_failure(&mut self) -> Option<TlsFailure> {
        match self {
            Transport::Plain(_) | Transport::Stream(_) | Transport::Preamble(_) => None,
            Transport::Tls(tls) => tls.take_failure(),
            Transport::Carrier(carrier) => carrier.with_link(Link::take_failure).flatten(),
        }
    }

    /// The wire bytes, received and sent, that no read and no write has told of.
    #[cold]
    pub(crate) fn take_unreported(&mut self) -> (usize, usize) {
        match self {
            Transport::Plain(_) | Transport::Stream(_) => (0, 0),
            Transport::Preamble(preamble) => (preamble.take_unreported(), 0),
            Transport::Tls(tls) => tls.take_unreported(),
            Transport::Carrier(carrier) => carrier.take_unreported(),
        }
    }

    /// Sends FIN behind the last byte. All that was taken is out.
    ///
    /// # Errors
    /// The connection is broken.
    pub(crate) fn shut_down_sending(&mut self) -> io::Result<()> {
        match self {
            Transport::Plain(wire) => wire.shut_down_sending(),
            Transport::Tls(tls) => tls.shut_down_sending(),
            Transport::Stream(stream) => stream.shut_down_sending(),
            Transport::Carrier(carrier) => carrier.shut_down_sending(),
            Transport::Preamble(preamble) => preamble.wire_mut().shut_down_sending(),
        }
    }

    /// Closes so that the peer sees a reset, never a clean end (G-067). `polled`: where it is
    /// registered, if a thread may be polling there now. A stream ends otherwise: [`H2Stream::reset`].
    pub(crate) fn reset(self, polled: Option<&PollRegistry>) {
        match self {
            Transport::Plain(wire) => wire.reset(polled),
            Transport::Tls(tls) => tls.into_wire(false).reset(polled),
            Transport::Preamble(preamble) => preamble.into_wire().reset(polled),
            Transport::Stream(_) => debug_assert!(false, "a stream has a code"),
            Transport::Carrier(carrier) => {
                if let Some(link) = carrier.take_link() {
                    link.reset(polled);
                }
            }
        }
    }

    /// Closes in order; what was written still goes out. A stream ends otherwise: [`H2Stream::close`].
    pub(crate) fn close(self, registry: &PollRegistry) {
        match self {
            Transport::Plain(wire) => wire.close(registry),
            Transport::Tls(tls) => tls.into_wire(true).close(registry),
            Transport::Preamble(preamble) => preamble.into_wire().close(registry),
            Transport::Stream(_) => debug_assert!(false, "a stream has a code"),
            Transport::Carrier(carrier) => {
                if let Some(link) = carrier.take_link() {
                    link.close(registry);
                }
            }
        }
    }

    /// A read may leave something although it found less than it asked for: urgent data has come, at
    /// whose mark a read stops, or the peer has closed its side, of which no further event tells.
    pub(crate) fn may_have_more(&mut self) {
        match self {
            Transport::Plain(wire) => wire.may_have_more(),
            Transport::Tls(tls) => tls.wire_mut().may_have_more(),
            Transport::Preamble(preamble) => preamble.wire_mut().may_have_more(),
            Transport::Stream(_) => {}
            Transport::Carrier(carrier) => {
                carrier.with_link(Link::may_have_more);
            }
        }
    }

    /// The wire bytes that the peer has not acknowledged, where that can be known.
    pub(crate) fn unacknowledged(&self) -> Option<u64> {
        match self {
            Transport::Plain(wire) => wire.unacknowledged(),
            Transport::Tls(tls) => tls.unacknowledged(),
            Transport::Preamble(preamble) => preamble.wire().unacknowledged(),
            Transport::Stream(stream) => stream.unacknowledged(),
            Transport::Carrier(carrier) => {
                carrier.with_link(|link| link.unacknowledged()).flatten()
            }
        }
    }

    /// A socket that nobody has connected.
    #[cfg(test)]
    pub(crate) fn unconnected() -> Transport {
        Transport::Plain(Wire::unconnected())
    }

    /// Whether bytes have come that nobody has read.
    #[cfg(test)]
    pub(crate) fn has_bytes(&self) -> bool {
        match self {
            Transport::Plain(wire) => wire.has_bytes(),
            Transport::Tls(tls) => tls.wire().has_bytes(),
            Transport::Preamble(preamble) => preamble.wire().has_bytes(),
            Transport::Stream(_) | Transport::Carrier(_) => false,
        }
    }
}
