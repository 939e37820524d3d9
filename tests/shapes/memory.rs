//! The programs under tools that watch their memory, the library's included.

use crate::build::{Recipe, build, has_command, try_build};
use crate::drive::run;

/// Invalid reads and writes, use of what was never set, and memory that nobody points at any more.
const VALGRIND: &[&str] = &[
    "valgrind",
    "--quiet",
    "--leak-check=full",
    "--errors-for-leak-kinds=definite",
    "--show-leak-kinds=definite",
    "--error-exitcode=99",
];

fn runs_under_valgrind(name: &str) {
    if !has_command("valgrind") {
        eprintln!("SKIPPED: there is no valgrind");
        return;
    }
    let built = build(name, &Recipe::USUAL);
    run(VALGRIND, name, &built.path()).assert_clean();
}

#[test]
fn v1_echo_has_no_error_and_no_leak_under_valgrind() {
    runs_under_valgrind("v1_echo");
}

#[test]
fn v2_file_post_has_no_error_and_no_leak_under_valgrind() {
    runs_under_valgrind("v2_file_post");
}

#[test]
fn async_file_server_has_no_error_and_no_leak_under_valgrind() {
    runs_under_valgrind("async_file_server");
}

#[test]
fn iocp_load_has_no_error_and_no_leak_under_valgrind() {
    runs_under_valgrind("iocp_load");
}

#[test]
fn programs_with_the_address_sanitizer_find_no_error_and_no_leak() {
    let recipe = Recipe {
        compiler: "gcc",
        more: &["-O1", "-g", "-fsanitize=address"],
        ..Recipe::USUAL
    };
    if try_build(
        "v1_echo",
        &Recipe {
            more: &["-g"],
            ..recipe
        },
    )
    .is_err()
        || try_build("v1_echo", &recipe).is_err()
    {
        eprintln!("SKIPPED: gcc is not there or has no address sanitizer");
        return;
    }
    for name in ["async_file_server", "iocp_load"] {
        let built = build(name, &recipe);
        run(&[], name, &built.path()).assert_clean();
    }
}
