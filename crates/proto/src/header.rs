//! Known header fields and their `HTTP_HEADER_ID` numbers.
//!
//! Owns: the two tables (41 request fields, 30 response fields) and the look-up by name. Does not
//! own: what a field means. Invariant: ids 0 to 19 name the same field in both tables; from 20 on
//! the tables differ (HDR-013, documented). Threading: constants only.

mod lookup;

use lookup::Lookup;

/// Number of known request fields (`HttpHeaderRequestMaximum`).
pub const REQUEST_HEADERS: usize = 41;
/// Number of known response fields (`HttpHeaderResponseMaximum`).
pub const RESPONSE_HEADERS: usize = 30;

/// Known request fields by id, in the spelling of the RFCs.
pub static REQUEST_HEADER_NAMES: [&str; 41] = [
    "Cache-Control",
    "Connection",
    "Date",
    "Keep-Alive",
    "Pragma",
    "Trailer",
    "Transfer-Encoding",
    "Upgrade",
    "Via",
    "Warning",
    "Allow",
    "Content-Length",
    "Content-Type",
    "Content-Encoding",
    "Content-Language",
    "Content-Location",
    "Content-MD5",
    "Content-Range",
    "Expires",
    "Last-Modified",
    "Accept",
    "Accept-Charset",
    "Accept-Encoding",
    "Accept-Language",
    "Authorization",
    "Cookie",
    "Expect",
    "From",
    "Host",
    "If-Match",
    "If-Modified-Since",
    "If-None-Match",
    "If-Range",
    "If-Unmodified-Since",
    "Max-Forwards",
    "Proxy-Authorization",
    "Referer",
    "Range",
    "TE",
    "Translate",
    "User-Agent",
];

/// Known response fields by id, in the spelling that goes on the wire.
pub static RESPONSE_HEADER_NAMES: [&str; 30] = [
    "Cache-Control",
    "Connection",
    "Date",
    "Keep-Alive",
    "Pragma",
    "Trailer",
    "Transfer-Encoding",
    "Upgrade",
    "Via",
    "Warning",
    "Allow",
    "Content-Length",
    "Content-Type",
    "Content-Encoding",
    "Content-Language",
    "Content-Location",
    "Content-MD5",
    "Content-Range",
    "Expires",
    "Last-Modified",
    "Accept-Ranges",
    "Age",
    "ETag",
    "Location",
    "Proxy-Authenticate",
    "Retry-After",
    "Server",
    "Set-Cookie",
    "Vary",
    "WWW-Authenticate",
];

/// The id of a known request field, in any letter case.
#[inline]
#[must_use]
pub fn request_header_id(name: &[u8]) -> Option<usize> {
    // The multipliers were searched for: they leave no two names in one slot.
    static REQUEST: Lookup = Lookup::new(&REQUEST_HEADER_NAMES, 0x2BCC_3017);
    REQUEST.find(name)
}

/// The id of a known response field, in any letter case.
#[inline]
#[must_use]
pub fn response_header_id(name: &[u8]) -> Option<usize> {
    static RESPONSE: Lookup = Lookup::new(&RESPONSE_HEADER_NAMES, 0x3BD0_E24F);
    RESPONSE.find(name)
}

/// Ids that name the same field in requests and responses (0 to 19).
pub mod id {
    /// `Cache-Control`.
    pub const CACHE_CONTROL: usize = 0;
    /// `Connection`.
    pub const CONNECTION: usize = 1;
    /// `Date`.
    pub const DATE: usize = 2;
    /// `Keep-Alive`.
    pub const KEEP_ALIVE: usize = 3;
    /// `Pragma`.
    pub const PRAGMA: usize = 4;
    /// `Trailer`.
    pub const TRAILER: usize = 5;
    /// `Transfer-Encoding`.
    pub const TRANSFER_ENCODING: usize = 6;
    /// `Upgrade`.
    pub const UPGRADE: usize = 7;
    /// `Via`.
    pub const VIA: usize = 8;
    /// `Warning`.
    pub const WARNING: usize = 9;
    /// `Allow`.
    pub const ALLOW: usize = 10;
    /// `Content-Length`.
    pub const CONTENT_LENGTH: usize = 11;
    /// `Content-Type`.
    pub const CONTENT_TYPE: usize = 12;
    /// `Content-Encoding`.
    pub const CONTENT_ENCODING: usize = 13;
    /// `Content-Language`.
    pub const CONTENT_LANGUAGE: usize = 14;
    /// `Content-Location`.
    pub const CONTENT_LOCATION: usize = 15;
    /// `Content-MD5`.
    pub const CONTENT_MD5: usize = 16;
    /// `Content-Range`.
    pub const CONTENT_RANGE: usize = 17;
    /// `Expires`.
    pub const EXPIRES: usize = 18;
    /// `Last-Modified`.
    pub const LAST_MODIFIED: usize = 19;
}

/// Ids that exist in requests only (20 to 40).
pub mod request_id {
    /// `Accept`.
    pub const ACCEPT: usize = 20;
    /// `Accept-Charset`.
    pub const ACCEPT_CHARSET: usize = 21;
    /// `Accept-Encoding`.
    pub const ACCEPT_ENCODING: usize = 22;
    /// `Accept-Language`.
    pub const ACCEPT_LANGUAGE: usize = 23;
    /// `Authorization`.
    pub const AUTHORIZATION: usize = 24;
    /// `Cookie`.
    pub const COOKIE: usize = 25;
    /// `Expect`.
    pub const EXPECT: usize = 26;
    /// `From`.
    pub const FROM: usize = 27;
    /// `Host`.
    pub const HOST: usize = 28;
    /// `If-Match`.
    pub const IF_MATCH: usize = 29;
    /// `If-Modified-Since`.
    pub const IF_MODIFIED_SINCE: usize = 30;
    /// `If-None-Match`.
    pub const IF_NONE_MATCH: usize = 31;
    /// `If-Range`.
    pub const IF_RANGE: usize = 32;
    /// `If-Unmodified-Since`.
    pub const IF_UNMODIFIED_SINCE: usize = 33;
    /// `Max-Forwards`.
    pub const MAX_FORWARDS: usize = 34;
    /// `Proxy-Authorization`.
    pub const PROXY_AUTHORIZATION: usize = 35;
    /// `Referer`.
    pub const REFERER: usize = 36;
    /// `Range`.
    pub const RANGE: usize = 37;
    /// `TE`.
    pub const TE: usize = 38;
    /// `Translate`.
    pub const TRANSLATE: usize = 39;
    /// `User-Agent`.
    pub const USER_AGENT: usize = 40;
}

/// Ids that exist in responses only (20 to 29).
pub mod response_id {
    /// `Accept-Ranges`.
    pub const ACCEPT_RANGES: usize = 20;
    /// `Age`.
    pub const AGE: usize = 21;
    /// `ETag`.
    pub const ETAG: usize = 22;
    /// `Location`.
    pub const LOCATION: usize = 23;
    /// `Proxy-Authenticate`.
    pub const PROXY_AUTHENTICATE: usize = 24;
    /// `Retry-After`.
    pub const RETRY_AFTER: usize = 25;
    /// `Server`.
    pub const SERVER: usize = 26;
    /// `Set-Cookie`.
    pub const SET_COOKIE: usize = 27;
    /// `Vary`.
    pub const VARY: usize = 28;
    /// `WWW-Authenticate`.
    pub const WWW_AUTHENTICATE: usize = 29;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hdr_013_every_name_finds_its_id_in_any_case() {
        type Find = fn(&[u8]) -> Option<usize>;
        let tables: [(&[&str], Find); 2] = [
            (&REQUEST_HEADER_NAMES, request_header_id),
            (&RESPONSE_HEADER_NAMES, response_header_id),
        ];
        for (names, find) in tables {
            for (id, name) in names.iter().enumerate() {
                assert_eq!(find(name.as_bytes()), Some(id), "{name}");
                assert_eq!(find(name.to_ascii_uppercase().as_bytes()), Some(id));
                assert_eq!(find(name.to_ascii_lowercase().as_bytes()), Some(id));
                assert_eq!(find(&name.as_bytes()[..name.len() - 1]), None);
                assert_eq!(find(format!("{name}x").as_bytes()), None);
            }
        }
    }

    #[test]
    fn hdr_013_numbers_of_the_documentation() {
        assert_eq!(id::CONNECTION, 1);
        assert_eq!(id::CONTENT_LENGTH, 11);
        assert_eq!(request_id::HOST, 28);
        assert_eq!(request_id::USER_AGENT, REQUEST_HEADERS - 1);
        assert_eq!(response_id::LOCATION, 23);
        assert_eq!(response_id::RETRY_AFTER, 25);
        assert_eq!(response_id::SERVER, 26);
        assert_eq!(response_id::VARY, 28);
        assert_eq!(response_id::WWW_AUTHENTICATE, RESPONSE_HEADERS - 1);
    }

    #[test]
    fn names_with_one_other_byte_are_unknown() {
        type Find = fn(&[u8]) -> Option<usize>;
        let tables: [(&[&str], Find); 2] = [
            (&REQUEST_HEADER_NAMES, request_header_id),
            (&RESPONSE_HEADER_NAMES, response_header_id),
        ];
        for (names, find) in tables {
            for (at, known) in names
                .iter()
                .flat_map(|n| (0..n.len()).map(move |at| (at, n)))
            {
                for byte in 0..=255u8 {
                    let mut name = known.as_bytes().to_vec();
                    name[at] = byte;
                    let expected = names
                        .iter()
                        .position(|n| n.as_bytes().eq_ignore_ascii_case(&name));
                    assert_eq!(find(&name), expected, "{known} {at} {byte:#x}");
                }
            }
        }
    }

    #[test]
    fn other_names_are_unknown() {
        for name in [
            &b""[..],
            b"X",
            b"Hosts",
            b"\xFFost",
            b"content-typo",
            b"Access",
            b"content-security-policy-report-only",
        ] {
            assert_eq!(request_header_id(name), None);
            assert_eq!(response_header_id(name), None);
        }
        assert_eq!(request_header_id(b"Server"), None);
        assert_eq!(response_header_id(b"Host"), None);
    }
}
