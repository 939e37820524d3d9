//! What Windows tells about a file: attributes, times, sizes.
//!
//! Owns [`About`], from what the system tells. Does not own files. Documented differences:
//! - READONLY: nobody may write (no write bit in the mode); for files only. HIDDEN: the name begins
//!   with a dot. ARCHIVE: every other regular file. SYSTEM, COMPRESSED and others are never set.
//! - A symbolic link is a REPARSE_POINT (and a DIRECTORY if it leads to one) in what names tell;
//!   size and times are those of what it leads to, not 0 as on Windows.
//! - The creation time is the file system's, if it keeps one; else the time of the last write.
//!
//! Threading: any thread.

use std::fs::{self, Metadata};
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use super::path;
use crate::status::Code;

/// FILE_ATTRIBUTE_READONLY.
pub const READONLY: u32 = 0x1;
/// FILE_ATTRIBUTE_HIDDEN.
pub const HIDDEN: u32 = 0x2;
/// FILE_ATTRIBUTE_DIRECTORY.
pub const DIRECTORY: u32 = 0x10;
/// FILE_ATTRIBUTE_ARCHIVE.
pub const ARCHIVE: u32 = 0x20;
/// FILE_ATTRIBUTE_NORMAL: no other.
pub const NORMAL: u32 = 0x80;
/// FILE_ATTRIBUTE_REPARSE_POINT.
pub const REPARSE_POINT: u32 = 0x400;
/// IO_REPARSE_TAG_SYMLINK.
pub const TAG_SYMLINK: u32 = 0xA000_000C;

/// 100-nanosecond intervals from 1601 to 1970.
const UNIX_EPOCH_INTERVALS: i64 = 116_444_736_000_000_000;

/// Attributes, times (FILETIME) and sizes of a file.
#[derive(Clone, Copy, Debug)]
#[allow(
    missing_docs,
    reason = "named as BY_HANDLE_FILE_INFORMATION names them"
)]
pub struct About {
    pub attributes: u32,
    pub created: i64,
    pub accessed: i64,
    pub written: i64,
    pub changed: i64,
    pub volume: u32,
    pub size: u64,
    pub allocated: u64,
    pub links: u32,
    pub index: u64,
    /// Reparse tag, or 0.
    pub tag: u32,
}

impl About {
    /// Of an open file; the name says whether it is hidden.
    pub fn of(metadata: &Metadata, name: Option<&Path>) -> About {
        let attributes = attributes(metadata, name);
        let written = interval(metadata.mtime(), metadata.mtime_nsec());
        About {
            attributes,
            created: metadata.created().map_or(written, from_system),
            accessed: interval(metadata.atime(), metadata.atime_nsec()),
            written,
            changed: interval(metadata.ctime(), metadata.ctime_nsec()),
            volume: volume(metadata.dev()),
            size: if metadata.is_dir() { 0 } else { metadata.len() },
            allocated: if metadata.is_dir() {
                0
            } else {
                metadata.blocks() * 512
            },
            links: u32::try_from(metadata.nlink()).unwrap_or(u32::MAX),
            index: metadata.ino(),
            tag: 0,
        }
    }

    /// Of what a name means.
    ///
    /// # Errors
    /// 2, 3, 5 and what else the system reports.
    pub fn of_path(path: &Path) -> Result<About, Code> {
        let failed = |error| path::not_found(path, &error);
        let link = fs::symlink_metadata(path).map_err(failed)?;
        if !link.is_symlink() {
            return Ok(About::of(&link, Some(path)));
        }
        let target = fs::metadata(path);
        let mut about = About::of(target.as_ref().unwrap_or(&link), Some(path));
        about.attributes = about.attributes & !NORMAL | REPARSE_POINT;
        about.tag = TAG_SYMLINK;
        Ok(about)
    }
}

fn attributes(metadata: &Metadata, name: Option<&Path>) -> u32 {
    let kind = metadata.file_type();
    let name = name
        .and_then(Path::file_name)
        .map(|name| name.as_encoded_bytes());
    let mut attributes = match name {
        Some([b'.', _, ..]) => HIDDEN,
        _ => 0,
    };
    if kind.is_dir() {
        attributes |= DIRECTORY;
    } else if is_read_only(metadata) {
        attributes |= READONLY;
    }
    if kind.is_file() {
        attributes |= ARCHIVE;
    }
    match attributes {
        0 => NORMAL,
        some => some,
    }
}

/// Whether nobody may write, by the mode.
pub fn is_read_only(metadata: &Metadata) -> bool {
    let kind = metadata.file_type();
    !kind.is_char_device() && !kind.is_symlink() && metadata.mode() & 0o222 == 0
}

/// A serial number of a device.
pub fn volume(device: u64) -> u32 {
    (device ^ (device >> 32)) as u32
}

/// A FILETIME of seconds and nanoseconds since 1970.
fn interval(seconds: i64, nanoseconds: i64) -> i64 {
    seconds
        .saturating_mul(10_000_000)
        .saturating_add(nanoseconds / 100)
        .saturating_add(UNIX_EPOCH_INTERVALS)
}

fn from_system(time: SystemTime) -> i64 {
    let whole = |elapsed: std::time::Duration| i64::try_from(elapsed.as_nanos() / 100).unwrap_or(0);
    match time.duration_since(UNIX_EPOCH) {
        Ok(after) => UNIX_EPOCH_INTERVALS.saturating_add(whole(after)),
        Err(before) => UNIX_EPOCH_INTERVALS.saturating_sub(whole(before.duration())),
    }
}

/// The system's time of a FILETIME; `None` when it is out of range.
pub fn to_system(interval: i64) -> Option<SystemTime> {
    let since = interval.checked_sub(UNIX_EPOCH_INTERVALS)?;
    let seconds = std::time::Duration::from_secs(since.unsigned_abs() / 10_000_000);
    let rest = std::time::Duration::from_nanos(since.unsigned_abs() % 10_000_000 * 100);
    match since >= 0 {
        true => UNIX_EPOCH.checked_add(seconds + rest),
        false => UNIX_EPOCH.checked_sub(seconds + rest),
    }
}
