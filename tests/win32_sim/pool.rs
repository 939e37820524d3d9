//! Callbacks of the thread pool: work, timers, waits, timer queues.

use std::ffi::c_void;
use std::ptr::{null, null_mut};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};

use httpsys_win32::Handle;
use httpsys_win32::api::events::SetEvent;
use httpsys_win32::api::threadpool_work::{
    CloseThreadpoolTimer, CloseThreadpoolWork, CreateThreadpoolTimer, CreateThreadpoolWork,
    SetThreadpoolTimer, SubmitThreadpoolWork, WaitForThreadpoolTimerCallbacks,
    WaitForThreadpoolWorkCallbacks,
};
use httpsys_win32::api::threads::Sleep;
use httpsys_win32::api::timers::{
    CreateTimerQueueTimer, DeleteTimerQueueTimer, RegisterWaitForSingleObject, UnregisterWaitEx,
};
use httpsys_win32::api::times::GetTickCount64;
use httpsys_win32::api::waits::WaitForSingleObject;

use super::{INFINITE, Owned, each_seed, event, given, taken};

struct Calls {
    done: Owned,
    /// When each came.
    at: Mutex<Vec<u64>>,
}

impl Calls {
    fn new() -> Calls {
        Calls {
            done: event(false),
            at: Mutex::default(),
        }
    }

    fn argument(&self) -> *mut c_void {
        std::ptr::from_ref(self).cast_mut().cast()
    }

    fn called(&self) {
        self.at.lock().unwrap().push(GetTickCount64());
        SetEvent(self.done.0);
    }
}

unsafe extern "system" fn due(_instance: *mut c_void, calls: *mut c_void, _timer: Handle) {
    // SAFETY: `Calls` that live until the timer is closed.
    unsafe { given::<Calls>(calls) }.called();
}

#[test]
fn a_timer_of_the_thread_pool_calls_back_after_its_time_and_each_period() {
    each_seed(|_| {
        let calls = Calls::new();
        let due_time = -1_200_000_000_i64;
        // SAFETY: `calls` lives until the callbacks are through; `due_time` is a live value.
        let timer = unsafe { CreateThreadpoolTimer(Some(due), calls.argument(), null()) };
        assert!(!timer.is_null());
        let begin = GetTickCount64();
        // SAFETY: as above.
        unsafe { SetThreadpoolTimer(timer, &due_time, 250, 0) };
        for _ in 0..3 {
            assert_eq!(WaitForSingleObject(calls.done.0, INFINITE), 0);
        }
        // SAFETY: NULL: never again.
        unsafe { SetThreadpoolTimer(timer, null(), 0, 0) };
        WaitForThreadpoolTimerCallbacks(timer, 1);
        CloseThreadpoolTimer(timer);
        let at = calls.at.lock().unwrap();
        let expected = [120_000, 120_250, 120_500].map(|after| begin + after);
        assert_eq!(*at, expected);
    });
}

unsafe extern "system" fn work(_instance: *mut c_void, count: *mut c_void, _work: Handle) {
    Sleep(1000);
    // SAFETY: a number that lives until the work is closed.
    unsafe { given::<AtomicU32>(count) }.fetch_add(1, Ordering::SeqCst);
}

#[test]
fn work_is_done_side_by_side() {
    each_seed(|_| {
        let count = AtomicU32::new(0);
        let argument = std::ptr::from_ref(&count).cast_mut().cast();
        // SAFETY: `count` lives until the callbacks are through.
        let work = unsafe { CreateThreadpoolWork(Some(work), argument, null()) };
        let taken = taken(|| {
            (0..8).for_each(|_| SubmitThreadpoolWork(work));
            WaitForThreadpoolWorkCallbacks(work, 0);
        });
        CloseThreadpoolWork(work);
        assert_eq!(count.load(Ordering::SeqCst), 8);
        // Four threads at once, and more when the queue does not move.
        assert!((1000..2000).contains(&taken), "{taken}");
    });
}

unsafe extern "system" fn fired(calls: *mut c_void, _timed_out: u8) {
    // SAFETY: `Calls` that live until timer or wait have ended.
    unsafe { given::<Calls>(calls) }.called();
}

#[test]
fn a_timer_queue_and_a_registered_wait_call_back_in_their_time() {
    each_seed(|_| {
        let (calls, never) = (Calls::new(), event(false));
        let begin = GetTickCount64();
        let (mut timer, mut wait) = (null_mut(), null_mut());
        let argument = calls.argument();
        // SAFETY: live values; `calls` lives until both have ended.
        unsafe {
            let fired = Some(fired as unsafe extern "system" fn(*mut c_void, u8));
            let made = CreateTimerQueueTimer(&mut timer, null_mut(), fired, argument, 90_000, 0, 0);
            assert_ne!(made, 0);
            let made = RegisterWaitForSingleObject(&mut wait, never.0, fired, argument, 60_000, 8);
            assert_ne!(made, 0);
        }
        for _ in 0..2 {
            assert_eq!(WaitForSingleObject(calls.done.0, INFINITE), 0);
        }
        let all = usize::MAX as Handle;
        DeleteTimerQueueTimer(null_mut(), timer, all);
        UnregisterWaitEx(wait, all);
        let at = calls.at.lock().unwrap();
        assert_eq!(*at, [begin + 60_000, begin + 90_000]);
    });
}
