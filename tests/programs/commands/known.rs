//! What the commands of the pages may name: targets of make, packages, targets and features of cargo, files, commands
//! of httpsysctl, options of httpsys-cc, variables of the environment.
//!
//! Owns: looking each of them up. Does not own: where the commands stand (`commands.rs`), what they do: only `cargo
//! metadata` and `httpsys-cc --help` are run.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use httpsys_tests::program::{root, succeed};
use httpsysctl::grammar::{self, ValueSpec};
use serde_json::Value;

use super::{is_assignment, is_placeholder};

/// Folders whose files commands name from the root on.
pub(super) const FOLDERS: [&str; 8] = [
    "benches/",
    "crates/",
    "docs/",
    "examples/",
    "fuzz/",
    "packaging/",
    "tests/",
    "tools/",
];
/// How readers see the repository from a program beside it.
pub(crate) const BESIDE: &str = "../httpsys/";

/// What the commands may name.
pub(super) struct Known {
    targets: BTreeSet<String>,
    makefile: String,
    packages: Vec<Value>,
    compiler_help: String,
    /// All that may read a variable of the environment.
    sources: String,
}

impl Known {
    pub(super) fn new() -> Known {
        let makefile = fs::read_to_string(root().join("Makefile")).expect("Makefile");
        let rules = makefile.lines().filter_map(|line| line.split_once(':'));
        let named = rules
            .filter(|(names, rest)| !names.starts_with(['\t', '#', '.']) && !rest.starts_with('='));
        let targets = named.flat_map(|(names, _)| names.split_whitespace());
        let help = succeed(Command::new(root().join("tools/httpsys-cc")).arg("--help"));
        Known {
            targets: targets.map(str::to_owned).collect(),
            packages: packages(&root().join("Cargo.toml")),
            compiler_help: String::from_utf8(help.stdout).expect("text"),
            sources: sources(&["crates", "fuzz", "tests", "tools"]),
            makefile,
        }
    }

    /// What a command of this page names and does not exist.
    pub(super) fn problems(&self, words: &[String], page: &str) -> Vec<String> {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let begin = words
            .iter()
            .position(|word| *word != "sudo" && !is_assignment(word));
        let Some((program, arguments)) = begin.and_then(|begin| words[begin..].split_first())
        else {
            return Vec::new();
        };
        let mut problems: Vec<_> = words.iter().filter_map(|word| self.missing(word)).collect();
        let variables = words[..begin.unwrap_or(0)].iter();
        problems.extend(variables.filter_map(|word| self.of_environment(word)));
        match *program {
            "make" => problems.extend(arguments.iter().filter_map(|word| self.of_make(word))),
            "cargo" => problems.extend(self.of_cargo(arguments)),
            "httpsysctl" | "target/release/httpsysctl" => problems.extend(of_httpsysctl(arguments)),
            "tools/httpsys-cc" | "tools/httpsys-c++" => {
                problems.extend(arguments.iter().filter_map(|word| self.of_compiler(word)));
            }
            _ => {}
        }
        let made = program.strip_prefix("./").filter(|made| *made != "server");
        if let Some(made) = made.filter(|made| !page.contains(&format!("-o {made}"))) {
            problems.push(format!("nothing on the page makes {made}"));
        }
        problems
    }

    /// A file of the repository, or of what is built, that is not there.
    fn missing(&self, word: &str) -> Option<String> {
        let path = word.strip_prefix(BESIDE).unwrap_or(word);
        let path = path.trim_end_matches(['/', ',', ':']);
        if path.split('/').any(is_placeholder) || path.contains(['*', '{', '<', '(']) {
            return None;
        }
        if let Some(program) = ["target/release/", "target/debug/"]
            .iter()
            .find_map(|folder| path.strip_prefix(folder))
        {
            let is_library = program.starts_with("libhttpapi.");
            let is_built = is_library || self.has_target("bin", program);
            return (!is_built).then(|| format!("no program {program} is built"));
        }
        let is_ours = FOLDERS.iter().any(|folder| path.starts_with(folder));
        (is_ours && !root().join(path).exists()).then(|| format!("there is no {path}"))
    }

    /// `HTTPSYS_MaxFieldLength` is the parameter of that name.
    fn of_environment(&self, word: &str) -> Option<String> {
        let (name, _) = word.split_once('=')?;
        let own = name.strip_prefix("HTTPSYS_")?;
        let is_parameter = own.contains(|c: char| c.is_ascii_lowercase());
        let read = format!("\"{own}\"");
        let is_read = self
            .sources
            .contains(if is_parameter { &read } else { name });
        (!is_read).then(|| format!("nothing reads {name}"))
    }

    fn of_make(&self, word: &str) -> Option<String> {
        if let Some((variable, _)) = word.split_once('=') {
            let is_used = self.makefile.contains(&format!("$({variable})"));
            return (!is_used).then(|| format!("make has no variable {variable}"));
        }
        let is_fine = word.starts_with('-') || self.targets.contains(word);
        (!is_fine).then(|| format!("make has no target {word}"))
    }

    fn of_cargo(&self, arguments: &[&str]) -> Option<String> {
        let arguments: Vec<_> = arguments.iter().take_while(|word| **word != "--").collect();
        let mut package = None;
        for pair in arguments.windows(2) {
            let (option, value) = (*pair[0], *pair[1]);
            if is_placeholder(value) {
                continue;
            }
            let is_known = match option {
                "-p" | "--package" => {
                    package = self
                        .packages
                        .iter()
                        .find(|package| package["name"] == value);
                    package.is_some()
                }
                "--test" | "--bin" => self.has_target(&option[2..], value),
                "--features" => package.is_none_or(|package| {
                    let features = &package["features"];
                    value
                        .split(',')
                        .all(|feature| features.get(feature).is_some())
                }),
                "--path" => missing_package(value).is_none(),
                _ => true,
            };
            if !is_known {
                return Some(format!("cargo finds no {option} {value}"));
            }
        }
        None
    }

    fn has_target(&self, kind: &str, name: &str) -> bool {
        let packages = self.packages.iter();
        let mut targets =
            packages.flat_map(|package| package["targets"].as_array().expect("targets"));
        targets.any(|target| target["name"] == name && target["kind"][0] == kind)
    }

    fn of_compiler(&self, word: &str) -> Option<String> {
        let option = word
            .split('=')
            .next()
            .filter(|word| word.starts_with("--"))?;
        let mut words = self
            .compiler_help
            .split(|c: char| c.is_whitespace() || "[]=".contains(c));
        (!words.any(|word| word == option)).then(|| format!("httpsys-cc has no option {option}"))
    }
}

/// The sources in these folders, one behind the other.
fn sources(folders: &[&str]) -> String {
    let mut all = String::new();
    let mut open: Vec<_> = folders.iter().map(|folder| root().join(folder)).collect();
    while let Some(path) = open.pop() {
        if path.is_dir() {
            let entries = fs::read_dir(&path).expect("a folder");
            open.extend(entries.map(|entry| entry.expect("an entry").path()));
            continue;
        }
        let is_source = path
            .extension()
            .is_some_and(|own| ["c", "py", "rs", "sh"].iter().any(|kind| own == *kind));
        // This file has names that nothing reads.
        if is_source && !path.ends_with("programs/commands.rs") {
            all.push_str(&fs::read_to_string(&path).expect("a source"));
        }
    }
    all
}

/// What the table of httpsysctl does not have.
fn of_httpsysctl(words: &[&str]) -> Option<String> {
    let (options, words): (Vec<&str>, Vec<&str>) =
        words.iter().partition(|word| word.starts_with("--"));
    let words: Vec<&str> = words
        .into_iter()
        .skip_while(|word| *word == "help")
        .collect();
    let (verb, rest) = words
        .split_first()
        .filter(|(verb, _)| !is_placeholder(verb))?;
    let is_verb_alone = rest.is_empty()
        && grammar::COMMANDS
            .iter()
            .any(|command| command.verb == *verb);
    let noun = rest.first().copied().filter(|word| !word.contains('='));
    let command = match grammar::find(verb, noun) {
        Ok(command) => command,
        Err(_) if is_verb_alone => return None,
        Err(why) => return Some(why),
    };
    for option in options {
        let is_known =
            option == "--json" || command.options.iter().any(|own| own.name == &option[2..]);
        if !is_known {
            return Some(format!("{} has no option {option}", command.name()));
        }
    }
    for (tag, value) in rest.iter().filter_map(|word| word.split_once('=')) {
        let Some(parameter) = command.parameters.iter().find(|own| own.tag == tag) else {
            return Some(format!("{} has no parameter {tag}", command.name()));
        };
        if let ValueSpec::Word(all) = parameter.value {
            if !is_placeholder(value) && !all.contains(&value) {
                return Some(format!("{tag} is one of {}", all.join(", ")));
            }
        }
    }
    None
}

/// The path of a package, as a reader writes it, that is none of the repository.
fn missing_package(path: &str) -> Option<String> {
    let own = path.strip_prefix(BESIDE).unwrap_or(path);
    let is_there = root().join(own).join("Cargo.toml").exists();
    (!is_there).then(|| format!("there is no package {path}"))
}

/// The packages of a manifest and its workspace, as cargo describes them.
pub(crate) fn packages(manifest: &Path) -> Vec<Value> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.args([
        "metadata",
        "--no-deps",
        "--offline",
        "--format-version=1",
        "--manifest-path",
    ]);
    let output = succeed(command.arg(manifest));
    let mut metadata: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    match metadata["packages"].take() {
        Value::Array(packages) => packages,
        other => panic!("{other}"),
    }
}
