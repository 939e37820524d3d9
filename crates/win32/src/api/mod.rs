//! The C functions, under their Windows names; on Windows those of `windows`, under names of ours.
//!
//! Owns the conversion between C arguments and the safe modules, the panic fence and the last
//! error. Decides nothing else. Invariants: no panic leaves a function (it becomes the documented
//! failure value with last error 1359, ERROR_INTERNAL_ERROR); NULL where a pointer is required
//! gives 87; output parameters that may be NULL are skipped. The functions do not clear the last
//! error on success unless the documentation says so. Threading: any thread.

#[cfg(not(windows))]
pub mod addresses;
#[cfg(not(windows))]
pub mod characters;
#[cfg(not(windows))]
pub mod code_pages;
#[cfg(not(windows))]
pub mod command_line;
#[cfg(not(windows))]
pub mod console;
#[cfg(not(windows))]
pub mod debug;
#[cfg(not(windows))]
pub mod descriptors;
#[cfg(not(windows))]
pub mod directories;
#[cfg(not(windows))]
pub mod environment;
#[cfg(not(windows))]
pub mod errors;
#[cfg(not(windows))]
pub mod event_log;
#[cfg(not(windows))]
pub mod events;
#[cfg(not(windows))]
pub mod file_attributes;
#[cfg(not(windows))]
pub mod file_data;
#[cfg(not(windows))]
pub mod file_info;
#[cfg(not(windows))]
pub mod file_names;
#[cfg(not(windows))]
pub mod files;
#[cfg(not(windows))]
pub mod find;
#[cfg(not(windows))]
pub mod guids;
#[cfg(not(windows))]
pub mod host_entries;
#[cfg(not(windows))]
pub mod lists;
#[cfg(not(windows))]
pub mod local_memory;
#[cfg(not(windows))]
pub mod locales;
#[cfg(not(windows))]
pub mod locks;
#[cfg(not(windows))]
pub mod mappings;
#[cfg(not(windows))]
pub mod memory;
#[cfg(not(windows))]
pub mod messages;
#[cfg(not(windows))]
pub mod modules;
#[cfg(not(windows))]
pub mod mutexes;
#[cfg(not(windows))]
pub mod overlapped;
#[cfg(not(windows))]
pub mod pages;
#[cfg(not(windows))]
mod path_text;
#[cfg(not(windows))]
pub mod pathcch;
mod pointer;
#[cfg(not(windows))]
pub mod ports;
#[cfg(not(windows))]
pub mod processes;
#[cfg(not(windows))]
pub mod randoms;
#[cfg(not(windows))]
pub mod registry;
#[cfg(not(windows))]
pub mod registry_enumerate;
#[cfg(not(windows))]
pub mod registry_write;
#[cfg(not(windows))]
pub mod resolve;
#[cfg(not(windows))]
pub mod services;
#[cfg(not(windows))]
pub mod shlwapi_parts;
#[cfg(not(windows))]
pub mod shlwapi_paths;
#[cfg(not(windows))]
pub mod shlwapi_text;
#[cfg(not(windows))]
pub mod shlwapi_urls;
#[cfg(not(windows))]
pub mod sids;
#[cfg(not(windows))]
pub mod socket_options;
#[cfg(not(windows))]
pub mod sockets;
#[cfg(not(windows))]
pub mod sockets_overlapped;
#[cfg(not(windows))]
pub mod strings;
#[cfg(not(windows))]
pub mod system;
#[cfg(not(windows))]
pub(crate) mod text;
#[cfg(not(windows))]
pub mod thread_pools;
#[cfg(not(windows))]
pub mod threadpool_io;
#[cfg(not(windows))]
pub mod threadpool_work;
#[cfg(not(windows))]
pub mod threads;
#[cfg(not(windows))]
pub mod time_text;
#[cfg(not(windows))]
pub mod time_zones;
#[cfg(not(windows))]
pub mod timers;
#[cfg(not(windows))]
pub mod times;
#[cfg(not(windows))]
pub mod tls;
#[cfg(not(windows))]
pub mod topology;
#[cfg(not(windows))]
pub mod versions;
#[cfg(not(windows))]
pub mod volumes;
#[cfg(not(windows))]
pub mod waits;
#[cfg(not(windows))]
pub mod winsock;

#[cfg(windows)]
pub mod windows;

#[cfg(all(test, not(windows)))]
mod tests;

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::handle;
#[cfg(not(windows))]
use crate::handle::Handle;
use crate::last_error;
use crate::status::{Code, ERROR_INTERNAL_ERROR, ERROR_INVALID_HANDLE};
#[cfg(not(windows))]
use crate::status::{ERROR_ALREADY_EXISTS, ERROR_INVALID_PARAMETER, ERROR_NO_SYSTEM_RESOURCES};
pub(crate) use pointer::not_null;
#[cfg(not(windows))]
pub(crate) use text::wide;

/// BOOL: 0 is FALSE.
pub type Bool = i32;
/// TRUE.
pub const TRUE: Bool = 1;
/// FALSE.
pub const FALSE: Bool = 0;

/// HRESULT: it was done, and there was nothing to do.
#[cfg(not(windows))]
pub(crate) const S_FALSE: i32 = 1;
/// HRESULT: an argument is wrong.
#[cfg(not(windows))]
pub(crate) const E_INVALIDARG: i32 = 0x8007_0057_u32 as i32;

/// Runs the body of an exported function: an error becomes the last error and the failure value, a
/// panic becomes error 1359.
pub(crate) fn fence<R>(failure: R, body: impl FnOnce() -> Result<R, Code>) -> R {
    match catch_unwind(AssertUnwindSafe(body)) {
        Ok(Ok(value)) => value,
        Ok(Err(code)) => {
            last_error::set(code);
            failure
        }
        Err(payload) => {
            // The caller may be C: its frames cannot be unwound.
            #[cfg(feature = "sim")]
            httpsys_socket::world::contain(&*payload);
            // Dropping a payload may panic in turn; what that throws is left alone.
            if let Err(second) = catch_unwind(AssertUnwindSafe(|| drop(payload))) {
                std::mem::forget(second);
            }
            last_error::set(ERROR_INTERNAL_ERROR);
            failure
        }
    }
}

/// [`fence`] for functions that return BOOL.
pub(crate) fn fence_bool(body: impl FnOnce() -> Result<(), Code>) -> Bool {
    fence(FALSE, || body().map(|()| TRUE))
}

/// Writes an output parameter unless it is NULL.
///
/// # Safety
/// `to` is NULL or valid for a write; it need not be aligned.
pub(crate) unsafe fn put<T>(to: *mut T, value: T) {
    if !to.is_null() {
        // SAFETY: valid by the contract.
        unsafe { to.write_unaligned(value) };
    }
}

/// Opens a handle; 1450 when the table is full.
#[cfg(not(windows))]
pub(crate) fn open(object: std::sync::Arc<dyn crate::Object>) -> Result<Handle, Code> {
    let handle = handle::insert(object);
    match handle.is_null() {
        true => Err(ERROR_NO_SYSTEM_RESOURCES),
        false => Ok(handle),
    }
}

/// The name that a call gives an object: units of UTF-16, empty for none.
#[cfg(not(windows))]
pub(crate) struct ObjectName(Result<Vec<u16>, Code>);

#[cfg(not(windows))]
impl ObjectName {
    /// From UTF-16.
    ///
    /// # Safety
    /// `name` is NULL or a NUL-terminated string.
    pub(crate) unsafe fn wide(name: *const u16) -> ObjectName {
        ObjectName(match name.is_null() {
            true => Ok(Vec::new()),
            // SAFETY: terminated by the contract.
            false => unsafe { wide(name) }.map(<[u16]>::to_vec),
        })
    }

    /// From UTF-8; what is none is replaced.
    ///
    /// # Safety
    /// `name` is NULL or a NUL-terminated string.
    pub(crate) unsafe fn narrow(name: *const u8) -> ObjectName {
        ObjectName(Ok(match name.is_null() {
            true => Vec::new(),
            false => {
                // SAFETY: terminated by the contract.
                let name = unsafe { std::ffi::CStr::from_ptr(name.cast()) };
                name.to_string_lossy().encode_utf16().collect()
            }
        }))
    }
}

/// Opens a handle to what `find` gives for the name; the last error is 183 if it existed, otherwise
/// 0.
#[cfg(not(windows))]
pub(crate) fn open_named<T: crate::Object>(
    name: ObjectName,
    find: impl FnOnce(&[u16]) -> Result<(std::sync::Arc<T>, bool), Code>,
) -> Handle {
    fence(std::ptr::null_mut(), || {
        let (object, existed) = find(&name.0?)?;
        let handle = open(object)?;
        last_error::set(if existed { ERROR_ALREADY_EXISTS } else { 0 });
        Ok(handle)
    })
}

/// Opens another handle to a named object; NULL with 2 when there is none, with 87 without a name.
#[cfg(not(windows))]
pub(crate) fn open_existing<T: crate::Object>(name: ObjectName) -> Handle {
    fence(std::ptr::null_mut(), || {
        let name = name.0?;
        if name.is_empty() {
            return Err(ERROR_INVALID_PARAMETER);
        }
        open(crate::sync::names::open::<T>(&name)?)
    })
}

/// The object behind a handle; 6 if there is none.
pub(crate) fn object(handle: crate::Handle) -> Result<std::sync::Arc<dyn crate::Object>, Code> {
    handle::lookup(handle).ok_or(ERROR_INVALID_HANDLE)
}

/// The object behind a handle of one type; 6 if it is none.
pub(crate) fn object_as<T: crate::Object>(
    handle: crate::Handle,
) -> Result<std::sync::Arc<T>, Code> {
    handle::lookup_as(handle).ok_or(ERROR_INVALID_HANDLE)
}
