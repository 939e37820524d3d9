//! Files, and the extension that turns descriptors into handles and back.
//!
//! Owns the C form only. Threading: any thread; reads and writes block the caller.

use std::ffi::{CStr, c_void};
use std::os::fd::AsRawFd;
use std::sync::Arc;

use super::{Bool, fence, fence_bool, not_null, object_as, open, put, wide};
use crate::handle::{Handle, INVALID_HANDLE_VALUE};
use crate::io::file::{self, CREATE_ALWAYS, File, OPEN_ALWAYS, OpenMode};
use crate::io::overlapped::{self, OVERLAPPED};
use crate::last_error;
use crate::status::{
    Code, ERROR_ALREADY_EXISTS, ERROR_BUFFER_OVERFLOW, ERROR_HANDLE_EOF, ERROR_INVALID_NAME,
};

/// MAX_PATH: WCHARs of the buffer of GetTempFileNameW.
const MAX_PATH: usize = 260;

/// CreateFileW. INVALID_HANDLE_VALUE on failure. When CREATE_ALWAYS or OPEN_ALWAYS found a file,
/// the last error is 183, else 0. Share mode, security attributes and template are ignored.
///
/// # Safety
/// `name` is NULL or a NUL-terminated string.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn CreateFileW(
    name: *const u16,
    access: u32,
    _share: u32,
    _attributes: *const c_void,
    disposition: u32,
    flags: u32,
    _template: Handle,
) -> Handle {
    let mode = OpenMode {
        access,
        disposition,
        flags,
    };
    fence(INVALID_HANDLE_VALUE, || {
        // SAFETY: terminated by the contract of this function.
        create(unsafe { wide(name) }?, mode)
    })
}

/// CreateFileA: as [`CreateFileW`]; the name is UTF-8.
///
/// # Safety
/// `name` is NULL or a NUL-terminated string.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn CreateFileA(
    name: *const u8,
    access: u32,
    _share: u32,
    _attributes: *const c_void,
    disposition: u32,
    flags: u32,
    _template: Handle,
) -> Handle {
    let mode = OpenMode {
        access,
        disposition,
        flags,
    };
    fence(INVALID_HANDLE_VALUE, || {
        // SAFETY: terminated by the contract of this function.
        create(&unsafe { narrow(name) }?, mode)
    })
}

fn create(name: &[u16], mode: OpenMode) -> Result<Handle, Code> {
    let (file, existed) = File::open(&file::posix_path(name)?, mode)?;
    let handle = open(Arc::new(file))?;
    let told = existed && matches!(mode.disposition, CREATE_ALWAYS | OPEN_ALWAYS);
    last_error::set(if told { ERROR_ALREADY_EXISTS } else { 0 });
    Ok(handle)
}

/// The units of a name in UTF-8; 123 for one that is none.
///
/// # Safety
/// `name` is NULL or a NUL-terminated string.
unsafe fn narrow(name: *const u8) -> Result<Vec<u16>, Code> {
    not_null(name)?;
    // SAFETY: terminated by the contract.
    let name = unsafe { CStr::from_ptr(name.cast()) };
    let name = name.to_str().map_err(|_| ERROR_INVALID_NAME)?;
    Ok(name.encode_utf16().collect())
}

/// GetFileSizeEx: 87 without a place for the size.
///
/// # Safety
/// `size` is NULL or valid.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetFileSizeEx(handle: Handle, size: *mut i64) -> Bool {
    fence_bool(|| {
        not_null(size)?;
        let length = object_as::<File>(handle)?.length()?;
        // SAFETY: valid by the contract of this function.
        unsafe { put(size, i64::try_from(length).unwrap_or(i64::MAX)) };
        Ok(())
    })
}

/// ReadFile. Without OVERLAPPED it reads at the file position, and the end of the file is TRUE with
/// 0 bytes. With OVERLAPPED it reads at its offset, and the end of the file is FALSE with 38; the
/// operation ends within the call, which completes the OVERLAPPED too.
///
/// # Safety
/// `buffer` has room for `bytes`; `read` and `overlapped` are NULL or valid.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn ReadFile(
    handle: Handle,
    buffer: *mut c_void,
    bytes: u32,
    read: *mut u32,
    overlapped: *mut OVERLAPPED,
) -> Bool {
    fence_bool(|| {
        let check = if overlapped.is_null() {
            read.cast_const().cast()
        } else {
            overlapped.cast()
        };
        not_null::<c_void>(check)?;
        if bytes > 0 {
            not_null(buffer)?;
        }
        // SAFETY: valid by the contract of this function, here and below.
        unsafe {
            put(read, 0);
            transfer(handle, read, overlapped, |file, at| {
                let count = file.read(buffer.cast(), bytes as usize, at)?;
                match count == 0 && bytes > 0 && at.is_some() {
                    true => Err(ERROR_HANDLE_EOF),
                    false => Ok(count),
                }
            })
        }
    })
}

/// WriteFile. Without OVERLAPPED it writes at the file position; with OVERLAPPED at its offset
/// (0xFFFFFFFF in both halves: at the end), and the call completes the OVERLAPPED too.
///
/// # Safety
/// `buffer` holds `bytes`; `written` and `overlapped` are NULL or valid.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WriteFile(
    handle: Handle,
    buffer: *const c_void,
    bytes: u32,
    written: *mut u32,
    overlapped: *mut OVERLAPPED,
) -> Bool {
    fence_bool(|| {
        let check = if overlapped.is_null() {
            written.cast_const().cast()
        } else {
            overlapped.cast()
        };
        not_null::<c_void>(check)?;
        if bytes > 0 {
            not_null(buffer)?;
        }
        // SAFETY: valid by the contract of this function.
        unsafe {
            put(written, 0);
            transfer(handle, written, overlapped, |file, at| {
                file.write(buffer.cast(), bytes as usize, at)
            })
        }
    })
}

/// DeleteFileW: deletes a file.
///
/// # Safety
/// `name` is NULL or a NUL-terminated string.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn DeleteFileW(name: *const u16) -> Bool {
    fence_bool(|| {
        // SAFETY: terminated by the contract of this function.
        file::delete(&file::posix_path(unsafe { wide(name) }?)?)
    })
}

/// DeleteFileA: as [`DeleteFileW`]; the name is UTF-8.
///
/// # Safety
/// `name` is NULL or a NUL-terminated string.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn DeleteFileA(name: *const u8) -> Bool {
    fence_bool(|| {
        // SAFETY: terminated by the contract of this function.
        file::delete(&file::posix_path(&unsafe { narrow(name) }?)?)
    })
}

/// GetTempFileNameW: writes `<path>/<prefix><hex>.tmp`; with `unique` 0 it also creates the file.
/// Returns the number used, 0 on failure (267 no such directory, 111 path too long).
///
/// # Safety
/// `path` and `prefix` are NUL-terminated; `name` has room for 260 WCHARs.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetTempFileNameW(
    path: *const u16,
    prefix: *const u16,
    unique: u32,
    name: *mut u16,
) -> u32 {
    fence(0, || {
        not_null(name)?;
        // SAFETY: terminated by the contract of this function.
        let (path, prefix) = unsafe { (wide(path)?, wide(prefix)?) };
        if path.len() > MAX_PATH - 14 {
            return Err(ERROR_BUFFER_OVERFLOW);
        }
        let directory = file::posix_path(path)?;
        let directory = directory.to_str().ok_or(ERROR_INVALID_NAME)?;
        let prefix = String::from_utf16(&prefix[..prefix.len().min(3)])
            .ok()
            .filter(|prefix| !prefix.contains(['/', '\\']))
            .ok_or(ERROR_INVALID_NAME)?;
        let (text, number) = file::temp_name(directory, &prefix, unique as u16)?;
        for (at, unit) in text.encode_utf16().chain([0]).enumerate().take(MAX_PATH) {
            // SAFETY: room for MAX_PATH units by the contract of this function.
            unsafe { put(name.add(at), unit) };
        }
        Ok(u32::from(number))
    })
}

/// Extension: a handle for a file descriptor. With `own` the descriptor is closed with the handle
/// (when its last use ends); without, the caller keeps it open as long as the handle is in use.
/// NULL with last error 6 if it is not an open descriptor.
///
/// # Safety
/// With `own` nobody else closes the descriptor.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn HttpsysHandleFromFd(fd: i32, own: Bool) -> Handle {
    fence(std::ptr::null_mut(), || {
        // SAFETY: by the contract of this function.
        open(Arc::new(unsafe { File::from_fd(fd, own != 0) }?))
    })
}

/// Extension: the file descriptor of a handle, which still belongs to the handle; -1 with last
/// error 6 if the handle has none.
#[unsafe(no_mangle)]
pub extern "system" fn HttpsysFdFromHandle(handle: Handle) -> i32 {
    fence(-1, || Ok(object_as::<File>(handle)?.as_raw_fd()))
}

/// Runs a read or write and reports it: to `count`, and as a completion if there is an OVERLAPPED.
unsafe fn transfer(
    handle: Handle,
    count: *mut u32,
    overlapped: *mut OVERLAPPED,
    run: impl FnOnce(&File, Option<u64>) -> Result<usize, Code>,
) -> Result<(), Code> {
    let file = object_as::<File>(handle)?;
    let pending = match overlapped.is_null() {
        true => None,
        // SAFETY: valid by the contract of the exported functions; it ends within this function.
        false => Some(unsafe {
            let io = crate::Object::io(&*file).ok_or(crate::status::ERROR_INVALID_HANDLE)?;
            (overlapped::offset_of(overlapped), io.begin(overlapped))
        }),
    };
    match (run(&file, pending.as_ref().map(|(at, _)| *at)), pending) {
        (Ok(bytes), pending) => {
            // SAFETY: NULL or valid by the contract of the exported functions.
            unsafe { put(count, bytes as u32) };
            if let Some((_, pending)) = pending {
                pending.complete_inline(0, bytes);
            }
            Ok(())
        }
        (Err(code), pending) => {
            if let Some((_, pending)) = pending {
                pending.abandon(code);
            }
            Err(code)
        }
    }
}
