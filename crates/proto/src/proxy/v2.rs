//! Version 2 of the PROXY header: binary, with vectors of type, length and value (TLV) behind the addresses.
//!
//! Owns the layout, and the checksum if there is one. Only the bounds of the other vectors are checked. Does not own
//! reading (`reader.rs`). Source: section 2.2 of the specification. Threading: plain values.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};

use super::crc32c::crc32c;
use super::{ProxyFault, ProxyHeader};

/// What the header begins with.
pub(super) const SIGNATURE: &[u8] = b"\r\n\r\n\0\r\nQUIT\n";

/// The bytes before the addresses.
const FRONT: usize = 16;

/// PP2_TYPE_CRC32C.
const CRC32C: u8 = 3;

/// Looks at a header that has got one more byte, before which there was no fault. `None`: the header goes on.
pub(super) fn look(bytes: &[u8]) -> Result<Option<ProxyHeader>, ProxyFault> {
    match bytes.len() {
        13 => check_command(bytes[12])?,
        14 => check_protocol(bytes[12], bytes[13])?,
        FRONT if length(bytes) < FRONT + address_length(bytes) => {
            return Err(ProxyFault::Invalid(
                "the length is too short for the addresses",
            ));
        }
        _ => {}
    }
    if bytes.len() < FRONT || bytes.len() < length(bytes) {
        return Ok(None);
    }
    parse(bytes).map(Some)
}

/// The length of the header; the least that it can be as long as its length has not come.
pub(super) fn length(bytes: &[u8]) -> usize {
    match bytes.get(14..FRONT) {
        Some(length) => FRONT + usize::from(u16::from_be_bytes([length[0], length[1]])),
        None => FRONT,
    }
}

fn check_command(command: u8) -> Result<(), ProxyFault> {
    match (command >> 4, command & 15) {
        (2, 0 | 1) => Ok(()),
        (2, _) => Err(ProxyFault::Invalid(
            "the command is neither LOCAL nor PROXY",
        )),
        _ => Err(ProxyFault::Invalid("the version is not 2")),
    }
}

fn is_local(command: u8) -> bool {
    command & 15 == 0
}

fn check_protocol(command: u8, protocol: u8) -> Result<(), ProxyFault> {
    match (protocol >> 4, protocol & 15) {
        // Its family is ignored.
        _ if is_local(command) => Ok(()),
        (0..=3, 0..=2) => Ok(()),
        _ => Err(ProxyFault::Invalid(
            "the address family or protocol is not known",
        )),
    }
}

/// The length of the addresses; 0 where none are to be read.
fn address_length(bytes: &[u8]) -> usize {
    match bytes[13] {
        _ if is_local(bytes[12]) => 0,
        0x11 | 0x12 => 12,
        0x21 | 0x22 => 36,
        0x31 | 0x32 => 216,
        _ => 0,
    }
}

/// A whole header.
fn parse(bytes: &[u8]) -> Result<ProxyHeader, ProxyFault> {
    let addresses = address_length(bytes);
    if addresses == 0 {
        // LOCAL and UNSPEC: the block is skipped, whatever it is.
        return Ok(ProxyHeader::Own);
    }
    check_vectors(bytes, FRONT + addresses)?;
    let block = &bytes[FRONT..FRONT + addresses];
    Ok(match bytes[13] {
        0x11 => pair::<4, Ipv4Addr>(block),
        0x21 => pair::<16, Ipv6Addr>(block),
        // Datagrams and UNIX sockets do not carry HTTP from a client with an IP address: as UNSPEC.
        _ => ProxyHeader::Own,
    })
}

/// Two addresses of `N` bytes and two ports.
fn pair<const N: usize, A>(block: &[u8]) -> ProxyHeader
where
    A: From<[u8; N]>,
    std::net::IpAddr: From<A>,
{
    let address = |at: usize| -> A {
        let mut address = [0; N];
        address.copy_from_slice(&block[at..at + N]);
        address.into()
    };
    let port = |at: usize| u16::from_be_bytes([block[at], block[at + 1]]);
    ProxyHeader::Proxied {
        source: SocketAddr::new(address(0).into(), port(2 * N)),
        destination: SocketAddr::new(address(N).into(), port(2 * N + 2)),
    }
}

/// Checks the bounds of the vectors, and the checksum if one of them is one.
fn check_vectors(bytes: &[u8], from: usize) -> Result<(), ProxyFault> {
    let mut at = from;
    let mut checksum = None;
    while at < bytes.len() {
        let Some([kind, high, low]) = bytes.get(at..at + 3) else {
            return Err(ProxyFault::Invalid("a TLV reaches beyond the header"));
        };
        let value = at + 3;
        at = value + usize::from(u16::from_be_bytes([*high, *low]));
        if at > bytes.len() {
            return Err(ProxyFault::Invalid("a TLV reaches beyond the header"));
        }
        let is_checksum = *kind == CRC32C;
        if is_checksum && (at - value != 4 || checksum.replace(value).is_some()) {
            return Err(ProxyFault::Invalid(
                "the checksum does not have 4 bytes, or is there twice",
            ));
        }
    }
    let Some(checksum) = checksum else {
        return Ok(());
    };
    let (front, rest) = bytes.split_at(checksum);
    let (sent, back) = rest.split_at(4);
    if crc32c([front, &[0; 4], back]).to_be_bytes() != sent {
        return Err(ProxyFault::Invalid("the checksum is wrong"));
    }
    Ok(())
}
