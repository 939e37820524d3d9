//! Servers behind a real HAProxy and a real nginx: they are restarted in turn, and no request fails.
//!
//! Owns: the recipe of docs/PROXY.md with the configurations of `examples/proxy`, which the page shows; that the
//! addresses of clients arrive. Does not own: the form of the PROXY protocol. Each test runs a proxy, two servers, and
//! clients that send without a pause, on ports of its own. Needs HTTPSYS_TEST_PROXY=1 (`make test-proxy`), and says
//! SKIPPED where a proxy is missing.
#![cfg(target_os = "linux")]

mod load;
mod site;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Once;

use httpsys_tests::program::{build_c, cargo_build, root, target_dir};
use httpsys_tests::watchdog::Watchdog;

use load::{Seen, Told};
use site::{Server, Site};

/// Whether the tests of this proxy run here; otherwise says why not.
fn runs_here(program: &str) -> bool {
    if std::env::var_os("HTTPSYS_TEST_PROXY").is_none() {
        eprintln!("SKIPPED: make test-proxy runs this");
        return false;
    }
    let there = Command::new(program).arg("-v").output();
    let there = there.is_ok_and(|output| output.status.success());
    if !there {
        eprintln!("SKIPPED: no {program} on this machine");
    }
    there
}

fn configuration(name: &str) -> String {
    let path = root().join("examples/proxy").join(name);
    std::fs::read_to_string(path).expect("a file of the repository")
}

fn rust_server() -> Server {
    static BUILT: Once = Once::new();
    BUILT.call_once(|| cargo_build(&["-p", "httpsys-examples", "--bin", "behind_proxy"]));
    Server::rust(&target_dir().join("behind_proxy"))
}

/// Restarts both servers in turn under load. Returns what the clients have seen, which is no failure.
fn restart_both(site: &mut Site) -> Seen {
    let load = load::start(site.port());
    for server in 0..2 {
        load.wait_for(site.process(server));
        site.restart(server);
        load.wait_for(site.process(server));
    }
    let seen = load.end();
    seen.expect_no_failure();
    seen
}

fn expect_addresses(seen: &Seen) {
    for told in &seen.told {
        assert_eq!(told.remote, told.sent_from, "the client's address");
    }
}

/// Runs two servers with these parameters behind HAProxy with this configuration.
fn haproxy(test: &str, servers: [Server; 2], text: &str, parameters: &[(&str, &str)]) {
    let _watchdog = Watchdog::start();
    let servers = servers.map(|own| {
        own.with("ProxyProtocol", "*=127.0.0.1")
            .with_all(parameters)
    });
    let mut site = Site::start(test, servers, text, |file| {
        let mut command = Command::new("haproxy");
        command.args(["-db", "-f"]).arg(file);
        command
    });
    let seen = restart_both(&mut site);
    expect_addresses(&seen);
    let port = format!(":{}", site.port());
    for told in &seen.told {
        assert!(told.local.ends_with(&port), "{told:?}");
    }
}

fn replaced(text: &str, from: &str, to: &str) -> String {
    assert!(text.contains(from), "{from}");
    text.replace(from, to)
}

#[test]
fn pxy_010_haproxy_with_version_2_and_a_checksum() {
    if !runs_here("haproxy") {
        return;
    }
    let file = build_c("examples/c/graceful.c");
    let servers = [rust_server(), Server::c(&file)];
    haproxy("v2", servers, &configuration("haproxy.cfg"), &[]);
    std::fs::remove_file(file).expect("a file");
}

#[test]
fn pxy_010_haproxy_with_version_1() {
    if !runs_here("haproxy") {
        return;
    }
    let v2 = configuration("haproxy.cfg");
    let v1 = replaced(&v2, "send-proxy-v2 proxy-v2-options crc32c", "send-proxy");
    haproxy("v1", [rust_server(), rust_server()], &v1, &[]);
}

#[test]
fn pxy_010_haproxy_with_http_2_to_the_servers() {
    if !runs_here("haproxy") {
        return;
    }
    let http1 = configuration("haproxy.cfg");
    let h2 = replaced(
        &http1,
        "default-server check",
        "default-server proto h2 check",
    );
    let parameters = [("Http2PriorKnowledge", "1")];
    haproxy("h2", [rust_server(), rust_server()], &h2, &parameters);
}

/// Runs two servers behind nginx with this configuration, and with a folder of its own for what it writes.
fn nginx(test: &str, name: &str, module: Option<&Path>, trusted: Option<&str>) -> Seen {
    let _watchdog = Watchdog::start();
    let mut text = configuration(name);
    if let Some(module) = module {
        text = format!("load_module {};\n{text}", module.display());
    }
    let mut servers = [rust_server(), rust_server()];
    if let Some(trusted) = trusted {
        servers = servers.map(|own| own.with("ProxyProtocol", trusted));
    }
    let mut site = Site::start(test, servers, &text, |file| {
        let folder = file.parent().expect("a folder").display();
        let mut command = Command::new("nginx");
        let globals = format!("daemon off; pid {folder}/pid; error_log {folder}/error.log;");
        command
            .args(["-g", &globals, "-e"])
            .arg(format!("{folder}/first.log"));
        command.arg("-c").arg(file);
        command
    });
    restart_both(&mut site)
}

#[test]
fn pxy_010_nginx_names_the_client_in_a_field() {
    if !runs_here("nginx") {
        return;
    }
    let seen = nginx("http", "nginx.conf", None, None);
    let named =
        |told: &Told| told.forwarded == told.sent_from.split(':').next().expect("an address");
    assert!(seen.told.iter().all(named));
}

/// The module is a file of its own in most distributions; HTTPSYS_NGINX_STREAM names it where it is elsewhere.
fn stream_module() -> Option<PathBuf> {
    let path = std::env::var_os("HTTPSYS_NGINX_STREAM")
        .unwrap_or_else(|| "/usr/lib/nginx/modules/ngx_stream_module.so".into());
    Some(PathBuf::from(path)).filter(|path| path.exists())
}

#[test]
fn pxy_010_nginx_with_version_1() {
    if !runs_here("nginx") {
        return;
    }
    let Some(module) = stream_module() else {
        return eprintln!("SKIPPED: nginx has no stream module on this machine");
    };
    let trusted = Some("*=127.0.0.1");
    let seen = nginx("stream", "nginx-stream.conf", Some(&module), trusted);
    expect_addresses(&seen);
}

#[test]
fn the_configurations_of_the_page_are_the_files() {
    let page = std::fs::read_to_string(root().join("docs/PROXY.md")).expect("the page");
    for name in ["haproxy.cfg", "nginx.conf", "nginx-stream.conf"] {
        let block = format!("```text\n{}```", configuration(name));
        assert!(page.contains(&block), "{name}");
    }
}
