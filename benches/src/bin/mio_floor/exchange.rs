//! HTTP/1.1 of one connection: bytes in, answers out. No sockets.
//!
//! Real parsing (httparse), routing, Content-Length bodies, pipelining and keep-alive (RFC 9112
//! section 9.3); no chunked requests, no Expect, no limits by time. A request that is not
//! understood ends the connection after the answers before it. Kept input is bounded by
//! [`MAX_HEAD`], and the caller takes in no more while answers wait to be sent.

use httpsys_benches::BIG_BYTES;

use crate::answers::{Answers, Route};

/// Longest request head.
const MAX_HEAD: usize = 64 * 1024;
const MAX_FIELDS: usize = 64;

/// State between two reads.
#[derive(Debug, Default)]
pub(crate) struct Exchange {
    /// Input that cannot be used yet: an incomplete head, or requests behind a long answer.
    kept: Vec<u8>,
    upload: Upload,
    /// Answers to send, then `big_left` bytes of the long body.
    pub(crate) out: Vec<u8>,
    pub(crate) big_left: usize,
    /// The connection ends when the answers are sent; further input is dropped.
    pub(crate) close: bool,
}

#[derive(Debug, Default)]
struct Upload {
    left: u64,
    length: u64,
}

/// What matters of a request.
struct Head {
    route: Route,
    bytes: usize,
    length: u64,
    keep_alive: bool,
}

impl Exchange {
    /// Nothing waits to be sent.
    pub(crate) fn is_quiet(&self) -> bool {
        self.out.is_empty() && self.big_left == 0
    }

    /// Takes input from the connection.
    pub(crate) fn handle_input(&mut self, data: &[u8], answers: &Answers) {
        if self.kept.is_empty() {
            let used = self.consume(data, answers);
            self.kept.extend_from_slice(&data[used..]);
        } else {
            self.kept.extend_from_slice(data);
            self.handle_kept(answers);
        }
    }

    /// Goes on with input that had to wait for a long answer.
    pub(crate) fn handle_kept(&mut self, answers: &Answers) {
        let mut kept = std::mem::take(&mut self.kept);
        let used = self.consume(&kept, answers);
        kept.drain(..used);
        self.kept = kept;
    }

    /// Answers what it can; the number of bytes used.
    fn consume(&mut self, data: &[u8], answers: &Answers) -> usize {
        let mut used = 0;
        loop {
            let rest = &data[used..];
            if self.close {
                return data.len();
            }
            if self.upload.left > 0 {
                let n = self.upload.left.min(rest.len() as u64);
                self.upload.left -= n;
                used += n as usize;
                if self.upload.left > 0 {
                    return used;
                }
                answers.length(self.upload.length, &mut self.out);
                continue;
            }
            if rest.is_empty() || self.big_left > 0 {
                return used;
            }
            match parse(rest) {
                Ok(Some(head)) => {
                    used += head.bytes;
                    self.answer(&head, answers);
                }
                Ok(None) if rest.len() <= MAX_HEAD => return used,
                Ok(None) | Err(()) => self.close = true,
            }
        }
    }

    fn answer(&mut self, head: &Head, answers: &Answers) {
        self.close = !head.keep_alive;
        match head.route {
            Route::Hello => self.out.extend_from_slice(&answers.hello),
            Route::Big => {
                self.out.extend_from_slice(&answers.big_head);
                self.big_left = BIG_BYTES;
            }
            Route::Upload if head.length == 0 => answers.length(0, &mut self.out),
            Route::Upload => {
                self.upload.left = head.length;
                self.upload.length = head.length;
                // The answer comes after the body: until then the connection stays.
                self.close = false;
            }
            Route::Cancel => self.close = true,
            Route::Unknown => self.out.extend_from_slice(&answers.not_found),
        }
        // A body where none is read would be taken for the next request.
        self.close |= head.length > 0 && head.route != Route::Upload;
    }
}

/// `Ok(None)`: not complete yet. `Err`: not a request that the floor takes.
fn parse(data: &[u8]) -> Result<Option<Head>, ()> {
    let mut fields = [httparse::EMPTY_HEADER; MAX_FIELDS];
    let mut request = httparse::Request::new(&mut fields);
    let bytes = match request.parse(data).map_err(|_| ())? {
        httparse::Status::Complete(bytes) => bytes,
        httparse::Status::Partial => return Ok(None),
    };
    let mut length = None;
    let mut keep_alive = request.version == Some(1);
    for field in request.headers.iter() {
        if field.name.eq_ignore_ascii_case("content-length") {
            let value = Some(decimal(field.value).ok_or(())?);
            if length.is_some() && length != value {
                return Err(());
            }
            length = value;
        } else if field.name.eq_ignore_ascii_case("connection") {
            if field.value.eq_ignore_ascii_case(b"close") {
                keep_alive = false;
            } else if field.value.eq_ignore_ascii_case(b"keep-alive") {
                keep_alive = true;
            }
        } else if field.name.eq_ignore_ascii_case("transfer-encoding") {
            return Err(());
        }
    }
    let (method, path) = request.method.zip(request.path).ok_or(())?;
    Ok(Some(Head {
        route: Route::of(method, path),
        bytes,
        length: length.unwrap_or(0),
        keep_alive,
    }))
}

fn decimal(value: &[u8]) -> Option<u64> {
    let value = value.trim_ascii();
    let digits = !value.is_empty() && value.iter().all(u8::is_ascii_digit);
    let text = std::str::from_utf8(value).ok().filter(|_| digits)?;
    text.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const GET: &str = "GET /hello HTTP/1.1\r\nHost: h\r\n\r\n";

    fn fed(stream: &str, piece: usize) -> Exchange {
        let (mut x, answers) = (Exchange::default(), Answers::new());
        for chunk in stream.as_bytes().chunks(piece) {
            x.handle_input(chunk, &answers);
        }
        x
    }

    fn text(x: &Exchange) -> String {
        String::from_utf8_lossy(&x.out).into_owned()
    }

    #[test]
    fn pipelined_requests_are_answered_however_they_are_cut() {
        let stream = format!(
            "{GET}POST /upload HTTP/1.1\r\nContent-Length: 5\r\n\r\nabcde{GET}\
             GET /x HTTP/1.1\r\n\r\n"
        );
        for piece in 1..=stream.len() {
            let x = fed(&stream, piece);
            assert_eq!(text(&x).matches("200 OK").count(), 3, "{piece}");
            assert_eq!(text(&x).matches("404 Not").count(), 1, "{piece}");
            assert!(!x.close && x.kept.is_empty());
        }
    }

    #[test]
    fn requests_behind_a_long_answer_wait_for_it() {
        let mut x = fed(&format!("GET /big HTTP/1.1\r\n\r\n{GET}"), 4096);
        assert_eq!((x.big_left, x.kept.len()), (BIG_BYTES, GET.len()));
        x.big_left = 0;
        x.out.clear();
        x.handle_kept(&Answers::new());
        assert!(text(&x).ends_with("Hello, World!") && x.kept.is_empty());
    }

    #[test]
    fn the_connection_ends_when_it_should() {
        for (stream, answers) in [
            ("GET /hello HTTP/1.0\r\n\r\n", 1),
            ("GET /hello HTTP/1.1\r\nConnection: Close\r\n\r\n", 1),
            ("GET /cancel HTTP/1.1\r\n\r\n", 0),
            ("nonsense\r\n\r\n", 0),
            ("GET /hello HTTP/1.1\r\nContent-Length: +1\r\n\r\n", 0),
            (
                "POST /upload HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
                0,
            ),
            (
                "POST /upload HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n",
                0,
            ),
        ] {
            let x = fed(&format!("{stream}{GET}"), 4096);
            assert!(x.close && x.kept.is_empty(), "{stream}");
            assert_eq!(text(&x).matches("HTTP/1.1").count(), answers, "{stream}");
        }
    }

    #[test]
    fn a_head_without_end_is_given_up() {
        assert!(fed(&"x".repeat(MAX_HEAD + 1), MAX_HEAD + 1).close);
        let endless = format!("GET / HTTP/1.1\r\nX: {}", "y".repeat(MAX_HEAD));
        assert!(fed(&endless, 4096).close);
    }
}
