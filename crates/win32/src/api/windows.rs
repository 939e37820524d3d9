//! The functions of the system that must know our handles, for `httpsys_httpapi.dll`.
//!
//! Owns the exports `Httpsys_CloseHandle` and so on; the import library maps the plain names to them.
//! Each does for a handle of ours what the function of that name does off Windows, and passes every
//! other handle on to the system's. Events, ports, threads, files and the heap are the system's own,
//! so the functions that make and use them are not here. Invariants: nothing defines a name of the
//! system, since the standard library in the same file calls them; last error and panics as for all
//! of [`super`]. Threading: any thread; waits block the caller.

use std::ffi::c_void;
use std::sync::Arc;
use std::time::Instant;

use super::{Bool, FALSE, fence, fence_bool, not_null, object, object_as, put};
use crate::handle::{self, Handle, INVALID_HANDLE_VALUE, is_ours};
use crate::io::overlapped::OVERLAPPED;
use crate::io::port::{self, Port};
use crate::io::result;
use crate::io::state::CompletionTarget;
use crate::object::{CancelScope, Object};
use crate::pool::file_io::{CompletionRoutine, IoCallback, ThreadpoolIo};
use crate::pool::ptp_io;
use crate::status::{
    Code, ERROR_INVALID_HANDLE, ERROR_INVALID_PARAMETER, ERROR_IO_INCOMPLETE, ERROR_NOT_FOUND,
    WAIT_TIMEOUT,
};
use crate::sync::multi::MAXIMUM_WAIT_OBJECTS;
use crate::system::import;
use crate::threads::id;
use crate::time::{deadline, source};

const WAIT_FAILED: u32 = u32::MAX;

/// CloseHandle. Fails with 6 for a value that is not an open handle or may not be closed this way.
#[unsafe(export_name = "Httpsys_CloseHandle")]
pub extern "system" fn close_handle(handle: Handle) -> Bool {
    if !is_ours(handle) {
        // The fence is for the list of ports; the system's answer is the answer.
        fence((), || {
            port::handle_closes(handle);
            Ok(())
        });
        return import::CloseHandle(handle);
    }
    fence_bool(|| {
        handle::close(handle)
            .then_some(())
            .ok_or(ERROR_INVALID_HANDLE)
    })
}

/// WaitForSingleObject: returns 0 (WAIT_OBJECT_0), 258 (WAIT_TIMEOUT) or WAIT_FAILED.
#[unsafe(export_name = "Httpsys_WaitForSingleObject")]
pub extern "system" fn wait_for_single_object(handle: Handle, milliseconds: u32) -> u32 {
    wait_for_single_object_ex(handle, milliseconds, FALSE)
}

/// WaitForSingleObjectEx: works like [`wait_for_single_object`]; alertable as the system's.
#[unsafe(export_name = "Httpsys_WaitForSingleObjectEx")]
pub extern "system" fn wait_for_single_object_ex(
    handle: Handle,
    milliseconds: u32,
    alertable: Bool,
) -> u32 {
    if !is_ours(handle) {
        return import::WaitForSingleObjectEx(handle, milliseconds, alertable);
    }
    fence(WAIT_FAILED, || {
        let waited = object(handle)?;
        let event = event_of(&waited)?;
        Ok(import::WaitForSingleObjectEx(
            event,
            milliseconds,
            alertable,
        ))
    })
}

/// WaitForMultipleObjects: waits for one or for all of 1 to 64 objects, of ours and of the system
/// in any mixture. The index of the object, 258 or WAIT_FAILED.
///
/// # Safety
/// `handles` points to `count` handles.
#[unsafe(export_name = "Httpsys_WaitForMultipleObjects")]
pub unsafe extern "system" fn wait_for_multiple_objects(
    count: u32,
    handles: *const Handle,
    wait_all: Bool,
    milliseconds: u32,
) -> u32 {
    // SAFETY: the same contract.
    unsafe { wait_for_multiple_objects_ex(count, handles, wait_all, milliseconds, FALSE) }
}

/// WaitForMultipleObjectsEx: works like [`wait_for_multiple_objects`]; alertable as the system's.
///
/// # Safety
/// `handles` points to `count` handles.
#[unsafe(export_name = "Httpsys_WaitForMultipleObjectsEx")]
pub unsafe extern "system" fn wait_for_multiple_objects_ex(
    count: u32,
    handles: *const Handle,
    wait_all: Bool,
    milliseconds: u32,
    alertable: Bool,
) -> u32 {
    fence(WAIT_FAILED, || {
        not_null(handles)?;
        let length = count as usize;
        if length == 0 || length > MAXIMUM_WAIT_OBJECTS {
            return Err(ERROR_INVALID_PARAMETER);
        }
        let mut waited = [std::ptr::null_mut(); MAXIMUM_WAIT_OBJECTS];
        // What is waited for lives as long as the wait.
        let mut held: Vec<Arc<dyn Object>> = Vec::new();
        for (at, place) in waited.iter_mut().enumerate().take(length) {
            // SAFETY: `count` handles are there by the contract of this function.
            *place = unsafe { handles.add(at).read_unaligned() };
            if is_ours(*place) {
                let ours = object(*place)?;
                *place = event_of(&ours)?;
                held.push(ours);
            }
        }
        // SAFETY: `count` is at most the length of the array.
        Ok(unsafe {
            import::WaitForMultipleObjectsEx(
                count,
                waited.as_ptr(),
                wait_all,
                milliseconds,
                alertable,
            )
        })
    })
}

/// GetOverlappedResult: returns TRUE if the operation succeeded; otherwise the last error is its error, or 996
/// (ERROR_IO_INCOMPLETE) if it runs and `wait` is FALSE.
///
/// # Safety
/// `overlapped` points to the OVERLAPPED of the operation; `bytes` is NULL or valid.
#[unsafe(export_name = "Httpsys_GetOverlappedResult")]
pub unsafe extern "system" fn get_overlapped_result(
    file: Handle,
    overlapped: *mut OVERLAPPED,
    bytes: *mut u32,
    wait: Bool,
) -> Bool {
    if !is_ours(file) {
        // SAFETY: the same contract.
        return unsafe { import::GetOverlappedResult(file, overlapped, bytes, wait) };
    }
    let end = if wait == FALSE {
        Some(source::now())
    } else {
        None
    };
    // SAFETY: the same contract.
    fence_bool(|| unsafe { result(file, overlapped, bytes, end, ERROR_IO_INCOMPLETE) })
}

/// GetOverlappedResultEx: with a time-out, after which the last error is 258 (996 for a time-out of
/// 0). A wait for an operation of ours is not alertable.
///
/// # Safety
/// As for [`get_overlapped_result`].
#[unsafe(export_name = "Httpsys_GetOverlappedResultEx")]
pub unsafe extern "system" fn get_overlapped_result_ex(
    file: Handle,
    overlapped: *mut OVERLAPPED,
    bytes: *mut u32,
    milliseconds: u32,
    alertable: Bool,
) -> Bool {
    if !is_ours(file) {
        // SAFETY: the same contract.
        return unsafe {
            import::GetOverlappedResultEx(file, overlapped, bytes, milliseconds, alertable)
        };
    }
    let late = if milliseconds == 0 {
        ERROR_IO_INCOMPLETE
    } else {
        WAIT_TIMEOUT
    };
    // SAFETY: the same contract.
    fence_bool(|| unsafe { result(file, overlapped, bytes, deadline(milliseconds), late) })
}

/// CancelIo: cancels what this thread issued on the handle. TRUE also if there was nothing.
#[unsafe(export_name = "Httpsys_CancelIo")]
pub extern "system" fn cancel_io(file: Handle) -> Bool {
    if !is_ours(file) {
        return import::CancelIo(file);
    }
    fence_bool(|| {
        object(file)?.cancel_io(CancelScope::Thread(id::current_id()));
        Ok(())
    })
}

/// CancelIoEx: cancels the operation with this OVERLAPPED, or all of the handle for NULL. Last error
/// 1168 if there was nothing to cancel.
#[unsafe(export_name = "Httpsys_CancelIoEx")]
pub extern "system" fn cancel_io_ex(file: Handle, overlapped: *mut OVERLAPPED) -> Bool {
    if !is_ours(file) {
        return import::CancelIoEx(file, overlapped);
    }
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

/// CreateIoCompletionPort: the port is always the system's. A handle of ours that is associated
/// posts its packets there, with their status. NULL on failure: 87 if the handle is associated
/// already or is not file-like, 6 for a bad handle or an invalid port.
#[unsafe(export_name = "Httpsys_CreateIoCompletionPort")]
pub extern "system" fn create_io_completion_port(
    file: Handle,
    existing: Handle,
    key: usize,
    concurrent_threads: u32,
) -> Handle {
    if !is_ours(file) {
        return import::CreateIoCompletionPort(file, existing, key, concurrent_threads);
    }
    fence(std::ptr::null_mut(), || {
        let file = object(file)?;
        let io = file.io().ok_or(ERROR_INVALID_PARAMETER)?;
        if !existing.is_null() {
            io.bind_port(Port::of_handle(existing)?, key)?;
            return Ok(existing);
        }
        let none = std::ptr::null_mut();
        let made =
            import::CreateIoCompletionPort(INVALID_HANDLE_VALUE, none, 0, concurrent_threads);
        if made.is_null() {
            return Err(crate::last_error::get());
        }
        let bound = Port::of_handle(made).and_then(|port| io.bind_port(port, key));
        bound.inspect_err(|_| {
            port::handle_closes(made);
            import::CloseHandle(made);
        })?;
        Ok(made)
    })
}

/// SetFileCompletionNotificationModes: adds FILE_SKIP_COMPLETION_PORT_ON_SUCCESS (1) and
/// FILE_SKIP_SET_EVENT_ON_HANDLE (2). Other bits: 87.
#[unsafe(export_name = "Httpsys_SetFileCompletionNotificationModes")]
pub extern "system" fn set_file_completion_notification_modes(file: Handle, flags: u8) -> Bool {
    if !is_ours(file) {
        return import::SetFileCompletionNotificationModes(file, flags);
    }
    fence_bool(|| {
        if flags > 3 {
            return Err(ERROR_INVALID_PARAMETER);
        }
        object(file)?
            .io()
            .ok_or(ERROR_INVALID_PARAMETER)?
            .add_modes(flags);
        Ok(())
    })
}

/// CreateThreadpoolIo: binds a handle to a callback, which runs in the system's default pool with a
/// Win32 code; the callback environment is ignored for a handle of ours. NULL on failure: 6, or 87 if
/// the handle is associated already or `callback` is NULL.
///
/// # Safety
/// `callback` may be called from any thread until the object and all operations are gone; the rest
/// as the system has it.
#[unsafe(export_name = "Httpsys_CreateThreadpoolIo")]
pub unsafe extern "system" fn create_threadpool_io(
    file: Handle,
    callback: Option<IoCallback>,
    context: *mut c_void,
    environment: *mut c_void,
) -> Handle {
    if !is_ours(file) {
        // SAFETY: the same contract.
        return unsafe { import::CreateThreadpoolIo(file, callback, context, environment) };
    }
    fence(std::ptr::null_mut(), || {
        let callback = callback.ok_or(ERROR_INVALID_PARAMETER)?;
        let file = object(file)?;
        let io = file.io().ok_or(ERROR_INVALID_PARAMETER)?;
        ptp_io::create(io, callback, context as usize)
    })
}

/// StartThreadpoolIo: announces an operation; it must be called before each one.
///
/// # Safety
/// A PTP_IO of the system is a valid one.
#[unsafe(export_name = "Httpsys_StartThreadpoolIo")]
pub unsafe extern "system" fn start_threadpool_io(io: Handle) {
    match is_ours(io) {
        true => with(io, |io| io.start()),
        // SAFETY: the same contract.
        false => unsafe { import::StartThreadpoolIo(io) },
    }
}

/// CancelThreadpoolIo: takes an announcement back; it must be called if the operation after StartThreadpoolIo will
/// not complete through the pool.
///
/// # Safety
/// A PTP_IO of the system is a valid one.
#[unsafe(export_name = "Httpsys_CancelThreadpoolIo")]
pub unsafe extern "system" fn cancel_threadpool_io(io: Handle) {
    match is_ours(io) {
        true => with(io, |io| io.cancel()),
        // SAFETY: the same contract.
        false => unsafe { import::CancelThreadpoolIo(io) },
    }
}

/// WaitForThreadpoolIoCallbacks: waits for all callbacks of started operations, or drops those that
/// have not begun and waits for the running ones.
///
/// # Safety
/// A PTP_IO of the system is a valid one.
#[unsafe(export_name = "Httpsys_WaitForThreadpoolIoCallbacks")]
pub unsafe extern "system" fn wait_for_threadpool_io_callbacks(io: Handle, cancel_pending: Bool) {
    match is_ours(io) {
        true => with(io, |io| io.wait(cancel_pending != 0)),
        // SAFETY: the same contract.
        false => unsafe { import::WaitForThreadpoolIoCallbacks(io, cancel_pending) },
    }
}

/// CloseThreadpoolIo: closes the object, immediately if nothing is outstanding, otherwise when the last callback has
/// run.
///
/// # Safety
/// A PTP_IO of the system is a valid one.
#[unsafe(export_name = "Httpsys_CloseThreadpoolIo")]
pub unsafe extern "system" fn close_threadpool_io(io: Handle) {
    match is_ours(io) {
        true => with(io, |_| ptp_io::close(io)),
        // SAFETY: the same contract.
        false => unsafe { import::CloseThreadpoolIo(io) },
    }
}

/// BindIoCompletionCallback: completions of the handle call `routine` on a pool thread, with an
/// NTSTATUS. 87 if the handle is associated already, if `routine` is NULL or `flags` is not 0.
///
/// # Safety
/// `routine` may be called from any thread until all operations of the handle are gone.
#[unsafe(export_name = "Httpsys_BindIoCompletionCallback")]
pub unsafe extern "system" fn bind_io_completion_callback(
    file: Handle,
    routine: Option<CompletionRoutine>,
    flags: u32,
) -> Bool {
    if !is_ours(file) {
        // SAFETY: the same contract.
        return unsafe { import::BindIoCompletionCallback(file, routine, flags) };
    }
    fence_bool(|| {
        let routine = routine
            .filter(|_| flags == 0)
            .ok_or(ERROR_INVALID_PARAMETER)?;
        let file = object(file)?;
        file.io()
            .ok_or(ERROR_INVALID_PARAMETER)?
            .bind(CompletionTarget::Routine(routine))
    })
}

/// What the system waits for in place of a handle of ours.
fn event_of(object: &Arc<dyn Object>) -> Result<Handle, Code> {
    object.io().ok_or(ERROR_INVALID_HANDLE)?.system_event()
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

fn with(io: Handle, run: impl FnOnce(&Arc<ThreadpoolIo>)) {
    fence((), || -> Result<(), Code> {
        run(&object_as::<ThreadpoolIo>(io)?);
        Ok(())
    });
}
