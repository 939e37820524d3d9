//! `functions`: docs/functions, a page for each function of http.h.
//!
//! Owns: joining the sources of a page, the index, and removing pages of functions that are gone.
//! Does not own: the state and the doc lines of a function (`matrix`), the behaviour rows (`catalog`), reading
//! the header (`prototype`), finding an example (`example`), splitting doc lines (`notes`), the text of a page
//! (`page`).
//! Invariant: nothing on a page is written by hand; whoever wants another text changes the doc lines above the
//! function, the header, the catalog or an example.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

use crate::CommandResult;
use crate::catalog::{self, CatalogRow, OpenReasons};
use crate::coverage;
use crate::files::{self, Tree};
use crate::matrix::{self, ApiFunction};
use crate::rows;

mod example;
mod notes;
mod page;
mod prototype;

const FOLDER: &str = "docs/functions/";
const HEADER: &str = "crates/httpapi/include/http.h";
const ERRORS: &str = "crates/httpapi/include/win32/winerror_codes.h";
const GAPS: &str = "docs/reference/behaviour-gaps.md";
const REMEDY: &str = "make functions";

/// What all pages are made from.
pub(crate) struct Sources {
    functions: BTreeMap<String, ApiFunction>,
    rows: Vec<CatalogRow>,
    /// The title of each area of the catalog.
    areas: BTreeMap<String, String>,
    /// The question and our choice of each gap.
    gaps: BTreeMap<String, (String, String)>,
    tested: BTreeSet<String>,
    reasons: OpenReasons,
    /// Names of the Win32 error codes.
    errors: BTreeMap<u32, String>,
}

/// Writes the pages, or compares them.
pub(crate) fn run(root: &Path, check: bool) -> CommandResult {
    let tree = Tree::load(root)?;
    let sources = Sources::load(root, &tree)?;
    let header = files::required(root, HEADER)?;
    let examples = example::Examples::load(&tree)?;
    let mut pages = BTreeMap::from([("README".to_owned(), index(&sources))]);
    let mut findings = Vec::new();
    for name in sources.functions.keys() {
        let Some(prototype) = prototype::find(&header, name) else {
            findings.push(format!("{HEADER}: no declaration of `{name}`"));
            continue;
        };
        let Some(example) = examples.find(name) else {
            findings.push(format!("`{name}` is called in no example"));
            continue;
        };
        let page = page::render(&sources, name, &prototype, &example);
        pages.insert(name.clone(), page);
    }
    for path in tree.select(&[FOLDER], &["md"]) {
        let name = path.trim_start_matches(FOLDER).trim_end_matches(".md");
        if !pages.contains_key(name) {
            findings.push(format!("{path} is about no function: remove it"));
        }
    }
    if !findings.is_empty() {
        return Err(findings);
    }
    for (name, text) in &pages {
        files::generate(root, &format!("{FOLDER}{name}.md"), text, check, REMEDY)?;
    }
    Ok(format!("{FOLDER}: {} pages", pages.len()))
}

impl Sources {
    fn load(root: &Path, tree: &Tree) -> Result<Sources, Vec<String>> {
        let catalog = files::required(root, rows::CATALOG)?;
        let cells = catalog.lines().map(catalog::cells);
        let areas = cells
            .filter(|cells| cells.len() == 3 && catalog::is_area(&cells[0]))
            .map(|cells| (cells[0].clone(), cells[1].clone()))
            .collect();
        let gaps = files::required(root, GAPS)?
            .lines()
            .map(catalog::cells)
            .filter_map(|cells| match &cells[..] {
                [id, _, question, _, choice, _] if id.starts_with("G-") => {
                    Some((id.clone(), (question.clone(), choice.clone())))
                }
                _ => None,
            })
            .collect();
        Ok(Sources {
            functions: matrix::functions(root, tree)?,
            rows: catalog::parse(&catalog)?,
            areas,
            gaps,
            tested: coverage::collect(tree)?.into_keys().collect(),
            reasons: OpenReasons::parse(&files::required(root, rows::REASONS)?)?,
            errors: error_names(&files::required(root, ERRORS)?),
        })
    }
}

/// A name of each number of the header of error codes: the first that begins with ERROR_, or the first.
fn error_names(header: &str) -> BTreeMap<u32, String> {
    let mut names = BTreeMap::new();
    for line in header.lines() {
        let mut words = line.split_whitespace();
        if words.next() != Some("#define") {
            continue;
        }
        if let (Some(name), Some(Ok(number))) = (words.next(), words.next().map(str::parse)) {
            let known = names.entry(number).or_insert_with(|| name.to_owned());
            // DNS_ERROR_INVALID_NAME is another name of ERROR_INVALID_NAME.
            if !known.starts_with("ERROR_") && name.starts_with("ERROR_") {
                name.clone_into(known);
            }
        }
    }
    names
}

/// The page that lists the others, and says how to read them.
fn index(sources: &Sources) -> String {
    let mut page = format!(
        "# The C functions\n\n\
         There is a page for each of the {} functions of `http.h`: parameters, error codes, the behaviour of \
         HTTP.sys and how far it is tested here, differences, and an example. {}.\n\n\
         The pages are generated by `make functions` from the code, the header, the \
         [behaviour catalog](../reference/behaviour.md) and the examples; do not edit them.\n\n\
         ## How to read a page\n\n\
         - **Sources of a statement.** A row such as `CXL-001` is a fact in the behaviour catalog. A gap such as \
         `G-067` is a question that no published source answers; the page shows the choice made here. \
         *Documented* means that Microsoft's documentation says so, *observed* that a published test or capture \
         shows it, *assumed* that it is a judgement made here.\n\
         - **Evidence.** T: asserted by a test suite that others run on Windows. C: captured from a real server. \
         D: documented by Microsoft. F: a single remark. X: an extension of this library.\n\
         - **Completion.** Without an OVERLAPPED, a call blocks until it has finished. With one, 0 and 997 \
         (ERROR_IO_PENDING) mean that a completion will be delivered; after any other code none will.\n\
         - **Why a call failed.** `HttpsysLastReason` says in words which argument was wrong; see \
         [Troubleshooting](../TROUBLESHOOTING.md).\n\n\
         | Function | State | What it does |\n|---|---|---|\n",
        sources.functions.len(),
        matrix::summary(&sources.functions),
    );
    for (name, function) in &sources.functions {
        let state = page::state_word(&function.state);
        let summary = notes::DocNotes::read(&function.docs).summary;
        // Writing to a String cannot fail.
        let _ = writeln!(
            page,
            "| [{name}]({name}.md) | {state} | {} |",
            page::cell(&summary)
        );
    }
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_name_of_an_error_counts() {
        let header =
            "/* x */\n#define ERROR_A 87\n#define ERROR_B 87\n#define NAME\n#define ERROR_C 5L\n";
        assert_eq!(
            error_names(header),
            BTreeMap::from([(87, "ERROR_A".to_owned())])
        );
    }
}
