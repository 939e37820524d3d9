//! Heaps, and memory of the task allocator.
//!
//! Owns the C form only. HeapAlloc on the process heap, LocalAlloc, GlobalAlloc and CoTaskMemAlloc share one
//! allocator; every function may free what another allocated. Threading: any thread.

use std::ffi::c_void;

use super::{Bool, FALSE, fence, fence_bool, put};
use crate::handle::Handle;
use crate::memory::heaps::{self, Heap, PROCESS};
use crate::status::{
    Code, ERROR_INSUFFICIENT_BUFFER, ERROR_INVALID_HANDLE, ERROR_INVALID_PARAMETER,
    ERROR_NOT_ENOUGH_MEMORY,
};

const HEAP_ZERO_MEMORY: u32 = 0x8;
const HEAP_REALLOC_IN_PLACE_ONLY: u32 = 0x10;
const NULL: *mut c_void = std::ptr::null_mut();

static PROCESS_HEAP: u64 = 0;

/// The heap of a handle; 6 for something that is not one.
fn heap(handle: Handle) -> Result<Heap, Code> {
    match handle == GetProcessHeap() {
        true => Ok(PROCESS),
        false => heaps::find(handle as usize),
    }
}

/// GetProcessHeap: returns a value that stands for the heap; it must not be closed.
#[unsafe(no_mangle)]
pub extern "system" fn GetProcessHeap() -> Handle {
    std::ptr::from_ref(&PROCESS_HEAP).cast_mut().cast()
}

/// GetProcessHeaps: returns the number of heaps, and stores as many of their handles as there is room for.
///
/// # Safety
/// `to` has room for `room` handles.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetProcessHeaps(room: u32, to: *mut Handle) -> u32 {
    fence(0, || {
        let private = heaps::numbers().into_iter().map(|number| number as Handle);
        let all: Vec<Handle> = [GetProcessHeap()].into_iter().chain(private).collect();
        if room > 0 && to.is_null() {
            return Err(ERROR_INVALID_PARAMETER);
        }
        for (at, &handle) in all.iter().take(room as usize).enumerate() {
            // SAFETY: fewer than `room`.
            unsafe { put(to.add(at), handle) };
        }
        Ok(u32::try_from(all.len()).unwrap_or(u32::MAX))
    })
}

/// HeapCreate: creates a heap; with a largest size, its blocks together have that many bytes at most and each fewer
/// than 1 MB.
///
/// Differs: HEAP_GENERATE_EXCEPTIONS raises nothing, a failed allocation is NULL; HEAP_NO_SERIALIZE heaps
/// are safe to use from several threads.
#[unsafe(no_mangle)]
pub extern "system" fn HeapCreate(_options: u32, initial: usize, largest: usize) -> Handle {
    fence(std::ptr::null_mut(), || {
        if largest != 0 && initial > largest || initial > isize::MAX as usize {
            return Err(ERROR_NOT_ENOUGH_MEMORY);
        }
        Ok(heaps::create(largest) as Handle)
    })
}

/// HeapDestroy: frees the heap and its blocks. Fails with 6 for a handle that is not a heap and for
/// the process heap.
///
/// # Safety
/// Nobody uses the heap's blocks any more.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn HeapDestroy(heap: Handle) -> Bool {
    // SAFETY: the same contract.
    fence_bool(|| unsafe { heaps::destroy(heap as usize) })
}

/// HeapAlloc: allocates a block. NULL if there is no memory (the last error is not set, as documented) or the handle
/// is not a heap (last error 6).
#[unsafe(no_mangle)]
pub extern "system" fn HeapAlloc(handle: Handle, flags: u32, bytes: usize) -> *mut c_void {
    fence(NULL, || {
        let taken = heap(handle)?.take(bytes, flags & HEAP_ZERO_MEMORY != 0);
        Ok(taken.map_or(NULL, |memory| memory.cast()))
    })
}

/// HeapReAlloc: changes the size of a block. NULL if there is no memory; the block is then unchanged (the last error
/// is not set, as documented); 87 for a pointer that is not a block of the heap, 6 for a handle that is not a heap.
/// What is new is zeroed with HEAP_ZERO_MEMORY.
///
/// Differs: with HEAP_REALLOC_IN_PLACE_ONLY another size always fails.
///
/// # Safety
/// `memory` is NULL or was allocated by this library and is not freed.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn HeapReAlloc(
    handle: Handle,
    flags: u32,
    memory: *mut c_void,
    bytes: usize,
) -> *mut c_void {
    let (zeroed, in_place) = (
        flags & HEAP_ZERO_MEMORY != 0,
        flags & HEAP_REALLOC_IN_PLACE_ONLY != 0,
    );
    fence(NULL, || {
        // SAFETY: the same contract.
        let moved = unsafe { heap(handle)?.resize(memory.cast(), bytes, zeroed, in_place) };
        match moved {
            Err(ERROR_NOT_ENOUGH_MEMORY) => Ok(NULL),
            moved => moved.map(|memory| memory.cast()),
        }
    })
}

/// HeapFree: frees a block, also that of HttpPrepareUrl; NULL is allowed. 87 for a pointer that is
/// not a block of the heap, 6 for a handle that is not a heap.
///
/// # Safety
/// `memory` is NULL or was allocated by this library, and nobody uses it any more.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn HeapFree(handle: Handle, _flags: u32, memory: *mut c_void) -> Bool {
    fence_bool(|| {
        let heap = heap(handle)?;
        match memory.is_null() {
            true => Ok(()),
            // SAFETY: the same contract.
            false => unsafe { heap.release(memory.cast()) },
        }
    })
}

/// HeapSize: returns the size of a block as it was requested; (SIZE_T)-1 with 87 for something that is not one, 6 for
/// a handle that is not a heap.
///
/// # Safety
/// `memory` is NULL or was allocated by this library.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn HeapSize(
    handle: Handle,
    _flags: u32,
    memory: *const c_void,
) -> usize {
    // SAFETY: the same contract.
    fence(usize::MAX, || unsafe {
        heap(handle)?.size(memory.cast_mut().cast())
    })
}

/// HeapValidate: returns whether a block belongs to the heap and is intact, or for NULL whether the heap is intact.
///
/// # Safety
/// `memory` is NULL or was allocated by this library.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn HeapValidate(
    handle: Handle,
    _flags: u32,
    memory: *const c_void,
) -> Bool {
    fence(FALSE, || {
        // SAFETY: the same contract.
        let good = unsafe { heap(handle)?.validate(memory.cast_mut().cast()) }?;
        Ok(Bool::from(good))
    })
}

/// HeapSetInformation: returns TRUE for the three classes that there are (0, 1, 3), which change nothing; 87 for
/// others, 122 for a wrong length.
///
/// # Safety
/// `information` points to `length` bytes, or both are 0.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn HeapSetInformation(
    handle: Handle,
    class: i32,
    information: *const c_void,
    length: usize,
) -> Bool {
    fence_bool(|| {
        if !handle.is_null() {
            heap(handle)?;
        }
        match class {
            0 if handle.is_null() => Err(ERROR_INVALID_HANDLE),
            0 if information.is_null() || length < 4 => Err(ERROR_INSUFFICIENT_BUFFER),
            0 | 1 | 3 => Ok(()),
            _ => Err(ERROR_INVALID_PARAMETER),
        }
    })
}

/// HeapQueryInformation: gets class 0 (HeapCompatibilityInformation) as 2, the low-fragmentation heap.
///
/// # Safety
/// `information` has room for `length` bytes; `returned` is NULL or valid.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn HeapQueryInformation(
    handle: Handle,
    class: i32,
    information: *mut c_void,
    length: usize,
    returned: *mut usize,
) -> Bool {
    fence_bool(|| {
        heap(handle)?;
        if class != 0 {
            return Err(ERROR_INVALID_PARAMETER);
        }
        // SAFETY: the same contract.
        unsafe { put(returned, size_of::<u32>()) };
        if information.is_null() || length < size_of::<u32>() {
            return Err(ERROR_INSUFFICIENT_BUFFER);
        }
        // SAFETY: there is room.
        unsafe { put(information.cast::<u32>(), 2) };
        Ok(())
    })
}

/// HeapCompact: returns the size of the largest block that could be allocated; nothing is moved.
#[unsafe(no_mangle)]
pub extern "system" fn HeapCompact(handle: Handle, _flags: u32) -> usize {
    fence(0, || heap(handle).map(|_| isize::MAX as usize))
}

/// CoTaskMemAlloc: allocates a block of memory. NULL if there is none.
#[unsafe(no_mangle)]
pub extern "system" fn CoTaskMemAlloc(bytes: usize) -> *mut c_void {
    fence(NULL, || {
        Ok(PROCESS
            .take(bytes, false)
            .map_or(NULL, |memory| memory.cast()))
    })
}

/// CoTaskMemRealloc: changes the size of a block. With NULL it allocates, with a size of 0 it frees. NULL if there is
/// no memory.
///
/// # Safety
/// `memory` is NULL or was allocated by this library and is not freed.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn CoTaskMemRealloc(memory: *mut c_void, bytes: usize) -> *mut c_void {
    fence(NULL, || {
        if memory.is_null() {
            return Ok(CoTaskMemAlloc(bytes));
        }
        // SAFETY: the same contract.
        unsafe {
            if bytes == 0 {
                CoTaskMemFree(memory);
                return Ok(NULL);
            }
            let moved = PROCESS.resize(memory.cast(), bytes, false, false);
            Ok(moved.map_or(NULL, |memory| memory.cast()))
        }
    })
}

/// CoTaskMemFree: frees a block of memory. NULL is allowed; a pointer that is not a block is ignored.
///
/// # Safety
/// `memory` is NULL or was allocated by this library, and nobody uses it any more.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn CoTaskMemFree(memory: *mut c_void) {
    fence((), || {
        if !memory.is_null() {
            // SAFETY: the same contract.
            let _ = unsafe { PROCESS.release(memory.cast()) };
        }
        Ok(())
    });
}
