//! What the service tells, as JSON.
//!
//! Owns: the names of the members; they stay. Ids are hexadecimal text, as counters and lists have them:
//! JSON's readers have no 64-bit numbers. Does not own: the data (`httpsys_core`). Threading: plain data.

use httpsys_core::cache::{CachePolicy, CacheState, CachedItem};
use httpsys_core::counters::{Counters, Named, QueueCounters, TIMERS, UrlGroupCounters};
use httpsys_core::open_connections::{OpenConnection, OpenConnections, OpenRequest};
use httpsys_core::property::Properties;
use httpsys_core::service_state::{QueueState, ServiceState, SessionState, UrlGroupState};
use httpsys_core::tls::TlsProtocol;
use serde_json::{Map, Value, json};

fn id(number: u64) -> Value {
    Value::String(format!("{number:016X}"))
}

pub(crate) fn service_state(state: &ServiceState) -> Value {
    let groups = |groups: &[UrlGroupState]| groups.iter().map(url_group).collect::<Vec<_>>();
    let queue = |queue: &QueueState| {
        json!({
            "id": id(queue.id.0), "name": queue.name, "version": queue.version,
            "state": format!("{:?}", queue.state), "verbosity": format!("{:?}", queue.verbosity),
            "max_requests": queue.length_limit, "queued_requests": queue.size,
            "handles": queue.handles, "url_groups": groups(&queue.url_groups),
        })
    };
    let session = |session: &SessionState| {
        json!({
            "id": id(session.id.0), "state": format!("{:?}", session.state),
            "properties": properties(&session.properties),
        })
    };
    json!({
        "sessions": state.sessions.iter().map(session).collect::<Vec<_>>(),
        "queues": state.queues.iter().map(queue).collect::<Vec<_>>(),
        "unbound_url_groups": groups(&state.unbound),
    })
}

fn url_group(group: &UrlGroupState) -> Value {
    json!({
        "id": id(group.id.0), "session": group.session.map(|own| id(own.0)),
        "state": format!("{:?}", group.state), "urls": group.urls,
        "properties": properties(&group.properties),
    })
}

/// What is inherited is null.
fn properties(own: &Properties) -> Value {
    let timeouts = own.timeouts.map(|own| {
        json!({
            "entity_body": own.entity_body, "drain_entity_body": own.drain_entity_body,
            "request_queue": own.request_queue, "idle_connection": own.idle_connection,
            "header_wait": own.header_wait, "min_send_rate": own.min_send_rate,
        })
    });
    let logging = own.logging.as_ref().map(|own| {
        json!({
            "directory": String::from_utf16_lossy(&own.directory),
            "format": format!("{:?}", own.format),
        })
    });
    json!({
        "max_bandwidth": own.bandwidth, "max_connections": own.connection_limit,
        "timeouts": timeouts, "logging": logging,
    })
}

pub(crate) fn cache_state(state: &CacheState) -> Value {
    let item = |item: &CachedItem| {
        let (policy, seconds) = match item.policy {
            CachePolicy::Nocache => ("no cache", None),
            CachePolicy::UserInvalidates => ("user invalidates", None),
            CachePolicy::TimeToLive(seconds) => ("time to live", Some(seconds)),
        };
        json!({
            "url": item.url, "kind": item.status.map_or("fragment", |_| "response"),
            "status": item.status, "verb": item.status.map(|_| "GET"), "policy": policy,
            "seconds": seconds, "created": item.created, "queue": id(item.queue.0),
            "queue_name": item.queue_name, "headers_length": item.head_length,
            "content_length": item.content_length, "hits": item.hits,
        })
    };
    json!({
        "entries": state.entries.iter().map(item).collect::<Vec<_>>(),
        "matching": state.matching, "responses": state.usage.responses,
        "fragments": state.usage.fragments, "bytes": state.usage.bytes, "max_bytes": state.limit,
    })
}

pub(crate) fn counters(all: &Counters) -> Value {
    let service = &all.service;
    let faults = &service.faults;
    let timers = TIMERS.iter().zip(service.timers);
    let timers: Map<_, _> = timers
        .map(|((_, name), count)| ((*name).to_owned(), json!(count)))
        .collect();
    json!({
        "service": {
            "connections_open": service.connections_open,
            "connections_accepted": service.connections_accepted,
            "connections_ended": named(&service.ends), "refused": named(&service.refused),
            "timers_fired": timers, "requests": service.requests,
            "bytes_received": service.bytes_received, "bytes_sent": service.bytes_sent,
            "log_entries_dropped": service.log_entries_dropped,
            "accept_failures": faults.accept_failures, "poll_failures": faults.poll_failures,
            "connections_dropped": faults.connections_dropped,
            "sends_waited": faults.sends_waited, "sends_throttled": faults.sends_throttled,
            "turns_used_up": faults.turns_used_up,
        },
        "url_groups": all.url_groups.iter().map(group_counters).collect::<Vec<_>>(),
        "queues": all.queues.iter().map(queue_counters).collect::<Vec<_>>(),
    })
}

fn named(counts: &Named) -> Map<String, Value> {
    let counts = counts.iter();
    counts
        .map(|(name, count)| (name.to_owned(), json!(count)))
        .collect()
}

fn group_counters(group: &UrlGroupCounters) -> Value {
    json!({
        "id": id(group.id.0), "queue": group.queue.map(|queue| id(queue.0)), "urls": group.urls,
        "bytes_sent": group.bytes_sent, "bytes_received": group.bytes_received,
        "current_connections": group.current_connections, "max_connections": group.max_connections,
        "connection_attempts": group.connection_attempts, "get_requests": group.get_requests,
        "head_requests": group.head_requests, "all_requests": group.all_requests,
    })
}

fn queue_counters(queue: &QueueCounters) -> Value {
    json!({
        "id": id(queue.id.0), "name": queue.name, "current_size": queue.current_queue_size,
        "max_item_age_ms": queue.max_queue_item_age, "arrivals": queue.arrivals,
        "rejected_requests": queue.rejected_requests, "cache_hits": queue.cache_hits,
        "abandoned_requests": queue.abandoned, "delivered": queue.delivered(),
    })
}

pub(crate) fn connections(all: &OpenConnections) -> Value {
    json!({
        "open": all.open, "with_request": all.with_request,
        "listed": all.listed.iter().map(connection).collect::<Vec<_>>(),
    })
}

fn connection(own: &OpenConnection) -> Value {
    json!({
        "id": id(own.id.0), "remote": own.remote.to_string(), "local": own.local.to_string(),
        "state": own.activity.name(), "tls": own.tls.map(TlsProtocol::version),
        "bytes_received": own.received, "bytes_sent": own.sent,
        "request": own.request.as_ref().map(request),
    })
}

fn request(own: &OpenRequest) -> Value {
    json!({
        "id": id(own.id.0), "queue": id(own.queue.0), "url_group": own.group.map(|group| id(group.0)),
        "verb": own.verb, "url": own.url, "age_ms": own.age,
    })
}
