//! `win32`: docs/WIN32.md, the functions of Windows that httpsys has, taken from the code, and the marks
//! of tools/windows-names.
//!
//! Owns: comparing the list of symbols, the exported functions and the headers with one another. Does not
//! own: reading a header (`header`), a comment (`notes`), the page's text (`page`), the functions of http.h
//! (`matrix`) and of httpsys_sim.h (`sim_header`). Invariants: every exported function is declared in a header of
//! ours and says in its first paragraph what it does; every function that a header declares is there; the code is
//! the only source.

mod header;
mod notes;
mod page;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::CommandResult;
use crate::files::{self, Tree};
use crate::matrix;
use crate::names::{LIST, WindowsNames};
use crate::sim_header;
use crate::source::{self, Language};
use crate::symbols::SymbolList;
use header::{FunctionKind, HeaderFunction};
use notes::Notes;

const PAGE: &str = "docs/WIN32.md";
const REMEDY: &str = "make win32";
const SOURCES: &[&str] = &["crates/win32/src/", "crates/httpapi/src/"];
const INCLUDE: &str = "crates/httpapi/include/";
/// Functions that are declared for programs to define.
const OF_PROGRAMS: [&str; 2] = ["WinMain", "wWinMain"];
/// The folders of headers for Windows sources.
const HEADERS: &[&str] = &["win32/", "runtime/"];
/// Headers in them that are no Windows ones: they steer the C++ library, and the system's sockets beside
/// Winsock's.
const STEERING: &[&str] = &[
    "runtime/bits/",
    "win32/arpa/",
    "win32/native/",
    "win32/netdb.h",
    "win32/netinet/",
    "win32/sys/",
    "win32/unistd.h",
];

/// Functions that headers declare again because the system's own header may not be included: those of
/// its C library.
const OF_THE_SYSTEM: &[&str] = &["htonl", "htons", "inet_addr", "inet_ntoa", "ntohl", "ntohs"];

/// What stands before the name of a function whose Windows name is the C library's, too: our headers
/// link `bind` as `Httpsys_bind`.
const RENAMED: &str = "Httpsys_";

/// A function of the library.
#[derive(Debug)]
struct Exported {
    name: String,
    notes: Notes,
    /// The first sentence of the file that it stands in.
    family: String,
    file: String,
    header: String,
}

/// A header, by its path below the include folder.
#[derive(Debug)]
struct Header {
    path: String,
    head: Vec<String>,
    items: Vec<HeaderFunction>,
    text: String,
}

/// Everything that the page is made of.
#[derive(Debug)]
struct Surface {
    exported: Vec<Exported>,
    headers: Vec<Header>,
}

/// Writes the page and the marks, or compares them.
pub(crate) fn run(root: &Path, check: bool) -> CommandResult {
    let list = SymbolList::load(root)?;
    let tree = Tree::load(root)?;
    let headers = read_headers(&tree)?;
    let mut findings = sim_header::check(root)?;
    let functions = read_sources(&tree, &list, &mut findings)?;
    let surface = compare(&list, functions, headers, &mut findings);
    if !findings.is_empty() {
        return Err(findings);
    }
    let mut names = WindowsNames::load(root)?;
    mark(&mut names, &list, &surface);
    files::generate(root, LIST, &names.render(), check, REMEDY)?;
    files::generate(root, PAGE, &page::render(&surface), check, REMEDY)?;
    Ok(format!("{PAGE}: {}", page::summary(&surface)))
}

fn read_headers(tree: &Tree) -> Result<Vec<Header>, Vec<String>> {
    let mut headers = Vec::new();
    for path in tree.select(&[INCLUDE], &["h"]) {
        let short = &path[INCLUDE.len()..];
        let below = |folders: &[&str]| folders.iter().any(|folder| short.starts_with(folder));
        let counts = below(HEADERS) && !below(STEERING);
        let Some(text) = tree.text(path)?.filter(|_| counts) else {
            continue;
        };
        headers.push(Header {
            path: short.to_owned(),
            head: header::head(&text),
            items: header::scan(&text),
            text,
        });
    }
    Ok(headers)
}

/// The exported functions, without their headers.
fn read_sources(
    tree: &Tree,
    list: &SymbolList,
    findings: &mut Vec<String>,
) -> Result<BTreeMap<String, Exported>, Vec<String>> {
    let mut functions: BTreeMap<String, Exported> = BTreeMap::new();
    for path in tree.select(SOURCES, &["rs"]) {
        let Some(text) = tree.text(path)? else {
            continue;
        };
        for (name, notes) in exported(&text) {
            if !list.win32.contains(&name) {
                continue;
            }
            let found = Exported {
                name: name.clone(),
                notes,
                family: family(&text),
                file: path.to_owned(),
                header: String::new(),
            };
            if let Some(other) = functions.insert(name.clone(), found) {
                // The same name for another system.
                findings.push(format!("{path}: `{name}` is also in {}", other.file));
            }
        }
    }
    Ok(functions)
}

/// The functions of a Rust file that keep their names in C, and those that a macro of the file exports:
/// there each stands under its documentation without `fn`.
fn exported(text: &str) -> Vec<(String, Notes)> {
    let masked = source::mask(text, Language::Rust);
    let mut found = Vec::new();
    let mut by_macro = false;
    for at in source::words(&masked, "no_mangle") {
        let Some(function) = source::words(&masked[at..], "fn").next() else {
            continue;
        };
        let name = source::identifier(masked[at + function + 2..].trim_start());
        if name.is_empty() {
            by_macro = true;
        } else {
            let docs = matrix::docs_above(&text[..at]);
            found.push((name.to_owned(), Notes::read(docs)));
        }
    }
    let mut position = 0;
    for line in masked.split_inclusive('\n') {
        let name = source::identifier(line.trim_start());
        let start = position + (line.len() - line.trim_start().len());
        let docs = if by_macro && name.starts_with(|first: char| first.is_ascii_uppercase()) {
            matrix::docs_above(&text[..start])
        } else {
            Vec::new()
        };
        if !docs.is_empty() {
            found.push((name.to_owned(), Notes::read(docs)));
        }
        position += line.len();
    }
    found
}

/// The first sentence of a file's head.
fn family(text: &str) -> String {
    let lines = text.lines().map_while(|line| line.strip_prefix("//!"));
    let first: Vec<&str> = lines
        .map(str::trim)
        .take_while(|line| !line.is_empty())
        .collect();
    first.join(" ").trim_end_matches('.').to_owned()
}

/// Puts list, functions and headers together; what does not fit is a finding.
fn compare(
    list: &SymbolList,
    mut functions: BTreeMap<String, Exported>,
    headers: Vec<Header>,
    findings: &mut Vec<String>,
) -> Surface {
    let (declared, defined) = declarations(&headers);
    findings.extend(headers.iter().flat_map(faults_of_labels));
    let listed: BTreeSet<&str> = all_names(list);
    for (name, path) in &declared {
        let known = listed.contains(name) || defined.contains(name);
        if !known && !OF_PROGRAMS.contains(name) {
            findings.push(format!(
                "{INCLUDE}{path}: `{name}` is declared, but nothing exports or defines it"
            ));
        }
    }
    findings.extend(one_sided(&headers));
    for header in &headers {
        for item in header
            .items
            .iter()
            .filter(|item| item.kind == FunctionKind::Alias)
        {
            findings.extend(dangling(header, item, &declared, &defined));
        }
    }
    let mut exported = Vec::new();
    for name in &list.win32 {
        let Some(mut function) = functions.remove(name) else {
            findings.push(format!("`{name}` is listed, but no source exports it"));
            continue;
        };
        function.name = windows_name(name).to_owned();
        match declared.get(windows_name(name)) {
            Some(path) => function.header = (*path).to_owned(),
            None => findings.push(format!("`{name}` is exported, but no header declares it")),
        }
        if description(&function).is_empty() {
            findings.push(format!(
                "{}: `{name}` does not say what it does in its first paragraph",
                function.file
            ));
        }
        if let Some(fault) = function.notes.fault() {
            let file = &function.file;
            findings.push(format!("{file}: `{name}` has {fault}"));
        }
        exported.push(function);
    }
    Surface { exported, headers }
}

/// What the headers declare, with the path of the first that does, and what they define.
fn declarations(headers: &[Header]) -> (BTreeMap<&str, &str>, BTreeSet<&str>) {
    let mut declared: BTreeMap<&str, &str> = BTreeMap::new();
    let mut defined: BTreeSet<&str> = OF_THE_SYSTEM.iter().copied().collect();
    for header in headers {
        for item in &header.items {
            match item.kind {
                FunctionKind::Declared => {
                    // The preprocessor may have made another name of it by then.
                    let mut aliases = header.items.iter();
                    let alias = aliases.find(|other| {
                        other.kind == FunctionKind::Alias
                            && other.name == item.name
                            && !page::is_generic(other)
                    });
                    let name = alias.and_then(|alias| alias.target.as_ref());
                    declared
                        .entry(name.unwrap_or(&item.name))
                        .or_insert(&header.path);
                }
                FunctionKind::Alias if page::is_generic(item) => {}
                _ => {
                    defined.insert(&item.name);
                }
            }
        }
    }
    (declared, defined)
}

/// The labels of a header that would not be read.
fn faults_of_labels(header: &Header) -> Vec<String> {
    let fault = |lines: &[String]| Notes::read(lines.iter().map(String::as_str)).fault();
    let path = &header.path;
    let head = fault(&header.head).map(|fault| format!("{INCLUDE}{path}: the head has {fault}"));
    let items = header.items.iter().filter_map(|item| {
        let fault = fault(&item.comment)?;
        Some(format!("{INCLUDE}{path}: `{}` has {fault}", item.name))
    });
    head.into_iter().chain(items).collect()
}

/// The Windows name of an exported function.
fn windows_name(name: &str) -> &str {
    name.strip_prefix(RENAMED).unwrap_or(name)
}

/// The Windows names of all exported functions.
fn all_names(list: &SymbolList) -> BTreeSet<&str> {
    [&list.http, &list.extensions, &list.win32]
        .into_iter()
        .flatten()
        .map(|name| windows_name(name))
        .collect()
}

/// Generic names that are there with UNICODE or without it only, as no name of the SDK is.
fn one_sided(headers: &[Header]) -> Vec<String> {
    let mut targets: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let items = headers.iter().flat_map(|header| &header.items);
    for item in items.filter(|item| page::is_generic(item)) {
        let found = targets.entry(&item.name).or_default();
        found.extend(item.target.as_deref());
    }
    // GetEnvironmentStrings is the name of a function, too.
    let is_function = |name: &str| {
        let mut items = headers.iter().flat_map(|header| &header.items);
        items.any(|item| item.name == name && item.kind != FunctionKind::Alias)
    };
    let alone = targets
        .into_iter()
        .filter(|(name, found)| found.len() == 1 && !is_function(name));
    alone
        .flat_map(|(name, found)| found.into_iter().map(move |one| (name, one)))
        .map(|(name, one)| format!("`{name}` is `{one}` or nothing: A and W belong together"))
        .collect()
}

/// A generic name whose A or W function is nowhere.
fn dangling(
    header: &Header,
    item: &HeaderFunction,
    declared: &BTreeMap<&str, &str>,
    defined: &BTreeSet<&str>,
) -> Option<String> {
    let target = item.target.as_deref()?;
    let missing =
        page::is_generic(item) && !declared.contains_key(target) && !defined.contains(target);
    missing.then(|| {
        format!(
            "{INCLUDE}{}: `{}` stands for `{target}`, which is not there",
            header.path, item.name
        )
    })
}

/// What a function does: its first paragraph without its own name.
fn description(function: &Exported) -> String {
    let text = &function.notes.first;
    let text = text.strip_prefix(RENAMED).unwrap_or(text);
    let rest = text.strip_prefix(&function.name).unwrap_or(text);
    let rest = rest.trim_start_matches([':', '.', ';', ',']).trim();
    notes::plain(rest)
}

/// Marks in the list what is there.
fn mark(names: &mut WindowsNames, list: &SymbolList, surface: &Surface) {
    let mut ours: BTreeSet<&str> = all_names(list);
    ours.insert("http.h");
    ours.extend(OF_THE_SYSTEM);
    for header in &surface.headers {
        ours.extend(header.items.iter().map(|item| item.name.as_str()));
        ours.extend(page::public_name(&header.path));
    }
    for (name, is_ours) in &mut names.0 {
        *is_ours = ours.contains(name.as_str());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exported_functions_are_found_also_those_of_a_macro() {
        let text = "\
//! Locks and
//! lists.
//!
//! Owns nothing.

macro_rules! functions {
    ($(#[$doc:meta])* $name:ident) => {
        #[unsafe(no_mangle)]
        pub extern \"system\" fn $name() {}
    };
}
functions! { T:
    /// Lock: waits.
    Lock => |lock| lock.acquire(), ();
}
/// Open: opens.
/// Differs: not much.
#[unsafe(no_mangle)]
pub extern \"system\" fn Open() {}
/// No function.
struct Other;
fn inner() {}
";
        let found = exported(text);
        let names: Vec<&str> = found.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["Open", "Lock"]);
        assert_eq!(found[0].1.differs, ["not much."]);
        assert_eq!(found[1].1.first, "Lock: waits.");
        assert_eq!(family(text), "Locks and lists");
    }

    fn fixture(declaration: &str, docs: &str) -> Vec<String> {
        let list = SymbolList {
            win32: vec!["Open".to_owned()],
            ..SymbolList::default()
        };
        let function = Exported {
            name: "Open".to_owned(),
            notes: Notes::read([docs]),
            family: String::new(),
            file: "a.rs".to_owned(),
            header: String::new(),
        };
        let header = Header {
            path: "win32/a.h".to_owned(),
            head: Vec::new(),
            items: header::scan(declaration),
            text: String::new(),
        };
        let mut findings = Vec::new();
        let functions = BTreeMap::from([("Open".to_owned(), function)]);
        compare(&list, functions, vec![header], &mut findings);
        findings
    }

    #[test]
    fn what_does_not_fit_together_is_a_finding() {
        assert_eq!(fixture("int Open(void);", "Open: opens."), [""; 0]);
        for (declaration, docs, finding) in [
            ("", "Open: opens.", "no header declares it"),
            ("int Open(void);", "Open:", "does not say what it does"),
            ("int Open(void);", "Open.", "does not say what it does"),
            (
                "int Open(void);\nint Close(void);",
                "Opens.",
                "nothing exports",
            ),
            (
                "int Open(void);\nint GetA(void) {}\n#define Get GetA\n#define Get GetW\n",
                "Opens.",
                "`GetW`",
            ),
            (
                "int Open(void);\nint GetA(void) {}\n#define Get GetA\n",
                "Opens.",
                "belong together",
            ),
            (
                "int Open(void);\n#define Random System36\nint Random(void);\n",
                "Opens.",
                "`System36`",
            ),
            ("/* Differs:\n */\nint Open(void);", "Opens.", "label"),
        ] {
            let findings = fixture(declaration, docs);
            assert!(
                findings.len() == 1 && findings[0].contains(finding),
                "{declaration}: {findings:?}"
            );
        }
    }
}
