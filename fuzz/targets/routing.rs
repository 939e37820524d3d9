//! Routing: registrations come and go, requests are routed, beside a model that looks at each
//! registration in turn.
#![no_main]

use std::net::{IpAddr, SocketAddr};

use httpsys_core::UrlGroupId;
use httpsys_core::cooked_url::{CookedUrl, cook};
use httpsys_core::routing::{Registration, Route, RoutingTable};
use httpsys_core::url_prefix::{PrefixHost, UrlPrefix};
use httpsys_proto::Parameters;
use libfuzzer_sys::fuzz_target;

const HOSTS: [&str; 8] = [
    "+", "*", "localhost", "LOCALHOST", "127.0.0.1", "[::1]", "example.com", "b\u{fc}cher.example",
];
const REQUEST_HOSTS: [&str; 8] = [
    "localhost", "localhost:9", "127.0.0.1", "[::1]", "Example.COM", "xn--bcher-kva.example", "", "x",
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
}

fn lower(text: &str) -> String {
    text.to_lowercase()
}

/// The bucket in which a prefix takes part for this request, if it does (RTE-001).
fn bucket(prefix: &UrlPrefix, url: &CookedUrl, local: IpAddr, sole: Option<&str>) -> Option<u32> {
    let host = lower(&String::from_utf16_lossy(url.host_name()));
    let host = host.replace("xn--bcher-kva", "b\u{fc}cher");
    match prefix.host() {
        PrefixHost::Strong => Some(0),
        PrefixHost::Name(name) => {
            let name = lower(&name.to_string());
            if name == host {
                Some(1)
            } else if url.is_host_assumed() && sole == Some(&name) {
                Some(4)
            } else {
                None
            }
        }
        PrefixHost::Ip(ip) => (ip.to_canonical() == local.to_canonical()).then_some(2),
        PrefixHost::Weak => Some(3),
    }
}

fn model(list: &[(UrlPrefix, Registration)], url: &CookedUrl, local: SocketAddr) -> Route {
    let mut names: Vec<String> = list
        .iter()
        .filter(|(prefix, _)| prefix.port() == local.port())
        .filter_map(|(prefix, _)| match prefix.host() {
            PrefixHost::Name(name) => Some(lower(&name.to_string())),
            _ => None,
        })
        .collect();
    names.sort();
    names.dedup();
    let sole = (names.len() == 1).then(|| names[0].as_str());
    let path = lower(&String::from_utf16_lossy(url.abs_path()));
    let path = path.trim_end_matches('/').to_owned() + "/";
    let mut known = false;
    for wanted in 0..5 {
        let mut best: Option<(usize, Registration)> = None;
        for (prefix, registration) in list {
            let takes_part = prefix.port() == local.port()
                && bucket(prefix, url, local.ip(), sole) == Some(wanted);
            if !takes_part {
                continue;
            }
            known = true;
            let own = lower(&String::from_utf16_lossy(prefix.path()));
            if path.starts_with(&own) && best.is_none_or(|(length, _)| own.len() > length) {
                best = Some((own.len(), *registration));
            }
        }
        if let Some((_, registration)) = best {
            return Route::Match(registration);
        }
    }
    if known { Route::UnknownPath } else { Route::UnknownHost }
}

fn step(
    choices: &mut Choices<'_>,
    table: &mut RoutingTable,
    list: &mut Vec<(UrlPrefix, Registration)>,
) -> Option<()> {
    let what = choices.next()?;
    if what % 4 < 2 {
        let host = choices.pick(&HOSTS)?;
        let port = 80 + choices.next()? % 2;
        let text = format!("http://{host}:{port}{}", choices.path()?);
        let prefix = UrlPrefix::parse_str(&text).expect("a valid prefix");
        let group = UrlGroupId(1 + (what as u64 >> 2) % 3);
        let at = list.iter().position(|(other, _)| *other == prefix);
        if what % 4 == 0 {
            let registration = Registration { group, context: list.len() as u64 };
            let inserted = table.insert(&prefix, registration).is_ok();
            assert_eq!(inserted, at.is_none(), "{prefix}");
            if inserted {
                list.push((prefix, registration));
            }
        } else {
            let owned = at.filter(|at| list[*at].1.group == group);
            assert_eq!(table.remove(&prefix, group), owned.is_some(), "{prefix}");
            if let Some(at) = owned {
                list.remove(at);
            }
        }
        return Some(());
    }
    let host = choices.pick(&REQUEST_HOSTS)?;
    let local: SocketAddr = choices.pick(&LOCALS)?.parse().expect("an address");
    let target = choices.path()?.replace('\u{e4}', "%C3%A4");
    let mut url = CookedUrl::default();
    let p = Parameters::default();
    cook(&mut url, false, host.as_bytes(), local, target.as_bytes(), &p).expect("a valid URL");
    let snapshot = table.clone();
    let expected = model(list, &url, local);
    assert_eq!(snapshot.route(&url, local), expected, "{host} {target} at {local}");
    Some(())
}

fuzz_target!(|data: &[u8]| {
    let mut choices = Choices(data.iter());
    let (mut table, mut list) = (RoutingTable::new(), Vec::new());
    while step(&mut choices, &mut table, &mut list).is_some() {
        assert_eq!(table.iter().count(), list.len());
    }
});
