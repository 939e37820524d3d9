//! The fragment and response cache.
//!
//! Owns the functions of the family, none of which is implemented yet; nothing is cached (G-094).
//! Threading: any thread.

use std::ffi::c_void;

use crate::code::ErrorCode;
use crate::entry::entry_missing;
use crate::types::{HANDLE, HTTP_BYTE_RANGE, HTTP_CACHE_POLICY, HTTP_DATA_CHUNK, OVERLAPPED};

entry_missing! {
    /// Missing: returns ERROR_NOT_SUPPORTED (50); no completion is delivered.
    fn HttpAddFragmentToCache(
        queue: HANDLE,
        url: *const u16,
        chunk: *const HTTP_DATA_CHUNK,
        policy: *const HTTP_CACHE_POLICY,
        overlapped: *mut OVERLAPPED,
    ) -> u32 = ErrorCode::NOT_SUPPORTED;

    /// Missing: returns ERROR_NOT_SUPPORTED (50); no completion is delivered.
    fn HttpReadFragmentFromCache(
        queue: HANDLE,
        url: *const u16,
        range: *const HTTP_BYTE_RANGE,
        buffer: *mut c_void,
        length: u32,
        bytes_read: *mut u32,
        overlapped: *mut OVERLAPPED,
    ) -> u32 = ErrorCode::NOT_SUPPORTED;

    /// Missing: returns ERROR_NOT_SUPPORTED (50); no completion is delivered.
    fn HttpFlushResponseCache(
        queue: HANDLE,
        url: *const u16,
        flags: u32,
        overlapped: *mut OVERLAPPED,
    ) -> u32 = ErrorCode::NOT_SUPPORTED;
}
