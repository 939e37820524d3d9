//! The thread pool: what makes a callback due, who runs it, and who waits for it.
//!
//! Owns the room and nothing else; each file says what it owns: [`member`] callbacks of work, timers and
//! waits, [`file_io`] those of completions, `ptp_io` their handles, `alarm` the times, `task` what is run,
//! `workers` the threads, `calls` the counts, `instance` what a callback asks for, [`group`] cleanup groups.

#[cfg(not(windows))]
pub(crate) mod alarm;
pub(crate) mod calls;
pub mod file_io;
#[cfg(not(windows))]
pub mod group;
#[cfg(not(windows))]
pub(crate) mod instance;
#[cfg(not(windows))]
pub mod member;
pub(crate) mod ptp_io;
pub(crate) mod task;
pub(crate) mod workers;
