//! Memory that crosses the C interface.
//!
//! Owns allocation for HeapAlloc, LocalAlloc and for memory that a higher crate hands to the
//! application (HttpPrepareUrl). Does not own the flags of the C calls. Invariant: it is the C
//! library's malloc, so HeapFree, LocalFree and free are interchangeable on it; on Windows it is the
//! process heap. Threading: any thread.

#[cfg(not(windows))]
use std::ffi::c_void;

#[cfg(windows)]
pub use crate::system::{alloc, alloc_zeroed, free};

/// Allocates memory aligned for any C type; a size of 0 gives a valid pointer too. NULL when there
/// is none. Free it with [`free`] (or HeapFree).
#[cfg(not(windows))]
pub fn alloc(bytes: usize) -> *mut u8 {
    // SAFETY: malloc takes any size.
    unsafe { libc::malloc(bytes.max(1)).cast() }
}

/// Like [`alloc`], filled with zeros.
#[cfg(not(windows))]
pub fn alloc_zeroed(bytes: usize) -> *mut u8 {
    // SAFETY: calloc takes any size.
    unsafe { libc::calloc(1, bytes.max(1)).cast() }
}

/// Frees memory of this module; NULL is allowed.
///
/// # Safety
/// `memory` is NULL or came from [`alloc`] or [`alloc_zeroed`] and is freed once.
#[cfg(not(windows))]
pub unsafe fn free(memory: *mut u8) {
    // SAFETY: by the contract above the pointer came from malloc.
    unsafe { libc::free(memory.cast::<c_void>()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zero_bytes_give_a_pointer_and_too_many_give_null() {
        let memory = alloc(0);
        assert!(!memory.is_null());
        // An optimiser may drop an allocation that nobody uses, and take it for successful.
        assert!(std::hint::black_box(alloc(usize::MAX / 2)).is_null());
        // SAFETY: allocated above, freed once; NULL is allowed.
        unsafe {
            free(memory);
            free(std::ptr::null_mut());
        }
    }
}
