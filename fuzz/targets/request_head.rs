//! Request heads: any bytes, any parameters, any split into reads.
//!
//! Checks: the outcome does not depend on the split nor on what the head held before; the quick way
//! through the fields (httparse) and the strict one agree; what is consumed and every span lies
//! inside; parts do not touch; a head of a message is written out and parsed again to the same; a
//! request never has two framings.
#![no_main]

use httpsys_proto::{Framing, Parameters, Parsed, RequestHead, Span, parse_head};
use libfuzzer_sys::fuzz_target;

fn parameters(bits: u8) -> Parameters {
    let bit = |n: u8| bits >> n & 1 == 1;
    let mut p = Parameters::default();
    p.allow_unescaped_restricted_chars = bit(0);
    p.allow_weak_header_name_syntax = bit(1);
    p.allow_weak_header_value_syntax = bit(2);
    p.allow_case_insensitive_verbs = bit(3);
    p.max_field_length = if bit(5) { 64 } else { 16_384 };
    p.max_request_bytes = if bit(6) { 256 } else { 16_384 };
    p.choices.join_folded_fields = bit(4);
    p
}

/// What a head says, comparable.
fn facts(head: &RequestHead) -> impl PartialEq + std::fmt::Debug + use<> {
    let known: Vec<_> = (0..41)
        .map(|id| head.known(id).map(<[u8]>::to_vec))
        .collect();
    let unknown: Vec<_> = head
        .unknown()
        .map(|(name, value)| (name.to_vec(), value.to_vec()))
        .collect();
    (
        head.verb(),
        head.verb_text().to_vec(),
        head.raw_url().to_vec(),
        head.version(),
        head.host().to_vec(),
        (head.framing(), head.close(), head.expects_continue()),
        (known, unknown),
        head.head_len(),
    )
}

/// Parses with a cut after each number of bytes that `cuts` gives, round and round.
fn in_pieces(head: &mut RequestHead, input: &[u8], cuts: &[u8], p: &Parameters) -> Parsed {
    let (mut seen, mut end) = (0, 0);
    let mut cuts = cuts.iter().cycle();
    loop {
        let step = cuts.next().map_or(1, |cut| 1 + usize::from(cut % 40));
        end = input.len().min(end + step);
        let parsed = parse_head(head, &input[..end], seen, p);
        if parsed != Parsed::Partial || end == input.len() {
            return parsed;
        }
        seen = end;
    }
}

fn check_spans(head: &RequestHead) {
    let mut spans: Vec<Span> = vec![head.verb_span(), head.raw_url_span()];
    spans.extend(head.known_spans().map(|(_, span)| span));
    spans.extend(head.unknown_spans().flat_map(|(name, value)| [name, value]));
    spans.retain(|span| span.len > 0);
    spans.sort_by_key(|span| span.start);
    let end = |span: &Span| span.start as usize + span.len as usize;
    for pair in spans.windows(2) {
        assert!(end(&pair[0]) < pair[1].start as usize, "{spans:?} touch");
    }
    assert!(spans.iter().all(|span| end(span) <= head.text().len()));
}

/// Writes the head out in plain form and expects the same from it.
fn round_trip(head: &RequestHead, p: &Parameters) {
    let mut text = [head.verb_text(), b" ", head.raw_url()].concat();
    let version = head.version();
    text.extend(format!(" HTTP/{}.{}\r\n", version.major, version.minor).bytes());
    for (id, name) in httpsys_proto::header::REQUEST_HEADER_NAMES
        .iter()
        .enumerate()
    {
        if let Some(value) = head.known(id) {
            text.extend([name.as_bytes(), b": ", value, b"\r\n"].concat());
        }
    }
    for (name, value) in head.unknown() {
        text.extend([name, b": ", value, b"\r\n"].concat());
    }
    text.extend(b"\r\n");
    // Joined values are longer than what they were joined from.
    let mut p = p.clone();
    p.max_field_length = 65_534;
    p.max_request_bytes = 1 << 20;
    let mut again = RequestHead::new();
    let parsed = parse_head(&mut again, &text, 0, &p);
    let consumed = text.len();
    let shown = text.escape_ascii();
    assert_eq!(parsed, Parsed::Complete { consumed }, "{shown}");
    assert_eq!(again.framing(), head.framing(), "{shown}");
    assert_eq!(again.host(), head.host(), "{shown}");
    // A value that was joined from empty ones ends with a blank, which a reader removes.
    let trimmed = |value: &[u8]| value.trim_ascii().to_vec();
    for id in 0..41 {
        assert_eq!(
            again.known(id).map(trimmed),
            head.known(id).map(trimmed),
            "{shown}"
        );
    }
    let fields = |head: &RequestHead| {
        let fields = head.unknown();
        fields
            .map(|(name, value)| (name.to_vec(), trimmed(value)))
            .collect::<Vec<_>>()
    };
    assert_eq!(fields(&again), fields(head), "{shown}");
}

fuzz_target!(|data: &[u8]| {
    let [bits, a, b, c, input @ ..] = data else {
        return;
    };
    let p = parameters(*bits);
    let (mut head, mut pieces) = (RequestHead::new(), RequestHead::new());
    // A line that has not ended may be judged early or only at its end, so that a client which
    // sends byte by byte costs no more than one that does not.
    let parsed = parse_head(&mut head, input, 0, &p);
    let other = in_pieces(&mut pieces, input, &[*a, *b, *c], &p);
    let is_early = matches!(parsed, Parsed::Reject(_)) && other == Parsed::Partial;
    assert!(
        other == parsed || is_early,
        "whole {parsed:?}, split {other:?}"
    );
    // Where every line ends there is no such choice.
    let input = &[input, b"\r\n\r\n"].concat();
    let parsed = parse_head(&mut head, input, 0, &p);
    let whole = facts(&head);
    let other = in_pieces(&mut pieces, input, &[*a, *b, *c], &p);
    assert_eq!(parsed, other, "the split changes the outcome");
    let Parsed::Complete { consumed } = parsed else {
        return;
    };
    assert_eq!(whole, facts(&pieces), "the split changes the head");
    assert!(consumed <= input.len() && head.head_len() <= consumed);
    assert!(consumed < p.max_request_bytes as usize + 16);
    check_spans(&head);
    let chunked = head.known(6).is_some();
    match head.framing() {
        Framing::Chunked => assert!(chunked),
        Framing::Length(_) => assert!(!chunked, "two framings"),
        Framing::None => assert!(!chunked && head.known(11).is_none()),
    }
    round_trip(&head, &p);
    // httparse takes whole heads only: without the last byte the strict parser reads the fields.
    let mut strict = RequestHead::new();
    let before = parse_head(&mut strict, &input[..consumed - 1], 0, &p);
    assert_eq!(before, Parsed::Partial);
    let other = parse_head(&mut strict, &input[..consumed], consumed - 1, &p);
    assert_eq!(other, parsed);
    assert_eq!(whole, facts(&strict), "the two ways differ");
    // What is behind the head does not matter, and a used head gives the same as a new one.
    let again = parse_head(&mut pieces, &input[..consumed], 0, &p);
    assert_eq!(again, parsed);
    assert_eq!(whole, facts(&pieces));
});
