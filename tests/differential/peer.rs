//! The independent parsers.
//!
//! Owns: which they are. Does not own: their readings (the modules below).

mod httparse_peer;
mod hyper_peer;
pub(crate) mod llhttp;

use crate::model::Reading;

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

    /// One reading for each input, in order.
    pub(crate) fn read_all(self, inputs: &[Vec<u8>]) -> Vec<Reading> {
        let each = |read: fn(&[u8]) -> Reading| inputs.iter().map(|input| read(input)).collect();
        match self {
            Peer::Httparse => each(httparse_peer::read),
            Peer::Hyper => each(hyper_peer::read),
            Peer::Llhttp => llhttp::read_all(inputs),
        }
    }
}
