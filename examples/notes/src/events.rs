//! Server-sent events: one response for each subscriber, which goes on until the program or the client ends it.
//!
//! Owns the subscribers, and a thread for each. Does not own what is published (`notes.rs`). Publishing never waits for
//! a client: a subscriber that is 16 events behind loses its stream, and its browser connects again.

use std::sync::Arc;
use std::time::Duration;

use httpsys::{Request, Response, ResponseStream, Result};
use serde::Serialize;

use crate::world::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use crate::world::{Mutex, thread};

/// How many events may wait for a subscriber.
const MOST: usize = 16;
/// After this time without an event a comment is sent, which shows whether the client is still there.
pub(crate) const HEARTBEAT: Duration = Duration::from_secs(15);

type Event = Arc<str>;

/// Where events are published.
pub(crate) struct Feed {
    /// `None`: the program is ending.
    subscribers: Mutex<Option<Vec<SyncSender<Event>>>>,
}

impl Feed {
    pub(crate) fn new() -> Feed {
        Feed {
            subscribers: Mutex::new(Some(Vec::new())),
        }
    }

    pub(crate) fn publish(&self, name: &str, data: &impl Serialize) {
        // JSON has no line ends in it.
        let data = serde_json::to_string(data).expect("maps have text as keys");
        let event: Event = format!("event: {name}\ndata: {data}\n\n").into();
        if let Some(subscribers) = &mut *self.subscribers.lock().unwrap() {
            subscribers.retain(|subscriber| subscriber.try_send(Arc::clone(&event)).is_ok());
        }
    }

    /// How many streams get the next event.
    #[cfg(test)]
    pub(crate) fn subscribers(&self) -> usize {
        let subscribers = self.subscribers.lock().unwrap();
        subscribers.as_ref().map_or(0, Vec::len)
    }

    /// Ends all streams after the events that they still have to send.
    pub(crate) fn close(&self) {
        *self.subscribers.lock().unwrap() = None;
    }

    /// Answers with the events from now on.
    pub(crate) fn subscribe(&self, request: Request) -> Result<()> {
        let (sender, events) = sync_channel(MOST);
        if let Some(subscribers) = &mut *self.subscribers.lock().unwrap() {
            subscribers.push(sender);
        }
        let head = Response::ok()
            .header("Content-Type", "text/event-stream")
            .header("Cache-Control", "no-store");
        let stream = request.start_chunked_response(head)?;
        thread::spawn(move || {
            let _ = send(stream, &events); // an error: the client has gone
        });
        Ok(())
    }
}

fn send(mut stream: ResponseStream, events: &Receiver<Event>) -> Result<()> {
    loop {
        match events.recv_timeout(HEARTBEAT) {
            Ok(event) => stream.write(event.as_bytes())?,
            Err(RecvTimeoutError::Timeout) => stream.write(b": still here\n\n")?,
            Err(RecvTimeoutError::Disconnected) => return stream.finish(),
        }
    }
}
