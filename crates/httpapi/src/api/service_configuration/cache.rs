//! HttpServiceConfigCache: parameters of the response cache.
//!
//! Owns the structures. Does not own the values (`httpsys_core::configuration`), which nothing uses.
//! Threading: any thread.
#![allow(non_upper_case_globals, reason = "names of http.h")]

use std::ffi::c_void;

use httpsys_core::Error;
use httpsys_core::call::{Control, Query};
use httpsys_core::configuration::{CacheParameter, Change, Configuration};

use super::answer::{ConfigurationAnswer, record};
use crate::api::property::exact;
use crate::code::{CallResult, ErrorCode};
use crate::lifecycle;
use crate::reason::invalid;
use crate::types::{
    CacheRangeChunkSize, HTTP_SERVICE_CONFIG_CACHE_KEY, HTTP_SERVICE_CONFIG_CACHE_PARAM,
    HTTP_SERVICE_CONFIG_CACHE_SET, MaxCacheResponseSize,
};

/// # Safety
/// As [`record`].
pub(super) unsafe fn set(information: *const c_void, length: u32) -> Result<Control, ErrorCode> {
    // SAFETY: by the contract of this function.
    let set: HTTP_SERVICE_CONFIG_CACHE_SET = unsafe { record(information, length) }?;
    Ok(Control::Configure(Change::SetCacheParameter {
        parameter: parameter(set.KeyDesc)?,
        bytes: set.ParamDesc,
    }))
}

/// # Safety
/// As [`record`].
pub(super) unsafe fn delete(information: *const c_void, length: u32) -> Result<Control, ErrorCode> {
    // SAFETY: by the contract of this function.
    let set: HTTP_SERVICE_CONFIG_CACHE_SET = unsafe { record(information, length) }?;
    let parameter = parameter(set.KeyDesc)?;
    Ok(Control::Configure(Change::RemoveCacheParameter {
        parameter,
    }))
}

/// # Safety
/// As [`exact`].
pub(super) unsafe fn query(
    input: *const c_void,
    length: u32,
    answer: ConfigurationAnswer,
) -> CallResult {
    // SAFETY: by the contract of this function.
    let parameter = parameter(unsafe { exact(input, length) }?)?;
    let configuration: Configuration = lifecycle::service()?
        .query(&Query::Configuration)?
        .try_into()?;
    let bytes: HTTP_SERVICE_CONFIG_CACHE_PARAM = configuration
        .cache_parameter(parameter)
        .ok_or(Error::NotFound)?;
    answer.one(bytes)
}

fn parameter(key: HTTP_SERVICE_CONFIG_CACHE_KEY) -> Result<CacheParameter, ErrorCode> {
    match key {
        MaxCacheResponseSize => Ok(CacheParameter::MaxCacheResponseSize),
        CacheRangeChunkSize => Ok(CacheParameter::CacheRangeChunkSize),
        _ => Err(invalid("KeyDesc is not an HTTP_SERVICE_CONFIG_CACHE_KEY")),
    }
}
