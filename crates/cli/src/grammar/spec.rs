//! What a command is: its words, its parameters, what each takes.
//!
//! Threading: plain data.

/// A command: `add urlacl`.
#[derive(Debug)]
pub struct CommandSpec {
    /// `add`, or a word that needs no noun.
    pub verb: &'static str,
    /// `urlacl`; empty for a verb without one.
    pub noun: &'static str,
    /// What it does, in a sentence without its full stop.
    pub summary: &'static str,
    /// Its parameters, in the order in which they may be given without their tags.
    pub parameters: &'static [ParameterSpec],
    /// Options that it takes beside `--json`.
    pub options: &'static [OptionSpec],
}

/// A parameter: `url=http://+:80/`.
#[derive(Debug)]
pub struct ParameterSpec {
    /// Before the `=`.
    pub tag: &'static str,
    /// What it takes.
    pub value: ValueSpec,
    /// The command needs it.
    pub required: bool,
    /// What it means.
    pub summary: &'static str,
}

/// An option: `--trust`.
#[derive(Debug)]
pub struct OptionSpec {
    /// Without its dashes.
    pub name: &'static str,
    /// What it means.
    pub summary: &'static str,
}

/// What a parameter takes.
#[derive(Clone, Copy, Debug)]
pub enum ValueSpec {
    /// Any text; the word stands for it in help.
    Text(&'static str),
    /// The path of a file.
    File,
    /// One of these words.
    Word(&'static [&'static str]),
    /// A number from 0 to this one.
    Number(u64),
}

impl CommandSpec {
    /// `add urlacl`.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{} {}", self.verb, self.noun).trim_end().to_owned()
    }

    /// The command on one line, with its parameters.
    #[must_use]
    pub fn usage(&self) -> String {
        let mut line = format!("httpsysctl {}", self.name());
        for parameter in self.parameters {
            let own = format!("{}={}", parameter.tag, parameter.value);
            if parameter.required {
                line += &format!(" {own}");
            } else {
                line += &format!(" [{own}]");
            }
        }
        for option in self.options {
            line += &format!(" [--{}]", option.name);
        }
        line
    }
}

impl std::fmt::Display for ValueSpec {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            ValueSpec::Text(word) => f.write_str(word),
            ValueSpec::File => f.write_str("FILE"),
            ValueSpec::Word(words) => f.write_str(&words.join("|")),
            ValueSpec::Number(_) => f.write_str("NUMBER"),
        }
    }
}
