//! Events and waits.
//!
//! Owns the C form only. Threading: any thread; waits block the caller.

use std::ffi::c_void;
use std::sync::Arc;

use super::{Bool, fence, fence_bool, not_null, object, object_as, open, wide};
use crate::event::{self, Event};
use crate::handle::Handle;
use crate::last_error;
use crate::multi::{MAXIMUM_WAIT_OBJECTS, wait_many};
use crate::status::{
    Code, ERROR_ALREADY_EXISTS, ERROR_INVALID_HANDLE, ERROR_INVALID_PARAMETER, WAIT_TIMEOUT,
};
use crate::time::deadline;

/// WAIT_FAILED.
pub const WAIT_FAILED: u32 = u32::MAX;

/// CreateEventW: a new event, or with a name that exists in this process another handle to that
/// event and last error 183. NULL on failure. Security attributes are ignored.
///
/// # Safety
/// `name` is NULL or a NUL-terminated string.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn CreateEventW(
    _attributes: *const c_void,
    manual_reset: Bool,
    initial_state: Bool,
    name: *const u16,
) -> Handle {
    fence(std::ptr::null_mut(), || {
        let name = match name.is_null() {
            true => None,
            // SAFETY: terminated by the contract of this function.
            false => Some(unsafe { wide(name) }?),
        };
        create_event(manual_reset, initial_state, name)
    })
}

/// CreateEventA: as [`CreateEventW`]; the name is taken as Latin-1.
///
/// # Safety
/// `name` is NULL or a NUL-terminated string.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn CreateEventA(
    _attributes: *const c_void,
    manual_reset: Bool,
    initial_state: Bool,
    name: *const u8,
) -> Handle {
    fence(std::ptr::null_mut(), || {
        if name.is_null() {
            return create_event(manual_reset, initial_state, None);
        }
        // SAFETY: terminated by the contract of this function.
        let name = unsafe { std::ffi::CStr::from_ptr(name.cast()) };
        let name: Vec<u16> = name
            .to_bytes()
            .iter()
            .map(|&byte| u16::from(byte))
            .collect();
        create_event(manual_reset, initial_state, Some(&name))
    })
}

/// SetEvent.
#[unsafe(no_mangle)]
pub extern "system" fn SetEvent(event: Handle) -> Bool {
    fence_bool(|| {
        object_as::<Event>(event)?.set();
        Ok(())
    })
}

/// ResetEvent.
#[unsafe(no_mangle)]
pub extern "system" fn ResetEvent(event: Handle) -> Bool {
    fence_bool(|| {
        object_as::<Event>(event)?.reset();
        Ok(())
    })
}

/// WaitForSingleObject: 0 (WAIT_OBJECT_0), 258 (WAIT_TIMEOUT) or WAIT_FAILED.
#[unsafe(no_mangle)]
pub extern "system" fn WaitForSingleObject(handle: Handle, milliseconds: u32) -> u32 {
    fence(WAIT_FAILED, || {
        let object = object(handle)?;
        let signal = object.signal().ok_or(ERROR_INVALID_HANDLE)?;
        Ok(if signal.wait(deadline(milliseconds)) {
            0
        } else {
            WAIT_TIMEOUT
        })
    })
}

/// WaitForSingleObjectEx: as [`WaitForSingleObject`]; there are no asynchronous procedure calls.
#[unsafe(no_mangle)]
pub extern "system" fn WaitForSingleObjectEx(handle: Handle, ms: u32, _alertable: Bool) -> u32 {
    WaitForSingleObject(handle, ms)
}

/// WaitForMultipleObjects: waits for one or for all of 1 to 64 objects. The index of the object,
/// 258 or WAIT_FAILED.
///
/// # Safety
/// `handles` points to `count` handles.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WaitForMultipleObjects(
    count: u32,
    handles: *const Handle,
    wait_all: Bool,
    milliseconds: u32,
) -> u32 {
    fence(WAIT_FAILED, || {
        not_null(handles)?;
        let count = count as usize;
        if count == 0 || count > MAXIMUM_WAIT_OBJECTS {
            return Err(ERROR_INVALID_PARAMETER);
        }
        // SAFETY: `count` handles are there by the contract of this function.
        let values = (0..count).map(|at| unsafe { handles.add(at).read_unaligned() });
        let objects = values.map(object).collect::<Result<Vec<_>, Code>>()?;
        let index = wait_many(&objects, wait_all != 0, deadline(milliseconds))?;
        Ok(index.map_or(WAIT_TIMEOUT, |index| index as u32))
    })
}

/// WaitForMultipleObjectsEx: as [`WaitForMultipleObjects`].
///
/// # Safety
/// `handles` points to `count` handles.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WaitForMultipleObjectsEx(
    count: u32,
    handles: *const Handle,
    wait_all: Bool,
    milliseconds: u32,
    _alertable: Bool,
) -> u32 {
    // SAFETY: the same contract.
    unsafe { WaitForMultipleObjects(count, handles, wait_all, milliseconds) }
}

fn create_event(manual: Bool, set: Bool, name: Option<&[u16]>) -> Result<Handle, Code> {
    let (manual, set) = (manual != 0, set != 0);
    let (event, existed) = match name {
        Some(name) if !name.is_empty() => event::named(name, manual, set),
        _ => (Arc::new(Event::new(manual, set)), false),
    };
    let handle = open(event)?;
    last_error::set(if existed { ERROR_ALREADY_EXISTS } else { 0 });
    Ok(handle)
}
