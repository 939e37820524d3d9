//! Access logs from the property to the file: what is logged, in which file, in which form. Area CFG,
//! and LOG where the rows hold for all logs.
//!
//! Owns: the golden files `golden/*.txt`, one for each format, with times and ports masked. Does not
//! own: the formats in all their cases (`crates/logging`), files in distress (`logging_files`).

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use httpsys_logging::raw::Reader;
use httpsys_tests::both_doors;
use httpsys_tests::door::{CAbi, Door, LogSpec, MORE_DATA, Reply, RustApi, World};
use httpsys_tests::overlapped::Overlapped;
use httpsys_tests::raw::{self, CResponse, LogData};
use windows_sys::Win32::Networking::HttpServer as http;

both_doors![
    cfg_005_w3c_of_a_url_group,
    cfg_005_iis_of_a_url_group,
    cfg_005_ncsa_of_a_url_group,
    cfg_005_binary_of_a_server_session,
    cfg_005_logs_of_groups_and_sessions_do_not_mix,
    only_errors_or_only_successes,
    nothing_is_lost_when_a_log_is_replaced_or_its_group_closes,
    a_log_goes_with_its_session,
    log_004_a_client_cannot_forge_a_line,
    a_response_that_breaks_off_has_the_code_of_its_end,
    a_directory_that_cannot_be_used_is_refused,
];

/// Date to host, status to time taken: all that HTTP_LOG_FIELDS_DATA and W3C have together.
const ALL: u32 = 0x003f_ffff;
const STEM_AND_STATUS: u32 = http::HTTP_LOG_FIELD_URI_STEM | http::HTTP_LOG_FIELD_STATUS;

/// A directory of its own for a log; gone with the value.
pub(super) struct Folder(PathBuf);

impl Folder {
    pub(super) fn new() -> Folder {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("httpsys-logs-{}-{number}", std::process::id());
        let path = std::env::temp_dir().join(name);
        // An earlier process with this number may have been killed.
        let _ = std::fs::remove_dir_all(&path);
        Folder(path)
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }

    /// A W3C log in one file; the others change that.
    pub(super) fn spec(&self) -> LogSpec {
        LogSpec {
            format: http::HttpLoggingTypeW3C,
            directory: self.0.to_str().expect("UTF-8").to_owned(),
            software_name: String::new(),
            fields: STEM_AND_STATUS,
            flags: http::HTTP_LOGGING_FLAG_USE_UTF8_CONVERSION,
            rollover: (http::HttpLoggingRolloverSize, u32::MAX),
        }
    }

    pub(super) fn read(&self, name: &str) -> Vec<u8> {
        httpsys_tests::files::read(self.0.join(name)).unwrap_or_default()
    }

    /// The lines of the only W3C file that are no directives.
    pub(super) fn lines(&self) -> Vec<String> {
        let text = String::from_utf8(self.read("u_extend1.log")).expect("UTF-8");
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        lines.map(str::to_owned).collect()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Three exchanges: all fields, few fields and a body, a streamed response.
fn exchanges<D: Door>(w: &World<D>) {
    let answer = |head: &str, reply: &Reply| {
        let mut client = w.connect();
        client.send(head);
        let request = w.receive();
        let mut body = [0; 64];
        while w.read_body(request.id, &mut body).is_ok() {}
        assert_eq!(w.door.respond_logged(&w.queue, &request, reply), Ok(()));
        client.read_response();
    };
    answer(
        "GET /images/a%20picture%C3%A9.jpg?x=1&y=%20 HTTP/1.1\r\nHost: localhost\r\n\
         User-Agent: Mozilla/5.0 (compatible)\r\nCookie: a=b; c=d\r\n\
         Referer: http://elsewhere/\r\n\r\n",
        &Reply::ok().chunk("0123456789"),
    );
    answer(
        "POST /form HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n\
         5\r\nhello\r\n0\r\n\r\n",
        &Reply::new(404, "Not Found"),
    );
    let mut client = w.connect();
    client.send("GET /streamed HTTP/1.0\r\nHost: localhost\r\n\r\n");
    let request = w.receive();
    let reply = Reply::ok().flags(MORE_DATA).chunk("abc");
    assert_eq!(w.door.respond_logged(&w.queue, &request, &reply), Ok(()));
    assert!(w.send_body(request.id, &[b"def"], MORE_DATA).is_ok());
    assert_eq!(w.door.end_logged(&w.queue, &request, 200, b"ghi"), Ok(()));
    client.read_to_end();
}

/// Compares with a golden file; `HTTPSYS_BLESS=1` writes it.
fn assert_golden(name: &str, actual: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("conformance/golden")
        .join(name);
    if std::env::var_os("HTTPSYS_BLESS").is_some() {
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(&path, actual).expect("written");
    }
    let expected = std::fs::read_to_string(&path).expect("a golden file");
    assert_eq!(actual, expected, "{name}");
}

/// Digits of dates, times and what was measured in milliseconds become `0`.
fn mask(text: &str, is_masked: impl Fn(usize) -> bool, separator: &str) -> String {
    let mut masked = String::new();
    for line in text.split_inclusive("\r\n") {
        if let Some(date) = line.strip_prefix("#Date: ") {
            masked += "#Date: ";
            masked += &zeros(date);
            continue;
        }
        if line.starts_with('#') {
            masked += line;
            continue;
        }
        for (at, field) in line.split(separator).enumerate() {
            if at > 0 {
                masked += separator;
            }
            masked += &if is_masked(at) {
                zeros(field)
            } else {
                field.to_owned()
            };
        }
    }
    masked
}

fn zeros(text: &str) -> String {
    let digits = text
        .chars()
        .map(|c| if c.is_ascii_digit() { '0' } else { c });
    digits.collect()
}

fn cfg_005_w3c_of_a_url_group<D: Door>(w: &World<D>) {
    let folder = Folder::new();
    let spec = LogSpec {
        fields: ALL,
        software_name: "A program".to_owned(),
        ..folder.spec()
    };
    assert_eq!(w.door.set_group_logging(&w.group, Some(&spec)), Ok(()));
    assert!(
        !folder.path().join("u_extend1.log").exists(),
        "documented: made with the first request"
    );
    exchanges(w);
    assert_eq!(w.door.set_group_logging(&w.group, None), Ok(()));
    let text = String::from_utf8(folder.read("u_extend1.log")).expect("UTF-8");
    let text = text.replace(&format!(" {} ", w.port()), " PORT ");
    // The last is time-taken: few milliseconds have one digit or more.
    let masked = mask(&text, |at| at < 2, " ");
    let masked: String = masked
        .split_inclusive("\r\n")
        .map(|line| match line.rsplit_once(' ') {
            Some((rest, _)) if !line.starts_with('#') => format!("{rest} MS\r\n"),
            _ => line.to_owned(),
        })
        .collect();
    assert_golden("w3c.txt", &masked);
}

fn cfg_005_iis_of_a_url_group<D: Door>(w: &World<D>) {
    let folder = Folder::new();
    let spec = LogSpec {
        format: http::HttpLoggingTypeIIS,
        ..folder.spec()
    };
    assert_eq!(w.door.set_group_logging(&w.group, Some(&spec)), Ok(()));
    exchanges(w);
    assert_eq!(w.door.set_group_logging(&w.group, None), Ok(()));
    let text = String::from_utf8(folder.read("u_inetsv1.log")).expect("UTF-8");
    // The hour and the milliseconds have one digit or more.
    let lines = text.split_inclusive("\r\n").map(|line| {
        let mut fields: Vec<&str> = line.split(", ").collect();
        (fields[2], fields[3], fields[7]) = ("DATE", "TIME", "MS");
        fields.join(", ")
    });
    assert_golden("iis.txt", &lines.collect::<String>());
}

fn cfg_005_ncsa_of_a_url_group<D: Door>(w: &World<D>) {
    let folder = Folder::new();
    let spec = LogSpec {
        format: http::HttpLoggingTypeNCSA,
        ..folder.spec()
    };
    assert_eq!(w.door.set_group_logging(&w.group, Some(&spec)), Ok(()));
    exchanges(w);
    assert_eq!(w.door.set_group_logging(&w.group, None), Ok(()));
    let text = String::from_utf8(folder.read("u_ncsa1.log")).expect("UTF-8");
    let lines = text.split_inclusive("\r\n").map(|line| {
        let (begin, rest) = line.split_once('[').expect("a time");
        let (_, end) = rest.split_once(']').expect("a time");
        format!("{begin}[TIME]{end}")
    });
    assert_golden("ncsa.txt", &lines.collect::<String>());
}

fn cfg_005_binary_of_a_server_session<D: Door>(w: &World<D>) {
    let folder = Folder::new();
    let spec = LogSpec {
        format: http::HttpLoggingTypeRaw,
        ..folder.spec()
    };
    assert_eq!(w.door.set_session_logging(&w.session, Some(&spec)), Ok(()));
    exchanges(w);
    assert_eq!(w.door.set_session_logging(&w.session, None), Ok(()));
    let bytes = folder.read("raw1.ibl");
    let mut text = String::new();
    for entry in Reader::new(&bytes) {
        let entry = entry.expect("a whole record");
        assert!(entry.unix_seconds > 1_700_000_000 && entry.time_taken_ms < 60_000);
        assert_eq!(entry.server_port, w.port());
        assert_eq!(
            u64::from(entry.site_id),
            w.door.group_id(&w.group) & 0xFFFF_FFFF
        );
        let (client, server) = (entry.client_ip, entry.server_ip);
        let text_of = |bytes| String::from_utf8_lossy(bytes).into_owned();
        text += &format!(
            "{} {} {:?} {:?} {:?} {} {} {} {} {}\n",
            entry.method_num,
            entry.protocol_status,
            entry.version.map(|version| (version.major, version.minor)),
            client.expect("an address"),
            server.expect("an address"),
            text_of(entry.uri_stem),
            text_of(entry.uri_query),
            text_of(entry.user_name),
            entry.bytes_sent,
            entry.bytes_received,
        );
    }
    assert_golden("binary.txt", &text);
}

/// A request for `path`, answered and logged.
fn logged_get<D: Door>(w: &World<D>, queue: &D::Queue, path: &str, status: u16) {
    let mut client = w.connect();
    client.send(w.get(path));
    let request = w.door.receive(queue).expect("a request");
    let reply = Reply::new(status, "");
    assert_eq!(w.door.respond_logged(queue, &request, &reply), Ok(()));
    assert_eq!(client.read_response().status(), status);
}

/// A group's log has its responses, a session's those of all its groups, and nobody else's.
fn cfg_005_logs_of_groups_and_sessions_do_not_mix<D: Door>(w: &World<D>) {
    let (own, other, all) = (Folder::new(), Folder::new(), Folder::new());
    let (group, queue) = w.another_group();
    let url = w.url("/other/");
    assert_eq!(w.door.add_url(&group, &url, 0), Ok(()));
    let stranger = World::<D>::new();
    let strange = Folder::new();
    let door = &w.door;
    assert_eq!(door.set_group_logging(&w.group, Some(&own.spec())), Ok(()));
    assert_eq!(door.set_group_logging(&group, Some(&other.spec())), Ok(()));
    let session = Some(all.spec());
    assert_eq!(
        door.set_session_logging(&w.session, session.as_ref()),
        Ok(())
    );
    let session = Some(strange.spec());
    let set = door.set_session_logging(&stranger.session, session.as_ref());
    assert_eq!(set, Ok(()));

    logged_get(w, &w.queue, "/a", 200);
    logged_get(w, &queue, "/other/b", 201);
    logged_get(&stranger, &stranger.queue, "/c", 202);
    logged_get(w, &w.queue, "/d", 203);

    for set in [
        door.set_group_logging(&w.group, None),
        door.set_group_logging(&group, None),
        door.set_session_logging(&w.session, None),
        door.set_session_logging(&stranger.session, None),
    ] {
        assert_eq!(set, Ok(()));
    }
    logged_get(w, &w.queue, "/not-any-more", 200);
    assert_eq!(own.lines(), ["/a 200", "/d 203"]);
    assert_eq!(other.lines(), ["/other/b 201"]);
    assert_eq!(all.lines(), ["/a 200", "/other/b 201", "/d 203"]);
    assert_eq!(strange.lines(), ["/c 202"]);
    assert_eq!(door.remove_all_urls(&group), Ok(()));
}

fn only_errors_or_only_successes<D: Door>(w: &World<D>) {
    for (flag, expected) in [
        (
            http::HTTP_LOGGING_FLAG_LOG_ERRORS_ONLY,
            ["/c 400", "/d 503"],
        ),
        (
            http::HTTP_LOGGING_FLAG_LOG_SUCCESS_ONLY,
            ["/a 200", "/b 399"],
        ),
    ] {
        let folder = Folder::new();
        let mut spec = folder.spec();
        spec.flags |= flag;
        assert_eq!(w.door.set_group_logging(&w.group, Some(&spec)), Ok(()));
        for (path, status) in [("/a", 200), ("/b", 399), ("/c", 400), ("/d", 503)] {
            logged_get(w, &w.queue, path, status);
        }
        assert_eq!(w.door.set_group_logging(&w.group, None), Ok(()));
        assert_eq!(folder.lines(), expected);
    }
    let folder = Folder::new();
    let mut spec = folder.spec();
    spec.flags = 0xC;
    assert_eq!(
        w.door.set_group_logging(&w.group, Some(&spec)),
        Err(87),
        "documented: mutually exclusive"
    );
}

/// No entry waits for anything when the call returns.
fn nothing_is_lost_when_a_log_is_replaced_or_its_group_closes<D: Door>(w: &World<D>) {
    let (first, second) = (Folder::new(), Folder::new());
    let group = w.door.create_group(&w.session).expect("a group");
    assert_eq!(w.door.bind(&group, &w.queue), Ok(()));
    assert_eq!(w.door.add_url(&group, &w.url("/x/"), 0), Ok(()));
    assert_eq!(
        w.door.set_group_logging(&group, Some(&first.spec())),
        Ok(())
    );
    let mut client = w.connect();
    let mut exchange = |path: &str| {
        client.send(w.get(path));
        let request = w.receive();
        let reply = Reply::ok();
        assert_eq!(w.door.respond_logged(&w.queue, &request, &reply), Ok(()));
        client.read_response();
    };
    let paths = |range: std::ops::Range<u32>| range.map(|n| format!("/x/{n}"));
    paths(0..100).for_each(|path| exchange(&path));
    assert_eq!(
        w.door.set_group_logging(&group, Some(&second.spec())),
        Ok(())
    );
    let lines = |range| paths(range).map(|path| path + " 200").collect::<Vec<_>>();
    assert_eq!(first.lines(), lines(0..100));
    paths(100..200).for_each(|path| exchange(&path));
    assert_eq!(w.door.close_group(group), Ok(()));
    assert_eq!(first.lines(), lines(0..100));
    assert_eq!(second.lines(), lines(100..200));
}

fn a_log_goes_with_its_session<D: Door>(w: &World<D>) {
    let (of_session, of_group) = (Folder::new(), Folder::new());
    let door = &w.door;
    let session = door.create_session().expect("a session");
    // Before there is any group.
    let spec = of_session.spec();
    assert_eq!(door.set_session_logging(&session, Some(&spec)), Ok(()));
    let group = door.create_group(&session).expect("a group");
    let spec = of_group.spec();
    assert_eq!(door.set_group_logging(&group, Some(&spec)), Ok(()));
    assert_eq!(door.bind(&group, &w.queue), Ok(()));
    assert_eq!(door.add_url(&group, &w.url("/s/"), 0), Ok(()));
    logged_get(w, &w.queue, "/s/1", 200);
    assert_eq!(door.close_session(session), Ok(()));
    assert_eq!(of_session.lines(), ["/s/1 200"]);
    assert_eq!(of_group.lines(), ["/s/1 200"]);
    assert_eq!(door.set_group_logging(&group, Some(&spec)), Err(87));
}

fn log_004_a_client_cannot_forge_a_line<D: Door>(w: &World<D>) {
    let folder = Folder::new();
    let spec = LogSpec {
        fields: http::HTTP_LOG_FIELD_URI_STEM
            | http::HTTP_LOG_FIELD_URI_QUERY
            | http::HTTP_LOG_FIELD_USER_AGENT
            | http::HTTP_LOG_FIELD_COOKIE
            | http::HTTP_LOG_FIELD_STATUS,
        ..folder.spec()
    };
    assert_eq!(w.door.set_group_logging(&w.group, Some(&spec)), Ok(()));
    let mut client = w.connect();
    client.send(w.request(
        "GET",
        "/a%20b%E2%80%A8%C2%A0?q=%0d%0a",
        "User-Agent: a 200\t200 \u{85}\r\nCookie: \"x\" #Fields: y\r\n",
    ));
    let request = w.receive();
    let reply = Reply::ok();
    assert_eq!(w.door.respond_logged(&w.queue, &request, &reply), Ok(()));
    client.read_response();
    assert_eq!(w.door.set_group_logging(&w.group, None), Ok(()));
    let text = String::from_utf8(folder.read("u_extend1.log")).expect("UTF-8");
    let line = "/a+b++ q=%0d%0a a+200+200+\u{85} \"x\"+#Fields:+y 200\r\n";
    assert!(text.ends_with(&format!("\r\n{line}")), "{text}");
    assert_eq!(
        text.lines().count(),
        5,
        "four directives and a line: {text}"
    );
}

/// 64 for a client that broke off, 995 for a response that was cancelled.
fn a_response_that_breaks_off_has_the_code_of_its_end<D: Door>(w: &World<D>) {
    let folder = Folder::new();
    let spec = LogSpec {
        fields: STEM_AND_STATUS | http::HTTP_LOG_FIELD_WIN32_STATUS,
        ..folder.spec()
    };
    assert_eq!(w.door.set_group_logging(&w.group, Some(&spec)), Ok(()));
    let begun = |path: &str| {
        let (client, request) = w.received_get(path);
        let reply = Reply::ok().flags(MORE_DATA).chunk("abc");
        assert_eq!(w.door.respond_logged(&w.queue, &request, &reply), Ok(()));
        (client, request)
    };
    let (client, request) = begun("/reset");
    client.reset();
    // The client may be gone before the wait, and then it is 1229.
    let waited = w.door.wait_for_disconnect(&w.queue, request.connection_id);
    assert!(matches!(waited, Ok(()) | Err(1229)), "{waited:?}");
    let (_client, request) = begun("/cancelled");
    assert_eq!(w.cancel(request.id), Ok(()));
    // One that nobody answered has no line.
    let (_client, request) = w.received_get("/unanswered");
    assert_eq!(w.cancel(request.id), Ok(()));
    assert_eq!(w.door.set_group_logging(&w.group, None), Ok(()));
    assert_eq!(folder.lines(), ["/reset 200 64", "/cancelled 200 995"]);
}

/// 87 is the one code that the pages of the Set functions have; that it is this one is assumed.
fn a_directory_that_cannot_be_used_is_refused<D: Door>(w: &World<D>) {
    let folder = Folder::new();
    let set = |directory: &str| {
        let spec = LogSpec {
            directory: directory.to_owned(),
            ..folder.spec()
        };
        w.door.set_group_logging(&w.group, Some(&spec))
    };
    // Absolute on another system than this one; the C ABI knows drives, but not that one.
    let foreign = if cfg!(windows) {
        "\\inetpub"
    } else {
        "Q:\\inetpub\\logs"
    };
    for directory in ["", "relative/logs", foreign] {
        assert_eq!(set(directory), Err(87), "{directory}");
    }
    assert_eq!(set(&format!("/tmp/{}", "x".repeat(212))), Err(87));
    httpsys_tests::files::write(folder.path(), "a file").expect("written");
    let below = folder.path().join("logs");
    assert_eq!(set(below.to_str().expect("UTF-8")), Err(87));
    assert_eq!(set(folder.path().to_str().expect("UTF-8")), Err(87));
    httpsys_tests::files::remove_file(folder.path()).expect("it was there");
    // Nothing has changed: there is no log, and one can be set.
    assert_eq!(set(folder.path().to_str().expect("UTF-8")), Ok(()));
    w.assert_serves();
}

/// Documented: without log data there is no entry, and that of the last call counts.
#[test]
fn log_data_counts_with_the_last_call() {
    let w = World::<CAbi>::new();
    let folder = Folder::new();
    assert_eq!(
        w.door.set_group_logging(&w.group, Some(&folder.spec())),
        Ok(())
    );
    let (mut client, request) = w.received_get("/none");
    assert!(w.respond(request.id, &Reply::ok()).is_ok());
    client.read_response();

    let streamed = |path: &str, first: Option<u16>, last: Option<u16>| {
        let (mut client, request) = w.received_get(path);
        let reply = Reply::ok().flags(MORE_DATA).header("Content-Length", "1");
        let log = |status: Option<u16>| status.map(|status| LogData::of(&request, status));
        let (mut first, mut last) = (log(first), log(last));
        let code = raw::respond_logged(w.queue, request.id, &reply, first.as_mut());
        assert_eq!(code, 0);
        let code = raw::send_body_logged(w.queue, request.id, 0, b"x", last.as_mut());
        assert_eq!(code, 0);
        client.read_response();
    };
    streamed("/both", Some(201), Some(202));
    streamed("/last", None, Some(203));
    streamed("/first", Some(204), None);
    assert_eq!(w.door.set_group_logging(&w.group, None), Ok(()));
    assert_eq!(folder.lines(), ["/both 202", "/last 203"]);
}

#[test]
fn log_data_is_logged_as_given_and_cannot_forge_a_line() {
    let w = World::<CAbi>::new();
    let folder = Folder::new();
    let spec = LogSpec {
        fields: 0x0022_0c08,
        ..folder.spec()
    };
    assert_eq!(w.door.set_group_logging(&w.group, Some(&spec)), Ok(()));
    let (mut client, request) = w.received_get("/");
    let mut log = LogData::of(&request, 401)
        .user_name("a\r\nb é")
        .cookie(b"\r\n#Date: 1\x00\x7f")
        .codes(5, 7);
    let code = raw::respond_logged(w.queue, request.id, &Reply::ok(), Some(&mut log));
    assert_eq!(code, 0);
    client.read_response();
    // A wrong type: nothing is sent.
    let (_client, request) = w.received_get("/");
    let mut log = LogData::of(&request, 200);
    let wrong = log.pointer().cast_mut();
    // SAFETY: it points into `log`.
    unsafe { (*wrong).Type = 77 };
    let code = raw::respond_logged(w.queue, request.id, &Reply::ok(), Some(&mut log));
    assert_eq!(code, 87);
    assert!(w.respond(request.id, &Reply::ok()).is_ok());
    assert_eq!(w.door.set_group_logging(&w.group, None), Ok(()));
    assert_eq!(folder.lines(), ["a++b+é ++#Date:+1++ 401 7 5"]);
}

/// The memory of log data is the program's again when an overlapped call has returned.
#[test]
fn overlapped_sends_use_log_data_during_the_call_only() {
    let w = World::<CAbi>::new();
    let folder = Folder::new();
    let spec = LogSpec {
        fields: STEM_AND_STATUS | http::HTTP_LOG_FIELD_BYTES_SENT,
        ..folder.spec()
    };
    assert_eq!(w.door.set_group_logging(&w.group, Some(&spec)), Ok(()));
    let (mut client, request) = w.received_get("/large");
    let reply = Reply::ok().chunk(vec![b'x'; 32 << 20]);
    let response = CResponse::new(&reply);
    let overlapped = Overlapped::with_event();
    let mut log = LogData::of(&request, 200);
    // SAFETY: the response and its chunk live until the completion, the log data during the call.
    let code = unsafe {
        http::HttpSendHttpResponse(
            w.queue.raw(),
            request.id,
            0,
            &raw const response.value,
            std::ptr::null(),
            std::ptr::null_mut(),
            std::ptr::null(),
            0,
            overlapped.pointer(),
            log.pointer(),
        )
    };
    assert_eq!(code, 997, "nobody reads yet");
    log.spoil();
    drop(log);
    let answer = client.read_response();
    let sent = answer.head.len() + answer.body.len();
    assert_eq!(
        overlapped.wait_result(w.queue),
        Ok(u32::try_from(sent).expect("small"))
    );
    assert_eq!(w.door.set_group_logging(&w.group, None), Ok(()));
    assert_eq!(folder.lines(), [format!("/large 200 {sent}")]);
}

/// What Rust programs say beside the request: each way to answer.
#[test]
fn rust_responses_are_logged_unless_they_say_otherwise() {
    use httpsys::{LogData, Response};
    let w = World::<RustApi>::new();
    let folder = Folder::new();
    let spec = LogSpec {
        fields: STEM_AND_STATUS | http::HTTP_LOG_FIELD_USER_NAME | http::HTTP_LOG_FIELD_SUB_STATUS,
        ..folder.spec()
    };
    assert_eq!(w.door.set_group_logging(&w.group, Some(&spec)), Ok(()));
    let exchange = |path: &str, answer: &dyn Fn(httpsys::Request)| {
        let mut client = w.connect();
        client.send(w.request("GET", path, "Connection: close\r\n"));
        answer(w.queue.receive().expect("a request"));
        client.read_to_end();
    };
    exchange("/plain", &|request| {
        request
            .respond(Response::ok().body("x"))
            .map(drop)
            .expect("sent");
    });
    exchange("/not", &|request| {
        request
            .respond(Response::ok().without_log())
            .map(drop)
            .expect("sent");
    });
    exchange("/said", &|request| {
        let data = LogData::new()
            .user_name("jane doe")
            .uri_stem("/else")
            .status(403)
            .sub_status(4);
        request
            .respond(Response::ok().log(data))
            .map(drop)
            .expect("sent");
    });
    exchange("/stream", &|request| {
        let data = LogData::new().user_name("joe");
        let response = Response::from_status(206).log(data);
        let mut stream = request.start_chunked_response(response).expect("begun");
        stream.write(b"abc").expect("sent");
        stream.finish().expect("ended");
    });
    exchange("/stream-not", &|request| {
        let response = Response::ok().without_log();
        let stream = request.start_chunked_response(response).expect("begun");
        stream.finish().expect("ended");
    });
    exchange("/id", &|request| {
        let id = request.into_id();
        let data = LogData::new().user_name("jim");
        w.queue
            .respond(id, Response::from_status(404).log(data))
            .map(drop)
            .expect("sent");
    });
    assert_eq!(
        w.group.log_counters().map(|counters| counters.accepted),
        Some(4)
    );
    assert_eq!(w.door.set_group_logging(&w.group, None), Ok(()));
    assert_eq!(w.group.log_counters(), None);
    assert_eq!(
        folder.lines(),
        [
            "/plain - 200 0",
            "/else jane+doe 403 4",
            "/stream joe 206 0",
            "/id jim 404 0"
        ]
    );
}

/// The futures of the crate httpsys log as its blocking calls do.
#[test]
fn rust_futures_are_logged() {
    let w = World::<RustApi>::new();
    let folder = Folder::new();
    assert_eq!(
        w.door.set_group_logging(&w.group, Some(&folder.spec())),
        Ok(())
    );
    let serve = async {
        let request = w.queue.receive_async().await?;
        request
            .respond_async(httpsys::Response::from_status(410))
            .await?;
        let request = w.queue.receive_async().await?;
        let response = httpsys::Response::from_status(202);
        let stream = request.start_chunked_response_async(response).await?;
        stream.finish_async().await
    };
    let mut client = w.connect();
    client.send(w.get("/one"));
    client.send(w.get("/two"));
    assert_eq!(httpsys_tests::sync::block_on(serve), Ok(()));
    assert_eq!(w.door.set_group_logging(&w.group, None), Ok(()));
    assert_eq!(folder.lines(), ["/one 410", "/two 202"]);
}
