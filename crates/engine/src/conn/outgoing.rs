//! What is written to a connection: a response, a part of one, a page of the service's, 100 Continue.
//!
//! Owns: the bytes that are the service's own (a head, with a small body behind it), how many bytes
//! of lent chunks follow them, and how much of it is out. Who writes asks it for the next piece and
//! tells it what the socket took; nobody else counts. So what is out is never asked for again: memory
//! that was joined to the head is no lent chunk any more, whoever lends the list.
//! Does not own: the lent chunks (`chunk.rs`), the buffer of what was read of a file
//! (`read_ahead.rs`), nor the socket (`write.rs`). Threading: plain data.

use std::borrow::Cow;
use std::io::{self, IoSlice};

use httpsys_core::proto::h1::response::HeadText;
use smallvec::SmallVec;

use crate::calls::chunk::{self, Chunk, ReadAt};
use crate::calls::read_ahead::ReadAhead;

/// A body of at most so many bytes is copied behind the head: one plain write of all costs the
/// system less than a vectored one.
const JOINED: usize = 1024;

/// So many bytes in front of a file wait until it is read, to go out with its first bytes.
const WORTH_JOINING: u64 = 16 * 1024;

/// Pieces of memory given to one vectored write; the systems' own limit is 1,024.
const PIECES: usize = 64;

/// See the module head.
#[derive(Debug)]
pub(crate) struct Outgoing<'a> {
    /// What comes first. Empty instead of `own_length` bytes once they are out and not borrowed.
    own: Cow<'a, [u8]>,
    own_length: u64,
    /// Bytes of the lent chunks behind it.
    lent: u64,
    /// Bytes that are out.
    position: u64,
    last: bool,
    /// What was read of a file; most often there is none.
    ahead: Option<Box<ReadAhead>>,
}

/// What is to be written next.
pub(crate) enum Next<'a> {
    /// One piece of memory.
    Plain(&'a [u8]),
    /// Pieces for one vectored write.
    Memory(SmallVec<[IoSlice<'a>; 8]>),
    /// First a file has to be read: [`Outgoing::read_ahead`].
    File(Range<'a>),
}

/// The rest of a file chunk.
#[derive(Clone, Copy)]
pub(crate) struct Range<'a> {
    file: &'a dyn ReadAt,
    offset: u64,
    length: u64,
    /// Where it stands in all that is sent.
    at: u64,
}

impl<'a> Outgoing<'a> {
    /// The head of a response and the body that comes with it; `last`: the response ends with it.
    #[inline]
    pub(crate) fn response(mut head: HeadText<'a>, body: &[Chunk<'_>], last: bool) -> Outgoing<'a> {
        let lent = match chunk::as_small_memory(body, JOINED) {
            Some(pieces) => {
                pieces.for_each(|bytes| head.push_body(bytes));
                0
            }
            None => chunk::total(body),
        };
        Outgoing {
            lent,
            last,
            ..Outgoing::own(head.into_bytes())
        }
    }

    /// A part of a response's body.
    pub(crate) fn part(body: &[Chunk<'_>], last: bool) -> Outgoing<'a> {
        Outgoing {
            lent: chunk::total(body),
            last,
            ..Outgoing::own(&[])
        }
    }

    /// Bytes of the service's, which belong to no call.
    #[inline]
    pub(crate) fn own(bytes: &'a [u8]) -> Outgoing<'a> {
        Outgoing {
            own: Cow::Borrowed(bytes),
            own_length: bytes.len() as u64,
            lent: 0,
            position: 0,
            last: false,
            ahead: None,
        }
    }

    /// With copies of those borrowed bytes that are not out, for a time when they are gone; without
    /// what was read of a file.
    pub(crate) fn into_kept(mut self) -> Outgoing<'static> {
        self.forget_ahead();
        let own = if self.position < self.own_length {
            self.own.into_owned()
        } else {
            Vec::new()
        };
        Outgoing {
            own: Cow::Owned(own),
            own_length: self.own_length,
            lent: self.lent,
            position: self.position,
            last: self.last,
            ahead: self.ahead,
        }
    }

    /// Puts more bytes of the service's behind those that are there. Nothing is lent.
    pub(crate) fn append(&mut self, bytes: &[u8]) {
        debug_assert_eq!(self.lent, 0);
        let mut left = self.own_left().to_vec();
        left.extend_from_slice(bytes);
        self.own_length = left.len() as u64;
        self.own = Cow::Owned(left);
        self.position = 0;
    }

    /// All its bytes.
    #[inline]
    pub(crate) fn total(&self) -> u64 {
        self.own_length.saturating_add(self.lent)
    }

    /// The bytes that are out.
    #[inline]
    pub(crate) fn position(&self) -> u64 {
        self.position
    }

    /// The bytes that are not out.
    #[inline]
    pub(crate) fn left(&self) -> u64 {
        self.total() - self.position
    }

    /// Whether a response ends with it.
    #[inline]
    pub(crate) fn is_last(&self) -> bool {
        self.last
    }

    /// The socket has taken so many bytes of the next piece.
    #[inline]
    pub(crate) fn advance(&mut self, bytes: usize) {
        self.position += bytes as u64;
        debug_assert!(self.position <= self.total());
    }

    /// What comes next, at most `most` bytes, which is not 0; `lent` is the list that the caller of
    /// the API gave, always the same. Nothing is left: an empty piece.
    #[inline]
    pub(crate) fn next<'n>(&'n self, lent: &[Chunk<'n>], most: usize) -> Next<'n> {
        match self.plain(most) {
            Some(bytes) => Next::Plain(bytes),
            None => self.next_with(lent, most),
        }
    }

    /// As [`Outgoing::next`], where nothing is lent: one piece of memory, as most often.
    #[inline]
    pub(crate) fn plain(&self, most: usize) -> Option<&[u8]> {
        let bytes = self.own_left();
        (self.lent == 0).then(|| &bytes[..bytes.len().min(most)])
    }

    /// Reads on in the file that [`Outgoing::next`] has named, at most `most` bytes. No lock is held.
    ///
    /// # Errors
    /// The file cannot be read that far.
    pub(crate) fn read_ahead(&mut self, lent: &[Chunk<'_>], most: u64) -> io::Result<()> {
        // Taken out, so that what comes next does not count on it.
        let mut ahead = self.ahead.take().unwrap_or_default();
        let read = match self.next(lent, usize::MAX) {
            Next::File(range) => {
                let most = range.length.min(most);
                ahead.read(range.file, range.offset, range.at, most)
            }
            Next::Plain(_) | Next::Memory(_) => Ok(()),
        };
        self.ahead = Some(ahead);
        read
    }

    /// The send waits: what was read and is not out is read again.
    pub(crate) fn forget_ahead(&mut self) {
        if let Some(ahead) = &mut self.ahead {
            ahead.forget(self.position);
        }
    }

    fn next_with<'n>(&'n self, lent: &[Chunk<'n>], most: usize) -> Next<'n> {
        let own = self.own_left();
        let mut skip = self.position.saturating_sub(self.own_length);
        let mut left = usize::try_from(self.left()).map_or(most, |left| left.min(most));
        let mut at = self.position;
        // Whether pieces stand in what was read: another read would overwrite them.
        let mut uses_ahead = false;
        let mut pieces = SmallVec::new();
        for chunk in std::iter::once(Chunk::Memory(own)).chain(lent.iter().copied()) {
            let length = chunk.length();
            if skip >= length {
                skip -= length;
                continue;
            }
            let rest = length - skip;
            let bytes = match chunk {
                Chunk::Memory(bytes) => &bytes[skip as usize..],
                Chunk::File { file, offset, .. } => match self.ahead_from(at) {
                    [] if uses_ahead || at - self.position >= WORTH_JOINING => break,
                    [] => {
                        return Next::File(Range {
                            file,
                            offset: offset + skip,
                            length: rest,
                            at,
                        });
                    }
                    bytes => {
                        uses_ahead = true;
                        &bytes[..usize::try_from(rest)
                            .map_or(bytes.len(), |rest| rest.min(bytes.len()))]
                    }
                },
            };
            let bytes = &bytes[..bytes.len().min(left)];
            left -= bytes.len();
            at += bytes.len() as u64;
            pieces.push(IoSlice::new(bytes));
            skip = 0;
            // Behind a part of a file comes what is not read yet.
            if pieces.len() == PIECES || left == 0 || (bytes.len() as u64) < rest {
                break;
            }
        }
        Next::Memory(pieces)
    }

    fn ahead_from(&self, position: u64) -> &[u8] {
        let ahead = self.ahead.as_deref();
        ahead.map_or(&[], |ahead| ahead.from(position))
    }

    #[inline]
    fn own_left(&self) -> &[u8] {
        let out = usize::try_from(self.position).unwrap_or(usize::MAX);
        self.own.get(out..).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests;
