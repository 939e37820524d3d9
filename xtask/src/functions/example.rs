//! Where a function is called in a program that is compiled and run by the tests.
//!
//! Owns: choosing the call and the lines around it. Does not own: the programs.
//! Invariant: the shortest whole function wins, in the order of the folders; what is longer than a screen is cut.

use crate::files::Tree;
use crate::source::{self, Language};

/// Where programs are, the ones written for readers first.
const FOLDERS: &[&str] = &["examples/c/", "tests/ports/", "tests/programs/"];

/// The longest function that is shown whole, in lines.
const WHOLE: usize = 45;
/// Lines before and after the call where the function is longer.
const AROUND: usize = 8;

/// Programs in C with their paths.
pub(crate) struct Examples {
    programs: Vec<(String, String)>,
}

/// Lines of a program.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Example {
    pub(crate) path: String,
    pub(crate) lines: String,
}

impl Examples {
    pub(crate) fn load(tree: &Tree) -> Result<Examples, Vec<String>> {
        let mut programs = Vec::new();
        for folder in FOLDERS {
            for path in tree.select(&[folder], &["c"]) {
                if let Some(text) = tree.text(path)? {
                    programs.push((path.to_owned(), text));
                }
            }
        }
        Ok(Examples { programs })
    }

    /// The best place that calls `name`: a whole function of the first folder that has one, else a cutting.
    pub(crate) fn find(&self, name: &str) -> Option<Example> {
        let candidates = FOLDERS.iter().map(|folder| {
            let programs = self
                .programs
                .iter()
                .filter(|(path, _)| path.starts_with(folder));
            let calls = programs.flat_map(|(path, text)| {
                calls(text, name)
                    .into_iter()
                    .map(move |lines| (path, lines))
            });
            calls.min_by_key(|(_, lines)| (lines.len() != 1, lines.concat().lines().count()))
        });
        let (path, parts) = candidates.flatten().next()?;
        Some(Example {
            path: path.clone(),
            lines: parts.join("\n    /* ... */\n"),
        })
    }
}

/// For each call the function around it: whole in one part, or in two, of which the second is its cutting.
fn calls(text: &str, name: &str) -> Vec<Vec<String>> {
    let masked = source::mask(text, Language::C);
    let lines: Vec<&str> = text.lines().collect();
    source::words(&masked, name)
        .filter(|&at| masked[at + name.len()..].trim_start().starts_with('('))
        .filter_map(|at| {
            let line = masked[..at].matches('\n').count();
            // Functions begin in the first column and end with a brace there.
            let start = (0..=line).rev().find(|&at| lines[at].starts_with('{'))?;
            let end = (line..lines.len()).find(|&at| lines[at].starts_with('}'))?;
            let head = (0..start)
                .rev()
                .find(|&at| lines[at].is_empty())
                .map_or(0, |at| at + 1);
            if end - head < WHOLE {
                return Some(vec![lines[head..=end].join("\n")]);
            }
            let first = line.saturating_sub(AROUND).max(start + 1);
            let last = (line + AROUND).min(end);
            Some(vec![
                lines[head..=start].join("\n"),
                lines[first..=last].join("\n"),
            ])
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn program(path: &str, text: &str) -> Examples {
        Examples {
            programs: vec![(path.to_owned(), text.to_owned())],
        }
    }

    #[test]
    fn a_short_function_is_shown_whole_with_its_comment() {
        let text = "/* HttpOne( */\n\n/* Says it. */\nstatic int\nf(void)\n{\n    HttpOne(1);\n}\n\nint g;\n";
        let example = program("examples/c/a.c", text)
            .find("HttpOne")
            .expect("found");
        assert_eq!(
            example.lines,
            "/* Says it. */\nstatic int\nf(void)\n{\n    HttpOne(1);\n}"
        );
        assert_eq!(program("examples/c/a.c", text).find("HttpTwo"), None);
    }

    #[test]
    fn a_long_function_is_cut_around_the_call() {
        let text = format!(
            "\nint f(void)\n{{\n{}    HttpOne();\n{}}}\n",
            "    x;\n".repeat(50),
            "    y;\n".repeat(50)
        );
        let example = program("examples/c/a.c", &text)
            .find("HttpOne")
            .expect("found");
        assert!(
            example
                .lines
                .starts_with("int f(void)\n{\n    /* ... */\n    x;\n"),
            "{}",
            example.lines
        );
        assert_eq!(example.lines.lines().count(), 3 + 2 * AROUND + 1);
    }
}
