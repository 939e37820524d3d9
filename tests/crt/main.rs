//! Sources written for Windows, compiled here: the 16-bit C runtime of include/runtime, std::wstring,
//! wmain, and the compiler wrappers in tools.
//!
//! Owns: how the programs of this folder are compiled and what they must print. Does not own what
//! they check themselves. Every compiler of the list that the machine has is used; one that is
//! missing is named on standard error. Each test builds into a folder of its own.
#![cfg(not(windows))]

mod missing;
mod wrapper;

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use httpsys_tests::program::root;
pub(crate) use httpsys_tests::program::{is_there, succeed};

/// A folder for what one test builds.
pub(crate) fn scratch(test: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("crt")
        .join(test);
    std::fs::create_dir_all(&folder).expect("a folder for the test");
    folder
}

/// The path of a source of this folder.
pub(crate) fn source(name: &str) -> PathBuf {
    root().join("tests/crt").join(name)
}

const LANGUAGES: [(&str, &[&str]); 4] = [
    ("gcc", &["-std=c11", "-pedantic"]),
    ("clang", &["-std=c11", "-pedantic"]),
    ("g++", &["-std=c++17", "-pedantic", "-x", "c++"]),
    ("clang++", &["-std=c++17", "-pedantic", "-x", "c++"]),
];

/// The flags that the documentation names for use without the wrappers.
fn compile(compiler: &str, flags: &[&str], name: &str, program: &Path) {
    let include = root().join("crates/httpapi/include");
    let mut command = Command::new(compiler);
    command
        .args(["-g", "-Wall", "-Wextra", "-Werror", "-fshort-wchar"])
        .args(flags);
    for folder in ["case", "case/other", "", "std", "runtime", "win32"] {
        command.arg("-I").arg(include.join(folder));
    }
    succeed(command.arg(source(name)).arg("-o").arg(program));
}

/// A command that runs the program, under valgrind if the machine has it. Standard input is the
/// letter k, a file: what is in it is there at once.
fn run(program: &Path, valgrind: bool) -> Command {
    let mut command = if valgrind {
        let mut command = Command::new("valgrind");
        command.args(["--quiet", "--error-exitcode=99", "--leak-check=full"]);
        command.arg(program);
        command
    } else {
        Command::new(program)
    };
    let key = program.with_extension("key");
    std::fs::write(&key, "k").expect("a file to read from");
    command.stdin(Stdio::from(File::open(&key).expect("just written")));
    command
}

/// Compiles a program in each language and with two optimisation levels, and hands on its output.
fn in_every_language(name: &str, check: impl Fn(&str)) {
    let folder = scratch(name);
    let valgrind = is_there("valgrind");
    let mut ran = 0;
    for (compiler, flags) in LANGUAGES {
        if !is_there(compiler) {
            continue;
        }
        for level in ["-O0", "-O2"] {
            let program = folder.join(format!("{compiler}{level}"));
            compile(compiler, &[flags, &[level]].concat(), name, &program);
            // One level is enough for valgrind, which is slow.
            let output = succeed(&mut run(&program, valgrind && level == "-O2"));
            check(&String::from_utf8(output.stdout).expect("UTF-8"));
            ran += 1;
        }
    }
    assert!(ran > 0, "none of the compilers is there");
}

#[test]
fn strings_numbers_and_conversions_are_those_of_16_bit_units() {
    in_every_language("strings.c", |output| assert_eq!(output, ""));
}

#[test]
fn formats_have_the_meaning_of_microsoft() {
    let letters: String = ('a'..='z').cycle().take(3000).collect();
    let expected = format!(
        "grüß € narrow 4294967295\n😀 5\nline\nno line 😀\n{letters}\n{:0600}\n",
        1
    );
    in_every_language("formats.c", |output| assert_eq!(output, expected));
}

#[test]
fn strsafe_code_pages_and_the_headers_together() {
    in_every_language("safe.c", |output| assert_eq!(output, ""));
}

/// Whether clang finds libc++.
fn has_libcxx() -> bool {
    let mut command = Command::new("clang++");
    command.args(["-stdlib=libc++", "-fsyntax-only", "-x", "c++", "-include"]);
    let found = command.args(["string", "/dev/null"]).output();
    let found = found.is_ok_and(|output| output.status.success());
    if !found {
        eprintln!("SKIPPED: no clang++ with libc++ on this machine");
    }
    found
}

/// Standards, with the optimization for each. HTTPSYS_SHORT leaves the one with which valgrind looks on: each of these
/// programs takes the compilers seconds.
fn standards_of_cpp() -> &'static [(&'static str, &'static str)] {
    const ALL: [(&str, &str); 3] = [
        ("-std=c++17", "-O2"),
        ("-std=c++11", "-O0"),
        ("-std=c++20", "-O2"),
    ];
    let short = std::env::var_os("HTTPSYS_SHORT").is_some();
    if short { &ALL[..1] } else { &ALL }
}

/// The program gets the name of a file that it may write.
fn in_every_cpp(name: &str, check: impl Fn(&str)) {
    let folder = scratch(name);
    let valgrind = is_there("valgrind");
    let mut ran = 0;
    for (compiler, library) in [("g++", ""), ("clang++", ""), ("clang++", "-stdlib=libc++")] {
        if !is_there(compiler) || !(library.is_empty() || has_libcxx()) {
            continue;
        }
        for &(standard, level) in standards_of_cpp() {
            let program = folder.join(format!("{compiler}{library}{standard}"));
            let mut flags = vec![standard, level];
            flags.extend((!library.is_empty()).then_some(library));
            compile(compiler, &flags, name, &program);
            let mut command = run(&program, valgrind && standard == "-std=c++17");
            let output = succeed(command.arg(folder.join("written")));
            check(&String::from_utf8(output.stdout).expect("UTF-8"));
            ran += 1;
        }
    }
    if ran == 0 {
        eprintln!("SKIPPED: no C++ compiler, {name} was not compiled");
    }
}

#[test]
fn std_wstring_holds_16_bit_units() {
    in_every_cpp("wstring.cpp", |output| assert_eq!(output, ""));
}

#[test]
fn wide_streams_write_and_read_utf_8() {
    let expected = "wide € k 42 2.5\nnarrow 😀\ncout 1.5\nff😀\n";
    in_every_cpp("wstreams.cpp", |output| assert_eq!(output, expected));
}

#[test]
fn the_library_of_cpp_converts_16_bit_units() {
    in_every_cpp("conversions.cpp", |output| assert_eq!(output, ""));
}

/// Numbers, sorting, patterns, named locales: where libc++ calls what it has compiled itself.
#[test]
fn wide_text_meets_no_32_bit_code_of_the_library() {
    in_every_cpp("library.cpp", |output| assert_eq!(output, "zebra\n"));
}
