//! Tests of routing: the named catalog rows, and random tables against a model that looks at every
//! prefix in turn.

use std::net::Ipv4Addr;

use super::*;
use crate::cooked_url::cook;
use httpsys_proto::Parameters;

fn prefix(url: &str) -> UrlPrefix {
    UrlPrefix::parse_str(url).unwrap_or_else(|e| panic!("{url}: {e}"))
}

fn registration(n: u64) -> Registration {
    Registration {
        group: UrlGroupId(n),
        context: n * 1000,
    }
}

/// A table in which the prefix number n (from 1) belongs to group n.
fn table(urls: &[&str]) -> RoutingTable {
    let mut table = RoutingTable::new();
    for (n, url) in (1..).zip(urls) {
        table
            .insert(&prefix(url), registration(n))
            .unwrap_or_else(|e| panic!("{url}: {e}"));
    }
    table
}

fn url(host: &str, target: &str, local: SocketAddr) -> CookedUrl {
    let mut out = CookedUrl::default();
    cook(
        &mut out,
        false,
        host.as_bytes(),
        local,
        target.as_bytes(),
        &Parameters::default(),
    )
    .unwrap_or_else(|e| panic!("{host} {target}: {e:?}"));
    out
}

fn route_at(table: &RoutingTable, local: &str, host: &str, target: &str) -> Route {
    let local = local.parse().expect("an address");
    table.route(&url(host, target, local), local)
}

fn route(table: &RoutingTable, host: &str, target: &str) -> Route {
    route_at(table, "127.0.0.1:80", host, target)
}

fn group(n: u64) -> Route {
    Route::Match(registration(n))
}

#[test]
fn rte_001_buckets_are_searched_in_order() {
    let urls = [
        "http://*:80/",
        "http://127.0.0.1:80/",
        "http://localhost:80/",
        "http://+:80/",
    ];
    for count in 1..=4 {
        let table = table(&urls[..count as usize]);
        assert_eq!(route(&table, "localhost", "/x"), group(count));
    }
}

#[test]
fn rte_001_the_first_bucket_with_a_match_ends_the_search() {
    let table = table(&[
        "http://+:80/a/",
        "http://localhost:80/a/b/",
        "http://127.0.0.1:80/a/b/c/",
        "http://*:80/a/b/c/d/",
        "http://*:80/",
    ]);
    assert_eq!(route(&table, "localhost", "/a/b/c/d"), group(1));
    assert_eq!(route(&table, "localhost", "/b"), group(5));
}

#[test]
fn rte_017_a_wildcard_label_comes_between_the_exact_host_and_the_addresses() {
    let urls = [
        "http://*:80/",
        "http://127.0.0.1:80/",
        "http://*.example:80/",
        "http://*.SHOP.example:80/",
        "http://a.shop.example:80/",
        "http://+:80/",
    ];
    for count in 1..=urls.len() {
        let table = table(&urls[..count]);
        assert_eq!(route(&table, "A.shop.Example", "/x"), group(count as u64));
    }
    let table = table(&urls[..5]);
    for (host, expected) in [
        ("b.shop.example", 4),
        ("c.b.shop.example", 4),
        // Not the name itself, and whole labels only.
        ("shop.example", 3),
        ("xshop.example", 3),
        ("example", 2),
        ("localhost", 2),
        ("b.shop.example.", 2),
    ] {
        assert_eq!(route(&table, host, "/"), group(expected), "{host}");
    }
}

#[test]
fn rte_017_the_next_shorter_name_is_asked_when_the_path_is_not_there() {
    let table = table(&[
        "http://a.b.example:80/exact/",
        "http://*.b.example:80/near/",
        "http://*.example:80/far/",
    ]);
    assert_eq!(route(&table, "a.b.example", "/exact/"), group(1));
    assert_eq!(route(&table, "a.b.example", "/near/"), group(2));
    assert_eq!(route(&table, "a.b.example", "/far/"), group(3));
    assert_eq!(route(&table, "a.b.example", "/"), Route::UnknownPath);
    assert_eq!(route(&table, "b.example", "/near/"), Route::UnknownPath);
    assert_eq!(route(&table, "example", "/far/"), Route::UnknownHost);
}

#[test]
fn rte_017_hst_014_below_a_unicode_name_are_its_a_labels() {
    let mut table = table(&["http://*.bücher.example:80/"]);
    assert_eq!(route(&table, "a.xn--bcher-kva.example", "/"), group(1));
    let same = prefix("http://*.BÜCHER.example:80/");
    assert_eq!(
        table.insert(&same, registration(2)),
        Err(Conflict::AlreadyExists)
    );
    assert!(table.remove(&same, UrlGroupId(1)));
    assert!(!table.is_port_used(80));
    let host = "a.xn--bcher-kva.example";
    assert_eq!(route(&table, host, "/"), Route::UnknownHost);
}

#[test]
fn rte_002_rte_008_the_longest_path_wins() {
    let table = table(&[
        "http://localhost:80/path1/",
        "http://localhost:80/path1/path2/",
    ]);
    assert_eq!(route(&table, "localhost", "/path1/path2"), group(2));
    assert_eq!(route(&table, "localhost", "/path1/path2/x/y"), group(2));
    assert_eq!(route(&table, "localhost", "/path1/path"), group(1));
}

#[test]
fn rte_003_pfx_012_different_buckets_hosts_and_paths_do_not_conflict() {
    let table = table(&[
        "http://+:80/",
        "http://*:80/",
        "http://localhost:80/",
        "http://127.0.0.1:80/",
        "http://[::1]:80/",
        "http://other:80/",
        "http://localhost:80/a/",
        "http://localhost:81/",
    ]);
    assert_eq!(table.iter().count(), 8);
}

#[test]
fn rte_004_rte_005_the_final_slash_is_not_needed_in_a_request() {
    let table = table(&["http://localhost:80/foobar/foo/"]);
    for target in [
        "/foobar/foo",
        "/foobar/foo/",
        "/foobar/foo?a=b",
        "/foobar/foo/x",
    ] {
        assert_eq!(route(&table, "localhost", target), group(1), "{target}");
    }
}

#[test]
fn rte_006_a_shorter_path_falls_back_to_the_root() {
    let table = table(&["http://localhost:80/", "http://localhost:80/foobar/foo/"]);
    assert_eq!(route(&table, "localhost", "/foobar"), group(1));
}

#[test]
fn rte_007_whole_segments_only() {
    let table = table(&["http://localhost:80/11/"]);
    assert_eq!(route(&table, "localhost", "/11"), group(1));
    assert_eq!(route(&table, "localhost", "/11/x"), group(1));
    assert_eq!(route(&table, "localhost", "/111"), Route::UnknownPath);
    assert_eq!(route(&table, "localhost", "/1"), Route::UnknownPath);
}

#[test]
fn rte_009_rte_010_pfx_027_changes_take_effect_at_once() {
    let long = prefix("http://localhost:80/a/");
    let mut table = table(&["http://localhost:80/"]);
    assert_eq!(route(&table, "localhost", "/a/x"), group(1));
    table.insert(&long, registration(2)).expect("free");
    assert_eq!(route(&table, "localhost", "/a/x"), group(2));
    assert!(table.remove(&long, UrlGroupId(2)));
    assert_eq!(route(&table, "localhost", "/a/x"), group(1));
    table.insert(&long, registration(3)).expect("free again");
    assert_eq!(route(&table, "localhost", "/a/x"), group(3));
}

#[test]
fn rte_011_hst_003_unknown_path_and_unknown_host() {
    let table = table(&["http://localhost:80/a/", "http://10.0.0.1:80/b/"]);
    assert_eq!(route(&table, "localhost", "/"), Route::UnknownPath);
    assert_eq!(route(&table, "machine", "/a"), Route::UnknownHost);
    assert_eq!(route(&table, "127.0.0.1", "/a"), Route::UnknownHost);
    // The address of the connection makes any host known.
    assert_eq!(
        route_at(&table, "10.0.0.1:80", "machine", "/a"),
        Route::UnknownPath
    );
    assert_eq!(
        route_at(&table, "127.0.0.1:81", "localhost", "/a"),
        Route::UnknownHost
    );
    for wildcard in ["http://+:80/c/", "http://*:80/c/"] {
        let mut table = table.clone();
        table
            .insert(&prefix(wildcard), registration(9))
            .expect("free");
        assert_eq!(route(&table, "machine", "/a"), Route::UnknownPath);
    }
    assert_eq!(
        route(&RoutingTable::new(), "localhost", "/"),
        Route::UnknownHost
    );
}

#[test]
fn rte_015_pth_026_letter_case_is_ignored() {
    let mut table = table(&["http://LocalHost:80/Foo/BÄR/"]);
    assert_eq!(route(&table, "LOCALHOST", "/fOO/b%C3%A4r/x"), group(1));
    let same = prefix("http://localhost:80/foo/bär");
    assert_eq!(
        table.insert(&same, registration(2)),
        Err(Conflict::AlreadyExists)
    );
    assert_eq!(table.get(&same), Some(registration(1)));
    assert!(table.remove(&same, UrlGroupId(1)));
}

#[test]
fn rte_016_an_ip_bound_prefix_takes_any_host_on_its_local_address() {
    let table = table(&[
        "http://127.0.0.1:80/",
        "http://[fe80::a]:80/",
        "http://65.66.67.68:80/",
    ]);
    for host in ["localhost", "example.com", "127.0.0.1:99", "[::1]"] {
        assert_eq!(route(&table, host, "/x"), group(1));
        assert_eq!(route_at(&table, "[fe80::a]:80", host, "/x"), group(2));
        assert_eq!(
            route_at(&table, "127.0.0.2:80", host, "/x"),
            Route::UnknownHost
        );
        // 65 and 97 are A and a: addresses are not folded.
        assert_eq!(
            route_at(&table, "97.66.67.68:80", host, "/x"),
            Route::UnknownHost
        );
        assert_eq!(route_at(&table, "65.66.67.68:80", host, "/x"), group(3));
    }
}

#[test]
fn hst_013_a_mapped_local_address_is_its_ipv4_address() {
    let table = table(&["http://127.0.0.1:80/", "http://[::ffff:10.0.0.1]:80/"]);
    assert_eq!(
        route_at(&table, "[::ffff:127.0.0.1]:80", "a", "/"),
        group(1)
    );
    assert_eq!(route_at(&table, "10.0.0.1:80", "a", "/"), group(2));
}

#[test]
fn hst_004_hst_015_the_port_of_the_connection_decides() {
    let table = table(&["http://localhost:80/", "http://localhost:81/"]);
    for host in [
        "localhost",
        "localhost:80",
        "localhost:81",
        "localhost:9999",
    ] {
        assert_eq!(route_at(&table, "127.0.0.1:80", host, "/"), group(1));
        assert_eq!(route_at(&table, "127.0.0.1:81", host, "/"), group(2));
    }
}

#[test]
fn g_091_localhost_needs_its_name_and_an_ip_literal_goes_to_the_ip_bound_prefix() {
    let table = table(&["http://localhost:80/", "http://127.0.0.1:80/"]);
    assert_eq!(route(&table, "localhost", "/"), group(1));
    assert_eq!(route(&table, "127.0.0.1", "/"), group(2));
}

#[test]
fn hst_002_hst_017_an_empty_host_reaches_wildcards_and_addresses_alone() {
    let local: SocketAddr = "127.0.0.1:80".parse().expect("an address");
    let mut url = url("", "/a", local);
    url.set_host_empty();
    let named = ["http://named:80/"];
    assert_eq!(table(&named).route(&url, local), Route::UnknownHost);
    for other in ["http://+:80/", "http://*:80/", "http://127.0.0.1:80/"] {
        let table = table(&[named[0], other]);
        assert_eq!(table.route(&url, local), group(2), "{other}");
    }
}

#[test]
fn g_015_a_request_without_host_reaches_the_only_explicit_host() {
    let mut table = table(&["http://bücher:80/a/", "http://bücher:80/b/"]);
    assert_eq!(route(&table, "", "/a/x"), group(1));
    assert_eq!(route(&table, "", "/b"), group(2));
    assert_eq!(route(&table, "", "/c"), Route::UnknownPath);
    assert_eq!(route(&table, "127.0.0.1", "/a"), Route::UnknownHost);
    table
        .insert(&prefix("http://*:80/a/x/"), registration(3))
        .expect("free");
    assert_eq!(route(&table, "", "/a/x"), group(3));
    table
        .insert(&prefix("http://second:80/"), registration(4))
        .expect("free");
    assert_eq!(route(&table, "", "/b"), Route::UnknownPath);
    assert!(table.remove(&prefix("http://second:80/"), UrlGroupId(4)));
    assert_eq!(route(&table, "", "/b"), group(2));
}

#[test]
fn hst_014_a_unicode_host_is_reached_by_its_a_label() {
    let mut table = table(&["http://BÜCHER.example:80/a/", "http://bücher.example:80/"]);
    for host in [
        "xn--bcher-kva.example",
        "XN--BCHER-KVA.EXAMPLE:80",
        "bücher.example",
    ] {
        assert_eq!(route(&table, host, "/a"), group(1), "{host}");
    }
    assert_eq!(table.iter().count(), 2);
    assert!(table.remove(&prefix("http://bücher.example:80/A"), UrlGroupId(1)));
    assert_eq!(route(&table, "xn--bcher-kva.example", "/a"), group(2));
    assert!(table.remove(&prefix("http://bücher.example:80/"), UrlGroupId(2)));
    assert!(!table.is_port_used(80));
}

#[test]
fn pth_018_pth_030_routing_uses_the_decoded_path() {
    let table = table(&[
        "http://localhost:80/path1 /path2 /",
        "http://localhost:80/a/b/",
    ]);
    assert_eq!(
        route(&table, "localhost", "/path1%20/path2%20/path3%20"),
        group(1)
    );
    assert_eq!(route(&table, "localhost", "/a%2Fb"), group(2));
    assert_eq!(route(&table, "localhost", "/a%5Cb/c"), group(2));
}

#[test]
fn pth_024_a_path_that_leaves_the_prefix_is_unknown() {
    let table = table(&["http://localhost:80/base/"]);
    assert_eq!(route(&table, "localhost", "/base/../"), Route::UnknownPath);
    assert_eq!(route(&table, "localhost", "/base/../base/x"), group(1));
}

#[test]
fn prs_019_options_star_goes_to_the_root_prefix() {
    let table = table(&["http://localhost:80/", "http://localhost:80/a/"]);
    assert_eq!(route(&table, "localhost", "*"), group(1));
}

#[test]
fn pfx_009_pfx_010_pfx_011_the_same_prefix_exists_already() {
    let mut table = table(&["http://localhost:80/barfoo/"]);
    for owner in [1, 2] {
        let again = table.insert(&prefix("http://localhost:80/barfoo"), registration(owner));
        assert_eq!(again, Err(Conflict::AlreadyExists));
    }
    assert_eq!(route(&table, "localhost", "/barfoo"), group(1));
}

#[test]
fn pfx_022_a_port_carries_one_scheme() {
    let mut table = table(&["http://localhost:80/"]);
    let secure = prefix("https://+:80/x/");
    assert_eq!(
        table.insert(&secure, registration(2)),
        Err(Conflict::SchemeMismatch)
    );
    let twin = prefix("https://localhost:80/");
    assert_eq!(
        table.insert(&twin, registration(2)),
        Err(Conflict::SchemeMismatch)
    );
    assert_eq!(table.get(&twin), None);
    assert!(!table.remove(&twin, UrlGroupId(1)));
    assert_eq!(table.ports().collect::<Vec<_>>(), [(80, Scheme::Http)]);
    assert!(table.remove(&prefix("http://localhost:80/"), UrlGroupId(1)));
    table
        .insert(&secure, registration(2))
        .expect("the port is free again");
    assert_eq!(table.ports().collect::<Vec<_>>(), [(80, Scheme::Https)]);
}

#[test]
fn pfx_024_pfx_025_a_second_removal_finds_nothing() {
    let mut table = table(&["http://localhost:80/a/b/"]);
    let url = prefix("http://localhost:80/a/b/");
    assert!(!table.remove(&url, UrlGroupId(2)), "another group's");
    for other in [
        "http://localhost:80/a/",
        "http://localhost:80/a/b/c/",
        "http://+:81/",
    ] {
        assert!(!table.remove(&prefix(other), UrlGroupId(1)), "{other}");
    }
    assert!(table.remove(&url, UrlGroupId(1)));
    assert!(!table.remove(&url, UrlGroupId(1)));
    assert!(!table.is_port_used(80));
}

#[test]
fn g_015_which_host_is_the_only_one_follows_every_change() {
    let mut table = RoutingTable::new();
    let urls: Vec<UrlPrefix> = ["a", "bücher", "c", "a.d"]
        .iter()
        .flat_map(|host| ["", "x/"].map(|path| prefix(&format!("http://{host}:80/{path}"))))
        .collect();
    let mut random = Random(0x5EED_0015);
    let mut live: Vec<usize> = Vec::new();
    for _ in 0..2_000 {
        let at = random.below(urls.len());
        match live.iter().position(|live| *live == at) {
            Some(known) => {
                live.swap_remove(known);
                assert!(table.remove(&urls[at], UrlGroupId(1)));
            }
            None => {
                live.push(at);
                table.insert(&urls[at], registration(1)).expect("free");
            }
        }
        let first = live.first().map(|at| urls[*at].host());
        let is_only = first.is_some() && live.iter().all(|at| Some(urls[*at].host()) == first);
        let found = route(&table, "", "/x/y") != Route::UnknownHost;
        assert_eq!(found, is_only, "{live:?}");
    }
}

#[test]
fn pfx_028_four_prefixes_on_four_ports() {
    let mut table = RoutingTable::new();
    for port in [83u16, 80, 82, 81] {
        table
            .insert(
                &prefix(&format!("http://localhost:{port}/")),
                registration(1),
            )
            .expect("free");
    }
    for port in 80..84 {
        assert!(table.is_port_used(port));
        assert_eq!(
            route_at(&table, &format!("127.0.0.1:{port}"), "localhost", "/"),
            group(1)
        );
    }
    assert_eq!(
        table.ports().map(|(port, _)| port).collect::<Vec<_>>(),
        [80, 81, 82, 83]
    );
}

#[test]
fn a_snapshot_does_not_see_later_changes() {
    let mut table = table(&["http://localhost:80/", "http://localhost:81/"]);
    let snapshot = table.clone();
    assert!(table.remove(&prefix("http://localhost:80/"), UrlGroupId(1)));
    table
        .insert(&prefix("http://localhost:81/a/"), registration(3))
        .expect("free");
    assert_eq!(route(&snapshot, "localhost", "/"), group(1));
    assert_eq!(
        route_at(&snapshot, "127.0.0.1:81", "localhost", "/a"),
        group(2)
    );
    assert_eq!(
        route_at(&table, "127.0.0.1:81", "localhost", "/a"),
        group(3)
    );
}

#[test]
fn very_deep_prefixes_are_only_a_matter_of_memory() {
    let deep = prefix(&format!("http://localhost:80/{}", "a/".repeat(16_000)));
    let mut table = table(&["http://localhost:80/"]);
    table.insert(&deep, registration(2)).expect("free");
    assert_eq!(route(&table, "localhost", &"/a".repeat(255)), group(1));
    assert!(table.clone().remove(&deep, UrlGroupId(2)));
    assert_eq!(table.get(&deep), Some(registration(2)));
}

struct Random(u64);

impl Random {
    fn pick<'a, T: ?Sized>(&mut self, from: &[&'a T]) -> &'a T {
        from[self.below(from.len())]
    }

    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 16) as usize % limit
    }
}

/// What routing means, said in the plainest way over a list of all prefixes.
fn model(all: &[(UrlPrefix, Registration)], host: &str, path: &str, local: SocketAddr) -> Route {
    let lower = host.to_lowercase();
    let rank = |p: &UrlPrefix| match p.host() {
        PrefixHost::Strong => Some((0, 0)),
        PrefixHost::Name(name) if name.to_string() == lower => Some((1, 0)),
        PrefixHost::Below(name) if lower.ends_with(&format!(".{name}")) => {
            Some((2, usize::MAX - name.as_units().len()))
        }
        PrefixHost::Ip(ip) if *ip == local.ip() => Some((3, 0)),
        PrefixHost::Weak => Some((4, 0)),
        _ => None,
    };
    let path = path.to_lowercase() + "/";
    let covers = |p: &UrlPrefix| path.starts_with(&text(p.path()).to_lowercase());
    let hosts = all.iter().filter(|(p, _)| p.port() == local.port());
    let hosts: Vec<_> = hosts
        .filter_map(|(p, r)| rank(p).map(|rank| (rank, p, r)))
        .collect();
    let best = hosts
        .iter()
        .filter(|(_, p, _)| covers(p))
        .min_by_key(|(rank, p, _)| (*rank, usize::MAX - p.path().len()));
    match best {
        Some((_, _, r)) => Route::Match(**r),
        None if hosts.is_empty() => Route::UnknownHost,
        None => Route::UnknownPath,
    }
}

fn text(units: &[u16]) -> String {
    String::from_utf16_lossy(units)
}

#[test]
fn random_tables_agree_with_the_model() {
    let hosts = [
        "+", "*", "a", "B", "ä", "b.a", "*.a", "*.B.a", "10.0.0.1", "10.0.0.2",
    ];
    let parts = ["/a", "/A", "/b", "/ab", "/ä", "/Ä"];
    let mut random = Random(0xDA94_2042_E4DD_58B5);
    let mut table = RoutingTable::new();
    let mut all: Vec<(UrlPrefix, Registration)> = Vec::new();
    let mut matches = 0;
    for round in 0..60_000u64 {
        let path = |random: &mut Random| -> String {
            (0..random.below(4)).map(|_| random.pick(&parts)).collect()
        };
        let port = 80 + random.below(3);
        let new = format!(
            "http://{}:{port}{}/",
            random.pick(&hosts),
            path(&mut random)
        );
        let new = prefix(&new);
        let known = all.iter().position(|(p, _)| *p == new);
        if round % 2 == 0 && (round / 2_000) % 2 == 0 {
            let result = table.insert(&new, registration(round));
            assert_eq!(result.is_ok(), known.is_none());
            if known.is_none() {
                all.push((new, registration(round)));
            }
        } else if let Some(at) = known {
            let (old, owner) = all.swap_remove(at);
            assert!(table.remove(&old, owner.group));
        }
        let local = SocketAddr::new(
            Ipv4Addr::new(10, 0, 0, 1 + random.below(3) as u8).into(),
            80 + random.below(4) as u16,
        );
        let host = random.pick(&["A", "b", "Ä", "ab", "b.A", "c.b.a", "xa", "10.0.0.1"]);
        let path = path(&mut random);
        let escaped = path.replace('ä', "%C3%A4").replace('Ä', "%C3%84");
        let found = table.route(&url(host, &escaped, local), local);
        matches += usize::from(matches!(found, Route::Match(_)));
        assert_eq!(
            found,
            model(&all, host, &path, local),
            "{host} {path} {local} in {all:?}"
        );
        assert_eq!(table.iter().count(), all.len());
    }
    assert!(matches > 10_000, "only {matches} matches");
}
