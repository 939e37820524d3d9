//! The door of Rust programs: the crate httpsys.
//!
//! Owns: the mapping of [`Door`] to httpsys, by request ids. Invariant: what httpsys says otherwise
//! than the C functions is translated to their terms: the end of a body (`Ok(0)`) to 38, and
//! chunks to one body.

use std::time::Duration;

use httpsys::{ConnectionId, ConnectionStatus, Error, Request, RequestId, RequestQueue, Response};
use httpsys::{
    DataChunk, Fragment, Push, ServerSession, Service, Setting, Trailers, UrlGroup, Verb,
};
use httpsys::{LogFields, LogFlags, LogFormat, Logging, Rollover};

use crate::door::{CachePiece, CachePolicy, Limits, LogSpec, PushSpec, State, Timeouts, Verbosity};
use crate::door::{
    DISCONNECT, Door, GO_AWAY, HTTP2, MORE_DATA, MORE_ENTITY_BODY_EXISTS, OPAQUE, Received, Reply,
    ToldTls,
};
use crate::door::{HTTPSYS_REQUEST_QUEUE_COUNTERS, HTTPSYS_URL_GROUP_COUNTERS};
use crate::simulation;

/// The process-wide service, the same that the C functions use.
#[derive(Debug)]
pub struct RustApi {
    service: Service,
}

const KNOWN_HEADERS: usize = 41;

fn code(error: Error) -> u32 {
    error.win32()
}

fn durations(timeouts: Timeouts) -> httpsys::Timeouts {
    let time = |seconds: u16| match seconds {
        0 => Setting::Inherited,
        u16::MAX => Setting::Off,
        seconds => Setting::Is(Duration::from_secs(seconds.into())),
    };
    httpsys::Timeouts::default()
        .entity_body(time(timeouts.entity_body))
        .drain_entity_body(time(timeouts.drain_entity_body))
        .request_queue(time(timeouts.request_queue))
        .idle_connection(time(timeouts.idle_connection))
        .header_wait(time(timeouts.header_wait))
        .min_send_rate(match timeouts.min_send_rate {
            0 => Setting::Inherited,
            u32::MAX => Setting::Off,
            rate => Setting::Is(rate),
        })
}

fn seconds(timeouts: httpsys::Timeouts) -> Timeouts {
    let seconds = |setting| match setting {
        Setting::Inherited => 0,
        Setting::Off => u16::MAX,
        Setting::Is(time) => Duration::as_secs(&time).try_into().expect("few seconds"),
    };
    Timeouts {
        entity_body: seconds(timeouts.entity_body),
        drain_entity_body: seconds(timeouts.drain_entity_body),
        request_queue: seconds(timeouts.request_queue),
        idle_connection: seconds(timeouts.idle_connection),
        header_wait: seconds(timeouts.header_wait),
        min_send_rate: match timeouts.min_send_rate {
            Setting::Inherited => 0,
            Setting::Off => u32::MAX,
            Setting::Is(rate) => rate,
        },
    }
}

impl Door for RustApi {
    type Session = ServerSession;
    type Group = UrlGroup;
    type Queue = RequestQueue;

    fn open() -> RustApi {
        RustApi {
            service: simulation::global_service(),
        }
    }

    fn create_session(&self) -> Result<ServerSession, u32> {
        self.service.create_server_session().map_err(code)
    }

    fn close_session(&self, session: ServerSession) -> Result<(), u32> {
        session.close().map_err(code)
    }

    fn create_group(&self, session: &ServerSession) -> Result<UrlGroup, u32> {
        session.create_url_group().map_err(code)
    }

    fn close_group(&self, group: UrlGroup) -> Result<(), u32> {
        group.close().map_err(code)
    }

    fn create_queue(&self) -> Result<RequestQueue, u32> {
        self.service.create_request_queue().map_err(code)
    }

    fn create_named_queue(&self, name: &str) -> Result<RequestQueue, u32> {
        self.service.create_named_request_queue(name).map_err(code)
    }

    fn open_queue(&self, name: &str) -> Result<RequestQueue, u32> {
        self.service.open_request_queue(name).map_err(code)
    }

    fn close_queue(&self, queue: &RequestQueue) -> Result<(), u32> {
        queue.clone().close().map_err(code)
    }

    fn shutdown_queue(&self, queue: &RequestQueue) -> Result<(), u32> {
        queue.shutdown().map_err(code)
    }

    fn bind(&self, group: &UrlGroup, queue: &RequestQueue) -> Result<(), u32> {
        group.bind(queue).map_err(code)
    }

    fn unbind(&self, group: &UrlGroup) -> Result<(), u32> {
        group.unbind().map_err(code)
    }

    fn set_session_state(&self, session: &ServerSession, state: State) -> Result<(), u32> {
        session.set_state(state).map_err(code)
    }

    fn set_session_timeouts(&self, session: &ServerSession, to: Timeouts) -> Result<(), u32> {
        session.set_timeouts(durations(to)).map_err(code)
    }

    fn session_timeouts(&self, session: &ServerSession) -> Result<Timeouts, u32> {
        session.timeouts().map(seconds).map_err(code)
    }

    fn set_session_limits(&self, session: &ServerSession, limits: Limits) -> Result<(), u32> {
        session.set_limits(limits).map_err(code)
    }

    fn set_group_state(&self, group: &UrlGroup, state: State) -> Result<(), u32> {
        group.set_state(state).map_err(code)
    }

    fn group_state(&self, group: &UrlGroup) -> Result<State, u32> {
        group.state().map_err(code)
    }

    fn set_group_timeouts(&self, group: &UrlGroup, timeouts: Timeouts) -> Result<(), u32> {
        group.set_timeouts(durations(timeouts)).map_err(code)
    }

    fn group_timeouts(&self, group: &UrlGroup) -> Result<Timeouts, u32> {
        group.timeouts().map(seconds).map_err(code)
    }

    fn set_group_limits(&self, group: &UrlGroup, limits: Limits) -> Result<(), u32> {
        group.set_limits(limits).map_err(code)
    }

    fn group_limits(&self, group: &UrlGroup) -> Result<Limits, u32> {
        group.limits().map_err(code)
    }

    fn set_session_logging(
        &self,
        session: &ServerSession,
        spec: Option<&LogSpec>,
    ) -> Result<(), u32> {
        let logging = spec.map(logging);
        session.set_logging(logging.as_ref()).map_err(code)
    }

    fn set_group_logging(&self, group: &UrlGroup, spec: Option<&LogSpec>) -> Result<(), u32> {
        let logging = spec.map(logging);
        group.set_logging(logging.as_ref()).map_err(code)
    }

    fn respond_logged(
        &self,
        queue: &RequestQueue,
        request: &Received,
        reply: &Reply,
    ) -> Result<(), u32> {
        // The id came from `into_id`, and so the log has the request's fields.
        self.respond(queue, request.id, reply).map(drop)
    }

    fn end_logged(
        &self,
        queue: &RequestQueue,
        request: &Received,
        _status: u16,
        body: &[u8],
    ) -> Result<(), u32> {
        self.send_body(queue, request.id, &[body], 0).map(drop)
    }

    fn set_queue_length(&self, queue: &RequestQueue, length: u32) -> Result<(), u32> {
        queue.set_length_limit(length).map_err(code)
    }

    fn queue_length(&self, queue: &RequestQueue) -> Result<u32, u32> {
        Ok(queue.length_limit())
    }

    fn set_queue_state(&self, queue: &RequestQueue, state: State) -> Result<(), u32> {
        queue.set_state(state).map_err(code)
    }

    fn set_verbosity(&self, queue: &RequestQueue, verbosity: Verbosity) -> Result<(), u32> {
        queue.set_verbosity(verbosity).map_err(code)
    }

    fn group_id(&self, group: &UrlGroup) -> u64 {
        group.id().0
    }

    fn find_url_group(&self, queue: &RequestQueue, url: &str) -> Result<u64, u32> {
        queue.find_url_group(url).map(|id| id.0).map_err(code)
    }

    fn prepare_url(&self, url: &str) -> Result<String, u32> {
        httpsys::prepare_url(url).map_err(code)
    }

    fn add_url(&self, group: &UrlGroup, url: &str, context: u64) -> Result<(), u32> {
        let added = group.add_url_with_context(url, context);
        added.map(drop).map_err(|error| code(error.into()))
    }

    fn url_port(&self, group: &UrlGroup, url: &str) -> Result<u16, u32> {
        group.url_port(url).map_err(code)
    }

    fn remove_url(&self, group: &UrlGroup, url: &str) -> Result<(), u32> {
        group.remove_url(url).map_err(code)
    }

    fn remove_all_urls(&self, group: &UrlGroup) -> Result<(), u32> {
        group.remove_all_urls().map_err(code)
    }

    fn receive(&self, queue: &RequestQueue) -> Result<Received, u32> {
        let request = queue.receive().map_err(code)?;
        let received = copy(&request);
        // From here on the request is known by its id, as in C.
        assert_eq!(request.into_id().0, received.id);
        Ok(received)
    }

    fn read_body(&self, queue: &RequestQueue, id: u64, buffer: &mut [u8]) -> Result<usize, u32> {
        match queue.read_body(RequestId(id), buffer).map_err(code)? {
            0 => Err(38),
            bytes => Ok(bytes),
        }
    }

    fn respond(&self, queue: &RequestQueue, id: u64, reply: &Reply) -> Result<u64, u32> {
        respond(queue, id, reply, CachePolicy::Nocache)
    }

    fn respond_cached(
        &self,
        queue: &RequestQueue,
        request: &Received,
        reply: &Reply,
        policy: CachePolicy,
    ) -> Result<u64, u32> {
        respond(queue, request.id, reply, policy)
    }

    fn send_body(
        &self,
        queue: &RequestQueue,
        id: u64,
        chunks: &[&[u8]],
        flags: u32,
    ) -> Result<u64, u32> {
        if flags & MORE_DATA != 0 {
            queue.send_body(RequestId(id), chunks)
        } else {
            queue.end_response(RequestId(id), chunks, flags & DISCONNECT != 0)
        }
        .map_err(code)
    }

    fn respond_with_trailers(
        &self,
        queue: &RequestQueue,
        id: u64,
        reply: &Reply,
        trailers: &[(&str, &str)],
    ) -> Result<u64, u32> {
        let response = Response::new(reply.status, &reply.reason).body(reply.chunks.concat());
        let response = response.chunk(trailers_of(trailers)?);
        assert!(reply.headers.is_empty(), "not needed so far");
        if reply.flags & MORE_DATA != 0 {
            queue.begin_response(RequestId(id), response)
        } else {
            queue.respond(RequestId(id), response)
        }
        .map_err(code)
    }

    fn send_body_with_trailers(
        &self,
        queue: &RequestQueue,
        id: u64,
        body: &[u8],
        trailers: &[(&str, &str)],
        flags: u32,
    ) -> Result<u64, u32> {
        let chunks = [body.into(), trailers_of(trailers)?.into()];
        if flags & MORE_DATA != 0 {
            queue.send_chunks(RequestId(id), &chunks)
        } else {
            queue.end_response_with_chunks(RequestId(id), &chunks, flags & DISCONNECT != 0)
        }
        .map_err(code)
    }

    fn add_fragment(
        &self,
        queue: &RequestQueue,
        url: &str,
        body: &[u8],
        policy: CachePolicy,
    ) -> Result<(), u32> {
        queue.add_fragment(url, body, policy).map_err(code)
    }

    fn read_fragment(
        &self,
        queue: &RequestQueue,
        url: &str,
        range: Option<(u64, u64)>,
    ) -> Result<Vec<u8>, u32> {
        let fragment = queue.fragment(url).map_err(code)?;
        let fragment = match range {
            Some((offset, length)) => part_of(&fragment, offset, length)?,
            None => fragment,
        };
        Ok(fragment.to_vec())
    }

    fn flush_cache(&self, queue: &RequestQueue, url: &str, recursive: bool) -> Result<(), u32> {
        queue.flush_cache(url, recursive).map_err(code)
    }

    fn respond_with_pieces(
        &self,
        queue: &RequestQueue,
        id: u64,
        pieces: &[CachePiece<'_>],
    ) -> Result<u64, u32> {
        let mut response = Response::ok();
        for piece in pieces_of(queue, pieces)? {
            response = response.chunk(piece);
        }
        queue.respond(RequestId(id), response).map_err(code)
    }

    fn send_pieces(
        &self,
        queue: &RequestQueue,
        id: u64,
        pieces: &[CachePiece<'_>],
    ) -> Result<u64, u32> {
        let pieces = pieces_of(queue, pieces)?;
        queue
            .end_response_with_chunks(RequestId(id), &pieces, false)
            .map_err(code)
    }

    fn declare_push(&self, queue: &RequestQueue, id: u64, push: &PushSpec<'_>) -> Result<(), u32> {
        let verb = match push.verb {
            4 => Verb::Get,
            5 => Verb::Head,
            _ => Verb::Unknown,
        };
        let mut given = Push::new(verb, push.path);
        if let Some(query) = push.query {
            given = given.query(query);
        }
        for (name, value) in push.headers {
            given = given.header(name, value);
        }
        queue.declare_push(RequestId(id), &given).map_err(code)
    }

    fn cancel(&self, queue: &RequestQueue, id: u64) -> Result<(), u32> {
        queue.cancel(RequestId(id)).map_err(code)
    }

    fn set_stream_error(&self, queue: &RequestQueue, id: u64, error: u32) -> Result<(), u32> {
        queue.set_stream_error(RequestId(id), error).map_err(code)
    }

    fn wait_for_disconnect(&self, queue: &RequestQueue, connection: u64) -> Result<(), u32> {
        queue
            .wait_for_disconnect(ConnectionId(connection))
            .map_err(code)
    }

    fn why_closed(&self, connection: u64) -> Result<(u32, String), u32> {
        match self.service.fate_of(ConnectionId(connection)) {
            ConnectionStatus::Open => Ok((0, "Open".to_owned())),
            ConnectionStatus::Ended(end) => Ok((end.number(), end.name().to_owned())),
            ConnectionStatus::Unknown => Err(1168),
        }
    }

    fn queue_counters(&self, queue: &RequestQueue) -> Result<HTTPSYS_REQUEST_QUEUE_COUNTERS, u32> {
        let counters = queue.counters();
        Ok(HTTPSYS_REQUEST_QUEUE_COUNTERS {
            CurrentQueueSize: counters.current_queue_size,
            MaxQueueItemAge: counters.max_queue_item_age,
            ArrivalRate: counters.arrivals,
            RejectionRate: counters.rejected_requests,
            RejectedRequests: counters.rejected_requests,
            CacheHitRate: counters.cache_hits,
            AbandonedRequests: counters.abandoned,
        })
    }

    fn group_counters(&self, group: &UrlGroup) -> Result<HTTPSYS_URL_GROUP_COUNTERS, u32> {
        let counters = group.counters().map_err(code)?;
        Ok(HTTPSYS_URL_GROUP_COUNTERS {
            BytesSentRate: counters.bytes_sent,
            BytesReceivedRate: counters.bytes_received,
            BytesTransferredRate: counters.bytes_transferred(),
            CurrentConnections: counters.current_connections,
            MaxConnections: counters.max_connections,
            ConnectionAttempts: counters.connection_attempts,
            GetRequests: counters.get_requests,
            HeadRequests: counters.head_requests,
            AllRequests: counters.all_requests,
        })
    }

    fn prometheus(&self) -> String {
        self.service.counters().to_prometheus()
    }

    fn service_state(&self) -> String {
        self.service.state().to_string()
    }
}

/// The same as httpsys has it.
#[must_use]
pub fn logging(spec: &LogSpec) -> Logging {
    let format = match spec.format {
        0 => LogFormat::W3c,
        1 => LogFormat::Iis,
        2 => LogFormat::Ncsa,
        _ => LogFormat::Raw,
    };
    let rollover = match spec.rollover {
        (0, size) => Rollover::Size(size),
        (1, _) => Rollover::Daily,
        (2, _) => Rollover::Weekly,
        (3, _) => Rollover::Monthly,
        _ => Rollover::Hourly,
    };
    Logging::new(format, &spec.directory)
        .software_name(&spec.software_name)
        .fields(LogFields(spec.fields))
        .flags(LogFlags(spec.flags))
        .rollover(rollover)
}

/// As the C functions say them.
fn flags(request: &Request) -> u32 {
    let body = if request.has_body() {
        MORE_ENTITY_BODY_EXISTS
    } else {
        0
    };
    let http2 = if request.version().major == 2 {
        HTTP2
    } else {
        0
    };
    body | http2
}

fn copy(request: &Request) -> Received {
    let known: Vec<_> = (0..KNOWN_HEADERS)
        .map(|id| request.known_header(id).map(<[u8]>::to_vec))
        .collect();
    // The crate lists the known fields first.
    let unknown = request
        .headers()
        .skip(known.iter().flatten().count())
        .map(|(name, value)| (name.to_owned(), value.to_vec()))
        .collect();
    let verb = request.verb().http_verb() as i32;
    Received {
        id: request.id().0,
        connection_id: request.connection_id().0,
        raw_connection_id: request.raw_connection_id().0,
        url_context: request.url_context(),
        version: (request.version().major, request.version().minor),
        verb,
        unknown_verb: (verb == 1).then(|| request.method().as_bytes().to_vec()),
        raw_url: request.raw_url().to_vec(),
        full_url: request.url(),
        host: request.host(),
        abs_path: request.path(),
        query: request.query(),
        known,
        unknown,
        remote: request.remote_addr(),
        local: request.local_addr(),
        bytes_received: request.bytes_received(),
        flags: flags(request),
        body: Vec::new(),
        tls: request.tls().map(ToldTls::of),
    }
}

fn trailers_of(fields: &[(&str, &str)]) -> Result<Trailers, u32> {
    let mut trailers = Trailers::new();
    for (name, value) in fields {
        trailers
            .push(name.as_bytes(), value.as_bytes())
            .map_err(|why| code(Error::InvalidResponse(why)))?;
    }
    Ok(trailers)
}

fn part_of(fragment: &Fragment, offset: u64, length: u64) -> Result<Fragment, u32> {
    let (Ok(offset), Ok(length)) = (usize::try_from(offset), usize::try_from(length)) else {
        return Err(38);
    };
    fragment.range(offset, length).map_err(code)
}

fn pieces_of<'a>(
    queue: &RequestQueue,
    pieces: &[CachePiece<'a>],
) -> Result<Vec<DataChunk<'a>>, u32> {
    let piece = |piece: &CachePiece<'a>| {
        Ok(match *piece {
            CachePiece::Memory(bytes) => bytes.into(),
            CachePiece::Fragment(name) => queue.fragment(name).map_err(code)?.into(),
            CachePiece::Part(name, offset, length) => {
                let fragment = queue.fragment(name).map_err(code)?;
                part_of(&fragment, offset, length)?.into()
            }
        })
    };
    pieces.iter().map(piece).collect()
}

fn respond(queue: &RequestQueue, id: u64, reply: &Reply, policy: CachePolicy) -> Result<u64, u32> {
    let mut response = Response::new(reply.status, &reply.reason).body(reply.chunks.concat());
    response = response.cache(policy);
    for header in &reply.headers {
        let is_connection = header.name.eq_ignore_ascii_case("Connection");
        assert_eq!(
            header.unknown, is_connection,
            "httpsys chooses the list by the name"
        );
        response = response.header(&header.name, &header.value);
    }
    if reply.flags & DISCONNECT != 0 {
        response = response.disconnect();
    }
    if reply.flags & GO_AWAY != 0 {
        response = response.go_away();
    }
    if reply.flags & OPAQUE != 0 {
        assert_ne!(reply.flags & MORE_DATA, 0, "an upgrade always goes on");
        queue.begin_upgrade(RequestId(id), response)
    } else if reply.flags & MORE_DATA != 0 {
        queue.begin_response(RequestId(id), response)
    } else {
        queue.respond(RequestId(id), response)
    }
    .map_err(code)
}
