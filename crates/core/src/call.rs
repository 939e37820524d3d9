//! Every call of the API as plain data: what each door into the service speaks.
//!
//! Owns the parameters of each call, the kinds of result, and a readable line for each. Does not own how a
//! caller waits: blocking and overlapped callers build the same values and differ only there.
//!
//! | kind | door of the engine's `Service` |
//! |---|---|
//! | [`Control`] | `control`, which returns an [`Outcome`] |
//! | [`Query`] | `query`, which returns an [`QueryAnswer`] |
//! | [`QueueCall`] | a function per call, which takes its parameters and, beside them, the caller's memory |
//!
//! Memory is never in a call. What a receive or a read fills and what a send sends stays where the caller
//! has it: the function of the call is lent it, as a closure that packs the request, a slice, or chunks that
//! name memory and files; an overlapped call brings it along in its operation. So a call can travel to
//! another process as it is, and the body bytes travel beside it: back with the completion of a receive, and
//! with a send as the bytes of its chunks or as descriptors of its files.
//!
//! Threading: plain data.

use crate::error::Error;
use crate::ids::{HandleId, QueueId};

mod control;
mod line;
mod push;
mod query;
mod request;
#[cfg(test)]
mod tests;

pub use control::{ApiVersion, Control, Outcome, QueueAccess};
pub use push::{DeclarePush, InvalidPush, PushField};
pub use query::{Query, QueryAnswer};
pub use request::{Cancel, QueueCall, Receive, ReceiveEntityBody, SendResponse, WaitForDisconnect};

/// A call of the API.
#[derive(Clone, PartialEq, Eq)]
pub enum Call {
    /// Changes the object model.
    Control(Control),
    /// Asks.
    Query(Query),
    /// Through a handle to a request queue.
    Queue {
        /// The queue.
        queue: QueueId,
        /// The handle.
        handle: HandleId,
        /// What it does.
        call: QueueCall,
    },
}

/// How a call has ended.
#[derive(Clone, Debug)]
pub enum Completion {
    /// A control call.
    Control(Result<Outcome, Error>),
    /// A query.
    Query(Result<Box<QueryAnswer>, Error>),
    /// A call through a handle: the bytes received or sent, 0 where there are none.
    Queue(Result<u64, Error>),
}

impl Completion {
    /// Why the call failed.
    #[must_use]
    pub fn error(&self) -> Option<Error> {
        match self {
            Completion::Control(result) => result.as_ref().err().copied(),
            Completion::Query(result) => result.as_ref().err().copied(),
            Completion::Queue(result) => result.as_ref().err().copied(),
        }
    }
}
