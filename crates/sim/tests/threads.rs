//! Threads over the library's locks: results, bugs that seeds find, replays.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::time::{Duration, Instant};

use httpsys_sim::{FailureKind, Sim, each_seed, sleep, try_seed, try_seeds, try_sim};
use httpsys_socket::lock::{Condvar, Mutex, MutexGuard, RwLock};

/// A queue of at most two items.
#[derive(Default)]
struct Bounded {
    items: Mutex<VecDeque<u32>>,
    more: Condvar,
    less: Condvar,
}

impl Bounded {
    fn push(&self, item: u32) {
        let mut items = self.items.lock();
        while items.len() == 2 {
            self.less.wait(&mut items);
        }
        items.push_back(item);
        drop(items);
        self.more.notify_one();
    }

    fn pop(&self) -> u32 {
        let mut items = self.items.lock();
        let item = loop {
            match items.pop_front() {
                Some(item) => break item,
                None => self.more.wait(&mut items),
            }
        };
        drop(items);
        self.less.notify_one();
        item
    }
}

fn producers_and_consumers(sim: &Sim) {
    let queue = Arc::new(Bounded::default());
    let producers: Vec<_> = (0..2)
        .map(|number| {
            let queue = Arc::clone(&queue);
            sim.spawn("producer", move || {
                (0..5).for_each(|i| queue.push(number * 5 + i))
            })
        })
        .collect();
    let consumers: Vec<_> = (0..2)
        .map(|_| {
            let queue = Arc::clone(&queue);
            sim.spawn("consumer", move || {
                (0..5).map(|_| queue.pop()).collect::<Vec<_>>()
            })
        })
        .collect();
    producers
        .into_iter()
        .for_each(|thread| thread.join().unwrap());
    let taken = consumers
        .into_iter()
        .flat_map(|thread| thread.join().unwrap());
    let mut taken: Vec<_> = taken.collect();
    taken.sort_unstable();
    assert_eq!(taken, (0..10).collect::<Vec<_>>());
}

#[test]
fn what_producers_make_consumers_get_under_every_seed() {
    each_seed(500, producers_and_consumers);
}

#[test]
fn a_seed_replays_to_the_same_trace_and_another_one_does_not() {
    let run = |seed| {
        let sim = Sim::seeded(seed)
            .record()
            .pauses(8, Duration::from_millis(3));
        try_sim(sim, producers_and_consumers).unwrap()
    };
    let mut digests = Vec::new();
    for seed in 0..50 {
        let (one, two) = (run(seed), run(seed));
        assert_eq!(one.trace.digest(), two.trace.digest());
        assert!(one.trace.entries().eq(two.trace.entries()));
        assert_eq!((one.now, one.steps), (two.now, two.steps));
        digests.push(one.trace.digest());
    }
    digests.sort_unstable();
    digests.dedup();
    assert!(digests.len() > 45, "{} of 50 differ", digests.len());
}

#[test]
fn a_seed_gives_this_trace_on_every_platform() {
    let sim = Sim::seeded(7).pauses(8, Duration::from_millis(3));
    let finished = try_sim(sim, producers_and_consumers).unwrap();
    let digest = finished.trace.digest();
    assert_eq!(
        digest, DIGEST_OF_SEED_7,
        "{digest:#018x}\n{}",
        finished.trace
    );
}

const DIGEST_OF_SEED_7: u64 = 0xb580_f593_e1a9_2964;

#[test]
fn a_lost_wake_up_is_found_and_replayed() {
    // The flag is looked at before the lock is taken: a notification between the two is lost.
    let test = |sim: &Sim| {
        let shared = Arc::new((AtomicBool::new(false), Mutex::new(()), Condvar::new()));
        let other = Arc::clone(&shared);
        sim.spawn("notifier", move || {
            other.0.store(true, SeqCst);
            other.2.notify_one();
        });
        if !shared.0.load(SeqCst) {
            let mut guard = shared.1.lock();
            shared.2.wait(&mut guard);
        }
    };
    let failure = try_seeds(1, 1000, test).unwrap_err();
    assert_eq!(failure.kind, FailureKind::Deadlock);
    assert!(
        failure.report.contains("main             waits for #"),
        "{failure}"
    );
    let again = try_seed(failure.seed, test).unwrap_err();
    assert_eq!(again.to_string(), failure.to_string());
    assert!(
        try_seeds(1, 1000, |sim: &Sim| if sim.seed() != failure.seed {
            test(sim)
        })
        .is_err()
    );
}

#[test]
fn locks_in_the_wrong_order_are_found() {
    let test = |sim: &Sim| {
        let locks = Arc::new((Mutex::new(1), Mutex::new(2)));
        let (one, two) = (Arc::clone(&locks), locks);
        sim.spawn("forth", move || {
            let first = one.0.lock();
            *one.1.lock() += *first;
        });
        sim.spawn("back", move || {
            let second = two.1.lock();
            *two.0.lock() += *second;
        });
    };
    let failure = try_seeds(1, 1000, test).unwrap_err();
    assert_eq!(failure.kind, FailureKind::Deadlock);
    assert!(
        failure.report.contains("forth            waits for #"),
        "{failure}"
    );
    assert!(
        failure.report.contains("back             waits for #"),
        "{failure}"
    );
    assert!(
        failure
            .to_string()
            .contains(&format!("HTTPSYS_SEED={}", failure.seed))
    );
}

#[test]
fn a_reader_that_reads_again_while_a_writer_waits_is_found() {
    let test = |sim: &Sim| {
        let lock = Arc::new(RwLock::new(0));
        let other = Arc::clone(&lock);
        sim.spawn("writer", move || *other.write() += 1);
        sim.spawn("reader", move || *lock.read() + *lock.read());
    };
    assert_eq!(
        try_seeds(1, 1000, test).unwrap_err().kind,
        FailureKind::Deadlock
    );
}

#[test]
fn an_update_in_two_steps_is_found() {
    let test = |sim: &Sim| {
        let count = Arc::new(Mutex::new(0));
        let threads = [(); 2].map(|()| {
            let count = Arc::clone(&count);
            sim.spawn("adds", move || {
                let before = *count.lock();
                *count.lock() = before + 1;
            })
        });
        threads
            .into_iter()
            .for_each(|thread| thread.join().unwrap());
        assert_eq!(*count.lock(), 2);
    };
    let failure = try_seeds(1, 1000, test).unwrap_err();
    let FailureKind::Panicked { thread, message } = failure.kind else {
        panic!("{failure}")
    };
    assert_eq!(thread, "main");
    assert!(message.contains("left: 1"), "{message}");
}

#[test]
fn writers_are_alone_and_readers_are_not() {
    let together = AtomicUsize::new(0);
    each_seed(200, |sim| {
        let lock = Arc::new((RwLock::new((0, 0)), AtomicUsize::new(0)));
        let mut threads = Vec::new();
        for _ in 0..2 {
            let lock = Arc::clone(&lock);
            threads.push(sim.spawn("writer", move || {
                let mut pair = lock.0.write();
                pair.0 += 1;
                httpsys_sim::yield_now();
                pair.1 += 1;
                0
            }));
        }
        for _ in 0..3 {
            let lock = Arc::clone(&lock);
            threads.push(sim.spawn("reader", move || {
                let pair = lock.0.read();
                lock.1.fetch_add(1, SeqCst);
                httpsys_sim::yield_now();
                assert_eq!(pair.0, pair.1);
                assert!(lock.0.try_write().is_none());
                lock.1.fetch_sub(1, SeqCst)
            }));
        }
        let most = threads
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .max();
        together.fetch_max(most.unwrap(), SeqCst);
        assert_eq!(*lock.0.read(), (2, 2));
    });
    assert!(together.load(SeqCst) > 1, "readers were alone");
}

#[test]
fn a_mutex_let_go_fairly_goes_to_the_thread_that_waits() {
    each_seed(200, |sim| {
        let lock = Arc::new(Mutex::new(0));
        let guard = lock.lock();
        let other = Arc::clone(&lock);
        let waiter = sim.spawn("waiter", move || std::mem::replace(&mut *other.lock(), 1));
        sim.advance(Duration::from_millis(1));
        MutexGuard::unlock_fair(guard);
        assert_eq!(*lock.lock(), 1, "the waiter had it first");
        assert_eq!(waiter.join().unwrap(), 0);
        let mut guard = lock.lock();
        let other = Arc::clone(&lock);
        let waiter = sim.spawn("waiter", move || *other.lock() = 2);
        sim.advance(Duration::from_millis(1));
        MutexGuard::bump(&mut guard);
        assert_eq!(*guard, 2);
        drop(guard);
        waiter.join().unwrap();
    });
}

#[test]
fn a_lock_is_waited_for_in_virtual_time() {
    each_seed(20, |sim| {
        let lock = Arc::new(Mutex::new(()));
        let other = Arc::clone(&lock);
        let holder = sim.spawn("holder", move || {
            let _guard = other.lock();
            sleep(Duration::from_secs(10));
        });
        sim.run_until(|| lock.is_locked());
        assert!(lock.try_lock().is_none());
        assert!(lock.try_lock_for(Duration::from_secs(9)).is_none());
        assert_eq!(sim.now(), Duration::from_secs(9));
        assert!(
            lock.try_lock_until(httpsys_sim::now() + Duration::from_secs(2))
                .is_some()
        );
        assert_eq!(sim.now(), Duration::from_secs(10));
        holder.join().unwrap();
    });
}

#[test]
fn days_of_sleep_take_no_time() {
    let begun = Instant::now();
    let sim = Sim::seeded(1).unix_time(1_000);
    let (date, moment) = (httpsys_sim::unix_now(), httpsys_sim::now());
    let ends = Arc::new(Mutex::new(Vec::new()));
    for days in [3, 1, 2] {
        let ends = Arc::clone(&ends);
        sim.spawn("sleeper", move || {
            sleep(Duration::from_secs(86_400 * days));
            ends.lock().push(days);
        });
    }
    let lock = Mutex::new(());
    let timed_out = Condvar::new().wait_for(&mut lock.lock(), Duration::from_secs(3600));
    assert!(timed_out.timed_out());
    assert_eq!(sim.now(), Duration::from_secs(3600));
    sim.advance(Duration::from_secs(86_400 * 30));
    let passed = Duration::from_secs(86_400 * 30 + 3600);
    assert_eq!(httpsys_sim::unix_now() - date, passed);
    assert_eq!(httpsys_sim::now() - moment, passed);
    assert_eq!(*ends.lock(), [1, 2, 3]);
    sim.finish();
    assert!(begun.elapsed() < Duration::from_secs(3600));
}
