//! How simulations end, well and badly.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::time::Duration;

use httpsys_sim::{
    FailureKind, Sim, ThreadEvent, TimedEvents, note, sleep, try_seed, try_sim, yield_now,
};
use httpsys_socket::lock::{Condvar, Mutex};

const SECOND: Duration = Duration::from_secs(1);

/// Counts itself when it is dropped.
struct Dropped(Arc<AtomicU32>);

impl Drop for Dropped {
    fn drop(&mut self) {
        self.0.fetch_add(1, SeqCst);
    }
}

#[test]
fn a_panic_that_nobody_joins_fails_the_simulation_with_the_seed() {
    let failure = try_seed(42, |sim| {
        drop(sim.spawn("unlucky", || panic!("of its own")))
    })
    .unwrap_err();
    assert_eq!(
        failure.kind,
        FailureKind::Panicked {
            thread: "unlucky".into(),
            message: "of its own".into()
        }
    );
    assert!(failure.to_string().contains("HTTPSYS_SEED=42"), "{failure}");
    // One that is joined is the caller's.
    try_seed(42, |sim| {
        let error = sim.spawn("unlucky", || panic!("of its own")).join();
        assert_eq!(
            *error.unwrap_err().downcast::<&str>().unwrap(),
            "of its own"
        );
    })
    .unwrap();
    // The library joins for its own purposes.
    let failure = try_seed(1, |_| {
        let thread = httpsys_socket::spawn("library", || panic!("a bug")).unwrap();
        assert!(thread.join().is_err());
    });
    assert!(matches!(
        failure.unwrap_err().kind,
        FailureKind::Panicked { .. }
    ));
}

#[test]
fn finish_panics_with_the_report() {
    let sim = Sim::seeded(9);
    sim.spawn("unlucky", || panic!("of its own"));
    let panic = catch_unwind(AssertUnwindSafe(|| sim.finish())).unwrap_err();
    let text = panic.downcast::<String>().unwrap();
    assert!(
        text.starts_with("thread unlucky has panicked: of its own\nHTTPSYS_SEED=9 "),
        "{text}"
    );
}

#[test]
fn leaked_threads_are_reported_and_unwound() {
    let dropped = Arc::new(AtomicU32::new(0));
    let sim = Sim::seeded(3);
    let (lock, changed) = (Mutex::new(()), Condvar::new());
    let shared = Arc::new((lock, changed));
    for _ in 0..3 {
        let (shared, dropped) = (Arc::clone(&shared), Dropped(Arc::clone(&dropped)));
        sim.spawn("waits for ever", move || {
            let _dropped = dropped;
            let mut guard = shared.0.lock();
            loop {
                shared.1.wait(&mut guard);
            }
        });
    }
    // Something goes on happening, so this is no deadlock.
    let ticks = Dropped(Arc::clone(&dropped));
    httpsys_socket::spawn("ticks", move || {
        let _dropped = &ticks;
        loop {
            sleep(SECOND);
        }
    })
    .unwrap();
    let failure = sim.patience(60 * SECOND).try_finish().unwrap_err();
    let threads = vec!["waits for ever".to_owned(); 3];
    assert_eq!(failure.kind, FailureKind::Leaked { threads });
    assert_eq!(dropped.load(SeqCst), 4);
    assert!(shared.0.try_lock().is_some());
}

#[test]
fn threads_of_the_library_are_ended_and_named() {
    let sim = Sim::seeded(3);
    let thread = httpsys_socket::spawn("ticks", || {
        loop {
            sleep(SECOND);
        }
    })
    .unwrap();
    sim.advance(10 * SECOND);
    assert!(!thread.is_finished());
    let finished = sim.finish();
    assert_eq!(finished.left, ["ticks"]);
    assert!(thread.is_finished());
    assert!(thread.join().is_err());
}

#[test]
fn drops_of_a_thread_that_is_unwound_may_take_locks_and_wait() {
    struct Slow(Arc<(Mutex<u32>, Condvar)>);
    impl Drop for Slow {
        fn drop(&mut self) {
            let mut count = self.0.0.lock();
            *count += 1;
            self.0.1.notify_all();
            while *count < 2 {
                self.0.1.wait(&mut count);
            }
            sleep(SECOND);
        }
    }
    for seed in 0..50 {
        let shared = Arc::new((Mutex::new(0), Condvar::new()));
        let sim = Sim::seeded(seed);
        for _ in 0..2 {
            let slow = Slow(Arc::clone(&shared));
            httpsys_socket::spawn("library", move || {
                let _slow = slow;
                sleep(1000 * SECOND);
            })
            .unwrap();
        }
        sim.advance(SECOND);
        sim.finish();
        assert_eq!(*shared.0.lock(), 2);
    }
}

#[test]
fn a_thread_that_cannot_be_unwound_is_left_behind() {
    let sim = Sim::seeded(3);
    httpsys_socket::spawn("stubborn", || {
        loop {
            let _ = catch_unwind(|| sleep(SECOND));
            struct Waits;
            impl Drop for Waits {
                fn drop(&mut self) {
                    loop {
                        sleep(SECOND);
                    }
                }
            }
            let _waits = Waits;
            sleep(SECOND);
        }
    })
    .unwrap();
    sim.advance(10 * SECOND);
    sim.finish();
}

#[test]
fn a_deadlock_panics_in_the_main_thread_at_once() {
    let failure = try_seed(5, |sim| {
        let lock = Arc::new(Mutex::new(()));
        let other = Arc::clone(&lock);
        sim.spawn("forgets", move || std::mem::forget(other.lock()));
        sim.run_until(|| lock.is_locked());
        note("about to take it");
        let _guard = lock.lock();
        unreachable!();
    });
    let failure = failure.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Deadlock);
    assert!(
        failure.report.contains("noted last: about to take it"),
        "{failure}"
    );
    // A condition that never comes true is one as well.
    let failure = try_seed(5, |sim| sim.run_until(|| false)).unwrap_err();
    assert_eq!(failure.kind, FailureKind::Deadlock);
}

#[test]
fn a_loop_without_end_reaches_the_limit_of_steps() {
    let sim = Sim::seeded(1).step_limit(5_000);
    let failure = try_sim(sim, |sim| {
        sim.spawn("spins", || {
            loop {
                yield_now();
            }
        });
        sim.advance(SECOND);
        sim.run_until(|| false);
    });
    assert_eq!(failure.unwrap_err().kind, FailureKind::TooManySteps);
}

#[test]
fn time_passes_for_a_loop_that_waits_for_it() {
    each_way(|sim| {
        let until = sim.now() + SECOND;
        while sim.now() < until {
            yield_now();
        }
    });
}

#[test]
fn computing_takes_no_time() {
    each_way(|sim| {
        let lock = Arc::new(Mutex::new(0));
        let other = Arc::clone(&lock);
        let thread = sim.spawn("other", move || {
            (0..20_000).for_each(|_| *other.lock() += 1)
        });
        (0..20_000).for_each(|_| *lock.lock() += 1);
        thread.join().unwrap();
        assert_eq!(sim.now(), Duration::ZERO);
    });
}

#[test]
fn who_tries_a_lock_again_and_again_gets_it() {
    each_way(|sim| {
        let lock = Arc::new(Mutex::new(()));
        let other = Arc::clone(&lock);
        sim.spawn("holder", move || {
            let _guard = other.lock();
            sleep(SECOND);
        });
        sim.run_until(|| lock.is_locked());
        while lock.try_lock().is_none() {}
        assert!(sim.now() >= SECOND);
    });
}

fn each_way(test: impl Fn(&Sim)) {
    for seed in 0..20 {
        try_seed(seed, &test).unwrap();
    }
}

#[test]
fn a_lock_that_the_simulation_does_not_know_is_reported_not_waited_for() {
    for main_is_stuck in [true, false] {
        let limit = Some(Duration::from_millis(200));
        let sim = Sim::seeded(1).watchdog(limit);
        let failure = try_sim(sim, |sim| {
            let foreign = Arc::new(std::sync::Mutex::new(()));
            let other = Arc::clone(&foreign);
            let holder = sim.spawn("holder", move || {
                let _guard = other.lock();
                sleep(SECOND);
            });
            let locked = foreign.clone();
            sim.run_until(|| locked.try_lock().is_err());
            if main_is_stuck {
                drop(foreign.lock());
            } else {
                let other = Arc::clone(&foreign);
                sim.spawn("stuck", move || drop(other.lock()));
            }
            sim.advance(SECOND);
            let _ = holder.join();
        });
        let FailureKind::Stalled { thread, .. } = failure.unwrap_err().kind else {
            panic!()
        };
        assert_eq!(thread, if main_is_stuck { "main" } else { "stuck" });
    }
}

/// Wakes a key at a time.
struct Bell {
    at: Duration,
    key: usize,
    rung: AtomicU32,
    world: Arc<dyn httpsys_socket::world::World>,
}

impl TimedEvents for Bell {
    fn next(&self) -> Option<Duration> {
        (self.rung.load(SeqCst) == 0).then_some(self.at)
    }

    fn advance(&self, to: Duration) {
        if to >= self.at && self.rung.swap(1, SeqCst) == 0 {
            self.world.wake(self.key, true);
        }
    }
}

#[test]
fn an_event_wakes_before_a_deadline_of_the_same_time() {
    each_way(|sim| {
        let world = sim.world();
        let key = 0xbe11;
        sim.add_events(Arc::new(Bell {
            at: 7 * SECOND,
            key,
            rung: AtomicU32::new(0),
            world: Arc::clone(&world),
        }));
        let other = sim.spawn("other", move || sleep(3 * SECOND));
        assert!(world.wait(key, Some(7 * SECOND)));
        assert_eq!(sim.now(), 7 * SECOND);
        assert!(!world.wait(key, Some(8 * SECOND)));
        other.join().unwrap();
    });
}

#[test]
fn what_is_noted_is_in_the_trace() {
    let sim = Sim::seeded(1).record();
    sim.spawn("writer", || note("one"));
    let finished = sim.finish();
    let noted = finished
        .trace
        .entries()
        .find_map(|entry| match &entry.event {
            ThreadEvent::Note(text) => Some((entry.thread, &**text)),
            _ => None,
        });
    assert_eq!(noted, Some((1, "one")));
}
