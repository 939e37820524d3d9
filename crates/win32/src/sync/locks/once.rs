//! One-time initialization.
//!
//! Owns the word that says how far it is. Does not own what is initialized. Invariant: a context is never
//! replaced once the state is complete. Threading: any thread; a thread that is not the first waits, unless
//! several may race.

use std::sync::atomic::{AtomicUsize, Ordering};

use crate::status::{Code, ERROR_GEN_FAILURE, ERROR_INVALID_PARAMETER};
use crate::sync::park;

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
        let running = || self.0.load(Ordering::Acquire) == RUNNING;
        // SAFETY: the closures neither panic nor park; only waiters of this word use its address.
        unsafe { park::park_at(self.key(), running, || {}, None) };
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
                park::unpark_all(self.key());
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
