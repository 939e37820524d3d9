//! The event log: what a program reports becomes an event of `tracing`.
//!
//! Owns the sources that are open and the form of the event (target `httpsys::event_log`). Threading:
//! any thread.

use std::ffi::{c_char, c_void};
use std::ptr;
use std::sync::Arc;

use super::registry::{from_narrow, from_wide};
use super::{Bool, fence, fence_bool, open};
use crate::handle::{self, Handle};
use crate::object::Object;
use crate::status::{Code, ERROR_INVALID_HANDLE, ERROR_INVALID_PARAMETER};

/// RPC_S_SERVER_UNAVAILABLE.
const RPC_S_SERVER_UNAVAILABLE: Code = 1722;

/// A source that is open.
#[derive(Debug)]
struct EventSource(String);

impl Object for EventSource {
    /// DeregisterEventSource closes it.
    fn close_allowed(&self) -> bool {
        false
    }
}

/// RegisterEventSourceW: opens a source of events. NULL with 87 (no name), 1722 (another computer).
///
/// Differs: events are those of `HTTPSYS_TRACE` and the log callback, not of a log of the system; a
/// source need not be known.
///
/// # Safety
/// Both are NULL or NUL-terminated.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn RegisterEventSourceW(
    server: *const u16,
    source: *const u16,
) -> Handle {
    // SAFETY: by the contract of this function.
    fence(ptr::null_mut(), || unsafe {
        register(from_wide(server)?, from_wide(source)?)
    })
}

/// RegisterEventSourceA: works like [`RegisterEventSourceW`], in UTF-8.
///
/// # Safety
/// Works like [`RegisterEventSourceW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn RegisterEventSourceA(
    server: *const c_char,
    source: *const c_char,
) -> Handle {
    // SAFETY: by the contract of this function.
    fence(ptr::null_mut(), || unsafe {
        register(from_narrow(server), from_narrow(source))
    })
}

fn register(server: String, source: String) -> Result<Handle, Code> {
    match (server.is_empty(), source.is_empty()) {
        (false, _) => Err(RPC_S_SERVER_UNAVAILABLE),
        (_, true) => Err(ERROR_INVALID_PARAMETER),
        _ => open(Arc::new(EventSource(source))),
    }
}

/// DeregisterEventSource: closes a source. FALSE with 6 for a handle that is not one.
#[unsafe(no_mangle)]
pub extern "system" fn DeregisterEventSource(source: Handle) -> Bool {
    fence_bool(|| {
        handle::lookup_as::<EventSource>(source).ok_or(ERROR_INVALID_HANDLE)?;
        handle::remove(source).map(drop).ok_or(ERROR_INVALID_HANDLE)
    })
}

/// ReportEventW: reports an event with the strings, their number, category and identifier. EVENTLOG_ERROR_TYPE (1) is
/// an error, EVENTLOG_WARNING_TYPE (2) a warning, everything else information. FALSE with 6, 87 (NULL instead of
/// strings or data).
///
/// Differs: the strings stand as they are, there are no message files; of the binary data only the
/// length is told.
///
/// # Safety
/// `strings` points to `count` NUL-terminated strings, `data` is not read.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn ReportEventW(
    source: Handle,
    kind: u16,
    category: u16,
    id: u32,
    _user: *const c_void,
    count: u16,
    bytes: u32,
    strings: *const *const u16,
    data: *const c_void,
) -> Bool {
    fence_bool(|| {
        // SAFETY: by the contract of this function.
        let strings = unsafe { pointers(strings, count) }?;
        // SAFETY: as above.
        let strings = strings.into_iter().map(|text| unsafe { from_wide(text) });
        let strings = strings.collect::<Result<Vec<_>, _>>()?;
        report(source, kind, category, id, &strings, (data, bytes))
    })
}

/// ReportEventA: works like [`ReportEventW`], in UTF-8.
///
/// # Safety
/// Works like [`ReportEventW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn ReportEventA(
    source: Handle,
    kind: u16,
    category: u16,
    id: u32,
    _user: *const c_void,
    count: u16,
    bytes: u32,
    strings: *const *const c_char,
    data: *const c_void,
) -> Bool {
    fence_bool(|| {
        // SAFETY: by the contract of this function.
        let strings = unsafe { pointers(strings, count) }?;
        // SAFETY: as above.
        let strings = strings.into_iter().map(|text| unsafe { from_narrow(text) });
        report(
            source,
            kind,
            category,
            id,
            &strings.collect::<Vec<_>>(),
            (data, bytes),
        )
    })
}

unsafe fn pointers<T>(strings: *const *const T, count: u16) -> Result<Vec<*const T>, Code> {
    if strings.is_null() && count > 0 {
        return Err(ERROR_INVALID_PARAMETER);
    }
    // SAFETY: `count` pointers by the contracts of the exported functions.
    Ok((0..usize::from(count))
        .map(|at| unsafe { strings.add(at).read_unaligned() })
        .collect())
}

fn report(
    source: Handle,
    kind: u16,
    category: u16,
    id: u32,
    strings: &[String],
    (data, bytes): (*const c_void, u32),
) -> Result<(), Code> {
    let source = handle::lookup_as::<EventSource>(source).ok_or(ERROR_INVALID_HANDLE)?;
    if data.is_null() && bytes > 0 {
        return Err(ERROR_INVALID_PARAMETER);
    }
    let (source, text) = (&source.0, strings.join(" "));
    crate::trace::install();
    macro_rules! event {
        ($level:ident) => {
            tracing::$level!(target: "httpsys::event_log", source, category, id, bytes, "{text}")
        };
    }
    match kind {
        1 => event!(error),
        2 => event!(warn),
        _ => event!(info),
    }
    Ok(())
}
