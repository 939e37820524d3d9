//! Callbacks of the thread pool: work, timers, waits, and the older functions that are built of them
//! (QueueUserWorkItem, timer queues, RegisterWaitForSingleObject).
//!
//! Owns [`Member`]: one callback with what makes it due. Does not own the threads (`workers.rs`),
//! the due times (`alarm.rs`) nor cleanup groups ([`crate::pool::group`]). Invariants: after
//! [`Member::disarm`] no alarm and no signal queues the callback any more; callbacks are counted before
//! they are queued, and under the lock of what made them due, so that who waits for them misses none.
//! A PTP_WORK, PTP_TIMER or PTP_WAIT is a value of the handle table, so that a stale one fails instead
//! of crashing. Threading: any thread; no lock is held while a callback runs or is queued.

use std::ffi::c_void;
use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use httpsys_socket::lock::{Mutex, MutexGuard};

use crate::handle::{self, Handle};
use crate::object::Object;
use crate::pool::alarm::{self, AlarmClient, Token};
use crate::pool::calls::Calls;
use crate::pool::group::{CleanupGroup, GroupMember};
use crate::pool::task::{CallbackInput, Callee, Task};
use crate::pool::workers::{Pool, default_pool};
use crate::status::{Code, ERROR_INVALID_HANDLE, ERROR_NO_SYSTEM_RESOURCES, WAIT_TIMEOUT};
use crate::sync::wait::{RegisteredWait, TIMED_OUT, WaitingThread};
use crate::time::source;

mod callback;

pub use callback::Callback;

/// Where a member runs and whom it belongs to (documented: TP_CALLBACK_ENVIRON).
#[derive(Clone, Default)]
pub struct Environment {
    /// The pool; `None` is the one of the process.
    pub(crate) pool: Option<Arc<Pool>>,
    /// The cleanup group.
    pub(crate) group: Option<Arc<CleanupGroup>>,
    /// PTP_CLEANUP_GROUP_CANCEL_CALLBACK.
    pub(crate) on_cancel: Option<CancelCallback>,
}

/// PTP_CLEANUP_GROUP_CANCEL_CALLBACK: the member's context, the context of the clean-up.
pub type CancelCallback = unsafe extern "system" fn(*mut c_void, *mut c_void);

/// One callback. See the module head.
pub struct Member {
    callback: Callback,
    context: usize,
    environment: Environment,
    /// That of the environment, or the default one.
    pool: Arc<Pool>,
    /// Its handle, for the callback's argument; 0 if it has none.
    own: AtomicUsize,
    calls: Calls,
    arm: Mutex<Arm>,
    /// Held while what made it due is taken away and something else put there, which is one step.
    setting: Mutex<()>,
}

/// What makes the callback due.
#[derive(Default)]
struct Arm {
    token: Option<Token>,
    period: Option<Duration>,
    wait: Option<Armed>,
    /// A wait that begins anew after each callback: its object and time-out.
    again: Option<(Arc<dyn Object>, Option<Duration>)>,
}

struct Armed {
    object: Arc<dyn Object>,
    waiter: Arc<WaitingThread>,
}

impl Member {
    /// A callback that nothing makes due yet.
    ///
    /// # Errors
    /// 8 when the system has no thread for it.
    pub fn new(
        callback: Callback,
        context: usize,
        environment: Environment,
    ) -> Result<Arc<Member>, Code> {
        let pool = match &environment.pool {
            Some(pool) => pool.clone(),
            None => Arc::clone(&default_pool()),
        };
        pool.ensure()?;
        let member = Arc::new(Member {
            pool,
            callback,
            context,
            environment,
            own: AtomicUsize::new(0),
            calls: Calls::default(),
            arm: Mutex::default(),
            setting: Mutex::default(),
        });
        if let Some(group) = &member.environment.group {
            group.join(member.clone());
        }
        Ok(member)
    }

    /// Opens the handle that names it.
    ///
    /// # Errors
    /// 1450 when the handle table is full.
    pub fn open(self: &Arc<Self>) -> Result<Handle, Code> {
        let own = handle::insert(self.clone());
        if own.is_null() {
            self.leave_group();
            return Err(ERROR_NO_SYSTEM_RESOURCES);
        }
        self.own.store(own as usize, Ordering::SeqCst);
        Ok(own)
    }

    /// Gives the handle back: nothing makes the callback due any more; what is queued still runs.
    pub fn close(self: &Arc<Self>) {
        self.disarm();
        let own = self.own.load(Ordering::SeqCst);
        if own != 0 {
            handle::remove(own as Handle);
        }
        self.leave_group();
    }

    fn leave_group(self: &Arc<Self>) {
        if let Some(group) = &self.environment.group {
            group.leave(Arc::as_ptr(self).cast());
        }
    }

    /// Queues the callback.
    pub fn submit(self: &Arc<Self>, result: u32) {
        self.calls.queue(false);
        self.run_counted(result);
    }

    /// Queues the callback, which is counted already.
    fn run_counted(self: &Arc<Self>, result: u32) {
        let told = CallbackInput {
            code: result,
            ..CallbackInput::default()
        };
        let callee = self.clone();
        self.pool.submit(Task::Call { callee, told });
    }

    /// Waits for the callbacks that are queued or running; with `discard`, only for running ones, and
    /// queued ones are dropped. Returns how many were.
    pub fn wait(self: &Arc<Self>, discard: bool) -> usize {
        let own = |task: &Task| task.is_of(Arc::as_ptr(self).cast());
        let drop_queued = || self.pool.discard(own);
        self.calls
            .wait(discard.then_some(&drop_queued as &dyn Fn() -> usize))
    }

    /// Sets the timer: the callback is due at `at`, then every `period`. `None` unsets it.
    ///
    /// # Errors
    /// 8 when there is no thread for timers.
    pub fn set_timer(
        self: &Arc<Self>,
        at: Option<Instant>,
        period: Option<Duration>,
    ) -> Result<bool, Code> {
        let _setting = self.setting.lock();
        let was_set = self.disarm();
        if let Some(at) = at {
            let mut arm = self.arm.lock();
            arm.period = period;
            arm.token = Some(self.alarm(at)?);
        }
        Ok(was_set)
    }

    /// Whether a timer is set.
    pub fn is_timer_set(&self) -> bool {
        self.arm.lock().token.is_some()
    }

    /// Waits for an object: the callback is due once, when it is signalled or at `deadline`.
    ///
    /// # Errors
    /// 6 for an object that cannot be waited for, and for a mutex, which a thread would have to own;
    /// 8 when there is no thread for time-outs.
    pub fn set_wait(
        self: &Arc<Self>,
        object: Arc<dyn Object>,
        deadline: Option<Instant>,
    ) -> Result<bool, Code> {
        let _setting = self.setting.lock();
        let was_set = self.disarm();
        self.begin_wait(self.arm.lock(), object, deadline)?;
        Ok(was_set)
    }

    /// As [`Member::set_wait`], again and again: the next wait begins when the callback returns.
    ///
    /// # Errors
    /// As [`Member::set_wait`].
    pub fn wait_repeatedly(
        self: &Arc<Self>,
        object: Arc<dyn Object>,
        timeout: Option<Duration>,
    ) -> Result<(), Code> {
        let mut arm = self.arm.lock();
        arm.again = Some((object.clone(), timeout));
        self.begin_wait(arm, object, moment_after(timeout))
    }

    fn alarm(self: &Arc<Self>, at: Instant) -> Result<Token, Code> {
        let weak: Weak<Self> = Arc::downgrade(self);
        alarm::set(at, weak)
    }

    fn begin_wait(
        self: &Arc<Self>,
        mut arm: MutexGuard<'_, Arm>,
        object: Arc<dyn Object>,
        deadline: Option<Instant>,
    ) -> Result<(), Code> {
        let signal = object.signal().ok_or(ERROR_INVALID_HANDLE)?;
        if signal.is_mutex() {
            return Err(ERROR_INVALID_HANDLE);
        }
        let waiter = WaitingThread::registered(self.clone());
        if let Some(deadline) = deadline {
            arm.token = Some(self.alarm(deadline)?);
        }
        arm.wait = Some(Armed {
            object: object.clone(),
            waiter: waiter.clone(),
        });
        drop(arm);
        if !signal.take_or_enlist(&waiter, 0) {
            // Given up before it was on the list, which would keep it.
            if waiter.claimed() {
                signal.withdraw(&waiter);
            }
        } else if waiter.outcome() == 0 {
            self.clone().satisfied(&waiter);
        }
        Ok(())
    }

    /// Nothing makes the callback due any more. Returns whether something did. A wait that has taken its
    /// signal, which would be lost, has its callback queued.
    pub fn disarm(self: &Arc<Self>) -> bool {
        let mut guard = self.arm.lock();
        let arm = std::mem::take(&mut *guard);
        let given_up = arm.wait.as_ref().map(Armed::give_up);
        if given_up == Some(false) {
            self.calls.queue(false);
        }
        drop(guard);
        let timer = arm.token.is_some_and(alarm::cancel);
        match (given_up, arm.wait) {
            (Some(true), Some(armed)) => armed.withdraw(),
            (Some(false), _) => self.run_counted(0),
            _ => {}
        }
        given_up.unwrap_or(timer)
    }
}

impl Callee for Member {
    fn calls(&self) -> &Calls {
        &self.calls
    }

    fn call(&self, instance: *mut c_void, told: CallbackInput) {
        let own = self.own.load(Ordering::SeqCst) as Handle;
        self.callback
            .call(instance, self.context as *mut c_void, own, told.code);
    }

    /// What is due again and again begins anew.
    fn returned(self: Arc<Self>) {
        {
            // Held until the next wait has begun: a call that ends the wait finds it.
            let arm = self.arm.lock();
            let again = arm.again.clone().filter(|_| arm.wait.is_none());
            if let Some((object, timeout)) = again {
                // It worked before; without a thread for time-outs the wait ends here.
                let _ = self.begin_wait(arm, object, moment_after(timeout));
            }
        }
        if matches!(self.callback, Callback::Simple(_) | Callback::WorkItem(_)) {
            self.leave_group();
        }
    }
}

impl GroupMember for Member {
    fn release(self: Arc<Self>) {
        self.close();
    }

    fn clean_up(self: Arc<Self>, discard: bool, context: *mut c_void) {
        self.disarm();
        let dropped = self.wait(discard);
        if let (true, Some(on_cancel)) = (discard && dropped > 0, self.environment.on_cancel) {
            // SAFETY: the application promised a function of this type.
            unsafe { on_cancel(self.context as *mut c_void, context) };
        }
        self.close();
    }
}

fn moment_after(timeout: Option<Duration>) -> Option<Instant> {
    source::now().checked_add(timeout?)
}

impl Armed {
    /// Ends the wait; to be followed by [`Armed::withdraw`]. False when it has taken its signal. Under the
    /// lock of [`Arm`], so that whoever takes the wait out of there knows how it ended.
    fn give_up(&self) -> bool {
        self.waiter.claim(TIMED_OUT)
    }

    fn withdraw(&self) {
        if let Some(signal) = self.object.signal() {
            signal.withdraw(&self.waiter);
        }
    }
}

impl AlarmClient for Member {
    fn ring(self: Arc<Self>, token: Token) {
        let mut arm = self.arm.lock();
        if arm.token != Some(token) {
            return;
        }
        arm.token = None;
        if arm.wait.as_ref().is_some_and(|armed| !armed.give_up()) {
            // It has just taken its signal, and is about to be told.
            return;
        }
        let timed_out = arm.wait.take();
        if timed_out.is_none() {
            let next = arm.period.and_then(|period| token.next(period));
            arm.token = next.and_then(|next| self.alarm(next).ok());
        }
        self.calls.queue(false);
        drop(arm);
        if let Some(armed) = &timed_out {
            armed.withdraw();
        }
        let says_timeout = timed_out.is_some() || matches!(self.callback, Callback::WaitOrTimer(_));
        self.run_counted(if says_timeout { WAIT_TIMEOUT } else { 0 });
    }
}

impl RegisteredWait for Member {
    fn satisfied(self: Arc<Self>, waiter: &Arc<WaitingThread>) {
        let mut arm = self.arm.lock();
        let current = arm.wait.as_ref();
        if !current.is_some_and(|armed| Arc::ptr_eq(&armed.waiter, waiter)) {
            return;
        }
        let wait = arm.wait.take();
        let token = arm.token.take();
        self.calls.queue(false);
        drop(arm);
        drop(wait);
        token.map(alarm::cancel);
        self.run_counted(0);
    }
}

impl Object for Member {
    fn close_allowed(&self) -> bool {
        false
    }
}

impl fmt::Debug for Member {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Member")
            .field("calls", &self.calls)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Environment").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
