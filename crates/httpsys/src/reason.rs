//! The reason phrases of the HTTP status code registry.
//!
//! Owns the table from status to reason. Does not own what a response says: a program may give any
//! reason, and the service has none of its own (SND-007). Invariant: registered statuses have the
//! registry's text, all others an empty one; temporary and obsoleted registrations are left out.

/// The registered reason of a status (RFC 9110 section 15 and the RFCs named beside it); empty for
/// one that has none.
pub(crate) fn reason_of(status: u16) -> &'static str {
    match status {
        100 => "Continue",
        101 => "Switching Protocols",
        102 => "Processing",  // RFC 2518
        103 => "Early Hints", // RFC 8297
        200 => "OK",
        201 => "Created",
        202 => "Accepted",
        203 => "Non-Authoritative Information",
        204 => "No Content",
        205 => "Reset Content",
        206 => "Partial Content",
        207 => "Multi-Status",     // RFC 4918
        208 => "Already Reported", // RFC 5842
        226 => "IM Used",          // RFC 3229
        300 => "Multiple Choices",
        301 => "Moved Permanently",
        302 => "Found",
        303 => "See Other",
        304 => "Not Modified",
        305 => "Use Proxy",
        307 => "Temporary Redirect",
        308 => "Permanent Redirect",
        400 => "Bad Request",
        401 => "Unauthorized",
        402 => "Payment Required",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        406 => "Not Acceptable",
        407 => "Proxy Authentication Required",
        408 => "Request Timeout",
        409 => "Conflict",
        410 => "Gone",
        411 => "Length Required",
        412 => "Precondition Failed",
        413 => "Content Too Large",
        414 => "URI Too Long",
        415 => "Unsupported Media Type",
        416 => "Range Not Satisfiable",
        417 => "Expectation Failed",
        421 => "Misdirected Request",
        422 => "Unprocessable Content",
        423 => "Locked",            // RFC 4918
        424 => "Failed Dependency", // RFC 4918
        425 => "Too Early",         // RFC 8470
        426 => "Upgrade Required",
        428 => "Precondition Required",           // RFC 6585
        429 => "Too Many Requests",               // RFC 6585
        431 => "Request Header Fields Too Large", // RFC 6585
        451 => "Unavailable For Legal Reasons",   // RFC 7725
        500 => "Internal Server Error",
        501 => "Not Implemented",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        505 => "HTTP Version Not Supported",
        506 => "Variant Also Negotiates",         // RFC 2295
        507 => "Insufficient Storage",            // RFC 4918
        508 => "Loop Detected",                   // RFC 5842
        511 => "Network Authentication Required", // RFC 6585
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn registered_statuses_have_their_reason_and_others_none() {
        for (status, reason) in [
            (103, "Early Hints"),
            (207, "Multi-Status"),
            (404, "Not Found"),
            (425, "Too Early"),
            (429, "Too Many Requests"),
            (451, "Unavailable For Legal Reasons"),
            (508, "Loop Detected"),
            (511, "Network Authentication Required"),
            // Reserved, unassigned, temporary and obsoleted.
            (104, ""),
            (306, ""),
            (418, ""),
            (499, ""),
            (510, ""),
            (999, ""),
        ] {
            assert_eq!(reason_of(status), reason, "{status}");
        }
        let registered = (1..=999).filter(|status| !reason_of(*status).is_empty());
        assert_eq!(registered.count(), 60);
    }

    #[test]
    fn a_reason_fits_on_its_line() {
        for status in 1..=999 {
            let is_plain = |c: char| c.is_ascii_alphanumeric() || c == ' ' || c == '-';
            assert!(reason_of(status).chars().all(is_plain), "{status}");
        }
    }
}
