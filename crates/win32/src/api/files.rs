//! Files, and the extension that turns descriptors into handles and back.
//!
//! Owns the C form only. Threading: any thread; reads and writes block the caller, those of handles
//! with FILE_FLAG_OVERLAPPED do not.

use std::ffi::c_void;
use std::os::fd::AsRawFd;
use std::sync::Arc;

use super::path_text::narrow;
use super::{Bool, fence, fence_bool, not_null, object_as, open, put, wide};
use crate::handle::{Handle, INVALID_HANDLE_VALUE};
use crate::io::file::disk::{self, Job};
use crate::io::file::{CREATE_ALWAYS, File, OPEN_ALWAYS, OpenMode};
use crate::io::overlapped::{self, OVERLAPPED};
use crate::io::state::{CallRoutine, Pending};
use crate::last_error;
use crate::status::{
    Code, ERROR_ACCESS_DENIED, ERROR_ALREADY_EXISTS, ERROR_HANDLE_EOF, ERROR_INVALID_HANDLE,
    ERROR_INVALID_PARAMETER, ERROR_IO_PENDING,
};
use crate::threads::thread;

/// CreateFileW: opens or creates a file, or opens a directory (with FILE_FLAG_BACKUP_SEMANTICS) or
/// a device (`NUL`, `CON`). INVALID_HANDLE_VALUE on failure: 2, 3, 5, 32, 53, 80, 87, 123, 206.
/// When CREATE_ALWAYS or OPEN_ALWAYS found a file, the last error is 183, otherwise 0.
///
/// Differs: security attributes and template are ignored, handles are not inherited; share modes hold
/// within the process; buffering flags have no effect. What a path means is said above, under Paths.
///
/// # Safety
/// `name` is NULL or a NUL-terminated string.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn CreateFileW(
    name: *const u16,
    access: u32,
    share: u32,
    _attributes: *const c_void,
    disposition: u32,
    flags: u32,
    _template: Handle,
) -> Handle {
    let mode = OpenMode {
        access,
        share,
        disposition,
        flags,
    };
    fence(INVALID_HANDLE_VALUE, || {
        // SAFETY: terminated by the contract of this function.
        create(unsafe { wide(name) }?, mode)
    })
}

/// CreateFileA: works like [`CreateFileW`] with a name in UTF-8.
///
/// Differs: as for CreateFileW.
///
/// # Safety
/// `name` is NULL or a NUL-terminated string.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn CreateFileA(
    name: *const u8,
    access: u32,
    share: u32,
    _attributes: *const c_void,
    disposition: u32,
    flags: u32,
    _template: Handle,
) -> Handle {
    let mode = OpenMode {
        access,
        share,
        disposition,
        flags,
    };
    fence(INVALID_HANDLE_VALUE, || {
        // SAFETY: terminated by the contract of this function.
        create(&unsafe { narrow(name) }?, mode)
    })
}

/// CREATEFILE2_EXTENDED_PARAMETERS.
#[repr(C)]
#[derive(Debug)]
#[allow(
    missing_docs,
    non_snake_case,
    reason = "documented names of a C structure"
)]
pub struct CREATEFILE2_EXTENDED_PARAMETERS {
    pub dwSize: u32,
    pub dwFileAttributes: u32,
    pub dwFileFlags: u32,
    pub dwSecurityQosFlags: u32,
    pub lpSecurityAttributes: *const c_void,
    pub hTemplateFile: Handle,
}

/// CreateFile2: works like [`CreateFileW`] with its flags in a structure; 87 for one of another size.
///
/// Differs: as for CreateFileW.
///
/// # Safety
/// `name` is NULL or a NUL-terminated string; `extended` is NULL or valid.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn CreateFile2(
    name: *const u16,
    access: u32,
    share: u32,
    disposition: u32,
    extended: *const CREATEFILE2_EXTENDED_PARAMETERS,
) -> Handle {
    fence(INVALID_HANDLE_VALUE, || {
        let flags = match extended.is_null() {
            true => 0,
            // SAFETY: valid by the contract of this function.
            false => match unsafe { extended.read_unaligned() } {
                more if (more.dwSize as usize) < size_of::<CREATEFILE2_EXTENDED_PARAMETERS>() => {
                    return Err(ERROR_INVALID_PARAMETER);
                }
                more => more.dwFileAttributes | more.dwFileFlags,
            },
        };
        let mode = OpenMode {
            access,
            share,
            disposition,
            flags,
        };
        // SAFETY: terminated by the contract of this function.
        create(unsafe { wide(name) }?, mode)
    })
}

fn create(name: &[u16], mode: OpenMode) -> Result<Handle, Code> {
    let (file, existed) = File::open(name, mode)?;
    let handle = open(Arc::new(file))?;
    let told = existed && matches!(mode.disposition, CREATE_ALWAYS | OPEN_ALWAYS);
    last_error::set(if told { ERROR_ALREADY_EXISTS } else { 0 });
    Ok(handle)
}

/// GetFileSizeEx: gets the size of a file. FALSE with 87 if the pointer for the size is NULL.
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

/// ReadFile: reads at the file pointer, or at the offset of the OVERLAPPED.
///
/// On a handle without FILE_FLAG_OVERLAPPED it ends within the call; the end of the file is TRUE
/// with 0 bytes, with an OVERLAPPED FALSE with 38; the file pointer moves in either case. On a
/// handle with the flag an OVERLAPPED is required (87); what needs no disk ends immediately, the
/// rest is FALSE with 997. Errors: 5, 6, 33, 38, 87, 109 (no one writes to the pipe any more), 998.
///
/// # Safety
/// `buffer` has room for `bytes` until the operation has ended; `read` and `overlapped` are NULL or
/// valid.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn ReadFile(
    handle: Handle,
    buffer: *mut c_void,
    bytes: u32,
    read: *mut u32,
    overlapped: *mut OVERLAPPED,
) -> Bool {
    let memory = CallerBuffer {
        address: buffer as usize,
        bytes: bytes as usize,
        writes: false,
    };
    // SAFETY: valid by the contract of this function.
    fence_bool(|| unsafe { transfer(handle, memory, read, overlapped) })
}

/// WriteFile: writes at the file pointer, or at the offset of the OVERLAPPED (0xFFFFFFFF in both halves:
/// at the end).
///
/// On a handle without FILE_FLAG_OVERLAPPED it ends within the call and moves the file pointer. On
/// one with the flag an OVERLAPPED is required (87), and the call gives FALSE with 997. Errors: 5,
/// 6, 33, 87, 109 (no one reads the pipe any more), 112, 998.
///
/// # Safety
/// `buffer` holds `bytes` until the operation has ended; `written` and `overlapped` are NULL or valid.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WriteFile(
    handle: Handle,
    buffer: *const c_void,
    bytes: u32,
    written: *mut u32,
    overlapped: *mut OVERLAPPED,
) -> Bool {
    let memory = CallerBuffer {
        address: buffer as usize,
        bytes: bytes as usize,
        writes: true,
    };
    // SAFETY: valid by the contract of this function.
    fence_bool(|| unsafe { transfer(handle, memory, written, overlapped) })
}

/// ReadFileEx: reads at the offset of the OVERLAPPED; the routine runs on this thread in an alertable wait.
/// The handle has FILE_FLAG_OVERLAPPED (else 87) and no completion port (else 87).
///
/// # Safety
/// `buffer` has room for `bytes` until the operation has ended; `overlapped` is NULL or valid as long.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn ReadFileEx(
    handle: Handle,
    buffer: *mut c_void,
    bytes: u32,
    overlapped: *mut OVERLAPPED,
    routine: Option<CallRoutine>,
) -> Bool {
    let memory = CallerBuffer {
        address: buffer as usize,
        bytes: bytes as usize,
        writes: false,
    };
    // SAFETY: valid by the contract of this function.
    fence_bool(|| unsafe { transfer_and_call(handle, memory, overlapped, routine) })
}

/// WriteFileEx: writes at the offset of the OVERLAPPED; otherwise as [`ReadFileEx`].
///
/// # Safety
/// As for [`ReadFileEx`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WriteFileEx(
    handle: Handle,
    buffer: *const c_void,
    bytes: u32,
    overlapped: *mut OVERLAPPED,
    routine: Option<CallRoutine>,
) -> Bool {
    let memory = CallerBuffer {
        address: buffer as usize,
        bytes: bytes as usize,
        writes: true,
    };
    // SAFETY: valid by the contract of this function.
    fence_bool(|| unsafe { transfer_and_call(handle, memory, overlapped, routine) })
}

/// FlushFileBuffers: waits until what was written is on the disk; 5 without write access.
#[unsafe(no_mangle)]
pub extern "system" fn FlushFileBuffers(handle: Handle) -> Bool {
    fence_bool(|| object_as::<File>(handle)?.flush())
}

/// Extension: makes a handle for a file descriptor. With `own`, the descriptor is closed with the handle (when its
/// last use ends); without, the caller keeps it open as long as the handle is in use. NULL with last error 6 if it is
/// not an open descriptor.
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

/// Extension: returns the file descriptor of a handle, which still belongs to the handle; -1 with last error 6 if the
/// handle has none.
#[unsafe(no_mangle)]
pub extern "system" fn HttpsysFdFromHandle(handle: Handle) -> i32 {
    fence(-1, || Ok(object_as::<File>(handle)?.as_raw_fd()))
}

/// The caller's buffer, and what is done with it.
#[derive(Clone, Copy)]
struct CallerBuffer {
    address: usize,
    bytes: usize,
    writes: bool,
}

impl CallerBuffer {
    /// Whether there is memory, and the file allows it.
    fn check(self, file: &File) -> Result<(), Code> {
        if self.bytes > 0 && self.address == 0 {
            return Err(ERROR_INVALID_PARAMETER);
        }
        match if self.writes {
            file.is_writable()
        } else {
            file.is_readable()
        } {
            true => Ok(()),
            false => Err(ERROR_ACCESS_DENIED),
        }
    }

    /// The transfer on this thread; the end of the file is 38 for one at an offset.
    ///
    /// # Safety
    /// The memory is the caller's.
    unsafe fn run(self, file: &File, at: Option<u64>) -> Result<usize, Code> {
        // SAFETY: the same contract.
        let result = unsafe {
            match self.writes {
                true => file.write(self.address as *const u8, self.bytes, at),
                false => file.read(self.address as *mut u8, self.bytes, at),
            }
        };
        match result {
            Ok(0) if self.bytes > 0 && !self.writes && at.is_some() => Err(ERROR_HANDLE_EOF),
            result => result,
        }
    }
}

/// Runs a read or write and reports it: to `count`, and as a completion if there is an OVERLAPPED.
unsafe fn transfer(
    handle: Handle,
    memory: CallerBuffer,
    count: *mut u32,
    overlapped: *mut OVERLAPPED,
) -> Result<(), Code> {
    let check = if overlapped.is_null() {
        count.cast_const().cast()
    } else {
        overlapped.cast()
    };
    not_null::<c_void>(check)?;
    // SAFETY: NULL or valid by the contract of the exported functions, here and below.
    unsafe { put(count, 0) };
    let file = object_as::<File>(handle)?;
    memory.check(&file)?;
    if overlapped.is_null() {
        if file.is_overlapped() {
            return Err(ERROR_INVALID_PARAMETER);
        }
        // SAFETY: as above.
        unsafe { put(count, memory.run(&file, None)? as u32) };
        return Ok(());
    }
    let io = crate::Object::io(&*file).ok_or(ERROR_INVALID_HANDLE)?;
    // SAFETY: valid by the contract of the exported functions.
    let (at, pending) = unsafe { (overlapped::offset_of(overlapped), io.begin(overlapped)) };
    if file.is_overlapped() {
        // SAFETY: as above.
        let bytes = unsafe { start(&file, memory, at, pending) }?;
        // SAFETY: as above.
        unsafe { put(count, bytes as u32) };
        return Ok(());
    }
    // SAFETY: as above.
    match unsafe { memory.run(&file, Some(at)) } {
        Ok(bytes) => {
            // SAFETY: as above.
            unsafe { put(count, bytes as u32) };
            match at == u64::MAX {
                true => _ = file.length().map(|end| file.moved_to(end)),
                false => file.moved_to(at.saturating_add(bytes as u64)),
            }
            pending.complete_inline(0, bytes);
            Ok(())
        }
        Err(code) => {
            pending.abandon(code);
            Err(code)
        }
    }
}

/// Has an operation of a handle with FILE_FLAG_OVERLAPPED done: here if that needs no disk,
/// otherwise 997.
unsafe fn start(
    file: &Arc<File>,
    memory: CallerBuffer,
    at: u64,
    pending: Pending,
) -> Result<usize, Code> {
    if !memory.writes {
        let to = memory.address as *mut u8;
        // SAFETY: the memory is the caller's until the operation has ended.
        match unsafe { file.read_cached(to, memory.bytes, at) } {
            Some(0) if memory.bytes > 0 => {
                pending.abandon(ERROR_HANDLE_EOF);
                return Err(ERROR_HANDLE_EOF);
            }
            Some(bytes) => {
                pending.complete_inline(0, bytes);
                return Ok(bytes);
            }
            None => {}
        }
    }
    let job = Job {
        file: file.clone(),
        pending,
        buffer: memory.address,
        bytes: memory.bytes,
        at,
        writes: memory.writes,
    };
    match disk::submit(job) {
        Ok(()) => Err(ERROR_IO_PENDING),
        Err((code, pending)) => {
            pending.abandon(code);
            Err(code)
        }
    }
}

/// A read or write whose end is a procedure call.
unsafe fn transfer_and_call(
    handle: Handle,
    memory: CallerBuffer,
    overlapped: *mut OVERLAPPED,
    routine: Option<CallRoutine>,
) -> Result<(), Code> {
    not_null(overlapped)?;
    let routine = routine.ok_or(ERROR_INVALID_PARAMETER)?;
    let file = object_as::<File>(handle)?;
    memory.check(&file)?;
    if !file.is_overlapped() {
        return Err(ERROR_INVALID_PARAMETER);
    }
    let io = crate::Object::io(&*file).ok_or(ERROR_INVALID_HANDLE)?;
    // SAFETY: valid by the contract of the exported functions.
    let (at, pending) = unsafe {
        let at = overlapped::offset_of(overlapped);
        (at, io.begin_call(overlapped, routine, thread::own_calls())?)
    };
    // SAFETY: the memory is the caller's until the operation has ended.
    match unsafe { start(&file, memory, at, pending) } {
        Ok(_) => last_error::set(0),
        Err(ERROR_IO_PENDING) => last_error::set(0),
        Err(code) => return Err(code),
    }
    Ok(())
}
