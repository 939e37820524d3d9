//! The name of a request, from which everything about it follows.
//!
//! Owns: what a token is made of, and the keys of its bodies. Does not own the plan that is drawn from
//! it ([`crate::plan`]). Threading: plain values.

use crate::random::mix;
use crate::site::Class;

/// One request of a client, never the same twice in a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Token(pub(crate) u64);

impl Token {
    /// Class of the site, round, client thread and number of the request.
    pub(crate) fn new(class: Class, round: u64, client: u64, number: u64) -> Token {
        Token((class as u64) << 60 | (round & 0xFFFF) << 44 | (client & 0xFFF) << 32 | number)
    }

    pub(crate) fn class(self) -> Class {
        Class::ALL[(self.0 >> 60) as usize % Class::ALL.len()]
    }

    /// The key of the request's body.
    pub(crate) fn request_key(self) -> u64 {
        mix(self.0 ^ 1)
    }

    /// The key of the response's body.
    pub(crate) fn response_key(self) -> u64 {
        mix(self.0 ^ 2)
    }
}
