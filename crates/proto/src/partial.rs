//! Responses that the service makes of a whole one: a part of its body, several parts, no part, or none because
//! the client has it.
//!
//! Owns: status and fields of 206, 416 and 304 (CSH-016, CSH-017), and what stands between the parts of
//! multipart/byteranges. Does not own: which parts are asked for ([`crate::range`]), nor the body's bytes.
//! Invariant: the fields keep the order of ids (RSP-015); Content-Length of the whole response is never among
//! them (CSH-018). Threading: plain values; what tells parts apart is an argument, since it is random.

use std::ops::Range;

use crate::header::{id, request_id, response_header_id, response_id};
use crate::range::{self, RangeChoice, Validators};
use crate::request::RequestHead;
use crate::response_parts::{InvalidField, ResponseField, ResponseParts, ServerToken};
use crate::verb::Verb;

/// What a request gets of a whole response with a body of `length` bytes: parts of it only in answer to GET, with
/// status 200, and without a coding that the application made itself. `now`, in seconds since 1970, is for years of
/// two digits.
#[must_use]
pub fn choose(request: &RequestHead, whole: &ResponseParts, length: u64, now: u64) -> RangeChoice {
    let has_parts = request.verb() == Verb::Get && whole.status() == 200;
    if !has_parts || whole.has_transfer_encoding() {
        return RangeChoice::Whole;
    }
    let value = |id| {
        let mut fields = whole.fields();
        let field = fields.find(|field| kind_of(field) == Some(id));
        field.map(|field| field.value)
    };
    let range = request.known(request_id::RANGE);
    let validators = Validators {
        etag: range.and_then(|_| value(response_id::ETAG)),
        last_modified: range.and_then(|_| value(id::LAST_MODIFIED)),
    };
    let condition = request.known(request_id::IF_RANGE);
    range::choose(range, condition, validators, length, now)
}

/// A piece of a body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BodyPiece {
    /// Bytes of the service's.
    Own(Vec<u8>),
    /// Bytes of the whole body.
    Of(Range<u64>),
}

impl BodyPiece {
    /// Its length in bytes.
    #[must_use]
    pub fn length(&self) -> u64 {
        match self {
            BodyPiece::Own(bytes) => bytes.len() as u64,
            BodyPiece::Of(range) => range.end - range.start,
        }
    }
}

/// Writes the head of 206 with these parts of a body of `length` bytes, and returns its body. One part is sent as
/// it is, several as multipart/byteranges, told apart by `boundary`, which is a token that is not in the body.
///
/// ```
/// use httpsys_proto::ResponseParts;
/// use httpsys_proto::partial::{self, BodyPiece};
///
/// let (mut whole, mut part) = (ResponseParts::new(), ResponseParts::new());
/// whole.begin(200, b"OK")?;
/// let body = partial::content(&whole, &[0..11], 100, b"", &mut part)?;
/// assert_eq!((part.status(), body), (206, vec![BodyPiece::Of(0..11)]));
/// let field = part.fields().find(|field| field.name == b"Content-Range");
/// assert_eq!(field.map(|field| field.value), Some(&b"bytes 0-10/100"[..]));
/// # Ok::<(), httpsys_proto::InvalidField>(())
/// ```
///
/// # Errors
/// Not for parts that are there: their fields were checked.
pub fn content(
    whole: &ResponseParts,
    parts: &[Range<u64>],
    length: u64,
    boundary: &[u8],
    out: &mut ResponseParts,
) -> Result<Vec<BodyPiece>, InvalidField> {
    begin(whole, out, 206, b"Partial Content")?;
    if let [part] = parts {
        let range = content_range(part, length);
        copy(
            whole,
            out,
            |id| id != Some(id::CONTENT_RANGE),
            &[(id::CONTENT_RANGE, range.as_bytes())],
        )?;
        return Ok(vec![BodyPiece::Of(part.clone())]);
    }
    let kind = [b"multipart/byteranges; boundary=", boundary].concat();
    let replaced = |id| !matches!(id, Some(id::CONTENT_RANGE | id::CONTENT_TYPE));
    copy(whole, out, replaced, &[(id::CONTENT_TYPE, &kind)])?;
    let own_kind = whole
        .fields()
        .find(|field| kind_of(field) == Some(id::CONTENT_TYPE));
    let mut body = Vec::with_capacity(2 * parts.len() + 1);
    for (at, part) in parts.iter().enumerate() {
        let mut front = Vec::new();
        front.extend_from_slice(if at == 0 { b"--" } else { b"\r\n--" });
        front.extend_from_slice(boundary);
        if let Some(kind) = &own_kind {
            front.extend_from_slice(b"\r\nContent-Type: ");
            front.extend_from_slice(kind.value);
        }
        front.extend_from_slice(b"\r\nContent-Range: ");
        front.extend_from_slice(content_range(part, length).as_bytes());
        front.extend_from_slice(b"\r\n\r\n");
        body.extend([BodyPiece::Own(front), BodyPiece::Of(part.clone())]);
    }
    body.push(BodyPiece::Own([b"\r\n--", boundary, b"--\r\n"].concat()));
    Ok(body)
}

/// Writes the head of 416 for a body of `length` bytes: no part of it was asked for.
///
/// # Errors
/// As [`content`].
pub fn unsatisfiable(
    whole: &ResponseParts,
    length: u64,
    out: &mut ResponseParts,
) -> Result<(), InvalidField> {
    begin(whole, out, 416, b"Requested Range Not Satisfiable")?;
    let range = format!("bytes */{length}");
    let is_kept = |id| id == Some(response_id::SERVER);
    copy(
        whole,
        out,
        is_kept,
        &[(id::CONTENT_RANGE, range.as_bytes())],
    )
}

/// Writes the head of 304: the client has the response. What RFC 9110 section 15.4.5 wants is kept, among it
/// Cache-Control, and Last-Modified.
///
/// # Errors
/// As [`content`].
pub fn not_modified(whole: &ResponseParts, out: &mut ResponseParts) -> Result<(), InvalidField> {
    begin(whole, out, 304, b"Not Modified")?;
    let is_kept = |id| {
        matches!(
            id,
            Some(
                id::CACHE_CONTROL
                    | id::CONTENT_LOCATION
                    | id::EXPIRES
                    | id::LAST_MODIFIED
                    | response_id::ETAG
                    | response_id::SERVER
                    | response_id::VARY
            )
        )
    };
    copy(whole, out, is_kept, &[])
}

fn begin(
    whole: &ResponseParts,
    out: &mut ResponseParts,
    status: u16,
    reason: &[u8],
) -> Result<(), InvalidField> {
    out.begin(status, reason)?;
    // Server is copied with the product that it has; one that is not written yet is added as to the whole (RSP-016).
    out.set_server_token(if whole.is_server_written() {
        ServerToken::Never
    } else {
        whole.server_token()
    });
    Ok(())
}

/// What a field is, in whichever list it stands.
fn kind_of(field: &ResponseField<'_>) -> Option<usize> {
    field.id.or_else(|| response_header_id(field.name))
}

/// Copies the fields that are kept, and adds known ones at their places; ids ascend.
fn copy(
    whole: &ResponseParts,
    out: &mut ResponseParts,
    is_kept: impl Fn(Option<usize>) -> bool,
    added: &[(usize, &[u8])],
) -> Result<(), InvalidField> {
    let mut added = added.iter().peekable();
    for field in whole.fields() {
        let kind = kind_of(&field);
        while let Some((id, value)) = added.next_if(|(id, _)| field.id.is_none_or(|own| *id <= own))
        {
            out.known(*id, value, true)?;
        }
        if kind == Some(id::CONTENT_LENGTH) || !is_kept(kind) {
            continue;
        }
        match field.id {
            Some(id) => out.known(id, field.value, true)?,
            None => out.unknown(field.name, field.value)?,
        }
    }
    for (id, value) in added {
        out.known(*id, value, true)?;
    }
    Ok(())
}

fn content_range(part: &Range<u64>, length: u64) -> String {
    let last = part.end.saturating_sub(1);
    format!("bytes {}-{last}/{length}", part.start)
}

#[cfg(test)]
#[allow(
    clippy::single_range_in_vec_init,
    reason = "lists of ranges are what is meant"
)]
mod tests {
    use super::*;

    fn whole() -> ResponseParts {
        let mut whole = ResponseParts::new();
        whole.begin(200, b"OK").unwrap();
        for (id, value) in [
            (id::CACHE_CONTROL, "max-age=5"),
            (id::CONTENT_LENGTH, "100"),
            (id::CONTENT_TYPE, "text/plain"),
            (id::LAST_MODIFIED, "Sun, 06 Nov 1994 08:49:37 GMT"),
            (response_id::ETAG, "\"e\""),
            (response_id::SERVER, "Mine"),
            (response_id::SET_COOKIE, "a=1"),
            (response_id::SET_COOKIE, "b=2"),
        ] {
            whole.known(id, value.as_bytes(), true).unwrap();
        }
        whole.unknown(b"X-Own", b"").unwrap();
        whole
    }

    #[test]
    fn rsp_016_a_part_has_the_server_field_that_the_whole_will_have() {
        for token in [ServerToken::Behind, ServerToken::Never] {
            let mut whole = ResponseParts::new();
            whole.begin(200, b"OK").unwrap();
            whole.set_server_token(token);
            let mut heads = [(); 3].map(|()| ResponseParts::new());
            content(&whole, &[0..1], 100, b"", &mut heads[0]).unwrap();
            unsatisfiable(&whole, 100, &mut heads[1]).unwrap();
            not_modified(&whole, &mut heads[2]).unwrap();
            for mut head in heads {
                // The first unknown field ends the known ones.
                head.unknown(b"X", b"").unwrap();
                let expected = match token {
                    ServerToken::Never => vec![],
                    _ => vec!["Server: Microsoft-HTTPAPI/2.0".to_owned()],
                };
                let mut found = lines(&head);
                found.retain(|line| line.starts_with("Server"));
                assert_eq!(found, expected, "{}", head.status());
            }
        }
    }

    fn lines(parts: &ResponseParts) -> Vec<String> {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        let first = format!("{} {}", parts.status(), text(parts.reason()));
        let fields = parts.fields();
        let fields = fields.map(|field| format!("{}: {}", text(field.name), text(field.value)));
        std::iter::once(first).chain(fields).collect()
    }

    /// CSH-016, CSH-018.
    #[test]
    fn one_part_has_a_content_range_and_no_length_of_the_whole() {
        let mut out = ResponseParts::new();
        let body = content(&whole(), &[0..11], 100, b"", &mut out);
        assert_eq!(body, Ok(vec![BodyPiece::Of(0..11)]));
        let expected = [
            "206 Partial Content",
            "Cache-Control: max-age=5",
            "Content-Type: text/plain",
            "Content-Range: bytes 0-10/100",
            "Last-Modified: Sun, 06 Nov 1994 08:49:37 GMT",
            "ETag: \"e\"",
            "Server: Mine Microsoft-HTTPAPI/2.0",
            "Set-Cookie: a=1",
            "Set-Cookie: b=2",
            "X-Own: ",
        ];
        assert_eq!(lines(&out), expected);
        assert!(
            !out.has_content_length(),
            "the connection adds that of the part"
        );
    }

    /// CSH-017.
    #[test]
    fn several_parts_are_multipart_byteranges() {
        let mut out = ResponseParts::new();
        let body = content(&whole(), &[50..60, 0..1], 100, b"BOUND", &mut out).unwrap();
        assert_eq!(
            lines(&out)[2],
            "Content-Type: multipart/byteranges; boundary=BOUND"
        );
        assert!(
            lines(&out)
                .iter()
                .all(|line| !line.starts_with("Content-Range"))
        );
        let text = body.iter().map(|piece| match piece {
            BodyPiece::Own(bytes) => String::from_utf8(bytes.clone()).unwrap(),
            BodyPiece::Of(range) => format!("<{}..{}>", range.start, range.end),
        });
        let expected = "--BOUND\r\nContent-Type: text/plain\r\nContent-Range: bytes 50-59/100\r\n\r\n<50..60>\
                        \r\n--BOUND\r\nContent-Type: text/plain\r\nContent-Range: bytes 0-0/100\r\n\r\n<0..1>\
                        \r\n--BOUND--\r\n";
        assert_eq!(text.collect::<String>(), expected);
    }

    #[test]
    fn fields_of_a_known_name_in_the_unknown_list_are_replaced_too() {
        let mut whole = ResponseParts::new();
        whole.begin(200, b"OK").unwrap();
        for (name, value) in [("content-type", "a/b"), ("X", "1"), ("CONTENT-LENGTH", "9")] {
            whole.unknown(name.as_bytes(), value.as_bytes()).unwrap();
        }
        let mut out = ResponseParts::new();
        let body = content(&whole, &[0..1, 2..3], 9, b"B", &mut out).unwrap();
        let expected = [
            "206 Partial Content",
            "Content-Type: multipart/byteranges; boundary=B",
            "Server: Microsoft-HTTPAPI/2.0",
            "X: 1",
        ];
        assert_eq!(lines(&out), expected);
        let BodyPiece::Own(front) = &body[0] else {
            panic!("the front of the first part");
        };
        assert!(front.starts_with(b"--B\r\nContent-Type: a/b\r\n"));
    }

    #[test]
    fn a_304_keeps_what_the_client_needs_and_a_416_says_the_length() {
        let mut out = ResponseParts::new();
        not_modified(&whole(), &mut out).unwrap();
        let expected = [
            "304 Not Modified",
            "Cache-Control: max-age=5",
            "Last-Modified: Sun, 06 Nov 1994 08:49:37 GMT",
            "ETag: \"e\"",
            "Server: Mine Microsoft-HTTPAPI/2.0",
        ];
        assert_eq!(lines(&out), expected);
        unsatisfiable(&whole(), 100, &mut out).unwrap();
        let expected = [
            "416 Requested Range Not Satisfiable",
            "Content-Range: bytes */100",
            "Server: Mine Microsoft-HTTPAPI/2.0",
        ];
        assert_eq!(lines(&out), expected);
    }
}
