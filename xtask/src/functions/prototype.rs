//! The declaration of a function in http.h: its parameters with their annotations.
//!
//! Owns: finding the declaration and taking its parameters apart. Does not own: other headers, or C in general.

/// A declaration.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Prototype {
    /// What it returns: `ULONG` or `BOOL`.
    pub(crate) result: String,
    pub(crate) parameters: Vec<Parameter>,
}

/// A parameter.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Parameter {
    pub(crate) kind: String,
    pub(crate) name: String,
    /// In words: which way the data goes, and how much of it there is.
    pub(crate) direction: String,
}

/// The declaration of `name`.
pub(crate) fn find(header: &str, name: &str) -> Option<Prototype> {
    let at = header
        .find(&format!(" {name}("))
        .or_else(|| header.find(&format!("\n{name}(")))?;
    let front = header[..at].trim_end();
    let result = front
        .strip_suffix("WINAPI")?
        .split_whitespace()
        .next_back()?;
    let open = at + header[at..].find('(')?;
    let end = open + header[open..].find(");")?;
    let parameters = split(&header[open + 1..end])
        .into_iter()
        .filter_map(parameter);
    Some(Prototype {
        result: result.to_owned(),
        parameters: parameters.collect(),
    })
}

/// The parts between commas that stand in no brackets.
fn split(text: &str) -> Vec<&str> {
    let (mut parts, mut depth, mut start) = (Vec::new(), 0, 0);
    for (at, character) in text.char_indices() {
        match character {
            '(' => depth += 1,
            ')' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    parts
}

/// `_In_ HANDLE RequestQueueHandle`.
fn parameter(text: &str) -> Option<Parameter> {
    let text = text.trim();
    let end = match text.find(['(', ' ', '\n'])? {
        at if text[at..].starts_with('(') => at + text[at..].find(')')? + 1,
        at => at,
    };
    let (annotation, rest) = text.split_at(end);
    let name = rest.rsplit(|c: char| !c.is_alphanumeric()).next()?;
    let kind = rest
        .trim_end_matches(name)
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    Some(Parameter {
        kind: kind.replace(" *", "*"),
        name: name.to_owned(),
        direction: direction(annotation),
    })
}

/// An annotation of Microsoft's source-code annotation language, in words.
fn direction(annotation: &str) -> String {
    let (word, arguments) = match annotation.split_once('(') {
        Some((word, rest)) => (word, rest.trim_end_matches(')')),
        None => (annotation, ""),
    };
    if word.starts_with("_Reserved") {
        return "reserved: 0 or NULL".to_owned();
    }
    let way = if word.starts_with("_Inout") {
        "in, out"
    } else if word.starts_with("_Out") {
        "out"
    } else {
        "in"
    };
    let optional = if word.contains("_opt_") {
        ", optional"
    } else {
        ""
    };
    let unit = if word.contains("bytes") {
        "bytes"
    } else {
        "elements"
    };
    let size = match arguments.split_once(',') {
        Some((size, written)) => format!(
            "; a buffer of `{}` {unit}, of which `{}` are written",
            size.trim(),
            written.trim()
        ),
        None if !arguments.is_empty() => format!("; `{arguments}` {unit}"),
        None => String::new(),
    };
    format!("{way}{optional}{size}")
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = "HTTPAPI_LINKAGE ULONG WINAPI HttpOne(\n    _In_ HANDLE Queue, _Reserved_ ULONG R,\n    \
        _Out_writes_bytes_to_opt_(Length, *Returned) PVOID Buffer,\n    _Outptr_ PWSTR *Text);\n\
        HTTPAPI_LINKAGE BOOL WINAPI\nHttpTwo(_In_reads_(Count) PTHING Things);\n";

    #[test]
    fn a_declaration_is_taken_apart() {
        let one = find(HEADER, "HttpOne").expect("found");
        let shown: Vec<String> = one
            .parameters
            .iter()
            .map(|p| format!("{} | {} | {}", p.kind, p.name, p.direction))
            .collect();
        assert_eq!(
            shown,
            [
                "HANDLE | Queue | in",
                "ULONG | R | reserved: 0 or NULL",
                "PVOID | Buffer | out, optional; a buffer of `Length` bytes, of which `*Returned` are written",
                "PWSTR* | Text | out",
            ]
        );
        let two = find(HEADER, "HttpTwo").expect("found");
        assert_eq!(
            (two.result.as_str(), two.parameters[0].direction.as_str()),
            ("BOOL", "in; `Count` elements")
        );
        assert_eq!(find(HEADER, "HttpThree"), None);
    }
}
