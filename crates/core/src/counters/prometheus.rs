//! The counters as text that a Prometheus server scrapes.
//!
//! Owns: the names of the metrics, the labels and the format (text exposition format 0.0.4,
//! documented: *Exposition formats* of the Prometheus documentation). Does not own the numbers.
//! Invariants: one HELP and one TYPE line for each metric, in front of all its samples; a name ends
//! with `_total` exactly if it is a counter; values are integers except ages, which are seconds.

use std::fmt::Write as _;

use super::{Counters, QueueCounters, TIMERS, UrlGroupCounters};

impl Counters {
    /// The text. Its media type is `text/plain; version=0.0.4; charset=utf-8`.
    ///
    /// URL groups and queues are labelled with their ids in hexadecimal, queues with their names as
    /// well. The URLs of a group are in `httpsys_url_group_info`, to be joined by the label
    /// `url_group`: a group's URLs may change, and the labels of a series must not.
    #[must_use]
    pub fn to_prometheus(&self) -> String {
        let mut text = MetricsText(String::with_capacity(8 * 1024));
        self.put_service(&mut text);
        self.put_cache(&mut text);
        self.put_faults(&mut text);
        self.put_url_groups(&mut text);
        self.put_queues(&mut text);
        text.0
    }

    fn put_service(&self, text: &mut MetricsText) {
        let service = &self.service;
        text.family(
            "httpsys_connections_open",
            "gauge",
            "Connections that are open.",
        );
        text.sample("httpsys_connections_open", &[], service.connections_open);
        text.counter(
            "httpsys_connections_accepted_total",
            "Connections that were accepted.",
            service.connections_accepted,
        );
        let name = "httpsys_connections_ended_total";
        text.family(name, "counter", "Connections that have ended, by reason.");
        for (reason, count) in service.ends.iter() {
            text.sample(name, &[("reason", reason)], count);
        }
        let name = "httpsys_refused_total";
        text.family(
            name,
            "counter",
            "Requests and connections that the service refused itself, by HTTPERR's reason phrase.",
        );
        for (reason, count) in service.refused.iter() {
            text.sample(name, &[("reason", reason)], count);
        }
        let name = "httpsys_timers_fired_total";
        text.family(name, "counter", "TimeLimits of connections that ran out.");
        for ((_, timer), count) in TIMERS.iter().zip(service.timers) {
            text.sample(name, &[("timer", timer)], count);
        }
        text.counter(
            "httpsys_requests_total",
            "Requests that were routed to a URL group.",
            service.requests,
        );
        text.counter(
            "httpsys_bytes_received_total",
            "Bytes read from connections.",
            service.bytes_received,
        );
        text.counter(
            "httpsys_bytes_sent_total",
            "Bytes handed to the transport.",
            service.bytes_sent,
        );
        let name = "httpsys_log_entries_dropped_total";
        text.family(name, "counter", "Log entries that were lost, by log.");
        text.sample(name, &[("log", "HTTPERR")], service.log_entries_dropped);
    }

    fn put_cache(&self, text: &mut MetricsText) {
        let cache = &self.service.uri_cache;
        let name = "httpsys_current_uris_cached";
        text.family(
            name,
            "gauge",
            "CurrentUrisCached: URIs in the response cache.",
        );
        text.sample(name, &[], cache.current_uris_cached);
        for (name, help, value) in [
            (
                "httpsys_uris_cached_total",
                "TotalUrisCached: URIs added to the response cache.",
                cache.total_uris_cached,
            ),
            (
                "httpsys_uri_cache_hits_total",
                "UriCacheHits: successful look-ups in the response cache.",
                cache.uri_cache_hits,
            ),
            (
                "httpsys_uri_cache_misses_total",
                "UriCacheMisses: unsuccessful look-ups in the response cache.",
                cache.uri_cache_misses,
            ),
            (
                "httpsys_uri_cache_flushes_total",
                "UriCacheFlushes: flushes of the response cache.",
                cache.uri_cache_flushes,
            ),
            (
                "httpsys_flushed_uris_total",
                "TotalFlushedUris: URIs removed from the response cache.",
                cache.total_flushed_uris,
            ),
        ] {
            text.counter(name, help, value);
        }
    }

    fn put_faults(&self, text: &mut MetricsText) {
        let faults = &self.service.faults;
        for (name, help, value) in [
            (
                "httpsys_accept_failures_total",
                "Failures to accept a connection.",
                faults.accept_failures,
            ),
            (
                "httpsys_poll_failures_total",
                "Failures to wait for events.",
                faults.poll_failures,
            ),
            (
                "httpsys_connections_dropped_total",
                "Connections that were accepted and not taken.",
                faults.connections_dropped,
            ),
            (
                "httpsys_sends_waited_total",
                "Sends that found the socket full.",
                faults.sends_waited,
            ),
            (
                "httpsys_sends_throttled_total",
                "Sends that waited for a bandwidth limit.",
                faults.sends_throttled,
            ),
            (
                "httpsys_turns_used_up_total",
                "Times that a connection had more to read than one turn allows.",
                faults.turns_used_up,
            ),
        ] {
            text.counter(name, help, value);
        }
    }

    fn put_url_groups(&self, text: &mut MetricsText) {
        let name = "httpsys_url_group_info";
        text.family(name, "gauge", "1 for each URL of each URL group.");
        for group in &self.url_groups {
            let (id, queue) = (hex(group.id.0), group.queue.map(|id| hex(id.0)));
            for url in &group.urls {
                let queue = queue.as_deref().unwrap_or("");
                let labels = [("url_group", id.as_str()), ("queue", queue), ("url", url)];
                text.sample(name, &labels, 1);
            }
        }
        for (name, kind, help, value) in URL_GROUP_COLUMNS {
            text.family(name, kind, help);
            for group in &self.url_groups {
                text.sample(name, &[("url_group", &hex(group.id.0))], value(group));
            }
        }
    }

    fn put_queues(&self, text: &mut MetricsText) {
        type Column = (
            &'static str,
            &'static str,
            &'static str,
            fn(&QueueCounters) -> u64,
        );
        let columns: [Column; 5] = [
            (
                "httpsys_queue_current_size",
                "gauge",
                "CurrentQueueSize: requests that nobody has taken.",
                |queue| queue.current_queue_size,
            ),
            (
                "httpsys_queue_arrivals_total",
                "counter",
                "ArrivalRate: requests that came to the queue.",
                |queue| queue.arrivals,
            ),
            (
                "httpsys_queue_rejected_requests_total",
                "counter",
                "RejectedRequests, RejectionRate: requests that the queue refused.",
                |queue| queue.rejected_requests,
            ),
            (
                "httpsys_queue_cache_hits_total",
                "counter",
                "CacheHitRate: requests answered from the response cache.",
                |queue| queue.cache_hits,
            ),
            (
                "httpsys_queue_abandoned_requests_total",
                "counter",
                "Requests whose connection ended before a receive had them.",
                |queue| queue.abandoned,
            ),
        ];
        for (name, kind, help, value) in columns {
            text.family(name, kind, help);
            for queue in &self.queues {
                text.sample(name, &queue.labels(&hex(queue.id.0)), value(queue));
            }
        }
        let name = "httpsys_queue_max_item_age_seconds";
        text.family(
            name,
            "gauge",
            "MaxQueueItemAge: how long the oldest request has waited.",
        );
        for queue in &self.queues {
            text.begin(name, &queue.labels(&hex(queue.id.0)));
            let (seconds, millis) = (
                queue.max_queue_item_age / 1000,
                queue.max_queue_item_age % 1000,
            );
            let _ = writeln!(text.0, " {seconds}.{millis:03}");
        }
    }
}

impl QueueCounters {
    fn labels<'a>(&'a self, id: &'a str) -> [(&'static str, &'a str); 2] {
        [("queue", id), ("name", self.name.as_deref().unwrap_or(""))]
    }
}

/// Ids as netsh shows them.
fn hex(id: u64) -> String {
    format!("{id:016X}")
}

/// Name, kind, help and value of a counter of URL groups.
type UrlGroupColumn = (
    &'static str,
    &'static str,
    &'static str,
    fn(&UrlGroupCounters) -> u64,
);

const URL_GROUP_COLUMNS: [UrlGroupColumn; 9] = [
    (
        "httpsys_url_group_bytes_sent_total",
        "counter",
        "BytesSentRate: bytes sent.",
        |group| group.bytes_sent,
    ),
    (
        "httpsys_url_group_bytes_received_total",
        "counter",
        "BytesReceivedRate: bytes received.",
        |group| group.bytes_received,
    ),
    (
        "httpsys_url_group_bytes_transferred_total",
        "counter",
        "BytesTransferredRate: bytes sent and received.",
        UrlGroupCounters::bytes_transferred,
    ),
    (
        "httpsys_url_group_current_connections",
        "gauge",
        "CurrentConnections: open connections.",
        |group| group.current_connections,
    ),
    (
        "httpsys_url_group_max_connections",
        "gauge",
        "MaxConnections: the most connections that were open at once.",
        |group| group.max_connections,
    ),
    (
        "httpsys_url_group_connection_attempts_total",
        "counter",
        "ConnectionAttempts: connections, those that were refused included.",
        |group| group.connection_attempts,
    ),
    (
        "httpsys_url_group_get_requests_total",
        "counter",
        "GetRequests: requests with the method GET.",
        |group| group.get_requests,
    ),
    (
        "httpsys_url_group_head_requests_total",
        "counter",
        "HeadRequests: requests with the method HEAD.",
        |group| group.head_requests,
    ),
    (
        "httpsys_url_group_all_requests_total",
        "counter",
        "AllRequests: requests with every method.",
        |group| group.all_requests,
    ),
];

struct MetricsText(String);

/// Writing to a string cannot fail.
impl MetricsText {
    fn family(&mut self, name: &str, kind: &str, help: &str) {
        let _ = writeln!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}");
    }

    fn counter(&mut self, name: &str, help: &str, value: u64) {
        self.family(name, "counter", help);
        self.sample(name, &[], value);
    }

    fn sample(&mut self, name: &str, labels: &[(&str, &str)], value: u64) {
        self.begin(name, labels);
        let _ = writeln!(self.0, " {value}");
    }

    fn begin(&mut self, name: &str, labels: &[(&str, &str)]) {
        self.0.push_str(name);
        let mut open = '{';
        for (label, value) in labels {
            let _ = write!(self.0, "{open}{label}=\"");
            self.escaped(value);
            self.0.push('"');
            open = ',';
        }
        if open == ',' {
            self.0.push('}');
        }
    }

    /// Backslash, quote and line feed are all that a label value must not have.
    fn escaped(&mut self, value: &str) {
        for c in value.chars() {
            match c {
                '\\' => self.0.push_str("\\\\"),
                '"' => self.0.push_str("\\\""),
                '\n' => self.0.push_str("\\n"),
                other => self.0.push(other),
            }
        }
    }
}
