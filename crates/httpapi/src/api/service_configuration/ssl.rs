//! Certificate records: HttpServiceConfigSSLCertInfo, ...SslSniCertInfo, ...SslCcsCertInfo, ...SslScopedCcsCertInfo.
//!
//! Owns: HTTP_SERVICE_CONFIG_SSL_PARAM with its key, in and out. Does not own keys (`ssl_key`), the records
//! (`httpsys_core::configuration::ssl`) nor certificates. Unsafe code: reading what the structures point at.
//! Threading: any thread.

use std::ffi::c_void;
use std::net::{Ipv4Addr, SocketAddr};

use httpsys_core::call::Query;
use httpsys_core::configuration::Configuration;
use httpsys_core::configuration::ssl::{SslFlags, SslKey, SslKeyKind, SslParameters, SslRecord};

use super::addresses;
use super::answer::{ConfigurationAnswer, record};
use super::packing::Packing;
use super::ssl_key::{self, AskedRecord};
use crate::api::property::exact;
use crate::code::{CallResult, ErrorCode};
use crate::lifecycle;
use crate::pointers;
use crate::reason::{NamedArgument, invalid};
use crate::types::{
    GUID, HTTP_SERVICE_CONFIG_SSL_CCS_KEY, HTTP_SERVICE_CONFIG_SSL_CCS_QUERY,
    HTTP_SERVICE_CONFIG_SSL_CCS_SET, HTTP_SERVICE_CONFIG_SSL_KEY, HTTP_SERVICE_CONFIG_SSL_PARAM,
    HTTP_SERVICE_CONFIG_SSL_QUERY, HTTP_SERVICE_CONFIG_SSL_SET, HTTP_SERVICE_CONFIG_SSL_SNI_KEY,
    HTTP_SERVICE_CONFIG_SSL_SNI_QUERY, HTTP_SERVICE_CONFIG_SSL_SNI_SET,
};

/// A longer hash is none.
const MAX_HASH: u32 = 64;

/// The record that a structure sets.
///
/// # Safety
/// As [`record`], for the structure of the sort of record with all that it points at.
pub(super) unsafe fn read(
    kind: SslKeyKind,
    information: *const c_void,
    length: u32,
) -> Result<SslRecord, ErrorCode> {
    // SAFETY: by the contract of this function.
    unsafe {
        let (key, parameters) = read_set(kind, information, length)?;
        let record = SslRecord {
            key: key?,
            parameters: read_parameters(&parameters)?,
        };
        let checked = record.check();
        checked.map_err(|why| invalid(format!("ParamDesc: {why}")))?;
        Ok(record)
    }
}

/// The key of a structure, whose value does not matter.
///
/// # Safety
/// As [`record`], for the structure of the sort of record with its key.
pub(super) unsafe fn read_key(
    kind: SslKeyKind,
    information: *const c_void,
    length: u32,
) -> Result<SslKey, ErrorCode> {
    // SAFETY: by the contract of this function.
    unsafe { read_set(kind, information, length) }?.0
}

type KeyAndParameters = (Result<SslKey, ErrorCode>, HTTP_SERVICE_CONFIG_SSL_PARAM);

/// # Safety
/// As [`read_key`].
unsafe fn read_set(
    kind: SslKeyKind,
    information: *const c_void,
    length: u32,
) -> Result<KeyAndParameters, ErrorCode> {
    // SAFETY: by the contract of this function.
    unsafe {
        Ok(match kind {
            SslKeyKind::IpPort => {
                let set: HTTP_SERVICE_CONFIG_SSL_SET = record(information, length)?;
                (ssl_key::of_address(&set.KeyDesc), set.ParamDesc)
            }
            SslKeyKind::HostNamePort | SslKeyKind::ScopedCcs => {
                let set: HTTP_SERVICE_CONFIG_SSL_SNI_SET = record(information, length)?;
                (ssl_key::of_host(kind, &set.KeyDesc), set.ParamDesc)
            }
            SslKeyKind::Ccs => {
                let set: HTTP_SERVICE_CONFIG_SSL_CCS_SET = record(information, length)?;
                (ssl_key::of_port(&set.KeyDesc), set.ParamDesc)
            }
        })
    }
}

/// # Safety
/// What the structure points at is valid for reads.
unsafe fn read_parameters(
    param: &HTTP_SERVICE_CONFIG_SSL_PARAM,
) -> Result<SslParameters, ErrorCode> {
    if param.SslHashLength > MAX_HASH {
        return Err(invalid(
            "SslHashLength is more than any hash has: SHA-1 has 20 bytes",
        ));
    }
    // SAFETY: by the contract of this function.
    unsafe {
        let hash = pointers::slice(param.pSslHash.cast::<u8>(), param.SslHashLength as usize);
        Ok(SslParameters {
            hash: hash.named("pSslHash")?.to_vec(),
            app_id: guid_bytes(param.AppId),
            store_name: text(param.pSslCertStoreName).named("pSslCertStoreName")?,
            check_mode: param.DefaultCertCheckMode,
            freshness_seconds: param.DefaultRevocationFreshnessTime,
            url_retrieval_timeout_ms: param.DefaultRevocationUrlRetrievalTimeout,
            ctl_identifier: text(param.pDefaultSslCtlIdentifier)
                .named("pDefaultSslCtlIdentifier")?,
            ctl_store_name: text(param.pDefaultSslCtlStoreName).named("pDefaultSslCtlStoreName")?,
            flags: SslFlags(param.DefaultFlags),
        })
    }
}

/// # Safety
/// As [`pointers::utf16`].
unsafe fn text(text: *const u16) -> Result<Option<String>, ErrorCode> {
    if text.is_null() {
        return Ok(None);
    }
    // SAFETY: by the contract of this function.
    let units = unsafe { pointers::utf16(text) }?;
    let text = String::from_utf16(units);
    text.map(Some).map_err(|_| invalid("is no UTF-16"))
}

/// # Safety
/// As [`exact`], for the structure that asks for this sort of record.
pub(super) unsafe fn query(
    kind: SslKeyKind,
    input: *const c_void,
    length: u32,
    answer: ConfigurationAnswer,
) -> CallResult {
    // SAFETY: by the contract of this function.
    let asked = unsafe { asked(kind, input, length) }?;
    let configuration: Configuration = lifecycle::service()?
        .query(&Query::Configuration)?
        .try_into()?;
    let found = match &asked {
        AskedRecord::Exact(key) => configuration.ssl_of(key).ok_or(ErrorCode::FILE_NOT_FOUND),
        AskedRecord::Next(at) => configuration
            .ssl_at(kind, *at)
            .ok_or(ErrorCode::NO_MORE_ITEMS),
    };
    write(found?, answer)
}

/// # Safety
/// As [`query`].
unsafe fn asked(
    kind: SslKeyKind,
    input: *const c_void,
    length: u32,
) -> Result<AskedRecord, ErrorCode> {
    // SAFETY: by the contract of this function.
    unsafe {
        match kind {
            SslKeyKind::IpPort => {
                let query: HTTP_SERVICE_CONFIG_SSL_QUERY = exact(input, length)?;
                let key = || ssl_key::of_address(&query.KeyDesc);
                AskedRecord::new(query.QueryDesc, key, query.dwToken)
            }
            SslKeyKind::HostNamePort | SslKeyKind::ScopedCcs => {
                let query: HTTP_SERVICE_CONFIG_SSL_SNI_QUERY = exact(input, length)?;
                let key = || ssl_key::of_host(kind, &query.KeyDesc);
                AskedRecord::new(query.QueryDesc, key, query.dwToken)
            }
            SslKeyKind::Ccs => {
                let query: HTTP_SERVICE_CONFIG_SSL_CCS_QUERY = exact(input, length)?;
                let key = || ssl_key::of_port(&query.KeyDesc);
                AskedRecord::new(query.QueryDesc, key, query.dwToken)
            }
        }
    }
}

fn write(record: &SslRecord, answer: ConfigurationAnswer) -> CallResult {
    match &record.key {
        SslKey::IpPort(address) => {
            let mut packing = Packing::behind::<HTTP_SERVICE_CONFIG_SSL_SET>(&answer);
            let set = HTTP_SERVICE_CONFIG_SSL_SET {
                KeyDesc: HTTP_SERVICE_CONFIG_SSL_KEY {
                    pIpPort: packing.bytes(&addresses::bytes_of(*address)),
                },
                ParamDesc: param(&record.parameters, &mut packing),
            };
            packing.write(set, answer)
        }
        SslKey::HostNamePort { name, port } | SslKey::ScopedCcs { name, port } => {
            let mut packing = Packing::behind::<HTTP_SERVICE_CONFIG_SSL_SNI_SET>(&answer);
            let set = HTTP_SERVICE_CONFIG_SSL_SNI_SET {
                KeyDesc: host_key(name, *port, &mut packing),
                ParamDesc: param(&record.parameters, &mut packing),
            };
            packing.write(set, answer)
        }
        SslKey::Ccs(port) => {
            let mut packing = Packing::behind::<HTTP_SERVICE_CONFIG_SSL_CCS_SET>(&answer);
            let set = HTTP_SERVICE_CONFIG_SSL_CCS_SET {
                KeyDesc: port_key(*port),
                ParamDesc: param(&record.parameters, &mut packing),
            };
            packing.write(set, answer)
        }
    }
}

pub(super) fn host_key(
    name: &str,
    port: u16,
    packing: &mut Packing,
) -> HTTP_SERVICE_CONFIG_SSL_SNI_KEY {
    HTTP_SERVICE_CONFIG_SSL_SNI_KEY {
        IpPort: addresses::storage_of(wildcard(port)),
        Host: packing.text(Some(name)),
    }
}

pub(super) fn port_key(port: u16) -> HTTP_SERVICE_CONFIG_SSL_CCS_KEY {
    HTTP_SERVICE_CONFIG_SSL_CCS_KEY {
        LocalAddress: addresses::storage_of(wildcard(port)),
    }
}

fn wildcard(port: u16) -> SocketAddr {
    SocketAddr::from((Ipv4Addr::UNSPECIFIED, port))
}

fn param(value: &SslParameters, packing: &mut Packing) -> HTTP_SERVICE_CONFIG_SSL_PARAM {
    HTTP_SERVICE_CONFIG_SSL_PARAM {
        SslHashLength: value.hash.len() as u32,
        pSslHash: match value.hash.is_empty() {
            true => std::ptr::null_mut(),
            false => packing.bytes(&value.hash),
        },
        AppId: guid(value.app_id),
        pSslCertStoreName: packing.text(value.store_name.as_deref()),
        DefaultCertCheckMode: value.check_mode,
        DefaultRevocationFreshnessTime: value.freshness_seconds,
        DefaultRevocationUrlRetrievalTimeout: value.url_retrieval_timeout_ms,
        pDefaultSslCtlIdentifier: packing.text(value.ctl_identifier.as_deref()),
        pDefaultSslCtlStoreName: packing.text(value.ctl_store_name.as_deref()),
        DefaultFlags: value.flags.0,
    }
}

fn guid_bytes(guid: GUID) -> [u8; 16] {
    let mut bytes = [0; 16];
    bytes[..4].copy_from_slice(&guid.data1.to_le_bytes());
    bytes[4..6].copy_from_slice(&guid.data2.to_le_bytes());
    bytes[6..8].copy_from_slice(&guid.data3.to_le_bytes());
    bytes[8..].copy_from_slice(&guid.data4);
    bytes
}

fn guid(bytes: [u8; 16]) -> GUID {
    let [a, b, c, d, e, f, g, h, rest @ ..] = bytes;
    GUID {
        data1: u32::from_le_bytes([a, b, c, d]),
        data2: u16::from_le_bytes([e, f]),
        data3: u16::from_le_bytes([g, h]),
        data4: rest,
    }
}
