//! Sources as people write them, compiled with both sets of headers by each compiler, in each language.
//!
//! Owns: the matrix. What a source checks when it runs, it says itself.

use std::path::{Path, PathBuf};
use std::process::Command;

use httpsys_tests::program::{cargo_build, root};

use crate::{Sdk, is_there, scratch, succeed, wrapper};

const C: [&str; 3] = ["-std=c99", "-std=c11", "-std=gnu17"];
const CPP: [&str; 3] = ["-std=c++11", "-std=gnu++17", "-std=c++20"];

fn source(name: &str) -> PathBuf {
    root().join("tests/sdk").join(name)
}

/// Every compiler that is here, with the standards to try.
fn compilers(c: bool, cpp: bool) -> Vec<(&'static str, &'static [&'static str])> {
    let mut all: Vec<(&str, &[&str])> = Vec::new();
    if c {
        all.extend([("gcc", &C[..]), ("clang", &C[..])]);
    }
    if cpp {
        all.extend([("g++", &CPP[..]), ("clang++", &CPP[..])]);
    }
    all.retain(|(compiler, _)| is_there(compiler));
    all
}

/// Compiles without linking; warnings are errors.
fn check(compiler: &str, sdk: Sdk, standard: &str, flags: &[&str], file: &Path) {
    let mut command = wrapper(compiler, sdk);
    command.args(["-fsyntax-only", "-Wall", "-Wextra", "-Werror", standard]);
    succeed(command.args(flags).arg(file));
}

#[test]
fn headers_in_every_order_and_alone() {
    let folder = scratch("orders");
    let headers = [
        "windows.h",
        "winsock2.h",
        "ws2tcpip.h",
        "http.h",
        "strsafe.h",
        "tchar.h",
    ];
    let mut orders: Vec<Vec<&str>> = headers.iter().map(|name| vec![*name]).collect();
    for first in &headers[..4] {
        for second in &headers[..4] {
            orders.push(vec![first, second]);
        }
    }
    orders.push(vec!["Windows.h", "WinSock2.h", "Http.h"]);
    orders.push(vec![
        "stdio.h",
        "stdlib.h",
        "process.h",
        "io.h",
        "conio.h",
        "windows.h",
    ]);
    orders.push(vec![
        "windows.h",
        "process.h",
        "io.h",
        "conio.h",
        "stdio.h",
        "stdlib.h",
    ]);
    for (number, order) in orders.iter().enumerate() {
        let includes: String = order
            .iter()
            .map(|name| format!("#include <{name}>\n"))
            .collect();
        std::fs::write(folder.join(format!("{number}.h")), includes).expect("a file");
    }
    for sdk in Sdk::all() {
        for (compiler, standards) in compilers(true, true) {
            for number in 0..orders.len() {
                let file = folder.join(format!("{compiler}.c"));
                let text = format!("#include \"{number}.h\"\nint nothing;\n");
                std::fs::write(&file, text).expect("a file");
                let lean = if number % 2 == 0 {
                    "-DFAT"
                } else {
                    "-DWIN32_LEAN_AND_MEAN"
                };
                check(compiler, sdk, standards[1], &["-pedantic", lean], &file);
            }
        }
    }
}

/// Builds and runs a source in each way; `flags` are tried one after another.
fn run(name: &str, flags: &[&[&str]], compilers: Vec<(&str, &[&str])>) {
    let folder = scratch(name);
    cargo_build(&["-p", "httpapi"]);
    for sdk in Sdk::all() {
        for (compiler, standards) in &compilers {
            for standard in *standards {
                for flags in flags {
                    check(compiler, sdk, standard, flags, &source(name));
                }
            }
            let program = folder.join(compiler);
            // Compiled above in each way; HTTPSYS_SHORT builds the last one to run.
            let short = std::env::var_os("HTTPSYS_SHORT").is_some();
            for flags in flags.iter().skip(if short { flags.len() - 1 } else { 0 }) {
                let mut command = wrapper(compiler, sdk);
                command.args(*flags).arg("-O1").arg(source(name));
                succeed(command.arg("-o").arg(&program));
                succeed(&mut Command::new(&program));
            }
        }
    }
}

#[test]
fn what_servers_use_every_day_with_and_without_unicode() {
    let flags: [&[&str]; 2] = [&[], &["-DUNICODE", "-D_UNICODE"]];
    run("everyday.c", &flags, compilers(true, true));
}

#[test]
fn the_library_of_cpp_beside_the_words_of_windows() {
    let flags: [&[&str]; 2] = [&[], &["-DLIBRARY_FIRST"]];
    run("library.cpp", &flags, compilers(false, true));
}

#[test]
fn declarations_beyond_the_library_compile_with_the_mingw_headers() {
    for sdk in Sdk::all() {
        if sdk == Sdk::Mingw {
            for (compiler, standards) in compilers(true, true) {
                for standard in standards {
                    check(compiler, sdk, standard, &[], &source("system.c"));
                }
            }
        }
    }
}

#[test]
fn structured_exceptions_say_that_they_cannot_be_had() {
    for sdk in Sdk::all() {
        for (compiler, _) in compilers(true, false) {
            let mut command = wrapper(compiler, sdk);
            let output = command.arg("-fsyntax-only").arg(source("seh.c")).output();
            let output = output.expect("the wrapper runs");
            let said = String::from_utf8_lossy(&output.stderr);
            assert!(!output.status.success());
            assert!(said.contains("exists on Windows only"), "{said}");
        }
    }
}

/// Each pair of functions that ends in A and W has its generic name.
#[test]
fn generic_names_lead_to_functions_that_there_are() {
    let symbols = std::fs::read_to_string(root().join("crates/httpapi/symbols.txt"));
    let symbols = symbols.expect("the list");
    let names: Vec<&str> = symbols
        .lines()
        .filter(|line| !line.starts_with('#'))
        .collect();
    let folder = scratch("generic");
    cargo_build(&["-p", "httpapi"]);
    for sdk in Sdk::all() {
        for letter in ["A", "W"] {
            let mut text =
                String::from("#include <http.h>\n#include <shlwapi.h>\n#include <sddl.h>\n");
            text.push_str("typedef void (*any)(void);\nany all[] = {\n");
            let mut count = 0;
            for stem in names.iter().filter_map(|name| name.strip_suffix('A')) {
                if names.contains(&format!("{stem}W").as_str()) {
                    text.push_str(&format!("#ifdef {stem}\n    (any){stem},\n#endif\n"));
                    count += 1;
                }
            }
            text.push_str("};\nint main(void) { return 0; }\n");
            assert!(count > 40, "only {count} pairs");
            let file = folder.join(format!("{letter}.c"));
            std::fs::write(&file, text).expect("a file");
            let mut command = wrapper("gcc", sdk);
            if letter == "W" {
                command.arg("-DUNICODE");
            }
            succeed(
                command
                    .arg("-w")
                    .arg(&file)
                    .arg("-o")
                    .arg(folder.join("program")),
            );
        }
    }
}
