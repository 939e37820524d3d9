//! Commands that look at live services: `show servicestate`, `counters`, `connections`, `processes`, `why`,
//! `flush logbuffer`, `watch`, `show cachestate`, `delete cache`.
//!
//! Owns: which services are asked, all of this user's or those of one process, and how the answers of several
//! are put together. Does not own: the answers (`httpsys-control` in the process), how they are shown
//! (`live_text.rs`), nor the live view (`watch/`). Where there is no control socket, `no_live.rs` stands for it.

use httpsys_control::message::{AnswerFormat, Question, ServiceView};
use httpsys_control::{AskError, ControlClient, LiveProcess, RunDirectory, live_processes};
use serde_json::{Value, json};

use super::cache::state_text;
use super::live_text::{connection_id, connection_table, why_text};
use crate::arguments::CommandLine;
use crate::command_output::{CommandOutput, title};
use crate::failure::CommandFailure;

const HOW: &str = "Start its program with HTTPSYS_CONTROL=1 in the environment, as this user; in Rust, \
                   Service::open_control does the same.";

/// The services that the arguments mean, each connected.
fn services(arguments: &CommandLine) -> Result<Vec<(LiveProcess, ControlClient)>, CommandFailure> {
    let directory = RunDirectory::of_this_user().map_err(CommandFailure::other)?;
    let live = live_processes(&directory).map_err(CommandFailure::other)?;
    let wanted = arguments.number("pid");
    let mut all = Vec::new();
    for process in live {
        if wanted.is_some_and(|pid| pid != u64::from(process.pid)) {
            continue;
        }
        if let Ok(client) = ControlClient::connect(&directory, process.pid, process.service) {
            all.push((process, client));
        }
    }
    if all.is_empty() {
        let folder = directory.path().display();
        return Err(CommandFailure::NoService(match wanted {
            Some(pid) => {
                format!("process {pid} has no service that can be looked at in {folder}. {HOW}")
            }
            None => format!("there is no live service in {folder}. {HOW}"),
        }));
    }
    Ok(all)
}

fn named(process: &LiveProcess) -> String {
    match process.service {
        1 => format!("Process ID: {}, image: {}", process.pid, process.program),
        other => format!(
            "Process ID: {}, service {other}, image: {}",
            process.pid, process.program
        ),
    }
}

fn with_process(process: &LiveProcess, name: &str, answer: Value) -> Value {
    json!({ "pid": process.pid, "service": process.service, "program": process.program, name: answer })
}

/// Asks each service: for the text, and for JSON if that is printed.
fn ask_all(
    arguments: &CommandLine,
    name: &str,
    question: impl Fn(AnswerFormat) -> Question,
    render: impl Fn(&Value) -> String,
) -> Result<CommandOutput, CommandFailure> {
    let mut services = services(arguments)?;
    let several = services.len() > 1;
    let (mut text, mut all) = (String::new(), Vec::new());
    for (process, client) in &mut services {
        let format = match arguments.json() {
            true => AnswerFormat::Json,
            false => AnswerFormat::Text,
        };
        let answer = client
            .ask(&question(format))
            .map_err(|error| failed(process, &error))?;
        if several {
            text += &format!("\n{}\n", named(process));
        }
        if !arguments.json() {
            text += &render(&answer);
        }
        all.push(with_process(process, name, answer));
    }
    Ok(CommandOutput::new(text, json!({ "services": all })))
}

fn failed(process: &LiveProcess, error: &AskError) -> CommandFailure {
    CommandFailure::other(format!("process {}: {error}", process.pid))
}

fn plain(answer: &Value) -> String {
    answer.as_str().unwrap_or("").to_owned()
}

/// `show servicestate`.
pub(crate) fn service_state(arguments: &CommandLine) -> Result<CommandOutput, CommandFailure> {
    if arguments.has("watch") {
        return watch(arguments);
    }
    let view = match arguments.value("view") {
        Some("requestq") => ServiceView::RequestQueue,
        _ => ServiceView::Session,
    };
    let verbose = arguments.value("verbose") != Some("no");
    let question = |format| Question::ServiceState {
        view,
        verbose,
        format,
    };
    ask_all(arguments, "servicestate", question, |answer| {
        format!("\n{}\n", plain(answer).trim_end_matches('\n'))
    })
}

/// `show counters`.
pub(crate) fn counters(arguments: &CommandLine) -> Result<CommandOutput, CommandFailure> {
    ask_all(
        arguments,
        "counters",
        |format| Question::Counters { format },
        plain,
    )
}

/// `show connections`.
pub(crate) fn connections(arguments: &CommandLine) -> Result<CommandOutput, CommandFailure> {
    let most = arguments
        .number("most")
        .and_then(|most| usize::try_from(most).ok());
    let most = most.unwrap_or(100);
    let render = |answer: &Value| title("Connections:") + &connection_table(answer) + "\n";
    ask_all(
        arguments,
        "connections",
        |_| Question::Connections { most },
        render,
    )
}

/// `show cachestate`.
pub(crate) fn cache_state(arguments: &CommandLine) -> Result<CommandOutput, CommandFailure> {
    let url = arguments.value("url").map(str::to_owned);
    let render = |answer: &Value| title("Snapshot of HTTP response cache:") + &state_text(answer);
    let question = |_| Question::CacheState { url: url.clone() };
    let name = "cachestate";
    ask_all(arguments, name, question, render)
}

/// `delete cache`.
pub(crate) fn delete_cache(arguments: &CommandLine) -> Result<CommandOutput, CommandFailure> {
    let url = arguments.value("url").map(str::to_owned);
    if arguments.value("recursive").is_some() && url.is_none() {
        return Err(CommandFailure::Usage("recursive= needs url=".into()));
    }
    let recursive = arguments.value("recursive") == Some("yes");
    let question = |_| Question::DeleteCache {
        url: url.clone(),
        recursive,
    };
    let render = |answer: &Value| {
        let deleted = answer["deleted"].as_u64().unwrap_or(0);
        let deleted = super::cache::counted(deleted, "entry", "entries");
        format!("\n{deleted} deleted\n\n")
    };
    ask_all(arguments, "cache", question, render)
}

/// `show processes`.
pub(crate) fn processes(arguments: &CommandLine) -> Result<CommandOutput, CommandFailure> {
    let services = services(arguments)?;
    let mut text = title("Processes with a service:");
    let mut all = Vec::new();
    for (process, _) in &services {
        text += &format!("    {}, version: {}\n", named(process), process.version);
        all.push(with_process(process, "version", json!(process.version)));
    }
    text.push('\n');
    Ok(CommandOutput::new(text, json!({ "services": all })))
}

/// `flush logbuffer`.
pub(crate) fn flush(arguments: &CommandLine) -> Result<CommandOutput, CommandFailure> {
    for (process, client) in &mut services(arguments)? {
        let flushed = client.ask(&Question::FlushLogBuffer);
        flushed.map_err(|error| failed(process, &error))?;
    }
    Ok(CommandOutput::done("Log buffers successfully flushed", &[]))
}

/// `why connection=...`: of the service that knows it.
pub(crate) fn why(arguments: &CommandLine) -> Result<CommandOutput, CommandFailure> {
    let connection = connection_id(arguments.needed("connection")?)?;
    let (mut text, mut all) = (String::new(), Vec::new());
    let mut unknown = String::new();
    let mut services = services(arguments)?;
    let several = services.len() > 1;
    for (process, client) in &mut services {
        match client.ask(&Question::Why { connection }) {
            Ok(answer) => {
                if several {
                    text += &format!("\n{}\n", named(process));
                }
                text += &why_text(&answer);
                all.push(with_process(process, "why", answer));
            }
            Err(AskError::Refused(why)) => unknown = why,
            Err(error) => return Err(failed(process, &error)),
        }
    }
    if all.is_empty() {
        return Err(CommandFailure::Other(unknown));
    }
    Ok(CommandOutput::new(text, json!({ "services": all })))
}

/// `watch`.
pub(crate) fn watch(arguments: &CommandLine) -> Result<CommandOutput, CommandFailure> {
    if arguments.json() {
        let why = "the live view is for people; 'show connections --json' is for programs";
        return Err(CommandFailure::Usage(why.into()));
    }
    let mut services = services(arguments)?;
    if services.len() > 1 {
        let all: String = services
            .iter()
            .map(|(process, _)| format!("\n    {}", named(process)))
            .collect();
        return Err(CommandFailure::Usage(format!(
            "which process? pid= one of{all}"
        )));
    }
    let (process, client) = services.remove(0);
    crate::commands::watch::run(&named(&process), client)?;
    Ok(CommandOutput::new("", json!({ "done": true })))
}
