//! The commands of the pages name what there is.
//!
//! Owns: taking commands out of blocks and text. Does not own: what there is (`known.rs`), blocks in TOML
//! (`manifests.rs`), in C and in Rust (`pages.rs`). A word in capitals or with dots (`TARGET`, `certhash=...`) stands
//! for what the reader has, and so does `./server`.

mod known;

use std::fs;

use httpsys_tests::program::root;

pub(crate) use known::{BESIDE, packages};
use known::{FOLDERS, Known};

/// A place in a page, and the words of a command.
struct PageCommand {
    place: String,
    words: Vec<String>,
}

#[test]
fn the_commands_of_the_pages_name_what_exists() {
    let known = Known::new();
    let (mut count, mut wrong) = (0, Vec::new());
    for (name, text) in pages() {
        for command in block_commands(&name, &text)
            .into_iter()
            .chain(text_commands(&name, &text))
        {
            count += 1;
            for problem in known.problems(&command.words, &text) {
                let line = command.words.join(" ");
                wrong.push(format!("{}: {line}: {problem}", command.place));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(count >= 100, "{count} commands: are they marked otherwise?");
}

#[test]
fn a_command_that_names_what_does_not_exist_is_found() {
    let known = Known::new();
    let problems = |line: &str| known.problems(&words(line), "").len();
    for line in [
        "make test && sudo make install PREFIX=/opt/httpsys  # copies",
        "cargo test -p httpsys-tests --features sim --test h2 -- --nothing",
        "HTTPSYS_CONFIG=a.json target/release/httpsysctl add sslcert ipport=0.0.0.0:443 certhash=...",
        "httpsysctl show servicestate view=requestq --json",
        "tools/httpsys-cc --sim examples/c/hello.c -o hello",
        "./hello http://localhost:8080/",
    ] {
        for part in line.split(" && ") {
            let made = known.problems(&words(part), "-o hello");
            assert_eq!(made, [""; 0], "{line}");
        }
    }
    for line in [
        "make tests",
        "make fuzz SECOND=3",
        "cargo test -p httpsys-test",
        "cargo test -p httpsys-tests --test nothing",
        "cargo doc -p httpsys --features towers",
        "httpsysctl add sslcertificate ipport=0.0.0.0:443",
        "httpsysctl add sslcert port=443",
        "httpsysctl show servicestate view=nothing",
        "httpsysctl dev-cert --forget",
        "tools/httpsys-cc --simulated a.c",
        "cat examples/c/nothing.c",
        "target/release/nothing --port 80",
        "./hello",
        "HTTPSYS_NOTHING=1 ./server",
        "HTTPSYS_MaxNothing=1 ./server",
    ] {
        assert_eq!(problems(line), 1, "{line}");
    }
}

/// The pages in Markdown that are not generated, with their texts.
pub(crate) fn pages() -> Vec<(String, String)> {
    let mut pages = vec!["README.md".to_owned(), "CONTRIBUTING.md".to_owned()];
    for entry in fs::read_dir(root().join("docs")).expect("docs") {
        let name = entry.expect("a page").file_name();
        let name = name.to_str().expect("a name");
        if name.ends_with(".md") {
            pages.push(format!("docs/{name}"));
        }
    }
    let read = |page: String| {
        let text = fs::read_to_string(root().join(&page)).expect("a page");
        (page, text)
    };
    pages.into_iter().map(read).collect()
}

/// The blocks of a page in these languages, each with the number of its first line.
pub(crate) fn blocks<'a>(text: &'a str, languages: &[&str]) -> Vec<(usize, Vec<&'a str>)> {
    let (mut blocks, mut open) = (Vec::new(), None::<(bool, usize, Vec<&str>)>);
    for (index, line) in text.lines().enumerate() {
        match (&mut open, line.strip_prefix("```")) {
            (None, Some(language)) => {
                open = Some((languages.contains(&language), index + 2, Vec::new()));
            }
            (None, None) => {}
            (Some(_), Some(_)) => {
                let (wanted, first, lines) = open.take().expect("open");
                if wanted {
                    blocks.push((first, lines));
                }
            }
            (Some((_, _, lines)), None) => lines.push(line),
        }
    }
    blocks
}

fn block_commands(page: &str, text: &str) -> Vec<PageCommand> {
    let mut commands = Vec::new();
    for (language, prompt) in [("sh", ""), ("bash", ""), ("console", "$ ")] {
        for (first, lines) in blocks(text, &[language]) {
            for (index, line) in lines.iter().enumerate() {
                let Some(line) = line.strip_prefix(prompt) else {
                    continue;
                };
                for part in line.split(" && ") {
                    commands.push(PageCommand {
                        place: format!("{page}:{}", first + index),
                        words: words(part),
                    });
                }
            }
        }
    }
    commands
}

/// Commands in the text of a page: code that begins with the name of a program which is known here, or is a path.
fn text_commands(page: &str, text: &str) -> Vec<PageCommand> {
    let mut commands = Vec::new();
    let mut is_text = true;
    let mut prose = String::new();
    for line in text.lines() {
        let is_fence = line.starts_with("```");
        is_text ^= is_fence;
        if is_text && !is_fence {
            prose.push_str(line);
        }
        prose.push('\n');
    }
    for (index, code) in prose
        .split('`')
        .enumerate()
        .filter(|(index, _)| index % 2 == 1)
    {
        let words = words(code);
        let program = words.iter().find(|word| !is_assignment(word));
        let is_command = program.is_some_and(|program| {
            ["make", "cargo", "httpsysctl"].contains(&program.as_str())
                || words[0].starts_with("HTTPSYS_")
                || FOLDERS.iter().any(|folder| program.starts_with(folder))
        });
        if is_command {
            let before: usize = prose
                .split('`')
                .take(index)
                .map(|part| part.matches('\n').count())
                .sum();
            commands.push(PageCommand {
                place: format!("{page}:{}", before + 1),
                words,
            });
        }
    }
    commands
}

/// The words of a command, without quotes and without its comment.
fn words(line: &str) -> Vec<String> {
    let words = line.split_whitespace();
    let words = words.take_while(|word| !word.starts_with('#'));
    words
        .map(|word| word.replace(['\'', '"'], ""))
        .filter(|word| word != "&")
        .collect()
}

fn is_assignment(word: &str) -> bool {
    let name = word.split_once('=').map_or("", |(name, _)| name);
    !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// Stands for what the reader has.
fn is_placeholder(word: &str) -> bool {
    word.contains("...")
        || word.chars().any(|c| c.is_ascii_uppercase()) && word == word.to_ascii_uppercase()
}
