//! Socket addresses as text, in the Windows layout.
//!
//! Owns the conversion between Windows-layout sockaddr bytes and strings, and the WSAStartup count.
//! Does not own sockets. Address families: 2 (AF_INET) and 23 (AF_INET6) as on Windows; the native
//! numbers of AF_INET6 on Linux (10) and macOS (30) are accepted on input. Unlike on Windows the
//! conversions do not need WSAStartup. Threading: any thread.

use std::fmt::Write;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6};

use httpsys_socket::lock::Mutex;
use httpsys_socket::process::PerProcess;

use crate::status::{Code, WSAEFAULT, WSAEINVAL, WSANOTINITIALISED, WSAVERNOTSUPPORTED};

/// AF_INET.
pub const AF_INET: u16 = 2;
/// AF_INET6 on Windows.
pub const AF_INET6: u16 = 23;
/// sizeof(SOCKADDR_IN).
pub const SOCKADDR_IN_BYTES: usize = 16;
/// sizeof(SOCKADDR_IN6).
pub const SOCKADDR_IN6_BYTES: usize = 28;

static STARTED: PerProcess<Mutex<u32>> = PerProcess::new();

/// Whether a family number means IPv6 on Windows, Linux or macOS.
pub fn is_inet6(family: u16) -> bool {
    matches!(family, AF_INET6 | 10 | 30)
}

/// WSAStartup: counts, and returns the version to use (low byte major, high byte minor).
///
/// # Errors
/// 10092 for major version 0.
pub fn startup(requested: u16) -> Result<u16, Code> {
    let (major, minor) = (requested & 0xFF, requested >> 8);
    if major == 0 {
        return Err(WSAVERNOTSUPPORTED);
    }
    *STARTED.get_or_init(Mutex::default).lock() += 1;
    Ok(match (major, minor) {
        (1, 0) | (1, 1) | (2, 0) | (2, 1) => requested,
        (1, _) => 0x0101,
        _ => 0x0202,
    })
}

/// WSACleanup.
///
/// # Errors
/// 10093 without a WSAStartup to undo.
pub fn cleanup() -> Result<(), Code> {
    let mut started = STARTED.get_or_init(Mutex::default).lock();
    *started = started.checked_sub(1).ok_or(WSANOTINITIALISED)?;
    Ok(())
}

/// Whether there was a WSAStartup without a WSACleanup yet.
///
/// # Errors
/// 10093.
#[cfg(not(windows))]
pub fn started() -> Result<(), Code> {
    match *STARTED.get_or_init(Mutex::default).lock() {
        0 => Err(WSANOTINITIALISED),
        _ => Ok(()),
    }
}

/// Reads a Windows-layout sockaddr.
///
/// # Errors
/// 10014 when it is too short for its family; 10022 for another family.
pub fn decode(bytes: &[u8]) -> Result<SocketAddr, Code> {
    let family = u16::from_ne_bytes(field(bytes, 0)?);
    let port = u16::from_be_bytes(field(bytes, 2)?);
    if family == AF_INET && bytes.len() >= SOCKADDR_IN_BYTES {
        let ip = Ipv4Addr::from(field::<4>(bytes, 4)?);
        return Ok(SocketAddrV4::new(ip, port).into());
    }
    if is_inet6(family) && bytes.len() >= SOCKADDR_IN6_BYTES {
        let flow = u32::from_ne_bytes(field(bytes, 4)?);
        let ip = Ipv6Addr::from(field::<16>(bytes, 8)?);
        let scope = u32::from_ne_bytes(field(bytes, 24)?);
        return Ok(SocketAddrV6::new(ip, port, flow, scope).into());
    }
    Err(if family == AF_INET || is_inet6(family) {
        WSAEFAULT
    } else {
        WSAEINVAL
    })
}

/// Writes a Windows-layout sockaddr and returns its length, 16 or 28. IPv6 gets the family number
/// `family6`: normally [`AF_INET6`].
pub fn encode(address: &SocketAddr, family6: u16, to: &mut [u8; SOCKADDR_IN6_BYTES]) -> usize {
    to.fill(0);
    to[2..4].copy_from_slice(&address.port().to_be_bytes());
    match address {
        SocketAddr::V4(v4) => {
            to[..2].copy_from_slice(&AF_INET.to_ne_bytes());
            to[4..8].copy_from_slice(&v4.ip().octets());
            SOCKADDR_IN_BYTES
        }
        SocketAddr::V6(v6) => {
            to[..2].copy_from_slice(&family6.to_ne_bytes());
            to[4..8].copy_from_slice(&v6.flowinfo().to_ne_bytes());
            to[8..24].copy_from_slice(&v6.ip().octets());
            to[24..28].copy_from_slice(&v6.scope_id().to_ne_bytes());
            SOCKADDR_IN6_BYTES
        }
    }
}

/// The text of WSAAddressToStringW: `a.b.c.d`, `a.b.c.d:port`, `v6%scope`, `[v6%scope]:port`; port
/// 0 and scope 0 are left out.
pub fn to_text(address: &SocketAddr) -> String {
    let mut text = String::new();
    let port = address.port();
    let bracket = port != 0 && address.is_ipv6();
    if bracket {
        text.push('[');
    }
    // Writing to a String cannot fail.
    let _ = write!(text, "{}", address.ip());
    if let SocketAddr::V6(v6) = address {
        if v6.scope_id() != 0 {
            let _ = write!(text, "%{}", v6.scope_id());
        }
    }
    if bracket {
        text.push(']');
    }
    if port != 0 {
        let _ = write!(text, ":{port}");
    }
    text
}

/// Reads the text of WSAStringToAddressW for one family: the forms of [`to_text`], also `[v6]`
/// without a port.
///
/// # Errors
/// 10022 for anything else.
pub fn from_text(text: &str, family: u16) -> Result<SocketAddr, Code> {
    let parsed = match is_inet6(family) {
        true => parse_v6(text),
        false if family == AF_INET => parse_v4(text),
        false => None,
    };
    parsed.ok_or(WSAEINVAL)
}

fn parse_v4(text: &str) -> Option<SocketAddr> {
    let (ip, port) = match text.split_once(':') {
        Some((ip, port)) => (ip, number(port)?),
        None => (text, 0),
    };
    Some(SocketAddrV4::new(ip.parse().ok()?, port).into())
}

fn parse_v6(text: &str) -> Option<SocketAddr> {
    let (ip, port) = match text.strip_prefix('[') {
        Some(rest) => {
            let (ip, after) = rest.split_once(']')?;
            match after.strip_prefix(':') {
                Some(port) => (ip, number(port)?),
                None if after.is_empty() => (ip, 0),
                None => return None,
            }
        }
        None => (text, 0),
    };
    let (ip, scope) = match ip.split_once('%') {
        Some((ip, scope)) => (ip, number(scope)?),
        None => (ip, 0),
    };
    Some(SocketAddrV6::new(ip.parse().ok()?, port, 0, scope).into())
}

/// Decimal digits only: `parse` would also take a sign.
fn number<T: std::str::FromStr>(text: &str) -> Option<T> {
    text.bytes()
        .all(|byte| byte.is_ascii_digit())
        .then(|| text.parse().ok())?
}

fn field<const N: usize>(bytes: &[u8], at: usize) -> Result<[u8; N], Code> {
    bytes
        .get(at..at + N)
        .and_then(|part| part.try_into().ok())
        .ok_or(WSAEFAULT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_bytes_round_trip() {
        for (text, family) in [
            ("1.2.3.4", 2),
            ("1.2.3.4:80", 2),
            ("::1", 23),
            ("[::1]:8080", 23),
            ("fe80::1%3", 23),
            ("[fe80::1%3]:443", 23),
            ("[2001:db8::2]:1", 10),
        ] {
            let address = from_text(text, family).expect(text);
            let mut bytes = [0xAA; SOCKADDR_IN6_BYTES];
            let len = encode(&address, family, &mut bytes);
            assert_eq!(u16::from_ne_bytes([bytes[0], bytes[1]]), family);
            assert_eq!(decode(&bytes[..len]), Ok(address));
            assert_eq!(to_text(&address), text);
        }
    }

    #[test]
    fn wrong_text_is_10022() {
        for (text, family) in [
            ("", 2),
            ("1.2.3", 2),
            ("1.2.3.4:", 2),
            ("1.2.3.4:+1", 2),
            ("1.2.3.4:65536", 2),
            ("::1", 2),
            ("1.2.3.4", 23),
            ("[::1", 23),
            ("[::1]80", 23),
            ("::1%x", 23),
            ("1.2.3.4", 1),
        ] {
            assert_eq!(from_text(text, family), Err(WSAEINVAL), "{text}");
        }
    }

    #[test]
    fn wrong_bytes() {
        assert_eq!(decode(&[]), Err(WSAEFAULT));
        assert_eq!(decode(&[2, 0, 0, 80, 1, 2, 3, 4]), Err(WSAEFAULT));
        assert_eq!(decode(&[9; 28]), Err(WSAEINVAL));
    }
}
