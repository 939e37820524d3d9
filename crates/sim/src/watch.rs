//! Looks after simulations whose running thread does not come back.
//!
//! Owns: one thread for all simulations of the process, in real time. Does not own: what is done then
//! (`Scheduler::rescue`).

use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, Mutex, MutexGuard, Once, PoisonError, Weak};
use std::time::{Duration, Instant};

use httpsys_socket::world;

use crate::scheduler::Scheduler;

/// How often the watch looks.
const EVERY: Duration = Duration::from_millis(50);
/// A thread that is not back so many times the limit after the simulation has failed never comes back.
const LAST_RESORT: u32 = 4;

struct Watched {
    scheduler: Weak<Scheduler>,
    limit: Duration,
    progress: u64,
    since: Instant,
    rescued: bool,
}

static WATCHED: Mutex<Vec<Watched>> = Mutex::new(Vec::new());

fn watched() -> MutexGuard<'static, Vec<Watched>> {
    WATCHED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Watches a simulation until it is gone: so long a real time may pass between two calls.
pub(crate) fn watch(scheduler: &Arc<Scheduler>, limit: Duration) {
    static STARTED: Once = Once::new();
    let scheduler = Arc::downgrade(scheduler);
    let mut all = watched();
    all.retain(|watched| !watched.scheduler.ptr_eq(&scheduler));
    all.push(Watched {
        scheduler,
        limit,
        progress: 0,
        since: Instant::now(),
        rescued: false,
    });
    drop(all);
    // Without a thread nothing is watched.
    STARTED.call_once(|| {
        drop(world::outside(|| {
            httpsys_socket::spawn("httpsys-watch", look)
        }))
    });
}

/// Watches it no more.
pub(crate) fn forget(scheduler: &Arc<Scheduler>) {
    let scheduler = Arc::downgrade(scheduler);
    watched().retain(|watched| !watched.scheduler.ptr_eq(&scheduler));
}

fn look() {
    loop {
        std::thread::sleep(EVERY);
        let mut late = Vec::new();
        let mut all = watched();
        all.retain_mut(|watched| {
            let Some(scheduler) = watched.scheduler.upgrade() else {
                return false;
            };
            let progress = scheduler.progress.load(Relaxed);
            if progress != watched.progress {
                watched.progress = progress;
                watched.since = Instant::now();
            } else if watched.rescued && watched.since.elapsed() >= watched.limit * LAST_RESORT {
                eprintln!("httpsys-sim: no thread of a failed simulation comes back");
                std::process::abort();
            } else if !watched.rescued && watched.since.elapsed() >= watched.limit {
                late.push(scheduler);
            }
            true
        });
        drop(all);
        for scheduler in late {
            rescue(&scheduler);
        }
    }
}

fn rescue(scheduler: &Arc<Scheduler>) {
    let Some(failure) = scheduler.rescue() else {
        return;
    };
    eprintln!("httpsys-sim: {failure}");
    for watched in watched().iter_mut() {
        if watched.scheduler.as_ptr() == Arc::as_ptr(scheduler) {
            watched.rescued = true;
            watched.since = Instant::now();
        }
    }
}
