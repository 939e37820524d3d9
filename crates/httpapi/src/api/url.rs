//! Version 1 URLs, HttpAddUrl and HttpRemoveUrl, and the URL helpers.
//!
//! Owns the functions of the family. Does not own prefixes and routing (`httpsys_core`). Threading:
//! any thread.

use std::ffi::c_void;

use httpsys_core::call::{Control, Query};
use httpsys_core::{Error, UrlGroupId, url_prefix};

use super::{reserved as check_reserved, reserved_pointer};
use crate::code::{CallResult, ErrorCode};
use crate::entry::entry;
use crate::lifecycle::{self, Needs};
use crate::pointers::{self, Out};
use crate::queue_handle::QueueObject;
use crate::reason::{NamedArgument, invalid};
use crate::types::HANDLE;

entry! {
    /// Adds a UrlPrefix to a queue of version 1.
    ///
    /// 6 for a handle that is NULL or closed (PFX-016, PFX-017); 87 for a queue of version 2
    /// (SES-023). The other error codes are those of HttpAddUrlToUrlGroup.
    fn HttpAddUrl(queue: HANDLE, url: *const u16, reserved: *const c_void) -> u32 {
        let handle = QueueObject::lookup(queue)?;
        // SAFETY: by the contract of the function.
        let url = unsafe { pointers::utf16(url) }.named("FullyQualifiedUrl")?.to_vec();
        reserved_pointer(reserved)?;
        let queue = handle.queue().id();
        handle.service().control(Control::AddUrl { queue, url })?;
        Ok(())
    }

    /// Removes a UrlPrefix from a queue of version 1.
    ///
    /// 87 for a NULL handle, unlike in other functions (PFX-023, observed); 2 for a URL that is not
    /// registered (PFX-025).
    fn HttpRemoveUrl(queue: HANDLE, url: *const u16) -> u32 {
        if queue.is_null() {
            return Err(invalid("RequestQueueHandle is NULL"));
        }
        let handle = QueueObject::lookup(queue)?;
        // SAFETY: by the contract of the function.
        let url = unsafe { pointers::utf16(url) }.named("FullyQualifiedUrl")?.to_vec();
        let queue = handle.queue().id();
        handle.service().control(Control::RemoveUrl { queue, url })?;
        Ok(())
    }

    /// Prepares a URL for registration: a host in Punycode, or in any spelling of a Unicode name,
    /// becomes the Unicode name (HST-014), and a missing port or path is added (assumed). The
    /// program owns the result and must free it with HeapFree on the process heap (CFG-002).
    ///
    /// 87 for NULL, for reserved arguments that are not 0, and for a URL that cannot be a
    /// UrlPrefix; 8 when there is not enough memory. After an error, `prepared` is not changed.
    fn HttpPrepareUrl(
        reserved: *const c_void,
        flags: u32,
        url: *const u16,
        prepared: *mut *mut u16,
    ) -> u32 {
        // SAFETY: by the contract of the function.
        let prepared = unsafe { Out::required(prepared) }.named("PreparedUrl")?;
        reserved_pointer(reserved)?;
        check_reserved(flags)?;
        // SAFETY: by the contract of the function.
        let url = unsafe { pointers::utf16(url) }.named("FullyQualifiedUrl")?;
        let url = url_prefix::prepare(url).map_err(|why| {
            httpsys_engine::warn_of_prefix(url, why);
            why.error()
        })?;
        prepared.set(on_the_heap(&url)?);
        Ok(())
    }

    /// Finds the URL group of this queue that has exactly this prefix.
    ///
    /// Returns an NTSTATUS, as documented: STATUS_INVALID_PARAMETER for NULL and for a string that
    /// is not a UrlPrefix, STATUS_INVALID_HANDLE for a handle that is not a queue,
    /// STATUS_OBJECT_NAME_NOT_FOUND when no group of the queue has the prefix (the codes are
    /// assumed).
    fn HttpFindUrlGroupId(url: *const u16, queue: HANDLE, group: *mut u64) -> u32, needs Nothing {
        find_url_group(url, queue, group).map_err(ErrorCode::as_nt)
    }
}

/// A NUL-terminated copy for the program.
fn on_the_heap(units: &[u16]) -> Result<*mut u16, ErrorCode> {
    let size = (units.len() + 1) * size_of::<u16>();
    let memory = httpsys_win32::heap::alloc_zeroed(size);
    if memory.is_null() {
        return Err(Error::NoResources.into());
    }
    // SAFETY: `memory` has room for the units and a NUL, which is there; it is new, so that it is
    // no part of `units`.
    unsafe {
        let from = units.as_ptr().cast::<u8>();
        from.copy_to_nonoverlapping(memory, size_of_val(units));
    }
    Ok(memory.cast())
}

/// The body of HttpFindUrlGroupId, in Win32 codes: as an NTSTATUS they would count as success.
fn find_url_group(url: *const u16, queue: HANDLE, group: *mut u64) -> CallResult {
    lifecycle::check(Needs::Server)?;
    // SAFETY: by the contract of the exported function.
    let group = unsafe { Out::required(group) }.named("UrlGroupId")?;
    // SAFETY: by the contract of the exported function.
    let url = unsafe { pointers::utf16(url) }.named("FullyQualifiedUrl")?;
    let handle = QueueObject::lookup(queue)?;
    let query = Query::FindUrlGroup {
        queue: handle.queue().id(),
        url: url.to_vec(),
    };
    let found: UrlGroupId = handle.service().query(&query)?.try_into()?;
    group.set(found.0);
    Ok(())
}
