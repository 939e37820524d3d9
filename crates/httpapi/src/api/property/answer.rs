//! The program's buffer for a property that it queries.
//!
//! Owns: the size rules of the Query functions (234 with the size needed, G-105) and packing
//! structures with the data they point to behind them, in the same buffer (assumed: as the
//! configuration store documents it). Threading: values belong to one call.

use std::ffi::c_void;
use std::mem::offset_of;

use httpsys_core::Error;
use httpsys_core::property::{Authentication, ChannelBinding, Hardening, Properties, ServiceName};

use super::{Buffer, CallResult, ErrorCode, Out};
use crate::reason::invalid;
use crate::types::*;

/// Strings and structures begin at multiples of this.
const ALIGN: usize = 8;

/// Writes the members of a structure at `at`, and not what lies between them: that is not the
/// program's to see, and stays as zero as [`PropertyAnswer::reserve`] made it.
macro_rules! put_members {
    ($answer:expr, $at:expr, $value:expr, $type:ty: $($($member:ident).+),+ $(,)?) => {{
        let value: $type = $value;
        $(
            let at = $at + offset_of!($type, $($member).+);
            $answer.buffer.put(at, &[value.$($member).+]);
        )+
    }};
}

/// Where an answer goes.
#[derive(Debug)]
pub(in crate::api) struct PropertyAnswer {
    buffer: Buffer,
    return_length: Out<u32>,
}

/// Takes the buffer of a query.
///
/// # Errors
/// 87 for NULL and for a length of 0.
///
/// # Safety
/// `information` is NULL or points to `length` bytes that are valid for reads and writes, and used
/// by nobody else, as long as the value lives; `return_length` is NULL or valid for writes.
pub(in crate::api) unsafe fn answer(
    information: *mut c_void,
    length: u32,
    return_length: *mut u32,
) -> Result<PropertyAnswer, ErrorCode> {
    if information.is_null() || length == 0 {
        return Err(invalid("PropertyInformation is NULL, or its length is 0"));
    }
    // SAFETY: by the contract of this function.
    unsafe {
        Ok(PropertyAnswer {
            buffer: Buffer::new(information.cast(), length as usize)?,
            return_length: Out::optional(return_length),
        })
    }
}

impl PropertyAnswer {
    /// HTTP_TIMEOUT_LIMIT_INFO.
    pub(super) fn timeouts(mut self, info: HTTP_TIMEOUT_LIMIT_INFO) -> CallResult {
        self.reserve(size_of::<HTTP_TIMEOUT_LIMIT_INFO>())?;
        put_members!(
            self, 0, info, HTTP_TIMEOUT_LIMIT_INFO:
            Flags, EntityBody, DrainEntityBody, RequestQueue, IdleConnection, HeaderWait,
            MinSendRate
        );
        Ok(())
    }

    /// One structure without pointers and without gaps.
    pub(in crate::api) fn one<T: Copy>(mut self, value: &T) -> CallResult {
        self.reserve(size_of::<T>())?;
        self.buffer.put(0, std::slice::from_ref(value));
        Ok(())
    }

    /// The setting whose type stands in the program's HTTP_QOS_SETTING_INFO, behind it.
    ///
    /// The pages do not say how the type is chosen. Only the type is taken from the buffer: nothing
    /// is written through a pointer that may never have been set.
    pub(super) fn quality(mut self, properties: &Properties) -> CallResult {
        const HEAD: usize = size_of::<HTTP_QOS_SETTING_INFO>();
        let kind = self.buffer.bytes_from(0).first_chunk().copied();
        let kind = kind.map(i32::from_ne_bytes);
        let limit = match kind {
            Some(HttpQosSettingTypeBandwidth) => properties.bandwidth,
            Some(HttpQosSettingTypeConnectionLimit) => properties.connection_limit,
            _ => {
                return Err(invalid(
                    "QosType in the buffer is neither that of a bandwidth nor that of a connection limit",
                ));
            }
        };
        // Both structures are a flag and a number.
        let setting = HTTP_BANDWIDTH_LIMIT_INFO {
            Flags: HTTP_PROPERTY_FLAGS::new(limit.is_some()),
            MaxBandwidth: limit.unwrap_or(0),
        };
        self.reserve(HEAD + size_of::<HTTP_BANDWIDTH_LIMIT_INFO>())?;
        let head = HTTP_QOS_SETTING_INFO {
            QosType: kind.unwrap_or_default(),
            QosSetting: self.place(HEAD).cast(),
        };
        put_members!(self, 0, head, HTTP_QOS_SETTING_INFO: QosType, QosSetting);
        self.buffer.put(HEAD, &[setting]);
        Ok(())
    }

    /// HTTP_SERVER_AUTHENTICATION_INFO and its strings.
    pub(super) fn authentication(mut self, stored: Option<&Authentication>) -> CallResult {
        let unset = Authentication::default();
        let values = stored.unwrap_or(&unset);
        let mut layout = Layout::behind::<HTTP_SERVER_AUTHENTICATION_INFO>();
        let domain = layout.text(&values.digest_domain);
        let digest = layout.text(&values.digest_realm);
        let basic = layout.text(&values.basic_realm);
        self.reserve(layout.end)?;
        let (domain_pointer, domain_bytes) = self.put_text(domain, &values.digest_domain);
        let (digest_pointer, digest_bytes) = self.put_text(digest, &values.digest_realm);
        let (basic_pointer, basic_bytes) = self.put_text(basic, &values.basic_realm);
        let info = HTTP_SERVER_AUTHENTICATION_INFO {
            Flags: HTTP_PROPERTY_FLAGS::new(stored.is_some()),
            AuthSchemes: values.schemes,
            ReceiveMutualAuth: values.receive_mutual_auth.into(),
            ReceiveContextHandle: values.receive_context_handle.into(),
            DisableNTLMCredentialCaching: values.disable_ntlm_credential_caching.into(),
            ExFlags: values.ex_flags,
            DigestParams: HTTP_SERVER_AUTHENTICATION_DIGEST_PARAMS {
                DomainNameLength: domain_bytes,
                DomainName: domain_pointer,
                RealmLength: digest_bytes,
                Realm: digest_pointer,
            },
            BasicParams: HTTP_SERVER_AUTHENTICATION_BASIC_PARAMS {
                RealmLength: basic_bytes,
                Realm: basic_pointer,
            },
        };
        put_members!(
            self, 0, info, HTTP_SERVER_AUTHENTICATION_INFO:
            Flags, AuthSchemes, ReceiveMutualAuth, ReceiveContextHandle,
            DisableNTLMCredentialCaching, ExFlags,
            DigestParams.DomainNameLength, DigestParams.DomainName,
            DigestParams.RealmLength, DigestParams.Realm,
            BasicParams.RealmLength, BasicParams.Realm
        );
        Ok(())
    }

    /// HTTP_CHANNEL_BIND_INFO, the list of its service names, and the names.
    pub(super) fn channel_binding(mut self, stored: Option<&ChannelBinding>) -> CallResult {
        let unset = ChannelBinding::default();
        let values = stored.unwrap_or(&unset);
        let names = &values.service_names;
        let mut layout = Layout::behind::<HTTP_CHANNEL_BIND_INFO>();
        let list = layout.take(names.len() * size_of::<*mut c_void>());
        let places: Vec<(usize, usize)> = names
            .iter()
            .map(|name| {
                let bytes = match name {
                    ServiceName::Wide(units) => size_of_val(&units[..]),
                    ServiceName::Narrow(bytes) => bytes.len(),
                };
                // Both kinds of HTTP_SERVICE_BINDING have one size.
                let head = layout.take(size_of::<HTTP_SERVICE_BINDING_W>());
                (head, layout.take(bytes))
            })
            .collect();
        self.reserve(layout.end)?;
        for (at, (name, (head, text))) in names.iter().zip(places).enumerate() {
            let pointer = self.place(head);
            self.buffer
                .put(list + at * size_of::<*mut u8>(), &[pointer]);
            self.put_name(name, head, text);
        }
        let info = HTTP_CHANNEL_BIND_INFO {
            Hardening: match values.hardening {
                Hardening::Legacy => HttpAuthenticationHardeningLegacy,
                Hardening::Medium => HttpAuthenticationHardeningMedium,
                Hardening::Strict => HttpAuthenticationHardeningStrict,
            },
            Flags: values.flags,
            ServiceNames: match names.is_empty() {
                true => std::ptr::null_mut(),
                false => self.place(list).cast(),
            },
            NumberOfServiceNames: names.len() as u32,
        };
        put_members!(
            self, 0, info, HTTP_CHANNEL_BIND_INFO:
            Hardening, Flags, ServiceNames, NumberOfServiceNames
        );
        Ok(())
    }

    fn put_name(&mut self, name: &ServiceName, head: usize, text: usize) {
        match name {
            ServiceName::Wide(units) => {
                let binding = HTTP_SERVICE_BINDING_W {
                    Base: HTTP_SERVICE_BINDING_BASE {
                        Type: HttpServiceBindingTypeW,
                    },
                    Buffer: self.place(text).cast(),
                    BufferSize: size_of_val(&units[..]) as u32,
                };
                put_members!(self, head, binding, HTTP_SERVICE_BINDING_W: Base, Buffer, BufferSize);
                self.buffer.put(text, units);
            }
            ServiceName::Narrow(bytes) => {
                let binding = HTTP_SERVICE_BINDING_A {
                    Base: HTTP_SERVICE_BINDING_BASE {
                        Type: HttpServiceBindingTypeA,
                    },
                    Buffer: self.place(text).cast(),
                    BufferSize: bytes.len() as u32,
                };
                put_members!(self, head, binding, HTTP_SERVICE_BINDING_A: Base, Buffer, BufferSize);
                self.buffer.put(text, bytes);
            }
        }
    }

    fn put_text(&mut self, at: usize, units: &[u16]) -> (*mut u16, u16) {
        if units.is_empty() {
            return (std::ptr::null_mut(), 0);
        }
        self.buffer.put(at, units);
        (self.place(at).cast(), size_of_val(units) as u16)
    }

    /// Says how much the answer needs and clears that much; 234 when it does not fit.
    fn reserve(&mut self, needed: usize) -> CallResult {
        self.return_length.set_count(needed as u64);
        if needed > self.buffer.len() {
            let needed = u32::try_from(needed).unwrap_or(u32::MAX);
            return Err(Error::MoreData { needed }.into());
        }
        self.buffer.bytes_from(0)[..needed].fill(0);
        Ok(())
    }

    fn place(&self, offset: usize) -> *mut u8 {
        self.buffer.first().wrapping_add(offset)
    }
}

/// Offsets of the data that follows a structure.
#[derive(Debug)]
struct Layout {
    end: usize,
}

impl Layout {
    fn behind<T>() -> Layout {
        Layout {
            end: size_of::<T>(),
        }
    }

    /// Room for this many bytes; zero bytes take no room.
    fn take(&mut self, bytes: usize) -> usize {
        if bytes == 0 {
            return self.end;
        }
        let start = self.end.next_multiple_of(ALIGN);
        self.end = start + bytes;
        start
    }

    fn text(&mut self, units: &[u16]) -> usize {
        self.take(size_of_val(units))
    }
}
