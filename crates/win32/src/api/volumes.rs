//! Drives and volumes.
//!
//! Owns the C form only. Threading: any thread.

use super::path_text::{narrow_or_none, wide_or_none};
use super::text::{store_or_need, wide_of};
use super::{Bool, fence, fence_bool, put};
use crate::files::volume;
use crate::status::ERROR_BUFFER_OVERFLOW;

/// FILE_CASE_SENSITIVE_SEARCH, FILE_CASE_PRESERVED_NAMES, FILE_UNICODE_ON_DISK,
/// FILE_SUPPORTS_REPARSE_POINTS, FILE_SUPPORTS_HARD_LINKS.
const VOLUME_FLAGS: u32 = 0x1 | 0x2 | 0x4 | 0x80 | 0x0040_0000;

/// GetLogicalDrives: has one bit for each drive letter with a folder, A the lowest.
#[unsafe(no_mangle)]
pub extern "system" fn GetLogicalDrives() -> u32 {
    fence(0, || Ok(volume::drives()))
}

/// GetDiskFreeSpaceExW: tells the bytes that are free for this user, there altogether, and free.
///
/// `name` is any directory, NULL the current one. Errors: 2, 3.
///
/// # Safety
/// `name` is NULL or NUL-terminated; the others are NULL or valid for a write.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetDiskFreeSpaceExW(
    name: *const u16,
    available: *mut u64,
    total: *mut u64,
    free: *mut u64,
) -> Bool {
    // SAFETY: as the contract of this function says.
    fence_bool(|| unsafe {
        let name = wide_or_none(name)?;
        let space = volume::space(name)?;
        put(available, space.available);
        put(total, space.total);
        put(free, space.free);
        Ok(())
    })
}

/// GetDiskFreeSpaceExA: works like [`GetDiskFreeSpaceExW`] with names in UTF-8.
///
/// # Safety
/// `name` is NULL or NUL-terminated; the others are NULL or valid for a write.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetDiskFreeSpaceExA(
    name: *const u8,
    available: *mut u64,
    total: *mut u64,
    free: *mut u64,
) -> Bool {
    // SAFETY: as the contract of this function says.
    fence_bool(|| unsafe {
        let name = narrow_or_none(name)?;
        let name = name.as_deref();
        let space = volume::space(name)?;
        put(available, space.available);
        put(total, space.total);
        put(free, space.free);
        Ok(())
    })
}

/// GetDiskFreeSpaceW: tells the same in units of allocation.
///
/// Differs: a sector has 512 bytes.
///
/// # Safety
/// `root` is NULL or NUL-terminated; the others are NULL or valid for a write.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetDiskFreeSpaceW(
    root: *const u16,
    sectors: *mut u32,
    bytes: *mut u32,
    free: *mut u32,
    total: *mut u32,
) -> Bool {
    // SAFETY: as the contract of this function says.
    fence_bool(|| unsafe {
        let root = wide_or_none(root)?;
        let space = volume::space(root)?;
        let units = |bytes: u64| u32::try_from(bytes / space.unit.max(1)).unwrap_or(u32::MAX);
        put(sectors, u32::try_from(space.unit / 512).unwrap_or(1).max(1));
        put(bytes, 512);
        put(free, units(space.available));
        put(total, units(space.total));
        Ok(())
    })
}

/// GetDiskFreeSpaceA: works like [`GetDiskFreeSpaceW`] with names in UTF-8.
///
/// # Safety
/// `root` is NULL or NUL-terminated; the others are NULL or valid for a write.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetDiskFreeSpaceA(
    root: *const u8,
    sectors: *mut u32,
    bytes: *mut u32,
    free: *mut u32,
    total: *mut u32,
) -> Bool {
    // SAFETY: as the contract of this function says.
    fence_bool(|| unsafe {
        let root = narrow_or_none(root)?;
        let root = root.as_deref();
        let space = volume::space(root)?;
        let units = |bytes: u64| u32::try_from(bytes / space.unit.max(1)).unwrap_or(u32::MAX);
        put(sectors, u32::try_from(space.unit / 512).unwrap_or(1).max(1));
        put(bytes, 512);
        put(free, units(space.available));
        put(total, units(space.total));
        Ok(())
    })
}

/// GetDriveTypeW: returns what a drive is: 3 (DRIVE_FIXED) for a directory that is there, 1
/// (DRIVE_NO_ROOT_DIR) for none.
///
/// Differs: every drive is a fixed disk.
///
/// # Safety
/// `root` is NULL or NUL-terminated.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetDriveTypeW(root: *const u16) -> u32 {
    // SAFETY: as the contract of this function says.
    fence(0, || unsafe {
        let root = wide_or_none(root)?;
        Ok(volume::kind(root))
    })
}

/// GetDriveTypeA: works like [`GetDriveTypeW`] with names in UTF-8.
///
/// # Safety
/// `root` is NULL or NUL-terminated.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetDriveTypeA(root: *const u8) -> u32 {
    // SAFETY: as the contract of this function says.
    fence(0, || unsafe {
        let root = narrow_or_none(root)?;
        let root = root.as_deref();
        Ok(volume::kind(root))
    })
}

/// GetVolumeInformationW: tells the serial number of a volume, the longest name on it and its file system.
///
/// Errors: 2, 3, 111 when the name of the file system does not fit.
///
/// Differs: no volume has a label; the serial number is that of the device, the longest name has 255
/// characters, and the file system is always "NTFS".
///
/// # Safety
/// `root` is NULL or NUL-terminated; buffers are NULL or have their room; the others are NULL or valid.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetVolumeInformationW(
    root: *const u16,
    label: *mut u16,
    label_room: u32,
    serial: *mut u32,
    longest: *mut u32,
    flags: *mut u32,
    system: *mut u16,
    system_room: u32,
) -> Bool {
    // SAFETY: as the contract of this function says.
    fence_bool(|| unsafe {
        let root = wide_or_none(root)?;
        let root = root.unwrap_or(&[b'\\' as u16]);
        put(serial, volume::serial(root)?);
        put(longest, 255);
        put(flags, VOLUME_FLAGS);
        if !label.is_null() && label_room > 0 {
            put(label, 0);
        }
        let kind = wide_of("NTFS");
        if !system.is_null() && store_or_need(system, system_room, &kind) > 4 {
            return Err(ERROR_BUFFER_OVERFLOW);
        }
        Ok(())
    })
}

/// GetVolumeInformationA: works like [`GetVolumeInformationW`] with names in UTF-8.
///
/// # Safety
/// `root` is NULL or NUL-terminated; buffers are NULL or have their room; the others are NULL or valid.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetVolumeInformationA(
    root: *const u8,
    label: *mut u8,
    label_room: u32,
    serial: *mut u32,
    longest: *mut u32,
    flags: *mut u32,
    system: *mut u8,
    system_room: u32,
) -> Bool {
    // SAFETY: as the contract of this function says.
    fence_bool(|| unsafe {
        let root = narrow_or_none(root)?;
        let root = root.as_deref();
        let root = root.unwrap_or(&[b'\\' as u16]);
        put(serial, volume::serial(root)?);
        put(longest, 255);
        put(flags, VOLUME_FLAGS);
        if !label.is_null() && label_room > 0 {
            put(label, 0);
        }
        let kind = wide_of("NTFS");
        if !system.is_null() && store_or_need(system, system_room, &kind) > 4 {
            return Err(ERROR_BUFFER_OVERFLOW);
        }
        Ok(())
    })
}

/// GetLogicalDriveStringsW: lists the drives as `C:\`, each with a NUL, and another NUL at the end.
///
/// Returns the length without the last NUL, or the room that is needed with it.
///
/// # Safety
/// `buffer` is NULL or has room for `room` units.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetLogicalDriveStringsW(room: u32, buffer: *mut u16) -> u32 {
    // SAFETY: as the contract of this function says.
    fence(0, || unsafe {
        let letters = (0..26u16).filter(|at| volume::drives() >> at & 1 != 0);
        let text: Vec<u16> = letters
            .flat_map(|at| [u16::from(b'A') + at, 58, 92, 0])
            .collect();
        Ok(store_or_need(buffer, room, &text))
    })
}

/// GetLogicalDriveStringsA: works like [`GetLogicalDriveStringsW`] with names in UTF-8.
///
/// # Safety
/// `buffer` is NULL or has room for `room` units.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetLogicalDriveStringsA(room: u32, buffer: *mut u8) -> u32 {
    // SAFETY: as the contract of this function says.
    fence(0, || unsafe {
        let letters = (0..26u16).filter(|at| volume::drives() >> at & 1 != 0);
        let text: Vec<u16> = letters
            .flat_map(|at| [u16::from(b'A') + at, 58, 92, 0])
            .collect();
        Ok(store_or_need(buffer, room, &text))
    })
}
