//! Compiles the C side of the layout tests.
//!
//! Owns the list of ways in which a program may include the headers. Does not own what is asserted:
//! see `layout_c.c` and `native_address.c`. Each test starts compilers of its own; nothing is
//! shared.

use std::path::{Path, PathBuf};
use std::process::Command;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("abi")
}

fn include() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/httpapi/include")
}

/// A compiler command: the variable may hold arguments too, as in `CC="ccache gcc"`.
fn compiler(variable: &str, default: &str) -> Command {
    let line = std::env::var(variable).unwrap_or_default();
    let mut words = line.split_whitespace();
    let mut command = Command::new(words.next().unwrap_or(default));
    command.args(words);
    command
}

fn is_there(mut compiler: Command) -> bool {
    compiler
        .arg("--version")
        .output()
        .is_ok_and(|output| output.status.success())
}

/// Ways of including the headers, as macros of `layout_c.c`. All but the first need <windows.h>.
const WAYS: [&[&str]; 6] = [
    &[],
    &["-DWINDOWS_FIRST"],
    &["-DWINDOWS_LAST"],
    &["-DWINDOWS_FIRST", "-DUNICODE"],
    &["-DWINDOWS_FIRST", "-DNATIVE_FIRST"],
    &["-DWINDOWS_LAST", "-DNATIVE_LAST"],
];

fn compile_every_way(variable: &str, default: &str, language: [&str; 3]) {
    for way in WAYS {
        for width in [None, Some("-fshort-wchar")] {
            let mut command = compiler(variable, default);
            command.args(["-fsyntax-only", "-Wall", "-Wextra", "-pedantic", "-Werror"]);
            command
                .args(language)
                .args(width)
                .args(way)
                .arg("-I")
                .arg(include());
            if !way.is_empty() {
                command.arg("-I").arg(include().join("win32"));
            }
            command.arg(folder().join("layout_c.c"));
            let output = command
                .output()
                .unwrap_or_else(|error| panic!("{command:?}: {error}"));
            let messages = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success(), "{command:?}\n{messages}");
        }
    }
}

#[test]
fn the_headers_have_the_layout_of_the_table_in_c11() {
    compile_every_way("CC", "cc", ["-std=c11", "-x", "c"]);
}

#[test]
fn the_headers_have_the_layout_of_the_table_in_cpp17() {
    if !is_there(compiler("CXX", "c++")) {
        eprintln!("SKIPPED: no C++ compiler ($CXX or c++): the headers are not checked as C++17");
        return;
    }
    compile_every_way("CXX", "c++", ["-std=c++17", "-x", "c++"]);
}

#[test]
fn addresses_convert_to_the_native_layout() {
    let program = Path::new(env!("CARGO_TARGET_TMPDIR")).join("native_address");
    let mut command = compiler("CC", "cc");
    command.args([
        "-std=c11",
        "-Wall",
        "-Wextra",
        "-pedantic",
        "-Werror",
        "-D_DEFAULT_SOURCE",
    ]);
    command.arg("-I").arg(include());
    command
        .arg(folder().join("native_address.c"))
        .arg("-o")
        .arg(&program);
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let messages = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}\n{messages}");
    let status = Command::new(&program).status().expect("the program starts");
    assert_eq!(
        status.code(),
        Some(0),
        "line of native_address.c that failed (modulo 256)"
    );
}
