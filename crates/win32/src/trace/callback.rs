//! The callback of HttpsysSetLogCallback: how events reach it.
//!
//! Owns: the queue of events, the thread that calls the program, and the change of the callback. Does not
//! own which events there are ([`super`]).
//!
//! An event may be told under locks of the library. So it is only written down there, and the callback
//! runs on a thread of its own with no lock held: it may call every function of the API, and take as long
//! as it likes. What it causes itself is not told to it, or it would never end.
//!
//! Invariants: at most `MOST` events wait; others are counted, and their number is told. When
//! `set` returns, the former callback does not run and is not called again, unless it is itself the
//! caller. Threading: any thread. A child made by fork has no callback. Unsafe code: the call of the
//! program's function.

use std::cell::Cell;
use std::collections::VecDeque;
use std::ffi::{CString, c_char, c_void};
use std::fmt::{self, Write};

use httpsys_socket::lock::{Condvar, Mutex};
use httpsys_socket::{Own, PerWorld, process};
use tracing::Event;
use tracing::field::{Field, Visit};

use super::level;
use crate::status::{Code, ERROR_BUSY, ERROR_NOT_ENOUGH_MEMORY};

/// HTTPSYS_LOG_CALLBACK.
pub type Function = unsafe extern "system" fn(u32, *const c_char, *const c_char, *mut c_void);

/// Events that wait for the callback.
const MOST: usize = 1024;

/// The program's function and what it is to get.
#[derive(Clone, Copy, Debug)]
pub struct TraceCallback {
    /// The function.
    pub function: Function,
    /// Handed to it as it is.
    pub context: *mut c_void,
}

// SAFETY: the pointer is handed back to the program only, which says in the call that any thread may.
unsafe impl Send for TraceCallback {}

struct Line {
    level: u8,
    target: &'static str,
    text: CString,
}

#[derive(Default)]
struct TraceQueue {
    lines: VecDeque<Line>,
    /// Events that found it full.
    lost: u64,
    callback: Option<TraceCallback>,
    /// The callback is being called.
    runs: bool,
    /// Somebody changes the callback.
    changes: bool,
    has_thread: bool,
}

#[derive(Default)]
struct TraceDelivery {
    queue: Mutex<TraceQueue>,
    /// For the thread: there is something to tell.
    filled: Condvar,
    /// For who changes the callback: the thread is through with something.
    settled: Condvar,
}

static DELIVERY: PerWorld<TraceDelivery> = PerWorld::new();

thread_local! {
    /// This is the thread that calls the callback.
    static IS_DELIVERING: Cell<bool> = const { Cell::new(false) };
}

/// Writes an event down for the callback. No lock is taken by the callback's own thread.
pub(crate) fn push(level: u8, event: &Event<'_>) {
    if IS_DELIVERING.try_with(Cell::get).unwrap_or(true) {
        return;
    }
    let Some(delivery) = DELIVERY.get() else {
        return;
    };
    let mut text = EventText::default();
    event.record(&mut text);
    let line = Line {
        level,
        target: event.metadata().target(),
        text: text.finish(),
    };
    let mut queue = delivery.queue.lock();
    if queue.lines.len() >= MOST {
        queue.lost += 1;
    } else {
        queue.lines.push_back(line);
    }
    drop(queue);
    delivery.filled.notify_one();
}

/// Replaces the callback, or removes it; events up to the level `to` go to the new one. What was told before goes
/// to the former one first.
///
/// # Errors
/// 8 when the system has no thread; 170 from inside the callback while another thread changes it.
pub(super) fn set(to: u8, callback: Option<TraceCallback>) -> Result<(), Code> {
    if process::watch().is_err() {
        return Err(ERROR_NOT_ENOUGH_MEMORY);
    }
    let delivery = DELIVERY.get_or_init(TraceDelivery::default);
    let inside = IS_DELIVERING.get();
    let mut queue = delivery.queue.lock();
    while queue.changes {
        if inside {
            // Whoever changes it waits for this very call.
            return Err(ERROR_BUSY);
        }
        delivery.settled.wait(&mut queue);
    }
    if callback.is_some() && !queue.has_thread {
        let own = Own::clone(&delivery);
        httpsys_socket::spawn("httpsys log", move || deliver(&own))
            .map_err(|_| ERROR_NOT_ENOUGH_MEMORY)?;
        queue.has_thread = true;
    }
    queue.changes = true;
    drop(queue);
    // Nothing comes any more that would have to be waited for.
    level::set_called(0);
    let mut queue = delivery.queue.lock();
    while !inside && queue.callback.is_some() && (queue.runs || queue.is_filled()) {
        delivery.settled.wait(&mut queue);
    }
    queue.callback = callback;
    if callback.is_none() {
        queue.lines.clear();
        queue.lost = 0;
    }
    drop(queue);
    if callback.is_some() {
        level::set_called(to);
    }
    delivery.queue.lock().changes = false;
    delivery.settled.notify_all();
    Ok(())
}

impl TraceQueue {
    fn is_filled(&self) -> bool {
        !self.lines.is_empty() || self.lost > 0
    }

    /// What is told next: the events, then how many there were no room for.
    fn next(&mut self) -> Option<Line> {
        self.lines.pop_front().or_else(|| {
            let lost = std::mem::take(&mut self.lost);
            (lost > 0).then(|| Line {
                level: 2,
                target: "httpsys",
                text: without_nul(format!(
                    "{lost} events were lost: they come faster than the callback returns"
                )),
            })
        })
    }
}

/// The thread that calls the program. It stays.
fn deliver(delivery: &TraceDelivery) {
    IS_DELIVERING.set(true);
    let mut queue = delivery.queue.lock();
    loop {
        let line = queue.next();
        let (Some(line), Some(callback)) = (line, queue.callback) else {
            delivery.settled.notify_all();
            delivery.filled.wait(&mut queue);
            continue;
        };
        queue.runs = true;
        drop(queue);
        let target = without_nul(line.target.to_owned());
        // SAFETY: by the contract of HttpsysSetLogCallback the function may be called from any thread until
        // it is replaced, which waits for `runs`; the strings live until it returns.
        unsafe {
            (callback.function)(
                line.level.into(),
                target.as_ptr(),
                line.text.as_ptr(),
                callback.context,
            );
        }
        queue = delivery.queue.lock();
        queue.runs = false;
    }
}

/// The text of an event: its message, then its fields as NAME=VALUE.
#[derive(Default)]
struct EventText {
    message: String,
    fields: String,
}

impl Visit for EventText {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        // Writing into a string does not fail.
        let _ = match field.name() {
            "message" => write!(self.message, "{value:?}"),
            name => write!(self.fields, " {name}={value:?}"),
        };
    }
}

impl EventText {
    fn finish(mut self) -> CString {
        self.message.push_str(&self.fields);
        without_nul(self.message)
    }
}

/// C ends a string at a NUL; the text of an event may have one from a program or a client.
fn without_nul(text: String) -> CString {
    CString::new(text).unwrap_or_else(|error| {
        let mut bytes = error.into_vec();
        bytes
            .iter_mut()
            .filter(|byte| **byte == 0)
            .for_each(|byte| *byte = b' ');
        CString::new(bytes).unwrap_or_default()
    })
}
