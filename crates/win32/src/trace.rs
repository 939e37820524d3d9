//! Events on standard error, for programs in C: `HTTPSYS_TRACE`.
//!
//! Owns: reading the variable and installing a subscriber once, and the event for a function that is
//! asked for by name and not there. Does not own the other events. A program in Rust that has a
//! subscriber of its own keeps it. Threading: any thread.

use std::sync::atomic::{AtomicBool, Ordering};

use httpsys_socket::StandardError;
use tracing::Subscriber;
use tracing::level_filters::LevelFilter;

/// The environment variable: `error`, `warn`, `info`, `debug` or `trace`.
const VARIABLE: &str = "HTTPSYS_TRACE";

/// Installs the subscriber that the environment asks for, the first time. Nobody waits for another who
/// does so: a child made by fork in that moment could wait for ever.
pub fn install() {
    static INSTALLED: AtomicBool = AtomicBool::new(false);
    if INSTALLED.swap(true, Ordering::Relaxed) {
        return;
    }
    let Ok(wanted) = std::env::var(VARIABLE) else {
        return;
    };
    match wanted.trim().parse() {
        Ok(level) => {
            // Fails if the program has one.
            let _ = tracing::subscriber::set_global_default(subscriber(level));
        }
        Err(_) => {
            eprintln!("httpsys: {VARIABLE}: `{wanted}` is none of error, warn, info, debug, trace")
        }
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

/// Writes events to standard error, each with one call and no lock.
fn subscriber(level: LevelFilter) -> impl Subscriber + Send + Sync {
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
            tracing::subscriber::with_default(super::subscriber(LevelFilter::WARN), || {
                tracing::warn!("an event of a test");
            });
            let _ = written.send(());
        });
        let is_written = events.recv_timeout(Duration::from_secs(10)).is_ok();
        drop(held);
        assert!(is_written);
    }
}
