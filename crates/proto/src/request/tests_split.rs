//! Property tests: splits, reuse of heads, random damage, and a comparison with httparse.
//!
//! Owns: the corpus. Does not own: single rules. Invariant: deterministic; a failure names the
//! input. Threading: none.

use super::tests::show;
use super::*;
use crate::Parameters;
use crate::test_support::Random;

const CORPUS: [&[u8]; 16] = [
    b"GET / HTTP/1.1\r\nHost: a\r\n\r\n",
    b"\r\n\nGET /x?y HTTP/1.0\nA: b\n\n",
    b"POST /p HTTP/1.1\r\nHost: a:80\r\nContent-Length: 3\r\nX: 1\r\nx: 2\r\nY:\t3 \r\n\r\nabc",
    b"PUT http://b/q HTTP/1.1\r\n \r\n\t Host: a\r\nTransfer-Encoding: gzip\r\nAccept: x\r\n\
      Transfer-Encoding: chunked\r\nAccept: y\r\n\r\n0\r\n\r\n",
    b"OPTIONS * HTTP/1.1\r\nHost: [::1]:8080\r\nConnection: close\r\n\r\nGET / HTTP/1.1\r\n",
    b"foo\r\n",
    b"G@T / HTTP/1.1\r\n",
    b"GET /# HTTP/1.1\r\n",
    b"GET / HTTP/2.0\r\n\r\n",
    b"GET / HTTP/1.1\rHost: a\r\n",
    b"GET / HTTP/1.1\r\nHost: a\r\nno colon\r\n",
    b"GET / HTTP/1.1\r\nHost: a\r\nX: a\x01b\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: a\r\n folded\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: a\r\nX: a\rb\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: a\r\n\r\n",
    b"\r\n\r\n\r\n\r\n\r\n\r\n",
];

type Facts = (Parsed, Verb, String, Vec<String>, String);

fn facts(head: &RequestHead, parsed: Parsed) -> Facts {
    if !matches!(parsed, Parsed::Complete { .. }) {
        return (
            parsed,
            Verb::Unparsed,
            String::new(),
            Vec::new(),
            String::new(),
        );
    }
    let known =
        (0..REQUEST_HEADERS).filter_map(|id| Some(format!("{id}: {}", show(head.known(id)?))));
    let unknown = head
        .unknown()
        .map(|(name, value)| format!("{}: {}", show(name), show(value)));
    let rest = format!(
        "{} {:?} {:?} {} {} {}",
        show(head.verb_text()),
        head.version(),
        head.framing(),
        head.close(),
        head.head_len(),
        show(head.host()),
    );
    (
        parsed,
        head.verb(),
        show(head.raw_url()),
        known.chain(unknown).collect(),
        rest,
    )
}

fn whole(input: &[u8], p: &Parameters) -> Facts {
    let mut head = RequestHead::new();
    let parsed = parse_head(&mut head, input, 0, p);
    facts(&head, parsed)
}

/// Feeds `input` in random pieces; each call may use either of two heads.
fn split(input: &[u8], p: &Parameters, random: &mut Random, heads: &mut [RequestHead]) -> Facts {
    let piece = 1 + random.below(12);
    let one_head = random.below(2) == 0;
    let (mut seen, mut end) = (0, 0);
    loop {
        end = input.len().min(end + 1 + random.below(piece));
        let head = if one_head {
            0
        } else {
            random.below(heads.len())
        };
        let parsed = parse_head(&mut heads[head], &input[..end], seen, p);
        seen = end;
        if parsed != Parsed::Partial || end == input.len() {
            return facts(&heads[head], parsed);
        }
    }
}

fn check(input: &[u8], p: &Parameters, heads: &mut [RequestHead], seed: u64) {
    let expected = whole(input, p);
    let found = split(input, p, &mut Random::new(seed), heads);
    assert_eq!(found, expected, "seed {seed}: {}", show(input));
}

#[test]
fn any_split_gives_the_same_result() {
    let mut heads = [RequestHead::new(), RequestHead::new()];
    for input in CORPUS {
        for seed in 0..200 {
            check(input, &Parameters::default(), &mut heads, seed);
        }
    }
}

#[test]
fn any_split_gives_the_same_result_at_the_limits() {
    for seed in 0..2_000 {
        let mut heads = [RequestHead::new(), RequestHead::new()];
        let mut random = Random::new(seed);
        let p = Parameters {
            max_request_bytes: 20 + random.below(60) as u32,
            max_field_length: 5 + random.below(30) as u32,
            ..Parameters::default()
        };
        let input = random.pick(&CORPUS);
        check(input, &p, &mut heads, seed);
    }
}

/// A request put together from parts, most of them valid.
fn generated(random: &mut Random) -> Vec<u8> {
    let verbs: [&[u8]; 6] = [b"GET", b"GET", b"POST", b"HEAD", b"custom", b"OPTIONS"];
    let targets: [&[u8]; 5] = [b"/", b"/a/b?c=d", b"http://h/x", b"*", b"/\xC3\xA9"];
    let versions: [&[u8]; 5] = [
        b"HTTP/1.1",
        b"HTTP/1.1",
        b"HTTP/1.0",
        b"HTTP/1.1",
        b"HTTP/1.2",
    ];
    let names: [&[u8]; 9] = [
        b"Accept",
        b"X",
        b"x",
        b"User-Agent",
        b"Content-Length",
        b"Y-Z",
        b"Cookie",
        b"TE",
        b"Via",
    ];
    let values: [&[u8]; 6] = [b"", b" 1", b"  a b ", b"\tx\t", b" \xFF", b" a, b;c=\"d\""];
    let ends: [&[u8]; 4] = [b"\r\n", b"\r\n", b"\r\n", b"\n"];
    let mut out = Vec::new();
    let line = [
        random.pick(&verbs),
        b" ",
        random.pick(&targets),
        b" ",
        random.pick(&versions),
    ];
    out.extend(line.concat());
    out.extend(random.pick(&ends));
    out.extend(b"Host: h");
    out.extend(random.pick(&ends));
    for _ in 0..random.below(12) {
        out.extend(random.pick(&names));
        out.push(b':');
        out.extend(random.pick(&values));
        out.extend(random.pick(&ends));
    }
    out.extend(random.pick(&ends));
    out
}

#[test]
fn damaged_requests_never_panic_and_never_depend_on_splits() {
    let mut heads = [RequestHead::new(), RequestHead::new()];
    let damage = b"\0\r\n\t :/?#@\x7F\x80\xFFHT1";
    for seed in 0..5_000 {
        let mut random = Random::new(seed);
        let mut input = generated(&mut random);
        for _ in 0..random.below(3) {
            let at = random.below(input.len());
            let byte = damage[random.below(damage.len())];
            match random.below(3) {
                0 => input[at] = byte,
                1 => input.insert(at, byte),
                _ => drop(input.remove(at)),
            }
        }
        // A fault may be answered before the line ends only if the line ends at all.
        input.extend(b"\r\n\r\n");
        check(&input, &Parameters::default(), &mut heads, seed);
    }
}

#[test]
fn requests_the_strict_parser_accepts_read_like_httparse_reads_them() {
    let mut compared = 0;
    for seed in 0..3_000 {
        let input = generated(&mut Random::new(seed));
        let mut head = RequestHead::new();
        let p = Parameters::default();
        let Parsed::Complete { consumed } =
            parse::parse(&mut head, &input, 0, &p, parse::Way::Strict)
        else {
            continue;
        };
        let mut fields = [httparse::EMPTY_HEADER; 32];
        let mut oracle = httparse::Request::new(&mut fields);
        // It knows the versions 1.0 and 1.1 only.
        let Ok(httparse::Status::Complete(length)) = oracle.parse(&input) else {
            continue;
        };
        compared += 1;
        assert_eq!(consumed, length, "{}", show(&input));
        assert_eq!(head.verb_text(), oracle.method.unwrap().as_bytes());
        assert_eq!(head.raw_url(), oracle.path.unwrap().as_bytes());
        for field in oracle.headers.iter() {
            let all: Vec<&[u8]> = oracle
                .headers
                .iter()
                .filter(|other| other.name.eq_ignore_ascii_case(field.name))
                .map(|other| crate::scan::trim(other.value))
                .collect();
            let ours = match crate::header::request_header_id(field.name.as_bytes()) {
                Some(crate::header::id::CONTENT_LENGTH) => continue,
                Some(id) => head.known(id),
                None => head
                    .unknown()
                    .find(|(name, _)| name.eq_ignore_ascii_case(field.name.as_bytes()))
                    .map(|(_, value)| value),
            };
            assert_eq!(ours, Some(&all.join(&b", "[..])[..]), "{}", show(&input));
        }
    }
    assert!(compared > 300, "only {compared} requests could be compared");
}

#[test]
fn a_reused_head_does_not_allocate_again() {
    let mut head = RequestHead::new();
    let p = Parameters::default();
    parse_head(&mut head, CORPUS[2], 0, &p);
    let before = (
        head.bytes.as_ptr(),
        head.bytes.capacity(),
        head.unknown.as_ptr(),
    );
    for _ in 0..100 {
        parse_head(&mut head, CORPUS[2], 0, &p);
        parse_head(&mut head, CORPUS[0], 0, &p);
    }
    assert_eq!(
        (
            head.bytes.as_ptr(),
            head.bytes.capacity(),
            head.unknown.as_ptr()
        ),
        before
    );
}

#[test]
fn a_cleared_head_is_empty() {
    let mut head = RequestHead::new();
    parse_head(&mut head, CORPUS[2], 0, &Parameters::default());
    head.clear();
    assert_eq!(
        (head.verb(), head.verb_text(), head.host()),
        (Verb::Unparsed, &b""[..], &b""[..])
    );
    assert_eq!(
        (head.unknown_len(), head.framing(), head.head_len()),
        (0, Framing::None, 0)
    );
    assert!((0..REQUEST_HEADERS).all(|id| head.known(id).is_none()));
}
