//! Programs that get their listening socket from a service manager, and send it news (ACT).
//!
//! Owns: that a program in C, which knows nothing of this, and one in Rust use the passed socket; that clients wait
//! there between two processes. Does not own: taking the descriptors (`httpsys-socket`).

use std::io::ErrorKind;
use std::net::{SocketAddr, TcpListener};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixDatagram;
use std::process::{Command, Stdio};

use httpsys_tests::PATIENCE;
use httpsys_tests::client::Client;
use httpsys_tests::program::{Program, build_c, cargo_build, target_dir};
use httpsys_tests::watchdog::Watchdog;
use socket2::{Domain, Socket, Type};

use crate::get;

/// A command that starts `program` with a copy of the socket, as a service manager does.
fn activated(program: &std::path::Path, socket: &TcpListener) -> Command {
    let script = "exec 3<&0 0</dev/null; export LISTEN_PID=$$ LISTEN_FDS=1 LISTEN_FDNAMES=http; exec \"$0\" \"$@\"";
    let copy = socket.try_clone().expect("a descriptor");
    let mut command = Command::new("sh");
    command.args(["-c", script]).arg(program);
    command.stdin(Stdio::from(OwnedFd::from(copy)));
    command
}

fn port_of(socket: &TcpListener) -> u16 {
    socket.local_addr().expect("it is bound").port()
}

fn rust_example() -> std::path::PathBuf {
    cargo_build(&["-p", "httpsys-examples", "--bin", "behind_proxy"]);
    target_dir().join("behind_proxy")
}

#[test]
fn act_001_act_004_a_program_in_c_uses_the_socket_and_the_next_process_goes_on() {
    let _watchdog = Watchdog::start();
    let file = build_c("examples/c/graceful.c");
    let socket = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = port_of(&socket).to_string();
    let start = || Program::start_with_stdin(activated(&file, &socket).args([&port, "60"]));
    let mut first = start();
    let mut client = Client::connect(first.port());
    client.send(get("/"));
    assert_eq!(client.read_response().status(), 200);
    assert!(first.terminate(), "all was finished");
    client.expect_eof();
    // Nobody is refused while no process is there.
    let mut waiting = Client::connect(port_of(&socket));
    waiting.send(get("/"));
    let mut second = start();
    assert_eq!(waiting.read_response().status(), 200);
    assert!(second.terminate(), "all was finished");
    std::fs::remove_file(file).expect("a file");
}

#[test]
fn act_002_a_socket_that_does_not_stand_for_the_prefix_is_refused_with_the_reason() {
    let _watchdog = Watchdog::start();
    let file = build_c("examples/c/graceful.c");
    let socket = TcpListener::bind("0.0.0.0:0").expect("a port");
    let port = port_of(&socket);
    let output = activated(&file, &socket)
        .arg(port.to_string())
        .env("HTTPSYS_TRACE", "warn")
        .output();
    let said = String::from_utf8(output.expect("it runs").stderr).expect("text");
    let reason = format!(
        "the service manager has passed 0.0.0.0:{port}, none of which stands for 127.0.0.1:{port}"
    );
    assert!(said.contains(&reason), "{said}");
    assert!(said.contains("HttpAddUrlToUrlGroup: error 32"), "{said}");
    std::fs::remove_file(file).expect("a file");
}

/// HST-013: a client of IPv4 has an address of IPv4.
#[test]
fn act_001_hst_013_a_socket_of_both_families_shows_no_mapped_addresses() {
    let _watchdog = Watchdog::start();
    let socket = Socket::new(Domain::IPV6, Type::STREAM, None);
    let Ok(socket) = socket.and_then(|socket| {
        socket.set_only_v6(false)?;
        socket.bind(&SocketAddr::from(([0_u16; 8], 0)).into())?;
        socket.listen(16)?;
        Ok(TcpListener::from(socket))
    }) else {
        return eprintln!("SKIPPED: no IPv6 on this machine");
    };
    let port = port_of(&socket);
    let url = format!("http://+:{port}/");
    let program = rust_example();
    let mut command = activated(&program, &socket);
    let _program = Program::start_with_stdin(command.args(["--url", &url, "--grace", "0"]));
    let mut client = Client::connect(port);
    client.send(get("/"));
    let body = client.read_response().body;
    let own = format!("{} 127.0.0.1:{port} ", client.address());
    assert!(body.starts_with(own.as_bytes()), "{}", body.escape_ascii());
}

fn expect_news(socket: &UnixDatagram, wanted: &str) {
    let mut news = [0; 256];
    match socket.recv(&mut news) {
        Ok(length) => assert_eq!(String::from_utf8_lossy(&news[..length]), wanted),
        Err(error) if error.kind() == ErrorKind::WouldBlock => panic!("{wanted} does not come"),
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn act_005_the_service_manager_is_told_of_the_start_and_the_end() {
    let _watchdog = Watchdog::start();
    let program = rust_example();
    let name = format!("httpsys-notify-{}", std::process::id());
    let path = std::env::temp_dir().join(&name);
    let socket = UnixDatagram::bind(&path).expect("a socket");
    let in_folder = (socket, path.to_str().expect("text").to_owned());
    for (socket, name) in std::iter::once(in_folder).chain(abstract_socket(&name)) {
        socket.set_read_timeout(Some(PATIENCE)).expect("a socket");
        let mut command = Command::new(&program);
        command.args(["--url", "http://localhost:0/", "--grace", "0"]);
        let mut program = Program::start(command.env("NOTIFY_SOCKET", &name));
        expect_news(&socket, "READY=1");
        program.ask_to_end();
        expect_news(&socket, "STOPPING=1");
        assert!(program.wait());
    }
    std::fs::remove_file(path).expect("a file");
}

/// A socket in the abstract namespace, which only Linux has, with the name by which programs are told of it.
#[cfg(target_os = "linux")]
fn abstract_socket(name: &str) -> Option<(UnixDatagram, String)> {
    use std::os::linux::net::SocketAddrExt;
    use std::os::unix::net::SocketAddr;
    let address = SocketAddr::from_abstract_name(name).expect("a name");
    let socket = UnixDatagram::bind_addr(&address).expect("a socket");
    Some((socket, format!("@{name}")))
}

#[cfg(not(target_os = "linux"))]
fn abstract_socket(_name: &str) -> Option<(UnixDatagram, String)> {
    None
}

#[test]
fn the_units_of_the_page_are_the_files() {
    let page = include_str!("../../docs/PROXY.md");
    for unit in [
        include_str!("../../examples/systemd/server.socket"),
        include_str!("../../examples/systemd/server.service"),
    ] {
        assert!(page.contains(&format!("```ini\n{unit}```")), "{unit}");
    }
}
