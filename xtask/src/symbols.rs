//! `symbols`: the exported names of a built libhttpapi against `crates/httpapi/symbols.txt`.
//!
//! Owns: reading the list and the output of `nm`, and comparing them.
//! Does not own: building the library, the state of each function (`matrix`), or the functions of
//! `httpsys_sim.h` (`sim_header`).
//! Invariant: the list has three sections, each sorted and without repeats: the functions of http.h,
//! after the line `# extensions` ours, all of which must be exported, and after `# win32` names that
//! may be.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::CommandResult;
use crate::files;
use crate::sim_header;

/// Where the list is, relative to the root.
const LIST: &str = "crates/httpapi/symbols.txt";

/// Names that some linkers export from every library.
const LINKER: &[&str] = &["_init", "_fini", "_edata", "_end", "__bss_start", "__end__"];

/// The names that the library exports.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct SymbolList {
    /// The functions of http.h.
    pub(crate) http: Vec<String>,
    /// Functions that are ours, of `httpsys/extension.h`.
    pub(crate) extensions: Vec<String>,
    /// The Win32 subset.
    pub(crate) win32: Vec<String>,
}

impl SymbolList {
    /// Reads the list of the workspace.
    pub(crate) fn load(root: &Path) -> Result<SymbolList, Vec<String>> {
        let list = SymbolList::parse(&files::required(root, LIST)?);
        let findings = list.disorder();
        if findings.is_empty() {
            Ok(list)
        } else {
            Err(findings)
        }
    }

    fn parse(text: &str) -> SymbolList {
        let mut list = SymbolList::default();
        let mut section = &mut list.http;
        for line in text.lines().map(str::trim) {
            if line == "# win32" {
                section = &mut list.win32;
            } else if line == "# extensions" {
                section = &mut list.extensions;
            } else if !line.is_empty() && !line.starts_with('#') {
                section.push(line.to_owned());
            }
        }
        list
    }

    /// Names that are out of order or there twice.
    fn disorder(&self) -> Vec<String> {
        [&self.http, &self.extensions, &self.win32]
            .into_iter()
            .flat_map(|section| section.windows(2))
            .filter(|pair| pair[0] >= pair[1])
            .map(|pair| format!("{LIST}: `{}` must stand before `{}`", pair[1], pair[0]))
            .collect()
    }

    fn compare(&self, exported: &BTreeSet<&str>) -> Vec<String> {
        let missing = self
            .http
            .iter()
            .chain(&self.extensions)
            .filter(|name| !exported.contains(name.as_str()))
            .map(|name| format!("`{name}` of {LIST} is not exported"));
        let known = |name: &str| {
            self.http
                .iter()
                .chain(&self.extensions)
                .chain(&self.win32)
                .any(|known| known == name)
        };
        let unknown = exported
            .iter()
            .filter(|name| !known(name))
            .map(|name| format!("`{name}` is exported but not in {LIST}"));
        missing.chain(unknown).collect()
    }
}

/// Compares the library at `path`, or the release build's, with the list.
pub(crate) fn run(root: &Path, path: Option<&Path>) -> CommandResult {
    if cfg!(windows) {
        return Ok("not compared: on Windows the C names belong to the system's DLL".to_owned());
    }
    let list = SymbolList::load(root)?;
    let library = path.map_or_else(|| release_library(root), Path::to_path_buf);
    let shown = library.display();
    if !library.is_file() {
        return Err(vec![format!(
            "{shown} is missing: build it with `make build`"
        )]);
    }
    let arguments: &[&str] = if cfg!(target_os = "macos") {
        &["-gU"]
    } else {
        &["-D", "--defined-only"]
    };
    let text = nm(&library, arguments)?;
    let exported = parse_nm(&text, cfg!(target_os = "macos"));
    let simulated = sim_header::names(root)?;
    let (others, mut findings) = sim_header::take(&simulated, &exported);
    findings.extend(list.compare(&others));
    if others.len() == exported.len() {
        findings.extend(simulation(&nm(&library, &[])?));
    }
    if findings.is_empty() {
        Ok(format!(
            "{} symbols of {shown} are as listed",
            exported.len()
        ))
    } else {
        Err(findings)
    }
}

/// What nm says of the library.
fn nm(library: &Path, arguments: &[&str]) -> Result<String, Vec<String>> {
    let output = Command::new("nm")
        .args(arguments)
        .arg(library)
        .output()
        .map_err(|error| vec![format!("cannot run nm (package binutils): {error}")])?;
    if !output.status.success() {
        return Err(vec![format!(
            "nm {}: {}",
            library.display(),
            String::from_utf8_lossy(&output.stderr)
        )]);
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// The finding that parts of the simulation, which is for tests, were compiled into the library. One that is
/// stripped does not tell.
fn simulation(symbols: &str) -> Option<String> {
    let is_of_it = |line: &&str| {
        let parts = ["httpsys_network", "httpsys_sim", "httpsys_socket5world"];
        parts.iter().any(|part| line.contains(part))
    };
    let found = symbols.lines().find(is_of_it)?;
    Some(format!("the simulation is compiled in: {found}"))
}

fn release_library(root: &Path) -> PathBuf {
    let name = if cfg!(target_os = "macos") {
        "libhttpapi.dylib"
    } else {
        "libhttpapi.so"
    };
    let target =
        std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| "target".into(), PathBuf::from);
    root.join(target).join("release").join(name)
}

/// The names in the output of nm: `ADDRESS TYPE NAME`, the name perhaps with a version behind `@`,
/// on macOS with an underscore in front.
fn parse_nm(text: &str, underscore: bool) -> BTreeSet<&str> {
    text.lines()
        .filter_map(|line| {
            let mut fields = line.split_whitespace();
            let (Some(_), Some(_), Some(name)) = (fields.next(), fields.next(), fields.next())
            else {
                return None;
            };
            let name = name.split('@').next().unwrap_or(name);
            Some(if underscore {
                name.strip_prefix('_').unwrap_or(name)
            } else {
                name
            })
        })
        .filter(|name| !LINKER.contains(name))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sections_are_read_and_comments_skipped() {
        let list = SymbolList::parse("# text\nHttpA\n\nHttpB\n# win32\n# more\nSleep\n");
        assert_eq!(list.http, ["HttpA", "HttpB"]);
        assert_eq!(list.win32, ["Sleep"]);
        assert!(list.disorder().is_empty());
    }

    #[test]
    fn disorder_and_repeats_are_findings() {
        assert_eq!(SymbolList::parse("HttpB\nHttpA\n").disorder().len(), 1);
        assert_eq!(SymbolList::parse("HttpA\nHttpA\n").disorder().len(), 1);
    }

    #[test]
    fn nm_output_of_both_systems_is_read() {
        let linux = "0000000000001130 T HttpA\n0000000000004028 D HttpB@@V1\n0000 T _init\n\n";
        assert_eq!(parse_nm(linux, false), BTreeSet::from(["HttpA", "HttpB"]));
        assert_eq!(
            parse_nm("0000000000000f50 T _HttpA\n", true),
            BTreeSet::from(["HttpA"])
        );
    }

    #[test]
    fn parts_of_the_simulation_are_a_finding() {
        let symbol = "0000 t _ZN14httpsys_socket5world3now17h0123456789abcdefE";
        assert!(simulation("0000 T HttpA\n0000 t _ZN14httpsys_socket4lock3nowE").is_none());
        assert!(simulation(symbol).is_some_and(|finding| finding.ends_with(symbol)));
    }

    #[test]
    fn missing_http_names_and_unknown_exports_are_findings() {
        let list = SymbolList::parse("HttpA\nHttpB\n# win32\nCloseHandle\nSleep\n");
        assert!(
            list.compare(&BTreeSet::from(["HttpA", "HttpB", "Sleep"]))
                .is_empty()
        );
        let findings = list.compare(&BTreeSet::from(["HttpA", "rust_eh"]));
        assert_eq!(
            findings,
            [
                format!("`HttpB` of {LIST} is not exported"),
                format!("`rust_eh` is exported but not in {LIST}"),
            ]
        );
    }

    #[test]
    fn the_workspace_lists_the_44_functions() {
        let list = SymbolList::load(&files::workspace_root().unwrap()).unwrap();
        assert_eq!(list.http.len(), 44);
        assert!(list.http.iter().all(|name| name.starts_with("Http")));
    }
}
