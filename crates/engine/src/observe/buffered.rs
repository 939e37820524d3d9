//! The bytes that connections keep, for simulations.
//!
//! Owns: the look. Does not own: how many may be kept. Threading: any thread; it locks one slot at a time.

use std::net::SocketAddr;

use crate::service::Service;
use crate::transport::Transport;

/// What a connection keeps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BufferedBytes {
    /// The client.
    pub client: SocketAddr,
    /// Bytes that were read and not used. Content of streams that waits to be read is not among them: windows
    /// bound it.
    pub input: usize,
    /// Bytes of the service's own that the socket did not take; frames, if it carries streams.
    pub output: usize,
}

impl Service {
    /// The bytes that open connections keep, streams among them.
    #[must_use]
    pub fn buffered(&self) -> Vec<BufferedBytes> {
        let mut found = Vec::new();
        self.for_each_connection(|_, conn| {
            let output = conn.kept.as_ref().map_or(0, |kept| kept.left());
            let carrier = conn.stream.as_ref().and_then(Transport::carrier);
            let (input, frames) = carrier.map_or((0, 0), |carrier| carrier.lock().buffered());
            found.push(BufferedBytes {
                client: conn.remote,
                input: conn.unused().len() + input,
                output: usize::try_from(output).unwrap_or(usize::MAX) + frames,
            });
        });
        found
    }
}
