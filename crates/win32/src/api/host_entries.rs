//! Winsock's older names of hosts and services: gethostbyname and getservbyname.
//!
//! Owns the C form and what the last call of each thread returned. Threading: any thread; what a call returns
//! belongs to the thread until its next call.

#![allow(non_snake_case, reason = "documented names behind Httpsys_")]

use std::cell::RefCell;
use std::ffi::{CString, c_char};
use std::ptr;

use super::fence;
use super::resolve::text;
use crate::net::errors::*;
use crate::net::resolve::{self, Hints};
use crate::net::socket::{TCP, UDP};
use crate::status::WSAEFAULT;
use crate::wsa::{self, AF_INET};

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

/// gethostbyname: finds the IPv4 addresses of a host, of this one for NULL or ""; the result belongs to the thread
/// until its next call. NULL with 10093, 11001, 11002, 11003, 11004.
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

/// getservbyname: gets the port of a service, with `protocol` "tcp", "udp" or NULL; the result belongs to the thread
/// until its next call. NULL with 10014, 10093, 11004.
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
