//! Requests that are answered from the cache, before they reach a queue.
//!
//! Owns: when that is so, and the sending, on HTTP/1, TLS and streams of HTTP/2 alike. Does not own: what an entry
//! answers (`httpsys_core::cache`), keeping responses (`calls/keep.rs`), nor how far a write comes (`write.rs`). The
//! body is lent, not copied: who sends it holds the entry. Threading: with the connection's slot locked, by the thread
//! that has read the request; no program is woken, and no queue is locked.

use std::sync::Arc;

use httpsys_core::cache::{CacheAnswer, CacheEntry, CachedBody, CachedLog};
use httpsys_core::connection::{ResponseFacts, ResponsePlan};
use httpsys_core::proto::h1::response::write;
use httpsys_core::proto::h2::{StreamResponse, check_parts};
use httpsys_core::proto::header::request_id;
use httpsys_core::proto::partial::BodyPiece;
use httpsys_core::proto::{Finish, Reject, ResponseParts, Verb};
use httpsys_core::{CloseReason, Error, Request};
use httpsys_logging::{FieldsBuf, Text};
use smallvec::SmallVec;

use crate::calls::chunk::Chunk;
use crate::calls::pending_send::PendingSend;
use crate::calls::ranges::boundary;
use crate::clock;
use crate::conn::alarm::Alarm;
use crate::conn::outgoing::{JOINED, Outgoing};
use crate::conn::pool;
use crate::conn::slot::Conn;
use crate::conn::write::Served;
use crate::control::routes::Bound;
use crate::observe::access_log::{LogSource, fields_of};
use crate::observe::trace;
use crate::poll::waiter::Turn;
use crate::service::Service;

/// The pieces of an answer, lent.
type LentPieces<'a> = SmallVec<[Chunk<'a>; 4]>;

/// A response from the cache that the socket has not taken whole.
struct CachedSend {
    entry: Arc<CacheEntry>,
    body: CachedBody,
}

impl Service {
    /// Answers the request that has just become the connection's exchange from the cache; `behind`: bytes of a next
    /// request have come. `false`: the program answers, and nothing has changed.
    pub(super) fn answer_from_cache(
        &self,
        conn: &mut Conn,
        bound: &Bound,
        request: &Request,
        behind: bool,
        turn: &mut Turn,
    ) -> bool {
        if request.verb() != Verb::Get || !bound.queue.takes_requests() {
            return false;
        }
        let now = turn.millis(self);
        // Another registration may match than when it was kept.
        let fits = |entry: &CacheEntry| {
            entry.queue() == bound.queue.id() && entry.group() == Some(request.group)
        };
        let Some(entry) = self.cache().response(request.url.full(), now, fits) else {
            return false;
        };
        let answer = entry.answer(&request.head, self.second_for(request));
        match answer {
            CacheAnswer::Program => return false,
            CacheAnswer::InvalidHeader => {
                self.refuse(conn, Reject::InvalidHeader, Some(request), turn);
                return true;
            }
            _ if conn.is_stream
                && entry
                    .parts()
                    .is_none_or(|parts| check_parts(parts).is_err()) =>
            {
                return false;
            }
            _ => {}
        }
        pool::with_response_parts(|parts| {
            let Some(body) = write_head(&entry, &answer, request, parts) else {
                return false;
            };
            bound.queue.count_cache_hit();
            trace::served_from_cache(request, parts.status());
            self.send_cached(conn, request, (parts, &entry, &body), now, behind, turn);
            true
        })
    }

    /// The present second, for requests with dates.
    #[inline]
    fn second_for(&self, request: &Request) -> u64 {
        const DATES: u64 = 1 << request_id::IF_MODIFIED_SINCE | 1 << request_id::IF_RANGE;
        if request.head.has_any(DATES) {
            self.clock().unix_seconds()
        } else {
            0
        }
    }

    fn send_cached(
        &self,
        conn: &mut Conn,
        request: &Request,
        (head, entry, body): (&mut ResponseParts, &Arc<CacheEntry>, &CachedBody),
        now: u64,
        behind: bool,
        turn: &mut Turn,
    ) {
        // Nobody waits for the client until the response is out.
        conn.alarm = Alarm::NONE;
        if self.remembers_requests() {
            conn.remember_request_line(request, now);
        }
        if conn.has_log() {
            let status = head.status();
            let log = entry.log();
            let log = log.map(|log| HitLog {
                request,
                status,
                log,
            });
            self.keep_log_data(conn, log.as_ref().map(|log| log as &dyn LogSource));
        }
        let joined = joined_body(conn, entry, body);
        let pieces = match joined {
            Some(_) => LentPieces::new(),
            None => pieces_of(entry, body),
        };
        let mut outgoing = Outgoing::body(&pieces, true);
        let length = joined.map_or_else(|| outgoing.total(), |body| body.len() as u64);
        let facts = ResponseFacts::whole(head, length);
        let exchange = conn.state.exchange_mut();
        let Some(Ok(plan)) = exchange.map(|exchange| exchange.begin_response(&facts)) else {
            debug_assert!(false, "the exchange has just begun");
            return self.reset_connection(conn, CloseReason::Exhausted, turn);
        };
        let date = clock::date(self.clock(), now);
        let ResponsePlan {
            connection,
            content_length,
        } = plan;
        let finish = Finish {
            date: &date,
            connection,
            content_length,
        };
        if let Some(stream) = conn.stream_mut() {
            stream.expect_end(Some(outgoing.total()));
            let Ok(length) = stream.respond(&StreamResponse::new(head, &finish)) else {
                return self.reset_connection(conn, CloseReason::PeerReset, turn);
            };
            conn.sent += length as u64;
            outgoing.put_sent_head(length);
        } else {
            let mut text = write(head, &finish);
            if let Some(body) = joined {
                text.push_body(body);
            }
            outgoing.put_head(text);
        }
        match self.write_served(conn, &mut outgoing, turn) {
            Served::Whole => self.end_response(conn, behind, turn),
            Served::Gone => {}
            Served::Part(later) => {
                let outgoing = outgoing.into_owned();
                let entry = Arc::clone(entry);
                let body = body.clone();
                let send = Box::new(CachedSend { entry, body });
                self.send_on(conn, outgoing, send, later, turn);
            }
        }
    }
}

/// Writes the head of an answer; what its body is.
#[inline]
fn write_head(
    entry: &CacheEntry,
    answer: &CacheAnswer,
    request: &Request,
    parts: &mut ResponseParts,
) -> Option<CachedBody> {
    match answer {
        CacheAnswer::Parts(several) if several.len() > 1 => {
            entry.write(answer, boundary(request.id.0).as_bytes(), parts)
        }
        _ => entry.write(answer, &[], parts),
    }
}

/// A whole body that goes out in one piece with its head, as nearly every small one.
#[inline]
fn joined_body<'a>(conn: &Conn, entry: &'a CacheEntry, body: &CachedBody) -> Option<&'a [u8]> {
    let is_joined = matches!(body, CachedBody::Whole) && !conn.is_stream;
    is_joined
        .then(|| entry.body())
        .filter(|body| body.len() as u64 <= JOINED)
}

/// What goes out of an entry.
fn pieces_of<'a>(entry: &'a CacheEntry, body: &'a CachedBody) -> LentPieces<'a> {
    let whole = entry.body();
    match body {
        CachedBody::Empty => LentPieces::new(),
        CachedBody::Whole => std::iter::once(Chunk::Memory(whole)).collect(),
        CachedBody::Pieces(pieces) => {
            let chunk = |piece: &'a BodyPiece| match piece {
                BodyPiece::Own(bytes) => Chunk::Memory(bytes),
                BodyPiece::Of(range) => {
                    let range = range.start as usize..range.end as usize;
                    Chunk::Memory(whole.get(range).unwrap_or_default())
                }
            };
            pieces.iter().map(chunk).collect()
        }
    }
}

impl PendingSend for CachedSend {
    fn with_body(&self, lend: &mut dyn FnMut(&[Chunk<'_>])) {
        lend(&pieces_of(&self.entry, &self.body));
    }

    fn done(self: Box<Self>, _: &Service, _: Result<u64, Error>) {}
}

/// The log data of an answer: that of this request, with what the program had said of the response (documented:
/// logs contain what the cache has answered).
struct HitLog<'a> {
    request: &'a Request,
    status: u16,
    log: &'a CachedLog,
}

impl LogSource for HitLog<'_> {
    fn put(&self, kept: &mut FieldsBuf) {
        let mut fields = fields_of(self.request);
        fields.protocol_status = self.status;
        fields.server_name = text_of(&self.log.server_name);
        fields.service_name = text_of(&self.log.service_name);
        kept.set(&fields);
    }
}

fn text_of(bytes: &[u8]) -> Text<'_> {
    std::str::from_utf8(bytes).map_or(Text::Bytes(bytes), Text::Str)
}

#[cfg(test)]
mod tests {
    use httpsys_core::cache::CachePolicy;
    use httpsys_core::proto::header::id;
    use httpsys_core::proto::imf_fixdate;
    use httpsys_core::{QueueId, UrlGroupId};

    use super::*;
    use crate::conn::outgoing::Next;

    /// The kernel copies the body, and nobody before it, whole or in parts.
    #[test]
    fn csh_003_csh_016_what_the_socket_is_given_of_a_hit_is_the_memory_of_the_entry() {
        let url: Vec<u16> = "http://localhost:80/".encode_utf16().collect();
        let mut parts = ResponseParts::new();
        parts.begin(200, b"OK").expect("a status");
        parts
            .known(id::CONTENT_TYPE, b"text/plain", true)
            .expect("a field");
        let owner = (QueueId(1), UrlGroupId(1));
        let policy = CachePolicy::UserInvalidates;
        let body = vec![b'x'; 256 * 1024];
        let entry = CacheEntry::response(&url, owner, &parts, body, policy, (0, 0));
        let kept = entry.body().as_ptr_range();
        let part = |part| CacheAnswer::Parts(std::iter::once(part).collect());
        for (answer, expected) in [
            (CacheAnswer::Whole, 256 * 1024),
            (part(7..200_000), 199_993),
            (
                CacheAnswer::Parts(vec![0..100_000, 50_000..200_000]),
                250_000,
            ),
        ] {
            let mut head = ResponseParts::new();
            let body = entry.write(&answer, b"token", &mut head);
            let body = body.expect("a head");
            let pieces = pieces_of(&entry, &body);
            let mut outgoing = Outgoing::body(&pieces, true);
            let date = imf_fixdate(0);
            outgoing.put_head(write(&mut head, &Finish::new(&date)));
            let Next::Memory(given) = outgoing.next(usize::MAX) else {
                panic!("one vectored write of {answer:?}");
            };
            let own = given.iter().filter(|piece| kept.contains(&piece.as_ptr()));
            let own: usize = own.map(|piece| piece.len()).sum();
            assert_eq!(own, expected, "{answer:?}");
        }
    }
}
