//! HttpSendHttpResponse and HttpSendResponseEntityBody.
//!
//! Owns: the flags, and the operation of a send that the socket did not take at once. Does not own
//! how a head is put together (`httpsys-proto`) or the sending.
//! Invariant: descriptors are copied before a function returns 997; body memory stays the program's
//! (design of cpprestsdk, SND-003). Threading: any thread.

use std::ffi::c_void;
use std::sync::Arc;

use httpsys_core::cache::{CacheEntry, CachePolicy};
use httpsys_core::call::SendResponse;
use httpsys_core::ids::SlotAddress;
use httpsys_core::proto::ResponseParts;
use httpsys_core::{Error, OperationId, RequestId};
use httpsys_engine::{Chunk, LogSource, PendingSend, RegisterSend, Service, with_response_parts};
use smallvec::SmallVec;

use super::{check_flags, reserved, reserved_pointer};
use crate::code::{CallResult, ErrorCode};
use crate::entry::entry;
use crate::marshal::cache_policy::policy_of;
use crate::marshal::chunks::Chunks;
use crate::marshal::{log_data, response};
use crate::overlapped::{Overlapped, blocking};
use crate::pointers::{self, Out};
use crate::queue_handle::QueueObject;
use crate::reason::{NamedArgument, invalid};
use crate::strict::{self, OtherMemory};
use crate::types::{
    HANDLE, HTTP_CACHE_POLICY, HTTP_DATA_CHUNK, HTTP_LOG_DATA, HTTP_RESPONSE_V2,
    HTTP_SEND_RESPONSE_FLAG_BUFFER_DATA, HTTP_SEND_RESPONSE_FLAG_DISCONNECT,
    HTTP_SEND_RESPONSE_FLAG_ENABLE_NAGLING, HTTP_SEND_RESPONSE_FLAG_GOAWAY,
    HTTP_SEND_RESPONSE_FLAG_MORE_DATA, HTTP_SEND_RESPONSE_FLAG_OPAQUE,
    HTTP_SEND_RESPONSE_FLAG_PROCESS_RANGES, OVERLAPPED,
};

/// Flags of both functions. BUFFER_DATA and ENABLE_NAGLING are hints: a send completes when the
/// transport has the bytes in any case (SND-025, SND-026, G-060).
const COMMON_FLAGS: u32 = HTTP_SEND_RESPONSE_FLAG_DISCONNECT
    | HTTP_SEND_RESPONSE_FLAG_MORE_DATA
    | HTTP_SEND_RESPONSE_FLAG_BUFFER_DATA
    | HTTP_SEND_RESPONSE_FLAG_ENABLE_NAGLING;

entry! {
    /// Sends a response: its head and, without HTTP_SEND_RESPONSE_FLAG_MORE_DATA, its whole body.
    ///
    /// The byte count is the number of bytes of head and body on the wire (SND-005). 1229 for an id
    /// that is unknown, has been answered, or whose client is gone (SND-001, SND-002, SND-030); 87
    /// for a second head (G-055), a response that is not well formed (G-057, G-058), unknown flags,
    /// and HTTP_SEND_RESPONSE_FLAG_OPAQUE with a status other than 101 (SND-021), without
    /// HTTP_SEND_RESPONSE_FLAG_MORE_DATA, or for a request with a body (UPG-002, the code is
    /// assumed); 22 while another send for the request is in progress (SND-019); 3 for a fragment
    /// that is not in the cache (SND-029); 50 for features that are not implemented. The log data
    /// of the last call for a response is used; without log data the response is not logged
    /// (documented). The log data is copied during the call.
    ///
    /// With a cache policy the response is cached, and later requests for the same URL get it
    /// without involving the program. The response must be sent completely in one call, in answer
    /// to a plain GET, have a Content-Type, and be no longer than UriMaxUriBytes (CSH-001 to
    /// CSH-015). A response that does not meet the conditions is sent but not cached (documented);
    /// 87 for an unknown policy.
    ///
    /// Trailers must be the last chunk of the call that ends the response, otherwise the call fails
    /// with 87 (G-240). They are sent over HTTP/2 only (H2X-014, RSP-031); 50 for trailers when
    /// EnableTrailerSupport is 0 (LIM-021).
    ///
    /// With HTTP_SEND_RESPONSE_FLAG_PROCESS_RANGES the response must be sent completely in one
    /// call, otherwise the call fails with 87. A GET with a Range field gets the parts that it asks
    /// for with a 206, or a 416 (G-249).
    ///
    /// With HTTP_SEND_RESPONSE_FLAG_GOAWAY the client of an HTTP/2 connection is asked, before the
    /// response, not to open further streams on it (H2X-008); with HTTP/1.x the flag has no effect
    /// (assumed, G-270).
    fn HttpSendHttpResponse(
        queue: HANDLE,
        request: u64,
        flags: u32,
        response: *const HTTP_RESPONSE_V2,
        cache_policy: *const HTTP_CACHE_POLICY,
        bytes_sent: *mut u32,
        reserved_1: *const c_void,
        reserved_2: u32,
        overlapped: *mut OVERLAPPED,
        log_data: *const HTTP_LOG_DATA,
    ) -> u32 {
        let handle = QueueObject::worker(queue)?;
        reserved_pointer(reserved_1)?;
        reserved(reserved_2)?;
        with_response_parts(|head| {
            let (is_version_1, token) = (handle.is_version_1(), handle.service().parameters().server_token());
            if let Some(strict) = handle.strict().filter(|_| !is_version_1) {
                let others = other_memory(cache_policy, bytes_sent, overlapped, log_data);
                // SAFETY: by the contract of the function.
                unsafe { strict::response_of_version_2(strict, request, response, &others) };
            }
            // SAFETY: by the contract of the function, here and below.
            let response = unsafe { response::read(response, is_version_1, head, token) }?;
            check_response_flags(flags, response.StatusCode)?;
            let mut fields = None;
            // SAFETY: as above.
            let log_data = unsafe { log_data::read(log_data, &mut fields) }?;
            let log = Some(&log_data as &dyn LogSource);
            let (first, chunk_count) = (response.pEntityChunks.cast_const(), response.EntityChunkCount);
            let send = send_of(request, flags);
            let (service, queue) = (handle.service(), handle.queue());
            // SAFETY: as above.
            let count = unsafe { Out::optional(bytes_sent) };
            let policy = if cache_policy.is_null() {
                CachePolicy::Nocache
            } else {
                // SAFETY: as above; any bytes are a valid structure.
                policy_of(unsafe { pointers::one(cache_policy) }.named("CachePolicy")?)?
            };
            let to_keep = |head: &ResponseParts, body: &[Chunk<'_>]| {
                let keeps = policy.keeps();
                keeps.then(|| service.to_keep(queue, &send, policy, None, (head, body), log)).flatten()
            };
            let is_ranged = flags & HTTP_SEND_RESPONSE_FLAG_PROCESS_RANGES != 0;
            if overlapped.is_null() && !is_ranged {
                let mut chunks = SmallVec::new();
                // SAFETY: as above.
                if unsafe { Chunks::borrow(first, chunk_count, &mut chunks) }.is_some() {
                    let keep = to_keep(head, &chunks);
                    let sent = service.send_response_and_keep(queue, &send, head, &chunks, log, keep);
                    return blocking(sent, count);
                }
            }
            // SAFETY: as above.
            let chunks = unsafe { Chunks::read(first, chunk_count, &fragments(&handle)) }?;
            let mut ranged = if is_ranged {
                let whole = chunks.list();
                let ranged = service.process_ranges(queue, &send, None, head, Chunk::total(&whole))?;
                ranged.filter(|ranged| Chunk::cut(&whole, &ranged.body).is_some())
            } else {
                None
            };
            let (head, chunks) = match &mut ranged {
                Some(ranged) => (&mut ranged.head, chunks.cut(std::mem::take(&mut ranged.body))),
                None => (head, chunks),
            };
            let keep = to_keep(head, &chunks.list());
            if overlapped.is_null() {
                let sent = service.send_response_and_keep(queue, &send, head, &chunks.list(), log, keep);
                return blocking(sent, count);
            }
            // SAFETY: as above.
            let call = unsafe { Overlapped::begin(&handle, overlapped, "HttpSendHttpResponse", ()) };
            send_overlapped("HttpSendHttpResponse", call, send.request, chunks, count, |body, register| {
                service.try_send_response_and_keep(queue, &send, (head, body), log, keep, register)
            })
        })
    }

    /// Sends a part of a response's body: without HTTP_SEND_RESPONSE_FLAG_MORE_DATA, it is the last
    /// part, which may be empty (SND-013 to SND-015).
    ///
    /// The byte count is the number of body bytes of this call (SND-006). 87 when the response's
    /// head has not been sent (G-056), and for more than 9999 chunks (SND-020); 3 for a fragment
    /// that is not in the cache (SND-029). The other error codes are those of HttpSendHttpResponse.
    /// After a 101 with HTTP_SEND_RESPONSE_FLAG_OPAQUE the bytes are sent unchanged; a call without
    /// HTTP_SEND_RESPONSE_FLAG_MORE_DATA or with HTTP_SEND_RESPONSE_FLAG_DISCONNECT closes the
    /// connection after them (UPG-004, UPG-006).
    fn HttpSendResponseEntityBody(
        queue: HANDLE,
        request: u64,
        flags: u32,
        chunk_count: u16,
        chunks: *const HTTP_DATA_CHUNK,
        bytes_sent: *mut u32,
        reserved_1: *const c_void,
        reserved_2: u32,
        overlapped: *mut OVERLAPPED,
        log_data: *const HTTP_LOG_DATA,
    ) -> u32 {
        let handle = QueueObject::worker(queue)?;
        reserved_pointer(reserved_1)?;
        reserved(reserved_2)?;
        check_flags(flags, COMMON_FLAGS)?;
        // SAFETY: by the contract of the function, here and below.
        let chunks = unsafe { Chunks::read(chunks, chunk_count, &fragments(&handle)) }?;
        let mut fields = None;
        // SAFETY: as above.
        let log_data = unsafe { log_data::read(log_data, &mut fields) }?;
        let log = Some(&log_data as &dyn LogSource);
        let send = send_of(request, flags);
        let (service, queue) = (handle.service(), handle.queue());
        // SAFETY: as above.
        let count = unsafe { Out::optional(bytes_sent) };
        if overlapped.is_null() {
            return blocking(service.send_entity_body(queue, &send, &chunks.list(), log), count);
        }
        // SAFETY: as above.
        let call = unsafe { Overlapped::begin(&handle, overlapped, "HttpSendResponseEntityBody", ()) };
        send_overlapped("HttpSendResponseEntityBody", call, send.request, chunks, count, |body, register| {
            service.try_send_entity_body(queue, &send, body, log, register)
        })
    }
}

/// Finds the fragments of a handle's queue.
pub(crate) fn fragments(
    handle: &QueueObject,
) -> impl Fn(&[u16]) -> Result<Arc<CacheEntry>, Error> + '_ {
    move |name| handle.service().fragment(handle.queue(), name)
}

fn check_response_flags(flags: u32, status: u16) -> CallResult {
    const OPAQUE: u32 = HTTP_SEND_RESPONSE_FLAG_OPAQUE;
    const RANGES: u32 = HTTP_SEND_RESPONSE_FLAG_PROCESS_RANGES;
    const GO_AWAY: u32 = HTTP_SEND_RESPONSE_FLAG_GOAWAY;
    check_flags(flags, COMMON_FLAGS | OPAQUE | RANGES | GO_AWAY)?;
    if flags & OPAQUE != 0 && status != 101 {
        return Err(invalid(
            "HTTP_SEND_RESPONSE_FLAG_OPAQUE: the status is not 101",
        ));
    }
    Ok(())
}

fn send_of(request: u64, flags: u32) -> SendResponse {
    SendResponse {
        request: RequestId(request),
        disconnect: flags & HTTP_SEND_RESPONSE_FLAG_DISCONNECT != 0,
        more_data: flags & HTTP_SEND_RESPONSE_FLAG_MORE_DATA != 0,
        opaque: flags & HTTP_SEND_RESPONSE_FLAG_OPAQUE != 0,
        go_away: flags & HTTP_SEND_RESPONSE_FLAG_GOAWAY != 0,
    }
}

/// Sends, or leaves the rest to an operation that ends later.
fn send_overlapped(
    name: &'static str,
    call: Overlapped<()>,
    request: RequestId,
    chunks: Chunks,
    count: Out<u32>,
    send: impl FnOnce(&[Chunk<'_>], &mut RegisterSend<'_>) -> Result<Option<u64>, Error>,
) -> CallResult {
    let (mut call, place) = (Some(call), Some(request.place()));
    let result = send(&chunks.list(), &mut |id| {
        let mut waiting = call.take().ok_or(Error::Internal)?;
        if let Err(error) = waiting.waits(id, place) {
            call = Some(waiting);
            return Err(error);
        }
        if waiting.is_strict() {
            waiting.lends(name, &memory(&chunks.list()));
        }
        Ok(Box::new(SendOperation {
            call: waiting,
            chunks: chunks.clone(),
            place,
        }))
    });
    match call {
        Some(call) => call.inline(result.map(Option::unwrap_or_default), count),
        None => Err(ErrorCode::IO_PENDING),
    }
}

/// What else a send is given, for strict mode.
#[cold]
fn other_memory(
    policy: *const HTTP_CACHE_POLICY,
    bytes_sent: *const u32,
    overlapped: *const OVERLAPPED,
    log_data: *const HTTP_LOG_DATA,
) -> [OtherMemory<'static>; 4] {
    [
        (
            "pCachePolicy",
            policy.cast(),
            size_of::<HTTP_CACHE_POLICY>(),
        ),
        ("pBytesSent", bytes_sent.cast(), size_of::<u32>()),
        ("Overlapped", overlapped.cast(), size_of::<OVERLAPPED>()),
        ("pLogData", log_data.cast(), size_of::<HTTP_LOG_DATA>()),
    ]
}

/// The program's memory among the chunks, for strict mode.
#[cold]
fn memory<'a>(chunks: &[Chunk<'a>]) -> Vec<&'a [u8]> {
    let memory = |chunk: &Chunk<'a>| match chunk {
        Chunk::Memory(bytes) => Some(*bytes),
        _ => None,
    };
    chunks.iter().filter_map(memory).collect()
}

/// A send that the socket has not taken whole.
struct SendOperation {
    call: Overlapped<()>,
    chunks: Chunks,
    place: Option<SlotAddress>,
}

impl PendingSend for SendOperation {
    fn with_body(&self, lend: &mut dyn FnMut(&[Chunk<'_>])) {
        lend(&self.chunks.list());
    }

    fn done(self: Box<Self>, _: &Service, result: Result<u64, Error>) {
        if self.call.is_strict() {
            match result {
                Ok(_) => self.call.takes_back(&memory(&self.chunks.list())),
                Err(_) => self.call.forgets_memory(),
            }
        }
        self.call.complete(result);
    }

    fn keep_on(&mut self, id: OperationId) -> Result<(), Error> {
        self.call.waits(id, self.place)
    }
}
