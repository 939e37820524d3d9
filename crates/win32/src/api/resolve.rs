//! Winsock's names of hosts and services: getaddrinfo, getnameinfo and gethostname.
//!
//! Owns the C form: the lists that programs read and give back. Does not own those of gethostbyname
//! (`host_entries`). Invariant: an entry of a list is one allocation of this file, with the address and the
//! name behind it, and is freed by it alone. Threading: any thread.

#![allow(non_snake_case, reason = "documented names behind Httpsys_")]

use std::ffi::{CStr, CString, c_char, c_void};
use std::ptr;

use super::sockets::{read_address, zero};
use super::text::{Unit, store_text, wide_of};
use super::{fence, put, wide};
use crate::last_error;
use crate::net::errors::*;
use crate::net::resolve::{self, Hints, ResolvedAddress};
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
struct AddressEntry {
    info: ADDRINFO,
    address: [u64; SOCKADDR_IN6_BYTES.div_ceil(8)],
    narrow: Option<CString>,
    wide: Vec<u16>,
}

/// getaddrinfo: returns 0 and a list for `freeaddrinfo`, or the code, which is the last error, too: 10022 (flags),
/// 10044 (kind), 10047 (family), 10093, 10109 (service), 11001 (no such host), 11002 (try again), 11003, 11004, 8.
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

/// GetAddrInfoW: works like `getaddrinfo`, in UTF-16.
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

/// freeaddrinfo: frees the list of `getaddrinfo`; NULL is allowed.
///
/// # Safety
/// A list of `getaddrinfo` that was not freed yet, or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn Httpsys_freeaddrinfo(mut list: *mut ADDRINFO) {
    fence((), || {
        while !list.is_null() {
            // SAFETY: each entry was made by `answer` and is freed once, by the contract of this function.
            let entry = unsafe { Box::from_raw(list.cast::<AddressEntry>()) };
            list = entry.info.ai_next;
        }
        Ok(())
    });
}

/// FreeAddrInfoW: works like `freeaddrinfo`.
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

fn entry(answer: ResolvedAddress, next: *mut ADDRINFO, wide: bool) -> Box<AddressEntry> {
    let mut bytes = [0; SOCKADDR_IN6_BYTES];
    let length = wsa::encode(&answer.address, wsa::AF_INET6, &mut bytes);
    let mut entry = Box::new(AddressEntry {
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

/// getnameinfo: returns 0, or the code: 10014, 10022 (flags), 10047, 10093, 11001, 122 (does not fit).
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
            put_name(&names.0, host.cast::<u8>(), host_room)?;
            put_name(&names.1, service.cast::<u8>(), service_room)
        }
    })
}

/// GetNameInfoW: works like `getnameinfo`, in UTF-16; the sizes are in WCHARs.
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
            put_name(&names.0, host, host_room)?;
            put_name(&names.1, service, service_room)
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

/// Writes a name unless there is no room at all; 122 when it does not fit.
///
/// # Safety
/// `to` has room for `room` units.
unsafe fn put_name<U: Unit>(name: &CStr, to: *mut U, room: usize) -> Result<(), Code> {
    let units = U::encode(&wide_of(&name.to_string_lossy()));
    // SAFETY: there is room, by the contract of this function.
    match room == 0 || unsafe { store_text(to, room, &units) } {
        true => Ok(()),
        false => Err(ERROR_INSUFFICIENT_BUFFER),
    }
}

/// gethostname: copies the name of this host. SOCKET_ERROR with 10014 (NULL, or `length` too small), 10050, 10093.
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
        unsafe { put_name(&resolve::this_host()?, name.cast::<u8>(), room) }.map_err(|_| WSAEFAULT)
    })
}

/// GetHostNameW: works like `gethostname`, in UTF-16.
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
        unsafe { put_name(&resolve::this_host()?, name, room) }.map_err(|_| WSAEFAULT)
    })
}

/// The string of the caller; `None` for NULL.
///
/// # Safety
/// NULL or NUL-terminated.
pub(super) unsafe fn text<'a>(text: *const c_char) -> Option<&'a CStr> {
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
