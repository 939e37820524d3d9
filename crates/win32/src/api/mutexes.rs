//! Mutex and semaphore objects.
//!
//! Owns the C form only. Threading: any thread.

use std::ffi::c_void;
use std::sync::Arc;

use super::{Bool, ObjectName, fence_bool, object_as, open_existing, open_named, put};
use crate::handle::Handle;
use crate::sync::mutex::MutexObject;
use crate::sync::names;
use crate::sync::semaphore::Semaphore;

const CREATE_MUTEX_INITIAL_OWNER: u32 = 1;

/// CreateMutexW: creates a mutex, owned by the calling thread if `initial_owner`, or, if the name exists, another
/// handle to that mutex, with last error 183. NULL on failure.
///
/// Differs: security attributes are ignored; a name is known in this process only.
///
/// # Safety
/// `name` is NULL or a NUL-terminated string.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn CreateMutexW(
    _attributes: *const c_void,
    initial_owner: Bool,
    name: *const u16,
) -> Handle {
    // SAFETY: the same contract.
    create_mutex(initial_owner != 0, unsafe { ObjectName::wide(name) })
}

/// CreateMutexA: works like [`CreateMutexW`]; the name is UTF-8.
///
/// # Safety
/// `name` is NULL or a NUL-terminated string.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn CreateMutexA(
    _attributes: *const c_void,
    initial_owner: Bool,
    name: *const u8,
) -> Handle {
    // SAFETY: the same contract.
    create_mutex(initial_owner != 0, unsafe { ObjectName::narrow(name) })
}

/// CreateMutexExW: works like [`CreateMutexW`]; flag 1 makes the calling thread the owner.
///
/// # Safety
/// `name` is NULL or a NUL-terminated string.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn CreateMutexExW(
    _attributes: *const c_void,
    name: *const u16,
    flags: u32,
    _access: u32,
) -> Handle {
    // SAFETY: the same contract.
    create_mutex(flags & CREATE_MUTEX_INITIAL_OWNER != 0, unsafe {
        ObjectName::wide(name)
    })
}

/// CreateMutexExA: works like [`CreateMutexExW`]; the name is UTF-8.
///
/// # Safety
/// `name` is NULL or a NUL-terminated string.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn CreateMutexExA(
    _attributes: *const c_void,
    name: *const u8,
    flags: u32,
    _access: u32,
) -> Handle {
    // SAFETY: the same contract.
    create_mutex(flags & CREATE_MUTEX_INITIAL_OWNER != 0, unsafe {
        ObjectName::narrow(name)
    })
}

/// OpenMutexW: opens another handle to a named mutex of this process. NULL with 2 when there is none.
///
/// # Safety
/// `name` is a NUL-terminated string.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn OpenMutexW(_access: u32, _inherit: Bool, name: *const u16) -> Handle {
    // SAFETY: the same contract.
    open_existing::<MutexObject>(unsafe { ObjectName::wide(name) })
}

/// OpenMutexA: works like [`OpenMutexW`]; the name is UTF-8.
///
/// # Safety
/// `name` is a NUL-terminated string.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn OpenMutexA(_access: u32, _inherit: Bool, name: *const u8) -> Handle {
    // SAFETY: the same contract.
    open_existing::<MutexObject>(unsafe { ObjectName::narrow(name) })
}

/// ReleaseMutex: gives the mutex back, once for each time that it was taken. FALSE with 288
/// (ERROR_NOT_OWNER) when the calling thread does not own it.
#[unsafe(no_mangle)]
pub extern "system" fn ReleaseMutex(mutex: Handle) -> Bool {
    fence_bool(|| object_as::<MutexObject>(mutex)?.release())
}

/// CreateSemaphoreW: creates a semaphore, or, if the name exists, another handle to that semaphore, with last error
/// 183. NULL on failure: 87 for impossible counts.
///
/// Differs: security attributes are ignored; a name is known in this process only.
///
/// # Safety
/// `name` is NULL or a NUL-terminated string.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn CreateSemaphoreW(
    _attributes: *const c_void,
    initial: i32,
    maximum: i32,
    name: *const u16,
) -> Handle {
    // SAFETY: the same contract.
    create_semaphore(initial, maximum, unsafe { ObjectName::wide(name) })
}

/// CreateSemaphoreA: works like [`CreateSemaphoreW`]; the name is UTF-8.
///
/// # Safety
/// `name` is NULL or a NUL-terminated string.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn CreateSemaphoreA(
    _attributes: *const c_void,
    initial: i32,
    maximum: i32,
    name: *const u8,
) -> Handle {
    // SAFETY: the same contract.
    create_semaphore(initial, maximum, unsafe { ObjectName::narrow(name) })
}

/// CreateSemaphoreExW: works like [`CreateSemaphoreW`].
///
/// Differs: the access mask is ignored.
///
/// # Safety
/// `name` is NULL or a NUL-terminated string.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn CreateSemaphoreExW(
    _attributes: *const c_void,
    initial: i32,
    maximum: i32,
    name: *const u16,
    _flags: u32,
    _access: u32,
) -> Handle {
    // SAFETY: the same contract.
    create_semaphore(initial, maximum, unsafe { ObjectName::wide(name) })
}

/// CreateSemaphoreExA: works like [`CreateSemaphoreExW`]; the name is UTF-8.
///
/// # Safety
/// `name` is NULL or a NUL-terminated string.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn CreateSemaphoreExA(
    _attributes: *const c_void,
    initial: i32,
    maximum: i32,
    name: *const u8,
    _flags: u32,
    _access: u32,
) -> Handle {
    // SAFETY: the same contract.
    create_semaphore(initial, maximum, unsafe { ObjectName::narrow(name) })
}

/// OpenSemaphoreW: opens another handle to a named semaphore of this process. NULL with 2 when there is none.
///
/// # Safety
/// `name` is a NUL-terminated string.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn OpenSemaphoreW(
    _access: u32,
    _inherit: Bool,
    name: *const u16,
) -> Handle {
    // SAFETY: the same contract.
    open_existing::<Semaphore>(unsafe { ObjectName::wide(name) })
}

/// OpenSemaphoreA: works like [`OpenSemaphoreW`]; the name is UTF-8.
///
/// # Safety
/// `name` is a NUL-terminated string.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn OpenSemaphoreA(
    _access: u32,
    _inherit: Bool,
    name: *const u8,
) -> Handle {
    // SAFETY: the same contract.
    open_existing::<Semaphore>(unsafe { ObjectName::narrow(name) })
}

/// ReleaseSemaphore: adds units. FALSE with 298 (ERROR_TOO_MANY_POSTS) when the count would pass the
/// maximum, with 87 for fewer than one unit.
///
/// # Safety
/// `previous` is NULL or valid for a write.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn ReleaseSemaphore(
    semaphore: Handle,
    units: i32,
    previous: *mut i32,
) -> Bool {
    fence_bool(|| {
        let before = object_as::<Semaphore>(semaphore)?.release(units)?;
        // SAFETY: NULL or valid by the contract of this function.
        unsafe { put(previous, before) };
        Ok(())
    })
}

fn create_mutex(owned: bool, name: ObjectName) -> Handle {
    open_named(name, |name| {
        names::open_or_create(name, || Ok(MutexObject::new(owned)))
    })
}

fn create_semaphore(count: i32, most: i32, name: ObjectName) -> Handle {
    open_named(name, |name| {
        names::open_or_create(name, || Ok(Arc::new(Semaphore::new(count, most)?)))
    })
}
