//! Library, server sessions, URL groups, creation of queues: area SES, gaps G-099 to G-107.

use std::ptr;

use httpsys_tests::both_doors;
use httpsys_tests::door::{CAbi, Door, Reply, World};
use httpsys_tests::overlapped::Overlapped;
use httpsys_tests::raw::{self, Handle, REQUEST_V2, RequestBuffer, V2, wide};
use httpsys_tests::watchdog::Watchdog;
use windows_sys::Win32::Networking::HttpServer as http;

both_doors![
    ses_013_a_group_and_then_its_session_are_closed,
    ses_016_unnamed_queues_are_new_each_time,
    ses_017_a_name_that_is_taken_fails_with_183,
    ses_018_opening_an_unknown_name_fails_with_2,
    ses_019_a_bad_queue_name_fails_with_123,
    ses_024_a_group_may_be_bound_before_or_after_its_urls,
    ses_025_a_group_may_be_bound_to_another_queue,
    ses_027_groups_of_one_queue_are_told_apart_by_context,
    ses_028_closing_a_group_removes_its_urls,
    ses_029_objects_close_in_the_documented_order,
];

fn name(what: &str) -> String {
    format!("test-{}-{what}", std::process::id())
}

fn ses_013_a_group_and_then_its_session_are_closed<D: Door>(w: &World<D>) {
    let session = w.door.create_session().expect("a session");
    let group = w.door.create_group(&session).expect("a group");
    assert_eq!(w.door.close_group(group), Ok(()));
    assert_eq!(w.door.close_session(session), Ok(()));
}

fn ses_016_unnamed_queues_are_new_each_time<D: Door>(w: &World<D>) {
    let (group, other) = w.another_group();
    w.door.add_url(&group, &w.url("/other/"), 7).expect("a URL");
    let (_one, first) = w.received_get("/");
    let mut client = w.connect();
    client.send(w.get("/other/"));
    let second = w.door.receive(&other).expect("a request");
    assert_eq!(
        (first.abs_path, second.abs_path),
        ("/".into(), "/other/".into())
    );
    w.door.close_queue(&other).expect("close");
}

fn ses_017_a_name_that_is_taken_fails_with_183<D: Door>(w: &World<D>) {
    let name = name(std::any::type_name::<D>()).replace(':', "");
    let queue = w.door.create_named_queue(&name).expect("a queue");
    assert_eq!(w.door.create_named_queue(&name).err(), Some(183));
    assert_eq!(w.door.close_queue(&queue), Ok(()));
    let again = w.door.create_named_queue(&name).expect("free again");
    assert_eq!(w.door.close_queue(&again), Ok(()));
}

fn ses_018_opening_an_unknown_name_fails_with_2<D: Door>(w: &World<D>) {
    assert_eq!(w.door.open_queue(&name("nobody")).err(), Some(2));
}

/// The length limit is the row's other half: `ses_019_que_017_names_may_have_260_characters`.
fn ses_019_a_bad_queue_name_fails_with_123<D: Door>(w: &World<D>) {
    assert_eq!(w.door.create_named_queue("a\\b").err(), Some(123));
    assert_eq!(w.door.create_named_queue("a/b").err(), Some(123));
}

fn ses_024_a_group_may_be_bound_before_or_after_its_urls<D: Door>(w: &World<D>) {
    // The world was bound first.
    w.assert_serves();
    let group = w.door.create_group(&w.session).expect("a group");
    let queue = w.door.create_queue().expect("a queue");
    w.door.add_url(&group, &w.url("/later/"), 0).expect("a URL");
    w.door.bind(&group, &queue).expect("a binding");
    let mut client = w.connect();
    client.send(w.get("/later/x"));
    assert_eq!(w.door.receive(&queue).expect("it").abs_path, "/later/x");
    w.door.close_queue(&queue).expect("close");
}

fn ses_025_a_group_may_be_bound_to_another_queue<D: Door>(w: &World<D>) {
    w.assert_serves();
    let other = w.door.create_queue().expect("a queue");
    assert_eq!(w.door.bind(&w.group, &other), Ok(()));
    let mut client = w.connect();
    client.send(w.get("/moved"));
    let request = w.door.receive(&other).expect("a request");
    assert_eq!(request.abs_path, "/moved");
    w.door
        .respond(&other, request.id, &Reply::ok())
        .expect("an answer");
    client.read_response();
    w.door.close_queue(&other).expect("close");
}

fn ses_027_groups_of_one_queue_are_told_apart_by_context<D: Door>(w: &World<D>) {
    let groups: Vec<_> = (1..=3)
        .map(|number: u64| {
            let group = w.door.create_group(&w.session).expect("a group");
            w.door.bind(&group, &w.queue).expect("a binding");
            let url = w.url(&format!("/{number}/"));
            w.door.add_url(&group, &url, number).expect("a URL");
            group
        })
        .collect();
    for number in 1..=3 {
        let (_client, request) = w.received_get(&format!("/{number}/x"));
        assert_eq!(request.url_context, number);
    }
    drop(groups);
}

fn ses_028_closing_a_group_removes_its_urls<D: Door>(w: &World<D>) {
    let (group, queue) = w.another_group();
    let url = w.url("/mine/");
    w.door.add_url(&group, &url, 0).expect("a URL");
    assert_eq!(w.door.close_group(group), Ok(()));
    let (again, other) = w.another_group();
    assert_eq!(w.door.add_url(&again, &url, 0), Ok(()));
    w.door.close_queue(&queue).expect("close");
    w.door.close_queue(&other).expect("close");
}

fn ses_029_objects_close_in_the_documented_order<D: Door>(w: &World<D>) {
    let session = w.door.create_session().expect("a session");
    let group = w.door.create_group(&session).expect("a group");
    let queue = w.door.create_queue().expect("a queue");
    w.door.bind(&group, &queue).expect("a binding");
    let url = w.url("/ordered/");
    w.door.add_url(&group, &url, 0).expect("a URL");
    assert_eq!(w.door.remove_url(&group, &url), Ok(()));
    assert_eq!(w.door.close_group(group), Ok(()));
    assert_eq!(w.door.close_session(session), Ok(()));
    assert_eq!(w.door.close_queue(&queue), Ok(()));
}

fn c() -> World<CAbi> {
    World::new()
}

/// One process, one count: this test needs a process in which nobody else has initialised, which a
/// child of the test program gives.
#[test]
fn ses_001_ses_003_initialize_counts_and_comes_first() {
    const CHILD: &str = "HTTPSYS_TESTS_UNINITIALISED";
    let _watchdog = Watchdog::start();
    if std::env::var_os(CHILD).is_none() {
        let name = "session::ses_001_ses_003_initialize_counts_and_comes_first";
        let output = std::process::Command::new(std::env::args_os().next().expect("the test"))
            .args([name, "--exact", "--nocapture"])
            .env(CHILD, "1")
            .output()
            .expect("the child runs");
        let text = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{text}");
        return;
    }
    let mut buffer = RequestBuffer::new(REQUEST_V2 as usize);
    let uninitialised = |buffer: &mut RequestBuffer| {
        assert_eq!(raw::create_queue(V2, None, 0), Err(1114));
        assert_eq!(raw::create_http_handle(), Err(1114));
        assert_eq!(raw::create_session(V2), Err(1114));
        assert_eq!(
            raw::receive(Handle(8), 0, 0, buffer, REQUEST_V2, None),
            1114
        );
        assert_eq!(raw::read_body(Handle(8), 1, 0, &mut [0; 4], None), 1114);
        assert_eq!(raw::respond(Handle(8), 1, &Reply::ok(), None), 1114);
        assert_eq!(raw::cancel(Handle(8), 1), 1114);
        assert_eq!(raw::add_url(Handle(8), "http://localhost:1/"), 1114);
    };
    uninitialised(&mut buffer);
    assert_eq!(raw::initialize_as((1, 0), 1), 0);
    assert_eq!(raw::initialize_as((2, 0), 1), 0);
    let queue = raw::create_queue(V2, None, 0).expect("a queue");
    assert_eq!(raw::close_queue(queue), 0);
    assert_eq!(raw::terminate(1), 0);
    // One more is to come.
    let queue = raw::create_queue(V2, None, 0).expect("a queue");
    assert_eq!(raw::close_queue(queue), 0);
    assert_eq!(raw::terminate(1), 0);
    uninitialised(&mut buffer);
    // G-102: there is nothing left to end.
    assert_eq!(raw::terminate(1), 87);
}

#[test]
fn ses_002_unknown_initialize_flags_fail_with_87() {
    let _w = c();
    for flags in [0, 4, 0x8000_0001, 0xFFFF_FFFF] {
        assert_eq!(raw::initialize_as(V2, flags), 87, "{flags:#x}");
    }
    for flags in [1, 2, 3] {
        assert_eq!(raw::initialize_as(V2, flags), 0, "{flags:#x}");
        assert_eq!(raw::terminate(flags), 0, "{flags:#x}");
    }
}

/// The row says that the version is not used for v2 objects; G-101 what is accepted.
#[test]
fn ses_004_objects_carry_their_own_version() {
    let _w = c();
    assert_eq!(raw::initialize_as((1, 0), 1), 0);
    let queue = raw::create_queue(V2, None, 0).expect("a queue of version 2");
    let session = raw::create_session(V2).expect("a session of version 2");
    assert_eq!(raw::close_session(session), 0);
    assert_eq!(raw::close_queue(queue), 0);
    assert_eq!(raw::terminate(1), 0);
    for version in [(0, 0), (1, 1), (2, 1), (3, 0)] {
        assert_eq!(raw::initialize_as(version, 1), 1306, "{version:?}");
    }
}

#[test]
fn ses_005_a_session_without_a_place_for_its_id_fails_with_87() {
    let _w = c();
    for major in [1, 2] {
        let version = http::HTTPAPI_VERSION {
            HttpApiMajorVersion: major,
            HttpApiMinorVersion: 0,
        };
        // SAFETY: NULL is what the test is about.
        let code = unsafe { http::HttpCreateServerSession(version, ptr::null_mut(), 0) };
        assert_eq!(code, 87);
        let mut id = 7;
        // SAFETY: `id` outlives the call.
        let code = unsafe { http::HttpCreateServerSession(version, &raw mut id, 1) };
        assert_eq!((code, id), (87, 7), "a reserved parameter (G-103)");
    }
}

#[test]
fn ses_006_ses_007_ses_008_sessions_have_version_1_0_or_2_0() {
    let _w = c();
    for version in [(1, 1), (3, 0), (0, 0), (2, 1)] {
        assert_eq!(raw::create_session(version), Err(1306), "{version:?}");
    }
    for version in [(1, 0), (2, 0)] {
        let id = raw::create_session(version).expect("a session");
        assert_ne!(id, 0);
        assert_eq!(raw::close_session(id), 0);
    }
}

#[test]
fn ses_009_closing_a_session_that_is_none_fails_with_87() {
    let w = c();
    for id in [0xDEAD, 0, u64::MAX, w.group] {
        assert_eq!(raw::close_session(id), 87, "{id:#x}");
    }
    let id = raw::create_session(V2).expect("a session");
    assert_eq!(raw::close_session(id), 0);
    assert_eq!(raw::close_session(id), 87, "a second time");
}

#[test]
fn ses_010_ses_011_groups_need_a_session() {
    let w = c();
    for session in [0, 0xDEAD, w.group] {
        let mut id = 0xDEAD_BEEF;
        // SAFETY: `id` outlives the call.
        let code = unsafe { http::HttpCreateUrlGroup(session, &raw mut id, 0) };
        assert_eq!((code, id), (87, 0xDEAD_BEEF), "{session:#x}");
    }
    // SAFETY: NULL is what the test is about.
    let code = unsafe { http::HttpCreateUrlGroup(w.session, ptr::null_mut(), 0) };
    assert_eq!(code, 87);
    let id = raw::create_group(w.session).expect("a group");
    assert_ne!(id, 0);
    assert_eq!(raw::close_group(id), 0);
    assert_eq!(raw::close_group(id), 87);
}

#[test]
fn ses_012_groups_die_with_their_session() {
    let w = c();
    let session = raw::create_session(V2).expect("a session");
    let group = raw::create_group(session).expect("a group");
    let url = w.url("/dying/");
    assert_eq!(raw::add_url_to_group(group, &url, 0), 0);
    assert_eq!(raw::close_session(session), 0);
    assert_eq!(raw::close_group(group), 87);
    assert_eq!(raw::add_url_to_group(group, &w.url("/x/"), 0), 87);
    assert_eq!(
        raw::add_url_to_group(w.group, &url, 0),
        0,
        "its URL is free"
    );
}

#[test]
fn ses_014_a_handle_without_a_place_fails_with_87() {
    let _w = c();
    // SAFETY: NULL is what the test is about.
    let code = unsafe { http::HttpCreateHttpHandle(ptr::null_mut(), 0) };
    assert_eq!(code, 87);
    let version = http::HTTPAPI_VERSION {
        HttpApiMajorVersion: 2,
        HttpApiMinorVersion: 0,
    };
    // SAFETY: NULL is what the test is about.
    let code = unsafe {
        http::HttpCreateRequestQueue(version, ptr::null(), ptr::null(), 0, ptr::null_mut())
    };
    assert_eq!(code, 87);
}

#[test]
fn ses_015_shd_005_http_handles_differ_and_close_with_close_handle() {
    let _w = c();
    let one = raw::create_http_handle().expect("a handle");
    let two = raw::create_http_handle().expect("a handle");
    assert!(one != two && one != Handle::NULL && two != Handle::NULL);
    assert!(raw::close_handle(one));
    assert!(raw::close_handle(two));
    assert!(!raw::close_handle(one), "closed already");
}

/// The limit counts characters in behaviour.md and bytes in surface.md 1.4; the longer counts.
#[test]
fn ses_019_que_017_names_may_have_260_characters() {
    let _w = c();
    let longest = format!("{:x<260}", name("long"));
    let queue = raw::create_queue(V2, Some(&longest), 0).expect("260 characters");
    assert_eq!(raw::close_queue(queue), 0);
    let code = raw::create_queue(V2, Some(&(longest + "x")), 0);
    assert!(matches!(code, Err(87 | 123)), "{code:?}");
}

#[test]
fn ses_020_queues_have_version_2_0() {
    let _w = c();
    for version in [(1, 0), (1, 1), (3, 0), (0, 0), (2, 1)] {
        let made = raw::create_queue(version, None, 0);
        assert_eq!(made, Err(1306), "{version:?}");
    }
}

#[test]
fn ses_022_a_controller_cannot_receive_or_send() {
    let w = c();
    let controller = raw::create_queue(V2, Some(&name("controller")), 2).expect("a queue");
    let mut buffer = RequestBuffer::new(4096);
    assert_ne!(raw::receive(controller, 0, 0, &mut buffer, 4096, None), 0);
    let (_client, request) = w.received_get("/");
    assert_ne!(raw::respond(controller, request.id, &Reply::ok(), None), 0);
    assert_eq!(raw::close_queue(controller), 0);
}

/// surface.md 1.4.
#[test]
fn bad_combinations_of_queue_arguments_fail_with_87() {
    let _w = c();
    assert_eq!(raw::create_queue(V2, None, 1), Err(87), "open without name");
    let queue = raw::create_queue(V2, Some(&name("open")), 0).expect("a queue");
    let both = raw::create_queue(V2, Some(&name("open")), 1 | 2);
    assert_eq!(both, Err(87), "open as controller");
    assert_eq!(raw::create_queue(V2, None, 0x1000), Err(87), "a flag");
    assert_eq!(raw::close_queue(queue), 0);
}

/// The row's other half, that v1 and v2 objects are not mixed, is not shown here.
#[test]
fn ses_023_properties_of_a_v1_handle_fail_with_50() {
    let _w = c();
    let handle = raw::create_http_handle().expect("a handle");
    let length = 100_u32;
    let code = raw::set_queue_property(handle, http::HttpServerQueueLengthProperty, &length);
    assert_eq!(code, 50);
    assert!(raw::close_handle(handle));
}

/// G-104, G-105.
#[test]
fn bad_bindings_are_refused() {
    let w = c();
    let event = Overlapped::with_event().event();
    assert_eq!(raw::bind(w.group, Some(event)), 87, "not a queue");
    let queue = raw::create_queue(V2, None, 0).expect("a queue");
    assert_eq!(raw::close_queue(queue), 0);
    let code = raw::bind(w.group, Some(queue));
    assert!(matches!(code, 6 | 87), "{code}");
    assert_eq!(raw::bind(0xDEAD, Some(w.queue)), 87);
    let property = http::HttpServerBindingProperty;
    // SAFETY: NULL is what the test is about.
    let code = unsafe { http::HttpSetUrlGroupProperty(w.group, property, ptr::null(), 16) };
    assert_eq!(code, 87);
    let short = 0_u32;
    assert_eq!(raw::set_group_property(w.group, property, &short), 87);
    w.assert_serves();
}

/// 503 by the queue's verbosity is a reset, for Basic as for no queue (QUE-003).
#[test]
fn ses_026_a_group_without_queue_does_not_deliver() {
    let w = c();
    assert_eq!(raw::bind(w.group, None), 0);
    let mut client = w.connect();
    client.send(w.get("/x"));
    let answer = client.read_until_gone();
    let text = String::from_utf8_lossy(&answer);
    assert!(text.starts_with("HTTP/1.1 503 "), "{text:?}");
    assert_eq!(raw::bind(w.group, Some(w.queue)), 0);
    w.assert_serves();
}

/// v1 objects alone serve requests.
#[test]
fn hst_011_a_v1_handle_serves_with_context_0() {
    let w = World::<CAbi>::without_url();
    let handle = raw::create_http_handle().expect("a handle");
    assert_eq!(raw::add_url(handle, &w.url("/")), 0);
    let mut client = w.connect();
    client.send(w.get("/v1"));
    let mut buffer = RequestBuffer::new(4096);
    assert_eq!(raw::receive(handle, 0, 0, &mut buffer, 4096, None), 0);
    let request = buffer.received();
    assert_eq!((request.url_context, request.abs_path.as_str()), (0, "/v1"));
    assert_eq!(raw::respond(handle, request.id, &Reply::ok(), None), 0);
    assert_eq!(client.read_response().status(), 200);
    assert_eq!(raw::remove_url(handle, &w.url("/")), 0);
    assert!(raw::close_handle(handle));
}

#[test]
fn null_urls_fail_with_87() {
    let w = c();
    // SAFETY: NULL is what the test is about, in all four.
    unsafe {
        assert_eq!(http::HttpAddUrlToUrlGroup(w.group, ptr::null(), 0, 0), 87);
        assert_eq!(http::HttpRemoveUrlFromUrlGroup(w.group, ptr::null(), 0), 87);
        let queue = w.queue.raw();
        assert_eq!(http::HttpAddUrl(queue, ptr::null(), ptr::null()), 87);
        assert_eq!(http::HttpRemoveUrl(queue, ptr::null()), 87);
    }
    let url = wide(&w.url("/reserved/"));
    // SAFETY: the text is terminated and outlives the call.
    let code = unsafe { http::HttpAddUrlToUrlGroup(w.group, url.as_ptr(), 0, 1) };
    assert_eq!(code, 87, "a reserved parameter (G-103)");
}
