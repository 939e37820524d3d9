//! The cooked URL: the canonical UTF-16 form of a request's URL that programs read and routing
//! uses.
//!
//! Owns the layout of HTTP_COOKED_URL as one text with offsets (HST-006 to HST-009), the syntax of
//! the effective authority (gap G-016), and the split into host, path and query. The decoding and
//! normalising of the path is in `path`. It does not own the raw URL, which stays as sent, nor the
//! choice between Host and an absolute request target (PRS-021), which the request parser makes.
//!
//! Invariants: a filled value is `scheme://host:port/path[?query]`, at most 32,767 units long; the
//! path begins with a slash and has no empty segment before its end and no dot segment. After an
//! error the value is empty. No clock, no I/O; a value belongs to one thread at a time.

use std::fmt::{self, Write};
use std::net::{Ipv6Addr, SocketAddr};

use httpsys_proto::{Parameters, Reject};

use crate::url_prefix::{MAX_HOST_UNITS, MAX_URL_UNITS, SLASH};

mod bytes;
mod path;
#[cfg(test)]
mod tests;

use bytes::{is_weak_control, may_be_bad_query, push_bytes};

/// A cooked URL. Reusable: [`cook`] overwrites it and keeps its memory.
///
/// It also keeps the front of its text, scheme and authority, with what that was made from: nearly
/// all requests to a service name the same host.
#[derive(Clone, Debug, Default)]
pub struct CookedUrl {
    text: Vec<u16>,
    /// What the front of `text` was made from; the authority is empty when it must not be reused.
    authority: Vec<u8>,
    https: bool,
    port: u16,
    host_start: u16,
    name_end: u16,
    path_start: u16,
    query_start: Option<u16>,
    host_assumed: bool,
}

impl CookedUrl {
    /// Empties the value and keeps its memory.
    pub fn clear(&mut self) {
        self.text.clear();
        self.authority.clear();
        self.host_start = 0;
        self.name_end = 0;
        self.path_start = 0;
        self.query_start = None;
        self.host_assumed = false;
    }

    /// The whole URL, without a terminating NUL.
    pub fn full(&self) -> &[u16] {
        &self.text
    }

    /// Host with `:port`.
    pub fn host(&self) -> &[u16] {
        &self.text[self.host_start()..self.path_start()]
    }

    /// Host without the port; an IPv6 literal keeps its brackets.
    pub fn host_name(&self) -> &[u16] {
        &self.text[self.host_start()..usize::from(self.name_end)]
    }

    /// Decoded and normalised path, without the query.
    pub fn abs_path(&self) -> &[u16] {
        &self.text[self.path_start()..self.query_start().unwrap_or(self.text.len())]
    }

    /// Query with its `?`, as sent; `None` when the target had no `?` (HST-008).
    pub fn query(&self) -> Option<&[u16]> {
        self.query_start().map(|start| &self.text[start..])
    }

    /// Offset of [`CookedUrl::host`] in [`CookedUrl::full`], in UTF-16 units.
    pub fn host_start(&self) -> usize {
        usize::from(self.host_start)
    }

    /// Offset of [`CookedUrl::abs_path`] in [`CookedUrl::full`], in UTF-16 units.
    pub fn path_start(&self) -> usize {
        usize::from(self.path_start)
    }

    /// Offset of [`CookedUrl::query`] in [`CookedUrl::full`], in UTF-16 units.
    pub fn query_start(&self) -> Option<usize> {
        self.query_start.map(usize::from)
    }

    /// True when the request named no host, the local address stands in for it, and so may the only
    /// explicit host of the port (gap G-015).
    pub fn is_host_assumed(&self) -> bool {
        self.host_assumed
    }

    /// The request did name a host, an empty one: no explicit host is meant (HST-002, HST-017).
    pub fn set_host_empty(&mut self) {
        self.host_assumed = false;
    }
}

/// Fills `out` from a request.
///
/// `host` is the effective authority as sent, `name[:port]`; empty means the request has none
/// or an empty one, and the `local` address of the connection is used. Without a port the port of `local`
/// is appended (assumed). `path_and_query` are the bytes of the target after the authority; empty
/// (PRS-022) and `*` (PRS-019) give the path `/`.
///
/// Errors, in the order of gap G-009: `InvalidUrl` for the target, `InvalidHostname` for the
/// authority, `Forbidden` for a path above the root. After `Forbidden` `out` has the host and the
/// path `/`, since an unknown host comes before it; after any other error it is empty.
#[inline]
pub fn cook(
    out: &mut CookedUrl,
    https: bool,
    host: &[u8],
    local: SocketAddr,
    path_and_query: &[u8],
    p: &Parameters,
) -> Result<(), Reject> {
    let result = fill(out, https, host, local, path_and_query, p);
    if result.is_err_and(|reject| reject != Reject::Forbidden) {
        out.clear();
    }
    result
}

/// Whether the path of a target is refused whatever follows it: the request line alone decides, so
/// a driver can answer before the fields have arrived (G-007, G-009).
pub fn is_invalid_path(path_and_query: &[u8], p: &Parameters) -> bool {
    !matches!(path_and_query, b"" | b"*")
        && path::push_target(&mut Vec::new(), path_and_query, p).0 == Err(Reject::InvalidUrl)
}

#[inline]
fn fill(
    out: &mut CookedUrl,
    https: bool,
    host: &[u8],
    local: SocketAddr,
    target: &[u8],
    p: &Parameters,
) -> Result<(), Reject> {
    let target: &[u8] = if matches!(target, b"" | b"*") {
        b"/"
    } else {
        target
    };
    let host_result = front(out, https, host, local)?;
    // The request line comes before Host on the wire, so its syntax error wins; climbing above the
    // root is a finding about a well-formed request and comes last (G-009).
    let (path_result, query) = path::push_target(&mut out.text, target, p);
    if let Err(Reject::InvalidUrl) = path_result {
        return path_result;
    }
    if !query.is_empty() {
        out.query_start = Some(offset(&out.text)?);
        push_query(&mut out.text, query, p)?;
    }
    host_result?;
    if let Err(Reject::Forbidden) = path_result {
        out.query_start = None;
        out.text.truncate(out.path_start());
        out.text.push(SLASH);
    }
    path_result?;
    if out.text.len() > MAX_URL_UNITS {
        return Err(Reject::InvalidUrl);
    }
    Ok(())
}

/// Writes `scheme://host:port`, or keeps what is there. The inner result is that of the host, which
/// is looked at after the path.
#[inline]
fn front(
    out: &mut CookedUrl,
    https: bool,
    host: &[u8],
    local: SocketAddr,
) -> Result<Result<(), Reject>, Reject> {
    out.query_start = None;
    let same = out.authority == host && out.https == https && out.port == local.port();
    if same && !host.is_empty() {
        out.text.truncate(out.path_start());
        return Ok(Ok(()));
    }
    new_front(out, https, host, local)
}

fn new_front(
    out: &mut CookedUrl,
    https: bool,
    host: &[u8],
    local: SocketAddr,
) -> Result<Result<(), Reject>, Reject> {
    out.clear();
    push_bytes(&mut out.text, if https { b"https://" } else { b"http://" });
    out.host_start = offset(&out.text)?;
    let result = push_host(out, host, local);
    out.path_start = offset(&out.text)?;
    if result.is_ok() {
        out.authority.extend_from_slice(host);
        (out.https, out.port) = (https, local.port());
    }
    Ok(result)
}

/// The end of `text` as an offset; an end beyond the longest URL is refused.
fn offset(text: &[u16]) -> Result<u16, Reject> {
    if text.len() > MAX_URL_UNITS {
        return Err(Reject::InvalidUrl);
    }
    u16::try_from(text.len()).map_err(|_| Reject::InvalidUrl)
}

/// Queries are copied as sent, each byte one unit (PTH-027). Controls, blanks and fragments are
/// refused, bad escapes and bytes from 0x80 are not (G-027, G-029, G-030).
fn push_query(text: &mut Vec<u16>, query: &[u8], p: &Parameters) -> Result<(), Reject> {
    let weak = |b| p.allow_unescaped_restricted_chars && is_weak_control(b);
    let bad = |&b: &u8| (b <= 0x20 || b == 0x7F || b == b'#') && !weak(b);
    if query.len() > MAX_URL_UNITS || may_be_bad_query(query) && query.iter().any(bad) {
        return Err(Reject::InvalidUrl);
    }
    push_bytes(text, query);
    Ok(())
}

fn push_host(out: &mut CookedUrl, host: &[u8], local: SocketAddr) -> Result<(), Reject> {
    let port = local.port();
    if host.is_empty() {
        out.host_assumed = true;
        let ip = local.ip().to_canonical();
        let mut sink = Units(&mut out.text);
        // Writing to memory cannot fail.
        let _ = if ip.is_ipv6() {
            write!(sink, "[{ip}]")
        } else {
            write!(sink, "{ip}")
        };
        out.name_end = offset(&out.text)?;
        let _ = write!(Units(&mut out.text), ":{port}");
        return Ok(());
    }
    let (name, port_text) = split_authority(host)?;
    push_name(&mut out.text, name)?;
    out.name_end = offset(&out.text)?;
    match port_text {
        Some(text) => {
            out.text.push(u16::from(b':'));
            push_bytes(&mut out.text, text);
        }
        None => {
            let _ = write!(Units(&mut out.text), ":{port}");
        }
    }
    Ok(())
}

/// Splits `name[:port]` and checks the port: digits up to 65535 (G-016). An empty port counts as
/// none (RFC 3986 section 6.2.3).
fn split_authority(host: &[u8]) -> Result<(&[u8], Option<&[u8]>), Reject> {
    let name_end = match host.first() {
        Some(b'[') => host.iter().position(|&b| b == b']').map(|at| at + 1),
        _ => Some(host.iter().position(|&b| b == b':').unwrap_or(host.len())),
    };
    let (name, rest) = host.split_at(name_end.ok_or(Reject::InvalidHostname)?);
    let port = match rest {
        [] | [b':'] => return Ok((name, None)),
        [b':', port @ ..] => port,
        _ => return Err(Reject::InvalidHostname),
    };
    let digits = port.len() <= 5 && port.iter().all(u8::is_ascii_digit);
    let value = port.iter().fold(0u32, |v, &b| {
        v.wrapping_mul(10).wrapping_add(u32::from(b & 15))
    });
    if !digits || value > u32::from(u16::MAX) {
        return Err(Reject::InvalidHostname);
    }
    Ok((name, Some(port)))
}

/// Host characters: an IPv6 literal in brackets, or RFC 3986 reg-name without escapes, or the same
/// with UTF-8 letters (assumed). Userinfo, path and blanks fail here (G-016).
fn push_name(text: &mut Vec<u16>, name: &[u8]) -> Result<(), Reject> {
    if let [b'[', literal @ .., b']'] = name {
        let address = std::str::from_utf8(literal)
            .ok()
            .and_then(|s| s.parse::<Ipv6Addr>().ok())
            // HST-016.
            .filter(|address| address.to_ipv4_mapped().is_none());
        if address.is_none() {
            return Err(Reject::InvalidHostname);
        }
        push_bytes(text, name);
        return Ok(());
    }
    if name.is_empty() || name.len() > MAX_HOST_UNITS * 3 {
        return Err(Reject::InvalidHostname);
    }
    let start = text.len();
    if name.iter().all(|&b| is_reg_name(b)) {
        push_bytes(text, name);
    } else {
        let name = std::str::from_utf8(name).map_err(|_| Reject::InvalidHostname)?;
        let good = |c: char| match u8::try_from(c) {
            Ok(b) if b < 0x80 => is_reg_name(b),
            _ => !c.is_control() && !c.is_whitespace(),
        };
        if !name.chars().all(good) {
            return Err(Reject::InvalidHostname);
        }
        text.extend(name.encode_utf16());
    }
    if text.len() - start > MAX_HOST_UNITS {
        return Err(Reject::InvalidHostname);
    }
    Ok(())
}

fn is_reg_name(b: u8) -> bool {
    REG_NAME[usize::from(b)]
}

/// RFC 3986 reg-name without escapes.
const REG_NAME: [bool; 256] = {
    let mut table = [false; 256];
    let mut b = 0;
    while b < 128 {
        table[b] = (b as u8).is_ascii_alphanumeric();
        b += 1;
    }
    let marks = b"-._~!$&'()*+,;=";
    let mut i = 0;
    while i < marks.len() {
        table[marks[i] as usize] = true;
        i += 1;
    }
    table
};

/// Formatted text into UTF-16 without a temporary string.
struct Units<'a>(&'a mut Vec<u16>);

impl fmt::Write for Units<'_> {
    fn write_str(&mut self, s: &str) -> fmt::Result {
        self.0.extend(s.encode_utf16());
        Ok(())
    }
}
