//! The entity body of a request as a [`std::io::Read`], and read into memory.
//!
//! Owns the limit of a body in memory and the translation of errors. Does not own the reading ([`Request::read_body`]).

use std::io::{self, Read};

use httpsys_core::proto::Framing;

use crate::{Error, Request, Result};

/// Room that a body read into memory starts with when it does not say its length.
const FIRST_ROOM: usize = 4096;
/// What a Content-Length may reserve at once: the client's claim alone costs no more memory.
const MOST_ROOM: usize = 64 * 1024;

/// Reads the entity body of a request, decoded if it was chunked. Made by [`Request::body`].
///
/// Reading waits for the client. After a connection error the request is gone, too: answering it
/// fails with [`Error::ConnectionInvalid`]. The [`crate::Error`] is the source of the
/// [`std::io::Error`].
///
/// ```no_run
/// use std::io::{BufRead, BufReader};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let server = httpsys::Server::builder().url("http://localhost:8080/").bind()?;
/// let request = server.receive()?;
/// for line in BufReader::new(request.body()).lines() {
///     println!("{}", line?);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct BodyReader<'a> {
    request: &'a Request,
}

/// Reading the whole body.
impl Request {
    /// The entity body as a reader.
    #[must_use]
    pub fn body(&self) -> BodyReader<'_> {
        BodyReader::new(self)
    }

    /// The length of the whole entity body, if the head says it: 0 for a request without a body, and `None`
    /// for a body that is chunked or, over HTTP/2, has no `Content-Length`.
    ///
    /// Answer with 413 if it is too long, before the first read: a client that waits for `100 Continue`
    /// then does not send the body at all. It is no more than the client's claim; but the service lets no
    /// body become longer.
    #[must_use]
    pub fn content_length(&self) -> Option<u64> {
        match self.block().head.framing() {
            Framing::None => Some(0),
            Framing::Length(length) => Some(length),
            Framing::Chunked => None,
        }
    }

    /// Reads the rest of the entity body, of at most `limit` bytes.
    ///
    /// # Errors
    /// [`Error::MoreData`](crate::Error::MoreData) when the body is longer; if the head already
    /// shows that, the body is not read at all. Otherwise the same as those of
    /// [`Request::read_body`].
    pub fn read_body_to_end(&self, limit: usize) -> Result<Vec<u8>> {
        if self.block().head.framing() == Framing::None {
            return Ok(Vec::new());
        }
        let announced = self.content_length();
        read_to_end(limit, announced, |out| self.read_body(out))
    }
}

impl<'a> BodyReader<'a> {
    pub(crate) fn new(request: &'a Request) -> Self {
        BodyReader { request }
    }
}

impl Read for BodyReader<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        self.request.read_body(out).map_err(into_io)
    }
}

/// The error as [`std::io`] has it; the original is its source.
pub(crate) fn into_io(error: Error) -> io::Error {
    let kind = match error {
        Error::Aborted => io::ErrorKind::ConnectionAborted,
        Error::PeerReset => io::ErrorKind::ConnectionReset,
        Error::ConnectionInvalid | Error::InvalidHandle => io::ErrorKind::NotConnected,
        Error::InvalidParameter => io::ErrorKind::InvalidInput,
        Error::Timeout => io::ErrorKind::TimedOut,
        Error::NoResources => io::ErrorKind::OutOfMemory,
        _ => io::ErrorKind::Other,
    };
    io::Error::new(kind, error)
}

/// Reads a whole body of at most `limit` bytes with `read`.
pub(crate) fn read_to_end(
    limit: usize,
    announced: Option<u64>,
    mut read: impl FnMut(&mut [u8]) -> Result<usize>,
) -> Result<Vec<u8>> {
    let too_long = || Error::MoreData {
        needed: u32::try_from(limit).unwrap_or(u32::MAX).saturating_add(1),
    };
    let announced = announced.map(|length| usize::try_from(length).unwrap_or(usize::MAX));
    if announced.is_some_and(|length| length > limit) {
        return Err(too_long());
    }
    // One byte more than expected: the end shows without another buffer.
    let most = limit.saturating_add(1);
    let first = announced.map_or(FIRST_ROOM, |length| length.saturating_add(1));
    let mut body = Vec::new();
    let mut got = 0;
    let mut room = first.min(most).min(MOST_ROOM);
    loop {
        if got == body.len() {
            // The client says how much it is.
            let more = body.try_reserve_exact(room - got);
            more.map_err(|_| Error::NoResources)?;
            body.resize(room, 0);
            room = room.saturating_mul(2).clamp(1, most);
        }
        match read(&mut body[got..])? {
            0 => break,
            n => got += n,
        }
        if got > limit {
            return Err(too_long());
        }
    }
    body.truncate(got);
    Ok(body)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives `body` in pieces of at most `piece` bytes.
    fn reader<'a>(body: &'a [u8], piece: usize) -> impl FnMut(&mut [u8]) -> Result<usize> + 'a {
        let mut rest = body;
        move |out| {
            assert!(!out.is_empty(), "an empty read would be taken for the end");
            let most = piece.min(out.len());
            Ok(rest
                .read(&mut out[..most])
                .expect("memory reads cannot fail"))
        }
    }

    #[test]
    fn a_body_up_to_the_limit_is_read_whole_however_it_comes() {
        let body: Vec<u8> = (0..100_000u32).map(|n| n as u8).collect();
        for announced in [None, Some(100_000), Some(5)] {
            for piece in [1000, 7777, usize::MAX] {
                let got = read_to_end(body.len(), announced, reader(&body, piece));
                assert_eq!(got.as_deref(), Ok(&body[..]));
            }
        }
        assert_eq!(read_to_end(0, None, reader(b"", 1)), Ok(Vec::new()));
    }

    #[test]
    fn a_longer_body_fails_and_an_announced_one_without_being_read() {
        let error = Err(Error::MoreData { needed: 11 });
        assert_eq!(read_to_end(10, None, reader(&[1; 11], 3)), error);
        let unread = |_: &mut [u8]| -> Result<usize> { panic!("must not be read") };
        assert_eq!(read_to_end(10, Some(11), unread), error);
    }

    #[test]
    fn the_error_of_the_api_is_the_source() {
        let error = into_io(Error::Aborted);
        assert_eq!(error.kind(), io::ErrorKind::ConnectionAborted);
        let source = error
            .get_ref()
            .and_then(|source| source.downcast_ref::<Error>());
        assert_eq!(source, Some(&Error::Aborted));
    }
}
