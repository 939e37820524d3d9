//! Version 1 URLs, HttpAddUrl and HttpRemoveUrl, and the URL helpers.
//!
//! Owns the functions of the family. Does not own prefixes and routing (`httpsys_core`). Threading:
//! any thread.

use std::ffi::c_void;

use httpsys_core::Error;
use httpsys_core::operation::Control;

use super::reserved_pointer;
use crate::code::Code;
use crate::entry::{entry, entry_missing};
use crate::pointers;
use crate::queue_handle::QueueHandle;
use crate::types::HANDLE;

entry! {
    /// Adds a UrlPrefix to a queue of version 1.
    ///
    /// 6 for a handle that is NULL or closed (PFX-016, PFX-017); 87 for a queue of version 2
    /// (SES-023); otherwise as HttpAddUrlToUrlGroup.
    fn HttpAddUrl(queue: HANDLE, url: *const u16, reserved: *const c_void) -> u32 {
        let handle = QueueHandle::lookup(queue)?;
        // SAFETY: by the contract of the function.
        let url = unsafe { pointers::utf16(url) }?.to_vec();
        reserved_pointer(reserved)?;
        let queue = handle.queue().id();
        handle.service().control(Control::AddUrl { queue, url })?;
        Ok(())
    }

    /// Removes a UrlPrefix from a queue of version 1.
    ///
    /// 87 for a NULL handle, unlike everywhere else (PFX-023, observed); 2 for a URL that is not
    /// registered (PFX-025).
    fn HttpRemoveUrl(queue: HANDLE, url: *const u16) -> u32 {
        if queue.is_null() {
            return Err(Error::InvalidParameter.into());
        }
        let handle = QueueHandle::lookup(queue)?;
        // SAFETY: by the contract of the function.
        let url = unsafe { pointers::utf16(url) }?.to_vec();
        let queue = handle.queue().id();
        handle.service().control(Control::RemoveUrl { queue, url })?;
        Ok(())
    }
}

entry_missing! {
    /// Missing: returns ERROR_NOT_SUPPORTED (50); URLs are normalised when they are added.
    fn HttpPrepareUrl(
        reserved: *const c_void,
        flags: u32,
        url: *const u16,
        prepared: *mut *mut u16,
    ) -> u32 = Code::NOT_SUPPORTED;

    /// Missing: returns STATUS_NOT_SUPPORTED (0xC00000BB), as the page promises an NTSTATUS.
    fn HttpFindUrlGroupId(url: *const u16, queue: HANDLE, group: *mut u64) -> u32
        = Code::NT_NOT_SUPPORTED;
}
