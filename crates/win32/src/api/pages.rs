//! Virtual memory, and whether a pointer is good.
//!
//! Owns the C form only. Threading: any thread.

use std::ffi::c_void;

use super::{Bool, fence, fence_bool, not_null, put};
use crate::memory::pages::{self, AllocationKind, PageState};
use crate::memory::probe;
use crate::status::{
    Code, ERROR_BAD_LENGTH, ERROR_INVALID_ADDRESS, ERROR_INVALID_PARAMETER, ERROR_NOACCESS,
};

const MEM_COMMIT: u32 = 0x1000;
const MEM_RESERVE: u32 = 0x2000;
const MEM_DECOMMIT: u32 = 0x4000;
const MEM_RELEASE: u32 = 0x8000;
const MEM_FREE: u32 = 0x1_0000;
const MEM_PRIVATE: u32 = 0x2_0000;
const MEM_MAPPED: u32 = 0x4_0000;
const MEM_RESET: u32 = 0x8_0000;
const MEM_TOP_DOWN: u32 = 0x10_0000;

/// MEMORY_BASIC_INFORMATION (documented).
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct MEMORY_BASIC_INFORMATION {
    /// BaseAddress.
    pub base: usize,
    /// AllocationBase.
    pub allocation_base: usize,
    /// AllocationProtect.
    pub allocation_protect: u32,
    /// PartitionId.
    pub partition: u16,
    /// RegionSize.
    pub size: usize,
    /// State.
    pub state: u32,
    /// Protect.
    pub protect: u32,
    /// Type.
    pub kind: u32,
}

/// VirtualAlloc: reserves pages, commits them, or both. Reservations begin at multiples of 64 KB. NULL with
/// 87 for invalid sizes, types and protections, 487 for pages that are taken, or to be committed and
/// not reserved, 8 when there is no memory.
///
/// Partial: no large pages, guard pages and write watches; MEM_RESET changes nothing.
#[unsafe(no_mangle)]
pub extern "system" fn VirtualAlloc(
    address: *mut c_void,
    bytes: usize,
    kind: u32,
    protect: u32,
) -> *mut c_void {
    fence(std::ptr::null_mut(), || {
        let at = address as usize;
        let kinds = kind & !MEM_TOP_DOWN;
        if kinds == MEM_RESET && at != 0 && bytes != 0 {
            let told = pages::query(at).ok_or(ERROR_INVALID_ADDRESS)?;
            return match told.state {
                PageState::Committed(_) => Ok(told.from as *mut c_void),
                _ => Err(ERROR_INVALID_ADDRESS),
            };
        }
        if kinds & !(MEM_COMMIT | MEM_RESERVE) != 0 || kinds == 0 {
            return Err(ERROR_INVALID_PARAMETER);
        }
        let kind = AllocationKind {
            reserve: kinds & MEM_RESERVE != 0,
            commit: kinds & MEM_COMMIT != 0,
        };
        Ok(pages::allocate(at, bytes, kind, protect)? as *mut c_void)
    })
}

/// VirtualFree: frees pages: with MEM_RELEASE the whole reservation (`address` is its beginning, `bytes` 0, otherwise
/// 87), with MEM_DECOMMIT pages of it. 487 for something that is not a reservation.
///
/// # Safety
/// Nobody uses the memory any more.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn VirtualFree(address: *mut c_void, bytes: usize, kind: u32) -> Bool {
    fence_bool(|| match kind {
        MEM_RELEASE if bytes != 0 => Err(ERROR_INVALID_PARAMETER),
        // SAFETY: the same contract.
        MEM_RELEASE => unsafe { pages::release(address as usize) },
        // SAFETY: the same contract.
        MEM_DECOMMIT => unsafe { pages::decommit(address as usize, bytes) },
        _ => Err(ERROR_INVALID_PARAMETER),
    })
}

/// VirtualProtect: changes the protection of committed pages; `before` receives the previous one of the first page.
/// 998 if it is NULL, 487 for pages that are not committed, 87 for an invalid protection.
///
/// Differs: PAGE_GUARD and PAGE_WRITECOPY fail with 87; memory that VirtualAlloc has not given out is known
/// on Linux only.
///
/// # Safety
/// `before` is NULL or valid for a write; nobody uses the pages otherwise than they are protected.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn VirtualProtect(
    address: *mut c_void,
    bytes: usize,
    protect: u32,
    before: *mut u32,
) -> Bool {
    fence_bool(|| {
        if before.is_null() {
            return Err(ERROR_NOACCESS);
        }
        let had = pages::protect(address as usize, bytes, protect)?;
        // SAFETY: not NULL, so valid.
        unsafe { put(before, had) };
        Ok(())
    })
}

/// VirtualQuery: describes the pages from `address` on. Returns the number of bytes written, 48, or 0 with 24 for a
/// buffer that is too short.
///
/// Differs: memory that VirtualAlloc has not given out is known on Linux only; elsewhere the call fails
/// with 87 for it.
///
/// # Safety
/// `to` has room for `length` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn VirtualQuery(
    address: *const c_void,
    to: *mut MEMORY_BASIC_INFORMATION,
    length: usize,
) -> usize {
    fence(0, || {
        not_null(to)?;
        if length < size_of::<MEMORY_BASIC_INFORMATION>() {
            return Err(ERROR_BAD_LENGTH);
        }
        let told = pages::query(address as usize).ok_or(ERROR_INVALID_PARAMETER)?;
        let (state, protect) = match told.state {
            PageState::Free => (MEM_FREE, pages::PAGE_NOACCESS),
            PageState::Reserved => (MEM_RESERVE, 0),
            PageState::Committed(protect) => (MEM_COMMIT, protect),
        };
        let kind = match (told.state, told.mapped) {
            (PageState::Free, _) => 0,
            (_, true) => MEM_MAPPED,
            (_, false) => MEM_PRIVATE,
        };
        let information = MEMORY_BASIC_INFORMATION {
            base: told.from,
            allocation_base: told.allocation.0,
            allocation_protect: told.allocation.1,
            partition: 0,
            size: told.to - told.from,
            state,
            protect,
            kind,
        };
        // SAFETY: there is room.
        unsafe { put(to, information) };
        Ok(size_of::<MEMORY_BASIC_INFORMATION>())
    })
}

/// VirtualLock: keeps committed pages in memory. 87 for a size of 0, 487 for pages that do not
/// exist, 1453 when the system's limit (RLIMIT_MEMLOCK) is reached.
#[unsafe(no_mangle)]
pub extern "system" fn VirtualLock(address: *mut c_void, bytes: usize) -> Bool {
    fence_bool(|| pages::lock(address as usize, bytes, true))
}

/// VirtualUnlock: ends the locking of pages in memory.
///
/// Differs: pages that were not locked are no error.
#[unsafe(no_mangle)]
pub extern "system" fn VirtualUnlock(address: *mut c_void, bytes: usize) -> Bool {
    fence_bool(|| pages::lock(address as usize, bytes, false))
}

fn bad(good: impl FnOnce() -> bool) -> Bool {
    super::fence(super::TRUE, || Ok::<_, Code>(Bool::from(!good())))
}

/// IsBadReadPtr: returns whether memory cannot be read now; FALSE for a size of 0.
#[unsafe(no_mangle)]
pub extern "system" fn IsBadReadPtr(memory: *const c_void, bytes: usize) -> Bool {
    bad(|| probe::can_read(memory as usize, bytes))
}

/// IsBadWritePtr: returns whether memory cannot be written now; FALSE for a size of 0.
///
/// Differs: on systems other than Linux, memory that VirtualAlloc has not given out counts as writable if it can be
/// read.
#[unsafe(no_mangle)]
pub extern "system" fn IsBadWritePtr(memory: *mut c_void, bytes: usize) -> Bool {
    bad(|| probe::can_write(memory as usize, bytes))
}

/// IsBadCodePtr: returns whether the first byte cannot be read now.
#[unsafe(no_mangle)]
pub extern "system" fn IsBadCodePtr(code: *const c_void) -> Bool {
    bad(|| probe::can_read(code as usize, 1))
}

/// Whether a string cannot be read up to its NUL or `most` units.
fn bad_string<U: Copy + Default + PartialEq>(text: *const U, most: usize) -> Bool {
    bad(|| {
        let mut at = text;
        for _ in 0..most {
            // Each byte is asked for: the end of a string may be the end of a page.
            if !probe::can_read(at as usize, size_of::<U>()) {
                return false;
            }
            // SAFETY: it could just be read.
            if unsafe { at.read_unaligned() } == U::default() {
                return true;
            }
            at = at.wrapping_add(1);
        }
        true
    })
}

/// IsBadStringPtrA: returns whether a string cannot be read up to its NUL or to `most` bytes.
#[unsafe(no_mangle)]
pub extern "system" fn IsBadStringPtrA(text: *const u8, most: usize) -> Bool {
    bad_string(text, most)
}

/// IsBadStringPtrW: returns whether a string cannot be read up to its NUL or to `most` units.
#[unsafe(no_mangle)]
pub extern "system" fn IsBadStringPtrW(text: *const u16, most: usize) -> Bool {
    bad_string(text, most)
}
