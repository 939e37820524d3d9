//! Request methods under the names and numbers of the HTTP Server API.
//!
//! Owns: the `HTTP_VERB` numbers and the spelling of each known verb. Does not own: what a verb
//! means for a body or for routing. Invariant: [`Verb::from_token`] and [`Verb::as_str`] are
//! inverses for every verb that has a spelling. Threading: plain values.

/// `HTTP_VERB`, with the numbers of the API (PRS-018, documented).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u32)]
pub enum Verb {
    /// No request line has been parsed yet.
    Unparsed = 0,
    /// A valid token that has no number; the text says which (PRS-014, PRS-015).
    Unknown = 1,
    /// Not a valid token; such a request is answered with 400 and never delivered.
    Invalid = 2,
    /// `OPTIONS`.
    Options = 3,
    /// `GET`.
    Get = 4,
    /// `HEAD`.
    Head = 5,
    /// `POST`.
    Post = 6,
    /// `PUT`.
    Put = 7,
    /// `DELETE`.
    Delete = 8,
    /// `TRACE`.
    Trace = 9,
    /// `CONNECT`.
    Connect = 10,
    /// `TRACK`.
    Track = 11,
    /// `MOVE`.
    Move = 12,
    /// `COPY`.
    Copy = 13,
    /// `PROPFIND`.
    Propfind = 14,
    /// `PROPPATCH`.
    Proppatch = 15,
    /// `MKCOL`.
    Mkcol = 16,
    /// `LOCK`.
    Lock = 17,
    /// `UNLOCK`.
    Unlock = 18,
    /// `SEARCH`.
    Search = 19,
}

impl Verb {
    /// The verb that `token` spells. Case counts: `get` is [`Verb::Unknown`] (PRS-016, observed).
    /// The token is not checked for valid characters.
    #[must_use]
    pub fn from_token(token: &[u8]) -> Self {
        match token {
            b"GET" => Self::Get,
            b"POST" => Self::Post,
            b"HEAD" => Self::Head,
            b"PUT" => Self::Put,
            b"DELETE" => Self::Delete,
            b"OPTIONS" => Self::Options,
            b"TRACE" => Self::Trace,
            b"CONNECT" => Self::Connect,
            b"TRACK" => Self::Track,
            b"MOVE" => Self::Move,
            b"COPY" => Self::Copy,
            b"PROPFIND" => Self::Propfind,
            b"PROPPATCH" => Self::Proppatch,
            b"MKCOL" => Self::Mkcol,
            b"LOCK" => Self::Lock,
            b"UNLOCK" => Self::Unlock,
            b"SEARCH" => Self::Search,
            _ => Self::Unknown,
        }
    }

    /// The spelling on the wire; `None` for the three values that stand for no known verb.
    #[must_use]
    pub fn as_str(self) -> Option<&'static str> {
        Some(match self {
            Self::Unparsed | Self::Unknown | Self::Invalid => return None,
            Self::Options => "OPTIONS",
            Self::Get => "GET",
            Self::Head => "HEAD",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Delete => "DELETE",
            Self::Trace => "TRACE",
            Self::Connect => "CONNECT",
            Self::Track => "TRACK",
            Self::Move => "MOVE",
            Self::Copy => "COPY",
            Self::Propfind => "PROPFIND",
            Self::Proppatch => "PROPPATCH",
            Self::Mkcol => "MKCOL",
            Self::Lock => "LOCK",
            Self::Unlock => "UNLOCK",
            Self::Search => "SEARCH",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prs_018_numbers_and_spellings() {
        let table = [
            (Verb::Options, 3, "OPTIONS"),
            (Verb::Get, 4, "GET"),
            (Verb::Head, 5, "HEAD"),
            (Verb::Post, 6, "POST"),
            (Verb::Put, 7, "PUT"),
            (Verb::Delete, 8, "DELETE"),
            (Verb::Trace, 9, "TRACE"),
            (Verb::Connect, 10, "CONNECT"),
            (Verb::Track, 11, "TRACK"),
            (Verb::Move, 12, "MOVE"),
            (Verb::Copy, 13, "COPY"),
            (Verb::Propfind, 14, "PROPFIND"),
            (Verb::Proppatch, 15, "PROPPATCH"),
            (Verb::Mkcol, 16, "MKCOL"),
            (Verb::Lock, 17, "LOCK"),
            (Verb::Unlock, 18, "UNLOCK"),
            (Verb::Search, 19, "SEARCH"),
        ];
        for (verb, number, text) in table {
            assert_eq!(verb as u32, number);
            assert_eq!(verb.as_str(), Some(text));
            assert_eq!(Verb::from_token(text.as_bytes()), verb);
            let lower = text.to_ascii_lowercase();
            assert_eq!(Verb::from_token(lower.as_bytes()), Verb::Unknown);
        }
    }

    #[test]
    fn prs_015_patch_has_no_number() {
        assert_eq!(Verb::from_token(b"PATCH"), Verb::Unknown);
        assert_eq!(Verb::Unknown.as_str(), None);
    }
}
