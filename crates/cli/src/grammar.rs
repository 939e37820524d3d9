//! The commands: verbs, nouns and their parameters, as one table.
//!
//! Owns: what there is, with a sentence for each. Parsing, `help`, completions and the manual page read it.
//! Does not own: what a command does (`commands/`). Tags and values that netsh has are netsh's. Threading:
//! plain data.

mod spec;
mod table;

pub use spec::{CommandSpec, OptionSpec, ParameterSpec, ValueSpec};
pub use table::COMMANDS;

/// The command of these words. Verbs and nouns may be shortened as far as they stay one's own.
///
/// # Errors
/// What there is instead.
pub fn find(verb: &str, noun: Option<&str>) -> Result<&'static CommandSpec, String> {
    let verbs: Vec<&str> = unique(COMMANDS.iter().map(|command| command.verb));
    let verb = one_of(verb, &verbs, |word| format!("there is no command {word:?}"))?;
    let of_verb: Vec<&CommandSpec> = COMMANDS.iter().filter(|own| own.verb == verb).collect();
    if let [only] = of_verb[..] {
        if only.noun.is_empty() {
            return Ok(only);
        }
    }
    let nouns: Vec<&str> = of_verb.iter().map(|command| command.noun).collect();
    let Some(noun) = noun else {
        return Err(format!("{verb} what? {}", nouns.join(", ")));
    };
    let noun = one_of(noun, &nouns, |word| {
        format!("there is no {word:?} to {verb}")
    })?;
    let found = of_verb.into_iter().find(|command| command.noun == noun);
    found.ok_or_else(|| format!("there is no {verb} {noun}"))
}

/// The word that is meant; `unknown` says that there is none.
fn one_of<'a>(
    word: &str,
    all: &[&'a str],
    unknown: impl Fn(&str) -> String,
) -> Result<&'a str, String> {
    let word = word.to_ascii_lowercase();
    if let Some(exact) = all.iter().find(|own| **own == word) {
        return Ok(exact);
    }
    let fitting = all.iter().filter(|own| own.starts_with(&word));
    match fitting.copied().collect::<Vec<_>>()[..] {
        [only] => Ok(only),
        [] => Err(format!("{}; there is {}", unknown(&word), all.join(", "))),
        ref several => Err(format!("{word:?} may be {}", several.join(" or "))),
    }
}

fn unique<'a>(words: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut all = Vec::new();
    for word in words {
        if !all.contains(&word) {
            all.push(word);
        }
    }
    all
}

pub(crate) fn verbs() -> Vec<&'static str> {
    unique(COMMANDS.iter().map(|command| command.verb))
}
