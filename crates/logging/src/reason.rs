//! Why HTTP.sys handled a request or a connection itself.
//!
//! Owns: the reason phrases of the error log, each with its meaning. Does not own: when they occur.
//! Threading: plain values.
//!
//! Sources: KB 820729 "Error logging in HTTP APIs" and
//! types-of-errors-logged-by-the-http-server-api (documented); LOG-005 to LOG-008.

use std::fmt;

macro_rules! reasons {
    ($($(#[$doc:meta])* $variant:ident = $name:literal,)*) => {
        /// The `s-reason` of a line in the error log.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Reason {
            $($(#[$doc])* $variant,)*
        }

        impl Reason {
            /// All reasons.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The phrase as it appears in the log.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }
        }
    };
}

reasons! {
    /// 503: the application was taken offline because of its errors.
    AppOffline = "AppOffline",
    /// 503: the application pool is too busy.
    AppPoolTimer = "AppPoolTimer",
    /// 503: the application shut down by the administrator's policy.
    AppShutdown = "AppShutdown",
    /// A request that cannot be parsed, without a finer reason.
    BadRequest = "BadRequest",
    /// The client closed the connection before the request was given to a program.
    ClientReset = "Client_Reset",
    /// A worker process ended, or closed its handle with a request pending (before Windows Vista).
    ConnectionAbandonedByAppPool = "Connection_Abandoned_By_AppPool",
    /// A program ended, or closed its queue with requests pending (Windows Vista and later).
    ConnectionAbandonedByReqQueue = "Connection_Abandoned_By_ReqQueue",
    /// The connection closed before the last of the response was sent.
    ConnectionDropped = "Connection_Dropped",
    /// The list of dropped connections is full.
    ConnectionDroppedListFull = "Connection_Dropped_List_Full",
    /// 503: the site's limit of connections is reached.
    ConnLimit = "ConnLimit",
    /// No new connections are taken: memory is short, or the limit of connections is reached.
    ConnectionsRefused = "Connections_Refused",
    /// 503: an administrator has taken the application offline; here: HttpServerStateProperty.
    Disabled = "Disabled",
    /// 413: an entity larger than allowed.
    EntityTooLarge = "EntityTooLarge",
    /// 400: a field longer than allowed.
    FieldLength = "FieldLength",
    /// 403: a forbidden element or sequence in the URL.
    Forbidden = "Forbidden",
    /// 400: a header field that cannot be parsed.
    Header = "Header",
    /// 400: a host that cannot be parsed, or that nobody listens for.
    Hostname = "Hostname",
    /// HTTP/2: a field block that cannot be decompressed. The names of these seven are ours (assumed, G-272).
    Http2CompressionError = "Http2_CompressionError",
    /// HTTP/2: the client causes too much work.
    Http2EnhanceYourCalm = "Http2_EnhanceYourCalm",
    /// HTTP/2: more content than a window allows.
    Http2FlowControlError = "Http2_FlowControlError",
    /// HTTP/2: a frame of an impossible length.
    Http2FrameSizeError = "Http2_FrameSizeError",
    /// HTTP/2: another rule was broken.
    Http2ProtocolError = "Http2_ProtocolError",
    /// HTTP/2: SETTINGS was not acknowledged in time.
    Http2SettingsTimeout = "Http2_SettingsTimeout",
    /// HTTP/2: a frame on a stream that has ended.
    Http2StreamClosed = "Http2_StreamClosed",
    /// 500: an internal error.
    Internal = "Internal",
    /// 400: a CR or LF where none may be.
    InvalidCrLf = "Invalid_CR/LF",
    /// 411: a length is missing.
    LengthRequired = "LengthRequired",
    /// 503: not available, because of an internal error.
    NotAvailable = "N/A",
    /// 404: no registered URL matches. The name is not in the documentation (assumed).
    NotFound = "NotFound",
    /// 501: not implemented; 503 for an unknown transfer encoding.
    NotImplemented = "N/I",
    /// 400: a number that cannot be parsed.
    Number = "Number",
    /// 412: a required precondition is missing.
    Precondition = "Precondition",
    /// 503: the request queue is full.
    QueueFull = "QueueFull",
    /// 400: a request longer than allowed.
    RequestLength = "RequestLength",
    /// A request waited too long for the application pool to take and process it.
    TimerAppPool = "Timer_AppPool",
    /// The connection was idle for too long.
    TimerConnectionIdle = "Timer_ConnectionIdle",
    /// The entity body did not arrive in time.
    TimerEntityBody = "Timer_EntityBody",
    /// The header took too long.
    TimerHeaderWait = "Timer_HeaderWait",
    /// The client takes the response too slowly.
    TimerMinBytesPerSecond = "Timer_MinBytesPerSecond",
    /// A request waited too long in its queue (Windows Vista and later).
    TimerReqQueue = "Timer_ReqQueue",
    /// Reserved, not used.
    TimerResponse = "Timer_Response",
    /// TLS renegotiation took too long.
    TimerSslRenegotiation = "Timer_SslRenegotiation",
    /// 400: a URL that cannot be parsed.
    Url = "URL",
    /// 414: a URL longer than allowed.
    UrlLength = "URL_Length",
    /// 400: a method that cannot be parsed.
    Verb = "Verb",
    /// 505: an HTTP version that is not supported.
    VersionNotSupported = "Version_N/S",
}

impl Reason {
    /// It is said of HTTP/2 alone.
    #[must_use]
    pub fn is_http2(self) -> bool {
        self.name().starts_with("Http2_")
    }

    /// The reason with this phrase.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|reason| reason.name() == name)
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn log_005_log_006_log_007_log_008_every_documented_reason_has_its_name() {
        let documented = "BadRequest Verb URL URL_Length Hostname Header FieldLength RequestLength \
            Number Invalid_CR/LF Version_N/S LengthRequired EntityTooLarge Precondition Forbidden \
            N/I N/A AppOffline AppPoolTimer AppShutdown Disabled QueueFull ConnLimit Internal \
            Client_Reset Connection_Dropped Connection_Dropped_List_Full Connections_Refused \
            Connection_Abandoned_By_ReqQueue Connection_Abandoned_By_AppPool Timer_ConnectionIdle \
            Timer_HeaderWait Timer_EntityBody Timer_ReqQueue Timer_AppPool \
            Timer_MinBytesPerSecond Timer_SslRenegotiation Timer_Response";
        for name in documented.split_whitespace() {
            let reason = Reason::from_name(name);
            assert_eq!(reason.map(Reason::name), Some(name));
        }
        // NotFound, and those of HTTP/2.
        assert_eq!(documented.split_whitespace().count() + 8, Reason::ALL.len());
        assert_eq!(Reason::from_name("NoSuchReason"), None);
    }

    #[test]
    fn a_reason_is_shown_as_its_name_and_is_one_field() {
        for reason in Reason::ALL {
            assert_eq!(reason.to_string(), reason.name());
            assert!(reason.name().bytes().all(|byte| byte.is_ascii_graphic()));
        }
    }
}
