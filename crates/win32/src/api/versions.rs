//! The version of Windows.
//!
//! Owns the C form only; which version programs are told is decided in [`version`]. Threading: any thread.

use super::text::Unit;
use super::{Bool, fence, fence_bool, not_null};
use crate::process::version::{self, WantedVersion};
use crate::status::{Code, ERROR_INSUFFICIENT_BUFFER};

/// OSVERSIONINFOEX with a text of this unit.
#[repr(C)]
#[derive(Clone, Copy)]
struct VersionInfo<U> {
    size: u32,
    major: u32,
    minor: u32,
    build: u32,
    platform: u32,
    text: [U; 128],
    pack_major: u16,
    pack_minor: u16,
    suite: u16,
    product: u8,
    reserved: u8,
}

const _: () = assert!(size_of::<VersionInfo<u8>>() == 156 && size_of::<VersionInfo<u16>>() == 284);

/// Fills OSVERSIONINFO or OSVERSIONINFOEX, by its size; 122 for another.
unsafe fn version_info<U: Unit>(info: *mut std::ffi::c_void) -> Result<(), Code> {
    not_null(info)?;
    const EXTRA: usize = 8;
    let full = size_of::<VersionInfo<U>>();
    // SAFETY: valid by the contract of the exported functions, here and below.
    let size = unsafe { info.cast::<u32>().read_unaligned() } as usize;
    if size != full && size != full - EXTRA {
        return Err(ERROR_INSUFFICIENT_BUFFER);
    }
    let now = VersionInfo {
        size: size as u32,
        major: version::MAJOR,
        minor: version::MINOR,
        build: version::BUILD,
        platform: version::PLATFORM,
        text: [U::default(); 128],
        pack_major: 0,
        pack_minor: 0,
        suite: version::SUITE,
        product: version::PRODUCT,
        reserved: 0,
    };
    // SAFETY: the caller's structure has `size` bytes, and this one no fewer.
    unsafe {
        std::ptr::copy_nonoverlapping((&raw const now).cast::<u8>(), info.cast::<u8>(), size);
    }
    Ok(())
}

/// GetVersionExW: gets the version: 10.0, build 20348, a server, whatever the program's manifest says. FALSE with 122
/// unless `dwOSVersionInfoSize` is the size of OSVERSIONINFOW or OSVERSIONINFOEXW.
///
/// # Safety
/// `info` is NULL or a structure of the size that it says.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetVersionExW(info: *mut std::ffi::c_void) -> Bool {
    // SAFETY: by the contract of this function.
    fence_bool(|| unsafe { version_info::<u16>(info) })
}

/// GetVersionExA: works like [`GetVersionExW`], with OSVERSIONINFOA or OSVERSIONINFOEXA.
///
/// # Safety
/// Works like [`GetVersionExW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetVersionExA(info: *mut std::ffi::c_void) -> Bool {
    // SAFETY: by the contract of this function.
    fence_bool(|| unsafe { version_info::<u8>(info) })
}

/// RtlGetVersion: works like [`GetVersionExW`]; returns STATUS_SUCCESS.
///
/// # Safety
/// Works like [`GetVersionExW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn RtlGetVersion(info: *mut std::ffi::c_void) -> i32 {
    const STATUS_INVALID_PARAMETER: i32 = 0xC000_000D_u32 as i32;
    fence(STATUS_INVALID_PARAMETER, || {
        // SAFETY: by the contract of this function.
        unsafe { version_info::<u16>(info) }.map(|()| 0)
    })
}

/// GetVersion: returns the version: the major one in the low byte, the minor one in the next byte, the build in the
/// high half.
#[unsafe(no_mangle)]
pub extern "system" fn GetVersion() -> u32 {
    version::MAJOR | version::MINOR << 8 | version::BUILD << 16
}

/// VerSetConditionMask: adds a condition for a member of OSVERSIONINFOEX to a mask for
/// VerifyVersionInfo.
#[unsafe(no_mangle)]
pub extern "system" fn VerSetConditionMask(mask: u64, types: u32, condition: u8) -> u64 {
    version::set_condition(mask, types, condition)
}

unsafe fn verify<U: Unit>(info: *const VersionInfo<U>, types: u32, mask: u64) -> Bool {
    fence_bool(|| {
        not_null(info)?;
        // SAFETY: valid by the contract of the exported functions.
        let info = unsafe { info.read_unaligned() };
        let wanted = WantedVersion {
            major: info.major,
            minor: info.minor,
            build: info.build,
            platform: info.platform,
            pack_major: info.pack_major,
            pack_minor: info.pack_minor,
            suite: info.suite,
            product: info.product,
        };
        version::verify(&wanted, types, mask)
    })
}

/// VerifyVersionInfoW: compares with the version of [`GetVersionExW`]. FALSE with 1150 if a condition
/// does not hold, 160 for invalid conditions.
///
/// # Safety
/// `info` is NULL or an OSVERSIONINFOEXW.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn VerifyVersionInfoW(
    info: *const std::ffi::c_void,
    types: u32,
    mask: u64,
) -> Bool {
    // SAFETY: by the contract of this function.
    unsafe { verify::<u16>(info.cast(), types, mask) }
}

/// VerifyVersionInfoA: works like [`VerifyVersionInfoW`], with an OSVERSIONINFOEXA.
///
/// # Safety
/// `info` is NULL or an OSVERSIONINFOEXA.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn VerifyVersionInfoA(
    info: *const std::ffi::c_void,
    types: u32,
    mask: u64,
) -> Bool {
    // SAFETY: by the contract of this function.
    unsafe { verify::<u8>(info.cast(), types, mask) }
}
