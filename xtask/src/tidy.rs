//! `tidy`: what rustfmt and clippy do not look at.
//!
//! Owns: heads of files, limits on size, left-over markers, SAFETY comments, `forbid(unsafe_code)`, unique
//! names of types (`types`), the length of functions (`functions`), and that nothing in the tree points at
//! the machine it was written on.
//! Does not own: formatting and lints.
//! Invariant: one finding per line of a file at most per rule, with `path:line`.

use std::path::Path;

use crate::CommandResult;
use crate::files::Tree;
use crate::modules;
use crate::source::{self, Language};

mod functions;
mod types;

use types::Types;

/// Folders whose Rust files follow the house style.
const SOURCES: &[&str] = &["crates/", "tests/", "benches/", "examples/", "xtask/"];

/// Folders in which the names of types are unique; programs and tests beside them have their own.
const UNIQUE_TYPES: &[&str] = &["crates/", "xtask/"];

/// Crates without any unsafe code.
const SAFE_CRATES: &[&str] = &[
    "proto",
    "sddl",
    "core",
    "configuration",
    "engine",
    "httpsys",
    "logging",
    "network",
    "tls",
];

const MAX_LINES: usize = 800;
const MAX_COLUMNS: usize = 120;
const WANTED_COLUMNS: usize = 100;
const HEAD_WITHIN: usize = 3;
const SAFETY_WITHIN: usize = 4;

/// Markers of unfinished work. Put together here so that this file does not contain them.
const MACROS: &[&str] = &[concat!("to", "do!("), concat!("unimple", "mented!(")];
const MARKERS: &[&str] = &[concat!("FIX", "ME"), concat!("XX", "X")];

/// Absolute paths of somebody's machine.
const PRIVATE_PATHS: &[&str] = &[concat!("/wo", "rk/"), concat!("/tmp/", "hx")];

/// Checks every file of the workspace.
pub(crate) fn run(root: &Path) -> CommandResult {
    let tree = Tree::load(root)?;
    let mut findings = Vec::new();
    let mut types = Types::default();
    let mut sources = 0;
    let mut wide = 0;
    for path in tree.select(SOURCES, &["rs"]) {
        let Some(text) = tree.text(path)? else {
            findings.push(format!("{path}: not UTF-8"));
            continue;
        };
        sources += 1;
        wide += text
            .lines()
            .filter(|line| line.chars().count() > WANTED_COLUMNS)
            .count();
        findings.extend(check_source(path, &text));
        let masked = source::mask(&text, Language::Rust);
        let code = modules::without_tests(&masked);
        findings.extend(functions::check(path, &masked, &code));
        let is_unique = UNIQUE_TYPES.iter().any(|folder| path.starts_with(folder));
        if is_unique && !is_test_file(path) {
            types.add(path, &code);
        }
    }
    findings.extend(types.findings());
    for path in tree.paths() {
        if let Some(text) = tree.text(path)? {
            findings.extend(check_private_paths(path, &text));
        }
    }
    for name in SAFE_CRATES {
        let path = format!("crates/{name}/src/lib.rs");
        let text = tree.text(&path)?.unwrap_or_default();
        if !forbids_unsafe(&text) {
            findings.push(format!("{path}: `#![forbid(unsafe_code)]` is missing"));
        }
    }
    if findings.is_empty() {
        Ok(format!(
            "{sources} Rust files, {wide} line(s) over {WANTED_COLUMNS} columns"
        ))
    } else {
        Err(findings)
    }
}

/// Whether all of a file is for tests.
fn is_test_file(path: &str) -> bool {
    path.contains("/tests/") || path.ends_with("/tests.rs")
}

/// The rules for one Rust file.
fn check_source(path: &str, text: &str) -> Vec<String> {
    let masked = source::mask(text, Language::Rust);
    let lines: Vec<&str> = text.lines().collect();
    let mut findings = Vec::new();
    if !lines
        .iter()
        .take(HEAD_WITHIN)
        .any(|line| line.starts_with("//!"))
    {
        findings.push(format!(
            "{path}:1: no `//!` head in the first {HEAD_WITHIN} lines"
        ));
    }
    if lines.len() > MAX_LINES {
        findings.push(format!(
            "{path}: {} lines, the limit is {MAX_LINES}",
            lines.len()
        ));
    }
    for (index, (line, code)) in lines.iter().zip(masked.lines()).enumerate() {
        let columns = line.chars().count();
        let number = index + 1;
        if columns > MAX_COLUMNS {
            findings.push(format!(
                "{path}:{number}: {columns} columns, limit {MAX_COLUMNS}"
            ));
        }
        if is_wordless_87(path, code) {
            findings.push(format!(
                "{path}:{number}: 87 without a reason: `crate::reason::invalid` has one"
            ));
        }
        if let Some(marker) = marker(line, code) {
            findings.push(format!("{path}:{number}: `{marker}` is left over"));
        }
    }
    for number in unexplained_unsafe(&masked, &lines) {
        findings.push(format!(
            "{path}:{number}: unsafe without a SAFETY comment above it"
        ));
    }
    findings
}

/// Whether a line of the C ABI's functions fails with 87 and does not say why, which HttpsysLastReason
/// promises.
fn is_wordless_87(path: &str, code: &str) -> bool {
    let is_abi = ["crates/httpapi/src/api", "crates/httpapi/src/marshal"];
    let is_abi = is_abi.iter().any(|folder| path.starts_with(folder)) && !path.contains("tests");
    let makes = [
        "Err(Error::InvalidParameter",
        "(Error::InvalidParameter)",
        "|| Error::InvalidParameter",
    ];
    is_abi && makes.iter().any(|made| code.contains(made))
}

/// The marker of unfinished work in a line: macros in code, words anywhere.
fn marker(line: &str, code: &str) -> Option<&'static str> {
    let in_code = MACROS.iter().find(|name| code.contains(**name));
    let anywhere = || {
        MARKERS
            .iter()
            .find(|word| source::words(line, word).next().is_some())
    };
    in_code.or_else(anywhere).copied()
}

/// Line numbers of unsafe blocks and unsafe impls that nothing explains.
fn unexplained_unsafe(masked: &str, lines: &[&str]) -> Vec<usize> {
    source::words(masked, "unsafe")
        .filter(|at| {
            let rest = masked[at + "unsafe".len()..].trim_start();
            rest.starts_with('{') || source::identifier(rest) == "impl"
        })
        .map(|at| masked[..at].matches('\n').count())
        .filter(|&index| !is_explained(lines, index))
        .map(|index| index + 1)
        .collect()
}

/// Whether SAFETY stands in the line, in the four before it, or in the comment that reaches them.
fn is_explained(lines: &[&str], index: usize) -> bool {
    let first = index.saturating_sub(SAFETY_WITHIN);
    let near = &lines[first..=index];
    let touching = lines[..first]
        .iter()
        .rev()
        .take_while(|line| is_comment(line));
    near.iter().any(|line| line.contains("SAFETY"))
        || is_comment(lines[first]) && touching.into_iter().any(|line| line.contains("SAFETY"))
}

fn is_comment(line: &str) -> bool {
    line.trim_start().starts_with("//")
}

fn forbids_unsafe(text: &str) -> bool {
    text.lines()
        .any(|line| line.trim() == "#![forbid(unsafe_code)]")
}

/// Lines that name a path of the author's machine. A path that merely contains the same words
/// further in (`/home/work/`) is somebody else's example and allowed.
fn check_private_paths(path: &str, text: &str) -> Vec<String> {
    let is_private = |line: &str| {
        PRIVATE_PATHS.iter().any(|private| {
            line.match_indices(private).any(|(at, _)| {
                let before = line[..at].bytes().next_back();
                !before.is_some_and(|byte| source::is_word(byte) || matches!(byte, b'.' | b'-'))
            })
        })
    };
    text.lines()
        .enumerate()
        .filter(|(_, line)| is_private(line))
        .map(|(index, _)| format!("{path}:{}: a path of the author's machine", index + 1))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn findings(text: &str) -> Vec<String> {
        check_source("a.rs", text)
    }

    #[test]
    fn an_87_of_the_c_abi_has_a_reason() {
        let line = "    return Err(Error::InvalidParameter.into());";
        assert!(is_wordless_87("crates/httpapi/src/api/url.rs", line));
        assert!(is_wordless_87(
            "crates/httpapi/src/marshal.rs",
            ".ok_or(Error::InvalidParameter)?"
        ));
        assert!(!is_wordless_87("crates/core/src/model.rs", line));
        assert!(!is_wordless_87(
            "crates/httpapi/src/api/url.rs",
            "if code == Error::InvalidParameter.win32() {"
        ));
    }

    #[test]
    fn a_file_that_keeps_the_rules_has_no_findings() {
        let text = "//! Head.\n\n// SAFETY: fine.\nlet x = unsafe { f() };\nunsafe fn g() {}\n";
        assert_eq!(findings(text), Vec::<String>::new());
    }

    #[test]
    fn a_missing_head_and_a_long_file_are_findings() {
        assert_eq!(findings("\n\n\n//! Late.\n").len(), 1);
        let long = format!("//! Head.\n{}", "x\n".repeat(MAX_LINES));
        assert_eq!(findings(&long).len(), 1);
    }

    #[test]
    fn a_line_over_the_limit_is_a_finding_counted_in_characters() {
        let fits = format!("//! {}\n", "é".repeat(MAX_COLUMNS - 4));
        assert_eq!(findings(&fits), Vec::<String>::new());
        let over = format!("//! {}\n", "é".repeat(MAX_COLUMNS - 3));
        assert_eq!(findings(&over).len(), 1);
    }

    #[test]
    fn left_over_markers_are_findings_but_not_parts_of_words() {
        for marker in MARKERS {
            assert_eq!(
                findings(&format!("//! Head.\n// {marker}: later\n")).len(),
                1
            );
            assert_eq!(findings(&format!("//! Head.\n// A{marker}\n")).len(), 0);
        }
        for name in MACROS {
            assert_eq!(findings(&format!("//! Head.\n{name}\"x\");\n")).len(), 1);
            assert_eq!(findings(&format!("//! Head, no {name}) here.\n")).len(), 0);
        }
    }

    #[test]
    fn unsafe_needs_an_explanation_near_it() {
        assert_eq!(findings("//! Head.\nunsafe { f() }\n").len(), 1);
        assert_eq!(findings("//! Head.\nunsafe\n{ f() }\n").len(), 1);
        assert_eq!(findings("//! Head.\nunsafe impl Send for X {}\n").len(), 1);
        assert_eq!(
            findings("//! Head.\n// \"unsafe {\" in text\nlet x = \"unsafe {\";\n").len(),
            0
        );
        let far = format!(
            "//! Head.\n// SAFETY: x\n{}unsafe {{ f() }}\n",
            "\n".repeat(4)
        );
        assert_eq!(findings(&far).len(), 1);
        let long = format!(
            "//! Head.\n// SAFETY: x\n{}unsafe {{ f() }}\n",
            "// more\n".repeat(6)
        );
        assert_eq!(findings(&long).len(), 0);
    }

    #[test]
    fn paths_of_the_authors_machine_are_findings_in_any_file() {
        for private in PRIVATE_PATHS {
            assert_eq!(
                check_private_paths("a.md", &format!("see {private}x")).len(),
                1
            );
            assert_eq!(check_private_paths("a.md", &format!("{private}x")).len(), 1);
            assert_eq!(
                check_private_paths("a.md", &format!("/home{private}x")).len(),
                0
            );
        }
    }

    #[test]
    fn forbid_unsafe_must_be_an_attribute_of_its_own_line() {
        assert!(forbids_unsafe("//! Head.\n#![forbid(unsafe_code)]\n"));
        assert!(!forbids_unsafe("//! `#![forbid(unsafe_code)]`\n"));
    }
}
