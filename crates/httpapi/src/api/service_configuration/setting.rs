//! HttpServiceConfigSetting: settings of the service.
//!
//! Owns the structures. Does not own the values (`httpsys_core::configuration`). A query is that of cache parameters by
//! analogy: the key in, the value out (assumed, no page has it). Threading: any thread.
#![allow(non_upper_case_globals, reason = "names of http.h")]

use std::ffi::c_void;

use httpsys_core::Error;
use httpsys_core::call::{Control, Query};
use httpsys_core::configuration::{Change, Configuration, ServiceSetting};

use super::answer::{ConfigurationAnswer, record};
use crate::api::property::exact;
use crate::code::{CallResult, ErrorCode};
use crate::lifecycle;
use crate::reason::invalid;
use crate::types::{
    HTTP_SERVICE_CONFIG_SETTING_KEY, HTTP_SERVICE_CONFIG_SETTING_PARAM,
    HTTP_SERVICE_CONFIG_SETTING_SET, HttpTlsThrottle,
};

/// # Safety
/// As [`record`].
pub(super) unsafe fn set(information: *const c_void, length: u32) -> Result<Control, ErrorCode> {
    // SAFETY: by the contract of this function.
    let set: HTTP_SERVICE_CONFIG_SETTING_SET = unsafe { record(information, length) }?;
    Ok(Control::Configure(Change::SetSetting {
        setting: setting(set.KeyDesc)?,
        value: set.ParamDesc,
    }))
}

/// # Safety
/// As [`record`].
pub(super) unsafe fn delete(information: *const c_void, length: u32) -> Result<Control, ErrorCode> {
    // SAFETY: by the contract of this function.
    let set: HTTP_SERVICE_CONFIG_SETTING_SET = unsafe { record(information, length) }?;
    let setting = setting(set.KeyDesc)?;
    Ok(Control::Configure(Change::RemoveSetting { setting }))
}

/// # Safety
/// As [`exact`].
pub(super) unsafe fn query(
    input: *const c_void,
    length: u32,
    answer: ConfigurationAnswer,
) -> CallResult {
    // SAFETY: by the contract of this function.
    let setting = setting(unsafe { exact(input, length) }?)?;
    let configuration: Configuration = lifecycle::service()?
        .query(&Query::Configuration)?
        .try_into()?;
    let value: HTTP_SERVICE_CONFIG_SETTING_PARAM =
        configuration.setting(setting).ok_or(Error::NotFound)?;
    answer.one(value)
}

fn setting(key: HTTP_SERVICE_CONFIG_SETTING_KEY) -> Result<ServiceSetting, ErrorCode> {
    match key {
        HttpTlsThrottle => Ok(ServiceSetting::TlsThrottle),
        _ => Err(invalid("KeyDesc is not an HTTP_SERVICE_CONFIG_SETTING_KEY")),
    }
}
