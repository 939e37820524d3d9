//! The structures of a TLS session that are not part of a request: sizes, contents, small buffers.
//!
//! Also owns the session that the tests of `request` use. Threading: none.

use std::sync::Arc;

use httpsys_core::tls::{ChainVerdict, ServerCertificate, TlsProtocol};

use super::*;

/// A session with or without a client certificate.
pub(in crate::marshal) fn session(with_client: bool) -> Arc<TlsInfo> {
    let client = ClientCertificate {
        der: (0..=200_u8).collect(),
        chain: Box::new([]),
        verdict: ChainVerdict::UntrustedRoot,
    };
    let info = TlsInfo {
        protocol: TlsProtocol::Tls13,
        suite: 0x1301,
        group: Some(0x1D),
        server_name: Some("www.example.com".into()),
        bound_by_name: true,
        alpn: None,
        server: Arc::new(ServerCertificate {
            key_bits: 256,
            issuer: "CN=Gr\u{fc}ne CA".into(),
            subject: "CN=www.example.com".into(),
            end_point: Box::new([7; 32]),
        }),
        flags: 2,
        resumed: false,
        client: Some(client),
    };
    let client = info.client.clone();
    Arc::new(TlsInfo {
        client: client.filter(|_| with_client),
        ..info
    })
}

/// Lends memory of `length` bytes, filled, to `fill`; gives its bytes back.
fn filled(
    length: usize,
    fill: impl FnOnce(&mut Buffer) -> Option<Filled>,
) -> (Option<Filled>, Vec<u8>) {
    let mut bytes = vec![0xAA_u8; length];
    // SAFETY: the bytes outlive the buffer, and nobody else uses them meanwhile.
    let mut memory = unsafe { Buffer::new(bytes.as_mut_ptr(), length) }.unwrap();
    let result = fill(&mut memory);
    (result, bytes)
}

fn number(bytes: &[u8], at: usize) -> u32 {
    u32::from_ne_bytes(bytes[at..at + 4].try_into().unwrap())
}

fn pointer(bytes: &[u8], at: usize) -> usize {
    usize::from_ne_bytes(bytes[at..at + 8].try_into().unwrap())
}

#[test]
fn tls_003_a_small_buffer_gets_the_structure_with_the_size_of_the_certificate() {
    let session = session(true);
    let client = session.client.as_ref().unwrap();
    let fill = |memory: &mut Buffer| client_certificate(memory, client);
    let (nothing, bytes) = filled(31, fill);
    assert!(nothing.is_none());
    assert_eq!(bytes, [0xAA; 31], "nothing is written");
    for length in [32, 32 + 200] {
        let (result, bytes) = filled(length, fill);
        assert!(matches!(result, Some(Filled::Structure(32))), "{result:?}");
        assert_eq!(number(&bytes, 4), 201);
        let mut rest = bytes.clone();
        rest[4..8].fill(0);
        assert_eq!(rest[..32], [0; 32], "no other member");
        assert!(bytes[32..].iter().all(|byte| *byte == 0xAA));
    }
    let (result, bytes) = filled(32 + 201, fill);
    assert!(matches!(result, Some(Filled::Whole(233))), "{result:?}");
    assert_eq!((number(&bytes, 0), number(&bytes, 4)), (0x800B_0109, 201));
    assert_eq!(pointer(&bytes, 8), bytes.as_ptr() as usize + 32);
    assert_eq!(bytes[16..32], [0; 16], "no token, not denied by a mapper");
    assert_eq!(bytes[32..], *client.der);
}

#[test]
fn the_channel_token_is_sec_channel_bindings_with_the_end_point() {
    let session = session(false);
    let fill = |memory: &mut Buffer| channel_token(memory, &session);
    const DATA: usize = 21 + 32;
    assert!(filled(23, fill).0.is_none());
    for length in [24, 24 + 32 + DATA - 1] {
        let (result, bytes) = filled(length, fill);
        assert!(matches!(result, Some(Filled::Structure(24))), "{result:?}");
        assert_eq!(number(&bytes, 16) as usize, 32 + DATA);
        assert_eq!(bytes[..16], [0; 16]);
    }
    let (result, bytes) = filled(24 + 32 + DATA, fill);
    assert!(matches!(result, Some(Filled::Whole(109))), "{result:?}");
    assert_eq!(pointer(&bytes, 8), bytes.as_ptr() as usize + 24);
    let token = &bytes[24..];
    assert_eq!(token[..24], [0; 24]);
    assert_eq!((number(token, 24) as usize, number(token, 28)), (DATA, 32));
    assert_eq!(token[32..][..21], *b"tls-server-end-point:");
    assert_eq!(token[53..], [7; 32]);
}

#[test]
fn tls_007_the_server_name_and_how_it_was_used() {
    let units = |info: &HTTP_REQUEST_PROPERTY_SNI| {
        let end = info.Hostname.iter().position(|unit| *unit == 0).unwrap();
        String::from_utf16(&info.Hostname[..end]).unwrap()
    };
    let mut session = TlsInfo::clone(&session(false));
    let info = server_name(&session);
    assert_eq!((units(&info).as_str(), info.Flags), ("www.example.com", 1));
    session.bound_by_name = false;
    assert_eq!(
        server_name(&session).Flags,
        0,
        "the address found the binding"
    );
    session.server_name = Some("a".repeat(300).into());
    assert_eq!(units(&server_name(&session)).len(), 255);
    session.server_name = None;
    let info = server_name(&session);
    assert_eq!((units(&info).as_str(), info.Flags), ("", 2));
}
