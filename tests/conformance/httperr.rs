//! The HTTPERR log as an administrator reads it: whole lines of the file, from the C ABI and from the
//! Rust API.
//!
//! Owns: that a line names the request which the program holds, and addresses. Does not own: the
//! reasons and when they occur (`crates/engine/tests/timers`), nor the format (`crates/logging`).

use std::net::{IpAddr, Ipv6Addr};
use std::process::Command;
use std::time::Duration;

use httpsys::{Parameters, Server};
use httpsys_tests::PATIENCE;
use httpsys_tests::client::Client;
use httpsys_tests::door::{CAbi, Door, World};
use httpsys_tests::ports::has_ipv6;
use httpsys_tests::simulation::PrivateService;
use httpsys_tests::thread;
use httpsys_tests::time::Instant;
use httpsys_tests::watchdog::Watchdog;

use super::logging::Folder;

const FIELDS: &str = "#Fields: date time c-ip c-port s-ip s-port cs-version cs-method cs-uri \
                      streamid sc-status s-siteid s-reason s-queuename";

/// The file's lines that are no directives, once there are so many; each without date and time.
#[track_caller]
fn lines(folder: &Folder, count: usize) -> Vec<String> {
    let start = Instant::now();
    loop {
        let text = String::from_utf8(folder.read("HTTPERR/httperr1.log")).expect("UTF-8");
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        let lines: Vec<_> = lines.map(|line| line[20..].to_owned()).collect();
        if lines.len() >= count {
            assert!(text.contains(FIELDS), "{text}");
            return lines;
        }
        assert!(start.elapsed() < PATIENCE, "{text}");
        thread::sleep(Duration::from_millis(10));
    }
}

fn logging_to(folder: &Folder) -> Parameters {
    let mut parameters = Parameters::default();
    parameters.enable_error_logging = true;
    parameters.error_logging_dir = folder.path().to_str().expect("UTF-8").to_owned();
    parameters
}

/// The Rust API moves the request out to the program.
#[test]
fn rust_api_log_002_log_007_a_line_names_the_request_that_the_program_has() {
    let _watchdog = Watchdog::start();
    let folder = Folder::new();
    let service = PrivateService::new(logging_to(&folder)).expect("a service");
    let builder = Server::builder().service(&service);
    let server = builder.url("http://localhost:0/").bind();
    let server = server.expect("a free port");
    let port = server.local_addr().expect("it listens").port();
    let mut client = Client::connect(port);
    client.send("GET /one?a=b HTTP/1.1\r\nHost: localhost\r\n\r\n");
    let address = client.address();
    let request = server.receive().expect("a request");
    client.reset();
    let line = format!(
        "127.0.0.1 {} 127.0.0.1 {} HTTP/1.1 GET /one?a=b - - - Connection_Dropped -",
        address.port(),
        port
    );
    assert_eq!(lines(&folder, 1), [line]);
    drop(request);
}

const FOLDER: &str = "HTTPSYS_ErrorLoggingDir";

/// The C ABI has one service in a process, whose parameters are in the environment: the test runs in
/// a process of its own.
#[test]
fn c_abi_log_002_log_007_a_line_names_the_request_that_the_program_has() {
    if std::env::var_os(FOLDER).is_some() {
        return a_program_in_c_whose_client_goes();
    }
    let folder = Folder::new();
    let name = "httperr::c_abi_log_002_log_007_a_line_names_the_request_that_the_program_has";
    let own = std::env::args_os().next().expect("this program");
    let output = Command::new(own)
        .args(["--exact", name, "--nocapture"])
        .env("HTTPSYS_EnableErrorLogging", "1")
        .env(FOLDER, folder.path())
        .output()
        .expect("a process");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    let lines = lines(&folder, 1);
    assert_eq!(lines.len(), 1, "{lines:?}");
    let fields: Vec<&str> = lines[0].split(' ').collect();
    assert_eq!((fields[0], fields[2]), ("127.0.0.1", "127.0.0.1"));
    let rest = "HTTP/1.1 GET /two?c - - - Connection_Dropped";
    // Last comes the queue, whose name is the test's own affair.
    assert_eq!(fields[4..11].join(" "), rest);
    assert_eq!(fields.len(), 12);
}

fn a_program_in_c_whose_client_goes() {
    // The service of the process gets its parameters from the environment.
    let _ = CAbi::open();
    let w = World::<CAbi>::new();
    let (client, request) = w.received_get("/two?c");
    client.reset();
    let waited = w.door.wait_for_disconnect(&w.queue, request.connection_id);
    // 1229: it has ended before.
    assert!(matches!(waited, Ok(()) | Err(1229)), "{waited:?}");
    // Lines are in the file after a second at the latest, or when the service ends.
    let folder = std::env::var_os(FOLDER).expect("it is set");
    let file = std::path::Path::new(&folder).join("HTTPERR/httperr1.log");
    let start = Instant::now();
    while !httpsys_tests::files::read(&file)
        .is_ok_and(|text| text.ends_with(b"\n") && text.contains(&b'?'))
    {
        assert!(start.elapsed() < PATIENCE, "no line");
        thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn log_002_ipv6_addresses_have_their_scope() {
    let _watchdog = Watchdog::start();
    let folder = Folder::new();
    let service = PrivateService::new(logging_to(&folder)).expect("a service");
    if !has_ipv6() {
        return println!("SKIPPED: no IPv6");
    }
    let builder = Server::builder().service(&service);
    let server = builder.url("http://[::1]:0/").bind();
    let server = server.expect("a free port");
    let port = server.local_addr().expect("it listens").port();
    let mut client = Client::connect_to(IpAddr::V6(Ipv6Addr::LOCALHOST), port);
    client.send("GET /%zz HTTP/1.1\r\nHost: localhost\r\n\r\n");
    assert_eq!(client.read_response().status(), 400);
    let line = format!(
        "::1%0 {} ::1%0 {} HTTP/1.1 GET /%zz - 400 - URL -",
        client.address().port(),
        port
    );
    assert_eq!(lines(&folder, 1), [line]);
}
