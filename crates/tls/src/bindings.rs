//! Which binding a connection gets.
//!
//! Owns the order: the host name that the client asked for, then the address, then all addresses
//! (documented: HTTP_SERVICE_CONFIG_SSL_SNI_SET and HTTP_SERVICE_CONFIG_SSL_SET). Does not own what a
//! binding is (`binding.rs`). Invariants: made once, never changed; who changes the configuration makes new
//! ones. A place whose binding cannot be used is nobody else's: what is asked for there gets none, and not the next
//! one, which may ask for less. Threading: shared.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use crate::binding::TlsBinding;

/// See the module head.
#[derive(Clone, Debug, Default)]
pub struct Bindings {
    hosts: HashMap<u16, HashMap<Box<str>, Option<TlsBinding>>>,
    addresses: HashMap<SocketAddr, Option<TlsBinding>>,
}

/// The binding that a connection gets.
#[derive(Clone, Debug)]
pub struct FoundBinding {
    /// The binding.
    pub binding: TlsBinding,
    /// The host name found it, not the address.
    pub by_name: bool,
}

/// Makes [`Bindings`].
#[derive(Clone, Debug, Default)]
pub struct BindingsBuilder(Bindings);

impl BindingsBuilder {
    /// Binds a host name at a port: `example.com`, or `*.example.com` for each name of one more label. The
    /// last one of the same name counts.
    #[must_use]
    pub fn host(self, name: &str, port: u16, binding: TlsBinding) -> Self {
        self.host_if_usable(name, port, Some(binding))
    }

    /// As [`BindingsBuilder::host`]; `None` for one that cannot be used: connections that ask for the name are
    /// dropped.
    #[must_use]
    pub fn host_if_usable(mut self, name: &str, port: u16, binding: Option<TlsBinding>) -> Self {
        let names = self.0.hosts.entry(port).or_default();
        names.insert(name.to_ascii_lowercase().into(), binding);
        self
    }

    /// Binds an address at a port; `0.0.0.0` and `::` are all addresses. The last one of the same address
    /// counts.
    #[must_use]
    pub fn address(self, address: SocketAddr, binding: TlsBinding) -> Self {
        self.address_if_usable(address, Some(binding))
    }

    /// As [`BindingsBuilder::address`]; `None` for one that cannot be used: connections to the address whose name
    /// has no binding are dropped.
    #[must_use]
    pub fn address_if_usable(mut self, address: SocketAddr, binding: Option<TlsBinding>) -> Self {
        self.0.addresses.insert(address, binding);
        self
    }

    /// What was bound.
    #[must_use]
    pub fn build(self) -> Bindings {
        self.0
    }
}

impl Bindings {
    /// Nothing is bound yet.
    #[must_use]
    pub fn builder() -> BindingsBuilder {
        BindingsBuilder::default()
    }

    /// The binding of a connection that came to `local` and asked for the name `sni`.
    #[must_use]
    pub fn find(&self, local: SocketAddr, sni: Option<&str>) -> Option<FoundBinding> {
        let by_name = sni.and_then(|name| self.of_host(name, local.port()));
        if let Some(place) = by_name {
            let binding = place.clone()?;
            return Some(FoundBinding {
                binding,
                by_name: true,
            });
        }
        // All addresses of the same family before those of the other: on Windows 0.0.0.0 is both.
        let (own, other): (IpAddr, IpAddr) = if local.is_ipv4() {
            (Ipv4Addr::UNSPECIFIED.into(), Ipv6Addr::UNSPECIFIED.into())
        } else {
            (Ipv6Addr::UNSPECIFIED.into(), Ipv4Addr::UNSPECIFIED.into())
        };
        let place = [local.ip(), own, other]
            .into_iter()
            .find_map(|ip| self.addresses.get(&SocketAddr::new(ip, local.port())))?;
        let binding = place.clone()?;
        Some(FoundBinding {
            binding,
            by_name: false,
        })
    }

    /// Whether something that can be used is bound at this port, to whichever name or address.
    #[must_use]
    pub fn serves_port(&self, port: u16) -> bool {
        let mut hosts = self.hosts.get(&port).into_iter().flat_map(HashMap::values);
        let own = |(address, place): (&SocketAddr, &Option<TlsBinding>)| {
            address.port() == port && place.is_some()
        };
        hosts.any(Option::is_some) || self.addresses.iter().any(own)
    }

    /// Whether nothing is bound that can be used.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let mut hosts = self.hosts.values().flat_map(HashMap::values);
        hosts.all(Option::is_none) && self.addresses.values().all(Option::is_none)
    }

    /// The place that the name has.
    fn of_host(&self, name: &str, port: u16) -> Option<&Option<TlsBinding>> {
        let names = self.hosts.get(&port)?;
        let name = name.trim_end_matches('.').to_ascii_lowercase();
        if let Some(binding) = names.get(&*name) {
            return Some(binding);
        }
        let (_, parent) = name.split_once('.')?;
        names.get(&*format!("*.{parent}"))
    }
}

#[cfg(test)]
mod tests;
