//! HttpServiceConfigUrlAclInfo: reservations of URL prefixes.
//!
//! Owns the structures. Does not own reservations (`httpsys_core::reservation`). Unsafe code: reading
//! the strings they point at. Threading: any thread.

use std::ffi::c_void;

use httpsys_core::call::{Control, Query};
use httpsys_core::reservation::Reservation;

use super::answer::{ConfigurationAnswer, record};
use crate::api::property::exact;
use crate::code::{CallResult, ErrorCode};
use crate::lifecycle;
use crate::pointers;
use crate::reason::{NamedArgument, invalid};
use crate::types::{
    HTTP_SERVICE_CONFIG_URLACL_KEY, HTTP_SERVICE_CONFIG_URLACL_PARAM,
    HTTP_SERVICE_CONFIG_URLACL_QUERY, HTTP_SERVICE_CONFIG_URLACL_SET, HttpServiceConfigQueryExact,
    HttpServiceConfigQueryNext,
};

/// # Safety
/// As [`record`], for a HTTP_SERVICE_CONFIG_URLACL_SET with its strings.
pub(super) unsafe fn set(information: *const c_void, length: u32) -> Result<Control, ErrorCode> {
    // SAFETY: by the contract of this function.
    unsafe {
        let set: HTTP_SERVICE_CONFIG_URLACL_SET = record(information, length)?;
        let descriptor = pointers::utf16(set.ParamDesc.pStringSecurityDescriptor)
            .named("pStringSecurityDescriptor")?
            .to_vec();
        Ok(Control::AddReservation(Reservation {
            url: pointers::utf16(set.KeyDesc.pUrlPrefix)
                .named("pUrlPrefix")?
                .to_vec(),
            descriptor,
        }))
    }
}

/// # Safety
/// As [`set`]; only the key is read.
pub(super) unsafe fn delete(information: *const c_void, length: u32) -> Result<Control, ErrorCode> {
    // SAFETY: by the contract of this function.
    unsafe {
        let set: HTTP_SERVICE_CONFIG_URLACL_SET = record(information, length)?;
        let url = pointers::utf16(set.KeyDesc.pUrlPrefix)
            .named("pUrlPrefix")?
            .to_vec();
        Ok(Control::RemoveReservation { url })
    }
}

/// # Safety
/// As [`exact`], for a HTTP_SERVICE_CONFIG_URLACL_QUERY with its string.
pub(super) unsafe fn query(
    input: *const c_void,
    length: u32,
    answer: ConfigurationAnswer,
) -> CallResult {
    // SAFETY: by the contract of this function.
    let found = unsafe { find(&exact(input, length)?) }?;
    write(&found, answer)
}

/// # Safety
/// The key of the query is NULL or a string that is valid for reads.
unsafe fn find(query: &HTTP_SERVICE_CONFIG_URLACL_QUERY) -> Result<Reservation, ErrorCode> {
    let service = lifecycle::service()?;
    if query.QueryDesc == HttpServiceConfigQueryExact {
        // SAFETY: by the contract of this function.
        let url = unsafe { pointers::utf16(query.KeyDesc.pUrlPrefix) }.named("pUrlPrefix")?;
        let query = Query::Reservation { url: url.to_vec() };
        return Ok(service.query(&query)?.try_into()?);
    }
    if query.QueryDesc == HttpServiceConfigQueryNext {
        let index = query.dwToken as usize;
        let answer = service.query(&Query::ReservationAt { index })?;
        let record: Option<Reservation> = answer.try_into()?;
        return record.ok_or(ErrorCode::NO_MORE_ITEMS);
    }
    Err(invalid(
        "QueryDesc is neither HttpServiceConfigQueryExact nor HttpServiceConfigQueryNext",
    ))
}

fn write(record: &Reservation, mut answer: ConfigurationAnswer) -> CallResult {
    let head = size_of::<HTTP_SERVICE_CONFIG_URLACL_SET>();
    let descriptor = head + (record.url.len() + 1) * size_of::<u16>();
    answer.reserve(descriptor + (record.descriptor.len() + 1) * size_of::<u16>())?;
    let buffer = &mut answer.buffer;
    let place = |offset| buffer.first().wrapping_add(offset).cast();
    let set = HTTP_SERVICE_CONFIG_URLACL_SET {
        KeyDesc: HTTP_SERVICE_CONFIG_URLACL_KEY {
            pUrlPrefix: place(head),
        },
        ParamDesc: HTTP_SERVICE_CONFIG_URLACL_PARAM {
            pStringSecurityDescriptor: place(descriptor),
        },
    };
    buffer.put(0, &[set]);
    for (at, text) in [(head, &record.url), (descriptor, &record.descriptor)] {
        buffer.put(at, text);
        buffer.put(at + size_of_val(&text[..]), &[0_u16]);
    }
    Ok(())
}
