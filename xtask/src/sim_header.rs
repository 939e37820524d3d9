//! The functions of `httpsys_sim.h`: the list, the header and the code name the same ones.
//!
//! Owns: comparing the three, and whether a built library has all of these functions or none. Does not own:
//! the other functions of the library (`symbols`, `win32`). Invariant: a library that is built without the feature
//! `sim` has none of them.

use std::collections::BTreeSet;
use std::path::Path;

use crate::files;
use crate::source::{self, Language};

const LIST: &str = "crates/httpapi/symbols-sim.txt";
const HEADER: &str = "crates/httpapi/include/httpsys_sim.h";
const CODE: &str = "crates/httpapi/src/api/simulation.rs";

/// The names of the list.
pub(crate) fn names(root: &Path) -> Result<BTreeSet<String>, Vec<String>> {
    let text = files::required(root, LIST)?;
    let lines = text.lines().map(str::trim);
    let names = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
    Ok(names.map(str::to_owned).collect())
}

/// What is in one of the three places and not in another.
pub(crate) fn check(root: &Path) -> Result<Vec<String>, Vec<String>> {
    let listed = names(root)?;
    let header = functions(&files::required(root, HEADER)?, Language::C, "");
    let code = functions(&files::required(root, CODE)?, Language::Rust, "fn ");
    let mut findings = Vec::new();
    for (place, found) in [(HEADER, &header), (CODE, &code)] {
        let missing = listed.difference(found);
        findings.extend(missing.map(|name| format!("`{name}` of {LIST} is not in {place}")));
        let unknown = found.difference(&listed);
        findings.extend(unknown.map(|name| format!("{place}: `{name}` is not in {LIST}")));
    }
    Ok(findings)
}

/// The functions that a text declares or defines, comments left out: a name behind `before` and ahead of a
/// parenthesis.
fn functions(text: &str, language: Language, before: &str) -> BTreeSet<String> {
    let masked = source::mask(text, language);
    let mut found = BTreeSet::new();
    for (at, _) in masked.match_indices("HttpsysSim") {
        let name = source::identifier(&masked[at..]);
        if masked[..at].ends_with(before) && masked[at + name.len()..].starts_with('(') {
            found.insert(name.to_owned());
        }
    }
    found
}

/// Takes the names out of a library's exports, which must have all of them or none.
pub(crate) fn take<'a>(
    listed: &BTreeSet<String>,
    exported: &BTreeSet<&'a str>,
) -> (BTreeSet<&'a str>, Vec<String>) {
    let is_ours = |name: &&&str| listed.contains(**name);
    let ours = exported.iter().filter(is_ours).count();
    let others = exported.iter().filter(|name| !is_ours(name));
    let findings = match ours == 0 || ours == listed.len() {
        true => Vec::new(),
        false => vec![format!(
            "{ours} of the names of {LIST} are exported, not all"
        )],
    };
    (others.copied().collect(), findings)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_are_found_in_a_header_and_in_code() {
        let header =
            "/* HttpsysSimOld() */\nULONG WINAPI HttpsysSimA(int);\nint HttpsysSimB (void);";
        assert_eq!(
            functions(header, Language::C, ""),
            BTreeSet::from(["HttpsysSimA".to_owned()])
        );
        let code = "pub extern \"system\" fn HttpsysSimA() { HttpsysSimB() }";
        assert_eq!(
            functions(code, Language::Rust, "fn "),
            BTreeSet::from(["HttpsysSimA".to_owned()])
        );
    }

    #[test]
    fn a_library_has_all_of_the_functions_or_none() {
        let listed = BTreeSet::from(["A".to_owned(), "B".to_owned()]);
        for (exported, findings) in [
            (vec!["C"], 0),
            (vec!["A", "B", "C"], 0),
            (vec!["A", "C"], 1),
        ] {
            let (others, found) = take(&listed, &exported.into_iter().collect());
            assert_eq!(others, BTreeSet::from(["C"]));
            assert_eq!(found.len(), findings, "{found:?}");
        }
    }
}
