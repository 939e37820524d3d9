//! Listening sockets: which addresses of a port are open, counted by the registrations on it.
//!
//! Owns the comparison of what the registrations want (G-092: loopback names on loopback only,
//! wildcards and other names on all addresses) with what is open, within the IP listen list
//! (CFG-003). As on Windows a change of the list is not for ports that are open: a port keeps the
//! list with which it was opened until its last registration goes (documented; HTTP.sys wants a
//! restart of the service). Threading: called under the model's lock only; accepting goes on
//! meanwhile.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use httpsys_core::refusal::Refusal;
use httpsys_core::url_prefix::ListenScope;

use crate::control::taken::Taken;
use crate::poll::shard::Shard;
use crate::service::Service;
use crate::sys::{self, PassedEndpoint};
use crate::transport::listening::Listening;
use crate::transport::port_listener::PortListener;

impl Service {
    /// Makes the listeners of `port`, which is https or not, what `scopes` want, within the IP listen
    /// list; a port that is open keeps its own. Sockets that were `taken` already are used before others are opened. On
    /// an error nothing has changed.
    pub(crate) fn listen_on(
        &self,
        port: u16,
        is_secure: bool,
        scopes: &[ListenScope],
        list: &[IpAddr],
        taken: &mut Taken,
    ) -> Result<(), Refusal> {
        let list = self.list_of(port).unwrap_or_else(|| Arc::from(list));
        let loopback_only = self.parameters().choices.localhost_on_loopback;
        let wanted = endpoints(port, scopes, loopback_only);
        let wanted = within(&list, wanted);
        let wanted = among_passed(wanted, &self.shards().host().passed_on(port))?;
        if wanted.is_empty() && !scopes.is_empty() {
            tracing::warn!(
                port,
                "registered, but no address of it is on the IP listen list"
            );
        }
        let open = self.open_endpoints(port);
        let (stale, kept): (Vec<_>, Vec<_>) = open
            .into_iter()
            .partition(|(_, address)| !wanted.contains(address));
        let missing: Vec<SocketAddr> = wanted
            .iter()
            .copied()
            .filter(|address| kept.iter().all(|(_, open)| open != address))
            .collect();
        let most = self.parameters().max_endpoints as usize;
        let open = self.shards().first().listeners.read().len();
        if most != 0 && !missing.is_empty() && open - stale.len() + missing.len() > most {
            return Err(Refusal::MaxEndpoints(self.parameters().max_endpoints));
        }
        // A wildcard and a specific listener exclude each other: what is stale goes first.
        for (index, _) in &stale {
            self.close_listener(*index);
        }
        let mut opened = Vec::new();
        for address in missing {
            let opened_now = match taken.socket_of(address) {
                Some(socket) => self.add_listener(socket, address, is_secure, &list),
                None => self.open_listener(address, is_secure, &list),
            };

            match opened_now {
                Ok(index) => opened.push(index),
                Err(error) if sys::is_unavailable(&error) => {
                    tracing::info!(%address, %error, "not listening: no such address here");
                }
                Err(error) => {
                    for index in opened {
                        self.close_listener(index);
                    }
                    for (_, address) in stale {
                        if let Err(error) = self.open_listener(address, is_secure, &list) {
                            tracing::error!(%address, %error, "a listener could not be restored");
                        }
                    }
                    return Err(refusal(address, &error));
                }
            }
        }
        Ok(())
    }

    fn open_endpoints(&self, port: u16) -> Vec<(usize, SocketAddr)> {
        self.shards()
            .first()
            .listeners
            .read()
            .iter()
            .filter(|(_, listener)| listener.address.port() == port)
            .map(|(index, listener)| (index, listener.address))
            .collect()
    }

    /// The IP listen list of a port that is open.
    fn list_of(&self, port: u16) -> Option<Arc<[IpAddr]>> {
        let listeners = self.shards().first().listeners.read();
        let mut open = listeners.iter().map(|(_, listener)| listener);
        let one = open.find(|listener| listener.address.port() == port);
        one.map(|listener| Arc::clone(&listener.list))
    }

    fn open_listener(
        &self,
        address: SocketAddr,
        is_secure: bool,
        list: &Arc<[IpAddr]>,
    ) -> io::Result<usize> {
        let socket = self.shards().host().listen(address)?;
        self.add_listener(socket, address, is_secure, list)
    }

    fn add_listener(
        &self,
        mut socket: Listening,
        address: SocketAddr,
        is_secure: bool,
        list: &Arc<[IpAddr]>,
    ) -> io::Result<usize> {
        let shard = self.shards().first();
        let mut listeners = shard.listeners.write();
        let entry = listeners.vacant_entry();
        let index = entry.key();
        socket.register(&shard.registry, Shard::listener_token(index))?;
        entry.insert(PortListener {
            socket,
            address,
            is_secure,
            list: Arc::clone(list),
        });
        tracing::debug!(%address, "listening");
        Ok(index)
    }

    fn close_listener(&self, index: usize) {
        let shard = self.shards().first();
        let is_passed = |listener: &PortListener| listener.socket.is_passed();
        if !shard.listeners.read().get(index).is_some_and(is_passed) {
            // Clients that have connected are still served. At a passed socket they wait for the next registration, or
            // for the next process.
            self.accept_last(index);
        }
        if let Some(listener) = shard.listeners.write().try_remove(index) {
            listener.socket.close(&shard.registry);
        }
    }
}

pub(crate) fn refusal(address: SocketAddr, error: &io::Error) -> Refusal {
    match error.kind() {
        io::ErrorKind::AddrInUse => Refusal::InUse {
            address,
            owner: None,
        },
        io::ErrorKind::PermissionDenied => Refusal::Forbidden(address),
        _ => Refusal::System {
            address,
            message: error.to_string(),
        },
    }
}

/// The addresses that the registrations of a port need, without those a wildcard covers.
/// Without `loopback_only` names of this machine listen on all addresses like others.
pub(crate) fn endpoints(port: u16, scopes: &[ListenScope], loopback_only: bool) -> Vec<SocketAddr> {
    let mut wanted: Vec<IpAddr> = Vec::new();
    for scope in scopes {
        match scope {
            ListenScope::Loopback if loopback_only => {
                wanted.push(Ipv4Addr::LOCALHOST.into());
                wanted.push(Ipv6Addr::LOCALHOST.into());
            }
            ListenScope::Address(address) if loopback_only || !address.is_loopback() => {
                wanted.push(*address);
            }
            ListenScope::Any | ListenScope::Loopback | ListenScope::Address(_) => {
                wanted.push(Ipv4Addr::UNSPECIFIED.into());
                wanted.push(Ipv6Addr::UNSPECIFIED.into());
            }
        }
    }
    let covered = |address: &IpAddr| match address {
        IpAddr::V4(v4) => !v4.is_unspecified() && wanted.contains(&Ipv4Addr::UNSPECIFIED.into()),
        IpAddr::V6(v6) => !v6.is_unspecified() && wanted.contains(&Ipv6Addr::UNSPECIFIED.into()),
    };

    let mut addresses: Vec<IpAddr> = wanted.iter().copied().filter(|a| !covered(a)).collect();
    addresses.sort_unstable();
    addresses.dedup();
    addresses
        .into_iter()
        .map(|address| SocketAddr::new(address, port))
        .collect()
}

/// The addresses of the `passed` sockets that stand for what is `wanted`, or `wanted` itself where none was passed.
fn among_passed(
    wanted: Vec<SocketAddr>,
    passed: &[PassedEndpoint],
) -> Result<Vec<SocketAddr>, Refusal> {
    if passed.is_empty() || wanted.is_empty() {
        return Ok(wanted);
    }
    let used = passed
        .iter()
        .filter(|passed| wanted.iter().any(|address| stands_for(passed, *address)));
    let used: Vec<SocketAddr> = used.map(|passed| passed.address).collect();
    if used.is_empty() {
        return Err(Refusal::Passed {
            wanted: wanted[0],
            passed: passed.iter().map(|passed| passed.address).collect(),
        });
    }
    Ok(used)
}

/// Whether the passed socket is used where this address is wanted. A socket for all addresses does not stand for one of
/// them: it would accept clients that the prefix does not want.
fn stands_for(passed: &PassedEndpoint, wanted: SocketAddr) -> bool {
    let has_family = passed.has_both_families || passed.address.is_ipv4() == wanted.is_ipv4();
    passed.address == wanted || (wanted.ip().is_unspecified() && has_family)
}

/// What of `wanted` the IP listen list lets open: all of it if the list is empty. The entries
/// `0.0.0.0` and `::` stand for all addresses of their family (documented).
pub(crate) fn within(list: &[IpAddr], wanted: Vec<SocketAddr>) -> Vec<SocketAddr> {
    if list.is_empty() {
        return wanted;
    }
    let same_family = |a: &IpAddr, b: &IpAddr| a.is_ipv4() == b.is_ipv4();
    let mut allowed = Vec::new();
    for address in wanted {
        let ip = address.ip();
        let mut entries = list.iter().filter(|entry| same_family(entry, &ip));
        if entries.clone().any(|e| *e == ip || e.is_unspecified()) {
            allowed.push(address);
        } else if ip.is_unspecified() {
            allowed.extend(
                entries
                    .by_ref()
                    .map(|e| SocketAddr::new(*e, address.port())),
            );
        }
    }
    allowed
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(scopes: &[ListenScope]) -> Vec<String> {
        endpoints(80, scopes, true)
            .iter()
            .map(ToString::to_string)
            .collect()
    }

    #[test]
    fn con_017_a_port_without_registrations_is_closed() {
        assert!(texts(&[]).is_empty());
    }

    #[test]
    fn loopback_names_listen_on_loopback_and_wildcards_cover_them() {
        use ListenScope::{Any, Loopback};

        assert_eq!(texts(&[Loopback, Loopback]), ["127.0.0.1:80", "[::1]:80"]);
        assert_eq!(texts(&[Loopback, Any]), ["0.0.0.0:80", "[::]:80"]);
    }

    #[test]
    fn g_092_names_of_this_machine_may_listen_everywhere() {
        let loopback = ListenScope::Address("127.0.0.1".parse().unwrap());
        for scope in [ListenScope::Loopback, loopback] {
            let addresses = endpoints(80, &[scope], false);
            assert!(
                addresses
                    .iter()
                    .all(|address| address.ip().is_unspecified())
            );
        }
    }

    #[test]
    fn an_address_listens_there_only() {
        let address = ListenScope::Address("192.0.2.7".parse().unwrap());
        assert_eq!(texts(&[address]), ["192.0.2.7:80"]);
    }

    #[test]
    fn act_001_act_002_passed_sockets_stand_for_what_is_wanted_and_for_no_less() {
        use ListenScope::{Any, Loopback};

        let address = |text: &str| text.parse::<SocketAddr>().unwrap();
        let used = |scope, passed: &[(&str, bool)]| {
            let passed = passed
                .iter()
                .map(|(text, has_both_families)| PassedEndpoint {
                    address: address(text),
                    has_both_families: *has_both_families,
                });
            let passed: Vec<_> = passed.collect();
            let used = among_passed(endpoints(80, &[scope], true), &passed)?;
            Ok(used.iter().map(ToString::to_string).collect::<Vec<_>>())
        };

        let opened = |texts: &[&str]| Ok(texts.iter().map(ToString::to_string).collect());
        assert_eq!(used(Any, &[]), opened(&["0.0.0.0:80", "[::]:80"]));
        assert_eq!(used(Any, &[("[::]:80", true)]), opened(&["[::]:80"]));
        let one = [("192.0.2.7:80", false)];
        assert_eq!(used(Any, &one), opened(&["192.0.2.7:80"]));
        let both = [("127.0.0.1:80", false), ("[::1]:80", false)];
        assert_eq!(used(Loopback, &both), opened(&["127.0.0.1:80", "[::1]:80"]));
        assert_eq!(used(Loopback, &both[..1]), opened(&["127.0.0.1:80"]));
        let refused = used(Loopback, &[("0.0.0.0:80", false), ("[::]:80", true)]);
        let refused: Refusal = refused.unwrap_err();
        assert_eq!(
            refused.to_string(),
            "the service manager has passed 0.0.0.0:80 and [::]:80, none of which stands for 127.0.0.1:80"
        );
    }

    #[test]
    fn cfg_003_the_ip_listen_list_restricts_what_is_opened() {
        use ListenScope::{Any, Loopback};

        let listed = |list: &[&str], scope| {
            let list: Vec<IpAddr> = list.iter().map(|entry| entry.parse().unwrap()).collect();
            let addresses = within(&list, endpoints(80, &[scope], true));
            let texts = addresses.iter().map(ToString::to_string);
            texts.collect::<Vec<_>>()
        };

        let all = ["0.0.0.0:80", "[::]:80"];
        assert_eq!(listed(&[], Any), all);
        assert_eq!(listed(&["0.0.0.0", "::"], Any), all);
        assert_eq!(listed(&["0.0.0.0", "192.0.2.7"], Any), ["0.0.0.0:80"]);
        let two = ["192.0.2.7:80", "[2001:db8::7]:80"];
        assert_eq!(listed(&["192.0.2.7", "2001:db8::7"], Any), two);
        assert_eq!(listed(&["127.0.0.1"], Loopback), ["127.0.0.1:80"]);
        assert_eq!(listed(&["::"], Loopback), ["[::1]:80"]);
        let address = |text: &str| ListenScope::Address(text.parse().unwrap());
        assert_eq!(listed(&["192.0.2.7"], address("192.0.2.7")), two[..1]);
        assert!(listed(&["192.0.2.7"], address("192.0.2.8")).is_empty());
    }
}
