//! What a request tells of TLS, in the terms of the C structures, whatever the door.
//!
//! Owns the copy. Does not own any expectation.

use httpsys_core::tls::{Algorithm, TlsInfo};

/// HTTP_SSL_INFO, HTTP_SSL_PROTOCOL_INFO, HTTP_SSL_CLIENT_CERT_INFO and HTTP_REQUEST_PROPERTY_SNI.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ToldTls {
    /// Protocol.
    pub protocol: u32,
    /// CipherType and CipherStrength.
    pub cipher: (u32, u32),
    /// HashType and HashStrength.
    pub hash: (u32, u32),
    /// KeyExchangeType and KeyExchangeStrength.
    pub key_exchange: (u32, u32),
    /// ServerCertKeySize and ConnectionKeySize.
    pub key_sizes: (u16, u16),
    /// pServerCertIssuer.
    pub issuer: String,
    /// pServerCertSubject.
    pub subject: String,
    /// CertFlags and the encoded certificate of the client.
    pub client: Option<(u32, Vec<u8>)>,
    /// Hostname and Flags of the SNI property.
    pub server_name: (String, u32),
}

impl ToldTls {
    /// As the Rust API has it.
    #[must_use]
    pub fn of(tls: &TlsInfo) -> ToldTls {
        let pair = |algorithm: Algorithm| (algorithm.id, algorithm.bits);
        let server_name = match &tls.server_name {
            Some(name) => (name.to_string(), u32::from(tls.bound_by_name)),
            None => (String::new(), 2),
        };
        let connection_bits = tls.cipher().bits.try_into().expect("few bits");
        ToldTls {
            protocol: tls.protocol.code(),
            cipher: pair(tls.cipher()),
            hash: pair(tls.hash()),
            key_exchange: pair(tls.key_exchange()),
            key_sizes: (tls.server.key_bits, connection_bits),
            issuer: tls.server.issuer.to_string(),
            subject: tls.server.subject.to_string(),
            client: tls
                .client
                .as_ref()
                .map(|client| (client.verdict.code(), client.der.to_vec())),
            server_name,
        }
    }
}
