//! Pointers that the program passed, turned into Rust values.
//!
//! Owns: the checks for NULL and alignment and the bound on strings. Does not own what the memory
//! means (`marshal/`). Unsafe code: reading and writing through the program's pointers, which are
//! valid by the contract of the exported functions. Threading: values belong to one call.

use std::mem::{align_of, size_of};

use httpsys_core::Error;

use crate::code::ErrorCode;
use crate::reason::invalid;

/// The longest string that is read, in UTF-16 units: 64 KiB. No valid URL or name is longer, and a
/// string without its NUL ends here.
pub(crate) const MAX_STRING: usize = 32 * 1024;

/// A place of the program's for one result.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Out<T>(*mut T);

impl<T: Copy> Out<T> {
    /// A place that must be there: ERROR_INVALID_PARAMETER (87) for NULL.
    ///
    /// # Safety
    /// `place` is NULL or valid for writing a `T` as long as the value is used.
    pub(crate) unsafe fn required(place: *mut T) -> Result<Out<T>, ErrorCode> {
        if place.is_null() {
            return Err(invalid("is NULL"));
        }
        Ok(Out(place))
    }

    /// A place that may be NULL.
    ///
    /// # Safety
    /// As [`Out::required`].
    pub(crate) unsafe fn optional(place: *mut T) -> Out<T> {
        Out(place)
    }

    /// No place.
    pub(crate) fn nowhere() -> Out<T> {
        Out(std::ptr::null_mut())
    }

    /// Writes the result, if there is a place for it.
    pub(crate) fn set(self, value: T) {
        if !self.0.is_null() {
            // SAFETY: valid for writes by the contract of the constructors; alignment is not
            // assumed.
            unsafe { self.0.write_unaligned(value) }
        }
    }
}

impl Out<u32> {
    /// Writes a byte count; the API has 32 bits for it.
    pub(crate) fn set_count(self, bytes: u64) {
        self.set(u32::try_from(bytes).unwrap_or(u32::MAX));
    }
}

/// The units of a NUL-terminated UTF-16 string without the NUL.
///
/// # Errors
/// 87 for NULL and for a string of more than [`MAX_STRING`] units; 998 for a misaligned one.
///
/// # Safety
/// `text` is NULL or points to units up to a NUL that are valid as long as the result is used.
pub(crate) unsafe fn utf16<'a>(text: *const u16) -> Result<&'a [u16], ErrorCode> {
    if text.is_null() {
        return Err(invalid("is NULL"));
    }
    if !text.is_aligned() {
        return Err(Error::NoAccess.into());
    }
    let mut length = 0;
    // SAFETY: every unit before and at the NUL is valid by the contract; none behind it is read.
    while unsafe { text.add(length).read() } != 0 {
        length += 1;
        if length > MAX_STRING {
            return Err(invalid("has no NUL within 32768 units"));
        }
    }
    // SAFETY: `length` units were just read.
    Ok(unsafe { std::slice::from_raw_parts(text, length) })
}

/// `count` values; NULL will do when there are none.
///
/// # Errors
/// 87 for NULL, and for more than the address space holds; 998 for a misaligned pointer.
///
/// # Safety
/// `first` is NULL or points to `count` values that are valid as long as the result is used. Any
/// bytes are a valid `T`.
pub(crate) unsafe fn slice<'a, T>(first: *const T, count: usize) -> Result<&'a [T], ErrorCode> {
    check(first.cast(), count, size_of::<T>(), align_of::<T>())?;
    if count == 0 {
        return Ok(&[]);
    }
    // SAFETY: not NULL, aligned and not too large as checked; valid by the contract.
    Ok(unsafe { std::slice::from_raw_parts(first, count) })
}

/// Structures of http.h for which bytes of zero are a value.
///
/// # Safety
/// The type consists of integers and raw pointers only.
pub(crate) unsafe trait Zeroable {}

/// Writes a structure into bytes, at any alignment; nothing when it does not fit.
pub(crate) fn put<T: Copy>(out: &mut [u8], value: &T) {
    if let Some(out) = out.get_mut(..size_of::<T>()) {
        // SAFETY: as many bytes as `value` has; copied as bytes, so that padding and alignment do
        // not matter.
        unsafe {
            let from = std::ptr::from_ref(value).cast::<u8>();
            from.copy_to_nonoverlapping(out.as_mut_ptr(), size_of::<T>());
        }
    }
}

/// Writes UTF-16 units into bytes of exactly their size; nothing into others.
pub(crate) fn put_units(out: &mut [u8], units: &[u16]) {
    if out.len() == size_of_val(units) {
        // SAFETY: as many bytes as `units` have, and not part of them.
        unsafe {
            let from = units.as_ptr().cast::<u8>();
            from.copy_to_nonoverlapping(out.as_mut_ptr(), out.len());
        }
    }
}

/// One value, to read.
///
/// # Errors
/// As [`slice()`].
///
/// # Safety
/// As [`slice()`] with a count of 1.
pub(crate) unsafe fn one<'a, T>(value: *const T) -> Result<&'a T, ErrorCode> {
    check(value.cast(), 1, size_of::<T>(), align_of::<T>())?;
    // SAFETY: not NULL and aligned as checked; valid by the contract.
    Ok(unsafe { &*value })
}

/// A buffer of the program's that is filled before or after the call returns.
///
/// The memory is the program's; by the contract of the exported functions it stays valid until the
/// call, or the completion of its OVERLAPPED, has ended, and nothing else uses it meanwhile.
#[derive(Debug)]
pub(crate) struct Buffer {
    first: *mut u8,
    length: usize,
}

// SAFETY: the pointer stands for exclusive use of the bytes until the operation has ended,
// whichever thread ends it.
unsafe impl Send for Buffer {}

impl Buffer {
    /// Takes note of a buffer; NULL will do when it is empty.
    ///
    /// # Errors
    /// As [`slice()`].
    ///
    /// # Safety
    /// `first` is NULL or points to `length` bytes that are valid for reads and writes, and used by
    /// nobody else, as long as the value lives.
    pub(crate) unsafe fn new(first: *mut u8, length: usize) -> Result<Buffer, ErrorCode> {
        check(first, length, 1, 1)?;
        Ok(Buffer { first, length })
    }

    /// The address of the first byte.
    pub(crate) fn first(&self) -> *mut u8 {
        self.first
    }

    /// The length in bytes.
    pub(crate) fn len(&self) -> usize {
        self.length
    }

    /// The bytes from `start` on; none when that is behind the end.
    pub(crate) fn bytes_from(&mut self, start: usize) -> &mut [u8] {
        if start >= self.length {
            return &mut [];
        }
        // SAFETY: in bounds as checked; valid and exclusive by the contract of `new`, and any byte
        // of memory that came through the C ABI is a valid `u8`.
        unsafe { std::slice::from_raw_parts_mut(self.first.add(start), self.length - start) }
    }

    /// All bytes, to look at.
    pub(crate) fn bytes(&self) -> &[u8] {
        if self.length == 0 {
            return &[];
        }
        // SAFETY: valid and exclusive by the contract of `new`, and any byte of memory that came through the C ABI
        // is a valid `u8`.
        unsafe { std::slice::from_raw_parts(self.first, self.length) }
    }

    /// A structure at the front, and the bytes behind the first `fixed`; those are zeroed. `None`
    /// when they do not fit or the buffer is not aligned for the structure.
    pub(crate) fn split_zeroed<T: Zeroable>(
        &mut self,
        fixed: usize,
    ) -> Option<(&mut T, &mut [u8])> {
        let aligned = self.first.cast::<T>().is_aligned();
        if !aligned || fixed < size_of::<T>() || fixed > self.length {
            return None;
        }
        // SAFETY: in bounds and aligned as checked; valid and exclusive by the contract of `new`.
        // The two parts do not overlap. Zero is a value of `T` by its trait, and any byte of memory
        // that came through the C ABI is a valid `u8`.
        unsafe {
            self.first.write_bytes(0, fixed);
            let rest = self.first.add(fixed);
            Some((
                &mut *self.first.cast::<T>(),
                std::slice::from_raw_parts_mut(rest, self.length - fixed),
            ))
        }
    }

    /// Copies values to `start`, at any alignment. False, and nothing copied, when they do not fit.
    pub(crate) fn put<T: Copy>(&mut self, start: usize, values: &[T]) -> bool {
        let size = size_of_val(values);
        if start > self.length || size > self.length - start {
            return false;
        }
        if size != 0 {
            // SAFETY: in bounds as checked and valid for writes by the contract of `new`; `values`
            // is not part of the buffer, which nobody else uses. Copied as bytes, so that padding
            // and alignment do not matter.
            unsafe {
                let to = self.first.add(start);
                values
                    .as_ptr()
                    .cast::<u8>()
                    .copy_to_nonoverlapping(to, size);
            }
        }
        true
    }
}

#[inline]
fn check(first: *const u8, count: usize, size: usize, align: usize) -> Result<(), ErrorCode> {
    if count == 0 {
        return Ok(());
    }
    let fits = count
        .checked_mul(size)
        .is_some_and(|bytes| bytes <= isize::MAX as usize);
    if first.is_null() || !fits {
        return Err(unusable(fits));
    }
    if first as usize % align != 0 {
        return Err(Error::NoAccess.into());
    }
    Ok(())
}

#[cold]
#[inline(never)]
fn unusable(fits: bool) -> ErrorCode {
    invalid(if fits {
        "is NULL"
    } else {
        "is longer than memory can be"
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: *const u16) -> Result<Vec<u16>, u32> {
        // SAFETY: the callers pass NULL or strings with a NUL.
        unsafe { utf16(text) }
            .map(<[u16]>::to_vec)
            .map_err(ErrorCode::win32)
    }

    #[test]
    fn strings_end_at_their_nul_and_at_the_bound() {
        assert_eq!(read(std::ptr::null()), Err(87));
        assert_eq!(read([0].as_ptr()), Ok(vec![]));
        assert_eq!(read([7, 8, 0, 9].as_ptr()), Ok(vec![7, 8]));
        let mut long = vec![1_u16; MAX_STRING];
        long.push(0);
        assert_eq!(read(long.as_ptr()).map(|text| text.len()), Ok(MAX_STRING));
        long.insert(0, 1);
        assert_eq!(read(long.as_ptr()), Err(87));
        let bytes = [0_u16; 4];
        assert_eq!(
            read(bytes.as_ptr().cast::<u8>().wrapping_add(1).cast()),
            Err(998)
        );
    }

    #[test]
    fn arrays_are_checked_before_they_are_read() {
        let values = [1_u64, 2];
        let get = |first: *const u64, count| {
            // SAFETY: either refused before a read, or `values`.
            unsafe { slice(first, count) }
                .map(<[u64]>::len)
                .map_err(ErrorCode::win32)
        };
        assert_eq!(get(values.as_ptr(), 2), Ok(2));
        assert_eq!(get(std::ptr::null(), 0), Ok(0));
        assert_eq!(get(std::ptr::null(), 1), Err(87));
        assert_eq!(get(values.as_ptr(), usize::MAX), Err(87));
        assert_eq!(
            get(values.as_ptr().cast::<u8>().wrapping_add(4).cast(), 1),
            Err(998)
        );
    }

    #[test]
    fn a_buffer_takes_only_what_fits() {
        let mut memory = [0_u8; 8];
        // SAFETY: `memory` outlives the buffer and is not used meanwhile.
        let mut buffer = unsafe { Buffer::new(memory.as_mut_ptr(), 8) }.unwrap();
        assert!(buffer.put(0, &[0x0201_u16.to_le()]));
        assert!(buffer.put(5, &[3_u8, 4, 5]));
        assert!(buffer.put::<u64>(8, &[]));
        assert!(!buffer.put(6, &[1_u8, 1, 1]));
        assert!(!buffer.put(9, &[1_u8]));
        assert!(!buffer.put(usize::MAX, &[1_u8]));
        assert_eq!(buffer.bytes_from(7), [5]);
        assert!(buffer.bytes_from(8).is_empty() && buffer.bytes_from(usize::MAX).is_empty());
        assert_eq!(memory, [1, 2, 0, 0, 0, 3, 4, 5]);
    }

    #[test]
    fn results_go_where_the_program_wants_them() {
        let mut place = 0_u32;
        // SAFETY: NULL, or `place`.
        let (nowhere, here) = unsafe {
            (
                Out::<u32>::optional(std::ptr::null_mut()),
                Out::required(&mut place),
            )
        };
        nowhere.set(1);
        here.unwrap().set_count(u64::MAX);
        assert_eq!(place, u32::MAX);
        // SAFETY: NULL.
        assert!(unsafe { Out::<u64>::required(std::ptr::null_mut()) }.is_err());
    }
}
