//! C programs on the Win32 functions of libhttpapi: the same source built against our headers by each
//! compiler, and by mingw against its own and run under Wine, as a second opinion.
//!
//! Owns: how the programs of this folder are built and run. Does not own what they check: each says
//! what failed and ends with 1. What the machine lacks is named on standard error.
#![cfg(not(windows))]

mod signals;

use std::path::{Path, PathBuf};
use std::process::Command;

use httpsys_tests::program::{cargo_build, is_there, root, succeed, target_dir};

fn folder(test: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("win32")
        .join(test);
    std::fs::create_dir_all(&folder).expect("a folder for the test");
    folder
}

/// With ours: the wrapper finds headers and library; warnings are errors. With our own Win32 headers, and
/// with those of mingw-w64 where they are (else both are the same).
fn with_ours(name: &str, source: &Path) {
    cargo_build(&["-p", "httpapi"]);
    for (compiler, wrapper, language, sdk) in [
        ("gcc", "httpsys-cc", "-std=c11", "own"),
        ("clang", "httpsys-cc", "-std=c11", "own"),
        ("g++", "httpsys-c++", "-std=c++17", "own"),
        ("clang++", "httpsys-c++", "-std=c++17", "own"),
        ("gcc", "httpsys-cc", "-std=c11", "auto"),
        ("clang++", "httpsys-c++", "-std=c++17", "auto"),
    ] {
        if !is_there(compiler) {
            continue;
        }
        let program = folder(name).join(format!("{compiler}-{sdk}"));
        let mut build = Command::new(root().join("tools").join(wrapper));
        build.env("HTTPSYS_LIB_DIR", target_dir());
        build.env("CC", compiler).env("CXX", compiler);
        build.env("HTTPSYS_SDK", sdk);
        build.args(["-g", "-O1", "-Wall", "-Wextra", "-Werror", language]);
        if wrapper == "httpsys-c++" {
            build.args(["-x", "c++"]);
        }
        succeed(build.arg(source).arg("-o").arg(&program));
        let mut run = Command::new(&program);
        succeed(run.env("TZ", "UTC0").current_dir(folder(name)));
    }
}

/// With Windows's own names and numbers, as mingw and Wine have them.
fn with_theirs(name: &str, source: &Path) {
    const MINGW: &str = "x86_64-w64-mingw32-gcc";
    if !is_there(MINGW) || !is_there("wine") {
        return;
    }
    let program = folder(name).join("theirs.exe");
    let mut build = Command::new(MINGW);
    build.args(["-O1", "-Wall", "-D_WIN32_WINNT=0x0A00", "-DHTTPSYS_WINE=1"]);
    build.arg(source).arg("-o").arg(&program);
    build.args(["-lws2_32", "-lsynchronization", "-lwinmm", "-lole32"]);
    succeed(build.args([
        "-lrpcrt4",
        "-ladvapi32",
        "-lbcrypt",
        "-luuid",
        "-lnormaliz",
        "-lshlwapi",
        "-lpathcch",
    ]));
    let mut run = Command::new("wine");
    run.env("WINEDEBUG", "-all").env("TZ", "UTC0");
    run.env("WINEPREFIX", folder("wine"))
        .current_dir(folder(name));
    succeed(run.arg(&program));
}

fn both(name: &str) {
    let source = root().join("tests/win32").join(format!("{name}.c"));
    with_ours(name, &source);
    with_theirs(name, &source);
}

#[test]
fn locks_mutexes_semaphores_and_names() {
    both("sync");
}

#[test]
fn the_directory_of_a_log_has_a_drive() {
    with_ours("log_directory", &root().join("tests/win32/log_directory.c"));
}

#[test]
fn messages_of_codes_and_of_definitions_with_inserts() {
    both("messages");
}

#[test]
fn standard_handles_modules_command_line_and_environment() {
    both("console");
}

#[test]
fn the_process_the_machine_and_their_names() {
    both("process");
}

#[test]
fn thread_pool_timers_waits_procedure_calls_and_thread_storage() {
    both("pool");
}

#[test]
fn clocks_dates_and_time_zones() {
    both("time");
}

#[test]
fn heaps_local_and_virtual_memory() {
    both("memory");
}

#[test]
fn files_share_modes_pointers_attributes_and_locked_ranges() {
    both("files");
}

#[test]
fn enumeration_of_directories() {
    both("find");
}

#[test]
fn overlapped_reads_and_writes_of_files() {
    both("overlapped_files");
}

#[test]
fn paths_directories_and_drives() {
    both("paths");
}

#[test]
fn code_pages_comparison_and_case() {
    both("text");
}

#[test]
fn guids_com_initialization_and_random_numbers() {
    both("guid");
}

#[test]
fn sockets_names_and_overlapped_calls() {
    both("sockets");
}

#[test]
fn path_and_string_functions_of_shlwapi() {
    both("shell");
}

#[test]
fn security_identifiers_lists_and_descriptors() {
    both("sddl");
}

#[test]
fn files_of_the_c_runtime() {
    both("crt_files");
}

#[test]
fn registry_keys_values_and_changes() {
    both("registry");
}

#[test]
fn services_that_run_as_console_programs_and_waits_for_variables() {
    both("services");
}

/// With our library alone: what the file is on Windows is the system's.
#[test]
fn the_registry_of_a_file() {
    let source = root().join("tests/win32/registry_file.c");
    cargo_build(&["-p", "httpapi"]);
    let folder = folder("registry_file");
    let program = folder.join("program");
    let mut build = Command::new(root().join("tools/httpsys-cc"));
    build.env("HTTPSYS_LIB_DIR", target_dir());
    succeed(build.arg(source).arg("-o").arg(&program));
    let good = r#"{"HKLM\\Software\\Contoso\\Server": {"Port": 8080, "Url": "http://+:80/"}, "HKCR\\.json": {}}"#;
    for (expected, text) in [("good", good), ("bad", "{\n \"HKLM\": {,\n}")] {
        let file = folder.join(format!("{expected}.json"));
        std::fs::write(&file, text).expect("a file of the registry");
        let mut run = Command::new(&program);
        run.env("HTTPSYS_REGISTRY", &file)
            .env("HTTPSYS_TRACE", "warn");
        let output = run.arg(expected).output().expect("the program runs");
        let said = String::from_utf8_lossy(&output.stderr);
        let printed = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{expected}: {printed}{said}");
        // One warning, with the place.
        let warnings = usize::from(expected == "bad");
        assert_eq!(said.matches("cannot be used").count(), warnings, "{said}");
        assert_eq!(said.matches("line 2 column 11").count(), warnings, "{said}");
    }
}

#[test]
fn edges_of_the_handle_table_and_of_memory() {
    with_ours("limits", &root().join("tests/win32/limits.c"));
}

#[test]
fn path_functions_of_pathcch() {
    both("pathcch");
}
