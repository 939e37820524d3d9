//! Completion ports: association, packets, notification modes.

use std::ptr::null_mut;

use super::*;
use crate::api::errors::*;
use crate::api::ports::*;
use crate::api::waits::*;
use crate::handle::INVALID_HANDLE_VALUE;
use crate::io::overlapped::OVERLAPPED_ENTRY;
use crate::time::INFINITE;

fn new_port() -> Handle {
    CreateIoCompletionPort(INVALID_HANDLE_VALUE, null_mut(), 0, 0)
}

/// Result, bytes, key and OVERLAPPED.
fn next(port: Handle, ms: u32) -> (i32, u32, usize, *mut OVERLAPPED) {
    let (mut bytes, mut key, mut ov) = (0, 0, 0x10 as *mut OVERLAPPED);
    // SAFETY: valid out parameters.
    let done = unsafe { GetQueuedCompletionStatus(port, &mut bytes, &mut key, &mut ov, ms) };
    (done, bytes, key, ov)
}

#[test]
fn ses_030_a_completion_arrives_with_key_overlapped_and_bytes() {
    let (device, handle) = Device::open();
    let port = CreateIoCompletionPort(handle, null_mut(), 42, 0);
    assert!(!port.is_null());
    let mut ov = overlapped(null_mut());
    device.begin(&mut ov).complete(0, 100);
    assert_eq!(next(port, INFINITE), (1, 100, 42, &raw mut ov));
    device.begin(&mut ov).complete(1229, 0);
    assert_eq!(
        (next(port, INFINITE), GetLastError()),
        ((0, 0, 42, &raw mut ov), 1229)
    );
    device.begin(&mut ov).complete(234, 5000);
    assert_eq!(
        (next(port, INFINITE), GetLastError()),
        ((0, 5000, 42, &raw mut ov), 234)
    );
    assert_eq!(
        (next(port, 1), GetLastError()),
        ((0, 0, 0, null_mut()), 258)
    );
    assert_eq!((CloseHandle(port), CloseHandle(handle)), (1, 1));
}

#[test]
fn association_errors() {
    let (_device, handle) = Device::open();
    let (port, other, event) = (new_port(), new_port(), event(true));
    assert_eq!(CreateIoCompletionPort(handle, port, 1, 0), port);
    let fails = |file, existing, code| {
        assert!(CreateIoCompletionPort(file, existing, 1, 0).is_null());
        assert_eq!(GetLastError(), code);
    };
    fails(handle, other, 87);
    fails(handle, null_mut(), 87);
    fails(INVALID_HANDLE_VALUE, port, 87);
    fails(event, port, 87);
    fails(null_mut(), port, 6);
    let (_second, unbound) = Device::open();
    fails(unbound, event, 6);
    failed_with(SetFileCompletionNotificationModes(handle, 4), 87);
    failed_with(SetFileCompletionNotificationModes(event, 1), 87);
    assert!(
        [port, other, event, handle, unbound]
            .iter()
            .all(|&h| CloseHandle(h) == 1)
    );
    failed_with(PostQueuedCompletionStatus(port, 0, 0, null_mut()), 6);
    failed_with(SetFileCompletionNotificationModes(handle, 1), 6);
}

#[test]
fn snd_004_an_inline_success_posts_exactly_one_packet() {
    let (device, handle) = Device::open();
    let port = CreateIoCompletionPort(handle, null_mut(), 7, 0);
    let event = event(true);
    let mut ov = overlapped(event);
    let at = &raw const ov as usize;
    device.begin(&mut ov).complete_inline(0, 10);
    assert_eq!(drain(port), [(7, at, 0, 10)]);
    assert_eq!(WaitForSingleObject(event, 0), 0);
    assert_eq!(
        (CloseHandle(port), CloseHandle(handle), CloseHandle(event)),
        (1, 1, 1)
    );
}

#[test]
fn rcv_026_a_refused_call_delivers_nothing() {
    let (device, handle) = Device::open();
    let port = CreateIoCompletionPort(handle, null_mut(), 7, 0);
    let event = event(true);
    let mut ov = overlapped(event);
    device.begin(&mut ov).abandon(38);
    assert_eq!(drain(port), []);
    assert_eq!(
        (WaitForSingleObject(event, 0), ov.Internal),
        (258, 0xC000_0011)
    );
    assert_eq!(
        (CloseHandle(port), CloseHandle(handle), CloseHandle(event)),
        (1, 1, 1)
    );
}

#[test]
fn ses_031_skip_on_success_suppresses_the_inline_packet_only() {
    let (device, handle) = Device::open();
    let port = CreateIoCompletionPort(handle, null_mut(), 7, 0);
    let event = event(true);
    assert_eq!(SetFileCompletionNotificationModes(handle, 1), 1);
    assert_eq!(SetFileCompletionNotificationModes(handle, 0), 1);
    let mut ov = overlapped(event);
    let at = &raw const ov as usize;
    let pending = device.begin(&mut ov);
    assert!(pending.skips_on_success());
    pending.complete_inline(0, 1);
    assert_eq!((drain(port), WaitForSingleObject(event, 0)), (vec![], 0));
    device.begin(&mut ov).complete_inline(234, 1);
    assert_eq!((drain(port), ov.Internal), (vec![], 0x8000_0005));
    device.begin(&mut ov).complete(0, 2);
    device.begin(&mut ov).complete(995, 0);
    drop(device.begin(&mut ov));
    assert_eq!(
        drain(port),
        [
            (7, at, 0, 2),
            (7, at, 0xC000_0120, 0),
            (7, at, 0xC000_0120, 0)
        ]
    );
    assert_eq!(
        (CloseHandle(port), CloseHandle(handle), CloseHandle(event)),
        (1, 1, 1)
    );
}

#[test]
fn skip_set_event_on_handle_spares_the_handle_not_the_event() {
    let (device, handle) = Device::open();
    let event = event(true);
    assert_eq!(SetFileCompletionNotificationModes(handle, 2), 1);
    let (mut with, mut without) = (overlapped(event), overlapped(null_mut()));
    device.begin(&mut without).complete(0, 0);
    assert_eq!(WaitForSingleObject(handle, 0), 258);
    device.begin(&mut with).complete(0, 0);
    assert_eq!(WaitForSingleObject(event, 0), 0);
    assert_eq!((CloseHandle(handle), CloseHandle(event)), (1, 1));
}

#[test]
fn the_low_bit_of_the_event_suppresses_the_packet() {
    let (device, handle) = Device::open();
    let port = CreateIoCompletionPort(handle, null_mut(), 7, 0);
    let event = event(true);
    let mut ov = overlapped((event as usize | 1) as Handle);
    device.begin(&mut ov).complete(0, 2);
    assert_eq!((drain(port), WaitForSingleObject(event, 0)), (vec![], 0));
    assert_eq!(
        (CloseHandle(port), CloseHandle(handle), CloseHandle(event)),
        (1, 1, 1)
    );
}

#[test]
fn port_key_and_modes_are_those_of_the_call() {
    let (device, handle) = Device::open();
    let (mut before, mut after) = (overlapped(null_mut()), overlapped(null_mut()));
    let pending = device.begin(&mut before);
    let port = CreateIoCompletionPort(handle, null_mut(), 7, 0);
    pending.complete(0, 1);
    assert_eq!(drain(port), []);
    let at = &raw const after as usize;
    let pending = device.begin(&mut after);
    assert_eq!(SetFileCompletionNotificationModes(handle, 1), 1);
    pending.complete_inline(0, 2);
    assert_eq!(drain(port), [(7, at, 0, 2)]);
    assert_eq!((CloseHandle(port), CloseHandle(handle)), (1, 1));
}

#[test]
fn an_overlapped_used_twice_or_freed_after_the_end_is_survived() {
    let (device, handle) = Device::open();
    let port = CreateIoCompletionPort(handle, null_mut(), 7, 0);
    let mut ov = Box::new(overlapped(null_mut()));
    let at = &raw const *ov as usize;
    let (first, second) = (device.begin(&mut ov), device.begin(&mut ov));
    first.complete(0, 1);
    second.complete(995, 0);
    drop(ov);
    assert_eq!(drain(port), [(7, at, 0, 1), (7, at, 0xC000_0120, 0)]);
    assert_eq!((CloseHandle(port), CloseHandle(handle)), (1, 1));
}

#[test]
fn posted_packets_come_out_in_order_and_in_batches() {
    let port = new_port();
    for n in 0..5usize {
        assert_eq!(
            PostQueuedCompletionStatus(port, n as u32, n * 10, n as *mut OVERLAPPED),
            1
        );
    }
    let none = OVERLAPPED_ENTRY {
        lpCompletionKey: 99,
        lpOverlapped: null_mut(),
        Internal: 99,
        dwNumberOfBytesTransferred: 99,
    };
    let (mut entries, mut removed) = ([none; 3], 9);
    // SAFETY: valid arrays; NULL and 0 are refused.
    unsafe {
        let take = GetQueuedCompletionStatusEx;
        assert_eq!(
            take(port, entries.as_mut_ptr(), 3, &mut removed, INFINITE, 0),
            1
        );
        assert_eq!(
            (removed, entries.map(|e| e.lpCompletionKey)),
            (3, [0, 10, 20])
        );
        assert_eq!(entries.map(|e| e.dwNumberOfBytesTransferred), [0, 1, 2]);
        assert_eq!(take(port, entries.as_mut_ptr(), 3, &mut removed, 0, 0), 1);
        assert_eq!((removed, entries[1].lpOverlapped as usize), (2, 4));
        failed_with(take(port, entries.as_mut_ptr(), 3, &mut removed, 1, 0), 258);
        assert_eq!(removed, 0);
        failed_with(take(port, entries.as_mut_ptr(), 0, &mut removed, 0, 0), 87);
        failed_with(take(port, null_mut(), 1, &mut removed, 0, 0), 87);
        failed_with(
            take(null_mut(), entries.as_mut_ptr(), 1, &mut removed, 0, 0),
            6,
        );
        failed_with(
            GetQueuedCompletionStatus(port, null_mut(), null_mut(), null_mut(), 0),
            87,
        );
    }
    assert_eq!(CloseHandle(port), 1);
}

#[test]
fn closing_the_port_ends_waits_with_735_and_later_calls_with_6() {
    let port = new_port() as usize;
    let (send, receive) = std::sync::mpsc::channel();
    let waiting: Vec<_> = (0..3)
        .map(|_| {
            let send = send.clone();
            std::thread::spawn(move || {
                let _ = send.send(());
                let (done, _, _, ov) = next(port as Handle, INFINITE);
                (done, ov.is_null(), GetLastError())
            })
        })
        .collect();
    waiting.iter().for_each(|_| _ = receive.recv());
    assert_eq!(CloseHandle(port as Handle), 1);
    for thread in waiting {
        let (done, null, code) = thread.join().expect("no panic");
        // A thread that had not yet looked up the handle gets 6.
        assert!(
            (done, null) == (0, true) && (code == 735 || code == 6),
            "{code}"
        );
    }
    assert_eq!((next(port as Handle, 0).0, GetLastError()), (0, 6));
}

#[test]
fn a_thread_that_uses_ports_in_turn_gets_the_packets_of_each_and_6_once_it_is_closed() {
    let ports = [new_port(), new_port()];
    for round in 0..3 {
        for (n, &port) in ports.iter().enumerate() {
            assert_eq!(PostQueuedCompletionStatus(port, round, n, null_mut()), 1);
            assert_eq!(next(port, 0), (1, round, n, null_mut()));
        }
    }
    let last = ports[1] as usize;
    let closing = std::thread::spawn(move || CloseHandle(last as Handle));
    assert_eq!(closing.join().expect("no panic"), 1);
    assert_eq!((next(ports[1], 0).0, GetLastError()), (0, 6));
    failed_with(PostQueuedCompletionStatus(ports[1], 0, 0, null_mut()), 6);
    assert_eq!(PostQueuedCompletionStatus(ports[0], 1, 2, null_mut()), 1);
    assert_eq!(next(ports[0], 0), (1, 1, 2, null_mut()));
    assert_eq!(CloseHandle(ports[0]), 1);
}

#[test]
fn completions_for_a_closed_port_vanish() {
    let (device, handle) = Device::open();
    let port = CreateIoCompletionPort(handle, null_mut(), 7, 0);
    assert_eq!(CloseHandle(port), 1);
    let mut ov = overlapped(null_mut());
    device.begin(&mut ov).complete(0, 4);
    assert_eq!((ov.InternalHigh, CloseHandle(handle)), (4, 1));
}

/// Many threads complete, many dequeue in both ways: every operation arrives exactly once.
#[test]
fn stress_exactly_one_completion_for_each_operation() {
    const PER_THREAD: usize = 3_000;
    let (device, handle) = Device::open();
    let port = CreateIoCompletionPort(handle, null_mut(), 7, 0) as usize;
    let seen: Vec<_> = (0..2 * PER_THREAD)
        .map(|_| std::sync::atomic::AtomicU32::new(0))
        .collect();
    std::thread::scope(|scope| {
        let takers: Vec<_> = (0..3)
            .map(|_| {
                let seen = &seen;
                scope.spawn(move || {
                    loop {
                        let (done, bytes, key, _) = next(port as Handle, INFINITE);
                        match (done, key) {
                            (1, 7) => seen[bytes as usize]
                                .fetch_add(1, std::sync::atomic::Ordering::SeqCst),
                            _ => break,
                        };
                    }
                })
            })
            .collect();
        let issuers: Vec<_> = (0..2)
            .map(|half| {
                let device = &device;
                scope.spawn(move || {
                    let mut ov = overlapped(null_mut());
                    for n in 0..PER_THREAD {
                        let pending = device.begin(&mut ov);
                        let id = half * PER_THREAD + n;
                        match n % 2 {
                            0 => pending.complete(0, id),
                            _ => pending.complete_inline(0, id),
                        }
                    }
                })
            })
            .collect();
        issuers.into_iter().for_each(|t| assert!(t.join().is_ok()));
        takers.iter().for_each(|_| {
            assert_eq!(
                PostQueuedCompletionStatus(port as Handle, 0, 1, null_mut()),
                1
            );
        });
    });
    assert!(
        seen.iter()
            .all(|count| count.load(std::sync::atomic::Ordering::SeqCst) == 1)
    );
    assert_eq!((CloseHandle(port as Handle), CloseHandle(handle)), (1, 1));
}
