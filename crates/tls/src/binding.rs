//! What connections get that come to one binding: the certificate, and what is spoken with it.
//!
//! Owns: the flags of HTTP_SERVICE_CONFIG_SSL_PARAM, as far as they change the handshake, and the sessions
//! that can be resumed: each binding has its own, so that none is resumed at another. Does not own: which
//! binding a connection gets (`bindings.rs`). Invariant: made once, never changed. Threading: shared.

use std::fmt;
use std::sync::Arc;

use httpsys_core::proto::h2::H2BindingLimits;
use rustls::server::{NoClientAuth, NoServerSessionStorage, ServerSessionMemoryCache};
use rustls::sign::SingleCertAndKey;
use rustls::{ServerConfig, SupportedProtocolVersion};

use crate::certificate::Certificate;
use crate::client::{AnyClient, Roots};
use crate::error::BindingError;
use crate::provider::{provider, ticketer};
use crate::time::GivenTime;

/// Sessions that a binding remembers for clients of TLS 1.2 that have no tickets.
const MAX_SESSIONS: usize = 1024;

/// What is agreed on by ALPN.
const HTTP_1_1: &[u8] = b"http/1.1";
const HTTP_2: &[u8] = b"h2";

/// HTTP_SERVICE_CONFIG_SSL_PARAM.DefaultFlags.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BindingFlags(pub u32);

impl BindingFlags {
    /// The client is asked for a certificate. There is no renegotiation: it is asked in the handshake.
    pub const NEGOTIATE_CLIENT_CERT: u32 = 0x0002;
    /// Connections are dropped.
    pub const REJECT: u32 = 0x0008;
    /// HTTP/2 is not offered.
    pub const DISABLE_HTTP2: u32 = 0x0010;
    /// TLS 1.3 is not spoken.
    pub const DISABLE_TLS13: u32 = 0x0040;
    /// TLS 1.2 is not spoken.
    pub const DISABLE_TLS12: u32 = 0x1000;
    /// Sessions are not resumed by their id.
    pub const DISABLE_SESSION_ID: u32 = 0x4000;

    /// Whether all bits of `flag` are set.
    #[must_use]
    pub fn has(self, flag: u32) -> bool {
        self.0 & flag == flag
    }
}

/// See the module head.
#[derive(Clone)]
pub struct TlsBinding {
    certificate: Arc<Certificate>,
    flags: BindingFlags,
    roots: Roots,
    http2: H2BindingLimits,
    /// As the flags say.
    pub(crate) config: Arc<ServerConfig>,
    /// The same without HTTP/2.
    pub(crate) http1_config: Arc<ServerConfig>,
}

impl TlsBinding {
    /// Binds a certificate. No root is trusted for certificates of clients.
    ///
    /// # Errors
    /// Says why nothing could be spoken with it.
    pub fn new(
        certificate: Arc<Certificate>,
        flags: BindingFlags,
    ) -> Result<TlsBinding, BindingError> {
        TlsBinding::with_client_roots(certificate, flags, &[])
    }

    /// As [`TlsBinding::new`]; certificates of clients that lead to one of these roots (DER) get the
    /// verdict that they are trusted. Others are accepted as well, with another verdict.
    ///
    /// # Errors
    /// As [`TlsBinding::new`], and for a root that cannot be read.
    pub fn with_client_roots(
        certificate: Arc<Certificate>,
        flags: BindingFlags,
        roots: &[&[u8]],
    ) -> Result<TlsBinding, BindingError> {
        let roots = Roots::new(roots)?;
        let http1_config = config(&certificate, flags)?;
        let mut config = http1_config.clone();
        if !flags.has(BindingFlags::DISABLE_HTTP2) {
            config.alpn_protocols.insert(0, HTTP_2.to_vec());
        }
        Ok(TlsBinding {
            certificate,
            flags,
            roots,
            http2: H2BindingLimits::default(),
            config: Arc::new(config),
            http1_config: Arc::new(http1_config),
        })
    }

    /// With limits of its own for connections that agree on HTTP/2: its extended records.
    #[must_use]
    pub fn with_http2(mut self, limits: H2BindingLimits) -> TlsBinding {
        self.http2 = limits;
        self
    }

    /// Its limits for connections that agree on HTTP/2.
    #[must_use]
    pub fn http2(&self) -> H2BindingLimits {
        self.http2
    }

    /// What it shows.
    #[must_use]
    pub fn certificate(&self) -> &Arc<Certificate> {
        &self.certificate
    }

    /// Its flags.
    #[must_use]
    pub fn flags(&self) -> BindingFlags {
        self.flags
    }

    pub(crate) fn roots(&self) -> &Roots {
        &self.roots
    }
}

impl fmt::Debug for TlsBinding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TlsBinding")
            .field("certificate", &self.certificate)
            .field("flags", &self.flags)
            .finish_non_exhaustive()
    }
}

fn config(
    certificate: &Arc<Certificate>,
    flags: BindingFlags,
) -> Result<ServerConfig, BindingError> {
    let unsupported = |error: rustls::Error| BindingError::Unsupported(error.to_string());
    let mut versions: Vec<&'static SupportedProtocolVersion> = Vec::new();
    if !flags.has(BindingFlags::DISABLE_TLS13) {
        versions.push(&rustls::version::TLS13);
    }
    if !flags.has(BindingFlags::DISABLE_TLS12) {
        versions.push(&rustls::version::TLS12);
    }
    if versions.is_empty() {
        return Err(BindingError::NoProtocol);
    }
    let builder = ServerConfig::builder_with_details(provider(), Arc::new(GivenTime))
        .with_protocol_versions(&versions)
        .map_err(unsupported)?;
    let builder = if flags.has(BindingFlags::NEGOTIATE_CLIENT_CERT) {
        builder.with_client_cert_verifier(Arc::new(AnyClient::new()))
    } else {
        builder.with_client_cert_verifier(Arc::new(NoClientAuth))
    };
    let key = SingleCertAndKey::from(Arc::clone(&certificate.key));
    let mut config = builder.with_cert_resolver(Arc::new(key));
    config.alpn_protocols = vec![HTTP_1_1.to_vec()];
    config.session_storage = if flags.has(BindingFlags::DISABLE_SESSION_ID) {
        Arc::new(NoServerSessionStorage {})
    } else {
        ServerSessionMemoryCache::new(MAX_SESSIONS)
    };
    // Of this binding alone, as its sessions are.
    config.ticketer = ticketer().map_err(unsupported)?;
    config.max_early_data_size = 0;
    // One is enough for a client that opens one connection after the other.
    config.send_tls13_tickets = 1;
    Ok(config)
}

#[cfg(test)]
mod tests;
