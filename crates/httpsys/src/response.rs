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
/// Like HTTP.sys, the service adds these fields: `Server` (RSP-016; a value set here is placed
/// before the product token, RSP-017), `Date` (a value set here is ignored, SND-011), `Connection:
/// close` when the connection ends, `Connection: keep-alive` for an HTTP/1.0 client that asked for
/// it (CON-011), and `Content-Length` for a response that is sent in one call, unless the status is
/// 1xx, 204 or 304, the response answers HEAD without a body, or the program has set
/// `Content-Length` or `Transfer-Encoding` (SND-009, G-047). A known field with an empty value is
/// omitted (RSP-019).
///
/// A `Connection` field is sent as it is, but has no other effect: it does not close the connection
/// (CON-012). [`Response::disconnect`] closes it and sends `Connection: close`.
///
/// Text that could break out of its line is refused before anything is sent: CR, LF and NUL in
/// values and in the reason, and names that are not tokens
/// ([`Error::InvalidResponse`](crate::Error::InvalidResponse), G-058). [`Response::check`] reports
/// this in advance.
///
/// Fields with known names use their slot of HTTP_RESPONSE_HEADERS and so appear on the wire in the
/// order of their ids; other fields, and `Connection`, follow in the order in which they were added
/// (RSP-015). A repeated name gives one line for each value.
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
    /// A response with a status of 1 to 999 and a reason, which may be empty: the service does not
    /// supply reasons (SND-007, SND-008).
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

    /// A response with the reason that the HTTP status code registry has for the status, if any:
    /// for instance, `Too Many Requests` for 429.
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

    /// Sets the body: bytes, or a file or a part of one ([`FileRange`](crate::FileRange)). In a
    /// streamed response it is the first part of the body.
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

    /// Appends a chunk to the body; at most 9,999 in total (SND-020).
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

    /// Removes the body and sets `Content-Length` to its length, unless a field already specifies
    /// the length. Use it to answer a HEAD request by its id.
    ///
    /// [`Request::respond`] does that automatically. Like HTTP.sys, the calls by id do not: a body
    /// in a response to HEAD is sent (SND-035), and the client takes it for the next response.
    ///
    /// If the body contains a file that cannot be read, no length is set.
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

    /// With HTTP/2, asks the client, before the response, not to open further streams on this
    /// connection; existing streams are served to their end: HTTP_SEND_RESPONSE_FLAG_GOAWAY
    /// (H2X-008). Up to 200 requests that are already on their way are accepted (H2X-009). With
    /// HTTP/1.x it has no effect (assumed, G-270): there, use [`disconnect`](Self::disconnect),
    /// which ends the connection, and with HTTP/2 does the same as this call.
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

    /// Lets the service answer Range requests: a GET with a Range field gets the parts of the body
    /// that it asks for, with status 206, or a 416 if there are none:
    /// HTTP_SEND_RESPONSE_FLAG_PROCESS_RANGES. If-Range is compared with the ETag or Last-Modified
    /// of the response. This works for responses with the complete body, sent in one call, with
    /// status 200, to a [`Request`] or by an id from [`Request::into_id`]
    /// ([`crate::RequestQueue::respond`]).
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

    /// Caches the response: later requests for the same URL get it from the service, and the
    /// program does not see them, until the policy's time is over,
    /// [`crate::RequestQueue::flush_cache`] removes it, its URL is removed, its queue is closed, or
    /// its space is needed. A client that sends a Range or an If-Modified-Since gets a 206 or a 304
    /// from the cache.
    ///
    /// A response is cached if it is sent in one call, with [`Request::respond`] or by an id from
    /// [`Request::into_id`], in answer to a GET without entity body, Authorization, Range and
    /// `Translate: f`. It must have a status from 200 to 599 other than 206, a Content-Type, a
    /// valid Last-Modified or none, at most `UriMaxUriBytes` of head and body, and neither
    /// [`Response::disconnect`] nor Transfer-Encoding (CSH-001 to CSH-015). Any other response is
    /// sent but not cached. The whole URL including its query identifies a cached response; `Vary`
    /// and the fields of a request do not matter (CSH-011, CSH-012). So do not cache a response
    /// that is meant for one client.
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

    /// Sets values for the access log that replace those of the request and the response, see
    /// [`crate::UrlGroup::set_logging`].
    #[must_use]
    pub fn log(mut self, data: LogData<'a>) -> Self {
        self.log = Some(Box::new(LogChoice::With(data)));
        self
    }

    /// Excludes the response from the access log.
    #[must_use]
    pub fn without_log(mut self) -> Self {
        self.log = Some(Box::new(LogChoice::Not));
        self
    }

    /// Checks whether status, reason and fields can be sent.
    ///
    /// # Errors
    /// [`Error::InvalidResponse`](crate::Error::InvalidResponse) says which part cannot be sent.
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
    /// The same as those of [`Response::chunks`].
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
