//! The connection that carries streams: what is agreed on, its ends, and whom it counts for.
//!
//! Owns: TLS-010, G-084 for streams, the end of the queue's port.

use httpsys_tests::door::{Door, Limits, Reply, State, Verbosity, World};
use httpsys_tests::tls::{self, Offer};
use std::net::SocketAddr;

use crate::connect;

secure_doors![
    tls_010_alpn_prefers_h2_and_falls_back_to_http_1_1,
    tls_010_a_binding_that_disables_http_2_does_not_offer_it,
    g_084_a_connection_counts_once_for_its_url_group,
    que_003_que_008_a_disabled_group_resets_or_answers_503_on_the_stream,
    g_077_an_idle_connection_of_a_port_without_urls_ends_in_order,
    two_connections_do_not_touch_each_other,
];

fn tls_010_alpn_prefers_h2_and_falls_back_to_http_1_1<D: Door>(w: &World<D>) {
    let agreed = |names: &[&str]| {
        let client = w.connect_tls(&Offer::new().alpn(names));
        client.tls().session().alpn_protocol().map(<[u8]>::to_vec)
    };
    assert_eq!(agreed(&["http/1.1", "h2"]), Some(b"h2".to_vec()));
    assert_eq!(agreed(&["http/1.1"]), Some(b"http/1.1".to_vec()));
    assert_eq!(agreed(&[]), None);
}

fn tls_010_a_binding_that_disables_http_2_does_not_offer_it<D: Door>(w: &World<D>) {
    const DISABLE_HTTP2: u32 = 0x10;
    let address = SocketAddr::from(([127, 0, 0, 1], w.port()));
    tls::bind_address(address, tls::binding(tls::LOCALHOST, DISABLE_HTTP2));
    let mut client = w.connect_tls(&Offer::new().alpn(&["h2", "http/1.1"]));
    let agreed = client.tls().session().alpn_protocol().map(<[u8]>::to_vec);
    assert_eq!(agreed, Some(b"http/1.1".to_vec()));
    client.send(w.get("/"));
    w.respond(w.receive().id, &Reply::ok()).expect("an answer");
    assert_eq!(client.read_response().status(), 200);
    // The next test with this port is to find nothing of it.
    tls::bind_address(address, tls::binding(tls::LOCALHOST, 0));
}

fn g_084_a_connection_counts_once_for_its_url_group<D: Door>(w: &World<D>) {
    let limits = Limits::default().connections(1);
    w.door.set_group_limits(&w.group, limits).expect("a limit");
    let mut client = connect(w);
    let streams = [client.get("/1"), client.get("/2")];
    for stream in streams {
        w.respond(w.receive().id, &Reply::ok()).expect("an answer");
        assert_eq!(client.response(stream).status, "200");
    }
    let mut other = connect(w);
    other.get("/");
    assert_eq!(other.next_text(), "RST_STREAM 1 REFUSED_STREAM");
    let stream = client.get("/3");
    w.respond(w.receive().id, &Reply::ok()).expect("an answer");
    assert_eq!(client.response(stream).status, "200");
}

fn que_003_que_008_a_disabled_group_resets_or_answers_503_on_the_stream<D: Door>(w: &World<D>) {
    let mut client = connect(w);
    let first = client.get("/1");
    let received = w.receive();
    let disabled = w.door.set_group_state(&w.group, State::Inactive);
    disabled.expect("a state");
    client.get("/2");
    assert_eq!(client.next_text(), "RST_STREAM 3 REFUSED_STREAM");
    w.door
        .set_verbosity(&w.queue, Verbosity::Full)
        .expect("a verbosity");
    let refused = client.get("/3");
    assert_eq!(client.response(refused).status, "503");
    w.respond(received.id, &Reply::ok()).expect("an answer");
    assert_eq!(client.response(first).status, "200");
}

fn g_077_an_idle_connection_of_a_port_without_urls_ends_in_order<D: Door>(w: &World<D>) {
    let mut client = connect(w);
    let stream = client.get("/");
    w.respond(w.receive().id, &Reply::ok()).expect("an answer");
    client.response(stream);
    w.door.remove_all_urls(&w.group).expect("removed");
    assert_eq!(client.next_text(), "GOAWAY 1 NO_ERROR");
    client.client().expect_eof();
}

fn two_connections_do_not_touch_each_other<D: Door>(w: &World<D>) {
    let (mut one, mut two) = (connect(w), connect(w));
    let streams = (one.get("/1"), two.get("/2"));
    for _ in 0..2 {
        let received = w.receive();
        let reply = Reply::ok().chunk(&received.abs_path);
        w.respond(received.id, &reply).expect("an answer");
    }
    assert_eq!(one.response(streams.0).body, b"/1");
    assert_eq!(two.response(streams.1).body, b"/2");
    // A frame that is an error ends its connection alone.
    one.data(99, b"x", false);
    assert_eq!(one.next_text(), "GOAWAY 1 PROTOCOL_ERROR");
    one.client().expect_eof();
    two.assert_quiet();
}
