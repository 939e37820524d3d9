//! What must hold beside what the two sides see of each other.
//!
//! Owns: limits, buffers, counters. Does not own: when they are looked at (`run.rs`).

use std::time::Duration;

use httpsys_engine::Service;
use httpsys_network::{Role, TraceEvent, TraceKind};
use httpsys_sim::{Sim, sleep};

use crate::ledger::Ledger;
use crate::objects::Objects;
use crate::script::{Act, Exchange, QUEUE_LENGTH, Settings, Step, exchanges};

/// No connection keeps more than two reads for a head may bring: the heads of these clients are small, and bodies
/// stay in the socket until they are asked for. One that carries streams keeps a frame beside it, and 64 KiB of frames
/// with what is added to them at once.
pub(crate) fn check_buffers(service: &Service, streams: bool) {
    let (input, output) = if streams {
        (16_393 + 4_096, 2 * 65_536 + 16_384)
    } else {
        (2 * 4_096, 4_096)
    };
    for buffered in service.buffered() {
        assert!(buffered.input <= input, "{buffered:?}");
        assert!(buffered.output <= output, "{buffered:?}");
    }
}

/// Queues and groups take as many as they may.
pub(crate) fn check_limits(
    objects: &Objects,
    settings: &Settings,
    steps: &[Step],
    ledger: &Ledger,
) {
    let service = &objects.service;
    if let Some(limit) = settings.connection_limit {
        let counters = service.url_group_counters(objects.groups[0]);
        let most = counters.expect("it is there").max_connections;
        assert!(most <= u64::from(limit), "{most} connections of {limit}");
    }
    if settings.flood {
        let expected = exchanges(steps).count().min(QUEUE_LENGTH as usize);
        assert_eq!(ledger.received_requests(), expected, "requests were taken");
    }
    let quick = |exchange: &Exchange| exchange.answer.delay < Duration::from_secs(1);
    if settings.calm && exchanges(steps).all(quick) {
        sleep(Duration::from_secs(30));
        let open = service.service_counters().connections_open;
        assert_eq!(open, 0, "connections whose clients are gone are open");
        let left = service.buffered();
        assert!(left.is_empty(), "streams are open: {left:?}");
        for group in &objects.groups {
            let counters = service.url_group_counters(*group).expect("it is there");
            assert_eq!(
                counters.current_connections, 0,
                "the group counts connections"
            );
        }
    }
}

/// No more bytes were sent than the limit allows, those of heads aside.
pub(crate) fn check_bandwidth(sim: &Sim, settings: &Settings, steps: &[Step], ledger: &Ledger) {
    let changes = steps
        .iter()
        .any(|step| matches!(step, Step::Act(_, Act::Bandwidth(_))));
    let Some(rate) = settings.bandwidth.filter(|_| !changes) else {
        return;
    };
    let first = |token| exchanges(steps).any(|own| own.token == token && own.queue == 0);
    let bytes = ledger.bytes(first);
    // Half a second's bytes may have been saved up.
    let allowed = sim.now().as_secs_f64() * f64::from(rate) + f64::from(rate) * 0.5 + 500.0;
    assert!(bytes as f64 <= allowed, "{bytes} bytes, {allowed} allowed");
}

/// A limit of bytes per second holds in each part of the run, where all of it is under the limit. It counts plain
/// bytes, and the network sees those of TLS and the headers of frames.
pub(crate) fn check_rate(events: &[TraceEvent], settings: &Settings, steps: &[Step]) {
    let changes = |step: &Step| matches!(step, Step::Act(_, Act::Bandwidth(_)));
    let elsewhere = exchanges(steps).any(|exchange| exchange.queue != 0);
    let Some(rate) = settings.bandwidth.filter(|_| {
        settings.streams.is_none() && !settings.secure && !elsewhere && !steps.iter().any(changes)
    }) else {
        return;
    };
    // Half a second's bytes may be saved up, and each of four clients may have a quarter's that its socket did not
    // take when it was their time; heads and 100 Continue are not held back.
    let heads = 250.0 * exchanges(steps).count() as f64;
    let most = f64::from(rate) * 2.0 + heads;
    let (mut ahead, mut last) = (0.0, Duration::ZERO);
    for event in events {
        if let TraceKind::Write(_, Role::Server, bytes) = event.kind {
            let passed = (event.time - last).as_secs_f64();
            ahead = f64::max(0.0, ahead - passed * f64::from(rate)) + bytes as f64;
            last = event.time;
            assert!(ahead <= most, "{ahead} bytes too soon at {rate} a second");
        }
    }
}

/// What the service has counted is what the network has seen; `breaks`: connections of streams have ended before all
/// was out that they had for the network.
pub(crate) fn check_counters(service: &Service, events: &[TraceEvent], breaks: bool) {
    let counters = service.service_counters();
    assert_eq!(counters.connections_open, 0, "connections are open");
    let (mut sent, mut received, mut accepted) = (0, 0, 0);
    for event in events {
        match event.kind {
            TraceKind::Write(_, Role::Server, bytes) => sent += bytes as u64,
            TraceKind::Read(_, Role::Server, bytes) => received += bytes as u64,
            TraceKind::Accept(_) => accepted += 1,
            _ => {}
        }
    }
    let counted = counters.bytes_sent;
    let is_right = counted == sent || (breaks && counted > sent);
    assert!(is_right, "{counted} bytes sent, and {sent} on the network");
    // Of a record of TLS that was half there when somebody looked, content counts once more when it is whole.
    let counted = counters.bytes_received;
    let is_right =
        counted == received || (breaks && (received..received + 16_384).contains(&counted));
    assert!(
        is_right,
        "{counted} bytes received, and {received} on the network"
    );
    assert_eq!(counters.connections_accepted, accepted, "connections");
    let ended: u64 = counters.ends_by_number.iter().sum();
    let dropped = counters.faults.connections_dropped;
    assert_eq!(ended + dropped, accepted, "each connection ends once");
}
