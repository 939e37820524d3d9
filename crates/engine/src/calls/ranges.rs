//! HTTP_SEND_RESPONSE_FLAG_PROCESS_RANGES: a whole response of the program, of which the client wants parts.
//!
//! Owns: whose Range field counts, and the token between parts. Does not own: ranges and heads (`httpsys_proto`), nor
//! cutting the program's chunks, which are the doors'. Threading: any thread.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::sync::OnceLock;

use httpsys_core::call::SendResponse;
use httpsys_core::proto::ResponseParts;
use httpsys_core::proto::partial::{self, BodyPiece};
use httpsys_core::proto::range::RangeChoice;
use httpsys_core::{Error, Request};

use crate::calls::queue::Queue;
use crate::observe::reason;
use crate::service::Service;

/// What is sent instead of a whole response.
#[derive(Debug)]
pub struct RangedResponse {
    /// Status and fields.
    pub head: ResponseParts,
    /// The body.
    pub body: Vec<BodyPiece>,
}

impl Service {
    /// What goes out instead of a whole response with a body of `length` bytes: 206 with the parts that the request
    /// asks for, or 416. `None`: the response as it is, since the request is not GET, has no Range or one that is
    /// not well-formed, its If-Range does not hold, or the status is not 200. `request` is the request, if the caller
    /// has it; without it only one counts that a receive has copied to the program.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] (87) for a response that is not whole; [`Error::ConnectionInvalid`] (1229) for an
    /// id that is unknown, answered or whose client is gone.
    pub fn process_ranges(
        &self,
        queue: &Queue,
        send: &SendResponse,
        request: Option<&Request>,
        head: &ResponseParts,
        length: u64,
    ) -> Result<Option<RangedResponse>, Error> {
        if send.more_data || send.opaque {
            return Err(reason::invalid(
                "HTTP_SEND_RESPONSE_FLAG_PROCESS_RANGES: the response has to be whole",
            ));
        }
        let second = self.clock().unix_seconds();
        let mut found = self.live_request_of("HttpSendHttpResponse", queue, send.request)?;
        let kept = found.parts_mut().1.block.as_deref();
        let choice = match request.or(kept.filter(|kept| kept.id == send.request)) {
            Some(request) => partial::choose(&request.head, head, length, second),
            None => RangeChoice::Whole,
        };
        drop(found);
        let mut out = ResponseParts::new();
        let body = match choice {
            RangeChoice::Whole | RangeChoice::Overflow => return Ok(None),
            RangeChoice::Parts(parts) => {
                let boundary = boundary(send.request.0);
                partial::content(head, &parts, length, boundary.as_bytes(), &mut out)
            }
            RangeChoice::Unsatisfiable => {
                partial::unsatisfiable(head, length, &mut out).map(|()| Vec::new())
            }
        };
        let body = body.map_err(Error::InvalidResponse)?;
        Ok(Some(RangedResponse { head: out, body }))
    }
}

/// What tells parts apart: nobody who writes what is served can know it beforehand.
pub(crate) fn boundary(request: u64) -> String {
    static SECRET: OnceLock<[RandomState; 2]> = OnceLock::new();
    let secret = SECRET.get_or_init(|| [RandomState::new(), RandomState::new()]);
    let [first, second] = secret.each_ref().map(|key| key.hash_one(request));
    format!("{first:016x}{second:016x}")
}
