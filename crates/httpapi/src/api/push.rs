//! HttpDeclarePush.
//!
//! Owns the function, which is not implemented yet: there is no HTTP/2. Threading: any thread.

use crate::code::ErrorCode;
use crate::entry::entry_missing;
use crate::types::{HANDLE, HTTP_REQUEST_HEADERS, HTTP_VERB};

entry_missing! {
    /// Missing: returns ERROR_NOT_SUPPORTED (50); pushes exist in HTTP/2 only.
    fn HttpDeclarePush(
        queue: HANDLE,
        request: u64,
        verb: HTTP_VERB,
        path: *const u16,
        query: *const u8,
        headers: *const HTTP_REQUEST_HEADERS,
    ) -> u32 = ErrorCode::NOT_SUPPORTED;
}
