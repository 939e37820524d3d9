//! Takes answers out of a connection's bytes and checks them: status, length, body.
//!
//! No sockets and no clock. An answer must have a Content-Length (RFC 9112 section 6.3 rule 6);
//! that is how the measured servers answer, and a chunked or unframed answer counts as wrong.
//!
//! Once an answer was right, later ones are compared with its head, all but the value of Date, and
//! parsed only if they differ. That keeps the load side cheaper than the servers, and it cannot
//! accept what parsing would refuse.

use std::ops::Range;

use crate::options::Expect;

/// Longest head that is accepted.
const MAX_HEAD: usize = 32 * 1024;
/// Longest body for which the short cut is used: longer ones seldom arrive in one piece.
const MAX_SHAPE_BODY: usize = 4096;

/// Head of the last answer that was right; shared by a thread's connections.
#[derive(Debug)]
pub(crate) struct Shape {
    head: Vec<u8>,
    /// Where in it the value of Date is, empty without one.
    date: Range<usize>,
    body: usize,
    close: bool,
}

/// What became of the bytes given.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// All of them are used and the answer is not complete.
    More,
    /// An answer is complete and right. `close`: the server says that it ends the connection.
    Right {
        /// The answer had `Connection: close`.
        close: bool,
    },
    /// The answer is wrong, and the connection is of no more use.
    Wrong(String),
}

/// The answer a connection is in the middle of.
#[derive(Debug, Default)]
pub(crate) struct Answer {
    /// Bytes of an incomplete head, then of the body if it is to be compared.
    kept: Vec<u8>,
    body: Option<Body>,
}

#[derive(Debug)]
struct Body {
    left: usize,
    close: bool,
}

impl Answer {
    /// Forgets a started answer (new connection).
    pub(crate) fn reset(&mut self) {
        self.kept.clear();
        self.body = None;
    }

    /// Uses bytes from the front of `data` until one answer is complete or `data` is empty.
    pub(crate) fn take(
        &mut self,
        data: &mut &[u8],
        expect: &Expect,
        shape: &mut Option<Shape>,
    ) -> Outcome {
        if self.body.is_none() {
            if self.kept.is_empty() {
                if let Some(shape) = shape.as_ref().filter(|s| s.fits(data, expect)) {
                    *data = &data[shape.head.len() + shape.body..];
                    return Outcome::Right { close: shape.close };
                }
            }
            match self.take_head(data, expect, shape) {
                Ok(true) => {}
                Ok(false) => return Outcome::More,
                Err(wrong) => return Outcome::Wrong(wrong),
            }
        }
        self.take_body(data, expect)
    }

    /// `Ok(true)`: the head is complete and right, `self.body` is set.
    fn take_head(
        &mut self,
        data: &mut &[u8],
        expect: &Expect,
        shape: &mut Option<Shape>,
    ) -> Result<bool, String> {
        let before = self.kept.len();
        let room = (MAX_HEAD - before).min(data.len());
        self.kept.extend_from_slice(&data[..room]);
        // The end may straddle the old and the new bytes.
        let from = before.saturating_sub(3);
        let Some(end) = self.kept[from..].windows(4).position(|w| w == b"\r\n\r\n") else {
            if self.kept.len() == MAX_HEAD {
                return Err("head too long".into());
            }
            *data = &data[room..];
            return Ok(false);
        };
        let head = &self.kept[..from + end + 4];
        let length = content_length(head).filter(|n| expect.length.is_none_or(|want| want == *n));
        let right = head.starts_with(b"HTTP/1.") && head.get(9..12) == Some(&expect.status);
        let (Some(length), true) = (length, right) else {
            let text = String::from_utf8_lossy(&head[..head.len().min(200)]);
            return Err(format!("bad answer: {text}"));
        };
        let close = says_close(head);
        if length <= MAX_SHAPE_BODY {
            *shape = Some(Shape {
                head: head.to_vec(),
                date: date_of(head),
                body: length,
                close,
            });
        }
        *data = &data[head.len() - before..];
        self.kept.clear();
        self.body = Some(Body {
            left: length,
            close,
        });
        Ok(true)
    }

    fn take_body(&mut self, data: &mut &[u8], expect: &Expect) -> Outcome {
        let Some(body) = &mut self.body else {
            return Outcome::More;
        };
        let (mine, rest) = data.split_at(body.left.min(data.len()));
        *data = rest;
        body.left -= mine.len();
        if expect.body.is_some() {
            self.kept.extend_from_slice(mine);
        }
        if body.left > 0 {
            return Outcome::More;
        }
        let close = body.close;
        let right = expect.body.as_ref().is_none_or(|b| *b == self.kept);
        self.reset();
        if right {
            Outcome::Right { close }
        } else {
            Outcome::Wrong("wrong body".into())
        }
    }
}

impl Shape {
    /// Whether `data` begins with a whole answer of this head and a right body.
    fn fits(&self, data: &[u8], expect: &Expect) -> bool {
        let Some((head, rest)) = data.split_at_checked(self.head.len()) else {
            return false;
        };
        let Some(body) = rest.get(..self.body) else {
            return false;
        };
        head[..self.date.start] == self.head[..self.date.start]
            && head[self.date.end..] == self.head[self.date.end..]
            && expect.body.as_ref().is_none_or(|b| b == body)
    }
}

/// Where the value of Date is.
fn date_of(head: &[u8]) -> Range<usize> {
    const NAME: &[u8] = b"\r\ndate:";
    let found = head
        .windows(NAME.len())
        .position(|w| w.eq_ignore_ascii_case(NAME));
    let Some(at) = found else {
        return 0..0;
    };
    let start = at + NAME.len();
    let end = head[start..].iter().position(|byte| *byte == b'\r');
    start..end.map_or(start, |n| start + n)
}

fn field<'a>(line: &'a [u8], name: &str) -> Option<&'a [u8]> {
    let (n, value) = line.split_at_checked(name.len())?;
    let value = value.strip_prefix(b":")?;
    n.eq_ignore_ascii_case(name.as_bytes())
        .then(|| value.trim_ascii())
}

fn lines(head: &[u8]) -> impl Iterator<Item = &[u8]> {
    head.split(|byte| *byte == b'\n')
}

fn content_length(head: &[u8]) -> Option<usize> {
    let value = lines(head).find_map(|line| field(line, "content-length"))?;
    std::str::from_utf8(value).ok()?.parse().ok()
}

fn says_close(head: &[u8]) -> bool {
    lines(head)
        .filter_map(|line| field(line, "connection"))
        .any(|value| value.eq_ignore_ascii_case(b"close"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const RIGHT: &str = "HTTP/1.1 200 OK\r\ncontent-LENGTH: 5\r\nDate: today\r\nX: y\r\n\r\nhello";

    fn expect(body: &str) -> Expect {
        Expect {
            status: *b"200",
            length: Some(body.len()),
            body: Some(body.into()),
        }
    }

    /// Outcomes of a stream that arrives in pieces of the given size, without the `More`s.
    fn outcomes(stream: &str, piece: usize, expect: &Expect) -> Vec<Outcome> {
        let (mut answer, mut shape, mut all) = (Answer::default(), None, Vec::new());
        for chunk in stream.as_bytes().chunks(piece) {
            let mut data = chunk;
            while !data.is_empty() {
                let outcome = answer.take(&mut data, expect, &mut shape);
                if matches!(outcome, Outcome::Wrong(_)) {
                    all.push(outcome);
                    return all;
                }
                if outcome != Outcome::More {
                    all.push(outcome);
                }
            }
        }
        all
    }

    fn is_wrong(stream: &str) -> bool {
        matches!(
            outcomes(stream, 4096, &expect("hello"))[..],
            [Outcome::Wrong(_)]
        )
    }

    #[test]
    fn answers_are_told_apart_however_they_are_cut() {
        let stream = RIGHT.repeat(3);
        for piece in 1..=stream.len() {
            let all = outcomes(&stream, piece, &expect("hello"));
            let right = Outcome::Right { close: false };
            assert!(all.len() == 3 && all.iter().all(|o| *o == right), "{piece}");
        }
    }

    #[test]
    fn an_empty_body_completes_with_its_head() {
        let e = Expect {
            status: *b"404",
            length: None,
            body: None,
        };
        let stream = "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: Close\r\n\r\n";
        for piece in 1..=stream.len() {
            assert_eq!(
                outcomes(stream, piece, &e),
                [Outcome::Right { close: true }]
            );
        }
    }

    #[test]
    fn wrong_status_length_body_or_framing_is_found() {
        assert!(is_wrong(&RIGHT.replace("200", "503")));
        assert!(is_wrong(&RIGHT.replace(": 5", ": 4")));
        assert!(is_wrong(&RIGHT.replace("hello", "jello")));
        assert!(is_wrong(
            &RIGHT.replace("content-LENGTH: 5", "Transfer-Encoding: chunked")
        ));
        assert!(is_wrong("\r\n\r\n"));
        assert!(is_wrong(&"x".repeat(MAX_HEAD + 1)));
    }

    #[test]
    fn the_short_cut_finds_what_the_long_way_finds() {
        for (from, to) in [("200", "500"), ("hello", "jello"), (": 5", ": 6")] {
            let stream = format!("{RIGHT}{}", RIGHT.replace(from, to));
            let all = outcomes(&stream, 4096, &expect("hello"));
            assert!(
                matches!(all[..], [Outcome::Right { .. }, Outcome::Wrong(_)]),
                "{from} {all:?}"
            );
        }
    }

    #[test]
    fn an_answer_of_another_shape_is_parsed() {
        let longer = RIGHT.replace("X: y", "X: yyyyyyyy");
        let shorter = RIGHT.replace("X: y\r\n", "");
        let stream = format!("{RIGHT}{longer}{shorter}{RIGHT}");
        assert_eq!(outcomes(&stream, 4096, &expect("hello")).len(), 4);
    }

    #[test]
    fn only_the_date_may_differ_on_the_short_cut() {
        let e = expect("hello");
        let (mut answer, mut shape) = (Answer::default(), None);
        let mut data = RIGHT.as_bytes();
        let _ = answer.take(&mut data, &e, &mut shape);
        let shape = shape.expect("a right answer was taken");
        assert!(shape.fits(RIGHT.replace("today", "later").as_bytes(), &e));
        for (from, to) in [
            ("X: y", "X: z"),
            (": 5", ": 4"),
            ("hello", "jello"),
            ("hello", "hell"),
        ] {
            assert!(!shape.fits(RIGHT.replace(from, to).as_bytes(), &e), "{to}");
        }
    }
}
