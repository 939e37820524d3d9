//! Routing: which URL group a cooked URL belongs to.
//!
//! Owns the registrations of all ports, the conflicts between them (PFX-009 to PFX-012, PFX-022)
//! and the search: strong wildcard, explicit host, wildcard label with the longest name first
//! (RTE-017), IP-bound weak wildcard, weak wildcard, and in each the longest prefix by whole segments
//! (RTE-001 to RTE-011). It does not own URL groups, queues, listeners or reservations.
//!
//! Invariants: every port present has a registration and one scheme; a trie node exists only while
//! a registration is at or below it, so "the host has a node" means "the host is known".
//!
//! Threading: plain data. A change is made on the master copy and published as a clone; a clone
//! shares every port and the next change copies only the port it touches. A look-up needs no lock
//! and no allocation, and its time grows with the length of the path, not with the registrations.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use crate::cooked_url::CookedUrl;
use crate::ids::UrlGroupId;
use crate::url_prefix::{HostName, PrefixHost, SLASH, Scheme, UrlPrefix, idn};

#[cfg(test)]
mod tests;
mod trie;

use trie::{NodeId, Trie};

/// Who registered a prefix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Registration {
    /// The URL group.
    pub group: UrlGroupId,
    /// The UrlContext given with the prefix (HST-011).
    pub context: u64,
}

/// The result of a search.
#[derive(Debug, PartialEq, Eq)]
pub enum Route {
    /// The registration of the longest matching prefix.
    Match(Registration),
    /// No prefix of the port covers the host: 400 Invalid Hostname (HST-003, A-01).
    UnknownHost,
    /// The host is known, the path is not: 404 Not Found (RTE-011, A-01).
    UnknownPath,
}

/// Why a prefix cannot be registered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Conflict {
    /// The same prefix is registered, by this or another group: ERROR_ALREADY_EXISTS (183).
    AlreadyExists,
    /// The port carries the other scheme (PFX-022, documented; the error code is not).
    SchemeMismatch,
}

impl fmt::Display for Conflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Conflict::AlreadyExists => "URL prefix is registered already",
            Conflict::SchemeMismatch => "port is in use with the other scheme",
        })
    }
}

impl std::error::Error for Conflict {}

/// All registrations.
#[derive(Clone, Debug, Default)]
pub struct RoutingTable {
    /// Sorted by port.
    ports: Vec<(u16, Arc<PortTable>)>,
}

impl RoutingTable {
    /// A table without registrations.
    pub fn new() -> RoutingTable {
        RoutingTable::default()
    }

    /// Registers `prefix`. Prefixes that differ in category, host or path do not conflict (RTE-003,
    /// PFX-012).
    pub fn insert(&mut self, prefix: &UrlPrefix, r: Registration) -> Result<(), Conflict> {
        let at = match self.find(prefix.port()) {
            Ok(at) => at,
            Err(at) => {
                let table = Arc::new(PortTable::new(prefix.scheme()));
                self.ports.insert(at, (prefix.port(), table));
                at
            }
        };
        let table = &mut self.ports[at].1;
        if table.scheme != prefix.scheme() {
            return Err(Conflict::SchemeMismatch);
        }
        if table.get(prefix).is_some() {
            return Err(Conflict::AlreadyExists);
        }
        Arc::make_mut(table).insert(prefix, r);
        Ok(())
    }

    /// Ends the registration of `prefix`; false when `group` has none of it (PFX-025).
    pub fn remove(&mut self, prefix: &UrlPrefix, group: UrlGroupId) -> bool {
        let Ok(at) = self.find(prefix.port()) else {
            return false;
        };
        let table = &mut self.ports[at].1;
        let owned = table
            .get(prefix)
            .is_some_and(|entry| entry.registration.group == group);
        if !owned || table.scheme != prefix.scheme() {
            return false;
        }
        let table = Arc::make_mut(table);
        table.remove(prefix);
        if table.is_empty() {
            self.ports.remove(at);
        }
        true
    }

    /// Ends every registration of `group` (PFX-026, PFX-030) and returns their prefixes.
    pub fn remove_group(&mut self, group: UrlGroupId) -> Vec<UrlPrefix> {
        let removed: Vec<UrlPrefix> = self.prefixes_of(group).cloned().collect();
        for prefix in &removed {
            self.remove(prefix, group);
        }
        removed
    }

    /// The registration of exactly this prefix.
    pub fn get(&self, prefix: &UrlPrefix) -> Option<Registration> {
        let table = self
            .port(prefix.port())
            .filter(|t| t.scheme == prefix.scheme())?;
        table.get(prefix).map(|entry| entry.registration)
    }

    /// Every prefix with its registration, by port; the order is the same in every run.
    pub fn iter(&self) -> impl Iterator<Item = (&UrlPrefix, Registration)> {
        self.ports.iter().flat_map(|(_, table)| table.iter())
    }

    /// The prefixes of `group`, in the order of [`RoutingTable::iter`].
    pub fn prefixes_of(&self, group: UrlGroupId) -> impl Iterator<Item = &UrlPrefix> {
        self.iter()
            .filter(move |(_, r)| r.group == group)
            .map(|(prefix, _)| prefix)
    }

    /// The prefixes of a port, from which its listening addresses follow.
    pub fn prefixes_on(&self, port: u16) -> impl Iterator<Item = &UrlPrefix> {
        self.port(port)
            .into_iter()
            .flat_map(|table| table.iter())
            .map(|(prefix, _)| prefix)
    }

    /// Ports with a registration, ascending, each with its scheme.
    pub fn ports(&self) -> impl Iterator<Item = (u16, Scheme)> {
        self.ports.iter().map(|(port, table)| (*port, table.scheme))
    }

    /// The scheme that `port` carries.
    pub fn scheme_of(&self, port: u16) -> Option<Scheme> {
        self.port(port).map(|table| table.scheme)
    }

    /// True while a prefix is registered on `port`.
    pub fn is_port_used(&self, port: u16) -> bool {
        self.find(port).is_ok()
    }

    /// Finds the registration for a request that arrived on the local address `local`. Only the
    /// port of `local` decides about the port (HST-004, HST-015).
    pub fn route(&self, url: &CookedUrl, local: SocketAddr) -> Route {
        match self.port(local.port()) {
            Some(table) => table.route(url, local.ip()),
            None => Route::UnknownHost,
        }
    }

    fn find(&self, port: u16) -> Result<usize, usize> {
        self.ports.binary_search_by_key(&port, |(port, _)| *port)
    }

    fn port(&self, port: u16) -> Option<&PortTable> {
        self.find(port).ok().map(|at| &*self.ports[at].1)
    }
}

/// One registered prefix.
#[derive(Clone, Debug)]
struct RouteEntry {
    registration: Registration,
    prefix: Arc<UrlPrefix>,
    /// A second way in, under the A-label form of the host; not a registration of its own.
    alias: bool,
}

/// The prefixes of one port in one trie with five roots, one for each host-specifier category and
/// one for wildcard labels. Below the roots `NAMES`, `BELOW` and `ADDRESSES` the first edge is the
/// host, all others are segments.
#[derive(Clone, Debug)]
struct PortTable {
    scheme: Scheme,
    trie: Trie<RouteEntry>,
    /// The only explicit host of the port, for requests that name none (G-015).
    sole_host: Option<NodeId>,
}

const STRONG: NodeId = NodeId::root(0);
const NAMES: NodeId = NodeId::root(1);
const ADDRESSES: NodeId = NodeId::root(2);
const WEAK: NodeId = NodeId::root(3);
/// Of `*.name`, without the wildcard.
const BELOW: NodeId = NodeId::root(4);
const ROOTS: [NodeId; 5] = [STRONG, NAMES, ADDRESSES, WEAK, BELOW];

impl PortTable {
    fn new(scheme: Scheme) -> PortTable {
        PortTable {
            scheme,
            trie: Trie::new(ROOTS.len()),
            sole_host: None,
        }
    }

    fn is_empty(&self) -> bool {
        ROOTS.into_iter().all(|root| self.trie.is_unused(root))
    }

    fn iter(&self) -> impl Iterator<Item = (&UrlPrefix, Registration)> {
        let entries = self.trie.values().filter(|entry| !entry.alias);
        entries.map(|entry| (&*entry.prefix, entry.registration))
    }

    fn get(&self, prefix: &UrlPrefix) -> Option<&RouteEntry> {
        let mut node = match prefix.host() {
            PrefixHost::Strong => STRONG,
            PrefixHost::Weak => WEAK,
            PrefixHost::Ip(ip) => self.trie.child(ADDRESSES, AddressKey::new(*ip).units())?,
            PrefixHost::Name(name) => self.trie.child(NAMES, name.as_units())?,
            PrefixHost::Below(name) => self.trie.child(BELOW, name.as_units())?,
        };
        for segment in segments(prefix.path()) {
            node = self.trie.child(node, segment)?;
        }
        self.trie.value(node)
    }

    /// `prefix` is not registered yet.
    fn insert(&mut self, prefix: &UrlPrefix, registration: Registration) {
        let prefix = Arc::new(prefix.clone());
        let hosts = self.make_hosts(&prefix);
        for (host, alias) in hosts.into_iter().flatten() {
            let mut node = host;
            for segment in segments(prefix.path()) {
                node = self.trie.make_child(node, segment);
            }
            let entry = RouteEntry {
                registration,
                prefix: Arc::clone(&prefix),
                alias,
            };
            self.trie.set_value(node, entry);
        }
        self.sole_host = self.find_sole_host();
    }

    /// The host nodes of a prefix, with false for the proper one and true for its A-label form.
    fn make_hosts(&mut self, prefix: &UrlPrefix) -> [Option<(NodeId, bool)>; 2] {
        let node = match prefix.host() {
            PrefixHost::Strong => STRONG,
            PrefixHost::Weak => WEAK,
            PrefixHost::Ip(ip) => self
                .trie
                .make_child(ADDRESSES, AddressKey::new(*ip).units()),
            PrefixHost::Name(name) => return self.make_names(NAMES, name),
            PrefixHost::Below(name) => return self.make_names(BELOW, name),
        };
        [Some((node, false)), None]
    }

    fn make_names(&mut self, root: NodeId, name: &HostName) -> [Option<(NodeId, bool)>; 2] {
        let node = self.trie.make_child(root, name.as_units());
        let encoded = idn::to_ascii(name.as_units());
        let alias = encoded.map(|name| (self.trie.make_child(root, &name), true));
        [Some((node, false)), alias]
    }

    /// `prefix` is registered.
    fn remove(&mut self, prefix: &UrlPrefix) {
        let hosts = self.make_hosts(prefix);
        for (host, _) in hosts.into_iter().flatten() {
            let mut node = host;
            for segment in segments(prefix.path()) {
                node = self.trie.make_child(node, segment);
            }
            self.trie.remove_value(node);
        }
        self.sole_host = self.find_sole_host();
    }

    /// The one explicit host, if there is one only. A-label forms are not counted: their text is
    /// refused in a prefix, so it marks them.
    fn find_sole_host(&self) -> Option<NodeId> {
        let entries = self.trie.values().filter(|entry| !entry.alias);
        let mut names = entries.filter_map(|entry| match entry.prefix.host() {
            PrefixHost::Name(name) => Some(name),
            _ => None,
        });
        let first = names.next()?;
        if names.all(|name| name == first) {
            self.trie.child(NAMES, first.as_units())
        } else {
            None
        }
    }

    fn route(&self, url: &CookedUrl, local: IpAddr) -> Route {
        let mut known = false;
        let mut search = |root: Option<NodeId>| {
            let root = root?;
            known = true;
            self.longest(root, url.abs_path())
        };
        let found = search(self.used(STRONG))
            .or_else(|| search(self.trie.child(NAMES, url.host_name())))
            .or_else(|| {
                self.used(BELOW)?;
                names_above(url.host_name()).find_map(|name| search(self.trie.child(BELOW, name)))
            })
            .or_else(|| search(self.bound_to(local)))
            .or_else(|| search(self.used(WEAK)))
            .or_else(|| search(self.sole_host.filter(|_| url.is_host_assumed())));
        if let Some(entry) = found {
            return Route::Match(entry.registration);
        }
        if known {
            Route::UnknownPath
        } else {
            Route::UnknownHost
        }
    }

    fn used(&self, root: NodeId) -> Option<NodeId> {
        (!self.trie.is_unused(root)).then_some(root)
    }

    /// The node of the prefixes that are bound to an address.
    fn bound_to(&self, local: IpAddr) -> Option<NodeId> {
        let root = self.used(ADDRESSES)?;
        let address = AddressKey::new(local.to_canonical());
        self.trie.child(root, address.units())
    }

    /// Longest match by whole segments. The walk ends at the first segment without an edge, so a
    /// path of many segments costs no more than the prefixes it follows.
    fn longest(&self, root: NodeId, path: &[u16]) -> Option<&RouteEntry> {
        let mut node = root;
        let mut best = self.trie.value(node);
        for segment in segments(path) {
            node = match self.trie.child(node, segment) {
                Some(child) => child,
                None => break,
            };
            best = self.trie.value(node).or(best);
        }
        best
    }
}

/// The names under which a host lies, the longest first: those of its labels behind the first.
fn names_above(host: &[u16]) -> impl Iterator<Item = &[u16]> {
    let dots = host.iter().enumerate().skip(1);
    dots.filter(|(_, unit)| **unit == u16::from(b'.'))
        .map(|(at, _)| &host[at + 1..])
}

/// Segments of a path without empty segments; the final slash begins none.
fn segments(path: &[u16]) -> impl Iterator<Item = &[u16]> {
    path.split(|&u| u == SLASH)
        .filter(|segment| !segment.is_empty())
}

/// An address as a trie edge: each byte in the private use area, where folding changes nothing.
struct AddressKey {
    units: [u16; 16],
    len: usize,
}

impl AddressKey {
    fn new(ip: IpAddr) -> AddressKey {
        let mut key = AddressKey {
            units: [0; 16],
            len: 0,
        };
        match ip {
            IpAddr::V4(ip) => key.push(&ip.octets()),
            IpAddr::V6(ip) => key.push(&ip.octets()),
        }
        key
    }

    fn push(&mut self, bytes: &[u8]) {
        for (unit, &byte) in self.units.iter_mut().zip(bytes) {
            *unit = 0xE000 | u16::from(byte);
        }
        self.len = bytes.len();
    }

    fn units(&self) -> &[u16] {
        &self.units[..self.len]
    }
}
