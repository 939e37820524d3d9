//! The answers that HTTP.sys writes by itself, built from the catalog's template.
//!
//! Owns: the text of area ERR of the catalog, written down a second time and on purpose not shared
//! with the code under test. Does not own: when which answer is due.

/// One answer: status line text, title, heading, paragraph.
#[derive(Clone, Copy, Debug)]
pub struct ErrorPage {
    /// Behind `HTTP/1.1 `.
    pub status: &'static str,
    title: &'static str,
    heading: &'static str,
    paragraph: &'static str,
}

const fn page(
    status: &'static str,
    title: &'static str,
    heading: &'static str,
    paragraph: &'static str,
) -> ErrorPage {
    ErrorPage {
        status,
        title,
        heading,
        paragraph,
    }
}

const fn bad_request(heading: &'static str, paragraph: &'static str) -> ErrorPage {
    page("400 Bad Request", "Bad Request", heading, paragraph)
}

/// ERR-003, 311 bytes.
pub const BAD_REQUEST: ErrorPage = bad_request(
    "Bad Request",
    "HTTP Error 400. The request is badly formed.",
);
/// ERR-004, 334 bytes.
pub const INVALID_HOSTNAME: ErrorPage = bad_request(
    "Bad Request - Invalid Hostname",
    "HTTP Error 400. The request hostname is invalid.",
);
/// ERR-005, 324 bytes.
pub const INVALID_URL: ErrorPage = bad_request(
    "Bad Request - Invalid URL",
    "HTTP Error 400. The request URL is invalid.",
);
/// ERR-006, 326 bytes.
pub const INVALID_VERB: ErrorPage = bad_request(
    "Bad Request - Invalid Verb",
    "HTTP Error 400. The request verb is invalid.",
);
/// ERR-007, 339 bytes.
pub const INVALID_HEADER: ErrorPage = bad_request(
    "Bad Request - Invalid Header",
    "HTTP Error 400. The request has an invalid header name.",
);
/// ERR-008, 342 bytes by the template (the catalog's own sum).
pub const FIELD_TOO_LONG: ErrorPage = bad_request(
    "Bad Request - Header Field Too Long",
    "HTTP Error 400. A request header field is too long.",
);
/// ERR-009, 346 bytes.
pub const REQUEST_TOO_LONG: ErrorPage = bad_request(
    "Bad Request - Request Too Long",
    "HTTP Error 400. The size of the request headers is too long.",
);
/// ERR-010, 329 bytes; the status line differs from the title.
pub const URL_TOO_LONG: ErrorPage = page(
    "414 Request-URI Too Long",
    "Request URL Too Long",
    "Request URL Too Long",
    "HTTP Error 414. The request URL is too long.",
);
/// ERR-011, 312 bytes.
pub const FORBIDDEN: ErrorPage = page(
    "403 Forbidden",
    "Forbidden",
    "Forbidden URL",
    "HTTP Error 403. The request URL is forbidden.",
);
/// ERR-012, 315 bytes.
pub const NOT_FOUND: ErrorPage = page(
    "404 Not Found",
    "Not Found",
    "Not Found",
    "HTTP Error 404. The requested resource is not found.",
);
/// ERR-013, 344 bytes.
pub const LENGTH_REQUIRED: ErrorPage = page(
    "411 Length Required",
    "Length Required",
    "Length Required",
    "HTTP Error 411. The request must be chunked or have a content length.",
);
/// ERR-014, 343 bytes.
pub const NOT_IMPLEMENTED: ErrorPage = page(
    "501 Not Implemented",
    "Not Implemented",
    "Not Implemented",
    "HTTP Error 501. The request transfer encoding type is not supported.",
);
/// ERR-015, 326 bytes.
pub const UNAVAILABLE: ErrorPage = page(
    "503 Service Unavailable",
    "Service Unavailable",
    "Service Unavailable",
    "HTTP Error 503. The service is unavailable.",
);
/// ERR-016 with the body that gap G-001 chose.
pub const VERSION_NOT_SUPPORTED: ErrorPage = page(
    "505 HTTP Version Not Supported",
    "HTTP Version Not Supported",
    "HTTP Version Not Supported",
    "HTTP Error 505. The HTTP version of the request is not supported.",
);

impl ErrorPage {
    /// The body.
    #[must_use]
    pub fn body(&self) -> String {
        let ErrorPage {
            title,
            heading,
            paragraph,
            ..
        } = self;
        [
            "<!DOCTYPE HTML PUBLIC \"-//W3C//DTD HTML 4.01//EN\"\
             \"http://www.w3.org/TR/html4/strict.dtd\">",
            &format!("<HTML><HEAD><TITLE>{title}</TITLE>"),
            "<META HTTP-EQUIV=\"Content-Type\" Content=\"text/html; charset=us-ascii\"></HEAD>",
            &format!("<BODY><h2>{heading}</h2>"),
            &format!("<hr><p>{paragraph}</p>"),
            "</BODY></HTML>",
        ]
        .map(|line| format!("{line}\r\n"))
        .concat()
    }

    /// The whole answer in the order of ERR-001, its date masked as by
    /// [`mask_date`](crate::client::mask_date).
    #[must_use]
    pub fn answer(&self) -> String {
        let body = self.body();
        format!(
            "HTTP/1.1 {}\r\nContent-Type: text/html; charset=us-ascii\r\n\
             Server: Microsoft-HTTPAPI/2.0\r\nDate: {}\r\nConnection: close\r\n\
             Content-Length: {}\r\n\r\n{body}",
            self.status,
            crate::client::MASKED_DATE,
            body.len()
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_those_of_the_catalog() {
        for (page, length) in [
            (BAD_REQUEST, 311),
            (INVALID_HOSTNAME, 334),
            (INVALID_URL, 324),
            (INVALID_VERB, 326),
            (INVALID_HEADER, 339),
            (FIELD_TOO_LONG, 342),
            (REQUEST_TOO_LONG, 346),
            (URL_TOO_LONG, 329),
            (FORBIDDEN, 312),
            (NOT_FOUND, 315),
            (LENGTH_REQUIRED, 344),
            (NOT_IMPLEMENTED, 343),
            (UNAVAILABLE, 326),
        ] {
            assert_eq!(page.body().len(), length, "{}", page.heading);
        }
    }
}
