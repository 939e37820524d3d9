//! Waiting for a change of a variable of the program.
//!
//! Owns the sleep and the wake at an address. Does not own the variable. Invariant: a change that is followed by a
//! wake is seen by every wait that began before: the comparison is made under the lock under which the thread
//! goes to sleep. Threading: any thread.

use std::sync::atomic::{AtomicU8, AtomicU16, AtomicU32, AtomicU64, Ordering};
use std::time::Instant;

use crate::status::{Code, ERROR_INVALID_PARAMETER, ERROR_TIMEOUT};
use crate::sync::park::{self, Parked};

/// WaitOnAddress: sleeps while the variable of 1, 2, 4 or 8 bytes is what is compared with. May end early.
///
/// # Errors
/// 87 for another size or a variable that is not aligned; 1460 when the deadline passed.
///
/// # Safety
/// `address` and `compare` point to `size` bytes; the variable is valid until the wait has ended.
pub unsafe fn wait(
    address: usize,
    compare: usize,
    size: usize,
    deadline: Option<Instant>,
) -> Result<(), Code> {
    if !matches!(size, 1 | 2 | 4 | 8) || address % size != 0 {
        return Err(ERROR_INVALID_PARAMETER);
    }
    // SAFETY: `size` bytes by the contract of this function.
    let expected = unsafe { bytes_at(compare, size) };
    let same = || {
        // SAFETY: valid and aligned for its size, which was tested.
        let now = unsafe {
            match size {
                1 => u64::from(AtomicU8::from_ptr(address as *mut u8).load(Ordering::SeqCst)),
                2 => u64::from(AtomicU16::from_ptr(address as *mut u16).load(Ordering::SeqCst)),
                4 => u64::from(AtomicU32::from_ptr(address as *mut u32).load(Ordering::SeqCst)),
                _ => AtomicU64::from_ptr(address as *mut u64).load(Ordering::SeqCst),
            }
        };
        now == expected
    };
    // SAFETY: the closures neither panic nor call back into the parking of threads.
    match unsafe { park::park_at(address, same, || {}, deadline) } {
        Parked::TimedOut => Err(ERROR_TIMEOUT),
        Parked::Woken => Ok(()),
    }
}

/// The bytes as a number of that size.
unsafe fn bytes_at(address: usize, size: usize) -> u64 {
    // SAFETY: `size` bytes by the contract of `wait`.
    unsafe {
        match size {
            1 => u64::from((address as *const u8).read()),
            2 => u64::from((address as *const u16).read_unaligned()),
            4 => u64::from((address as *const u32).read_unaligned()),
            _ => (address as *const u64).read_unaligned(),
        }
    }
}

/// WakeByAddressSingle.
pub fn wake_one(address: usize) {
    park::unpark_one(address);
}

/// WakeByAddressAll.
pub fn wake_all(address: usize) {
    park::unpark_all(address);
}
