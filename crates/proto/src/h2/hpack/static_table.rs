//! The static table of RFC 7541 appendix A.
//!
//! Owns: its entries and the look-up of a field in it. Invariant: index 0 is no entry. Threading:
//! constants only.

/// Number of entries; the dynamic table begins behind them.
pub(super) const ENTRIES: usize = 61;

/// Name and value by index - 1.
static TABLE: [(&[u8], &[u8]); ENTRIES] = [
    (b":authority", b""),
    (b":method", b"GET"),
    (b":method", b"POST"),
    (b":path", b"/"),
    (b":path", b"/index.html"),
    (b":scheme", b"http"),
    (b":scheme", b"https"),
    (b":status", b"200"),
    (b":status", b"204"),
    (b":status", b"206"),
    (b":status", b"304"),
    (b":status", b"400"),
    (b":status", b"404"),
    (b":status", b"500"),
    (b"accept-charset", b""),
    (b"accept-encoding", b"gzip, deflate"),
    (b"accept-language", b""),
    (b"accept-ranges", b""),
    (b"accept", b""),
    (b"access-control-allow-origin", b""),
    (b"age", b""),
    (b"allow", b""),
    (b"authorization", b""),
    (b"cache-control", b""),
    (b"content-disposition", b""),
    (b"content-encoding", b""),
    (b"content-language", b""),
    (b"content-length", b""),
    (b"content-location", b""),
    (b"content-range", b""),
    (b"content-type", b""),
    (b"cookie", b""),
    (b"date", b""),
    (b"etag", b""),
    (b"expect", b""),
    (b"expires", b""),
    (b"from", b""),
    (b"host", b""),
    (b"if-match", b""),
    (b"if-modified-since", b""),
    (b"if-none-match", b""),
    (b"if-range", b""),
    (b"if-unmodified-since", b""),
    (b"last-modified", b""),
    (b"link", b""),
    (b"location", b""),
    (b"max-forwards", b""),
    (b"proxy-authenticate", b""),
    (b"proxy-authorization", b""),
    (b"range", b""),
    (b"referer", b""),
    (b"refresh", b""),
    (b"retry-after", b""),
    (b"server", b""),
    (b"set-cookie", b""),
    (b"strict-transport-security", b""),
    (b"transfer-encoding", b""),
    (b"user-agent", b""),
    (b"vary", b""),
    (b"via", b""),
    (b"www-authenticate", b""),
];

/// The entry at `index`.
#[inline]
pub(super) fn get(index: usize) -> Option<(&'static [u8], &'static [u8])> {
    TABLE.get(index.checked_sub(1)?).copied()
}

/// The index of the first entry with the name, and whether one has the value too and which.
pub(super) fn find(name: &[u8], value: &[u8]) -> Option<(usize, bool)> {
    let first = first_index(name)?;
    let entries = TABLE.get(first - 1..).unwrap_or_default();
    let same = entries.iter().take_while(|(other, _)| *other == name);
    let exact = same.zip(first..).find(|((_, other), _)| *other == value);
    // An entry with an empty value stands for the name alone.
    let exact = exact.filter(|_| !value.is_empty());
    Some(exact.map_or((first, false), |(_, index)| (index, true)))
}

/// The index of the first entry with `name`, in lower case.
fn first_index(name: &[u8]) -> Option<usize> {
    Some(match name {
        b":authority" => 1,
        b":method" => 2,
        b":path" => 4,
        b":scheme" => 6,
        b":status" => 8,
        b"accept-charset" => 15,
        b"accept-encoding" => 16,
        b"accept-language" => 17,
        b"accept-ranges" => 18,
        b"accept" => 19,
        b"access-control-allow-origin" => 20,
        b"age" => 21,
        b"allow" => 22,
        b"authorization" => 23,
        b"cache-control" => 24,
        b"content-disposition" => 25,
        b"content-encoding" => 26,
        b"content-language" => 27,
        b"content-length" => 28,
        b"content-location" => 29,
        b"content-range" => 30,
        b"content-type" => 31,
        b"cookie" => 32,
        b"date" => 33,
        b"etag" => 34,
        b"expect" => 35,
        b"expires" => 36,
        b"from" => 37,
        b"host" => 38,
        b"if-match" => 39,
        b"if-modified-since" => 40,
        b"if-none-match" => 41,
        b"if-range" => 42,
        b"if-unmodified-since" => 43,
        b"last-modified" => 44,
        b"link" => 45,
        b"location" => 46,
        b"max-forwards" => 47,
        b"proxy-authenticate" => 48,
        b"proxy-authorization" => 49,
        b"range" => 50,
        b"referer" => 51,
        b"refresh" => 52,
        b"retry-after" => 53,
        b"server" => 54,
        b"set-cookie" => 55,
        b"strict-transport-security" => 56,
        b"transfer-encoding" => 57,
        b"user-agent" => 58,
        b"vary" => 59,
        b"via" => 60,
        b"www-authenticate" => 61,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc_7541_a_every_entry_is_found_by_its_name_and_value() {
        for (index, (name, value)) in (1..).zip(TABLE) {
            let (found, is_exact) = find(name, value).unwrap();
            assert_eq!(is_exact, !value.is_empty(), "{index}");
            assert!(if is_exact {
                found == index
            } else {
                found <= index
            });
            assert_eq!(get(found).map(|(name, _)| name), Some(name));
            let first = TABLE.iter().position(|(other, _)| *other == name);
            assert_eq!(
                find(name, b"another"),
                first.map(|first| (first + 1, false))
            );
        }
        assert_eq!(find(b"x-other", b""), None);
        assert_eq!(get(0), None);
        assert_eq!(get(62), None);
    }

    #[test]
    fn rfc_7541_a_the_numbers_of_the_appendix() {
        for (index, name, value) in [
            (1, &b":authority"[..], &b""[..]),
            (2, b":method", b"GET"),
            (8, b":status", b"200"),
            (14, b":status", b"500"),
            (16, b"accept-encoding", b"gzip, deflate"),
            (28, b"content-length", b""),
            (33, b"date", b""),
            (54, b"server", b""),
            (61, b"www-authenticate", b""),
        ] {
            assert_eq!(get(index), Some((name, value)));
        }
    }
}
