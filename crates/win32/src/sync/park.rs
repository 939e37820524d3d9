//! Sleeping and being woken: what every wait of this crate comes down to.
//!
//! Owns the sleep of a thread until it is woken by name ([`Parker`]) or at an address ([`park_at`]), and the
//! wait for a lock that others hold ([`lock_at`]). Does not own conditions: who wakes has made one true, who is
//! woken looks at it again. The sleeping itself is the standard library's and parking_lot's; a thread of a
//! simulated world sleeps in it. Invariant: between the last look at a condition and the sleep no other thread
//! of the world runs. Threading: any thread.

use std::thread::Thread;
use std::time::Instant;

#[cfg(feature = "sim")]
use httpsys_socket::world::{self, World};

use crate::time::source;

/// What wakes one thread. Stays where it is from the first sleep on.
#[derive(Debug)]
pub(crate) struct Parker {
    thread: Thread,
    #[cfg(feature = "sim")]
    home: Option<Home>,
}

/// The world of the thread.
#[cfg(feature = "sim")]
type Home = std::sync::Weak<dyn World>;

impl Parker {
    /// Of the calling thread.
    pub(crate) fn of_this_thread() -> Parker {
        Parker {
            thread: std::thread::current(),
            #[cfg(feature = "sim")]
            home: world::current().map(|world| std::sync::Arc::downgrade(&world)),
        }
    }

    /// Whether the calling thread, of which this is, has not changed worlds meanwhile.
    #[inline]
    pub(crate) fn is_at_home(&self) -> bool {
        #[cfg(feature = "sim")]
        return match (world::current(), &self.home) {
            (None, None) => true,
            (Some(world), Some(home)) => {
                std::ptr::addr_eq(std::sync::Arc::as_ptr(&world), home.as_ptr())
            }
            _ => false,
        };
        #[cfg(not(feature = "sim"))]
        true
    }

    /// Ends the sleep of the thread, or the next one if it does not sleep. In a world it ends only a sleep:
    /// a thread that is about to sleep looks at its condition first.
    pub(crate) fn unpark(&self) {
        #[cfg(feature = "sim")]
        if let Some(home) = &self.home {
            if let Some(world) = home.upgrade() {
                world.wake(self.key(), true);
            }
            return;
        }
        self.thread.unpark();
    }

    /// Sleeps until unparked, or for no reason; called by the thread itself. False when the deadline has
    /// passed.
    pub(crate) fn park(&self, deadline: Option<Instant>) -> bool {
        #[cfg(feature = "sim")]
        if let Some(world) = world::current() {
            return world.wait(self.key(), deadline.map(world::time_of));
        }
        match deadline {
            None => std::thread::park(),
            Some(at) => {
                let now = source::now();
                if at <= now {
                    return false;
                }
                std::thread::park_timeout(at - now);
            }
        }
        true
    }

    #[cfg(feature = "sim")]
    fn key(&self) -> usize {
        std::ptr::from_ref(self) as usize
    }
}

#[cfg(not(windows))]
pub(crate) use at_address::{
    Parked, about_to_look, lock_at, park_at, unlocked_at, unpark_all, unpark_one,
};

#[cfg(not(windows))]
mod at_address {
    use std::time::Instant;

    use httpsys_socket::Absence;
    #[cfg(feature = "sim")]
    use httpsys_socket::world;
    use parking_lot_core::{DEFAULT_PARK_TOKEN, DEFAULT_UNPARK_TOKEN, ParkResult};

    /// How a sleep at an address ended.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub(crate) enum Parked {
        /// It was woken, or had no reason to sleep.
        Woken,
        /// The deadline passed.
        TimedOut,
    }

    /// Sleeps at an address while `needed` holds. `let_go` runs when this thread can be woken already, so no
    /// wake is lost between the two.
    ///
    /// # Safety
    /// `needed` neither panics nor parks, and `let_go` neither panics nor sleeps. The address is that of a
    /// variable whose users alone park there.
    pub(crate) unsafe fn park_at(
        address: usize,
        needed: impl FnOnce() -> bool,
        let_go: impl FnOnce(),
        deadline: Option<Instant>,
    ) -> Parked {
        let _waits = Absence::begin();
        #[cfg(feature = "sim")]
        if let Some(world) = world::current() {
            if !needed() {
                return Parked::Woken;
            }
            let_go();
            return match world.wait(address, deadline.map(world::time_of)) {
                true => Parked::Woken,
                false => Parked::TimedOut,
            };
        }
        // SAFETY: by the contract of this function; `timed_out` does nothing.
        let result = unsafe {
            parking_lot_core::park(
                address,
                needed,
                let_go,
                |_, _| {},
                DEFAULT_PARK_TOKEN,
                deadline,
            )
        };
        match result {
            ParkResult::TimedOut => Parked::TimedOut,
            ParkResult::Unparked(_) | ParkResult::Invalid => Parked::Woken,
        }
    }

    /// Wakes one thread that sleeps at the address.
    pub(crate) fn unpark_one(address: usize) {
        #[cfg(feature = "sim")]
        if let Some(world) = world::current() {
            // Between a change and its notification others may run.
            world.yield_now();
            return world.wake(address, false);
        }
        // SAFETY: the callback does not panic; only users of the variable there sleep at its address.
        unsafe { parking_lot_core::unpark_one(address, |_| DEFAULT_UNPARK_TOKEN) };
    }

    /// Wakes all threads that sleep at the address.
    pub(crate) fn unpark_all(address: usize) {
        #[cfg(feature = "sim")]
        if let Some(world) = world::current() {
            // Between a change and its notification others may run.
            world.yield_now();
            return world.wake(address, true);
        }
        // SAFETY: only users of the variable there sleep at its address.
        unsafe { parking_lot_core::unpark_all(address, DEFAULT_UNPARK_TOKEN) };
    }

    /// Takes a lock at this address with `lock`, which may sleep; in a world only with `attempt`, which does
    /// not.
    #[inline]
    pub(crate) fn lock_at(_address: usize, attempt: impl Fn() -> bool, lock: impl FnOnce()) {
        #[cfg(feature = "sim")]
        if let Some(world) = world::current() {
            world.yield_now();
            if !attempt() {
                // Others may run as it begins: before the last look at the lock.
                let _waits = Absence::begin();
                while !attempt() {
                    world.wait(_address, None);
                }
            }
            return;
        }
        if !attempt() {
            let _waits = Absence::begin();
            lock();
        }
    }

    /// The lock at this address was let go. Never switches to another thread.
    #[inline]
    pub(crate) fn unlocked_at(_address: usize) {
        #[cfg(feature = "sim")]
        if let Some(world) = world::current() {
            world.wake(_address, true);
        }
    }

    /// Before a look that does not wait: in a world another thread may go on here, for which a program may
    /// look again and again.
    #[inline]
    pub(crate) fn about_to_look() {
        #[cfg(feature = "sim")]
        if let Some(world) = world::current() {
            world.yield_now();
        }
    }
}
