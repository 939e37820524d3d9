//! How a tool looks at a live service: a Unix socket that the process opens in a private directory, and
//! questions to it as lines of JSON.
//!
//! Owns: the directory, the socket with its thread, the protocol ([`message`]) in both directions, and what
//! each question answers. Does not own: the service: it is asked through [`Source`], with the queries that
//! every door has; nor how answers are shown (`httpsysctl`). It is off unless the program opens it, or
//! `HTTPSYS_CONTROL=1` in the environment. Nothing can be changed through it but that logs are flushed.
//!
//! Only the user who runs the process can reach it: the directory has mode 0700, the socket 0600, and the
//! user of the other side is asked for. What it sends is bounded all the same (`server.rs`). Other systems
//! than Linux and macOS have no such socket here: [`open`] says so.
#![forbid(unsafe_code)]

#[cfg(unix)]
mod answer;
#[cfg(unix)]
mod client;
mod control_server;
#[cfg(unix)]
mod json;
pub mod message;
#[cfg(unix)]
mod run_directory;
#[cfg(unix)]
mod server;
mod source;
pub mod why;

#[cfg(unix)]
pub use client::{AskError, ControlClient, LiveProcess, live_processes};
pub use control_server::ControlServer;
#[cfg(unix)]
pub use run_directory::{RunDirectory, RunDirectoryError};
#[cfg(unix)]
pub use server::open;
pub use source::Source;

/// Opens the socket of a service.
///
/// # Errors
/// [`std::io::ErrorKind::Unsupported`]: this system has none.
#[cfg(not(unix))]
pub fn open(_source: impl Source) -> std::io::Result<ControlServer> {
    Err(std::io::Error::new(
        std::io::ErrorKind::Unsupported,
        "there is no control socket on this system",
    ))
}
