//! Response heads: area RSP. Byte totals are the catalog's, the answers are compared whole.

use httpsys_tests::client::{MASKED_DATE, mask_date};
use httpsys_tests::door::{AnyDoor, DISCONNECT, MORE_DATA, Reply, World};

const SERVER: &str = "Server: Microsoft-HTTPAPI/2.0\r\n";

/// The request that the answer is for.
fn ask(world: &World<AnyDoor>, version: &str, verb: &str) -> String {
    let port = world.port();
    format!("{verb} / {version}\r\nHost: localhost:{port}\r\n\r\n")
}

/// Sends `reply` to a request and returns all bytes, the date masked: as many as the send says.
fn answer_to(version: &str, verb: &str, reply: &Reply) -> String {
    let world = World::<AnyDoor>::new();
    let mut client = world.connect();
    client.send(ask(&world, version, verb));
    let request = world.receive();
    let sent = world.respond(request.id, reply).expect("an answer");
    let mut total = sent;
    if reply.flags & MORE_DATA != 0 {
        total += world.send_body(request.id, &[], 1).expect("the end");
    }
    mask_date(&client.read_exactly(usize::try_from(total).expect("few")))
}

fn answer(reply: &Reply) -> String {
    answer_to("HTTP/1.1", "GET", reply)
}

fn date() -> String {
    format!("Date: {MASKED_DATE}\r\n")
}

/// An empty chunked body, as many of the rows have it.
fn chunked(status: u16, reason: &str) -> Reply {
    Reply::new(status, reason)
        .header("Transfer-Encoding", "chunked")
        .chunk("0\r\n\r\n")
}

fn check(reply: &Reply, length: usize, what: &str) {
    let bytes = answer(reply);
    assert_eq!(bytes.len(), length, "{what}: {bytes:?}");
}

#[test]
fn rsp_001_rsp_002_rsp_003_rsp_016_lengths_of_the_program() {
    let expected = format!(
        "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n{SERVER}{}\r\n",
        date()
    );
    assert_eq!(answer(&Reply::ok().header("Content-Length", "0")), expected);
    assert_eq!(expected.len(), 106);
    check(
        &Reply::ok().header("Content-Length", "5").chunk("Hello"),
        111,
        "5",
    );
    let ten = Reply::ok()
        .header("Content-Length", "10")
        .chunk("0123456789");
    check(&ten, 117, "10");
}

#[test]
fn rsp_004_rsp_005_rsp_006_rsp_007_rsp_008_chunked_bodies_of_the_program() {
    check(&chunked(200, "OK"), 120, "empty");
    let coded = |body: &str| {
        Reply::ok()
            .header("Transfer-Encoding", "chunked")
            .chunk(body)
    };
    check(&coded("1\r\na\r\n0\r\n\r\n"), 126, "a");
    check(&coded("5\r\nHello\r\n1\r\na\r\n0\r\n\r\n"), 136, "Hello, a");
    check(&chunked(302, "Found"), 123, "302");
    let moved = chunked(302, "Found").header("Location", "http://microsoft.com");
    check(&moved, 155, "Location");
    check(&chunked(404, "Not Found"), 127, "404");
    check(&chunked(401, "Unauthorized"), 130, "401");
    check(&chunked(999, ""), 118, "999");
}

#[test]
fn rsp_009_a_length_of_0_passes_for_every_status() {
    for (status, reason, length) in [
        (100, "Continue", 112),
        (101, "Switching Protocols", 123),
        (204, "No Content", 114),
        (205, "Reset Content", 117),
        (304, "Not Modified", 116),
    ] {
        let reply = Reply::new(status, reason).header("Content-Length", "0");
        check(&reply, length, reason);
    }
}

/// The row's program sets DISCONNECT, as its library does with each `Connection: close`.
#[test]
fn rsp_010_disconnect_writes_connection_close() {
    let reply = chunked(200, "OK").flags(DISCONNECT);
    check(&reply, 139, "close");
    let tail = "GMT\r\nConnection: close\r\n\r\n0\r\n\r\n";
    let bytes = answer(&reply);
    assert!(bytes.ends_with(tail), "{bytes:?}");
}

#[test]
fn rsp_011_rsp_012_con_010_answers_to_http_1_0_that_asks_for_nothing_say_close() {
    let reply = Reply::ok()
        .header("Content-Length", "0")
        .header("Keep-Alive", "true");
    let bytes = answer_to("HTTP/1.0", "GET", &reply);
    let expected = format!(
        "HTTP/1.1 200 OK\r\nKeep-Alive: true\r\nContent-Length: 0\r\n{SERVER}{}\
         Connection: close\r\n\r\n",
        date()
    );
    assert_eq!((bytes.as_str(), bytes.len()), (expected.as_str(), 143));
    // The Keep-Alive line stays in this total: 143 and five bytes of body.
    let reply = Reply::ok()
        .header("Content-Length", "5")
        .header("Keep-Alive", "true")
        .chunk("Hello");
    assert_eq!(answer_to("HTTP/1.0", "GET", &reply).len(), 148);
}

/// The row's program streams.
#[test]
fn rsp_013_a_streamed_answer_to_http_1_0_has_no_length() {
    let reply = Reply::ok().chunk("Hello").flags(MORE_DATA);
    let bytes = answer_to("HTTP/1.0", "GET", &reply);
    let expected = format!(
        "HTTP/1.1 200 OK\r\n{SERVER}{}Connection: close\r\n\r\nHello",
        date()
    );
    assert_eq!((bytes.as_str(), bytes.len()), (expected.as_str(), 111));
}

/// Slots ascending with Server at 26, unknown headers, Date, then what is generated.
#[test]
fn rsp_015_the_order_of_header_lines() {
    let reply = Reply::new(401, "Unauthorized")
        .header("X-One", "1")
        .header("WWW-Authenticate", "Basic")
        .header("Vary", "Accept")
        .header("Location", "/x")
        .header("Content-Type", "text/plain")
        .header("A-Two", "2")
        .header("Cache-Control", "no-store")
        .header("Retry-After", "9")
        .chunk("body");
    let expected = format!(
        "HTTP/1.1 401 Unauthorized\r\nCache-Control: no-store\r\nContent-Type: text/plain\r\n\
         Location: /x\r\nRetry-After: 9\r\n{SERVER}Vary: Accept\r\nWWW-Authenticate: Basic\r\n\
         X-One: 1\r\nA-Two: 2\r\n{}",
        date()
    );
    assert_eq!(
        answer(&reply),
        expected.clone() + "Content-Length: 4\r\n\r\nbody"
    );
    let closed = answer_to("HTTP/1.0", "GET", &reply);
    let tail = "Connection: close\r\nContent-Length: 4\r\n\r\nbody";
    assert_eq!(closed, expected + tail);
}

///
#[test]
fn rsp_017_the_product_token_follows_the_text_of_the_program() {
    let bytes = answer(&Reply::ok().header("Server", "My/1.0"));
    let line = "\r\nServer: My/1.0 Microsoft-HTTPAPI/2.0\r\n";
    assert!(bytes.contains(line), "{bytes:?}");
}

/// The current second: between the seconds before and after the send.
#[test]
fn rsp_018_the_date_is_the_current_second() {
    let world = World::<AnyDoor>::new();
    let now = httpsys_tests::time::unix_now;
    // The service reads a clock that moves with the kernel's tick, 10 ms at most.
    let tick = std::time::Duration::from_millis(10);
    let (mut client, request) = world.received_get("/");
    let before = (now() - tick).as_secs();
    world.respond(request.id, &Reply::ok()).expect("an answer");
    let after = now().as_secs();
    let response = client.read_response();
    let date = response.header("Date").expect("a date");
    assert!(httpsys_tests::client::is_imf_fixdate(date));
    let seconds = unix_seconds(date);
    assert!(
        (before..=after).contains(&seconds),
        "{date}: {before}..={after}"
    );
}

/// Of an IMF-fixdate of this century; days by counting years and months.
fn unix_seconds(date: &str) -> u64 {
    const MONTHS: [&str; 12] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    let number = |from: usize, to: usize| date[from..to].parse::<u64>().expect("a number");
    let (day, year) = (number(5, 7), number(12, 16));
    let month = MONTHS
        .iter()
        .position(|it| *it == &date[8..11])
        .expect("a month");
    let leap = |year: u64| year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let mut days = (1970..year)
        .map(|year| 365 + u64::from(leap(year)))
        .sum::<u64>();
    let lengths = [
        31,
        28 + u64::from(leap(year)),
        31,
        30,
        31,
        30,
        31,
        31,
        30,
        31,
        30,
        31,
    ];
    days += lengths[..month].iter().sum::<u64>() + day - 1;
    days * 86_400 + number(17, 19) * 3_600 + number(20, 22) * 60 + number(23, 25)
}

#[test]
fn rsp_019_rsp_020_rsp_021_empty_values_and_unknown_headers() {
    let known = Reply::ok()
        .header("Location", "")
        .header("Content-Length", "0");
    check(&known, 106, "a known header without value is left out");
    let unknown = chunked(200, "OK")
        .header("header1", "value1")
        .header("header2", "value2")
        .header("empty", "");
    // 120, 17, 17 and 9: the row's own headers are two bytes shorter each.
    let bytes = answer(&unknown);
    assert!(
        bytes.contains("header1: value1\r\nheader2: value2\r\nempty: \r\nDate: "),
        "{bytes:?}"
    );
    let row = chunked(200, "OK")
        .header("name1", "value1")
        .header("name2", "value2")
        .header("name3", "");
    check(&row, 159, "15, 15 and 9 more");
}

#[test]
fn rsp_024_bytes_above_0x7f_pass_through() {
    let world = World::<AnyDoor>::new();
    let (mut client, request) = world.received_get("/");
    let value = b"\xC3\xA9\xFF\x80";
    let reply = Reply::ok().header("X-Y", value).header("Location", value);
    world.respond(request.id, &reply).expect("an answer");
    let head = client.read_head();
    for line in [
        &b"X-Y: \xC3\xA9\xFF\x80\r\n"[..],
        b"Location: \xC3\xA9\xFF\x80\r\n",
    ] {
        assert!(head.windows(line.len()).any(|part| part == line));
    }
}

/// G-047: nothing is added for these.
#[test]
fn rsp_026_204_and_304_get_no_length() {
    for (status, reason) in [(204, "No Content"), (304, "Not Modified")] {
        let expected = format!("HTTP/1.1 {status} {reason}\r\n{SERVER}{}\r\n", date());
        assert_eq!(answer(&Reply::new(status, reason)), expected);
    }
}

/// G-048, G-050.
#[test]
fn a_one_call_answer_without_body_has_the_length_0() {
    let tail = "Content-Length: 0\r\n\r\n";
    let expected = format!("HTTP/1.1 200 OK\r\n{SERVER}{}{tail}", date());
    assert_eq!(answer(&Reply::ok()), expected);
    let bytes = answer_to("HTTP/1.0", "GET", &Reply::ok());
    assert!(
        bytes.ends_with(&format!("Connection: close\r\n{tail}")),
        "{bytes:?}"
    );
}

#[test]
fn rsp_027_rsp_028_lengths_in_answers_to_head() {
    let reply = Reply::ok().header("Content-Length", "20");
    let bytes = answer_to("HTTP/1.1", "HEAD", &reply);
    assert!(bytes.contains("\r\nContent-Length: 20\r\n"), "{bytes:?}");
    let streamed = answer_to("HTTP/1.1", "HEAD", &Reply::ok().flags(MORE_DATA));
    assert_eq!(
        streamed,
        format!("HTTP/1.1 200 OK\r\n{SERVER}{}\r\n", date())
    );
}

/// In one call too; a body given in answer to HEAD has its length said (G-047).
#[test]
fn rsp_028_an_answer_to_head_without_chunks_gets_no_length() {
    for (version, more) in [("HTTP/1.1", ""), ("HTTP/1.0", "Connection: close\r\n")] {
        for (status, reason) in [(200, "OK"), (302, "Found"), (404, "Not Found")] {
            let bytes = answer_to(version, "HEAD", &Reply::new(status, reason));
            let expected = format!("HTTP/1.1 {status} {reason}\r\n{SERVER}{}{more}\r\n", date());
            assert_eq!(bytes, expected);
            let got = answer_to(version, "GET", &Reply::new(status, reason));
            assert!(got.ends_with("Content-Length: 0\r\n\r\n"), "{got:?}");
            let given = Reply::new(status, reason).header("Content-Length", "0");
            let bytes = answer_to(version, "HEAD", &given);
            assert_eq!(
                bytes.matches("Content-Length: 0\r\n").count(),
                1,
                "{bytes:?}"
            );
        }
    }
    let bytes = answer_to("HTTP/1.1", "HEAD", &Reply::ok().chunk("body"));
    assert!(
        bytes.ends_with("Content-Length: 4\r\n\r\nbody"),
        "{bytes:?}"
    );
}

#[test]
fn rsp_030_reasons_with_blanks_and_tabs_pass() {
    for reason in ["a b  c", "\ttab\t", " "] {
        let bytes = answer(&Reply::new(200, reason));
        let line = format!("HTTP/1.1 200 {reason}\r\n");
        assert!(bytes.starts_with(&line), "{bytes:?}");
    }
}

#[test]
fn rsp_032_alt_svc_passes_and_is_not_added() {
    let value = "h3=\":443\"; ma=60";
    assert!(!answer(&Reply::ok()).contains("Alt-Svc"));
    let bytes = answer(&Reply::ok().header("Alt-Svc", value));
    assert!(
        bytes.contains(&format!("\r\nAlt-Svc: {value}\r\n")),
        "{bytes:?}"
    );
}

/// The line takes the place of `Connection: close`.
#[test]
fn con_011_the_line_of_a_kept_http_1_0_connection() {
    let world = World::<AnyDoor>::new();
    let mut client = world.connect();
    let port = world.port();
    client.send(format!(
        "GET / HTTP/1.0\r\nHost: localhost:{port}\r\nConnection: keep-alive\r\n\r\n"
    ));
    let request = world.receive();
    let sent = world.respond(request.id, &Reply::ok().chunk("body"));
    let length = usize::try_from(sent.expect("an answer")).expect("few");
    let expected = format!(
        "HTTP/1.1 200 OK\r\n{SERVER}{}Connection: keep-alive\r\nContent-Length: 4\r\n\r\nbody",
        date()
    );
    assert_eq!(mask_date(&client.read_exactly(length)), expected);
}
