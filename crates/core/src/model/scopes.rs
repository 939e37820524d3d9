//! Where the registrations of a port want to be reached, counted.
//!
//! Owns the counts. Does not own which registrations count (`urls.rs`). Threading: plain data.

use std::collections::BTreeMap;

use crate::url_prefix::{ListenScope, UrlPrefix};

/// How many registrations of a port want to be reached where.
#[derive(Debug, Default)]
pub(super) struct PortScopes(BTreeMap<u16, BTreeMap<ListenScope, usize>>);

impl PortScopes {
    /// Those of a port, each once.
    pub(super) fn of(&self, port: u16) -> impl Iterator<Item = ListenScope> {
        let scopes = self.0.get(&port);
        scopes.into_iter().flat_map(BTreeMap::keys).copied()
    }

    pub(super) fn add(&mut self, prefix: &UrlPrefix) {
        let port = self.0.entry(prefix.port()).or_default();
        *port.entry(prefix.listen_scope()).or_default() += 1;
    }

    pub(super) fn take(&mut self, prefix: &UrlPrefix) {
        let (port, scope) = (prefix.port(), prefix.listen_scope());
        let Some(scopes) = self.0.get_mut(&port) else {
            return;
        };
        if let Some(count) = scopes.get_mut(&scope) {
            *count -= 1;
            if *count == 0 {
                scopes.remove(&scope);
            }
        }
        if scopes.is_empty() {
            self.0.remove(&port);
        }
    }
}
