//! The configuration store.
//!
//! Owns the functions of the family, none of which is there yet. They need
//! HTTP_INITIALIZE_CONFIG. Threading: any thread.

use std::ffi::c_void;

use crate::code::Code;
use crate::entry::entry_missing;
use crate::types::{HANDLE, HTTP_SERVICE_CONFIG_ID, OVERLAPPED};

entry_missing! {
    /// Missing: returns ERROR_NOT_SUPPORTED (50).
    fn HttpSetServiceConfiguration(
        service: HANDLE,
        id: HTTP_SERVICE_CONFIG_ID,
        information: *const c_void,
        length: u32,
        overlapped: *const OVERLAPPED,
    ) -> u32, needs Config = Code::NOT_SUPPORTED;

    /// Missing: returns ERROR_NOT_SUPPORTED (50).
    fn HttpUpdateServiceConfiguration(
        service: HANDLE,
        id: HTTP_SERVICE_CONFIG_ID,
        information: *const c_void,
        length: u32,
        overlapped: *const OVERLAPPED,
    ) -> u32, needs Config = Code::NOT_SUPPORTED;

    /// Missing: returns ERROR_NOT_SUPPORTED (50).
    fn HttpDeleteServiceConfiguration(
        service: HANDLE,
        id: HTTP_SERVICE_CONFIG_ID,
        information: *const c_void,
        length: u32,
        overlapped: *const OVERLAPPED,
    ) -> u32, needs Config = Code::NOT_SUPPORTED;

    /// Missing: returns ERROR_NOT_SUPPORTED (50).
    fn HttpQueryServiceConfiguration(
        service: HANDLE,
        id: HTTP_SERVICE_CONFIG_ID,
        input: *const c_void,
        input_length: u32,
        output: *mut c_void,
        output_length: u32,
        return_length: *mut u32,
        overlapped: *const OVERLAPPED,
    ) -> u32, needs Config = Code::NOT_SUPPORTED;
}
