//! Completion ports.

use std::ffi::c_void;
use std::ptr::null_mut;
use std::sync::atomic::{AtomicUsize, Ordering};

use httpsys_win32::INVALID_HANDLE_VALUE;
use httpsys_win32::api::ports::{
    CreateIoCompletionPort, GetQueuedCompletionStatus, PostQueuedCompletionStatus,
};
use httpsys_win32::api::threads::Sleep;
use httpsys_win32::api::waits::WaitForSingleObject;
use httpsys_win32::last_error;

use httpsys_sim::every_schedule;

use super::{INFINITE, Owned, WAIT_TIMEOUT, each_seed, given, start, taken};

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
