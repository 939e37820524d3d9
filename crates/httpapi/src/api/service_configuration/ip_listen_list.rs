//! HttpServiceConfigIPListenList: the addresses that the service listens on.
//!
//! Owns the structures. Does not own the list (`httpsys_core::configuration`) or listeners (the
//! engine). Addresses have the Windows layout; their ports are ignored. Unsafe code: reading the
//! addresses. Threading: any thread.

use std::ffi::c_void;
use std::mem::offset_of;
use std::net::{IpAddr, SocketAddr};

use httpsys_core::call::{Control, Query};
use httpsys_core::configuration::{Change, Configuration};

use super::addresses;
use super::answer::{ConfigurationAnswer, record};
use crate::code::{CallResult, ErrorCode};
use crate::lifecycle;
use crate::pointers;
use crate::reason::NamedArgument;
use crate::types::{
    HTTP_SERVICE_CONFIG_IP_LISTEN_PARAM, HTTP_SERVICE_CONFIG_IP_LISTEN_QUERY, SOCKADDR_STORAGE,
};

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
        let address = addresses::storage_of(SocketAddr::new(*address, 0));
        answer.buffer.put(at, &[address]);
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
    Ok(addresses::read(bytes).named("pAddress")?.ip())
}
