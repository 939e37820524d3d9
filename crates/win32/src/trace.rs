//! Where the events of the library go in programs in C: to standard error (`HTTPSYS_TRACE`), and to the
//! callback of HttpsysSetLogCallback.
//!
//! Owns: reading the variable, the one subscriber of the process, which levels it wants, and the event for
//! a function that is asked for by name and not there. Does not own the other events, nor how the callback
//! gets them ([`callback`]). A program in Rust that has a subscriber of its own keeps it. Threading: any
//! thread; no lock of ours is held while an event is written.

pub mod callback;
mod level;

use std::sync::atomic::{AtomicBool, Ordering};

use httpsys_socket::StandardError;
use tracing::level_filters::LevelFilter;
use tracing::span::{Attributes, Id, Record};
use tracing::{Dispatch, Event, Metadata, Subscriber};

use crate::status::{Code, ERROR_ALREADY_EXISTS};
use callback::TraceCallback;

/// The environment variable: `error`, `warn`, `info`, `debug` or `trace`.
const VARIABLE: &str = "HTTPSYS_TRACE";

/// Installs the subscriber if the environment asks for one, the first time. Nobody waits for another who
/// does so: a child made by fork in that moment could wait for ever.
pub fn install() {
    static INSTALLED: AtomicBool = AtomicBool::new(false);
    if INSTALLED.swap(true, Ordering::Relaxed) {
        return;
    }
    if std::env::var_os(VARIABLE).is_some() {
        // Else the program has one of its own.
        let _ = is_installed();
    }
}

/// The event for a function of Windows that is not there. A program may ask for one before it calls
/// anything else, HttpInitialize included.
pub fn missing(function: &str) {
    install();
    tracing::warn!(
        function,
        "is not part of httpsys: docs/WIN32.md lists what is"
    );
}

/// Replaces the callback, or removes it, as `callback::set` does.
///
/// # Errors
/// 183 when the events go to a subscriber of the program's own; otherwise those of `callback::set`.
pub fn set_callback(level: u8, callback: Option<TraceCallback>) -> Result<(), Code> {
    if callback.is_some() && !is_installed() {
        return Err(ERROR_ALREADY_EXISTS);
    }
    callback::set(level, callback)
}

/// Whether the events of the process come here, after a try to make it so.
fn is_installed() -> bool {
    let is_ours = |dispatch: &Dispatch| dispatch.is::<Events>();
    if tracing::dispatcher::get_default(is_ours) {
        return true;
    }
    // Fails also if another thread of ours was quicker.
    let _ = tracing::subscriber::set_global_default(Events::of_environment());
    tracing::dispatcher::get_default(is_ours)
}

/// The subscriber. There are no spans in the library.
struct Events {
    /// What goes to standard error.
    printed: LevelFilter,
    printer: Box<dyn Subscriber + Send + Sync>,
}

impl Events {
    fn of_environment() -> Events {
        let printed = match std::env::var(VARIABLE) {
            Err(_) => LevelFilter::OFF,
            Ok(wanted) => wanted.trim().parse().unwrap_or_else(|_| {
                eprintln!(
                    "httpsys: {VARIABLE}: `{wanted}` is none of error, warn, info, debug, trace"
                );
                LevelFilter::OFF
            }),
        };
        Events {
            printed,
            printer: Box::new(printer(printed)),
        }
    }
}

impl Subscriber for Events {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        *metadata.level() <= self.printed.max(level::called())
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(self.printed.max(level::called()))
    }

    fn event(&self, event: &Event<'_>) {
        let level = *event.metadata().level();
        if level <= self.printed {
            self.printer.event(event);
        }
        if level <= level::called() {
            callback::push(level::number(level), event);
        }
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

/// Writes events to standard error, each with one call and no lock.
fn printer(level: LevelFilter) -> impl Subscriber + Send + Sync {
    tracing_subscriber::fmt()
        .with_max_level(level)
        .with_writer(StandardError::default)
        .with_ansi(false)
        .finish()
}

#[cfg(all(test, unix))]
mod tests {
    use std::sync::mpsc;
    use std::thread;
    use std::time::Duration;

    use tracing::level_filters::LevelFilter;

    /// What a child made by fork may find held, by a thread that it has not.
    #[test]
    fn an_event_needs_no_lock_of_standard_error() {
        let held = std::io::stderr().lock();
        let (written, events) = mpsc::channel();
        thread::spawn(move || {
            let events = super::Events {
                printed: LevelFilter::WARN,
                printer: Box::new(super::printer(LevelFilter::WARN)),
            };
            tracing::subscriber::with_default(events, || {
                tracing::warn!("an event of a test");
            });
            let _ = written.send(());
        });
        let is_written = events.recv_timeout(Duration::from_secs(10)).is_ok();
        drop(held);
        assert!(is_written);
    }

    #[test]
    fn the_levels_have_the_numbers_of_the_header() {
        let numbers = super::level::LEVELS.map(super::level::number);
        assert_eq!(numbers, [1, 2, 3, 4, 5]);
    }
}
