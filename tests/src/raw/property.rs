//! The Set and Query functions of properties.
//!
//! Owns: the structures of the properties that tests set often. Does not own judgement of codes.
//! Invariant: a buffer has the length that is given to the function. Threading: any thread.

use std::ffi::c_void;
use std::ptr;

use windows_sys::Win32::Foundation::HANDLE;
use windows_sys::Win32::Networking::HttpServer as http;

use super::Handle;
use crate::door::{Limits, State, Timeouts, Verbosity};

/// Flags.Present as given.
#[must_use]
pub fn flags(present: bool) -> http::HTTP_PROPERTY_FLAGS {
    http::HTTP_PROPERTY_FLAGS {
        _bitfield: present.into(),
    }
}

/// HTTP_STATE_INFO.
#[must_use]
pub fn state_info(state: State) -> http::HTTP_STATE_INFO {
    http::HTTP_STATE_INFO {
        Flags: flags(true),
        State: state_value(state),
    }
}

/// HTTP_ENABLED_STATE.
#[must_use]
pub fn state_value(state: State) -> i32 {
    match state {
        State::Active => http::HttpEnabledStateActive,
        State::Inactive => http::HttpEnabledStateInactive,
    }
}

/// HTTP_503_RESPONSE_VERBOSITY.
#[must_use]
pub fn verbosity_value(verbosity: Verbosity) -> i32 {
    match verbosity {
        Verbosity::Basic => http::Http503ResponseVerbosityBasic,
        Verbosity::Limited => http::Http503ResponseVerbosityLimited,
        Verbosity::Full => http::Http503ResponseVerbosityFull,
    }
}

/// HTTP_TIMEOUT_LIMIT_INFO.
#[must_use]
pub fn timeouts_info(timeouts: Timeouts) -> http::HTTP_TIMEOUT_LIMIT_INFO {
    http::HTTP_TIMEOUT_LIMIT_INFO {
        Flags: flags(true),
        EntityBody: timeouts.entity_body,
        DrainEntityBody: timeouts.drain_entity_body,
        RequestQueue: timeouts.request_queue,
        IdleConnection: timeouts.idle_connection,
        HeaderWait: timeouts.header_wait,
        MinSendRate: timeouts.min_send_rate,
    }
}

/// What HTTP_TIMEOUT_LIMIT_INFO says.
#[must_use]
pub fn timeouts_of(info: &http::HTTP_TIMEOUT_LIMIT_INFO) -> Timeouts {
    Timeouts {
        entity_body: info.EntityBody,
        drain_entity_body: info.DrainEntityBody,
        request_queue: info.RequestQueue,
        idle_connection: info.IdleConnection,
        header_wait: info.HeaderWait,
        min_send_rate: info.MinSendRate,
    }
}

/// Sets each limit that is given with `set`, which is one of the Set functions.
pub fn set_limits(limits: Limits, set: impl Fn(&http::HTTP_QOS_SETTING_INFO) -> u32) -> u32 {
    let settings = [
        (http::HttpQosSettingTypeBandwidth, limits.bandwidth),
        (http::HttpQosSettingTypeConnectionLimit, limits.connections),
    ];
    for (kind, limit) in settings {
        let Some(limit) = limit else { continue };
        // Both structures are a flag and a number.
        let mut info = http::HTTP_CONNECTION_LIMIT_INFO {
            Flags: flags(true),
            MaxConnections: limit,
        };
        let setting = http::HTTP_QOS_SETTING_INFO {
            QosType: kind,
            QosSetting: (&raw mut info).cast(),
        };
        match set(&setting) {
            0 => {}
            code => return code,
        }
    }
    0
}

/// A Query function with its object: buffer, length, return length.
pub type Query<'a> = &'a dyn Fn(*mut c_void, u32, *mut u32) -> u32;

/// Asks with a buffer of `length` bytes that holds `first` at its front. Returns the code, the
/// return length (77 where it was not written) and the buffer.
pub fn query_into(query: Query<'_>, first: i32, length: usize) -> (u32, u32, Vec<u64>) {
    // Not zeros: what the function leaves out is to be seen.
    let mut buffer = vec![u64::MAX; length.div_ceil(8).max(1)];
    buffer[0] = u64::from(first as u32);
    let mut needed = 77;
    let length = u32::try_from(length).expect("a short buffer");
    let code = query(buffer.as_mut_ptr().cast(), length, &raw mut needed);
    (code, needed, buffer)
}

/// Asks for a structure without pointers.
///
/// # Errors
/// The code.
pub fn query<T: Copy>(query: Query<'_>) -> Result<T, u32> {
    let (code, needed, buffer) = query_into(query, 0, size_of::<T>());
    super::checked(code)?;
    assert_eq!(needed as usize, size_of::<T>(), "the return length");
    // SAFETY: the buffer has the size of a `T`, aligned to 8, and `T` is a plain structure of
    // http.h.
    Ok(unsafe { buffer.as_ptr().cast::<T>().read() })
}

/// Asks for a limit.
///
/// # Errors
/// The code.
pub fn query_limit(query: Query<'_>, kind: i32) -> Result<Option<u32>, u32> {
    let (code, needed, buffer) = query_into(query, kind, 24);
    super::checked(code)?;
    assert_eq!((needed, buffer[0] as i32), (24, kind));
    let setting = buffer[2].to_ne_bytes();
    let [present, limit] =
        [0, 4].map(|at| u32::from_ne_bytes(setting[at..at + 4].try_into().expect("four bytes")));
    assert_eq!(buffer[1], (&raw const buffer[2]) as u64, "QosSetting");
    Ok((present == 1).then_some(limit))
}

/// HttpQueryServerSessionProperty.
pub fn session_query(session: u64, property: i32) -> impl Fn(*mut c_void, u32, *mut u32) -> u32 {
    // SAFETY: callers give buffers of the length said.
    move |buffer, length, needed| unsafe {
        http::HttpQueryServerSessionProperty(session, property, buffer, length, needed)
    }
}

/// HttpQueryUrlGroupProperty.
pub fn group_query(group: u64, property: i32) -> impl Fn(*mut c_void, u32, *mut u32) -> u32 {
    // SAFETY: callers give buffers of the length said.
    move |buffer, length, needed| unsafe {
        http::HttpQueryUrlGroupProperty(group, property, buffer, length, needed)
    }
}

/// HttpQueryRequestQueueProperty.
pub fn queue_query(queue: Handle, property: i32) -> impl Fn(*mut c_void, u32, *mut u32) -> u32 {
    // SAFETY: callers give buffers of the length said.
    move |buffer, length, needed| unsafe {
        let queue = queue.raw();
        http::HttpQueryRequestQueueProperty(queue, property, buffer, length, 0, needed, ptr::null())
    }
}

/// HttpSetUrlGroupProperty.
pub fn set_group_property<T>(group: u64, property: i32, value: &T) -> u32 {
    let length = u32::try_from(size_of::<T>()).expect("a small structure");
    // SAFETY: the structure has the length given and outlives the call.
    unsafe { http::HttpSetUrlGroupProperty(group, property, ptr::from_ref(value).cast(), length) }
}

/// HttpSetServerSessionProperty.
pub fn set_session_property<T>(session: u64, property: i32, value: &T) -> u32 {
    let length = u32::try_from(size_of::<T>()).expect("a small structure");
    // SAFETY: the structure has the length given and outlives the call.
    unsafe {
        http::HttpSetServerSessionProperty(session, property, ptr::from_ref(value).cast(), length)
    }
}

/// HttpSetRequestQueueProperty.
pub fn set_queue_property<T>(queue: Handle, property: i32, value: &T) -> u32 {
    let length = u32::try_from(size_of::<T>()).expect("a small structure");
    let value: *const c_void = ptr::from_ref(value).cast();
    // SAFETY: the structure has the length given and outlives the call.
    unsafe {
        http::HttpSetRequestQueueProperty(queue.raw(), property, value, length, 0, ptr::null())
    }
}

unsafe extern "system" {
    fn GetProcessHeap() -> HANDLE;
    fn HeapFree(heap: HANDLE, flags: u32, memory: *mut c_void) -> i32;
}

/// HttpFindUrlGroupId.
///
/// # Errors
/// The NTSTATUS.
pub fn find_url_group(queue: Handle, url: &str) -> Result<u64, u32> {
    let url = super::wide(url);
    let mut group = 0;
    // SAFETY: the pointers outlive the call.
    let status = unsafe { http::HttpFindUrlGroupId(url.as_ptr(), queue.raw(), &mut group) };
    super::checked(status).map(|()| group)
}

/// HttpPrepareUrl, and HeapFree for what it gave.
///
/// # Errors
/// The code.
pub fn prepare_url(url: &str) -> Result<String, u32> {
    let url = super::wide(url);
    let mut prepared: *mut u16 = ptr::null_mut();
    // SAFETY: the pointers outlive the call.
    super::checked(unsafe { http::HttpPrepareUrl(ptr::null(), 0, url.as_ptr(), &mut prepared) })?;
    // SAFETY: a NUL-terminated string that is freed once.
    unsafe {
        let length = (0..).take_while(|at| *prepared.add(*at) != 0).count();
        let text = std::slice::from_raw_parts(prepared, length);
        let text = String::from_utf16(text).expect("text");
        assert_eq!(HeapFree(GetProcessHeap(), 0, prepared.cast()), 1);
        Ok(text)
    }
}
