//! Threads: their objects and handles, procedure calls queued to them, storage of their own.
//!
//! Owns the room and nothing else; each file says what it owns.

#[cfg(not(windows))]
pub mod apc;
pub(crate) mod ends;
pub mod id;
pub mod thread;
#[cfg(not(windows))]
pub mod tls;
