//! Trailers, fragments and pushes: chunks that are not memory, and the calls of the cache.
//!
//! Owns the pointers. Does not own any judgement.

use std::ptr;

use httpsys_core::proto::header::request_header_id;
use windows_sys::Win32::Networking::HttpServer as http;

use super::{Handle, memory_chunk, short, wide};
use crate::door::{CachePiece, CachePolicy, PushSpec};
use crate::overlapped::Overlapped;

/// Names and values as HTTP_UNKNOWN_HEADER, which point into them.
#[must_use]
pub fn unknown_headers(fields: &[(&str, &str)]) -> Vec<http::HTTP_UNKNOWN_HEADER> {
    let fields = fields.iter();
    fields
        .map(|(name, value)| http::HTTP_UNKNOWN_HEADER {
            NameLength: short(name.as_bytes()),
            RawValueLength: short(value.as_bytes()),
            pName: name.as_ptr(),
            pRawValue: value.as_ptr(),
        })
        .collect()
}

/// A chunk of the type HttpDataChunkTrailers, which points to the fields.
#[must_use]
pub fn trailers_chunk(fields: &mut [http::HTTP_UNKNOWN_HEADER]) -> http::HTTP_DATA_CHUNK {
    http::HTTP_DATA_CHUNK {
        DataChunkType: http::HttpDataChunkTrailers,
        Anonymous: http::HTTP_DATA_CHUNK_0 {
            Trailers: http::HTTP_DATA_CHUNK_0_4 {
                TrailerCount: u16::try_from(fields.len()).expect("a few fields"),
                pTrailers: fields.as_mut_ptr(),
            },
        },
    }
}

/// Chunks that point into the pieces and into `names`.
#[must_use]
pub fn chunks_of(
    pieces: &[CachePiece<'_>],
    names: &mut Vec<Vec<u16>>,
) -> Vec<http::HTTP_DATA_CHUNK> {
    let mut named = |name: &str| {
        names.push(wide(name));
        let name = names.last().expect("just pushed");
        (
            name.as_ptr(),
            u16::try_from((name.len() - 1) * 2).expect("short"),
        )
    };
    let chunk = |kind, anonymous| http::HTTP_DATA_CHUNK {
        DataChunkType: kind,
        Anonymous: anonymous,
    };
    let piece = |piece: &CachePiece<'_>| match *piece {
        CachePiece::Memory(bytes) => memory_chunk(bytes),
        CachePiece::Fragment(name) => {
            let (name, length) = named(name);
            let member = http::HTTP_DATA_CHUNK_0_2 {
                FragmentNameLength: length,
                pFragmentName: name,
            };
            chunk(
                http::HttpDataChunkFromFragmentCache,
                http::HTTP_DATA_CHUNK_0 {
                    FromFragmentCache: member,
                },
            )
        }
        CachePiece::Part(name, offset, length) => {
            let member = http::HTTP_DATA_CHUNK_0_3 {
                ByteRange: byte_range(offset, length),
                pFragmentName: named(name).0,
            };
            chunk(
                http::HttpDataChunkFromFragmentCacheEx,
                http::HTTP_DATA_CHUNK_0 {
                    FromFragmentCacheEx: member,
                },
            )
        }
    };
    pieces.iter().map(piece).collect()
}

/// HTTP_BYTE_RANGE.
#[must_use]
pub fn byte_range(offset: u64, length: u64) -> http::HTTP_BYTE_RANGE {
    http::HTTP_BYTE_RANGE {
        StartingOffset: offset,
        Length: length,
    }
}

/// HTTP_CACHE_POLICY.
#[must_use]
pub fn cache_policy(policy: CachePolicy) -> http::HTTP_CACHE_POLICY {
    let (policy, seconds) = match policy {
        CachePolicy::Nocache => (http::HttpCachePolicyNocache, 77),
        CachePolicy::UserInvalidates => (http::HttpCachePolicyUserInvalidates, 77),
        CachePolicy::TimeToLive(seconds) => (http::HttpCachePolicyTimeToLive, seconds),
    };
    http::HTTP_CACHE_POLICY {
        Policy: policy,
        SecondsToLive: seconds,
    }
}

/// HttpAddFragmentToCache.
pub fn add_fragment(
    queue: Handle,
    url: &str,
    chunk: &http::HTTP_DATA_CHUNK,
    policy: CachePolicy,
    overlapped: Option<&Overlapped>,
) -> u32 {
    let (url, policy) = (wide(url), cache_policy(policy));
    let overlapped = overlapped.map_or(ptr::null_mut(), Overlapped::pointer);
    // SAFETY: the string ends with its NUL, and all outlives the call, which ends at once.
    unsafe { http::HttpAddFragmentToCache(queue.raw(), url.as_ptr(), chunk, &policy, overlapped) }
}

/// HttpReadFragmentFromCache.
pub fn read_fragment(
    queue: Handle,
    url: &str,
    range: Option<(u64, u64)>,
    buffer: &mut [u8],
    bytes: Option<&mut u32>,
    overlapped: Option<&Overlapped>,
) -> u32 {
    let url = wide(url);
    let range = range.map(|(offset, length)| byte_range(offset, length));
    let range = range.as_ref().map_or(ptr::null(), ptr::from_ref);
    let length = u32::try_from(buffer.len()).expect("a small buffer");
    let bytes = bytes.map_or(ptr::null_mut(), ptr::from_mut);
    let overlapped = overlapped.map_or(ptr::null_mut(), Overlapped::pointer);
    let buffer = buffer.as_mut_ptr().cast();
    // SAFETY: as above; the buffer has the size that is said.
    unsafe {
        http::HttpReadFragmentFromCache(
            queue.raw(),
            url.as_ptr(),
            range,
            buffer,
            length,
            bytes,
            overlapped,
        )
    }
}

/// HttpFlushResponseCache.
pub fn flush_cache(queue: Handle, url: &str, flags: u32, overlapped: Option<&Overlapped>) -> u32 {
    let url = wide(url);
    let overlapped = overlapped.map_or(ptr::null_mut(), Overlapped::pointer);
    // SAFETY: as above.
    unsafe { http::HttpFlushResponseCache(queue.raw(), url.as_ptr(), flags, overlapped) }
}

/// HttpDeclarePush.
pub fn declare_push(queue: Handle, id: u64, push: &PushSpec<'_>) -> u32 {
    let path = wide(push.path);
    let query = push.query.map(|query| format!("{query}\0"));
    let mut headers = http::HTTP_REQUEST_HEADERS::default();
    let mut unknown = Vec::new();
    for (name, value) in push.headers {
        match request_header_id(name.as_bytes()) {
            Some(slot) => {
                headers.KnownHeaders[slot] = http::HTTP_KNOWN_HEADER {
                    RawValueLength: short(value.as_bytes()),
                    pRawValue: value.as_ptr(),
                };
            }
            None => unknown.extend(unknown_headers(&[(name, value)])),
        }
    }
    headers.UnknownHeaderCount = u16::try_from(unknown.len()).expect("a few");
    headers.pUnknownHeaders = unknown.as_mut_ptr();
    let query = query.as_deref().map_or(ptr::null(), str::as_ptr);
    // SAFETY: the strings end with their NUL; the structure and what it points to outlive the call.
    unsafe { http::HttpDeclarePush(queue.raw(), id, push.verb, path.as_ptr(), query, &headers) }
}
