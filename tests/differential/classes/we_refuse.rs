//! Heads that we refuse and a peer takes, or would take.

use std::net::Ipv6Addr;

use super::Disagreement;
use crate::case::{Case, has};
use crate::peer::Peer::{self, Httparse, Hyper, Llhttp};

const ALL: &[Peer] = &Peer::ALL;

pub(super) const CLASSES: &[Disagreement] = &[
    Disagreement {
        name: "CONNECT",
        peers: ALL,
        example: b"CONNECT localhost:80 HTTP/1.1\r\nHost: localhost\r\n\r\n",
        ours: "400",
        theirs: "accepted as an ordinary request or as a tunnel",
        reason: "PRS-020: CONNECT without a WebSocket handshake is 400, and HTTP/1 has no such \
            handshake for CONNECT",
        holds: |c| c.we_refuse("BadRequest") && c.verb() == b"CONNECT",
    },
    Disagreement {
        name: "request line without a version",
        peers: &[Llhttp],
        example: b"GET /\r\n\r\n",
        ours: "400",
        theirs: "HTTP/0.9",
        reason: "PRS-002: two tokens are 400; HTTP/0.9 is not supported",
        holds: |c| c.we_refuse("BadRequest") && c.version().is_empty(),
    },
    Disagreement {
        name: "blanks between the parts of the request line",
        peers: &[Llhttp],
        example: b"GET  / HTTP/1.1\r\nHost: localhost\r\n\r\n",
        ours: "400",
        theirs: "as one blank",
        reason: "PRS-003: more than three tokens are 400, and an empty token counts as one, \
            except before the version (PRS-029)",
        holds: |c| c.we_refuse("BadRequest") && has(c.line(), b"  "),
    },
    Disagreement {
        name: "major version above 1",
        peers: &[Llhttp],
        example: b"GET / HTTP/2.0\r\nHost: localhost\r\n\r\n",
        ours: "505",
        theirs: "accepted",
        reason: "PRS-009: 505 for HTTP/2.0 on a clear-text line",
        holds: |c| c.we_refuse("VersionNotSupported") && c.version().starts_with(b"HTTP/2"),
    },
    Disagreement {
        name: "HTTP/0.9 and other protocols by name",
        peers: &[Llhttp],
        example: b"GET / RTSP/1.0\r\nHost: localhost\r\n\r\n",
        ours: "400",
        theirs: "accepted",
        reason: "PRS-006, PRS-008: `HTTP/` and a major version of at least 1",
        holds: |c| {
            let others = [&b"RTSP/1"[..], b"ICE/1", b"HTTP/0"];
            c.we_refuse("BadRequest") && others.iter().any(|v| c.version().starts_with(v))
        },
    },
    Disagreement {
        name: "many empty lines before the request line",
        peers: ALL,
        example: b"\r\n\r\n\n\n\nGET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
        ours: "400 Invalid Verb after four",
        theirs: "any number is skipped",
        reason: "G-017: only a few are skipped, so that a stream of line ends does not continue \
            forever",
        holds: |c| c.we_refuse("InvalidVerb") && c.front().split(|b| *b == b'\n').count() > 5,
    },
    Disagreement {
        name: "bare CR before the request line",
        peers: &[Llhttp],
        example: b"\rGET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
        ours: "400 Invalid Verb",
        theirs: "skipped like an empty line",
        reason: "PRS-026: CR alone does not end a line",
        holds: |c| c.we_refuse("InvalidVerb") && has_bare_cr(c.front()),
    },
    Disagreement {
        name: "verb of more than 255 bytes",
        peers: &[Httparse, Hyper],
        example:
            b"VVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVV\
            VVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVV\
            VVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVV\
            VVVVVVVVVVVVVVVV / HTTP/1.1\r\nHost: localhost\r\n\r\n",
        ours: "400 Invalid Verb",
        theirs: "accepted",
        reason: "G-018: HTTPERR stores 255 bytes",
        holds: |c| c.we_refuse("InvalidVerb") && c.verb().len() > 255,
    },
    Disagreement {
        name: "target of no known form",
        peers: ALL,
        example: b"GET http://user@localhost/ HTTP/1.1\r\nHost: localhost\r\n\r\n",
        ours: "400 Invalid URL",
        theirs: "accepted as text; the program has to check it",
        reason: "PRS-023, PRS-024, G-016, G-025: `/path`, `http(s)://host[:port][/path]` or `*`; \
            other schemes, user information, empty hosts and bad ports are refused before routing",
        holds: |c| {
            let target = c.target();
            c.we_refuse("InvalidUrl")
                && !target.starts_with(b"/")
                && target != b"*"
                && !target.is_empty()
        },
    },
    Disagreement {
        name: "asterisk with verbs other than OPTIONS",
        peers: ALL,
        example: b"GET * HTTP/1.1\r\nHost: localhost\r\n\r\n",
        ours: "400 Invalid URL",
        theirs: "accepted as text",
        reason: "PRS-019, RFC 9112 section 3.2.4: this form is only for OPTIONS",
        holds: |c| c.we_refuse("InvalidUrl") && c.target() == b"*" && c.verb() != b"OPTIONS",
    },
    Disagreement {
        name: "fragment in the target",
        peers: ALL,
        example: b"GET /a#b HTTP/1.1\r\nHost: localhost\r\n\r\n",
        ours: "400 Invalid URL",
        theirs: "accepted as text, or cut off",
        reason: "G-027: a fragment is never sent",
        holds: |c| c.we_refuse("InvalidUrl") && has(c.target(), b"#"),
    },
    Disagreement {
        name: "no Host on HTTP/1.1",
        peers: ALL,
        example: b"GET / HTTP/1.1\r\n\r\n",
        ours: "400 Invalid Hostname",
        theirs: "accepted; the program has to check for it",
        reason: "HST-001: a missing Host is 400; an empty one is left to routing (HST-002, \
            HST-017)",
        holds: |c| c.we_refuse("InvalidHostname") && c.values("Host").is_empty(),
    },
    Disagreement {
        name: "several Host fields",
        peers: ALL,
        example: b"GET / HTTP/1.1\r\nHost: localhost\r\nHost: other\r\n\r\n",
        ours: "400 Invalid Hostname",
        theirs: "both are passed on",
        reason: "G-015: even if they are equal",
        holds: |c| {
            let values = c.values("Host");
            let is_bad = |value: &&[u8]| is_bad_host(value);
            c.we_refuse("InvalidHostname") && values.len() > 1 && !values.iter().any(is_bad)
        },
    },
    Disagreement {
        name: "malformed Host",
        peers: ALL,
        example: b"GET / HTTP/1.1\r\nHost: user@localhost\r\n\r\n",
        ours: "400 Invalid Hostname",
        theirs: "accepted as text",
        reason: "G-016: letters, digits, `-._~` and UTF-8 or an IPv6 literal, and a port of 16 \
            bits",
        holds: |c| {
            c.we_refuse("InvalidHostname") && c.values("Host").iter().any(|v| is_bad_host(v))
        },
    },
    Disagreement {
        name: "POST or PUT without a length",
        peers: ALL,
        example: b"POST / HTTP/1.1\r\nHost: localhost\r\n\r\n",
        ours: "411",
        theirs: "accepted without a body",
        reason: "ERR-013, BDY-002",
        holds: |c| {
            let framed = ["Content-Length", "Transfer-Encoding"];
            c.we_refuse("LengthRequired")
                && matches!(c.verb(), b"POST" | b"PUT")
                && framed.iter().all(|name| c.values(name).is_empty())
        },
    },
    Disagreement {
        name: "malformed Content-Length, heads only",
        peers: &[Httparse],
        example: b"GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: +5\r\n\r\n",
        ours: "400",
        theirs: "does not look at framing",
        reason: "BDY-005, BDY-006, BDY-009",
        holds: |c| c.we_refuse("BadRequest") && has_bad_length(c),
    },
    Disagreement {
        name: "malformed Content-Length beside chunked",
        peers: &[Hyper],
        example: b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\
            Content-Length: x\r\n\r\n0\r\n\r\n",
        ours: "400",
        theirs: "the length is dropped unread",
        reason: "BDY-009, BDY-015: the chunked coding decides, but two lengths, or one that is \
            not a number, are still an error",
        holds: |c| {
            c.we_refuse("BadRequest")
                && has_bad_length(c)
                && !c.values("Transfer-Encoding").is_empty()
        },
    },
    Disagreement {
        name: "transfer coding without a final chunked",
        peers: &[Httparse, Llhttp],
        example: b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: identity\r\n\r\n",
        ours: "501",
        theirs: "accepted; llhttp answers 400 in its server or reads to the end of the connection",
        reason: "ERR-014, BDY-011, G-020",
        holds: |c| c.we_refuse("TransferEncoding") && has_bad_coding(c),
    },
    Disagreement {
        name: "transfer coding that only ends in chunked",
        peers: &[Hyper],
        example:
            b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked, chunked\r\n\r\n\
            0\r\n\r\n",
        ours: "501",
        theirs: "chunked, decoded once",
        reason: "BDY-012, G-020: chunked twice, identity, and words that are not tokens are \
            refused",
        holds: |c| c.we_refuse("TransferEncoding") && has_bad_coding(c),
    },
];

fn has_bare_cr(bytes: &[u8]) -> bool {
    bytes
        .iter()
        .enumerate()
        .any(|(at, b)| *b == b'\r' && bytes.get(at + 1) != Some(&b'\n'))
}

fn is_bad_host(host: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(host) else {
        return true;
    };
    let (is_name, port) = match text.strip_prefix('[') {
        Some(rest) => match rest.split_once(']') {
            Some((address, port)) => (address.parse::<Ipv6Addr>().is_ok(), port),
            None => return true,
        },
        None => {
            let (name, port) = text.split_at(text.find(':').unwrap_or(text.len()));
            let is_of_name =
                |c: char| c.is_ascii_alphanumeric() || !c.is_ascii() || "-._~".contains(c);
            (!name.is_empty() && name.chars().all(is_of_name), port)
        }
    };
    let is_port = match port.strip_prefix(':') {
        Some(digits) => digits.is_empty() || digits.parse::<u16>().is_ok(),
        None => port.is_empty(),
    };
    !is_name || !is_port
}

fn has_bad_length(case: &Case<'_>) -> bool {
    let values = case.values("Content-Length");
    let number = |text: &[u8]| std::str::from_utf8(text).ok()?.parse::<u64>().ok();
    let bad = |value: &&[u8]| value.starts_with(b"+") || number(value).is_none();
    let differ = |pair: &[&[u8]]| number(pair[0]) != number(pair[1]);
    values.iter().any(bad) || values.windows(2).any(differ)
}

/// The codings are other than some tokens that are not `chunked` nor `identity`, and `chunked`.
fn has_bad_coding(case: &Case<'_>) -> bool {
    let values = case.values("Transfer-Encoding");
    let all = values.join(&b","[..]).to_ascii_lowercase();
    let codings: Vec<&[u8]> = all
        .split(|b| *b == b',')
        .map(<[u8]>::trim_ascii)
        .filter(|coding| !coding.is_empty())
        .collect();
    let Some((last, others)) = codings.split_last() else {
        return !values.is_empty();
    };
    let is_bad = |coding: &&[u8]| {
        let is_token = |b: &u8| b.is_ascii_alphanumeric() || *b == b'-';
        matches!(*coding, b"chunked" | b"identity") || !coding.iter().all(is_token)
    };
    *last != b"chunked" || others.iter().any(is_bad)
}
