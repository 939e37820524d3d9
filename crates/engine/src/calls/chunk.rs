//! Data chunks: what the body of a response is made of.
//!
//! Owns the kinds of chunk and their lengths. Does not own how far they are sent (`outgoing.rs`) nor
//! the files: a chunk borrows the program's.

use std::fmt;
use std::fs::File;
use std::io;

use crate::sys;

/// One HTTP_DATA_CHUNK, borrowed.
#[derive(Clone, Copy, Debug)]
pub enum Chunk<'a> {
    /// HttpDataChunkFromMemory.
    Memory(&'a [u8]),
    /// HttpDataChunkFromFileHandle: `length` bytes of `file` from `offset` on. A file that turns out
    /// shorter ends the connection with a reset and the send with ERROR_HANDLE_EOF (38).
    File {
        /// A regular file, open for reading.
        file: &'a dyn ReadAt,
        /// The first byte.
        offset: u64,
        /// The number of bytes; HTTP_BYTE_RANGE_TO_EOF is resolved by the caller.
        length: u64,
    },
}

/// What a file chunk is read from.
///
/// A read may take as long as it likes: no lock is held meanwhile, and nobody who looks after other
/// connections waits for it.
pub trait ReadAt: fmt::Debug + Sync {
    /// Reads bytes from `offset` on; `Ok(0)`: the file ends there.
    ///
    /// # Errors
    /// What the system says; the send ends with ERROR_HANDLE_EOF (38) then.
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize>;
}

impl ReadAt for File {
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        sys::read_at(self, buffer, offset)
    }
}

impl Chunk<'_> {
    /// Bytes that the chunk puts on the wire.
    #[must_use]
    pub fn length(&self) -> u64 {
        match self {
            Chunk::Memory(bytes) => bytes.len() as u64,
            Chunk::File { length, .. } => *length,
        }
    }

    /// Bytes that all of them put on the wire.
    #[must_use]
    pub fn total(chunks: &[Chunk<'_>]) -> u64 {
        let lengths = chunks.iter().map(Chunk::length);
        lengths.fold(0, u64::saturating_add)
    }
}

impl<'a> From<&'a [u8]> for Chunk<'a> {
    fn from(bytes: &'a [u8]) -> Self {
        Chunk::Memory(bytes)
    }
}

/// The pieces of memory, if there is nothing else.
pub(crate) fn as_memory<'c>(chunks: &'c [Chunk<'c>]) -> Option<impl Iterator<Item = &'c [u8]>> {
    let is_memory = |chunk: &Chunk<'_>| matches!(chunk, Chunk::Memory(_));
    let memory = |chunk: &Chunk<'c>| match chunk {
        Chunk::Memory(bytes) => Some(*bytes),
        Chunk::File { .. } => None,
    };
    let all = chunks.iter().all(is_memory);
    all.then(|| chunks.iter().filter_map(memory))
}
