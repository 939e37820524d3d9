//! Why a registration was refused.
//!
//! Owns: the causes, each with its sentence and its Win32 code. Does not own: finding them (the
//! object model and the driver). Nothing of this is on the path of a request. Plain data.

use std::fmt;
use std::net::{IpAddr, SocketAddr};

use httpsys_sddl::InvalidDescriptor;

use crate::error::Error;
use crate::ids::UrlGroupId;
use crate::url_prefix::{InvalidPrefix, Scheme};

/// Why HttpAddUrl, HttpAddUrlToUrlGroup or a reservation failed. Its text is a sentence without the
/// URL; [`Refusal::error`] is the error that the call returns.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// The string is not a UrlPrefix.
    Prefix(InvalidPrefix),
    /// The host is an address that this machine does not have (PFX-033).
    NotOurAddress(IpAddr),
    /// The option `EnforceUrlAcl` is on, and the prefix is not reserved (PFX-014).
    NotReserved {
        /// A reserved prefix of the port, and its security descriptor, which says for whom.
        other: Option<(String, String)>,
    },
    /// The security descriptor of a reservation is not valid (G-132).
    Descriptor(InvalidDescriptor),
    /// The same prefix is already registered (PFX-010, PFX-011).
    Registered {
        /// The URL group that has it.
        owner: UrlGroupId,
        /// Whether that is the URL group of the call.
        same_group: bool,
    },
    /// The same prefix is reserved.
    Reserved,
    /// The port is used with the other scheme (PFX-022, PFX-034).
    OtherScheme {
        /// The port.
        port: u16,
        /// The scheme of the port.
        carries: Scheme,
        /// By a reservation; otherwise by a registration.
        reserved: bool,
    },
    /// Another socket uses the port (PFX-013).
    InUse {
        /// What cannot be opened.
        address: SocketAddr,
        /// The owner of the socket, if the system reports it.
        owner: Option<String>,
    },
    /// The service manager has passed sockets of the port, but none for where the prefix listens (ACT-002).
    Passed {
        /// Where the prefix listens.
        wanted: SocketAddr,
        /// Where the passed sockets listen.
        passed: Vec<SocketAddr>,
    },
    /// The system does not let this program open the port.
    Forbidden(SocketAddr),
    /// The system does not open the port for another reason.
    System {
        /// What cannot be opened.
        address: SocketAddr,
        /// The error of the system.
        message: String,
    },
    /// The system cannot start a thread to handle the connections.
    NoThread,
    /// As many endpoints are open as MaxEndpoints allows (LIM-014).
    MaxEndpoints(u32),
    /// Port 0, and no port is free at all addresses of the prefix (G-129).
    NoFreePort,
    /// Port 0, and the prefix has no address on this machine or on the IP listen list (G-129).
    NoAddress,
}

impl Refusal {
    /// The error with which the call fails.
    #[must_use]
    pub fn error(&self) -> Error {
        match self {
            Refusal::Prefix(why) => why.error(),
            Refusal::NotOurAddress(_) => Error::InvalidNetName,
            Refusal::NotReserved { .. } | Refusal::Forbidden(_) => Error::AccessDenied,
            Refusal::Descriptor(why) => Error::from(*why),
            Refusal::Registered { .. } | Refusal::Reserved | Refusal::OtherScheme { .. } => {
                Error::AlreadyExists
            }
            Refusal::InUse { .. } | Refusal::Passed { .. } | Refusal::NoFreePort => {
                Error::PortInUse
            }
            Refusal::System { .. }
            | Refusal::NoThread
            | Refusal::MaxEndpoints(_)
            | Refusal::NoAddress => Error::NoResources,
        }
    }
}

impl From<InvalidPrefix> for Refusal {
    fn from(why: InvalidPrefix) -> Refusal {
        Refusal::Prefix(why)
    }
}

impl From<InvalidDescriptor> for Refusal {
    fn from(why: InvalidDescriptor) -> Refusal {
        Refusal::Descriptor(why)
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Error {
        refusal.error()
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refusal::Prefix(why) => write!(f, "{why}"),
            Refusal::NotOurAddress(ip) => write!(f, "{ip} is no address of this machine"),
            Refusal::NotReserved { other } => {
                f.write_str("it is not reserved, and EnforceUrlAcl demands a reservation")?;
                match other {
                    Some((url, owner)) => write!(f, " (of its port {url} is, for {owner})"),
                    None => Ok(()),
                }
            }
            Refusal::Descriptor(why) => write!(f, "its security descriptor: {why}"),
            Refusal::Registered {
                same_group: true, ..
            } => f.write_str("this URL group has it already"),
            Refusal::Registered { owner, .. } => {
                write!(f, "the URL group {:#x} has it already", owner.0)
            }
            Refusal::Reserved => f.write_str("it is reserved already"),
            Refusal::OtherScheme {
                port,
                carries,
                reserved,
            } => {
                let by = if *reserved { "reserved" } else { "registered" };
                let carries = carries.as_str();
                write!(
                    f,
                    "port {port} is {by} for {carries}, and carries one scheme"
                )
            }
            Refusal::InUse { address, owner } => match owner {
                Some(owner) => write!(f, "{address} is in use by {owner}"),
                None => write!(f, "{address} is in use by another socket"),
            },
            Refusal::Passed { wanted, passed } => {
                f.write_str("the service manager has passed ")?;
                for (index, address) in passed.iter().enumerate() {
                    let between = match index {
                        0 => "",
                        _ if index + 1 < passed.len() => ", ",
                        1 => " and ",
                        _ => ", and ",
                    };
                    write!(f, "{between}{address}")?;
                }
                write!(f, ", none of which stands for {wanted}")
            }
            Refusal::Forbidden(address) => {
                write!(f, "the system does not let this program open {address}")
            }
            Refusal::System { address, message } => {
                write!(f, "{address} cannot be opened: {message}")
            }
            Refusal::NoThread => f.write_str("the system has no thread for its connections"),
            Refusal::MaxEndpoints(most) => {
                write!(f, "MaxEndpoints allows {most} endpoints, and no more")
            }
            Refusal::NoFreePort => f.write_str("no port is free at all its addresses"),
            Refusal::NoAddress => f.write_str("it has no address to take a free port of"),
        }
    }
}

impl std::error::Error for Refusal {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_refusal_is_one_plain_sentence_with_its_code() {
        let address: SocketAddr = "127.0.0.1:80".parse().unwrap();
        let owner = UrlGroupId(0x52);
        for (refusal, code, text) in [
            (
                InvalidPrefix::NoPort.into(),
                87,
                "it has no port, which cannot be left out",
            ),
            (
                InvalidPrefix::UnspecifiedAddress.into(),
                50,
                "its host is the unspecified address: + or * stands for all addresses",
            ),
            (
                Refusal::NotOurAddress([203, 0, 113, 7].into()),
                1214,
                "203.0.113.7 is no address of this machine",
            ),
            (
                Refusal::Registered {
                    owner,
                    same_group: false,
                },
                183,
                "the URL group 0x52 has it already",
            ),
            (
                Refusal::OtherScheme {
                    port: 443,
                    carries: Scheme::Https,
                    reserved: true,
                },
                183,
                "port 443 is reserved for https, and carries one scheme",
            ),
            (
                Refusal::NotReserved {
                    other: Some(("http://+:80/a/".into(), "D:(A;;GX;;;WD)".into())),
                },
                5,
                "it is not reserved, and EnforceUrlAcl demands a reservation \
                 (of its port http://+:80/a/ is, for D:(A;;GX;;;WD))",
            ),
            (
                InvalidDescriptor::Sid.into(),
                1337,
                "its security descriptor: an account is neither two letters of SDDL nor a SID such as S-1-1-0",
            ),
            (
                Refusal::InUse {
                    address,
                    owner: Some("nginx (process 12)".to_owned()),
                },
                32,
                "127.0.0.1:80 is in use by nginx (process 12)",
            ),
            (
                Refusal::Forbidden(address),
                5,
                "the system does not let this program open 127.0.0.1:80",
            ),
        ] as [(Refusal, u32, &str); 9]
        {
            assert_eq!(refusal.error().win32(), code, "{refusal}");
            assert_eq!(refusal.to_string(), text);
        }
    }

    #[test]
    fn act_002_the_addresses_of_passed_sockets_are_a_list() {
        let at = |last: u8| SocketAddr::from(([10, 0, 0, last], 80));
        for (passed, text) in [
            (vec![at(1)], "10.0.0.1:80"),
            (vec![at(1), at(2)], "10.0.0.1:80 and 10.0.0.2:80"),
            (
                vec![at(1), at(2), at(3)],
                "10.0.0.1:80, 10.0.0.2:80, and 10.0.0.3:80",
            ),
        ] {
            let wanted = at(9);
            let refusal = Refusal::Passed { wanted, passed };
            let expected = format!(
                "the service manager has passed {text}, none of which stands for 10.0.0.9:80"
            );
            assert_eq!(refusal.to_string(), expected);
        }
    }
}
