//! Who has a port, by proc(5): /proc/net/tcp has the inodes of sockets, /proc/PID/fd who holds them.
//!
//! Only for the text of an error. What this program may not see (sockets of other users) is left out.

use std::fs;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::Path;

/// The state TCP_LISTEN; a socket that is bound and does not listen has TCP_CLOSE, which is not listed.
const LISTENS: &str = "0A";

/// Whose socket listens where `address` would, as `name (process 12)`.
pub(super) fn port_owner(address: SocketAddr) -> Option<String> {
    let tables = ["/proc/net/tcp", "/proc/net/tcp6"];
    let tables = tables
        .iter()
        .filter_map(|path| fs::read_to_string(path).ok());
    let inode = tables
        .into_iter()
        .find_map(|table| inode_of(&table, address))?;
    let process = process_of(&format!("socket:[{inode}]"))?;
    if process == std::process::id().to_string() {
        return Some("another socket of this process".to_owned());
    }
    let name = fs::read_to_string(format!("/proc/{process}/comm")).unwrap_or_default();
    Some(format!("{} (process {process})", name.trim_end()))
}

/// The inode of the socket in the table that listens on this address, or on all with this port.
fn inode_of(table: &str, address: SocketAddr) -> Option<String> {
    table.lines().skip(1).find_map(|line| {
        let fields: Vec<&str> = line.split_ascii_whitespace().collect();
        let (local, state, inode) = (fields.get(1)?, fields.get(3)?, fields.get(9)?);
        let (ip, port) = local.split_once(':')?;
        let (ip, port) = (ip_of(ip)?, u16::from_str_radix(port, 16).ok()?);
        let all = ip.is_unspecified() || address.ip().is_unspecified();
        let same = *state == LISTENS && port == address.port() && (all || ip == address.ip());
        same.then(|| (*inode).to_owned())
    })
}

/// An address as these tables have it: words of 32 bits in the order of the processor.
fn ip_of(text: &str) -> Option<IpAddr> {
    let word = |at: usize| {
        let text = text.get(at * 8..at * 8 + 8)?;
        Some(u32::from_str_radix(text, 16).ok()?.to_ne_bytes())
    };
    if text.len() == 8 {
        return Some(Ipv4Addr::from(word(0)?).into());
    }
    let mut bytes = [0; 16];
    for (at, part) in bytes.chunks_exact_mut(4).enumerate() {
        part.copy_from_slice(&word(at)?);
    }
    Some(Ipv6Addr::from(bytes).to_canonical())
}

/// The process that has a descriptor with this target.
fn process_of(target: &str) -> Option<String> {
    let processes = fs::read_dir("/proc").ok()?.flatten();
    processes
        .filter_map(|entry| entry.file_name().into_string().ok())
        .filter(|name| name.bytes().all(|b| b.is_ascii_digit()))
        .find(|process| {
            let descriptors = fs::read_dir(Path::new("/proc").join(process).join("fd"));
            descriptors.is_ok_and(|descriptors| {
                let links = descriptors
                    .flatten()
                    .map(|entry| fs::read_link(entry.path()));
                links.flatten().any(|link| link == Path::new(target))
            })
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_owner_of_a_port_is_found() {
        for (bound, asked) in [
            ("127.0.0.1:0", "127.0.0.1"),
            ("127.0.0.1:0", "0.0.0.0"),
            ("0.0.0.0:0", "127.0.0.1"),
        ] {
            let listener = std::net::TcpListener::bind(bound).expect("a socket");
            let port = listener.local_addr().expect("bound").port();
            let asked = SocketAddr::new(asked.parse().expect("an address"), port);
            let owner = port_owner(asked);
            assert_eq!(owner.as_deref(), Some("another socket of this process"));
            drop(listener);
        }
    }

    #[test]
    fn the_tables_of_the_kernel_are_read() {
        let table = [
            "  sl  local_address rem_address st tx_queue rx_queue tr tm->when retrnsmt uid timeout inode",
            "   0: 00000000000000000000000001000000:1F90 00000000000000000000000000000000:0000 0A \
             00000000:00000000 00:00000000 00000000  1000        0 4711 1 0000 100 0 0 10 0",
        ]
        .join("\n");
        if cfg!(target_endian = "little") {
            let find = |address: &str| inode_of(&table, address.parse().expect("an address"));
            assert_eq!(find("[::1]:8080").as_deref(), Some("4711"));
            assert_eq!(find("[::]:8080").as_deref(), Some("4711"));
            assert_eq!(find("[::1]:8081"), None);
            assert_eq!(find("[::2]:8080"), None);
        }
        assert_eq!(inode_of("", "[::1]:1".parse().expect("an address")), None);
    }
}
