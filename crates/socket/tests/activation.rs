//! Descriptors that a service manager passes: taken once, by the process that they are for (ACT-003).
//!
//! Owns: LISTEN_PID and the like, close-on-exec, what stays the program's. Does not own: what listens with them (the
//! test `programs`). The test starts itself as the program that gets them.
#![cfg(unix)]
#![allow(missing_docs, reason = "a test program")]

use std::env;
use std::net::TcpListener;
use std::os::fd::{AsRawFd, OwnedFd};
use std::process::{Command, Stdio};

use httpsys_socket::activation::take_passed;

/// Set for the program that this file starts.
const CHILD: &str = "HTTPSYS_TEST_CHILD";

/// Runs the test of this name in a process that gets a listening socket as 3 and /dev/null as 4.
fn run(name: &str, process: &str) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let script = format!(
        "exec 3<&0 4</dev/null 0</dev/null; export LISTEN_PID={process} LISTEN_FDS=2 LISTEN_FDNAMES=http:other; \
         exec \"$0\" \"$@\""
    );
    let output = Command::new("sh")
        .args(["-c", &script])
        .arg(env::current_exe().expect("this program"))
        .args(["--exact", name, "--nocapture"])
        .env(CHILD, "1")
        .stdin(Stdio::from(OwnedFd::from(listener)))
        .output()
        .expect("sh");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
}

fn is_child() -> bool {
    env::var_os(CHILD).is_some()
}

/// Whether a program that this one starts has the descriptor.
fn is_inherited(descriptor: i32) -> bool {
    let script = format!("exec 9>&{descriptor}");
    let status = Command::new("sh")
        .args(["-c", &script])
        .stderr(Stdio::null())
        .status();
    status.expect("sh").success()
}

#[test]
fn act_003_what_is_passed_is_taken_once_and_no_child_has_it() {
    if !is_child() {
        return run(
            "act_003_what_is_passed_is_taken_once_and_no_child_has_it",
            "$$",
        );
    }
    assert!(is_inherited(3) && is_inherited(4));
    let passed = take_passed(|descriptor| descriptor.as_raw_fd() == 3);
    assert_eq!(passed.len(), 1);
    assert_eq!(passed[0].name.as_deref(), Some("http"));
    let listener = TcpListener::from(passed.into_iter().next().expect("one").descriptor);
    assert!(listener.local_addr().is_ok());
    for name in ["LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"] {
        assert_eq!(env::var_os(name), None);
    }
    // The other one stays the program's, and is closed in programs that it executes.
    assert!(std::fs::metadata("/dev/fd/4").is_ok());
    assert!(!is_inherited(3) && !is_inherited(4));
    assert!(take_passed(|_| true).is_empty());
}

#[test]
fn act_003_what_was_passed_to_another_process_stays_its_own() {
    if !is_child() {
        return run(
            "act_003_what_was_passed_to_another_process_stays_its_own",
            "1",
        );
    }
    assert!(take_passed(|_| true).is_empty());
    assert_eq!(env::var("LISTEN_FDS").as_deref(), Ok("2"));
    assert!(is_inherited(3) && is_inherited(4));
}
