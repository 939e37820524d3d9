//! The functions of `httpsys/extension.h`.
//!
//! Owns: the calls with the pointers taken care of. Does not own judgement of codes. Threading: any
//! thread.

use std::ffi::{c_char, c_void};

use windows_sys::Win32::Foundation::HANDLE;

use super::{Handle, checked};

#[cfg(any(not(windows), feature = "dll"))]
unsafe extern "system" {
    fn HttpsysQueryCounters(
        set: i32,
        queue: HANDLE,
        group: u64,
        counters: *mut c_void,
        length: u32,
        return_length: *mut u32,
    ) -> u32;
    fn HttpsysWritePrometheus(buffer: *mut c_char, length: u32, needed: *mut u32) -> u32;
    fn HttpsysWriteServiceState(buffer: *mut c_char, length: u32, needed: *mut u32) -> u32;
}

/// The system's DLL has none of our extensions: ERROR_CALL_NOT_IMPLEMENTED.
#[cfg(all(windows, not(feature = "dll")))]
#[allow(non_snake_case, reason = "the names of the C functions")]
mod absent {
    use super::{HANDLE, c_char, c_void};

    pub(super) unsafe fn HttpsysQueryCounters(
        _set: i32,
        _queue: HANDLE,
        _group: u64,
        _counters: *mut c_void,
        _length: u32,
        _return_length: *mut u32,
    ) -> u32 {
        120
    }
    pub(super) unsafe fn HttpsysWritePrometheus(_: *mut c_char, _: u32, _: *mut u32) -> u32 {
        120
    }
    pub(super) unsafe fn HttpsysWriteServiceState(_: *mut c_char, _: u32, _: *mut u32) -> u32 {
        120
    }
}
#[cfg(all(windows, not(feature = "dll")))]
use absent::{HttpsysQueryCounters, HttpsysWritePrometheus, HttpsysWriteServiceState};

/// Which of the two functions that write a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Text {
    /// HttpsysWritePrometheus.
    Prometheus,
    /// HttpsysWriteServiceState.
    ServiceState,
}

/// HttpsysQueryCounters into the first `length` bytes of the structure; NULL where it is `None`.
pub fn query_counters<T>(
    set: i32,
    (queue, group): (Handle, u64),
    into: Option<&mut T>,
    length: usize,
    return_length: Option<&mut u32>,
) -> u32 {
    assert!(length <= size_of::<T>());
    let into = into.map_or(std::ptr::null_mut(), std::ptr::from_mut);
    let return_length = return_length.map_or(std::ptr::null_mut(), std::ptr::from_mut);
    let length = u32::try_from(length).expect("a small structure");
    // SAFETY: NULL, or places that are valid for writing as much as is said.
    unsafe { HttpsysQueryCounters(set, queue.raw(), group, into.cast(), length, return_length) }
}

/// HttpsysQueryCounters for a whole structure.
///
/// # Errors
/// The Win32 code.
pub fn counters<T: Default>(set: i32, queue: Handle, group: u64) -> Result<T, u32> {
    let mut counters = T::default();
    let mut written = 0;
    let (into, length) = (Some(&mut counters), size_of::<T>());
    checked(query_counters(
        set,
        (queue, group),
        into,
        length,
        Some(&mut written),
    ))?;
    assert_eq!(written as usize, length);
    Ok(counters)
}

/// One of the functions that write a text; `None` is NULL.
pub fn write_text(which: Text, buffer: Option<&mut [u8]>, needed: Option<&mut u32>) -> u32 {
    let (first, length) = match buffer {
        Some(buffer) => (buffer.as_mut_ptr(), buffer.len()),
        None => (std::ptr::null_mut(), 0),
    };
    write_text_to(which, first, length, needed)
}

/// As [`write_text`] with a pointer that may be NULL whatever the length.
pub fn write_text_to(which: Text, first: *mut u8, length: usize, needed: Option<&mut u32>) -> u32 {
    let needed = needed.map_or(std::ptr::null_mut(), std::ptr::from_mut);
    let length = u32::try_from(length).expect("a small buffer");
    // SAFETY: NULL, or places that are valid for writing as much as is said.
    unsafe {
        match which {
            Text::Prometheus => HttpsysWritePrometheus(first.cast(), length, needed),
            Text::ServiceState => HttpsysWriteServiceState(first.cast(), length, needed),
        }
    }
}

/// The text, as a program gets it: the size first, and again while it has grown meanwhile.
///
/// # Panics
/// If the function fails, or the text is not as its size says.
#[must_use]
pub fn text(which: Text) -> String {
    let mut buffer = Vec::new();
    loop {
        let mut needed = 0;
        match write_text(which, Some(&mut buffer), Some(&mut needed)) {
            0 => {
                buffer.truncate(needed as usize);
                assert_eq!(buffer.pop(), Some(0), "a NUL behind the text");
                return String::from_utf8(buffer).expect("UTF-8");
            }
            234 => buffer.resize(needed as usize, 0xAA),
            code => panic!("{which:?}: {code}"),
        }
    }
}
