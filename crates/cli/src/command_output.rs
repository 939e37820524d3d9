//! What a command prints: a text for people, and the same as JSON.
//!
//! Threading: plain data.

use serde_json::{Value, json};

/// See the module head.
#[derive(Clone, Debug, PartialEq)]
pub struct CommandOutput {
    text: String,
    json: Value,
}

impl CommandOutput {
    /// A text that ends its last line, and the same as JSON.
    #[must_use]
    pub fn new(text: impl Into<String>, json: Value) -> CommandOutput {
        let text = text.into();
        CommandOutput { text, json }
    }

    /// That something was done: a sentence, and `{"done": true}` with more members beside it.
    #[must_use]
    pub fn done(sentence: &str, more: &[(&str, Value)]) -> CommandOutput {
        let mut json = json!({ "done": true });
        for (name, value) in more {
            json[*name] = value.clone();
        }
        CommandOutput::new(format!("\n{sentence}\n\n"), json)
    }

    /// What is printed.
    #[must_use]
    pub fn render(&self, as_json: bool) -> String {
        if as_json {
            format!("{:#}\n", self.json)
        } else {
            self.text.clone()
        }
    }
}

/// A title as netsh underlines it, between empty lines.
#[must_use]
pub(crate) fn title(words: &str) -> String {
    format!("\n{words}\n{}\n\n", "-".repeat(words.len()))
}
