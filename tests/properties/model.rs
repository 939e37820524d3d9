//! Routing as the documentation tells it, without any index: the oracle of the routing properties
//! and of the fuzz target `routing`, which includes this file.
//!
//! Owns: the naive reading of RTE-001 to RTE-011, RTE-015 to RTE-017 and G-015. Does not own: parsing
//! of prefixes and cooking of URLs, which are the product's. Invariant: each registration is looked
//! at in turn; the letters of hosts and paths have simple lower-case forms. Threading: none.

use std::net::{IpAddr, SocketAddr};

use httpsys_core::UrlGroupId;
use httpsys_core::cooked_url::CookedUrl;
use httpsys_core::routing::{Registration, Route};
use httpsys_core::url_prefix::{PrefixHost, UrlPrefix};

/// The one name whose A-label form the model knows.
pub(crate) const UNICODE_HOST: &str = "b\u{fc}cher.example";
/// The same on the wire.
pub(crate) const A_LABEL_HOST: &str = "xn--bcher-kva.example";
/// A wildcard label before it.
pub(crate) const UNICODE_BELOW: &str = "*.b\u{fc}cher.example";
/// A host below it.
pub(crate) const A_LABEL_BELOW: &str = "www.xn--bcher-kva.example";

/// All registrations, in the order of their making.
#[derive(Debug, Default)]
pub(crate) struct Model {
    list: Vec<(UrlPrefix, Registration)>,
}

impl Model {
    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.list.len()
    }

    /// Registers `prefix`; false when it is there already or the port has the other scheme.
    pub(crate) fn insert(&mut self, prefix: &UrlPrefix, registration: Registration) -> bool {
        let stands_against = |other: &UrlPrefix| {
            other == prefix || (other.port() == prefix.port() && other.scheme() != prefix.scheme())
        };
        if self.list.iter().any(|(other, _)| stands_against(other)) {
            return false;
        }
        self.list.push((prefix.clone(), registration));
        true
    }

    /// Ends a registration; false when `group` has none of `prefix`.
    pub(crate) fn remove(&mut self, prefix: &UrlPrefix, group: UrlGroupId) -> bool {
        let before = self.list.len();
        self.list
            .retain(|(other, registration)| other != prefix || registration.group != group);
        self.list.len() < before
    }

    /// Ends all registrations of `group` and returns how many there were.
    pub(crate) fn remove_group(&mut self, group: UrlGroupId) -> usize {
        let before = self.list.len();
        self.list
            .retain(|(_, registration)| registration.group != group);
        before - self.list.len()
    }

    /// Where a request goes.
    pub(crate) fn route(&self, url: &CookedUrl, local: SocketAddr) -> Route {
        let on_port = || {
            let on_port = |(prefix, _): &&(UrlPrefix, _)| prefix.port() == local.port();
            self.list.iter().filter(on_port)
        };
        let mut names: Vec<String> = on_port()
            .filter_map(|(prefix, _)| match prefix.host() {
                PrefixHost::Name(name) => Some(name.to_string().to_lowercase()),
                _ => None,
            })
            .collect();
        names.sort();
        names.dedup();
        let sole = (names.len() == 1).then(|| names[0].as_str());
        let path = lower(url.abs_path());
        let path = path.trim_end_matches('/').to_owned() + "/";
        let mut known = false;
        for wanted in Category::in_turn(url) {
            let mut best: Option<(usize, Registration)> = None;
            for (prefix, registration) in on_port() {
                if category(prefix, url, local.ip(), sole) != Some(wanted) {
                    continue;
                }
                known = true;
                let own = lower(prefix.path());
                if path.starts_with(&own) && best.is_none_or(|(length, _)| own.len() > length) {
                    best = Some((own.len(), *registration));
                }
            }
            if let Some((_, registration)) = best {
                return Route::Match(registration);
            }
        }
        if known {
            Route::UnknownPath
        } else {
            Route::UnknownHost
        }
    }
}

/// In which turn a prefix is asked (RTE-001).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Category {
    Strong,
    Name,
    /// A wildcard label; with the characters of the name behind it, of which more come first (RTE-017).
    Below(usize),
    Address,
    Weak,
    /// The only name of the port, for a request that names none (G-015).
    SoleName,
}

impl Category {
    /// All that a prefix may have for this request.
    fn in_turn(url: &CookedUrl) -> Vec<Category> {
        let longest = url.host_name().len();
        let below = (0..longest).rev().map(Category::Below);
        [Category::Strong, Category::Name]
            .into_iter()
            .chain(below)
            .chain([Category::Address, Category::Weak, Category::SoleName])
            .collect()
    }
}

/// The turn of `prefix` for this request, if it takes part at all.
fn category(
    prefix: &UrlPrefix,
    url: &CookedUrl,
    local: IpAddr,
    sole: Option<&str>,
) -> Option<Category> {
    match prefix.host() {
        PrefixHost::Strong => Some(Category::Strong),
        PrefixHost::Weak => Some(Category::Weak),
        PrefixHost::Ip(ip) => {
            (ip.to_canonical() == local.to_canonical()).then_some(Category::Address)
        }
        PrefixHost::Below(name) => {
            let name = name.to_string().to_lowercase();
            let host = host_of(url);
            let labels = host.strip_suffix(&name)?.strip_suffix('.')?;
            (!labels.is_empty()).then_some(Category::Below(name.chars().count()))
        }
        PrefixHost::Name(name) => {
            let name = name.to_string().to_lowercase();
            let host = host_of(url);
            if name == host {
                Some(Category::Name)
            } else if url.is_host_assumed() && sole == Some(&name) {
                Some(Category::SoleName)
            } else {
                None
            }
        }
    }
}

/// The host that the request names, with the one name that the model knows in Unicode.
fn host_of(url: &CookedUrl) -> String {
    lower(url.host_name()).replace(A_LABEL_HOST, UNICODE_HOST)
}

fn lower(units: &[u16]) -> String {
    String::from_utf16_lossy(units).to_lowercase()
}
