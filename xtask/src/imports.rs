//! `imports`: which file of a crate uses which, and that they do so without circles.
//!
//! Owns: the graph of `use crate::...`, `super::...` and paths within code, for each crate under `crates/`; the
//! list of crates that still have circles; drawing the graph.
//! Does not own: dependencies between crates (`deps`).
//! Invariant: `mod` declarations, tests, and re-exports that only pass a name on are no imports. The list can only
//! get shorter: a number in it that is too high is a finding as well.

use std::collections::BTreeSet;
use std::path::Path;

use crate::CommandResult;
use crate::files::Tree;
use crate::modules::Modules;

mod graph;
mod paths;

use graph::Graph;
use paths::Import;

/// A crate that still has circles: its folder, how many of its files are in one, how many imports point back.
struct Allowed {
    name: &'static str,
    files: usize,
    back: usize,
}

const ALLOWED: &[Allowed] = &[];

/// The imports of one crate.
struct Crate {
    name: String,
    imports: Vec<Import>,
    graph: Graph,
}

/// How a graph is to be printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Drawing {
    /// Layers, for readers.
    Text,
    /// Graphviz.
    Dot,
}

/// Checks every crate under `crates/`.
pub(crate) fn run(root: &Path) -> CommandResult {
    let crates = load(root)?;
    let files: usize = crates.iter().map(|one| one.graph.0.len()).sum();
    let findings = check(&crates, ALLOWED);
    if findings.is_empty() {
        let circles: usize = ALLOWED.iter().map(|allowed| allowed.files).sum();
        let count = crates.len();
        Ok(format!(
            "{count} crates, {files} files, {circles} of them still in circles"
        ))
    } else {
        Err(findings)
    }
}

/// Draws the graph of the crate in folder `name`, or of all.
pub(crate) fn draw(root: &Path, name: Option<&str>, drawing: Drawing) -> CommandResult {
    let crates = load(root)?;
    let wanted = |one: &&Crate| name.is_none_or(|name| one.name == name);
    let drawn: Vec<String> = crates
        .iter()
        .filter(wanted)
        .map(|one| match drawing {
            Drawing::Text => one.graph.text(&one.name),
            Drawing::Dot => one.graph.dot(&one.name),
        })
        .collect();
    if drawn.is_empty() {
        return Err(vec![format!("no crate `{}`", name.unwrap_or_default())]);
    }
    Ok(drawn.join("\n"))
}

fn load(root: &Path) -> Result<Vec<Crate>, Vec<String>> {
    let tree = Tree::load(root)?;
    let paths: BTreeSet<&str> = tree.select(&["crates/"], &["rs"]).collect();
    let roots = paths.iter().filter_map(|path| {
        let name = path.strip_prefix("crates/")?.strip_suffix("/src/lib.rs")?;
        (!name.contains('/')).then_some(name)
    });
    let text = |path: &str| match paths.contains(path) {
        true => tree.text(path).ok().flatten(),
        false => None,
    };
    Ok(roots
        .map(|name| {
            let folder = format!("crates/{name}/src/");
            Crate::new(name, &folder, &text)
        })
        .collect())
}

impl Crate {
    fn new(name: &str, folder: &str, text: &dyn Fn(&str) -> Option<String>) -> Crate {
        let modules = Modules::of(&format!("{folder}lib.rs"), text);
        let mut imports = paths::imports(&modules);
        let short = |file: &str| file.strip_prefix(folder).unwrap_or(file).to_owned();
        let mut graph = Graph::default();
        for module in modules.0.values() {
            graph.0.entry(short(&module.file)).or_default();
        }
        for import in &mut imports {
            import.from = short(&import.from);
            import.to = short(&import.to);
            graph.add(&import.from, &import.to);
        }
        Crate {
            name: name.to_owned(),
            imports,
            graph,
        }
    }

    /// Each circle with its files, and each import that points back with its line.
    fn describe(&self) -> Vec<String> {
        let name = &self.name;
        let circles = self.graph.circles();
        let circle = |files: &BTreeSet<&str>| {
            let list: Vec<&str> = files.iter().copied().collect();
            format!(
                "crates/{name}: a circle of {} files: {}",
                list.len(),
                list.join(", ")
            )
        };
        let mut lines: Vec<String> = circles.iter().map(circle).collect();
        for (from, to) in self.graph.back_edges() {
            let imports = self.imports.iter();
            for import in imports.filter(|import| import.from == from && import.to == to) {
                let (line, path) = (import.line, &import.path);
                lines.push(format!(
                    "crates/{name}/src/{from}:{line}: `{path}` points back to {to}"
                ));
            }
        }
        lines
    }
}

fn check(crates: &[Crate], allowed: &[Allowed]) -> Vec<String> {
    let mut findings = Vec::new();
    for one in crates {
        let files: usize = one.graph.circles().iter().map(BTreeSet::len).sum();
        let back = one.graph.back_edges().len();
        let most = allowed.iter().find(|allowed| allowed.name == one.name);
        let (most_files, most_back) = most.map_or((0, 0), |most| (most.files, most.back));
        let now = format!("{files} files in circles, {back} imports that point back");
        if files > most_files || back > most_back {
            findings.extend(one.describe());
            findings.push(format!(
                "crates/{}: {now}; allowed are {most_files} and {most_back}",
                one.name
            ));
        } else if (files, back) != (most_files, most_back) {
            findings.push(format!(
                "crates/{}: only {now}: lower the numbers in xtask/src/imports.rs",
                one.name
            ));
        }
    }
    let gone = |name: &str| !crates.iter().any(|one| one.name == name);
    for allowed in allowed.iter().filter(|allowed| gone(allowed.name)) {
        findings.push(format!(
            "crates/{}: in xtask/src/imports.rs, but no crate",
            allowed.name
        ));
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(files: &[(&str, &str)]) -> Vec<Crate> {
        let text = |wanted: &str| {
            let mut files = files.iter();
            let found = files.find(|(file, _)| *file == wanted);
            found.map(|(_, text)| (*text).to_owned())
        };
        vec![Crate::new("x", "src/", &text)]
    }

    fn circle() -> Vec<Crate> {
        of(&[
            ("src/lib.rs", "mod a;\nmod b;"),
            ("src/a.rs", "use crate::b::B;\npub struct A;"),
            ("src/b.rs", "use super::a::A;\npub struct B;"),
        ])
    }

    const TWO: Allowed = Allowed {
        name: "x",
        files: 2,
        back: 1,
    };

    #[test]
    fn a_circle_is_a_finding_with_its_files_and_the_import_that_closes_it() {
        let findings = check(&circle(), &[]);
        assert_eq!(findings.len(), 3, "{findings:?}");
        assert!(findings[0].contains("a circle of 2 files: a.rs, b.rs"));
        assert!(findings[1].contains("points back to"));
    }

    #[test]
    fn a_circle_may_be_allowed_and_an_allowance_that_is_not_needed_is_a_finding() {
        assert_eq!(check(&circle(), &[TWO]), [""; 0]);
        let broken = of(&[
            ("src/lib.rs", "mod a;\nmod b;"),
            ("src/a.rs", "use crate::b::B;"),
            ("src/b.rs", "pub struct B;"),
        ]);
        assert_eq!(check(&broken, &[]), [""; 0]);
        assert!(check(&broken, &[TWO])[0].contains("lower the numbers"));
        assert!(check(&[], &[TWO])[0].contains("no crate"));
    }

    #[test]
    fn a_child_that_uses_its_parent_and_is_used_by_it_is_a_circle() {
        let findings = check(
            &of(&[
                ("src/lib.rs", "mod a;\nstruct Shared;\nfn f() { a::run() }"),
                ("src/a.rs", "use super::Shared;"),
            ]),
            &[],
        );
        assert!(findings[0].contains("a.rs, lib.rs"), "{findings:?}");
    }
}
