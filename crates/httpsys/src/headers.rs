//! The header fields of a received request, as one sequence.
//!
//! Owns the iteration over known and unknown fields. Does not own their storage (the request) or
//! the tables of names (`httpsys-proto`, re-exported as [`crate::header`]).

use std::fmt;

use httpsys_core::proto::RequestHead;
use httpsys_core::proto::header::{REQUEST_HEADER_NAMES, REQUEST_HEADERS, request_header_id};

/// The fields of a request: first the known ones by ascending id, with the names of the RFCs, then
/// the unknown ones in order of arrival, with their names as sent. A field that was sent several
/// times appears once, with its values joined by `, ` (HDR-007).
///
/// ```no_run
/// # fn main() -> httpsys::Result<()> {
/// let server = httpsys::Server::builder().url("http://localhost:8080/").bind()?;
/// let request = server.receive()?;
/// for (name, value) in request.headers() {
///     println!("{name}: {}", String::from_utf8_lossy(value));
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Headers<'a> {
    head: &'a RequestHead,
    next: usize,
}

impl<'a> Headers<'a> {
    pub(crate) fn new(head: &'a RequestHead) -> Self {
        Headers { head, next: 0 }
    }
}

impl<'a> Iterator for Headers<'a> {
    type Item = (&'a str, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        while self.next < REQUEST_HEADERS {
            let id = self.next;
            self.next += 1;
            if let Some(value) = self.head.known(id) {
                return Some((REQUEST_HEADER_NAMES[id], value));
            }
        }
        let (name, value) = self.head.unknown().nth(self.next - REQUEST_HEADERS)?;
        self.next += 1;
        // Names are tokens and so ASCII: anything else is refused by the service.
        Some((std::str::from_utf8(name).unwrap_or_default(), value))
    }
}

impl fmt::Debug for Headers<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = |(name, value)| (name, String::from_utf8_lossy(value));
        f.debug_map().entries(self.clone().map(text)).finish()
    }
}

/// The value of a field by its name, in any letter case.
pub(crate) fn find<'a>(head: &'a RequestHead, name: &str) -> Option<&'a [u8]> {
    match request_header_id(name.as_bytes()) {
        Some(id) => head.known(id),
        None => head
            .unknown()
            .find(|(unknown, _)| unknown.eq_ignore_ascii_case(name.as_bytes()))
            .map(|(_, value)| value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use httpsys_core::proto::header::request_id;
    use httpsys_core::proto::{Parameters, Parsed, parse_head};

    fn parsed(text: &str) -> RequestHead {
        let mut head = RequestHead::new();
        let result = parse_head(&mut head, text.as_bytes(), 0, &Parameters::default());
        assert!(matches!(result, Parsed::Complete { .. }), "{result:?}");
        head
    }

    #[test]
    fn hdr_007_fields_come_once_known_ones_first() {
        let head = parsed(
            "GET / HTTP/1.1\r\nX-b: 1\r\nuser-agent: u\r\nhost: h\r\nx-a: 2\r\nX-B: 3\r\n\r\n",
        );
        let all: Vec<_> = Headers::new(&head).collect();
        let expected: [(&str, &[u8]); 4] = [
            ("Host", b"h"),
            ("User-Agent", b"u"),
            ("X-b", b"1, 3"),
            ("x-a", b"2"),
        ];
        assert_eq!(all, expected);
    }

    #[test]
    fn a_field_is_found_in_any_letter_case() {
        let head = parsed("GET / HTTP/1.1\r\nhost: h\r\nX-Empty:\r\n\r\n");
        assert_eq!(find(&head, "HOST"), Some(&b"h"[..]));
        assert_eq!(head.known(request_id::HOST), Some(&b"h"[..]));
        assert_eq!(find(&head, "x-empty"), Some(&b""[..]));
        assert_eq!(find(&head, "Accept"), None);
        assert_eq!(find(&head, "X-Other"), None);
    }
}
