//! Paths: from what a Windows program writes to what the system understands, and back.
//!
//! Owns the rules, all of them here. Does not own files.
//!
//! - `\` and `/` both separate. `.` and `..` are resolved by the text alone, as Windows does.
//! - A drive is a folder: `C:` is `/`, or what the environment variable `HTTPSYS_DRIVE_C` names;
//!   any other letter exists if its variable is set (`HTTPSYS_DRIVE_D=/data`). If `C:` is
//!   elsewhere, `Z:` is `/`. A letter without a folder gives 3. The variables are read once.
//! - A path that begins with one separator is the system's own path, whatever `C:` is; so is one
//!   that begins with `//`. Back, a path is written with the drive whose folder is the longest match.
//! - `\\?\` takes names as they are: no `.`, `..` (123) or trailing dots to remove. Extension:
//!   `\\?\/name` is a path of the system, taken byte for byte. `\\server\share` gives 53.
//! - A trailing dot of a component, and trailing dots and spaces of the whole path, are removed.
//! - `NUL` and `CON`, with any extension, are devices; `AUX`, `PRN`, `COM1`, `LPT1` ... are not there (2).
//! - The characters `< > " | ? * :` and those below 32 give 123.
//! - Letter case: the name as written comes first; if nothing has it, one that differs in case only
//!   (the first in order). `HTTPSYS_CASE_SENSITIVE=1` switches the second look off.
//! - Names are UTF-16 here and bytes there. A byte that is no UTF-8 becomes the unit 0xDC00 plus the
//!   byte, and back. Names are limited by the system (255 bytes a component: 206), not by MAX_PATH.
//!
//! Invariant: what [`from_native`] gives for an absolute path of UTF-8 without the characters above,
//! [`native`] turns back into that path. Threading: any thread.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use crate::status::{
    Code, ERROR_BAD_NETPATH, ERROR_FILE_NOT_FOUND, ERROR_FILENAME_EXCED_RANGE, ERROR_INVALID_NAME,
    ERROR_PATH_NOT_FOUND, from_io,
};
use crate::text::case::upper;

const BACKSLASH: u16 = b'\\' as u16;
const SLASH: u16 = b'/' as u16;
const COLON: u16 = b':' as u16;
const DOT: u16 = b'.' as u16;
const SPACE: u16 = b' ' as u16;

/// Longest path in units, with its NUL.
const LONGEST: usize = 32_767;

/// The folders of the drive letters.
#[derive(Debug)]
pub(super) struct Drives {
    letters: [Option<PathBuf>; 26],
    exact: bool,
}

/// Where a path begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Root {
    /// `X:\`
    Drive(u8),
    /// `X:` without a separator: in the current directory of the drive.
    DriveRelative(u8),
    /// One separator: the root of the system.
    System,
    Relative,
    /// `\\server\share`
    Network,
}

impl Drives {
    /// Those of the environment, as `get` reads it.
    pub(super) fn new(get: impl Fn(&str) -> Option<OsString>) -> Drives {
        let mut letters: [Option<PathBuf>; 26] = std::array::from_fn(|at| {
            let folder = get(&format!("HTTPSYS_DRIVE_{}", (b'A' + at as u8) as char))?;
            let folder = PathBuf::from(folder);
            // Without its trailing separator.
            folder
                .is_absolute()
                .then(|| folder.components().collect::<PathBuf>())
        });
        let home = if letters[2].is_none() { 2 } else { 25 };
        letters[home].get_or_insert_with(|| PathBuf::from("/"));
        Drives {
            letters,
            exact: get("HTTPSYS_CASE_SENSITIVE")
                .is_some_and(|value| !value.is_empty() && value != "0"),
        }
    }

    fn folder(&self, letter: u8) -> Option<&Path> {
        let at = letter.to_ascii_uppercase().checked_sub(b'A')?;
        self.letters.get(usize::from(at))?.as_deref()
    }

    /// One bit a letter that has a folder, A the lowest.
    pub(super) fn mask(&self) -> u32 {
        let bits = self.letters.iter().enumerate();
        bits.filter(|(_, folder)| folder.is_some())
            .fold(0, |mask, (at, _)| mask | 1 << at)
    }
}

/// The folders of this process's drive letters.
pub(super) fn drives() -> &'static Drives {
    static DRIVES: OnceLock<Drives> = OnceLock::new();
    DRIVES.get_or_init(|| Drives::new(|name| std::env::var_os(name)))
}

/// Whether a unit separates.
pub fn is_separator(unit: u16) -> bool {
    unit == BACKSLASH || unit == SLASH
}

/// Whether a path ends with a separator.
pub fn ends_with_separator(path: &[u16]) -> bool {
    path.last().is_some_and(|&unit| is_separator(unit))
}

/// The system's path of a Windows path, with the name that is there if only its case differs.
///
/// # Errors
/// 3 for an empty path or a letter without a folder; 123 for a bad name, also for a file with a
/// separator behind it; 53 for a network path; 206 for a long one; 2 for a device that is not there.
pub fn native(path: &[u16]) -> Result<PathBuf, Code> {
    let named = native_by(drives(), path)?;
    if drives().exact {
        return checked(path, named);
    }
    checked(path, as_it_is(named))
}

/// As [`native`], without looking at letter case.
///
/// # Errors
/// As for [`native`].
pub fn native_exact(path: &[u16]) -> Result<PathBuf, Code> {
    native_by(drives(), path)
}

fn checked(path: &[u16], named: PathBuf) -> Result<PathBuf, Code> {
    let file = ends_with_separator(path) && fs::metadata(&named).is_ok_and(|about| !about.is_dir());
    if file {
        return Err(ERROR_INVALID_NAME);
    }
    Ok(named)
}

pub(super) fn native_by(drives: &Drives, path: &[u16]) -> Result<PathBuf, Code> {
    if path.is_empty() {
        return Err(ERROR_PATH_NOT_FOUND);
    }
    if path.len() >= LONGEST {
        return Err(ERROR_FILENAME_EXCED_RANGE);
    }
    if path.contains(&0) {
        return Err(ERROR_INVALID_NAME);
    }
    if let Some(rest) = verbatim(path) {
        return verbatim_native(drives, rest);
    }
    let (path, of_devices) = match device_prefix(path) {
        Some(rest) => (rest, true),
        None => (path, false),
    };
    if let Some(device) = device(path) {
        return device;
    }
    if of_devices && !matches!(root_of(path).0, Root::Drive(_)) {
        return Err(ERROR_FILE_NOT_FOUND);
    }
    let (root, rest) = root_of(path);
    let parts = normalised(
        rest,
        !matches!(root, Root::Relative | Root::DriveRelative(_)),
    );
    for part in &parts {
        check_name(part)?;
    }
    let mut native = match root {
        Root::Network => return Err(ERROR_BAD_NETPATH),
        Root::System => PathBuf::from("/"),
        Root::Relative => PathBuf::new(),
        Root::Drive(letter) => drives
            .folder(letter)
            .ok_or(ERROR_PATH_NOT_FOUND)?
            .to_owned(),
        Root::DriveRelative(letter) => {
            let folder = drives.folder(letter).ok_or(ERROR_PATH_NOT_FOUND)?;
            match std::env::current_dir() {
                Ok(current) if current.starts_with(folder) => current,
                _ => folder.to_owned(),
            }
        }
    };
    for part in &parts {
        native.push(OsString::from_vec(to_bytes(part)?));
    }
    if native.as_os_str().is_empty() {
        native.push(".");
    }
    Ok(native)
}

/// What follows `\\?\`.
fn verbatim(path: &[u16]) -> Option<&[u16]> {
    let prefix: &[u16] = &[BACKSLASH, BACKSLASH, b'?' as u16, BACKSLASH];
    path.strip_prefix(prefix)
}

/// What follows `\\.\`.
fn device_prefix(path: &[u16]) -> Option<&[u16]> {
    let prefix: &[u16] = &[BACKSLASH, BACKSLASH, DOT, BACKSLASH];
    path.strip_prefix(prefix)
}

fn verbatim_native(drives: &Drives, rest: &[u16]) -> Result<PathBuf, Code> {
    if rest.first() == Some(&SLASH) {
        return Ok(PathBuf::from(OsString::from_vec(to_bytes(rest)?)));
    }
    let network: Vec<u16> = r"UNC\".encode_utf16().collect();
    if rest.len() >= 4 && same_name(&rest[..4], &network) {
        return Err(ERROR_BAD_NETPATH);
    }
    let (Root::Drive(letter), names) = root_of(rest) else {
        return Err(ERROR_PATH_NOT_FOUND);
    };
    let mut native = drives
        .folder(letter)
        .ok_or(ERROR_PATH_NOT_FOUND)?
        .to_owned();
    for part in names
        .split(|&unit| unit == BACKSLASH)
        .filter(|part| !part.is_empty())
    {
        check_name(part)?;
        if part.contains(&SLASH) || is_dots(part) {
            return Err(ERROR_INVALID_NAME);
        }
        native.push(OsString::from_vec(to_bytes(part)?));
    }
    Ok(native)
}

fn root_of(path: &[u16]) -> (Root, &[u16]) {
    match path {
        [letter, COLON, rest @ ..] if is_letter(*letter) => match rest {
            [unit, rest @ ..] if is_separator(*unit) => (Root::Drive(*letter as u8), rest),
            _ => (Root::DriveRelative(*letter as u8), rest),
        },
        [BACKSLASH, BACKSLASH, rest @ ..] => (Root::Network, rest),
        [unit, rest @ ..] if is_separator(*unit) => (Root::System, rest),
        _ => (Root::Relative, path),
    }
}

fn is_letter(unit: u16) -> bool {
    u8::try_from(unit).is_ok_and(|byte| byte.is_ascii_alphabetic())
}

fn is_dots(part: &[u16]) -> bool {
    matches!(part, [DOT] | [DOT, DOT])
}

/// The components, without `.`, `..` and what Windows removes (documented: Naming Files; File path
/// formats on Windows systems).
fn normalised(rest: &[u16], absolute: bool) -> Vec<&[u16]> {
    let mut rest = rest;
    // Of the whole path, unless its end is `.` or `..`.
    let last = rest.rsplit(|&unit| is_separator(unit)).next();
    if last.is_some_and(|last| !is_dots(last)) {
        while let [head @ .., DOT | SPACE] = rest {
            rest = head;
        }
    }
    let mut parts: Vec<&[u16]> = Vec::new();
    for part in rest.split(|&unit| is_separator(unit)) {
        match part {
            [] | [DOT] => {}
            [DOT, DOT] => match parts.last() {
                Some(last) if !is_dots(last) => _ = parts.pop(),
                _ if absolute => {}
                _ => parts.push(part),
            },
            [head @ .., DOT] if head.last() != Some(&DOT) => parts.push(head),
            part => parts.push(part),
        }
    }
    parts
}

fn check_name(part: &[u16]) -> Result<(), Code> {
    let bad = |&unit: &u16| unit < 32 || "<>\"|?*:".encode_utf16().any(|bad| bad == unit);
    match part.iter().any(bad) {
        true => Err(ERROR_INVALID_NAME),
        false => Ok(()),
    }
}

/// The system's device of a reserved name in the last component.
fn device(path: &[u16]) -> Option<Result<PathBuf, Code>> {
    let last = path
        .rsplit(|&unit| is_separator(unit) || unit == COLON)
        .next()?;
    let stem = last.split(|&unit| unit == DOT).next()?;
    if stem.len() > 7 {
        return None;
    }
    let stem = String::from_utf16(stem).ok()?;
    let stem = stem.trim_end_matches(' ').to_ascii_uppercase();
    let is_port = stem
        .strip_prefix("COM")
        .or_else(|| stem.strip_prefix("LPT"))
        .is_some_and(|number| matches!(number.as_bytes(), [b'1'..=b'9']));
    match stem.as_str() {
        "NUL" => Some(Ok(PathBuf::from("/dev/null"))),
        "CON" | "CONIN$" | "CONOUT$" => Some(Ok(PathBuf::from("/dev/tty"))),
        "AUX" | "PRN" => Some(Err(ERROR_FILE_NOT_FOUND)),
        _ if is_port => Some(Err(ERROR_FILE_NOT_FOUND)),
        _ => None,
    }
}

/// The same path with the names that are there, where only their case differs. One name after the other,
/// so that a path of any depth needs no more stack than a short one.
fn as_it_is(path: PathBuf) -> PathBuf {
    if fs::symlink_metadata(&path).is_ok() {
        return path;
    }
    let mut found = PathBuf::new();
    let mut names = path.components();
    while let Some(name) = names.next() {
        let exact = found.join(name);
        if fs::symlink_metadata(&exact).is_ok() {
            found = exact;
            continue;
        }
        match in_other_case(&found, name.as_os_str()) {
            Some(other) => found.push(other),
            // Below what is not there nothing is there.
            None => {
                found = exact;
                found.extend(names);
                return found;
            }
        }
    }
    found
}

/// The name in a folder, the current one for the empty path, that differs in its case only.
fn in_other_case(folder: &Path, name: &OsStr) -> Option<String> {
    let wanted = name.to_str()?;
    let folder = match folder.as_os_str().is_empty() {
        true => Path::new("."),
        false => folder,
    };
    let entries = fs::read_dir(folder).ok()?;
    let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    names.filter(|name| same_text(name, wanted)).min()
}

fn same_text(one: &str, other: &str) -> bool {
    one.encode_utf16()
        .map(upper)
        .eq(other.encode_utf16().map(upper))
}

/// Whether two names differ in letter case at most.
pub fn same_name(one: &[u16], other: &[u16]) -> bool {
    one.iter()
        .map(|&unit| upper(unit))
        .eq(other.iter().map(|&unit| upper(unit)))
}

/// The bytes of a name; 123 for a surrogate that stands for no byte.
fn to_bytes(name: &[u16]) -> Result<Vec<u8>, Code> {
    let mut bytes = Vec::with_capacity(name.len());
    for character in char::decode_utf16(name.iter().copied()) {
        match character {
            Ok(character) => {
                bytes.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
            }
            Err(lone) => match lone.unpaired_surrogate() {
                unit @ 0xDC80..=0xDCFF => bytes.push(unit as u8),
                _ => return Err(ERROR_INVALID_NAME),
            },
        }
    }
    Ok(bytes)
}

/// Tells a missing file (2) from a missing directory on the way to it (3).
pub fn not_found(path: &Path, error: &io::Error) -> Code {
    let parent = path
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty());
    match from_io(error) {
        ERROR_FILE_NOT_FOUND if parent.is_some_and(|parent| !parent.exists()) => {
            ERROR_PATH_NOT_FOUND
        }
        code => code,
    }
}

/// The units of a name of the system.
pub fn units(name: &OsStr) -> Vec<u16> {
    let mut units = Vec::with_capacity(name.len());
    for chunk in name.as_bytes().utf8_chunks() {
        units.extend(chunk.valid().encode_utf16());
        units.extend(chunk.invalid().iter().map(|&byte| 0xDC00 + u16::from(byte)));
    }
    units
}

/// An absolute path of the system as Windows writes it: with a drive and `\`.
pub fn from_native(path: &Path) -> Vec<u16> {
    from_native_by(drives(), path)
}

fn from_native_by(drives: &Drives, path: &Path) -> Vec<u16> {
    let folders = drives.letters.iter().enumerate();
    let drive = folders
        .filter_map(|(at, folder)| Some((at, path.strip_prefix(folder.as_deref()?).ok()?)))
        .min_by_key(|(_, rest)| rest.as_os_str().len());
    let (mut text, rest) = match drive {
        Some((at, rest)) => (vec![u16::from(b'A') + at as u16, COLON], rest),
        None => (Vec::new(), path.strip_prefix("/").unwrap_or(path)),
    };
    text.push(BACKSLASH);
    for (at, part) in rest.components().enumerate() {
        if at > 0 {
            text.push(BACKSLASH);
        }
        text.extend(units(part.as_os_str()));
    }
    text
}

/// The current directory as Windows writes it.
///
/// # Errors
/// What the system reports: 2 if it was deleted.
pub fn current_directory() -> Result<Vec<u16>, Code> {
    let current = std::env::current_dir().map_err(|error| crate::status::from_io(&error))?;
    Ok(from_native(&current))
}

/// GetFullPathNameW: the text only; nothing needs to be there. A path of the system gets its drive.
///
/// # Errors
/// 123 for an empty path; what the system says of the current directory.
pub fn full(path: &[u16]) -> Result<Vec<u16>, Code> {
    full_by(drives(), path)
}

fn full_by(drives: &Drives, path: &[u16]) -> Result<Vec<u16>, Code> {
    if path.is_empty() {
        return Err(ERROR_INVALID_NAME);
    }
    if verbatim(path).is_some() || device_prefix(path).is_some() {
        return Ok(path.to_vec());
    }
    if !ends_with_separator(path) && device(path).is_some() {
        let name = path
            .rsplit(|&unit| is_separator(unit) || unit == COLON)
            .next();
        let stem = name.and_then(|name| name.split(|&unit| unit == DOT).next());
        let mut text: Vec<u16> = r"\\.\".encode_utf16().collect();
        text.extend(stem.unwrap_or_default());
        return Ok(text);
    }
    let (root, rest) = root_of(path);
    let mut parts: Vec<Vec<u16>> = Vec::new();
    let mut text: Vec<u16> = match root {
        Root::Drive(letter) => vec![u16::from(letter), COLON, BACKSLASH],
        Root::Network => vec![BACKSLASH, BACKSLASH],
        Root::System => {
            let mut native = PathBuf::from("/");
            for part in normalised(rest, true) {
                native.push(OsString::from_vec(to_bytes(part)?));
            }
            let mut text = from_native_by(drives, &native);
            if ends_with_separator(path) && !ends_with_separator(&text) {
                text.push(BACKSLASH);
            }
            return Ok(text);
        }
        Root::Relative | Root::DriveRelative(_) => {
            let current =
                std::env::current_dir().map_err(|error| crate::status::from_io(&error))?;
            let current = from_native_by(drives, &current);
            let other = match (root, current.first()) {
                (Root::DriveRelative(letter), Some(&here)) => {
                    upper(u16::from(letter)) != upper(here)
                }
                _ => false,
            };
            let current = match (root, other) {
                (Root::DriveRelative(letter), true) => vec![u16::from(letter), COLON, BACKSLASH],
                _ => current,
            };
            let head = if current.get(1) == Some(&COLON) { 3 } else { 1 };
            let names = current[head..].split(|&unit| unit == BACKSLASH);
            parts.extend(names.filter(|part| !part.is_empty()).map(<[u16]>::to_vec));
            current[..head].to_vec()
        }
    };
    for part in normalised(
        rest,
        root == Root::Network || matches!(root, Root::Drive(_)),
    ) {
        match part {
            [DOT, DOT] => _ = parts.pop(),
            part => parts.push(part.to_vec()),
        }
    }
    text.extend(parts.join(&BACKSLASH));
    if ends_with_separator(path) && !ends_with_separator(&text) {
        text.push(BACKSLASH);
    }
    Ok(text)
}

/// Where the last component begins; `None` if the path ends with a separator.
pub fn last_component(path: &[u16]) -> Option<usize> {
    let at = path
        .iter()
        .rposition(|&unit| is_separator(unit) || unit == COLON)
        .map_or(0, |at| at + 1);
    (at < path.len()).then_some(at)
}

#[cfg(test)]
mod tests;
