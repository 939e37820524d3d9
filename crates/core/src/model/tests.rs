//! The results of the control calls (SES and PFX rows) on the model alone.

use super::*;
use crate::configuration::{Change, ServiceTimeout};
use crate::property::{Property, QueueProperty};

mod lists;

fn utf16(text: &str) -> Vec<u16> {
    text.encode_utf16().collect()
}

struct Namespace(Model);

impl Namespace {
    fn new() -> Self {
        Namespace(Model::new())
    }

    fn call(&mut self, call: Control) -> Result<Outcome, Error> {
        self.0.apply(call, &mut Effects::default())
    }

    fn session(&mut self) -> ServerSessionId {
        match self.call(Control::CreateServerSession {
            version: ApiVersion::V2,
        }) {
            Ok(Outcome::ServerSession(id)) => id,
            other => panic!("{other:?}"),
        }
    }

    fn group(&mut self, session: ServerSessionId) -> UrlGroupId {
        match self.call(Control::CreateUrlGroup { session }) {
            Ok(Outcome::UrlGroup(id)) => id,
            other => panic!("{other:?}"),
        }
    }

    fn queue(&mut self, name: Option<&str>) -> Result<QueueId, Error> {
        let name = name.map(utf16);
        self.call(Control::CreateRequestQueue {
            version: ApiVersion::V2,
            name,
            access: QueueAccess::Granted,
        })
        .map(|o| match o {
            Outcome::Queue(id) => id,
            other => panic!("{other:?}"),
        })
    }

    fn v1_queue(&mut self) -> QueueId {
        match self.call(Control::CreateHttpHandle) {
            Ok(Outcome::Queue(id)) => id,
            other => panic!("{other:?}"),
        }
    }

    fn binding(&self) -> Option<(UrlGroupId, Option<QueueId>)> {
        let first = self.0.bindings().next();
        first.map(|binding| (binding.group, binding.queue))
    }

    fn add(&mut self, group: UrlGroupId, url: &str) -> Result<Outcome, Error> {
        self.call(Control::AddUrlToUrlGroup {
            group,
            url: utf16(url),
            context: 0,
        })
    }
}

#[test]
fn ses_006_ses_007_ses_008_a_session_is_version_1_0_or_2_0() {
    let mut namespace = Namespace::new();
    for (major, minor, expected) in [
        (1, 0, None),
        (2, 0, None),
        (1, 1, Some(1306)),
        (3, 0, Some(1306)),
        (0, 0, Some(1306)),
    ] {
        let version = ApiVersion { major, minor };
        let result = namespace.call(Control::CreateServerSession { version });
        assert_eq!(result.err().map(Error::win32), expected, "{version:?}");
    }
}

#[test]
fn ses_009_ses_010_ses_012_unknown_ids_are_87_and_groups_die_with_their_session() {
    let mut namespace = Namespace::new();
    let unknown = ServerSessionId(0xdead);
    assert_eq!(
        namespace.call(Control::CloseServerSession { session: unknown }),
        Err(Error::InvalidParameter)
    );
    let null = ServerSessionId(0);
    assert_eq!(
        namespace.call(Control::CreateUrlGroup { session: null }),
        Err(Error::InvalidParameter)
    );
    let session = namespace.session();
    let group = namespace.group(session);
    namespace.add(group, "http://localhost:80/").unwrap();
    namespace
        .call(Control::CloseServerSession { session })
        .unwrap();
    assert_eq!(
        namespace.call(Control::CloseUrlGroup { group }),
        Err(Error::InvalidParameter)
    );
    assert!(namespace.0.scopes(80).is_empty());
}

#[test]
fn ses_017_ses_018_ses_019_ses_020_queue_names() {
    let mut namespace = Namespace::new();
    let queue = namespace.queue(Some("one")).unwrap();
    assert_eq!(namespace.queue(Some("one")), Err(Error::AlreadyExists));
    assert_eq!(namespace.queue(Some("a\\b")), Err(Error::InvalidName));
    assert_eq!(
        namespace.queue(Some(&"n".repeat(261))),
        Err(Error::InvalidParameter)
    );
    let open = |name: &str| Control::OpenRequestQueue {
        version: ApiVersion::V2,
        name: utf16(name),
    };
    assert_eq!(namespace.call(open("one")), Ok(Outcome::Queue(queue)));
    assert_eq!(namespace.call(open("two")), Err(Error::NotFound));
    let v1 = Control::CreateRequestQueue {
        version: ApiVersion::V1,
        name: None,
        access: QueueAccess::Granted,
    };
    assert_eq!(namespace.call(v1), Err(Error::RevisionMismatch));
    assert_ne!(
        namespace.queue(None).unwrap(),
        namespace.queue(None).unwrap()
    );
}

#[test]
fn ses_021_a_queue_that_grants_nothing_cannot_be_opened() {
    let mut namespace = Namespace::new();
    for (name, access) in [
        ("open", QueueAccess::Granted),
        ("closed", QueueAccess::Denied),
    ] {
        let created = namespace.call(Control::CreateRequestQueue {
            version: ApiVersion::V2,
            name: Some(utf16(name)),
            access,
        });
        let opened = namespace.call(Control::OpenRequestQueue {
            version: ApiVersion::V2,
            name: utf16(name),
        });
        match access {
            QueueAccess::Granted => assert_eq!(opened, created),
            QueueAccess::Denied => assert_eq!(opened, Err(Error::AccessDenied)),
        }
    }
    assert_eq!(namespace.queue(Some("closed")), Err(Error::AlreadyExists));
}

#[test]
fn cfg_004_timeouts_of_the_service_are_inherited_and_outlive_the_objects() {
    let mut namespace = Namespace::new();
    let session = namespace.session();
    let group = namespace.group(session);
    let timeout = ServiceTimeout::IdleConnection;
    let idle = |namespace: &Namespace, group| {
        let effective = namespace.0.effective(group).unwrap();
        effective.timers.idle_connection
    };
    assert_eq!(idle(&namespace, group), Some(120));
    let set = Change::SetTimeout {
        timeout,
        seconds: 7,
    };
    let mut effects = Effects::default();
    let done = namespace.0.apply(Control::Configure(set), &mut effects);
    assert_eq!(done, Ok(Outcome::Done));
    assert!(effects.routes, "a new snapshot");
    assert_eq!(idle(&namespace, group), Some(7));
    namespace.0.clear();
    let session = namespace.session();
    let group = namespace.group(session);
    assert_eq!(idle(&namespace, group), Some(7));
    let remove = Control::Configure(Change::RemoveTimeout { timeout });
    assert_eq!(namespace.call(remove), Ok(Outcome::Done));
    assert_eq!(idle(&namespace, group), Some(120));
}

#[test]
fn ses_023_version_1_and_version_2_objects_do_not_mix() {
    let mut namespace = Namespace::new();
    let session = namespace.session();
    let group = namespace.group(session);
    let v1 = namespace.v1_queue();
    let v2 = namespace.queue(None).unwrap();
    assert_eq!(
        namespace.call(Control::BindUrlGroup {
            group,
            queue: Some(v1)
        }),
        Err(Error::InvalidParameter)
    );
    let url = utf16("http://localhost:80/");
    assert_eq!(
        namespace.call(Control::AddUrl {
            queue: v2,
            url: url.clone()
        }),
        Err(Error::InvalidParameter)
    );
    assert_eq!(
        namespace.call(Control::AddUrl { queue: v1, url }),
        Ok(Outcome::Done)
    );
}

#[test]
fn ses_025_ses_026_binding_can_change_and_end() {
    let mut namespace = Namespace::new();
    let session = namespace.session();
    let group = namespace.group(session);
    let (a, b) = (
        namespace.queue(None).unwrap(),
        namespace.queue(None).unwrap(),
    );
    for queue in [Some(a), Some(b), None] {
        namespace
            .call(Control::BindUrlGroup { group, queue })
            .unwrap();
        assert_eq!(namespace.binding(), Some((group, queue)));
    }
    namespace
        .call(Control::BindUrlGroup {
            group,
            queue: Some(a),
        })
        .unwrap();
    namespace
        .call(Control::CloseRequestQueue { queue: a })
        .unwrap();
    assert_eq!(namespace.binding(), Some((group, None)));
    assert_eq!(
        namespace.call(Control::BindUrlGroup {
            group,
            queue: Some(a)
        }),
        Err(Error::InvalidHandle)
    );
}

#[test]
fn pfx_010_pfx_011_pfx_024_pfx_025_pfx_027_a_url_belongs_to_one_group_at_a_time() {
    let mut namespace = Namespace::new();
    let session = namespace.session();
    let (a, b) = (namespace.group(session), namespace.group(session));
    let url = "http://localhost:80/x/";
    namespace.add(a, url).unwrap();
    assert_eq!(namespace.add(a, url), Err(Error::AlreadyExists));
    assert_eq!(namespace.add(b, url), Err(Error::AlreadyExists));
    let remove = |group| Control::RemoveUrlFromUrlGroup {
        group,
        url: Some(utf16(url)),
    };
    assert_eq!(namespace.call(remove(b)), Err(Error::NotFound));
    assert_eq!(namespace.call(remove(a)), Ok(Outcome::Done));
    assert_eq!(namespace.call(remove(a)), Err(Error::NotFound));
    assert_eq!(namespace.add(b, url), Ok(Outcome::Done));
}

#[test]
fn pfx_026_pfx_030_all_urls_of_a_group_or_queue_go_at_once() {
    let mut namespace = Namespace::new();
    let session = namespace.session();
    let group = namespace.group(session);
    namespace.add(group, "http://localhost:80/x/").unwrap();
    namespace.add(group, "http://+:80/").unwrap();
    assert_eq!(namespace.0.scopes(80).len(), 2);
    namespace
        .call(Control::RemoveUrlFromUrlGroup { group, url: None })
        .unwrap();
    assert!(namespace.0.scopes(80).is_empty());
    let v1 = namespace.v1_queue();
    let url = utf16("http://localhost:80/");
    namespace.call(Control::AddUrl { queue: v1, url }).unwrap();
    namespace
        .call(Control::CloseRequestQueue { queue: v1 })
        .unwrap();
    assert!(namespace.0.scopes(80).is_empty());
}

#[test]
fn pfx_026_the_urls_of_a_group_are_listed_by_port_and_go_without_those_of_others() {
    let mut namespace = Namespace::new();
    let session = namespace.session();
    let (a, b) = (namespace.group(session), namespace.group(session));
    for url in ["http://*:82/", "http://+:80/a/", "http://localhost:81/"] {
        namespace.add(a, url).unwrap();
    }
    namespace.add(b, "http://+:80/").unwrap();
    let texts = |namespace: &Namespace, group| {
        let urls = namespace.0.urls_of(group).unwrap();
        urls.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    let mine = ["http://+:80/a/", "http://localhost:81/", "http://*:82/"];
    assert_eq!(texts(&namespace, a), mine);
    let mut effects = Effects::default();
    let all = Control::RemoveUrlFromUrlGroup {
        group: a,
        url: None,
    };
    namespace.0.apply(all, &mut effects).unwrap();
    assert_eq!(effects.ports, [80, 81, 82]);
    assert!(texts(&namespace, a).is_empty());
    assert_eq!(texts(&namespace, b), ["http://+:80/"]);
}

#[test]
fn tmo_004_g_107_properties_are_read_back_as_set_and_unset_ones_as_such() {
    let mut namespace = Namespace::new();
    let session = namespace.session();
    let group = namespace.group(session);
    let unset = Properties::default();
    assert_eq!(namespace.0.server_session_properties(session), Ok(&unset));
    assert_eq!(namespace.0.url_group_properties(group), Ok(&unset));
    let timeouts = Timeouts {
        header_wait: 7,
        ..Timeouts::default()
    };
    let mut set = |property| {
        let mut effects = Effects::default();
        let call = Control::SetServerSessionProperty { session, property };
        assert_eq!(namespace.0.apply(call, &mut effects), Ok(Outcome::Done));
        assert!(effects.routes, "the snapshot carries it");
    };
    set(Property::Timeouts(Some(timeouts)));
    let stored = namespace.0.server_session_properties(session).unwrap();
    assert_eq!(stored.timeouts, Some(timeouts));
    // The group has nothing of its own, and follows its session.
    assert_eq!(namespace.0.url_group_properties(group), Ok(&unset));
    let effective = namespace.0.effective(group).unwrap();
    assert_eq!(effective.timers.header_wait, Some(7));
    assert_eq!(effective.timers.entity_body, Some(120));
    let call = Control::SetServerSessionProperty {
        session,
        property: Property::Timeouts(None),
    };
    namespace.call(call).unwrap();
    let effective = namespace.0.effective(group).unwrap();
    assert_eq!(effective.timers, Timeouts::DEFAULT.timers());
}

#[test]
fn properties_of_unknown_objects_fail_and_those_of_version_1_queues_with_50() {
    let mut namespace = Namespace::new();
    let group = UrlGroupId(0xdead);
    let session = ServerSessionId(0xdead);
    let property = Property::State(None);
    for call in [
        Control::SetUrlGroupProperty {
            group,
            property: property.clone(),
        },
        Control::SetServerSessionProperty { session, property },
    ] {
        assert_eq!(namespace.call(call), Err(Error::InvalidParameter));
    }
    let of_queue = |queue| Control::SetRequestQueueProperty {
        queue,
        property: QueueProperty::Length(10),
    };
    let closed = QueueId(0xdead);
    assert_eq!(namespace.call(of_queue(closed)), Err(Error::InvalidHandle));
    let v1 = namespace.v1_queue();
    assert_eq!(namespace.call(of_queue(v1)), Err(Error::NotSupported));
    let v2 = namespace.queue(None).unwrap();
    let mut effects = Effects::default();
    let set = namespace.0.apply(of_queue(v2), &mut effects);
    assert_eq!(set, Ok(Outcome::Done));
    assert_eq!(effects.queue_properties, Some(v2));
    assert_eq!(
        namespace.0.request_queue_properties(v2).map(|it| it.length),
        Ok(10)
    );
}

#[test]
fn a_url_group_is_found_by_its_url_and_queue() {
    let mut namespace = Namespace::new();
    let session = namespace.session();
    let group = namespace.group(session);
    let (queue, other) = (
        namespace.queue(None).unwrap(),
        namespace.queue(None).unwrap(),
    );
    let url = utf16("http://localhost:80/a/");
    namespace.add(group, "http://localhost:80/a/").unwrap();
    assert_eq!(
        namespace.0.find_url_group(&url, queue),
        Err(Error::NotFound)
    );
    let call = Control::BindUrlGroup {
        group,
        queue: Some(queue),
    };
    namespace.call(call).unwrap();
    assert_eq!(namespace.0.find_url_group(&url, queue), Ok(group));
    assert_eq!(
        namespace.0.find_url_group(&url, other),
        Err(Error::NotFound)
    );
    let below = utf16("http://localhost:80/a/b/");
    assert_eq!(
        namespace.0.find_url_group(&below, queue),
        Err(Error::NotFound)
    );
    let bad = utf16("localhost");
    assert_eq!(
        namespace.0.find_url_group(&bad, queue),
        Err(Error::InvalidParameter)
    );
}

#[test]
fn pfx_014_pfx_015_with_enforcement_hosts_of_the_network_need_a_reservation() {
    let mut namespace = Namespace(Model::with_url_acl(true));
    let session = namespace.session();
    let group = namespace.group(session);
    let v1 = namespace.v1_queue();
    for url in [
        "http://+:80/",
        "http://*:80/",
        "http://host:80/",
        "http://10.0.0.1:80/",
    ] {
        assert_eq!(namespace.add(group, url), Err(Error::AccessDenied), "{url}");
        let url = utf16(url);
        let add = Control::AddUrl { queue: v1, url };
        assert_eq!(namespace.call(add), Err(Error::AccessDenied));
    }
    assert_eq!(
        namespace.add(group, "nonsense"),
        Err(Error::InvalidParameter)
    );
    for url in [
        "http://localhost:80/",
        "http://127.0.0.1:80/",
        "http://[::1]:80/",
    ] {
        assert_eq!(namespace.add(group, url), Ok(Outcome::Done), "{url}");
    }
    let reservation = crate::reservation::Reservation {
        url: utf16("http://+:80/a/"),
        descriptor: utf16("D:"),
    };
    let reserve = Control::AddReservation(reservation);
    assert_eq!(namespace.call(reserve), Ok(Outcome::Done));
    assert_eq!(namespace.add(group, "http://+:80/a/b/"), Ok(Outcome::Done));
    assert_eq!(
        namespace.add(group, "http://+:80/b/"),
        Err(Error::AccessDenied)
    );
    // The end of a reservation is not the end of what was registered.
    let url = utf16("http://+:80/a/");
    assert_eq!(
        namespace.call(Control::RemoveReservation { url }),
        Ok(Outcome::Done)
    );
    assert_eq!(
        namespace.add(group, "http://+:80/a/b/"),
        Err(Error::AccessDenied)
    );
    let url = Some(utf16("http://+:80/a/b/"));
    let remove = Control::RemoveUrlFromUrlGroup { group, url };
    assert_eq!(namespace.call(remove), Ok(Outcome::Done));
}

#[test]
fn what_is_forgotten_has_no_successor_with_its_id_and_reservations_stay() {
    let mut namespace = Namespace::new();
    let session = namespace.session();
    let group = namespace.group(session);
    let reserve = Control::AddReservation(crate::reservation::Reservation {
        url: utf16("http://+:80/"),
        descriptor: utf16("D:"),
    });
    namespace.call(reserve).unwrap();
    namespace.0.clear();
    assert_eq!(
        namespace.0.url_group_properties(group),
        Err(Error::InvalidParameter)
    );
    let next = namespace.session();
    assert_ne!(next, session);
    assert_ne!(namespace.group(next), group);
    assert!(namespace.0.reservations().at(0).is_some());
}
