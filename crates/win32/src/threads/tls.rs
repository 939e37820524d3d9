//! Values that each thread has for itself: thread local storage and fiber local storage.
//!
//! Owns the indexes and the values. There are no fibers: each thread is one. Invariants: a new index
//! holds 0 in every thread, also where an index of the same number was used before; when a thread ends,
//! the callback of each FLS index runs on it once if its value is not 0. Threading: a value belongs to
//! the calling thread; indexes to the process.

use std::cell::RefCell;
use std::ffi::c_void;

use httpsys_socket::lock::Mutex;

use crate::status::{Code, ERROR_INVALID_PARAMETER, ERROR_NO_SYSTEM_RESOURCES};

/// The most indexes of each kind (documented: Thread Local Storage).
const MOST: usize = 1088;

/// PFLS_CALLBACK_FUNCTION.
pub type FlsCallback = unsafe extern "system" fn(*mut c_void);

#[derive(Clone, Copy, Default)]
struct Index {
    /// 0: never used; grows with each allocation.
    generation: u64,
    used: bool,
    callback: Option<FlsCallback>,
}

static INDEXES: Mutex<[Vec<Index>; 2]> = Mutex::new([Vec::new(), Vec::new()]);

/// Which indexes are meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IndexKind {
    /// TlsAlloc and its relatives.
    Thread = 0,
    /// FlsAlloc and its relatives.
    Fiber = 1,
}

/// The values of one thread, each with the generation of its index.
#[derive(Default)]
struct ThreadValues(RefCell<[Vec<(u64, usize)>; 2]>);

thread_local! {
    static VALUES: ThreadValues = ThreadValues::default();
}

impl Drop for ThreadValues {
    fn drop(&mut self) {
        self.call_back();
    }
}

/// The calling thread ends: it has no values any more, and their callbacks run.
pub(crate) fn clear() {
    let _ = VALUES.try_with(|values| {
        values.call_back();
        values.0.take();
    });
}

impl ThreadValues {
    fn call_back(&self) {
        let fibers = std::mem::take(&mut self.0.borrow_mut()[IndexKind::Fiber as usize]);
        for (number, (generation, value)) in fibers.into_iter().enumerate() {
            let index = index(IndexKind::Fiber, number as u32);
            let callback = index.filter(|index| index.generation == generation);
            if let (Some(callback), true) = (callback.and_then(|it| it.callback), value != 0) {
                // SAFETY: the application promised a function of this type for values that it set.
                unsafe { callback(value as *mut c_void) };
            }
        }
    }
}

fn index(kind: IndexKind, number: u32) -> Option<Index> {
    let indexes = INDEXES.lock();
    let index = indexes[kind as usize].get(number as usize).copied();
    index.filter(|index| index.used)
}

/// A new index.
///
/// # Errors
/// 1450 when all 1,088 are in use (the documentation names no code).
pub fn allocate(kind: IndexKind, callback: Option<FlsCallback>) -> Result<u32, Code> {
    let mut indexes = INDEXES.lock();
    let list = &mut indexes[kind as usize];
    let number = match list.iter().position(|index| !index.used) {
        Some(free) => free,
        None if list.len() == MOST => return Err(ERROR_NO_SYSTEM_RESOURCES),
        None => {
            list.push(Index::default());
            list.len() - 1
        }
    };
    list[number] = Index {
        generation: list[number].generation + 1,
        used: true,
        callback,
    };
    Ok(number as u32)
}

/// Gives an index back. The callback runs for the value of the calling thread only (on Windows for
/// that of every thread).
///
/// # Errors
/// 87 for an index that is not in use.
pub fn free(kind: IndexKind, number: u32) -> Result<(), Code> {
    let value = get(kind, number)?;
    let freed = {
        let mut indexes = INDEXES.lock();
        let index = indexes[kind as usize].get_mut(number as usize);
        let index = index.filter(|index| index.used);
        let index = index.ok_or(ERROR_INVALID_PARAMETER)?;
        index.used = false;
        index.callback.take()
    };
    if let (Some(callback), true) = (freed, value != 0) {
        // SAFETY: as at the end of a thread.
        unsafe { callback(value as *mut c_void) };
    }
    Ok(())
}

/// The value of the calling thread, 0 if it set none.
///
/// # Errors
/// 87 for an index that is not in use.
pub fn get(kind: IndexKind, number: u32) -> Result<usize, Code> {
    let index = index(kind, number).ok_or(ERROR_INVALID_PARAMETER)?;
    let value = VALUES.try_with(|values| {
        let values = values.0.borrow();
        values[kind as usize].get(number as usize).copied()
    });
    Ok(match value {
        Ok(Some((generation, value))) if generation == index.generation => value,
        _ => 0,
    })
}

/// Sets the value of the calling thread.
///
/// # Errors
/// 87 for an index that is not in use.
pub fn set(kind: IndexKind, number: u32, value: usize) -> Result<(), Code> {
    let index = index(kind, number).ok_or(ERROR_INVALID_PARAMETER)?;
    // While the thread ends there is nobody left to read it.
    let _ = VALUES.try_with(|values| {
        let list = &mut values.0.borrow_mut()[kind as usize];
        let at = number as usize;
        if list.len() <= at {
            list.resize(at + 1, (0, 0));
        }
        list[at] = (index.generation, value);
    });
    Ok(())
}
