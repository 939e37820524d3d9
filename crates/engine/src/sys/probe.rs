//! The addresses of this machine by trying to bind to them, where no safe library lists them.

use std::io::ErrorKind;
use std::net::{IpAddr, SocketAddr, SocketAddrV6, UdpSocket};

/// The numbers of interfaces that are tried for an address that counts on its own link only.
const INTERFACES: u32 = 128;

/// Whether an interface has this address.
pub(super) fn has_address(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V6(v6) if v6.is_unicast_link_local() => {
            let mut scopes = 0..=INTERFACES;
            scopes.any(|scope| can_bind(SocketAddrV6::new(v6, 0, 0, scope).into()))
        }
        ip => can_bind(SocketAddr::new(ip, 0)),
    }
}

/// False only when the system says that it has no such address.
fn can_bind(address: SocketAddr) -> bool {
    match UdpSocket::bind(address) {
        Ok(_) => true,
        Err(error) => !matches!(
            error.kind(),
            ErrorKind::AddrNotAvailable | ErrorKind::InvalidInput
        ),
    }
}
