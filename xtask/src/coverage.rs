//! Which tests cover which rows of the catalog, by their names.
//!
//! Owns: finding row ids in the names of functions of Rust and C sources.
//! Does not own: whether the test is a good one; a name is a promise that the review checks.
//! Invariant: an ignored test covers nothing. A function without a test attribute counts too, since
//! tests are also run from tables; one that nobody calls does not survive the lints.

use std::collections::BTreeMap;

use crate::catalog;
use crate::files::Tree;
use crate::source::{self, Language};

/// Where tests may be.
const FOLDERS: &[&str] = &["crates/", "tests/"];

/// A test that covers a row.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Test {
    /// The file, relative to the root.
    pub(crate) path: String,
    /// The function.
    pub(crate) name: String,
}

/// The tests of each row id that occurs in a name, whether the catalog has the row or not.
pub(crate) fn collect(tree: &Tree) -> Result<BTreeMap<String, Vec<Test>>, Vec<String>> {
    let mut covered: BTreeMap<String, Vec<Test>> = BTreeMap::new();
    for path in tree.select(FOLDERS, &["rs", "c", "cc", "cpp", "h"]) {
        let Some(text) = tree.text(path)? else {
            continue;
        };
        let names = if path.ends_with(".rs") {
            rust_names(&text)
        } else {
            c_names(&text)
        };
        for name in names {
            for id in ids(&name) {
                let tests = covered.entry(id).or_default();
                let test = Test {
                    path: path.to_owned(),
                    name: name.clone(),
                };
                if !tests.contains(&test) {
                    tests.push(test);
                }
            }
        }
    }
    for tests in covered.values_mut() {
        tests.sort();
    }
    Ok(covered)
}

/// The row ids in a name: `pfx_002_pfx_003_removal` holds `PFX-002` and `PFX-003`.
fn ids(name: &str) -> Vec<String> {
    let parts: Vec<&str> = name.split('_').collect();
    parts
        .windows(2)
        .filter(|pair| !pair[0].bytes().any(|byte| byte.is_ascii_uppercase()))
        .map(|pair| (pair[0].to_ascii_uppercase(), pair[1]))
        .filter(|(area, number)| catalog::is_area(area) && catalog::is_number(number))
        .map(|(area, number)| format!("{area}-{number}"))
        .collect()
}

/// The names of functions that are not ignored tests.
fn rust_names(text: &str) -> Vec<String> {
    let masked = source::mask(text, Language::Rust);
    source::functions(&masked)
        .filter(|&(at, _)| !is_ignored(&masked[..at]))
        .map(|(_, name)| name.to_owned())
        .collect()
}

/// Whether the attributes directly before a function contain `ignore`.
fn is_ignored(before: &str) -> bool {
    // What belongs to the function starts behind the end of the item before it.
    let start = before.rfind(['}', ';', '{']).map_or(0, |at| at + 1);
    source::words(&before[start..], "ignore").next().is_some()
}

/// The identifiers of C code that hold row ids: functions, and names given to a macro such as
/// `TEST(name)`. Without a C parser, no more can be told apart.
fn c_names(text: &str) -> Vec<String> {
    let masked = source::mask(text, Language::C);
    let mut names: Vec<String> = masked
        .split(|character: char| !character.is_ascii_alphanumeric() && character != '_')
        .filter(|word| word.starts_with(|first: char| first.is_ascii_lowercase()))
        .filter(|word| !ids(word).is_empty())
        .map(str::to_owned)
        .collect();
    names.sort();
    names.dedup();
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_name_may_hold_several_ids() {
        assert_eq!(ids("err_004_unknown_host"), ["ERR-004"]);
        assert_eq!(ids("pfx_002_pfx_003_removal"), ["PFX-002", "PFX-003"]);
        assert_eq!(ids("a_reset_is_seen_cxl_001"), ["CXL-001"]);
        assert_eq!(ids("h2x_001_preface"), ["H2X-001"]);
    }

    #[test]
    fn names_without_ids_hold_none() {
        for name in [
            "err_04_x",
            "error_004",
            "max_1000_headers",
            "ERR_004",
            "err",
            "",
            "err_004x",
        ] {
            assert_eq!(ids(name), Vec::<String>::new(), "{name}");
        }
    }

    #[test]
    fn rust_functions_count_unless_ignored_or_in_comments() {
        let text = r#"
#[test]
fn err_001_a() {}
// fn err_002_comment() {}
#[test]
#[ignore = "slow; needs } two hosts"]
fn err_003_b() {}
fn err_004_c(world: &World) { let s = "fn err_005_d() {}"; }
"#;
        assert_eq!(rust_names(text), ["err_001_a", "err_004_c"]);
    }

    #[test]
    fn c_functions_and_test_macros_count() {
        let text = "static void err_001_a(void) { }\nTEST(cxl_002_b)\n/* err_003_c() */\n";
        assert_eq!(c_names(text), ["cxl_002_b", "err_001_a"]);
    }
}
