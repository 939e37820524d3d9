//! The paths by which the code of a crate refers to its own modules, and the file that each leads to.
//!
//! Owns: `use` declarations, paths within code (`crate::a::b`, `super::b`, `child::b`), looking names up through
//! re-exports.
//! Does not own: which files there are (`modules`), what the graph means (`graph`).
//! Invariant: a re-export that its own module does not use is transparent: it is no import of the module, and
//! whoever comes through it imports the file that has the item.

use std::collections::{BTreeMap, BTreeSet};

use crate::modules::Modules;
use crate::source;

/// How far a name is followed through re-exports; more can only be a circle of them.
const MAX_HOPS: usize = 16;

/// One file's import of another of its crate.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Import {
    pub(crate) from: String,
    pub(crate) to: String,
    /// The line in `from`.
    pub(crate) line: usize,
    /// The path as it is written, `crate::a::B`.
    pub(crate) path: String,
}

/// A path in a module's code.
struct Mention {
    at: usize,
    path: Vec<String>,
    /// For a `use` the name that it gives the item here; `*` for all names.
    name: Option<String>,
}

/// The names of each module: what it defines and what its `use` declarations bring in.
struct ModuleNames<'a> {
    modules: &'a Modules,
    bound: BTreeMap<&'a [String], BTreeMap<String, Vec<String>>>,
    globs: BTreeMap<&'a [String], Vec<Vec<String>>>,
}

/// Every import between files of the crate, sorted, each pair of files with each path once.
pub(crate) fn imports(modules: &Modules) -> Vec<Import> {
    let mut mentions = BTreeMap::new();
    for (path, module) in &modules.0 {
        mentions.insert(path.as_slice(), mentions_of(&module.code, path, modules));
    }
    let names = ModuleNames::new(modules, &mentions);
    let mut found = BTreeSet::new();
    for (path, module) in &modules.0 {
        for mention in &mentions[path.as_slice()] {
            if is_unused_facade(&module.code, mention) {
                continue;
            }
            let Some(to) = names.file(path, &mention.path, MAX_HOPS) else {
                continue;
            };
            if to != module.file {
                found.insert(Import {
                    from: module.file.clone(),
                    to: to.to_owned(),
                    line: module.code[..mention.at].matches('\n').count() + 1,
                    path: mention.path.join("::"),
                });
            }
        }
    }
    let mut seen = BTreeSet::new();
    let mut found: Vec<Import> = found.into_iter().collect();
    found.retain(|import| {
        seen.insert((import.from.clone(), import.to.clone(), import.path.clone()))
    });
    found
}

/// Whether a `use` only passes a name on, as `pub use child::Item` of a facade does.
fn is_unused_facade(code: &str, mention: &Mention) -> bool {
    let Some(name) = &mention.name else {
        return false;
    };
    let start = code[..mention.at].trim_end();
    let is_public = start.ends_with("pub") || start.ends_with(')');
    if !is_public {
        return false;
    }
    if name == "*" {
        return true;
    }
    let uses: Vec<(usize, usize)> = declarations(code).collect();
    let outside = |at: &usize| !uses.iter().any(|&(start, end)| (start..end).contains(at));
    // Its own `mod name;` is no use of a function that has the module's name.
    let declares = |at: usize| code[..at].trim_end().ends_with("mod");
    !source::words(code, name)
        .filter(outside)
        .any(|at| !declares(at))
}

/// Where `use ... ;` stands: the word and its semicolon.
fn declarations(code: &str) -> impl Iterator<Item = (usize, usize)> + '_ {
    source::words(code, "use").filter_map(|at| {
        let rest = &code[at + 3..];
        // `impl Trait + use<'a>` is none.
        let starts = rest.trim_start().bytes().next()?;
        let end = at + 3 + rest.find(';')?;
        (source::is_word(starts) || starts == b':' || starts == b'{').then_some((at, end))
    })
}

/// Every path of a module's code that may lead into the crate.
fn mentions_of(code: &str, here: &[String], modules: &Modules) -> Vec<Mention> {
    let mut mentions = Vec::new();
    let uses: Vec<(usize, usize)> = declarations(code).collect();
    for &(at, end) in &uses {
        let tree: String = code[at + 3..end].trim().to_owned();
        let mut leaves = Vec::new();
        flatten(&tree, &[], &mut leaves);
        for (path, name) in leaves {
            let name = Some(name);
            mentions.push(Mention { at, path, name });
        }
    }
    let outside = |at: usize| !uses.iter().any(|&(start, end)| (start..end).contains(&at));
    for (at, path) in inline_paths(code) {
        let first = path[0].as_str();
        let child = [here, &path[..1]].concat();
        let leads = matches!(first, "crate" | "super" | "self") || modules.0.contains_key(&child);
        if leads && outside(at) {
            let name = None;
            mentions.push(Mention { at, path, name });
        }
    }
    mentions
}

/// The paths of two and more segments in code.
fn inline_paths(code: &str) -> Vec<(usize, Vec<String>)> {
    let bytes = code.as_bytes();
    let mut paths = Vec::new();
    let mut from = 0;
    while let Some(at) = code[from..].find("::").map(|at| at + from) {
        let start = bytes[..at]
            .iter()
            .rposition(|&byte| !source::is_word(byte))
            .map_or(0, |before| before + 1);
        let mut path = Vec::new();
        let mut here = start;
        loop {
            let segment = source::identifier(&code[here..]);
            if segment.is_empty() {
                break;
            }
            path.push(segment.to_owned());
            here += segment.len();
            match code[here..].strip_prefix("::") {
                Some(_) => here += 2,
                None => break,
            }
        }
        // The rest of a path that began further left, and `pub(in crate::a)`, which says who may look.
        let before = code[..start].trim_end();
        let begins = !before.ends_with(':') && !before.ends_with("pub(in");
        if begins && path.len() > 1 {
            paths.push((start, path));
        }
        from = here.max(at + 2);
    }
    paths
}

/// The leaves of a use tree: the whole path, and the name it gets (`*` for a glob).
fn flatten(tree: &str, before: &[String], leaves: &mut Vec<(Vec<String>, String)>) {
    let tree = tree.trim().trim_start_matches("::");
    let mut path = before.to_vec();
    let mut rest = tree;
    loop {
        rest = rest.trim_start();
        if let Some(inside) = rest.strip_prefix('{') {
            let inside = inside.trim_end().strip_suffix('}').unwrap_or(inside);
            for part in split_top(inside) {
                flatten(part, &path, leaves);
            }
            return;
        }
        if rest.starts_with('*') {
            leaves.push((path, "*".to_owned()));
            return;
        }
        let segment = source::identifier(rest);
        if segment.is_empty() {
            return;
        }
        rest = rest[segment.len()..].trim_start();
        if segment != "self" || path.is_empty() {
            path.push(segment.to_owned());
        }
        match rest.strip_prefix("::") {
            Some(more) => rest = more,
            None => break,
        }
    }
    let last = path.last().cloned().unwrap_or_default();
    let name = match rest.strip_prefix("as") {
        Some(name) => name.trim().to_owned(),
        None => last,
    };
    leaves.push((path, name));
}

/// The parts between the commas that are in no inner braces.
fn split_top(inside: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut depth, mut start) = (0i32, 0);
    for (at, byte) in inside.bytes().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' => depth -= 1,
            b',' if depth == 0 => {
                parts.push(&inside[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&inside[start..]);
    parts
}

impl<'a> ModuleNames<'a> {
    fn new(
        modules: &'a Modules,
        mentions: &BTreeMap<&'a [String], Vec<Mention>>,
    ) -> ModuleNames<'a> {
        let mut bound: BTreeMap<&[String], BTreeMap<String, Vec<String>>> = BTreeMap::new();
        let mut globs: BTreeMap<&[String], Vec<Vec<String>>> = BTreeMap::new();
        for (&module, mentions) in mentions {
            for mention in mentions {
                match mention.name.as_deref() {
                    Some("*") => globs.entry(module).or_default().push(mention.path.clone()),
                    Some(name) => {
                        let names = bound.entry(module).or_default();
                        names.insert(name.to_owned(), mention.path.clone());
                    }
                    None => {}
                }
            }
        }
        ModuleNames {
            modules,
            bound,
            globs,
        }
    }

    /// The file that has the item at `path`, seen from module `here`; `None` outside the crate.
    fn file(&self, here: &[String], path: &[String], hops: usize) -> Option<&'a str> {
        let hops = hops.checked_sub(1)?;
        let mut module = here.to_vec();
        let mut segments = path.iter().enumerate().peekable();
        let mut is_first = true;
        while let Some(&(at, segment)) = segments.peek() {
            match segment.as_str() {
                "crate" if is_first => module.clear(),
                "self" if is_first => {}
                "super" => {
                    module.pop()?;
                }
                name => {
                    let child = [module.as_slice(), &[name.to_owned()]].concat();
                    if self.modules.0.contains_key(&child) {
                        module = child;
                    } else {
                        let is_path = at == 0;
                        return self.item(&module, name, &path[at + 1..], is_path, hops);
                    }
                }
            }
            is_first = false;
            segments.next();
        }
        self.modules.0.get(&module).map(|found| found.file.as_str())
    }

    /// The file of what `name` means in `module`, with `rest` behind it.
    fn item(
        &self,
        module: &[String],
        name: &str,
        rest: &[String],
        is_first: bool,
        hops: usize,
    ) -> Option<&'a str> {
        let own = self.modules.0.get(module)?;
        let bound = self.bound.get(module).and_then(|names| names.get(name));
        if let Some(target) = bound.filter(|target| !(is_first && target[0] == name)) {
            let whole = [target.as_slice(), rest].concat();
            return self.file(module, &whole, hops);
        }
        if is_first {
            return None;
        }
        if !defines(&own.code, name) {
            let globs = self.globs.get(module).into_iter().flatten();
            for glob in globs {
                let whole = [glob.as_slice(), &[name.to_owned()]].concat();
                if let Some(file) = self.file(module, &whole, hops) {
                    let target = self.modules.0.values().find(|module| module.file == file);
                    if target.is_some_and(|target| defines(&target.code, name)) {
                        return Some(file);
                    }
                }
            }
        }
        Some(&own.file)
    }
}

/// Whether code has an item with this name.
fn defines(code: &str, name: &str) -> bool {
    const KEYWORDS: [&str; 9] = [
        "fn", "struct", "enum", "trait", "type", "const", "static", "union", "mut",
    ];
    source::words(code, name).any(|at| {
        let before = code[..at].trim_end();
        let is_item = KEYWORDS.iter().any(|keyword| {
            let rest = before.strip_suffix(keyword);
            rest.is_some_and(|rest| !rest.bytes().next_back().is_some_and(source::is_word))
        });
        is_item || before.ends_with("macro_rules!")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::modules::tests::modules;

    /// The imports of a crate as `from:line to`, without the folder.
    fn pairs(files: &[(&str, &str)]) -> Vec<String> {
        let pair = |import: &Import| {
            let short = |file: &str| file.replace("src/", "");
            format!(
                "{}:{} {}",
                short(&import.from),
                import.line,
                short(&import.to)
            )
        };
        imports(&modules(files)).iter().map(pair).collect()
    }

    #[test]
    fn use_declarations_are_imports_in_all_their_forms() {
        let text =
            "use crate::b::{self, B};\nuse super::b::c::C as D;\nuse std::fmt;\nuse serde::b::X;";
        let files = [
            ("src/lib.rs", "mod a;\nmod b;"),
            ("src/a.rs", text),
            ("src/b.rs", "pub mod c;\nstruct B;"),
            ("src/b/c.rs", "use super::*;\nstruct C;"),
        ];
        assert_eq!(
            pairs(&files),
            [
                "a.rs:1 b.rs",
                "a.rs:1 b.rs",
                "a.rs:2 b/c.rs",
                "b/c.rs:1 b.rs"
            ]
        );
    }

    #[test]
    fn paths_in_code_are_imports_and_those_in_comments_strings_and_tests_are_not() {
        let files = [
            ("src/lib.rs", "mod a;\nmod b;\nfn f() { a::run() }"),
            (
                "src/a.rs",
                "// crate::b::B\nfn run() -> crate::b::B { x(\"crate::b\"); super::b::f() }\n\
                 #[cfg(test)]\nmod tests { use crate::b::B; }",
            ),
            (
                "src/b.rs",
                "struct B;\nfn f() { std::mem::take(); B::new(); }",
            ),
        ];
        assert_eq!(
            pairs(&files),
            ["a.rs:2 b.rs", "a.rs:2 b.rs", "lib.rs:3 a.rs"]
        );
    }

    #[test]
    fn a_re_export_leads_to_the_file_of_the_item_and_is_no_import_itself() {
        let files = [
            ("src/lib.rs", "mod a;\nmod b;\npub use a::a;\npub use b::*;"),
            ("src/a.rs", "use crate::B;\npub fn a() {}"),
            ("src/b.rs", "pub struct B;"),
        ];
        assert_eq!(pairs(&files), ["a.rs:1 b.rs"]);
    }

    #[test]
    fn a_re_export_that_the_module_uses_itself_is_an_import() {
        let files = [
            ("src/lib.rs", "mod a;\npub use a::A;\nfn f(a: A) {}"),
            ("src/a.rs", "pub struct A;"),
        ];
        assert_eq!(pairs(&files), ["lib.rs:2 a.rs"]);
    }
}
