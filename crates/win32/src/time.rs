//! Time as Win32 calls count it: milliseconds and 100-nanosecond intervals.
//!
//! Owns the conversions of time-outs to deadlines and between FILETIMEs and the system's times, the clocks
//! and Sleep; dates are in [`civil`], time zones in [`zone`], dates as text in [`picture`]. Does not own
//! waiting for objects. Invariant: tick counts do not go back. Threading: any thread.

#[cfg(not(windows))]
pub mod civil;
#[cfg(not(windows))]
pub mod picture;
pub(crate) mod source;
#[cfg(not(windows))]
pub mod zone;

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// INFINITE: a time-out that never passes.
pub const INFINITE: u32 = u32::MAX;

/// The deadline of a time-out in milliseconds from now; `None` for INFINITE.
pub fn deadline(milliseconds: u32) -> Option<Instant> {
    if milliseconds == INFINITE {
        return None;
    }
    source::now().checked_add(Duration::from_millis(u64::from(milliseconds)))
}

/// 100-nanosecond intervals from 1601-01-01 to 1970-01-01, both UTC (documented: File Times).
const UNIX_EPOCH_INTERVALS: i64 = 116_444_736_000_000_000;

/// The system time as FILETIME counts it: 100-nanosecond intervals since 1601-01-01 UTC.
pub fn file_time() -> i64 {
    UNIX_EPOCH_INTERVALS.saturating_add(intervals(source::unix_now()))
}

/// The FILETIME of seconds and nanoseconds since 1970, as files have them.
pub fn from_unix(seconds: i64, nanoseconds: i64) -> i64 {
    seconds
        .saturating_mul(10_000_000)
        .saturating_add(nanoseconds / 100)
        .saturating_add(UNIX_EPOCH_INTERVALS)
}

/// The FILETIME of a time of the system.
pub fn from_system(time: SystemTime) -> i64 {
    match time.duration_since(UNIX_EPOCH) {
        Ok(after) => UNIX_EPOCH_INTERVALS.saturating_add(intervals(after)),
        Err(before) => UNIX_EPOCH_INTERVALS.saturating_sub(intervals(before.duration())),
    }
}

fn intervals(time: Duration) -> i64 {
    i64::try_from(time.as_nanos() / 100).unwrap_or(i64::MAX)
}

/// The system's time of a FILETIME; `None` when it is out of range.
pub fn to_system(interval: i64) -> Option<SystemTime> {
    let since = interval.checked_sub(UNIX_EPOCH_INTERVALS)?;
    let seconds = Duration::from_secs(since.unsigned_abs() / 10_000_000);
    let rest = Duration::from_nanos(since.unsigned_abs() % 10_000_000 * 100);
    match since >= 0 {
        true => UNIX_EPOCH.checked_add(seconds + rest),
        false => UNIX_EPOCH.checked_sub(seconds + rest),
    }
}

/// The moment of a due time: a negative number of 100-nanosecond intervals from now, or a system time
/// (documented: SetThreadpoolTimer, SetWaitableTimer). `None` when it is out of reach.
pub fn due_time(due: i64) -> Option<Instant> {
    let intervals = match due {
        ..0 => due.unsigned_abs(),
        _ => due.saturating_sub(file_time()).max(0).unsigned_abs(),
    };
    let whole = Duration::from_secs(intervals / 10_000_000);
    let rest = Duration::from_nanos(intervals % 10_000_000 * 100);
    source::now().checked_add(whole + rest)
}

/// Milliseconds since the system started (documented: GetTickCount64), not counting the time that
/// it slept.
#[cfg(not(windows))]
pub fn tick_count() -> u64 {
    nanoseconds(AWAKE) / 1_000_000
}

/// The clock that stops while the system sleeps, and the one that does not.
#[cfg(target_vendor = "apple")]
const AWAKE: libc::clockid_t = libc::CLOCK_UPTIME_RAW;
#[cfg(target_vendor = "apple")]
const ALWAYS: libc::clockid_t = libc::CLOCK_MONOTONIC_RAW;
#[cfg(target_os = "linux")]
const AWAKE: libc::clockid_t = libc::CLOCK_MONOTONIC;
#[cfg(target_os = "linux")]
const ALWAYS: libc::clockid_t = libc::CLOCK_BOOTTIME;
#[cfg(not(any(windows, target_os = "linux", target_vendor = "apple")))]
const AWAKE: libc::clockid_t = libc::CLOCK_MONOTONIC;
#[cfg(not(any(windows, target_os = "linux", target_vendor = "apple")))]
const ALWAYS: libc::clockid_t = libc::CLOCK_MONOTONIC;

/// 100-nanosecond intervals since the system started, with the time that it slept
/// (documented: QueryInterruptTime), or without (QueryUnbiasedInterruptTime).
#[cfg(not(windows))]
pub fn interrupt_time(with_sleep: bool) -> u64 {
    nanoseconds(if with_sleep { ALWAYS } else { AWAKE }) / 100
}

#[cfg(not(windows))]
fn nanoseconds(clock: libc::clockid_t) -> u64 {
    if let Some(age) = source::age() {
        return u64::try_from(age.as_nanos()).unwrap_or(u64::MAX);
    }
    let mut now = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // SAFETY: the call writes one timespec to a valid place.
    if unsafe { libc::clock_gettime(clock, &mut now) } != 0 {
        return 0;
    }
    (now.tv_sec as u64)
        .wrapping_mul(1_000_000_000)
        .wrapping_add(now.tv_nsec as u64)
}

/// Sleep: suspends this thread; 0 gives up the rest of its time slice.
pub fn sleep(milliseconds: u32) {
    match milliseconds {
        0 => source::yield_now(),
        INFINITE => source::stand_still(),
        _ => source::sleep(Duration::from_millis(u64::from(milliseconds))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn infinite_has_no_deadline() {
        assert!(deadline(INFINITE).is_none());
        assert!(deadline(INFINITE - 1).is_some_and(|at| at > Instant::now()));
    }

    #[cfg(not(windows))]
    #[test]
    fn a_sleep_is_no_longer_for_signals() {
        extern "C" fn nothing(_signal: libc::c_int) {}
        let handler = nothing as extern "C" fn(libc::c_int) as libc::sighandler_t;
        // SAFETY: the handler does nothing; nobody else in the tests uses this signal, which does nothing by
        // default. The thread that it is sent to is not over before the scope ends.
        unsafe {
            libc::signal(libc::SIGURG, handler);
            let sleeper = libc::pthread_self();
            let slept = std::sync::atomic::AtomicBool::new(false);
            let begin = Instant::now();
            let late = Duration::from_secs(20);
            std::thread::scope(|scope| {
                scope.spawn(|| {
                    while !slept.load(std::sync::atomic::Ordering::SeqCst) && begin.elapsed() < late
                    {
                        libc::pthread_kill(sleeper, libc::SIGURG);
                    }
                });
                sleep(300);
                slept.store(true, std::sync::atomic::Ordering::SeqCst);
            });
            assert!(begin.elapsed() >= Duration::from_millis(300) && begin.elapsed() < late);
        }
    }

    #[cfg(not(windows))]
    #[test]
    fn ticks_grow_while_sleeping() {
        let before = tick_count();
        sleep(2);
        assert!(before > 0 && tick_count() > before);
    }
}
