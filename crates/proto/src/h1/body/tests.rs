//! Tests of body decoding: tables of raw bytes, each read whole and in every kind of split.
//!
//! Owns: the bytes. Does not own: which framing a head asks for. Invariant: deterministic.
//! Threading: none.

use super::*;
use crate::test_support::Random;

type Outcome = (Vec<u8>, usize, Result<bool, BodyError>);

/// Decodes `input` in pieces of at most `piece` bytes into outputs of at most `room` bytes.
fn decode(mut decoder: BodyDecoder, input: &[u8], random: &mut Random, piece: usize) -> Outcome {
    let (mut entity, mut at) = (Vec::new(), 0);
    let mut room = [0; 64];
    loop {
        let end = input.len().min(at + 1 + random.below(piece));
        let size = 1 + random.below(room.len());
        match decoder.decode(&input[at..end], &mut room[..size]) {
            Err(error) => {
                assert_eq!(decoder.error(), Some(error));
                return (entity, at, Err(error));
            }
            Ok(done) => {
                entity.extend_from_slice(&room[..done.produced]);
                at += done.consumed;
                let idle = done.consumed == 0 && decoder.error().is_none();
                if at == input.len() || decoder.is_done() || (idle && end == input.len()) {
                    return (entity, at, Ok(decoder.is_done()));
                }
            }
        }
    }
}

/// The outcome of reading `input`, after having checked that splits do not change it.
fn outcome(framing: Framing, input: &[u8]) -> (Vec<u8>, Result<bool, BodyError>, usize) {
    let decoder = BodyDecoder::new(framing);
    let mut random = Random::new(7);
    let whole = decode(decoder.clone(), input, &mut random, usize::MAX >> 12);
    for seed in 0..40 {
        let mut random = Random::new(seed);
        let split = decode(decoder.clone(), input, &mut random, 1 + seed as usize % 9);
        assert_eq!(
            split.0,
            whole.0,
            "entity of {:?}",
            String::from_utf8_lossy(input)
        );
        assert_eq!(
            split.2,
            whole.2,
            "end of {:?}",
            String::from_utf8_lossy(input)
        );
        if whole.2.is_ok() {
            assert_eq!(split.1, whole.1);
        }
    }
    let mut skipper = decoder;
    match (skipper.discard(input), whole.2) {
        (Ok(consumed), Ok(done)) => assert_eq!((consumed, skipper.is_done()), (whole.1, done)),
        (Err(found), Err(expected)) => assert_eq!(found, expected),
        (found, expected) => panic!("discard {found:?}, decode {expected:?}"),
    }
    (whole.0, whole.2, whole.1)
}

fn chunked(input: &[u8]) -> (Vec<u8>, Result<bool, BodyError>) {
    let (entity, end, _) = outcome(Framing::Chunked, input);
    (entity, end)
}

#[test]
fn decoder_is_small() {
    assert!(size_of::<BodyDecoder>() <= 48);
}

#[test]
fn bdy_001_no_body_and_length_0_are_done_at_once() {
    for framing in [Framing::None, Framing::Length(0)] {
        let mut decoder = BodyDecoder::new(framing);
        assert!(decoder.is_done());
        assert_eq!(decoder.discard(b"GET / HTTP/1.1"), Ok(0));
        assert_eq!(decoder.remaining_length(), None);
    }
}

#[test]
fn bdy_004_length_counts_bytes_and_leaves_what_follows() {
    let (entity, end, consumed) = outcome(Framing::Length(5), b"helloGET");
    assert_eq!((&entity[..], end, consumed), (&b"hello"[..], Ok(true), 5));
    let (entity, end, consumed) = outcome(Framing::Length(9), b"hello");
    assert_eq!((&entity[..], end, consumed), (&b"hello"[..], Ok(false), 5));
}

#[test]
fn bdy_008_largest_length() {
    let mut decoder = BodyDecoder::new(Framing::Length(u64::MAX));
    assert_eq!(decoder.discard(b"abc"), Ok(3));
    assert_eq!(decoder.remaining_length(), Some(u64::MAX - 3));
    decoder.advance(u64::MAX - 3);
    assert!(decoder.is_done());
}

#[test]
fn bytes_read_straight_from_the_socket_are_counted() {
    let mut decoder = BodyDecoder::new(Framing::Length(10));
    decoder.advance(4);
    assert_eq!(decoder.remaining_length(), Some(6));
    let mut out = [0; 16];
    let done = decoder.decode(b"0123456789", &mut out).unwrap();
    assert_eq!(
        done,
        Decoded {
            consumed: 6,
            produced: 6
        }
    );
    assert!(decoder.is_done());
}

#[test]
fn bdy_018_chunks_are_joined() {
    let wire = b"5\r\nHello\r\n1\r\n \r\n5\r\nWorld\r\n0\r\n\r\nGET /";
    let (entity, end, consumed) = outcome(Framing::Chunked, wire);
    assert_eq!((&entity[..], end), (&b"Hello World"[..], Ok(true)));
    assert_eq!(consumed, wire.len() - 5);
}

#[test]
fn g_022_sizes() {
    let accepted: [(&[u8], &[u8]); 6] = [
        (b"a\r\n0123456789\r\n0\r\n\r\n", b"0123456789"),
        (b"A\r\n0123456789\r\n0\r\n\r\n", b"0123456789"),
        (b"00000000000000000000003\r\nabc\r\n000\r\n\r\n", b"abc"),
        (b"3;a=b;c=\"d e\"\r\nabc\r\n0;x\r\n\r\n", b"abc"),
        (b"3 \t; x\r\nabc\r\n0\r\n\r\n", b"abc"),
        (b"3;\xC3\xA9\r\nabc\r\n0\r\n\r\n", b"abc"),
    ];
    for (wire, entity) in accepted {
        assert_eq!(chunked(wire), (entity.to_vec(), Ok(true)), "{wire:?}");
    }
    let refused: [&[u8]; 16] = [
        b"\r\n",
        b";x\r\n",
        b" 3\r\n",
        b"3 \r\nabc\r\n",
        b"0x3\r\nabc\r\n",
        b"+3\r\nabc\r\n",
        b"-3\r\nabc\r\n",
        b"g\r\n",
        b"3\rabc\r\n",
        b"FFFFFFFFFFFFFFFFF\r\n",
        b"10000000000000000\r\n",
        b"3;\0\r\nabc",
        b"3;\x7F\r\nabc",
        b"3;a=\"\r\"\r\nabc",
        b"0\r\nabc\r\n",
        b"0\r\r\n",
    ];
    for wire in refused {
        let (entity, end) = chunked(wire);
        assert_eq!(
            (entity.len(), end),
            (0, Err(BodyError::Framing)),
            "{wire:?}"
        );
    }
}

#[test]
fn g_022_largest_size_is_a_64_bit_number() {
    let mut decoder = BodyDecoder::new(Framing::Chunked);
    assert_eq!(decoder.discard(b"FFFFFFFFFFFFFFFF\r\nabc"), Ok(21));
    assert!(!decoder.is_done());
}

#[test]
fn prs_028_bare_line_feeds_are_refused_everywhere() {
    let table: [(&[u8], &[u8]); 6] = [
        (b"3\nabc\r\n0\r\n\r\n", b""),
        (b"3;ext\nabc\r\n0\r\n\r\n", b""),
        (b"3\r\nabc\n0\r\n\r\n", b"abc"),
        (b"3\r\nabc\r\n0\n\r\n", b"abc"),
        (b"3\r\nabc\r\n0\r\n\n", b"abc"),
        (b"3\r\nabc\r\n0\r\nA: b\n\r\n", b"abc"),
    ];
    for (wire, entity) in table {
        assert_eq!(
            chunked(wire),
            (entity.to_vec(), Err(BodyError::Framing)),
            "{wire:?}"
        );
    }
}

#[test]
fn data_longer_than_its_chunk_is_refused_after_the_data() {
    assert_eq!(
        chunked(b"3\r\nabcd\r\n"),
        (b"abc".to_vec(), Err(BodyError::Framing))
    );
}

#[test]
fn g_022_chunk_size_lines_are_capped() {
    let line = |n: usize| [b"1;", &vec![b'x'; n][..], b"\r\na\r\n0\r\n\r\n"].concat();
    assert_eq!(chunked(&line(4_094)), (b"a".to_vec(), Ok(true)));
    assert_eq!(chunked(&line(4_095)), (Vec::new(), Err(BodyError::Framing)));
    let zeros = vec![b'0'; 5_000];
    assert_eq!(chunked(&zeros), (Vec::new(), Err(BodyError::Framing)));
}

#[test]
fn bdy_020_trailer_fields_are_consumed() {
    let wire = b"1\r\na\r\n0\r\nExpires: never\r\nX-Empty:\r\n\r\nNEXT";
    let (entity, end, consumed) = outcome(Framing::Chunked, wire);
    assert_eq!(
        (&entity[..], end, consumed),
        (&b"a"[..], Ok(true), wire.len() - 4)
    );
    let refused: [&[u8]; 5] = [
        b"no colon\r\n\r\n",
        b": x\r\n",
        b" fold\r\n",
        b"A: \0\r\n",
        b"A: b\rc\r\n",
    ];
    for trailer in refused {
        let wire = [b"0\r\n", trailer].concat();
        assert_eq!(
            chunked(&wire),
            (Vec::new(), Err(BodyError::Framing)),
            "{trailer:?}"
        );
    }
}

#[test]
fn g_024_trailer_fields_are_capped() {
    let wire = b"0\r\nA: 12345\r\nB: 2\r\n\r\n"; // 10 + 6 bytes
    for (limit, expected) in [(16, Ok(20 + 1)), (15, Err(BodyError::TrailersTooLong))] {
        let mut decoder = BodyDecoder::with_trailer_limit(Framing::Chunked, limit);
        assert_eq!(decoder.discard(wire), expected);
    }
}

#[test]
fn framing_is_consumed_without_room_for_data() {
    let mut decoder = BodyDecoder::new(Framing::Chunked);
    let done = decoder.decode(b"3\r\nabc", &mut []).unwrap();
    assert_eq!(
        done,
        Decoded {
            consumed: 3,
            produced: 0
        }
    );
    let mut out = [0; 3];
    let done = decoder.decode(b"abc\r\n0\r\n\r\nX", &mut out).unwrap();
    assert_eq!(
        done,
        Decoded {
            consumed: 10,
            produced: 3
        }
    );
    assert!(decoder.is_done());
}

/// In one piece whole size lines are read at once, in pieces of a few bytes step by step.
#[test]
fn g_022_chunks_behind_each_other_are_read_alike_whole_and_in_pieces() {
    let sizes = [
        "1",
        "9",
        "a",
        "F",
        "10",
        "1f",
        "2A",
        "0b",
        "00000003",
        "000000003",
        "4;x=y",
        "5 ;z",
        "5 ",
        "g",
        "",
        "100000000",
        "0000000000000001",
        "00000000000000001",
    ];
    for first in sizes {
        for second in sizes {
            for end in ["\r\n", "\n", "\r", "\rx"] {
                let mut wire = String::from("3\r\nabc\r\n");
                for (size, end) in [(first, "\r\n"), (second, end), ("2", "\r\n")] {
                    let digits = size.trim_end_matches(|c: char| !c.is_ascii_hexdigit());
                    let digits = digits.split([';', ' ']).next().unwrap_or_default();
                    let length = usize::from_str_radix(digits, 16).unwrap_or(0).min(64);
                    wire += &format!("{size}{end}{}\r\n", "x".repeat(length));
                }
                let whole = wire.clone() + "0\r\n\r\n";
                let _ = outcome(Framing::Chunked, whole.as_bytes());
                let _ = outcome(Framing::Chunked, wire.as_bytes());
            }
        }
    }
    let (entity, end) = chunked(b"3\r\nabc\r\nA\r\n0123456789\r\n00000001\r\nx\r\n0\r\n\r\n");
    assert_eq!((&entity[..], end), (&b"abc0123456789x"[..], Ok(true)));
}

#[test]
fn g_023_an_error_stays() {
    let mut decoder = BodyDecoder::new(Framing::Chunked);
    assert_eq!(decoder.discard(b"zz"), Err(BodyError::Framing));
    assert_eq!(decoder.discard(b"0\r\n\r\n"), Err(BodyError::Framing));
    assert_eq!(decoder.decode(b"", &mut [0; 4]), Err(BodyError::Framing));
    assert!(!decoder.is_done());
}

#[test]
fn random_bytes_decode_the_same_in_any_split() {
    let parts: [&[u8]; 12] = [
        b"3\r\nabc\r\n",
        b"0\r\n",
        b"\r\n",
        b"A: b\r\n",
        b";x",
        b"10\r\n",
        b"0123456789abcdef",
        b"\r",
        b"\n",
        b"f",
        b"\0",
        b"1\r\nx\r\n",
    ];
    for seed in 0..2_000 {
        let mut random = Random::new(seed);
        let wire: Vec<u8> = (0..1 + random.below(8))
            .flat_map(|_| random.pick(&parts).to_vec())
            .collect();
        let _ = chunked(&wire);
    }
}

#[test]
fn bdy_020_trailer_fields_are_told_however_the_input_is_split() {
    let body = b"3;x=y\r\nabc\r\n0\r\nX-Sum: 1\r\nb:2\r\n\r\nGET /";
    for first in 0..body.len() {
        for second in first..body.len() {
            let mut decoder = BodyDecoder::new(Framing::Chunked);
            let (mut lines, mut at) = (Vec::new(), 0);
            for end in [first, second, body.len()] {
                while at < end {
                    let before = decoder.trailer_bytes();
                    let done = decoder.decode(&body[at..end], &mut [0; 2]).unwrap();
                    let consumed = &body[at..at + done.consumed];
                    lines.extend_from_slice(decoder.trailers_in(before, consumed));
                    if done.consumed == 0 {
                        break;
                    }
                    at += done.consumed;
                }
            }
            assert!(decoder.is_done());
            assert_eq!(lines, b"X-Sum: 1\r\nb:2\r\n", "{first}, {second}");
        }
    }
    let mut decoder = BodyDecoder::new(Framing::Length(3));
    decoder.decode(b"abc", &mut [0; 3]).unwrap();
    assert_eq!(decoder.trailer_bytes(), 0);
}
