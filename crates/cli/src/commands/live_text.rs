//! What live services tell, as people read it, and connection ids as they type them.
//!
//! Threading: plain data.

use serde_json::Value;

use super::units::{age, bytes};
use crate::failure::CommandFailure;

/// The connection id of a text: hexadecimal, as lists have it; decimal behind `0d`, as events have it.
pub(super) fn connection_id(text: &str) -> Result<u64, CommandFailure> {
    let lower = text.to_ascii_lowercase();
    let parsed = match (lower.strip_prefix("0d"), lower.strip_prefix("0x")) {
        (Some(decimal), _) => decimal.parse(),
        (_, Some(hex)) => u64::from_str_radix(hex, 16),
        _ => u64::from_str_radix(&lower, 16),
    };
    parsed.map_err(|_| {
        CommandFailure::Usage(format!(
            "connection={text}: it has to be an id in hexadecimal, as 'show connections' has it, or in decimal \
             behind 0d, as events have it"
        ))
    })
}

/// A table of connections, as people read it.
pub(super) fn connection_table(answer: &Value) -> String {
    let mut text = format!(
        "    {:16}  {:15} {:>9}  {:22} {:4} {:>9} {:>9}  {}\n",
        "Connection ID", "State", "Age", "Client", "TLS", "Received", "Sent", "Request"
    );
    let listed = answer["listed"].as_array().map_or(&[][..], Vec::as_slice);
    for connection in listed {
        let word = |value: &Value| value.as_str().unwrap_or("").to_owned();
        // Not there where an older service answers.
        let amount = |value: &Value| value.as_u64().map_or_else(String::new, bytes);
        let request = &connection["request"];
        let age = request["age_ms"].as_u64().map_or_else(String::new, age);
        let line = format!("{} {}", word(&request["verb"]), word(&request["url"]));
        let line: String = line
            .chars()
            .map(|c| if c.is_control() { '?' } else { c })
            .collect();
        text += format!(
            "    {:16}  {:15} {age:>9}  {:22} {:4} {:>9} {:>9}  {}",
            word(&connection["id"]),
            word(&connection["state"]),
            word(&connection["remote"]),
            word(&connection["tls"]),
            amount(&connection["bytes_received"]),
            amount(&connection["bytes_sent"]),
            line.trim()
        )
        .trim_end();
        text.push('\n');
    }
    let (open, under_way) = (&answer["open"], &answer["with_request"]);
    text + &format!("    {open} open, {under_way} with a request under way\n")
}

pub(super) fn why_text(answer: &Value) -> String {
    let word = |name: &str| answer[name].as_str().unwrap_or("").to_owned();
    let mut text = format!("\nConnection ID: {}\n", word("connection"));
    if word("state") == "open" {
        return text + "    State: open\n\n";
    }
    text += &format!("    Reason: {} ({})\n", word("reason"), answer["number"]);
    for (label, name) in [("What it means", "meaning"), ("What to do", "advice")] {
        if !word(name).is_empty() {
            text += &format!("    {label}: {}\n", word(name));
        }
    }
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn ids_are_read_as_lists_and_events_have_them() {
        for text in ["00400000", "0x400000", "0d4194304", "400000"] {
            assert_eq!(connection_id(text).unwrap(), 4_194_304, "{text}");
        }
        assert!(connection_id("x").is_err());
    }

    #[test]
    fn connections_are_a_table() {
        let answer = json!({
            "open": 2, "with_request": 1,
            "listed": [
                { "id": "0000000000400001", "state": "with program", "remote": "127.0.0.1:5000",
                  "tls": "1.3", "bytes_received": 517, "bytes_sent": 20480,
                  "request": { "verb": "GET", "url": "/slow\u{1b}[2J", "age_ms": 61_500 } },
                { "id": "0000000000400002", "state": "idle", "remote": "127.0.0.1:5001", "tls": null,
                  "bytes_received": 0, "bytes_sent": 0, "request": null },
            ],
        });
        let expected = "    \
    Connection ID     State                 Age  Client                 TLS   Received      Sent  Request
    0000000000400001  with program        1 min  127.0.0.1:5000         1.3      517 B    20 KiB  GET /slow?[2J
    0000000000400002  idle                       127.0.0.1:5001                    0 B       0 B
    2 open, 1 with a request under way
";
        assert_eq!(connection_table(&answer), expected);
    }

    #[test]
    fn why_has_the_meaning_and_what_to_do() {
        let answer = json!({
            "connection": "0000000000400001", "state": "ended", "reason": "PeerReset", "number": 3,
            "meaning": "the client reset the connection", "advice": "nothing",
        });
        let expected = "
Connection ID: 0000000000400001
    Reason: PeerReset (3)
    What it means: the client reset the connection
    What to do: nothing

";
        assert_eq!(why_text(&answer), expected);
    }
}
