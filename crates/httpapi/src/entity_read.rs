//! Reading an entity body into the program's memory, overlapped.
//!
//! Owns the operation that waits for body bytes: of HttpReceiveRequestEntityBody, and of
//! HttpReceiveHttpRequest with FLUSH_BODY once the request is packed. Does not own the body.
//! Invariants: the memory is written only under the operation's lock, which the attempt that
//! registers the operation still holds; so an early signal waits until that attempt is over, and
//! sees how far it came. Threading: the engine signals from any thread, with no lock held.

use std::sync::{Arc, Mutex, PoisonError};

use httpsys_core::Error;
use httpsys_core::operation::ReceiveEntityBody;
use httpsys_engine::{PendingOperation, Service, Signal};

use crate::code::{CallResult, ErrorCode};
use crate::marshal::request::{BodyArea, RequestBuffer};
use crate::overlapped::OverlappedCall;
use crate::pointers::{Buffer, Out};

/// Where the bytes go.
#[derive(Debug)]
pub(crate) enum ReadTarget {
    /// A buffer for body bytes alone.
    Entity(Buffer),
    /// The rest of the buffer of a request that is packed already.
    Request {
        /// The buffer.
        buffer: RequestBuffer,
        /// The part behind the request.
        area: BodyArea,
        /// Bytes used when the body turns out to be empty.
        used: usize,
    },
}

impl ReadTarget {
    /// The memory for body bytes.
    pub(crate) fn memory(&mut self) -> &mut [u8] {
        match self {
            ReadTarget::Entity(buffer) => buffer.bytes_from(0),
            ReadTarget::Request { buffer, area, .. } => buffer.body(*area),
        }
    }

    /// Turns the result of the read into that of the call.
    pub(crate) fn finish(&mut self, read: Result<usize, Error>) -> Result<u64, Error> {
        let ReadTarget::Request { buffer, area, used } = self else {
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

#[derive(Debug)]
struct ReadState {
    /// `None` once the call has ended.
    call: Option<OverlappedCall>,
    target: ReadTarget,
    receive: ReceiveEntityBody,
    /// Bytes that are there already.
    got: usize,
}

/// Registered with the engine while the read waits.
struct WaitingRead {
    state: Arc<Mutex<ReadState>>,
    tag: usize,
}

/// Whether a call ends within its function.
enum First {
    Yes(Out<u32>),
    No,
}

/// Reads within an overlapped function.
pub(crate) fn begin(
    call: OverlappedCall,
    target: ReadTarget,
    receive: ReceiveEntityBody,
    count: Out<u32>,
) -> CallResult {
    attempt(new_state(call, target, receive), First::Yes(count))
}

/// Goes on reading after the function has returned 997.
pub(crate) fn go_on(call: OverlappedCall, target: ReadTarget, receive: ReceiveEntityBody) {
    // The outcome goes to the completion.
    let _ = attempt(new_state(call, target, receive), First::No);
}

fn new_state(
    call: OverlappedCall,
    target: ReadTarget,
    receive: ReceiveEntityBody,
) -> Arc<Mutex<ReadState>> {
    Arc::new(Mutex::new(ReadState {
        call: Some(call),
        target,
        receive,
        got: 0,
    }))
}

fn attempt(shared: Arc<Mutex<ReadState>>, first: First) -> CallResult {
    let mut state = shared.lock().unwrap_or_else(PoisonError::into_inner);
    let ReadState {
        call,
        target,
        receive,
        got,
    } = &mut *state;
    let Some(running) = call else { return Ok(()) };
    let handle = Arc::clone(running.handle());
    let tag = running.tag();
    let read = handle.service().try_receive_entity_body(
        handle.queue(),
        receive,
        target.memory(),
        got,
        &mut || {
            running.registers(Some(receive.request.place()));
            Box::new(WaitingRead {
                state: Arc::clone(&shared),
                tag,
            })
        },
    );
    let result = match read {
        Ok(None) => {
            // A cancel signals the operation, which takes the lock.
            drop(state);
            handle.registered(tag);
            return Err(ErrorCode::IO_PENDING);
        }
        Ok(Some(bytes)) => target.finish(Ok(bytes)),
        Err(error) => target.finish(Err(error)),
    };
    let call = state.call.take();
    // The completion may run any code that waits for it, so it is not called under the lock.
    drop(state);
    let Some(call) = call else { return Ok(()) };
    match first {
        First::Yes(count) => call.inline(result, count),
        First::No => {
            // The queue was closed while the read was with us: 6 is for calls that begin then.
            call.complete(result.map_err(|error| match error {
                Error::InvalidHandle => Error::Aborted,
                error => error,
            }));
            Ok(())
        }
    }
}

impl PendingOperation for WaitingRead {
    fn signal(self: Box<Self>, _: &Service, signal: Signal) {
        match signal {
            Signal::Failed(error) => {
                let call = self
                    .state
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .call
                    .take();
                if let Some(call) = call {
                    call.complete(Err(error));
                }
            }
            Signal::Ready | Signal::Request(_) => {
                let _ = attempt(self.state, First::No);
            }
        }
    }

    fn tag(&self) -> usize {
        self.tag
    }
}
