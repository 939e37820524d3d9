//! Properties of single requests.
//!
//! Owns the functions of the family, none of which is there yet. Threading: any thread.

use std::ffi::c_void;

use crate::code::Code;
use crate::entry::entry_missing;
use crate::types::{HANDLE, HTTP_REQUEST_PROPERTY, OVERLAPPED};

entry_missing! {
    /// Missing: returns ERROR_NOT_SUPPORTED (50); no completion is delivered.
    fn HttpSetRequestProperty(
        queue: HANDLE,
        id: u64,
        property: HTTP_REQUEST_PROPERTY,
        input: *const c_void,
        input_size: u32,
        overlapped: *const OVERLAPPED,
    ) -> u32 = Code::NOT_SUPPORTED;

    /// Missing: returns ERROR_INVALID_FUNCTION (1), the code for a property that the request does
    /// not have; no completion is delivered.
    fn HttpQueryRequestProperty(
        queue: HANDLE,
        id: u64,
        property: HTTP_REQUEST_PROPERTY,
        qualifier: *const c_void,
        qualifier_size: u32,
        output: *mut c_void,
        output_size: u32,
        return_length: *mut u32,
        overlapped: *mut OVERLAPPED,
    ) -> u32 = Code::INVALID_FUNCTION;
}
