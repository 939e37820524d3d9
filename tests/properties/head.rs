//! Request heads: splits, and writing a head out and reading it again.
//!
//! Owns: the strategies for heads. Does not own: which heads are right. Invariant: none of these
//! depends on a limit. Threading: none.

use httpsys_proto::header::request_header_id;
use httpsys_proto::{Parameters, Parsed, RequestHead, parse_head};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::{config, pieces};

/// Names that may stand together any number of times.
const NAMES: &[&str] = &[
    "Accept",
    "accept",
    "Cookie",
    "If-Match",
    "TE",
    "User-Agent",
    "Via",
    "X",
    "x",
    "X-Long-Name-Of-A-Field",
    "!#$%&'*+-.^_`|~09",
];

fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => proptest::sample::select(NAMES).prop_map(str::to_owned),
        1 => "[a-z][a-z0-9-]{0,12}".prop_filter("frames the message or is the host", |name| {
            !matches!(
                name.as_str(),
                "host" | "content-length" | "transfer-encoding" | "connection" | "expect"
            )
        }),
    ]
}

/// A value without blanks around it.
fn value() -> impl Strategy<Value = Vec<u8>> {
    let byte = prop_oneof![0x21..=0x7Eu8, 0x80..=0xFFu8, Just(b' '), Just(b'\t')];
    vec(byte, 0..20).prop_map(|bytes| bytes.trim_ascii().to_vec())
}

/// What a head says, comparable.
type Said = (
    (Vec<u8>, Vec<u8>, Vec<u8>, bool, bool),
    Vec<Option<Vec<u8>>>,
    Vec<(Vec<u8>, Vec<u8>)>,
    String,
);

fn said(head: &RequestHead) -> Said {
    let line = (
        head.verb_text().to_vec(),
        head.raw_url().to_vec(),
        head.host().to_vec(),
        head.close(),
        head.expects_continue(),
    );
    let known = (0..41).map(|id| head.known(id).map(<[u8]>::to_vec));
    let unknown = head
        .unknown()
        .map(|(name, value)| (name.to_vec(), value.to_vec()));
    let rest = format!(
        "{:?} {:?} {:?}",
        head.version(),
        head.framing(),
        head.target()
    );
    (line, known.collect(), unknown.collect(), rest)
}

fn read_in_pieces(head: &mut RequestHead, input: &[u8], steps: &[usize]) -> Parsed {
    let (mut seen, mut parsed) = (0, Parsed::Partial);
    for piece in pieces(input.len(), steps) {
        parsed = parse_head(head, &input[..piece.end], seen, &Parameters::default());
        if parsed != Parsed::Partial {
            break;
        }
        seen = piece.end;
    }
    parsed
}

/// Mostly a request, sometimes with a byte that does not belong there.
fn nearly_a_head() -> impl Strategy<Value = Vec<u8>> {
    let verb = proptest::sample::select(&["GET", "POST", "OPTIONS", "x", "G T", ""][..]);
    let target =
        proptest::sample::select(&["/", "/a?b", "*", "http://h/x", "http://h", "a", "/#"][..]);
    let version =
        proptest::sample::select(&["HTTP/1.1", "HTTP/1.0", "HTTP/1.2", "HTTP/2.0", "h"][..]);
    let line = prop_oneof![
        4 => (name(), value()).prop_map(|(name, value)| [name.as_bytes(), b":", &value].concat()),
        1 => Just(b"Content-Length: 3".to_vec()),
        1 => Just(b"Transfer-Encoding: chunked".to_vec()),
        1 => Just(b"Host: other".to_vec()),
        1 => Just(b" folded".to_vec()),
    ];
    let end = prop_oneof![4 => Just("\r\n"), 1 => Just("\n")];
    let damage = proptest::option::weighted(0.3, (any::<prop::sample::Index>(), any::<u8>()));
    let parts = (
        verb,
        target,
        version,
        vec((line, end.clone()), 0..30),
        end,
        damage,
    );
    parts.prop_map(|(verb, target, version, lines, end, damage)| {
        let mut bytes = format!("{verb} {target} {version}{end}Host: h{end}").into_bytes();
        for (line, end) in lines {
            bytes.extend(line);
            bytes.extend(end.bytes());
        }
        if let Some((at, byte)) = damage {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        // Where every line ends, a fault is not found earlier in one reading than in another.
        bytes.extend(b"\r\n\r\n");
        bytes
    })
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn any_split_of_a_head_into_reads_gives_the_same(
        input in nearly_a_head(),
        steps in vec(1..30usize, 1..6),
    ) {
        let (mut whole, mut split) = (RequestHead::new(), RequestHead::new());
        let parsed = parse_head(&mut whole, &input, 0, &Parameters::default());
        prop_assert_ne!(parsed, Parsed::Partial);
        prop_assert_eq!(read_in_pieces(&mut split, &input, &steps), parsed);
        if matches!(parsed, Parsed::Complete { .. }) {
            prop_assert_eq!(said(&split), said(&whole));
        }
    }

    /// HDR-001 to HDR-009: each value comes back, those of one name in one list.
    #[test]
    fn fields_that_are_written_are_read(
        verb in "[A-Z]{1,9}".prop_filter("has a rule of its own", |verb| {
            !matches!(verb.as_str(), "CONNECT" | "POST" | "PUT")
        }),
        target in "/[a-z/.%?=]{0,20}",
        fields in vec((name(), value()), 0..40),
        blanks in "[ \t]{0,3}",
        end in prop_oneof![Just("\r\n"), Just("\n")],
    ) {
        let mut input = format!("{verb} {target} HTTP/1.1{end}Host: h{end}").into_bytes();
        for (name, value) in &fields {
            input.extend([name.as_bytes(), b":", blanks.as_bytes(), value].concat());
            input.extend([blanks.as_bytes(), end.as_bytes()].concat());
        }
        input.extend(end.bytes());
        let consumed = input.len();
        let mut head = RequestHead::new();
        let parsed = parse_head(&mut head, &input, 0, &Parameters::default());
        prop_assert_eq!(parsed, Parsed::Complete { consumed });
        prop_assert_eq!(head.verb_text(), verb.as_bytes());
        prop_assert_eq!(head.raw_url(), target.as_bytes());
        for (name, _) in &fields {
            let same = fields.iter().filter(|(other, _)| other.eq_ignore_ascii_case(name));
            let list: Vec<&[u8]> = same.map(|(_, value)| value.as_slice()).collect();
            let read = match request_header_id(name.as_bytes()) {
                Some(id) => head.known(id),
                None => head
                    .unknown()
                    .find(|(other, _)| other.eq_ignore_ascii_case(name.as_bytes()))
                    .map(|(_, value)| value),
            };
            prop_assert_eq!(read, Some(&list.join(&b", "[..])[..]), "{}", name);
        }
    }
}
