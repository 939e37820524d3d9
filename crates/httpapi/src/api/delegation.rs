//! HttpDelegateRequestEx.
//!
//! Owns the function, which is not implemented yet. Threading: any thread.

use crate::code::ErrorCode;
use crate::entry::entry_missing;
use crate::types::{HANDLE, HTTP_DELEGATE_REQUEST_PROPERTY_INFO};

entry_missing! {
    /// Hands a request over to another request queue.
    ///
    /// Missing: returns STATUS_NOT_SUPPORTED (0xC00000BB), since the function is documented to
    /// return an NTSTATUS; HttpIsFeatureSupported returns FALSE for delegation.
    fn HttpDelegateRequestEx(
        queue: HANDLE,
        target: HANDLE,
        request: u64,
        target_group: u64,
        count: u32,
        properties: *const HTTP_DELEGATE_REQUEST_PROPERTY_INFO,
    ) -> u32 = ErrorCode::NT_NOT_SUPPORTED;
}
