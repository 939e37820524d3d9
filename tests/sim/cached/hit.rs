//! What the cache makes of a response that it has: written apart from the service's own code.
//!
//! Owns: which requests it answers (CSH-001, CSH-010, CSH-012, CSH-013, G-094), and with what (CSH-016, CSH-017,
//! G-245). Threading: pure functions.

use std::ops::Range;

use crate::script::{Asked, DATES, Item, Ranges};
use crate::site::Content;
use crate::wire::Answer;

/// What a request gets of an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Hit {
    /// The program has to answer.
    Program,
    Whole,
    NotModified,
    Parts(Vec<Range<usize>>),
    Unsatisfiable,
    /// 400, at which a connection of HTTP/1 ends.
    Refused,
}

/// The request has nothing that keeps the cache out, whatever is in it.
pub(crate) fn is_plain(item: &Item) -> bool {
    let translate = item.field("Translate");
    item.verb == "GET"
        && item.body.is_empty()
        && !item.ends_late
        && item.field("Authorization").is_none()
        && !translate.is_some_and(|value| value.eq_ignore_ascii_case("f"))
}

pub(crate) fn hit(item: &Item, content: &Content) -> Hit {
    let others = ["If-None-Match", "If-Match", "If-Unmodified-Since"];
    if !is_plain(item) || others.iter().any(|name| item.field(name).is_some()) {
        return Hit::Program;
    }
    if content.status != 200 {
        return Hit::Whole;
    }
    if let Some(since) = item.field("If-Modified-Since") {
        let Some(since) = date(since) else {
            return Hit::Program;
        };
        if content.modified.is_some_and(|own| own <= since) {
            return Hit::NotModified;
        }
    }
    parts(item, content)
}

fn date(text: &str) -> Option<usize> {
    DATES.iter().position(|date| *date == text)
}

fn parts(item: &Item, content: &Content) -> Hit {
    let asked = match &item.ranges {
        Ranges::None | Ranges::Malformed(_) => return Hit::Whole,
        Ranges::Overflow => return Hit::Refused,
        Ranges::Of(asked) if asked.len() > 32 => return Hit::Whole,
        Ranges::Of(asked) => asked,
    };
    if let Some(condition) = item.field("If-Range") {
        let is_etag = condition.starts_with('"') && content.etag == Some(condition);
        let is_date = content.modified.is_some() && date(condition) == content.modified;
        if !is_etag && !is_date {
            return Hit::Whole;
        }
    }
    let length = content.length();
    let within = asked.iter().filter_map(|asked| {
        let (first, end) = match *asked {
            Asked::Between(first, last) => (first, length.min(last.saturating_add(1))),
            Asked::From(first) => (first, length),
            Asked::Last(count) => (length - count.min(length), length),
        };
        (first < end).then_some(first as usize..end as usize)
    });
    let within: Vec<Range<usize>> = within.collect();
    match within.iter().map(Range::len).sum::<usize>() {
        0 => Hit::Unsatisfiable,
        sum if sum as u64 > length => Hit::Whole,
        _ => Hit::Parts(within),
    }
}

/// Checks an answer of the cache by that of the program to the same request.
pub(crate) fn check(hit: &Hit, content: &Content, plain: &Answer, cached: &Answer) {
    let expected = match hit {
        Hit::Program => panic!("the program has not seen the request"),
        Hit::Whole => plain.clone(),
        Hit::Refused => {
            let ends = !cached.of_stream;
            assert_eq!((cached.status, cached.is_last), (400, ends));
            return;
        }
        Hit::NotModified => not_modified(plain),
        Hit::Unsatisfiable => unsatisfiable(content, plain),
        Hit::Parts(parts) => partial(parts, content, plain, cached),
    };
    // Where a line goes that the program's answer has not is seen by the tests of `httpsys_proto::partial`.
    let (mut expected, mut cached) = (expected, cached.clone());
    if *hit != Hit::Whole {
        expected.lines.sort();
        cached.lines.sort();
    }
    assert_eq!(cached, expected, "{hit:?}");
}

fn name(line: &str) -> &str {
    line.split(':').next().unwrap_or_default()
}

/// The lines of the program's answer whose names are wanted, behind another first line.
fn only(plain: &Answer, first: &str, wanted: impl Fn(&str) -> bool) -> Vec<String> {
    let fields = plain.lines[1..].iter().filter(|line| wanted(name(line)));
    std::iter::once(first.to_owned())
        .chain(fields.cloned())
        .collect()
}

fn not_modified(plain: &Answer) -> Answer {
    let wanted = [
        "Cache-Control",
        "Connection",
        "Content-Location",
        "Date",
        "ETag",
        "Expires",
        "Last-Modified",
        "Server",
        "Vary",
    ];
    Answer {
        status: 304,
        lines: only(plain, "304 Not Modified", |name| wanted.contains(&name)),
        body: Vec::new(),
        is_last: plain.is_last,
        of_stream: plain.of_stream,
    }
}

fn unsatisfiable(content: &Content, plain: &Answer) -> Answer {
    let wanted = ["Connection", "Date", "Server"];
    let first = "416 Requested Range Not Satisfiable";
    let mut lines = only(plain, first, |name| wanted.contains(&name));
    lines.push("Content-Length: 0".to_owned());
    lines.push(format!("Content-Range: bytes */{}", content.length()));
    Answer {
        status: 416,
        lines,
        body: Vec::new(),
        is_last: plain.is_last,
        of_stream: plain.of_stream,
    }
}

fn partial(parts: &[Range<usize>], content: &Content, plain: &Answer, cached: &Answer) -> Answer {
    let whole = content.body();
    let place = |part: &Range<usize>| {
        let (first, last) = (part.start, part.end - 1);
        format!("Content-Range: bytes {first}-{last}/{}", whole.len())
    };
    let kind = plain.lines.iter().find(|line| name(line) == "Content-Type");
    let kind = kind.expect("what is kept has one");
    let mut lines;
    let mut body = Vec::new();
    if let [part] = parts {
        lines = only(plain, "206 Partial Content", |name| {
            name != "Content-Length"
        });
        lines.push(place(part));
        body.extend_from_slice(&whole[part.clone()]);
    } else {
        let own = ["Content-Length", "Content-Type"];
        lines = only(plain, "206 Partial Content", |name| !own.contains(&name));
        let start = "multipart/byteranges; boundary=";
        let boundary = cached
            .field("Content-Type")
            .and_then(|kind| kind.strip_prefix(start));
        let boundary = boundary.expect("several parts");
        lines.push(format!("Content-Type: {start}{boundary}"));
        for part in parts {
            let place = place(part);
            body.extend(format!("\r\n--{boundary}\r\n{kind}\r\n{place}\r\n\r\n").into_bytes());
            body.extend_from_slice(&whole[part.clone()]);
        }
        body.extend(format!("\r\n--{boundary}--\r\n").into_bytes());
        // There is no line before the first one.
        body.drain(..2);
    }
    lines.push(format!("Content-Length: {}", body.len()));
    Answer {
        status: 206,
        lines,
        body,
        is_last: plain.is_last,
        of_stream: plain.of_stream,
    }
}
