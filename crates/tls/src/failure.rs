//! Why a TLS connection is dropped.
//!
//! Owns the kinds, their names in counters and logs, and the words. Does not own who drops it.
//! Threading: plain data.

use std::fmt;

/// A kind of failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TlsFault {
    /// What came is no TLS: most often HTTP in clear text (G-099).
    ClearText,
    /// Neither the name nor the address has a certificate (TLS-001).
    NoBinding,
    /// The binding has the flag REJECT.
    Rejected,
    /// The client left before the handshake was over.
    ClosedInHandshake,
    /// The handshake failed: no version or suite in common, or what came is not allowed.
    Handshake,
    /// After the handshake something came that is not allowed, or was changed on its way.
    BadRecord,
}

impl TlsFault {
    /// The name in counters and in the HTTPERR log.
    #[must_use]
    pub const fn phrase(self) -> &'static str {
        match self {
            TlsFault::ClearText => "Tls_ClearText",
            TlsFault::NoBinding => "Tls_NoBinding",
            TlsFault::Rejected => "Tls_Rejected",
            TlsFault::ClosedInHandshake => "Tls_ClosedInHandshake",
            TlsFault::Handshake => "Tls_HandshakeFailed",
            TlsFault::BadRecord => "Tls_BadRecord",
        }
    }

    /// Whether the client is told by an alert before the connection ends.
    #[must_use]
    pub fn has_alert(self) -> bool {
        matches!(self, TlsFault::Handshake | TlsFault::BadRecord)
    }
}

/// A failure with its words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsFailure {
    /// Its kind.
    pub fault: TlsFault,
    /// What exactly.
    pub detail: String,
}

impl TlsFailure {
    pub(crate) fn new(fault: TlsFault, detail: impl Into<String>) -> TlsFailure {
        TlsFailure {
            fault,
            detail: detail.into(),
        }
    }
}

impl fmt::Display for TlsFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.fault.phrase(), self.detail)
    }
}

impl std::error::Error for TlsFailure {}
