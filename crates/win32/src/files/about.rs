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

use super::path;
use crate::status::Code;
use crate::time;

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

/// Whether it is a device (`NUL` is one), whose node is the system's: what changes or removes files leaves
/// it as it is.
pub fn is_device(metadata: &Metadata) -> bool {
    let kind = metadata.file_type();
    kind.is_char_device() || kind.is_block_device()
}

impl About {
    /// Of an open file; the name says whether it is hidden.
    pub fn of(metadata: &Metadata, name: Option<&Path>) -> About {
        let attributes = attributes(metadata, name);
        let written = time::from_unix(metadata.mtime(), metadata.mtime_nsec());
        About {
            attributes,
            created: metadata.created().map_or(written, time::from_system),
            accessed: time::from_unix(metadata.atime(), metadata.atime_nsec()),
            written,
            changed: time::from_unix(metadata.ctime(), metadata.ctime_nsec()),
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
