//! HttpServiceConfigTimeout: the timeouts of the service that sessions inherit.
//!
//! Owns the structures. Does not own the values (`httpsys_core::configuration`) or the timers.
//! Threading: any thread.
#![allow(non_upper_case_globals, reason = "names of http.h")]

use std::ffi::c_void;

use httpsys_core::call::{Control, Query};
use httpsys_core::configuration::{Change, Configuration, ServiceTimeout};

use super::answer::{ConfigurationAnswer, record};
use crate::api::property::exact;
use crate::code::{CallResult, ErrorCode};
use crate::lifecycle;
use crate::reason::invalid;
use crate::types::{
    HTTP_SERVICE_CONFIG_TIMEOUT_KEY, HTTP_SERVICE_CONFIG_TIMEOUT_PARAM,
    HTTP_SERVICE_CONFIG_TIMEOUT_SET, HeaderWaitTimeout, IdleConnectionTimeout,
};

/// # Safety
/// As [`record`].
pub(super) unsafe fn set(information: *const c_void, length: u32) -> Result<Control, ErrorCode> {
    // SAFETY: by the contract of this function.
    let set: HTTP_SERVICE_CONFIG_TIMEOUT_SET = unsafe { record(information, length) }?;
    Ok(Control::Configure(Change::SetTimeout {
        timeout: timeout(set.KeyDesc)?,
        seconds: set.ParamDesc,
    }))
}

/// # Safety
/// As [`record`].
pub(super) unsafe fn delete(information: *const c_void, length: u32) -> Result<Control, ErrorCode> {
    // SAFETY: by the contract of this function.
    let set: HTTP_SERVICE_CONFIG_TIMEOUT_SET = unsafe { record(information, length) }?;
    let timeout = timeout(set.KeyDesc)?;
    Ok(Control::Configure(Change::RemoveTimeout { timeout }))
}

/// # Safety
/// As [`exact`].
pub(super) unsafe fn query(
    input: *const c_void,
    length: u32,
    answer: ConfigurationAnswer,
) -> CallResult {
    // SAFETY: by the contract of this function.
    let timeout = timeout(unsafe { exact(input, length) }?)?;
    let configuration: Configuration = lifecycle::service()?
        .query(&Query::Configuration)?
        .try_into()?;
    let seconds: HTTP_SERVICE_CONFIG_TIMEOUT_PARAM = configuration.timeout(timeout);
    answer.one(seconds)
}

fn timeout(key: HTTP_SERVICE_CONFIG_TIMEOUT_KEY) -> Result<ServiceTimeout, ErrorCode> {
    match key {
        IdleConnectionTimeout => Ok(ServiceTimeout::IdleConnection),
        HeaderWaitTimeout => Ok(ServiceTimeout::HeaderWait),
        _ => Err(invalid("KeyDesc is not an HTTP_SERVICE_CONFIG_TIMEOUT_KEY")),
    }
}
