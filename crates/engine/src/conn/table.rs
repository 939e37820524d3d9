//! The connection table: slots that request and connection ids point into.
//!
//! Owns the slots' storage and the free list. A slot is never moved or freed, so a look-up is two
//! array accesses and one uncontended lock; whether an id still names what is in the slot is told
//! by the generation in it. Invariant: a free slot holds no socket, and a slot whose generations
//! are used up is never handed out again, so no id ever comes back.

use std::fmt;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use httpsys_core::ids::{MAX_SLOTS, SlotAddress, SlotIds};
use httpsys_socket::lock::{Mutex, MutexGuard};

use crate::conn::slot::Conn;

/// log2 of the first segment's slots; each later segment doubles the table.
const FIRST_BITS: u32 = 6;
const SEGMENTS: usize = (22 - FIRST_BITS + 1) as usize;

pub(crate) struct Table {
    shard: u32,
    segments: [OnceLock<Box<[Mutex<Conn>]>>; SEGMENTS],
    free: Mutex<Vec<u32>>,
    /// Changed with the lock of the free list.
    used: AtomicU32,
    open: AtomicU32,
}

impl Table {
    pub(crate) fn new(shard: u32) -> Self {
        Table {
            shard,
            segments: std::array::from_fn(|_| OnceLock::new()),
            free: Mutex::new(Vec::new()),
            used: AtomicU32::new(0),
            open: AtomicU32::new(0),
        }
    }

    /// The slot that `place` names, if it is of this table and was ever used.
    #[inline]
    pub(crate) fn slot(&self, place: SlotAddress) -> Option<&Mutex<Conn>> {
        (place.shard == self.shard).then_some(())?;
        self.numbered(place.slot)
    }

    /// The slot with this number.
    #[inline]
    pub(crate) fn numbered(&self, slot: u32) -> Option<&Mutex<Conn>> {
        let (segment, offset) = split(slot);
        self.segments.get(segment)?.get()?.get(offset)
    }

    /// Locks the slot that `place` names, if there is one.
    pub(crate) fn lock(&self, place: SlotAddress) -> Option<MutexGuard<'_, Conn>> {
        Some(self.slot(place)?.lock())
    }

    /// Locks a slot by its number.
    pub(crate) fn lock_slot(&self, slot: u32) -> Option<MutexGuard<'_, Conn>> {
        Some(self.numbered(slot)?.lock())
    }

    /// A free slot and its number, or `None` when four million connections are open or there is no memory
    /// for more. Never waits for a slot's lock: a free one that somebody with an old id looks at stays
    /// free.
    pub(crate) fn acquire(&self) -> Option<(u32, MutexGuard<'_, Conn>)> {
        let mut held = Vec::new();
        let found = loop {
            let Some(slot) = self.acquire_number() else {
                break None;
            };
            match self.numbered(slot).and_then(Mutex::try_lock) {
                Some(conn) => break Some((slot, conn)),
                None => held.push(slot),
            }
        };
        for slot in held {
            self.release(slot, false);
        }
        found
    }

    fn acquire_number(&self) -> Option<u32> {
        let mut free = self.free.lock();
        let slot = match free.pop() {
            Some(slot) => slot,
            None => self.first_use()?,
        };
        drop(free);
        self.open.fetch_add(1, Ordering::Relaxed);
        Some(slot)
    }

    /// The number of a slot that was never used. The lock of the free list is held.
    #[cold]
    fn first_use(&self) -> Option<u32> {
        let slot = self.used.load(Ordering::Relaxed);
        if slot >= MAX_SLOTS {
            return None;
        }
        let segment = &self.segments[split(slot).0];
        if segment.get().is_none() {
            let _ = segment.set(self.make_segment(split(slot).0)?);
        }
        self.used.store(slot + 1, Ordering::Relaxed);
        Some(slot)
    }

    /// `None` when there is no memory: clients can ask for a lot of it.
    fn make_segment(&self, segment: usize) -> Option<Box<[Mutex<Conn>]>> {
        let count = 1u32 << (FIRST_BITS as usize + segment);
        let mut slots = Vec::new();
        slots.try_reserve_exact(count as usize).ok()?;
        let first = first_slot(segment);
        slots.extend(
            (first..first + count)
                .map(|slot| Mutex::new(Conn::vacant(SlotIds::new(self.shard, slot)))),
        );
        Some(slots.into_boxed_slice())
    }

    /// Gives a slot back. Its connection is closed; `exhausted` slots stay unused for ever.
    pub(crate) fn release(&self, slot: u32, exhausted: bool) {
        self.open.fetch_sub(1, Ordering::Relaxed);
        if !exhausted {
            self.free.lock().push(slot);
        }
    }

    /// How many slots are in use.
    pub(crate) fn open(&self) -> u32 {
        self.open.load(Ordering::Relaxed)
    }

    /// One more than the highest slot number ever used: the bound of a walk over all slots.
    pub(crate) fn used(&self) -> u32 {
        self.used.load(Ordering::Relaxed)
    }
}

impl fmt::Debug for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Table")
            .field("shard", &self.shard)
            .field("used", &self.used())
            .finish()
    }
}

/// Segment `s` holds the slots from 64 * (2^s - 1) on, 64 * 2^s of them.
fn split(slot: u32) -> (usize, usize) {
    let shifted = slot + (1 << FIRST_BITS);
    let segment = (shifted.ilog2() - FIRST_BITS) as usize;
    (segment, (slot - first_slot(segment)) as usize)
}

fn first_slot(segment: usize) -> u32 {
    ((1u32 << segment) - 1) << FIRST_BITS
}

#[cfg(test)]
mod tests {
    use super::*;
    use httpsys_core::ids::{LAST_GENERATION, RequestId};

    #[test]
    fn every_slot_number_has_its_own_place() {
        let mut expected = (0, 0);
        for slot in 0..100_000 {
            assert_eq!(split(slot), expected);
            expected.1 += 1;
            if expected.1 == 1 << (FIRST_BITS as usize + expected.0) {
                expected = (expected.0 + 1, 0);
            }
        }
        let last = split(MAX_SLOTS - 1);
        assert!(last.0 < SEGMENTS);
    }

    #[test]
    fn ids_of_places_that_never_existed_find_nothing() {
        let table = Table::new(0);
        assert!(table.lock(RequestId(u64::MAX).place()).is_none());
        assert!(table.lock(RequestId(0).place()).is_none());
        assert_eq!(table.acquire().unwrap().0, 0);
        let foreign = SlotAddress {
            shard: 1,
            slot: 0,
            generation: 1,
        };
        assert!(table.lock(foreign).is_none());
        let own = SlotAddress {
            shard: 0,
            slot: 0,
            generation: LAST_GENERATION,
        };
        assert!(
            table.lock(own).is_some(),
            "the slot exists; the generation is checked inside"
        );
    }

    #[test]
    fn a_free_slot_that_somebody_looks_at_is_passed_by() {
        let table = Table::new(0);
        for _ in 0..2 {
            drop(table.acquire().unwrap());
        }
        // The slot that was given back last comes first.
        for slot in [1, 0] {
            table.release(slot, false);
        }
        let looked_at = table.lock_slot(0).unwrap();
        let (slot, conn) = table.acquire().unwrap();
        assert_eq!((slot, table.open()), (1, 1));
        drop(conn);
        let (next, _) = table.acquire().unwrap();
        assert_eq!((next, table.open()), (2, 2));
        drop(looked_at);
        assert_eq!(table.acquire().unwrap().0, 0, "it is still free");
    }

    /// Ten million requests on slots that are used again and again: an old id never names a
    /// later request.
    #[test]
    fn cxl_006_ids_do_not_come_back_in_ten_million_requests() {
        let table = Table::new(0);
        let mut old = Vec::new();
        let mut made = 0u32;
        while made < 10_000_000 {
            let (slot, mut conn) = table.acquire().unwrap();
            assert!(slot < 2, "slots are used again");
            conn.ids_mut().next_connection().unwrap();
            for _ in 0..1000 {
                let id = conn.ids_mut().next_request().unwrap();
                assert!(old.last().is_none_or(|last: &RequestId| last.0 < id.0));
                if made % 1000 == 0 {
                    assert!(!old.contains(&id), "an id came back");
                    old.push(id);
                    old.truncate(10_000);
                }
                made += 1;
            }
            drop(conn);
            table.release(slot, false);
        }
    }
}
