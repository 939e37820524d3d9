//! Locks, from several threads.

use std::cell::UnsafeCell;
use std::time::{Duration, Instant};

use super::*;

/// A number that only a lock protects.
struct Counter(UnsafeCell<u64>);

// SAFETY: the tests touch it under the lock that they test.
unsafe impl Sync for Counter {}

impl Counter {
    fn add(&self) {
        // SAFETY: see above; a lock that fails shows as a wrong sum (and to the sanitizers).
        unsafe { *self.0.get() += 1 };
    }
    fn get(&self) -> u64 {
        // SAFETY: see above.
        unsafe { *self.0.get() }
    }
}

fn soon() -> Option<Instant> {
    Some(Instant::now() + Duration::from_millis(2))
}

#[test]
fn an_exclusive_lock_lets_one_thread_in() {
    let (lock, counter) = (SrwLock::new(), Counter(UnsafeCell::new(0)));
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..10_000 {
                    lock.acquire(Mode::Exclusive);
                    counter.add();
                    lock.release(Mode::Exclusive);
                }
            });
        }
    });
    assert_eq!(counter.get(), 40_000);
}

#[test]
fn readers_share_and_a_writer_does_not() {
    let lock = SrwLock::new();
    assert!(lock.try_acquire(Mode::Shared) && lock.try_acquire(Mode::Shared));
    assert!(!lock.try_acquire(Mode::Exclusive));
    lock.release(Mode::Shared);
    lock.release(Mode::Shared);
    assert!(lock.try_acquire(Mode::Exclusive));
    assert!(!lock.try_acquire(Mode::Shared) && !lock.try_acquire(Mode::Exclusive));
    lock.release(Mode::Exclusive);
    assert!(lock.try_acquire(Mode::Shared));
}

#[test]
fn releasing_what_is_not_held_changes_nothing() {
    let lock = SrwLock::new();
    lock.release(Mode::Exclusive);
    lock.release(Mode::Shared);
    lock.acquire(Mode::Shared);
    lock.release(Mode::Exclusive);
    assert!(!lock.try_acquire(Mode::Exclusive));
    lock.release(Mode::Shared);
    assert!(lock.try_acquire(Mode::Exclusive));
    lock.release(Mode::Shared);
    assert!(!lock.try_acquire(Mode::Shared));
}

#[test]
fn readers_that_go_let_the_writer_in_that_waits_for_them() {
    let lock = SrwLock::new();
    std::thread::scope(|scope| {
        lock.acquire(Mode::Shared);
        let writer = scope.spawn(|| {
            lock.acquire(Mode::Exclusive);
            lock.release(Mode::Exclusive);
        });
        // A writer that waits keeps other readers out.
        while lock.try_acquire(Mode::Shared) {
            lock.release(Mode::Shared);
            std::thread::yield_now();
        }
        // Nobody gives the lock back for a writer that does not have it.
        lock.release(Mode::Exclusive);
        assert!(!lock.try_acquire(Mode::Shared));
        lock.release(Mode::Shared);
        writer.join().expect("the writer had the lock");
    });
    assert!(lock.try_acquire(Mode::Exclusive));
}

#[test]
fn a_section_is_entered_again_by_its_thread_alone() {
    let section = CriticalSection::new();
    section.enter();
    assert!(section.try_enter());
    let other = || std::thread::scope(|scope| scope.spawn(|| section.try_enter()).join().ok());
    section.leave();
    assert_eq!(other(), Some(false), "entered once is still inside");
    section.leave();
    section.leave();
    assert!(section.try_enter(), "one leave too many changes nothing");
    section.leave();
    let entered = std::thread::scope(|scope| {
        let thread = scope.spawn(|| {
            let entered = section.try_enter();
            section.leave();
            entered
        });
        thread.join().ok()
    });
    assert_eq!(entered, Some(true));
}

#[test]
fn zeroed_memory_is_a_section_nobody_is_in() {
    // SAFETY: every field is an atomic or a lock whose initial state is zero.
    let section: CriticalSection = unsafe { std::mem::zeroed() };
    assert!(section.try_enter());
    section.leave();
}

#[test]
fn a_sleeper_gives_the_lock_up_and_has_it_again_when_woken() {
    let (lock, ready, counter) = (
        SrwLock::new(),
        ConditionVariable::new(),
        Counter(UnsafeCell::new(0)),
    );
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                lock.acquire(Mode::Exclusive);
                counter.add();
                while counter.get() < 100 {
                    assert_eq!(ready.sleep_srw(&lock, Mode::Exclusive, None), Ok(()));
                }
                counter.add();
                lock.release(Mode::Exclusive);
            });
        }
        loop {
            lock.acquire(Mode::Exclusive);
            let all_wait = counter.get() == 4;
            if all_wait {
                (0..96).for_each(|_| counter.add());
            }
            lock.release(Mode::Exclusive);
            if all_wait {
                break;
            }
            std::thread::yield_now();
        }
        ready.wake_one();
        ready.wake_all();
    });
    assert_eq!(counter.get(), 104);
}

#[test]
fn a_sleep_that_times_out_holds_the_lock() {
    let (lock, variable) = (SrwLock::new(), ConditionVariable::new());
    lock.acquire(Mode::Shared);
    assert_eq!(variable.sleep_srw(&lock, Mode::Shared, soon()), Err(1460));
    assert!(!lock.try_acquire(Mode::Exclusive));
    let section = CriticalSection::new();
    assert_eq!(variable.sleep_section(&section, soon()), Err(87));
    section.enter();
    section.enter();
    assert_eq!(variable.sleep_section(&section, soon()), Err(1460));
    section.leave();
    let other = std::thread::scope(|scope| scope.spawn(|| section.try_enter()).join().ok());
    assert_eq!(other, Some(false), "the depth is what it was");
}

#[test]
fn one_thread_initializes_and_the_others_wait_for_it() {
    let (once, counter) = (InitOnce::new(), Counter(UnsafeCell::new(0)));
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                if once.begin(false) == Ok(Begun::Pending) {
                    counter.add();
                    assert_eq!(once.complete(false, Some(0x1000)), Ok(()));
                }
                assert_eq!(once.begin(false), Ok(Begun::Complete(0x1000)));
            });
        }
    });
    assert_eq!((counter.get(), once.check()), (1, Ok(0x1000)));
}

#[test]
fn a_failed_initialization_is_tried_again() {
    let once = InitOnce::new();
    assert_eq!(once.check(), Err(31));
    assert_eq!(once.begin(false), Ok(Begun::Pending));
    assert_eq!(once.begin(true), Err(87), "begun the other way");
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| once.begin(false));
        assert_eq!(once.complete(false, None), Ok(()));
        assert_eq!(waiting.join().ok(), Some(Ok(Begun::Pending)));
    });
    assert_eq!(once.complete(false, Some(1)), Err(87), "a reserved bit");
    assert_eq!(once.complete(false, Some(0)), Ok(()));
    assert_eq!(once.complete(false, Some(0)), Err(87));
    assert_eq!(once.begin(false), Ok(Begun::Complete(0)));
}

#[test]
fn of_racing_initializations_the_first_to_complete_wins() {
    let once = InitOnce::new();
    assert_eq!(once.begin(true), Ok(Begun::Pending));
    assert_eq!(once.begin(true), Ok(Begun::Pending));
    assert_eq!(once.complete(true, None), Err(87));
    assert_eq!(once.complete(true, Some(8)), Ok(()));
    assert_eq!(once.complete(true, Some(16)), Err(31));
    assert_eq!(once.begin(false), Ok(Begun::Complete(8)));
}

#[test]
fn entries_leave_a_list_in_reverse_order_and_once() {
    #[repr(C, align(16))]
    struct Entry(usize);
    let list = ListHeader::new();
    let mut entries: Vec<Entry> = (0..3).map(|_| Entry(0)).collect();
    let at: Vec<usize> = entries
        .iter_mut()
        .map(|entry| std::ptr::from_mut(entry) as usize)
        .collect();
    // SAFETY: the entries live as long as the list and are not used otherwise.
    unsafe {
        assert_eq!(list.push(at[0]), 0);
        assert_eq!(list.push(at[1]), at[0]);
        assert_eq!(list.push(at[2]), at[1]);
        assert_eq!((list.depth(), list.pop()), (3, at[2]));
    }
    assert_eq!(list.flush(), at[1]);
    assert_eq!(list.depth(), 0);
    // SAFETY: nothing is on the list any more.
    assert_eq!(unsafe { list.pop() }, 0);
}
