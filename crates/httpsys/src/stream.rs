//! Responses that are sent piece by piece.
//!
//! Owns the framing of the convenience [`Request::start_chunked_response`] and the end of a
//! streamed response. Does not own a framing that the program does itself. Invariant: a stream
//! that is dropped before its end cancels the request, so that the client sees a broken body and
//! not a short one.

use std::borrow::Borrow;
use std::io;

use httpsys_engine::Chunk;
use httpsys_engine::reason;

use crate::body::into_io;
use crate::by_id::SendFlags;
use crate::chunk::{self, Lent, Pieces};
use crate::fields::Added;
use crate::{DataChunk, Error, Request, Response, Result, Version};

/// The end of a chunked body without trailers (RFC 9112 section 7.1).
const LAST_CHUNK: &[u8] = b"0\r\n\r\n";
const CRLF: &[u8] = b"\r\n";

/// A response in progress. Made by [`Request::start_response`] and
/// [`Request::start_chunked_response`].
///
/// [`ResponseStream::finish`] ends it. Dropping the stream before that resets the connection. The
/// entity body of the request can still be read meanwhile, see [`ResponseStream::request`].
///
/// ```
/// use httpsys::{Response, Server};
/// # use std::io::{Read, Write};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let server = Server::builder().url("http://localhost:0/").bind()?;
/// # let mut client = std::net::TcpStream::connect(server.local_addr()?)?;
/// # client.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
/// let request = server.receive()?;
/// let mut stream = request.start_chunked_response(Response::ok())?;
/// stream.write(b"Hello, ")?;
/// stream.write(b"World!")?;
/// stream.finish()?;
/// # let mut answer = String::new();
/// # client.read_to_string(&mut answer)?;
/// # assert!(answer.ends_with("\r\n\r\n7\r\nHello, \r\n6\r\nWorld!\r\n0\r\n\r\n"), "{answer}");
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct ResponseStream {
    request: Request,
    framing: BodyFraming,
    disconnect: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BodyFraming {
    /// Bytes go out as given.
    Bare,
    /// The stream makes chunks.
    Chunked,
    /// There is no body: the answer to HEAD, and a status without one.
    HeadOnly,
}

/// Answering piece by piece.
impl Request {
    /// Begins a response whose body follows piece by piece, unframed: HttpSendHttpResponse with
    /// HTTP_SEND_RESPONSE_FLAG_MORE_DATA. The response's own body is sent with the head.
    ///
    /// As in HTTP.sys, the service adds neither `Content-Length` nor a coding (SND-012). The client
    /// finds the end of the body only if the program marks it: with [`Response::content_length`],
    /// with its own framing under `Transfer-Encoding: chunked`, or with [`Response::disconnect`].
    /// [`Request::start_chunked_response`] does the framing.
    ///
    /// If a response has no body (HEAD, a status of 1xx, 204 or 304), only the head is sent, and
    /// data that is written to the stream is discarded.
    ///
    /// # Errors
    /// The same as those of [`Request::respond`].
    pub fn start_response<'r>(self, response: impl Borrow<Response<'r>>) -> Result<ResponseStream> {
        ResponseStream::start(self, response.borrow())
    }

    /// Begins a response whose body follows piece by piece and is framed by the stream.
    ///
    /// HTTP.sys does not have this convenience: the head gets `Transfer-Encoding: chunked`, and
    /// each [`ResponseStream::write`] is sent as one chunk. An HTTP/1.0 client gets the plain body
    /// up to the end of the connection (RFC 9112 section 6.1). If a response has no body (HEAD, a
    /// status of 1xx, 204 or 304), only the head is sent.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`](crate::Error::InvalidParameter) when the response has a
    /// `Content-Length` or `Transfer-Encoding` of its own; otherwise the same as those of [`Request::respond`].
    pub fn start_chunked_response<'r>(
        self,
        response: impl Borrow<Response<'r>>,
    ) -> Result<ResponseStream> {
        ResponseStream::start_chunked(self, response.borrow())
    }
}

impl ResponseStream {
    pub(crate) fn start(request: Request, response: &Response<'_>) -> Result<Self> {
        let framing = ResponseStream::bare_framing(&request, response);
        ResponseStream::send_head(request, response, framing, Added::Nothing)
    }

    pub(crate) fn start_chunked(request: Request, response: &Response<'_>) -> Result<Self> {
        let (framing, added) = ResponseStream::chunked_framing(&request, response)?;
        ResponseStream::send_head(request, response, framing, added)
    }

    /// How the stream frames a body whose framing is the program's.
    pub(crate) fn bare_framing(request: &Request, response: &Response<'_>) -> BodyFraming {
        if response.is_without_body(request.is_head()) {
            BodyFraming::HeadOnly
        } else {
            BodyFraming::Bare
        }
    }

    /// How the stream frames the body, and what the head says about that.
    pub(crate) fn chunked_framing(
        request: &Request,
        response: &Response<'_>,
    ) -> Result<(BodyFraming, Added)> {
        if response.frames_itself() {
            return Err(reason::invalid(
                "the response has Content-Length or Transfer-Encoding, which the stream sets itself",
            ));
        }
        // HTTP/2 frames the body itself.
        let version = request.version();
        let understood = version >= Version::HTTP_1_1 && version < Version::HTTP_2_0;
        let added = match response.status() {
            // RFC 9112 section 6.1.
            100..=199 | 204 | 304 => Added::Nothing,
            _ if understood => Added::Chunked,
            _ => Added::Nothing,
        };
        let framing = match added {
            _ if response.is_without_body(request.is_head()) => BodyFraming::HeadOnly,
            Added::Chunked => BodyFraming::Chunked,
            // The service closes the connection of an HTTP/1.0 client after the response.
            _ => BodyFraming::Bare,
        };
        Ok((framing, added))
    }

    /// A stream whose head is sent separately.
    pub(crate) fn of(request: Request, framing: BodyFraming, disconnect: bool) -> Self {
        ResponseStream {
            request,
            framing,
            disconnect,
        }
    }

    pub(crate) fn framing(&self) -> BodyFraming {
        self.framing
    }

    pub(crate) fn disconnects(&self) -> bool {
        self.disconnect
    }

    pub(crate) fn into_request(self) -> Request {
        self.request
    }

    /// Its last part was sent: the drop has nothing to reset.
    #[cfg(any(feature = "futures-io", feature = "tokio"))]
    pub(crate) fn ended(&mut self) {
        self.request.answered();
    }

    fn send_head(
        request: Request,
        response: &Response<'_>,
        framing: BodyFraming,
        added: Added,
    ) -> Result<Self> {
        let flags = SendFlags {
            more_data: true,
            disconnect: response.disconnects(),
            go_away: response.goes_away(),
            ..SendFlags::default()
        };
        framing.frame(&response.chunks()?, false, |pieces| {
            request.scope().send_response(
                request.id(),
                Some(request.block()),
                response,
                added,
                flags,
                pieces,
            )
        })?;
        let disconnect = response.disconnects();
        Ok(ResponseStream::of(request, framing, disconnect))
    }

    /// Sends more of the body and waits until the transport has taken it:
    /// HttpSendResponseEntityBody with HTTP_SEND_RESPONSE_FLAG_MORE_DATA.
    ///
    /// # Errors
    /// [`Error::ConnectionInvalid`], [`Error::PeerReset`], [`Error::Aborted`] or
    /// [`Error::InvalidHandle`] when the client, the request or the queue is gone. The first writes
    /// after the client has gone may succeed (SND-031). For a response without a body it fails in
    /// the same cases, so that a program that writes until the client disconnects comes to an end.
    pub fn write(&mut self, data: &[u8]) -> Result<()> {
        if self.framing == BodyFraming::HeadOnly {
            return self.send_nothing();
        }
        if data.is_empty() {
            return Ok(());
        }
        self.send_more(&[Chunk::Memory(data)])
    }

    /// Sends more of the body, of which parts may be files ([`FileRange`](crate::FileRange)), and
    /// waits until the transport has taken it. In a chunked response it is one chunk of the coding.
    ///
    /// ```no_run
    /// use httpsys::{FileRange, ResponseStream};
    ///
    /// fn append(stream: &mut ResponseStream) -> Result<(), Box<dyn std::error::Error>> {
    ///     let log = FileRange::open("/var/log/today.log")?;
    ///     stream.write_chunks(&["today:\n".into(), log.into()])?;
    ///     Ok(())
    /// }
    /// ```
    ///
    /// # Errors
    /// The same as those of [`ResponseStream::write`], [`Error::InvalidParameter`] for a file that
    /// cannot be read, and [`Error::EndOfBody`] for a file that is shorter than it should be. If
    /// the call notices that before it sends, nothing is sent; otherwise the connection is reset.
    pub fn write_chunks(&mut self, chunks: &[DataChunk<'_>]) -> Result<()> {
        let chunks = chunk::lend(chunks)?;
        if self.framing == BodyFraming::HeadOnly {
            return self.send_nothing();
        }
        // Trailers end a response, which this does not: the service says so.
        if Chunk::total(&chunks) == 0 && Chunk::trailers(&chunks).is_none() {
            return Ok(());
        }
        self.send_more(&chunks)
    }

    /// A piece of a response that has no body. No byte goes out that the client's system could refuse,
    /// so its end is looked for: the response ends in order then, since its head was all of it.
    pub(crate) fn send_nothing(&mut self) -> Result<()> {
        let (scope, id) = (self.request.scope(), self.request.id());
        scope.send_body(id, SendFlags::MORE_DATA, &[])?;
        if !self.request.client_is_gone() {
            return Ok(());
        }
        scope.send_body(id, self.last_flags(), &[])?;
        self.request.answered();
        Err(Error::ConnectionInvalid)
    }

    pub(crate) fn last_flags(&self) -> SendFlags {
        SendFlags {
            more_data: false,
            disconnect: self.disconnect,
            ..SendFlags::default()
        }
    }

    fn send_more(&self, data: &[Chunk<'_>]) -> Result<()> {
        let (scope, id) = (self.request.scope(), self.request.id());
        self.framing.frame(data, false, |pieces| {
            scope.send_body(id, SendFlags::MORE_DATA, pieces).map(drop)
        })
    }

    /// Ends the response (SND-014, SND-015).
    ///
    /// # Errors
    /// The same as those of [`ResponseStream::write`].
    pub fn finish(self) -> Result<()> {
        self.finish_with(&[])
    }

    /// Sends the last part of the body and ends the response, in one call.
    ///
    /// # Errors
    /// The same as those of [`ResponseStream::write`].
    pub fn finish_with(self, data: &[u8]) -> Result<()> {
        self.finish_with_lent(&[Chunk::Memory(data)])
    }

    /// Works like [`ResponseStream::finish_with`]; parts may be files, and
    /// [trailers](DataChunk::Trailers) may follow at the end.
    ///
    /// # Errors
    /// The same as those of [`ResponseStream::write_chunks`].
    pub fn finish_with_chunks(self, chunks: &[DataChunk<'_>]) -> Result<()> {
        let chunks = chunk::lend(chunks)?;
        self.finish_with_lent(&chunks)
    }

    fn finish_with_lent(mut self, chunks: &[Chunk<'_>]) -> Result<()> {
        let flags = self.last_flags();
        self.framing.frame(chunks, true, |pieces| {
            self.request
                .scope()
                .send_body(self.request.id(), flags, pieces)
        })?;
        self.request.answered();
        Ok(())
    }

    /// Closes the connection when the response ends, although its head did not announce that:
    /// HTTP_SEND_RESPONSE_FLAG_DISCONNECT on the last call.
    pub fn disconnect_after(&mut self) {
        self.disconnect = true;
    }

    /// Aborts the response: the connection is reset.
    ///
    /// # Errors
    /// The same as those of [`Request::cancel`].
    pub fn cancel(self) -> Result<()> {
        self.request.cancel()
    }

    /// The request, to read its parts and the rest of its entity body.
    #[must_use]
    pub fn request(&self) -> &Request {
        &self.request
    }
}

/// Sends all of the data in each call; nothing is buffered here. For many small pieces, wrap the
/// stream in a [`std::io::BufWriter`], and unwrap it with `into_inner` to finish it.
impl io::Write for ResponseStream {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        ResponseStream::write(self, data).map_err(into_io)?;
        Ok(data.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl BodyFraming {
    /// Passes on the pieces that carry `data`, and with `last` also the end of the body.
    fn frame<R>(self, data: &[Chunk<'_>], last: bool, send: impl FnOnce(&[Chunk<'_>]) -> R) -> R {
        let end = Chunk::Memory(if last { LAST_CHUNK } else { &[] });
        let length = Chunk::total(data);
        let trailers = Chunk::trailers(data);
        match self {
            BodyFraming::Bare => send(data),
            BodyFraming::HeadOnly => send(&[]),
            // An empty chunk would end the body.
            BodyFraming::Chunked if length == 0 && trailers.is_none() => send(&[end]),
            BodyFraming::Chunked => {
                let data = &data[..data.len() - usize::from(trailers.is_some())];
                let mut line = [0; SIZE_LINE];
                let mut pieces = Lent::new();
                if length != 0 {
                    pieces.push(Chunk::Memory(size_line(length, &mut line)));
                    pieces.extend_from_slice(data);
                    pieces.push(Chunk::Memory(CRLF));
                }
                pieces.push(end);
                pieces.extend(trailers.map(Chunk::Trailers));
                send(&pieces)
            }
        }
    }
}

/// Owned data, framed.
impl BodyFraming {
    /// As [`BodyFraming::frame`], for a send that outlives its call.
    ///
    /// # Errors
    /// The same as those of [`DataChunk::resolve`].
    pub(crate) fn pieces(self, data: Pieces<'static>, last: bool) -> Result<Pieces<'static>> {
        let end: &'static [u8] = if last { LAST_CHUNK } else { &[] };
        let (mut data, length) = chunk::resolve(data)?;
        Ok(match self {
            BodyFraming::Bare => data,
            BodyFraming::HeadOnly => Pieces::new(),
            BodyFraming::Chunked => {
                let trailers = take_trailers(&mut data);
                let mut pieces = Pieces::new();
                // An empty chunk would end the body.
                if length != 0 {
                    pieces.push(size_line(length, &mut [0; SIZE_LINE]).to_vec().into());
                    pieces.extend(data);
                    pieces.push(CRLF.into());
                }
                pieces.push(end.into());
                pieces.extend(trailers);
                pieces
            }
        })
    }
}

fn take_trailers(data: &mut Pieces<'static>) -> Option<DataChunk<'static>> {
    let is_last = matches!(data.last(), Some(DataChunk::Trailers(_)));
    is_last.then(|| data.pop()).flatten()
}

/// Room for the size of a chunk in hexadecimal digits, and a line end.
const SIZE_LINE: usize = 2 * size_of::<u64>() + CRLF.len();

fn size_line(size: u64, line: &mut [u8; SIZE_LINE]) -> &[u8] {
    let mut at = SIZE_LINE - CRLF.len();
    line[at..].copy_from_slice(CRLF);
    let mut rest = size;
    loop {
        at -= 1;
        line[at] = b"0123456789ABCDEF"[(rest % 16) as usize];
        rest /= 16;
        if rest == 0 {
            return &line[at..];
        }
    }
}

#[cfg(test)]
mod tests {
    use smallvec::smallvec;

    use super::*;

    #[test]
    fn chunk_sizes_are_hexadecimal() {
        let cases = [
            (0, "0\r\n"),
            (9, "9\r\n"),
            (10, "A\r\n"),
            (16, "10\r\n"),
            (4095, "FFF\r\n"),
        ];
        for (size, text) in cases {
            assert_eq!(size_line(size, &mut [0; SIZE_LINE]), text.as_bytes());
        }
        assert_eq!(size_line(u64::MAX, &mut [0; SIZE_LINE]).len(), SIZE_LINE);
    }

    #[test]
    fn trailers_stay_behind_the_end_of_a_chunked_body() {
        let mut trailers = httpsys_core::proto::Trailers::new();
        trailers.push(b"t", b"1").expect("well-formed");
        let kinds = |chunks: &[Chunk<'_>]| -> Vec<u64> {
            let kind = |chunk: &Chunk<'_>| match chunk {
                Chunk::Trailers(_) => u64::MAX,
                chunk => chunk.length(),
            };
            chunks.iter().map(kind).collect()
        };
        for (data, expected) in [
            (&b""[..], vec![5, u64::MAX]),
            (b"abc", vec![3, 3, 2, 5, u64::MAX]),
        ] {
            let lent = [Chunk::Memory(data), Chunk::Trailers(&trailers)];
            assert_eq!(BodyFraming::Chunked.frame(&lent, true, kinds), expected);
            let owned = smallvec![data.into(), trailers.clone().into()];
            let owned = BodyFraming::Chunked.pieces(owned, true).unwrap();
            let owned: Vec<_> = owned.iter().map(DataChunk::lend_resolved).collect();
            assert_eq!(kinds(&owned), expected);
            assert_eq!(kinds(&lent), BodyFraming::Bare.frame(&lent, true, kinds));
        }
    }

    #[test]
    fn an_empty_piece_never_ends_a_chunked_body() {
        let joined = |framing: BodyFraming, data: &'static [u8], last| {
            let bytes = |chunk: &Chunk<'_>| match chunk {
                Chunk::Memory(bytes) => bytes.to_vec(),
                Chunk::File { .. } | Chunk::Trailers(_) => panic!("there is only memory"),
            };
            let joined = framing.frame(&[Chunk::Memory(data)], last, |pieces: &[Chunk<'_>]| {
                pieces.iter().flat_map(bytes).collect::<Vec<u8>>()
            });
            let owned = framing.pieces(smallvec![data.into()], last).unwrap();
            let owned: Vec<u8> = owned
                .iter()
                .flat_map(|piece| bytes(&piece.lend_resolved()))
                .collect();
            assert_eq!(owned, joined);
            joined
        };
        assert_eq!(joined(BodyFraming::Chunked, b"", false), b"");
        assert_eq!(joined(BodyFraming::Chunked, b"", true), b"0\r\n\r\n");
        assert_eq!(joined(BodyFraming::Chunked, b"abc", false), b"3\r\nabc\r\n");
        assert_eq!(
            joined(BodyFraming::Chunked, b"abc", true),
            b"3\r\nabc\r\n0\r\n\r\n"
        );
        assert_eq!(joined(BodyFraming::HeadOnly, b"abc", true), b"");
        assert_eq!(joined(BodyFraming::Bare, b"abc", true), b"abc");
    }
}
