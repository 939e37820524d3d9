//! A server on the C functions and a client on a plain socket, for the tests of the C ABI.
//!
//! Owns: setting up either API version on a free port, buffers, and calls with their byte count.
//! Does not own any expectation. Threading: one server per test; the API is initialised once and
//! for good, because the last HttpTerminate closes what other tests have open.
#![allow(dead_code, reason = "each test binary uses a part")]

pub(crate) mod operation;

use std::ffi::c_void;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::ptr::{null, null_mut};
use std::sync::Once;
use std::time::Duration;

use httpapi::api::cancel::HttpCancelHttpRequest;
use httpapi::api::extension::HttpsysQueryUrlPort;
use httpapi::api::initialize::HttpInitialize;
use httpapi::api::receive_entity_body::HttpReceiveRequestEntityBody;
use httpapi::api::receive_request::HttpReceiveHttpRequest;
use httpapi::api::request_queue::{HttpCreateHttpHandle, HttpCreateRequestQueue};
use httpapi::api::send_response::{HttpSendHttpResponse, HttpSendResponseEntityBody};
use httpapi::api::server_session::HttpCreateServerSession;
use httpapi::api::url::HttpAddUrl;
use httpapi::api::url_group::{HttpAddUrlToUrlGroup, HttpCreateUrlGroup, HttpSetUrlGroupProperty};
use httpapi::types::*;

/// HTTP_REQUEST_V1 and HTTP_REQUEST_V2 in bytes.
pub(crate) const V1: u32 = size_of::<HTTP_REQUEST_V1>() as u32;
pub(crate) const V2: u32 = size_of::<HTTP_REQUEST_V2>() as u32;

/// What a test gives for a byte count that must not change.
pub(crate) const UNTOUCHED: u32 = 0xDEAD_BEEF;

pub(crate) fn initialize() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // SAFETY: no pointers.
        let code = unsafe { HttpInitialize(HTTPAPI_VERSION_2, HTTP_INITIALIZE_SERVER, null_mut()) };
        assert_eq!(code, 0);
    });
}

pub(crate) fn wide(text: &str) -> Vec<u16> {
    text.encode_utf16().chain([0]).collect()
}

/// What [`Server`] registers: a free port.
pub(crate) const URL: &str = "http://localhost:0/";

/// The port of [`URL`] in this group, or in this version 1 queue.
pub(crate) fn port_of(queue: HANDLE, group: u64) -> u16 {
    let (url, mut port) = (wide(URL), 0);
    // SAFETY: the text is terminated, and both places outlive the call.
    let code = unsafe { HttpsysQueryUrlPort(queue, group, url.as_ptr(), &mut port) };
    assert_eq!(code, 0);
    port
}

/// A queue with a URL for the root of `localhost` on a free port.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Server {
    pub(crate) queue: HANDLE,
    pub(crate) port: u16,
    pub(crate) group: u64,
    pub(crate) session: u64,
}

// SAFETY: the handle is a value that any thread may use.
unsafe impl Send for Server {}

impl Server {
    pub(crate) fn version_1() -> Server {
        initialize();
        let mut queue = null_mut();
        let url = wide(URL);
        // SAFETY: the pointers are good for the call.
        unsafe {
            assert_eq!(HttpCreateHttpHandle(&mut queue, 0), 0);
            assert_eq!(HttpAddUrl(queue, url.as_ptr(), null()), 0);
        }
        Server {
            queue,
            port: port_of(queue, 0),
            group: 0,
            session: 0,
        }
    }

    pub(crate) fn version_2() -> Server {
        initialize();
        let (mut queue, mut session, mut group) = (null_mut(), 0, 0);
        let url = wide(URL);
        // SAFETY: the pointers are good for the call.
        unsafe {
            assert_eq!(
                HttpCreateServerSession(HTTPAPI_VERSION_2, &mut session, 0),
                0
            );
            assert_eq!(HttpCreateUrlGroup(session, &mut group, 0), 0);
            let code = HttpCreateRequestQueue(HTTPAPI_VERSION_2, null(), null(), 0, &mut queue);
            assert_eq!(code, 0);
            assert_eq!(bind(group, queue), 0);
            assert_eq!(HttpAddUrlToUrlGroup(group, url.as_ptr(), 0x77, 0), 0);
        }
        Server {
            queue,
            port: port_of(null_mut(), group),
            group,
            session,
        }
    }

    pub(crate) fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream
            .set_read_timeout(Some(Duration::from_secs(60)))
            .unwrap();
        stream
    }

    /// Connects and sends a request with this head (without Host) and body.
    pub(crate) fn request(&self, head: &str, body: &[u8]) -> TcpStream {
        let mut stream = self.connect();
        let text = format!("{head}\r\nHost: localhost:{}\r\n\r\n", self.port);
        stream.write_all(&[text.as_bytes(), body].concat()).unwrap();
        stream
    }

    /// Sends `GET /` and receives it.
    pub(crate) fn exchange(&self) -> (TcpStream, u64) {
        let stream = self.request("GET / HTTP/1.1", b"");
        let mut buffer = RequestMemory::new(4096);
        assert_eq!(self.receive(0, 0, &mut buffer).0, 0);
        (stream, buffer.request().RequestId)
    }

    pub(crate) fn receive(&self, id: u64, flags: u32, buffer: &mut RequestMemory) -> (u32, u32) {
        let mut bytes = UNTOUCHED;
        let length = buffer.length;
        // SAFETY: the buffer has the length and lives through the call.
        let code = unsafe {
            HttpReceiveHttpRequest(
                self.queue,
                id,
                flags,
                buffer.first(),
                length,
                &mut bytes,
                null_mut(),
            )
        };
        (code, bytes)
    }

    pub(crate) fn read(&self, id: u64, flags: u32, out: &mut [u8]) -> (u32, u32) {
        let mut bytes = UNTOUCHED;
        // SAFETY: the buffer has the length and lives through the call.
        let code = unsafe {
            HttpReceiveRequestEntityBody(
                self.queue,
                id,
                flags,
                out.as_mut_ptr().cast(),
                out.len() as u32,
                &mut bytes,
                null_mut(),
            )
        };
        (code, bytes)
    }

    pub(crate) fn respond(&self, id: u64, flags: u32, body: &[&[u8]]) -> (u32, u32) {
        let mut chunks = chunks(body);
        let mut response = response(200, b"OK");
        response.Base.EntityChunkCount = chunks.len() as u16;
        response.Base.pEntityChunks = chunks.as_mut_ptr();
        self.send(id, flags, &response)
    }

    pub(crate) fn send(&self, id: u64, flags: u32, response: &HTTP_RESPONSE_V2) -> (u32, u32) {
        let mut bytes = UNTOUCHED;
        // SAFETY: the response and all it points to live through the call.
        let code = unsafe {
            HttpSendHttpResponse(
                self.queue,
                id,
                flags,
                response,
                null(),
                &mut bytes,
                null(),
                0,
                null_mut(),
                null(),
            )
        };
        (code, bytes)
    }

    pub(crate) fn send_body(&self, id: u64, flags: u32, body: &[&[u8]]) -> (u32, u32) {
        let chunks = chunks(body);
        let first = if chunks.is_empty() {
            null()
        } else {
            chunks.as_ptr()
        };
        let mut bytes = UNTOUCHED;
        // SAFETY: as above.
        let code = unsafe {
            HttpSendResponseEntityBody(
                self.queue,
                id,
                flags,
                chunks.len() as u16,
                first,
                &mut bytes,
                null(),
                0,
                null_mut(),
                null(),
            )
        };
        (code, bytes)
    }

    pub(crate) fn cancel(&self, id: u64) -> u32 {
        // SAFETY: no pointers.
        unsafe { HttpCancelHttpRequest(self.queue, id, null_mut()) }
    }
}

pub(crate) fn bind(group: u64, queue: HANDLE) -> u32 {
    let binding = HTTP_BINDING_INFO {
        Flags: HTTP_PROPERTY_FLAGS { _bitfield: 1 },
        RequestQueueHandle: queue,
    };
    let size = size_of_val(&binding) as u32;
    let information = (&raw const binding).cast::<c_void>();
    // SAFETY: the structure lives through the call.
    unsafe { HttpSetUrlGroupProperty(group, HttpServerBindingProperty, information, size) }
}

pub(crate) fn response(status: u16, reason: &'static [u8]) -> HTTP_RESPONSE_V2 {
    // SAFETY: integers and raw pointers only.
    let mut response: HTTP_RESPONSE_V2 = unsafe { std::mem::zeroed() };
    response.Base.StatusCode = status;
    response.Base.pReason = reason.as_ptr();
    response.Base.ReasonLength = reason.len() as u16;
    response
}

pub(crate) fn chunks(body: &[&[u8]]) -> Vec<HTTP_DATA_CHUNK> {
    let chunk = |bytes: &&[u8]| HTTP_DATA_CHUNK {
        DataChunkType: HttpDataChunkFromMemory,
        Anonymous: HTTP_DATA_CHUNK_0 {
            FromMemory: HTTP_DATA_CHUNK_0_0 {
                pBuffer: bytes.as_ptr().cast_mut().cast(),
                BufferLength: bytes.len() as u32,
            },
        },
    };
    body.iter().map(chunk).collect()
}

/// Memory for HTTP_REQUEST of exactly so many bytes.
#[derive(Debug)]
pub(crate) struct RequestMemory {
    words: Vec<u64>,
    pub(crate) length: u32,
}

impl RequestMemory {
    pub(crate) fn new(length: u32) -> RequestMemory {
        RequestMemory {
            words: vec![u64::MAX; length.div_ceil(8) as usize],
            length,
        }
    }

    pub(crate) fn first(&mut self) -> *mut HTTP_REQUEST_V2 {
        self.words.as_mut_ptr().cast()
    }

    pub(crate) fn request(&self) -> HTTP_REQUEST_V1 {
        assert!(self.length >= V1);
        // SAFETY: long enough and aligned; any bytes are a valid structure.
        unsafe {
            self.words
                .as_ptr()
                .cast::<HTTP_REQUEST_V1>()
                .read_volatile()
        }
    }

    /// The one entity chunk; empty when there is none.
    pub(crate) fn body(&self) -> Vec<u8> {
        let request = self.request();
        if request.EntityChunkCount == 0 {
            assert!(request.pEntityChunks.is_null());
            return Vec::new();
        }
        assert_eq!(request.EntityChunkCount, 1);
        // SAFETY: the function under test promises that both are inside the buffer; the address
        // sanitizer checks it.
        unsafe {
            let chunk = &*request.pEntityChunks;
            assert_eq!(chunk.DataChunkType, HttpDataChunkFromMemory);
            let memory = chunk.Anonymous.FromMemory;
            std::slice::from_raw_parts(memory.pBuffer.cast::<u8>(), memory.BufferLength as usize)
                .to_vec()
        }
    }
}

/// Reads one response with Content-Length; returns its head and its body.
pub(crate) fn read_response(stream: &mut TcpStream) -> (String, Vec<u8>) {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte).unwrap();
        head.push(byte[0]);
    }
    let head = String::from_utf8(head).unwrap();
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("Content-Length: "));
    let mut body = vec![0; length.map_or(0, |length| length.parse().unwrap())];
    stream.read_exact(&mut body).unwrap();
    (head, body)
}
