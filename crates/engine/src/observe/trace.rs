//! The events of HTTP.sys's ETW provider, as `tracing` events (LOG-011).
//!
//! Owns: the names and numbers of the events that Microsoft's tracing scenarios show, and of those of the cache
//! that the provider's manifest has, as the fields `event` and `id`, with the target [`TARGET`]. Does not own: when
//! they happen, nor the events with a higher level that tell the same in our words. All are DEBUG, which is
//! ours; each costs one comparison where nobody listens.

use httpsys_core::cache::NotCached;
use httpsys_core::url_prefix::UrlPrefix;
use httpsys_core::{ConnectionId, Request, RequestId};

/// The target of all of them.
pub(crate) const TARGET: &str = "httpsys::etw";

/// Whether somebody may listen.
#[inline]
pub(crate) fn is_on() -> bool {
    tracing::level_filters::LevelFilter::current() >= tracing::level_filters::LevelFilter::DEBUG
}

macro_rules! event {
    ($name:literal, $id:literal, $($fields:tt)*) => {
        tracing::debug!(target: TARGET, event = $name, id = $id, $($fields)*)
    };
}

/// ConnConnect and ConnIdAssgn: a connection was accepted and has its id.
pub(crate) fn connected(connection: ConnectionId, remote: std::net::SocketAddr) {
    if is_on() {
        event!("ConnConnect", 21_u32, %remote);
        event!("ConnIdAssgn", 22_u32, connection = connection.0);
    }
}

/// RecvReq and Parse: a request has arrived, its head is good.
#[cold]
pub(crate) fn received(request: &Request) {
    event!(
        "RecvReq",
        1_u32,
        connection = request.connection.0,
        request = request.id.0
    );
    event!("Parse", 2_u32, connection = request.connection.0, request = request.id.0,
        method = %String::from_utf8_lossy(request.head.verb_text()),
        url = %String::from_utf16_lossy(request.url.full()));
}

/// SrvdFrmCache, or CachedNotModified for 304: a request was answered from the cache.
pub(crate) fn served_from_cache(request: &Request, status: u16) {
    if is_on() {
        let (connection, request) = (request.connection.0, request.id.0);
        if status == 304 {
            event!("CachedNotModified", 17_u32, connection, request);
        } else {
            event!("SrvdFrmCache", 16_u32, connection, request, status);
        }
    }
}

/// AddedCacheEntry, or AddCacheEntryFailed: what became of a response that was to be kept.
pub(crate) fn cached(request: RequestId, status: u16, refused: Option<NotCached>) {
    if is_on() {
        match refused {
            None => event!("AddedCacheEntry", 25_u32, request = request.0, status),
            Some(why) => {
                event!("AddCacheEntryFailed", 26_u32, request = request.0, status, %why);
            }
        }
    }
}

/// FlushedCache: a flush has dropped what was below a URL.
pub(crate) fn flushed_cache(url: &[u16], recursive: bool) {
    if is_on() {
        event!("FlushedCache", 27_u32, url = %String::from_utf16_lossy(url), recursive);
    }
}

/// ConnCleanup: a connection is gone.
pub(crate) fn cleaned_up(connection: ConnectionId) {
    if is_on() {
        event!("ConnCleanup", 24_u32, connection = connection.0);
    }
}

/// AddUrl, with the port that was taken for port 0.
pub(crate) fn url_added(url: &[u16], port: Option<u16>) {
    if is_on() {
        let prefix = UrlPrefix::parse_with_port_zero(url);
        let url = match (prefix, port) {
            (Ok(prefix), Some(port)) if prefix.port() == 0 => prefix.with_port(port).to_string(),
            _ => String::from_utf16_lossy(url),
        };
        event!("AddUrl", 31_u32, url = %url);
    }
}

/// LogFileWrite: an entry was handed to a log.
pub(crate) fn log_file_write(connection: ConnectionId, status: u16) {
    if is_on() {
        event!("LogFileWrite", 51_u32, connection = connection.0, status);
    }
}

/// ParseRequestFailed: a request was refused, for a reason of the HTTPERR log.
pub(crate) fn parse_failed(connection: ConnectionId, reason: &str) {
    if is_on() {
        event!(
            "ParseRequestFailed",
            52_u32,
            connection = connection.0,
            reason
        );
    }
}

/// ConnTimedOut: a timer has ended a connection, by its HTTPERR name.
pub(crate) fn timed_out(connection: ConnectionId, timer: &str) {
    if is_on() {
        event!("ConnTimedOut", 53_u32, connection = connection.0, timer);
    }
}
