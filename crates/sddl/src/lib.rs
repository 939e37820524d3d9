//! Security descriptors as values, and their text: SDDL.
//!
//! Owns: identifiers ([`sid`]), access control lists ([`acl`]) and the definition language ([`text`]). Does not own:
//! descriptors in the memory of a program (`httpsys-win32`), nor what a descriptor means: there are no accounts here.
//! Threading: plain data.
#![forbid(unsafe_code)]

use std::fmt;

pub mod acl;
pub mod sid;
pub mod text;

/// SE_DACL_PRESENT of SECURITY_DESCRIPTOR_CONTROL.
pub const DACL_PRESENT: u16 = 0x0004;
/// SE_SACL_PRESENT.
pub const SACL_PRESENT: u16 = 0x0010;

/// Why a text or a list of bytes is no security descriptor. [`InvalidDescriptor::win32`] is the code that
/// ConvertStringSecurityDescriptorToSecurityDescriptor has for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InvalidDescriptor {
    /// ERROR_INVALID_PARAMETER (87): the text is not of parts O:, G:, D: and S:, each once.
    Text,
    /// ERROR_INVALID_ACL (1336): an entry is not valid.
    Acl,
    /// ERROR_INVALID_SID (1337): an account or group is not valid.
    Sid,
}

impl InvalidDescriptor {
    /// The Win32 error code.
    #[must_use]
    pub const fn win32(self) -> u32 {
        match self {
            InvalidDescriptor::Text => 87,
            InvalidDescriptor::Acl => 1336,
            InvalidDescriptor::Sid => 1337,
        }
    }
}

impl From<InvalidDescriptor> for u32 {
    fn from(error: InvalidDescriptor) -> u32 {
        error.win32()
    }
}

impl fmt::Display for InvalidDescriptor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            InvalidDescriptor::Text => {
                "it is not a security descriptor in SDDL: parts O:, G:, D: and S:, each once"
            }
            InvalidDescriptor::Acl => {
                "an entry is not (type;flags;rights;object;inherited object;account) in SDDL"
            }
            InvalidDescriptor::Sid => {
                "an account is neither two letters of SDDL nor a SID such as S-1-1-0"
            }
        })
    }
}

impl std::error::Error for InvalidDescriptor {}
