//! Serving a queue with a service: connections that are idle, handlers that wait, tasks, shutdown.

use std::future::{Future, pending};
use std::io::{self, Write};
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use httpsys::http::Body;
use httpsys::tower::serve;
use httpsys_sim::{ClientEnd, block_on};

use crate::site::{Answer, Flag, Gate, Handler, RaisesInDrop, text, under_ten_seeds};

const SECOND: Duration = Duration::from_secs(1);
const PLAIN: &str = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";

type BoxFuture<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// `/wait` is answered when the gate is open, everything else at once.
fn waiting(
    gate: &Gate,
) -> Handler<impl Fn(http::Request<Body>) -> BoxFuture<Answer> + Clone + Send + 'static> {
    let gate = gate.clone();
    Handler(move |request: http::Request<Body>| {
        let gate = gate.clone();
        let answered = async move {
            if request.uri().path() == "/wait" {
                gate.wait().await;
            }
            Ok(text("done"))
        };
        Box::pin(answered) as BoxFuture<Answer>
    })
}

#[test]
fn tmo_012_an_idle_connection_ends_after_120_seconds_while_a_handler_waits_as_long_as_it_likes() {
    under_ten_seeds(|site| {
        let gate = Gate::default();
        site.serving(waiting(&gate), || {
            let mut slow = site.sim.connect(80);
            slow.send("GET /wait HTTP/1.1\r\nHost: localhost\r\n\r\n");
            let mut idle = site.sim.connect(80);
            idle.send(PLAIN);
            assert_eq!(idle.expect_response().text(), "done");
            site.sim.advance(110 * SECOND);
            assert_eq!(idle.end(), None);
            site.sim.advance(12 * SECOND);
            assert_eq!(idle.end(), Some(ClientEnd::Closed));
            // TMO-009: the time that a program takes has no limit.
            site.sim.advance(24 * 3600 * SECOND);
            assert_eq!(slow.end(), None);
            gate.open();
            assert_eq!(slow.expect_response().text(), "done");
        });
    });
}

#[test]
fn a_handler_whose_client_is_gone_is_dropped() {
    under_ten_seeds(|site| {
        let is_dropped = Flag::default();
        let dropped = is_dropped.clone();
        let handler = Handler(move |_| {
            let guard = RaisesInDrop(dropped.clone());
            async move {
                let _guard = guard;
                pending::<Answer>().await
            }
        });
        site.serving(handler, || {
            let mut client = site.sim.connect(80);
            client.send(PLAIN);
            site.sim.advance(3600 * SECOND);
            assert!(!is_dropped.is_raised());
            client.reset();
            site.sim.advance(SECOND);
            assert!(is_dropped.is_raised());
        });
    });
}

#[test]
fn tasks_run_on_threads_of_the_simulation() {
    under_ten_seeds(|site| {
        let gate = Gate::default();
        let tasks = serve(site.server.queue(), waiting(&gate)).spawn_with(|task| {
            // Dropped, the thread goes on.
            drop(httpsys_sim::thread::spawn(move || block_on(task)));
        });
        let thread = site.start(tasks);
        let mut slow = site.sim.connect(80);
        slow.send("GET /wait HTTP/1.1\r\nHost: localhost\r\n\r\n");
        let mut quick = site.sim.connect(80);
        quick.send(PLAIN);
        assert_eq!(quick.expect_response().text(), "done");
        gate.open();
        assert_eq!(slow.expect_response().text(), "done");
        site.server.shutdown().unwrap();
        thread.join().unwrap().unwrap();
    });
}

#[test]
fn a_graceful_shutdown_waits_for_handlers_in_virtual_time() {
    for opens in [true, false] {
        under_ten_seeds(|site| {
            let (gate, signal) = (Gate::default(), Gate::default());
            let serve = serve(site.server.queue(), waiting(&gate));
            let serve = serve.shutdown_when(signal.clone().wait(), 30 * SECOND);
            let thread = site.start(serve);
            let mut client = site.sim.connect(80);
            client.send("GET /wait HTTP/1.1\r\nHost: localhost\r\n\r\n");
            site.sim.advance(SECOND);
            let begin = site.sim.now();
            signal.open();
            site.sim.advance(20 * SECOND);
            assert!(!thread.is_finished());
            if opens {
                gate.open();
                let response = client.expect_response();
                assert_eq!(response.field("Connection"), Some("close"));
            } else {
                assert_eq!(client.expect_end(), ClientEnd::Reset);
            }
            thread.join().unwrap().unwrap();
            let took = site.sim.now() - begin;
            assert_eq!(took < 25 * SECOND, opens, "{took:?}");
            assert!(took < 35 * SECOND, "{took:?}");
        });
    }
}

/// What was logged, by all tests of the process.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_handler_that_has_waited_goes_on_in_the_span_of_its_request() {
    let lines = Lines::default();
    let written = lines.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_ansi(false)
        .without_time()
        .with_writer(move || written.clone())
        .finish();
    tracing::subscriber::set_global_default(subscriber).unwrap();
    under_ten_seeds(|site| {
        let gate = Gate::default();
        let opened = gate.clone();
        let handler = Handler(move |request: http::Request<Body>| {
            let gate = gate.clone();
            async move {
                gate.wait().await;
                tracing::info!("goes on with {}", request.uri());
                Answer::Ok(text("done"))
            }
        });
        site.serving(handler, || {
            let clients = ["/first", "/second"].map(|path| {
                let mut client = site.sim.connect(80);
                client.send(format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n"));
                client
            });
            site.sim.advance(SECOND);
            opened.open();
            for mut client in clients {
                assert_eq!(client.expect_response().text(), "done");
            }
        });
    });
    let text = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
    let of_requests = text.lines().filter(|line| line.contains("goes on with "));
    let paths: Vec<_> = of_requests
        .map(|line| {
            let (span, path) = line.split_once("goes on with ").unwrap();
            assert!(span.contains(&format!("path=\"{path}\"")), "{line}");
            path
        })
        .collect();
    assert_eq!(paths.len(), 20, "{text}");
}
