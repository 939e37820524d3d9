//! The modules of a crate: which file holds which, and what in them is for tests only.
//!
//! Owns: following `mod` declarations from the crate's root, blanking the code that only tests see.
//! Does not own: what the modules contain, or how they refer to each other.
//! Invariant: all code that is not for tests is in `code` at the position it has in its file; conditions other
//! than `test` are taken to hold, so that the result is the same on every system.

use std::collections::BTreeMap;

use crate::source::{self, Language};

/// The modules of one crate, by path: `["connection", "h1"]`; the root has the empty path.
#[derive(Debug, Default)]
pub(crate) struct Modules(pub(crate) BTreeMap<Vec<String>, SourceModule>);

/// A module with its code.
#[derive(Debug)]
pub(crate) struct SourceModule {
    /// The file, with the path that the caller knows it by.
    pub(crate) file: String,
    /// The code without literals, comments, tests and the bodies of inline modules, which have entries of their own.
    pub(crate) code: String,
}

impl Modules {
    /// Follows the declarations from `root`, which is `lib.rs` or `main.rs`. `text` gives a file's text, or
    /// `None` if there is no such file.
    pub(crate) fn of(root: &str, text: &dyn Fn(&str) -> Option<String>) -> Modules {
        let mut modules = Modules::default();
        let folder = root.rsplit_once('/').map_or("", |(folder, _)| folder);
        modules.add_file(Vec::new(), root, folder, text);
        modules
    }

    fn add_file(
        &mut self,
        path: Vec<String>,
        file: &str,
        folder: &str,
        text: &dyn Fn(&str) -> Option<String>,
    ) {
        if let Some(source) = text(file) {
            let code = without_tests(&source::mask(&source, Language::Rust));
            self.add(path, file, folder, &code, text);
        }
    }

    fn add(
        &mut self,
        path: Vec<String>,
        file: &str,
        folder: &str,
        code: &str,
        text: &dyn Fn(&str) -> Option<String>,
    ) {
        let mut own = code.to_owned();
        let mut from = 0;
        while let Some(declared) = next_module(&own, from) {
            from = declared.at + 1;
            let child = format!("{folder}/{}", declared.name);
            let below = [path.as_slice(), &[declared.name]].concat();
            if let Some((open, close)) = declared.body {
                let mut body = " ".repeat(open + 1);
                body.push_str(&own[open + 1..close]);
                self.add(below, file, &child, &body, text);
                own = blank(&own, open + 1, close);
                continue;
            }
            let files = [format!("{child}.rs"), format!("{child}/mod.rs")];
            if let Some(found) = files.iter().find(|file| text(file).is_some()) {
                self.add_file(below, found, &child, text);
            }
        }
        let file = file.to_owned();
        self.0.insert(path, SourceModule { file, code: own });
    }
}

/// A declaration `mod name;` or `mod name { ... }`.
struct Declaration {
    at: usize,
    name: String,
    /// Where the braces are.
    body: Option<(usize, usize)>,
}

/// The next declaration of a module from `from` on.
fn next_module(code: &str, from: usize) -> Option<Declaration> {
    source::words(code, "mod")
        .filter(|&at| at >= from)
        .find_map(|at| {
            let rest = code[at + 3..].trim_start();
            let name = source::identifier(rest);
            let after = rest[name.len()..].trim_start();
            let open = code.len() - after.len();
            let body = match after.bytes().next()? {
                _ if name.is_empty() => return None,
                b';' => None,
                b'{' => Some((open, source::closing(code, open)?)),
                _ => return None,
            };
            let name = name.to_owned();
            Some(Declaration { at, name, body })
        })
}

/// Masked code with every item blanked out that is there for tests or documentation alone: `#[cfg(test)]`,
/// `#[cfg(all(test, ...))]`, `#[cfg(doc)]` and `#[cfg(any(doc, test))]`.
pub(crate) fn without_tests(masked: &str) -> String {
    let mut code = masked.to_owned();
    let mut from = 0;
    while let Some(at) = code[from..].find("#[cfg(").map(|at| at + from) {
        from = at + 1;
        let condition = code[at + "#[cfg(".len()..].trim_start();
        let condition = condition.strip_prefix("all(").unwrap_or(condition);
        let is_doc = ["doc)", "any(doc, test)"]
            .iter()
            .any(|doc| condition.starts_with(doc));
        if is_doc || source::identifier(condition.trim_start()) == "test" {
            let end = item_end(&code, at);
            code = blank(&code, at, end);
        }
    }
    code
}

/// Where the item that starts with an attribute at `at` ends: behind its `;` or its braces.
fn item_end(code: &str, at: usize) -> usize {
    let bytes = code.as_bytes();
    let mut here = at;
    while here < bytes.len() {
        match bytes[here] {
            b';' | b',' => return here + 1,
            b'(' | b'[' => here = source::closing(code, here).unwrap_or(bytes.len()),
            b'{' => {
                let close = source::closing(code, here).map_or(bytes.len(), |close| close + 1);
                // `use a::{b, c};` goes on behind its braces.
                let goes_on = code[close..].trim_start().starts_with(';');
                return if goes_on { close + 1 } else { close };
            }
            _ => {}
        }
        here += 1;
    }
    bytes.len()
}

fn blank(code: &str, from: usize, to: usize) -> String {
    let mut blanked = code[..from].to_owned();
    blanked.extend(
        code[from..to]
            .bytes()
            .map(|byte| if byte == b'\n' { '\n' } else { ' ' }),
    );
    blanked.push_str(&code[to..]);
    blanked
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// The modules of a crate given as pairs of file and text.
    pub(crate) fn modules(files: &[(&str, &str)]) -> Modules {
        let text = |wanted: &str| {
            let mut files = files.iter();
            let found = files.find(|(file, _)| *file == wanted);
            found.map(|(_, text)| (*text).to_owned())
        };
        Modules::of("src/lib.rs", &text)
    }

    #[test]
    fn declarations_are_followed_into_files_folders_and_inline_modules() {
        let modules = modules(&[
            (
                "src/lib.rs",
                "pub mod a;\nmod b;\nmod c { mod d; fn inside() {} }\nfn outside() {}",
            ),
            ("src/a.rs", "mod deep;"),
            ("src/a/deep.rs", "struct Deep;"),
            ("src/b/mod.rs", ""),
            ("src/c/d.rs", ""),
            ("src/stray.rs", ""),
        ]);
        let found: Vec<(String, &str)> = modules
            .0
            .iter()
            .map(|(path, module)| (path.join("::"), module.file.as_str()))
            .collect();
        let found: Vec<(&str, &str)> = found.iter().map(|(a, b)| (a.as_str(), *b)).collect();
        assert_eq!(
            found,
            [
                ("", "src/lib.rs"),
                ("a", "src/a.rs"),
                ("a::deep", "src/a/deep.rs"),
                ("b", "src/b/mod.rs"),
                ("c", "src/lib.rs"),
                ("c::d", "src/c/d.rs"),
            ]
        );
        let root = &modules.0[&Vec::new()].code;
        assert!(root.contains("outside") && !root.contains("inside"));
        let inline = &modules.0[&vec!["c".to_owned()]].code;
        assert!(inline.contains("inside") && !inline.contains("outside"));
    }

    #[test]
    fn code_for_tests_is_not_part_of_a_module() {
        let modules = modules(&[
            (
                "src/lib.rs",
                "#[cfg(test)]\nmod tests;\n#[cfg(all(test, unix))]\nuse a::{b, c};\nfn kept() {}\n\
                 #[cfg(test)]\n#[allow(x)]\nmod more { fn gone() {} }\n#[cfg(unix)]\nmod sys;\n\
                 #[cfg(doc)]\nuse for_links::X;",
            ),
            ("src/tests.rs", ""),
            ("src/sys.rs", ""),
        ]);
        assert_eq!(modules.0.len(), 2);
        let root = &modules.0[&Vec::new()];
        assert!(root.code.contains("kept") && !root.code.contains("gone"));
        assert!(!root.code.contains("use a") && !root.code.contains("for_links"));
        assert_eq!(root.code.lines().count(), 12);
    }
}
