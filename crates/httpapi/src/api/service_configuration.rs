//! The configuration store.
//!
//! Owns the functions of the family: what all records have in common. The structures of each record
//! are in the submodules; those for certificates are not implemented yet. The store is in the
//! memory of the process. All functions need HTTP_INITIALIZE_CONFIG. Does not own the records
//! (`httpsys_core::configuration`, `httpsys_core::reservation`). Threading: any thread.
#![allow(non_upper_case_globals, reason = "names of http.h")]

use std::ffi::c_void;
use std::sync::atomic::{AtomicU32, Ordering};

use httpsys_core::Error;
use httpsys_core::operation::Control;

use super::reserved_pointer;
use crate::code::{CallResult, ErrorCode};
use crate::entry::{entry, entry_missing};
use crate::lifecycle;
use crate::reason::invalid;
use crate::types::{
    HANDLE, HTTP_SERVICE_CONFIG_ID, HttpServiceConfigCache, HttpServiceConfigIPListenList,
    HttpServiceConfigMax, HttpServiceConfigTimeout, HttpServiceConfigUrlAclInfo, OVERLAPPED,
};

mod answer;
mod cache;
mod ip_listen_list;
mod timeout;
mod url_acl;

use answer::ConfigurationAnswer;

entry! {
    /// Adds a record, for the life of the process:
    ///
    /// - HttpServiceConfigUrlAclInfo, a reservation of a URL prefix. It has a meaning only with the
    ///   parameter `EnforceUrlAcl`; the accounts in the security descriptor are ignored;
    /// - HttpServiceConfigTimeout, the idle or header-wait timeout that sessions inherit (CFG-004);
    ///   0 is refused with 87 (assumed);
    /// - HttpServiceConfigIPListenList, an address to listen on (CFG-003), for ports that are opened
    ///   from now on: as on Windows the list is not dynamic. An address without a listener makes a
    ///   registration unreachable, not an error;
    /// - HttpServiceConfigCache, kept and given back: nothing is cached (G-094).
    ///
    /// 6 for a handle that is not NULL; 122 for a length that is too small; 183 for a record that is
    /// there: it must be deleted first (documented); 87 for NULL, a bad key or value, an OVERLAPPED,
    /// and an unknown record type; 50 for what is not there yet.
    ///
    /// Partial: certificates (SSL records) and HttpServiceConfigSetting are not there; records last
    /// for the life of the process.
    fn HttpSetServiceConfiguration(
        service: HANDLE,
        id: HTTP_SERVICE_CONFIG_ID,
        information: *const c_void,
        length: u32,
        overlapped: *const OVERLAPPED,
    ) -> u32, needs Config {
        check_call(service, overlapped)?;
        // SAFETY: by the contract of the function.
        let call = unsafe {
            match id {
                HttpServiceConfigIPListenList => ip_listen_list::set(information, length),
                HttpServiceConfigUrlAclInfo => url_acl::set(information, length),
                HttpServiceConfigTimeout => timeout::set(information, length),
                HttpServiceConfigCache => cache::set(information, length),
                _ => unknown(id),
            }
        }?;
        lifecycle::service()?.control(call)?;
        Ok(())
    }

    /// Removes a record; only the key of the structure matters. The default of a timeout is in force
    /// again then. 2 for a record that is not there (assumed); otherwise as
    /// HttpSetServiceConfiguration.
    ///
    /// Partial: certificates (SSL records) and HttpServiceConfigSetting are not there.
    fn HttpDeleteServiceConfiguration(
        service: HANDLE,
        id: HTTP_SERVICE_CONFIG_ID,
        information: *const c_void,
        length: u32,
        overlapped: *const OVERLAPPED,
    ) -> u32, needs Config {
        check_call(service, overlapped)?;
        // SAFETY: by the contract of the function.
        let call = unsafe {
            match id {
                HttpServiceConfigIPListenList => ip_listen_list::delete(information, length),
                HttpServiceConfigUrlAclInfo => url_acl::delete(information, length),
                HttpServiceConfigTimeout => timeout::delete(information, length),
                HttpServiceConfigCache => cache::delete(information, length),
                _ => unknown(id),
            }
        }?;
        lifecycle::service()?.control(call)?;
        Ok(())
    }

    /// Asks for a record. A reservation is found by its key, or by the number `dwToken`; the answer
    /// is HTTP_SERVICE_CONFIG_URLACL_SET with its strings behind it. The IP listen list is given
    /// back whole. Of a timeout the answer is the value in force, a default if none was set; of a
    /// cache parameter the record.
    ///
    /// 122 for a buffer that is too small, with the size in `return_length` (the page lists 234,
    /// too; the sample handles 122); 259 at the end of an enumeration; 2 for a record that is not
    /// there; otherwise as HttpSetServiceConfiguration.
    ///
    /// Partial: certificates (SSL records) and HttpServiceConfigSetting are not there.
    fn HttpQueryServiceConfiguration(
        service: HANDLE,
        id: HTTP_SERVICE_CONFIG_ID,
        input: *const c_void,
        input_length: u32,
        output: *mut c_void,
        output_length: u32,
        return_length: *mut u32,
        overlapped: *const OVERLAPPED,
    ) -> u32, needs Config {
        check_call(service, overlapped)?;
        // SAFETY: by the contract of the function; the buffer is not used otherwise during the call.
        let answer = unsafe { ConfigurationAnswer::new(output, output_length, return_length) }?;
        // SAFETY: by the contract of the function.
        unsafe {
            match id {
                HttpServiceConfigIPListenList => ip_listen_list::query(answer),
                HttpServiceConfigUrlAclInfo => url_acl::query(input, input_length, answer),
                HttpServiceConfigTimeout => timeout::query(input, input_length, answer),
                HttpServiceConfigCache => cache::query(input, input_length, answer),
                _ => unknown(id).map(drop),
            }
        }
    }
}

entry_missing! {
    /// Missing: returns ERROR_NOT_SUPPORTED (50); the function is for certificates, which are not
    /// there.
    fn HttpUpdateServiceConfiguration(
        service: HANDLE,
        id: HTTP_SERVICE_CONFIG_ID,
        information: *const c_void,
        length: u32,
        overlapped: *const OVERLAPPED,
    ) -> u32, needs Config = ErrorCode::NOT_SUPPORTED;
}

/// What all functions of the family check first.
fn check_call(service: HANDLE, overlapped: *const OVERLAPPED) -> CallResult {
    if !service.is_null() {
        return Err(Error::InvalidHandle.into());
    }
    reserved_pointer(overlapped.cast())
}

/// A record type that is not there, or that does not exist; says so once for each.
fn unknown(id: HTTP_SERVICE_CONFIG_ID) -> Result<Control, ErrorCode> {
    if !(HttpServiceConfigIPListenList..HttpServiceConfigMax).contains(&id) {
        return Err(invalid("ConfigId is not an HTTP_SERVICE_CONFIG_ID"));
    }
    static SAID: AtomicU32 = AtomicU32::new(0);
    let bit = 1 << id;
    if SAID.fetch_or(bit, Ordering::Relaxed) & bit == 0 {
        tracing::warn!(id, "this configuration record is not implemented");
    }
    Err(ErrorCode::NOT_SUPPORTED)
}
