//! The configuration store.
//!
//! Owns the functions of the family and the structures of HttpServiceConfigUrlAclInfo; the other
//! records are not there yet. The store is in the memory of the process. All need
//! HTTP_INITIALIZE_CONFIG. Does not own reservations (`httpsys_core::reservation`). Threading: any
//! thread.

use std::ffi::c_void;

use httpsys_core::Error;
use httpsys_core::operation::Control;
use httpsys_core::reservation::Reservation;

use super::property::exact;
use super::reserved_pointer;
use crate::code::{Code, Outcome};
use crate::entry::{entry, entry_missing};
use crate::lifecycle;
use crate::pointers::{self, Buffer, Out};
use crate::types::{
    HANDLE, HTTP_SERVICE_CONFIG_ID, HTTP_SERVICE_CONFIG_URLACL_KEY,
    HTTP_SERVICE_CONFIG_URLACL_PARAM, HTTP_SERVICE_CONFIG_URLACL_QUERY,
    HTTP_SERVICE_CONFIG_URLACL_SET, HttpServiceConfigIPListenList, HttpServiceConfigMax,
    HttpServiceConfigQueryExact, HttpServiceConfigQueryNext, HttpServiceConfigUrlAclInfo,
    OVERLAPPED,
};

entry! {
    /// Adds a record: a reservation of a URL prefix. It has a meaning only with the parameter
    /// `EnforceUrlAcl`; whom the security descriptor names is not looked at.
    ///
    /// 6 for a handle that is not NULL; 122 for a length that is too small; 183 for a prefix that
    /// is reserved; 87 for NULL, a bad prefix, an empty descriptor, an OVERLAPPED, and an unknown
    /// record type; 50 for what is not there yet.
    ///
    /// Partial: only HttpServiceConfigUrlAclInfo, and only for the life of the process.
    fn HttpSetServiceConfiguration(
        service: HANDLE,
        id: HTTP_SERVICE_CONFIG_ID,
        information: *const c_void,
        length: u32,
        overlapped: *const OVERLAPPED,
    ) -> u32, needs Config {
        check_call(service, id, overlapped)?;
        // SAFETY: by the contract of the function.
        let record = unsafe { read_record(information, length) }?;
        // SAFETY: as above.
        let (url, descriptor) = unsafe {
            (
                pointers::utf16(record.KeyDesc.pUrlPrefix)?.to_vec(),
                pointers::utf16(record.ParamDesc.pStringSecurityDescriptor)?.to_vec(),
            )
        };
        let call = Control::AddReservation(Reservation { url, descriptor });
        lifecycle::service()?.control(call)?;
        Ok(())
    }

    /// Removes a record; only the key of the structure matters. 2 for a prefix that is not
    /// reserved; otherwise as HttpSetServiceConfiguration.
    ///
    /// Partial: only HttpServiceConfigUrlAclInfo.
    fn HttpDeleteServiceConfiguration(
        service: HANDLE,
        id: HTTP_SERVICE_CONFIG_ID,
        information: *const c_void,
        length: u32,
        overlapped: *const OVERLAPPED,
    ) -> u32, needs Config {
        check_call(service, id, overlapped)?;
        // SAFETY: by the contract of the function.
        let record = unsafe { read_record(information, length) }?;
        // SAFETY: as above.
        let url = unsafe { pointers::utf16(record.KeyDesc.pUrlPrefix) }?.to_vec();
        lifecycle::service()?.control(Control::RemoveReservation { url })?;
        Ok(())
    }

    /// Asks for a record by its key, or for the one with the number `dwToken`. The answer is
    /// HTTP_SERVICE_CONFIG_URLACL_SET with its strings behind it.
    ///
    /// 122 for a buffer that is too small, with the size in `return_length` (the page lists 234,
    /// too; the sample handles 122); 259 at the end of an enumeration; 2 for a prefix that is not
    /// reserved; otherwise as HttpSetServiceConfiguration.
    ///
    /// Partial: only HttpServiceConfigUrlAclInfo.
    fn HttpQueryServiceConfiguration(
        service: HANDLE,
        id: HTTP_SERVICE_CONFIG_ID,
        input: *const c_void,
        input_length: u32,
        output: *mut c_void,
        output_length: u32,
        return_length: *mut u32,
        overlapped: *const OVERLAPPED,
    ) -> u32, needs Config {
        check_call(service, id, overlapped)?;
        // SAFETY: by the contract of the function.
        let query: HTTP_SERVICE_CONFIG_URLACL_QUERY = unsafe { exact(input, input_length) }?;
        // SAFETY: as above.
        let record = unsafe { find_record(&query) }?;
        // SAFETY: as above; the buffer is not used otherwise during the call.
        let (buffer, return_length) = unsafe {
            let length = if output.is_null() { 0 } else { output_length as usize };
            (Buffer::new(output.cast(), length)?, Out::optional(return_length))
        };
        write_record(&record, buffer, return_length)
    }
}

entry_missing! {
    /// Missing: returns ERROR_NOT_SUPPORTED (50); the function is for certificates, which are not
    /// there.
    fn HttpUpdateServiceConfiguration(
        service: HANDLE,
        id: HTTP_SERVICE_CONFIG_ID,
        information: *const c_void,
        length: u32,
        overlapped: *const OVERLAPPED,
    ) -> u32, needs Config = Code::NOT_SUPPORTED;
}

/// What all functions of the family check first.
fn check_call(
    service: HANDLE,
    id: HTTP_SERVICE_CONFIG_ID,
    overlapped: *const OVERLAPPED,
) -> Outcome {
    if !service.is_null() {
        return Err(Error::InvalidHandle.into());
    }
    reserved_pointer(overlapped.cast())?;
    if id == HttpServiceConfigUrlAclInfo {
        return Ok(());
    }
    if !(HttpServiceConfigIPListenList..HttpServiceConfigMax).contains(&id) {
        return Err(Error::InvalidParameter.into());
    }
    tracing::warn!(
        id,
        "is a record of the configuration that is not implemented"
    );
    Err(Code::NOT_SUPPORTED)
}

/// # Safety
/// As [`exact`].
unsafe fn read_record(
    information: *const c_void,
    length: u32,
) -> Result<HTTP_SERVICE_CONFIG_URLACL_SET, Code> {
    let size = size_of::<HTTP_SERVICE_CONFIG_URLACL_SET>() as u32;
    if information.is_null() {
        return Err(Error::InvalidParameter.into());
    }
    if length < size {
        return Err(Error::InsufficientBuffer.into());
    }
    // SAFETY: by the contract of this function; `length` says at least so much.
    unsafe { exact(information, size) }
}

/// # Safety
/// The key of the query is NULL or a string that is valid for reads.
unsafe fn find_record(query: &HTTP_SERVICE_CONFIG_URLACL_QUERY) -> Result<Reservation, Code> {
    let service = lifecycle::service()?;
    if query.QueryDesc == HttpServiceConfigQueryExact {
        // SAFETY: by the contract of this function.
        let url = unsafe { pointers::utf16(query.KeyDesc.pUrlPrefix) }?;
        return Ok(service.reservation(url)?);
    }
    if query.QueryDesc == HttpServiceConfigQueryNext {
        let record = service.reservation_at(query.dwToken as usize);
        return record.ok_or(Code::NO_MORE_ITEMS);
    }
    Err(Error::InvalidParameter.into())
}

fn write_record(record: &Reservation, mut buffer: Buffer, return_length: Out<u32>) -> Outcome {
    let head = size_of::<HTTP_SERVICE_CONFIG_URLACL_SET>();
    let descriptor = head + (record.url.len() + 1) * size_of::<u16>();
    let needed = descriptor + (record.descriptor.len() + 1) * size_of::<u16>();
    return_length.set_count(needed as u64);
    if needed > buffer.len() {
        return Err(Error::InsufficientBuffer.into());
    }
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
