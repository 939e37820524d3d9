//! Timer queues and registered waits: their ends.

use std::ffi::c_void;
use std::ptr::null_mut;

use super::*;
use crate::api::errors::*;
use crate::api::events::*;
use crate::api::timers::*;
use crate::api::waits::*;
use crate::handle::INVALID_HANDLE_VALUE;
use crate::time::INFINITE;

unsafe extern "system" fn set_event(event: *mut c_void, _timed_out: u8) {
    SetEvent(event as Handle);
}

fn event() -> Handle {
    // SAFETY: no name.
    unsafe { CreateEventW(null_mut(), 0, 0, null_mut()) }
}

/// A timer that sets the event every millisecond.
fn timer(queue: Handle, event: Handle) -> Handle {
    let mut timer = null_mut();
    // SAFETY: a valid place; the event stays open.
    let made =
        unsafe { CreateTimerQueueTimer(&raw mut timer, queue, Some(set_event), event, 1, 1, 0) };
    assert_eq!(made, 1);
    timer
}

fn comes(event: Handle) {
    assert_eq!(WaitForSingleObject(event, INFINITE), 0);
}

#[test]
fn a_handle_that_is_no_event_ends_neither_a_timer_nor_its_queue() {
    let (queue, event) = (CreateTimerQueue(), event());
    let timer = timer(queue, event);
    assert_eq!(
        (DeleteTimerQueueTimer(queue, timer, queue), GetLastError()),
        (0, 6)
    );
    assert_eq!((DeleteTimerQueueEx(queue, timer), GetLastError()), (0, 6));
    ResetEvent(event);
    comes(event);
    assert_eq!(DeleteTimerQueueTimer(queue, timer, INVALID_HANDLE_VALUE), 1);
    assert_eq!(DeleteTimerQueueEx(queue, INVALID_HANDLE_VALUE), 1);
    CloseHandle(event);
}

#[test]
fn the_timers_of_a_deleted_queue_are_gone() {
    let (queue, event, ended) = (CreateTimerQueue(), event(), event());
    let first = timer(queue, event);
    comes(event);
    assert_eq!((DeleteTimerQueue(queue), GetLastError()), (0, 997));
    assert_eq!(
        (ChangeTimerQueueTimer(queue, first, 1, 1), GetLastError()),
        (0, 6)
    );

    let queue = CreateTimerQueue();
    let second = timer(queue, event);
    assert_eq!((DeleteTimerQueueEx(queue, ended), GetLastError()), (0, 997));
    comes(ended);
    assert_eq!(
        (ChangeTimerQueueTimer(queue, second, 1, 1), GetLastError()),
        (0, 6)
    );
    // A callback of the first may still be under way, so the event stays open.
    CloseHandle(ended);
}
