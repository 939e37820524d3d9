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
    /// Returns whether an optional feature is supported (H2X-023): TRUE for
    /// HttpFeatureResponseTrailers, unless EnableTrailerSupport is 0 (LIM-021); FALSE for all other
    /// features, for unknown ids, and before HttpInitialize, whatever its flags.
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

    /// Queries an extension of the API, by its number. There are no extensions: the call always
    /// returns ERROR_NOT_SUPPORTED (50) and does not touch the buffer (assumed: Microsoft does not
    /// document the function).
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
