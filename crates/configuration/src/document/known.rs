//! Which members the format has, at every depth.
//!
//! Owns the list, and finding what a file has beside it: such members are kept, and reported, since most are
//! misspelt. Does not own what the members mean (the readers beside it; a test sees that all they read is here).

use crate::json::{Json, Step};

/// A part of the file.
#[derive(Debug)]
enum Shape {
    /// A value, or a list of values.
    Value,
    /// An object with these members.
    Object(&'static [(&'static str, Shape)]),
    /// A list of such parts.
    List(&'static Shape),
    /// An object whose members are checked by whoever reads it.
    Any,
}

use Shape::{Any, List, Object, Value};

const FILE: Shape = Object(&[
    ("version", Value),
    ("ip_listen", Value),
    (
        "url_acls",
        List(&Object(&[("url", Value), ("sddl", Value)])),
    ),
    ("ssl", List(&SSL)),
    (
        "timeouts",
        Object(&[
            ("idle_connection_seconds", Value),
            ("header_wait_seconds", Value),
        ]),
    ),
    (
        "cache",
        Object(&[("max_response_bytes", Value), ("range_chunk_bytes", Value)]),
    ),
    ("settings", Object(&[("tls_throttle", Value)])),
    // A name that there is not is an error.
    ("parameters", Any),
]);

const SSL: Shape = Object(&[
    ("ipport", Value),
    ("hostnameport", Value),
    ("ccs", Value),
    ("scopedccs", Value),
    ("cert_hash", Value),
    ("store", Value),
    ("app_id", Value),
    ("check_mode", Value),
    ("freshness_seconds", Value),
    ("url_timeout_ms", Value),
    ("ctl_identifier", Value),
    ("ctl_store", Value),
    ("flags", Value),
    ("extended", EXTENDED),
]);

const EXTENDED: Shape = Object(&[
    ("http2_window", Value),
    (
        "http2_settings_limits",
        Object(&[("per_frame", Value), ("per_minute", Value)]),
    ),
    (
        "performance",
        Object(&[("parameter", Value), ("value", Value)]),
    ),
    (
        "error_headers",
        Object(&[
            ("status", Value),
            (
                "headers",
                List(&Object(&[("name", Value), ("value", Value)])),
            ),
        ]),
    ),
    (
        "certificates",
        List(&Object(&[("cert_hash", Value), ("store", Value)])),
    ),
]);

/// The ways to all members of a file that the format does not have, in its order.
pub(super) fn unknown_members(file: &Json) -> Vec<Vec<Step>> {
    let mut found = Vec::new();
    find_unknown(file, &FILE, &mut Vec::new(), &mut found);
    found
}

fn find_unknown(json: &Json, shape: &Shape, way: &mut Vec<Step>, found: &mut Vec<Vec<Step>>) {
    match (shape, json) {
        (Object(known), Json::Object(members)) => {
            for (name, json) in members {
                way.push(Step::Member(name.clone()));
                match known.iter().find(|(own, _)| own == name) {
                    Some((_, shape)) => find_unknown(json, shape, way, found),
                    None => found.push(way.clone()),
                }
                way.pop();
            }
        }
        (List(shape), Json::List(elements)) => {
            for (at, json) in elements.iter().enumerate() {
                way.push(Step::Element(at));
                find_unknown(json, shape, way, found);
                way.pop();
            }
        }
        // Of another kind than it has to be: refused by its reader.
        _ => {}
    }
}
