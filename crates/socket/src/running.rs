//! Which threads run, for whoever limits how many do so at once.
//!
//! Owns the note of each thread that it counts for a [`RunLimit`] (a completion port of the Win32 subset), and
//! [`Absence`], which says that the thread waits. Does not own the count, nor what waits for a place. Invariants: a
//! thread counts for one limit at most, once; it does not count while it is in a [`Absence`], and no more when it has
//! ended; a thread that has changed simulated worlds counts for nothing in the new one, and neither does the thread of
//! a child made by fork, which never touches the limit of its parent. Threading: each thread has a note of its own.

use std::cell::Cell;
use std::fmt;
use std::sync::Arc;
#[cfg(feature = "sim")]
use std::sync::Weak;

use crate::process;
#[cfg(feature = "sim")]
use crate::world::{self, World};

/// Limits how many threads run at once.
pub trait RunLimit: Send + Sync {
    /// A thread that was counted, in this round, runs no more. Must not block for long, and not call back here.
    fn stops(&self, round: u64);

    /// A thread that had stopped runs again, whether or not there is a place for it. Returns the round.
    fn goes_on(&self) -> u64;
}

/// The limit that the calling thread is subject to.
pub struct Membership {
    limit: Arc<dyn RunLimit>,
    /// In which round it was counted; `None` while it is not.
    counted: Option<u64>,
    /// That of the process in which it began.
    generation: u32,
    #[cfg(feature = "sim")]
    world: Option<Weak<dyn World>>,
}

thread_local! {
    static OWN: Cell<Option<Membership>> = const { Cell::new(None) };
}

impl Membership {
    /// Takes the membership of the calling thread, which is not counted from now on by any other limit than this one.
    /// Returns it with the round in which this one counts the thread.
    #[must_use]
    pub fn take<L: RunLimit + 'static>(limit: &Arc<L>) -> (Membership, Option<u64>) {
        match Membership::of_this_thread() {
            Some(mut own) if std::ptr::addr_eq(Arc::as_ptr(&own.limit), Arc::as_ptr(limit)) => {
                let counted = own.counted.take();
                (own, counted)
            }
            // What the thread was counted for before ends as it is dropped.
            _ => {
                let own = Membership {
                    limit: limit.clone(),
                    counted: None,
                    generation: process::generation(),
                    #[cfg(feature = "sim")]
                    world: world::current().map(|world| Arc::downgrade(&world)),
                };
                (own, None)
            }
        }
    }

    /// The calling thread has this membership from now on, and was counted in this round.
    pub fn keep(mut self, counted: Option<u64>) {
        self.counted = counted;
        let _ = OWN.try_with(|own| own.set(Some(self)));
    }

    /// Takes what the thread has. A thread that has changed worlds meanwhile has nothing in the new one, nor has one in
    /// a child of the process.
    fn of_this_thread() -> Option<Membership> {
        let own = OWN.try_with(Cell::take).ok().flatten();
        let own = own.filter(|own| own.generation == process::generation());
        #[cfg(feature = "sim")]
        let own = own.and_then(|mut own| {
            if !own.is_at_home() {
                own.counted = None;
                return None;
            }
            Some(own)
        });
        own
    }

    #[cfg(feature = "sim")]
    fn is_at_home(&self) -> bool {
        match (world::current(), &self.world) {
            (None, None) => true,
            (Some(now), Some(then)) => std::ptr::addr_eq(Arc::as_ptr(&now), then.as_ptr()),
            _ => false,
        }
    }

    /// Ends the membership of the calling thread. So does the end of the thread.
    pub fn end() {
        drop(Membership::of_this_thread());
    }
}

impl fmt::Debug for Membership {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Membership")
            .field("counted", &self.counted)
            .finish_non_exhaustive()
    }
}

impl Drop for Membership {
    fn drop(&mut self) {
        if self.generation != process::generation() {
            // A copy of what the parent's thread had. What it shares with other threads of the parent stays where it
            // is: one of them may have had its lock when this process began.
            std::mem::forget(self.limit.clone());
            return;
        }
        if let Some(round) = self.counted.take() {
            self.limit.stops(round);
        }
    }
}

/// The calling thread waits as long as this lives: another one may run in its place.
#[derive(Debug)]
pub struct Absence(bool);

impl Absence {
    /// From now on, if the thread is counted and may have to wait. `may_wait` is not asked for others.
    #[must_use]
    pub fn begin_if(may_wait: impl FnOnce() -> bool) -> Absence {
        let Some(own) = Membership::of_this_thread() else {
            return Absence(false);
        };
        let counted = own.counted;
        own.keep(counted);
        if counted.is_some() && may_wait() {
            Absence::begin()
        } else {
            Absence(false)
        }
    }

    /// From now on.
    #[must_use]
    pub fn begin() -> Absence {
        let Some(mut own) = Membership::of_this_thread() else {
            return Absence(false);
        };
        let counted = own.counted.take();
        if let Some(round) = counted {
            own.limit.stops(round);
        }
        own.keep(None);
        Absence(counted.is_some())
    }
}

impl Drop for Absence {
    fn drop(&mut self) {
        if !self.0 {
            return;
        }
        if let Some(own) = Membership::of_this_thread() {
            // It may have taken something meanwhile, and counts for that.
            let round = own.counted.unwrap_or_else(|| own.limit.goes_on());
            own.keep(Some(round));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::*;

    #[derive(Default)]
    struct Count {
        running: AtomicU64,
    }

    impl Count {
        fn now(&self) -> u64 {
            self.running.load(Ordering::SeqCst)
        }
    }

    impl RunLimit for Count {
        fn stops(&self, round: u64) {
            assert_eq!(round, 7);
            self.running.fetch_sub(1, Ordering::SeqCst);
        }

        fn goes_on(&self) -> u64 {
            self.running.fetch_add(1, Ordering::SeqCst);
            7
        }
    }

    /// Counts the calling thread; returns the round in which it was counted already.
    fn enter(count: &Arc<Count>) -> Option<u64> {
        let (own, before) = Membership::take(count);
        if before.is_none() {
            count.goes_on();
        }
        own.keep(Some(7));
        before
    }

    #[test]
    fn a_thread_counts_once_for_one_limit_and_not_while_it_waits() {
        let (one, other) = (Arc::new(Count::default()), Arc::new(Count::default()));
        assert_eq!((enter(&one), enter(&one)), (None, Some(7)));
        {
            let _waits = Absence::begin();
            assert_eq!(one.now(), 0);
            let _inner = Absence::begin();
            assert_eq!(one.now(), 0);
        }
        assert_eq!(one.now(), 1);
        assert_eq!((enter(&other), one.now(), other.now()), (None, 0, 1));
        Membership::end();
        assert_eq!(other.now(), 0);
        drop(Absence::begin());
        assert_eq!((one.now(), other.now()), (0, 0));
    }

    #[test]
    fn the_end_of_a_thread_ends_its_membership() {
        let count = Arc::new(Count::default());
        let of_thread = count.clone();
        std::thread::spawn(move || enter(&of_thread))
            .join()
            .unwrap();
        assert_eq!(count.now(), 0);
    }
}
