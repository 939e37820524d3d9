//! Where a response ends, for clients of a simulation.
//!
//! Owns: that. Does not own: anything else of HTTP; tests look at the bytes. Plain functions.

/// The length of the first response in the bytes; `None`: more are needed. `ended`: no more will come.
///
/// It is that of a response to any method but HEAD and CONNECT (RFC 9112 section 6.3).
pub(super) fn length(bytes: &[u8], ended: bool) -> Option<usize> {
    let head = find(bytes, b"\r\n\r\n")? + 4;
    let text = String::from_utf8_lossy(&bytes[..head]).to_ascii_lowercase();
    let status = text.split_whitespace().nth(1).unwrap_or_default();
    if status.starts_with('1') || matches!(status, "204" | "304") {
        return Some(head);
    }
    let field = |name: &str| {
        let mut lines = text.lines().skip(1);
        lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(':').map(str::trim))
    };
    if field("transfer-encoding").is_some_and(|coding| coding.ends_with("chunked")) {
        return chunked(&bytes[head..]).map(|body| head + body);
    }
    match field("content-length").and_then(|length| length.parse::<usize>().ok()) {
        Some(body) => head.checked_add(body).filter(|end| *end <= bytes.len()),
        None => ended.then_some(bytes.len()),
    }
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes
        .windows(wanted.len())
        .position(|window| window == wanted)
}

/// The length of a body in chunks, with its trailer section.
fn chunked(bytes: &[u8]) -> Option<usize> {
    let mut at = 0_usize;
    loop {
        let line = find(bytes.get(at..)?, b"\r\n")?;
        let size = std::str::from_utf8(&bytes[at..at + line]).ok()?;
        let size = size.split(';').next().unwrap_or_default().trim();
        let size = usize::from_str_radix(size, 16).ok()?;
        at += line + 2;
        if size == 0 {
            break;
        }
        at = at.checked_add(size)?.checked_add(2)?;
    }
    // Trailer fields, and the empty line.
    loop {
        let line = find(bytes.get(at..)?, b"\r\n")?;
        at += line + 2;
        if line == 0 {
            return Some(at);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn end_of(text: &str) -> Option<usize> {
        length(text.as_bytes(), false)
    }

    #[test]
    fn a_response_ends_where_its_framing_says() {
        let whole = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nab";
        assert_eq!(end_of(whole), Some(whole.len()));
        assert_eq!(end_of(&whole[..whole.len() - 1]), None);
        let next = format!("{whole}HTTP/1.1");
        assert_eq!(end_of(&next), Some(whole.len()));
        let chunks =
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\nA: b\r\n\r\n";
        assert_eq!(end_of(chunks), Some(chunks.len()));
        for cut in 0..chunks.len() {
            assert_eq!(end_of(&chunks[..cut]), None, "{cut}");
        }
        let interim = "HTTP/1.1 100 Continue\r\n\r\n";
        assert_eq!(end_of(interim), Some(interim.len()));
    }

    #[test]
    fn without_a_length_a_response_ends_with_the_connection() {
        let text = b"HTTP/1.1 200 OK\r\n\r\nabc";
        assert_eq!(length(text, false), None);
        assert_eq!(length(text, true), Some(text.len()));
    }
}
