//! Bodies: what is written in chunks comes out whole, however it is read.
//!
//! Owns: a writer of the chunked coding that uses all freedoms of its grammar. Does not own: which
//! faults are told apart. Invariant: the writer is independent of the decoder. Threading: none.

use httpsys_proto::{BodyDecoder, BodyError, Framing};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::{config, pieces};

/// One chunk: its data, zeros in front of the size, an extension.
type Chunk = (Vec<u8>, usize, String);

fn chunks() -> impl Strategy<Value = Vec<Chunk>> {
    let extension = prop_oneof![3 => Just(String::new()), 1 => "[ \t]{0,2};[ -~\t]{0,12}"];
    let chunk = (vec(any::<u8>(), 1..300), 0..4usize, extension);
    vec(chunk, 0..6)
}

fn trailers() -> impl Strategy<Value = Vec<String>> {
    vec("[A-Za-z-]{1,8}:[ -~]{0,12}", 0..3)
}

/// The chunked coding of `chunks`.
fn written(chunks: &[Chunk], trailers: &[String]) -> Vec<u8> {
    let mut out = Vec::new();
    for (data, zeros, extension) in chunks {
        let size = match zeros % 2 {
            0 => format!("{:x}", data.len()),
            _ => format!("{:X}", data.len()),
        };
        out.extend(format!("{}{size}{extension}\r\n", "0".repeat(*zeros)).bytes());
        out.extend(data);
        out.extend(b"\r\n");
    }
    out.extend(b"0\r\n");
    for line in trailers {
        out.extend(format!("{line}\r\n").bytes());
    }
    out.extend(b"\r\n");
    out
}

/// Entity, bytes used, and how it ended: done, or an error, or neither.
type Outcome = (Vec<u8>, usize, Result<bool, BodyError>);

fn read(mut decoder: BodyDecoder, input: &[u8], steps: &[usize], room: usize) -> Outcome {
    let (mut entity, mut used) = (Vec::new(), 0);
    let mut out = vec![0; room];
    for piece in pieces(input.len(), steps) {
        while used < piece.end && !decoder.is_done() {
            match decoder.decode(&input[used..piece.end], &mut out) {
                Ok(done) => {
                    used += done.consumed;
                    entity.extend_from_slice(&out[..done.produced]);
                }
                Err(error) => return (entity, used, Err(error)),
            }
        }
    }
    let end = decoder.error().map_or(Ok(decoder.is_done()), Err);
    (entity, used, end)
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn chunks_that_are_written_are_read(
        chunks in chunks(),
        trailers in trailers(),
        behind in vec(any::<u8>(), 0..9),
        steps in vec(1..40usize, 1..5),
        room in 1..40usize,
    ) {
        let body = written(&chunks, &trailers);
        let input = [&body[..], &behind].concat();
        let entity: Vec<u8> = chunks.into_iter().flat_map(|(data, ..)| data).collect();
        let outcome = read(BodyDecoder::new(Framing::Chunked), &input, &steps, room);
        prop_assert_eq!(outcome, (entity, body.len(), Ok(true)));
        let mut thrown_away = BodyDecoder::new(Framing::Chunked);
        prop_assert_eq!(thrown_away.discard(&input), Ok(body.len()));
    }

    #[test]
    fn any_split_of_a_damaged_body_into_reads_gives_the_same(
        chunks in chunks(),
        trailers in trailers(),
        at in any::<prop::sample::Index>(),
        byte in prop_oneof![any::<u8>(), Just(b'\r'), Just(b'\n'), Just(b';'), Just(b'0')],
        insert in any::<bool>(),
        steps in vec(1..40usize, 1..5),
        room in 1..40usize,
    ) {
        let mut input = written(&chunks, &trailers);
        let at = at.index(input.len());
        match insert {
            true => input.insert(at, byte),
            false => input[at] = byte,
        }
        let decoder = BodyDecoder::new(Framing::Chunked);
        let whole = read(decoder.clone(), &input, &[input.len()], input.len());
        let split = read(decoder, &input, &steps, room);
        prop_assert!(whole.0.len() <= input.len());
        prop_assert_eq!((&split.0, split.2), (&whole.0, whole.2));
        if whole.2.is_ok() {
            prop_assert_eq!(split.1, whole.1);
        }
    }

    #[test]
    fn a_length_takes_what_it_says(
        input in vec(any::<u8>(), 0..200),
        length in 0..300usize,
        steps in vec(1..40usize, 1..5),
        room in 1..40usize,
    ) {
        let decoder = BodyDecoder::new(Framing::Length(length as u64));
        let outcome = read(decoder, &input, &steps, room);
        let taken = length.min(input.len());
        let done = length <= input.len();
        prop_assert_eq!(outcome, (input[..taken].to_vec(), taken, Ok(done)));
    }
}
