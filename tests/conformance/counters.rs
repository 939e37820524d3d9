//! The counters of URL groups and request queues, and the list of queues: docs/COUNTERS.md.
//!
//! The service of a process is shared by the tests that run in it, so only what belongs to a test's
//! own objects is compared here; the counters of a service of one's own are tested with the engine.

use httpapi::types::{
    HTTPSYS_SERVICE_COUNTERS, HttpsysRequestQueueCounters, HttpsysServiceCounters,
    HttpsysUrlGroupCounters,
};
use httpsys_tests::both_doors;
use httpsys_tests::client::Client;
use httpsys_tests::door::{CAbi, DISCONNECT, Door, Limits, Reply, State, Verbosity, World};
use httpsys_tests::door::{HTTPSYS_REQUEST_QUEUE_COUNTERS, HTTPSYS_URL_GROUP_COUNTERS};
use httpsys_tests::raw::{self, Handle, Text};
use httpsys_tests::thread;

both_doors![
    a_group_counts_requests_by_method_and_every_byte,
    a_group_counts_its_connections_and_the_most_that_there_were,
    bytes_belong_to_the_group_that_the_request_is_for,
    entity_bodies_in_both_directions_are_counted,
    connections_over_the_limit_are_attempts,
    requests_to_an_inactive_group_are_counted_and_reach_no_queue,
    a_full_queue_rejects_and_its_oldest_request_has_an_age,
    an_inactive_queue_rejects,
    a_request_whose_client_goes_away_in_the_queue_is_abandoned,
    the_service_s_own_100_continue_counts_as_sent,
    names_are_escaped_in_the_text_for_prometheus,
    the_state_lists_queues_with_handles_groups_and_urls,
    the_counters_of_a_closed_group_are_gone,
];

fn queue<D: Door>(w: &World<D>) -> HTTPSYS_REQUEST_QUEUE_COUNTERS {
    w.door.queue_counters(&w.queue).expect("its counters")
}

fn group<D: Door>(w: &World<D>) -> HTTPSYS_URL_GROUP_COUNTERS {
    w.door.group_counters(&w.group).expect("its counters")
}

/// Looks until it is so; the watchdog ends a test for which it never is.
fn until(mut holds: impl FnMut() -> bool) {
    while !holds() {
        thread::yield_now();
    }
}

/// Receives and answers; returns the bytes sent.
fn answer<D: Door>(w: &World<D>, reply: &Reply) -> u64 {
    let request = w.receive();
    w.respond(request.id, reply).expect("an answer")
}

fn a_group_counts_requests_by_method_and_every_byte<D: Door>(w: &World<D>) {
    assert_eq!(group(w), HTTPSYS_URL_GROUP_COUNTERS::default());
    let mut client = w.connect();
    let (mut sent, mut received) = (0, 0);
    for (n, verb) in ["GET", "HEAD", "POST", "get", "GET"]
        .into_iter()
        .enumerate()
    {
        let more = if verb == "POST" {
            "Content-Length: 0\r\n"
        } else {
            ""
        };
        let text = w.request(verb, "/count", more);
        client.send(&text);
        received += text.len() as u64;
        let head = Reply::ok().header("Content-Length", "3");
        let reply = if verb == "HEAD" {
            head
        } else {
            Reply::ok().chunk("abc")
        };
        sent += answer(w, &reply);
        let now = group(w);
        assert_eq!(now.AllRequests, n as u64 + 1);
        assert_eq!((now.BytesSentRate, now.BytesReceivedRate), (sent, received));
    }
    let now = group(w);
    assert_eq!(
        (now.GetRequests, now.HeadRequests),
        (2, 1),
        "methods are case-sensitive"
    );
    assert_eq!(now.BytesTransferredRate, sent + received);
    assert_eq!(group(w), now, "a look changes nothing");
    let queue = queue(w);
    assert_eq!((queue.ArrivalRate, queue.RejectedRequests), (5, 0));
    assert_eq!((queue.CurrentQueueSize, queue.MaxQueueItemAge), (0, 0));
}

fn a_group_counts_its_connections_and_the_most_that_there_were<D: Door>(w: &World<D>) {
    // One that sends nothing belongs to no group.
    let _silent = w.connect();
    let mut clients = Vec::new();
    for n in 1..=3 {
        let (mut client, request) = w.received_get("/");
        w.respond(request.id, &Reply::ok()).expect("an answer");
        client.read_response();
        clients.push(client);
        let now = group(w);
        assert_eq!((now.CurrentConnections, now.MaxConnections), (n, n));
        assert_eq!(now.ConnectionAttempts, n);
    }
    // A second request is no second connection.
    clients[0].send(w.get("/"));
    answer(w, &Reply::ok());
    drop(clients);
    until(|| group(w).CurrentConnections == 0);
    let now = group(w);
    assert_eq!((now.MaxConnections, now.ConnectionAttempts), (3, 3));
    let (_client, request) = w.received_get("/");
    w.respond(request.id, &Reply::ok()).expect("an answer");
    let now = group(w);
    assert_eq!((now.CurrentConnections, now.MaxConnections), (1, 3));
    assert_eq!(now.ConnectionAttempts, 4);
}

fn bytes_belong_to_the_group_that_the_request_is_for<D: Door>(w: &World<D>) {
    let (other, other_queue) = w.another_group();
    w.door.add_url(&other, &w.url("/other/"), 0).expect("a URL");
    let (first, second) = (w.get("/first"), w.get("/other/second-and-longer"));
    let third = w.get("/3");
    let mut client = w.connect();
    // Most likely in one read: the second waits in the connection while the first is answered.
    client.send([&*first, &*second, &*third].concat());
    let request = w.receive();
    assert_eq!(
        group(w).BytesReceivedRate,
        first.len() as u64,
        "not what waits behind it"
    );
    let reply = Reply::ok().chunk("1");
    let mut sent = w.respond(request.id, &reply).expect("an answer");
    assert_eq!(group(w).BytesReceivedRate, first.len() as u64);
    let request = w.door.receive(&other_queue).expect("a request");
    let reply = Reply::ok().chunk("twenty-two");
    let sent_by_other = w.door.respond(&other_queue, request.id, &reply);
    sent += answer(w, &Reply::ok().chunk("333").flags(DISCONNECT));
    client.read_to_end();
    let (own, other) = (
        group(w),
        w.door.group_counters(&other).expect("its counters"),
    );
    assert_eq!(own.BytesReceivedRate, (first.len() + third.len()) as u64);
    assert_eq!(other.BytesReceivedRate, second.len() as u64);
    assert_eq!(own.BytesSentRate, sent);
    assert_eq!(Ok(other.BytesSentRate), sent_by_other);
    assert_eq!((own.GetRequests, other.GetRequests), (2, 1));
    // The connection belonged to both, once to each.
    assert_eq!((own.ConnectionAttempts, other.ConnectionAttempts), (1, 1));
}

fn entity_bodies_in_both_directions_are_counted<D: Door>(w: &World<D>) {
    const LENGTH: usize = 300_000;
    let body = vec![b'b'; LENGTH];
    let head = w.request("POST", "/", &format!("Content-Length: {LENGTH}\r\n"));
    let chunked = w.request("PUT", "/", "Transfer-Encoding: chunked\r\n");
    let frame = format!("5\r\nhello\r\n{LENGTH:x}\r\n");
    let mut client = w.connect();
    let mut writer = client.writer();
    let expected = (head.len() + LENGTH + chunked.len() + frame.len() + LENGTH + 7) as u64;
    thread::scope(|scope| {
        scope.spawn(|| {
            use std::io::Write as _;
            let all = [
                head.as_bytes(),
                &body,
                chunked.as_bytes(),
                frame.as_bytes(),
                &body,
            ];
            writer.write_all(&all.concat()).expect("sent");
            writer.write_all(b"\r\n0\r\n\r\n").expect("sent");
        });
        let mut sent = 0;
        for length in [LENGTH, LENGTH + 5] {
            let request = w.receive();
            let mut buffer = vec![0; 100_000];
            let mut read = 0;
            while let Ok(n) = w.read_body(request.id, &mut buffer) {
                read += n;
            }
            assert_eq!(read, length);
            sent += w
                .respond(request.id, &Reply::ok().chunk(&body))
                .expect("an answer");
            assert_eq!(client.read_response().body.len(), LENGTH);
        }
        let now = group(w);
        assert_eq!((now.BytesSentRate, now.BytesReceivedRate), (sent, expected));
    });
}

fn connections_over_the_limit_are_attempts<D: Door>(w: &World<D>) {
    let limits = Limits::default().connections(1);
    w.door.set_group_limits(&w.group, limits).expect("a limit");
    let (_first, request) = w.received_get("/");
    let mut second = w.connect();
    second.send(w.request("HEAD", "/", ""));
    second.read_until_gone();
    let now = group(w);
    assert_eq!((now.CurrentConnections, now.MaxConnections), (1, 1));
    assert_eq!(now.ConnectionAttempts, 2);
    assert_eq!((now.AllRequests, now.HeadRequests), (2, 1));
    assert_eq!(queue(w).ArrivalRate, 1, "the queue never saw the second");
    w.respond(request.id, &Reply::ok()).expect("an answer");
}

fn requests_to_an_inactive_group_are_counted_and_reach_no_queue<D: Door>(w: &World<D>) {
    w.door
        .set_group_state(&w.group, State::Inactive)
        .expect("a state");
    let mut client = w.connect();
    client.send(w.get("/"));
    client.read_until_gone();
    let now = group(w);
    assert_eq!((now.AllRequests, now.GetRequests), (1, 1));
    assert_eq!(now.ConnectionAttempts, 0);
    assert_eq!(queue(w), HTTPSYS_REQUEST_QUEUE_COUNTERS::default());
}

fn a_full_queue_rejects_and_its_oldest_request_has_an_age<D: Door>(w: &World<D>) {
    w.door.set_queue_length(&w.queue, 10).expect("a length");
    w.door
        .set_verbosity(&w.queue, Verbosity::Full)
        .expect("a verbosity");
    let mut clients: Vec<Client> = Vec::new();
    for n in 1..=10 {
        let mut client = w.connect();
        client.send(w.get("/"));
        clients.push(client);
        until(|| queue(w).CurrentQueueSize == n);
        assert_eq!(queue(w).ArrivalRate, n);
    }
    for n in 1..=2 {
        let mut refused = w.connect();
        refused.send(w.get("/"));
        assert_eq!(refused.read_response().status(), 503);
        let now = queue(w);
        assert_eq!((now.ArrivalRate, now.CurrentQueueSize), (10 + n, 10));
        assert_eq!((now.RejectedRequests, now.RejectionRate), (n, n));
    }
    // Time goes on, and nobody receives.
    until(|| queue(w).MaxQueueItemAge > 0);
    for left in (0..10).rev() {
        answer(w, &Reply::ok());
        assert_eq!(queue(w).CurrentQueueSize, left);
    }
    let now = queue(w);
    assert_eq!((now.ArrivalRate, now.MaxQueueItemAge), (12, 0));
    assert_eq!((now.AbandonedRequests, now.CacheHitRate), (0, 0));
    assert_eq!(
        group(w).AllRequests,
        12,
        "the group counts rejected requests as well"
    );
}

fn an_inactive_queue_rejects<D: Door>(w: &World<D>) {
    w.door
        .set_queue_state(&w.queue, State::Inactive)
        .expect("a state");
    let mut client = w.connect();
    client.send(w.get("/"));
    client.read_until_gone();
    let now = queue(w);
    assert_eq!((now.ArrivalRate, now.RejectedRequests), (1, 1));
    assert_eq!(now.CurrentQueueSize, 0);
}

fn a_request_whose_client_goes_away_in_the_queue_is_abandoned<D: Door>(w: &World<D>) {
    let mut client = w.connect();
    client.send(w.get("/"));
    until(|| queue(w).CurrentQueueSize == 1);
    client.reset();
    until(|| queue(w).AbandonedRequests == 1);
    let now = queue(w);
    assert_eq!((now.ArrivalRate, now.CurrentQueueSize), (1, 0));
    assert_eq!(now.RejectedRequests, 0);
}

/// BDY-021.
fn the_service_s_own_100_continue_counts_as_sent<D: Door>(w: &World<D>) {
    let mut client = w.connect();
    let head = w.request("POST", "/", "Content-Length: 2\r\nExpect: 100-continue\r\n");
    client.send(&head);
    let request = w.receive();
    let mut buffer = [0; 8];
    thread::scope(|scope| {
        scope.spawn(|| {
            client.read_head();
            client.send("ok");
        });
        assert_eq!(w.read_body(request.id, &mut buffer), Ok(2));
    });
    let sent = w.respond(request.id, &Reply::ok()).expect("an answer");
    let interim = "HTTP/1.1 100 Continue\r\n\r\n".len() as u64;
    let now = group(w);
    assert_eq!(now.BytesSentRate, sent + interim);
    assert_eq!(now.BytesReceivedRate, head.len() as u64 + 2);
}

fn queue_name<D: Door>(what: &str) -> String {
    let door = std::any::type_name::<D>().replace(':', "");
    format!("counters-{}-{door}-{what}", std::process::id())
}

/// A name cannot have a backslash (SES-019); a URL's is tested with the text itself.
fn names_are_escaped_in_the_text_for_prometheus<D: Door>(w: &World<D>) {
    let name = queue_name::<D>("a \"queue\"\nof {ours}");
    let named = w.door.create_named_queue(&name).expect("a queue");
    w.door.bind(&w.group, &named).expect("a binding");
    let mut client = w.connect();
    client.send(w.get("/"));
    let request = w.door.receive(&named).expect("a request");
    w.door
        .respond(&named, request.id, &Reply::ok())
        .expect("an answer");
    let text = w.door.prometheus();
    let label = name.replace('"', "\\\"").replace('\n', "\\n");
    let lines: Vec<&str> = text.lines().filter(|line| line.contains(&label)).collect();
    assert_eq!(
        lines.len(),
        6,
        "a line for each counter of the queue: {lines:#?}"
    );
    let ends = format!("name=\"{label}\"}} 1");
    let arrivals = lines
        .iter()
        .filter(|line| line.ends_with(&ends))
        .collect::<Vec<_>>();
    assert_eq!(arrivals.len(), 1);
    assert!(arrivals[0].starts_with("httpsys_queue_arrivals_total{queue=\""));
    // The group's URL stands beside its id and its queue's.
    let id = w.door.group_id(&w.group);
    let url = format!("url=\"{}\"}} 1", w.url("/"));
    let info = format!("httpsys_url_group_info{{url_group=\"{id:016X}\",queue=\"");
    let found = text
        .lines()
        .any(|line| line.starts_with(&info) && line.ends_with(&url));
    assert!(found, "{text}");
    let gets = format!("httpsys_url_group_get_requests_total{{url_group=\"{id:016X}\"}} 1");
    assert!(text.lines().any(|line| line == gets), "{text}");
    w.door.close_queue(&named).expect("closed");
    assert!(
        !w.door.prometheus().contains(&label),
        "it went with the queue"
    );
}

fn the_state_lists_queues_with_handles_groups_and_urls<D: Door>(w: &World<D>) {
    let name = queue_name::<D>("state");
    let named = w.door.create_named_queue(&name).expect("a queue");
    let opened = w.door.open_queue(&name).expect("the same");
    w.door.set_queue_length(&named, 77).expect("a length");
    w.door
        .set_verbosity(&named, Verbosity::Limited)
        .expect("a verbosity");
    w.door
        .set_queue_state(&named, State::Inactive)
        .expect("a state");
    w.door.bind(&w.group, &named).expect("a binding");
    let described = |handles: u32| {
        let head = format!("Request queue name: {name}\n    Request queue ID: ");
        let text = w.door.service_state();
        let (_, own) = text.split_once(&head).expect("the queue");
        let (_, own) = own.split_once('\n').expect("the id's line");
        let group = w.door.group_id(&w.group);
        let expected = format!(
            "    Version: 2.0\n    State: Inactive\n    \
             Request queue 503 verbosity level: Limited\n    Max requests: 77\n    \
             Requests in the queue: 0\n    Number of open handles: {handles}\n    \
             URL groups:\n    URL group ID: {group:016X}\n        State: Active\n"
        );
        assert!(own.starts_with(&expected), "{own}");
        let urls = format!(
            "        Number of registered URLs: 1\n        Registered URLs:\n            {}\n",
            w.url("/")
        );
        assert!(own.contains(&urls), "{own}");
    };
    described(2);
    // One door closes the handle here, the other when it is dropped.
    let _ = w.door.close_queue(&opened);
    drop(opened);
    described(1);
    w.door.close_queue(&named).expect("closed");
    assert!(!w.door.service_state().contains(&name));
}

fn the_counters_of_a_closed_group_are_gone<D: Door>(w: &World<D>) {
    let (other, _queue) = w.another_group();
    assert_eq!(
        w.door.group_counters(&other),
        Ok(HTTPSYS_URL_GROUP_COUNTERS::default())
    );
    let id = format!("{:016X}", w.door.group_id(&other));
    assert!(w.door.prometheus().contains(&id));
    w.door.close_group(other).expect("closed");
    assert!(!w.door.prometheus().contains(&id));
}

/// What only C can say: kinds, sizes, NULL.
#[test]
fn the_arguments_of_the_c_functions_are_checked() {
    let w = World::<CAbi>::new();
    let mut counters = HTTPSYS_SERVICE_COUNTERS::default();
    let size = size_of::<HTTPSYS_SERVICE_COUNTERS>();
    let mut query = |set: i32, ids: (Handle, u64), length: usize| {
        let mut needed = 0;
        let code = raw::query_counters(set, ids, Some(&mut counters), length, Some(&mut needed));
        (code, needed as usize)
    };
    let (nothing, group, queue) = ((Handle::NULL, 0), (Handle::NULL, w.group), (w.queue, 0));
    assert_eq!(query(HttpsysServiceCounters, nothing, size), (0, size));
    assert_eq!(
        query(HttpsysServiceCounters, nothing, size - 1),
        (234, size)
    );
    assert_eq!(query(HttpsysServiceCounters, nothing, 0), (234, size));
    let of_group = size_of::<HTTPSYS_URL_GROUP_COUNTERS>();
    assert_eq!(query(HttpsysUrlGroupCounters, group, size), (0, of_group));
    let of_queue = size_of::<HTTPSYS_REQUEST_QUEUE_COUNTERS>();
    assert_eq!(
        query(HttpsysRequestQueueCounters, queue, of_queue),
        (0, of_queue)
    );
    for (set, ids) in [
        (0, nothing),
        (4, nothing),
        (HttpsysServiceCounters, group),
        (HttpsysServiceCounters, queue),
        (HttpsysUrlGroupCounters, nothing),
        (HttpsysUrlGroupCounters, (w.queue, w.group)),
        (HttpsysRequestQueueCounters, nothing),
        (HttpsysRequestQueueCounters, (w.queue, w.group)),
        (HttpsysRequestQueueCounters, (Handle(0x1234_5678), 0)),
    ] {
        assert_eq!(query(set, ids, size), (87, 0), "{set} {ids:?}");
    }
    let none = None::<&mut HTTPSYS_SERVICE_COUNTERS>;
    let code = raw::query_counters(HttpsysServiceCounters, nothing, none, 0, None);
    assert_eq!(code, 87);
    let closed = raw::create_queue(raw::V2, None, 0).expect("a queue");
    assert_eq!(raw::close_queue(closed), 0);
    assert_eq!(
        query(HttpsysRequestQueueCounters, (closed, 0), size),
        (6, 0)
    );
}

#[test]
fn the_texts_say_how_much_room_they_need() {
    let _w = World::<CAbi>::new();
    for which in [Text::Prometheus, Text::ServiceState] {
        assert_eq!(raw::write_text(which, None, None), 87);
        let mut needed = 0;
        assert_eq!(
            raw::write_text_to(which, std::ptr::null_mut(), 1, Some(&mut needed)),
            87
        );
        assert_eq!(raw::write_text(which, None, Some(&mut needed)), 234);
        assert!(needed > 100);
        // Too small: nothing is written, however much would fit.
        let mut small = [0xAA; 64];
        assert_eq!(
            raw::write_text(which, Some(&mut small), Some(&mut needed)),
            234
        );
        assert_eq!(small, [0xAA; 64]);
        let text = raw::text(which);
        assert!(text.ends_with('\n') && !text.contains('\0'));
    }
}
