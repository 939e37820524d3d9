//! OVERLAPPED structures with their memory, and the books of what each call owes.
//!
//! Owns: the rule under test. A call that returned 997, or 0 on a handle that does not skip, owes
//! one packet; every other call owes none. Does not own which calls are made. Invariants: a slot is
//! used again only when its call has returned and its packet was taken, so a packet too many meets
//! a slot that owes none or has had its own; all memory is leaked, so that not even a failure frees
//! it under the service. Threading: any thread; the states are atomic.

use std::cell::UnsafeCell;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU8, AtomicU64, AtomicUsize, Ordering};

use windows_sys::Win32::System::IO::OVERLAPPED;

/// Bytes of memory of one slot: room for a usual request.
pub(crate) const MEMORY: usize = 2048;

/// The slots of all runs, so that they count as in use to leak checkers.
static KEPT: Mutex<Vec<&'static [Slot]>> = Mutex::new(Vec::new());

const IDLE: u8 = 0x80;
const ISSUED: u8 = 0;
const RETURNED: u8 = 1;
const COMPLETED: u8 = 2;

/// What a slot is used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Kind {
    Receive,
    Read,
    Send,
    Disconnect,
    Cancel,
}

impl Kind {
    pub(crate) const ALL: [Kind; 5] = [
        Kind::Receive,
        Kind::Read,
        Kind::Send,
        Kind::Disconnect,
        Kind::Cancel,
    ];
}

/// One OVERLAPPED with the memory of its call.
#[repr(C)]
pub(crate) struct Slot {
    overlapped: UnsafeCell<OVERLAPPED>,
    memory: UnsafeCell<[u64; MEMORY / 8]>,
    state: AtomicU8,
    kind: AtomicU8,
}

// SAFETY: the cells belong to whoever took the slot, then to the service until the end of the call;
// `state` hands them over.
unsafe impl Sync for Slot {}

impl Slot {
    pub(crate) fn overlapped(&self) -> *mut OVERLAPPED {
        self.overlapped.get()
    }

    pub(crate) fn memory(&self) -> *mut u8 {
        self.memory.get().cast()
    }

    pub(crate) fn kind(&self) -> Kind {
        Kind::ALL[usize::from(self.kind.load(Ordering::Relaxed))]
    }
}

/// What became of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Issued {
    /// The slot is with the service, or with the thread that takes its packet.
    Pending,
    /// The call has ended, by its return value or by a packet that was taken meanwhile; the caller
    /// has the slot.
    Ended(u32),
}

/// All slots of a run.
pub(crate) struct Slots {
    all: &'static [Slot],
    free: Mutex<Vec<usize>>,
    skips: bool,
    in_flight: [AtomicUsize; Kind::ALL.len()],
    peak: AtomicUsize,
    owed: AtomicU64,
    delivered: AtomicU64,
}

impl Slots {
    /// `skips`: the handles have FILE_SKIP_COMPLETION_PORT_ON_SUCCESS.
    pub(crate) fn new(count: usize, skips: bool) -> Slots {
        let new = |_| Slot {
            overlapped: UnsafeCell::new(OVERLAPPED::default()),
            memory: UnsafeCell::new([0; MEMORY / 8]),
            state: AtomicU8::new(IDLE),
            kind: AtomicU8::new(0),
        };
        let all: &'static [Slot] = (0..count).map(new).collect::<Vec<_>>().leak();
        KEPT.lock().expect("the slots of all runs").push(all);
        Slots {
            all,
            free: Mutex::new((0..count).collect()),
            skips,
            in_flight: [const { AtomicUsize::new(0) }; Kind::ALL.len()],
            peak: AtomicUsize::new(0),
            owed: AtomicU64::new(0),
            delivered: AtomicU64::new(0),
        }
    }

    /// Any slot, whatever its state: to cancel what may be pending in it.
    pub(crate) fn any(&self, number: u64) -> &'static Slot {
        &self.all[(number % self.all.len() as u64) as usize]
    }

    /// A free slot.
    pub(crate) fn take(&self, kind: Kind) -> Option<&'static Slot> {
        let at = self.free.lock().expect("the free slots").pop()?;
        let slot = &self.all[at];
        slot.kind.store(kind as u8, Ordering::Relaxed);
        self.in_flight[kind as usize].fetch_add(1, Ordering::SeqCst);
        self.peak.fetch_max(self.in_flight(), Ordering::Relaxed);
        Some(slot)
    }

    /// Makes a call with the slot's OVERLAPPED.
    pub(crate) fn issue(
        &self,
        slot: &'static Slot,
        call: impl FnOnce(*mut OVERLAPPED) -> u32,
    ) -> Issued {
        // SAFETY: the caller has the slot, so the service does not use it.
        unsafe { slot.overlapped.get().write(OVERLAPPED::default()) };
        assert_eq!(slot.state.swap(ISSUED, Ordering::AcqRel), IDLE);
        let code = call(slot.overlapped());
        if code == 997 || (code == 0 && !self.skips) {
            self.owed.fetch_add(1, Ordering::SeqCst);
            return match slot.state.fetch_or(RETURNED, Ordering::AcqRel) {
                ISSUED => Issued::Pending,
                COMPLETED => {
                    slot.state.store(IDLE, Ordering::Release);
                    Issued::Ended(status_of(slot))
                }
                state => panic!("{:?}: state {state:#x} after {code}", slot.kind()),
            };
        }
        let state = slot.state.swap(IDLE, Ordering::AcqRel);
        assert_eq!(
            state,
            ISSUED,
            "{:?}: a packet of a call that returned {code}",
            slot.kind()
        );
        Issued::Ended(code)
    }

    /// A packet with this OVERLAPPED was taken. `Some`: its call has returned, and the caller has
    /// the slot.
    pub(crate) fn completed(&self, overlapped: *mut OVERLAPPED) -> Option<(&'static Slot, u32)> {
        let offset = (overlapped as usize).wrapping_sub(self.all.as_ptr() as usize);
        assert_eq!(offset % size_of::<Slot>(), 0, "a packet of somebody else");
        let slot = &self.all[offset / size_of::<Slot>()];
        self.delivered.fetch_add(1, Ordering::SeqCst);
        match slot.state.fetch_or(COMPLETED, Ordering::AcqRel) {
            ISSUED => None,
            RETURNED => {
                slot.state.store(IDLE, Ordering::Release);
                Some((slot, status_of(slot)))
            }
            state => panic!("{:?}: a packet too many, state {state:#x}", slot.kind()),
        }
    }

    /// Gives a slot back.
    pub(crate) fn give_back(&self, slot: &'static Slot) {
        let offset = slot as *const Slot as usize - self.all.as_ptr() as usize;
        self.in_flight[slot.kind() as usize].fetch_sub(1, Ordering::SeqCst);
        self.free
            .lock()
            .expect("the free slots")
            .push(offset / size_of::<Slot>());
    }

    /// Slots in use for a kind.
    pub(crate) fn in_flight_of(&self, kind: Kind) -> usize {
        self.in_flight[kind as usize].load(Ordering::SeqCst)
    }

    /// Slots in use.
    pub(crate) fn in_flight(&self) -> usize {
        Kind::ALL.iter().map(|kind| self.in_flight_of(*kind)).sum()
    }

    /// The most slots that were in use at once.
    pub(crate) fn peak(&self) -> usize {
        self.peak.load(Ordering::Relaxed)
    }

    /// Packets owed and packets taken.
    pub(crate) fn books(&self) -> (u64, u64) {
        (
            self.owed.load(Ordering::SeqCst),
            self.delivered.load(Ordering::SeqCst),
        )
    }
}

/// The NTSTATUS of a call that has ended.
fn status_of(slot: &Slot) -> u32 {
    // SAFETY: the call has ended, and the caller has the slot.
    let status = unsafe { (*slot.overlapped.get()).Internal } as u32;
    assert_ne!(
        status,
        0x103,
        "{:?}: ended, but it looks pending",
        slot.kind()
    );
    status
}
