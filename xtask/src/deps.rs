//! `deps`: who may depend on whom.
//!
//! Owns: comparing the table of crates in docs/ARCHITECTURE.md with the Cargo.toml files: the table is
//! the rule, its column "uses" names the direct dependencies, no more and no fewer; a remark there says which
//! crate of the workspace is re-exported whole, and is compared with the code. Does not own:
//! versions and features (the workspace's Cargo.toml), or what a dependency brings in.
//! Invariant: every package under `crates/` has a row; `tests`, `benches`, `examples` and `xtask` are
//! free. Dev-dependencies may be any external crate, but of the workspace only what the row allows:
//! a test that needs more belongs into `tests/`.

use std::path::Path;

use crate::CommandResult;
use crate::files::Tree;
use crate::source::{self, Language};

const PAGE: &str = "docs/ARCHITECTURE.md";
/// The heading of the table's section.
const SECTION: &str = "## Crates";

/// The remark behind a crate that is re-exported.
const RE_EXPORTED: &str = "re-exported";

/// A row of the table.
#[derive(Debug, PartialEq, Eq)]
struct CrateRow {
    /// The folder, `crates/proto`.
    path: String,
    package: String,
    /// Packages.
    uses: Vec<String>,
    /// Packages of the workspace that its users reach through it: `core (re-exported)`.
    re_exports: Vec<String>,
}

/// What a manifest says that matters here, and what the crate's code re-exports.
#[derive(Debug, Default, PartialEq, Eq)]
struct Manifest {
    package: String,
    dependencies: Vec<Dependency>,
    /// The name of a package as code writes it, and the name it gets.
    re_exports: Vec<(String, String)>,
}

#[derive(Debug, PartialEq, Eq)]
struct Dependency {
    /// The package's name, also where the dependency is renamed.
    package: String,
    /// Only for tests, examples and benches of the package.
    dev: bool,
}

/// Checks every crate under `crates/`.
pub(crate) fn run(root: &Path) -> CommandResult {
    let tree = Tree::load(root)?;
    let Some(page) = tree.text(PAGE)? else {
        return Err(vec![format!("{PAGE}: not there, or not UTF-8")]);
    };
    let mut manifests = Vec::new();
    for path in tree.select(&["crates/"], &["toml"]) {
        let Some(folder) = path.strip_suffix("/Cargo.toml") else {
            continue;
        };
        let Some(text) = tree.text(path)? else {
            return Err(vec![format!("{path}: not UTF-8")]);
        };
        let mut manifest = parse(&text);
        if let Some(code) = tree.text(&format!("{folder}/src/lib.rs"))? {
            manifest.re_exports = re_exports(&code);
        }
        manifests.push((folder.to_owned(), manifest));
    }
    let findings = compare(&table(&page), &manifests);
    if findings.is_empty() {
        let count = manifests.len();
        Ok(format!("{count} crates use and re-export what {PAGE} says"))
    } else {
        Err(findings)
    }
}

/// The rows of the page's table that are about a folder below `crates/`.
fn table(page: &str) -> Vec<CrateRow> {
    let section = page.split_once(SECTION).map_or("", |(_, rest)| rest);
    let section = section.split("\n## ").next().unwrap_or_default();
    let cells = section.lines().filter_map(|line| {
        let cells: Vec<&str> = line.strip_prefix('|')?.split('|').map(str::trim).collect();
        let (path, rest) = cells.first()?.strip_prefix('`')?.split_once('`')?;
        let package = rest.trim().strip_prefix('(')?.strip_suffix(')')?;
        let uses = cells.get(2)?;
        path.starts_with("crates/")
            .then_some((path, package, *uses))
    });
    let cells: Vec<_> = cells.collect();
    // A crate of the workspace goes by the short name that its folder has.
    let full = |name: &str| {
        let folder = format!("crates/{name}");
        let ours = cells.iter().find(|(path, ..)| *path == folder);
        ours.map_or(name, |(_, package, _)| package).to_owned()
    };
    let row = |&(path, package, uses): &(&str, &str, &str)| CrateRow {
        path: path.to_owned(),
        package: package.to_owned(),
        uses: names(uses).map(|(name, _)| full(name)).collect(),
        re_exports: names(uses)
            .filter(|(_, remark)| *remark == RE_EXPORTED)
            .map(|(name, _)| full(name))
            .collect(),
    };
    cells.iter().map(row).collect()
}

/// The names in a cell, separated by commas, each with its remark in parentheses or an empty one; `–` is none.
fn names(cell: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut depth = 0usize;
    let parts = cell.split(move |letter| {
        match letter {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        letter == ',' && depth == 0
    });
    let named = parts.map(|part| {
        let (name, remark) = part.split_once('(').unwrap_or((part, ""));
        (name.trim(), remark.trim().trim_end_matches(')'))
    });
    named.filter(|(name, _)| !name.is_empty() && *name != "–")
}

/// What a crate's root re-exports whole: `pub use httpsys_core as core;`.
fn re_exports(code: &str) -> Vec<(String, String)> {
    let masked = source::mask(code, Language::Rust);
    let lines = masked.lines().map(str::trim);
    let re_export = |line: &str| {
        let path = line.strip_prefix("pub use ")?.strip_suffix(';')?;
        let (name, alias) = path.split_once(" as ").unwrap_or((path, path));
        let is_whole = source::identifier(name).len() == name.len();
        is_whole.then(|| (name.to_owned(), alias.trim().to_owned()))
    };
    lines.filter_map(re_export).collect()
}

fn compare(rows: &[CrateRow], manifests: &[(String, Manifest)]) -> Vec<String> {
    let mut findings = Vec::new();
    for (path, manifest) in manifests {
        match rows.iter().find(|row| row.path == *path) {
            Some(row) => findings.extend(check(row, manifest, rows)),
            None => findings.push(format!("{path}: no row in the table of {PAGE}")),
        }
    }
    let gone = |row: &&CrateRow| !manifests.iter().any(|(path, _)| *path == row.path);
    findings.extend(
        rows.iter()
            .filter(gone)
            .map(|row| format!("{PAGE}: `{}` is no crate", row.path)),
    );
    if manifests.is_empty() {
        findings.push("no Cargo.toml under crates/".to_owned());
    }
    findings
}

fn check(row: &CrateRow, manifest: &Manifest, rows: &[CrateRow]) -> Vec<String> {
    let path = &row.path;
    let mut findings = Vec::new();
    if row.package != manifest.package {
        findings.push(format!(
            "{path}: {PAGE} calls it `{}`, its manifest `{}`",
            row.package, manifest.package
        ));
    }
    let ours = |name: &str| rows.iter().any(|row| row.package == name);
    for dependency in &manifest.dependencies {
        let name = &dependency.package;
        if !row.uses.contains(name) && (!dependency.dev || ours(name)) {
            findings.push(format!(
                "{path} may not depend on `{name}`: the table of {PAGE} allows {}",
                row.uses.join(", ")
            ));
        }
    }
    let used = |name: &String| {
        let mut dependencies = manifest.dependencies.iter();
        dependencies.any(|dependency| !dependency.dev && dependency.package == *name)
    };
    for name in row.uses.iter().filter(|name| !used(name)) {
        findings.push(format!(
            "{path} does not depend on `{name}`, as {PAGE} says"
        ));
    }
    findings.extend(check_re_exports(row, manifest, rows));
    findings
}

/// A crate of the workspace is re-exported under the name of its folder, and only where the table says so.
fn check_re_exports(row: &CrateRow, manifest: &Manifest, rows: &[CrateRow]) -> Vec<String> {
    let path = &row.path;
    let mut findings = Vec::new();
    let in_code = |row: &CrateRow| row.package.replace('-', "_");
    for (name, alias) in &manifest.re_exports {
        let Some(target) = rows.iter().find(|target| in_code(target) == *name) else {
            continue;
        };
        if !row.re_exports.contains(&target.package) {
            findings.push(format!(
                "{path} re-exports `{name}`: {PAGE} does not say `({RE_EXPORTED})` behind it"
            ));
        }
        if target.path != format!("crates/{alias}") {
            findings.push(format!(
                "{path} re-exports `{name}` as `{alias}`, not by its folder's name"
            ));
        }
    }
    for package in &row.re_exports {
        let name = package.replace('-', "_");
        if !manifest.re_exports.iter().any(|(found, _)| *found == name) {
            findings.push(format!(
                "{path} does not re-export `{package}`, as {PAGE} says"
            ));
        }
    }
    findings
}

/// Which table of a manifest a line belongs to.
enum ManifestTable {
    Package,
    /// `[dependencies]` and its relatives.
    Dependencies {
        dev: bool,
    },
    /// `[dependencies.NAME]`: the dependency is the last one in the list.
    OneDependency,
    Other,
}

/// Reads the package's name and its direct dependencies.
///
/// Line by line: this is the subset of TOML that Cargo manifests are written in, with values over
/// several lines skipped.
fn parse(text: &str) -> Manifest {
    let mut manifest = Manifest::default();
    let mut table = ManifestTable::Other;
    let mut depth = 0i32;
    for line in text.lines() {
        let line = strip_comment(line).trim();
        let continued = depth > 0;
        if let (false, Some(heading)) = (continued, heading(line)) {
            table = enter(heading, &mut manifest);
            continue;
        }
        depth += brackets(line);
        if continued {
            continue;
        }
        let Some((key, value)) = line.split_once('=') else {
            continue;
        };
        let (key, value) = (unquote(key), value.trim());
        match table {
            ManifestTable::Package if key == "name" => manifest.package = unquote(value).to_owned(),
            ManifestTable::Dependencies { dev } => {
                // `name.workspace = true` names the dependency before the dot.
                let name = key.split('.').next().unwrap_or(key);
                let package = renamed(value).unwrap_or(name).to_owned();
                manifest.dependencies.push(Dependency { package, dev });
            }
            ManifestTable::OneDependency if key == "package" => {
                if let Some(last) = manifest.dependencies.last_mut() {
                    last.package = unquote(value).to_owned();
                }
            }
            _ => {}
        }
    }
    manifest
}

/// The text between the brackets of `[heading]`.
fn heading(line: &str) -> Option<&str> {
    line.strip_prefix('[')?.strip_suffix(']')
}

/// The table that a heading opens; a `[dependencies.NAME]` heading also adds the dependency.
fn enter(heading: &str, manifest: &mut Manifest) -> ManifestTable {
    if heading == "package" {
        return ManifestTable::Package;
    }
    // `target.'cfg(unix)'.dependencies`: what counts stands after the condition.
    let tail = match heading.strip_prefix("target.") {
        Some(target) => match target.find("dependencies") {
            Some(at) => &target[target[..at].rfind('.').map_or(0, |dot| dot + 1)..],
            None => return ManifestTable::Other,
        },
        None => heading,
    };
    let (kind, name) = tail
        .split_once('.')
        .map_or((tail, None), |(kind, name)| (kind, Some(name)));
    let dev = match kind {
        "dependencies" | "build-dependencies" => false,
        "dev-dependencies" => true,
        _ => return ManifestTable::Other,
    };
    match name {
        None => ManifestTable::Dependencies { dev },
        Some(name) => {
            manifest.dependencies.push(Dependency {
                package: unquote(name).to_owned(),
                dev,
            });
            ManifestTable::OneDependency
        }
    }
}

/// The `package = "..."` of an inline table.
fn renamed(value: &str) -> Option<&str> {
    let inside = value.strip_prefix('{')?.trim_end_matches('}');
    inside.split(',').find_map(|pair| {
        let (key, value) = pair.split_once('=')?;
        (key.trim() == "package").then(|| unquote(value))
    })
}

fn unquote(text: &str) -> &str {
    text.trim().trim_matches(['"', '\''])
}

/// The line without a comment; a `#` inside a string is no comment.
fn strip_comment(line: &str) -> &str {
    outside_strings(line)
        .find(|&(_, byte)| byte == b'#')
        .map_or(line, |(at, _)| &line[..at])
}

/// Brackets opened minus brackets closed, outside strings.
fn brackets(line: &str) -> i32 {
    outside_strings(line)
        .map(|(_, byte)| match byte {
            b'[' | b'{' => 1,
            b']' | b'}' => -1,
            _ => 0,
        })
        .sum()
}

fn outside_strings(line: &str) -> impl Iterator<Item = (usize, u8)> + '_ {
    let mut quote = None;
    line.bytes()
        .enumerate()
        .filter(move |&(_, byte)| match quote {
            Some(open) => {
                if byte == open {
                    quote = None;
                }
                false
            }
            None if byte == b'"' || byte == b'\'' => {
                quote = Some(byte);
                false
            }
            None => true,
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    const MANIFEST: &str = r#"
[package]
name = "httpsys-proto" # "the" name
description = "a # that is no comment"

[dependencies]
httparse.workspace = true
renamed = { version = "1", package = "real" }
wide = { version = "1", features = [
  "not-a = dependency",
] }

[dependencies.table]
version = "2"
package = "table-real"

[target.'cfg(target_os = "linux")'.dependencies]
libc = "0.2"

[dev-dependencies]
proptest = "1"
httpsys-engine.workspace = true

[features]
default = ["x"]
"#;

    #[test]
    fn every_form_of_a_dependency_is_read() {
        let manifest = parse(MANIFEST);
        assert_eq!(manifest.package, "httpsys-proto");
        let names: Vec<(&str, bool)> = manifest
            .dependencies
            .iter()
            .map(|dependency| (dependency.package.as_str(), dependency.dev))
            .collect();
        assert_eq!(
            names,
            [
                ("httparse", false),
                ("real", false),
                ("wide", false),
                ("table-real", false),
                ("libc", false),
                ("proptest", true),
                ("httpsys-engine", true),
            ]
        );
    }

    const TABLE: &str = "\
# A page

| `crates/other` (not-in-the-section) | | libc |

## Crates

| crate | owns | uses |
|---|---|---|
| `crates/proto` (httpsys-proto) | HTTP on bytes | httparse, real (renamed), wide, table-real, libc |
| `crates/engine` (httpsys-engine) | sockets | proto (re-exported), mio (epoll, kqueue) |
| `crates/win32` (httpsys-win32) | names | – |
| `tests`, `xtask` | what their names say | anything |

## Where to look

| `crates/later` (not-in-the-section) | | libc |
";

    fn row<'a>(rows: &'a [CrateRow], path: &str) -> &'a CrateRow {
        rows.iter().find(|row| row.path == path).expect("a row")
    }

    #[test]
    fn the_table_of_the_page_is_read() {
        let rows = table(TABLE);
        let paths: Vec<&str> = rows.iter().map(|row| row.path.as_str()).collect();
        assert_eq!(paths, ["crates/proto", "crates/engine", "crates/win32"]);
        assert_eq!(row(&rows, "crates/engine").package, "httpsys-engine");
        assert_eq!(row(&rows, "crates/engine").uses, ["httpsys-proto", "mio"]);
        assert_eq!(row(&rows, "crates/win32").uses, [""; 0]);
    }

    #[test]
    fn what_the_table_and_a_manifest_do_not_agree_on_is_a_finding() {
        let rows = table(TABLE);
        let proto = row(&rows, "crates/proto");
        let findings = check(proto, &parse(MANIFEST), &rows);
        // As a dev-dependency, of the workspace; `proptest` is not of it.
        assert_eq!(findings.len(), 1, "{findings:?}");
        assert!(findings[0].contains("may not depend on `httpsys-engine`"));
        let less = MANIFEST.replace("httparse.workspace = true\n", "");
        let findings = check(proto, &parse(&less), &rows);
        assert!(findings[0].contains("`httpsys-engine`"));
        assert!(findings[1].contains("does not depend on `httparse`"));
        let more = MANIFEST.replace("[dependencies]\n", "[dependencies]\nmio = \"1\"\n");
        let findings = check(proto, &parse(&more), &rows);
        assert!(findings[0].contains("may not depend on `mio`"));
        let renamed = MANIFEST.replace("httpsys-proto", "proto");
        let findings = check(proto, &parse(&renamed), &rows);
        assert!(findings[0].contains("calls it `httpsys-proto`"));
    }

    #[test]
    fn what_the_table_and_the_code_do_not_agree_on_is_a_finding() {
        let rows = table(TABLE);
        let engine = row(&rows, "crates/engine");
        let findings = |code: &str| {
            let manifest = Manifest {
                re_exports: re_exports(code),
                ..Manifest::default()
            };
            check_re_exports(engine, &manifest, &rows)
        };
        // Single items, and crates from elsewhere, are not the table's business.
        let good = "//! pub use httpsys_win32 as win32;\npub use httpsys_proto as proto;\n\
                    pub use httpsys_win32::Handle;\npub use mio;\nuse httpsys_win32 as win32;\n";
        assert_eq!(findings(good), [""; 0]);
        assert!(findings("")[0].contains("does not re-export `httpsys-proto`"));
        let other = findings("pub use httpsys_proto as http;\n");
        assert!(other[0].contains("not by its folder's name"), "{other:?}");
        let more = findings(&format!("{good}pub use httpsys_win32 as win32;\n"));
        assert!(more[0].contains("does not say"), "{more:?}");
    }

    #[test]
    fn a_crate_without_a_row_and_a_row_without_a_crate_are_findings() {
        let manifests = |paths: &[&str]| -> Vec<(String, Manifest)> {
            let named = |path: &&str| {
                let package = path.replace("crates/", "httpsys-");
                let uses = match *path {
                    "crates/engine" => "\n[dependencies]\nhttpsys-proto = \"1\"\nmio = \"1\"\n",
                    _ => "",
                };
                let text = format!("[package]\nname = \"{package}\"\n{uses}");
                let mut manifest = parse(&text);
                if *path == "crates/engine" {
                    manifest.re_exports = re_exports("pub use httpsys_proto as proto;");
                }
                ((*path).to_owned(), manifest)
            };
            paths.iter().map(named).collect()
        };
        let rows: Vec<CrateRow> = table(TABLE).drain(1..).collect();
        assert_eq!(
            compare(&rows, &manifests(&["crates/engine", "crates/win32"])),
            [""; 0]
        );
        let findings = compare(&rows, &manifests(&["crates/engine", "crates/new"]));
        assert_eq!(
            findings,
            [
                "crates/new: no row in the table of docs/ARCHITECTURE.md",
                "docs/ARCHITECTURE.md: `crates/win32` is no crate",
            ]
        );
        assert!(!compare(&rows, &[]).is_empty());
    }
}
