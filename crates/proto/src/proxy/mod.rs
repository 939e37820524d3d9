//! The PROXY protocol, versions 1 and 2: the header in which a proxy names the client and the address that the client
//! has connected to, before the first byte of TLS or HTTP (PXY rows).
//!
//! Owns: reading a header ([`ProxyReader`]), and who may send one ([`ProxyProtocol`]). Does not own: the socket, nor
//! what follows the header: the reader says how many bytes it wants, and all of them belong to the header. Source: "The
//! PROXY protocol, versions 1 & 2", section 2. Threading: plain values.

mod crc32c;
mod reader;
#[cfg(test)]
mod tests;
mod trusted;
mod v1;
mod v2;

use std::net::SocketAddr;

pub use crc32c::crc32c;
pub use reader::ProxyReader;
pub use trusted::{IpNetwork, ProxyProtocol};
pub use v1::LONGEST_V1;

/// What a header says about its connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProxyHeader {
    /// The addresses of the connection itself are in force: LOCAL, UNKNOWN, a protocol other than TCP over IP.
    Own,
    /// The client, and the address that it has connected to.
    Proxied {
        /// The client.
        source: SocketAddr,
        /// Where it has connected to.
        destination: SocketAddr,
    },
}

/// Why there is no header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProxyFault {
    /// The first bytes are not those of a header.
    Missing,
    /// The bytes begin like a header; this is what is wrong with them.
    Invalid(&'static str),
}

/// Whether the bytes agree with this beginning, as far as they go.
fn agrees(bytes: &[u8], beginning: &[u8]) -> bool {
    bytes
        .iter()
        .zip(beginning)
        .all(|(byte, wanted)| byte == wanted)
}
