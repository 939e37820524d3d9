//! What the API tells of a session whose handshake is over.
//!
//! Owns which of it comes from where. Does not own the verdict on a client's certificate (`client.rs`). Threading:
//! plain data.

use std::sync::Arc;

use httpsys_core::tls::{TlsInfo, TlsProtocol};
use rustls::{HandshakeKind, ProtocolVersion, ServerConnection};

use crate::bindings::FoundBinding;

/// What the API tells of the session.
pub(super) fn of(connection: &ServerConnection, found: &FoundBinding, now: u64) -> TlsInfo {
    let suite = connection.negotiated_cipher_suite();
    let group = connection.negotiated_key_exchange_group();
    let shown = connection.peer_certificates().unwrap_or_default();
    let binding = &found.binding;
    TlsInfo {
        protocol: match connection.protocol_version() {
            Some(ProtocolVersion::TLSv1_2) => TlsProtocol::Tls12,
            _ => TlsProtocol::Tls13,
        },
        suite: suite.map_or(0, |suite| u16::from(suite.suite())),
        group: group.map(|group| u16::from(group.name())),
        server_name: connection.server_name().map(Box::from),
        bound_by_name: found.by_name,
        alpn: connection.alpn_protocol().map(Box::from),
        server: Arc::clone(binding.certificate().description()),
        flags: binding.flags().0,
        resumed: connection.handshake_kind() == Some(HandshakeKind::Resumed),
        client: binding.roots().judge(shown, now),
    }
}
