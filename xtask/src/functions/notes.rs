//! The doc lines above a function, taken apart: summary, remarks, error codes, what is missing, what differs.
//!
//! Owns: which sentence is what. Does not own: links and tables (`page`).
//! Invariant: a clause that begins with numbers (`6 for a handle ...; 38 and 87 when ...`) is about error codes;
//! everything else is a remark, and no word is lost.

/// The parts of the doc lines.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct DocNotes {
    /// The first sentence.
    pub(crate) summary: String,
    /// Paragraphs and lists, each with its line ends.
    pub(crate) remarks: Vec<String>,
    pub(crate) codes: Vec<DocCode>,
    pub(crate) partial: Option<String>,
    pub(crate) missing: Option<String>,
    pub(crate) differs: Option<String>,
}

/// Error codes with what they mean.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct DocCode {
    pub(crate) numbers: Vec<u32>,
    pub(crate) when: String,
}

impl DocNotes {
    /// Reads doc lines without their slashes.
    pub(crate) fn read(docs: &[String]) -> DocNotes {
        let mut notes = DocNotes::default();
        for paragraph in docs.split(|line| line.is_empty()) {
            let lines = labelled(paragraph);
            for lines in lines.into_iter().filter(|lines| !lines.is_empty()) {
                notes.take(lines);
            }
        }
        notes
    }

    fn take(&mut self, lines: &[String]) {
        let text = lines.join(" ");
        let after = |label: &str| text.strip_prefix(label).map(|rest| rest.trim().to_owned());
        if let Some(text) = after("Partial:") {
            self.partial = Some(text);
        } else if let Some(text) = after("Missing:") {
            self.missing = Some(text);
        } else if let Some(text) = after("Differs:") {
            self.differs = Some(text);
        } else if lines[0].starts_with("- ") {
            self.remarks.push(lines.join("\n"));
        } else {
            self.paragraph(&text);
        }
    }

    fn paragraph(&mut self, text: &str) {
        let mut remark = String::new();
        for sentence in split(text, ". ") {
            if self.summary.is_empty() {
                self.summary = sentence.to_owned() + if sentence.ends_with(':') { "" } else { "." };
                continue;
            }
            let mut rest = Vec::new();
            for clause in split(sentence, "; ") {
                match code(clause) {
                    Some(code) => self.add_code(code),
                    None => rest.push(clause),
                }
            }
            if !rest.is_empty() {
                let sentence = capitalised(&rest.join("; "));
                let blank = if remark.is_empty() { "" } else { " " };
                remark += &format!(
                    "{blank}{sentence}{}",
                    if sentence.ends_with(':') { "" } else { "." }
                );
            }
        }
        if !remark.is_empty() {
            self.remarks.push(remark);
        }
    }

    /// Adds a code, to the text of the same one if there is one already.
    fn add_code(&mut self, code: DocCode) {
        let same = |known: &&mut DocCode| known.numbers == code.numbers;
        match self.codes.iter_mut().find(same) {
            Some(known) => known.when += &format!("; {}", small(&code.when)),
            None => self.codes.push(code),
        }
    }
}

/// The lines of a paragraph, and those behind each label in it.
fn labelled(lines: &[String]) -> Vec<&[String]> {
    let is_label = |line: &String| {
        ["Partial:", "Missing:", "Differs:"]
            .iter()
            .any(|label| line.starts_with(label))
    };
    let mut parts = Vec::new();
    let mut start = 0;
    for at in 1..lines.len() {
        if is_label(&lines[at]) {
            parts.push(&lines[start..at]);
            start = at;
        }
    }
    parts.push(&lines[start..]);
    parts
}

/// The parts of a text between separators that stand in no brackets, without the last full stop.
fn split<'a>(text: &'a str, separator: &str) -> Vec<&'a str> {
    let text = text.trim().trim_end_matches('.');
    let (mut parts, mut start) = (Vec::new(), 0);
    for (at, _) in text.match_indices(separator) {
        let part = &text[start..at];
        let is_open = part.matches('(').count() > part.matches(')').count();
        // "1.0. The" ends a sentence; "B. and" does not, but no doc line has such.
        if !is_open {
            parts.push(part.trim());
            start = at + separator.len();
        }
    }
    parts.push(text[start..].trim());
    parts
}

/// A clause that begins with error codes.
fn code(clause: &str) -> Option<DocCode> {
    let mut numbers = Vec::new();
    let mut rest = clause;
    loop {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let number = rest[..digits].parse().ok()?;
        numbers.push(number);
        rest = &rest[digits..];
        let next = rest
            .strip_prefix(", ")
            .or_else(|| rest.strip_prefix(" and "));
        match next.or_else(|| rest.strip_prefix(" or ")) {
            Some(next) if next.starts_with(|first: char| first.is_ascii_digit()) => rest = next,
            _ => break,
        }
    }
    let when = rest.strip_prefix(' ')?;
    let when = match when.strip_prefix("for ") {
        Some(things) => things.replace(", for ", ", ").replace(" and for ", " and "),
        None => when.to_owned(),
    };
    Some(DocCode {
        numbers,
        when: capitalised(&when),
    })
}

/// With a capital at the beginning, unless that is a name of code.
fn capitalised(text: &str) -> String {
    let mut characters = text.chars();
    let first = characters.next();
    match first {
        // `pTrailers`
        Some(_) if characters.as_str().starts_with(char::is_uppercase) => text.to_owned(),
        Some(first) => first.to_uppercase().chain(characters).collect(),
        None => String::new(),
    }
}

/// With a small letter at the beginning, unless its word is in capitals.
fn small(text: &str) -> String {
    let mut characters = text.chars();
    let first = characters.next();
    match first {
        Some(_) if characters.as_str().starts_with(char::is_uppercase) => text.to_owned(),
        Some(first) => first.to_lowercase().chain(characters).collect(),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn notes(text: &str) -> DocNotes {
        DocNotes::read(&text.lines().map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn codes_are_told_from_remarks() {
        let read = notes(
            "Starts it. More.\n\n6 for a handle that is none (RCV-001; G-002), and for NULL; 38\n\
             and 87 when it ends; otherwise as HttpTwo. An end.\n\nPartial: half,\nso far.\nDiffers: much.",
        );
        let code = |numbers: &[u32], when: &str| DocCode {
            numbers: numbers.to_vec(),
            when: when.to_owned(),
        };
        assert_eq!(read.summary, "Starts it.");
        assert_eq!(read.remarks, ["More.", "Otherwise as HttpTwo. An end."]);
        assert_eq!(
            read.codes,
            [
                code(&[6], "A handle that is none (RCV-001; G-002), and NULL"),
                code(&[38, 87], "When it ends"),
            ]
        );
        assert_eq!(read.partial.as_deref(), Some("half, so far."));
        assert_eq!(read.differs.as_deref(), Some("much."));
    }

    #[test]
    fn a_code_that_comes_twice_has_one_entry() {
        let read =
            notes("Starts.\n\n87 for NULL; 6 for a handle; 87 for a name.\n\n87 for OPEN and B.");
        let texts: Vec<_> = read.codes.iter().map(|code| &code.when[..]).collect();
        assert_eq!(texts, ["NULL; a name; OPEN and B", "A handle"]);
    }

    #[test]
    fn lists_stay_lists_and_sentences_with_numbers_stay_sentences() {
        let read = notes("Adds:\n\n- one;\n- two.\n\nIt has 87 parts. 5 parts; none.");
        assert_eq!(read.summary, "Adds:");
        assert_eq!(capitalised("pTrailers is"), "pTrailers is");
        assert_eq!(
            read.remarks[..2],
            ["- one;\n- two.", "It has 87 parts. None."]
        );
    }
}
