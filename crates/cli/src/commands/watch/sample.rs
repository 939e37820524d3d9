//! What the service told at one moment, and the rates between two.
//!
//! Threading: plain data; the time is an argument.

use std::time::Instant;

use serde_json::Value;

/// See the module head.
#[derive(Clone, Debug)]
pub(super) struct Sample {
    pub(super) at: Instant,
    pub(super) open: u64,
    pub(super) with_request: u64,
    totals: SampleTotals,
    pub(super) queues: Vec<SampledQueue>,
    pub(super) connections: Vec<SampledConnection>,
}

#[derive(Clone, Copy, Debug, Default)]
struct SampleTotals {
    requests: u64,
    accepted: u64,
    received: u64,
    sent: u64,
    refused: u64,
}

/// Per second.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct SampleRates {
    pub(super) requests: f64,
    pub(super) accepted: f64,
    pub(super) received: f64,
    pub(super) sent: f64,
    pub(super) refused: f64,
}

#[derive(Clone, Debug)]
pub(super) struct SampledQueue {
    pub(super) name: String,
    pub(super) size: u64,
    pub(super) oldest_ms: u64,
    pub(super) arrivals: u64,
    pub(super) rejected: u64,
    pub(super) abandoned: u64,
}

#[derive(Clone, Debug)]
pub(super) struct SampledConnection {
    pub(super) id: String,
    pub(super) client: String,
    pub(super) state: String,
    pub(super) age_ms: Option<u64>,
    pub(super) sent: u64,
    pub(super) line: String,
    pub(super) has_request: bool,
}

impl Sample {
    pub(super) fn new(at: Instant, counters: &Value, connections: &Value) -> Sample {
        let service = &counters["service"];
        let refused = service["refused"].as_object();
        let refused = refused.map_or(0, |all| all.values().filter_map(Value::as_u64).sum());
        Sample {
            at,
            open: number(&connections["open"]),
            with_request: number(&connections["with_request"]),
            totals: SampleTotals {
                requests: number(&service["requests"]),
                accepted: number(&service["connections_accepted"]),
                received: number(&service["bytes_received"]),
                sent: number(&service["bytes_sent"]),
                refused,
            },
            queues: list(&counters["queues"]).iter().map(queue).collect(),
            connections: list(&connections["listed"])
                .iter()
                .map(connection)
                .collect(),
        }
    }

    /// What has happened since `before`, for each second.
    pub(super) fn since(&self, before: &Sample) -> SampleRates {
        let seconds = self.at.saturating_duration_since(before.at).as_secs_f64();
        let rate = |now: u64, then: u64| match seconds > 0.0 {
            true => now.saturating_sub(then) as f64 / seconds,
            false => 0.0,
        };
        let (now, then) = (&self.totals, &before.totals);
        SampleRates {
            requests: rate(now.requests, then.requests),
            accepted: rate(now.accepted, then.accepted),
            received: rate(now.received, then.received),
            sent: rate(now.sent, then.sent),
            refused: rate(now.refused, then.refused),
        }
    }
}

fn number(value: &Value) -> u64 {
    value.as_u64().unwrap_or(0)
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// A text that cannot steer the terminal.
fn text(value: &Value) -> String {
    let text = value.as_str().unwrap_or("");
    text.chars()
        .map(|c| if c.is_control() { '?' } else { c })
        .collect()
}

fn queue(value: &Value) -> SampledQueue {
    let name = match &value["name"] {
        Value::String(_) => text(&value["name"]),
        _ => format!("({})", text(&value["id"])),
    };
    SampledQueue {
        name,
        size: number(&value["current_size"]),
        oldest_ms: number(&value["max_item_age_ms"]),
        arrivals: number(&value["arrivals"]),
        rejected: number(&value["rejected_requests"]),
        abandoned: number(&value["abandoned_requests"]),
    }
}

fn connection(value: &Value) -> SampledConnection {
    let request = &value["request"];
    SampledConnection {
        id: text(&value["id"]),
        client: text(&value["remote"]),
        state: text(&value["state"]),
        age_ms: request["age_ms"].as_u64(),
        sent: number(&value["bytes_sent"]),
        line: format!("{} {}", text(&request["verb"]), text(&request["url"]))
            .trim()
            .to_owned(),
        has_request: request.is_object(),
    }
}
