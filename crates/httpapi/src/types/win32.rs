//! The part of Win32 that http.h mentions: handles, strings, overlapped structures, addresses.
//!
//! Owns layouts only; the functions that work on them are in the `httpsys-win32` crate. Addresses
//! have the Windows layout, a 16-bit family without a length byte and AF_INET6 = 23, on every
//! target. Plain data; any thread.

use core::ffi::c_void;

/// A kernel object. Page: Windows Data Types.
pub type HANDLE = *mut c_void;
/// 32-bit truth value, 0 is false. Page: Windows Data Types.
pub type BOOL = i32;
/// 8-bit truth value, 0 is false. Page: Windows Data Types.
pub type BOOLEAN = u8;
/// 8-bit text of the caller. Page: Windows Data Types.
pub type PCSTR = *const u8;
/// Writable 8-bit text. Page: Windows Data Types.
pub type PSTR = *mut u8;
/// UTF-16 text of the caller. Page: Windows Data Types.
pub type PCWSTR = *const u16;
/// Writable UTF-16 text. Page: Windows Data Types.
pub type PWSTR = *mut u16;
/// Status of the kernel; negative values are errors. Page: NTSTATUS Values.
pub type NTSTATUS = i32;
/// Status of a security package. Page: SSPI Status Codes.
pub type SECURITY_STATUS = i32;
/// Identifier of a cryptographic algorithm. Page: ALG_ID.
pub type ALG_ID = u32;
/// A security descriptor, opaque here. Page: SECURITY_DESCRIPTOR.
pub type PSECURITY_DESCRIPTOR = *mut c_void;

/// A globally unique identifier. Page: GUID.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GUID {
    pub data1: u32,
    pub data2: u16,
    pub data3: u16,
    pub data4: [u8; 8],
}

/// Security of a new object. Page: SECURITY_ATTRIBUTES.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct SECURITY_ATTRIBUTES {
    pub nLength: u32,
    pub lpSecurityDescriptor: *mut c_void,
    pub bInheritHandle: BOOL,
}

// ---- Overlapped operations ----

/// File position of an overlapped operation. Page: OVERLAPPED.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub struct OVERLAPPED_0_0 {
    pub Offset: u32,
    pub OffsetHigh: u32,
}

/// Union of OVERLAPPED. Page: OVERLAPPED.
#[repr(C)]
#[derive(Clone, Copy)]
pub union OVERLAPPED_0 {
    pub Anonymous: OVERLAPPED_0_0,
    pub Pointer: *mut c_void,
}

impl core::fmt::Debug for OVERLAPPED_0 {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("OVERLAPPED_0").finish_non_exhaustive()
    }
}

/// An operation in progress: Internal is an NTSTATUS, InternalHigh a byte count. Page: OVERLAPPED.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct OVERLAPPED {
    pub Internal: usize,
    pub InternalHigh: usize,
    pub Anonymous: OVERLAPPED_0,
    pub hEvent: HANDLE,
}

/// A completion taken from a port; Internal is an NTSTATUS. Page: OVERLAPPED_ENTRY.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct OVERLAPPED_ENTRY {
    pub lpCompletionKey: usize,
    pub lpOverlapped: *mut OVERLAPPED,
    pub Internal: usize,
    pub dwNumberOfBytesTransferred: u32,
}

// ---- Addresses ----

/// Number of an address family. Page: SOCKADDR.
pub type ADDRESS_FAMILY = u16;
pub const AF_UNSPEC: ADDRESS_FAMILY = 0;
pub const AF_INET: ADDRESS_FAMILY = 2;
/// 23 as on Windows, whatever the target calls it.
pub const AF_INET6: ADDRESS_FAMILY = 23;

/// Any address; sa_family tells which. Page: SOCKADDR.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub struct SOCKADDR {
    pub sa_family: ADDRESS_FAMILY,
    pub sa_data: [i8; 14],
}

/// IPv4 address in network byte order (S_un.S_addr in C). Page: IN_ADDR.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct IN_ADDR {
    pub S_addr: u32,
}

/// IPv4 address and port, both in network byte order. Page: SOCKADDR_IN.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub struct SOCKADDR_IN {
    pub sin_family: ADDRESS_FAMILY,
    pub sin_port: u16,
    pub sin_addr: IN_ADDR,
    pub sin_zero: [i8; 8],
}

/// IPv6 address (u.Byte in C). Page: IN6_ADDR.
///
/// The alignment is that of the u.Word member in C.
#[repr(C, align(2))]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct IN6_ADDR {
    pub Byte: [u8; 16],
}

/// IPv6 address and port in network byte order, and scope. Page: SOCKADDR_IN6_LH.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub struct SOCKADDR_IN6 {
    pub sin6_family: ADDRESS_FAMILY,
    pub sin6_port: u16,
    pub sin6_flowinfo: u32,
    pub sin6_addr: IN6_ADDR,
    pub sin6_scope_id: u32,
}

/// Room and alignment for any address. Page: SOCKADDR_STORAGE.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct SOCKADDR_STORAGE {
    pub ss_family: ADDRESS_FAMILY,
    pub ss_pad1: [i8; 6],
    pub ss_align: i64,
    pub ss_pad2: [i8; 112],
}
