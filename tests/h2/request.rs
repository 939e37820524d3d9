//! What a program sees of a request over HTTP/2.
//!
//! Owns: ids, version, flags, URL, fields, and the pages of requests that are refused.

use httpsys_tests::door::{Door, HTTP2, MORE_ENTITY_BODY_EXISTS, Reply, World};

use crate::connect;

secure_doors![
    con_015_each_stream_has_a_connection_id_and_all_share_the_raw_one,
    h2x_021_version_flags_and_url_of_a_request,
    h2x_004_err_019_a_post_that_ends_without_a_length_gets_411_and_the_connection_goes_on,
    h2x_005_other_verbs_end_without_a_length,
    h2x_006_content_without_a_length_shows_transfer_encoding_chunked,
    h2x_024_a_page_has_no_connection_field,
    hst_015_the_port_of_authority_does_not_route,
    fields_come_in_their_order_and_cookies_as_one,
];

fn con_015_each_stream_has_a_connection_id_and_all_share_the_raw_one<D: Door>(w: &World<D>) {
    let mut client = connect(w);
    let streams = [client.get("/1"), client.get("/2")];
    let (one, two) = (w.receive(), w.receive());
    assert_ne!(one.connection_id, two.connection_id);
    assert_ne!(one.id, two.id);
    assert_eq!(one.raw_connection_id, two.raw_connection_id);
    assert_ne!(one.connection_id, one.raw_connection_id);
    // In whatever order they are answered.
    for (received, stream) in [(&two, streams[1]), (&one, streams[0])] {
        let reply = Reply::ok().chunk(&received.abs_path);
        w.respond(received.id, &reply).expect("an answer");
        assert_eq!(client.response(stream).body, received.abs_path.as_bytes());
    }
}

fn h2x_021_version_flags_and_url_of_a_request<D: Door>(w: &World<D>) {
    let mut client = connect(w);
    client.request("GET", "/a/%62?c", &[("x-a", "1")], true);
    let received = w.receive();
    assert_eq!(received.version, (2, 0));
    assert_eq!(received.flags, HTTP2);
    assert_eq!(received.raw_url, b"/a/%62?c");
    let port = w.port();
    let url = format!("https://localhost:{port}/a/b?c");
    assert_eq!(received.full_url, url);
    assert_eq!(received.unknown, [("x-a".to_owned(), b"1".to_vec())]);
    assert!(received.tls.is_some());
    w.respond(received.id, &Reply::ok()).expect("an answer");
}

fn h2x_004_err_019_a_post_that_ends_without_a_length_gets_411_and_the_connection_goes_on<
    D: Door,
>(
    w: &World<D>,
) {
    let mut client = connect(w);
    for method in ["POST", "PUT"] {
        let stream = client.request(method, "/", &[], true);
        let response = client.response(stream);
        let expected = [
            format!("HEADERS {stream} 411"),
            format!("DATA {stream} 344"),
            format!("DATA {stream} 0 end"),
        ];
        assert_eq!(response.frames, expected);
    }
    let stream = client.get("/next");
    w.respond(w.receive().id, &Reply::ok()).expect("an answer");
    assert_eq!(client.response(stream).status, "200");
}

fn h2x_005_other_verbs_end_without_a_length<D: Door>(w: &World<D>) {
    let mut client = connect(w);
    for method in ["GET", "HEAD", "PATCH", "DELETE", "CUSTOM"] {
        let stream = client.request(method, "/", &[], true);
        let received = w.receive();
        assert_eq!(received.flags, HTTP2, "{method}");
        w.respond(received.id, &Reply::ok()).expect("an answer");
        assert_eq!(client.response(stream).status, "200", "{method}");
    }
}

fn h2x_006_content_without_a_length_shows_transfer_encoding_chunked<D: Door>(w: &World<D>) {
    const TRANSFER_ENCODING: usize = 6;
    let mut client = connect(w);
    let stream = client.request("POST", "/", &[], false);
    client.data(stream, b"hello ", false);
    let received = w.receive();
    assert_eq!(received.flags, HTTP2 | MORE_ENTITY_BODY_EXISTS);
    assert_eq!(received.known[TRANSFER_ENCODING], Some(b"chunked".to_vec()));
    let mut buffer = [0; 100];
    assert_eq!(w.read_body(received.id, &mut buffer), Ok(6));
    assert_eq!(&buffer[..6], b"hello ");
    client.data(stream, b"world", true);
    assert_eq!(w.read_body(received.id, &mut buffer), Ok(5));
    assert_eq!(w.read_body(received.id, &mut buffer), Err(38));
    w.respond(received.id, &Reply::ok()).expect("an answer");
    assert_eq!(client.response(stream).status, "200");
}

fn h2x_024_a_page_has_no_connection_field<D: Door>(w: &World<D>) {
    let mut client = connect(w);
    let stream = client.request("GET", "/%zz", &[], true);
    let response = client.response(stream);
    assert_eq!(response.status, "400");
    let names = response.fields.lines().map(|line| line.split(": ").next());
    let names: Vec<_> = names.flatten().collect();
    assert_eq!(
        names,
        [
            ":status",
            "content-type",
            "server",
            "date",
            "content-length"
        ]
    );
    let length = response.body.len();
    assert!(
        response
            .fields
            .contains(&format!("content-length: {length}\n"))
    );
    client.assert_quiet();
}

fn hst_015_the_port_of_authority_does_not_route<D: Door>(w: &World<D>) {
    let client = w.connect_tls(&httpsys_tests::tls::Offer::new().alpn(&["h2"]));
    let mut client = httpsys_tests::h2::H2Client::begin(client, 80, &[]);
    let stream = client.get("/");
    let received = w.receive();
    w.respond(received.id, &Reply::ok()).expect("an answer");
    assert_eq!(client.response(stream).status, "200");
}

fn fields_come_in_their_order_and_cookies_as_one<D: Door>(w: &World<D>) {
    const COOKIE: usize = 25;
    let mut client = connect(w);
    let fields = [
        ("x-b", "1"),
        ("cookie", "a=1"),
        ("x-a", "2"),
        ("cookie", "b=2"),
        ("x-b", "3"),
    ];
    client.request("GET", "/", &fields, true);
    let received = w.receive();
    let unknown = [("x-b", "1, 3"), ("x-a", "2")];
    let unknown = unknown.map(|(name, value)| (name.to_owned(), value.as_bytes().to_vec()));
    assert_eq!(received.unknown, unknown);
    assert_eq!(received.known[COOKIE], Some(b"a=1; b=2".to_vec()));
    w.respond(received.id, &Reply::ok()).expect("an answer");
}
