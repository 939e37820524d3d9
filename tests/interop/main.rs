//! Clients of others against the sample servers: curl, Python, Node, Chromium, wrk.
//!
//! Owns: starting the server, finding the client, running its script. Does not own the checks: those
//! are in the scripts beside this file, in the client's own language; a script that ends with
//! success has passed. A client that is not here is SKIPPED, loudly; with HTTPSYS_INTEROP_REQUIRED
//! set it is a failure. `tests/interop/setup.sh` installs what can be installed.
#![cfg(unix)]

use std::path::PathBuf;
use std::process::{Command, Stdio};

use httpsys_tests::ports::Port;
use httpsys_tests::program::{Program, root};
use httpsys_tests::watchdog::Watchdog;

/// Where `setup.sh` puts what is not installed for the whole machine.
fn tools() -> PathBuf {
    if let Some(folder) = std::env::var_os("HTTPSYS_INTEROP_TOOLS") {
        return folder.into();
    }
    let cache = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
    let home = || PathBuf::from(std::env::var_os("HOME").unwrap_or_default()).join(".cache");
    cache.unwrap_or_else(home).join("httpsys-interop")
}

/// The first of these programs that starts when it is asked for its version.
fn find(names: &[&str], version: &str) -> Option<PathBuf> {
    let own = |name: &&str| tools().join("venv/bin").join(name);
    let candidates = names.iter().map(own).chain(names.iter().map(PathBuf::from));
    candidates.into_iter().find(|program| {
        let mut command = Command::new(program);
        command.args(version.split_whitespace());
        command.stdout(Stdio::null()).stderr(Stdio::null());
        // wrk ends with 1 after it has told its version.
        command
            .status()
            .is_ok_and(|status| status.success() || version == "--version-of-wrk")
    })
}

/// Says that a client is missing; fails if it has to be there.
fn skip(what: &str) {
    println!("SKIPPED: needs {what}; tests/interop/setup.sh installs it");
    eprintln!("SKIPPED: needs {what}; tests/interop/setup.sh installs it");
    let required = std::env::var_os("HTTPSYS_INTEROP_REQUIRED").is_some();
    assert!(!required, "{what} is required here");
}

/// Runs `script` by `program` against the example `server`.
fn drive(server: &str, program: Option<PathBuf>, options: &[&str], script: &str, what: &str) {
    let Some(program) = program else {
        return skip(what);
    };
    let _watchdog = Watchdog::start();
    let port = Port::take();
    let arguments = ["--port", &port.number().to_string(), "--threads", "6"].map(str::to_owned);
    let _server = Program::start_example(server, &arguments);
    let path = root().join("tests/interop").join(script);
    let output = Command::new(program)
        .args(options)
        .arg(path)
        .env("PORT", port.number().to_string())
        .env("BASE", format!("http://127.0.0.1:{}", port.number()))
        .output()
        .expect("the client starts");
    let said = String::from_utf8_lossy(&output.stdout);
    let wrong = String::from_utf8_lossy(&output.stderr);
    println!("{said}");
    assert!(output.status.success(), "{script}:\n{said}\n{wrong}");
}

fn shell() -> Option<PathBuf> {
    find(&["bash"], "--version")
}

fn chromium() -> Option<PathBuf> {
    find(
        &["chromium", "chromium-browser", "google-chrome"],
        "--version",
    )
}

fn node() -> Option<PathBuf> {
    find(&["node"], "--experimental-websocket --version")
}

#[test]
fn curl() {
    let here = find(&["curl"], "--version").and_then(|_| shell());
    drive("hello", here, &[], "curl.sh", "curl and bash");
}

#[test]
fn python_http_client() {
    let python = find(&["python3"], "--version");
    drive("hello", python, &[], "http_client.py", "python3");
}

#[test]
fn python_requests() {
    let python = find_module("requests");
    drive(
        "hello",
        python,
        &[],
        "requests_client.py",
        "python3 with requests",
    );
}

#[test]
fn python_websockets() {
    let python = find_module("websockets");
    drive(
        "websocket",
        python,
        &[],
        "websockets_client.py",
        "python3 with websockets",
    );
}

/// A Python that has this module.
fn find_module(module: &str) -> Option<PathBuf> {
    let own = tools().join("venv/bin/python3");
    [own, PathBuf::from("python3")].into_iter().find(|python| {
        let mut command = Command::new(python);
        command
            .args(["-c", &format!("import {module}")])
            .stderr(Stdio::null());
        command.status().is_ok_and(|status| status.success())
    })
}

#[test]
fn node_fetch() {
    drive("hello", node(), &[], "fetch.mjs", "node 20 or newer");
}

#[test]
fn node_websocket() {
    let options = ["--experimental-websocket"];
    drive(
        "websocket",
        node(),
        &options,
        "websocket.mjs",
        "node 20 or newer",
    );
}

#[test]
fn chromium_page() {
    let here = chromium().and_then(|_| node());
    let options = ["--experimental-websocket"];
    drive(
        "hello",
        here,
        &options,
        "chromium_page.mjs",
        "chromium and node",
    );
}

#[test]
fn chromium_websocket() {
    let here = chromium().and_then(|_| node());
    let options = ["--experimental-websocket"];
    drive(
        "websocket",
        here,
        &options,
        "chromium_websocket.mjs",
        "chromium and node",
    );
}

#[test]
fn wrk() {
    let here = find(&["wrk"], "--version-of-wrk").and_then(|_| shell());
    drive("hello", here, &[], "wrk.sh", "wrk and bash");
}
