//! Registry parameters and choices away from their defaults: areas LIM, and the gaps that have an
//! option.
//!
//! Owns: that each has its effect on the wire, and none at its default. A service of its own with
//! the Rust API for each line, since the C functions have one set of parameters for a process.

use std::sync::atomic::{AtomicBool, Ordering};

use httpsys::{Error, Parameters, Request, Response, Server};
use httpsys_tests::client::Client;
use httpsys_tests::files;
use httpsys_tests::ports::Port;
use httpsys_tests::simulation::{self, PrivateService};
use httpsys_tests::thread;

/// A server with these parameters that answers `verb path?query|A=value` until it is dropped.
pub(super) struct Lab {
    pub(super) port: u16,
    server: Server,
    ends: AtomicBool,
}

impl Lab {
    pub(super) fn run(parameters: Parameters, test: impl FnOnce(&Lab)) {
        let service = PrivateService::new(parameters).expect("the parameters are in range");
        let builder = Server::builder().service(&service);
        let server = builder.url("http://localhost:0/").bind();
        let server = server.expect("a free port");
        let lab = Lab {
            port: server.local_addr().expect("it listens").port(),
            server,
            ends: AtomicBool::new(false),
        };
        thread::scope(|scope| {
            scope.spawn(|| lab.serve());
            let ended = Ended(&lab);
            test(&lab);
            drop(ended);
        });
    }

    fn serve(&self) {
        while let Ok(request) = self.server.receive() {
            let text = describe(&request);
            let answered = request.respond(Response::ok().body(text));
            assert!(answered.is_ok() || self.ends.load(Ordering::SeqCst));
        }
    }

    pub(super) fn client(&self) -> Client {
        Client::connect(self.port)
    }

    /// Status and body of the answer to these bytes.
    fn answer(&self, bytes: impl AsRef<[u8]>) -> (u16, String) {
        let mut client = self.client();
        client.send(bytes);
        let response = client.read_response();
        let body = String::from_utf8_lossy(&response.body).into_owned();
        (response.status(), body)
    }

    pub(super) fn status(&self, bytes: impl AsRef<[u8]>) -> u16 {
        self.answer(bytes).0
    }
}

/// Ends the serving thread, also when the test fails.
struct Ended<'a>(&'a Lab);

impl Drop for Ended<'_> {
    fn drop(&mut self) {
        self.0.ends.store(true, Ordering::SeqCst);
        self.0.server.shutdown().expect("an open queue");
    }
}

fn describe(request: &Request) -> String {
    let field = request.header("A").unwrap_or_default();
    let query = request.query().unwrap_or_default();
    format!(
        "{:?} {}{query}|{}",
        request.verb(),
        request.path().escape_debug(),
        field.escape_ascii()
    )
}

pub(super) fn get(target: &str) -> String {
    format!("GET {target} HTTP/1.1\r\nHost: localhost\r\n\r\n")
}

fn with_field(line: &str) -> String {
    format!("GET / HTTP/1.1\r\nHost: localhost\r\n{line}\r\n\r\n")
}

pub(super) fn set(name: &str, value: &str) -> Parameters {
    let mut parameters = Parameters::default();
    parameters.set(name, value).expect("a parameter");
    parameters
}

/// The same bytes with the default and with one setting: status without, status and body with it.
#[track_caller]
fn differs(name: &str, value: &str, bytes: &str, without: u16, with: u16, body: &str) {
    Lab::run(Parameters::default(), |lab| {
        assert_eq!(lab.status(bytes), without, "without {name}: {bytes:?}");
    });
    Lab::run(set(name, value), |lab| {
        let (status, found) = lab.answer(bytes);
        assert_eq!(status, with, "with {name}: {bytes:?}");
        if with == 200 {
            assert_eq!(found, body, "with {name}: {bytes:?}");
        }
    });
}

#[test]
fn lim_001_allow_restricted_chars_lets_escaped_controls_through() {
    let request = get("/a%01b");
    differs(
        "AllowRestrictedChars",
        "1",
        &request,
        400,
        200,
        "Get /a\\u{1}b|",
    );
    // What is not escaped is another parameter's.
    differs("AllowRestrictedChars", "1", &get("/a\x01b"), 400, 400, "");
}

#[test]
fn lim_002_allow_unescaped_restricted_chars_lets_controls_through() {
    const NAME: &str = "AllowUnEscapedRestrictedChars";
    differs(
        NAME,
        "1",
        &get("/a\x01b?c\x02"),
        400,
        200,
        "Get /a\\u{1}b?c\u{2}|",
    );
    for target in ["/a\0b", "/a\tb", "/a#b", "/a%01b", "/?\0", "/?\t"] {
        differs(NAME, "1", &get(target), 400, 400, "");
    }
}

#[test]
fn lim_002_allow_weak_header_name_syntax_takes_separators() {
    const NAME: &str = "AllowWeakHeaderNameSyntax";
    differs(
        NAME,
        "1",
        &with_field("(x)@y: 1\r\nA: b"),
        400,
        200,
        "Get /|b",
    );
    for line in ["x y: 1", "x : 1", "\x01: 1", ": 1", "\u{e4}: 1"] {
        differs(NAME, "1", &with_field(line), 400, 400, "");
    }
}

#[test]
fn lim_002_allow_weak_header_value_syntax_takes_controls() {
    const NAME: &str = "AllowWeakHeaderValueSyntax";
    differs(
        NAME,
        "1",
        &with_field("A: b\x01\x7fc"),
        400,
        200,
        "Get /|b\\x01\\x7fc",
    );
    for line in ["A: b\0c", "A: b\rc"] {
        differs(NAME, "1", &with_field(line), 400, 400, "");
    }
}

#[test]
fn lim_002_allow_case_insensitive_verbs_folds_known_ones() {
    let request = "get / HTTP/1.1\r\nHost: localhost\r\n\r\n";
    Lab::run(Parameters::default(), |lab| {
        assert_eq!(lab.answer(request), (200, "Unknown /|".into()));
    });
    let on = set("AllowCaseInsensitiveVerbs", "1");
    Lab::run(on, |lab| {
        assert_eq!(lab.answer(request), (200, "Get /|".into()));
        // Folding does not open what the verb itself is refused for.
        let connect = "connect localhost:80 HTTP/1.1\r\nHost: localhost\r\n\r\n";
        assert_eq!(lab.status(connect), 400);
        let post = "post / HTTP/1.1\r\nHost: localhost\r\n\r\n";
        assert_eq!(lab.status(post), 411);
    });
}

#[test]
fn lim_003_lim_004_the_order_of_encodings_can_be_turned() {
    Lab::run(set("EnableNonUTF8", "0"), |lab| {
        assert_eq!(lab.status(get("/%E4")), 400);
        assert_eq!(lab.answer(get("/%C3%A4")).1, "Get /\u{e4}|");
    });
    Lab::run(set("FavorUTF8", "0"), |lab| {
        assert_eq!(lab.answer(get("/%C3%A4")).1, "Get /\u{c3}\u{a4}|");
    });
}

#[test]
fn lim_005_percent_u_can_be_refused() {
    differs("PercentUAllowed", "0", &get("/%u0041"), 200, 400, "");
}

#[test]
fn lim_006_lim_007_lengths_of_fields_and_heads_can_be_lowered() {
    Lab::run(set("MaxFieldLength", "64"), |lab| {
        // The length is that of name, colon and value.
        let line = |length: usize| with_field(&format!("A: {}", "a".repeat(length - 3)));
        assert_eq!(lab.status(line(64)), 200);
        assert_eq!(lab.status(line(65)), 400);
    });
    Lab::run(set("MaxRequestBytes", "256"), |lab| {
        let bare = get("/").len();
        let total = |length: usize| get(&format!("/{}", "p".repeat(length - bare)));
        assert_eq!(lab.status(total(255)), 200);
        assert_eq!(lab.status(total(256)), 400);
        assert_eq!(lab.status(total(300)), 414);
    });
}

#[test]
fn lim_007_heads_may_be_longer_than_64_kib() {
    let mut large = set("MaxRequestBytes", "16777216");
    large.set("MaxFieldLength", "65534").unwrap();
    Lab::run(large, |lab| {
        let line = format!("X: {}\r\n", "x".repeat(60_000));
        let request = with_field(&(line.repeat(20) + "A: end"));
        assert_eq!(lab.answer(request), (200, "Get /|end".into()));
    });
}

#[test]
fn lim_011_lim_012_segments_can_be_bounded_otherwise() {
    differs("UrlSegmentMaxLength", "3", &get("/abcd"), 200, 400, "");
    differs("UrlSegmentMaxCount", "2", &get("/a/b/c"), 200, 400, "");
    let long = get(&format!("/{}", "a".repeat(300)));
    let body = format!("Get /{}|", "a".repeat(300));
    differs("UrlSegmentMaxLength", "0", &long, 400, 200, &body);
    let many = get(&"/a".repeat(300));
    let body = format!("Get {}|", "/a".repeat(300));
    differs("UrlSegmentMaxCount", "0", &many, 400, 200, &body);
}

#[test]
fn lim_013_connections_beyond_the_most_are_dropped() {
    const MOST: usize = 1024;
    Lab::run(set("MaxConnections", "1024"), |lab| {
        let mut open: Vec<Client> = (0..MOST).map(|_| lab.client()).collect();
        // All are taken in: the last one is answered, and connections are accepted in order.
        let last = open.last_mut().expect("there are many");
        last.send(get("/"));
        assert_eq!(last.read_response().status(), 200);
        // The reset may come before the connection is known to be open.
        if let Some(mut more) = Client::try_connect(lab.port) {
            more.try_send(get("/"));
            assert_eq!(more.read_until_gone(), b"");
        }
        // Room again when one has gone.
        let mut gone = open.remove(0);
        gone.finish();
        gone.expect_eof();
        assert_eq!(lab.status(get("/")), 200);
    });
}

#[test]
fn lim_014_registrations_beyond_the_endpoints_are_refused() {
    // `localhost` has one endpoint for each address family of the machine.
    Lab::run(set("MaxEndpoints", "2"), |lab| {
        // Of another group: port 0 would be the server's own port in its group.
        let service = lab.server.service();
        let session = service.create_server_session().expect("a session");
        let group = session.create_url_group().expect("a group");
        // It never opens.
        let other = Port::take();
        let url = format!("http://localhost:{}/", other.number());
        assert_eq!(group.add_url(&url).unwrap_err(), Error::NoResources);
        // Nor is a port taken for port 0 (G-129).
        let refused = group.add_url("http://localhost:0/");
        assert_eq!(refused.unwrap_err(), Error::NoResources);
        assert_eq!(group.url_port("http://localhost:0/"), Err(Error::NotFound));
        // A further prefix on the same endpoints is not another endpoint.
        let url = format!("http://localhost:{}/more/", lab.port);
        let group = lab.server.url_group();
        assert_eq!(group.add_url(&url).map(drop), Ok(()));
        assert_eq!(lab.status(get("/")), 200);
    });
}

#[test]
fn g_011_folded_fields_can_be_joined() {
    let name = "JoinFoldedFields";
    let body = "Get /|b c";
    differs(name, "1", &with_field("A: b \r\n\tc"), 400, 200, body);
    // No line end reaches the program, and none hides another field.
    let request = with_field("A:\r\n \r\n  b\r\n \r\nB: c");
    differs(name, "1", &request, 400, 200, "Get /|b");
    let smuggled = with_field("X: y\r\n Content-Length: 5");
    Lab::run(set(name, "1"), |lab| {
        let mut client = lab.client();
        client.send(smuggled.clone() + &get("/next"));
        assert_eq!(client.read_response().body, b"Get /|");
        assert_eq!(client.read_response().body, b"Get /next|");
    });
    // A blank line of blanks in front of the first field is skipped as before (PRS-027).
    let first = "GET / HTTP/1.1\r\n A: b\r\nHost: localhost\r\n\r\n";
    differs(name, "1", first, 200, 200, "Get /|b");
}

/// Byte by byte a folded field reads the same.
#[test]
fn g_011_folded_fields_may_arrive_in_pieces() {
    Lab::run(set("JoinFoldedFields", "1"), |lab| {
        let request = with_field("A: b\r\n c\r\nHost2: x");
        for at in 1..request.len() {
            let mut client = lab.client();
            client.send(&request[..at]);
            client.send(&request[at..]);
            assert_eq!(client.read_response().body, b"Get /|b c", "cut at {at}");
        }
    });
}

#[test]
fn g_017_empty_lines_in_front_can_be_refused() {
    let request = "\r\n".to_owned() + &get("/");
    differs("EmptyLines", "0", &request, 200, 400, "");
    let request = "\r\n".repeat(9) + &get("/");
    differs("EmptyLines", "9", &request, 400, 200, "Get /|");
}

#[test]
fn choices_and_parameters_of_a_service_are_its_own() {
    let mut strict = Parameters::default();
    strict.choices.empty_lines = 0;
    let request = "\r\n".to_owned() + &get("/");
    Lab::run(strict, |first| {
        Lab::run(Parameters::default(), |second| {
            assert_eq!(first.status(&request), 400);
            assert_eq!(second.status(&request), 200);
        });
    });
}

/// Pieces of any size add up to the same bytes.
#[test]
fn lim_015_a_large_answer_arrives_whole_in_small_sends() {
    for most in ["1", "1000", "65536"] {
        Lab::run(set("MaxBytesPerSend", most), |lab| {
            let path = format!("/{}", "/abcdefg".repeat(200));
            let (status, body) = lab.answer(get(&path));
            assert_eq!(
                (status, body.len()),
                (200, "Get |".len() + path.len() - 1),
                "{most}"
            );
        });
    }
}

/// what a client that closes its sending side is taken for.
#[test]
fn dsc_006_fin_need_not_be_a_disconnect() {
    for (value, ends) in [("1", true), ("0", false)] {
        let service = PrivateService::new(set("FinIsDisconnect", value)).expect("in range");
        let builder = Server::builder().service(&service);
        let server = builder.url("http://localhost:0/").bind();
        let server = server.expect("a free port");
        let port = server.local_addr().expect("it listens").port();
        let mut client = Client::connect(port);
        client.send(get("/"));
        let request = server.receive().expect("a request");
        let (ended, connection) = (AtomicBool::new(false), request.connection_id());
        thread::scope(|scope| {
            scope.spawn(|| {
                let waited = server.queue().wait_for_disconnect(connection);
                assert!(matches!(waited, Ok(()) | Err(Error::ConnectionInvalid)));
                ended.store(true, Ordering::SeqCst);
            });
            client.finish();
            // Served after the end of the other client's side was seen.
            let mut other = Client::connect(port);
            other.send(get("/other"));
            let second = server.receive().expect("a request");
            assert_eq!(second.path(), "/other");
            if ends {
                while !ended.load(Ordering::SeqCst) {
                    thread::yield_now();
                }
            } else {
                assert!(!ended.load(Ordering::SeqCst));
            }
            // The half-closed client is still answered; then its connection ends.
            let bye = Response::ok().disconnect().body("bye");
            request.respond(bye).expect("answered");
            assert_eq!(client.read_response().body, b"bye");
            client.expect_eof();
        });
        assert!(ended.into_inner());
    }
}

#[test]
fn lim_019_refused_requests_are_in_the_error_log() {
    let _simulated = simulation::enter();
    let folder = std::env::temp_dir().join(format!("httpsys-errors-{}", std::process::id()));
    let mut on = set("EnableErrorLogging", "1");
    on.set("ErrorLoggingDir", folder.to_str().expect("UTF-8"))
        .expect("a path");
    let mut port = 0;
    Lab::run(on, |lab| {
        port = lab.port;
        assert_eq!(lab.status(get("/fine")), 200);
        assert_eq!(lab.status(get("/%zz")), 400);
        assert_eq!(
            lab.status("GET /x HTTP/1.1\r\nHost: elsewhere\r\n\r\n"),
            400
        );
        assert_eq!(
            lab.status("PUT /y HTTP/1.1\r\nHost: localhost\r\n\r\n"),
            411
        );
        assert_eq!(lab.status("GET / HTTP/3.0\r\n\r\n"), 505);
    });
    // The end of the service has written everything.
    let file = folder.join("HTTPERR/httperr1.log");
    let log = String::from_utf8(files::read(&file).expect("a log")).expect("UTF-8");
    files::remove_file(&file).expect("it is there");
    files::remove_dir(folder.join("HTTPERR")).expect("it has no other file");
    // On a disk in memory it is none of its own.
    let _ = files::remove_dir(folder);
    let lines: Vec<&str> = log.lines().filter(|line| !line.starts_with('#')).collect();
    let tails: Vec<String> = lines
        .iter()
        .map(|line| {
            let fields: Vec<&str> = line.split(' ').collect();
            assert_eq!((fields[2], fields[4]), ("127.0.0.1", "127.0.0.1"), "{line}");
            assert_eq!(fields[5], port.to_string(), "{line}");
            fields[6..].join(" ")
        })
        .collect();
    let wanted = [
        "HTTP/1.1 GET /%zz - 400 - URL -",
        "HTTP/1.1 GET /x - 400 - Hostname -",
        "HTTP/1.1 PUT /y - 411 - LengthRequired -",
        "HTTP/3.0 GET / - 505 - Version_N/S -",
    ];
    assert_eq!(tails, wanted, "{log}");
}
