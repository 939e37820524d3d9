//! HttpReceiveClientCertificate.
//!
//! Owns the function, which is not implemented yet: there is no TLS. Threading: any thread.

use crate::code::ErrorCode;
use crate::entry::entry_missing;
use crate::types::{HANDLE, HTTP_SSL_CLIENT_CERT_INFO, OVERLAPPED};

entry_missing! {
    /// Missing: returns ERROR_NOT_FOUND (1168), the code for a connection without a certificate.
    fn HttpReceiveClientCertificate(
        queue: HANDLE,
        connection: u64,
        flags: u32,
        certificate: *mut HTTP_SSL_CLIENT_CERT_INFO,
        size: u32,
        bytes_received: *mut u32,
        overlapped: *mut OVERLAPPED,
    ) -> u32 = ErrorCode::NOT_FOUND;
}
