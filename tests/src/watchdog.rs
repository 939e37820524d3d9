//! The deadline of a test: a hang becomes a failure that says where.
//!
//! Owns: one thread per running test that ends the process when the test did not end. Does not own:
//! the finer deadlines of client and waits. Invariant: dropping the [`Watchdog`] disarms it.

use std::io::Write;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::time::Duration;

/// The longest a test may take. Blocking calls of the API have no time limit of their own.
const LIMIT: Duration = Duration::from_secs(300);

/// Armed as long as it lives.
#[derive(Debug)]
pub struct Watchdog {
    _disarm: Sender<()>,
}

impl Watchdog {
    /// Starts the clock for the calling test.
    #[must_use]
    pub fn start() -> Watchdog {
        let name = std::thread::current().name().unwrap_or("a test").to_owned();
        let (disarm, armed) = mpsc::channel::<()>();
        std::thread::spawn(move || {
            if armed.recv_timeout(LIMIT) == Err(RecvTimeoutError::Timeout) {
                // Not by eprintln, which the test harness would collect and lose.
                let text = format!("{name} did not end within {LIMIT:?}\n");
                let _ = std::io::stderr().write_all(text.as_bytes());
                std::process::abort();
            }
        });
        Watchdog { _disarm: disarm }
    }
}
