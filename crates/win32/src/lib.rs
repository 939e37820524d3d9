//! The Win32 subset that HTTP Server API programs need, off Windows.
//!
//! Owns: one handle table (events, completion ports, threads, files and whatever a higher crate
//! inserts, such as request queues), waits, overlapped results, completion ports, thread-pool I/O,
//! threads, files, process memory, the last error and the NTSTATUS table; all of it also as C
//! functions under their Windows names ([`api`]). Does not own anything of HTTP: a request queue is
//! an [`Object`] with an [`IoState`] to this crate.
//!
//! Its rooms: [`sync`] is what threads wait for, [`threads`] are the threads themselves, [`pool`] callbacks
//! that the thread pool runs, [`io`] overlapped operations and the files that they read and write, [`files`]
//! what Windows says of paths and names, [`api`] the C functions of all of them.
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

pub mod api;
#[cfg(not(windows))]
pub mod console;
#[cfg(not(windows))]
pub mod files;
pub mod handle;
pub mod heap;
pub mod io;
pub mod last_error;
#[cfg(not(windows))]
pub mod memory;
#[cfg(not(windows))]
pub mod message;
#[cfg(not(windows))]
pub mod module;
#[cfg(not(windows))]
pub mod net;
pub mod object;
#[cfg(not(windows))]
mod objects;
pub mod pool;
#[cfg(not(windows))]
pub mod process;
#[cfg(not(windows))]
pub mod random;
#[cfg(not(windows))]
pub mod registry;
pub mod security;
pub mod status;
pub mod sync;
#[cfg(windows)]
#[path = "windows/system.rs"]
mod system;
#[cfg(not(windows))]
pub mod text;
pub mod threads;
pub mod time;
pub mod trace;
pub mod wsa;

pub use handle::{
    Handle, INVALID_HANDLE_VALUE, close, insert, lookup, lookup_as, remove, replace_all, was_closed,
};
pub use io::overlapped::{OVERLAPPED, OVERLAPPED_ENTRY};
pub use io::port::Port;
pub use io::state::{IoState, Pending};
pub use object::{CancelScope, Object};
pub use sync::event::Event;
pub use sync::multi::wait_many;
pub use sync::signal::{ObjectSignal, Waited};
pub use sync::wait::{Driver, set_driver};
pub use threads::id::ThreadId;
