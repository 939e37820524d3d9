//! What a transport's reads and writes result in.
//!
//! Two counts of bytes, which differ as soon as a transport encrypts: *plain* bytes are those of HTTP,
//! *wire* bytes those handed to the network or received from it. The traffic counters of connections
//! count wire bytes; so does what the client has not acknowledged. Logs, bandwidth limits and the bytes
//! for which MinSendRate gives time are plain.

/// The result of a read.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Read {
    /// `n` plain bytes are in the buffer, and `wire` bytes have come from the network since the last
    /// time. `drained`: there are no more, and the next event tells of the next ones.
    Bytes {
        n: usize,
        wire: usize,
        drained: bool,
    },
    /// Nothing there now; an event tells when to try again.
    Empty,
    /// The peer has closed its sending side.
    End,
    /// The connection is broken.
    Broken,
    /// Nothing for the caller yet.
    Progress(ReadProgress),
}

/// What a transport has to say before there are bytes of HTTP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ReadProgress {
    /// The TLS handshake is over.
    Secured,
    /// The PROXY header has come, or it is known that there is none.
    HeaderRead,
    /// There is more to be done, at a later turn: others come first. No event tells of it.
    GoOnLater,
}

/// The result of a write.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Wrote {
    /// So many plain bytes were taken, as so many wire bytes.
    Accepted { plain: usize, wire: usize },
    /// As `Accepted`, but the transport itself holds a part of the wire bytes; there is no room, and an
    /// event tells when to go on, with [`Transport::flush`](super::Transport::flush) at least.
    Held { plain: usize, wire: usize },
    /// No room; an event tells when to try again.
    Full,
    /// The connection is broken.
    Gone,
    /// The memory that was lent to the call cannot be read.
    BadMemory,
}
