//! Properties that are kept for other parts of the service: logging, authentication, channel
//! binding.
//!
//! Owns: their values and what is refused when they are set. Does not own: log files
//! (`httpsys-logging`) nor any authentication, which is not built. Strings are UTF-16 without a
//! NUL. Threading: plain data.

use super::holder::Holder;
use crate::error::Error;

/// The longest directory of log files in bytes of UTF-16 (HTTP_LOGGING_INFO, documented).
const MAX_DIRECTORY_BYTES: usize = 424;
/// The longest software name in bytes of UTF-16: MAX_PATH (HTTP_LOGGING_INFO, documented).
const MAX_SOFTWARE_NAME_BYTES: usize = 260;
/// The least size at which a log file is rolled over (surface 2.5, documented).
const MIN_ROLLOVER_SIZE: u32 = 1024 * 1024;
/// HTTP_LOGGING_FLAG_*: the four that there are.
const LOGGING_FLAGS: u32 = 0xF;
const LOG_ERRORS_ONLY: u32 = 0x4;
const LOG_SUCCESS_ONLY: u32 = 0x8;
/// HTTP_AUTH_ENABLE_ALL.
const ALL_SCHEMES: u32 = 0x1F;
/// HTTP_AUTH_EX_FLAG_*.
const ALL_EX_FLAGS: u8 = 0x3;
/// HTTP_CHANNEL_BIND_*.
const ALL_BINDING_FLAGS: u32 = 0x3F;

/// HTTP_LOGGING_TYPE.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// W3C extended.
    W3c,
    /// IIS; URL groups only.
    Iis,
    /// NCSA; URL groups only.
    Ncsa,
    /// Centralised binary; sessions only.
    Raw,
}

/// HTTP_LOGGING_ROLLOVER_TYPE.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rollover {
    /// At this many bytes, 1 MiB at least; `u32::MAX` for never.
    Size(u32),
    /// Daily.
    Daily,
    /// Weekly.
    Weekly,
    /// Monthly.
    Monthly,
    /// Hourly.
    Hourly,
}

/// HTTP_LOGGING_INFO.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Logging {
    /// HTTP_LOGGING_FLAG_*.
    pub flags: u32,
    /// The name in the head of the file.
    pub software_name: Vec<u16>,
    /// Where the files go.
    pub directory: Vec<u16>,
    /// The format.
    pub format: LogFormat,
    /// HTTP_LOG_FIELD_*, for W3C.
    pub fields: u32,
    /// When a new file begins.
    pub rollover: Rollover,
}

impl Logging {
    pub(super) fn check(&self, holder: Holder) -> Result<(), Error> {
        let format = match holder {
            // Documented: a session logs centralised W3C or binary.
            Holder::ServerSession => matches!(self.format, LogFormat::W3c | LogFormat::Raw),
            Holder::UrlGroup => self.format != LogFormat::Raw,
        };
        let size = match self.rollover {
            Rollover::Size(size) => size >= MIN_ROLLOVER_SIZE,
            _ => true,
        };
        let exclusive = LOG_ERRORS_ONLY | LOG_SUCCESS_ONLY;
        let good = format
            && size
            && self.flags & !LOGGING_FLAGS == 0
            && self.flags & exclusive != exclusive
            && !self.directory.is_empty()
            && self.directory.len() * 2 <= MAX_DIRECTORY_BYTES
            && self.software_name.len() * 2 <= MAX_SOFTWARE_NAME_BYTES
            && !self.directory.contains(&0)
            && !self.software_name.contains(&0);
        good.then_some(()).ok_or(Error::InvalidParameter)
    }
}

/// HTTP_SERVER_AUTHENTICATION_INFO.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Authentication {
    /// HTTP_AUTH_ENABLE_*.
    pub schemes: u32,
    /// ReceiveMutualAuth.
    pub receive_mutual_auth: bool,
    /// ReceiveContextHandle.
    pub receive_context_handle: bool,
    /// DisableNTLMCredentialCaching.
    pub disable_ntlm_credential_caching: bool,
    /// HTTP_AUTH_EX_FLAG_*.
    pub ex_flags: u8,
    /// Domain of Digest.
    pub digest_domain: Vec<u16>,
    /// Realm of Digest.
    pub digest_realm: Vec<u16>,
    /// Realm of Basic.
    pub basic_realm: Vec<u16>,
}

impl Authentication {
    /// A scheme that would never let anybody in is refused when it is asked for, so that no request
    /// hangs or passes unchecked. The code is our choice: no page names one.
    pub(super) fn check(&self) -> Result<(), Error> {
        if self.schemes & !ALL_SCHEMES != 0 || self.ex_flags & !ALL_EX_FLAGS != 0 {
            Err(Error::InvalidParameter)
        } else if self.schemes != 0 {
            Err(Error::NotSupported)
        } else {
            Ok(())
        }
    }
}

/// HTTP_AUTHENTICATION_HARDENING_LEVELS.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Hardening {
    /// Tokens are not looked at.
    #[default]
    Legacy,
    /// Tokens are checked where clients send them.
    Medium,
    /// Tokens are demanded.
    Strict,
}

/// HTTP_SERVICE_BINDING_W and HTTP_SERVICE_BINDING_A.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ServiceName {
    /// UTF-16.
    Wide(Vec<u16>),
    /// 8-bit characters.
    Narrow(Vec<u8>),
}

/// HTTP_CHANNEL_BIND_INFO. It matters to authentication only.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChannelBinding {
    /// How strictly tokens are checked.
    pub hardening: Hardening,
    /// HTTP_CHANNEL_BIND_*.
    pub flags: u32,
    /// Names that a client may have meant.
    pub service_names: Vec<ServiceName>,
}

impl ChannelBinding {
    /// HTTP_CHANNEL_BIND_SECURE_CHANNEL_TOKEN: requests show the token of their connection.
    #[must_use]
    pub fn shows_token(&self) -> bool {
        self.flags & 0x8 != 0
    }

    pub(super) fn check(&self) -> Result<(), Error> {
        if self.flags & !ALL_BINDING_FLAGS == 0 {
            Ok(())
        } else {
            Err(Error::InvalidParameter)
        }
    }
}
