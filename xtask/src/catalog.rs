//! The behaviour catalog (`docs/reference/behaviour.md`) and the reasons for rows without a test.
//!
//! Owns: reading the rows of the catalog's tables and of `docs/rows-open.tsv`.
//! Does not own: which tests exist (`coverage`), the generated page (`rows`).
//! Invariant: a row's id is three capitals or digits, a dash and three digits, and occurs once.

use std::collections::HashSet;

/// The reason given for a row that no entry of the file of reasons matches.
pub(crate) const DEFAULT_REASON: &str = "not covered yet";

/// One row of the catalog.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct CatalogRow {
    /// Such as `ERR-004`.
    pub(crate) id: String,
    /// What the tester does.
    pub(crate) stimulus: String,
    /// What HTTP.sys does.
    pub(crate) expected: String,
    /// `T`, `C`, `D`, `F`, `-` or `T/D`; the catalog explains them.
    pub(crate) confidence: String,
}

impl CatalogRow {
    /// The area: the id before the dash.
    pub(crate) fn area(&self) -> &str {
        &self.id[..3]
    }
}

/// Reads all rows in the catalog's order.
pub(crate) fn parse(text: &str) -> Result<Vec<CatalogRow>, Vec<String>> {
    let mut rows = Vec::new();
    let mut findings = Vec::new();
    let mut seen = HashSet::new();
    for (index, line) in text.lines().enumerate() {
        let cells = cells(line);
        let Some(id) = cells.first().filter(|id| is_id(id)) else {
            continue;
        };
        // Id, stimulus, expected, seen at, confidence, source.
        if cells.len() != 6 {
            findings.push(format!(
                "catalog line {}: {id} has {} cells",
                index + 1,
                cells.len()
            ));
        } else if !seen.insert(id.clone()) {
            findings.push(format!("catalog line {}: {id} is there twice", index + 1));
        } else {
            rows.push(CatalogRow {
                id: id.clone(),
                stimulus: cells[1].clone(),
                expected: cells[2].clone(),
                confidence: cells[4].clone(),
            });
        }
    }
    if rows.is_empty() {
        findings.push("the catalog has no rows".to_owned());
    }
    if findings.is_empty() {
        Ok(rows)
    } else {
        Err(findings)
    }
}

/// Whether `text` is a row id.
pub(crate) fn is_id(text: &str) -> bool {
    text.split_once('-')
        .is_some_and(|(area, number)| is_area(area) && is_number(number))
}

/// Whether `text` looks like an area: `ERR`, `H2X`.
pub(crate) fn is_area(text: &str) -> bool {
    text.len() == 3
        && text.starts_with(|first: char| first.is_ascii_uppercase())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
}

/// Whether `text` is a row's number: three digits.
pub(crate) fn is_number(text: &str) -> bool {
    text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The cells of a line of a Markdown table, empty for other lines. `\|` does not end a cell.
pub(crate) fn cells(line: &str) -> Vec<String> {
    let line = line.trim();
    let Some(inside) = line
        .strip_prefix('|')
        .and_then(|line| line.strip_suffix('|'))
    else {
        return Vec::new();
    };
    let mut cells = vec![String::new()];
    let mut escaped = false;
    for character in inside.chars() {
        if character == '|' && !escaped {
            cells.push(String::new());
        } else if let Some(cell) = cells.last_mut() {
            cell.push(character);
        }
        escaped = character == '\\' && !escaped;
    }
    cells.iter().map(|cell| cell.trim().to_owned()).collect()
}

/// Why rows have no test: id, or the beginning of ids, and a reason.
#[derive(Debug, Default)]
pub(crate) struct OpenReasons {
    entries: Vec<(String, String)>,
}

impl OpenReasons {
    /// Reads lines of `PREFIX<TAB>REASON`; lines that start with `#` are comments.
    pub(crate) fn parse(text: &str) -> Result<OpenReasons, Vec<String>> {
        let mut reasons = OpenReasons::default();
        let mut findings = Vec::new();
        for (index, line) in text.lines().enumerate() {
            if line.trim().is_empty() || line.starts_with('#') {
                continue;
            }
            match line.split_once('\t') {
                Some((prefix, reason)) if !prefix.is_empty() && !reason.trim().is_empty() => {
                    reasons
                        .entries
                        .push((prefix.to_owned(), reason.trim().to_owned()));
                }
                _ => findings.push(format!("reasons line {}: not `id<TAB>reason`", index + 1)),
            }
        }
        if findings.is_empty() {
            Ok(reasons)
        } else {
            Err(findings)
        }
    }

    /// The reason of the longest prefix of `id`.
    pub(crate) fn reason(&self, id: &str) -> &str {
        self.entries
            .iter()
            .filter(|(prefix, _)| id.starts_with(prefix.as_str()))
            .max_by_key(|(prefix, _)| prefix.len())
            .map_or(DEFAULT_REASON, |(_, reason)| reason)
    }

    /// Entries that no longer say anything: no row begins so, or the row named has a test by now.
    pub(crate) fn stale(
        &self,
        rows: &[CatalogRow],
        is_tested: impl Fn(&str) -> bool,
    ) -> Vec<String> {
        self.entries
            .iter()
            .filter_map(|(prefix, _)| {
                if !rows.iter().any(|row| row.id.starts_with(prefix.as_str())) {
                    return Some(format!(
                        "a reason is given for `{prefix}`, but no row is so named"
                    ));
                }
                is_tested(prefix)
                    .then(|| format!("{prefix} has a test, remove its reason from the open rows"))
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "\
| Area | Title | Rows |
|---|---|---|
| ERR | Errors | 2 |

| Id | Stimulus | Expected | Seen at | Conf. | Source |
|---|---|---|---|---|---|
| ERR-001 | any `a \\| b` request | 400 | wire | C | x |
| H2X-010 | frame | y | wire | T/D | x |
";

    fn row(id: &str) -> CatalogRow {
        CatalogRow {
            id: id.to_owned(),
            stimulus: String::new(),
            expected: String::new(),
            confidence: "T".to_owned(),
        }
    }

    #[test]
    fn rows_are_read_and_other_tables_skipped() {
        let rows = parse(TABLE).unwrap();
        assert_eq!(rows.len(), 2);
        assert_eq!(rows[0].stimulus, "any `a \\| b` request");
        assert_eq!(
            (rows[1].area(), rows[1].confidence.as_str()),
            ("H2X", "T/D")
        );
    }

    #[test]
    fn repeated_and_misshapen_rows_are_findings() {
        let twice = format!("{TABLE}| ERR-001 | a | b | c | d | e |\n");
        assert_eq!(parse(&twice).unwrap_err().len(), 1);
        let short = format!("{TABLE}| ERR-002 | a |\n");
        assert_eq!(parse(&short).unwrap_err().len(), 1);
        assert!(parse("nothing").is_err());
    }

    #[test]
    fn ids_have_one_form() {
        assert!(is_id("ERR-004") && is_id("H2X-001"));
        assert!(!is_id("ERR-04") && !is_id("err-004") && !is_id("ERR-0004") && !is_id("2HX-001"));
    }

    #[test]
    fn the_longest_prefix_gives_the_reason() {
        let reasons =
            OpenReasons::parse("# c\nTLS\tlater\nTLS-00\tsoon\nTLS-003\tnever\n").unwrap();
        assert_eq!(reasons.reason("TLS-010"), "later");
        assert_eq!(reasons.reason("TLS-001"), "soon");
        assert_eq!(reasons.reason("TLS-003"), "never");
        assert_eq!(reasons.reason("ERR-001"), DEFAULT_REASON);
        assert_eq!(OpenReasons::parse("TLS later\n").unwrap_err().len(), 1);
    }

    #[test]
    fn reasons_for_tested_or_unknown_rows_are_stale() {
        let reasons = OpenReasons::parse("TLS\ta\nTLS-001\tb\nTLS-002\tc\nOLD\td\n").unwrap();
        let rows = [row("TLS-001"), row("TLS-002")];
        let stale = reasons.stale(&rows, |id| id == "TLS-001");
        assert_eq!(stale.len(), 2, "{stale:?}");
        assert!(stale[0].contains("TLS-001") && stale[1].contains("OLD"));
    }

    #[test]
    fn the_workspace_catalog_has_the_rows_its_own_table_promises() {
        let root = crate::files::workspace_root().unwrap();
        let text = crate::files::required(&root, crate::rows::CATALOG).unwrap();
        let rows = parse(&text).unwrap();
        let promised: Vec<(String, usize)> = text
            .lines()
            .map(cells)
            .filter(|cells| cells.len() == 3 && is_area(&cells[0]))
            .map(|cells| (cells[0].clone(), cells[2].parse().unwrap()))
            .collect();
        assert!(!promised.is_empty());
        for (area, count) in &promised {
            let found = rows.iter().filter(|row| row.area() == area).count();
            assert_eq!(found, *count, "{area}");
        }
        assert_eq!(
            rows.len(),
            promised.iter().map(|(_, count)| count).sum::<usize>()
        );
    }
}
