//! Services, bodies and clients for the tests.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::future::{Future, IntoFuture, Pending, pending, poll_fn};
use std::io::{Read, Write};
use std::pin::Pin;
use std::sync::{Arc, Mutex, mpsc};
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use http_body::{Frame, SizeHint};
use httpsys::Server;
use httpsys::http::{Body, BoxError};
use httpsys::tower::serve;
use tower_service::Service;

use crate::support::{Client, server};

/// A service made of a function.
#[derive(Clone)]
pub(crate) struct Handler<F>(pub(crate) F);

impl<F, R, B, E> Service<http::Request<Body>> for Handler<F>
where
    F: Fn(http::Request<Body>) -> R,
    R: Future<Output = Result<http::Response<B>, E>>,
{
    type Response = http::Response<B>;
    type Error = E;
    type Future = R;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), E>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<Body>) -> R {
        (self.0)(request)
    }
}

/// What a handler without errors returns.
pub(crate) type Answer<B = Body> = Result<http::Response<B>, Infallible>;

pub(crate) fn text(text: impl Into<String>) -> http::Response<Body> {
    http::Response::new(Body::from(text.into()))
}

/// Frames that a test gives, and what it says of their length.
#[derive(Clone, Default)]
pub(crate) struct Script {
    state: Arc<Mutex<ScriptState>>,
    hint: SizeHint,
}

#[derive(Default)]
struct ScriptState {
    steps: VecDeque<Step>,
    waker: Option<Waker>,
    is_dropped: bool,
}

pub(crate) enum Step {
    Data(&'static str),
    Trailers(http::HeaderMap),
    Fails,
    Panics,
    End,
}

impl Script {
    pub(crate) fn new(steps: impl IntoIterator<Item = Step>) -> Self {
        let script = Script::default();
        steps.into_iter().for_each(|step| script.push(step));
        script
    }

    pub(crate) fn exact(mut self, length: u64) -> Self {
        self.hint = SizeHint::with_exact(length);
        self
    }

    pub(crate) fn push(&self, step: Step) {
        let mut state = self.state.lock().unwrap();
        state.steps.push_back(step);
        let waker = state.waker.take();
        drop(state);
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    pub(crate) fn body(&self) -> ScriptBody {
        ScriptBody(self.clone())
    }

    pub(crate) fn body_is_dropped(&self) -> bool {
        self.state.lock().unwrap().is_dropped
    }
}

pub(crate) struct ScriptBody(Script);

impl http_body::Body for ScriptBody {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let mut state = self.0.state.lock().unwrap();
        let Some(step) = state.steps.pop_front() else {
            state.waker = Some(context.waker().clone());
            return Poll::Pending;
        };
        drop(state);
        Poll::Ready(match step {
            Step::Data(text) => Some(Ok(Frame::data(Bytes::from_static(text.as_bytes())))),
            Step::Trailers(fields) => Some(Ok(Frame::trailers(fields))),
            Step::Fails => Some(Err("the disk is gone".into())),
            Step::Panics => panic!("the body panics, as the test asks"),
            Step::End => None,
        })
    }

    fn size_hint(&self) -> SizeHint {
        self.0.hint
    }
}

impl Drop for ScriptBody {
    fn drop(&mut self) {
        self.0.state.lock().unwrap().is_dropped = true;
    }
}

/// Opens for all who wait.
#[derive(Clone, Default)]
pub(crate) struct Gate(Arc<Mutex<(bool, Vec<Waker>)>>);

impl Gate {
    pub(crate) fn open(&self) {
        let mut state = self.0.lock().unwrap();
        state.0 = true;
        let wakers = std::mem::take(&mut state.1);
        drop(state);
        wakers.into_iter().for_each(Waker::wake);
    }

    pub(crate) async fn wait(self) {
        poll_fn(|context| {
            let mut state = self.0.lock().unwrap();
            if state.0 {
                return Poll::Ready(());
            }
            state.1.push(context.waker().clone());
            Poll::Pending
        })
        .await;
    }
}

/// Serves on a thread of its own while the test runs, to the end of the queue.
pub(crate) fn serving<S, B, R>(service: S, test: impl FnOnce(&Server, u16) -> R) -> R
where
    S: Service<http::Request<Body>, Response = http::Response<B>> + Clone + Send + 'static,
    S::Error: Into<BoxError>,
    S::Future: Send + 'static,
    B: http_body::Body + Send + 'static,
    B::Data: Send,
    B::Error: Into<BoxError>,
{
    let (server, port) = server();
    let serve = serve(server.queue(), service);
    let (result, served) = served(&server, serve.into_future(), || {
        let result = test(&server, port);
        // The test may have shut it down.
        let _ = server.queue().clone().close();
        result
    });
    served.unwrap();
    result
}

/// Polls the future of `serve` on a thread of its own while the test runs, which ends it.
pub(crate) fn served<F, T, R>(server: &Server, serve: F, test: impl FnOnce() -> R) -> (R, T)
where
    F: Future<Output = T> + Send,
    T: Send,
{
    std::thread::scope(|scope| {
        let _guard = CloseGuard(server.queue());
        let thread = scope.spawn(|| pollster::block_on(serve));
        let result = test();
        (result, thread.join().expect("no panic"))
    })
}

/// Ends the serving thread when the test fails.
struct CloseGuard<'a>(&'a httpsys::RequestQueue);

impl Drop for CloseGuard<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let _ = self.0.clone().close();
        }
    }
}

/// One request on a connection of its own; all of the answer.
pub(crate) fn ask(port: u16, head: &str) -> String {
    Client::send(
        port,
        &format!("{head}\r\nHost: localhost\r\nConnection: close\r\n\r\n"),
    )
    .read_all()
}

/// The head and the body of an answer, without the fields that every answer has.
pub(crate) fn split(answer: &str) -> (Vec<&str>, &str) {
    let (head, body) = answer.split_once("\r\n\r\n").expect("a head");
    let lines = head.split("\r\n");
    let own = lines.filter(|line| {
        !["Server: ", "Date: ", "Connection: "]
            .iter()
            .any(|name| line.starts_with(name))
    });
    (own.collect(), body)
}

/// Reads up to and with the end of `until`.
pub(crate) fn read_until(client: &mut Client, until: &str) -> String {
    let mut text = Vec::new();
    while !text.ends_with(until.as_bytes()) {
        let mut byte = [0];
        client.0.read_exact(&mut byte).expect("more");
        text.push(byte[0]);
    }
    String::from_utf8(text).expect("text")
}

pub(crate) fn write(client: &mut Client, text: &str) {
    client.0.write_all(text.as_bytes()).expect("to send");
}

/// A handler that says when it is called, and answers with this text once the gate is open.
pub(crate) fn gated(
    gate: &Gate,
    called: mpsc::Sender<&'static str>,
    answer: &'static str,
) -> Handler<impl Fn(http::Request<Body>) -> BoxFuture<Answer> + Clone + Send + 'static> {
    let gate = gate.clone();
    Handler(move |_| {
        let gate = gate.clone();
        let _ = called.send("called");
        let answered = async move {
            gate.wait().await;
            Answer::Ok(text(answer))
        };
        Box::pin(answered) as BoxFuture<Answer>
    })
}

/// A handler that says when it is called, and never answers.
pub(crate) fn unanswering(
    called: mpsc::Sender<&'static str>,
) -> Handler<impl Fn(http::Request<Body>) -> Pending<Answer> + Clone + Send + 'static> {
    Handler(move |_| {
        let _ = called.send("called");
        pending::<Answer>()
    })
}

pub(crate) type BoxFuture<T> = Pin<Box<dyn Future<Output = T> + Send>>;
