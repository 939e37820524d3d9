//! `matrix`: docs/COMPATIBILITY.md, the state of each function of http.h, taken from the code.
//!
//! Owns: finding the exported functions in `crates/httpapi/src/api/`, and the table's text.
//! Does not own: the list of functions (`symbols`), what a function does.
//! Invariant: the code is the only source. `entry!` makes a function implemented, or partial if its
//! docs have a line `/// Partial: what is missing`; `entry_missing!` makes it missing, with the
//! documented error in a line `/// Missing: ...` or as the first `ERROR_` name of the invocation.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use crate::CommandResult;
use crate::files::{self, Tree};
use crate::source::{self, Language};
use crate::symbols::SymbolList;

const PAGE: &str = "docs/COMPATIBILITY.md";
pub(crate) const API: &str = "crates/httpapi/src/api/";

/// How much of a function is there.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum FunctionState {
    Implemented,
    /// With what is missing.
    Partial(String),
    /// With the error it returns.
    Missing(String),
}

/// An exported function as found in a source file.
#[derive(Debug, PartialEq, Eq)]
struct ExportedFunction {
    name: String,
    state: FunctionState,
    /// The doc lines above it, without their slashes.
    docs: Vec<String>,
}

/// A function of http.h with what the code says of it.
#[derive(Debug)]
pub(crate) struct ApiFunction {
    pub(crate) state: FunctionState,
    /// The doc lines above it, without their slashes.
    pub(crate) docs: Vec<String>,
    /// Its file, relative to the root.
    pub(crate) path: String,
}

/// Writes the page, or compares it.
pub(crate) fn run(root: &Path, check: bool) -> CommandResult {
    let entries = functions(root, &Tree::load(root)?)?;
    files::generate(root, PAGE, &render(&entries), check, "make matrix")?;
    Ok(format!("{PAGE}: {}", summary(&entries)))
}

/// The functions of http.h by their names.
pub(crate) fn functions(
    root: &Path,
    tree: &Tree,
) -> Result<BTreeMap<String, ApiFunction>, Vec<String>> {
    let list = SymbolList::load(root)?;
    let mut findings = Vec::new();
    let mut entries: BTreeMap<String, ApiFunction> = BTreeMap::new();
    for path in tree.select(&[API], &["rs"]) {
        let Some(text) = tree.text(path)? else {
            continue;
        };
        for found in scan(&text) {
            match found {
                Ok(ExportedFunction { name, .. }) if !is_listed(&list, &name) => {
                    findings.push(format!("{path}: `{name}` is not in the list of symbols"));
                }
                Ok(ExportedFunction { name, state, docs }) => {
                    let path = path.to_owned();
                    let entry = ApiFunction {
                        state,
                        docs,
                        path: path.clone(),
                    };
                    if let Some(other) = entries.insert(name.clone(), entry) {
                        findings.push(format!("{path}: `{name}` is also in {}", other.path));
                    }
                }
                Err(finding) => findings.push(format!("{path}: {finding}")),
            }
        }
    }
    for name in list.http.iter().filter(|name| !entries.contains_key(*name)) {
        findings.push(format!(
            "`{name}` has neither `entry!` nor `entry_missing!` under {API}"
        ));
    }
    if !findings.is_empty() {
        return Err(findings);
    }
    entries.retain(|name, _| list.http.contains(name));
    Ok(entries)
}

fn is_listed(list: &SymbolList, name: &str) -> bool {
    list.http
        .iter()
        .chain(&list.extensions)
        .chain(&list.win32)
        .any(|listed| listed == name)
}

/// The functions in the `entry!` and `entry_missing!` invocations of a file.
fn scan(text: &str) -> Vec<Result<ExportedFunction, String>> {
    let masked = source::mask(text, Language::Rust);
    let mut found = Vec::new();
    for (invocation, missing) in [("entry", false), ("entry_missing", true)] {
        for at in source::words(&masked, invocation) {
            let Some(open) = invocation_body(&masked, at + invocation.len()) else {
                continue;
            };
            let end = source::closing(&masked, open).unwrap_or(masked.len());
            found.extend(scan_body(text, &masked, open + 1, end, missing));
        }
    }
    found
}

/// The position of the brace in `!  {` at `at`.
fn invocation_body(masked: &str, at: usize) -> Option<usize> {
    let rest = masked[at..].strip_prefix('!')?;
    let blanks = rest.len() - rest.trim_start().len();
    rest[blanks..].starts_with('{').then_some(at + 1 + blanks)
}

/// The functions of one invocation, those inside of other functions left out.
fn scan_body(
    text: &str,
    masked: &str,
    start: usize,
    end: usize,
    missing: bool,
) -> Vec<Result<ExportedFunction, String>> {
    let body = &masked[start..end];
    let functions: Vec<(usize, &str)> = source::functions(body)
        .filter(|&(at, _)| is_outermost(&body[..at]))
        .collect();
    let ends = functions
        .iter()
        .skip(1)
        .map(|&(at, _)| at)
        .chain([body.len()]);
    functions
        .iter()
        .zip(ends)
        .map(|(&(at, name), end)| {
            let docs = docs_above(&text[start..start + at]);
            let state = if missing {
                missing_state(&docs, &body[at..end])
            } else {
                partial_state(&docs)
            };
            match state {
                Ok(state) => Ok(ExportedFunction {
                    name: name.to_owned(),
                    state,
                    docs: docs.iter().map(|&line| line.to_owned()).collect(),
                }),
                Err(finding) => Err(format!("`{name}`: {finding}")),
            }
        })
        .collect()
}

/// Whether every bracket in `before` is closed again.
fn is_outermost(before: &str) -> bool {
    let count = |bracket: char| before.matches(bracket).count();
    count('{') == count('}') && count('(') == count(')')
}

/// The doc lines directly above the end of `text`, in order; attributes and comments may stand
/// between.
pub(crate) fn docs_above(text: &str) -> Vec<&str> {
    // The last line holds what stands before `fn`: `pub unsafe extern "system"`.
    let mut docs: Vec<&str> = text
        .lines()
        .rev()
        .skip(usize::from(!text.ends_with('\n')))
        .map(str::trim)
        .take_while(|line| line.starts_with("//") || line.starts_with("#["))
        .filter_map(|line| line.strip_prefix("///"))
        .map(str::trim)
        .collect();
    docs.reverse();
    docs
}

/// The paragraph of the docs that starts with `label`, on one line.
fn paragraph(docs: &[&str], label: &str) -> Option<String> {
    let first = docs.iter().position(|line| line.starts_with(label))?;
    let lines: Vec<&str> = docs[first..]
        .iter()
        .take_while(|line| !line.is_empty())
        .copied()
        .collect();
    Some(lines.join(" ").trim_start_matches(label).trim().to_owned())
}

fn partial_state(docs: &[&str]) -> Result<FunctionState, &'static str> {
    match paragraph(docs, "Partial:") {
        Some(text) if text.is_empty() => Err("`Partial:` does not say what is missing"),
        Some(text) => Ok(FunctionState::Partial(text)),
        None => Ok(FunctionState::Implemented),
    }
}

fn missing_state(docs: &[&str], code: &str) -> Result<FunctionState, &'static str> {
    if let Some(text) = paragraph(docs, "Missing:").filter(|text| !text.is_empty()) {
        return Ok(FunctionState::Missing(text));
    }
    code.split(|character: char| !character.is_ascii_alphanumeric() && character != '_')
        .find(|word| word.starts_with("ERROR_"))
        .map(|error| FunctionState::Missing(format!("returns {error}")))
        .ok_or("`entry_missing!` names no error: add a line `/// Missing: returns ...`")
}

/// The page: a count and one line a function.
fn render(entries: &BTreeMap<String, ApiFunction>) -> String {
    let mut page = format!(
        "# Compatibility\n\n\
         This page lists the 44 functions of http.h and their state in libhttpapi: {}.\n\
         It is generated from the code by `make matrix`, and `make check` compares it with the code. Do not \
         edit it.\n\n\
         A missing function is exported, too, and returns a documented error; it never pretends to have \
         worked.\n\n\
         | Function | State | Note | Source |\n|---|---|---|---|\n",
        summary(entries)
    );
    for (name, ApiFunction { state, path, .. }) in entries {
        let (state, note) = match state {
            FunctionState::Implemented => ("🟢 implemented", ""),
            FunctionState::Partial(text) => ("🟡 partial", text.as_str()),
            FunctionState::Missing(text) => ("🔴 missing", text.as_str()),
        };
        let file = path.strip_prefix(API).unwrap_or(path);
        let note = note.replace('|', "\\|");
        // Writing to a String cannot fail.
        let _ = writeln!(
            page,
            "| [{name}](functions/{name}.md) | {state} | {note} | [{file}](../{path}) |"
        );
    }
    page
}

pub(crate) fn summary(entries: &BTreeMap<String, ApiFunction>) -> String {
    let count = |wanted: fn(&FunctionState) -> bool| {
        entries
            .values()
            .filter(|entry| wanted(&entry.state))
            .count()
    };
    format!(
        "{} implemented, {} partial, {} missing",
        count(|state| matches!(state, FunctionState::Implemented)),
        count(|state| matches!(state, FunctionState::Partial(_))),
        count(|state| matches!(state, FunctionState::Missing(_)))
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: &str = r#"//! Head.
macro_rules! entry { () => {} }
entry! {
    /// Starts.
    ///
    /// Partial: the second flag is refused,
    /// see row X.
    ///
    /// # Safety
    #[cfg(unix)]
    pub unsafe extern "system" fn HttpOne(version: u32) -> u32 {
        fn inner() {}
        0
    }

    /// Ends. In a sentence, Partial: does not count.
    fn HttpTwo(call: fn(u32)) -> u32 { 0 }
}
// entry! { fn HttpComment() {} }
entry_missing! { /// Pushes.
    fn HttpThree(a: *const u16 /* ERROR_OTHER */) -> u32 = ERROR_NOT_SUPPORTED;
    /// Missing: returns FALSE for
    /// every id
    fn HttpFour() -> i32 = 0;
    fn HttpFive() -> i32 = 0;
}
fn HttpSix() {}
"#;

    fn entry(name: &str, state: FunctionState) -> Result<(String, FunctionState), String> {
        Ok((name.to_owned(), state))
    }

    #[test]
    fn entries_and_their_states_are_found() {
        let found: Vec<_> = scan(SOURCE)
            .into_iter()
            .map(|found| found.map(|function| (function.name, function.state)))
            .collect();
        assert_eq!(
            found[..4],
            [
                entry(
                    "HttpOne",
                    FunctionState::Partial("the second flag is refused, see row X.".into())
                ),
                entry("HttpTwo", FunctionState::Implemented),
                entry(
                    "HttpThree",
                    FunctionState::Missing("returns ERROR_NOT_SUPPORTED".into())
                ),
                entry(
                    "HttpFour",
                    FunctionState::Missing("returns FALSE for every id".into())
                ),
            ]
        );
        assert!(matches!(&found[4..], [Err(finding)] if finding.contains("HttpFive")));
    }

    #[test]
    fn an_empty_partial_is_a_finding() {
        let found = scan("entry! {\n/// Partial:\nfn HttpOne() {}\n}");
        assert!(matches!(&found[..], [Err(_)]), "{found:?}");
    }

    #[test]
    fn the_page_counts_and_lists() {
        let mut entries = BTreeMap::new();
        let path = format!("{API}session.rs");
        let function = |state| ApiFunction {
            state,
            docs: Vec::new(),
            path: path.clone(),
        };
        entries.insert("HttpB".to_owned(), function(FunctionState::Implemented));
        let partial = function(FunctionState::Partial("a|b".into()));
        entries.insert("HttpA".to_owned(), partial);
        let page = render(&entries);
        assert!(page.contains("1 implemented, 1 partial, 0 missing"));
        let rows: Vec<&str> = page
            .lines()
            .filter(|line| line.starts_with("| [Http"))
            .collect();
        assert_eq!(
            rows,
            [
                "| [HttpA](functions/HttpA.md) | 🟡 partial | a\\|b \
                 | [session.rs](../crates/httpapi/src/api/session.rs) |",
                "| [HttpB](functions/HttpB.md) | 🟢 implemented |  \
                 | [session.rs](../crates/httpapi/src/api/session.rs) |",
            ]
        );
    }
}
