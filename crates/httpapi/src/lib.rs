//! libhttpapi: the C ABI of the Windows HTTP Server API (http.h), in user space.
//!
//! Owns the exported functions ([`api`], one file per family), the conversion between the
//! structures of http.h and the types of the service, and what a HANDLE of a request queue is. Does
//! not own any behaviour of HTTP or of the object model: each function checks, converts, makes one
//! call into `httpsys-engine`, and converts back. The Win32 functions that programs use beside
//! http.h (events, completion ports, CloseHandle) come from `httpsys-win32` and are exported by the
//! same library.
//!
//! Invariants: no panic leaves an exported function (`entry`); the service has one instance per
//! process (and with the feature `sim` one per simulated world); the program's memory is used only
//! during the call or until its completion.
//!
//! Threading: every function may be called from any thread. Functions without OVERLAPPED block
//! their thread. No lock of this crate is held across a call into the service, except by a read of
//! an entity body (`receiving`).
//!
//! Unsafe code: what raw pointers of C callers need, in `pointers`, `marshal`, `overlapped` and the exported
//! functions; and the handle that a thread keeps, in `kept`. On Windows the C names belong to the system's DLL:
//! there this crate has the [`types`] only, unless the feature `dll` asks for the code of `httpsys_httpapi.dll`.

#[cfg(any(not(windows), feature = "dll"))]
pub mod api;
#[cfg(any(not(windows), feature = "dll"))]
mod code;
#[cfg(any(not(windows), feature = "dll"))]
mod driver;
#[cfg(any(not(windows), feature = "dll"))]
mod entry;
#[cfg(any(not(windows), feature = "dll"))]
mod kept;
#[cfg(any(not(windows), feature = "dll"))]
mod lifecycle;
#[cfg(any(not(windows), feature = "dll"))]
mod marshal;
#[cfg(any(not(windows), feature = "dll"))]
mod overlapped;
#[cfg(any(not(windows), feature = "dll"))]
mod pointers;
#[cfg(any(not(windows), feature = "dll"))]
mod queue_handle;
#[cfg(any(not(windows), feature = "dll"))]
mod reason;
#[cfg(any(not(windows), feature = "dll"))]
mod receiving;
#[cfg(any(not(windows), feature = "dll"))]
mod service;
#[cfg(all(feature = "sim", any(not(windows), feature = "dll")))]
mod simulation;
#[cfg(any(not(windows), feature = "dll"))]
mod strict;
pub mod types;

#[cfg(all(feature = "sim", any(not(windows), feature = "dll")))]
pub use simulation::home::WorldService;
