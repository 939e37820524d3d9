//! HTTP/2 beside another implementation: the client of the crate `h2`, in memory.
//!
//! Owns: a server that answers with what it was sent, and the wire between both. Does not own: rules, which
//! have tables beside the code; the engine, to which HTTP/2 is not joined yet. Invariant: one thread, no
//! clock, no socket; a test that stands still fails after so many turns.

use std::cell::RefCell;
use std::collections::{BTreeMap, VecDeque};
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use h2::client::{Builder, SendRequest};
use httpsys_proto::h2::{FieldSection, H2Code, H2Connection, H2Event, H2Limits, StreamId};
use hyper::body::Bytes;
use hyper::http::{HeaderMap, HeaderValue, Request, Version};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// More turns than any test here takes.
const TURNS: usize = 20_000;

/// What is on its way in both directions.
#[derive(Debug, Default)]
struct Wire {
    to_server: VecDeque<u8>,
    to_client: VecDeque<u8>,
}

/// The client's end.
#[derive(Clone, Debug, Default)]
struct ClientEnd(Rc<RefCell<Wire>>);

impl AsyncRead for ClientEnd {
    fn poll_read(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let bytes = &mut self.0.borrow_mut().to_client;
        if bytes.is_empty() {
            return Poll::Pending;
        }
        let length = bytes.len().min(buffer.remaining());
        buffer.put_slice(&bytes.drain(..length).collect::<Vec<u8>>());
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for ClientEnd {
    fn poll_write(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.0.borrow_mut().to_server.extend(bytes);
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

/// A request as it has come so far, then the content of its response.
#[derive(Debug, Default)]
struct Echo {
    path: Vec<u8>,
    content: Vec<u8>,
    trailers: Option<FieldSection>,
    is_complete: bool,
    sent: usize,
}

/// Answers each request with its path, its content and its trailers.
#[derive(Debug)]
struct EchoServer {
    connection: H2Connection,
    input: Vec<u8>,
    streams: BTreeMap<StreamId, Echo>,
    /// Streams that the client has reset.
    resets: Vec<StreamId>,
    /// Its first request is to be the last.
    goes_away: bool,
    /// A field of each response.
    extra: Vec<u8>,
    failure: Option<String>,
}

impl EchoServer {
    fn new(limits: H2Limits) -> Self {
        Self {
            connection: H2Connection::new(limits, Duration::ZERO),
            input: Vec::new(),
            streams: BTreeMap::new(),
            resets: Vec::new(),
            goes_away: false,
            extra: b"x".to_vec(),
            failure: None,
        }
    }

    /// Takes and gives what there is.
    fn turn(&mut self, wire: &mut Wire) {
        self.input.extend(wire.to_server.drain(..));
        loop {
            let taken = self.connection.handle_bytes(&self.input, Duration::ZERO);
            self.input.drain(..taken);
            while let Some(event) = self.connection.poll_event() {
                self.handle(event);
            }
            self.answer_complete();
            let mut out = Vec::new();
            while let Some(piece) = self.connection.poll_transmit(&mut out, 20_000) {
                let echo = self.streams.get_mut(&piece.stream).unwrap();
                out.extend_from_slice(&echo.content[echo.sent..][..piece.length]);
                echo.sent += piece.length;
            }
            let is_quiet = taken == 0 && out.is_empty();
            wire.to_client.extend(out);
            if is_quiet {
                return;
            }
        }
    }

    fn handle(&mut self, event: H2Event) {
        match event {
            H2Event::Request {
                stream,
                section,
                is_end,
                ..
            } => {
                let echo = Echo {
                    path: section.path().unwrap_or_default().to_vec(),
                    is_complete: is_end,
                    ..Echo::default()
                };
                self.streams.insert(stream, echo);
                if self.goes_away {
                    self.connection.go_away();
                }
            }
            H2Event::Content { stream } => self.read(stream),
            H2Event::Trailers { stream, fields } => {
                let echo = self.streams.get_mut(&stream).unwrap();
                echo.trailers = Some(fields);
                echo.is_complete = true;
            }
            H2Event::Sent { stream } => {
                self.streams.remove(&stream);
            }
            H2Event::Ended { stream, .. } => {
                self.streams.remove(&stream);
                self.resets.push(stream);
            }
            H2Event::GoAway { .. } | H2Event::Room { .. } => {}
            H2Event::Failed { reason } => self.failure = Some(reason.to_string()),
        }
    }

    fn read(&mut self, stream: StreamId) {
        loop {
            let mut out = [0; 5_000];
            let Some(read) = self.connection.read_content(stream, &mut out) else {
                return;
            };
            let echo = self.streams.get_mut(&stream).unwrap();
            echo.content.extend_from_slice(&out[..read.length]);
            echo.is_complete |= read.is_end;
            if read.is_end || read.length == 0 {
                return;
            }
        }
    }

    /// Answers the requests that have come whole: behind all events, since trailers may be among them.
    fn answer_complete(&mut self) {
        for (stream, echo) in &mut self.streams {
            if !std::mem::take(&mut echo.is_complete) {
                continue;
            }
            let fields: [(&[u8], &[u8]); 3] = [
                (b"X-Path", &echo.path),
                (b"Connection", b"close"),
                (b"X-Extra", &self.extra),
            ];
            let connection = &mut self.connection;
            connection
                .respond(*stream, 200, fields.into_iter())
                .unwrap();
            connection
                .offer(*stream, echo.content.len() as u64)
                .unwrap();
            match echo.trailers.take() {
                Some(trailers) => connection.finish_with_trailers(*stream, trailers),
                None => connection.finish(*stream),
            }
            .unwrap();
        }
    }
}

type Task = Pin<Box<dyn Future<Output = ()>>>;

/// Runs a client against the server until it has done all it wants.
fn run<F: Future<Output = ()> + 'static>(
    server: &mut EchoServer,
    builder: &Builder,
    client: impl FnOnce(SendRequest<Bytes>) -> F + 'static,
) {
    let end = ClientEnd::default();
    let wire = Rc::clone(&end.0);
    let tasks: Rc<RefCell<Vec<Task>>> = Rc::default();
    let handshake = builder.handshake(end);
    let more = Rc::clone(&tasks);
    let main = Box::pin(async move {
        let (sender, connection) = handshake.await.unwrap();
        more.borrow_mut().push(Box::pin(async move {
            let _ = connection.await;
        }));
        client(sender).await;
    });
    let mut main: Task = main;
    let mut context = Context::from_waker(Waker::noop());
    for _ in 0..TURNS {
        if main.as_mut().poll(&mut context).is_ready() {
            server.turn(&mut wire.borrow_mut());
            return;
        }
        let mut polled = std::mem::take(&mut *tasks.borrow_mut());
        polled.retain_mut(|task| task.as_mut().poll(&mut context).is_pending());
        tasks.borrow_mut().extend(polled);
        server.turn(&mut wire.borrow_mut());
        assert_eq!(server.failure, None);
    }
    panic!("it stands still: {server:?}");
}

fn request(path: &str) -> Request<()> {
    let request = Request::post(format!("https://example.com{path}"));
    let request = request.version(Version::HTTP_2).header("accept", "*/*");
    request.body(()).unwrap()
}

/// Sends a request with content, and checks that it comes back.
async fn exchange(sender: SendRequest<Bytes>, path: String, content: Vec<u8>, has_trailers: bool) {
    let mut sender = sender.ready().await.unwrap();
    let (response, mut body) = sender.send_request(request(&path), false).unwrap();
    body.send_data(Bytes::from(content.clone()), !has_trailers)
        .unwrap();
    let mut trailers = HeaderMap::new();
    trailers.insert("x-sum", HeaderValue::from(content.len()));
    if has_trailers {
        body.send_trailers(trailers.clone()).unwrap();
    }
    let response = response.await.unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["x-path"], path.as_str());
    assert!(!response.headers().contains_key("connection"));
    let mut body = response.into_body();
    let mut received = Vec::new();
    while let Some(bytes) = body.data().await {
        let bytes = bytes.unwrap();
        body.flow_control().release_capacity(bytes.len()).unwrap();
        received.extend_from_slice(&bytes);
    }
    assert_eq!(received, content, "{path}");
    let expected = has_trailers.then_some(trailers);
    assert_eq!(body.trailers().await.unwrap(), expected, "{path}");
}

/// Content that shows where a piece is missing.
fn content(length: usize) -> Vec<u8> {
    (0..length).map(|n| (n % 251) as u8).collect()
}

#[test]
fn h2_client_gets_back_what_it_sends_one_after_another() {
    let mut server = EchoServer::new(H2Limits::default());
    run(&mut server, &Builder::new(), |sender| async move {
        for (n, length) in [0, 1, 100, 16_384, 16_385, 65_535, 65_536, 1_000_000]
            .into_iter()
            .enumerate()
        {
            exchange(sender.clone(), format!("/{n}"), content(length), n % 2 == 1).await;
        }
    });
    assert!(server.streams.is_empty());
}

#[test]
fn h2_client_gets_back_what_it_sends_a_hundred_at_a_time() {
    let mut server = EchoServer::new(H2Limits::default());
    let mut builder = Builder::new();
    // Until it has seen our SETTINGS it would open all at once, and be refused most of them.
    builder.initial_max_send_streams(100);
    run(&mut server, &builder, |sender| async move {
        let mut tasks: Vec<Task> = (0..300)
            .map(|n| -> Task {
                let sender = sender.clone();
                Box::pin(exchange(
                    sender,
                    format!("/{n}"),
                    content(n * 37),
                    n % 3 == 0,
                ))
            })
            .collect();
        std::future::poll_fn(|context| {
            tasks.retain_mut(|task| task.as_mut().poll(context).is_pending());
            match tasks.is_empty() {
                true => Poll::Ready(()),
                false => Poll::Pending,
            }
        })
        .await;
    });
    assert_eq!(server.connection.active_streams(), 0);
}

#[test]
fn h2_client_with_small_windows_gets_everything() {
    let mut server = EchoServer::new(H2Limits::default());
    let mut builder = Builder::new();
    builder.initial_window_size(1_000);
    run(&mut server, &builder, |sender| async move {
        exchange(sender, "/small".to_owned(), content(100_000), true).await;
    });
}

#[test]
fn h2_client_without_a_table_understands_every_head() {
    let mut server = EchoServer::new(H2Limits::default());
    let mut builder = Builder::new();
    builder.header_table_size(0);
    run(&mut server, &builder, |sender| async move {
        for n in 0..5 {
            exchange(sender.clone(), format!("/{n}"), content(10), false).await;
        }
    });
}

#[test]
fn h2_heads_of_several_frames_arrive_in_both_directions() {
    let mut limits = H2Limits::default();
    limits.header_list_size = 100_000;
    limits.block_bytes = 200_000;
    let mut server = EchoServer::new(limits);
    server.extra = vec![b'~'; 50_000];
    let mut builder = Builder::new();
    builder.max_header_list_size(1 << 20);
    run(&mut server, &builder, |sender| async move {
        let path = format!("/{}", "~".repeat(40_000));
        exchange(sender, path, content(10), true).await;
    });
}

#[test]
fn h2_client_that_resets_a_stream_keeps_the_others() {
    let mut server = EchoServer::new(H2Limits::default());
    run(&mut server, &Builder::new(), |sender| async move {
        let mut ready = sender.clone().ready().await.unwrap();
        let (response, mut body) = ready.send_request(request("/reset"), false).unwrap();
        body.send_data(Bytes::from_static(b"half"), false).unwrap();
        body.send_reset(h2::Reason::CANCEL);
        assert!(response.await.is_err());
        exchange(sender, "/other".to_owned(), content(50_000), false).await;
    });
    assert_eq!(server.resets, [StreamId::new(1).unwrap()]);
}

#[test]
fn h2_client_learns_the_code_of_a_reset() {
    let mut server = EchoServer::new(H2Limits::default());
    let stream = StreamId::new(1).unwrap();
    let seen = Rc::new(RefCell::new(None));
    let reason = Rc::clone(&seen);
    // The stream is reset as soon as there is one: the request never ends.
    let end = ClientEnd::default();
    let wire = Rc::clone(&end.0);
    let mut context = Context::from_waker(Waker::noop());
    let mut client: Task = Box::pin(async move {
        let (sender, mut connection) = h2::client::handshake(end).await.unwrap();
        let mut sender = sender;
        let (mut response, _body) = sender.send_request(request("/"), false).unwrap();
        std::future::poll_fn(|context| {
            let _ = Pin::new(&mut connection).poll(context);
            Pin::new(&mut response).poll(context).map(|done| {
                *reason.borrow_mut() = done.unwrap_err().reason();
            })
        })
        .await;
    });
    for _ in 0..TURNS {
        if client.as_mut().poll(&mut context).is_ready() {
            break;
        }
        let _ = server.connection.reset(stream, H2Code(1111));
        server.streams.remove(&stream);
        server.turn(&mut wire.borrow_mut());
    }
    assert_eq!(*seen.borrow(), Some(h2::Reason::from(1111)));
}

#[test]
fn h2_client_goes_away_when_it_is_asked_to() {
    let mut server = EchoServer::new(H2Limits::default());
    server.goes_away = true;
    run(&mut server, &Builder::new(), |sender| async move {
        exchange(sender.clone(), "/last".to_owned(), content(10), false).await;
        assert!(sender.ready().await.is_err(), "no more streams");
    });
    assert_eq!(server.connection.active_streams(), 0);
}
