//! The server with a made-up service: what clients get, and what hostile ones cannot do.

use std::io::{BufRead, BufReader};
use std::os::unix::net::UnixStream as StdUnixStream;
use std::time::Duration;

use super::*;
use crate::client::{AskError, ControlClient, live_processes};
use crate::message::{AnswerFormat, ServiceView};
use httpsys_core::call::{Query, QueryAnswer};
use httpsys_core::configuration::Configuration;
use httpsys_core::counters::Counters;
use httpsys_core::open_connections::{ConnectionStatus, OpenConnections};
use httpsys_core::service_state::ServiceState;
use httpsys_core::{CloseReason, Error};

struct Made;

impl Source for Made {
    fn query(&self, query: &Query) -> Result<QueryAnswer, Error> {
        Ok(match query {
            Query::ServiceState => QueryAnswer::ServiceState(ServiceState::default()),
            Query::Counters => QueryAnswer::Counters(Counters::default()),
            Query::Configuration => QueryAnswer::Configuration(Configuration::default()),
            Query::OpenConnections { .. } => {
                QueryAnswer::OpenConnections(OpenConnections::default())
            }
            Query::ConnectionStatus { connection } => {
                QueryAnswer::ConnectionStatus(match connection.0 {
                    1 => ConnectionStatus::Open,
                    2 => ConnectionStatus::Ended(CloseReason::PeerReset),
                    _ => ConnectionStatus::Unknown,
                })
            }
            _ => return Err(Error::NotSupported),
        })
    }

    fn flush_cache(&self, url: Option<&[u16]>, recursive: bool) -> Result<u64, Error> {
        match url {
            None => Ok(7),
            Some(_) if recursive => Ok(2),
            Some(_) => Err(Error::InvalidParameter),
        }
    }

    fn flush_logs(&self) -> Result<(), Error> {
        Err(Error::NotInitialized)
    }
}

/// A directory of the test's own, gone with it.
struct Directory(RunDirectory);

impl Directory {
    fn new(name: &str) -> Directory {
        let path = std::env::temp_dir().join(format!("httpsys-{name}-{}", std::process::id()));
        Directory(RunDirectory::at(path).unwrap())
    }

    fn client(&self, server: &ControlServer) -> BufReader<StdUnixStream> {
        let stream = StdUnixStream::connect(server.path()).unwrap();
        let deadline = Some(Duration::from_secs(30));
        stream.set_read_timeout(deadline).unwrap();
        stream.set_write_timeout(deadline).unwrap();
        BufReader::new(stream)
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(self.0.path());
    }
}

fn service_of(server: &ControlServer) -> u32 {
    let name = server.path().file_name().unwrap().to_str().unwrap();
    let number = name.trim_end_matches(".sock").split_once('-');
    number.map_or(1, |(_, service)| service.parse().unwrap())
}

#[test]
fn each_question_has_its_answer_and_the_socket_goes_with_the_server() {
    let directory = Directory::new("answers");
    let server = open_in(&directory.0, Made).unwrap();
    let mode = fs::metadata(server.path()).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let (pid, service) = (std::process::id(), service_of(&server));
    let mut client = ControlClient::connect(&directory.0, pid, service).unwrap();
    let text = client
        .ask(&Question::ServiceState {
            view: ServiceView::RequestQueue,
            verbose: true,
            format: AnswerFormat::Text,
        })
        .unwrap();
    assert!(text.as_str().unwrap().contains("(Request Queue View):\n--"));
    let why = |client: &mut ControlClient, connection| client.ask(&Question::Why { connection });
    assert_eq!(why(&mut client, 1).unwrap()["state"], "open");
    let ended = why(&mut client, 2).unwrap();
    assert_eq!(
        (&ended["reason"], &ended["number"]),
        (&"PeerReset".into(), &3.into())
    );
    assert!(
        ended["meaning"]
            .as_str()
            .unwrap()
            .starts_with("the client reset")
    );
    assert!(matches!(why(&mut client, 9), Err(AskError::Refused(why)) if why.contains("4,096")));
    let refused = client.ask(&Question::FlushLogBuffer).unwrap_err();
    assert!(refused.to_string().contains("1114"), "{refused}");

    let live = live_processes(&directory.0).unwrap();
    assert_eq!(
        (live.len(), live[0].pid, live[0].service),
        (1, pid, service)
    );
    assert_eq!(live[0].version, env!("CARGO_PKG_VERSION"));
    drop(server);
    assert_eq!(live_processes(&directory.0).unwrap(), []);
}

#[test]
fn a_socket_that_a_dead_process_left_is_removed() {
    let directory = Directory::new("stale");
    let left = directory.0.socket(4_000_000, 1);
    drop(StdUnixListener::bind(&left).unwrap());
    assert!(left.exists());
    assert_eq!(live_processes(&directory.0).unwrap(), []);
    assert!(!left.exists());
}

#[test]
fn what_a_hostile_client_sends_is_bounded_and_hurts_no_other() {
    let directory = Directory::new("hostile");
    let server = open_in(&directory.0, Made).unwrap();
    // A line without an end.
    let mut endless = directory.client(&server);
    let flood = vec![b'x'; 4 * MAX_QUESTION];
    let _ = endless.get_mut().write_all(&flood);
    let mut line = Vec::new();
    assert!(
        !matches!(endless.read_until(b'\n', &mut line), Ok(1..)),
        "it is cut off"
    );
    // The bound, and one byte more.
    for (size, is_answered) in [(MAX_QUESTION, true), (MAX_QUESTION + 1, false)] {
        let mut client = directory.client(&server);
        let mut question = vec![b'x'; size];
        question.push(b'\n');
        let _ = client.get_mut().write_all(&question);
        let mut line = Vec::new();
        let read = client.read_until(b'\n', &mut line);
        assert_eq!(matches!(read, Ok(1..)), is_answered, "{size}");
    }
    // Junk is answered, and the connection goes on.
    let mut junk = directory.client(&server);
    junk.get_mut().write_all(b"\0\xff{}\n").unwrap();
    let mut line = String::new();
    junk.read_line(&mut line).unwrap();
    assert!(line.starts_with(r#"{"error":"not JSON"#), "{line}");
    // One that asks and never reads, until nothing more is taken from it.
    let mut deaf = directory.client(&server);
    deaf.get_mut().set_nonblocking(true).unwrap();
    let question = Question::Counters {
        format: AnswerFormat::Text,
    };
    let question = question.to_line() + "\n";
    let until = std::time::Instant::now() + Duration::from_secs(30);
    let mut refusals = 0;
    while refusals < 3 && std::time::Instant::now() < until {
        match deaf.get_mut().write(question.as_bytes()) {
            Ok(taken) => refusals = u32::from(taken == 0),
            Err(_) => {
                refusals += 1;
                std::thread::yield_now();
            }
        }
    }
    assert_eq!(
        refusals, 3,
        "a client that reads nothing is not served for ever"
    );
    let mut other = directory.client(&server);
    let process = Question::Process.to_line() + "\n";
    other.get_mut().write_all(process.as_bytes()).unwrap();
    let mut line = String::new();
    other.read_line(&mut line).unwrap();
    assert!(line.contains("\"ok\""), "{line}");
}

#[test]
fn of_too_many_clients_the_one_that_was_silent_for_longest_goes() {
    let directory = Directory::new("many");
    let server = open_in(&directory.0, Made).unwrap();
    let process = Question::Process.to_line() + "\n";
    let mut clients: Vec<_> = (0..=MAX_CLIENTS)
        .map(|_| {
            let mut client = directory.client(&server);
            client.get_mut().write_all(process.as_bytes()).unwrap();
            let mut line = String::new();
            client.read_line(&mut line).unwrap();
            assert!(line.contains("\"ok\""), "{line}");
            client
        })
        .collect();
    let mut line = String::new();
    assert_eq!(clients[0].read_line(&mut line).unwrap_or(0), 0, "{line}");
    let last = &mut clients[MAX_CLIENTS];
    last.get_mut().write_all(process.as_bytes()).unwrap();
    assert!(last.read_line(&mut line).unwrap() > 0);
}
