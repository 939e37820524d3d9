//! The units of text: bytes in UTF-8 for the functions whose names end with A, UTF-16 for W.
//!
//! Owns what differs between the two. Does not own the caller's memory (`api::text`). Invariants: inside
//! this library text is UTF-16; what is no UTF-8 is replaced by U+FFFD, and so is half a surrogate pair on
//! the way out to bytes. Threading: pure.

use std::fmt::Debug;

/// One unit of text: a byte or a UTF-16 unit. The default is the NUL.
pub trait Unit: Copy + Default + Ord + Debug + 'static {
    /// Whether a unit is 16 bits wide.
    const WIDE: bool;

    /// Text in these units.
    fn encode(text: &[u16]) -> Vec<Self>;

    /// Units as UTF-16.
    fn decode(units: Vec<Self>) -> Vec<u16>;
}

impl Unit for u16 {
    const WIDE: bool = true;

    fn encode(text: &[u16]) -> Vec<u16> {
        text.to_vec()
    }

    fn decode(units: Vec<u16>) -> Vec<u16> {
        units
    }
}

impl Unit for u8 {
    const WIDE: bool = false;

    fn encode(text: &[u16]) -> Vec<u8> {
        String::from_utf16_lossy(text).into_bytes()
    }

    fn decode(units: Vec<u8>) -> Vec<u16> {
        wide_of(&String::from_utf8_lossy(&units))
    }
}

/// UTF-16 of a Rust string.
pub fn wide_of(text: &str) -> Vec<u16> {
    text.encode_utf16().collect()
}
