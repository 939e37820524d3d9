//! What is done to names: files and directories are made, deleted, renamed, copied, linked.
//!
//! Owns the Win32 rules of each. Does not own open files; what their share modes forbid is asked
//! ([`super::shared`]). Threading: any thread.

use std::ffi::CString;
use std::fs::{self, File, Metadata};
use std::io::{self, Read, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use super::about::{self, About};
use super::path::{self, not_found};
use super::shared;
use crate::status::{
    self, Code, ERROR_ACCESS_DENIED, ERROR_ALREADY_EXISTS, ERROR_DIRECTORY, ERROR_FILE_EXISTS,
    ERROR_INVALID_PARAMETER, ERROR_NOT_SAME_DEVICE, ERROR_NOT_SUPPORTED, ERROR_PATH_NOT_FOUND,
    ERROR_REQUEST_ABORTED, ERROR_SHARING_VIOLATION,
};

/// MOVEFILE_REPLACE_EXISTING.
pub const MOVE_REPLACE: u32 = 1;
/// MOVEFILE_COPY_ALLOWED.
pub const MOVE_COPY: u32 = 2;
/// MOVEFILE_DELAY_UNTIL_REBOOT.
const MOVE_DELAY: u32 = 4;
/// ERROR_UNABLE_TO_REMOVE_REPLACED.
const ERROR_UNABLE_TO_REMOVE_REPLACED: Code = 1175;
/// COPY_FILE_FAIL_IF_EXISTS.
pub const COPY_FAIL_IF_EXISTS: u32 = 1;

/// Bytes copied between two questions to a progress routine.
const COPY_STEP: usize = 1 << 20;

/// Refuses a device with 87 (observed for NUL): its name, mode and content are not the program's.
fn not_a_device(about: &Metadata) -> Result<(), Code> {
    match about::is_device(about) {
        true => Err(ERROR_INVALID_PARAMETER),
        false => Ok(()),
    }
}

fn failed(path: &Path) -> impl FnOnce(io::Error) -> Code + '_ {
    move |error| not_found(path, &error)
}

/// DeleteFileW: the name goes at once; who has the file open keeps it.
///
/// # Errors
/// 2, 3, 5 (a directory or a read-only file), 32 (open without FILE_SHARE_DELETE), 87 for a device, what
/// the system reports.
pub fn delete(name: &[u16]) -> Result<(), Code> {
    let path = path::native(name)?;
    let about = fs::symlink_metadata(&path).map_err(failed(&path))?;
    not_a_device(&about)?;
    if about.is_dir() || about::is_read_only(&about) {
        return Err(ERROR_ACCESS_DENIED);
    }
    shared::allows(&about, shared::DELETE)?;
    fs::remove_file(&path).map_err(failed(&path))
}

/// CreateDirectoryW.
///
/// # Errors
/// 183 when the name is taken, 3 when a directory on the way is missing, what the system reports.
pub fn create_directory(name: &[u16]) -> Result<(), Code> {
    let path = path::native(name)?;
    fs::create_dir(&path).map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => ERROR_ALREADY_EXISTS,
        io::ErrorKind::NotFound => ERROR_PATH_NOT_FOUND,
        _ => status::from_io(&error),
    })
}

/// RemoveDirectoryW. Of a symbolic link to a directory only the link.
///
/// # Errors
/// 2, 3, 145 (not empty), 267 (a file), 32 (open without FILE_SHARE_DELETE), what the system reports.
pub fn remove_directory(name: &[u16]) -> Result<(), Code> {
    let path = path::native(name).map_err(|code| match code {
        status::ERROR_INVALID_NAME if path::ends_with_separator(name) => ERROR_DIRECTORY,
        code => code,
    })?;
    let about = fs::symlink_metadata(&path).map_err(failed(&path))?;
    if about.is_symlink() && fs::metadata(&path).is_ok_and(|target| target.is_dir()) {
        return fs::remove_file(&path).map_err(failed(&path));
    }
    if !about.is_dir() {
        return Err(ERROR_DIRECTORY);
    }
    shared::allows(&about, shared::DELETE)?;
    // Some systems say that it exists when it is not empty.
    fs::remove_dir(&path).map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => status::ERROR_DIR_NOT_EMPTY,
        _ => not_found(&path, &error),
    })
}

/// SetCurrentDirectoryW, for the whole process.
///
/// # Errors
/// 2, 3, 267 for a file, what the system reports.
pub fn set_current_directory(name: &[u16]) -> Result<(), Code> {
    let path = path::native(name)?;
    std::env::set_current_dir(&path).map_err(|error| match error.kind() {
        io::ErrorKind::NotADirectory => ERROR_DIRECTORY,
        _ => not_found(&path, &error),
    })
}

/// SetFileAttributesW: READONLY of a file is taken; the others have no place in the system and are
/// accepted, and so is all for a directory or a device.
///
/// # Errors
/// 2, 3, 5, what the system reports.
pub fn set_attributes(path: &Path, attributes: u32) -> Result<(), Code> {
    let about = fs::metadata(path).map_err(failed(path))?;
    let is_so = about::is_read_only(&about) == (attributes & about::READONLY != 0);
    if about.is_dir() || about::is_device(&about) || is_so {
        return Ok(());
    }
    let mode = match attributes & about::READONLY != 0 {
        true => about.mode() & !0o222,
        false => about.mode() | 0o200,
    };
    let permissions = fs::Permissions::from_mode(mode & 0o7777);
    fs::set_permissions(path, permissions).map_err(failed(path))
}

/// MoveFileExW and MoveFileW (which allows a copy to another device).
///
/// # Errors
/// 2, 3, 5, 17 (another device), 32, 87 (one of them is a device), 183 (there is one, and
/// MOVEFILE_REPLACE_EXISTING is not given), 50
/// for MOVEFILE_DELAY_UNTIL_REBOOT, what the system reports.
pub fn rename(from: &[u16], to: &[u16], flags: u32) -> Result<(), Code> {
    if flags & MOVE_DELAY != 0 {
        return Err(ERROR_NOT_SUPPORTED);
    }
    let source = path::native(from)?;
    let about = fs::symlink_metadata(&source).map_err(failed(&source))?;
    shared::allows(&about, shared::DELETE)?;
    let target = new_name(&about, to)?;
    rename_native(&source, &about, &target, flags)
}

/// The name that `to` means for what is renamed: letter case as written if nothing else has the name.
fn new_name(source: &Metadata, to: &[u16]) -> Result<PathBuf, Code> {
    let resolved = path::native(to)?;
    let (Some(parent), Some(name)) = (
        resolved.parent(),
        path::native_exact(to)?
            .file_name()
            .map(|name| name.to_owned()),
    ) else {
        return Ok(resolved);
    };
    let is_source = fs::symlink_metadata(&resolved)
        .is_ok_and(|there| shared::identity(&there) == shared::identity(source));
    Ok(if is_source {
        parent.join(name)
    } else {
        resolved
    })
}

pub(crate) fn rename_native(
    source: &Path,
    about: &Metadata,
    target: &Path,
    flags: u32,
) -> Result<(), Code> {
    not_a_device(about)?;
    let there = fs::symlink_metadata(target).ok();
    if let Some(there) = &there {
        not_a_device(there)?;
        let same = shared::identity(there) == shared::identity(about);
        if !same && flags & MOVE_REPLACE == 0 {
            return Err(ERROR_ALREADY_EXISTS);
        }
        if !same && (there.is_dir() || about.is_dir() || about::is_read_only(there)) {
            return Err(ERROR_ACCESS_DENIED);
        }
        if !same {
            shared::allows(there, shared::DELETE)?;
        }
    }
    let renamed = match there.is_none() && flags & MOVE_REPLACE == 0 {
        true => rename_new(source, target),
        false => fs::rename(source, target),
    };
    match renamed {
        Ok(()) => Ok(()),
        Err(error) if error.raw_os_error() == Some(libc::EXDEV) => {
            if flags & MOVE_COPY == 0 || about.is_dir() {
                return Err(ERROR_NOT_SAME_DEVICE);
            }
            copy_native(source, target, flags & MOVE_REPLACE == 0, None)?;
            fs::remove_file(source).map_err(failed(source))
        }
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(ERROR_ALREADY_EXISTS),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Err(ERROR_PATH_NOT_FOUND),
        Err(error) => Err(status::from_io(&error)),
    }
}

/// Renames unless the name is taken, also by somebody who takes it now.
fn rename_new(source: &Path, target: &Path) -> io::Result<()> {
    let text = |path: &Path| CString::new(path.as_os_str().as_bytes()).map_err(io::Error::from);
    let (from, to) = (text(source)?, text(target)?);
    #[cfg(target_os = "linux")]
    // SAFETY: two terminated strings; the call keeps neither.
    let failed = unsafe {
        libc::syscall(
            libc::SYS_renameat2,
            libc::AT_FDCWD,
            from.as_ptr(),
            libc::AT_FDCWD,
            to.as_ptr(),
            libc::RENAME_NOREPLACE,
        )
    } != 0;
    #[cfg(target_vendor = "apple")]
    // SAFETY: two terminated strings; the call keeps neither.
    let failed = unsafe { libc::renamex_np(from.as_ptr(), to.as_ptr(), libc::RENAME_EXCL) } != 0;
    #[cfg(not(any(target_os = "linux", target_vendor = "apple")))]
    let failed = {
        let _ = (&from, &to);
        return fs::rename(source, target);
    };
    if !failed {
        return Ok(());
    }
    let error = io::Error::last_os_error();
    match error.raw_os_error() {
        // The file system does not know how.
        Some(libc::ENOSYS | libc::EINVAL | libc::ENOTSUP) => fs::rename(source, target),
        _ => Err(error),
    }
}

/// What a progress routine says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Go {
    /// PROGRESS_CONTINUE.
    On,
    /// PROGRESS_CANCEL: the copy is deleted.
    Cancel,
    /// PROGRESS_STOP: what was copied stays.
    Stop,
    /// PROGRESS_QUIET: go on without asking.
    Quiet,
}

/// Asked with the size of the file and what is copied of it.
pub type CopyProgress<'a> = &'a mut dyn FnMut(u64, u64) -> Go;

/// CopyFileExW: content, attributes and the time of the last write.
///
/// # Errors
/// 2, 3, 5 (a directory, or a read-only target), 32 (the same file, or not shared), 80 (there is one and
/// it may not be replaced), 87 (from a device), 1235 (the progress routine ended it), what the system
/// reports.
pub fn copy(
    from: &[u16],
    to: &[u16],
    flags: u32,
    go: Option<CopyProgress<'_>>,
) -> Result<(), Code> {
    let (source, target) = (path::native(from)?, path::native(to)?);
    copy_native(&source, &target, flags & COPY_FAIL_IF_EXISTS != 0, go)
}

fn copy_native(
    source: &Path,
    target: &Path,
    only_new: bool,
    go: Option<CopyProgress<'_>>,
) -> Result<(), Code> {
    let mut input = File::open(source).map_err(failed(source))?;
    let about = input.metadata().map_err(failed(source))?;
    not_a_device(&about)?;
    if about.is_dir() {
        return Err(ERROR_ACCESS_DENIED);
    }
    shared::allows(&about, shared::READ)?;
    match fs::metadata(target) {
        Ok(_) if only_new => return Err(ERROR_FILE_EXISTS),
        Ok(there) if there.is_dir() || about::is_read_only(&there) => {
            return Err(ERROR_ACCESS_DENIED);
        }
        Ok(there) if shared::identity(&there) == shared::identity(&about) => {
            return Err(ERROR_SHARING_VIOLATION);
        }
        Ok(there) => shared::allows(&there, shared::WRITE)?,
        Err(_) => {}
    }
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(only_new);
    options.create(true).truncate(true);
    let mut output = options.open(target).map_err(failed(target))?;
    // What is no file, such as NUL, takes the bytes and stays what it is.
    let is_file = output.metadata().is_ok_and(|there| there.is_file());
    let copied = match go {
        None => io::copy(&mut input, &mut output).map(|_| Go::On),
        Some(go) => copy_steps(&mut input, &mut output, about.len(), go),
    };
    let copied = copied.map_err(|error| status::from_io(&error));
    if is_file && matches!(copied, Err(_) | Ok(Go::Cancel)) {
        // What is half a copy is no copy; that it cannot be deleted changes nothing.
        let _ = fs::remove_file(target);
    }
    if matches!(copied?, Go::Cancel | Go::Stop) {
        return Err(ERROR_REQUEST_ABORTED);
    }
    if !is_file {
        return Ok(());
    }
    let times = about
        .modified()
        .map(|time| fs::FileTimes::new().set_modified(time));
    if let Ok(times) = times {
        // A file system without times has none to keep.
        let _ = output.set_times(times);
    }
    let mode = fs::Permissions::from_mode(about.mode() & 0o777);
    output.set_permissions(mode).map_err(failed(target))
}

fn copy_steps(from: &mut File, to: &mut File, size: u64, go: CopyProgress<'_>) -> io::Result<Go> {
    let mut buffer = vec![0; COPY_STEP];
    let (mut done, mut quiet) = (0, false);
    loop {
        match if quiet { Go::On } else { go(size, done) } {
            Go::On => {}
            Go::Quiet => quiet = true,
            ends => return Ok(ends),
        }
        let read = from.read(&mut buffer)?;
        if read == 0 {
            return Ok(Go::On);
        }
        to.write_all(&buffer[..read])?;
        done += read as u64;
    }
}

/// ReplaceFileW: `by` takes the name of `replaced`, which is kept under the name `backup` if there is
/// one; the file keeps the attributes of the one it replaces.
///
/// # Errors
/// 2 when one is missing, 32 (also for the same file twice), 87 for a device, 1175 for a backup with the
/// name of one of the two (assumed), what the system reports.
pub fn replace(replaced: &[u16], by: &[u16], backup: Option<&[u16]>) -> Result<(), Code> {
    let (old, new) = (path::native(replaced)?, path::native(by)?);
    let about_old = fs::metadata(&old).map_err(failed(&old))?;
    let about_new = fs::metadata(&new).map_err(failed(&new))?;
    not_a_device(&about_old).and(not_a_device(&about_new))?;
    if about_old.is_dir() || about_new.is_dir() || about::is_read_only(&about_old) {
        return Err(ERROR_ACCESS_DENIED);
    }
    if is_same_name(&old, &new) {
        return Err(ERROR_SHARING_VIOLATION);
    }
    shared::allows(&about_old, shared::DELETE)?;
    shared::allows(&about_new, shared::DELETE)?;
    if let Some(backup) = backup {
        let backup = path::native(backup)?;
        if is_same_name(&backup, &old) || is_same_name(&backup, &new) {
            return Err(ERROR_UNABLE_TO_REMOVE_REPLACED);
        }
        if let Ok(there) = fs::symlink_metadata(&backup) {
            not_a_device(&there)?;
        }
        // The name is never without a file: the old one keeps it until the new one has it.
        let _ = fs::remove_file(&backup);
        if fs::hard_link(&old, &backup).is_err() {
            fs::rename(&old, &backup).map_err(failed(&backup))?;
        }
    }
    let mode = fs::Permissions::from_mode(about_old.mode() & 0o7777);
    fs::set_permissions(&new, mode).map_err(failed(&new))?;
    fs::rename(&new, &old).map_err(failed(&old))?;
    if shared::identity(&about_old) == shared::identity(&about_new) {
        // Of two names of one file the system has kept both.
        fs::remove_file(&new).map_err(failed(&new))?;
    }
    Ok(())
}

/// Whether two paths are one name of one file, and not two hard links to it.
fn is_same_name(one: &Path, other: &Path) -> bool {
    let (Ok(here), Ok(there)) = (fs::symlink_metadata(one), fs::symlink_metadata(other)) else {
        return false;
    };
    if shared::identity(&here) != shared::identity(&there) {
        return false;
    }
    let folder = |path: &Path| match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => fs::canonicalize(folder).ok(),
        _ => fs::canonicalize(".").ok(),
    };
    here.nlink() == 1 || one.file_name() == other.file_name() && folder(one) == folder(other)
}

/// CreateHardLinkW.
///
/// # Errors
/// 2, 3, 5 for a directory, 17, 87 for a device, 183, what the system reports.
pub fn hard_link(name: &[u16], existing: &[u16]) -> Result<(), Code> {
    let (name, existing) = (path::native(name)?, path::native(existing)?);
    let about = fs::metadata(&existing).map_err(failed(&existing))?;
    not_a_device(&about)?;
    if about.is_dir() {
        return Err(ERROR_ACCESS_DENIED);
    }
    fs::hard_link(&existing, &name).map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => ERROR_ALREADY_EXISTS,
        _ => not_found(&name, &error),
    })
}

/// CreateSymbolicLinkW: what it leads to need not be there.
///
/// # Errors
/// 3, 183, what the system reports.
pub fn symbolic_link(name: &[u16], target: &[u16]) -> Result<(), Code> {
    let (name, target) = (path::native(name)?, path::native_exact(target)?);
    std::os::unix::fs::symlink(&target, &name).map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => ERROR_ALREADY_EXISTS,
        io::ErrorKind::NotFound => ERROR_PATH_NOT_FOUND,
        _ => status::from_io(&error),
    })
}

/// What a name means, for GetFileAttributesW and its relatives.
///
/// # Errors
/// 2, 3, 5, 123 and what the system reports.
pub fn about(name: &[u16]) -> Result<About, Code> {
    About::of_path(&path::native(name)?)
}

/// GetLongPathNameW: the path with the letter case that the names have. There are no short names, so
/// this is GetShortPathNameW, too.
///
/// # Errors
/// 2, 3 when it is not there.
pub fn long_name(name: &[u16]) -> Result<Vec<u16>, Code> {
    let native = path::native(name)?;
    About::of_path(&native)?;
    let mut text = match native.is_absolute() {
        true => path::from_native(&native),
        false => {
            let units = path::units(native.as_os_str());
            let slash = u16::from(b'/');
            units
                .iter()
                .map(|&unit| {
                    if unit == slash {
                        u16::from(b'\\')
                    } else {
                        unit
                    }
                })
                .collect()
        }
    };
    if path::ends_with_separator(name) && !path::ends_with_separator(&text) {
        text.push(u16::from(b'\\'));
    }
    Ok(text)
}

/// GetTempFileNameW: the name `<directory>\<prefix><hex of unique>.tmp`, with `/` if the directory is
/// written with `/` alone. With `unique` 0 a number is chosen whose file did not exist, and the file is
/// created, empty. Returns the name and the number.
///
/// # Errors
/// 267 when the directory does not exist, 123 for a bad prefix, what the system reports.
pub fn temporary(directory: &[u16], prefix: &[u16], unique: u16) -> Result<(Vec<u16>, u16), Code> {
    let folder = path::native(directory).unwrap_or_default();
    if !folder.is_dir() {
        return Err(ERROR_DIRECTORY);
    }
    let mut start = directory.to_vec();
    if !path::ends_with_separator(directory) {
        let slashes =
            directory.contains(&u16::from(b'/')) && !directory.contains(&u16::from(b'\\'));
        start.push(u16::from(if slashes { b'/' } else { b'\\' }));
    }
    start.extend(&prefix[..prefix.len().min(3)]);
    let name = |number: u16| {
        let mut name = start.clone();
        name.extend(format!("{number:X}.tmp").encode_utf16());
        name
    };
    if prefix.iter().any(|&unit| path::is_separator(unit)) {
        return Err(status::ERROR_INVALID_NAME);
    }
    if unique != 0 {
        return Ok((name(unique), unique));
    }
    let first = crate::time::tick_count() as u16;
    for step in 0..=u16::MAX {
        let number = first.wrapping_add(step);
        if number == 0 {
            continue;
        }
        let created = fs::OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(path::native(&name(number))?);
        match created {
            Ok(_) => return Ok((name(number), number)),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(status::from_io(&error)),
        }
    }
    Err(ERROR_FILE_EXISTS)
}

/// SetFileTime: access and last write; the time of creation cannot be set.
///
/// # Errors
/// 87 for a time that the system cannot keep, what the system reports.
pub fn set_times(file: &File, accessed: Option<i64>, written: Option<i64>) -> Result<(), Code> {
    let system = |time: i64| crate::time::to_system(time).ok_or(ERROR_INVALID_PARAMETER);
    let mut times = fs::FileTimes::new();
    if let Some(time) = accessed {
        times = times.set_accessed(system(time)?);
    }
    if let Some(time) = written {
        times = times.set_modified(system(time)?);
    }
    file.set_times(times)
        .map_err(|error| status::from_io(&error))
}
