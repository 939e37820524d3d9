//! The TLS handshakes that are under way.
//!
//! Owns: which there are, which has lasted longest, and how many of the costly steps a turn of the thread that
//! polls still takes. Does not own: who drops one too many (`poll/accept.rs`), nor how long one may last (the
//! timer HeaderWait). Invariant: there are never more than may be. Threading: shared; the lock is a leaf, taken
//! twice for each handshake.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use httpsys_core::ConnectionId;
use httpsys_socket::lock::Mutex;

/// Costly steps, each a signature and a key exchange, that a turn takes: some milliseconds with large RSA
/// keys. The connections that are there already must not wait for a flood of new ones.
const COSTLY_STEPS: u32 = 8;

/// See the module head.
#[derive(Debug)]
pub(crate) struct Handshakes {
    under_way: Mutex<UnderWayByAge>,
    costly_steps: AtomicU32,
}

/// Numbered in the order in which they began.
#[derive(Debug, Default)]
struct UnderWayByAge {
    next: u64,
    connections: BTreeMap<u64, ConnectionId>,
}

/// One handshake, until it is over or its connection ends.
#[derive(Debug)]
pub(crate) struct HandshakeUnderWay {
    all: Arc<Handshakes>,
    number: u64,
}

impl Default for Handshakes {
    fn default() -> Self {
        Handshakes {
            under_way: Mutex::new(UnderWayByAge::default()),
            costly_steps: AtomicU32::new(COSTLY_STEPS),
        }
    }
}

impl Handshakes {
    /// One more, unless there are `limit` already.
    ///
    /// # Errors
    /// The one that has lasted longest, but for `passed_over` others: who wants this one drops that, and asks
    /// again. `None` where there are no more.
    pub(crate) fn begin(
        self: &Arc<Self>,
        connection: ConnectionId,
        limit: u32,
        passed_over: usize,
    ) -> Result<HandshakeUnderWay, Option<ConnectionId>> {
        let mut under_way = self.under_way.lock();
        if under_way.connections.len() >= limit as usize {
            return Err(under_way.connections.values().nth(passed_over).copied());
        }
        let number = under_way.next;
        under_way.next += 1;
        under_way.connections.insert(number, connection);
        let all = Arc::clone(self);
        Ok(HandshakeUnderWay { all, number })
    }

    /// Whether this turn still takes a costly step; then it is taken.
    pub(super) fn take_costly_step(&self) -> bool {
        let less = |left: u32| left.checked_sub(1);
        let (set, get) = (Ordering::Relaxed, Ordering::Relaxed);
        self.costly_steps.fetch_update(set, get, less).is_ok()
    }

    /// A turn begins in which connections go on that the last one has put off.
    pub(crate) fn renew_costly_steps(&self) {
        self.costly_steps.store(COSTLY_STEPS, Ordering::Relaxed);
    }
}

impl HandshakeUnderWay {
    /// As [`Handshakes::take_costly_step`].
    pub(super) fn take_costly_step(&self) -> bool {
        self.all.take_costly_step()
    }
}

impl Drop for HandshakeUnderWay {
    fn drop(&mut self) {
        self.all.under_way.lock().connections.remove(&self.number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_too_many_learns_which_has_lasted_longest_and_has_to_drop_it_first() {
        let all = Arc::new(Handshakes::default());
        let first = all.begin(ConnectionId(1), 2, 0).unwrap();
        let _second = all.begin(ConnectionId(2), 2, 0).unwrap();
        let refused = |passed_over| all.begin(ConnectionId(3), 2, passed_over).unwrap_err();
        assert_eq!(refused(0), Some(ConnectionId(1)));
        assert_eq!(refused(1), Some(ConnectionId(2)));
        assert_eq!(refused(2), None);
        drop(first);
        let third = all.begin(ConnectionId(3), 2, 0);
        assert!(third.is_ok());
        assert_eq!(refused(0), Some(ConnectionId(2)));
    }

    /// Each thread drops its oldest as often as it begins one: however they meet, none is above the bound.
    #[test]
    fn many_at_once_are_never_more_than_may_be() {
        const LIMIT: u32 = 3;
        let all = Arc::new(Handshakes::default());
        std::thread::scope(|scope| {
            for thread in 0..4 {
                let all = &all;
                scope.spawn(move || {
                    let mut own = std::collections::VecDeque::new();
                    for number in 0..2000 {
                        match all.begin(ConnectionId(thread * 10_000 + number), LIMIT, 0) {
                            Ok(begun) => own.push_back(begun),
                            Err(_) => drop(own.pop_front()),
                        }
                        let under_way = all.under_way.lock().connections.len();
                        assert!(under_way <= LIMIT as usize, "{under_way}");
                    }
                });
            }
        });
        assert_eq!(all.under_way.lock().connections.len(), 0);
    }

    #[test]
    fn a_turn_takes_its_share_of_costly_steps() {
        let all = Handshakes::default();
        assert_eq!(
            (0..100).filter(|_| all.take_costly_step()).count(),
            COSTLY_STEPS as usize
        );
        all.renew_costly_steps();
        assert!(all.take_costly_step());
    }
}
