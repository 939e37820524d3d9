//! Two servers and the proxy in front of them.
//!
//! Owns: starting, restarting and ending the processes, and the ports in the configuration. Does not own: what clients
//! see (`load.rs`). Invariant: all processes end with the [`Site`].

use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use httpsys_tests::PATIENCE;
use httpsys_tests::ports::Port;
use httpsys_tests::program::Program;

/// The milliseconds for which a server answers 503 before it ends: three health checks of the proxy.
const GRACE: &str = "600";

/// A server, and how it is started.
pub(crate) struct Server {
    program: PathBuf,
    /// The command line for a port.
    arguments: fn(port: u16) -> Vec<String>,
    environment: Vec<(String, String)>,
}

impl Server {
    /// `examples/rust/src/behind_proxy.rs`.
    pub(crate) fn rust(program: &Path) -> Server {
        let arguments = |port| {
            let url = format!("http://localhost:{port}/");
            vec!["--url".into(), url, "--grace".into(), GRACE.into()]
        };
        Server::new(program, arguments)
    }

    /// `examples/c/graceful.c`.
    pub(crate) fn c(program: &Path) -> Server {
        Server::new(program, |port| {
            vec![port.to_string(), "30".into(), GRACE.into()]
        })
    }

    fn new(program: &Path, arguments: fn(u16) -> Vec<String>) -> Server {
        Server {
            program: program.to_owned(),
            arguments,
            environment: Vec::new(),
        }
    }

    /// The server with a registry parameter.
    pub(crate) fn with(mut self, name: &str, value: &str) -> Server {
        self.environment
            .push((format!("HTTPSYS_{name}"), value.to_owned()));
        self
    }

    pub(crate) fn with_all(self, parameters: &[(&str, &str)]) -> Server {
        let all = parameters.iter();
        all.fold(self, |own, (name, value)| own.with(name, value))
    }

    fn start(&self, port: u16) -> Program {
        let mut command = Command::new(&self.program);
        command.args((self.arguments)(port));
        let environment = self.environment.iter().map(|(name, value)| (name, value));
        Program::start(command.envs(environment))
    }
}

/// See the module head.
pub(crate) struct Site {
    servers: [(Server, Port, Program); 2],
    port: Port,
    proxy: Child,
    folder: PathBuf,
}

impl Site {
    /// Starts servers and proxy: `configuration` has the servers at 8001 and 8002, and the proxy at 8080.
    pub(crate) fn start(
        test: &str,
        servers: [Server; 2],
        configuration: &str,
        command: impl FnOnce(&Path) -> Command,
    ) -> Site {
        let folder = std::env::temp_dir().join(format!("httpsys-{test}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder");
        let servers = servers.map(|server| {
            let port = Port::take();
            let program = server.start(port.number());
            (server, port, program)
        });
        let port = Port::take();
        let mut text = configuration.to_owned();
        let ports = [(8001, &servers[0].1), (8002, &servers[1].1), (8080, &port)];
        for (written, own) in ports {
            let (from, to) = (
                format!("127.0.0.1:{written}"),
                format!("127.0.0.1:{}", own.number()),
            );
            assert!(text.contains(&from), "{from}");
            text = text.replace(&from, &to);
        }
        if text.contains("http {") {
            // Folders to which a process without privileges can write.
            let kinds = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
            let paths = kinds.map(|kind| format!("{kind}_temp_path {}/{kind};", folder.display()));
            text = text.replacen(
                "http {",
                &format!("http {{ access_log off; {}", paths.join(" ")),
                1,
            );
        }
        let file = folder.join("configuration");
        std::fs::write(&file, text).expect("a file");
        let mut command = command(&file);
        let proxy = command.stdin(Stdio::null()).spawn().expect("the proxy");
        let mut site = Site {
            servers,
            port,
            proxy,
            folder,
        };
        site.wait_until_open();
        site
    }

    fn wait_until_open(&mut self) {
        let start = Instant::now();
        while TcpStream::connect(("127.0.0.1", self.port.number())).is_err() {
            let ended = self.proxy.try_wait().expect("a child");
            assert!(
                ended.is_none() && start.elapsed() < PATIENCE,
                "the proxy does not start"
            );
            std::thread::yield_now();
        }
    }

    /// The port of the proxy.
    pub(crate) fn port(&self) -> u16 {
        self.port.number()
    }

    pub(crate) fn process(&self, server: usize) -> u32 {
        self.servers[server].2.id()
    }

    /// Asks the server to end, waits until it has, and starts it again.
    pub(crate) fn restart(&mut self, server: usize) {
        let (how, port, program) = &mut self.servers[server];
        assert!(program.terminate(), "all was finished");
        *program = how.start(port.number());
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        // nginx ends its own children only if it is asked.
        let _ = Command::new("kill")
            .arg(self.proxy.id().to_string())
            .status();
        let _ = self.proxy.wait();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}
