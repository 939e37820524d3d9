//! Names of hosts and services.
//!
//! Owns the questions to the system's resolver and the answers' codes. Does not own the lists that C
//! programs read. Threading: any thread; the calls block as the system's do.

use std::ffi::{CStr, CString, c_char};
use std::net::SocketAddr;
use std::ptr;

use socket2::SockAddr;

use super::errors::*;
use super::socket::{DATAGRAM, RAW, STREAM};
use crate::status::{Code, WSAEAFNOSUPPORT, WSAEINVAL};
use crate::wsa;

/// AI_PASSIVE: an address to bind to.
pub const PASSIVE: i32 = 0x1;
/// AI_CANONNAME: the first answer has the canonical name.
pub const CANONNAME: i32 = 0x2;
const NUMERICHOST: i32 = 0x4;
const NUMERICSERV: i32 = 0x8;
const ALL: i32 = 0x100;
const ADDRCONFIG: i32 = 0x400;
const V4MAPPED: i32 = 0x800;

/// What a program asks for: the numbers are Windows's.
#[derive(Clone, Copy, Debug, Default)]
pub struct Hints {
    /// AI_ flags.
    pub flags: i32,
    /// AF_UNSPEC, AF_INET or AF_INET6.
    pub family: i32,
    /// SOCK_STREAM and so on; 0 for any.
    pub kind: i32,
    /// IPPROTO_TCP and so on; 0 for any.
    pub protocol: i32,
}

/// One answer.
#[derive(Clone, Debug)]
pub struct ResolvedAddress {
    /// The address with the port of the service.
    pub address: SocketAddr,
    /// SOCK_STREAM and so on; 0 if the program did not say.
    pub kind: i32,
    /// IPPROTO_TCP and so on; 0 if the program did not say.
    pub protocol: i32,
    /// The canonical name, with the first answer, if it was asked for.
    pub canonical: Option<CString>,
}

/// getaddrinfo.
///
/// # Errors
/// 10022 (flags), 10044 (kind), 10047 (family), 10109 (service), 11001 to 11004, 8.
pub fn resolve(
    host: Option<&CStr>,
    service: Option<&CStr>,
    hints: Hints,
) -> Result<Vec<ResolvedAddress>, Code> {
    let asked = system_hints(hints)?;
    if host.is_none() && service.is_none() {
        return Err(WSAHOST_NOT_FOUND);
    }
    if host.is_none() && hints.flags & CANONNAME != 0 {
        return Err(WSAEINVAL);
    }
    // On Windows the empty name is this host.
    let own = match host {
        Some(name) if name.is_empty() => Some(this_host()?),
        _ => None,
    };
    let host = own.as_deref().or(host);
    let pointer = |text: Option<&CStr>| text.map_or(ptr::null(), CStr::as_ptr);
    let mut list = ptr::null_mut();
    // SAFETY: strings that end, hints of the system's form, and where it puts the list.
    let failed = unsafe {
        libc::getaddrinfo(
            pointer(host),
            pointer(service),
            &raw const asked,
            &raw mut list,
        )
    };
    if failed != 0 {
        return Err(from_resolver(failed));
    }
    // SAFETY: the list that the system just made.
    let answers = unsafe { answers(list, hints) };
    // SAFETY: as above; nothing of it is kept.
    unsafe { libc::freeaddrinfo(list) };
    match answers.is_empty() {
        true => Err(WSANO_DATA),
        false => Ok(answers),
    }
}

fn system_hints(hints: Hints) -> Result<libc::addrinfo, Code> {
    // SAFETY: a structure of numbers and pointers, for which zero is a value.
    let mut asked: libc::addrinfo = unsafe { std::mem::zeroed() };
    for (flag, system) in [
        (PASSIVE, libc::AI_PASSIVE),
        (CANONNAME, libc::AI_CANONNAME),
        (NUMERICHOST, libc::AI_NUMERICHOST),
        (NUMERICSERV, libc::AI_NUMERICSERV),
        (ALL, libc::AI_ALL),
        (ADDRCONFIG, libc::AI_ADDRCONFIG),
        (V4MAPPED, libc::AI_V4MAPPED),
    ] {
        if hints.flags & flag != 0 {
            asked.ai_flags |= system;
        }
    }
    let known = PASSIVE | CANONNAME | NUMERICHOST | NUMERICSERV | ALL | ADDRCONFIG | V4MAPPED;
    if hints.flags & !known != 0 {
        return Err(WSAEINVAL);
    }
    asked.ai_family = match u16::try_from(hints.family) {
        Ok(0) => libc::AF_UNSPEC,
        Ok(wsa::AF_INET) => libc::AF_INET,
        Ok(family) if wsa::is_inet6(family) => libc::AF_INET6,
        _ => return Err(WSAEAFNOSUPPORT),
    };
    asked.ai_socktype = match hints.kind {
        0 => 0,
        STREAM => libc::SOCK_STREAM,
        DATAGRAM => libc::SOCK_DGRAM,
        RAW => libc::SOCK_RAW,
        _ => return Err(WSAESOCKTNOSUPPORT),
    };
    asked.ai_protocol = hints.protocol;
    Ok(asked)
}

/// # Safety
/// A list of getaddrinfo(3).
unsafe fn answers(mut list: *const libc::addrinfo, hints: Hints) -> Vec<ResolvedAddress> {
    let mut answers: Vec<ResolvedAddress> = Vec::new();
    // SAFETY: NULL or an entry of the list.
    while let Some(entry) = unsafe { list.as_ref() } {
        list = entry.ai_next;
        let Some(address) = address_of(entry) else {
            continue;
        };
        // The system answers once for each kind of socket, Windows once if the program named none.
        if hints.kind == 0 && answers.iter().any(|other| other.address == address) {
            continue;
        }
        let canonical = match entry.ai_canonname.is_null() {
            true => None,
            // SAFETY: a string of the list.
            false => Some(unsafe { CStr::from_ptr(entry.ai_canonname) }.to_owned()),
        };
        answers.push(ResolvedAddress {
            address,
            kind: hints.kind,
            protocol: hints.protocol,
            canonical,
        });
    }
    answers
}

fn address_of(entry: &libc::addrinfo) -> Option<SocketAddr> {
    let length = usize::try_from(entry.ai_addrlen).ok()?;
    // SAFETY: the system's list has so many bytes there, and the storage has room for any address.
    let ((), address) = unsafe {
        SockAddr::try_init(|storage, room| {
            let used = length.min(*room as usize);
            ptr::copy_nonoverlapping(entry.ai_addr.cast::<u8>(), storage.cast(), used);
            *room = used as libc::socklen_t;
            Ok(())
        })
        .ok()?
    };
    address.as_socket()
}

/// getnameinfo: host and service, each if asked for.
///
/// # Errors
/// 10022 (flags), 11001, 11002.
pub fn name_of(
    address: &SocketAddr,
    host: bool,
    service: bool,
    flags: i32,
) -> Result<(CString, CString), Code> {
    const FLAGS: [(i32, i32); 5] = [
        (0x01, libc::NI_NOFQDN),
        (0x02, libc::NI_NUMERICHOST),
        (0x04, libc::NI_NAMEREQD),
        (0x08, libc::NI_NUMERICSERV),
        (0x10, libc::NI_DGRAM),
    ];
    if flags & !0x1F != 0 {
        return Err(WSAEINVAL);
    }
    let system = FLAGS
        .iter()
        .filter(|(flag, _)| flags & flag != 0)
        .fold(0, |all, (_, system)| all | system);
    let (mut name, mut port) = ([0u8; 1025], [0u8; 64]);
    let address = SockAddr::from(*address);
    // SAFETY: an address with its length, and two buffers with theirs.
    let failed = unsafe {
        libc::getnameinfo(
            address.as_ptr().cast(),
            address.len(),
            if host {
                name.as_mut_ptr().cast()
            } else {
                ptr::null_mut()
            },
            if host {
                name.len() as libc::socklen_t
            } else {
                0
            },
            if service {
                port.as_mut_ptr().cast()
            } else {
                ptr::null_mut()
            },
            if service {
                port.len() as libc::socklen_t
            } else {
                0
            },
            system,
        )
    };
    if failed != 0 {
        return Err(from_resolver(failed));
    }
    let text = |bytes: &[u8]| CStr::from_bytes_until_nul(bytes).map(CStr::to_owned);
    let none = |_| WSANO_RECOVERY;
    Ok((text(&name).map_err(none)?, text(&port).map_err(none)?))
}

/// gethostname.
///
/// # Errors
/// 10050 when the system does not say.
pub fn this_host() -> Result<CString, Code> {
    let mut name = [0u8; 257];
    let room = name.len() - 1;
    // SAFETY: a buffer with its length, without the last byte, which stays 0.
    let failed = unsafe { libc::gethostname(name.as_mut_ptr().cast::<c_char>(), room) };
    match CStr::from_bytes_until_nul(&name) {
        Ok(name) if failed == 0 => Ok(name.to_owned()),
        _ => Err(WSAENETDOWN),
    }
}

/// getservbyname: the port of a service for `tcp` or `udp`.
///
/// # Errors
/// 11004 when there is none.
pub fn port_of(service: &CStr, protocol: i32) -> Result<u16, Code> {
    // A number is no name.
    if service.to_bytes().iter().all(u8::is_ascii_digit) {
        return Err(WSANO_DATA);
    }
    let hints = Hints {
        kind: if protocol == super::socket::UDP {
            DATAGRAM
        } else {
            STREAM
        },
        ..Hints::default()
    };
    let answers = resolve(None, Some(service), hints).map_err(|_| WSANO_DATA)?;
    answers
        .first()
        .map(|answer| answer.address.port())
        .ok_or(WSANO_DATA)
}

fn from_resolver(code: i32) -> Code {
    match code {
        libc::EAI_AGAIN => WSATRY_AGAIN,
        libc::EAI_BADFLAGS => WSAEINVAL,
        libc::EAI_FAIL => WSANO_RECOVERY,
        libc::EAI_FAMILY => WSAEAFNOSUPPORT,
        libc::EAI_MEMORY => WSA_NOT_ENOUGH_MEMORY,
        libc::EAI_NODATA | libc::EAI_NONAME => WSAHOST_NOT_FOUND,
        libc::EAI_SERVICE => WSATYPE_NOT_FOUND,
        libc::EAI_SOCKTYPE => WSAESOCKTNOSUPPORT,
        libc::EAI_SYSTEM => last(),
        _ => WSANO_RECOVERY,
    }
}
