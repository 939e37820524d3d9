//! Tests of the UrlPrefix grammar: one table per catalog row, plus random text.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::net::IpAddr;

use super::*;

fn parse(url: &str) -> UrlPrefix {
    UrlPrefix::parse_str(url).unwrap_or_else(|e| panic!("{url}: {e}"))
}

fn refused(urls: &[&str], why: InvalidPrefix) {
    for url in urls {
        assert_eq!(UrlPrefix::parse_str(url), Err(why), "{url}");
        assert_eq!(why.error().win32(), 87);
    }
}

#[test]
fn pfx_001_a_path_is_needed() {
    refused(
        &["http://localhost:50000", "https://+:443"],
        InvalidPrefix::NoPath,
    );
}

#[test]
fn pfx_002_a_scheme_is_needed() {
    let urls = [
        "localhost:50000",
        "localhost:50000/",
        "",
        "http:/",
        "http//a:1/",
        "ftp://a:1/",
    ];
    refused(&urls, InvalidPrefix::Scheme);
}

#[test]
fn pfx_003_pfx_004_pfx_005_a_port_is_needed() {
    let urls = ["http://localhost/", "http://localhost:/"];
    refused(&urls, InvalidPrefix::NoPort);
    refused(&["http://localhost:0/"], InvalidPrefix::PortZero);
}

#[test]
fn pfx_006_ports_outside_the_range_are_refused() {
    let ports = [
        "65536",
        "-1",
        "text",
        "99999",
        "100000",
        "4294967297",
        "+80",
        "8 0",
        "８０",
    ];
    for port in ports {
        refused(&[&format!("http://localhost:{port}/")], InvalidPrefix::Port);
    }
    assert_eq!(parse("http://localhost:65535/").port(), 65535);
    assert_eq!(parse("http://localhost:1/").port(), 1);
}

#[test]
fn pfx_007_scheme_is_lower_case_and_port_has_no_leading_zero() {
    refused(
        &["HTTP://localhost:80/", "Https://localhost:80/"],
        InvalidPrefix::Scheme,
    );
    refused(
        &["http://localhost:080/", "http://localhost:00080/"],
        InvalidPrefix::Port,
    );
    assert_eq!(parse("https://localhost:443/").scheme(), Scheme::Https);
}

#[test]
fn pfx_008_a_query_is_refused() {
    let urls = ["http://localhost:50000/barfoo?a=b", "http://localhost:1/?"];
    refused(&urls, InvalidPrefix::PathCharacter('?'));
}

#[test]
fn pfx_009_a_missing_final_slash_is_added() {
    let without = parse("http://localhost:50000/barfoo");
    assert_eq!(without, parse("http://localhost:50000/barfoo/"));
    assert_eq!(String::from_utf16_lossy(without.path()), "/barfoo/");
}

#[test]
fn pfx_018_wildcards_and_ip_literals_are_accepted() {
    assert_eq!(parse("http://+:80/").host(), &PrefixHost::Strong);
    assert_eq!(parse("http://*:80/").host(), &PrefixHost::Weak);
    let literals = [
        ("127.0.0.1", "127.0.0.1"),
        ("[::1]", "::1"),
        ("[0:0:0:0:0:0:0:1]", "::1"),
        ("[FE80::A]", "fe80::a"),
        ("[::ffff:10.1.2.3]", "10.1.2.3"),
    ];
    for (host, ip) in literals {
        let ip: IpAddr = ip.parse().expect("an address");
        assert_eq!(
            parse(&format!("http://{host}:80/")).host(),
            &PrefixHost::Ip(ip),
            "{host}"
        );
    }
}

#[test]
fn pfx_019_unusable_hosts_are_refused() {
    use InvalidPrefix as Why;
    let long = "a".repeat(256);
    for (host, why) in [
        ("192.", Why::Address),
        ("[]", Why::Address),
        ("[::1%2]", Why::Address),
        ("[::1", Why::Address),
        ("[::1]x", Why::Address),
        ("[127.0.0.1]", Why::Address),
        ("256.1.1.1", Why::Address),
        ("1", Why::Address),
        ("[v1.x]", Why::Address),
        (".", Why::Address),
        ("..", Why::Address),
        (".a", Why::HostLabel),
        ("a..b", Why::HostLabel),
        ("a\\b", Why::HostCharacter('\\')),
        ("a b", Why::HostCharacter(' ')),
        ("a@b", Why::HostCharacter('@')),
        ("a:b", Why::HostCharacter(':')),
        ("::1", Why::HostCharacter(':')),
        ("x[::1]", Why::HostCharacter('[')),
        ("++", Why::HostCharacter('+')),
        ("+a", Why::HostCharacter('+')),
        ("a%20", Why::HostCharacter('%')),
        ("a\u{85}b", Why::HostCharacter('\u{85}')),
        ("a\u{3000}b", Why::HostCharacter('\u{3000}')),
        (&long, Why::HostLength),
        ("", Why::NoHost),
    ] {
        refused(&[&format!("http://{host}:80/")], why);
    }
    refused(&["http://a/b:80/"], Why::NoPort);
    for host in [
        "localhost",
        "A-1_b.example",
        "a.",
        "münchen.de",
        "1a",
        &long[..255],
    ] {
        assert!(matches!(
            parse(&format!("http://{host}:80/")).host(),
            PrefixHost::Name(_)
        ));
    }
}

#[test]
fn pfx_032_the_unspecified_address_is_not_supported() {
    for host in ["0.0.0.0", "[::]", "[0:0::0]", "[::ffff:0.0.0.0]"] {
        for path in ["/", "/a/"] {
            let url = format!("http://{host}:80{path}");
            let why = UrlPrefix::parse_str(&url).unwrap_err();
            assert_eq!(why, InvalidPrefix::UnspecifiedAddress, "{url}");
            assert_eq!(why.error().win32(), 50);
        }
    }
}

#[test]
fn pfx_031_the_leftmost_label_as_a_whole_may_be_a_wildcard() {
    for (host, normal) in [
        ("*.shop.example", "*.shop.example"),
        ("*.SHOP.example", "*.shop.example"),
        ("*.local", "*.local"),
        ("*.a.", "*.a."),
        ("*.BÜCHER.example", "*.bücher.example"),
    ] {
        let prefix = parse(&format!("http://{host}:80/"));
        assert!(matches!(prefix.host(), PrefixHost::Below(_)), "{host}");
        assert_eq!(prefix.to_string(), format!("http://{normal}:80/"));
        assert_eq!(prefix, parse(&format!("http://{normal}:80/")));
        assert_eq!(prefix.listen_scope(), ListenScope::Any);
    }
    assert_ne!(parse("http://*.a:80/"), parse("http://a:80/"));
    for (host, why) in [
        ("a.*.example", InvalidPrefix::HostCharacter('*')),
        ("*.*.example", InvalidPrefix::HostCharacter('*')),
        ("a*.example", InvalidPrefix::HostCharacter('*')),
        ("*a.example", InvalidPrefix::HostCharacter('*')),
        ("**", InvalidPrefix::HostCharacter('*')),
        ("*.+", InvalidPrefix::HostCharacter('+')),
        ("a.*", InvalidPrefix::HostCharacter('*')),
        ("*..a", InvalidPrefix::HostLabel),
        ("*.xn--bcher-kva.example", InvalidPrefix::Punycode),
        ("*.", InvalidPrefix::Address),
        ("*.0.0.1", InvalidPrefix::Address),
        ("*.[::1]", InvalidPrefix::HostCharacter('[')),
    ] {
        refused(&[&format!("http://{host}:80/")], why);
    }
}

#[test]
fn pfx_020_escaped_paths_are_refused() {
    refused(
        &["http://a:1/invalid%path/", "http://a:1/%20"],
        InvalidPrefix::PathCharacter('%'),
    );
}

#[test]
fn pfx_021_double_slashes_are_refused() {
    let paths = ["/sub//path/", "//", "///", "//a", "/a//"];
    for path in paths {
        refused(&[&format!("http://a:1{path}")], InvalidPrefix::PathSegment);
    }
}

#[test]
fn paths_no_cooked_url_can_have_are_refused() {
    for path in ["/./", "/a/..", "/.."] {
        refused(&[&format!("http://a:1{path}")], InvalidPrefix::PathSegment);
    }
    for bad in ['\\', '\0', '\u{7f}', '\u{90}', '\n', '#'] {
        let why = InvalidPrefix::PathCharacter(bad);
        refused(&[&format!("http://a:1/a{bad}b/")], why);
    }
    let mut unpaired: Vec<u16> = "http://a:1/".encode_utf16().collect();
    unpaired.push(0xD800);
    assert_eq!(UrlPrefix::parse(&unpaired), Err(InvalidPrefix::PathUtf16));
    assert_eq!(
        UrlPrefix::parse(&[&unpaired[..7], &[0xDC00], &unpaired[8..11]].concat()),
        Err(InvalidPrefix::HostUtf16)
    );
}

#[test]
fn pth_030_blanks_and_odd_characters_may_stand_in_a_path() {
    let prefix = parse("http://localhost:80/path1 /path2 /...|*<ü𝄞>/.a");
    assert_eq!(
        prefix.to_string(),
        "http://localhost:80/path1 /path2 /...|*<ü𝄞>/.a/"
    );
}

#[test]
fn g_089_overlong_prefixes_are_refused() {
    let fits = format!("http://a:1/{}", "b".repeat(MAX_URL_UNITS - 11));
    assert_eq!(fits.len(), MAX_URL_UNITS);
    parse(&fits);
    refused(
        &[&format!("{fits}b"), &"x".repeat(200_000)],
        InvalidPrefix::TooLong,
    );
}

#[test]
fn rte_015_g_090_letter_case_does_not_make_a_difference() {
    let hash = |prefix: &UrlPrefix| {
        let mut hasher = DefaultHasher::new();
        prefix.hash(&mut hasher);
        hasher.finish()
    };
    let pairs = [
        ("http://LocalHost:80/Foo/", "http://localhost:80/fOO/"),
        (
            "http://BÜCHER.example:80/ΣΣ/Я",
            "http://bücher.EXAMPLE:80/σς/я/",
        ),
    ];
    for (a, b) in pairs {
        let (a, b) = (parse(a), parse(b));
        assert_eq!(a, b);
        assert_eq!(hash(&a), hash(&b));
    }
    let base = parse("http://a:80/b/");
    for other in [
        "https://a:80/b/",
        "http://a:81/b/",
        "http://b:80/b/",
        "http://a:80/bb/",
    ] {
        assert_ne!(base, parse(other));
    }
}

#[test]
fn the_path_keeps_its_spelling_and_the_text_is_normal() {
    let prefix = parse("http://LOCALHOST:80/Foo");
    assert_eq!(String::from_utf16_lossy(prefix.path()), "/Foo/");
    assert_eq!(prefix.to_string(), "http://localhost:80/Foo/");
    assert_eq!(format!("{prefix:?}"), "UrlPrefix(http://localhost:80/Foo/)");
    assert_eq!(
        parse("https://[0:0::1]:443/").to_string(),
        "https://[::1]:443/"
    );
    assert_eq!(parse("https://+:443/a").to_string(), "https://+:443/a/");
    assert_eq!(parse("http://*:80/").to_string(), "http://*:80/");
}

#[test]
fn g_092_loopback_prefixes_listen_on_loopback_only() {
    let scope = |host: &str| parse(&format!("http://{host}:80/")).listen_scope();
    assert_eq!(scope("LOCALHOST"), ListenScope::Loopback);
    assert_eq!(
        scope("127.0.0.1"),
        ListenScope::Address([127, 0, 0, 1].into())
    );
    assert_eq!(
        scope("[::1]"),
        ListenScope::Address("::1".parse().expect("an address"))
    );
    for host in [
        "+",
        "*",
        "example.com",
        "10.0.0.1",
        "[fe80::1]",
        "localhost.localdomain",
    ] {
        assert_eq!(scope(host), ListenScope::Any, "{host}");
    }
}

#[test]
fn random_text_never_panics_and_what_parses_parses_again_from_its_text() {
    let parts = [
        "http://",
        "https://",
        "a",
        "+",
        "*",
        ":80",
        ":",
        "/",
        "//",
        ".",
        "..",
        "%",
        "[::1]",
        "ü",
        "xn--",
        "127.0.0.1",
        "?",
        "\u{0}",
        "𝄞",
        "\u{fffd}",
        " ",
        "[",
        "]",
        "0",
    ];
    let mut seed = 0x9E37_79B9_7F4A_7C15u64;
    let mut parsed = 0;
    for _ in 0..100_000 {
        let mut units: Vec<u16> = Vec::new();
        for place in 0..8 {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            // Every other text begins like a prefix, or hardly one would parse.
            let part = match (place, seed & 1) {
                (0, 1) => "http://",
                (2, 1) => ":80",
                (3, 1) => "/",
                _ => parts[(seed >> 8) as usize % parts.len()],
            };
            units.extend(part.encode_utf16());
            if seed >> 40 & 63 == 0 {
                units.push((seed >> 48) as u16);
            }
        }
        if let Ok(prefix) = UrlPrefix::parse(&units) {
            parsed += 1;
            assert_eq!(UrlPrefix::parse_str(&prefix.to_string()), Ok(prefix));
        }
    }
    assert!(parsed > 100, "only {parsed} texts parsed");
}
