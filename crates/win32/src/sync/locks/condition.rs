//! Condition variables, with either kind of lock.
//!
//! Owns the sleep. Does not own the locks. Invariant: a thread can be woken before it lets its lock go, so no
//! wake is lost in between. Threading: any thread.

use std::sync::atomic::AtomicUsize;
use std::time::Instant;

use super::{CriticalSection, Mode, SrwLock};
use crate::status::{Code, ERROR_INVALID_PARAMETER, ERROR_TIMEOUT};
use crate::sync::park::{self, Parked};

/// CONDITION_VARIABLE. The memory only lends its address, so zeros are its one state.
#[repr(transparent)]
pub struct ConditionVariable(AtomicUsize);

impl ConditionVariable {
    /// A variable nobody waits for (CONDITION_VARIABLE_INIT).
    pub const fn new() -> ConditionVariable {
        ConditionVariable(AtomicUsize::new(0))
    }

    fn key(&self) -> usize {
        std::ptr::from_ref(self) as usize
    }

    /// SleepConditionVariableSRW: lets the lock go, sleeps, and takes it again in the same mode.
    ///
    /// # Errors
    /// 1460 (ERROR_TIMEOUT) when the deadline passed; the lock is held then too.
    pub fn sleep_srw(
        &self,
        lock: &SrwLock,
        mode: Mode,
        deadline: Option<Instant>,
    ) -> Result<(), Code> {
        let woken = self.sleep(deadline, || lock.release(mode));
        lock.acquire(mode);
        woken
    }

    /// SleepConditionVariableCS, with the critical section.
    ///
    /// # Errors
    /// 1460 when the deadline passed; 87 when the calling thread is not inside the section.
    pub fn sleep_section(
        &self,
        section: &CriticalSection,
        deadline: Option<Instant>,
    ) -> Result<(), Code> {
        if !section.is_ours() {
            return Err(ERROR_INVALID_PARAMETER);
        }
        let mut depth = 0;
        let woken = self.sleep(deadline, || depth = section.leave_whole());
        (0..depth).for_each(|_| section.enter());
        woken
    }

    /// `let_go` runs when this thread can be woken already, so no wake is lost between the two.
    fn sleep(&self, deadline: Option<Instant>, let_go: impl FnOnce()) -> Result<(), Code> {
        // SAFETY: letting go of a lock does not panic; only sleepers of this variable use its address.
        match unsafe { park::park_at(self.key(), || true, let_go, deadline) } {
            Parked::TimedOut => Err(ERROR_TIMEOUT),
            Parked::Woken => Ok(()),
        }
    }

    /// WakeConditionVariable.
    pub fn wake_one(&self) {
        park::unpark_one(self.key());
    }

    /// WakeAllConditionVariable.
    pub fn wake_all(&self) {
        park::unpark_all(self.key());
    }
}

impl Default for ConditionVariable {
    fn default() -> ConditionVariable {
        ConditionVariable::new()
    }
}
