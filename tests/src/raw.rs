//! The C functions as a user of windows-sys calls them, with the pointers taken care of.
//!
//! Owns: UTF-16 arguments, aligned request buffers, building HTTP_RESPONSE and reading HTTP_REQUEST.
//! Does not own: overlapped calls ([`crate::overlapped`]) and any judgement of return codes, which
//! are handed on as they are. Invariant: a synchronous call gets only memory that outlives it.

use std::marker::PhantomData;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::ptr;

#[cfg(not(windows))]
use httpapi as _;
use windows_sys::Win32::Foundation::{CloseHandle, HANDLE};
use windows_sys::Win32::Networking::HttpServer as http;
use windows_sys::Win32::Networking::WinSock::SOCKADDR;
use windows_sys::Win32::Security::SECURITY_ATTRIBUTES;

use crate::door::{Received, Reply};

mod chunks;
mod extension;
mod log;
mod property;
mod tls;

pub use chunks::*;
pub use extension::*;
pub use log::*;
pub use property::*;
pub use tls::*;

/// A HANDLE that may go from thread to thread.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Handle(pub usize);

impl Handle {
    /// NULL.
    pub const NULL: Handle = Handle(0);

    /// For a call.
    #[must_use]
    pub fn raw(self) -> HANDLE {
        self.0 as HANDLE
    }
}

impl From<HANDLE> for Handle {
    fn from(handle: HANDLE) -> Handle {
        Handle(handle as usize)
    }
}

/// HTTPAPI_VERSION 2.0.
pub const V2: (u16, u16) = (2, 0);

fn version((major, minor): (u16, u16)) -> http::HTTPAPI_VERSION {
    http::HTTPAPI_VERSION {
        HttpApiMajorVersion: major,
        HttpApiMinorVersion: minor,
    }
}

/// NUL-terminated UTF-16.
#[must_use]
pub fn wide(text: &str) -> Vec<u16> {
    text.encode_utf16().chain([0]).collect()
}

/// `Ok` for 0.
///
/// # Errors
/// The code, if it is another.
pub fn checked(code: u32) -> Result<(), u32> {
    if code == 0 { Ok(()) } else { Err(code) }
}

/// HttpInitialize with the server flag, version 2.0.
pub fn initialize() -> u32 {
    initialize_as(V2, http::HTTP_INITIALIZE_SERVER)
}

/// HttpInitialize.
///
/// # Panics
/// On Windows, unless HTTPSYS_TEST_SYSTEM_DLL says that its own DLL is to be measured: these are
/// the functions of that DLL there, not ours.
pub fn initialize_as(of: (u16, u16), flags: u32) -> u32 {
    assert!(
        cfg!(not(windows)) || std::env::var_os("HTTPSYS_TEST_SYSTEM_DLL").is_some(),
        "this test measures the DLL of Windows: set HTTPSYS_TEST_SYSTEM_DLL=1 if it should"
    );
    // SAFETY: no pointer but the reserved NULL.
    unsafe { http::HttpInitialize(version(of), flags, ptr::null_mut()) }
}

/// HttpTerminate.
pub fn terminate(flags: u32) -> u32 {
    // SAFETY: no pointer but the reserved NULL.
    unsafe { http::HttpTerminate(flags, ptr::null_mut()) }
}

/// HttpCreateServerSession.
///
/// # Errors
/// The code.
pub fn create_session(of: (u16, u16)) -> Result<u64, u32> {
    let mut id = 0;
    // SAFETY: `id` outlives the call.
    checked(unsafe { http::HttpCreateServerSession(version(of), &raw mut id, 0) })?;
    Ok(id)
}

/// HttpCloseServerSession.
pub fn close_session(id: u64) -> u32 {
    // SAFETY: no pointers.
    unsafe { http::HttpCloseServerSession(id) }
}

/// HttpCreateUrlGroup.
///
/// # Errors
/// The code.
pub fn create_group(session: u64) -> Result<u64, u32> {
    let mut id = 0;
    // SAFETY: `id` outlives the call.
    checked(unsafe { http::HttpCreateUrlGroup(session, &raw mut id, 0) })?;
    Ok(id)
}

/// HttpCloseUrlGroup.
pub fn close_group(id: u64) -> u32 {
    // SAFETY: no pointers.
    unsafe { http::HttpCloseUrlGroup(id) }
}

/// HttpCreateRequestQueue.
///
/// # Errors
/// The code.
pub fn create_queue(of: (u16, u16), name: Option<&str>, flags: u32) -> Result<Handle, u32> {
    let name = name.map(wide);
    let name = name.as_ref().map_or(ptr::null(), |name| name.as_ptr());
    let mut handle = ptr::null_mut();
    // SAFETY: the name is terminated and outlives the call, as does `handle`.
    checked(unsafe {
        http::HttpCreateRequestQueue(version(of), name, ptr::null(), flags, &raw mut handle)
    })?;
    Ok(handle.into())
}

/// HttpCreateRequestQueue with a name and security attributes of this self-relative descriptor, or
/// of none.
///
/// # Errors
/// The code.
pub fn create_secured_queue(name: &str, descriptor: Option<&[u32; 7]>) -> Result<Handle, u32> {
    let name = wide(name);
    let attributes = SECURITY_ATTRIBUTES {
        nLength: u32::try_from(size_of::<SECURITY_ATTRIBUTES>()).expect("a small structure"),
        lpSecurityDescriptor: descriptor.map_or(ptr::null_mut(), |descriptor| {
            descriptor.as_ptr().cast_mut().cast()
        }),
        bInheritHandle: 0,
    };
    let mut handle = ptr::null_mut();
    // SAFETY: name, attributes and descriptor outlive the call, as does `handle`.
    checked(unsafe {
        let attributes = &raw const attributes;
        http::HttpCreateRequestQueue(version(V2), name.as_ptr(), attributes, 0, &raw mut handle)
    })?;
    Ok(handle.into())
}

/// HttpCreateHttpHandle.
///
/// # Errors
/// The code.
pub fn create_http_handle() -> Result<Handle, u32> {
    let mut handle = ptr::null_mut();
    // SAFETY: `handle` outlives the call.
    checked(unsafe { http::HttpCreateHttpHandle(&raw mut handle, 0) })?;
    Ok(handle.into())
}

/// HttpCloseRequestQueue.
pub fn close_queue(queue: Handle) -> u32 {
    // SAFETY: no pointers.
    unsafe { http::HttpCloseRequestQueue(queue.raw()) }
}

/// CloseHandle: whether it succeeded.
pub fn close_handle(handle: Handle) -> bool {
    // SAFETY: no pointers; a wrong handle is refused.
    unsafe { CloseHandle(handle.raw()) != 0 }
}

/// HttpShutdownRequestQueue.
pub fn shutdown_queue(queue: Handle) -> u32 {
    // SAFETY: no pointers.
    unsafe { http::HttpShutdownRequestQueue(queue.raw()) }
}

/// HttpAddUrlToUrlGroup.
pub fn add_url_to_group(group: u64, url: &str, context: u64) -> u32 {
    let url = wide(url);
    // SAFETY: the text is terminated and outlives the call.
    unsafe { http::HttpAddUrlToUrlGroup(group, url.as_ptr(), context, 0) }
}

/// HttpRemoveUrlFromUrlGroup; without a URL with a NULL pointer.
pub fn remove_url_from_group(group: u64, url: Option<&str>, flags: u32) -> u32 {
    let url = url.map(wide);
    let url = url.as_ref().map_or(ptr::null(), |url| url.as_ptr());
    // SAFETY: the text is terminated and outlives the call.
    unsafe { http::HttpRemoveUrlFromUrlGroup(group, url, flags) }
}

/// HttpAddUrl.
pub fn add_url(queue: Handle, url: &str) -> u32 {
    let url = wide(url);
    // SAFETY: the text is terminated and outlives the call.
    unsafe { http::HttpAddUrl(queue.raw(), url.as_ptr(), ptr::null()) }
}

/// HttpRemoveUrl.
pub fn remove_url(queue: Handle, url: &str) -> u32 {
    let url = wide(url);
    // SAFETY: the text is terminated and outlives the call.
    unsafe { http::HttpRemoveUrl(queue.raw(), url.as_ptr()) }
}

/// HttpSetUrlGroupProperty(HttpServerBindingProperty); with `None` the binding is removed.
pub fn bind(group: u64, queue: Option<Handle>) -> u32 {
    let info = http::HTTP_BINDING_INFO {
        Flags: http::HTTP_PROPERTY_FLAGS {
            _bitfield: u32::from(queue.is_some()),
        },
        RequestQueueHandle: queue.unwrap_or(Handle::NULL).raw(),
    };
    set_group_property(group, http::HttpServerBindingProperty, &info)
}

/// HttpReceiveHttpRequest, synchronous, with the first `length` bytes of the buffer.
pub fn receive(
    queue: Handle,
    id: u64,
    flags: u32,
    buffer: &mut RequestBuffer,
    length: u32,
    bytes: Option<&mut u32>,
) -> u32 {
    assert!(length as usize <= buffer.size(), "the buffer is that long");
    let bytes = bytes.map_or(ptr::null_mut(), ptr::from_mut);
    let request = buffer.pointer();
    // SAFETY: the buffer is aligned, has that length and outlives the blocking call, as does
    // `bytes`.
    unsafe {
        http::HttpReceiveHttpRequest(
            queue.raw(),
            id,
            flags,
            request,
            length,
            bytes,
            ptr::null_mut(),
        )
    }
}

/// HttpReceiveRequestEntityBody, synchronous.
pub fn read_body(
    queue: Handle,
    id: u64,
    flags: u32,
    buffer: &mut [u8],
    bytes: Option<&mut u32>,
) -> u32 {
    let bytes = bytes.map_or(ptr::null_mut(), ptr::from_mut);
    let length = u32::try_from(buffer.len()).expect("a short buffer");
    let data = buffer.as_mut_ptr().cast();
    // SAFETY: the buffer has that length and outlives the blocking call, as does `bytes`.
    unsafe {
        http::HttpReceiveRequestEntityBody(
            queue.raw(),
            id,
            flags,
            data,
            length,
            bytes,
            ptr::null_mut(),
        )
    }
}

/// HttpSendHttpResponse, synchronous.
pub fn respond(queue: Handle, id: u64, reply: &Reply, bytes: Option<&mut u32>) -> u32 {
    let response = CResponse::new(reply);
    send_response(queue, id, reply.flags, &response.value, bytes)
}

/// HttpSendHttpResponse, synchronous, with a structure of the caller's making.
pub fn send_response(
    queue: Handle,
    id: u64,
    flags: u32,
    response: &http::HTTP_RESPONSE_V2,
    bytes: Option<&mut u32>,
) -> u32 {
    let bytes = bytes.map_or(ptr::null_mut(), ptr::from_mut);
    // SAFETY: the structure and what it points to outlive the blocking call, as does `bytes`.
    unsafe {
        http::HttpSendHttpResponse(
            queue.raw(),
            id,
            flags,
            response,
            ptr::null(),
            bytes,
            ptr::null(),
            0,
            ptr::null_mut(),
            ptr::null(),
        )
    }
}

/// HttpSendResponseEntityBody, synchronous; no chunks are a NULL array.
pub fn send_body(
    queue: Handle,
    id: u64,
    flags: u32,
    chunks: &[&[u8]],
    bytes: Option<&mut u32>,
) -> u32 {
    let chunks: Vec<_> = chunks.iter().map(|chunk| memory_chunk(chunk)).collect();
    send_chunks(queue, id, flags, &chunks, bytes)
}

/// HttpSendResponseEntityBody, synchronous, with chunks of the caller's making.
pub fn send_chunks(
    queue: Handle,
    id: u64,
    flags: u32,
    chunks: &[http::HTTP_DATA_CHUNK],
    bytes: Option<&mut u32>,
) -> u32 {
    let count = u16::try_from(chunks.len()).expect("a few chunks");
    let first = if chunks.is_empty() {
        ptr::null()
    } else {
        chunks.as_ptr()
    };
    let bytes = bytes.map_or(ptr::null_mut(), ptr::from_mut);
    // SAFETY: the array has that many elements; it, the memory it points to and `bytes` outlive
    // the blocking call.
    unsafe {
        http::HttpSendResponseEntityBody(
            queue.raw(),
            id,
            flags,
            count,
            first,
            bytes,
            ptr::null(),
            0,
            ptr::null_mut(),
            ptr::null(),
        )
    }
}

/// HttpCancelHttpRequest, synchronous.
pub fn cancel(queue: Handle, id: u64) -> u32 {
    // SAFETY: no pointer but NULL.
    unsafe { http::HttpCancelHttpRequest(queue.raw(), id, ptr::null_mut()) }
}

/// HttpSetRequestProperty(HttpRequestPropertyStreamError).
pub fn set_stream_error(queue: Handle, id: u64, code: u32) -> u32 {
    let error = http::HTTP_REQUEST_PROPERTY_STREAM_ERROR { ErrorCode: code };
    // SAFETY: the structure outlives the call.
    unsafe {
        http::HttpSetRequestProperty(
            queue.raw(),
            id,
            http::HttpRequestPropertyStreamError,
            (&raw const error).cast(),
            size_of_val(&error) as u32,
            ptr::null(),
        )
    }
}

/// HttpWaitForDisconnect, synchronous.
pub fn wait_for_disconnect(queue: Handle, connection: u64) -> u32 {
    // SAFETY: no pointer but NULL.
    unsafe { http::HttpWaitForDisconnect(queue.raw(), connection, ptr::null_mut()) }
}

/// HttpsysQueryUrlPort.
#[cfg(any(not(windows), feature = "dll"))]
pub fn url_port(queue: Option<Handle>, group: u64, url: &str) -> Result<u16, u32> {
    #[cfg(not(windows))]
    use httpapi::api::extension::HttpsysQueryUrlPort;
    #[cfg(windows)]
    unsafe extern "system" {
        fn HttpsysQueryUrlPort(
            queue: *mut std::ffi::c_void,
            group: u64,
            url: *const u16,
            port: *mut u16,
        ) -> u32;
    }
    let url = wide(url);
    let queue = queue.map_or(ptr::null_mut(), Handle::raw);
    let mut port = 0;
    // SAFETY: the text is terminated, and both places outlive the call.
    checked(unsafe { HttpsysQueryUrlPort(queue, group, url.as_ptr(), &raw mut port) })?;
    Ok(port)
}

/// An extension of ours, which the system's DLL does not have: ERROR_CALL_NOT_IMPLEMENTED.
#[cfg(all(windows, not(feature = "dll")))]
#[allow(clippy::missing_errors_doc, reason = "said above")]
pub fn url_port(_queue: Option<Handle>, _group: u64, _url: &str) -> Result<u16, u32> {
    Err(120)
}

/// HttpsysWhyClosed: number and name of the reason.
#[cfg(any(not(windows), feature = "dll"))]
pub fn why_closed(connection: u64) -> Result<(u32, String), u32> {
    #[cfg(not(windows))]
    use httpapi::api::extension::HttpsysWhyClosed;
    #[cfg(windows)]
    unsafe extern "system" {
        fn HttpsysWhyClosed(connection: u64, info: *mut httpapi::types::HTTPSYS_CLOSE_INFO) -> u32;
    }
    let mut info = httpapi::types::HTTPSYS_CLOSE_INFO {
        Reason: u32::MAX,
        Win32Status: u32::MAX,
        Name: [1; httpapi::types::HTTPSYS_NAME_LENGTH],
    };
    // SAFETY: the place is valid during the call.
    checked(unsafe { HttpsysWhyClosed(connection, &raw mut info) })?;
    let end = info.Name.iter().position(|byte| *byte == 0);
    let name = &info.Name[..end.expect("a NUL")];
    Ok((info.Reason, String::from_utf8_lossy(name).into_owned()))
}

/// An extension of ours, which the system's DLL does not have: ERROR_CALL_NOT_IMPLEMENTED.
#[cfg(all(windows, not(feature = "dll")))]
#[allow(clippy::missing_errors_doc, reason = "said above")]
pub fn why_closed(_connection: u64) -> Result<(u32, String), u32> {
    Err(120)
}

/// A chunk that points to the bytes; they must outlive the send.
#[must_use]
pub fn memory_chunk(bytes: &[u8]) -> http::HTTP_DATA_CHUNK {
    http::HTTP_DATA_CHUNK {
        DataChunkType: http::HttpDataChunkFromMemory,
        Anonymous: http::HTTP_DATA_CHUNK_0 {
            FromMemory: http::HTTP_DATA_CHUNK_0_0 {
                pBuffer: bytes.as_ptr().cast_mut().cast(),
                BufferLength: u32::try_from(bytes.len()).expect("a short chunk"),
            },
        },
    }
}

/// The response header that an id names, by HTTP_HEADER_ID.
const RESPONSE_HEADERS: [&str; 30] = [
    "Cache-Control",
    "Connection",
    "Date",
    "Keep-Alive",
    "Pragma",
    "Trailer",
    "Transfer-Encoding",
    "Upgrade",
    "Via",
    "Warning",
    "Allow",
    "Content-Length",
    "Content-Type",
    "Content-Encoding",
    "Content-Language",
    "Content-Location",
    "Content-MD5",
    "Content-Range",
    "Expires",
    "Last-Modified",
    "Accept-Ranges",
    "Age",
    "ETag",
    "Location",
    "Proxy-Authenticate",
    "Retry-After",
    "Server",
    "Set-Cookie",
    "Vary",
    "WWW-Authenticate",
];

/// An HTTP_RESPONSE that points into a [`Reply`].
pub struct CResponse<'reply> {
    /// Valid as long as this object lives.
    pub value: http::HTTP_RESPONSE_V2,
    _unknown: Vec<http::HTTP_UNKNOWN_HEADER>,
    _chunks: Vec<http::HTTP_DATA_CHUNK>,
    _reply: PhantomData<&'reply Reply>,
}

impl std::fmt::Debug for CResponse<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("CResponse")
            .field("status", &self.value.Base.StatusCode)
            .finish_non_exhaustive()
    }
}

impl<'reply> CResponse<'reply> {
    /// Known names go to their slot unless the header asks for the unknown list.
    #[must_use]
    pub fn new(reply: &'reply Reply) -> CResponse<'reply> {
        let mut value = http::HTTP_RESPONSE_V2::default();
        let mut unknown = Vec::new();
        for header in &reply.headers {
            let slot = RESPONSE_HEADERS
                .iter()
                .position(|name| name.eq_ignore_ascii_case(&header.name));
            match slot.filter(|_| !header.unknown) {
                Some(slot) => {
                    value.Base.Headers.KnownHeaders[slot] = http::HTTP_KNOWN_HEADER {
                        RawValueLength: short(&header.value),
                        pRawValue: header.value.as_ptr(),
                    };
                }
                None => unknown.push(http::HTTP_UNKNOWN_HEADER {
                    NameLength: short(header.name.as_bytes()),
                    RawValueLength: short(&header.value),
                    pName: header.name.as_ptr(),
                    pRawValue: header.value.as_ptr(),
                }),
            }
        }
        let mut chunks: Vec<_> = reply.chunks.iter().map(|it| memory_chunk(it)).collect();
        let base = &mut value.Base;
        base.StatusCode = reply.status;
        base.ReasonLength = short(&reply.reason);
        base.pReason = reply.reason.as_ptr();
        if !unknown.is_empty() {
            base.Headers.UnknownHeaderCount = u16::try_from(unknown.len()).expect("a few");
            base.Headers.pUnknownHeaders = unknown.as_mut_ptr();
        }
        if !chunks.is_empty() {
            base.EntityChunkCount = u16::try_from(chunks.len()).expect("a few");
            base.pEntityChunks = chunks.as_mut_ptr();
        }
        CResponse {
            value,
            _unknown: unknown,
            _chunks: chunks,
            _reply: PhantomData,
        }
    }
}

fn short(bytes: &[u8]) -> u16 {
    u16::try_from(bytes.len()).expect("at most 65535 bytes")
}

/// Memory for one HTTP_REQUEST, 8-byte aligned, zero at first.
#[derive(Debug)]
pub struct RequestBuffer {
    words: Vec<u64>,
}

/// sizeof(HTTP_REQUEST_V1).
pub const REQUEST_V1: u32 = 848;
/// sizeof(HTTP_REQUEST_V2).
pub const REQUEST_V2: u32 = 864;

impl RequestBuffer {
    /// At least `size` bytes.
    #[must_use]
    pub fn new(size: usize) -> RequestBuffer {
        RequestBuffer {
            words: vec![0; size.div_ceil(8).max(REQUEST_V2 as usize / 8)],
        }
    }

    /// The size in bytes.
    #[must_use]
    pub fn size(&self) -> usize {
        self.words.len() * 8
    }

    /// For a call.
    pub fn pointer(&mut self) -> *mut http::HTTP_REQUEST_V2 {
        self.words.as_mut_ptr().cast()
    }

    /// Fills the memory with a pattern, to see what a call leaves alone.
    pub fn poison(&mut self) {
        self.words.fill(u64::from_ne_bytes([0xA5; 8]));
    }

    /// All bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        // SAFETY: the words are initialised memory of that size; any byte is a u8.
        unsafe { std::slice::from_raw_parts(self.words.as_ptr().cast(), self.size()) }
    }

    /// The structure at the start.
    #[must_use]
    pub fn request(&self) -> &http::HTTP_REQUEST_V2 {
        // SAFETY: the memory is initialised, aligned and at least that long, and the structure is
        // made of integers and raw pointers, which have no invalid values.
        unsafe { &*self.words.as_ptr().cast() }
    }

    /// A copy of everything that the structure points to, after a receive that returned 0.
    ///
    /// # Panics
    /// If a pointer leads out of the buffer (RCV-015, RCV-030).
    #[must_use]
    pub fn received(&self) -> Received {
        let request = &self.request().Base;
        let url = &request.CookedUrl;
        let headers = &request.Headers;
        // Both are reserved (H2X-025).
        assert!(headers.TrailerCount == 0 && headers.pTrailers.is_null());
        let known = headers.KnownHeaders.map(|header| {
            (!header.pRawValue.is_null())
                .then(|| self.slice(header.pRawValue, header.RawValueLength.into()))
        });
        let unknown = self
            .array(headers.pUnknownHeaders, headers.UnknownHeaderCount.into())
            .into_iter()
            .map(|header| {
                let name = self.slice(header.pName, header.NameLength.into());
                let name = String::from_utf8(name).expect("a token");
                (
                    name,
                    self.slice(header.pRawValue, header.RawValueLength.into()),
                )
            })
            .collect();
        let chunks = self.array(request.pEntityChunks, request.EntityChunkCount.into());
        let body = chunks.iter().flat_map(|chunk| {
            assert_eq!(chunk.DataChunkType, http::HttpDataChunkFromMemory);
            // SAFETY: the type says which member of the union was written.
            let memory = unsafe { chunk.Anonymous.FromMemory };
            self.slice(memory.pBuffer.cast(), memory.BufferLength as usize)
        });
        Received {
            id: request.RequestId,
            connection_id: request.ConnectionId,
            raw_connection_id: request.RawConnectionId,
            url_context: request.UrlContext,
            version: (request.Version.MajorVersion, request.Version.MinorVersion),
            verb: request.Verb,
            unknown_verb: (!request.pUnknownVerb.is_null())
                .then(|| self.slice(request.pUnknownVerb, request.UnknownVerbLength.into())),
            raw_url: self.slice(request.pRawUrl, request.RawUrlLength.into()),
            full_url: self.wide_slice(url.pFullUrl, url.FullUrlLength),
            host: self.wide_slice(url.pHost, url.HostLength),
            abs_path: self.wide_slice(url.pAbsPath, url.AbsPathLength),
            query: (!url.pQueryString.is_null())
                .then(|| self.wide_slice(url.pQueryString, url.QueryStringLength)),
            known: known.to_vec(),
            unknown,
            remote: self.address(request.Address.pRemoteAddress),
            local: self.address(request.Address.pLocalAddress),
            bytes_received: request.BytesReceived,
            flags: request.Flags,
            body: body.collect(),
            tls: self.tls(),
        }
    }

    /// Where in the buffer a pointer leads, if `length` bytes from there are inside.
    #[must_use]
    pub fn offset<T>(&self, pointer: *const T, length: usize) -> Option<usize> {
        let offset = (pointer as usize).checked_sub(self.words.as_ptr() as usize)?;
        (offset.checked_add(length)? <= self.size()).then_some(offset)
    }

    /// The bytes that a pointer of the structure leads to.
    ///
    /// # Panics
    /// If they are not inside the buffer.
    #[must_use]
    pub fn slice(&self, pointer: *const u8, length: usize) -> Vec<u8> {
        if length == 0 {
            return Vec::new();
        }
        let offset = self
            .offset(pointer, length)
            .expect("a pointer into the buffer");
        self.bytes()[offset..offset + length].to_vec()
    }

    /// UTF-16 text of a length in bytes.
    ///
    /// # Panics
    /// If it is not inside the buffer, misaligned or of an odd length.
    #[must_use]
    pub fn wide_slice(&self, pointer: *const u16, length: u16) -> String {
        assert_eq!(length % 2, 0, "a length in bytes of UTF-16");
        assert!(
            pointer.is_aligned(),
            "cooked URL pointers are 2-byte aligned"
        );
        let units: Vec<u16> = self
            .slice(pointer.cast(), length.into())
            .chunks_exact(2)
            .map(|pair| u16::from_ne_bytes([pair[0], pair[1]]))
            .collect();
        String::from_utf16_lossy(&units)
    }

    fn array<T: Copy>(&self, pointer: *const T, count: usize) -> Vec<T> {
        if count == 0 {
            assert!(pointer.is_null(), "no elements, no array");
            return Vec::new();
        }
        assert!(pointer.is_aligned(), "an aligned array");
        self.offset(pointer, count * size_of::<T>())
            .expect("an array inside the buffer");
        // SAFETY: the elements lie inside the buffer, are aligned, and consist of integers and raw
        // pointers.
        unsafe { std::slice::from_raw_parts(pointer, count) }.to_vec()
    }

    fn address(&self, pointer: *const SOCKADDR) -> SocketAddr {
        let family = self.slice(pointer.cast(), 2);
        let length = match u16::from_ne_bytes([family[0], family[1]]) {
            2 => 16,
            23 => 28,
            other => panic!("address family {other}"),
        };
        let bytes = self.slice(pointer.cast(), length);
        let port = u16::from_be_bytes([bytes[2], bytes[3]]);
        let ip = if length == 16 {
            let octets: [u8; 4] = bytes[4..8].try_into().expect("four bytes");
            IpAddr::V4(Ipv4Addr::from(octets))
        } else {
            let octets: [u8; 16] = bytes[8..24].try_into().expect("sixteen bytes");
            IpAddr::V6(Ipv6Addr::from(octets))
        };
        SocketAddr::new(ip, port)
    }
}
