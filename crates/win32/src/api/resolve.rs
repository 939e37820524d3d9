//! Winsock's names of hosts and services.
//!
//! Owns the C form: the lists that programs read and give back. Invariant: an entry of a list is one
//! allocation of this file, with the address and the name behind it, and is freed by it alone. Threading:
//! any thread; what `gethostbyname` and its relatives return belongs to the thread until its next call.

#![allow(non_snake_case, reason = "documented names behind Httpsys_")]

use std::cell::RefCell;
use std::ffi::{CStr, CString, c_char, c_void};
use std::ptr;

use super::sockets::{read_address, zero};
use super::text::{store_text, wide_of};
use super::{fence, put, wide};
use crate::last_error;
use crate::net::errors::*;
use crate::net::resolve::{self, Answer, Hints};
use crate::net::socket::{TCP, UDP};
use crate::status::{
    Code, ERROR_INSUFFICIENT_BUFFER, ERROR_INVALID_PARAMETER, WSAEFAULT, WSAEINVAL,
};
use crate::wsa::{self, AF_INET, SOCKADDR_IN6_BYTES};

/// addrinfo and addrinfoW: 48 bytes; the name is char or WCHAR.
#[repr(C)]
#[derive(Debug)]
pub struct ADDRINFO {
    /// AI_ flags.
    pub ai_flags: i32,
    /// AF_INET or AF_INET6.
    pub ai_family: i32,
    /// SOCK_STREAM and so on.
    pub ai_socktype: i32,
    /// IPPROTO_TCP and so on.
    pub ai_protocol: i32,
    /// Bytes of the address.
    pub ai_addrlen: usize,
    /// The canonical name, or NULL.
    pub ai_canonname: *mut c_void,
    /// The address.
    pub ai_addr: *mut c_void,
    /// The next entry, or NULL.
    pub ai_next: *mut ADDRINFO,
}

/// One entry with what it points to. The first member is what the program sees.
#[repr(C)]
struct Entry {
    info: ADDRINFO,
    address: [u64; SOCKADDR_IN6_BYTES.div_ceil(8)],
    narrow: Option<CString>,
    wide: Vec<u16>,
}

/// getaddrinfo: 0 and a list for `freeaddrinfo`, or the code, which is the last error, too: 10022
/// (flags), 10044 (kind), 10047 (family), 10093, 10109 (service), 11001 (no such host), 11002 (try
/// again), 11003, 11004, 8.
///
/// # Safety
/// `host` and `service` are NULL or NUL-terminated; `hints` is NULL or valid; `list` is valid.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn Httpsys_getaddrinfo(
    host: *const c_char,
    service: *const c_char,
    hints: *const ADDRINFO,
    list: *mut *mut ADDRINFO,
) -> i32 {
    code(|| {
        // SAFETY: NULL or terminated by the contract of this function.
        let (host, service) = unsafe { (text(host), text(service)) };
        // SAFETY: by the contract of this function.
        unsafe { answer(host, service, hints, list, false) }
    })
}

/// GetAddrInfoW: as `getaddrinfo`, in UTF-16.
///
/// # Safety
/// As `getaddrinfo`.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetAddrInfoW(
    host: *const u16,
    service: *const u16,
    hints: *const ADDRINFO,
    list: *mut *mut ADDRINFO,
) -> i32 {
    code(|| {
        // SAFETY: NULL or terminated by the contract of this function.
        let (host, service) = unsafe { (text_of(host)?, text_of(service)?) };
        let (host, service) = (host.as_deref(), service.as_deref());
        // SAFETY: by the contract of this function.
        unsafe { answer(host, service, hints, list, true) }
    })
}

/// freeaddrinfo: NULL is nothing.
///
/// # Safety
/// A list of `getaddrinfo` that was not freed yet, or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn Httpsys_freeaddrinfo(mut list: *mut ADDRINFO) {
    fence((), || {
        while !list.is_null() {
            // SAFETY: each entry was made by `answer` and is freed once, by the contract of this function.
            let entry = unsafe { Box::from_raw(list.cast::<Entry>()) };
            list = entry.info.ai_next;
        }
        Ok(())
    });
}

/// FreeAddrInfoW: as `freeaddrinfo`.
///
/// # Safety
/// A list of [`GetAddrInfoW`] that was not freed yet, or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn FreeAddrInfoW(list: *mut ADDRINFO) {
    // SAFETY: as the contract of this function.
    unsafe { Httpsys_freeaddrinfo(list) };
}

/// Of a call that returns its code.
fn code(body: impl FnOnce() -> Result<(), Code>) -> i32 {
    let failed = fence(-1, || {
        wsa::started()?;
        body().map(|()| 0)
    });
    match failed {
        0 => 0,
        _ => last_error::get() as i32,
    }
}

unsafe fn answer(
    host: Option<&CStr>,
    service: Option<&CStr>,
    hints: *const ADDRINFO,
    list: *mut *mut ADDRINFO,
    wide: bool,
) -> Result<(), Code> {
    if list.is_null() {
        return Err(WSAEFAULT);
    }
    // SAFETY: not NULL, so valid by the contracts of the exported functions.
    unsafe { put(list, ptr::null_mut()) };
    let mut asked = Hints::default();
    if !hints.is_null() {
        // SAFETY: as above.
        let hints = unsafe { hints.read_unaligned() };
        let rest = hints.ai_addrlen != 0
            || !hints.ai_canonname.is_null()
            || !hints.ai_addr.is_null()
            || !hints.ai_next.is_null();
        if rest {
            return Err(WSANO_RECOVERY);
        }
        asked = Hints {
            flags: hints.ai_flags,
            family: hints.ai_family,
            kind: hints.ai_socktype,
            protocol: hints.ai_protocol,
        };
    }
    let answers = resolve::resolve(host, service, asked)?;
    let first = answers
        .into_iter()
        .rev()
        .fold(ptr::null_mut(), |next, answer| {
            Box::into_raw(entry(answer, next, wide)).cast::<ADDRINFO>()
        });
    // SAFETY: as above.
    unsafe { put(list, first) };
    Ok(())
}

fn entry(answer: Answer, next: *mut ADDRINFO, wide: bool) -> Box<Entry> {
    let mut bytes = [0; SOCKADDR_IN6_BYTES];
    let length = wsa::encode(&answer.address, wsa::AF_INET6, &mut bytes);
    let mut entry = Box::new(Entry {
        info: ADDRINFO {
            ai_flags: 0,
            ai_family: if answer.address.is_ipv4() {
                AF_INET.into()
            } else {
                wsa::AF_INET6.into()
            },
            ai_socktype: answer.kind,
            ai_protocol: answer.protocol,
            ai_addrlen: length,
            ai_canonname: ptr::null_mut(),
            ai_addr: ptr::null_mut(),
            ai_next: next,
        },
        address: [0; SOCKADDR_IN6_BYTES.div_ceil(8)],
        narrow: None,
        wide: Vec::new(),
    });
    for (to, from) in entry.address.iter_mut().zip(bytes.chunks(8)) {
        let mut eight = [0; 8];
        eight[..from.len()].copy_from_slice(from);
        *to = u64::from_ne_bytes(eight);
    }
    if let Some(name) = answer.canonical {
        entry.info.ai_flags = resolve::CANONNAME;
        if wide {
            entry.wide = name.to_string_lossy().encode_utf16().chain([0]).collect();
            entry.info.ai_canonname = entry.wide.as_mut_ptr().cast();
        } else {
            entry.info.ai_canonname = name.as_ptr().cast_mut().cast();
            entry.narrow = Some(name);
        }
    }
    entry.info.ai_addr = entry.address.as_mut_ptr().cast();
    entry
}

/// getnameinfo: 0, or the code: 10014, 10022 (flags), 10047, 10093, 11001, 122 (does not fit).
///
/// # Safety
/// `address` points to `length` bytes; `host` and `service` are NULL or have room for so many bytes.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn Httpsys_getnameinfo(
    address: *const c_void,
    length: i32,
    host: *mut c_char,
    host_room: u32,
    service: *mut c_char,
    service_room: u32,
    flags: i32,
) -> i32 {
    code(|| {
        let (host_room, service_room) = (room(host, host_room), room(service, service_room));
        // SAFETY: by the contract of this function.
        let names = unsafe { names(address, length, host_room, service_room, flags) }?;
        // SAFETY: so much room by the contract of this function.
        unsafe {
            put_narrow(&names.0, host, host_room)?;
            put_narrow(&names.1, service, service_room)
        }
    })
}

/// GetNameInfoW: as `getnameinfo`, in UTF-16; the rooms are in WCHARs.
///
/// # Safety
/// As `getnameinfo`.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetNameInfoW(
    address: *const c_void,
    length: i32,
    host: *mut u16,
    host_room: u32,
    service: *mut u16,
    service_room: u32,
    flags: i32,
) -> i32 {
    code(|| {
        let (host_room, service_room) = (room(host, host_room), room(service, service_room));
        // SAFETY: by the contract of this function.
        let names = unsafe { names(address, length, host_room, service_room, flags) }?;
        // SAFETY: so much room by the contract of this function.
        unsafe {
            put_wide(&names.0, host, host_room)?;
            put_wide(&names.1, service, service_room)
        }
    })
}

fn room<T>(buffer: *const T, room: u32) -> usize {
    match buffer.is_null() {
        true => 0,
        false => room as usize,
    }
}

unsafe fn names(
    address: *const c_void,
    length: i32,
    host: usize,
    service: usize,
    flags: i32,
) -> Result<(CString, CString), Code> {
    // SAFETY: by the contracts of the exported functions.
    let address = unsafe { read_address(address, length) }?;
    if host == 0 && service == 0 {
        return Err(WSAHOST_NOT_FOUND);
    }
    resolve::name_of(&address, host > 0, service > 0, flags)
}

unsafe fn put_narrow(text: &CStr, to: *mut c_char, room: usize) -> Result<(), Code> {
    if room == 0 {
        return Ok(());
    }
    let bytes = text.to_bytes_with_nul();
    if bytes.len() > room {
        return Err(ERROR_INSUFFICIENT_BUFFER);
    }
    // SAFETY: there is room, by the contracts of the exported functions.
    unsafe { ptr::copy_nonoverlapping(bytes.as_ptr(), to.cast(), bytes.len()) };
    Ok(())
}

unsafe fn put_wide(text: &CStr, to: *mut u16, room: usize) -> Result<(), Code> {
    if room == 0 {
        return Ok(());
    }
    // SAFETY: there is room, by the contracts of the exported functions.
    match unsafe { store_text(to, room, &wide_of(&text.to_string_lossy())) } {
        true => Ok(()),
        false => Err(ERROR_INSUFFICIENT_BUFFER),
    }
}

/// gethostname: the name of this host. SOCKET_ERROR with 10014 (NULL, or `length` too small), 10050, 10093.
///
/// # Safety
/// `name` has room for `length` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn Httpsys_gethostname(name: *mut c_char, length: i32) -> i32 {
    zero(|| {
        wsa::started()?;
        let room = usize::try_from(length).unwrap_or(0);
        if name.is_null() || room == 0 {
            return Err(WSAEFAULT);
        }
        // SAFETY: so much room by the contract of this function.
        unsafe { put_narrow(&resolve::this_host()?, name, room) }.map_err(|_| WSAEFAULT)
    })
}

/// GetHostNameW: as `gethostname`, in UTF-16.
///
/// # Safety
/// `name` has room for `length` WCHARs.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetHostNameW(name: *mut u16, length: i32) -> i32 {
    zero(|| {
        wsa::started()?;
        let room = usize::try_from(length).unwrap_or(0);
        if name.is_null() || room == 0 {
            return Err(WSAEFAULT);
        }
        // SAFETY: so much room by the contract of this function.
        unsafe { put_wide(&resolve::this_host()?, name, room) }.map_err(|_| WSAEFAULT)
    })
}

/// hostent: 32 bytes.
#[repr(C)]
#[derive(Debug)]
pub struct HOSTENT {
    h_name: *mut c_char,
    h_aliases: *mut *mut c_char,
    h_addrtype: i16,
    h_length: i16,
    h_addr_list: *mut *mut c_char,
}

/// servent: 32 bytes, in the order of 64-bit Windows.
#[repr(C)]
#[derive(Debug)]
pub struct SERVENT {
    s_name: *mut c_char,
    s_aliases: *mut *mut c_char,
    s_proto: *mut c_char,
    s_port: i16,
}

/// What the last call of a thread returned.
struct Last<T> {
    shown: T,
    strings: Vec<CString>,
    addresses: Vec<[u8; 4]>,
    /// Lists of pointers that end with NULL: of names, of addresses.
    lists: [Vec<*mut c_char>; 2],
}

thread_local! {
    static HOST: RefCell<Option<Box<Last<HOSTENT>>>> = const { RefCell::new(None) };
    static SERVICE: RefCell<Option<Box<Last<SERVENT>>>> = const { RefCell::new(None) };
}

/// gethostbyname: IPv4 addresses of a host, this host for NULL or ""; belongs to the thread until its
/// next call. NULL with 10093, 11001, 11002, 11003, 11004.
///
/// # Safety
/// `name` is NULL or NUL-terminated.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn Httpsys_gethostbyname(name: *const c_char) -> *mut HOSTENT {
    fence(ptr::null_mut(), || {
        wsa::started()?;
        // SAFETY: NULL or terminated by the contract of this function.
        let name = match unsafe { text(name) } {
            Some(name) if !name.is_empty() => name.to_owned(),
            _ => resolve::this_host()?,
        };
        let hints = Hints {
            flags: resolve::CANONNAME,
            family: AF_INET.into(),
            ..Hints::default()
        };
        let answers = resolve::resolve(Some(&name), None, hints)?;
        let canonical = answers.first().and_then(|answer| answer.canonical.clone());
        let addresses = answers.iter().filter_map(|answer| match answer.address {
            std::net::SocketAddr::V4(v4) => Some(v4.ip().octets()),
            std::net::SocketAddr::V6(_) => None,
        });
        let mut last = Box::new(Last {
            shown: HOSTENT {
                h_name: ptr::null_mut(),
                h_aliases: ptr::null_mut(),
                h_addrtype: AF_INET as i16,
                h_length: 4,
                h_addr_list: ptr::null_mut(),
            },
            strings: vec![canonical.unwrap_or(name)],
            addresses: addresses.collect(),
            lists: [vec![ptr::null_mut()], Vec::new()],
        });
        let pointers = last
            .addresses
            .iter_mut()
            .map(|bytes| bytes.as_mut_ptr().cast());
        last.lists[1] = pointers.chain([ptr::null_mut()]).collect();
        last.shown.h_name = last.strings[0].as_ptr().cast_mut();
        last.shown.h_aliases = last.lists[0].as_mut_ptr();
        last.shown.h_addr_list = last.lists[1].as_mut_ptr();
        Ok(HOST.with_borrow_mut(|kept| &raw mut kept.insert(last).shown))
    })
}

/// getservbyname: the port of a service, `protocol` "tcp", "udp" or NULL; belongs to the thread until its
/// next call. NULL with 10014, 10093, 11004.
///
/// # Safety
/// `name` and `protocol` are NULL or NUL-terminated.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn Httpsys_getservbyname(
    name: *const c_char,
    protocol: *const c_char,
) -> *mut SERVENT {
    fence(ptr::null_mut(), || {
        wsa::started()?;
        // SAFETY: NULL or terminated by the contract of this function.
        let (name, protocol) = unsafe { (text(name).ok_or(WSAEFAULT)?, text(protocol)) };
        let udp = match protocol.map(|protocol| protocol.to_bytes().to_ascii_lowercase()) {
            None => false,
            Some(protocol) if protocol == b"tcp" => false,
            Some(protocol) if protocol == b"udp" => true,
            Some(_) => return Err(WSANO_DATA),
        };
        let mut found = resolve::port_of(name, if udp { UDP } else { TCP });
        let udp = udp || (protocol.is_none() && found.is_err());
        if udp && protocol.is_none() {
            found = resolve::port_of(name, UDP);
        }
        let proto = if udp { c"udp" } else { c"tcp" };
        let mut last = Box::new(Last {
            shown: SERVENT {
                s_name: ptr::null_mut(),
                s_aliases: ptr::null_mut(),
                s_proto: ptr::null_mut(),
                s_port: found?.to_be() as i16,
            },
            strings: vec![name.to_owned(), proto.to_owned()],
            addresses: Vec::new(),
            lists: [vec![ptr::null_mut()], Vec::new()],
        });
        last.shown.s_name = last.strings[0].as_ptr().cast_mut();
        last.shown.s_proto = last.strings[1].as_ptr().cast_mut();
        last.shown.s_aliases = last.lists[0].as_mut_ptr();
        Ok(SERVICE.with_borrow_mut(|kept| &raw mut kept.insert(last).shown))
    })
}

/// # Safety
/// NULL or NUL-terminated.
unsafe fn text<'a>(text: *const c_char) -> Option<&'a CStr> {
    match text.is_null() {
        true => None,
        // SAFETY: by the contract of this function.
        false => Some(unsafe { CStr::from_ptr(text) }),
    }
}

/// UTF-8 of UTF-16.
///
/// # Safety
/// NULL or NUL-terminated.
unsafe fn text_of(text: *const u16) -> Result<Option<CString>, Code> {
    if text.is_null() {
        return Ok(None);
    }
    // SAFETY: by the contract of this function.
    let units = unsafe { wide(text) }.map_err(|_: Code| ERROR_INVALID_PARAMETER)?;
    let text = String::from_utf16(units).map_err(|_| WSAHOST_NOT_FOUND)?;
    CString::new(text).map(Some).map_err(|_| WSAEINVAL)
}
