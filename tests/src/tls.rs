//! The client's side of TLS, and the certificates of tests.
//!
//! Owns: what a client offers and expects ([`Offer`]), its session over a socket ([`TlsWire`]), and the
//! bindings of the service of the process, of which each test adds its own, or of its simulation. Does not own any
//! expectation.
//! Threading: the bindings may be changed from several tests at once.

use std::fmt;
use std::io::{self, ErrorKind, Read, Write};
use std::net::SocketAddr;
use std::sync::Arc;

use httpsys_engine::Service;
use httpsys_socket::lock::Mutex;
use httpsys_tls::{BindingFlags, Bindings, Certificate, TlsBinding};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{ClientConnectionData, Resumption};
use rustls::crypto::cipher::{MessageEncrypter, OutboundPlainMessage};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::{
    ClientConfig, ClientConnection, ConnectionCommon, ConnectionTrafficSecrets, ContentType,
    DigitallySignedStruct, Error, ProtocolVersion, SignatureScheme, SupportedProtocolVersion,
};

use crate::net::TcpStream;

/// `localhost`, `127.0.0.1`, `::1`; P-256.
pub const LOCALHOST: &[u8] = include_bytes!("../../crates/tls/testdata/localhost.pem");
/// `example.test`, `*.example.test`; RSA with 2048 bits.
pub const EXAMPLE: &[u8] = include_bytes!("../../crates/tls/testdata/example.pem");
/// `other.test`; P-256.
pub const OTHER: &[u8] = include_bytes!("../../crates/tls/testdata/other.pem");
/// Of a client.
pub const CLIENT: &[u8] = include_bytes!("../../crates/tls/testdata/client.pem");
/// The root that has signed the others.
pub const ROOT: &[u8] = include_bytes!("../../crates/tls/testdata/root.pem");

/// Whether all worlds of this run have https URLs: `HTTPSYS_TEST_TLS=1`.
#[must_use]
pub fn is_everywhere() -> bool {
    std::env::var_os("HTTPSYS_TEST_TLS").is_some_and(|value| value == "1")
}

/// The DER encoding of the first certificate of a PEM text.
///
/// # Panics
/// If it has none.
#[must_use]
pub fn der(pem: &[u8]) -> Vec<u8> {
    CertificateDer::from_pem_slice(pem).expect("PEM").to_vec()
}

/// The SHA-256 of some bytes.
#[must_use]
pub fn sha256(bytes: &[u8]) -> Vec<u8> {
    let suite = ring::cipher_suite::TLS13_AES_128_GCM_SHA256;
    let suite = suite.tls13().expect("a suite of TLS 1.3");
    suite.common.hash_provider.hash(bytes).as_ref().to_vec()
}

/// A binding of a certificate.
///
/// # Panics
/// If there can be none.
#[must_use]
pub fn binding(pem: &[u8], flags: u32) -> TlsBinding {
    let certificate = Certificate::from_pem(pem).expect("a certificate");
    let root = der(ROOT);
    let roots: [&[u8]; 1] = [&root];
    TlsBinding::with_client_roots(Arc::new(certificate), BindingFlags(flags), &roots)
        .expect("a binding")
}

/// What is bound to the service of the process, by all its tests.
static BOUND: Bound = Bound::new();

/// What is bound to a service.
#[derive(Debug)]
pub(crate) struct Bound(Mutex<Vec<(Place, TlsBinding)>>);

#[derive(Clone, Debug, PartialEq)]
enum Place {
    Host(String, u16),
    Address(SocketAddr),
}

/// Binds a host name at a port; the last binding of the same place counts.
pub fn bind_host(name: &str, port: u16, binding: TlsBinding) {
    bind(Place::Host(name.to_owned(), port), binding);
}

/// Binds an address at a port; the last binding of the same place counts.
pub fn bind_address(address: SocketAddr, binding: TlsBinding) {
    bind(Place::Address(address), binding);
}

/// To the service of the process, or that of the simulation.
fn bind(place: Place, binding: TlsBinding) {
    #[cfg(feature = "sim")]
    if let Some((service, bound)) = crate::simulation::bound() {
        return bound.add(&service, place, binding);
    }
    let service = Service::global().expect("the service");
    BOUND.add(service, place, binding);
}

impl Bound {
    pub(crate) const fn new() -> Bound {
        Bound(Mutex::new(Vec::new()))
    }

    /// The lock is held meanwhile, so that the service has what was bound last.
    fn add(&self, service: &Service, place: Place, binding: TlsBinding) {
        let mut bound = self.0.lock();
        bound.retain(|(own, _)| *own != place);
        bound.push((place, binding));
        let mut builder = Bindings::builder();
        for (place, binding) in bound.iter().cloned() {
            builder = match place {
                Place::Host(name, port) => builder.host(&name, port, binding),
                Place::Address(address) => builder.address(address, binding),
            };
        }
        service.set_tls_bindings(Arc::new(builder.build()));
    }
}

/// What a client offers.
#[derive(Clone, Debug)]
pub struct Offer {
    /// Names it asks for; empty: none.
    pub name: String,
    /// The protocols of ALPN; empty: none.
    pub alpn: Vec<Vec<u8>>,
    config: ClientConfig,
}

impl Offer {
    /// TLS 1.3 and 1.2, the name `localhost`, no ALPN, no resumption. Every server is trusted.
    #[must_use]
    pub fn new() -> Offer {
        Offer::with(&[&rustls::version::TLS13, &rustls::version::TLS12])
    }

    /// As [`Offer::new`], with TLS 1.2 alone.
    #[must_use]
    pub fn tls12() -> Offer {
        Offer::with(&[&rustls::version::TLS12])
    }

    /// As [`Offer::new`], with TLS 1.3 alone.
    #[must_use]
    pub fn tls13() -> Offer {
        Offer::with(&[&rustls::version::TLS13])
    }

    fn with(versions: &[&'static SupportedProtocolVersion]) -> Offer {
        Offer::of(versions, None)
    }

    fn of(versions: &[&'static SupportedProtocolVersion], shows: Option<&[u8]>) -> Offer {
        let provider = Arc::new(ring::default_provider());
        let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
            .with_protocol_versions(versions)
            .expect("versions")
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(AnyServer(provider)));
        let mut config = match shows {
            None => builder.with_no_client_auth(),
            Some(pem) => {
                let chain = CertificateDer::pem_slice_iter(pem);
                let chain = chain.collect::<Result<_, _>>().expect("certificates");
                let key = PrivateKeyDer::from_pem_slice(pem).expect("a key");
                builder.with_client_auth_cert(chain, key).expect("it fits")
            }
        };
        config.resumption = Resumption::disabled();
        config.enable_secret_extraction = true;
        Offer {
            name: "localhost".to_owned(),
            alpn: Vec::new(),
            config,
        }
    }

    /// As [`Offer::new`], and shows this certificate if it is asked for one.
    #[must_use]
    pub fn showing(pem: &[u8]) -> Offer {
        Offer::of(
            &[&rustls::version::TLS13, &rustls::version::TLS12],
            Some(pem),
        )
    }

    /// Asks for this name.
    #[must_use]
    pub fn name(mut self, name: &str) -> Offer {
        name.clone_into(&mut self.name);
        self
    }

    /// Offers these protocols.
    #[must_use]
    pub fn alpn(mut self, names: &[&str]) -> Offer {
        self.alpn = names.iter().map(|name| name.as_bytes().to_vec()).collect();
        self
    }

    /// Resumes sessions of this offer and its clones.
    #[must_use]
    pub fn resuming(mut self) -> Offer {
        self.config.resumption = Resumption::in_memory_sessions(16);
        self
    }
}

impl Default for Offer {
    fn default() -> Self {
        Offer::new()
    }
}

/// Trusts every server whose signature fits.
#[derive(Debug)]
struct AnyServer(Arc<CryptoProvider>);

impl ServerCertVerifier for AnyServer {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _name: &ServerName<'_>,
        _ocsp: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(
            message,
            cert,
            dss,
            &self.0.signature_verification_algorithms,
        )
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(
            message,
            cert,
            dss,
            &self.0.signature_verification_algorithms,
        )
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

/// The client's records of one connection of TLS 1.3, made one by one: also those that no library sends.
pub struct RecordWriter {
    encrypter: Box<dyn MessageEncrypter>,
    next: u64,
}

impl fmt::Debug for RecordWriter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = f.debug_struct("RecordWriter");
        text.field("next", &self.next).finish_non_exhaustive()
    }
}

impl RecordWriter {
    /// A record of this content.
    ///
    /// # Panics
    /// If it is too long.
    #[must_use]
    pub fn record(&mut self, typ: ContentType, content: &[u8]) -> Vec<u8> {
        let plain = OutboundPlainMessage {
            typ,
            version: ProtocolVersion::TLSv1_2,
            payload: content.into(),
        };
        let sealed = self.encrypter.encrypt(plain, self.next);
        self.next += 1;
        sealed.expect("a record").encode()
    }
}

/// The client's session of one connection.
#[derive(Debug)]
pub struct TlsWire(ClientConnection);

impl TlsWire {
    /// Shakes hands.
    ///
    /// # Errors
    /// What the socket or TLS says.
    ///
    /// # Panics
    /// If the name to ask for is none.
    pub fn connect(offer: &Offer, stream: &mut TcpStream) -> io::Result<TlsWire> {
        let mut wire = TlsWire::begin(offer);
        while wire.0.is_handshaking() {
            wire.0.complete_io(stream)?;
        }
        Ok(wire)
    }

    /// Shakes hands with TLS 1.3, and hands out the client's side; nothing can be read.
    ///
    /// # Errors
    /// What the socket or TLS says.
    ///
    /// # Panics
    /// If another suite was chosen than AES with 256 bits.
    pub fn into_writer(offer: &Offer, stream: &mut TcpStream) -> io::Result<RecordWriter> {
        let wire = TlsWire::connect(offer, stream)?;
        let suite = wire
            .0
            .negotiated_cipher_suite()
            .and_then(|suite| suite.tls13());
        let secrets = wire.0.dangerous_extract_secrets().expect("secrets");
        let (next, ConnectionTrafficSecrets::Aes256Gcm { key, iv }) = secrets.tx else {
            panic!("another suite");
        };
        let encrypter = suite.expect("TLS 1.3").aead_alg.encrypter(key, iv);
        Ok(RecordWriter { encrypter, next })
    }

    /// Before its first byte.
    ///
    /// # Panics
    /// If the name to ask for is none.
    #[must_use]
    pub fn begin(offer: &Offer) -> TlsWire {
        let mut config = offer.config.clone();
        config.alpn_protocols.clone_from(&offer.alpn);
        config.enable_sni = !offer.name.is_empty();
        let name = if offer.name.is_empty() {
            "localhost"
        } else {
            &offer.name
        };
        let name = ServerName::try_from(name.to_owned()).expect("a name");
        TlsWire(ClientConnection::new(Arc::new(config), name).expect("a session"))
    }

    /// What rustls knows of the session.
    #[must_use]
    pub fn session(&self) -> &ConnectionCommon<ClientConnectionData> {
        &self.0
    }

    /// As [`TlsWire::session`], to change it.
    pub fn session_mut(&mut self) -> &mut ConnectionCommon<ClientConnectionData> {
        &mut self.0
    }

    /// Sends all bytes.
    ///
    /// # Errors
    /// What the socket says.
    pub fn send(&mut self, stream: &mut TcpStream, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            let n = self.0.writer().write(bytes)?;
            bytes = &bytes[n..];
            self.flush(stream)?;
        }
        Ok(())
    }

    /// Sends what waits.
    ///
    /// # Errors
    /// What the socket says.
    pub fn flush(&mut self, stream: &mut TcpStream) -> io::Result<()> {
        while self.0.wants_write() {
            self.0.write_tls(stream)?;
        }
        Ok(())
    }

    /// Says that nothing more comes from the client.
    ///
    /// # Errors
    /// What the socket says.
    pub fn finish(&mut self, stream: &mut TcpStream) -> io::Result<()> {
        self.0.send_close_notify();
        self.flush(stream)
    }

    /// Reads some bytes; 0 at the end, with close_notify or without.
    ///
    /// # Errors
    /// What the socket or TLS says.
    pub fn read(&mut self, stream: &mut TcpStream, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.0.reader().read(buffer) {
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                Err(error) if error.kind() == ErrorKind::UnexpectedEof => return Ok(0),
                read => return read,
            }
            self.0.read_tls(stream)?;
            let processed = self.0.process_new_packets();
            processed.map_err(|error| io::Error::new(ErrorKind::InvalidData, error))?;
        }
    }
}
