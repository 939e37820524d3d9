//! What a handle is to a program: a value.
//!
//! Owns the type. Does not own what a value means ([`crate::handle`]). Threading: a value.

use std::ffi::c_void;

/// A Win32 HANDLE: an opaque value, never dereferenced.
pub type Handle = *mut c_void;

/// INVALID_HANDLE_VALUE: what CreateFileW returns on failure.
pub const INVALID_HANDLE_VALUE: Handle = usize::MAX as Handle;
