//! Properties of single requests.
//!
//! Owns the functions of the family, and which properties a request over HTTP/1.x has.
//! Does not own whether a request is alive (`httpsys_engine`). Threading: any thread.

use std::ffi::c_void;
use std::sync::Arc;

use httpsys_core::RequestId;
use httpsys_core::call::Query;
use httpsys_core::tls::TlsInfo;

use super::property::{answer, exact};
use crate::code::ErrorCode;
use crate::entry::entry;
use crate::marshal::tls::server_name;
use crate::overlapped::Overlapped;
use crate::pointers::Out;
use crate::queue_handle::QueueObject;
use crate::reason::invalid;
use crate::types::{
    HANDLE, HTTP_REQUEST_PROPERTY, HTTP_REQUEST_PROPERTY_SNI, HTTP_REQUEST_PROPERTY_STREAM_ERROR,
    HttpRequestPropertyDscpTag, HttpRequestPropertyIsb, HttpRequestPropertySni,
    HttpRequestPropertyStreamError, HttpRequestPropertyTlsCipherInfo,
    HttpRequestPropertyTransportIdleConnectionTimeout, OVERLAPPED,
};

entry! {
    /// Sets a property of a request: HttpRequestPropertyStreamError, the error code that is sent if
    /// its HTTP/2 stream is reset (CXL-012). For a request over HTTP/1.x, the call succeeds without
    /// effect (CFG-007).
    ///
    /// 1229 for a request that has ended (G-106); 87 for NULL, a wrong length and a property that
    /// cannot be set; 50 for the two properties that only newer systems support, the idle timeout
    /// and the DSCP tag, for which HttpIsFeatureSupported returns FALSE.
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
        let code = unsafe { settable(property, input, input_size) }?;
        handle.service().set_stream_error(handle.queue(), RequestId(id), code)?;
        if overlapped.is_null() {
            return Ok(());
        }
        // SAFETY: by the contract of the function.
        let call = unsafe { Overlapped::begin(&handle, overlapped.cast_mut(), "HttpSetRequestProperty", ()) };
        call.inline(Ok(0), Out::nowhere())
    }

    /// Queries a property of a request: HttpRequestPropertySni, the host name that the client asked
    /// for in the TLS handshake (TLS-007). The other properties concern HTTP/2, HTTP/3, transport
    /// statistics and handshake data of newer systems, which no request has here: the call returns
    /// ERROR_INVALID_FUNCTION (1, documented), as it does for SNI over plain TCP.
    ///
    /// 1229 for a request that has ended; 87 for a property that does not exist, for NULL and for a
    /// qualifier, which SNI does not have; 234 for a buffer smaller than HTTP_REQUEST_PROPERTY_SNI,
    /// with the required size in ReturnLength. After an error nothing is written, and no completion
    /// is delivered.
    ///
    /// Partial: TCP statistics (TcpInfo) are not available.
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
        let handle = QueueObject::worker(queue)?;
        if !(HttpRequestPropertyIsb..=HttpRequestPropertyTlsCipherInfo).contains(&property) {
            return Err(invalid("PropertyId is not an HTTP_REQUEST_PROPERTY"));
        }
        let session = session_of(&handle, id)?;
        let Some(session) = session.filter(|_| property == HttpRequestPropertySni) else {
            return Err(ErrorCode::INVALID_FUNCTION);
        };
        if !qualifier.is_null() || qualifier_size != 0 {
            return Err(invalid("HttpRequestPropertySni has no Qualifier"));
        }
        // SAFETY: by the contract of the function, here and below.
        unsafe { answer(output, output_size, return_length) }?.one(&server_name(&session))?;
        if overlapped.is_null() {
            return Ok(());
        }
        // SAFETY: as above.
        let call = unsafe { Overlapped::begin(&handle, overlapped, "HttpQueryRequestProperty", ()) };
        call.inline(Ok(size_of::<HTTP_REQUEST_PROPERTY_SNI>() as u64), Out::nowhere())
    }
}

/// The TLS session of a request's connection; 1229 for a request that is over.
fn session_of(handle: &QueueObject, id: u64) -> Result<Option<Arc<TlsInfo>>, ErrorCode> {
    let query = Query::TlsOfRequest {
        queue: handle.queue().id(),
        request: RequestId(id),
    };
    let answer = handle.service().query(&query)?;
    Ok(Option::<Arc<TlsInfo>>::try_from(answer)?)
}

/// # Safety
/// As [`exact`].
#[allow(non_upper_case_globals, reason = "names of http.h")]
unsafe fn settable(
    property: HTTP_REQUEST_PROPERTY,
    input: *const c_void,
    input_size: u32,
) -> Result<u32, ErrorCode> {
    match property {
        HttpRequestPropertyStreamError => {
            // SAFETY: by the contract of this function.
            let error = unsafe { exact::<HTTP_REQUEST_PROPERTY_STREAM_ERROR>(input, input_size) }?;
            Ok(error.ErrorCode)
        }
        HttpRequestPropertyTransportIdleConnectionTimeout | HttpRequestPropertyDscpTag => {
            Err(ErrorCode::NOT_SUPPORTED)
        }
        _ => Err(invalid("PropertyId cannot be set")),
    }
}
