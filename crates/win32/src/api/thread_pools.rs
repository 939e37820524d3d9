//! The thread pool: pools, cleanup groups, and what a callback may ask for.
//!
//! Owns the C form only. PTP_POOL and PTP_CLEANUP_GROUP are values of the handle table: a stale one does
//! nothing but set the last error. Threading: any thread.

use std::ffi::c_void;
use std::sync::Arc;

use super::{Bool, TRUE, fence, fence_bool, object_as, open};
use crate::handle::{self, Handle};
use crate::object::Object;
use crate::pool::group::CleanupGroup;
use crate::pool::instance::Instance;
use crate::pool::workers::Pool;
use crate::sync::event::Event;
use crate::sync::locks::CriticalSection;
use crate::sync::mutex::MutexObject;
use crate::sync::semaphore::Semaphore;

/// CreateThreadpool: creates a pool.
#[unsafe(no_mangle)]
pub extern "system" fn CreateThreadpool(_reserved: *mut c_void) -> Handle {
    fence(std::ptr::null_mut(), || open(Pool::new()))
}

/// SetThreadpoolThreadMaximum: sets how many callbacks the pool runs at the same time, at most.
#[unsafe(no_mangle)]
pub extern "system" fn SetThreadpoolThreadMaximum(pool: Handle, most: u32) {
    fence((), || {
        object_as::<Pool>(pool)?.set_most(most);
        Ok(())
    });
}

/// SetThreadpoolThreadMinimum: returns TRUE.
///
/// Differs: no threads are kept: they are started when there is work.
#[unsafe(no_mangle)]
pub extern "system" fn SetThreadpoolThreadMinimum(pool: Handle, _least: u32) -> Bool {
    fence_bool(|| object_as::<Pool>(pool).map(drop))
}

/// CloseThreadpool: closes a pool; its threads end when what is queued has run.
#[unsafe(no_mangle)]
pub extern "system" fn CloseThreadpool(pool: Handle) {
    fence((), || {
        object_as::<Pool>(pool)?;
        handle::remove(pool);
        Ok(())
    });
}

/// CreateThreadpoolCleanupGroup: creates a group without members.
#[unsafe(no_mangle)]
pub extern "system" fn CreateThreadpoolCleanupGroup() -> Handle {
    fence(std::ptr::null_mut(), || {
        open(Arc::new(CleanupGroup::default()))
    })
}

/// CloseThreadpoolCleanupGroupMembers: closes all members and waits for their callbacks; with
/// `cancel_pending` those that have not begun are dropped, and the cancel callback of the environment
/// is called for their members with `context`.
#[unsafe(no_mangle)]
pub extern "system" fn CloseThreadpoolCleanupGroupMembers(
    group: Handle,
    cancel_pending: Bool,
    context: *mut c_void,
) {
    fence((), || {
        object_as::<CleanupGroup>(group)?.close_members(cancel_pending != 0, context);
        Ok(())
    });
}

/// CloseThreadpoolCleanupGroup: closes a group whose members have been closed.
#[unsafe(no_mangle)]
pub extern "system" fn CloseThreadpoolCleanupGroup(group: Handle) {
    fence((), || {
        object_as::<CleanupGroup>(group)?;
        handle::remove(group);
        Ok(())
    });
}

/// # Safety
/// `instance` is NULL or what the callback that runs was given.
unsafe fn on_return(instance: *mut c_void, what: impl FnOnce() + 'static) {
    // SAFETY: by the contract.
    if let Some(instance) = unsafe { instance.cast::<Instance>().as_mut() } {
        instance.on_return(what);
    }
}

/// Does this with the object behind a handle. What the documentation gives no way to report is not reported: a
/// stale handle, a semaphore that is full, a mutex of another thread.
fn with<T: Object>(handle: Handle, what: impl FnOnce(&T)) {
    if let Some(object) = handle::lookup_as::<T>(handle) {
        what(&object);
    }
}

/// SetEventWhenCallbackReturns: sets the event when the callback that runs has returned.
///
/// # Safety
/// `instance` is what the callback that runs was given.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SetEventWhenCallbackReturns(instance: *mut c_void, event: Handle) {
    // SAFETY: the same contract.
    unsafe { on_return(instance, move || with::<Event>(event, |event| event.set())) };
}

/// ReleaseSemaphoreWhenCallbackReturns: releases units of the semaphore when the callback that runs
/// has returned.
///
/// # Safety
/// `instance` is what the callback that runs was given.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn ReleaseSemaphoreWhenCallbackReturns(
    instance: *mut c_void,
    semaphore: Handle,
    units: u32,
) {
    // SAFETY: the same contract.
    unsafe {
        on_return(instance, move || {
            with::<Semaphore>(semaphore, |semaphore| _ = semaphore.release(units as i32));
        });
    }
}

/// ReleaseMutexWhenCallbackReturns: releases the mutex when the callback that runs has returned.
///
/// # Safety
/// `instance` is what the callback that runs was given.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn ReleaseMutexWhenCallbackReturns(
    instance: *mut c_void,
    mutex: Handle,
) {
    // SAFETY: the same contract.
    unsafe {
        on_return(instance, move || {
            with::<MutexObject>(mutex, |mutex| _ = mutex.release())
        })
    };
}

/// LeaveCriticalSectionWhenCallbackReturns: leaves the section when the callback that runs has
/// returned.
///
/// # Safety
/// `instance` is what the callback that runs was given; the section lives until it returns.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn LeaveCriticalSectionWhenCallbackReturns(
    instance: *mut c_void,
    section: *const CriticalSection,
) {
    // SAFETY: the same contract.
    unsafe {
        on_return(instance, move || {
            let section = Some(section).filter(|at| at.is_aligned());
            // The application promised that the section lives until the callback returns.
            if let Some(section) = section.and_then(|at| at.as_ref()) {
                section.leave();
            }
        });
    }
}

/// CallbackMayRunLong: returns TRUE; the pool grows while callbacks block.
#[unsafe(no_mangle)]
pub extern "system" fn CallbackMayRunLong(_instance: *mut c_void) -> Bool {
    TRUE
}

/// DisassociateCurrentThreadFromCallback: ends the waits for the callback that is running, before it returns.
///
/// # Safety
/// `instance` is NULL or what the callback that runs was given.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn DisassociateCurrentThreadFromCallback(instance: *mut c_void) {
    // SAFETY: by the contract.
    if let Some(instance) = unsafe { instance.cast::<Instance>().as_mut() } {
        // SAFETY: the callback runs, so its object is alive.
        unsafe { instance.disassociate() };
    }
}
