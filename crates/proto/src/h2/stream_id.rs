//! The numbers of streams (RFC 9113 section 5.1.1).
//!
//! Owns: the type, and the largest number of 31 bits. Does not own: which stream has a number. Threading:
//! plain data.

use std::fmt;
use std::num::NonZeroU32;

/// The largest number of a stream, and the largest window.
pub(crate) const MAX_31: u32 = 0x7FFF_FFFF;

/// The number of a stream: 1 to 2^31-1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StreamId(NonZeroU32);

impl StreamId {
    /// The id with this number; `None` for 0 and above 2^31-1.
    #[must_use]
    pub fn new(number: u32) -> Option<Self> {
        (number <= MAX_31)
            .then(|| NonZeroU32::new(number))
            .flatten()
            .map(Self)
    }

    /// The number.
    #[must_use]
    pub fn number(self) -> u32 {
        self.0.get()
    }

    /// A number that clients give to their streams.
    #[must_use]
    pub fn is_client(self) -> bool {
        self.number() % 2 == 1
    }
}

impl fmt::Display for StreamId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
