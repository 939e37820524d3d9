//! Calls on requests by their id, for programs that keep ids and not [`crate::Request`]s.
//!
//! Owns the translation into the engine's operations; `request.rs` and `stream.rs` come through
//! here, too. Does not own a request's end: a program that keeps ids has to answer or cancel each
//! of them.

use std::borrow::Borrow;

use httpsys_core::call::{Cancel, ReceiveEntityBody, SendResponse, WaitForDisconnect};
use httpsys_core::{ConnectionId, RequestId};
use httpsys_engine::Chunk;

use crate::chunk::{Lent, lend};
use crate::fields::{Added, with_head};
use crate::log::{AsBefore, ResponseLog};
use crate::queue::QueueScope;
use crate::{DataChunk, Error, RequestQueue, Response, Result, Trailers};

/// HTTP_SEND_RESPONSE_FLAG_* of one call.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct SendFlags {
    pub(crate) more_data: bool,
    pub(crate) disconnect: bool,
    pub(crate) opaque: bool,
    pub(crate) ranges: bool,
    pub(crate) go_away: bool,
}

impl SendFlags {
    /// The head of an upgrade.
    pub(crate) const UPGRADE: SendFlags = SendFlags {
        more_data: true,
        disconnect: false,
        opaque: true,
        ranges: false,
        go_away: false,
    };
    /// A part that is not the last.
    pub(crate) const MORE_DATA: SendFlags = SendFlags {
        more_data: true,
        disconnect: false,
        opaque: false,
        ranges: false,
        go_away: false,
    };

    pub(crate) fn call(self, request: RequestId) -> SendResponse {
        SendResponse {
            request,
            disconnect: self.disconnect,
            more_data: self.more_data,
            opaque: self.opaque,
            go_away: self.go_away,
        }
    }
}

impl QueueScope {
    /// Sends the head of `response` with `body`, which need not be the response's own. What is logged
    /// comes from `request`.
    pub(crate) fn send_response(
        &self,
        id: RequestId,
        request: Option<&httpsys_core::Request>,
        response: &Response<'_>,
        added: Added,
        flags: SendFlags,
        body: &[Chunk<'_>],
    ) -> Result<u64> {
        let engine = self.service.engine();
        let parts = response.head_parts(added, engine.parameters().server_token());
        let log = ResponseLog { request, response };
        let call = flags.call(id);
        with_head(&parts, |head| {
            if flags.ranges {
                let length = Chunk::total(body);
                let ranged = engine.process_ranges(&self.queue, &call, request, head, length)?;
                if let Some(mut ranged) = ranged {
                    if let Some(cut) = Chunk::cut(body, &ranged.body) {
                        let head = &mut ranged.head;
                        return engine.send_response(&self.queue, &call, head, &cut, Some(&log));
                    }
                }
            }
            let policy = response.cache_policy();
            if !policy.keeps() {
                return engine.send_response(&self.queue, &call, head, body, Some(&log));
            }
            let parts = (&*head, body);
            let keep = engine.to_keep(&self.queue, &call, policy, request, parts, Some(&log));
            engine.send_response_and_keep(&self.queue, &call, head, body, Some(&log), keep)
        })
    }

    pub(crate) fn upgrade(
        &self,
        id: RequestId,
        request: Option<&httpsys_core::Request>,
        response: &Response<'_>,
    ) -> Result<u64> {
        let body = response.chunks()?;
        self.send_response(
            id,
            request,
            response,
            Added::Nothing,
            SendFlags::UPGRADE,
            &body,
        )
    }

    pub(crate) fn send_body(
        &self,
        id: RequestId,
        flags: SendFlags,
        body: &[Chunk<'_>],
    ) -> Result<u64> {
        let engine = self.service.engine();
        let call = flags.call(id);
        engine.send_entity_body(&self.queue, &call, body, Some(&AsBefore))
    }

    pub(crate) fn read_body(&self, id: RequestId, out: &mut [u8]) -> Result<usize> {
        if out.is_empty() {
            return Ok(0);
        }
        let call = ReceiveEntityBody {
            request: id,
            fill_buffer: false,
        };
        match self
            .service
            .engine()
            .receive_entity_body(&self.queue, &call, out)
        {
            Err(Error::EndOfBody) => Ok(0),
            result => result,
        }
    }

    pub(crate) fn trailers(&self, id: RequestId) -> Result<Option<Trailers>> {
        self.service.engine().request_trailers(&self.queue, id)
    }

    pub(crate) fn cancel(&self, id: RequestId) -> Result<()> {
        self.service
            .engine()
            .cancel(&self.queue, &Cancel { request: id })
    }
}

/// Calls by request id. Ids come from [`crate::Request::into_id`] and [`crate::Request::id`]; they
/// are unknown to every other queue. All may be called from any thread.
///
/// Errors that all of them have: [`Error::ConnectionInvalid`] for an id that is unknown, answered
/// or cancelled, or whose client is gone; [`Error::InvalidHandle`] when the queue is closed.
impl RequestQueue {
    /// Answers the request: HttpSendHttpResponse. Returns the number of head and body bytes
    /// (SND-005). The id is invalid from the start of the call on (SND-033).
    ///
    /// Like HTTP.sys, the call sends the response as it is: for a HEAD request, and with status 204
    /// and 304, do not pass a body ([`Response::head_only`]). [`crate::Request::respond`] takes
    /// care of that. An access log entry has the fields of the request if the id came from
    /// [`crate::Request::into_id`], otherwise only the data of [`Response::log`].
    ///
    /// # Errors
    /// [`Error::InvalidResponse`] when a part of the response cannot be sent,
    /// [`Error::InvalidParameter`] when a response has already begun (G-055); in both cases the id
    /// stays valid. [`Error::PeerReset`] when the client disconnects while the call waits for it,
    /// [`Error::Aborted`] when the queue closes meanwhile.
    pub fn respond<'r>(&self, id: RequestId, response: impl Borrow<Response<'r>>) -> Result<u64> {
        let response = response.borrow();
        let flags = SendFlags {
            more_data: false,
            disconnect: response.disconnects(),
            go_away: response.goes_away(),
            ranges: response.processes_ranges(),
            ..SendFlags::default()
        };
        self.scope().send_response(
            id,
            None,
            response,
            Added::Nothing,
            flags,
            &response.chunks()?,
        )
    }

    /// Begins a response whose body is sent with [`RequestQueue::send_body`]: HttpSendHttpResponse
    /// with HTTP_SEND_RESPONSE_FLAG_MORE_DATA.
    ///
    /// The service adds neither a length nor a coding (SND-012): give the response a
    /// `Content-Length`, or a `Transfer-Encoding` and send the chunk framing, or
    /// [`Response::disconnect`].
    ///
    /// # Errors
    /// The same as those of [`RequestQueue::respond`].
    pub fn begin_response<'r>(
        &self,
        id: RequestId,
        response: impl Borrow<Response<'r>>,
    ) -> Result<u64> {
        let response = response.borrow();
        let flags = SendFlags {
            more_data: true,
            disconnect: response.disconnects(),
            go_away: response.goes_away(),
            ..SendFlags::default()
        };
        self.scope().send_response(
            id,
            None,
            response,
            Added::Nothing,
            flags,
            &response.chunks()?,
        )
    }

    /// Answers with 101 and turns the connection into a pipe: HttpSendHttpResponse with
    /// HTTP_SEND_RESPONSE_FLAG_OPAQUE. After that, [`RequestQueue::read_body`] and
    /// [`RequestQueue::send_body`] transfer unchanged bytes, both at the same time (UPG-004). See
    /// [`crate::Request::upgrade`].
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] for a status other than 101, a response without `Upgrade:
    /// websocket` (UPG-003), and a request that cannot be upgraded (UPG-001, UPG-002); else as
    /// [`RequestQueue::respond`].
    pub fn begin_upgrade<'r>(
        &self,
        id: RequestId,
        response: impl Borrow<Response<'r>>,
    ) -> Result<u64> {
        self.scope().upgrade(id, None, response.borrow())
    }

    /// Sends more of the body: HttpSendResponseEntityBody with HTTP_SEND_RESPONSE_FLAG_MORE_DATA.
    /// The pieces, at most 9,999 (SND-020), are sent in one write. Returns the number of their
    /// bytes (SND-006).
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] before [`RequestQueue::begin_response`] (G-056);
    /// [`Error::SendOutstanding`] while another thread is sending for the request (SND-019).
    pub fn send_body(&self, id: RequestId, pieces: &[&[u8]]) -> Result<u64> {
        self.scope()
            .send_body(id, SendFlags::MORE_DATA, &memory(pieces))
    }

    /// Works like [`RequestQueue::send_body`], with files and parts of files among the pieces.
    ///
    /// # Errors
    /// The same as those of [`RequestQueue::send_body`], and [`Error::EndOfBody`] (38) when a file
    /// is shorter than it should be. If the call notices that before it sends, nothing is sent;
    /// otherwise the connection is reset.
    pub fn send_chunks(&self, id: RequestId, chunks: &[DataChunk<'_>]) -> Result<u64> {
        let chunks = lend(chunks)?;
        self.scope().send_body(id, SendFlags::MORE_DATA, &chunks)
    }

    /// Sends the last pieces of the body, or none, and ends the response:
    /// HttpSendResponseEntityBody without HTTP_SEND_RESPONSE_FLAG_MORE_DATA (SND-014, SND-015).
    /// With `disconnect` the connection closes after it.
    ///
    /// # Errors
    /// The same as those of [`RequestQueue::send_body`].
    pub fn end_response(&self, id: RequestId, pieces: &[&[u8]], disconnect: bool) -> Result<u64> {
        self.scope().send_body(
            id,
            SendFlags {
                more_data: false,
                disconnect,
                ..SendFlags::default()
            },
            &memory(pieces),
        )
    }

    /// Works like [`RequestQueue::end_response`], with files among the pieces, and
    /// [trailers](DataChunk::Trailers) after them.
    ///
    /// # Errors
    /// The same as those of [`RequestQueue::send_chunks`].
    pub fn end_response_with_chunks(
        &self,
        id: RequestId,
        chunks: &[DataChunk<'_>],
        disconnect: bool,
    ) -> Result<u64> {
        let chunks = lend(chunks)?;
        let flags = SendFlags {
            more_data: false,
            disconnect,
            ..SendFlags::default()
        };
        self.scope().send_body(id, flags, &chunks)
    }

    /// Reads bytes of the entity body: HttpReceiveRequestEntityBody. Waits until there are some.
    /// Returns `Ok(0)` at the end of the body, and for an empty buffer.
    ///
    /// # Errors
    /// The same as those of [`crate::Request::read_body`].
    pub fn read_body(&self, id: RequestId, out: &mut [u8]) -> Result<usize> {
        self.scope().read_body(id, out)
    }

    /// Sets the error code for a reset of the request's HTTP/2 stream, as
    /// [`crate::Request::set_stream_error`] does.
    ///
    /// # Errors
    /// Only those that all calls by id have.
    pub fn set_stream_error(&self, id: RequestId, code: u32) -> Result<()> {
        let engine = self.scope().service.engine();
        engine.set_stream_error(&self.scope().queue, id, code)
    }

    /// Resets the transport connection of the request, or its HTTP/2 stream (CXL-011):
    /// HttpCancelHttpRequest. Calls that wait on the request in other threads end with
    /// [`Error::Aborted`] (CXL-003, CXL-004), and requests that are pipelined after it are lost
    /// (CXL-010).
    ///
    /// # Errors
    /// Only those that all calls by id have; in these cases nothing is changed (CXL-006).
    pub fn cancel(&self, id: RequestId) -> Result<()> {
        self.scope().cancel(id)
    }

    /// Waits until the connection ends, for whatever reason: HttpWaitForDisconnect. A client that
    /// closes its sending side counts as disconnected (DSC-006).
    ///
    /// # Errors
    /// [`Error::ConnectionInvalid`] for a connection that is unknown or has already ended
    /// (DSC-003); [`Error::Aborted`] when the queue closes or is shut down (DSC-009).
    pub fn wait_for_disconnect(&self, connection: ConnectionId) -> Result<()> {
        let scope = self.scope();
        let wait = WaitForDisconnect { connection };
        scope
            .service
            .engine()
            .wait_for_disconnect(&scope.queue, &wait)
    }

    /// Ends all waits: HttpShutdownRequestQueue. Receives and disconnect waits of all threads on
    /// this handle and its clones end with [`Error::Aborted`], and later receives fail with
    /// [`Error::InvalidHandle`]. Requests that have been received can still be answered (SHD-001 to
    /// SHD-003). Other handles of the queue continue to receive (SHD-012).
    ///
    /// # Errors
    /// [`Error::InvalidHandle`] when the queue is closed.
    pub fn shutdown(&self) -> Result<()> {
        let scope = self.scope();
        scope.service.engine().shutdown_queue(&scope.queue)
    }
}

/// The pieces as the engine's chunks; up to four need no allocation.
fn memory<'a>(pieces: &[&'a [u8]]) -> Lent<'a> {
    pieces.iter().copied().map(Chunk::Memory).collect()
}
