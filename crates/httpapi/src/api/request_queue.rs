//! Request queues: HttpCreateRequestQueue, HttpCreateHttpHandle and related functions.
//!
//! Owns the functions of the family and the rules of their flags. Does not own queues
//! (`httpsys_core`, `httpsys_engine`) or what a handle is (`queue_handle`). Threading: any thread.

use std::ffi::c_void;

use httpsys_core::Error;
use httpsys_core::call::{Control, QueueAccess};
use httpsys_core::property::{QueueProperties, QueueProperty, Verbosity};

use super::property::{self, PropertyAnswer};
use super::{check_flags, reserved as check_reserved, reserved_pointer, version as api_version};
use crate::code::{CallResult, ErrorCode};
use crate::entry::entry;
use crate::pointers::{self, Out};
use crate::queue_handle::{HandleKind, QueueObject};
use crate::reason::{NamedArgument, invalid};
use crate::types::{
    HANDLE, HTTP_CREATE_REQUEST_QUEUE_FLAG_CONTROLLER,
    HTTP_CREATE_REQUEST_QUEUE_FLAG_OPEN_EXISTING, HTTP_SERVER_PROPERTY, HTTPAPI_VERSION,
    Http503ResponseVerbosityBasic, Http503ResponseVerbosityFull, Http503ResponseVerbosityLimited,
    HttpServer503VerbosityProperty, HttpServerQueueLengthProperty, HttpServerStateProperty,
    SECURITY_ATTRIBUTES,
};

entry! {
    /// Creates a request queue of version 2, or opens a queue of this process by its name.
    ///
    /// 1306 for a version other than 2.0 (SES-020); 183 for a name that exists (SES-017); 2 for a
    /// name that does not exist, with OPEN_EXISTING (SES-018); 123 for an invalid name (SES-019); 5
    /// for a queue whose security attributes do not let anybody open it (SES-021); 87 for NULL, for
    /// unknown flags, for invalid security attributes, and for OPEN_EXISTING without a name, with
    /// security attributes or with CONTROLLER.
    ///
    /// Queue names are private to the process, so the code that opens a queue always has the rights
    /// of the creator. Therefore the security attributes of a new queue matter only if their access
    /// list is empty or denies everybody (assumed, SES-021; `httpsys_win32::security`).
    fn HttpCreateRequestQueue(
        version: HTTPAPI_VERSION,
        name: *const u16,
        security: *const SECURITY_ATTRIBUTES,
        flags: u32,
        queue: *mut HANDLE,
    ) -> u32 {
        const OPEN: u32 = HTTP_CREATE_REQUEST_QUEUE_FLAG_OPEN_EXISTING;
        const CONTROLLER: u32 = HTTP_CREATE_REQUEST_QUEUE_FLAG_CONTROLLER;
        // SAFETY: by the contract of the function.
        let queue = unsafe { Out::required(queue) }.named("RequestQueueHandle")?;
        check_flags(flags, OPEN | CONTROLLER)?;
        let name = match name.is_null() {
            true => None,
            // SAFETY: by the contract of the function.
            false => Some(unsafe { pointers::utf16(name) }.named("Name")?.to_vec()),
        };
        let version = api_version(version);
        let (call, kind) = match (flags, name) {
            (0 | CONTROLLER, name) => {
                // SAFETY: by the contract of the function.
                let access = unsafe { access(security) }?;
                let call = Control::CreateRequestQueue { version, name, access };
                (call, if flags == 0 { HandleKind::Creator } else { HandleKind::Controller })
            }
            (OPEN, Some(name)) if security.is_null() => {
                (Control::OpenRequestQueue { version, name }, HandleKind::Opened)
            }
            _ => return Err(invalid(
                "Flags: OPEN_EXISTING needs a Name, and allows neither SecurityAttributes nor other flags",
            )),
        };
        queue.set(QueueObject::make(call, kind)?);
        Ok(())
    }

    /// Creates a request queue of version 1, for HttpAddUrl; CloseHandle closes it (SES-014,
    /// SES-015).
    fn HttpCreateHttpHandle(queue: *mut HANDLE, reserved: u32) -> u32 {
        // SAFETY: by the contract of the function.
        let queue = unsafe { Out::required(queue) }.named("RequestQueueHandle")?;
        check_reserved(reserved)?;
        queue.set(QueueObject::make(Control::CreateHttpHandle, HandleKind::Version1)?);
        Ok(())
    }

    /// Closes a handle to a request queue; closing the creator's handle closes the queue: pending
    /// receives end with 995 (RCV-007), and connections with requests of the queue are reset
    /// (SHD-007, SHD-008). Closing a handle that only opened the queue has the effect of the end of
    /// a process (SHD-011): it ends the calls that are pending on this handle and the requests that
    /// were received through it, and nothing else.
    ///
    /// 6 for a handle that is not a queue or has already been closed (G-080, assumed).
    fn HttpCloseRequestQueue(queue: HANDLE) -> u32 {
        QueueObject::lookup(queue)?;
        if httpsys_win32::close(queue) { Ok(()) } else { Err(Error::InvalidHandle.into()) }
    }

    /// Stops receiving through a handle: pending receives, disconnect waits and the wait for demand
    /// start end with 995, and later receives fail with 6 (SHD-001 to SHD-004, G-075). Responses
    /// can still be sent, and the handle must still be closed. Other handles of the queue continue
    /// to receive, including the requests that this handle did not take (SHD-012); if there is no
    /// other handle, these requests wait until the queue closes (G-076).
    ///
    /// 6 for a handle that is not a queue or has already been closed.
    fn HttpShutdownRequestQueue(queue: HANDLE) -> u32 {
        let handle = QueueObject::lookup(queue)?;
        handle.service().shutdown_queue(handle.queue())?;
        Ok(())
    }

    /// Sets a property of a queue: its length (10 to 65535, QUE-001), state or 503 verbosity. The
    /// setting applies to requests that arrive afterwards.
    ///
    /// 6 for a handle that is not a queue; 50 for a queue of version 1 (SES-023); 87 for a handle
    /// that only opened the queue (SES-032), for NULL, a length other than 4 (G-105), a value out
    /// of range, and a property that queues do not have.
    fn HttpSetRequestQueueProperty(
        queue: HANDLE,
        property: HTTP_SERVER_PROPERTY,
        information: *const c_void,
        length: u32,
        reserved_1: u32,
        reserved_2: *const c_void,
    ) -> u32 {
        let handle = QueueObject::lookup(queue)?;
        check_reserved(reserved_1)?;
        reserved_pointer(reserved_2)?;
        handle.check_configures()?;
        // SAFETY: by the contract of the function.
        let property = unsafe { read_property(property, information, length) }?;
        let queue = handle.queue().id();
        handle.service().control(Control::SetRequestQueueProperty { queue, property })?;
        Ok(())
    }

    /// Queries a property of a queue, through any of its handles.
    ///
    /// 234 for a buffer of less than 4 bytes, with the required size in `return_length` (G-105).
    /// The other error codes are those of HttpSetRequestQueueProperty.
    fn HttpQueryRequestQueueProperty(
        queue: HANDLE,
        property: HTTP_SERVER_PROPERTY,
        information: *mut c_void,
        length: u32,
        reserved_1: u32,
        return_length: *mut u32,
        reserved_2: *const c_void,
    ) -> u32 {
        let handle = QueueObject::lookup(queue)?;
        check_reserved(reserved_1)?;
        reserved_pointer(reserved_2)?;
        if handle.is_version_1() {
            return Err(ErrorCode::NOT_SUPPORTED);
        }
        // SAFETY: by the contract of the function.
        let answer = unsafe { property::answer(information, length, return_length) }?;
        write_property(property, handle.queue().properties(), answer)
    }
}

/// GENERIC_ALL, GENERIC_READ and the specific rights of a file: what an open asks for.
const OPEN_RIGHTS: u32 = 0x9000_FFFF;

/// What security attributes say about opening the queue. Without attributes it may be opened: whoever
/// does is the program that made it (HTTP.sys grants the creator's user).
///
/// # Errors
/// 87 for an invalid descriptor; 998 for misaligned attributes.
///
/// # Safety
/// `attributes` is NULL or valid for reads, as is its security descriptor with all it points at.
unsafe fn access(attributes: *const SECURITY_ATTRIBUTES) -> Result<QueueAccess, ErrorCode> {
    if attributes.is_null() {
        return Ok(QueueAccess::Granted);
    }
    // SAFETY: by the contract of this function.
    let descriptor = unsafe { pointers::one(attributes) }?.lpSecurityDescriptor;
    // SAFETY: as above.
    match unsafe { httpsys_win32::security::admits_everyone(descriptor, OPEN_RIGHTS) } {
        Ok(true) => Ok(QueueAccess::Granted),
        Ok(false) => Ok(QueueAccess::Denied),
        Err(code) if code == Error::InvalidParameter.win32() => Err(invalid(
            "SecurityAttributes points to an invalid security descriptor",
        )),
        Err(code) => Err(ErrorCode::from_win32(code)),
    }
}

/// # Safety
/// As `property::exact`.
#[allow(non_upper_case_globals, reason = "names of http.h")]
unsafe fn read_property(
    property: HTTP_SERVER_PROPERTY,
    information: *const c_void,
    length: u32,
) -> Result<QueueProperty, ErrorCode> {
    // SAFETY: by the contract of this function.
    unsafe {
        match property {
            HttpServerQueueLengthProperty => {
                property::exact(information, length).map(QueueProperty::Length)
            }
            HttpServerStateProperty => {
                let state = property::state(property::exact(information, length)?)?;
                Ok(QueueProperty::State(state))
            }
            HttpServer503VerbosityProperty => match property::exact(information, length)? {
                Http503ResponseVerbosityBasic => Ok(QueueProperty::Verbosity(Verbosity::Basic)),
                Http503ResponseVerbosityLimited => Ok(QueueProperty::Verbosity(Verbosity::Limited)),
                Http503ResponseVerbosityFull => Ok(QueueProperty::Verbosity(Verbosity::Full)),
                _ => Err(invalid(
                    "PropertyInformation is not an HTTP_503_RESPONSE_VERBOSITY",
                )),
            },
            _ => Err(invalid("request queues do not have this Property")),
        }
    }
}

#[allow(non_upper_case_globals, reason = "names of http.h")]
fn write_property(
    property: HTTP_SERVER_PROPERTY,
    properties: QueueProperties,
    answer: PropertyAnswer,
) -> CallResult {
    match property {
        HttpServerQueueLengthProperty => answer.one(&properties.length),
        HttpServerStateProperty => answer.one(&property::state_value(properties.state)),
        HttpServer503VerbosityProperty => answer.one(&match properties.verbosity {
            Verbosity::Basic => Http503ResponseVerbosityBasic,
            Verbosity::Limited => Http503ResponseVerbosityLimited,
            Verbosity::Full => Http503ResponseVerbosityFull,
        }),
        _ => Err(invalid("request queues do not have this Property")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ses_021_security_attributes_decide_who_opens_a_queue() {
        // A self-relative descriptor with a list of this many bytes, none of them entries.
        let asked = |revision: u8, list: u8| {
            let mut descriptor = vec![0_u8; 28];
            descriptor[0] = revision;
            descriptor[2..4].copy_from_slice(&[0x04, 0x80]);
            descriptor[16] = 20;
            descriptor[22] = list;
            let attributes = SECURITY_ATTRIBUTES {
                nLength: size_of::<SECURITY_ATTRIBUTES>() as u32,
                lpSecurityDescriptor: descriptor.as_mut_ptr().cast(),
                bInheritHandle: 0,
            };
            // SAFETY: whole structures that outlive the call.
            unsafe { access(&attributes) }.map_err(ErrorCode::win32)
        };
        // SAFETY: NULL.
        let without = unsafe { access(std::ptr::null()) };
        assert_eq!(without, Ok(QueueAccess::Granted));
        assert_eq!(asked(1, 8), Ok(QueueAccess::Denied));
        assert_eq!(asked(1, 4), Err(87));
        assert_eq!(asked(2, 8), Err(87));
    }
}
