//! URL groups: HttpCreateUrlGroup and its companions.
//!
//! Owns the functions of the family, the conversion of HTTP_BINDING_INFO, and the properties of
//! which only the default is there. Does not own groups, prefixes and routing (`httpsys_core`) or
//! the structures of the other properties (`property`). Threading: any thread.

use std::ffi::c_void;

use httpsys_core::call::{Control, Outcome, Query};
use httpsys_core::property::Properties;
use httpsys_core::{Error, QueueId, ServerSessionId, UrlGroupId};

use super::{check_flags, property, reserved as check_reserved};
use crate::code::ErrorCode;
use crate::entry::entry;
use crate::lifecycle;
use crate::pointers::{self, Out};
use crate::queue_handle::QueueObject;
use crate::reason::{NamedArgument, invalid};
use crate::types::{
    HTTP_BINDING_INFO, HTTP_LISTEN_ENDPOINT_INFO, HTTP_PROTECTION_LEVEL_INFO, HTTP_SERVER_PROPERTY,
    HTTP_URL_FLAG_REMOVE_ALL, HttpProtectionLevelUnrestricted, HttpServerBindingProperty,
    HttpServerDelegationProperty, HttpServerFastForwardingProperty,
    HttpServerListenEndpointProperty, HttpServerProtectionLevelProperty,
    HttpServerRequestInfoProperty,
};

entry! {
    /// Creates an empty URL group in a session; requests for its URLs get a 503 until it is bound
    /// to a queue (SES-010, SES-011, SES-024).
    fn HttpCreateUrlGroup(session: u64, group: *mut u64, reserved: u32) -> u32 {
        // SAFETY: by the contract of the function.
        let group = unsafe { Out::required(group) }.named("pUrlGroupId")?;
        check_reserved(reserved)?;
        let call = Control::CreateUrlGroup { session: ServerSessionId(session) };
        match lifecycle::service()?.control(call)? {
            Outcome::UrlGroup(id) => group.set(id.0),
            _ => Err(Error::Internal)?,
        }
        Ok(())
    }

    /// Closes a URL group and removes its URLs (SES-028). 87 for an unknown id.
    fn HttpCloseUrlGroup(group: u64) -> u32 {
        lifecycle::service()?.control(Control::CloseUrlGroup { group: UrlGroupId(group) })?;
        Ok(())
    }

    /// Adds a UrlPrefix to a group. Each request for a URL under it carries UrlContext (HST-011).
    ///
    /// 87 for a prefix that is not well formed; 183 for a prefix that is already registered
    /// (PFX-010, PFX-011); 32 when another program's socket uses the port (PFX-013).
    fn HttpAddUrlToUrlGroup(group: u64, url: *const u16, context: u64, reserved: u32) -> u32 {
        // SAFETY: by the contract of the function.
        let url = unsafe { pointers::utf16(url) }.named("pFullyQualifiedUrl")?.to_vec();
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
            Some(unsafe { pointers::utf16(url) }.named("pFullyQualifiedUrl")?.to_vec())
        } else if url.is_null() {
            None
        } else {
            return Err(invalid("pFullyQualifiedUrl must be NULL with HTTP_URL_FLAG_REMOVE_ALL"));
        };
        let group = UrlGroupId(group);
        lifecycle::service()?.control(Control::RemoveUrlFromUrlGroup { group, url })?;
        Ok(())
    }

    /// Sets a property of a group: its binding to a request queue (SES-024 to SES-026), state,
    /// timeouts, limits, logging, authentication, channel binding.
    ///
    /// 87 for NULL, a length other than the structure's (G-105), a property that groups do not
    /// have, a value out of range, and a handle that is not a queue or is a queue of version 1
    /// (SES-023); 6 for a closed handle (G-104); 50 for features that are not implemented:
    /// authentication schemes, sharing endpoints, restricted protection levels, delegation, fast
    /// forwarding and the gathering of request information. A handle that only opened its queue can
    /// be bound as well as its creator's (SES-033). With `Flags.Present` 0 the property is unset.
    ///
    /// When the call returns, a new log is open, and the previous one is closed, with all its
    /// entries in its files; 87 for a log directory that cannot be used (G-143).
    ///
    /// Partial: the security descriptor of a log directory is not applied.
    /// Differs: the drive letter of a log directory stands for a folder, as for CreateFileW; a directory
    /// in the form of this system, which begins with `/`, is accepted, too.
    fn HttpSetUrlGroupProperty(
        group: u64,
        property: HTTP_SERVER_PROPERTY,
        information: *const c_void,
        length: u32,
    ) -> u32 {
        // SAFETY: by the contract of the function.
        let call = unsafe { set_call(UrlGroupId(group), property, information, length) }?;
        if let Some(call) = call {
            lifecycle::service()?.control(call)?;
        }
        Ok(())
    }

    /// Queries a property as it was set on the group, without inherited values; otherwise it works
    /// like HttpQueryServerSessionProperty. The binding cannot be queried (documented).
    fn HttpQueryUrlGroupProperty(
        group: u64,
        property: HTTP_SERVER_PROPERTY,
        information: *mut c_void,
        length: u32,
        return_length: *mut u32,
    ) -> u32 {
        // SAFETY: by the contract of the function.
        let answer = unsafe { property::answer(information, length, return_length) }?;
        let query = Query::UrlGroupProperties { group: UrlGroupId(group) };
        let properties: Properties = lifecycle::service()?.query(&query)?.try_into()?;
        property::write(property, &properties, answer)
    }
}

/// The call that sets a property; `None` when it asks for what is always so.
///
/// # Safety
/// As [`property::read`].
#[allow(non_upper_case_globals, reason = "names of http.h")]
unsafe fn set_call(
    group: UrlGroupId,
    property: HTTP_SERVER_PROPERTY,
    information: *const c_void,
    length: u32,
) -> Result<Option<Control>, ErrorCode> {
    // SAFETY: by the contract of this function.
    unsafe {
        match property {
            HttpServerBindingProperty => {
                let binding: HTTP_BINDING_INFO = property::exact(information, length)?;
                let queue = bound_queue(&binding)?;
                Ok(Some(Control::BindUrlGroup { group, queue }))
            }
            HttpServerListenEndpointProperty => {
                let info: HTTP_LISTEN_ENDPOINT_INFO = property::exact(information, length)?;
                let shared = info.Flags.present() && info.EnableSharing != 0;
                default_only(group, property, !shared)
            }
            HttpServerProtectionLevelProperty => {
                let info: HTTP_PROTECTION_LEVEL_INFO = property::exact(information, length)?;
                let restricted =
                    info.Flags.present() && info.Level != HttpProtectionLevelUnrestricted;
                default_only(group, property, !restricted)
            }
            HttpServerDelegationProperty
            | HttpServerFastForwardingProperty
            | HttpServerRequestInfoProperty => {
                if information.is_null() || length == 0 {
                    return Err(invalid("PropertyInformation is NULL, or its length is 0"));
                }
                default_only(group, property, false)
            }
            _ => {
                let property = property::read(property, information, length)?;
                Ok(Some(Control::SetUrlGroupProperty { group, property }))
            }
        }
    }
}

/// A property of which only the default is there: 50 for another value, so that no program relies
/// on what nobody does.
fn default_only(
    group: UrlGroupId,
    property: HTTP_SERVER_PROPERTY,
    is_default: bool,
) -> Result<Option<Control>, ErrorCode> {
    // An unknown group comes first.
    lifecycle::service()?.query(&Query::UrlGroupProperties { group })?;
    if is_default {
        Ok(None)
    } else {
        tracing::warn!(property, "this URL group property is not implemented");
        Err(ErrorCode::NOT_SUPPORTED)
    }
}

/// The queue to bind to; `None` detaches the group.
fn bound_queue(binding: &HTTP_BINDING_INFO) -> Result<Option<QueueId>, ErrorCode> {
    let handle = binding.RequestQueueHandle;
    if !binding.Flags.present() || handle.is_null() {
        return Ok(None);
    }
    let handle = QueueObject::lookup_or_invalid(handle)?;
    handle.check_binds()?;
    Ok(Some(handle.queue().id()))
}
