//! The fields of a response as HTTP/2 sends them.
//!
//! Owns: which fields a response has besides those of its parts: Date and Content-Length, by the rules of HTTP/1
//! (`h1/response.rs`), and whether the response asks for the end of the connection. Does not own: the fields that
//! HTTP/2 drops, and the letter case of names (`connection/respond.rs`). Threading: plain data.

use super::connection::{SendError, check_response};
use crate::{ConnectionLine, Finish, ResponseParts};

/// A response's head, ready to be sent on a stream.
#[derive(Debug)]
pub struct StreamResponse<'a> {
    parts: &'a ResponseParts,
    date: &'a [u8; 29],
    /// Content-Length, if one is added.
    length: Option<String>,
    closes: bool,
}

impl<'a> StreamResponse<'a> {
    /// The parts are complete, and get what the connection adds.
    pub fn new(parts: &'a mut ResponseParts, finish: &Finish<'a>) -> Self {
        parts.end();
        let length = finish.content_length.filter(|_| !parts.frames_itself());
        let (close, _) = parts.connection_options();
        Self {
            closes: close || finish.connection == ConnectionLine::Close,
            length: length.map(|length| length.to_string()),
            date: finish.date,
            parts,
        }
    }

    /// The status code.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.parts.status()
    }

    /// The connection is to take no more streams (H2X-008).
    #[must_use]
    pub fn closes(&self) -> bool {
        self.closes
    }

    /// Names and values in order.
    pub fn fields(&self) -> impl Iterator<Item = (&[u8], &[u8])> + Clone {
        let own = self.parts.fields().map(|field| (field.name, field.value));
        let length = self.length.as_deref().map(str::as_bytes);
        let length = length.map(|length| (&b"Content-Length"[..], length));
        own.chain([(&b"Date"[..], &self.date[..])]).chain(length)
    }
}

/// Whether HTTP/2 can send these parts at all.
///
/// # Errors
/// [`SendError::Status`]: an interim status, or 101, which HTTP/2 has not (UPG-009); [`SendError::Field`]: a
/// name that is no token, which HTTP/1 lets pass.
pub fn check_parts(parts: &ResponseParts) -> Result<(), SendError> {
    let fields = parts.fields().map(|field| (field.name, field.value));
    check_response(parts.status(), fields)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::header::id;

    const DATE: &[u8; 29] = b"Sun, 06 Nov 1994 08:49:37 GMT";

    fn names(parts: &mut ResponseParts, finish: &Finish<'_>) -> (Vec<String>, bool) {
        let response = StreamResponse::new(parts, finish);
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let fields = response.fields();
        let fields = fields.map(|(name, value)| format!("{}: {}", text(name), text(value)));
        (fields.collect(), response.closes())
    }

    #[test]
    fn h2x_008_what_the_connection_adds_comes_behind_the_parts() {
        let mut parts = ResponseParts::new();
        parts.begin(200, b"OK").unwrap();
        parts.known(id::CONTENT_TYPE, b"text/plain", true).unwrap();
        parts.unknown(b"X-A", b"1").unwrap();
        parts.unknown(b"Connection", b"close").unwrap();
        let mut finish = Finish::new(DATE);
        finish.content_length = Some(5);
        let (fields, closes) = names(&mut parts, &finish);
        assert_eq!(
            fields,
            [
                "Content-Type: text/plain",
                "Server: Microsoft-HTTPAPI/2.0",
                "X-A: 1",
                "Connection: close",
                "Date: Sun, 06 Nov 1994 08:49:37 GMT",
                "Content-Length: 5"
            ]
        );
        assert!(closes);
    }

    #[test]
    fn upg_009_parts_that_http_2_cannot_send_are_found_before() {
        let mut parts = ResponseParts::new();
        for (status, expected) in [
            (101, Err(SendError::Status)),
            (100, Err(SendError::Status)),
            (204, Ok(())),
        ] {
            parts.begin(status, b"").unwrap();
            assert_eq!(check_parts(&parts), expected, "{status}");
        }
        parts.begin(200, b"").unwrap();
        parts.unknown(b"a(b", b"1").unwrap();
        assert_eq!(check_parts(&parts), Err(SendError::Field));
    }
}
