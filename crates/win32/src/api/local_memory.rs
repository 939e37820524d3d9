//! Local and global memory.
//!
//! Owns the C form only. Threading: any thread.

use std::ffi::c_void;

use super::{Bool, FALSE, TRUE, fence, last_error};
use crate::memory::movable;
use crate::status::{Code, ERROR_INVALID_HANDLE, ERROR_INVALID_PARAMETER};

const MOVEABLE: u32 = 0x2;
const ZEROINIT: u32 = 0x40;
const MODIFY: u32 = 0x80;
/// GMEM_INVALID_HANDLE, LMEM_INVALID_HANDLE.
const INVALID: u32 = 0x8000;
const NULL: *mut c_void = std::ptr::null_mut();

/// A handle is 0, of a movable object, or an address; of other small numbers nothing can be read.
fn checked(handle: *mut c_void) -> Result<usize, Code> {
    match handle as usize {
        at if at & 0xF == 2 => Ok(at),
        at if at >= 0x1_0000 => Ok(at),
        _ => Err(ERROR_INVALID_HANDLE),
    }
}

fn alloc(flags: u32, bytes: usize) -> *mut c_void {
    fence(NULL, || {
        let handle = movable::take(flags & MOVEABLE != 0, bytes, flags & ZEROINIT != 0)?;
        Ok(handle as *mut c_void)
    })
}

/// # Safety
/// `handle` is NULL or was allocated by this library.
unsafe fn re_alloc(handle: *mut c_void, bytes: usize, flags: u32) -> *mut c_void {
    fence(NULL, || {
        let handle = checked(handle)?;
        let (zeroed, may_move) = (flags & ZEROINIT != 0, flags & MOVEABLE != 0);
        // SAFETY: the same contract.
        let moved = unsafe {
            match flags & MODIFY != 0 {
                // Whether it can be discarded does not matter: nothing is.
                true => movable::size(handle).map(|_| handle)?,
                false => movable::resize(handle, bytes, zeroed, may_move || handle & 0xF == 2)?,
            }
        };
        Ok(moved as *mut c_void)
    })
}

/// # Safety
/// `handle` is NULL or was allocated by this library, and nobody uses it any more.
unsafe fn release(handle: *mut c_void) -> *mut c_void {
    if handle.is_null() {
        return NULL;
    }
    fence(handle, || {
        // SAFETY: the same contract.
        unsafe { movable::release(checked(handle)?) }.map(|()| NULL)
    })
}

/// # Safety
/// `handle` is NULL or was allocated by this library.
unsafe fn unlock(handle: *mut c_void, fixed: Bool) -> Bool {
    fence(FALSE, || {
        // SAFETY: the same contract.
        match unsafe { movable::unlock(checked(handle)?) }? {
            None => Ok(fixed),
            Some(true) => Ok(TRUE),
            Some(false) => {
                last_error::set(0);
                Ok(FALSE)
            }
        }
    })
}

/// LocalAlloc: allocates memory: with LMEM_MOVEABLE it returns a handle for LocalLock, otherwise memory that does not
/// move. NULL with 8 if there is none.
#[unsafe(no_mangle)]
pub extern "system" fn LocalAlloc(flags: u32, bytes: usize) -> *mut c_void {
    alloc(flags, bytes)
}

/// LocalReAlloc: changes the size of an object; fixed memory moves only with LMEM_MOVEABLE. NULL on failure, and the
/// object is as it was: 8 when there is no memory, 6 for a handle that is not valid.
///
/// # Safety
/// `handle` is NULL or was allocated by this library and is not freed.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn LocalReAlloc(
    handle: *mut c_void,
    bytes: usize,
    flags: u32,
) -> *mut c_void {
    // SAFETY: the same contract.
    unsafe { re_alloc(handle, bytes, flags) }
}

/// LocalFree: frees an object, even if it is locked. Returns NULL, or the handle, with 6, if that is not valid.
///
/// # Safety
/// `handle` is NULL or was allocated by this library, and nobody uses it any more.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn LocalFree(handle: *mut c_void) -> *mut c_void {
    // SAFETY: the same contract.
    unsafe { release(handle) }
}

/// LocalLock: locks an object and returns its address, which stays the same until the object has been unlocked as
/// often as locked. NULL with 6 for a handle that is not valid, 157 for one of size 0.
///
/// # Safety
/// `handle` is NULL or was allocated by this library and is not freed.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn LocalLock(handle: *mut c_void) -> *mut c_void {
    fence(NULL, || {
        // SAFETY: the same contract.
        unsafe { movable::lock(checked(handle)?) }.map(|memory| memory.cast())
    })
}

/// LocalUnlock: takes one lock away. TRUE while the object still has locks; FALSE with 0 when it has none left, with
/// 158 when it was not locked. FALSE for fixed memory.
///
/// # Safety
/// `handle` is NULL or was allocated by this library and is not freed.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn LocalUnlock(handle: *mut c_void) -> Bool {
    // SAFETY: the same contract.
    unsafe { unlock(handle, FALSE) }
}

/// LocalSize: returns the size of the object; 0 with 6 for something that is not one.
///
/// # Safety
/// `handle` is NULL or was allocated by this library and is not freed.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn LocalSize(handle: *mut c_void) -> usize {
    // SAFETY: the same contract.
    fence(0, || unsafe { movable::size(checked(handle)?) })
}

/// LocalFlags: returns the number of locks; 0x8000 (LMEM_INVALID_HANDLE) with 6 for a handle that is not valid.
///
/// # Safety
/// `handle` is NULL or was allocated by this library and is not freed.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn LocalFlags(handle: *mut c_void) -> u32 {
    fence(INVALID, || {
        // SAFETY: the same contract.
        unsafe { movable::locks(checked(handle)?) }.map(u32::from)
    })
}

/// LocalHandle: gets the handle of the object that an address of LocalLock belongs to; NULL with 6 for something that
/// is not one.
///
/// # Safety
/// `memory` is NULL or came from this library.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn LocalHandle(memory: *const c_void) -> *mut c_void {
    fence(NULL, || {
        if memory.is_null() {
            return Err(ERROR_INVALID_PARAMETER);
        }
        let at = checked(memory.cast_mut())?;
        // SAFETY: the same contract.
        unsafe { movable::handle_of(at) }.map(|handle| handle as *mut c_void)
    })
}

/// GlobalAlloc: allocates memory: with GMEM_MOVEABLE it returns a handle for GlobalLock, otherwise memory that does
/// not move. NULL with 8 if there is none.
#[unsafe(no_mangle)]
pub extern "system" fn GlobalAlloc(flags: u32, bytes: usize) -> *mut c_void {
    alloc(flags, bytes)
}

/// GlobalReAlloc: changes the size of an object; fixed memory moves only with GMEM_MOVEABLE. NULL on failure, and the
/// object is as it was: 8 when there is no memory, 6 for a handle that is not valid.
///
/// # Safety
/// `handle` is NULL or was allocated by this library and is not freed.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GlobalReAlloc(
    handle: *mut c_void,
    bytes: usize,
    flags: u32,
) -> *mut c_void {
    // SAFETY: the same contract.
    unsafe { re_alloc(handle, bytes, flags) }
}

/// GlobalFree: frees an object, even if it is locked. Returns NULL, or the handle, with 6, if that is not valid.
///
/// # Safety
/// `handle` is NULL or was allocated by this library, and nobody uses it any more.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GlobalFree(handle: *mut c_void) -> *mut c_void {
    // SAFETY: the same contract.
    unsafe { release(handle) }
}

/// GlobalLock: locks an object and returns its address, which stays the same until the object has been unlocked as
/// often as locked. NULL with 6 for a handle that is not valid, 157 for one of size 0.
///
/// # Safety
/// `handle` is NULL or was allocated by this library and is not freed.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GlobalLock(handle: *mut c_void) -> *mut c_void {
    fence(NULL, || {
        // SAFETY: the same contract.
        unsafe { movable::lock(checked(handle)?) }.map(|memory| memory.cast())
    })
}

/// GlobalUnlock: takes one lock away. TRUE while the object still has locks; FALSE with 0 when it has none left, with
/// 158 when it was not locked. TRUE for fixed memory.
///
/// # Safety
/// `handle` is NULL or was allocated by this library and is not freed.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GlobalUnlock(handle: *mut c_void) -> Bool {
    // SAFETY: the same contract.
    unsafe { unlock(handle, TRUE) }
}

/// GlobalSize: returns the size of the object; 0 with 6 for something that is not one.
///
/// # Safety
/// `handle` is NULL or was allocated by this library and is not freed.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GlobalSize(handle: *mut c_void) -> usize {
    // SAFETY: the same contract.
    fence(0, || unsafe { movable::size(checked(handle)?) })
}

/// GlobalFlags: returns the number of locks; 0x8000 (GMEM_INVALID_HANDLE) with 6 for a handle that is not valid.
///
/// # Safety
/// `handle` is NULL or was allocated by this library and is not freed.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GlobalFlags(handle: *mut c_void) -> u32 {
    fence(INVALID, || {
        // SAFETY: the same contract.
        unsafe { movable::locks(checked(handle)?) }.map(u32::from)
    })
}

/// GlobalHandle: gets the handle of the object that an address of GlobalLock belongs to; NULL with 6 for something
/// that is not one.
///
/// # Safety
/// `memory` is NULL or came from this library.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GlobalHandle(memory: *const c_void) -> *mut c_void {
    fence(NULL, || {
        if memory.is_null() {
            return Err(ERROR_INVALID_PARAMETER);
        }
        let at = checked(memory.cast_mut())?;
        // SAFETY: the same contract.
        unsafe { movable::handle_of(at) }.map(|handle| handle as *mut c_void)
    })
}
