//! Addresses in records: SOCKADDR in the layout of Windows.
//!
//! Owns: reading one through a pointer or out of SOCKADDR_STORAGE, and its bytes. Does not own what it is for. Unsafe
//! code: reading the program's address. Threading: any thread.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::ptr;

use crate::code::ErrorCode;
use crate::pointers;
use crate::reason::{NamedArgument, invalid};
use crate::types::{AF_INET, AF_INET6, SOCKADDR, SOCKADDR_STORAGE};

/// Where the address is in SOCKADDR_IN and in SOCKADDR_IN6, and the sizes of these.
const PORT_AT: usize = 2;
const IPV4_AT: usize = 4;
const IPV4_SIZE: usize = 16;
const IPV6_AT: usize = 8;
const IPV6_SIZE: usize = 28;

const NONE: &str = "is neither SOCKADDR_IN nor SOCKADDR_IN6, or its length is too short for it";

/// The address in the bytes of a SOCKADDR; the port is in network byte order.
pub(super) fn read(bytes: &[u8]) -> Result<SocketAddr, ErrorCode> {
    let family = bytes.first_chunk().copied().map(u16::from_ne_bytes);
    let port = bytes.get(PORT_AT..).and_then(<[u8]>::first_chunk);
    let ip: Option<IpAddr> = match family {
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
    match (ip, port) {
        (Some(ip), Some(port)) => Ok(SocketAddr::new(ip, u16::from_be_bytes(*port))),
        _ => Err(invalid(NONE)),
    }
}

/// The address at a pointer, whose size follows from its family.
///
/// # Safety
/// `address` is NULL or points to a SOCKADDR_IN, a SOCKADDR_IN6 or the two bytes of another family.
pub(super) unsafe fn read_at(address: *const SOCKADDR) -> Result<SocketAddr, ErrorCode> {
    // SAFETY: by the contract there is a family; of any alignment.
    let family = unsafe { pointers::slice(address.cast::<u8>(), size_of::<u16>()) };
    let family = family.named("pIpPort")?;
    let size = match family.first_chunk().copied().map(u16::from_ne_bytes) {
        Some(AF_INET) => IPV4_SIZE,
        Some(AF_INET6) => IPV6_SIZE,
        _ => return Err(invalid(NONE)).named("pIpPort"),
    };
    // SAFETY: by the contract an address of this family is there.
    read(unsafe { pointers::slice(address.cast::<u8>(), size) }.named("pIpPort")?).named("pIpPort")
}

/// The port of an address that has to be the wildcard of IPv4 (documented).
pub(super) fn wildcard_port(storage: &SOCKADDR_STORAGE) -> Result<u16, ErrorCode> {
    // SAFETY: the structure is plain bytes without padding.
    let bytes: &[u8; size_of::<SOCKADDR_STORAGE>()] = unsafe { &*ptr::from_ref(storage).cast() };
    match read(bytes)? {
        SocketAddr::V4(address) if *address.ip() == Ipv4Addr::UNSPECIFIED => Ok(address.port()),
        _ => Err(invalid("is not the address 0.0.0.0 of IPv4 with a port")),
    }
}

/// The address in SOCKADDR_STORAGE.
pub(super) fn read_storage(storage: &SOCKADDR_STORAGE) -> Result<SocketAddr, ErrorCode> {
    // SAFETY: the structure is plain bytes without padding.
    let bytes: &[u8; size_of::<SOCKADDR_STORAGE>()] = unsafe { &*ptr::from_ref(storage).cast() };
    read(bytes)
}

/// The bytes of SOCKADDR_IN or SOCKADDR_IN6.
pub(super) fn bytes_of(address: SocketAddr) -> Vec<u8> {
    let (family, size) = match address {
        SocketAddr::V4(_) => (AF_INET, IPV4_SIZE),
        SocketAddr::V6(_) => (AF_INET6, IPV6_SIZE),
    };
    let mut bytes = family.to_ne_bytes().to_vec();
    bytes.extend(address.port().to_be_bytes());
    bytes.resize(size, 0);
    match address.ip() {
        IpAddr::V4(ip) => bytes[IPV4_AT..][..4].copy_from_slice(&ip.octets()),
        IpAddr::V6(ip) => bytes[IPV6_AT..][..16].copy_from_slice(&ip.octets()),
    }
    bytes
}

/// The same in SOCKADDR_STORAGE.
pub(super) fn storage_of(address: SocketAddr) -> SOCKADDR_STORAGE {
    let mut bytes = [0_u8; size_of::<SOCKADDR_STORAGE>()];
    let own = bytes_of(address);
    bytes[..own.len()].copy_from_slice(&own);
    // SAFETY: as many bytes, each of which is a value of the structure's integers.
    unsafe {
        ptr::from_ref(&bytes)
            .cast::<SOCKADDR_STORAGE>()
            .read_unaligned()
    }
}
