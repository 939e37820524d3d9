//! One end of a connection: what its socket would say.
//!
//! Owns: the state of a TCP socket as far as a program can see it, and its poll flags. Does not own: the
//! bytes (`pipe.rs`), nor what an end sends when its state changes (`close.rs`).

use std::io::ErrorKind;

use crate::pipe::Pipe;
use crate::readiness::PollFlags;

/// ```text
/// Connecting ──► Open ──► Closed      FIN both ways and acknowledged, or a reset
///      └─────────────────────┘        refused, timed out, given up
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TcpState {
    Connecting,
    Open,
    Closed,
}

#[derive(Debug)]
pub(crate) struct TcpEnd {
    pub(crate) state: TcpState,
    /// The program has shut reading down; bytes still arrive and can be read, as on Linux.
    pub(crate) is_read_shut: bool,
    /// Nothing can be written any more: the stream has its end, sent or not.
    pub(crate) is_write_shut: bool,
    pub(crate) has_fin_arrived: bool,
    /// The program has shut it down before it was connected.
    pub(crate) has_given_up: bool,
    /// SO_ERROR.
    pub(crate) error: Option<ErrorKind>,
    /// Somebody found the send buffer full: a third of it free is worth an event.
    pub(crate) is_room_wanted: bool,
    /// Faults that say that the send buffer is full and have not passed.
    pub(crate) full: u32,
    /// Its socket was closed: nobody will read, write or accept it any more.
    pub(crate) is_orphan: bool,
}

impl TcpEnd {
    pub(crate) fn new() -> TcpEnd {
        TcpEnd {
            state: TcpState::Connecting,
            is_read_shut: false,
            is_write_shut: false,
            has_fin_arrived: false,
            has_given_up: false,
            error: None,
            is_room_wanted: false,
            full: 0,
            is_orphan: false,
        }
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.state == TcpState::Closed
    }

    /// Linux: RCV_SHUTDOWN.
    fn is_receiving_over(&self) -> bool {
        let is_closed = self.is_closed() && !self.has_given_up;
        self.is_read_shut || self.has_fin_arrived || is_closed
    }

    /// Linux: SEND_SHUTDOWN.
    fn is_sending_over(&self) -> bool {
        self.is_write_shut || self.is_closed()
    }

    /// Bytes that a write takes.
    pub(crate) fn room(&self, outgoing: &Pipe, send_buffer: usize) -> usize {
        if self.full > 0 {
            return 0;
        }
        let used = usize::try_from(outgoing.unacknowledged()).unwrap_or(usize::MAX);
        send_buffer.saturating_sub(used)
    }

    /// Linux calls a socket writable when a third of its send buffer is free.
    pub(crate) fn has_room(&self, outgoing: &Pipe, send_buffer: usize) -> bool {
        let room = self.room(outgoing, send_buffer);
        room > 0 && room.saturating_mul(3) >= send_buffer
    }

    /// What poll(2) says.
    pub(crate) fn poll(&self, incoming: &Pipe, outgoing: &Pipe, send_buffer: usize) -> PollFlags {
        let (receiving_over, sending_over) = (self.is_receiving_over(), self.is_sending_over());
        let is_connected = self.state != TcpState::Connecting;
        let output = sending_over || self.has_room(outgoing, send_buffer);
        PollFlags {
            input: receiving_over || (is_connected && incoming.unread() > 0),
            output: is_connected && output,
            read_hang_up: receiving_over,
            hang_up: self.is_closed() || (receiving_over && sending_over),
            error: self.error.is_some(),
        }
    }

    /// What a read returns without a byte to return.
    pub(crate) fn read_nothing(&mut self) -> Result<usize, ErrorKind> {
        if self.has_fin_arrived {
            return Ok(0);
        }
        match self.error.take() {
            Some(kind) => Err(kind),
            None if self.is_receiving_over() => Ok(0),
            None if self.has_given_up => Err(ErrorKind::NotConnected),
            None => Err(ErrorKind::WouldBlock),
        }
    }

    /// Whether a write may take bytes.
    pub(crate) fn check_write(&mut self) -> Result<(), ErrorKind> {
        match self.error.take() {
            Some(kind) => Err(kind),
            None if self.is_sending_over() => Err(ErrorKind::BrokenPipe),
            None if self.state == TcpState::Connecting => Err(ErrorKind::WouldBlock),
            None => Ok(()),
        }
    }

    /// The error of a reset that arrives in this state.
    pub(crate) fn reset_error(&self) -> ErrorKind {
        match self.state {
            TcpState::Connecting => ErrorKind::ConnectionRefused,
            // Linux: in CLOSE-WAIT.
            _ if self.has_fin_arrived && !self.is_write_shut => ErrorKind::BrokenPipe,
            _ => ErrorKind::ConnectionReset,
        }
    }
}
