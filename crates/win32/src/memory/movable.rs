//! Local and global memory: blocks of the process heap, and objects that are reached by a handle.
//!
//! Owns the table of movable objects (GMEM_MOVEABLE) with their lock counts. Invariants: the handle of a
//! movable object is never the address of a block, since its last four bits are 2; a fixed object is its
//! own handle. Nothing is ever discarded. Threading: any thread.

use std::collections::BTreeMap;

use httpsys_socket::lock::Mutex;

use super::heaps::PROCESS;
use crate::status::{
    Code, ERROR_INVALID_HANDLE, ERROR_INVALID_PARAMETER, ERROR_NOT_ENOUGH_MEMORY, ERROR_NOT_LOCKED,
};

struct MovableObject {
    /// The block; 0 while the object has a size of 0.
    block: usize,
    locks: u8,
}

struct MovableTable {
    objects: BTreeMap<usize, MovableObject>,
    last: usize,
}

static TABLE: Mutex<MovableTable> = Mutex::new(MovableTable {
    objects: BTreeMap::new(),
    last: 2,
});

/// A handle as the program has it: of a movable object, or the address of a block.
pub type MovableHandle = usize;

fn is_movable(handle: MovableHandle) -> bool {
    handle & 0xF == 2
}

/// The size of the block, 6 for what is none.
///
/// # Safety
/// As for [`size`].
unsafe fn block_size(handle: MovableHandle) -> Result<usize, Code> {
    // SAFETY: by the contract of this function.
    unsafe { PROCESS.size(handle as *mut u8) }.map_err(|_| ERROR_INVALID_HANDLE)
}

/// Allocates an object; 8 when there is no memory.
pub fn take(movable: bool, bytes: usize, zeroed: bool) -> Result<MovableHandle, Code> {
    if !movable {
        return Ok(PROCESS.take(bytes, zeroed)? as usize);
    }
    let block = match bytes {
        0 => 0,
        _ => PROCESS.take(bytes, zeroed)? as usize,
    };
    let mut table = TABLE.lock();
    table.last += 16;
    let handle = table.last;
    table
        .objects
        .insert(handle, MovableObject { block, locks: 0 });
    Ok(handle)
}

/// Frees an object, locked or not; 6 for what is none.
///
/// # Safety
/// As for [`size`]; nobody uses the object any more.
pub unsafe fn release(handle: MovableHandle) -> Result<(), Code> {
    let block = match is_movable(handle) {
        true => {
            let object = TABLE.lock().objects.remove(&handle);
            object.ok_or(ERROR_INVALID_HANDLE)?.block
        }
        false => handle,
    };
    if block == 0 && is_movable(handle) {
        return Ok(());
    }
    // SAFETY: by the contract of this function.
    unsafe { PROCESS.release(block as *mut u8) }.map_err(|_| ERROR_INVALID_HANDLE)
}

/// The size of an object; 6 for what is none.
///
/// # Safety
/// `handle` is that of a movable object, open or not, or 0, or the 16 bytes before it can be read.
pub unsafe fn size(handle: MovableHandle) -> Result<usize, Code> {
    let block = match is_movable(handle) {
        true => {
            let table = TABLE.lock();
            let object = table.objects.get(&handle);
            object.ok_or(ERROR_INVALID_HANDLE)?.block
        }
        false => handle,
    };
    match block == 0 && is_movable(handle) {
        true => Ok(0),
        // SAFETY: by the contract of this function.
        false => unsafe { block_size(block) },
    }
}

/// Changes the size of an object. A locked one and a fixed one move only if `may_move`.
///
/// # Safety
/// As for [`size`].
pub unsafe fn resize(
    handle: MovableHandle,
    bytes: usize,
    zeroed: bool,
    may_move: bool,
) -> Result<MovableHandle, Code> {
    if !is_movable(handle) {
        // SAFETY: by the contract of this function.
        let before = unsafe { block_size(handle) }?;
        if before == bytes {
            return Ok(handle);
        }
        if !may_move {
            return Err(ERROR_NOT_ENOUGH_MEMORY);
        }
        // SAFETY: by the contract of this function.
        let moved = unsafe { PROCESS.resize(handle as *mut u8, bytes, zeroed, false) }?;
        return Ok(moved as usize);
    }
    let mut table = TABLE.lock();
    let object = table.objects.get_mut(&handle);
    let object = object.ok_or(ERROR_INVALID_HANDLE)?;
    let block = object.block as *mut u8;
    if object.locks > 0 && !may_move {
        return Err(ERROR_NOT_ENOUGH_MEMORY);
    }
    object.block = match (object.block, bytes) {
        (0, 0) => 0,
        (0, _) => PROCESS.take(bytes, zeroed)? as usize,
        // SAFETY: the object's own block, which nobody uses while it is not locked.
        (_, 0) => unsafe { PROCESS.release(block) }.map(|()| 0)?,
        // SAFETY: the object's own block.
        _ => unsafe { PROCESS.resize(block, bytes, zeroed, false) }? as usize,
    };
    Ok(handle)
}

/// Locks an object: its address, for a fixed one its handle; 6 for what is none, 157 for one of size 0.
///
/// # Safety
/// As for [`size`].
pub unsafe fn lock(handle: MovableHandle) -> Result<*mut u8, Code> {
    if !is_movable(handle) {
        // SAFETY: by the contract of this function.
        unsafe { block_size(handle) }?;
        return Ok(handle as *mut u8);
    }
    let mut table = TABLE.lock();
    let object = table.objects.get_mut(&handle);
    let object = object.ok_or(ERROR_INVALID_HANDLE)?;
    if object.block == 0 {
        return Err(crate::status::ERROR_DISCARDED);
    }
    object.locks = object.locks.saturating_add(1);
    Ok(object.block as *mut u8)
}

/// Takes a lock back: whether the object is still locked; 158 for one that is not, 6 for what is none.
/// `None` for a fixed object.
///
/// # Safety
/// As for [`size`].
pub unsafe fn unlock(handle: MovableHandle) -> Result<Option<bool>, Code> {
    if !is_movable(handle) {
        // SAFETY: by the contract of this function.
        return unsafe { block_size(handle) }.map(|_| None);
    }
    let mut table = TABLE.lock();
    let object = table.objects.get_mut(&handle);
    let object = object.ok_or(ERROR_INVALID_HANDLE)?;
    object.locks = object.locks.checked_sub(1).ok_or(ERROR_NOT_LOCKED)?;
    Ok(Some(object.locks > 0))
}

/// The number of locks of an object; 6 for what is none.
///
/// # Safety
/// As for [`size`].
pub unsafe fn locks(handle: MovableHandle) -> Result<u8, Code> {
    if !is_movable(handle) {
        // SAFETY: by the contract of this function.
        return unsafe { block_size(handle) }.map(|_| 0);
    }
    let table = TABLE.lock();
    let object = table.objects.get(&handle);
    Ok(object.ok_or(ERROR_INVALID_HANDLE)?.locks)
}

/// The handle of the object that a block belongs to; 6 for what is none.
///
/// # Safety
/// `block` is 0, or the 16 bytes before it can be read.
pub unsafe fn handle_of(block: usize) -> Result<MovableHandle, Code> {
    if block == 0 {
        return Err(ERROR_INVALID_PARAMETER);
    }
    let table = TABLE.lock();
    let mut all = table.objects.iter();
    match all.find(|(_, object)| object.block == block) {
        Some((&handle, _)) => Ok(handle),
        // SAFETY: by the contract of this function.
        None => unsafe { block_size(block) }.map(|_| block),
    }
}
