//! Data chunks: what the body of a response is made of.
//!
//! Owns the kinds of chunk and their lengths. Does not own how far they are sent (`outgoing.rs`) nor
//! the files: a chunk borrows the program's.

use std::fmt;
use std::fs::File;
use std::io;
use std::ops::Range;

use httpsys_core::Error;
use httpsys_core::proto::Trailers;
use httpsys_core::proto::partial::BodyPiece;

use crate::sys;

/// The most chunks of one call (SND-020).
pub(crate) const MAX_CHUNKS: usize = 9999;

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
    /// HttpDataChunkTrailers: the last chunk of the last call of a response. HTTP/1.1 does not carry them
    /// (RSP-031).
    Trailers(&'a Trailers),
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

    /// The file of the system that the bytes are in, at the same offsets, if they are in one: its pages may go to
    /// the network without being read here. `None`, as here unless it is implemented: all is read.
    fn as_file(&self) -> Option<&File> {
        None
    }
}

impl ReadAt for File {
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        sys::read_at(self, buffer, offset)
    }

    fn as_file(&self) -> Option<&File> {
        Some(self)
    }
}

impl Chunk<'_> {
    /// Bytes that the chunk puts on the wire as a part of the body.
    #[must_use]
    pub fn length(&self) -> u64 {
        match self {
            Chunk::Memory(bytes) => bytes.len() as u64,
            Chunk::File { length, .. } => *length,
            Chunk::Trailers(_) => 0,
        }
    }

    /// The chunks of a body that is cut out of these, always the same for the same arguments; trailers stay at its end.
    /// `None`: it would have more chunks than one call may have (SND-020).
    #[must_use]
    pub fn cut<'c>(chunks: &[Chunk<'c>], body: &'c [BodyPiece]) -> Option<Vec<Chunk<'c>>> {
        let mut cut = Vec::new();
        for piece in body {
            match piece {
                BodyPiece::Own(bytes) => cut.push(Chunk::Memory(bytes)),
                BodyPiece::Of(range) => cut_range(chunks, range.clone(), &mut cut),
            }
        }
        cut.extend(Chunk::trailers(chunks).map(Chunk::Trailers));
        (cut.len() <= MAX_CHUNKS).then_some(cut)
    }

    /// All bytes of the chunks, copied: what is to be kept of a body. Blocks while a file is read.
    ///
    /// # Errors
    /// [`Error::EndOfBody`] (38) for a file that cannot be read that far; [`Error::NoResources`] (8) when there is
    /// no memory for so much.
    pub fn copy_all(chunks: &[Chunk<'_>]) -> Result<Vec<u8>, Error> {
        let total = usize::try_from(Chunk::total(chunks)).map_err(|_| Error::NoResources)?;
        let mut all = Vec::new();
        all.try_reserve_exact(total)
            .map_err(|_| Error::NoResources)?;
        for chunk in chunks {
            match *chunk {
                Chunk::Memory(bytes) => all.extend_from_slice(bytes),
                Chunk::File {
                    file,
                    offset,
                    length,
                } => {
                    let start = all.len();
                    all.resize(start + length as usize, 0);
                    read_exactly(file, &mut all[start..], offset)?;
                }
                Chunk::Trailers(_) => {}
            }
        }
        Ok(all)
    }

    /// The trailers at the end of a body.
    #[must_use]
    pub fn trailers<'c>(chunks: &[Chunk<'c>]) -> Option<&'c Trailers> {
        match chunks.last() {
            Some(Chunk::Trailers(trailers)) => Some(trailers),
            _ => None,
        }
    }

    /// Whether there are trailers that others chunks follow.
    pub(crate) fn has_trailers_inside(chunks: &[Chunk<'_>]) -> bool {
        let inside = chunks.split_last().map_or(chunks, |(_, inside)| inside);
        inside
            .iter()
            .any(|chunk| matches!(chunk, Chunk::Trailers(_)))
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

fn cut_range<'c>(chunks: &[Chunk<'c>], range: Range<u64>, out: &mut Vec<Chunk<'c>>) {
    let mut at = 0_u64;
    for chunk in chunks {
        let length = chunk.length();
        let start = range.start.clamp(at, at + length) - at;
        let end = range.end.clamp(at, at + length) - at;
        at += length;
        if start == end {
            continue;
        }
        out.push(match *chunk {
            Chunk::Memory(bytes) => Chunk::Memory(&bytes[start as usize..end as usize]),
            Chunk::File { file, offset, .. } => Chunk::File {
                file,
                offset: offset + start,
                length: end - start,
            },
            Chunk::Trailers(_) => continue,
        });
    }
}

fn read_exactly(file: &dyn ReadAt, mut out: &mut [u8], mut offset: u64) -> Result<(), Error> {
    while !out.is_empty() {
        match file.read_at(out, offset) {
            Ok(0) => return Err(Error::EndOfBody),
            Ok(length) => {
                out = out.get_mut(length..).unwrap_or_default();
                offset += length as u64;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => return Err(Error::EndOfBody),
        }
    }
    Ok(())
}

/// The pieces of memory, if there is nothing else.
pub(crate) fn as_memory<'c>(chunks: &'c [Chunk<'c>]) -> Option<impl Iterator<Item = &'c [u8]>> {
    let is_memory = |chunk: &Chunk<'_>| matches!(chunk, Chunk::Memory(_));
    let memory = |chunk: &Chunk<'c>| match chunk {
        Chunk::Memory(bytes) => Some(*bytes),
        Chunk::File { .. } | Chunk::Trailers(_) => None,
    };
    let all = chunks.iter().all(is_memory);
    all.then(|| chunks.iter().filter_map(memory))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn joined(chunks: &[Chunk<'_>]) -> Vec<u8> {
        Chunk::copy_all(chunks).expect("memory and files that are there")
    }

    #[test]
    fn a_body_is_cut_out_of_its_chunks_wherever_they_meet() {
        #[derive(Debug)]
        struct Digits;
        impl ReadAt for Digits {
            fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
                // One byte at a time, and an end.
                let byte = b"0123456789".get(offset as usize).copied();
                Ok(buffer
                    .iter_mut()
                    .zip(byte)
                    .map(|(to, byte)| *to = byte)
                    .count())
            }
        }
        let trailers = Trailers::new();
        let file = Chunk::File {
            file: &Digits,
            offset: 2,
            length: 5,
        };
        let chunks = [
            Chunk::Memory(b"abc"),
            Chunk::Memory(b""),
            file,
            Chunk::Memory(b"xyz"),
            Chunk::Trailers(&trailers),
        ];
        let whole = joined(&chunks);
        assert_eq!(whole, b"abc23456xyz");
        for start in 0..=whole.len() {
            for end in start..=whole.len() {
                let body = [
                    BodyPiece::Own(b"<".to_vec()),
                    BodyPiece::Of(start as u64..end as u64),
                    BodyPiece::Own(b">".to_vec()),
                ];
                let cut = Chunk::cut(&chunks, &body).expect("a few");
                let expected = [b"<", &whole[start..end], b">"].concat();
                assert_eq!(joined(&cut), expected, "{start}..{end}");
                assert!(Chunk::trailers(&cut).is_some());
                assert!(!Chunk::has_trailers_inside(&cut));
            }
        }
        let short = Chunk::File {
            file: &Digits,
            offset: 8,
            length: 3,
        };
        assert_eq!(Chunk::copy_all(&[short]), Err(Error::EndOfBody));
    }

    #[test]
    fn snd_020_a_cut_body_has_no_more_chunks_than_a_call_may_have() {
        let chunks = vec![Chunk::Memory(b"x"); MAX_CHUNKS];
        let of = |range: Range<u64>| [BodyPiece::Own(vec![0]), BodyPiece::Of(range)];
        assert!(Chunk::cut(&chunks, &of(0..9_998)).is_some());
        assert!(Chunk::cut(&chunks, &of(0..9_999)).is_none());
    }
}
