//! A part of a file with the way to it, so that what is wrong with it can be said with its place.
//!
//! Owns: the steps, and what is asked of a part: a text, a number, members. Threading: plain data.

use std::fmt;
use std::sync::Arc;

use crate::json::{Json, MemberWay, Step};

/// The known members of a record, and what they are set to; `None` is not written.
pub(super) type RecordMembers = Vec<(&'static str, Option<Json>)>;

/// See the module head.
#[derive(Clone, Debug)]
pub(super) struct DocumentNode<'a> {
    json: &'a Json,
    steps: Vec<Step>,
}

/// What is wrong with a part.
#[derive(Debug)]
pub(super) struct DocumentFault {
    pub(super) steps: Vec<Step>,
    words: String,
}

/// As `url_acls[2].sddl: ...`.
impl fmt::Display for DocumentFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.steps.is_empty() {
            true => f.write_str(&self.words),
            false => write!(f, "{}: {}", MemberWay(&self.steps), self.words),
        }
    }
}

impl<'a> DocumentNode<'a> {
    pub(super) fn root(json: &'a Json) -> DocumentNode<'a> {
        DocumentNode {
            json,
            steps: Vec::new(),
        }
    }

    pub(super) fn json(&self) -> &'a Json {
        self.json
    }

    pub(super) fn fault(&self, words: impl Into<String>) -> DocumentFault {
        DocumentFault {
            steps: self.steps.clone(),
            words: words.into(),
        }
    }

    /// A member of an object; `None` also for one that is null.
    pub(super) fn get(&self, name: &str) -> Option<DocumentNode<'a>> {
        let json = self.json.get(name).filter(|json| **json != Json::Null)?;
        Some(self.step(json, Step::Member(name.to_owned())))
    }

    /// What a member is read as, or its default if it is not there.
    pub(super) fn read_or<T>(
        &self,
        name: &str,
        default: T,
        read: impl FnOnce(&DocumentNode<'a>) -> Result<T, DocumentFault>,
    ) -> Result<T, DocumentFault> {
        self.get(name).map_or(Ok(default), |node| read(&node))
    }

    /// The text of a member that has to be there.
    pub(super) fn text_of(&self, name: &str) -> Result<&'a str, DocumentFault> {
        self.needed(name)?.text()
    }

    /// A member that has to be there.
    pub(super) fn needed(&self, name: &str) -> Result<DocumentNode<'a>, DocumentFault> {
        self.get(name).ok_or_else(|| self.missing(name))
    }

    /// That a member is missing.
    pub(super) fn missing(&self, name: &str) -> DocumentFault {
        self.fault(format!("the member {name:?} is missing"))
    }

    pub(super) fn object(&self) -> Result<(), DocumentFault> {
        match self.json {
            Json::Object(_) => Ok(()),
            _ => Err(self.fault("this has to be an object, {...}")),
        }
    }

    pub(super) fn members(&self) -> Result<Vec<(&'a str, DocumentNode<'a>)>, DocumentFault> {
        let Json::Object(members) = self.json else {
            return Err(self.fault("this has to be an object, {...}"));
        };
        let node = |(name, json): &'a (String, Json)| {
            (name.as_str(), self.step(json, Step::Member(name.clone())))
        };
        Ok(members.iter().map(node).collect())
    }

    pub(super) fn elements(&self) -> Result<Vec<DocumentNode<'a>>, DocumentFault> {
        let Json::List(elements) = self.json else {
            return Err(self.fault("this has to be a list, [...]"));
        };
        let node = |(at, json): (usize, &'a Arc<Json>)| self.step(json, Step::Element(at));
        Ok(elements.iter().enumerate().map(node).collect())
    }

    /// The elements of a member; none if it is not there.
    pub(super) fn elements_of(&self, name: &str) -> Result<Vec<DocumentNode<'a>>, DocumentFault> {
        self.read_or(name, Vec::new(), DocumentNode::elements)
    }

    pub(super) fn text(&self) -> Result<&'a str, DocumentFault> {
        match self.json {
            Json::Text(text) => Ok(text),
            _ => Err(self.fault("this has to be a text, \"...\"")),
        }
    }

    pub(super) fn number(&self, most: u64) -> Result<u64, DocumentFault> {
        let number = match self.json {
            Json::Number(number) => number.as_u64(),
            _ => None,
        };
        number
            .filter(|number| *number <= most)
            .ok_or_else(|| self.fault(format!("this has to be a number from 0 to {most}")))
    }

    pub(super) fn number_u32(&self) -> Result<u32, DocumentFault> {
        self.number(u32::MAX.into()).map(|number| number as u32)
    }

    pub(super) fn number_u16(&self) -> Result<u16, DocumentFault> {
        self.number(u16::MAX.into()).map(|number| number as u16)
    }

    fn step(&self, json: &'a Json, step: Step) -> DocumentNode<'a> {
        let mut steps = self.steps.clone();
        steps.push(step);
        DocumentNode { json, steps }
    }
}
