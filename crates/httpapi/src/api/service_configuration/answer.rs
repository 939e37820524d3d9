//! What the functions of all records have in common: the caller's structure, and where an answer goes.
//!
//! Owns: reading the structure, the answer's size and its buffer. Does not own: the records. Contains unsafe code:
//! the caller's pointers. Threading: any thread.

use std::ffi::c_void;

use httpsys_core::Error;

use crate::api::property::exact;
use crate::code::{CallResult, ErrorCode};
use crate::pointers::{Buffer, Out};
use crate::reason::{NamedArgument, invalid};

/// The structure that sets or deletes a record.
///
/// # Errors
/// 87 for NULL, 122 for a length that is too small, 998 for a misaligned one.
///
/// # Safety
/// As [`exact`].
pub(super) unsafe fn record<T: Copy>(
    information: *const c_void,
    length: u32,
) -> Result<T, ErrorCode> {
    let size = size_of::<T>() as u32;
    if information.is_null() {
        return Err(invalid("pConfigInformation is NULL"));
    }
    if length < size {
        return Err(Error::InsufficientBuffer.into());
    }
    // SAFETY: by the contract of this function; `length` says at least so much.
    unsafe { exact(information, size) }
}

/// Where the answer to a query goes.
#[derive(Debug)]
pub(super) struct ConfigurationAnswer {
    pub(super) buffer: Buffer,
    pub(super) return_length: Out<u32>,
}

impl ConfigurationAnswer {
    /// # Safety
    /// As [`Buffer::new`] and [`Out::optional`].
    pub(super) unsafe fn new(
        output: *mut c_void,
        output_length: u32,
        return_length: *mut u32,
    ) -> Result<ConfigurationAnswer, ErrorCode> {
        let length = if output.is_null() {
            0
        } else {
            output_length as usize
        };
        // SAFETY: by the contract of this function.
        unsafe {
            Ok(ConfigurationAnswer {
                buffer: Buffer::new(output.cast(), length).named("pOutput")?,
                return_length: Out::optional(return_length),
            })
        }
    }

    /// Says how much the answer needs; 122 when it does not fit.
    pub(super) fn reserve(&mut self, needed: usize) -> CallResult {
        self.return_length.set_count(needed as u64);
        if needed > self.buffer.len() {
            return Err(Error::InsufficientBuffer.into());
        }
        Ok(())
    }

    /// One value.
    pub(super) fn one<T: Copy>(mut self, value: T) -> CallResult {
        self.reserve(size_of::<T>())?;
        self.buffer.put(0, &[value]);
        Ok(())
    }
}
