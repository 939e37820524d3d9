//! Probes of what is read and written: error pages, header fields, 100 Continue, prefixes, cooked URLs.
//!
//! Owns groups 1, 2, 6, 9 and 10 of section C. Nothing here is expected to be right or wrong.

use std::thread;

use httpsys_tests::client::Client;
use httpsys_tests::door::{DISCONNECT, Door, MORE_DATA, Reply};

use crate::{Report, World_, all, code, masked};

/// Answers everything with the cooked path, so that what is delivered can be told from what is not.
fn served(test: impl FnOnce(&World_)) {
    let world = World_::new();
    thread::scope(|scope| {
        scope.spawn(|| {
            world.serve(|request| {
                let known = format!("delivered {} {:?}", request.abs_path, request.query);
                Reply::ok().flags(DISCONNECT).chunk(known)
            });
        });
        test(&world);
        let _ = world.door.close_queue(&world.queue);
    });
}

fn ask(world: &World_, bytes: impl AsRef<[u8]>) -> String {
    let mut client = world.connect();
    client.send(bytes);
    // Where a request is not whole the client has nothing more to say.
    let _ = client.try_finish();
    all(&mut client, world)
}

/// Faulty requests, with the row of the list of gaps that each is about.
const FAULTY: &[(&str, &str)] = &[
    ("g001-version-2.0", "GET / HTTP/2.0\r\nHost: HOST\r\n\r\n"),
    ("g001-version-3.0", "GET / HTTP/3.0\r\nHost: HOST\r\n\r\n"),
    (
        "g002-negative-length",
        "POST / HTTP/1.1\r\nHost: HOST\r\nContent-Length: -1\r\n\r\n",
    ),
    (
        "g002-long-chunk-size",
        "POST / HTTP/1.1\r\nHost: HOST\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFF\r\n",
    ),
    ("g002-cr-alone", "GET / HTTP/1.1\rHost: HOST\r\n\r\n"),
    ("g003-no-host", "GET / HTTP/1.1\r\n\r\n"),
    ("g003-empty-host", "GET / HTTP/1.1\r\nHost:\r\n\r\n"),
    ("g003-bad-version", "GET / HTP/1.1\r\nHost: HOST\r\n\r\n"),
    ("g003-bad-verb", "G(T / HTTP/1.1\r\nHost: HOST\r\n\r\n"),
    (
        "g003-no-colon",
        "GET / HTTP/1.1\r\nHost: HOST\r\nbad\r\n\r\n",
    ),
    (
        "g003-nul-in-value",
        "GET / HTTP/1.1\r\nHost: HOST\r\na: x\0y\r\n\r\n",
    ),
    (
        "g004-head-bad-escape",
        "HEAD /%zz HTTP/1.1\r\nHost: HOST\r\n\r\n",
    ),
    ("g007-line-alone", "foo\r\n"),
    ("g009-verb-and-host", "G(T / HTTP/1.1\r\n\r\n"),
    (
        "g009-escape-and-host",
        "GET /%zz HTTP/1.1\r\nHost: unknown\r\n\r\n",
    ),
    (
        "g010-above-root",
        "GET /../x HTTP/1.1\r\nHost: HOST\r\n\r\n",
    ),
    (
        "g010-above-root-deep",
        "GET /a/../../x HTTP/1.1\r\nHost: HOST\r\n\r\n",
    ),
    (
        "g011-folded",
        "GET / HTTP/1.1\r\nHost: HOST\r\na: b\r\n c\r\n\r\n",
    ),
    (
        "g012-blank-before-colon",
        "GET / HTTP/1.1\r\nHost : HOST\r\n\r\n",
    ),
    (
        "g013-bracket-in-name",
        "GET / HTTP/1.1\r\nHost: HOST\r\na[b: c\r\n\r\n",
    ),
    (
        "g014-control-in-value",
        "GET / HTTP/1.1\r\nHost: HOST\r\na: \x01\r\n\r\n",
    ),
    (
        "g015-two-hosts",
        "GET / HTTP/1.1\r\nHost: HOST\r\nHost: HOST\r\n\r\n",
    ),
    ("g015-1.0-no-host", "GET / HTTP/1.0\r\n\r\n"),
    (
        "g016-host-with-path",
        "GET / HTTP/1.1\r\nHost: HOST/x\r\n\r\n",
    ),
    (
        "g017-empty-line-first",
        "\r\nGET / HTTP/1.1\r\nHost: HOST\r\n\r\n",
    ),
    ("g019-tab", "GET\t/ HTTP/1.1\r\nHost: HOST\r\n\r\n"),
    (
        "g020-chunked-case",
        "POST / HTTP/1.1\r\nHost: HOST\r\nTransfer-Encoding: Chunked\r\n\r\n0\r\n\r\n",
    ),
    (
        "g020-identity",
        "POST / HTTP/1.1\r\nHost: HOST\r\nTransfer-Encoding: identity\r\n\r\n",
    ),
    (
        "g021-chunked-1.0",
        "POST / HTTP/1.0\r\nHost: HOST\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    ),
    (
        "g025-https-target",
        "GET https://HOST/ HTTP/1.1\r\nHost: HOST\r\n\r\n",
    ),
    (
        "g025-ftp-target",
        "GET ftp://HOST/ HTTP/1.1\r\nHost: HOST\r\n\r\n",
    ),
    ("g027-fragment", "GET /#x HTTP/1.1\r\nHost: HOST\r\n\r\n"),
    (
        "g030-escape-in-query",
        "GET /?%zz HTTP/1.1\r\nHost: HOST\r\n\r\n",
    ),
    (
        "g042-expect-other",
        "POST / HTTP/1.1\r\nHost: HOST\r\nExpect: x\r\nContent-Length: 0\r\n\r\n",
    ),
    (
        "a04-lower-case-verb",
        "get / HTTP/1.1\r\nHost: HOST\r\n\r\n",
    ),
    ("a14-bare-lf", "GET / HTTP/1.1\nHost: HOST\n\n"),
];

/// Group 1: one connection for each faulty request of section B.
pub(crate) fn errors(report: &mut Report) {
    served(|world| {
        let host = format!("localhost:{}", world.port());
        for (name, request) in FAULTY {
            report.row(name, || ask(world, request.replace("HOST", &host)));
        }
        for (name, target) in [
            ("g029-latin-1", &b"/\xe1"[..]),
            ("g029-utf-8", b"/\xc3\xa1"),
        ] {
            let request = [
                b"GET ",
                target,
                b" HTTP/1.1\r\nHost: ",
                host.as_bytes(),
                b"\r\n\r\n",
            ];
            report.row(name, || ask(world, request.concat()));
        }
        for length in [254, 255, 256] {
            let request = format!("{} / HTTP/1.1\r\nHost: {host}\r\n\r\n", "V".repeat(length));
            report.row(&format!("g018-verb-{length}"), || ask(world, request));
        }
        for length in [16_379, 16_380, 16_384] {
            let request = format!(
                "GET /{} HTTP/1.1\r\nHost: {host}\r\n\r\n",
                "u".repeat(length - 1)
            );
            let short = |text: String| text.lines().next().unwrap_or_default().to_owned();
            report.row(&format!("g008-target-{length}"), || {
                short(ask(world, request))
            });
        }
    });
}

/// Group 2: ten known and three unknown fields, in one call and in two.
pub(crate) fn fields(report: &mut Report) {
    let reply = |status, flags| {
        let mut reply = Reply::new(status, "Reason").flags(flags);
        for name in [
            "Cache-Control",
            "Pragma",
            "Via",
            "Allow",
            "Content-Type",
            "Expires",
        ] {
            reply = reply.header(name, "k");
        }
        for name in ["ETag", "Location", "Vary", "WWW-Authenticate"] {
            reply = reply.header(name, "k");
        }
        for name in ["X-One", "A-Two", "M-Three"] {
            reply = reply.unknown_header(name, "u");
        }
        reply
    };
    for (way, more) in [("one-call", false), ("more-data", true)] {
        for version in ["1.0", "1.1"] {
            for verb in ["GET", "HEAD"] {
                for status in [200, 204, 304, 418] {
                    report.row(&format!("{way}-{version}-{verb}-{status}"), || {
                        let world = World_::new();
                        let mut client = world.connect();
                        let host = format!("localhost:{}", world.port());
                        client.send(format!("{verb} / HTTP/{version}\r\nHost: {host}\r\n\r\n"));
                        let id = world.receive().id;
                        let sent = if more {
                            let first = world.respond(id, &reply(status, MORE_DATA));
                            let last = world.send_body(id, &[b"body"], DISCONNECT);
                            format!("{} {}", code(first), code(last))
                        } else {
                            code(world.respond(id, &reply(status, DISCONNECT).chunk("body")))
                        };
                        format!("{sent}: {}", all(&mut client, &world))
                    });
                }
            }
        }
    }
}

/// Group 6: when 100 Continue comes.
pub(crate) fn expect_continue(report: &mut Report) {
    let waiting = || {
        let world = World_::new();
        let mut client = world.connect();
        client.send(world.request("POST", "/", "Expect: 100-continue\r\nContent-Length: 4\r\n"));
        let id = world.receive().id;
        (world, client, id)
    };
    report.row("read-first", || {
        let (world, mut client, id) = waiting();
        thread::scope(|scope| {
            let read = scope.spawn(|| code(world.read_body(id, &mut [0; 16])));
            let first = client.read_head();
            client.send("body");
            let read = read.join().expect("ended");
            let sent = code(world.respond(id, &Reply::ok().flags(DISCONNECT)));
            let (first, rest) = (masked(&first, world.port()), all(&mut client, &world));
            format!("{first:?} read {read} sent {sent} {rest}")
        })
    });
    report.row("answer-first", || {
        let (world, mut client, id) = waiting();
        let sent = code(world.respond(id, &Reply::ok().chunk("no")));
        let head = masked(&client.read_head(), world.port());
        format!("sent {sent} {head}")
    });
}

/// Group 9: forms of the host in a prefix against Host values.
pub(crate) fn prefixes(report: &mut Report) {
    let hosts = ["localhost", "127.0.0.1", "[::1]", "+", "*"];
    for prefix in hosts {
        for (form, host) in [
            ("localhost", "localhost"),
            ("ipv4", "127.0.0.1"),
            ("other", "example.test"),
        ] {
            report.row(&format!("{prefix}-for-{form}"), || {
                let world = World_::without_url();
                let port = world.port();
                let url = format!("http://{prefix}:{port}/");
                let added = world.door.add_url(&world.group, &url, 0);
                if added.is_err() {
                    return format!("added {}", code(added));
                }
                let request = format!("GET / HTTP/1.1\r\nHost: {host}:{port}\r\n\r\n");
                let Ok(stream) = std::panic::catch_unwind(|| Client::connect(port)) else {
                    return "added 0, nobody listens on 127.0.0.1".to_owned();
                };
                answer_or_delivery(&world, stream, &request)
            });
        }
    }
    for url in [
        "http://localhost:PORT",
        "http://localhost:PORT/a",
        "HTTP://LocalHost:PORT/B/",
        "http://localhost:0PORT/",
        "http://:PORT/",
        "http://localhost:PORT/%41/",
    ] {
        report.row(&format!("add-{url}"), || {
            let world = World_::without_url();
            let url = url.replace("PORT", &world.port().to_string());
            format!(
                "{} {}",
                code(world.door.add_url(&world.group, &url, 0)),
                code(world.door.remove_url(&world.group, &url))
            )
        });
    }
}

/// The answer of the service itself, or that the request came to the queue.
fn answer_or_delivery(world: &World_, mut client: Client, request: &str) -> String {
    thread::scope(|scope| {
        let receiver = scope.spawn(|| {
            world.serve(|_| Reply::ok().flags(DISCONNECT).chunk("delivered"));
        });
        client.send(request);
        let answer = all(&mut client, world);
        let _ = world.door.close_queue(&world.queue);
        let _ = receiver.join();
        format!("added 0, {answer}")
    })
}

/// Group 10: what becomes of a target.
pub(crate) fn cooked(report: &mut Report) {
    const TARGETS: &[&str] = &[
        "/",
        "/a/./b",
        "/a/../b",
        "/a//b",
        "/a%2fb",
        "/a%2Fb/",
        "/a%5cb",
        "/a\\b",
        "/%41%62",
        "/%c3%a1",
        "/%e1",
        "/%u00e1",
        "/%c3%a1%u00e1",
        "/%e1%c3%a1",
        "/a;b=c",
        "/a%00b",
        "/a%0ab",
        "/%2e%2e/x",
        "/a/%2e/b",
        "/a?b?c",
        "/a?%41",
        "/a%3fb",
        "/a%23b",
        "/a%25b",
        "/~a",
        "/a+b",
        "/a%20b",
        "/a/..",
        "/a/.",
        "/...",
        "/a./b",
    ];
    served(|world| {
        let host = format!("localhost:{}", world.port());
        for target in TARGETS {
            let request = format!("GET {target} HTTP/1.1\r\nHost: {host}\r\n\r\n");
            report.row(target, || {
                let answer = ask(world, request);
                let body = answer
                    .rsplit("\r\n\r\n")
                    .next()
                    .unwrap_or_default()
                    .to_owned();
                let line = answer.lines().next().unwrap_or_default().to_owned();
                format!("{line}: {body}")
            });
        }
    });
}
