//! What each question answers.
//!
//! Owns: which queries of the service a question becomes. Does not own: their data, nor the names of members
//! (`json.rs`). Threading: one at a time, on the socket's thread.

use httpsys_core::ConnectionId;
use httpsys_core::Error;
use httpsys_core::cache::CacheState;
use httpsys_core::call::{Query, QueryAnswer};
use httpsys_core::configuration::Configuration;
use httpsys_core::counters::Counters;
use httpsys_core::open_connections::{ConnectionStatus, OpenConnections};
use httpsys_core::service_state::{ServiceState, Snapshot};
use serde_json::{Value, json};

use crate::json;
use crate::message::{AnswerFormat, MAX_ENTRIES, Question, ServiceView};
use crate::source::Source;
use crate::why;

/// Who answers.
#[derive(Debug)]
pub(crate) struct Identity {
    /// Of the process.
    pub(crate) pid: u32,
    /// Which service of the process, from 1.
    pub(crate) service: u32,
    /// Its executable.
    pub(crate) program: String,
}

pub(crate) fn answer(
    question: &Question,
    source: &impl Source,
    identity: &Identity,
) -> Result<Value, String> {
    match question {
        Question::Process => Ok(json!({
            "pid": identity.pid, "service": identity.service, "program": identity.program,
            "version": env!("CARGO_PKG_VERSION"),
        })),
        Question::ServiceState {
            view,
            verbose,
            format,
        } => match format {
            AnswerFormat::Json => {
                let state: ServiceState = ask(source, &Query::ServiceState)?;
                Ok(json::service_state(&state))
            }
            AnswerFormat::Text => state_text(source, identity, *view, *verbose).map(Value::String),
        },
        Question::Counters { format } => {
            let counters: Counters = ask(source, &Query::Counters)?;
            Ok(match format {
                AnswerFormat::Json => json::counters(&counters),
                AnswerFormat::Text => Value::String(counters.to_prometheus()),
            })
        }
        Question::Connections { most } => {
            let all: OpenConnections = ask(source, &Query::OpenConnections { most: *most })?;
            Ok(json::connections(&all))
        }
        Question::Why { connection } => {
            let connection = ConnectionId(*connection);
            let status: ConnectionStatus = ask(source, &Query::ConnectionStatus { connection })?;
            why_json(connection, status)
        }
        Question::CacheState { url } => {
            let (url, most) = (url.as_deref().map(utf16), MAX_ENTRIES);
            let state: CacheState = ask(source, &Query::CacheState { url, most })?;
            Ok(json::cache_state(&state))
        }
        Question::DeleteCache { url, recursive } => {
            let url = url.as_deref().map(utf16);
            let deleted = source.flush_cache(url.as_deref(), *recursive);
            deleted
                .map(|deleted| json!({ "deleted": deleted }))
                .map_err(|error| error.to_string())
        }
        Question::FlushLogBuffer => source
            .flush_logs()
            .map(|()| Value::Null)
            .map_err(|error| error.to_string()),
    }
}

fn utf16(text: &str) -> Vec<u16> {
    text.encode_utf16().collect()
}

fn ask<T: TryFrom<QueryAnswer, Error = Error>>(
    source: &impl Source,
    query: &Query,
) -> Result<T, String> {
    let answered = source.query(query).and_then(T::try_from);
    answered.map_err(|error| error.to_string())
}

fn state_text(
    source: &impl Source,
    identity: &Identity,
    view: ServiceView,
    verbose: bool,
) -> Result<String, String> {
    let state: ServiceState = ask(source, &Query::ServiceState)?;
    let counters: Counters = ask(source, &Query::Counters)?;
    let configuration: Configuration = ask(source, &Query::Configuration)?;
    let snapshot = Snapshot {
        state: &state,
        counters: &counters,
        process: (identity.pid, &identity.program),
        timeouts: configuration.timeouts(),
        verbose,
    };
    Ok(match view {
        ServiceView::Session => snapshot.session_view(),
        ServiceView::RequestQueue => snapshot.request_queue_view(),
    })
}

fn why_json(connection: ConnectionId, status: ConnectionStatus) -> Result<Value, String> {
    let id = format!("{:016X}", connection.0);
    match status {
        ConnectionStatus::Open => Ok(json!({ "connection": id, "state": "open" })),
        ConnectionStatus::Ended(end) => {
            let known = why::of(end);
            Ok(json!({
                "connection": id, "state": "ended", "reason": end.name(), "number": end.number(),
                "meaning": known.map(|row| row.meaning), "advice": known.map(|row| row.advice),
            }))
        }
        ConnectionStatus::Unknown => Err(format!(
            "there is no connection {id}: it never was, or more than 4,096 have ended since"
        )),
    }
}
