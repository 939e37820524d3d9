//! Programs in C in a simulation: `httpsys_sim.h`.
//!
//! Owns: building the library with the feature `sim`, the program `simulated.c` on it, and what its runs must print.
//! Does not own: what the program expects, which it checks itself. Needs a C compiler. Each run is a process of
//! its own; the library is built into a folder of its own, because the ordinary one must not have the feature.
#![cfg(not(windows))]

mod example;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use httpsys_tests::program::{is_there, root, succeed, target_dir};

/// The folder of the library with the simulation.
fn library() -> PathBuf {
    let own = target_dir();
    let target = own.parent().expect("the target folder").join("sim");
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.args(["build", "--offline", "-p", "httpapi", "--features", "sim"]);
    command.arg("--target-dir").arg(&target).current_dir(root());
    succeed(&mut command);
    match std::env::var_os("CARGO_BUILD_TARGET") {
        Some(triple) => target.join(triple).join("debug"),
        None => target.join("debug"),
    }
}

fn compiler(variable: &str, default: &str) -> String {
    let line = std::env::var(variable).unwrap_or_default();
    line.split_whitespace().next().unwrap_or(default).to_owned()
}

fn source() -> PathBuf {
    root().join("tests/sim_c/simulated.c")
}

fn wrapper(name: &str) -> Command {
    let mut command = Command::new(root().join("tools").join(name));
    command.args(["--sim", "-Wall", "-Wextra", "-Werror"]);
    command
}

/// The program, built once. `None`: there is no compiler.
fn program() -> Option<&'static Path> {
    static PROGRAM: OnceLock<Option<PathBuf>> = OnceLock::new();
    let program = PROGRAM.get_or_init(|| {
        if !is_there(&compiler("CC", "cc")) {
            return None;
        }
        let name = format!("simulated-{}", std::process::id());
        let program = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        let mut command = wrapper("httpsys-cc");
        command.env("HTTPSYS_LIB_DIR", library()).arg("-g");
        succeed(command.arg(source()).arg("-o").arg(&program));
        Some(program)
    });
    program.as_deref()
}

fn run(program: &Path, test: &str, seed: u64, traced: bool) -> Output {
    let mut command = Command::new(program);
    command.arg(test).env("HTTPSYS_SEED", seed.to_string());
    // Cargo names the folder of the ordinary library there, which would come before the program's own.
    for variable in ["LD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH"] {
        command.env_remove(variable);
    }
    if traced {
        command.env("HTTPSYS_SIM_TRACE", "1");
    }
    command.output().expect("the program starts")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Runs it and expects the exit code 0; what it printed.
#[track_caller]
fn passes(program: &Path, test: &str, seed: u64) -> String {
    let output = run(program, test, seed, false);
    let said = text(&output.stderr);
    let code = output.status.code();
    assert_eq!(code, Some(0), "{test}, HTTPSYS_SEED={seed}: {said}");
    text(&output.stdout)
}

#[test]
fn a_get_is_answered_and_its_idle_connection_closed_after_two_minutes() {
    let Some(program) = program() else { return };
    let printed = passes(program, "get", 1);
    assert!(printed.starts_with("HTTP/1.1 200 OK\r\n"), "{printed}");
    // The clock of the simulation.
    assert!(
        printed.contains("Date: Thu, 01 Jan 2026 00:00:00 GMT\r\n"),
        "{printed}"
    );
}

#[test]
fn the_entity_body_timer_of_120_s_passes_in_milliseconds() {
    let Some(program) = program() else { return };
    let durations = (0..10).map(|_| {
        let begun = Instant::now();
        let printed = passes(program, "timer", 1);
        assert!(printed.starts_with("after 12"), "{printed}");
        begun.elapsed()
    });
    // The best of some, as the machine may have other work.
    let best = durations.min().expect("some");
    assert!(best < Duration::from_millis(50), "{best:?}");
}

#[test]
fn threads_of_create_thread_and_a_completion_port_are_simulated_under_many_seeds() {
    let Some(program) = program() else { return };
    let mut shares = std::collections::BTreeSet::new();
    for seed in 1..=40 {
        shares.insert(passes(program, "thread", seed));
        passes(program, "port", seed);
    }
    assert!(shares.len() > 10, "the seed decides little: {shares:?}");
}

#[test]
fn a_process_makes_one_simulation_after_another() {
    let Some(program) = program() else { return };
    passes(program, "twice", 1);
}

#[test]
fn logs_are_written_to_a_disk_in_memory() {
    let Some(program) = program() else { return };
    let log = passes(program, "logs", 1);
    assert!(log.contains("#Date: 2026-01-01 00:00:0"), "{log}");
}

#[test]
fn wrong_arguments_are_refused() {
    let Some(program) = program() else { return };
    passes(program, "misuse", 1);
}

#[test]
fn the_same_seed_replays_to_the_same_trace() {
    let Some(program) = program() else { return };
    let trace = |seed| {
        let output = run(program, "thread", seed, true);
        assert!(output.status.success(), "{}", text(&output.stderr));
        text(&output.stderr) + &text(&output.stdout)
    };
    let first = trace(7);
    assert!(first.contains("client has a response of"), "{first}");
    assert!(first.contains("CreateThread"), "{first}");
    assert_eq!(first, trace(7));
    assert_ne!(first, trace(8));
}

#[test]
fn a_thread_that_does_not_end_fails_with_the_seed_and_the_last_steps() {
    let Some(program) = program() else { return };
    let output = run(program, "leak", 5, false);
    assert_eq!(output.status.code(), Some(1));
    let said = text(&output.stderr);
    for wanted in [
        "threads of CreateThread have not ended: 1",
        "HTTPSYS_SEED=5 replays it",
        "notes: about to leak",
        "the last events of the network",
    ] {
        assert!(said.contains(wanted), "{wanted}: {said}");
    }
}

#[test]
fn the_header_compiles_in_c89_to_cpp17() {
    for (variable, default, driver, language, standards) in [
        ("CC", "cc", "httpsys-cc", "c", &["gnu89", "c99", "c11"][..]),
        ("CXX", "c++", "httpsys-c++", "c++", &["c++11", "c++17"]),
    ] {
        if !is_there(&compiler(variable, default)) {
            continue;
        }
        for standard in standards {
            let mut command = wrapper(driver);
            command.args(["-fsyntax-only", "-x", language]);
            command.arg(format!("-std={standard}"));
            succeed(command.arg(source()));
        }
    }
}

#[test]
fn a_request_without_an_answer_fails() {
    let Some(program) = program() else { return };
    let output = run(program, "unanswered", 1, false);
    assert_eq!(output.status.code(), Some(1));
    let said = text(&output.stderr);
    assert!(said.contains("requests were not answered: 0x"), "{said}");
    assert!(said.contains("(received by the program)"), "{said}");
    assert!(said.contains("HTTPSYS_SEED=1 replays it"), "{said}");
}

/// The test in docs/SIMULATION.md.
#[test]
fn the_documented_program_compiles_and_passes_under_many_seeds() {
    if program().is_none() {
        return;
    }
    let page = std::fs::read_to_string(root().join("docs/SIMULATION.md")).expect("the page");
    let code = page.split("```c\n").nth(1).expect("a program in C");
    let code = code.split("```").next().expect("its end");
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let (file, program) = (folder.join("documented.c"), folder.join("documented"));
    std::fs::write(&file, code).expect("a file");
    let mut command = wrapper("httpsys-cc");
    command.env("HTTPSYS_LIB_DIR", library()).arg(&file);
    succeed(command.arg("-o").arg(&program));
    for seed in 1..=20 {
        passes(&program, "", seed);
    }
}
