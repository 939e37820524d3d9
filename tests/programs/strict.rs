//! `HTTPSYS_STRICT` in the environment of programs in C.
//!
//! Owns: that a correct program has no finding, and where the lines of another one go. Does not own: the kinds
//! (`crates/httpapi/tests/strict.rs`).

use std::process::Command;

use httpsys_tests::program::{Program, build_c};
use httpsys_tests::watchdog::Watchdog;

/// With `abort` one finding would be its end.
#[test]
fn a_correct_c_program_has_no_finding_in_strict_mode() {
    let _watchdog = Watchdog::start();
    let program = build_c("examples/c/hello.c");
    let mut command = Command::new(&program);
    command.args(["0", "2"]).env("HTTPSYS_STRICT", "abort");
    let mut running = Program::start(&mut command);
    let port = running.port();
    crate::answers_a_text(port);
    crate::takes_a_long_head(port);
    crate::echoes(port);
    crate::streams(port);
    crate::cancels(port);
    assert!(running.terminate(), "it ends with success on SIGTERM");
    std::fs::remove_file(program).expect("the program that ran");
}

/// `terminate.c` leaves everything to HttpTerminate.
#[test]
fn ses_029_findings_are_lines_on_standard_error_or_the_end_of_the_process() {
    let _watchdog = Watchdog::start();
    let program = build_c("tests/programs/terminate.c");
    let run = |mode: &str| {
        let output = Command::new(&program).env("HTTPSYS_STRICT", mode).output();
        let output = output.expect("it runs");
        let text = String::from_utf8_lossy(&output.stderr);
        let begin = "httpsys: strict: HandleLeaked: HttpTerminate(";
        let lines = text.lines().filter(|line| line.starts_with(begin)).count();
        (output.status.code(), lines)
    };
    assert_eq!(run("0"), (Some(0), 0));
    // It measures its memory, in which findings are kept then.
    assert_eq!(run("collect").1, 0);
    assert!(run("1").1 > 1);
    assert_eq!(run("abort"), (None, 1), "by a signal");
    std::fs::remove_file(program).expect("the program that ran");
}
