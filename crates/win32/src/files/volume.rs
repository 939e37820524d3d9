//! Drives and volumes: what the system tells of the file system that a path is on.
//!
//! Owns the answers. Does not own which drives there are ([`super::path`]). Documented difference: every
//! drive is a fixed disk with the file system "NTFS", whose names keep their case; the serial number is
//! that of the device. Threading: any thread.

use std::ffi::CString;
use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;

use super::about;
use super::path::{self, not_found};
use crate::status::{Code, ERROR_INVALID_NAME};

/// DRIVE_FIXED.
const DRIVE_FIXED: u32 = 3;

/// Room on a file system, in bytes.
#[derive(Clone, Copy, Debug)]
pub struct Space {
    /// For this user.
    pub available: u64,
    /// Altogether.
    pub total: u64,
    /// Free for anybody.
    pub free: u64,
    /// Of one unit of allocation.
    pub unit: u64,
}

/// GetDiskFreeSpaceExW; `None` is the current directory.
///
/// # Errors
/// 2, 3 and what the system reports.
pub fn space(name: Option<&[u16]>) -> Result<Space, Code> {
    let path = path::native(name.unwrap_or(&[u16::from(b'.')]))?;
    let text = CString::new(path.as_os_str().as_bytes()).map_err(|_| ERROR_INVALID_NAME)?;
    let mut told = std::mem::MaybeUninit::<libc::statvfs>::uninit();
    // SAFETY: a terminated string and room for one structure.
    if unsafe { libc::statvfs(text.as_ptr(), told.as_mut_ptr()) } != 0 {
        return Err(not_found(&path, &io::Error::last_os_error()));
    }
    // SAFETY: filled by the call, which succeeded.
    let told = unsafe { told.assume_init() };
    #[allow(
        clippy::useless_conversion,
        reason = "the types differ between systems"
    )]
    let bytes = |blocks| u64::from(blocks).saturating_mul(u64::from(told.f_frsize));
    Ok(Space {
        available: bytes(told.f_bavail),
        total: bytes(told.f_blocks),
        free: bytes(told.f_bfree),
        unit: bytes(1),
    })
}

/// The serial number of the volume that a path is on.
///
/// # Errors
/// 2, 3 and what the system reports.
pub fn serial(name: &[u16]) -> Result<u32, Code> {
    let path = path::native(name)?;
    let told = fs::metadata(&path).map_err(|error| not_found(&path, &error))?;
    Ok(about::volume(told.dev()))
}

/// One bit for each drive letter that has a folder, A the lowest.
pub fn drives() -> u32 {
    path::drives().mask()
}

/// GetDriveTypeW: 3 (DRIVE_FIXED) for a directory that is there, 1 (DRIVE_NO_ROOT_DIR) for none.
pub fn kind(root: Option<&[u16]>) -> u32 {
    let path = path::native(root.unwrap_or(&[u16::from(b'\\')]));
    match path.is_ok_and(|path| path.is_dir()) {
        true => DRIVE_FIXED,
        false => 1,
    }
}
