//! The version of Windows that programs are told.
//!
//! Owns the numbers and the comparison of VerifyVersionInfo. Does not own the structures. Invariant: it
//! is that of Windows Server 2022 (10.0, build 20348, a server), whatever a manifest would say.
//! Threading: pure.

use crate::status::{Code, ERROR_BAD_ARGUMENTS, ERROR_OLD_WIN_VERSION};

/// The major version.
pub const MAJOR: u32 = 10;
/// The minor version.
pub const MINOR: u32 = 0;
/// The build.
pub const BUILD: u32 = 20348;
/// VER_PLATFORM_WIN32_NT.
pub const PLATFORM: u32 = 2;
/// VER_SUITE_TERMINAL | VER_SUITE_SINGLEUSERTS.
pub const SUITE: u16 = 0x110;
/// VER_NT_SERVER.
pub const PRODUCT: u8 = 3;

/// The values that a program compares with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WantedVersion {
    /// dwMajorVersion.
    pub major: u32,
    /// dwMinorVersion.
    pub minor: u32,
    /// dwBuildNumber.
    pub build: u32,
    /// dwPlatformId.
    pub platform: u32,
    /// wServicePackMajor.
    pub pack_major: u16,
    /// wServicePackMinor.
    pub pack_minor: u16,
    /// wSuiteMask.
    pub suite: u16,
    /// wProductType.
    pub product: u8,
}

const VER_MINORVERSION: u32 = 0x01;
const VER_MAJORVERSION: u32 = 0x02;
const VER_BUILDNUMBER: u32 = 0x04;
const VER_PLATFORMID: u32 = 0x08;
const VER_SERVICEPACKMINOR: u32 = 0x10;
const VER_SERVICEPACKMAJOR: u32 = 0x20;
const VER_SUITENAME: u32 = 0x40;
const VER_PRODUCT_TYPE: u32 = 0x80;

/// Bits of a condition in the mask, for each bit of the types, in their order.
const CONDITION_BITS: u32 = 3;
const VER_EQUAL: u32 = 1;
const VER_GREATER: u32 = 2;
const VER_GREATER_EQUAL: u32 = 3;
const VER_LESS: u32 = 4;
const VER_LESS_EQUAL: u32 = 5;
const VER_AND: u32 = 6;
const VER_OR: u32 = 7;

/// VerSetConditionMask: the mask with the condition for a type; that of the highest bit if there are
/// several (observed).
pub fn set_condition(mask: u64, types: u32, condition: u8) -> u64 {
    if types & 0xFF == 0 {
        return mask;
    }
    let at = 7 - (types as u8).leading_zeros();
    let condition = u64::from(condition & 7);
    mask | condition << (at * CONDITION_BITS)
}

fn condition(mask: u64, kind: u32) -> u32 {
    (mask >> (kind.trailing_zeros() * CONDITION_BITS)) as u32 & 7
}

fn holds(condition: u32, have: u64, want: u64) -> Result<bool, Code> {
    Ok(match condition {
        VER_EQUAL => have == want,
        VER_GREATER => have > want,
        VER_GREATER_EQUAL => have >= want,
        VER_LESS => have < want,
        VER_LESS_EQUAL => have <= want,
        _ => return Err(ERROR_BAD_ARGUMENTS),
    })
}

/// VerifyVersionInfo.
///
/// # Errors
/// 1150 when a condition does not hold, 160 for invalid conditions.
pub fn verify(wanted: &WantedVersion, types: u32, mask: u64) -> Result<(), Code> {
    if types & 0xFF == 0 || mask == 0 {
        return Err(ERROR_BAD_ARGUMENTS);
    }
    let mut all = true;
    if types & VER_SUITENAME != 0 {
        all &= match condition(mask, VER_SUITENAME) {
            VER_AND => SUITE & wanted.suite == wanted.suite,
            VER_OR => SUITE & wanted.suite != 0 || wanted.suite == 0,
            _ => return Err(ERROR_BAD_ARGUMENTS),
        };
    }
    for (kind, have, want) in [
        (
            VER_PRODUCT_TYPE,
            u64::from(PRODUCT),
            u64::from(wanted.product),
        ),
        (
            VER_PLATFORMID,
            u64::from(PLATFORM),
            u64::from(wanted.platform),
        ),
        (VER_BUILDNUMBER, u64::from(BUILD), u64::from(wanted.build)),
    ] {
        if types & kind != 0 {
            all &= holds(condition(mask, kind), have, want)?;
        }
    }
    // These are compared as one number, by the condition of the first that is asked for (documented:
    // VerifyVersionInfo, remarks).
    let parts = [
        (VER_MAJORVERSION, MAJOR, wanted.major),
        (VER_MINORVERSION, MINOR, wanted.minor),
        (VER_SERVICEPACKMAJOR, 0, u32::from(wanted.pack_major)),
        (VER_SERVICEPACKMINOR, 0, u32::from(wanted.pack_minor)),
    ];
    let asked = || parts.iter().filter(|(kind, ..)| types & kind != 0);
    if let Some((first, ..)) = asked().next() {
        let number = |part: fn(&(u32, u32, u32)) -> u32| {
            asked().fold(0u128, |number, asked| {
                number << 32 | u128::from(part(asked))
            })
        };
        let (have, want) = (number(|part| part.1), number(|part| part.2));
        let order = match have.cmp(&want) {
            std::cmp::Ordering::Less => (0, 1),
            std::cmp::Ordering::Equal => (1, 1),
            std::cmp::Ordering::Greater => (1, 0),
        };
        all &= holds(condition(mask, *first), order.0, order.1)?;
    }
    match all {
        true => Ok(()),
        false => Err(ERROR_OLD_WIN_VERSION),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at_least(major: u32, minor: u32, pack: u16) -> Result<(), Code> {
        let types = VER_MAJORVERSION | VER_MINORVERSION | VER_SERVICEPACKMAJOR;
        let mut mask = 0;
        for kind in [VER_MAJORVERSION, VER_MINORVERSION, VER_SERVICEPACKMAJOR] {
            mask = set_condition(mask, kind, VER_GREATER_EQUAL as u8);
        }
        let wanted = WantedVersion {
            major,
            minor,
            pack_major: pack,
            ..WantedVersion::default()
        };
        verify(&wanted, types, mask)
    }

    #[test]
    fn versions_are_compared_as_one_number() {
        assert_eq!(at_least(6, 1, 1), Ok(()));
        assert_eq!(at_least(10, 0, 0), Ok(()));
        assert_eq!(at_least(10, 0, 1), Err(ERROR_OLD_WIN_VERSION));
        assert_eq!(at_least(11, 0, 0), Err(ERROR_OLD_WIN_VERSION));
    }

    #[test]
    fn the_product_is_a_server() {
        let mask = set_condition(0, VER_PRODUCT_TYPE, VER_EQUAL as u8);
        let wanted = |product| WantedVersion {
            product,
            ..WantedVersion::default()
        };
        assert_eq!(verify(&wanted(3), VER_PRODUCT_TYPE, mask), Ok(()));
        let workstation = verify(&wanted(1), VER_PRODUCT_TYPE, mask);
        assert_eq!(workstation, Err(ERROR_OLD_WIN_VERSION));
        assert_eq!(verify(&wanted(3), 0, mask), Err(ERROR_BAD_ARGUMENTS));
    }
}
