//! What a comment says of a function: the first paragraph, what is missing, and what differs.
//!
//! Owns: the labels `Partial:` and `Differs:`, which are the same in Rust and in C. A labelled text goes
//! on to an empty line, the next label or a heading.

/// The texts of one comment, each on one line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Notes {
    /// The first paragraph.
    pub(super) first: String,
    /// What is missing.
    pub(super) partial: Vec<String>,
    /// Differences from Windows.
    pub(super) differs: Vec<String>,
}

const PARTIAL: &str = "Partial:";
const DIFFERS: &str = "Differs:";

impl Notes {
    pub(super) fn read<'a>(lines: impl IntoIterator<Item = &'a str>) -> Notes {
        let mut notes = Notes::default();
        let mut text: Option<&mut String> = None;
        let mut began = false;
        for line in lines {
            if let Some(rest) = line.strip_prefix(PARTIAL) {
                notes.partial.push(rest.trim().to_owned());
                text = notes.partial.last_mut();
            } else if let Some(rest) = line.strip_prefix(DIFFERS) {
                notes.differs.push(rest.trim().to_owned());
                text = notes.differs.last_mut();
            } else if line.is_empty() || line.starts_with('#') {
                text = None;
            } else if let Some(text) = &mut text {
                text.push(' ');
                text.push_str(line);
            } else if !began {
                notes.first.push_str(line);
                text = Some(&mut notes.first);
            }
            began |= !line.is_empty();
        }
        notes
    }

    /// What is wrong with a label: it has no text, or stands inside a line, where it would not be read.
    pub(super) fn fault(&self) -> Option<&'static str> {
        let mut labelled = self.partial.iter().chain(&self.differs);
        if labelled.any(String::is_empty) {
            return Some("a label without a text");
        }
        let mut texts = self
            .partial
            .iter()
            .chain(&self.differs)
            .chain([&self.first]);
        let inside = texts.any(|text| text.contains(PARTIAL) || text.contains(DIFFERS));
        inside.then_some("a label that does not begin its line")
    }
}

/// A text of Rust documentation for a page: links to items of the code are their names.
pub(super) fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(open) = rest.find("[`") {
        let (before, link) = rest.split_at(open);
        let Some(close) = link.find("`]") else {
            break;
        };
        plain.push_str(before);
        plain.push_str(&link[1..=close]);
        rest = &link[close + 2..];
        // The target of [`name`](target).
        if rest.starts_with('(') {
            rest = rest.find(')').map_or(rest, |end| &rest[end + 1..]);
        }
    }
    plain.push_str(rest);
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paragraphs_and_labels_are_read() {
        let notes = Notes::read([
            "Sleep: waits,",
            "no less.",
            "Differs: never",
            "early.",
            "Partial: no APC.",
            "",
            "More.",
            "",
            "Differs: again.",
            "# Safety",
            "None.",
        ]);
        assert_eq!(notes.first, "Sleep: waits, no less.");
        assert_eq!(notes.differs, ["never early.", "again."]);
        assert_eq!(notes.partial, ["no APC."]);
        assert_eq!(notes.fault(), None);
        assert!(Notes::read(["x", "Differs:"]).fault().is_some());
        assert!(Notes::read(["x. Differs: y"]).fault().is_some());
        assert!(
            Notes::read(["x", "Partial: a. Differs: b"])
                .fault()
                .is_some()
        );
        assert_eq!(Notes::read(["", "Partial: a"]).first, "");
    }

    #[test]
    fn links_become_names() {
        assert_eq!(
            plain("as [`Sleep`], [`A`](crate::a) and [x]"),
            "as `Sleep`, `A` and [x]"
        );
        assert_eq!(plain("[`open"), "[`open");
    }
}
