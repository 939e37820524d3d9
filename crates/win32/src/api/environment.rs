//! The environment.
//!
//! Owns the C form only. Threading: any thread.

use super::text::{self, Unit};
use super::{Bool, TRUE, fence, fence_bool};
use crate::heap;
use crate::last_error;
use crate::process::environment;

unsafe fn get<U: Unit>(name: *const U, to: *mut U, room: u32) -> u32 {
    fence(0, || {
        // SAFETY: NUL-terminated by the contract of the exported functions.
        let value = environment::get(&unsafe { text::read(name) }?)?;
        if value.is_empty() {
            // An empty value is told from a failure by the last error.
            last_error::set(0);
        }
        // SAFETY: room by the contract of the exported functions.
        Ok(unsafe { text::store_or_need(to, room, &value) })
    })
}

/// GetEnvironmentVariableW: copies the value of a variable. Returns the number of characters without the NUL, or, if
/// the buffer is too small, the size that is needed, with the NUL. 0 with 203 when there is no such variable.
///
/// Differs: names that differ in case can be two variables here; a name that exists as it is written
/// comes first, then one that differs in the case of ASCII letters only.
///
/// # Safety
/// `name` is NULL or a NUL-terminated string; `to` is NULL or has room for `room` characters.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetEnvironmentVariableW(
    name: *const u16,
    to: *mut u16,
    room: u32,
) -> u32 {
    // SAFETY: by the contract of this function.
    unsafe { get(name, to, room) }
}

/// GetEnvironmentVariableA: works like [`GetEnvironmentVariableW`], in UTF-8.
///
/// # Safety
/// Works like [`GetEnvironmentVariableW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetEnvironmentVariableA(
    name: *const u8,
    to: *mut u8,
    room: u32,
) -> u32 {
    // SAFETY: by the contract of this function.
    unsafe { get(name, to, room) }
}

unsafe fn set<U: Unit>(name: *const U, value: *const U) -> Bool {
    fence_bool(|| {
        // SAFETY: NULL or NUL-terminated by the contract of the exported functions.
        let (name, value) = unsafe {
            let value = (!value.is_null()).then(|| text::read(value)).transpose()?;
            (text::read(name)?, value)
        };
        environment::set(&name, value.as_deref())
    })
}

/// SetEnvironmentVariableW: sets a variable of this process, which getenv and child processes see; NULL
/// removes it. FALSE with 87 for a name that is empty or has a `=`.
///
/// Differs: as with setenv(3), no other thread may be in getenv(3) or use what it gave.
///
/// # Safety
/// `name` and `value` are NULL or NUL-terminated strings.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SetEnvironmentVariableW(name: *const u16, value: *const u16) -> Bool {
    // SAFETY: by the contract of this function.
    unsafe { set(name, value) }
}

/// SetEnvironmentVariableA: works like [`SetEnvironmentVariableW`], in UTF-8.
///
/// # Safety
/// Works like [`SetEnvironmentVariableW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SetEnvironmentVariableA(name: *const u8, value: *const u8) -> Bool {
    // SAFETY: by the contract of this function.
    unsafe { set(name, value) }
}

unsafe fn expand<U: Unit>(from: *const U, to: *mut U, room: u32) -> u32 {
    fence(0, || {
        // SAFETY: NUL-terminated by the contract of the exported functions.
        let text = environment::expand(&unsafe { text::read(from) }?);
        let units = U::encode(&text);
        // SAFETY: room by the contract of the exported functions.
        unsafe { text::store_text(to, room as usize, &units) };
        Ok(u32::try_from(units.len() + 1).unwrap_or(u32::MAX))
    })
}

/// ExpandEnvironmentStringsW: replaces each `%name%` by the value of the variable; one that does not
/// exist stays. The characters of the result with the NUL, whether they fitted or not. 0 with 87 for
/// NULL.
///
/// # Safety
/// `from` is NULL or a NUL-terminated string; `to` is NULL or has room for `room` characters.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn ExpandEnvironmentStringsW(
    from: *const u16,
    to: *mut u16,
    room: u32,
) -> u32 {
    // SAFETY: by the contract of this function.
    unsafe { expand(from, to, room) }
}

/// ExpandEnvironmentStringsA: works like [`ExpandEnvironmentStringsW`], in UTF-8.
///
/// # Safety
/// Works like [`ExpandEnvironmentStringsW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn ExpandEnvironmentStringsA(
    from: *const u8,
    to: *mut u8,
    room: u32,
) -> u32 {
    // SAFETY: by the contract of this function.
    unsafe { expand(from, to, room) }
}

fn strings<U: Unit>() -> *mut U {
    fence(std::ptr::null_mut(), || {
        let mut units = Vec::new();
        for line in environment::all() {
            units.extend(U::encode(&line));
            units.push(U::default());
        }
        if units.is_empty() {
            units.push(U::default());
        }
        text::allocate(&units, 0)
    })
}

/// GetEnvironmentStringsW: gets a copy of all variables, `name=value` with a NUL each, and one more NUL, for
/// FreeEnvironmentStringsW. NULL with 8 without memory.
#[unsafe(no_mangle)]
pub extern "system" fn GetEnvironmentStringsW() -> *mut u16 {
    strings()
}

/// GetEnvironmentStringsA: works like [`GetEnvironmentStringsW`], in UTF-8; GetEnvironmentStrings
/// in the headers.
#[unsafe(no_mangle)]
pub extern "system" fn GetEnvironmentStringsA() -> *mut u8 {
    strings()
}

/// GetEnvironmentStrings: is GetEnvironmentStringsA under the name that libraries export.
#[unsafe(no_mangle)]
pub extern "system" fn GetEnvironmentStrings() -> *mut u8 {
    strings()
}

/// FreeEnvironmentStringsW: returns TRUE.
///
/// # Safety
/// `block` is NULL or came from GetEnvironmentStrings and is freed once.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn FreeEnvironmentStringsW(block: *mut u16) -> Bool {
    // SAFETY: by the contract of this function.
    unsafe { heap::free(block.cast()) };
    TRUE
}

/// FreeEnvironmentStringsA: returns TRUE.
///
/// # Safety
/// Works like [`FreeEnvironmentStringsW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn FreeEnvironmentStringsA(block: *mut u8) -> Bool {
    // SAFETY: by the contract of this function.
    unsafe { heap::free(block.cast()) };
    TRUE
}
