//! Results of overlapped operations and their cancellation.
//!
//! Owns the C form only. Threading: any thread; a wait blocks the caller.

use std::time::Instant;

use super::{Bool, FALSE, fence_bool, not_null, object, put};
use crate::handle::Handle;
use crate::io::overlapped::OVERLAPPED;
use crate::io::result;
use crate::object::CancelScope;
use crate::status::{Code, ERROR_IO_INCOMPLETE, ERROR_NOT_FOUND, WAIT_TIMEOUT};
use crate::threads::id;
use crate::time::{deadline, source};

/// GetOverlappedResult: returns TRUE if the operation succeeded; otherwise the last error is its error, or 996
/// (ERROR_IO_INCOMPLETE) if it runs and `wait` is FALSE. The byte count is written whenever the operation has ended.
///
/// # Safety
/// `overlapped` points to the OVERLAPPED of the operation; `bytes` is NULL or valid.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetOverlappedResult(
    file: Handle,
    overlapped: *mut OVERLAPPED,
    bytes: *mut u32,
    wait: Bool,
) -> Bool {
    let end = if wait == FALSE {
        Some(source::now())
    } else {
        None
    };
    // SAFETY: the same contract.
    fence_bool(|| unsafe { result(file, overlapped, bytes, end, ERROR_IO_INCOMPLETE) })
}

/// GetOverlappedResultEx: works like [`GetOverlappedResult`] with a time-out, after which the last error is
/// 258 (996 for a time-out of 0).
///
/// # Safety
/// As for [`GetOverlappedResult`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetOverlappedResultEx(
    file: Handle,
    overlapped: *mut OVERLAPPED,
    bytes: *mut u32,
    milliseconds: u32,
    _alertable: Bool,
) -> Bool {
    let late = if milliseconds == 0 {
        ERROR_IO_INCOMPLETE
    } else {
        WAIT_TIMEOUT
    };
    // SAFETY: the same contract.
    fence_bool(|| unsafe { result(file, overlapped, bytes, deadline(milliseconds), late) })
}

/// CancelIo: cancels what this thread issued on the handle. TRUE also if there was nothing.
#[unsafe(no_mangle)]
pub extern "system" fn CancelIo(file: Handle) -> Bool {
    fence_bool(|| {
        object(file)?.cancel_io(CancelScope::Thread(id::current_id()));
        Ok(())
    })
}

/// CancelIoEx: cancels the operation with this OVERLAPPED, or all of the handle for NULL. The
/// pointer is compared, not read. Last error 1168 if there was nothing to cancel.
#[unsafe(no_mangle)]
pub extern "system" fn CancelIoEx(file: Handle, overlapped: *mut OVERLAPPED) -> Bool {
    fence_bool(|| {
        let scope = match overlapped.is_null() {
            true => CancelScope::All,
            false => CancelScope::One(overlapped as usize),
        };
        object(file)?
            .cancel_io(scope)
            .then_some(())
            .ok_or(ERROR_NOT_FOUND)
    })
}

unsafe fn result(
    file: Handle,
    overlapped: *mut OVERLAPPED,
    bytes: *mut u32,
    deadline: Option<Instant>,
    late: Code,
) -> Result<(), Code> {
    not_null(overlapped)?;
    // SAFETY: valid by the contract of the exported functions.
    let outcome = unsafe { result::result(file, overlapped, deadline) }?.ok_or(late)?;
    // SAFETY: NULL or valid by the contract of the exported functions.
    unsafe { put(bytes, outcome.bytes as u32) };
    match outcome.error {
        0 => Ok(()),
        error => Err(error),
    }
}
