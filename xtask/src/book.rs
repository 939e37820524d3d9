//! `book`: the pages of docs in a folder from which mdBook builds.
//!
//! Owns: copying the pages, pictures and settings, and turning links that leave the book into links to the
//! repository. Does not own: mdBook, which `make book` runs; which links are dead (`links`).
//! Invariant: what is built is what is read in docs, word for word.

use std::fs;
use std::path::Path;

use crate::CommandResult;
use crate::files::{self, Tree};
use crate::links;

/// Writes the book's sources into `target`.
pub(crate) fn run(root: &Path, target: &Path) -> CommandResult {
    let manifest = files::required(root, "Cargo.toml")?;
    let repository = manifest
        .lines()
        .find_map(|line| line.strip_prefix("repository = \""))
        .ok_or_else(|| vec!["Cargo.toml: no repository".to_owned()])?
        .trim_end_matches('"');
    let summary = files::required(root, links::SUMMARY)?;
    let mut pages = links::book_pages(&summary);
    let count = pages.len();
    pages.push(links::SUMMARY.to_owned());
    let tree = Tree::load(root)?;
    let others = tree.select(&[links::BOOK], &["svg", "toml", "css"]);
    pages.extend(others.map(str::to_owned));
    for path in &pages {
        let text = files::required(root, path)?;
        let text = if path.ends_with(".md") {
            rewrite(path, &text, &pages, repository)
        } else {
            text
        };
        let file = target.join(path.trim_start_matches(links::BOOK));
        let written = fs::create_dir_all(file.parent().unwrap_or(target))
            .and_then(|()| fs::write(&file, text));
        written.map_err(|error| vec![format!("{}: {error}", file.display())])?;
    }
    Ok(format!("{count} pages in {}", target.display()))
}

/// `text` with each link to a file that is not in the book leading to the repository.
fn rewrite(path: &str, text: &str, pages: &[String], repository: &str) -> String {
    let mut rewritten = text.to_owned();
    let mut targets: Vec<String> = links::links(text)
        .into_iter()
        .map(|(_, target)| target)
        .collect();
    targets.sort();
    targets.dedup();
    for target in targets {
        let (file, fragment) = target.split_once('#').unwrap_or((&target, ""));
        if file.is_empty() || links::is_outside(&target) {
            continue;
        }
        let Some(file) = links::resolve(path, file) else {
            continue;
        };
        if !pages.contains(&file) {
            let hash = if fragment.is_empty() { "" } else { "#" };
            let there = format!("]({repository}/blob/main/{file}{hash}{fragment})");
            rewritten = rewritten.replace(&format!("]({target})"), &there);
        }
    }
    rewritten
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_out_of_the_book_lead_to_the_repository() {
        let pages = ["docs/A.md".to_owned(), "docs/x/B.md".to_owned()];
        let text = "[a](../A.md#h) [b](B.md) [c](../../examples/c/hello.c) [d](https://e) [f](#g) [h](../Z.md#i)";
        assert_eq!(
            rewrite("docs/x/B.md", text, &pages, "https://r"),
            "[a](../A.md#h) [b](B.md) [c](https://r/blob/main/examples/c/hello.c) [d](https://e) [f](#g) \
             [h](https://r/blob/main/docs/Z.md#i)"
        );
    }
}
