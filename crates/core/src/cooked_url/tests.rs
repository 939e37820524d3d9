//! Tests of cooking: the named catalog rows as tables, the limits, and random bytes.

use super::*;

fn local() -> SocketAddr {
    "127.0.0.1:50000".parse().expect("an address")
}

fn text(units: &[u16]) -> String {
    String::from_utf16_lossy(units)
}

fn params(change: impl FnOnce(&mut Parameters)) -> Parameters {
    let mut p = Parameters::default();
    change(&mut p);
    p
}

fn cook_target(target: &[u8], p: &Parameters) -> Result<CookedUrl, Reject> {
    let mut out = CookedUrl::default();
    cook(&mut out, false, b"localhost:50000", local(), target, p).map(|()| out)
}

fn cook_host(host: &[u8]) -> Result<CookedUrl, Reject> {
    let mut out = CookedUrl::default();
    cook(&mut out, false, host, local(), b"/", &Parameters::default()).map(|()| out)
}

/// The cooked path of `target` with the default parameters.
fn path(target: impl AsRef<[u8]>) -> String {
    let target = target.as_ref();
    match cook_target(target, &Parameters::default()) {
        Ok(url) => text(url.abs_path()),
        Err(e) => panic!("{:?}: {e:?}", target.escape_ascii().to_string()),
    }
}

fn invalid(target: impl AsRef<[u8]>) {
    let target = target.as_ref();
    let result = cook_target(target, &Parameters::default());
    assert!(
        matches!(result, Err(Reject::InvalidUrl)),
        "{}: {result:?}",
        target.escape_ascii()
    );
}

fn forbidden(target: &str) {
    let result = cook_target(target.as_bytes(), &Parameters::default());
    assert!(
        matches!(result, Err(Reject::Forbidden)),
        "{target}: {result:?}"
    );
}

#[test]
fn hst_006_hst_007_parts_lie_in_one_text() {
    let url = cook_target(b"/foobar?a=b", &Parameters::default()).expect("valid");
    assert_eq!(text(url.full()), "http://localhost:50000/foobar?a=b");
    assert_eq!(url.full().len() * 2, 66);
    assert_eq!(
        (text(url.host()), url.host().len() * 2),
        ("localhost:50000".into(), 30)
    );
    assert_eq!(
        (text(url.abs_path()), url.abs_path().len() * 2),
        ("/foobar".into(), 14)
    );
    assert_eq!(
        url.query().map(|q| (text(q), q.len() * 2)),
        Some(("?a=b".into(), 8))
    );
    assert_eq!(
        (url.host_start(), url.path_start(), url.query_start()),
        (7, 22, Some(29))
    );
}

#[test]
fn hst_008_hst_009_no_query() {
    let url = cook_target(b"/foobar", &Parameters::default()).expect("valid");
    assert_eq!((url.query(), url.query_start()), (None, None));
    let lengths = (
        url.full().len() * 2,
        url.host().len() * 2,
        url.abs_path().len() * 2,
    );
    assert_eq!(lengths, (58, 30, 14));
}

#[test]
fn prs_019_prs_022_star_and_empty_are_the_root() {
    assert_eq!(path("*"), "/");
    assert_eq!(path(""), "/");
    let url = cook_target(b"", &Parameters::default()).expect("valid");
    // PRS-021: FullUrlLength 46, AbsPathLength 2, no query.
    assert_eq!(
        (url.full().len() * 2, url.abs_path().len() * 2, url.query()),
        (46, 2, None)
    );
}

#[test]
fn prs_023_a_target_does_not_begin_with_a_query() {
    for target in ["?query=value/1/2", "?", "foo", "**", "%2Ffoo", "\\foo"] {
        invalid(target);
    }
}

#[test]
fn hst_004_a_host_without_port_gets_the_port_of_the_connection() {
    for host in ["localhost", "localhost:"] {
        let url = cook_host(host.as_bytes()).expect("valid");
        assert_eq!(text(url.full()), "http://localhost:50000/");
        assert_eq!(text(url.host_name()), "localhost");
    }
}

#[test]
fn hst_015_a_port_in_host_stays_as_sent() {
    let url = cook_host(b"LocalHost:80").expect("valid");
    assert_eq!(text(url.host()), "LocalHost:80");
    assert_eq!(text(url.host_name()), "LocalHost");
    assert!(!url.is_host_assumed());
    let url = cook_host(b"[::1]:80").expect("valid");
    assert_eq!(
        (text(url.host()), text(url.host_name())),
        ("[::1]:80".into(), "[::1]".into())
    );
    assert_eq!(
        text(cook_host(b"[::1]").expect("valid").host()),
        "[::1]:50000"
    );
}

#[test]
fn g_015_without_host_the_local_address_stands_in() {
    let cases = [
        ("127.0.0.1:8080", "127.0.0.1:8080"),
        ("[::ffff:10.1.2.3]:81", "10.1.2.3:81"),
        ("[fe80::1%3]:443", "[fe80::1]:443"),
    ];
    for (local, host) in cases {
        let mut out = CookedUrl::default();
        let local = local.parse().expect("an address");
        cook(&mut out, true, b"", local, b"/x", &Parameters::default()).expect("valid");
        assert_eq!(text(out.full()), format!("https://{host}/x"));
        assert!(out.is_host_assumed());
    }
}

#[test]
fn g_016_bad_hosts_are_invalid_hostname() {
    let long = "a".repeat(256);
    let hosts: [&[u8]; 30] = [
        b":80",
        b":",
        b"a b",
        b"a/b",
        b"user@a",
        b"a:b",
        b"a:80:80",
        b"a:65536",
        b"a:-1",
        b"a:80 ",
        b"a:000080",
        b"[::1",
        b"::1",
        b"[]",
        b"[::1%2]",
        b"[::1]80",
        b"[127.0.0.1]",
        b"[v1.x]",
        b"[::1]]",
        b"a\\b",
        b"a\0",
        b"a\x7f",
        b"a%20b",
        b"a?b",
        b"a#b",
        b"a\xff",
        b"\xC2\x85",
        b"a\xE3\x80\x80b",
        b"a\"b",
        long.as_bytes(),
    ];
    for host in hosts {
        let result = cook_host(host);
        assert!(
            matches!(result, Err(Reject::InvalidHostname)),
            "{}",
            host.escape_ascii()
        );
    }
    for host in [
        "a",
        "a_b-c.d~",
        "1.2.3.4:0",
        "a.",
        "bücher.example",
        "a!$&'()*+,;=",
        "a:65535",
    ] {
        assert!(cook_host(host.as_bytes()).is_ok(), "{host}");
    }
    assert!(cook_host(&long.as_bytes()[1..]).is_ok());
}

#[test]
fn g_009_the_first_fault_on_the_wire_wins() {
    let mut out = CookedUrl::default();
    let mut go = |host: &[u8], target: &[u8]| {
        let result = cook(
            &mut out,
            false,
            host,
            local(),
            target,
            &Parameters::default(),
        );
        // What routing needs to find an unknown host before a path that climbs.
        let left = if result == Err(Reject::Forbidden) {
            "/"
        } else {
            ""
        };
        let path = String::from_utf16_lossy(out.abs_path());
        assert_eq!((path.as_str(), out.query()), (left, None));
        assert_eq!(out.host().is_empty(), left.is_empty());
        result
    };
    assert!(matches!(go(b"a b", b"/%"), Err(Reject::InvalidUrl)));
    assert!(matches!(go(b"a b", b"/?\0"), Err(Reject::InvalidUrl)));
    assert!(matches!(go(b"a b", b"/.."), Err(Reject::InvalidHostname)));
    assert!(matches!(go(b"a", b"/..?\0"), Err(Reject::InvalidUrl)));
    assert!(matches!(go(b"a", b"/..?x"), Err(Reject::Forbidden)));
}

#[test]
fn pth_001_g_029_raw_high_bytes_are_refused_in_the_path() {
    invalid(b"/\xE1");
    invalid("/ü");
    for byte in 0x80..=0xFFu8 {
        invalid([b'/', byte]);
    }
}

#[test]
fn pth_002_raw_controls_are_refused() {
    for byte in (0..=0x20).chain([0x7F]) {
        invalid([b'/', b'a', byte, b'b']);
    }
    let p = params(|p| p.allow_restricted_chars = true);
    assert!(matches!(
        cook_target(b"/a\x01", &p),
        Err(Reject::InvalidUrl)
    ));
}

#[test]
fn pth_003_lim_001_escaped_controls_need_a_parameter() {
    let p = params(|p| p.allow_restricted_chars = true);
    for byte in (0..0x20u8).chain([0x7F]) {
        for target in [format!("/a%{byte:02X}b"), format!("/a%u{byte:04x}b")] {
            invalid(&target);
            let url = cook_target(target.as_bytes(), &p).expect("allowed");
            assert_eq!(url.abs_path(), [0x2F, 0x61, u16::from(byte), 0x62]);
        }
    }
    invalid("/%C2%80");
    invalid("/%u0085");
}

#[test]
fn pth_004_printable_escapes_are_decoded() {
    for byte in 0x20..=0x7Eu8 {
        let cooked = match byte {
            b'/' | b'\\' => "/x/x".to_owned(),
            _ => format!("/x{}x", char::from(byte)),
        };
        assert_eq!(path(format!("/x%{byte:02X}x")), cooked);
        assert_eq!(path(format!("/x%{byte:02x}x")), cooked);
    }
}

#[test]
fn pth_005_pth_006_pth_007_pth_009_pth_010_pth_012_bad_escapes() {
    let targets = [
        "/path%",
        "/path%XY",
        "/path%F",
        "/%%32",
        "/%%20",
        "/%",
        "/%%",
        "/%A",
        "/%Y",
        "/%invalid/uri",
        "/%+1",
        "/% 1",
        "/%1G",
        "/%0x",
    ];
    targets.iter().for_each(invalid);
}

#[test]
fn pth_008_raw_blanks_are_refused() {
    invalid("/path with spaces");
}

#[test]
fn pth_011_an_overlong_four_byte_form_is_refused() {
    invalid("/%F0%8F%8F%BF");
}

#[test]
fn pth_013_cut_escapes() {
    let targets = [
        "/foo/%",
        "/foo/%2",
        "/foo/%u",
        "/foo/%uF",
        "/foo/%uFF",
        "/foo/%uFFF",
        "/%uFFG0",
        "/%U0041",
    ];
    targets.iter().for_each(invalid);
}

#[test]
fn pth_014_lim_005_percent_u_gives_one_unit() {
    assert_eq!(path("/%u0041%u20aC%u00e4b"), "/A€äb");
    assert_eq!(path("/a%u002Fb%u005Cc/%u002e"), "/a/b/c/");
    let url = cook_target(b"/%uD83D", &Parameters::default()).expect("valid");
    assert_eq!(url.abs_path(), [0x2F, 0xD83D]);
    let p = params(|p| p.percent_u_allowed = false);
    assert!(matches!(
        cook_target(b"/%u0041", &p),
        Err(Reject::InvalidUrl)
    ));
}

#[test]
fn pth_015_lim_003_overlong_two_byte_forms_fall_back_to_ansi() {
    assert_eq!(path("/%C0%A4"), "/À¤");
    assert_eq!(path("/%C1%BF"), "/Á¿");
    assert_eq!(path("/%80%9f%FF"), "/€Ÿÿ");
    // One bad byte turns the whole path (G-028); %u keeps its unit.
    assert_eq!(path("/%C3%A4/%E4%u20AC"), "/Ã¤/ä€");
    assert_eq!(path("/%C3%u00A4"), "/Ã¤");
    assert_eq!(path("/%C3x"), "/Ãx");
    // Valid UTF-8 for a control alone, but not as a part of an ANSI path.
    assert_eq!(path("/%C2%80%FF"), "/Â€ÿ");
    let p = params(|p| p.enable_non_utf8 = false);
    assert!(matches!(
        cook_target(b"/%C0%A4", &p),
        Err(Reject::InvalidUrl)
    ));
    assert_eq!(
        text(cook_target(b"/%C3%A4", &p).expect("UTF-8").abs_path()),
        "/ä"
    );
}

#[test]
fn pth_016_lim_004_utf_8_escapes() {
    assert_eq!(
        path("/%C3%A4%E2%82%AC%F0%9D%84%9E%EF%BF%BD"),
        "/ä€𝄞\u{FFFD}"
    );
    assert_eq!(path("/%F4%8F%BF%BF"), "/\u{10FFFF}");
    // Surrogates and values above U+10FFFF are not UTF-8: ANSI.
    assert_eq!(path("/%ED%A0%80"), "/í\u{A0}€");
    assert_eq!(path("/%F4%91%92%93"), "/ô‘’“");
    let p = params(|p| p.favor_utf8 = false);
    assert_eq!(
        text(cook_target(b"/%C3%A4", &p).expect("ANSI").abs_path()),
        "/Ã¤"
    );
    let p = params(|p| (p.favor_utf8, p.enable_non_utf8) = (false, false));
    assert_eq!(
        text(cook_target(b"/%C3%A4", &p).expect("UTF-8").abs_path()),
        "/ä"
    );
}

#[test]
fn pth_017_one_decoding_pass_only() {
    assert_eq!(path("/a%252Fb"), "/a%2Fb");
    assert_eq!(path("/%25"), "/%");
}

#[test]
fn pth_018_pth_019_escaped_slashes_and_backslashes_are_slashes() {
    assert_eq!(path("/a%2Fb"), "/a/b");
    assert_eq!(path("/a%5Cb\\c"), "/a/b/c");
    assert_eq!(path("/a\\..\\b"), "/b");
}

#[test]
fn pth_020_slash_runs_collapse() {
    assert_eq!(path("//a///b//"), "/a/b/");
    assert_eq!(path("///"), "/");
    assert_eq!(path("/a/%2f\\b"), "/a/b");
}

#[test]
fn pth_021_pth_022_dot_segments_after_slash_runs() {
    let cases = [
        ("/base/call/../ball", "/base/ball"),
        ("/base/call//../ball", "/base/ball"),
        ("/a/./b", "/a/b"),
        ("/a/b/..", "/a/"),
        ("/a/b/.", "/a/b/"),
        ("/a/..", "/"),
        ("/.", "/"),
        ("/a/../b/..", "/"),
        ("/...", "/..."),
        ("/.a/..b/c.", "/.a/..b/c."),
        ("/a./b", "/a./b"),
        ("/./", "/"),
        ("/a/b/c/../../d/", "/a/d/"),
    ];
    for (target, cooked) in cases {
        assert_eq!(path(target), cooked, "{target}");
    }
}

#[test]
fn pth_023_escaped_dots_are_dots() {
    assert_eq!(path("/a/%2E/b"), "/a/b");
    assert_eq!(path("/a/.%2e/b"), "/b");
    assert_eq!(path("/a/%2E%2E/b"), "/b");
}

#[test]
fn pth_025_g_010_climbing_above_the_root_is_forbidden() {
    for target in [
        "/..",
        "/../x",
        "/a/../../x",
        "/%2e%2e/",
        "/a\\..\\..",
        "//..",
        "/./..",
    ] {
        forbidden(target);
    }
    assert_eq!(path("/a/b/../../x"), "/x");
}

#[test]
fn pth_026_the_path_keeps_its_letter_case() {
    assert_eq!(path("/FooBar/%C3%84"), "/FooBar/Ä");
}

#[test]
fn pth_027_g_030_the_query_is_copied_as_sent() {
    let target = b"/p%20q?x=%2F%zz%&//../a\\b?c=\xE1";
    let url = cook_target(target, &Parameters::default()).expect("valid");
    assert_eq!(text(url.abs_path()), "/p q");
    assert_eq!(
        url.query().map(text).as_deref(),
        Some("?x=%2F%zz%&//../a\\b?c=á")
    );
    let url = cook_target(b"/a?", &Parameters::default()).expect("valid");
    assert_eq!(url.query().map(text).as_deref(), Some("?"));
    // An escaped question mark belongs to the path.
    assert_eq!(path("/a%3Fb"), "/a?b");
    for byte in (0..=0x20).chain([0x7F]) {
        invalid([b'/', b'?', byte]);
    }
}

#[test]
fn g_027_fragments_are_refused() {
    invalid("/a#x");
    invalid("/a?b#x");
    assert_eq!(path("/a%23x"), "/a#x");
}

#[test]
fn pth_028_g_026_segment_length_counts_cooked_characters() {
    let fits = "s".repeat(260);
    assert_eq!(
        path(format!("/{fits}/{fits}?{fits}{fits}")),
        format!("/{fits}/{fits}")
    );
    invalid(format!("/{fits}s"));
    invalid(format!("/a/{fits}s/b"));
    assert_eq!(
        path(format!("/{}", "%41".repeat(260))),
        format!("/{}", "A".repeat(260))
    );
    invalid(format!("/{}", "%41".repeat(261)));
    path(format!("/{fits}%2F{fits}"));
    path(format!("/{fits}s/.."));
    let p = params(|p| p.url_segment_max_length = 0);
    assert!(cook_target(format!("/{}", "s".repeat(20_000)).as_bytes(), &p).is_ok());
    let p = params(|p| p.url_segment_max_length = 3);
    assert!(cook_target(b"/abc/abc/abc", &p).is_ok());
    assert!(matches!(
        cook_target(b"/abc/abcd", &p),
        Err(Reject::InvalidUrl)
    ));
}

#[test]
fn pth_029_segment_count() {
    path("/a".repeat(255));
    path("/a".repeat(255) + "/");
    invalid("/a".repeat(256));
    let p = params(|p| p.url_segment_max_count = 0);
    assert!(cook_target("/a".repeat(5_000).as_bytes(), &p).is_ok());
    let p = params(|p| p.url_segment_max_count = 2);
    assert!(cook_target(b"/a/b/", &p).is_ok());
    assert!(matches!(
        cook_target(b"/a/b/c", &p),
        Err(Reject::InvalidUrl)
    ));
}

#[test]
fn hst_006_lengths_fit_sixteen_bits_of_bytes() {
    let p = params(|p| p.url_segment_max_length = 0);
    let room = 32_767 - "http://localhost:50000".len();
    let longest = format!("/{}", "x".repeat(room - 1));
    let url = cook_target(longest.as_bytes(), &p).expect("fits");
    assert_eq!(url.full().len() * 2, 65_534);
    let query = format!("/?{}", "x".repeat(room - 2));
    assert!(cook_target(query.as_bytes(), &p).is_ok());
    let huge = "x".repeat(1_000_000);
    for target in [
        longest.clone() + "x",
        longest + "?",
        query + "x",
        format!("/{huge}"),
        format!("/?{huge}"),
    ] {
        assert!(matches!(
            cook_target(target.as_bytes(), &p),
            Err(Reject::InvalidUrl)
        ));
    }
}

#[test]
fn memory_is_reused() {
    let mut out = CookedUrl::default();
    let p = Parameters::default();
    cook(
        &mut out,
        false,
        b"localhost",
        local(),
        &b"/%C3%A4//b/../".repeat(20),
        &p,
    )
    .expect("valid");
    let before = (out.text.capacity(), out.text.as_ptr());
    for target in [&b"/short?q"[..], b"/%", b"/%E4/./x", b"/.."] {
        let _ = cook(&mut out, false, b"", local(), target, &p);
        assert_eq!((out.text.capacity(), out.text.as_ptr()), before);
    }
}

struct Random(u64);

impl Random {
    fn next(&mut self, below: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 16) as usize % below
    }
}

fn check_invariants(url: &CookedUrl) {
    let all = text(url.full());
    assert!(url.full().len() <= 32_767);
    assert!(url.host().starts_with(url.host_name()), "{all}");
    assert_eq!(url.abs_path().first(), Some(&0x2F), "{all}");
    let path = String::from_utf16_lossy(url.abs_path());
    let inner = path[1..].strip_suffix('/').unwrap_or(&path[1..]);
    assert!(!path.contains("//") && !path.contains('\\'), "{all}");
    assert!(
        inner.is_empty() || inner.split('/').all(|s| !matches!(s, "" | "." | "..")),
        "{all}"
    );
}

/// Writes a cooked path so that decoding gives it back.
fn escape(path: &[u16]) -> String {
    let slash = u16::from(b'/');
    let escaped = |&u: &u16| {
        if u == slash {
            "/".to_owned()
        } else {
            format!("%u{u:04X}")
        }
    };
    path.iter().map(escaped).collect()
}

#[test]
fn random_bytes_never_panic_and_cooking_is_idempotent() {
    let pieces: [&[u8]; 24] = [
        b"/",
        b"//",
        b".",
        b"..",
        b"a",
        b"B",
        b"%2E",
        b"%2f",
        b"%5c",
        b"\\",
        b"%C3%A4",
        b"%E4",
        b"%u00e4",
        b"%uD834",
        b"%",
        b"%u",
        b"?",
        b"%3F",
        b"%F0%9D%84%9E",
        b"%80",
        b"\xff",
        b"%00",
        b"%25",
        b"#",
    ];
    let mut random = Random(0x2545_F491_4F6C_DD1D);
    let (mut out, mut again) = (CookedUrl::default(), CookedUrl::default());
    let mut cooked = 0;
    for round in 0..200_000 {
        let p = params(|p| {
            p.percent_u_allowed = true;
            p.allow_restricted_chars = round % 3 == 0;
            p.favor_utf8 = round % 5 != 0;
            p.enable_non_utf8 = round % 7 != 0;
            p.url_segment_max_count = [0, 3, 255][round % 3];
        });
        let mut target = b"/".to_vec();
        let mut host = b"h".to_vec();
        for _ in 0..random.next(12) {
            // Mostly pieces that keep a path valid, some bytes of any kind.
            match random.next(20) {
                0 => target.push(random.next(256) as u8),
                1 => target.extend(pieces[random.next(pieces.len())]),
                _ => target.extend(pieces[random.next(14)]),
            }
        }
        if round % 4 == 0 {
            host.clear();
            host.extend((0..random.next(6)).map(|_| b"[:]1a.\xC3\xBC-"[random.next(9)]));
        }
        if let Err(reject) = cook(&mut out, false, &host, local(), &target, &p) {
            assert_eq!(out.full().is_empty(), reject != Reject::Forbidden);
            continue;
        }
        cooked += 1;
        check_invariants(&out);
        let mut target = escape(out.abs_path()).into_bytes();
        target.extend(out.query().unwrap_or_default().iter().map(|&u| u as u8));
        cook(&mut again, false, &host, local(), &target, &p).expect("a cooked URL cooks");
        assert_eq!(text(again.full()), text(out.full()));
    }
    assert!(cooked > 50_000, "only {cooked} targets cooked");
}
