//! The path functions of pathcch, which tell failures as HRESULTs.
//!
//! Owns the C form only. Threading: any thread; a text is the caller's, and no other thread changes it meanwhile.

use super::text::{borrow, store_text};
use super::{Bool, E_INVALIDARG, FALSE, S_FALSE, fence, not_null, put};
use crate::files::shell;
use crate::status::{Code, ERROR_INVALID_PARAMETER};

/// HRESULT of too little room.
const E_INSUFFICIENT_BUFFER: i32 = 0x8007_007A_u32 as i32;
/// PATHCCH_MAX_CCH.
const MOST: usize = 0x8000;

/// The text, which has its NUL within its room.
unsafe fn within<'a>(path: *const u16, room: usize) -> Result<&'a [u16], Code> {
    // SAFETY: the contract of the callers.
    let text = unsafe { borrow(path) }?;
    match text.len() < room && room <= MOST {
        true => Ok(text),
        false => Err(ERROR_INVALID_PARAMETER),
    }
}

unsafe fn store(to: *mut u16, room: usize, text: &[u16]) -> Result<i32, Code> {
    not_null(to)?;
    if room == 0 || room > MOST {
        return Err(ERROR_INVALID_PARAMETER);
    }
    // SAFETY: room by the contract of the callers.
    Ok(match unsafe { store_text(to, room, text) } {
        true => 0,
        false => E_INSUFFICIENT_BUFFER,
    })
}

/// An extension with its dot; none stays none.
fn dotted(extension: &[u16]) -> Vec<u16> {
    let dot = u16::from(b'.');
    match extension.first() {
        None => Vec::new(),
        Some(&first) if first == dot => extension.to_vec(),
        Some(_) => [&[dot], extension].concat(),
    }
}

/// PathCchCombine: joins a directory and a path that is relative to it, tidied. S_OK, E_INVALIDARG,
/// 0x8007007A when it does not fit.
///
/// # Safety
/// `path` is NULL (E_INVALIDARG) or NUL-terminated, with room for `room` units; the others are NULL or valid.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn PathCchCombine(
    to: *mut u16,
    room: usize,
    directory: *const u16,
    more: *const u16,
) -> i32 {
    // SAFETY: as the contract of this function says.
    fence(E_INVALIDARG, || unsafe {
        let whole = match (directory.is_null(), more.is_null()) {
            (true, _) => shell::canonical(borrow(more)?),
            (_, true) => shell::canonical(borrow(directory)?),
            _ => shell::combine(borrow(directory)?, borrow(more)?),
        };
        store(to, room, &whole)
    })
}

/// PathCchAppend: joins a path and another, whose separators in front count for nothing.
///
/// # Safety
/// `path` is NULL (E_INVALIDARG) or NUL-terminated, with room for `room` units; the others are NULL or valid.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn PathCchAppend(path: *mut u16, room: usize, more: *const u16) -> i32 {
    // SAFETY: as the contract of this function says.
    fence(E_INVALIDARG, || unsafe {
        let whole = shell::append(borrow(path)?, borrow(more)?);
        store(path, room, &whole)
    })
}

/// PathCchCanonicalize: tidies a path: `.` and `..` are resolved by its text.
///
/// # Safety
/// `path` is NULL (E_INVALIDARG) or NUL-terminated, with room for `room` units; the others are NULL or valid.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn PathCchCanonicalize(
    to: *mut u16,
    room: usize,
    path: *const u16,
) -> i32 {
    // SAFETY: as the contract of this function says.
    fence(E_INVALIDARG, || unsafe {
        let whole = shell::canonical(borrow(path)?);
        store(to, room, &whole)
    })
}

/// PathCchRemoveFileSpec: removes the last component and the separator in front of it; S_FALSE if there
/// is none.
///
/// # Safety
/// `path` is NULL (E_INVALIDARG) or NUL-terminated, with room for `room` units; the others are NULL or valid.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn PathCchRemoveFileSpec(path: *mut u16, room: usize) -> i32 {
    // SAFETY: as the contract of this function says.
    fence(E_INVALIDARG, || unsafe {
        let text = within(path, room)?;
        let length = shell::parent(text);
        let changed = length < text.len();
        put(path.add(length), 0);
        Ok(i32::from(!changed))
    })
}

/// PathCchAddBackslash: adds a separator; S_FALSE if there is one.
///
/// # Safety
/// `path` is NULL (E_INVALIDARG) or NUL-terminated, with room for `room` units; the others are NULL or valid.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn PathCchAddBackslash(path: *mut u16, room: usize) -> i32 {
    // SAFETY: as the contract of this function says.
    fence(E_INVALIDARG, || unsafe {
        let text = within(path, room)?;
        if text.last().is_some_and(|&unit| shell::separates(unit)) {
            return Ok(S_FALSE);
        }
        let whole = [text, &[u16::from(b'\\')]].concat();
        store(path, room, &whole)
    })
}

/// PathCchRemoveBackslash: removes a separator at the end, but not that of a root; S_FALSE if there is
/// none.
///
/// # Safety
/// `path` is NULL (E_INVALIDARG) or NUL-terminated, with room for `room` units; the others are NULL or valid.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn PathCchRemoveBackslash(path: *mut u16, room: usize) -> i32 {
    // SAFETY: as the contract of this function says.
    fence(E_INVALIDARG, || unsafe {
        let text = within(path, room)?;
        if shell::is_root(text) || !text.last().is_some_and(|&unit| shell::separates(unit)) {
            return Ok(S_FALSE);
        }
        put(path.add(text.len() - 1), 0);
        Ok(0)
    })
}

/// PathCchAddExtension: adds an extension, with or without its dot; S_FALSE if there is one.
///
/// # Safety
/// `path` is NULL (E_INVALIDARG) or NUL-terminated, with room for `room` units; the others are NULL or valid.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn PathCchAddExtension(
    path: *mut u16,
    room: usize,
    extension: *const u16,
) -> i32 {
    // SAFETY: as the contract of this function says.
    fence(E_INVALIDARG, || unsafe {
        let text = within(path, room)?;
        if shell::extension(text) < text.len() {
            return Ok(S_FALSE);
        }
        let whole = [text, &dotted(borrow(extension)?)].concat();
        store(path, room, &whole)
    })
}

/// PathCchRenameExtension: replaces the extension, or adds one, with or without its dot.
///
/// # Safety
/// `path` is NULL (E_INVALIDARG) or NUL-terminated, with room for `room` units; the others are NULL or valid.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn PathCchRenameExtension(
    path: *mut u16,
    room: usize,
    extension: *const u16,
) -> i32 {
    // SAFETY: as the contract of this function says.
    fence(E_INVALIDARG, || unsafe {
        let text = within(path, room)?;
        let whole = [&text[..shell::extension(text)], &dotted(borrow(extension)?)].concat();
        store(path, room, &whole)
    })
}

/// PathCchRemoveExtension: removes the extension; S_FALSE if there is none.
///
/// # Safety
/// `path` is NULL (E_INVALIDARG) or NUL-terminated, with room for `room` units; the others are NULL or valid.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn PathCchRemoveExtension(path: *mut u16, room: usize) -> i32 {
    // SAFETY: as the contract of this function says.
    fence(E_INVALIDARG, || unsafe {
        let text = within(path, room)?;
        let at = shell::extension(text);
        let changed = at < text.len();
        put(path.add(at), 0);
        Ok(i32::from(!changed))
    })
}

/// PathCchFindExtension: finds where the extension begins, at its dot; at the NUL if there is none.
///
/// # Safety
/// `path` is NULL (E_INVALIDARG) or NUL-terminated, with room for `room` units; the others are NULL or valid.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn PathCchFindExtension(
    path: *const u16,
    room: usize,
    found: *mut *const u16,
) -> i32 {
    // SAFETY: as the contract of this function says.
    fence(E_INVALIDARG, || unsafe {
        let text = within(path, room)?;
        not_null(found)?;
        put(found, path.add(shell::extension(text)));
        Ok(0)
    })
}

/// PathCchStripToRoot: leaves the root alone; S_FALSE if it is all there is, E_INVALIDARG if there is
/// none.
///
/// # Safety
/// `path` is NULL (E_INVALIDARG) or NUL-terminated, with room for `room` units; the others are NULL or valid.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn PathCchStripToRoot(path: *mut u16, room: usize) -> i32 {
    // SAFETY: as the contract of this function says.
    fence(E_INVALIDARG, || unsafe {
        let text = within(path, room)?;
        let root = shell::root(text);
        if root == 0 {
            return Err(ERROR_INVALID_PARAMETER);
        }
        let changed = root < text.len();
        put(path.add(root), 0);
        Ok(i32::from(!changed))
    })
}

/// PathCchSkipRoot: finds what follows the root; E_INVALIDARG for a path without one.
///
/// # Safety
/// `path` is NULL (E_INVALIDARG) or NUL-terminated, with room for `room` units; the others are NULL or valid.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn PathCchSkipRoot(path: *const u16, found: *mut *const u16) -> i32 {
    // SAFETY: as the contract of this function says.
    fence(E_INVALIDARG, || unsafe {
        let text = borrow(path)?;
        let mut root = shell::root(text);
        not_null(found)?;
        if root == 0 {
            return Err(ERROR_INVALID_PARAMETER);
        }
        root += text[root..]
            .iter()
            .take(1)
            .filter(|&&unit| shell::separates(unit))
            .count();
        put(found, path.add(root));
        Ok(0)
    })
}

/// PathCchIsRoot: returns whether a path is a root and nothing else.
///
/// # Safety
/// `path` is NULL (FALSE) or NUL-terminated.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn PathCchIsRoot(path: *const u16) -> Bool {
    // SAFETY: as the contract of this function says.
    fence(FALSE, || unsafe {
        Ok(Bool::from(shell::is_root(borrow(path)?)))
    })
}
