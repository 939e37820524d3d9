//! The application in `examples/cpp`: its test in the simulation, and the program itself on a port.
//!
//! Owns: building both from the same objects, which is what a user of the simulation does. Does not own: what the
//! application has to do, which its own test says.

use std::path::{Path, PathBuf};
use std::process::Command;

use httpsys_tests::client::Client;
use httpsys_tests::ports::Port;
use httpsys_tests::program::{Program, cargo_build, is_there, root, succeed, target_dir};
use httpsys_tests::watchdog::Watchdog;

use super::{compiler, library, text};

/// Compiles, or links objects, in the folder of the example; without `--sim` for a program on a port.
fn build(arguments: &[&str], library: Option<PathBuf>, output: &Path) {
    let mut command = Command::new(root().join("tools/httpsys-c++"));
    if let Some(library) = library {
        command.env("HTTPSYS_LIB_DIR", library);
    }
    command.args(["-std=c++20", "-Wall", "-Wextra", "-Werror", "-I", "."]);
    command.args(arguments).arg("-o").arg(output);
    succeed(command.current_dir(root().join("examples/cpp")));
}

fn passes_under_seeds(test: &Path, folder: &Path) {
    for seed in 1..=10 {
        let mut command = Command::new(test);
        command.arg(folder).env("HTTPSYS_SEED", seed.to_string());
        command.env("HTTPSYS_STRICT", "collect");
        for variable in ["LD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH"] {
            command.env_remove(variable);
        }
        let output = command.output().expect("the test starts");
        let said = text(&output.stderr);
        assert!(output.status.success(), "HTTPSYS_SEED={seed}: {said}");
        assert_eq!(text(&output.stdout), "5 tests passed\n");
    }
}

fn serves_and_ends(program: &Path, folder: &Path) {
    let _watchdog = Watchdog::start();
    let port = Port::take();
    let url = format!("http://localhost:{}/", port.number());
    let mut running = Program::start(Command::new(program).arg(url).arg(folder));
    let mut client = Client::connect(port.number());
    let mut ask = |line: &str, body: &str| {
        let length = body.len();
        client.send(format!(
            "{line} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {length}\r\n\r\n{body}"
        ));
        client.read_response()
    };
    assert_eq!(ask("PUT /files/gr%C3%B6%C3%9Fe", "").status(), 400);
    assert_eq!(ask("PUT /files/a", "on the disk").status(), 201);
    assert_eq!(ask("GET /files/a", "").body, b"on the disk");
    assert_eq!(ask("POST /notes", r#"{"text": "a"}"#).status(), 201);
    assert_eq!(ask("GET /notes", "").body, br#"[{"id":1,"text":"a"}]"#);
    // SIGTERM, which the program gets as CTRL_CLOSE_EVENT.
    assert!(running.terminate());
    client.expect_eof();
}

#[test]
fn the_application_in_cpp_passes_its_test_and_serves_on_a_port() {
    if !is_there(&compiler("CXX", "c++")) {
        return;
    }
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("notes");
    std::fs::create_dir_all(&folder).expect("a folder");
    let object = |name: &str| {
        let object = folder.join(format!("{name}.o"));
        build(&["-c", &format!("{name}.cpp")], None, &object);
        object.to_str().expect("UTF-8").to_owned()
    };
    let (notes, server) = (object("notes"), object("server"));
    let test = folder.join("notes_test");
    let sources = ["--sim", "test/notes_test.cpp", &notes, &server];
    build(&sources, Some(library()), &test);
    passes_under_seeds(&test, &folder.join("simulated"));

    cargo_build(&["-p", "httpapi"]);
    let program = folder.join("notes_program");
    build(&["main.cpp", &notes, &server], Some(target_dir()), &program);
    serves_and_ends(&program, &folder.join("files"));
}
