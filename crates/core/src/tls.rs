//! What the API tells of a TLS connection: protocol, suite, names, server and client certificate.
//!
//! Owns: the plain data behind HTTP_SSL_INFO, HTTP_SSL_PROTOCOL_INFO, HTTP_SSL_CLIENT_CERT_INFO and
//! HTTP_REQUEST_PROPERTY_SNI, and which cipher, hash and strengths a suite's number means. Does not own
//! the handshake, certificates as such or the checking of chains (whoever carries TLS fills this once,
//! when the handshake is over), nor the layouts of http.h. Invariant: never changed once it hangs on a
//! connection; all requests of the connection share it. Threading: plain data.

use std::sync::Arc;

/// The TLS session of a connection, as the handshake left it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsInfo {
    /// The version of the protocol.
    pub protocol: TlsProtocol,
    /// The cipher suite, by its number in the IANA registry of TLS.
    pub suite: u16,
    /// The group of the key exchange, by its number in the IANA registry of TLS; `None` where the key
    /// comes from an earlier session alone (TLS 1.2 resumption).
    pub group: Option<u16>,
    /// The name that the client asked for (SNI), in lower case; `None` if it sent none.
    pub server_name: Option<Box<str>>,
    /// The binding was found by that name (HTTP_REQUEST_PROPERTY_SNI_FLAG_SNI_USED), and not by the
    /// address.
    pub bound_by_name: bool,
    /// The protocol that ALPN selected, such as `http/1.1`; `None` if the client did not use ALPN.
    pub alpn: Option<Box<[u8]>>,
    /// The certificate that the server presented.
    pub server: Arc<ServerCertificate>,
    /// HTTP_SERVICE_CONFIG_SSL_PARAM.DefaultFlags of the binding that the connection uses.
    pub flags: u32,
    /// The client resumed an earlier session.
    pub resumed: bool,
    /// The client's certificate; `None` if the binding does not ask for one, and if the client has
    /// none (TLS-002).
    pub client: Option<ClientCertificate>,
}

/// The supported versions of TLS; older ones are refused in the handshake.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum TlsProtocol {
    /// RFC 5246.
    Tls12,
    /// RFC 8446.
    Tls13,
}

/// The information about the server's certificate that a request has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerCertificate {
    /// Bits of the public key; of an elliptic curve those of the field, such as 256.
    pub key_bits: u16,
    /// The issuer's distinguished name in words.
    pub issuer: Box<str>,
    /// The subject's distinguished name in words.
    pub subject: Box<str>,
    /// The channel binding `tls-server-end-point` (RFC 5929 section 4.1): the certificate's hash, by the
    /// hash of its signature, SHA-256 where that is weaker or where there is none. Without the prefix
    /// `tls-server-end-point:`.
    pub end_point: Box<[u8]>,
}

/// The certificate that a client presented in the handshake, with the verdict on it. Any
/// certificate is accepted; the program decides what to do with an untrusted one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientCertificate {
    /// The end-entity certificate, DER.
    pub der: Box<[u8]>,
    /// The certificates that came with it, DER, in the order in which they were sent.
    pub chain: Box<[Box<[u8]>]>,
    /// The result of checking the chain.
    pub verdict: ChainVerdict,
}

/// The result of checking a certificate chain: HTTP_SSL_CLIENT_CERT_INFO.CertFlags.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ChainVerdict {
    /// It ends in a root that the service trusts, and is valid now.
    Trusted,
    /// Expired, or not valid yet: CERT_E_EXPIRED.
    Expired,
    /// It ends in a root that the service does not know: CERT_E_UNTRUSTEDROOT.
    UntrustedRoot,
    /// The certificates that were sent do not form a chain: CERT_E_CHAINING.
    Chaining,
    /// Not meant for client authentication: CERT_E_WRONG_USAGE.
    WrongUsage,
    /// Its issuer has revoked it: CERT_E_REVOKED.
    Revoked,
    /// A signature in it is not valid: TRUST_E_CERT_SIGNATURE.
    BadSignature,
    /// It cannot be read as a certificate: CERT_E_MALFORMED.
    Malformed,
}

impl ChainVerdict {
    /// The HRESULT of wintrust, 0 for [`ChainVerdict::Trusted`].
    #[must_use]
    pub fn code(self) -> u32 {
        match self {
            ChainVerdict::Trusted => 0,
            ChainVerdict::Expired => 0x800B_0101,
            ChainVerdict::Malformed => 0x800B_0108,
            ChainVerdict::UntrustedRoot => 0x800B_0109,
            ChainVerdict::Chaining => 0x800B_010A,
            ChainVerdict::Revoked => 0x800B_010C,
            ChainVerdict::WrongUsage => 0x800B_0110,
            ChainVerdict::BadSignature => 0x8009_6004,
        }
    }
}

/// An algorithm with its strength, as the API's structures have it: an ALG_ID and a number of bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub struct Algorithm {
    /// The ALG_ID; 0 where there is none for the algorithm.
    pub id: u32,
    /// The strength in bits; 0 if there is none.
    pub bits: u32,
}

const CALG_AES_128: u32 = 0x660E;
const CALG_AES_256: u32 = 0x6610;
const CALG_SHA_256: u32 = 0x800C;
const CALG_SHA_384: u32 = 0x800D;
const CALG_ECDH_EPHEM: u32 = 0xAE06;

/// SP_PROT_TLS1_2_SERVER and SP_PROT_TLS1_3_SERVER.
const SP_PROT_TLS1_2_SERVER: u32 = 0x400;
const SP_PROT_TLS1_3_SERVER: u32 = 0x1000;

impl TlsProtocol {
    /// HTTP_SSL_PROTOCOL_INFO.Protocol: the server's bit of SP_PROT (documented:
    /// SecPkgContext_ConnectionInfo).
    #[must_use]
    pub fn code(self) -> u32 {
        match self {
            TlsProtocol::Tls12 => SP_PROT_TLS1_2_SERVER,
            TlsProtocol::Tls13 => SP_PROT_TLS1_3_SERVER,
        }
    }

    /// The version as text: `1.3`.
    #[must_use]
    pub const fn version(self) -> &'static str {
        match self {
            TlsProtocol::Tls12 => "1.2",
            TlsProtocol::Tls13 => "1.3",
        }
    }
}

impl TlsInfo {
    /// The cipher of the suite. ChaCha20-Poly1305 has no ALG_ID.
    #[must_use]
    pub fn cipher(&self) -> Algorithm {
        match self.suite {
            0x1301 | 0xC02B | 0xC02F => Algorithm {
                id: CALG_AES_128,
                bits: 128,
            },
            0x1302 | 0xC02C | 0xC030 => Algorithm {
                id: CALG_AES_256,
                bits: 256,
            },
            0x1303 | 0xCCA8 | 0xCCA9 => Algorithm { id: 0, bits: 256 },
            _ => Algorithm::default(),
        }
    }

    /// The hash of the suite. It has no strength of its own: all suites authenticate with their cipher.
    #[must_use]
    pub fn hash(&self) -> Algorithm {
        let id = match self.suite {
            0x1302 | 0xC02C | 0xC030 => CALG_SHA_384,
            0x1301 | 0x1303 | 0xC02B | 0xC02F | 0xCCA8 | 0xCCA9 => CALG_SHA_256,
            _ => 0,
        };
        Algorithm { id, bits: 0 }
    }

    /// The key exchange: ephemeral elliptic-curve Diffie-Hellman with the bits of its curve. Of a hybrid
    /// with ML-KEM the curve's are counted.
    #[must_use]
    pub fn key_exchange(&self) -> Algorithm {
        let bits = match self.group {
            // secp256r1, x25519 and their hybrids with ML-KEM-768.
            Some(0x0017 | 0x11EB) => 256,
            Some(0x001D | 0x11EC) => 255,
            Some(0x0018 | 0x11ED) => 384,
            Some(0x0019) => 521,
            _ => 0,
        };
        Algorithm {
            id: CALG_ECDH_EPHEM,
            bits,
        }
    }

    /// The channel binding `tls-server-end-point` with its prefix, as authentication schemes take it
    /// (RFC 5929 section 4).
    #[must_use]
    pub fn channel_binding(&self) -> Vec<u8> {
        [b"tls-server-end-point:", &*self.server.end_point].concat()
    }

    /// Whether the binding asked the client for a certificate
    /// (HTTP_SERVICE_CONFIG_SSL_FLAG_NEGOTIATE_CLIENT_CERT).
    #[must_use]
    pub fn asked_for_certificate(&self) -> bool {
        self.flags & 0x2 != 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn info(protocol: TlsProtocol, suite: u16, group: Option<u16>) -> TlsInfo {
        TlsInfo {
            protocol,
            suite,
            group,
            server_name: None,
            bound_by_name: false,
            alpn: None,
            server: Arc::new(ServerCertificate {
                key_bits: 256,
                issuer: "CN=issuer".into(),
                subject: "CN=subject".into(),
                end_point: Box::new([0; 32]),
            }),
            flags: 0,
            resumed: false,
            client: None,
        }
    }

    #[test]
    fn tls_006_suites_have_the_algorithms_and_strengths_of_schannel() {
        let of = |suite, group| {
            let info = info(TlsProtocol::Tls13, suite, group);
            let (cipher, hash, exchange) = (info.cipher(), info.hash(), info.key_exchange());
            assert_eq!(hash.bits, 0);
            (cipher.id, cipher.bits, hash.id, exchange.id, exchange.bits)
        };
        assert_eq!(
            of(0x1301, Some(0x1D)),
            (0x660E, 128, 0x800C, 0xAE06, 255),
            "TLS_AES_128_GCM_SHA256 with x25519"
        );
        assert_eq!(of(0xC030, Some(0x18)), (0x6610, 256, 0x800D, 0xAE06, 384));
        assert_eq!(of(0xCCA9, Some(0x17)), (0, 256, 0x800C, 0xAE06, 256));
        assert_eq!(of(0x1302, None), (0x6610, 256, 0x800D, 0xAE06, 0));
        assert_eq!(of(0x0000, None), (0, 0, 0, 0xAE06, 0), "an unknown suite");
        assert_eq!(TlsProtocol::Tls12.code(), 0x400);
        assert_eq!(TlsProtocol::Tls13.code(), 0x1000);
    }

    #[test]
    fn verdicts_have_the_codes_of_wintrust() {
        assert_eq!(ChainVerdict::Trusted.code(), 0);
        assert_eq!(ChainVerdict::Expired.code(), 0x800B_0101);
        assert_eq!(ChainVerdict::UntrustedRoot.code(), 0x800B_0109);
        assert_eq!(ChainVerdict::BadSignature.code(), 0x8009_6004);
    }
}
