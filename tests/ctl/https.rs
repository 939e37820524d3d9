//! HTTPS in two commands: `dev-cert`, and a program that registers an https prefix, through both doors.

use std::fs;
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use httpsys_tests::PATIENCE;
use httpsys_tests::program::{Program, build_c, cargo_build, is_there, target_dir};
use httpsys_tests::watchdog::Watchdog;

use crate::place::Place;

/// What curl gets, or its exit code.
fn curl(place: &Place, words: &[&str]) -> Result<String, i32> {
    let output = Command::new("curl")
        .args(["-sS", "--max-time", "20", "--noproxy", "*"])
        .args(words)
        .envs(place.variables())
        .output()
        .expect("curl runs");
    match output.status.success() {
        true => Ok(String::from_utf8_lossy(&output.stdout).into_owned()),
        false => Err(output.status.code().unwrap_or(-1)),
    }
}

/// Asks the program that listens on `port`, whose certificate is bound after it has started.
fn serves_after_dev_cert(place: &Place, program: &Program) {
    let port = program.port();
    let url = format!("https://localhost:{port}/");
    for _ in 0..2 {
        // 35: the handshake fails.
        assert_eq!(curl(place, &["-k", &url]), Err(35), "no certificate");
    }
    let made = place.json(&format!("dev-cert port={port}"));
    let authority = made["authority"].as_str().unwrap();
    let end = Instant::now() + PATIENCE;
    let text = loop {
        match curl(place, &["--cacert", authority, &url]) {
            Ok(text) => break text,
            Err(code) => assert!(Instant::now() < end, "curl ends with {code}"),
        }
    };
    assert!(
        text.contains("HTTP Server API") || text.contains("httpsys"),
        "{text}"
    );
    shows_tls(place, port);
    let said = fs::read_to_string(place.path().join("stderr")).expect("a file");
    let config = place.path().join("config.json");
    let once = format!(
        "httpsys: port {port} has no usable certificate in {}: clients of https are reset. \
         `httpsysctl dev-cert port={port}` makes one for development\n",
        config.display()
    );
    assert_eq!(said, once);
    let by_address = format!("https://127.0.0.1:{port}/");
    assert!(curl(place, &["--cacert", authority, &by_address]).is_ok());
    // 60: the certificate is not trusted.
    assert_eq!(curl(place, &[&url]), Err(60));
    let shown = place.told(&format!(
        "show servicestate view=requestq pid={}",
        program.id()
    ));
    assert!(shown.contains(&format!("            {url}\n")), "{shown}");
}

/// The connections with the version of TLS, or in their handshakes.
fn shows_tls(place: &Place, port: u16) {
    let _silent = TcpStream::connect(("127.0.0.1", port)).expect("it listens");
    let mut clients = Vec::new();
    let mut expected = vec![("TLS handshake".to_owned(), serde_json::Value::Null)];
    if is_there("openssl") {
        for (option, version) in [("-tls1_2", "1.2"), ("-tls1_3", "1.3")] {
            let mut client = Command::new("openssl");
            let address = format!("127.0.0.1:{port}");
            client.args(["s_client", "-quiet", "-connect", &address, option]);
            client.stdin(Stdio::piped()).stderr(Stdio::null());
            clients.push(Ends(client.spawn().expect("openssl runs")));
            expected.push(("idle".to_owned(), version.into()));
        }
    }
    let end = Instant::now() + PATIENCE;
    loop {
        let shown = place.json("show connections");
        let listed = shown["services"][0]["connections"]["listed"].as_array();
        let of = |own: &serde_json::Value| {
            let state = own["state"].as_str().unwrap_or_default().to_owned();
            (state, own["tls"].clone())
        };
        let seen: Vec<_> = listed.into_iter().flatten().map(of).collect();
        if expected.iter().all(|own| seen.contains(own)) {
            let received = |own: &serde_json::Value| own["bytes_received"].as_u64();
            let listed = listed.into_iter().flatten();
            let mut secured = listed.filter(|own| own["tls"].is_string());
            assert!(secured.all(|own| received(own) > Some(200)), "{shown}");
            return;
        }
        assert!(Instant::now() < end, "{shown}");
    }
}

/// A child that ends with its test.
struct Ends(Child);

impl Drop for Ends {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// What it says on standard error goes to a file.
fn started(place: &Place, command: &mut Command) -> Program {
    let file = fs::File::create(place.path().join("stderr")).expect("a file");
    let command = command.envs(place.variables()).env("HTTPSYS_CONTROL", "1");
    Program::start(command.stderr(file))
}

#[test]
fn the_rust_sample_serves_https_after_dev_cert() {
    if !is_there("curl") {
        return;
    }
    let place = Place::new();
    cargo_build(&["-p", "httpsys-examples", "--bin", "hello"]);
    let _watchdog = Watchdog::start();
    let mut command = Command::new(target_dir().join("hello"));
    command.args(["--https", "--port", "0"]);
    let program = started(&place, &mut command);
    serves_after_dev_cert(&place, &program);
}

#[test]
fn the_c_sample_serves_https_after_dev_cert() {
    if !is_there("curl") {
        return;
    }
    let place = Place::new();
    let mut command = Command::new(build_c("examples/c/hello.c"));
    let _watchdog = Watchdog::start();
    command.arg("https://localhost:0/");
    let program = started(&place, &mut command);
    serves_after_dev_cert(&place, &program);
}
