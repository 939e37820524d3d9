//! Calls through a handle to a request queue: on requests, on connections, and on the handle itself.
//!
//! Owns their parameters. The memory that a call fills or sends is passed beside them, never inside.

use super::push::DeclarePush;
use crate::ids::{ConnectionId, OperationId, RequestId, SlotAddress};

/// A call through a queue handle.
#[derive(Clone, PartialEq, Eq)]
pub enum QueueCall {
    /// HttpReceiveHttpRequest.
    Receive(Receive),
    /// HttpReceiveRequestEntityBody.
    ReceiveEntityBody(ReceiveEntityBody),
    /// HttpSendHttpResponse.
    SendResponse(SendResponse),
    /// HttpSendResponseEntityBody.
    SendEntityBody(SendResponse),
    /// HttpCancelHttpRequest.
    Cancel(Cancel),
    /// HttpDeclarePush.
    DeclarePush(Box<DeclarePush>),
    /// HttpWaitForDisconnect.
    WaitForDisconnect(WaitForDisconnect),
    /// HttpWaitForDemandStart.
    WaitForDemandStart,
    /// CancelIoEx.
    CancelOperation {
        /// The call that waits.
        operation: OperationId,
        /// Where it waits, see [`QueueCall::place`].
        place: Option<SlotAddress>,
    },
    /// HttpShutdownRequestQueue.
    Shutdown,
    /// CloseHandle of a handle that did not create the queue.
    Close,
}

impl QueueCall {
    /// Where the call waits: `None` in the queue, otherwise the place of its request or connection.
    #[must_use]
    pub fn place(&self) -> Option<SlotAddress> {
        match self {
            QueueCall::ReceiveEntityBody(receive) => Some(receive.request.place()),
            QueueCall::SendResponse(send) | QueueCall::SendEntityBody(send) => {
                Some(send.request.place())
            }
            QueueCall::Cancel(cancel) => Some(cancel.request.place()),
            QueueCall::DeclarePush(push) => Some(push.request.place()),
            QueueCall::WaitForDisconnect(wait) => Some(wait.connection.place()),
            QueueCall::CancelOperation { place, .. } => *place,
            QueueCall::Receive(_)
            | QueueCall::WaitForDemandStart
            | QueueCall::Shutdown
            | QueueCall::Close => None,
        }
    }
}

/// HttpReceiveHttpRequest. What the flags ask for is done by the door that packs the request into the
/// caller's memory; the engine only lends it the body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Receive {
    /// [`RequestId::NULL`] for the next request, else the one to retrieve (again).
    pub request: RequestId,
    /// HTTP_RECEIVE_REQUEST_FLAG_COPY_BODY: copy the body bytes that are here.
    pub copy_body: bool,
    /// HTTP_RECEIVE_REQUEST_FLAG_FLUSH_BODY: copy the whole body.
    pub flush_body: bool,
}

/// HttpReceiveRequestEntityBody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReceiveEntityBody {
    /// The request.
    pub request: RequestId,
    /// HTTP_RECEIVE_REQUEST_ENTITY_BODY_FLAG_FILL_BUFFER (ENT-012).
    pub fill_buffer: bool,
}

/// HttpSendHttpResponse and HttpSendResponseEntityBody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SendResponse {
    /// The request.
    pub request: RequestId,
    /// HTTP_SEND_RESPONSE_FLAG_DISCONNECT.
    pub disconnect: bool,
    /// HTTP_SEND_RESPONSE_FLAG_MORE_DATA.
    pub more_data: bool,
    /// HTTP_SEND_RESPONSE_FLAG_OPAQUE: after this head the connection carries bytes as they are.
    pub opaque: bool,
    /// HTTP_SEND_RESPONSE_FLAG_GOAWAY: on HTTP/2 the client is asked to open no more streams on the connection
    /// (H2X-008). HTTP/1.x has nothing like it, and nothing happens (assumed, G-270).
    pub go_away: bool,
}

/// HttpCancelHttpRequest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cancel {
    /// The request whose transport connection is to be closed.
    pub request: RequestId,
}

/// HttpWaitForDisconnect and HttpWaitForDisconnectEx.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WaitForDisconnect {
    /// The connection.
    pub connection: ConnectionId,
}
