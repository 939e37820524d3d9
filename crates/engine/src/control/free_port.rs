//! A free port for registrations with port 0 (G-129), and which addresses a URL group listens on.
//!
//! Owns: finding a port that is free at every address that a prefix listens on. `localhost` has the
//! same one at `127.0.0.1` and `::1`. The sockets that found it are those that listen: nothing is
//! bound, closed and bound again. Does not own: what port 0 stands for (`httpsys_core::model`), nor
//! the listeners themselves (`listener.rs`). Threading: a port is taken under the model's lock.

use std::io;
use std::net::{IpAddr, SocketAddr};

use httpsys_core::call::Control;
use httpsys_core::model::{Model, Wanted};
use httpsys_core::refusal::Refusal;
use httpsys_core::url_prefix::{PrefixHost, UrlPrefix};
use httpsys_core::{Error, QueueId, UrlGroupId};

use crate::control::refused::explain_prefix;
use crate::control::taken::{Opened, Taken};
use crate::service::Service;
use crate::sys;
use crate::transport::host::Host;
use crate::transport::listener::{endpoints, refusal, within};

/// So many ports are tried: each is free at one address, and another address may not have it.
const ATTEMPTS: usize = 64;

impl Service {
    /// Looks at what `call` registers, if it registers something: an address has to be one of this
    /// machine (PFX-033), and for port 0 a port is taken and offered to the model.
    pub(crate) fn prepare(&self, model: &mut Model, call: &Control) -> Result<Taken, Refusal> {
        let Some(wanted) = model.wanted(call) else {
            return Ok(Taken::default());
        };
        match wanted.prefix.host() {
            PrefixHost::Ip(ip) if !self.shards().host().has_address(*ip) => {
                return Err(Refusal::NotOurAddress(*ip));
            }
            _ => {}
        }
        if wanted.prefix.port() != 0 {
            return Ok(Taken::default());
        }
        self.take_port(model, &wanted)
    }

    fn take_port(&self, model: &mut Model, wanted: &Wanted) -> Result<Taken, Refusal> {
        let list = model.configuration().listen_addresses();
        let loopback_only = self.parameters().choices.localhost_on_loopback;
        let scope = wanted.prefix.listen_scope();
        let addresses = within(list, endpoints(0, &[scope], loopback_only));
        let addresses: Vec<IpAddr> = addresses.iter().map(SocketAddr::ip).collect();
        // Sockets of a port that another address does not have are kept until the end, so that the
        // system gives other ports.
        let mut useless = Vec::new();
        for _ in 0..ATTEMPTS {
            let sockets = one_port(self.shards().host(), &addresses)?;
            let whole = sockets.len() == addresses.len();
            let port = sockets
                .iter()
                .find_map(|socket| Some(socket.as_ref()?.0.port()));
            let Some(port) = port else {
                return Err(Refusal::NoAddress);
            };
            let sockets = sockets.into_iter().flatten().collect();
            // A registered port need not be open: the IP listen list may have none of its addresses.
            if whole && !model.routing().is_port_used(port) {
                model.offer_port(wanted.group, port);
                return Ok(Taken {
                    group: Some(wanted.group),
                    sockets,
                });
            }
            useless.push(sockets);
        }
        Err(Refusal::NoFreePort)
    }

    /// See `Query::LocalAddresses`.
    pub(crate) fn local_addresses(
        &self,
        group: UrlGroupId,
        port: Option<u16>,
    ) -> Result<Vec<SocketAddr>, Error> {
        self.with_model(|model| {
            let mut ports: Vec<u16> = model.urls_of(group)?.iter().map(UrlPrefix::port).collect();
            ports.retain(|own| port.is_none_or(|port| port == *own));
            let listeners = self.shards().first().listeners.read();
            let addresses = listeners.iter().map(|(_, listener)| listener.address);
            let mut addresses: Vec<_> = addresses
                .filter(|address| ports.contains(&address.port()))
                .collect();
            addresses.sort_unstable_by_key(|address| (address.port(), address.ip()));
            Ok(addresses)
        })
    }

    /// See `Query::PortOfUrl`.
    pub(crate) fn port_of_url(&self, group: UrlGroupId, url: &[u16]) -> Result<u16, Error> {
        let port = self.with_model(|model| model.port_of_url(group, url));
        explain_prefix(url, "UrlGroupId names no open URL group", port)
    }

    /// As [`Service::port_of_url`] for a version 1 queue: 87 for one of version 2.
    pub(crate) fn port_of_v1_url(&self, queue: QueueId, url: &[u16]) -> Result<u16, Error> {
        let port = self.with_model(|model| model.port_of_v1_url(queue, url));
        let invalid = "RequestQueueHandle is a queue of version 2: give its URL group";
        explain_prefix(url, invalid, port)
    }
}

/// A socket for each address, on the same port: `None` for an address that this machine does not
/// have, and none for those behind the first whose port somebody else has.
fn one_port(host: &Host, addresses: &[IpAddr]) -> Result<Vec<Option<Opened>>, Refusal> {
    let mut sockets = Vec::new();
    let mut port = 0;
    for ip in addresses {
        let wanted = SocketAddr::new(*ip, port);
        let opened = host
            .listen(wanted)
            .and_then(|socket| Ok((socket.local_addr()?, socket)));
        match opened {
            Ok((address, socket)) => {
                port = address.port();
                sockets.push(Some((SocketAddr::new(*ip, port), socket)));
            }
            Err(error) if sys::is_unavailable(&error) => sockets.push(None),
            Err(error) if port != 0 && error.kind() == io::ErrorKind::AddrInUse => break,
            Err(error) => return Err(refusal(wanted, &error)),
        }
    }
    Ok(sockets)
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, Ipv6Addr};

    use super::*;

    #[test]
    fn g_129_all_addresses_have_the_same_port() {
        let addresses = [Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()];
        let sockets = one_port(&Host::System, &addresses).expect("a port");
        let ports = sockets.iter().flatten().map(|(address, socket)| {
            assert_eq!(socket.local_addr().expect("bound"), *address);
            address.port()
        });
        let ports: Vec<u16> = ports.collect();
        assert!(ports.iter().all(|port| *port == ports[0] && *port != 0));
    }

    /// Another address of the loopback network, whose port somebody else has already.
    #[test]
    #[cfg(target_os = "linux")]
    fn g_129_a_port_that_one_address_does_not_have_is_not_taken() {
        let addresses: [IpAddr; 2] = [Ipv4Addr::LOCALHOST.into(), Ipv4Addr::LOCALHOST.into()];
        let sockets = one_port(&Host::System, &addresses).expect("a port");
        assert_eq!(sockets.len(), 1, "the second one is not free");
    }

    #[test]
    fn an_address_of_no_machine_has_no_socket() {
        let addresses = [
            Ipv4Addr::new(192, 0, 2, 1).into(),
            Ipv4Addr::LOCALHOST.into(),
        ];
        let sockets = one_port(&Host::System, &addresses).expect("a port");
        assert!(sockets[0].is_none() && sockets[1].is_some());
    }
}
