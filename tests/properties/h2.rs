//! HTTP/2: what a client writes arrives, however it is cut; what the server has goes out, however small
//! the windows are.
//!
//! Owns: writers of frames and field blocks that are independent of the crate's. Does not own: which
//! frames are errors. Threading: none.

use std::time::Duration;

use httpsys_proto::h2::hpack::{HpackDecoder, HpackEncoder};
use httpsys_proto::h2::{FieldSection, H2Connection, H2Event, H2Limits, StreamId};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::{config, pieces};

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let mut out = (payload.len() as u32).to_be_bytes()[1..].to_vec();
    out.extend([kind, flags]);
    out.extend(stream.to_be_bytes());
    out.extend(payload);
    out
}

/// A request: fields, content in frames with their padding, trailers.
#[derive(Clone, Debug)]
struct Sent {
    fields: Vec<(String, String)>,
    content: Vec<(Vec<u8>, Option<u8>)>,
    trailers: Vec<(String, String)>,
    /// The block is cut after so many bytes, again and again.
    cut: usize,
}

fn fields() -> impl Strategy<Value = Vec<(String, String)>> {
    let name = "[a-z][a-z0-9-]{0,8}".prop_filter("the connection's", |name| {
        !["te", "host", "upgrade", "connection"].contains(&name.as_str())
    });
    vec((name, "([!-~]([ -~]{0,20}[!-~])?)?"), 0..6)
}

fn sent() -> impl Strategy<Value = Sent> {
    let content = vec(
        (vec(any::<u8>(), 1..400), proptest::option::of(0..20u8)),
        0..4,
    );
    (fields(), content, fields(), 20..400usize).prop_map(|(fields, content, trailers, cut)| Sent {
        fields,
        content,
        trailers,
        cut,
    })
}

/// Literals that no table has.
fn block(fields: &[(&str, &str)]) -> Vec<u8> {
    let literal = |(name, value): &(&str, &str)| {
        let part = |text: &str| [&[text.len() as u8], text.as_bytes()].concat();
        [vec![0x10], part(name), part(value)].concat()
    };
    fields.iter().flat_map(literal).collect()
}

fn text(fields: &[(String, String)]) -> Vec<(&str, &str)> {
    let fields = fields.iter();
    fields.map(|(n, v)| (n.as_str(), v.as_str())).collect()
}

/// HEADERS and as many CONTINUATION frames as it takes, at most the eight that are allowed.
fn written_block(stream: u32, is_end: bool, block: &[u8], cut: usize) -> Vec<u8> {
    let cut = cut.max(block.len().div_ceil(9)).max(1);
    let count = block.len().div_ceil(cut).max(1);
    let mut out = Vec::new();
    for at in 0..count {
        let piece = &block[at * cut..block.len().min((at + 1) * cut)];
        let end = if at + 1 == count { 4 } else { 0 };
        match at {
            0 => out.extend(frame(1, end | u8::from(is_end), stream, piece)),
            _ => out.extend(frame(9, end, stream, piece)),
        }
    }
    out
}

fn written(stream: u32, sent: &Sent) -> Vec<u8> {
    let has_trailers = !sent.trailers.is_empty();
    let is_end = sent.content.is_empty() && !has_trailers;
    let pseudo = [
        (":method", "POST"),
        (":scheme", "https"),
        (":path", "/"),
        (":authority", "a"),
    ];
    let head = [&pseudo[..], &text(&sent.fields)].concat();
    let mut out = written_block(stream, is_end, &block(&head), sent.cut);
    for (at, (content, padding)) in sent.content.iter().enumerate() {
        let end = u8::from(at + 1 == sent.content.len() && !has_trailers);
        let payload = match padding {
            Some(length) => [&[*length], &content[..], &vec![0; usize::from(*length)]].concat(),
            None => content.clone(),
        };
        let padded = if padding.is_some() { 8 } else { 0 };
        out.extend(frame(0, end | padded, stream, &payload));
    }
    if has_trailers {
        out.extend(written_block(
            stream,
            true,
            &block(&text(&sent.trailers)),
            sent.cut,
        ));
    }
    out
}

fn listed(fields: &FieldSection) -> Vec<(String, String)> {
    let text = |part: &[u8]| String::from_utf8(part.to_vec()).unwrap();
    fields.iter().map(|(n, v)| (text(n), text(v))).collect()
}

/// What arrived of a request.
#[derive(Debug, Default, PartialEq)]
struct Arrived {
    fields: Vec<(String, String)>,
    content: Vec<u8>,
    trailers: Vec<(String, String)>,
    is_end: bool,
}

/// Takes all events, reading content into pieces of `room`.
fn arrivals(connection: &mut H2Connection, arrived: &mut Vec<Arrived>, room: usize) {
    let index = |stream: StreamId| (stream.number() as usize - 1) / 2;
    while let Some(event) = connection.poll_event() {
        match event {
            H2Event::Request {
                section, is_end, ..
            } => arrived.push(Arrived {
                fields: listed(section.fields()).split_off(4),
                is_end,
                ..Arrived::default()
            }),
            H2Event::Content { stream } => loop {
                let mut out = vec![0; room];
                let read = connection.read_content(stream, &mut out).unwrap();
                let request = &mut arrived[index(stream)];
                request.content.extend_from_slice(&out[..read.length]);
                request.is_end |= read.is_end;
                if read.length == 0 || read.is_end {
                    break;
                }
            },
            H2Event::Trailers { stream, fields } => {
                let request = &mut arrived[index(stream)];
                request.trailers = listed(&fields);
                request.is_end = true;
            }
            other => panic!("{other:?}"),
        }
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn h2_requests_arrive_whole_however_they_are_cut(
        requests in vec(sent(), 1..5),
        steps in vec(1..700usize, 1..5),
        room in 1..500usize,
    ) {
        let mut input = [PREFACE, &frame(4, 0, 0, b"")].concat();
        for (stream, request) in (1..).step_by(2).zip(&requests) {
            input.extend(written(stream, request));
        }
        let mut connection = H2Connection::new(H2Limits::default(), Duration::ZERO);
        let (mut arrived, mut taken) = (Vec::new(), 0);
        for piece in pieces(input.len(), &steps) {
            taken += connection.handle_bytes(&input[taken..piece.end], Duration::ZERO);
            arrivals(&mut connection, &mut arrived, room);
        }
        prop_assert_eq!(taken, input.len());
        let expected: Vec<_> = requests.into_iter().map(|sent| Arrived {
            fields: sent.fields,
            content: sent.content.into_iter().flat_map(|(content, _)| content).collect(),
            trailers: sent.trailers,
            is_end: true,
        }).collect();
        prop_assert_eq!(arrived, expected);
    }

    #[test]
    fn h2_responses_go_out_whole_however_small_the_windows_are(
        lengths in vec(0..5_000usize, 1..5),
        initial in 0..3_000u32,
        grants in vec(1..3_000u32, 1..6),
        room in 30..4_000usize,
    ) {
        let mut connection = H2Connection::new(H2Limits::default(), Duration::ZERO);
        let settings = [&[0, 4][..], &initial.to_be_bytes()].concat();
        let mut input = [PREFACE, &frame(4, 0, 0, &settings)].concat();
        let none: [(&[u8], &[u8]); 0] = [];
        let head = [(":method", "GET"), (":scheme", "https"), (":path", "/")];
        let streams: Vec<StreamId> =
            (0..lengths.len() as u32).filter_map(|n| StreamId::new(2 * n + 1)).collect();
        for stream in &streams {
            input.extend(frame(1, 5, stream.number(), &block(&head)));
        }
        prop_assert_eq!(connection.handle_bytes(&input, Duration::ZERO), input.len());
        for (stream, length) in streams.iter().zip(&lengths) {
            connection.respond(*stream, 200, none.into_iter()).unwrap();
            connection.offer(*stream, *length as u64).unwrap();
            connection.finish(*stream).unwrap();
        }
        let mut sent = vec![0usize; lengths.len()];
        let mut ended = 0;
        let mut grants = grants.into_iter().cycle();
        for _ in 0..100_000 {
            let mut out = Vec::new();
            while let Some(piece) = connection.poll_transmit(&mut out, room) {
                prop_assert!(piece.length <= 16_384);
                sent[(piece.stream.number() as usize - 1) / 2] += piece.length;
                out.resize(out.len() + piece.length, 0);
            }
            while let Some(event) = connection.poll_event() {
                ended += usize::from(matches!(event, H2Event::Sent { .. }));
            }
            if ended == lengths.len() {
                break;
            }
            if !connection.wants_transmit() {
                for stream in &streams {
                    let grant = grants.next().unwrap_or(1).to_be_bytes();
                    let update = frame(8, 0, stream.number(), &grant);
                    connection.handle_bytes(&update, Duration::ZERO);
                }
            }
        }
        prop_assert_eq!(sent, lengths);
        prop_assert_eq!(connection.active_streams(), 0);
    }

    #[test]
    fn h2_fields_come_back_from_their_compression(
        lists in vec(vec(("[a-zA-Z:-]{1,12}", vec(any::<u8>(), 0..60)), 0..12), 1..8),
        limits in vec(proptest::option::of(0..200u32), 8),
    ) {
        let mut encoder = HpackEncoder::new();
        let mut decoder = HpackDecoder::new(usize::MAX);
        for (list, limit) in lists.into_iter().zip(limits) {
            if let Some(limit) = limit {
                encoder.set_table_limit(limit);
            }
            let (mut out, mut section) = (Vec::new(), FieldSection::new());
            encoder.begin(&mut out);
            for (name, value) in &list {
                encoder.field(name.as_bytes(), value, &mut out);
            }
            decoder.decode(&out, &mut section).unwrap();
            let seen: Vec<_> = section.iter().map(|(n, v)| (n.to_vec(), v.to_vec())).collect();
            let lower = |name: String| name.to_ascii_lowercase().into_bytes();
            let expected: Vec<_> = list.into_iter().map(|(n, v)| (lower(n), v)).collect();
            prop_assert_eq!(seen, expected);
        }
    }
}
