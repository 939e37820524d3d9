//! Tests of response heads: byte totals and orders that were observed on real servers.
//!
//! Owns: the RSP rows. Does not own: what the engine decides about a connection. Invariant:
//! deterministic. Threading: none.

use super::*;
use crate::h1::response::{ConnectionLine, Finish, write};
use crate::header::id::{
    CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, DATE, TRANSFER_ENCODING, UPGRADE,
};
use crate::header::response_id::{LOCATION, RETRY_AFTER, SERVER, SET_COOKIE, WWW_AUTHENTICATE};

const NOW: &[u8; 29] = b"Sun, 06 Nov 1994 08:49:37 GMT";
const EMPTY_CHUNKED: usize = 5;

type Known<'a> = (usize, &'a [u8]);

fn build(
    status: u16,
    reason: &str,
    known: &[Known<'_>],
    unknown: &[(&str, &str)],
) -> ResponseParts {
    let mut head = ResponseParts::new();
    head.begin(status, reason.as_bytes()).unwrap();
    for (id, value) in known {
        head.known(*id, value, true).unwrap();
    }
    for (name, value) in unknown {
        head.unknown(name.as_bytes(), value.as_bytes()).unwrap();
    }
    head
}

fn plain(status: u16, reason: &str, known: &[Known<'_>]) -> String {
    text(&mut build(status, reason, known, &[]), &Finish::new(NOW))
}

fn text(head: &mut ResponseParts, finish: &Finish<'_>) -> String {
    String::from_utf8(write(head, finish).into_bytes().to_vec()).unwrap()
}

fn closing() -> Finish<'static> {
    Finish {
        connection: ConnectionLine::Close,
        ..Finish::new(NOW)
    }
}

fn keeping() -> Finish<'static> {
    Finish {
        connection: ConnectionLine::KeepAlive,
        ..Finish::new(NOW)
    }
}

#[test]
fn rsp_001_to_003_content_length_of_the_application() {
    for (length, total) in [(&b"0"[..], 106), (b"5", 111), (b"10", 117)] {
        let body: usize = std::str::from_utf8(length).unwrap().parse().unwrap();
        assert_eq!(
            plain(200, "OK", &[(CONTENT_LENGTH, length)]).len() + body,
            total
        );
    }
}

#[test]
fn rsp_004_to_008_chunked_by_the_application() {
    let te: Known<'_> = (TRANSFER_ENCODING, b"chunked");
    let total = |status, reason, more: &[Known<'_>]| {
        plain(status, reason, &[&[te], more].concat()).len() + EMPTY_CHUNKED
    };
    assert_eq!(total(200, "OK", &[]), 120);
    assert_eq!(total(200, "OK", &[]) + "1\r\na\r\n".len(), 126);
    assert_eq!(total(302, "Found", &[]), 123);
    assert_eq!(
        total(302, "Found", &[(LOCATION, b"http://microsoft.com")]),
        155
    );
    assert_eq!(total(404, "Not Found", &[]), 127);
    assert_eq!(total(401, "Unauthorized", &[]), 130);
    assert_eq!(total(999, "", &[]), 118);
    assert!(plain(999, "", &[]).starts_with("HTTP/1.1 999 \r\n"));
}

#[test]
fn rsp_009_length_passes_for_every_status() {
    let table = [
        (100, "Continue", 112),
        (101, "Switching Protocols", 123),
        (204, "No Content", 114),
        (205, "Reset Content", 117),
        (304, "Not Modified", 116),
    ];
    for (status, reason, total) in table {
        assert_eq!(
            plain(status, reason, &[(CONTENT_LENGTH, b"0")]).len(),
            total
        );
    }
}

#[test]
fn rsp_010_a_generated_close_adds_19_bytes() {
    let known: [Known<'_>; 2] = [(CONNECTION, b"close"), (TRANSFER_ENCODING, b"chunked")];
    let mut head = build(200, "OK", &known, &[]);
    assert_eq!(text(&mut head, &closing()).len() + EMPTY_CHUNKED, 139);
}

/// The Connection lines of a head.
fn connection_lines(head: &mut ResponseParts, finish: &Finish<'_>) -> Vec<String> {
    let text = text(head, finish);
    let lines = text.lines().filter(|line| {
        let name = line.split(':').next().unwrap_or_default();
        name.eq_ignore_ascii_case("Connection")
    });
    lines.map(str::to_owned).collect()
}

#[test]
fn con_012_the_slot_of_connection_is_never_written() {
    for value in [&b"close"[..], b"keep-alive", b"Upgrade", b"x, close"] {
        let known: [Known<'_>; 2] = [(CONNECTION, value), (CONNECTION, value)];
        let lines = |finish| connection_lines(&mut build(200, "OK", &known, &[]), &finish);
        assert!(lines(Finish::new(NOW)).is_empty());
        assert_eq!(lines(closing()), ["Connection: close"]);
        assert_eq!(lines(keeping()), ["Connection: keep-alive"]);
    }
    // What cannot stand on a line is refused all the same (G-058).
    let mut head = build(200, "OK", &[], &[]);
    let split = head.known(CONNECTION, b"close\r\nX: y", true);
    assert_eq!(split, Err(InvalidField::Value));
}

#[test]
fn con_012_g_053_g_054_unknown_connection_lines_stand_as_given() {
    let none = Finish::new(NOW);
    for (given, open, closed, kept) in [
        ("close", &["close"][..], &["close"][..], &["close"][..]),
        ("Close", &["Close"], &["Close"], &["Close"]),
        ("x, CLOSE", &["x, CLOSE"], &["x, CLOSE"], &["x, CLOSE"]),
        (
            "Keep-Alive",
            &["Keep-Alive"],
            &["Keep-Alive", "close"],
            &["Keep-Alive"],
        ),
        (
            "Upgrade",
            &["Upgrade"],
            &["Upgrade", "close"],
            &["Upgrade", "keep-alive"],
        ),
        (
            "closed",
            &["closed"],
            &["closed", "close"],
            &["closed", "keep-alive"],
        ),
        ("", &[""], &["", "close"], &["", "keep-alive"]),
    ] {
        for (finish, expected) in [(none, open), (closing(), closed), (keeping(), kept)] {
            let mut head = build(200, "OK", &[], &[("Connection", given)]);
            let expected: Vec<_> = expected
                .iter()
                .map(|it| format!("Connection: {it}"))
                .collect();
            assert_eq!(connection_lines(&mut head, &finish), expected, "{finish:?}");
        }
    }
    let two = [("connection", "x"), ("CONNECTION", "close")];
    let lines = connection_lines(&mut build(200, "OK", &[], &two), &closing());
    assert_eq!(lines, ["connection: x", "CONNECTION: close"]);
}

#[test]
fn upg_003_websocket_is_found_in_either_list() {
    let says = |known: &[Known<'_>], unknown: &[(&str, &str)]| {
        build(101, "", known, unknown).upgrades_to_websocket()
    };
    for value in ["websocket", "WebSocket", "h2c, websocket", " websocket\t"] {
        assert!(says(&[(UPGRADE, value.as_bytes())], &[]), "{value}");
        assert!(says(&[], &[("upgrade", value)]), "{value}");
    }
    for value in ["", "web socket", "websocket/13", "echo"] {
        assert!(!says(&[(UPGRADE, value.as_bytes())], &[]), "{value}");
        assert!(!says(&[], &[("Upgrade", value)]), "{value}");
    }
    assert!(!says(&[], &[("X-Upgrade", "websocket")]));
}

#[test]
fn rsp_011_to_013_http_1_0() {
    let mut head = build(
        200,
        "OK",
        &[(CONTENT_LENGTH, b"0")],
        &[("Keep-Alive", "true")],
    );
    assert_eq!(text(&mut head, &closing()).len(), 143);
    let mut head = build(200, "OK", &[(CONTENT_LENGTH, b"5")], &[]);
    // The recorded request had the same Keep-Alive field as the one above.
    assert_eq!(
        text(&mut head, &closing()).len() + 5 + "Keep-Alive: true\r\n".len(),
        148
    );
    let mut head = build(200, "OK", &[], &[]);
    assert_eq!(text(&mut head, &closing()).len() + 5, 111);
}

#[test]
fn rsp_014_reply_after_length_and_chunked() {
    let mut head = build(200, "OK", &[(TRANSFER_ENCODING, b"chunked")], &[]);
    assert!(head.has_transfer_encoding());
    let expected = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\
        Server: Microsoft-HTTPAPI/2.0\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n\
        Connection: close\r\n\r\n";
    assert_eq!(text(&mut head, &closing()), expected);
}

#[test]
fn rsp_015_g_052_order_of_lines() {
    let known: [Known<'_>; 5] = [
        (CONTENT_TYPE, b"text/plain"),
        (LOCATION, b"/"),
        (RETRY_AFTER, b"120"),
        (SET_COOKIE, b"a=b"),
        (WWW_AUTHENTICATE, b"Negotiate"),
    ];
    let mut head = build(200, "OK", &known, &[("X-B", "2"), ("X-A", "1")]);
    let finish = Finish {
        content_length: Some(17),
        ..closing()
    };
    let expected = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nLocation: /\r\n\
        Retry-After: 120\r\nServer: Microsoft-HTTPAPI/2.0\r\nSet-Cookie: a=b\r\n\
        WWW-Authenticate: Negotiate\r\nX-B: 2\r\nX-A: 1\r\n\
        Date: Sun, 06 Nov 1994 08:49:37 GMT\r\nConnection: close\r\nContent-Length: 17\r\n\r\n";
    assert_eq!(text(&mut head, &finish), expected);
}

#[test]
fn rsp_016_017_server_field() {
    assert!(plain(200, "OK", &[]).contains("\r\nServer: Microsoft-HTTPAPI/2.0\r\n"));
    let own = plain(200, "OK", &[(SERVER, b"X/1.0")]);
    assert!(own.contains("\r\nServer: X/1.0 Microsoft-HTTPAPI/2.0\r\n"));
    assert_eq!(own.matches("Server:").count(), 1);
    let empty = plain(200, "OK", &[(SERVER, b""), (SET_COOKIE, b"a")]);
    assert!(empty.contains("\r\nServer: Microsoft-HTTPAPI/2.0\r\nSet-Cookie: a\r\n"));
}

#[test]
fn lim_017_server_token_can_be_turned_off() {
    let mut head = ResponseParts::new();
    head.begin(200, b"OK").unwrap();
    head.known(SERVER, b"X", false).unwrap();
    assert!(text(&mut head, &Finish::new(NOW)).contains("\r\nServer: X\r\n"));
    head.begin(200, b"OK").unwrap();
    head.set_server_token(ServerToken::Never);
    head.unknown(b"A", b"b").unwrap();
    assert!(!text(&mut head, &Finish::new(NOW)).contains("Server"));
    head.begin(200, b"OK").unwrap();
    assert!(text(&mut head, &Finish::new(NOW)).contains("Server"));
}

#[test]
fn lim_017_the_parameter_gives_the_token() {
    let token = |disable, behind| {
        let mut p = crate::Parameters {
            disable_server_header: disable,
            ..crate::Parameters::default()
        };
        p.choices.token_after_server = behind;
        p.server_token()
    };
    assert_eq!(token(0, true), ServerToken::Behind);
    // 1 is about the answers of the service itself.
    assert_eq!(token(1, true), ServerToken::Behind);
    assert_eq!(token(1, false), ServerToken::Instead);
    assert_eq!(token(2, true), ServerToken::Never);
    assert_eq!(token(2, false), ServerToken::Never);
}

/// A-03: the documentation's side. One Server line in any case.
#[test]
fn a_03_the_value_of_the_application_may_stand_alone() {
    let with = |known: &[Known<'_>]| {
        let mut head = ResponseParts::new();
        head.begin(200, b"OK").unwrap();
        head.set_server_token(ServerToken::Instead);
        for (id, value) in known {
            head.known(*id, value, true).unwrap();
        }
        text(&mut head, &Finish::new(NOW))
    };
    let own = with(&[(SERVER, b"X/1.0"), (SET_COOKIE, b"a")]);
    assert!(own.contains("\r\nServer: X/1.0\r\nSet-Cookie: a\r\n"));
    assert_eq!(own.matches("Server:").count(), 1);
    let empty: [&[Known<'_>]; 2] = [&[], &[(SERVER, b"")]];
    for none in empty {
        assert!(with(none).contains("\r\nServer: Microsoft-HTTPAPI/2.0\r\n"));
    }
}

#[test]
fn rsp_018_snd_011_date_is_ours() {
    let mut head = build(200, "OK", &[(DATE, b"yesterday")], &[("date", "tomorrow")]);
    let written = text(&mut head, &Finish::new(NOW));
    assert_eq!(written.len(), 87);
    assert!(written.contains("\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n"));
}

#[test]
fn rsp_019_empty_known_field_is_left_out() {
    assert_eq!(plain(200, "OK", &[(LOCATION, b"")]).len(), 87);
}

#[test]
fn rsp_020_021_unknown_fields_keep_order_and_empty_values() {
    let unknown = [("Name1", "Value1"), ("Name2", "Value2"), ("Name3", "")];
    let mut head = build(200, "OK", &[(TRANSFER_ENCODING, b"chunked")], &unknown);
    let written = text(&mut head, &Finish::new(NOW));
    assert!(written.contains("Name1: Value1\r\nName2: Value2\r\nName3: \r\nDate: "));
    assert_eq!(written.len() + EMPTY_CHUNKED, 159);
}

#[test]
fn rsp_022_repeated_known_field_gives_several_lines() {
    let written = plain(
        200,
        "OK",
        &[(WWW_AUTHENTICATE, b"NTLM"), (WWW_AUTHENTICATE, b"Basic")],
    );
    assert!(written.contains("WWW-Authenticate: NTLM\r\nWWW-Authenticate: Basic\r\n"));
}

#[test]
fn rsp_024_rsp_030_bytes_pass_verbatim() {
    let mut head = ResponseParts::new();
    head.begin(200, b"All \t\xE9").unwrap();
    head.known(LOCATION, b"/\xC3\xA9", true).unwrap();
    let written = write(&mut head, &Finish::new(NOW)).into_bytes();
    assert!(written.starts_with(b"HTTP/1.1 200 All \t\xE9\r\nLocation: /\xC3\xA9\r\n"));
}

#[test]
fn snd_009_010_g_049_generated_length_yields_to_the_application() {
    let finish = Finish {
        content_length: Some(8),
        ..Finish::new(NOW)
    };
    assert!(text(&mut build(200, "OK", &[], &[]), &finish).ends_with("Content-Length: 8\r\n\r\n"));
    let mut own = build(200, "OK", &[], &[("content-length", "6")]);
    assert!(own.has_content_length());
    assert!(!text(&mut own, &finish).contains("Content-Length: 8"));
    let mut chunked = build(200, "OK", &[(TRANSFER_ENCODING, b"chunked")], &[]);
    assert!(!text(&mut chunked, &finish).contains("Content-Length"));
    let largest = Finish {
        content_length: Some(u64::MAX),
        ..Finish::new(NOW)
    };
    let written = text(&mut build(200, "OK", &[], &[]), &largest);
    assert!(written.contains("Content-Length: 18446744073709551615\r\n"));
}

#[test]
fn snd_009_every_length_is_written_in_decimal() {
    for length in (0..10_200).chain([99_999, 100_000, u64::MAX]) {
        let finish = Finish {
            content_length: Some(length),
            ..Finish::new(NOW)
        };
        let written = text(&mut build(200, "OK", &[], &[]), &finish);
        assert!(written.ends_with(&format!("\r\nContent-Length: {length}\r\n\r\n")));
    }
}

#[test]
fn snd_007_008_status_and_reason_stand_as_given() {
    for (status, reason) in [(200, "OK"), (200, "Ok"), (200, ""), (201, "OK"), (1, "OK")] {
        let mut parts = build(status, reason, &[], &[]);
        assert_eq!(
            (parts.status(), parts.reason()),
            (status, reason.as_bytes())
        );
        let line = format!("HTTP/1.1 {status:03} {reason}\r\nServer: ");
        assert!(text(&mut parts, &Finish::new(NOW)).starts_with(&line));
    }
}

#[test]
fn g_057_status_and_reason_are_checked() {
    let mut head = ResponseParts::new();
    assert_eq!(head.begin(0, b"OK"), Err(InvalidField::Status));
    assert_eq!(head.begin(1000, b"OK"), Err(InvalidField::Status));
    for reason in [&b"a\r"[..], b"a\nb", b"\0"] {
        assert_eq!(head.begin(200, reason), Err(InvalidField::Reason));
    }
    assert!(write(&mut head, &Finish::new(NOW)).into_bytes().is_empty());
    assert_eq!(head.begin(7, b""), Ok(()));
    let written = write(&mut head, &Finish::new(NOW)).into_bytes();
    assert!(written.starts_with(b"HTTP/1.1 007 \r\n"));
}

#[test]
fn g_058_response_splitting_is_refused() {
    let mut head = build(200, "OK", &[], &[]);
    for value in [
        &b"a\r\nSet-Cookie: x"[..],
        b"long enough to be scanned\n",
        b"\0",
    ] {
        assert_eq!(head.known(LOCATION, value, true), Err(InvalidField::Value));
        assert_eq!(head.unknown(b"A", value), Err(InvalidField::Value));
    }
    for name in [&b""[..], b"A:", b"A b", b"A\r\nB", b"\0", b"\x7F"] {
        assert_eq!(head.unknown(name, b"x"), Err(InvalidField::Name));
    }
}

#[test]
fn known_fields_have_to_ascend() {
    let mut head = build(200, "OK", &[(LOCATION, b"/")], &[]);
    assert_eq!(
        head.known(CONTENT_TYPE, b"a", true),
        Err(InvalidField::Order)
    );
    assert_eq!(head.known(30, b"a", true), Err(InvalidField::Order));
    head.unknown(b"A", b"b").unwrap();
    assert_eq!(
        head.known(WWW_AUTHENTICATE, b"a", true),
        Err(InvalidField::Order)
    );
    let length = text(&mut head, &Finish::new(NOW)).len();
    assert_eq!(head.unknown(b"A", b"b"), Err(InvalidField::Order));
    assert_eq!(text(&mut head, &closing()).len(), length);
}

/// What another protocol than HTTP/1 gets: the same fields, one by one.
#[test]
fn rsp_015_the_fields_can_be_asked_for_one_by_one() {
    let mut parts = ResponseParts::new();
    assert_eq!(parts.fields().count(), 0);
    parts.begin(404, b"Not: Found").unwrap();
    assert_eq!((parts.status(), parts.reason()), (404, &b"Not: Found"[..]));
    assert_eq!(parts.fields().count(), 0);
    parts.known(DATE, b"never", true).unwrap();
    parts.known(CONTENT_TYPE, b"a: b", true).unwrap();
    parts.known(SERVER, b"X", true).unwrap();
    let field = |id, name: &'static str, value: &'static str| ResponseField {
        id,
        name: name.as_bytes(),
        value: value.as_bytes(),
    };
    let known = [
        field(Some(CONTENT_TYPE), "Content-Type", "a: b"),
        field(Some(SERVER), "Server", "X Microsoft-HTTPAPI/2.0"),
    ];
    assert!(parts.fields().eq(known));
    parts.unknown(b"location", b"").unwrap();
    parts.unknown(b"X-A", b": ").unwrap();
    let unknown = [field(None, "location", ""), field(None, "X-A", ": ")];
    let all = || known.into_iter().chain(unknown);
    assert!(parts.fields().eq(all()));
    // What the connection adds is none of them, nor is a body.
    write(&mut parts, &closing()).push_body(b"A: b\r\n");
    assert!(parts.fields().eq(all()));
    assert_eq!((parts.status(), parts.reason()), (404, &b"Not: Found"[..]));
    // Without a word of the application, Server is the only one.
    parts.begin(200, b"").unwrap();
    write(&mut parts, &closing());
    let server = field(Some(SERVER), "Server", "Microsoft-HTTPAPI/2.0");
    assert!(parts.fields().eq([server]));
}

#[test]
fn bdy_021_an_interim_response_has_its_status_line_and_no_date() {
    let mut parts = ResponseParts::new();
    parts.begin(100, b"Continue").unwrap();
    parts.set_server_token(ServerToken::Never);
    let written = crate::h1::response::write_interim(&mut parts).into_bytes();
    assert_eq!(written, b"HTTP/1.1 100 Continue\r\n\r\n");
    let again = crate::h1::response::write_interim(&mut parts).into_bytes();
    assert_eq!(again, b"HTTP/1.1 100 Continue\r\n\r\n");
}
