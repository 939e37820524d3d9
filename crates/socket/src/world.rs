//! What stands in for the operating system's scheduler and clocks in a simulation.
//!
//! Owns: which world a thread belongs to, and the calls that ask it: clocks, sleeping, giving way. The
//! locks ([`crate::lock`]) and [`crate::spawn`] ask it too. Does not own: a scheduler; the crate
//! `httpsys-sim` has one. Invariants: a thread that belongs to no world asks the operating system, at the
//! price of one look at a thread-local flag; of the threads of a world exactly one runs at a time, and
//! it runs on until it calls the world. Threading: any thread.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::io;
use std::marker::PhantomData;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::panic::panic_text;

/// Replaces the operating system's scheduler and clocks for the threads that belong to it.
///
/// Only `now`, `unix_now`, `wake` and `stranger_waits` may be called from threads that do not belong to it.
pub trait World: Send + Sync {
    /// The time since the world's beginning. Never goes back.
    fn now(&self) -> Duration;

    /// The time since 1970, for dates.
    fn unix_now(&self) -> Duration;

    /// Sleeps until [`World::wake`] is called with the same key, or until the time `until`; `false`:
    /// the time came first. The key is the address of what is waited for, or 0: nothing wakes it.
    ///
    /// A time that has come already makes it a point at which another thread may go on, as in a loop that
    /// looks again and again.
    ///
    /// No other thread of the world runs between the caller's last look at its condition and the moment
    /// from which a wake reaches it.
    fn wait(&self, key: usize, until: Option<Duration>) -> bool;

    /// Lets one of the threads, or all threads, that wait with this key go on. The caller keeps running.
    fn wake(&self, key: usize, all: bool);

    /// A point at which another thread may go on: taking a lock.
    fn yield_now(&self);

    /// Starts a thread of the world. `body` does not unwind.
    ///
    /// # Errors
    /// There is no thread: `body` is dropped.
    fn spawn(&self, name: &str, body: Box<dyn FnOnce() + Send>) -> io::Result<()>;

    /// The calling thread, started with [`crate::spawn`], has panicked with this message and is about
    /// to end.
    fn panicked(&self, message: &str);

    /// The calling thread, which does not belong to the world, is about to wait for something that only happens there.
    ///
    /// # Panics
    /// The world may refuse such threads.
    fn stranger_waits(&self) {}

    /// The calling thread is none of the world any more: it does nothing from now on, and has frames of
    /// another language, so that nothing can unwind it. May be called once its world has ended. `false`: the
    /// world needs it to come to an end, so it has to go on.
    fn leave(&self) -> bool {
        let _ended = catch_unwind(AssertUnwindSafe(|| while self.wait(0, None) {}));
        true
    }
}

/// What a world unwinds its threads with that are left when it ends.
#[derive(Clone, Copy, Debug)]
pub struct WorldEnded;

thread_local! {
    /// Whether `CURRENT` has a world: without a destructor, so that a look costs next to nothing.
    static INSIDE: Cell<bool> = const { Cell::new(false) };
    static CURRENT: RefCell<Option<Arc<dyn World>>> = const { RefCell::new(None) };
}

/// The world of the calling thread.
#[inline]
#[must_use]
pub fn current() -> Option<Arc<dyn World>> {
    if INSIDE.get() { look() } else { None }
}

#[cold]
fn look() -> Option<Arc<dyn World>> {
    // A thread whose locals are gone belongs to no world any more.
    let world = CURRENT.try_with(|current| current.borrow().clone());
    world.ok().flatten()
}

/// Distinguishes a world from all others that live at the same time. Never 0.
pub(crate) fn identity(world: &Arc<dyn World>) -> usize {
    Arc::as_ptr(world).cast::<()>() as usize
}

/// While it lives, the thread that made it belongs to the world, or to none.
#[must_use]
pub struct Entered {
    before: Option<Arc<dyn World>>,
    /// It stays on its thread.
    here: PhantomData<*const ()>,
}

impl std::fmt::Debug for Entered {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Entered").finish_non_exhaustive()
    }
}

impl Drop for Entered {
    fn drop(&mut self) {
        replace(self.before.take());
    }
}

/// Makes the calling thread one of the world, which has to know of it already.
pub fn enter(world: Arc<dyn World>) -> Entered {
    Entered {
        before: replace(Some(world)),
        here: PhantomData,
    }
}

/// Runs `body` as if the calling thread belonged to no world: its locks and threads are real ones.
pub fn outside<T>(body: impl FnOnce() -> T) -> T {
    let _outside = Entered {
        before: replace(None),
        here: PhantomData,
    };
    body()
}

fn replace(world: Option<Arc<dyn World>>) -> Option<Arc<dyn World>> {
    let inside = world.is_some();
    let replaced = CURRENT.try_with(|current| current.replace(world));
    INSIDE.set(inside && replaced.is_ok());
    replaced.unwrap_or_default()
}

/// The moment at which every world begins.
fn beginning() -> Instant {
    static BEGINNING: OnceLock<Instant> = OnceLock::new();
    *BEGINNING.get_or_init(Instant::now)
}

/// The calling thread does nothing any more: for one that is to end and whose frames cannot be unwound.
pub fn stand_still() -> ! {
    loop {
        if current().is_none_or(|world| world.leave()) {
            replace(None);
            loop {
                std::thread::park();
            }
        }
    }
}

/// Where a panic would meet frames of another language: the thread stands still there if its world has
/// ended. The world's main thread returns, and its call fails.
pub fn contain(panic: &(dyn Any + Send)) {
    if panic.is::<WorldEnded>() && current().is_none_or(|world| world.leave()) {
        stand_still();
    }
}

/// The text of a panic. `None`: the thread has not panicked, its world has ended.
#[must_use]
pub fn panic_message(payload: &(dyn Any + Send)) -> Option<&str> {
    (!payload.is::<WorldEnded>()).then(|| panic_text(payload))
}

/// The present: in a world its time, elsewhere that of the system.
#[must_use]
pub fn now() -> Instant {
    match current() {
        Some(world) => beginning() + world.now(),
        None => Instant::now(),
    }
}

/// As [`now`] for the threads of this world, from any thread.
#[must_use]
pub fn instant_in(world: &dyn World) -> Instant {
    beginning() + world.now()
}

/// The moment as a time of a world, from an [`Instant`] that [`now`] led to.
#[must_use]
pub fn time_of(moment: Instant) -> Duration {
    moment.saturating_duration_since(beginning())
}

/// The time since 1970, for dates.
#[must_use]
pub fn unix_now() -> Duration {
    match current() {
        Some(world) => world.unix_now(),
        None => SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default(),
    }
}

/// As [`std::thread::sleep`].
pub fn sleep(time: Duration) {
    match current() {
        Some(world) => {
            let until = world.now().saturating_add(time);
            while world.wait(0, Some(until)) {}
        }
        None => std::thread::sleep(time),
    }
}

/// As [`std::thread::yield_now`].
pub fn yield_now() {
    match current() {
        Some(world) => drop(world.wait(0, Some(world.now()))),
        None => std::thread::yield_now(),
    }
}
