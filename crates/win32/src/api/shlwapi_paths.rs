//! The path functions of shlwapi that change a path.
//!
//! Owns the C form only. Threading: any thread; a text is the caller's, and no other thread changes it meanwhile.

use std::ptr::null_mut;

use super::path_text::MAX_PATH;
use super::text::{borrow, store_text};
use super::{Bool, FALSE, fence, not_null, put};
use crate::files::shell::{self, ShellUnit};
use crate::files::shell_text::trimmed;
use crate::status::{Code, ERROR_INVALID_PARAMETER};

/// A directory and a path, of which one may be NULL.
unsafe fn join<T: ShellUnit>(directory: *const T, path: *const T) -> Result<Vec<T>, Code> {
    // SAFETY: the contract of the callers.
    unsafe {
        match (directory.is_null(), path.is_null()) {
            (true, _) => Ok(shell::canonical(borrow(path)?)),
            (_, true) => Ok(shell::canonical(borrow(directory)?)),
            _ => Ok(shell::combine(borrow(directory)?, borrow(path)?)),
        }
    }
}

unsafe fn clear<T: ShellUnit>(to: *mut T) {
    // SAFETY: room for a NUL by the contract of the callers.
    unsafe { put(to, T::default()) };
}

/// PathCombineW: joins a directory and a path that is relative to it, tidied, into `to`, which it
/// returns; NULL if it does not fit. An absolute path stands alone.
///
/// # Safety
/// The texts are NULL (87) or NUL-terminated; what is changed has room for 260 units.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn PathCombineW(
    to: *mut u16,
    directory: *const u16,
    path: *const u16,
) -> *mut u16 {
    // SAFETY: as the contract of this function says.
    fence(null_mut(), || unsafe {
        let whole = join(directory, path)?;
        Ok(if store_text(to, MAX_PATH, &whole) {
            to
        } else {
            clear(to);
            null_mut()
        })
    })
}

/// PathCombineA: works like [`PathCombineW`] with text in UTF-8.
///
/// # Safety
/// The texts are NULL (87) or NUL-terminated; what is changed has room for 260 units.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn PathCombineA(
    to: *mut u8,
    directory: *const u8,
    path: *const u8,
) -> *mut u8 {
    // SAFETY: as the contract of this function says.
    fence(null_mut(), || unsafe {
        let whole = join(directory, path)?;
        Ok(if store_text(to, MAX_PATH, &whole) {
            to
        } else {
            clear(to);
            null_mut()
        })
    })
}

/// PathAppendW: joins a path and another, whose separators in front count for nothing; FALSE if it does
/// not fit.
///
/// # Safety
/// The texts are NULL (87) or NUL-terminated; what is changed has room for 260 units.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn PathAppendW(path: *mut u16, more: *const u16) -> Bool {
    // SAFETY: as the contract of this function says.
    fence(FALSE, || unsafe {
        let whole = shell::append(borrow(path)?, borrow(more)?);
        Ok(Bool::from(store_text(path, MAX_PATH, &whole)))
    })
}

/// PathAppendA: works like [`PathAppendW`] with text in UTF-8.
///
/// # Safety
/// The texts are NULL (87) or NUL-terminated; what is changed has room for 260 units.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn PathAppendA(path: *mut u8, more: *const u8) -> Bool {
    // SAFETY: as the contract of this function says.
    fence(FALSE, || unsafe {
        let whole = shell::append(borrow(path)?, borrow(more)?);
        Ok(Bool::from(store_text(path, MAX_PATH, &whole)))
    })
}

/// PathCanonicalizeW: tidies a path: `.` and `..` are resolved by its text; `\` if nothing is left.
///
/// # Safety
/// The texts are NULL (87) or NUL-terminated; what is changed has room for 260 units.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn PathCanonicalizeW(to: *mut u16, path: *const u16) -> Bool {
    // SAFETY: as the contract of this function says.
    fence(FALSE, || unsafe {
        let whole = shell::canonical(borrow(path)?);
        Ok(Bool::from(store_text(to, MAX_PATH, &whole)))
    })
}

/// PathCanonicalizeA: works like [`PathCanonicalizeW`] with text in UTF-8.
///
/// # Safety
/// The texts are NULL (87) or NUL-terminated; what is changed has room for 260 units.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn PathCanonicalizeA(to: *mut u8, path: *const u8) -> Bool {
    // SAFETY: as the contract of this function says.
    fence(FALSE, || unsafe {
        let whole = shell::canonical(borrow(path)?);
        Ok(Bool::from(store_text(to, MAX_PATH, &whole)))
    })
}

/// PathRemoveFileSpecW: removes the last component and the separator in front of it; FALSE if there was
/// nothing to remove.
///
/// # Safety
/// The texts are NULL (87) or NUL-terminated; what is changed has room for 260 units.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn PathRemoveFileSpecW(path: *mut u16) -> Bool {
    // SAFETY: as the contract of this function says.
    fence(FALSE, || unsafe {
        let text = borrow(path)?;
        let (length, before) = (shell::parent(text), text.len());
        put(path.add(length), 0);
        Ok(Bool::from(length < before))
    })
}

/// PathRemoveFileSpecA: works like [`PathRemoveFileSpecW`] with text in UTF-8.
///
/// # Safety
/// The texts are NULL (87) or NUL-terminated; what is changed has room for 260 units.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn PathRemoveFileSpecA(path: *mut u8) -> Bool {
    // SAFETY: as the contract of this function says.
    fence(FALSE, || unsafe {
        let text = borrow(path)?;
        let (length, before) = (shell::parent(text), text.len());
        put(path.add(length), 0);
        Ok(Bool::from(length < before))
    })
}

/// PathRemoveExtensionW: removes the extension.
///
/// # Safety
/// The texts are NULL (87) or NUL-terminated; what is changed has room for 260 units.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn PathRemoveExtensionW(path: *mut u16) {
    // SAFETY: as the contract of this function says.
    fence((), || unsafe {
        let at = shell::extension(borrow(path)?);
        put(path.add(at), 0);
        Ok(())
    })
}

/// PathRemoveExtensionA: works like [`PathRemoveExtensionW`] with text in UTF-8.
///
/// # Safety
/// The texts are NULL (87) or NUL-terminated; what is changed has room for 260 units.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn PathRemoveExtensionA(path: *mut u8) {
    // SAFETY: as the contract of this function says.
    fence((), || unsafe {
        let at = shell::extension(borrow(path)?);
        put(path.add(at), 0);
        Ok(())
    })
}

/// PathRenameExtensionW: replaces the extension, or adds one; FALSE if it does not fit.
///
/// # Safety
/// The texts are NULL (87) or NUL-terminated; what is changed has room for 260 units.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn PathRenameExtensionW(path: *mut u16, extension: *const u16) -> Bool {
    // SAFETY: as the contract of this function says.
    fence(FALSE, || unsafe {
        let text = borrow(path)?;
        let whole = [&text[..shell::extension(text)], borrow(extension)?].concat();
        Ok(Bool::from(store_text(path, MAX_PATH, &whole)))
    })
}

/// PathRenameExtensionA: works like [`PathRenameExtensionW`] with text in UTF-8.
///
/// # Safety
/// The texts are NULL (87) or NUL-terminated; what is changed has room for 260 units.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn PathRenameExtensionA(path: *mut u8, extension: *const u8) -> Bool {
    // SAFETY: as the contract of this function says.
    fence(FALSE, || unsafe {
        let text = borrow(path)?;
        let whole = [&text[..shell::extension(text)], borrow(extension)?].concat();
        Ok(Bool::from(store_text(path, MAX_PATH, &whole)))
    })
}

/// PathAddExtensionW: adds an extension (NULL: `.exe`) if there is none; FALSE if there is, or it does
/// not fit.
///
/// # Safety
/// The texts are NULL (87) or NUL-terminated; what is changed has room for 260 units.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn PathAddExtensionW(path: *mut u16, extension: *const u16) -> Bool {
    // SAFETY: as the contract of this function says.
    fence(FALSE, || unsafe {
        let text = borrow(path)?;
        if shell::extension(text) < text.len() {
            return Ok(FALSE);
        }
        let exe: Vec<u16> = b".exe"
            .iter()
            .map(|&byte| shell::ShellUnit::of(byte))
            .collect();
        let whole = [
            text,
            if extension.is_null() {
                &exe
            } else {
                borrow(extension)?
            },
        ]
        .concat();
        Ok(Bool::from(store_text(path, MAX_PATH, &whole)))
    })
}

/// PathAddExtensionA: works like [`PathAddExtensionW`] with text in UTF-8.
///
/// # Safety
/// The texts are NULL (87) or NUL-terminated; what is changed has room for 260 units.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn PathAddExtensionA(path: *mut u8, extension: *const u8) -> Bool {
    // SAFETY: as the contract of this function says.
    fence(FALSE, || unsafe {
        let text = borrow(path)?;
        if shell::extension(text) < text.len() {
            return Ok(FALSE);
        }
        let exe: Vec<u8> = b".exe"
            .iter()
            .map(|&byte| shell::ShellUnit::of(byte))
            .collect();
        let whole = [
            text,
            if extension.is_null() {
                &exe
            } else {
                borrow(extension)?
            },
        ]
        .concat();
        Ok(Bool::from(store_text(path, MAX_PATH, &whole)))
    })
}

/// PathAddBackslashW: adds a separator unless there is one; returns the address of the NUL, NULL if it
/// does not fit.
///
/// # Safety
/// The texts are NULL (87) or NUL-terminated; what is changed has room for 260 units.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn PathAddBackslashW(path: *mut u16) -> *mut u16 {
    // SAFETY: as the contract of this function says.
    fence(null_mut(), || unsafe {
        let text = borrow(path)?;
        let length = text.len();
        if length == 0 || shell::separates(text[length - 1]) {
            return Ok(path.add(length));
        }
        if length + 2 > MAX_PATH {
            return Ok(null_mut());
        }
        put(path.add(length), u16::of(b'\\'));
        put(path.add(length + 1), 0);
        Ok(path.add(length + 1))
    })
}

/// PathAddBackslashA: works like [`PathAddBackslashW`] with text in UTF-8.
///
/// # Safety
/// The texts are NULL (87) or NUL-terminated; what is changed has room for 260 units.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn PathAddBackslashA(path: *mut u8) -> *mut u8 {
    // SAFETY: as the contract of this function says.
    fence(null_mut(), || unsafe {
        let text = borrow(path)?;
        let length = text.len();
        if length == 0 || shell::separates(text[length - 1]) {
            return Ok(path.add(length));
        }
        if length + 2 > MAX_PATH {
            return Ok(null_mut());
        }
        put(path.add(length), u8::of(b'\\'));
        put(path.add(length + 1), 0);
        Ok(path.add(length + 1))
    })
}

/// PathRemoveBackslashW: removes a separator at the end, but not that of a root; returns the address of
/// the last unit, or of the NUL that replaced the separator.
///
/// # Safety
/// The texts are NULL (87) or NUL-terminated; what is changed has room for 260 units.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn PathRemoveBackslashW(path: *mut u16) -> *mut u16 {
    // SAFETY: as the contract of this function says.
    fence(null_mut(), || unsafe {
        let text = borrow(path)?;
        let length = text.len();
        if length == 0 {
            return Ok(path);
        }
        if shell::separates(text[length - 1]) && !shell::is_root(text) {
            put(path.add(length - 1), 0);
        }
        Ok(path.add(length - 1))
    })
}

/// PathRemoveBackslashA: works like [`PathRemoveBackslashW`] with text in UTF-8.
///
/// # Safety
/// The texts are NULL (87) or NUL-terminated; what is changed has room for 260 units.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn PathRemoveBackslashA(path: *mut u8) -> *mut u8 {
    // SAFETY: as the contract of this function says.
    fence(null_mut(), || unsafe {
        let text = borrow(path)?;
        let length = text.len();
        if length == 0 {
            return Ok(path);
        }
        if shell::separates(text[length - 1]) && !shell::is_root(text) {
            put(path.add(length - 1), 0);
        }
        Ok(path.add(length - 1))
    })
}

/// PathStripPathW: leaves the file name alone.
///
/// # Safety
/// The texts are NULL (87) or NUL-terminated; what is changed has room for 260 units.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn PathStripPathW(path: *mut u16) {
    // SAFETY: as the contract of this function says.
    fence((), || unsafe {
        let text = borrow(path)?;
        let name = text[shell::file_name(text)..].to_vec();
        store_text(path, name.len() + 1, &name);
        Ok(())
    })
}

/// PathStripPathA: works like [`PathStripPathW`] with text in UTF-8.
///
/// # Safety
/// The texts are NULL (87) or NUL-terminated; what is changed has room for 260 units.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn PathStripPathA(path: *mut u8) {
    // SAFETY: as the contract of this function says.
    fence((), || unsafe {
        let text = borrow(path)?;
        let name = text[shell::file_name(text)..].to_vec();
        store_text(path, name.len() + 1, &name);
        Ok(())
    })
}

/// PathStripToRootW: leaves the root alone; FALSE if there is none.
///
/// # Safety
/// The texts are NULL (87) or NUL-terminated; what is changed has room for 260 units.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn PathStripToRootW(path: *mut u16) -> Bool {
    // SAFETY: as the contract of this function says.
    fence(FALSE, || unsafe {
        let root = shell::root(borrow(path)?);
        put(path.add(root), 0);
        Ok(Bool::from(root > 0))
    })
}

/// PathStripToRootA: works like [`PathStripToRootW`] with text in UTF-8.
///
/// # Safety
/// The texts are NULL (87) or NUL-terminated; what is changed has room for 260 units.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn PathStripToRootA(path: *mut u8) -> Bool {
    // SAFETY: as the contract of this function says.
    fence(FALSE, || unsafe {
        let root = shell::root(borrow(path)?);
        put(path.add(root), 0);
        Ok(Bool::from(root > 0))
    })
}

/// PathQuoteSpacesW: puts a path with blanks between quotation marks; FALSE if that was not needed, or
/// does not fit.
///
/// # Safety
/// The texts are NULL (87) or NUL-terminated; what is changed has room for 260 units.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn PathQuoteSpacesW(path: *mut u16) -> Bool {
    // SAFETY: as the contract of this function says.
    fence(FALSE, || unsafe {
        let text = borrow(path)?;
        if !text.contains(&u16::of(b' ')) {
            return Ok(FALSE);
        }
        let quote = [u16::of(b'"')];
        let whole = [&quote, text, &quote].concat();
        Ok(Bool::from(store_text(path, MAX_PATH, &whole)))
    })
}

/// PathQuoteSpacesA: works like [`PathQuoteSpacesW`] with text in UTF-8.
///
/// # Safety
/// The texts are NULL (87) or NUL-terminated; what is changed has room for 260 units.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn PathQuoteSpacesA(path: *mut u8) -> Bool {
    // SAFETY: as the contract of this function says.
    fence(FALSE, || unsafe {
        let text = borrow(path)?;
        if !text.contains(&u8::of(b' ')) {
            return Ok(FALSE);
        }
        let quote = [u8::of(b'"')];
        let whole = [&quote, text, &quote].concat();
        Ok(Bool::from(store_text(path, MAX_PATH, &whole)))
    })
}

/// PathUnquoteSpacesW: removes quotation marks around a path; FALSE if there were none.
///
/// # Safety
/// The texts are NULL (87) or NUL-terminated; what is changed has room for 260 units.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn PathUnquoteSpacesW(path: *mut u16) -> Bool {
    // SAFETY: as the contract of this function says.
    fence(FALSE, || unsafe {
        let text = borrow(path)?;
        let quote = u16::of(b'"');
        let [first, middle @ .., last] = text else {
            return Ok(FALSE);
        };
        if *first != quote || *last != quote {
            return Ok(FALSE);
        }
        let whole = middle.to_vec();
        Ok(Bool::from(store_text(path, whole.len() + 1, &whole)))
    })
}

/// PathUnquoteSpacesA: works like [`PathUnquoteSpacesW`] with text in UTF-8.
///
/// # Safety
/// The texts are NULL (87) or NUL-terminated; what is changed has room for 260 units.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn PathUnquoteSpacesA(path: *mut u8) -> Bool {
    // SAFETY: as the contract of this function says.
    fence(FALSE, || unsafe {
        let text = borrow(path)?;
        let quote = u8::of(b'"');
        let [first, middle @ .., last] = text else {
            return Ok(FALSE);
        };
        if *first != quote || *last != quote {
            return Ok(FALSE);
        }
        let whole = middle.to_vec();
        Ok(Bool::from(store_text(path, whole.len() + 1, &whole)))
    })
}

/// PathRemoveBlanksW: removes blanks at both ends.
///
/// # Safety
/// The texts are NULL (87) or NUL-terminated; what is changed has room for 260 units.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn PathRemoveBlanksW(path: *mut u16) {
    // SAFETY: as the contract of this function says.
    fence((), || unsafe {
        let text = borrow(path)?;
        let (begin, end) = trimmed(text, &[u16::of(b' ')]);
        let whole = text[begin..end].to_vec();
        store_text(path, whole.len() + 1, &whole);
        Ok(())
    })
}

/// PathRemoveBlanksA: works like [`PathRemoveBlanksW`] with text in UTF-8.
///
/// # Safety
/// The texts are NULL (87) or NUL-terminated; what is changed has room for 260 units.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn PathRemoveBlanksA(path: *mut u8) {
    // SAFETY: as the contract of this function says.
    fence((), || unsafe {
        let text = borrow(path)?;
        let (begin, end) = trimmed(text, &[u8::of(b' ')]);
        let whole = text[begin..end].to_vec();
        store_text(path, whole.len() + 1, &whole);
        Ok(())
    })
}

/// PathBuildRootW: writes `A:\` and so on for a number of a drive; returns the buffer.
///
/// # Safety
/// The texts are NULL (87) or NUL-terminated; what is changed has room for 260 units.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn PathBuildRootW(root: *mut u16, drive: i32) -> *mut u16 {
    // SAFETY: as the contract of this function says.
    fence(null_mut(), || unsafe {
        not_null(root)?;
        let letter = u8::try_from(drive)
            .ok()
            .filter(|&drive| drive < 26)
            .ok_or(ERROR_INVALID_PARAMETER)?;
        store_text(
            root,
            4,
            &[u16::of(b'A' + letter), u16::of(b':'), u16::of(b'\\')],
        );
        Ok(root)
    })
}

/// PathBuildRootA: works like [`PathBuildRootW`] with text in UTF-8.
///
/// # Safety
/// The texts are NULL (87) or NUL-terminated; what is changed has room for 260 units.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn PathBuildRootA(root: *mut u8, drive: i32) -> *mut u8 {
    // SAFETY: as the contract of this function says.
    fence(null_mut(), || unsafe {
        not_null(root)?;
        let letter = u8::try_from(drive)
            .ok()
            .filter(|&drive| drive < 26)
            .ok_or(ERROR_INVALID_PARAMETER)?;
        store_text(
            root,
            4,
            &[u8::of(b'A' + letter), u8::of(b':'), u8::of(b'\\')],
        );
        Ok(root)
    })
}
