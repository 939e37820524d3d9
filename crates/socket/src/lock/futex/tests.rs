//! The locks under threads that want them at the same time.

use std::sync::Arc;
use std::thread;

use super::*;
#[cfg(feature = "sim")]
use crate::lock::{Condvar, Mutex, MutexGuard, RwLock};

const THREADS: usize = 4;
const ROUNDS: usize = 20_000;

#[test]
fn one_thread_at_a_time_holds_a_mutex_however_it_is_taken_and_let_go() {
    let count = Mutex::new(0usize);
    thread::scope(|scope| {
        for number in 0..THREADS {
            let count = &count;
            scope.spawn(move || {
                let mut done = 0;
                while done < ROUNDS {
                    let guard = match number {
                        0 => count.try_lock(),
                        1 => count.try_lock_for(Duration::from_micros(20)),
                        _ => Some(count.lock()),
                    };
                    let Some(mut guard) = guard else { continue };
                    *guard += 1;
                    done += 1;
                    match done % 4 {
                        0 => MutexGuard::unlock_fair(guard),
                        1 => MutexGuard::bump(&mut guard),
                        _ => drop(guard),
                    }
                }
            });
        }
    });
    assert!(!count.is_locked());
    assert_eq!(count.into_inner(), THREADS * ROUNDS);
}

#[test]
fn a_mutex_that_is_let_go_fairly_goes_to_the_thread_that_waits() {
    let lock = Mutex::new(());
    for _ in 0..200 {
        let guard = lock.lock();
        thread::scope(|scope| {
            let waits = scope.spawn(|| lock.try_lock_for(Duration::from_secs(60)).is_some());
            // SAFETY: only looked at.
            while unsafe { lock.raw() }.waiting() == 0 {
                thread::yield_now();
            }
            MutexGuard::unlock_fair(guard);
            assert!(waits.join().unwrap());
        });
    }
}

#[test]
fn a_time_out_leaves_the_mutex_to_others() {
    let lock = Mutex::new(());
    let guard = lock.lock();
    thread::scope(|scope| {
        let waits = scope.spawn(|| lock.try_lock_for(Duration::from_millis(2)).is_some());
        assert!(!waits.join().unwrap());
    });
    MutexGuard::unlock_fair(guard);
    assert!(lock.try_lock().is_some());
}

#[test]
fn writers_are_alone_and_readers_are_not() {
    let pair = RwLock::new((0usize, 0usize));
    thread::scope(|scope| {
        for number in 0..THREADS {
            let pair = &pair;
            scope.spawn(move || {
                for _ in 0..ROUNDS {
                    if number % 2 == 0 {
                        let mut pair = pair.write();
                        pair.0 += 1;
                        pair.1 += 1;
                    } else {
                        let pair = pair.read();
                        assert_eq!(pair.0, pair.1);
                    }
                }
            });
        }
    });
    let first = pair.read();
    assert!(pair.try_read().is_some() && pair.try_write().is_none());
    assert_eq!(first.0, THREADS / 2 * ROUNDS);
}

#[test]
fn no_notification_is_lost() {
    let shared = Arc::new((Mutex::new(0usize), Condvar::new(), Condvar::new()));
    let taker = {
        let shared = Arc::clone(&shared);
        thread::spawn(move || {
            let (items, more, less) = &*shared;
            for _ in 0..ROUNDS {
                let mut items = items.lock();
                while *items == 0 {
                    more.wait(&mut items);
                }
                *items -= 1;
                drop(items);
                less.notify_all();
            }
        })
    };
    let (items, more, less) = &*shared;
    for _ in 0..ROUNDS {
        let mut items = items.lock();
        while *items > 0 {
            less.wait(&mut items);
        }
        *items += 1;
        drop(items);
        more.notify_one();
    }
    taker.join().unwrap();
}

#[test]
fn a_wait_with_a_deadline_ends() {
    let (lock, condvar) = (Mutex::new(()), Condvar::new());
    let mut guard = lock.lock();
    let until = Instant::now() + Duration::from_millis(2);
    while !condvar.wait_until(&mut guard, until).timed_out() {}
    assert!(Instant::now() >= until);
    while !condvar
        .wait_for(&mut guard, Duration::from_millis(1))
        .timed_out()
    {}
}
