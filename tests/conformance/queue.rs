//! Named queues, properties, limits and the 503 handling: area QUE, RTE-014.

use httpsys_tests::both_doors;
use httpsys_tests::client::Client;
use httpsys_tests::door::{Door, Limits, Reply, State, Verbosity, World};
use httpsys_tests::error_page::UNAVAILABLE;
use httpsys_tests::thread;

both_doors![
    que_010_rte_014_an_attached_handle_receives_and_sends,
    a_queue_takes_ten_requests_that_nobody_receives,
    que_001_the_queue_length_is_10_to_65535,
    que_002_que_003_over_the_queue_length_basic_verbosity_breaks_off,
    que_002_que_004_over_the_queue_length_limited_verbosity_says_503,
    que_002_que_005_err_015_over_the_queue_length_full_verbosity_says_all,
    que_007_a_connection_limit_of_minus_1_is_no_limit,
    que_008_a_disabled_group_or_session_answers_503,
    an_inactive_queue_refuses_by_its_verbosity_and_what_was_taken_goes_on,
    a_refused_request_with_a_body_still_gets_its_503,
    que_009_ses_032_an_attached_handle_may_not_set_properties,
];

fn name(what: &str) -> String {
    format!("test-{}-{what}", std::process::id())
}

/// G-032: either handle may answer.
fn que_010_rte_014_an_attached_handle_receives_and_sends<D: Door>(w: &World<D>) {
    let name = name(&std::any::type_name::<D>().replace(':', ""));
    let creator = w.door.create_named_queue(&name).expect("a queue");
    let attached = w.door.open_queue(&name).expect("the same queue");
    let group = w.door.create_group(&w.session).expect("a group");
    w.door.bind(&group, &creator).expect("a binding");
    w.door.add_url(&group, &w.url("/named/"), 0).expect("a URL");
    let mut client = w.connect();
    for (receiver, answerer) in [
        (&attached, &attached),
        (&creator, &attached),
        (&attached, &creator),
    ] {
        client.send(w.get("/named/x"));
        let request = w.door.receive(receiver).expect("a request");
        w.door
            .respond(answerer, request.id, &Reply::ok().chunk("y"))
            .expect("an answer");
        assert_eq!(client.read_response().body, b"y");
    }
    // Each request goes to one receive.
    thread::scope(|scope| {
        let receivers = [&creator, &attached]
            .map(|queue| scope.spawn(|| w.door.receive(queue).expect("a request").abs_path));
        let mut second = w.connect();
        client.send(w.get("/named/1"));
        second.send(w.get("/named/2"));
        let mut paths = receivers.map(|it| it.join().expect("a receiver"));
        paths.sort();
        assert_eq!(paths, ["/named/1", "/named/2"]);
    });
    w.door.close_queue(&creator).expect("close");
}

fn a_queue_takes_ten_requests_that_nobody_receives<D: Door>(w: &World<D>) {
    let mut clients: Vec<_> = (0..10).map(|_| w.connect()).collect();
    for client in &mut clients {
        client.send(w.get("/"));
    }
    for _ in 0..10 {
        let request = w.receive();
        w.respond(request.id, &Reply::ok().chunk("ok"))
            .expect("an answer");
    }
    for client in &mut clients {
        assert_eq!(client.read_response().body, b"ok");
    }
}

/// G-082.
fn que_001_the_queue_length_is_10_to_65535<D: Door>(w: &World<D>) {
    assert_eq!(w.door.queue_length(&w.queue), Ok(1000), "the default");
    for length in [10, 1000, 65_535] {
        assert_eq!(w.door.set_queue_length(&w.queue, length), Ok(()));
        assert_eq!(w.door.queue_length(&w.queue), Ok(length));
    }
    for length in [0, 9, 65_536, u32::MAX] {
        let set = w.door.set_queue_length(&w.queue, length);
        assert_eq!(set, Err(87), "{length}");
    }
    assert_eq!(w.door.queue_length(&w.queue), Ok(65_535));
}

/// The order in which eleven connections are read is not fixed: one of them is refused, and ten
/// requests are there.
fn one_of_eleven_is_refused<D: Door>(w: &World<D>) -> Vec<u8> {
    w.door.set_queue_length(&w.queue, 10).expect("a length");
    let clients: Vec<_> = (0..11)
        .map(|_| {
            let mut client = w.connect();
            client.send(w.get("/fill"));
            client
        })
        .collect();
    let (sender, answers) = httpsys_tests::sync::channel();
    thread::scope(|scope| {
        for mut client in clients {
            let sender = sender.clone();
            scope.spawn(move || sender.send(client.read_until_gone()));
        }
        let refused = answers.recv_timeout(httpsys_tests::PATIENCE);
        for _ in 0..10 {
            let request = w.receive();
            let reply = Reply::ok().flags(httpsys_tests::door::DISCONNECT);
            w.respond(request.id, &reply).expect("an answer");
        }
        refused.expect("one is refused")
    })
}

fn set_verbosity<D: Door>(w: &World<D>, verbosity: Verbosity) {
    assert_eq!(w.door.set_verbosity(&w.queue, verbosity), Ok(()));
}

fn que_002_que_003_over_the_queue_length_basic_verbosity_breaks_off<D: Door>(w: &World<D>) {
    assert_eq!(one_of_eleven_is_refused(w), b"");
}

fn que_002_que_004_over_the_queue_length_limited_verbosity_says_503<D: Door>(w: &World<D>) {
    set_verbosity(w, Verbosity::Limited);
    let answer = String::from_utf8(one_of_eleven_is_refused(w)).expect("text");
    assert!(
        answer.starts_with("HTTP/1.1 503 Service Unavailable\r\n"),
        "{answer:?}"
    );
    // G-005.
    assert!(answer.ends_with("Content-Length: 0\r\n\r\n"), "{answer:?}");
}

fn que_002_que_005_err_015_over_the_queue_length_full_verbosity_says_all<D: Door>(w: &World<D>) {
    set_verbosity(w, Verbosity::Full);
    let answer = one_of_eleven_is_refused(w);
    assert_eq!(
        httpsys_tests::client::mask_date(&answer),
        UNAVAILABLE.answer()
    );
}

fn limit_connections<D: Door>(w: &World<D>, limit: u32) {
    let limits = Limits::default().connections(limit);
    assert_eq!(w.door.set_group_limits(&w.group, limits), Ok(()));
    let stored = w.door.group_limits(&w.group);
    assert_eq!(stored.map(|limits| limits.connections), Ok(Some(limit)));
}

fn que_007_a_connection_limit_of_minus_1_is_no_limit<D: Door>(w: &World<D>) {
    limit_connections(w, u32::MAX);
    let all: Vec<_> = (0..20).map(|_| w.received_get("/")).collect();
    assert_eq!(all.len(), 20);
}

/// A request on a new connection, and all that comes back.
fn refused<D: Door>(w: &World<D>) -> Vec<u8> {
    let mut client = w.connect();
    client.send(w.get("/"));
    client.read_until_gone()
}

fn is_503(answer: &[u8]) -> bool {
    answer.starts_with(b"HTTP/1.1 503 Service Unavailable\r\n")
}

fn que_008_a_disabled_group_or_session_answers_503<D: Door>(w: &World<D>) {
    let door = &w.door;
    set_verbosity(w, Verbosity::Limited);
    // A connection from before feels it as well.
    let (mut kept, request) = w.received_get("/");
    assert_eq!(door.group_state(&w.group), Ok(State::Active));
    assert_eq!(door.set_group_state(&w.group, State::Inactive), Ok(()));
    assert_eq!(door.group_state(&w.group), Ok(State::Inactive));
    assert!(is_503(&refused(w)));
    w.respond(request.id, &Reply::ok()).expect("it was taken");
    assert_eq!(kept.read_response().status(), 200);
    kept.send(w.get("/"));
    assert!(is_503(&kept.read_until_gone()));
    assert_eq!(door.set_group_state(&w.group, State::Active), Ok(()));
    w.assert_serves();
    assert_eq!(door.set_session_state(&w.session, State::Inactive), Ok(()));
    assert!(is_503(&refused(w)));
    set_verbosity(w, Verbosity::Full);
    assert_eq!(
        httpsys_tests::client::mask_date(&refused(w)),
        UNAVAILABLE.answer()
    );
    set_verbosity(w, Verbosity::Basic);
    assert_eq!(refused(w), b"");
    // Its groups have their own state all the while.
    assert_eq!(door.group_state(&w.group), Ok(State::Active));
    assert_eq!(door.set_session_state(&w.session, State::Active), Ok(()));
    w.assert_serves();
}

/// QUE-008 is about sessions and groups; of queues the same is assumed.
fn an_inactive_queue_refuses_by_its_verbosity_and_what_was_taken_goes_on<D: Door>(w: &World<D>) {
    let door = &w.door;
    let (mut client, request) = w.received_get("/");
    assert_eq!(door.set_queue_state(&w.queue, State::Inactive), Ok(()));
    assert_eq!(refused(w), b"");
    set_verbosity(w, Verbosity::Limited);
    assert!(is_503(&refused(w)));
    w.respond(request.id, &Reply::ok().chunk("x"))
        .expect("an answer");
    assert_eq!(client.read_response().body, b"x");
    assert_eq!(door.set_queue_state(&w.queue, State::Active), Ok(()));
    w.assert_serves();
}

/// The body that nobody reads does not destroy the answer (G-006).
fn a_refused_request_with_a_body_still_gets_its_503<D: Door>(w: &World<D>) {
    let door = &w.door;
    set_verbosity(w, Verbosity::Full);
    for (queue, group) in [
        (State::Inactive, State::Active),
        (State::Active, State::Inactive),
    ] {
        door.set_queue_state(&w.queue, queue).expect("a state");
        door.set_group_state(&w.group, group).expect("a state");
        let mut client: Client = w.connect();
        client.send(w.request("POST", "/", "Content-Length: 20000\r\n"));
        client.send(vec![b'x'; 20_000]);
        let answer = client.read_until_gone();
        assert_eq!(
            httpsys_tests::client::mask_date(&answer),
            UNAVAILABLE.answer()
        );
    }
}

/// SES-032 says the same of properties in general.
fn que_009_ses_032_an_attached_handle_may_not_set_properties<D: Door>(w: &World<D>) {
    let name = name(&std::any::type_name::<D>().replace(':', "-"));
    let creator = w.door.create_named_queue(&name).expect("a queue");
    let attached = w.door.open_queue(&name).expect("the same");
    assert_eq!(w.door.set_queue_length(&attached, 100), Err(87));
    assert_eq!(w.door.set_verbosity(&attached, Verbosity::Full), Err(87));
    assert_eq!(w.door.queue_length(&attached), Ok(1000));
    assert_eq!(w.door.set_queue_length(&creator, 100), Ok(()));
    // Asking is for all (QUE-010).
    assert_eq!(w.door.queue_length(&attached), Ok(100));
    assert_eq!(w.door.close_queue(&creator), Ok(()));
    w.assert_serves();
}
