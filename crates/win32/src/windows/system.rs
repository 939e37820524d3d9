//! The system's own functions, as far as this crate calls them, and what is built of them.
//!
//! Owns the declarations, [`Owned`] handles, [`HandleSignal`], the process heap and the last error.
//! Does not own any of our objects. Invariant: nothing here defines a name of the system; these are
//! imports. Threading: any thread.

use std::ffi::c_void;
use std::ops::Deref;
use std::time::Instant;

use httpsys_socket::lock::Mutex;

use crate::handle::Handle;
use crate::io::overlapped::OVERLAPPED;
use crate::pool::file_io::{CompletionRoutine, IoCallback};
use crate::status::Code;
use crate::sync::signal::ObjectSignal;

/// WAIT_OBJECT_0.
pub(crate) const SIGNALLED: u32 = 0;
const DUPLICATE_SAME_ACCESS: u32 = 2;
const HEAP_ZERO_MEMORY: u32 = 8;
const IO_COMPLETION_BASIC_INFORMATION: u32 = 0;
/// The longest finite time-out.
const LONGEST: u128 = 0xFFFF_FFFE;

/// The system's functions under their own names; documented there.
#[allow(missing_docs, reason = "the system's documentation has them")]
pub(crate) mod import {
    use super::*;

    /// PTP_SIMPLE_CALLBACK.
    pub(crate) type SimpleCallback = unsafe extern "system" fn(*mut c_void, *mut c_void);

    #[link(name = "kernel32")]
    unsafe extern "system" {
        pub(crate) safe fn CloseHandle(handle: Handle) -> i32;
        pub(crate) safe fn CreateEventW(
            attributes: usize,
            manual_reset: i32,
            initial_state: i32,
            name: usize,
        ) -> Handle;
        pub(crate) safe fn SetEvent(event: Handle) -> i32;
        pub(crate) safe fn ResetEvent(event: Handle) -> i32;
        pub(crate) safe fn WaitForSingleObjectEx(
            handle: Handle,
            milliseconds: u32,
            alertable: i32,
        ) -> u32;
        pub(crate) fn WaitForMultipleObjectsEx(
            count: u32,
            handles: *const Handle,
            wait_all: i32,
            milliseconds: u32,
            alertable: i32,
        ) -> u32;
        pub(crate) fn DuplicateHandle(
            source_process: Handle,
            source: Handle,
            target_process: Handle,
            target: *mut Handle,
            access: u32,
            inherit: i32,
            options: u32,
        ) -> i32;
        pub(crate) safe fn GetCurrentProcess() -> Handle;
        pub(crate) safe fn GetLastError() -> u32;
        pub(crate) safe fn SetLastError(code: u32);
        pub(crate) safe fn GetProcessHeap() -> Handle;
        pub(crate) safe fn HeapAlloc(heap: Handle, flags: u32, bytes: usize) -> *mut c_void;
        pub(crate) fn HeapFree(heap: Handle, flags: u32, memory: *mut c_void) -> i32;
        pub(crate) fn GetOverlappedResult(
            file: Handle,
            overlapped: *mut OVERLAPPED,
            bytes: *mut u32,
            wait: i32,
        ) -> i32;
        pub(crate) fn GetOverlappedResultEx(
            file: Handle,
            overlapped: *mut OVERLAPPED,
            bytes: *mut u32,
            milliseconds: u32,
            alertable: i32,
        ) -> i32;
        pub(crate) safe fn CancelIo(file: Handle) -> i32;
        pub(crate) safe fn CancelIoEx(file: Handle, overlapped: *mut OVERLAPPED) -> i32;
        pub(crate) safe fn CreateIoCompletionPort(
            file: Handle,
            existing: Handle,
            key: usize,
            concurrent_threads: u32,
        ) -> Handle;
        pub(crate) safe fn SetFileCompletionNotificationModes(file: Handle, flags: u8) -> i32;
        pub(crate) fn CreateThreadpoolIo(
            file: Handle,
            callback: Option<IoCallback>,
            context: *mut c_void,
            environment: *mut c_void,
        ) -> Handle;
        pub(crate) fn StartThreadpoolIo(io: Handle);
        pub(crate) fn CancelThreadpoolIo(io: Handle);
        pub(crate) fn WaitForThreadpoolIoCallbacks(io: Handle, cancel_pending: i32);
        pub(crate) fn CloseThreadpoolIo(io: Handle);
        pub(crate) fn BindIoCompletionCallback(
            file: Handle,
            routine: Option<CompletionRoutine>,
            flags: u32,
        ) -> i32;
        pub(crate) fn TrySubmitThreadpoolCallback(
            callback: SimpleCallback,
            context: *mut c_void,
            environment: *mut c_void,
        ) -> i32;
    }

    #[link(name = "ntdll")]
    unsafe extern "system" {
        pub(crate) safe fn NtSetIoCompletion(
            port: Handle,
            key: usize,
            overlapped: usize,
            status: u32,
            bytes: usize,
        ) -> u32;
        pub(crate) fn NtQueryIoCompletion(
            port: Handle,
            class: u32,
            information: *mut c_void,
            length: u32,
            returned: *mut u32,
        ) -> u32;
    }
}

/// The last error of this thread.
pub fn last_error() -> Code {
    import::GetLastError()
}

/// Sets the last error of this thread.
pub fn set_last_error(code: Code) {
    import::SetLastError(code);
}

/// Allocates memory of the process heap, aligned for any C type; a size of 0 gives a valid pointer
/// too. NULL when there is none. Free it with [`free`] (or HeapFree).
pub fn alloc(bytes: usize) -> *mut u8 {
    import::HeapAlloc(import::GetProcessHeap(), 0, bytes.max(1)).cast()
}

/// Like [`alloc`], filled with zeros.
pub fn alloc_zeroed(bytes: usize) -> *mut u8 {
    import::HeapAlloc(import::GetProcessHeap(), HEAP_ZERO_MEMORY, bytes.max(1)).cast()
}

/// Frees memory of this module; NULL is allowed.
///
/// # Safety
/// `memory` is NULL or came from [`alloc`] or [`alloc_zeroed`] and is freed once.
pub unsafe fn free(memory: *mut u8) {
    // SAFETY: by the contract above the pointer came from the process heap.
    unsafe { import::HeapFree(import::GetProcessHeap(), 0, memory.cast()) };
}

/// Waits for an object of the system until the deadline (`None`: for ever). False when it passed,
/// or there is nothing to wait for.
pub(crate) fn wait(handle: Handle, deadline: Option<Instant>) -> bool {
    let milliseconds = deadline.map_or(u32::MAX, |at| {
        let rest = at.saturating_duration_since(Instant::now());
        // Rounded up: a wait does not end before its deadline.
        rest.as_nanos().div_ceil(1_000_000).min(LONGEST) as u32
    });
    import::WaitForSingleObjectEx(handle, milliseconds, 0) == SIGNALLED
}

/// Whether the handle is a completion port.
pub(crate) fn is_port(handle: Handle) -> bool {
    let mut depth = 0i32;
    // SAFETY: the information of this class is one LONG.
    let status = unsafe {
        import::NtQueryIoCompletion(
            handle,
            IO_COMPLETION_BASIC_INFORMATION,
            std::ptr::from_mut(&mut depth).cast(),
            4,
            std::ptr::null_mut(),
        )
    };
    status == 0
}

/// A handle of the system that is closed when it goes.
#[derive(Debug)]
pub(crate) struct Owned(usize);

impl Owned {
    /// Takes over a handle that a function of the system has just returned.
    ///
    /// # Errors
    /// The last error, if it returned NULL.
    pub(crate) fn new(handle: Handle) -> Result<Owned, Code> {
        match handle.is_null() {
            true => Err(last_error()),
            false => Ok(Owned(handle as usize)),
        }
    }

    /// A second handle to what the first refers to.
    ///
    /// # Errors
    /// The system's, 6 for a value that is no handle.
    pub(crate) fn duplicate(handle: Handle) -> Result<Owned, Code> {
        let process = import::GetCurrentProcess();
        let mut copy = std::ptr::null_mut();
        // SAFETY: `copy` is valid for a write.
        let done = unsafe {
            import::DuplicateHandle(
                process,
                handle,
                process,
                &mut copy,
                0,
                0,
                DUPLICATE_SAME_ACCESS,
            )
        };
        match done {
            0 => Err(last_error()),
            _ => Owned::new(copy),
        }
    }

    pub(crate) fn get(&self) -> Handle {
        self.0 as Handle
    }
}

impl Drop for Owned {
    fn drop(&mut self) {
        import::CloseHandle(self.get());
    }
}

/// The signal of a handle of ours, of which the system's wait functions see an event: made when
/// somebody waits for the first time, so that nobody pays who does not.
#[derive(Debug)]
pub(crate) struct HandleSignal {
    signal: ObjectSignal,
    /// Held while either changes, so that they agree.
    event: Mutex<Option<Owned>>,
}

impl HandleSignal {
    pub(crate) fn new(manual_reset: bool, set: bool) -> HandleSignal {
        HandleSignal {
            signal: ObjectSignal::new(manual_reset, set),
            event: Mutex::new(None),
        }
    }

    pub(crate) fn set(&self) {
        let event = self.event.lock();
        self.signal.set();
        if let Some(event) = &*event {
            import::SetEvent(event.get());
        }
    }

    pub(crate) fn reset(&self) {
        let event = self.event.lock();
        self.signal.reset();
        if let Some(event) = &*event {
            import::ResetEvent(event.get());
        }
    }

    /// The event; valid as long as `self` lives.
    ///
    /// # Errors
    /// What CreateEventW fails with.
    pub(crate) fn system_event(&self) -> Result<Handle, Code> {
        let mut event = self.event.lock();
        if event.is_none() {
            let (manual, set) = (self.signal.is_manual(), self.signal.is_set());
            let made = import::CreateEventW(0, i32::from(manual), i32::from(set), 0);
            *event = Some(Owned::new(made)?);
        }
        Ok(event.as_ref().map_or(std::ptr::null_mut(), Owned::get))
    }
}

impl Deref for HandleSignal {
    type Target = ObjectSignal;

    fn deref(&self) -> &ObjectSignal {
        &self.signal
    }
}
