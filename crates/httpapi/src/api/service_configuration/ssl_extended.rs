//! Extended certificate records: the ids that end in Ex.
//!
//! Owns: HTTP_SERVICE_CONFIG_SSL_PARAM_EX with its key, in and out. Does not own keys (`ssl_key`) and the records
//! (`httpsys_core::configuration::ssl_extended`). Unsafe code: the union, and reading what it points at.
//! Threading: any thread.
#![allow(non_upper_case_globals, reason = "names of http.h")]

use std::ffi::c_void;

use httpsys_core::call::Query;
use httpsys_core::configuration::Configuration;
use httpsys_core::configuration::ssl::{SslKey, SslKeyKind};
use httpsys_core::configuration::ssl_extended::{SslExtended, SslExtendedKind, SslExtendedRecord};

use super::addresses;
use super::answer::{ConfigurationAnswer, record};
use super::packing::Packing;
use super::ssl::{host_key, port_key};
use super::ssl_key::{self, AskedRecord};
use crate::api::property::exact;
use crate::code::{CallResult, ErrorCode};
use crate::lifecycle;
use crate::pointers;
use crate::reason::{NamedArgument, invalid};
use crate::types::{
    ExParamTypeCertConfig, ExParamTypeErrorHeaders, ExParamTypeHttp2SettingsLimits,
    ExParamTypeHttp2Window, ExParamTypeHttpPerformance, ExParamTypeTlsRestrictions,
    ExParamTypeTlsSessionTicketKeys, HTTP_CERT_CONFIG_ENTRY, HTTP_CERT_CONFIG_PARAM,
    HTTP_ERROR_HEADERS_PARAM, HTTP_PERFORMANCE_PARAM, HTTP_SERVICE_CONFIG_SSL_CCS_QUERY_EX,
    HTTP_SERVICE_CONFIG_SSL_CCS_SET_EX, HTTP_SERVICE_CONFIG_SSL_KEY_EX,
    HTTP_SERVICE_CONFIG_SSL_PARAM_EX, HTTP_SERVICE_CONFIG_SSL_PARAM_EX_0,
    HTTP_SERVICE_CONFIG_SSL_QUERY_EX, HTTP_SERVICE_CONFIG_SSL_SET_EX,
    HTTP_SERVICE_CONFIG_SSL_SNI_QUERY_EX, HTTP_SERVICE_CONFIG_SSL_SNI_SET_EX,
    HTTP_SSL_SERVICE_CONFIG_EX_PARAM_TYPE, HTTP_UNKNOWN_HEADER, HTTP2_SETTINGS_LIMITS_PARAM,
    HTTP2_WINDOW_SIZE_PARAM,
};

/// More than any record may have: nothing behind it is read.
const MAX_ENTRIES: usize = 64;
const MAX_VALUE: usize = 4096;

/// The record that a structure sets.
///
/// # Safety
/// As [`record`], for the structure of the sort of record with all that it points at.
pub(super) unsafe fn read(
    kind: SslKeyKind,
    information: *const c_void,
    length: u32,
) -> Result<SslExtendedRecord, ErrorCode> {
    // SAFETY: by the contract of this function.
    unsafe {
        let (key, param) = read_set(kind, information, length)?;
        let record = SslExtendedRecord {
            key: key?,
            value: read_value(&param)?,
        };
        let checked = record.check();
        checked.map_err(|why| invalid(format!("ParamDesc: {why}")))?;
        Ok(record)
    }
}

/// The key of a structure, and which of its records is meant.
///
/// # Safety
/// As [`record`], for the structure of the sort of record with its key.
pub(super) unsafe fn read_key(
    kind: SslKeyKind,
    information: *const c_void,
    length: u32,
) -> Result<(SslKey, SslExtendedKind), ErrorCode> {
    // SAFETY: by the contract of this function.
    let (key, param) = unsafe { read_set(kind, information, length) }?;
    Ok((key?, extended_kind(param.ParamType)?))
}

type KeyAndParameter = (Result<SslKey, ErrorCode>, HTTP_SERVICE_CONFIG_SSL_PARAM_EX);

/// # Safety
/// As [`read_key`].
unsafe fn read_set(
    kind: SslKeyKind,
    information: *const c_void,
    length: u32,
) -> Result<KeyAndParameter, ErrorCode> {
    // SAFETY: by the contract of this function.
    unsafe {
        Ok(match kind {
            SslKeyKind::IpPort => {
                let set: HTTP_SERVICE_CONFIG_SSL_SET_EX = record(information, length)?;
                (ssl_key::of_address_ex(&set.KeyDesc), set.ParamDesc)
            }
            SslKeyKind::HostNamePort | SslKeyKind::ScopedCcs => {
                let set: HTTP_SERVICE_CONFIG_SSL_SNI_SET_EX = record(information, length)?;
                (ssl_key::of_host(kind, &set.KeyDesc), set.ParamDesc)
            }
            SslKeyKind::Ccs => {
                let set: HTTP_SERVICE_CONFIG_SSL_CCS_SET_EX = record(information, length)?;
                (ssl_key::of_port(&set.KeyDesc), set.ParamDesc)
            }
        })
    }
}

fn extended_kind(
    param: HTTP_SSL_SERVICE_CONFIG_EX_PARAM_TYPE,
) -> Result<SslExtendedKind, ErrorCode> {
    match param {
        ExParamTypeHttp2Window => Ok(SslExtendedKind::Http2Window),
        ExParamTypeHttp2SettingsLimits => Ok(SslExtendedKind::Http2SettingsLimits),
        ExParamTypeHttpPerformance => Ok(SslExtendedKind::HttpPerformance),
        ExParamTypeErrorHeaders => Ok(SslExtendedKind::ErrorHeaders),
        ExParamTypeCertConfig => Ok(SslExtendedKind::CertConfig),
        ExParamTypeTlsRestrictions | ExParamTypeTlsSessionTicketKeys => {
            tracing::warn!(param, "no page tells what the memory of this ParamType is");
            Err(ErrorCode::NOT_SUPPORTED)
        }
        _ => Err(invalid(
            "ParamType is no HTTP_SSL_SERVICE_CONFIG_EX_PARAM_TYPE",
        )),
    }
}

/// # Safety
/// What the parameter points at is valid for reads.
unsafe fn read_value(param: &HTTP_SERVICE_CONFIG_SSL_PARAM_EX) -> Result<SslExtended, ErrorCode> {
    let kind = extended_kind(param.ParamType)?;
    if param.Flags != 0 {
        return Err(invalid("Flags is not 0: there are none"));
    }
    let union = &param.Anonymous;
    // SAFETY: every member is plain data that any bytes are a value of; the pointers by the contract.
    unsafe {
        Ok(match kind {
            SslExtendedKind::Http2Window => SslExtended::Http2Window {
                receive_window: union.Http2WindowSizeParam.Http2ReceiveWindowSize,
            },
            SslExtendedKind::Http2SettingsLimits => SslExtended::Http2SettingsLimits {
                per_frame: union.Http2SettingsLimitsParam.Http2MaxSettingsPerFrame,
                per_minute: union.Http2SettingsLimitsParam.Http2MaxSettingsPerMinute,
            },
            SslExtendedKind::HttpPerformance => {
                let param = union.HttpPerformanceParam;
                let size = bounded(param.BufferSize as usize, MAX_VALUE, "BufferSize")?;
                let value = pointers::slice(param.Buffer.cast::<u8>(), size).named("Buffer")?;
                SslExtended::HttpPerformance {
                    parameter: param.Type as u32,
                    value: value.to_vec(),
                }
            }
            SslExtendedKind::ErrorHeaders => {
                let param = union.HttpErrorHeadersParam;
                let count = bounded(param.HeaderCount.into(), MAX_ENTRIES, "HeaderCount")?;
                let headers =
                    pointers::slice(param.Headers.cast_const(), count).named("Headers")?;
                let headers: Result<Vec<_>, _> = headers.iter().map(|one| header(one)).collect();
                SslExtended::ErrorHeaders {
                    status: param.StatusCode,
                    headers: headers?,
                }
            }
            SslExtendedKind::CertConfig => {
                let param = union.HttpCertConfigParam;
                let count = bounded(
                    param.CertConfigCount as usize,
                    MAX_ENTRIES,
                    "CertConfigCount",
                )?;
                let entries = pointers::slice(param.CertConfigs.cast_const(), count);
                let entries = entries.named("CertConfigs")?.iter();
                let entries: Result<Vec<_>, _> = entries.map(certificate).collect();
                SslExtended::CertConfig {
                    certificates: entries?,
                }
            }
        })
    }
}

fn bounded(count: usize, most: usize, name: &'static str) -> Result<usize, ErrorCode> {
    match count <= most {
        true => Ok(count),
        false => Err(invalid(format!("{name} is more than {most}"))),
    }
}

/// # Safety
/// Name and value have as many bytes as the structure says.
unsafe fn header(header: &HTTP_UNKNOWN_HEADER) -> Result<(String, String), ErrorCode> {
    // SAFETY: by the contract of this function.
    let (name, value) = unsafe {
        (
            pointers::slice(header.pName.cast::<u8>(), header.NameLength.into()).named("pName")?,
            pointers::slice(header.pRawValue.cast::<u8>(), header.RawValueLength.into())
                .named("pRawValue")?,
        )
    };
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec());
    match (text(name), text(value)) {
        (Ok(name), Ok(value)) => Ok((name, value)),
        _ => Err(invalid("Headers: a name or value is not UTF-8")),
    }
}

fn certificate(entry: &HTTP_CERT_CONFIG_ENTRY) -> Result<([u8; 20], String), ErrorCode> {
    let name = &entry.CertStoreName;
    let end = name.iter().position(|unit| *unit == 0);
    let name = String::from_utf16(&name[..end.unwrap_or(name.len())]);
    let name = name.map_err(|_| invalid("CertStoreName is no UTF-16"))?;
    Ok((entry.CertHash, name))
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
    let (asked, param) = unsafe { asked(kind, input, length) }?;
    let extended = extended_kind(param)?;
    let configuration: Configuration = lifecycle::service()?
        .query(&Query::Configuration)?
        .try_into()?;
    match asked {
        AskedRecord::Exact(key) => {
            let value = configuration.ssl_extended_of(&key, extended);
            write(&key, value.ok_or(ErrorCode::FILE_NOT_FOUND)?, answer)
        }
        AskedRecord::Next(at) => {
            let record = configuration.ssl_extended_at(kind, extended, at);
            let record = record.ok_or(ErrorCode::NO_MORE_ITEMS)?;
            write(&record.key, &record.value, answer)
        }
    }
}

/// # Safety
/// As [`query`].
unsafe fn asked(
    kind: SslKeyKind,
    input: *const c_void,
    length: u32,
) -> Result<(AskedRecord, HTTP_SSL_SERVICE_CONFIG_EX_PARAM_TYPE), ErrorCode> {
    // SAFETY: by the contract of this function.
    unsafe {
        match kind {
            SslKeyKind::IpPort => {
                let query: HTTP_SERVICE_CONFIG_SSL_QUERY_EX = exact(input, length)?;
                let key = || ssl_key::of_address_ex(&query.KeyDesc);
                let asked = AskedRecord::new(query.QueryDesc, key, query.dwToken)?;
                Ok((asked, query.ParamType))
            }
            SslKeyKind::HostNamePort | SslKeyKind::ScopedCcs => {
                let query: HTTP_SERVICE_CONFIG_SSL_SNI_QUERY_EX = exact(input, length)?;
                let key = || ssl_key::of_host(kind, &query.KeyDesc);
                let asked = AskedRecord::new(query.QueryDesc, key, query.dwToken)?;
                Ok((asked, query.ParamType))
            }
            SslKeyKind::Ccs => {
                let query: HTTP_SERVICE_CONFIG_SSL_CCS_QUERY_EX = exact(input, length)?;
                let key = || ssl_key::of_port(&query.KeyDesc);
                let asked = AskedRecord::new(query.QueryDesc, key, query.dwToken)?;
                Ok((asked, query.ParamType))
            }
        }
    }
}

fn write(key: &SslKey, value: &SslExtended, answer: ConfigurationAnswer) -> CallResult {
    match key {
        SslKey::IpPort(address) => {
            let mut packing = Packing::behind::<HTTP_SERVICE_CONFIG_SSL_SET_EX>(&answer);
            let set = HTTP_SERVICE_CONFIG_SSL_SET_EX {
                KeyDesc: HTTP_SERVICE_CONFIG_SSL_KEY_EX {
                    IpPort: addresses::storage_of(*address),
                },
                ParamDesc: param(value, &mut packing),
            };
            packing.write(set, answer)
        }
        SslKey::HostNamePort { name, port } | SslKey::ScopedCcs { name, port } => {
            let mut packing = Packing::behind::<HTTP_SERVICE_CONFIG_SSL_SNI_SET_EX>(&answer);
            let set = HTTP_SERVICE_CONFIG_SSL_SNI_SET_EX {
                KeyDesc: host_key(name, *port, &mut packing),
                ParamDesc: param(value, &mut packing),
            };
            packing.write(set, answer)
        }
        SslKey::Ccs(port) => {
            let mut packing = Packing::behind::<HTTP_SERVICE_CONFIG_SSL_CCS_SET_EX>(&answer);
            let set = HTTP_SERVICE_CONFIG_SSL_CCS_SET_EX {
                KeyDesc: port_key(*port),
                ParamDesc: param(value, &mut packing),
            };
            packing.write(set, answer)
        }
    }
}

fn param(value: &SslExtended, packing: &mut Packing) -> HTTP_SERVICE_CONFIG_SSL_PARAM_EX {
    // SAFETY: integers and pointers, for which zero is a value; what no member writes is zero.
    let mut union: HTTP_SERVICE_CONFIG_SSL_PARAM_EX_0 = unsafe { std::mem::zeroed() };
    let param_type = match value {
        SslExtended::Http2Window { receive_window } => {
            union.Http2WindowSizeParam = HTTP2_WINDOW_SIZE_PARAM {
                Http2ReceiveWindowSize: *receive_window,
            };
            ExParamTypeHttp2Window
        }
        SslExtended::Http2SettingsLimits {
            per_frame,
            per_minute,
        } => {
            union.Http2SettingsLimitsParam = HTTP2_SETTINGS_LIMITS_PARAM {
                Http2MaxSettingsPerFrame: *per_frame,
                Http2MaxSettingsPerMinute: *per_minute,
            };
            ExParamTypeHttp2SettingsLimits
        }
        SslExtended::HttpPerformance { parameter, value } => {
            union.HttpPerformanceParam = HTTP_PERFORMANCE_PARAM {
                Type: *parameter as i32,
                BufferSize: value.len() as u32,
                Buffer: packing.bytes(value),
            };
            ExParamTypeHttpPerformance
        }
        SslExtended::ErrorHeaders { status, headers } => {
            union.HttpErrorHeadersParam = HTTP_ERROR_HEADERS_PARAM {
                StatusCode: *status,
                HeaderCount: headers.len() as u16,
                Headers: pack_headers(headers, packing),
            };
            ExParamTypeErrorHeaders
        }
        SslExtended::CertConfig { certificates } => {
            union.HttpCertConfigParam = HTTP_CERT_CONFIG_PARAM {
                CertConfigCount: certificates.len() as u32,
                CertConfigs: pack_certificates(certificates, packing),
            };
            ExParamTypeCertConfig
        }
    };
    HTTP_SERVICE_CONFIG_SSL_PARAM_EX {
        ParamType: param_type,
        Flags: 0,
        Anonymous: union,
    }
}

fn pack_headers(headers: &[(String, String)], packing: &mut Packing) -> *mut HTTP_UNKNOWN_HEADER {
    let mut bytes = vec![0; size_of::<HTTP_UNKNOWN_HEADER>() * headers.len()];
    let places = bytes.chunks_mut(size_of::<HTTP_UNKNOWN_HEADER>());
    for (place, (name, value)) in places.zip(headers) {
        let header = HTTP_UNKNOWN_HEADER {
            NameLength: name.len() as u16,
            RawValueLength: value.len() as u16,
            pName: packing.bytes(name.as_bytes()),
            pRawValue: packing.bytes(value.as_bytes()),
        };
        pointers::put(place, &header);
    }
    packing.bytes(&bytes)
}

fn pack_certificates(
    certificates: &[([u8; 20], String)],
    packing: &mut Packing,
) -> *mut HTTP_CERT_CONFIG_ENTRY {
    let mut bytes = vec![0; size_of::<HTTP_CERT_CONFIG_ENTRY>() * certificates.len()];
    let places = bytes.chunks_mut(size_of::<HTTP_CERT_CONFIG_ENTRY>());
    for (place, (hash, store)) in places.zip(certificates) {
        let mut entry = HTTP_CERT_CONFIG_ENTRY {
            CertHash: *hash,
            CertStoreName: [0; 128],
        };
        let units = store.encode_utf16();
        for (unit, place) in units.zip(&mut entry.CertStoreName) {
            *place = unit;
        }
        pointers::put(place, &entry);
    }
    packing.bytes(&bytes)
}
