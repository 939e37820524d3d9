//! Which connections begin with a PROXY header: the value of the parameter `ProxyProtocol`.
//!
//! Owns: the ports, the networks of the proxies that are trusted at each, and their form as text. Does not own: the
//! header. Threading: plain values.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use crate::setting::ParameterValue;

/// What comes before the IPv4 address in one that is mapped into IPv6 (RFC 4291, 2.5.5.2).
const MAPPED_BITS: u8 = 96;

/// Addresses that have their first bits in common, `10.0.0.0/8` or `::1`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IpNetwork {
    address: IpAddr,
    bits: u8,
}

impl IpNetwork {
    /// The network of the addresses that begin with the first `bits` of `address`. `None` if an address has fewer bits.
    /// A network of IPv4 addresses that are mapped into IPv6, such as `::ffff:10.0.0.0/104`, is that of the IPv4
    /// addresses.
    #[must_use]
    pub fn new(address: IpAddr, bits: u8) -> Option<IpNetwork> {
        let own = IpNetwork { address, bits };
        match (address.to_canonical(), bits.checked_sub(MAPPED_BITS)) {
            _ if bits > width(address) => None,
            (canonical, Some(bits)) if canonical != address => Some(IpNetwork {
                address: canonical,
                bits,
            }),
            _ => Some(own),
        }
    }

    /// Whether the address belongs to the network. An IPv4 address that is mapped into IPv6 counts as the IPv4 address.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        let shift = 128 - u32::from(self.bits);
        let first_bits = |address: IpAddr| match address {
            IpAddr::V4(v4) => (u128::from(v4.to_bits()) << 96).checked_shr(shift),
            IpAddr::V6(v6) => v6.to_bits().checked_shr(shift),
        };
        let address = address.to_canonical();
        address.is_ipv4() == self.address.is_ipv4()
            && first_bits(address) == first_bits(self.address)
    }
}

/// How many bits an address has.
fn width(address: IpAddr) -> u8 {
    if address.is_ipv4() { 32 } else { 128 }
}

impl From<IpAddr> for IpNetwork {
    fn from(address: IpAddr) -> Self {
        let address = address.to_canonical();
        let bits = width(address);
        IpNetwork { address, bits }
    }
}

/// A text that is neither an address nor a network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidNetwork;

impl fmt::Display for InvalidNetwork {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("neither an IP address nor a network such as 10.0.0.0/8")
    }
}

impl std::error::Error for InvalidNetwork {}

impl FromStr for IpNetwork {
    type Err = InvalidNetwork;

    fn from_str(text: &str) -> Result<Self, InvalidNetwork> {
        let (address, bits) = match text.split_once('/') {
            Some((address, bits)) => (address, Some(bits)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().map_err(|_| InvalidNetwork)?;
        let Some(bits) = bits else {
            return Ok(address.into());
        };
        let has_digits_only = bits.bytes().all(|byte| byte.is_ascii_digit());
        let bits = bits.parse().ok().filter(|_| has_digits_only);
        bits.and_then(|bits| IpNetwork::new(address, bits))
            .ok_or(InvalidNetwork)
    }
}

/// Which connections begin with a PROXY header: ports with the networks of the proxies. None by default.
///
/// ```
/// use httpsys_proto::ProxyProtocol;
///
/// let own: ProxyProtocol = "8080=127.0.0.1,10.0.0.0/8 *=::1".parse().unwrap();
/// assert!(own.expects_header(8080, "10.1.2.3".parse().unwrap()));
/// assert!(!own.expects_header(8080, "::1".parse().unwrap()));
/// assert!(own.expects_header(8443, "::1".parse().unwrap()));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProxyProtocol {
    ports: Vec<(Option<u16>, Vec<IpNetwork>)>,
}

impl ProxyProtocol {
    /// No connection begins with a header.
    #[must_use]
    pub fn off() -> ProxyProtocol {
        ProxyProtocol::default()
    }

    /// At each port, connections from these networks begin with a header.
    #[must_use]
    pub fn trusting(proxies: impl IntoIterator<Item = impl Into<IpNetwork>>) -> ProxyProtocol {
        let mut all = ProxyProtocol::off();
        all.trust(None, proxies.into_iter().map(Into::into));
        all
    }

    /// Connections from these networks to this port begin with a header; without a port, to each port that has no
    /// networks of its own. Adds to what was set for the port before.
    pub fn trust(
        &mut self,
        port: impl Into<Option<u16>>,
        proxies: impl IntoIterator<Item = IpNetwork>,
    ) {
        let port = port.into();
        let known = self.ports.iter().position(|(own, _)| *own == port);
        let at = known.unwrap_or_else(|| {
            self.ports.push((port, Vec::new()));
            self.ports.len() - 1
        });
        self.ports[at].1.extend(proxies);
    }

    /// Whether a connection from this address to this port begins with a header.
    #[inline]
    #[must_use]
    pub fn expects_header(&self, port: u16, remote: IpAddr) -> bool {
        !self.ports.is_empty() && self.trusts(port, remote)
    }

    #[inline(never)]
    fn trusts(&self, port: u16, remote: IpAddr) -> bool {
        let of = |wanted| self.ports.iter().find(|(own, _)| *own == wanted);
        let proxies = of(Some(port)).or_else(|| of(None));
        proxies.is_some_and(|(_, proxies)| proxies.iter().any(|own| own.contains(remote)))
    }
}

/// A text that is not a list of ports with the addresses of proxies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidProxyProtocol;

impl fmt::Display for InvalidProxyProtocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "not a list of ports with the addresses of proxies, such as 8080=10.0.0.0/8,::1",
        )
    }
}

impl std::error::Error for InvalidProxyProtocol {}

/// `PORT=ADDRESS,ADDRESS/BITS PORT=...`, where `*` is any other port. An empty text: at no port.
impl FromStr for ProxyProtocol {
    type Err = InvalidProxyProtocol;

    fn from_str(text: &str) -> Result<Self, InvalidProxyProtocol> {
        let mut all = ProxyProtocol::off();
        let entries = text.split([' ', ';']).filter(|entry| !entry.is_empty());
        for entry in entries {
            let (port, proxies) = entry.split_once('=').ok_or(InvalidProxyProtocol)?;
            let port = parse_port(port)?;
            if all.ports.iter().any(|(known, _)| *known == port) {
                return Err(InvalidProxyProtocol);
            }
            let networks: Result<Vec<IpNetwork>, _> = proxies.split(',').map(str::parse).collect();
            all.trust(
                port,
                networks.map_err(|InvalidNetwork| InvalidProxyProtocol)?,
            );
        }
        Ok(all)
    }
}

/// `None` is `*`.
fn parse_port(text: &str) -> Result<Option<u16>, InvalidProxyProtocol> {
    if text == "*" {
        return Ok(None);
    }
    let port = u32::from_text(text).and_then(|port| u16::try_from(port).ok());
    match port {
        None | Some(0) => Err(InvalidProxyProtocol),
        port => Ok(port),
    }
}

impl ParameterValue for ProxyProtocol {
    const FORM: &'static str = "PORT=ADDRESS,ADDRESS/BITS with a blank between ports, as in \
        8080=127.0.0.1,10.0.0.0/8 *=::1";

    fn from_text(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}
