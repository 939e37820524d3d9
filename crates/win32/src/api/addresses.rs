//! Waits for a change of a variable.
//!
//! Owns the C form only. Threading: any thread.

use std::ffi::c_void;

use super::{Bool, fence, fence_bool, not_null};
use crate::sync::address;
use crate::time::deadline;

/// WaitOnAddress: sleeps while the variable of `size` bytes (1, 2, 4, 8) has the value at `compare`; TRUE
/// also when woken without a change, so look again. FALSE with 87 (NULL, size, not aligned), 1460 (the
/// time is over).
///
/// # Safety
/// Both point to `size` bytes; the variable is valid until the call returns.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WaitOnAddress(
    variable: *const c_void,
    compare: *const c_void,
    size: usize,
    milliseconds: u32,
) -> Bool {
    fence_bool(|| {
        not_null(variable)?;
        not_null(compare)?;
        let end = deadline(milliseconds);
        // SAFETY: by the contract of this function.
        unsafe { address::wait(variable as usize, compare as usize, size, end) }
    })
}

/// WakeByAddressSingle: wakes one thread that waits for the variable.
#[unsafe(no_mangle)]
pub extern "system" fn WakeByAddressSingle(variable: *const c_void) {
    fence((), || {
        address::wake_one(variable as usize);
        Ok(())
    });
}

/// WakeByAddressAll: wakes all threads that wait for the variable.
#[unsafe(no_mangle)]
pub extern "system" fn WakeByAddressAll(variable: *const c_void) {
    fence((), || {
        address::wake_all(variable as usize);
        Ok(())
    });
}
