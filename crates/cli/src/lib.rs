//! `httpsysctl`: what `netsh http` is on Windows, and a look at live services.
//!
//! Owns: the grammar of verbs, nouns and `name=value` ([`grammar`]), what each command does (`commands/`), and
//! the layouts of what is printed, which are netsh's where it has the command. Does not own: the configuration
//! store (`httpsys-configuration`), certificates (`httpsys-tls`), nor the socket of live services
//! (`httpsys-control`). Completions, the manual page and `help` are written from the one table of commands.
//!
//! A command is given [`CommandLine`] and returns [`CommandOutput`], a text and the same as JSON: what is printed is
//! decided here. Exit codes: 0 done; 1 refused, with what Windows's code for it is; 2 the command line is
//! wrong; 3 no live service. Threading: one thread.
#![forbid(unsafe_code)]

mod arguments;
mod command_output;
mod commands;
mod completions;
mod dispatch;
mod failure;
pub mod grammar;
mod help;
mod manual;

use std::ffi::OsString;
use std::io::{self, Write};
use std::process::ExitCode;

pub use arguments::CommandLine;
pub use command_output::CommandOutput;
pub use failure::CommandFailure;

/// Runs a command line without its first word, prints what it tells, and returns the exit code.
pub fn run(words: impl Iterator<Item = OsString>) -> ExitCode {
    match arguments::parse(words).and_then(answer) {
        Ok(text) => match print(&text) {
            Ok(()) => ExitCode::SUCCESS,
            // Whoever reads has gone away, as `head` does.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("httpsysctl: standard output: {error}");
                ExitCode::from(1)
            }
        },
        Err(failure) => {
            eprint!("{failure}");
            ExitCode::from(failure.exit_code())
        }
    }
}

fn answer(parsed: arguments::ParsedLine) -> Result<String, CommandFailure> {
    let line = match parsed {
        arguments::ParsedLine::Version => {
            return Ok(format!("httpsysctl {}\n", env!("CARGO_PKG_VERSION")));
        }
        arguments::ParsedLine::Help(words) => return help::of(&words),
        arguments::ParsedLine::Command(line) => line,
    };
    let command = line.command();
    let Some(function) = dispatch::function(command.verb, command.noun) else {
        let name = command.name();
        return Err(CommandFailure::Other(format!(
            "{name} cannot be carried out"
        )));
    };
    Ok(function(&line)?.render(line.json()))
}

fn print(text: &str) -> io::Result<()> {
    let mut output = io::stdout().lock();
    output.write_all(text.as_bytes())?;
    output.flush()
}
