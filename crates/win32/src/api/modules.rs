//! Modules.
//!
//! Owns the C form only. Threading: any thread.

use std::ffi::{CStr, c_void};

use super::text::{self, Unit};
use super::{Bool, fence, fence_bool, not_null, put};
use crate::handle::Handle;
use crate::last_error;
use crate::module;
use crate::status::{
    Code, ERROR_INSUFFICIENT_BUFFER, ERROR_INVALID_PARAMETER, ERROR_PROC_NOT_FOUND,
};

const FLAG_PIN: u32 = 1;
const FLAG_UNCHANGED_REFCOUNT: u32 = 2;
const FLAG_FROM_ADDRESS: u32 = 4;

fn string(text: &[u16]) -> String {
    String::from_utf16_lossy(text)
}

unsafe fn find<U: Unit>(name: *const U) -> Result<usize, Code> {
    if name.is_null() {
        return Ok(module::program());
    }
    // SAFETY: NUL-terminated by the contract of the exported functions.
    module::find(&string(&unsafe { text::read(name) }?), false)
}

/// GetModuleHandleW: returns the handle of a loaded module; NULL means the program. NULL with 126 when it is not
/// loaded. The names of the system's libraries whose functions are here (httpapi.dll, kernel32.dll, ntdll.dll,
/// ws2_32.dll ...) mean this library.
///
/// Differs: a module handle is no address of an image.
///
/// # Safety
/// `name` is NULL or a NUL-terminated string.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetModuleHandleW(name: *const u16) -> Handle {
    // SAFETY: by the contract of this function.
    fence(
        std::ptr::null_mut(),
        || Ok(unsafe { find(name) }? as Handle),
    )
}

/// GetModuleHandleA: works like [`GetModuleHandleW`]; the name is UTF-8.
///
/// # Safety
/// `name` is NULL or a NUL-terminated string.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetModuleHandleA(name: *const u8) -> Handle {
    // SAFETY: by the contract of this function.
    fence(
        std::ptr::null_mut(),
        || Ok(unsafe { find(name) }? as Handle),
    )
}

unsafe fn find_ex<U: Unit>(flags: u32, name: *const U, to: *mut Handle) -> Bool {
    fence_bool(|| {
        not_null(to)?;
        // SAFETY: valid by the contract of the exported functions, here and below.
        unsafe { put(to, std::ptr::null_mut()) };
        let both = FLAG_PIN | FLAG_UNCHANGED_REFCOUNT;
        let all = both | FLAG_FROM_ADDRESS;
        if flags & both == both || flags & !all != 0 {
            return Err(ERROR_INVALID_PARAMETER);
        }
        let count = flags & FLAG_UNCHANGED_REFCOUNT == 0;
        let found = if name.is_null() {
            module::program()
        } else if flags & FLAG_FROM_ADDRESS != 0 {
            module::find_address(name as usize, count)?
        } else {
            // SAFETY: as above.
            module::find(&string(&unsafe { text::read(name) }?), count)?
        };
        // SAFETY: as above.
        unsafe { put(to, found as Handle) };
        Ok(())
    })
}

/// GetModuleHandleExW: works like [`GetModuleHandleW`], by name or by an address in the module;
/// without GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT the module has to be freed once more. FALSE
/// with 87 for wrong flags, 126 when there is no such module.
///
/// # Safety
/// `name` is NULL or a NUL-terminated string (any address with the flag for it); `to` is valid.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetModuleHandleExW(
    flags: u32,
    name: *const u16,
    to: *mut Handle,
) -> Bool {
    // SAFETY: by the contract of this function.
    unsafe { find_ex(flags, name, to) }
}

/// GetModuleHandleExA: works like [`GetModuleHandleExW`]; the name is UTF-8.
///
/// # Safety
/// Works like [`GetModuleHandleExW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetModuleHandleExA(
    flags: u32,
    name: *const u8,
    to: *mut Handle,
) -> Bool {
    // SAFETY: by the contract of this function.
    unsafe { find_ex(flags, name, to) }
}

/// What LoadLibraryEx may be asked for (documented: LoadLibraryExW).
const LOAD_FLAGS: u32 = 0x1 | 0x2 | 0x8 | 0x10 | 0x20 | 0x40 | 0x80 | 0x3F00;

unsafe fn load<U: Unit>(name: *const U, file: Handle, flags: u32) -> Handle {
    fence(std::ptr::null_mut(), || {
        if !file.is_null() || flags & !LOAD_FLAGS != 0 {
            return Err(ERROR_INVALID_PARAMETER);
        }
        // SAFETY: NUL-terminated by the contract of the exported functions.
        let name = string(&unsafe { text::read(name) }?);
        Ok(module::load(&name)? as Handle)
    })
}

/// LoadLibraryW: loads a library, by the name of a DLL (`filter.dll` is also looked for as
/// `libfilter.so`, on macOS `libfilter.dylib`) or of a shared library, in the program's folder and then
/// where the system looks. NULL with 126 when it is not found, 193 when the file is no library, 87
/// without a name. The names of the system's libraries mean this library.
///
/// Differs: a library has no DllMain that is called; its constructors run.
///
/// # Safety
/// `name` is NULL or a NUL-terminated string; the library's constructors may run.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn LoadLibraryW(name: *const u16) -> Handle {
    // SAFETY: by the contract of this function.
    unsafe { load(name, std::ptr::null_mut(), 0) }
}

/// LoadLibraryA: works like [`LoadLibraryW`]; the name is UTF-8.
///
/// # Safety
/// Works like [`LoadLibraryW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn LoadLibraryA(name: *const u8) -> Handle {
    // SAFETY: by the contract of this function.
    unsafe { load(name, std::ptr::null_mut(), 0) }
}

/// LoadLibraryExW: works like [`LoadLibraryW`]; 87 for a file handle or unknown flags.
///
/// Differs: the flags do not change where a library is looked for, and one that is loaded as a data
/// file is loaded whole.
///
/// # Safety
/// Works like [`LoadLibraryW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn LoadLibraryExW(name: *const u16, file: Handle, flags: u32) -> Handle {
    // SAFETY: by the contract of this function.
    unsafe { load(name, file, flags) }
}

/// LoadLibraryExA: works like [`LoadLibraryExW`]; the name is UTF-8.
///
/// # Safety
/// Works like [`LoadLibraryW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn LoadLibraryExA(name: *const u8, file: Handle, flags: u32) -> Handle {
    // SAFETY: by the contract of this function.
    unsafe { load(name, file, flags) }
}

/// FreeLibrary: returns FALSE with 126 for a handle that is not a module. The program and this library stay loaded.
///
/// # Safety
/// Nothing of the library is used any more when it was freed as often as it was loaded.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn FreeLibrary(handle: Handle) -> Bool {
    fence_bool(|| module::free(handle as usize))
}

/// FreeLibraryAndExitThread: frees the library and ends the calling thread.
///
/// # Safety
/// Works like [`FreeLibrary`], and as ExitThread.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn FreeLibraryAndExitThread(handle: Handle, code: u32) {
    // SAFETY: by the contract of this function.
    unsafe {
        FreeLibrary(handle);
        super::threads::ExitThread(code);
    }
}

/// GetProcAddress: returns the address that a module exports under a name. NULL with 127 if it exports none, with 126
/// for a handle that is not a module. For this library only its own functions count, not those of the C library.
///
/// Differs: there are no ordinals (127).
/// Partial: in a program that is linked to the static library, what the program itself exports
/// (`-rdynamic`) is found, and nothing else.
///
/// # Safety
/// `name` is an ordinal below 65,536 or a NUL-terminated string.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetProcAddress(handle: Handle, name: *const u8) -> *mut c_void {
    fence(std::ptr::null_mut(), || {
        if (name as usize) < 0x1_0000 {
            return Err(ERROR_PROC_NOT_FOUND);
        }
        // SAFETY: NUL-terminated by the contract of this function.
        let name = unsafe { CStr::from_ptr(name.cast()) };
        Ok(module::symbol(handle as usize, name.to_bytes())? as *mut c_void)
    })
}

unsafe fn file_name<U: Unit>(handle: Handle, to: *mut U, room: u32) -> u32 {
    fence(0, || {
        let units = U::encode(&module::windows_path(handle as usize)?);
        if room == 0 {
            return Err(ERROR_INSUFFICIENT_BUFFER);
        }
        not_null(to)?;
        // SAFETY: room for `room` characters by the contract of the exported functions.
        unsafe {
            if text::store_text(to, room as usize, &units) {
                last_error::set(0);
                return Ok(units.len() as u32);
            }
            text::store_text(to, room as usize, &units[..room as usize - 1]);
        }
        last_error::set(ERROR_INSUFFICIENT_BUFFER);
        Ok(room)
    })
}

/// GetModuleFileNameW: stores the path of a module's file; NULL means the program. Returns the number of characters
/// without the NUL; if the buffer is too small, it stores as much as fits, with a NUL, returns `room`, and sets the
/// last error to 122. 0 with 126 for a handle that is not a module.
///
/// # Safety
/// `to` has room for `room` characters.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetModuleFileNameW(handle: Handle, to: *mut u16, room: u32) -> u32 {
    // SAFETY: by the contract of this function.
    unsafe { file_name(handle, to, room) }
}

/// GetModuleFileNameA: works like [`GetModuleFileNameW`], in UTF-8.
///
/// # Safety
/// `to` has room for `room` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetModuleFileNameA(handle: Handle, to: *mut u8, room: u32) -> u32 {
    // SAFETY: by the contract of this function.
    unsafe { file_name(handle, to, room) }
}

/// DisableThreadLibraryCalls: returns TRUE; libraries are not called when threads start or end. FALSE with 126 for a
/// handle that is not a module.
#[unsafe(no_mangle)]
pub extern "system" fn DisableThreadLibraryCalls(handle: Handle) -> Bool {
    fence_bool(|| module::check(handle as usize))
}
