//! Mutex and semaphore objects, and waits that take several of them.

use std::ptr::{null, null_mut};

use super::*;
use crate::api::errors::CloseHandle;
use crate::api::events::*;
use crate::api::mutexes::*;
use crate::api::waits::*;
use crate::time::INFINITE;

fn mutex(owned: bool) -> Handle {
    // SAFETY: no name.
    unsafe { CreateMutexW(null(), i32::from(owned), null()) }
}

fn semaphore(count: i32, most: i32) -> Handle {
    // SAFETY: no name.
    unsafe { CreateSemaphoreW(null(), count, most, null()) }
}

fn release(semaphore: Handle, units: i32) -> (i32, i32) {
    let mut before = -1;
    // SAFETY: a valid place.
    let done = unsafe { ReleaseSemaphore(semaphore, units, &raw mut before) };
    (done, before)
}

/// A handle may be used from any thread.
#[derive(Clone, Copy)]
struct Shared(usize);

impl Shared {
    fn of(handle: Handle) -> Shared {
        Shared(handle as usize)
    }
    fn handle(self) -> Handle {
        self.0 as Handle
    }
}

fn elsewhere<R: Send>(body: impl FnOnce() -> R + Send) -> Option<R> {
    std::thread::scope(|scope| scope.spawn(body).join().ok())
}

#[test]
fn a_mutex_is_its_owners_as_often_as_it_was_taken() {
    let shared = Shared::of(mutex(true));
    let other = move |ms| elsewhere(move || WaitForSingleObject(shared.handle(), ms));
    assert_eq!(WaitForSingleObject(shared.handle(), INFINITE), 0);
    assert_eq!(other(0), Some(258));
    let not_owner = elsewhere(move || (ReleaseMutex(shared.handle()), GetLastError()));
    assert_eq!(not_owner, Some((0, 288)));
    assert_eq!(ReleaseMutex(shared.handle()), 1);
    assert_eq!(other(1), Some(258), "released once of twice");
    assert_eq!(ReleaseMutex(shared.handle()), 1);
    failed_with(ReleaseMutex(shared.handle()), 288);
    assert_eq!(other(INFINITE), Some(0));
}

#[test]
fn the_mutex_of_a_thread_that_ended_is_abandoned_once() {
    let shared = Shared::of(mutex(false));
    assert_eq!(
        elsewhere(move || WaitForSingleObject(shared.handle(), 0)),
        Some(0)
    );
    assert_eq!(WaitForSingleObject(shared.handle(), INFINITE), 128);
    assert_eq!(WaitForSingleObject(shared.handle(), INFINITE), 0);
    assert_eq!(ReleaseMutex(shared.handle()), 1);
    assert_eq!(ReleaseMutex(shared.handle()), 1);
}

#[test]
fn a_thread_that_waits_gets_the_mutex_of_one_that_ends() {
    let (held, shared) = (Shared::of(super::event(true)), Shared::of(mutex(false)));
    let (one, waiter) = std::thread::scope(|scope| {
        let one = scope.spawn(move || {
            let took = WaitForSingleObject(shared.handle(), INFINITE);
            SetEvent(held.handle());
            took
        });
        assert_eq!(WaitForSingleObject(held.handle(), INFINITE), 0);
        let waiter = scope.spawn(move || {
            let handles = [shared.handle(); 1];
            // SAFETY: a valid array.
            let took = unsafe { WaitForMultipleObjects(1, handles.as_ptr(), 0, INFINITE) };
            (took, ReleaseMutex(shared.handle()))
        });
        (one.join().ok(), waiter.join().ok())
    });
    assert_eq!((one, waiter), (Some(0), Some((128, 1))));
}

#[test]
fn a_mutex_protects_what_several_threads_change() {
    let shared = Shared::of(mutex(false));
    let mut counter = 0u32;
    let at = std::ptr::from_mut(&mut counter) as usize;
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(move || {
                for _ in 0..1_000 {
                    assert_eq!(WaitForSingleObject(shared.handle(), INFINITE), 0);
                    // SAFETY: one thread at a time, under the mutex.
                    unsafe { *(at as *mut u32) += 1 };
                    assert_eq!(ReleaseMutex(shared.handle()), 1);
                }
            });
        }
    });
    assert_eq!(counter, 4_000);
}

#[test]
fn a_semaphore_counts() {
    for (count, most) in [(-1, 1), (2, 1), (0, 0), (0, -1)] {
        assert_eq!((semaphore(count, most), GetLastError()), (null_mut(), 87));
    }
    let three = semaphore(1, 3);
    assert_eq!(WaitForSingleObject(three, 0), 0);
    assert_eq!(WaitForSingleObject(three, 0), 258);
    assert_eq!(release(three, 2), (1, 0));
    assert_eq!(release(three, 2), (0, -1));
    assert_eq!(GetLastError(), 298);
    assert_eq!(release(three, 0).0, 0);
    assert_eq!(GetLastError(), 87);
    assert_eq!(release(three, 1), (1, 2));
    for expected in [0, 0, 0, 258] {
        assert_eq!(WaitForSingleObject(three, 0), expected);
    }
}

#[test]
fn units_release_as_many_threads_as_there_are_units() {
    let shared = Shared::of(semaphore(0, 100));
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8)
            .map(|_| scope.spawn(move || WaitForSingleObject(shared.handle(), INFINITE)))
            .collect();
        assert_eq!(release(shared.handle(), 5).0, 1);
        assert_eq!(release(shared.handle(), 3).0, 1);
        assert!(
            threads
                .into_iter()
                .all(|thread| thread.join().ok() == Some(0))
        );
    });
    assert_eq!(WaitForSingleObject(shared.handle(), 0), 258);
}

#[test]
fn a_wait_for_all_takes_mutex_semaphore_and_event_together() {
    let handles = [mutex(false), semaphore(0, 1), super::event(false)];
    // SAFETY: a valid array.
    let all = |ms| unsafe { WaitForMultipleObjects(3, handles.as_ptr(), 1, ms) };
    SetEvent(handles[2]);
    assert_eq!(all(1), 258);
    failed_with(ReleaseMutex(handles[0]), 288);
    assert_eq!(release(handles[1], 1).0, 1);
    assert_eq!(all(INFINITE), 0);
    assert_eq!(ReleaseMutex(handles[0]), 1);
    assert_eq!(WaitForSingleObject(handles[1], 0), 258);
    assert_eq!(WaitForSingleObject(handles[2], 0), 258);
}

#[test]
fn names_are_shared_by_all_kinds() {
    let name: Vec<u16> = "names shared\0".encode_utf16().collect();
    // SAFETY: a terminated name.
    unsafe {
        let first = CreateMutexW(null(), 0, name.as_ptr());
        assert_eq!(GetLastError(), 0);
        let second = CreateMutexA(null(), 1, c"names shared".as_ptr().cast());
        assert!(!second.is_null());
        assert_eq!(GetLastError(), 183);
        failed_with(ReleaseMutex(second), 288);
        assert_eq!(CreateEventW(null(), 0, 0, name.as_ptr()), null_mut());
        assert_eq!(GetLastError(), 6);
        assert_eq!(OpenSemaphoreW(0, 0, name.as_ptr()), null_mut());
        assert_eq!(GetLastError(), 6);
        let third = OpenMutexW(0, 0, name.as_ptr());
        assert_eq!(WaitForSingleObject(third, 0), 0);
        assert_eq!(ReleaseMutex(first), 1);
        for handle in [first, second, third] {
            assert_eq!(CloseHandle(handle), 1);
        }
        assert_eq!(OpenMutexW(0, 0, name.as_ptr()), null_mut());
        assert_eq!(GetLastError(), 2);
        assert_eq!(OpenEventA(0, 0, null()), null_mut());
        assert_eq!(GetLastError(), 87);
    }
}

#[test]
fn signal_and_wait_does_both() {
    let (event, gate) = (super::event(false), semaphore(1, 1));
    assert_eq!(SignalObjectAndWait(event, gate, 0, 0), 0);
    assert_eq!(WaitForSingleObject(event, 0), 0);
    assert_eq!(SignalObjectAndWait(gate, gate, INFINITE, 0), 0);
    let owned = mutex(true);
    assert_eq!(SignalObjectAndWait(owned, owned, INFINITE, 1), 0);
    let not_owned = mutex(false);
    assert_eq!(SignalObjectAndWait(not_owned, event, 0, 0), WAIT_FAILED);
    assert_eq!(GetLastError(), 288);
    assert_eq!(SignalObjectAndWait(event, null_mut(), 0, 0), WAIT_FAILED);
    assert_eq!(GetLastError(), 6);
    assert_eq!(WaitForSingleObject(event, 0), 258, "nothing was signalled");
}

#[test]
fn event_ex_and_pulse() {
    // SAFETY: no names.
    unsafe {
        let event = CreateEventExW(null(), null(), 3, 0x1F_0003);
        assert_eq!(WaitForSingleObject(event, 0), 0);
        assert_eq!(PulseEvent(event), 1);
        assert_eq!(WaitForSingleObject(event, 0), 258);
        assert_eq!(CreateEventExA(null(), null(), 4, 0), null_mut());
        assert_eq!(GetLastError(), 87);
    }
}
