//! HttpReceiveClientCertificate.
//!
//! Owns the function. Does not own the session (`httpsys_core::tls`) nor the layout (`marshal::tls`).
//! Threading: any thread; no call waits.

use std::sync::Arc;

use httpsys_core::call::Query;
use httpsys_core::tls::TlsInfo;
use httpsys_core::{ConnectionId, Error};

use super::check_flags;
use crate::code::ErrorCode;
use crate::entry::entry;
use crate::marshal::tls::{self, Filled};
use crate::overlapped::{Overlapped, blocking};
use crate::pointers::{Buffer, Out};
use crate::queue_handle::QueueObject;
use crate::reason::{self, NamedArgument, invalid};
use crate::types::{
    HANDLE, HTTP_RECEIVE_SECURE_CHANNEL_TOKEN, HTTP_SSL_CLIENT_CERT_INFO, OVERLAPPED,
};

entry! {
    /// Returns the certificate that the client presented in the TLS handshake, with the verdict on
    /// its chain in CertFlags or, with HTTP_RECEIVE_SECURE_CHANNEL_TOKEN, the connection's channel
    /// binding, `tls-server-end-point` after a SEC_CHANNEL_BINDINGS.
    ///
    /// The client is asked for a certificate in the first handshake, if the binding has the flag
    /// HTTP_SERVICE_CONFIG_SSL_FLAG_NEGOTIATE_CLIENT_CERT, and never again: the call does not wait,
    /// and every call on a connection returns the same (TLS-005). Token is NULL, since certificates
    /// are not mapped to accounts.
    ///
    /// 1168 when the client presented no certificate, and over plain TCP (TLS-002); 1229 for a
    /// connection that is gone; 122 for a buffer smaller than the fixed structure: nothing is
    /// written; 234 for a buffer that has room only for the structure: it is written, with
    /// CertEncodedSize or ChannelTokenSize, and its size is the byte count (TLS-003); 87 for NULL
    /// and for other flags (TLS-004), including HTTP_RECEIVE_FULL_CHAIN, which Microsoft does not
    /// describe.
    fn HttpReceiveClientCertificate(
        queue: HANDLE,
        connection: u64,
        flags: u32,
        certificate: *mut HTTP_SSL_CLIENT_CERT_INFO,
        size: u32,
        bytes_received: *mut u32,
        overlapped: *mut OVERLAPPED,
    ) -> u32 {
        let handle = QueueObject::worker(queue)?;
        check_flags(flags, HTTP_RECEIVE_SECURE_CHANNEL_TOKEN)?;
        if certificate.is_null() {
            return Err(invalid("SslClientCertInfo is NULL"));
        }
        // SAFETY: by the contract of the function, here and below.
        let mut memory = unsafe { Buffer::new(certificate.cast(), size as usize) }
            .named("SslClientCertInfo")?;
        // SAFETY: as above.
        let count = unsafe { Out::optional(bytes_received) };
        let session = session_of(&handle, connection)?;
        let filled = fill(&mut memory, flags, session.as_deref())?;
        let result = match filled {
            Filled::Whole(bytes) => Ok(bytes as u64),
            Filled::Structure(size) => Err(Error::MoreData { needed: size as u32 }),
        };
        if overlapped.is_null() {
            return blocking(result, count);
        }
        // SAFETY: as above.
        unsafe { Overlapped::begin(&handle, overlapped, "HttpReceiveClientCertificate", ()) }.inline(result, count)
    }
}

fn session_of(handle: &QueueObject, connection: u64) -> Result<Option<Arc<TlsInfo>>, ErrorCode> {
    let query = Query::TlsOfConnection {
        queue: handle.queue().id(),
        connection: ConnectionId(connection),
    };
    let answer = handle.service().query(&query)?;
    Ok(Option::<Arc<TlsInfo>>::try_from(answer)?)
}

fn fill(memory: &mut Buffer, flags: u32, session: Option<&TlsInfo>) -> Result<Filled, ErrorCode> {
    let Some(session) = session else {
        return Err(not_found("the connection is not TLS"));
    };
    let filled = if flags & HTTP_RECEIVE_SECURE_CHANNEL_TOKEN != 0 {
        tls::channel_token(memory, session)
    } else if let Some(client) = &session.client {
        tls::client_certificate(memory, client)
    } else if session.asked_for_certificate() {
        return Err(not_found("the client showed no certificate"));
    } else {
        return Err(not_found(
            "the binding asks for no client certificate: \
             HTTP_SERVICE_CONFIG_SSL_FLAG_NEGOTIATE_CLIENT_CERT is not set",
        ));
    };
    filled.ok_or(Error::InsufficientBuffer.into())
}

fn not_found(why: &str) -> ErrorCode {
    reason::keep(format!(
        "HttpReceiveClientCertificate: {why}: ERROR_NOT_FOUND (1168)"
    ));
    ErrorCode::NOT_FOUND
}
