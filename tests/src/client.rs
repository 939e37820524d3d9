//! A client that sends and expects bytes.
//!
//! Owns: one TCP connection, its deadline, and the reading of responses. Does not own: any opinion
//! on what is right. Invariant: a read that gets nothing for [`PATIENCE`] panics.

use std::io::{ErrorKind, Read, Write};
use std::net::{IpAddr, Ipv4Addr, Shutdown, SocketAddr};

use crate::PATIENCE;
use crate::net::TcpStream;
use crate::tls::{Offer, TlsWire};

/// What [`mask_date`] puts in the place of a date.
pub const MASKED_DATE: &str = "Ddd, 00 Mon 0000 00:00:00 GMT";

const RECEIVE_BLOCK: usize = 16 * 1024;

/// A connection to the server under test.
#[derive(Debug)]
pub struct Client {
    stream: TcpStream,
    /// Over TLS.
    tls: Option<Box<TlsWire>>,
    /// Bytes that came and were not asked for yet.
    pending: Vec<u8>,
}

/// A response as it stood on the wire.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// Without its CRLF.
    pub status_line: String,
    /// Names and values in order, the blank behind the colon and outer blanks removed.
    pub headers: Vec<(String, String)>,
    /// All bytes up to the end of the empty line.
    pub head: Vec<u8>,
    /// By Content-Length, or the decoded chunks; else empty.
    pub body: Vec<u8>,
}

impl Response {
    /// The value of the first line with that name, whatever its case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(own, _)| own.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// The names in order.
    #[must_use]
    pub fn names(&self) -> Vec<&str> {
        self.headers.iter().map(|(name, _)| name.as_str()).collect()
    }

    /// The status code.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.status_line
            .split(' ')
            .nth(1)
            .and_then(|code| code.parse().ok())
            .unwrap_or_else(|| panic!("no status in {:?}", self.status_line))
    }
}

impl Client {
    /// Connects to 127.0.0.1.
    #[must_use]
    #[track_caller]
    pub fn connect(port: u16) -> Client {
        Client::connect_to(IpAddr::V4(Ipv4Addr::LOCALHOST), port)
    }

    /// Connects to 127.0.0.1; `None` when the server resets the connection at once.
    ///
    /// # Panics
    /// If it fails for another reason.
    #[must_use]
    pub fn try_connect(port: u16) -> Option<Client> {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        match TcpStream::connect_timeout(&address, PATIENCE) {
            Ok(stream) => Some(Client::of(stream)),
            Err(error) if error.kind() == ErrorKind::ConnectionReset => None,
            Err(error) => panic!("connect to {address}: {error}"),
        }
    }

    /// Connects to an address of this machine.
    ///
    /// # Panics
    /// If nobody listens there.
    #[must_use]
    pub fn connect_to(address: IpAddr, port: u16) -> Client {
        let address = SocketAddr::new(address, port);
        let stream = TcpStream::connect_timeout(&address, PATIENCE)
            .unwrap_or_else(|error| panic!("connect to {address}: {error}"));
        Client::of(stream)
    }

    fn of(stream: TcpStream) -> Client {
        stream.set_read_timeout(Some(PATIENCE)).expect("a deadline");
        stream
            .set_write_timeout(Some(PATIENCE))
            .expect("a deadline");
        stream.set_nodelay(true).expect("no delay");
        Client {
            stream,
            tls: None,
            pending: Vec::new(),
        }
    }

    /// Shakes hands over this connection.
    ///
    /// # Panics
    /// If that fails.
    #[must_use]
    #[track_caller]
    pub fn secured(self, offer: &Offer) -> Client {
        match self.try_secure(offer) {
            Ok(client) => client,
            Err(error) => panic!("the handshake: {error}"),
        }
    }

    /// As [`Client::secured`].
    ///
    /// # Errors
    /// Why it fails.
    pub fn try_secure(mut self, offer: &Offer) -> std::io::Result<Client> {
        self.tls = Some(Box::new(TlsWire::connect(offer, &mut self.stream)?));
        Ok(self)
    }

    /// The TLS session.
    ///
    /// # Panics
    /// If there is none.
    #[must_use]
    pub fn tls(&self) -> &TlsWire {
        self.tls.as_ref().expect("over TLS")
    }

    /// The TLS session, to change it, and its socket.
    ///
    /// # Panics
    /// If there is none.
    pub fn tls_mut(&mut self) -> (&mut TlsWire, &mut TcpStream) {
        (self.tls.as_mut().expect("over TLS"), &mut self.stream)
    }

    /// The client's own address.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.stream.local_addr().expect("a local address")
    }

    /// A second handle to the connection, to write from another thread.
    #[must_use]
    pub fn writer(&self) -> TcpStream {
        self.stream.try_clone().expect("a second handle")
    }

    /// Sends all bytes.
    ///
    /// # Panics
    /// If the peer has closed the connection.
    #[track_caller]
    pub fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.write(bytes.as_ref()).expect("send");
    }

    /// Sends one byte as urgent data (RFC 9293, section 3.8.5).
    ///
    /// # Panics
    /// If the peer has closed the connection.
    pub fn send_urgent(&mut self, byte: u8) {
        assert_eq!(self.stream.send_urgent(byte).expect("send"), 1);
    }

    /// Sends what the peer takes; a reset is no failure.
    pub fn try_send(&mut self, bytes: impl AsRef<[u8]>) -> bool {
        self.write(bytes.as_ref()).is_ok()
    }

    fn write(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        match &mut self.tls {
            Some(tls) => tls.send(&mut self.stream, bytes),
            None => self.stream.write_all(bytes),
        }
    }

    /// Sends a FIN: the client has nothing more to say but goes on reading.
    pub fn finish(&mut self) {
        if let Some(tls) = &mut self.tls {
            tls.finish(&mut self.stream).expect("close_notify");
            // The server may have ended the connection upon that.
            let _ = self.stream.shutdown(Shutdown::Write);
            return;
        }
        self.stream.shutdown(Shutdown::Write).expect("shutdown");
    }

    /// The same where the server may have reset the connection: whether it had not.
    pub fn try_finish(&mut self) -> bool {
        self.stream.shutdown(Shutdown::Write).is_ok()
    }

    /// Breaks the connection off: the server sees a reset.
    pub fn reset(self) {
        self.stream.reset_when_closed().expect("linger");
    }

    /// The next `length` bytes.
    ///
    /// # Panics
    /// If they do not come.
    #[track_caller]
    pub fn read_exactly(&mut self, length: usize) -> Vec<u8> {
        while self.pending.len() < length {
            let got = match self.fill() {
                Ok(got) => got,
                Err(error) => panic!("{error} after {:?}", show(&self.pending)),
            };
            assert!(got != 0, "end of stream after {:?}", show(&self.pending));
        }
        let rest = self.pending.split_off(length);
        std::mem::replace(&mut self.pending, rest)
    }

    /// Everything up to the orderly end of the connection.
    ///
    /// # Panics
    /// If the connection is reset or stays open.
    #[track_caller]
    pub fn read_to_end(&mut self) -> Vec<u8> {
        loop {
            match self.fill() {
                Ok(0) => return std::mem::take(&mut self.pending),
                Ok(_) => {}
                Err(error) => panic!("{error} after {:?}", show(&self.pending)),
            }
        }
    }

    /// Expects the orderly end with nothing before it.
    ///
    /// # Panics
    /// If bytes or a reset come.
    #[track_caller]
    pub fn expect_eof(&mut self) {
        let rest = self.read_to_end();
        assert!(rest.is_empty(), "before the end came {:?}", show(&rest));
    }

    /// Expects a reset and returns the bytes before it.
    ///
    /// # Panics
    /// If the connection ends in order or stays open.
    #[track_caller]
    pub fn read_to_reset(&mut self) -> Vec<u8> {
        loop {
            match self.fill() {
                // Wine's sockets tell a reader of an end; the first send fails at once only after a reset.
                Ok(0) if cfg!(windows) && self.stream.write(b"x").is_err() => {
                    return std::mem::take(&mut self.pending);
                }
                Ok(0) => panic!("end instead of a reset after {:?}", show(&self.pending)),
                Ok(_) => {}
                Err(error) if error.kind() == ErrorKind::ConnectionReset => {
                    return std::mem::take(&mut self.pending);
                }
                Err(error) => panic!("{error} instead of a reset"),
            }
        }
    }

    /// Expects a reset with nothing before it.
    ///
    /// # Panics
    /// If anything else comes.
    #[track_caller]
    pub fn expect_reset(&mut self) {
        let before = self.read_to_reset();
        assert!(
            before.is_empty(),
            "before the reset came {:?}",
            show(&before)
        );
    }

    /// Everything until the connection ends in whatever way.
    ///
    /// # Panics
    /// If it stays open.
    #[track_caller]
    pub fn read_until_gone(&mut self) -> Vec<u8> {
        loop {
            match self.fill() {
                Ok(0) => return std::mem::take(&mut self.pending),
                Ok(_) => {}
                Err(error) if is_timeout(&error) => panic!("the connection stays open"),
                Err(_) => return std::mem::take(&mut self.pending),
            }
        }
    }

    /// The bytes of a response head, with the empty line.
    #[track_caller]
    pub fn read_head(&mut self) -> Vec<u8> {
        let mut searched = 0;
        loop {
            let from = searched.max(3) - 3;
            if let Some(at) = find(&self.pending[from..], b"\r\n\r\n") {
                return self.read_exactly(from + at + 4);
            }
            searched = self.pending.len();
            self.read_exactly_keep(searched + 1);
        }
    }

    /// A response and the body that Content-Length or chunked coding announces.
    #[track_caller]
    pub fn read_response(&mut self) -> Response {
        let mut response = parse_head(self.read_head());
        if let Some(length) = response.header("Content-Length") {
            let length = length.parse().expect("a length");
            response.body = self.read_exactly(length);
        } else if response.header("Transfer-Encoding") == Some("chunked") {
            response.body = self.read_chunks();
        }
        response
    }

    /// As [`Client::read_response`]; `None` when the connection ends before its first byte, in
    /// whatever way.
    ///
    /// # Panics
    /// If it stays open, or ends in the middle.
    #[track_caller]
    pub fn try_read_response(&mut self) -> Option<Response> {
        if self.pending.is_empty() {
            match self.fill() {
                Ok(0) => return None,
                Ok(_) => {}
                Err(error) if is_timeout(&error) => panic!("the connection stays open"),
                Err(_) => return None,
            }
        }
        Some(self.read_response())
    }

    /// A response of which only the head is taken.
    #[track_caller]
    pub fn read_response_head(&mut self) -> Response {
        parse_head(self.read_head())
    }

    fn read_chunks(&mut self) -> Vec<u8> {
        let mut body = Vec::new();
        loop {
            let line = self.read_line();
            let size = usize::from_str_radix(&line, 16)
                .unwrap_or_else(|error| panic!("chunk size {line:?}: {error}"));
            body.extend(self.read_exactly(size));
            assert_eq!(self.read_exactly(2), b"\r\n", "the end of a chunk");
            if size == 0 {
                return body;
            }
        }
    }

    fn read_line(&mut self) -> String {
        loop {
            if let Some(at) = find(&self.pending, b"\r\n") {
                let mut line = self.read_exactly(at + 2);
                line.truncate(at);
                return String::from_utf8(line).expect("text");
            }
            let more = self.pending.len() + 1;
            self.read_exactly_keep(more);
        }
    }

    fn read_exactly_keep(&mut self, length: usize) {
        let mut bytes = self.read_exactly(length);
        bytes.append(&mut self.pending);
        self.pending = bytes;
    }

    fn fill(&mut self) -> std::io::Result<usize> {
        let mut block = [0; RECEIVE_BLOCK];
        let got = match &mut self.tls {
            Some(tls) => tls.read(&mut self.stream, &mut block)?,
            None => self.stream.read(&mut block)?,
        };
        self.pending.extend_from_slice(&block[..got]);
        Ok(got)
    }
}

/// Parses a whole response head.
///
/// # Panics
/// If it is none.
#[must_use]
pub fn parse_head(head: Vec<u8>) -> Response {
    let text = String::from_utf8_lossy(&head).into_owned();
    let mut lines = text
        .strip_suffix("\r\n\r\n")
        .expect("a whole head")
        .split("\r\n");
    let status_line = lines.next().expect("a status line").to_owned();
    let headers = lines
        .map(|line| {
            let (name, value) = line
                .split_once(':')
                .unwrap_or_else(|| panic!("no colon in {line:?}"));
            (name.to_owned(), value.trim().to_owned())
        })
        .collect();
    Response {
        status_line,
        headers,
        head,
        body: Vec::new(),
    }
}

/// Replaces the value of each `Date` line by [`MASKED_DATE`], after having checked that it is an
/// IMF-fixdate, and returns the text.
///
/// # Panics
/// If a `Date` line has another form.
#[must_use]
pub fn mask_date(bytes: &[u8]) -> String {
    const NAME: &str = "\r\nDate: ";
    let text = String::from_utf8_lossy(bytes).into_owned();
    let mut masked = String::new();
    let mut rest = text.as_str();
    while let Some(at) = rest.find(NAME) {
        let value = at + NAME.len();
        masked.push_str(&rest[..value]);
        let date: String = rest[value..].chars().take(MASKED_DATE.len()).collect();
        assert!(is_imf_fixdate(&date), "not an IMF-fixdate: {date:?}");
        masked.push_str(MASKED_DATE);
        rest = &rest[value + MASKED_DATE.len()..];
    }
    masked + rest
}

/// RFC 9110 section 5.6.7.
#[must_use]
pub fn is_imf_fixdate(date: &str) -> bool {
    const DAYS: &str = "Mon Tue Wed Thu Fri Sat Sun";
    const MONTHS: &str = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec";
    let shape: String = date
        .chars()
        .map(|letter| match letter {
            '0'..='9' => '0',
            _ => letter,
        })
        .collect();
    date.len() == MASKED_DATE.len()
        && DAYS.split(' ').any(|day| date.starts_with(day))
        && MONTHS.split(' ').any(|month| &date[8..11] == month)
        && shape[3..8] == *", 00 "
        && shape[11..] == *" 0000 00:00:00 GMT"
}

fn is_timeout(error: &std::io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut)
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|part| part == wanted)
}

fn show(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_checked_and_masked() {
        let text = b"HTTP/1.1 200 OK\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n\r\n";
        let masked = format!("HTTP/1.1 200 OK\r\nDate: {MASKED_DATE}\r\n\r\n");
        assert_eq!(mask_date(text), masked);
        assert!(!is_imf_fixdate("Sunday, 06-Nov-94 08:49:37 GMT"));
        assert!(!is_imf_fixdate("Sun, 6 Nov 1994 08:49:37 GMT x"));
    }
}
