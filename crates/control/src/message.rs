//! The protocol: a line of JSON each way.
//!
//! Owns: the syntax of questions, their bounds, and the envelope of answers. Does not own: what is answered
//! (`answer.rs`). A question is an object with the protocol's version and what is asked:
//!
//! ```text
//! {"httpsys": 1, "ask": "servicestate", "view": "requestq", "verbose": false, "format": "text"}
//! {"httpsys": 1, "ok": "Snapshot of HTTP service state ..."}
//! {"httpsys": 1, "error": "there is no connection 7"}
//! ```
//!
//! Members that are not known are passed over, so that a newer tool can ask an older process. Invariant: a
//! question is at most [`MAX_QUESTION`] bytes. Threading: plain data.

use serde_json::{Value, json};

/// The version of the protocol: it changes when an old reader would misunderstand.
pub const VERSION: u64 = 1;

/// The longest question, in bytes.
pub const MAX_QUESTION: usize = 4096;

/// The most connections that one answer lists.
pub const MAX_CONNECTIONS: usize = 1000;

/// The most entries of the cache that one answer lists.
pub const MAX_ENTRIES: usize = 1000;

/// What is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Question {
    /// Who answers: process, program, version.
    Process,
    /// The state of queues, sessions and URL groups.
    ServiceState {
        /// Which view.
        view: ServiceView,
        /// With properties.
        verbose: bool,
        /// How it is answered.
        format: AnswerFormat,
    },
    /// All counters; the text is that of Prometheus.
    Counters {
        /// How it is answered.
        format: AnswerFormat,
    },
    /// The open connections, the oldest requests first.
    Connections {
        /// At most so many are listed, and never more than [`MAX_CONNECTIONS`].
        most: usize,
    },
    /// Why a connection ended.
    Why {
        /// HTTP_CONNECTION_ID.
        connection: u64,
    },
    /// What is in the response cache.
    CacheState {
        /// Only what is at and below this URL.
        url: Option<String>,
    },
    /// Drops what is in the response cache.
    DeleteCache {
        /// Only this URL; without one everything.
        url: Option<String>,
        /// And all below it.
        recursive: bool,
    },
    /// Waits until the logs are in their files.
    FlushLogBuffer,
}

/// The views of the service's state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ServiceView {
    /// By server session.
    Session,
    /// By request queue.
    RequestQueue,
}

/// How an answer is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnswerFormat {
    /// For people.
    Text,
    /// For programs.
    Json,
}

impl Question {
    /// The line to send, without its end.
    #[must_use]
    pub fn to_line(&self) -> String {
        let format = |format: &AnswerFormat| match format {
            AnswerFormat::Text => "text",
            AnswerFormat::Json => "json",
        };
        let mut line = match self {
            Question::Process => json!({ "ask": "process" }),
            Question::ServiceState {
                view,
                verbose,
                format: wanted,
            } => {
                let view = match view {
                    ServiceView::Session => "session",
                    ServiceView::RequestQueue => "requestq",
                };
                json!({ "ask": "servicestate", "view": view, "verbose": verbose,
                    "format": format(wanted) })
            }
            Question::Counters { format: wanted } => {
                json!({ "ask": "counters", "format": format(wanted) })
            }
            Question::Connections { most } => json!({ "ask": "connections", "most": most }),
            Question::Why { connection } => json!({ "ask": "why", "connection": connection }),
            Question::CacheState { url } => json!({ "ask": "cachestate", "url": url }),
            Question::DeleteCache { url, recursive } => {
                json!({ "ask": "deletecache", "url": url, "recursive": recursive })
            }
            Question::FlushLogBuffer => json!({ "ask": "flush" }),
        };
        line["httpsys"] = json!(VERSION);
        line.to_string()
    }

    /// Reads a question.
    ///
    /// # Errors
    /// Why it is not valid, in words for whoever sent it.
    pub fn from_line(line: &[u8]) -> Result<Question, String> {
        let value: Value = serde_json::from_slice(line).map_err(|e| format!("not JSON: {e}"))?;
        let object = value.as_object().ok_or("not an object")?;
        match object.get("httpsys").map(Value::as_u64) {
            Some(Some(VERSION)) => {}
            None => return Err("\"httpsys\", the version of the protocol, is missing".into()),
            Some(_) => return Err(format!("this process speaks version {VERSION} only")),
        }
        let word = |name: &str, default: &'static str| match object.get(name) {
            None => Ok(default.to_owned()),
            Some(Value::String(word)) => Ok(word.clone()),
            Some(_) => Err(format!("{name:?} is not a string")),
        };
        let format = match word("format", "json")?.as_str() {
            "json" => AnswerFormat::Json,
            "text" => AnswerFormat::Text,
            other => return Err(format!("there is no format {other:?}")),
        };
        let number = |name: &str| match object.get(name).map(Value::as_u64) {
            None => Ok(None),
            Some(Some(number)) => Ok(Some(number)),
            Some(None) => Err(format!("{name:?} is not a number from 0 on")),
        };
        let url = || match object.get("url") {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(url)) => Ok(Some(url.clone())),
            Some(_) => Err("\"url\" is not a string".to_owned()),
        };
        let switch = |name: &str, default: bool| match object.get(name) {
            None => Ok(default),
            Some(Value::Bool(value)) => Ok(*value),
            Some(_) => Err(format!("{name:?} is neither true nor false")),
        };
        Ok(match word("ask", "")?.as_str() {
            "process" => Question::Process,
            "servicestate" => Question::ServiceState {
                view: match word("view", "session")?.as_str() {
                    "session" => ServiceView::Session,
                    "requestq" => ServiceView::RequestQueue,
                    other => return Err(format!("there is no view {other:?}")),
                },
                verbose: switch("verbose", true)?,
                format,
            },
            "counters" => Question::Counters { format },
            "connections" => {
                let most = number("most")?.unwrap_or(MAX_CONNECTIONS as u64);
                let most = usize::try_from(most).unwrap_or(MAX_CONNECTIONS);
                Question::Connections {
                    most: most.min(MAX_CONNECTIONS),
                }
            }
            "why" => Question::Why {
                connection: number("connection")?.ok_or("\"connection\" is missing")?,
            },
            "cachestate" => Question::CacheState { url: url()? },
            "deletecache" => Question::DeleteCache {
                url: url()?,
                recursive: switch("recursive", false)?,
            },
            "flush" => Question::FlushLogBuffer,
            other => return Err(format!("there is no question {other:?}")),
        })
    }
}

/// The line of an answer, with its end.
#[cfg(unix)]
#[must_use]
pub(crate) fn answer_line(answer: Result<Value, String>) -> Vec<u8> {
    let value = match answer {
        Ok(value) => json!({ "httpsys": VERSION, "ok": value }),
        Err(error) => json!({ "httpsys": VERSION, "error": error }),
    };
    let mut line = value.to_string().into_bytes();
    line.push(b'\n');
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_that_was_written_is_read() {
        let mut questions = vec![
            Question::Process,
            Question::FlushLogBuffer,
            Question::Connections { most: 7 },
            Question::CacheState { url: None },
            Question::CacheState {
                url: Some("http://localhost:80/a\"b".into()),
            },
            Question::DeleteCache {
                url: None,
                recursive: false,
            },
            Question::DeleteCache {
                url: Some("http://+:80/".into()),
                recursive: true,
            },
            Question::Why {
                connection: u64::MAX,
            },
        ];
        for format in [AnswerFormat::Text, AnswerFormat::Json] {
            questions.push(Question::Counters { format });
            for view in [ServiceView::Session, ServiceView::RequestQueue] {
                for verbose in [false, true] {
                    questions.push(Question::ServiceState {
                        view,
                        verbose,
                        format,
                    });
                }
            }
        }
        for question in questions {
            let line = question.to_line();
            assert!(line.len() < MAX_QUESTION);
            assert_eq!(Question::from_line(line.as_bytes()), Ok(question));
        }
    }

    #[test]
    fn what_is_no_question_is_refused_with_the_reason() {
        for (line, reason) in [
            ("", "not JSON: EOF while parsing a value at line 1 column 0"),
            ("[]", "not an object"),
            (
                r#"{"ask":"process"}"#,
                "\"httpsys\", the version of the protocol, is missing",
            ),
            (
                r#"{"httpsys":2,"ask":"process"}"#,
                "this process speaks version 1 only",
            ),
            (
                r#"{"httpsys":1,"ask":"reboot"}"#,
                "there is no question \"reboot\"",
            ),
            (r#"{"httpsys":1,"ask":7}"#, "\"ask\" is not a string"),
            (r#"{"httpsys":1,"ask":"why"}"#, "\"connection\" is missing"),
            (
                r#"{"httpsys":1,"ask":"why","connection":-1}"#,
                "\"connection\" is not a number from 0 on",
            ),
            (
                r#"{"httpsys":1,"ask":"connections","most":"x"}"#,
                "\"most\" is not a number from 0 on",
            ),
            (
                r#"{"httpsys":1,"ask":"servicestate","verbose":"no"}"#,
                "\"verbose\" is neither true nor false",
            ),
            (
                r#"{"httpsys":1,"ask":"deletecache","url":7}"#,
                "\"url\" is not a string",
            ),
            (
                r#"{"httpsys":1,"ask":"deletecache","recursive":1}"#,
                "\"recursive\" is neither true nor false",
            ),
            (
                r#"{"httpsys":1,"ask":"counters","format":"xml"}"#,
                "there is no format \"xml\"",
            ),
        ] {
            let refused = Question::from_line(line.as_bytes());
            assert_eq!(refused, Err(reason.to_owned()), "{line}");
        }
        let deep = "[".repeat(4000);
        assert!(Question::from_line(deep.as_bytes()).is_err());
    }

    #[test]
    fn more_connections_than_the_bound_are_not_listed() {
        let line = br#"{"httpsys":1,"ask":"connections","most":99999999999}"#;
        let bounded = Question::Connections {
            most: MAX_CONNECTIONS,
        };
        assert_eq!(Question::from_line(line), Ok(bounded));
    }
}
