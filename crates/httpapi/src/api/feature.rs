//! HttpIsFeatureSupported and HttpGetExtension.
//!
//! Owns the functions: which optional features there are. Threading: any thread.

use std::ffi::c_void;

use crate::code::Code;
use crate::entry::{entry, entry_missing};
use crate::types::{HTTP_FEATURE_ID, HTTPAPI_VERSION};

entry! {
    /// Whether an optional feature is there: FALSE for each, because none is yet, for unknown ids,
    /// and before HttpInitialize.
    fn HttpIsFeatureSupported(feature: HTTP_FEATURE_ID) -> i32, needs Nothing {
        tracing::debug!(feature, "asked for a feature that is not supported");
        Err(Code::NOT_SUPPORTED)
    }
}

entry_missing! {
    /// Missing: returns ERROR_NOT_SUPPORTED (50); the function has no documentation.
    fn HttpGetExtension(
        version: HTTPAPI_VERSION,
        extension: u32,
        buffer: *mut c_void,
        size: u32,
    ) -> u32 = Code::NOT_SUPPORTED;
}
