//! HttpIsFeatureSupported and HttpGetExtension.
//!
//! Owns the functions: which optional features there are. Threading: any thread.

use std::ffi::c_void;

use crate::code::ErrorCode;
use crate::entry::entry;
use crate::lifecycle::{self, Needs};
use crate::service;
use crate::types::{HTTP_FEATURE_ID, HTTPAPI_VERSION, HttpFeatureResponseTrailers};

entry! {
    /// Whether an optional feature is there (H2X-023): TRUE for HttpFeatureResponseTrailers, unless
    /// EnableTrailerSupport is 0 (LIM-021); FALSE for all others, for unknown ids, and before
    /// HttpInitialize, whose flags do not matter.
    fn HttpIsFeatureSupported(feature: HTTP_FEATURE_ID) -> i32, needs Nothing {
        lifecycle::check(Needs::Server).or_else(|_| lifecycle::check(Needs::Config))?;
        let service = service::current()?;
        let trailers = service::of(&service).parameters().enable_trailer_support;
        if feature == HttpFeatureResponseTrailers && trailers {
            return Ok(());
        }
        tracing::debug!(feature, "the program asked for a feature that is not supported");
        Err(ErrorCode::NOT_SUPPORTED)
    }

    /// Asks for an extension of the API, by a number. There is none: ERROR_NOT_SUPPORTED (50) for
    /// each, and the buffer is not touched (assumed: the function has no page).
    fn HttpGetExtension(
        version: HTTPAPI_VERSION,
        extension: u32,
        buffer: *mut c_void,
        size: u32,
    ) -> u32 {
        let _ = (version, buffer, size);
        tracing::debug!(extension, "the program asked for an extension that does not exist");
        Err(ErrorCode::NOT_SUPPORTED)
    }
}
