//! HttpDeclarePush.
//!
//! Owns the function: reading its arguments. Does not own what may be declared (`httpsys-core`) nor what
//! becomes of it (`httpsys-engine`). Threading: any thread.

use std::ffi::CStr;

use httpsys_core::RequestId;
use httpsys_core::call::{DeclarePush, PushField};
use httpsys_core::proto::Verb;
use httpsys_core::proto::header::REQUEST_HEADER_NAMES;

use crate::code::ErrorCode;
use crate::entry::entry;
use crate::marshal::response::unknown_header;
use crate::pointers;
use crate::queue_handle::QueueObject;
use crate::reason::{NamedArgument, invalid};
use crate::types::{HANDLE, HTTP_REQUEST_HEADERS, HTTP_VERB, HttpVerbGET, HttpVerbHEAD};

/// The most unknown headers (as in a response, where it is documented).
const MAX_UNKNOWN: u16 = 9999;

entry! {
    /// Declares that the client will ask for a resource of the same host, so that the service may
    /// send it immediately. The call succeeds but never pushes anything: HTTP/1 has no pushes, and
    /// HTTP/2 clients turn them off (H2X-019).
    ///
    /// 87 for a verb other than HttpVerbGET and HttpVerbHEAD, a path that is NULL, does not begin
    /// with a slash, or contains a question mark, `#`, a blank or a control character, a query with
    /// one of the last three, a Host header, a Transfer-Encoding, a Content-Length other than 0,
    /// and headers that are not well formed (the code is assumed). 1229 for an id that is unknown,
    /// has been answered, or whose client is gone; 6 for a handle that is not a queue. pTrailers is
    /// reserved and ignored.
    fn HttpDeclarePush(
        queue: HANDLE,
        request: u64,
        verb: HTTP_VERB,
        path: *const u16,
        query: *const u8,
        headers: *const HTTP_REQUEST_HEADERS,
    ) -> u32 {
        let handle = QueueObject::worker(queue)?;
        // SAFETY: by the contract of the function, here and below.
        let path = unsafe { pointers::utf16(path) }.named("Path")?.to_vec();
        // SAFETY: as above.
        let query = unsafe { text(query) };
        // SAFETY: as above.
        let fields = unsafe { fields(headers) }?;
        let push = DeclarePush {
            request: RequestId(request),
            verb: verb_of(verb),
            path,
            query,
            fields,
        };
        handle.service().declare_push(handle.queue(), &push)?;
        Ok(())
    }
}

fn verb_of(verb: HTTP_VERB) -> Verb {
    #[allow(non_upper_case_globals, reason = "names of http.h")]
    match verb {
        HttpVerbGET => Verb::Get,
        HttpVerbHEAD => Verb::Head,
        _ => Verb::Unknown,
    }
}

/// # Safety
/// `text` is NULL or points to bytes up to a NUL.
unsafe fn text(text: *const u8) -> Option<Vec<u8>> {
    if text.is_null() {
        return None;
    }
    // SAFETY: not NULL, and valid by the contract.
    let text = unsafe { CStr::from_ptr(text.cast()) };
    Some(text.to_bytes().to_vec())
}

/// The fields, known ones first.
///
/// # Safety
/// `headers` is NULL or points to a structure that is valid like all it points to.
unsafe fn fields(headers: *const HTTP_REQUEST_HEADERS) -> Result<Vec<PushField>, ErrorCode> {
    let mut fields = Vec::new();
    if headers.is_null() {
        return Ok(fields);
    }
    // SAFETY: by the contract, here and below; any bytes are a valid structure.
    let headers = unsafe { pointers::one(headers) }.named("Headers")?;
    for (known, name) in headers.KnownHeaders.iter().zip(REQUEST_HEADER_NAMES) {
        if known.RawValueLength != 0 {
            let length = usize::from(known.RawValueLength);
            // SAFETY: as above.
            let value = unsafe { pointers::slice(known.pRawValue, length) }.named(name)?;
            fields.push((name.as_bytes().to_vec(), value.to_vec()));
        }
    }
    if headers.UnknownHeaderCount > MAX_UNKNOWN {
        return Err(invalid("UnknownHeaderCount is more than 9999"));
    }
    let count = usize::from(headers.UnknownHeaderCount);
    // SAFETY: as above.
    let unknown = unsafe { pointers::slice(headers.pUnknownHeaders.cast_const(), count) };
    for field in unknown.named("pUnknownHeaders")? {
        // SAFETY: as above.
        let (name, value) = unsafe { unknown_header(field) }.named("pUnknownHeaders")?;
        fields.push((name.to_vec(), value.to_vec()));
    }
    Ok(fields)
}
