//! The network behind its lock.
//!
//! Owns: the lock, and that callbacks run without it. Invariant: what is due when a call returns has
//! happened. Threading: any thread; nothing blocks but for the time of another call.
//!
//! The lock is std's and not one of `httpsys_socket`, whose locks are points at which the threads of a
//! simulated world take turns: the scheduler of that world itself asks the network, and nobody holds this
//! lock across such a point.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use crate::rules::Rules;
use crate::state::NetworkState;

/// Clone: a handle.
#[derive(Clone)]
pub(crate) struct SharedNetwork(Arc<Mutex<NetworkState>>);

impl fmt::Debug for SharedNetwork {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Each socket has a handle: all of the network would be too much to read.
        f.debug_struct("SharedNetwork").finish_non_exhaustive()
    }
}

impl SharedNetwork {
    pub(crate) fn new(seed: u64, rules: Rules) -> SharedNetwork {
        SharedNetwork(Arc::new(Mutex::new(NetworkState::new(seed, rules))))
    }

    /// Makes a call, and then what it made due at once.
    pub(crate) fn call<T>(&self, call: impl FnOnce(&mut NetworkState) -> T) -> T {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let result = call(&mut state);
        let now = state.now;
        state.advance(now);
        let rings = state.watches.take_rings();
        drop(state);
        for ring in rings {
            ring();
        }
        result
    }

    /// Looks without changing anything.
    pub(crate) fn look<T>(&self, look: impl FnOnce(&NetworkState) -> T) -> T {
        look(&self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn is(&self, other: &SharedNetwork) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}
