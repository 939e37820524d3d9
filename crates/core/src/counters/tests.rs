//! The Prometheus text: read back by a parser of its own, written from the description of the
//! format and not from the writer.

use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::close_reason::CloseReason;

type Labels = BTreeMap<String, String>;

/// The samples of a text; panics where it is not in the format.
fn parse(text: &str) -> BTreeMap<(String, Labels), String> {
    assert!(text.ends_with('\n'), "the last line must end");
    let mut samples = BTreeMap::new();
    let mut families = BTreeSet::new();
    let (mut family, mut kind) = (String::new(), String::new());
    for line in text.lines() {
        if let Some(help) = line.strip_prefix("# HELP ") {
            let (name, _) = help.split_once(' ').expect("a name and a help text");
            assert!(families.insert(name.to_owned()), "{name} comes twice");
            family = name.to_owned();
            kind.clear();
        } else if let Some(of) = line.strip_prefix("# TYPE ") {
            let (name, of) = of.split_once(' ').expect("a name and a type");
            assert_eq!(name, family, "TYPE stands behind HELP");
            assert!(["counter", "gauge"].contains(&of));
            assert_eq!(of == "counter", name.ends_with("_total"), "{name}");
            kind = of.to_owned();
        } else {
            let (name, labels, value) = sample(line);
            assert_eq!(name, family, "samples stand behind their family");
            assert!(!kind.is_empty());
            value.parse::<f64>().expect("a number");
            let earlier = samples.insert((name, labels), value);
            assert!(earlier.is_none(), "a series comes twice: {line}");
        }
    }
    samples
}

fn is_name(name: &str) -> bool {
    let mut chars = name.chars();
    chars
        .next()
        .is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
        && chars.all(|c| c.is_ascii_alphanumeric() || c == '_')
}

fn sample(line: &str) -> (String, Labels, String) {
    let end = line.find(['{', ' ']).expect("a value");
    let (name, mut rest) = line.split_at(end);
    assert!(is_name(name), "{line}");
    let mut labels = Labels::new();
    if let Some(mut inner) = rest.strip_prefix('{') {
        loop {
            let (label, behind) = inner.split_once("=\"").expect("a label");
            assert!(is_name(label), "{line}");
            let mut value = String::new();
            let mut chars = behind.char_indices();
            let after = loop {
                match chars.next().expect("a closing quote") {
                    (at, '"') => break at + 1,
                    (_, '\\') => value.push(match chars.next().expect("an escape").1 {
                        'n' => '\n',
                        c @ ('\\' | '"') => c,
                        other => panic!("\\{other} is no escape"),
                    }),
                    (_, c) => value.push(c),
                }
            };
            assert!(labels.insert(label.to_owned(), value).is_none(), "{line}");
            inner = &behind[after..];
            if let Some(behind) = inner.strip_prefix('}') {
                rest = behind;
                break;
            }
            inner = inner.strip_prefix(',').expect("a comma");
        }
    }
    let value = rest.strip_prefix(' ').expect("one blank");
    assert!(!value.contains(' '), "{line}");
    (name.to_owned(), labels, value.to_owned())
}

fn labels(pairs: &[(&str, &str)]) -> Labels {
    let own = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    pairs.iter().map(own).collect()
}

#[test]
fn names_with_quotes_backslashes_and_line_feeds_are_escaped_and_come_back() {
    let name = "a \"queue\"\\ of\nours, {x=\"1\"} 2 \\n";
    let url = "http://bücher:80/\"\\/";
    let mut counters = Counters::default();
    let mut queue = QueueCounters::new(QueueId(0x53));
    queue.name = Some(name.to_owned());
    queue.arrivals = 12;
    queue.max_queue_item_age = 61_007;
    counters.queues.push(queue);
    let mut group = UrlGroupCounters::new(UrlGroupId(0xAB));
    group.queue = Some(QueueId(0x53));
    group.urls.push(url.to_owned());
    group.bytes_sent = 3;
    group.bytes_received = 4;
    counters.url_groups.push(group);

    let text = counters.to_prometheus();
    let raw = "name=\"a \\\"queue\\\"\\\\ of\\nours, {x=\\\"1\\\"} 2 \\\\n\"";
    assert!(text.contains(raw), "{text}");
    let samples = parse(&text);
    let get = |name: &str, pairs: &[(&str, &str)]| {
        let found = samples.get(&(name.to_owned(), labels(pairs)));
        found.map(String::as_str)
    };
    let queue = [("queue", "0000000000000053"), ("name", name)];
    assert_eq!(get("httpsys_queue_arrivals_total", &queue), Some("12"));
    let age = get("httpsys_queue_max_item_age_seconds", &queue);
    assert_eq!(age, Some("61.007"));
    let id = ("url_group", "00000000000000AB");
    let info = [id, ("queue", "0000000000000053"), ("url", url)];
    assert_eq!(get("httpsys_url_group_info", &info), Some("1"));
    let both = get("httpsys_url_group_bytes_transferred_total", &[id]);
    assert_eq!(both, Some("7"));
}

#[test]
fn every_number_of_the_service_is_in_the_text() {
    let mut counters = Counters::default();
    let service = &mut counters.service;
    service.ends = Named::with(&END_NAMES);
    service.refused = Named::with(&REFUSAL_PHRASES);
    service.ends.add("Completed", 3);
    service.refused.add("Verb", 1);
    service.timers = [1, 2, 3, 4, 5, 6];
    service.log_entries_dropped = 9;
    let samples = parse(&counters.to_prometheus());
    let get = |name: &str, pairs: &[(&str, &str)]| {
        samples[&(name.to_owned(), labels(pairs))]
            .parse::<u64>()
            .unwrap()
    };
    for (reason, count) in counters.service.ends.iter() {
        let pair = [("reason", reason)];
        assert_eq!(get("httpsys_connections_ended_total", &pair), count);
    }
    assert_eq!(get("httpsys_refused_total", &[("reason", "Verb")]), 1);
    assert_eq!(get("httpsys_refused_total", &[("reason", "QueueFull")]), 0);
    for (kind, name) in TIMERS {
        let fired = get("httpsys_timers_fired_total", &[("timer", name)]);
        assert_eq!(fired, timer_index(kind) as u64 + 1);
    }
    let dropped = get("httpsys_log_entries_dropped_total", &[("log", "HTTPERR")]);
    assert_eq!(dropped, 9);
}

#[test]
fn every_end_has_a_place_and_a_name_from_the_beginning() {
    for (kind, _) in TIMERS {
        let end = CloseReason::Timer(kind);
        assert!((end.number() as usize) < END_NUMBERS);
        assert!(END_NAMES.contains(&end.name()));
    }
    let names: BTreeSet<_> = END_NAMES.into_iter().collect();
    assert_eq!(names.len(), END_NAMES.len());
}

#[test]
fn what_a_receive_got_is_what_came_without_the_rest() {
    let mut queue = QueueCounters::new(QueueId(1));
    queue.arrivals = 10;
    queue.rejected_requests = 2;
    queue.abandoned = 1;
    queue.current_queue_size = 3;
    assert_eq!(queue.delivered(), 4);
}
