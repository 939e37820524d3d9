//! Strict mode: what only a door with pointers sees.
//!
//! Owns: refusals that are misuse of memory, the structure of a response that is too small, sums of memory that pending
//! calls have, and the units behind a cooked URL. Does not own: findings and what is remembered of pending calls
//! (`httpsys_engine`). Invariant: nothing here changes what a call returns; only a copied body has less room behind the
//! units. Threading: any thread.

use std::cell::Cell;
use std::hash::{DefaultHasher, Hasher};

use httpsys_core::{Error, Misuse};
use httpsys_engine::{LentRange, StrictState};

use crate::code::ErrorCode;
use crate::service;
use crate::types::{HTTP_DATA_CHUNK, HTTP_RESPONSE_V1, HTTP_RESPONSE_V2, HTTP_UNKNOWN_HEADER};

/// Where no program has memory.
const LOWEST: usize = 0x1_0000;

/// Behind a cooked URL in strict mode, before its NUL: "<<behind the URL: use its length>>".
pub(crate) const BEHIND_URL: [u16; 34] = units(b"<<behind the URL: use its length>>");

const fn units<const N: usize>(text: &[u8; N]) -> [u16; N] {
    let mut units = [0; N];
    let mut at = 0;
    while at < N {
        units[at] = text[at] as u16;
        at += 1;
    }
    units
}

thread_local! {
    /// Why the call of this thread fails, if that is a kind of misuse.
    static SUSPECT: Cell<Option<Misuse>> = const { Cell::new(None) };
}

/// The call of this thread fails, because it is misused like this.
#[cold]
pub(crate) fn suspect(misuse: Misuse) {
    let _ = SUSPECT.try_with(|suspect| suspect.set(Some(misuse)));
}

/// A call has failed with this code and for this reason: a finding, if that was suspected or the code says so.
#[cold]
#[inline(never)]
pub(crate) fn refused(call: &'static str, code: ErrorCode, reason: Option<String>) {
    let suspect = SUSPECT.try_with(Cell::take).ok().flatten();
    let is_misaligned = code == Error::NoAccess.into();
    let misuse = suspect.or(is_misaligned.then_some(Misuse::Misaligned));
    // First, because a look at the service makes one, and most calls that fail are no misuse.
    let Some(misuse) = misuse else { return };
    let Ok(service) = service::current() else {
        return;
    };
    if let Some(strict) = service.strict() {
        strict.found(misuse, call, reason.unwrap_or_default());
    }
}

/// A piece of memory with its sum.
pub(crate) fn range(bytes: &[u8]) -> LentRange {
    let mut hasher = DefaultHasher::new();
    hasher.write(bytes);
    LentRange {
        address: bytes.as_ptr() as usize,
        length: bytes.len(),
        sum: hasher.finish(),
    }
}

/// Other memory that a send was given: its name, where it is, and its size.
pub(crate) type OtherMemory<'a> = (&'a str, *const u8, usize);

/// A response for a queue of version 2, before it is read.
///
/// A structure of version 1 has no mark. What can be seen: another object of the call lies where the members of
/// version 2 are, or these members cannot be those of a response.
///
/// # Safety
/// `response` is NULL or points to a response of the queue's version that is valid for reads.
#[cold]
#[inline(never)]
pub(crate) unsafe fn response_of_version_2(
    strict: &StrictState,
    request: u64,
    response: *const HTTP_RESPONSE_V2,
    others: &[OtherMemory<'_>],
) {
    if (response as usize) < LOWEST || !response.is_aligned() {
        return;
    }
    // SAFETY: not NULL and aligned as checked; valid by the contract. Any bytes are a valid structure.
    let response = unsafe { &*response };
    let first = &raw const *response as usize;
    let further = first + size_of::<HTTP_RESPONSE_V1>()..first + size_of::<HTTP_RESPONSE_V2>();
    let base = &response.Base;
    let array = |count: u16, size: usize| usize::from(count) * size;
    let unknown = array(
        base.Headers.UnknownHeaderCount,
        size_of::<HTTP_UNKNOWN_HEADER>(),
    );
    let chunks = array(base.EntityChunkCount, size_of::<HTTP_DATA_CHUNK>());
    let own: [OtherMemory<'_>; 3] = [
        ("pReason", base.pReason, usize::from(base.ReasonLength)),
        (
            "pUnknownHeaders",
            base.Headers.pUnknownHeaders.cast(),
            unknown,
        ),
        ("pEntityChunks", base.pEntityChunks.cast(), chunks),
    ];
    let is_inside = |(_, place, size): &&OtherMemory<'_>| {
        let place = *place as usize;
        place != 0 && place < further.end && further.start < place.saturating_add(*size)
    };
    let seen = if let Some((name, ..)) = own.iter().chain(others).find(is_inside) {
        format!("{name} is where ResponseInfoCount and pResponseInfo would be")
    } else if response.ResponseInfoCount != 0
        && ((response.pResponseInfo as usize) < LOWEST || !response.pResponseInfo.is_aligned())
    {
        let (count, info) = (response.ResponseInfoCount, response.pResponseInfo);
        format!("ResponseInfoCount {count}, pResponseInfo {info:p}")
    } else {
        return;
    };
    let arguments = format!("RequestId {request:#x}, HttpResponse {first:#x}: {seen}");
    strict.found(
        Misuse::ResponseOfVersion1,
        "HttpSendHttpResponse",
        arguments,
    );
}
