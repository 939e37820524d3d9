//! The text of a function's page.
//!
//! Owns: headings, tables, links. Does not own: where the facts come from (`functions`).
//! Invariant: a row is shown if the doc lines cite it, if it names the function, or if the title of its area does.

use std::fmt::Write as _;

use super::Sources;
use super::example::Example;
use super::notes::DocNotes;
use super::prototype::Prototype;
use crate::catalog::{self, CatalogRow};
use crate::matrix::FunctionState;
use crate::source;

/// Functions that Microsoft's reference has no page for.
const WITHOUT_PAGE: &[&str] = &["HttpGetExtension", "HttpQueryRequestProperty"];

/// One word for a state.
pub(crate) fn state_word(state: &FunctionState) -> &'static str {
    match state {
        FunctionState::Implemented => "implemented",
        FunctionState::Partial(_) => "partial",
        FunctionState::Missing(_) => "missing",
    }
}

/// `text` as it may stand in a cell of a table.
pub(crate) fn cell(text: &str) -> String {
    text.replace("\\|", "|").replace('|', "\\|")
}

pub(super) fn render(
    sources: &Sources,
    name: &str,
    prototype: &Prototype,
    example: &Example,
) -> String {
    let function = &sources.functions[name];
    let notes = DocNotes::read(&function.docs);
    let docs = function.docs.join(" ");
    let mut page = format!("# {name}\n\n");
    let link = |text: &str| linked(sources, name, text);
    if !notes.summary.is_empty() {
        page += &format!("{}\n\n", link(&notes.summary));
    }
    page += &format!("**State**: {}", state_word(&function.state));
    page += &format!(" · [source](../../{})", function.path);
    if !WITHOUT_PAGE.contains(&name) {
        page += &format!(
            " · [Microsoft's page](https://learn.microsoft.com/windows/win32/api/http/nf-http-{})",
            name.to_lowercase()
        );
    }
    page += "\n\n";
    page += &declaration(name, prototype);
    page += &parameters(prototype);
    if !notes.remarks.is_empty() {
        page += "## Behaviour\n\n";
        for remark in &notes.remarks {
            page += &format!("{}\n\n", link(remark));
        }
    }
    if !notes.codes.is_empty() {
        page += "## Error codes\n\n| Code | Name | When |\n|---|---|---|\n";
        for code in &notes.codes {
            let names = code.numbers.iter().map(|number| sources.errors.get(number));
            let names: Vec<&str> = names.map(|name| name.map_or("", String::as_str)).collect();
            let numbers: Vec<String> = code.numbers.iter().map(u32::to_string).collect();
            let (numbers, names) = (numbers.join(", "), names.join(", "));
            page += &format!("| {numbers} | {names} | {} |\n", cell(&link(&code.when)));
        }
        page += "\n";
    }
    page += &differences(&notes, link);
    page += &behaviour(sources, name, &docs);
    page += &gaps(sources, &docs);
    page += &format!(
        "## Example\n\nFrom [{0}](../../{0}):\n\n```c\n{1}\n```\n",
        example.path, example.lines
    );
    page
}

fn declaration(name: &str, prototype: &Prototype) -> String {
    let width = prototype
        .parameters
        .iter()
        .map(|p| p.kind.len())
        .max()
        .unwrap_or(0);
    let lines: Vec<String> = prototype
        .parameters
        .iter()
        .map(|p| format!("    {:width$} {}", p.kind, p.name))
        .collect();
    format!(
        "```c\n{} {name}(\n{});\n```\n\n",
        prototype.result,
        lines.join(",\n")
    )
}

fn parameters(prototype: &Prototype) -> String {
    let mut text = "## Parameters\n\n| Name | Type | Direction |\n|---|---|---|\n".to_owned();
    for p in &prototype.parameters {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "| `{}` | {} | {} |", p.name, p.kind, p.direction);
    }
    text + "\n"
}

fn differences(notes: &DocNotes, link: impl Fn(&str) -> String) -> String {
    let mut text = String::new();
    if let Some(missing) = &notes.missing {
        text += &format!("- The function is missing: it {}\n", link(missing));
    }
    if let Some(partial) = &notes.partial {
        text += &format!("- Not implemented: {}\n", link(partial));
    }
    if let Some(differs) = &notes.differs {
        text += &format!("- Intentional: {}\n", link(differs));
    }
    if text.is_empty() {
        return String::new();
    }
    format!("## Differences from Windows\n\n{text}\n")
}

fn behaviour(sources: &Sources, name: &str, docs: &str) -> String {
    let cited = cited_rows(docs);
    let rows: Vec<&CatalogRow> = sources
        .rows
        .iter()
        .filter(|row| {
            let title = sources.areas.get(row.area()).map_or("", String::as_str);
            let texts = [title, &row.stimulus, &row.expected];
            cited.contains(&row.id)
                || texts
                    .iter()
                    .any(|text| source::words(text, name).next().is_some())
        })
        .collect();
    if rows.is_empty() {
        return String::new();
    }
    let mut text = "## What HTTP.sys does\n\n\
        | Row | When | Then | Evidence | Here |\n|---|---|---|---|---|\n"
        .to_owned();
    for row in rows {
        let here = if sources.tested.contains(&row.id) {
            "tested".to_owned()
        } else {
            format!("open: {}", cell(sources.reasons.reason(&row.id)))
        };
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "| {} | {} | {} | {} | {here} |",
            row_link(sources, &row.id),
            row.stimulus,
            row.expected,
            row.confidence
        );
    }
    text + "\n"
}

fn gaps(sources: &Sources, docs: &str) -> String {
    let mut text = String::new();
    for (id, (question, choice)) in &sources.gaps {
        if source::words(docs, id).next().is_some() {
            // Writing to a String cannot fail.
            let _ = writeln!(text, "| {id} | {question} | {choice} |");
        }
    }
    if text.is_empty() {
        return String::new();
    }
    format!(
        "## Questions that no source answers\n\n| Gap | Question | Choice here |\n|---|---|---|\n{text}\n"
    )
}

/// The ids in a text: `RCV-009 to RCV-012` are four.
fn cited_rows(text: &str) -> Vec<String> {
    let mut ids: Vec<String> = Vec::new();
    let mut words = text
        .split(|c: char| !c.is_ascii_alphanumeric() && c != '-')
        .filter(|word| !word.is_empty())
        .peekable();
    while let Some(word) = words.next() {
        if !catalog::is_id(word) {
            continue;
        }
        ids.push(word.to_owned());
        if words.next_if_eq(&"to").is_none() {
            continue;
        }
        if let Some(last) = words.peek().filter(|last| catalog::is_id(last)) {
            let number = |id: &str| id[4..].parse::<u32>().unwrap_or(0);
            ids.extend(
                (number(word) + 1..number(last)).map(|at| format!("{}-{at:03}", &word[..3])),
            );
        }
    }
    ids
}

/// A link to the area's heading in the catalog.
fn row_link(sources: &Sources, id: &str) -> String {
    match sources.areas.get(&id[..3]) {
        Some(title) => {
            let anchor = crate::links::anchor(&format!("{} - {title}", &id[..3]));
            format!("[{id}](../reference/behaviour.md#{anchor})")
        }
        None => id.to_owned(),
    }
}

/// `text` with a link for each other function of the API, and for each row.
fn linked(sources: &Sources, own: &str, text: &str) -> String {
    let mut linked = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(|c: char| c.is_ascii_alphanumeric()) {
        linked += &rest[..at];
        rest = &rest[at..];
        let end = rest
            .find(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_')
            .unwrap_or(rest.len());
        let word = &rest[..end];
        let in_code = linked.matches('`').count() % 2 == 1;
        if !in_code && catalog::is_id(word) {
            linked += &row_link(sources, word);
        } else if !in_code && word != own && sources.functions.contains_key(word) {
            linked += &format!("[{word}]({word}.md)");
        } else {
            linked += word;
        }
        rest = &rest[end..];
    }
    linked + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_of_rows_are_all_their_rows() {
        assert_eq!(
            cited_rows("234 (RCV-009 to RCV-012), 87 (G-036, CXL-001)"),
            ["RCV-009", "RCV-010", "RCV-011", "RCV-012", "CXL-001"]
        );
    }

    #[test]
    fn a_bar_in_a_cell_is_escaped_once() {
        assert_eq!(cell("a|b \\| c"), "a\\|b \\| c");
    }
}
