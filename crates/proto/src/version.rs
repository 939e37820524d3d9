//! The protocol version of a request.
//!
//! Owns: the pair of numbers. Does not own: which versions are accepted (the request line decides).
//! Invariant: ordered by major, then minor. Threading: plain values.

/// `HTTP_VERSION`: the numbers exactly as the client sent them (PRS-010, observed).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version {
    /// Major number.
    pub major: u16,
    /// Minor number.
    pub minor: u16,
}

impl Version {
    /// HTTP/1.0.
    pub const HTTP_1_0: Self = Self { major: 1, minor: 0 };
    /// HTTP/1.1.
    pub const HTTP_1_1: Self = Self { major: 1, minor: 1 };
    /// HTTP/2.
    pub const HTTP_2_0: Self = Self { major: 2, minor: 0 };
}
