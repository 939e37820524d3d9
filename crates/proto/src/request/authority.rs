//! The syntax of an authority: `host` or `host:port`.
//!
//! Owns: which authorities are refused before any routing (G-016, HST-001, HST-002, G-015). Does
//! not own: letter case, punycode, ports or routing. Invariant: a valid authority has a non-empty
//! host made of letters, digits, `-._~` and UTF-8, or an IPv6 address in brackets, so it can
//! neither look like a wildcard of a UrlPrefix nor carry user information. Threading: none.

use super::{RequestHead, TargetForm};
use crate::Version;
use crate::error_page::Reject;
use crate::header::request_id;
use crate::scan::{HOST, class};
use std::net::Ipv6Addr;

/// Longest host that is remembered as valid.
const REMEMBERED: usize = 64;

/// Checks the Host field: one line at most, and from HTTP/1.1 on not missing, whatever the form of
/// the target. It has to be well-formed where it decides: beside an absolute target it may be
/// anything (PRS-021). An empty one is for the routing (HST-002, HST-017).
#[inline]
pub(super) fn check_host(head: &mut RequestHead) -> Result<(), Reject> {
    let is_ok = match head.known(request_id::HOST) {
        None => head.version < Version::HTTP_1_1,
        Some(host) if host == head.valid_host => true,
        Some(_) => is_other_host_ok(head),
    };
    let is_repeated = !head.repeats.is_empty() && head.is_repeated(request_id::HOST);
    if is_ok && !is_repeated {
        Ok(())
    } else {
        Err(Reject::InvalidHostname)
    }
}

/// The host is another one than that of the request before, which nearly always is the same one.
#[inline(never)]
fn is_other_host_ok(head: &mut RequestHead) -> bool {
    let RequestHead {
        bytes,
        known,
        valid_host,
        ..
    } = head;
    let host = known[request_id::HOST].of(bytes);
    if !is_valid(host) {
        return host.is_empty() || is_absolute(head);
    }
    if host.len() <= REMEMBERED {
        valid_host.clear();
        valid_host.extend_from_slice(host);
    }
    true
}

#[cold]
fn is_absolute(head: &RequestHead) -> bool {
    matches!(head.target, TargetForm::Absolute { .. })
}

/// Whether `authority` is a host with or without a port. The port may be empty (RFC 3986).
pub(super) fn is_valid(authority: &[u8]) -> bool {
    if let [b'[', rest @ ..] = authority {
        return is_valid_ipv6(rest);
    }
    let mut seen = 0;
    let mut length = authority.len();
    for (at, byte) in authority.iter().enumerate() {
        if class(*byte) & HOST == 0 {
            length = at;
            break;
        }
        seen |= *byte;
    }
    let (host, port) = authority.split_at(length);
    !host.is_empty() && is_port(port) && (seen < 0x80 || is_utf8(host))
}

#[cold]
fn is_utf8(host: &[u8]) -> bool {
    std::str::from_utf8(host).is_ok()
}

/// Whether `text`, what is behind a `[`, is an address, a `]` and nothing or a port.
#[inline(never)]
fn is_valid_ipv6(text: &[u8]) -> bool {
    let Some(end) = text.iter().position(|b| *b == b']') else {
        return false;
    };
    is_ipv6(&text[..end]) && is_port(&text[end + 1..])
}

/// Nothing, or a colon and a number of at most 16 bits.
fn is_port(text: &[u8]) -> bool {
    let [b':', digits @ ..] = text else {
        return text.is_empty();
    };
    let mut value = 0u32;
    for digit in digits {
        value = value * 10 + u32::from(digit.wrapping_sub(b'0'));
        if !digit.is_ascii_digit() || value > 0xFFFF {
            return false;
        }
    }
    true
}

/// An IPv6 address, with or without a zone (`fe80::1%4`). One that stands for an IPv4 address
/// (`::ffff:127.0.0.1`) is none here (HST-016).
fn is_ipv6(text: &[u8]) -> bool {
    let zone_at = text.iter().position(|b| *b == b'%').unwrap_or(text.len());
    let (address, zone) = text.split_at(zone_at);
    let is_zone = zone.len() != 1
        && zone
            .iter()
            .skip(1)
            .all(|b| b.is_ascii() && class(*b) & HOST != 0);
    let address = std::str::from_utf8(address).ok();
    let address = address.and_then(|text| text.parse::<Ipv6Addr>().ok());
    is_zone && address.is_some_and(|address| address.to_ipv4_mapped().is_none())
}
