//! Signals as console control events, and how a process ends: `signals.c`, built against ours alone.
//!
//! Owns what is sent to the program and what its end must be. Does not own how it is built.

use std::io::{BufRead, BufReader};
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use httpsys_tests::program::{cargo_build, root, target_dir};

/// The program, built once.
fn program() -> &'static PathBuf {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        cargo_build(&["-p", "httpapi"]);
        let program = super::folder("signals").join("signals");
        let mut build = Command::new(root().join("tools/httpsys-cc"));
        build.env("HTTPSYS_LIB_DIR", target_dir());
        build.args(["-g", "-O1", "-Wall", "-Wextra", "-Werror", "-std=gnu11"]);
        build.arg(root().join("tests/win32/signals.c"));
        super::succeed(build.arg("-o").arg(&program));
        program
    })
}

fn command(what: &str) -> Command {
    let mut command = Command::new(program());
    command.arg(what).env("HTTPSYS_HUNG_APP_TIMEOUT", "60000");
    command
}

fn run(what: &str) -> Output {
    // Its input stays open and gives nothing.
    let child = command(what)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn();
    let mut child = child.expect("the program starts");
    let input = child.stdin.take();
    let output = child.wait_with_output().expect("its output");
    drop(input);
    output
}

fn passes(what: &str) {
    let output = run(what);
    let said = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{what}: {said}");
}

/// A program that has said that it is ready.
fn ready(mut command: Command) -> Child {
    let child = command.stdout(Stdio::piped()).spawn();
    let mut child = child.expect("the program starts");
    let mut line = String::new();
    let output = child.stdout.take().expect("its output");
    BufReader::new(output).read_line(&mut line).expect("a line");
    assert_eq!(line, "ready\n");
    child
}

fn send(child: &Child, signal: &str) {
    let id = child.id().to_string();
    super::succeed(Command::new("kill").args(["-s", signal, &id]));
}

#[test]
fn signals_are_events_and_the_last_handler_is_asked_first() {
    passes("events");
}

#[test]
fn a_server_ends_in_its_own_way_when_it_is_told_to() {
    for (signal, code) in [("TERM", 42), ("HUP", 42), ("INT", 41)] {
        let mut child = ready(command("server"));
        send(&child, signal);
        assert_eq!(child.wait().unwrap().code(), Some(code), "{signal}");
    }
}

#[test]
fn a_process_that_stays_after_a_close_is_ended() {
    let mut command = command("stays");
    command.env("HTTPSYS_HUNG_APP_TIMEOUT", "200");
    let mut child = ready(command);
    let sent = Instant::now();
    send(&child, "TERM");
    assert_eq!(child.wait().unwrap().signal(), Some(15));
    assert!(sent.elapsed() >= Duration::from_millis(200));
}

#[test]
fn without_a_handler_that_takes_it_the_process_ends_by_the_signal() {
    assert_eq!(run("default").status.signal(), Some(2));
}

#[test]
fn handlers_of_the_programs_own_go_on_to_work() {
    passes("own");
}

#[test]
fn ignored_signals_stay_ignored() {
    passes("ignored");
}

#[test]
fn a_blocked_signal_is_left_to_sigwait() {
    passes("blocked");
}

#[test]
fn a_child_of_fork_has_no_handlers() {
    passes("fork");
}

#[test]
fn exit_process_writes_streams_and_keeps_its_code() {
    for (what, code) in [("7", 7), ("256", 255), ("0", 0), ("handler", 42)] {
        let output = run(what);
        assert_eq!(output.status.code(), Some(code), "{what}");
        assert_eq!(output.stdout, b"held by the stream", "{what}");
    }
    let output = run("t9");
    assert_eq!(output.status.code(), Some(9));
    assert_eq!(output.stdout, b"", "TerminateProcess writes nothing");
}
