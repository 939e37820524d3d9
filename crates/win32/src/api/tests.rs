//! Tests through the exported functions.
//!
//! Owns what the families of tests share: a file-like object whose operations the test ends itself.

mod devices;
mod events;
mod files;
mod locks;
mod mutexes;
mod overlapped;
mod ports;
mod small;
mod threadpool;
mod timers;

use std::ptr::null_mut;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::errors::GetLastError;
use crate::handle::{self, Handle};
use crate::io::overlapped::OVERLAPPED;
use crate::io::port::Port;
use crate::io::state::{IoState, Pending};
use crate::object::{CancelScope, Object};

/// Stands for a request queue.
#[derive(Default)]
struct Device {
    io: IoState,
    pending: httpsys_socket::lock::Mutex<Vec<Pending>>,
}

impl Object for Device {
    fn signal(&self) -> Option<&crate::ObjectSignal> {
        Some(self.io.signal())
    }
    fn io(&self) -> Option<&IoState> {
        Some(&self.io)
    }
    fn cancel_io(&self, scope: CancelScope) -> bool {
        let matches = |pending: &Pending| pending.is_meant(scope);
        let all = std::mem::take(&mut *self.pending.lock());
        let (cancelled, kept): (Vec<_>, Vec<_>) = all.into_iter().partition(matches);
        self.pending.lock().extend(kept);
        let any = !cancelled.is_empty();
        cancelled
            .into_iter()
            .for_each(|pending| pending.complete(995, 0));
        any
    }
}

impl Device {
    fn open() -> (Arc<Device>, Handle) {
        let device = Arc::new(Device::default());
        let handle = handle::insert(device.clone());
        (device, handle)
    }

    /// Begins an operation; the OVERLAPPED must outlive it.
    fn begin(&self, overlapped: &mut OVERLAPPED) -> Pending {
        // SAFETY: the tests keep the OVERLAPPED until the operation has ended.
        unsafe { self.io.begin(overlapped) }
    }

    /// An operation that only CancelIo ends.
    fn start(&self, overlapped: &mut OVERLAPPED) {
        let pending = self.begin(overlapped);
        self.pending.lock().push(pending);
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

fn wide(text: &str) -> Vec<u16> {
    text.encode_utf16().chain([0]).collect()
}

fn event(manual: bool) -> Handle {
    // SAFETY: no name.
    let event =
        unsafe { super::events::CreateEventW(null_mut(), i32::from(manual), 0, std::ptr::null()) };
    assert!(!event.is_null());
    event
}

fn failed_with(result: i32, code: u32) {
    assert_eq!((result, GetLastError()), (0, code));
}

/// Everything in the port now: key, OVERLAPPED, status, bytes.
fn drain(port: Handle) -> Vec<(usize, usize, u32, usize)> {
    packets(port, 0)
}

/// Everything in the port as soon as it is `count` packets, which may take as long as a slow machine
/// needs: a packet arrives after the result of its operation can be seen, so that a thread that waited
/// for the result may be earlier.
fn packets(port: Handle, count: usize) -> Vec<(usize, usize, u32, usize)> {
    let mut all = Vec::new();
    let Some(port) = handle::lookup_as::<Port>(port) else {
        return all;
    };
    let mut last = false;
    while !last {
        last = all.len() >= count;
        let patience = Duration::from_secs(if last { 0 } else { 60 });
        let taken = port.take(1000, Some(Instant::now() + patience), |_, p| {
            all.push((p.key, p.overlapped, p.status, p.bytes))
        });
        last |= taken.is_err();
    }
    all
}

#[test]
fn a_panic_becomes_1359_and_the_failure_value() {
    let result = super::fence(7, || -> Result<i32, u32> { panic!("expected by the test") });
    assert_eq!((result, GetLastError()), (7, 1359));
}
