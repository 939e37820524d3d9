//! Calls that take or make lists, at n, 2n and 4n: what one of them costs must not grow with n.
//!
//! `growth [N [NAME]]` prints for each list the microseconds of a call at three lengths (N is 1,000 unless given),
//! and the ratio of the last to the first. Owns the lists. Does not own limits: those of `benches/limits.tsv` are
//! counted by `micro`. Ports are free ones, and the configuration is in memory.

use std::hint::black_box;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use httpsys::{CachePolicy, Response, Server, Service, UrlGroup};

/// Names and what is measured: for a length, steps with the time that all of them took.
type Growth = (&'static str, fn(usize) -> Vec<(&'static str, Duration)>);

const LISTS: [Growth; 8] = [
    ("localhost", |n| prefixes("localhost", n)),
    ("plus", |n| prefixes("+", n)),
    ("names", hosts),
    ("groups", groups),
    ("one prefix in many groups", many_groups),
    ("ports", ports),
    ("reservations", reservations),
    ("cached responses", cached),
];

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let n = arguments.next().map_or(Ok(1_000), |n| n.parse());
    let Ok(n) = n else {
        eprintln!("usage: growth [N [NAME]]");
        return ExitCode::from(2);
    };
    let only = arguments.next();
    println!("| list | step | {n} | {} | {} | ratio |", 2 * n, 4 * n);
    println!("| --- | --- | ---: | ---: | ---: | ---: |");
    for (name, run) in LISTS {
        if only.as_deref().is_some_and(|only| only != name) {
            continue;
        }
        let lengths = [n, 2 * n, 4 * n];
        let times = lengths.map(run);
        for (at, (step, _)) in times[0].iter().enumerate() {
            let of = |run: usize| times[run][at].1.as_secs_f64() * 1e6 / lengths[run] as f64;
            let [first, second, third] = [0, 1, 2].map(of);
            let ratio = third / first;
            println!("| {name} | {step} | {first:.2} | {second:.2} | {third:.2} | {ratio:.1} |");
        }
    }
    ExitCode::SUCCESS
}

fn timed(run: impl FnOnce()) -> Duration {
    let begin = Instant::now();
    run();
    begin.elapsed()
}

fn service() -> Service {
    Service::new(httpsys::Parameters::default()).expect("a service")
}

/// A group on a service of its own, and a port of its.
fn group_with_port(service: &Service, host: &str) -> (UrlGroup, u16) {
    let session = service.create_server_session().expect("a session");
    let group = session.create_url_group().expect("a group");
    let url = format!("http://{host}:0/first/");
    let port = group.add_url(&url).expect("a port").port();
    // The group lives on without its session's value.
    std::mem::forget(session);
    (group, port)
}

fn add_and_remove(group: &UrlGroup, urls: &[String]) -> Vec<(&'static str, Duration)> {
    let add = || {
        urls.iter()
            .for_each(|url| drop(group.add_url(url).expect("free")))
    };
    let added = timed(add);
    let listed = timed(|| drop(black_box(group.urls().expect("listed"))));
    let removed = timed(|| {
        for url in urls {
            group.remove_url(url).expect("registered");
        }
    });
    add();
    let all = timed(|| group.remove_all_urls().expect("alive"));
    vec![
        ("add", added),
        ("list", listed),
        ("remove", removed),
        ("remove all", all),
    ]
}

fn prefixes(host: &str, n: usize) -> Vec<(&'static str, Duration)> {
    let service = service();
    let (group, port) = group_with_port(&service, host);
    let urls: Vec<String> = (0..n)
        .map(|n| format!("http://{host}:{port}/p{n}/"))
        .collect();
    add_and_remove(&group, &urls)
}

fn hosts(n: usize) -> Vec<(&'static str, Duration)> {
    let service = service();
    let (group, port) = group_with_port(&service, "localhost");
    let urls: Vec<String> = (0..n)
        .map(|n| format!("http://name{n}.example:{port}/"))
        .collect();
    add_and_remove(&group, &urls)
}

fn groups(n: usize) -> Vec<(&'static str, Duration)> {
    let service = service();
    let (_first, port) = group_with_port(&service, "localhost");
    let session = service.create_server_session().expect("a session");
    let mut made = Vec::new();
    let making = timed(|| {
        for n in 0..n {
            let queue = service.create_named_request_queue(&format!("growth-{n}"));
            let queue = queue.expect("a queue");
            let group = session.create_url_group().expect("a group");
            group.bind(&queue).expect("both alive");
            let url = format!("http://localhost:{port}/g{n}/");
            group.add_url(&url).expect("free");
            made.push((queue, group));
        }
    });
    let finding = timed(|| {
        for (n, (queue, _)) in made.iter().enumerate() {
            let url = format!("http://localhost:{port}/g{n}/");
            queue.find_url_group(&url).expect("registered");
            drop(
                service
                    .open_request_queue(&format!("growth-{n}"))
                    .expect("there"),
            );
        }
    });
    let state = timed(|| drop(black_box(service.state())));
    let closing = timed(|| {
        for (queue, group) in made {
            queue.close().expect("open");
            group.close().expect("open");
        }
    });
    vec![
        ("make", making),
        ("find", finding),
        ("list", state),
        ("close", closing),
    ]
}

fn many_groups(n: usize) -> Vec<(&'static str, Duration)> {
    let service = service();
    let (_first, port) = group_with_port(&service, "+");
    let session = service.create_server_session().expect("a session");
    let groups: Vec<UrlGroup> = (0..n)
        .map(|_| session.create_url_group().expect("a group"))
        .collect();
    let adding = timed(|| {
        for (n, group) in groups.iter().enumerate() {
            let url = format!("http://+:{port}/g{n}/");
            group.add_url(&url).expect("free");
        }
    });
    let closing = timed(|| session.close().expect("open"));
    vec![("add", adding), ("close the session", closing)]
}

fn ports(n: usize) -> Vec<(&'static str, Duration)> {
    let service = service();
    let session = service.create_server_session().expect("a session");
    // A descriptor each; the usual limit is 1,024.
    let groups: Vec<UrlGroup> = (0..n / 10)
        .map(|_| session.create_url_group().expect("a group"))
        .collect();
    let adding = timed(|| {
        for group in &groups {
            group.add_url("http://127.0.0.1:0/").expect("a port");
        }
    });
    let closing = timed(|| session.close().expect("open"));
    vec![("add a tenth", adding), ("close a tenth", closing)]
}

fn reservations(n: usize) -> Vec<(&'static str, Duration)> {
    let service = service();
    let urls: Vec<String> = (0..n).map(|n| format!("http://+:80/r{n}/")).collect();
    let adding = timed(|| {
        for url in &urls {
            service.reserve_url(url, "D:(A;;GX;;;WD)").expect("free");
        }
    });
    let removing = timed(|| {
        for url in &urls {
            service.unreserve_url(url).expect("reserved");
        }
    });
    vec![("add", adding), ("remove", removing)]
}

/// Responses that a client has asked for and the cache keeps, and flushes, which look at all of them: the first drops
/// one, the second all. What a flush takes is divided by their number as well.
fn cached(n: usize) -> Vec<(&'static str, Duration)> {
    let service = service();
    let server = Server::builder().service(&service);
    let server = server.url("http://localhost:0/").bind().expect("a port");
    let address = server.local_addr().expect("it listens");
    let mut client = TcpStream::connect(address).expect("a connection");
    let port = address.port();
    let keeping = timed(|| {
        for n in 0..n {
            let request = format!("GET /{n} HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n");
            client.write_all(request.as_bytes()).expect("sent");
            let response = Response::ok().header("Content-Type", "text/plain");
            let response = response.cache(CachePolicy::UserInvalidates);
            let request = server.receive().expect("a request");
            let length = request.respond(response.body("kept")).expect("sent");
            let mut answer = vec![0; length as usize];
            client.read_exact(&mut answer).expect("an answer");
        }
    });
    let kept = || service.counters().service.uri_cache.current_uris_cached;
    assert_eq!(kept(), n as u64, "all are kept");
    let flush = |path: &str, recursive| {
        let url = format!("http://localhost:{port}/{path}");
        timed(|| server.queue().flush_cache(&url, recursive).expect("a URL"))
    };
    let one = flush("0", false);
    assert_eq!(kept(), n as u64 - 1);
    let all = flush("", true);
    assert_eq!(kept(), 0);
    vec![("keep", keeping), ("flush one", one), ("flush all", all)]
}
