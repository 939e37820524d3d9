//! Threads, their calls and their sleep; and handles opened once more.
//!
//! Owns the C form only. Threading: any thread; Sleep blocks the caller.

use std::ffi::c_void;

use std::sync::Arc;

use super::{Bool, fence, fence_bool, not_null, object, object_as, open, put};
use crate::handle::{Handle, INVALID_HANDLE_VALUE};
use crate::status::{Code, ERROR_GEN_FAILURE, ERROR_INVALID_HANDLE, ERROR_INVALID_PARAMETER};
use crate::threads::apc::Apc;
use crate::threads::id::{self as thread_id, ThreadId};
use crate::threads::thread::{self, Thread};
use crate::time::{self, source};

/// LPTHREAD_START_ROUTINE.
pub type ThreadStart = unsafe extern "system" fn(*mut c_void) -> u32;

const CREATE_SUSPENDED: u32 = 0x4;
const DUPLICATE_CLOSE_SOURCE: u32 = 1;
/// WAIT_IO_COMPLETION.
const WAIT_IO_COMPLETION: u32 = 0xC0;
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
        // It runs once it has its handle: not at all where the handle table is full.
        let thread = Thread::start(stack_bytes, true, body)?;
        let handle = open(thread.clone()).inspect_err(|_| thread.give_up())?;
        // SAFETY: NULL or valid by the contract of this function.
        unsafe { put(id, thread.id().0) };
        if flags & CREATE_SUSPENDED == 0 {
            thread.resume();
        }
        Ok(handle)
    })
}

/// ResumeThread: releases a thread that was created suspended. The suspend count before, or
/// 0xFFFFFFFF.
#[unsafe(no_mangle)]
pub extern "system" fn ResumeThread(handle: Handle) -> u32 {
    fence(u32::MAX, || Ok(thread_of(handle)?.resume()))
}

/// GetExitCodeThread: gets the exit code, or 259 (STILL_ACTIVE).
///
/// # Safety
/// `code` is valid for a write.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetExitCodeThread(handle: Handle, code: *mut u32) -> Bool {
    fence_bool(|| {
        not_null(code)?;
        let thread = thread_of(handle)?;
        // SAFETY: not NULL, so valid by the contract of this function.
        unsafe { put(code, thread.exit_code()) };
        Ok(())
    })
}

/// The pseudo handle of GetCurrentThread.
const CURRENT_THREAD: Handle = -2isize as usize as Handle;

/// The thread behind a handle; -2 is the calling one.
pub(super) fn thread_of(handle: Handle) -> Result<Arc<Thread>, Code> {
    match handle {
        CURRENT_THREAD => Ok(thread::current()),
        other => object_as(other),
    }
}

/// GetCurrentThread: returns the pseudo handle -2, which means the thread that uses it.
#[unsafe(no_mangle)]
pub extern "system" fn GetCurrentThread() -> Handle {
    CURRENT_THREAD
}

/// OpenThread: opens a handle to a running thread of this process. NULL with 87 for an invalid id.
#[unsafe(no_mangle)]
pub extern "system" fn OpenThread(_access: u32, _inherit: Bool, id: u32) -> Handle {
    fence(std::ptr::null_mut(), || {
        open(thread::by_id(ThreadId(id)).ok_or(ERROR_INVALID_PARAMETER)?)
    })
}

/// GetThreadId: returns the id of the thread behind a handle; 0 on failure.
#[unsafe(no_mangle)]
pub extern "system" fn GetThreadId(handle: Handle) -> u32 {
    fence(0, || Ok(thread_of(handle)?.id().0))
}

/// QueueUserAPC: queues a procedure call: the thread calls `routine` with `argument` when it waits alertably. 0 with
/// 31 for a thread that has ended.
///
/// # Safety
/// `routine` may be called on that thread with `argument`.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn QueueUserAPC(
    routine: Option<unsafe extern "system" fn(usize)>,
    handle: Handle,
    argument: usize,
) -> u32 {
    fence(0, || {
        let routine = routine.ok_or(ERROR_INVALID_PARAMETER)?;
        let thread = thread_of(handle)?;
        if thread.has_ended() {
            return Err(ERROR_GEN_FAILURE);
        }
        thread.apcs().push(Apc::User(routine, argument));
        Ok(1)
    })
}

/// SwitchToThread: gives up the time slice; TRUE, since whether another thread ran is not known.
#[unsafe(no_mangle)]
pub extern "system" fn SwitchToThread() -> Bool {
    fence_bool(|| {
        source::yield_now();
        Ok(())
    })
}

/// SetThreadPriority: keeps the value for [`GetThreadPriority`].
///
/// Differs: It does not change how the thread is scheduled.
#[unsafe(no_mangle)]
pub extern "system" fn SetThreadPriority(handle: Handle, priority: i32) -> Bool {
    fence_bool(|| {
        thread_of(handle)?.set_priority(priority);
        Ok(())
    })
}

/// GetThreadPriority: returns the value that was set, or 0x7FFFFFFF on failure.
#[unsafe(no_mangle)]
pub extern "system" fn GetThreadPriority(handle: Handle) -> i32 {
    fence(i32::MAX, || Ok(thread_of(handle)?.priority()))
}

/// ExitThread: ends the calling thread with this exit code, which signals its handle.
///
/// Differs: the thread's stack is not given back, since frames of the application are on it. A
/// thread that returns from its start function costs nothing.
#[unsafe(no_mangle)]
pub extern "system" fn ExitThread(code: u32) {
    fence((), || {
        thread::current().end(code);
        time::sleep(time::INFINITE);
        Ok(())
    });
}

/// DuplicateHandle: creates another handle to the same object, in this process only. Option 1 closes the source. The
/// pseudo handle of a thread becomes a real one.
///
/// # Safety
/// `target` is NULL or valid for a write.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn DuplicateHandle(
    source_process: Handle,
    source: Handle,
    target_process: Handle,
    target: *mut Handle,
    _access: u32,
    _inherit: Bool,
    options: u32,
) -> Bool {
    fence_bool(|| {
        if source_process != INVALID_HANDLE_VALUE || target_process != INVALID_HANDLE_VALUE {
            return Err(ERROR_INVALID_HANDLE);
        }
        let duplicate = match source {
            CURRENT_THREAD => open(thread::current())?,
            other => {
                let object = object(other)?;
                let duplicate = open(object.clone())?;
                object.on_duplicate();
                duplicate
            }
        };
        // SAFETY: NULL or valid by the contract of this function.
        unsafe { put(target, duplicate) };
        if options & DUPLICATE_CLOSE_SOURCE != 0 {
            super::errors::CloseHandle(source);
        }
        Ok(())
    })
}

/// GetCurrentThreadId: returns the id of the calling thread, never 0.
#[unsafe(no_mangle)]
pub extern "system" fn GetCurrentThreadId() -> u32 {
    fence(0, || Ok(thread_id::current_id().0))
}

/// Sleep: waits this number of milliseconds at least; 0 gives up the time slice, 0xFFFFFFFF never
/// returns.
#[unsafe(no_mangle)]
pub extern "system" fn Sleep(milliseconds: u32) {
    fence((), || {
        time::sleep(milliseconds);
        Ok(())
    });
}

/// SleepEx: works like [`Sleep`]; returns 0. With `alertable` procedure calls that are queued to
/// this thread run, and it returns 192 (WAIT_IO_COMPLETION) then.
#[unsafe(no_mangle)]
pub extern "system" fn SleepEx(milliseconds: u32, alertable: Bool) -> u32 {
    if alertable == 0 {
        Sleep(milliseconds);
        return 0;
    }
    fence(0, || {
        let calls = thread::own_calls();
        calls.signal().wait(time::deadline(milliseconds));
        Ok(if calls.run() { WAIT_IO_COMPLETION } else { 0 })
    })
}
