//! Simulations that end while threads are in functions of Windows, which nothing can unwind.

use std::ffi::c_void;
use std::ptr::null;

use httpsys_sim::{FailureKind, try_seed};
use httpsys_win32::api::events::SetEvent;
use httpsys_win32::api::locks::{AcquireSRWLockExclusive, ReleaseSRWLockExclusive};
use httpsys_win32::api::threadpool_work::TrySubmitThreadpoolCallback;
use httpsys_win32::api::threads::Sleep;
use httpsys_win32::api::waits::WaitForSingleObject;
use httpsys_win32::last_error;
use httpsys_win32::sync::locks::SrwLock;

use super::{INFINITE, Owned, SEEDS, event, given, start};

static LOCK: SrwLock = SrwLock::new();

unsafe extern "system" fn waits_for_ever(event: *mut c_void) -> u32 {
    // SAFETY: an `Owned` that lives until this thread has looked.
    let event = unsafe { given::<Owned>(event) }.0;
    WaitForSingleObject(event, INFINITE);
    unreachable!("nobody sets the event");
}

unsafe extern "system" fn sleeps_for_ever(_nothing: *mut c_void) -> u32 {
    Sleep(INFINITE);
    unreachable!("nothing ends this");
}

unsafe extern "system" fn locks_for_ever(_nothing: *mut c_void) -> u32 {
    // SAFETY: a live value.
    unsafe { AcquireSRWLockExclusive(&LOCK) };
    unreachable!("nobody lets it go");
}

#[test]
fn threads_that_are_left_in_a_call_stand_still_there() {
    for seed in 1..=10 {
        let finished = try_seed(seed, |_| {
            let event = event(false);
            // SAFETY: a live value.
            unsafe { AcquireSRWLockExclusive(&LOCK) };
            let _threads =
                [waits_for_ever, sleeps_for_ever, locks_for_ever].map(|body| start(body, &event));
            Sleep(1000);
            std::mem::forget(event);
        });
        let finished = finished.unwrap_or_else(|failure| panic!("{failure}"));
        // The one that sleeps for ever was none of the simulation any more.
        assert_eq!(finished.left, ["CreateThread"; 2]);
        // SAFETY: a live value, which the main thread has.
        unsafe { ReleaseSRWLockExclusive(&LOCK) };
    }
}

unsafe extern "system" fn work(_instance: *mut c_void, event: *mut c_void) {
    // SAFETY: an `Owned` that lives until this has run.
    SetEvent(unsafe { given::<Owned>(event) }.0);
}

#[test]
fn threads_of_the_pool_do_not_hide_a_deadlock() {
    for seed in 1..=SEEDS {
        let failure = try_seed(seed, |_| {
            let event = event(false);
            let argument = std::ptr::from_ref(&event).cast_mut().cast();
            // SAFETY: `event` lives until the callback has run.
            let queued = unsafe { TrySubmitThreadpoolCallback(Some(work), argument, null()) };
            assert_ne!(queued, 0);
            assert_eq!(WaitForSingleObject(event.0, INFINITE), 0);
            assert_eq!(WaitForSingleObject(event.0, INFINITE), u32::MAX);
        });
        assert_eq!(failure.unwrap_err().kind, FailureKind::Deadlock);
    }
}

#[test]
fn a_wait_for_what_never_comes_is_a_deadlock_with_its_seed() {
    for seed in 1..=SEEDS {
        let failure = try_seed(seed, |_| {
            let event = event(false);
            assert_eq!(WaitForSingleObject(event.0, INFINITE), u32::MAX);
            assert_eq!(last_error::get(), 1359);
            // The test may go on to its end.
            assert_eq!(WaitForSingleObject(event.0, 1000), u32::MAX);
        });
        let failure = failure.unwrap_err();
        assert_eq!(failure.kind, FailureKind::Deadlock, "{failure}");
        assert_eq!(failure.seed, seed);
    }
}
