//! OVERLAPPED structures with the memory of their calls, guarded.
//!
//! Owns: the claim that each accepted call completes exactly once, and that the service touches
//! neither the OVERLAPPED nor the memory of a call behind its end. A slot lies between patterns; what
//! a call left is overwritten at its end, and looked at again when the slot is used the next time,
//! which is late, because slots are used in turn. The body of a send is freed at once, so that a
//! sanitizer sees a late read, and overwritten before, so that the client sees it. Does not own which
//! calls are made. Invariant: slots live as long as the process. Threading: a slot belongs to one
//! thread; its state is atomic, because a packet may come to another thread, and before its call has
//! returned.

mod op;

use std::cell::UnsafeCell;
use std::collections::{HashSet, VecDeque};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering};

use httpsys_tests::raw::{Handle, RequestBuffer};
use windows_sys::Win32::Foundation::{RtlNtStatusToDosError, WAIT_OBJECT_0};
use windows_sys::Win32::System::IO::{GetQueuedCompletionStatusEx, OVERLAPPED, OVERLAPPED_ENTRY};
use windows_sys::Win32::System::Threading::{CreateEventW, ResetEvent, WaitForSingleObject};

use crate::findings::finding;
use crate::watch::{Call, during};

pub(crate) use op::Op;

/// The longest buffer of a call.
pub(crate) const MEMORY: usize = 16 * 1024;
/// What lies behind it.
const GUARD: usize = 64;
const PATTERN: u64 = 0xA5A5_A5A5_A5A5_A5A5;
/// Slots that lie idle before the first of them is used again.
const QUARANTINE: usize = 64;

const ISSUED: u8 = 0;
const OWED: u8 = 1;
const DELIVERED: u8 = 2;
const REFUSED: u8 = 4;
const IDLE: u8 = 8;

static IDLE_SLOTS: Mutex<VecDeque<&'static Slot>> = Mutex::new(VecDeque::new());
static ALL_SLOTS: Mutex<Option<HashSet<usize>>> = Mutex::new(None);
static OWED_PACKETS: AtomicUsize = AtomicUsize::new(0);

/// How an overlapped call tells its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum How {
    Event,
    /// An event, on a handle that has a port: the low bit keeps the packet away.
    EventOnly,
    /// A packet; with `skips` only for calls that are pending
    /// (FILE_SKIP_COMPLETION_PORT_ON_SUCCESS).
    Port {
        port: Handle,
        skips: bool,
    },
}

#[repr(C)]
pub(crate) struct Slot {
    before: UnsafeCell<[u64; 8]>,
    overlapped: UnsafeCell<OVERLAPPED>,
    after: UnsafeCell<[u64; 8]>,
    memory: UnsafeCell<RequestBuffer>,
    body: UnsafeCell<Vec<u8>>,
    event: Handle,
    state: AtomicU8,
    packet: UnsafeCell<(u32, u32)>,
}

// SAFETY: the cells belong to the owner of the slot, and to the service while a call is pending;
// `state` hands over `packet`.
unsafe impl Sync for Slot {}
// SAFETY: as above.
unsafe impl Send for Slot {}

impl Slot {
    fn make() -> &'static Slot {
        // SAFETY: no pointers but NULL.
        let event = unsafe { CreateEventW(std::ptr::null(), 1, 0, std::ptr::null()) };
        assert!(!event.is_null(), "an event");
        let mut memory = RequestBuffer::new(MEMORY + GUARD);
        memory.poison();
        let slot: &'static Slot = Box::leak(Box::new(Slot {
            before: UnsafeCell::new([PATTERN; 8]),
            overlapped: UnsafeCell::new(OVERLAPPED::default()),
            after: UnsafeCell::new([PATTERN; 8]),
            memory: UnsafeCell::new(memory),
            body: UnsafeCell::default(),
            event: event.into(),
            state: AtomicU8::new(IDLE),
            packet: UnsafeCell::default(),
        }));
        let mut all = ALL_SLOTS.lock().expect("slots");
        all.get_or_insert_default()
            .insert(slot.overlapped.get() as usize);
        slot
    }
}

impl Slot {
    /// The call has ended, and no packet will come.
    fn ended_without_packet(&self) {
        // SAFETY: the call has ended, so both are ours.
        unsafe {
            let overlapped = &*self.overlapped.get();
            *self.packet.get() = (overlapped.Internal as u32, overlapped.InternalHigh as u32);
        }
        OWED_PACKETS.fetch_sub(1, Ordering::SeqCst);
        if self.state.fetch_or(DELIVERED, Ordering::SeqCst) & DELIVERED != 0 {
            finding!("{self:?}: a packet for a call that succeeded at once, and skips it");
        }
    }
}

/// A slot in the hands of a thread.
#[derive(Debug)]
pub(crate) struct Held(&'static Slot);

impl std::fmt::Debug for Slot {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Slot({:p})", self.overlapped.get())
    }
}

impl Held {
    pub(crate) fn take() -> Held {
        let idle = {
            let mut slots = IDLE_SLOTS.lock().expect("slots");
            if slots.len() > QUARANTINE {
                slots.pop_front()
            } else {
                None
            }
        };
        let held = Held(idle.unwrap_or_else(Slot::make));
        held.check_untouched();
        held
    }

    /// Nothing has happened to the slot since it was given back.
    fn check_untouched(&self) {
        let slot = self.0;
        // SAFETY: idle, so it is ours alone, unless the service breaks the rule under test.
        let (overlapped, memory) = unsafe { (&*slot.overlapped.get(), &*slot.memory.get()) };
        if slot.state.load(Ordering::SeqCst) != IDLE {
            finding!("{slot:?}: a packet came for an idle slot");
        }
        let words = (overlapped.Internal, overlapped.InternalHigh);
        // One that was never used is zero.
        if words != (PATTERN as usize, PATTERN as usize) && words != (0, 0) {
            finding!("{slot:?}: the OVERLAPPED was written to behind the end of its call");
        }
        if !is_pattern(memory.bytes()) {
            finding!("{slot:?}: the memory was written to behind the end of its call");
        }
        if self.is_signalled(0) {
            finding!("{slot:?}: the event was set a second time");
        }
        self.check_guards();
    }

    fn check_guards(&self) {
        // SAFETY: nobody writes to the guards, unless the service breaks the rule under test.
        let (before, after) = unsafe { (*self.0.before.get(), *self.0.after.get()) };
        if before != [PATTERN; 8] || after != [PATTERN; 8] {
            finding!("{:?}: written beside the OVERLAPPED", self.0);
        }
    }

    /// The memory for a call.
    pub(crate) fn memory(&mut self) -> &mut RequestBuffer {
        // SAFETY: the slot is ours, and no call is pending: `Op` has the slot then.
        unsafe { &mut *self.0.memory.get() }
    }

    /// The bytes for the chunks of a send.
    pub(crate) fn body(&mut self) -> &mut Vec<u8> {
        // SAFETY: as in `memory`.
        unsafe { &mut *self.0.body.get() }
    }

    /// Expects that nothing was written behind `length` bytes of the memory.
    pub(crate) fn check_behind(&mut self, length: usize, what: &str) {
        let slot = self.0;
        if !is_pattern(&self.memory().bytes()[length..]) {
            finding!("{slot:?}: {what} wrote behind its buffer of {length} bytes");
        }
    }

    fn is_signalled(&self, milliseconds: u32) -> bool {
        let wait = || {
            // SAFETY: no pointers.
            unsafe { WaitForSingleObject(self.0.event.raw(), milliseconds) == WAIT_OBJECT_0 }
        };
        if milliseconds == 0 {
            wait()
        } else {
            during(Call::WaitForEvent, 0, wait)
        }
    }

    /// Makes an overlapped call; the slot comes back if the call was refused.
    pub(crate) fn issue(self, how: How, make: impl FnOnce(*mut OVERLAPPED) -> u32) -> Issued {
        let slot = self.0;
        let event = match how {
            How::Event => slot.event.0,
            How::EventOnly => slot.event.0 | 1,
            How::Port { .. } => 0,
        };
        let blank = OVERLAPPED {
            hEvent: Handle(event).raw(),
            ..OVERLAPPED::default()
        };
        // SAFETY: the slot is ours.
        unsafe { *slot.overlapped.get() = blank };
        slot.state.store(ISSUED, Ordering::SeqCst);
        if matches!(how, How::Port { .. }) {
            OWED_PACKETS.fetch_add(1, Ordering::SeqCst);
        }
        let code = make(slot.overlapped.get());
        if code == 0 || code == 997 {
            slot.state.fetch_or(OWED, Ordering::SeqCst);
            if code == 0 && matches!(how, How::Port { skips: true, .. }) {
                slot.ended_without_packet();
            }
            // The slot is the call's until its end.
            std::mem::forget(self);
            return Issued::Accepted(Op { slot, how });
        }
        if matches!(how, How::Port { .. }) {
            OWED_PACKETS.fetch_sub(1, Ordering::SeqCst);
        }
        if slot.state.fetch_or(REFUSED, Ordering::SeqCst) & DELIVERED != 0 {
            finding!("{slot:?}: a packet for a call that was refused with {code}");
        }
        // 234 is a completion to programs that skip packets.
        if code != 234 && self.is_signalled(0) {
            finding!("{slot:?}: the event was set for a call that was refused with {code}");
        }
        Issued::Refused(self, code)
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let slot = self.0;
        self.check_guards();
        self.memory().poison();
        let mut body = std::mem::take(self.body());
        body.fill(0xDD);
        drop(body);
        // SAFETY: the slot is ours; the event lives as long as it.
        unsafe {
            let overlapped = &mut *slot.overlapped.get();
            (overlapped.Internal, overlapped.InternalHigh) = (PATTERN as usize, PATTERN as usize);
            ResetEvent(slot.event.raw());
        }
        slot.state.store(IDLE, Ordering::SeqCst);
        IDLE_SLOTS.lock().expect("slots").push_back(slot);
    }
}

/// What became of a call at first.
#[derive(Debug)]
pub(crate) enum Issued {
    Accepted(Op),
    Refused(Held, u32),
}

impl Held {
    /// As [`Held::is_signalled`], for a slot whose call is pending.
    fn peek(self, milliseconds: u32) -> bool {
        let signalled = self.is_signalled(milliseconds);
        std::mem::forget(self);
        signalled
    }
}

fn code_of(status: u32) -> u32 {
    if (status as i32) < 0 {
        // SAFETY: no pointers.
        unsafe { RtlNtStatusToDosError(status as i32) }
    } else {
        status
    }
}

fn is_pattern(bytes: &[u8]) -> bool {
    bytes.iter().all(|byte| *byte == PATTERN as u8)
}

/// Takes the packets that are there, for whichever thread; waits for the first.
pub(crate) fn take_packets(port: Handle, milliseconds: u32) -> usize {
    let mut entries = [OVERLAPPED_ENTRY::default(); 16];
    let mut count = 0;
    let first = entries.as_mut_ptr();
    let taken = during(Call::TakePackets, port.0 as u64, || {
        // SAFETY: the entries outlive the call.
        unsafe {
            GetQueuedCompletionStatusEx(port.raw(), first, 16, &raw mut count, milliseconds, 0)
        }
    });
    if taken == 0 {
        return 0;
    }
    for entry in &entries[..count as usize] {
        deliver(entry);
    }
    count as usize
}

fn deliver(entry: &OVERLAPPED_ENTRY) {
    let address = entry.lpOverlapped as usize;
    let known = ALL_SLOTS
        .lock()
        .expect("slots")
        .as_ref()
        .is_some_and(|all| all.contains(&address));
    if !known {
        finding!("a packet for {address:#x}, which is no OVERLAPPED of ours");
        return;
    }
    let slot = address - std::mem::offset_of!(Slot, overlapped);
    // SAFETY: the address is that of the structure in a slot, and slots live as long as the process.
    let slot: &'static Slot = unsafe { &*(slot as *const Slot) };
    let status = entry.Internal as u32;
    // SAFETY: nobody reads it before `state` says that it is there.
    unsafe { *slot.packet.get() = (status, entry.dwNumberOfBytesTransferred) };
    OWED_PACKETS.fetch_sub(1, Ordering::SeqCst);
    let before = slot.state.fetch_or(DELIVERED, Ordering::SeqCst);
    if before != ISSUED && before != OWED {
        finding!("{slot:?}: a packet too many, state {before}");
    }
}

/// Bytes of all slots.
pub(crate) fn memory() -> usize {
    let all = ALL_SLOTS.lock().expect("slots");
    all.as_ref().map_or(0, HashSet::len) * (size_of::<Slot>() + MEMORY + GUARD)
}

/// Packets of accepted calls that nobody has taken.
pub(crate) fn owed_packets() -> usize {
    OWED_PACKETS.load(Ordering::SeqCst)
}
