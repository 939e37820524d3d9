//! Clients of others over https: the sample servers with a certificate of the configuration.
//!
//! Owns: making certificates (`https/certificates.sh`), a configuration of the test's own with them, starting
//! the server on it. Does not own the checks, which are in the scripts of `https/`, nor finding clients.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::SystemTime;

use httpsys_configuration::{ConfigurationStore, ROOT_STORE, StorePlace};
use httpsys_core::configuration::Change;
use httpsys_core::configuration::ssl::{SslFlags, SslKey, SslParameters, SslRecord};
use httpsys_tests::ports::Port;
use httpsys_tests::program::{Program, build_c, root, succeed, target_dir};
use httpsys_tests::watchdog::Watchdog;

use crate::{
    Server, find, node, node_with_chromium, program, python_with, shell_with, skip, tools,
};

/// A folder with certificates and a configuration, removed in the end.
struct Folder(PathBuf);

impl Folder {
    /// With the certificate of localhost bound to all addresses of the port. Clients are asked for a
    /// certificate; root.pem is trusted for theirs.
    fn new(port: u16) -> Folder {
        static FOLDERS: AtomicU32 = AtomicU32::new(0);
        let (process, number) = (std::process::id(), FOLDERS.fetch_add(1, Ordering::Relaxed));
        let path = std::env::temp_dir().join(format!("httpsys-https-{process}-{number}"));
        std::fs::create_dir(&path).expect("a folder");
        let folder = Folder(path);
        let script = scripts().join("certificates.sh");
        succeed(Command::new("bash").arg(script).arg(&folder.0));
        folder.configure(port);
        folder
    }

    fn configuration(&self) -> PathBuf {
        self.0.join("config.json")
    }

    fn configure(&self, port: u16) {
        let place = StorePlace::File(self.configuration());
        let store = ConfigurationStore::open(place).expect("an empty store");
        let read = |name: &str| std::fs::read(self.0.join(name)).expect("a certificate");
        let certificates = store.certificates();
        certificates
            .put(ROOT_STORE, "root", &read("root.pem"))
            .expect("a root");
        let found = certificates.add("MY", &read("localhost.pem")).expect("MY");
        let record = SslRecord {
            key: SslKey::IpPort(([0, 0, 0, 0], port).into()),
            parameters: SslParameters {
                hash: found.certificate.thumbprint().to_vec(),
                flags: SslFlags::NEGOTIATE_CLIENT_CERT,
                ..SslParameters::default()
            },
        };
        let warnings = store.configure(Change::AddSsl(record), SystemTime::now());
        assert_eq!(warnings.expect("a record"), Vec::<String>::new());
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // Nothing else depends on it.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn scripts() -> PathBuf {
    root().join("tests/interop/https")
}

fn start(server: Server, port: u16, configuration: &Path) -> Program {
    let (program, arguments) = match server {
        Server::Rust(name) => {
            let arguments = ["--https", "--port", &port.to_string(), "--threads", "4"];
            (
                target_dir().join(name),
                arguments.map(str::to_owned).to_vec(),
            )
        }
        Server::C => {
            let url = format!("https://localhost:{port}/");
            (build_c("examples/c/hello.c"), vec![url])
        }
    };
    let mut command = Command::new(program);
    command.args(arguments).env("HTTPSYS_CONFIG", configuration);
    Program::start(&mut command)
}

/// Runs a script by `program` against the server.
fn drive(server: Server, program: Option<PathBuf>, script: &str, what: &str) {
    let openssl = find(["openssl".into()], &["version"]);
    let (Some(program), Some(_)) = (program, openssl) else {
        return skip(what);
    };
    server.build();
    let _watchdog = Watchdog::start();
    let port = Port::take();
    let folder = Folder::new(port.number());
    let mut running = start(server, port.number(), &folder.configuration());
    assert_eq!(running.port(), port.number());
    let path = scripts().join(script);
    let output = Command::new(program)
        .arg(&path)
        .env("PORT", port.number().to_string())
        .env("BASE", format!("https://localhost:{}", port.number()))
        .env("CERTIFICATES", &folder.0)
        .env("NODE_EXTRA_CA_CERTS", folder.0.join("root.pem"))
        .env("SSL_CERT_FILE", folder.0.join("root.pem"))
        .env("TOOLS", tools())
        .output()
        .expect("the client starts");
    let said = String::from_utf8_lossy(&output.stdout);
    let wrong = String::from_utf8_lossy(&output.stderr);
    println!("{said}");
    assert!(output.status.success(), "{script}:\n{said}\n{wrong}");
    assert!(running.is_running(), "{script}: the server has ended");
}

/// Against the samples in Rust and in C.
fn drive_both(program: &Option<PathBuf>, script: &str, what: &str) {
    for server in [Server::Rust("hello"), Server::C] {
        drive(server, program.clone(), script, what);
    }
}

#[test]
fn curl_over_https() {
    drive_both(&shell_with("curl"), "curl.sh", "curl, openssl and bash");
}

#[test]
fn openssl_s_client() {
    drive_both(&shell_with("openssl"), "openssl.sh", "openssl and bash");
}

#[test]
fn python_over_https() {
    drive_both(
        &python_with("ssl"),
        "client.py",
        "python3 with ssl, openssl",
    );
}

#[test]
fn node_over_https() {
    drive_both(&node(), "client.mjs", "node and openssl");
}

#[test]
fn websockets_over_https() {
    let python = python_with("websockets");
    let what = "python3 with websockets, openssl";
    drive(
        Server::Rust("websocket"),
        python,
        "../websockets_client.py",
        what,
    );
}

/// On HTTP/2, where curl and h2load have it.
#[test]
fn curl_nghttp_and_h2load_speak_http_2() {
    let tools = ["curl", "nghttp", "h2load"];
    let are_here = tools.iter().all(|tool| program(tool).is_some());
    let program = shell_with("curl").filter(|_| are_here);
    let what = "curl, nghttp, h2load, openssl and bash";
    drive_both(&program, "h2.sh", what);
}

#[test]
fn python_speaks_http_2() {
    let what = "python3 with httpx and h2, openssl";
    drive_both(&python_with("httpx, h2"), "h2_client.py", what);
}

#[test]
fn node_speaks_http_2() {
    drive_both(&node(), "h2.mjs", "node and openssl");
}

/// The root is one of the browser's user.
#[test]
fn chromium_over_https() {
    let certutil = find(["certutil".into()], &["--version"]).is_some()
        || Command::new("certutil").arg("-H").output().is_ok();
    let program = node_with_chromium().filter(|_| certutil);
    let what = "chromium, node, openssl and certutil";
    drive(Server::Rust("hello"), program, "../chromium_page.mjs", what);
}

/// Whether what takes a minute is to run as well: `make test-tls`.
fn scans() -> bool {
    let scans = std::env::var_os("HTTPSYS_TLS_SCAN").is_some();
    if !scans {
        eprintln!("SKIPPED: make test-tls runs it");
    }
    scans
}

#[test]
fn testssl_finds_nothing_above_low() {
    if !scans() {
        return;
    }
    let here = ["testssl", "testssl.sh"]
        .iter()
        .find_map(|name| shell_with(name));
    let what = "testssl.sh, openssl and bash";
    drive(Server::Rust("hello"), here, "testssl.sh", what);
}

#[test]
fn sslyze_finds_an_intermediate_configuration_of_mozilla() {
    if !scans() {
        return;
    }
    let own = tools().join("venv/bin/sslyze");
    let sslyze = find([own, "sslyze".into()], &["--help"]);
    let program = sslyze.and_then(|_| shell_with("openssl"));
    drive(
        Server::Rust("hello"),
        program,
        "sslyze.sh",
        "sslyze, openssl and bash",
    );
}
