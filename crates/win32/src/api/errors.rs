//! Last error, status conversion, CloseHandle.
//!
//! Owns the C form only. Threading: any thread.

use super::{Bool, fence, fence_bool};
use crate::handle::{self, Handle};
use crate::last_error;
use crate::status::{self, ERROR_INVALID_HANDLE};

/// GetLastError: returns the last error of this thread.
#[unsafe(no_mangle)]
pub extern "system" fn GetLastError() -> u32 {
    last_error::get()
}

/// SetLastError: sets the last error of this thread.
#[unsafe(no_mangle)]
pub extern "system" fn SetLastError(code: u32) {
    last_error::set(code);
}

/// RtlNtStatusToDosError: returns the Win32 code of an NTSTATUS, 317 if there is none.
#[unsafe(no_mangle)]
pub extern "system" fn RtlNtStatusToDosError(status: u32) -> u32 {
    fence(status::ERROR_INTERNAL_ERROR, || {
        Ok(status::win32_from_nt(status))
    })
}

/// CloseHandle: closes a handle; the object goes with its last handle and use. FALSE with 6 for a
/// value that is not an open handle or may not be closed this way.
#[unsafe(no_mangle)]
pub extern "system" fn CloseHandle(handle: Handle) -> Bool {
    fence_bool(|| {
        handle::close(handle)
            .then_some(())
            .ok_or(ERROR_INVALID_HANDLE)
    })
}
