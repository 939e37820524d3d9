//! A condition variable for any lock, where the native one takes guards of its own lock only.
//!
//! Owns: a count of notifications under a lock of parking_lot. Threading: any thread.

use std::time::Instant;

use parking_lot::lock_api;

/// As `parking_lot::Condvar`, for the guards of any lock.
#[derive(Debug, Default)]
pub(crate) struct Monitor {
    /// Grows with each notification.
    notified: parking_lot::Mutex<u32>,
    changed: parking_lot::Condvar,
}

impl Monitor {
    pub(crate) const fn new() -> Monitor {
        Monitor {
            notified: parking_lot::Mutex::new(0),
            changed: parking_lot::Condvar::new(),
        }
    }

    /// Lets the lock go and sleeps until it is notified, or for no reason. `true`: the deadline has
    /// passed.
    pub(crate) fn sleep<R: lock_api::RawMutex, T: ?Sized>(
        &self,
        guard: &mut lock_api::MutexGuard<'_, R, T>,
        deadline: Option<Instant>,
    ) -> bool {
        // Taken before the lock is let go: a notification that follows cannot overtake the sleep.
        let mut notified = self.notified.lock();
        lock_api::MutexGuard::unlocked(guard, || {
            let before = *notified;
            while *notified == before {
                match deadline {
                    None => self.changed.wait(&mut notified),
                    Some(at) if self.changed.wait_until(&mut notified, at).timed_out() => {
                        drop(notified);
                        return true;
                    }
                    Some(_) => {}
                }
            }
            drop(notified);
            false
        })
    }

    pub(crate) fn notify_one(&self) {
        *self.notified.lock() += 1;
        self.changed.notify_one();
    }

    pub(crate) fn notify_all(&self) {
        *self.notified.lock() += 1;
        self.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_monitor_loses_no_notification_and_keeps_its_deadline() {
        let shared = Arc::new((parking_lot::Mutex::new(0), Monitor::new(), Monitor::new()));
        let taker = {
            let shared = Arc::clone(&shared);
            std::thread::spawn(move || {
                for _ in 0..5_000 {
                    let mut items = shared.0.lock();
                    while *items == 0 {
                        shared.1.sleep(&mut items, None);
                    }
                    *items -= 1;
                    drop(items);
                    shared.2.notify_all();
                }
            })
        };
        for _ in 0..5_000 {
            let mut items = shared.0.lock();
            while *items > 0 {
                shared.2.sleep(&mut items, None);
            }
            *items += 1;
            drop(items);
            shared.1.notify_one();
        }
        taker.join().unwrap();
        let until = Instant::now() + Duration::from_millis(2);
        assert!(shared.1.sleep(&mut shared.0.lock(), Some(until)));
        assert!(Instant::now() >= until);
    }
}
