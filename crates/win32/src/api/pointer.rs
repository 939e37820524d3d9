//! Pointers that the program passes to a function.
//!
//! Owns: the check for NULL. Does not own what the memory means. Threading: pure.

use crate::status::{Code, ERROR_INVALID_PARAMETER};

/// Refuses NULL with 87.
pub(crate) fn not_null<T>(pointer: *const T) -> Result<(), Code> {
    match pointer.is_null() {
        true => Err(ERROR_INVALID_PARAMETER),
        false => Ok(()),
    }
}
