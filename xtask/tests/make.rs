//! `make test` with a cargo that only says what it was asked.
//!
//! Owns: that a failure stops nothing and is in the exit code, with nextest and without. Does not own:
//! what the tests find.
#![cfg(unix)]
#![allow(missing_docs, reason = "a test program")]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::Command;

/// A program in the place of cargo: fails for the subcommands of `failing`.
struct Cargo(PathBuf);

impl Cargo {
    fn new(name: &str, has_nextest: bool, failing: &str) -> Cargo {
        let file = format!("httpsys-make-{}-{name}", std::process::id());
        let path = std::env::temp_dir().join(file);
        let version = u8::from(!has_nextest);
        let script = format!(
            "#!/bin/sh\n\
             [ \"$2\" = --version ] && exit {version}\n\
             echo \"ran: $*\"\n\
             case \"$*\" in {failing}) exit 101;; esac\n"
        );
        fs::write(&path, script).expect("written");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("a program");
        Cargo(path)
    }

    /// What it was asked besides building, and whether make succeeds.
    fn make_test(&self) -> (Vec<String>, bool) {
        let output = Command::new("make")
            .args(["-s", "test"])
            .arg(format!("CARGO={}", self.0.display()))
            .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
            .env_remove("MAKEFLAGS")
            .env_remove("CARGO")
            .output()
            .expect("make");
        let text = String::from_utf8(output.stdout).expect("UTF-8");
        let ran = text.lines().filter_map(|line| line.strip_prefix("ran: "));
        let tests = ran.filter(|call| !call.starts_with("build"));
        (tests.map(str::to_owned).collect(), output.status.success())
    }
}

impl Drop for Cargo {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

#[test]
fn all_tests_run_whatever_fails_and_the_exit_code_tells() {
    if Command::new("make").arg("--version").output().is_err() {
        return println!("SKIPPED: no make");
    }
    let suites = [
        (
            true,
            "nextest run --workspace --exclude httpsys-sim --no-fail-fast",
        ),
        (
            false,
            "test --workspace --exclude httpsys-sim --no-fail-fast --lib --bins --tests --examples",
        ),
    ];
    let doc = "test --workspace --exclude httpsys-sim --no-fail-fast --doc";
    // What the simulation is compiled into is built apart from what is shipped.
    let simulation = "test -p httpsys-sim --no-fail-fast";
    let simulated = "test -p httpsys-socket -p httpsys-engine -p httpsys-sim-tests --features sim --lib \
         --test random --test cached --no-fail-fast";
    let functions = "test -p httpsys-tests --features sim --no-fail-fast --lib --test conformance \
         --test wire --test h2 --test win32_sim";
    for (has_nextest, suite) in suites {
        for (failing, succeeds) in [
            ("nothing", true),
            ("*run*|*--lib*", false),
            ("*--doc*", false),
            ("*test*", false),
        ] {
            let cargo = Cargo::new("cargo", has_nextest, failing);
            let (ran, succeeded) = cargo.make_test();
            assert_eq!(
                ran,
                [suite, doc, simulation, simulated, functions],
                "{failing} fails"
            );
            assert_eq!(succeeded, succeeds, "{failing} fails");
        }
    }
}
