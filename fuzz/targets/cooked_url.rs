//! URL cooking: any host, any target, any parameters.
//!
//! Checks: a cooked path has no dot segment, no empty segment before its end, no backslash; parts
//! lie in one text; a value that is used again gives what a new one gives; a cooked path, escaped
//! and cooked again, stays the same.
#![no_main]

use std::net::SocketAddr;

use httpsys_core::cooked_url::{CookedUrl, cook, is_invalid_path};
use httpsys_proto::{Parameters, Reject};
use libfuzzer_sys::fuzz_target;

fn parameters(bits: u8) -> Parameters {
    let bit = |n: u8| bits >> n & 1 == 1;
    let mut p = Parameters::default();
    p.allow_restricted_chars = bit(0);
    p.allow_unescaped_restricted_chars = bit(1);
    p.percent_u_allowed = !bit(2);
    p.enable_non_utf8 = !bit(3);
    p.favor_utf8 = !bit(4);
    p.url_segment_max_count = if bit(5) { 3 } else { 255 };
    p.url_segment_max_length = if bit(6) { 4 } else { 260 };
    p
}

fn check(url: &CookedUrl) {
    let full = String::from_utf16_lossy(url.full());
    assert!(url.full().len() <= 32_767);
    assert!(full.starts_with("http://"), "{full}");
    assert_eq!(url.full()[..url.host_start()].len(), 7);
    assert!(url.host().starts_with(url.host_name()), "{full}");
    let path = String::from_utf16_lossy(url.abs_path());
    let inner = path.strip_prefix('/').expect("a slash in front");
    let inner = inner.strip_suffix('/').unwrap_or(inner);
    assert!(!path.contains("//") && !path.contains('\\'), "{full}");
    let bad = |segment: &str| matches!(segment, "" | "." | "..");
    assert!(inner.is_empty() || !inner.split('/').any(bad), "{full}");
    if let Some(query) = url.query() {
        assert_eq!(query.first(), Some(&u16::from(b'?')));
    }
}

fuzz_target!(|data: &[u8]| {
    let [bits, host_length, rest @ ..] = data else {
        return;
    };
    let (host, target) = rest.split_at(rest.len().min(usize::from(*host_length % 32)));
    let p = parameters(*bits);
    let local: SocketAddr = match bits >> 7 {
        0 => "127.0.0.1:8080".parse().expect("an address"),
        _ => "[::1]:80".parse().expect("an address"),
    };
    let mut url = CookedUrl::default();
    let result = cook(&mut url, false, host, local, target, &p);
    // With the same and with another front before.
    let mut used = CookedUrl::default();
    for before in [host, b"other.example:81"] {
        let _ = cook(&mut used, false, before, local, b"/before/..//x?y", &p);
        assert_eq!(cook(&mut used, false, host, local, target, &p), result);
        assert_eq!(used.full(), url.full());
        assert_eq!(used.host(), url.host());
        assert_eq!(used.host_name(), url.host_name());
        assert_eq!(used.abs_path(), url.abs_path());
        assert_eq!(used.query(), url.query());
        assert_eq!(used.is_host_assumed(), url.is_host_assumed());
    }
    match result {
        Ok(()) => check(&url),
        Err(Reject::Forbidden) => return check(&url),
        Err(_) => return assert!(url.full().is_empty()),
    }
    assert!(!is_invalid_path(target, &p));
    if !p.percent_u_allowed || !p.allow_restricted_chars {
        return;
    }
    let escaped: String = url
        .abs_path()
        .iter()
        .map(|unit| match unit {
            0x2F => "/".to_owned(),
            unit => format!("%u{unit:04X}"),
        })
        .collect();
    let result = cook(&mut used, false, host, local, escaped.as_bytes(), &p);
    assert_eq!(result, Ok(()), "{escaped}");
    assert_eq!(used.abs_path(), url.abs_path());
});
