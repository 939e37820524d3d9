//! HttpPrepareUrl: from a URL as people write it to one that can be registered.
//!
//! Owns: the scheme in lower case, a missing port and a missing path, and the host in its Unicode
//! form, whichever form it was given in (UTS #46). Does not own the grammar of prefixes: the result
//! is one or there is none. Pure: any thread.

use super::{InvalidPrefix, MAX_HOST_UNITS, MAX_URL_UNITS, UrlPrefix};

/// The normal form of a URL (CFG-002, HST-014): what HttpAddUrl takes, with a host name in Unicode,
/// mapped and in normal form C. A port that is missing is the scheme's, a path that is missing the
/// root (assumed: the page promises a URL that is valid for the other functions).
///
/// # Errors
/// Why there is none; callers see ERROR_INVALID_PARAMETER (87).
pub fn prepare(url: &[u16]) -> Result<Vec<u16>, InvalidPrefix> {
    if url.len() > MAX_URL_UNITS {
        return Err(InvalidPrefix::TooLong);
    }
    let url = String::from_utf16(url).map_err(|_| InvalidPrefix::PathUtf16)?;
    let (scheme, rest) = url.split_once("://").ok_or(InvalidPrefix::Scheme)?;
    let (scheme, default_port) = match scheme.to_ascii_lowercase().as_str() {
        "http" => ("http", "80"),
        "https" => ("https", "443"),
        _ => return Err(InvalidPrefix::Scheme),
    };
    let (authority, path) = match rest.find('/') {
        Some(at) => rest.split_at(at),
        None => (rest, "/"),
    };
    let (host, port) = split_port(authority);
    let host = host_name(host)?;
    let port = port.unwrap_or(default_port);
    let prefix = UrlPrefix::parse_str(&format!("{scheme}://{host}:{port}{path}"))?;
    Ok(prefix.to_string().encode_utf16().collect())
}

/// Host and port; the colons of an IPv6 literal are its own.
fn split_port(authority: &str) -> (&str, Option<&str>) {
    let colon = authority.rfind(':');
    match colon.filter(|colon| authority.rfind(']').is_none_or(|bracket| bracket < *colon)) {
        Some(colon) => (&authority[..colon], Some(&authority[colon + 1..])),
        None => (authority, None),
    }
}

fn host_name(host: &str) -> Result<String, InvalidPrefix> {
    if host.starts_with('[') || matches!(host, "+" | "*") {
        return Ok(host.to_owned());
    }
    // Before the work, which grows faster than the length. An A-label is longer than its Unicode
    // form, and a host in A-labels has at most 253 characters (RFC 1035 section 2.3.4).
    if host.encode_utf16().count() > MAX_HOST_UNITS {
        return Err(InvalidPrefix::HostLength);
    }
    // A wildcard label is no part of the name (PFX-031).
    let (wildcard, name) = match host.strip_prefix("*.") {
        Some(name) => ("*.", name),
        None => ("", host),
    };
    let (name, valid) = idna::domain_to_unicode(name);
    let host = wildcard.to_owned() + &name;
    valid.map(|()| host).map_err(|_| InvalidPrefix::HostName)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prepared(url: &str) -> Result<String, InvalidPrefix> {
        let units: Vec<u16> = url.encode_utf16().collect();
        prepare(&units).map(|units| String::from_utf16(&units).expect("text"))
    }

    #[test]
    fn hst_014_cfg_002_hosts_come_out_in_unicode() {
        for (given, expected) in [
            (
                "http://xn--bcher-kva.example:80/",
                "http://bücher.example:80/",
            ),
            (
                "http://XN--BCHER-KVA.example:80/a/",
                "http://bücher.example:80/a/",
            ),
            ("http://bücher.example:80/", "http://bücher.example:80/"),
            // Capitals; the umlaut in two characters; full width; an ideographic full stop.
            ("http://BÜCHER.Example:80/", "http://bücher.example:80/"),
            (
                "http://bu\u{308}cher.example:80/",
                "http://bücher.example:80/",
            ),
            ("http://\u{ff41}\u{3002}example:80/", "http://a.example:80/"),
            (
                "http://xn--r8jz45g.xn--zckzah:80/",
                "http://例え.テスト:80/",
            ),
        ] {
            assert_eq!(prepared(given).as_deref(), Ok(expected), "{given}");
            // What came out can be registered, and comes out again.
            assert_eq!(prepared(expected).as_deref(), Ok(expected));
        }
    }

    #[test]
    fn cfg_002_what_is_missing_is_added_and_wildcards_stay() {
        for (given, expected) in [
            ("HTTP://localhost", "http://localhost:80/"),
            ("https://localhost/a", "https://localhost:443/a/"),
            ("http://+:8080/", "http://+:8080/"),
            ("http://*/", "http://*:80/"),
            (
                "http://*.XN--BCHER-KVA.example",
                "http://*.bücher.example:80/",
            ),
            ("http://[0:0::1]:81/x/", "http://[::1]:81/x/"),
            ("http://[::1]/", "http://[::1]:80/"),
            ("http://127.0.0.1:80/Ä/", "http://127.0.0.1:80/Ä/"),
        ] {
            assert_eq!(prepared(given).as_deref(), Ok(expected), "{given}");
        }
    }

    #[test]
    fn cfg_002_what_cannot_be_registered_is_refused() {
        let long = format!("http://{}:80/", "a".repeat(256));
        let endless = format!("http://a:80/{}", "a".repeat(40_000));
        for bad in [
            "",
            "localhost:80/",
            "ftp://localhost/",
            "http://",
            "http://:80/",
            "http://a:0/",
            "http://a:b/",
            "http://a b/",
            "http://user@host/",
            "http://host/?q",
            "http://host/%41/",
            "http://[::1/",
            "http://xn--\u{e9}/",
            "http://xn--a/",
            &long,
            &endless,
        ] {
            assert!(prepared(bad).is_err(), "{bad:.60}");
        }
        assert!(prepare(&[0xD800]).is_err());
    }
}
