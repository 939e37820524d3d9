//! The text of the service's state, and that the model tells it.

use super::Snapshot;
use crate::call::{ApiVersion, Control, Outcome, QueueAccess};
use crate::counters::{Counters, QueueCounters};
use crate::model::{Effects, Model};
use crate::property::{Property, Timeouts};

fn units(text: &str) -> Vec<u16> {
    text.encode_utf16().collect()
}

fn apply(model: &mut Model, call: Control) -> Outcome {
    model.apply(call, &mut Effects::default()).unwrap()
}

#[test]
fn the_state_lists_queues_with_their_groups_and_urls() {
    let mut model = Model::new();
    let version = ApiVersion::V2;
    let Outcome::ServerSession(session) =
        apply(&mut model, Control::CreateServerSession { version })
    else {
        panic!("no session");
    };
    let name = Some(units("orders\n2"));
    let Outcome::Queue(queue) = apply(
        &mut model,
        Control::CreateRequestQueue {
            version,
            name,
            access: QueueAccess::Granted,
        },
    ) else {
        panic!("no queue");
    };
    let mut groups = Vec::new();
    for _ in 0..2 {
        match apply(&mut model, Control::CreateUrlGroup { session }) {
            Outcome::UrlGroup(group) => groups.push(group),
            other => panic!("{other:?}"),
        }
    }
    let group = groups[0];
    apply(
        &mut model,
        Control::BindUrlGroup {
            group,
            queue: Some(queue),
        },
    );
    for url in ["http://+:8080/b/", "http://localhost:80/A/"] {
        let (url, context) = (units(url), 0);
        apply(
            &mut model,
            Control::AddUrlToUrlGroup {
                group,
                url,
                context,
            },
        );
    }
    let mut state = model.service_state();
    state.queues[0].handles = 2;
    state.queues[0].size = 7;
    let expected = format!(
        "Snapshot of HTTP service state (Request Queue View):
----------------------------------------------------

Request queue name: orders\\n2
    Request queue ID: {:016X}
    Version: 2.0
    State: Active
    Request queue 503 verbosity level: Basic
    Max requests: 1000
    Requests in the queue: 7
    Number of open handles: 2
    URL groups:
    URL group ID: {:016X}
        State: Active
        Server session ID: {session:016X}
        Number of registered URLs: 2
        Registered URLs:
            http://localhost:80/A/
            http://+:8080/b/

URL groups without a request queue:
URL group ID: {:016X}
    State: Active
    Server session ID: {session:016X}
    Number of registered URLs: 0
",
        queue.0,
        group.0,
        groups[1].0,
        session = session.0,
    );
    assert_eq!(state.to_string(), expected);
    assert_eq!(state.queues[0].name.as_deref(), Some("orders\n2"));
}

/// A session with a group that has a queue, properties and a URL, and a version 1 queue.
fn small_service() -> Model {
    let mut model = Model::new();
    let version = ApiVersion::V2;
    let Outcome::ServerSession(session) =
        apply(&mut model, Control::CreateServerSession { version })
    else {
        panic!("no session");
    };
    let create = Control::CreateRequestQueue {
        version,
        name: Some(units("orders")),
        access: QueueAccess::Granted,
    };
    let mut queues = Vec::new();
    for call in [create, Control::CreateHttpHandle] {
        match apply(&mut model, call) {
            Outcome::Queue(queue) => queues.push(queue),
            other => panic!("{other:?}"),
        }
    }
    let Outcome::UrlGroup(group) = apply(&mut model, Control::CreateUrlGroup { session }) else {
        panic!("no group");
    };
    let queue = Some(queues[0]);
    let context = 0;
    let property = Property::ConnectionLimit(Some(5));
    for call in [
        Control::BindUrlGroup { group, queue },
        Control::SetUrlGroupProperty { group, property },
        Control::AddUrlToUrlGroup {
            group,
            url: units("http://+:8080/b/"),
            context,
        },
        Control::AddUrl {
            queue: queues[1],
            url: units("http://localhost:8081/old/"),
        },
    ] {
        apply(&mut model, call);
    }
    model
}

fn without_ids(text: &str) -> String {
    let id = |word: &str| word.len() == 16 && word.bytes().all(|b| b.is_ascii_hexdigit());
    let line = |line: &str| match line.rsplit_once(' ') {
        Some((before, last)) if id(last) => format!("{before} ID\n"),
        _ => format!("{line}\n"),
    };
    text.lines().map(line).collect()
}

#[test]
fn the_views_have_the_lines_of_netsh() {
    let state = small_service().service_state();
    let mut counters = Counters::default();
    let mut counted = QueueCounters::new(state.queues[0].id);
    (counted.arrivals, counted.rejected_requests) = (9, 2);
    counted.max_queue_item_age = 4321;
    counters.queues.push(counted);
    let mut snapshot = Snapshot {
        state: &state,
        counters: &counters,
        process: (42, "/bin/orders"),
        timeouts: Timeouts::DEFAULT,
        verbose: true,
    };
    let view = without_ids(&snapshot.session_view());
    assert_eq!(view, include_str!("session_view.txt"));
    snapshot.verbose = false;
    let view = without_ids(&snapshot.request_queue_view());
    assert_eq!(view, include_str!("request_queue_view.txt"));
}
