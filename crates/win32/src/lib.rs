//! The Win32 subset that HTTP Server API programs need, off Windows.
//!
//! Owns: one handle table (events, completion ports, threads, files and whatever a higher crate
//! inserts, such as request queues), waits, overlapped results, completion ports, thread-pool I/O,
//! threads, files, process memory, the last error and the NTSTATUS table; all of it also as C
//! functions under their Windows names ([`api`]). Does not own anything of HTTP: a request queue is
//! an [`Object`] with an [`IoState`] to this crate.
//!
//! Invariants: a call that began an operation ([`IoState::begin`]) is completed exactly once,
//! because [`Pending`] is consumed by completing it and completes itself with 995 when dropped.
//! `OVERLAPPED` memory is not touched after `Internal` has been written. A closed handle value
//! fails with 6 and does not come back.
//!
//! Threading: everything may be called from any thread. No lock is held across a user callback, an
//! [`Object`] method or a wait.
//!
//! On Windows the crate is empty: there the names belong to the system.
#![cfg(not(windows))]

pub mod api;
pub mod event;
mod fifo;
pub mod file;
pub mod handle;
pub mod heap;
pub mod io;
pub mod last_error;
mod multi;
pub mod object;
pub mod overlapped;
pub mod port;
pub mod signal;
pub mod status;
pub mod thread;
pub mod threadpool;
pub mod time;
pub mod wait;
pub mod wsa;

pub use event::Event;
pub use handle::{
    Handle, INVALID_HANDLE_VALUE, close, insert, lookup, lookup_as, remove, was_closed,
};
pub use io::{IoState, Pending};
pub use multi::wait_many;
pub use object::{CancelScope, Object};
pub use overlapped::{OVERLAPPED, OVERLAPPED_ENTRY};
pub use port::Port;
pub use signal::Signal;
pub use thread::ThreadId;
pub use wait::{Driver, set_driver};
