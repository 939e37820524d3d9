//! Receiving into the program's memory: a request, its entity body, or both.
//!
//! Owns what HttpReceiveHttpRequest and HttpReceiveRequestEntityBody fill, and the order in which they do
//! it: with FLUSH_BODY the body is read once the request is packed. Does not own the layout
//! (`marshal::request`), nor which request and body it is (`httpsys_engine`). Invariants: a request is
//! consumed only when the program has it whole; the memory belongs to one value, which the engine has
//! while the call waits. Threading: any thread; a call that waits goes on where it is signalled.

use httpsys_core::call::{Receive, ReceiveEntityBody};
use httpsys_core::ids::SlotAddress;
use httpsys_core::{Error, RequestId};
use httpsys_engine::{
    ReadOperation, ReceiveOperation, ReceivedRequest, Service, Signal, Started, Verdict,
};

use crate::marshal::request::{BodyArea, RequestBuffer};
use crate::overlapped::{LentCall, Work};
use crate::pointers::Buffer;
use crate::queue_handle::QueueObject;

/// Where the bytes go.
#[derive(Debug)]
pub(crate) enum ReadTarget {
    /// A buffer for body bytes alone.
    Entity(Buffer),
    /// That of a request, with what was packed into it.
    Request(RequestBuffer, Option<Packed>),
}

/// A request that is in its buffer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Packed {
    request: RequestId,
    used: usize,
    /// With FLUSH_BODY: where the body is still to be read to.
    rest: Option<BodyArea>,
}

impl ReadTarget {
    /// The memory for body bytes.
    fn memory(&mut self) -> &mut [u8] {
        match self {
            ReadTarget::Entity(buffer) => buffer.bytes_from(0),
            ReadTarget::Request(
                buffer,
                Some(Packed {
                    rest: Some(area), ..
                }),
            ) => buffer.body(*area),
            ReadTarget::Request(..) => &mut [],
        }
    }

    /// The memory that the call has, for strict mode.
    fn whole_memory(&self) -> &[u8] {
        match self {
            ReadTarget::Entity(buffer) => buffer.bytes(),
            ReadTarget::Request(buffer, _) => buffer.bytes(),
        }
    }

    /// Packs the request, and with COPY_BODY the body bytes that are here (RCV-019, RCV-020, G-038).
    fn pack(&mut self, arrival: &mut ReceivedRequest<'_>, receive: Receive) -> Verdict {
        let ReadTarget::Request(buffer, packed) = self else {
            return Verdict::TooSmall { needed: u32::MAX };
        };
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

    /// How the call goes on once the request is packed: the read of its body (RCV-021, G-039), or its
    /// result.
    fn after_request(&self) -> Result<ReceiveEntityBody, Result<u64, Error>> {
        match self {
            ReadTarget::Request(_, Some(packed)) if packed.rest.is_some() => {
                Ok(ReceiveEntityBody {
                    request: packed.request,
                    // The whole body, or as much as the buffer takes.
                    fill_buffer: true,
                })
            }
            ReadTarget::Request(_, Some(packed)) => Err(Ok(packed.used as u64)),
            ReadTarget::Request(_, None) | ReadTarget::Entity(_) => Err(Err(Error::Internal)),
        }
    }

    /// Turns the result of the read into that of the call.
    fn finish(&mut self, read: Result<usize, Error>) -> Result<u64, Error> {
        let ReadTarget::Request(
            buffer,
            Some(Packed {
                used,
                rest: Some(area),
                ..
            }),
        ) = self
        else {
            return Ok(read? as u64);
        };
        let length = match read {
            Ok(length) => length,
            // There was no body, or the chunked coding ended without a byte.
            Err(Error::EndOfBody) => 0,
            Err(error) => return Err(error),
        };
        // A read that fills the buffer stops there: its end may be the body's (G-039).
        let full = length == buffer.body(*area).len();
        buffer.set_more(full);
        Ok(if length == 0 {
            *used
        } else {
            buffer.set_body(*area, length)
        } as u64)
    }
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

/// Receives a request, blocking.
pub(crate) fn receive(
    handle: &QueueObject,
    receive: Receive,
    buffer: RequestBuffer,
) -> Result<u64, Error> {
    let (service, queue) = (handle.service(), handle.queue());
    let mut target = ReadTarget::Request(buffer, None);
    service.receive(queue, &receive, None, &mut |arrival| {
        target.pack(arrival, receive)
    })?;
    match target.after_request() {
        Ok(body) => read(handle, body, target),
        Err(result) => result,
    }
}

/// Reads an entity body, blocking.
pub(crate) fn read(
    handle: &QueueObject,
    receive: ReceiveEntityBody,
    mut target: ReadTarget,
) -> Result<u64, Error> {
    let (service, queue) = (handle.service(), handle.queue());
    let read = service.receive_entity_body(queue, &receive, target.memory());
    target.finish(read)
}

/// What an overlapped call waits for.
#[derive(Clone, Copy, Debug)]
enum ReceiveStage {
    Request(Receive),
    Body(ReceiveEntityBody),
}

/// An overlapped receive of a request or a body.
#[derive(Debug)]
pub(crate) struct Receiving {
    stage: ReceiveStage,
    target: ReadTarget,
    /// Body bytes that are there already.
    got: usize,
}

impl Receiving {
    pub(crate) fn request(receive: Receive, buffer: RequestBuffer) -> Receiving {
        Receiving {
            stage: ReceiveStage::Request(receive),
            target: ReadTarget::Request(buffer, None),
            got: 0,
        }
    }

    pub(crate) fn body(receive: ReceiveEntityBody, target: ReadTarget) -> Receiving {
        Receiving {
            stage: ReceiveStage::Body(receive),
            target,
            got: 0,
        }
    }

    /// The request is packed: goes on with its body, if that is wanted, or gives the result.
    fn after_request(&mut self) -> Result<ReceiveEntityBody, Result<u64, Error>> {
        let body = self.target.after_request()?;
        self.stage = ReceiveStage::Body(body);
        Ok(body)
    }
}

impl Work for Receiving {
    fn place(&self) -> Option<SlotAddress> {
        match &self.stage {
            ReceiveStage::Request(_) => None,
            ReceiveStage::Body(receive) => Some(receive.request.place()),
        }
    }

    fn call(&self) -> &'static str {
        match self.target {
            ReadTarget::Request(..) => "HttpReceiveHttpRequest",
            ReadTarget::Entity(_) => "HttpReceiveRequestEntityBody",
        }
    }

    fn memory(&self) -> &[u8] {
        self.target.whole_memory()
    }

    fn attempt<'a>(
        mut operation: LentCall<'a, Self>,
        handle: &QueueObject,
        signal: Option<Signal>,
    ) -> Started<LentCall<'a, Self>, u64> {
        match operation.work().map(|work| work.stage) {
            Some(ReceiveStage::Request(receive)) => {
                take_request(operation, handle, receive, signal)
            }
            Some(ReceiveStage::Body(receive)) => read_body(operation, handle, receive),
            None => Started::Done(operation, Err(Error::Internal)),
        }
    }
}

/// Takes the request that the engine gave to the operation, or else the next one.
fn take_request<'a>(
    mut operation: LentCall<'a, Receiving>,
    handle: &QueueObject,
    receive: Receive,
    signal: Option<Signal>,
) -> Started<LentCall<'a, Receiving>, u64> {
    let (service, queue): (&Service, _) = (handle.service(), handle.queue());
    let given = match signal {
        Some(Signal::Request(request)) => Some(service.receive_given(
            queue,
            request,
            &mut |arrival: &mut ReceivedRequest<'_>| operation.receive(arrival),
        )),
        _ => None,
    };
    let (mut operation, result) = match given {
        // Its client went away between the queue and us: as if it had not come.
        None | Some(Err(Error::ConnectionInvalid)) => {
            match service.try_receive(queue, &receive, operation) {
                Started::Done(operation, result) => (operation, result),
                Started::Pending(id) => return Started::Pending(id),
            }
        }
        Some(result) => (operation, result),
    };
    if let Err(error) = result {
        return Started::Done(operation, Err(error));
    }
    match operation.work().map(Receiving::after_request) {
        Some(Ok(body)) => read_body(operation, handle, body),
        Some(Err(result)) => Started::Done(operation, result),
        None => Started::Done(operation, Err(Error::Internal)),
    }
}

fn read_body<'a>(
    operation: LentCall<'a, Receiving>,
    handle: &QueueObject,
    receive: ReceiveEntityBody,
) -> Started<LentCall<'a, Receiving>, u64> {
    let service = handle.service();
    match service.try_receive_entity_body(handle.queue(), &receive, operation) {
        Started::Done(mut operation, read) => {
            let result = match operation.work() {
                Some(work) => work.target.finish(read),
                None => Err(Error::Internal),
            };
            Started::Done(operation, result)
        }
        Started::Pending(id) => Started::Pending(id),
    }
}

impl ReceiveOperation for LentCall<'_, Receiving> {
    #[inline]
    fn receive(&mut self, request: &mut ReceivedRequest<'_>) -> Verdict {
        match self.work() {
            Some(Receiving {
                stage: ReceiveStage::Request(receive),
                target,
                ..
            }) => target.pack(request, *receive),
            _ => Verdict::TooSmall { needed: u32::MAX },
        }
    }
}

impl ReadOperation for LentCall<'_, Receiving> {
    fn buffer(&mut self) -> (&mut [u8], &mut usize) {
        let (work, nothing) = self.work_or_nothing();
        match work {
            Some(work) => (work.target.memory(), &mut work.got),
            None => (&mut [], nothing),
        }
    }
}
