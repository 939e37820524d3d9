//! The thread pool: work, timers and waits.
//!
//! Owns the C form only, and reading a TP_CALLBACK_ENVIRON; pools, cleanup groups and what a callback may
//! ask for are in `thread_pools`. PTP_WORK and its relatives are values of the
//! handle table: a stale one does nothing but set the last error. Threading: any thread.

use std::ffi::c_void;
use std::sync::Arc;
use std::time::Duration;

use super::{Bool, FALSE, fence, fence_bool, object, object_as};
use crate::handle::Handle;
use crate::pool::group::CleanupGroup;
use crate::pool::member::{Callback, CancelCallback, Environment, Member};
use crate::pool::workers::Pool;
use crate::status::{Code, ERROR_INVALID_PARAMETER};
use crate::time::due_time;

/// TP_CALLBACK_ENVIRON, version 3.
#[repr(C)]
#[derive(Debug)]
pub struct CallbackEnviron {
    version: u32,
    pool: Handle,
    group: Handle,
    on_cancel: Option<CancelCallback>,
    race_dll: *mut c_void,
    activation_context: *mut c_void,
    finalization: *mut c_void,
    flags: u32,
    priority: i32,
    size: u32,
}

const _: () = assert!(size_of::<CallbackEnviron>() == 72);

/// PTP_SIMPLE_CALLBACK.
pub type SimpleCallback = unsafe extern "system" fn(*mut c_void, *mut c_void);
/// PTP_WORK_CALLBACK and PTP_TIMER_CALLBACK.
pub type ObjectCallback = unsafe extern "system" fn(*mut c_void, *mut c_void, Handle);
/// PTP_WAIT_CALLBACK.
pub type WaitCallback = unsafe extern "system" fn(*mut c_void, *mut c_void, Handle, u32);

/// # Safety
/// `environment` is NULL or points to an initialized structure.
unsafe fn read(environment: *const CallbackEnviron) -> Result<Environment, Code> {
    // SAFETY: by the contract.
    let Some(given) = (unsafe { environment.as_ref() }) else {
        return Ok(Environment::default());
    };
    let pool = match given.pool.is_null() {
        true => None,
        false => Some(object_as::<Pool>(given.pool)?),
    };
    let group = match given.group.is_null() {
        true => None,
        false => Some(object_as::<CleanupGroup>(given.group)?),
    };
    Ok(Environment {
        pool,
        group,
        on_cancel: given.on_cancel,
    })
}

/// # Safety
/// Works like [`read`].
unsafe fn create(
    callback: Option<Callback>,
    context: *mut c_void,
    environment: *const CallbackEnviron,
) -> Handle {
    fence(std::ptr::null_mut(), || {
        let callback = callback.ok_or(ERROR_INVALID_PARAMETER)?;
        // SAFETY: the same contract.
        let environment = unsafe { read(environment) }?;
        Member::new(callback, context as usize, environment)?.open()
    })
}

/// The functions of objects return nothing: a bad handle only sets the last error.
fn with(own: Handle, run: impl FnOnce(&Arc<Member>)) {
    fence((), || -> Result<(), Code> {
        run(&object_as::<Member>(own)?);
        Ok(())
    });
}

/// CreateThreadpoolWork: creates an object whose callback runs each time it is submitted. NULL on failure (87 for no
/// callback, 6 for a stale pool or group).
///
/// # Safety
/// `callback` may be called from any thread with `context`; `environment` is NULL or initialized.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn CreateThreadpoolWork(
    callback: Option<ObjectCallback>,
    context: *mut c_void,
    environment: *const CallbackEnviron,
) -> Handle {
    // SAFETY: the same contract.
    unsafe { create(callback.map(Callback::Object), context, environment) }
}

/// SubmitThreadpoolWork: queues the callback, which runs once for each call.
#[unsafe(no_mangle)]
pub extern "system" fn SubmitThreadpoolWork(work: Handle) {
    with(work, |work| work.submit(0));
}

/// WaitForThreadpoolWorkCallbacks: waits for callbacks that are queued or run; with
/// `cancel_pending` the queued ones are dropped.
#[unsafe(no_mangle)]
pub extern "system" fn WaitForThreadpoolWorkCallbacks(work: Handle, cancel_pending: Bool) {
    with(work, |work| _ = work.wait(cancel_pending != 0));
}

/// CloseThreadpoolWork: closes the object; callbacks that are queued still run.
#[unsafe(no_mangle)]
pub extern "system" fn CloseThreadpoolWork(work: Handle) {
    with(work, Member::close);
}

/// TrySubmitThreadpoolCallback: runs `callback` once on a thread of the pool.
///
/// # Safety
/// Works like [`CreateThreadpoolWork`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn TrySubmitThreadpoolCallback(
    callback: Option<SimpleCallback>,
    context: *mut c_void,
    environment: *const CallbackEnviron,
) -> Bool {
    fence_bool(|| {
        let callback = callback.ok_or(ERROR_INVALID_PARAMETER)?;
        // SAFETY: the same contract.
        let environment = unsafe { read(environment) }?;
        Member::new(Callback::Simple(callback), context as usize, environment)?.submit(0);
        Ok(())
    })
}

/// QueueUserWorkItem: runs `function` once on a thread of the pool.
///
/// Differs: the flags change nothing.
///
/// # Safety
/// `function` may be called from any thread with `context`.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn QueueUserWorkItem(
    function: Option<super::threads::ThreadStart>,
    context: *mut c_void,
    _flags: u32,
) -> Bool {
    fence_bool(|| {
        let function = function.ok_or(ERROR_INVALID_PARAMETER)?;
        let environment = Environment::default();
        Member::new(Callback::WorkItem(function), context as usize, environment)?.submit(0);
        Ok(())
    })
}

/// CreateThreadpoolTimer: creates an object whose callback runs when its time has come; otherwise it works like
/// [`CreateThreadpoolWork`].
///
/// # Safety
/// Works like [`CreateThreadpoolWork`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn CreateThreadpoolTimer(
    callback: Option<ObjectCallback>,
    context: *mut c_void,
    environment: *const CallbackEnviron,
) -> Handle {
    // SAFETY: the same contract.
    unsafe { create(callback.map(Callback::Object), context, environment) }
}

/// SetThreadpoolTimer: sets a timer to be due at `due` (a FILETIME, or negative 100-nanosecond intervals from now;
/// NULL: never), then every `period` milliseconds (0: once).
///
/// Differs: the window is not used: the callback is never put off.
///
/// # Safety
/// `due` is NULL or valid for a read.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SetThreadpoolTimer(
    timer: Handle,
    due: *const i64,
    period: u32,
    window: u32,
) {
    // SAFETY: the same contract.
    unsafe { SetThreadpoolTimerEx(timer, due, period, window) };
}

/// SetThreadpoolTimerEx: works like [`SetThreadpoolTimer`]; TRUE when the timer was set before.
///
/// # Safety
/// Works like [`SetThreadpoolTimer`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SetThreadpoolTimerEx(
    timer: Handle,
    due: *const i64,
    period: u32,
    _window: u32,
) -> Bool {
    fence(FALSE, || {
        let timer = object_as::<Member>(timer)?;
        let at = match due.is_null() {
            true => None,
            // SAFETY: valid by the contract of this function.
            false => due_time(unsafe { due.read_unaligned() }),
        };
        let period = (period > 0).then(|| Duration::from_millis(u64::from(period)));
        timer.set_timer(at, period).map(Bool::from)
    })
}

/// IsThreadpoolTimerSet: returns TRUE if the timer has a due time, which is the case from SetThreadpoolTimer until it
/// is set to none.
#[unsafe(no_mangle)]
pub extern "system" fn IsThreadpoolTimerSet(timer: Handle) -> Bool {
    fence(FALSE, || {
        Ok(Bool::from(object_as::<Member>(timer)?.is_timer_set()))
    })
}

/// WaitForThreadpoolTimerCallbacks: works like [`WaitForThreadpoolWorkCallbacks`].
#[unsafe(no_mangle)]
pub extern "system" fn WaitForThreadpoolTimerCallbacks(timer: Handle, cancel_pending: Bool) {
    with(timer, |timer| _ = timer.wait(cancel_pending != 0));
}

/// CloseThreadpoolTimer: cancels a timer and closes it; what is queued still runs.
#[unsafe(no_mangle)]
pub extern "system" fn CloseThreadpoolTimer(timer: Handle) {
    with(timer, Member::close);
}

/// CreateThreadpoolWait: creates an object whose callback runs when another object is signalled; otherwise it works
/// like [`CreateThreadpoolWork`].
///
/// # Safety
/// Works like [`CreateThreadpoolWork`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn CreateThreadpoolWait(
    callback: Option<WaitCallback>,
    context: *mut c_void,
    environment: *const CallbackEnviron,
) -> Handle {
    // SAFETY: the same contract.
    unsafe { create(callback.map(Callback::Wait), context, environment) }
}

/// SetThreadpoolWait: begins a wait: the callback runs once, when the object is signalled or the time-out (as the due
/// time of a timer; NULL: never) has passed. A NULL object ends the wait.
///
/// # Safety
/// `timeout` is NULL or valid for a read.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SetThreadpoolWait(
    wait: Handle,
    waited_for: Handle,
    timeout: *const i64,
) {
    // SAFETY: the same contract.
    unsafe { SetThreadpoolWaitEx(wait, waited_for, timeout, std::ptr::null_mut()) };
}

/// SetThreadpoolWaitEx: works like [`SetThreadpoolWait`]; TRUE when a wait was set before.
///
/// # Safety
/// Works like [`SetThreadpoolWait`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SetThreadpoolWaitEx(
    wait: Handle,
    waited_for: Handle,
    timeout: *const i64,
    _reserved: *mut c_void,
) -> Bool {
    fence(FALSE, || {
        let wait = object_as::<Member>(wait)?;
        if waited_for.is_null() {
            return Ok(Bool::from(wait.disarm()));
        }
        let deadline = match timeout.is_null() {
            true => None,
            // SAFETY: valid by the contract of this function.
            false => due_time(unsafe { timeout.read_unaligned() }),
        };
        wait.set_wait(object(waited_for)?, deadline).map(Bool::from)
    })
}

/// WaitForThreadpoolWaitCallbacks: works like [`WaitForThreadpoolWorkCallbacks`].
#[unsafe(no_mangle)]
pub extern "system" fn WaitForThreadpoolWaitCallbacks(wait: Handle, cancel_pending: Bool) {
    with(wait, |wait| _ = wait.wait(cancel_pending != 0));
}

/// CloseThreadpoolWait: ends a wait and closes it; what is queued still runs.
#[unsafe(no_mangle)]
pub extern "system" fn CloseThreadpoolWait(wait: Handle) {
    with(wait, Member::close);
}
