//! Sleeping and being woken: what every wait of this crate comes down to.
//!
//! Owns the sleep of a thread until it is woken by name ([`Parker`]) or at an address ([`park_at`]). Does not
//! own conditions: who wakes has made one true, who is woken looks at it again. The sleeping itself is the
//! standard library's and parking_lot's. Threading: any thread.

use std::thread::Thread;
use std::time::Instant;

use crate::time::source;

/// What wakes one thread.
#[derive(Debug)]
pub(crate) struct Parker(Thread);

impl Parker {
    /// Of the calling thread.
    pub(crate) fn of_this_thread() -> Parker {
        Parker(std::thread::current())
    }

    /// Ends the sleep of the thread, or the next one if it does not sleep.
    pub(crate) fn unpark(&self) {
        self.0.unpark();
    }

    /// Sleeps until unparked, or for no reason; called by the thread itself. False when the deadline has
    /// passed.
    pub(crate) fn park(&self, deadline: Option<Instant>) -> bool {
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
}

#[cfg(not(windows))]
pub(crate) use at_address::{Parked, park_at, unpark_all, unpark_one};

#[cfg(not(windows))]
mod at_address {
    use std::time::Instant;

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
    /// `needed` neither panics nor parks, and `let_go` does not panic. The address is that of a variable whose
    /// users alone park there.
    pub(crate) unsafe fn park_at(
        address: usize,
        needed: impl FnOnce() -> bool,
        let_go: impl FnOnce(),
        deadline: Option<Instant>,
    ) -> Parked {
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
        // SAFETY: the callback does not panic; only users of the variable there sleep at its address.
        unsafe { parking_lot_core::unpark_one(address, |_| DEFAULT_UNPARK_TOKEN) };
    }

    /// Wakes all threads that sleep at the address.
    pub(crate) fn unpark_all(address: usize) {
        // SAFETY: only users of the variable there sleep at its address.
        unsafe { parking_lot_core::unpark_all(address, DEFAULT_UNPARK_TOKEN) };
    }
}
