//! Console control handlers (documented: SetConsoleCtrlHandler, HandlerRoutine).
//!
//! Owns: the list of handlers, the thread that waits for events, and what happens when no handler
//! takes one. Does not own the signals that stand for events (`signals`). Invariants: the signals are
//! taken over while at least one handler is registered, and only then; handlers run with no lock held,
//! the one registered last first, and each event has a thread of its own, as on Windows.
//!
//! SIGINT is CTRL_C_EVENT, SIGQUIT is CTRL_BREAK_EVENT, SIGTERM and SIGHUP are CTRL_CLOSE_EVENT: the
//! event that more programs handle than CTRL_SHUTDOWN_EVENT, and that gives them 5 seconds.
//! Threading: any thread.

use std::io::Read;
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

use httpsys_socket::lock::Mutex;
use httpsys_socket::process::PerProcess;

use super::signals::{self, CTRL_BREAK_EVENT, CTRL_C_EVENT, CTRL_CLOSE_EVENT, TakenSignals};
use crate::status::{Code, ERROR_INVALID_PARAMETER, ERROR_NOT_ENOUGH_MEMORY};
use crate::time::source;

/// PHANDLER_ROUTINE: gets the event, says whether it has handled it.
pub type Handler = unsafe extern "system" fn(u32) -> i32;

/// How long a process may go on after CTRL_CLOSE_EVENT (documented: HandlerRoutine, 5,000 ms).
const CLOSE_TIMEOUT: Duration = Duration::from_millis(5000);
/// Another such time in milliseconds; the name is that of the setting on Windows.
const CLOSE_TIMEOUT_VARIABLE: &str = "HTTPSYS_HUNG_APP_TIMEOUT";

#[derive(Default)]
struct ControlState {
    handlers: Vec<Handler>,
    /// The signals that are ours now.
    taken: Option<TakenSignals>,
    /// Whether the thread that waits for events has started.
    waits: bool,
}

static STATE: PerProcess<Mutex<ControlState>> = PerProcess::new();

fn state() -> &'static Mutex<ControlState> {
    STATE.get_or_init(Mutex::default)
}

/// Registers a handler, which is asked before those that are there. The first one takes the signals over.
///
/// # Errors
/// 8 when the system has no thread or descriptor for it.
///
/// # Safety
/// The handler may be called from any thread until it is removed, and while a call runs.
pub unsafe fn add(handler: Handler) -> Result<(), Code> {
    let mut state = state().lock();
    if !state.waits {
        start().map_err(|_| ERROR_NOT_ENOUGH_MEMORY)?;
        state.waits = true;
    }
    state.handlers.push(handler);
    if state.taken.is_none() {
        state.taken = Some(signals::take());
    }
    Ok(())
}

/// Removes a handler, the latest registration of it; the last one gives the signals back.
///
/// # Errors
/// 87 when it is not registered (documented by its failure, the code observed).
pub fn remove(handler: Handler) -> Result<(), Code> {
    let mut state = state().lock();
    let same = |other: &Handler| *other as usize == handler as usize;
    let at = state.handlers.iter().rposition(same);
    state.handlers.remove(at.ok_or(ERROR_INVALID_PARAMETER)?);
    if state.handlers.is_empty() {
        if let Some(taken) = state.taken.take() {
            signals::give_back(&taken);
        }
    }
    Ok(())
}

/// Whether CTRL_C_EVENT is ignored by this process and those that it starts.
pub fn ignore_ctrl_c(ignore: bool) {
    let mut state = state().lock();
    signals::ignore_interrupt(ignore, state.taken.as_mut());
}

/// Sends CTRL_C_EVENT or CTRL_BREAK_EVENT to this process, or to another process group.
///
/// # Errors
/// 87 for another event, or for a group that does not exist.
pub fn generate(event: u32, group: u32) -> Result<(), Code> {
    let signal = match event {
        CTRL_C_EVENT if group != 0 => return Ok(()), // Documented: it will not be received.
        CTRL_C_EVENT => libc::SIGINT,
        CTRL_BREAK_EVENT => libc::SIGQUIT,
        _ => return Err(ERROR_INVALID_PARAMETER),
    };
    signals::send(signal, group)
}

/// Starts the thread that waits for events.
fn start() -> std::io::Result<()> {
    let events = signals::pipe()?;
    source::outside(|| httpsys_socket::spawn("httpsys-console", move || wait(events)))?;
    Ok(())
}

/// What the thread of events does, for ever.
fn wait(mut events: UnixStream) {
    let mut ends: Option<(Instant, libc::c_int)> = None;
    loop {
        let left = ends.map(|(at, _)| at.saturating_duration_since(Instant::now()));
        if let (Some((_, signal)), Some(Duration::ZERO)) = (ends, left) {
            signals::end_by(signal);
        }
        if events.set_read_timeout(left).is_err() {
            return;
        }
        let mut signal = [0];
        if !matches!(events.read(&mut signal), Ok(1)) {
            continue;
        }
        let signal = libc::c_int::from(signal[0]);
        let event = signals::event_of(signal);
        if event == CTRL_CLOSE_EVENT && ends.is_none() {
            ends = Some((Instant::now() + close_timeout(), signal));
        }
        let run = move || deliver(event, signal);
        if httpsys_socket::spawn("httpsys-ctrl", run).is_err() {
            run();
        }
    }
}

fn close_timeout() -> Duration {
    let wanted = std::env::var(CLOSE_TIMEOUT_VARIABLE).ok();
    let wanted = wanted.and_then(|text| text.parse().ok());
    wanted.map_or(CLOSE_TIMEOUT, |ms: u32| Duration::from_millis(ms.into()))
}

/// Asks the handlers; if none takes the event, what was there before them gets it, or the process ends.
fn deliver(event: u32, signal: libc::c_int) {
    let (handlers, before) = {
        let state = state().lock();
        let before = state.taken.as_ref().and_then(|taken| taken.before(signal));
        (state.handlers.clone(), before)
    };
    for handler in handlers.iter().rev() {
        // SAFETY: callable by the contract of `add`.
        if unsafe { handler(event) } != 0 {
            // After a close the process is ended by `wait`, if it does not end by itself.
            return;
        }
    }
    signals::as_before(signal, before);
}

#[cfg(test)]
mod tests {
    use super::*;

    unsafe extern "system" fn nothing(_event: u32) -> i32 {
        0
    }

    #[test]
    fn a_handler_that_was_not_added_cannot_be_removed() {
        assert_eq!(remove(nothing), Err(ERROR_INVALID_PARAMETER));
    }

    #[test]
    fn only_two_events_can_be_generated() {
        assert_eq!(generate(CTRL_CLOSE_EVENT, 0), Err(ERROR_INVALID_PARAMETER));
        assert_eq!(generate(77, 0), Err(ERROR_INVALID_PARAMETER));
        assert_eq!(generate(CTRL_C_EVENT, 123_456), Ok(()));
    }
}
