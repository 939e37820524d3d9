//! A server for several processes behind a proxy, under a service manager: each can be restarted without a failed
//! request.
//!
//! | request | answer |
//! |---|---|
//! | `GET /health`, the health check of the proxy | 200, or 503 once the server is about to end |
//! | all others | the client's address, where it has connected to, the process, and `X-Forwarded-For` |
//!
//! `behind_proxy [--url URL] [--proxy NETWORK]... [--grace MILLISECONDS]`
//!
//! Connections of the given proxies begin with a PROXY header. On SIGTERM or SIGINT the server does this, in this order
//! (docs/PROXY.md):
//!
//! 1. It tells the service manager that it stops. For the time of `--grace`, `/health` answers 503 and each response
//!    ends its connection: proxies learn that they must go elsewhere, and clients leave.
//! 2. [`Server::shutdown_gracefully`]: the port closes, and requests that are in progress are finished.

use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use httpsys::service_manager::{ServiceNews, notify};
use httpsys::{ProxyProtocol, Request, Response, Server};

/// Threads that answer.
const THREADS: usize = 2;

/// How long requests that are in progress may take after the port has closed.
const LIMIT: Duration = Duration::from_secs(30);

/// What the command line says.
struct Arguments {
    url: String,
    proxies: ProxyProtocol,
    grace: Duration,
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Box<dyn std::error::Error>> {
    let arguments = parse(std::env::args().skip(1))?;
    let mut builder = Server::builder().url(&arguments.url);
    if arguments.proxies != ProxyProtocol::off() {
        builder = builder.proxy_protocol(arguments.proxies);
    }
    let server = builder.bind()?;
    let mut signals = EndSignals::new()?;
    let is_ending = AtomicBool::new(false);
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                for request in server.incoming() {
                    let response = answer(&request, is_ending.load(Ordering::SeqCst));
                    // The client may have gone.
                    let _ = request.respond(response);
                }
            });
        }
        let ended = serve_until_asked(&server, &mut signals, &is_ending, arguments.grace);
        if ended.is_err() {
            // Whatever has failed, the threads that answer have to end.
            let _ = server.shutdown();
        }
        ended
    })
}

/// Says that the server listens, waits for a signal, and ends the server step by step.
fn serve_until_asked(
    server: &Server,
    signals: &mut EndSignals,
    is_ending: &AtomicBool,
    grace: Duration,
) -> Result<(), Box<dyn std::error::Error>> {
    for url in server.url_group().urls()? {
        println!("listening on {url}");
    }
    notify(ServiceNews::Ready)?;
    signals.wait();
    notify(ServiceNews::Stopping)?;
    is_ending.store(true, Ordering::SeqCst);
    thread::sleep(grace);
    let ended = server.shutdown_gracefully(LIMIT)?;
    println!("{} broken off", ended.reset);
    Ok(())
}

fn answer(request: &Request, is_ending: bool) -> Response<'static> {
    let response = if request.path() == "/health" {
        if is_ending {
            Response::new(503, "Service Unavailable")
        } else {
            Response::ok()
        }
    } else {
        let forwarded = request.header("X-Forwarded-For").unwrap_or_default();
        let forwarded = String::from_utf8_lossy(forwarded);
        let (remote, local) = (request.remote_addr(), request.local_addr());
        let process = std::process::id();
        Response::ok().body(format!("{remote} {local} {process} {forwarded}\n"))
    };
    if is_ending {
        response.disconnect()
    } else {
        response
    }
}

/// The signals that ask the program to end.
struct EndSignals {
    #[cfg(unix)]
    signals: signal_hook::iterator::Signals,
}

impl EndSignals {
    #[cfg(unix)]
    fn new() -> std::io::Result<EndSignals> {
        use signal_hook::consts::{SIGINT, SIGTERM};
        let signals = signal_hook::iterator::Signals::new([SIGINT, SIGTERM])?;
        Ok(EndSignals { signals })
    }

    #[cfg(unix)]
    fn wait(&mut self) {
        self.signals.forever().next();
    }

    /// Windows has no signals: the program ends when it is stopped.
    #[cfg(not(unix))]
    #[allow(clippy::unnecessary_wraps, reason = "as on Unix")]
    fn new() -> std::io::Result<EndSignals> {
        Ok(EndSignals {})
    }

    #[cfg(not(unix))]
    fn wait(&mut self) {
        loop {
            thread::park();
        }
    }
}

fn parse(mut words: impl Iterator<Item = String>) -> Result<Arguments, Box<dyn std::error::Error>> {
    let mut arguments = Arguments {
        url: "http://localhost:8080/".to_owned(),
        proxies: ProxyProtocol::off(),
        grace: Duration::from_secs(5),
    };
    while let Some(word) = words.next() {
        let mut value = || words.next().ok_or_else(|| format!("{word} needs a value"));
        match &word[..] {
            "--url" => arguments.url = value()?,
            "--proxy" => arguments.proxies.trust(None, [value()?.parse()?]),
            "--grace" => arguments.grace = Duration::from_millis(value()?.parse()?),
            _ => return Err(format!("there is no {word}").into()),
        }
    }
    Ok(arguments)
}
