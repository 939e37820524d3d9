//! Bytes of a file that were read for a send, before the socket takes them.
//!
//! Owns: the buffer, which part of the send it holds, and how much is worth reading: as much as the
//! socket was seen to take. Does not own: when to read, which is with no lock held (`send.rs`,
//! `file_threads.rs`). Buffers belong to threads: a send that waits without one has none, however many
//! wait. Threading: plain data.

use std::cell::Cell;
use std::io;

use crate::calls::chunk::ReadAt;

/// The most that one read asks for. Measured: from 64 KiB on more gains little.
pub(crate) const MOST: usize = 128 * 1024;

/// The least that one read asks for, where there is more.
const LEAST: usize = 16 * 1024;

/// See the module head.
#[derive(Debug)]
pub(crate) struct ReadAhead {
    buffer: Option<Box<[u8]>>,
    /// The position in the send of the buffer's first byte.
    at: u64,
    length: usize,
    /// What the next read asks for.
    window: usize,
}

thread_local! {
    static BUFFER: Cell<Option<Box<[u8]>>> = const { Cell::new(None) };
}

impl Default for ReadAhead {
    fn default() -> ReadAhead {
        ReadAhead {
            buffer: None,
            at: 0,
            length: 0,
            window: MOST,
        }
    }
}

impl ReadAhead {
    /// Reads at most `most` bytes of the file from `offset` on, which stand at `at` in the send.
    ///
    /// # Errors
    /// [`io::ErrorKind::UnexpectedEof`] if the file ends there, and what the system says.
    pub(crate) fn read(
        &mut self,
        file: &dyn ReadAt,
        offset: u64,
        at: u64,
        most: u64,
    ) -> io::Result<()> {
        if self.length > 0 && at >= self.end() {
            // The socket has taken all of it.
            self.window = MOST.min(self.window * 2);
        }
        let buffer = self.buffer.get_or_insert_with(take_buffer);
        let most = usize::try_from(most).map_or(self.window, |most| most.min(self.window));
        self.length = 0;
        loop {
            match file.read_at(&mut buffer[..most], offset) {
                Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
                Ok(length) => {
                    (self.at, self.length) = (at, length.min(most));
                    return Ok(());
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// The bytes from this position of the send on, as far as they are here.
    pub(crate) fn from(&self, position: u64) -> &[u8] {
        let start = position.checked_sub(self.at);
        let start = start.and_then(|start| usize::try_from(start).ok());
        match (&self.buffer, start) {
            (Some(buffer), Some(start)) => buffer[..self.length].get(start..).unwrap_or_default(),
            _ => &[],
        }
    }

    /// Gives the buffer back: what is left from `position` on is read again, and not much more than
    /// the socket has taken this time.
    pub(crate) fn forget(&mut self, position: u64) {
        let Some(buffer) = self.buffer.take() else {
            return;
        };
        let _ = BUFFER.try_with(|own| own.set(Some(buffer)));
        if position < self.end() {
            let taken = usize::try_from(position.saturating_sub(self.at)).unwrap_or(MOST);
            self.window = (taken * 2).clamp(LEAST, MOST);
        }
        self.length = 0;
    }

    fn end(&self) -> u64 {
        self.at + self.length as u64
    }
}

fn take_buffer() -> Box<[u8]> {
    let own = BUFFER.try_with(Cell::take).ok().flatten();
    own.unwrap_or_else(|| vec![0; MOST].into_boxed_slice())
}

impl Drop for ReadAhead {
    fn drop(&mut self) {
        if let Some(buffer) = self.buffer.take() {
            let _ = BUFFER.try_with(|own| own.set(Some(buffer)));
        }
    }
}
