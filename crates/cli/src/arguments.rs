//! The command line: words in, a command with its values out.
//!
//! Owns: the grammar of netsh: `verb noun name=value ...`, tags in any order and letter case, values without
//! their tags in the order of the table, verbs, nouns and words of values as short as they are clear. `netsh http`
//! in front is passed over, so that a line that was written for netsh can be pasted. Options begin with `--`.
//! Does not own: what there is (`grammar`). Threading: plain data.

use std::ffi::OsString;

use lexopt::Arg;

use crate::failure::CommandFailure;
use crate::grammar::{self, CommandSpec, ParameterSpec, ValueSpec};

/// A command with its values.
#[derive(Debug)]
pub struct CommandLine {
    command: &'static CommandSpec,
    values: Vec<(&'static str, String)>,
    options: Vec<&'static str>,
    json: bool,
}

/// What a command line asks for.
#[derive(Debug)]
pub(crate) enum ParsedLine {
    /// The version.
    Version,
    /// Help for these words.
    Help(Vec<String>),
    /// To carry this out.
    Command(CommandLine),
}

impl CommandLine {
    /// The command.
    #[must_use]
    pub fn command(&self) -> &'static CommandSpec {
        self.command
    }

    /// Whether the output is JSON.
    #[must_use]
    pub fn json(&self) -> bool {
        self.json
    }

    /// The value of a parameter.
    #[must_use]
    pub fn value(&self, tag: &str) -> Option<&str> {
        let found = self.values.iter().find(|(own, _)| *own == tag);
        found.map(|(_, value)| value.as_str())
    }

    /// The value of a parameter that the command needs.
    pub(crate) fn needed(&self, tag: &str) -> Result<&str, CommandFailure> {
        let missing =
            || CommandFailure::Usage(format!("{tag}= is missing\n{}", self.command.usage()));
        self.value(tag).ok_or_else(missing)
    }

    /// The value of a number, which was checked.
    pub(crate) fn number(&self, tag: &str) -> Option<u64> {
        self.value(tag).and_then(|value| value.parse().ok())
    }

    /// Whether an option is given.
    pub(crate) fn has(&self, option: &str) -> bool {
        self.options.contains(&option)
    }
}

/// Reads a command line without the program's name.
pub(crate) fn parse(words: impl Iterator<Item = OsString>) -> Result<ParsedLine, CommandFailure> {
    let mut parser = lexopt::Parser::from_args(words);
    let mut plain: Vec<String> = Vec::new();
    let mut options: Vec<String> = Vec::new();
    let mut wants_help = false;
    let usage = |error: lexopt::Error| CommandFailure::Usage(error.to_string());
    while let Some(argument) = parser.next().map_err(usage)? {
        match argument {
            Arg::Long("help") | Arg::Short('h' | '?') => wants_help = true,
            Arg::Long("version") | Arg::Short('V') => {
                return Ok(ParsedLine::Version);
            }
            Arg::Long(name) => options.push(name.to_owned()),
            Arg::Short(letter) => {
                return Err(CommandFailure::Usage(format!(
                    "there is no option -{letter}"
                )));
            }
            Arg::Value(word) => plain.push(word.into_string().map_err(|word| {
                CommandFailure::Usage(format!("{} is not UTF-8", word.to_string_lossy()))
            })?),
        }
    }
    for passed_over in ["netsh", "http"] {
        if plain
            .first()
            .is_some_and(|word| word.eq_ignore_ascii_case(passed_over))
        {
            plain.remove(0);
        }
    }
    if plain
        .first()
        .is_some_and(|word| word == "help" || word == "?")
    {
        plain.remove(0);
        wants_help = true;
    }
    if plain.is_empty() && options == ["watch"] {
        options.clear();
        plain.push("watch".into());
    }
    if wants_help || plain.is_empty() {
        return Ok(ParsedLine::Help(plain));
    }
    command(plain, options).map(ParsedLine::Command)
}

fn command(mut plain: Vec<String>, options: Vec<String>) -> Result<CommandLine, CommandFailure> {
    let verb = plain.remove(0);
    let noun = plain.first().filter(|word| !word.contains('='));
    let command = grammar::find(&verb, noun.map(String::as_str)).map_err(CommandFailure::Usage)?;
    if !command.noun.is_empty() {
        plain.remove(0);
    }
    let mut arguments = CommandLine {
        command,
        values: Vec::new(),
        options: Vec::new(),
        json: false,
    };
    for option in options {
        match command.options.iter().find(|own| own.name == option) {
            Some(own) => arguments.options.push(own.name),
            None if option == "json" => arguments.json = true,
            None => {
                let usage = command.usage();
                return Err(CommandFailure::Usage(format!(
                    "there is no --{option} here\n{usage}"
                )));
            }
        }
    }
    for word in plain {
        let (parameter, value) = assign(&arguments, &word)?;
        let value = checked(parameter, value)?;
        if arguments.value(parameter.tag).is_some() {
            return Err(CommandFailure::Usage(format!(
                "{}= is there twice",
                parameter.tag
            )));
        }
        arguments.values.push((parameter.tag, value));
    }
    for parameter in command.parameters {
        if parameter.required {
            arguments.needed(parameter.tag)?;
        }
    }
    Ok(arguments)
}

/// Which parameter a word is for.
fn assign<'w>(
    arguments: &CommandLine,
    word: &'w str,
) -> Result<(&'static ParameterSpec, &'w str), CommandFailure> {
    let all = arguments.command.parameters;
    if let Some((tag, value)) = word.split_once('=') {
        let tag = tag.to_ascii_lowercase();
        if let Some(own) = all.iter().find(|own| own.tag == tag) {
            return Ok((own, value));
        }
        // A value may have an equals sign, a tag has letters only.
        if !tag.is_empty() && tag.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            let tags: Vec<String> = all.iter().map(|own| format!("{}=", own.tag)).collect();
            let name = arguments.command.name();
            return Err(CommandFailure::Usage(match tags.is_empty() {
                true => format!("{name} takes no parameters"),
                false => format!("{name} has no {tag}=; it has {}", tags.join(" ")),
            }));
        }
    }
    let free = all.iter().find(|own| arguments.value(own.tag).is_none());
    free.map(|own| (own, word)).ok_or_else(|| {
        let usage = arguments.command.usage();
        CommandFailure::Usage(format!("{word:?} is one word too many\n{usage}"))
    })
}

fn checked(parameter: &ParameterSpec, value: &str) -> Result<String, CommandFailure> {
    let tag = parameter.tag;
    match parameter.value {
        ValueSpec::Word(words) => {
            let lower = value.to_ascii_lowercase();
            let fits = |own: &&&str| !lower.is_empty() && own.starts_with(&lower);
            let exact = words.iter().find(|own| **own == lower);
            let mut fitting = words.iter().filter(fits);
            match (exact, fitting.next(), fitting.next()) {
                (Some(word), ..) | (None, Some(word), None) => Ok((*word).to_owned()),
                _ => Err(CommandFailure::Usage(format!(
                    "{tag}={value}: it has to be {}",
                    words.join(" or ")
                ))),
            }
        }
        ValueSpec::Number(most) => match value.parse::<u64>() {
            Ok(number) if number <= most => Ok(number.to_string()),
            _ => Err(CommandFailure::Usage(format!(
                "{tag}={value}: it has to be a number from 0 to {most}"
            ))),
        },
        ValueSpec::Text(_) | ValueSpec::File if value.is_empty() => {
            Err(CommandFailure::Usage(format!("{tag}= has no value")))
        }
        ValueSpec::Text(_) | ValueSpec::File => Ok(value.to_owned()),
    }
}

#[cfg(test)]
mod tests;
