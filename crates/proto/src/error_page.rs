//! The responses that HTTP.sys generates itself.
//!
//! Owns: status, reason, fields and body of every refusal, byte for byte (ERR-001 to ERR-016), and the
//! reason that goes into the HTTPERR log. Does not own: how the head looks on the wire
//! (`h1/response.rs`), when a request is refused, or how the connection is closed afterwards.
//! Invariants: the status line says `HTTP/1.1` whatever version the client used (ERR-002); the response
//! to HEAD has the same bytes (G-004). Threading: pure functions.

#[cfg(test)]
mod tests;

use crate::header::id;
use crate::response_parts::{ResponseParts, ServerToken};

/// The pieces of a body.
pub type PageBody = [&'static str; 7];

/// Why HTTP.sys answers a request by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reject {
    /// 400: malformed in a way that has no finer class (ERR-003).
    BadRequest,
    /// 400: host missing, malformed, or nobody listens for it (ERR-004, G-003, G-015, G-016).
    InvalidHostname,
    /// 400: the request target is not acceptable (ERR-005).
    InvalidUrl,
    /// 400: the method is not a token, or is longer than 255 bytes (ERR-006, G-018).
    InvalidVerb,
    /// 400: a field name is empty or has a character that is not allowed (ERR-007).
    InvalidHeader,
    /// 400: one field is longer than `MaxFieldLength` (ERR-008).
    FieldTooLong,
    /// 400: the head reaches `MaxRequestBytes` (ERR-009).
    RequestTooLong,
    /// 414: the head reaches `MaxRequestBytes` inside the URL (ERR-010).
    UrlTooLong,
    /// 403: the path climbs above the root (ERR-011).
    Forbidden,
    /// 404: no registered prefix matches (ERR-012).
    NotFound,
    /// 411: POST or PUT without a length (ERR-013).
    LengthRequired,
    /// 501: a transfer coding that is not supported (ERR-014).
    TransferEncoding,
    /// 503: no queue can take the request (ERR-015).
    ServiceUnavailable,
    /// 505: major version above 1 (ERR-016).
    VersionNotSupported,
    /// 413: the body is too large (G-002, assumed).
    EntityTooLarge,
    /// 412: a precondition failed (G-002, assumed).
    PreconditionFailed,
    /// 500: a failure of ours (G-002, assumed).
    InternalError,
}

/// The parts of an answer that differ from one refusal to the next.
struct Page {
    status: u16,
    /// Reason phrase of the status line.
    reason: &'static str,
    title: &'static str,
    heading: &'static str,
    text: &'static str,
}

const fn page(
    status: u16,
    reason: &'static str,
    title: &'static str,
    heading: &'static str,
    text: &'static str,
) -> Page {
    Page {
        status,
        reason,
        title,
        heading,
        text,
    }
}

const fn bad_request(heading: &'static str, text: &'static str) -> Page {
    page(400, "Bad Request", "Bad Request", heading, text)
}

impl Reject {
    /// The status code.
    #[must_use]
    pub fn status(self) -> u16 {
        self.page().status
    }

    /// The `s-reason` of the HTTPERR log line (LOG-005, LOG-006, documented; `NotFound` is the
    /// usual name for 404, assumed).
    #[must_use]
    pub fn httperr_reason(self) -> &'static str {
        match self {
            Self::BadRequest => "BadRequest",
            Self::InvalidHostname => "Hostname",
            Self::InvalidUrl => "URL",
            Self::InvalidVerb => "Verb",
            Self::InvalidHeader => "Header",
            Self::FieldTooLong => "FieldLength",
            Self::RequestTooLong => "RequestLength",
            Self::UrlTooLong => "URL_Length",
            Self::Forbidden => "Forbidden",
            Self::NotFound => "NotFound",
            Self::LengthRequired => "LengthRequired",
            Self::TransferEncoding => "N/I",
            Self::ServiceUnavailable => "N/A",
            Self::VersionNotSupported => "Version_N/S",
            Self::EntityTooLarge => "EntityTooLarge",
            Self::PreconditionFailed => "Precondition",
            Self::InternalError => "Internal",
        }
    }

    /// The whole answer: makes its head of `parts`, in the order of ERR-001, and returns the pieces of
    /// its body. What the connection adds says `Connection: close` and the length of the body.
    ///
    /// `server_header` is false when `DisableServerHeader` is 1 or 2 (ERR-021).
    pub fn respond(self, parts: &mut ResponseParts, server_header: bool) -> PageBody {
        let page = self.page();
        page.begin(parts, server_header);
        let typed = parts.known(id::CONTENT_TYPE, b"text/html; charset=us-ascii", true);
        debug_assert!(typed.is_ok());
        [
            "<!DOCTYPE HTML PUBLIC \"-//W3C//DTD HTML 4.01//EN\"\
             \"http://www.w3.org/TR/html4/strict.dtd\">\r\n<HTML><HEAD><TITLE>",
            page.title,
            "</TITLE>\r\n<META HTTP-EQUIV=\"Content-Type\" \
             Content=\"text/html; charset=us-ascii\"></HEAD>\r\n<BODY><h2>",
            page.heading,
            "</h2>\r\n<hr><p>",
            page.text,
            "</p>\r\n</BODY></HTML>\r\n",
        ]
    }

    /// As [`Reject::respond`], the short answer of the verbosity `Limited`: no body and, as there is
    /// nothing it could describe, no `Content-Type` (G-005, assumed).
    pub fn respond_limited(self, parts: &mut ResponseParts, server_header: bool) -> PageBody {
        self.page().begin(parts, server_header);
        PageBody::default()
    }

    fn page(self) -> Page {
        match self {
            Self::BadRequest => bad_request(
                "Bad Request",
                "HTTP Error 400. The request is badly formed.",
            ),
            Self::InvalidHostname => bad_request(
                "Bad Request - Invalid Hostname",
                "HTTP Error 400. The request hostname is invalid.",
            ),
            Self::InvalidUrl => bad_request(
                "Bad Request - Invalid URL",
                "HTTP Error 400. The request URL is invalid.",
            ),
            Self::InvalidVerb => bad_request(
                "Bad Request - Invalid Verb",
                "HTTP Error 400. The request verb is invalid.",
            ),
            Self::InvalidHeader => bad_request(
                "Bad Request - Invalid Header",
                "HTTP Error 400. The request has an invalid header name.",
            ),
            Self::FieldTooLong => bad_request(
                "Bad Request - Header Field Too Long",
                "HTTP Error 400. A request header field is too long.",
            ),
            Self::RequestTooLong => bad_request(
                "Bad Request - Request Too Long",
                "HTTP Error 400. The size of the request headers is too long.",
            ),
            _ => self.other_page(),
        }
    }

    /// The pages of every status but 400.
    fn other_page(self) -> Page {
        let (status, reason, title, heading, text) = match self {
            Self::UrlTooLong => (
                414,
                "Request-URI Too Long", // not the title: ERR-010
                "Request URL Too Long",
                "Request URL Too Long",
                "HTTP Error 414. The request URL is too long.",
            ),
            Self::Forbidden => (
                403,
                "Forbidden",
                "Forbidden",
                "Forbidden URL",
                "HTTP Error 403. The request URL is forbidden.",
            ),
            Self::NotFound => same(
                404,
                "Not Found",
                "HTTP Error 404. The requested resource is not found.",
            ),
            Self::LengthRequired => same(
                411,
                "Length Required",
                "HTTP Error 411. The request must be chunked or have a content length.",
            ),
            Self::TransferEncoding => same(
                501,
                "Not Implemented",
                "HTTP Error 501. The request transfer encoding type is not supported.",
            ),
            Self::ServiceUnavailable => same(
                503,
                "Service Unavailable",
                "HTTP Error 503. The service is unavailable.",
            ),
            Self::VersionNotSupported => same(
                505,
                "HTTP Version Not Supported", // A-12, G-001: provisional
                "HTTP Error 505. The HTTP version of the request is not supported.",
            ),
            Self::EntityTooLarge => same(
                413,
                "Request Entity Too Large",
                "HTTP Error 413. The request entity is too large.",
            ),
            Self::PreconditionFailed => same(
                412,
                "Precondition Failed",
                "HTTP Error 412. A request precondition failed.",
            ),
            _ => same(
                500,
                "Internal Server Error",
                "HTTP Error 500. The server encountered an internal error.",
            ),
        };
        page(status, reason, title, heading, text)
    }
}

type PageParts = (u16, &'static str, &'static str, &'static str, &'static str);

/// A page whose title and heading repeat the reason phrase.
const fn same(status: u16, reason: &'static str, text: &'static str) -> PageParts {
    (status, reason, reason, reason, text)
}

impl Page {
    fn begin(&self, parts: &mut ResponseParts, server_header: bool) {
        let begun = parts.begin(self.status, self.reason.as_bytes());
        debug_assert!(begun.is_ok());
        if !server_header {
            parts.set_server_token(ServerToken::Never);
        }
    }
}
