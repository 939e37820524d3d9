//! One of the programs as a child process.
//!
//! Owns: its start, up to the line that says it listens; its output; its end. Invariants: nothing
//! waits without a deadline; the child ends with its [`Server`].

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use httpsys_tests::client::Client;
use httpsys_tests::program::port_of;

use crate::folder::Folder;

/// How long a start or an end may take: a program may run in an emulator on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// A program that listens.
#[derive(Debug)]
pub(crate) struct Server {
    child: Child,
    output: Option<JoinHandle<String>>,
    errors: Option<JoinHandle<String>>,
    port: u16,
    folder: Folder,
}

/// How a program ended.
#[derive(Debug)]
pub(crate) struct End {
    pub(crate) code: Option<i32>,
    pub(crate) output: String,
    pub(crate) errors: String,
    /// What it left in its folder.
    pub(crate) files: Vec<String>,
}

impl End {
    /// Nothing failed.
    #[track_caller]
    pub(crate) fn assert_clean(&self) {
        assert_eq!(self.code, Some(0), "{}\n{}", self.output, self.errors);
    }
}

impl Server {
    /// Starts the program in a folder of its own, with a URL on a free port behind `arguments`.
    pub(crate) fn start(program: &Path, arguments: &[&str]) -> Server {
        Server::start_under(&[], program, arguments)
    }

    /// The same, with a tool in front that runs it.
    ///
    /// # Panics
    /// If it ends or does not say in time that it listens.
    pub(crate) fn start_under(tool: &[&str], program: &Path, arguments: &[&str]) -> Server {
        let folder = Folder::new();
        let mut command = match tool.split_first() {
            None => Command::new(program),
            Some((tool, options)) => {
                let mut command = Command::new(tool);
                command.args(options).arg(program);
                command
            }
        };
        let mut child = command
            .args(arguments)
            .arg("http://localhost:0/")
            .current_dir(folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{}: {error}", program.display()));
        let (ready, listening) = mpsc::channel();
        let output = BufReader::new(child.stdout.take().expect("piped"));
        let mut errors = child.stderr.take().expect("piped");
        let output = thread::spawn(move || {
            let mut all = String::new();
            for line in output.lines().map_while(Result::ok) {
                if let Some(port) = port_of(&line) {
                    let _ = ready.send(port);
                }
                all.push_str(&line);
                all.push('\n');
            }
            all
        });
        let errors = thread::spawn(move || {
            let mut all = Vec::new();
            // Of a child that is killed, what there is.
            let _ = errors.read_to_end(&mut all);
            String::from_utf8_lossy(&all).into_owned()
        });
        let mut server = Server {
            child,
            output: Some(output),
            errors: Some(errors),
            port: 0,
            folder,
        };
        if let Ok(port) = listening.recv_timeout(PATIENCE) {
            server.port = port;
            return server;
        }
        let _ = server.child.kill();
        panic!("it does not listen: {:?}", server.end());
    }

    pub(crate) fn connect(&self) -> Client {
        Client::connect(self.port)
    }

    /// A request head without a body, with more header lines (each with its CRLF).
    pub(crate) fn request(&self, verb: &str, target: &str, more: &str) -> String {
        let port = self.port;
        format!("{verb} {target} HTTP/1.1\r\nHost: localhost:{port}\r\n{more}\r\n")
    }

    /// The folder that the program runs in.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Asks the program to end over a new connection and waits until it has.
    #[track_caller]
    pub(crate) fn quit(mut self) -> End {
        let mut client = self.connect();
        client.send(self.request("GET", "/quit", ""));
        let response = client.read_response();
        assert_eq!(response.status(), 200);
        self.end()
    }

    #[track_caller]
    fn end(&mut self) -> End {
        let deadline = Instant::now() + PATIENCE;
        let status = loop {
            if let Some(status) = self.child.try_wait().expect("a child") {
                break status;
            }
            assert!(Instant::now() < deadline, "the program does not end");
            thread::sleep(Duration::from_millis(2));
        };
        let text = |thread: &mut Option<JoinHandle<String>>| {
            let thread = thread.take().expect("only one end");
            thread.join().expect("a reader")
        };
        End {
            code: status.code(),
            output: text(&mut self.output),
            errors: text(&mut self.errors),
            files: self.folder.names(),
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended; there is nobody to tell otherwise.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
