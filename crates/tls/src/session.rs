//! The server side of one TLS connection, on bytes.
//!
//! Owns: how far the session is, from the first byte on; plain bytes from wire bytes and back. Does not own:
//! which binding a ClientHello gets (`session/hello.rs`), what the API tells of the handshake
//! (`session/info.rs`), the socket (the caller lends it as `Read` and `Write`), when a handshake is too late
//! or one too many, nor which certificates there are (`bindings.rs`).
//!
//! ```text
//!         ClientHello whole                answered              the client's Finished
//!   Hello ───────────────► HelloReceived ──────────► Handshake ──────────────────────► Open
//!     │                          │                       │                              │
//!     └──────────────────────────┴───────────────────────┴────── failed ────────────────┴──► Failed
//! ```
//!
//! Invariants: the costly step, from HelloReceived to Handshake, is the caller's to ask for, so that it can say how
//! many there are at a time. close_notify is sent only if the caller asks for it (TLS-008); that of the
//! client is the end of its sending side. Plain bytes that are taken are encrypted at once, and at most
//! [`TlsSession::write`]'s burst waits for the wire. Threading: one owner at a time.

use std::fmt;
use std::io::{self, ErrorKind, IoSlice, Read, Write};
use std::mem;
use std::net::SocketAddr;
use std::sync::Arc;

use httpsys_core::proto::h2::H2BindingLimits;
use httpsys_core::tls::TlsInfo;
use rustls::ServerConnection;
use rustls::server::{Accepted, AcceptedAlert, Acceptor};

use crate::bindings::{Bindings, FoundBinding};
use crate::failure::{TlsFailure, TlsFault};
use crate::time;

mod hello;
mod info;

use hello::HelloOrigin;

/// The most plain bytes of a record.
const RECORD: usize = 16 * 1024;

/// The most plain bytes that are encrypted at once: a client that reads fast gets this many in one write. With the
/// fifth record, 64 KiB of content and their frame headers need no second write.
const MAX_BURST: usize = 5 * RECORD;

/// What a record has beside its plain bytes, about.
const RECORD_REST: usize = 22;

/// See the module head.
pub struct TlsSession {
    stage: SessionStage,
    /// Plain bytes that nobody has read.
    unread: usize,
    /// Wire bytes that wait for the wire, about; 0 exactly where none do.
    unsent: usize,
    /// How many plain bytes are encrypted at once.
    burst: usize,
    /// The last write has taken so many.
    was_full: bool,
    /// The wire has ended.
    is_wire_ended: bool,
    /// The client has sent close_notify.
    has_close_notify: bool,
    /// What the binding that it got says about HTTP/2.
    http2: H2BindingLimits,
}

enum SessionStage {
    Hello(Acceptor, HelloOrigin),
    HelloReceived(Box<Accepted>, HelloOrigin),
    Handshake(ServerConnection, FoundBinding),
    Open(ServerConnection),
    Failed(Option<AcceptedAlert>),
}

/// How far the wire bytes brought the session.
#[derive(Debug)]
pub enum TlsStep {
    /// There may be plain bytes; otherwise more wire bytes are needed.
    Read,
    /// The ClientHello is whole: [`TlsSession::answer`] comes next, when the caller can afford it.
    HelloReceived,
    /// The handshake is over.
    Secured(Box<TlsInfo>),
}

impl TlsSession {
    /// Of a connection that was accepted at `local`, and gets what is bound now.
    #[must_use]
    pub fn new(bindings: Arc<Bindings>, local: SocketAddr) -> TlsSession {
        let origin = HelloOrigin::new(bindings, local);
        TlsSession {
            stage: SessionStage::Hello(Acceptor::default(), origin),
            unread: 0,
            unsent: 0,
            burst: RECORD,
            was_full: false,
            is_wire_ended: false,
            has_close_notify: false,
            http2: H2BindingLimits::default(),
        }
    }

    /// HTTP/2 is not offered, whatever the binding says; to be said before the first byte.
    #[must_use]
    pub fn without_http2(mut self) -> TlsSession {
        if let SessionStage::Hello(_, origin) = &mut self.stage {
            origin.offers_http2 = false;
        }
        self
    }

    /// Whether the handshake is not over.
    #[must_use]
    pub fn is_in_handshake(&self) -> bool {
        !matches!(self.stage, SessionStage::Open(_))
    }

    /// Whether the ClientHello is whole and not answered.
    #[must_use]
    pub fn has_received_hello(&self) -> bool {
        matches!(self.stage, SessionStage::HelloReceived(..))
    }

    /// What the binding says about HTTP/2 that the ClientHello got; nothing before the answer.
    #[must_use]
    pub fn http2(&self) -> H2BindingLimits {
        self.http2
    }

    /// Plain bytes that can be read at once.
    #[must_use]
    pub fn unread(&self) -> usize {
        self.unread
    }

    /// The wire bytes that wait for the wire, about; 0 exactly where none do.
    #[must_use]
    pub fn unsent(&self) -> usize {
        self.unsent
    }

    /// Takes wire bytes, with one read: only while no plain bytes wait. 0: the wire has ended.
    ///
    /// # Errors
    /// What the wire says.
    pub fn receive(&mut self, wire: &mut dyn Read) -> io::Result<usize> {
        debug_assert_eq!(self.unread, 0, "plain bytes are read first");
        let taken = match &mut self.stage {
            SessionStage::Hello(acceptor, origin) => {
                acceptor.read_tls(&mut origin.noting_first_byte(wire))
            }
            SessionStage::Handshake(connection, _) | SessionStage::Open(connection) => {
                connection.read_tls(wire)
            }
            SessionStage::HelloReceived(..) => return Err(ErrorKind::WouldBlock.into()),
            SessionStage::Failed(_) => Ok(0),
        }?;
        self.is_wire_ended |= taken == 0;
        Ok(taken)
    }

    /// Works on the wire bytes that were received, at this moment (seconds since 1970-01-01 00:00:00 UTC).
    ///
    /// # Errors
    /// The session has failed; if the fault [has an alert](TlsFault::has_alert) it is to be sent.
    pub fn process(&mut self, now: u64) -> Result<TlsStep, TlsFailure> {
        match &mut self.stage {
            SessionStage::Open(connection) => {
                let state = time::at(now, || connection.process_new_packets());
                let step = match state {
                    Ok(state) => {
                        self.unread = state.plaintext_bytes_to_read();
                        self.has_close_notify = state.peer_has_closed();
                        Ok(TlsStep::Read)
                    }
                    Err(error) => Err(TlsFailure::new(TlsFault::BadRecord, error.to_string())),
                };
                self.note_output();
                step
            }
            _ => time::at(now, || self.process_handshake(now)),
        }
    }

    /// Answers the ClientHello: the costly step.
    ///
    /// # Errors
    /// As [`TlsSession::process`]; [`TlsFault::NoBinding`] where nothing is bound for it.
    pub fn answer(&mut self, now: u64) -> Result<(), TlsFailure> {
        let stage = mem::replace(&mut self.stage, SessionStage::Failed(None));
        let SessionStage::HelloReceived(accepted, origin) = stage else {
            self.stage = stage;
            return Ok(());
        };
        let hello = accepted.client_hello();
        let name = hello.server_name().map(str::to_owned);
        let bound = origin.choose(name.as_deref())?;
        let config = Arc::clone(if origin.offers_http2 {
            &bound.binding.config
        } else {
            &bound.binding.http1_config
        });
        self.http2 = bound.binding.http2();
        match time::at(now, || accepted.into_connection(config)) {
            Ok(connection) => {
                self.stage = SessionStage::Handshake(connection, bound);
                self.note_output();
                Ok(())
            }
            Err((error, alert)) => Err(self.fail(TlsFault::Handshake, &error, alert)),
        }
    }

    /// Reads plain bytes. 0: there are none now, or [no more](TlsSession::is_ended).
    pub fn read(&mut self, buffer: &mut [u8]) -> usize {
        let SessionStage::Open(connection) = &mut self.stage else {
            return 0;
        };
        let n = connection.reader().read(buffer).unwrap_or(0);
        self.unread = self.unread.saturating_sub(n);
        n
    }

    /// Whether the client has closed its sending side: with close_notify, or the wire has ended. Plain bytes
    /// that came before may be unread.
    #[must_use]
    pub fn is_ended(&self) -> bool {
        self.is_wire_ended || self.has_close_notify
    }

    /// Encrypts plain bytes for the wire; only while none wait for it. Takes one record's bytes at first, and
    /// more from a client that has taken all before.
    ///
    /// # Errors
    /// The session has failed.
    pub fn write(&mut self, pieces: &[IoSlice<'_>]) -> io::Result<usize> {
        let SessionStage::Open(connection) = &mut self.stage else {
            return Err(ErrorKind::NotConnected.into());
        };
        connection.set_buffer_limit(Some(self.burst));
        let taken = match pieces {
            [piece] => connection.writer().write(piece),
            pieces => connection.writer().write_vectored(pieces),
        }?;
        self.was_full = taken >= self.burst;
        self.unsent += taken + taken.div_ceil(RECORD) * RECORD_REST;
        Ok(taken)
    }

    /// Puts close_notify behind what waits for the wire.
    pub fn close(&mut self) {
        if let SessionStage::Open(connection) = &mut self.stage {
            connection.send_close_notify();
            self.note_output();
        }
    }

    /// Frees what the session keeps, for a connection that outlives it. Nothing can be read or written any more.
    pub fn forget(&mut self) {
        self.stage = SessionStage::Failed(None);
        (self.unread, self.unsent) = (0, 0);
    }

    /// Hands waiting bytes to the wire, with one write.
    ///
    /// # Errors
    /// What the wire says.
    pub fn transmit(&mut self, wire: &mut dyn Write) -> io::Result<usize> {
        let sent = match &mut self.stage {
            SessionStage::Handshake(connection, _) | SessionStage::Open(connection) => {
                connection.write_tls(wire)
            }
            SessionStage::Failed(alert) => match alert.take() {
                Some(mut alert) => alert.write(wire),
                None => Ok(0),
            },
            SessionStage::Hello(..) | SessionStage::HelloReceived(..) => Ok(0),
        }?;
        self.unsent = self.unsent.saturating_sub(sent);
        self.note_output();
        if self.unsent > 0 {
            self.burst = RECORD;
        } else if self.was_full {
            self.burst = (self.burst * 2).min(MAX_BURST);
        }
        self.was_full = false;
        Ok(sent)
    }

    /// Sets [`TlsSession::unsent`] right where it says whether there is anything.
    fn note_output(&mut self) {
        let waits = match &self.stage {
            SessionStage::Handshake(connection, _) | SessionStage::Open(connection) => {
                connection.wants_write()
            }
            SessionStage::Failed(alert) => alert.is_some(),
            SessionStage::Hello(..) | SessionStage::HelloReceived(..) => false,
        };
        self.unsent = if waits { self.unsent.max(1) } else { 0 };
    }

    #[cold]
    fn process_handshake(&mut self, now: u64) -> Result<TlsStep, TlsFailure> {
        match mem::replace(&mut self.stage, SessionStage::Failed(None)) {
            SessionStage::Hello(acceptor, origin) => self.receive_hello(acceptor, origin),
            SessionStage::HelloReceived(accepted, origin) => {
                self.stage = SessionStage::HelloReceived(accepted, origin);
                Ok(TlsStep::HelloReceived)
            }
            SessionStage::Handshake(connection, bound) => {
                self.continue_handshake(connection, bound, now)
            }
            SessionStage::Open(connection) => {
                self.stage = SessionStage::Open(connection);
                Ok(TlsStep::Read)
            }
            SessionStage::Failed(alert) => {
                self.stage = SessionStage::Failed(alert);
                Err(TlsFailure::new(
                    TlsFault::Handshake,
                    "it has failed already",
                ))
            }
        }
    }

    fn receive_hello(
        &mut self,
        mut acceptor: Acceptor,
        origin: HelloOrigin,
    ) -> Result<TlsStep, TlsFailure> {
        origin.check_first_byte()?;
        match acceptor.accept() {
            Ok(Some(accepted)) => {
                self.stage = SessionStage::HelloReceived(Box::new(accepted), origin);
                Ok(TlsStep::HelloReceived)
            }
            Ok(None) if self.is_wire_ended && origin.has_begun() => Err(closed()),
            Ok(None) => {
                self.stage = SessionStage::Hello(acceptor, origin);
                Ok(TlsStep::Read)
            }
            Err((error, alert)) => Err(self.fail(TlsFault::Handshake, &error, alert)),
        }
    }

    fn continue_handshake(
        &mut self,
        mut connection: ServerConnection,
        bound: FoundBinding,
        now: u64,
    ) -> Result<TlsStep, TlsFailure> {
        let result = connection.process_new_packets();
        let is_over = !connection.is_handshaking();
        let step = match result {
            Ok(state) if is_over => {
                self.unread = state.plaintext_bytes_to_read();
                self.has_close_notify = state.peer_has_closed();
                let info = info::of(&connection, &bound, now);
                self.stage = SessionStage::Open(connection);
                Ok(TlsStep::Secured(Box::new(info)))
            }
            Ok(_) if self.is_wire_ended => Err(closed()),
            Ok(_) => {
                self.stage = SessionStage::Handshake(connection, bound);
                Ok(TlsStep::Read)
            }
            Err(error) => {
                // It has the alert.
                self.stage = SessionStage::Handshake(connection, bound);
                Err(TlsFailure::new(TlsFault::Handshake, error.to_string()))
            }
        };
        self.note_output();
        step
    }

    fn fail(&mut self, fault: TlsFault, error: &rustls::Error, alert: AcceptedAlert) -> TlsFailure {
        self.stage = SessionStage::Failed(Some(alert));
        self.unsent = 1;
        TlsFailure::new(fault, error.to_string())
    }
}

fn closed() -> TlsFailure {
    let what = "the client closed before the handshake was over";
    TlsFailure::new(TlsFault::ClosedInHandshake, what)
}

impl fmt::Debug for TlsSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let stage = match &self.stage {
            SessionStage::Hello(..) => "Hello",
            SessionStage::HelloReceived(..) => "HelloReceived",
            SessionStage::Handshake(..) => "Handshake",
            SessionStage::Open(_) => "Open",
            SessionStage::Failed(_) => "Failed",
        };
        f.debug_struct("TlsSession")
            .field("stage", &stage)
            .field("unread", &self.unread)
            .field("unsent", &self.unsent)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
