//! URL groups: HttpCreateUrlGroup and its companions.
//!
//! Owns the functions of the family and the conversion of HTTP_BINDING_INFO. Does not own groups,
//! prefixes and routing (`httpsys_core`). Threading: any thread.

use std::ffi::c_void;

use httpsys_core::operation::{Control, Outcome};
use httpsys_core::{Error, QueueId, ServerSessionId, UrlGroupId};

use super::{check_flags, reserved as check_reserved};
use crate::code::Code;
use crate::entry::{entry, entry_missing};
use crate::lifecycle;
use crate::pointers::{self, Out};
use crate::queue_handle::QueueHandle;
use crate::types::{
    HTTP_BINDING_INFO, HTTP_SERVER_PROPERTY, HTTP_URL_FLAG_REMOVE_ALL,
    HttpServerAuthenticationProperty, HttpServerBindingProperty, HttpServerChannelBindProperty,
    HttpServerDelegationProperty, HttpServerExtendedAuthenticationProperty,
    HttpServerFastForwardingProperty, HttpServerLoggingProperty, HttpServerProtectionLevelProperty,
    HttpServerQosProperty, HttpServerRequestInfoProperty, HttpServerStateProperty,
    HttpServerTimeoutsProperty,
};

entry! {
    /// Creates an empty URL group in a session, unbound: its requests get 503 until it is bound
    /// (SES-010, SES-011, SES-024).
    fn HttpCreateUrlGroup(session: u64, group: *mut u64, reserved: u32) -> u32 {
        // SAFETY: by the contract of the function.
        let group = unsafe { Out::required(group) }?;
        check_reserved(reserved)?;
        let call = Control::CreateUrlGroup { session: ServerSessionId(session) };
        match lifecycle::service()?.control(call)? {
            Outcome::UrlGroup(id) => group.set(id.0),
            _ => Err(Error::Internal)?,
        }
        Ok(())
    }

    /// Closes a URL group; its URLs vanish with it (SES-028). 87 for an unknown id.
    fn HttpCloseUrlGroup(group: u64) -> u32 {
        lifecycle::service()?.control(Control::CloseUrlGroup { group: UrlGroupId(group) })?;
        Ok(())
    }

    /// Adds a UrlPrefix to a group. `context` comes back with each request (HST-011).
    ///
    /// 87 for a prefix that is not well formed, 183 for one that is taken (PFX-010, PFX-011), 32
    /// when a foreign socket has the port (PFX-013).
    fn HttpAddUrlToUrlGroup(group: u64, url: *const u16, context: u64, reserved: u32) -> u32 {
        // SAFETY: by the contract of the function.
        let url = unsafe { pointers::utf16(url) }?.to_vec();
        check_reserved(reserved)?;
        let group = UrlGroupId(group);
        lifecycle::service()?.control(Control::AddUrlToUrlGroup { group, url, context })?;
        Ok(())
    }

    /// Removes a UrlPrefix, or all of them with HTTP_URL_FLAG_REMOVE_ALL and a NULL string
    /// (PFX-026). 2 for a prefix that is not in this group (PFX-025).
    fn HttpRemoveUrlFromUrlGroup(group: u64, url: *const u16, flags: u32) -> u32 {
        check_flags(flags, HTTP_URL_FLAG_REMOVE_ALL)?;
        let url = if flags & HTTP_URL_FLAG_REMOVE_ALL == 0 {
            // SAFETY: by the contract of the function.
            Some(unsafe { pointers::utf16(url) }?.to_vec())
        } else if url.is_null() {
            None
        } else {
            return Err(Error::InvalidParameter.into());
        };
        let group = UrlGroupId(group);
        lifecycle::service()?.control(Control::RemoveUrlFromUrlGroup { group, url })?;
        Ok(())
    }

    /// Sets a property of a group: binds it to a request queue or detaches it (SES-024 to
    /// SES-026).
    ///
    /// 87 for NULL, a wrong length (G-105), a property that groups do not have, and a handle that
    /// is not a queue; 6 for a closed one (G-104); 50 for what is not there yet.
    ///
    /// Partial: only HttpServerBindingProperty; the other properties of a URL group return
    /// ERROR_NOT_SUPPORTED (50).
    fn HttpSetUrlGroupProperty(
        group: u64,
        property: HTTP_SERVER_PROPERTY,
        information: *const c_void,
        length: u32,
    ) -> u32 {
        if information.is_null() || length == 0 {
            return Err(Error::InvalidParameter.into());
        }
        #[allow(non_upper_case_globals, reason = "names of http.h")]
        match property {
            HttpServerBindingProperty if length as usize == size_of::<HTTP_BINDING_INFO>() => {
                // SAFETY: by the contract of the function, and as long as `length` says.
                let binding = unsafe { pointers::one(information.cast::<HTTP_BINDING_INFO>()) }?;
                let queue = bound_queue(binding)?;
                let group = UrlGroupId(group);
                lifecycle::service()?.control(Control::BindUrlGroup { group, queue })?;
                Ok(())
            }
            HttpServerAuthenticationProperty
            | HttpServerExtendedAuthenticationProperty
            | HttpServerQosProperty
            | HttpServerLoggingProperty
            | HttpServerStateProperty
            | HttpServerTimeoutsProperty
            | HttpServerChannelBindProperty
            | HttpServerProtectionLevelProperty
            | HttpServerDelegationProperty
            | HttpServerFastForwardingProperty
            | HttpServerRequestInfoProperty => {
                tracing::warn!(property, "is a property of URL groups that is not implemented");
                Err(Code::NOT_SUPPORTED)
            }
            _ => Err(Error::InvalidParameter.into()),
        }
    }
}

entry_missing! {
    /// Missing: returns ERROR_NOT_SUPPORTED (50) for every property.
    fn HttpQueryUrlGroupProperty(
        group: u64,
        property: HTTP_SERVER_PROPERTY,
        information: *mut c_void,
        length: u32,
        return_length: *mut u32,
    ) -> u32 = Code::NOT_SUPPORTED;
}

/// The queue to bind to; `None` detaches the group.
fn bound_queue(binding: &HTTP_BINDING_INFO) -> Result<Option<QueueId>, Code> {
    let handle = binding.RequestQueueHandle;
    if binding.Flags._bitfield & 1 == 0 || handle.is_null() {
        return Ok(None);
    }
    Ok(Some(QueueHandle::lookup_or_invalid(handle)?.queue().id()))
}
