//! The two forms of text: bytes in UTF-8 for the functions whose names end with A, UTF-16 for W.
//!
//! Owns reading strings of the caller and storing strings for it. Does not own what they mean.
//! Invariants: inside this library text is UTF-16; what is no UTF-8 is replaced by U+FFFD, and so is
//! half a surrogate pair on the way out to bytes. Threading: pure.

use super::not_null;
use crate::heap;
use crate::status::{Code, ERROR_NOT_ENOUGH_MEMORY};

/// One unit of text: a byte or a UTF-16 unit.
pub(crate) trait Unit: Copy + Default + PartialEq + 'static {
    /// Whether a unit is 16 bits wide.
    const WIDE: bool;

    /// Text in these units.
    fn encode(text: &[u16]) -> Vec<Self>;

    /// Units as UTF-16.
    fn decode(units: Vec<Self>) -> Vec<u16>;
}

impl Unit for u16 {
    const WIDE: bool = true;

    fn encode(text: &[u16]) -> Vec<u16> {
        text.to_vec()
    }

    fn decode(units: Vec<u16>) -> Vec<u16> {
        units
    }
}

impl Unit for u8 {
    const WIDE: bool = false;

    fn encode(text: &[u16]) -> Vec<u8> {
        String::from_utf16_lossy(text).into_bytes()
    }

    fn decode(units: Vec<u8>) -> Vec<u16> {
        String::from_utf8_lossy(&units).encode_utf16().collect()
    }
}

/// UTF-16 of a Rust string.
pub(crate) fn wide_of(text: &str) -> Vec<u16> {
    text.encode_utf16().collect()
}

/// A string of the caller in UTF-16; 87 for NULL.
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
    not_null(text)?;
    let mut units = Vec::new();
    while units.len() < limit {
        // SAFETY: no unit behind the NUL or the limit is read, by the contract.
        let unit = unsafe { text.add(units.len()).read_unaligned() };
        if unit == U::default() {
            break;
        }
        units.push(unit);
    }
    Ok(U::decode(units))
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
