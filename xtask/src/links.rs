//! `links`: the pages for readers: no dead link, every page in the book, no internal marks.
//!
//! Owns: the links of all Markdown files of the tree to files and headings, the list of pages that are not
//! published, and how a heading becomes an anchor. Does not own: links to other sites, which nobody fetches.
//! Invariant: text in code, inline or in a block, has no links.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::CommandResult;
use crate::files::Tree;

/// The book's contents, relative to the root.
pub(crate) const SUMMARY: &str = "docs/SUMMARY.md";
/// The folder of the book.
pub(crate) const BOOK: &str = "docs/";

/// Notes that the specification was made from: in the tree, not in the book.
const UNPUBLISHED: &[&str] = &["docs/reference/surface.md", "docs/reference/programs.md"];

/// Marks of those notes.
const MARKS: &[&str] = &["[guess]", "[ran]", "[hdr]", "[doc]", "[guess "];

/// Checks every Markdown file.
pub(crate) fn run(root: &Path) -> CommandResult {
    let tree = Tree::load(root)?;
    let paths: BTreeSet<&str> = tree.paths().collect();
    let mut pages = BTreeMap::new();
    for &path in paths.iter().filter(|path| path.ends_with(".md")) {
        pages.insert(path, tree.text(path)?.unwrap_or_default());
    }
    let mut findings = Vec::new();
    let mut count = 0;
    for (&path, text) in &pages {
        for (line, target) in links(text) {
            count += 1;
            if let Some(wrong) = check(path, &target, &paths, &pages) {
                findings.push(format!("{path}:{line}: {target}: {wrong}"));
            }
        }
    }
    let summary = pages.get(SUMMARY).map_or("", String::as_str);
    findings.extend(published(summary, &pages));
    if findings.is_empty() {
        Ok(format!("{count} links in {} pages", pages.len()))
    } else {
        Err(findings)
    }
}

/// The pages of the book, relative to the root, in the order of its contents.
pub(crate) fn book_pages(summary: &str) -> Vec<String> {
    links(summary)
        .into_iter()
        .map(|(_, target)| format!("{BOOK}{target}"))
        .collect()
}

/// What is wrong with a link to `target`.
fn check(
    from: &str,
    target: &str,
    paths: &BTreeSet<&str>,
    pages: &BTreeMap<&str, String>,
) -> Option<&'static str> {
    if is_outside(target) {
        return None;
    }
    let (file, fragment) = target.split_once('#').unwrap_or((target, ""));
    let file = match file {
        "" => from.to_owned(),
        file => match resolve(from, file) {
            Some(file) => file,
            None => return Some("leads out of the tree"),
        },
    };
    let folder = format!("{}/", file.trim_end_matches('/'));
    if !paths.contains(&file[..]) && !paths.iter().any(|path| path.starts_with(&folder)) {
        return Some("no such file");
    }
    let text = pages.get(&file[..]).filter(|_| !fragment.is_empty())?;
    let has = anchors(text).iter().any(|anchor| anchor == fragment);
    (!has).then_some("no such heading")
}

/// Whether a link leads to another site.
pub(crate) fn is_outside(target: &str) -> bool {
    target.contains("://") || target.starts_with("mailto:")
}

/// A path relative to the page `from`, as one relative to the root; `None` if it leaves the tree.
pub(crate) fn resolve(from: &str, target: &str) -> Option<String> {
    let mut parts: Vec<&str> = from.split('/').collect();
    parts.pop();
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// Pages that the book lacks, that it has twice or that are not there, and internal marks in those it has.
fn published(summary: &str, pages: &BTreeMap<&str, String>) -> Vec<String> {
    let listed = book_pages(summary);
    let mut findings = Vec::new();
    for (index, path) in listed.iter().enumerate() {
        if listed[..index].contains(path) {
            findings.push(format!("{SUMMARY}: {path} is listed twice"));
        }
        let text = pages.get(&path[..]).map_or("", String::as_str);
        for mark in MARKS.iter().filter(|mark| text.contains(*mark)) {
            findings.push(format!("{path}: the internal mark `{mark}`"));
        }
    }
    for &path in pages
        .keys()
        .filter(|path| path.starts_with(BOOK) && **path != SUMMARY)
    {
        if !UNPUBLISHED.contains(&path) && !listed.iter().any(|page| page == path) {
            findings.push(format!("{path} is not in {SUMMARY}"));
        }
    }
    findings
}

/// The targets of the links of a page, with their lines.
pub(crate) fn links(text: &str) -> Vec<(usize, String)> {
    let masked = without_code(text);
    let found = masked.match_indices("](").filter_map(|(at, _)| {
        let start = at + 2;
        let end = start + masked[start..].find([')', '\n'])?;
        let line = masked[..at].matches('\n').count() + 1;
        Some((line, text[start..end].to_owned()))
    });
    found.collect()
}

/// The text with code blanked out, byte by byte.
fn without_code(text: &str) -> String {
    let mut masked = String::with_capacity(text.len());
    let mut in_block = false;
    for line in text.split_inclusive('\n') {
        let is_fence = line.trim_start().starts_with("```");
        if in_block || is_fence {
            masked.extend(
                line.bytes()
                    .map(|byte| if byte == b'\n' { '\n' } else { ' ' }),
            );
            in_block ^= is_fence;
            continue;
        }
        let mut in_span = false;
        let line_end = line.len();
        let spans = line.matches('`').count();
        for (at, byte) in line.bytes().enumerate() {
            // A backtick without its other half is text.
            in_span ^= byte == b'`' && spans % 2 == 0;
            let is_kept = !in_span && byte.is_ascii() || at + 1 == line_end && byte == b'\n';
            masked.push(if is_kept { char::from(byte) } else { ' ' });
        }
    }
    masked
}

/// The anchors of a page's headings.
fn anchors(text: &str) -> Vec<String> {
    let mut anchors: Vec<String> = Vec::new();
    let mut in_block = false;
    for line in text.lines() {
        in_block ^= line.starts_with("```");
        let title = line.trim_start_matches('#');
        if in_block || title.len() == line.len() || !title.starts_with(' ') {
            continue;
        }
        let plain = anchor(title.trim());
        let same = |found: &&String| {
            found.split_once(&plain[..]).is_some_and(|(front, rest)| {
                front.is_empty() && (rest.is_empty() || rest[1..].parse::<u32>().is_ok())
            })
        };
        let count = anchors.iter().filter(same).count();
        let number = if count == 0 {
            String::new()
        } else {
            format!("-{count}")
        };
        anchors.push(plain + &number);
    }
    anchors
}

/// The anchor of a heading, as GitHub and mdBook make it.
pub(crate) fn anchor(title: &str) -> String {
    title
        .chars()
        .filter_map(|character| match character {
            ' ' => Some('-'),
            '-' | '_' => Some(character),
            _ if character.is_alphanumeric() => Some(character.to_ascii_lowercase()),
            _ => None,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_in_code_are_none() {
        let text = "a [b](c.md) é `[x](y)`\n```\n[z](z)\n```\n[d](e.md#f)\n";
        assert_eq!(
            links(text),
            [(1, "c.md".to_owned()), (5, "e.md#f".to_owned())]
        );
    }

    #[test]
    fn dead_files_and_headings_are_found() {
        let paths = BTreeSet::from(["README.md", "docs/A.md", "crates/x/src/lib.rs"]);
        let pages = BTreeMap::from([
            ("README.md", "# One `two`\n## Same\n## Same\n".to_owned()),
            ("docs/A.md", String::new()),
        ]);
        let wrong = |target: &str| check("docs/A.md", target, &paths, &pages);
        for right in [
            "../README.md#one-two",
            "../README.md#same-1",
            "../crates/x",
            "https://a",
            "#",
        ] {
            assert_eq!(wrong(right), None, "{right}");
        }
        assert_eq!(wrong("B.md"), Some("no such file"));
        assert_eq!(wrong("../README.md#three"), Some("no such heading"));
        assert_eq!(wrong("../../B.md"), Some("leads out of the tree"));
    }

    #[test]
    fn a_page_is_in_the_book_once_and_without_marks() {
        let pages = BTreeMap::from([
            ("docs/A.md", concat!("so [", "guess]").to_owned()),
            ("docs/B.md", String::new()),
        ]);
        assert_eq!(published("[A](A.md)\n[A](A.md)", &pages).len(), 4);
        assert_eq!(
            published("[B](B.md)", &pages),
            ["docs/A.md is not in docs/SUMMARY.md"]
        );
    }
}
