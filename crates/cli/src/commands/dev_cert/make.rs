//! Makes a development certificate.
//!
//! Owns: what is in it. An authority signs it whose key is thrown away at once: whoever trusts the authority
//! trusts this one certificate and no other, and the authority says itself that it is good for localhost only
//! (RFC 5280 section 4.2.1.10). Does not own: files. The time is an argument.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rcgen::{
    BasicConstraints, CertificateParams, CidrSubnet, DnType, ExtendedKeyUsagePurpose,
    GeneralSubtree, IsCa, Issuer, KeyPair, KeyUsagePurpose, NameConstraints, SanType,
};

/// How long it is good: no client takes one that lasts longer than 398 days.
const DAYS: u64 = 365;
const DAY: Duration = Duration::from_secs(86_400);

/// What was made, in PEM.
pub(super) struct DevelopmentCertificate {
    /// The certificate, the authority's, and the key.
    pub(super) pem: String,
    /// The certificate of the authority.
    pub(super) authority: String,
}

/// Makes one that begins a day ago, so that clocks may differ.
pub(super) fn make(now: SystemTime) -> Result<DevelopmentCertificate, rcgen::Error> {
    let (from, until) = (now - DAY, now + DAY * u32::try_from(DAYS).unwrap_or(365));
    let name = authority_name(now);
    let authority_key = KeyPair::generate()?;
    let mut authority = CertificateParams::new(Vec::new())?;
    authority.distinguished_name.remove(DnType::CommonName);
    authority.distinguished_name.push(DnType::CommonName, name);
    authority.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    authority.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    authority.name_constraints = Some(NameConstraints {
        permitted_subtrees: vec![
            GeneralSubtree::DnsName("localhost".into()),
            GeneralSubtree::IpAddress(CidrSubnet::from_v4_prefix([127, 0, 0, 0], 8)),
            GeneralSubtree::IpAddress(CidrSubnet::from_v6_prefix(
                Ipv6Addr::LOCALHOST.octets(),
                128,
            )),
        ],
        excluded_subtrees: Vec::new(),
    });
    authority.not_before = from.into();
    authority.not_after = until.into();
    let authority_certificate = authority.self_signed(&authority_key)?;

    let key = KeyPair::generate()?;
    let mut own = CertificateParams::new(vec!["localhost".into()])?;
    for address in [
        IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(Ipv6Addr::LOCALHOST),
    ] {
        own.subject_alt_names.push(SanType::IpAddress(address));
    }
    own.distinguished_name.remove(DnType::CommonName);
    own.distinguished_name.push(DnType::CommonName, "localhost");
    own.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    own.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    own.use_authority_key_identifier_extension = true;
    own.not_before = from.into();
    own.not_after = until.into();
    let issuer = Issuer::new(authority, authority_key);
    let certificate = own.signed_by(&key, &issuer)?;
    Ok(DevelopmentCertificate {
        pem: format!(
            "{}{}{}",
            certificate.pem(),
            authority_certificate.pem(),
            key.serialize_pem()
        ),
        // The name in front is for people, and for whoever looks which authority this is.
        authority: format!("# {}\n{}", authority_name(now), authority_certificate.pem()),
    })
}

/// Each has a name of its own, so that stores do not take one for the other.
fn authority_name(now: SystemTime) -> String {
    let seconds = now
        .duration_since(UNIX_EPOCH)
        .map_or(0, |age| age.as_secs());
    format!("httpsys development {seconds}")
}

/// The name of the authority in a file that [`make`] gave the text of.
pub(super) fn subject_of(authority: &str) -> Option<String> {
    let name = authority.lines().next()?.strip_prefix("# ")?;
    name.starts_with("httpsys development ")
        .then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use httpsys_tls::Certificate;

    #[test]
    fn it_is_for_localhost_and_signed_by_the_authority() {
        let now = UNIX_EPOCH + DAY * 20_000;
        let made = make(now).unwrap();
        let certificate = Certificate::from_pem(made.pem.as_bytes()).unwrap();
        for host in ["localhost", "127.0.0.1", "::1"] {
            assert!(certificate.matches(host), "{host}");
        }
        assert!(!certificate.matches("example.org"));
        let name = subject_of(&made.authority).unwrap();
        assert!(certificate.issuer().contains(&name));
        assert_eq!(certificate.not_before(), 19_999 * 86_400);
        assert_eq!(certificate.not_after(), 20_365 * 86_400);
        assert_eq!(certificate.chain().count(), 2);
        assert!(!made.authority.contains("PRIVATE"));
        assert_eq!(subject_of("-----BEGIN CERTIFICATE-----"), None);
    }
}
