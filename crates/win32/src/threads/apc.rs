//! Asynchronous procedure calls: functions that a thread runs while it waits alertably.
//!
//! Owns the queue of each thread and running what is in it. Does not own the waits, which end when the
//! queue's signal is set. Invariants: a call runs once, on the thread it was queued to, in the order of
//! queueing, with no lock held; calls of a thread that ended are dropped. Threading: `push` from any
//! thread, the rest on the queue's own.

use std::collections::VecDeque;
use std::ffi::c_void;

use httpsys_socket::lock::Mutex;

use crate::io::overlapped::OVERLAPPED;
use crate::sync::signal::ObjectSignal;

/// One call to make.
#[derive(Clone, Copy, Debug)]
pub enum Apc {
    /// PAPCFUNC with its argument (QueueUserAPC).
    User(unsafe extern "system" fn(usize), usize),
    /// PTIMERAPCROUTINE with its argument; the time at which the timer was due.
    Timer(unsafe extern "system" fn(*mut c_void, u32, u32), usize, i64),
    /// LPOVERLAPPED_COMPLETION_ROUTINE: code, bytes, OVERLAPPED (ReadFileEx).
    Completion(
        unsafe extern "system" fn(u32, u32, *mut OVERLAPPED),
        u32,
        u32,
        usize,
    ),
}

impl Apc {
    /// The same call of a timer that was due at this time.
    pub(crate) fn at(self, time: i64) -> Apc {
        match self {
            Apc::Timer(routine, argument, _) => Apc::Timer(routine, argument, time),
            other => other,
        }
    }

    fn run(self) {
        // SAFETY: the application promised a function of this type that may be called on the thread it
        // named, with an argument of its own.
        unsafe {
            match self {
                Apc::User(routine, argument) => routine(argument),
                Apc::Timer(routine, argument, time) => {
                    routine(argument as *mut c_void, time as u32, (time >> 32) as u32);
                }
                Apc::Completion(routine, code, bytes, overlapped) => {
                    routine(code, bytes, overlapped as *mut OVERLAPPED);
                }
            }
        }
    }
}

/// The calls of one thread.
#[derive(Debug)]
pub struct ApcQueue {
    calls: Mutex<VecDeque<Apc>>,
    /// Set while there are calls.
    signal: ObjectSignal,
}

impl Default for ApcQueue {
    fn default() -> ApcQueue {
        ApcQueue {
            calls: Mutex::default(),
            signal: ObjectSignal::new(true, false),
        }
    }
}

impl ApcQueue {
    /// Queues a call; ends an alertable wait of the thread.
    pub fn push(&self, call: Apc) {
        let mut calls = self.calls.lock();
        calls.push_back(call);
        // Under the lock, as it is reset: it says whether there are calls.
        self.signal.set();
    }

    /// Set while there are calls.
    pub fn signal(&self) -> &ObjectSignal {
        &self.signal
    }

    /// Runs what is queued, also what that queues. Returns whether there was anything.
    pub fn run(&self) -> bool {
        let mut ran = false;
        loop {
            let call = {
                let mut calls = self.calls.lock();
                let call = calls.pop_front();
                if call.is_none() {
                    self.signal.reset();
                }
                call
            };
            let Some(call) = call else { return ran };
            call.run();
            ran = true;
        }
    }
}
