//! The parts of a request's way through the service, one at a time, for instruction counts.
//!
//! `micro OPERATION TIMES` does one of [`OPERATIONS`] so often; `benches/micro.py` runs it under
//! valgrind and takes the difference of two runs. Owns the inputs. Does not own the figures.

use std::hint::black_box;
use std::net::SocketAddr;
use std::process::ExitCode;

use httpsys::Service;
use httpsys_core::UrlGroupId;
use httpsys_core::cooked_url::{CookedUrl, cook};
use httpsys_core::ids::{HandleId, OperationId, RequestId, SlotIds};
use httpsys_core::request_queue::RequestQueue;
use httpsys_core::routing::{Registration, RoutingTable};
use httpsys_core::url_prefix::UrlPrefix;
use httpsys_proto::{
    BodyDecoder, ConnectionLine, Finish, Framing, Parameters, Parsed, RequestHead, ResponseParts,
    h1, parse_head,
};

const SMALL: &[u8] = b"GET /hello HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n\r\n";
const BROWSER: &[u8] = b"GET /docs/page?id=12 HTTP/1.1\r\nHost: www.example.com\r\n\
    Connection: keep-alive\r\nUpgrade-Insecure-Requests: 1\r\nUser-Agent: Mozilla/5.0 (X11; Linux \
    x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36\r\nAccept: \
    text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8\r\n\
    Sec-Fetch-Site: none\r\nSec-Fetch-Mode: navigate\r\nSec-Fetch-User: ?1\r\nSec-Fetch-Dest: \
    document\r\nAccept-Encoding: gzip, deflate, br, zstd\r\nAccept-Language: en-US,en;q=0.9\r\n\
    Cookie: session=0123456789abcdef0123456789abcdef; theme=dark\r\n\r\n";

type Operation = (&'static str, fn(u64));

const OPERATIONS: [Operation; 18] = [
    ("parse-small", |times| parse(SMALL, times)),
    ("parse-browser", |times| parse(BROWSER, times)),
    ("parse-23-fields", |times| parse(&many_fields(23), times)),
    ("parse-50-fields", |times| parse(&many_fields(50), times)),
    ("parse-in-pieces", parse_in_pieces),
    ("cook", |times| {
        cook_url(&[b"/docs/page?id=12"], &[b"www.example.com"], times)
    }),
    ("cook-other-host", |times| {
        cook_url(
            &[b"/docs/page?id=12"],
            &[b"www.example.com", b"example.org"],
            times,
        );
    }),
    ("cook-escaped", |times| {
        cook_url(&[b"/a%20b/../%C3%A4"], &[b"www.example.com"], times)
    }),
    ("route-1", |times| route(1, times)),
    ("route-1000", |times| route(1000, times)),
    ("response", respond),
    ("chunked-64k", |times| chunked(4096, times)),
    ("chunked-64k-by-16", |times| chunked(16, times)),
    ("register-url", register_urls),
    ("register-group", register_groups),
    ("withdraw-one-of-20000", withdraw),
    ("ids", ids),
    ("nothing", |times| {
        for n in 0..times {
            black_box(n);
        }
    }),
];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [name, times] = &arguments[..] {
        let operation = OPERATIONS.iter().find(|(other, _)| other == name);
        if let (Some((_, run)), Ok(times)) = (operation, times.parse()) {
            run(times);
            return ExitCode::SUCCESS;
        }
    }
    for (name, _) in OPERATIONS {
        println!("{name}");
    }
    ExitCode::from(u8::from(!arguments.is_empty()) * 2)
}

fn local() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 8080))
}

/// A head of fields that HTTP.sys has no number for, but for Host.
fn many_fields(count: usize) -> Vec<u8> {
    let mut head = String::from("GET /hello HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n");
    for n in 1..count {
        head += &format!("X-Field-Number-{n}: a value of usual length, {n}\r\n");
    }
    (head + "\r\n").into_bytes()
}

fn parse(input: &[u8], times: u64) {
    let (mut head, p) = (RequestHead::new(), Parameters::default());
    for _ in 0..times {
        let parsed = parse_head(&mut head, black_box(input), 0, &p);
        assert!(matches!(parsed, Parsed::Complete { .. }));
        black_box(head.raw_url());
    }
}

/// A head that comes in sixteen reads.
fn parse_in_pieces(times: u64) {
    let (mut head, p) = (RequestHead::new(), Parameters::default());
    for _ in 0..times {
        let mut seen = 0;
        for end in (1..=16).map(|n| BROWSER.len() * n / 16) {
            black_box(parse_head(&mut head, black_box(&BROWSER[..end]), seen, &p));
            seen = end;
        }
    }
}

fn cook_url(targets: &[&[u8]], hosts: &[&[u8]], times: u64) {
    let (mut url, p) = (CookedUrl::default(), Parameters::default());
    let inputs = targets.iter().cycle().zip(hosts.iter().cycle());
    for (_, (target, host)) in (0..times).zip(inputs) {
        let cooked = cook(
            &mut url,
            false,
            black_box(host),
            local(),
            black_box(target),
            &p,
        );
        assert!(cooked.is_ok());
        black_box(url.full());
    }
}

fn route(prefixes: u64, times: u64) {
    let mut table = RoutingTable::new();
    for n in 0..prefixes {
        let prefix =
            UrlPrefix::parse_str(&format!("http://localhost:8080/app{n}/")).expect("valid");
        let registration = Registration {
            group: UrlGroupId(n + 1),
            context: n,
        };
        table.insert(&prefix, registration).expect("free");
    }
    let mut url = CookedUrl::default();
    let target = b"/app0/items/17";
    cook(
        &mut url,
        false,
        b"localhost:8080",
        local(),
        target,
        &Parameters::default(),
    )
    .expect("valid");
    for _ in 0..times {
        black_box(table.route(black_box(&url), local()));
    }
}

fn respond(times: u64) {
    let mut head = ResponseParts::new();
    for n in 0..times {
        head.begin(200, black_box(b"OK")).expect("valid");
        head.known(12, black_box(b"text/plain"), true)
            .expect("valid");
        head.unknown(b"X-Request", black_box(b"17")).expect("valid");
        let finish = Finish {
            date: b"Tue, 24 Nov 2026 09:00:00 GMT",
            connection: ConnectionLine::None,
            content_length: Some(n & 0xFFFF),
        };
        black_box(h1::response::write(&mut head, &finish).into_bytes());
    }
}

/// 64 KiB in chunks of this size.
fn chunked(size: usize, times: u64) {
    let mut body = Vec::new();
    for _ in 0..65_536 / size {
        body.extend(format!("{size:x}\r\n").bytes());
        body.resize(body.len() + size, b'x');
        body.extend(b"\r\n");
    }
    body.extend(b"0\r\n\r\n");
    let mut out = vec![0; 65_536];
    for _ in 0..times {
        let mut decoder = BodyDecoder::new(Framing::Chunked);
        let decoded = decoder.decode(black_box(&body), &mut out).expect("valid");
        assert_eq!(decoded.produced, 65_536);
    }
}

/// So many URLs in one group, all on one port, registered and removed: what each costs must not grow with them.
fn register_urls(times: u64) {
    let service = Service::new(Parameters::default()).expect("a service");
    let session = service.create_server_session().expect("a session");
    let group = session.create_url_group().expect("a group");
    let first = group.add_url("http://localhost:0/first/").expect("a port");
    let port = first.port();
    for n in 0..times {
        let url = format!("http://localhost:{port}/p{n}/");
        group.add_url(&url).expect("free");
    }
    for n in 0..times {
        let url = format!("http://localhost:{port}/p{n}/");
        group.remove_url(&url).expect("registered");
    }
}

/// So many groups, each with a named queue and a URL on the same port, made and closed.
fn register_groups(times: u64) {
    let service = Service::new(Parameters::default()).expect("a service");
    let session = service.create_server_session().expect("a session");
    let group = session.create_url_group().expect("a group");
    let first = group.add_url("http://+:0/first/").expect("a port");
    let port = first.port();
    let made: Vec<_> = (0..times)
        .map(|n| {
            let queue = service.create_named_request_queue(&format!("queue-{n}"));
            let queue = queue.expect("a queue");
            let group = session.create_url_group().expect("a group");
            group.bind(&queue).expect("both are open");
            let url = format!("http://+:{port}/g{n}/");
            group.add_url(&url).expect("free");
            (queue, group)
        })
        .collect();
    for (queue, group) in made {
        queue.close().expect("open");
        group.close().expect("open");
    }
}

/// One of 20,000 receives that wait is taken back, and another one waits.
fn withdraw(times: u64) {
    const WAITING: u64 = 20_000;
    let handle = HandleId(1);
    let mut queue = RequestQueue::new();
    queue.open_handle(handle);
    for id in 1..=WAITING {
        queue.wait_operation(handle, OperationId(id), id);
    }
    // In an order that has no neighbours, through all that waited at first, and again.
    let mut waiting: Vec<u64> = (1..=WAITING).collect();
    for (n, next) in (0..times).zip(WAITING + 1..) {
        let one = &mut waiting[(n * 7_919 % WAITING) as usize];
        let taken = queue.withdraw_operation(handle, OperationId(*one));
        assert_eq!(taken, Some(*one));
        queue.wait_operation(handle, OperationId(next), next);
        *one = next;
    }
}

/// A request id made, and taken apart again.
fn ids(times: u64) {
    let mut ids = SlotIds::new(0, 17);
    for _ in 0..times {
        let id: RequestId = ids.next_request().expect("far from the last");
        black_box(black_box(id).place());
    }
}
