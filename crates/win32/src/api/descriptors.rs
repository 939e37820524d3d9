//! Security descriptors and access control lists, and their text.
//!
//! Owns the C form only. What a descriptor means here: see [`crate::security`]. Threading: any thread.

use std::ffi::c_void;

use super::sids::{local, local_text, narrow};
use super::{Bool, FALSE, fence, fence_bool, not_null, put, wide};
use httpsys_sddl::acl;
use httpsys_sddl::text::{self as sddl, SecurityParts};
use httpsys_sddl::{DACL_PRESENT, SACL_PRESENT};

use crate::security::SELF_RELATIVE;
use crate::security::raw::{self, DescriptorPlace};
use crate::status::{
    Code, ERROR_INSUFFICIENT_BUFFER, ERROR_INVALID_SECURITY_DESCR, ERROR_UNKNOWN_REVISION,
};

/// SDDL_REVISION_1, SECURITY_DESCRIPTOR_REVISION.
const REVISION: u32 = 1;

/// # Safety
/// The pointers are NULL or valid.
unsafe fn from_text(
    text: Result<String, Code>,
    revision: u32,
    to: *mut *mut c_void,
    size: *mut u32,
) -> Bool {
    fence_bool(|| {
        let text = text?;
        not_null(to)?;
        if revision != REVISION {
            return Err(ERROR_UNKNOWN_REVISION);
        }
        let bytes = raw::self_relative(&sddl::parse(&text)?)?;
        let memory = local(&bytes)?;
        // SAFETY: by the contract of this function.
        unsafe {
            put(to, memory);
            put(size, bytes.len() as u32);
        }
        Ok(())
    })
}

/// ConvertStringSecurityDescriptorToSecurityDescriptorW: gets the self-relative descriptor of a text in SDDL, for
/// LocalFree. FALSE with 87 for something that is not one, 1336 for a bad list, 1337 for a bad SID, 1305 for a
/// revision other than 1.
///
/// Partial: conditional entries (XA, XD, ZA) and resource attributes (RA) fail with 1336; accounts of a domain
/// (DA, LA) are those of S-1-5-21-0-0-0.
///
/// # Safety
/// `text` is NULL or NUL-terminated; the others are NULL or valid.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn ConvertStringSecurityDescriptorToSecurityDescriptorW(
    text: *const u16,
    revision: u32,
    to: *mut *mut c_void,
    size: *mut u32,
) -> Bool {
    // SAFETY: the same contract.
    unsafe { from_text(wide(text).map(String::from_utf16_lossy), revision, to, size) }
}

/// ConvertStringSecurityDescriptorToSecurityDescriptorA: works like the W function.
///
/// # Safety
/// `text` is NULL or NUL-terminated; the others are NULL or valid.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn ConvertStringSecurityDescriptorToSecurityDescriptorA(
    text: *const u8,
    revision: u32,
    to: *mut *mut c_void,
    size: *mut u32,
) -> Bool {
    // SAFETY: the same contract.
    unsafe { from_text(narrow(text), revision, to, size) }
}

/// # Safety
/// The pointers are NULL or valid.
unsafe fn to_text<U: From<u8>>(
    descriptor: *const c_void,
    revision: u32,
    parts: u32,
    to: *mut *mut U,
    length: *mut u32,
) -> Bool {
    fence_bool(|| {
        not_null(to)?;
        if revision != REVISION {
            return Err(ERROR_UNKNOWN_REVISION);
        }
        // SAFETY: by the contract of this function.
        let text = sddl::text(
            &unsafe { raw::descriptor(descriptor) }?,
            SecurityParts(parts),
        );
        let memory = local_text(&text)?;
        // SAFETY: by the contract of this function.
        unsafe {
            put(to, memory);
            put(length, text.len() as u32 + 1);
        }
        Ok(())
    })
}

/// ConvertSecurityDescriptorToStringSecurityDescriptorW: gets the text of a descriptor in SDDL, for LocalFree, with
/// the parts that SECURITY_INFORMATION asks for. FALSE with 1338, 1336, 1337 for something that is not one, 1305 for
/// a revision other than 1.
///
/// Partial: entries that SDDL writes with conditions fail with 1336.
///
/// # Safety
/// `descriptor` is NULL or valid with all that it points at; the others are NULL or valid.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn ConvertSecurityDescriptorToStringSecurityDescriptorW(
    descriptor: *const c_void,
    revision: u32,
    parts: u32,
    to: *mut *mut u16,
    length: *mut u32,
) -> Bool {
    // SAFETY: the same contract.
    unsafe { to_text(descriptor, revision, parts, to, length) }
}

/// ConvertSecurityDescriptorToStringSecurityDescriptorA: works like the W function.
///
/// # Safety
/// As for the W function.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn ConvertSecurityDescriptorToStringSecurityDescriptorA(
    descriptor: *const c_void,
    revision: u32,
    parts: u32,
    to: *mut *mut u8,
    length: *mut u32,
) -> Bool {
    // SAFETY: the same contract.
    unsafe { to_text(descriptor, revision, parts, to, length) }
}

/// InitializeSecurityDescriptor: makes an absolute descriptor without parts; FALSE with 1305 for a revision other
/// than 1.
///
/// # Safety
/// `descriptor` has room for 40 bytes.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn InitializeSecurityDescriptor(
    descriptor: *mut c_void,
    revision: u32,
) -> Bool {
    fence_bool(|| {
        not_null(descriptor)?;
        if revision != REVISION {
            return Err(ERROR_UNKNOWN_REVISION);
        }
        let mut empty = [0u8; raw::ABSOLUTE];
        empty[0] = 1;
        // SAFETY: not NULL, so there is room.
        unsafe { put(descriptor.cast(), empty) };
        Ok(())
    })
}

/// IsValidSecurityDescriptor: returns whether a descriptor and its parts are valid.
///
/// # Safety
/// `descriptor` is NULL or valid with all that it points at.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn IsValidSecurityDescriptor(descriptor: *const c_void) -> Bool {
    // SAFETY: the same contract.
    fence(FALSE, || unsafe {
        let control = raw::control(descriptor)?;
        for (place, present) in [
            (DescriptorPlace::Dacl, DACL_PRESENT),
            (DescriptorPlace::Sacl, SACL_PRESENT),
        ] {
            let at = raw::part(descriptor, place)?;
            if control & present != 0 && !at.is_null() {
                acl::entries(raw::list(at)?)?;
            }
        }
        for place in [DescriptorPlace::Owner, DescriptorPlace::Group] {
            let at = raw::part(descriptor, place)?;
            if !at.is_null() {
                raw::sid(at)?;
            }
        }
        Ok(1)
    })
}

/// GetSecurityDescriptorLength: returns the size that a descriptor has or would have when self-relative; 0 for
/// something that is not one.
///
/// # Safety
/// `descriptor` is NULL or valid with all that it points at.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetSecurityDescriptorLength(descriptor: *const c_void) -> u32 {
    // SAFETY: the same contract.
    fence(0, || unsafe {
        Ok(raw::self_relative(&raw::descriptor(descriptor)?)?.len() as u32)
    })
}

/// GetSecurityDescriptorControl: gets the control bits and the revision of a descriptor.
///
/// # Safety
/// The pointers are NULL or valid.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetSecurityDescriptorControl(
    descriptor: *const c_void,
    control: *mut u16,
    revision: *mut u32,
) -> Bool {
    fence_bool(|| {
        not_null(control)?;
        // SAFETY: the same contract.
        unsafe {
            put(control, raw::control(descriptor)?);
            put(revision, REVISION);
        }
        Ok(())
    })
}

/// Sets one part of an absolute descriptor and its control bits; 1338 for a self-relative one.
///
/// # Safety
/// `descriptor` is NULL or valid.
unsafe fn set(
    descriptor: *mut c_void,
    place: DescriptorPlace,
    part: *const c_void,
    bits: u16,
    value: u16,
) -> Bool {
    // SAFETY: an absolute descriptor has 40 bytes.
    fence_bool(|| unsafe {
        let control = raw::control(descriptor)?;
        if control & SELF_RELATIVE != 0 {
            return Err(ERROR_INVALID_SECURITY_DESCR);
        }
        let at = descriptor.cast::<u8>();
        put(at.add(2).cast(), control & !bits | value);
        put(at.add(8 + place as usize * 8).cast(), part);
        Ok(())
    })
}

fn when(condition: Bool, bit: u16) -> u16 {
    if condition != 0 { bit } else { 0 }
}

/// SetSecurityDescriptorDacl: sets the discretionary list of an absolute descriptor, which is not copied; NULL with
/// `present` is a NULL list. FALSE with 1338 for a self-relative descriptor.
///
/// # Safety
/// `descriptor` is NULL or valid; `list` is NULL or a list that stays as long as it is used.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SetSecurityDescriptorDacl(
    descriptor: *mut c_void,
    present: Bool,
    list: *const c_void,
    defaulted: Bool,
) -> Bool {
    let value = when(present, DACL_PRESENT | when(defaulted, 8));
    let list = if present != 0 { list } else { std::ptr::null() };
    // SAFETY: the same contract.
    unsafe {
        set(
            descriptor,
            DescriptorPlace::Dacl,
            list,
            DACL_PRESENT | 8,
            value,
        )
    }
}

/// GetSecurityDescriptorDacl: gets the discretionary list of a descriptor, and whether it has one.
///
/// # Safety
/// The pointers are NULL or valid.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetSecurityDescriptorDacl(
    descriptor: *const c_void,
    present: *mut Bool,
    list: *mut *const c_void,
    defaulted: *mut Bool,
) -> Bool {
    // SAFETY: the same contract.
    fence_bool(|| unsafe {
        not_null(present)?;
        let control = raw::control(descriptor)?;
        let there = control & DACL_PRESENT != 0;
        put(present, Bool::from(there));
        if there {
            put(list, raw::part(descriptor, DescriptorPlace::Dacl)?);
            put(defaulted, Bool::from(control & 8 != 0));
        }
        Ok(())
    })
}

/// SetSecurityDescriptorSacl: sets the system's list of an absolute descriptor, which is not copied; NULL with
/// `present` is a NULL list. FALSE with 1338 for a self-relative descriptor.
///
/// # Safety
/// `descriptor` is NULL or valid; `list` is NULL or a list that stays as long as it is used.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SetSecurityDescriptorSacl(
    descriptor: *mut c_void,
    present: Bool,
    list: *const c_void,
    defaulted: Bool,
) -> Bool {
    let value = when(present, SACL_PRESENT | when(defaulted, 0x20));
    let list = if present != 0 { list } else { std::ptr::null() };
    // SAFETY: the same contract.
    unsafe {
        set(
            descriptor,
            DescriptorPlace::Sacl,
            list,
            SACL_PRESENT | 0x20,
            value,
        )
    }
}

/// GetSecurityDescriptorSacl: gets the system's list of a descriptor, and whether it has one.
///
/// # Safety
/// The pointers are NULL or valid.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetSecurityDescriptorSacl(
    descriptor: *const c_void,
    present: *mut Bool,
    list: *mut *const c_void,
    defaulted: *mut Bool,
) -> Bool {
    // SAFETY: the same contract.
    fence_bool(|| unsafe {
        not_null(present)?;
        let control = raw::control(descriptor)?;
        let there = control & SACL_PRESENT != 0;
        put(present, Bool::from(there));
        if there {
            put(list, raw::part(descriptor, DescriptorPlace::Sacl)?);
            put(defaulted, Bool::from(control & 0x20 != 0));
        }
        Ok(())
    })
}

/// SetSecurityDescriptorOwner: sets the owner of an absolute descriptor, which is not copied. FALSE with 1338 for a
/// self-relative descriptor.
///
/// # Safety
/// `descriptor` is NULL or valid; `sid` is NULL or a SID that stays as long as it is used.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SetSecurityDescriptorOwner(
    descriptor: *mut c_void,
    sid: *const c_void,
    defaulted: Bool,
) -> Bool {
    // SAFETY: the same contract.
    unsafe {
        set(
            descriptor,
            DescriptorPlace::Owner,
            sid,
            1,
            when(defaulted, 1),
        )
    }
}

/// GetSecurityDescriptorOwner: gets the owner of a descriptor, NULL when it has none.
///
/// # Safety
/// The pointers are NULL or valid.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetSecurityDescriptorOwner(
    descriptor: *const c_void,
    sid: *mut *const c_void,
    defaulted: *mut Bool,
) -> Bool {
    // SAFETY: the same contract.
    fence_bool(|| unsafe {
        not_null(sid)?;
        put(sid, raw::part(descriptor, DescriptorPlace::Owner)?);
        put(defaulted, Bool::from(raw::control(descriptor)? & 1 != 0));
        Ok(())
    })
}

/// SetSecurityDescriptorGroup: sets the primary group of an absolute descriptor, which is not copied. FALSE with 1338
/// for a self-relative descriptor.
///
/// # Safety
/// `descriptor` is NULL or valid; `sid` is NULL or a SID that stays as long as it is used.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SetSecurityDescriptorGroup(
    descriptor: *mut c_void,
    sid: *const c_void,
    defaulted: Bool,
) -> Bool {
    // SAFETY: the same contract.
    unsafe {
        set(
            descriptor,
            DescriptorPlace::Group,
            sid,
            2,
            when(defaulted, 2),
        )
    }
}

/// GetSecurityDescriptorGroup: gets the primary group of a descriptor, NULL when it has none.
///
/// # Safety
/// The pointers are NULL or valid.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetSecurityDescriptorGroup(
    descriptor: *const c_void,
    sid: *mut *const c_void,
    defaulted: *mut Bool,
) -> Bool {
    // SAFETY: the same contract.
    fence_bool(|| unsafe {
        not_null(sid)?;
        put(sid, raw::part(descriptor, DescriptorPlace::Group)?);
        put(defaulted, Bool::from(raw::control(descriptor)? & 2 != 0));
        Ok(())
    })
}

/// MakeSelfRelativeSD: makes a self-relative copy of an absolute descriptor; FALSE with 122 and the size when it does
/// not fit, 1338 for one that is self-relative.
///
/// # Safety
/// `descriptor` is NULL or valid with all that it points at; `to` has room for as many bytes as `size` says.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn MakeSelfRelativeSD(
    descriptor: *const c_void,
    to: *mut c_void,
    size: *mut u32,
) -> Bool {
    // SAFETY: the same contract.
    fence_bool(|| unsafe {
        not_null(size)?;
        if raw::control(descriptor)? & SELF_RELATIVE != 0 {
            return Err(ERROR_INVALID_SECURITY_DESCR);
        }
        let bytes = raw::self_relative(&raw::descriptor(descriptor)?)?;
        let room = size.read_unaligned() as usize;
        put(size, bytes.len() as u32);
        if room < bytes.len() {
            return Err(ERROR_INSUFFICIENT_BUFFER);
        }
        not_null(to)?;
        to.cast::<u8>()
            .copy_from_nonoverlapping(bytes.as_ptr(), bytes.len());
        Ok(())
    })
}
