//! Path validation, decoding and normalisation: area PTH. The server's answer is the cooked path.

use httpsys_tests::error_page::INVALID_URL;

use super::{expect_delivered, expect_page, served, status, whole};

#[test]
fn pth_001_pth_002_raw_bytes_outside_of_ascii_text_are_bad() {
    served(|w| {
        let between = |byte: u8| {
            let (head, tail) = ("GET /a", "b HTTP/1.1\r\nHost: localhost\r\n\r\n");
            [head.as_bytes(), &[byte], tail.as_bytes()].concat()
        };
        for byte in (0x80..=0xFF).chain(0..0x20) {
            let mut client = w.connect();
            client.send(between(byte));
            let answer = whole(&mut client);
            // CR and LF end the line: then it has too few tokens.
            assert!(
                answer.starts_with("HTTP/1.1 400 Bad Request\r\n"),
                "{byte:#x}"
            );
        }
        expect_page(w, between(0xE1), &INVALID_URL);
        // G-029: valid UTF-8 is no better.
        expect_page(w, w.get("/gr\u{fc}n"), &INVALID_URL);
    });
}

#[test]
fn pth_003_escaped_controls_are_bad() {
    served(|w| {
        for code in (0..0x20).chain([0x7F]) {
            expect_page(w, w.get(&format!("/a%{code:02X}b")), &INVALID_URL);
            expect_page(w, w.get(&format!("/%{code:02x}")), &INVALID_URL);
        }
    });
}

#[test]
fn pth_004_escaped_printable_characters_are_decoded() {
    served(|w| {
        for code in 0x20_u8..=0x7E {
            let expected = match char::from(code) {
                // Separators and dots take part in normalisation.
                '/' | '\\' => "/a/b".to_owned(),
                letter => format!("/a{letter}b"),
            };
            let path = format!("/a%{code:02X}b");
            assert_eq!(expect_delivered(w, w.get(&path)), expected, "{path}");
        }
    });
}

#[test]
fn pth_005_pth_006_pth_007_pth_009_pth_010_pth_011_pth_012_bad_escapes_are_bad_urls() {
    served(|w| {
        for path in [
            "/path%",
            "/path%XY",
            "/path%F",
            "/%%32",
            "/%%20",
            "/%",
            "/%%",
            "/%A",
            "/%Y",
            "/%F0%8F%8F%BF",
            "/%invalid/uri",
            "/%1",
            "/%G0",
            "/%0G",
            "/a%/b",
            "/% 20",
        ]
        .into_iter()
        .filter(|path| !path.contains(' '))
        {
            expect_page(w, w.get(path), &INVALID_URL);
        }
    });
}

#[test]
fn pth_008_blanks_in_the_path_are_bad() {
    served(|w| assert_eq!(status(w, w.get("/path with spaces")), 400));
}

#[test]
fn pth_013_bad_escapes_below_a_prefix_are_bad_urls() {
    served(|w| {
        w.add("/foo/", 1);
        for rest in ["%", "%2", "%u", "%uF", "%uFF", "%uFFF", "%uXYZW"] {
            expect_page(w, w.get(&format!("/foo/{rest}")), &INVALID_URL);
        }
    });
}

#[test]
fn pth_014_percent_u_gives_one_utf_16_unit() {
    served(|w| {
        for (path, cooked) in [
            ("/%u0041", "/A"),
            ("/%u00e9", "/\u{e9}"),
            ("/%u20AC", "/\u{20ac}"),
            ("/%uD83D%uDE00", "/\u{1f600}"),
        ] {
            assert_eq!(expect_delivered(w, w.get(path)), cooked, "{path}");
        }
    });
}

/// G-028: Windows-1252 when the path is not UTF-8.
#[test]
fn pth_015_escapes_that_are_no_utf_8_are_decoded_as_ansi() {
    served(|w| {
        for (path, cooked) in [
            ("/%C0%A4", "/\u{c0}\u{a4}"),
            ("/%E9", "/\u{e9}"),
            ("/%80", "/\u{20ac}"),
            ("/%C1%BF", "/\u{c1}\u{bf}"),
        ] {
            assert_eq!(expect_delivered(w, w.get(path)), cooked, "{path}");
        }
    });
}

#[test]
fn pth_016_escapes_that_are_utf_8_are_decoded_as_utf_8() {
    served(|w| {
        for (path, cooked) in [
            ("/%C3%A9", "/\u{e9}"),
            ("/%e2%82%ac", "/\u{20ac}"),
            ("/%F0%9F%98%80", "/\u{1f600}"),
            ("/a%D0%B1c", "/a\u{431}c"),
        ] {
            assert_eq!(expect_delivered(w, w.get(path)), cooked, "{path}");
        }
    });
}

#[test]
fn pth_017_pth_018_pth_019_pth_020_pth_021_pth_022_pth_023_paths_are_normalised() {
    served(|w| {
        for (path, cooked) in [
            ("/%252F", "/%2F"),
            ("/a%2Fb", "/a/b"),
            ("/a%5Cb", "/a/b"),
            ("/a\\b", "/a/b"),
            ("//a///b//", "/a/b/"),
            ("/a%2F%2Fb", "/a/b"),
            ("/base/call/../ball", "/base/ball"),
            ("/base/call//../ball", "/base/ball"),
            ("/a/./b/.", "/a/b/"),
            ("/a/b/..", "/a/"),
            ("/a/%2E/b", "/a/b"),
            ("/a/x/.%2e/b", "/a/b"),
            ("/a/x/%2E%2E/b", "/a/b"),
            ("/a/x%2F..%2Fb", "/a/b"),
            ("/a/...", "/a/..."),
            ("/a/.b/c..", "/a/.b/c.."),
        ] {
            assert_eq!(expect_delivered(w, w.get(path)), cooked, "{path}");
        }
    });
}

#[test]
fn pth_027_queries_are_copied_as_sent() {
    served(|w| {
        for query in ["?", "?a=b", "?a=%2F..%zz%&//", "?a?b", "?../..", "?%00"] {
            let cooked = expect_delivered(w, w.get(&format!("/q{query}")));
            assert_eq!(cooked, format!("/q{query}"));
        }
    });
}

#[test]
fn pth_028_lim_011_a_segment_may_have_260_characters() {
    served(|w| {
        let longest = "s".repeat(260);
        for path in [
            format!("/{longest}"),
            format!("/{longest}/{longest}/x"),
            format!("/x?{longest}more"),
            // Characters, not bytes: the limit applies to the cooked path (G-026).
            format!("/{}", "%C3%A9".repeat(260)),
            format!("/{longest}%2F{longest}"),
        ] {
            expect_delivered(w, w.get(&path));
        }
        for path in [
            format!("/{longest}s"),
            format!("/x/{longest}s/y"),
            format!("/{}", "%C3%A9".repeat(261)),
        ] {
            expect_page(w, w.get(&path), &INVALID_URL);
        }
    });
}

#[test]
fn pth_029_lim_012_a_path_may_have_255_segments() {
    served(|w| {
        let path = "/s".repeat(255);
        assert_eq!(expect_delivered(w, w.get(&path)), path);
        expect_page(w, w.get(&format!("{path}/s")), &INVALID_URL);
    });
}
