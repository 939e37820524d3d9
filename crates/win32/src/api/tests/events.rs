//! Events, waits, threads and handles.

use std::ffi::c_void;
use std::ptr::{null, null_mut};
use std::sync::atomic::{AtomicU32, Ordering};

use super::*;
use crate::api::errors::*;
use crate::api::events::*;
use crate::api::threads::*;
use crate::api::waits::*;
use crate::time::INFINITE;

fn wait_for(handles: &[Handle], all: bool, ms: u32) -> u32 {
    // SAFETY: a valid array.
    unsafe { WaitForMultipleObjects(handles.len() as u32, handles.as_ptr(), i32::from(all), ms) }
}

#[test]
fn auto_reset_releases_one_wait_and_manual_reset_all() {
    let (auto, manual) = (event(false), event(true));
    assert_eq!((SetEvent(auto), SetEvent(manual)), (1, 1));
    assert_eq!(WaitForSingleObject(auto, 0), 0);
    assert_eq!(WaitForSingleObject(auto, 0), 258);
    assert_eq!(WaitForSingleObject(manual, 0), 0);
    assert_eq!(WaitForSingleObjectEx(manual, INFINITE, 1), 0);
    assert_eq!(ResetEvent(manual), 1);
    assert_eq!(WaitForSingleObject(manual, 1), 258);
    assert_eq!((CloseHandle(auto), CloseHandle(manual)), (1, 1));
}

#[test]
fn stale_and_foreign_handles_fail_with_6() {
    let gone = event(true);
    assert_eq!(CloseHandle(gone), 1);
    for bad in [gone, null_mut(), usize::MAX as Handle, 0x1234 as Handle] {
        failed_with(SetEvent(bad), 6);
        failed_with(ResetEvent(bad), 6);
        failed_with(CloseHandle(bad), 6);
        assert_eq!(
            (WaitForSingleObject(bad, 0), GetLastError()),
            (WAIT_FAILED, 6)
        );
        assert_eq!(
            (wait_for(&[bad], false, 0), GetLastError()),
            (WAIT_FAILED, 6)
        );
    }
    let (_, device) = Device::open();
    failed_with(SetEvent(device), 6);
    assert_eq!(CloseHandle(device), 1);
}

#[test]
fn wait_for_multiple_objects_checks_its_arguments() {
    let one = event(true);
    assert_eq!((wait_for(&[], false, 0), GetLastError()), (WAIT_FAILED, 87));
    assert_eq!(
        (wait_for(&[one; 65], false, 0), GetLastError()),
        (WAIT_FAILED, 87)
    );
    assert_eq!(
        (wait_for(&[one, one], true, 0), GetLastError()),
        (WAIT_FAILED, 87)
    );
    // SAFETY: NULL is refused.
    let failed = unsafe { WaitForMultipleObjects(1, null(), 0, 0) };
    assert_eq!(failed, WAIT_FAILED);
    assert_eq!(GetLastError(), 87);
    assert_eq!(CloseHandle(one), 1);
}

#[test]
fn wait_for_any_and_all() {
    let events = [event(false), event(false), event(true)];
    assert_eq!(wait_for(&events, false, 0), 258);
    SetEvent(events[1]);
    SetEvent(events[2]);
    assert_eq!(wait_for(&events, true, 1), 258);
    assert_eq!(wait_for(&events, false, INFINITE), 1);
    assert_eq!(wait_for(&events, false, INFINITE), 2);
    SetEvent(events[0]);
    SetEvent(events[1]);
    assert_eq!(wait_for(&events, true, INFINITE), 0);
    assert_eq!(wait_for(&events[..2], false, 0), 258);
    assert!(events.iter().all(|&event| CloseHandle(event) == 1));
}

#[test]
fn a_name_refers_to_the_same_event_while_it_is_open() {
    let name = wide("Local\\httpsys-test");
    // SAFETY: terminated names.
    unsafe {
        let first = CreateEventW(null(), 1, 0, name.as_ptr());
        assert_eq!(GetLastError(), 0);
        let second = CreateEventA(null(), 0, 1, c"Local\\httpsys-test".as_ptr().cast());
        assert_eq!(GetLastError(), 183);
        assert!(first != second);
        assert_eq!(WaitForSingleObject(second, 0), 258);
        SetEvent(first);
        assert_eq!(WaitForSingleObject(second, 0), 0);
        assert_eq!((CloseHandle(first), CloseHandle(second)), (1, 1));
        let third = CreateEventW(null(), 1, 0, name.as_ptr());
        assert_eq!((GetLastError(), WaitForSingleObject(third, 0)), (0, 258));
        assert_eq!(CloseHandle(third), 1);
    }
}

/// Two threads hand a baton to each other through auto-reset events.
#[test]
fn ping_pong_loses_no_signal() {
    const ROUNDS: usize = 5_000;
    let (ping, pong) = (event(false) as usize, event(false) as usize);
    let other = std::thread::spawn(move || {
        for _ in 0..ROUNDS {
            assert_eq!(WaitForSingleObject(ping as Handle, INFINITE), 0);
            assert_eq!(SetEvent(pong as Handle), 1);
        }
    });
    for round in 0..ROUNDS {
        assert_eq!(SetEvent(ping as Handle), 1);
        let waited = match round % 2 {
            0 => WaitForSingleObject(pong as Handle, INFINITE),
            _ => wait_for(&[pong as Handle], false, INFINITE),
        };
        assert_eq!(waited, 0);
    }
    assert!(other.join().is_ok());
    assert_eq!(
        (CloseHandle(ping as Handle), CloseHandle(pong as Handle)),
        (1, 1)
    );
}

#[test]
fn closing_an_event_while_a_thread_waits_for_several_is_harmless() {
    let (stop, other) = (event(true) as usize, event(false) as usize);
    let waiting =
        std::thread::spawn(move || wait_for(&[other as Handle, stop as Handle], false, INFINITE));
    CloseHandle(other as Handle);
    SetEvent(stop as Handle);
    let index = waiting.join().unwrap_or(99);
    // The thread may have started after the close: then its array was bad.
    assert!(index == 1 || index == WAIT_FAILED);
    assert_eq!(CloseHandle(stop as Handle), 1);
}

static RAN: AtomicU32 = AtomicU32::new(0);

unsafe extern "system" fn body(parameter: *mut c_void) -> u32 {
    RAN.fetch_add(1, Ordering::SeqCst);
    parameter as usize as u32 + GetCurrentThreadId() % 4
}

#[test]
fn threads_are_waitable_and_have_ids_and_exit_codes() {
    let mut id = 0;
    // SAFETY: a valid function and out parameter.
    let threads: Vec<Handle> = (0..4)
        .map(|n| unsafe { CreateThread(null(), 0, Some(body), n as *mut c_void, 0, &mut id) })
        .collect();
    assert!(id != 0 && id % 4 == 0 && id != GetCurrentThreadId());
    assert_eq!(wait_for(&threads, true, INFINITE), 0);
    for (n, &thread) in threads.iter().enumerate() {
        let mut code = 99;
        // SAFETY: a valid out parameter.
        assert_eq!(unsafe { GetExitCodeThread(thread, &mut code) }, 1);
        assert_eq!(code as usize, n);
        assert_eq!(WaitForSingleObject(thread, 0), 0);
        failed_with(SetEvent(thread), 6);
        assert_eq!(CloseHandle(thread), 1);
    }
}

#[test]
fn a_suspended_thread_runs_when_it_is_resumed() {
    // SAFETY: valid functions; bad flags and NULL are refused.
    unsafe {
        let thread = CreateThread(
            null(),
            1 << 20,
            Some(body),
            null_mut(),
            0x1_0004,
            null_mut(),
        );
        let mut code = 0;
        assert_eq!(GetExitCodeThread(thread, &mut code), 1);
        assert_eq!((code, WaitForSingleObject(thread, 0)), (259, 258));
        assert_eq!(ResumeThread(thread), 1);
        assert_eq!(WaitForSingleObject(thread, INFINITE), 0);
        assert_eq!((ResumeThread(thread), CloseHandle(thread)), (0, 1));
        assert!(CreateThread(null(), 0, Some(body), null_mut(), 0x10, null_mut()).is_null());
        assert_eq!(GetLastError(), 87);
        assert!(CreateThread(null(), 0, None, null_mut(), 0, null_mut()).is_null());
    }
    assert_eq!((ResumeThread(null_mut()), GetLastError()), (u32::MAX, 6));
}
