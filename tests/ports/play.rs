//! One program with its client, and the transcript of both.
//!
//! Owns: the processes, a folder and a port of the program, the client's connections, and what is written
//! down: requests, responses, what the program printed, and its exit code. What differs from run to run has
//! a name there: PORT for the port, FOLDER for the folder, a masked Date. Does not own any scenario.
//!
//! Invariants: nothing waits without a deadline; a process ends with its [`Play`].

use std::fmt::Write as _;
use std::fs::File;
use std::io::Write as _;
use std::net::{Ipv4Addr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use httpsys_tests::PATIENCE;
use httpsys_tests::client::{Client, Response, mask_date};
use httpsys_tests::ports::Port;

use crate::builds::{Build, folder};

/// A longer body is written down by its length.
const SHOWN_BODY: usize = 2000;

/// What the graceful program says when there is no console, as under Wine.
const NO_CONSOLE: &str = "  GenerateConsoleCtrlEvent: 12 (Invalid access. )\n";

/// Behind it stands the number of an error, and on the next line the system's text of it.
const ERROR_NUMBER: &str = "failed, Error: ";

/// A program and its client.
pub(crate) struct Play<'a> {
    build: &'a Build,
    folder: PathBuf,
    port: Port,
    variables: Vec<(String, String)>,
    running: Option<Child>,
    transcript: String,
}

impl<'a> Play<'a> {
    /// Nothing runs yet; the folder is there and empty.
    pub(crate) fn new(build: &'a Build) -> Play<'a> {
        let folder = folder("runs").join(build.to_string().replace(' ', "-"));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(folder.join("data")).expect("a folder for the run");
        // Wine binds to no address that another socket is bound to.
        let port = if build.wine {
            Port::lock()
        } else {
            Port::take()
        };
        Play {
            build,
            folder,
            port,
            variables: Vec::new(),
            running: None,
            transcript: String::new(),
        }
    }

    /// Whether the program runs under Wine.
    pub(crate) fn wine(&self) -> bool {
        self.build.wine
    }

    /// The program's folder.
    pub(crate) fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    /// A variable of the environment of every process that is started from now on.
    pub(crate) fn set(&mut self, name: &str, value: &str) {
        self.variables.push((name.to_owned(), value.to_owned()));
    }

    /// A command with {port} and {folder} filled in.
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = if self.build.wine {
            let mut command = Command::new("wine");
            command.arg(&self.build.program);
            command
        } else {
            Command::new(&self.build.program)
        };
        let data = self.data();
        let folder = data.to_str().expect("a path in UTF-8");
        // Wine has the root of this system as drive Z.
        let folder = if self.build.wine {
            format!("Z:{}", folder.replace('/', "\\"))
        } else {
            folder.to_owned()
        };
        for argument in arguments {
            let argument = argument.replace("{port}", &self.port.number().to_string());
            command.arg(argument.replace("{folder}", &folder));
        }
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        command.current_dir(&self.folder);
        command.stdin(Stdio::piped());
        command
    }

    fn output(&self, name: &str) -> Stdio {
        File::create(self.folder.join(name))
            .expect("a file for output")
            .into()
    }

    /// Starts the server; returns when it listens on its port.
    #[track_caller]
    pub(crate) fn start(&mut self, arguments: &[&str]) {
        self.note(&format!("$ {}", arguments.join(" ")));
        let mut command = self.command(arguments);
        command.stdout(self.output("stdout"));
        command.stderr(self.output("stderr"));
        let child = command.spawn();
        self.running = Some(child.unwrap_or_else(|error| panic!("{command:?}: {error}")));
        let deadline = Instant::now() + PATIENCE;
        while TcpStream::connect((Ipv4Addr::LOCALHOST, self.port.number())).is_err() {
            let running = self.running.as_mut().expect("just started");
            if let Some(status) = running.try_wait().expect("a child") {
                let said = self.said("stdout") + &self.said("stderr");
                panic!("{}: ends with {status}:\n{said}", self.build);
            }
            assert!(Instant::now() < deadline, "{}: is silent", self.build);
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Runs the program once more beside the server, to its end, with this on standard input.
    #[track_caller]
    pub(crate) fn run(&mut self, arguments: &[&str], input: &str) {
        self.note(&format!("$ {}", arguments.join(" ")));
        let mut command = self.command(arguments);
        command.stdout(self.output("stdout-2"));
        command.stderr(self.output("stderr-2"));
        let mut child = command
            .spawn()
            .unwrap_or_else(|error| panic!("{command:?}: {error}"));
        let mut pipe = child.stdin.take().expect("piped");
        // It may end without having read.
        let _ = pipe.write_all(input.as_bytes());
        drop(pipe);
        let code = exit_code(&mut child, self.build);
        self.write_down_end(code, "stdout-2", "stderr-2");
    }

    /// A connection of the client whose traffic is not written down.
    #[track_caller]
    pub(crate) fn client(&self) -> Client {
        Client::connect(self.port.number())
    }

    /// A line of the transcript.
    pub(crate) fn note(&mut self, line: &str) {
        self.transcript.push_str(line);
        self.transcript.push('\n');
    }

    /// A request on a connection of its own.
    #[track_caller]
    pub(crate) fn ask(&mut self, line: &str, fields: &[&str], body: &[u8]) -> Response {
        let mut client = self.client();
        self.send(&mut client, line, fields, body);
        self.receive(&mut client, line)
    }

    /// GET without anything.
    #[track_caller]
    pub(crate) fn get(&mut self, target: &str) -> Response {
        self.ask(&format!("GET {target}"), &[], b"")
    }

    /// Writes a request down and sends it: method and target, header fields, and a body with its length.
    #[track_caller]
    pub(crate) fn send(&mut self, client: &mut Client, line: &str, fields: &[&str], body: &[u8]) {
        let mut head = format!("{line} HTTP/1.1\r\nHost: localhost\r\n");
        self.note(&format!("> {line}"));
        for field in fields {
            let shown: String = field.chars().take(100).collect();
            self.note(&format!("> {shown}"));
            let _ = write!(head, "{field}\r\n");
        }
        let wants_length = ["PUT ", "POST ", "PATCH "].map(|verb| line.starts_with(verb));
        if !body.is_empty() || wants_length.contains(&true) {
            let _ = write!(head, "Content-Length: {}\r\n", body.len());
            self.write_down_body(">", body);
        }
        head.push_str("\r\n");
        client.send([head.as_bytes(), body].concat());
    }

    /// Reads the response and writes it down.
    #[track_caller]
    pub(crate) fn receive(&mut self, client: &mut Client, line: &str) -> Response {
        let response = if line.starts_with("HEAD ") {
            client.read_response_head()
        } else {
            client.read_response()
        };
        self.write_down(&response);
        response
    }

    /// Asks for the system's text of an error. The words are the system's and its language's.
    #[track_caller]
    pub(crate) fn error_text(&mut self, target: &str) {
        let mut client = self.client();
        client.send(format!("GET {target} HTTP/1.1\r\nHost: localhost\r\n\r\n"));
        let response = client.read_response();
        let text = String::from_utf8_lossy(&response.body).into_owned();
        assert_eq!(response.status(), 200, "{target}: {text}");
        let words = text.strip_suffix(".\r\n").unwrap_or_default();
        assert!(words.contains(' '), "{target}: {text:?}");
        self.note(&format!("> GET {target}: (the system's text)"));
    }

    /// Writes a response down.
    pub(crate) fn write_down(&mut self, response: &Response) {
        for line in mask_date(&response.head).trim_end().lines() {
            self.note(&format!("< {line}"));
        }
        self.write_down_body("<", &response.body);
        self.note("");
    }

    /// Sends bytes and writes down all that comes back, up to the end of the connection.
    #[track_caller]
    pub(crate) fn raw(&mut self, bytes: &str) {
        let mut client = self.client();
        client.send(bytes);
        for line in bytes.lines() {
            self.note(&format!("> {line}"));
        }
        let answer = client.read_to_end();
        for line in mask_date(&answer).lines() {
            self.note(&format!("< {line}"));
        }
        self.note("");
    }

    fn write_down_body(&mut self, side: &str, body: &[u8]) {
        if body.len() > SHOWN_BODY {
            self.note(&format!("{side} | ({} bytes)", body.len()));
            return;
        }
        let text = String::from_utf8_lossy(body).into_owned();
        for line in text.split_inclusive('\n') {
            let line = line.replace('\r', "\\r").replace('\n', "\\n");
            self.note(&format!("{side} | {line}"));
        }
    }

    /// Asks until the body has this in it, and writes down only the last answer.
    #[track_caller]
    pub(crate) fn until(&mut self, target: &str, wanted: &str) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let mut client = self.client();
            client.send(format!("GET {target} HTTP/1.1\r\nHost: localhost\r\n\r\n"));
            let response = client.read_response();
            let body = String::from_utf8_lossy(&response.body).into_owned();
            if body.contains(wanted) {
                self.note(&format!("> GET {target} (until it says: {wanted})"));
                self.write_down(&response);
                return;
            }
            assert!(Instant::now() < deadline, "{target} goes on saying {body}");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Presses Enter in the program's console.
    #[track_caller]
    pub(crate) fn enter(&mut self) {
        self.note("$ (Enter)");
        let running = self.running.as_mut().expect("it was started");
        let mut pipe = running.stdin.take().expect("piped");
        pipe.write_all(b"\n").expect("it reads");
    }

    /// Sends a signal by its name.
    pub(crate) fn signal(&mut self, name: &str) {
        let running = self.running.as_ref().expect("it was started");
        let mut command = Command::new("kill");
        command.args(["-s", name, &running.id().to_string()]);
        crate::builds::succeed(&mut command);
    }

    /// Waits for the server's end.
    #[track_caller]
    pub(crate) fn ends(&mut self) {
        let mut running = self.running.take().expect("it was started");
        let code = exit_code(&mut running, self.build);
        self.write_down_end(code, "stdout", "stderr");
    }

    fn write_down_end(&mut self, code: i32, stdout: &str, stderr: &str) {
        let mut is_text = false;
        for line in self.said(stdout).lines() {
            let line = match is_text && line.ends_with('.') {
                true => "(the system's text)",
                false => line,
            };
            self.note(&format!("  {line}"));
            is_text = line.contains(ERROR_NUMBER);
        }
        for line in self.said(stderr).lines() {
            self.note(&format!("! {line}"));
        }
        self.note(&format!("exit code {code}\n"));
    }

    /// What the program has printed, with the same line ends everywhere.
    fn said(&self, name: &str) -> String {
        let bytes = std::fs::read(self.folder.join(name)).unwrap_or_default();
        let text = String::from_utf8_lossy(&bytes).replace("\r\n", "\n");
        // What Debian's starter of Wine says about 32-bit programs.
        match text.split_once("install wine32:i386\"\n") {
            Some((_, rest)) => rest.to_owned(),
            None => text,
        }
    }

    /// The transcript.
    ///
    /// # Panics
    /// If the program still runs.
    pub(crate) fn finish(mut self) -> String {
        assert!(self.running.is_none(), "it still runs");
        let port = format!(":{}", self.port.number());
        let transcript = std::mem::take(&mut self.transcript);
        let transcript = transcript.replace(&port, ":PORT");
        if self.wine() {
            transcript.replace(NO_CONSOLE, "")
        } else {
            transcript
        }
    }
}

impl Drop for Play<'_> {
    fn drop(&mut self) {
        if let Some(mut child) = self.running.take() {
            // It may have ended; there is nobody to tell otherwise.
            let _ = child.kill();
            let _ = child.wait();
            eprintln!("{}", self.transcript);
            eprintln!("{}{}", self.said("stdout"), self.said("stderr"));
        }
    }
}

/// Waits for a process.
#[track_caller]
fn exit_code(child: &mut Child, build: &Build) -> i32 {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(status) = child.try_wait().expect("a child") {
            return status
                .code()
                .unwrap_or_else(|| panic!("{build}: ends by a signal, {status}"));
        }
        if Instant::now() >= deadline {
            let _ = child.kill();
            let _ = child.wait();
            panic!("{build}: does not end");
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Writes a file with a time of its last write, in seconds since 1970.
pub(crate) fn write_file(path: &Path, contents: &[u8], seconds: u64) {
    std::fs::write(path, contents).expect("a file is written");
    let time = std::time::UNIX_EPOCH + Duration::from_secs(seconds);
    let file = File::options().write(true).open(path).expect("the file");
    file.set_modified(time).expect("its time is set");
}
