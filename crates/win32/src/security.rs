//! Security descriptors, as far as one process can tell what they mean.
//!
//! Owns: reading a SECURITY_DESCRIPTOR, absolute or self-relative, down to the first entry of its
//! discretionary access list that is about everybody. Does not own users and groups: there are none
//! here, and whoever asks is the program that made the object. So (assumed):
//!
//! - without a descriptor, without a list, or with a NULL list, everybody is admitted (documented for
//!   NULL lists);
//! - with an empty list nobody is (documented: Null DACLs and Empty DACLs);
//! - the first entry for Everyone (S-1-1-0) with one of the rights says what holds; without one
//!   everybody is admitted, because entries of other accounts cannot be compared with anything.
//!
//! Unsafe code: reading the program's structures. Threading: any thread.

pub mod raw;

use std::ffi::c_void;

use httpsys_sddl::DACL_PRESENT;

use crate::status::{Code, ERROR_INVALID_PARAMETER};

/// SE_SELF_RELATIVE.
pub const SELF_RELATIVE: u16 = 0x8000;
/// SECURITY_DESCRIPTOR_REVISION.
const REVISION: u8 = 1;
/// Revision, padding, control; then owner, group, SACL and DACL: pointers, or 32-bit offsets.
const HEAD: usize = 4;
const DACL_POINTER: usize = 32;
const DACL_OFFSET: usize = 16;
/// The size of ACL and of ACE_HEADER.
const ACL_HEADER: usize = 8;
const ACE_HEADER: usize = 4;
/// ACCESS_ALLOWED_ACE_TYPE and ACCESS_DENIED_ACE_TYPE; both have a mask and then the SID.
const ALLOWED: u8 = 0;
const DENIED: u8 = 1;
/// S-1-1-0: revision 1, one subauthority, authority 1 (six bytes, big-endian), subauthority 0.
const EVERYONE: [u8; 12] = [1, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0];
/// Whether a descriptor admits everybody who asks for these rights.
///
/// # Errors
/// 87 for a descriptor of another revision and a list that does not hold its entries (assumed).
///
/// # Safety
/// `descriptor` is NULL or valid for reads with all it points at.
pub unsafe fn admits_everyone(descriptor: *const c_void, rights: u32) -> Result<bool, Code> {
    if descriptor.is_null() {
        return Ok(true);
    }
    // SAFETY: by the contract of this function.
    match unsafe { access_list(descriptor.cast()) }? {
        None => Ok(true),
        Some(list) => verdict(list, rights),
    }
}

/// The bytes of the discretionary access list; `None` when there is none.
///
/// # Safety
/// `descriptor` is not NULL; otherwise as [`admits_everyone`].
unsafe fn access_list<'a>(descriptor: *const u8) -> Result<Option<&'a [u8]>, Code> {
    // SAFETY: each kind of descriptor begins with these bytes.
    let head = unsafe { std::slice::from_raw_parts(descriptor, HEAD) };
    let control = u16::from_le_bytes([head[2], head[3]]);
    if head[0] != REVISION {
        return Err(ERROR_INVALID_PARAMETER);
    }
    if control & DACL_PRESENT == 0 {
        return Ok(None);
    }
    let list: *const u8 = if control & SELF_RELATIVE == 0 {
        // SAFETY: SECURITY_DESCRIPTOR has the pointer to the list there, at any alignment.
        unsafe {
            descriptor
                .add(DACL_POINTER)
                .cast::<*const u8>()
                .read_unaligned()
        }
    } else {
        // SAFETY: SECURITY_DESCRIPTOR_RELATIVE has the offset of the list there.
        match unsafe { descriptor.add(DACL_OFFSET).cast::<u32>().read_unaligned() } {
            0 => std::ptr::null(),
            offset => descriptor.wrapping_add(offset as usize),
        }
    };
    if list.is_null() {
        return Ok(None);
    }
    // SAFETY: a list begins with ACL, which has its whole size.
    let header = unsafe { std::slice::from_raw_parts(list, ACL_HEADER) };
    let size = usize::from(u16::from_le_bytes([header[2], header[3]]));
    if size < ACL_HEADER {
        return Err(ERROR_INVALID_PARAMETER);
    }
    // SAFETY: as its header says.
    Ok(Some(unsafe { std::slice::from_raw_parts(list, size) }))
}

fn verdict(list: &[u8], rights: u32) -> Result<bool, Code> {
    let bad = || ERROR_INVALID_PARAMETER;
    let count = u16::from_le_bytes([list[4], list[5]]);
    if count == 0 {
        return Ok(false);
    }
    let mut rest = &list[ACL_HEADER..];
    for _ in 0..count {
        let header = rest.get(..ACE_HEADER).ok_or_else(bad)?;
        let size = usize::from(u16::from_le_bytes([header[2], header[3]]));
        let (entry, behind) = rest.split_at_checked(size).ok_or_else(bad)?;
        let body = entry.get(ACE_HEADER..).ok_or_else(bad)?;
        if let Some((mask, sid)) = body.split_first_chunk::<4>() {
            let asked = u32::from_le_bytes(*mask) & rights != 0;
            match header[0] {
                ALLOWED if asked && sid.starts_with(&EVERYONE) => return Ok(true),
                DENIED if asked && sid.starts_with(&EVERYONE) => return Ok(false),
                _ => {}
            }
        }
        rest = behind;
    }
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(kind: u8, mask: u32, sid: &[u8]) -> Vec<u8> {
        let size = (8 + sid.len()) as u16;
        let mut bytes = vec![kind, 0];
        bytes.extend(size.to_le_bytes());
        bytes.extend(mask.to_le_bytes());
        bytes.extend(sid);
        bytes
    }

    fn list(entries: &[Vec<u8>]) -> Vec<u8> {
        let size = ACL_HEADER + entries.iter().map(Vec::len).sum::<usize>();
        let mut bytes = vec![2, 0];
        bytes.extend((size as u16).to_le_bytes());
        bytes.extend((entries.len() as u16).to_le_bytes());
        bytes.extend([0, 0]);
        bytes.extend(entries.concat());
        bytes
    }

    fn self_relative(control: u16, list: Option<&[u8]>) -> Vec<u8> {
        let mut bytes = vec![REVISION, 0];
        bytes.extend((control | SELF_RELATIVE).to_le_bytes());
        bytes.extend([0; 12]);
        bytes.extend(list.map_or(0_u32, |_| 20).to_le_bytes());
        bytes.extend(list.unwrap_or_default());
        bytes
    }

    const READ: u32 = 0x9000_FFFF;

    fn asked(descriptor: &[u8]) -> Result<bool, u32> {
        // SAFETY: whole structures that outlive the call.
        unsafe { admits_everyone(descriptor.as_ptr().cast(), READ) }
    }

    #[test]
    fn an_empty_list_admits_nobody_and_none_everybody() {
        // SAFETY: NULL.
        assert_eq!(unsafe { admits_everyone(std::ptr::null(), READ) }, Ok(true));
        let empty = list(&[]);
        assert_eq!(asked(&self_relative(0, Some(&empty))), Ok(true));
        assert_eq!(asked(&self_relative(DACL_PRESENT, None)), Ok(true));
        let denied = self_relative(DACL_PRESENT, Some(&empty));
        assert_eq!(asked(&denied), Ok(false));
        let mut absolute = vec![REVISION, 0];
        absolute.extend(DACL_PRESENT.to_le_bytes());
        absolute.resize(DACL_POINTER, 0);
        absolute.extend((empty.as_ptr() as usize).to_le_bytes());
        assert_eq!(asked(&absolute), Ok(false));
    }

    #[test]
    fn the_first_entry_for_everyone_decides() {
        const SYSTEM: [u8; 12] = [1, 1, 0, 0, 0, 0, 0, 5, 18, 0, 0, 0];
        const ALL: u32 = 0x1000_0000;
        let (allow, deny) = (entry(0, ALL, &EVERYONE), entry(1, ALL, &EVERYONE));
        let system = entry(0, ALL, &SYSTEM);
        for (entries, expected) in [
            (vec![allow.clone(), deny.clone()], true),
            (vec![deny.clone(), allow], false),
            (vec![system.clone(), deny], false),
            (vec![system.clone()], true),
            // READ_CONTROL is not asked for.
            (vec![entry(1, 0x0002_0000, &EVERYONE)], true),
        ] {
            let descriptor = self_relative(DACL_PRESENT, Some(&list(&entries)));
            assert_eq!(asked(&descriptor), Ok(expected), "{entries:?}");
        }
    }

    #[test]
    fn what_is_no_descriptor_fails_with_87() {
        let mut descriptor = self_relative(DACL_PRESENT, Some(&list(&[])));
        descriptor[0] = 2;
        assert_eq!(asked(&descriptor), Err(87));
        let whole = list(&[entry(DENIED, 0x0002_0000, &EVERYONE)]);
        for (at, value) in [(2, 4), (2, 20), (4, 2), (10, 0), (10, 200)] {
            let mut broken = whole.clone();
            broken[at] = value;
            let descriptor = self_relative(DACL_PRESENT, Some(&broken));
            assert_eq!(asked(&descriptor), Err(87), "{at} {value}");
        }
    }
}
