//! The addresses of this machine by getifaddrs(3), of Linux and macOS.

use std::net::IpAddr;

use nix::ifaddrs::getifaddrs;

/// Whether an interface has this address, whatever its scope. A system that does not list them is
/// believed to have it: the port cannot be opened otherwise.
pub(super) fn has_address(ip: IpAddr) -> bool {
    let Ok(interfaces) = getifaddrs() else {
        return true;
    };
    let mut addresses = interfaces.filter_map(|interface| interface.address);
    addresses.any(|address| {
        let v4 = address.as_sockaddr_in().map(|v4| IpAddr::V4(v4.ip()));
        let v6 = address.as_sockaddr_in6().map(|v6| IpAddr::V6(v6.ip()));
        v4.or(v6) == Some(ip)
    })
}
