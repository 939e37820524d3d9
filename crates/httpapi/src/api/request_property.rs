//! Properties of single requests.
//!
//! Owns the functions of the family, and which properties a request over HTTP/1.x without TLS has.
//! Does not own whether a request is alive (`httpsys_engine`). Threading: any thread.

use std::ffi::c_void;

use httpsys_core::RequestId;
use httpsys_core::call::Query;

use super::property::exact;
use crate::code::{CallResult, ErrorCode};
use crate::entry::entry;
use crate::overlapped::Overlapped;
use crate::pointers::Out;
use crate::queue_handle::QueueObject;
use crate::reason::invalid;
use crate::types::{
    HANDLE, HTTP_REQUEST_PROPERTY, HTTP_REQUEST_PROPERTY_STREAM_ERROR, HttpRequestPropertyDscpTag,
    HttpRequestPropertyIsb, HttpRequestPropertyStreamError, HttpRequestPropertyTlsCipherInfo,
    HttpRequestPropertyTransportIdleConnectionTimeout, OVERLAPPED,
};

entry! {
    /// Sets a property of a request: HttpRequestPropertyStreamError, the code with which a stream
    /// of HTTP/2 or HTTP/3 is reset. A request over HTTP/1.x takes it and has no use for it
    /// (CFG-007).
    ///
    /// 1229 for a request that is over (G-106); 87 for NULL, a wrong length and a property that
    /// cannot be set; 50 for the two that can be set on newer systems, the idle timeout and the
    /// DSCP tag, for which HttpIsFeatureSupported says FALSE.
    fn HttpSetRequestProperty(
        queue: HANDLE,
        id: u64,
        property: HTTP_REQUEST_PROPERTY,
        input: *const c_void,
        input_size: u32,
        overlapped: *const OVERLAPPED,
    ) -> u32 {
        let handle = QueueObject::worker(queue)?;
        // SAFETY: by the contract of the function.
        unsafe { check_settable(property, input, input_size) }?;
        check_live(&handle, id)?;
        if overlapped.is_null() {
            return Ok(());
        }
        // SAFETY: by the contract of the function.
        let call = unsafe { Overlapped::begin(&handle, overlapped.cast_mut(), ()) };
        call.inline(Ok(0), Out::nowhere())
    }

    /// Asks for a property of a request. All that there are belong to TLS, HTTP/2, HTTP/3 or the
    /// transport's statistics, which no request here has: ERROR_INVALID_FUNCTION (1, documented).
    ///
    /// 1229 for a request that is over; 87 for a property that does not exist. Nothing is written,
    /// and no completion is delivered.
    ///
    /// Partial: TCP statistics (TcpInfo) are not there.
    fn HttpQueryRequestProperty(
        queue: HANDLE,
        id: u64,
        property: HTTP_REQUEST_PROPERTY,
        qualifier: *const c_void,
        qualifier_size: u32,
        output: *mut c_void,
        output_size: u32,
        return_length: *mut u32,
        overlapped: *mut OVERLAPPED,
    ) -> u32 {
        let _ = (qualifier, qualifier_size, output, output_size, return_length, overlapped);
        let handle = QueueObject::worker(queue)?;
        if !(HttpRequestPropertyIsb..=HttpRequestPropertyTlsCipherInfo).contains(&property) {
            return Err(invalid("PropertyId is not an HTTP_REQUEST_PROPERTY"));
        }
        check_live(&handle, id)?;
        Err(ErrorCode::INVALID_FUNCTION)
    }
}

/// 1229 for a request that is over.
fn check_live(handle: &QueueObject, id: u64) -> CallResult {
    let query = Query::CheckLive {
        queue: handle.queue().id(),
        request: RequestId(id),
    };
    handle.service().query(&query)?;
    Ok(())
}

/// # Safety
/// As [`exact`].
#[allow(non_upper_case_globals, reason = "names of http.h")]
unsafe fn check_settable(
    property: HTTP_REQUEST_PROPERTY,
    input: *const c_void,
    input_size: u32,
) -> CallResult {
    match property {
        HttpRequestPropertyStreamError => {
            // SAFETY: by the contract of this function.
            unsafe { exact::<HTTP_REQUEST_PROPERTY_STREAM_ERROR>(input, input_size) }?;
            Ok(())
        }
        HttpRequestPropertyTransportIdleConnectionTimeout | HttpRequestPropertyDscpTag => {
            Err(ErrorCode::NOT_SUPPORTED)
        }
        _ => Err(invalid("PropertyId cannot be set")),
    }
}
