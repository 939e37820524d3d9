//! Chunked bodies: any bytes, any split of input and output.
//!
//! Checks: entity, end and error do not depend on the split; no more comes out than went in; bytes
//! behind the end stay; `discard` agrees with `decode`; what is accepted reads the same by the
//! letter of the grammar; trailers stay below their limit.
#![no_main]

use httpsys_proto::{BodyDecoder, BodyError, Framing};
use libfuzzer_sys::fuzz_target;

const LIMIT: u32 = 300;

type Outcome = (Vec<u8>, usize, Option<BodyError>, bool);

fn decode(input: &[u8], read: usize, write: usize) -> Outcome {
    let mut decoder = BodyDecoder::with_trailer_limit(Framing::Chunked, LIMIT);
    let (mut entity, mut used) = (Vec::new(), 0);
    let mut out = vec![0; write];
    let mut error = None;
    while used < input.len() && !decoder.is_done() {
        let end = input.len().min(used + read);
        match decoder.decode(&input[used..end], &mut out) {
            Ok(done) => {
                assert!(done.consumed <= end - used && done.produced <= write);
                assert!(done.consumed + done.produced > 0, "it stands still");
                used += done.consumed;
                entity.extend_from_slice(&out[..done.produced]);
            }
            Err(found) => {
                error = Some(found);
                break;
            }
        }
    }
    if error.is_none() {
        // An error that was met behind entity bytes is told by the next call.
        error = decoder.error();
    }
    assert!(entity.len() <= input.len());
    (entity, used, error, decoder.is_done())
}

/// The whole body at the front of `input` by the letter of RFC 9112 section 7.1: entity and length.
fn by_the_letter(input: &[u8]) -> Option<(Vec<u8>, usize)> {
    let (mut entity, mut at) = (Vec::new(), 0);
    let line = |from: usize| {
        let rest = input.get(from..)?;
        let end = rest.windows(2).position(|pair| pair == b"\r\n")?;
        Some((&rest[..end], from + end + 2))
    };
    loop {
        let (text, next) = line(at)?;
        assert!(text.len() <= 4_096, "a long line for a size");
        let size_end = text.iter().position(|b| !b.is_ascii_hexdigit());
        let digits = std::str::from_utf8(&text[..size_end.unwrap_or(text.len())]).ok()?;
        let size = usize::from_str_radix(digits, 16).ok()?;
        at = next;
        if size == 0 {
            break;
        }
        entity.extend_from_slice(input.get(at..at.checked_add(size)?)?);
        at += size;
        if input.get(at..at + 2)? != b"\r\n" {
            return None;
        }
        at += 2;
    }
    let trailers = at;
    loop {
        let (text, next) = line(at)?;
        if text.is_empty() {
            assert!(at - trailers <= LIMIT as usize, "many trailers");
            return Some((entity, next));
        }
        at = next;
    }
}

fuzz_target!(|data: &[u8]| {
    let [read, write, input @ ..] = data else {
        return;
    };
    let whole = decode(input, input.len().max(1), input.len().max(1));
    let split = decode(
        input,
        1 + usize::from(*read % 50),
        1 + usize::from(*write % 50),
    );
    assert_eq!(whole.0, split.0, "entity");
    assert_eq!(whole.2, split.2, "error");
    assert_eq!(whole.3, split.3, "end");
    let mut discarded = BodyDecoder::with_trailer_limit(Framing::Chunked, LIMIT);
    let used = discarded.discard(input);
    assert_eq!(discarded.is_done(), whole.3);
    if whole.2.is_none() {
        assert_eq!(used, Ok(whole.1));
    }
    if whole.3 {
        assert_eq!(whole.1, split.1, "the end lies elsewhere");
        let (entity, length) = by_the_letter(input).expect("accepted against the grammar");
        assert_eq!((&whole.0, whole.1), (&entity, length));
    }
});
