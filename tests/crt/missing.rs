//! What httpsys-cc and httpsys-c++ say of functions and headers of Windows that are not there.
//!
//! Owns: the lines behind a failed build, and that the compiler's own messages stay what they are.
//! Does not own: which names there are (`xtask win32`).

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use httpsys_tests::program::{cargo_build, root, target_dir};

use crate::{is_there, scratch, succeed};

/// A wrapper that runs this compiler. No flags but those that a test gives.
fn wrapper(name: &str, compiler: &str) -> Command {
    cargo_build(&["-p", "httpapi"]);
    let mut command = Command::new(root().join("tools").join(name));
    command.env("HTTPSYS_LIB_DIR", target_dir());
    // Headers that have all of Windows would leave it to the linker.
    command.env("HTTPSYS_SDK", "own");
    command.env("CC", compiler).env("CXX", compiler);
    command
}

fn write(folder: &Path, name: &str, text: &str) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, text).expect("a source");
    path
}

/// The lines of the wrapper itself; the place of the page is left out.
fn lines(output: &Output) -> Vec<String> {
    let said = String::from_utf8_lossy(&output.stderr);
    let own = said.lines().filter_map(|line| {
        let (_, line) = line
            .split_once("httpsys-cc: ")
            .or_else(|| line.split_once("httpsys-c++: "))?;
        let page = line.find("docs/WIN32.md").or_else(|| line.find("WIN32.md"));
        let from = line.find(": ")?;
        Some(match page {
            Some(at) => format!("{}{}", &line[..from + 2], &line[at..]),
            None => line.to_owned(),
        })
    });
    own.collect()
}

/// The line for a function.
fn function(name: &str) -> String {
    format!("{name} is not part of httpsys: docs/WIN32.md lists what is")
}

const COMPILERS: [(&str, &str, &[&str]); 4] = [
    ("gcc", "httpsys-cc", &[]),
    ("clang", "httpsys-cc", &[]),
    ("g++", "httpsys-c++", &["-x", "c++"]),
    ("clang++", "httpsys-c++", &["-x", "c++"]),
];

const LINKERS: [(&str, &str); 4] = [
    ("bfd", "ld.bfd"),
    ("gold", "ld.gold"),
    ("lld", "ld.lld"),
    ("mold", "mold"),
];

#[test]
fn the_linker_s_missing_functions_of_windows_get_a_line_and_the_program_s_own_do_not() {
    let folder = scratch("missing-link");
    let source = write(
        &folder,
        "app.c",
        "#ifdef __cplusplus\nextern \"C\" {\n#endif\n\
         int CreateNamedPipeW(int);\nint missing_here(int);\nint closesomething(void);\n\
         #ifdef __cplusplus\n}\nint CreateMailslotW(const wchar_t *);\n#endif\n\
         int main(void) {\n\
         #ifdef __cplusplus\n    CreateMailslotW(0);\n#endif\n\
             return CreateNamedPipeW(1) + missing_here(2) + CreateNamedPipeW(3) + closesomething();\n}\n",
    );
    for (compiler, wrapper_name, flags) in COMPILERS {
        for (linker, program) in LINKERS {
            if !is_there(compiler) || !is_there(program) {
                continue;
            }
            let mut command = wrapper(wrapper_name, compiler);
            command.args(flags).arg(format!("-fuse-ld={linker}"));
            command.arg(&source).arg("-o").arg(folder.join("app"));
            let output = command.output().expect("the wrapper starts");
            assert_eq!(output.status.code(), Some(1), "{compiler} {linker}");
            let mut found = lines(&output);
            found.sort();
            let mut expected = vec![function("CreateNamedPipeW")];
            if wrapper_name == "httpsys-c++" {
                expected.insert(0, function("CreateMailslotW"));
            }
            assert_eq!(found, expected, "{compiler} {linker}");
            assert!(!folder.join("app").exists());
        }
    }
}

#[test]
fn the_compiler_s_missing_functions_and_headers_get_a_line() {
    let folder = scratch("missing-compile");
    let called = write(
        &folder,
        "called.c",
        "#include <windows.h>\nint main(void) {\n    \
         return CreateNamedPipeW(1) + CreateMailslot(2) + not_there(3) + (CloseHandle(0), 4);\n}\n",
    );
    let header = write(&folder, "header.c", "#include <WinHttp.h>\n");
    let own = write(&folder, "own.c", "#include \"not_there.h\"\n");
    let kinds = write(
        &folder,
        "kinds.c",
        "SERVICE_STATUS status;\nint size = SERVICE_STOPPED;\nint own = not_there;\nCookie jar;\n",
    );
    for (compiler, wrapper_name, flags) in COMPILERS {
        if !is_there(compiler) {
            continue;
        }
        let build = |source: &Path| {
            let mut command = wrapper(wrapper_name, compiler);
            command.args(flags).arg("-c").arg(source).arg("-o");
            let object = folder.join("app.o");
            let output = command.arg(&object).output().expect("the wrapper starts");
            assert_eq!(output.status.code(), Some(1), "{compiler}");
            assert!(!object.exists());
            lines(&output)
        };
        let expected = [function("CreateNamedPipeW"), function("CreateMailslot")];
        assert_eq!(build(&called), expected, "{compiler}");
        let expected = "WinHttp.h is not part of httpsys: docs/WIN32.md lists the headers that are";
        assert_eq!(build(&header), [expected], "{compiler}");
        assert_eq!(build(&own), [""; 0], "{compiler}");
        let found = build(&kinds);
        assert!(
            found.len() == 1 && found[0].contains("SERVICE_STATUS") && found[0].contains("--sdk"),
            "{compiler}: {found:?}"
        );
    }
}

/// With the headers of mingw-w64, if they are there, the linker misses it, else the compiler.
#[test]
fn what_the_sdk_s_headers_declare_and_the_library_lacks_gets_a_line() {
    let folder = scratch("missing-sdk");
    let source = write(
        &folder,
        "app.c",
        "#include <windows.h>\nint main(void) {\n    \
         return CreateNamedPipe(TEXT(\"x\"), 0, 0, 1, 0, 0, 0, NULL) == NULL;\n}\n",
    );
    for (compiler, wrapper_name, flags) in COMPILERS {
        if !is_there(compiler) {
            continue;
        }
        let mut command = wrapper(wrapper_name, compiler);
        command.env("HTTPSYS_SDK", "auto").args(flags);
        command.arg(&source).arg("-o").arg(folder.join("app"));
        let output = command.output().expect("the wrapper starts");
        assert_eq!(output.status.code(), Some(1), "{compiler}");
        let found = lines(&output);
        let expected = [function("CreateNamedPipeA"), function("CreateNamedPipe")];
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(
            found.len() == 1 && expected.contains(&found[0]),
            "{compiler}: {said}"
        );
    }
}

#[test]
fn an_undeclared_function_is_an_error_in_c_unless_the_program_says_otherwise() {
    let folder = scratch("undeclared");
    let source = write(
        &folder,
        "app.c",
        "int main(void) { return later(); }\nint later(void) { return 0; }\n",
    );
    for compiler in ["gcc", "clang"] {
        if !is_there(compiler) {
            continue;
        }
        let build = |flags: &[&str]| {
            let mut command = wrapper("httpsys-cc", compiler);
            command.args(flags).arg(&source).arg("-o");
            command.arg(folder.join(compiler));
            command.output().expect("the wrapper starts")
        };
        assert_eq!(build(&[]).status.code(), Some(1), "{compiler}");
        for flag in [
            "-Wno-implicit-function-declaration",
            "-Wno-error=implicit-function-declaration",
            "-std=gnu89",
        ] {
            let output = build(&[flag]);
            assert!(output.status.success(), "{compiler} {flag}");
        }
    }
}

/// A compiler that notes each run in a file.
fn counting(folder: &Path, compiler: &str) -> (String, PathBuf) {
    let runs = folder.join(format!("{compiler}-runs"));
    let _ = std::fs::remove_file(&runs);
    let script = format!(
        "#!/bin/sh\necho run >>'{}'\nexec {compiler} \"$@\"\n",
        runs.display()
    );
    let path = write(folder, &format!("counting-{compiler}"), &script);
    succeed(Command::new("chmod").arg("+x").arg(&path));
    (path.display().to_string(), runs)
}

#[test]
fn success_is_one_run_and_a_failure_leaves_the_compiler_s_messages_as_they_are() {
    let folder = scratch("messages");
    let good = write(&folder, "good.c", "int main(void) { return 0; }\n");
    let bad = write(&folder, "bad.c", "int main(void) { return wrong; }\n");
    for compiler in ["gcc", "clang"] {
        if !is_there(compiler) {
            continue;
        }
        let (counter, runs) = counting(&folder, compiler);
        let object = folder.join("messages.o");
        let mut command = wrapper("httpsys-cc", &counter);
        succeed(command.arg("-c").arg(&good).arg("-o").arg(&object));
        let text = std::fs::read_to_string(&runs).expect("one run at least");
        assert_eq!(text, "run\n", "{compiler}");

        let flags = ["-fdiagnostics-color=always", "-c"];
        let direct = Command::new(compiler).args(flags).arg(&bad).output();
        let direct = direct.expect("the compiler starts");
        let output = wrapper("httpsys-cc", compiler)
            .args(flags)
            .arg(&bad)
            .output();
        let output = output.expect("the wrapper starts");
        assert_eq!(output.status.code(), direct.status.code(), "{compiler}");
        assert_eq!(
            String::from_utf8_lossy(&output.stderr),
            String::from_utf8_lossy(&direct.stderr),
            "{compiler}"
        );
        assert!(output.stderr.contains(&b'\x1b'), "colours: {compiler}");
    }
}

#[test]
fn the_library_of_mathematics_is_linked_as_on_windows() {
    let folder = scratch("mathematics");
    let source = write(
        &folder,
        "app.c",
        "#include <math.h>\nint main(int argc, char **argv) { (void)argv; return pow(argc, 2) != 1; }\n",
    );
    let program = folder.join("app");
    succeed(
        wrapper("httpsys-cc", "cc")
            .arg(&source)
            .arg("-o")
            .arg(&program),
    );
    succeed(&mut Command::new(&program));
}

#[test]
fn a_function_that_is_asked_for_at_run_time_is_told_as_an_event() {
    let folder = scratch("missing-run");
    let source = write(
        &folder,
        "app.c",
        "#include <windows.h>\nint main(void) {\n    \
         HMODULE own = GetModuleHandleA(\"kernel32.dll\");\n    \
         if (!GetProcAddress(own, \"Sleep\")) return 1;\n    \
         return GetProcAddress(own, \"CreateNamedPipeW\") || GetLastError() != 127;\n}\n",
    );
    let program = folder.join("app");
    let mut command = wrapper("httpsys-cc", "cc");
    succeed(command.arg(&source).arg("-o").arg(&program));
    let output = succeed(Command::new(&program).env("HTTPSYS_TRACE", "warn"));
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(said.lines().count(), 1, "{said}");
    for part in ["WARN", "CreateNamedPipeW", "is not part of httpsys"] {
        assert!(said.contains(part), "{said}");
    }
    let output = succeed(Command::new(&program).env_remove("HTTPSYS_TRACE"));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}

/// What the wrapper makes of messages that no tool of this machine prints.
fn explained(test: &str, names: &str, messages: &str) -> String {
    let folder = scratch(test);
    let names = write(&folder, "names", names);
    let messages = write(&folder, "messages", messages);
    let mut command = Command::new("awk");
    command.args(["-v", "self=cc", "-v", "page=PAGE", "-f"]);
    command.arg(root().join("tools/missing.awk"));
    let output = succeed(command.arg(names).arg(messages));
    String::from_utf8(output.stdout).expect("UTF-8")
}

#[test]
fn other_linkers_and_generic_names_are_understood() {
    let names = "# Names.\nCreatePipeA\nCreatePipeW\nOpenTimerA\nOpenTimerW *\nSleep *\nwinhttp.h\nwindows.h *\n";
    let found = explained(
        "explained",
        names,
        "Undefined symbols for architecture arm64:\n  \"_CreatePipeW\", referenced from:\n      \
         _main in app.o\n  \"CreatePipeA(int)\", referenced from:\n  \"_own\", referenced from:\n\
         ld: symbol(s) not found for architecture arm64\n\
         a.c:1: error: use of undeclared identifier 'OpenTimer'\n\
         a.c:1: error: use of undeclared identifier 'Sleep'\n\
         a.c:1: error: '::CreatePipe' has not been declared\n\
         a.c:2: fatal error: WINDOWS.h: No such file or directory\n\
         mold: error: undefined symbol: /tmp/a.o: __imp_CreatePipeW\n",
    );
    assert_eq!(
        found,
        "cc: CreatePipeW is not part of httpsys: PAGE lists what is\n\
         cc: CreatePipeA is not part of httpsys: PAGE lists what is\n\
         cc: OpenTimerA (OpenTimer without UNICODE) is not part of httpsys: PAGE lists what is\n\
         cc: CreatePipe is not part of httpsys: PAGE lists what is\n\
         cc: WINDOWS.h is windows.h here: httpsys has no header with these capitals\n"
    );
}
