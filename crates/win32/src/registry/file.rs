//! The JSON file that says what the registry holds when the process begins.
//!
//! Owns the form of the file (docs/WIN32-REGISTRY.md) and where it is (`HTTPSYS_REGISTRY`). Does not own
//! the tree. Invariant: a file is taken whole or not at all. Threading: read once.

use serde_json::{Map, Value as Json};

use super::tree::{
    self, BINARY, DWORD, EXPAND_SZ, KeyNode, MULTI_SZ, NONE, QWORD, RegistryValue, SZ, ValueKind,
};

/// The variable that names the file.
pub const VARIABLE: &str = "HTTPSYS_REGISTRY";

/// Names of the predefined keys in the file and their short forms.
pub const ROOTS: [(&str, &str); 5] = [
    ("HKEY_CLASSES_ROOT", "HKCR"),
    ("HKEY_CURRENT_USER", "HKCU"),
    ("HKEY_LOCAL_MACHINE", "HKLM"),
    ("HKEY_USERS", "HKU"),
    ("HKEY_CURRENT_CONFIG", "HKCC"),
];

/// The tree of the file's text.
///
/// # Errors
/// What is wrong, and where.
pub fn read(text: &str, now: u64) -> Result<KeyNode, String> {
    // Behind a byte order mark, which editors of Windows write.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let json: Json = serde_json::from_str(text).map_err(|error| {
        // Says the line and the column itself.
        error.to_string()
    })?;
    let Json::Object(paths) = json else {
        return Err("it is no object of key paths".into());
    };
    let mut root = KeyNode::default();
    for (path, values) in &paths {
        let full = full_path(path).ok_or_else(|| {
            format!("the key {path:?} does not begin with HKEY_LOCAL_MACHINE, HKLM or another root")
        })?;
        if !tree::can_be_key(&full) {
            return Err("a key is more than 512 keys deep, or its name longer than 255".into());
        }
        let Json::Object(values) = values else {
            return Err(format!(
                "what the key {path:?} holds is no object of values"
            ));
        };
        fill(root.create(&full, now).0, path, values, now)?;
    }
    Ok(root)
}

/// The path with the long name of its root.
fn full_path(path: &str) -> Option<String> {
    let mut parts = tree::parts(path);
    let first = tree::fold(parts.next()?);
    let (long, _) = ROOTS
        .iter()
        .find(|(long, short)| first == *long || first == *short)?;
    Some(
        [*long]
            .into_iter()
            .chain(parts)
            .collect::<Vec<_>>()
            .join("\\"),
    )
}

fn fill(
    node: &mut KeyNode,
    path: &str,
    values: &Map<String, Json>,
    now: u64,
) -> Result<(), String> {
    for (name, json) in values {
        // "@" as in files of the registry editor: the default value.
        let plain = if name == "@" { "" } else { name };
        if !tree::can_be_value(plain) {
            return Err(format!(
                "a value of the key {path:?} has a name longer than 16383"
            ));
        }
        let (kind, data) = value_of(json)
            .ok_or_else(|| format!("the value {name:?} of the key {path:?} has no type's form"))?;
        let name = plain.to_owned();
        node.set(RegistryValue { name, kind, data }, now);
    }
    Ok(())
}

/// A string is REG_SZ, a number REG_DWORD or REG_QWORD, a list of strings REG_MULTI_SZ; an object names
/// the type.
fn value_of(json: &Json) -> Option<(ValueKind, Vec<u8>)> {
    match json {
        Json::String(text) => Some((SZ, tree::bytes_of(text))),
        Json::Number(number) => match u32::try_from(number.as_u64()?) {
            Ok(number) => Some((DWORD, number.to_ne_bytes().to_vec())),
            Err(_) => Some((QWORD, number.as_u64()?.to_ne_bytes().to_vec())),
        },
        Json::Array(_) => typed(MULTI_SZ, json),
        Json::Object(object) => {
            if object.len() != 2 {
                return None;
            }
            let kind = match object.get("type")?.as_str()? {
                "REG_NONE" => NONE,
                "REG_SZ" => SZ,
                "REG_EXPAND_SZ" => EXPAND_SZ,
                "REG_BINARY" => BINARY,
                "REG_DWORD" => DWORD,
                "REG_MULTI_SZ" => MULTI_SZ,
                "REG_QWORD" => QWORD,
                _ => return None,
            };
            typed(kind, object.get("data")?)
        }
        Json::Null | Json::Bool(_) => None,
    }
}

fn typed(kind: ValueKind, data: &Json) -> Option<(ValueKind, Vec<u8>)> {
    let data = match kind {
        SZ | EXPAND_SZ => tree::bytes_of(data.as_str()?),
        DWORD => u32::try_from(data.as_u64()?).ok()?.to_ne_bytes().to_vec(),
        QWORD => data.as_u64()?.to_ne_bytes().to_vec(),
        MULTI_SZ => {
            let mut bytes = Vec::new();
            for text in data.as_array()? {
                // An empty string would end the list.
                bytes.extend(tree::bytes_of(
                    text.as_str().filter(|text| !text.is_empty())?,
                ));
            }
            bytes.extend([0, 0]);
            bytes
        }
        _ => hex(data.as_str()?)?,
    };
    Some((kind, data))
}

/// Bytes as two digits each; commas and blanks may stand between them.
fn hex(text: &str) -> Option<Vec<u8>> {
    let digits: Vec<u32> = text
        .chars()
        .filter(|c| !matches!(c, ',' | ' '))
        .map(|c| c.to_digit(16))
        .collect::<Option<_>>()?;
    if digits.len() % 2 != 0 {
        return None;
    }
    Some(
        digits
            .chunks(2)
            .map(|two| (two[0] * 16 + two[1]) as u8)
            .collect(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_form_of_a_value_has_its_type() {
        let text = "\u{feff}{\"HKLM\\\\Software\\\\Server\": {\
            \"@\": \"default\", \"Url\": \"http://+:80/\", \"Port\": 8080, \"Big\": 4294967296,\
            \"Paths\": [\"a\", \"b\"], \"Key\": {\"type\": \"REG_BINARY\", \"data\": \"de ad,be ef\"},\
            \"Home\": {\"type\": \"REG_EXPAND_SZ\", \"data\": \"%HOME%\"},\
            \"None\": {\"type\": \"REG_NONE\", \"data\": \"\"}}, \"hkey_current_user\": {}}";
        let root = read(text, 1).expect("well formed");
        let key = root.find("HKEY_LOCAL_MACHINE\\SOFTWARE\\server");
        let key = key.expect("there");
        let kinds: Vec<_> = key
            .values()
            .map(|value| (value.name.as_str(), value.kind))
            .collect();
        let expected = [
            ("", SZ),
            ("Big", QWORD),
            ("Home", EXPAND_SZ),
            ("Key", BINARY),
            ("None", NONE),
            ("Paths", MULTI_SZ),
            ("Port", DWORD),
            ("Url", SZ),
        ];
        assert_eq!(kinds, expected);
        assert_eq!(
            key.value("key").expect("there").data,
            [0xDE, 0xAD, 0xBE, 0xEF]
        );
        assert_eq!(key.value("paths").expect("there").data.len(), 10);
        assert!(root.find("HKEY_CURRENT_USER").is_some());
    }

    #[test]
    fn what_is_wrong_is_said_with_its_place() {
        for (text, said) in [
            ("{\n \"HKLM\": {,\n}", "line 2 column 11"),
            ("[]", "no object of key paths"),
            ("{\"Software\": {}}", "\"Software\" does not begin"),
            ("{\"HKLM\": 1}", "\"HKLM\" holds"),
            ("{\"HKLM\": {\"a\": true}}", "\"a\" of the key \"HKLM\""),
            ("{\"HKLM\": {\"a\": -1}}", "\"a\""),
            ("{\"HKLM\": {\"a\": 1.5}}", "\"a\""),
            ("{\"HKLM\": {\"a\": [\"\"]}}", "\"a\""),
            (
                "{\"HKLM\": {\"a\": {\"type\": \"REG_BINARY\", \"data\": \"abc\"}}}",
                "\"a\"",
            ),
            (
                "{\"HKLM\": {\"a\": {\"type\": \"REG_DWORD\", \"data\": 4294967296}}}",
                "\"a\"",
            ),
        ] {
            let error = read(text, 1).expect_err(text);
            assert!(error.contains(said), "{text}: {error}");
        }
    }

    #[test]
    fn a_key_of_any_depth_is_refused_rather_than_read() {
        let text = format!("{{\"HKLM{}\": {{}}}}", "\\\\a".repeat(1_000_000));
        let error = read(&text, 1).expect_err("too deep");
        assert!(error.contains("512 keys deep"), "{error}");
    }
}
