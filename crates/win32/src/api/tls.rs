//! Thread local and fiber local storage.
//!
//! Owns the C form only. Threading: any thread; a value belongs to the calling one.

use std::ffi::c_void;

use super::{Bool, fence, fence_bool};
use crate::last_error;
use crate::threads::tls::{self, FlsCallback, IndexKind};

/// TLS_OUT_OF_INDEXES and FLS_OUT_OF_INDEXES.
const OUT_OF_INDEXES: u32 = u32::MAX;

fn value(kind: IndexKind, index: u32) -> *mut c_void {
    fence(std::ptr::null_mut(), || {
        let value = tls::get(kind, index)?;
        // A value of 0 is told from a failure by the last error.
        last_error::set(0);
        Ok(value as *mut c_void)
    })
}

/// TlsAlloc: returns an index whose value is NULL in every thread; 0xFFFFFFFF when there is none left.
#[unsafe(no_mangle)]
pub extern "system" fn TlsAlloc() -> u32 {
    fence(OUT_OF_INDEXES, || tls::allocate(IndexKind::Thread, None))
}

/// TlsFree: gives the index back; the values are forgotten. FALSE with 87 for an index that is not
/// in use.
#[unsafe(no_mangle)]
pub extern "system" fn TlsFree(index: u32) -> Bool {
    fence_bool(|| tls::free(IndexKind::Thread, index))
}

/// TlsGetValue: gets the value of the calling thread; NULL with last error 0 if it set none, with 87 for an index
/// that is not in use.
#[unsafe(no_mangle)]
pub extern "system" fn TlsGetValue(index: u32) -> *mut c_void {
    value(IndexKind::Thread, index)
}

/// TlsSetValue: sets the value of the calling thread. FALSE with 87 for an index that is not in
/// use.
#[unsafe(no_mangle)]
pub extern "system" fn TlsSetValue(index: u32, value: *mut c_void) -> Bool {
    fence_bool(|| tls::set(IndexKind::Thread, index, value as usize))
}

/// FlsAlloc: works like [`TlsAlloc`]; `callback` runs on a thread that ends, with its value unless
/// that is NULL.
///
/// # Safety
/// `callback` may be called with each value that is set.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn FlsAlloc(callback: Option<FlsCallback>) -> u32 {
    fence(OUT_OF_INDEXES, || tls::allocate(IndexKind::Fiber, callback))
}

/// FlsFree: frees an index; the callback runs for the value of the calling thread.
#[unsafe(no_mangle)]
pub extern "system" fn FlsFree(index: u32) -> Bool {
    fence_bool(|| tls::free(IndexKind::Fiber, index))
}

/// FlsGetValue: works like [`TlsGetValue`].
#[unsafe(no_mangle)]
pub extern "system" fn FlsGetValue(index: u32) -> *mut c_void {
    value(IndexKind::Fiber, index)
}

/// FlsSetValue: works like [`TlsSetValue`].
#[unsafe(no_mangle)]
pub extern "system" fn FlsSetValue(index: u32, value: *mut c_void) -> Bool {
    fence_bool(|| tls::set(IndexKind::Fiber, index, value as usize))
}
