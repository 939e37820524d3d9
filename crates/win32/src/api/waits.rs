//! Waits.
//!
//! Owns the C form only. Threading: any thread; waits block the caller.

use std::sync::Arc;

use super::{Bool, fence, not_null, object};
use crate::handle::{self, Handle};
use crate::object::Object;
use crate::status::{Code, ERROR_INVALID_HANDLE, ERROR_INVALID_PARAMETER, WAIT_TIMEOUT};
use crate::sync::event::Event;
use crate::sync::multi::{ALERTED, MAXIMUM_WAIT_OBJECTS, wait_alertable, wait_many};
use crate::sync::mutex::MutexObject;
use crate::sync::semaphore::Semaphore;
use crate::sync::signal::{ABANDONED, Waited};
use crate::threads::thread;
use crate::time::deadline;

/// WAIT_FAILED.
pub const WAIT_FAILED: u32 = u32::MAX;

/// WaitForSingleObject: returns 0 (WAIT_OBJECT_0), 128 (WAIT_ABANDONED: the last owner of the mutex ended without
/// releasing it), 258 (WAIT_TIMEOUT) or WAIT_FAILED.
#[unsafe(no_mangle)]
pub extern "system" fn WaitForSingleObject(handle: Handle, milliseconds: u32) -> u32 {
    fence(WAIT_FAILED, || {
        let object = object(handle)?;
        let signal = object.signal().ok_or(ERROR_INVALID_HANDLE)?;
        Ok(match signal.wait_for(deadline(milliseconds)) {
            Waited::Taken => 0,
            Waited::Abandoned => ABANDONED,
            Waited::TimedOut => WAIT_TIMEOUT,
        })
    })
}

/// WaitForSingleObjectEx: works like [`WaitForSingleObject`]. With `alertable` procedure calls that
/// are queued to this thread run, and the wait ends with 192 (WAIT_IO_COMPLETION).
#[unsafe(no_mangle)]
pub extern "system" fn WaitForSingleObjectEx(handle: Handle, ms: u32, alertable: Bool) -> u32 {
    if alertable == 0 {
        return WaitForSingleObject(handle, ms);
    }
    // SAFETY: one handle.
    unsafe { WaitForMultipleObjectsEx(1, &raw const handle, 0, ms, alertable) }
}

/// WaitForMultipleObjects: waits for one or for all of 1 to 64 objects. The index of the object
/// (plus 128 for an abandoned mutex), 258 or WAIT_FAILED.
///
/// # Safety
/// `handles` points to `count` handles.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WaitForMultipleObjects(
    count: u32,
    handles: *const Handle,
    wait_all: Bool,
    milliseconds: u32,
) -> u32 {
    fence(WAIT_FAILED, || {
        // SAFETY: the same contract.
        let objects = unsafe { objects(count, handles) }?;
        let index = wait_many(&objects, wait_all != 0, deadline(milliseconds))?;
        Ok(index.map_or(WAIT_TIMEOUT, |index| index as u32))
    })
}

/// WaitForMultipleObjectsEx: works like [`WaitForMultipleObjects`]; `alertable` as in
/// [`WaitForSingleObjectEx`].
///
/// # Safety
/// `handles` points to `count` handles.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WaitForMultipleObjectsEx(
    count: u32,
    handles: *const Handle,
    wait_all: Bool,
    milliseconds: u32,
    alertable: Bool,
) -> u32 {
    fence(WAIT_FAILED, || {
        // SAFETY: the same contract.
        let objects = unsafe { objects(count, handles) }?;
        let calls = (alertable != 0).then(thread::own_calls);
        let alert = calls.as_ref().map(|calls| calls.signal());
        let deadline = deadline(milliseconds);
        let outcome = wait_alertable(&objects, wait_all != 0, deadline, alert)?;
        if let (Some(ALERTED), Some(calls)) = (outcome, &calls) {
            calls.run();
        }
        Ok(outcome.map_or(WAIT_TIMEOUT, |outcome| outcome as u32))
    })
}

/// The objects behind an array of handles.
///
/// # Safety
/// `handles` points to `count` handles.
unsafe fn objects(count: u32, handles: *const Handle) -> Result<Vec<Arc<dyn Object>>, Code> {
    not_null(handles)?;
    let count = count as usize;
    if count == 0 || count > MAXIMUM_WAIT_OBJECTS {
        return Err(ERROR_INVALID_PARAMETER);
    }
    // SAFETY: `count` handles are there by the contract of this function.
    let values = (0..count).map(|at| unsafe { handles.add(at).read_unaligned() });
    values.map(object).collect()
}

/// SignalObjectAndWait: sets an event, or releases a mutex or one unit of a semaphore, and waits for
/// another object. The two are not one step (documented: neither are they on Windows).
#[unsafe(no_mangle)]
pub extern "system" fn SignalObjectAndWait(
    to_signal: Handle,
    to_wait_on: Handle,
    milliseconds: u32,
    alertable: Bool,
) -> u32 {
    let signalled = fence(false, || {
        object(to_wait_on)?;
        if let Some(event) = handle::lookup_as::<Event>(to_signal) {
            event.set();
        } else if let Some(mutex) = handle::lookup_as::<MutexObject>(to_signal) {
            mutex.release()?;
        } else if let Some(semaphore) = handle::lookup_as::<Semaphore>(to_signal) {
            semaphore.release(1)?;
        } else {
            return Err(ERROR_INVALID_HANDLE);
        }
        Ok(true)
    });
    match signalled {
        true => WaitForSingleObjectEx(to_wait_on, milliseconds, alertable),
        false => WAIT_FAILED,
    }
}
