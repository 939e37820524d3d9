//! UrlPrefix strings: `scheme://host:port/path/`, the names under which a URL group receives
//! requests.
//!
//! Owns the grammar (rows PFX-001 to PFX-009, PFX-018 to PFX-021, PFX-031, gaps G-089 and G-090), the
//! normal form used to compare two prefixes, and which local addresses a prefix listens on
//! (gap G-092). It does not own who registered a prefix or how requests find it: that is
//! `routing`.
//!
//! Invariants: a host name is stored case-folded and is never an IP literal; an IP literal is
//! stored as an address, an IPv4-mapped IPv6 literal as its IPv4 address; the path begins and ends
//! with a slash and has no empty segment, no dot segment and no unpaired surrogate. Equality and
//! hashing ignore letter case in host and path (RTE-015). Values are plain data: any thread.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

pub(crate) mod fold;
pub(crate) mod idn;
mod invalid;
mod prepare;
#[cfg(test)]
mod tests;

use fold::fold_unit;
pub use invalid::InvalidPrefix;
pub use prepare::prepare;

/// Longest URL in UTF-16 units: the structures carry byte lengths in 16 bits, so 65,534 bytes.
pub(crate) const MAX_URL_UNITS: usize = 32_767;

/// Longest host in characters (PFX-019, observed).
pub(crate) const MAX_HOST_UNITS: usize = 255;

pub(crate) const SLASH: u16 = b'/' as u16;

/// The scheme of a prefix. One port carries one scheme (PFX-022).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scheme {
    /// `http`
    Http,
    /// `https`
    Https,
}

impl Scheme {
    /// The lower-case name as it stands in a prefix.
    pub fn as_str(self) -> &'static str {
        match self {
            Scheme::Http => "http",
            Scheme::Https => "https",
        }
    }
}

/// A host name in case-folded UTF-16 without unpaired surrogates.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct HostName(Box<[u16]>);

impl HostName {
    /// The folded name.
    pub fn as_units(&self) -> &[u16] {
        &self.0
    }
}

impl fmt::Display for HostName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_units(f, &self.0)
    }
}

impl fmt::Debug for HostName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{self}\"")
    }
}

/// The host element of a prefix; its kind is the host-specifier category that decides the order of
/// routing (documented on *UrlPrefix Strings*, RTE-001).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum PrefixHost {
    /// `+`: every host, before all others.
    Strong,
    /// `*`: every host, after all others.
    Weak,
    /// An IP literal: every host, on connections with this local address (RTE-016).
    Ip(IpAddr),
    /// An explicit host name.
    Name(HostName),
    /// `*.` and a name: every host below that name, but not the name itself (PFX-031).
    Below(HostName),
}

/// Local addresses a prefix needs a listening socket on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ListenScope {
    /// Both loopback addresses, `127.0.0.1` and `::1`: the host is `localhost`.
    Loopback,
    /// This address only: the host is a literal of the loopback range.
    Address(IpAddr),
    /// All addresses.
    Any,
}

/// A parsed UrlPrefix. Two values are equal if HTTP.sys treats them as the same prefix: same
/// scheme, host, port and path, ignoring case (PFX-009, RTE-015).
#[derive(Clone)]
pub struct UrlPrefix {
    scheme: Scheme,
    host: PrefixHost,
    port: u16,
    path: Box<[u16]>,
}

impl UrlPrefix {
    /// Parses UTF-16 text without a terminating NUL. A missing final slash on a non-empty path is
    /// tolerated (PFX-009, observed).
    pub fn parse(url: &[u16]) -> Result<UrlPrefix, InvalidPrefix> {
        let prefix = UrlPrefix::parse_with_port_zero(url)?;
        if prefix.port == 0 {
            return Err(InvalidPrefix::PortZero);
        }
        Ok(prefix)
    }

    /// Works like [`UrlPrefix::parse`], but the port may be 0, which stands for a free port that
    /// has not been chosen yet (G-129). Such a prefix does not route requests;
    /// [`UrlPrefix::with_port`] makes one that does.
    pub fn parse_with_port_zero(url: &[u16]) -> Result<UrlPrefix, InvalidPrefix> {
        if url.len() > MAX_URL_UNITS {
            return Err(InvalidPrefix::TooLong);
        }
        let (scheme, rest) = split_scheme(url)?;
        let slash = rest.iter().position(|&u| u == SLASH);
        let (authority, path) = match slash {
            Some(at) => rest.split_at(at),
            None => return Err(InvalidPrefix::NoPath),
        };
        let colon = authority.iter().rposition(|&u| u == u16::from(b':'));
        let (host, port) = match colon {
            Some(at) => (&authority[..at], &authority[at + 1..]),
            None => return Err(InvalidPrefix::NoPort),
        };
        Ok(UrlPrefix {
            scheme,
            host: parse_host(host)?,
            port: parse_port(port)?,
            path: parse_path(path)?,
        })
    }

    /// Parses UTF-8 text; see [`UrlPrefix::parse`].
    pub fn parse_str(url: &str) -> Result<UrlPrefix, InvalidPrefix> {
        if url.len() > MAX_URL_UNITS * 3 {
            return Err(InvalidPrefix::TooLong);
        }
        UrlPrefix::parse(&url.encode_utf16().collect::<Vec<u16>>())
    }

    /// The scheme.
    pub fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// The port, 1 to 65535; 0 only after [`UrlPrefix::parse_with_port_zero`].
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The same prefix on another port.
    #[must_use]
    pub fn with_port(self, port: u16) -> UrlPrefix {
        UrlPrefix { port, ..self }
    }

    /// The host element.
    pub fn host(&self) -> &PrefixHost {
        &self.host
    }

    /// The path in its original spelling, always with a final slash.
    pub fn path(&self) -> &[u16] {
        &self.path
    }

    /// Whether `other` is this prefix or lies below it, by whole segments.
    pub fn contains(&self, other: &UrlPrefix) -> bool {
        // The final slash of a path ends a segment.
        let own = self.path.iter().map(|&unit| fold_unit(unit));
        let head = other.path.iter().take(self.path.len());
        self.scheme == other.scheme
            && self.port == other.port
            && self.host == other.host
            && own.eq(head.map(|&unit| fold_unit(unit)))
    }

    /// Where to listen: only on loopback for `localhost` and loopback literals, and on all
    /// addresses for everything else (a choice, G-092; HTTP.sys listens on all addresses by default
    /// and refuses by Host).
    pub fn listen_scope(&self) -> ListenScope {
        match &self.host {
            PrefixHost::Ip(ip) if ip.is_loopback() => ListenScope::Address(*ip),
            PrefixHost::Name(name) if is_localhost(name) => ListenScope::Loopback,
            _ => ListenScope::Any,
        }
    }
}

impl PartialEq for UrlPrefix {
    fn eq(&self, other: &UrlPrefix) -> bool {
        self.scheme == other.scheme
            && self.port == other.port
            && self.host == other.host
            && self.path.len() == other.path.len()
            && self
                .path
                .iter()
                .zip(&other.path)
                .all(|(&a, &b)| fold_unit(a) == fold_unit(b))
    }
}

impl Eq for UrlPrefix {}

impl Hash for UrlPrefix {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.scheme.hash(state);
        self.port.hash(state);
        self.host.hash(state);
        for &unit in &self.path {
            state.write_u16(fold_unit(unit));
        }
    }
}

/// The normalised text: folded host, canonical IP literal, path as registered with a final slash.
impl fmt::Display for UrlPrefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://", self.scheme.as_str())?;
        match &self.host {
            PrefixHost::Strong => f.write_str("+")?,
            PrefixHost::Weak => f.write_str("*")?,
            PrefixHost::Ip(IpAddr::V4(ip)) => write!(f, "{ip}")?,
            PrefixHost::Ip(IpAddr::V6(ip)) => write!(f, "[{ip}]")?,
            PrefixHost::Name(name) => write!(f, "{name}")?,
            PrefixHost::Below(name) => write!(f, "*.{name}")?,
        }
        write!(f, ":{}", self.port)?;
        write_units(f, &self.path)
    }
}

impl fmt::Debug for UrlPrefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "UrlPrefix({self})")
    }
}

fn write_units(f: &mut fmt::Formatter<'_>, units: &[u16]) -> fmt::Result {
    use fmt::Write;
    char::decode_utf16(units.iter().copied())
        .try_for_each(|c| f.write_char(c.unwrap_or(char::REPLACEMENT_CHARACTER)))
}

fn is_localhost(name: &HostName) -> bool {
    name.0.iter().copied().eq("localhost".encode_utf16())
}

fn strip_ascii<'a>(text: &'a [u16], prefix: &str) -> Option<&'a [u16]> {
    let (head, tail) = text.split_at_checked(prefix.len())?;
    head.iter()
        .copied()
        .eq(prefix.bytes().map(u16::from))
        .then_some(tail)
}

/// PFX-007 (documented): the scheme is lower case.
fn split_scheme(url: &[u16]) -> Result<(Scheme, &[u16]), InvalidPrefix> {
    if let Some(rest) = strip_ascii(url, "http://") {
        return Ok((Scheme::Http, rest));
    }
    strip_ascii(url, "https://")
        .map(|rest| (Scheme::Https, rest))
        .ok_or(InvalidPrefix::Scheme)
}

/// PFX-003 to PFX-007: decimal 1 to 65535, no leading zero, no sign; or 0 alone (G-129).
fn parse_port(text: &[u16]) -> Result<u16, InvalidPrefix> {
    if text == [u16::from(b'0')] {
        return Ok(0);
    }
    if text.is_empty() {
        return Err(InvalidPrefix::NoPort);
    }
    if text.len() > 5 || text[0] == u16::from(b'0') {
        return Err(InvalidPrefix::Port);
    }
    let mut value: u32 = 0;
    for &unit in text {
        let digit = match unit {
            0x30..=0x39 => u32::from(unit - 0x30),
            _ => return Err(InvalidPrefix::Port),
        };
        value = value * 10 + digit;
    }
    u16::try_from(value).map_err(|_| InvalidPrefix::Port)
}

fn parse_host(text: &[u16]) -> Result<PrefixHost, InvalidPrefix> {
    if text.is_empty() {
        return Err(InvalidPrefix::NoHost);
    }
    if text.len() > MAX_HOST_UNITS {
        return Err(InvalidPrefix::HostLength);
    }
    if text.len() == 1 && text[0] == u16::from(b'+') {
        return Ok(PrefixHost::Strong);
    }
    if text.len() == 1 && text[0] == u16::from(b'*') {
        return Ok(PrefixHost::Weak);
    }
    let host = String::from_utf16(text).map_err(|_| InvalidPrefix::HostUtf16)?;
    if let Some(literal) = host.strip_prefix('[') {
        let literal = literal.strip_suffix(']').ok_or(InvalidPrefix::Address)?;
        let ip: Ipv6Addr = literal.parse().map_err(|_| InvalidPrefix::Address)?;
        return ip_host(IpAddr::V6(ip));
    }
    if host.bytes().all(|b| b.is_ascii_digit() || b == b'.') {
        let ip: Ipv4Addr = host.parse().map_err(|_| InvalidPrefix::Address)?;
        return ip_host(IpAddr::V4(ip));
    }
    // PFX-031: the leftmost label as a whole, and no other. Addresses have no labels.
    if let Some(name) = host.strip_prefix("*.") {
        if name.bytes().all(|b| b.is_ascii_digit() || b == b'.') {
            return Err(InvalidPrefix::Address);
        }
        return parse_name(name).map(PrefixHost::Below);
    }
    parse_name(&host).map(PrefixHost::Name)
}

/// The unspecified address is not supported: `+` and `*` say that (PFX-032, observed).
fn ip_host(ip: IpAddr) -> Result<PrefixHost, InvalidPrefix> {
    let ip = ip.to_canonical();
    if ip.is_unspecified() {
        return Err(InvalidPrefix::UnspecifiedAddress);
    }
    Ok(PrefixHost::Ip(ip))
}

fn parse_name(host: &str) -> Result<HostName, InvalidPrefix> {
    if let Some(bad) = host.chars().find(|c| !is_name_char(*c)) {
        return Err(InvalidPrefix::HostCharacter(bad));
    }
    // One final dot marks an absolute name; an empty label anywhere else is no name at all.
    for label in host.strip_suffix('.').unwrap_or(host).split('.') {
        // HST-014 (documented): the Unicode form is what is registered.
        let punycode = label
            .as_bytes()
            .get(..4)
            .is_some_and(|p| p.eq_ignore_ascii_case(b"xn--"));
        if label.is_empty() {
            return Err(InvalidPrefix::HostLabel);
        }
        if punycode {
            return Err(InvalidPrefix::Punycode);
        }
    }
    Ok(HostName(host.encode_utf16().map(fold_unit).collect()))
}

fn is_name_char(c: char) -> bool {
    if c.is_ascii() {
        c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_')
    } else {
        !c.is_control() && !c.is_whitespace()
    }
}

/// A prefix is compared with cooked paths, so whatever a cooked path cannot contain is refused
/// here: escapes and queries (PFX-008, PFX-020), empty segments (PFX-021), and by assumption
/// backslashes, fragments, controls and dot segments.
fn parse_path(path: &[u16]) -> Result<Box<[u16]>, InvalidPrefix> {
    let text = String::from_utf16(path).map_err(|_| InvalidPrefix::PathUtf16)?;
    let is_bad = |c: &char| c.is_control() || matches!(c, '%' | '?' | '#' | '\\');
    if let Some(bad) = text.chars().find(is_bad) {
        return Err(InvalidPrefix::PathCharacter(bad));
    }
    let inner = text.strip_prefix('/').ok_or(InvalidPrefix::NoPath)?;
    let inner = inner.strip_suffix('/').unwrap_or(inner);
    if !inner.is_empty() && inner.split('/').any(|s| matches!(s, "" | "." | "..")) {
        return Err(InvalidPrefix::PathSegment);
    }
    if text == "//" {
        return Err(InvalidPrefix::PathSegment);
    }
    let mut units = path.to_vec();
    if units.last() != Some(&SLASH) {
        units.push(SLASH);
    }
    Ok(units.into_boxed_slice())
}
