//! The programs of the pages "First steps", built as they are printed there, in a folder outside the checkout.
//!
//! Owns: taking the blocks out of the pages, and what the two programs promise. Does not own what
//! they share with other programs (`main.rs`), nor the other blocks of the pages (`pages.rs`).

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::{env, fs};

use httpsys_tests::client::Client;
use httpsys_tests::ports::Port;
use httpsys_tests::program::{Program, cargo_build, root, target_dir};
use httpsys_tests::watchdog::Watchdog;

use crate::get;

const IN_C: &str = "docs/FIRST-STEPS-C.md";
const IN_RUST: &str = "docs/FIRST-STEPS-RUST.md";

/// The text of the block that begins with this fence, in the section about the server.
fn block(page: &str, fence: &str) -> String {
    let page = fs::read_to_string(root().join(page)).expect(page);
    let (_, section) = page.split_once("\n## A server\n").expect("the section");
    let (_, block) = section.split_once(&format!("\n{fence}\n")).expect(fence);
    block.split_once("\n```").expect("its end").0.to_owned() + "\n"
}

/// A folder that no folder of the checkout is above of. It has the same name in each run, so that
/// cargo finds what it built before.
fn outside(name: &str) -> PathBuf {
    let checkout = root().display().to_string().replace(['/', '\\', ':'], "-");
    let folder = env::temp_dir()
        .join(format!("httpsys-readme{checkout}"))
        .join(name);
    fs::create_dir_all(&folder).expect("a folder");
    folder
}

fn succeeded(what: &str, output: &Output) {
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{what}: {said}");
    assert!(!said.contains("warning"), "{what}: {said}");
}

/// Runs the line that the page has for the compiler, on the library of this test's profile.
fn build_c() -> PathBuf {
    cargo_build(&["-p", "httpapi"]);
    let folder = outside("c");
    fs::write(folder.join("hello.c"), block(IN_C, "```c")).expect("written");
    let commands = block(IN_C, "```sh");
    let line = commands.lines().find(|line| line.starts_with("cc "));
    let compiler = env::var("CC").unwrap_or_else(|_| "cc".into());
    let library = target_dir().display().to_string();
    let line = line
        .expect("the compiler's line")
        .replacen("cc", &format!("{compiler} -Wall -Wextra"), 1)
        .replace("$PWD/target/release", &library)
        .replace("target/release", &library)
        .replace("-I ", &format!("-I {}/", root().display()));
    let output = Command::new("sh")
        .args(["-c", &line])
        .current_dir(&folder)
        .output();
    succeeded(&line, &output.expect("a shell"));
    folder.join("hello")
}

/// `cargo build` for the manifest and the program of the page, with a copy of the checkout's lock
/// file because there may be no network.
fn build_rust() -> PathBuf {
    let folder = outside("rust");
    let checkout = folder.join("httpsys");
    if !checkout.exists() {
        std::os::unix::fs::symlink(root(), &checkout).expect("a link");
    }
    let package = folder.join("hello");
    fs::create_dir_all(package.join("src")).expect("a folder");
    let write = |name: &str, text: String| fs::write(package.join(name), text).expect("written");
    write("Cargo.toml", block(IN_RUST, "```toml"));
    write("src/main.rs", block(IN_RUST, "```rust,no_run"));
    fs::copy(root().join("Cargo.lock"), package.join("Cargo.lock")).expect("copied");
    let target = target_dir().parent().expect("a folder").join("readme");
    let output = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["build", "--offline"])
        .env("CARGO_TARGET_DIR", &target)
        .env_remove("RUSTFLAGS")
        .current_dir(&package)
        .output();
    succeeded("cargo build", &output.expect("cargo runs"));
    let triple = env::var_os("CARGO_BUILD_TARGET");
    let built = triple.map_or(target.clone(), |triple| target.join(triple));
    built.join("debug/hello")
}

fn long_head() -> String {
    let long = "x".repeat(12 * 1024);
    format!("GET / HTTP/1.1\r\nHost: localhost\r\nX-Long: {long}\r\n\r\n")
}

/// What both programs do, and with what they answer. They say the URL as it was given, and so not the
/// port that they have for port 0.
fn drive(program: &Path, body: &str) {
    let port = Port::take();
    let url = format!("http://localhost:{}/", port.number());
    let _running = Program::start(Command::new(program).arg(&url));
    let mut client = Client::connect(port.number());
    for head in [get("/"), long_head(), get("/")] {
        client.send(head);
        let response = client.read_response();
        assert_eq!(response.status(), 200);
        assert_eq!(response.body, body.as_bytes());
    }
    answers_head(&mut client, body);
    // Before the answer, and between the two receives of a head that is longer than the buffer.
    for _ in 0..100 {
        for head in [get("/"), long_head()] {
            let mut leaving = Client::connect(port.number());
            leaving.send(head);
            leaving.reset();
        }
    }
    client.send(get("/"));
    assert_eq!(client.read_response().body, body.as_bytes());
    says_that_the_port_is_taken(program, &url);
}

/// The head is that of GET, and nothing follows it: the next response begins at once.
fn answers_head(client: &mut Client, body: &str) {
    client.send("HEAD / HTTP/1.1\r\nHost: localhost\r\n\r\n");
    let head = client.read_response_head();
    assert_eq!(head.status(), 200);
    let length = body.len().to_string();
    assert_eq!(head.header("Content-Length"), Some(&length[..]));
    client.send(get("/"));
    assert_eq!(client.read_response().status_line, "HTTP/1.1 200 OK");
}

/// ERROR_SHARING_VIOLATION, by its number (PFX-013).
fn says_that_the_port_is_taken(program: &Path, url: &str) {
    let output = Command::new(program).arg(url).output().expect("it runs");
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("32"), "{said}");
    assert_eq!(said.lines().count(), 1, "{said}");
}

#[test]
fn pfx_013_the_c_program_of_the_first_steps_is_built_as_printed_and_serves() {
    let program = build_c();
    let _watchdog = Watchdog::start();
    drive(&program, "Hello from the HTTP Server API\n");
}

#[test]
fn pfx_013_the_rust_program_of_the_first_steps_is_built_as_printed_and_serves() {
    let program = build_rust();
    let _watchdog = Watchdog::start();
    drive(&program, "Hello\n");
}

/// `/secret` of the Rust program.
#[test]
fn cxl_001_the_rust_program_of_the_first_steps_resets_who_asks_for_its_secret() {
    let program = build_rust();
    let _watchdog = Watchdog::start();
    let port = Port::take();
    let url = format!("http://localhost:{}/", port.number());
    let _running = Program::start(Command::new(program).arg(&url));
    for _ in 0..2 {
        let mut client = Client::connect(port.number());
        client.send(get("/secret"));
        client.expect_reset();
    }
}
