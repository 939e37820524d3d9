//! WebSockets: the handshake is HTTP, then the frames are tungstenite's, on the bare connection.
//!
//! Owns the connections that were upgraded, a thread for each, and their closing handshake when the program ends.
//! Does not own the notes (`notes.rs`).

use std::sync::{Arc, Weak};

use httpsys::{Request, Response, Result, Upgraded};
use tungstenite::Message;
use tungstenite::handshake::derive_accept_key;
use tungstenite::protocol::frame::{CloseFrame, Frame, coding::CloseCode};
use tungstenite::protocol::{Role, WebSocket, WebSocketConfig};

use crate::app::problem;
use crate::notes::Notes;
use crate::world::{Mutex, thread};

/// The longest message.
const LIMIT: usize = 64 * 1024;

/// The open connections.
pub(crate) struct Live {
    notes: Arc<Notes>,
    /// `None`: the program is ending.
    open: Mutex<Option<Vec<Weak<Upgraded>>>>,
}

impl Live {
    pub(crate) fn new(notes: Arc<Notes>) -> Live {
        Live {
            notes,
            open: Mutex::new(Some(Vec::new())),
        }
    }

    /// Takes the connection over if the request is a handshake.
    pub(crate) fn accept(self: &Arc<Self>, request: Request) -> Result<()> {
        let Some(key) = accept_key(&request) else {
            let response = problem(426, "this is a WebSocket");
            return request
                .respond(response.header("Upgrade", "websocket"))
                .map(drop);
        };
        let response = Response::from_status(101)
            .header("Upgrade", "websocket")
            .header("Connection", "Upgrade")
            .header("Sec-WebSocket-Accept", key);
        let pipe = Arc::new(request.upgrade(response)?);
        if !self.add(&pipe) {
            say_goodbye(&pipe)?;
        }
        let live = Arc::clone(self);
        thread::spawn(move || {
            // An error is the client's, or its end: the connection is reset.
            if live.talk(&pipe).is_ok() {
                let _ = pipe.shutdown(); // after everything that was sent
            }
        });
        Ok(())
    }

    /// Asks all clients to close their connections.
    pub(crate) fn close(&self) {
        let open = self.open.lock().unwrap().take();
        for pipe in open.into_iter().flatten().filter_map(|pipe| pipe.upgrade()) {
            // It fails for a client that has gone, or takes nothing: the shutdown has a limit for that.
            let _ = say_goodbye(&pipe);
        }
    }

    /// `false`: the program is ending.
    fn add(&self, pipe: &Arc<Upgraded>) -> bool {
        let mut open = self.open.lock().unwrap();
        let Some(open) = &mut *open else { return false };
        open.retain(|pipe| pipe.strong_count() != 0);
        open.push(Arc::downgrade(pipe));
        true
    }

    fn is_closing(&self) -> bool {
        self.open.lock().unwrap().is_none()
    }

    /// Makes a note of each text, until the client closes.
    fn talk(&self, pipe: &Upgraded) -> tungstenite::Result<()> {
        let limits = WebSocketConfig::default()
            .max_message_size(Some(LIMIT))
            .max_frame_size(Some(LIMIT));
        let mut socket = WebSocket::from_raw_socket(pipe, Role::Server, Some(limits));
        loop {
            match socket.read() {
                Ok(Message::Text(text)) => {
                    let note = self.notes.add(text.as_str().to_owned());
                    let note = serde_json::to_string(&note).expect("a note is a map");
                    socket.send(Message::text(note))?;
                }
                // It answers our own close frame, and gets no second one.
                Ok(Message::Close(_)) if self.is_closing() => return Ok(()),
                // The next read answers pings and the closing handshake.
                Ok(_) => {}
                Err(tungstenite::Error::ConnectionClosed) => return Ok(()),
                Err(error) => return Err(error),
            }
        }
    }
}

/// The answer to the client's key, if the request is a handshake (RFC 6455 section 4.2.1).
fn accept_key(request: &Request) -> Option<String> {
    let upgrade = request.header("Upgrade")?;
    let version = request.header("Sec-WebSocket-Version")?;
    let key = request.header("Sec-WebSocket-Key")?;
    let is_handshake = upgrade.eq_ignore_ascii_case(b"websocket") && version == b"13";
    is_handshake.then(|| derive_accept_key(key))
}

/// Sends a close frame, whose answer the connection's own thread reads. Each write is a whole frame, so any thread may
/// send this one.
fn say_goodbye(pipe: &Upgraded) -> Result<()> {
    let frame = Frame::close(Some(CloseFrame {
        code: CloseCode::Away,
        reason: "the server ends".into(),
    }));
    let mut bytes = Vec::new();
    frame
        .format(&mut bytes)
        .expect("memory takes what is written");
    pipe.write(&bytes)
}
