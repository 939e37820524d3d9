//! The side that asks: which processes are live, and one question after the other to one of them.
//!
//! Owns: the connection, and that a process that does not answer holds up nobody for long. Sockets that a
//! process left behind when it died are removed. Does not own: what is asked (`message.rs`). Threading: one
//! thread.

use std::io::{self, BufRead, BufReader, ErrorKind, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;
use std::{fmt, fs};

use serde_json::Value;

use crate::message::Question;
use crate::run_directory::RunDirectory;

/// How long a process may take for an answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// The longest answer that is read, in bytes.
const MAX_ANSWER: u64 = 256 << 20;

/// A service that answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiveProcess {
    /// Its process.
    pub pid: u32,
    /// Which service of the process, from 1.
    pub service: u32,
    /// The executable.
    pub program: String,
    /// The version of the library.
    pub version: String,
}

/// Why a question has no answer.
#[derive(Debug)]
pub enum AskError {
    /// The process cannot be reached, or broke off.
    Io(io::Error),
    /// It has answered that it cannot.
    Refused(String),
    /// What came is no answer.
    Malformed(String),
}

impl fmt::Display for AskError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            AskError::Io(error) if error.kind() == ErrorKind::WouldBlock => {
                write!(
                    f,
                    "the process does not answer within {} s",
                    PATIENCE.as_secs()
                )
            }
            AskError::Io(error) => error.fmt(f),
            AskError::Refused(why) => f.write_str(why),
            AskError::Malformed(what) => write!(f, "the process gave no answer: {what}"),
        }
    }
}

impl std::error::Error for AskError {}

impl From<io::Error> for AskError {
    fn from(error: io::Error) -> Self {
        AskError::Io(error)
    }
}

/// A connection to one service.
#[derive(Debug)]
pub struct ControlClient(BufReader<UnixStream>);

impl ControlClient {
    /// Connects to a service of a process.
    ///
    /// # Errors
    /// What the system says: [`ErrorKind::NotFound`] where there is none.
    pub fn connect(directory: &RunDirectory, pid: u32, service: u32) -> io::Result<ControlClient> {
        ControlClient::at(&directory.socket(pid, service))
    }

    fn at(path: &Path) -> io::Result<ControlClient> {
        let stream = UnixStream::connect(path)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        Ok(ControlClient(BufReader::new(stream)))
    }

    /// Asks, and waits for the answer.
    ///
    /// # Errors
    /// See [`AskError`].
    pub fn ask(&mut self, question: &Question) -> Result<Value, AskError> {
        let mut line = question.to_line().into_bytes();
        line.push(b'\n');
        self.0.get_mut().write_all(&line)?;
        line.clear();
        let mut bounded = self.0.by_ref().take(MAX_ANSWER);
        bounded.read_until(b'\n', &mut line)?;
        if line.is_empty() {
            return Err(io::Error::from(ErrorKind::UnexpectedEof).into());
        }
        let mut answer: Value = serde_json::from_slice(&line)
            .map_err(|error| AskError::Malformed(error.to_string()))?;
        if let Some(why) = answer.get("error").and_then(Value::as_str) {
            return Err(AskError::Refused(why.to_owned()));
        }
        let result = answer.get_mut("ok").map(Value::take);
        result.ok_or_else(|| AskError::Malformed("neither \"ok\" nor \"error\"".into()))
    }
}

/// The services of this directory that answer, by process id.
///
/// # Errors
/// The directory cannot be read.
pub fn live_processes(directory: &RunDirectory) -> io::Result<Vec<LiveProcess>> {
    let mut live = Vec::new();
    for (pid, service, path) in directory.sockets()? {
        match ControlClient::at(&path) {
            Ok(mut client) => match client.ask(&Question::Process) {
                Ok(answer) => live.push(process(pid, service, &answer)),
                Err(error) => tracing::debug!(pid, %error, "no answer"),
            },
            // Nobody listens: the process has ended. A socket gets its name when it listens already.
            Err(error) if error.kind() == ErrorKind::ConnectionRefused => {
                let _ = fs::remove_file(&path);
            }
            Err(error) => tracing::debug!(pid, %error, "not reached"),
        }
    }
    Ok(live)
}

fn process(pid: u32, service: u32, answer: &Value) -> LiveProcess {
    let text = |name: &str| {
        answer
            .get(name)
            .and_then(Value::as_str)
            .unwrap_or("")
            .to_owned()
    };
    LiveProcess {
        pid,
        service,
        program: text("program"),
        version: text("version"),
    }
}
