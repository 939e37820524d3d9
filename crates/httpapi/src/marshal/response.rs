//! HTTP_RESPONSE: the head of a response as the program passes it.
//!
//! Owns: reading the structure, known and unknown headers and the response information, and the
//! checks of G-057 and G-058. Does not own the text of the head (`httpsys-proto`) or the body
//! (`chunks`). The memory is the program's and only read during the call; fields that have no
//! meaning may contain anything. Threading: one call.

use httpsys_core::Error;
use httpsys_core::proto::header::{RESPONSE_HEADERS, response_id};
use httpsys_core::proto::{ResponseParts, ServerToken};
use smallvec::SmallVec;

use crate::code::ErrorCode;
use crate::pointers;
use crate::reason::{NamedArgument, invalid};
use crate::types::{
    HTTP_KNOWN_HEADER, HTTP_MULTIPLE_KNOWN_HEADERS, HTTP_RESPONSE_INFO_FLAGS_PRESERVE_ORDER,
    HTTP_RESPONSE_V1, HTTP_RESPONSE_V2, HTTP_UNKNOWN_HEADER,
    HttpResponseInfoTypeAuthenticationProperty, HttpResponseInfoTypeChannelBind,
    HttpResponseInfoTypeMultipleKnownHeaders, HttpResponseInfoTypeQoSProperty,
};

#[cfg(test)]
mod tests;

/// The most unknown headers (documented: HTTP_RESPONSE_HEADERS).
const MAX_UNKNOWN: u16 = 9999;
/// So many unknown headers have room without being asked.
const FEW_UNKNOWN: usize = 32;
/// What a line has besides name and value: colon, blank, CR, LF.
const LINE: usize = 4;
/// The most values given through HTTP_MULTIPLE_KNOWN_HEADERS in one response (assumed).
const MAX_INFO: u16 = 1000;

/// Known headers that are looked at together; [`RESPONSE_HEADERS`] is a multiple.
const GROUP: usize = 6;

/// Further values of known headers, by id.
type Multiple<'a> = SmallVec<[KnownHeaderValues<'a>; 4]>;

/// One HTTP_MULTIPLE_KNOWN_HEADERS.
struct KnownHeaderValues<'a> {
    id: usize,
    list: &'a [HTTP_KNOWN_HEADER],
    /// HTTP_RESPONSE_INFO_FLAGS_PRESERVE_ORDER.
    preserve_order: bool,
}

/// Reads the response into `head`, with Server as `token` says; returns the structure for its chunks
/// and its status.
///
/// # Errors
/// 87 for NULL, for a status of 0 or above 999, for a length without a pointer, for CR, LF or NUL
/// in a line, and for too many headers; 50 for response information that is not there yet.
///
/// # Safety
/// `response` is NULL or points to a response of the queue's version, valid like all it points to
/// as long as the result is used.
pub(crate) unsafe fn read<'a>(
    response: *const HTTP_RESPONSE_V2,
    version_1: bool,
    head: &mut ResponseParts,
    token: ServerToken,
) -> Result<&'a HTTP_RESPONSE_V1, ErrorCode> {
    // SAFETY: version 2 begins with version 1; any bytes are a valid structure. Here and below:
    // valid by the contract.
    let base =
        unsafe { pointers::one(response.cast::<HTTP_RESPONSE_V1>()) }.named("HttpResponse")?;
    let mut multiple = None;
    if !version_1 {
        // SAFETY: as above; the structure of a version 2 queue has the further fields.
        let further = unsafe { pointers::one(response) }.named("HttpResponse")?;
        if further.ResponseInfoCount != 0 {
            // SAFETY: as above.
            multiple = Some(unsafe { information(further) }?);
        }
    }
    // SAFETY: as above.
    let reason = unsafe { text(base.pReason, base.ReasonLength) }?;
    head.begin(base.StatusCode, reason)
        .map_err(|why| invalid(format!("HTTP_RESPONSE: {why}")))?;
    head.set_server_token(token);
    let fields = &base.Headers.KnownHeaders;
    if let Some(multiple) = &multiple {
        // SAFETY: as above.
        unsafe { known_and_multiple(head, fields, multiple) }?;
    } else {
        // Most are empty: one look at a whole group.
        for (group, fields) in fields.chunks(GROUP).enumerate() {
            if fields
                .iter()
                .fold(0, |all, field| all | field.RawValueLength)
                == 0
            {
                continue;
            }
            for (at, field) in fields.iter().enumerate() {
                if field.RawValueLength != 0 {
                    // SAFETY: as above.
                    unsafe { known(head, group * GROUP + at, field) }?;
                }
            }
        }
    }
    if base.Headers.UnknownHeaderCount > MAX_UNKNOWN {
        return Err(invalid("UnknownHeaderCount is more than 9999"));
    }
    let count = usize::from(base.Headers.UnknownHeaderCount);
    // SAFETY: as above.
    let fields = unsafe { pointers::slice(base.Headers.pUnknownHeaders.cast_const(), count) }
        .named("pUnknownHeaders")?;
    if count > FEW_UNKNOWN {
        // They may ask for more than a gigabyte.
        let sizes = fields.iter();
        let sizes = sizes.map(|f| LINE + usize::from(f.NameLength) + usize::from(f.RawValueLength));
        head.try_reserve(sizes.sum())
            .map_err(|_| Error::NoResources)?;
    }
    for field in fields {
        // SAFETY: as above.
        let (name, value) = unsafe { unknown_header(field) }.named("a string of HTTP_RESPONSE")?;
        head.unknown(name, value)
            .map_err(|why| invalid(format!("pUnknownHeaders: {}: {why}", name.escape_ascii())))?;
    }
    Ok(base)
}

/// Each known header with its further values behind it.
///
/// # Safety
/// As [`read`].
unsafe fn known_and_multiple(
    head: &mut ResponseParts,
    fields: &[HTTP_KNOWN_HEADER],
    multiple: &Multiple<'_>,
) -> Result<(), ErrorCode> {
    for (id, field) in fields.iter().enumerate() {
        if field.RawValueLength != 0 {
            // SAFETY: by the contract.
            unsafe { known(head, id, field) }?;
        }
        for values in multiple.iter().filter(|values| values.id == id) {
            // SAFETY: by the contract.
            unsafe { several(head, values) }?;
        }
    }
    Ok(())
}

/// The response information of version 2.
///
/// # Safety
/// As [`read`].
#[cold]
unsafe fn information<'a>(response: &'a HTTP_RESPONSE_V2) -> Result<Multiple<'a>, ErrorCode> {
    let count = response.ResponseInfoCount;
    if count > MAX_INFO {
        return Err(invalid(
            "ResponseInfoCount is more than HttpSendHttpResponse accepts",
        ));
    }
    let mut multiple = Multiple::new();
    let first = response.pResponseInfo.cast_const();
    // SAFETY: valid by the contract, here and below.
    let list = unsafe { pointers::slice(first, usize::from(count)) }.named("pResponseInfo")?;
    for info in list {
        #[allow(non_upper_case_globals, reason = "names of http.h")]
        match info.Type {
            HttpResponseInfoTypeMultipleKnownHeaders => {
                if (info.Length as usize) < size_of::<HTTP_MULTIPLE_KNOWN_HEADERS>() {
                    return Err(invalid(
                        "HTTP_RESPONSE_INFO.Length is too short for HTTP_MULTIPLE_KNOWN_HEADERS",
                    ));
                }
                let fields = info
                    .pInfo
                    .cast_const()
                    .cast::<HTTP_MULTIPLE_KNOWN_HEADERS>();
                // SAFETY: as above.
                let fields = unsafe { pointers::one(fields) }.named("pInfo")?;
                let id = usize::try_from(fields.HeaderId).unwrap_or(usize::MAX);
                if id >= RESPONSE_HEADERS {
                    return Err(invalid(
                        "HTTP_MULTIPLE_KNOWN_HEADERS.HeaderId is not a response header",
                    ));
                }
                let count = usize::from(fields.KnownHeaderCount);
                // SAFETY: as above.
                let values = unsafe { pointers::slice(fields.KnownHeaders.cast_const(), count) }
                    .named("KnownHeaders")?;
                let preserve_order = fields.Flags & HTTP_RESPONSE_INFO_FLAGS_PRESERVE_ORDER != 0;
                multiple.push(KnownHeaderValues {
                    id,
                    list: values,
                    preserve_order,
                });
            }
            // A limit of bandwidth that is not kept harms nobody.
            HttpResponseInfoTypeQoSProperty => {}
            HttpResponseInfoTypeAuthenticationProperty | HttpResponseInfoTypeChannelBind => {
                return Err(ErrorCode::NOT_SUPPORTED);
            }
            _ => {
                return Err(invalid(
                    "HTTP_RESPONSE_INFO.Type is not an HTTP_RESPONSE_INFO_TYPE",
                ));
            }
        }
    }
    Ok(multiple)
}

/// Writes each value as a line of its own (RSP-022). Challenges go out strongest first unless the
/// program wants its own order (RSP-023).
///
/// # Safety
/// As [`read`].
unsafe fn several(
    head: &mut ResponseParts,
    values: &KnownHeaderValues<'_>,
) -> Result<(), ErrorCode> {
    let mut order: SmallVec<[&HTTP_KNOWN_HEADER; 4]> = values.list.iter().collect();
    if values.id == response_id::WWW_AUTHENTICATE && !values.preserve_order {
        let mut ranks = SmallVec::<[(usize, &HTTP_KNOWN_HEADER); 4]>::new();
        for field in order {
            // SAFETY: by the contract.
            let challenge = unsafe { text(field.pRawValue, field.RawValueLength) }?;
            ranks.push((strength(challenge), field));
        }
        ranks.sort_by_key(|(rank, _)| *rank);
        order = ranks.into_iter().map(|(_, field)| field).collect();
    }
    for field in order {
        // SAFETY: by the contract.
        unsafe { known(head, values.id, field) }?;
    }
    Ok(())
}

/// The place of a challenge's scheme in the order of strength; unknown schemes keep theirs behind.
fn strength(challenge: &[u8]) -> usize {
    const SCHEMES: [&[u8]; 4] = [b"Negotiate", b"NTLM", b"Digest", b"Basic"];
    let end = challenge.iter().position(|byte| *byte == b' ');
    let scheme = &challenge[..end.unwrap_or(challenge.len())];
    let place = SCHEMES
        .iter()
        .position(|known| known.eq_ignore_ascii_case(scheme));
    place.unwrap_or(SCHEMES.len())
}

/// # Safety
/// As [`read`].
unsafe fn known(
    head: &mut ResponseParts,
    id: usize,
    field: &HTTP_KNOWN_HEADER,
) -> Result<(), ErrorCode> {
    // SAFETY: by the contract.
    let value = unsafe { text(field.pRawValue, field.RawValueLength) }?;
    head.known(id, value, true)
        .map_err(|why| invalid(format!("KnownHeaders[{id}]: {why}")))
}

/// Name and value.
///
/// # Errors
/// As [`pointers::slice`].
///
/// # Safety
/// Its pointers are NULL or point to as many bytes as it says, valid as long as the result is used.
pub(crate) unsafe fn unknown_header<'a>(
    field: &HTTP_UNKNOWN_HEADER,
) -> Result<(&'a [u8], &'a [u8]), ErrorCode> {
    // SAFETY: by the contract.
    unsafe {
        Ok((
            pointers::slice(field.pName, usize::from(field.NameLength))?,
            pointers::slice(field.pRawValue, usize::from(field.RawValueLength))?,
        ))
    }
}

/// # Safety
/// `first` is NULL or points to `length` bytes that are valid as long as the result is used.
unsafe fn text<'a>(first: *const u8, length: u16) -> Result<&'a [u8], ErrorCode> {
    // SAFETY: by the contract.
    unsafe { pointers::slice(first, usize::from(length)) }.named("a string of HTTP_RESPONSE")
}
