//! HTTP_DATA_CHUNK arrays: the body of a response as the program passes it.
//!
//! Owns reading the descriptors, which are copied, because the array may be gone when a pending
//! send continues (the memory that they describe may not). Does not own sending. Threading: a value
//! may move to the thread that completes the operation.

use std::sync::Arc;

use httpsys_core::Error;
use httpsys_engine::Chunk;
use httpsys_win32::io::file::{self, File};
use smallvec::SmallVec;

use crate::code::ErrorCode;
use crate::pointers;
use crate::reason::{NamedArgument, invalid};
use crate::types::{
    HANDLE, HTTP_DATA_CHUNK, HttpDataChunkFromFileHandle, HttpDataChunkFromFragmentCache,
    HttpDataChunkFromFragmentCacheEx, HttpDataChunkFromMemory,
    HttpDataChunkFromWinHttpFastForwarding, HttpDataChunkTrailers,
};

/// The most chunks of one call (SND-020).
pub(crate) const MAX_CHUNKS: usize = 9999;

/// So many chunks are described without allocating.
const INLINE: usize = 6;

/// HTTP_BYTE_RANGE_TO_EOF.
const TO_EOF: u64 = u64::MAX;

/// Memory and file ranges of the program's, to be sent in order.
///
/// The memory is valid and unchanged until the send has ended: by the contract of the exported
/// functions, and because each list lives in the call or in its operation. Files are held, so that
/// a handle may be closed while its file is sent (SND-027).
#[derive(Clone, Debug, Default)]
pub(crate) struct Chunks {
    list: SmallVec<[ChunkPiece; INLINE]>,
}

#[derive(Clone, Debug)]
enum ChunkPiece {
    Memory {
        first: *const u8,
        length: usize,
    },
    File {
        file: Arc<File>,
        offset: u64,
        length: u64,
    },
}

// SAFETY: the pointers stand for memory that may be read from any thread until the send has ended.
unsafe impl Send for Chunks {}

impl Chunks {
    /// Copies the descriptors.
    ///
    /// # Errors
    /// 87 for more than 9999 chunks (SND-020), a NULL array or buffer with something in it, and an
    /// unknown type; 3 for a cached fragment: the cache is empty (SND-029); 6 for a handle that is
    /// no file; 38 for a range that begins or ends behind the end of the file (SND-028, the code
    /// is assumed); 50 for trailers and forwarding.
    ///
    /// # Safety
    /// `first` is NULL or points to `count` chunks, whose memory is valid and unchanged as long as
    /// the value lives.
    pub(crate) unsafe fn read(
        first: *const HTTP_DATA_CHUNK,
        count: u16,
    ) -> Result<Chunks, ErrorCode> {
        let count = usize::from(count);
        if count > MAX_CHUNKS {
            return Err(invalid("EntityChunkCount is more than 9999"));
        }
        // SAFETY: by the contract of this function; any bytes are a valid HTTP_DATA_CHUNK.
        let array = unsafe { pointers::slice(first, count) }.named("pEntityChunks")?;
        let mut list = SmallVec::new();
        list.try_reserve(count).map_err(|_| Error::NoResources)?;
        for chunk in array {
            list.extend(read_one(chunk)?);
        }
        Ok(Chunks { list })
    }

    /// The chunks that are not empty, for a call that ends before its caller goes on: without a
    /// copy of the descriptors when all are memory. `None`: [`Chunks::read`] knows more.
    ///
    /// # Safety
    /// As [`Chunks::read`], as long as the result is used.
    pub(crate) unsafe fn borrow<'a>(
        first: *const HTTP_DATA_CHUNK,
        count: u16,
    ) -> Option<SmallVec<[Chunk<'a>; INLINE]>> {
        let count = usize::from(count);
        if count > INLINE {
            return None;
        }
        // SAFETY: by the contract of this function; any bytes are a valid HTTP_DATA_CHUNK.
        let array = unsafe { pointers::slice(first, count) }.ok()?;
        let mut list = SmallVec::new();
        for chunk in array {
            if chunk.DataChunkType != HttpDataChunkFromMemory {
                return None;
            }
            // SAFETY: any bytes are a valid value of this member.
            let memory = unsafe { chunk.Anonymous.FromMemory };
            let length = memory.BufferLength as usize;
            // SAFETY: by the contract of this function.
            let bytes = unsafe { pointers::slice(memory.pBuffer.cast_const().cast(), length) };
            let bytes = bytes.ok()?;
            if !bytes.is_empty() {
                list.push(Chunk::Memory(bytes));
            }
        }
        Some(list)
    }

    /// The chunks that are not empty.
    pub(crate) fn list(&self) -> SmallVec<[Chunk<'_>; INLINE]> {
        self.list
            .iter()
            .map(|piece| match piece {
                ChunkPiece::Memory { first, length } => {
                    // SAFETY: not NULL, and valid as long as `self` by the contract of `read`.
                    Chunk::Memory(unsafe { std::slice::from_raw_parts(*first, *length) })
                }
                ChunkPiece::File {
                    file,
                    offset,
                    length,
                } => Chunk::File {
                    file: file.file(),
                    offset: *offset,
                    length: *length,
                },
            })
            .collect()
    }
}

fn read_one(chunk: &HTTP_DATA_CHUNK) -> Result<Option<ChunkPiece>, ErrorCode> {
    #[allow(non_upper_case_globals, reason = "names of http.h")]
    match chunk.DataChunkType {
        HttpDataChunkFromMemory => {
            // SAFETY: any bytes are a valid value of this member.
            let memory = unsafe { chunk.Anonymous.FromMemory };
            let length = memory.BufferLength as usize;
            if memory.pBuffer.is_null() && length != 0 {
                return Err(invalid("FromMemory.pBuffer is NULL"));
            }
            let first = memory.pBuffer.cast_const().cast();
            Ok((length != 0).then_some(ChunkPiece::Memory { first, length }))
        }
        HttpDataChunkFromFileHandle => {
            // SAFETY: any bytes are a valid value of this member.
            let range = unsafe { chunk.Anonymous.FromFileHandle };
            let (offset, length) = (range.ByteRange.StartingOffset, range.ByteRange.Length);
            file_range(range.FileHandle, offset, length)
        }
        HttpDataChunkFromFragmentCache | HttpDataChunkFromFragmentCacheEx => {
            Err(Error::FragmentNotFound.into())
        }
        HttpDataChunkTrailers | HttpDataChunkFromWinHttpFastForwarding => {
            Err(ErrorCode::NOT_SUPPORTED)
        }
        _ => Err(invalid("DataChunkType is not an HTTP_DATA_CHUNK_TYPE")),
    }
}

fn file_range(handle: HANDLE, offset: u64, length: u64) -> Result<Option<ChunkPiece>, ErrorCode> {
    let file = file::of_handle(handle).ok_or(Error::InvalidHandle)?;
    let about = file.file().metadata();
    let about = about.map_err(|_| Error::InvalidHandle)?;
    // What comes out of a directory, pipe or device has no length that could be announced.
    if !about.is_file() {
        return Err(Error::InvalidHandle.into());
    }
    let rest = about.len().checked_sub(offset).ok_or(Error::EndOfBody)?;
    let length = if length == TO_EOF { rest } else { length };
    if length > rest {
        return Err(Error::EndOfBody.into());
    }
    Ok((length != 0).then_some(ChunkPiece::File {
        file,
        offset,
        length,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::{HTTP_DATA_CHUNK_0, HTTP_DATA_CHUNK_0_0};

    fn memory(bytes: &[u8]) -> HTTP_DATA_CHUNK {
        chunk(HttpDataChunkFromMemory, bytes.as_ptr(), bytes.len() as u32)
    }

    fn chunk(kind: i32, first: *const u8, length: u32) -> HTTP_DATA_CHUNK {
        let memory = HTTP_DATA_CHUNK_0_0 {
            pBuffer: first.cast_mut().cast(),
            BufferLength: length,
        };
        HTTP_DATA_CHUNK {
            DataChunkType: kind,
            Anonymous: HTTP_DATA_CHUNK_0 { FromMemory: memory },
        }
    }

    fn read(array: &[HTTP_DATA_CHUNK]) -> Result<Vec<Vec<u8>>, u32> {
        // SAFETY: the array and what it describes outlive the call.
        let chunks = unsafe { Chunks::read(array.as_ptr(), array.len() as u16) };
        chunks
            .map(|chunks| chunks.list().iter().map(memory_of).collect())
            .map_err(ErrorCode::win32)
    }

    fn memory_of(chunk: &Chunk<'_>) -> Vec<u8> {
        match chunk {
            Chunk::Memory(bytes) => bytes.to_vec(),
            Chunk::File { .. } => panic!("a file"),
        }
    }

    #[test]
    fn memory_chunks_keep_their_order_and_empty_ones_vanish() {
        let null = chunk(HttpDataChunkFromMemory, std::ptr::null(), 0);
        let array = [memory(b"one"), null, memory(b""), memory(b"two")];
        assert_eq!(read(&array), Ok(vec![b"one".to_vec(), b"two".to_vec()]));
        assert_eq!(read(&[]), Ok(vec![]));
    }

    #[test]
    fn snd_020_bad_arrays_are_refused() {
        let null = chunk(HttpDataChunkFromMemory, std::ptr::null(), 1);
        assert_eq!(read(&[memory(b"one"), null]), Err(87));
        assert_eq!(read(&[chunk(77, std::ptr::null(), 0)]), Err(87));
        assert_eq!(read(&[chunk(-1, std::ptr::null(), 0)]), Err(87));
        assert_eq!(read(&vec![memory(b"x"); 10_000]), Err(87));
        assert_eq!(
            read(&vec![memory(b"x"); 9_999]).map(|list| list.len()),
            Ok(9_999)
        );
        // SAFETY: refused before it is read.
        let nothing = unsafe { Chunks::read(std::ptr::null(), 1) };
        assert_eq!(nothing.err().map(ErrorCode::win32), Some(87));
    }

    #[test]
    fn snd_029_lim_021_a_fragment_is_not_in_the_cache_and_trailers_are_off() {
        for (kind, code) in [(1, 6), (2, 3), (3, 3), (4, 50), (5, 50)] {
            assert_eq!(read(&[chunk(kind, std::ptr::null(), 0)]), Err(code));
        }
    }
}
