//! Routing: registrations come and go, requests are routed, beside a model that looks at each
//! registration in turn.
//!
//! Checks: what can be registered and ended, how many there are, and where each request goes; also
//! that a copy which was taken before a change still answers as before.
#![no_main]

use std::net::SocketAddr;

use httpsys_core::UrlGroupId;
use httpsys_core::cooked_url::{CookedUrl, cook};
use httpsys_core::routing::{Registration, RoutingTable};
use httpsys_core::url_prefix::UrlPrefix;
use httpsys_proto::Parameters;
use libfuzzer_sys::fuzz_target;

#[path = "../../tests/properties/model.rs"]
mod model;

use model::{A_LABEL_BELOW, A_LABEL_HOST, Model, UNICODE_BELOW, UNICODE_HOST};

const HOSTS: [&str; 12] = [
    "+",
    "*",
    "localhost",
    "LOCALHOST",
    "127.0.0.1",
    "[::1]",
    "example.com",
    UNICODE_HOST,
    "*.example.com",
    "*.A.example.com",
    "*.com",
    UNICODE_BELOW,
];
const REQUEST_HOSTS: [&str; 12] = [
    "localhost",
    "localhost:9",
    "127.0.0.1",
    "[::1]",
    "Example.COM",
    A_LABEL_HOST,
    "",
    "x",
    "a.Example.COM",
    "b.a.example.com",
    "aexample.com",
    A_LABEL_BELOW,
];
const SEGMENTS: [&str; 6] = ["a", "A", "b", "ab", "\u{e4}", "c"];
const LOCALS: [&str; 3] = ["127.0.0.1:80", "[::1]:80", "10.0.0.1:81"];

/// Takes choices from the fuzzer's bytes.
struct Choices<'a>(std::slice::Iter<'a, u8>);

impl Choices<'_> {
    fn next(&mut self) -> Option<usize> {
        self.0.next().map(|byte| usize::from(*byte))
    }

    fn pick<'t>(&mut self, from: &[&'t str]) -> Option<&'t str> {
        self.next().map(|n| from[n % from.len()])
    }

    fn path(&mut self) -> Option<String> {
        let mut path = String::new();
        for _ in 0..self.next()? % 4 {
            path += "/";
            path += self.pick(&SEGMENTS)?;
        }
        Some(path + "/")
    }

    /// A request: its URL and the local address it arrived on.
    fn request(&mut self) -> Option<(CookedUrl, SocketAddr)> {
        let host = self.pick(&REQUEST_HOSTS)?;
        let local: SocketAddr = self.pick(&LOCALS)?.parse().expect("an address");
        let target = self.path()?.replace('\u{e4}', "%C3%A4");
        let (mut url, p) = (CookedUrl::default(), Parameters::default());
        let cooked = cook(
            &mut url,
            false,
            host.as_bytes(),
            local,
            target.as_bytes(),
            &p,
        );
        cooked.expect("a valid URL");
        Some((url, local))
    }

    fn prefix(&mut self) -> Option<UrlPrefix> {
        let host = self.pick(&HOSTS)?;
        let where_to = self.next()?;
        let scheme = if where_to % 16 == 15 { "https" } else { "http" };
        let text = format!("{scheme}://{host}:{}{}", 80 + where_to % 2, self.path()?);
        Some(UrlPrefix::parse_str(&text).expect("a valid prefix"))
    }
}

fn step(choices: &mut Choices<'_>, table: &mut RoutingTable, model: &mut Model) -> Option<()> {
    let what = choices.next()?;
    let group = UrlGroupId(1 + (what as u64 >> 3) % 3);
    match what % 8 {
        0..3 => {
            let prefix = choices.prefix()?;
            let context = model.len() as u64;
            let registration = Registration { group, context };
            let inserted = table.insert(&prefix, registration).is_ok();
            assert_eq!(inserted, model.insert(&prefix, registration), "{prefix}");
        }
        3 => {
            let prefix = choices.prefix()?;
            let removed = table.remove(&prefix, group);
            assert_eq!(removed, model.remove(&prefix, group), "{prefix}");
        }
        4 if what >= 0xE0 => {
            let all: Vec<UrlPrefix> = table
                .iter()
                .filter(|(_, r)| r.group == group)
                .map(|(prefix, _)| prefix.clone())
                .collect();
            assert!(all.iter().all(|prefix| table.remove(prefix, group)));
            assert_eq!(all.len(), model.remove_group(group));
        }
        5 => {
            // Whoever routes has an older copy.
            let (url, local) = choices.request()?;
            let (copy, expected) = (table.clone(), model.route(&url, local));
            let prefix = choices.prefix()?;
            let removed = table.remove(&prefix, group);
            assert_eq!(removed, model.remove(&prefix, group), "{prefix}");
            assert_eq!(copy.route(&url, local), expected);
        }
        _ => {
            let (url, local) = choices.request()?;
            let shown = String::from_utf16_lossy(url.full());
            let expected = model.route(&url, local);
            assert_eq!(table.route(&url, local), expected, "{shown} at {local}");
        }
    }
    Some(())
}

fuzz_target!(|data: &[u8]| {
    let mut choices = Choices(data.iter());
    let (mut table, mut model) = (RoutingTable::new(), Model::default());
    while step(&mut choices, &mut table, &mut model).is_some() {
        assert_eq!(table.iter().count(), model.len());
    }
});
