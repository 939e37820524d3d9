//! HTTP_REQUEST: a request packed into the program's buffer.
//!
//! Owns the arrangement: fixed structure, unknown headers, addresses, cooked URL, the text of the head,
//! the TLS session (`tls`), and behind them the data chunk with the entity body (G-035). The head is copied
//! whole, and the NUL behind each of its parts takes the place of a separator: one copy however many fields
//! there are. Does not own which request it is or how the body is read. Invariants: the size reported for a
//! buffer that is too small is exactly the size that works (RCV-009 to RCV-012); pointers into the buffer
//! are made from its own address, and never read here. Threading: one call at a time.

use std::mem::{offset_of, size_of};
use std::net::SocketAddr;
use std::ptr::null_mut;

use httpsys_core::proto::request::Span;
use httpsys_core::proto::{Verb, Version};
use httpsys_core::{Error, Misuse, Request};

use crate::code::ErrorCode;
use crate::marshal::tls;
use crate::pointers::{self, Buffer, Zeroable};
use crate::reason::NamedArgument;
use crate::strict::{self, BEHIND_URL};
use crate::types::{
    HTTP_COOKED_URL, HTTP_DATA_CHUNK, HTTP_DATA_CHUNK_0_0, HTTP_REQUEST_FLAG_HTTP2,
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

/// Sizes of SOCKADDR_IN and SOCKADDR_IN6.
const IPV4_SIZE: usize = 16;
const IPV6_SIZE: usize = 28;

// SAFETY: integers and raw pointers only.
unsafe impl Zeroable for HTTP_REQUEST_V1 {}

/// The program's buffer of one HttpReceiveHttpRequest.
#[derive(Debug)]
pub(crate) struct RequestBuffer {
    memory: Buffer,
    /// Size of the fixed structure: that of the queue's version.
    fixed: usize,
    /// Bytes behind the cooked URL: a NUL, and in strict mode a text before it.
    behind_url: usize,
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
    ) -> Result<Self, ErrorCode> {
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
            return Err(too_small(length, fixed));
        }
        // SAFETY: by the contract of this function.
        let memory = unsafe { Buffer::new(first.cast(), length) }.named("RequestBuffer")?;
        Ok(RequestBuffer {
            memory,
            fixed,
            behind_url: size_of::<u16>(),
        })
    }

    /// In strict mode a part of the cooked URL that is read up to a NUL shows that.
    #[cold]
    pub(crate) fn mark_url(&mut self) {
        self.behind_url = size_of_val(&BEHIND_URL) + size_of::<u16>();
    }

    /// The whole buffer.
    pub(crate) fn bytes(&self) -> &[u8] {
        self.memory.bytes()
    }

    /// Packs the request without its body and returns the bytes used.
    ///
    /// # Errors
    /// [`Error::MoreData`] with the size needed; the fixed structure is zero then, except for
    /// RequestId and ConnectionId (RCV-009).
    pub(crate) fn pack(&mut self, request: &Request) -> Result<usize, Error> {
        let mut behind_url = self.behind_url;
        let mut plan = BufferPlan::of(request, self.fixed, behind_url);
        if plan.size > self.memory.len() {
            // What strict mode puts there asks for no larger buffer.
            behind_url = size_of::<u16>();
            plan = BufferPlan::of(request, self.fixed, behind_url);
        }
        let fits = plan.size <= self.memory.len();
        let first = self.memory.first();
        let Some((out, blocks)) = self.memory.split_zeroed::<HTTP_REQUEST_V1>(self.fixed) else {
            // The constructor has seen to size and alignment.
            return Err(Error::Internal);
        };
        out.RequestId = request.id.0;
        out.ConnectionId = request.connection.0;
        if !fits {
            return Err(Error::MoreData {
                needed: u32::try_from(plan.size).unwrap_or(u32::MAX),
            });
        }
        let mut packer = Packer {
            first,
            fixed: self.fixed,
            blocks,
        };
        packer.request(request, &plan, out);
        if behind_url != size_of::<u16>() {
            self.put_mark(plan.url + size_of_val(request.url.full()));
        }
        if let Some(session) = &request.tls {
            let behind = tls::Behind {
                end_of_text: plan.end_of_text,
                fixed: self.fixed,
                shows_token: request.shows_channel_token,
            };
            tls::pack(&mut self.memory, session, behind);
        }
        Ok(plan.size)
    }

    /// Puts the text of strict mode behind the URL, and the NUL behind that.
    #[cold]
    #[inline(never)]
    fn put_mark(&mut self, end: usize) {
        self.memory.put(end, &BEHIND_URL);
        self.memory.put(end + size_of_val(&BEHIND_URL), &[0_u16]);
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

/// Where each block lies, as offsets in the buffer: what needs alignment first, then text.
#[derive(Clone, Copy, Debug)]
struct BufferPlan {
    unknown: usize,
    remote: usize,
    local: usize,
    url: usize,
    text: usize,
    /// Where a TLS session begins.
    end_of_text: usize,
    size: usize,
}

impl BufferPlan {
    fn of(request: &Request, fixed: usize, behind_url: usize) -> BufferPlan {
        let unknown = fixed;
        let remote = unknown + request.head.unknown_len() * size_of::<HTTP_UNKNOWN_HEADER>();
        let local = remote + address_size(request.remote).next_multiple_of(BLOCK);
        let url = local + address_size(request.local).next_multiple_of(BLOCK);
        let text = url + size_of_val(request.url.full()) + behind_url;
        let end_of_text = text + request.head.text().len() + 1;
        let size = match &request.tls {
            None => end_of_text,
            Some(session) => tls::end(
                session,
                tls::Behind {
                    end_of_text,
                    fixed,
                    shows_token: request.shows_channel_token,
                },
            ),
        };
        BufferPlan {
            unknown,
            remote,
            local,
            url,
            text,
            end_of_text,
            size,
        }
    }
}

/// Writes the blocks of a request that fits.
struct Packer<'a> {
    /// Of the whole buffer: pointers are made from it.
    first: *mut u8,
    /// The offset of `blocks` in the buffer.
    fixed: usize,
    blocks: &'a mut [u8],
}

impl Packer<'_> {
    fn request(&mut self, request: &Request, plan: &BufferPlan, out: &mut HTTP_REQUEST_V1) {
        let head = &request.head;
        let version = request.version();
        let verb = request.verb();
        out.Address = HTTP_TRANSPORT_ADDRESS {
            pRemoteAddress: self.address(request.remote, plan.remote).cast(),
            pLocalAddress: self.address(request.local, plan.local).cast(),
        };
        self.cooked_url(request, plan.url, &mut out.CookedUrl);
        if request.has_body {
            out.Flags = HTTP_REQUEST_FLAG_MORE_ENTITY_BODY_EXISTS;
        }
        if version >= Version::HTTP_2_0 {
            out.Flags |= HTTP_REQUEST_FLAG_HTTP2;
        }
        out.UrlContext = request.context;
        out.Version = HTTP_VERSION {
            MajorVersion: version.major,
            MinorVersion: version.minor,
        };
        out.BytesReceived = request.bytes_received;
        out.RawConnectionId = request.raw_connection.0;
        let mut text = self.text(head.text(), plan.text);
        out.Verb = verb as i32;
        if verb == Verb::Unknown {
            (out.UnknownVerbLength, out.pUnknownVerb) = text.part(head.verb_span());
        }
        (out.RawUrlLength, out.pRawUrl) = text.part(head.raw_url_span());
        for (id, value) in head.known_spans() {
            let (length, value) = text.part(value);
            if let Some(field) = out.Headers.KnownHeaders.get_mut(id) {
                field.RawValueLength = length;
                field.pRawValue = value;
            }
        }
        if head.unknown_len() != 0 {
            out.Headers.UnknownHeaderCount = short(head.unknown_len());
            out.Headers.pUnknownHeaders = self.pointer(plan.unknown).cast();
            self.unknown_headers(request, plan);
        }
    }

    fn unknown_headers(&mut self, request: &Request, plan: &BufferPlan) {
        let mut at = plan.unknown;
        for (name, value) in request.head.unknown_spans() {
            let mut text = self.placed(request.head.text().len(), plan.text);
            let (name, value) = (text.part(name), text.part(value));
            let field = HTTP_UNKNOWN_HEADER {
                NameLength: name.0,
                RawValueLength: value.0,
                pName: name.1,
                pRawValue: value.1,
            };
            pointers::put(&mut self.blocks[at - self.fixed..], &field);
            at += size_of_val(&field);
        }
    }

    /// HST-006 to HST-009: one string, the parts point into it; lengths in bytes.
    fn cooked_url(&mut self, request: &Request, at: usize, out: &mut HTTP_COOKED_URL) {
        let url = &request.url;
        let full = url.full();
        let end = at - self.fixed + size_of_val(full);
        pointers::put_units(&mut self.blocks[at - self.fixed..end], full);
        self.blocks[end..end + 2].fill(0);
        let part = |start: usize| self.pointer(at + 2 * start).cast::<u16>().cast_const();
        let (host, path) = (url.host_start(), url.path_start());
        let query = url.query_start();
        *out = HTTP_COOKED_URL {
            FullUrlLength: short(size_of_val(full)),
            HostLength: short(2 * (path - host)),
            AbsPathLength: short(2 * (query.unwrap_or(full.len()) - path)),
            QueryStringLength: 0,
            pFullUrl: part(0),
            pHost: part(host),
            pAbsPath: part(path),
            pQueryString: null_mut(),
        };
        if let Some(start) = query {
            out.QueryStringLength = short(2 * (full.len() - start));
            out.pQueryString = part(start);
        }
    }

    /// A SOCKADDR_IN or SOCKADDR_IN6 in the Windows layout (HST-012).
    fn address(&mut self, address: SocketAddr, at: usize) -> *mut u8 {
        let out = &mut self.blocks[at - self.fixed..];
        match address {
            SocketAddr::V4(v4) => {
                let mut bytes = [0_u8; IPV4_SIZE];
                bytes[..2].copy_from_slice(&AF_INET.to_ne_bytes());
                bytes[2..4].copy_from_slice(&v4.port().to_be_bytes());
                bytes[4..8].copy_from_slice(&v4.ip().octets());
                out[..IPV4_SIZE].copy_from_slice(&bytes);
            }
            SocketAddr::V6(v6) => {
                let mut bytes = [0_u8; IPV6_SIZE];
                bytes[..2].copy_from_slice(&AF_INET6.to_ne_bytes());
                bytes[2..4].copy_from_slice(&v6.port().to_be_bytes());
                bytes[4..8].copy_from_slice(&v6.flowinfo().to_ne_bytes());
                bytes[8..24].copy_from_slice(&v6.ip().octets());
                bytes[24..28].copy_from_slice(&v6.scope_id().to_ne_bytes());
                out[..IPV6_SIZE].copy_from_slice(&bytes);
            }
        }
        self.pointer(at)
    }

    /// Copies the head and a NUL; its parts are then found there.
    fn text(&mut self, text: &[u8], at: usize) -> HeadText<'_> {
        let copy = &mut self.blocks[at - self.fixed..][..=text.len()];
        copy[..text.len()].copy_from_slice(text);
        copy[text.len()] = 0;
        self.placed(text.len(), at)
    }

    /// The copy that [`Packer::text`] has made.
    fn placed(&mut self, length: usize, at: usize) -> HeadText<'_> {
        HeadText {
            first: self.first.wrapping_add(at),
            copy: &mut self.blocks[at - self.fixed..][..=length],
        }
    }

    fn pointer(&self, at: usize) -> *mut u8 {
        self.first.wrapping_add(at)
    }
}

/// The copy of a request's head in the program's buffer.
struct HeadText<'a> {
    first: *mut u8,
    copy: &'a mut [u8],
}

impl HeadText<'_> {
    /// Ends a part with a NUL, which takes a byte that belongs to no part; returns its length and
    /// address. An empty part may lie between two others: it is shown at the NUL behind the text.
    fn part(&mut self, part: Span) -> (u16, *const u8) {
        let (start, length) = (part.start as usize, part.len as usize);
        let last = self.copy.len() - 1;
        if length == 0 || start + length > last {
            return (0, self.first.wrapping_add(last));
        }
        self.copy[start + length] = 0;
        (short(length), self.first.wrapping_add(start))
    }
}

fn address_size(address: SocketAddr) -> usize {
    match address {
        SocketAddr::V4(_) => IPV4_SIZE,
        SocketAddr::V6(_) => IPV6_SIZE,
    }
}

#[cold]
fn too_small(length: usize, fixed: usize) -> ErrorCode {
    strict::suspect(Misuse::WrongSize);
    let error = Error::InsufficientBuffer;
    let words = format!("RequestBufferLength is {length}, less than the {fixed} of HTTP_REQUEST");
    httpsys_engine::reason::note(words, error, false);
    error.into()
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
