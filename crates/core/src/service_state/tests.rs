//! The text of the service's state, and that the model tells it.

use crate::model::{Effects, Model};
use crate::operation::{ApiVersion, Control, Outcome, QueueAccess};

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
