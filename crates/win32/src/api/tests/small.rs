//! Errors, memory, time, processors, Winsock text.

use std::ffi::c_void;
use std::mem::{offset_of, size_of};
use std::ptr::{null, null_mut};

use super::*;
use crate::api::code_pages::*;
use crate::api::errors::*;
use crate::api::local_memory::*;
use crate::api::memory::*;
use crate::api::processes::*;
use crate::api::threads::*;
use crate::api::times::*;
use crate::api::winsock::*;

#[test]
fn last_error_is_shared_with_winsock() {
    SetLastError(5);
    assert_eq!((GetLastError(), WSAGetLastError()), (5, 5));
    WSASetLastError(10014);
    assert_eq!(GetLastError(), 10014);
    assert_eq!(RtlNtStatusToDosError(0xC000_023A), 1229);
}

#[test]
fn heap_and_local_memory() {
    let heap = GetProcessHeap();
    let memory = HeapAlloc(heap, 8, 64).cast::<u8>();
    assert!(!memory.is_null());
    // SAFETY: 64 bytes were allocated; each block is freed once.
    unsafe {
        assert!((0..64).all(|at| memory.add(at).read() == 0));
        memory.write_bytes(0xAA, 64);
        assert_eq!(HeapFree(heap, 0, memory.cast()), 1);
        assert_eq!(HeapFree(heap, 0, null_mut()), 1);
        assert_eq!(HeapFree(heap, 0, crate::heap::alloc(10).cast()), 1);
        failed_with(HeapFree(null_mut(), 0, null_mut()), 6);
        let local = LocalAlloc(0x40, 16).cast::<u8>();
        assert_eq!(local.add(15).read(), 0);
        assert!(LocalFree(local.cast()).is_null());
    }
    // An optimiser may drop an allocation that nobody uses, and take it for successful.
    assert!(std::hint::black_box(HeapAlloc(heap, 0, usize::MAX / 2)).is_null());
    assert!(HeapAlloc(null_mut(), 0, 1).is_null());
    assert_eq!(GetLastError(), 6);
    assert!(std::hint::black_box(LocalAlloc(0, usize::MAX / 2)).is_null());
    assert_eq!(GetLastError(), 8);
}

#[test]
fn time_and_processors() {
    let before = GetTickCount64();
    Sleep(2);
    assert_eq!(SleepEx(0, 1), 0);
    assert!(GetTickCount64() > before);
    assert!(GetTickCount().wrapping_sub(before as u32) < 60_000);
    let (mut process, mut system) = (0, 0);
    // SAFETY: valid out parameters; NULL is refused.
    unsafe {
        assert_eq!(
            GetProcessAffinityMask(GetCurrentProcess(), &mut process, &mut system),
            1
        );
        assert!(process & 1 == 1 && process == system);
        failed_with(
            GetProcessAffinityMask(null_mut(), &mut process, &mut system),
            6,
        );
        failed_with(
            GetProcessAffinityMask(GetCurrentProcess(), null_mut(), null_mut()),
            87,
        );
    }
    failed_with(CloseHandle(GetCurrentProcess()), 6);
}

#[test]
fn winsock_start_up() {
    assert_eq!(size_of::<WSADATA>(), 408);
    assert_eq!(
        (
            offset_of!(WSADATA, lpVendorInfo),
            offset_of!(WSADATA, szDescription)
        ),
        (8, 16)
    );
    let mut data = std::mem::MaybeUninit::<WSADATA>::uninit();
    // SAFETY: a valid out parameter, read after success.
    unsafe {
        assert_eq!(WSAStartup(0x0202, data.as_mut_ptr()), 0);
        assert_eq!(data.assume_init_ref().wVersion, 0x0202);
        assert_eq!(WSAStartup(0, data.as_mut_ptr()), 10092);
        assert_eq!(WSAStartup(0x0202, null_mut()), 10014);
    }
    assert_eq!(WSACleanup(), 0);
    assert_eq!((WSACleanup(), GetLastError()), (-1, 10093));
}

fn parse(text: &str, family: i32, room: i32) -> (i32, i32, [u8; 28]) {
    let (text, mut bytes, mut length) = (wide(text), [0u8; 28], room);
    let to = bytes.as_mut_ptr().cast::<c_void>();
    // SAFETY: a terminated string and 28 bytes of room.
    let done = unsafe { WSAStringToAddressW(text.as_ptr(), family, null(), to, &mut length) };
    (done, length, bytes)
}

#[test]
fn addresses_to_text_and_back() {
    for (text, family, size) in [
        ("1.2.3.4:80", 2, 16),
        ("[fe80::1%2]:443", 23, 28),
        ("::1", 23, 28),
    ] {
        let (done, length, bytes) = parse(text, family, 28);
        assert_eq!((done, length), (0, size));
        assert_eq!((bytes[0], bytes[1]), (family as u8, 0));
        let (mut out, mut room) = ([0u16; 64], 64);
        let from = bytes.as_ptr().cast::<c_void>();
        let needed = text.len() as u32 + 1;
        // SAFETY: valid buffers of the given sizes.
        unsafe {
            let convert = WSAAddressToStringW;
            assert_eq!(
                convert(from, size as u32, null(), out.as_mut_ptr(), &mut room),
                0
            );
            assert_eq!(room, needed);
            assert_eq!(String::from_utf16_lossy(&out[..text.len()]), text);
            room = needed - 1;
            assert_eq!(
                convert(from, size as u32, null(), out.as_mut_ptr(), &mut room),
                -1
            );
            assert_eq!((room, GetLastError()), (needed, 10014));
            room = 64;
            assert_eq!(convert(from, 8, null(), out.as_mut_ptr(), &mut room), -1);
            assert_eq!(GetLastError(), 10014);
            assert_eq!(convert(null(), 16, null(), out.as_mut_ptr(), &mut room), -1);
            assert_eq!(GetLastError(), 10014);
        }
    }
    let (done, length, _) = parse("::1", 23, 27);
    assert_eq!((done, length, GetLastError()), (-1, 28, 10014));
    assert_eq!((parse("nonsense", 2, 28).0, GetLastError()), (-1, 10022));
    assert_eq!((parse("1.2.3.4", 2, -1).0, GetLastError()), (-1, 10014));
}

#[test]
fn inet_ntop_and_pton() {
    let (mut out, mut address) = ([0u16; 46], [0u8; 16]);
    let (v4, v6) = (wide("127.0.0.1"), wide("2001:db8::1"));
    // SAFETY: valid buffers of the given sizes.
    unsafe {
        let to = address.as_mut_ptr().cast::<c_void>();
        assert_eq!(InetPtonW(2, v4.as_ptr(), to), 1);
        assert_eq!(InetNtopW(2, to, out.as_mut_ptr(), 46), out.as_ptr());
        assert_eq!(out[..10], v4[..]);
        assert!(InetNtopW(2, to, out.as_mut_ptr(), 9).is_null());
        assert_eq!(GetLastError(), 87);
        assert_eq!(InetPtonW(23, v6.as_ptr(), to), 1);
        assert!(!InetNtopW(23, to, out.as_mut_ptr(), 46).is_null());
        assert_eq!(out[..12], v6[..]);
        assert_eq!(
            (
                InetPtonW(2, v6.as_ptr(), to),
                InetPtonW(23, v4.as_ptr(), to)
            ),
            (0, 0)
        );
        assert_eq!((InetPtonW(1, v4.as_ptr(), to), GetLastError()), (-1, 10047));
        assert!(InetNtopW(1, to, out.as_mut_ptr(), 46).is_null());
        assert_eq!(GetLastError(), 10047);
        assert_eq!((InetPtonW(2, null(), to), GetLastError()), (-1, 10014));
    }
}

/// What Wine takes, so that the C programs cannot ask.
#[test]
fn utf8_takes_no_default_character_and_few_flags() {
    let (mut wide, mut bytes) = ([0u16; 8], [0u8; 8]);
    let (text, units) = (c"a".as_ptr().cast(), [0x61u16, 0].as_ptr());
    // SAFETY: texts with a NUL, buffers as long as they are said to be.
    unsafe {
        failed_with(
            MultiByteToWideChar(65001, 1, text, -1, wide.as_mut_ptr(), 8),
            1004,
        );
        assert_eq!(MultiByteToWideChar(0, 1, text, -1, wide.as_mut_ptr(), 8), 2);
        let star = c"*".as_ptr().cast();
        let to = bytes.as_mut_ptr();
        failed_with(
            WideCharToMultiByte(65001, 0, units, -1, to, 8, star, null_mut()),
            87,
        );
        assert_eq!(
            WideCharToMultiByte(0, 0, units, -1, to, 8, star, null_mut()),
            2
        );
    }
}
