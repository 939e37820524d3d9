//! Several handles of one named queue: what each may do, and what its shutdown and its end do to the
//! others. Areas SHD, SES and QUE, row RCV-014, gaps G-032, G-075, G-076.
//!
//! Documented for processes that share a queue; handles of one process stand for them here.

use std::sync::atomic::{AtomicBool, Ordering};

use httpsys_tests::both_doors;
use httpsys_tests::client::Client;
use httpsys_tests::door::{CAbi, Door, Received, Reply, World};
use httpsys_tests::overlapped::{Overlapped, leaked_buffer};
use httpsys_tests::raw::{self, Handle, REQUEST_V2, RequestBuffer, V2};
use httpsys_tests::thread;
use windows_sys::Win32::Networking::HttpServer as http;

both_doors![
    shd_012_another_handle_keeps_receiving_after_a_shutdown,
    shd_012_requests_nobody_took_go_to_another_handle,
    shd_003_what_a_shut_handle_received_is_answered_through_it,
    g_076_what_nobody_took_is_held_for_a_handle_that_comes_later,
    shd_007_shd_011_closing_an_opened_handle_breaks_off_what_it_received,
    shd_011_a_closed_handle_takes_its_waiting_receives_along,
    ses_033_a_group_that_an_opener_binds_serves_creator_and_opener,
    ses_033_a_binding_through_an_opener_outlives_its_handle,
    shd_012_no_request_is_lost_while_handles_come_and_go,
];

/// A named queue with its creator's handle and one that has opened it; `/` of the world goes there.
struct Shared<D: Door> {
    creator: D::Queue,
    opened: D::Queue,
    name: String,
}

impl<D: Door> Shared<D> {
    fn new(w: &World<D>, what: &str) -> Shared<D> {
        let door = std::any::type_name::<D>().replace(':', "-");
        let name = format!("test-{}-{what}-{door}", std::process::id());
        let creator = w.door.create_named_queue(&name).expect("a queue");
        let opened = w.door.open_queue(&name).expect("the same queue");
        w.door.bind(&w.group, &creator).expect("a binding");
        Shared {
            creator,
            opened,
            name,
        }
    }
}

/// A request that is received through `queue`.
fn received<D: Door>(w: &World<D>, queue: &D::Queue, path: &str) -> (Client, Received) {
    let mut client = w.connect();
    client.send(w.get(path));
    let request = w.door.receive(queue).expect("a request");
    assert_eq!(request.abs_path, path);
    (client, request)
}

fn answer<D: Door>(w: &World<D>, queue: &D::Queue, client: &mut Client, request: &Received) {
    let reply = Reply::ok().chunk("done");
    w.door
        .respond(queue, request.id, &reply)
        .expect("an answer");
    assert_eq!(client.read_response().body, b"done");
}

fn shd_012_another_handle_keeps_receiving_after_a_shutdown<D: Door>(w: &World<D>) {
    let shared = Shared::new(w, "keeps");
    thread::scope(|scope| {
        let keeps = scope.spawn(|| w.door.receive(&shared.creator).expect("a request"));
        let ends = scope.spawn(|| w.door.receive(&shared.opened).err());
        w.door.shutdown_queue(&shared.opened).expect("shutdown");
        let code = ends.join().expect("the receiver");
        // 6 if the shutdown came before the receive.
        assert!(matches!(code, Some(995 | 6)), "{code:?}");
        let mut client = w.connect();
        client.send(w.get("/late"));
        let request = keeps.join().expect("the receiver");
        answer(w, &shared.creator, &mut client, &request);
    });
    assert_eq!(w.door.receive(&shared.opened).err(), Some(6), "G-075");
    assert_eq!(w.door.shutdown_queue(&shared.opened), Ok(()), "twice");
    let (mut client, request) = received(w, &shared.creator, "/again");
    answer(w, &shared.creator, &mut client, &request);
}

fn shd_012_requests_nobody_took_go_to_another_handle<D: Door>(w: &World<D>) {
    let shared = Shared::new(w, "queued");
    let mut clients = [w.connect(), w.connect()];
    for client in &mut clients {
        client.send(w.get("/queued"));
    }
    // A third one is received through the handle that ends: the service has read.
    let (mut client, request) = {
        let mut client = w.connect();
        client.send(w.get("/queued"));
        (client, w.door.receive(&shared.creator).expect("a request"))
    };
    w.door.shutdown_queue(&shared.creator).expect("shutdown");
    assert_eq!(w.door.receive(&shared.creator).err(), Some(6));
    let others = [0, 1].map(|_| w.door.receive(&shared.opened).expect("a request"));
    for other in &others {
        w.door
            .respond(&shared.opened, other.id, &Reply::ok())
            .expect("an answer");
    }
    w.door
        .respond(&shared.creator, request.id, &Reply::ok())
        .expect("an answer");
    for client in clients.iter_mut().chain([&mut client]) {
        assert_eq!(client.read_response().status(), 200);
    }
}

fn shd_003_what_a_shut_handle_received_is_answered_through_it<D: Door>(w: &World<D>) {
    let shared = Shared::new(w, "answers");
    let (mut client, request) = received(w, &shared.opened, "/x");
    w.door.shutdown_queue(&shared.opened).expect("shutdown");
    answer(w, &shared.opened, &mut client, &request);
}

/// Documented: until "another process that is not a controller" is there.
fn g_076_what_nobody_took_is_held_for_a_handle_that_comes_later<D: Door>(w: &World<D>) {
    let shared = Shared::new(w, "held");
    w.door.shutdown_queue(&shared.opened).expect("shutdown");
    w.door.shutdown_queue(&shared.creator).expect("shutdown");
    let mut client = w.connect();
    client.send(w.get("/held"));
    let later = w.door.open_queue(&shared.name).expect("it is there");
    let request = w.door.receive(&later).expect("a request");
    answer(w, &later, &mut client, &request);
}

fn shd_007_shd_011_closing_an_opened_handle_breaks_off_what_it_received<D: Door>(w: &World<D>) {
    let shared = Shared::new(w, "closes");
    let (mut its, _) = received(w, &shared.opened, "/its");
    let (mut kept, request) = received(w, &shared.creator, "/kept");
    assert_eq!(w.door.close_queue(&shared.opened), Ok(()));
    its.expect_reset();
    answer(w, &shared.creator, &mut kept, &request);
    assert_eq!(w.door.receive(&shared.opened).err(), Some(6));
    let (mut client, request) = received(w, &shared.creator, "/next");
    answer(w, &shared.creator, &mut client, &request);
    // The name is there still, and so is the queue.
    let again = w.door.open_queue(&shared.name).expect("the queue");
    let (mut client, request) = received(w, &again, "/again");
    answer(w, &again, &mut client, &request);
}

fn shd_011_a_closed_handle_takes_its_waiting_receives_along<D: Door>(w: &World<D>) {
    let shared = Shared::new(w, "waits");
    thread::scope(|scope| {
        let ends = scope.spawn(|| w.door.receive(&shared.opened).err());
        w.door.close_queue(&shared.opened).expect("close");
        let code = ends.join().expect("the receiver");
        assert!(matches!(code, Some(995 | 6)), "{code:?}");
    });
    let (mut client, request) = received(w, &shared.creator, "/other");
    answer(w, &shared.creator, &mut client, &request);
}

/// F7 of the field reports: programs attach to a queue and bring their own URLs.
fn ses_033_a_group_that_an_opener_binds_serves_creator_and_opener<D: Door>(w: &World<D>) {
    let shared = Shared::new(w, "binds");
    let group = w.door.create_group(&w.session).expect("a group");
    assert_eq!(w.door.bind(&group, &shared.opened), Ok(()));
    let url = w.url("/attached/");
    assert_eq!(w.door.add_url(&group, &url, 0x42), Ok(()));
    for queue in [&shared.opened, &shared.creator] {
        let (mut client, request) = received(w, queue, "/attached/x");
        assert_eq!(request.url_context, 0x42);
        answer(w, queue, &mut client, &request);
    }
    assert_eq!(
        w.door.find_url_group(&shared.opened, &url),
        Ok(w.door.group_id(&group))
    );
    w.door.close_group(group).expect("close");
}

fn ses_033_a_binding_through_an_opener_outlives_its_handle<D: Door>(w: &World<D>) {
    let shared = Shared::new(w, "binds-and-leaves");
    let group = w.door.create_group(&w.session).expect("a group");
    assert_eq!(w.door.bind(&group, &shared.opened), Ok(()));
    assert_eq!(w.door.add_url(&group, &w.url("/left/"), 0), Ok(()));
    w.door.close_queue(&shared.opened).expect("close");
    let (mut client, request) = received(w, &shared.creator, "/left/x");
    answer(w, &shared.creator, &mut client, &request);
    w.door.close_group(group).expect("close");
}

/// Workers open a handle, serve through it until somebody shuts it down, and close it; clients get
/// an answer to each request all the while.
fn shd_012_no_request_is_lost_while_handles_come_and_go<D: Door>(w: &World<D>) {
    const CLIENTS: usize = 3;
    const REQUESTS: usize = 200;
    let shared = Shared::new(w, "come-and-go");
    let over = AtomicBool::new(false);
    let (tell, handles) = httpsys_tests::sync::channel::<D::Queue>();
    thread::scope(|scope| {
        for _ in 0..3 {
            let (tell, over, name) = (tell.clone(), &over, &shared.name);
            scope.spawn(move || {
                while !over.load(Ordering::SeqCst) {
                    let queue = w.door.open_queue(name).expect("the queue");
                    tell.send(queue.clone()).expect("the other thread");
                    let code = loop {
                        match w.door.receive(&queue) {
                            Ok(request) => {
                                let reply = Reply::ok().chunk(&request.abs_path);
                                let answered = w.door.respond(&queue, request.id, &reply);
                                answered.expect("an answer");
                            }
                            Err(code) => break code,
                        }
                    };
                    assert!(matches!(code, 6 | 995), "{code}");
                    w.door.close_queue(&queue).expect("close");
                }
            });
        }
        drop(tell);
        scope.spawn(|| {
            for queue in handles {
                // 6: its worker has closed it.
                let _ = w.door.shutdown_queue(&queue);
            }
        });
        let clients: Vec<_> = (0..CLIENTS)
            .map(|number| {
                scope.spawn(move || {
                    let mut client = w.connect();
                    for request in 0..REQUESTS {
                        let path = format!("/{number}/{request}");
                        client.send(w.get(&path));
                        assert_eq!(client.read_response().body, path.as_bytes());
                    }
                })
            })
            .collect();
        let ends: Vec<_> = clients.into_iter().map(|it| it.join()).collect();
        over.store(true, Ordering::SeqCst);
        assert!(ends.iter().all(Result::is_ok));
    });
}

/// A receive with a buffer for the structure only: 234, and the id.
fn receive_id(queue: Handle) -> u64 {
    let mut buffer = RequestBuffer::new(REQUEST_V2 as usize);
    let code = raw::receive(queue, 0, 0, &mut buffer, REQUEST_V2, None);
    assert_eq!(code, 234);
    buffer.request().Base.RequestId
}

fn retrieve(queue: Handle, id: u64) -> u32 {
    let mut buffer = RequestBuffer::new(4096);
    raw::receive(queue, id, 0, &mut buffer, 4096, None)
}

#[test]
fn rcv_014_an_id_that_another_handle_has_fails_with_87() {
    let w = World::<CAbi>::new();
    let shared = Shared::new(&w, "steals");
    let mut client = w.connect();
    client.send(w.get("/"));
    let id = receive_id(shared.opened);
    assert_eq!(retrieve(shared.creator, id), 87);
    assert_eq!(retrieve(shared.opened, id), 0);
    assert_eq!(retrieve(shared.creator, id), 87);
    // RCV-023, for the handle that has it.
    assert_eq!(retrieve(shared.opened, id), 38);
    // G-032: answered and cancelled it may be by both.
    assert_eq!(raw::respond(shared.creator, id, &Reply::ok(), None), 0);
    assert_eq!(client.read_response().status(), 200);
    assert_eq!(retrieve(shared.creator, id), 1229);
}

/// The row's "returned", and RCV-014 as a program meets it.
#[test]
fn shd_001_rcv_014_a_request_bound_to_a_shut_handle_is_returned() {
    let w = World::<CAbi>::new();
    let shared = Shared::new(&w, "returns");
    let (mut first, mut second) = (w.connect(), w.connect());
    first.send(w.get("/bound"));
    let bound = receive_id(shared.opened);
    second.send(w.get("/begun"));
    let begun = receive_id(shared.opened);
    let head = Reply::ok()
        .header("Content-Length", "1")
        .flags(httpsys_tests::door::MORE_DATA);
    assert_eq!(raw::respond(shared.opened, begun, &head, None), 0);
    assert_eq!(raw::shutdown_queue(shared.opened), 0);
    let request = w.door.receive(&shared.creator).expect("the request");
    assert_eq!((request.id, request.abs_path.as_str()), (bound, "/bound"));
    assert_eq!(retrieve(shared.opened, bound), 87);
    answer(&w, &shared.creator, &mut first, &request);
    // What the program works on already stays with it (SHD-003).
    assert_eq!(raw::send_body(shared.opened, begun, 0, &[b"x"], None), 0);
    assert_eq!(second.read_response().body, b"x");
}

/// G-076: without another handle the program goes on where it was.
#[test]
fn a_request_bound_to_the_only_handle_stays_bound_after_the_shutdown() {
    let w = World::<CAbi>::new();
    let mut client = w.connect();
    client.send(w.get("/"));
    let id = receive_id(w.queue);
    assert_eq!(raw::shutdown_queue(w.queue), 0);
    assert_eq!(retrieve(w.queue, id), 0);
    assert_eq!(raw::respond(w.queue, id, &Reply::ok(), None), 0);
    assert_eq!(client.read_response().status(), 200);
}

#[test]
fn shd_012_dsc_009_pending_calls_of_other_handles_stay_pending() {
    let w = World::<CAbi>::new();
    let shared = Shared::new(&w, "pending");
    let (client, request) = received(&w, &shared.creator, "/");
    let waits = [shared.creator, shared.opened].map(|queue| {
        let wait = Overlapped::with_event();
        let code = wait.wait_for_disconnect(queue, request.connection_id);
        assert_eq!(code, 997);
        wait
    });
    let receives = [shared.creator, shared.opened].map(|queue| {
        let receive = Overlapped::with_event();
        let (buffer, _) = leaked_buffer(4096);
        assert_eq!(receive.receive(queue, 0, 0, buffer, None), 997);
        receive
    });
    assert_eq!(raw::shutdown_queue(shared.opened), 0);
    assert_eq!(waits[1].wait_result(shared.opened), Err(995));
    assert_eq!(receives[1].wait_result(shared.opened), Err(995));
    assert_eq!(waits[0].result(shared.creator), Err(996));
    assert_eq!(receives[0].result(shared.creator), Err(996));
    client.reset();
    assert_eq!(waits[0].wait_result(shared.creator), Ok(0));
    // A wait that begins through the shut handle is refused, through the other not.
    let (_client, request) = {
        let mut client = w.connect();
        client.send(w.get("/"));
        (client, receives[0].wait_result(shared.creator))
    };
    assert!(request.is_ok());
    assert_eq!(raw::wait_for_disconnect(shared.opened, 1), 6);
    assert_eq!(raw::wait_for_disconnect(shared.creator, 1), 1229);
}

/// An operation is cancelled through the handle it was issued on.
#[test]
fn cancel_io_is_about_the_handle() {
    let w = World::<CAbi>::new();
    let shared = Shared::new(&w, "cancels");
    let receive = Overlapped::with_event();
    let (buffer, _) = leaked_buffer(4096);
    assert_eq!(receive.receive(shared.opened, 0, 0, buffer, None), 997);
    assert_eq!(receive.cancel(shared.creator), Err(1168));
    assert_eq!(receive.result(shared.opened), Err(996));
    assert_eq!(receive.cancel(shared.opened), Ok(()));
    assert_eq!(receive.wait_result(shared.opened), Err(995));
}

/// The codes of the calls on requests for a handle; 1229 where the handle may make them.
fn codes_on_requests(queue: Handle) -> [u32; 7] {
    let stream_error = http::HTTP_REQUEST_PROPERTY_STREAM_ERROR { ErrorCode: 1 };
    // SAFETY: the structure outlives the call.
    let set = unsafe {
        http::HttpSetRequestProperty(
            queue.raw(),
            1,
            http::HttpRequestPropertyStreamError,
            (&raw const stream_error).cast(),
            size_of_val(&stream_error) as u32,
            std::ptr::null(),
        )
    };
    [
        retrieve(queue, 1),
        raw::read_body(queue, 1, 0, &mut [0; 4], None),
        raw::respond(queue, 1, &Reply::ok(), None),
        raw::send_body(queue, 1, 0, &[b"x"], None),
        raw::cancel(queue, 1),
        raw::wait_for_disconnect(queue, 1),
        set,
    ]
}

/// Binding, setting a property, asking for it, HttpAddUrl, HttpRemoveUrl, HttpWaitForDemandStart.
fn codes_on_the_queue(w: &World<CAbi>, queue: Handle) -> [u32; 6] {
    let group = raw::create_group(w.session).expect("a group");
    let length = http::HttpServerQueueLengthProperty;
    let url = w.url("/added/");
    let overlapped = Overlapped::with_event();
    // SAFETY: the structure is there until the wait has ended.
    let wait = || unsafe { http::HttpWaitForDemandStart(queue.raw(), overlapped.pointer()) };
    let codes = [
        raw::bind(group, Some(queue)),
        raw::set_queue_property(queue, length, &100_u32),
        raw::query_into(&raw::queue_query(queue, length), 0, 4).0,
        raw::add_url(queue, &url),
        raw::remove_url(queue, &url),
        wait(),
    ];
    if codes[5] == 997 {
        assert_eq!(overlapped.cancel(queue), Ok(()));
        assert_eq!(overlapped.wait_result(queue), Err(995));
    }
    assert_eq!(raw::close_group(group), 0);
    codes
}

#[test]
fn ses_022_ses_023_ses_032_ses_033_que_010_que_013_rights_of_each_kind_of_handle() {
    let w = World::<CAbi>::new();
    let name = |what: &str| format!("test-{}-rights-{what}", std::process::id());
    let creator = raw::create_queue(V2, Some(&name("creator")), 0).expect("a queue");
    let opened = raw::create_queue(V2, Some(&name("creator")), 1).expect("the same");
    let controller = raw::create_queue(V2, Some(&name("controller")), 2).expect("a queue");
    let worker = raw::create_queue(V2, Some(&name("controller")), 1).expect("the same");
    let version_1 = raw::create_http_handle().expect("a handle");
    for queue in [creator, opened, worker, version_1] {
        assert_eq!(codes_on_requests(queue), [1229; 7]);
    }
    assert_eq!(codes_on_requests(controller), [5; 7]);
    let mut buffer = RequestBuffer::new(4096);
    let code = raw::receive(controller, 0, 0, &mut buffer, 4096, None);
    assert_eq!(code, 5, "the next request");
    for (queue, codes) in [
        (creator, [0, 0, 0, 87, 87, 1343]),
        (controller, [0, 0, 0, 87, 87, 997]),
        (opened, [0, 87, 0, 87, 87, 1343]),
        (worker, [0, 87, 0, 87, 87, 1343]),
        (version_1, [87, 50, 50, 0, 0, 1343]),
    ] {
        assert_eq!(codes_on_the_queue(&w, queue), codes);
    }
    for queue in [opened, worker, creator, controller, version_1] {
        assert_eq!(raw::shutdown_queue(queue), 0);
        assert_eq!(raw::close_queue(queue), 0);
    }
}

/// An empty access list lets nobody in, also not the program that made it (assumed).
#[test]
fn ses_021_a_queue_whose_security_attributes_deny_cannot_be_opened() {
    let w = World::<CAbi>::new();
    let name = |what: &str| format!("test-{}-secured-{what}", std::process::id());
    // SE_SELF_RELATIVE with SE_DACL_PRESENT: no list, and an empty one.
    let mut without = [0_u32; 7];
    without[0] = u32::from_le_bytes([1, 0, 0x04, 0x80]);
    let mut empty = without;
    empty[4] = 20;
    empty[5] = u32::from_le_bytes([2, 0, 8, 0]);
    for (what, descriptor, expected) in [
        ("absent", None, Ok(())),
        ("null", Some(&without), Ok(())),
        ("empty", Some(&empty), Err(5)),
    ] {
        let name = name(what);
        let creator = raw::create_secured_queue(&name, descriptor).expect("a queue");
        let opened = raw::create_queue(V2, Some(&name), 1);
        assert_eq!(
            opened.map(raw::close_queue).map(|code| assert_eq!(code, 0)),
            expected
        );
        assert_eq!(raw::create_queue(V2, Some(&name), 0), Err(183), "SES-017");
        assert_eq!(raw::close_queue(creator), 0);
    }
    let mut bad = empty;
    bad[0] = 2;
    let made = raw::create_secured_queue(&name("bad"), Some(&bad));
    assert_eq!(made, Err(87));
    w.assert_serves();
}
