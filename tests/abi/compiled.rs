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
fn the_structures_of_extension_h_have_the_layout_of_ours() {
    use httpapi::types::{
        HTTPSYS_REQUEST_QUEUE_COUNTERS, HTTPSYS_SERVICE_COUNTERS, HTTPSYS_URL_GROUP_COUNTERS,
    };
    use std::mem::offset_of;
    // The Rust side of what extension.c asserts: members follow each other without gaps.
    assert_eq!(offset_of!(HTTPSYS_SERVICE_COUNTERS, TimersFired), 19 * 8);
    assert_eq!(offset_of!(HTTPSYS_SERVICE_COUNTERS, Ends), 25 * 8);
    assert_eq!(offset_of!(HTTPSYS_URL_GROUP_COUNTERS, AllRequests), 8 * 8);
    let last = offset_of!(HTTPSYS_REQUEST_QUEUE_COUNTERS, AbandonedRequests);
    assert_eq!(last, 6 * 8);
    let sizes = [
        ("SERVICE_SIZE", size_of::<HTTPSYS_SERVICE_COUNTERS>()),
        ("URL_GROUP_SIZE", size_of::<HTTPSYS_URL_GROUP_COUNTERS>()),
        (
            "REQUEST_QUEUE_SIZE",
            size_of::<HTTPSYS_REQUEST_QUEUE_COUNTERS>(),
        ),
    ];
    for (variable, default, language) in [
        ("CC", "cc", ["-std=c11", "-x", "c"]),
        ("CXX", "c++", ["-std=c++17", "-x", "c++"]),
    ] {
        if !is_there(compiler(variable, default)) && variable == "CXX" {
            eprintln!("SKIPPED: no C++ compiler ($CXX or c++)");
            continue;
        }
        let mut command = compiler(variable, default);
        command.args(["-fsyntax-only", "-Wall", "-Wextra", "-pedantic", "-Werror"]);
        command.args(language).arg("-I").arg(include());
        for (name, size) in sizes {
            command.arg(format!("-D{name}={size}"));
        }
        let output = command.arg(folder().join("extension.c")).output();
        let output = output.unwrap_or_else(|error| panic!("{command:?}: {error}"));
        let messages = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{command:?}\n{messages}");
    }
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
