//! Locks in the program's own memory: slim reader/writer locks, critical sections, condition
//! variables and one-time initialization.
//!
//! Owns the layout of these structures (the sizes of 64-bit Windows, all zeros being a valid start)
//! and what waiting on them means; the sleeping itself is parking_lot's. Does not own objects with
//! handles ([`crate::signal`]). Invariants: the memory is only touched through atomics, so that a
//! lock may be used from any thread as soon as it is zeroed; nothing is allocated, so there is
//! nothing to free. As on Windows, a lock is not to be moved or copied once it is in use. Threading:
//! any thread.

use std::sync::atomic::{AtomicI32, AtomicU32, AtomicUsize, Ordering};
use std::time::Instant;

use parking_lot::lock_api::{RawMutex as _, RawRwLock as _};
use parking_lot::{RawMutex, RawRwLock};
use parking_lot_core::{DEFAULT_PARK_TOKEN, DEFAULT_UNPARK_TOKEN, ParkResult};

use crate::status::{Code, ERROR_GEN_FAILURE, ERROR_INVALID_PARAMETER, ERROR_TIMEOUT};
use crate::thread;

/// SRWLOCK. A thread must not take it twice, in either mode (documented: Slim Reader/Writer Locks).
#[repr(transparent)]
pub struct SrwLock(RawRwLock);

/// How an [`SrwLock`] is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// By one writer.
    Exclusive,
    /// By any number of readers.
    Shared,
}

impl SrwLock {
    /// An unlocked lock (SRWLOCK_INIT).
    pub const fn new() -> SrwLock {
        SrwLock(RawRwLock::INIT)
    }

    /// AcquireSRWLockExclusive and AcquireSRWLockShared.
    pub fn acquire(&self, mode: Mode) {
        match mode {
            Mode::Exclusive => self.0.lock_exclusive(),
            Mode::Shared => self.0.lock_shared(),
        }
    }

    /// TryAcquireSRWLockExclusive and TryAcquireSRWLockShared.
    pub fn try_acquire(&self, mode: Mode) -> bool {
        match mode {
            Mode::Exclusive => self.0.try_lock_exclusive(),
            Mode::Shared => self.0.try_lock_shared(),
        }
    }

    /// ReleaseSRWLockExclusive and ReleaseSRWLockShared. A lock that nobody holds in this mode stays
    /// as it is (Windows raises an exception).
    pub fn release(&self, mode: Mode) {
        let exclusive = self.0.is_locked_exclusive();
        match mode {
            // SAFETY: the lock is held by a writer, and only that thread may call this.
            Mode::Exclusive if exclusive => unsafe { self.0.unlock_exclusive() },
            // SAFETY: the lock is held, and not by a writer: this thread is one of the readers.
            Mode::Shared if self.0.is_locked() && !exclusive => unsafe { self.0.unlock_shared() },
            Mode::Exclusive | Mode::Shared => {}
        }
    }
}

impl Default for SrwLock {
    fn default() -> SrwLock {
        SrwLock::new()
    }
}

/// CRITICAL_SECTION: a lock that one thread may enter several times.
#[repr(C)]
pub struct CriticalSection {
    debug_info: AtomicUsize,
    lock_count: AtomicI32,
    recursion: AtomicI32,
    /// The id of the thread inside, 0 for none. Only that thread stores its own id here.
    owner: AtomicUsize,
    mutex: RawMutex,
    spin_count: AtomicUsize,
}

impl CriticalSection {
    /// A section that nobody is in.
    pub const fn new() -> CriticalSection {
        CriticalSection {
            debug_info: AtomicUsize::new(0),
            lock_count: AtomicI32::new(-1),
            recursion: AtomicI32::new(0),
            owner: AtomicUsize::new(0),
            mutex: RawMutex::INIT,
            spin_count: AtomicUsize::new(0),
        }
    }

    /// Whether the calling thread is inside.
    pub fn is_ours(&self) -> bool {
        self.owner.load(Ordering::Relaxed) == own_id()
    }

    /// EnterCriticalSection.
    pub fn enter(&self) {
        if !self.is_ours() {
            self.mutex.lock();
            self.owner.store(own_id(), Ordering::Relaxed);
        }
        self.recursion.fetch_add(1, Ordering::Relaxed);
    }

    /// TryEnterCriticalSection.
    pub fn try_enter(&self) -> bool {
        if !self.is_ours() {
            if !self.mutex.try_lock() {
                return false;
            }
            self.owner.store(own_id(), Ordering::Relaxed);
        }
        self.recursion.fetch_add(1, Ordering::Relaxed);
        true
    }

    /// LeaveCriticalSection. By a thread that is not inside: nothing happens (on Windows the section
    /// is unusable from then on).
    pub fn leave(&self) {
        if self.is_ours() && self.recursion.fetch_sub(1, Ordering::Relaxed) == 1 {
            self.open();
        }
    }

    /// Lets the section go whatever the depth, and returns the depth.
    fn leave_whole(&self) -> i32 {
        let depth = self.recursion.swap(0, Ordering::Relaxed);
        self.open();
        depth
    }

    fn open(&self) {
        self.owner.store(0, Ordering::Relaxed);
        // SAFETY: the calling thread is inside, so it holds the mutex.
        unsafe { self.mutex.unlock() };
    }
}

impl Default for CriticalSection {
    fn default() -> CriticalSection {
        CriticalSection::new()
    }
}

fn own_id() -> usize {
    thread::current_id().0 as usize
}

/// CONDITION_VARIABLE. The memory only lends its address, so zeros are its one state.
#[repr(transparent)]
pub struct ConditionVariable(AtomicUsize);

impl ConditionVariable {
    /// A variable nobody waits for (CONDITION_VARIABLE_INIT).
    pub const fn new() -> ConditionVariable {
        ConditionVariable(AtomicUsize::new(0))
    }

    fn key(&self) -> usize {
        std::ptr::from_ref(self) as usize
    }

    /// SleepConditionVariableSRW: lets the lock go, sleeps, and takes it again in the same mode.
    ///
    /// # Errors
    /// 1460 (ERROR_TIMEOUT) when the deadline passed; the lock is held then too.
    pub fn sleep_srw(
        &self,
        lock: &SrwLock,
        mode: Mode,
        deadline: Option<Instant>,
    ) -> Result<(), Code> {
        let woken = self.sleep(deadline, || lock.release(mode));
        lock.acquire(mode);
        woken
    }

    /// SleepConditionVariableCS, with the critical section.
    ///
    /// # Errors
    /// 1460 when the deadline passed; 87 when the calling thread is not inside the section.
    pub fn sleep_section(
        &self,
        section: &CriticalSection,
        deadline: Option<Instant>,
    ) -> Result<(), Code> {
        if !section.is_ours() {
            return Err(ERROR_INVALID_PARAMETER);
        }
        let mut depth = 0;
        let woken = self.sleep(deadline, || depth = section.leave_whole());
        (0..depth).for_each(|_| section.enter());
        woken
    }

    /// `let_go` runs when this thread can be woken already, so no wake is lost between the two.
    fn sleep(&self, deadline: Option<Instant>, let_go: impl FnOnce()) -> Result<(), Code> {
        // SAFETY: the closures neither panic nor call back into the parking of threads under the
        // queue's lock: `validate` and `timed_out` do nothing, and `let_go` runs after that lock.
        let result = unsafe {
            parking_lot_core::park(
                self.key(),
                || true,
                let_go,
                |_, _| {},
                DEFAULT_PARK_TOKEN,
                deadline,
            )
        };
        match result {
            ParkResult::TimedOut => Err(ERROR_TIMEOUT),
            ParkResult::Unparked(_) | ParkResult::Invalid => Ok(()),
        }
    }

    /// WakeConditionVariable.
    pub fn wake_one(&self) {
        // SAFETY: the callback does not panic; only sleepers of this variable use its address.
        unsafe { parking_lot_core::unpark_one(self.key(), |_| DEFAULT_UNPARK_TOKEN) };
    }

    /// WakeAllConditionVariable.
    pub fn wake_all(&self) {
        // SAFETY: only sleepers of this variable use its address.
        unsafe { parking_lot_core::unpark_all(self.key(), DEFAULT_UNPARK_TOKEN) };
    }
}

impl Default for ConditionVariable {
    fn default() -> ConditionVariable {
        ConditionVariable::new()
    }
}

/// The low bits of an INIT_ONCE (INIT_ONCE_CTX_RESERVED_BITS): its state; the rest is the context.
const STATE: usize = 3;
const NOT_BEGUN: usize = 0;
/// One thread initializes, others wait for it.
const RUNNING: usize = 1;
/// Several threads initialize at once (INIT_ONCE_ASYNC); the first to complete wins.
const RACING: usize = 2;
const COMPLETE: usize = 3;

/// INIT_ONCE (documented: One-Time Initialization).
#[repr(transparent)]
pub struct InitOnce(AtomicUsize);

/// What [`InitOnce::begin`] found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Begun {
    /// It is complete, with this context.
    Complete(usize),
    /// The calling thread is to initialize and then to call [`InitOnce::complete`].
    Pending,
}

impl InitOnce {
    /// Not begun (INIT_ONCE_STATIC_INIT).
    pub const fn new() -> InitOnce {
        InitOnce(AtomicUsize::new(NOT_BEGUN))
    }

    fn key(&self) -> usize {
        std::ptr::from_ref(self) as usize
    }

    /// Whether it is complete, and its context (INIT_ONCE_CHECK_ONLY).
    ///
    /// # Errors
    /// 31 (ERROR_GEN_FAILURE) when it is not complete. The documentation names no code.
    pub fn check(&self) -> Result<usize, Code> {
        match self.0.load(Ordering::Acquire) {
            word if word & STATE == COMPLETE => Ok(word & !STATE),
            _ => Err(ERROR_GEN_FAILURE),
        }
    }

    /// InitOnceBeginInitialize. Without `racing` a thread that comes while another initializes waits
    /// for it.
    ///
    /// # Errors
    /// 87 when it was begun the other way (documented: the call fails; assumed: the code).
    pub fn begin(&self, racing: bool) -> Result<Begun, Code> {
        let own = if racing { RACING } else { RUNNING };
        loop {
            let word = self.0.load(Ordering::Acquire);
            match word & STATE {
                COMPLETE => return Ok(Begun::Complete(word & !STATE)),
                NOT_BEGUN => {
                    let begun = self.0.compare_exchange(
                        NOT_BEGUN,
                        own,
                        Ordering::Acquire,
                        Ordering::Acquire,
                    );
                    if begun.is_ok() {
                        return Ok(Begun::Pending);
                    }
                }
                state if state != own => return Err(ERROR_INVALID_PARAMETER),
                RACING => return Ok(Begun::Pending),
                _ => self.wait_while_running(),
            }
        }
    }

    fn wait_while_running(&self) {
        // SAFETY: the closures neither panic nor park; only waiters of this word use its address.
        unsafe {
            parking_lot_core::park(
                self.key(),
                || self.0.load(Ordering::Acquire) == RUNNING,
                || {},
                |_, _| {},
                DEFAULT_PARK_TOKEN,
                None,
            );
        }
    }

    /// InitOnceComplete: with a context whose low two bits are 0, or `None` when the initialization
    /// failed and the next thread is to try.
    ///
    /// # Errors
    /// 87 for a context with one of the low bits, when nothing was begun this way, and for a failure
    /// of one that races; 31 when another of the racing threads was first.
    pub fn complete(&self, racing: bool, context: Option<usize>) -> Result<(), Code> {
        let own = if racing { RACING } else { RUNNING };
        let next = match context {
            Some(context) if context & STATE != 0 => return Err(ERROR_INVALID_PARAMETER),
            Some(context) => context | COMPLETE,
            None if racing => return Err(ERROR_INVALID_PARAMETER),
            None => NOT_BEGUN,
        };
        let done = self
            .0
            .compare_exchange(own, next, Ordering::AcqRel, Ordering::Acquire);
        match done {
            Ok(_) if racing => Ok(()),
            Ok(_) => {
                // SAFETY: only waiters of this word use its address.
                unsafe { parking_lot_core::unpark_all(self.key(), DEFAULT_UNPARK_TOKEN) };
                Ok(())
            }
            Err(word) if racing && word & STATE == COMPLETE => Err(ERROR_GEN_FAILURE),
            Err(_) => Err(ERROR_INVALID_PARAMETER),
        }
    }
}

impl Default for InitOnce {
    fn default() -> InitOnce {
        InitOnce::new()
    }
}

/// SLIST_HEADER: a last-in, first-out list whose entries are the program's (documented: Interlocked
/// Singly Linked Lists). The layout is ours; only its size and alignment are those of Windows.
#[repr(C, align(16))]
pub struct ListHeader {
    first: AtomicUsize,
    depth: AtomicU32,
    mutex: RawMutex,
}

impl ListHeader {
    /// An empty list.
    pub const fn new() -> ListHeader {
        ListHeader {
            first: AtomicUsize::new(0),
            depth: AtomicU32::new(0),
            mutex: RawMutex::INIT,
        }
    }

    fn locked<R>(&self, body: impl FnOnce() -> R) -> R {
        self.mutex.lock();
        let result = body();
        // SAFETY: locked above by this thread.
        unsafe { self.mutex.unlock() };
        result
    }

    /// InterlockedPushEntrySList: returns the entry that was first, 0 for none.
    ///
    /// # Safety
    /// `entry` is the address of an SLIST_ENTRY that stays valid while it is on the list.
    pub unsafe fn push(&self, entry: usize) -> usize {
        self.locked(|| {
            let first = self.first.load(Ordering::Relaxed);
            // SAFETY: an SLIST_ENTRY begins with its link; valid by the contract.
            unsafe { (entry as *mut usize).write_unaligned(first) };
            self.first.store(entry, Ordering::Relaxed);
            self.depth.fetch_add(1, Ordering::Relaxed);
            first
        })
    }

    /// InterlockedPopEntrySList: the first entry, 0 for none.
    ///
    /// # Safety
    /// The entries on the list are valid.
    pub unsafe fn pop(&self) -> usize {
        self.locked(|| {
            let first = self.first.load(Ordering::Relaxed);
            if first != 0 {
                // SAFETY: as in `push`; the entry is on the list, so it is valid by the contract.
                let next = unsafe { (first as *const usize).read_unaligned() };
                self.first.store(next, Ordering::Relaxed);
                self.depth.fetch_sub(1, Ordering::Relaxed);
            }
            first
        })
    }

    /// InterlockedFlushSList: takes all entries, still linked; returns the first, 0 for none.
    pub fn flush(&self) -> usize {
        self.locked(|| {
            self.depth.store(0, Ordering::Relaxed);
            self.first.swap(0, Ordering::Relaxed)
        })
    }

    /// QueryDepthSList: the number of entries, modulo 65,536.
    pub fn depth(&self) -> u16 {
        self.depth.load(Ordering::Relaxed) as u16
    }
}

impl Default for ListHeader {
    fn default() -> ListHeader {
        ListHeader::new()
    }
}

macro_rules! opaque_debug {
    ($($name:ident)*) => {
        $(impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct(stringify!($name)).finish_non_exhaustive()
            }
        })*
    };
}
opaque_debug!(SrwLock CriticalSection ConditionVariable InitOnce ListHeader);

// The sizes that programs reserve.
const _: () = {
    assert!(size_of::<SrwLock>() == 8 && align_of::<SrwLock>() == 8);
    assert!(size_of::<CriticalSection>() == 40 && align_of::<CriticalSection>() == 8);
    assert!(size_of::<ConditionVariable>() == 8);
    assert!(size_of::<InitOnce>() == 8);
    assert!(size_of::<ListHeader>() == 16 && align_of::<ListHeader>() == 16);
};

#[cfg(test)]
mod tests;
