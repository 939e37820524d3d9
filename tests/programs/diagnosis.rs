//! What the library tells about itself to programs in C: version, reasons of refusals, events.
//!
//! Owns: one C program that checks it all in a process of its own, since the callback is the process's;
//! and what `HTTPSYS_TRACE` shows of the same calls. Does not own: the words (unit tests).

use std::process::Command;

use httpsys_tests::program::build_c;
use httpsys_tests::watchdog::Watchdog;

/// The program's output, and what it wrote to standard error with this variable.
fn run(trace: Option<&str>) -> String {
    let program = build_c("tests/programs/diagnosis.c");
    let mut command = Command::new(&program);
    command.env_remove("HTTPSYS_TRACE");
    if let Some(level) = trace {
        command.env("HTTPSYS_TRACE", level);
    }
    let output = command.output().expect("it runs");
    let _ = std::fs::remove_file(program);
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}");
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn a_c_program_is_told_version_reasons_and_events() {
    let _watchdog = Watchdog::start();
    assert_eq!(run(None), "");
}

/// The callback takes nothing from standard error, and each 87 is there with its function.
#[test]
fn each_87_is_a_warning_with_its_function_and_reason() {
    let _watchdog = Watchdog::start();
    let said = run(Some("warn"));
    for wanted in [
        "function=\"HttpCreateServerSession\"",
        "ServerSessionId is NULL",
        "function=\"HttpInitialize\"",
        "registration refused url=\"http://localhost/\"",
        "function=\"HttpSendHttpResponse\"",
        "NTSTATUS 0xC000000D",
    ] {
        assert!(said.contains(wanted), "{wanted}: {said}");
    }
    for without in ["reason=ERROR", "reason=\"an argument is not valid"] {
        assert!(!said.contains(without), "a reason in no words: {said}");
    }
    assert!(!said.contains("HttpCancelHttpRequest"), "{said}");
}
