//! Thread-pool I/O.

use std::ffi::c_void;
use std::ptr::null_mut;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use super::*;
use crate::api::errors::*;
use crate::api::events::*;
use crate::api::ports::*;
use crate::api::threadpool_io::*;
use crate::api::waits::*;
use crate::time::INFINITE;

/// What a callback saw, and what it shall do.
#[derive(Default)]
struct Context {
    calls: AtomicUsize,
    errors: AtomicUsize,
    bytes: AtomicUsize,
    own: AtomicUsize,
    /// Event to wait for before it returns.
    gate: AtomicUsize,
    entered: AtomicUsize,
    wait_self: bool,
}

unsafe extern "system" fn callback(
    _instance: *mut c_void,
    context: *mut c_void,
    _overlapped: *mut c_void,
    error: u32,
    bytes: usize,
    io: Handle,
) {
    // SAFETY: the tests pass a Context that lives until all callbacks have run.
    let context = unsafe { &*context.cast::<Context>() };
    context.entered.fetch_add(1, SeqCst);
    let gate = context.gate.load(SeqCst) as Handle;
    if !gate.is_null() {
        WaitForSingleObject(gate, INFINITE);
    }
    if context.wait_self {
        WaitForThreadpoolIoCallbacks(io, 1);
    }
    context.errors.fetch_add(error as usize, SeqCst);
    context.bytes.fetch_add(bytes, SeqCst);
    context.own.store(io as usize, SeqCst);
    context.calls.fetch_add(1, SeqCst);
}

fn bind(handle: Handle, context: &Context) -> Handle {
    let context = std::ptr::from_ref(context).cast_mut().cast();
    // SAFETY: a valid callback; the context outlives the operations.
    unsafe { CreateThreadpoolIo(handle, Some(callback), context, null_mut()) }
}

#[test]
fn every_started_operation_runs_its_callback_once() {
    let context = Context::default();
    let (device, handle) = Device::open();
    let io = bind(handle, &context);
    assert!(!io.is_null());
    let mut ov = overlapped(null_mut());
    for n in 0..500 {
        StartThreadpoolIo(io);
        let pending = device.begin(&mut ov);
        match n % 5 {
            0 => pending.complete(995, 0),
            1 => pending.complete_inline(0, 2),
            2 => {
                pending.abandon(87);
                CancelThreadpoolIo(io);
            }
            _ => pending.complete(0, 1),
        }
    }
    WaitForThreadpoolIoCallbacks(io, 0);
    assert_eq!(context.calls.load(SeqCst), 400);
    assert_eq!(
        (context.errors.load(SeqCst), context.bytes.load(SeqCst)),
        (99_500, 400)
    );
    assert_eq!(context.own.load(SeqCst), io as usize);
    failed_with(CloseHandle(io), 6);
    CloseThreadpoolIo(io);
    StartThreadpoolIo(io);
    assert_eq!((GetLastError(), CloseHandle(handle)), (6, 1));
}

#[test]
fn binding_errors() {
    let context = Context::default();
    let (_device, handle) = Device::open();
    let io = bind(handle, &context);
    assert!(bind(handle, &context).is_null());
    assert_eq!(GetLastError(), 87);
    assert!(CreateIoCompletionPort(handle, null_mut(), 0, 0).is_null());
    assert_eq!(GetLastError(), 87);
    assert!(bind(null_mut(), &context).is_null());
    assert_eq!(GetLastError(), 6);
    // SAFETY: NULL is refused.
    assert!(unsafe { CreateThreadpoolIo(handle, None, null_mut(), null_mut()) }.is_null());
    assert_eq!(GetLastError(), 87);
    CloseThreadpoolIo(io);
    assert_eq!(CloseHandle(handle), 1);
}

#[test]
fn waiting_covers_operations_that_have_not_ended_yet() {
    let context = Context::default();
    let (device, handle) = Device::open();
    let io = bind(handle, &context);
    let mut ov = overlapped(null_mut());
    StartThreadpoolIo(io);
    let pending = device.begin(&mut ov);
    let other = std::thread::spawn(move || pending.complete(0, 5));
    WaitForThreadpoolIoCallbacks(io, 0);
    assert_eq!(
        (context.calls.load(SeqCst), context.bytes.load(SeqCst)),
        (1, 5)
    );
    assert!(other.join().is_ok());
    CloseThreadpoolIo(io);
    assert_eq!(CloseHandle(handle), 1);
}

#[test]
fn blocked_callbacks_do_not_hold_up_others() {
    const BLOCKED: usize = 24;
    let gate = event(true);
    let stuck = Context {
        gate: AtomicUsize::new(gate as usize),
        ..Context::default()
    };
    let free = Context::default();
    let ((a, first), (b, second)) = (Device::open(), Device::open());
    let (stuck_io, free_io) = (bind(first, &stuck), bind(second, &free));
    let mut ov = overlapped(null_mut());
    for _ in 0..BLOCKED {
        StartThreadpoolIo(stuck_io);
        a.begin(&mut ov).complete(0, 0);
    }
    StartThreadpoolIo(free_io);
    b.begin(&mut ov).complete(0, 0);
    // More callbacks block than the pool starts threads at once; it must grow.
    WaitForThreadpoolIoCallbacks(free_io, 0);
    assert_eq!((free.calls.load(SeqCst), stuck.calls.load(SeqCst)), (1, 0));
    SetEvent(gate);
    WaitForThreadpoolIoCallbacks(stuck_io, 0);
    assert_eq!(stuck.calls.load(SeqCst), BLOCKED);
    CloseThreadpoolIo(stuck_io);
    CloseThreadpoolIo(free_io);
    assert!([gate, first, second].iter().all(|&h| CloseHandle(h) == 1));
}

#[test]
fn a_callback_may_wait_for_its_own_object() {
    let context = Context {
        wait_self: true,
        ..Context::default()
    };
    let (device, handle) = Device::open();
    let io = bind(handle, &context);
    let mut ov = overlapped(null_mut());
    StartThreadpoolIo(io);
    device.begin(&mut ov).complete(0, 0);
    WaitForThreadpoolIoCallbacks(io, 0);
    assert_eq!(context.calls.load(SeqCst), 1);
    CloseThreadpoolIo(io);
    assert_eq!(CloseHandle(handle), 1);
}

#[test]
fn close_lets_outstanding_operations_finish_and_stops_later_ones() {
    let gate = event(true);
    let context = Context {
        gate: AtomicUsize::new(gate as usize),
        ..Context::default()
    };
    let (device, handle) = Device::open();
    let io = bind(handle, &context);
    let (mut ov, mut later) = (overlapped(null_mut()), overlapped(null_mut()));
    StartThreadpoolIo(io);
    let pending = device.begin(&mut ov);
    CloseThreadpoolIo(io);
    device.begin(&mut later).complete(0, 100);
    pending.complete(0, 1);
    SetEvent(gate);
    while context.calls.load(SeqCst) == 0 {
        std::thread::yield_now();
    }
    assert_eq!((context.bytes.load(SeqCst), later.InternalHigh), (1, 100));
    assert_eq!((CloseHandle(gate), CloseHandle(handle)), (1, 1));
}

static ROUTINE_STATUS: AtomicUsize = AtomicUsize::new(0);

unsafe extern "system" fn routine(status: u32, bytes: u32, overlapped: *mut OVERLAPPED) {
    // SAFETY: the test keeps the OVERLAPPED until its event is set.
    let event = unsafe { (*overlapped).OffsetHigh } as usize | (bytes as usize) << 32;
    ROUTINE_STATUS.store(status as usize, SeqCst);
    SetEvent((event & 0xFFFF_FFFF) as Handle);
}

#[test]
fn bind_io_completion_callback_passes_an_ntstatus() {
    let (device, handle) = Device::open();
    let done = event(true);
    assert!(done as usize <= u32::MAX as usize);
    // SAFETY: a valid routine; wrong flags and NULL are refused.
    unsafe {
        failed_with(BindIoCompletionCallback(handle, Some(routine), 1), 87);
        failed_with(BindIoCompletionCallback(handle, None, 0), 87);
        assert_eq!(BindIoCompletionCallback(handle, Some(routine), 0), 1);
        failed_with(BindIoCompletionCallback(handle, Some(routine), 0), 87);
    }
    let mut ov = overlapped(null_mut());
    ov.OffsetHigh = done as usize as u32;
    device.begin(&mut ov).complete(1229, 3);
    assert_eq!(WaitForSingleObject(done, INFINITE), 0);
    assert_eq!(ROUTINE_STATUS.load(SeqCst), 0xC000_023A);
    assert_eq!((CloseHandle(done), CloseHandle(handle)), (1, 1));
}
