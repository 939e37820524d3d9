//! What a socket is ready for, as epoll(7) on Linux tells it and mio translates it.
//!
//! Owns: events and their meaning. Does not own: when they are told (`watches.rs`).

/// The token of the event that [`crate::Poll::wake`] makes.
pub const WAKE: usize = usize::MAX;

/// What a poll tells of a socket: all that it is ready for when the poll is asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Event {
    /// The token it was registered with.
    pub token: usize,
    /// A read, or an accept, returns something: bytes, the end, an error.
    pub readable: bool,
    /// A write takes bytes, or fails.
    pub writable: bool,
    /// No more bytes will arrive.
    pub read_closed: bool,
    /// No more bytes can be sent: the connection is broken, or both directions are closed.
    pub write_closed: bool,
    /// There is an error to take.
    pub error: bool,
    /// Urgent data has come: never in this network.
    pub urgent: bool,
}

/// The flags of poll(2), as tcp_poll of Linux sets them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct PollFlags {
    /// POLLIN.
    pub(crate) input: bool,
    /// POLLOUT.
    pub(crate) output: bool,
    /// POLLRDHUP.
    pub(crate) read_hang_up: bool,
    /// POLLHUP.
    pub(crate) hang_up: bool,
    /// POLLERR.
    pub(crate) error: bool,
}

impl PollFlags {
    pub(crate) fn any(self) -> bool {
        self != PollFlags::default()
    }

    /// As mio's epoll backend reads the flags.
    pub(crate) fn event(self, token: usize) -> Event {
        let only_error = self.error && !self.input && !self.output && !self.read_hang_up;
        Event {
            token,
            readable: self.input,
            writable: self.output,
            read_closed: self.hang_up || (self.input && self.read_hang_up),
            write_closed: self.hang_up || (self.output && self.error) || only_error,
            error: self.error,
            urgent: false,
        }
    }
}
