//! `deps`: who may depend on whom.
//!
//! Owns: the table of allowed direct dependencies and reading them from the Cargo.toml files.
//! Does not own: versions and features (the workspace's Cargo.toml), or what a dependency brings in.
//! Invariant: every package under `crates/` has a row; `tests`, `benches`, `examples` and `xtask` are
//! free. Dev-dependencies may be any external crate, but of the workspace only what the row allows:
//! a test that needs more belongs into `tests/`.

use std::path::Path;

use crate::Outcome;
use crate::files::Tree;

/// Package and what it may use directly.
const ALLOWED: &[(&str, &[&str])] = &[
    ("httpsys-proto", &["httparse"]),
    (
        "httpsys-core",
        &["httpsys-proto", "idna", "slab", "smallvec"],
    ),
    (
        "httpsys-logging",
        &["httpsys-socket", "parking_lot", "tracing"],
    ),
    ("httpsys-socket", &["libc"]),
    (
        "httpsys-engine",
        &[
            "httpsys-core",
            "httpsys-logging",
            "httpsys-proto",
            "httpsys-socket",
            "jiff",
            "mio",
            "nix",
            "parking_lot",
            "slab",
            "smallvec",
            "socket2",
            "tracing",
        ],
    ),
    ("httpsys", &["httpsys-core", "httpsys-engine", "smallvec"]),
    ("httpsys-win32", &["httpsys-socket", "libc", "parking_lot"]),
    (
        "httpapi",
        &[
            "httpsys",
            "httpsys-core",
            "httpsys-engine",
            "httpsys-socket",
            "httpsys-win32",
            "smallvec",
            "tracing",
            "tracing-subscriber",
        ],
    ),
];

/// What a manifest says that matters here.
#[derive(Debug, Default, PartialEq, Eq)]
struct Manifest {
    package: String,
    dependencies: Vec<Dependency>,
}

#[derive(Debug, PartialEq, Eq)]
struct Dependency {
    /// The package's name, also where the dependency is renamed.
    package: String,
    /// Only for tests, examples and benches of the package.
    dev: bool,
}

/// Checks every crate under `crates/`.
pub(crate) fn run(root: &Path) -> Outcome {
    let tree = Tree::load(root)?;
    let mut findings = Vec::new();
    let mut manifests = 0;
    for path in tree.select(&["crates/"], &["toml"]) {
        if !path.ends_with("/Cargo.toml") {
            continue;
        }
        let Some(text) = tree.text(path)? else {
            findings.push(format!("{path}: not UTF-8"));
            continue;
        };
        manifests += 1;
        findings.extend(
            check(&parse(&text))
                .into_iter()
                .map(|line| format!("{path}: {line}")),
        );
    }
    if manifests == 0 {
        findings.push("no Cargo.toml under crates/".to_owned());
    }
    if findings.is_empty() {
        Ok(format!("{manifests} crates use only what the table allows"))
    } else {
        Err(findings)
    }
}

fn check(manifest: &Manifest) -> Vec<String> {
    let package = manifest.package.as_str();
    let Some((_, allowed)) = ALLOWED.iter().find(|(name, _)| *name == package) else {
        return vec![format!(
            "package `{package}` has no row in the table of xtask/src/deps.rs"
        )];
    };
    let ours = |name: &str| ALLOWED.iter().any(|(package, _)| *package == name);
    manifest
        .dependencies
        .iter()
        .filter(|dependency| {
            let name = dependency.package.as_str();
            !allowed.contains(&name) && (!dependency.dev || ours(name))
        })
        .map(|dependency| {
            format!(
                "`{package}` may not depend on `{}` (allowed: {})",
                dependency.package,
                allowed.join(", ")
            )
        })
        .collect()
}

/// Which table of a manifest a line belongs to.
enum Table {
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
    let mut table = Table::Other;
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
            Table::Package if key == "name" => manifest.package = unquote(value).to_owned(),
            Table::Dependencies { dev } => {
                // `name.workspace = true` names the dependency before the dot.
                let name = key.split('.').next().unwrap_or(key);
                let package = renamed(value).unwrap_or(name).to_owned();
                manifest.dependencies.push(Dependency { package, dev });
            }
            Table::OneDependency if key == "package" => {
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
fn enter(heading: &str, manifest: &mut Manifest) -> Table {
    if heading == "package" {
        return Table::Package;
    }
    // `target.'cfg(unix)'.dependencies`: what counts stands after the condition.
    let tail = match heading.strip_prefix("target.") {
        Some(target) => match target.find("dependencies") {
            Some(at) => &target[target[..at].rfind('.').map_or(0, |dot| dot + 1)..],
            None => return Table::Other,
        },
        None => heading,
    };
    let (kind, name) = tail
        .split_once('.')
        .map_or((tail, None), |(kind, name)| (kind, Some(name)));
    let dev = match kind {
        "dependencies" | "build-dependencies" => false,
        "dev-dependencies" => true,
        _ => return Table::Other,
    };
    match name {
        None => Table::Dependencies { dev },
        Some(name) => {
            manifest.dependencies.push(Dependency {
                package: unquote(name).to_owned(),
                dev,
            });
            Table::OneDependency
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

    #[test]
    fn dependencies_outside_the_row_are_findings() {
        let findings = check(&parse(MANIFEST));
        let named: Vec<bool> = [
            "`real`",
            "`wide`",
            "`table-real`",
            "`libc`",
            "`httpsys-engine`",
        ]
        .iter()
        .map(|name| findings.iter().any(|line| line.contains(name)))
        .collect();
        assert_eq!(named, [true; 5]);
        assert_eq!(findings.len(), 5, "{findings:?}");
    }

    #[test]
    fn a_package_without_a_row_is_a_finding() {
        assert_eq!(
            check(&parse("[package]\nname = \"httpsys-new\"\n")).len(),
            1
        );
    }
}
