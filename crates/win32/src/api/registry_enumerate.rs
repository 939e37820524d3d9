//! The registry: enumerating keys and values.
//!
//! Owns the C form of enumerating keys and values and of counting them; looking one up by its name is in
//! `registry`. Each function returns a code (LSTATUS) and does not touch the last error. Threading: any
//! thread.

use super::put;
use super::registry::{ValueBuffer, narrow, status};
use super::text::{Unit, store_text, wide_of};
use crate::handle::Handle;
use crate::registry::key::{self, ENUMERATE, QUERY};
use crate::registry::tree::RegistryValue;
use crate::status::{Code, ERROR_INVALID_PARAMETER, ERROR_MORE_DATA, ERROR_NO_MORE_ITEMS};

/// RegEnumKeyExW: gets the name of the key at this index below `key`, and when it was last written. Returns 0, 5, 6,
/// 87, 234 (the name does not fit), 259 (no more), 1009, 1018. No key has a class: `class` becomes "".
///
/// # Safety
/// `name` has room for `*length` WCHARs; the other pointers are NULL or valid.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn RegEnumKeyExW(
    key: Handle,
    index: u32,
    name: *mut u16,
    length: *mut u32,
    reserved: *const u32,
    class: *mut u16,
    class_length: *mut u32,
    written: *mut u64,
) -> u32 {
    status(|| {
        // SAFETY: by the contract of this function.
        unsafe {
            enumerate(key, index, name, length, reserved, written)?;
            put(class, 0);
            put(class_length, 0);
        }
        Ok(())
    })
}

/// RegEnumKeyExA: works like [`RegEnumKeyExW`], in UTF-8.
///
/// # Safety
/// Works like [`RegEnumKeyExW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn RegEnumKeyExA(
    key: Handle,
    index: u32,
    name: *mut u8,
    length: *mut u32,
    reserved: *const u32,
    class: *mut u8,
    class_length: *mut u32,
    written: *mut u64,
) -> u32 {
    status(|| {
        // SAFETY: by the contract of this function.
        unsafe {
            enumerate(key, index, name, length, reserved, written)?;
            put(class, 0);
            put(class_length, 0);
        }
        Ok(())
    })
}

unsafe fn enumerate<T: Unit>(
    key: Handle,
    index: u32,
    name: *mut T,
    length: *mut u32,
    reserved: *const u32,
    written: *mut u64,
) -> Result<(), Code> {
    if !reserved.is_null() {
        return Err(ERROR_INVALID_PARAMETER);
    }
    key::of(key)?.look(ENUMERATE, |node| {
        let below = node.keys().nth(index as usize).ok_or(ERROR_NO_MORE_ITEMS)?;
        // SAFETY: by the contracts of the exported functions.
        unsafe {
            give_name(&below.name, name, length)?;
            put(written, below.written);
        }
        Ok(())
    })
}

/// RegEnumValueW: gets name, type and data of the value at this index. Returns 0, 5, 6, 87, 234 (name or data do not
/// fit), 259 (no more), 1009, 1018.
///
/// # Safety
/// `name` has room for `*name_length` WCHARs, `data` for `*length` bytes; the other pointers are NULL or valid.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn RegEnumValueW(
    key: Handle,
    index: u32,
    name: *mut u16,
    name_length: *mut u32,
    reserved: *const u32,
    kind: *mut u32,
    data: *mut u8,
    length: *mut u32,
) -> u32 {
    let out = ValueBuffer { kind, data, length };
    status(|| {
        let value = nth_value(key, index, reserved)?;
        // SAFETY: by the contract of this function.
        unsafe {
            give_name(&value.name, name, name_length)?;
            out.give(value.kind, &value.data)
        }
    })
}

/// RegEnumValueA: works like [`RegEnumValueW`], in UTF-8.
///
/// # Safety
/// Works like [`RegEnumValueW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn RegEnumValueA(
    key: Handle,
    index: u32,
    name: *mut u8,
    name_length: *mut u32,
    reserved: *const u32,
    kind: *mut u32,
    data: *mut u8,
    length: *mut u32,
) -> u32 {
    let out = ValueBuffer { kind, data, length };
    status(|| {
        let value = nth_value(key, index, reserved)?;
        // SAFETY: by the contract of this function.
        unsafe {
            give_name(&value.name, name, name_length)?;
            out.give(value.kind, &narrow(&value))
        }
    })
}

fn nth_value(key: Handle, index: u32, reserved: *const u32) -> Result<RegistryValue, Code> {
    if !reserved.is_null() {
        return Err(ERROR_INVALID_PARAMETER);
    }
    key::of(key)?.look(QUERY, |node| {
        let value = node.values().nth(index as usize).cloned();
        value.ok_or(ERROR_NO_MORE_ITEMS)
    })
}

/// RegQueryInfoKeyW: tells how many keys and values a key has and how long their names (WCHARs without NUL) and data
/// (bytes) are at most; when the key was last written. Returns 0, 5, 6, 87, 1009, 1018. Class and security descriptor
/// have no length.
///
/// # Safety
/// Each pointer is NULL or valid.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn RegQueryInfoKeyW(
    key: Handle,
    class: *mut u16,
    class_length: *mut u32,
    reserved: *const u32,
    keys: *mut u32,
    longest_key: *mut u32,
    longest_class: *mut u32,
    values: *mut u32,
    longest_name: *mut u32,
    longest_data: *mut u32,
    descriptor: *mut u32,
    written: *mut u64,
) -> u32 {
    let numbers = [
        keys,
        longest_key,
        longest_class,
        values,
        longest_name,
        longest_data,
        descriptor,
    ];
    status(|| {
        // SAFETY: by the contract of this function.
        unsafe {
            information::<u16>(key, reserved, numbers, written)?;
            put(class, 0);
            put(class_length, 0);
        }
        Ok(())
    })
}

/// RegQueryInfoKeyA: works like [`RegQueryInfoKeyW`], in UTF-8.
///
/// # Safety
/// Works like [`RegQueryInfoKeyW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn RegQueryInfoKeyA(
    key: Handle,
    class: *mut u8,
    class_length: *mut u32,
    reserved: *const u32,
    keys: *mut u32,
    longest_key: *mut u32,
    longest_class: *mut u32,
    values: *mut u32,
    longest_name: *mut u32,
    longest_data: *mut u32,
    descriptor: *mut u32,
    written: *mut u64,
) -> u32 {
    let numbers = [
        keys,
        longest_key,
        longest_class,
        values,
        longest_name,
        longest_data,
        descriptor,
    ];
    status(|| {
        // SAFETY: by the contract of this function.
        unsafe {
            information::<u8>(key, reserved, numbers, written)?;
            put(class, 0);
            put(class_length, 0);
        }
        Ok(())
    })
}

unsafe fn information<T: Unit>(
    key: Handle,
    reserved: *const u32,
    numbers: [*mut u32; 7],
    written: *mut u64,
) -> Result<(), Code> {
    if !reserved.is_null() {
        return Err(ERROR_INVALID_PARAMETER);
    }
    key::of(key)?.look(QUERY, |node| {
        let longest = |lengths: &mut dyn Iterator<Item = usize>| lengths.max().unwrap_or(0);
        let found = [
            node.keys().len(),
            longest(&mut node.keys().map(|below| length::<T>(&below.name))),
            0,
            node.values().len(),
            longest(&mut node.values().map(|value| length::<T>(&value.name))),
            longest(&mut node.values().map(|value| value.data.len())),
            0,
        ];
        for (to, number) in numbers.into_iter().zip(found) {
            // SAFETY: NULL or valid by the contracts of the exported functions.
            unsafe { put(to, u32::try_from(number).unwrap_or(u32::MAX)) };
        }
        // SAFETY: as above.
        unsafe { put(written, node.written) };
        Ok(())
    })
}

/// Writes a name with its NUL; `length` is in units, in with the NUL, out without. 234 if it does not fit.
unsafe fn give_name<T: Unit>(name: &str, to: *mut T, length: *mut u32) -> Result<(), Code> {
    if to.is_null() || length.is_null() {
        return Err(ERROR_INVALID_PARAMETER);
    }
    let units = T::encode(&wide_of(name));
    // SAFETY: valid by the contracts of the exported functions.
    let room = unsafe { length.read_unaligned() } as usize;
    // SAFETY: as above.
    if !unsafe { store_text(to, room, &units) } {
        return Err(ERROR_MORE_DATA);
    }
    // SAFETY: as above.
    unsafe { put(length, units.len() as u32) };
    Ok(())
}

/// Units of a name without its NUL.
fn length<T: Unit>(name: &str) -> usize {
    T::encode(&wide_of(name)).len()
}
