//! The handle table of the process.
//!
//! Owns the mapping from handle values to objects. Does not own what an object does when it is
//! closed. Invariants: a handle value is `generation << 22 | index << 2`, so it is a multiple of 4,
//! never 0 and never a pseudo handle (-1, -2); the generation of a slot grows with every close and
//! has 40 bits, so a closed value does not come back. On Windows generations begin so high that a
//! value is neither a handle of the system, which fits in 32 bits, nor an address. The low two bits
//! of a value are ignored, as Windows does, which leaves the tag bit of `OVERLAPPED.hEvent` to
//! callers. A child made by fork(2) begins with an empty table, as a new process on Windows does: what
//! it inherits are closed values. Threading: a look-up takes the read lock of one slot, `is_open` none; opening and
//! closing take one short mutex of the free list.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use httpsys_socket::lock::{Mutex, RwLock};
use httpsys_socket::process::PerProcess;

use crate::object::Object;

pub(crate) mod value;

pub use value::{Handle, INVALID_HANDLE_VALUE};

const INDEX_BITS: u32 = 20;
const SEGMENT_SLOTS: usize = 1 << 10;
const SEGMENTS: usize = (1 << INDEX_BITS) / SEGMENT_SLOTS;
const MAX_GENERATION: u64 = (1 << 40) - 1;
#[cfg(not(windows))]
const FIRST_GENERATION: u64 = 1;
/// Values from 2^52 on: an address of a process has 47 bits.
#[cfg(windows)]
const FIRST_GENERATION: u64 = 1 << 30;

struct HandleSlot {
    entry: RwLock<HandleEntry>,
    /// The generation of the open handle, 0 while there is none. Changed under the lock.
    open: AtomicU64,
}

struct HandleEntry {
    generation: u64,
    object: Option<Arc<dyn Object>>,
}

struct Free {
    /// Closed slots, oldest first.
    slots: VecDeque<u32>,
    /// First slot that was never used.
    next: u32,
}

struct HandleTable {
    /// The generation of a slot that was never used: later than those of the parent.
    first: u64,
    segments: [OnceLock<Box<[HandleSlot]>>; SEGMENTS],
    free: Mutex<Free>,
}

static TABLE: PerProcess<HandleTable> = PerProcess::new();
/// The latest generation of any slot.
static LATEST: AtomicU64 = AtomicU64::new(FIRST_GENERATION - 1);

fn table() -> &'static HandleTable {
    TABLE.get_or_init(|| HandleTable {
        first: LATEST.load(Ordering::Relaxed) + 1,
        segments: [const { OnceLock::new() }; SEGMENTS],
        free: Mutex::new(Free {
            slots: VecDeque::new(),
            next: 0,
        }),
    })
}

/// Opens a handle to an object. An object may have several handles. Returns NULL when 1,048,576
/// handles are open.
pub fn insert(object: Arc<dyn Object>) -> Handle {
    let table = table();
    let index = {
        let mut free = table.free.lock();
        match free.slots.pop_front() {
            Some(index) => index,
            None if free.next < (1 << INDEX_BITS) => {
                free.next += 1;
                free.next - 1
            }
            None => return std::ptr::null_mut(),
        }
    };
    let segment = &table.segments[index as usize / SEGMENT_SLOTS];
    let segment = segment.get_or_init(|| new_segment(table.first));
    let slot = &segment[index as usize % SEGMENT_SLOTS];
    let mut entry = slot.entry.write();
    entry.object = Some(object);
    slot.open.store(entry.generation, Ordering::Release);
    LATEST.fetch_max(entry.generation, Ordering::Relaxed);
    encode(index, entry.generation)
}

/// The object behind a handle; `None` for a value that is not an open handle.
pub fn lookup(handle: Handle) -> Option<Arc<dyn Object>> {
    let (slot, generation, _) = locate(handle)?;
    let entry = slot.entry.read();
    if entry.generation != generation {
        return None;
    }
    entry.object.clone()
}

/// Whether the handle is open, without a lock: for callers that have the object from an earlier look-up,
/// which are completion ports; those of Windows are the system's.
#[cfg(any(not(windows), test))]
#[inline]
pub(crate) fn is_open(handle: Handle) -> bool {
    locate(handle).is_some_and(|(slot, generation, _)| {
        generation != 0 && slot.open.load(Ordering::Acquire) == generation
    })
}

/// The object behind a handle if it is a `T`.
pub fn lookup_as<T: Object>(handle: Handle) -> Option<Arc<T>> {
    lookup(handle)?.into_any().downcast::<T>().ok()
}

/// Whether the value was an open handle once and is closed now; false for a value that never was
/// one.
pub fn was_closed(handle: Handle) -> bool {
    let (value, first) = (handle as usize as u64 >> 2, table().first);
    if (FIRST_GENERATION..first).contains(&(value >> INDEX_BITS)) {
        // The parent's.
        return true;
    }
    locate(handle).is_some_and(|(slot, generation, _)| {
        let current = slot.entry.read().generation;
        (first..current).contains(&generation)
    })
}

/// Whether a value belongs to this table, open or closed, and so not to the system.
#[cfg(windows)]
pub(crate) fn is_ours(handle: Handle) -> bool {
    (FIRST_GENERATION..=MAX_GENERATION).contains(&(handle as usize as u64 >> (INDEX_BITS + 2)))
}

/// Invalidates a handle without telling the object.
pub fn remove(handle: Handle) -> Option<Arc<dyn Object>> {
    let (slot, generation, index) = locate(handle)?;
    let object = {
        let mut entry = slot.entry.write();
        if entry.generation != generation {
            return None;
        }
        let object = entry.object.take()?;
        slot.open.store(0, Ordering::Release);
        entry.generation = if generation >= MAX_GENERATION {
            FIRST_GENERATION
        } else {
            generation + 1
        };
        object
    };
    table().free.lock().slots.push_back(index);
    Some(object)
}

/// Makes all handles to objects of one type handles to another object, and returns the objects so far,
/// one for each handle; they are not told. For calls that are rare.
pub fn replace_all<T: Object>(by: &Arc<dyn Object>) -> Vec<Arc<T>> {
    let mut replaced = Vec::new();
    for segment in &table().segments {
        for slot in segment.get().into_iter().flatten() {
            let mut entry = slot.entry.write();
            let object = entry.object.clone().map(|object| object.into_any());
            if let Some(Ok(object)) = object.map(|object| object.downcast()) {
                entry.object = Some(Arc::clone(by));
                replaced.push(object);
            }
        }
    }
    replaced
}

/// CloseHandle: invalidates the handle and tells the object. False when the value is not an open
/// handle or the object does not allow it.
pub fn close(handle: Handle) -> bool {
    let Some(object) = lookup(handle) else {
        return false;
    };
    if !object.close_allowed() {
        return false;
    }
    // Of several threads that close the same value only the one that removed it goes on.
    match remove(handle) {
        Some(object) => {
            object.on_close();
            true
        }
        None => false,
    }
}

fn new_segment(first: u64) -> Box<[HandleSlot]> {
    let entry = || HandleSlot {
        entry: RwLock::new(HandleEntry {
            generation: first,
            object: None,
        }),
        open: AtomicU64::new(0),
    };
    (0..SEGMENT_SLOTS).map(|_| entry()).collect()
}

fn encode(index: u32, generation: u64) -> Handle {
    (((generation << INDEX_BITS) | u64::from(index)) << 2) as usize as Handle
}

fn locate(handle: Handle) -> Option<(&'static HandleSlot, u64, u32)> {
    let value = handle as usize as u64 >> 2;
    let index = (value & ((1 << INDEX_BITS) - 1)) as u32;
    let segment = TABLE.get()?.segments[index as usize / SEGMENT_SLOTS].get()?;
    Some((
        &segment[index as usize % SEGMENT_SLOTS],
        value >> INDEX_BITS,
        index,
    ))
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[derive(Default)]
    struct Probe {
        closed: AtomicUsize,
        locked: bool,
    }

    impl Object for Probe {
        fn on_close(&self) {
            self.closed.fetch_add(1, Ordering::SeqCst);
        }
        fn close_allowed(&self) -> bool {
            !self.locked
        }
    }

    struct Other;
    impl Object for Other {}

    #[test]
    fn values_are_multiples_of_four_and_never_zero_or_pseudo() {
        let handle = insert(Arc::new(Other));
        assert_eq!(handle as usize % 4, 0);
        assert!(!handle.is_null() && handle != INVALID_HANDLE_VALUE);
        assert!(lookup(handle).is_some());
        assert!(close(handle));
        for forged in [
            0,
            4,
            usize::MAX,
            usize::MAX - 1,
            usize::MAX & !3,
            1 << 22,
            0xdead_beef,
        ] {
            assert!(lookup(forged as Handle).is_none() || forged == 1 << 22);
        }
    }

    #[test]
    fn a_stale_handle_fails_also_after_its_slot_is_used_again() {
        let first = insert(Arc::new(Other));
        assert!(is_open(first));
        assert!(close(first));
        assert!(!is_open(first));
        let more: Vec<Handle> = (0..3000).map(|_| insert(Arc::new(Other))).collect();
        assert!(lookup(first).is_none());
        assert!(!is_open(first) && more.iter().all(|&h| is_open(h)));
        assert!(!is_open(std::ptr::null_mut()) && !is_open(INVALID_HANDLE_VALUE));
        assert!(was_closed(first) && !was_closed(more[0]));
        assert!(!was_closed(std::ptr::null_mut()) && !was_closed(INVALID_HANDLE_VALUE));
        assert!(!close(first));
        assert!(remove(first).is_none());
        assert!(more.iter().all(|&h| h != first && close(h)));
    }

    #[test]
    fn look_up_by_type() {
        let handle = insert(Arc::new(Probe::default()));
        assert!(lookup_as::<Probe>(handle).is_some());
        assert!(lookup_as::<Other>(handle).is_none());
        assert!(remove(handle).is_some());
    }

    #[test]
    fn close_tells_the_object_and_remove_does_not() {
        let probe = Arc::new(Probe::default());
        let (a, b) = (insert(probe.clone()), insert(probe.clone()));
        assert!(close(a));
        assert_eq!(probe.closed.load(Ordering::SeqCst), 1);
        assert!(remove(b).is_some());
        assert_eq!(probe.closed.load(Ordering::SeqCst), 1);
    }

    #[test]
    fn an_object_can_refuse_to_be_closed() {
        let handle = insert(Arc::new(Probe {
            locked: true,
            ..Probe::default()
        }));
        assert!(!close(handle));
        assert!(lookup(handle).is_some());
        assert!(remove(handle).is_some());
    }

    #[test]
    fn concurrent_close_succeeds_once() {
        for _ in 0..200 {
            let probe = Arc::new(Probe::default());
            let value = insert(probe.clone()) as usize;
            let wins: usize = std::thread::scope(|scope| {
                let threads: Vec<_> = (0..3)
                    .map(|_| scope.spawn(move || usize::from(close(value as Handle))))
                    .collect();
                threads.into_iter().map(|t| t.join().unwrap_or(9)).sum()
            });
            assert_eq!((wins, probe.closed.load(Ordering::SeqCst)), (1, 1));
        }
    }
}
