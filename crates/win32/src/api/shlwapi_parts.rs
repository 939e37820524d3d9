//! The path functions of shlwapi that tell about a path or find a part of it.
//!
//! Owns the C form only. Threading: any thread; a text is the caller's, and no other thread changes it meanwhile.

use std::ptr::null_mut;

use super::path_text::MAX_PATH;
use super::text::{borrow, store_text};
use super::{Bool, FALSE, TRUE, fence};
use crate::files::shell::{self, ShellUnit};
use crate::files::{about, names, path};
use crate::status::{Code, ERROR_INVALID_NAME};

fn wide_of<T: ShellUnit>(text: &[T]) -> Result<Vec<u16>, Code> {
    T::wide(text).ok_or(ERROR_INVALID_NAME)
}

/// PathFindExtensionW: finds where the extension begins, at its dot; at the NUL if there is none.
///
/// # Safety
/// The texts are NULL (87) or NUL-terminated; buffers have their room.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn PathFindExtensionW(path: *const u16) -> *mut u16 {
    // SAFETY: as the contract of this function says.
    fence(null_mut(), || unsafe {
        let text = borrow(path)?;
        Ok(path.add(shell::extension(text)).cast_mut())
    })
}

/// PathFindExtensionA: works like [`PathFindExtensionW`] with text in UTF-8.
///
/// # Safety
/// The texts are NULL (87) or NUL-terminated; buffers have their room.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn PathFindExtensionA(path: *const u8) -> *mut u8 {
    // SAFETY: as the contract of this function says.
    fence(null_mut(), || unsafe {
        let text = borrow(path)?;
        Ok(path.add(shell::extension(text)).cast_mut())
    })
}

/// PathFindFileNameW: finds where the file name begins.
///
/// # Safety
/// The texts are NULL (87) or NUL-terminated; buffers have their room.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn PathFindFileNameW(path: *const u16) -> *mut u16 {
    // SAFETY: as the contract of this function says.
    fence(null_mut(), || unsafe {
        let text = borrow(path)?;
        Ok(path.add(shell::file_name(text)).cast_mut())
    })
}

/// PathFindFileNameA: works like [`PathFindFileNameW`] with text in UTF-8.
///
/// # Safety
/// The texts are NULL (87) or NUL-terminated; buffers have their room.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn PathFindFileNameA(path: *const u8) -> *mut u8 {
    // SAFETY: as the contract of this function says.
    fence(null_mut(), || unsafe {
        let text = borrow(path)?;
        Ok(path.add(shell::file_name(text)).cast_mut())
    })
}

/// PathFindNextComponentW: finds what follows the next separator; NULL at the end.
///
/// # Safety
/// The texts are NULL (87) or NUL-terminated; buffers have their room.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn PathFindNextComponentW(path: *const u16) -> *mut u16 {
    // SAFETY: as the contract of this function says.
    fence(null_mut(), || unsafe {
        let text = borrow(path)?;
        if text.is_empty() {
            return Ok(null_mut());
        }
        let at = text.iter().position(|&unit| shell::separates(unit));
        let more = at.map(|at| {
            at + text[at..]
                .iter()
                .take(2)
                .take_while(|&&unit| shell::separates(unit))
                .count()
        });
        Ok(path.add(more.unwrap_or(text.len())).cast_mut())
    })
}

/// PathFindNextComponentA: works like [`PathFindNextComponentW`] with text in UTF-8.
///
/// # Safety
/// The texts are NULL (87) or NUL-terminated; buffers have their room.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn PathFindNextComponentA(path: *const u8) -> *mut u8 {
    // SAFETY: as the contract of this function says.
    fence(null_mut(), || unsafe {
        let text = borrow(path)?;
        if text.is_empty() {
            return Ok(null_mut());
        }
        let at = text.iter().position(|&unit| shell::separates(unit));
        let more = at.map(|at| {
            at + text[at..]
                .iter()
                .take(2)
                .take_while(|&&unit| shell::separates(unit))
                .count()
        });
        Ok(path.add(more.unwrap_or(text.len())).cast_mut())
    })
}

/// PathSkipRootW: finds what follows the root; NULL for a path without one.
///
/// # Safety
/// The texts are NULL (87) or NUL-terminated; buffers have their room.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn PathSkipRootW(path: *const u16) -> *mut u16 {
    // SAFETY: as the contract of this function says.
    fence(null_mut(), || unsafe {
        let text = borrow(path)?;
        let mut root = shell::root(text);
        if root == 0 {
            return Ok(null_mut());
        }
        root += text[root..]
            .iter()
            .take(1)
            .filter(|&&unit| shell::separates(unit))
            .count();
        Ok(path.add(root).cast_mut())
    })
}

/// PathSkipRootA: works like [`PathSkipRootW`] with text in UTF-8.
///
/// # Safety
/// The texts are NULL (87) or NUL-terminated; buffers have their room.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn PathSkipRootA(path: *const u8) -> *mut u8 {
    // SAFETY: as the contract of this function says.
    fence(null_mut(), || unsafe {
        let text = borrow(path)?;
        let mut root = shell::root(text);
        if root == 0 {
            return Ok(null_mut());
        }
        root += text[root..]
            .iter()
            .take(1)
            .filter(|&&unit| shell::separates(unit))
            .count();
        Ok(path.add(root).cast_mut())
    })
}

/// PathIsRelativeW: returns whether a path is relative.
///
/// Differs: one that begins with `/` is not.
///
/// # Safety
/// The texts are NULL (87) or NUL-terminated; buffers have their room.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn PathIsRelativeW(path: *const u16) -> Bool {
    // SAFETY: as the contract of this function says.
    fence(TRUE, || unsafe {
        Ok(Bool::from(shell::is_relative(borrow(path)?)))
    })
}

/// PathIsRelativeA: works like [`PathIsRelativeW`] with text in UTF-8.
///
/// # Safety
/// The texts are NULL (87) or NUL-terminated; buffers have their room.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn PathIsRelativeA(path: *const u8) -> Bool {
    // SAFETY: as the contract of this function says.
    fence(TRUE, || unsafe {
        Ok(Bool::from(shell::is_relative(borrow(path)?)))
    })
}

/// PathIsRootW: returns whether a path is a root: `\`, `C:\`, a server or its share.
///
/// # Safety
/// The texts are NULL (87) or NUL-terminated; buffers have their room.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn PathIsRootW(path: *const u16) -> Bool {
    // SAFETY: as the contract of this function says.
    fence(FALSE, || unsafe {
        Ok(Bool::from(shell::is_root(borrow(path)?)))
    })
}

/// PathIsRootA: works like [`PathIsRootW`] with text in UTF-8.
///
/// # Safety
/// The texts are NULL (87) or NUL-terminated; buffers have their room.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn PathIsRootA(path: *const u8) -> Bool {
    // SAFETY: as the contract of this function says.
    fence(FALSE, || unsafe {
        Ok(Bool::from(shell::is_root(borrow(path)?)))
    })
}

/// PathIsUNCW: returns whether a path names a server.
///
/// # Safety
/// The texts are NULL (87) or NUL-terminated; buffers have their room.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn PathIsUNCW(path: *const u16) -> Bool {
    // SAFETY: as the contract of this function says.
    fence(FALSE, || unsafe {
        Ok(Bool::from(shell::is_network(borrow(path)?)))
    })
}

/// PathIsUNCA: works like [`PathIsUNCW`] with text in UTF-8.
///
/// # Safety
/// The texts are NULL (87) or NUL-terminated; buffers have their room.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn PathIsUNCA(path: *const u8) -> Bool {
    // SAFETY: as the contract of this function says.
    fence(FALSE, || unsafe {
        Ok(Bool::from(shell::is_network(borrow(path)?)))
    })
}

/// PathIsFileSpecW: returns whether there is neither a separator nor a colon in it.
///
/// # Safety
/// The texts are NULL (87) or NUL-terminated; buffers have their room.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn PathIsFileSpecW(path: *const u16) -> Bool {
    // SAFETY: as the contract of this function says.
    fence(FALSE, || unsafe {
        let text = borrow(path)?;
        Ok(Bool::from(!text.iter().any(|&unit| {
            shell::separates(unit) || shell::is(unit, b':')
        })))
    })
}

/// PathIsFileSpecA: works like [`PathIsFileSpecW`] with text in UTF-8.
///
/// # Safety
/// The texts are NULL (87) or NUL-terminated; buffers have their room.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn PathIsFileSpecA(path: *const u8) -> Bool {
    // SAFETY: as the contract of this function says.
    fence(FALSE, || unsafe {
        let text = borrow(path)?;
        Ok(Bool::from(!text.iter().any(|&unit| {
            shell::separates(unit) || shell::is(unit, b':')
        })))
    })
}

/// PathIsPrefixW: returns whether a path begins with another in whole components.
///
/// # Safety
/// The texts are NULL (87) or NUL-terminated; buffers have their room.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn PathIsPrefixW(prefix: *const u16, path: *const u16) -> Bool {
    // SAFETY: as the contract of this function says.
    fence(FALSE, || unsafe {
        let prefix = borrow(prefix)?;
        Ok(Bool::from(
            shell::common(prefix, borrow(path)?) == prefix.len(),
        ))
    })
}

/// PathIsPrefixA: works like [`PathIsPrefixW`] with text in UTF-8.
///
/// # Safety
/// The texts are NULL (87) or NUL-terminated; buffers have their room.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn PathIsPrefixA(prefix: *const u8, path: *const u8) -> Bool {
    // SAFETY: as the contract of this function says.
    fence(FALSE, || unsafe {
        let prefix = borrow(prefix)?;
        Ok(Bool::from(
            shell::common(prefix, borrow(path)?) == prefix.len(),
        ))
    })
}

/// PathCommonPrefixW: writes what two paths have in common in whole components, and returns how
/// long it is.
///
/// # Safety
/// The texts are NULL (87) or NUL-terminated; buffers have their room.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn PathCommonPrefixW(
    one: *const u16,
    other: *const u16,
    to: *mut u16,
) -> i32 {
    // SAFETY: as the contract of this function says.
    fence(0, || unsafe {
        let one = borrow(one)?;
        let length = shell::common(one, borrow(other)?);
        store_text(to, MAX_PATH, &one[..length]);
        Ok(i32::try_from(length).unwrap_or(0))
    })
}

/// PathCommonPrefixA: works like [`PathCommonPrefixW`] with text in UTF-8.
///
/// # Safety
/// The texts are NULL (87) or NUL-terminated; buffers have their room.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn PathCommonPrefixA(
    one: *const u8,
    other: *const u8,
    to: *mut u8,
) -> i32 {
    // SAFETY: as the contract of this function says.
    fence(0, || unsafe {
        let one = borrow(one)?;
        let length = shell::common(one, borrow(other)?);
        store_text(to, MAX_PATH, &one[..length]);
        Ok(i32::try_from(length).unwrap_or(0))
    })
}

/// PathGetDriveNumberW: tells the number of the drive, 0 for A; -1 without one.
///
/// # Safety
/// The texts are NULL (87) or NUL-terminated; buffers have their room.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn PathGetDriveNumberW(path: *const u16) -> i32 {
    // SAFETY: as the contract of this function says.
    fence(-1, || unsafe {
        let text = borrow(path)?;
        Ok(if shell::is_drive(text) {
            text[0].fold().number() as i32 - 65
        } else {
            -1
        })
    })
}

/// PathGetDriveNumberA: works like [`PathGetDriveNumberW`] with text in UTF-8.
///
/// # Safety
/// The texts are NULL (87) or NUL-terminated; buffers have their room.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn PathGetDriveNumberA(path: *const u8) -> i32 {
    // SAFETY: as the contract of this function says.
    fence(-1, || unsafe {
        let text = borrow(path)?;
        Ok(if shell::is_drive(text) {
            text[0].fold().number() as i32 - 65
        } else {
            -1
        })
    })
}

/// PathMatchSpecW: returns whether a name matches one of the patterns, separated by `;`.
///
/// # Safety
/// The texts are NULL (87) or NUL-terminated; buffers have their room.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn PathMatchSpecW(name: *const u16, patterns: *const u16) -> Bool {
    // SAFETY: as the contract of this function says.
    fence(FALSE, || unsafe {
        Ok(Bool::from(shell::matches(borrow(name)?, borrow(patterns)?)))
    })
}

/// PathMatchSpecA: works like [`PathMatchSpecW`] with text in UTF-8.
///
/// # Safety
/// The texts are NULL (87) or NUL-terminated; buffers have their room.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn PathMatchSpecA(name: *const u8, patterns: *const u8) -> Bool {
    // SAFETY: as the contract of this function says.
    fence(FALSE, || unsafe {
        Ok(Bool::from(shell::matches(borrow(name)?, borrow(patterns)?)))
    })
}

/// PathFileExistsW: returns whether there is a file or directory; if not the last error says why.
///
/// # Safety
/// The texts are NULL (87) or NUL-terminated; buffers have their room.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn PathFileExistsW(path: *const u16) -> Bool {
    // SAFETY: as the contract of this function says.
    fence(FALSE, || unsafe {
        names::about(&wide_of(borrow(path)?)?).map(|_| TRUE)
    })
}

/// PathFileExistsA: works like [`PathFileExistsW`] with text in UTF-8.
///
/// # Safety
/// The texts are NULL (87) or NUL-terminated; buffers have their room.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn PathFileExistsA(path: *const u8) -> Bool {
    // SAFETY: as the contract of this function says.
    fence(FALSE, || unsafe {
        names::about(&wide_of(borrow(path)?)?).map(|_| TRUE)
    })
}

/// PathIsDirectoryW: returns whether it is a directory: FILE_ATTRIBUTE_DIRECTORY (16), otherwise 0.
///
/// # Safety
/// The texts are NULL (87) or NUL-terminated; buffers have their room.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn PathIsDirectoryW(path: *const u16) -> Bool {
    // SAFETY: as the contract of this function says.
    fence(FALSE, || unsafe {
        let about = names::about(&wide_of(borrow(path)?)?)?;
        Ok((about.attributes & about::DIRECTORY) as Bool)
    })
}

/// PathIsDirectoryA: works like [`PathIsDirectoryW`] with text in UTF-8.
///
/// # Safety
/// The texts are NULL (87) or NUL-terminated; buffers have their room.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn PathIsDirectoryA(path: *const u8) -> Bool {
    // SAFETY: as the contract of this function says.
    fence(FALSE, || unsafe {
        let about = names::about(&wide_of(borrow(path)?)?)?;
        Ok((about.attributes & about::DIRECTORY) as Bool)
    })
}

/// PathIsDirectoryEmptyW: returns whether it is a directory in which there is nothing.
///
/// # Safety
/// The texts are NULL (87) or NUL-terminated; buffers have their room.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn PathIsDirectoryEmptyW(path: *const u16) -> Bool {
    // SAFETY: as the contract of this function says.
    fence(FALSE, || unsafe {
        let native = path::native(&wide_of(borrow(path)?)?)?;
        let entries = std::fs::read_dir(native).map_err(|_| crate::status::ERROR_DIRECTORY)?;
        Ok(Bool::from(entries.count() == 0))
    })
}

/// PathIsDirectoryEmptyA: works like [`PathIsDirectoryEmptyW`] with text in UTF-8.
///
/// # Safety
/// The texts are NULL (87) or NUL-terminated; buffers have their room.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn PathIsDirectoryEmptyA(path: *const u8) -> Bool {
    // SAFETY: as the contract of this function says.
    fence(FALSE, || unsafe {
        let native = path::native(&wide_of(borrow(path)?)?)?;
        let entries = std::fs::read_dir(native).map_err(|_| crate::status::ERROR_DIRECTORY)?;
        Ok(Bool::from(entries.count() == 0))
    })
}
