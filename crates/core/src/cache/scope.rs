//! Which entries a URL names: those that a flush drops, and those that a registration concerns.
//!
//! Owns: reading the URL, and the comparison by whole segments, letter case ignored as in prefixes (RTE-015). Does
//! not own: whose entries they are. In doubt an entry is named: it costs a miss. Threading: plain value.

use crate::url_prefix::fold::fold_unit;
use crate::url_prefix::{InvalidPrefix, PrefixHost, SLASH, UrlPrefix};

const QUESTION: u16 = b'?' as u16;
const COLON: u16 = b':' as u16;

/// A URL, or all that is at and below it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CacheScope {
    /// `http`, folded.
    scheme: Vec<u16>,
    /// `None`: any.
    host: Option<Vec<u16>>,
    port: u16,
    /// Folded, without a slash at its end; that of the root is empty.
    path: Vec<u16>,
    /// With its question mark.
    query: Vec<u16>,
    is_recursive: bool,
}

impl CacheScope {
    /// The URL of a flush (CSH-019): a UrlPrefix, with or without a slash at its end, perhaps with a query behind it.
    /// Only that URL, or with `recursive` all that is below its path, with any query. A wildcard instead of a host
    /// names all hosts.
    ///
    /// # Errors
    /// What is wrong with the prefix.
    ///
    /// ```
    /// use httpsys_core::cache::CacheScope;
    ///
    /// let utf16 = |text: &str| text.encode_utf16().collect::<Vec<u16>>();
    /// let scope = CacheScope::of_url(&utf16("http://localhost:80/a"), true)?;
    /// assert!(scope.covers(&utf16("http://localhost:80/A/b?c")));
    /// assert!(!scope.covers(&utf16("http://localhost:80/ab")));
    /// # Ok::<(), httpsys_core::url_prefix::InvalidPrefix>(())
    /// ```
    pub fn of_url(url: &[u16], recursive: bool) -> Result<CacheScope, InvalidPrefix> {
        let at = url.iter().position(|unit| *unit == QUESTION);
        let (front, query) = url.split_at(at.unwrap_or(url.len()));
        let prefix = UrlPrefix::parse(front)?;
        let host = match prefix.host() {
            PrefixHost::Name(_) | PrefixHost::Ip(_) => split(front).map(|parts| folded(parts.host)),
            PrefixHost::Strong | PrefixHost::Weak | PrefixHost::Below(_) => None,
        };
        Ok(CacheScope::new(&prefix, host, query, recursive))
    }

    /// All that a registration may match, and so may have answered.
    #[must_use]
    pub fn of_prefix(prefix: &UrlPrefix) -> CacheScope {
        let host = match prefix.host() {
            PrefixHost::Name(name) => Some(folded(name.as_units())),
            _ => None,
        };
        CacheScope::new(prefix, host, &[], true)
    }

    fn new(
        prefix: &UrlPrefix,
        host: Option<Vec<u16>>,
        query: &[u16],
        is_recursive: bool,
    ) -> CacheScope {
        CacheScope {
            scheme: prefix.scheme().as_str().encode_utf16().collect(),
            host,
            port: prefix.port(),
            path: folded(without_slash(prefix.path())),
            query: query.to_vec(),
            is_recursive,
        }
    }

    /// Whether a cooked URL, or the name of a fragment, is named.
    #[must_use]
    pub fn covers(&self, url: &[u16]) -> bool {
        let Some(parts) = split(url) else {
            return false;
        };
        if parts.port != Some(self.port) || !same(parts.scheme, &self.scheme) {
            return false;
        }
        if self
            .host
            .as_ref()
            .is_some_and(|host| !same(parts.host, host))
        {
            return false;
        }
        if !self.is_recursive {
            return parts.query == self.query && same(without_slash(parts.path), &self.path);
        }
        let below = parts.path.get(self.path.len()..);
        let is_below = |rest: &[u16]| rest.is_empty() || rest[0] == SLASH;
        below.is_some_and(is_below) && same(&parts.path[..self.path.len()], &self.path)
    }
}

struct UrlParts<'a> {
    scheme: &'a [u16],
    host: &'a [u16],
    port: Option<u16>,
    path: &'a [u16],
    query: &'a [u16],
}

fn split(url: &[u16]) -> Option<UrlParts<'_>> {
    let colon = url.iter().position(|unit| *unit == COLON)?;
    let (scheme, rest) = url.split_at(colon);
    let rest = rest.strip_prefix(&[COLON, SLASH, SLASH])?;
    let slash = rest.iter().position(|unit| *unit == SLASH)?;
    let (authority, rest) = rest.split_at(slash);
    let colon = authority.iter().rposition(|unit| *unit == COLON)?;
    let query = rest.iter().position(|unit| *unit == QUESTION);
    let (path, query) = rest.split_at(query.unwrap_or(rest.len()));
    Some(UrlParts {
        scheme,
        host: &authority[..colon],
        port: port_of(&authority[colon + 1..]),
        path,
        query,
    })
}

/// A number in decimal, read where it is: a flush asks for that of each entry.
fn port_of(digits: &[u16]) -> Option<u16> {
    let number = digits.iter().try_fold(0_u16, |number, unit| {
        let digit = char::from_u32(u32::from(*unit))?.to_digit(10)?;
        number.checked_mul(10)?.checked_add(digit as u16)
    });
    number.filter(|_| !digits.is_empty())
}

fn without_slash(path: &[u16]) -> &[u16] {
    path.strip_suffix(&[SLASH]).unwrap_or(path)
}

fn folded(text: &[u16]) -> Vec<u16> {
    text.iter().map(|unit| fold_unit(*unit)).collect()
}

/// Whether a text is the folded one.
fn same(text: &[u16], folded: &[u16]) -> bool {
    text.len() == folded.len()
        && text
            .iter()
            .zip(folded)
            .all(|(unit, own)| fold_unit(*unit) == *own)
}
