//! Extended records of certificates: what HTTP_SERVICE_CONFIG_SSL_PARAM_EX holds.
//!
//! Owns: the parameters that can be kept, by their type, and what makes one valid. Does not own: what they do.
//! Restrictions of TLS and keys of session tickets have no documented form (their pointers lead to memory
//! whose size no page tells), so there is no record of them. Threading: plain data.

use super::ssl::{InvalidSslRecord, SslKey, is_store_name};

/// HTTP_SSL_SERVICE_CONFIG_EX_PARAM_TYPE, as far as there are records.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SslExtendedKind {
    /// ExParamTypeHttp2Window.
    Http2Window,
    /// ExParamTypeHttp2SettingsLimits.
    Http2SettingsLimits,
    /// ExParamTypeHttpPerformance.
    HttpPerformance,
    /// ExParamTypeErrorHeaders.
    ErrorHeaders,
    /// ExParamTypeCertConfig.
    CertConfig,
}

/// The value of an extended record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SslExtended {
    /// HTTP2_WINDOW_SIZE_PARAM.
    Http2Window {
        /// The receive window in bytes.
        receive_window: u32,
    },
    /// HTTP2_SETTINGS_LIMITS_PARAM.
    Http2SettingsLimits {
        /// Settings of a frame.
        per_frame: u32,
        /// Settings of a minute.
        per_minute: u32,
    },
    /// HTTP_PERFORMANCE_PARAM.
    HttpPerformance {
        /// HTTP_PERFORMANCE_PARAM_TYPE.
        parameter: u32,
        /// The buffer.
        value: Vec<u8>,
    },
    /// HTTP_ERROR_HEADERS_PARAM: headers of responses of the service itself.
    ErrorHeaders {
        /// For which status.
        status: u16,
        /// Names and values.
        headers: Vec<(String, String)>,
    },
    /// HTTP_CERT_CONFIG_PARAM: further certificates of the endpoint.
    CertConfig {
        /// SHA-1 hashes and stores.
        certificates: Vec<([u8; 20], String)>,
    },
}

/// The longest buffer of a performance parameter, and the most headers or certificates (ours).
const MAX_VALUE: usize = 4096;
const MAX_ENTRIES: usize = 64;

impl SslExtended {
    /// The type.
    #[must_use]
    pub fn kind(&self) -> SslExtendedKind {
        match self {
            SslExtended::Http2Window { .. } => SslExtendedKind::Http2Window,
            SslExtended::Http2SettingsLimits { .. } => SslExtendedKind::Http2SettingsLimits,
            SslExtended::HttpPerformance { .. } => SslExtendedKind::HttpPerformance,
            SslExtended::ErrorHeaders { .. } => SslExtendedKind::ErrorHeaders,
            SslExtended::CertConfig { .. } => SslExtendedKind::CertConfig,
        }
    }

    /// Whether the value is one. What the numbers of HTTP/2 may be is checked as RFC 9113 and the registry
    /// parameters of the same names have it (assumed).
    ///
    /// # Errors
    /// What is wrong, in words.
    pub fn check(&self) -> Result<(), InvalidSslRecord> {
        let bad = |field, why| Err(InvalidSslRecord::Extended(field, why));
        match self {
            SslExtended::Http2Window { receive_window } if *receive_window > 0x7FFF_FFFF => {
                bad("", "a window of HTTP/2 is at most 2147483647 bytes")
            }
            SslExtended::HttpPerformance { parameter, value } => match () {
                () if *parameter > 5 => bad("parameter", "there is no such performance parameter"),
                () if value.len() > MAX_VALUE => {
                    bad("value", "the buffer is longer than 4096 bytes")
                }
                () => Ok(()),
            },
            SslExtended::ErrorHeaders { status, headers } => match () {
                () if !(100..=999).contains(status) => {
                    bad("status", "the status is not of three digits")
                }
                () if headers.len() > MAX_ENTRIES => {
                    bad("headers", "there are more than 64 headers")
                }
                () if !headers.iter().all(is_header) => bad(
                    "headers",
                    "a header's name or value has characters that it cannot have",
                ),
                () => Ok(()),
            },
            SslExtended::CertConfig { certificates } => match () {
                () if certificates.len() > MAX_ENTRIES => {
                    bad("", "there are more than 64 certificates")
                }
                () if !certificates.iter().all(|(_, store)| is_store_name(store)) => {
                    Err(InvalidSslRecord::StoreName)
                }
                () => Ok(()),
            },
            SslExtended::Http2Window { .. } | SslExtended::Http2SettingsLimits { .. } => Ok(()),
        }
    }
}

fn is_header((name, value): &(String, String)) -> bool {
    let token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !name.is_empty()
        && name.bytes().all(token)
        && !value.contains(|letter: char| letter.is_control() && letter != '\t')
}

/// An extended record: one for each type and key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SslExtendedRecord {
    /// What it is for.
    pub key: SslKey,
    /// What it says.
    pub value: SslExtended,
}

impl SslExtendedRecord {
    /// Whether the record is one.
    ///
    /// # Errors
    /// As [`SslKey::check`] and [`SslExtended::check`].
    pub fn check(&self) -> Result<(), InvalidSslRecord> {
        self.key.check()?;
        self.value.check()
    }
}
