//! A notes board: JSON, files, server-sent events and a WebSocket on one request queue, with threads.
//!
//!     notes [URL [FOLDER [METRICS-URL]]]
//!
//! | request | answer |
//! |---|---|
//! | `GET /notes`, `POST /notes` with `{"text": "..."}` | all notes; the new one |
//! | `GET /notes/ID`, `DELETE /notes/ID` | a note; nothing |
//! | `PUT /files/NAME`, `GET /files/NAME` | a file of at most 16 MiB in FOLDER |
//! | `GET /events` | each change as a server-sent event |
//! | `GET /live` | a WebSocket: each text is a new note, which comes back as JSON |
//! | `GET` METRICS-URL | the counters, for Prometheus |
//!
//! URL is `http://localhost:8080/` unless it is given. `https://localhost:8443/` works as well, once
//! `httpsysctl dev-cert` has made a certificate (docs/HTTPS.md). Ctrl-C or SIGTERM ends it: requests in progress get
//! 30 seconds.
//!
//! Owns the command line, the threads that receive, and the signal. The application is in `app.rs`.

mod app;
mod events;
mod files;
mod live;
mod notes;
#[cfg(test)]
mod tests;
mod world;

use std::env;
use std::error::Error;
use std::fs;
use std::process::ExitCode;
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use app::{App, METRICS};
use httpsys::Server;

/// Threads that receive requests. Event streams and WebSockets have their own.
const WORKERS: usize = 4;
/// How long requests in progress may take at the end.
const LIMIT: Duration = Duration::from_secs(30);

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("notes: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let url = arguments.next().unwrap_or("http://localhost:8080/".into());
    let folder = arguments.next().unwrap_or("files".into());
    fs::create_dir_all(&folder)?;
    let mut builder = Server::builder().url(&url);
    if let Some(url) = arguments.next() {
        builder = builder.url_with_context(url, METRICS);
    }
    let server = builder.bind()?; // the error says which URL, and why
    let app = Arc::new(App::new(folder));

    let (stop, stopped) = mpsc::channel();
    ctrlc::set_handler(move || {
        let _ = stop.send(()); // nobody receives a second one
    })?;
    println!("listening on {url}");
    let ended = thread::scope(|scope| {
        for _ in 0..WORKERS {
            scope.spawn(|| app.serve(server.queue()));
        }
        let _ = stopped.recv();
        println!("ending");
        app.end(server.queue(), LIMIT)
    })?;
    println!("ended; {} connections were reset", ended.reset);
    Ok(())
}
