//! The 44 functions of http.h, one module per family; docs/COMPATIBILITY.md lists the state of
//! each. `counters`, `diagnosis` and `extension` have the functions of httpsys/extension.h.
//!
//! Owns the exported functions: pointers and flags are checked here, and reserved arguments must be
//! 0 or NULL (G-103). Does not own what the calls do. Every function runs inside the gate of
//! `entry`. Threading: any thread.

pub mod cache;
pub mod cancel;
pub mod client_certificate;
pub mod counters;
pub mod delegation;
pub mod demand;
pub mod diagnosis;
pub mod disconnect;
pub mod extension;
pub mod feature;
pub mod initialize;
pub(crate) mod property;
pub mod push;
pub mod receive_entity_body;
pub mod receive_request;
pub mod request_property;
pub mod request_queue;
pub mod send_response;
pub mod server_session;
pub mod service_configuration;
#[cfg(feature = "sim")]
pub mod simulation;
pub mod strict;
pub mod url;
pub mod url_group;

use std::ffi::c_void;

use crate::code::CallResult;
use crate::reason::invalid;

/// G-103: reserved arguments are 0.
fn reserved(value: u32) -> CallResult {
    if value == 0 {
        Ok(())
    } else {
        Err(invalid(format!("a reserved argument is {value:#x}, not 0")))
    }
}

/// G-103: reserved pointers are NULL.
fn reserved_pointer(value: *const c_void) -> CallResult {
    if value.is_null() {
        Ok(())
    } else {
        Err(invalid("a reserved pointer is not NULL"))
    }
}

/// G-036: flags that the function does not have give 87.
fn check_flags(flags: u32, known: u32) -> CallResult {
    if flags & !known == 0 {
        Ok(())
    } else {
        Err(invalid(format!(
            "Flags is {flags:#x}: the function has no flag {:#x}",
            flags & !known
        )))
    }
}

/// The version of an object as the service has it.
fn version(version: crate::types::HTTPAPI_VERSION) -> httpsys_core::call::ApiVersion {
    httpsys_core::call::ApiVersion {
        major: version.HttpApiMajorVersion,
        minor: version.HttpApiMinorVersion,
    }
}
