//! Security identifiers.
//!
//! Owns the C form only. Threading: any thread.

use std::ffi::c_void;

use super::{Bool, FALSE, fence, fence_bool, not_null, put, wide};
use crate::memory::heaps::PROCESS;
use httpsys_sddl::sid::{MAX_SUB_AUTHORITIES, Sid};

use crate::security::raw;
use crate::status::{Code, ERROR_INSUFFICIENT_BUFFER, ERROR_INVALID_PARAMETER, ERROR_INVALID_SID};

/// Memory of LocalAlloc with these bytes, for LocalFree.
pub(crate) fn local(bytes: &[u8]) -> Result<*mut c_void, Code> {
    let memory = PROCESS.take(bytes.len(), false)?;
    // SAFETY: as much was just allocated.
    unsafe { memory.copy_from_nonoverlapping(bytes.as_ptr(), bytes.len()) };
    Ok(memory.cast())
}

/// Works like [`local`], a string with a NUL.
pub(crate) fn local_text<U: From<u8>>(text: &str) -> Result<*mut U, Code> {
    let units: Vec<U> = text.bytes().chain([0]).map(U::from).collect();
    let memory = PROCESS
        .take(size_of_val(units.as_slice()), false)?
        .cast::<U>();
    // SAFETY: as much was just allocated, aligned for any type.
    unsafe { memory.copy_from_nonoverlapping(units.as_ptr(), units.len()) };
    Ok(memory)
}

/// AllocateAndInitializeSid: allocates a SID of up to 8 subauthorities, for FreeSid. FALSE with 87 for NULL, 1337 for
/// more of them.
///
/// # Safety
/// `authority` points to 6 bytes; `to` is NULL or valid.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn AllocateAndInitializeSid(
    authority: *const [u8; 6],
    count: u8,
    part0: u32,
    part1: u32,
    part2: u32,
    part3: u32,
    part4: u32,
    part5: u32,
    part6: u32,
    part7: u32,
    to: *mut *mut c_void,
) -> Bool {
    fence_bool(|| {
        not_null(authority)?;
        not_null(to)?;
        let parts = [part0, part1, part2, part3, part4, part5, part6, part7];
        let parts = parts.get(..usize::from(count)).ok_or(ERROR_INVALID_SID)?;
        let sid = Sid {
            // SAFETY: not NULL, so valid.
            authority: unsafe { authority.read() },
            parts: parts.to_vec(),
        };
        let memory = local(&sid.bytes())?;
        // SAFETY: not NULL, so valid.
        unsafe { put(to, memory) };
        Ok(())
    })
}

/// FreeSid: frees a SID of AllocateAndInitializeSid; NULL.
///
/// # Safety
/// `sid` is NULL or came from AllocateAndInitializeSid, and nobody uses it any more.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn FreeSid(sid: *mut c_void) -> *mut c_void {
    // SAFETY: the same contract.
    match sid.is_null() || unsafe { PROCESS.release(sid.cast()) }.is_ok() {
        true => std::ptr::null_mut(),
        false => sid,
    }
}

/// IsValidSid: returns whether a SID has revision 1 and at most 15 subauthorities.
///
/// # Safety
/// `sid` is NULL or points to a SID.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn IsValidSid(sid: *const c_void) -> Bool {
    // SAFETY: the same contract.
    Bool::from(unsafe { raw::sid(sid) }.is_ok())
}

/// EqualSid: returns whether two SIDs are equal; FALSE with 1337 for something that is not one.
///
/// # Safety
/// Both are NULL or point to a SID.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn EqualSid(left: *const c_void, right: *const c_void) -> Bool {
    // SAFETY: the same contract.
    fence(FALSE, || unsafe {
        Ok(Bool::from(raw::sid(left)? == raw::sid(right)?))
    })
}

/// EqualPrefixSid: returns whether two SIDs are equal but for the last subauthority; FALSE with 1337 for something
/// that is not one.
///
/// # Safety
/// Both are NULL or point to a SID.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn EqualPrefixSid(left: *const c_void, right: *const c_void) -> Bool {
    // SAFETY: the same contract.
    let read = || unsafe { Ok::<_, Code>((raw::sid(left)?, raw::sid(right)?)) };
    fence(FALSE, || {
        let (mut left, mut right) = read()?;
        let alike = left.parts.len() == right.parts.len();
        left.parts.pop();
        right.parts.pop();
        Ok(Bool::from(alike && left == right))
    })
}

/// GetLengthSid: returns the size of a SID in bytes; 0 with 1337 for something that is not one.
///
/// # Safety
/// `sid` is NULL or points to a SID.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetLengthSid(sid: *const c_void) -> u32 {
    // SAFETY: the same contract.
    fence(0, || unsafe {
        Ok(GetSidLengthRequired(raw::sid(sid)?.parts.len() as u8))
    })
}

/// GetSidLengthRequired: returns the size in bytes of a SID with so many subauthorities.
#[unsafe(no_mangle)]
pub extern "system" fn GetSidLengthRequired(count: u8) -> u32 {
    8 + 4 * u32::from(count)
}

/// CopySid: copies a SID; FALSE with 122 when it does not fit, 1337 for something that is not one.
///
/// # Safety
/// `to` has room for `bytes` bytes; `sid` is NULL or points to a SID.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn CopySid(bytes: u32, to: *mut c_void, sid: *const c_void) -> Bool {
    fence_bool(|| {
        not_null(to)?;
        // SAFETY: the same contract.
        let source = unsafe { raw::sid(sid) }?.bytes();
        if source.len() > bytes as usize {
            return Err(ERROR_INSUFFICIENT_BUFFER);
        }
        // SAFETY: there is room.
        unsafe { to.cast::<u8>().copy_from(source.as_ptr(), source.len()) };
        Ok(())
    })
}

/// InitializeSid: makes the head of a SID with up to 15 subauthorities, which the program then fills in; FALSE with
/// 87.
///
/// # Safety
/// `sid` has room for 8 bytes; `authority` points to 6.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn InitializeSid(
    sid: *mut c_void,
    authority: *const [u8; 6],
    count: u8,
) -> Bool {
    fence_bool(|| {
        not_null(sid)?;
        not_null(authority)?;
        if usize::from(count) > MAX_SUB_AUTHORITIES {
            return Err(ERROR_INVALID_PARAMETER);
        }
        // SAFETY: not NULL, so valid.
        unsafe {
            put(sid.cast::<[u8; 2]>(), [1, count]);
            put(sid.cast::<u8>().add(2).cast::<[u8; 6]>(), authority.read());
        }
        Ok(())
    })
}

/// GetSidSubAuthority: returns the address of a subauthority of a SID.
///
/// # Safety
/// `sid` points to a SID with more subauthorities than `index`.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetSidSubAuthority(sid: *const c_void, index: u32) -> *mut u32 {
    let at = sid.cast::<u8>().wrapping_add(8 + 4 * index as usize);
    at.cast_mut().cast()
}

/// GetSidSubAuthorityCount: returns the address of the number of subauthorities of a SID.
///
/// # Safety
/// `sid` points to a SID.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetSidSubAuthorityCount(sid: *const c_void) -> *mut u8 {
    sid.cast::<u8>().wrapping_add(1).cast_mut()
}

/// GetSidIdentifierAuthority: returns the address of the authority of a SID.
///
/// # Safety
/// `sid` points to a SID.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetSidIdentifierAuthority(sid: *const c_void) -> *mut [u8; 6] {
    sid.cast::<u8>().wrapping_add(2).cast_mut().cast()
}

/// CreateWellKnownSid: makes a SID by its WELL_KNOWN_SID_TYPE; FALSE with 122 and the size when it does not fit, 87
/// for others.
///
/// Partial: the kinds up to 37 that need no domain.
///
/// # Safety
/// `size` is NULL or valid; `to` has room for as many bytes as it says.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn CreateWellKnownSid(
    kind: i32,
    _domain: *const c_void,
    to: *mut c_void,
    size: *mut u32,
) -> Bool {
    fence_bool(|| {
        not_null(size)?;
        let kind = usize::try_from(kind).map_err(|_| ERROR_INVALID_PARAMETER)?;
        let sid = Sid::well_known(kind)
            .ok_or(ERROR_INVALID_PARAMETER)?
            .bytes();
        // SAFETY: not NULL, so valid.
        let room = unsafe { size.read_unaligned() } as usize;
        // SAFETY: not NULL, so valid.
        unsafe { put(size, sid.len() as u32) };
        if room < sid.len() {
            return Err(ERROR_INSUFFICIENT_BUFFER);
        }
        not_null(to)?;
        // SAFETY: there is room.
        unsafe {
            to.cast::<u8>()
                .copy_from_nonoverlapping(sid.as_ptr(), sid.len())
        };
        Ok(())
    })
}

/// IsWellKnownSid: returns whether a SID is that of a WELL_KNOWN_SID_TYPE.
///
/// Partial: the kinds up to 37 that need no domain.
///
/// # Safety
/// `sid` is NULL or points to a SID.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn IsWellKnownSid(sid: *const c_void, kind: i32) -> Bool {
    // SAFETY: the same contract.
    let sid = unsafe { raw::sid(sid) }.ok();
    let known = usize::try_from(kind).ok().and_then(Sid::well_known);
    Bool::from(sid.is_some() && sid == known)
}

/// # Safety
/// `sid` is NULL or points to a SID; `to` is NULL or valid.
unsafe fn to_text<U: From<u8>>(sid: *const c_void, to: *mut *mut U) -> Bool {
    fence_bool(|| {
        not_null(to)?;
        not_null(sid)?;
        // SAFETY: the same contract.
        let text = local_text(&unsafe { raw::sid(sid) }?.text())?;
        // SAFETY: not NULL, so valid.
        unsafe { put(to, text) };
        Ok(())
    })
}

/// ConvertSidToStringSidW: gets the text of a SID ("S-1-5-32-544"), for LocalFree; FALSE with 1337 for something that
/// is not one, 87 for NULL.
///
/// # Safety
/// `sid` is NULL or points to a SID; `to` is NULL or valid.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn ConvertSidToStringSidW(
    sid: *const c_void,
    to: *mut *mut u16,
) -> Bool {
    // SAFETY: the same contract.
    unsafe { to_text(sid, to) }
}

/// ConvertSidToStringSidA: works like ConvertSidToStringSidW.
///
/// # Safety
/// `sid` is NULL or points to a SID; `to` is NULL or valid.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn ConvertSidToStringSidA(sid: *const c_void, to: *mut *mut u8) -> Bool {
    // SAFETY: the same contract.
    unsafe { to_text(sid, to) }
}

/// # Safety
/// `to` is NULL or valid.
unsafe fn from_text(text: Result<String, Code>, to: *mut *mut c_void) -> Bool {
    fence_bool(|| {
        let text = text?;
        not_null(to)?;
        let memory = local(&Sid::parse(&text)?.bytes())?;
        // SAFETY: not NULL, so valid.
        unsafe { put(to, memory) };
        Ok(())
    })
}

/// ConvertStringSidToSidW: gets the SID of its text, or of the two letters that SDDL has for it, for LocalFree; FALSE
/// with 1337 for something that is not one, 87 for NULL.
///
/// # Safety
/// `text` is NULL or NUL-terminated; `to` is NULL or valid.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn ConvertStringSidToSidW(
    text: *const u16,
    to: *mut *mut c_void,
) -> Bool {
    // SAFETY: the same contract.
    unsafe { from_text(wide(text).map(String::from_utf16_lossy), to) }
}

/// ConvertStringSidToSidA: works like ConvertStringSidToSidW.
///
/// # Safety
/// `text` is NULL or NUL-terminated; `to` is NULL or valid.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn ConvertStringSidToSidA(
    text: *const u8,
    to: *mut *mut c_void,
) -> Bool {
    // SAFETY: the same contract.
    unsafe { from_text(narrow(text), to) }
}

/// A string of bytes; 87 for NULL.
///
/// # Safety
/// `text` is NULL or NUL-terminated.
pub(crate) unsafe fn narrow(text: *const u8) -> Result<String, Code> {
    not_null(text)?;
    // SAFETY: not NULL, so terminated.
    let text = unsafe { std::ffi::CStr::from_ptr(text.cast()) };
    Ok(text.to_string_lossy().into_owned())
}
