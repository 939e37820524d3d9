//! That the search finds what it should: faults of known depth.

use std::panic::{AssertUnwindSafe, catch_unwind};

use httpsys_sim::{every_schedule, scope};
use httpsys_socket::lock::{Condvar, Mutex};

/// Two threads that count with a look and a change apart.
fn lose_a_count(preemptions: usize) -> Option<usize> {
    let runs = AssertUnwindSafe(|| {
        every_schedule(preemptions, 10_000, |sim| {
            let count = Mutex::new(0);
            sim.choose(true);
            scope(|scope| {
                for _ in 0..2 {
                    scope.spawn(|| {
                        let before = *count.lock();
                        *count.lock() = before + 1;
                    });
                }
            });
            sim.choose(false);
            assert_eq!(*count.lock(), 2);
        })
    });
    catch_unwind(runs).ok()
}

#[test]
fn a_lost_update_needs_one_preemption() {
    assert!(lose_a_count(0).is_some());
    assert_eq!(lose_a_count(1), None);
}

#[test]
fn a_lost_wake_is_found() {
    // The look and the wait are not under one lock.
    let found = catch_unwind(|| {
        every_schedule(2, 10_000, |sim| {
            let (flag, told) = (Mutex::new(false), Condvar::new());
            sim.choose(true);
            scope(|scope| {
                scope.spawn(|| {
                    *flag.lock() = true;
                    told.notify_one();
                });
                if !*flag.lock() {
                    let mut flag = flag.lock();
                    told.wait(&mut flag);
                }
            });
        })
    });
    let panic = found.expect_err("the wake is lost in one of them");
    let text = panic.downcast_ref::<String>().expect("a text");
    assert!(
        text.contains("decisions [") && text.contains("deadlock"),
        "{text}"
    );
}

#[test]
fn the_same_done_right_passes_under_every_order() {
    let runs = every_schedule(2, 10_000, |sim| {
        let (flag, told) = (Mutex::new(false), Condvar::new());
        sim.choose(true);
        scope(|scope| {
            scope.spawn(|| {
                *flag.lock() = true;
                told.notify_one();
            });
            let mut flag = flag.lock();
            while !*flag {
                told.wait(&mut flag);
            }
        });
    });
    assert!(runs > 5, "{runs}");
}
