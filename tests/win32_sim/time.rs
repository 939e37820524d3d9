//! Clocks, sleeping and waitable timers.

use std::ptr::null_mut;

use httpsys_win32::api::threads::{Sleep, SleepEx};
use httpsys_win32::api::timers::{CreateWaitableTimerW, SetWaitableTimer};
use httpsys_win32::api::times::{
    GetSystemTimeAsFileTime, GetTickCount, GetTickCount64, QueryPerformanceCounter,
};
use httpsys_win32::api::waits::WaitForSingleObject;
use httpsys_win32::time::civil::FILETIME;

use super::{INFINITE, Owned, each_seed, taken};

fn file_time() -> u64 {
    let mut time = FILETIME::new(0);
    // SAFETY: a live value.
    unsafe { GetSystemTimeAsFileTime(&mut time) };
    time.intervals()
}

fn counter() -> i64 {
    let mut count = 0;
    // SAFETY: a live value.
    assert_ne!(unsafe { QueryPerformanceCounter(&mut count) }, 0);
    count
}

#[test]
fn sleep_takes_exactly_its_time_by_every_clock() {
    each_seed(|sim| {
        let (ticks, time, count) = (GetTickCount(), file_time(), counter());
        assert_eq!(taken(|| Sleep(120_000)), 120_000);
        assert_eq!(GetTickCount() - ticks, 120_000);
        assert_eq!(file_time() - time, 1_200_000_000);
        assert_eq!(counter() - count, 1_200_000_000);
        assert_eq!(SleepEx(1000, 1), 0);
        assert_eq!(sim.now().as_millis(), 121_000);
        assert_eq!(GetTickCount64(), 121_000);
    });
}

fn timer() -> Owned {
    // SAFETY: no attributes and no name.
    let timer = unsafe { CreateWaitableTimerW(null_mut(), 0, null_mut()) };
    assert!(!timer.is_null());
    Owned(timer)
}

#[test]
fn a_waitable_timer_is_signalled_after_its_time_and_each_period() {
    each_seed(|_| {
        let timer = timer();
        let due = -1_200_000_000_i64;
        // SAFETY: `due` is a live value.
        let set = unsafe { SetWaitableTimer(timer.0, &due, 500, None, null_mut(), 0) };
        assert_ne!(set, 0);
        assert_eq!(
            taken(|| assert_eq!(WaitForSingleObject(timer.0, INFINITE), 0)),
            120_000
        );
        assert_eq!(
            taken(|| assert_eq!(WaitForSingleObject(timer.0, INFINITE), 0)),
            500
        );
        assert_eq!(
            taken(|| assert_eq!(WaitForSingleObject(timer.0, INFINITE), 0)),
            500
        );
    });
}

#[test]
fn a_timer_with_a_time_of_day_is_due_then() {
    each_seed(|_| {
        let timer = timer();
        let due = file_time() as i64 + 36_000_000_000;
        // SAFETY: `due` is a live value.
        let set = unsafe { SetWaitableTimer(timer.0, &due, 0, None, null_mut(), 0) };
        assert_ne!(set, 0);
        assert_eq!(
            taken(|| assert_eq!(WaitForSingleObject(timer.0, INFINITE), 0)),
            3_600_000
        );
        assert_eq!(file_time() as i64, due);
    });
}
