//! Known header fields and their `HTTP_HEADER_ID` numbers.
//!
//! Owns: the two tables (41 request fields, 30 response fields) and the look-up by name. Does not
//! own: what a field means. Invariant: ids 0 to 19 name the same field in both tables, from 20 on
//! they differ (HDR-013, documented). Threading: constants only.

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

/// The id of a known request field, whatever its letter case.
#[must_use]
pub fn request_header_id(name: &[u8]) -> Option<usize> {
    let candidates: &[usize] = match (name.len(), name.first()? | 0x20) {
        (2, b't') => &[38],
        (3, b'v') => &[8],
        (4, b'd') => &[2],
        (4, b'f') => &[27],
        (4, b'h') => &[28],
        (5, b'a') => &[10],
        (5, b'r') => &[37],
        (6, b'a') => &[20],
        (6, b'c') => &[25],
        (6, b'e') => &[26],
        (6, b'p') => &[4],
        (7, b'e') => &[18],
        (7, b'r') => &[36],
        (7, b't') => &[5],
        (7, b'u') => &[7],
        (7, b'w') => &[9],
        (8, b'i') => &[29, 32],
        (9, b't') => &[39],
        (10, b'c') => &[1],
        (10, b'k') => &[3],
        (10, b'u') => &[40],
        (11, b'c') => &[16],
        (12, b'c') => &[12],
        (12, b'm') => &[34],
        (13, b'a') => &[24],
        (13, b'c') => &[0, 17],
        (13, b'i') => &[31],
        (13, b'l') => &[19],
        (14, b'a') => &[21],
        (14, b'c') => &[11],
        (15, b'a') => &[22, 23],
        (16, b'c') => &[13, 14, 15],
        (17, b'i') => &[30],
        (17, b't') => &[6],
        (19, b'i') => &[33],
        (19, b'p') => &[35],
        _ => return None,
    };
    candidates
        .iter()
        .copied()
        .find(|id| is_name(name, &REQUEST_LOWER[*id]))
}

/// The id of a known response field, whatever its letter case.
#[must_use]
pub fn response_header_id(name: &[u8]) -> Option<usize> {
    let candidates: &[usize] = match (name.len(), name.first()? | 0x20) {
        (3, b'a') => &[21],
        (3, b'v') => &[8],
        (4, b'd') => &[2],
        (4, b'e') => &[22],
        (4, b'v') => &[28],
        (5, b'a') => &[10],
        (6, b'p') => &[4],
        (6, b's') => &[26],
        (7, b'e') => &[18],
        (7, b't') => &[5],
        (7, b'u') => &[7],
        (7, b'w') => &[9],
        (8, b'l') => &[23],
        (10, b'c') => &[1],
        (10, b'k') => &[3],
        (10, b's') => &[27],
        (11, b'c') => &[16],
        (11, b'r') => &[25],
        (12, b'c') => &[12],
        (13, b'a') => &[20],
        (13, b'c') => &[0, 17],
        (13, b'l') => &[19],
        (14, b'c') => &[11],
        (16, b'c') => &[13, 14, 15],
        (16, b'w') => &[29],
        (17, b't') => &[6],
        (18, b'p') => &[24],
        _ => return None,
    };
    candidates
        .iter()
        .copied()
        .find(|id| is_name(name, &RESPONSE_LOWER[*id]))
}

/// A name in lower case, zeros behind it; 24 bytes are three words.
type Lower = [u8; 24];

static REQUEST_LOWER: [Lower; REQUEST_HEADERS] = lower(&REQUEST_HEADER_NAMES);
static RESPONSE_LOWER: [Lower; RESPONSE_HEADERS] = lower(&RESPONSE_HEADER_NAMES);

const fn lower<const N: usize>(names: &[&str; N]) -> [Lower; N] {
    let mut out = [[0; 24]; N];
    let mut row = 0;
    while row < N {
        let name = names[row].as_bytes();
        let mut i = 0;
        while i < name.len() {
            out[row][i] = name[i].to_ascii_lowercase();
            i += 1;
        }
        row += 1;
    }
    out
}

/// Whether `name` is `known`, whatever its letter case. Their lengths are equal, at most 24.
///
/// Word by word: the last one overlaps, names of less than eight bytes take half words.
#[inline]
fn is_name(name: &[u8], known: &Lower) -> bool {
    let word = |text: &[u8], at: usize| {
        text.get(at..)
            .and_then(<[u8]>::first_chunk)
            .map_or(0, |w| u64::from_le_bytes(*w))
    };
    let half = |text: &[u8], at: usize| {
        text.get(at..)
            .and_then(<[u8]>::first_chunk)
            .map_or(0, |w| u32::from_le_bytes(*w).into())
    };
    let length = name.len();
    if length >= 8 {
        return is_word(word(name, 0), word(known, 0))
            && is_word(word(name, length - 8), word(known, length - 8))
            && (length <= 16 || is_word(word(name, 8), word(known, 8)));
    }
    if length >= 4 {
        return is_word(half(name, 0), half(known, 0))
            && is_word(half(name, length - 4), half(known, length - 4));
    }
    name.eq_ignore_ascii_case(&known[..length])
}

/// Whether each byte of `word` is that of `lower` in either case. Of the bytes in known names only
/// letters have bit 6 set, so shifting it down by one gives the case bit of exactly the letters.
#[inline]
fn is_word(word: u64, lower: u64) -> bool {
    word | (lower >> 1 & 0x2020_2020_2020_2020) == lower
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
        for (id, known) in REQUEST_HEADER_NAMES.iter().enumerate() {
            for at in 0..known.len() {
                for byte in 0..=255u8 {
                    let mut name = known.as_bytes().to_vec();
                    name[at] = byte;
                    let expected = REQUEST_HEADER_NAMES
                        .iter()
                        .position(|n| n.as_bytes().eq_ignore_ascii_case(&name));
                    assert_eq!(request_header_id(&name), expected, "{id} {at} {byte:#x}");
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
        ] {
            assert_eq!(request_header_id(name), None);
            assert_eq!(response_header_id(name), None);
        }
        assert_eq!(request_header_id(b"Server"), None);
        assert_eq!(response_header_id(b"Host"), None);
    }
}
