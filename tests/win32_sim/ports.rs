//! Completion ports.

use std::ffi::c_void;
use std::ptr::null_mut;
use std::sync::atomic::{AtomicUsize, Ordering};

use httpsys_win32::INVALID_HANDLE_VALUE;
use httpsys_win32::api::locks::{AcquireSRWLockExclusive, ReleaseSRWLockExclusive};
use httpsys_win32::api::ports::{
    CreateIoCompletionPort, GetQueuedCompletionStatus, PostQueuedCompletionStatus,
};
use httpsys_win32::api::threads::Sleep;
use httpsys_win32::api::waits::WaitForSingleObject;
use httpsys_win32::last_error;
use httpsys_win32::sync::locks::SrwLock;

use httpsys_sim::every_schedule;

use super::{INFINITE, Owned, WAIT_TIMEOUT, each_seed, event, given, start, taken};

struct Workers {
    port: Owned,
    sum: AtomicUsize,
}

fn take(port: &Owned, milliseconds: u32) -> Option<usize> {
    let (mut bytes, mut key, mut overlapped) = (0, 0, null_mut());
    // SAFETY: live values.
    let taken = unsafe {
        GetQueuedCompletionStatus(port.0, &mut bytes, &mut key, &mut overlapped, milliseconds)
    };
    (taken != 0).then_some(key)
}

unsafe extern "system" fn work(workers: *mut c_void) -> u32 {
    // SAFETY: `Workers` that live until this thread has ended.
    let workers = unsafe { given::<Workers>(workers) };
    let mut count = 0;
    while let Some(key @ 1..) = take(&workers.port, INFINITE) {
        Sleep(1000);
        workers.sum.fetch_add(key, Ordering::SeqCst);
        count += 1;
    }
    count
}

#[test]
fn workers_of_a_completion_port_take_each_packet_once() {
    each_seed(|_| {
        let port = CreateIoCompletionPort(INVALID_HANDLE_VALUE, null_mut(), 0, 0);
        let workers = Workers {
            port: Owned(port),
            sum: AtomicUsize::new(0),
        };
        let none = taken(|| assert_eq!(take(&workers.port, 120_000), None));
        assert_eq!((none, last_error::get()), (120_000, WAIT_TIMEOUT));
        let threads = [(); 3].map(|()| start(work, &workers));
        let taken = taken(|| {
            // Ends follow the packets, one for each thread.
            for key in (1..=9).chain([0; 3]) {
                PostQueuedCompletionStatus(port, 0, key, null_mut());
            }
            for thread in &threads {
                assert_eq!(WaitForSingleObject(thread.0, INFINITE), 0);
            }
        });
        assert_eq!((taken, workers.sum.load(Ordering::SeqCst)), (3000, 45));
    });
}

unsafe extern "system" fn take_one(workers: *mut c_void) -> u32 {
    // SAFETY: `Workers` that live until this thread has ended.
    let workers = unsafe { given::<Workers>(workers) };
    let key = take(&workers.port, INFINITE).expect("a packet");
    workers.sum.fetch_add(key, Ordering::SeqCst);
    0
}

/// Whoever waits gets a packet, whichever thread posts it when.
#[test]
fn packets_and_waits_meet_under_every_order() {
    let runs = every_schedule(2, 50_000, |sim| {
        let port = CreateIoCompletionPort(INVALID_HANDLE_VALUE, null_mut(), 0, 0);
        let workers = Workers {
            port: Owned(port),
            sum: AtomicUsize::new(0),
        };
        sim.choose(true);
        let threads = [(); 2].map(|()| start(take_one, &workers));
        PostQueuedCompletionStatus(port, 0, 1, null_mut());
        PostQueuedCompletionStatus(port, 0, 2, null_mut());
        for thread in &threads {
            assert_eq!(WaitForSingleObject(thread.0, INFINITE), 0);
        }
        sim.choose(false);
        assert_eq!(workers.sum.load(Ordering::SeqCst), 3);
        assert_eq!(take(&workers.port, 0), None, "nothing is left");
    });
    println!("{runs} orders");
    assert!(runs > 50, "{runs}");
}

struct Crowd {
    port: Owned,
    running: AtomicUsize,
    most: AtomicUsize,
    release: Owned,
    lock: SrwLock,
    how: fn(&Crowd),
}

unsafe extern "system" fn join_crowd(crowd: *mut c_void) -> u32 {
    // SAFETY: a `Crowd` that lives until this thread has ended.
    let crowd = unsafe { given::<Crowd>(crowd) };
    let mut count = 0;
    while let Some(1..) = take(&crowd.port, INFINITE) {
        let running = crowd.running.fetch_add(1, Ordering::SeqCst) + 1;
        crowd.most.fetch_max(running, Ordering::SeqCst);
        (crowd.how)(crowd);
        crowd.running.fetch_sub(1, Ordering::SeqCst);
        count += 1;
    }
    count
}

/// Four threads at a port for `limit` of them get twelve packets: the most that ran at once, and the time it took.
fn crowd_of_four(limit: u32, how: fn(&Crowd)) -> (usize, u64) {
    let crowd = Crowd {
        port: Owned(CreateIoCompletionPort(
            INVALID_HANDLE_VALUE,
            null_mut(),
            0,
            limit,
        )),
        running: AtomicUsize::new(0),
        most: AtomicUsize::new(0),
        release: event(true),
        lock: SrwLock::new(),
        how,
    };
    let threads = [(); 4].map(|()| start(join_crowd, &crowd));
    let taken = taken(|| {
        for key in [1; 12].into_iter().chain([0; 4]) {
            PostQueuedCompletionStatus(crowd.port.0, 0, key, null_mut());
        }
        for thread in &threads {
            assert_eq!(WaitForSingleObject(thread.0, INFINITE), 0);
        }
    });
    (crowd.most.load(Ordering::SeqCst), taken)
}

/// Other threads of the world get their turn meanwhile.
fn runs(crowd: &Crowd) {
    for _ in 0..3 {
        assert_eq!(WaitForSingleObject(crowd.release.0, 0), WAIT_TIMEOUT);
    }
}

#[test]
fn ses_034_no_more_threads_run_at_once_than_the_concurrency_value_says() {
    each_seed(|_| {
        for limit in [1, 2, 3] {
            let (most, taken) = crowd_of_four(limit, runs);
            assert!(most <= limit as usize, "{most} of {limit}");
            assert_eq!(taken, 0);
        }
    });
}

#[test]
fn ses_035_a_thread_that_waits_in_a_function_of_the_library_does_not_count() {
    each_seed(|_| {
        let sleeps = |_: &Crowd| Sleep(1000);
        assert_eq!(crowd_of_four(1, sleeps), (4, 3000));
        let waits = |crowd: &Crowd| _ = WaitForSingleObject(crowd.release.0, 1000);
        assert_eq!(crowd_of_four(1, waits), (4, 3000));
        // One has the lock for so long, the others come while it has it.
        let locks = |crowd: &Crowd| {
            // SAFETY: a lock that lives as long as the crowd, and which this thread does not have.
            unsafe { AcquireSRWLockExclusive(&crowd.lock) };
            Sleep(100);
            // SAFETY: taken above.
            unsafe { ReleaseSRWLockExclusive(&crowd.lock) };
        };
        assert_eq!(crowd_of_four(1, locks), (4, 1200));
    });
}
