//! The command line.
//!
//! Owns the C form only. Threading: any thread.

use std::sync::OnceLock;

use super::text::{self, Unit};
use super::{fence, not_null, put};
use crate::heap;
use crate::module;
use crate::process::command_line;
use crate::status::{Code, ERROR_NOT_ENOUGH_MEMORY};

/// The command line of the process, without a NUL.
fn line() -> Vec<u16> {
    let mut arguments: Vec<_> = std::env::args_os()
        .map(|argument| text::wide_of(&argument.to_string_lossy()))
        .collect();
    if arguments.is_empty() {
        arguments.extend(program());
    }
    command_line::join(&arguments)
}

/// The path of the program.
fn program() -> Option<Vec<u16>> {
    module::windows_path(0).ok()
}

fn kept<U: Unit + Sync + Send>(place: &'static OnceLock<Vec<U>>) -> *mut U {
    let units = place.get_or_init(|| {
        let mut units = U::encode(&line());
        units.push(U::default());
        units
    });
    units.as_ptr().cast_mut()
}

/// GetCommandLineW: gets the arguments as one string, quoted so that CommandLineToArgvW gives them again. It belongs
/// to the library and stays.
#[unsafe(no_mangle)]
pub extern "system" fn GetCommandLineW() -> *mut u16 {
    static LINE: OnceLock<Vec<u16>> = OnceLock::new();
    fence(std::ptr::null_mut(), || Ok(kept(&LINE)))
}

/// GetCommandLineA: works like [`GetCommandLineW`], in UTF-8.
#[unsafe(no_mangle)]
pub extern "system" fn GetCommandLineA() -> *mut u8 {
    static LINE: OnceLock<Vec<u8>> = OnceLock::new();
    fence(std::ptr::null_mut(), || Ok(kept(&LINE)))
}

/// CommandLineToArgvW: gets the arguments of a command line: pointers, the last of them NULL, in one block with the
/// strings, which LocalFree frees. An empty string gives the path of the program. NULL with 87 for NULL, 8 without
/// memory.
///
/// # Safety
/// `line` is NULL or a NUL-terminated string; `count` is valid.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn CommandLineToArgvW(
    line: *const u16,
    count: *mut i32,
) -> *mut *mut u16 {
    fence(std::ptr::null_mut(), || {
        not_null(count)?;
        // SAFETY: NUL-terminated by the contract of this function.
        let line = unsafe { text::read(line) }?;
        let arguments = match line.is_empty() {
            true => program().into_iter().collect(),
            false => command_line::split(&line),
        };
        let list = block(&arguments)?;
        // SAFETY: valid by the contract of this function.
        unsafe { put(count, i32::try_from(arguments.len()).unwrap_or(i32::MAX)) };
        Ok(list)
    })
}

/// One block of pointers and the strings after them.
fn block(arguments: &[Vec<u16>]) -> Result<*mut *mut u16, Code> {
    let pointers = (arguments.len() + 1) * size_of::<*mut u16>();
    let units: usize = arguments.iter().map(|argument| argument.len() + 1).sum();
    let list: *mut *mut u16 = heap::alloc_zeroed(pointers + units * 2).cast();
    if list.is_null() {
        return Err(ERROR_NOT_ENOUGH_MEMORY);
    }
    // SAFETY: the block has room for the pointers and behind them for all units with their NULs, which
    // are there already, as is the last pointer.
    unsafe {
        let mut to: *mut u16 = list.byte_add(pointers).cast();
        for (at, argument) in arguments.iter().enumerate() {
            list.add(at).write(to);
            text::store(to, argument);
            to = to.add(argument.len() + 1);
        }
    }
    Ok(list)
}
