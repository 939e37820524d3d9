//! Data chunks: what the body of a response is made of.
//!
//! Owns the kinds of chunk and the arithmetic of a position in a list of them. Does not own the
//! writing (`send.rs`) nor the files: a chunk borrows the program's.

use std::fs::File;
use std::io::IoSlice;

use smallvec::SmallVec;

/// Pieces of memory given to one vectored write; the systems' own limit is 1,024.
const PIECES: usize = 64;

/// One HTTP_DATA_CHUNK, borrowed.
#[derive(Clone, Copy, Debug)]
pub enum Chunk<'a> {
    /// HttpDataChunkFromMemory.
    Memory(&'a [u8]),
    /// HttpDataChunkFromFileHandle: `length` bytes of `file` from `offset` on. Sent without being
    /// read into memory where the system can; the file position is not used. A file that turns out
    /// shorter ends the connection with a reset and the send with ERROR_HANDLE_EOF (38).
    File {
        /// A regular file, open for reading.
        file: &'a File,
        /// The first byte.
        offset: u64,
        /// The number of bytes; HTTP_BYTE_RANGE_TO_EOF is resolved by the caller.
        length: u64,
    },
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
}

impl<'a> From<&'a [u8]> for Chunk<'a> {
    fn from(bytes: &'a [u8]) -> Self {
        Chunk::Memory(bytes)
    }
}

/// The pieces of memory, if there is nothing else and they have at most `most` bytes.
pub(crate) fn as_small_memory<'c>(
    chunks: &'c [Chunk<'c>],
    most: usize,
) -> Option<impl Iterator<Item = &'c [u8]>> {
    let mut left = most;
    for chunk in chunks {
        match chunk {
            Chunk::Memory(bytes) => left = left.checked_sub(bytes.len())?,
            Chunk::File { .. } => return None,
        }
    }
    Some(chunks.iter().filter_map(|chunk| match chunk {
        Chunk::Memory(bytes) => Some(*bytes),
        Chunk::File { .. } => None,
    }))
}

/// The bytes of all chunks.
pub(crate) fn total(chunks: &[Chunk<'_>]) -> u64 {
    chunks
        .iter()
        .map(Chunk::length)
        .fold(0, u64::saturating_add)
}

/// What is to be written next.
pub(crate) enum Next<'a> {
    /// What is left of the head alone.
    Plain(&'a [u8]),
    /// Pieces for one vectored write.
    Memory(SmallVec<[IoSlice<'a>; 8]>),
    File {
        file: &'a File,
        offset: u64,
        length: u64,
    },
}

/// What comes next when `sent` bytes of head and chunks are out: `most` bytes, which is not 0.
pub(crate) fn next_piece<'a>(
    head: &'a [u8],
    chunks: &[Chunk<'a>],
    sent: u64,
    most: usize,
) -> Next<'a> {
    if chunks.is_empty() {
        let bytes = &head[sent as usize..];
        return Next::Plain(&bytes[..bytes.len().min(most)]);
    }
    let mut skip = sent;
    let mut left = most;
    let mut pieces = SmallVec::new();
    for chunk in std::iter::once(Chunk::Memory(head)).chain(chunks.iter().copied()) {
        let length = chunk.length();
        if skip >= length {
            skip -= length;
            continue;
        }
        match chunk {
            Chunk::Memory(bytes) => {
                let bytes = &bytes[skip as usize..];
                let bytes = &bytes[..bytes.len().min(left)];
                left -= bytes.len();
                pieces.push(IoSlice::new(bytes));
            }
            Chunk::File {
                file,
                offset,
                length,
            } if pieces.is_empty() => {
                return Next::File {
                    file,
                    offset: offset + skip,
                    length: (length - skip).min(most as u64),
                };
            }
            // First what stands before it.
            Chunk::File { .. } => break,
        }
        skip = 0;
        if pieces.len() == PIECES || left == 0 {
            break;
        }
    }
    Next::Memory(pieces)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn memory(next: &Next<'_>) -> Vec<u8> {
        match next {
            Next::Memory(pieces) => pieces.iter().flat_map(|piece| piece.to_vec()).collect(),
            _ => panic!("not memory"),
        }
    }

    #[test]
    fn a_write_goes_on_exactly_where_it_stopped() {
        let chunks = [b"one".as_slice(), b"", b"two"].map(Chunk::Memory);
        let whole = b"headonetwo";
        for sent in 0..whole.len() as u64 {
            assert_eq!(
                memory(&next_piece(b"head", &chunks, sent, usize::MAX)),
                &whole[sent as usize..]
            );
        }
    }

    #[test]
    fn lim_015_a_piece_has_at_most_so_many_bytes() {
        let chunks = [b"one".as_slice(), b"two"].map(Chunk::Memory);
        let whole = b"headonetwo";
        for most in 1..12 {
            for sent in 0..whole.len() {
                let end = whole.len().min(sent + most);
                let found = memory(&next_piece(b"head", &chunks, sent as u64, most));
                assert_eq!(found, &whole[sent..end], "{most} from {sent}");
            }
        }
    }

    #[test]
    fn many_chunks_are_written_in_bounded_pieces() {
        let chunks = vec![Chunk::Memory(b"x"); 1000];
        assert_eq!(
            memory(&next_piece(b"", &chunks, 0, usize::MAX)).len(),
            PIECES
        );
    }

    #[test]
    fn a_file_stands_between_memory_chunks() {
        let file = std::fs::File::open(std::env::current_exe().unwrap()).unwrap();
        let chunks = [
            Chunk::Memory(b"ab"),
            Chunk::File {
                file: &file,
                offset: 10,
                length: 5,
            },
            Chunk::Memory(b"cd"),
        ];
        assert_eq!(memory(&next_piece(b"h", &chunks, 0, usize::MAX)), b"hab");
        for sent in 3..8 {
            match next_piece(b"h", &chunks, sent, usize::MAX) {
                Next::File { offset, length, .. } => {
                    assert_eq!((offset, length), (10 + sent - 3, 8 - sent));
                }
                _ => panic!("memory at {sent}"),
            }
        }
        assert_eq!(memory(&next_piece(b"h", &chunks, 8, usize::MAX)), b"cd");
        assert_eq!(total(&chunks), 9);
    }
}
