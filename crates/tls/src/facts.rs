//! What stands in a certificate, as far as people and the API are told of it.
//!
//! Owns the reading of names, times, key size and of the channel binding. Does not own the checking of
//! signatures and chains, which is rustls' and webpki's. Threading: plain data.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;

use httpsys_core::tls::ServerCertificate;
use sha2::{Digest, Sha256, Sha384, Sha512};
use x509_cert::der::Decode;
use x509_cert::der::asn1::ObjectIdentifier;
use x509_cert::der::oid::AssociatedOid;
use x509_cert::ext::pkix::SubjectAltName;
use x509_cert::ext::pkix::name::GeneralName;
use x509_cert::name::Name;
use x509_cert::spki::SubjectPublicKeyInfoOwned;

use crate::error::CertificateError;

/// See the module head.
#[derive(Clone, Debug)]
pub(crate) struct CertificateFacts {
    pub(crate) not_before: u64,
    pub(crate) not_after: u64,
    pub(crate) dns_names: Vec<String>,
    pub(crate) addresses: Vec<IpAddr>,
    pub(crate) description: Arc<ServerCertificate>,
}

/// Signature algorithms whose hash is stronger than SHA-256.
const SHA_384: [ObjectIdentifier; 2] = [
    ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.12"),
    ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.3"),
];
const SHA_512: [ObjectIdentifier; 2] = [
    ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.13"),
    ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.4"),
];

/// Public keys of elliptic curves: by the curve, and those whose algorithm is the curve.
const CURVES: [(ObjectIdentifier, u16); 3] = [
    (ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7"), 256),
    (ObjectIdentifier::new_unwrap("1.3.132.0.34"), 384),
    (ObjectIdentifier::new_unwrap("1.3.132.0.35"), 521),
];
const ED25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.112");

impl CertificateFacts {
    /// Those of a DER encoding.
    pub(crate) fn of(der: &[u8]) -> Result<CertificateFacts, CertificateError> {
        let malformed =
            |error: x509_cert::der::Error| CertificateError::Malformed(error.to_string());
        let certificate = x509_cert::Certificate::from_der(der).map_err(malformed)?;
        let body = &certificate.tbs_certificate;
        let (dns_names, addresses) = alternative_names(&certificate).map_err(malformed)?;
        let algorithm = &certificate.signature_algorithm.oid;
        let end_point: Vec<u8> = if SHA_384.contains(algorithm) {
            Sha384::digest(der).to_vec()
        } else if SHA_512.contains(algorithm) {
            Sha512::digest(der).to_vec()
        } else {
            Sha256::digest(der).to_vec()
        };
        Ok(CertificateFacts {
            not_before: body.validity.not_before.to_unix_duration().as_secs(),
            not_after: body.validity.not_after.to_unix_duration().as_secs(),
            dns_names,
            addresses,
            description: Arc::new(ServerCertificate {
                key_bits: key_bits(&body.subject_public_key_info),
                issuer: in_words(&body.issuer).into(),
                subject: in_words(&body.subject).into(),
                end_point: end_point.into(),
            }),
        })
    }
}

/// The most specific part first, as Windows shows names.
fn in_words(name: &Name) -> String {
    let parts = name.0.iter().rev();
    let parts: Vec<String> = parts.map(ToString::to_string).collect();
    parts.join(", ")
}

fn alternative_names(
    certificate: &x509_cert::Certificate,
) -> Result<(Vec<String>, Vec<IpAddr>), x509_cert::der::Error> {
    let (mut dns_names, mut addresses) = (Vec::new(), Vec::new());
    let extensions = certificate.tbs_certificate.extensions.iter().flatten();
    for extension in extensions.filter(|extension| extension.extn_id == SubjectAltName::OID) {
        let names = SubjectAltName::from_der(extension.extn_value.as_bytes())?;
        for name in names.0 {
            match name {
                GeneralName::DnsName(name) => dns_names.push(name.to_string()),
                GeneralName::IpAddress(bytes) => addresses.extend(address(bytes.as_bytes())),
                _ => {}
            }
        }
    }
    Ok((dns_names, addresses))
}

fn address(bytes: &[u8]) -> Option<IpAddr> {
    if let Ok(v4) = <[u8; 4]>::try_from(bytes) {
        return Some(Ipv4Addr::from(v4).into());
    }
    let v6 = <[u8; 16]>::try_from(bytes).ok()?;
    Some(Ipv6Addr::from(v6).into())
}

/// Bits of the public key; 0 for an algorithm that is not known.
fn key_bits(key: &SubjectPublicKeyInfoOwned) -> u16 {
    if key.algorithm.oid == ED25519 {
        return 255;
    }
    let parameters = key.algorithm.parameters.as_ref();
    let curve = parameters.and_then(|any| any.decode_as::<ObjectIdentifier>().ok());
    if let Some(curve) = curve {
        let known = CURVES.iter().find(|(oid, _)| *oid == curve);
        return known.map_or(0, |(_, bits)| *bits);
    }
    modulus_bits(key.subject_public_key.raw_bytes()).unwrap_or(0)
}

/// RSAPublicKey (RFC 8017 appendix A.1.1) begins with the modulus.
fn modulus_bits(der: &[u8]) -> Option<u16> {
    use x509_cert::der::asn1::UintRef;
    use x509_cert::der::{Reader, SliceReader};

    let mut reader = SliceReader::new(der).ok()?;
    let bits = reader
        .sequence(|reader| {
            let modulus = UintRef::decode(reader)?;
            let _exponent = UintRef::decode(reader)?;
            let bytes = modulus.as_bytes();
            let zeros = bytes.first().map_or(0, |first| first.leading_zeros());
            Ok(bytes.len() * 8 - zeros as usize)
        })
        .ok()?;
    u16::try_from(bits).ok()
}
