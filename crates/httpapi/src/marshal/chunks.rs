//! HTTP_DATA_CHUNK arrays: the body of a response as the program passes it.
//!
//! Owns reading the descriptors, which are copied, because the array may be gone when a pending
//! send continues (the memory that they describe may not). Does not own sending. Threading: a value
//! may move to the thread that completes the operation.

use std::ops::Range;
use std::sync::Arc;

use httpsys_core::Error;
use httpsys_core::cache::CacheEntry;
use httpsys_core::proto::Trailers;
use httpsys_core::proto::partial::BodyPiece;
use httpsys_engine::Chunk;
use httpsys_win32::io::file::{self, File};
use smallvec::SmallVec;

use crate::code::ErrorCode;
use crate::marshal::response::unknown_header;
use crate::pointers;
use crate::reason::{NamedArgument, invalid};
use crate::types::{
    HANDLE, HTTP_DATA_CHUNK, HTTP_DATA_CHUNK_0_4, HTTP_UNKNOWN_HEADER, HttpDataChunkFromFileHandle,
    HttpDataChunkFromFragmentCache, HttpDataChunkFromFragmentCacheEx, HttpDataChunkFromMemory,
    HttpDataChunkFromWinHttpFastForwarding, HttpDataChunkTrailers,
};

/// The most chunks of one call (SND-020).
pub(crate) const MAX_CHUNKS: usize = 9999;

/// So many chunks are described without allocating.
const INLINE: usize = 6;

/// The most trailer fields, as of unknown headers (documented there: HTTP_RESPONSE_HEADERS).
const MAX_TRAILERS: u16 = 9999;

/// HTTP_BYTE_RANGE_TO_EOF.
const TO_EOF: u64 = u64::MAX;

/// Memory and file ranges of the program's, to be sent in order, and trailers, which are copied.
///
/// The memory is valid and unchanged until the send has ended: by the contract of the exported
/// functions, and because each list lives in the call or in its operation. Files are held, so that
/// a handle may be closed while its file is sent (SND-027).
#[derive(Clone, Debug, Default)]
pub(crate) struct Chunks {
    list: SmallVec<[ChunkPiece; INLINE]>,
    /// What is cut out of them.
    cut: Option<Arc<[BodyPiece]>>,
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
    Fragment {
        entry: Arc<CacheEntry>,
        part: Range<usize>,
    },
    Trailers(Arc<Trailers>),
}

/// Looks for what is in the cache under a name.
pub(crate) type FindFragment<'a> = &'a dyn Fn(&[u16]) -> Result<Arc<CacheEntry>, Error>;

// SAFETY: the pointers stand for memory that may be read from any thread until the send has ended.
unsafe impl Send for Chunks {}

impl Chunks {
    /// Copies the descriptors.
    ///
    /// # Errors
    /// 87 for more than 9999 chunks (SND-020), a NULL array or buffer with something in it, and an
    /// unknown type; 3 for a fragment that `find` does not find (SND-029, CSH-021), 87 for a name that is NULL
    /// or no text; 6 for a handle that is no file; 38 for a range that begins or ends behind the end of the file
    /// or fragment (SND-028, the code is assumed); 50 for forwarding. Trailers: 87 for more than 9999, a name
    /// that is not a token, and a value with CR, LF or NUL; where they may stand is the send's to say.
    ///
    /// # Safety
    /// `first` is NULL or points to `count` chunks, whose memory is valid and unchanged as long as
    /// the value lives.
    pub(crate) unsafe fn read(
        first: *const HTTP_DATA_CHUNK,
        count: u16,
        find: FindFragment<'_>,
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
            // SAFETY: by the contract of this function.
            list.extend(unsafe { read_one(chunk, find) }?);
        }
        Ok(Chunks { list, cut: None })
    }

    /// The body that is cut out of these chunks.
    pub(crate) fn cut(self, body: Vec<BodyPiece>) -> Chunks {
        Chunks {
            cut: Some(body.into()),
            ..self
        }
    }

    /// Puts the chunks that are not empty into `list`, for a call that ends before its caller goes on:
    /// without a copy of the descriptors when all are memory. `None`: [`Chunks::read`] knows more.
    ///
    /// # Safety
    /// As [`Chunks::read`], as long as the result is used.
    pub(crate) unsafe fn borrow<'a>(
        first: *const HTTP_DATA_CHUNK,
        count: u16,
        list: &mut SmallVec<[Chunk<'a>; INLINE]>,
    ) -> Option<()> {
        let count = usize::from(count);
        if count > INLINE {
            return None;
        }
        // SAFETY: by the contract of this function; any bytes are a valid HTTP_DATA_CHUNK.
        let array = unsafe { pointers::slice(first, count) }.ok()?;
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
        Some(())
    }

    /// The chunks that are not empty.
    pub(crate) fn list(&self) -> SmallVec<[Chunk<'_>; INLINE]> {
        let whole = self.whole();
        let cut = self.cut.as_deref();
        match cut.and_then(|body| Chunk::cut(&whole, body)) {
            Some(cut) => cut.into(),
            None => whole,
        }
    }

    fn whole(&self) -> SmallVec<[Chunk<'_>; INLINE]> {
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
                ChunkPiece::Fragment { entry, part } => {
                    Chunk::Memory(entry.body().get(part.clone()).unwrap_or_default())
                }
                ChunkPiece::Trailers(trailers) => Chunk::Trailers(trailers),
            })
            .collect()
    }
}

/// # Safety
/// What the chunk points to is valid.
unsafe fn read_one(
    chunk: &HTTP_DATA_CHUNK,
    find: FindFragment<'_>,
) -> Result<Option<ChunkPiece>, ErrorCode> {
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
        HttpDataChunkFromFragmentCache => {
            // SAFETY: any bytes are a valid value of this member.
            let named = unsafe { chunk.Anonymous.FromFragmentCache };
            if named.FragmentNameLength % 2 != 0 {
                return Err(invalid("FragmentNameLength is odd: it counts bytes"));
            }
            let units = usize::from(named.FragmentNameLength / 2);
            // SAFETY: by the contract of this function.
            let name = unsafe { pointers::slice(named.pFragmentName, units) };
            fragment(find(name.named("pFragmentName")?)?, 0, TO_EOF)
        }
        HttpDataChunkFromFragmentCacheEx => {
            // SAFETY: any bytes are a valid value of this member.
            let named = unsafe { chunk.Anonymous.FromFragmentCacheEx };
            // SAFETY: by the contract of this function.
            let name = unsafe { pointers::utf16(named.pFragmentName) }.named("pFragmentName")?;
            let range = named.ByteRange;
            fragment(find(name)?, range.StartingOffset, range.Length)
        }
        HttpDataChunkTrailers => {
            // SAFETY: any bytes are a valid value of this member; what it points to is valid by the contract.
            let trailers = unsafe { read_trailers(&chunk.Anonymous.Trailers) }?;
            Ok(Some(ChunkPiece::Trailers(Arc::new(trailers))))
        }
        HttpDataChunkFromWinHttpFastForwarding => Err(ErrorCode::NOT_SUPPORTED),
        _ => Err(invalid("DataChunkType is not an HTTP_DATA_CHUNK_TYPE")),
    }
}

fn fragment(
    entry: Arc<CacheEntry>,
    offset: u64,
    length: u64,
) -> Result<Option<ChunkPiece>, ErrorCode> {
    let part = range_within(entry.body().len(), offset, length)?;
    Ok((!part.is_empty()).then_some(ChunkPiece::Fragment { entry, part }))
}

/// A byte range of so many bytes that are there.
///
/// # Errors
/// 38 for a range that begins or ends behind the end.
pub(crate) fn range_within(
    total: usize,
    offset: u64,
    length: u64,
) -> Result<Range<usize>, ErrorCode> {
    let rest = (total as u64).checked_sub(offset).ok_or(Error::EndOfBody)?;
    let length = if length == TO_EOF { rest } else { length };
    if length > rest {
        return Err(Error::EndOfBody.into());
    }
    Ok(offset as usize..(offset + length) as usize)
}

/// # Safety
/// The fields, their names and values are valid.
unsafe fn read_trailers(chunk: &HTTP_DATA_CHUNK_0_4) -> Result<Trailers, ErrorCode> {
    if chunk.TrailerCount > MAX_TRAILERS {
        return Err(invalid("TrailerCount is more than 9999"));
    }
    let count = usize::from(chunk.TrailerCount);
    // SAFETY: by the contract of this function; any bytes are a valid HTTP_UNKNOWN_HEADER.
    let fields = unsafe { pointers::slice(chunk.pTrailers.cast_const(), count) };
    let fields = fields.named("pTrailers")?;
    let bytes = |f: &HTTP_UNKNOWN_HEADER| usize::from(f.NameLength) + usize::from(f.RawValueLength);
    let mut trailers = Trailers::new();
    // They may ask for more than a gigabyte.
    trailers
        .try_reserve(count, fields.iter().map(bytes).sum())
        .map_err(|_| Error::NoResources)?;
    for field in fields {
        // SAFETY: by the contract of this function.
        let (name, value) = unsafe { unknown_header(field) }.named("pTrailers")?;
        trailers
            .push(name, value)
            .map_err(|why| invalid(format!("pTrailers: {}: {why}", name.escape_ascii())))?;
    }
    Ok(trailers)
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
    use crate::types::{HTTP_BYTE_RANGE, HTTP_DATA_CHUNK_0, HTTP_DATA_CHUNK_0_0};
    use crate::types::{HTTP_DATA_CHUNK_0_2, HTTP_DATA_CHUNK_0_3};

    fn memory(bytes: &[u8]) -> HTTP_DATA_CHUNK {
        chunk(HttpDataChunkFromMemory, bytes.as_ptr(), bytes.len() as u32)
    }

    fn chunk(kind: i32, first: *const u8, length: u32) -> HTTP_DATA_CHUNK {
        // The longest of the members, so that all bytes have a value.
        let mut members = HTTP_DATA_CHUNK_0 {
            FromFragmentCacheEx: HTTP_DATA_CHUNK_0_3 {
                ByteRange: HTTP_BYTE_RANGE {
                    StartingOffset: 0,
                    Length: 0,
                },
                pFragmentName: std::ptr::null(),
            },
        };
        members.FromMemory = HTTP_DATA_CHUNK_0_0 {
            pBuffer: first.cast_mut().cast(),
            BufferLength: length,
        };
        HTTP_DATA_CHUNK {
            DataChunkType: kind,
            Anonymous: members,
        }
    }

    fn read(array: &[HTTP_DATA_CHUNK]) -> Result<Vec<Vec<u8>>, u32> {
        // SAFETY: the array and what it describes outlive the call.
        let chunks = unsafe { Chunks::read(array.as_ptr(), array.len() as u16, &find) };
        chunks
            .map(|chunks| chunks.list().iter().map(memory_of).collect())
            .map_err(ErrorCode::win32)
    }

    /// A cache with one fragment, `f`.
    fn find(name: &[u16]) -> Result<Arc<CacheEntry>, Error> {
        let body = b"0123456789".to_vec();
        let policy = httpsys_core::cache::CachePolicy::UserInvalidates;
        let entry = CacheEntry::fragment(name, httpsys_core::QueueId(1), body, policy, (0, 0));
        let is_there = name == [u16::from(b'f')];
        is_there
            .then(|| Arc::new(entry))
            .ok_or(Error::FragmentNotFound)
    }

    fn memory_of(chunk: &Chunk<'_>) -> Vec<u8> {
        match chunk {
            Chunk::Memory(bytes) => bytes.to_vec(),
            Chunk::File { .. } | Chunk::Trailers(_) => panic!("not memory"),
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
        let nothing = unsafe { Chunks::read(std::ptr::null(), 1, &find) };
        assert_eq!(nothing.err().map(ErrorCode::win32), Some(87));
    }

    #[test]
    fn handles_and_names_that_are_null_are_refused_and_forwarding_is_not_there() {
        for (kind, code) in [(1, 6), (2, 3), (3, 87), (5, 50)] {
            assert_eq!(read(&[chunk(kind, std::ptr::null(), 0)]), Err(code));
        }
    }

    fn named(name: &[u16], length: u16) -> HTTP_DATA_CHUNK {
        let member = HTTP_DATA_CHUNK_0_2 {
            FragmentNameLength: length,
            pFragmentName: name.as_ptr(),
        };
        HTTP_DATA_CHUNK {
            DataChunkType: HttpDataChunkFromFragmentCache,
            Anonymous: HTTP_DATA_CHUNK_0 {
                FromFragmentCache: member,
            },
        }
    }

    fn part_of(name: &[u16], offset: u64, length: u64) -> HTTP_DATA_CHUNK {
        let member = HTTP_DATA_CHUNK_0_3 {
            ByteRange: HTTP_BYTE_RANGE {
                StartingOffset: offset,
                Length: length,
            },
            pFragmentName: name.as_ptr(),
        };
        HTTP_DATA_CHUNK {
            DataChunkType: HttpDataChunkFromFragmentCacheEx,
            Anonymous: HTTP_DATA_CHUNK_0 {
                FromFragmentCacheEx: member,
            },
        }
    }

    #[test]
    fn snd_029_csh_021_fragments_are_found_by_their_names() {
        let (known, unknown) = ([u16::from(b'f'), 0], [u16::from(b'g'), 0]);
        let all = b"0123456789".to_vec();
        let mixed = [memory(b"<"), named(&known, 2), part_of(&known, 2, 3)];
        let expected = vec![b"<".to_vec(), all.clone(), b"234".to_vec()];
        assert_eq!(read(&mixed), Ok(expected));
        for (name, length, code) in [
            (&unknown, 2, 3),
            (&known, 4, 3),
            (&known, 0, 3),
            (&known, 1, 87),
        ] {
            assert_eq!(
                read(&[memory(b"<"), named(name, length)]),
                Err(code),
                "{length}"
            );
        }
        assert_eq!(read(&[part_of(&unknown, 0, 1)]), Err(3));
        assert_eq!(read(&[part_of(&known, 0, TO_EOF)]), Ok(vec![all]));
        assert_eq!(read(&[part_of(&known, 10, TO_EOF)]), Ok(vec![]));
        assert_eq!(read(&[part_of(&known, 10, 0)]), Ok(vec![]));
        for (offset, length) in [(11, TO_EOF), (0, 11), (9, 2), (u64::MAX, 1), (11, 0)] {
            assert_eq!(
                read(&[part_of(&known, offset, length)]),
                Err(38),
                "{offset}"
            );
        }
    }

    fn trailer(name: &'static [u8], value: &'static [u8]) -> HTTP_UNKNOWN_HEADER {
        HTTP_UNKNOWN_HEADER {
            NameLength: name.len() as u16,
            RawValueLength: value.len() as u16,
            pName: name.as_ptr(),
            pRawValue: value.as_ptr(),
        }
    }

    fn read_trailer_list(list: &mut [HTTP_UNKNOWN_HEADER]) -> Result<Trailers, u32> {
        let member = HTTP_DATA_CHUNK_0_4 {
            TrailerCount: list.len() as u16,
            pTrailers: list.as_mut_ptr(),
        };
        let chunk = HTTP_DATA_CHUNK {
            DataChunkType: HttpDataChunkTrailers,
            Anonymous: HTTP_DATA_CHUNK_0 { Trailers: member },
        };
        // SAFETY: the list and what it points to outlive the call.
        let chunks = unsafe { Chunks::read(&chunk, 1, &find) }.map_err(ErrorCode::win32)?;
        let list = chunks.list();
        Ok(Chunk::trailers(&list).expect("trailers").clone())
    }

    #[test]
    fn h2x_015_trailers_are_copied_in_their_order() {
        let mut list = [trailer(b"b", b"1"), trailer(b"a", b""), trailer(b"b", b"2")];
        let read = read_trailer_list(&mut list).expect("valid");
        let fields: Vec<_> = read.section().iter().collect();
        let expected: [(&[u8], &[u8]); 3] = [(b"b", b"1"), (b"a", b""), (b"b", b"2")];
        assert_eq!(fields, expected);
        assert_eq!(read_trailer_list(&mut []).map(|it| it.is_empty()), Ok(true));
    }

    #[test]
    fn g_058_trailers_that_are_not_well_formed_are_refused() {
        let mut null = trailer(b"a", b"b");
        null.pRawValue = std::ptr::null();
        for bad in [
            trailer(b"", b"v"),
            trailer(b":status", b"1"),
            trailer(b"a b", b""),
            trailer(b"a", b"b\r\nc: d"),
            null,
        ] {
            assert_eq!(read_trailer_list(&mut [trailer(b"ok", b""), bad]), Err(87));
        }
        let mut many = vec![trailer(b"a", b"b"); 10_000];
        assert_eq!(read_trailer_list(&mut many), Err(87));
        assert!(read_trailer_list(&mut many[..9_999]).is_ok());
    }
}
