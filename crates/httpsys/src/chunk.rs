//! Data chunks: what the body of a response is made of.
//!
//! Owns the kinds of chunk, trailers among them, and the length of a file's part. Does not own sending.
//! Threading: plain values; a file may be shared by any number of responses and threads, because its position is not
//! used.

use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::Arc;

use httpsys_core::proto::Trailers;
use httpsys_engine::Chunk;
use httpsys_engine::reason;
use smallvec::SmallVec;

use crate::{Data, Error, Fragment, Result};

/// Chunks lent to one send; up to four need no allocation.
pub(crate) type Lent<'c> = SmallVec<[Chunk<'c>; 4]>;

/// Chunks that one send owns.
pub(crate) type Pieces<'a> = SmallVec<[DataChunk<'a>; 4]>;

/// HTTP_DATA_CHUNK: a piece of the body of a response, from memory or from a file, or the trailers
/// after it.
///
/// It can be made from everything that [`Data`] can be made from, and from a [`FileRange`], a
/// [`Fragment`], or [`Trailers`]:
///
/// ```
/// use httpsys::{DataChunk, FileRange};
///
/// # fn main() -> std::io::Result<()> {
/// # let path = std::env::temp_dir().join(format!("httpsys-chunk-{}", std::process::id()));
/// # std::fs::write(&path, "content")?;
/// let chunks: [DataChunk<'_>; 3] = [
///     "text".into(),
///     vec![1, 2, 3].into(),
///     FileRange::open(&path)?.into(),
/// ];
/// # drop(chunks);
/// # std::fs::remove_file(path)
/// # }
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum DataChunk<'a> {
    /// HttpDataChunkFromMemory.
    Memory(Data<'a>),
    /// HttpDataChunkFromFileHandle.
    File(FileRange<'a>),
    /// HttpDataChunkTrailers: the last chunk of a response, in the call that ends it
    /// ([`Error::InvalidParameter`] elsewhere). Trailers are sent over HTTP/2; with HTTP/1.1 they
    /// are accepted but not sent (RSP-031).
    ///
    /// ```
    /// use httpsys::{Response, Trailers};
    ///
    /// # fn main() -> Result<(), httpsys::InvalidField> {
    /// let mut trailers = Trailers::new();
    /// trailers.push(b"grpc-status", b"0")?;
    /// let response = Response::ok().body("message").chunk(trailers);
    /// # drop(response);
    /// # Ok(())
    /// # }
    /// ```
    Trailers(Box<Trailers>),
    /// HttpDataChunkFromFragmentCache, HttpDataChunkFromFragmentCacheEx.
    Fragment(Fragment),
}

impl Default for DataChunk<'_> {
    fn default() -> Self {
        DataChunk::Memory(Data::default())
    }
}

impl<'a, T: Into<Data<'a>>> From<T> for DataChunk<'a> {
    fn from(data: T) -> Self {
        DataChunk::Memory(data.into())
    }
}

impl<'a> From<FileRange<'a>> for DataChunk<'a> {
    fn from(file: FileRange<'a>) -> Self {
        DataChunk::File(file)
    }
}

impl From<Fragment> for DataChunk<'_> {
    fn from(fragment: Fragment) -> Self {
        DataChunk::Fragment(fragment)
    }
}

impl From<Trailers> for DataChunk<'_> {
    fn from(trailers: Trailers) -> Self {
        DataChunk::Trailers(Box::new(trailers))
    }
}

impl DataChunk<'_> {
    /// Fixes the length of a file's part, and returns that of the chunk in bytes.
    pub(crate) fn resolve(&mut self) -> Result<u64> {
        match self {
            DataChunk::Memory(bytes) => Ok(bytes.len() as u64),
            DataChunk::File(file) => {
                let length = file.resolved()?;
                file.length = Some(length);
                Ok(length)
            }
            DataChunk::Fragment(fragment) => Ok(fragment.len() as u64),
            DataChunk::Trailers(_) => Ok(0),
        }
    }

    /// Whether a resolved chunk says nothing.
    pub(crate) fn is_empty(&self) -> bool {
        let is_trailers = matches!(self, DataChunk::Trailers(_));
        !is_trailers && self.lend_resolved().length() == 0
    }

    /// The chunk for one send.
    pub(crate) fn lend(&self) -> Result<Chunk<'_>> {
        match self {
            DataChunk::Memory(bytes) => Ok(Chunk::Memory(bytes)),
            DataChunk::File(file) => Ok(file.lend(file.resolved()?)),
            DataChunk::Fragment(fragment) => Ok(Chunk::Memory(fragment)),
            DataChunk::Trailers(trailers) => Ok(Chunk::Trailers(trailers)),
        }
    }

    /// The chunk for a send after [`DataChunk::resolve`]: the length stays what it was then, whatever
    /// has become of the file.
    pub(crate) fn lend_resolved(&self) -> Chunk<'_> {
        match self {
            DataChunk::Memory(bytes) => Chunk::Memory(bytes),
            DataChunk::File(file) => file.lend(file.length.unwrap_or_default()),
            DataChunk::Fragment(fragment) => Chunk::Memory(fragment),
            DataChunk::Trailers(trailers) => Chunk::Trailers(trailers),
        }
    }
}

/// A part of a file, or all of it, as the body of a response or a piece of it.
///
/// It is made of a [`File`] that is open for reading: `&File`, an owned `File`, or an `Arc<File>`
/// that several responses share. A borrowed file stays the caller's; an owned file is closed with
/// the last range, which lives until the send ends. A file is read and sent piece by piece, so that
/// a large file takes no more memory than a small one. Its position is not used and, except on
/// Windows, not changed.
///
/// The end of the file is determined when the send begins. If the file becomes shorter while it is
/// being sent, the send ends with [`Error::EndOfBody`] (38) and the connection is reset, since its
/// `Content-Length` has already been sent.
///
/// ```
/// use std::fs::File;
///
/// use httpsys::{FileRange, Response, Server};
/// # use std::io::{Read, Write};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let path = std::env::temp_dir().join(format!("httpsys-range-{}", std::process::id()));
/// # std::fs::write(&path, "0123456789")?;
/// # let server = Server::builder().url("http://localhost:0/").bind()?;
/// # let mut client = std::net::TcpStream::connect(server.local_addr()?)?;
/// # client.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
/// let file = File::open(&path)?;
/// let part = FileRange::from(&file).range(2, 3); // three bytes behind the first two
/// let response = Response::ok().body("<").chunk(part).chunk(">");
/// server.receive()?.respond(response)?;
/// # let mut answer = String::new();
/// # client.read_to_string(&mut answer)?;
/// # assert!(answer.contains("\r\nContent-Length: 5\r\n") && answer.ends_with("\r\n\r\n<234>"));
/// # std::fs::remove_file(path)?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct FileRange<'a> {
    file: ChunkSource<'a>,
    offset: u64,
    /// `None`: to the end of the file.
    length: Option<u64>,
}

#[derive(Clone, Debug)]
enum ChunkSource<'a> {
    Borrowed(&'a File),
    Shared(Arc<File>),
}

impl FileRange<'static> {
    /// The whole of the file with this path.
    ///
    /// # Errors
    /// The same as those of [`File::open`].
    pub fn open(path: impl AsRef<Path>) -> io::Result<Self> {
        File::open(path).map(FileRange::from)
    }
}

impl<'a> FileRange<'a> {
    /// `length` bytes from `offset` on.
    #[must_use]
    pub fn range(mut self, offset: u64, length: u64) -> Self {
        (self.offset, self.length) = (offset, Some(length));
        self
    }

    /// The rest of the file from `offset` on: HTTP_BYTE_RANGE_TO_EOF.
    #[must_use]
    pub fn starting_at(mut self, offset: u64) -> Self {
        (self.offset, self.length) = (offset, None);
        self
    }

    fn whole(file: ChunkSource<'a>) -> Self {
        FileRange {
            file,
            offset: 0,
            length: None,
        }
    }

    fn file(&self) -> &File {
        match &self.file {
            ChunkSource::Borrowed(file) => file,
            ChunkSource::Shared(file) => file,
        }
    }

    /// The bytes of the range as the file is now.
    fn resolved(&self) -> Result<u64> {
        let about = self.file().metadata().map_err(|error| {
            reason::invalid(format!("the file's properties cannot be read: {error}"))
        })?;
        if !about.is_file() {
            return Err(reason::invalid("the file of a chunk is not a regular file"));
        }
        let rest = about.len().checked_sub(self.offset);
        let rest = rest.ok_or(Error::EndOfBody)?;
        let length = self.length.unwrap_or(rest);
        if length > rest {
            return Err(Error::EndOfBody);
        }
        Ok(length)
    }

    fn lend(&self, length: u64) -> Chunk<'_> {
        Chunk::File {
            file: self.file(),
            offset: self.offset,
            length,
        }
    }
}

impl<'a> From<&'a File> for FileRange<'a> {
    fn from(file: &'a File) -> Self {
        FileRange::whole(ChunkSource::Borrowed(file))
    }
}

impl From<File> for FileRange<'_> {
    fn from(file: File) -> Self {
        Arc::new(file).into()
    }
}

impl From<Arc<File>> for FileRange<'_> {
    fn from(file: Arc<File>) -> Self {
        FileRange::whole(ChunkSource::Shared(file))
    }
}

/// Fixes the lengths of owned chunks, for a send that outlives its call.
pub(crate) fn resolve(mut pieces: Pieces<'_>) -> Result<(Pieces<'_>, u64)> {
    let mut total = 0u64;
    for piece in &mut pieces {
        total = total.saturating_add(piece.resolve()?);
    }
    Ok((pieces, total))
}

/// Chunks of the program for one send.
pub(crate) fn lend<'c>(chunks: &'c [DataChunk<'_>]) -> Result<Lent<'c>> {
    chunks.iter().map(DataChunk::lend).collect()
}
