//! Why a string is no UrlPrefix.
//!
//! Owns: the rules as causes, their sentences and their Win32 codes. Does not own: the rules
//! (`url_prefix`). Plain data.

use std::fmt;

use crate::error::Error;

/// Why a string is not a UrlPrefix. Callers get the Win32 code of [`InvalidPrefix::error`], which
/// is ERROR_INVALID_PARAMETER (87) in all cases but one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum InvalidPrefix {
    /// It does not begin with lower-case `http://` or `https://` (PFX-002, PFX-007).
    Scheme,
    /// There is no host between `//` and the port.
    NoHost,
    /// A host of more than 255 UTF-16 units (PFX-019).
    HostLength,
    /// An unpaired surrogate in the host.
    HostUtf16,
    /// A character that is not allowed in a host; also a `*` that is neither alone nor the leftmost
    /// label.
    HostCharacter(char),
    /// An empty label between two dots, or nothing but a dot.
    HostLabel,
    /// A host in Punycode: the Unicode form must be registered (HST-014).
    Punycode,
    /// A host that is not a valid internationalised name (UTS #46; HttpPrepareUrl).
    HostName,
    /// An IP literal that is not valid (PFX-019).
    Address,
    /// `0.0.0.0` or `[::]`: ERROR_NOT_SUPPORTED (50; PFX-032).
    UnspecifiedAddress,
    /// No port: every prefix has one (PFX-003, PFX-004).
    NoPort,
    /// The port is not a decimal number from 1 to 65535 without a leading zero (PFX-006, PFX-007).
    Port,
    /// Port 0 where it does not stand for a free port (PFX-005, G-129).
    PortZero,
    /// There is no slash after the port (PFX-001).
    NoPath,
    /// An unpaired surrogate in the path.
    PathUtf16,
    /// A character that is not allowed in the path: escapes and queries are not part of a prefix
    /// (PFX-008, PFX-020).
    PathCharacter(char),
    /// An empty segment or a dot segment in the path (PFX-021).
    PathSegment,
    /// Longer than 32,767 UTF-16 units.
    TooLong,
}

impl InvalidPrefix {
    /// The error with which the call fails.
    #[must_use]
    pub const fn error(self) -> Error {
        match self {
            InvalidPrefix::UnspecifiedAddress => Error::NotSupported,
            _ => Error::InvalidParameter,
        }
    }
}

impl From<InvalidPrefix> for Error {
    fn from(why: InvalidPrefix) -> Error {
        why.error()
    }
}

impl fmt::Display for InvalidPrefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            InvalidPrefix::Scheme => "it does not begin with http:// or https:// in lower case",
            InvalidPrefix::NoHost => "it has no host",
            InvalidPrefix::HostLength => "its host is longer than 255 characters",
            InvalidPrefix::HostUtf16 => "its host has an unpaired surrogate",
            InvalidPrefix::HostCharacter('*') => {
                "its host has a *, which stands alone or for the whole leftmost label"
            }
            InvalidPrefix::HostCharacter(bad) => {
                return write!(f, "its host has the character {bad:?}");
            }
            InvalidPrefix::HostLabel => "its host has an empty label",
            InvalidPrefix::Punycode => {
                "its host is in Punycode, and the Unicode form is what is registered"
            }
            InvalidPrefix::HostName => "its host is no valid international name",
            InvalidPrefix::Address => "its host is no valid IP address",
            InvalidPrefix::UnspecifiedAddress => {
                "its host is the unspecified address: + or * stands for all addresses"
            }
            InvalidPrefix::NoPort => "it has no port, which cannot be left out",
            InvalidPrefix::Port => "its port is no number from 1 to 65535 without a leading zero",
            InvalidPrefix::PortZero => "port 0 is no port here",
            InvalidPrefix::NoPath => "no slash follows its host and port",
            InvalidPrefix::PathUtf16 => "its path has an unpaired surrogate",
            InvalidPrefix::PathCharacter('?') => "its path has a query",
            InvalidPrefix::PathCharacter('%') => {
                "its path has a %, and prefixes are written without escapes"
            }
            InvalidPrefix::PathCharacter(bad) => {
                return write!(f, "its path has the character {bad:?}");
            }
            InvalidPrefix::PathSegment => "its path has an empty segment or a dot segment",
            InvalidPrefix::TooLong => "it is longer than 32,767 characters",
        })
    }
}

impl std::error::Error for InvalidPrefix {}
