//! Access control lists.
//!
//! Owns the C form only. Threading: any thread.

use std::ffi::c_void;

use super::{Bool, FALSE, fence, fence_bool, not_null, put};
use httpsys_sddl::acl;
use httpsys_sddl::sid::Sid;

use crate::security::raw;
use crate::status::{
    Code, ERROR_ALLOTTED_SPACE_EXCEEDED, ERROR_INSUFFICIENT_BUFFER, ERROR_INVALID_ACL,
    ERROR_INVALID_PARAMETER, ERROR_REVISION_MISMATCH,
};

/// InitializeAcl: makes an empty list in a buffer of `bytes` bytes; FALSE with 122 for fewer than 8, 87 for more than
/// 65,535 and for revisions other than 2 and 4.
///
/// # Safety
/// `list` has room for `bytes` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn InitializeAcl(list: *mut c_void, bytes: u32, revision: u32) -> Bool {
    fence_bool(|| {
        not_null(list)?;
        if (bytes as usize) < acl::HEAD {
            return Err(ERROR_INSUFFICIENT_BUFFER);
        }
        let size = u16::try_from(bytes & !3).map_err(|_| ERROR_INVALID_PARAMETER)?;
        if !(2..=4).contains(&revision) {
            return Err(ERROR_INVALID_PARAMETER);
        }
        let [low, high] = size.to_le_bytes();
        // SAFETY: not NULL, so there is room for the head.
        unsafe { put(list.cast(), [revision as u8, 0, low, high, 0, 0, 0, 0]) };
        Ok(())
    })
}

/// IsValidAcl: returns whether a list is well formed; FALSE with 1336 if it is not.
///
/// # Safety
/// `list` is NULL or valid for as many bytes as its header says.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn IsValidAcl(list: *const c_void) -> Bool {
    // SAFETY: the same contract.
    fence(FALSE, || unsafe {
        acl::entries(raw::list(list)?)?;
        Ok(1)
    })
}

/// Appends an entry; 1344 when it does not fit, 1306 for another revision.
///
/// # Safety
/// `list` is NULL or a list in a buffer of the size that its header says.
unsafe fn append(list: *mut c_void, revision: u32, entry: &[u8]) -> Result<(), Code> {
    // SAFETY: by the contract.
    let bytes = unsafe { raw::list(list) }?;
    let end = acl::entries(bytes)?
        .last()
        .map_or(acl::HEAD, |(at, entry)| at + entry.len());
    let count = u16::from_le_bytes([bytes[4], bytes[5]]);
    let most = u32::from(bytes[0]);
    if !(2..=4).contains(&revision) {
        return Err(ERROR_REVISION_MISMATCH);
    }
    if end + entry.len() > bytes.len() || count == u16::MAX {
        return Err(ERROR_ALLOTTED_SPACE_EXCEEDED);
    }
    let at = list.cast::<u8>();
    // SAFETY: it was just seen to fit.
    unsafe {
        at.add(end)
            .copy_from_nonoverlapping(entry.as_ptr(), entry.len());
        put(at.add(4).cast(), count + 1);
        put(at, most.max(revision) as u8);
    }
    Ok(())
}

/// # Safety
/// `list` is as for [`append`]; `sid` is NULL or points to a SID.
unsafe fn add(
    list: *mut c_void,
    revision: u32,
    kind: u8,
    flags: u32,
    mask: u32,
    sid: *const c_void,
) -> Bool {
    fence_bool(|| {
        let flags = u8::try_from(flags).map_err(|_| ERROR_INVALID_PARAMETER)?;
        // SAFETY: by the contract.
        unsafe {
            let sid: Sid = raw::sid(sid)?;
            append(list, revision, &acl::simple(kind, flags, mask, sid))
        }
    })
}

/// AddAccessAllowedAce: appends an entry that allows rights; FALSE with 1344 when it does not fit, 1336, 1337 or
/// 1306 for bad arguments.
///
/// # Safety
/// `list` is NULL or a list in a buffer of the size that its header says; `sid` is NULL or points to a SID.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn AddAccessAllowedAce(
    list: *mut c_void,
    revision: u32,
    mask: u32,
    sid: *const c_void,
) -> Bool {
    // SAFETY: the same contract.
    unsafe { add(list, revision, 0, 0, mask, sid) }
}

/// AddAccessAllowedAceEx: appends an entry that allows rights, with flags of inheritance.
///
/// # Safety
/// As for AddAccessAllowedAce.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn AddAccessAllowedAceEx(
    list: *mut c_void,
    revision: u32,
    flags: u32,
    mask: u32,
    sid: *const c_void,
) -> Bool {
    // SAFETY: the same contract.
    unsafe { add(list, revision, 0, flags, mask, sid) }
}

/// AddAccessDeniedAce: appends an entry that denies rights; FALSE with 1344 when it does not fit, 1336, 1337 or
/// 1306 for bad arguments.
///
/// # Safety
/// `list` is NULL or a list in a buffer of the size that its header says; `sid` is NULL or points to a SID.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn AddAccessDeniedAce(
    list: *mut c_void,
    revision: u32,
    mask: u32,
    sid: *const c_void,
) -> Bool {
    // SAFETY: the same contract.
    unsafe { add(list, revision, 1, 0, mask, sid) }
}

/// AddAccessDeniedAceEx: appends an entry that denies rights, with flags of inheritance.
///
/// # Safety
/// As for AddAccessDeniedAce.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn AddAccessDeniedAceEx(
    list: *mut c_void,
    revision: u32,
    flags: u32,
    mask: u32,
    sid: *const c_void,
) -> Bool {
    // SAFETY: the same contract.
    unsafe { add(list, revision, 1, flags, mask, sid) }
}

/// GetAce: gets the address of an entry of a list; FALSE with 87 for an invalid index, 1336 for a bad list.
///
/// # Safety
/// `list` is NULL or valid for as many bytes as its header says; `to` is NULL or valid.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetAce(
    list: *const c_void,
    index: u32,
    to: *mut *mut c_void,
) -> Bool {
    // SAFETY: the same contract.
    fence_bool(|| unsafe {
        not_null(to)?;
        let entries = acl::entries(raw::list(list)?)?;
        let (at, _) = entries.get(index as usize).ok_or(ERROR_INVALID_PARAMETER)?;
        put(to, list.cast::<u8>().add(*at).cast_mut().cast());
        Ok(())
    })
}

/// GetAclInformation: gets the revision of a list (class 1), or the number of its entries and its used and free bytes
/// (class 2); FALSE with 122 when they do not fit, 87 for other classes.
///
/// # Safety
/// `list` is NULL or valid for as many bytes as its header says; `to` has room for `room` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetAclInformation(
    list: *const c_void,
    to: *mut c_void,
    room: u32,
    class: i32,
) -> Bool {
    // SAFETY: the same contract.
    fence_bool(|| unsafe {
        not_null(to)?;
        let bytes = raw::list(list)?;
        let entries = acl::entries(bytes)?;
        let used = entries
            .last()
            .map_or(acl::HEAD, |(at, entry)| at + entry.len());
        let told: &[usize] = match class {
            1 => &[usize::from(bytes[0])],
            2 => &[entries.len(), used, bytes.len() - used],
            _ => return Err(ERROR_INVALID_PARAMETER),
        };
        if (room as usize) < told.len() * 4 {
            return Err(ERROR_INSUFFICIENT_BUFFER);
        }
        for (at, &number) in told.iter().enumerate() {
            put(to.cast::<u32>().add(at), number as u32);
        }
        Ok(())
    })
}

/// DeleteAce: takes an entry out of a list; FALSE with 87 for an invalid index, 1336 for a bad list.
///
/// # Safety
/// `list` is NULL or a list in a buffer of the size that its header says.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn DeleteAce(list: *mut c_void, index: u32) -> Bool {
    // SAFETY: the same contract.
    fence_bool(|| unsafe {
        let bytes = raw::list(list)?.to_vec();
        let entries = acl::entries(&bytes)?;
        let (at, entry) = *entries.get(index as usize).ok_or(ERROR_INVALID_PARAMETER)?;
        let behind = &bytes[at + entry.len()..];
        let place = list.cast::<u8>();
        place
            .add(at)
            .copy_from_nonoverlapping(behind.as_ptr(), behind.len());
        let count = u16::try_from(entries.len() - 1).map_err(|_| ERROR_INVALID_ACL)?;
        put(place.add(4).cast(), count);
        Ok(())
    })
}
