//! Security structures in the program's memory.
//!
//! Owns reading and writing SID, ACL and SECURITY_DESCRIPTOR where they lie, absolute or self-relative. Does not
//! own their meaning. Unsafe code: the program says where they are. Threading: any thread.

use std::ffi::c_void;

use httpsys_sddl::acl::{self, Acl};
use httpsys_sddl::sid::{MAX_SUB_AUTHORITIES, Sid};
use httpsys_sddl::text::SecurityDescriptor;
use httpsys_sddl::{DACL_PRESENT, SACL_PRESENT};

use super::SELF_RELATIVE;
use crate::status::{Code, ERROR_INVALID_ACL, ERROR_INVALID_SECURITY_DESCR, ERROR_INVALID_SID};

/// The size of SECURITY_DESCRIPTOR, and of SECURITY_DESCRIPTOR_RELATIVE.
pub const ABSOLUTE: usize = 40;
const RELATIVE: usize = 20;

/// A SID; 1337 for NULL and for what is none.
///
/// # Safety
/// `sid` is NULL or valid for as many bytes as its count of subauthorities says.
pub unsafe fn sid(sid: *const c_void) -> Result<Sid, Code> {
    if sid.is_null() {
        return Err(ERROR_INVALID_SID);
    }
    let at = sid.cast::<u8>();
    // SAFETY: a SID has at least 8 bytes, and the second is the count.
    let count = usize::from(unsafe { at.add(1).read() });
    if count > MAX_SUB_AUTHORITIES {
        return Err(ERROR_INVALID_SID);
    }
    // SAFETY: by the contract of this function.
    let bytes = unsafe { std::slice::from_raw_parts(at, 8 + count * 4) };
    Ok(Sid::read(bytes)?.0)
}

/// The bytes of a list, as its header says; 1336 for NULL and for what is none.
///
/// # Safety
/// `list` is NULL or valid for as many bytes as its header says.
pub unsafe fn list<'a>(list: *const c_void) -> Result<&'a [u8], Code> {
    if list.is_null() {
        return Err(ERROR_INVALID_ACL);
    }
    let at = list.cast::<u8>();
    // SAFETY: a list has a header.
    let head = unsafe { std::slice::from_raw_parts(at, acl::HEAD) };
    let size = usize::from(u16::from_le_bytes([head[2], head[3]]));
    if size < acl::HEAD {
        return Err(ERROR_INVALID_ACL);
    }
    // SAFETY: by the contract of this function.
    Ok(unsafe { std::slice::from_raw_parts(at, size) })
}

/// One of the four places of a descriptor.
#[derive(Clone, Copy, Debug)]
pub enum DescriptorPlace {
    /// Owner.
    Owner = 0,
    /// Group.
    Group = 1,
    /// Sacl.
    Sacl = 2,
    /// Dacl.
    Dacl = 3,
}

/// The control bits of a descriptor; 1338 for NULL, 1305 for another revision.
///
/// # Safety
/// `descriptor` is NULL or valid.
pub unsafe fn control(descriptor: *const c_void) -> Result<u16, Code> {
    if descriptor.is_null() {
        return Err(ERROR_INVALID_SECURITY_DESCR);
    }
    let at = descriptor.cast::<u8>();
    // SAFETY: either kind begins so.
    unsafe {
        match at.read() {
            1 => Ok(at.add(2).cast::<u16>().read_unaligned()),
            _ => Err(crate::status::ERROR_UNKNOWN_REVISION),
        }
    }
}

/// Where one part of a descriptor lies; NULL when there is none.
///
/// # Safety
/// `descriptor` is NULL or valid.
pub unsafe fn part(
    descriptor: *const c_void,
    place: DescriptorPlace,
) -> Result<*const c_void, Code> {
    let at = descriptor.cast::<u8>();
    // SAFETY: by the contract; the kind says what is there.
    unsafe {
        if control(descriptor)? & SELF_RELATIVE == 0 {
            let at = at.add(8 + place as usize * 8);
            return Ok(at.cast::<*const c_void>().read_unaligned());
        }
        Ok(
            match at
                .add(4 + place as usize * 4)
                .cast::<u32>()
                .read_unaligned()
            {
                0 => std::ptr::null(),
                offset => at.add(offset as usize).cast(),
            },
        )
    }
}

/// Reads a whole descriptor; 1338 for what is none.
///
/// # Safety
/// `descriptor` is NULL or valid with all that it points at.
pub unsafe fn descriptor(descriptor: *const c_void) -> Result<SecurityDescriptor, Code> {
    // SAFETY: by the contract, for all of it.
    unsafe {
        let control = control(descriptor)?;
        let one = |place| match part(descriptor, place)? {
            at if at.is_null() => Ok(None),
            at => sid(at).map(Some),
        };
        let lists = |place, present: u16| match part(descriptor, place)? {
            at if at.is_null() || control & present == 0 => Ok::<_, Code>(None),
            at => Ok(Some(Acl::read(list(at)?)?)),
        };
        Ok(SecurityDescriptor {
            control: control & !SELF_RELATIVE,
            owner: one(DescriptorPlace::Owner)?,
            group: one(DescriptorPlace::Group)?,
            dacl: lists(DescriptorPlace::Dacl, DACL_PRESENT)?,
            sacl: lists(DescriptorPlace::Sacl, SACL_PRESENT)?,
        })
    }
}

/// The bytes of a self-relative descriptor; 1336 for a list that is too long.
pub fn self_relative(descriptor: &SecurityDescriptor) -> Result<Vec<u8>, Code> {
    let control = descriptor.control | SELF_RELATIVE;
    let mut bytes = vec![1, 0];
    bytes.extend(control.to_le_bytes());
    bytes.resize(RELATIVE, 0);
    let sids = [&descriptor.owner, &descriptor.group].map(|sid| sid.as_ref().map(Sid::bytes));
    let lists = [&descriptor.sacl, &descriptor.dacl].map(|list| list.as_ref().map(Acl::bytes));
    let mut parts: Vec<Option<Vec<u8>>> = sids.to_vec();
    for list in lists {
        parts.push(list.transpose()?);
    }
    for (at, part) in parts.into_iter().enumerate() {
        let Some(part) = part else { continue };
        let offset = bytes.len() as u32;
        bytes[4 + at * 4..8 + at * 4].copy_from_slice(&offset.to_le_bytes());
        bytes.extend(part);
        // Each part begins at a multiple of four.
        bytes.resize(bytes.len().next_multiple_of(4), 0);
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use httpsys_sddl::text as sddl;

    #[test]
    fn a_descriptor_comes_back_from_its_bytes() {
        for text in [
            "",
            "O:BAG:SYD:P(A;OICI;FA;;;SY)S:(AU;SA;GA;;;WD)",
            "D:NO_ACCESS_CONTROL",
        ] {
            let given = sddl::parse(text).expect("a descriptor");
            let bytes = self_relative(&given).expect("short");
            // SAFETY: whole structures.
            let read = unsafe { descriptor(bytes.as_ptr().cast()) };
            assert_eq!(read, Ok(given));
        }
        // SAFETY: NULL, and bytes of another revision.
        unsafe {
            assert_eq!(
                descriptor(std::ptr::null()),
                Err(ERROR_INVALID_SECURITY_DESCR)
            );
            assert!(descriptor([2u8; 40].as_ptr().cast()).is_err());
        }
    }
}
