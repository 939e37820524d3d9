//! Bodies that only one side finds malformed.
//!
//! Where only we do, nothing the peer reads behind it counts for us: the connection is reset
//! (G-023). Where only the peer does, the body ends for us where every parser that takes it ends it.

use super::Disagreement;
use crate::case::{Case, has};
use crate::peer::Peer::{Hyper, Llhttp};

pub(super) const CLASSES: &[Disagreement] = &[
    Disagreement {
        name: "controls in chunk extensions",
        peers: &[Hyper],
        example: b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n\
            3;x\0\r\nabc\r\n0\r\n\r\n",
        ours: "malformed",
        theirs: "skipped",
        reason: "G-022: anything but text is a framing error; a line feed in an extension is a \
            known attack",
        holds: |c| c.our_body_is_malformed() && sizes(c).any(|line| line.iter().any(is_control)),
    },
    Disagreement {
        name: "blanks after the chunk size",
        peers: &[Hyper],
        example: b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n\
            3 \r\nabc\r\n0\r\n\r\n",
        ours: "malformed, unless an extension follows",
        theirs: "skipped",
        reason: "G-022; RFC 9112 section 7.1.1 allows blanks around the semicolon only",
        holds: |c| {
            let blank = |line: &[u8]| {
                let size: &[u8] = line.split(|b| *b == b';').next().unwrap_or_default();
                size.ends_with(b" ") || size.ends_with(b"\t")
            };
            c.our_body_is_malformed() && sizes(c).any(blank)
        },
    },
    Disagreement {
        name: "trailer section with bare CR or LF",
        peers: &[Hyper],
        example: b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n\
            0\r\nX: y\n\r\n",
        ours: "malformed",
        theirs: "the line continues, or one byte too many is consumed",
        reason: "PRS-028: the relaxed line ends are for heads; chunked bodies have CRLF",
        holds: |c| c.our_body_is_malformed() && has_bare_end(last_chunk(c)),
    },
    Disagreement {
        name: "trailer fields are judged as they come",
        peers: &[Hyper],
        example: b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n\
            0\r\nX : y",
        ours: "malformed at the byte",
        theirs: "waits for the end, then malformed",
        reason: "G-023, G-024: a framing error ends the connection when it is seen",
        holds: |c| {
            c.our_body_is_malformed() && c.their_body_is_partial() && !last_chunk(c).is_empty()
        },
    },
    Disagreement {
        name: "tabs after chunked",
        peers: &[Llhttp],
        example: b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\t\r\n\r\n\
            0\r\n\r\n",
        ours: "removed like blanks",
        theirs: "another coding, refused after the head",
        reason: "HDR-001, RFC 9110 section 5.5: blanks and tabs around a value are not part of it",
        holds: |c| {
            c.their_body_is_malformed("Request has invalid `Transfer-Encoding`")
                && has(c.fields(), b"\t")
        },
    },
    Disagreement {
        name: "blanks between chunk size and extension",
        peers: &[Llhttp],
        example: b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n\
            3 ;x\r\nabc\r\n0\r\n\r\n",
        ours: "skipped",
        theirs: "malformed",
        reason: "G-022, RFC 9112 section 7.1.1 (BWS)",
        holds: |c| {
            // The end of the input may come in between.
            let blank = |line: &[u8]| line.iter().any(|b| matches!(b, b' ' | b'\t'));
            c.their_body_is_malformed("Invalid character in chunk size") && sizes(c).any(blank)
        },
    },
    Disagreement {
        name: "chunk extensions of any text",
        peers: &[Llhttp],
        example: b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n\
            3;x=\"\r\nabc\r\n0\r\n\r\n",
        ours: "skipped up to the CRLF, quoted or not",
        theirs: "malformed unless names and values follow the grammar",
        reason: "G-022: the CRLF ends the line in any case, so the data starts at the same byte",
        holds: |c| {
            let odd = |line: &[u8]| line.contains(&b';');
            c.their_body_is_malformed("in chunk extensions") && sizes(c).any(odd)
        },
    },
    Disagreement {
        name: "framing fields in the trailer section",
        peers: &[Llhttp],
        example: b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n\
            0\r\nContent-Length: 9\r\n\r\n",
        ours: "discarded like every trailer field",
        theirs: "malformed",
        reason: "BDY-020: trailer fields are neither delivered nor applied",
        holds: |c| {
            let last = last_chunk(c).to_ascii_lowercase();
            let fields = [&b"content-length:"[..], b"transfer-encoding:"];
            let words = ["_CONTENT_LENGTH: ", "HPE_INVALID_TRANSFER_ENCODING: "];
            words.iter().any(|why| c.their_body_is_malformed(why))
                && fields.iter().any(|name| has(&last, name))
        },
    },
];

fn is_control(byte: &u8) -> bool {
    byte.is_ascii_control() && !matches!(byte, b'\t' | b'\r')
}

/// Lines of the body that look like chunk sizes.
fn sizes<'a>(case: &Case<'a>) -> impl Iterator<Item = &'a [u8]> {
    let lines = case.body().split(|b| *b == b'\n');
    lines
        .map(|line| line.strip_suffix(b"\r").unwrap_or(line))
        .filter(|line| line.first().is_some_and(u8::is_ascii_hexdigit))
}

/// From the first line that looks like a last chunk on.
fn last_chunk<'a>(case: &Case<'a>) -> &'a [u8] {
    let body = case.body();
    let mut at = 0;
    for line in body.split_inclusive(|b| *b == b'\n') {
        at += line.len();
        let size = line.split(|b| *b == b';').next().unwrap_or_default();
        if line.starts_with(b"0") && size.trim_ascii_end().iter().all(|b| *b == b'0') {
            return &body[at..];
        }
    }
    &[]
}

/// Whether a CR or LF stands alone in a trailer section.
fn has_bare_end(trailer: &[u8]) -> bool {
    trailer.iter().enumerate().any(|(at, byte)| match byte {
        b'\r' => trailer.get(at + 1) != Some(&b'\n'),
        b'\n' => at == 0 || trailer[at - 1] != b'\r',
        _ => false,
    })
}
