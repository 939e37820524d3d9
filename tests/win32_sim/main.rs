//! The functions of Windows that wait, sleep and read clocks, in a simulation: they take virtual time, and the
//! same seed gives the same run.
//!
//! Each test runs under 200 seeds, twice under each.
#![cfg(not(windows))]
#![allow(unsafe_code, reason = "functions of C")]

mod ends;
mod locks;
mod pool;
mod ports;
mod threads;
mod time;
mod waits;

use std::ffi::c_void;
use std::ptr::null_mut;

use httpsys_sim::{Sim, try_seed};
use httpsys_win32::Handle;
use httpsys_win32::api::errors::CloseHandle;
use httpsys_win32::api::events::CreateEventW;
use httpsys_win32::api::threads::{CreateThread, ThreadStart};
use httpsys_win32::api::times::GetTickCount64;

const SEEDS: u64 = 200;
const INFINITE: u32 = u32::MAX;
const WAIT_TIMEOUT: u32 = 258;

/// Runs the test under each seed, twice: the runs are the same.
fn each_seed(test: impl Fn(&Sim)) {
    for seed in 1..=SEEDS {
        let run = || match try_seed(seed, &test) {
            Ok(finished) => finished.trace,
            Err(failure) => panic!("{failure}"),
        };
        let (first, second) = (run(), run());
        assert_eq!(first.digest(), second.digest(), "seed {seed}: {first}");
    }
}

/// A handle that is closed at the end.
struct Owned(Handle);

// SAFETY: a handle is a number, which any thread may use.
unsafe impl Sync for Owned {}

impl Drop for Owned {
    fn drop(&mut self) {
        CloseHandle(self.0);
    }
}

fn event(manual_reset: bool) -> Owned {
    // SAFETY: no attributes and no name.
    let event = unsafe { CreateEventW(null_mut(), manual_reset.into(), 0, null_mut()) };
    assert!(!event.is_null());
    Owned(event)
}

/// Starts a thread with a reference, for which the caller waits before it goes.
fn start<T: Sync>(body: ThreadStart, argument: &T) -> Owned {
    let argument = std::ptr::from_ref(argument).cast_mut().cast::<c_void>();
    // SAFETY: `body` takes what it is given, and the test waits for the thread.
    let thread = unsafe { CreateThread(null_mut(), 0, Some(body), argument, 0, null_mut()) };
    assert!(!thread.is_null());
    Owned(thread)
}

/// What a callback was given.
///
/// # Safety
/// `argument` is a `T` that lives for the call.
unsafe fn given<'a, T>(argument: *mut c_void) -> &'a T {
    // SAFETY: by the contract of this function.
    unsafe { &*argument.cast::<T>() }
}

/// Milliseconds that the body takes.
fn taken(body: impl FnOnce()) -> u64 {
    let before = GetTickCount64();
    body();
    GetTickCount64() - before
}
