//! FormatMessage.
//!
//! Owns: the flags, where the definition and the values of inserts come from, and where the text goes.
//! Does not own what a definition means (`message`). Invariant: va_list is the platform's, read for
//! arguments of the integer class, which inserts are. Threading: any thread.

use std::ffi::c_void;

use super::fence;
use super::text::{self, Unit};
use crate::message::{self, InsertText, InsertValues, Width};
use crate::module;
use crate::status::{
    Code, ERROR_INSUFFICIENT_BUFFER, ERROR_INVALID_PARAMETER, ERROR_MR_MID_NOT_FOUND,
    ERROR_NOT_ENOUGH_MEMORY, ERROR_RESOURCE_LANG_NOT_FOUND, ERROR_RESOURCE_TYPE_NOT_FOUND,
};

const ALLOCATE_BUFFER: u32 = 0x100;
const IGNORE_INSERTS: u32 = 0x200;
const FROM_STRING: u32 = 0x400;
const FROM_HMODULE: u32 = 0x800;
const FROM_SYSTEM: u32 = 0x1000;
const ARGUMENT_ARRAY: u32 = 0x2000;
const KNOWN: u32 = 0x3FFF;

/// The longest text (documented: 64 KB).
const LONGEST: usize = 65_535;

/// FormatMessageW: makes the text of an error code or of a message definition, with its inserts. Returns the number
/// of characters stored, without the NUL; 0 on failure: 87 for wrong flags, formats and missing values, 122 if the
/// buffer is too small, 317 for a code without a text, 1813 for a module without messages, 1815 for a language other
/// than English, 8 without memory. FORMAT_MESSAGE_ALLOCATE_BUFFER gives memory for LocalFree.
///
/// Differs: the texts of the system are our own short sentences, in English; codes without one have a
/// text that names the code.
/// Differs: no module has messages: FORMAT_MESSAGE_FROM_HMODULE alone fails with 1813, with
/// FORMAT_MESSAGE_FROM_SYSTEM the system's text is taken.
/// Differs: `arguments` without FORMAT_MESSAGE_ARGUMENT_ARRAY is the platform's va_list.
///
/// # Safety
/// `source` is a NUL-terminated definition with FORMAT_MESSAGE_FROM_STRING; `buffer` has room for
/// `size` characters, or for a pointer with FORMAT_MESSAGE_ALLOCATE_BUFFER; `arguments` is NULL or has
/// the values that the inserts of the definition ask for.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn FormatMessageW(
    flags: u32,
    source: *const c_void,
    message: u32,
    language: u32,
    buffer: *mut u16,
    size: u32,
    arguments: *mut c_void,
) -> u32 {
    // SAFETY: by the contract of this function.
    unsafe { format(flags, source, message, language, buffer, size, arguments) }
}

/// FormatMessageA: works like [`FormatMessageW`]; text and plain strings of inserts are UTF-8.
///
/// # Safety
/// Works like [`FormatMessageW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn FormatMessageA(
    flags: u32,
    source: *const c_void,
    message: u32,
    language: u32,
    buffer: *mut u8,
    size: u32,
    arguments: *mut c_void,
) -> u32 {
    // SAFETY: by the contract of this function.
    unsafe { format(flags, source, message, language, buffer, size, arguments) }
}

unsafe fn format<U: Unit>(
    flags: u32,
    source: *const c_void,
    message: u32,
    language: u32,
    buffer: *mut U,
    size: u32,
    arguments: *mut c_void,
) -> u32 {
    fence(0, || {
        if buffer.is_null() {
            return Err(match flags & ALLOCATE_BUFFER {
                0 => ERROR_INVALID_PARAMETER,
                _ => ERROR_NOT_ENOUGH_MEMORY, // observed
            });
        }
        if flags & ALLOCATE_BUFFER != 0 {
            // SAFETY: the buffer is a place for a pointer by the contract of the functions.
            unsafe {
                buffer
                    .cast::<*mut U>()
                    .write_unaligned(std::ptr::null_mut())
            };
        }
        // SAFETY: by the contract of the functions.
        let definition = unsafe { definition::<U>(flags & KNOWN, source, message, language) }?;
        let mut values = Arguments::<U> {
            from: arguments,
            array: flags & ARGUMENT_ARRAY != 0,
            read: Vec::new(),
            own: std::marker::PhantomData,
        };
        let values = (flags & IGNORE_INSERTS == 0).then_some(&mut values as &mut dyn InsertValues);
        let made = message::format(&definition, Width::from_flags(flags), values)?;
        let made = U::encode(&made);
        if made.len() > LONGEST {
            return Err(ERROR_NOT_ENOUGH_MEMORY);
        }
        if flags & ALLOCATE_BUFFER != 0 {
            if made.is_empty() {
                return Ok(0);
            }
            let memory = text::allocate(&made, size as usize)?;
            // SAFETY: as above.
            unsafe { buffer.cast::<*mut U>().write_unaligned(memory) };
            return Ok(made.len() as u32);
        }
        // SAFETY: room for `size` characters by the contract of the functions.
        match unsafe { text::store_text(buffer, size as usize, &made) } {
            true => Ok(made.len() as u32),
            false => Err(ERROR_INSUFFICIENT_BUFFER),
        }
    })
}

/// The definition that the flags ask for.
///
/// # Safety
/// With FROM_STRING `source` is NULL or a NUL-terminated string.
unsafe fn definition<U: Unit>(
    flags: u32,
    source: *const c_void,
    message: u32,
    language: u32,
) -> Result<Vec<u16>, Code> {
    if flags & FROM_STRING != 0 {
        // Documented not to be used with the others; the string wins (observed).
        // SAFETY: by the contract of this function.
        return unsafe { text::read(source.cast::<U>()) };
    }
    if flags & (FROM_HMODULE | FROM_SYSTEM) == 0 {
        return Err(ERROR_INVALID_PARAMETER);
    }
    if flags & FROM_HMODULE != 0 {
        module::check(source as usize)?;
        if flags & FROM_SYSTEM == 0 {
            return Err(ERROR_RESOURCE_TYPE_NOT_FOUND);
        }
    }
    if !is_english(language) {
        return Err(ERROR_RESOURCE_LANG_NOT_FOUND);
    }
    let text = message::system(message).ok_or(ERROR_MR_MID_NOT_FOUND)?;
    Ok(text::wide_of(&text))
}

/// English, or the default of the user, the system or the thread.
fn is_english(language: u32) -> bool {
    const NEUTRAL: u32 = 0x00;
    const ENGLISH: u32 = 0x09;
    language <= 0xFFFF && matches!(language & 0x3FF, NEUTRAL | ENGLISH)
}

/// The values of inserts: an array of 64-bit values, or a va_list.
struct Arguments<U> {
    from: *mut c_void,
    array: bool,
    /// What was taken of the va_list.
    read: Vec<u64>,
    own: std::marker::PhantomData<U>,
}

impl<U: Unit> InsertValues for Arguments<U> {
    fn value(&mut self, number: usize) -> Result<u64, Code> {
        if self.from.is_null() {
            return Err(ERROR_INVALID_PARAMETER);
        }
        if self.array {
            // SAFETY: the array has the values that the inserts ask for, by the contract of the
            // functions.
            return Ok(unsafe { self.from.cast::<u64>().add(number).read_unaligned() });
        }
        while self.read.len() <= number {
            // SAFETY: as above, and the list is not read by others meanwhile.
            self.read.push(unsafe { va_list::next(self.from) });
        }
        Ok(self.read[number])
    }

    fn string(&self, value: u64, kind: InsertText, limit: Option<usize>) -> Result<Vec<u16>, Code> {
        let wide = match kind {
            InsertText::Own => U::WIDE,
            InsertText::Other => !U::WIDE,
            InsertText::Wide => true,
            InsertText::Bytes => false,
        };
        let limit = limit.unwrap_or(LONGEST + 1);
        if value == 0 {
            let null = "(null)".encode_utf16(); // observed
            return Ok(null.take(limit).collect());
        }
        // SAFETY: the value of a string insert is a string by the contract of the functions.
        unsafe {
            match wide {
                true => text::read_at_most(value as *const u16, limit),
                false => text::read_at_most(value as *const u8, limit),
            }
        }
    }
}

/// The next argument of the integer class of a va_list. The layouts are those of the platforms'
/// calling conventions.
mod va_list {
    use std::ffi::c_void;

    /// "System V Application Binary Interface, AMD64 Architecture Processor Supplement", 3.5.7.
    #[cfg(target_arch = "x86_64")]
    #[repr(C)]
    struct ArgumentList {
        gp_offset: u32,
        fp_offset: u32,
        overflow: *mut u64,
        saved: *mut u8,
    }

    /// # Safety
    /// `list` is a va_list that has such an argument.
    #[cfg(target_arch = "x86_64")]
    pub(super) unsafe fn next(list: *mut c_void) -> u64 {
        const REGISTERS: u32 = 48;
        // SAFETY: a va_list by the contract, whose fields say where its arguments are.
        unsafe {
            let list = &mut *list.cast::<ArgumentList>();
            if list.gp_offset < REGISTERS {
                let at = list.saved.add(list.gp_offset as usize);
                list.gp_offset += 8;
                return at.cast::<u64>().read_unaligned();
            }
            let value = list.overflow.read_unaligned();
            list.overflow = list.overflow.add(1);
            value
        }
    }

    /// "Procedure Call Standard for the Arm 64-bit Architecture", appendix B.
    #[cfg(all(target_arch = "aarch64", not(target_vendor = "apple")))]
    #[repr(C)]
    struct ArgumentList {
        stack: *mut u64,
        gr_top: *mut u8,
        vr_top: *mut u8,
        gr_offs: i32,
        vr_offs: i32,
    }

    /// # Safety
    /// `list` is a va_list that has such an argument.
    #[cfg(all(target_arch = "aarch64", not(target_vendor = "apple")))]
    pub(super) unsafe fn next(list: *mut c_void) -> u64 {
        // SAFETY: a va_list by the contract, whose fields say where its arguments are.
        unsafe {
            let list = &mut *list.cast::<ArgumentList>();
            if list.gr_offs < 0 {
                let at = list.gr_top.offset(list.gr_offs as isize);
                list.gr_offs += 8;
                return at.cast::<u64>().read_unaligned();
            }
            let value = list.stack.read_unaligned();
            list.stack = list.stack.add(1);
            value
        }
    }

    /// "Writing ARM64 Code for Apple Platforms", and others: a pointer to slots of 8 bytes.
    ///
    /// # Safety
    /// `list` is a va_list that has such an argument.
    #[cfg(not(any(
        target_arch = "x86_64",
        all(target_arch = "aarch64", not(target_vendor = "apple"))
    )))]
    pub(super) unsafe fn next(list: *mut c_void) -> u64 {
        // SAFETY: a va_list by the contract.
        unsafe {
            let list = list.cast::<*mut u64>();
            let value = (*list).read_unaligned();
            *list = (*list).add(1);
            value
        }
    }
}
