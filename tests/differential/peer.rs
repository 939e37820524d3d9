//! The independent parsers.
//!
//! Owns: which they are. Does not own: their readings (the modules below).

mod httparse_peer;
mod hyper_peer;
pub(crate) mod llhttp;

pub(crate) use httparse_peer::read as httparse;
pub(crate) use hyper_peer::read as hyper;

/// A parser that ours is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Peer {
    /// The crate `httparse`: heads only.
    Httparse,
    /// The server of the crate `hyper`.
    Hyper,
    /// llhttp, inside Node.js.
    Llhttp,
}

impl Peer {
    pub(crate) const ALL: [Peer; 3] = [Peer::Httparse, Peer::Hyper, Peer::Llhttp];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Peer::Httparse => "httparse",
            Peer::Hyper => "hyper",
            Peer::Llhttp => "llhttp",
        }
    }
}
