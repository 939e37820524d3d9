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
//! shares all memory, and the next change copies only what lies on its way: the time of both does not
//! grow with the registrations. A look-up needs no lock and no allocation, and its time grows with
//! the length of the path, not with the registrations.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use crate::cooked_url::CookedUrl;
use crate::ids::UrlGroupId;
use crate::persistent_vec::PersistentVec;
use crate::url_prefix::{HostName, PrefixHost, SLASH, Scheme, UrlPrefix, idn};

mod edges;
#[cfg(test)]
mod tests;
mod trie;

use trie::{NodeId, Trie, TrieNode};

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
    /// By number.
    ports: PersistentVec<Option<Arc<PortTable>>>,
}

/// Where a registration is in a table: by port, and on a port in the order of [`RoutingTable::iter`]. Another one
/// may have the place after it has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    port: u16,
    node: NodeId,
}

impl Place {
    /// The port.
    #[must_use]
    pub fn port(self) -> u16 {
        self.port
    }

    /// No place of a port is before this one.
    #[must_use]
    pub fn first_of(port: u16) -> Place {
        let node = NodeId::of_number(0);
        Place { port, node }
    }
}

impl RoutingTable {
    /// A table without registrations.
    pub fn new() -> RoutingTable {
        RoutingTable::default()
    }

    /// Registers `prefix`. Prefixes that differ in category, host or path do not conflict (RTE-003,
    /// PFX-012).
    pub fn insert(&mut self, prefix: &UrlPrefix, r: Registration) -> Result<Place, Conflict> {
        let port = prefix.port();
        match self.port(port) {
            Some(table) if table.scheme != prefix.scheme() => {
                return Err(Conflict::SchemeMismatch);
            }
            Some(table) if table.get(prefix).is_some() => return Err(Conflict::AlreadyExists),
            _ => {}
        }
        let table = self.ports.get_mut(port.into());
        let table = table.get_or_insert_with(|| Arc::new(PortTable::new(prefix.scheme())));
        let node = Arc::make_mut(table).insert(prefix, r);
        Ok(Place { port, node })
    }

    /// Ends the registration of `prefix`; false when `group` has none of it (PFX-025).
    pub fn remove(&mut self, prefix: &UrlPrefix, group: UrlGroupId) -> bool {
        self.take(prefix, group).is_some()
    }

    /// The same, and says where it was.
    pub fn take(&mut self, prefix: &UrlPrefix, group: UrlGroupId) -> Option<Place> {
        let port = prefix.port();
        let table = self.port(port)?;
        if table.scheme != prefix.scheme() {
            return None;
        }
        let node = table.node_of(prefix)?;
        if table.trie.value(node)?.registration.group != group {
            return None;
        }
        let slot = self.ports.get_mut(port.into());
        let table = Arc::make_mut(slot.as_mut()?);
        table.remove(prefix);
        if table.is_empty() {
            *slot = None;
        }
        Some(Place { port, node })
    }

    /// The prefix that is registered at a place.
    pub fn at(&self, place: Place) -> Option<&UrlPrefix> {
        let entry = self.port(place.port)?.trie.value(place.node)?;
        Some(&entry.prefix)
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
        self.tables().flat_map(|(_, table)| table.iter())
    }

    /// The registrations of this prefix and of those above it on its host, by whole segments.
    pub fn above(&self, prefix: &UrlPrefix) -> impl Iterator<Item = Registration> {
        let table = self.port(prefix.port());
        let table = table.filter(|table| table.scheme == prefix.scheme());
        let entries = table.into_iter().flat_map(|table| table.above(prefix));
        entries.map(|entry| entry.registration)
    }

    /// Ports with a registration, ascending, each with its scheme.
    pub fn ports(&self) -> impl Iterator<Item = (u16, Scheme)> {
        self.tables().map(|(port, table)| (port, table.scheme))
    }

    /// The scheme that `port` carries.
    pub fn scheme_of(&self, port: u16) -> Option<Scheme> {
        self.port(port).map(|table| table.scheme)
    }

    /// True while a prefix is registered on `port`.
    pub fn is_port_used(&self, port: u16) -> bool {
        self.port(port).is_some()
    }

    /// Finds the registration for a request that arrived on the local address `local`. Only the
    /// port of `local` decides about the port (HST-004, HST-015).
    #[inline]
    pub fn route(&self, url: &CookedUrl, local: SocketAddr) -> Route {
        match self.port(local.port()) {
            Some(table) => table.route(url, local.ip()),
            None => Route::UnknownHost,
        }
    }

    fn tables(&self) -> impl Iterator<Item = (u16, &PortTable)> {
        let ports = self.ports.iter();
        ports.filter_map(|(port, table)| Some((port as u16, table.as_deref()?)))
    }

    #[inline]
    fn port(&self, port: u16) -> Option<&PortTable> {
        self.ports.get(port.into())?.as_deref()
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
    /// Bit n: something is below `ROOTS[n]`.
    used: u8,
    /// The explicit hosts of the port. A-label forms are not counted.
    names: u32,
    /// Their nodes, combined by exclusive or: the node, if there is one only.
    names_combined: u32,
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
            trie: Trie::new(ROOTS.len() as u32),
            used: 0,
            names: 0,
            names_combined: 0,
            sole_host: None,
        }
    }

    fn is_empty(&self) -> bool {
        self.used == 0
    }

    fn iter(&self) -> impl Iterator<Item = (&UrlPrefix, Registration)> {
        let entries = self.trie.values().map(|(_, entry)| entry);
        let entries = entries.filter(|entry| !entry.alias);
        entries.map(|entry| (&*entry.prefix, entry.registration))
    }

    fn get(&self, prefix: &UrlPrefix) -> Option<&RouteEntry> {
        self.trie.value(self.node_of(prefix)?)
    }

    fn above(&self, prefix: &UrlPrefix) -> impl Iterator<Item = &RouteEntry> {
        let mut next = self.host_of(prefix);
        let mut rest = segments(prefix.path());
        let nodes = std::iter::from_fn(move || {
            let node = next?;
            next = rest
                .next()
                .and_then(|segment| self.trie.child(node, segment));
            Some(node)
        });
        nodes.filter_map(|node| self.trie.value(node))
    }

    fn node_of(&self, prefix: &UrlPrefix) -> Option<NodeId> {
        let mut node = self.host_of(prefix)?;
        for segment in segments(prefix.path()) {
            node = self.trie.child(node, segment)?;
        }
        Some(node)
    }

    fn host_of(&self, prefix: &UrlPrefix) -> Option<NodeId> {
        match prefix.host() {
            PrefixHost::Strong => Some(STRONG),
            PrefixHost::Weak => Some(WEAK),
            PrefixHost::Ip(ip) => self.trie.child(ADDRESSES, AddressKey::new(*ip).units()),
            PrefixHost::Name(name) => self.trie.child(NAMES, name.as_units()),
            PrefixHost::Below(name) => self.trie.child(BELOW, name.as_units()),
        }
    }

    /// `prefix` is not registered yet. Gives the node of the registration.
    fn insert(&mut self, prefix: &UrlPrefix, registration: Registration) -> NodeId {
        let prefix = Arc::new(prefix.clone());
        let is_new_host = self.host_of(&prefix).is_none();
        let (host, other) = self.make_hosts(&prefix);
        let mut set = |host: NodeId, alias: bool| {
            let node = self.make_path(host, &prefix);
            let entry = RouteEntry {
                registration,
                prefix: Arc::clone(&prefix),
                alias,
            };
            self.trie.set_value(node, entry);
            node
        };
        let node = set(host, false);
        if let Some(other) = other {
            set(other, true);
        }
        if is_new_host {
            self.count_host(&prefix, host, true);
        }
        self.note_used();
        node
    }

    /// The host node of a prefix, and that of its A-label form if it has one.
    fn make_hosts(&mut self, prefix: &UrlPrefix) -> (NodeId, Option<NodeId>) {
        let node = match prefix.host() {
            PrefixHost::Strong => STRONG,
            PrefixHost::Weak => WEAK,
            PrefixHost::Ip(ip) => self
                .trie
                .make_child(ADDRESSES, AddressKey::new(*ip).units()),
            PrefixHost::Name(name) => return self.make_names(NAMES, name),
            PrefixHost::Below(name) => return self.make_names(BELOW, name),
        };
        (node, None)
    }

    fn make_names(&mut self, root: NodeId, name: &HostName) -> (NodeId, Option<NodeId>) {
        let node = self.trie.make_child(root, name.as_units());
        let encoded = idn::to_ascii(name.as_units());
        let alias = encoded.map(|name| self.trie.make_child(root, &name));
        (node, alias)
    }

    fn make_path(&mut self, host: NodeId, prefix: &UrlPrefix) -> NodeId {
        segments(prefix.path()).fold(host, |node, segment| self.trie.make_child(node, segment))
    }

    /// `prefix` is registered.
    fn remove(&mut self, prefix: &UrlPrefix) {
        let (host, other) = self.make_hosts(prefix);
        for host in [Some(host), other].into_iter().flatten() {
            let node = self.make_path(host, prefix);
            self.trie.remove_value(node);
        }
        if self.host_of(prefix).is_none() {
            self.count_host(prefix, host, false);
        }
        self.note_used();
    }

    fn note_used(&mut self) {
        let bit = |root: NodeId| u8::from(!self.trie.is_unused(root)) << root.number();
        self.used = ROOTS.into_iter().fold(0, |used, root| used | bit(root));
    }

    /// Keeps [`PortTable::sole_host`] when a host comes or goes.
    fn count_host(&mut self, prefix: &UrlPrefix, host: NodeId, comes: bool) {
        if !matches!(prefix.host(), PrefixHost::Name(_)) {
            return;
        }
        self.names = match comes {
            true => self.names.saturating_add(1),
            false => self.names.saturating_sub(1),
        };
        self.names_combined ^= host.number();
        self.sole_host = (self.names == 1).then(|| NodeId::of_number(self.names_combined));
    }

    #[inline]
    fn route<'a>(&'a self, url: &CookedUrl, local: IpAddr) -> Route {
        let mut known = false;
        let mut search = |root: Option<&'a TrieNode<RouteEntry>>| {
            let root = root?;
            known = true;
            self.longest(root, url.abs_path())
        };
        let found = search(self.used(STRONG))
            .or_else(|| search(self.host_below(NAMES, url.host_name())))
            .or_else(|| {
                let mut names = names_above(url.host_name()).take_while(|_| self.is_used(BELOW));
                names.find_map(|name| search(self.host_below(BELOW, name)))
            })
            .or_else(|| search(self.bound_to(local)))
            .or_else(|| search(self.used(WEAK)))
            .or_else(|| {
                let sole = self.sole_host.filter(|_| url.is_host_assumed())?;
                search(self.trie.node(sole))
            });
        if let Some(entry) = found {
            return Route::Match(entry.registration);
        }
        if known {
            Route::UnknownPath
        } else {
            Route::UnknownHost
        }
    }

    #[inline]
    fn is_used(&self, root: NodeId) -> bool {
        self.used >> root.number() & 1 != 0
    }

    #[inline]
    fn used(&self, root: NodeId) -> Option<&TrieNode<RouteEntry>> {
        self.is_used(root).then(|| self.trie.node(root)).flatten()
    }

    /// The node of a name below `NAMES`, of names above it below `BELOW`, of an address below `ADDRESSES`.
    #[inline]
    fn host_below(&self, root: NodeId, text: &[u16]) -> Option<&TrieNode<RouteEntry>> {
        if !self.is_used(root) {
            return None;
        }
        self.trie.find(root, text)
    }

    /// The node of the prefixes that are bound to an address.
    fn bound_to(&self, local: IpAddr) -> Option<&TrieNode<RouteEntry>> {
        if !self.is_used(ADDRESSES) {
            return None;
        }
        let address = AddressKey::new(local.to_canonical());
        self.host_below(ADDRESSES, address.units())
    }

    /// Longest match by whole segments. The walk ends at the first segment without an edge, so a
    /// path of many segments costs no more than the prefixes it follows.
    fn longest<'a>(
        &'a self,
        root: &'a TrieNode<RouteEntry>,
        path: &[u16],
    ) -> Option<&'a RouteEntry> {
        let mut node = root;
        let mut best = node.value();
        let mut segments = segments(path);
        while node.has_children() {
            let child = |segment| self.trie.child_of(node, segment);
            let Some(child) = segments.next().and_then(child) else {
                break;
            };
            node = child;
            best = node.value().or(best);
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
