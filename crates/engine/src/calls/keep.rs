//! Responses that are kept: what a program's policy asks for (CSH-001 to CSH-015).
//!
//! Owns: which facts of the request count, and the copy of what is kept. Does not own: the conditions and the entries
//! (`httpsys_core::cache`), nor the answers from them (`conn/cached.rs`). Threading: any thread. A file is read by the
//! calling one, with no lock held.

use httpsys_core::Request;
use httpsys_core::cache::{
    CacheEntry, CacheLimits, CachePolicy, CacheablePart, CachedLog, NotCached, may_be_stored,
};
use httpsys_core::call::SendResponse;
use httpsys_core::proto::ResponseParts;
use httpsys_core::{RequestId, UrlGroupId};
use httpsys_logging::{FieldsBuf, FieldsData, Text};

use crate::calls::chunk::Chunk;
use crate::calls::queue::Queue;
use crate::observe::access_log::Log;
use crate::observe::trace;
use crate::service::Service;

/// A response that is kept as soon as it is sent, made by [`Service::to_keep`].
#[derive(Debug)]
pub struct ToKeep {
    entry: CacheEntry,
    group: UrlGroupId,
    limits: CacheLimits,
}

/// What is to be known of a request for its response to be kept.
struct KeepFacts {
    url: Vec<u16>,
    group: UrlGroupId,
}

impl Service {
    /// What [`Service::send_response_and_keep`] keeps of a response with this policy: HTTP_CACHE_POLICY of
    /// HttpSendHttpResponse. `None`: nothing, since a condition is not met; the response is sent all the same
    /// (documented), and an event says why. `request` is the request, if the caller has it; without it that counts
    /// which the service has kept for this. `head` was not sent yet.
    #[must_use]
    #[cold]
    pub fn to_keep(
        &self,
        queue: &Queue,
        send: &SendResponse,
        policy: CachePolicy,
        request: Option<&Request>,
        (head, body): (&ResponseParts, &[Chunk<'_>]),
        log: Log<'_>,
    ) -> Option<Box<ToKeep>> {
        if !policy.keeps() || self.is_inherited() {
            return None;
        }
        // UriEnableCache is 0.
        let limits = self.cache().limits(self.parameters())?;
        let length = head.length().saturating_add(Chunk::total(body));
        let part = CacheablePart {
            more_data: send.more_data || Chunk::trailers(body).is_some(),
            disconnect: send.disconnect,
            opaque: send.opaque,
        };
        let facts = if length > limits.response_bytes {
            Err(NotCached::TooLarge)
        } else {
            self.facts(queue, send.request, request, |request| {
                may_be_stored(&request.head, head, part, policy)
            })
        };
        let facts = match facts {
            Ok(facts) => facts?,
            Err(why) => {
                not_kept(send.request, head.status(), why);
                return None;
            }
        };
        // A file that cannot be read is the send's to say.
        let copy = Chunk::copy_all(body).ok()?;
        let now = (self.clock().millis(), self.clock().unix_seconds());
        let owner = (queue.id(), facts.group);
        let entry = CacheEntry::response(&facts.url, owner, head, copy, policy, now);
        Some(Box::new(ToKeep {
            entry: entry.logged(log.and_then(cached_log)),
            group: facts.group,
            limits,
        }))
    }

    /// `Ok(None)`: there is no such request, or nothing was kept of it.
    fn facts(
        &self,
        queue: &Queue,
        id: RequestId,
        request: Option<&Request>,
        check: impl FnOnce(&Request) -> Result<(), NotCached>,
    ) -> Result<Option<KeepFacts>, NotCached> {
        let facts = |request: &Request| {
            check(request)?;
            Ok(Some(KeepFacts {
                url: request.url.full().to_vec(),
                group: request.group,
            }))
        };
        if let Some(request) = request {
            return facts(request);
        }
        let Ok(mut found) = self.live_request(queue, id) else {
            return Ok(None);
        };
        let kept = found.parts_mut().1.block.as_deref();
        match kept.filter(|kept| kept.id == id) {
            Some(request) => facts(request),
            None => Err(NotCached::Request),
        }
    }

    /// The response goes out now.
    #[cold]
    pub(crate) fn keep_now(&self, queue: &Queue, request: RequestId, keep: ToKeep, now: u64) {
        let ToKeep {
            entry,
            group,
            limits,
        } = keep;
        let status = entry.parts().map_or(0, ResponseParts::status);
        let is_valid = || self.routes().queue_of(group) == Some(queue.id());
        match self.cache().keep(limits, entry, now, is_valid) {
            Ok(is_first) => {
                trace::cached(request, status, None);
                if is_first {
                    self.wake_fallback(self.shards().first());
                }
            }
            Err(why) => not_kept(request, status, why),
        }
    }
}

fn not_kept(request: RequestId, status: u16, why: NotCached) {
    tracing::debug!(request = request.0, status, %why, "a response is not cached");
    trace::cached(request, status, Some(why));
}

/// What the log data of a response says that is not the request's; `None`: it is not logged.
fn cached_log(source: &dyn crate::observe::access_log::LogSource) -> Option<CachedLog> {
    let mut fields = FieldsBuf::default();
    // As if something had been given before, which is what a source that adds nothing stands for.
    fields.set(&FieldsData::default());
    source.put(&mut fields);
    let fields = fields.get()?;
    Some(CachedLog {
        server_name: bytes_of(fields.server_name),
        service_name: bytes_of(fields.service_name),
    })
}

fn bytes_of(text: Text<'_>) -> Box<[u8]> {
    match text {
        Text::Bytes(bytes) => bytes.into(),
        Text::Str(text) => text.as_bytes().into(),
        Text::Wide(units) => String::from_utf16_lossy(units).into_bytes().into(),
    }
}
