//! The name of a type is unique in the workspace.
//!
//! Owns: finding the types that code declares, comparing their names across files, the names that are there twice
//! on purpose. Does not own: which code is for tests (`modules`).
//! Invariant: associated types and types within tests do not count. A name may stand twice in one file, as under
//! two conditions. An exception that is not needed is a finding.

use std::collections::{BTreeMap, BTreeSet};

use crate::source;

/// A name that several files declare on purpose.
struct Mirror {
    name: &'static str,
    /// How many files.
    files: usize,
    /// Why. It is here for readers of this list.
    #[allow(dead_code)]
    why: &'static str,
}

const MIRRORS: &[Mirror] = &[
    Mirror {
        name: "Condvar",
        files: 3,
        why: "the same lock under the feature `sim`, which asks the simulated world, and as std has it",
    },
    Mirror {
        name: "Event",
        files: 3,
        why: "an object of Windows, its stand-in on Windows, and of a poll, as in mio",
    },
    Mirror {
        name: "File",
        files: 2,
        why: "the same object, of the system: src/windows stands in for a room on Windows",
    },
    Mirror {
        name: "GUID",
        files: 2,
        why: "the structure of Windows, in http.h's types and in the crate that knows no http.h",
    },
    Mirror {
        name: "JoinHandle",
        files: 2,
        why: "as in std: of a thread that may be a simulation's, and of one that a test starts in it",
    },
    Mirror {
        name: "Kept",
        files: 2,
        why: "the same object, of the system: src/windows stands in for a room on Windows",
    },
    Mirror {
        name: "Logging",
        files: 2,
        why: "the Rust API's builder of the property",
    },
    Mirror {
        name: "Mutex",
        files: 3,
        why: "the same lock under the feature `sim`, which asks the simulated world, and as std has it",
    },
    Mirror {
        name: "MutexGuard",
        files: 2,
        why: "the same lock under the feature `sim`, which asks the simulated world",
    },
    Mirror {
        name: "OVERLAPPED",
        files: 2,
        why: "the structure of Windows, in http.h's types and in the crate that knows no http.h",
    },
    Mirror {
        name: "OVERLAPPED_ENTRY",
        files: 2,
        why: "the structure of Windows, in http.h's types and in the crate that knows no http.h",
    },
    Mirror {
        name: "Packet",
        files: 2,
        why: "the same object, of the system: src/windows stands in for a room on Windows",
    },
    Mirror {
        name: "Pool",
        files: 2,
        why: "the same object, of the system: src/windows stands in for a room on Windows",
    },
    Mirror {
        name: "Port",
        files: 2,
        why: "the same object, of the system: src/windows stands in for a room on Windows",
    },
    Mirror {
        name: "Receive",
        files: 2,
        why: "the Rust API's future of the call",
    },
    Mirror {
        name: "Request",
        files: 2,
        why: "the Rust API's object, which has the name of the one that it stands for",
    },
    Mirror {
        name: "RequestQueue",
        files: 2,
        why: "the Rust API's object, which has the name of the one that it stands for",
    },
    Mirror {
        name: "Rollover",
        files: 2,
        why: "HTTP_LOGGING_ROLLOVER_TYPE: logging knows no property",
    },
    Mirror {
        name: "RwLock",
        files: 2,
        why: "the same lock under the feature `sim`, which asks the simulated world",
    },
    Mirror {
        name: "Service",
        files: 2,
        why: "the Rust API's object, which has the name of the one that it stands for",
    },
    Mirror {
        name: "SimpleCallback",
        files: 2,
        why: "the same object, of the system: src/windows stands in for a room on Windows",
    },
    Mirror {
        name: "Timeouts",
        files: 2,
        why: "the Rust API's form of the property",
    },
    Mirror {
        name: "Verb",
        files: 2,
        why: "HTTP_VERB of the Rust API, which has methods where the protocol has numbers",
    },
    Mirror {
        name: "Version",
        files: 2,
        why: "logging knows no protocol: a record has its own",
    },
    Mirror {
        name: "WaitForDisconnect",
        files: 2,
        why: "the Rust API's future of the call",
    },
];

/// Types by name: the files that declare them.
#[derive(Debug, Default)]
pub(super) struct Types(BTreeMap<String, BTreeSet<String>>);

impl Types {
    /// Adds the types of a file, given its code without literals, comments and tests.
    pub(super) fn add(&mut self, path: &str, code: &str) {
        for name in declared(code) {
            let files = self.0.entry(name.to_owned()).or_default();
            files.insert(path.to_owned());
        }
    }

    /// Everything that is wrong.
    pub(super) fn findings(&self) -> Vec<String> {
        compare(&self.0, MIRRORS)
    }
}

fn compare(types: &BTreeMap<String, BTreeSet<String>>, mirrors: &[Mirror]) -> Vec<String> {
    let mut findings = Vec::new();
    for (name, files) in types {
        let mirror = mirrors.iter().find(|mirror| mirror.name == name);
        let allowed = mirror.map_or(1, |mirror| mirror.files);
        if files.len() > allowed {
            let files: Vec<&str> = files.iter().map(String::as_str).collect();
            findings.push(format!(
                "{}: another type is called `{name}`: {}",
                files[0],
                files[1..].join(", ")
            ));
        }
    }
    for mirror in mirrors {
        let files = types.get(mirror.name).map_or(0, BTreeSet::len);
        if files < mirror.files.max(2) {
            findings.push(format!(
                "xtask/src/tidy/types.rs: `{}` is declared in {files} file(s), the list says {}",
                mirror.name, mirror.files
            ));
        }
    }
    findings
}

/// The names of the types that masked code declares.
fn declared(code: &str) -> Vec<&str> {
    let keywords = ["struct", "enum", "trait", "type", "union"];
    let mut names = Vec::new();
    for keyword in keywords {
        for at in source::words(code, keyword) {
            let rest = &code[at + keyword.len()..];
            let name = source::identifier(rest.trim_start());
            // `r#type`, `union` as a name of something else, `type` of an implementation.
            let is_word = rest.starts_with(char::is_whitespace) && starts_item(&code[..at]);
            if is_word && !name.is_empty() && !(keyword == "type" && is_associated(code, at)) {
                names.push(name);
            }
        }
    }
    names
}

/// Whether an item can start behind `before`.
fn starts_item(before: &str) -> bool {
    let before = before.trim_end();
    let word = before.len()
        - before
            .bytes()
            .rev()
            .take_while(|&byte| source::is_word(byte))
            .count();
    match &before[word..] {
        "" => before.is_empty() || before.ends_with([';', '{', '}', ']', ')', '>']),
        word => matches!(word, "pub" | "unsafe"),
    }
}

/// Whether what stands at `at` is inside the braces of a trait or of an implementation.
fn is_associated(code: &str, at: usize) -> bool {
    let mut depth = 0usize;
    let open = code[..at].bytes().enumerate().rev().find(|&(_, byte)| {
        match byte {
            b'}' => depth += 1,
            b'{' if depth == 0 => return true,
            b'{' => depth -= 1,
            _ => {}
        }
        false
    });
    let Some((open, _)) = open else {
        return false;
    };
    let head = &code[..open];
    let start = head.rfind([';', '{', '}']).map_or(0, |end| end + 1);
    let is_one = |keyword| source::words(&head[start..], keyword).next().is_some();
    is_one("impl") || is_one("trait")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn types(files: &[(&str, &str)]) -> Types {
        let mut types = Types::default();
        for (path, code) in files {
            types.add(path, code);
        }
        types
    }

    #[test]
    fn every_kind_of_declaration_is_seen_and_associated_types_are_not() {
        let code = "pub struct A<T>(T);\n#[repr(C)]\npub(crate) enum B {}\nunsafe trait C { type No; }\n\
                    type D = u8;\nunion E { a: u8 }\nimpl X for A { type No = u8; fn f() { struct F; } }\n\
                    fn g(union: u8) { let r = union ; }\nmod m { type G = u8; }";
        let mut found = declared(code);
        found.sort_unstable();
        assert_eq!(found, ["A", "B", "C", "D", "E", "F", "G"]);
    }

    #[test]
    fn a_name_in_two_files_is_a_finding_and_in_one_file_it_is_not() {
        let twice = types(&[
            ("a.rs", "struct State;\nstruct State;"),
            ("b.rs", "enum Other {}"),
        ]);
        assert_eq!(compare(&twice.0, &[]), [""; 0]);
        let both = types(&[("a.rs", "struct State;"), ("b.rs", "enum State {}")]);
        assert_eq!(
            compare(&both.0, &[]),
            ["a.rs: another type is called `State`: b.rs"]
        );
    }

    #[test]
    fn an_exception_counts_its_files_and_one_that_is_not_needed_is_a_finding() {
        let state = |files| Mirror {
            name: "State",
            files,
            why: "",
        };
        let three = types(&[
            ("a.rs", "struct State;"),
            ("b.rs", "enum State {}"),
            ("c.rs", "type State = u8;"),
        ]);
        assert_eq!(compare(&three.0, &[state(3)]), [""; 0]);
        assert_eq!(compare(&three.0, &[state(2)]).len(), 1);
        assert_eq!(compare(&three.0, &[state(4)]).len(), 1);
        let none = types(&[]);
        assert_eq!(compare(&none.0, &[state(1)]).len(), 1);
    }
}
