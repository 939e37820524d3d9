//! The Winsock functions about text and start-up.
//!
//! Owns the C form only. Winsock's last error is the last error. Threading: any thread.

#![allow(non_snake_case, reason = "documented names behind Httpsys_")]

use std::ffi::{c_char, c_void};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::text::{store_text, wide_of};
use super::{fence, put, wide};
use crate::last_error;
use crate::status::{ERROR_INVALID_PARAMETER, WSAEAFNOSUPPORT, WSAEFAULT, WSAEINVAL};
use crate::wsa::{self, AF_INET, SOCKADDR_IN6_BYTES};

/// SOCKET_ERROR.
pub const SOCKET_ERROR: i32 = -1;

/// WSADATA in its 64-bit layout. 408 bytes.
#[repr(C)]
#[derive(Debug)]
#[allow(non_snake_case, reason = "documented names of a C structure")]
pub struct WSADATA {
    /// Version to use.
    pub wVersion: u16,
    /// Highest version there is, 2.2.
    pub wHighVersion: u16,
    /// Not used since version 2.
    pub iMaxSockets: u16,
    /// Not used since version 2.
    pub iMaxUdpDg: u16,
    /// Not used since version 2; NULL.
    pub lpVendorInfo: *mut c_char,
    /// A description.
    pub szDescription: [u8; 257],
    /// A status text.
    pub szSystemStatus: [u8; 129],
}

/// WSAStartup: returns 0 or the error itself (10014 NULL, 10092 version 0).
///
/// # Safety
/// `data` is NULL or valid for a write.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WSAStartup(version: u16, data: *mut WSADATA) -> i32 {
    let code = fence(0, || {
        if data.is_null() {
            return Ok(WSAEFAULT);
        }
        let version = match wsa::startup(version) {
            Ok(version) => version,
            Err(code) => return Ok(code),
        };
        let mut filled = WSADATA {
            wVersion: version,
            wHighVersion: 0x0202,
            iMaxSockets: 0,
            iMaxUdpDg: 0,
            lpVendorInfo: std::ptr::null_mut(),
            szDescription: [0; 257],
            szSystemStatus: [0; 129],
        };
        filled.szDescription[..7].copy_from_slice(b"httpsys");
        filled.szSystemStatus[..7].copy_from_slice(b"Running");
        // SAFETY: not NULL, so valid by the contract of this function.
        unsafe { put(data, filled) };
        Ok(0)
    });
    code as i32
}

/// WSACleanup: ends one use that WSAStartup began; 0, or SOCKET_ERROR with 10093.
#[unsafe(no_mangle)]
pub extern "system" fn WSACleanup() -> i32 {
    fence(SOCKET_ERROR, || wsa::cleanup().map(|()| 0))
}

/// WSAGetLastError: returns the last error of this thread, which is also that of GetLastError.
#[unsafe(no_mangle)]
pub extern "system" fn WSAGetLastError() -> i32 {
    last_error::get() as i32
}

/// WSASetLastError: sets the last error of this thread.
#[unsafe(no_mangle)]
pub extern "system" fn WSASetLastError(code: i32) {
    last_error::set(code as u32);
}

/// WSAAddressToStringW: makes the text of a socket address. `length` is in WCHARs with the NUL, in and out.
/// SOCKET_ERROR with 10014 when something is NULL or too small (`length` then holds what is needed), 10022 for
/// another family.
///
/// # Safety
/// `address` points to `bytes` bytes, `text` to `*length` WCHARs, `length` is valid.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WSAAddressToStringW(
    address: *const c_void,
    bytes: u32,
    _protocol: *const c_void,
    text: *mut u16,
    length: *mut u32,
) -> i32 {
    fence(SOCKET_ERROR, || {
        if address.is_null() || text.is_null() || length.is_null() {
            return Err(WSAEFAULT);
        }
        let mut copy = [0; SOCKADDR_IN6_BYTES];
        let used = copy.len().min(bytes as usize);
        // SAFETY: `used` bytes can be read by the contract of this function.
        unsafe { std::ptr::copy_nonoverlapping(address.cast(), copy.as_mut_ptr(), used) };
        let result = wsa::to_text(&wsa::decode(&copy[..used])?);
        // SAFETY: valid by the contract of this function.
        let room = unsafe { length.read_unaligned() } as usize;
        // SAFETY: as above.
        unsafe { put(length, result.len() as u32 + 1) };
        // SAFETY: `room` units by the contract of this function.
        if !unsafe { store_text(text, room, &wide_of(&result)) } {
            return Err(WSAEFAULT);
        }
        Ok(0)
    })
}

/// WSAStringToAddressW: makes a socket address of a text. `length` is in bytes, in and out. An IPv6 address gets the
/// family number that was given. SOCKET_ERROR with 10022 for text that is no address of the family, 10014 when
/// something is NULL or too small (`length` then holds what is needed).
///
/// # Safety
/// `text` is NUL-terminated, `address` points to `*length` bytes, `length` is valid.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WSAStringToAddressW(
    text: *const u16,
    family: i32,
    _protocol: *const c_void,
    address: *mut c_void,
    length: *mut i32,
) -> i32 {
    fence(SOCKET_ERROR, || {
        if text.is_null() || address.is_null() || length.is_null() {
            return Err(WSAEFAULT);
        }
        // SAFETY: terminated by the contract of this function.
        let (text, family) = (unsafe { text_of(text) }, family as u16);
        let parsed = wsa::from_text(&text.ok_or(WSAEINVAL)?, family)?;
        let mut bytes = [0; SOCKADDR_IN6_BYTES];
        let used = wsa::encode(&parsed, family, &mut bytes);
        // SAFETY: valid by the contract of this function.
        let room = unsafe { length.read_unaligned() };
        // SAFETY: as above.
        unsafe { put(length, used as i32) };
        if usize::try_from(room).unwrap_or(0) < used {
            return Err(WSAEFAULT);
        }
        // SAFETY: `room` bytes by the contract of this function.
        unsafe { std::ptr::copy_nonoverlapping(bytes.as_ptr(), address.cast(), used) };
        Ok(0)
    })
}

/// WSAAddressToStringA: works like [`WSAAddressToStringW`]; `length` is in bytes with the NUL.
///
/// # Safety
/// `address` points to `bytes` bytes, `text` to `*length` bytes, `length` is valid.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WSAAddressToStringA(
    address: *const c_void,
    bytes: u32,
    protocol: *const c_void,
    text: *mut c_char,
    length: *mut u32,
) -> i32 {
    let mut units = [0; LONGEST];
    let mut used = units.len() as u32;
    if text.is_null() || length.is_null() {
        return fence(SOCKET_ERROR, || Err(WSAEFAULT));
    }
    // SAFETY: the address by the contract of this function, the rest are locals.
    let made =
        unsafe { WSAAddressToStringW(address, bytes, protocol, units.as_mut_ptr(), &raw mut used) };
    if made != 0 {
        return made;
    }
    fence(SOCKET_ERROR, || {
        // SAFETY: not NULL, so valid by the contract of this function.
        let room = unsafe { length.read_unaligned() };
        // SAFETY: as above.
        unsafe { put(length, used) };
        if room < used {
            return Err(WSAEFAULT);
        }
        for (at, &unit) in units[..used as usize].iter().enumerate() {
            // SAFETY: below the room that the caller vouched for; the text is ASCII.
            unsafe { put(text.add(at), unit as c_char) };
        }
        Ok(0)
    })
}

/// WSAStringToAddressA: works like [`WSAStringToAddressW`].
///
/// # Safety
/// `text` is NUL-terminated, `address` points to `*length` bytes, `length` is valid.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WSAStringToAddressA(
    text: *const c_char,
    family: i32,
    protocol: *const c_void,
    address: *mut c_void,
    length: *mut i32,
) -> i32 {
    if text.is_null() {
        return fence(SOCKET_ERROR, || Err(WSAEFAULT));
    }
    // SAFETY: terminated by the contract of this function.
    let units: Vec<u16> = unsafe { units_of(text) };
    // SAFETY: as the contract of this function.
    unsafe { WSAStringToAddressW(units.as_ptr(), family, protocol, address, length) }
}

/// inet_ntop: works like [`InetNtopW`], for text in bytes (InetNtopA); `size` is in bytes.
///
/// # Safety
/// `address` points to 4 or 16 bytes, `text` to `size` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn Httpsys_inet_ntop(
    family: i32,
    address: *const c_void,
    text: *mut c_char,
    size: usize,
) -> *const c_char {
    let mut units = [0; LONGEST];
    let room = match text.is_null() {
        true => 0,
        false => size.min(LONGEST),
    };
    // SAFETY: the address by the contract of this function, the text is a local.
    if unsafe { InetNtopW(family, address, units.as_mut_ptr(), room) }.is_null() {
        return std::ptr::null();
    }
    for (at, &unit) in units.iter().enumerate().take(room) {
        // SAFETY: below `size`, which the caller vouched for; the text is ASCII.
        unsafe { put(text.add(at), unit as c_char) };
        if unit == 0 {
            break;
        }
    }
    text.cast_const()
}

/// inet_pton: works like [`InetPtonW`], for text in bytes (InetPtonA).
///
/// # Safety
/// `text` is NUL-terminated, `address` has room for 4 or 16 bytes.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn Httpsys_inet_pton(
    family: i32,
    text: *const c_char,
    address: *mut c_void,
) -> i32 {
    if text.is_null() {
        return fence(-1, || Err(WSAEFAULT));
    }
    // SAFETY: terminated by the contract of this function.
    let units: Vec<u16> = unsafe { units_of(text) };
    // SAFETY: as the contract of this function.
    unsafe { InetPtonW(family, units.as_ptr(), address) }
}

/// Room for any address with port and scope.
const LONGEST: usize = 96;

/// The units of a narrow string with its NUL; what is not ASCII is in no address.
///
/// # Safety
/// NUL-terminated.
unsafe fn units_of(text: *const c_char) -> Vec<u16> {
    // SAFETY: by the contract of this function.
    let bytes = unsafe { std::ffi::CStr::from_ptr(text) }.to_bytes_with_nul();
    bytes.iter().map(|&byte| byte.into()).collect()
}

/// InetNtopW: makes the text of an IN_ADDR or IN6_ADDR. `size` is in WCHARs. Returns `text`; NULL with 87 when
/// something is NULL or too small, 10047 for another family.
///
/// # Safety
/// `address` points to 4 or 16 bytes, `text` to `size` WCHARs.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn InetNtopW(
    family: i32,
    address: *const c_void,
    text: *mut u16,
    size: usize,
) -> *const u16 {
    fence(std::ptr::null(), || {
        let result = match family as u16 {
            _ if address.is_null() || text.is_null() => return Err(ERROR_INVALID_PARAMETER),
            // SAFETY: an IN_ADDR by the contract of this function.
            AF_INET => Ipv4Addr::from(unsafe { address.cast::<[u8; 4]>().read() }).to_string(),
            // SAFETY: an IN6_ADDR by the contract of this function.
            v6 if wsa::is_inet6(v6) => unsafe {
                Ipv6Addr::from(address.cast::<[u8; 16]>().read()).to_string()
            },
            _ => return Err(WSAEAFNOSUPPORT),
        };
        // SAFETY: `size` units by the contract of this function.
        if !unsafe { store_text(text, size, &wide_of(&result)) } {
            return Err(ERROR_INVALID_PARAMETER);
        }
        Ok(text.cast_const())
    })
}

/// InetPtonW: makes an IN_ADDR or IN6_ADDR of a text, and returns 1; 0 for text that is not such an address; -1 with
/// 10014 for NULL and 10047 for another family.
///
/// # Safety
/// `text` is NUL-terminated, `address` has room for 4 or 16 bytes.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn InetPtonW(
    family: i32,
    text: *const u16,
    address: *mut c_void,
) -> i32 {
    fence(-1, || {
        if text.is_null() || address.is_null() {
            return Err(WSAEFAULT);
        }
        let family = family as u16;
        if family != AF_INET && !wsa::is_inet6(family) {
            return Err(WSAEAFNOSUPPORT);
        }
        // SAFETY: terminated by the contract of this function.
        let text = unsafe { text_of(text) }.unwrap_or_default();
        match text.parse() {
            // SAFETY: room for the address by the contract of this function.
            Ok(IpAddr::V4(v4)) if family == AF_INET => unsafe { put(address.cast(), v4.octets()) },
            // SAFETY: as above.
            Ok(IpAddr::V6(v6)) if family != AF_INET => unsafe { put(address.cast(), v6.octets()) },
            _ => return Ok(0),
        }
        Ok(1)
    })
}

unsafe fn text_of(text: *const u16) -> Option<String> {
    // SAFETY: terminated by the contract of the exported functions.
    String::from_utf16(unsafe { wide(text) }.ok()?).ok()
}
