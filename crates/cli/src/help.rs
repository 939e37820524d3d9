//! `help`, and what is said without a command.
//!
//! Threading: plain data.

use crate::failure::CommandFailure;
use crate::grammar::{self, COMMANDS, CommandSpec};

const HEAD: &str = "\
httpsysctl: netsh http for httpsys, and a look at live services

  httpsysctl VERB NOUN [name=value ...] [--json]
";

const EXAMPLES: &str = "
Examples:
  httpsysctl dev-cert                     https on port 8443 for development
  httpsysctl add urlacl url=http://+:8080/app/ user=everyone
  httpsysctl show servicestate view=requestq
  httpsysctl --watch                      what live services do at this moment

A service is live for httpsysctl if HTTPSYS_CONTROL=1 was in its environment, or its program has opened
the control socket. 'httpsysctl help VERB' says more of a verb; docs/HTTPSYSCTL.md has an example of each.
";

/// The help for these words: all, a verb, or a command.
pub(crate) fn of(words: &[String]) -> Result<String, CommandFailure> {
    let Some(verb) = words.first() else {
        return Ok(all());
    };
    if let Ok(command) = grammar::find(verb, words.get(1).map(String::as_str)) {
        return Ok(of_command(command));
    }
    let of_verb = COMMANDS.iter().filter(|command| command.verb == *verb);
    let commands: Vec<&CommandSpec> = of_verb.collect();
    if commands.is_empty() || words.len() > 1 {
        let noun = words.get(1).map(String::as_str);
        let why = grammar::find(verb, noun).err().unwrap_or_default();
        return Err(CommandFailure::Usage(why));
    }
    Ok(commands.iter().map(|command| line(command)).collect())
}

fn line(command: &CommandSpec) -> String {
    format!("  {:22} {}\n", command.name(), command.summary)
}

fn all() -> String {
    let commands: String = COMMANDS.iter().map(line).collect();
    format!("{HEAD}\n{commands}{EXAMPLES}")
}

fn of_command(command: &CommandSpec) -> String {
    let mut text = format!("{}: {}\n\n", command.name(), command.summary);
    text += &folded(&format!("{} [--json]", command.usage()));
    if !command.parameters.is_empty() {
        text += "\n";
    }
    for parameter in command.parameters {
        let value = format!("{}={}", parameter.tag, parameter.value);
        text += &format!("  {value:42} {}\n", parameter.summary);
    }
    for option in command.options {
        let name = format!("--{}", option.name);
        text += &format!("  {name:42} {}\n", option.summary);
    }
    text
}

/// A usage in lines that fit a terminal.
fn folded(usage: &str) -> String {
    const WIDTH: usize = 100;
    let mut text = String::new();
    let mut line = String::from(" ");
    for word in usage.split(' ') {
        if line.len() + 1 + word.len() > WIDTH {
            text += &line;
            text += "\n";
            line = String::from("     ");
        }
        line += " ";
        line += word;
    }
    text + &line + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_line_of_help_is_longer_than_a_terminal() {
        for command in COMMANDS {
            for line in of_command(command).lines() {
                assert!(line.len() <= 120, "{line}");
            }
        }
    }
}
