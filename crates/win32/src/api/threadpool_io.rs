//! Thread-pool I/O.
//!
//! Owns the C form only. Threading: any thread; WaitForThreadpoolIoCallbacks blocks the caller.

use std::ffi::c_void;

use super::{Bool, fence, fence_bool, object, object_as};
use crate::handle::Handle;
use crate::io::state::CompletionTarget;
use crate::pool::file_io::{CompletionRoutine, IoCallback, ThreadpoolIo};
use crate::pool::ptp_io;
use crate::pool::workers::default_pool;
use crate::status::{Code, ERROR_INVALID_PARAMETER};

/// CreateThreadpoolIo: binds a handle to a callback. NULL on failure: 6 for a bad handle, 87 if the
/// handle is associated already or `callback` is NULL. The callback gets a Win32 code (documented:
/// IoCompletionCallback).
///
/// Differs: the callback environment is ignored: the callbacks run in the process's own pool.
///
/// # Safety
/// `callback` may be called from any thread until the object and all operations are gone.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn CreateThreadpoolIo(
    file: Handle,
    callback: Option<IoCallback>,
    context: *mut c_void,
    _environment: *mut c_void,
) -> Handle {
    fence(std::ptr::null_mut(), || {
        let callback = callback.ok_or(ERROR_INVALID_PARAMETER)?;
        let file = object(file)?;
        let io = file.io().ok_or(ERROR_INVALID_PARAMETER)?;
        ptp_io::create(io, callback, context as usize)
    })
}

/// StartThreadpoolIo: announces an operation; it must be called before each one.
#[unsafe(no_mangle)]
pub extern "system" fn StartThreadpoolIo(io: Handle) {
    with(io, |io| io.start());
}

/// CancelThreadpoolIo: takes an announcement back; it must be called if the operation after StartThreadpoolIo will
/// not complete through the pool.
#[unsafe(no_mangle)]
pub extern "system" fn CancelThreadpoolIo(io: Handle) {
    with(io, |io| io.cancel());
}

/// WaitForThreadpoolIoCallbacks: waits for all callbacks of started operations, or drops those that
/// have not begun and waits for the running ones.
#[unsafe(no_mangle)]
pub extern "system" fn WaitForThreadpoolIoCallbacks(io: Handle, cancel_pending: Bool) {
    with(io, |io| io.wait(cancel_pending != 0));
}

/// CloseThreadpoolIo: closes the object, immediately if nothing is outstanding, otherwise when the last callback has
/// run.
#[unsafe(no_mangle)]
pub extern "system" fn CloseThreadpoolIo(io: Handle) {
    with(io, |_| ptp_io::close(io));
}

/// BindIoCompletionCallback: completions of the handle call `routine` on a pool thread, with an
/// NTSTATUS. 87 if the handle is associated already, if `routine` is NULL or `flags` is not 0.
///
/// # Safety
/// `routine` may be called from any thread until all operations of the handle are gone.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn BindIoCompletionCallback(
    file: Handle,
    routine: Option<CompletionRoutine>,
    flags: u32,
) -> Bool {
    fence_bool(|| {
        let routine = routine
            .filter(|_| flags == 0)
            .ok_or(ERROR_INVALID_PARAMETER)?;
        let file = object(file)?;
        let io = file.io().ok_or(ERROR_INVALID_PARAMETER)?;
        default_pool().ensure()?;
        io.bind(CompletionTarget::Routine(routine))
    })
}

/// The four functions return nothing: a bad PTP_IO only sets the last error.
fn with(io: Handle, run: impl FnOnce(&std::sync::Arc<ThreadpoolIo>)) {
    fence((), || -> Result<(), Code> {
        run(&object_as::<ThreadpoolIo>(io)?);
        Ok(())
    });
}
