//! Whole programs: the C examples, compiled here, and the Rust examples, driven by raw sockets and,
//! where the machine has it, by curl.
//!
//! Owns: that programs that know nothing of these tests build, start, serve and end. Does not own:
//! details of the protocol. Each program runs in a process of its own on a port of its own.
#![cfg(not(windows))]

mod activation;
mod commands;
mod configuration;
mod diagnosis;
mod first_steps;
mod graceful;
mod manifests;
mod pages;
mod strict;
mod surroundings;

use std::process::Command;

use httpsys_tests::client::Client;
use httpsys_tests::ports::Port;
use httpsys_tests::program::Program;
use httpsys_tests::watchdog::Watchdog;

/// What all programs named hello do, whatever they are written in.
fn drive(port: u16) {
    answers_a_text(port);
    answers_head_without_a_body(port);
    takes_a_long_head(port);
    echoes(port);
    streams(port);
    cancels(port);
    survives_clients_that_go_away(port);
    serves_curl(port);
}

fn get(path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n")
}

fn answers_a_text(port: u16) {
    let mut client = Client::connect(port);
    for _ in 0..2 {
        client.send(get("/"));
        let response = client.read_response();
        assert_eq!(response.status_line, "HTTP/1.1 200 OK");
        assert_eq!(
            response.header("Server"),
            Some("Microsoft-HTTPAPI/2.0"),
            "made by the service"
        );
        assert!(!response.body.is_empty());
    }
}

/// What comes behind the head is the next response.
fn answers_head_without_a_body(port: u16) {
    let mut client = Client::connect(port);
    client.send(get("/"));
    let got = client.read_response();
    for (path, status) in [("/", 200), ("/missing", 404)] {
        client.send(format!("HEAD {path} HTTP/1.1\r\nHost: localhost\r\n\r\n"));
        let head = client.read_response_head();
        assert_eq!(head.status(), status);
        if status == 200 {
            assert_eq!(head.header("Content-Length"), got.header("Content-Length"));
        }
        client.send(get("/"));
        assert_eq!(client.read_response().status_line, "HTTP/1.1 200 OK");
    }
}

/// Longer than the buffer that the programs begin with: 234, and the receive by the id.
fn takes_a_long_head(port: u16) {
    let mut client = Client::connect(port);
    for length in [12, 15] {
        let long = "x".repeat(length * 1024);
        client.send(format!(
            "GET / HTTP/1.1\r\nHost: localhost\r\nX-Long: {long}\r\n\r\n"
        ));
        assert_eq!(client.read_response().status(), 200);
    }
}

fn echoes(port: u16) {
    let mut client = Client::connect(port);
    let long = "0123456789".repeat(20_000);
    for body in ["hello", &long] {
        let length = body.len();
        client.send(format!(
            "POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: {length}\r\n\r\n{body}"
        ));
        let response = client.read_response();
        assert_eq!(response.status(), 200);
        assert!(response.body == body.as_bytes(), "the echo differs");
    }
    client.send(
        "POST /echo HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n\
         3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n",
    );
    assert_eq!(client.read_response().body, b"abcde");
}

fn streams(port: u16) {
    let mut client = Client::connect(port);
    client.send(get("/stream"));
    let response = client.read_response();
    assert_eq!(response.status(), 200);
    assert!(!response.body.is_empty());
    // The framing was right: the connection goes on.
    client.send(get("/"));
    assert_eq!(client.read_response().status(), 200);
}

/// The reset is seen by its own connection alone, and by all that is pipelined on it.
fn cancels(port: u16) {
    let mut neighbour = Client::connect(port);
    neighbour.send(get("/"));
    assert_eq!(neighbour.read_response().status(), 200);
    for _ in 0..3 {
        let mut client = Client::connect(port);
        client.send(get("/cancel"));
        client.expect_reset();
        let mut pipelined = Client::connect(port);
        pipelined.send([get("/cancel"), get("/")].concat());
        pipelined.expect_reset();
        neighbour.send(get("/"));
        assert_eq!(neighbour.read_response().status(), 200);
    }
}

/// A write to a peer that is gone is an error of the call, not a SIGPIPE: programs in C do not
/// ignore that signal. Streams of a client that has reset meet a closed socket sooner or later.
fn survives_clients_that_go_away(port: u16) {
    for _ in 0..200 {
        let mut client = Client::connect(port);
        client.send([get("/stream"), get("/stream"), get("/stream")].concat());
        client.reset();
    }
    answers_a_text(port);
}

/// curl's exit codes: 0, and 52 or 56 for a connection that broke off.
fn serves_curl(port: u16) {
    let url = |path: &str| format!("http://localhost:{port}{path}");
    let curl = |arguments: &[&str]| {
        Command::new("curl")
            .args(["--silent", "--max-time", "10", "--noproxy", "*"])
            .args(arguments)
            .output()
    };
    let Ok(output) = curl(&["--data", "by curl", &url("/echo")]) else {
        eprintln!("not run with curl, this machine has none");
        return;
    };
    assert_eq!(
        (output.status.code(), &output.stdout[..]),
        (Some(0), &b"by curl"[..])
    );
    let output = curl(&[&url("/stream")]).expect("curl");
    assert!(output.status.success() && !output.stdout.is_empty());
    let output = curl(&[&url("/cancel")]).expect("curl");
    assert!(matches!(output.status.code(), Some(52 | 56)), "{output:?}");
}

#[test]
fn the_c_program_hello_serves_and_ends() {
    let _watchdog = Watchdog::start();
    let arguments = ["0", "2"].map(str::to_owned);
    let mut program = Program::start_c("examples/c/hello.c", &arguments);
    drive(program.port());
    assert!(program.terminate(), "it ends with success on SIGTERM");
}

/// G-171, G-079: what is open when the service ends is closed, and takes no memory any more.
#[cfg(target_os = "linux")]
#[test]
fn g_171_g_079_http_terminate_ends_the_queue_handles_that_are_open() {
    let _watchdog = Watchdog::start();
    let program = httpsys_tests::program::build_c("tests/programs/terminate.c");
    let status = std::process::Command::new(&program).status();
    std::fs::remove_file(&program).expect("the program that ran");
    assert!(
        status.is_ok_and(|status| status.success()),
        "see its standard error"
    );
}

/// The program cancels the first request and ends.
#[test]
fn the_c_program_cancel_resets_its_client_and_ends() {
    let _watchdog = Watchdog::start();
    let mut program = Program::start_c("examples/c/cancel.c", &["0".to_owned()]);
    let mut client = Client::connect(program.port());
    client.send(get("/"));
    client.expect_reset();
    assert!(program.wait(), "HttpCancelHttpRequest returned NO_ERROR");
}

#[test]
fn the_rust_program_hello_serves() {
    let _watchdog = Watchdog::start();
    let arguments = ["--port", "0"].map(str::to_owned);
    let program = Program::start_example("hello", &arguments);
    drive(program.port());
    tells_its_counters(program.port());
}

/// The value of a series of the text that `/metrics` gives; its labels are whatever they are.
fn metric(port: u16, name: &str) -> u64 {
    let mut client = Client::connect(port);
    client.send(get("/metrics"));
    let response = client.read_response();
    let kind = response.header("Content-Type");
    assert_eq!(kind, Some("text/plain; version=0.0.4; charset=utf-8"));
    let text = String::from_utf8(response.body).expect("UTF-8");
    assert!(
        text.starts_with("# HELP ") && text.ends_with('\n'),
        "{text}"
    );
    let is_it = |line: &&str| line.split(['{', ' ']).next() == Some(name);
    let line = text.lines().find(is_it).expect("the metric");
    let value = line.rsplit(' ').next().expect("a value");
    value.parse().expect("a number")
}

fn tells_its_counters(port: u16) {
    let before = metric(port, "httpsys_url_group_get_requests_total");
    let after = metric(port, "httpsys_url_group_get_requests_total");
    assert_eq!(after, before + 1, "the look itself is a request");
    assert!(metric(port, "httpsys_queue_arrivals_total") > after);
    assert_eq!(metric(port, "httpsys_queue_current_size"), 0);
}

/// docs/COUNTERS.md says what to try with `hello`: each URL of its curl lines is there.
#[test]
fn what_the_page_about_counters_says_to_try_is_there() {
    let _watchdog = Watchdog::start();
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/COUNTERS.md");
    let page = std::fs::read_to_string(page).expect("the page");
    let urls = page.split("curl http://localhost:8080").skip(1);
    let is_end = |c: char| c.is_whitespace() || c == '`';
    let paths: Vec<&str> = urls.filter_map(|rest| rest.split(is_end).next()).collect();
    assert!(paths.contains(&"/metrics") && paths.contains(&"/state"));
    let arguments = ["--port", "0"].map(str::to_owned);
    let program = Program::start_example("hello", &arguments);
    for path in paths {
        let mut client = Client::connect(program.port());
        client.send(get(path));
        let response = client.read_response();
        assert_eq!(response.status(), 200, "{path}");
        assert!(!response.body.is_empty(), "{path}");
    }
}

#[test]
fn the_c_program_metrics_tells_its_counters_and_ends() {
    let _watchdog = Watchdog::start();
    let mut program = Program::start_c("examples/c/metrics.c", &["0".to_owned()]);
    let port = program.port();
    tells_its_counters(port);
    let text = |path: &str| {
        let mut client = Client::connect(port);
        client.send(get(path));
        String::from_utf8(client.read_response().body).expect("text")
    };
    assert_eq!(text("/queue"), "5 came, 0 wait, 0 rejected\n");
    let state = text("/state");
    let url = format!("            http://localhost:{port}/\n");
    assert!(
        state.contains("Request queue name: metrics\n") && state.contains(&url),
        "{state}"
    );
    let mut client = Client::connect(port);
    client.send("HEAD /state HTTP/1.1\r\nHost: localhost\r\n\r\n");
    assert_eq!(client.read_response_head().status(), 200);
    let long = "x".repeat(12 * 1024);
    client.send(format!(
        "GET /queue HTTP/1.1\r\nHost: localhost\r\nX-Long: {long}\r\n\r\n"
    ));
    assert_eq!(
        client.read_response().body,
        b"8 came, 0 wait, 0 rejected\n",
        "behind a head without a body"
    );
    assert!(program.terminate(), "it ends with success on SIGTERM");
}

#[test]
fn the_windows_sys_program_serves() {
    let _watchdog = Watchdog::start();
    let arguments = ["--port", "0"].map(str::to_owned);
    let program = Program::start_example("windows_sys_hello", &arguments);
    drive(program.port());
}

/// LIM-006, LIM-007: a program in C has its parameters from the environment and from a file.
#[test]
fn lim_006_lim_007_a_c_program_takes_parameters_from_its_environment() {
    let _watchdog = Watchdog::start();
    let program = httpsys_tests::program::build_c("examples/c/hello.c");
    let file = program.with_extension("conf");
    std::fs::write(
        &file,
        "# limits\nMaxFieldLength = 100\nUrlSegmentMaxLength = 5\n",
    )
    .expect("written");
    let mut command = Command::new(&program);
    command.arg("0");
    command.env("HTTPSYS_PARAMETERS", &file);
    command.env("HTTPSYS_MaxFieldLength", "64");
    let running = Program::start(&mut command);
    let status = |target: &str, field: &str| {
        let mut client = Client::connect(running.port());
        client.send(format!(
            "GET {target} HTTP/1.1\r\nHost: localhost\r\n{field}\r\n\r\n"
        ));
        client.read_response().status()
    };
    let field = |length: usize| format!("A: {}", "a".repeat(length - 3));
    assert_eq!(
        (status("/", &field(64)), status("/", &field(65))),
        (200, 400)
    );
    assert_eq!(status("/123456", &field(10)), 400);
    drop(running);
    std::fs::remove_file(program).expect("it is there");
    std::fs::remove_file(file).expect("it is there");
}

/// As for a program in C: the file first, then the variables.
#[test]
fn lim_006_lim_011_a_rust_program_takes_parameters_from_its_environment() {
    let _watchdog = Watchdog::start();
    httpsys_tests::program::cargo_build(&["-p", "httpsys-examples", "--bin", "hello"]);
    let program = httpsys_tests::program::target_dir().join("hello");
    let file = std::env::temp_dir().join(format!("httpsys-{}.conf", std::process::id()));
    std::fs::write(&file, "MaxFieldLength = 100\nUrlSegmentMaxLength = 5\n").expect("written");
    let mut command = Command::new(&program);
    command.args(["--port", "0"]);
    command.env("HTTPSYS_PARAMETERS", &file);
    command.env("HTTPSYS_MaxFieldLength", "64");
    let running = Program::start(&mut command);
    let status = |target: &str, length: usize| {
        let mut client = Client::connect(running.port());
        let field = "a".repeat(length - 3);
        client.send(format!(
            "GET {target} HTTP/1.1\r\nHost: localhost\r\nA: {field}\r\n\r\n"
        ));
        client.read_response().status()
    };
    assert_eq!((status("/", 64), status("/", 65)), (200, 400));
    assert_eq!(status("/123456", 10), 400);
    drop(running);
    std::fs::remove_file(file).expect("it is there");
}

/// The examples in Rust say which URL they cannot serve, and why.
#[test]
fn pfx_013_a_rust_program_says_whose_its_port_is() {
    let _watchdog = Watchdog::start();
    let running = Program::start_example("hello", &["--port", "0"].map(str::to_owned));
    let port = running.port();
    let arguments = ["--port".to_owned(), port.to_string()];
    let owner = format!("is in use by hello (process {})", running.id());
    for example in ["hello", "websocket"] {
        httpsys_tests::program::cargo_build(&["-p", "httpsys-examples", "--bin", example]);
        let output = Command::new(httpsys_tests::program::target_dir().join(example))
            .args(&arguments)
            .output()
            .expect("it runs");
        assert_eq!(output.status.code(), Some(1), "{example}");
        let said = String::from_utf8_lossy(&output.stderr);
        let url = format!("cannot register http://localhost:{port}/: ");
        let code = "ERROR_SHARING_VIOLATION (32)";
        assert!(said.contains(&url) && said.contains(code), "{said}");
        assert!(
            said.contains(&owner) || cfg!(not(target_os = "linux")),
            "{said}"
        );
    }
}

/// The example in Rust answers HEAD as GET, and a body without an end has one then.
#[test]
fn the_rust_program_hello_answers_head_on_every_path() {
    let _watchdog = Watchdog::start();
    let program = Program::start_example("hello", &["--port", "0"].map(str::to_owned));
    let mut client = Client::connect(program.port());
    for path in [
        "/",
        "/hello",
        "/big",
        "/stream",
        "/download/70000",
        "/endless",
    ] {
        client.send(format!("HEAD {path} HTTP/1.1\r\nHost: localhost\r\n\r\n"));
        assert_eq!(client.read_response_head().status(), 200, "{path}");
    }
    answers_a_text(program.port());
}

#[test]
fn lim_007_a_rust_program_with_a_bad_parameter_does_not_start() {
    let _watchdog = Watchdog::start();
    httpsys_tests::program::cargo_build(&["-p", "httpsys-examples", "--bin", "hello"]);
    let output = Command::new(httpsys_tests::program::target_dir().join("hello"))
        .args(["--port", "0"])
        .env("HTTPSYS_MaxRequestBytes", "255")
        .output()
        .expect("it runs");
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8_lossy(&output.stderr);
    let wanted = "httpsys: HTTPSYS_MaxRequestBytes: MaxRequestBytes is 255, but must be between \
                  256 and 16777216";
    assert_eq!(said.matches(wanted).count(), 1, "{said}");
    let bind = "hello: the environment has a bad parameter: ERROR_INVALID_PARAMETER (87)";
    assert!(said.contains(bind), "{said}");
}

/// LIM-017: programs in C have the Server field that the parameter asks for.
#[test]
fn lim_017_a_c_program_can_be_without_a_server_field() {
    let _watchdog = Watchdog::start();
    for (value, page, answer) in [("1", false, true), ("2", false, false)] {
        let program = httpsys_tests::program::build_c("examples/c/hello.c");
        let mut command = Command::new(&program);
        command.arg("0");
        command.env("HTTPSYS_DisableServerHeader", value);
        let running = Program::start(&mut command);
        let has_server = |request: &str| {
            let mut client = Client::connect(running.port());
            client.send(request);
            client.read_response().header("Server").is_some()
        };
        assert_eq!(has_server(&get("/")), answer, "{value}");
        assert_eq!(has_server("GET / nothing\r\n\r\n"), page, "{value}");
        drop(running);
        std::fs::remove_file(program).expect("it is there");
    }
}

/// A file that is not there, or a line of it that is wrong, ends HttpInitialize, too.
#[test]
fn a_c_program_with_a_bad_file_of_parameters_does_not_start() {
    let _watchdog = Watchdog::start();
    let program = httpsys_tests::program::build_c("examples/c/hello.c");
    let file = program.with_extension("bad");
    let said = || {
        let mut command = Command::new(&program);
        command.arg("0");
        let output = command.env("HTTPSYS_PARAMETERS", &file).output();
        let output = output.expect("it runs");
        assert!(!output.status.success());
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    let missing = said();
    let place = format!("httpsys: HTTPSYS_PARAMETERS={}: ", file.display());
    assert_eq!(missing.matches(&place).count(), 1, "{missing}");
    std::fs::write(&file, "\nMaxConnections = 1023\n").expect("written");
    let wrong = said();
    let wanted = format!(
        "httpsys: {}: line 2: MaxConnections is 1023, but must be between 1024 and 2031616",
        file.display()
    );
    assert_eq!(wrong.matches(&wanted).count(), 1, "{wrong}");
    std::fs::remove_file(program).expect("it is there");
    std::fs::remove_file(file).expect("it is there");
}

/// What is out of range ends HttpInitialize, and says why.
#[test]
fn lim_007_a_c_program_with_a_bad_parameter_does_not_start() {
    let _watchdog = Watchdog::start();
    let program = httpsys_tests::program::build_c("examples/c/hello.c");
    let output = Command::new(&program)
        .arg("0")
        .env("HTTPSYS_MaxRequestBytes", "255")
        .output()
        .expect("it runs");
    std::fs::remove_file(program).expect("it is there");
    assert!(!output.status.success());
    let said = String::from_utf8_lossy(&output.stderr);
    let wanted = "httpsys: HTTPSYS_MaxRequestBytes: MaxRequestBytes is 255, but must be between \
                  256 and 16777216";
    assert_eq!(said.matches(wanted).count(), 1, "{said}");
}

/// A program in C sees with HTTPSYS_TRACE why its URL was refused.
#[test]
fn pfx_013_a_c_program_is_told_who_has_its_port() {
    let _watchdog = Watchdog::start();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let number = listener.local_addr().expect("bound").port();
    let program = httpsys_tests::program::build_c("examples/c/hello.c");
    let output = Command::new(&program)
        .arg(number.to_string())
        .env("HTTPSYS_TRACE", "warn")
        .output()
        .expect("it runs");
    std::fs::remove_file(program).expect("it is there");
    drop(listener);
    assert!(!output.status.success());
    let said = String::from_utf8_lossy(&output.stderr);
    let line = said
        .lines()
        .find(|line| line.contains("registration refused"));
    let line = line.unwrap_or_else(|| panic!("no event: {said}"));
    assert!(line.contains("WARN"), "{line}");
    assert!(
        line.contains(&format!("http://localhost:{number}/")),
        "{line}"
    );
    assert!(
        line.contains(&format!("127.0.0.1:{number} is in use by ")),
        "{line}"
    );
    assert!(line.contains("ERROR_SHARING_VIOLATION (32)"), "{line}");
    if cfg!(target_os = "linux") {
        let process = format!("(process {})", std::process::id());
        assert!(line.contains(&process), "{line}");
    }
}

/// Two processes do not share a port (G-093): the second cannot start.
#[test]
fn a_second_process_on_the_port_does_not_start() {
    let _watchdog = Watchdog::start();
    let program = Program::start_c("examples/c/hello.c", &["0".to_owned()]);
    let port = program.port();
    let second = httpsys_tests::program::build_c("examples/c/cancel.c");
    let output = Command::new(&second).arg(port.to_string()).output();
    std::fs::remove_file(second).expect("it is there");
    let output = output.expect("it runs");
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.ends_with(": error 32\n"), "{said}");
    answers_a_text(port);
}

/// SHD-011: the death of a process resets its clients and frees its port.
#[test]
fn shd_011_a_killed_program_breaks_off_and_frees_its_port() {
    let _watchdog = Watchdog::start();
    // Nobody gets it between the two programs.
    let port = Port::take();
    let arguments = ["--port".to_owned(), port.number().to_string()];
    let program = Program::start_example("hello", &arguments);
    let mut client = Client::connect(port.number());
    client.send(get("/"));
    client.read_response();
    // Half a body, so that a request is in the program's hands.
    client.send("POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\nabc");
    drop(program);
    assert_eq!(client.read_until_gone(), b"");
    let _again = Program::start_example("hello", &arguments);
    answers_a_text(port.number());
}
