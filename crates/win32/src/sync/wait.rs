//! Blocking: the one place where a thread of the application sleeps.
//!
//! Owns the waiter (what a sleeping thread leaves with the things it waits for), `block` and the
//! [`Driver`] hook, through which an I/O engine borrows sleeping threads. Does not own conditions:
//! those who wait register a waiter somewhere, block, and take it out again.
//!
//! Invariants: a waiter is claimed at most once per wait, by the source that satisfies it or by the
//! waiting thread on time-out, so that nothing is consumed for a thread that is gone. A waiter is
//! reused only when nobody else refers to it. Without a driver the hook costs one atomic load.
//!
//! Threading: `claim` and `wake` from any thread, the rest from the waiting thread.

use std::cell::Cell;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Instant;

use httpsys_socket::lock::Mutex;
use httpsys_socket::{Absence, Own, PerWorld};

use crate::sync::park::Parker;
use crate::threads::id::{self, ThreadId};
use crate::time::source;

/// An I/O engine that makes progress on the thread of whoever waits.
pub trait Driver: Send + Sync {
    /// Makes I/O progress on this thread until `until` returns true, the deadline has passed, or
    /// the driver has reason to stop; it may return early and is then called again. Must test
    /// `until` before it blocks and after each [`Driver::wake`]. Must not run callbacks of the
    /// application. Returns false when it does not want this thread now (another thread drives):
    /// the thread then sleeps until its condition holds or [`offer_lead`] picks it.
    fn drive(&self, until: &dyn Fn() -> bool, deadline: Option<Instant>) -> bool;

    /// The condition of a thread inside [`Driver::drive`] may have become true. Called from any
    /// thread but that one; must also take effect when the thread has not begun to block yet.
    fn wake(&self);
}

/// Installs the driver for the rest of the process or of the simulated world. Returns false if there is one
/// already. A child made by fork has none until it installs its own.
pub fn set_driver(driver: &'static dyn Driver) -> bool {
    let mut installed = false;
    DRIVER.get_or_init(|| {
        installed = true;
        driver
    });
    installed
}

/// Wakes one thread that [`Driver::drive`] turned away, so that it drives now. Returns false when
/// no such thread sleeps. For a driver whose leader has just left. A thread on its way to sleep may
/// be missed, so a driver needs a fallback that leads when nobody does.
pub fn offer_lead() -> bool {
    let aside = aside();
    let mut aside = aside.lock();
    let Some(waiter) = aside.pop() else {
        return false;
    };
    // Under the lock: whoever is off the list sees whether it was picked.
    waiter.drive_again.store(true, Ordering::SeqCst);
    drop(aside);
    waiter.unpark();
    true
}

/// Outcome of [`block`]: the deadline passed and nobody claimed the waiter.
pub(crate) const TIMED_OUT: u32 = u32::MAX - 1;
const WAITING: u32 = u32::MAX;

static DRIVER: PerWorld<&'static dyn Driver> = PerWorld::new();
/// Threads that the driver turned away and that sleep now.
static ASIDE: PerWorld<Mutex<Vec<Arc<WaitingThread>>>> = PerWorld::new();

fn aside() -> Own<Mutex<Vec<Arc<WaitingThread>>>> {
    ASIDE.get_or_init(Mutex::default)
}

thread_local! {
    static SPARE: Cell<Option<Arc<WaitingThread>>> = const { Cell::new(None) };
}

/// One thread that waits, or a registered wait, which has none.
pub(crate) struct WaitingThread {
    outcome: AtomicU32,
    driving: AtomicBool,
    drive_again: AtomicBool,
    owner: ThreadId,
    sleeper: Sleeper,
}

impl fmt::Debug for WaitingThread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WaitingThread")
            .field("owner", &self.owner)
            .finish_non_exhaustive()
    }
}

enum Sleeper {
    Thread(Parker),
    #[cfg(not(windows))]
    Registered(Arc<dyn RegisteredWait>),
}

/// A wait that no thread spends its time on (documented: RegisterWaitForSingleObject).
#[cfg(not(windows))]
pub(crate) trait RegisteredWait: Send + Sync {
    /// The wait was satisfied. Must not block, and not run code of the application; called without
    /// a lock of this crate, perhaps by the thread that set the signal.
    fn satisfied(self: Arc<Self>, waiter: &Arc<WaitingThread>);
}

impl WaitingThread {
    /// Satisfies the wait with an outcome. False if it is satisfied or given up already. The caller
    /// must then call [`WaitingThread::wake`], best after it has released its locks.
    pub(crate) fn claim(&self, outcome: u32) -> bool {
        self.outcome
            .compare_exchange(WAITING, outcome, Ordering::SeqCst, Ordering::SeqCst)
            .is_ok()
    }

    /// A waiter that calls back.
    #[cfg(not(windows))]
    pub(crate) fn registered(by: Arc<dyn RegisteredWait>) -> Arc<WaitingThread> {
        Arc::new(WaitingThread {
            outcome: AtomicU32::new(WAITING),
            driving: AtomicBool::new(false),
            drive_again: AtomicBool::new(false),
            owner: ThreadId(0),
            sleeper: Sleeper::Registered(by),
        })
    }

    /// Wakes the thread after a successful [`WaitingThread::claim`].
    pub(crate) fn wake(self: &Arc<Self>) {
        #[cfg(not(windows))]
        if let Sleeper::Registered(by) = &self.sleeper {
            return by.clone().satisfied(self);
        }
        // Both sides are SeqCst: either the thread sees the claim before it blocks in the driver,
        // or it is seen driving here.
        if self.driving.load(Ordering::SeqCst) {
            if let Some(driver) = DRIVER.get().filter(|_| !self.is_current()) {
                driver.wake();
            }
        }
        self.unpark();
    }

    fn unpark(&self) {
        match &self.sleeper {
            Sleeper::Thread(thread) => thread.unpark(),
            #[cfg(not(windows))]
            Sleeper::Registered(_) => {}
        }
    }

    /// Sleeps until unparked, or for no reason; called by the thread that waits. False when the deadline has
    /// passed.
    fn park(&self, deadline: Option<Instant>) -> bool {
        match &self.sleeper {
            Sleeper::Thread(thread) => thread.park(deadline),
            // No thread waits so.
            #[cfg(not(windows))]
            Sleeper::Registered(_) => false,
        }
    }

    fn is_at_home(&self) -> bool {
        match &self.sleeper {
            Sleeper::Thread(thread) => thread.is_at_home(),
            #[cfg(not(windows))]
            Sleeper::Registered(_) => false,
        }
    }

    /// The thread that waits.
    pub(crate) fn owner(&self) -> ThreadId {
        self.owner
    }

    /// The outcome of a wait that is claimed.
    pub(crate) fn outcome(&self) -> u32 {
        self.outcome.load(Ordering::SeqCst)
    }

    /// Whether the calling thread is the one that waits: true when a driver completes something on
    /// the thread that it borrowed.
    pub(crate) fn is_current(&self) -> bool {
        self.owner == id::current_id()
    }

    /// Whether the wait is satisfied or given up.
    pub(crate) fn claimed(&self) -> bool {
        self.outcome.load(Ordering::SeqCst) != WAITING
    }
}

/// A waiter for one wait of this thread; goes back to the thread's spare place when dropped.
pub(crate) struct Lease(Arc<WaitingThread>);

impl Lease {
    pub(crate) fn new() -> Lease {
        let spare = SPARE.try_with(Cell::take).ok().flatten();
        if let Some(mut waiter) = spare {
            let at_home = waiter.is_at_home();
            // Somebody who still holds the old wait must not be able to satisfy the new one.
            if let Some(own) = Arc::get_mut(&mut waiter).filter(|_| at_home) {
                own.outcome = AtomicU32::new(WAITING);
                own.drive_again = AtomicBool::new(false);
                return Lease(waiter);
            }
        }
        Lease(Arc::new(WaitingThread {
            outcome: AtomicU32::new(WAITING),
            driving: AtomicBool::new(false),
            drive_again: AtomicBool::new(false),
            owner: id::current_id(),
            sleeper: Sleeper::Thread(Parker::of_this_thread()),
        }))
    }

    pub(crate) fn waiter(&self) -> &Arc<WaitingThread> {
        &self.0
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        // If the wait was left without an outcome, nothing may be consumed for it any more.
        self.0.claim(TIMED_OUT);
        let waiter = self.0.clone();
        let _ = SPARE.try_with(|spare| spare.set(Some(waiter)));
    }
}

/// Blocks this thread until its waiter is claimed or the deadline (`None`: never) has passed.
/// Returns the outcome; after [`TIMED_OUT`] nobody can claim the waiter any more.
pub(crate) fn block(lease: &Lease, deadline: Option<Instant>) -> u32 {
    block_as(DRIVER.get().map(|driver| *driver), lease, deadline)
}

/// As [`block`], by a thread that the driver does not get: what it found would be for other threads.
pub(crate) fn sleep(lease: &Lease, deadline: Option<Instant>) -> u32 {
    block_as(None, lease, deadline)
}

fn block_as(driver: Option<&dyn Driver>, lease: &Lease, deadline: Option<Instant>) -> u32 {
    let waiter = lease.waiter();
    let _waits = Absence::begin();
    match driver {
        Some(driver) => block_driving(driver, waiter, deadline),
        None => while !waiter.claimed() && waiter.park(deadline) {},
    }
    match waiter.claim(TIMED_OUT) {
        true => TIMED_OUT,
        false => waiter.outcome.load(Ordering::SeqCst),
    }
}

/// Whether a driver is installed.
pub(crate) fn has_driver() -> bool {
    DRIVER.get().is_some()
}

/// Whether a deadline has passed.
pub(crate) fn expired(deadline: Option<Instant>) -> bool {
    deadline.is_some_and(|at| at <= source::now())
}

fn block_driving(driver: &dyn Driver, waiter: &Arc<WaitingThread>, deadline: Option<Instant>) {
    while !waiter.claimed() && !expired(deadline) {
        waiter.driving.store(true, Ordering::SeqCst);
        let until = || waiter.claimed();
        // A panic of the driver must not leave the wait half done: this thread just sleeps then.
        let drove = catch_unwind(AssertUnwindSafe(|| driver.drive(&until, deadline)));
        waiter.driving.store(false, Ordering::SeqCst);
        if !drove.unwrap_or(false) {
            sleep_aside(waiter, deadline);
        }
    }
}

/// Sleeps until claimed, until the deadline, or until [`offer_lead`] picks this thread.
fn sleep_aside(waiter: &Arc<WaitingThread>, deadline: Option<Instant>) {
    aside().lock().push(waiter.clone());
    while !waiter.claimed() && !waiter.drive_again.load(Ordering::SeqCst) && waiter.park(deadline) {
    }
    aside().lock().retain(|other| !Arc::ptr_eq(other, waiter));
    let picked = waiter.drive_again.swap(false, Ordering::SeqCst);
    if picked && (waiter.claimed() || expired(deadline)) {
        // Picked, but leaving: pass the offer on.
        offer_lead();
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_claimed_wait_ends_with_its_outcome_and_cannot_be_claimed_again() {
        let lease = Lease::new();
        let waiter = lease.waiter().clone();
        let source = std::thread::spawn(move || {
            assert!(waiter.claim(7));
            waiter.wake();
            waiter.claim(8)
        });
        assert_eq!(block(&lease, None), 7);
        assert_eq!(source.join().ok(), Some(false));
    }

    #[test]
    fn after_a_time_out_nobody_can_claim() {
        let lease = Lease::new();
        let deadline = Instant::now() + Duration::from_millis(1);
        assert_eq!(block(&lease, Some(deadline)), TIMED_OUT);
        assert!(!lease.waiter().claim(1));
    }

    #[test]
    fn a_waiter_in_other_hands_is_not_reused() {
        let kept = {
            let lease = Lease::new();
            lease.waiter().clone()
        };
        let next = Lease::new();
        assert!(!Arc::ptr_eq(&kept, next.waiter()));
        assert!(!kept.claim(1));
    }

    #[test]
    fn without_a_driver_there_is_no_lead_to_offer() {
        assert!(!offer_lead());
    }
}
