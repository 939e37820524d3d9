//! HTTP_REQUEST: a request packed into the program's buffer.
//!
//! Owns the arrangement: fixed structure, unknown headers, addresses, cooked URL, strings, and
//! behind them the data chunk with the entity body (G-035). Does not own which request it is nor
//! how the body is read. Invariants: one pass both writes and counts, so that the size reported for
//! a buffer that is too small is exactly the size that works (RCV-009 to RCV-012); pointers into
//! the buffer are made from its own address, and never read here. Threading: one call at a time.

use std::mem::{offset_of, size_of};
use std::net::SocketAddr;
use std::ptr::null_mut;

use httpsys_core::proto::Verb;
use httpsys_core::proto::header::REQUEST_HEADERS;
use httpsys_core::{Error, Request};

use crate::code::Code;
use crate::pointers::Buffer;
use crate::types::{
    HTTP_COOKED_URL, HTTP_DATA_CHUNK, HTTP_DATA_CHUNK_0_0, HTTP_KNOWN_HEADER,
    HTTP_REQUEST_FLAG_MORE_ENTITY_BODY_EXISTS, HTTP_REQUEST_V1, HTTP_REQUEST_V2,
    HTTP_TRANSPORT_ADDRESS, HTTP_UNKNOWN_HEADER, HTTP_VERSION, HttpDataChunkFromMemory,
};

#[cfg(test)]
mod tests;

/// The alignment of HTTP_REQUEST and of each block behind it.
const BLOCK: usize = 8;
/// AF_INET and AF_INET6 of Windows, on every system.
const AF_INET: u16 = 2;
const AF_INET6: u16 = 23;

// SAFETY: integers and raw pointers only, for which zero is a value.
const EMPTY: HTTP_REQUEST_V1 = unsafe { std::mem::zeroed() };

/// The program's buffer of one HttpReceiveHttpRequest.
#[derive(Debug)]
pub(crate) struct RequestBuffer {
    memory: Buffer,
    /// Size of the fixed structure: that of the queue's version.
    fixed: usize,
}

/// Where the entity body goes in a [`RequestBuffer`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct BodyArea {
    chunk: usize,
    start: usize,
}

impl RequestBuffer {
    /// Takes note of the buffer.
    ///
    /// # Errors
    /// 998 when it is not aligned to 8, and for an address where no program has memory, such as NULL
    /// (RCV-022, G-037); 122 when it is smaller than the fixed
    /// structure of the queue's version (RCV-008).
    ///
    /// # Safety
    /// As [`Buffer::new`].
    pub(crate) unsafe fn new(
        first: *mut HTTP_REQUEST_V2,
        length: u32,
        version_1: bool,
    ) -> Result<Self, Code> {
        let fixed = if version_1 {
            size_of::<HTTP_REQUEST_V1>()
        } else {
            size_of::<HTTP_REQUEST_V2>()
        };
        let length = length as usize;
        if first as usize % BLOCK != 0 || out_of_reach(first as usize, length) {
            return Err(Error::NoAccess.into());
        }
        if length < fixed {
            return Err(Error::InsufficientBuffer.into());
        }
        // SAFETY: by the contract of this function.
        let memory = unsafe { Buffer::new(first.cast(), length) }?;
        Ok(RequestBuffer { memory, fixed })
    }

    /// Packs the request without its body and returns the bytes used.
    ///
    /// # Errors
    /// [`Error::MoreData`] with the size needed; the fixed structure is zero then, except for
    /// RequestId and ConnectionId (RCV-009).
    pub(crate) fn pack(&mut self, request: &Request) -> Result<usize, Error> {
        let mut packer = Packer {
            buffer: &mut self.memory,
            at: self.fixed,
        };
        let mut base = EMPTY;
        packer.request(request, &mut base);
        let size = packer.at;
        if size > self.memory.len() {
            self.memory.put(
                0,
                &[0_u64; size_of::<HTTP_REQUEST_V2>() / 8][..self.fixed / 8],
            );
            self.memory
                .put(offset_of!(HTTP_REQUEST_V1, RequestId), &[request.id.0]);
            self.memory.put(
                offset_of!(HTTP_REQUEST_V1, ConnectionId),
                &[request.connection.0],
            );
            return Err(Error::MoreData {
                needed: u32::try_from(size).unwrap_or(u32::MAX),
            });
        }
        self.memory.put(0, &[base]);
        if self.fixed > size_of_val(&base) {
            // The fields of version 2: no request information.
            self.memory.put(size_of_val(&base), &[0_u64; 2]);
        }
        Ok(size)
    }

    /// Where the entity body goes behind `used` bytes; `None` when not one byte of it fits.
    pub(crate) fn body_area(&self, used: usize) -> Option<BodyArea> {
        let chunk = used.next_multiple_of(BLOCK);
        let start = chunk + size_of::<HTTP_DATA_CHUNK>();
        (start < self.memory.len()).then_some(BodyArea { chunk, start })
    }

    /// The memory for the body: all that is left of the buffer (RCV-020).
    pub(crate) fn body(&mut self, area: BodyArea) -> &mut [u8] {
        self.memory.bytes_from(area.start)
    }

    /// Makes `length` body bytes the one entity chunk of the request; returns the bytes used.
    pub(crate) fn set_body(&mut self, area: BodyArea, length: usize) -> usize {
        let union = area.chunk + offset_of!(HTTP_DATA_CHUNK, Anonymous);
        self.memory
            .put(area.chunk, &[0_u64; size_of::<HTTP_DATA_CHUNK>() / 8]);
        self.memory.put(
            area.chunk + offset_of!(HTTP_DATA_CHUNK, DataChunkType),
            &[HttpDataChunkFromMemory],
        );
        let bytes = self.memory.first().wrapping_add(area.start);
        self.memory
            .put(union + offset_of!(HTTP_DATA_CHUNK_0_0, pBuffer), &[bytes]);
        let size = u32::try_from(length).unwrap_or(u32::MAX);
        self.memory.put(
            union + offset_of!(HTTP_DATA_CHUNK_0_0, BufferLength),
            &[size],
        );
        let chunks = self.memory.first().wrapping_add(area.chunk);
        self.memory
            .put(offset_of!(HTTP_REQUEST_V1, pEntityChunks), &[chunks]);
        self.memory
            .put(offset_of!(HTTP_REQUEST_V1, EntityChunkCount), &[1_u16]);
        area.start + length
    }

    /// Says whether more of the body may come (RCV-017 to RCV-020).
    pub(crate) fn set_more(&mut self, more: bool) {
        let flags = if more {
            HTTP_REQUEST_FLAG_MORE_ENTITY_BODY_EXISTS
        } else {
            0
        };
        self.memory
            .put(offset_of!(HTTP_REQUEST_V1, Flags), &[flags]);
    }
}

/// Lays blocks out one behind the other; what does not fit is counted but not written.
struct Packer<'a> {
    buffer: &'a mut Buffer,
    at: usize,
}

impl Packer<'_> {
    fn request(&mut self, request: &Request, out: &mut HTTP_REQUEST_V1) {
        let head = &request.head;
        let version = request.version();
        let verb = request.verb();
        // Blocks that need alignment come first, then text.
        let unknown = self.take(head.unknown_len() * size_of::<HTTP_UNKNOWN_HEADER>(), BLOCK);
        out.Address = HTTP_TRANSPORT_ADDRESS {
            pRemoteAddress: self.address(request.remote).cast(),
            pLocalAddress: self.address(request.local).cast(),
        };
        self.cooked_url(request, &mut out.CookedUrl);
        if request.has_body {
            out.Flags = HTTP_REQUEST_FLAG_MORE_ENTITY_BODY_EXISTS;
        }
        out.RequestId = request.id.0;
        out.ConnectionId = request.connection.0;
        out.UrlContext = request.context;
        out.Version = HTTP_VERSION {
            MajorVersion: version.major,
            MinorVersion: version.minor,
        };
        out.Verb = verb as i32;
        if verb == Verb::Unknown {
            (out.UnknownVerbLength, out.pUnknownVerb) = self.text(head.verb_text());
        }
        (out.RawUrlLength, out.pRawUrl) = self.text(head.raw_url());
        out.BytesReceived = request.bytes_received;
        out.RawConnectionId = request.connection.0;
        for id in 0..REQUEST_HEADERS {
            if let Some(value) = head.known(id) {
                let (length, text) = self.text(value);
                out.Headers.KnownHeaders[id] = HTTP_KNOWN_HEADER {
                    RawValueLength: length,
                    pRawValue: text,
                };
            }
        }
        if head.unknown_len() != 0 {
            out.Headers.UnknownHeaderCount = short(head.unknown_len());
            out.Headers.pUnknownHeaders = self.pointer(unknown).cast();
        }
        for (index, (name, value)) in head.unknown().enumerate() {
            let (name, value) = (self.text(name), self.text(value));
            let field = HTTP_UNKNOWN_HEADER {
                NameLength: name.0,
                RawValueLength: value.0,
                pName: name.1,
                pRawValue: value.1,
            };
            self.buffer
                .put(unknown + index * size_of_val(&field), &[field]);
        }
    }

    /// HST-006 to HST-009: one string, the parts point into it; lengths in bytes.
    fn cooked_url(&mut self, request: &Request, out: &mut HTTP_COOKED_URL) {
        let url = &request.url;
        let full = url.full();
        let at = self.take(size_of_val(full) + 2, 2);
        self.buffer.put(at, full);
        self.buffer.put(at + size_of_val(full), &[0_u16]);
        let part = |start: usize| self.pointer(at + 2 * start).cast::<u16>().cast_const();
        *out = HTTP_COOKED_URL {
            FullUrlLength: short(size_of_val(full)),
            HostLength: short(size_of_val(url.host())),
            AbsPathLength: short(size_of_val(url.abs_path())),
            QueryStringLength: 0,
            pFullUrl: part(0),
            pHost: part(url.host_start()),
            pAbsPath: part(url.path_start()),
            pQueryString: null_mut(),
        };
        if let (Some(start), Some(query)) = (url.query_start(), url.query()) {
            out.QueryStringLength = short(size_of_val(query));
            out.pQueryString = part(start);
        }
    }

    /// A SOCKADDR_IN or SOCKADDR_IN6 in the Windows layout (HST-012).
    fn address(&mut self, address: SocketAddr) -> *mut u8 {
        let mut bytes = [0_u8; 28];
        bytes[2..4].copy_from_slice(&address.port().to_be_bytes());
        let (family, size) = match address {
            SocketAddr::V4(v4) => {
                bytes[4..8].copy_from_slice(&v4.ip().octets());
                (AF_INET, 16)
            }
            SocketAddr::V6(v6) => {
                bytes[4..8].copy_from_slice(&v6.flowinfo().to_ne_bytes());
                bytes[8..24].copy_from_slice(&v6.ip().octets());
                bytes[24..28].copy_from_slice(&v6.scope_id().to_ne_bytes());
                (AF_INET6, 28)
            }
        };
        bytes[..2].copy_from_slice(&family.to_ne_bytes());
        let at = self.take(size, BLOCK);
        self.buffer.put(at, &bytes[..size]);
        self.pointer(at)
    }

    /// Copies bytes and a NUL; returns the length without it and the address.
    fn text(&mut self, text: &[u8]) -> (u16, *const u8) {
        let at = self.take(text.len() + 1, 1);
        self.buffer.put(at, text);
        self.buffer.put(at + text.len(), &[0_u8]);
        (short(text.len()), self.pointer(at))
    }

    fn take(&mut self, size: usize, align: usize) -> usize {
        let at = self.at.next_multiple_of(align);
        self.at = at + size;
        at
    }

    fn pointer(&self, at: usize) -> *mut u8 {
        self.buffer.first().wrapping_add(at)
    }
}

/// Where no program has memory: the lowest 64 KiB, and what wraps around the end of the address
/// space (RCV-022).
fn out_of_reach(first: usize, length: usize) -> bool {
    first < 0x1_0000 || first.checked_add(length).is_none()
}

/// A length of the API. With the default limits a head is far below 64 KiB (LIM-006, LIM-007);
/// where MaxRequestBytes was raised, a longer text is shown up to here.
fn short(length: usize) -> u16 {
    u16::try_from(length).unwrap_or(u16::MAX)
}
