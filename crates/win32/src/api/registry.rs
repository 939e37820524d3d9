//! The registry: opening keys and reading values.
//!
//! Owns the C form of opening keys and reading values; enumerating is in `registry_enumerate`, writing in
//! `registry_write`. Each function returns a code (LSTATUS) and does not touch the last error. Threading:
//! any thread.

use std::ffi::{c_char, c_void};
use std::ptr;

use super::text::Unit;
use super::{fence, put, wide};
use crate::handle::Handle;
use crate::process::environment;
use crate::registry::key::{self, Key, QUERY};
use crate::registry::tree::{self, BINARY, DWORD, EXPAND_SZ, MULTI_SZ, QWORD, RegistryValue, SZ};
use crate::status::{
    Code, ERROR_FILE_NOT_FOUND, ERROR_INTERNAL_ERROR, ERROR_INVALID_DATA, ERROR_INVALID_PARAMETER,
    ERROR_MORE_DATA, ERROR_UNSUPPORTED_TYPE,
};

/// Of a function that returns its code.
pub(super) fn status(body: impl FnOnce() -> Result<(), Code>) -> u32 {
    fence(ERROR_INTERNAL_ERROR, || Ok(body().err().unwrap_or(0)))
}

/// A name or path of the program in UTF-16; empty for NULL.
///
/// # Safety
/// NULL or NUL-terminated.
pub(super) unsafe fn from_wide(text: *const u16) -> Result<String, Code> {
    if text.is_null() {
        return Ok(String::new());
    }
    // SAFETY: by the contract of this function.
    Ok(String::from_utf16_lossy(unsafe { wide(text) }?))
}

/// Works like [`from_wide`], in UTF-8.
///
/// # Safety
/// NULL or NUL-terminated.
pub(super) unsafe fn from_narrow(text: *const c_char) -> String {
    match text.is_null() {
        true => String::new(),
        // SAFETY: by the contract of this function.
        false => unsafe { std::ffi::CStr::from_ptr(text) }
            .to_string_lossy()
            .into_owned(),
    }
}

/// RegOpenKeyExW: opens a key that is there. Returns 0, 2 (no such key), 6, 87 (NULL), 1009 (the file of
/// the registry cannot be used), 1018 (`key` was deleted). An empty path opens `key` once more.
///
/// Differs: there is what the file has that the variable HTTPSYS_REGISTRY names, and what the process has
/// written; without a file nothing. Views of WOW64 are one.
///
/// # Safety
/// `path` is NULL or NUL-terminated, `opened` is NULL or valid.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn RegOpenKeyExW(
    key: Handle,
    path: *const u16,
    _options: u32,
    access: u32,
    opened: *mut Handle,
) -> u32 {
    // SAFETY: by the contract of this function.
    status(|| unsafe { open(key, &from_wide(path)?, access, opened) })
}

/// RegOpenKeyExA: works like [`RegOpenKeyExW`]; the path is UTF-8.
///
/// # Safety
/// Works like [`RegOpenKeyExW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn RegOpenKeyExA(
    key: Handle,
    path: *const c_char,
    _options: u32,
    access: u32,
    opened: *mut Handle,
) -> u32 {
    // SAFETY: by the contract of this function.
    status(|| unsafe { open(key, &from_narrow(path), access, opened) })
}

/// RegOpenKeyW: works like [`RegOpenKeyExW`] with all rights.
///
/// # Safety
/// Works like [`RegOpenKeyExW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn RegOpenKeyW(
    key: Handle,
    path: *const u16,
    opened: *mut Handle,
) -> u32 {
    // SAFETY: by the contract of this function.
    status(|| unsafe { open(key, &from_wide(path)?, key::ALL, opened) })
}

/// RegOpenKeyA: works like [`RegOpenKeyW`]; the path is UTF-8.
///
/// # Safety
/// Works like [`RegOpenKeyExW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn RegOpenKeyA(
    key: Handle,
    path: *const c_char,
    opened: *mut Handle,
) -> u32 {
    // SAFETY: by the contract of this function.
    status(|| unsafe { open(key, &from_narrow(path), key::ALL, opened) })
}

/// RegOpenCurrentUser: opens HKEY_CURRENT_USER. Returns 0, 87, 1009.
///
/// # Safety
/// `opened` is NULL or valid.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn RegOpenCurrentUser(access: u32, opened: *mut Handle) -> u32 {
    const CURRENT_USER: Handle = 0xFFFF_FFFF_8000_0001_usize as Handle;
    // SAFETY: by the contract of this function.
    status(|| unsafe { open(CURRENT_USER, "", access, opened) })
}

unsafe fn open(key: Handle, path: &str, access: u32, opened: *mut Handle) -> Result<(), Code> {
    if opened.is_null() {
        return Err(ERROR_INVALID_PARAMETER);
    }
    // SAFETY: not NULL, so valid by the contracts of the exported functions.
    unsafe { put(opened, ptr::null_mut()) };
    let handle = key::open(key::of(key)?.open(path, access)?)?;
    // SAFETY: as above.
    unsafe { put(opened, handle) };
    Ok(())
}

/// RegCloseKey: returns 0 or 6. A predefined key stays open.
#[unsafe(no_mangle)]
pub extern "system" fn RegCloseKey(key: Handle) -> u32 {
    status(|| key::close(key))
}

/// What a program gives for a value: each pointer may be NULL; the length is in bytes, in and out.
#[derive(Clone, Copy)]
pub(super) struct ValueBuffer {
    pub(super) kind: *mut u32,
    pub(super) data: *mut u8,
    pub(super) length: *mut u32,
}

impl ValueBuffer {
    /// Writes type and length, and the data if it fits; 234 if it does not.
    ///
    /// # Safety
    /// As the exported functions: `data` has room for `*length` bytes.
    pub(super) unsafe fn give(self, kind: u32, data: &[u8]) -> Result<(), Code> {
        if self.length.is_null() && !self.data.is_null() {
            return Err(ERROR_INVALID_PARAMETER);
        }
        // SAFETY: NULL or valid by the contract of this function.
        unsafe { put(self.kind, kind) };
        if self.length.is_null() {
            return Ok(());
        }
        // SAFETY: as above.
        let room = unsafe { self.length.read_unaligned() } as usize;
        let needed = u32::try_from(data.len()).map_err(|_| ERROR_MORE_DATA)?;
        // SAFETY: as above.
        unsafe { put(self.length, needed) };
        if self.data.is_null() {
            return Ok(());
        }
        if room < data.len() {
            return Err(ERROR_MORE_DATA);
        }
        // SAFETY: there is room, as just tested.
        unsafe { ptr::copy_nonoverlapping(data.as_ptr(), self.data, data.len()) };
        Ok(())
    }
}

/// The data as the A functions have it: text in UTF-8.
pub(super) fn narrow(value: &RegistryValue) -> Vec<u8> {
    match tree::is_text(value.kind) {
        false => value.data.clone(),
        true => u8::encode(&units_of(value)),
    }
}

/// The units of a text.
fn units_of(value: &RegistryValue) -> Vec<u16> {
    let units = value.data.chunks_exact(2);
    let units = units.map(|two| u16::from_ne_bytes([two[0], two[1]]));
    units.collect()
}

/// RegQueryValueExW: gets type and data of a value, or, for NULL or "", of the default value. Returns 0, 2 (no such
/// value), 5, 6, 87 (`reserved`, or `data` without `length`), 234 (`length` then is what is needed), 1009, 1018. Text
/// may lack its NUL if it was written so.
///
/// # Safety
/// Each pointer is NULL or valid; `data` has room for `*length` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn RegQueryValueExW(
    key: Handle,
    name: *const u16,
    reserved: *const u32,
    kind: *mut u32,
    data: *mut u8,
    length: *mut u32,
) -> u32 {
    let out = ValueBuffer { kind, data, length };
    status(|| {
        // SAFETY: by the contract of this function.
        let value = unsafe { query(key, &from_wide(name)?, reserved, out) }?;
        // SAFETY: as above.
        unsafe { out.give(value.kind, &value.data) }
    })
}

/// RegQueryValueExA: works like [`RegQueryValueExW`]; name and text are UTF-8.
///
/// # Safety
/// Works like [`RegQueryValueExW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn RegQueryValueExA(
    key: Handle,
    name: *const c_char,
    reserved: *const u32,
    kind: *mut u32,
    data: *mut u8,
    length: *mut u32,
) -> u32 {
    let out = ValueBuffer { kind, data, length };
    status(|| {
        // SAFETY: by the contract of this function.
        let value = unsafe { query(key, &from_narrow(name), reserved, out) }?;
        // SAFETY: as above.
        unsafe { out.give(value.kind, &narrow(&value)) }
    })
}

unsafe fn query(
    key: Handle,
    name: &str,
    reserved: *const u32,
    out: ValueBuffer,
) -> Result<RegistryValue, Code> {
    if !reserved.is_null() || (out.length.is_null() && !out.data.is_null()) {
        return Err(ERROR_INVALID_PARAMETER);
    }
    value_of(&key::of(key)?, name)
}

fn value_of(key: &Key, name: &str) -> Result<RegistryValue, Code> {
    key.look(QUERY, |node| {
        node.value(name).cloned().ok_or(ERROR_FILE_NOT_FOUND)
    })
}

/// RRF_NOEXPAND.
const NO_EXPAND: u32 = 0x1000_0000;
/// RRF_ZEROONFAILURE.
const ZERO_ON_FAILURE: u32 = 0x2000_0000;

/// RegGetValueW: gets a value of a key below `key`, if it has one of the types in `flags` (RRF_RT_); text always ends
/// with NUL, REG_EXPAND_SZ is expanded from the environment and is REG_SZ then (not with RRF_NOEXPAND). Returns 0, 2,
/// 5, 6, 13 (a number of another length), 87, 234, 1630 (another type), 1009, 1018.
///
/// # Safety
/// Each pointer is NULL or valid; `data` has room for `*length` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn RegGetValueW(
    key: Handle,
    path: *const u16,
    name: *const u16,
    flags: u32,
    kind: *mut u32,
    data: *mut c_void,
    length: *mut u32,
) -> u32 {
    let data = data.cast();
    let out = ValueBuffer { kind, data, length };
    // SAFETY: by the contract of this function.
    status(|| unsafe { get(key, from_wide(path)?, from_wide(name)?, flags, out, false) })
}

/// RegGetValueA: works like [`RegGetValueW`]; names and text are UTF-8.
///
/// # Safety
/// Works like [`RegGetValueW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn RegGetValueA(
    key: Handle,
    path: *const c_char,
    name: *const c_char,
    flags: u32,
    kind: *mut u32,
    data: *mut c_void,
    length: *mut u32,
) -> u32 {
    let data = data.cast();
    let out = ValueBuffer { kind, data, length };
    // SAFETY: by the contract of this function.
    status(|| unsafe { get(key, from_narrow(path), from_narrow(name), flags, out, true) })
}

unsafe fn get(
    key: Handle,
    path: String,
    name: String,
    flags: u32,
    out: ValueBuffer,
    narrowed: bool,
) -> Result<(), Code> {
    // SAFETY: by the contracts of the exported functions.
    let result = unsafe { get_checked(key, &path, &name, flags, out, narrowed) };
    let clear = result.is_err() && flags & ZERO_ON_FAILURE != 0;
    if clear && !out.data.is_null() && !out.length.is_null() && result != Err(ERROR_MORE_DATA) {
        // SAFETY: `data` has room for `*length` bytes, which was not written.
        unsafe { ptr::write_bytes(out.data, 0, out.length.read_unaligned() as usize) };
    }
    result
}

unsafe fn get_checked(
    key: Handle,
    path: &str,
    name: &str,
    flags: u32,
    out: ValueBuffer,
    narrowed: bool,
) -> Result<(), Code> {
    const EXPAND: u32 = 0x4;
    let types = flags & 0xFFFF;
    // Expanded text is not of the type that is asked for (documented).
    let contradicts = types != 0xFFFF && types & EXPAND != 0 && flags & NO_EXPAND == 0;
    if types == 0 || contradicts || (out.length.is_null() && !out.data.is_null()) {
        return Err(ERROR_INVALID_PARAMETER);
    }
    let mut key = key::of(key)?;
    if !path.is_empty() {
        key = key.open(path, QUERY)?;
    }
    let mut value = value_of(&key, name)?;
    if value.kind == EXPAND_SZ && flags & NO_EXPAND == 0 {
        value = expanded(&value);
    }
    let allowed = match value.kind {
        SZ => 0x2,
        EXPAND_SZ => EXPAND,
        BINARY => 0x8,
        DWORD => 0x10,
        MULTI_SZ => 0x20,
        QWORD => 0x40,
        tree::NONE => 0x1,
        _ => 0,
    };
    if types & allowed == 0 && types != 0xFFFF {
        return Err(ERROR_UNSUPPORTED_TYPE);
    }
    let size = match (types, value.kind) {
        (0x18, _) | (_, DWORD) => Some(4),
        (0x48, _) | (_, QWORD) => Some(8),
        _ => None,
    };
    if size.is_some_and(|size| size != value.data.len()) {
        return Err(ERROR_INVALID_DATA);
    }
    terminate(&mut value);
    match narrowed {
        // SAFETY: by the contract of this function.
        true => unsafe { out.give(value.kind, &narrow(&value)) },
        // SAFETY: as above.
        false => unsafe { out.give(value.kind, &value.data) },
    }
}

/// Adds the NULs that text lacks: one, of a list two.
fn terminate(value: &mut RegistryValue) {
    let needed = match value.kind {
        SZ | EXPAND_SZ => 2,
        MULTI_SZ => 4,
        _ => return,
    };
    let length = value.data.len();
    value.data.truncate(length - length % 2);
    // An empty list is one NUL.
    while !value.data.ends_with(&[0; 4][..needed]) && value.data != [0, 0] {
        value.data.extend([0, 0]);
    }
}

/// The text with its variables replaced, and its type.
fn expanded(value: &RegistryValue) -> RegistryValue {
    let text = units_of(value);
    let length = text
        .iter()
        .rposition(|&unit| unit != 0)
        .map_or(0, |last| last + 1);
    let result = String::from_utf16_lossy(&environment::expand(&text[..length]));
    RegistryValue::text(&value.name, SZ, &result)
}
