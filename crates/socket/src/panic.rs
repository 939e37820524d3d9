//! The text of a panic.
//!
//! Owns: reading the payload. Does not own: catching a panic, nor what follows from it.

use std::any::Any;

/// The text of a panic, which is its payload unless the program has chosen another one (`std::panic::panic_any`).
#[must_use]
pub fn panic_text(payload: &(dyn Any + Send)) -> &str {
    let owned = payload.downcast_ref::<String>().map(String::as_str);
    let text = owned.or_else(|| payload.downcast_ref::<&str>().copied());
    text.unwrap_or("a payload that is no text")
}
