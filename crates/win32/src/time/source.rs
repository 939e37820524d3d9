//! Where this crate reads clocks, sleeps, gives its turn away and starts threads of the program.
//!
//! Owns: that there is one such place. Does not own: the clocks and the scheduler. They are the system's, and
//! with the feature `sim` those of the simulated world that the thread belongs to. Parking is in
//! [`crate::sync::park`], locks and threads of ours come from httpsys-socket. Threading: any thread.
//!
//! What stays real in a world, because it is outside the process or the program's own:
//! - sockets of Winsock (`net/`): a thread that waits for them stops its world meanwhile; their time-outs
//!   count real time, and overlapped calls on them are completed by a thread of no world;
//! - console signals (`console/`): handlers run on threads of no world, after signals that come when they come;
//! - reading, writing and mapping files (`io/file/`): done in no time of the world. Overlapped transfers are
//!   done by threads of the world, and are simulated like any other hand-over;
//! - times of files, the time that a process or thread has used, identifiers and random numbers;
//! - what a program does without this library: its own locks, threads, clocks and sockets.

use std::time::Duration;
#[cfg(not(feature = "sim"))]
use std::time::Instant;

#[cfg(feature = "sim")]
use httpsys_socket::world;

/// The moment from which deadlines are counted.
#[cfg(not(feature = "sim"))]
#[inline]
pub(crate) fn now() -> Instant {
    Instant::now()
}

/// The system time, since 1970; zero before.
#[cfg(not(feature = "sim"))]
#[inline]
pub(crate) fn unix_now() -> Duration {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.unwrap_or_default()
}

/// Lets other threads run.
#[cfg(not(feature = "sim"))]
#[inline]
pub(crate) fn yield_now() {
    std::thread::yield_now();
}

#[cfg(feature = "sim")]
pub(crate) use httpsys_socket::world::{now, unix_now, yield_now};

/// Whether time and threads are those of a simulated world.
#[inline]
pub(crate) fn is_simulated() -> bool {
    #[cfg(feature = "sim")]
    return world::current().is_some();
    #[cfg(not(feature = "sim"))]
    false
}

/// The age of the simulated world, which is that of its system and its process.
#[cfg(not(windows))]
#[inline]
pub(crate) fn age() -> Option<Duration> {
    #[cfg(feature = "sim")]
    return world::current().map(|world| world.now());
    #[cfg(not(feature = "sim"))]
    None
}

/// Suspends this thread for so long.
pub(crate) fn sleep(time: Duration) {
    let _waits = httpsys_socket::Absence::begin();
    #[cfg(feature = "sim")]
    if world::current().is_some() {
        return world::sleep(time);
    }
    really_sleep(time);
}

#[cfg(windows)]
fn really_sleep(time: Duration) {
    std::thread::sleep(time);
}

/// Each piece ends at the latest with the whole: a sleep that goes on for what was left when a signal came
/// gets longer with each of them, and under a storm of signals has no end.
#[cfg(not(windows))]
fn really_sleep(time: Duration) {
    let end = now().checked_add(time);
    loop {
        let left = end.map_or(FOREVER, |end| end.saturating_duration_since(now()));
        if left.is_zero() {
            return;
        }
        let wanted = libc::timespec {
            tv_sec: left.as_secs() as libc::time_t,
            tv_nsec: left.subsec_nanos().into(),
        };
        // SAFETY: the call reads a timespec from a valid place. It may end early, by a signal.
        unsafe { libc::nanosleep(&wanted, std::ptr::null_mut()) };
    }
}

/// One piece of a sleep whose end is out of reach.
#[cfg(not(windows))]
const FOREVER: Duration = Duration::from_secs(1 << 24);

/// This thread does nothing any more.
pub(crate) fn stand_still() -> ! {
    #[cfg(feature = "sim")]
    world::stand_still();
    #[cfg(not(feature = "sim"))]
    loop {
        std::thread::park();
    }
}

/// Starts a thread of the program. It takes the signals that its starter takes, which threads of ours do not.
pub(crate) fn start_thread(
    stack_bytes: Option<usize>,
    body: impl FnOnce() + Send + 'static,
) -> std::io::Result<()> {
    #[cfg(feature = "sim")]
    if is_simulated() {
        // Its stack is as large as the system makes them.
        return httpsys_socket::spawn("CreateThread", body).map(drop);
    }
    let builder = std::thread::Builder::new();
    let builder = match stack_bytes {
        Some(bytes) => builder.stack_size(bytes),
        None => builder,
    };
    builder.spawn(body).map(drop)
}

/// Runs what waits for something outside a simulated world, such as the start of a thread that does.
#[cfg(not(windows))]
pub(crate) fn outside<T>(body: impl FnOnce() -> T) -> T {
    #[cfg(feature = "sim")]
    return world::outside(body);
    #[cfg(not(feature = "sim"))]
    body()
}
