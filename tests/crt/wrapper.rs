//! The wrappers httpsys-cc and httpsys-c++, linked to the library that cargo builds for the tests.

use std::path::Path;
use std::process::{Command, Stdio};

use httpsys_tests::client::Client;
use httpsys_tests::ports::Port;
use httpsys_tests::program::{cargo_build, root, target_dir};
use httpsys_tests::watchdog::Watchdog;

use crate::{is_there, scratch, source, succeed};

/// A wrapper that finds the library of this profile.
fn wrapper(name: &str) -> Command {
    cargo_build(&["-p", "httpapi"]);
    let mut command = Command::new(root().join("tools").join(name));
    command.env("HTTPSYS_LIB_DIR", target_dir());
    command.args(["-Wall", "-Wextra", "-Werror"]);
    command
}

fn prints(program: &Path, expected: &str) {
    let output = Command::new(program)
        .args(["ü€😀", "b"])
        .env("CRT_TEST", "wide €")
        .output()
        .expect("the program starts");
    assert_eq!(String::from_utf8_lossy(&output.stdout), expected);
    assert_eq!(output.status.code(), Some(7));
}

const ARGUMENTS: &str = "1: ü€😀 (4)\n2: b (1)\n";

#[test]
fn a_c_program_starts_at_wmain() {
    let folder = scratch("wmain-c");
    for (name, flags) in [("shared", &["-O1"][..]), ("static", &["-O1", "--static"])] {
        let program = folder.join(name);
        let mut command = wrapper("httpsys-cc");
        command.args(flags).arg(source("wmain.c")).arg("-o");
        succeed(command.arg(&program));
        prints(&program, ARGUMENTS);
    }
    let program = folder.join("environment");
    let mut command = wrapper("httpsys-cc");
    command.arg("-DWITH_ENVIRONMENT").arg(source("wmain.c"));
    succeed(command.arg("-o").arg(&program));
    prints(&program, &format!("CRT_TEST=wide €\n{ARGUMENTS}"));
}

#[test]
fn a_cpp_program_starts_at_wmain_whatever_its_parameters() {
    if !is_there(&std::env::var("CXX").unwrap_or_else(|_| "c++".into())) {
        return;
    }
    let folder = scratch("wmain-cpp");
    for (name, flags, extra) in [
        ("int", &[][..], ""),
        ("dword", &["-DCOUNT=DWORD"], ""),
        ("environment", &["-DWITH_ENVIRONMENT"], "CRT_TEST=wide €\n"),
    ] {
        let program = folder.join(name);
        let mut command = wrapper("httpsys-c++");
        command.args(["-x", "c++"]).args(flags);
        succeed(command.arg(source("wmain.c")).arg("-o").arg(&program));
        prints(&program, &format!("{extra}{ARGUMENTS}"));
    }
}

#[test]
fn a_program_without_a_console_starts_at_winmain() {
    let folder = scratch("winmain");
    for (name, flags, said) in [
        ("ansi", &[][..], "[ü€😀 b] 11\n"),
        ("wide", &["-DUNICODE"], "[ü€😀 b] 6\n"),
    ] {
        for driver in ["httpsys-cc", "httpsys-c++"] {
            let program = folder.join(format!("{name}-{driver}"));
            let mut command = wrapper(driver);
            if driver == "httpsys-c++" {
                command.args(["-x", "c++"]);
            }
            command.args(flags).arg(source("winmain.c")).arg("-o");
            succeed(command.arg(&program));
            prints(&program, said);
        }
    }
}

#[test]
fn a_cpp_function_may_end_without_its_value() {
    let folder = scratch("no_value");
    for compiler in ["g++", "clang++"].into_iter().filter(|name| is_there(name)) {
        let program = folder.join(compiler);
        let mut command = wrapper("httpsys-c++");
        command.env("CXX", compiler);
        succeed(command.arg(source("no_value.cpp")).arg("-o").arg(&program));
        prints(&program, "started\nwent on\n");
    }
}

#[test]
fn a_program_with_main_keeps_it_and_objects_link_later() {
    let folder = scratch("main-c");
    let object = folder.join("strings.o");
    let program = folder.join("strings");
    let mut command = wrapper("httpsys-cc");
    command.arg("-c").arg(source("strings.c")).arg("-o");
    succeed(command.arg(&object));
    succeed(wrapper("httpsys-cc").arg(&object).arg("-o").arg(&program));
    succeed(&mut Command::new(&program));
}

#[test]
fn the_printed_flags_compile_without_the_wrapper() {
    let program = scratch("flags").join("program");
    let output = succeed(wrapper("httpsys-cc").args(["--cflags", "--libs"]));
    let flags = String::from_utf8(output.stdout).expect("UTF-8");
    let mut command = Command::new(std::env::var("CC").unwrap_or_else(|_| "cc".into()));
    command
        .arg(source("wmain.c"))
        .args(flags.split_whitespace());
    succeed(command.arg("-o").arg(&program));
    prints(&program, ARGUMENTS);
}

#[test]
fn a_server_in_the_shape_of_a_windows_console_program_serves() {
    let _watchdog = Watchdog::start();
    let program = scratch("server").join("server");
    let mut command = wrapper("httpsys-cc");
    succeed(command.arg(source("server.c")).arg("-o").arg(&program));

    // It says the URL as it was given, as a program for Windows does.
    let port = Port::take();
    let mut child = Command::new(&program)
        .arg(format!("http://localhost:{}/", port.number()))
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut output = std::io::BufReader::new(child.stdout.take().expect("piped"));
    let mut text = String::new();
    std::io::BufRead::read_line(&mut output, &mut text).expect("the program listens");

    let mut client = Client::connect(port.number());
    for path in ["/gr%C3%BC%C3%9F", "/stop"] {
        client.send(format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n"));
        let response = client.read_response();
        assert_eq!(response.header("Content-Type"), Some("text/plain"));
        let expected = path.replace("%C3%BC%C3%9F", "üß");
        // 4 is HttpVerbGET.
        assert_eq!(
            String::from_utf8_lossy(&response.body),
            format!("4 {expected}")
        );
    }
    std::io::Read::read_to_string(&mut output, &mut text).expect("UTF-8");
    assert!(child.wait().expect("a child").success());
    assert_eq!(
        text,
        format!(
            "listening on http://localhost:{}/\nGot a request for /grüß\n\
             Got a request for /stop\nended with 0\n",
            port.number()
        )
    );
}
