//! HttpReceiveHttpRequest.
//!
//! Owns: the three ways in which a receive ends (at once, blocking, later) and the order of packing
//! the request and reading its body. Does not own the layout (`marshal::request`) nor which request
//! it is (`httpsys_engine`). Invariant: a request is consumed only when the program has it whole.
//! Threading: any thread; a pending receive ends on whichever thread the engine uses.

use std::cell::RefCell;

use httpsys_core::operation::{Receive, ReceiveEntityBody};
use httpsys_core::{Error, RequestId};
use httpsys_engine::{PendingOperation, ReceivedRequest, Service, Signal, Verdict};

use super::check_flags;
use crate::code::{CallResult, ErrorCode};
use crate::entity_read::{self, ReadTarget};
use crate::entry::entry;
use crate::marshal::request::{BodyArea, RequestBuffer};
use crate::overlapped::{OverlappedCall, blocking};
use crate::pointers::Out;
use crate::queue_handle::QueueObject;
use crate::types::{
    HANDLE, HTTP_RECEIVE_REQUEST_FLAG_COPY_BODY, HTTP_RECEIVE_REQUEST_FLAG_FLUSH_BODY,
    HTTP_REQUEST_V2, OVERLAPPED,
};

entry! {
    /// Receives the next request, or with its id one that did not fit before.
    ///
    /// 6 for a handle that is not an open queue (RCV-001) and after HttpShutdownRequestQueue
    /// (G-075); 5 for a controller's (SES-022); 87 for unknown flags (G-036); 998 and 122 for a
    /// buffer that is NULL or misaligned and one below the fixed structure, and then nothing is
    /// consumed (RCV-008, RCV-022); 234 with the size needed, RequestId and ConnectionId for one that is too
    /// small (RCV-009 to RCV-012); 1229 for an id that is unknown on this queue, answered, or whose
    /// client is gone (RCV-002, RCV-003, RCV-013); 38 for one that was received whole (RCV-023);
    /// 995 when the queue closes meanwhile (RCV-007).
    fn HttpReceiveHttpRequest(
        queue: HANDLE,
        request: u64,
        flags: u32,
        buffer: *mut HTTP_REQUEST_V2,
        length: u32,
        bytes_received: *mut u32,
        overlapped: *mut OVERLAPPED,
    ) -> u32 {
        const COPY: u32 = HTTP_RECEIVE_REQUEST_FLAG_COPY_BODY;
        const FLUSH: u32 = HTTP_RECEIVE_REQUEST_FLAG_FLUSH_BODY;
        let handle = QueueObject::worker(queue)?;
        check_flags(flags, COPY | FLUSH)?;
        // SAFETY: by the contract of the function, here and below.
        let count = unsafe { Out::optional(bytes_received) };
        // SAFETY: as above.
        let buffer = unsafe { RequestBuffer::new(buffer, length, handle.is_version_1()) };
        let buffer = buffer.inspect_err(|code| {
            if *code == Error::InsufficientBuffer.into() {
                count.set(0);
            }
        })?;
        let receive = Receive {
            request: RequestId(request),
            copy_body: flags & COPY != 0,
            flush_body: flags & FLUSH != 0,
        };
        if overlapped.is_null() {
            return blocking(receive_blocking(&handle, receive, buffer), count);
        }
        // SAFETY: as above.
        let call = unsafe { OverlappedCall::begin(&handle, overlapped) };
        receive_overlapped(OverlappedReceive { call, receive, buffer }, count)
    }
}

/// What a sink has packed.
#[derive(Clone, Copy, Debug)]
struct Packed {
    request: RequestId,
    used: usize,
    /// With FLUSH_BODY: where the rest of the body is still to be read to.
    rest: Option<BodyArea>,
}

fn receive_blocking(
    handle: &QueueObject,
    receive: Receive,
    mut buffer: RequestBuffer,
) -> Result<u64, Error> {
    let (service, queue) = (handle.service(), handle.queue());
    let mut packed = None;
    service.receive(queue, &receive, None, &mut |arrival| {
        sink(arrival, receive, &mut buffer, &mut packed)
    })?;
    let packed: Packed = packed.ok_or(Error::Internal)?;
    let Some(area) = packed.rest else {
        return Ok(packed.used as u64);
    };
    let mut target = ReadTarget::Request {
        buffer,
        area,
        used: packed.used,
    };
    let read = service.receive_entity_body(queue, &whole_body(packed.request), target.memory());
    target.finish(read)
}

/// Packs the request, and with COPY_BODY the body bytes that are here (RCV-019, RCV-020, G-038).
fn sink(
    arrival: &mut ReceivedRequest<'_>,
    receive: Receive,
    buffer: &mut RequestBuffer,
    packed: &mut Option<Packed>,
) -> Verdict {
    let request = arrival.request();
    let (id, has_body) = (request.id, request.has_body);
    let mut used = match buffer.pack(request) {
        Ok(used) => used,
        Err(Error::MoreData { needed }) => return Verdict::TooSmall { needed },
        // Packing has no other failure.
        Err(_) => return Verdict::TooSmall { needed: u32::MAX },
    };
    let mut rest = None;
    let wanted = has_body && (receive.copy_body || receive.flush_body);
    match buffer.body_area(used) {
        Some(area) if wanted && receive.flush_body => rest = Some(area),
        Some(area) if wanted => {
            let length = copy_body(arrival, buffer.body(area));
            if length != 0 {
                used = buffer.set_body(area, length);
            }
            buffer.set_more(!arrival.body_done());
        }
        _ => {}
    }
    *packed = Some(Packed {
        request: id,
        used,
        rest,
    });
    Verdict::Taken
}

fn copy_body(arrival: &mut ReceivedRequest<'_>, out: &mut [u8]) -> usize {
    let mut length = 0;
    while length < out.len() {
        match arrival.copy_body(&mut out[length..]) {
            0 => break,
            more => length += more,
        }
    }
    length
}

/// RCV-021, G-039: the whole body, or as much as the buffer takes.
fn whole_body(request: RequestId) -> ReceiveEntityBody {
    ReceiveEntityBody {
        request,
        fill_buffer: true,
    }
}

/// An overlapped receive.
#[derive(Debug)]
struct OverlappedReceive {
    call: OverlappedCall,
    receive: Receive,
    buffer: RequestBuffer,
}

fn receive_overlapped(operation: OverlappedReceive, count: Out<u32>) -> CallResult {
    match attempt(operation, None) {
        ReceiveAttempt::Pending => Err(ErrorCode::IO_PENDING),
        ReceiveAttempt::Ended(call, result) => call.inline(result, count),
        ReceiveAttempt::Body(call, target, receive) => {
            entity_read::begin(call, target, receive, count)
        }
    }
}

/// How one attempt to receive went.
enum ReceiveAttempt {
    /// The operation is registered; it ends by itself.
    Pending,
    Ended(OverlappedCall, Result<u64, Error>),
    /// The request is packed; its body is still to be read.
    Body(OverlappedCall, ReadTarget, ReceiveEntityBody),
}

/// Takes the request that the engine gave to the operation, or else the next one.
fn attempt(operation: OverlappedReceive, given: Option<RequestId>) -> ReceiveAttempt {
    let receive = operation.receive;
    let (handle, tag) = (operation.call.handle().clone(), operation.call.tag());
    let (service, queue) = (handle.service(), handle.queue());
    let mut packed = None;
    // The operation belongs to the sink while that runs, and to the engine once it is registered;
    // never to both.
    let slot = RefCell::new(Some(operation));
    let mut pack = |arrival: &mut ReceivedRequest<'_>| match &mut *slot.borrow_mut() {
        Some(operation) => sink(arrival, receive, &mut operation.buffer, &mut packed),
        None => Verdict::TooSmall { needed: u32::MAX },
    };
    let result = match given.map(|request| service.receive_given(queue, request, &mut pack)) {
        Some(Ok(())) => Ok(true),
        // Its client went away between the queue and us: as if it had not come.
        Some(Err(Error::ConnectionInvalid)) | None => {
            service.try_receive(queue, &receive, &mut pack, &mut || {
                let operation = slot.borrow_mut().take();
                if let Some(operation) = &operation {
                    operation.call.registers(None);
                }
                Box::new(RegisteredReceive(operation))
            })
        }
        Some(Err(error)) => Err(error),
    };
    let Some(OverlappedReceive { call, buffer, .. }) = slot.into_inner() else {
        handle.registered(tag);
        return ReceiveAttempt::Pending;
    };
    match (result, packed) {
        (Err(error), _) => ReceiveAttempt::Ended(call, Err(error)),
        (Ok(_), None) => ReceiveAttempt::Ended(call, Err(Error::Internal)),
        (
            Ok(_),
            Some(Packed {
                used, rest: None, ..
            }),
        ) => ReceiveAttempt::Ended(call, Ok(used as u64)),
        (
            Ok(_),
            Some(Packed {
                request,
                used,
                rest: Some(area),
            }),
        ) => ReceiveAttempt::Body(
            call,
            ReadTarget::Request { buffer, area, used },
            whole_body(request),
        ),
    }
}

/// What the engine holds; always `Some` when it was registered.
struct RegisteredReceive(Option<OverlappedReceive>);

impl PendingOperation for RegisteredReceive {
    fn signal(self: Box<Self>, _: &Service, signal: Signal) {
        let Some(operation) = self.0 else { return };
        let given = match signal {
            Signal::Failed(error) => return operation.call.complete(Err(error)),
            Signal::Request(request) => Some(request),
            Signal::Ready => None,
        };
        match attempt(operation, given) {
            ReceiveAttempt::Pending => {}
            // The queue was shut or closed while the receive was with us (RCV-007).
            ReceiveAttempt::Ended(call, Err(Error::InvalidHandle)) => {
                call.complete(Err(Error::Aborted))
            }
            ReceiveAttempt::Ended(call, result) => call.complete(result),
            ReceiveAttempt::Body(call, target, receive) => {
                entity_read::go_on(call, target, receive)
            }
        }
    }

    fn tag(&self) -> usize {
        self.0.as_ref().map_or(0, |operation| operation.call.tag())
    }
}
