//! Threads that borrow, in virtual time.

use std::time::Duration;

use httpsys_sim::{FailureKind, Sim, scope, sleep, try_seed};
use httpsys_socket::lock::{Condvar, Mutex};

const SEEDS: u64 = 200;

fn hands_over(sim: &Sim) {
    let (place, filled) = &(Mutex::new(None), Condvar::new());
    let before = sim.now();
    let total = scope(|scope| {
        let taker = scope.spawn(|| {
            let mut value = place.lock();
            while value.is_none() {
                filled.wait(&mut value);
            }
            value.unwrap_or(0)
        });
        // A thread may start another one.
        scope.spawn(move || {
            sleep(Duration::from_secs(60));
            scope.spawn(|| {
                *place.lock() = Some(7);
                filled.notify_all();
            });
        });
        assert!(!taker.is_finished());
        taker.join().expect("a value")
    });
    assert_eq!(total, 7);
    assert!(sim.now() >= before + Duration::from_secs(60));
}

#[test]
fn threads_of_a_scope_borrow_and_take_virtual_time() {
    for seed in 1..=SEEDS {
        let run = || try_seed(seed, hands_over).unwrap_or_else(|failure| panic!("{failure}"));
        assert_eq!(run().trace.digest(), run().trace.digest(), "seed {seed}");
    }
}

#[test]
fn a_scope_ends_after_its_threads() {
    for seed in 1..=SEEDS {
        let finished = try_seed(seed, |sim| {
            let ended = Mutex::new(0);
            scope(|scope| {
                for number in 0..4 {
                    let ended = &ended;
                    scope.spawn(move || {
                        sleep(Duration::from_secs(number));
                        *ended.lock() += 1;
                    });
                }
            });
            assert_eq!(*ended.lock(), 4);
            assert_eq!(sim.now(), Duration::from_secs(3));
        });
        finished.unwrap_or_else(|failure| panic!("{failure}"));
    }
}

#[test]
fn a_panic_in_a_scope_is_that_of_its_thread() {
    let sim = Sim::seeded(1);
    let joined = scope(|scope| scope.spawn(|| panic!("on purpose")).join());
    assert_eq!(
        joined.unwrap_err().downcast_ref::<&str>(),
        Some(&"on purpose")
    );
    sim.finish();
}

#[test]
fn a_deadlock_in_a_scope_is_reported_and_leaves_no_thread() {
    for seed in 1..=20 {
        let failure = try_seed(seed, |_| {
            let (lock, never) = (Mutex::new(()), Condvar::new());
            scope(|scope| {
                for _ in 0..3 {
                    scope.spawn(|| never.wait(&mut lock.lock()));
                }
            });
        });
        assert_eq!(failure.unwrap_err().kind, FailureKind::Deadlock);
    }
}

#[test]
fn a_failed_assertion_beside_threads_that_wait_ends_the_test() {
    let failure = try_seed(1, |_| {
        let (lock, never) = (Mutex::new(()), Condvar::new());
        scope(|scope| {
            scope.spawn(|| never.wait(&mut lock.lock()));
            sleep(Duration::from_secs(1));
            panic!("on purpose");
        });
    });
    failure.unwrap_err();
}
