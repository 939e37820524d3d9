//! How serving ends: limits, services that fail, and what is still in progress then.

use std::future::{Future, IntoFuture, pending};
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use httpsys::http::{Body, RequestInfo};
use httpsys::tower::{ServeError, serve};

use crate::support::{Client, server};
use crate::tools::{
    Answer, Gate, Handler, ask, read_until, served, serving, split, text, unanswering,
};

const PLAIN: &str = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
const LIMIT: Duration = Duration::from_secs(60);

#[test]
fn the_limit_of_a_shutdown_holds_also_if_there_is_no_room_for_a_request() {
    let (server, port) = server();
    let (send, events) = mpsc::channel();
    let handler = unanswering(send);
    let signal = Gate::default();
    let serve = serve(server.queue(), handler).concurrency(1);
    let serve = serve.shutdown_when(signal.clone().wait(), Duration::ZERO);
    let (_, ended) = served(&server, serve.into_future(), || {
        let client = Client::send(port, PLAIN);
        assert_eq!(events.recv_timeout(LIMIT), Ok("called"));
        signal.open();
        assert!(client.was_reset());
    });
    ended.unwrap();
}

#[test]
fn a_task_whose_request_is_gone_is_waited_for_until_the_limit() {
    let (server, port) = server();
    let (send, ids) = mpsc::channel();
    let handler = Handler(move |request: http::Request<Body>| {
        let _ = send.send(request.extensions().get::<RequestInfo>().unwrap().id);
        pending::<Answer>()
    });
    // They are polled once, before the request is gone.
    let (send, polls) = mpsc::channel();
    let kept = Arc::new(Mutex::new(Vec::new()));
    let tasks = Arc::clone(&kept);
    let signal = Gate::default();
    let serve = serve(server.queue(), handler)
        .spawn_with(move |mut task| {
            let polled = task.as_mut().poll(&mut Context::from_waker(Waker::noop()));
            assert!(polled.is_pending());
            tasks.lock().unwrap().push(task);
            let _ = send.send(());
        })
        .shutdown_when(signal.clone().wait(), Duration::from_millis(20));
    let (_, ended) = served(&server, serve.into_future(), || {
        let client = Client::send(port, PLAIN);
        let id = ids.recv_timeout(LIMIT).unwrap();
        polls.recv_timeout(LIMIT).unwrap();
        server.queue().cancel(id).unwrap();
        assert!(client.was_reset());
        signal.open();
    });
    ended.unwrap();
    assert_eq!(kept.lock().unwrap().len(), 1);
}

/// Ready for one request.
#[derive(Clone)]
struct Once {
    polls: Arc<AtomicUsize>,
    gate: Gate,
    called: mpsc::Sender<&'static str>,
}

impl tower_service::Service<http::Request<Body>> for Once {
    type Response = http::Response<Body>;
    type Error = &'static str;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        match self.polls.fetch_add(1, Ordering::SeqCst) {
            0 => Poll::Ready(Ok(())),
            _ => Poll::Ready(Err("broken")),
        }
    }

    fn call(&mut self, _: http::Request<Body>) -> Self::Future {
        let (gate, called) = (self.gate.clone(), self.called.clone());
        Box::pin(async move {
            let _ = called.send("called");
            gate.wait().await;
            Ok(text("finished"))
        })
    }
}

#[test]
fn requests_in_progress_finish_when_the_service_is_not_ready_any_more() {
    let (server, port) = server();
    let (called, events) = mpsc::channel();
    let once = Once {
        polls: Arc::default(),
        gate: Gate::default(),
        called,
    };
    let (gate, polls) = (once.gate.clone(), Arc::clone(&once.polls));
    let serve = serve(server.queue(), once).into_future();
    let (_, ended) = served(&server, serve, || {
        let mut client = Client::send(port, PLAIN);
        assert_eq!(events.recv_timeout(LIMIT), Ok("called"));
        while polls.load(Ordering::SeqCst) < 2 {
            std::thread::yield_now();
        }
        gate.open();
        read_until(&mut client, "finished");
    });
    assert!(matches!(ended, Err(ServeError::NotReady(_))), "{ended:?}");
    assert_eq!(polls.load(Ordering::SeqCst), 2);
}

/// A future that panics when it is dropped.
struct PanicsInDrop;

impl Future for PanicsInDrop {
    type Output = Answer;

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Answer> {
        Poll::Ready(Ok(text("fine")))
    }
}

impl Drop for PanicsInDrop {
    fn drop(&mut self) {
        panic!("the drop panics, as the test asks");
    }
}

#[test]
fn a_panic_in_the_drop_of_a_finished_future_does_not_cost_its_response() {
    serving(Handler(|_| PanicsInDrop), |_, port| {
        for _ in 0..2 {
            assert_eq!(split(&ask(port, "GET / HTTP/1.1")).1, "fine");
        }
    });
}
