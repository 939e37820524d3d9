//! The application: which part answers which request, and its end.
//!
//! Owns routing, and what responses have in common. Does not own receiving threads (`main.rs`). A handler borrows the
//! request and returns a response; only those whose response goes on after they have returned (events, WebSockets)
//! take the request.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use httpsys::{Drained, Error, Request, RequestQueue, Response, Result, Service, Verb};
use serde::Serialize;
use serde_json::json;

use crate::events::Feed;
use crate::files::Files;
use crate::live::Live;
use crate::notes::Notes;

/// The context of the URL of the metrics, which tells their requests from others. So they can have a port of their own.
pub(crate) const METRICS: u64 = 1;

/// Everything that the threads share.
pub(crate) struct App {
    pub(crate) notes: Arc<Notes>,
    pub(crate) feed: Arc<Feed>,
    files: Files,
    live: Arc<Live>,
}

impl App {
    /// Begins without a note; files are stored in the folder, which exists.
    pub(crate) fn new(folder: impl Into<PathBuf>) -> App {
        let feed = Arc::new(Feed::new());
        let notes = Arc::new(Notes::new(Arc::clone(&feed)));
        App {
            live: Arc::new(Live::new(Arc::clone(&notes))),
            files: Files::new(folder.into()),
            feed,
            notes,
        }
    }

    /// Answers requests until the queue is shut down. Any number of threads may do so.
    pub(crate) fn serve(&self, queue: &RequestQueue) {
        for request in queue.incoming() {
            match self.answer(request, queue.service()) {
                Ok(()) => {}
                // Clients may go away at any time.
                Err(Error::ConnectionInvalid | Error::PeerReset | Error::Aborted) => {}
                Err(error) => eprintln!("notes: {error}"),
            }
        }
    }

    /// Ends what would never end by itself, then lets requests in progress finish. Meanwhile the threads in
    /// [`App::serve`] keep answering; then they return.
    pub(crate) fn end(&self, queue: &RequestQueue, limit: Duration) -> Result<Drained> {
        self.feed.close();
        self.live.close();
        queue.shutdown_gracefully(limit)
    }

    fn answer(&self, request: Request, service: &Service) -> Result<()> {
        use Verb::{Delete, Get, Head, Post, Put};

        let path = request.path();
        let parts: Vec<&str> = path.split('/').skip(1).collect();
        let response = match (request.verb(), parts.as_slice()) {
            (Get | Head, _) if request.url_context() == METRICS => metrics(service),
            (Get, ["events"]) => return self.feed.subscribe(request),
            (Get, ["live"]) => return self.live.accept(request),
            (Get | Head, ["notes"]) => json(200, &self.notes.all()),
            (Post, ["notes"]) => self.notes.create(&request)?,
            (Get | Head, ["notes", id]) => self.notes.show(id),
            (Delete, ["notes", id]) => self.notes.delete(id),
            (Get | Head, ["files", name]) => self.files.load(name),
            (Put, ["files", name]) => self.files.store(&request, name)?,
            (_, ["events" | "live"]) => not_allowed("GET"),
            (_, ["notes"]) => not_allowed("GET, HEAD, POST"),
            (_, ["notes", _]) => not_allowed("GET, HEAD, DELETE"),
            (_, ["files", _]) => not_allowed("GET, HEAD, PUT"),
            _ => problem(404, "there is nothing here"),
        };
        request.respond(response)?; // to HEAD without the body
        Ok(())
    }
}

/// A response with a value as JSON.
pub(crate) fn json(status: u16, value: &impl Serialize) -> Response<'static> {
    let body = serde_json::to_vec(value).expect("maps have text as keys");
    Response::from_status(status)
        .header("Content-Type", "application/json")
        .body(body)
}

/// What went wrong, for the client.
pub(crate) fn problem(status: u16, what: &str) -> Response<'static> {
    json(status, &json!({ "error": what }))
}

fn not_allowed(allowed: &'static str) -> Response<'static> {
    problem(405, "not with this method").header("Allow", allowed)
}

fn metrics(service: &Service) -> Response<'static> {
    Response::ok()
        .header("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
        .body(service.counters().to_prometheus())
}
