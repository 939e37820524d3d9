//! The door of C programs and of users of windows-sys.
//!
//! Owns: the mapping of [`Door`] to [`crate::raw`]. Invariant: no call is repeated or checked here;
//! each method is one C call, apart from the receive, which asks again with a larger buffer when
//! the first was too small, as every program does.

use httpapi::types::{HttpsysRequestQueueCounters, HttpsysUrlGroupCounters};
use windows_sys::Win32::Networking::HttpServer as http;

use crate::door::{
    CachePiece, CachePolicy, Door, Limits, LogSpec, PushSpec, Received, Reply, State, Timeouts,
    Verbosity,
};
use crate::door::{HTTPSYS_REQUEST_QUEUE_COUNTERS, HTTPSYS_URL_GROUP_COUNTERS};
use crate::raw::{self, CResponse, Handle, LogData, RequestBuffer, checked, memory_chunk};

/// Initialised when opened; never terminated, as the process ends with the test.
#[derive(Debug)]
pub struct CAbi(());

const BUFFER: usize = 64 * 1024;

impl Door for CAbi {
    type Session = u64;
    type Group = u64;
    type Queue = Handle;

    fn open() -> CAbi {
        assert_eq!(raw::initialize(), 0, "HttpInitialize");
        CAbi(())
    }

    fn create_session(&self) -> Result<u64, u32> {
        raw::create_session(raw::V2)
    }

    fn close_session(&self, session: u64) -> Result<(), u32> {
        checked(raw::close_session(session))
    }

    fn create_group(&self, session: &u64) -> Result<u64, u32> {
        raw::create_group(*session)
    }

    fn close_group(&self, group: u64) -> Result<(), u32> {
        checked(raw::close_group(group))
    }

    fn create_queue(&self) -> Result<Handle, u32> {
        raw::create_queue(raw::V2, None, 0)
    }

    fn create_named_queue(&self, name: &str) -> Result<Handle, u32> {
        raw::create_queue(raw::V2, Some(name), 0)
    }

    fn open_queue(&self, name: &str) -> Result<Handle, u32> {
        raw::create_queue(raw::V2, Some(name), 1)
    }

    fn close_queue(&self, queue: &Handle) -> Result<(), u32> {
        checked(raw::close_queue(*queue))
    }

    fn shutdown_queue(&self, queue: &Handle) -> Result<(), u32> {
        checked(raw::shutdown_queue(*queue))
    }

    fn bind(&self, group: &u64, queue: &Handle) -> Result<(), u32> {
        checked(raw::bind(*group, Some(*queue)))
    }

    fn unbind(&self, group: &u64) -> Result<(), u32> {
        checked(raw::bind(*group, None))
    }

    fn set_session_state(&self, session: &u64, state: State) -> Result<(), u32> {
        let info = raw::state_info(state);
        let property = http::HttpServerStateProperty;
        checked(raw::set_session_property(*session, property, &info))
    }

    fn set_session_timeouts(&self, session: &u64, timeouts: Timeouts) -> Result<(), u32> {
        let info = raw::timeouts_info(timeouts);
        let property = http::HttpServerTimeoutsProperty;
        checked(raw::set_session_property(*session, property, &info))
    }

    fn session_timeouts(&self, session: &u64) -> Result<Timeouts, u32> {
        let query = raw::session_query(*session, http::HttpServerTimeoutsProperty);
        raw::query(&query).map(|info| raw::timeouts_of(&info))
    }

    fn set_session_limits(&self, session: &u64, limits: Limits) -> Result<(), u32> {
        let property = http::HttpServerQosProperty;
        checked(raw::set_limits(limits, |setting| {
            raw::set_session_property(*session, property, setting)
        }))
    }

    fn set_group_state(&self, group: &u64, state: State) -> Result<(), u32> {
        let info = raw::state_info(state);
        let property = http::HttpServerStateProperty;
        checked(raw::set_group_property(*group, property, &info))
    }

    fn group_state(&self, group: &u64) -> Result<State, u32> {
        let query = raw::group_query(*group, http::HttpServerStateProperty);
        let info: http::HTTP_STATE_INFO = raw::query(&query)?;
        Ok(if info.State == http::HttpEnabledStateInactive {
            State::Inactive
        } else {
            State::Active
        })
    }

    fn set_group_timeouts(&self, group: &u64, timeouts: Timeouts) -> Result<(), u32> {
        let info = raw::timeouts_info(timeouts);
        let property = http::HttpServerTimeoutsProperty;
        checked(raw::set_group_property(*group, property, &info))
    }

    fn group_timeouts(&self, group: &u64) -> Result<Timeouts, u32> {
        let query = raw::group_query(*group, http::HttpServerTimeoutsProperty);
        raw::query(&query).map(|info| raw::timeouts_of(&info))
    }

    fn set_group_limits(&self, group: &u64, limits: Limits) -> Result<(), u32> {
        let property = http::HttpServerQosProperty;
        checked(raw::set_limits(limits, |setting| {
            raw::set_group_property(*group, property, setting)
        }))
    }

    fn group_limits(&self, group: &u64) -> Result<Limits, u32> {
        let query = raw::group_query(*group, http::HttpServerQosProperty);
        let connections = http::HttpQosSettingTypeConnectionLimit;
        Ok(Limits::default()
            .bandwidth(raw::query_limit(&query, http::HttpQosSettingTypeBandwidth)?)
            .connections(raw::query_limit(&query, connections)?))
    }

    fn set_session_logging(&self, session: &u64, spec: Option<&LogSpec>) -> Result<(), u32> {
        let property = http::HttpServerLoggingProperty;
        checked(raw::with_logging_info(spec, |info| {
            raw::set_session_property(*session, property, info)
        }))
    }

    fn set_group_logging(&self, group: &u64, spec: Option<&LogSpec>) -> Result<(), u32> {
        let property = http::HttpServerLoggingProperty;
        checked(raw::with_logging_info(spec, |info| {
            raw::set_group_property(*group, property, info)
        }))
    }

    fn respond_logged(&self, queue: &Handle, request: &Received, reply: &Reply) -> Result<(), u32> {
        let mut log = LogData::of(request, reply.status);
        checked(raw::respond_logged(
            *queue,
            request.id,
            reply,
            Some(&mut log),
        ))
    }

    fn end_logged(
        &self,
        queue: &Handle,
        request: &Received,
        status: u16,
        body: &[u8],
    ) -> Result<(), u32> {
        let mut log = LogData::of(request, status);
        checked(raw::send_body_logged(
            *queue,
            request.id,
            0,
            body,
            Some(&mut log),
        ))
    }

    fn set_queue_length(&self, queue: &Handle, length: u32) -> Result<(), u32> {
        let property = http::HttpServerQueueLengthProperty;
        checked(raw::set_queue_property(*queue, property, &length))
    }

    fn queue_length(&self, queue: &Handle) -> Result<u32, u32> {
        raw::query(&raw::queue_query(
            *queue,
            http::HttpServerQueueLengthProperty,
        ))
    }

    fn set_queue_state(&self, queue: &Handle, state: State) -> Result<(), u32> {
        let property = http::HttpServerStateProperty;
        let value = raw::state_value(state);
        checked(raw::set_queue_property(*queue, property, &value))
    }

    fn set_verbosity(&self, queue: &Handle, verbosity: Verbosity) -> Result<(), u32> {
        let property = http::HttpServer503VerbosityProperty;
        let value = raw::verbosity_value(verbosity);
        checked(raw::set_queue_property(*queue, property, &value))
    }

    fn group_id(&self, group: &u64) -> u64 {
        *group
    }

    fn find_url_group(&self, queue: &Handle, url: &str) -> Result<u64, u32> {
        match raw::find_url_group(*queue, url) {
            Ok(group) => Ok(group),
            Err(0xC000_0034) => Err(2),
            Err(0xC000_000D) => Err(87),
            Err(status) => Err(status),
        }
    }

    fn prepare_url(&self, url: &str) -> Result<String, u32> {
        raw::prepare_url(url)
    }

    fn add_url(&self, group: &u64, url: &str, context: u64) -> Result<(), u32> {
        checked(raw::add_url_to_group(*group, url, context))
    }

    fn url_port(&self, group: &u64, url: &str) -> Result<u16, u32> {
        raw::url_port(None, *group, url)
    }

    fn remove_url(&self, group: &u64, url: &str) -> Result<(), u32> {
        checked(raw::remove_url_from_group(*group, Some(url), 0))
    }

    fn remove_all_urls(&self, group: &u64) -> Result<(), u32> {
        checked(raw::remove_url_from_group(*group, None, 1))
    }

    fn receive(&self, queue: &Handle) -> Result<Received, u32> {
        let mut buffer = RequestBuffer::new(BUFFER);
        let size = u32::try_from(buffer.size()).expect("a short buffer");
        let mut needed = 0;
        match raw::receive(*queue, 0, 0, &mut buffer, size, Some(&mut needed)) {
            0 => Ok(with_server_name(*queue, buffer.received())),
            234 => {
                let id = buffer.request().Base.RequestId;
                let mut buffer = RequestBuffer::new(needed as usize);
                checked(raw::receive(*queue, id, 0, &mut buffer, needed, None))?;
                Ok(with_server_name(*queue, buffer.received()))
            }
            code => Err(code),
        }
    }

    fn read_body(&self, queue: &Handle, id: u64, buffer: &mut [u8]) -> Result<usize, u32> {
        let mut bytes = 0;
        checked(raw::read_body(*queue, id, 0, buffer, Some(&mut bytes)))?;
        Ok(bytes as usize)
    }

    fn respond(&self, queue: &Handle, id: u64, reply: &Reply) -> Result<u64, u32> {
        let mut bytes = 0;
        checked(raw::respond(*queue, id, reply, Some(&mut bytes)))?;
        Ok(bytes.into())
    }

    fn respond_cached(
        &self,
        queue: &Handle,
        request: &Received,
        reply: &Reply,
        policy: CachePolicy,
    ) -> Result<u64, u32> {
        let mut bytes = 0;
        let response = CResponse::new(reply);
        let mut log = LogData::of(request, reply.status);
        let (id, flags) = (request.id, reply.flags);
        let log = Some(&mut log);
        let code = raw::send_cached(
            *queue,
            (id, flags),
            &response.value,
            policy,
            log,
            Some(&mut bytes),
        );
        checked(code)?;
        Ok(bytes.into())
    }

    fn send_body(&self, queue: &Handle, id: u64, chunks: &[&[u8]], flags: u32) -> Result<u64, u32> {
        let mut bytes = 0;
        checked(raw::send_body(*queue, id, flags, chunks, Some(&mut bytes)))?;
        Ok(bytes.into())
    }

    fn respond_with_trailers(
        &self,
        queue: &Handle,
        id: u64,
        reply: &Reply,
        trailers: &[(&str, &str)],
    ) -> Result<u64, u32> {
        let mut response = CResponse::new(reply);
        let mut fields = raw::unknown_headers(trailers);
        let mut chunks: Vec<_> = reply.chunks.iter().map(|it| memory_chunk(it)).collect();
        chunks.push(raw::trailers_chunk(&mut fields));
        let base = &mut response.value.Base;
        base.EntityChunkCount = u16::try_from(chunks.len()).expect("a few");
        base.pEntityChunks = chunks.as_mut_ptr();
        let mut bytes = 0;
        let code = raw::send_response(*queue, id, reply.flags, &response.value, Some(&mut bytes));
        checked(code)?;
        Ok(bytes.into())
    }

    fn send_body_with_trailers(
        &self,
        queue: &Handle,
        id: u64,
        body: &[u8],
        trailers: &[(&str, &str)],
        flags: u32,
    ) -> Result<u64, u32> {
        let mut fields = raw::unknown_headers(trailers);
        let chunks = [memory_chunk(body), raw::trailers_chunk(&mut fields)];
        let mut bytes = 0;
        checked(raw::send_chunks(
            *queue,
            id,
            flags,
            &chunks,
            Some(&mut bytes),
        ))?;
        Ok(bytes.into())
    }

    fn add_fragment(
        &self,
        queue: &Handle,
        url: &str,
        body: &[u8],
        policy: CachePolicy,
    ) -> Result<(), u32> {
        let chunk = memory_chunk(body);
        checked(raw::add_fragment(*queue, url, &chunk, policy, None))
    }

    fn read_fragment(
        &self,
        queue: &Handle,
        url: &str,
        range: Option<(u64, u64)>,
    ) -> Result<Vec<u8>, u32> {
        let mut buffer = vec![0; 1 << 20];
        let mut bytes = 0;
        let code = raw::read_fragment(*queue, url, range, &mut buffer, Some(&mut bytes), None);
        checked(code)?;
        buffer.truncate(bytes as usize);
        Ok(buffer)
    }

    fn flush_cache(&self, queue: &Handle, url: &str, recursive: bool) -> Result<(), u32> {
        checked(raw::flush_cache(*queue, url, u32::from(recursive), None))
    }

    fn respond_with_pieces(
        &self,
        queue: &Handle,
        id: u64,
        pieces: &[CachePiece<'_>],
    ) -> Result<u64, u32> {
        let reply = Reply::ok();
        let mut response = CResponse::new(&reply);
        let mut names = Vec::new();
        let mut chunks = raw::chunks_of(pieces, &mut names);
        let base = &mut response.value.Base;
        base.EntityChunkCount = u16::try_from(chunks.len()).expect("a few");
        base.pEntityChunks = chunks.as_mut_ptr();
        let mut bytes = 0;
        let code = raw::send_response(*queue, id, 0, &response.value, Some(&mut bytes));
        checked(code)?;
        Ok(bytes.into())
    }

    fn send_pieces(&self, queue: &Handle, id: u64, pieces: &[CachePiece<'_>]) -> Result<u64, u32> {
        let mut names = Vec::new();
        let chunks = raw::chunks_of(pieces, &mut names);
        let mut bytes = 0;
        checked(raw::send_chunks(*queue, id, 0, &chunks, Some(&mut bytes)))?;
        Ok(bytes.into())
    }

    fn declare_push(&self, queue: &Handle, id: u64, push: &PushSpec<'_>) -> Result<(), u32> {
        checked(raw::declare_push(*queue, id, push))
    }

    fn cancel(&self, queue: &Handle, id: u64) -> Result<(), u32> {
        checked(raw::cancel(*queue, id))
    }

    fn set_stream_error(&self, queue: &Handle, id: u64, code: u32) -> Result<(), u32> {
        checked(raw::set_stream_error(*queue, id, code))
    }

    fn wait_for_disconnect(&self, queue: &Handle, connection: u64) -> Result<(), u32> {
        checked(raw::wait_for_disconnect(*queue, connection))
    }

    fn why_closed(&self, connection: u64) -> Result<(u32, String), u32> {
        raw::why_closed(connection)
    }

    fn queue_counters(&self, queue: &Handle) -> Result<HTTPSYS_REQUEST_QUEUE_COUNTERS, u32> {
        raw::counters(HttpsysRequestQueueCounters, *queue, 0)
    }

    fn group_counters(&self, group: &u64) -> Result<HTTPSYS_URL_GROUP_COUNTERS, u32> {
        raw::counters(HttpsysUrlGroupCounters, Handle::NULL, *group)
    }

    fn prometheus(&self) -> String {
        raw::text(raw::Text::Prometheus)
    }

    fn service_state(&self) -> String {
        raw::text(raw::Text::ServiceState)
    }
}

/// The server name of TLS is asked for by a call of its own.
fn with_server_name(queue: Handle, mut received: Received) -> Received {
    if let Some(tls) = &mut received.tls {
        tls.server_name = raw::server_name(queue, received.id);
    }
    received
}
