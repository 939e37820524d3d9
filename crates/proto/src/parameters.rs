//! The registry parameters of HTTP.sys that change how the service behaves.
//!
//! Owns: names, defaults, documented ranges, and setting them from text. Does not own: where the
//! text comes from (a file, the environment), or what a value does. Values are fixed while a
//! program runs, just as HTTP.sys reads them when its service starts. Invariant: a value that
//! [`Parameters::validate`] refuses cannot make the parser misbehave; it is merely outside what
//! Microsoft documents. Threading: plain values.

use crate::choices::Choices;
use crate::proxy::ProxyProtocol;
use crate::response_parts::ServerToken;
use crate::setting::{InvalidParameter, InvalidSetting, ParameterValue, check};
use crate::strict::StrictMode;

#[cfg(test)]
mod tests;

/// Writes [`Parameters`] and everything that goes through all of its fields.
macro_rules! parameters {
    ($($(#[$doc:meta])* $field:ident: $type:ty = $default:expr, $name:literal $(, $range:expr)?;)*) => {
        /// Values under `HKLM\System\CurrentControlSet\Services\HTTP\Parameters` (documented: LIM
        /// rows), and [`Choices`] for cases in which no source says what HTTP.sys does.
        #[derive(Clone, Debug, PartialEq, Eq)]
        #[non_exhaustive]
        pub struct Parameters {
            $($(#[$doc])* pub $field: $type,)*
            /// Options of this library for cases in which HTTP.sys's behaviour is not known well
            /// enough.
            pub choices: Choices,
        }

        impl Default for Parameters {
            fn default() -> Self {
                Self { $($field: $default,)* choices: Choices::default() }
            }
        }

        impl Parameters {
            /// The registry names, in the order of the fields.
            pub const NAMES: &'static [&'static str] = &[$($name),*];

            /// Checks every number against its documented range.
            ///
            /// # Errors
            /// The first parameter that is out of range.
            pub fn validate(&self) -> Result<(), InvalidParameter> {
                $($(check($name, &self.$field, $range)?;)?)*
                Ok(())
            }

            /// Sets one parameter or choice by its name, in any letter case. Numbers are decimal or
            /// `0x` hexadecimal; switches are 0 and 1, `false` and `true`, or any number, as in the
            /// registry.
            ///
            /// # Errors
            /// A name that does not exist, a text that is not a valid value, and a value out of
            /// range; in these cases nothing changes.
            pub fn set(&mut self, name: &str, text: &str) -> Result<(), InvalidSetting> {
                $(
                    if name.eq_ignore_ascii_case($name) {
                        let value = <$type as ParameterValue>::from_text(text)
                            .ok_or_else(|| InvalidSetting::value::<$type>($name, text))?;
                        $(check($name, &value, $range).map_err(InvalidSetting::range)?;)?
                        self.$field = value;
                        return Ok(());
                    }
                )*
                self.choices.set(name, text)
            }

            /// The names of the parameters that differ from their defaults and have no effect.
            #[must_use]
            pub fn without_effect(&self) -> Vec<&'static str> {
                let default = Self::default();
                let mut names = Vec::new();
                $(
                    if self.$field != default.$field && WITHOUT_EFFECT.contains(&$name) {
                        names.push($name);
                    }
                )*
                names
            }
        }
    };
}

parameters! {
    /// `MaxFieldLength`: bytes of one header field, 64 to 65,534, default 16,384 (LIM-006).
    max_field_length: u32 = 16_384, "MaxFieldLength", 64..=65_534;
    /// `MaxRequestBytes`: request line, fields and blank line must stay below this number of
    /// bytes; 256 to 16,777,216, default 16,384 (LIM-007 to LIM-010). A lower value than
    /// `MaxFieldLength` bounds fields too.
    max_request_bytes: u32 = 16_384, "MaxRequestBytes", 256..=16_777_216;
    /// `UrlSegmentMaxLength`: characters, 0 to 32,766, 0 = no limit, default 260 (LIM-011).
    url_segment_max_length: u32 = 260, "UrlSegmentMaxLength", 0..=32_766;
    /// `UrlSegmentMaxCount`: 0 to 16,383, 0 = no limit, default 255 (LIM-012).
    url_segment_max_count: u32 = 255, "UrlSegmentMaxCount", 0..=16_383;
    /// `AllowRestrictedChars`: escaped control characters are passed to the program, default off
    /// (LIM-001).
    allow_restricted_chars: bool = false, "AllowRestrictedChars";
    /// `AllowUnEscapedRestrictedChars`: control characters other than NUL, HT, LF and CR are
    /// allowed unescaped in a target, default off (LIM-002; which ones is assumed).
    allow_unescaped_restricted_chars: bool = false, "AllowUnEscapedRestrictedChars";
    /// `AllowWeakHeaderNameSyntax`: a field name may contain any visible ASCII character except a
    /// colon, default off (LIM-002; which ones is assumed).
    allow_weak_header_name_syntax: bool = false, "AllowWeakHeaderNameSyntax";
    /// `AllowWeakHeaderValueSyntax`: a field value may contain control characters other than NUL,
    /// LF and CR, default off (LIM-002; which ones is assumed).
    allow_weak_header_value_syntax: bool = false, "AllowWeakHeaderValueSyntax";
    /// `AllowCaseInsensitiveVerbs`: `get` is GET, default off (LIM-002, A-04).
    allow_case_insensitive_verbs: bool = false, "AllowCaseInsensitiveVerbs";
    /// `PercentUAllowed`: `%uNNNN` is accepted, default on (LIM-005).
    percent_u_allowed: bool = true, "PercentUAllowed";
    /// `EnableNonUTF8`: escapes that are not UTF-8 are accepted, default on (LIM-003).
    enable_non_utf8: bool = true, "EnableNonUTF8";
    /// `FavorUTF8`: UTF-8 is tried first, default on (LIM-004).
    favor_utf8: bool = true, "FavorUTF8";
    /// `DisableServerHeader`: 0 = off, 1 = no Server field in responses of the service itself, 2 =
    /// never added (LIM-017, ERR-021).
    disable_server_header: u32 = 0, "DisableServerHeader", 0..=2;
    /// `MaxConnections`: the connections that may be open, 1,024 to 2,031,616; `None`, the default,
    /// means no limit (LIM-013). Further ones are dropped.
    max_connections: Option<u32> = None, "MaxConnections", 1_024..=2_031_616;
    /// `MaxEndpoints`: listening sockets, 0 to 1,024; 0, the default, means no limit (LIM-014). A
    /// registration that needs more is refused with ERROR_NOT_ENOUGH_MEMORY (8, assumed).
    max_endpoints: u32 = 0, "MaxEndpoints", 0..=1_024;
    /// `MaxBytesPerSend`: bytes handed to the transport in one piece, 1 to 0xFFFFF (LIM-015).
    /// HTTP.sys's default is 65,536; `None`, the default, hands over as much as the transport
    /// accepts.
    max_bytes_per_send: Option<u32> = None, "MaxBytesPerSend", 1..=0xF_FFFF;
    /// `UriEnableCache`: responses and fragments can be cached, default on (LIM-016).
    uri_enable_cache: bool = true, "UriEnableCache";
    /// `UriMaxUriBytes`: the largest cached response, 4,096 to 16,777,216, default 262,144
    /// (LIM-016, CSH-002). Fragments have no such limit.
    uri_max_uri_bytes: u32 = 262_144, "UriMaxUriBytes", 4_096..=16_777_216;
    /// `UriMaxCacheMegabyteCount`: the largest size of the cache in megabytes; with 0, the default,
    /// the service takes a 64th of the memory, at most 64 (LIM-016).
    uri_max_cache_megabyte_count: u32 = 0, "UriMaxCacheMegabyteCount", 0..=u32::MAX;
    /// `UriScavengerPeriod`: seconds, at least 10, default 120; an entry that has not been used for
    /// this time is removed from the cache (LIM-016).
    uri_scavenger_period: u32 = 120, "UriScavengerPeriod", 10..=u32::MAX;
    /// `EnableAggressiveMemoryUsage`, default off (LIM-018). No effect: memory pressure is not
    /// watched.
    enable_aggressive_memory_usage: bool = false, "EnableAggressiveMemoryUsage";
    /// `EnableErrorLogging`: a line in the HTTPERR log for each request that the service refuses
    /// (LIM-019). HTTP.sys has it on; here it is off by default, since a library must not write
    /// files without being asked to.
    enable_error_logging: bool = false, "EnableErrorLogging";
    /// `ErrorLogFileTruncateSize`: the size in bytes at which the next file is begun, at least and
    /// by default 0x100000 (LIM-019).
    error_log_file_truncate_size: u32 = 0x10_0000, "ErrorLogFileTruncateSize", 0x10_0000..=u32::MAX;
    /// `ErrorLoggingDir`: the folder in which `HTTPERR` is created; empty, the default, means the
    /// folder for temporary files (LIM-019; HTTP.sys uses the system's folder for logs).
    error_logging_dir: String = String::new(), "ErrorLoggingDir";
    /// `EnableHttp2Tls`: HTTP/2 is offered over TLS, default on (TLS-010).
    enable_http2_tls: bool = true, "EnableHttp2Tls";
    /// `Http2MaxSettingsPerFrame`: the largest number of settings in one frame, 7 to 2,796,202,
    /// unset by default (LIM-020). A connection with more settings ends.
    http2_max_settings_per_frame: Option<u32> = None, "Http2MaxSettingsPerFrame", 7..=2_796_202;
    /// `Http2MaxSettingsPerMinute`: the largest number of settings in a minute, at least 7, unset
    /// by default (LIM-020). A connection with more settings ends.
    http2_max_settings_per_minute: Option<u32> = None, "Http2MaxSettingsPerMinute", 7..=u32::MAX;
    /// `EnableTrailerSupport`: whether a response may have trailers. On by default, as since Windows 10 2004
    /// and Server 2022 (H2X-014); Windows 10 1809 and Server 2019 have it off (LIM-021).
    enable_trailer_support: bool = true, "EnableTrailerSupport";
    /// `EnableSslCloseNotify`: TLS's close_notify is sent before the FIN, default off (LIM-022).
    enable_ssl_close_notify: bool = false, "EnableSslCloseNotify";
    /// `MaxTlsHandshakes`, which HTTP.sys does not have: TLS handshakes that may be in progress at
    /// the same time, 1 to 1,000,000, default 1,024. A further connection ends the handshake that
    /// has lasted longest.
    max_tls_handshakes: u32 = 1_024, "MaxTlsHandshakes", 1..=1_000_000;
    /// `ProxyProtocol`, which HTTP.sys does not have: the ports at which connections of trusted proxies begin with a
    /// header of the PROXY protocol, with the addresses of these proxies, nowhere by default (PXY rows).
    proxy_protocol: ProxyProtocol = ProxyProtocol::off(), "ProxyProtocol";
    /// `Shards`, which HTTP.sys does not have: how many threads can poll sockets at the same time, 1 to 16; with 0, the
    /// default, the service chooses by the number of processors (docs/PERFORMANCE.md, Many cores).
    shards: u32 = 0, "Shards", 0..=16;
    /// `Strict`, which HTTP.sys does not have: whether misuse of the API is looked for; `0`, `1`, `abort` or
    /// `collect`, default 0 (docs/SIMULATION.md, Strict mode).
    strict: StrictMode = StrictMode::Off, "Strict";
}

/// What [`Parameters::without_effect`] looks for.
const WITHOUT_EFFECT: [&str; 1] = ["EnableAggressiveMemoryUsage"];

impl Parameters {
    /// Applies settings given as pairs of name and value, in order.
    ///
    /// # Errors
    /// The same as those of [`Parameters::set`], for the first setting that is refused; the
    /// settings before it have been applied.
    pub fn set_all<'a>(
        &mut self,
        settings: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<(), InvalidSetting> {
        for (name, text) in settings {
            self.set(name, text)?;
        }
        Ok(())
    }

    /// Applies a text of lines `Name = value`. Blank lines and lines that begin with `#` are
    /// skipped.
    ///
    /// # Errors
    /// The same as those of [`Parameters::set`], with the line's number; also for a line without
    /// `=`.
    pub fn set_from_text(&mut self, text: &str) -> Result<(), InvalidSetting> {
        for (index, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let at_line = |mut error: InvalidSetting| {
                error.line = Some(index + 1);
                error
            };
            let (name, value) = line
                .split_once('=')
                .ok_or_else(|| at_line(InvalidSetting::line(line)))?;
            self.set(name.trim(), value.trim()).map_err(at_line)?;
        }
        Ok(())
    }

    /// What becomes of the Server field in a program's responses (LIM-017, A-03).
    #[inline]
    #[must_use]
    pub fn server_token(&self) -> ServerToken {
        match (self.disable_server_header, self.choices.token_after_server) {
            (0 | 1, true) => ServerToken::Behind,
            (0 | 1, false) => ServerToken::Instead,
            _ => ServerToken::Never,
        }
    }

    /// The bound of one field: `MaxRequestBytes` below `MaxFieldLength` lowers it (LIM-007).
    #[must_use]
    pub fn field_limit(&self) -> usize {
        self.max_field_length.min(self.max_request_bytes) as usize
    }
}
