//! What a response puts into the access log.
//!
//! Owns: [`LogData`] (HTTP_LOG_FIELDS_DATA). Does not own: the log (`log.rs`), or formats and files
//! (`httpsys-logging`). Threading: plain values.

use httpsys_engine::logging::{FieldsData, Text};

use crate::Data;
#[cfg(doc)]
use crate::Response;

/// HTTP_LOG_FIELDS_DATA: values for a log entry that replace those of the request and the response.
/// Pass it to [`Response::log`].
///
/// ```
/// use httpsys::{LogData, Response};
///
/// let data = LogData::new().user_name("CONTOSO\\jane").sub_status(3);
/// let response = Response::from_status(403).log(data);
/// # let _ = response;
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogData<'a> {
    texts: [Option<Data<'a>>; TEXTS],
    status: Option<u16>,
    sub_status: u16,
    win32_status: u32,
}

const TEXTS: usize = 10;
const USER_NAME: usize = 0;
const URI_STEM: usize = 1;
const URI_QUERY: usize = 2;
const METHOD: usize = 3;
const HOST: usize = 4;
const USER_AGENT: usize = 5;
const COOKIE: usize = 6;
const REFERER: usize = 7;
const SERVER_NAME: usize = 8;
const SERVICE_NAME: usize = 9;

macro_rules! texts {
    ($($(#[$meta:meta])* $name:ident $at:ident)*) => {$(
        $(#[$meta])*
        #[must_use]
        pub fn $name(mut self, text: impl Into<Data<'a>>) -> Self {
            self.texts[$at] = Some(text.into());
            self
        }
    )*};
}

impl<'a> LogData<'a> {
    /// Only the values of the request and the response.
    #[must_use]
    pub fn new() -> Self {
        LogData::default()
    }

    texts! {
        /// The authenticated user, `cs-username`. An empty text is logged as `-`, here and in the
        /// other fields.
        user_name USER_NAME
        /// The path, `cs-uri-stem`.
        uri_stem URI_STEM
        /// The query, `cs-uri-query`.
        uri_query URI_QUERY
        /// The method, `cs-method`.
        method METHOD
        /// `cs-host`.
        host HOST
        /// `cs(User-Agent)`.
        user_agent USER_AGENT
        /// `cs(Cookie)`.
        cookie COOKIE
        /// `cs(Referer)`.
        referer REFERER
        /// The computer, `s-computername`.
        server_name SERVER_NAME
        /// Service and instance, `s-sitename`.
        service_name SERVICE_NAME
    }

    /// Another status code than the response's, `sc-status`.
    #[must_use]
    pub fn status(mut self, status: u16) -> Self {
        self.status = Some(status);
        self
    }

    /// A number beside the status code, `sc-substatus`.
    #[must_use]
    pub fn sub_status(mut self, sub_status: u16) -> Self {
        self.sub_status = sub_status;
        self
    }

    /// A Win32 code, `sc-win32-status`. If the connection breaks before the response ends, a 0 is
    /// replaced by the code of that error.
    #[must_use]
    pub fn win32_status(mut self, code: u32) -> Self {
        self.win32_status = code;
        self
    }

    pub(crate) fn put_over<'s>(&'s self, fields: &mut FieldsData<'s>) {
        let places = [
            &mut fields.user_name,
            &mut fields.uri_stem,
            &mut fields.uri_query,
            &mut fields.method,
            &mut fields.host,
            &mut fields.user_agent,
            &mut fields.cookie,
            &mut fields.referrer,
            &mut fields.server_name,
            &mut fields.service_name,
        ];
        for (place, text) in places.into_iter().zip(&self.texts) {
            if let Some(text) = text {
                *place = std::str::from_utf8(text).map_or(Text::Bytes(text), Text::Str);
            }
        }
        fields.protocol_status = self.status.unwrap_or(fields.protocol_status);
        fields.sub_status = self.sub_status;
        fields.win32_status = self.win32_status;
    }
}

/// How a response is logged, if not with the fields of its request alone.
#[derive(Clone, Debug)]
#[expect(clippy::large_enum_variant, reason = "boxed as a whole, and rare")]
pub(crate) enum LogChoice<'a> {
    With(LogData<'a>),
    Not,
}
