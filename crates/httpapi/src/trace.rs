//! Events on standard error, for programs in C: `HTTPSYS_TRACE`.
//!
//! Owns: reading the variable and installing a subscriber once. Does not own the events. A program
//! in Rust that has a subscriber of its own keeps it. Threading: any thread.

use std::sync::Once;

use tracing::level_filters::LevelFilter;

/// The environment variable: `error`, `warn`, `info`, `debug` or `trace`.
const VARIABLE: &str = "HTTPSYS_TRACE";

/// Installs the subscriber that the environment asks for, the first time.
pub(crate) fn install() {
    static INSTALL: Once = Once::new();
    INSTALL.call_once(|| {
        let Ok(wanted) = std::env::var(VARIABLE) else {
            return;
        };
        match wanted.trim().parse::<LevelFilter>() {
            Ok(level) => {
                let subscriber = tracing_subscriber::fmt()
                    .with_max_level(level)
                    .with_writer(std::io::stderr)
                    .with_ansi(false)
                    .finish();
                // Fails if the program has one.
                let _ = tracing::subscriber::set_global_default(subscriber);
            }
            Err(_) => eprintln!(
                "httpsys: {VARIABLE}: `{wanted}` is none of error, warn, info, debug, trace"
            ),
        }
    });
}
