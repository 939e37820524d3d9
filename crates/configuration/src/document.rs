//! The configuration file as a value: what of it means something, and what is kept because it is there.
//!
//! Owns: the format of version 1 as a whole (docs/CONFIGURATION.md), reading it, and putting changed records into it
//! so that everything else stays. Does not own: the members of each kind of record (`document/records.rs`, `ssl.rs`,
//! `extended.rs`; their names are in `known.rs`), JSON, nor files. Invariant: what is read from the text of a document
//! is its records. Threading: plain data.

use httpsys_core::proto::Parameters;
use httpsys_core::records::Records;

use crate::json::{Json, MemberWay, Position, position_of};

mod extended;
mod known;
mod node;
mod records;
mod ssl;

use node::{DocumentFault, DocumentNode};

/// The version that is written, and the newest that is read.
const VERSION: u64 = 1;

/// See the module head.
#[derive(Clone, Debug)]
pub(crate) struct Document {
    json: Json,
    records: Records,
    parameters: Vec<(String, String)>,
}

/// What is read from equal texts is equal.
impl PartialEq for Document {
    fn eq(&self, other: &Document) -> bool {
        self.json == other.json
    }
}

/// Why a text is no document.
#[derive(Debug, PartialEq)]
pub(crate) enum Unreadable {
    /// It is not what it should be.
    Broken(Position, String),
    /// A newer version has written it.
    Newer(u64),
}

impl Document {
    /// The document of a file that is not there.
    pub(crate) fn empty() -> Document {
        Document {
            json: Json::Object(vec![("version".to_owned(), Json::number(VERSION))]),
            records: Records::default(),
            parameters: Vec::new(),
        }
    }

    /// Reads a file's text.
    pub(crate) fn parse(text: &str) -> Result<Document, Unreadable> {
        // Editors of Windows put a byte order mark before it.
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let json =
            Json::parse(text).map_err(|(position, words)| Unreadable::Broken(position, words))?;
        let root = DocumentNode::root(&json);
        let broken = |fault: DocumentFault| {
            let position = position_of(text, &fault.steps);
            Unreadable::Broken(position, fault.to_string())
        };
        let version = version(&root).map_err(broken)?;
        if version > VERSION {
            return Err(Unreadable::Newer(version));
        }
        let records = records::read(&root).map_err(broken)?;
        let parameters = parameters(&root).map_err(broken)?;
        Ok(Document {
            json,
            records,
            parameters,
        })
    }

    pub(crate) fn records(&self) -> &Records {
        &self.records
    }

    /// Names and values of registry parameters. They are valid one by one.
    pub(crate) fn parameters(&self) -> &[(String, String)] {
        &self.parameters
    }

    /// Members that mean nothing here, at every depth, with the way to them: `timeouts.idle`.
    pub(crate) fn unknown_members(&self) -> Vec<String> {
        let ways = known::unknown_members(&self.json);
        ways.iter().map(|way| MemberWay(way).to_string()).collect()
    }

    /// The same document with these records.
    pub(crate) fn with_records(&self, records: Records) -> Document {
        let mut json = self.json.clone();
        records::write(&mut json, &self.json, &self.records, &records);
        Document {
            json,
            records,
            parameters: self.parameters.clone(),
        }
    }

    /// The file's text.
    pub(crate) fn to_text(&self) -> String {
        let mut text = serde_json::to_string_pretty(&self.json).unwrap_or_default();
        text.push('\n');
        text
    }
}

fn version(root: &DocumentNode<'_>) -> Result<u64, DocumentFault> {
    root.object()?;
    let Some(version) = root.get("version") else {
        return Err(root.fault("the member \"version\" is missing; this format is version 1"));
    };
    match version.number(u64::MAX)? {
        0 => Err(version.fault("there is no version 0")),
        version => Ok(version),
    }
}

/// Each is tried alone, so that the place of the one that is wrong is known.
fn parameters(root: &DocumentNode<'_>) -> Result<Vec<(String, String)>, DocumentFault> {
    let mut all = Vec::new();
    let Some(parameters) = root.get("parameters") else {
        return Ok(all);
    };
    for (name, value) in parameters.members()? {
        let text = match value.json() {
            Json::Text(text) => text.clone(),
            Json::Bool(switch) => switch.to_string(),
            Json::Number(number) => number.to_string(),
            _ => return Err(value.fault("a parameter is a number, true, false or a text")),
        };
        let mut tried = Parameters::default();
        let set = tried.set(name, &text);
        set.map_err(|why| value.fault(why.to_string()))?;
        all.push((name.to_owned(), text));
    }
    Ok(all)
}

#[cfg(test)]
mod tests;
