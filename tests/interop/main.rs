//! Clients of others against the sample servers: curl, Python, Node, Chromium, wrk.
//!
//! Owns: starting the server, finding the client, running its script. Does not own the checks: those
//! are in the scripts beside this file, in the client's own language; a script that ends with
//! success has passed. A client that is not here is SKIPPED, loudly; with HTTPSYS_INTEROP_REQUIRED
//! set it is a failure. `tests/interop/setup.sh` installs what can be installed.
#![cfg(unix)]

mod https;

use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use httpsys_tests::program::{Program, cargo_build, root};
use httpsys_tests::watchdog::Watchdog;

/// Node's option for a WebSocket between 20.10 and 22.
const NODE_WEBSOCKET: &str = "--experimental-websocket";

/// What a script runs against.
#[derive(Clone, Copy)]
enum Server {
    /// A binary of examples/rust.
    Rust(&'static str),
    /// examples/c/hello.c.
    C,
}

impl Server {
    fn start(self) -> Program {
        match self {
            Server::Rust(name) => {
                let arguments = ["--port", "0", "--threads", "6"];
                Program::start_example(name, &arguments.map(str::to_owned))
            }
            Server::C => Program::start_c("examples/c/hello.c", &["0".to_owned()]),
        }
    }

    /// Outside of the test's time limit, since it may have to build everything.
    fn build(self) {
        match self {
            Server::Rust(name) => cargo_build(&["-p", "httpsys-examples", "--bin", name]),
            Server::C => cargo_build(&["-p", "httpapi"]),
        }
    }
}

/// Where `setup.sh` puts what is not installed for the whole machine.
fn tools() -> PathBuf {
    if let Some(folder) = std::env::var_os("HTTPSYS_INTEROP_TOOLS") {
        return folder.into();
    }
    let cache = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
    let home = || PathBuf::from(std::env::var_os("HOME").unwrap_or_default()).join(".cache");
    cache.unwrap_or_else(home).join("httpsys-interop")
}

/// The first of these programs that starts with these arguments and ends with success.
fn find(programs: impl IntoIterator<Item = PathBuf>, arguments: &[&str]) -> Option<PathBuf> {
    programs.into_iter().find(|program| {
        let mut command = Command::new(program);
        command.args(arguments);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        command.status().is_ok_and(|status| status.success())
    })
}

/// A program of the PATH.
fn program(name: &str) -> Option<PathBuf> {
    find([name.into()], &["--version"])
}

/// The shell, if the program that its script needs is here as well.
fn shell_with(name: &str) -> Option<PathBuf> {
    // wrk ends with 1 when it has told its version.
    let told = Command::new(name).arg("--version").output();
    told.is_ok().then(|| program("bash")).flatten()
}

/// A Python that has this module.
fn python_with(module: &str) -> Option<PathBuf> {
    let own = tools().join("venv/bin/python3");
    find(
        [own, "python3".into()],
        &["-c", &format!("import {module}")],
    )
}

/// Node, if a browser is here as well.
fn node_with_chromium() -> Option<PathBuf> {
    let names = ["chromium", "chromium-browser", "google-chrome"];
    let browser = find(names.map(PathBuf::from), &["--version"]);
    browser.and_then(|_| node())
}

fn node() -> Option<PathBuf> {
    find(["node".into()], &["-e", "fetch"])
}

/// Says that a client is missing; fails if it has to be there.
fn skip(what: &str) {
    let text = format!("SKIPPED: needs {what}; tests/interop/setup.sh installs it\n");
    // Not by eprintln alone, which the test harness hides when all is well.
    let _ = std::io::stderr().write_all(text.as_bytes());
    let required = std::env::var_os("HTTPSYS_INTEROP_REQUIRED").is_some();
    assert!(!required, "{what} is required here");
}

/// Runs `script` by `program` against the server.
fn drive(server: Server, program: Option<PathBuf>, options: &[&str], script: &str, what: &str) {
    let Some(program) = program else {
        return skip(what);
    };
    server.build();
    let _watchdog = Watchdog::start();
    let mut running = server.start();
    let port = running.port();
    let path = root().join("tests/interop").join(script);
    let output = Command::new(program)
        .args(options)
        .arg(path)
        .env("PORT", port.to_string())
        .env("BASE", format!("http://127.0.0.1:{port}"))
        .env("TOOLS", tools())
        .output()
        .expect("the client starts");
    let said = String::from_utf8_lossy(&output.stdout);
    let wrong = String::from_utf8_lossy(&output.stderr);
    println!("{said}");
    assert!(output.status.success(), "{script}:\n{said}\n{wrong}");
    assert!(running.is_running(), "{script}: the server has ended");
}

fn hello(program: Option<PathBuf>, script: &str, what: &str) {
    drive(Server::Rust("hello"), program, &[], script, what);
}

fn websocket(program: Option<PathBuf>, script: &str, what: &str) {
    drive(Server::Rust("websocket"), program, &[], script, what);
}

#[test]
fn curl() {
    hello(shell_with("curl"), "curl.sh", "curl and bash");
}

#[test]
fn curl_with_the_c_sample() {
    let shell = shell_with("curl");
    drive(Server::C, shell, &[], "curl_c.sh", "curl and bash");
}

#[test]
fn curl_upgrade() {
    websocket(shell_with("curl"), "curl_websocket.sh", "curl and bash");
}

#[test]
fn python_http_client() {
    hello(program("python3"), "http_client.py", "python3");
}

#[test]
fn python_requests() {
    let python = python_with("requests");
    hello(python, "requests_client.py", "python3 with requests");
}

#[test]
fn python_websockets() {
    let python = python_with("websockets");
    websocket(python, "websockets_client.py", "python3 with websockets");
}

#[test]
fn node_fetch() {
    hello(node(), "fetch.mjs", "node 18 or newer");
}

#[test]
fn node_websocket() {
    let mut options = vec![NODE_WEBSOCKET];
    let mut node = find(["node".into()], &[NODE_WEBSOCKET, "-e", "0"]);
    if node.is_none() && tools().join("node_modules/ws").exists() {
        (node, options) = (program("node"), Vec::new());
    }
    let server = Server::Rust("websocket");
    let what = "node 20.10 or newer, or its package ws";
    drive(server, node, &options, "websocket.mjs", what);
}

#[test]
fn chromium_page() {
    let node = node_with_chromium();
    hello(node, "chromium_page.mjs", "chromium and node");
}

#[test]
fn chromium_websocket() {
    let node = node_with_chromium();
    websocket(node, "chromium_websocket.mjs", "chromium and node");
}

#[test]
fn wrk() {
    hello(shell_with("wrk"), "wrk.sh", "wrk and bash");
}
