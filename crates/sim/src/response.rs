//! A response as a client reads it.
//!
//! Owns: where a response ends: by its status, Content-Length, chunks, or the end of the connection. It is
//! written apart from the server's own code, and believes nothing. Does not own: reading (`client.rs`).

use std::io::{self, ErrorKind, Read};

/// A head has at most so many bytes.
const MOST_HEAD: usize = 1 << 20;

/// A response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientResponse {
    /// The status code.
    pub status: u16,
    /// The reason phrase.
    pub reason: String,
    /// The fields in order, as they came.
    pub fields: Vec<(String, String)>,
    /// The body, without its chunks' framing.
    pub body: Vec<u8>,
}

impl ClientResponse {
    /// The value of the first field with this name.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&str> {
        let mut fields = self.fields.iter();
        let found = fields.find(|(field, _)| field.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    /// The body as text; what is no UTF-8 is replaced.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

fn invalid(what: &str) -> io::Error {
    io::Error::new(ErrorKind::InvalidData, what.to_owned())
}

/// Reads to the end of a line, which is not returned.
fn line(from: &mut impl Read, most: usize) -> io::Result<String> {
    let mut line = Vec::new();
    let mut byte = [0];
    while !line.ends_with(b"\r\n") {
        from.read_exact(&mut byte)?;
        line.push(byte[0]);
        if line.len() > most {
            return Err(invalid("a line that does not end"));
        }
    }
    line.truncate(line.len() - 2);
    String::from_utf8(line).map_err(|_| invalid("a line that is no UTF-8"))
}

/// Reads a head.
pub(crate) fn read_head(from: &mut impl Read) -> io::Result<ClientResponse> {
    let first = line(from, MOST_HEAD)?;
    let rest = first.strip_prefix("HTTP/1.1 ");
    let (status, reason) = rest
        .and_then(|rest| rest.split_once(' '))
        .ok_or_else(|| invalid("no status line"))?;
    let status = status.parse().map_err(|_| invalid("no status code"))?;
    let mut fields = Vec::new();
    loop {
        let line = line(from, MOST_HEAD)?;
        if line.is_empty() {
            break;
        }
        let field = line.split_once(':').ok_or_else(|| invalid("no field"))?;
        fields.push((field.0.to_owned(), field.1.trim().to_owned()));
    }
    Ok(ClientResponse {
        status,
        reason: reason.to_owned(),
        fields,
        body: Vec::new(),
    })
}

/// Reads a response to its end.
pub(crate) fn read(from: &mut impl Read) -> io::Result<ClientResponse> {
    let mut response = read_head(from)?;
    if matches!(response.status, 100..=199 | 204 | 304) {
        return Ok(response);
    }
    let chunked = response.field("Transfer-Encoding");
    if chunked.is_some_and(|coding| coding.eq_ignore_ascii_case("chunked")) {
        response.body = chunks(from)?;
        return Ok(response);
    }
    match response.field("Content-Length") {
        Some(length) => {
            let length = length.parse().map_err(|_| invalid("no length"))?;
            response.body = exactly(from, length)?;
        }
        None => drop(from.read_to_end(&mut response.body)?),
    }
    Ok(response)
}

fn exactly(from: &mut impl Read, length: u64) -> io::Result<Vec<u8>> {
    let mut body = Vec::new();
    from.by_ref().take(length).read_to_end(&mut body)?;
    if body.len() as u64 != length {
        return Err(ErrorKind::UnexpectedEof.into());
    }
    Ok(body)
}

fn chunks(from: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let size = line(from, 64)?;
        let size = u64::from_str_radix(&size, 16).map_err(|_| invalid("no size of a chunk"))?;
        body.extend(exactly(from, size)?);
        // Behind the last chunk there would be trailers.
        if !line(from, 64)?.is_empty() {
            return Err(invalid("a chunk is longer than it says"));
        }
        if size == 0 {
            return Ok(body);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_response_ends_where_its_head_says() {
        let rest = |bytes: &str| {
            let mut bytes = bytes.as_bytes();
            let response = read(&mut bytes).map(|response| (response.status, response.text()));
            (response.map_err(|error| error.kind()), bytes.len())
        };
        let ok = "HTTP/1.1 200 OK\r\n";
        let text = |status, text: &str| Ok((status, text.to_owned()));
        let length = format!("{ok}content-length: 3\r\n\r\nabcd");
        assert_eq!(rest(&length), (text(200, "abc"), 1));
        let chunked =
            format!("{ok}Transfer-Encoding: chunked\r\n\r\na\r\n0123456789\r\n0\r\n\r\nx");
        assert_eq!(rest(&chunked), (text(200, "0123456789"), 1));
        assert_eq!(rest(&format!("{ok}\r\nall")), (text(200, "all"), 0));
        assert_eq!(rest("HTTP/1.1 204 No Content\r\n\r\nx"), (text(204, ""), 1));
        let short = format!("{ok}Content-Length: 3\r\n\r\nab");
        assert_eq!(rest(&short), (Err(ErrorKind::UnexpectedEof), 0));
        assert_eq!(rest("HTTP/2 200\r\n").0, Err(ErrorKind::InvalidData));
        let long = format!("{ok}Transfer-Encoding: chunked\r\n\r\n1\r\nab\r\n0\r\n\r\n");
        assert_eq!(rest(&long).0, Err(ErrorKind::InvalidData));
    }
}
