//! The response cache of a live service, as people read it, in netsh's layout.
//!
//! Owns: the text. Does not own: which services are asked (`live.rs`). Threading: plain data.

use httpsys_core::proto::imf_fixdate;
use serde_json::Value;

/// What is shown of a service's cache.
pub(super) fn state_text(answer: &Value) -> String {
    let listed = answer["entries"].as_array().map_or(&[][..], Vec::as_slice);
    let mut text: String = listed.iter().map(entry_text).collect();
    let number = |name: &str| answer[name].as_u64().unwrap_or(0);
    let hidden = number("matching").saturating_sub(listed.len() as u64);
    if hidden > 0 {
        text += &format!("... and {hidden} more\n\n");
    }
    if listed.is_empty() {
        text += "There are no entries.\n\n";
    }
    let responses = counted(number("responses"), "response", "responses");
    let fragments = counted(number("fragments"), "fragment", "fragments");
    let (bytes, most) = (number("bytes"), number("max_bytes"));
    text + &format!("{responses} and {fragments} in {bytes} of {most} bytes\n\n")
}

fn entry_text(entry: &Value) -> String {
    let word = |name: &str| printable(entry[name].as_str().unwrap_or(""));
    let number = |name: &str| entry[name].as_u64().unwrap_or(0);
    let is_response = word("kind") != "fragment";
    let mut text = match is_response {
        true => format!("URL: {}\n", word("url")),
        false => format!("Fragment: {}\n", word("url")),
    };
    let mut line = |name: &str, value: String| text += &format!("    {name}: {value}\n");
    if is_response {
        line("Status code", number("status").to_string());
        line("HTTP verb", word("verb"));
    }
    line("Cache policy type", capital(&word("policy")));
    if let Some(seconds) = entry["seconds"].as_u64() {
        line("Cache entry Time to live (sec)", seconds.to_string());
    }
    line("Creation time", moment(number("created")));
    let queue = match &*word("queue_name") {
        "" => "Request queue is unnamed.".to_owned(),
        name => name.to_owned(),
    };
    line("Request queue name", queue);
    if is_response {
        line("Headers length", number("headers_length").to_string());
    }
    line("Content length", number("content_length").to_string());
    line("Hit count", number("hits").to_string());
    if is_response {
        // One that closes its connection is not kept.
        line("Force disconnect after serving", "FALSE".into());
    }
    text + "\n"
}

/// A number with its noun.
pub(super) fn counted(number: u64, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

/// Clients have chosen the URL.
fn printable(text: &str) -> String {
    let shown = |c: char| if c.is_control() { '?' } else { c };
    text.chars().map(shown).collect()
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(chars).collect()
}

/// As netsh writes it: `2006.3.21:23.30.16:0`.
fn moment(second: u64) -> String {
    const MONTHS: &str = "JanFebMarAprMayJunJulAugSepOctNovDec";
    let date = imf_fixdate(second);
    let text = std::str::from_utf8(&date).unwrap_or_default();
    let part = |from: usize, to: usize| text.get(from..to).unwrap_or_default();
    let number = |from: usize, to: usize| part(from, to).parse::<u32>().unwrap_or(0);
    let month = MONTHS.find(part(8, 11)).map_or(0, |at| at / 3 + 1);
    format!(
        "{}.{month}.{}:{}.{}.{}:0",
        number(12, 16),
        number(5, 7),
        number(17, 19),
        number(20, 22),
        number(23, 25)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn entries_are_shown_as_netsh_shows_them() {
        let response = json!({
            "url": "http://localhost:80/iis\u{7}start.htm", "kind": "response", "status": 200, "verb": "GET",
            "policy": "user invalidates", "seconds": null, "created": 1_142_983_814, "queue": "1",
            "queue_name": "DefaultAppPool", "headers_length": 233, "content_length": 774, "hits": 1,
        });
        let fragment = json!({
            "url": "http://localhost:80/part", "kind": "fragment", "status": null, "verb": null,
            "policy": "time to live", "seconds": 60, "created": 784_111_777, "queue": "2",
            "queue_name": null, "headers_length": 0, "content_length": 5, "hits": 0,
        });
        let answer = json!({
            "entries": [response, fragment], "matching": 3, "responses": 2, "fragments": 1,
            "bytes": 2000, "max_bytes": 67_108_864,
        });
        let expected = "\
URL: http://localhost:80/iis?start.htm
    Status code: 200
    HTTP verb: GET
    Cache policy type: User invalidates
    Creation time: 2006.3.21:23.30.14:0
    Request queue name: DefaultAppPool
    Headers length: 233
    Content length: 774
    Hit count: 1
    Force disconnect after serving: FALSE

Fragment: http://localhost:80/part
    Cache policy type: Time to live
    Cache entry Time to live (sec): 60
    Creation time: 1994.11.6:8.49.37:0
    Request queue name: Request queue is unnamed.
    Content length: 5
    Hit count: 0

... and 1 more

2 responses and 1 fragment in 2000 of 67108864 bytes

";
        assert_eq!(state_text(&answer), expected);
    }
}
