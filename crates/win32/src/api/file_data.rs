//! File pointers, sizes, locked ranges and anonymous pipes.
//!
//! Owns the C form only. Threading: any thread; LockFileEx may block the caller.

use std::ffi::c_void;
use std::sync::Arc;

use super::{Bool, FALSE, TRUE, fence, fence_bool, not_null, object_as, open, put};
use crate::files::shared::FileRegistration;
use crate::handle::{self, Handle};
use crate::io::file::{File, pipe};
use crate::io::overlapped::{self, OVERLAPPED};
use crate::last_error;
use crate::status::{
    Code, ERROR_BROKEN_PIPE, ERROR_INVALID_FUNCTION, ERROR_INVALID_HANDLE, ERROR_INVALID_PARAMETER,
    ERROR_NOT_SUPPORTED,
};

/// INVALID_SET_FILE_POINTER and INVALID_FILE_SIZE.
const INVALID: u32 = u32::MAX;
const LOCKFILE_FAIL_IMMEDIATELY: u32 = 1;
const LOCKFILE_EXCLUSIVE_LOCK: u32 = 2;

/// SetFilePointerEx: moves the file pointer and returns where it is then.
///
/// Errors: 6; 87 for another method; 131 for a place before the begin; 132 for a pipe.
///
/// # Safety
/// `new` is NULL or valid for a write.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SetFilePointerEx(
    file: Handle,
    distance: i64,
    new: *mut i64,
    method: u32,
) -> Bool {
    fence_bool(|| {
        let at = object_as::<File>(file)?.seek(distance, method)?;
        // SAFETY: NULL or valid by the contract of this function.
        unsafe { put(new, i64::try_from(at).unwrap_or(i64::MAX)) };
        Ok(())
    })
}

/// SetFilePointer: works like [`SetFilePointerEx`] in halves of 32 bits; 0xFFFFFFFF on failure.
///
/// Without a high half the distance is signed, and a place that needs one gives 87. When the low half of
/// a success is 0xFFFFFFFF the last error is 0.
///
/// # Safety
/// `high` is NULL or valid.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SetFilePointer(
    file: Handle,
    low: i32,
    high: *mut i32,
    method: u32,
) -> u32 {
    fence(INVALID, || {
        let file = object_as::<File>(file)?;
        let distance = match high.is_null() {
            true => i64::from(low),
            // SAFETY: valid by the contract of this function.
            false => i64::from(unsafe { high.read_unaligned() }) << 32 | i64::from(low as u32),
        };
        let before = if high.is_null() {
            Some(file.position()?)
        } else {
            None
        };
        let at = file.seek(distance, method)?;
        if let (Some(before), true) = (before, at > u64::from(u32::MAX)) {
            file.seek(i64::try_from(before).unwrap_or(0), 0)?;
            return Err(ERROR_INVALID_PARAMETER);
        }
        // SAFETY: NULL or valid by the contract of this function.
        unsafe { put(high, (at >> 32) as i32) };
        if at as u32 == INVALID {
            last_error::set(0);
        }
        Ok(at as u32)
    })
}

/// SetEndOfFile: makes the file end at its file pointer; 5 without write access.
#[unsafe(no_mangle)]
pub extern "system" fn SetEndOfFile(file: Handle) -> Bool {
    fence_bool(|| {
        let file = object_as::<File>(file)?;
        file.set_length(file.position()?)
    })
}

/// GetFileSize: tells the size in halves of 32 bits; 0xFFFFFFFF on failure, and with last error 0 when
/// that is the low half.
///
/// # Safety
/// `high` is NULL or valid for a write.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetFileSize(file: Handle, high: *mut u32) -> u32 {
    fence(INVALID, || {
        let size = object_as::<File>(file)?.length()?;
        // SAFETY: NULL or valid by the contract of this function.
        unsafe { put(high, (size >> 32) as u32) };
        if size as u32 == INVALID {
            last_error::set(0);
        }
        Ok(size as u32)
    })
}

/// GetFileType: tells a disk file (1) from a character device (2) and a pipe or socket (3); 0 with 6 for no
/// file.
#[unsafe(no_mangle)]
pub extern "system" fn GetFileType(file: Handle) -> u32 {
    use std::os::unix::fs::FileTypeExt;
    fence(0, || {
        let file = object_as::<File>(file)?;
        let about = file.file().metadata().map_err(|_| ERROR_INVALID_HANDLE)?;
        let kind = about.file_type();
        last_error::set(0);
        Ok(match () {
            () if kind.is_file() || kind.is_dir() || kind.is_block_device() => 1,
            () if kind.is_char_device() => 2,
            () if kind.is_fifo() || kind.is_socket() => 3,
            () => 0,
        })
    })
}

fn halves(low: u32, high: u32) -> u64 {
    u64::from(high) << 32 | u64::from(low)
}

fn ranges(file: &File) -> Result<&FileRegistration, Code> {
    file.registration().ok_or(ERROR_INVALID_FUNCTION)
}

/// LockFileEx: locks a range of bytes, shared or exclusively, at the offset of the OVERLAPPED.
///
/// Errors: 33 when it is locked and LOCKFILE_FAIL_IMMEDIATELY is given; otherwise it waits, and a
/// handle with FILE_FLAG_OVERLAPPED gets 997. Reads and writes of others that meet the range fail
/// with 33.
///
/// Differs: ranges hold within the process.
///
/// # Safety
/// `overlapped` is NULL (87) or valid until the operation has ended.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn LockFileEx(
    file: Handle,
    flags: u32,
    _reserved: u32,
    low: u32,
    high: u32,
    overlapped: *mut OVERLAPPED,
) -> Bool {
    fence_bool(|| {
        not_null(overlapped)?;
        let file = object_as::<File>(file)?;
        let ranges = ranges(&file)?;
        let io = crate::Object::io(&*file).ok_or(ERROR_INVALID_HANDLE)?;
        // SAFETY: valid by the contract of this function.
        let at = unsafe { overlapped::offset_of(overlapped) };
        let pending = match file.is_overlapped() {
            // SAFETY: as above.
            true => Some(unsafe { io.begin(overlapped) }),
            false => None,
        };
        let wait = flags & LOCKFILE_FAIL_IMMEDIATELY == 0;
        let exclusive = flags & LOCKFILE_EXCLUSIVE_LOCK != 0;
        let locked = ranges.lock((at, halves(low, high)), exclusive, wait, pending);
        locked.map_err(|(code, pending)| {
            if let Some(pending) = pending {
                pending.abandon(code);
            }
            code
        })
    })
}

/// UnlockFileEx: unlocks exactly a range that was locked through this handle; 158 for any other.
///
/// # Safety
/// `overlapped` is NULL (87) or valid.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn UnlockFileEx(
    file: Handle,
    _reserved: u32,
    low: u32,
    high: u32,
    overlapped: *mut OVERLAPPED,
) -> Bool {
    fence_bool(|| {
        not_null(overlapped)?;
        // SAFETY: valid by the contract of this function.
        let at = unsafe { overlapped::offset_of(overlapped) };
        ranges(&*object_as::<File>(file)?)?.unlock((at, halves(low, high)))
    })
}

/// LockFile: locks a range exclusively, or fails with 33; otherwise as [`LockFileEx`].
#[unsafe(no_mangle)]
pub extern "system" fn LockFile(
    file: Handle,
    offset_low: u32,
    offset_high: u32,
    low: u32,
    high: u32,
) -> Bool {
    fence_bool(|| {
        let range = (halves(offset_low, offset_high), halves(low, high));
        let file = object_as::<File>(file)?;
        ranges(&file)?
            .lock(range, true, false, None)
            .map_err(|(code, _)| code)
    })
}

/// UnlockFile: works like [`UnlockFileEx`] without an OVERLAPPED.
#[unsafe(no_mangle)]
pub extern "system" fn UnlockFile(
    file: Handle,
    offset_low: u32,
    offset_high: u32,
    low: u32,
    high: u32,
) -> Bool {
    fence_bool(|| {
        let range = (halves(offset_low, offset_high), halves(low, high));
        ranges(&*object_as::<File>(file)?)?.unlock(range)
    })
}

/// CreatePipe: makes an anonymous pipe. A read of what no one writes to any more, and a write to
/// what no one reads, fail with 109.
///
/// Differs: the size of its buffer is the system's; handles are not inherited.
///
/// # Safety
/// `reader` and `writer` are NULL (87) or valid for a write.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn CreatePipe(
    reader: *mut Handle,
    writer: *mut Handle,
    _attributes: *const c_void,
    _size: u32,
) -> Bool {
    fence_bool(|| {
        not_null(reader)?;
        not_null(writer)?;
        let (from, to) = pipe::create()?;
        let from = open(Arc::new(from))?;
        let to = open(Arc::new(to)).inspect_err(|_| _ = handle::close(from))?;
        // SAFETY: valid by the contract of this function.
        unsafe {
            put(reader, from);
            put(writer, to);
        }
        Ok(())
    })
}

/// PeekNamedPipe: returns how many bytes a pipe holds; 109 when it is empty and no one writes to
/// it.
///
/// Partial: the bytes themselves cannot be looked at; with a buffer it fails with 50.
///
/// # Safety
/// The last three are NULL or valid for a write.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn PeekNamedPipe(
    pipe: Handle,
    buffer: *mut c_void,
    bytes: u32,
    read: *mut u32,
    available: *mut u32,
    left: *mut u32,
) -> Bool {
    fence_bool(|| {
        let file = object_as::<File>(pipe)?;
        if !buffer.is_null() && bytes > 0 {
            return Err(ERROR_NOT_SUPPORTED);
        }
        let there = pipe::available(&file)?;
        if there == 0 && pipe::is_broken(&file) {
            return Err(ERROR_BROKEN_PIPE);
        }
        // SAFETY: NULL or valid by the contract of this function.
        unsafe {
            put(read, 0);
            put(available, there);
            put(left, 0);
        }
        Ok(())
    })
}

/// AreFileApisANSI: tells that names of the A functions are in the code page of the process, which is
/// UTF-8.
#[unsafe(no_mangle)]
pub extern "system" fn AreFileApisANSI() -> Bool {
    fence(FALSE, || Ok(TRUE))
}
