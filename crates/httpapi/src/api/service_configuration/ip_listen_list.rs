//! HttpServiceConfigIPListenList: the addresses that the service listens on.
//!
//! Owns the structures. Does not own the list (`httpsys_core::configuration`) or listeners (the
//! engine). Addresses have the Windows layout; their ports are ignored. Unsafe code: reading the
//! addresses. Threading: any thread.

use std::ffi::c_void;
use std::mem::offset_of;
use std::net::IpAddr;

use httpsys_core::call::{Control, Query};
use httpsys_core::configuration::{Change, Configuration};

use super::answer::{ConfigurationAnswer, record};
use crate::code::{CallResult, ErrorCode};
use crate::lifecycle;
use crate::pointers;
use crate::reason::{NamedArgument, invalid};
use crate::types::{
    AF_INET, AF_INET6, HTTP_SERVICE_CONFIG_IP_LISTEN_PARAM, HTTP_SERVICE_CONFIG_IP_LISTEN_QUERY,
    SOCKADDR_STORAGE,
};

/// Where the address is in SOCKADDR_IN and in SOCKADDR_IN6, and the sizes of these.
const IPV4_AT: usize = 4;
const IPV4_SIZE: usize = 16;
const IPV6_AT: usize = 8;
const IPV6_SIZE: usize = 28;

/// # Safety
/// As [`record`], for a HTTP_SERVICE_CONFIG_IP_LISTEN_PARAM with its address.
pub(super) unsafe fn set(information: *const c_void, length: u32) -> Result<Control, ErrorCode> {
    // SAFETY: by the contract of this function.
    let address = unsafe { address(information, length) }?;
    Ok(Control::Configure(Change::AddListenAddress(address)))
}

/// # Safety
/// As [`set`].
pub(super) unsafe fn delete(information: *const c_void, length: u32) -> Result<Control, ErrorCode> {
    // SAFETY: by the contract of this function.
    let address = unsafe { address(information, length) }?;
    Ok(Control::Configure(Change::RemoveListenAddress(address)))
}

/// The whole list; what the input says is not looked at (documented: there is none).
pub(super) fn query(mut answer: ConfigurationAnswer) -> CallResult {
    const HEAD: usize = offset_of!(HTTP_SERVICE_CONFIG_IP_LISTEN_QUERY, AddrList);
    const SIZE: usize = size_of::<SOCKADDR_STORAGE>();
    let configuration: Configuration = lifecycle::service()?
        .query(&Query::Configuration)?
        .try_into()?;
    let list = configuration.listen_addresses();
    let needed = HEAD + list.len() * SIZE;
    answer.reserve(needed)?;
    answer.buffer.bytes_from(0)[..needed].fill(0);
    answer.buffer.put(0, &[list.len() as u32]);
    for (number, address) in list.iter().enumerate() {
        let at = HEAD + number * SIZE;
        match address {
            IpAddr::V4(v4) => {
                answer.buffer.put(at, &[AF_INET]);
                answer.buffer.put(at + IPV4_AT, &v4.octets());
            }
            IpAddr::V6(v6) => {
                answer.buffer.put(at, &[AF_INET6]);
                answer.buffer.put(at + IPV6_AT, &v6.octets());
            }
        }
    }
    Ok(())
}

/// The address of a record.
///
/// # Errors
/// 87 for another family and for a length that is too short for its own.
///
/// # Safety
/// As [`set`].
unsafe fn address(information: *const c_void, length: u32) -> Result<IpAddr, ErrorCode> {
    // SAFETY: by the contract of this function.
    let bytes = unsafe {
        let param: HTTP_SERVICE_CONFIG_IP_LISTEN_PARAM = record(information, length)?;
        pointers::slice(param.pAddress.cast::<u8>(), param.AddrLength.into()).named("pAddress")?
    };
    let family = bytes.first_chunk().copied().map(u16::from_ne_bytes);
    let address = match family {
        Some(AF_INET) if bytes.len() >= IPV4_SIZE => {
            let octets = bytes[IPV4_AT..].first_chunk::<4>();
            octets.map(|octets| IpAddr::from(*octets))
        }
        Some(AF_INET6) if bytes.len() >= IPV6_SIZE => {
            let octets = bytes[IPV6_AT..].first_chunk::<16>();
            octets.map(|octets| IpAddr::from(*octets))
        }
        _ => None,
    };
    address.ok_or_else(|| {
        invalid(
            "pAddress is neither SOCKADDR_IN nor SOCKADDR_IN6, or AddrLength is too short for it",
        )
    })
}
