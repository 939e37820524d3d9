//! The process: its end, its handles, its times and memory.
//!
//! Owns the C form only. There is one process: the calling one, as the pseudo handle -1 or a handle of
//! OpenProcess. Threading: any thread.

use std::ffi::c_void;
use std::sync::Arc;

use super::{Bool, fence, fence_bool, not_null, open, put};
use crate::console::standard;
use crate::handle::{Handle, INVALID_HANDLE_VALUE};
use crate::process::{machine, own};
use crate::status::{
    ERROR_ACCESS_DENIED, ERROR_INSUFFICIENT_BUFFER, ERROR_INVALID_PARAMETER, ERROR_NOT_SUPPORTED,
};
use crate::threads::id;
use crate::threads::thread::{STILL_ACTIVE, Thread};

fn own_id() -> u32 {
    std::process::id()
}

/// GetCurrentProcess: returns the pseudo handle -1, which means this process.
#[unsafe(no_mangle)]
pub extern "system" fn GetCurrentProcess() -> Handle {
    INVALID_HANDLE_VALUE
}

/// ExitProcess: ends the process with this exit code. What the C library's streams hold is written.
///
/// Differs: the parent sees the low 8 bits of the code, or 255 if these alone are 0. Other threads run
/// until the end; functions of atexit(3) and destructors do not run.
#[unsafe(no_mangle)]
pub extern "system" fn ExitProcess(code: u32) -> ! {
    own::exit(code)
}

/// TerminateProcess: ends the process immediately; streams are not written. FALSE with 6 for a
/// handle that is not this process.
///
/// Partial: only the calling process can be ended.
/// Differs: the exit code as with [`ExitProcess`].
#[unsafe(no_mangle)]
pub extern "system" fn TerminateProcess(handle: Handle, code: u32) -> Bool {
    fence_bool(|| {
        own::check(handle)?;
        own::terminate(code)
    })
}

/// GetCurrentProcessId: returns the id of this process.
#[unsafe(no_mangle)]
pub extern "system" fn GetCurrentProcessId() -> u32 {
    own_id()
}

/// GetProcessId: returns the id of a process; 0 with 6 for something that is not one.
#[unsafe(no_mangle)]
pub extern "system" fn GetProcessId(handle: Handle) -> u32 {
    fence(0, || own::check(handle).map(|()| own_id()))
}

/// OpenProcess: opens a handle to the process with this id. It can be waited for and is never signalled while the
/// caller runs. NULL with 87 for an invalid id, 5 for another process.
///
/// Partial: only the calling process can be opened.
/// Differs: access rights are ignored.
#[unsafe(no_mangle)]
pub extern "system" fn OpenProcess(_access: u32, _inherit: Bool, id: u32) -> Handle {
    fence(std::ptr::null_mut(), || {
        if id == own_id() {
            return open(Arc::new(own::Process::this()));
        }
        let known = i32::try_from(id).ok().filter(|id| *id > 0);
        // SAFETY: signal 0 only asks whether the process is there.
        let there = known.is_some_and(|id| unsafe { libc::kill(id, 0) } == 0);
        Err(match there {
            true => ERROR_ACCESS_DENIED,
            false => ERROR_INVALID_PARAMETER,
        })
    })
}

/// GetExitCodeProcess: gets 259 (STILL_ACTIVE) for this process. FALSE with 6 for any other handle.
///
/// # Safety
/// `code` is NULL or valid.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetExitCodeProcess(handle: Handle, code: *mut u32) -> Bool {
    fence_bool(|| {
        own::check(handle)?;
        not_null(code)?;
        // SAFETY: valid by the contract of this function.
        unsafe { put(code, STILL_ACTIVE) };
        Ok(())
    })
}

/// ProcessIdToSessionId: gets session 0, that of services, for this process. FALSE with 87 for another id.
///
/// # Safety
/// `session` is NULL or valid.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn ProcessIdToSessionId(id: u32, session: *mut u32) -> Bool {
    fence_bool(|| {
        not_null(session)?;
        if id != own_id() {
            return Err(ERROR_INVALID_PARAMETER);
        }
        // SAFETY: valid by the contract of this function.
        unsafe { put(session, 0) };
        Ok(())
    })
}

/// STARTUPINFOA and STARTUPINFOW.
#[repr(C)]
#[derive(Debug)]
pub struct StartupInfo {
    size: u32,
    reserved: *mut c_void,
    desktop: *mut c_void,
    title: *mut c_void,
    numbers: [u32; 8],
    show_window: u16,
    reserved_bytes: u16,
    reserved2: *mut c_void,
    handles: [Handle; 3],
}

const _: () = assert!(size_of::<StartupInfo>() == 104);
/// STARTF_USESTDHANDLES, the eighth of the numbers.
const USE_STANDARD_HANDLES: u32 = 0x100;

/// GetStartupInfoW: gets the standard handles, which every process here is started with; everything else is zero.
///
/// Differs: desktop, title and window are not known.
///
/// # Safety
/// `info` is NULL or valid.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetStartupInfoW(info: *mut StartupInfo) {
    fence((), || {
        let null = std::ptr::null_mut();
        // SAFETY: NULL or valid by the contract of this function.
        unsafe {
            put(
                info,
                StartupInfo {
                    size: size_of::<StartupInfo>() as u32,
                    reserved: null,
                    desktop: null,
                    title: null,
                    numbers: [0, 0, 0, 0, 0, 0, 0, USE_STANDARD_HANDLES],
                    show_window: 0,
                    reserved_bytes: 0,
                    reserved2: null,
                    handles: [0, 1, 2].map(standard::get),
                },
            );
        }
        Ok(())
    });
}

/// GetStartupInfoA: works like [`GetStartupInfoW`].
///
/// # Safety
/// Works like [`GetStartupInfoW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetStartupInfoA(info: *mut StartupInfo) {
    // SAFETY: by the contract of this function.
    unsafe { GetStartupInfoW(info) }
}

/// GetProcessTimes: gets the time at which the process began (FILETIME), and the time it has used in the system's
/// code and its own, in units of 100 nanoseconds. The time of its end is reported as 0. FALSE with 6 for a handle
/// that is not this process.
///
/// # Safety
/// The pointers are valid.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetProcessTimes(
    handle: Handle,
    began: *mut u64,
    ended: *mut u64,
    kernel: *mut u64,
    user: *mut u64,
) -> Bool {
    /// From 1601 to 1970 in 100 nanoseconds.
    const EPOCH: u64 = 116_444_736_000_000_000;
    fence_bool(|| {
        own::check(handle)?;
        for pointer in [began, ended, kernel, user] {
            not_null(pointer)?;
        }
        let used = own::used();
        // SAFETY: valid by the contract of this function.
        unsafe {
            put(began, own::began() + EPOCH);
            put(ended, 0);
            put(kernel, used.kernel);
            put(user, used.user);
        }
        Ok(())
    })
}

/// PROCESS_MEMORY_COUNTERS, and after it what the Ex form adds.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct MemoryCounters {
    size: u32,
    faults: u32,
    peak_resident: usize,
    resident: usize,
    pools: [usize; 4],
    paged: usize,
    peak_paged: usize,
    private: usize,
}

const COUNTERS_SIZE: u32 = 72;
const _: () = assert!(size_of::<MemoryCounters>() == COUNTERS_SIZE as usize + 8);

/// GetProcessMemoryInfo: gets the memory of the process, in bytes: resident (WorkingSetSize), its peak, and the
/// address space (PagefileUsage, PrivateUsage). FALSE with 6 for a handle that is not this process, 122 for a size
/// that is too small.
///
/// Differs: the pool quotas are 0, and the peak of the address space is what it is now.
///
/// # Safety
/// `counters` has `size` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetProcessMemoryInfo(
    handle: Handle,
    counters: *mut MemoryCounters,
    size: u32,
) -> Bool {
    fence_bool(|| {
        own::check(handle)?;
        if size < COUNTERS_SIZE {
            return Err(ERROR_INSUFFICIENT_BUFFER);
        }
        not_null(counters)?;
        let (resident, total) = own::memory();
        let used = own::used();
        let now = MemoryCounters {
            size: size.min(size_of::<MemoryCounters>() as u32),
            faults: used.faults as u32,
            peak_resident: (used.peak as usize).max(resident as usize),
            resident: resident as usize,
            pools: [0; 4],
            paged: total as usize,
            peak_paged: total as usize,
            private: total as usize,
        };
        let bytes = now.size as usize;
        // SAFETY: the caller has `size` bytes by the contract of this function, and no more are copied
        // than both have.
        unsafe {
            let from = (&raw const now).cast::<u8>();
            std::ptr::copy_nonoverlapping(from, counters.cast::<u8>(), bytes);
        }
        Ok(())
    })
}

/// K32GetProcessMemoryInfo: is [`GetProcessMemoryInfo`] under its name in kernel32.
///
/// # Safety
/// Works like [`GetProcessMemoryInfo`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn K32GetProcessMemoryInfo(
    handle: Handle,
    counters: *mut MemoryCounters,
    size: u32,
) -> Bool {
    // SAFETY: by the contract of this function.
    unsafe { GetProcessMemoryInfo(handle, counters, size) }
}

/// GetPriorityClass: returns the class that was set last, or NORMAL_PRIORITY_CLASS. 0 with 6 for a handle that is not
/// this process.
#[unsafe(no_mangle)]
pub extern "system" fn GetPriorityClass(handle: Handle) -> u32 {
    fence(0, || own::check(handle).map(|()| own::priority_class()))
}

/// SetPriorityClass: asks the system for the nice value of the class (idle 19, below normal 10, normal
/// 0, above normal -5, high -10, real time -20). FALSE with 87 for an invalid class.
///
/// Differs: TRUE also if the system refuses a higher class, which every user may set on Windows.
#[unsafe(no_mangle)]
pub extern "system" fn SetPriorityClass(handle: Handle, class: u32) -> Bool {
    fence_bool(|| {
        own::check(handle)?;
        own::set_priority_class(class)
    })
}

/// SetProcessAffinityMask: sets the processors that the threads of the process may use. FALSE with 87 for a mask
/// without a processor that there is.
///
/// Differs: where the system binds no threads (macOS) fewer than all give 50.
#[unsafe(no_mangle)]
pub extern "system" fn SetProcessAffinityMask(handle: Handle, mask: usize) -> Bool {
    fence_bool(|| {
        own::check(handle)?;
        machine::set_affinity(mask as u64)
    })
}

/// SetThreadAffinityMask: sets the processors that the calling thread may use; returns those before. 0 with 87 for a
/// mask without a processor that there is.
///
/// Partial: another thread than the calling one gives 50.
#[unsafe(no_mangle)]
pub extern "system" fn SetThreadAffinityMask(handle: Handle, mask: usize) -> usize {
    fence(0, || {
        let thread: Arc<Thread> = super::threads::thread_of(handle)?;
        if thread.id() != id::current_id() {
            return Err(ERROR_NOT_SUPPORTED);
        }
        Ok(machine::set_thread_affinity(0, mask as u64)? as usize)
    })
}

/// GetProcessAffinityMask: gets a mask with one bit for each processor that this process may use, up to 64, numbered
/// from 0, and a mask of all processors.
///
/// # Safety
/// `process_mask` and `system_mask` are valid for writes.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetProcessAffinityMask(
    process: Handle,
    process_mask: *mut usize,
    system_mask: *mut usize,
) -> Bool {
    fence_bool(|| {
        not_null(process_mask)?;
        not_null(system_mask)?;
        own::check(process)?;
        let (own, all) = (machine::affinity(), machine::all_processors());
        // SAFETY: not NULL, so valid by the contract of this function.
        unsafe {
            put(process_mask, own as usize);
            put(system_mask, all as usize);
        }
        Ok(())
    })
}
