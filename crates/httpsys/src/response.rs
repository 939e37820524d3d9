//! Responses as a program writes them.
//!
//! Owns the builder. Does not own the reasons (`reason.rs`) or sending (`request.rs`, `stream.rs`,
//! `by_id.rs`). A response is a plain value: it may be made once and sent many times, from any
//! thread.

use httpsys_core::proto::ServerToken;
use httpsys_engine::Chunk;

#[cfg(doc)]
use crate::Request;
use crate::chunk::{Lent, Pieces};
use crate::fields::{Added, FieldList, HeadParts, with_head};
use crate::log_data::LogChoice;
use crate::reason::reason_of;
use crate::{CachePolicy, Data, DataChunk, LogData, Result};

/// A response: status, reason, header fields and, for one-call responses, the whole body.
///
/// What the service adds, as HTTP.sys does: `Server` (RSP-016; a value given here goes in front of
/// the product token, RSP-017), `Date` (a value given here is ignored, SND-011), `Connection:
/// close` when the connection ends, `Connection: keep-alive` for an HTTP/1.0 client that asked for
/// it (CON-011), and `Content-Length` for a response that is sent in one call, unless the status is
/// 1xx, 204 or 304, it answers HEAD without a body, or it has a `Content-Length` or
/// `Transfer-Encoding` of its own (SND-009, G-047). A known field with an empty value is left out
/// (RSP-019).
///
/// A `Connection` field is written as given and is text for the client, no more: it does not close
/// the connection (CON-012). [`Response::disconnect`] does, and says so.
///
/// What would break out of its line fails before anything is sent: CR, LF and NUL in values and the
/// reason, and names that are not tokens
/// ([`Error::InvalidResponse`](crate::Error::InvalidResponse), G-058). [`Response::check`] reports
/// it in advance.
///
/// Known names go to their slot of HTTP_RESPONSE_HEADERS and so appear on the wire in the order of
/// their ids; other fields, and `Connection`, follow in the order given (RSP-015). A repeated name
/// gives one line for each value.
///
/// ```
/// use httpsys::Response;
///
/// let response = Response::new(418, "I'm a teapot")
///     .header("Content-Type", "text/plain")
///     .header("X-Pot", String::from("short and stout"))
///     .body("no coffee");
/// assert_eq!(response.status(), 418);
/// ```
#[derive(Clone, Debug)]
pub struct Response<'a> {
    status: u16,
    reason: Data<'a>,
    fields: FieldList<'a>,
    /// The first chunk of the body, if that is in memory: most bodies are just that.
    body: Data<'a>,
    /// Those behind it.
    more: Vec<DataChunk<'a>>,
    disconnect: bool,
    go_away: bool,
    ranges: bool,
    policy: CachePolicy,
    /// None: with the fields of the request. Boxed, as responses are handed on by value.
    log: Option<Box<LogChoice<'a>>>,
}

impl<'a> Response<'a> {
    /// A response with a status of 1 to 999 and a reason, which may be empty: the service has no
    /// reasons of its own (SND-007, SND-008).
    #[must_use]
    pub fn new(status: u16, reason: impl Into<Data<'a>>) -> Self {
        Response {
            status,
            reason: reason.into(),
            fields: FieldList::default(),
            body: Data::default(),
            more: Vec::new(),
            disconnect: false,
            go_away: false,
            ranges: false,
            policy: CachePolicy::Nocache,
            log: None,
        }
    }

    /// 200 OK.
    #[must_use]
    pub fn ok() -> Self {
        Response::from_status(200)
    }

    /// A response with the reason that the HTTP status code registry has for the status, if it has
    /// one: `Too Many Requests` for 429.
    #[must_use]
    pub fn from_status(status: u16) -> Self {
        Response::new(status, reason_of(status))
    }

    /// Adds a header field.
    #[must_use]
    pub fn header(mut self, name: impl Into<Data<'a>>, value: impl Into<Data<'a>>) -> Self {
        self.fields.push(name.into(), value.into());
        self
    }

    /// Adds `Content-Length`, for a response whose body is streamed. The service does not count
    /// what is sent (SND-016, SND-017).
    #[must_use]
    pub fn content_length(self, bytes: u64) -> Self {
        self.header("Content-Length", bytes.to_string())
    }

    /// Sets the body: bytes, or a file or a part of one ([`FileRange`](crate::FileRange)). Of a
    /// streamed response it is the first part.
    ///
    /// ```no_run
    /// use httpsys::{FileRange, Request, Response};
    ///
    /// fn download(request: Request) -> Result<(), Box<dyn std::error::Error>> {
    ///     let file = FileRange::open("/srv/files/manual.pdf")?;
    ///     let response = Response::ok().header("Content-Type", "application/pdf");
    ///     request.respond(response.body(file))?;
    ///     Ok(())
    /// }
    /// ```
    #[must_use]
    pub fn body(mut self, body: impl Into<DataChunk<'a>>) -> Self {
        (self.body, self.more) = (Data::default(), Vec::new());
        self.chunk(body)
    }

    /// Adds a chunk to the body, behind those that are there; at most 9,999 in all (SND-020).
    #[must_use]
    pub fn chunk(mut self, chunk: impl Into<DataChunk<'a>>) -> Self {
        match chunk.into() {
            DataChunk::Memory(bytes) if self.body.is_empty() && self.more.is_empty() => {
                self.body = bytes;
            }
            chunk => self.more.push(chunk),
        }
        self
    }

    /// Takes the body away and says its length in `Content-Length`, unless a field says something
    /// about the length already: the answer to a HEAD request by its id.
    ///
    /// [`Request::respond`] does that by itself. The calls by id, as HTTP.sys, do not: a body given
    /// in answer to HEAD goes on the wire (SND-035), and the client takes it for the next response.
    ///
    /// A body with a file that cannot be read gives no length.
    #[must_use]
    pub fn head_only(mut self) -> Self {
        let length = self.body_length();
        (self.body, self.more) = (Data::default(), Vec::new());
        match length {
            Ok(length) if !self.fields.frame_the_body() => self.content_length(length),
            _ => self,
        }
    }

    /// Closes the connection after the response: HTTP_SEND_RESPONSE_FLAG_DISCONNECT. The head
    /// says `Connection: close`.
    #[must_use]
    pub fn disconnect(mut self) -> Self {
        self.disconnect = true;
        self
    }

    /// On HTTP/2 the client is asked, before the response, to open no more streams on this connection, whose streams
    /// are served to their end: HTTP_SEND_RESPONSE_FLAG_GOAWAY (H2X-008). The up to 200 requests that it has on its
    /// way already are taken (H2X-009). On HTTP/1.x it does nothing (assumed, G-270): there
    /// [`disconnect`](Self::disconnect) ends the connection, and does this on HTTP/2.
    ///
    /// ```no_run
    /// # fn f(request: httpsys::Request) -> httpsys::Result<()> {
    /// request.respond(httpsys::Response::ok().body("the last one").go_away())?;
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn go_away(mut self) -> Self {
        self.go_away = true;
        self
    }

    /// The body is whole, and a GET with a Range field gets the parts of it that it asks for, with status 206, or 416
    /// if there are none: HTTP_SEND_RESPONSE_FLAG_PROCESS_RANGES. If-Range is compared with the ETag or Last-Modified
    /// of the response. For responses that are sent in one call, with status 200, to a [`Request`], or by an id from
    /// [`Request::into_id`] ([`crate::RequestQueue::respond`]).
    ///
    /// ```no_run
    /// use httpsys::{FileRange, Request, Response};
    ///
    /// fn video(request: Request) -> Result<(), Box<dyn std::error::Error>> {
    ///     let file = FileRange::open("/srv/films/one.webm")?;
    ///     let response = Response::ok().header("Content-Type", "video/webm").body(file);
    ///     request.respond(response.process_ranges())?;
    ///     Ok(())
    /// }
    /// ```
    #[must_use]
    pub fn process_ranges(mut self) -> Self {
        self.ranges = true;
        self
    }

    /// Keeps the response: later requests for the same URL get it from the service, and the program does not see them,
    /// until the policy's time is over, [`crate::RequestQueue::flush_cache`] drops it, its URL is removed, its queue is
    /// closed, or its place is needed. A client with a Range or an If-Modified-Since gets 206 or 304 of it.
    ///
    /// Kept is what is sent in one call, with [`Request::respond`] or by an id from [`Request::into_id`], to a GET
    /// without entity body, Authorization, Range and `Translate: f`: with status 200 to 599 other than 206, a
    /// Content-Type, a Last-Modified that is a date or none, at most `UriMaxUriBytes` of head and body, and without
    /// [`Response::disconnect`] and Transfer-Encoding (CSH-001 to CSH-015). Any other response is sent and not kept.
    /// The whole URL with its query tells responses apart; `Vary` and the fields of a request do not (CSH-011,
    /// CSH-012): do not keep what is meant for one client.
    ///
    /// ```
    /// use httpsys::{CachePolicy, Response, Server};
    /// # use std::io::{Read, Write};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let server = Server::builder().url("http://localhost:0/").bind()?;
    /// # let mut client = std::net::TcpStream::connect(server.local_addr()?)?;
    /// # client.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")?;
    /// let response = Response::ok()
    ///     .header("Content-Type", "text/plain")
    ///     .body("once a minute");
    /// server.receive()?.respond(response.cache(CachePolicy::TimeToLive(60)))?;
    /// # // Twice the same, and the second one without a receive.
    /// # client.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
    /// # let mut answers = String::new();
    /// # client.read_to_string(&mut answers)?;
    /// # assert_eq!(answers.matches("once a minute").count(), 2, "{answers}");
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn cache(mut self, policy: CachePolicy) -> Self {
        self.policy = policy;
        self
    }

    /// What the access log has instead of what the request and the response say, see
    /// [`crate::UrlGroup::set_logging`].
    #[must_use]
    pub fn log(mut self, data: LogData<'a>) -> Self {
        self.log = Some(Box::new(LogChoice::With(data)));
        self
    }

    /// The response is not logged.
    #[must_use]
    pub fn without_log(mut self) -> Self {
        self.log = Some(Box::new(LogChoice::Not));
        self
    }

    /// Whether status, reason and fields can be sent.
    ///
    /// # Errors
    /// [`Error::InvalidResponse`](crate::Error::InvalidResponse) says what cannot.
    pub fn check(&self) -> Result<()> {
        with_head(&self.head_parts(Added::Nothing, ServerToken::Never), |_| {
            Ok(())
        })
    }

    /// Whether the response has no body, whatever is given: the answer to HEAD, and a status of 1xx, 204 or 304
    /// (RFC 9110 section 6.4.1).
    pub(crate) fn is_without_body(&self, to_head: bool) -> bool {
        to_head || matches!(self.status, 100..=199 | 204 | 304)
    }

    /// The field that tells of a body that is not sent. The answer to HEAD has the length of a body
    /// that was given; 1xx, 204 and 304 have none (RFC 9110 section 8.6).
    ///
    /// # Errors
    /// As [`Response::chunks`].
    pub(crate) fn added_without_body(&self) -> Result<Added> {
        let length = self.body_length()?;
        let is_told = length == 0 || self.frames_itself();
        Ok(if is_told || matches!(self.status, 100..=199 | 204 | 304) {
            Added::Nothing
        } else {
            Added::Length(length)
        })
    }

    pub(crate) fn log_choice(&self) -> Option<&LogChoice<'a>> {
        self.log.as_deref()
    }

    /// The status code.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.status
    }

    pub(crate) fn cache_policy(&self) -> CachePolicy {
        self.policy
    }

    pub(crate) fn processes_ranges(&self) -> bool {
        self.ranges
    }

    /// HTTP_SEND_RESPONSE_FLAG_GOAWAY.
    pub(crate) fn goes_away(&self) -> bool {
        self.go_away
    }

    pub(crate) fn disconnects(&self) -> bool {
        self.disconnect
    }

    pub(crate) fn frames_itself(&self) -> bool {
        self.fields.frame_the_body()
    }

    /// The body, if it is one piece of memory: most bodies are.
    #[inline]
    pub(crate) fn only_chunk(&self) -> Option<Chunk<'_>> {
        self.more.is_empty().then(|| Chunk::Memory(&self.body))
    }

    /// The body for one send.
    ///
    /// # Errors
    /// As [`Request::respond`](crate::Request::respond) has them for files.
    pub(crate) fn chunks(&self) -> Result<Lent<'_>> {
        let mut chunks = Lent::new();
        chunks.push(Chunk::Memory(&self.body));
        for chunk in &self.more {
            chunks.push(chunk.lend()?);
        }
        Ok(chunks)
    }

    /// The bytes of the body, with files as they are now.
    pub(crate) fn body_length(&self) -> Result<u64> {
        self.chunks().map(|chunks| Chunk::total(&chunks))
    }

    /// Takes the body in order to send it separately; the head stays as it is.
    pub(crate) fn take_chunks(&mut self) -> Pieces<'a> {
        let mut pieces = Pieces::new();
        pieces.push(std::mem::take(&mut self.body).into());
        pieces.extend(self.more.drain(..));
        pieces
    }

    pub(crate) fn head_parts(&self, added: Added, server_token: ServerToken) -> HeadParts<'_, 'a> {
        let Response {
            status,
            reason,
            fields,
            ..
        } = self;
        HeadParts {
            status: *status,
            reason,
            fields,
            added,
            server_token,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn head_only_keeps_the_length_of_the_body_and_a_length_that_was_given() {
        let response = Response::ok().body("12345").head_only();
        assert_eq!(response.body_length(), Ok(0));
        assert!(response.frames_itself());
        let given = Response::ok().content_length(9).body("12345").head_only();
        let parts = given.head_parts(Added::Nothing, ServerToken::Never);
        let fields = with_head(&parts, |head| {
            let fields = head.fields();
            Ok(fields
                .map(|field| (field.name.to_vec(), field.value.to_vec()))
                .collect::<Vec<_>>())
        });
        assert_eq!(
            fields.unwrap(),
            [(b"Content-Length".to_vec(), b"9".to_vec())]
        );
    }
}
