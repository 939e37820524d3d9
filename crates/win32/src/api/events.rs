//! Event objects.
//!
//! Owns the C form only. Threading: any thread.

use std::ffi::c_void;
use std::sync::Arc;

use super::{Bool, ObjectName, fence, fence_bool, object_as, open_named};
use crate::handle::Handle;
use crate::sync::event::Event;
use crate::sync::names;

const CREATE_EVENT_MANUAL_RESET: u32 = 1;
const CREATE_EVENT_INITIAL_SET: u32 = 2;

/// CreateEventW: creates an event, or, if the name exists, another handle to that event, with last error 183. NULL on
/// failure.
///
/// Differs: security attributes are ignored; a name is known in this process only.
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
    // SAFETY: the same contract.
    create_event(manual_reset != 0, initial_state != 0, unsafe {
        ObjectName::wide(name)
    })
}

/// CreateEventA: works like [`CreateEventW`]; the name is UTF-8.
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
    // SAFETY: the same contract.
    create_event(manual_reset != 0, initial_state != 0, unsafe {
        ObjectName::narrow(name)
    })
}

/// CreateEventExW: works like [`CreateEventW`] with flags: 1 is manual reset, 2 is set at first.
///
/// Differs: the access mask is ignored.
///
/// # Safety
/// `name` is NULL or a NUL-terminated string.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn CreateEventExW(
    _attributes: *const c_void,
    name: *const u16,
    flags: u32,
    _access: u32,
) -> Handle {
    // SAFETY: the same contract.
    create_event_ex(flags, unsafe { ObjectName::wide(name) })
}

/// CreateEventExA: works like [`CreateEventExW`]; the name is UTF-8.
///
/// # Safety
/// `name` is NULL or a NUL-terminated string.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn CreateEventExA(
    _attributes: *const c_void,
    name: *const u8,
    flags: u32,
    _access: u32,
) -> Handle {
    // SAFETY: the same contract.
    create_event_ex(flags, unsafe { ObjectName::narrow(name) })
}

/// OpenEventW: opens another handle to a named event of this process. NULL with 2 when there is none.
///
/// # Safety
/// `name` is a NUL-terminated string.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn OpenEventW(_access: u32, _inherit: Bool, name: *const u16) -> Handle {
    // SAFETY: the same contract.
    super::open_existing::<Event>(unsafe { ObjectName::wide(name) })
}

/// OpenEventA: works like [`OpenEventW`]; the name is UTF-8.
///
/// # Safety
/// `name` is a NUL-terminated string.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn OpenEventA(_access: u32, _inherit: Bool, name: *const u8) -> Handle {
    // SAFETY: the same contract.
    super::open_existing::<Event>(unsafe { ObjectName::narrow(name) })
}

/// SetEvent: signals the event: an automatic one lets one wait through, a manual one all until it
/// is reset.
#[unsafe(no_mangle)]
pub extern "system" fn SetEvent(event: Handle) -> Bool {
    fence_bool(|| {
        object_as::<Event>(event)?.set();
        Ok(())
    })
}

/// ResetEvent: takes the signal of the event back.
#[unsafe(no_mangle)]
pub extern "system" fn ResetEvent(event: Handle) -> Bool {
    fence_bool(|| {
        object_as::<Event>(event)?.reset();
        Ok(())
    })
}

/// PulseEvent: releases threads that wait now and leaves the event reset.
#[unsafe(no_mangle)]
pub extern "system" fn PulseEvent(event: Handle) -> Bool {
    fence_bool(|| {
        object_as::<Event>(event)?.pulse();
        Ok(())
    })
}

fn create_event_ex(flags: u32, name: ObjectName) -> Handle {
    if flags & !(CREATE_EVENT_MANUAL_RESET | CREATE_EVENT_INITIAL_SET) != 0 {
        return fence(std::ptr::null_mut(), || {
            Err(crate::status::ERROR_INVALID_PARAMETER)
        });
    }
    create_event(
        flags & CREATE_EVENT_MANUAL_RESET != 0,
        flags & CREATE_EVENT_INITIAL_SET != 0,
        name,
    )
}

fn create_event(manual: bool, set: bool, name: ObjectName) -> Handle {
    open_named(name, |name| {
        names::open_or_create(name, || Ok(Arc::new(Event::new(manual, set))))
    })
}
