//! The route of the benchmark on futures: `futures_peer PORT [THREADS]`.
//!
//! Owns: one small executor for each thread, which sleeps while its future waits. Does not own the
//! futures (crate httpsys). `GET /hello`: 200, `Hello, World!`; anything else: 404.

use std::future::Future;
use std::io::Write;
use std::pin::pin;
use std::process::ExitCode;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};

use httpsys::{Error, RequestQueue, Response, Server};

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// Runs a future on this thread.
fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut context = Context::from_waker(&waker);
    loop {
        match future.as_mut().poll(&mut context) {
            Poll::Ready(output) => return output,
            Poll::Pending => thread::park(),
        }
    }
}

async fn serve(queue: &RequestQueue) -> Result<(), Error> {
    loop {
        let request = queue.receive_async().await?;
        let response = if request.path_is("/hello") {
            Response::ok()
                .header("Content-Type", "text/plain")
                .body("Hello, World!")
        } else {
            Response::from_status(404)
        };
        match request.respond_async(response).await {
            // The client went away.
            Ok(_) | Err(Error::ConnectionInvalid | Error::PeerReset | Error::Aborted) => {}
            Err(error) => return Err(error),
        }
    }
}

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let port = arguments.next().and_then(|port| port.parse::<u16>().ok());
    let threads = arguments
        .next()
        .map_or(Ok(2), |threads| threads.parse::<usize>());
    let (Some(port), Ok(threads)) = (port, threads) else {
        eprintln!("usage: futures_peer PORT [THREADS]");
        return ExitCode::from(2);
    };
    let server = match Server::builder().url(format!("http://+:{port}/")).bind() {
        Ok(server) => server,
        Err(error) => {
            eprintln!("futures_peer: {error}");
            return ExitCode::FAILURE;
        }
    };
    // By default the 1,001st request that waits is refused with a reset: 1,024 connections reach that.
    if let Err(error) = server.queue().set_length_limit(65_535) {
        eprintln!("futures_peer: {error}");
        return ExitCode::FAILURE;
    }
    println!("listening on http://127.0.0.1:{port}/");
    // Nobody has to read it.
    let _ = std::io::stdout().flush();
    thread::scope(|scope| {
        for _ in 0..threads.max(1) {
            scope.spawn(|| block_on(serve(server.queue())));
        }
    });
    ExitCode::SUCCESS
}
