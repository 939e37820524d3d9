//! Tests of `session.rs`, with a client in memory.

use std::collections::VecDeque;

use rustls::client::Resumption;
use rustls::pki_types::ServerName;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, ClientConnection, RootCertStore, SupportedProtocolVersion};

use httpsys_core::tls::{ChainVerdict, TlsProtocol};

use super::*;
use crate::binding::{BindingFlags, TlsBinding};
use crate::certificate::Certificate;

/// 2030-01-01.
const NOW: u64 = 1_893_456_000;

const LOCAL: &str = "127.0.0.1:443";

fn binding(pem: &[u8], flags: u32) -> TlsBinding {
    let certificate = Arc::new(Certificate::from_pem(pem).unwrap());
    TlsBinding::new(certificate, BindingFlags(flags)).unwrap()
}

fn localhost(flags: u32) -> Arc<Bindings> {
    let pem = include_bytes!("../../testdata/localhost.pem");
    let all = "0.0.0.0:443".parse().unwrap();
    Arc::new(
        Bindings::builder()
            .address(all, binding(pem, flags))
            .build(),
    )
}

fn session(bindings: &Arc<Bindings>) -> TlsSession {
    TlsSession::new(Arc::clone(bindings), LOCAL.parse().unwrap())
}

fn config(versions: &[&'static SupportedProtocolVersion], shows: bool) -> ClientConfig {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut roots = RootCertStore::empty();
    let root = CertificateDer::from_pem_slice(include_bytes!("../../testdata/root.pem")).unwrap();
    roots.add(root).unwrap();
    let builder = ClientConfig::builder_with_details(provider, Arc::new(time::GivenTime))
        .with_protocol_versions(versions)
        .unwrap()
        .with_root_certificates(roots);
    let mut config = if shows {
        let pem = include_bytes!("../../testdata/client.pem");
        let chain = CertificateDer::pem_slice_iter(pem);
        let chain = chain.collect::<Result<_, _>>().unwrap();
        let key = PrivateKeyDer::from_pem_slice(pem).unwrap();
        builder.with_client_auth_cert(chain, key).unwrap()
    } else {
        builder.with_no_client_auth()
    };
    config.resumption = Resumption::in_memory_sessions(8);
    config
}

fn client(config: &ClientConfig, name: &str) -> ClientConnection {
    let name = ServerName::try_from(name.to_owned()).unwrap();
    time::at(NOW, || {
        ClientConnection::new(Arc::new(config.clone()), name).unwrap()
    })
}

/// One direction of the wire, which takes so many bytes.
#[derive(Default)]
struct Pipe {
    bytes: VecDeque<u8>,
    room: usize,
}

impl Read for Pipe {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.bytes.is_empty() {
            return Err(ErrorKind::WouldBlock.into());
        }
        self.bytes.read(buffer)
    }
}

impl Write for Pipe {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let n = bytes.len().min(self.room);
        if n == 0 {
            return Err(ErrorKind::WouldBlock.into());
        }
        self.room -= n;
        self.bytes.write(&bytes[..n])
    }

    fn write_vectored(&mut self, pieces: &[IoSlice<'_>]) -> io::Result<usize> {
        let all: Vec<u8> = pieces
            .iter()
            .flat_map(|piece| piece.iter().copied())
            .collect();
        self.write(&all)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A session and a client, and what is between them.
struct Pair {
    session: TlsSession,
    client: ClientConnection,
    info: Option<TlsInfo>,
    to_server: Pipe,
    /// Plain bytes that the client has.
    received: Vec<u8>,
}

impl Pair {
    fn new(bindings: &Arc<Bindings>, client: ClientConnection) -> Pair {
        Pair::with(session(bindings), client)
    }

    fn with(session: TlsSession, client: ClientConnection) -> Pair {
        Pair {
            session,
            client,
            info: None,
            to_server: Pipe::default(),
            received: Vec::new(),
        }
    }

    /// Hands bytes over until nobody has any.
    fn run(&mut self) -> Result<(), TlsFailure> {
        loop {
            let mut idle = true;
            while self.client.wants_write() {
                self.client.write_tls(&mut self.to_server.bytes).unwrap();
            }
            while !self.to_server.bytes.is_empty() {
                idle = false;
                self.session.receive(&mut self.to_server).unwrap();
                self.step()?;
                if self.session.unread() > 0 {
                    break;
                }
            }
            idle &= !self.transmit(usize::MAX);
            if idle || self.session.unread() > 0 {
                return Ok(());
            }
        }
    }

    fn step(&mut self) -> Result<(), TlsFailure> {
        match self.session.process(NOW)? {
            TlsStep::HelloReceived => {
                self.session.answer(NOW)?;
                self.step()
            }
            TlsStep::Secured(info) => {
                self.info = Some(*info);
                Ok(())
            }
            TlsStep::Read => Ok(()),
        }
    }

    /// Gives the client what the session sends, as far as there is room; whether there was something.
    fn transmit(&mut self, room: usize) -> bool {
        let mut wire = Pipe {
            room,
            ..Pipe::default()
        };
        while self.session.unsent() > 0 && self.session.transmit(&mut wire).is_ok() {}
        let some = !wire.bytes.is_empty();
        while !wire.bytes.is_empty() {
            self.client.read_tls(&mut wire.bytes).unwrap();
            time::at(NOW, || self.client.process_new_packets()).unwrap();
            let mut buffer = [0; 5000];
            while let Ok(n @ 1..) = self.client.reader().read(&mut buffer) {
                self.received.extend_from_slice(&buffer[..n]);
            }
        }
        some
    }

    fn info(&self) -> &TlsInfo {
        self.info.as_ref().expect("secured")
    }
}

fn secured(bindings: &Arc<Bindings>, config: &ClientConfig) -> Pair {
    secured_with(session(bindings), config)
}

fn secured_with(server: TlsSession, config: &ClientConfig) -> Pair {
    let mut pair = Pair::with(server, client(config, "localhost"));
    pair.run().unwrap();
    pair
}

#[test]
fn tls_006_a_handshake_tells_version_suite_and_name() {
    let bindings = localhost(0);
    for (version, protocol) in [
        (&rustls::version::TLS12, TlsProtocol::Tls12),
        (&rustls::version::TLS13, TlsProtocol::Tls13),
    ] {
        let mut config = config(&[version], false);
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        let pair = secured(&bindings, &config);
        let info = pair.info();
        assert_eq!(info.protocol, protocol);
        assert_eq!(info.server_name.as_deref(), Some("localhost"));
        assert_eq!(info.alpn.as_deref(), Some(&b"http/1.1"[..]));
        assert!(info.cipher().bits >= 128 && info.group.is_some());
        assert!(!info.resumed && !info.bound_by_name && info.client.is_none());
    }
}

#[test]
fn tls_010_http_2_is_offered_unless_the_binding_or_the_service_says_no() {
    let agreed = |flags: u32, names: &[&str], is_offered: bool| {
        let bindings = localhost(flags);
        let mut config = config(&BOTH, false);
        config.alpn_protocols = names.iter().map(|name| name.as_bytes().to_vec()).collect();
        let mut server = session(&bindings);
        if !is_offered {
            server = server.without_http2();
        }
        let pair = secured_with(server, &config);
        let alpn = pair.info().alpn.clone();
        alpn.map(|name| String::from_utf8_lossy(&name).into_owned())
    };
    let h2 = Some("h2".to_owned());
    let http1 = Some("http/1.1".to_owned());
    let both = ["http/1.1", "h2"];
    assert_eq!(agreed(0, &both, true), h2, "the server prefers it");
    assert_eq!(agreed(0, &["http/1.1"], true), http1);
    assert_eq!(agreed(0, &[], true), None);
    assert_eq!(agreed(0, &both, false), http1);
    assert_eq!(agreed(BindingFlags::DISABLE_HTTP2, &both, true), http1);
}

const BOTH: [&SupportedProtocolVersion; 2] = [&rustls::version::TLS13, &rustls::version::TLS12];

fn failure(bindings: &Arc<Bindings>, first: &[u8]) -> Result<TlsStep, TlsFailure> {
    let mut session = session(bindings);
    let mut wire = first;
    session.receive(&mut wire).unwrap();
    session.process(NOW)
}

#[test]
fn g_099_clear_text_is_told_by_its_first_byte() {
    for (first, detail) in [
        (
            &b"GET / HTTP/1.1\r\n"[..],
            "HTTP in clear text, by its first byte",
        ),
        (b"G", "HTTP in clear text, by its first byte"),
        (b"\x80\x2e\x01\x00\x02", "no TLS, by its first byte"),
        (b"\0", "no TLS, by its first byte"),
    ] {
        let failure = failure(&localhost(0), first).unwrap_err();
        assert_eq!(failure.fault, TlsFault::ClearText);
        assert_eq!(failure.detail, detail);
        assert!(!failure.fault.has_alert());
    }
    assert!(matches!(failure(&localhost(0), b"\x16"), Ok(TlsStep::Read)));
}

#[test]
fn records_that_are_no_handshake_fail_with_an_alert() {
    for first in [
        // A handshake record with a message that is no ClientHello.
        &b"\x16\x03\x01\x00\x04\x02\x00\x00\x00"[..],
        // A record that is larger than any may be.
        b"\x16\x03\x01\xff\xff\x01\x00\x00\x00",
        // A version that there never was.
        b"\x16\x09\x09\x00\x04\x01\x00\x00\x00",
        // A ClientHello without its fields.
        b"\x16\x03\x01\x00\x04\x01\x00\x00\x00",
    ] {
        let mut session = session(&localhost(0));
        let mut wire = first;
        session.receive(&mut wire).unwrap();
        let failure = session.process(NOW).unwrap_err();
        assert_eq!(failure.fault, TlsFault::Handshake, "{first:?}");
        let mut alert = Vec::new();
        while session.unsent() > 0 {
            session.transmit(&mut alert).unwrap();
        }
        assert_eq!(alert.first(), Some(&21), "{first:?}");
        assert!(session.process(NOW).is_err(), "it stays failed");
    }
}

#[test]
fn tls_001_without_a_binding_the_handshake_fails_and_says_what_is_missing() {
    let bindings = Arc::new(Bindings::default());
    let mut pair = Pair::new(&bindings, client(&config(&BOTH, false), "localhost"));
    let failure = pair.run().unwrap_err();
    assert_eq!(failure.fault, TlsFault::NoBinding);
    let words = "no certificate is bound for localhost at 127.0.0.1:443";
    assert_eq!(failure.detail, words);
    assert_eq!(pair.session.unsent(), 0, "nothing is said to the client");
}

#[test]
fn the_flag_reject_drops() {
    let bindings = localhost(BindingFlags::REJECT);
    let mut pair = Pair::new(&bindings, client(&config(&BOTH, false), "localhost"));
    assert_eq!(pair.run().unwrap_err().fault, TlsFault::Rejected);
}

#[test]
fn flags_take_versions_away() {
    for (flag, client_has, protocol) in [
        (
            BindingFlags::DISABLE_TLS13,
            &BOTH[..],
            Some(TlsProtocol::Tls12),
        ),
        (BindingFlags::DISABLE_TLS13, &BOTH[..1], None),
        (
            BindingFlags::DISABLE_TLS12,
            &BOTH[..],
            Some(TlsProtocol::Tls13),
        ),
        (BindingFlags::DISABLE_TLS12, &BOTH[1..], None),
    ] {
        let client = client(&config(client_has, false), "localhost");
        let mut pair = Pair::new(&localhost(flag), client);
        let run = pair.run();
        let fault = run.as_ref().map_err(|failure| failure.fault);
        match protocol {
            Some(protocol) => assert_eq!((fault, pair.info().protocol), (Ok(&()), protocol)),
            None => assert_eq!(fault, Err(TlsFault::Handshake)),
        }
    }
}

#[test]
fn sessions_are_resumed_at_the_same_name_and_binding_only() {
    for version in BOTH {
        let bindings = localhost(0);
        let config = config(&[version], false);
        let mut first = secured(&bindings, &config);
        assert!(!first.info().resumed);
        first.transmit(usize::MAX);
        assert!(secured(&bindings, &config).info().resumed, "{version:?}");
        // Another binding of the same certificate has no key for the ticket, and no such id.
        let mut elsewhere = secured(&localhost(0), &config);
        assert!(!elsewhere.info().resumed, "{version:?}");
        elsewhere.transmit(usize::MAX);
    }
}

#[test]
fn any_certificate_of_a_client_is_accepted_and_judged() {
    let pem = include_bytes!("../../testdata/localhost.pem");
    let root = CertificateDer::from_pem_slice(include_bytes!("../../testdata/root.pem")).unwrap();
    let stranger = CertificateDer::from_pem_slice(pem).unwrap();
    let flags = BindingFlags(BindingFlags::NEGOTIATE_CLIENT_CERT);
    for (roots, verdict) in [
        (vec![&*root], ChainVerdict::Trusted),
        (vec![], ChainVerdict::UntrustedRoot),
        (vec![&*stranger], ChainVerdict::UntrustedRoot),
    ] {
        let certificate = Arc::new(Certificate::from_pem(pem).unwrap());
        let binding = TlsBinding::with_client_roots(certificate, flags, &roots).unwrap();
        let all = "0.0.0.0:443".parse().unwrap();
        let bindings = Arc::new(Bindings::builder().address(all, binding).build());
        for version in BOTH {
            let shown = secured(&bindings, &config(&[version], true));
            let client = shown.info().client.as_ref().expect("a certificate");
            assert_eq!(client.verdict, verdict, "{version:?}");
            assert_eq!(client.chain.len(), 1);
            let none = secured(&bindings, &config(&[version], false));
            assert!(none.info().client.is_none());
        }
    }
}

#[test]
fn a_certificate_is_not_asked_for_without_the_flag() {
    let pair = secured(&localhost(0), &config(&BOTH, true));
    assert!(pair.info().client.is_none() && !pair.info().asked_for_certificate());
}

#[test]
fn plain_bytes_pass_in_both_directions_whatever_their_number() {
    for version in BOTH {
        let mut pair = secured(&localhost(0), &config(&[version], false));
        for length in [1, 16_383, 16_384, 16_385, 100_000] {
            let sent: Vec<u8> = (0..length).map(|at| at as u8).collect();
            // To the server.
            let (mut written, mut read) = (0, Vec::new());
            while read.len() < length {
                written += pair.client.writer().write(&sent[written..]).unwrap();
                pair.run().unwrap();
                let mut buffer = [0; 5000];
                while pair.session.unread() > 0 {
                    let n = pair.session.read(&mut buffer);
                    read.extend_from_slice(&buffer[..n]);
                }
            }
            assert!(read == sent, "{length} bytes");
            // To the client.
            let mut written = 0;
            pair.received.clear();
            while pair.received.len() < length {
                let (one, two) = sent[written..].split_at((length - written) / 2);
                let pieces = [IoSlice::new(one), IoSlice::new(two)];
                written += pair.session.write(&pieces).unwrap();
                pair.transmit(usize::MAX);
            }
            assert!(pair.received == sent, "{length} bytes");
        }
    }
}

#[test]
fn what_a_full_wire_leaves_is_bounded_and_goes_out_later() {
    let mut pair = secured(&localhost(0), &config(&BOTH, false));
    pair.transmit(usize::MAX);
    let body = vec![7; 1 << 20];
    // A client that takes all gets more at a time, up to five records.
    for records in [1, 2, 4, 5, 5] {
        let n = pair.session.write(&[IoSlice::new(&body)]).unwrap();
        assert_eq!(n, records * RECORD);
        pair.transmit(usize::MAX);
        assert_eq!(pair.session.unsent(), 0);
    }
    let n = pair.session.write(&[IoSlice::new(&body)]).unwrap();
    pair.transmit(1000);
    let unsent = pair.session.unsent();
    assert!(unsent > n - 1000 && unsent < n, "{unsent} of {n}");
    // It begins anew with one record.
    pair.transmit(usize::MAX);
    assert_eq!(pair.session.unsent(), 0);
    let n = pair.session.write(&[IoSlice::new(&body)]).unwrap();
    assert_eq!(n, RECORD);
}

#[test]
fn tls_008_close_notify_of_the_client_is_the_end_and_ours_is_sent_if_asked_for() {
    let mut pair = secured(&localhost(0), &config(&BOTH, false));
    pair.client.writer().write_all(b"last").unwrap();
    pair.client.send_close_notify();
    pair.run().unwrap();
    assert!(pair.session.is_ended());
    let mut buffer = [0; 10];
    assert_eq!(pair.session.read(&mut buffer), 4);
    assert_eq!(pair.session.read(&mut buffer), 0);
    // It still reads.
    pair.session.write(&[IoSlice::new(b"answer")]).unwrap();
    pair.transmit(usize::MAX);
    assert_eq!(pair.received, b"answer");
    let blocked = pair.client.reader().read(&mut buffer).unwrap_err();
    assert_eq!(blocked.kind(), ErrorKind::WouldBlock, "no close_notify");
    pair.session.close();
    pair.transmit(usize::MAX);
    assert_eq!(pair.client.reader().read(&mut buffer).unwrap(), 0);
}

#[test]
fn a_handshake_byte_by_byte_is_a_handshake() {
    for version in BOTH {
        let mut pair = Pair::new(
            &localhost(0),
            client(&config(&[version], false), "localhost"),
        );
        while pair.info.is_none() {
            let mut wire = Vec::new();
            while pair.client.wants_write() {
                pair.client.write_tls(&mut wire).unwrap();
            }
            for byte in wire {
                pair.session.receive(&mut &[byte][..]).unwrap();
                pair.step().unwrap();
            }
            pair.transmit(usize::MAX);
        }
    }
}

#[test]
fn a_client_that_closes_in_the_handshake_is_told_from_one_that_says_nothing() {
    let mut silent = session(&localhost(0));
    assert_eq!(silent.receive(&mut &[][..]).unwrap(), 0);
    assert!(matches!(silent.process(NOW), Ok(TlsStep::Read)));
    assert!(silent.is_ended());

    let mut hello = Vec::new();
    client(&config(&BOTH, false), "localhost")
        .write_tls(&mut hello)
        .unwrap();
    for cut in [1, 5, 50, hello.len() - 1, hello.len()] {
        let mut session = session(&localhost(0));
        session.receive(&mut &hello[..cut]).unwrap();
        if let TlsStep::HelloReceived = session.process(NOW).unwrap() {
            session.answer(NOW).unwrap();
        }
        assert_eq!(session.receive(&mut &[][..]).unwrap(), 0);
        let failure = session.process(NOW).unwrap_err();
        assert_eq!(failure.fault, TlsFault::ClosedInHandshake, "{cut}");
    }
}

#[test]
fn a_changed_record_fails_with_an_alert() {
    let mut pair = secured(&localhost(0), &config(&BOTH, false));
    pair.client.writer().write_all(b"hello").unwrap();
    let mut wire = Vec::new();
    while pair.client.wants_write() {
        pair.client.write_tls(&mut wire).unwrap();
    }
    let last = wire.len() - 1;
    wire[last] ^= 1;
    pair.session.receive(&mut &wire[..]).unwrap();
    let failure = pair.session.process(NOW).unwrap_err();
    assert_eq!(failure.fault, TlsFault::BadRecord);
    assert!(failure.fault.has_alert() && pair.session.unsent() > 0);
}
