//! GUIDs, and what COM and RPC have around them.
//!
//! Owns the C form, and how often a thread has initialized COM, of which there is nothing else. Threading: any
//! thread.

use std::cell::Cell;
use std::ffi::c_void;

use super::memory::{CoTaskMemAlloc, CoTaskMemFree};
use super::times::get;
use super::{E_INVALIDARG, S_FALSE, fence, put, wide};
use crate::status::{ERROR_INVALID_PARAMETER, RPC_S_INVALID_STRING_UUID, RPC_S_OUT_OF_MEMORY};
use crate::text::guid::GUID;

/// HRESULT.
type Hresult = i32;
const S_OK: Hresult = 0;
const E_FAIL: Hresult = 0x8000_4005_u32 as i32;
const E_OUTOFMEMORY: Hresult = 0x8007_000E_u32 as i32;
const CO_E_CLASSSTRING: Hresult = 0x8004_01F3_u32 as i32;
const RPC_E_CHANGED_MODE: Hresult = 0x8001_0106_u32 as i32;

const COINIT_APARTMENTTHREADED: u32 = 0x2;
const COINIT_KNOWN: u32 = 0xE;

thread_local! {
    /// How often, and whether for an apartment of one thread.
    static COM: Cell<(u32, bool)> = const { Cell::new((0, false)) };
}

/// CoInitializeEx: returns S_OK for the first time on this thread, S_FALSE for further ones, RPC_E_CHANGED_MODE when
/// the thread is of the other kind. There are no COM objects.
#[unsafe(no_mangle)]
pub extern "system" fn CoInitializeEx(reserved: *const c_void, kind: u32) -> Hresult {
    if !reserved.is_null() || kind & !COINIT_KNOWN != 0 {
        return E_INVALIDARG;
    }
    let single = kind & COINIT_APARTMENTTHREADED != 0;
    COM.with(|com| match com.get() {
        (0, _) => {
            com.set((1, single));
            S_OK
        }
        (count, before) if before == single => {
            com.set((count.saturating_add(1), single));
            S_FALSE
        }
        _ => RPC_E_CHANGED_MODE,
    })
}

/// CoInitialize: initializes COM as CoInitializeEx does for an apartment of one thread.
#[unsafe(no_mangle)]
pub extern "system" fn CoInitialize(reserved: *const c_void) -> Hresult {
    CoInitializeEx(reserved, COINIT_APARTMENTTHREADED)
}

/// CoUninitialize: ends what one CoInitializeEx of this thread began; nothing without one.
#[unsafe(no_mangle)]
pub extern "system" fn CoUninitialize() {
    COM.with(|com| {
        let (count, single) = com.get();
        com.set((count.saturating_sub(1), single));
    });
}

/// CoCreateGuid: makes a random GUID; E_INVALIDARG for NULL.
///
/// # Safety
/// `to` is NULL or valid for a write.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn CoCreateGuid(to: *mut GUID) -> Hresult {
    // SAFETY: the same contract.
    match unsafe { UuidCreate(to) } {
        0 => S_OK,
        ERROR_INVALID_PARAMETER => E_INVALIDARG,
        _ => E_FAIL,
    }
}

/// UuidCreate: makes a random GUID. Returns 0 (RPC_S_OK), or 87 for NULL.
///
/// # Safety
/// `to` is NULL or valid for a write.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn UuidCreate(to: *mut GUID) -> u32 {
    if to.is_null() {
        return ERROR_INVALID_PARAMETER;
    }
    match GUID::random() {
        Ok(guid) => {
            // SAFETY: not NULL, so valid.
            unsafe { put(to, guid) };
            0
        }
        Err(code) => code,
    }
}

/// UuidCreateNil: makes the GUID of zeros. Returns 0.
///
/// # Safety
/// `to` is NULL or valid for a write.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn UuidCreateNil(to: *mut GUID) -> u32 {
    // SAFETY: the same contract.
    unsafe { put(to, GUID::default()) };
    0
}

/// The GUID, that of zeros for NULL.
///
/// # Safety
/// `guid` is NULL or valid.
unsafe fn or_nil(guid: *const GUID) -> GUID {
    // SAFETY: the same contract.
    unsafe { get(guid) }.unwrap_or_default()
}

/// UuidCompare: returns -1, 0 or 1 by the numbers of which GUIDs are made; NULL is the GUID of zeros.
///
/// # Safety
/// The pointers are NULL or valid.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn UuidCompare(
    left: *const GUID,
    right: *const GUID,
    status: *mut u32,
) -> i32 {
    // SAFETY: the same contract.
    unsafe {
        put(status, 0);
        let key = |guid: GUID| (guid.data1, guid.data2, guid.data3, guid.data4);
        key(or_nil(left)).cmp(&key(or_nil(right))) as i32
    }
}

/// UuidEqual: returns whether two GUIDs are equal; NULL is the GUID of zeros.
///
/// # Safety
/// The pointers are NULL or valid.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn UuidEqual(
    left: *const GUID,
    right: *const GUID,
    status: *mut u32,
) -> i32 {
    // SAFETY: the same contract.
    i32::from(unsafe { UuidCompare(left, right, status) } == 0)
}

/// UuidIsNil: returns whether a GUID is that of zeros, or NULL.
///
/// # Safety
/// The pointers are NULL or valid.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn UuidIsNil(guid: *const GUID, status: *mut u32) -> i32 {
    // SAFETY: the same contract.
    unsafe { UuidEqual(guid, std::ptr::null(), status) }
}

/// Memory of the task allocator with a string and its NUL; NULL when there is none.
fn string<U: Copy + Default>(units: impl Iterator<Item = U>) -> *mut U {
    let units: Vec<U> = units.chain([U::default()]).collect();
    let memory = CoTaskMemAlloc(units.len() * size_of::<U>()).cast::<U>();
    if !memory.is_null() {
        // SAFETY: as much was allocated.
        unsafe { memory.copy_from_nonoverlapping(units.as_ptr(), units.len()) };
    }
    memory
}

/// # Safety
/// The pointers are NULL or valid.
unsafe fn uuid_to_string<U: Copy + Default + From<u8>>(guid: *const GUID, to: *mut *mut U) -> u32 {
    if to.is_null() {
        return ERROR_INVALID_PARAMETER;
    }
    // SAFETY: the same contract.
    let text = unsafe { or_nil(guid) }.text();
    let memory = string(text.bytes().map(U::from));
    // SAFETY: not NULL, so valid.
    unsafe { put(to, memory) };
    match memory.is_null() {
        true => RPC_S_OUT_OF_MEMORY,
        false => 0,
    }
}

/// UuidToStringW: returns the text of a GUID, in lower case and without braces; free it with RpcStringFreeW. 0, or 14
/// (RPC_S_OUT_OF_MEMORY).
///
/// # Safety
/// The pointers are NULL or valid.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn UuidToStringW(guid: *const GUID, to: *mut *mut u16) -> u32 {
    // SAFETY: the same contract.
    unsafe { uuid_to_string(guid, to) }
}

/// UuidToStringA: works like UuidToStringW; free it with RpcStringFreeA.
///
/// # Safety
/// The pointers are NULL or valid.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn UuidToStringA(guid: *const GUID, to: *mut *mut u8) -> u32 {
    // SAFETY: the same contract.
    unsafe { uuid_to_string(guid, to) }
}

/// # Safety
/// `text` is NULL or valid; what it points to is NULL or came from this file.
unsafe fn string_free<U>(text: *mut *mut U) -> u32 {
    if !text.is_null() {
        // SAFETY: by the contract of this function.
        unsafe {
            CoTaskMemFree(text.read_unaligned().cast());
            put(text, std::ptr::null_mut());
        }
    }
    0
}

/// RpcStringFreeW: frees a string of UuidToStringW and sets the pointer to NULL: 0.
///
/// # Safety
/// `text` is NULL or valid; what it points to is NULL or came from UuidToStringW.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn RpcStringFreeW(text: *mut *mut u16) -> u32 {
    // SAFETY: the same contract.
    unsafe { string_free(text) }
}

/// RpcStringFreeA: frees a string of UuidToStringA and sets the pointer to NULL: 0.
///
/// # Safety
/// `text` is NULL or valid; what it points to is NULL or came from UuidToStringA.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn RpcStringFreeA(text: *mut *mut u8) -> u32 {
    // SAFETY: the same contract.
    unsafe { string_free(text) }
}

/// UuidFromStringW: returns the GUID of a text without braces; NULL is that of zeros. Returns 0, or 1705
/// (RPC_S_INVALID_STRING_UUID).
///
/// # Safety
/// `text` is NULL or NUL-terminated; `to` is NULL or valid.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn UuidFromStringW(text: *const u16, to: *mut GUID) -> u32 {
    // SAFETY: the same contract.
    let guid = match text.is_null() {
        true => Some(GUID::default()),
        // SAFETY: not NULL, so terminated.
        false => unsafe { wide(text) }.ok().and_then(GUID::parse),
    };
    match guid {
        None => RPC_S_INVALID_STRING_UUID,
        Some(_) if to.is_null() => ERROR_INVALID_PARAMETER,
        Some(guid) => {
            // SAFETY: not NULL, so valid.
            unsafe { put(to, guid) };
            0
        }
    }
}

/// UuidFromStringA: works like UuidFromStringW.
///
/// # Safety
/// `text` is NULL or NUL-terminated; `to` is NULL or valid.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn UuidFromStringA(text: *const u8, to: *mut GUID) -> u32 {
    if text.is_null() {
        // SAFETY: the same contract.
        return unsafe { UuidFromStringW(std::ptr::null(), to) };
    }
    // SAFETY: not NULL, so terminated.
    let bytes = unsafe { std::ffi::CStr::from_ptr(text.cast()) }.to_bytes();
    let units: Vec<u16> = bytes.iter().map(|&byte| byte.into()).chain([0]).collect();
    // SAFETY: terminated above.
    unsafe { UuidFromStringW(units.as_ptr(), to) }
}

/// StringFromGUID2: returns the text of a GUID in capitals and with braces: 39 units with the NUL, 0 when there is no
/// room for them.
///
/// # Safety
/// `guid` is NULL or valid; `to` has room for `room` units.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn StringFromGUID2(guid: *const GUID, to: *mut u16, room: i32) -> i32 {
    // SAFETY: the same contract.
    let units: Vec<u16> = unsafe { or_nil(guid) }
        .braced()
        .encode_utf16()
        .chain([0])
        .collect();
    if to.is_null() || room < 39 {
        return 0;
    }
    for (at, &unit) in units.iter().enumerate() {
        // SAFETY: there is room for 39.
        unsafe { to.add(at).write_unaligned(unit) };
    }
    39
}

/// StringFromCLSID: returns the text of a GUID in capitals and with braces; free it with CoTaskMemFree.
///
/// # Safety
/// The pointers are NULL or valid.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn StringFromCLSID(guid: *const GUID, to: *mut *mut u16) -> Hresult {
    if to.is_null() {
        return E_INVALIDARG;
    }
    // SAFETY: the same contract.
    let text = unsafe { or_nil(guid) }.braced();
    let memory = string(text.encode_utf16());
    // SAFETY: not NULL, so valid.
    unsafe { put(to, memory) };
    if memory.is_null() {
        E_OUTOFMEMORY
    } else {
        S_OK
    }
}

/// StringFromIID: works like StringFromCLSID.
///
/// # Safety
/// The pointers are NULL or valid.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn StringFromIID(guid: *const GUID, to: *mut *mut u16) -> Hresult {
    // SAFETY: the same contract.
    unsafe { StringFromCLSID(guid, to) }
}

/// # Safety
/// `text` is NULL or NUL-terminated; `to` is NULL or valid.
unsafe fn from_braced(text: *const u16, to: *mut GUID, failure: Hresult) -> Hresult {
    fence(failure, || {
        if to.is_null() {
            return Ok(E_INVALIDARG);
        }
        let guid = match text.is_null() {
            true => Some(GUID::default()),
            // SAFETY: not NULL, so terminated.
            false => GUID::parse_braced(unsafe { wide(text) }.unwrap_or_default()),
        };
        // SAFETY: not NULL, so valid.
        unsafe { put(to, guid.unwrap_or_default()) };
        Ok(if guid.is_some() { S_OK } else { failure })
    })
}

/// CLSIDFromString: returns the GUID of a text with braces; CO_E_CLASSSTRING for another one. NULL is the GUID of
/// zeros.
///
/// Differs: names of classes (ProgIDs) are not looked up.
///
/// # Safety
/// `text` is NULL or NUL-terminated; `to` is NULL or valid.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn CLSIDFromString(text: *const u16, to: *mut GUID) -> Hresult {
    // SAFETY: the same contract.
    unsafe { from_braced(text, to, CO_E_CLASSSTRING) }
}

/// IIDFromString: returns the GUID of a text with braces; CO_E_IIDSTRING for another one. NULL is the GUID of zeros.
///
/// # Safety
/// `text` is NULL or NUL-terminated; `to` is NULL or valid.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn IIDFromString(text: *const u16, to: *mut GUID) -> Hresult {
    // SAFETY: the same contract.
    unsafe { from_braced(text, to, 0x8004_01F4_u32 as i32) }
}
