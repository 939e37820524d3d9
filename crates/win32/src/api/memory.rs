//! Heap and local memory.
//!
//! Owns the C form only. There is one heap, the C library's; every function may free what another
//! allocated. Threading: any thread.

use std::ffi::c_void;

use super::{Bool, FALSE, TRUE, fence};
use crate::handle::Handle;
use crate::heap;
use crate::last_error;
use crate::status::{ERROR_INVALID_HANDLE, ERROR_NOT_ENOUGH_MEMORY};

const HEAP_ZERO_MEMORY: u32 = 0x8;
const LMEM_ZEROINIT: u32 = 0x40;

static PROCESS_HEAP: u64 = 0;

/// GetProcessHeap: a value that stands for the heap; not to be closed.
#[unsafe(no_mangle)]
pub extern "system" fn GetProcessHeap() -> Handle {
    std::ptr::from_ref(&PROCESS_HEAP).cast_mut().cast()
}

/// HeapAlloc: NULL if there is no memory (the last error is not set, as documented) or the heap is
/// not the process heap (last error 6).
#[unsafe(no_mangle)]
pub extern "system" fn HeapAlloc(heap: Handle, flags: u32, bytes: usize) -> *mut c_void {
    fence(std::ptr::null_mut(), || {
        if heap != GetProcessHeap() {
            return Err(ERROR_INVALID_HANDLE);
        }
        Ok(allocate(flags & HEAP_ZERO_MEMORY != 0, bytes))
    })
}

/// HeapFree: frees a block; NULL is allowed.
///
/// # Safety
/// `memory` is NULL or was allocated by this library and is freed once.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn HeapFree(heap: Handle, _flags: u32, memory: *mut c_void) -> Bool {
    if heap != GetProcessHeap() {
        last_error::set(ERROR_INVALID_HANDLE);
        return FALSE;
    }
    // SAFETY: by the contract of this function.
    unsafe { heap::free(memory.cast()) };
    TRUE
}

/// LocalAlloc: memory that does not move, whatever the flags say. NULL with last error 8 if there
/// is none.
#[unsafe(no_mangle)]
pub extern "system" fn LocalAlloc(flags: u32, bytes: usize) -> *mut c_void {
    fence(std::ptr::null_mut(), || {
        let memory = allocate(flags & LMEM_ZEROINIT != 0, bytes);
        if memory.is_null() {
            Err(ERROR_NOT_ENOUGH_MEMORY)
        } else {
            Ok(memory)
        }
    })
}

/// LocalFree: frees memory of LocalAlloc, or of another function that says so; NULL.
///
/// # Safety
/// `memory` is NULL or was allocated by this library and is freed once.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn LocalFree(memory: *mut c_void) -> *mut c_void {
    // SAFETY: by the contract of this function.
    unsafe { heap::free(memory.cast()) };
    std::ptr::null_mut()
}

fn allocate(zeroed: bool, bytes: usize) -> *mut c_void {
    match zeroed {
        true => heap::alloc_zeroed(bytes),
        false => heap::alloc(bytes),
    }
    .cast()
}
