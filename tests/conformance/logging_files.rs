//! Log files in distress and at the end of a service: rollover, a full buffer, HTTPERR beside access
//! logs, the last flush.
//!
//! Owns: what is lost, which is nothing unless a disk does not keep up, and then it is counted. A
//! service of its own for each test, as its end is part of it.

use std::io::Read;
use std::process::Command;

use httpsys::{
    LogFields, LogFormat, Logging, Parameters, Response, Rollover, Server, ServerSession, Service,
};
use httpsys_tests::client::Client;
use httpsys_tests::simulation::{InSimulation, PrivateService};
use httpsys_tests::watchdog::Watchdog;

use super::logging::Folder;

struct Site {
    port: u16,
    server: Server,
    service: Service,
    _watchdog: Watchdog,
    /// Behind what is made of the service.
    _simulated: InSimulation,
}

impl Site {
    fn new(parameters: Parameters) -> Site {
        let watchdog = Watchdog::start();
        let service = PrivateService::new(parameters).expect("a service");
        let (service, simulated) = service.into_parts();
        let builder = Server::builder().service(&service);
        let server = builder.url("http://localhost:0/").bind();
        let server = server.expect("a free port");
        Site {
            port: server.local_addr().expect("it listens").port(),
            service,
            server,
            _watchdog: watchdog,
            _simulated: simulated,
        }
    }

    /// Requests on one connection, each answered, with this User-Agent.
    fn exchanges(&self, count: usize, agent: &str) {
        let mut client = Client::connect(self.port);
        for number in 0..count {
            client.send(format!(
                "GET /{number} HTTP/1.1\r\nHost: localhost\r\nUser-Agent: {agent}\r\n\r\n"
            ));
            let request = self.server.receive().expect("a request");
            request.respond(Response::ok()).map(drop).expect("sent");
            client.read_response();
        }
    }
}

fn w3c(folder: &Folder) -> Logging {
    Logging::new(LogFormat::W3c, folder.path())
        .fields(LogFields::URI_STEM | LogFields::USER_AGENT)
        .rollover(Rollover::Size(u32::MAX))
}

fn lines(text: &[u8]) -> Vec<&[u8]> {
    text.split_inclusive(|byte| *byte == b'\n')
        .filter(|line| !line.starts_with(b"#"))
        .collect()
}

#[test]
fn a_service_that_ends_has_written_all_entries() {
    let site = Site::new(Parameters::default());
    let folder = Folder::new();
    site.server
        .url_group()
        .set_logging(Some(&w3c(&folder)))
        .expect("a log");
    site.exchanges(300, "x");
    let Site {
        service, server, ..
    } = site;
    drop(service);
    drop(server);
    let text = folder.read("extend1.log");
    let lines = lines(&text);
    assert_eq!(lines.len(), 300);
    assert_eq!(lines[299], b"/299 x\r\n");
}

/// 1 MiB is the least size (documented).
#[test]
fn files_roll_over_by_size_and_lose_nothing() {
    let site = Site::new(Parameters::default());
    let folder = Folder::new();
    let group = site.server.url_group();
    let logging = w3c(&folder).rollover(Rollover::Size(1 << 20));
    group.set_logging(Some(&logging)).expect("a log");
    let agent = "a".repeat(15_000);
    for _ in 0..5 {
        site.exchanges(40, &agent);
        // So that a slow disk drops nothing.
        site.service.flush_logs();
    }
    let counters = group.log_counters().expect("a log");
    assert_eq!(
        (counters.written, counters.dropped, counters.failed),
        (200, 0, 0)
    );
    let mut total = 0;
    for number in 1..=3 {
        let text = folder.read(&format!("extend{number}.log"));
        assert!(text.starts_with(b"#Software: Microsoft HTTP Server API 2.0\r\n"));
        assert!(
            text.len() <= 1 << 20 && text.ends_with(b"\r\n"),
            "{}",
            text.len()
        );
        let lines = lines(&text);
        assert!(number == 3 || text.len() + lines[0].len() > 1 << 20, "full");
        total += lines.len();
    }
    assert_eq!(total, 200);
    assert!(folder.read("extend4.log").is_empty());
}

/// A log file that is a pipe without a reader: the writer waits, and the buffer fills up.
#[test]
fn entries_that_do_not_fit_are_dropped_and_counted_and_nobody_waits() {
    let site = Site::new(Parameters::default());
    let folder = Folder::new();
    std::fs::create_dir_all(folder.path()).expect("a folder");
    let pipe = folder.path().join("extend1.log");
    let made = Command::new("mkfifo").arg(&pipe).status();
    if !made.is_ok_and(|status| status.success()) {
        println!("SKIPPED: no mkfifo");
        return;
    }
    let group = site.server.url_group();
    group.set_logging(Some(&w3c(&folder))).expect("a log");
    // 1 MiB waits in the buffer and as much with the writer at most.
    let agent = "a".repeat(15_000);
    site.exchanges(200, &agent);
    let counters = group.log_counters().expect("a log");
    assert_eq!(counters.accepted + counters.dropped, 200);
    assert!(counters.dropped >= 50, "{counters:?}");
    assert_eq!(counters.written, 0);

    let text = httpsys_tests::thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let mut text = Vec::new();
            std::fs::File::open(&pipe)
                .and_then(|mut pipe| pipe.read_to_end(&mut text))
                .expect("read");
            text
        });
        group.set_logging(None).expect("closed");
        reader.join().expect("read")
    });
    let lines = lines(&text);
    assert_eq!(lines.len() as u64, counters.accepted);
    assert!(lines.iter().all(|line| line.ends_with(b"a\r\n")));
}

/// CFG-005: what the service itself refuses is in HTTPERR, and what programs answer in their logs.
#[test]
fn cfg_005_log_001_httperr_and_the_logs_of_programs_do_not_mix() {
    let (errors, one, two) = (Folder::new(), Folder::new(), Folder::new());
    let mut parameters = Parameters::default();
    parameters.enable_error_logging = true;
    parameters.error_logging_dir = errors.path().to_str().expect("UTF-8").to_owned();
    let site = Site::new(parameters);
    let program = |folder: &Folder, path: &str| -> (ServerSession, Server) {
        let url = format!("http://localhost:{}{path}", site.port);
        let server = Server::builder().service(&site.service).url(url).bind();
        let server = server.expect("a server");
        server
            .session()
            .set_logging(Some(&w3c(folder)))
            .expect("a log");
        let session = site.service.create_server_session().expect("a session");
        (session, server)
    };
    let (_a, first) = program(&one, "/one/");
    let (_b, second) = program(&two, "/two/");
    let send = |request: &str| {
        let mut client = Client::connect(site.port);
        client.send(request);
        client
    };
    for (server, path) in [(&first, "/one/x"), (&second, "/two/y")] {
        let mut client = send(&format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n"));
        let request = server.receive().expect("a request");
        request
            .respond(Response::from_status(400))
            .map(drop)
            .expect("sent");
        assert_eq!(client.read_response().status(), 400);
    }
    let mut client = send("GET /one/%zz HTTP/1.1\r\nHost: localhost\r\n\r\n");
    assert_eq!(client.read_response().status(), 400);
    site.service.flush_logs();
    assert_eq!(lines(&one.read("extend1.log")), [b"/one/x -\r\n"]);
    assert_eq!(lines(&two.read("extend1.log")), [b"/two/y -\r\n"]);
    let text = errors.read("HTTPERR/httperr1.log");
    let lines = lines(&text);
    assert_eq!(lines.len(), 1, "{}", String::from_utf8_lossy(&text));
    assert!(lines[0].ends_with(b" GET /one/%zz - 400 - URL -\r\n"));
}

#[test]
fn pxy_008_the_addresses_of_a_proxy_header_are_logged() {
    let mut parameters = Parameters::default();
    let set = parameters.set("ProxyProtocol", "*=127.0.0.1");
    set.expect("a value");
    let site = Site::new(parameters);
    let folder = Folder::new();
    let fields = LogFields::CLIENT_IP | LogFields::SERVER_IP | LogFields::SERVER_PORT;
    let logging = w3c(&folder).fields(fields);
    let group = site.server.url_group();
    group.set_logging(Some(&logging)).expect("a folder");
    let mut client = Client::connect(site.port);
    client.send("PROXY TCP4 192.0.2.1 198.51.100.2 56324 443\r\n");
    for _ in 0..2 {
        client.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
        let request = site.server.receive().expect("a request");
        request.respond(Response::ok()).map(drop).expect("sent");
        client.read_response();
    }
    let Site {
        service, server, ..
    } = site;
    drop(service);
    drop(server);
    let text = folder.read("extend1.log");
    assert_eq!(lines(&text), [b"198.51.100.2 443 192.0.2.1\r\n"; 2]);
}
