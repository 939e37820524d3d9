//! The property structures of http.h and the properties of the service, both ways.
//!
//! Owns: sizes and `Flags.Present` of what is set, and the packing of what is asked for. Does not
//! own: which object has which property and which values are good (`httpsys_core::property`).
//! Unsafe code: reading the structures and the strings they point at. Threading: any thread.
#![allow(non_upper_case_globals, reason = "names of http.h")]

use std::ffi::c_void;

use httpsys_core::Misuse;
use httpsys_core::property::{
    Authentication, ChannelBinding, Hardening, LogFormat, Logging, Properties, Property, Rollover,
    ServiceName, State, Timeouts,
};

use crate::code::{CallResult, ErrorCode};
use crate::pointers::{self, Buffer, Out};
use crate::reason::{NamedArgument, invalid};
use crate::strict;
use crate::types::*;

mod answer;
pub(crate) mod directory;

pub(super) use answer::{PropertyAnswer, answer};

/// The longest list of service names that is read (ours: no page names a bound).
const MAX_SERVICE_NAMES: u32 = 1024;

/// A structure of the program's that has to have exactly its documented size (G-105).
///
/// # Errors
/// 87 for NULL and another length, 998 for a misaligned one.
///
/// # Safety
/// `information` is NULL or points to `length` bytes that are valid for reads. Any bytes are a
/// valid `T`.
pub(super) unsafe fn exact<T: Copy>(
    information: *const c_void,
    length: u32,
) -> Result<T, ErrorCode> {
    if length as usize != size_of::<T>() {
        strict::suspect(Misuse::WrongSize);
        return Err(invalid(format!(
            "PropertyInformationLength is {length}, not {}",
            size_of::<T>()
        )));
    }
    // SAFETY: by the contract of this function, and as long as `length` says.
    unsafe { pointers::one(information.cast::<T>()) }
        .named("PropertyInformation")
        .copied()
}

/// What a server session or URL group is given.
///
/// # Errors
/// 87 for a property that neither has, and for values that http.h does not have; 50 for what is not
/// built.
///
/// # Safety
/// `information` is NULL or points to `length` bytes that are the structure of the property, with
/// everything it points at valid for reads.
pub(super) unsafe fn read(
    property: HTTP_SERVER_PROPERTY,
    information: *const c_void,
    length: u32,
) -> Result<Property, ErrorCode> {
    // SAFETY: in each arm, by the contract of this function: the length is checked first.
    unsafe {
        Ok(match property {
            HttpServerStateProperty => {
                let info: HTTP_STATE_INFO = exact(information, length)?;
                Property::State(present(info.Flags, || state(info.State))?)
            }
            HttpServerTimeoutsProperty => {
                let info: HTTP_TIMEOUT_LIMIT_INFO = exact(information, length)?;
                Property::Timeouts(present(info.Flags, || Ok(timeouts(&info)))?)
            }
            HttpServerQosProperty => quality(&exact(information, length)?)?,
            HttpServerLoggingProperty => {
                let info: HTTP_LOGGING_INFO = exact(information, length)?;
                Property::Logging(present(info.Flags, || logging(&info).map(Box::new))?)
            }
            HttpServerAuthenticationProperty | HttpServerExtendedAuthenticationProperty => {
                let info: HTTP_SERVER_AUTHENTICATION_INFO = exact(information, length)?;
                let read = || authentication(&info).map(Box::new);
                Property::Authentication(present(info.Flags, read)?)
            }
            HttpServerChannelBindProperty => {
                let info: HTTP_CHANNEL_BIND_INFO = exact(information, length)?;
                Property::ChannelBinding(Box::new(channel_binding(&info)?))
            }
            _ => return Err(invalid("the object does not have this Property")),
        })
    }
}

/// Answers a query of a server session or URL group (G-107: what was never set is zeros).
///
/// # Errors
/// 234 for a buffer that is too small, with the size in `answer`'s return length; 87 for a property
/// that cannot be asked for: the documentation leaves out logging, bindings and the others.
pub(super) fn write(
    property: HTTP_SERVER_PROPERTY,
    properties: &Properties,
    answer: PropertyAnswer,
) -> CallResult {
    match property {
        HttpServerStateProperty => answer.one(&HTTP_STATE_INFO {
            Flags: HTTP_PROPERTY_FLAGS::new(properties.state.is_some()),
            State: state_value(properties.state.unwrap_or_default()),
        }),
        HttpServerTimeoutsProperty => answer.timeouts(timeouts_info(properties.timeouts)),
        HttpServerQosProperty => answer.quality(properties),
        HttpServerAuthenticationProperty => {
            answer.authentication(properties.authentication.as_deref())
        }
        HttpServerChannelBindProperty => {
            answer.channel_binding(properties.channel_binding.as_deref())
        }
        _ => Err(invalid("Property cannot be queried")),
    }
}

/// HTTP_ENABLED_STATE.
pub(super) fn state(value: HTTP_ENABLED_STATE) -> Result<State, ErrorCode> {
    match value {
        HttpEnabledStateActive => Ok(State::Active),
        HttpEnabledStateInactive => Ok(State::Inactive),
        _ => Err(invalid("State is not an HTTP_ENABLED_STATE")),
    }
}

/// The value of http.h.
pub(super) fn state_value(state: State) -> HTTP_ENABLED_STATE {
    match state {
        State::Active => HttpEnabledStateActive,
        State::Inactive => HttpEnabledStateInactive,
    }
}

/// The rest of a structure means something only with `Flags.Present`.
fn present<T>(
    flags: HTTP_PROPERTY_FLAGS,
    read: impl FnOnce() -> Result<T, ErrorCode>,
) -> Result<Option<T>, ErrorCode> {
    if flags.present() {
        read().map(Some)
    } else {
        Ok(None)
    }
}

fn timeouts(info: &HTTP_TIMEOUT_LIMIT_INFO) -> Timeouts {
    Timeouts {
        entity_body: info.EntityBody,
        drain_entity_body: info.DrainEntityBody,
        request_queue: info.RequestQueue,
        idle_connection: info.IdleConnection,
        header_wait: info.HeaderWait,
        min_send_rate: info.MinSendRate,
    }
}

fn timeouts_info(timeouts: Option<Timeouts>) -> HTTP_TIMEOUT_LIMIT_INFO {
    let values = timeouts.unwrap_or_default();
    HTTP_TIMEOUT_LIMIT_INFO {
        Flags: HTTP_PROPERTY_FLAGS::new(timeouts.is_some()),
        EntityBody: values.entity_body,
        DrainEntityBody: values.drain_entity_body,
        RequestQueue: values.request_queue,
        IdleConnection: values.idle_connection,
        HeaderWait: values.header_wait,
        MinSendRate: values.min_send_rate,
    }
}

/// # Safety
/// As [`read`], for what the structure points at; so for the functions below.
unsafe fn quality(info: &HTTP_QOS_SETTING_INFO) -> Result<Property, ErrorCode> {
    match info.QosType {
        HttpQosSettingTypeBandwidth => {
            // SAFETY: by the contract of this function, the structure of this type.
            let limit =
                unsafe { pointers::one(info.QosSetting.cast::<HTTP_BANDWIDTH_LIMIT_INFO>()) }
                    .named("QosSetting")?;
            let limit = limit.Flags.present().then_some(limit.MaxBandwidth);
            Ok(Property::Bandwidth(limit))
        }
        HttpQosSettingTypeConnectionLimit => {
            // SAFETY: by the contract of this function, the structure of this type.
            let limit =
                unsafe { pointers::one(info.QosSetting.cast::<HTTP_CONNECTION_LIMIT_INFO>()) }
                    .named("QosSetting")?;
            let limit = limit.Flags.present().then_some(limit.MaxConnections);
            Ok(Property::ConnectionLimit(limit))
        }
        // HttpQosSettingTypeFlowRate is for single responses.
        _ => Err(invalid(
            "QosType is neither that of a bandwidth nor that of a connection limit",
        )),
    }
}

unsafe fn logging(info: &HTTP_LOGGING_INFO) -> Result<Logging, ErrorCode> {
    let format = match info.Format {
        HttpLoggingTypeW3C => LogFormat::W3c,
        HttpLoggingTypeIIS => LogFormat::Iis,
        HttpLoggingTypeNCSA => LogFormat::Ncsa,
        HttpLoggingTypeRaw => LogFormat::Raw,
        _ => {
            return Err(invalid(
                "HTTP_LOGGING_INFO.Format is not an HTTP_LOGGING_TYPE",
            ));
        }
    };
    let rollover = match info.RolloverType {
        HttpLoggingRolloverSize => Rollover::Size(info.RolloverSize),
        HttpLoggingRolloverDaily => Rollover::Daily,
        HttpLoggingRolloverWeekly => Rollover::Weekly,
        HttpLoggingRolloverMonthly => Rollover::Monthly,
        HttpLoggingRolloverHourly => Rollover::Hourly,
        _ => {
            return Err(invalid(
                "HTTP_LOGGING_INFO.RolloverType is not an HTTP_LOGGING_ROLLOVER_TYPE",
            ));
        }
    };
    // SAFETY: by the contract of `quality`.
    let (software_name, directory) = unsafe {
        (
            text(info.SoftwareName, info.SoftwareNameLength)?,
            text(info.DirectoryName, info.DirectoryNameLength)?,
        )
    };
    Ok(Logging {
        flags: info.LoggingFlags,
        software_name,
        directory: directory::fully_qualified(directory)?,
        format,
        fields: info.Fields,
        rollover,
    })
}

unsafe fn authentication(
    info: &HTTP_SERVER_AUTHENTICATION_INFO,
) -> Result<Authentication, ErrorCode> {
    let (digest, basic) = (&info.DigestParams, &info.BasicParams);
    // SAFETY: by the contract of `quality`.
    let (digest_domain, digest_realm, basic_realm) = unsafe {
        (
            text(digest.DomainName, digest.DomainNameLength)?,
            text(digest.Realm, digest.RealmLength)?,
            text(basic.Realm, basic.RealmLength)?,
        )
    };
    Ok(Authentication {
        schemes: info.AuthSchemes,
        receive_mutual_auth: info.ReceiveMutualAuth != 0,
        receive_context_handle: info.ReceiveContextHandle != 0,
        disable_ntlm_credential_caching: info.DisableNTLMCredentialCaching != 0,
        ex_flags: info.ExFlags,
        digest_domain,
        digest_realm,
        basic_realm,
    })
}

unsafe fn channel_binding(info: &HTTP_CHANNEL_BIND_INFO) -> Result<ChannelBinding, ErrorCode> {
    let hardening = match info.Hardening {
        HttpAuthenticationHardeningLegacy => Hardening::Legacy,
        HttpAuthenticationHardeningMedium => Hardening::Medium,
        HttpAuthenticationHardeningStrict => Hardening::Strict,
        _ => {
            return Err(invalid(
                "HTTP_CHANNEL_BIND_INFO.Hardening is not an HTTP_AUTHENTICATION_HARDENING_LEVELS",
            ));
        }
    };
    if info.NumberOfServiceNames > MAX_SERVICE_NAMES {
        return Err(invalid(
            "HTTP_CHANNEL_BIND_INFO.NumberOfServiceNames is more than 1024",
        ));
    }
    // SAFETY: by the contract of `quality`.
    let names = unsafe { pointers::slice(info.ServiceNames, info.NumberOfServiceNames as usize) }
        .named("ServiceNames")?;
    let service_names = names
        .iter()
        // SAFETY: by the contract of `quality`.
        .map(|name| unsafe { service_name(*name) })
        .collect::<Result<_, ErrorCode>>()?;
    Ok(ChannelBinding {
        hardening,
        flags: info.Flags,
        service_names,
    })
}

unsafe fn service_name(name: *const HTTP_SERVICE_BINDING_BASE) -> Result<ServiceName, ErrorCode> {
    // SAFETY: by the contract of `quality`: the structure that its first member names.
    unsafe {
        match pointers::one(name)
            .named("an element of ServiceNames")?
            .Type
        {
            HttpServiceBindingTypeW => {
                let name = pointers::one(name.cast::<HTTP_SERVICE_BINDING_W>())
                    .named("an element of ServiceNames")?;
                let bytes = u16::try_from(name.BufferSize)
                    .map_err(|_| invalid("BufferSize of a service name is more than 65535"))?;
                Ok(ServiceName::Wide(text(name.Buffer, bytes)?))
            }
            HttpServiceBindingTypeA => {
                let name = pointers::one(name.cast::<HTTP_SERVICE_BINDING_A>())
                    .named("an element of ServiceNames")?;
                let bytes = u16::try_from(name.BufferSize)
                    .map_err(|_| invalid("BufferSize of a service name is more than 65535"))?;
                let buffer = pointers::slice(name.Buffer.cast::<u8>().cast_const(), bytes.into())
                    .named("Buffer of a service name")?;
                Ok(ServiceName::Narrow(buffer.to_vec()))
            }
            _ => Err(invalid(
                "HTTP_SERVICE_BINDING_BASE.Type is neither HttpServiceBindingTypeW nor HttpServiceBindingTypeA",
            )),
        }
    }
}

/// A string with its length in bytes, as http.h has them.
unsafe fn text(first: *const u16, bytes: u16) -> Result<Vec<u16>, ErrorCode> {
    if bytes % 2 != 0 {
        return Err(invalid("a string of WCHARs has an odd length in bytes"));
    }
    // SAFETY: by the contract of `quality`.
    let units = unsafe { pointers::slice(first, usize::from(bytes / 2)) }
        .named("a string with a length")?;
    Ok(units.to_vec())
}
