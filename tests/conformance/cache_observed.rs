//! What is seen of an answer from the cache beside its bytes: its entry in an access log, and counters. Area CSH, G-252
//! and G-253.
//!
//! Owns: the entries of 200, 206, 304 and 416 in each format, and the names of the counters. Does not own: the answers
//! (`cache.rs`), nor the formats (`logging.rs`).

use httpsys_logging::raw::Reader;
use httpsys_tests::both_doors;
use httpsys_tests::client::Client;
use httpsys_tests::door::{CAbi, CachePolicy, Door, LogSpec, Reply, RustApi, World};
use httpsys_tests::raw::{self, CResponse, LogData};
use windows_sys::Win32::Networking::HttpServer as http;

use crate::logging::Folder;

both_doors![
    csh_003_csh_016_each_answer_has_a_line_in_a_w3c_log,
    csh_003_each_answer_has_a_line_in_logs_of_iis_and_ncsa,
    csh_003_each_answer_has_a_record_in_a_binary_log,
    csh_003_answers_are_counted_by_the_counters_of_the_cache,
];

const KEPT: CachePolicy = CachePolicy::UserInvalidates;
const KEPT_IN_RUST: httpsys::CachePolicy = httpsys::CachePolicy::UserInvalidates;
const DATE: &str = "Sun, 06 Nov 1994 08:49:37 GMT";

fn reply() -> Reply {
    Reply::ok()
        .header("Content-Type", "text/plain")
        .header("Last-Modified", DATE)
        .chunk("0123456789")
}

/// A request that the program answers and leaves in the cache.
fn keep<D: Door>(w: &World<D>, client: &mut Client, path: &str) {
    client.send(w.get(path));
    let received = w.receive();
    let sent = w.door.respond_cached(&w.queue, &received, &reply(), KEPT);
    assert!(sent.is_ok(), "{sent:?}");
    client.read_response();
}

/// The length of an answer, head and body, and of its request.
type Lengths = (usize, usize);

/// Answers from the cache: whole, a part, not modified, no part.
fn hits<D: Door>(w: &World<D>, client: &mut Client, path: &str) -> Vec<(u16, Lengths)> {
    let since = format!("If-Modified-Since: {DATE}\r\n");
    let fields = [
        "User-Agent: hit\r\n",
        "Range: bytes=2-4\r\nReferer: http://from/\r\n",
        &since,
        "Range: bytes=10-\r\n",
    ];
    let answers = fields.iter().map(|fields| {
        let request = w.request("GET", path, fields);
        client.send(&request);
        let response = client.read_response();
        let length = response.head.len() + response.body.len();
        (response.status(), (length, request.len()))
    });
    let answers: Vec<_> = answers.collect();
    let statuses: Vec<u16> = answers.iter().map(|(status, _)| *status).collect();
    assert_eq!(statuses, [200, 206, 304, 416]);
    answers
}

/// The answers of the cache on a connection are logged when a request behind them is received. What is done then is not
/// logged any more.
fn end<D: Door>(w: &World<D>, client: &mut Client, end: impl FnOnce()) {
    client.send(w.get("/behind"));
    let behind = w.receive();
    end();
    assert!(w.respond(behind.id, &Reply::ok()).is_ok());
    client.read_response();
}

/// Runs a log of the group while a response is kept and given again.
fn logged<D: Door>(w: &World<D>, spec: &LogSpec) -> Vec<(u16, Lengths)> {
    assert_eq!(w.door.set_group_logging(&w.group, Some(spec)), Ok(()));
    let mut client = w.connect();
    keep(w, &mut client, "/kept?q=1");
    let answers = hits(w, &mut client, "/kept?q=1");
    end(w, &mut client, || {
        assert_eq!(w.door.set_group_logging(&w.group, None), Ok(()));
    });
    answers
}

fn csh_003_csh_016_each_answer_has_a_line_in_a_w3c_log<D: Door>(w: &World<D>) {
    let folder = Folder::new();
    let fields = http::HTTP_LOG_FIELD_METHOD
        | http::HTTP_LOG_FIELD_URI_STEM
        | http::HTTP_LOG_FIELD_URI_QUERY
        | http::HTTP_LOG_FIELD_STATUS
        | http::HTTP_LOG_FIELD_WIN32_STATUS
        | http::HTTP_LOG_FIELD_BYTES_SENT
        | http::HTTP_LOG_FIELD_BYTES_RECV
        | http::HTTP_LOG_FIELD_VERSION
        | http::HTTP_LOG_FIELD_USER_AGENT
        | http::HTTP_LOG_FIELD_REFERER;
    let spec = LogSpec {
        fields,
        ..folder.spec()
    };
    let answers = logged(w, &spec);
    let lines = folder.lines();
    assert_eq!(lines.len(), 5, "the program's answer, and four: {lines:#?}");
    // What the client said, and not what the first one had said.
    let said = ["hit -", "- http://from/", "- -", "- -"];
    for (line, (said, (status, (sent, received)))) in
        lines[1..].iter().zip(said.iter().zip(&answers))
    {
        let expected = format!("GET /kept q=1 HTTP/1.1 {said} {status} 0 {sent} {received}");
        assert_eq!(*line, expected);
    }
}

fn csh_003_each_answer_has_a_line_in_logs_of_iis_and_ncsa<D: Door>(w: &World<D>) {
    for (format, name) in [
        (http::HttpLoggingTypeIIS, "u_inetsv1.log"),
        (http::HttpLoggingTypeNCSA, "u_ncsa1.log"),
    ] {
        let folder = Folder::new();
        let spec = LogSpec {
            format,
            ..folder.spec()
        };
        let url = w.url("/");
        assert_eq!(w.door.flush_cache(&w.queue, &url, true), Ok(()));
        let answers = logged(w, &spec);
        let text = String::from_utf8(folder.read(name)).expect("UTF-8");
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 5, "{text}");
        for (line, (status, (sent, received))) in lines[1..].iter().zip(&answers) {
            let is_right = if format == http::HttpLoggingTypeIIS {
                line.contains(&format!(
                    ", {received}, {sent}, {status}, 0, GET, /kept, q=1,"
                ))
            } else {
                line.ends_with(&format!("\"GET /kept?q=1 HTTP/1.1\" {status} {sent}"))
            };
            assert!(is_right, "{line}");
        }
    }
}

fn csh_003_each_answer_has_a_record_in_a_binary_log<D: Door>(w: &World<D>) {
    let folder = Folder::new();
    let spec = LogSpec {
        format: http::HttpLoggingTypeRaw,
        ..folder.spec()
    };
    assert_eq!(w.door.set_session_logging(&w.session, Some(&spec)), Ok(()));
    let mut client = w.connect();
    keep(w, &mut client, "/kept?q=1");
    let answers = hits(w, &mut client, "/kept?q=1");
    end(w, &mut client, || {
        assert_eq!(w.door.set_session_logging(&w.session, None), Ok(()));
    });
    let bytes = folder.read("raw1.ibl");
    let entries = Reader::new(&bytes).map(|entry| entry.expect("a whole record"));
    let entries: Vec<_> = entries.collect();
    assert_eq!(entries.len(), 5);
    for (entry, (status, (sent, received))) in entries[1..].iter().zip(&answers) {
        assert_eq!(entry.protocol_status, *status);
        assert_eq!(
            (entry.uri_stem, entry.uri_query),
            (&b"/kept"[..], &b"q=1"[..])
        );
        assert_eq!(entry.bytes_sent, *sent as u64);
        assert_eq!(entry.bytes_received, *received as u64);
    }
}

/// The value of a sample without labels.
fn sample<D: Door>(w: &World<D>, name: &str) -> u64 {
    let text = w.door.prometheus();
    let mut lines = text.lines();
    let value = lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    value.and_then(|value| value.parse().ok()).expect(name)
}

/// The service is that of the whole process: others may count beside this.
fn csh_003_answers_are_counted_by_the_counters_of_the_cache<D: Door>(w: &World<D>) {
    let names = [
        "httpsys_uris_cached_total",
        "httpsys_uri_cache_hits_total",
        "httpsys_uri_cache_misses_total",
        "httpsys_uri_cache_flushes_total",
        "httpsys_flushed_uris_total",
    ];
    let before = names.map(|name| sample(w, name));
    let mut client = w.connect();
    keep(w, &mut client, "/a");
    keep(w, &mut client, "/b");
    assert!(sample(w, "httpsys_current_uris_cached") >= 2);
    let answers = hits(w, &mut client, "/a").len();
    let url = w.url("/");
    assert_eq!(w.door.flush_cache(&w.queue, &url, true), Ok(()));
    let after = names.map(|name| sample(w, name));
    // The second one was looked up beside the first.
    for (at, least) in [2, answers as u64, 1, 1, 2].into_iter().enumerate() {
        let more = after[at] - before[at];
        assert!(more >= least, "{}: {more} of {least}", names[at]);
    }
    let queue = w.door.queue_counters(&w.queue).expect("counters");
    assert_eq!((queue.CacheHitRate, queue.ArrivalRate), (4, 2));
}

/// s-sitename, s-computername and sc-status.
const NAMES: u32 = http::HTTP_LOG_FIELD_SITE_NAME
    | http::HTTP_LOG_FIELD_COMPUTER_NAME
    | http::HTTP_LOG_FIELD_URI_STEM
    | http::HTTP_LOG_FIELD_STATUS;

/// Names of computer and service are the program's, the rest is the request's (G-252).
#[test]
fn csh_003_in_c_an_answer_has_the_names_that_its_response_had_and_none_without_log_data() {
    let w = World::<CAbi>::new();
    let folder = Folder::new();
    let spec = LogSpec {
        fields: NAMES,
        ..folder.spec()
    };
    assert_eq!(w.door.set_group_logging(&w.group, Some(&spec)), Ok(()));
    let reply = reply();
    let response = CResponse::new(&reply);
    let mut client = w.connect();
    for (path, is_logged) in [("/logged", true), ("/silent", false)] {
        client.send(w.get(path));
        let received = w.receive();
        let log = LogData::of(&received, 299).names("computer", "service");
        let mut log = Some(log).filter(|_| is_logged);
        let of = (received.id, 0);
        let code = raw::send_cached(w.queue, of, &response.value, KEPT, log.as_mut(), None);
        assert_eq!(code, 0);
        client.read_response();
        client.send(w.get(path));
        assert_eq!(client.read_response().status(), 200);
    }
    end(&w, &mut client, || {
        assert_eq!(w.door.set_group_logging(&w.group, None), Ok(()));
    });
    let lines = [
        "service computer /logged 299",
        "service computer /logged 200",
    ];
    assert_eq!(folder.lines(), lines);
}

#[test]
fn csh_003_in_rust_an_answer_has_the_names_that_its_response_had_and_none_without_log_data() {
    let w = World::<RustApi>::new();
    let folder = Folder::new();
    let spec = LogSpec {
        fields: NAMES,
        ..folder.spec()
    };
    assert_eq!(w.door.set_group_logging(&w.group, Some(&spec)), Ok(()));
    let response = || {
        let response = httpsys::Response::ok().header("Content-Type", "text/plain");
        response.body("kept").cache(KEPT_IN_RUST)
    };
    let names = httpsys::LogData::new().server_name("computer");
    let names = names.service_name("service").status(299);
    let mut client = w.connect();
    for (path, response) in [
        ("/logged", response().log(names)),
        ("/silent", response().without_log()),
    ] {
        client.send(w.get(path));
        let request = w.queue.receive().expect("a request");
        request.respond(response).expect("an answer");
        client.read_response();
        client.send(w.get(path));
        assert_eq!(client.read_response().status(), 200);
    }
    end(&w, &mut client, || {
        assert_eq!(w.door.set_group_logging(&w.group, None), Ok(()));
    });
    let lines = [
        "service computer /logged 299",
        "service computer /logged 200",
    ];
    assert_eq!(folder.lines(), lines);
}
