//! Our own reading: `httpsys-proto` driven as the engine drives it.
//!
//! Owns: the loop over heads and bodies of a connection. Does not own: the engine; `engine.rs` shows
//! that it reads as this does. Threading: none.

use httpsys_proto::header::REQUEST_HEADER_NAMES;
use httpsys_proto::{
    BodyDecoder, Framing as Frame, Parameters, Parsed, Reject, RequestHead, parse_head,
};

use crate::model::{BodyEnd, End, Fields, Framing, Message, Reading};

/// Reads all requests of a connection that sent `bytes` and nothing more.
pub(crate) fn read(bytes: &[u8]) -> Reading {
    walk(bytes, &mut |_, _| None)
}

/// The same; `overrule` sees each head, as far as it was read, and may refuse it.
pub(crate) fn walk(
    bytes: &[u8],
    overrule: &mut dyn FnMut(&RequestHead, Parsed) -> Option<Reject>,
) -> Reading {
    let parameters = Parameters::default();
    let mut head = RequestHead::new();
    let mut messages = Vec::new();
    let mut at = 0;
    let end = loop {
        let input = &bytes[at..];
        let parsed = parse_head(&mut head, input, 0, &parameters);
        let consumed = match (overrule(&head, parsed), parsed) {
            (Some(reject), _) | (None, Parsed::Reject(reject)) => {
                break End::Refused(format!("{reject:?}"));
            }
            // Empty lines are no front of a request.
            (None, Parsed::Partial) if input.iter().all(|b| matches!(b, b'\r' | b'\n')) => {
                break End::Clean;
            }
            (None, Parsed::Partial) => break End::Partial,
            (None, Parsed::Complete { consumed }) => consumed,
        };
        let (body, end, length) = read_body(head.framing(), &input[consumed..]);
        let is_last = head.close() || end != BodyEnd::Complete;
        let mut message = message(&head);
        message.head_end = Some(at + consumed);
        message.end = (end == BodyEnd::Complete).then_some(at + consumed + length);
        message.body = Some((body, end));
        at += consumed + length;
        messages.push(message);
        if is_last {
            break End::Unread;
        }
    };
    Reading { messages, end }
}

/// The head's part of a message.
fn message(head: &RequestHead) -> Message {
    let mut fields = Fields::default();
    for (id, name) in REQUEST_HEADER_NAMES.iter().enumerate() {
        if let Some(value) = head.known(id) {
            fields.add(name.as_bytes(), value);
        }
    }
    for (name, value) in head.unknown() {
        fields.add(name, value);
    }
    Message {
        method: head.verb_text().to_vec(),
        target: head.raw_url().to_vec(),
        version: (head.version().major, head.version().minor),
        fields,
        framing: Some(match head.framing() {
            Frame::None => Framing::None,
            Frame::Length(length) => Framing::Length(length),
            Frame::Chunked => Framing::Chunked,
        }),
        body: None,
        last: Some(head.close()),
        head_end: None,
        end: None,
    }
}

/// The entity, how it ends, and how many bytes of `input` it took.
fn read_body(framing: Frame, input: &[u8]) -> (Vec<u8>, BodyEnd, usize) {
    let mut decoder = BodyDecoder::new(framing);
    let mut body = Vec::new();
    let mut buffer = vec![0; input.len()];
    let mut at = 0;
    loop {
        match decoder.decode(&input[at..], &mut buffer) {
            Ok(done) => {
                body.extend_from_slice(&buffer[..done.produced]);
                at += done.consumed;
                if done.consumed == 0 {
                    let end = if decoder.is_done() {
                        BodyEnd::Complete
                    } else {
                        BodyEnd::Partial
                    };
                    return (body, end, at);
                }
            }
            Err(error) => return (body, BodyEnd::Malformed(format!("{error:?}")), at),
        }
    }
}
