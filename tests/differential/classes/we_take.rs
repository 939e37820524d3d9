//! Heads that we take, or would take, and a peer refuses.

use super::Disagreement;
use crate::case::{Case, has};
use crate::model::{Aspect, End};
use crate::ours;
use crate::peer::Peer::{self, Httparse, Hyper, Llhttp};

const ALL: &[Peer] = &Peer::ALL;

pub(super) const CLASSES: &[Disagreement] = &[
    Disagreement {
        name: "blanks before the first field",
        peers: ALL,
        example: b"GET / HTTP/1.1\r\n X: y\r\nHost: localhost\r\n\r\n",
        ours: "skipped",
        theirs: "refused",
        reason: "PRS-027: one of the documented relaxations of HTTP.sys",
        holds: |c| {
            let words = [
                "HeaderName",
                "Header(Token)",
                "Unexpected space",
                "header token",
            ];
            let is_blank = matches!(c.fields(), [b' ' | b'\t', ..]);
            is_blank && words.iter().any(|why| c.they_refuse(why))
        },
    },
    Disagreement {
        name: "blanks before the version",
        peers: &[Httparse, Hyper],
        example: b"GET /  HTTP/1.1\r\nHost: localhost\r\n\r\n",
        ours: "skipped",
        theirs: "refused",
        reason: "PRS-029",
        // The target as we split the line; the verb is followed by one blank here.
        holds: |c| {
            let rest = c.line().get(c.verb().len() + 1..).unwrap_or_default();
            let front = rest.iter().position(|byte| *byte == b' ');
            let rest = &rest[front.unwrap_or(rest.len())..];
            c.they_refuse("Version") && front != Some(0) && rest.starts_with(b"  ")
        },
    },
    Disagreement {
        name: "minor versions 2 to 9",
        peers: ALL,
        example: b"GET / HTTP/1.2\r\nHost: localhost\r\n\r\n",
        ours: "accepted, reported as sent",
        theirs: "refused",
        reason: "PRS-010",
        holds: |c| {
            let minor = c.version().strip_prefix(b"HTTP/1.");
            refuses_version(c) && matches!(minor, Some([b'2'..=b'9']))
        },
    },
    Disagreement {
        name: "minor versions of several digits",
        peers: ALL,
        example: b"GET / HTTP/1.10\r\nHost: localhost\r\n\r\n",
        ours: "accepted, reported as sent",
        theirs: "refused",
        reason: "PRS-010, LOG-003 (assumed): HTTP_VERSION is two 16-bit numbers, and HTTPERR \
            has a format for them; 1.10 is higher than 1.1",
        holds: |c| refuses_version(c) && c.version() == b"HTTP/1.10",
    },
    Disagreement {
        name: "bytes above 0x7F in the target",
        peers: ALL,
        example: b"GET /?\xe1 HTTP/1.1\r\nHost: localhost\r\n\r\n",
        ours: "accepted in the head; the cooked URL then refuses them in the path but not in \
            the query",
        theirs: "refused; httparse and hyper take UTF-8",
        reason: "G-029, PTH-001",
        holds: |c| {
            let words = ["Token", "Parse(Uri)", "INVALID_URL: Invalid char in url"];
            !c.target().is_ascii() && words.iter().any(|why| c.they_refuse(why))
        },
    },
    Disagreement {
        name: "printable characters that are not allowed in a URI",
        peers: &[Hyper],
        example: b"GET /a\"<>\\^`{|} HTTP/1.1\r\nHost: localhost\r\n\r\n",
        ours: "accepted",
        theirs: "some of them refused",
        reason: "PTH-004: printable characters reach the program",
        holds: |c| {
            let odd = |b: &u8| b"\"<>\\^`{|}".contains(b);
            c.they_refuse("Parse(Uri)") && c.target().iter().any(odd)
        },
    },
    Disagreement {
        name: "unregistered verbs",
        peers: &[Llhttp],
        example: b"xyzzy / HTTP/1.1\r\nHost: localhost\r\n\r\n",
        ours: "accepted as HttpVerbUnknown, letter case kept",
        theirs: "refused",
        reason: "PRS-014, PRS-015, PRS-016",
        holds: |c| {
            const COMMON: &[&[u8]] = &[b"GET", b"PUT", b"POST", b"HEAD", b"OPTIONS"];
            c.they_refuse("HPE_INVALID_METHOD") && !COMMON.contains(&c.verb())
        },
    },
    Disagreement {
        name: "verbs of other protocols",
        peers: &[Llhttp],
        example: b"DESCRIBE / HTTP/1.1\r\nHost: localhost\r\n\r\n",
        ours: "accepted as HttpVerbUnknown",
        theirs: "refused with HTTP, accepted with ICE or RTSP",
        reason: "PRS-014, PRS-015: any token is a verb",
        holds: |c| c.they_refuse("HPE_INVALID_CONSTANT: Invalid method for HTTP"),
    },
    Disagreement {
        name: "LF alone ends a line",
        peers: &[Llhttp],
        example: b"GET / HTTP/1.1\nHost: localhost\n\n",
        ours: "accepted",
        theirs: "refused",
        reason: "PRS-025: one of the documented relaxations of HTTP.sys",
        holds: |c| {
            let words = [
                "CR_EXPECTED",
                "Expected CRLF after version",
                "Invalid header field char",
                "Invalid header value char",
                "Invalid character in Content-Length",
            ];
            words.iter().any(|why| c.they_refuse(why)) && has_bare_lf(c)
        },
    },
    Disagreement {
        name: "Content-Length and chunked together",
        peers: &[Llhttp],
        example: b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\
            Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        ours: "the chunked coding decides, and the connection closes after the response",
        theirs: "refused",
        reason: "BDY-015, BDY-016; RFC 9112 section 6.3 requires closing in this case",
        holds: |c| {
            let words = ["can't be present with"];
            words.iter().any(|why| c.they_refuse(why))
                && !c.values("Content-Length").is_empty()
                && !c.values("Transfer-Encoding").is_empty()
        },
    },
    Disagreement {
        name: "equal Content-Length fields",
        peers: &[Llhttp],
        example: b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\
            Content-Length: 5\r\n\r\nhello",
        ours: "one length; different spellings of the same number count as equal",
        theirs: "refused",
        reason: "BDY-010, RFC 9110 section 8.6",
        holds: |c| {
            c.they_refuse("Duplicate Content-Length") && c.values("Content-Length").len() > 1
        },
    },
    Disagreement {
        name: "empty elements in Transfer-Encoding",
        peers: &[Hyper, Llhttp],
        example: b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked,\r\n\r\n\
            0\r\n\r\n",
        ours: "chunked",
        theirs: "refused",
        reason: "BDY-014, G-020, RFC 9110 section 5.6.1.2",
        holds: |c| {
            let words = ["TransferEncodingInvalid", "Invalid `Transfer-Encoding`"];
            let values = c.values("Transfer-Encoding");
            let is_empty = |value: &&[u8]| value.is_empty() || value.ends_with(b",");
            words.iter().any(|why| c.they_refuse(why)) && values.iter().any(is_empty)
        },
    },
    Disagreement {
        name: "tabs after a length",
        peers: &[Llhttp],
        example: b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\t\r\n\r\nhello",
        ours: "removed like blanks",
        theirs: "refused",
        reason: "HDR-001, RFC 9110 section 5.5: blanks and tabs around a value are not part of it",
        holds: |c| c.they_refuse("Invalid character in Content-Length") && has(c.fields(), b"\t"),
    },
    Disagreement {
        name: "chunked on HTTP/1.0",
        peers: &[Hyper],
        example: b"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        ours: "decoded; the connection closes after the response",
        theirs: "refused",
        reason: "G-021",
        holds: |c| c.they_refuse("TransferEncodingUnexpected") && c.version() == b"HTTP/1.0",
    },
    Disagreement {
        name: "lengths of almost 2^64",
        peers: &[Hyper],
        example: b"POST / HTTP/1.1\r\nHost: localhost\r\n\
            Content-Length: 18446744073709551615\r\n\r\n",
        ours: "accepted",
        theirs: "refused: it reserves the two highest numbers",
        reason: "BDY-008",
        holds: |c| {
            let most = |value: &&[u8]| value.ends_with(b"18446744073709551615");
            c.they_refuse("TooLarge") && c.values("Content-Length").iter().any(most)
        },
    },
    Disagreement {
        name: "a part is judged when it is complete",
        peers: ALL,
        example: b"GET /a\x01b",
        ours: "refused when the target, the version, the line or the head is complete",
        theirs: "refused at the byte",
        reason: "G-007, G-009: a part is judged when it is complete, and framing after the last \
            field; the request is refused whatever follows",
        holds: |c| c.aspect == Aspect::Decided && c.they_refuse("") && is_doomed(c.bytes),
    },
];

fn refuses_version(case: &Case<'_>) -> bool {
    let words = ["Version", "VERSION", "NewLine", "Header(Token)"];
    words.iter().any(|why| case.they_refuse(why))
}

/// Whether a line of the head ends with LF alone.
fn has_bare_lf(case: &Case<'_>) -> bool {
    let is_bare = |text: &[u8]| {
        let lines: Vec<&[u8]> = text.split(|b| *b == b'\n').collect();
        // Behind the last LF is no line.
        let whole = lines.split_last().map_or(&[][..], |(_, whole)| whole);
        whole.iter().any(|line| !line.ends_with(b"\r"))
    };
    let head = case.bytes.len() - case.body().len();
    is_bare(&case.bytes[..head])
}

/// Whether ours refuses whatever could complete this front of a head.
fn is_doomed(front: &[u8]) -> bool {
    const ENDS: &[&[u8]] = &[
        b"\n\r\n",
        b"\r\n\r\n",
        b"\r\nHost: localhost\r\nContent-Length: 5\r\n\r\n",
        b"\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"\r\nHost: localhost\r\n\r\n",
        b" HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"1\r\nHost: localhost\r\n\r\n",
        b".1\r\nHost: localhost\r\n\r\n",
        b", chunked\r\nHost: localhost\r\n\r\n",
    ];
    ENDS.iter().all(|end| {
        let reading = ours::read(&[front, end].concat());
        reading.messages.is_empty() && matches!(reading.end, End::Refused(_))
    })
}
