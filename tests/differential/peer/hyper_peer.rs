//! The reading of hyper's HTTP/1 server, over bytes in memory.
//!
//! Owns: a connection that yields the bytes and then its end, a service that reads each body whole
//! and answers at once, and the loop that polls both. Does not own: any opinion. hyper parses lines
//! and fields with httparse; framing and chunks are its own.
//!
//! Threading: none; no runtime is needed, as nothing ever waits for anything outside.

use std::cell::RefCell;
use std::convert::Infallible;
use std::error::Error;
use std::io;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use hyper::body::{Body, Bytes, Frame, Incoming, SizeHint};
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, Version};

use crate::model::{BodyEnd, End, Fields, Framing, Message, Reading};

/// Polls after which a connection that does not end is broken.
const POLLS: usize = 100_000;

pub(crate) fn read(bytes: &[u8]) -> Reading {
    let messages = Rc::new(RefCell::new(Vec::new()));
    let service = service_fn(|request| answer(request, Rc::clone(&messages)));
    let wire = Wire {
        input: bytes.to_vec(),
        at: 0,
    };
    let connection = http1::Builder::new()
        .half_close(true)
        .auto_date_header(false)
        .header_read_timeout(None)
        .serve_connection(wire, service);
    let result = run(connection);
    let messages = messages.take();
    let is_body_whole = |message: &Message| matches!(message.body, Some((_, BodyEnd::Complete)));
    let is_whole = messages.last().is_none_or(is_body_whole);
    let end = match result {
        _ if !is_whole => End::Unread,
        Ok(()) if messages.last().is_some_and(|m| m.last == Some(true)) => End::Unread,
        Ok(()) => End::Clean,
        Err(error) if error.is_incomplete_message() => End::Partial,
        Err(error) => End::Refused(format!("{error:?}")),
    };
    Reading { messages, end }
}

fn run<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    for _ in 0..POLLS {
        if let Poll::Ready(value) = future.as_mut().poll(&mut context) {
            return value;
        }
    }
    panic!("hyper does not end although the input has");
}

/// Notes the request and its body.
async fn answer(
    request: Request<Incoming>,
    messages: Rc<RefCell<Vec<Message>>>,
) -> Result<Response<Nothing>, Infallible> {
    let mut message = message(&request);
    let mut incoming = request.into_body();
    message.framing = Some(match incoming.size_hint().exact() {
        Some(0) if message.fields.get(b"content-length").is_none() => Framing::None,
        Some(length) => Framing::Length(length),
        None => Framing::Chunked,
    });
    // Shown also if the connection drops this future in the middle of the body.
    message.body = Some((Vec::new(), BodyEnd::Partial));
    let at = messages.borrow().len();
    messages.borrow_mut().push(message);
    let mut body = Vec::new();
    let end = loop {
        let frame = std::future::poll_fn(|cx| Pin::new(&mut incoming).poll_frame(cx)).await;
        match frame {
            None => break BodyEnd::Complete,
            Some(Ok(frame)) => {
                if let Ok(data) = frame.into_data() {
                    body.extend_from_slice(&data);
                }
            }
            Some(Err(error)) if is_end_of_input(&error) => break BodyEnd::Partial,
            Some(Err(error)) => break BodyEnd::Malformed(format!("{error:?}")),
        }
    };
    messages.borrow_mut()[at].body = Some((body, end));
    Ok(Response::new(Nothing))
}

fn message(request: &Request<Incoming>) -> Message {
    let mut fields = Fields::default();
    for (name, value) in request.headers() {
        fields.add(name.as_str().as_bytes(), value.as_bytes());
    }
    let minor = u16::from(request.version() == Version::HTTP_11);
    Message {
        method: request.method().as_str().into(),
        target: request.uri().to_string().into(),
        version: (1, minor),
        fields,
        framing: None,
        body: None,
        last: None,
        head_end: None,
        end: None,
    }
}

fn is_end_of_input(error: &hyper::Error) -> bool {
    let mut source = error.source();
    while let Some(error) = source {
        if let Some(error) = error.downcast_ref::<io::Error>() {
            return error.kind() == io::ErrorKind::UnexpectedEof;
        }
        source = error.source();
    }
    error.is_incomplete_message()
}

/// An empty response body.
struct Nothing;

impl Body for Nothing {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(None)
    }

    fn is_end_stream(&self) -> bool {
        true
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(0)
    }
}

/// The client's side: sends the input and then a FIN, and takes every answer.
struct Wire {
    input: Vec<u8>,
    at: usize,
}

impl Read for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        mut buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        let rest = &self.input[self.at..];
        let n = rest.len().min(buffer.remaining());
        buffer.put_slice(&rest[..n]);
        self.at += n;
        Poll::Ready(Ok(()))
    }
}

impl Write for Wire {
    fn poll_write(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}
