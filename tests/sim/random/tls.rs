//! Runs over TLS: the certificate of the program, and the client's side of a connection.
//!
//! Owns: plain bytes from the simulated connection and back, over TLS or not. Does not own: what clients send and
//! expect (`client.rs`). Invariant: the lengths of all records follow from the script, so that the same seed
//! is the same run: the key is an RSA key, whose signatures are all of one length.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use httpsys_network::Stream;
use httpsys_tls::{BindingFlags, Bindings, Certificate, TlsBinding};
use rustls::client::{ClientConnectionData, Resumption};
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::time_provider::TimeProvider;
use rustls::{ClientConfig, ClientConnection, ConnectionCommon, RootCertStore};

const CERTIFICATE: &[u8] = include_bytes!("../../../crates/tls/testdata/example.pem");
const ROOT: &[u8] = include_bytes!("../../../crates/tls/testdata/root.pem");
const NAME: &str = "example.test";

/// Within the time for which the certificates are made.
const NOW: Duration = Duration::from_secs(1_893_456_000);

/// Sessions that the clients of a run remember.
const SESSIONS: usize = 16;

#[derive(Debug)]
struct FixedTime;

impl TimeProvider for FixedTime {
    fn current_time(&self) -> Option<UnixTime> {
        Some(UnixTime::since_unix_epoch(NOW))
    }
}

/// What is bound for a run, with session tickets of its own.
pub(crate) fn bindings() -> Arc<Bindings> {
    static BOUND: LazyLock<Arc<Certificate>> = LazyLock::new(|| {
        let certificate = Certificate::from_pem(CERTIFICATE);
        Arc::new(certificate.expect("a certificate"))
    });
    let binding = TlsBinding::new(Arc::clone(&BOUND), BindingFlags::default());
    let all = SocketAddr::from(([0, 0, 0, 0], 443));
    let builder = Bindings::builder().address(all, binding.expect("a binding"));
    Arc::new(builder.build())
}

/// What the clients of a run offer, for HTTP/2 or not. They resume their sessions.
pub(crate) fn offer(streams: bool) -> Arc<ClientConfig> {
    static OFFER: LazyLock<ClientConfig> = LazyLock::new(|| {
        let mut roots = RootCertStore::empty();
        let root = CertificateDer::from_pem_slice(ROOT).expect("PEM");
        roots.add(root).expect("a root");
        let provider = Arc::new(ring::default_provider());
        ClientConfig::builder_with_details(provider, Arc::new(FixedTime))
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_root_certificates(roots)
            .with_no_client_auth()
    });
    let mut own = OFFER.clone();
    if streams {
        own.alpn_protocols = vec![b"h2".to_vec()];
    }
    own.resumption = Resumption::in_memory_sessions(SESSIONS);
    Arc::new(own)
}

/// A client's side of a connection. No call waits.
pub(crate) struct ClientStream {
    stream: Stream,
    tls: Option<Box<ClientConnection>>,
}

impl ClientStream {
    pub(crate) fn new(stream: Stream, offer: Option<&Arc<ClientConfig>>) -> ClientStream {
        let begin = |offer: &Arc<ClientConfig>| {
            let name = ServerName::try_from(NAME).expect("a name");
            let begun = ClientConnection::new(Arc::clone(offer), name);
            Box::new(begun.expect("a session"))
        };
        ClientStream {
            stream,
            tls: offer.map(begin),
        }
    }

    /// Goes on with the handshake. `false`: it is over, or has failed.
    pub(crate) fn is_shaking_hands(&mut self) -> bool {
        let is_begun = |tls: &mut Box<ClientConnection>| tls.is_handshaking();
        if !self.tls.as_mut().is_some_and(is_begun) {
            return false;
        }
        let waits = |error: io::Error| error.kind() == ErrorKind::WouldBlock;
        match self.read(&mut [0; 4_096]) {
            Err(error) => waits(error) && self.tls.as_mut().is_some_and(is_begun),
            Ok(0) => false,
            Ok(_) => unreachable!("nobody has asked for anything"),
        }
    }

    /// Ends the sending side in order. `WouldBlock`: the network does not take close_notify now.
    pub(crate) fn end_sending(&mut self) -> io::Result<()> {
        if let Some(tls) = &mut self.tls {
            tls.send_close_notify();
            flush(tls, &mut self.stream)?;
        }
        self.stream.shutdown(Shutdown::Write)
    }

    pub(crate) fn reset(self) {
        self.stream.reset();
    }
}

/// Hands over what the network takes.
fn flush(tls: &mut ConnectionCommon<ClientConnectionData>, stream: &mut Stream) -> io::Result<()> {
    while tls.wants_write() {
        tls.write_tls(stream)?;
    }
    Ok(())
}

impl Read for ClientStream {
    /// `WouldBlock`: nothing is there. 0: the end, with close_notify or without.
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let Some(tls) = &mut self.tls else {
            return self.stream.read(buffer);
        };
        loop {
            match flush(tls, &mut self.stream) {
                Err(error) if error.kind() != ErrorKind::WouldBlock => return Err(error),
                _ => {}
            }
            match tls.reader().read(buffer) {
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                Err(error) if error.kind() == ErrorKind::UnexpectedEof => return Ok(0),
                read => return read,
            }
            // Not more than was asked for: some clients read slowly.
            let taken = tls.read_tls(&mut (&mut self.stream).take(buffer.len() as u64))?;
            let processed = tls.process_new_packets();
            processed.expect("the service speaks TLS");
            if taken == 0 {
                return Ok(0);
            }
        }
    }
}

impl Write for ClientStream {
    /// `WouldBlock`: the network takes nothing now, or the handshake waits for the service.
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let Some(tls) = &mut self.tls else {
            return self.stream.write(bytes);
        };
        // What waits first, so that no more than one piece does.
        flush(tls, &mut self.stream)?;
        if tls.is_handshaking() {
            return Err(ErrorKind::WouldBlock.into());
        }
        let taken = tls.writer().write(bytes)?;
        match flush(tls, &mut self.stream) {
            Err(error) if error.kind() != ErrorKind::WouldBlock => Err(error),
            _ => Ok(taken),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        let Some(tls) = &mut self.tls else {
            return Ok(());
        };
        flush(tls, &mut self.stream)
    }
}
