//! The fragment cache, and flushing both caches.
//!
//! Owns the functions of the family: reading their arguments. Does not own what is kept (`httpsys-core`,
//! `httpsys-engine`). None of them waits: an overlapped call ends at once, and a file is read by the calling
//! thread. Threading: any thread.

use std::ffi::c_void;

use httpsys_core::Error;
use httpsys_engine::Chunk;

use super::check_flags;
use super::send_response::fragments;
use crate::code::CallResult;
use crate::entry::entry;
use crate::marshal::cache_policy::policy_of;
use crate::marshal::chunks::{Chunks, range_within};
use crate::overlapped::{Overlapped, blocking};
use crate::pointers::{self, Buffer, Out};
use crate::queue_handle::{HeldHandle, QueueObject};
use crate::reason::{NamedArgument, invalid};
use crate::types::{
    HANDLE, HTTP_BYTE_RANGE, HTTP_BYTE_RANGE_TO_EOF, HTTP_CACHE_POLICY, HTTP_DATA_CHUNK,
    HTTP_FLUSH_RESPONSE_FLAG_RECURSIVE, HttpDataChunkTrailers, OVERLAPPED,
};

entry! {
    /// Stores a data chunk in the cache under a name, by which sends and HttpReadFragmentFromCache
    /// find it; an existing fragment of that name is overwritten (CSH-020). The data is copied, and
    /// a file is read. As documented, the service does not promise to keep a fragment. It may be
    /// removed when its space is needed. With HttpCachePolicyNocache, a time of 0, or
    /// UriEnableCache 0, nothing is stored, and neither is a chunk that is larger than the whole
    /// cache may be.
    ///
    /// 87 for a name that is not a UrlPrefix or is not under a prefix that the queue has
    /// registered, for an unknown policy, and for trailers; 6 for a handle that is not a queue, and
    /// for a handle in a chunk that is not a file; 38 for a file that is too short; 3 for a chunk
    /// that names a fragment that does not exist; 8 when there is not enough memory. An overlapped
    /// call finishes immediately: it returns 0, and its completion is delivered with size 0.
    fn HttpAddFragmentToCache(
        queue: HANDLE,
        url: *const u16,
        chunk: *const HTTP_DATA_CHUNK,
        policy: *const HTTP_CACHE_POLICY,
        overlapped: *mut OVERLAPPED,
    ) -> u32 {
        let handle = QueueObject::worker(queue)?;
        // SAFETY: by the contract of the function, here and below.
        let name = unsafe { pointers::utf16(url) }.named("UrlPrefix")?;
        // SAFETY: as above; any bytes are a valid structure.
        let policy = policy_of(unsafe { pointers::one(policy) }.named("CachePolicy")?)?;
        // SAFETY: as above.
        if unsafe { pointers::one(chunk) }.named("DataChunk")?.DataChunkType == HttpDataChunkTrailers {
            return Err(invalid("DataChunk: trailers cannot be cached"));
        }
        // SAFETY: as above.
        let chunks = unsafe { Chunks::read(chunk, 1, &fragments(&handle)) }?;
        let add = || {
            let body = chunks.list();
            let length = Chunk::total(&body);
            let copy = || Chunk::copy_all(&body);
            handle.service().add_fragment(handle.queue(), name, policy, length, copy)
        };
        // SAFETY: as above.
        unsafe { at_once("HttpAddFragmentToCache", &handle, overlapped, Out::nowhere(), || add().map(|()| 0)) }
    }

    /// Copies a fragment, or a byte range of it, to the caller's buffer; a response that is cached
    /// under this URL can be read as well (documented: *Fragment Cache*).
    ///
    /// 3 when there is no such fragment (CSH-021); 234 for a buffer that is too small, with the
    /// required size in BytesRead or as the size of the operation (Microsoft's page says 122 in one
    /// place and 234 in another: G-242); 38 for a range that begins or ends beyond the end
    /// (assumed, as for files); 87 when a call that is not overlapped has no BytesRead; 6 for a
    /// handle that is not a queue. An overlapped call finishes immediately: it returns 0, and its
    /// completion is delivered.
    fn HttpReadFragmentFromCache(
        queue: HANDLE,
        url: *const u16,
        range: *const HTTP_BYTE_RANGE,
        buffer: *mut c_void,
        length: u32,
        bytes_read: *mut u32,
        overlapped: *mut OVERLAPPED,
    ) -> u32 {
        let handle = QueueObject::worker(queue)?;
        // SAFETY: by the contract of the function, here and below.
        let name = unsafe { pointers::utf16(url) }.named("UrlPrefix")?;
        let (offset, count) = if range.is_null() {
            (0, HTTP_BYTE_RANGE_TO_EOF)
        } else {
            // SAFETY: as above; any bytes are a valid structure.
            let range = unsafe { pointers::one(range) }.named("ByteRange")?;
            (range.StartingOffset, range.Length)
        };
        if overlapped.is_null() && bytes_read.is_null() {
            return Err(invalid("BytesRead is NULL in a call that is not overlapped"));
        }
        // SAFETY: as above.
        let mut buffer = unsafe { Buffer::new(buffer.cast(), length as usize) }.named("Buffer")?;
        let entry = handle.service().fragment(handle.queue(), name)?;
        let part = range_within(entry.body().len(), offset, count)?;
        let bytes = entry.body().get(part).unwrap_or_default();
        let mut copy = || match buffer.put(0, bytes) {
            true => Ok(bytes.len() as u64),
            false => Err(Error::MoreData {
                needed: u32::try_from(bytes.len()).unwrap_or(u32::MAX),
            }),
        };
        // SAFETY: as above.
        unsafe { at_once("HttpReadFragmentFromCache", &handle, overlapped, Out::optional(bytes_read), &mut copy) }
    }

    /// Removes the fragments and responses of the queue from the cache that are stored under a URL
    /// or, with HTTP_FLUSH_RESPONSE_FLAG_RECURSIVE, also under the URLs below it (CSH-019). The
    /// call succeeds even if there is nothing to remove. A wildcard instead of the host stands for
    /// all hosts.
    ///
    /// 87 for a URL that is not a UrlPrefix, and for unknown flags; 6 for a handle that is not a
    /// queue. An overlapped call finishes immediately: it returns 0, and its completion is
    /// delivered.
    fn HttpFlushResponseCache(
        queue: HANDLE,
        url: *const u16,
        flags: u32,
        overlapped: *mut OVERLAPPED,
    ) -> u32 {
        let handle = QueueObject::worker(queue)?;
        check_flags(flags, HTTP_FLUSH_RESPONSE_FLAG_RECURSIVE)?;
        // SAFETY: by the contract of the function, here and below.
        let url = unsafe { pointers::utf16(url) }.named("UrlPrefix")?;
        let recursive = flags & HTTP_FLUSH_RESPONSE_FLAG_RECURSIVE != 0;
        let flush = || handle.service().flush_cache(handle.queue(), url, recursive);
        // SAFETY: as above.
        unsafe { at_once("HttpFlushResponseCache", &handle, overlapped, Out::nowhere(), || flush().map(|()| 0)) }
    }
}

/// A call of the function `name` that does not wait, with or without an OVERLAPPED.
///
/// # Safety
/// `overlapped` is NULL or valid for reads and writes until the operation has ended.
unsafe fn at_once(
    name: &'static str,
    handle: &HeldHandle,
    overlapped: *mut OVERLAPPED,
    count: Out<u32>,
    call: impl FnOnce() -> Result<u64, Error>,
) -> CallResult {
    if overlapped.is_null() {
        return blocking(call(), count);
    }
    // SAFETY: by the contract of this function.
    let begun = unsafe { Overlapped::begin(handle, overlapped, name, ()) };
    begun.inline(call(), count)
}
