//! What is written to a connection: a response, a part of one, an error page, an interim response, bytes of
//! an upgraded connection.
//!
//! Owns: the bytes that are the service's own (a head, with a small body behind it), the chunks lent
//! behind them, and how much of it is out. Who writes asks it for the next piece and tells it what the
//! transport took; nobody else counts. What is out is never asked for again: memory that was joined to the
//! head is no lent chunk any more.
//!
//! A connection writes one thing at a time. Bytes of the service's that the transport has not taken
//! (`Conn::kept`) come first; the send of a call (`Waits::writer`) goes on behind them.
//!
//! Does not own: the program's memory and files (`chunk.rs`), the buffer of what was read of a file
//! (`read_ahead.rs`), nor the writing (`write.rs`). Threading: plain data.

use std::borrow::Cow;
use std::io::{self, IoSlice};

use httpsys_core::proto::h1::response::ResponseText;
use smallvec::SmallVec;

use crate::calls::chunk::{self, Chunk, ReadAt};
use crate::calls::read_ahead::ReadAhead;
use crate::sys::FilePages;

/// A body of at most so many bytes is copied behind the head: one plain write of all costs the
/// system less than a vectored one.
pub(crate) const JOINED: u64 = 1024;

/// So many bytes in front of a file wait until it is read, to go out with its first bytes.
const WORTH_JOINING: u64 = 16 * 1024;

/// Pieces of memory given to one vectored write; the systems' own limit is 1,024.
const PIECES: usize = 64;

/// See the module head.
#[derive(Debug, Default)]
pub(crate) struct Outgoing<'a> {
    /// What comes first. Empty instead of `own_length` bytes once they are out and not borrowed.
    own: Cow<'a, [u8]>,
    own_length: u64,
    /// What comes behind it, as it is lent just now.
    lent: &'a [Chunk<'a>],
    lent_length: u64,
    /// Bytes that are out.
    position: u64,
    last: bool,
    /// So does the transport, of files.
    takes_pages: bool,
    /// What was read of a file; most often there is none.
    ahead: Option<Box<ReadAhead>>,
}

/// What is to be written next.
pub(crate) enum Next<'a> {
    /// One piece of memory.
    Plain(&'a [u8]),
    /// Pieces for one vectored write.
    Memory(SmallVec<[IoSlice<'a>; 8]>),
    /// Pieces for one vectored write, behind which pages of a file come at once.
    BeforePages(SmallVec<[IoSlice<'a>; 8]>),
    /// So many bytes that these pages hold.
    Pages(&'a FilePages, usize),
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
    /// The body of a response, or a part of it; `last`: the response ends with it.
    #[inline]
    pub(crate) fn body(lent: &'a [Chunk<'a>], last: bool) -> Outgoing<'a> {
        Outgoing {
            lent,
            lent_length: Chunk::total(lent),
            last,
            ..Outgoing::default()
        }
    }

    /// Bytes of the service's, which belong to no call.
    #[inline]
    pub(crate) fn own(bytes: &'a [u8]) -> Outgoing<'a> {
        Outgoing {
            own: Cow::Borrowed(bytes),
            own_length: bytes.len() as u64,
            ..Outgoing::default()
        }
    }

    /// Puts the head of the response in front of its body.
    #[inline]
    pub(crate) fn put_head(&mut self, mut head: ResponseText<'a>) {
        debug_assert_eq!(self.own_length, 0);
        if !self.lent.is_empty() && self.lent_length <= JOINED {
            if let Some(pieces) = chunk::as_memory(self.lent) {
                pieces.for_each(|bytes| head.push_body(bytes));
                (self.lent, self.lent_length) = (&[], 0);
            }
        }
        let own = head.into_bytes();
        (self.own, self.own_length) = (Cow::Borrowed(own), own.len() as u64);
    }

    /// The head of the response is out already, as so many bytes.
    pub(crate) fn put_sent_head(&mut self, length: usize) {
        debug_assert_eq!(self.own_length, 0);
        (self.own_length, self.position) = (length as u64, length as u64);
    }

    /// Without what is lent and borrowed, for a time when that is gone: borrowed bytes that are not out
    /// are copied.
    pub(crate) fn into_owned(self) -> Outgoing<'static> {
        let own = if self.position < self.own_length {
            self.own.into_owned()
        } else {
            Vec::new()
        };
        Outgoing {
            own: Cow::Owned(own),
            own_length: self.own_length,
            lent: &[],
            lent_length: self.lent_length,
            position: self.position,
            last: self.last,
            takes_pages: self.takes_pages,
            ahead: self.ahead,
        }
    }

    /// With the chunks that the caller of the API gave, always the same.
    pub(crate) fn lend<'b>(self, lent: &'b [Chunk<'b>]) -> Outgoing<'b>
    where
        'a: 'b,
    {
        Outgoing { lent, ..self }
    }

    /// Puts more bytes of the service's behind those that are there. Nothing is lent.
    pub(crate) fn append(&mut self, more: &Outgoing<'_>) {
        debug_assert_eq!(self.lent_length + more.lent_length, 0);
        let left = [self.own_left(), more.own_left()].concat();
        *self = Outgoing {
            own_length: left.len() as u64,
            own: Cow::Owned(left),
            ..Outgoing::default()
        };
    }

    /// All its bytes.
    #[inline]
    pub(crate) fn total(&self) -> u64 {
        self.own_length.saturating_add(self.lent_length)
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

    /// What comes next, at most `most` bytes, which is not 0. Nothing is left: an empty piece.
    #[inline]
    pub(crate) fn next(&self, most: usize) -> Next<'_> {
        match self.plain(most) {
            Some(bytes) => Next::Plain(bytes),
            None => self.next_with_lent(most),
        }
    }

    /// As [`Outgoing::next`], where nothing is lent: one piece of memory, as most often.
    #[inline]
    pub(crate) fn plain(&self, most: usize) -> Option<&[u8]> {
        let bytes = self.own_left();
        (self.lent_length == 0).then(|| &bytes[..bytes.len().min(most)])
    }

    /// All of it, where nothing is lent and nothing is out.
    #[inline]
    pub(crate) fn whole(&self) -> Option<&[u8]> {
        let is_whole = self.lent_length == 0 && self.position == 0;
        (is_whole && !self.own.is_empty()).then_some(&*self.own)
    }

    /// Whether the transport takes pages of files, for the reads that follow.
    #[inline]
    pub(crate) fn expect_pages(&mut self, takes_pages: bool) {
        self.takes_pages = takes_pages;
    }

    /// Reads on in the file that [`Outgoing::next`] has named, at most `most` bytes. No lock is held.
    ///
    /// # Errors
    /// The file cannot be read that far.
    pub(crate) fn read_ahead(&mut self, most: u64) -> io::Result<()> {
        // Taken out, so that what comes next does not count on it.
        let mut ahead = self.ahead.take().unwrap_or_default();
        let read = match self.next(usize::MAX) {
            Next::File(range) => {
                let most = range.length.min(most);
                ahead.read(range.file, range.offset, range.at, most, self.takes_pages)
            }
            _ => Ok(()),
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

    fn next_with_lent(&self, most: usize) -> Next<'_> {
        let own = self.own_left();
        let mut skip = self.position.saturating_sub(self.own_length);
        let mut left = usize::try_from(self.left()).map_or(most, |left| left.min(most));
        let mut at = self.position;
        // Whether pieces stand in what was read: another read would overwrite them.
        let mut uses_ahead = false;
        let mut pieces = SmallVec::new();
        for chunk in std::iter::once(Chunk::Memory(own)).chain(self.lent.iter().copied()) {
            let length = chunk.length();
            if skip >= length {
                skip -= length;
                continue;
            }
            let rest = length - skip;
            let bytes = match chunk {
                Chunk::Memory(bytes) => &bytes[skip as usize..],
                Chunk::File { .. } if self.pages_from(at).is_some() => {
                    return match self.pages_from(at) {
                        Some((pages, held)) if at == self.position => {
                            Next::Pages(pages, held.min(left))
                        }
                        _ => Next::BeforePages(pieces),
                    };
                }
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
                // They have no bytes on HTTP/1.1 (RSP-031).
                Chunk::Trailers(_) => continue,
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

    fn pages_from(&self, position: u64) -> Option<(&FilePages, usize)> {
        self.ahead.as_ref()?.pages_from(position)
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
