//! The verb of a request, under the names of HTTP_VERB and those that have come since.
//!
//! Owns [`Verb`] and its numbers. Does not own what was sent: [`crate::Request::method`] has the
//! text, also of verbs that have no name here. Invariant: a name is never given to two verbs, and
//! the numbers are those of HTTP_VERB (PRS-018).

use httpsys_core::proto;

/// The verb of a request.
///
/// HTTP.sys has no number for PATCH and for verbs that it does not know: they are HttpVerbUnknown
/// with the text in pUnknownVerb (PRS-015). Here PATCH has its own name; all other verbs are
/// [`Verb::Unknown`], and [`crate::Request::method`] has the text. Verbs are case-sensitive: `get`
/// is unknown (PRS-016).
///
/// ```
/// use httpsys::{Request, Response, Verb};
///
/// fn answer(request: &Request) -> Response<'static> {
///     match (request.verb(), request.method()) {
///         (Verb::Get | Verb::Head, _) => Response::ok().body("current"),
///         (Verb::Patch, _) => Response::from_status(204),
///         (Verb::Unknown, "REPORT") => Response::from_status(207),
///         _ => Response::from_status(405).header("Allow", "GET, HEAD, PATCH, REPORT"),
///     }
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Verb {
    /// A verb without a name here.
    Unknown,
    /// `OPTIONS`.
    Options,
    /// `GET`.
    Get,
    /// `HEAD`.
    Head,
    /// `POST`.
    Post,
    /// `PUT`.
    Put,
    /// `PATCH` (RFC 5789), which is HttpVerbUnknown in HTTP_VERB.
    Patch,
    /// `DELETE`.
    Delete,
    /// `TRACE`.
    Trace,
    /// `CONNECT`.
    Connect,
    /// `TRACK`.
    Track,
    /// `MOVE`.
    Move,
    /// `COPY`.
    Copy,
    /// `PROPFIND`.
    Propfind,
    /// `PROPPATCH`.
    Proppatch,
    /// `MKCOL`.
    Mkcol,
    /// `LOCK`.
    Lock,
    /// `UNLOCK`.
    Unlock,
    /// `SEARCH`.
    Search,
}

impl Verb {
    /// The verb with its text as sent.
    pub(crate) fn of(verb: proto::Verb, text: &[u8]) -> Self {
        use proto::Verb as Number;
        match verb {
            Number::Unparsed | Number::Unknown | Number::Invalid => match text {
                b"PATCH" => Verb::Patch,
                _ => Verb::Unknown,
            },
            Number::Options => Verb::Options,
            Number::Get => Verb::Get,
            Number::Head => Verb::Head,
            Number::Post => Verb::Post,
            Number::Put => Verb::Put,
            Number::Delete => Verb::Delete,
            Number::Trace => Verb::Trace,
            Number::Connect => Verb::Connect,
            Number::Track => Verb::Track,
            Number::Move => Verb::Move,
            Number::Copy => Verb::Copy,
            Number::Propfind => Verb::Propfind,
            Number::Proppatch => Verb::Proppatch,
            Number::Mkcol => Verb::Mkcol,
            Number::Lock => Verb::Lock,
            Number::Unlock => Verb::Unlock,
            Number::Search => Verb::Search,
        }
    }

    /// The number in HTTP_VERB: 1, HttpVerbUnknown, for PATCH too.
    #[must_use]
    pub fn http_verb(self) -> u32 {
        self.numbered() as u32
    }

    /// The text on the wire; `None` for [`Verb::Unknown`].
    #[must_use]
    pub fn as_str(self) -> Option<&'static str> {
        match self {
            Verb::Patch => Some("PATCH"),
            verb => verb.numbered().as_str(),
        }
    }

    fn numbered(self) -> proto::Verb {
        use proto::Verb as Number;
        match self {
            Verb::Unknown | Verb::Patch => Number::Unknown,
            Verb::Options => Number::Options,
            Verb::Get => Number::Get,
            Verb::Head => Number::Head,
            Verb::Post => Number::Post,
            Verb::Put => Number::Put,
            Verb::Delete => Number::Delete,
            Verb::Trace => Number::Trace,
            Verb::Connect => Number::Connect,
            Verb::Track => Number::Track,
            Verb::Move => Number::Move,
            Verb::Copy => Number::Copy,
            Verb::Propfind => Number::Propfind,
            Verb::Proppatch => Number::Proppatch,
            Verb::Mkcol => Number::Mkcol,
            Verb::Lock => Number::Lock,
            Verb::Unlock => Number::Unlock,
            Verb::Search => Number::Search,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prs_015_prs_018_each_verb_has_its_name_text_and_number() {
        let numbered = [
            "OPTIONS",
            "GET",
            "HEAD",
            "POST",
            "PUT",
            "DELETE",
            "TRACE",
            "CONNECT",
            "TRACK",
            "MOVE",
            "COPY",
            "PROPFIND",
            "PROPPATCH",
            "MKCOL",
            "LOCK",
            "UNLOCK",
            "SEARCH",
        ];
        for (number, text) in (3..).zip(numbered) {
            let verb = Verb::of(proto::Verb::from_token(text.as_bytes()), text.as_bytes());
            assert_eq!((verb.as_str(), verb.http_verb()), (Some(text), number));
        }
        let other = |text: &[u8]| Verb::of(proto::Verb::from_token(text), text);
        assert_eq!(other(b"PATCH"), Verb::Patch);
        assert_eq!(Verb::Patch.as_str(), Some("PATCH"));
        assert_eq!(Verb::Patch.http_verb(), 1);
        for text in [&b"patch"[..], b"get", b"xyzzy", b"PATCHES"] {
            assert_eq!(other(text), Verb::Unknown);
        }
        assert_eq!(Verb::Unknown.as_str(), None);
        assert_eq!(Verb::Unknown.http_verb(), 1);
    }
}
