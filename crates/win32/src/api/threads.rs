//! Threads, time, and the little there is of processes.
//!
//! Owns the C form only. Threading: any thread; Sleep blocks the caller.

use std::ffi::c_void;

use super::{Bool, fence, fence_bool, not_null, object_as, open, put};
use crate::handle::{Handle, INVALID_HANDLE_VALUE};
use crate::status::{ERROR_INVALID_HANDLE, ERROR_INVALID_PARAMETER};
use crate::thread::{self, Thread};
use crate::time;

/// LPTHREAD_START_ROUTINE.
pub type ThreadStart = unsafe extern "system" fn(*mut c_void) -> u32;

const CREATE_SUSPENDED: u32 = 0x4;
const STACK_SIZE_PARAM_IS_A_RESERVATION: u32 = 0x1_0000;

/// CreateThread: starts a thread; the handle is waitable. NULL on failure (87, 8). A stack size of
/// 0 is the platform's default. Security attributes are ignored.
///
/// # Safety
/// `start` may be called from another thread with `parameter`; `id` is NULL or valid.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn CreateThread(
    _attributes: *const c_void,
    stack_bytes: usize,
    start: Option<ThreadStart>,
    parameter: *mut c_void,
    flags: u32,
    id: *mut u32,
) -> Handle {
    fence(std::ptr::null_mut(), || {
        let start = start.ok_or(ERROR_INVALID_PARAMETER)?;
        if flags & !(CREATE_SUSPENDED | STACK_SIZE_PARAM_IS_A_RESERVATION) != 0 {
            return Err(ERROR_INVALID_PARAMETER);
        }
        let parameter = parameter as usize;
        // SAFETY: callable from another thread by the contract of this function.
        let body = move || unsafe { start(parameter as *mut c_void) };
        let thread = Thread::start(stack_bytes, flags & CREATE_SUSPENDED != 0, body)?;
        // SAFETY: NULL or valid by the contract of this function.
        unsafe { put(id, thread.id().0) };
        open(thread)
    })
}

/// ResumeThread: releases a thread that was created suspended. The suspend count before, or
/// 0xFFFFFFFF.
#[unsafe(no_mangle)]
pub extern "system" fn ResumeThread(handle: Handle) -> u32 {
    fence(u32::MAX, || Ok(object_as::<Thread>(handle)?.resume()))
}

/// GetExitCodeThread: the exit code, or 259 (STILL_ACTIVE).
///
/// # Safety
/// `code` is valid for a write.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetExitCodeThread(handle: Handle, code: *mut u32) -> Bool {
    fence_bool(|| {
        not_null(code)?;
        let thread = object_as::<Thread>(handle)?;
        // SAFETY: not NULL, so valid by the contract of this function.
        unsafe { put(code, thread.exit_code()) };
        Ok(())
    })
}

/// GetCurrentThreadId.
#[unsafe(no_mangle)]
pub extern "system" fn GetCurrentThreadId() -> u32 {
    fence(0, || Ok(thread::current_id().0))
}

/// Sleep: 0 gives up the time slice, 0xFFFFFFFF never returns.
#[unsafe(no_mangle)]
pub extern "system" fn Sleep(milliseconds: u32) {
    fence((), || {
        time::sleep(milliseconds);
        Ok(())
    });
}

/// SleepEx: as [`Sleep`]; returns 0, there are no asynchronous procedure calls.
#[unsafe(no_mangle)]
pub extern "system" fn SleepEx(milliseconds: u32, _alertable: Bool) -> u32 {
    Sleep(milliseconds);
    0
}

/// GetTickCount: milliseconds, wrapping after 49.7 days.
#[unsafe(no_mangle)]
pub extern "system" fn GetTickCount() -> u32 {
    time::tick_count() as u32
}

/// GetTickCount64: milliseconds.
#[unsafe(no_mangle)]
pub extern "system" fn GetTickCount64() -> u64 {
    time::tick_count()
}

/// GetCurrentProcess: the pseudo handle -1; only GetProcessAffinityMask takes it.
#[unsafe(no_mangle)]
pub extern "system" fn GetCurrentProcess() -> Handle {
    INVALID_HANDLE_VALUE
}

/// GetProcessAffinityMask: one bit for each processor this process may use, up to 64, numbered from
/// 0. Both masks are the same.
///
/// # Safety
/// `process_mask` and `system_mask` are valid for writes.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetProcessAffinityMask(
    process: Handle,
    process_mask: *mut usize,
    system_mask: *mut usize,
) -> Bool {
    fence_bool(|| {
        not_null(process_mask)?;
        not_null(system_mask)?;
        if process != INVALID_HANDLE_VALUE {
            return Err(ERROR_INVALID_HANDLE);
        }
        let count = std::thread::available_parallelism().map_or(1, usize::from);
        let mask = usize::MAX >> (usize::BITS as usize - count.clamp(1, usize::BITS as usize));
        // SAFETY: not NULL, so valid by the contract of this function.
        unsafe {
            put(process_mask, mask);
            put(system_mask, mask);
        }
        Ok(())
    })
}
