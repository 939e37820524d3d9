//! The keys of certificate records in their structures, and how records are asked for.
//!
//! Owns: which structure each of the four sorts of record has for its key, for setting and for asking. Does not own
//! the values (`ssl`, `ssl_extended`). There is no page on the structures of HttpServiceConfigSslScopedCcsCertInfo:
//! those of host names are taken (assumed, G-215). Unsafe code: reading what the keys point at. Threading: any thread.
#![allow(non_upper_case_globals, reason = "names of http.h")]

use httpsys_core::configuration::ssl::{SslKey, SslKeyKind};

use super::addresses;
use crate::code::ErrorCode;
use crate::pointers;
use crate::reason::{NamedArgument, invalid};
use crate::types::{
    HTTP_SERVICE_CONFIG_ID, HTTP_SERVICE_CONFIG_QUERY_TYPE, HTTP_SERVICE_CONFIG_SSL_CCS_KEY,
    HTTP_SERVICE_CONFIG_SSL_KEY, HTTP_SERVICE_CONFIG_SSL_KEY_EX, HTTP_SERVICE_CONFIG_SSL_SNI_KEY,
    HttpServiceConfigQueryExact, HttpServiceConfigQueryNext, HttpServiceConfigSSLCertInfo,
    HttpServiceConfigSslCcsCertInfo, HttpServiceConfigSslCcsCertInfoEx,
    HttpServiceConfigSslCertInfoEx, HttpServiceConfigSslScopedCcsCertInfo,
    HttpServiceConfigSslScopedCcsCertInfoEx, HttpServiceConfigSslSniCertInfo,
    HttpServiceConfigSslSniCertInfoEx,
};

/// A type of certificate record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct SslRecordType {
    pub(super) key: SslKeyKind,
    pub(super) is_extended: bool,
}

/// `None` for the ids of other records.
pub(super) fn record_type(id: HTTP_SERVICE_CONFIG_ID) -> Option<SslRecordType> {
    let (key, is_extended) = match id {
        HttpServiceConfigSSLCertInfo => (SslKeyKind::IpPort, false),
        HttpServiceConfigSslSniCertInfo => (SslKeyKind::HostNamePort, false),
        HttpServiceConfigSslCcsCertInfo => (SslKeyKind::Ccs, false),
        HttpServiceConfigSslScopedCcsCertInfo => (SslKeyKind::ScopedCcs, false),
        HttpServiceConfigSslCertInfoEx => (SslKeyKind::IpPort, true),
        HttpServiceConfigSslSniCertInfoEx => (SslKeyKind::HostNamePort, true),
        HttpServiceConfigSslCcsCertInfoEx => (SslKeyKind::Ccs, true),
        HttpServiceConfigSslScopedCcsCertInfoEx => (SslKeyKind::ScopedCcs, true),
        _ => return None,
    };
    Some(SslRecordType { key, is_extended })
}

/// Which record is asked for.
#[derive(Debug)]
pub(super) enum AskedRecord {
    /// The one of this key.
    Exact(SslKey),
    /// The one with this number.
    Next(usize),
}

impl AskedRecord {
    /// `key` is looked at only where it counts.
    pub(super) fn new(
        kind: HTTP_SERVICE_CONFIG_QUERY_TYPE,
        key: impl FnOnce() -> Result<SslKey, ErrorCode>,
        token: u32,
    ) -> Result<AskedRecord, ErrorCode> {
        match kind {
            HttpServiceConfigQueryExact => Ok(AskedRecord::Exact(key()?)),
            HttpServiceConfigQueryNext => Ok(AskedRecord::Next(token as usize)),
            _ => Err(invalid(
                "QueryDesc is neither HttpServiceConfigQueryExact nor HttpServiceConfigQueryNext",
            )),
        }
    }
}

/// # Safety
/// As [`addresses::read_at`].
pub(super) unsafe fn of_address(key: &HTTP_SERVICE_CONFIG_SSL_KEY) -> Result<SslKey, ErrorCode> {
    // SAFETY: by the contract of this function.
    checked(SslKey::IpPort(unsafe { addresses::read_at(key.pIpPort) }?))
}

pub(super) fn of_address_ex(key: &HTTP_SERVICE_CONFIG_SSL_KEY_EX) -> Result<SslKey, ErrorCode> {
    checked(SslKey::IpPort(
        addresses::read_storage(&key.IpPort).named("KeyDesc.IpPort")?,
    ))
}

/// # Safety
/// The host is NULL or a string.
pub(super) unsafe fn of_host(
    kind: SslKeyKind,
    key: &HTTP_SERVICE_CONFIG_SSL_SNI_KEY,
) -> Result<SslKey, ErrorCode> {
    let port = addresses::wildcard_port(&key.IpPort).named("KeyDesc.IpPort")?;
    // SAFETY: by the contract of this function.
    let host = unsafe { pointers::utf16(key.Host) }.named("KeyDesc.Host")?;
    let host = String::from_utf16_lossy(host);
    let made = match kind {
        SslKeyKind::ScopedCcs => SslKey::scoped_ccs(&host, port),
        _ => SslKey::host_name_port(&host, port),
    };
    made.map_err(|why| invalid(format!("KeyDesc: {why}")))
}

pub(super) fn of_port(key: &HTTP_SERVICE_CONFIG_SSL_CCS_KEY) -> Result<SslKey, ErrorCode> {
    let port = addresses::wildcard_port(&key.LocalAddress).named("KeyDesc.LocalAddress")?;
    checked(SslKey::Ccs(port))
}

fn checked(key: SslKey) -> Result<SslKey, ErrorCode> {
    match key.check() {
        Ok(()) => Ok(key),
        Err(why) => Err(invalid(format!("KeyDesc: {why}"))),
    }
}
