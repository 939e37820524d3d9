//! The route of the benchmark with an access log: `logged_peer PORT DIRECTORY`.
//!
//! Owns: a W3C log with all fields, which the request fills. Does not own: anything else, as the
//! other peers: `GET /hello`: 200, `Hello, World!`; anything else: 404. Two threads.

use std::io::Write;
use std::process::ExitCode;
use std::thread;

use httpsys::{LogFormat, Logging, RequestQueue, Response, Rollover, Server};

fn serve(queue: &RequestQueue) {
    while let Ok(request) = queue.receive() {
        let response = if request.path_is("/hello") {
            Response::ok()
                .header("Content-Type", "text/plain")
                .body("Hello, World!")
        } else {
            Response::from_status(404)
        };
        // It fails when the client is gone; the load generator counts that on its side.
        let _ = request.respond(response);
    }
}

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let port = arguments.next().and_then(|port| port.parse::<u16>().ok());
    let (Some(port), Some(directory)) = (port, arguments.next()) else {
        eprintln!("usage: logged_peer PORT DIRECTORY");
        return ExitCode::from(2);
    };
    let logging = Logging::new(LogFormat::W3c, directory).rollover(Rollover::Size(u32::MAX));
    let server = Server::builder()
        .url(format!("http://+:{port}/"))
        .logging(logging)
        .bind();
    let server = match server {
        Ok(server) => server,
        Err(error) => {
            eprintln!("logged_peer: {error}");
            return ExitCode::FAILURE;
        }
    };
    // By default the 1,001st request that waits is refused with a reset: 1,024 connections reach that.
    if let Err(error) = server.queue().set_length_limit(65_535) {
        eprintln!("logged_peer: {error}");
        return ExitCode::FAILURE;
    }
    println!("listening on {port}");
    // Nobody has to read it.
    let _ = std::io::stdout().flush();
    thread::scope(|scope| {
        scope.spawn(|| serve(server.queue()));
        serve(server.queue());
    });
    ExitCode::SUCCESS
}
