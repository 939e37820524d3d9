//! Responses as they come over the wire, byte by byte.
//!
//! Owns: where one ends. Does not own: reading, nor what is in it. Dates are masked: two services answer in different
//! moments. Threading: pure functions.

/// A response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// The lines of its head, the first one without its version.
    pub(crate) lines: Vec<String>,
    /// The body with its coding.
    pub(crate) body: Vec<u8>,
    /// No response follows.
    pub(crate) is_last: bool,
    /// It came over HTTP/2.
    pub(crate) of_stream: bool,
}

impl Answer {
    pub(crate) fn field(&self, name: &str) -> Option<&str> {
        let mut lines = self.lines.iter().filter_map(|line| line.split_once(": "));
        let found = lines.find(|(own, _)| own.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value)
    }
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|window| window == what)
}

/// Takes the first response from the front, and interim ones before it: whether a client is told to continue depends on
/// when its content comes. `None`: it is not whole yet. `to_head`: it answers HEAD. `is_end`: nothing
/// comes any more.
pub(crate) fn take(bytes: &mut Vec<u8>, to_head: bool, is_end: bool) -> Option<Answer> {
    let mut from = 0;
    let (status, lines) = loop {
        let end = from + find(&bytes[from..], b"\r\n\r\n")?;
        let head = std::str::from_utf8(&bytes[from..end]).expect("a head in ASCII");
        let (first, fields) = head.split_once("\r\n").unwrap_or((head, ""));
        let first = first.strip_prefix("HTTP/1.1 ").expect("a status line");
        let mut lines = vec![first.to_owned()];
        lines.extend(
            fields
                .split("\r\n")
                .map(|line| match line.split_once(": ") {
                    Some(("Date", _)) => "Date: now".to_owned(),
                    _ => line.to_owned(),
                }),
        );
        from = end + 4;
        let status: u16 = first[..3].parse().expect("a status");
        if status >= 200 {
            break (status, lines);
        }
    };
    let mut answer = Answer {
        status,
        lines,
        body: Vec::new(),
        is_last: false,
        of_stream: false,
    };
    answer.is_last = answer.field("Connection") == Some("close");
    let is_bare = to_head || matches!(status, 204 | 304);
    let length = if is_bare {
        0
    } else if answer.field("Transfer-Encoding").is_some() {
        chunks(&bytes[from..])?
    } else if let Some(length) = answer.field("Content-Length") {
        length.parse().expect("a length")
    } else if is_end {
        answer.is_last = true;
        bytes.len() - from
    } else {
        return None;
    };
    answer.body = bytes.get(from..from + length)?.to_vec();
    bytes.drain(..from + length);
    Some(answer)
}

/// The length of a body in chunks.
fn chunks(bytes: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        let line = find(&bytes[at..], b"\r\n")?;
        let size = std::str::from_utf8(&bytes[at..at + line]).expect("a size");
        let size = usize::from_str_radix(size, 16).expect("a size");
        at += line + 2 + size + 2;
        if at > bytes.len() {
            return None;
        }
        if size == 0 {
            return Some(at);
        }
    }
}
