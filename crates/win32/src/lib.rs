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
//! On Windows the names belong to the system, and so do events, completion ports, threads and files.
//! There the crate is empty, unless the feature `emulate` asks for what `httpsys_httpapi.dll` needs:
//! the handles that are ours, and the functions that wait on, close or associate them, under names
//! of ours (`Httpsys_CloseHandle`), which pass every other handle on to the system ([`api`]).
#![cfg(any(not(windows), feature = "emulate"))]

#[cfg(not(windows))]
mod alarm;
#[cfg(not(windows))]
pub mod apc;
pub mod api;
mod calls;
#[cfg(not(windows))]
pub mod event;
#[cfg(windows)]
#[path = "windows/event.rs"]
pub mod event;
mod fifo;
#[cfg(not(windows))]
pub mod file;
#[cfg(windows)]
#[path = "windows/file.rs"]
pub mod file;
#[cfg(not(windows))]
pub mod group;
pub mod handle;
pub mod heap;
pub mod io;
pub mod last_error;
#[cfg(not(windows))]
pub mod locks;
#[cfg(not(windows))]
pub mod member;
mod multi;
pub mod mutex;
#[cfg(not(windows))]
pub mod names;
pub mod object;
pub mod overlapped;
mod pool;
#[cfg(not(windows))]
pub mod port;
#[cfg(windows)]
#[path = "windows/port.rs"]
pub mod port;
#[cfg(not(windows))]
pub mod semaphore;
pub mod signal;
pub mod status;
#[cfg(windows)]
#[path = "windows/system.rs"]
mod system;
pub mod thread;
pub mod threadpool;
pub mod time;
#[cfg(not(windows))]
pub mod timer;
#[cfg(not(windows))]
pub mod tls;
pub mod wait;
pub mod wsa;

pub use event::Event;
pub use handle::{
    Handle, INVALID_HANDLE_VALUE, close, insert, lookup, lookup_as, remove, replace_all, was_closed,
};
pub use io::{IoState, Pending};
pub use multi::wait_many;
pub use object::{CancelScope, Object};
pub use overlapped::{OVERLAPPED, OVERLAPPED_ENTRY};
pub use port::Port;
pub use signal::{Signal, Waited};
pub use thread::ThreadId;
pub use wait::{Driver, set_driver};
