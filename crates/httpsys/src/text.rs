//! Text as the API takes it.
//!
//! Owns: the way from UTF-8 to UTF-16. Threading: pure functions.

/// The text in UTF-16.
pub(crate) fn utf16(text: &str) -> Vec<u16> {
    text.encode_utf16().collect()
}
