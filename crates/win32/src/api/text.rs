//! The caller's text, in the units of the A and of the W functions.
//!
//! Owns reading strings of the caller and storing strings for it. Does not own what they mean, nor the
//! units ([`crate::text::unit`]). Threading: pure.

use super::pointer::not_null;
use crate::heap;
use crate::status::{
    Code, ERROR_INSUFFICIENT_BUFFER, ERROR_INVALID_PARAMETER, ERROR_NOT_ENOUGH_MEMORY,
};
pub(crate) use crate::text::unit::{Unit, wide_of};

/// The caller's string itself, without its NUL; 87 for NULL and for units that are not aligned.
///
/// # Safety
/// `text` is NULL or a NUL-terminated string that nobody changes meanwhile.
pub(crate) unsafe fn borrow<'a, U: Unit>(text: *const U) -> Result<&'a [U], Code> {
    // SAFETY: by the contract of this function.
    unsafe { borrow_below(text, usize::MAX) }
}

/// Works like [`borrow`]; 87 also for a string of `limit` units or more.
///
/// # Safety
/// As for [`borrow`].
pub(crate) unsafe fn borrow_below<'a, U: Unit>(
    text: *const U,
    limit: usize,
) -> Result<&'a [U], Code> {
    if text.is_null() || !text.is_aligned() {
        return Err(ERROR_INVALID_PARAMETER);
    }
    // SAFETY: terminated by the contract; nothing behind the NUL is read.
    let length = (0..limit).find(|&at| unsafe { *text.add(at) } == U::default());
    let length = length.ok_or(ERROR_INVALID_PARAMETER)?;
    // SAFETY: so many units were just read.
    Ok(unsafe { std::slice::from_raw_parts(text, length) })
}

/// The units of a NUL-terminated string, without the NUL; NULL, units that are not aligned and strings of
/// 32,767 units or more (the limit of Windows paths) are refused.
///
/// # Safety
/// `text` is NULL or points to a NUL-terminated string.
pub(crate) unsafe fn wide<'a>(text: *const u16) -> Result<&'a [u16], Code> {
    // SAFETY: by the contract of this function.
    unsafe { borrow_below(text, 32_767) }
}

/// A copy of the caller's string in UTF-16; 87 for NULL.
///
/// # Safety
/// `text` is NULL or a NUL-terminated string.
pub(crate) unsafe fn read<U: Unit>(text: *const U) -> Result<Vec<u16>, Code> {
    // SAFETY: by the contract of this function.
    unsafe { read_at_most(text, usize::MAX) }
}

/// A string of the caller that its NUL or `limit` units end; 87 for NULL.
///
/// # Safety
/// `text` is NULL, or points to `limit` units or a NUL before that.
pub(crate) unsafe fn read_at_most<U: Unit>(text: *const U, limit: usize) -> Result<Vec<u16>, Code> {
    // SAFETY: by the contract of this function.
    unsafe { units_at_most(text, limit) }.map(U::decode)
}

/// The units of a string that its NUL or `limit` units end; 87 for NULL.
///
/// # Safety
/// `text` is NULL, or points to `limit` units or a NUL before that.
pub(crate) unsafe fn units_at_most<U: Unit>(text: *const U, limit: usize) -> Result<Vec<U>, Code> {
    not_null(text)?;
    // SAFETY: no unit behind the NUL or the limit is read, by the contract.
    let units = (0..limit).map(|at| unsafe { text.add(at).read_unaligned() });
    Ok(units.take_while(|&unit| unit != U::default()).collect())
}

/// A string of exactly so many units, zeros among them; 87 for NULL.
///
/// # Safety
/// `text` is NULL or points to `count` units.
pub(crate) unsafe fn read_exactly<U: Unit>(text: *const U, count: usize) -> Result<Vec<u16>, Code> {
    not_null(text)?;
    // SAFETY: so many are there by the contract.
    let units = (0..count).map(|at| unsafe { text.add(at).read_unaligned() });
    Ok(U::decode(units.collect()))
}

/// Stores units without a NUL.
///
/// # Safety
/// `to` has room for them.
pub(crate) unsafe fn store<U: Unit>(to: *mut U, units: &[U]) {
    for (at, unit) in units.iter().enumerate() {
        // SAFETY: room by the contract.
        unsafe { to.add(at).write_unaligned(*unit) };
    }
}

/// Stores units and a NUL if they fit into `room` units; says whether they did.
///
/// # Safety
/// `to` is NULL or has this room.
pub(crate) unsafe fn store_text<U: Unit>(to: *mut U, room: usize, units: &[U]) -> bool {
    let fits = !to.is_null() && units.len() < room;
    if fits {
        // SAFETY: room for the units and one more, as just tested.
        unsafe {
            store(to, units);
            store(to.add(units.len()), &[U::default()]);
        }
    }
    fits
}

/// The length of a text for a buffer of `room` units, as most functions report it: without the NUL
/// once it is stored, else the room that it needs, with the NUL.
///
/// # Safety
/// `to` is NULL or has this room.
pub(crate) unsafe fn store_or_need<U: Unit>(to: *mut U, room: u32, text: &[u16]) -> u32 {
    let units = U::encode(text);
    // SAFETY: by the contract of this function.
    let fits = unsafe { store_text(to, room as usize, &units) };
    u32::try_from(units.len() + usize::from(!fits)).unwrap_or(u32::MAX)
}

/// The units of a text with its NUL, which are stored unless `room` is 0; 122 when they do not fit, 87 for
/// less room than none, and for NULL with room (documented: GetDateFormatW, GetLocaleInfoW and others).
///
/// # Safety
/// `to` is NULL or has this room.
pub(crate) unsafe fn store_or_count<U: Unit>(
    to: *mut U,
    room: i32,
    text: &[u16],
) -> Result<i32, Code> {
    let room = usize::try_from(room).map_err(|_| ERROR_INVALID_PARAMETER)?;
    let units = U::encode(text);
    if room > 0 {
        not_null(to)?;
        // SAFETY: by the contract of this function.
        if !unsafe { store_text(to, room, &units) } {
            return Err(ERROR_INSUFFICIENT_BUFFER);
        }
    }
    i32::try_from(units.len() + 1).map_err(|_| ERROR_INVALID_PARAMETER)
}

/// A copy of the units with a NUL, at least `room` units, that LocalFree frees; 8 without memory.
pub(crate) fn allocate<U: Unit>(units: &[U], room: usize) -> Result<*mut U, Code> {
    let bytes = room.max(units.len() + 1).saturating_mul(size_of::<U>());
    let memory: *mut U = heap::alloc_zeroed(bytes).cast();
    if memory.is_null() {
        return Err(ERROR_NOT_ENOUGH_MEMORY);
    }
    // SAFETY: just allocated, with room for the units and the NUL that is there.
    unsafe { store(memory, units) };
    Ok(memory)
}
