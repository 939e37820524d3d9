//! The configuration store.
//!
//! Owns the functions of the family: what all records have in common, and which records there are. The structures of
//! each are in the submodules. All functions need HTTP_INITIALIZE_CONFIG (CFG-001). Does not own the records
//! (`httpsys_core::configuration`, `httpsys_core::reservation`), nor where they are kept: the file that
//! docs/CONFIGURATION.md describes. Threading: any thread.
#![allow(non_upper_case_globals, reason = "names of http.h")]

use std::ffi::c_void;

use httpsys_core::Error;
use httpsys_core::call::Control;
use httpsys_core::configuration::Change;

use super::reserved_pointer;
use crate::code::CallResult;
use crate::entry::entry;
use crate::lifecycle;
use crate::reason::invalid;
use crate::types::{
    HANDLE, HTTP_SERVICE_CONFIG_ID, HttpServiceConfigCache, HttpServiceConfigIPListenList,
    HttpServiceConfigSetting, HttpServiceConfigTimeout, HttpServiceConfigUrlAclInfo, OVERLAPPED,
};

mod addresses;
mod answer;
mod cache;
mod ip_listen_list;
mod packing;
mod setting;
mod ssl;
mod ssl_extended;
mod ssl_key;
mod timeout;
mod url_acl;

use answer::ConfigurationAnswer;
use ssl_key::record_type;

entry! {
    /// Adds a record to the configuration store, which all programs of the user share. The id says
    /// what kind of record it is:
    ///
    /// - HttpServiceConfigUrlAclInfo: a reservation of a URL prefix. It has an effect only with the
    ///   parameter `EnforceUrlAcl`. The accounts in the security descriptor are ignored, but the
    ///   descriptor must be valid: otherwise the call fails with 87, 1336 or 1337 (G-132);
    /// - HttpServiceConfigTimeout: the idle or header-wait timeout that sessions inherit (CFG-004);
    ///   0 is refused with 87 (assumed);
    /// - HttpServiceConfigIPListenList: an address to listen on (CFG-003), for ports that are
    ///   opened afterwards: as on Windows, the list is not dynamic. An address on which nothing can
    ///   listen makes a registration unreachable, but does not cause an error;
    /// - HttpServiceConfigCache: MaxCacheResponseSize is the length in bytes above which a response
    ///   is not cached (G-246); CacheRangeChunkSize is stored and returned, but has no effect;
    /// - HttpServiceConfigSetting: stored and returned, without effect;
    /// - HttpServiceConfigSSLCertInfo, ...SslSniCertInfo, ...SslCcsCertInfo and
    ///   ...SslScopedCcsCertInfo: the certificate of an endpoint, for connections that are made
    ///   afterwards. A certificate that is not in its store or has no key is refused with 1312
    ///   (documented); an expired one is accepted, with a warning;
    /// - the same ids with the ending Ex: extended parameters of an endpoint. If the endpoint has
    ///   no certificate record, the call fails with 2 (assumed). The types
    ///   ExParamTypeTlsRestrictions and ExParamTypeTlsSessionTicketKeys are refused with 50, since
    ///   the layout of their memory is not documented (G-216).
    ///
    /// 6 for a handle that is not NULL; 122 for a length that is too small; 183 for a record that
    /// exists: it must be deleted first (documented), or updated; 87 for NULL, an invalid key or
    /// value, an OVERLAPPED, and an unknown record type. 1009, 1016, 112 and 5 when the store's
    /// file is invalid, cannot be reached, does not fit on the disk, or belongs to another user.
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
            match (id, record_type(id)) {
                (_, Some(record)) if record.is_extended => {
                    let record = ssl_extended::read(record.key, information, length)?;
                    Control::Configure(Change::AddSslExtended(record))
                }
                (_, Some(record)) => {
                    let record = ssl::read(record.key, information, length)?;
                    Control::Configure(Change::AddSsl(record))
                }
                (HttpServiceConfigIPListenList, _) => ip_listen_list::set(information, length)?,
                (HttpServiceConfigUrlAclInfo, _) => url_acl::set(information, length)?,
                (HttpServiceConfigTimeout, _) => timeout::set(information, length)?,
                (HttpServiceConfigCache, _) => cache::set(information, length)?,
                (HttpServiceConfigSetting, _) => setting::set(information, length)?,
                _ => return unknown(),
            }
        };
        lifecycle::service()?.control(call)?;
        Ok(())
    }

    /// Replaces the value of a certificate record in one step: a connection gets either the old or
    /// the new certificate. Only certificate records can be updated (documented). 87 for other
    /// record types; 2 for a record that does not exist. The other error codes are those of
    /// HttpSetServiceConfiguration.
    fn HttpUpdateServiceConfiguration(
        service: HANDLE,
        id: HTTP_SERVICE_CONFIG_ID,
        information: *const c_void,
        length: u32,
        overlapped: *const OVERLAPPED,
    ) -> u32, needs Config {
        check_call(service, overlapped)?;
        let Some(record) = record_type(id) else {
            return Err(invalid("ConfigId is none of a certificate record, and only those can be updated"));
        };
        // SAFETY: by the contract of the function.
        let change = unsafe {
            match record.is_extended {
                true => Change::UpdateSslExtended(ssl_extended::read(record.key, information, length)?),
                false => Change::UpdateSsl(ssl::read(record.key, information, length)?),
            }
        };
        lifecycle::service()?.control(Control::Configure(change))?;
        Ok(())
    }

    /// Removes a record; only the key in the structure matters and, for an extended record, also
    /// ParamType. Removing a timeout restores its default; removing a certificate record also
    /// removes the extended records of its key (assumed). 2 for a record that does not exist
    /// (assumed). The other error codes are those of HttpSetServiceConfiguration.
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
            match (id, record_type(id)) {
                (_, Some(record)) if record.is_extended => {
                    let (key, kind) = ssl_extended::read_key(record.key, information, length)?;
                    Control::Configure(Change::RemoveSslExtended { key, kind })
                }
                (_, Some(record)) => {
                    let key = ssl::read_key(record.key, information, length)?;
                    Control::Configure(Change::RemoveSsl(key))
                }
                (HttpServiceConfigIPListenList, _) => ip_listen_list::delete(information, length)?,
                (HttpServiceConfigUrlAclInfo, _) => url_acl::delete(information, length)?,
                (HttpServiceConfigTimeout, _) => timeout::delete(information, length)?,
                (HttpServiceConfigCache, _) => cache::delete(information, length)?,
                (HttpServiceConfigSetting, _) => setting::delete(information, length)?,
                _ => return unknown(),
            }
        };
        lifecycle::service()?.control(call)?;
        Ok(())
    }

    /// Queries a record. Reservations and certificate records are found by their key, or by the
    /// number `dwToken`. The result is the structure that sets the record, followed by everything
    /// that it points to. The IP listen list is returned as a whole. For a timeout, the result is
    /// the value in effect, which is the default if none was set; for a cache parameter and a
    /// setting, it is the record.
    ///
    /// 122 for a buffer that is too small, with the required size in `return_length` (Microsoft's
    /// page lists 234, too; its sample handles 122); 259 at the end of an enumeration; 2 for a
    /// record that does not exist. The other error codes are those of HttpSetServiceConfiguration.
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
            match (id, record_type(id)) {
                (_, Some(record)) if record.is_extended => {
                    ssl_extended::query(record.key, input, input_length, answer)
                }
                (_, Some(record)) => ssl::query(record.key, input, input_length, answer),
                (HttpServiceConfigIPListenList, _) => ip_listen_list::query(answer),
                (HttpServiceConfigUrlAclInfo, _) => url_acl::query(input, input_length, answer),
                (HttpServiceConfigTimeout, _) => timeout::query(input, input_length, answer),
                (HttpServiceConfigCache, _) => cache::query(input, input_length, answer),
                (HttpServiceConfigSetting, _) => setting::query(input, input_length, answer),
                _ => unknown(),
            }
        }
    }
}

/// What all functions of the family check first.
fn check_call(service: HANDLE, overlapped: *const OVERLAPPED) -> CallResult {
    if !service.is_null() {
        return Err(Error::InvalidHandle.into());
    }
    reserved_pointer(overlapped.cast())
}

/// A record type that does not exist.
fn unknown() -> CallResult {
    Err(invalid("ConfigId is not an HTTP_SERVICE_CONFIG_ID"))
}
