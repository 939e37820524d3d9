//! URLs: cooking, prefixes as text, and routing beside a model.
//!
//! Owns: a second reading of PTH-020 to PTH-023 by a stack of segments. Does not own: what is
//! refused. Invariant: inputs are valid by construction. Threading: none.

use std::net::SocketAddr;

use httpsys_core::UrlGroupId;
use httpsys_core::cooked_url::{CookedUrl, cook};
use httpsys_core::routing::{Registration, RoutingTable};
use httpsys_core::url_prefix::UrlPrefix;
use httpsys_proto::{Parameters, Reject};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use crate::config;
use crate::model::{A_LABEL_BELOW, A_LABEL_HOST, Model, UNICODE_BELOW, UNICODE_HOST};

/// A segment as it is meant, and how each of its bytes is written.
fn segment() -> impl Strategy<Value = (String, Vec<bool>)> {
    let text = prop_oneof![
        2 => "[a-zA-Z0-9._~ %?#+&=\u{e4}\u{20ac}\u{1d11e}-]{1,8}",
        1 => select(vec!["", ".", "..", "..."]).prop_map(str::to_owned),
    ];
    (text, vec(any::<bool>(), 40))
}

/// The segment on the wire: what has to be escaped is, of the rest what `escape` says.
fn on_the_wire(text: &str, escape: &[bool]) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"._~-+&=".contains(&b);
    let write = |(b, escaped): (u8, &bool)| match plain(b) && !escaped {
        true => char::from(b).to_string(),
        false => format!("%{b:02X}"),
    };
    text.bytes().zip(escape.iter().cycle()).map(write).collect()
}

/// The path that these segments mean; `None` above the root.
fn meant(segments: &[(String, Vec<bool>)]) -> Option<String> {
    let mut stack: Vec<&str> = Vec::new();
    let mut is_folder = true;
    for (text, _) in segments {
        is_folder = matches!(text.as_str(), "" | "." | "..");
        match text.as_str() {
            "" | "." => {}
            ".." => drop(stack.pop()?),
            text => stack.push(text),
        }
    }
    let end = if is_folder && !stack.is_empty() {
        "/"
    } else {
        ""
    };
    Some(format!("/{}{end}", stack.join("/")))
}

#[derive(Clone, Debug)]
enum Step {
    Insert(String, u64),
    Remove(String, u64),
    RemoveGroup(u64),
    Route(&'static str, &'static str, String),
}

fn path() -> impl Strategy<Value = String> {
    vec(select(vec!["a", "A", "b", "ab", "\u{e4}"]), 0..4)
        .prop_map(|segments| segments.iter().map(|s| format!("/{s}")).collect::<String>() + "/")
}

fn prefix() -> impl Strategy<Value = String> {
    let hosts = vec![
        "+",
        "*",
        "localhost",
        "LOCALHOST",
        "127.0.0.1",
        "[::1]",
        "example.com",
        "*.example.com",
        "*.A.example.com",
        "*.com",
        UNICODE_HOST,
        UNICODE_BELOW,
    ];
    let scheme = prop_oneof![9 => Just("http"), 1 => Just("https")];
    (scheme, select(hosts), 80..82u16, path())
        .prop_map(|(scheme, host, port, path)| format!("{scheme}://{host}:{port}{path}"))
}

fn step() -> impl Strategy<Value = Step> {
    let hosts = vec![
        "localhost",
        "localhost:9",
        "127.0.0.1",
        "[::1]",
        "Example.COM",
        "a.Example.COM",
        "b.a.example.com",
        "aexample.com",
        A_LABEL_HOST,
        A_LABEL_BELOW,
        "",
        "x",
    ];
    let locals = vec!["127.0.0.1:80", "[::1]:80", "10.0.0.1:81"];
    prop_oneof![
        6 => (prefix(), 1..4u64).prop_map(|(prefix, group)| Step::Insert(prefix, group)),
        2 => (prefix(), 1..4u64).prop_map(|(prefix, group)| Step::Remove(prefix, group)),
        1 => (1..4u64).prop_map(Step::RemoveGroup),
        8 => (select(hosts), select(locals), path())
            .prop_map(|(host, local, path)| Step::Route(host, local, path)),
    ]
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_path_is_cooked_to_what_it_means(
        segments in vec(segment(), 1..8),
        query in proptest::option::of("[a-z%/.?=]{0,9}"),
    ) {
        let mut target = String::new();
        for (text, escape) in &segments {
            target += "/";
            target += &on_the_wire(text, escape);
        }
        let query = query.map(|query| format!("?{query}"));
        target += query.as_deref().unwrap_or_default();
        let mut url = CookedUrl::default();
        let local: SocketAddr = "127.0.0.1:80".parse().expect("an address");
        let p = Parameters::default();
        let result = cook(&mut url, false, b"localhost", local, target.as_bytes(), &p);
        let Some(path) = meant(&segments) else {
            prop_assert_eq!(result, Err(Reject::Forbidden), "{}", target);
            return Ok(());
        };
        prop_assert_eq!(result, Ok(()), "{}", target);
        prop_assert_eq!(String::from_utf16_lossy(url.abs_path()), path, "{}", target);
        let cooked = url.query().map(String::from_utf16_lossy);
        prop_assert_eq!(cooked, query, "{}", target);
    }

    #[test]
    fn a_prefix_that_is_written_is_read(text in prefix()) {
        let prefix = UrlPrefix::parse_str(&text).expect("valid");
        let written = prefix.to_string();
        let again = UrlPrefix::parse_str(&written).expect("valid");
        prop_assert_eq!(&again, &prefix);
        prop_assert_eq!(again.to_string(), written);
        let (scheme, rest) = text.split_once(':').expect("a scheme");
        let upper = format!("{scheme}:{}", rest.to_uppercase());
        prop_assert_eq!(UrlPrefix::parse_str(&upper).expect("valid"), prefix);
    }

    #[test]
    fn routing_agrees_with_the_model(steps in vec(step(), 1..40)) {
        let (mut table, mut model) = (RoutingTable::new(), Model::default());
        for (at, step) in steps.into_iter().enumerate() {
            match step {
                Step::Insert(text, group) => {
                    let prefix = UrlPrefix::parse_str(&text).expect("valid");
                    let registration = Registration {
                        group: UrlGroupId(group),
                        context: at as u64,
                    };
                    let inserted = table.insert(&prefix, registration).is_ok();
                    prop_assert_eq!(inserted, model.insert(&prefix, registration), "{}", text);
                }
                Step::Remove(text, group) => {
                    let prefix = UrlPrefix::parse_str(&text).expect("valid");
                    let removed = table.remove(&prefix, UrlGroupId(group));
                    prop_assert_eq!(removed, model.remove(&prefix, UrlGroupId(group)), "{}", text);
                }
                Step::RemoveGroup(group) => {
                    let group = UrlGroupId(group);
                    let all: Vec<UrlPrefix> = table
                        .iter()
                        .filter(|(_, r)| r.group == group)
                        .map(|(prefix, _)| prefix.clone())
                        .collect();
                    prop_assert!(all.iter().all(|prefix| table.remove(prefix, group)));
                    prop_assert_eq!(all.len(), model.remove_group(group));
                }
                Step::Route(host, local, path) => {
                    let local: SocketAddr = local.parse().expect("an address");
                    let target = path.replace('\u{e4}', "%C3%A4");
                    let (mut url, p) = (CookedUrl::default(), Parameters::default());
                    let (host, target) = (host.as_bytes(), target.as_bytes());
                    let cooked = cook(&mut url, false, host, local, target, &p);
                    prop_assert_eq!(cooked, Ok(()));
                    let expected = model.route(&url, local);
                    prop_assert_eq!(table.route(&url, local), expected, "{:?}", url);
                }
            }
            prop_assert_eq!(table.iter().count(), model.len());
        }
    }
}
