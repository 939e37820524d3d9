//! Overlapped operations: results, events, cancellation.

use super::*;
use crate::api::errors::*;
use crate::api::events::*;
use crate::api::overlapped::*;
use crate::api::waits::*;
use crate::time::INFINITE;

fn result(handle: Handle, overlapped: &mut OVERLAPPED, wait: bool) -> (i32, u32) {
    let mut bytes = 77;
    // SAFETY: valid pointers.
    let done = unsafe { GetOverlappedResult(handle, overlapped, &mut bytes, i32::from(wait)) };
    (done, bytes)
}

#[test]
fn a_pending_operation_is_996_and_then_has_a_result() {
    let (device, handle) = Device::open();
    let mut ov = overlapped(std::ptr::null_mut());
    let pending = device.begin(&mut ov);
    assert_eq!(
        (ov.Internal, pending.overlapped()),
        (0x103, &raw const ov as usize)
    );
    assert_eq!(
        (result(handle, &mut ov, false), GetLastError()),
        ((0, 77), 996)
    );
    pending.complete(0, 12);
    assert_eq!(result(handle, &mut ov, false), (1, 12));
    assert_eq!((ov.Internal, ov.InternalHigh), (0, 12));
    assert_eq!(CloseHandle(handle), 1);
}

#[test]
fn errors_come_back_with_status_and_bytes() {
    let (device, handle) = Device::open();
    for (code, status, bytes) in [
        (234, 0x8000_0005u32, 5000),
        (38, 0xC000_0011, 0),
        (1229, 0xC000_023A, 0),
        (995, 0xC000_0120, 0),
    ] {
        let mut ov = overlapped(std::ptr::null_mut());
        device.begin(&mut ov).complete(code, bytes);
        assert_eq!(result(handle, &mut ov, true), (0, bytes as u32));
        assert_eq!((GetLastError(), ov.Internal), (code, status as usize));
    }
    assert_eq!(CloseHandle(handle), 1);
}

#[test]
fn the_event_is_reset_at_the_begin_and_set_at_the_end() {
    let (device, handle) = Device::open();
    let event = event(true);
    SetEvent(event);
    let mut ov = overlapped(event);
    let pending = device.begin(&mut ov);
    assert_eq!(WaitForSingleObject(event, 0), 258);
    pending.complete(0, 1);
    assert_eq!(WaitForSingleObject(event, 0), 0);
    // The handle itself is signalled only for operations without an event.
    assert_eq!(WaitForSingleObject(handle, 0), 258);
    let mut plain = overlapped(std::ptr::null_mut());
    device.begin(&mut plain).complete_inline(0, 0);
    assert_eq!(WaitForSingleObject(handle, 0), 0);
    let pending = device.begin(&mut plain);
    assert_eq!(WaitForSingleObject(handle, 0), 258);
    pending.abandon(87);
    assert_eq!(WaitForSingleObject(handle, 0), 258);
    assert_eq!((CloseHandle(event), CloseHandle(handle)), (1, 1));
}

#[test]
fn get_overlapped_result_waits_with_and_without_event() {
    let (device, handle) = Device::open();
    let (manual, auto) = (event(true), event(false));
    for event in [std::ptr::null_mut(), manual, auto, 0xABC0 as Handle] {
        for round in 0..300 {
            let mut ov = overlapped(event);
            let pending = device.begin(&mut ov);
            let other = std::thread::spawn(move || pending.complete(0, round));
            assert_eq!(result(handle, &mut ov, true), (1, round as u32));
            assert!(other.join().is_ok());
        }
    }
    assert_eq!(WaitForSingleObject(manual, 0), 0);
    assert!([manual, auto, handle].iter().all(|&h| CloseHandle(h) == 1));
}

#[test]
fn get_overlapped_result_ex_times_out() {
    let (device, handle) = Device::open();
    let mut ov = overlapped(std::ptr::null_mut());
    let pending = device.begin(&mut ov);
    let mut bytes = 0;
    // SAFETY: valid pointers; NULL is refused.
    unsafe {
        failed_with(
            GetOverlappedResultEx(handle, &mut ov, &mut bytes, 0, 0),
            996,
        );
        failed_with(
            GetOverlappedResultEx(handle, &mut ov, &mut bytes, 1, 0),
            258,
        );
        failed_with(
            GetOverlappedResult(handle, std::ptr::null_mut(), &mut bytes, 0),
            87,
        );
        // Neither handle nor event to wait on.
        failed_with(
            GetOverlappedResult(std::ptr::null_mut(), &mut ov, &mut bytes, 1),
            6,
        );
        pending.complete(0, 3);
        assert_eq!(
            GetOverlappedResultEx(handle, &mut ov, std::ptr::null_mut(), INFINITE, 0),
            1
        );
    }
    assert_eq!(CloseHandle(handle), 1);
}

#[test]
fn a_closed_event_or_handle_does_not_disturb_the_operation() {
    let (device, handle) = Device::open();
    let event = event(true);
    let mut ov = overlapped(event);
    let pending = device.begin(&mut ov);
    assert_eq!((CloseHandle(event), CloseHandle(handle)), (1, 1));
    pending.complete(0, 9);
    assert_eq!((ov.Internal, ov.InternalHigh), (0, 9));
}

#[test]
fn a_dropped_operation_ends_with_995() {
    let (device, handle) = Device::open();
    let event = event(true);
    let mut ov = overlapped(event);
    drop(device.begin(&mut ov));
    assert_eq!(WaitForSingleObject(event, 0), 0);
    assert_eq!((result(handle, &mut ov, true).0, GetLastError()), (0, 995));
    assert_eq!((CloseHandle(event), CloseHandle(handle)), (1, 1));
}

#[test]
fn cancel_by_overlapped_by_thread_and_all() {
    let (device, handle) = Device::open();
    let mut ovs: Vec<_> = (0..4).map(|_| overlapped(std::ptr::null_mut())).collect();
    let target = &raw mut ovs[1];
    failed_with(CancelIoEx(handle, target), 1168);
    assert_eq!(CancelIo(handle), 1);
    ovs.iter_mut().take(3).for_each(|ov| device.start(ov));
    std::thread::scope(|scope| {
        let (device, last) = (&device, &raw mut ovs[3] as usize);
        // SAFETY: nobody else uses this element while the thread runs.
        scope.spawn(move || device.start(unsafe { &mut *(last as *mut OVERLAPPED) }));
    });
    assert_eq!(CancelIoEx(handle, target), 1);
    assert_eq!(
        (result(handle, &mut ovs[1], true).0, GetLastError()),
        (0, 995)
    );
    assert_eq!(ovs[0].Internal, 0x103);
    assert_eq!(CancelIo(handle), 1);
    assert_eq!(
        (ovs[0].Internal, ovs[2].Internal, ovs[3].Internal),
        (0xC000_0120, 0xC000_0120, 0x103)
    );
    assert_eq!(CancelIoEx(handle, std::ptr::null_mut()), 1);
    assert_eq!(ovs[3].Internal, 0xC000_0120);
    failed_with(CancelIoEx(handle, std::ptr::null_mut()), 1168);
    assert_eq!(CloseHandle(handle), 1);
    failed_with(CancelIo(handle), 6);
}

/// The event of one operation must not be signalled late, into the next one that uses it.
#[test]
fn an_event_used_again_at_once_is_not_signalled_by_the_operation_before() {
    let (device, handle) = Device::open();
    let event = event(true);
    let (send, receive) = std::sync::mpsc::channel::<Pending>();
    let completer = std::thread::spawn(move || {
        receive
            .into_iter()
            .for_each(|pending| pending.complete(0, 1));
    });
    let mut ov = overlapped(event);
    for _ in 0..3_000 {
        let _ = send.send(device.begin(&mut ov));
        while result(handle, &mut ov, false).0 == 0 {
            std::hint::spin_loop();
        }
        let next = device.begin(&mut ov);
        assert_eq!(WaitForSingleObject(event, 0), 258);
        next.complete(0, 0);
    }
    drop(send);
    assert!(completer.join().is_ok());
    assert_eq!((CloseHandle(event), CloseHandle(handle)), (1, 1));
}
