//! Records of certificates: which one an endpoint uses, and what TLS does there.
//!
//! Owns: the keys and values of HttpServiceConfigSSLCertInfo, ...SslSniCertInfo, ...SslCcsCertInfo and
//! ...SslScopedCcsCertInfo, and what makes one valid. Does not own: certificates, which the records name by their
//! hash, nor TLS. The extended records are in `ssl_extended`. Threading: plain data.

use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};

use crate::error::Error;

/// The most characters of a host name (RFC 1035).
const MAX_HOST_NAME: usize = 255;

/// The most characters of the name of a certificate store or list.
const MAX_STORE_NAME: usize = 256;

/// The longest hash of a certificate that is taken: SHA-512. HTTP.sys uses SHA-1, 20 bytes.
const MAX_HASH: usize = 64;

/// The endpoint of a certificate record.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum SslKey {
    /// An address and a port; `0.0.0.0` and `::` stand for all addresses of their family (id 1).
    IpPort(SocketAddr),
    /// A host name that the client asks for (SNI), and a port (id 5). `*.name` stands for every
    /// name one label longer; `*` alone for every name, from the central certificate store
    /// (documented: HttpUpdateServiceConfiguration).
    HostNamePort {
        /// The name, in lower case ([`SslKey::host_name_port`]).
        name: String,
        /// The port.
        port: u16,
    },
    /// A port whose certificates are chosen by host name from the central certificate store (id 6).
    Ccs(u16),
    /// A host name and port whose certificate comes from the central certificate store (id 11).
    ScopedCcs {
        /// The name, in lower case.
        name: String,
        /// The port.
        port: u16,
    },
}

/// Which of the four sorts of certificate record is meant: the record ids 1, 5, 6 and 11, and with 8, 9, 10 and 12
/// their extended ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SslKeyKind {
    /// HttpServiceConfigSSLCertInfo.
    IpPort,
    /// HttpServiceConfigSslSniCertInfo.
    HostNamePort,
    /// HttpServiceConfigSslCcsCertInfo.
    Ccs,
    /// HttpServiceConfigSslScopedCcsCertInfo.
    ScopedCcs,
}

impl SslKey {
    /// The key of a host name and port.
    ///
    /// # Errors
    /// As [`SslKey::check`].
    pub fn host_name_port(name: &str, port: u16) -> Result<SslKey, InvalidSslRecord> {
        let name = name.to_ascii_lowercase();
        SslKey::HostNamePort { name, port }.checked()
    }

    /// The key of a host name and port of the central certificate store.
    ///
    /// # Errors
    /// As [`SslKey::check`].
    pub fn scoped_ccs(name: &str, port: u16) -> Result<SslKey, InvalidSslRecord> {
        let name = name.to_ascii_lowercase();
        SslKey::ScopedCcs { name, port }.checked()
    }

    /// Which sort of record has it.
    #[must_use]
    pub fn kind(&self) -> SslKeyKind {
        match self {
            SslKey::IpPort(_) => SslKeyKind::IpPort,
            SslKey::HostNamePort { .. } => SslKeyKind::HostNamePort,
            SslKey::Ccs(_) => SslKeyKind::Ccs,
            SslKey::ScopedCcs { .. } => SslKeyKind::ScopedCcs,
        }
    }

    /// The port.
    #[must_use]
    pub fn port(&self) -> u16 {
        match self {
            SslKey::IpPort(address) => address.port(),
            SslKey::Ccs(port)
            | SslKey::HostNamePort { port, .. }
            | SslKey::ScopedCcs { port, .. } => *port,
        }
    }

    /// The host name, where the key has one.
    #[must_use]
    pub fn host_name(&self) -> Option<&str> {
        match self {
            SslKey::HostNamePort { name, .. } | SslKey::ScopedCcs { name, .. } => Some(name),
            SslKey::IpPort(_) | SslKey::Ccs(_) => None,
        }
    }

    /// Whether the key is one.
    ///
    /// # Errors
    /// Port 0, and a name that is no host name.
    pub fn check(&self) -> Result<(), InvalidSslRecord> {
        if self.port() == 0 {
            return Err(InvalidSslRecord::NoPort);
        }
        match self.host_name() {
            Some(name) if !is_host_name(name) => Err(InvalidSslRecord::HostName),
            _ => Ok(()),
        }
    }

    fn checked(self) -> Result<SslKey, InvalidSslRecord> {
        self.check().map(|()| self)
    }
}

/// As netsh writes it: `0.0.0.0:443`, `example.org:443`, `443`.
impl fmt::Display for SslKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SslKey::IpPort(address) => write!(f, "{address}"),
            SslKey::HostNamePort { name, port } | SslKey::ScopedCcs { name, port } => {
                write!(f, "{name}:{port}")
            }
            SslKey::Ccs(port) => write!(f, "{port}"),
        }
    }
}

/// A host name, also with a wildcard as its first label, in the letters that DNS and `_` have.
fn is_host_name(name: &str) -> bool {
    if name == "*" {
        return true;
    }
    let rest = name.strip_prefix("*.").unwrap_or(name);
    let is_label = |label: &str| {
        let letters = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        !label.is_empty() && label.len() <= 63 && label.bytes().all(letters)
    };
    name.len() <= MAX_HOST_NAME
        && rest.split('.').all(is_label)
        && rest.parse::<Ipv4Addr>().is_err()
}

/// HTTP_SERVICE_CONFIG_SSL_PARAM: the value of a certificate record.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SslParameters {
    /// The hash of the certificate: SHA-1, 20 bytes. Empty for a record of the central certificate store.
    pub hash: Vec<u8>,
    /// The id of the program that made the record, a GUID as it lies in memory.
    pub app_id: [u8; 16],
    /// The certificate store; `None` is `MY`.
    pub store_name: Option<String>,
    /// HTTP_CERT_CHECK_MODE flags: how client certificates are checked.
    pub check_mode: u32,
    /// After how many seconds a new revocation list is fetched.
    pub freshness_seconds: u32,
    /// How long fetching it may take, in milliseconds.
    pub url_retrieval_timeout_ms: u32,
    /// The list of issuers that are trusted.
    pub ctl_identifier: Option<String>,
    /// The store in which that list is.
    pub ctl_store_name: Option<String>,
    /// DefaultFlags.
    pub flags: SslFlags,
}

impl SslParameters {
    /// The certificate store that is used if the record names none.
    pub const DEFAULT_STORE: &'static str = "MY";

    /// The certificate store.
    #[must_use]
    pub fn store(&self) -> &str {
        match &self.store_name {
            Some(name) => name,
            None => SslParameters::DEFAULT_STORE,
        }
    }

    /// Whether the value is one for this key.
    ///
    /// # Errors
    /// No hash where the key is no central store's, a hash that is too long, and names of stores that are
    /// empty, too long or not fit to be a folder's.
    pub fn check(&self, key: &SslKey) -> Result<(), InvalidSslRecord> {
        let needs_hash = match key.kind() {
            SslKeyKind::IpPort => true,
            SslKeyKind::HostNamePort => key.host_name() != Some("*"),
            SslKeyKind::Ccs | SslKeyKind::ScopedCcs => false,
        };
        if needs_hash && self.hash.is_empty() {
            return Err(InvalidSslRecord::NoHash);
        }
        if self.hash.len() > MAX_HASH {
            return Err(InvalidSslRecord::LongHash);
        }
        let is_bad = |name: &Option<String>| name.as_deref().is_some_and(|own| !is_store_name(own));
        if is_bad(&self.store_name) {
            return Err(InvalidSslRecord::StoreName);
        }
        if is_bad(&self.ctl_store_name) {
            return Err(InvalidSslRecord::CtlStoreName);
        }
        match &self.ctl_identifier {
            Some(name) if name.chars().count() > MAX_STORE_NAME => {
                Err(InvalidSslRecord::LongCtlIdentifier)
            }
            _ => Ok(()),
        }
    }
}

/// Whether a certificate store may be called so: its certificates are in a folder of this name.
#[must_use]
pub fn is_store_name(name: &str) -> bool {
    let bad = |letter: char| letter.is_control() || "/\\:*?\"<>|".contains(letter);
    !name.is_empty()
        && name.chars().count() <= MAX_STORE_NAME
        && !name.starts_with('.')
        && !name.contains(bad)
}

/// HTTP_SERVICE_CONFIG_SSL_PARAM.DefaultFlags. Bits without a name are preserved.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct SslFlags(pub u32);

impl SslFlags {
    /// HTTP_SERVICE_CONFIG_SSL_FLAG_USE_DS_MAPPER: client certificates stand for accounts. Stored
    /// without effect.
    pub const USE_DS_MAPPER: SslFlags = SslFlags(0x1);
    /// HTTP_SERVICE_CONFIG_SSL_FLAG_NEGOTIATE_CLIENT_CERT: clients are asked for a certificate.
    pub const NEGOTIATE_CLIENT_CERT: SslFlags = SslFlags(0x2);
    /// HTTP_SERVICE_CONFIG_SSL_FLAG_NO_RAW_FILTER: for old systems. Stored without effect.
    pub const NO_RAW_FILTER: SslFlags = SslFlags(0x4);
    /// HTTP_SERVICE_CONFIG_SSL_FLAG_REJECT: connections of this record are refused.
    pub const REJECT: SslFlags = SslFlags(0x8);
    /// HTTP_SERVICE_CONFIG_SSL_FLAG_DISABLE_HTTP2.
    pub const DISABLE_HTTP2: SslFlags = SslFlags(0x10);
    /// HTTP_SERVICE_CONFIG_SSL_FLAG_DISABLE_QUIC.
    pub const DISABLE_QUIC: SslFlags = SslFlags(0x20);
    /// HTTP_SERVICE_CONFIG_SSL_FLAG_DISABLE_TLS13.
    pub const DISABLE_TLS13: SslFlags = SslFlags(0x40);
    /// HTTP_SERVICE_CONFIG_SSL_FLAG_DISABLE_OCSP_STAPLING.
    pub const DISABLE_OCSP_STAPLING: SslFlags = SslFlags(0x80);
    /// HTTP_SERVICE_CONFIG_SSL_FLAG_ENABLE_TOKEN_BINDING.
    pub const ENABLE_TOKEN_BINDING: SslFlags = SslFlags(0x100);
    /// HTTP_SERVICE_CONFIG_SSL_FLAG_LOG_EXTENDED_EVENTS.
    pub const LOG_EXTENDED_EVENTS: SslFlags = SslFlags(0x200);
    /// HTTP_SERVICE_CONFIG_SSL_FLAG_DISABLE_LEGACY_TLS: versions below 1.2, which are never
    /// offered.
    pub const DISABLE_LEGACY_TLS: SslFlags = SslFlags(0x400);
    /// HTTP_SERVICE_CONFIG_SSL_FLAG_ENABLE_SESSION_TICKET.
    pub const ENABLE_SESSION_TICKET: SslFlags = SslFlags(0x800);
    /// HTTP_SERVICE_CONFIG_SSL_FLAG_DISABLE_TLS12.
    pub const DISABLE_TLS12: SslFlags = SslFlags(0x1000);
    /// HTTP_SERVICE_CONFIG_SSL_FLAG_ENABLE_CLIENT_CORRELATION.
    pub const ENABLE_CLIENT_CORRELATION: SslFlags = SslFlags(0x2000);
    /// HTTP_SERVICE_CONFIG_SSL_FLAG_DISABLE_SESSION_ID.
    pub const DISABLE_SESSION_ID: SslFlags = SslFlags(0x4000);
    /// HTTP_SERVICE_CONFIG_SSL_FLAG_ENABLE_CACHE_CLIENT_HELLO.
    pub const ENABLE_CACHE_CLIENT_HELLO: SslFlags = SslFlags(0x8000);

    /// Each flag with the name that it has in the configuration file.
    pub const NAMES: [(&'static str, SslFlags); 16] = [
        ("use_ds_mapper", SslFlags::USE_DS_MAPPER),
        ("negotiate_client_cert", SslFlags::NEGOTIATE_CLIENT_CERT),
        ("no_raw_filter", SslFlags::NO_RAW_FILTER),
        ("reject", SslFlags::REJECT),
        ("disable_http2", SslFlags::DISABLE_HTTP2),
        ("disable_quic", SslFlags::DISABLE_QUIC),
        ("disable_tls13", SslFlags::DISABLE_TLS13),
        ("disable_ocsp_stapling", SslFlags::DISABLE_OCSP_STAPLING),
        ("enable_token_binding", SslFlags::ENABLE_TOKEN_BINDING),
        ("log_extended_events", SslFlags::LOG_EXTENDED_EVENTS),
        ("disable_legacy_tls", SslFlags::DISABLE_LEGACY_TLS),
        ("enable_session_ticket", SslFlags::ENABLE_SESSION_TICKET),
        ("disable_tls12", SslFlags::DISABLE_TLS12),
        (
            "enable_client_correlation",
            SslFlags::ENABLE_CLIENT_CORRELATION,
        ),
        ("disable_session_id", SslFlags::DISABLE_SESSION_ID),
        (
            "enable_cache_client_hello",
            SslFlags::ENABLE_CACHE_CLIENT_HELLO,
        ),
    ];

    /// Whether all flags of `other` are set.
    #[must_use]
    pub const fn contains(self, other: SslFlags) -> bool {
        self.0 & other.0 == other.0
    }

    /// These flags and those of `other`.
    #[must_use]
    pub const fn union(self, other: SslFlags) -> SslFlags {
        SslFlags(self.0 | other.0)
    }
}

/// Why a certificate record is not valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum InvalidSslRecord {
    /// Port 0.
    NoPort,
    /// A name that is no host name.
    HostName,
    /// No hash, and the key is no central store's.
    NoHash,
    /// A hash that no hash function makes.
    LongHash,
    /// A name that no store can have.
    StoreName,
    /// The same of the store in which the list of issuers is.
    CtlStoreName,
    /// The name of that list is longer than it may be.
    LongCtlIdentifier,
    /// A value that the extended parameter does not have: its field, empty where it has one only, and why.
    Extended(&'static str, &'static str),
}

impl InvalidSslRecord {
    /// What is wrong, in words.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            InvalidSslRecord::NoPort => "the port is 0",
            InvalidSslRecord::HostName => "not a host name: letters, digits, - and _ between dots",
            InvalidSslRecord::NoHash => "the hash of the certificate is missing",
            InvalidSslRecord::LongHash => "the hash of the certificate is longer than 64 bytes",
            InvalidSslRecord::StoreName => {
                "the name of the store is empty, too long or no name of a folder"
            }
            InvalidSslRecord::CtlStoreName => {
                "the name of the store of issuers is empty, too long or no name of a folder"
            }
            InvalidSslRecord::LongCtlIdentifier => {
                "the name of the list of issuers is longer than 256 characters"
            }
            InvalidSslRecord::Extended(_, why) => why,
        }
    }
}

impl fmt::Display for InvalidSslRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.words())
    }
}

impl std::error::Error for InvalidSslRecord {}

impl From<InvalidSslRecord> for Error {
    fn from(_: InvalidSslRecord) -> Error {
        Error::InvalidParameter
    }
}

/// A certificate record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SslRecord {
    /// What it is for.
    pub key: SslKey,
    /// What it says.
    pub parameters: SslParameters,
}

impl SslRecord {
    /// Whether the record is one.
    ///
    /// # Errors
    /// As [`SslKey::check`] and [`SslParameters::check`].
    pub fn check(&self) -> Result<(), InvalidSslRecord> {
        self.key.check()?;
        self.parameters.check(&self.key)
    }
}
