//! JSON as a value that keeps the order of members and refuses a name that comes twice.
//!
//! Owns: the value, and finding the line and column of a part of a text. Does not own: the grammar (serde_json) nor
//! what a part means. Invariant: an object has each name once. Threading: plain data.

use std::fmt;
use std::sync::Arc;

use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::value::RawValue;

/// See the module head.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Json {
    Null,
    Bool(bool),
    Number(serde_json::Number),
    Text(String),
    /// Elements that stay are shared by the documents before and after a change.
    List(Vec<Arc<Json>>),
    Object(Vec<(String, Json)>),
}

/// A line and a column, counted from 1; columns are characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Position {
    pub(crate) line: usize,
    pub(crate) column: usize,
}

/// A step to a part of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    Member(String),
    Element(usize),
}

/// The way to a part, as `url_acls[2].sddl`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct MemberWay<'a>(pub(crate) &'a [Step]);

impl fmt::Display for MemberWay<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, step) in self.0.iter().enumerate() {
            match step {
                Step::Member(name) if at == 0 => f.write_str(name)?,
                Step::Member(name) => write!(f, ".{name}")?,
                Step::Element(at) => write!(f, "[{at}]")?,
            }
        }
        Ok(())
    }
}

impl Json {
    /// Reads a text.
    pub(crate) fn parse(text: &str) -> Result<Json, (Position, String)> {
        serde_json::from_str(text).map_err(|error| {
            let position = Position {
                line: error.line().max(1),
                column: error.column().max(1),
            };
            let words = error.to_string();
            let end = words.rfind(" at line ").unwrap_or(words.len());
            (position, words[..end].to_owned())
        })
    }

    pub(crate) fn list(elements: impl Iterator<Item = Json>) -> Json {
        Json::List(elements.map(Arc::new).collect())
    }

    pub(crate) fn text(text: impl Into<String>) -> Json {
        Json::Text(text.into())
    }

    pub(crate) fn number(number: impl Into<serde_json::Number>) -> Json {
        Json::Number(number.into())
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Json> {
        let Json::Object(members) = self else {
            return None;
        };
        let mut members = members.iter();
        members.find(|(key, _)| key == name).map(|(_, value)| value)
    }

    /// Sets a member of an object, in its place if it has one; `None` removes it.
    pub(crate) fn set(&mut self, name: &str, value: Option<Json>) {
        let Json::Object(members) = self else {
            return;
        };
        let at = members.iter().position(|(key, _)| key == name);
        match (at, value) {
            (Some(at), Some(value)) => members[at].1 = value,
            (Some(at), None) => drop(members.remove(at)),
            (None, Some(value)) => members.push((name.to_owned(), value)),
            (None, None) => {}
        }
    }
}

/// Where the part is to which the steps lead in a text that is JSON.
pub(crate) fn position_of(text: &str, steps: &[Step]) -> Position {
    let mut part = text.trim_start();
    for step in steps {
        let next = match step {
            Step::Member(name) => member(part, name),
            Step::Element(at) => {
                let elements: Option<Vec<&RawValue>> = serde_json::from_str(part).ok();
                elements.and_then(|elements| elements.get(*at).map(|raw| raw.get()))
            }
        };
        // A member that is missing: its object is the place.
        let Some(next) = next else { break };
        part = next;
    }
    let offset = (part.as_ptr() as usize).saturating_sub(text.as_ptr() as usize);
    let before = text.get(..offset).unwrap_or_default();
    let line = before.rfind('\n').map_or(0, |at| at + 1);
    Position {
        line: before.matches('\n').count() + 1,
        column: before[line..].chars().count() + 1,
    }
}

fn member<'a>(part: &'a str, name: &str) -> Option<&'a str> {
    let RawMembers(members) = serde_json::from_str(part).ok()?;
    let mut members = members.into_iter();
    members.find(|(key, _)| key == name).map(|(_, value)| value)
}

/// The members of an object with their texts.
struct RawMembers<'a>(Vec<(String, &'a str)>);

impl<'de> Deserialize<'de> for RawMembers<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;

        impl<'de> Visitor<'de> for Members {
            type Value = RawMembers<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some((name, value)) = map.next_entry::<String, &'de RawValue>()? {
                    members.push((name, value.get()));
                }
                Ok(RawMembers(members))
            }
        }

        deserializer.deserialize_map(Members)
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(JsonVisitor)
    }
}

struct JsonVisitor;

impl<'de> Visitor<'de> for JsonVisitor {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Json, E> {
        Ok(Json::Bool(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Json, E> {
        Ok(Json::Number(value.into()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Json, E> {
        Ok(Json::Number(value.into()))
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Json, E> {
        let number = serde_json::Number::from_f64(value);
        number
            .map(Json::Number)
            .ok_or_else(|| E::custom("not a finite number"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Json, E> {
        Ok(Json::Text(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Json, A::Error> {
        let mut elements = Vec::new();
        while let Some(element) = list.next_element()? {
            elements.push(Arc::new(element));
        }
        Ok(Json::List(elements))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Json, A::Error> {
        let mut names = std::collections::HashSet::new();
        let mut members: Vec<(String, Json)> = Vec::new();
        while let Some(name) = map.next_key::<String>()? {
            if !names.insert(name.clone()) {
                let words = format!("the member {name:?} is there twice");
                return Err(de::Error::custom(words));
            }
            members.push((name, map.next_value()?));
        }
        Ok(Json::Object(members))
    }
}

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Json::Null => serializer.serialize_unit(),
            Json::Bool(value) => serializer.serialize_bool(*value),
            Json::Number(value) => value.serialize(serializer),
            Json::Text(value) => serializer.serialize_str(value),
            Json::List(elements) => {
                serializer.collect_seq(elements.iter().map(|element| &**element))
            }
            Json::Object(members) => {
                let mut map = serializer.serialize_map(Some(members.len()))?;
                for (name, value) in members {
                    map.serialize_entry(name, value)?;
                }
                map.end()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_is_kept_and_a_member_twice_is_refused_with_its_place() {
        let text = r#"{"z":1,"a":[true,null,-2,1.5,"x"],"m":{}}"#;
        let value = Json::parse(text).unwrap();
        assert_eq!(serde_json::to_string(&value).unwrap(), text);
        let (position, words) = Json::parse("{\n  \"a\": 1,\n  \"a\": 2\n}").unwrap_err();
        assert_eq!(
            (position.line, &*words),
            (3, "the member \"a\" is there twice")
        );
        let deep = "[".repeat(100_000);
        assert!(Json::parse(&deep).is_err());
    }

    #[test]
    fn a_part_has_a_line_and_a_column() {
        let text = "\n{\"a\": [\n  {\"é\": 1, \"b\": \"x\"}\n]}";
        let steps = [
            Step::Member("a".into()),
            Step::Element(0),
            Step::Member("b".into()),
        ];
        let at = |steps: &[Step]| {
            let position = position_of(text, steps);
            (position.line, position.column)
        };
        assert_eq!(at(&steps), (3, 17));
        assert_eq!(at(&steps[..2]), (3, 3));
        assert_eq!(at(&[]), (2, 1));
        assert_eq!(at(&[Step::Member("none".into())]), (2, 1));
    }
}
