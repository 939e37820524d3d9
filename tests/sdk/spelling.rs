//! Programs of several files: header names spelled as Windows lets sources spell them, and headers of
//! Windows in more than one C source.

use std::fs;
use std::path::Path;

use super::{Sdk, is_there, scratch, succeed, wrapper};

const C_COMPILERS: [&str; 2] = ["gcc", "clang"];

fn write(folder: &Path, name: &str, text: &str) {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
    fs::write(path, text).expect("a source");
}

/// Builds the sources, runs the program and returns what it prints.
fn printed(folder: &Path, compiler: &str, sdk: Sdk, arguments: &[&str]) -> String {
    let program = folder.join(format!("out-{compiler}-{sdk:?}"));
    let mut command = wrapper(compiler, sdk);
    command.current_dir(folder).args(arguments);
    succeed(command.arg("-o").arg(&program));
    let output = succeed(&mut std::process::Command::new(&program));
    String::from_utf8(output.stdout).expect("UTF-8")
}

#[test]
fn headers_are_found_in_any_case_and_behind_backslashes() {
    let folder = scratch("spelling");
    write(
        &folder,
        "src/main.c",
        "#include \"StdAfx.h\"\n\
         #include \"Parts\\Second.h\"\n\
         #include \"../Shared/third.h\"\n\
         #include <FOURTH.H>\n\
         int main(void) { printf(\"%d\\n\", FIRST + SECOND + THIRD + FOURTH + FIFTH); return 0; }\n",
    );
    write(
        &folder,
        "src/stdafx.h",
        "#pragma once\n#include <WinDOWS.h>\n#include <STDIO.H>\n#define FIRST 1\n",
    );
    write(
        &folder,
        "src/parts/second.h",
        "#include \"..\\Parts\\Fifth.H\"\n#define SECOND 20\n",
    );
    write(&folder, "src/parts/FIFTH.h", "#define FIFTH 50000\n");
    write(&folder, "shared/Third.h", "#define THIRD 300\n");
    write(&folder, "also there/fourth.h", "#define FOURTH 4000\n");
    for compiler in C_COMPILERS.into_iter().filter(|name| is_there(name)) {
        for sdk in Sdk::all() {
            let arguments = ["-I", "also there", "src/main.c"];
            assert_eq!(printed(&folder, compiler, sdk, &arguments), "54321\n");
        }
    }
}

#[test]
fn headers_of_windows_that_are_others_are_found_in_any_case() {
    let folder = scratch("spelling-sdk");
    write(
        &folder,
        "main.cpp",
        "#include <Windows.h>\n#include <ShlObj.h>\n#include <TlHelp32.h>\n#include <PSAPI.H>\n\
         #include <stdio.h>\n\
         int main() { puts(sizeof(PROCESSENTRY32W) > MAX_PATH ? \"large\" : \"small\"); }\n",
    );
    if !Sdk::all().contains(&Sdk::Mingw) {
        return;
    }
    for compiler in ["g++", "clang++"].into_iter().filter(|name| is_there(name)) {
        let said = printed(&folder, compiler, Sdk::Mingw, &["main.cpp"]);
        assert_eq!(said, "large\n");
    }
}

/// What a source has to the letter stays what it includes.
#[test]
fn a_header_that_is_there_to_the_letter_is_the_one() {
    let folder = scratch("spelling-letter");
    write(
        &folder,
        "main.c",
        "#include \"Value.h\"\n#include <stdio.h>\n\
         int main(void) { printf(\"%d\\n\", VALUE); return 0; }\n",
    );
    write(&folder, "there/Value.h", "#define VALUE 1\n");
    write(&folder, "value.h", "#define VALUE 2\n");
    if cfg!(target_os = "macos") {
        return; // its file system ignores case by itself
    }
    for compiler in C_COMPILERS.into_iter().filter(|name| is_there(name)) {
        let said = printed(&folder, compiler, Sdk::Own, &["-Ithere", "main.c"]);
        assert_eq!(said, "1\n");
    }
}

#[test]
fn headers_of_windows_can_be_in_several_c_sources() {
    let folder = scratch("several");
    let headers = "#include <http.h>\n#include <windows.h>\n#include <strsafe.h>\n\
                   #include <threadpoolapiset.h>\n#include <versionhelpers.h>\n#include <shlwapi.h>\n\
                   #include <objbase.h>\n#include <conio.h>\n#include <process.h>\n#include <tchar.h>\n\
                   #include <stdio.h>\n";
    let first = "static __forceinline int two(void) { return 2; }\n\
                 int other(void);\n\
                 int main(void) { TP_CALLBACK_ENVIRON e; InitializeThreadpoolEnvironment(&e);\n\
                 printf(\"%d\\n\", two() + other() + (int)e.Version); return 0; }\n";
    let second = "static __forceinline int three(void) { return 3; }\n\
                  int other(void) { TP_CALLBACK_ENVIRON e; InitializeThreadpoolEnvironment(&e);\n\
                  return three() + (int)e.Version; }\n";
    write(&folder, "first.c", &format!("{headers}{first}"));
    write(&folder, "second.c", &format!("{headers}{second}"));
    for compiler in C_COMPILERS.into_iter().filter(|name| is_there(name)) {
        for sdk in Sdk::all() {
            for standard in ["-std=gnu17", "-std=c11", "-std=gnu89"] {
                for optimised in ["-O0", "-O2"] {
                    let arguments = [standard, optimised, "first.c", "second.c"];
                    let said = printed(&folder, compiler, sdk, &arguments);
                    assert_eq!(said, "11\n", "{compiler} {sdk:?} {standard} {optimised}");
                }
            }
        }
    }
}

#[test]
fn interlocked_functions_take_what_a_source_calls_long() {
    let folder = scratch("long");
    let source = httpsys_tests::program::root().join("tests/sdk/long.cpp");
    let source = source.to_str().expect("UTF-8");
    for compiler in ["g++", "clang++"].into_iter().filter(|name| is_there(name)) {
        for sdk in Sdk::all() {
            let arguments = ["-std=c++11", "-Wall", "-Werror", source];
            assert_eq!(printed(&folder, compiler, sdk, &arguments), "right\n");
        }
    }
}
