//! Waitable timers, timer queues and registered waits.
//!
//! Owns the C form only. A timer queue is a cleanup group to us, a timer of it and a registered wait are
//! callbacks of the thread pool. Threading: any thread.

use std::ffi::c_void;
use std::sync::Arc;
use std::time::Duration;

use httpsys_socket::PerWorld;

use super::{
    Bool, ObjectName, fence_bool, not_null, object, object_as, open, open_existing, open_named, put,
};
use crate::handle::{self, Handle, INVALID_HANDLE_VALUE};
use crate::object::Object;
use crate::pool::group::CleanupGroup;
use crate::pool::member::{Callback, Environment, Member};
use crate::pool::task::Callee;
use crate::status::{Code, ERROR_INVALID_PARAMETER, ERROR_IO_PENDING, ERROR_NOT_ENOUGH_MEMORY};
use crate::sync::event::Event;
use crate::sync::names;
use crate::sync::timer::WaitableTimer;
use crate::sync::word::word;
use crate::threads::apc::Apc;
use crate::time::{INFINITE, deadline, due_time, source};

const CREATE_WAITABLE_TIMER_MANUAL_RESET: u32 = 1;
const WT_EXECUTEONLYONCE: u32 = 8;

/// WAITORTIMERCALLBACK.
pub type WaitOrTimer = unsafe extern "system" fn(*mut c_void, u8);

/// PTIMERAPCROUTINE.
pub type TimerApc = unsafe extern "system" fn(*mut c_void, u32, u32);

fn create_timer(manual: bool, name: ObjectName) -> Handle {
    open_named(name, |name| {
        names::open_or_create(name, || Ok(Arc::new(WaitableTimer::new(manual))))
    })
}

/// CreateWaitableTimerW: creates a timer that is not set, or, if the name exists, another handle to that timer, with
/// last error 183.
///
/// Differs: security attributes are ignored; a name is known in this process only.
///
/// # Safety
/// `name` is NULL or a NUL-terminated string.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn CreateWaitableTimerW(
    _attributes: *const c_void,
    manual_reset: Bool,
    name: *const u16,
) -> Handle {
    // SAFETY: the same contract.
    create_timer(manual_reset != 0, unsafe { ObjectName::wide(name) })
}

/// CreateWaitableTimerA: works like [`CreateWaitableTimerW`]; the name is UTF-8.
///
/// # Safety
/// `name` is NULL or a NUL-terminated string.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn CreateWaitableTimerA(
    _attributes: *const c_void,
    manual_reset: Bool,
    name: *const u8,
) -> Handle {
    // SAFETY: the same contract.
    create_timer(manual_reset != 0, unsafe { ObjectName::narrow(name) })
}

/// CreateWaitableTimerExW: works like [`CreateWaitableTimerW`]; flag 1 is manual reset.
///
/// Differs: Flag 2 (high resolution) changes nothing.
///
/// # Safety
/// `name` is NULL or a NUL-terminated string.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn CreateWaitableTimerExW(
    _attributes: *const c_void,
    name: *const u16,
    flags: u32,
    _access: u32,
) -> Handle {
    // SAFETY: the same contract.
    create_timer(flags & CREATE_WAITABLE_TIMER_MANUAL_RESET != 0, unsafe {
        ObjectName::wide(name)
    })
}

/// CreateWaitableTimerExA: works like [`CreateWaitableTimerExW`]; the name is UTF-8.
///
/// # Safety
/// `name` is NULL or a NUL-terminated string.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn CreateWaitableTimerExA(
    _attributes: *const c_void,
    name: *const u8,
    flags: u32,
    _access: u32,
) -> Handle {
    // SAFETY: the same contract.
    create_timer(flags & CREATE_WAITABLE_TIMER_MANUAL_RESET != 0, unsafe {
        ObjectName::narrow(name)
    })
}

/// OpenWaitableTimerW: opens another handle to a named timer of this process. NULL with 2 when there is none.
///
/// # Safety
/// `name` is a NUL-terminated string.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn OpenWaitableTimerW(
    _access: u32,
    _inherit: Bool,
    name: *const u16,
) -> Handle {
    // SAFETY: the same contract.
    open_existing::<WaitableTimer>(unsafe { ObjectName::wide(name) })
}

/// OpenWaitableTimerA: works like [`OpenWaitableTimerW`]; the name is UTF-8.
///
/// # Safety
/// `name` is a NUL-terminated string.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn OpenWaitableTimerA(
    _access: u32,
    _inherit: Bool,
    name: *const u8,
) -> Handle {
    // SAFETY: the same contract.
    open_existing::<WaitableTimer>(unsafe { ObjectName::narrow(name) })
}

/// SetWaitableTimer: sets a timer, which is not signalled until `due` (a FILETIME, or negative 100-nanosecond
/// intervals from now), then every `period` milliseconds (0: once). `routine` is queued to the calling thread each
/// time. FALSE with 87 for a negative period.
///
/// # Safety
/// `due` is valid for a read; `routine` may be called on this thread with `argument`.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SetWaitableTimer(
    timer: Handle,
    due: *const i64,
    period: i32,
    routine: Option<TimerApc>,
    argument: *mut c_void,
    _resume: Bool,
) -> Bool {
    fence_bool(|| {
        not_null(due)?;
        let period = u32::try_from(period).map_err(|_| ERROR_INVALID_PARAMETER)?;
        // SAFETY: valid by the contract of this function.
        let at = due_time(unsafe { due.read_unaligned() }).ok_or(ERROR_INVALID_PARAMETER)?;
        let apc = routine.map(|routine| Apc::Timer(routine, argument as usize, 0));
        let timer = object_as::<WaitableTimer>(timer)?;
        timer.set(at, milliseconds(period), apc)
    })
}

/// SetWaitableTimerEx: works like [`SetWaitableTimer`].
///
/// Differs: Wake context and tolerable delay are ignored.
///
/// # Safety
/// Works like [`SetWaitableTimer`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SetWaitableTimerEx(
    timer: Handle,
    due: *const i64,
    period: i32,
    routine: Option<TimerApc>,
    argument: *mut c_void,
    _wake_context: *const c_void,
    _tolerable_delay: u32,
) -> Bool {
    // SAFETY: the same contract.
    unsafe { SetWaitableTimer(timer, due, period, routine, argument, 0) }
}

/// CancelWaitableTimer: forgets the due time of a timer; the signal stays as it is.
#[unsafe(no_mangle)]
pub extern "system" fn CancelWaitableTimer(timer: Handle) -> Bool {
    fence_bool(|| {
        object_as::<WaitableTimer>(timer)?.cancel();
        Ok(())
    })
}

/// A period in milliseconds; 0 is none.
fn milliseconds(period: u32) -> Option<Duration> {
    (period > 0).then(|| Duration::from_millis(u64::from(period)))
}

/// CreateTimerQueue: creates a queue without timers. NULL on failure.
#[unsafe(no_mangle)]
pub extern "system" fn CreateTimerQueue() -> Handle {
    super::fence(std::ptr::null_mut(), || {
        open(Arc::new(CleanupGroup::default()))
    })
}

/// The queue of timers whose queue is NULL.
static DEFAULT_QUEUE: PerWorld<Arc<CleanupGroup>> = PerWorld::new();

/// CreateTimerQueueTimer: calls `callback` with `parameter` and TRUE after `due` milliseconds, then
/// every `period` milliseconds (0: once), on a thread of the pool. The queue may be NULL.
///
/// Differs: the flags change nothing but WT_EXECUTEONLYONCE (8): no callback runs on the timer's
/// own thread or on one that waits alertably.
///
/// # Safety
/// `timer` is valid for a write; `callback` may be called from any thread with `parameter`.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn CreateTimerQueueTimer(
    timer: *mut Handle,
    queue: Handle,
    callback: Option<WaitOrTimer>,
    parameter: *mut c_void,
    due: u32,
    period: u32,
    flags: u32,
) -> Bool {
    fence_bool(|| {
        not_null(timer)?;
        let callback = callback.ok_or(ERROR_INVALID_PARAMETER)?;
        let group = match queue.is_null() {
            true => Arc::clone(&DEFAULT_QUEUE.get_or_init(Arc::default)),
            false => object_as::<CleanupGroup>(queue)?,
        };
        let environment = Environment {
            group: Some(group),
            ..Environment::default()
        };
        let callback = Callback::WaitOrTimer(callback);
        let member = Member::new(callback, parameter as usize, environment)?;
        let own = member.open()?;
        // SAFETY: valid by the contract of this function; before the first callback, which may use it.
        unsafe { put(timer, own) };
        let period = milliseconds(period).filter(|_| flags & WT_EXECUTEONLYONCE == 0);
        let set = member.set_timer(deadline(due), period);
        set.map(drop).inspect_err(|_| member.close())
    })
}

/// ChangeTimerQueueTimer: gives a timer a new due time and period.
#[unsafe(no_mangle)]
pub extern "system" fn ChangeTimerQueueTimer(
    _queue: Handle,
    timer: Handle,
    due: u32,
    period: u32,
) -> Bool {
    fence_bool(|| {
        let member = object_as::<Member>(timer)?;
        member
            .set_timer(deadline(due), milliseconds(period))
            .map(drop)
    })
}

/// DeleteTimerQueueTimer: cancels a timer and deletes it. With INVALID_HANDLE_VALUE the call waits for callbacks that
/// run; with an event that is set when they have ended, or with NULL, it is FALSE with 997 (ERROR_IO_PENDING) while
/// one runs. FALSE with 6 for another handle, and the timer stays.
#[unsafe(no_mangle)]
pub extern "system" fn DeleteTimerQueueTimer(_queue: Handle, timer: Handle, done: Handle) -> Bool {
    fence_bool(|| end_member(timer, done))
}

/// DeleteTimerQueueEx: works like DeleteTimerQueueTimer, for all timers of a queue and the queue itself.
#[unsafe(no_mangle)]
pub extern "system" fn DeleteTimerQueueEx(queue: Handle, done: Handle) -> Bool {
    fence_bool(|| {
        let group = object_as::<CleanupGroup>(queue)?;
        let done = EndNotice::of(done)?;
        if let EndNotice::Nobody = done {
            group.release_members();
        }
        let ended = done.wait(
            || {},
            move || group.close_members(true, std::ptr::null_mut()),
        );
        if ended != Err(ERROR_NOT_ENOUGH_MEMORY) {
            handle::remove(queue);
        }
        ended
    })
}

/// DeleteTimerQueue: works like [`DeleteTimerQueueEx`] without an event.
#[unsafe(no_mangle)]
pub extern "system" fn DeleteTimerQueue(queue: Handle) -> Bool {
    DeleteTimerQueueEx(queue, std::ptr::null_mut())
}

/// RegisterWaitForSingleObject: calls `callback` with `context` on a thread of the pool, and FALSE
/// when the object is signalled, TRUE after `milliseconds`; again and again unless the flags have
/// WT_EXECUTEONLYONCE (8). The next wait begins when the callback returns.
///
/// Differs: Other flags change nothing.
///
/// # Safety
/// `wait` is valid for a write; `callback` may be called from any thread with `context`.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn RegisterWaitForSingleObject(
    wait: *mut Handle,
    waited_for: Handle,
    callback: Option<WaitOrTimer>,
    context: *mut c_void,
    milliseconds: u32,
    flags: u32,
) -> Bool {
    fence_bool(|| {
        not_null(wait)?;
        let callback = callback.ok_or(ERROR_INVALID_PARAMETER)?;
        let waited_for: Arc<dyn Object> = object(waited_for)?;
        let environment = Environment::default();
        let member = Member::new(
            Callback::WaitOrTimer(callback),
            context as usize,
            environment,
        )?;
        let own = member.open()?;
        // SAFETY: valid by the contract of this function; before the first callback, which may use it.
        unsafe { put(wait, own) };
        let timeout = match milliseconds {
            INFINITE => None,
            finite => Some(Duration::from_millis(u64::from(finite))),
        };
        let set = if flags & WT_EXECUTEONLYONCE != 0 {
            let deadline = timeout.and_then(|timeout| source::now().checked_add(timeout));
            member.set_wait(waited_for, deadline).map(drop)
        } else {
            member.wait_repeatedly(waited_for, timeout)
        };
        set.inspect_err(|_| member.close())
    })
}

/// UnregisterWait: works like [`UnregisterWaitEx`] without an event.
#[unsafe(no_mangle)]
pub extern "system" fn UnregisterWait(wait: Handle) -> Bool {
    UnregisterWaitEx(wait, std::ptr::null_mut())
}

/// UnregisterWaitEx: ends a wait; `done` works as in [`DeleteTimerQueueTimer`].
#[unsafe(no_mangle)]
pub extern "system" fn UnregisterWaitEx(wait: Handle, done: Handle) -> Bool {
    fence_bool(|| end_member(wait, done))
}

fn end_member(own: Handle, done: Handle) -> Result<(), Code> {
    let member = object_as::<Member>(own)?;
    let done = EndNotice::of(done)?;
    if matches!(done, EndNotice::Nobody) {
        member.close();
        return match member.calls().is_busy() {
            true => Err(ERROR_IO_PENDING),
            false => Ok(()),
        };
    }
    let waited = member.clone();
    done.wait(|| member.close(), move || _ = waited.wait(true))
}

/// Who is told when callbacks have ended.
enum EndNotice {
    /// The calling thread, which waits.
    Caller,
    Event(Arc<Event>),
    Nobody,
}

impl EndNotice {
    /// What the last argument of the calls says.
    fn of(done: Handle) -> Result<EndNotice, Code> {
        match done {
            INVALID_HANDLE_VALUE => Ok(EndNotice::Caller),
            done if done.is_null() => Ok(EndNotice::Nobody),
            done => Ok(EndNotice::Event(object_as(done)?)),
        }
    }

    /// Waits here, or lets a thread wait and set the event: `end` runs once it is there, so that nothing
    /// has happened where there is none.
    fn wait(self, end: impl FnOnce(), wait: impl FnOnce() + Send + 'static) -> Result<(), Code> {
        match self {
            EndNotice::Caller => {
                end();
                wait();
                return Ok(());
            }
            EndNotice::Event(event) => {
                let (ended, told) = word();
                let waiting = httpsys_socket::spawn("httpsys-tp-end", move || {
                    // If not, the caller has gone without having ended anything.
                    if told.wait(None) {
                        wait();
                        event.set();
                    }
                });
                waiting.map_err(|_| ERROR_NOT_ENOUGH_MEMORY)?;
                end();
                ended.give();
            }
            EndNotice::Nobody => end(),
        }
        Err(ERROR_IO_PENDING)
    }
}
