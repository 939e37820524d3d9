//! Why a command was not carried out, and what to do.
//!
//! Owns: the exit codes, and the form of netsh's messages for what the service refuses. Threading: plain data.

use std::fmt;

use httpsys_core::Error;

/// See the module head.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CommandFailure {
    /// The command line is wrong; the text says how, and what is right.
    Usage(String),
    /// The call was refused, with Windows's code: `SSL Certificate add failed, Error: 183`.
    Refused {
        /// What was tried, as netsh names it: `SSL Certificate add`.
        action: &'static str,
        /// Why.
        error: Error,
        /// What to do, in words of ours.
        advice: String,
    },
    /// Anything else that went wrong, in words.
    Other(String),
    /// No service of this user can be reached.
    NoService(String),
}

impl CommandFailure {
    /// The exit code of the program.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match self {
            CommandFailure::Refused { .. } | CommandFailure::Other(_) => 1,
            CommandFailure::Usage(_) => 2,
            CommandFailure::NoService(_) => 3,
        }
    }

    /// Something that went wrong, in words.
    pub(crate) fn other(words: impl fmt::Display) -> CommandFailure {
        CommandFailure::Other(words.to_string())
    }
}

impl fmt::Display for CommandFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CommandFailure::Usage(text)
            | CommandFailure::Other(text)
            | CommandFailure::NoService(text) => {
                writeln!(f, "httpsysctl: {}", text.trim_end())
            }
            CommandFailure::Refused {
                action,
                error,
                advice,
            } => {
                writeln!(f, "\n{action} failed, Error: {}", error.win32())?;
                writeln!(f, "{}", sentence(*error))?;
                if !advice.is_empty() {
                    writeln!(f, "{advice}")?;
                }
                writeln!(f)
            }
        }
    }
}

/// Windows's text of the code, as netsh prints it.
fn sentence(error: Error) -> String {
    match error.win32() {
        2 => "The system cannot find the file specified.".into(),
        5 => "Access is denied.".into(),
        87 => "The parameter is incorrect.".into(),
        183 => "Cannot create a file when that file already exists.".into(),
        1312 => {
            "A specified logon session does not exist. It may already have been terminated.".into()
        }
        _ => error.to_string(),
    }
}
