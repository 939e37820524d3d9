//! The registry: writing keys and values, and waiting for changes.
//!
//! Owns the C form only. What is written is kept in memory as long as the process lives; the file of the
//! registry is not changed. Each function returns a code (LSTATUS). Threading: any thread.

use std::ffi::{c_char, c_void};
use std::ptr;
use std::sync::Arc;

use super::put;
use super::registry::{from_narrow, from_wide, status};
use crate::handle::{self, Handle};
use crate::registry::key;
use crate::registry::tree::{self, RegistryValue, ValueKind};
use crate::status::{Code, ERROR_INVALID_HANDLE, ERROR_INVALID_PARAMETER};
use crate::sync::event::Event;

/// RegCreateKeyExW: opens a key, made with all above it if there is none; `disposition` gets 1 (new) or
/// 2. Returns 0, 6, 87, 1009, 1018.
///
/// Differs: keys are made in the memory of the process, for any user; class, options and security are not kept.
///
/// # Safety
/// `path` is NUL-terminated, `opened` and `disposition` are NULL or valid.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn RegCreateKeyExW(
    key: Handle,
    path: *const u16,
    reserved: u32,
    _class: *const u16,
    _options: u32,
    access: u32,
    _security: *const c_void,
    opened: *mut Handle,
    disposition: *mut u32,
) -> u32 {
    status(|| {
        given(path, reserved)?;
        // SAFETY: by the contract of this function.
        unsafe { create(key, &from_wide(path)?, access, opened, disposition) }
    })
}

/// RegCreateKeyExA: works like [`RegCreateKeyExW`]; the path is UTF-8.
///
/// # Safety
/// Works like [`RegCreateKeyExW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn RegCreateKeyExA(
    key: Handle,
    path: *const c_char,
    reserved: u32,
    _class: *const c_char,
    _options: u32,
    access: u32,
    _security: *const c_void,
    opened: *mut Handle,
    disposition: *mut u32,
) -> u32 {
    status(|| {
        given(path, reserved)?;
        // SAFETY: by the contract of this function.
        unsafe { create(key, &from_narrow(path), access, opened, disposition) }
    })
}

/// RegCreateKeyW: works like [`RegCreateKeyExW`] with all rights.
///
/// # Safety
/// Works like [`RegCreateKeyExW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn RegCreateKeyW(
    key: Handle,
    path: *const u16,
    opened: *mut Handle,
) -> u32 {
    // SAFETY: by the contract of this function.
    status(|| unsafe { create(key, &from_wide(path)?, key::ALL, opened, ptr::null_mut()) })
}

/// RegCreateKeyA: works like [`RegCreateKeyW`]; the path is UTF-8.
///
/// # Safety
/// Works like [`RegCreateKeyExW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn RegCreateKeyA(
    key: Handle,
    path: *const c_char,
    opened: *mut Handle,
) -> u32 {
    // SAFETY: by the contract of this function.
    status(|| unsafe { create(key, &from_narrow(path), key::ALL, opened, ptr::null_mut()) })
}

fn given<T>(path: *const T, reserved: u32) -> Result<(), Code> {
    match path.is_null() || reserved != 0 {
        true => Err(ERROR_INVALID_PARAMETER),
        false => Ok(()),
    }
}

unsafe fn create(
    key: Handle,
    path: &str,
    access: u32,
    opened: *mut Handle,
    disposition: *mut u32,
) -> Result<(), Code> {
    if opened.is_null() {
        return Err(ERROR_INVALID_PARAMETER);
    }
    let (made, new) = key::of(key)?.create(path, access)?;
    let handle = key::open(made)?;
    // SAFETY: NULL or valid by the contracts of the exported functions.
    unsafe {
        put(opened, handle);
        put(disposition, if new { 1 } else { 2 });
    }
    Ok(())
}

/// RegSetValueExW: sets a value, the default value for NULL or "". Returns 0, 5, 6, 87, 1009, 1018.
///
/// Differs: kept in the memory of the process.
///
/// # Safety
/// `name` is NULL or NUL-terminated, `data` points to `length` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn RegSetValueExW(
    key: Handle,
    name: *const u16,
    _reserved: u32,
    kind: u32,
    data: *const u8,
    length: u32,
) -> u32 {
    // SAFETY: by the contract of this function.
    status(|| unsafe { set(key, from_wide(name)?, kind, bytes(data, length)?) })
}

/// RegSetValueExA: works like [`RegSetValueExW`]; name and text are UTF-8.
///
/// # Safety
/// Works like [`RegSetValueExW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn RegSetValueExA(
    key: Handle,
    name: *const c_char,
    _reserved: u32,
    kind: u32,
    data: *const u8,
    length: u32,
) -> u32 {
    // SAFETY: by the contract of this function.
    status(|| unsafe {
        set(
            key,
            from_narrow(name),
            kind,
            widened(kind, bytes(data, length)?),
        )
    })
}

/// RegSetKeyValueW: works like [`RegSetValueExW`] in a key below `key`, which is made if there is none.
///
/// # Safety
/// Works like [`RegSetValueExW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn RegSetKeyValueW(
    key: Handle,
    path: *const u16,
    name: *const u16,
    kind: u32,
    data: *const c_void,
    length: u32,
) -> u32 {
    status(|| {
        // SAFETY: by the contract of this function.
        let (path, name) = unsafe { (from_wide(path)?, from_wide(name)?) };
        // SAFETY: as above.
        let data = unsafe { bytes(data.cast(), length) }?;
        let below = key::of(key)?.create(&path, key::ALL)?.0;
        below.set(RegistryValue { name, kind, data })
    })
}

/// RegSetKeyValueA: works like [`RegSetKeyValueW`]; names and text are UTF-8.
///
/// # Safety
/// Works like [`RegSetValueExW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn RegSetKeyValueA(
    key: Handle,
    path: *const c_char,
    name: *const c_char,
    kind: u32,
    data: *const c_void,
    length: u32,
) -> u32 {
    status(|| {
        // SAFETY: by the contract of this function.
        let (path, name) = unsafe { (from_narrow(path), from_narrow(name)) };
        // SAFETY: as above.
        let data = widened(kind, unsafe { bytes(data.cast(), length) }?);
        let below = key::of(key)?.create(&path, key::ALL)?.0;
        below.set(RegistryValue { name, kind, data })
    })
}

fn set(key: Handle, name: String, kind: ValueKind, data: Vec<u8>) -> Result<(), Code> {
    key::of(key)?.set(RegistryValue { name, kind, data })
}

unsafe fn bytes(data: *const u8, length: u32) -> Result<Vec<u8>, Code> {
    match (data.is_null(), length) {
        (_, 0) => Ok(Vec::new()),
        (true, _) => Err(ERROR_INVALID_PARAMETER),
        // SAFETY: so many bytes by the contracts of the exported functions.
        (false, _) => Ok(unsafe { std::slice::from_raw_parts(data, length as usize) }.to_vec()),
    }
}

/// Text of an A function in UTF-16.
fn widened(kind: ValueKind, data: Vec<u8>) -> Vec<u8> {
    match tree::is_text(kind) {
        false => data,
        true => {
            let text = String::from_utf8_lossy(&data);
            text.encode_utf16().flat_map(u16::to_ne_bytes).collect()
        }
    }
}

/// RegDeleteValueW: returns 0, 2 (no such value), 5, 6, 1009, 1018.
///
/// # Safety
/// `name` is NULL or NUL-terminated.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn RegDeleteValueW(key: Handle, name: *const u16) -> u32 {
    // SAFETY: by the contract of this function.
    status(|| key::of(key)?.unset(&unsafe { from_wide(name) }?))
}

/// RegDeleteValueA: works like [`RegDeleteValueW`]; the name is UTF-8.
///
/// # Safety
/// Works like [`RegDeleteValueW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn RegDeleteValueA(key: Handle, name: *const c_char) -> u32 {
    // SAFETY: by the contract of this function.
    status(|| key::of(key)?.unset(&unsafe { from_narrow(name) }))
}

/// RegDeleteKeyW: deletes a key that has no keys below it. Returns 0, 2, 5 (there are keys below it), 6, 87 (NULL or
/// ""), 1009, 1018.
///
/// # Safety
/// `path` is NULL or NUL-terminated.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn RegDeleteKeyW(key: Handle, path: *const u16) -> u32 {
    // SAFETY: by the contract of this function.
    status(|| key::of(key)?.remove(&unsafe { from_wide(path) }?, false))
}

/// RegDeleteKeyA: works like [`RegDeleteKeyW`]; the path is UTF-8.
///
/// # Safety
/// Works like [`RegDeleteKeyW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn RegDeleteKeyA(key: Handle, path: *const c_char) -> u32 {
    // SAFETY: by the contract of this function.
    status(|| key::of(key)?.remove(&unsafe { from_narrow(path) }, false))
}

/// RegDeleteKeyExW: works like [`RegDeleteKeyW`]; the views of WOW64 are one.
///
/// # Safety
/// Works like [`RegDeleteKeyW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn RegDeleteKeyExW(
    key: Handle,
    path: *const u16,
    _access: u32,
    _reserved: u32,
) -> u32 {
    // SAFETY: by the contract of this function.
    unsafe { RegDeleteKeyW(key, path) }
}

/// RegDeleteKeyExA: works like [`RegDeleteKeyExW`]; the path is UTF-8.
///
/// # Safety
/// Works like [`RegDeleteKeyW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn RegDeleteKeyExA(
    key: Handle,
    path: *const c_char,
    _access: u32,
    _reserved: u32,
) -> u32 {
    // SAFETY: by the contract of this function.
    unsafe { RegDeleteKeyA(key, path) }
}

/// RegDeleteTreeW: deletes a key with everything below it, or, for NULL, everything in `key`. Returns 0, 2, 6, 1009,
/// 1018.
///
/// # Safety
/// `path` is NULL or NUL-terminated.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn RegDeleteTreeW(key: Handle, path: *const u16) -> u32 {
    // SAFETY: by the contract of this function.
    status(|| delete_tree(key, &unsafe { from_wide(path) }?))
}

/// RegDeleteTreeA: works like [`RegDeleteTreeW`]; the path is UTF-8.
///
/// # Safety
/// Works like [`RegDeleteTreeW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn RegDeleteTreeA(key: Handle, path: *const c_char) -> u32 {
    // SAFETY: by the contract of this function.
    status(|| delete_tree(key, &unsafe { from_narrow(path) }))
}

fn delete_tree(key: Handle, path: &str) -> Result<(), Code> {
    let key = key::of(key)?;
    match path.is_empty() {
        true => key.clear(),
        false => key.remove(path, true),
    }
}

/// RegFlushKey: returns 0 or 6.
///
/// Differs: nothing is written anywhere.
#[unsafe(no_mangle)]
pub extern "system" fn RegFlushKey(key: Handle) -> u32 {
    status(|| key::of(key).map(drop))
}

/// RegNotifyChangeKeyValue: sets `event` at the next change of the keys below (filter 1) or the values
/// (filter 4) of `key`, with `subtree` of all below it, once; without `asynchronous` waits for it.
/// Returns 0, 5, 6, 87 (no event, filter), 1009, 1018.
///
/// Differs: changes are those that this process makes.
#[unsafe(no_mangle)]
pub extern "system" fn RegNotifyChangeKeyValue(
    key: Handle,
    subtree: i32,
    filter: u32,
    event: Handle,
    asynchronous: i32,
) -> u32 {
    status(|| {
        let key = key::of(key)?;
        if asynchronous == 0 {
            let changed = Arc::new(Event::new(true, false));
            key.watch(subtree != 0, filter, changed.clone())?;
            changed.wait(None);
            return Ok(());
        }
        if event.is_null() {
            return Err(ERROR_INVALID_PARAMETER);
        }
        let event = handle::lookup_as::<Event>(event).ok_or(ERROR_INVALID_HANDLE)?;
        event.reset();
        key.watch(subtree != 0, filter, event)
    })
}
