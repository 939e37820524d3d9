//! The lists that the model keeps with each change, and what it tells of changed groups, against a walk through
//! everything.

use super::*;
use crate::property::State;
use crate::url_prefix::ListenScope;

/// What the lists say that are kept with each change, found by walking through everything.
fn check_lists(model: &Model) {
    let is_draining = |group: &GroupRecord| {
        let queue = group.queue.and_then(|queue| model.queues.get(queue.0));
        queue.is_some_and(|queue| queue.draining)
    };
    let mut wanted: BTreeMap<u16, BTreeSet<ListenScope>> = BTreeMap::new();
    for (prefix, registration) in model.routing.iter() {
        let group = model.groups.get(registration.group.0).expect("alive");
        if !is_draining(group) {
            let port = wanted.entry(prefix.port()).or_default();
            port.insert(prefix.listen_scope());
        }
    }
    for port in 80..84 {
        let scopes = wanted.remove(&port).unwrap_or_default();
        assert_eq!(model.is_reached(port), !scopes.is_empty());
        assert_eq!(model.scopes(port), scopes.into_iter().collect::<Vec<_>>());
    }
    for (id, group) in model.groups.iter() {
        let all = model.routing.iter().filter(|(_, r)| r.group.0 == id);
        let all: Vec<&UrlPrefix> = all.map(|(prefix, _)| prefix).collect();
        assert_eq!(model.prefixes_of(UrlGroupId(id)).collect::<Vec<_>>(), all);
        assert_eq!(group.quiet, is_draining(group));
    }
    for (id, queue) in model.queues.iter() {
        let bound = model
            .groups
            .iter()
            .filter(|(_, g)| g.queue == Some(QueueId(id)));
        let bound: BTreeSet<_> = bound.map(|(id, _)| UrlGroupId(id)).collect();
        assert_eq!(queue.groups, bound);
        let named = queue
            .name
            .as_ref()
            .map(|name| model.names.get(name).copied());
        assert!(named.is_none_or(|found| found == Some(QueueId(id))));
    }
    for (id, session) in model.sessions.iter() {
        let session_id = Some(ServerSessionId(id));
        let own = model.groups.iter().filter(|(_, g)| g.session == session_id);
        let own: BTreeSet<_> = own.map(|(id, _)| UrlGroupId(id)).collect();
        assert_eq!(session.groups, own);
    }
    let queues: Vec<&QueueRecord> = model.queues.iter().map(|(_, queue)| queue).collect();
    assert_eq!(
        model.names.len(),
        queues.iter().filter(|q| q.name.is_some()).count()
    );
    assert_eq!(
        model.draining,
        queues.iter().filter(|queue| queue.draining).count()
    );
}

struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 16) as usize % limit
    }
}

/// A call that changes something, or is refused.
fn some_call(model: &Model, random: &mut Random) -> Control {
    let mut below = |limit| random.below(limit);
    let groups: Vec<UrlGroupId> = model.groups.iter().map(|(id, _)| UrlGroupId(id)).collect();
    let queues: Vec<QueueId> = model.queues().collect();
    let sessions = model.sessions.iter().map(|(id, _)| ServerSessionId(id));
    let sessions: Vec<ServerSessionId> = sessions.collect();
    let (group, queue) = (
        groups.get(below(6)).copied().unwrap_or(UrlGroupId(7)),
        queues.get(below(4)).copied().unwrap_or(QueueId(7)),
    );
    let session = sessions
        .get(below(2))
        .copied()
        .unwrap_or(ServerSessionId(7));
    let url = utf16(&format!(
        "http://{}:{}/{}",
        ["+", "localhost", "127.0.0.2", "name"][below(4)],
        [80, 81, 82, 83, 0][below(5)],
        ["", "a/", "b/"][below(3)]
    ));
    let version = ApiVersion::V2;
    let name = [Some(utf16("one")), Some(utf16("two")), None][below(3)].clone();
    let state = [State::Active, State::Inactive][below(2)];
    match below(40) {
        0 if sessions.len() < 2 => Control::CreateServerSession { version },
        1 if below(8) == 0 => Control::CloseServerSession { session },
        2..5 if groups.len() < 7 => Control::CreateUrlGroup { session },
        5 => Control::CloseUrlGroup { group },
        6 => Control::RemoveUrlFromUrlGroup { group, url: None },
        7..10 if queues.len() < 5 => {
            let access = QueueAccess::Granted;
            Control::CreateRequestQueue {
                version,
                name,
                access,
            }
        }
        10 => Control::CloseRequestQueue { queue },
        11 if queues.len() < 5 => Control::CreateHttpHandle,
        12 => Control::DrainRequestQueue { queue },
        13..18 => {
            let queue = [Some(queue), None][usize::from(below(4) == 0)];
            Control::BindUrlGroup { group, queue }
        }
        18 => Control::AddUrl { queue, url },
        19 => Control::RemoveUrl { queue, url },
        20 => Control::SetUrlGroupProperty {
            group,
            property: Property::State(Some(state)),
        },
        21 => Control::SetServerSessionProperty {
            session,
            property: Property::State(Some(state)),
        },
        22..26 => Control::RemoveUrlFromUrlGroup {
            group,
            url: Some(url),
        },
        _ => Control::AddUrlToUrlGroup {
            group,
            url,
            context: 0,
        },
    }
}

#[test]
fn the_lists_of_the_model_and_the_changed_groups_follow_every_call() {
    let mut namespace = Namespace::new();
    let mut random = Random(0x1234_5678_9ABC_DEF1);
    let mut bindings: BTreeMap<UrlGroupId, Binding> = BTreeMap::new();
    let mut most = 0;
    for _ in 0..1_500 {
        let call = some_call(&namespace.0, &mut random);
        if let Some(wanted) = namespace.0.wanted(&call).filter(|it| it.prefix.port() == 0) {
            namespace.0.offer_port(wanted.group, 83);
        }
        let mut effects = Effects::default();
        let _ = namespace.0.apply(call, &mut effects);
        check_lists(&namespace.0);
        if effects.all_groups {
            let all = namespace.0.bindings();
            bindings = all.map(|binding| (binding.group, binding)).collect();
        }
        for group in &effects.groups {
            bindings.remove(group);
            bindings.extend(namespace.0.binding(*group).map(|new| (*group, new)));
        }
        let all = namespace
            .0
            .bindings()
            .map(|binding| (binding.group, binding));
        assert_eq!(bindings, all.collect());
        most = most.max(namespace.0.routing.iter().count());
    }
    assert!(most > 10, "only {most} registrations at once");
}
