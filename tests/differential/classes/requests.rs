//! Requests whose head both take, and read differently.

use super::Disagreement;
use crate::case::has;
use crate::model::Aspect;
use crate::peer::Peer::{Hyper, Llhttp};

pub(super) const CLASSES: &[Disagreement] = &[
    Disagreement {
        name: "absolute targets are kept as sent",
        peers: &[Hyper],
        example: b"GET HTTP://LOCALHOST HTTP/1.1\r\nHost: localhost\r\n\r\n",
        ours: "the bytes as sent; the cooked URL has the normalised form",
        theirs: "the scheme in lower case, an empty path as `/`",
        reason: "HST-010, PRS-021, PRS-022",
        holds: |c| {
            let lower = |target: &[u8]| target.to_ascii_lowercase();
            let (Some(a), Some(b)) = (c.our_message(), c.their_message()) else {
                return false;
            };
            let (a, b) = (lower(&a.target), lower(&b.target));
            c.differs_in(Aspect::Target)
                && a.starts_with(b"http")
                && (a == b || [&a[..], b"/"].concat() == b)
        },
    },
    Disagreement {
        name: "Content-Length beside chunked stays visible",
        peers: &[Hyper],
        example: b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\
            Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        ours: "both fields are handed on",
        theirs: "Content-Length is removed",
        reason: "BDY-015",
        holds: |c| {
            let (Some(a), Some(b)) = (c.our_message(), c.their_message()) else {
                return false;
            };
            let mut rest = a.fields.clone();
            rest.remove(b"content-length");
            c.differs_in(Aspect::Fields)
                && a.fields.get(b"transfer-encoding").is_some()
                && rest == b.fields
        },
    },
    Disagreement {
        name: "ambiguous keep-alive on HTTP/1.0",
        peers: &[Llhttp],
        example: b"GET / HTTP/1.0\r\nConnection: keep-alive, close\r\n\r\n",
        ours: "the connection closes",
        theirs: "it stays open",
        reason: "CON-010, CON-011, G-021: `close` together with `keep-alive`, chunked coding, \
            and POST or PUT without a length end the connection",
        holds: |c| {
            let is_1_0 = c.our_message().is_some_and(|m| m.version == (1, 0));
            c.differs_in(Aspect::Persistence) && is_1_0 && c.their_message().is_some_and(goes_on)
        },
    },
    Disagreement {
        name: "Proxy-Connection",
        peers: &[Llhttp],
        example: b"GET / HTTP/1.1\r\nHost: localhost\r\nProxy-Connection: close\r\n\r\n",
        ours: "an ordinary field",
        theirs: "treated like Connection",
        reason: "CON-009: only Connection counts; RFC 9112 appendix C.2.2 advises clients not \
            to send Proxy-Connection",
        holds: |c| {
            let is_there = c.values("Proxy-Connection").contains(&&b"close"[..]);
            c.differs_in(Aspect::Persistence) && is_there && c.our_message().is_some_and(goes_on)
        },
    },
    Disagreement {
        name: "tabs in Connection",
        peers: &[Llhttp],
        example: b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\t, x\r\n\r\n",
        ours: "`close` is seen",
        theirs: "`close` followed by a tab is another word",
        reason: "CON-009, RFC 9110 section 5.6.1: blanks and tabs around elements do not count",
        holds: |c| {
            let close = |value: &&[u8]| has(&value.to_ascii_lowercase(), b"close");
            c.differs_in(Aspect::Persistence)
                && has(c.fields(), b"\t")
                && c.values("Connection").iter().any(close)
                && c.their_message().is_some_and(goes_on)
        },
    },
];

fn goes_on(message: &crate::model::Message) -> bool {
    message.last == Some(false)
}
