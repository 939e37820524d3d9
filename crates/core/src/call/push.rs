//! HttpDeclarePush: what may be pushed.
//!
//! Owns the parameters of the call and their checks (H2X-019). Does not own whether anything is pushed.
//! Threading: plain data.

use std::fmt;

use httpsys_proto::header::{id, request_header_id, request_id};
use httpsys_proto::{InvalidField, Trailers, Verb};

use crate::ids::RequestId;

/// Name and value of a header field.
pub type PushField = (Vec<u8>, Vec<u8>);

/// HttpDeclarePush: a request that the client will make, so that its answer may be sent at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeclarePush {
    /// The request that declares it.
    pub request: RequestId,
    /// GET or HEAD.
    pub verb: Verb,
    /// The path of the resource, from its slash on.
    pub path: Vec<u16>,
    /// The query, without its question mark.
    pub query: Option<Vec<u8>>,
    /// The header fields of the request.
    pub fields: Vec<PushField>,
}

/// Why a push is refused: ERROR_INVALID_PARAMETER (87).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum InvalidPush {
    /// The verb is not GET or HEAD (documented).
    Verb,
    /// The path does not begin with a slash, or has a question mark, `#`, a blank or a control in it.
    Path,
    /// The query has `#`, a blank or a control in it, or a byte above 0x7E.
    Query,
    /// There is a Host field: the service makes its own (documented).
    Host,
    /// A field announces a body: Transfer-Encoding, or Content-Length other than 0 (documented).
    Body,
    /// A field cannot be sent.
    Field(InvalidField),
}

impl fmt::Display for InvalidPush {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Verb => "Verb: only GET and HEAD can be pushed",
            Self::Path => {
                "Path: it has to begin with a slash, without a query, blanks, controls or #"
            }
            Self::Query => "Query: it contains a blank, a control, # or a character beyond ASCII",
            Self::Host => "Headers: there is a Host field, which the service makes itself",
            Self::Body => "Headers: a pushed request has no entity body",
            Self::Field(why) => return write!(f, "Headers: {why}"),
        })
    }
}

impl std::error::Error for InvalidPush {}

impl DeclarePush {
    /// Whether it may be declared, whatever becomes of it.
    ///
    /// # Errors
    /// The first thing that is wrong with it.
    ///
    /// ```
    /// use httpsys_core::RequestId;
    /// use httpsys_core::call::{DeclarePush, InvalidPush};
    /// use httpsys_core::proto::Verb;
    ///
    /// let mut push = DeclarePush {
    ///     request: RequestId(7),
    ///     verb: Verb::Get,
    ///     path: "/style.css".encode_utf16().collect(),
    ///     query: Some(b"v=1".to_vec()),
    ///     fields: vec![(b"Accept".to_vec(), b"text/css".to_vec())],
    /// };
    /// assert_eq!(push.check(), Ok(()));
    /// push.verb = Verb::Post;
    /// assert_eq!(push.check(), Err(InvalidPush::Verb));
    /// ```
    pub fn check(&self) -> Result<(), InvalidPush> {
        if !matches!(self.verb, Verb::Get | Verb::Head) {
            return Err(InvalidPush::Verb);
        }
        let is_bad = |unit: u16| unit <= 0x20 || unit == 0x7F || unit == u16::from(b'#');
        let ends_path = |unit: &u16| is_bad(*unit) || *unit == u16::from(b'?');
        if self.path.first() != Some(&u16::from(b'/')) || self.path.iter().any(ends_path) {
            return Err(InvalidPush::Path);
        }
        let query = self.query.as_deref().unwrap_or_default();
        if query
            .iter()
            .any(|byte| is_bad(u16::from(*byte)) || *byte > 0x7E)
        {
            return Err(InvalidPush::Query);
        }
        self.check_fields()
    }

    fn check_fields(&self) -> Result<(), InvalidPush> {
        let mut checked = Trailers::new();
        for (name, value) in &self.fields {
            checked.push(name, value).map_err(InvalidPush::Field)?;
            match request_header_id(name) {
                Some(request_id::HOST) => return Err(InvalidPush::Host),
                Some(id::TRANSFER_ENCODING) => return Err(InvalidPush::Body),
                Some(id::CONTENT_LENGTH) if value.trim_ascii() != b"0" => {
                    return Err(InvalidPush::Body);
                }
                _ => {}
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn push() -> DeclarePush {
        DeclarePush {
            request: RequestId(7),
            verb: Verb::Get,
            path: utf16("/a/b.css"),
            query: None,
            fields: Vec::new(),
        }
    }

    fn utf16(text: &str) -> Vec<u16> {
        text.encode_utf16().collect()
    }

    #[test]
    fn h2x_019_get_and_head_alone_can_be_pushed() {
        for (verb, expected) in [
            (Verb::Get, Ok(())),
            (Verb::Head, Ok(())),
            (Verb::Post, Err(InvalidPush::Verb)),
            (Verb::Unknown, Err(InvalidPush::Verb)),
        ] {
            assert_eq!(DeclarePush { verb, ..push() }.check(), expected, "{verb:?}");
        }
    }

    #[test]
    fn h2x_019_paths_and_queries_are_looked_at() {
        for path in ["", "a", "http://x/", "/a?b", "/a#b", "/a b", "/a\r\n"] {
            let path = utf16(path);
            assert_eq!(
                DeclarePush { path, ..push() }.check(),
                Err(InvalidPush::Path)
            );
        }
        for path in ["/", "/ä", "/a/../b", "/%41"] {
            let path = utf16(path);
            assert_eq!(DeclarePush { path, ..push() }.check(), Ok(()));
        }
        for (query, expected) in [
            (&b""[..], Ok(())),
            (b"a=b?c", Ok(())),
            (b"a b", Err(InvalidPush::Query)),
            (b"a#b", Err(InvalidPush::Query)),
            (b"a\nb", Err(InvalidPush::Query)),
            (b"\x80", Err(InvalidPush::Query)),
        ] {
            let query = Some(query.to_vec());
            assert_eq!(DeclarePush { query, ..push() }.check(), expected);
        }
    }

    #[test]
    fn h2x_019_neither_host_nor_what_announces_a_body() {
        let cases: [(&str, &str, Result<(), InvalidPush>); 9] = [
            ("Accept", "*/*", Ok(())),
            ("X-Own", "", Ok(())),
            ("hOST", "x", Err(InvalidPush::Host)),
            ("Content-Length", "0", Ok(())),
            ("Content-Length", "1", Err(InvalidPush::Body)),
            ("content-length", "", Err(InvalidPush::Body)),
            ("Transfer-Encoding", "chunked", Err(InvalidPush::Body)),
            ("a b", "", Err(InvalidPush::Field(InvalidField::Name))),
            (
                "a",
                "b\r\nc: d",
                Err(InvalidPush::Field(InvalidField::Value)),
            ),
        ];
        for (name, value, expected) in cases {
            let fields = vec![(name.into(), value.into())];
            assert_eq!(
                DeclarePush { fields, ..push() }.check(),
                expected,
                "{name}: {value}"
            );
        }
    }
}
