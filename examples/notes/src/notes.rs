//! The notes: a REST resource with JSON.
//!
//! Owns the notes, and publishes each change in the feed. Does not own routing (`app.rs`).

use std::collections::BTreeMap;
use std::sync::Arc;

use httpsys::{Error, Request, Response, Result};
use serde::{Deserialize, Serialize};

use crate::app::{json, problem};
use crate::events::Feed;
use crate::world::Mutex;

/// The longest body of a new note.
const LIMIT: usize = 64 * 1024;

/// A note, as clients see it.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Note {
    id: u64,
    text: String,
}

/// What a client sends.
#[derive(Deserialize)]
struct NewNote {
    text: String,
}

#[derive(Default)]
struct Board {
    last: u64,
    notes: BTreeMap<u64, Note>,
}

/// All notes, in memory.
pub(crate) struct Notes {
    board: Mutex<Board>,
    feed: Arc<Feed>,
}

impl Notes {
    pub(crate) fn new(feed: Arc<Feed>) -> Notes {
        Notes {
            board: Mutex::new(Board::default()),
            feed,
        }
    }

    pub(crate) fn all(&self) -> Vec<Note> {
        let board = self.board.lock().unwrap();
        board.notes.values().cloned().collect()
    }

    /// Adds a note and tells all subscribers of the feed, in the order of the ids.
    pub(crate) fn add(&self, text: String) -> Note {
        let mut board = self.board.lock().unwrap();
        board.last += 1;
        let note = Note {
            id: board.last,
            text,
        };
        board.notes.insert(note.id, note.clone());
        self.feed.publish("added", &note);
        note
    }

    /// Answers `POST /notes`.
    pub(crate) fn create(&self, request: &Request) -> Result<Response<'static>> {
        let body = match request.read_body_to_end(LIMIT) {
            Ok(body) => body,
            Err(Error::MoreData { .. }) => return Ok(problem(413, "at most 64 KiB")),
            Err(error) => return Err(error),
        };
        Ok(match serde_json::from_slice::<NewNote>(&body) {
            Ok(new) => {
                let note = self.add(new.text);
                json(201, &note).header("Location", format!("/notes/{}", note.id))
            }
            Err(error) => problem(400, &error.to_string()),
        })
    }

    /// Answers `GET /notes/ID`.
    pub(crate) fn show(&self, id: &str) -> Response<'static> {
        let board = self.board.lock().unwrap();
        let note = id.parse().ok().and_then(|id: u64| board.notes.get(&id));
        note.map_or_else(no_note, |note| json(200, note))
    }

    /// Answers `DELETE /notes/ID`.
    pub(crate) fn delete(&self, id: &str) -> Response<'static> {
        let mut board = self.board.lock().unwrap();
        let note = id.parse().ok().and_then(|id| board.notes.remove(&id));
        match note {
            Some(note) => {
                self.feed.publish("deleted", &note);
                Response::from_status(204)
            }
            None => no_note(),
        }
    }
}

fn no_note() -> Response<'static> {
    problem(404, "there is no such note")
}
