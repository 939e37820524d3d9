//! Our choices where HTTP.sys's behaviour is not known well enough, as named options.
//!
//! Owns: the options from `behaviour-gaps.md` that a later measurement on Windows may reverse, each
//! with the id of its gap. Does not own: what the options do. All are provisional: a default may
//! change with any version of this crate. Threading: plain values.

use crate::setting::{InvalidSetting, ParameterValue};

macro_rules! choices {
    ($($(#[$doc:meta])* $field:ident: $type:ty = $default:expr, $name:literal;)*) => {
        /// Options of this library that HTTP.sys does not have; part of
        /// [`Parameters`](crate::Parameters).
        #[derive(Clone, Debug, PartialEq, Eq)]
        #[non_exhaustive]
        pub struct Choices {
            $($(#[$doc])* pub $field: $type,)*
        }

        impl Default for Choices {
            fn default() -> Self {
                Self { $($field: $default,)* }
            }
        }

        impl Choices {
            /// The names, in the order of the fields.
            pub const NAMES: &'static [&'static str] = &[$($name),*];

            pub(crate) fn set(&mut self, name: &str, text: &str) -> Result<(), InvalidSetting> {
                $(
                    if name.eq_ignore_ascii_case($name) {
                        self.$field = <$type as ParameterValue>::from_text(text)
                            .ok_or_else(|| InvalidSetting::value::<$type>($name, text))?;
                        return Ok(());
                    }
                )*
                Err(InvalidSetting::name(name))
            }
        }
    };
}

choices! {
    /// `FinIsDisconnect`: a client that closes its sending side counts as disconnected for
    /// HttpWaitForDisconnect. Off: only a reset, or the end of the connection, does. Default on.
    fin_is_disconnect: bool = true, "FinIsDisconnect";
    /// `JoinFoldedFields` (G-011): a folded field line is joined to the one before it, with a
    /// single blank in place of the line end and the blanks around it. Off, the default: the
    /// request is refused as a bad request.
    join_folded_fields: bool = false, "JoinFoldedFields";
    /// `WarnUnterminatedResponse` (G-051): a response on a connection that stays open, whose end
    /// the client cannot find (no Content-Length, no chunked coding), causes a warning event.
    /// Default off.
    warn_unterminated_response: bool = false, "WarnUnterminatedResponse";
    /// `TokenAfterServer`: `Microsoft-HTTPAPI/2.0` follows the Server value of the program,
    /// as captures show. Off: the program's value is sent alone, as the documentation says. Default
    /// on. `DisableServerHeader` = 2 takes precedence.
    token_after_server: bool = true, "TokenAfterServer";
    /// `LocalhostOnLoopback` (G-092): prefixes for `localhost` and loopback addresses listen on
    /// loopback only. Off: on all addresses, as HTTP.sys does. Default on.
    localhost_on_loopback: bool = true, "LocalhostOnLoopback";
    /// `LingerBytes` (G-006): how many bytes of a refused request are read and discarded before its
    /// connection is closed, so that the error page is not lost. Default 65,536.
    linger_bytes: u32 = 64 * 1024, "LingerBytes";
    /// `EmptyLines` (G-017): how many empty lines may precede a request line. Default 4.
    empty_lines: u32 = 4, "EmptyLines";
    /// `EnforceUrlAcl` (PFX-014): registering a prefix that is not for `localhost` or a loopback
    /// address without a reservation fails with ERROR_ACCESS_DENIED (5), as for a program without
    /// administrator rights. Off, the default: the namespace is open.
    enforce_url_acl: bool = false, "EnforceUrlAcl";
    /// `PortZero` (G-129): port 0 in a registration chooses a free port. Off: a prefix with port 0
    /// is refused with 87, as HTTP.sys does (PFX-005). Default on.
    port_zero: bool = true, "PortZero";
    /// `Http2PriorKnowledge` (H2X-001): a clear-text connection that begins with the HTTP/2 preface
    /// uses HTTP/2, for tests and behind proxies. Off, the default: it is answered with 505, as in
    /// HTTP.sys.
    http2_prior_knowledge: bool = false, "Http2PriorKnowledge";
}
