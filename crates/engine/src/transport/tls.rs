//! A TLS connection over another transport.
//!
//! Owns: when the wire below is read and written, what waits for it, and what a session that failed leaves behind.
//! Does not own: TLS, which is `httpsys-tls`, nor who ends the connection. Threading: behind the lock of the
//! connection's slot; no call here blocks.
//!
//! Plain bytes that were taken are encrypted at once. What the wire does not take of them waits here, some
//! records at most; the transport takes no more until it is out, and the caller says "sent" only then.

use std::io::{self, ErrorKind, IoSlice, Write};
use std::net::SocketAddr;
use std::sync::Arc;

use httpsys_core::proto::h2::H2BindingLimits;
use httpsys_core::tls::{TlsInfo, TlsProtocol};
use httpsys_tls::{Bindings, TlsFailure, TlsSession, TlsStep};

use super::handshakes::HandshakeUnderWay;
use super::outcome::{Read, ReadProgress, Wrote};
use super::wire::Wire;

/// Reads of the wire for one read of the caller's: records without plain bytes must not keep a thread.
const MAX_READS: usize = 16;

/// See the module head.
#[derive(Debug)]
pub(crate) struct Tls {
    wire: Wire,
    session: TlsSession,
    /// Until the handshake is over.
    handshake: Option<HandshakeUnderWay>,
    info: Option<Arc<TlsInfo>>,
    failure: Option<TlsFailure>,
    /// The session has failed, and its connection ends: bytes of the wire come as they are, and are nobody's.
    is_thrown_away: bool,
    /// When the connection was accepted, in seconds since 1970-01-01 00:00:00 UTC: the time of the handshake.
    accepted_at: u64,
    /// Wire bytes that were received and not reported.
    received: usize,
    /// Wire bytes that were sent and not reported.
    sent: usize,
    /// The wire is full, and an event tells when it is not.
    is_full: bool,
    /// FIN was sent.
    is_output_ended: bool,
    /// close_notify is sent before FIN (LIM-022).
    sends_close_notify: bool,
}

/// What a TLS connection begins with.
pub(crate) struct TlsStart {
    pub(crate) bindings: Arc<Bindings>,
    pub(crate) local: SocketAddr,
    pub(crate) handshake: HandshakeUnderWay,
    pub(crate) now: u64,
    pub(crate) sends_close_notify: bool,
    pub(crate) offers_http2: bool,
}

impl Tls {
    /// The server's side of a connection that was accepted.
    pub(super) fn new(wire: Wire, start: TlsStart) -> Tls {
        let session = TlsSession::new(start.bindings, start.local);
        Tls {
            wire,
            session: if start.offers_http2 {
                session
            } else {
                session.without_http2()
            },
            handshake: Some(start.handshake),
            info: None,
            failure: None,
            is_thrown_away: false,
            accepted_at: start.now,
            received: 0,
            sent: 0,
            is_full: false,
            is_output_ended: false,
            sends_close_notify: start.sends_close_notify,
        }
    }

    /// Never inlined, as [`Tls::write`]: plain connections pass by.
    #[inline(never)]
    pub(super) fn read(&mut self, buffer: &mut [u8]) -> Read {
        if self.is_thrown_away {
            return self.wire.read(buffer);
        }
        if self.failure.is_some() {
            return Read::Broken;
        }
        let mut drained = false;
        for _ in 0..MAX_READS {
            if self.session.unread() > 0 {
                let n = self.session.read(buffer);
                return Read::Bytes {
                    n,
                    wire: std::mem::take(&mut self.received),
                    // No event tells of plain bytes that are left, nor of close_notify behind them.
                    drained: drained && self.session.unread() == 0 && !self.session.is_ended(),
                };
            }
            if self.session.is_ended() {
                return Read::End;
            }
            if !self.session.has_received_hello() {
                let mut source = WireSource {
                    wire: &mut self.wire,
                    drained: &mut drained,
                };
                match self.session.receive(&mut source) {
                    Ok(n) => self.received += n,
                    Err(error) if error.kind() == ErrorKind::WouldBlock => {
                        return self.wait_for_client();
                    }
                    Err(_) => return Read::Broken,
                }
            }
            if let Some(result) = self.process() {
                return result;
            }
            // The next event tells of more.
            if drained && self.session.unread() == 0 && !self.session.is_ended() {
                return self.wait_for_client();
            }
        }
        Read::Progress(ReadProgress::GoOnLater)
    }

    /// The client is waited for: what the session has for it goes out first. Those are the tickets of TLS 1.3, without
    /// which a client whose socket holds small pieces back until all is acknowledged (RFC 896) would wait for the
    /// delayed acknowledgement of its Finished with its first request.
    fn wait_for_client(&mut self) -> Read {
        if self.has_unsent() && !self.is_full && self.flush_wire().is_err() {
            return Read::Broken;
        }
        Read::Empty
    }

    /// Works on what was received. `None`: there may be plain bytes, or more has to be received.
    fn process(&mut self) -> Option<Read> {
        let step = match self.session.process(self.accepted_at) {
            Ok(TlsStep::HelloReceived) => return self.answer(),
            Ok(step) => step,
            Err(failure) => return Some(self.fail(failure)),
        };
        if let TlsStep::Secured(info) = step {
            // The client waits for the Finished of TLS 1.2. All that TLS 1.3 has left are tickets, which go out with
            // the first response if the request is here already, and before it is waited for if not.
            if info.protocol == TlsProtocol::Tls12 && self.flush_wire().is_err() {
                return Some(Read::Broken);
            }
            self.info = Some(Arc::from(info));
            self.handshake = None;
            return Some(Read::Progress(ReadProgress::Secured));
        }
        self.flush_or_break()
    }

    /// The costly step, if this turn takes one more.
    fn answer(&mut self) -> Option<Read> {
        let handshake = self.handshake.as_ref();
        if handshake.is_some_and(|one| !one.take_costly_step()) {
            return Some(Read::Progress(ReadProgress::GoOnLater));
        }
        match self.session.answer(self.accepted_at) {
            Ok(()) => self.flush_or_break(),
            Err(failure) => Some(self.fail(failure)),
        }
    }

    fn flush_or_break(&mut self) -> Option<Read> {
        self.flush_wire().is_err().then_some(Read::Broken)
    }

    #[cold]
    fn fail(&mut self, failure: TlsFailure) -> Read {
        self.sends_close_notify = false;
        if failure.fault.has_alert() && self.flush_wire().is_ok() && !self.has_unsent() {
            // The connection may linger: it costs no more than a plain one.
            self.session.forget();
        }
        self.failure = Some(failure);
        Read::Broken
    }

    /// Why the session has failed, once. What is read from now on is for nobody: the caller throws it away.
    pub(super) fn take_failure(&mut self) -> Option<TlsFailure> {
        let failure = self.failure.take();
        self.is_thrown_away |= failure.is_some();
        failure
    }

    /// What the handshake has agreed on, once it is over.
    /// What the binding says about HTTP/2.
    pub(super) fn http2(&self) -> H2BindingLimits {
        self.session.http2()
    }

    pub(super) fn info(&self) -> Option<&Arc<TlsInfo>> {
        self.info.as_ref()
    }

    /// Plain bytes that were received and that no read has given.
    pub(super) fn unread(&self) -> usize {
        self.session.unread()
    }

    /// The wire bytes, received and sent, that no read and no write has reported.
    pub(super) fn take_unreported(&mut self) -> (usize, usize) {
        (
            std::mem::take(&mut self.received),
            std::mem::take(&mut self.sent),
        )
    }

    /// Received wire bytes that the next read tells of.
    pub(super) fn tell_later(&mut self, received: usize) {
        self.received += received;
    }

    #[inline(never)]
    pub(super) fn write(&mut self, pieces: &[IoSlice<'_>]) -> Wrote {
        if self.failure.is_some() || self.is_thrown_away {
            return Wrote::Gone;
        }
        if self.is_full {
            match self.flush() {
                Wrote::Accepted { wire, .. } => self.sent += wire,
                full_or_gone => return full_or_gone,
            }
        }
        let Ok(plain) = self.session.write(pieces) else {
            return Wrote::Gone;
        };
        if self.flush_wire().is_err() {
            return Wrote::Gone;
        }
        let wire = std::mem::take(&mut self.sent);
        if self.session.unsent() > 0 {
            return Wrote::Held { plain, wire };
        }
        Wrote::Accepted { plain, wire }
    }

    /// Whether bytes wait for room in the wire.
    #[inline]
    pub(super) fn is_full(&self) -> bool {
        self.is_full && !self.is_output_ended
    }

    fn has_unsent(&self) -> bool {
        self.session.unsent() > 0 && !self.is_output_ended
    }

    /// Hands what waits to the wire.
    pub(super) fn flush(&mut self) -> Wrote {
        if self.flush_wire().is_err() {
            return Wrote::Gone;
        }
        if self.has_unsent() {
            return Wrote::Full;
        }
        Wrote::Accepted {
            plain: 0,
            wire: std::mem::take(&mut self.sent),
        }
    }

    /// Hands over as much as the wire takes.
    fn flush_wire(&mut self) -> io::Result<()> {
        while self.has_unsent() {
            match self.session.transmit(&mut WireSink(&mut self.wire)) {
                Ok(n) => self.sent += n,
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    self.is_full = true;
                    return Ok(());
                }
                Err(error) => return Err(error),
            }
        }
        self.is_full = false;
        Ok(())
    }

    pub(super) fn shut_down_sending(&mut self) -> io::Result<()> {
        self.send_close_notify();
        self.is_output_ended = true;
        self.wire.shut_down_sending()
    }

    /// Sends close_notify, if that is asked for and there is room.
    fn send_close_notify(&mut self) {
        if self.sends_close_notify && !self.is_output_ended && !self.is_full {
            self.session.close();
            let _ = self.flush_wire();
        }
    }

    /// The transport below, for its end. `in_order`: not after a cancel (G-067).
    pub(super) fn into_wire(mut self, in_order: bool) -> Wire {
        if in_order {
            self.send_close_notify();
        }
        self.wire
    }

    #[cfg(test)]
    pub(super) fn wire(&self) -> &Wire {
        &self.wire
    }

    pub(super) fn wire_mut(&mut self) -> &mut Wire {
        &mut self.wire
    }

    pub(super) fn unacknowledged(&self) -> Option<u64> {
        let below = self.wire.unacknowledged()?;
        Some(below + self.session.unsent() as u64)
    }
}

/// The wire, to be read.
struct WireSource<'a> {
    wire: &'a mut Wire,
    drained: &'a mut bool,
}

impl io::Read for WireSource<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.wire.read(buffer) {
            Read::Bytes { n, drained, .. } => {
                *self.drained = drained;
                Ok(n)
            }
            Read::Empty | Read::Progress(_) => Err(ErrorKind::WouldBlock.into()),
            Read::End => Ok(0),
            Read::Broken => Err(ErrorKind::ConnectionReset.into()),
        }
    }
}

/// The wire, to be written.
struct WireSink<'a>(&'a mut Wire);

impl WireSink<'_> {
    fn result(wrote: &Wrote) -> io::Result<usize> {
        match wrote {
            Wrote::Accepted { plain, .. } | Wrote::Held { plain, .. } => Ok(*plain),
            Wrote::Full => Err(ErrorKind::WouldBlock.into()),
            Wrote::Gone | Wrote::BadMemory => Err(ErrorKind::BrokenPipe.into()),
        }
    }
}

impl Write for WireSink<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        WireSink::result(&self.0.write(bytes))
    }

    fn write_vectored(&mut self, pieces: &[IoSlice<'_>]) -> io::Result<usize> {
        match pieces {
            [piece] => self.write(piece),
            pieces => WireSink::result(&self.0.write_vectored(pieces)),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests;
