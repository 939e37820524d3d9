//! The two ways through the parser against each other.
//!
//! Owns: the proof that a head which the quick way takes over reads as the strict parser reads it. Does
//! not own: what is right, which the other tests say. Invariant: deterministic; a failure shows the
//! input. Threading: none.
//!
//! What the quick way hands over to the strict parser:
//! - fields that are longer together than one may be (LIM-006), accepted or not;
//! - blanks in front of the first field, and lines of blanks there (PRS-027);
//! - heads that have not wholly arrived, and every fault (G-007, G-009), folded lines among them (G-011).
//!
//! What it takes over: lines that end with LF alone (PRS-025), not with CR (PRS-026); names that are
//! tokens with the colon right behind them (G-012, G-013); values without controls but tab (G-014), with
//! bytes from 0x80 on (HDR-010) and with blanks around them (HDR-001).
//!
//! Neither side of the comparison: the request line, joining, framing and Host. They are the same code
//! in both directions.

use super::parse::{Way, parse};
use super::tests::show;
use super::*;
use crate::Parameters;
use crate::test_support::Random;

/// Asserts that both ways have the same outcome and leave the same head.
#[track_caller]
fn compare(input: &[u8], p: &Parameters, heads: &mut [RequestHead; 2]) -> Parsed {
    let [quick, strict] = heads;
    let parsed = parse(quick, input, 0, p, Way::Quick);
    let expected = parse(strict, input, 0, p, Way::Strict);
    assert_eq!(parsed, expected, "{}", show(input));
    assert_same(quick, strict, input);
    parsed
}

/// Asserts that every accessor of both heads returns the same.
#[track_caller]
fn assert_same(a: &RequestHead, b: &RequestHead, input: &[u8]) {
    assert_eq!(a.verb(), b.verb(), "{}", show(input));
    assert_eq!(a.verb_text(), b.verb_text(), "{}", show(input));
    assert_eq!(a.raw_url(), b.raw_url(), "{}", show(input));
    assert_eq!(a.version(), b.version(), "{}", show(input));
    assert_eq!(a.target(), b.target(), "{}", show(input));
    assert_eq!(a.host(), b.host(), "{}", show(input));
    assert_eq!(a.framing(), b.framing(), "{}", show(input));
    assert_eq!(a.close(), b.close(), "{}", show(input));
    assert_eq!(a.expects_continue(), b.expects_continue());
    assert_eq!(a.head_len(), b.head_len(), "{}", show(input));
    for id in 0..=REQUEST_HEADERS {
        assert_eq!(a.known(id), b.known(id), "{id}: {}", show(input));
    }
    assert_eq!(a.unknown_len(), b.unknown_len(), "{}", show(input));
    assert!(a.unknown().eq(b.unknown()), "{}", show(input));
}

/// Whether `quick` takes the fields of `input` over.
fn is_quick(input: &[u8], p: &Parameters) -> bool {
    let mut head = RequestHead::new();
    let Ok(Some(next)) = line::parse(&mut head, input, p) else {
        return false;
    };
    head.parsed = next;
    quick::parse(&mut head, input, p.max_field_length as usize).is_some()
}

/// Mostly the first of `from`, so that a head of many parts has a chance to be right.
fn mostly<'a, T: ?Sized>(random: &mut Random, from: &[&'a T]) -> &'a T {
    match random.below(4) {
        0 => random.pick(from),
        _ => from[0],
    }
}

fn pair() -> [RequestHead; 2] {
    [RequestHead::new(), RequestHead::new()]
}

/// Appends one line of a field, right or not quite.
fn push_field(out: &mut Vec<u8>, random: &mut Random) {
    /// So many names from the front go with any value, any number of times.
    const SAFE: usize = 14;
    const NAMES: [&str; 20] = [
        "Accept",
        "aCCept-language",
        "If-Match",
        "If-Range",
        "TE",
        "Via",
        "Cookie",
        "If-Unmodified-Since",
        "Proxy-Authorization",
        "Content-MD5",
        "X",
        "x",
        "X-Quite-A-Long-Name-For-A-Field",
        "!#$%&'*+-.^_`|~09azAZ",
        "Connection",
        "Expect",
        "Sec-Fetch-Mode",
        "Content-Length",
        "Transfer-Encoding",
        "Host",
    ];
    const VALUES: [&[u8]; 14] = [
        b"",
        b" ",
        b"1",
        b" 12 ",
        b"\tchunked\t ",
        b" gzip, chunked",
        b" close",
        b" 100-continue",
        b" a b\tc ",
        b" \xFF\x80",
        b" text/html,application/xhtml+xml,application/xml;q=0.9,image/webp,*/*;q=0.8",
        b" Mozilla/5.0 (X11; Linux x86_64; rv:109.0) Gecko/20100101\t Firefox/115.0 \t ",
        b" [::1]:80",
        b" \xC3\xA9.example",
    ];
    let names = if random.below(3) == 0 {
        &NAMES[..]
    } else {
        &NAMES[..SAFE]
    };
    out.extend(random.pick(names).as_bytes());
    out.push(b':');
    out.extend(random.pick(&VALUES));
    out.extend(random.pick(&[&b"\r\n"[..], b"\r\n", b"\r\n", b"\n"]));
}

/// A head of parts, most of them valid.
fn generated(random: &mut Random) -> Vec<u8> {
    let long_verb = [b'V'; 256];
    let fronts: [&[u8]; 4] = [b"", b"\r\n", b"\n\n", b"\r"];
    let verbs: [&[u8]; 10] = [
        b"GET",
        b"POST",
        b"PUT",
        b"HEAD",
        b"OPTIONS",
        b"CONNECT",
        b"get",
        b"PROPFIND",
        &long_verb[..255],
        &long_verb,
    ];
    let targets: [&[u8]; 15] = [
        b"/",
        b"/plaintext",
        b"/a/very/long/path/of/more/than/thirty-two/bytes/%20/x?and=a&query=string",
        b"/\xC3\xA9",
        b"/\xFF",
        b"/#f",
        b"/a-path#with-a-fragment-behind",
        b"*",
        b"http://h",
        b"https://h:443/x?y",
        b"http://h?x",
        b"http:///x",
        b"h:80",
        b"x",
        b"",
    ];
    let versions: [&[u8]; 7] = [
        b"HTTP/1.1",
        b"HTTP/1.0",
        b"HTTP/1.2",
        b"HTTP/1.10",
        b"HTTP/2.0",
        b"http/1.1",
        b"HTTP/1.1 ",
    ];
    let gaps: [&[u8]; 4] = [b"", b" ", b" \t\r\n", b"\r\n"];
    let mut out = mostly(random, &fronts).to_vec();
    out.extend(mostly(random, &verbs));
    out.push(b' ');
    out.extend(mostly(random, &targets));
    out.push(b' ');
    out.extend(mostly(random, &versions));
    out.extend(random.pick(&[&b"\r\n"[..], b"\r\n", b"\n"]));
    out.extend(mostly(random, &gaps));
    if random.below(8) > 0 {
        out.extend(random.pick(&[
            &b"Host: h:80\r\n"[..],
            b"host:a.example\n",
            b"HOST:\t h \r\n",
        ]));
    }
    let few = random.below(8);
    let fields = if random.below(40) == 0 { 60 + few } else { few };
    for _ in 0..fields {
        push_field(&mut out, random);
    }
    out.extend(random.pick(&[&b"\r\n"[..], b"\r\n", b"\n"]));
    out.extend(random.pick(&[&b""[..], b"body", b"\r\n", b"GET / HTTP/1.1\r\n\r\n"]));
    out
}

/// Changes, adds, drops or doubles a few bytes, or cuts the end off.
fn damage(input: &mut Vec<u8>, random: &mut Random) {
    const BYTES: &[u8] = b"\0\r\n\t :/?#@*\x01\x1F\x7F\x80\xFFHT1aZ";
    for _ in 0..random.below(4) {
        let at = random.below(input.len());
        match random.below(5) {
            _ if input.is_empty() => {}
            0 => input[at] = BYTES[random.below(BYTES.len())],
            1 => input.insert(at, BYTES[random.below(BYTES.len())]),
            2 => drop(input.remove(at)),
            3 => input[at] = random.below(256) as u8,
            _ if random.below(4) == 0 => input.truncate(at),
            _ => {
                let end = input.len().min(at + random.below(40));
                let again = input[at..end].to_vec();
                input.splice(at..at, again);
            }
        }
    }
}

#[test]
fn both_ways_read_generated_and_damaged_heads_alike() {
    let p = Parameters::default();
    let mut heads = pair();
    let (mut taken_over, mut handed_over, mut refused) = (0, 0, 0);
    for seed in 0..40_000 {
        let mut random = Random::new(seed);
        let mut input = generated(&mut random);
        if seed % 2 == 1 {
            damage(&mut input, &mut random);
        }
        match compare(&input, &p, &mut heads) {
            Parsed::Complete { .. } if is_quick(&input, &p) => taken_over += 1,
            Parsed::Complete { .. } => handed_over += 1,
            Parsed::Reject(_) => refused += 1,
            Parsed::Partial => {}
        }
    }
    let counts = (taken_over, handed_over, refused);
    assert!(taken_over > 4_000, "{counts:?}");
    assert!(handed_over > 1_000 && refused > 10_000, "{counts:?}");
}

#[test]
fn both_ways_agree_at_the_limits() {
    let mut heads = pair();
    for seed in 0..10_000 {
        let mut random = Random::new(seed);
        let input = generated(&mut random);
        let p = Parameters {
            max_request_bytes: random.below(400) as u32,
            max_field_length: random.below(120) as u32,
            ..Parameters::default()
        };
        compare(&input, &p, &mut heads);
    }
}

#[test]
fn both_ways_agree_whatever_the_pieces() {
    let p = Parameters::default();
    for seed in 0..5_000 {
        let mut random = Random::new(seed);
        let mut input = generated(&mut random);
        damage(&mut input, &mut random);
        let [mut quick, mut strict] = pair();
        let (mut seen, mut end) = (0, 0);
        while end < input.len() {
            end = input.len().min(end + 1 + random.below(40));
            let parsed = parse(&mut quick, &input[..end], seen, &p, Way::Quick);
            let expected = parse(&mut strict, &input[..end], seen, &p, Way::Strict);
            assert_eq!(parsed, expected, "{}", show(&input));
            assert_same(&quick, &strict, &input);
            seen = end;
            if parsed != Parsed::Partial {
                break;
            }
        }
    }
}

#[test]
fn both_ways_agree_about_every_byte_at_every_place() {
    // Longer than the words that are looked at together.
    let input = b"GET /a-target-longer-than-a-vector/x HTTP/1.1\r\nHost: h\r\nUser-Agent: a value \
                  that is longer than a vector \t\r\nX-Y:z\nAccept: */*\r\n\r\n";
    let p = Parameters::default();
    let mut heads = pair();
    assert!(is_quick(input, &p));
    let mut changed = input.to_vec();
    for at in 0..input.len() {
        for byte in 0..=255 {
            changed[at] = byte;
            compare(&changed, &p, &mut heads);
        }
        changed[at] = input[at];
        compare(&input[..at], &p, &mut heads);
    }
}

#[test]
fn what_is_plain_is_taken_over() {
    let p = Parameters::default();
    let heads: [&[u8]; 12] = [
        b"GET / HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET / HTTP/1.1\nHost: a\n\n",
        b"get /x HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET / HTTP/1.0\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\n\r\nmore",
        b"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET http://h/x HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET /\xC3\xA9 HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nX:\r\nY: \t\r\nZ: \xFF\t \r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\ncontent-length: 1\r\n\r\n",
        b"PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nX: 1\r\nx: 2\r\nAccept: 1\r\nAccept: 2\r\n\r\n",
    ];
    for input in heads {
        assert!(is_quick(input, &p), "{}", show(input));
        let parsed = compare(input, &p, &mut pair());
        assert!(matches!(parsed, Parsed::Complete { .. }), "{}", show(input));
    }
}

#[test]
fn what_is_not_plain_is_handed_over() {
    let p = Parameters::default();
    let ok = None;
    let line = |line: &[u8]| [line, b"\r\nHost: a\r\n\r\n"].concat();
    let table = [
        (line(b"GET / HTTP/1.1\r\n \t"), ok),
        (line(b"GET / HTTP/1.1\r\n "), ok),
        (
            line(b"GET / HTTP/1.1\r\nX : y"),
            Some(Reject::InvalidHeader),
        ),
        (
            line(b"GET / HTTP/1.1\r\nX: y\x01"),
            Some(Reject::BadRequest),
        ),
    ];
    for (input, expected) in table {
        assert!(!is_quick(&input, &p), "{}", show(&input));
        let found = match compare(&input, &p, &mut pair()) {
            Parsed::Reject(reject) => Some(reject),
            parsed => {
                assert!(matches!(parsed, Parsed::Complete { .. }));
                None
            }
        };
        assert_eq!(found, expected, "{}", show(&input));
    }
}

#[test]
fn hdr_012_any_number_of_fields_is_taken_over() {
    let p = Parameters::default();
    let mut heads = pair();
    for n in 1..=100 {
        for (end, is_ok) in [
            ("\r\n", true),
            ("\n", true),
            (" \t \r\n", true),
            ("\rX\n", false),
        ] {
            for odd in [n / 2, 23, 24, 47, 48, n] {
                let field = |i: usize| match i {
                    i if i % 7 == 3 => {
                        format!("Accept: {i}{}", if i == odd { end } else { "\r\n" })
                    }
                    i => format!("X-{}:{}", i % 90, if i == odd { end } else { "\r\n" }),
                };
                let fields: String = (1..=n).map(field).collect();
                let input = format!("GET / HTTP/1.1\r\nHost: a\r\n{fields}\r\nmore").into_bytes();
                assert!(
                    is_quick(&input, &p) == (is_ok || !(1..=n).contains(&odd)),
                    "{}",
                    show(&input)
                );
                compare(&input, &p, &mut heads);
                compare(&input[..input.len() - 5], &p, &mut heads);
            }
        }
    }
    let fields = b"A:1\r\n".repeat(60);
    let input = [b"GET / HTTP/1.1\r\nHost: a\r\n", &fields[..], b"\r\n"].concat();
    assert!(!is_quick(
        &input,
        &Parameters {
            max_field_length: 300,
            ..p.clone()
        }
    ));
    compare(
        &input,
        &Parameters {
            max_field_length: 300,
            ..p
        },
        &mut heads,
    );
}

#[test]
fn lim_006_a_head_longer_than_a_field_may_be_is_handed_over() {
    let input = b"GET / HTTP/1.1\r\nHost: a\r\nX: 0123456789\r\n\r\n";
    let with = |max: usize| Parameters {
        max_field_length: max as u32,
        ..Parameters::default()
    };
    let fields = input.len() - b"GET / HTTP/1.1\r\n".len();
    assert!(is_quick(input, &with(fields)));
    assert!(!is_quick(input, &with(fields - 1)));
    for max in 0..input.len() {
        compare(input, &with(max), &mut pair());
    }
}
