//! The driver hook: waits lend their thread to an I/O engine.
//!
//! In a process of its own, because the driver stays for the life of the process.
#![cfg(not(windows))]

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Instant;

use httpsys_win32::api::{errors::*, events::*, overlapped::*, ports::*, waits::*};
use httpsys_win32::{
    Driver, Handle, INVALID_HANDLE_VALUE, IoState, OVERLAPPED, Object, Pending, insert, set_driver,
};

/// An engine whose I/O is a list of operations to end; one thread at a time drives it.
#[derive(Default)]
struct Engine {
    leading: AtomicBool,
    work: Mutex<(VecDeque<Pending>, bool)>,
    bell: Condvar,
    ended: AtomicUsize,
    asked: AtomicUsize,
}

impl Driver for Engine {
    fn drive(&self, until: &dyn Fn() -> bool, deadline: Option<Instant>) -> bool {
        self.asked.fetch_add(1, Ordering::SeqCst);
        if self.leading.swap(true, Ordering::SeqCst) {
            return false;
        }
        let mut work = self.work.lock().expect("lock");
        while !until() && deadline.is_none_or(|at| at > Instant::now()) {
            if let Some(pending) = work.0.pop_front() {
                drop(work);
                pending.complete(0, 1);
                self.ended.fetch_add(1, Ordering::SeqCst);
                work = self.work.lock().expect("lock");
                continue;
            }
            if !std::mem::take(&mut work.1) {
                let rest = deadline.map(|at| at.saturating_duration_since(Instant::now()));
                work = match rest {
                    None => self.bell.wait(work).expect("lock"),
                    Some(rest) => self.bell.wait_timeout(work, rest).expect("lock").0,
                };
            }
        }
        drop(work);
        self.leading.store(false, Ordering::SeqCst);
        httpsys_win32::sync::wait::offer_lead();
        true
    }

    fn wake(&self) {
        self.work.lock().expect("lock").1 = true;
        self.bell.notify_all();
    }
}

impl Engine {
    fn submit(&self, pending: Pending) {
        self.work.lock().expect("lock").0.push_back(pending);
        self.bell.notify_all();
    }
}

#[derive(Default)]
struct Queue(IoState);

impl Object for Queue {
    fn io(&self) -> Option<&IoState> {
        Some(&self.0)
    }
}

fn overlapped(event: Handle) -> OVERLAPPED {
    OVERLAPPED {
        Internal: 0,
        InternalHigh: 0,
        Offset: 0,
        OffsetHigh: 0,
        hEvent: event,
    }
}

fn new_event() -> Handle {
    // SAFETY: no name.
    unsafe { CreateEventW(std::ptr::null(), 0, 0, std::ptr::null()) }
}

#[test]
fn waits_make_the_progress_they_wait_for() {
    let engine: &'static Engine = Box::leak(Box::default());
    assert!(set_driver(engine));
    assert!(!set_driver(engine));
    let queue = Arc::new(Queue::default());
    let handle = insert(queue.clone());
    let event = new_event();
    // Nobody but the waiting thread can end these operations.
    let mut ov = overlapped(event);
    // SAFETY: the OVERLAPPED outlives the operation, here and below.
    engine.submit(unsafe { queue.0.begin(&mut ov) });
    assert_eq!(WaitForSingleObject(event, u32::MAX), 0);
    let mut plain = overlapped(std::ptr::null_mut());
    // SAFETY: as above.
    engine.submit(unsafe { queue.0.begin(&mut plain) });
    let mut bytes = 0;
    // SAFETY: valid pointers.
    let done = unsafe { GetOverlappedResult(handle, &mut plain, &mut bytes, 1) };
    assert_eq!(done, 1);
    assert_eq!((bytes, engine.ended.load(Ordering::SeqCst)), (1, 2));
    assert_eq!(WaitForSingleObject(event, 1), 258);
    foreign_signals_reach_a_driving_thread(event as usize);
    many_threads_share_the_lead(engine, &queue, handle);
    a_thread_without_a_place_does_not_drive(engine);
    assert_eq!((CloseHandle(event), CloseHandle(handle)), (1, 1));
}

fn foreign_signals_reach_a_driving_thread(event: usize) {
    for _ in 0..300 {
        let other = std::thread::spawn(move || SetEvent(event as Handle));
        assert_eq!(WaitForSingleObject(event as Handle, u32::MAX), 0);
        assert_eq!(other.join().ok(), Some(1));
    }
}

/// Threads wait on one port; whoever leads ends the operations of all. A thread on its way to sleep
/// can miss the lead, so the test's own thread keeps leading like an engine's fallback thread.
fn many_threads_share_the_lead(engine: &'static Engine, queue: &Arc<Queue>, handle: Handle) {
    const OPERATIONS: usize = 4_000;
    let port = CreateIoCompletionPort(handle, std::ptr::null_mut(), 7, 0) as usize;
    let taken = Arc::new(AtomicUsize::new(0));
    let takers: Vec<_> = (0..3)
        .map(|_| {
            let taken = taken.clone();
            std::thread::spawn(move || {
                let (mut bytes, mut key, mut ov) = (0, 0, std::ptr::null_mut());
                loop {
                    // SAFETY: valid out parameters.
                    let done = unsafe {
                        let take = GetQueuedCompletionStatus;
                        take(port as Handle, &mut bytes, &mut key, &mut ov, u32::MAX)
                    };
                    if (done, key) != (1, 7) {
                        return;
                    }
                    taken.fetch_add(1, Ordering::SeqCst);
                }
            })
        })
        .collect();
    let mut ov = overlapped(std::ptr::null_mut());
    for _ in 0..OPERATIONS {
        // SAFETY: the OVERLAPPED outlives the operations.
        engine.submit(unsafe { queue.0.begin(&mut ov) });
    }
    let all = || taken.load(Ordering::SeqCst) == OPERATIONS;
    while !all() {
        let soon = Instant::now() + std::time::Duration::from_millis(1);
        engine.drive(&all, Some(soon));
        std::thread::yield_now();
    }
    takers.iter().for_each(|_| {
        assert_eq!(
            PostQueuedCompletionStatus(port as Handle, 0, 1, std::ptr::null_mut()),
            1
        );
    });
    takers
        .into_iter()
        .for_each(|thread| assert!(thread.join().is_ok()));
    assert_eq!(CloseHandle(port as Handle), 1);
}

/// SES-034: what it would find is for the threads that run.
fn a_thread_without_a_place_does_not_drive(engine: &Engine) {
    let none = std::ptr::null_mut();
    let port = CreateIoCompletionPort(INVALID_HANDLE_VALUE, none, 0, 1) as usize;
    let take = move |milliseconds| {
        let (mut bytes, mut key, mut ov) = (0, 0, std::ptr::null_mut());
        // SAFETY: valid out parameters.
        unsafe {
            let take = GetQueuedCompletionStatus;
            take(port as Handle, &mut bytes, &mut key, &mut ov, milliseconds)
        }
    };
    let post = PostQueuedCompletionStatus(port as Handle, 0, 1, std::ptr::null_mut());
    assert_eq!(post, 1);
    assert_eq!(take(u32::MAX), 1, "this thread runs from now on");
    let before = engine.asked.load(Ordering::SeqCst);
    let other = std::thread::spawn(move || take(20));
    assert_eq!(other.join().ok(), Some(0));
    assert_eq!(engine.asked.load(Ordering::SeqCst), before);
    // This one has a place, its own.
    assert_eq!(take(1), 0);
    assert!(engine.asked.load(Ordering::SeqCst) > before);
    assert_eq!(CloseHandle(port as Handle), 1);
}
