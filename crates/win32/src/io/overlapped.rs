//! The OVERLAPPED structure and its result.
//!
//! Owns the layout and the stores into the caller's structure. Does not own deliveries
//! ([`crate::io::state`]) nor waiting for a result (`io/result.rs`). Invariants: `InternalHigh` is
//! written before `Internal`, and `Internal` leaves STATUS_PENDING exactly when the operation has ended;
//! the stores are atomic, so that a program may poll `Internal` (HasOverlappedIoCompleted). Threading:
//! any thread.

use std::ptr::{addr_of, addr_of_mut};
use std::sync::atomic::{AtomicUsize, Ordering, fence};

use crate::handle::value::Handle;
use crate::status::{self, Code, STATUS_PENDING};

/// The caller's record of one asynchronous call (documented: OVERLAPPED). 32 bytes.
#[repr(C)]
#[derive(Debug)]
#[allow(non_snake_case, reason = "documented names of a C structure")]
pub struct OVERLAPPED {
    /// NTSTATUS of the operation; STATUS_PENDING (0x103) while it runs.
    pub Internal: usize,
    /// Bytes transferred.
    pub InternalHigh: usize,
    /// Low half of the file offset, for files.
    pub Offset: u32,
    /// High half of the file offset, for files.
    pub OffsetHigh: u32,
    /// Event to set at the end, or NULL. Low bit set: no packet for a completion port.
    pub hEvent: Handle,
}

/// One dequeued packet (documented: OVERLAPPED_ENTRY). 32 bytes.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
#[allow(non_snake_case, reason = "documented names of a C structure")]
pub struct OVERLAPPED_ENTRY {
    /// Key of the handle, as it was when the call was issued.
    pub lpCompletionKey: usize,
    /// The OVERLAPPED of the call.
    pub lpOverlapped: *mut OVERLAPPED,
    /// NTSTATUS of the operation.
    pub Internal: usize,
    /// Bytes transferred.
    pub dwNumberOfBytesTransferred: u32,
}

/// The end of an overlapped operation as GetOverlappedResult reports it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OverlappedOutcome {
    /// Win32 code.
    pub error: Code,
    /// Bytes transferred; meaningful also for 234, where it is the size that was needed.
    pub bytes: usize,
}

/// Marks the operation as running.
///
/// # Safety
/// `overlapped` points to a valid OVERLAPPED.
pub(crate) unsafe fn mark_pending(overlapped: *mut OVERLAPPED) {
    // Whoever ends the operation is told of it later than this.
    // SAFETY: valid by the contract; only field addresses are formed.
    unsafe {
        store(
            addr_of_mut!((*overlapped).InternalHigh),
            0,
            Ordering::Relaxed,
        );
        store(
            addr_of_mut!((*overlapped).Internal),
            STATUS_PENDING as usize,
            Ordering::Relaxed,
        );
    }
}

/// Writes the end of the operation. The memory may be gone as soon as this returns. What this thread reads with
/// `SeqCst` afterwards is not older than the end as others see it.
///
/// # Safety
/// `overlapped` points to an OVERLAPPED that is valid until `Internal` is written.
pub(crate) unsafe fn mark_ended(overlapped: *mut OVERLAPPED, error: Code, bytes: usize) {
    let status = status::nt_from_win32(error);
    // SAFETY: valid by the contract; only field addresses are formed.
    unsafe {
        store(
            addr_of_mut!((*overlapped).InternalHigh),
            bytes,
            Ordering::Relaxed,
        );
        store(
            addr_of_mut!((*overlapped).Internal),
            status as usize,
            Ordering::SeqCst,
        );
    }
}

/// The event handle without its tag bit, and whether the tag bit asks for no port packet
/// (documented: GetQueuedCompletionStatus, Remarks).
///
/// # Safety
/// `overlapped` points to a valid OVERLAPPED.
pub(crate) unsafe fn event_of(overlapped: *mut OVERLAPPED) -> (Handle, bool) {
    // SAFETY: valid by the contract.
    let value = unsafe { addr_of!((*overlapped).hEvent).read_unaligned() } as usize;
    ((value & !3) as Handle, value & 1 != 0)
}

/// The file offset of the operation.
///
/// # Safety
/// `overlapped` points to a valid OVERLAPPED.
#[cfg(not(windows))]
pub(crate) unsafe fn offset_of(overlapped: *mut OVERLAPPED) -> u64 {
    // SAFETY: valid by the contract.
    let (low, high) = unsafe {
        (
            addr_of!((*overlapped).Offset).read_unaligned(),
            addr_of!((*overlapped).OffsetHigh).read_unaligned(),
        )
    };
    u64::from(high) << 32 | u64::from(low)
}

/// How the operation ended, or `None` while it runs.
///
/// # Safety
/// `overlapped` points to a valid OVERLAPPED.
pub(crate) unsafe fn outcome(overlapped: *mut OVERLAPPED) -> Option<OverlappedOutcome> {
    // SAFETY: valid by the contract of the callers.
    let status = unsafe { load(addr_of_mut!((*overlapped).Internal)) } as u32;
    if status == STATUS_PENDING {
        return None;
    }
    // SAFETY: as above.
    let bytes = unsafe { load(addr_of_mut!((*overlapped).InternalHigh)) };
    let error = match status::nt_success(status) {
        true => 0,
        false => status::win32_from_nt(status),
    };
    Some(OverlappedOutcome { error, bytes })
}

unsafe fn store(at: *mut usize, value: usize, order: Ordering) {
    if at.is_aligned() {
        // SAFETY: valid by the contract of the callers, aligned as tested.
        unsafe { AtomicUsize::from_ptr(at) }.store(value, order);
    } else {
        // SAFETY: valid by the contract of the callers.
        unsafe { at.write_unaligned(value) };
        fence(Ordering::SeqCst);
    }
}

unsafe fn load(at: *mut usize) -> usize {
    if at.is_aligned() {
        // SAFETY: valid by the contract of the callers, aligned as tested.
        unsafe { AtomicUsize::from_ptr(at) }.load(Ordering::SeqCst)
    } else {
        // SAFETY: valid by the contract of the callers.
        unsafe { at.read_unaligned() }
    }
}

#[cfg(test)]
mod tests {
    use std::mem::{offset_of, size_of};

    use super::*;

    #[test]
    fn layouts() {
        assert_eq!(size_of::<OVERLAPPED>(), 32);
        assert_eq!(offset_of!(OVERLAPPED, Offset), 16);
        assert_eq!(offset_of!(OVERLAPPED, hEvent), 24);
        assert_eq!(size_of::<OVERLAPPED_ENTRY>(), 32);
        assert_eq!(offset_of!(OVERLAPPED_ENTRY, Internal), 16);
        assert_eq!(offset_of!(OVERLAPPED_ENTRY, dwNumberOfBytesTransferred), 24);
    }
}
