//! HttpInitialize and HttpTerminate.
//!
//! Owns the two functions. Does not own the counts (`lifecycle`). Threading: any thread.

use std::ffi::c_void;

use httpsys_core::Error;
use httpsys_core::call::ApiVersion;

use super::{reserved_pointer, version as api_version};
use crate::entry::entry;
use crate::lifecycle;
use crate::queue_handle::QueueObject;
use crate::types::HTTPAPI_VERSION;

entry! {
    /// Starts the API for this process; each call must be paired with an HttpTerminate with the
    /// same flags (SES-001, observed).
    ///
    /// The first call in a process reads the registry parameters from the environment:
    /// `HTTPSYS_PARAMETERS=file` and `HTTPSYS_<Name>=value`.
    ///
    /// 87 for unknown flags or none (SES-002), and for a parameter in the environment that is
    /// refused, with a line on standard error (assumed); 1306 for a version other than 1.0 and 2.0
    /// (G-101, assumed). The version has no other effect: queues and sessions have their own
    /// (SES-004).
    fn HttpInitialize(version: HTTPAPI_VERSION, flags: u32, reserved: *mut c_void) -> u32,
    needs Nothing {
        reserved_pointer(reserved)?;
        if !matches!(api_version(version), ApiVersion::V1 | ApiVersion::V2) {
            Err(Error::RevisionMismatch)?;
        }
        lifecycle::initialize(flags)
    }

    /// Undoes an HttpInitialize with the same flags. The last call for the server closes
    /// everything: queues with all their handles, URL groups, sessions, connections (G-079, G-171,
    /// assumed).
    ///
    /// 87 for flags that were not passed to HttpInitialize before (G-102, assumed).
    fn HttpTerminate(flags: u32, reserved: *mut c_void) -> u32, needs Nothing {
        reserved_pointer(reserved)?;
        if lifecycle::terminate(flags)? {
            QueueObject::end_all();
        }
        Ok(())
    }
}
