//! What an open file is: attributes, times, identity, names; and changing them.
//!
//! Owns the C form and the layouts of FILE_INFO_BY_HANDLE_CLASS. Threading: any thread.

use std::ffi::c_void;
use std::fs;

use super::find::halves;
use super::text::store_or_need;
use super::{Bool, fence, fence_bool, not_null, object_as, put};
use crate::files::about::{self, About};
use crate::files::{names, path};
use crate::handle::Handle;
use crate::io::file::File;
use crate::status::{
    self, Code, ERROR_ACCESS_DENIED, ERROR_BAD_LENGTH, ERROR_INVALID_FUNCTION,
    ERROR_INVALID_PARAMETER, ERROR_MORE_DATA, ERROR_NOT_SUPPORTED, ERROR_PATH_NOT_FOUND,
};

/// BY_HANDLE_FILE_INFORMATION. 52 bytes. Times are FILETIMEs, low half first.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
#[allow(
    missing_docs,
    non_snake_case,
    reason = "documented names of a C structure"
)]
pub struct BY_HANDLE_FILE_INFORMATION {
    pub dwFileAttributes: u32,
    pub ftCreationTime: [u32; 2],
    pub ftLastAccessTime: [u32; 2],
    pub ftLastWriteTime: [u32; 2],
    pub dwVolumeSerialNumber: u32,
    pub nFileSizeHigh: u32,
    pub nFileSizeLow: u32,
    pub nNumberOfLinks: u32,
    pub nFileIndexHigh: u32,
    pub nFileIndexLow: u32,
}

#[repr(C)]
#[derive(Clone, Copy)]
struct BasicInfo {
    created: i64,
    accessed: i64,
    written: i64,
    changed: i64,
    attributes: u32,
}

#[repr(C)]
struct StandardInfo {
    allocated: i64,
    end: i64,
    links: u32,
    delete_pending: u8,
    directory: u8,
}

#[repr(C)]
struct IdInfo {
    volume: u64,
    id: [u64; 2],
}

const FILE_BASIC_INFO: i32 = 0;
const FILE_STANDARD_INFO: i32 = 1;
const FILE_NAME_INFO: i32 = 2;
const FILE_RENAME_INFO: i32 = 3;
const FILE_DISPOSITION_INFO: i32 = 4;
const FILE_ALLOCATION_INFO: i32 = 5;
const FILE_END_OF_FILE_INFO: i32 = 6;
const FILE_ATTRIBUTE_TAG_INFO: i32 = 9;
const FILE_ID_INFO: i32 = 18;
/// Where the length and the name of FILE_RENAME_INFO are.
const RENAME_LENGTH_AT: usize = 16;
const RENAME_NAME_AT: usize = 20;

const VOLUME_NAME_NONE: u32 = 4;
const VOLUME_NAME_BITS: u32 = 7;

/// Whether there is such a class of information.
fn is_class(class: i32) -> bool {
    (0..25).contains(&class)
}

fn about_of(file: &File) -> Result<About, Code> {
    let metadata = file.file().metadata();
    let metadata = metadata.map_err(|error| status::from_io(&error))?;
    Ok(About::of(&metadata, file.path().as_deref()))
}

/// GetFileInformationByHandle: tells attributes, times, size, links and identity of an open file.
///
/// Differs: the volume's serial number and the index are the system's device and file number.
///
/// # Safety
/// `information` is NULL (87) or valid for a write.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetFileInformationByHandle(
    file: Handle,
    information: *mut BY_HANDLE_FILE_INFORMATION,
) -> Bool {
    fence_bool(|| {
        not_null(information)?;
        let about = about_of(&*object_as::<File>(file)?)?;
        let told = BY_HANDLE_FILE_INFORMATION {
            dwFileAttributes: about.attributes,
            ftCreationTime: halves(about.created),
            ftLastAccessTime: halves(about.accessed),
            ftLastWriteTime: halves(about.written),
            dwVolumeSerialNumber: about.volume,
            nFileSizeHigh: (about.size >> 32) as u32,
            nFileSizeLow: about.size as u32,
            nNumberOfLinks: about.links,
            nFileIndexHigh: (about.index >> 32) as u32,
            nFileIndexLow: about.index as u32,
        };
        // SAFETY: valid by the contract of this function.
        unsafe { put(information, told) };
        Ok(())
    })
}

/// Writes a structure into a buffer; 24 when it does not fit.
unsafe fn tell<T>(buffer: *mut c_void, bytes: u32, value: T) -> Result<(), Code> {
    if (bytes as usize) < size_of::<T>() {
        return Err(ERROR_BAD_LENGTH);
    }
    // SAFETY: room by the contract of the callers, as just compared.
    unsafe { put(buffer.cast::<T>(), value) };
    Ok(())
}

/// GetFileInformationByHandleEx: tells one class of information about an open file.
///
/// Errors: 24 for a short buffer (234 for a name that does not fit), 87 for an unknown class.
///
/// Partial: the classes FileBasicInfo, FileStandardInfo, FileNameInfo, FileAttributeTagInfo and FileIdInfo;
/// others give 50.
///
/// # Safety
/// `buffer` is NULL (87) or has room for `bytes`.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetFileInformationByHandleEx(
    file: Handle,
    class: i32,
    buffer: *mut c_void,
    bytes: u32,
) -> Bool {
    fence_bool(|| {
        not_null(buffer)?;
        let file = object_as::<File>(file)?;
        let about = about_of(&file)?;
        // SAFETY: room by the contract of this function.
        unsafe {
            match class {
                FILE_BASIC_INFO => {
                    let info = BasicInfo {
                        created: about.created,
                        accessed: about.accessed,
                        written: about.written,
                        changed: about.changed,
                        attributes: about.attributes,
                    };
                    tell(buffer, bytes, info)
                }
                FILE_STANDARD_INFO => {
                    let info = StandardInfo {
                        allocated: i64::try_from(about.allocated).unwrap_or(i64::MAX),
                        end: i64::try_from(about.size).unwrap_or(i64::MAX),
                        links: about.links,
                        delete_pending: u8::from(file.is_delete_pending()),
                        directory: u8::from(about.attributes & about::DIRECTORY != 0),
                    };
                    tell(buffer, bytes, info)
                }
                FILE_NAME_INFO => tell_name(&file, buffer, bytes),
                FILE_ATTRIBUTE_TAG_INFO => tell(buffer, bytes, [about.attributes, about.tag]),
                FILE_ID_INFO => {
                    let volume = u64::from(about.volume);
                    let id = [about.index, 0];
                    tell(buffer, bytes, IdInfo { volume, id })
                }
                other if is_class(other) => Err(ERROR_NOT_SUPPORTED),
                _ => Err(ERROR_INVALID_PARAMETER),
            }
        }
    })
}

/// FILE_NAME_INFO: bytes of the name, then as much of it as fits; without the drive.
unsafe fn tell_name(file: &File, buffer: *mut c_void, bytes: u32) -> Result<(), Code> {
    let room = (bytes as usize).checked_sub(4).ok_or(ERROR_BAD_LENGTH)? / 2;
    let name = without_drive(final_name(file)?);
    // SAFETY: four bytes and `room` units by the contract of the caller.
    unsafe {
        put(buffer.cast::<u32>(), (name.len() * 2) as u32);
        let units = buffer.cast::<u8>().add(4).cast::<u16>();
        for (at, &unit) in name.iter().take(room).enumerate() {
            put(units.wrapping_add(at), unit);
        }
    }
    match name.len() > room {
        true => Err(ERROR_MORE_DATA),
        false => Ok(()),
    }
}

fn without_drive(name: Vec<u16>) -> Vec<u16> {
    match name.get(1) == Some(&u16::from(b':')) {
        true => name[2..].to_vec(),
        false => name,
    }
}

/// The absolute path of an open file, with its drive.
fn final_name(file: &File) -> Result<Vec<u16>, Code> {
    #[cfg(target_os = "linux")]
    {
        use std::os::fd::AsRawFd;
        let link = format!("/proc/self/fd/{}", file.as_raw_fd());
        if let Ok(name) = fs::read_link(link) {
            if name.is_absolute() {
                return Ok(path::from_native(&name));
            }
        }
    }
    let name = file.path().ok_or(ERROR_INVALID_FUNCTION)?;
    let name = fs::canonicalize(&name).map_err(|error| status::from_io(&error))?;
    Ok(path::from_native(&name))
}

/// GetFinalPathNameByHandleW: tells the path of an open file, without symbolic links, as `\\?\C:\...`.
///
/// Returns the length without NUL, or the room that is needed with it; 0 on failure. VOLUME_NAME_NONE leaves
/// out prefix and drive; VOLUME_NAME_GUID and VOLUME_NAME_NT give 3.
///
/// # Safety
/// `buffer` is NULL or has room for `room` units.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetFinalPathNameByHandleW(
    file: Handle,
    buffer: *mut u16,
    room: u32,
    flags: u32,
) -> u32 {
    // SAFETY: the same contract.
    fence(0, || unsafe {
        Ok(store_or_need(buffer, room, &final_path(file, flags)?))
    })
}

/// GetFinalPathNameByHandleA: works like [`GetFinalPathNameByHandleW`] in UTF-8.
///
/// # Safety
/// `buffer` is NULL or has room for `room` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetFinalPathNameByHandleA(
    file: Handle,
    buffer: *mut u8,
    room: u32,
    flags: u32,
) -> u32 {
    // SAFETY: the same contract.
    fence(0, || unsafe {
        Ok(store_or_need(buffer, room, &final_path(file, flags)?))
    })
}

fn final_path(file: Handle, flags: u32) -> Result<Vec<u16>, Code> {
    let name = final_name(&*object_as::<File>(file)?)?;
    match flags & VOLUME_NAME_BITS {
        0 => Ok(r"\\?\".encode_utf16().chain(name).collect()),
        VOLUME_NAME_NONE => Ok(without_drive(name)),
        _ => Err(ERROR_PATH_NOT_FOUND),
    }
}

/// SetFileInformationByHandle: changes one class of information about an open file.
///
/// Errors: 5 without the access that it needs, 24 for a short buffer, 87 for an unknown class.
///
/// Partial: the classes FileBasicInfo, FileRenameInfo, FileDispositionInfo, FileAllocationInfo and
/// FileEndOfFileInfo; others give 50. The time of creation cannot be set.
///
/// # Safety
/// `buffer` is NULL (87) or holds `bytes`.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SetFileInformationByHandle(
    file: Handle,
    class: i32,
    buffer: *const c_void,
    bytes: u32,
) -> Bool {
    fence_bool(|| {
        not_null(buffer)?;
        let file = object_as::<File>(file)?;
        // SAFETY: so many bytes by the contract of this function.
        unsafe {
            match class {
                FILE_BASIC_INFO => set_basic(&file, ask(buffer, bytes)?),
                FILE_RENAME_INFO => rename(&file, buffer, bytes),
                FILE_DISPOSITION_INFO => {
                    let delete: u8 = ask(buffer, bytes)?;
                    set_disposition(&file, delete != 0)
                }
                FILE_ALLOCATION_INFO | FILE_END_OF_FILE_INFO => {
                    let length: i64 = ask(buffer, bytes)?;
                    let length = u64::try_from(length).map_err(|_| ERROR_INVALID_PARAMETER)?;
                    // Room that is allocated ahead changes nothing that can be seen.
                    match class == FILE_ALLOCATION_INFO && length >= file.length()? {
                        true => Ok(()),
                        false => file.set_length(length),
                    }
                }
                other if is_class(other) => Err(ERROR_NOT_SUPPORTED),
                _ => Err(ERROR_INVALID_PARAMETER),
            }
        }
    })
}

/// Reads a structure from a buffer; 24 when that is shorter.
unsafe fn ask<T: Copy>(buffer: *const c_void, bytes: u32) -> Result<T, Code> {
    if (bytes as usize) < size_of::<T>() {
        return Err(ERROR_BAD_LENGTH);
    }
    // SAFETY: so many bytes by the contract of the callers.
    Ok(unsafe { buffer.cast::<T>().read_unaligned() })
}

fn set_basic(file: &File, info: BasicInfo) -> Result<(), Code> {
    // 0 leaves a time as it is; -1 (and -2) turn its updates off and on, which the system cannot.
    let time = |time: i64| (time > 0).then_some(time);
    if [info.created, info.accessed, info.written]
        .iter()
        .any(|&time| time < -2)
    {
        return Err(ERROR_INVALID_PARAMETER);
    }
    names::set_times(file.file(), time(info.accessed), time(info.written))?;
    match (info.attributes, file.path()) {
        (0, _) | (_, None) => Ok(()),
        (attributes, Some(path)) => names::set_attributes(&path, attributes),
    }
}

fn set_disposition(file: &File, delete: bool) -> Result<(), Code> {
    if !file.is_deletable() {
        return Err(ERROR_ACCESS_DENIED);
    }
    let about = file
        .file()
        .metadata()
        .map_err(|error| status::from_io(&error))?;
    if delete && about.is_file() && about::is_read_only(&about) {
        return Err(ERROR_ACCESS_DENIED);
    }
    if delete && about.is_dir() {
        let entries = file.path().and_then(|path| fs::read_dir(path).ok());
        if entries.is_some_and(|mut entries| entries.next().is_some()) {
            return Err(status::ERROR_DIR_NOT_EMPTY);
        }
    }
    file.set_delete(delete);
    Ok(())
}

/// FILE_RENAME_INFO: whether to replace, a directory that must be NULL, the length of the name, the name.
unsafe fn rename(file: &File, buffer: *const c_void, bytes: u32) -> Result<(), Code> {
    let bytes = bytes as usize;
    if bytes < RENAME_NAME_AT {
        return Err(ERROR_BAD_LENGTH);
    }
    let base = buffer.cast::<u8>();
    // SAFETY: the fixed part is there, as just compared; the name is, as compared below.
    let name: Vec<u16> = unsafe {
        let length = base.add(RENAME_LENGTH_AT).cast::<u32>().read_unaligned() as usize;
        if length > bytes - RENAME_NAME_AT {
            return Err(ERROR_BAD_LENGTH);
        }
        let units = base.add(RENAME_NAME_AT).cast::<u16>();
        (0..length / 2)
            .map(|at| units.add(at).read_unaligned())
            .collect()
    };
    // SAFETY: as above.
    let replace = unsafe { base.read() } != 0;
    if !file.is_deletable() {
        return Err(ERROR_ACCESS_DENIED);
    }
    let source = file.path().ok_or(ERROR_INVALID_FUNCTION)?;
    let target = path::native(&name)?;
    let about = file
        .file()
        .metadata()
        .map_err(|error| status::from_io(&error))?;
    let flags = if replace { names::MOVE_REPLACE } else { 0 };
    names::rename_native(&source, &about, &target, flags)?;
    file.set_path(std::path::absolute(&target).unwrap_or(target));
    Ok(())
}

/// GetFileTime: tells the times of creation, last access and last write.
///
/// # Safety
/// The last three are NULL or valid for a write.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetFileTime(
    file: Handle,
    created: *mut [u32; 2],
    accessed: *mut [u32; 2],
    written: *mut [u32; 2],
) -> Bool {
    fence_bool(|| {
        let about = about_of(&*object_as::<File>(file)?)?;
        // SAFETY: NULL or valid by the contract of this function.
        unsafe {
            put(created, halves(about.created));
            put(accessed, halves(about.accessed));
            put(written, halves(about.written));
        }
        Ok(())
    })
}

/// SetFileTime: sets the times of last access and last write; NULL, 0 and -1 leave one as it is.
///
/// Differs: the time of creation cannot be set, and is ignored.
///
/// # Safety
/// The last three are NULL or valid.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SetFileTime(
    file: Handle,
    _created: *const [u32; 2],
    accessed: *const [u32; 2],
    written: *const [u32; 2],
) -> Bool {
    fence_bool(|| {
        // SAFETY: NULL or valid by the contract of this function.
        let time = |time: *const [u32; 2]| unsafe {
            let [low, high] = if time.is_null() {
                [0, 0]
            } else {
                time.read_unaligned()
            };
            i64::from(high as i32) << 32 | i64::from(low)
        };
        let given = |time: i64| (time != 0 && time != -1).then_some(time);
        let (accessed, written) = (given(time(accessed)), given(time(written)));
        names::set_times(object_as::<File>(file)?.file(), accessed, written)
    })
}

const _: () = assert!(size_of::<BY_HANDLE_FILE_INFORMATION>() == 52);
const _: () = assert!(size_of::<BasicInfo>() == 40);
const _: () = assert!(size_of::<StandardInfo>() == 24);
const _: () = assert!(size_of::<IdInfo>() == 24);
