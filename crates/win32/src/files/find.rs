//! FindFirstFile and its relatives: the entries of a directory that match a pattern.
//!
//! Owns [`Search`], the object behind a search handle. Does not own the pattern's rules
//! ([`super::wildcard`]). The names are those of the moment of FindFirstFile, in the order NTFS would
//! give them (by upper case); attributes, sizes and times are those of the moment of each call. What was
//! deleted meanwhile is left out. Threading: any thread; one lock per search.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use httpsys_socket::lock::Mutex;

use super::about::About;
use super::path;
use super::wildcard::Pattern;
use crate::object::Object;
use crate::status::{
    self, Code, ERROR_DIRECTORY, ERROR_FILE_NOT_FOUND, ERROR_INVALID_NAME, ERROR_NO_MORE_FILES,
    ERROR_PATH_NOT_FOUND,
};
use crate::text::case::upper;

/// A search under way.
#[derive(Debug)]
pub struct Search {
    folder: PathBuf,
    /// The last first.
    names: Mutex<Vec<OsString>>,
    only_directories: bool,
}

/// One entry.
#[derive(Clone, Debug)]
pub struct Found {
    /// The name alone.
    pub name: Vec<u16>,
    /// What is known of it.
    pub about: About,
}

/// FindFirstFileW: the search and its first entry.
///
/// # Errors
/// 2 when nothing matches, 3 without the directory, 267 if that is a file, 123 for a bad name or one
/// that ends with a separator (documented: FindFirstFileW, that fails).
pub fn first(name: &[u16], only_directories: bool) -> Result<(Search, Found), Code> {
    let at = match path::last_component(name) {
        Some(at) => at,
        None if name.is_empty() => return Err(ERROR_PATH_NOT_FOUND),
        None => return Err(ERROR_FILE_NOT_FOUND),
    };
    let (folder, pattern) = name.split_at(at);
    let search = match pattern.iter().any(|&unit| is_wild(unit)) {
        true => by_pattern(folder, pattern)?,
        false => by_name(name)?,
    };
    let search = Search {
        only_directories,
        ..search
    };
    match search.next() {
        Ok(found) => Ok((search, found)),
        Err(ERROR_NO_MORE_FILES) => Err(ERROR_FILE_NOT_FOUND),
        Err(code) => Err(code),
    }
}

fn is_wild(unit: u16) -> bool {
    unit == u16::from(b'*') || unit == u16::from(b'?')
}

fn by_name(name: &[u16]) -> Result<Search, Code> {
    let mut full = path::native(name)?;
    if full.file_name().is_none() {
        // `.`, `..` or a root.
        full = std::path::absolute(&full).map_err(|error| status::from_io(&error))?;
        full = fs::canonicalize(&full).map_err(|error| path::not_found(&full, &error))?;
    }
    About::of_path(&full)?;
    let file = full.file_name().ok_or(ERROR_FILE_NOT_FOUND)?.to_owned();
    Ok(Search {
        folder: full.parent().unwrap_or(Path::new("")).to_owned(),
        names: Mutex::new(vec![file]),
        only_directories: false,
    })
}

fn by_pattern(folder: &[u16], pattern: &[u16]) -> Result<Search, Code> {
    let bad = |unit: &u16| *unit < 32 || "<>\"|:".encode_utf16().any(|bad| bad == *unit);
    if pattern.iter().any(bad) {
        return Err(ERROR_INVALID_NAME);
    }
    let current: Vec<u16> = ".".encode_utf16().collect();
    let folder = path::native(if folder.is_empty() { &current } else { folder })
        // Of the directory, whose name ends with a separator here.
        .map_err(|code| {
            if code == ERROR_INVALID_NAME {
                ERROR_DIRECTORY
            } else {
                code
            }
        })?;
    let missing = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::NotFound => ERROR_PATH_NOT_FOUND,
        std::io::ErrorKind::NotADirectory => ERROR_DIRECTORY,
        _ => status::from_io(&error),
    };
    let pattern = Pattern::new(pattern);
    let mut found: Vec<(Vec<u16>, OsString)> = Vec::new();
    for entry in fs::read_dir(&folder).map_err(missing)? {
        let name = entry.map_err(|error| status::from_io(&error))?.file_name();
        let units = path::units(&name);
        if pattern.matches(&units) {
            found.push((units.iter().map(|&unit| upper(unit)).collect(), name));
        }
    }
    found.sort_unstable_by(|one, other| other.cmp(one));
    let mut names: Vec<OsString> = found.into_iter().map(|(_, name)| name).collect();
    // A root has no directory above it.
    if folder != Path::new("/") {
        for dots in ["..", "."] {
            let units: Vec<u16> = dots.encode_utf16().collect();
            if pattern.matches(&units) {
                names.push(dots.into());
            }
        }
    }
    Ok(Search {
        folder,
        names: Mutex::new(names),
        only_directories: false,
    })
}

impl Search {
    /// FindNextFileW.
    ///
    /// # Errors
    /// 18 when there are no more.
    pub fn next(&self) -> Result<Found, Code> {
        loop {
            let name = self.names.lock().pop().ok_or(ERROR_NO_MORE_FILES)?;
            let Ok(about) = About::of_path(&self.folder.join(&name)) else {
                continue;
            };
            if self.only_directories && about.attributes & super::about::DIRECTORY == 0 {
                continue;
            }
            let name = path::units(&name);
            return Ok(Found { name, about });
        }
    }
}

impl Object for Search {
    /// FindClose closes it, CloseHandle does not (documented: FindFirstFileW).
    fn close_allowed(&self) -> bool {
        false
    }
}
