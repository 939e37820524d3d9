//! Overlapped operations: their state, where they complete, and the files that they read and write.
//!
//! Owns the room and nothing else; each file says what it owns.

pub(crate) mod begin;
pub mod cancel;
#[cfg(not(windows))]
pub mod file;
#[cfg(windows)]
#[path = "windows/file.rs"]
pub mod file;
pub mod overlapped;
#[cfg(not(windows))]
pub mod port;
#[cfg(windows)]
#[path = "windows/port.rs"]
pub mod port;
pub(crate) mod result;
pub mod state;
