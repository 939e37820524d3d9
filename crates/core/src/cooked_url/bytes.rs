//! Bytes of a request target as UTF-16 units.
//!
//! Owns: the conversion, and which controls may be let through. Does not own: decoding (`path.rs`). Threading: pure
//! functions.

/// Appends each byte as one unit.
pub(super) fn push_bytes(text: &mut Vec<u16>, bytes: &[u8]) {
    text.extend(bytes.iter().map(|&b| u16::from(b)));
}

/// A control that `AllowUnEscapedRestrictedChars` lets through (LIM-002; which ones is assumed).
pub(super) fn is_weak_control(b: u8) -> bool {
    b.is_ascii_control() && !matches!(b, 0 | b'\t' | b'\n' | b'\r')
}
