//! Files and descriptors.

use std::fs;
use std::os::fd::{AsRawFd, IntoRawFd};
use std::path::PathBuf;
use std::ptr::{null, null_mut};

use super::*;
use crate::api::errors::*;
use crate::api::file_names::*;
use crate::api::files::*;
use crate::api::overlapped::*;
use crate::api::ports::*;
use crate::handle::INVALID_HANDLE_VALUE;

pub(super) const READ: u32 = 0x8000_0000;
pub(super) const WRITE: u32 = 0x4000_0000;

/// A directory of the test's own, removed when dropped.
pub(super) struct Dir(PathBuf);

impl Dir {
    pub(super) fn new(name: &str) -> Dir {
        let path =
            std::env::temp_dir().join(format!("httpsys-win32-{}-{name}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        assert!(fs::create_dir_all(&path).is_ok());
        Dir(path)
    }
    pub(super) fn path(&self, name: &str) -> String {
        self.0.join(name).to_str().unwrap_or_default().to_owned()
    }
}

impl Drop for Dir {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

pub(super) fn create(path: &str, access: u32, disposition: u32, flags: u32) -> Handle {
    let name = wide(path);
    // SAFETY: a terminated name.
    unsafe {
        CreateFileW(
            name.as_ptr(),
            access,
            0,
            null(),
            disposition,
            flags,
            null_mut(),
        )
    }
}

fn refused(path: &str, access: u32, disposition: u32, code: u32) {
    assert_eq!(
        create(path, access, disposition, 0),
        INVALID_HANDLE_VALUE,
        "{path}"
    );
    assert_eq!(GetLastError(), code, "{path}");
}

fn write(handle: Handle, bytes: &[u8]) -> (i32, u32) {
    let mut count = 77;
    // SAFETY: valid pointers.
    let done = unsafe {
        WriteFile(
            handle,
            bytes.as_ptr().cast(),
            bytes.len() as u32,
            &mut count,
            null_mut(),
        )
    };
    (done, count)
}

fn read(handle: Handle, room: usize) -> (i32, Vec<u8>) {
    let (mut buffer, mut count) = (vec![0; room], 77);
    // SAFETY: valid pointers.
    let done = unsafe {
        ReadFile(
            handle,
            buffer.as_mut_ptr().cast(),
            room as u32,
            &mut count,
            null_mut(),
        )
    };
    buffer.truncate(count as usize);
    (done, buffer)
}

#[test]
fn write_then_read_and_the_end_of_the_file() {
    let dir = Dir::new("rw");
    let path = dir.path("grüße😀.txt");
    let handle = create(&path, WRITE, 1, 0x80);
    assert_eq!(GetLastError(), 0);
    assert_eq!(write(handle, b"hello"), (1, 5));
    assert_eq!((read(handle, 4).0, GetLastError()), (0, 5));
    assert_eq!(CloseHandle(handle), 1);
    assert_eq!(fs::read(&path).ok().as_deref(), Some(&b"hello"[..]));
    let handle = create(&path.replace('/', "\\"), READ, 3, 0);
    assert_eq!(read(handle, 3), (1, b"hel".to_vec()));
    assert_eq!(read(handle, 30), (1, b"lo".to_vec()));
    assert_eq!(read(handle, 30), (1, vec![]));
    assert_eq!((write(handle, b"x"), GetLastError()), ((0, 0), 5));
    assert_eq!(CloseHandle(handle), 1);
    failed_with(read(handle, 1).0, 6);
}

#[test]
fn dispositions() {
    let dir = Dir::new("dispositions");
    let path = dir.path("f");
    refused(&path, READ, 3, 2);
    refused(&path, READ | WRITE, 5, 2);
    refused(&dir.path("none/f"), READ, 3, 3);
    refused(&path, READ, 0, 87);
    refused(&path, READ, 6, 87);
    refused("", READ, 3, 3);
    assert_eq!(CloseHandle(create(&path, READ, 4, 0)), 1);
    assert_eq!(GetLastError(), 0);
    refused(&path, WRITE, 1, 80);
    refused(&path, READ, 5, 87);
    assert!(fs::write(&path, "data").is_ok());
    assert_eq!(CloseHandle(create(&path, READ, 4, 0)), 1);
    assert_eq!(
        (GetLastError(), fs::read(&path).ok()),
        (183, Some(b"data".to_vec()))
    );
    assert_eq!(CloseHandle(create(&path, READ, 2, 0)), 1);
    assert_eq!((GetLastError(), fs::read(&path).ok()), (183, Some(vec![])));
    assert!(fs::write(&path, "data").is_ok());
    assert_eq!(CloseHandle(create(&path, WRITE, 5, 0)), 1);
    assert_eq!(fs::read(&path).ok(), Some(vec![]));
    // Directories need FILE_FLAG_BACKUP_SEMANTICS.
    refused(dir.0.to_str().unwrap_or_default(), READ, 3, 5);
    // SAFETY: NULL is refused; a lone surrogate is no name.
    unsafe {
        assert_eq!(
            CreateFileW(null(), READ, 0, null(), 3, 0, null_mut()),
            INVALID_HANDLE_VALUE
        );
        assert_eq!(GetLastError(), 87);
        let lone = [0xD800u16, 0];
        assert_eq!(
            CreateFileW(lone.as_ptr(), READ, 0, null(), 3, 0, null_mut()),
            INVALID_HANDLE_VALUE
        );
        assert_eq!(GetLastError(), 123);
    }
}

#[test]
fn append_access_and_delete_on_close() {
    let dir = Dir::new("append");
    let path = dir.path("f");
    assert!(fs::write(&path, "one").is_ok());
    let handle = create(&path, 0x4, 3, 0x0400_0000 | 0x8000_0000);
    assert_eq!(write(handle, b"two"), (1, 3));
    assert_eq!(fs::read(&path).ok(), Some(b"onetwo".to_vec()));
    assert_eq!(CloseHandle(handle), 1);
    assert!(!fs::exists(&path).unwrap_or(true));
}

#[test]
fn an_overlapped_read_uses_its_offset_and_completes_once() {
    let dir = Dir::new("overlapped");
    let path = dir.path("f");
    assert!(fs::write(&path, "0123456789").is_ok());
    let handle = create(&path, READ | WRITE, 3, 0x4000_0000);
    let port = CreateIoCompletionPort(handle, null_mut(), 5, 0);
    let mut ov = overlapped(null_mut());
    let at = &raw const ov as usize;
    ov.Offset = 4;
    let (mut buffer, mut count) = ([0u8; 3], 0);
    let to = buffer.as_mut_ptr().cast();
    // SAFETY: valid pointers; each operation has ended before the next one.
    unsafe {
        // The end comes within the call or later; either way there is one packet.
        let ended = |began: i32, ov: &mut OVERLAPPED, count: &mut u32| {
            assert!(began == 1 || GetLastError() == 997);
            GetOverlappedResult(handle, ov, count, 1)
        };
        let began = ReadFile(handle, to, 3, null_mut(), &mut ov);
        assert_eq!(ended(began, &mut ov, &mut count), 1);
        assert_eq!((&buffer, packets(port, 1)), (b"456", vec![(5, at, 0, 3)]));
        ov.Offset = 100;
        let began = ReadFile(handle, to, 3, &mut count, &mut ov);
        if began == 0 && GetLastError() == 997 {
            failed_with(GetOverlappedResult(handle, &mut ov, &mut count, 1), 38);
            assert_eq!(packets(port, 1), vec![(5, at, 0xC000_0011, 0)]);
        } else {
            failed_with(began, 38);
            assert_eq!(drain(port), vec![]);
        }
        assert_eq!(ov.Internal, 0xC000_0011);
        (ov.Offset, ov.OffsetHigh) = (u32::MAX, u32::MAX);
        let began = WriteFile(handle, b"ab".as_ptr().cast(), 2, &mut count, &mut ov);
        assert_eq!(ended(began, &mut ov, &mut count), 1);
        assert_eq!((count, packets(port, 1)), (2, vec![(5, at, 0, 2)]));
        (ov.Offset, ov.OffsetHigh) = (0, u32::MAX);
        let began = ReadFile(handle, to, 3, &mut count, &mut ov);
        assert!(began == 0);
        assert_eq!(GetOverlappedResult(handle, &mut ov, &mut count, 1), 0);
        failed_with(ReadFile(handle, to, 3, &mut count, null_mut()), 87);
    }
    assert_eq!(fs::read(&path).ok(), Some(b"0123456789ab".to_vec()));
    assert_eq!((CloseHandle(port), CloseHandle(handle)), (1, 1));
}

#[test]
fn bad_buffers_are_errors() {
    let dir = Dir::new("buffers");
    let path = dir.path("f");
    assert!(fs::write(&path, "data").is_ok());
    let handle = create(&path, READ | WRITE, 3, 0);
    let mut count = 0;
    // SAFETY: the kernel refuses the address 16.
    unsafe {
        failed_with(
            ReadFile(handle, 16 as *mut _, 4, &mut count, null_mut()),
            998,
        );
        failed_with(
            WriteFile(handle, 16 as *const _, 4, &mut count, null_mut()),
            998,
        );
        failed_with(ReadFile(handle, null_mut(), 4, &mut count, null_mut()), 87);
        failed_with(
            ReadFile(handle, &raw mut count as *mut _, 4, null_mut(), null_mut()),
            87,
        );
        failed_with(WriteFile(handle, null(), 4, &mut count, null_mut()), 87);
        assert_eq!(WriteFile(handle, null(), 0, &mut count, null_mut()), 1);
    }
    assert_eq!(CloseHandle(handle), 1);
}

#[test]
fn names_in_utf8_and_the_size_of_a_file() {
    let dir = Dir::new("narrow");
    let name = std::ffi::CString::new(dir.path("größe")).unwrap_or_default();
    let name: *const u8 = name.as_ptr().cast();
    let mut size = -1;
    // SAFETY: terminated names and valid pointers.
    unsafe {
        let create = |disposition| CreateFileA(name, WRITE, 0, null(), disposition, 0, null_mut());
        let file = create(1);
        assert!(dir.0.join("größe").exists());
        assert_eq!(GetFileSizeEx(file, &mut size), 1);
        assert_eq!(size, 0);
        assert_eq!(write(file, b"hello"), (1, 5));
        assert_eq!(GetFileSizeEx(file, &mut size), 1);
        assert_eq!(size, 5);
        failed_with(GetFileSizeEx(file, null_mut()), 87);
        assert_eq!(CloseHandle(file), 1);
        failed_with(GetFileSizeEx(file, &mut size), 6);
        assert_eq!(
            create(1),
            INVALID_HANDLE_VALUE,
            "CREATE_NEW, and it is there"
        );
        assert_eq!(GetLastError(), 80);
        assert_eq!(DeleteFileA(name), 1);
        failed_with(DeleteFileA(name), 2);
        failed_with(DeleteFileA(null()), 87);
        failed_with(DeleteFileA(c"\xff".as_ptr().cast()), 123);
    }
}

#[test]
fn delete_file() {
    let dir = Dir::new("delete");
    let path = dir.path("f");
    assert!(fs::write(&path, "").is_ok());
    let delete = |path: &str| {
        let name = wide(path);
        // SAFETY: a terminated name.
        unsafe { DeleteFileW(name.as_ptr()) }
    };
    assert_eq!(delete(&path), 1);
    failed_with(delete(&path), 2);
    failed_with(delete(&dir.path("none/f")), 3);
    failed_with(delete(dir.0.to_str().unwrap_or_default()), 5);
}

#[test]
fn temporary_file_names() {
    let dir = Dir::new("temp");
    let (path, prefix) = (wide(dir.0.to_str().unwrap_or_default()), wide("Newer"));
    let mut name = [0u16; 260];
    let text = |name: &[u16]| {
        String::from_utf16_lossy(&name[..name.iter().position(|&u| u == 0).unwrap_or(0)])
    };
    // SAFETY: terminated strings and a buffer of MAX_PATH.
    unsafe {
        assert_eq!(
            GetTempFileNameW(path.as_ptr(), prefix.as_ptr(), 0x1_00AB, name.as_mut_ptr()),
            0xAB
        );
        assert_eq!(text(&name), dir.path("NewAB.tmp"));
        assert!(!fs::exists(text(&name)).unwrap_or(true));
        let first = GetTempFileNameW(path.as_ptr(), prefix.as_ptr(), 0, name.as_mut_ptr());
        assert!(first != 0 && fs::exists(text(&name)).unwrap_or(false));
        let second = GetTempFileNameW(path.as_ptr(), prefix.as_ptr(), 0, name.as_mut_ptr());
        assert!(second != 0 && second != first);
        let none = wide(&dir.path("none"));
        assert_eq!(
            GetTempFileNameW(none.as_ptr(), prefix.as_ptr(), 0, name.as_mut_ptr()),
            0
        );
        assert_eq!(GetLastError(), 267);
        let long = wide(&"x".repeat(247));
        assert_eq!(
            GetTempFileNameW(long.as_ptr(), prefix.as_ptr(), 0, name.as_mut_ptr()),
            0
        );
        assert_eq!(GetLastError(), 111);
    }
}

#[test]
fn handles_from_descriptors_and_back() {
    let dir = Dir::new("fd");
    let path = dir.path("f");
    assert!(fs::write(&path, "data").is_ok());
    let file = fs::File::open(&path).expect("just written");
    // SAFETY: the descriptors are open; the second belongs to the handle.
    unsafe {
        let borrowed = HttpsysHandleFromFd(file.as_raw_fd(), 0);
        assert_eq!(HttpsysFdFromHandle(borrowed), file.as_raw_fd());
        assert_eq!(read(borrowed, 2), (1, b"da".to_vec()));
        assert_eq!((write(borrowed, b"x").0, GetLastError()), (0, 5));
        assert_eq!(CloseHandle(borrowed), 1);
        assert_eq!(file.metadata().map(|m| m.len()).ok(), Some(4));
        let owned = HttpsysHandleFromFd(file.into_raw_fd(), 1);
        assert_eq!(read(owned, 9), (1, b"ta".to_vec()));
        assert_eq!(CloseHandle(owned), 1);
        for bad in [-1, 1_000_000] {
            assert!(HttpsysHandleFromFd(bad, 1).is_null());
            assert_eq!(GetLastError(), 6);
        }
    }
    let event = event(true);
    assert_eq!((HttpsysFdFromHandle(event), GetLastError()), (-1, 6));
    assert_eq!(CloseHandle(event), 1);
}

#[test]
fn a_closed_handle_does_not_take_the_file_from_a_transfer_in_progress() {
    let dir = Dir::new("kept");
    let path = dir.path("f");
    assert!(fs::write(&path, "data").is_ok());
    let handle = create(&path, READ, 3, 0);
    let file = crate::lookup_as::<crate::io::file::File>(handle).expect("open");
    assert_eq!(CloseHandle(handle), 1);
    assert!(file.is_seekable());
    assert_eq!(file.file().metadata().map(|m| m.len()).ok(), Some(4));
}

#[test]
fn a_non_blocking_socket_is_read_as_if_it_blocked() {
    use std::io::Write;
    use std::os::unix::net::UnixStream;
    let (ours, mut theirs) = UnixStream::pair().expect("a socket pair");
    assert!(ours.set_nonblocking(true).is_ok());
    // SAFETY: the handle owns the descriptor.
    let handle = unsafe { HttpsysHandleFromFd(ours.into_raw_fd(), 1) };
    let writer = std::thread::spawn(move || theirs.write_all(b"abc").is_ok());
    let (done, bytes) = read(handle, 10);
    assert_eq!((done, bytes.is_empty()), (1, false));
    assert_eq!((writer.join().ok(), CloseHandle(handle)), (Some(true), 1));
}
