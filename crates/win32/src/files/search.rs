//! Where things are: the temporary, Windows and system directories, and SearchPath.
//!
//! Owns the answers. Does not own paths. Documented differences: the Windows directory is what the
//! environment variable SystemRoot or windir names, else `C:\Windows`, which need not be there; PATH
//! is the system's, separated by `:`. Threading: any thread.

use std::env;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};

use super::path;
use crate::status::{Code, ERROR_FILE_NOT_FOUND};
use crate::text::unit::wide_of;

/// GetTempPathW: of TMP, TEMP and TMPDIR the first that is set, else `/tmp`; with `\` at its end.
///
/// # Errors
/// Those of [`path::full`].
pub fn temporary() -> Result<Vec<u16>, Code> {
    let named = ["TMP", "TEMP", "TMPDIR"].iter().find_map(env::var_os);
    let named = named.filter(|name| !name.is_empty());
    let named = named.unwrap_or_else(|| OsString::from("/tmp"));
    let mut full = path::full(&path::units(&named))?;
    if !path::ends_with_separator(&full) {
        full.push(u16::from(b'\\'));
    }
    Ok(full)
}

/// GetWindowsDirectoryW.
pub fn windows_directory() -> Vec<u16> {
    let named = ["SystemRoot", "windir"].iter().find_map(env::var_os);
    let named = named.filter(|name| !name.is_empty());
    named.map_or_else(|| wide_of(r"C:\Windows"), |name| path::units(&name))
}

/// GetSystemDirectoryW.
pub fn system_directory() -> Vec<u16> {
    let mut directory = windows_directory();
    if !path::ends_with_separator(&directory) {
        directory.push(u16::from(b'\\'));
    }
    directory.extend(wide_of("System32"));
    directory
}

/// SearchPathW: the full name of a file in one of the directories of `among` (separated by `;`), or, if
/// there is none given, in the program's directory, the current one and those of PATH.
///
/// # Errors
/// 2 when it is nowhere.
pub fn search(among: Option<&[u16]>, name: &[u16], extension: &[u16]) -> Result<Vec<u16>, Code> {
    let last = path::last_component(name).unwrap_or(name.len());
    let has_extension = name[last..].contains(&u16::from(b'.'));
    let mut name = name.to_vec();
    if !has_extension {
        name.extend(extension);
    }
    // One with a directory is looked for there alone.
    if last > 0 {
        return match fs::metadata(path::native(&name)?) {
            Ok(_) => path::full(&name),
            Err(_) => Err(ERROR_FILE_NOT_FOUND),
        };
    }
    let folders: Vec<PathBuf> = match among {
        Some(among) => {
            let folders = among.split(|&unit| unit == u16::from(b';'));
            folders
                .filter_map(|folder| path::native(folder).ok())
                .collect()
        }
        None => default_folders(),
    };
    for folder in folders {
        let folder = std::path::absolute(folder).unwrap_or_default();
        let mut full = path::from_native(&folder);
        if !path::ends_with_separator(&full) {
            full.push(u16::from(b'\\'));
        }
        full.extend(&name);
        if path::native(&full).is_ok_and(|native| fs::metadata(native).is_ok()) {
            return Ok(full);
        }
    }
    Err(ERROR_FILE_NOT_FOUND)
}

fn default_folders() -> Vec<PathBuf> {
    let mut folders = Vec::new();
    if let Ok(program) = env::current_exe() {
        folders.extend(program.parent().map(Path::to_owned));
    }
    folders.push(PathBuf::from("."));
    let list = env::var_os("PATH").unwrap_or_default();
    folders.extend(env::split_paths(OsStr::new(&list)).filter(|folder| folder.is_absolute()));
    folders
}
