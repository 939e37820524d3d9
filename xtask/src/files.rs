//! Where the workspace is, which files belong to it, and generated files.
//!
//! Owns: finding the root, listing files (git's view where there is one), reading text, and writing
//! or comparing a generated file.
//! Does not own: what is in the files.
//! Invariant: paths are relative to the root, separated by `/`, sorted.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The directory of the workspace's Cargo.toml, found from where cargo or the caller started us.
pub(crate) fn workspace_root() -> Result<PathBuf, String> {
    let start = match std::env::var_os("CARGO_MANIFEST_DIR") {
        Some(directory) => PathBuf::from(directory),
        None => {
            std::env::current_dir().map_err(|error| format!("no current directory: {error}"))?
        }
    };
    start
        .ancestors()
        .find(|directory| {
            fs::read_to_string(directory.join("Cargo.toml"))
                .is_ok_and(|text| text.lines().any(|line| line.trim() == "[workspace]"))
        })
        .map(Path::to_path_buf)
        .ok_or_else(|| format!("no workspace above {}", start.display()))
}

/// The files of the workspace: tracked and not yet tracked, without what git ignores.
#[derive(Debug)]
pub(crate) struct Tree {
    root: PathBuf,
    paths: Vec<String>,
}

impl Tree {
    /// Lists the files under `root`. Without git (a source archive) every file outside build
    /// directories counts.
    pub(crate) fn load(root: &Path) -> Result<Tree, Vec<String>> {
        let mut paths = match git_files(root) {
            Some(paths) => paths,
            None => {
                let mut paths = Vec::new();
                walk(root, "", &mut paths).map_err(|error| vec![error])?;
                paths
            }
        };
        paths.sort();
        paths.dedup();
        Ok(Tree {
            root: root.to_path_buf(),
            paths,
        })
    }

    /// Every path.
    pub(crate) fn paths(&self) -> impl Iterator<Item = &str> {
        self.paths.iter().map(String::as_str)
    }

    /// Paths below one of `folders` (each ends in `/`) with one of `extensions`.
    pub(crate) fn select<'a>(
        &'a self,
        folders: &'a [&str],
        extensions: &'a [&str],
    ) -> impl Iterator<Item = &'a str> {
        self.paths().filter(move |path| {
            folders.iter().any(|folder| path.starts_with(folder))
                && path
                    .rsplit_once('.')
                    .is_some_and(|(_, extension)| extensions.contains(&extension))
        })
    }

    /// The text of a file; `None` if it is not UTF-8 text.
    pub(crate) fn text(&self, path: &str) -> Result<Option<String>, Vec<String>> {
        match fs::read(self.root.join(path)) {
            Ok(bytes) => Ok(String::from_utf8(bytes).ok()),
            Err(error) => Err(vec![format!("{path}: {error}")]),
        }
    }
}

/// Reads a file that a command cannot do without.
pub(crate) fn required(root: &Path, path: &str) -> Result<String, Vec<String>> {
    fs::read_to_string(root.join(path)).map_err(|error| vec![format!("{path}: {error}")])
}

/// Writes a generated file, or with `check` only compares it and names the first line that differs.
pub(crate) fn generate(
    root: &Path,
    path: &str,
    text: &str,
    check: bool,
    remedy: &str,
) -> Result<(), Vec<String>> {
    let current = fs::read_to_string(root.join(path)).ok();
    if current.as_deref() == Some(text) {
        return Ok(());
    }
    if !check {
        return fs::write(root.join(path), text)
            .map_err(|error| vec![format!("{path}: cannot write: {error}")]);
    }
    let Some(current) = current else {
        return Err(vec![format!("{path} is missing: run `{remedy}`")]);
    };
    Err(vec![format!(
        "{path} is out of date at line {}: run `{remedy}`",
        first_difference(&current, text)
    )])
}

/// The number, from 1, of the first line in which the texts differ.
fn first_difference(left: &str, right: &str) -> usize {
    left.lines()
        .zip(right.lines())
        .take_while(|(left, right)| left == right)
        .count()
        + 1
}

fn git_files(root: &Path) -> Option<Vec<String>> {
    let output = Command::new("git")
        .args([
            "ls-files",
            "-z",
            "--cached",
            "--others",
            "--exclude-standard",
        ])
        .current_dir(root)
        .output()
        .ok()?;
    let listed = String::from_utf8(output.stdout).ok()?;
    let paths: Vec<String> = listed
        .split('\0')
        // A file that was deleted but is still in the index is not there any more.
        .filter(|path| !path.is_empty() && root.join(path).is_file())
        .map(str::to_owned)
        .collect();
    // Nothing listed: not a repository of ours (an archive, or unpacked below an ignored folder).
    (output.status.success() && !paths.is_empty()).then_some(paths)
}

fn walk(root: &Path, below: &str, paths: &mut Vec<String>) -> Result<(), String> {
    let directory = root.join(below);
    let entries =
        fs::read_dir(&directory).map_err(|error| format!("{}: {error}", directory.display()))?;
    for entry in entries {
        let entry = entry.map_err(|error| format!("{}: {error}", directory.display()))?;
        let Ok(name) = entry.file_name().into_string() else {
            continue;
        };
        let kind = entry
            .file_type()
            .map_err(|error| format!("{name}: {error}"))?;
        if kind.is_dir() && name != "target" && name != ".git" {
            walk(root, &format!("{below}{name}/"), paths)?;
        } else if kind.is_file() {
            paths.push(format!("{below}{name}"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_differing_line_is_found_also_past_the_shorter_text() {
        assert_eq!(first_difference("a\nb\n", "a\nc\n"), 2);
        assert_eq!(first_difference("a\n", "a\nb\n"), 2);
        assert_eq!(first_difference("x", "y"), 1);
    }

    #[test]
    fn the_walk_and_git_agree_on_this_crate() {
        let root = workspace_root().unwrap();
        let mut walked = Vec::new();
        walk(&root, "", &mut walked).unwrap();
        let tree = Tree::load(&root).unwrap();
        let ours: Vec<&str> = tree.select(&["xtask/src/"], &["rs"]).collect();
        assert!(ours.contains(&"xtask/src/files.rs"));
        assert!(
            ours.iter()
                .all(|path| walked.iter().any(|walked| walked == path))
        );
        assert!(!walked.iter().any(|path| path.starts_with("target/")));
    }
}
