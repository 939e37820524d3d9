//! Bytes of a file that were read for a send, before the socket takes them.
//!
//! Owns: the buffer, or the pages of the file where the transport takes those; which part of the send
//! they hold; and how much is worth reading: as much as the socket was seen to take. Does not own: when to
//! read, which is with no lock held (`send.rs`, `file_threads.rs`). Buffers and pages are those of a thread
//! that sends: an overlapped send that waits, for the socket or for a thread that reads, has neither. Threading: plain
//! data.

use std::cell::Cell;
use std::io;

use crate::calls::chunk::ReadAt;
use crate::sys::FilePages;

/// The most that one read copies. Measured: from 64 KiB on more gains little.
pub(crate) const MOST: usize = 128 * 1024;

/// The most pages that one read asks for, in bytes. Measured: twice as much gains nothing.
pub(crate) const MOST_PAGES: usize = 1024 * 1024;

/// The least that is worth a pipe. Measured: 128 KiB cost as much as a copy, 256 KiB a tenth less, 1 MiB half.
const LEAST_PAGES: usize = 128 * 1024;

/// What a pipe must have room for: a user with many pipes gets smaller ones.
const LEAST_ROOM: usize = 64 * 1024;

/// The least that one read asks for, where there is more.
const LEAST: usize = 16 * 1024;

/// See the module head.
#[derive(Debug)]
pub(crate) struct ReadAhead {
    buffer: Option<Box<[u8]>>,
    pages: Option<FilePages>,
    /// What is here is in the pages, and not in the buffer.
    in_pages: bool,
    /// The position in the send of the first byte.
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
            pages: None,
            in_pages: false,
            at: 0,
            length: 0,
            window: MOST_PAGES,
        }
    }
}

impl ReadAhead {
    /// Reads at most `most` bytes of the file from `offset` on, which stand at `at` in the send, behind all that is
    /// here. `takes_pages`: so does the transport.
    ///
    /// # Errors
    /// [`io::ErrorKind::UnexpectedEof`] if the file ends there, and what the system says.
    pub(crate) fn read(
        &mut self,
        file: &dyn ReadAt,
        offset: u64,
        at: u64,
        most: u64,
        takes_pages: bool,
    ) -> io::Result<()> {
        if self.length > 0 && at >= self.end() {
            // The socket has taken all of it.
            self.window = MOST_PAGES.min(self.window * 2);
        }
        let most = usize::try_from(most).map_or(self.window, |most| most.min(self.window));
        debug_assert!(!self.in_pages || at >= self.end(), "pages are left");
        (self.length, self.in_pages) = (0, false);
        if takes_pages && most >= LEAST_PAGES && self.take_pages(file, offset, most) {
            (self.at, self.in_pages) = (at, true);
            return Ok(());
        }
        let buffer = self.buffer.get_or_insert_with(take_buffer);
        let most = most.min(MOST);
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

    /// Takes pages of the file; `false`: its bytes are to be read, which tells what is wrong if that fails as well.
    fn take_pages(&mut self, file: &dyn ReadAt, offset: u64, most: usize) -> bool {
        let Some(file) = file.as_file() else {
            return false;
        };
        let pages = match self.pages.take().map_or_else(FilePages::new, Ok) {
            Ok(pages) if pages.room() >= LEAST_ROOM => self.pages.insert(pages),
            _ => return false,
        };
        self.length = pages.fill(file, offset, most).unwrap_or_default();
        self.length > 0
    }

    /// The pages that hold the bytes from this position of the send on, which is the first that they hold, and how
    /// many bytes those are.
    pub(crate) fn pages_from(&self, position: u64) -> Option<(&FilePages, usize)> {
        let pages = self.pages.as_ref().filter(|_| self.in_pages)?;
        let taken = usize::try_from(position.checked_sub(self.at)?).ok()?;
        let left = self.length.checked_sub(taken).filter(|left| *left > 0)?;
        Some((pages, left))
    }

    /// The bytes from this position of the send on, as far as they are here.
    pub(crate) fn from(&self, position: u64) -> &[u8] {
        let start = position.checked_sub(self.at);
        let start = start.and_then(|start| usize::try_from(start).ok());
        match (&self.buffer, start) {
            (Some(buffer), Some(start)) if !self.in_pages => {
                buffer[..self.length].get(start..).unwrap_or_default()
            }
            _ => &[],
        }
    }

    /// Gives the buffer and the pages back: what is left from `position` on is read again, and not much more than
    /// the socket has taken this time.
    pub(crate) fn forget(&mut self, position: u64) {
        self.pages = None;
        if let Some(buffer) = self.buffer.take() {
            let _ = BUFFER.try_with(|own| own.set(Some(buffer)));
        }
        if position < self.end() {
            let taken = usize::try_from(position.saturating_sub(self.at)).unwrap_or(MOST_PAGES);
            self.window = (taken * 2).clamp(LEAST, MOST_PAGES);
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
