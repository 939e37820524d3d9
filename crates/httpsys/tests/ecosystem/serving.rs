//! Serving: concurrency, errors and panics, clients that go, shutdown, spans.

use std::future::{IntoFuture, pending};
use std::io::Write;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use httpsys::http::Body;
use httpsys::tower::{ServeError, serve};

use crate::support::{Client, server};
use crate::tools::{
    Answer, Gate, Handler, Script, Step, ask, gated, read_until, served, serving, split, text,
    unanswering,
};

const PLAIN: &str = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
const LIMIT: Duration = Duration::from_secs(60);

/// Says when it is dropped.
struct Told(mpsc::Sender<&'static str>);

impl Drop for Told {
    fn drop(&mut self) {
        let _ = self.0.send("dropped");
    }
}

#[test]
fn requests_are_worked_on_at_the_same_time_in_one_task() {
    // Each of the two is answered when the other one has come.
    let (gate, seen) = (Gate::default(), Arc::new(AtomicUsize::new(0)));
    let handler = Handler(move |_| {
        let gate = gate.clone();
        if seen.fetch_add(1, Ordering::SeqCst) == 1 {
            gate.open();
        }
        async move {
            gate.wait().await;
            Answer::Ok(text("both"))
        }
    });
    serving(handler, |_, port| {
        let clients = [(); 2].map(|()| Client::send(port, PLAIN));
        for mut client in clients {
            read_until(&mut client, "both");
        }
    });
}

#[test]
fn no_more_requests_are_received_than_the_limit_allows() {
    let (server, port) = server();
    let opened = Gate::default();
    let (send, events) = mpsc::channel();
    let handler = gated(&opened, send, "done");
    let serve = serve(server.queue(), handler).concurrency(2);
    let (_, ended) = served(&server, serve.into_future(), || {
        let clients: Vec<_> = (0..3).map(|_| Client::send(port, PLAIN)).collect();
        for _ in 0..2 {
            assert_eq!(events.recv_timeout(LIMIT), Ok("called"));
        }
        // The third one waits in the queue.
        let deadline = Instant::now() + LIMIT;
        while server.queue().len() != 1 {
            assert!(Instant::now() < deadline, "no request waits in the queue");
            std::thread::yield_now();
        }
        assert!(events.try_recv().is_err());
        opened.open();
        for mut client in clients {
            read_until(&mut client, "done");
        }
        server.queue().clone().close().unwrap();
    });
    ended.unwrap();
}

#[test]
fn an_error_and_a_panic_cost_their_request_alone() {
    let handler = Handler(|request: http::Request<Body>| {
        let path = request.uri().path().to_owned();
        assert!(
            path != "/panics-in-call",
            "the call panics, as the test asks"
        );
        async move {
            match path.as_str() {
                "/panics" => panic!("the service panics, as the test asks"),
                "/fails" => Err("the database is gone"),
                _ => Ok(text("fine")),
            }
        }
    });
    serving(handler, |_, port| {
        for path in ["/panics-in-call", "/panics", "/fails"] {
            let answer = ask(port, &format!("GET {path} HTTP/1.1"));
            let head = vec!["HTTP/1.1 500 Internal Server Error", "Content-Length: 0"];
            assert_eq!(split(&answer), (head, ""), "{path}");
            assert_eq!(split(&ask(port, "GET / HTTP/1.1")).1, "fine");
        }
    });
}

#[test]
fn a_service_that_will_never_be_ready_ends_serving() {
    #[derive(Clone)]
    struct Broken;

    impl tower_service::Service<http::Request<Body>> for Broken {
        type Response = http::Response<Body>;
        type Error = &'static str;
        type Future = std::future::Ready<Result<Self::Response, Self::Error>>;

        fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
            Poll::Ready(Err("broken"))
        }

        fn call(&mut self, _: http::Request<Body>) -> Self::Future {
            panic!("it is not ready")
        }
    }

    let (server, _) = server();
    let result = pollster::block_on(serve(server.queue(), Broken).into_future());
    let error = result.unwrap_err();
    assert!(matches!(error, ServeError::NotReady(_)));
    assert_eq!(error.to_string(), "the service is not ready: broken");
}

#[test]
fn the_service_is_dropped_when_its_client_is_gone() {
    let (send, events) = mpsc::channel();
    let handler = Handler(move |_| {
        let told = Told(send.clone());
        let _ = send.send("called");
        async move {
            let _told = told;
            pending::<Answer>().await
        }
    });
    serving(handler, |_, port| {
        let client = Client::send(port, PLAIN);
        assert_eq!(events.recv_timeout(LIMIT), Ok("called"));
        drop(client);
        assert_eq!(events.recv_timeout(LIMIT), Ok("dropped"));
    });
}

#[test]
fn a_body_that_waits_is_dropped_when_its_client_is_gone() {
    let script = Script::default();
    let body = script.clone();
    let handler = Handler(move |_| {
        let response = http::Response::new(body.body());
        async move { Answer::Ok(response) }
    });
    serving(handler, |server, port| {
        let mut client = Client::send(port, PLAIN);
        script.push(Step::Data("event"));
        read_until(&mut client, "event\r\n");
        drop(client);
        // Nothing is left in progress.
        server.shutdown_gracefully(LIMIT).unwrap();
    });
    assert!(script.body_is_dropped());
}

#[test]
fn a_client_that_has_ended_its_sending_side_is_served_if_that_is_wanted() {
    let (server, port) = server();
    let opened = Gate::default();
    let (send, events) = mpsc::channel();
    let handler = gated(&opened, send, "still served");
    let serve = serve(server.queue(), handler).half_close(true);
    let (_, ended) = served(&server, serve.into_future(), || {
        let client = Client::send(port, PLAIN);
        assert_eq!(events.recv_timeout(LIMIT), Ok("called"));
        client.0.shutdown(std::net::Shutdown::Write).unwrap();
        opened.open();
        assert_eq!(split(&client.read_all()).1, "still served");
        server.queue().clone().close().unwrap();
    });
    ended.unwrap();
}

#[test]
fn a_signal_shuts_down_and_lets_requests_finish() {
    let (server, port) = server();
    let (opened, signal) = (Gate::default(), Gate::default());
    let (send, events) = mpsc::channel();
    let handler = gated(&opened, send, "finished");
    let serve = serve(server.queue(), handler).shutdown_when(signal.clone().wait(), LIMIT);
    let (_, ended) = served(&server, serve.into_future(), || {
        let client = Client::send(port, PLAIN);
        assert_eq!(events.recv_timeout(LIMIT), Ok("called"));
        signal.open();
        opened.open();
        let answer = client.read_all();
        assert_eq!(split(&answer).1, "finished");
    });
    ended.unwrap();
    assert!(server.queue().is_closed());
}

#[test]
fn what_is_not_finished_at_the_limit_is_reset() {
    let (server, port) = server();
    let (send, events) = mpsc::channel();
    let handler = unanswering(send);
    let signal = Gate::default();
    let serve = serve(server.queue(), handler).shutdown_when(signal.clone().wait(), Duration::ZERO);
    let (_, ended) = served(&server, serve.into_future(), || {
        let client = Client::send(port, PLAIN);
        assert_eq!(events.recv_timeout(LIMIT), Ok("called"));
        signal.open();
        assert!(client.was_reset());
    });
    ended.unwrap();
}

#[test]
fn a_handle_that_has_only_opened_the_queue_cannot_shut_it_down() {
    let service = httpsys::Service::new(httpsys::Parameters::default()).unwrap();
    let _creator = service.create_named_request_queue("q").unwrap();
    let opened = service.open_request_queue("q").unwrap();
    let handler = Handler(|_| async { Answer::Ok(text("")) });
    let serve = serve(&opened, handler).shutdown_when(async {}, LIMIT);
    let result = pollster::block_on(serve.into_future());
    assert!(matches!(result, Err(ServeError::Shutdown(_))), "{result:?}");
}

#[test]
fn tasks_run_on_the_threads_of_a_pool() {
    let pool = futures_executor::ThreadPool::builder()
        .pool_size(2)
        .create()
        .unwrap();
    let (server, port) = server();
    let serving_thread = Arc::new(Mutex::new(None));
    let known = Arc::clone(&serving_thread);
    let handler = Handler(move |request: http::Request<Body>| {
        let elsewhere = *known.lock().unwrap() != Some(std::thread::current().id());
        async move {
            let mut response = http::Response::new(request.into_body());
            response
                .headers_mut()
                .insert("x-elsewhere", elsewhere.to_string().parse().unwrap());
            Answer::Ok(response)
        }
    });
    let serve = serve(server.queue(), handler).spawn_with(move |task| pool.spawn_ok(task));
    let serve = async {
        *serving_thread.lock().unwrap() = Some(std::thread::current().id());
        serve.await
    };
    let (_, ended) = served(&server, serve, || {
        let clients: Vec<_> = (0..8)
            .map(|_| {
                let mut client = Client::connect(port);
                let head = "POST / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\
                    Content-Length: 4\r\n\r\nab";
                client.0.write_all(head.as_bytes()).unwrap();
                client
            })
            .collect();
        for mut client in clients {
            client.0.write_all(b"cd").unwrap();
            let answer = client.read_all();
            assert!(answer.contains("\r\nx-elsewhere: true\r\n"), "{answer}");
            assert!(answer.ends_with("\r\n\r\nabcd"), "{answer}");
        }
        server.queue().clone().close().unwrap();
    });
    ended.unwrap();
}

/// What a subscriber writes.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn the_service_runs_in_a_span_of_its_request() {
    let lines = Lines::default();
    let written = lines.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_ansi(false)
        .without_time()
        .with_writer(move || written.clone())
        .finish();
    let handler = Handler(|request: http::Request<Body>| async move {
        tracing::info!("working");
        if request.uri().path() == "/fails" {
            Err("no luck")
        } else {
            Ok(text(""))
        }
    });
    let (server, port) = server();
    // For all threads: what one thread alone subscribes to, the first use on another one turns off.
    tracing::subscriber::set_global_default(subscriber).unwrap();
    let serve = serve(server.queue(), handler).into_future();
    let (_, ended) = served(&server, serve, || {
        ask(port, "GET /span?secret HTTP/1.1");
        ask(port, "GET /fails HTTP/1.1");
        server.queue().clone().close().unwrap();
    });
    ended.unwrap();
    let text = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
    let line = text
        .lines()
        .find(|line| line.ends_with("working"))
        .expect(&text);
    for part in [
        "request{",
        "method=\"GET\"",
        "path=\"/span\"",
        "client=127.0.0.1:",
    ] {
        assert!(line.contains(part), "{line}");
    }
    assert!(!text.contains("secret"), "{text}");
    let failure = text
        .lines()
        .find(|line| line.contains("the service failed: no luck"));
    assert!(failure.expect(&text).contains("path=\"/fails\""), "{text}");
}
