//! The locks with the feature `sim`: in a world their threads wait in it, elsewhere they are the native
//! ones.
//!
//! Owns: the raw locks and the condition variable around the native ones. Does not own: who runs next
//! (the [`World`]). Invariants: whoever holds a lock holds the native one, so threads of different worlds
//! and of none exclude each other; a thread of a world waits in it for a holder of the same world only,
//! and for all others in real time, because nothing in its world would wake it. Taking a lock is a point
//! at which another thread may go on; letting it go is none. Threading: any thread.

use std::sync::atomic::AtomicU32;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use parking_lot::lock_api::{self, RawMutex as _, RawRwLock as _};

use super::native;
use super::timed_out::WaitTimeoutResult;
use crate::world::{self, World};

/// As `parking_lot::Mutex`.
pub type Mutex<T> = lock_api::Mutex<WorldMutex, T>;
/// The guard of a [`Mutex`].
pub type MutexGuard<'a, T> = lock_api::MutexGuard<'a, WorldMutex, T>;
/// As `parking_lot::RwLock`.
pub type RwLock<T> = lock_api::RwLock<WorldRwLock, T>;

/// Counts a thread among those that wait in a world, also if the wait unwinds.
struct Counted<'a>(&'a AtomicU32);

impl<'a> Counted<'a> {
    fn new(count: &'a AtomicU32) -> Counted<'a> {
        count.fetch_add(1, Relaxed);
        Counted(count)
    }
}

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Relaxed);
    }
}

/// The lock of a [`Mutex`].
pub struct WorldMutex {
    native: native::RawMutex,
    /// The identity of the world whose thread holds it; 0: no thread of a world does.
    holder: AtomicUsize,
    /// Threads of that world that wait for it.
    waiting: AtomicU32,
    /// 1: still held, for one of those that wait.
    handed_on: AtomicU32,
}

impl std::fmt::Debug for WorldMutex {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WorldMutex").finish_non_exhaustive()
    }
}

impl WorldMutex {
    fn key(&self) -> usize {
        std::ptr::from_ref(self) as usize
    }

    /// How many threads of no world wait.
    #[cfg(all(test, target_os = "linux"))]
    pub(super) fn waiting(&self) -> u32 {
        self.native.waiting()
    }

    /// Takes it unless a thread of the same world holds it.
    fn attempt(&self, world: &Arc<dyn World>) -> bool {
        let identity = world::identity(world);
        if !self.native.try_lock() {
            if self.holder.load(Relaxed) == identity {
                return false;
            }
            // Whether this takes a moment or not must not show in the world.
            self.native.lock();
        }
        self.holder.store(identity, Relaxed);
        true
    }

    #[cold]
    fn lock_in(&self, world: &Arc<dyn World>, until: Option<Duration>) -> bool {
        world.yield_now();
        loop {
            if self.attempt(world) {
                return true;
            }
            let heir = Heir(self);
            let counted = Counted::new(&self.waiting);
            let woken = world.wait(self.key(), until);
            drop(counted);
            std::mem::forget(heir);
            if self.handed_on.swap(0, Relaxed) == 1 {
                return true;
            }
            if !woken {
                return self.attempt(world);
            }
        }
    }

    /// Lets the lock go that a thread of a world holds.
    #[cold]
    unsafe fn unlock_in(&self) {
        self.holder.store(0, Relaxed);
        // SAFETY: the caller holds the lock.
        unsafe { self.native.unlock() };
        if self.waiting.load(Relaxed) != 0 {
            wake(self.key(), false);
        }
    }

    #[cold]
    unsafe fn unlock_fair_in(&self) {
        if self.waiting.load(Relaxed) == 0 {
            // SAFETY: the caller holds the lock.
            return unsafe { self.unlock_in() };
        }
        self.handed_on.store(1, Relaxed);
        wake(self.key(), false);
    }
}

/// A thread that waits for a lock: if it unwinds as the last one, the lock may be handed on to nobody.
struct Heir<'a>(&'a WorldMutex);

impl Drop for Heir<'_> {
    fn drop(&mut self) {
        if self.0.waiting.load(Relaxed) == 0 && self.0.handed_on.swap(0, Relaxed) == 1 {
            // SAFETY: what is handed on is held, and nobody else is there to take it.
            unsafe { self.0.unlock_in() };
        }
    }
}

/// After a lock that was not free: the caller may try again and again, and others have to run then.
fn look_again(world: &Arc<dyn World>) -> bool {
    world.wait(0, Some(world.now()))
}

fn wake(key: usize, all: bool) {
    if let Some(world) = world::current() {
        world.wake(key, all);
    }
}

// SAFETY: whoever has the lock has the native one, or has it handed on by a thread that had it.
unsafe impl lock_api::RawMutex for WorldMutex {
    #[allow(
        clippy::declare_interior_mutable_const,
        reason = "what the trait asks for"
    )]
    const INIT: WorldMutex = WorldMutex {
        native: native::RawMutex::INIT,
        holder: AtomicUsize::new(0),
        waiting: AtomicU32::new(0),
        handed_on: AtomicU32::new(0),
    };

    type GuardMarker = lock_api::GuardNoSend;

    #[inline]
    fn lock(&self) {
        match world::current() {
            None => self.native.lock(),
            Some(world) => drop(self.lock_in(&world, None)),
        }
    }

    #[inline]
    fn try_lock(&self) -> bool {
        match world::current() {
            None => self.native.try_lock(),
            Some(world) => {
                world.yield_now();
                self.attempt(&world) || look_again(&world)
            }
        }
    }

    #[inline]
    unsafe fn unlock(&self) {
        // SAFETY: the caller holds the lock.
        unsafe {
            match self.holder.load(Relaxed) {
                0 => self.native.unlock(),
                _ => self.unlock_in(),
            }
        }
    }

    #[inline]
    fn is_locked(&self) -> bool {
        match world::current() {
            None => self.native.is_locked(),
            Some(world) => self.holder.load(Relaxed) == world::identity(&world),
        }
    }
}

// SAFETY: as above; the lock is let go or handed on in each case.
unsafe impl lock_api::RawMutexFair for WorldMutex {
    unsafe fn unlock_fair(&self) {
        // SAFETY: the caller holds the lock.
        unsafe {
            match self.holder.load(Relaxed) {
                0 => self.native.unlock_fair(),
                _ => self.unlock_fair_in(),
            }
        }
    }

    unsafe fn bump(&self) {
        // SAFETY: the caller holds the lock.
        unsafe {
            if self.holder.load(Relaxed) == 0 {
                self.native.bump();
            } else if self.waiting.load(Relaxed) != 0 {
                self.unlock_fair_in();
                self.lock();
            }
        }
    }
}

// SAFETY: as above; `true` is returned only by who has taken the lock.
unsafe impl lock_api::RawMutexTimed for WorldMutex {
    type Duration = Duration;
    type Instant = Instant;

    #[inline]
    fn try_lock_for(&self, timeout: Duration) -> bool {
        match world::current() {
            None => self.native.try_lock_for(timeout),
            Some(world) => {
                let until = world.now().checked_add(timeout);
                self.lock_in(&world, until)
            }
        }
    }

    #[inline]
    fn try_lock_until(&self, timeout: Instant) -> bool {
        match world::current() {
            None => self.native.try_lock_until(timeout),
            Some(world) => self.lock_in(&world, Some(world::time_of(timeout))),
        }
    }
}

/// Threads of one world that hold an [`RwLock`] or want to.
#[derive(Debug)]
struct Claims {
    /// The identity of the world.
    world: usize,
    holders: usize,
    /// Threads that wait to write: no more readers come in.
    writers: usize,
}

/// The lock of an [`RwLock`]. One world at a time holds it.
pub struct WorldRwLock {
    native: native::RawRwLock,
    claims: std::sync::Mutex<Claims>,
    waiting: AtomicU32,
}

impl std::fmt::Debug for WorldRwLock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WorldRwLock").finish_non_exhaustive()
    }
}

/// What came of an attempt to take a lock.
enum LockAttempt {
    Taken,
    /// A thread of the same world has it.
    Held,
    /// Others have it, and let it go in real time.
    Elsewhere,
}

impl WorldRwLock {
    fn key(&self) -> usize {
        std::ptr::from_ref(self) as usize
    }

    fn claims(&self) -> std::sync::MutexGuard<'_, Claims> {
        self.claims.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn attempt(&self, world: &Arc<dyn World>, write: bool) -> LockAttempt {
        let identity = world::identity(world);
        let mut claims = self.claims();
        let claimed = claims.holders + claims.writers != 0;
        if claimed && claims.world != identity {
            return LockAttempt::Elsewhere;
        }
        let taken = match write {
            true => self.native.try_lock_exclusive(),
            false if claims.writers != 0 => return LockAttempt::Held,
            false => self.native.try_lock_shared(),
        };
        if taken {
            claims.world = identity;
            claims.holders += 1;
            LockAttempt::Taken
        } else if claims.holders == 0 {
            LockAttempt::Elsewhere
        } else {
            LockAttempt::Held
        }
    }

    fn try_lock_in(&self, world: &Arc<dyn World>, write: bool) -> bool {
        loop {
            match self.attempt(world, write) {
                LockAttempt::Taken => return true,
                LockAttempt::Held => return false,
                LockAttempt::Elsewhere => std::thread::sleep(Duration::from_micros(20)),
            }
        }
    }

    #[cold]
    fn lock_in(&self, world: &Arc<dyn World>, write: bool) {
        world.yield_now();
        while !self.try_lock_in(world, write) {
            let _counted = Counted::new(&self.waiting);
            let _writer = write.then(|| Writer::new(self));
            world.wait(self.key(), None);
        }
    }

    /// `true`: a thread of a world lets it go.
    fn give_back(&self) -> bool {
        let Some(world) = world::current() else {
            return false;
        };
        let mut claims = self.claims();
        let own = claims.world == world::identity(&world) && claims.holders != 0;
        claims.holders -= usize::from(own);
        own
    }

    fn wake_all(&self, own: bool) {
        if own && self.waiting.load(Relaxed) != 0 {
            wake(self.key(), true);
        }
    }
}

/// A thread of a world that waits to write.
struct Writer<'a>(&'a WorldRwLock);

impl<'a> Writer<'a> {
    fn new(lock: &'a WorldRwLock) -> Writer<'a> {
        lock.claims().writers += 1;
        Writer(lock)
    }
}

impl Drop for Writer<'_> {
    fn drop(&mut self) {
        self.0.claims().writers -= 1;
        if std::thread::panicking() {
            // Readers may have waited for this thread alone.
            self.0.wake_all(true);
        }
    }
}

// SAFETY: whoever has the lock has the native one.
unsafe impl lock_api::RawRwLock for WorldRwLock {
    #[allow(
        clippy::declare_interior_mutable_const,
        reason = "what the trait asks for"
    )]
    const INIT: WorldRwLock = WorldRwLock {
        native: native::RawRwLock::INIT,
        claims: std::sync::Mutex::new(Claims {
            world: 0,
            holders: 0,
            writers: 0,
        }),
        waiting: AtomicU32::new(0),
    };

    type GuardMarker = lock_api::GuardNoSend;

    #[inline]
    fn lock_shared(&self) {
        match world::current() {
            None => self.native.lock_shared(),
            Some(world) => self.lock_in(&world, false),
        }
    }

    #[inline]
    fn try_lock_shared(&self) -> bool {
        match world::current() {
            None => self.native.try_lock_shared(),
            Some(world) => {
                world.yield_now();
                self.try_lock_in(&world, false) || look_again(&world)
            }
        }
    }

    #[inline]
    unsafe fn unlock_shared(&self) {
        let own = self.give_back();
        // SAFETY: the caller holds the lock.
        unsafe { self.native.unlock_shared() };
        self.wake_all(own);
    }

    #[inline]
    fn lock_exclusive(&self) {
        match world::current() {
            None => self.native.lock_exclusive(),
            Some(world) => self.lock_in(&world, true),
        }
    }

    #[inline]
    fn try_lock_exclusive(&self) -> bool {
        match world::current() {
            None => self.native.try_lock_exclusive(),
            Some(world) => {
                world.yield_now();
                self.try_lock_in(&world, true) || look_again(&world)
            }
        }
    }

    #[inline]
    unsafe fn unlock_exclusive(&self) {
        let own = self.give_back();
        // SAFETY: the caller holds the lock.
        unsafe { self.native.unlock_exclusive() };
        self.wake_all(own);
    }

    #[inline]
    fn is_locked(&self) -> bool {
        match world::current() {
            None => self.native.is_locked(),
            Some(world) => {
                let claims = self.claims();
                claims.holders != 0 && claims.world == world::identity(&world)
            }
        }
    }
}

/// As `parking_lot::Condvar`.
#[derive(Debug, Default)]
pub struct Condvar {
    native: native::Condvar,
    /// Threads of a world that wait for it.
    waiting: AtomicU32,
}

impl Condvar {
    /// Nobody waits.
    #[must_use]
    pub const fn new() -> Condvar {
        Condvar {
            native: native::Condvar::new(),
            waiting: AtomicU32::new(0),
        }
    }

    /// Lets the lock go and sleeps until it is notified, or for no reason.
    pub fn wait<T: ?Sized>(&self, guard: &mut MutexGuard<'_, T>) {
        match world::current() {
            None => drop(self.native.sleep(guard, None)),
            Some(world) => drop(self.wait_in(&world, guard, None)),
        }
    }

    /// As [`Condvar::wait`], until that moment at the latest.
    pub fn wait_until<T: ?Sized>(
        &self,
        guard: &mut MutexGuard<'_, T>,
        until: Instant,
    ) -> WaitTimeoutResult {
        WaitTimeoutResult::new(match world::current() {
            None => self.native.sleep(guard, Some(until)),
            Some(world) => self.wait_in(&world, guard, Some(world::time_of(until))),
        })
    }

    /// As [`Condvar::wait`], no longer than so long.
    pub fn wait_for<T: ?Sized>(
        &self,
        guard: &mut MutexGuard<'_, T>,
        time: Duration,
    ) -> WaitTimeoutResult {
        WaitTimeoutResult::new(match world::current() {
            None => self.native.sleep(guard, Instant::now().checked_add(time)),
            Some(world) => {
                let until = world.now().checked_add(time);
                self.wait_in(&world, guard, until)
            }
        })
    }

    fn key(&self) -> usize {
        std::ptr::from_ref(self) as usize
    }

    /// `true`: the time was over.
    #[cold]
    fn wait_in<T: ?Sized>(
        &self,
        world: &Arc<dyn World>,
        guard: &mut MutexGuard<'_, T>,
        until: Option<Duration>,
    ) -> bool {
        !MutexGuard::unlocked(guard, || {
            let _counted = Counted::new(&self.waiting);
            world.wait(self.key(), until)
        })
    }

    /// Wakes one thread that waits. Best after its lock was let go: it would have to wait for that.
    #[inline]
    pub fn notify_one(&self) {
        match world::current() {
            None => self.native.notify_one(),
            Some(world) => self.notify_in(&world, false),
        };
    }

    /// Wakes all threads that wait.
    #[inline]
    pub fn notify_all(&self) {
        match world::current() {
            None => self.native.notify_all(),
            Some(world) => self.notify_in(&world, true),
        };
    }

    #[cold]
    fn notify_in(&self, world: &Arc<dyn World>, all: bool) {
        // Between a change and its notification others may run.
        world.yield_now();
        if self.waiting.load(Relaxed) != 0 {
            world.wake(self.key(), all);
        }
        // Threads of no world may wait as well.
        if all {
            self.native.notify_all();
        } else {
            self.native.notify_one();
        }
    }
}
