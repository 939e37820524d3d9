//! The system: processors, memory, names.
//!
//! Owns the C form only. Threading: any thread.

use super::text::{self, Unit};
use super::{Bool, fence, fence_bool, not_null, put};
use crate::handle::Handle;
use crate::process::own;
use crate::process::{machine, names};
use crate::status::{
    Code, ERROR_BUFFER_OVERFLOW, ERROR_INSUFFICIENT_BUFFER, ERROR_INVALID_PARAMETER,
    ERROR_MORE_DATA,
};

/// SYSTEM_INFO.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct SystemInfo {
    architecture: u16,
    reserved: u16,
    page_size: u32,
    lowest: usize,
    highest: usize,
    processors: usize,
    count: u32,
    kind: u32,
    granularity: u32,
    level: u16,
    revision: u16,
}

const _: () = assert!(size_of::<SystemInfo>() == 48);

/// PROCESSOR_ARCHITECTURE_AMD64 with PROCESSOR_AMD_X8664; PROCESSOR_ARCHITECTURE_ARM64.
const ARCHITECTURE: (u16, u32) = match cfg!(target_arch = "aarch64") {
    true => (12, 0),
    false => (9, 8664),
};

/// GetSystemInfo: gets the number of processors (64 at most), their architecture, and the size of a page.
///
/// Differs: level and revision of the processors are not known; addresses are those of 64-bit Windows.
///
/// # Safety
/// `info` is NULL or valid.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetSystemInfo(info: *mut SystemInfo) {
    fence((), || {
        let now = SystemInfo {
            architecture: ARCHITECTURE.0,
            reserved: 0,
            page_size: machine::page_size() as u32,
            lowest: 0x1_0000,
            highest: 0x7FFF_FFFE_FFFF,
            processors: machine::all_processors() as usize,
            count: machine::processors(),
            kind: ARCHITECTURE.1,
            granularity: 0x1_0000,
            level: 6,
            revision: 0,
        };
        // SAFETY: NULL or valid by the contract of this function.
        unsafe { put(info, now) };
        Ok(())
    });
}

/// GetNativeSystemInfo: works like [`GetSystemInfo`].
///
/// # Safety
/// Works like [`GetSystemInfo`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetNativeSystemInfo(info: *mut SystemInfo) {
    // SAFETY: by the contract of this function.
    unsafe { GetSystemInfo(info) }
}

/// MEMORYSTATUSEX.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct MemoryStatus {
    length: u32,
    load: u32,
    total: u64,
    free: u64,
    total_page_file: u64,
    free_page_file: u64,
    total_virtual: u64,
    free_virtual: u64,
    free_extended: u64,
}

const _: () = assert!(size_of::<MemoryStatus>() == 64);

/// GlobalMemoryStatusEx: gets the memory of the machine, in bytes. FALSE with 87 unless `dwLength` is the size of the
/// structure.
///
/// # Safety
/// `status` is NULL or valid.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GlobalMemoryStatusEx(status: *mut MemoryStatus) -> Bool {
    fence_bool(|| {
        not_null(status)?;
        // SAFETY: valid by the contract of this function, here and below.
        let length = unsafe { status.cast::<u32>().read_unaligned() };
        if length as usize != size_of::<MemoryStatus>() {
            return Err(ERROR_INVALID_PARAMETER);
        }
        const ADDRESSES: u64 = 0x7FFF_FFFE_0000;
        let memory = machine::memory();
        let (_, used) = crate::process::own::memory();
        let taken = memory.total.saturating_sub(memory.free);
        let now = MemoryStatus {
            length,
            load: (taken * 100).checked_div(memory.total).unwrap_or(0) as u32,
            total: memory.total,
            free: memory.free,
            total_page_file: memory.total + memory.swap_total,
            free_page_file: memory.free + memory.swap_free,
            total_virtual: ADDRESSES,
            free_virtual: ADDRESSES.saturating_sub(used),
            free_extended: 0,
        };
        // SAFETY: as above.
        unsafe { put(status, now) };
        Ok(())
    })
}

/// GetCurrentProcessorNumber: returns the processor that runs the calling thread; 0 where the system does not say
/// (macOS).
#[unsafe(no_mangle)]
pub extern "system" fn GetCurrentProcessorNumber() -> u32 {
    machine::current_processor()
}

/// ALL_PROCESSOR_GROUPS.
const ALL_GROUPS: u16 = 0xFFFF;

/// GetActiveProcessorCount: returns the number of processors in group 0, the only one. 0 with 87 for another group.
#[unsafe(no_mangle)]
pub extern "system" fn GetActiveProcessorCount(group: u16) -> u32 {
    fence(0, || match group {
        0 | ALL_GROUPS => Ok(machine::processors()),
        _ => Err(ERROR_INVALID_PARAMETER),
    })
}

/// GetMaximumProcessorCount: works like [`GetActiveProcessorCount`].
#[unsafe(no_mangle)]
pub extern "system" fn GetMaximumProcessorCount(group: u16) -> u32 {
    GetActiveProcessorCount(group)
}

/// GetActiveProcessorGroupCount: returns 1.
#[unsafe(no_mangle)]
pub extern "system" fn GetActiveProcessorGroupCount() -> u16 {
    1
}

/// Stores a name. `size` is the room before and the length after, which `counts_end` says is with the
/// NUL; the room that is needed, with the NUL, if it is too small, with this code.
unsafe fn name<U: Unit>(
    name: &str,
    to: *mut U,
    size: *mut u32,
    counts_end: bool,
    small: Code,
) -> Result<(), Code> {
    not_null(size)?;
    let units = U::encode(&text::wide_of(name));
    // SAFETY: valid by the contract of the exported functions: the buffer has the room that the size
    // says.
    unsafe {
        let room = size.read_unaligned() as usize;
        let fits = text::store_text(to, room, &units);
        put(size, units.len() as u32 + u32::from(counts_end || !fits));
        match fits {
            true => Ok(()),
            false => Err(small),
        }
    }
}

unsafe fn computer<U: Unit>(to: *mut U, size: *mut u32) -> Bool {
    fence_bool(|| {
        let own = names::computer(0).unwrap_or_default();
        // SAFETY: by the contract of the exported functions.
        unsafe { name(&own, to, size, false, ERROR_BUFFER_OVERFLOW) }
    })
}

/// GetComputerNameW: gets the NetBIOS name: the host name up to its first dot, in capitals, at most 15 characters.
/// `size` is the size of the buffer on input and the length on output. FALSE with 111 and the room needed if the
/// buffer is too small.
///
/// # Safety
/// `to` is NULL or has the room that `size` says; `size` is NULL or valid.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetComputerNameW(to: *mut u16, size: *mut u32) -> Bool {
    // SAFETY: by the contract of this function.
    unsafe { computer(to, size) }
}

/// GetComputerNameA: works like [`GetComputerNameW`], in UTF-8.
///
/// # Safety
/// Works like [`GetComputerNameW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetComputerNameA(to: *mut u8, size: *mut u32) -> Bool {
    // SAFETY: by the contract of this function.
    unsafe { computer(to, size) }
}

unsafe fn computer_ex<U: Unit>(format: u32, to: *mut U, size: *mut u32) -> Bool {
    fence_bool(|| {
        let own = names::computer(format).ok_or(ERROR_INVALID_PARAMETER)?;
        // SAFETY: by the contract of the exported functions.
        unsafe { name(&own, to, size, false, ERROR_MORE_DATA) }
    })
}

/// GetComputerNameExW: gets the NetBIOS, host, domain or full name of the computer. FALSE with 234 and the room
/// needed if the buffer is too small, 87 for an invalid format.
///
/// # Safety
/// Works like [`GetComputerNameW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetComputerNameExW(
    format: u32,
    to: *mut u16,
    size: *mut u32,
) -> Bool {
    // SAFETY: by the contract of this function.
    unsafe { computer_ex(format, to, size) }
}

/// GetComputerNameExA: works like [`GetComputerNameExW`], in UTF-8.
///
/// # Safety
/// Works like [`GetComputerNameW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetComputerNameExA(format: u32, to: *mut u8, size: *mut u32) -> Bool {
    // SAFETY: by the contract of this function.
    unsafe { computer_ex(format, to, size) }
}

unsafe fn user<U: Unit>(to: *mut U, size: *mut u32) -> Bool {
    fence_bool(|| {
        // SAFETY: by the contract of the exported functions.
        unsafe { name(&names::user(), to, size, true, ERROR_INSUFFICIENT_BUFFER) }
    })
}

/// GetUserNameW: gets the name of the user whose rights the process has. `size` is the size of the buffer on input
/// and the length with the NUL on output. FALSE with 122 and the room needed if the buffer is too small.
///
/// # Safety
/// Works like [`GetComputerNameW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetUserNameW(to: *mut u16, size: *mut u32) -> Bool {
    // SAFETY: by the contract of this function.
    unsafe { user(to, size) }
}

/// GetUserNameA: works like [`GetUserNameW`], in UTF-8.
///
/// # Safety
/// Works like [`GetComputerNameW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetUserNameA(to: *mut u8, size: *mut u32) -> Bool {
    // SAFETY: by the contract of this function.
    unsafe { user(to, size) }
}

/// IsWow64Process: stores FALSE in `wow`, since programs have 64 bits. FALSE with 6 for a handle that is not this
/// process.
///
/// # Safety
/// `wow` is NULL or valid.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn IsWow64Process(process: Handle, wow: *mut Bool) -> Bool {
    fence_bool(|| {
        own::check(process)?;
        not_null(wow)?;
        // SAFETY: valid by the contract of this function.
        unsafe { put(wow, super::FALSE) };
        Ok(())
    })
}
