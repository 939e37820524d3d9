//! The server side of a TLS connection: hostile bytes before, in and behind the handshake, in reads of any
//! size.
//!
//! Checks: nothing panics; a session that has failed stays failed, and says so by the kind that its stage
//! allows; what waits to be read and to be sent is bounded; only a client that has the keys gets plain bytes
//! through, in order.
#![no_main]

use std::io::{IoSlice, Write};
use std::net::SocketAddr;
use std::sync::{Arc, LazyLock};

use httpsys_tls::{BindingFlags, Bindings, Certificate, TlsBinding, TlsFault, TlsSession, TlsStep};
use libfuzzer_sys::fuzz_target;
use rustls::client::Resumption;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore};

/// 2030-01-01: the certificate is valid for a hundred years from 2026.
const NOW: u64 = 1_893_456_000;

/// Plain bytes that may wait: rustls' own limit, one read and what its last record brought.
const MOST_UNREAD: usize = 16 * 1024 + 4 * 1024 + 64 * 1024;

/// Wire bytes that may wait behind one write of four records.
const MOST_UNSENT: usize = 4 * (16 * 1024 + 64) + 4096;

static BINDINGS: LazyLock<[Arc<Bindings>; 4]> = LazyLock::new(|| {
    let pem = include_bytes!("../../crates/tls/testdata/localhost.pem");
    let certificate = Arc::new(Certificate::from_pem(pem).expect("a certificate"));
    let all: SocketAddr = ([0, 0, 0, 0], 443).into();
    [0, 2, 0x40, 8].map(|flags| {
        let binding = TlsBinding::new(Arc::clone(&certificate), BindingFlags(flags));
        let builder = Bindings::builder().address(all, binding.expect("a binding"));
        Arc::new(builder.build())
    })
});

static CLIENT: LazyLock<Arc<ClientConfig>> = LazyLock::new(|| {
    let mut roots = RootCertStore::empty();
    let root = include_bytes!("../../crates/tls/testdata/root.pem");
    roots
        .add(CertificateDer::from_pem_slice(root).expect("PEM"))
        .expect("a root");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.resumption = Resumption::disabled();
    Arc::new(config)
});

/// Feeds bytes, so many per read. `false`: the session has failed.
fn feed(session: &mut TlsSession, mut bytes: &[u8], step: usize, plain: &mut Vec<u8>) -> bool {
    while !bytes.is_empty() {
        if session.unread() == 0 && !session.has_received_hello() {
            let (mut part, _) = bytes.split_at(step.min(bytes.len()));
            let before = part.len();
            if session.receive(&mut part).is_err() {
                return false;
            }
            let taken = before - part.len();
            if taken == 0 {
                // close_notify: the rest is nobody's.
                return true;
            }
            bytes = &bytes[taken..];
        }
        match session.process(NOW) {
            Ok(TlsStep::HelloReceived) => {
                if let Err(failure) = session.answer(NOW) {
                    assert_ne!(failure.fault, TlsFault::BadRecord);
                    return false;
                }
            }
            Ok(TlsStep::Secured(_)) => assert!(!session.is_in_handshake()),
            Ok(TlsStep::Read) => {}
            Err(failure) => {
                let in_handshake = failure.fault != TlsFault::BadRecord;
                assert_eq!(in_handshake, session.is_in_handshake());
                return false;
            }
        }
        assert!(session.unread() <= MOST_UNREAD, "{}", session.unread());
        let mut buffer = [0; 1000];
        while session.unread() > 0 {
            let n = session.read(&mut buffer);
            assert_ne!(n, 0);
            plain.extend_from_slice(&buffer[..n]);
        }
    }
    true
}

fn drain(session: &mut TlsSession) -> Vec<u8> {
    let mut sent = Vec::new();
    while session.unsent() > 0 {
        let n = session.transmit(&mut sent).expect("memory takes all");
        // A failure may have no alert.
        assert!(n > 0 || session.unsent() == 0);
    }
    sent
}

/// A handshake with a client that means it.
fn secured(session: &mut TlsSession, step: usize) -> Option<ClientConnection> {
    let name = ServerName::try_from("localhost").expect("a name");
    let mut client = ClientConnection::new(Arc::clone(&CLIENT), name).expect("a client");
    for _ in 0..4 {
        let mut wire = Vec::new();
        while client.wants_write() {
            client.write_tls(&mut wire).expect("memory takes all");
        }
        if !feed(session, &wire, step, &mut Vec::new()) {
            return None;
        }
        let sent = drain(session);
        let mut sent = &sent[..];
        while !sent.is_empty() {
            client.read_tls(&mut sent).expect("a slice");
            // A certificate that the clock of the machine does not like yet ends it.
            client.process_new_packets().ok()?;
        }
    }
    (!session.is_in_handshake()).then_some(client)
}

fuzz_target!(|data: &[u8]| {
    let Some(([kind, step], bytes)) = data.split_first_chunk::<2>() else {
        return;
    };
    let step = usize::from(*step).max(1) * 16;
    let bindings = &BINDINGS[usize::from(*kind >> 6)];
    let mut session = TlsSession::new(Arc::clone(bindings), ([127, 0, 0, 1], 443).into());
    let mut plain = Vec::new();
    let mut expected = Vec::new();
    if kind & 1 != 0 {
        let Some(mut client) = secured(&mut session, step) else {
            return;
        };
        // Some good bytes, then what was given.
        let (good, _) = bytes.split_at(bytes.len() / 2);
        client.writer().write_all(good).expect("memory takes all");
        let mut wire = Vec::new();
        while client.wants_write() {
            client.write_tls(&mut wire).expect("memory takes all");
        }
        expected.extend_from_slice(good);
        assert!(feed(&mut session, &wire, step, &mut plain));
        assert_eq!(plain, expected);
        let body = [7; 100_000];
        let taken = session.write(&[IoSlice::new(&body)]).expect("it is open");
        assert!(taken <= 4 * 16 * 1024 && session.unsent() <= MOST_UNSENT);
    }
    let goes_on = feed(&mut session, bytes, step, &mut plain);
    assert_eq!(plain, expected, "nobody had the keys");
    drain(&mut session);
    if !goes_on && !session.has_received_hello() {
        assert!(session.process(NOW).is_err() || session.is_ended());
    }
    // The end of the wire.
    let ended = session.receive(&mut std::io::empty());
    if let Ok(n) = ended {
        assert_eq!(n, 0);
        let _ = session.process(NOW);
    }
});
