//! A server on the C API: the calls are those of `windows_sys::Win32::Networking::HttpServer`.
//!
//! On Windows they go to the system's httpapi.dll; elsewhere the one line `use httpapi as _;`
//! links the library that has them. The program itself is the same, but that it asks for its port
//! where there is port 0.
//!
//! | request | answer |
//! |---|---|
//! | `GET /` | a text |
//! | `POST /echo` | the body of the request, up to 1 MiB |
//! | `GET /stream` | a body that is sent piece by piece |
//! | `GET /cancel` | none: the connection is reset |

use std::ffi::c_void;
use std::io::Write;
use std::process::ExitCode;
use std::ptr::{null, null_mut};

#[cfg(not(windows))]
use httpapi as _;
#[cfg(not(windows))]
use httpapi::api::extension::HttpsysQueryUrlPort;
use httpsys_examples::Options;
use windows_sys::Win32::Foundation::{
    ERROR_CONNECTION_INVALID, ERROR_HANDLE_EOF, ERROR_MORE_DATA, HANDLE, NO_ERROR,
};
use windows_sys::Win32::Networking::HttpServer::{
    HTTP_BINDING_INFO, HTTP_DATA_CHUNK, HTTP_INITIALIZE_SERVER, HTTP_KNOWN_HEADER,
    HTTP_PROPERTY_FLAGS, HTTP_REQUEST_FLAG_HTTP2, HTTP_REQUEST_V2, HTTP_RESPONSE_V2,
    HTTP_SEND_RESPONSE_FLAG_MORE_DATA, HTTP_VERB, HTTPAPI_VERSION, HttpAddUrlToUrlGroup,
    HttpCancelHttpRequest, HttpCloseRequestQueue, HttpCloseServerSession, HttpCloseUrlGroup,
    HttpCreateRequestQueue, HttpCreateServerSession, HttpCreateUrlGroup, HttpDataChunkFromMemory,
    HttpHeaderContentLength, HttpHeaderContentType, HttpHeaderTransferEncoding, HttpInitialize,
    HttpReceiveHttpRequest, HttpReceiveRequestEntityBody, HttpSendHttpResponse,
    HttpSendResponseEntityBody, HttpServerBindingProperty, HttpSetUrlGroupProperty, HttpTerminate,
    HttpVerbGET, HttpVerbHEAD, HttpVerbPOST,
};

const VERSION_2: HTTPAPI_VERSION = HTTPAPI_VERSION {
    HttpApiMajorVersion: 2,
    HttpApiMinorVersion: 0,
};
// The names as patterns need upper case.
const GET: HTTP_VERB = HttpVerbGET;
const HEAD: HTTP_VERB = HttpVerbHEAD;
const POST: HTTP_VERB = HttpVerbPOST;
/// HTTP_NULL_ID: the next request.
const NEXT_REQUEST: u64 = 0;
/// The longest body that `/echo` takes into memory.
const ECHO_LIMIT: usize = 1 << 20;
/// The first size of the request buffer, in 8-byte words: HTTP_REQUEST wants that alignment.
const REQUEST_WORDS: usize = 512;

fn main() -> ExitCode {
    match run(Options::of_this_process()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failed { call, code }) => {
            eprintln!("windows_sys_hello: {call} failed with {code}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: Options) -> Result<(), Failed> {
    let server = Server::new(&options.prefixes())?;
    let port = server.port(&options)?;
    println!("listening on {}://127.0.0.1:{port}/", options.scheme());
    // Nobody has to read it.
    let _ = std::io::stdout().flush();
    std::thread::scope(|scope| {
        for _ in 1..options.threads {
            scope.spawn(|| serve(&server));
        }
        serve(&server)
    })
}

/// Answers requests until the queue fails.
fn serve(server: &Server) -> Result<(), Failed> {
    let mut buffer = vec![0u64; REQUEST_WORDS];
    loop {
        let request = server.receive(&mut buffer)?;
        if let Err(Failed { call, code }) = server.handle(&request) {
            // The client may go away at any time.
            if code != ERROR_CONNECTION_INVALID {
                eprintln!("windows_sys_hello: {call} failed with {code}");
                server.cancel(&request);
            }
        }
    }
}

/// A call that did not return NO_ERROR.
struct Failed {
    call: &'static str,
    code: u32,
}

fn check(call: &'static str, code: u32) -> Result<(), Failed> {
    if code == NO_ERROR {
        Ok(())
    } else {
        Err(Failed { call, code })
    }
}

/// What this program needs of a request, copied out of the buffer.
struct Request {
    id: u64,
    verb: HTTP_VERB,
    path: String,
    is_http2: bool,
}

/// The API initialised, with a session, a URL group and a request queue.
#[derive(Default)]
struct Server {
    session: u64,
    group: u64,
    queue: Handle,
}

/// A queue handle. The API may be called with it from any thread.
struct Handle(HANDLE);

impl Default for Handle {
    fn default() -> Self {
        Handle(null_mut())
    }
}

// SAFETY: a handle is a number to the API, which does its own locking.
unsafe impl Sync for Handle {}

impl Drop for Server {
    fn drop(&mut self) {
        // SAFETY: plain calls. An id or a handle that was not made is 0 and refused.
        unsafe {
            HttpCloseUrlGroup(self.group);
            HttpCloseServerSession(self.session);
            HttpCloseRequestQueue(self.queue.0);
            HttpTerminate(HTTP_INITIALIZE_SERVER, null_mut());
        }
    }
}

/// Setting up.
impl Server {
    fn new(prefixes: &[String]) -> Result<Server, Failed> {
        // SAFETY: the reserved parameter is NULL as demanded.
        let code = unsafe { HttpInitialize(VERSION_2, HTTP_INITIALIZE_SERVER, null_mut()) };
        check("HttpInitialize", code)?;
        // From here on the drop tidies up, whatever step fails.
        let mut server = Server::default();
        // SAFETY: the three results are written to places that live through the calls.
        unsafe {
            let code = HttpCreateServerSession(VERSION_2, &mut server.session, 0);
            check("HttpCreateServerSession", code)?;
            let code = HttpCreateUrlGroup(server.session, &mut server.group, 0);
            check("HttpCreateUrlGroup", code)?;
            let code = HttpCreateRequestQueue(VERSION_2, null(), null(), 0, &mut server.queue.0);
            check("HttpCreateRequestQueue", code)?;
        }
        server.bind()?;
        for prefix in prefixes {
            let url: Vec<u16> = prefix.encode_utf16().chain([0]).collect();
            // SAFETY: `url` ends with NUL and lives through the call.
            let code = unsafe { HttpAddUrlToUrlGroup(server.group, url.as_ptr(), 0, 0) };
            check("HttpAddUrlToUrlGroup", code)?;
        }
        Ok(server)
    }

    /// The port: for port 0, which HTTP.sys does not have, the one that was taken.
    #[cfg(not(windows))]
    fn port(&self, options: &Options) -> Result<u16, Failed> {
        let url = options.prefixes().swap_remove(0);
        let url: Vec<u16> = url.encode_utf16().chain([0]).collect();
        let mut port = 0;
        // SAFETY: `url` ends with NUL, and both places live through the call.
        let code =
            unsafe { HttpsysQueryUrlPort(null_mut(), self.group, url.as_ptr(), &raw mut port) };
        check("HttpsysQueryUrlPort", code)?;
        Ok(port)
    }

    #[cfg(windows)]
    #[allow(
        clippy::unused_self,
        clippy::unnecessary_wraps,
        reason = "as elsewhere"
    )]
    fn port(&self, options: &Options) -> Result<u16, Failed> {
        Ok(options.port)
    }

    /// Requests that match the group's URLs go to the queue.
    fn bind(&self) -> Result<(), Failed> {
        let info = HTTP_BINDING_INFO {
            Flags: HTTP_PROPERTY_FLAGS { _bitfield: 1 },
            RequestQueueHandle: self.queue.0,
        };
        // SAFETY: the pointer and the length describe `info`.
        let code = unsafe {
            HttpSetUrlGroupProperty(
                self.group,
                HttpServerBindingProperty,
                (&raw const info).cast(),
                size_of::<HTTP_BINDING_INFO>() as u32,
            )
        };
        check("HttpSetUrlGroupProperty", code)
    }
}

/// Receiving.
impl Server {
    /// Waits for the next request. The buffer grows when a head needs more.
    fn receive(&self, buffer: &mut Vec<u64>) -> Result<Request, Failed> {
        let mut id = NEXT_REQUEST;
        loop {
            let request: *mut HTTP_REQUEST_V2 = buffer.as_mut_ptr().cast();
            let bytes = (buffer.len() * size_of::<u64>()) as u32;
            let mut needed = 0;
            // SAFETY: the buffer has `bytes` bytes and the alignment of HTTP_REQUEST; the call
            // blocks, so that nothing is written after it returned.
            let code = unsafe {
                HttpReceiveHttpRequest(self.queue.0, id, 0, request, bytes, &mut needed, null_mut())
            };
            match code {
                // SAFETY: the call filled the buffer, and its pointers lead into it.
                NO_ERROR => return Ok(unsafe { copy_out(request) }),
                ERROR_MORE_DATA => {
                    // SAFETY: the fixed structure is filled even if the rest did not fit.
                    id = unsafe { (*request).Base.RequestId };
                    buffer.resize((needed as usize).div_ceil(size_of::<u64>()), 0);
                }
                // Its client went away before the second attempt.
                ERROR_CONNECTION_INVALID if id != NEXT_REQUEST => id = NEXT_REQUEST,
                code => {
                    return Err(Failed {
                        call: "HttpReceiveHttpRequest",
                        code,
                    });
                }
            }
        }
    }

    /// The body of the request, or `None` if it is longer than `limit`.
    fn read_body(&self, id: u64, limit: usize) -> Result<Option<Vec<u8>>, Failed> {
        let mut body = Vec::new();
        let mut piece = [0u8; 16 * 1024];
        loop {
            let mut got = 0;
            // SAFETY: pointer and length describe `piece`; the call blocks.
            let code = unsafe {
                HttpReceiveRequestEntityBody(
                    self.queue.0,
                    id,
                    0,
                    piece.as_mut_ptr().cast(),
                    piece.len() as u32,
                    &mut got,
                    null_mut(),
                )
            };
            if code == ERROR_HANDLE_EOF {
                return Ok(Some(body));
            }
            check("HttpReceiveRequestEntityBody", code)?;
            if body.len() + got as usize > limit {
                return Ok(None);
            }
            body.extend_from_slice(&piece[..got as usize]);
        }
    }
}

/// Copies what is needed out of a received request.
///
/// # Safety
/// `request` was filled by HttpReceiveHttpRequest and its buffer was not touched since.
unsafe fn copy_out(request: *const HTTP_REQUEST_V2) -> Request {
    // SAFETY: by the contract of this function.
    let base = unsafe { &(*request).Base };
    let url = &base.CookedUrl;
    let units = usize::from(url.AbsPathLength) / size_of::<u16>();
    // SAFETY: the path has so many bytes, in the buffer, and is there in every request.
    let path = unsafe { std::slice::from_raw_parts(url.pAbsPath, units) };
    Request {
        id: base.RequestId,
        verb: base.Verb,
        path: String::from_utf16_lossy(path),
        is_http2: base.Flags & HTTP_REQUEST_FLAG_HTTP2 != 0,
    }
}

/// Answering.
impl Server {
    fn handle(&self, request: &Request) -> Result<(), Failed> {
        let id = request.id;
        match (request.verb, request.path.as_str()) {
            (GET | HEAD, "/") => {
                self.respond_to(request, 200, "OK", b"Hello through the HTTP Server API.\n")
            }
            (POST, "/echo") => match self.read_body(id, ECHO_LIMIT)? {
                Some(body) => self.respond_to(request, 200, "OK", &body),
                None => self.respond_to(request, 413, "Content Too Large", b""),
            },
            (GET, "/stream") => self.stream(request),
            (GET, "/cancel") => check("HttpCancelHttpRequest", self.cancel(request)),
            _ => self.respond_to(request, 404, "Not Found", b"There is nothing here.\n"),
        }
    }

    /// Resets the connection: nobody answers the request any more.
    fn cancel(&self, request: &Request) -> u32 {
        // SAFETY: a plain call; without OVERLAPPED it blocks.
        unsafe { HttpCancelHttpRequest(self.queue.0, request.id, null_mut()) }
    }

    /// The whole response in one call. To HEAD it has the length of the body and not the body, which
    /// the client would take for the next response: the service sends what it is given.
    fn respond_to(
        &self,
        request: &Request,
        status: u16,
        reason: &str,
        body: &[u8],
    ) -> Result<(), Failed> {
        let length = body.len().to_string();
        let mut chunk = memory(body);
        let mut response = plain_text(status, reason);
        response.Base.Headers.KnownHeaders[HttpHeaderContentLength as usize] =
            known_header(&length);
        response.Base.EntityChunkCount = u16::from(request.verb != HEAD);
        response.Base.pEntityChunks = &mut chunk;
        self.send_response(request.id, 0, &response)
    }

    /// A response in pieces. On HTTP/1.1 the program frames the body itself, here in chunked coding; on HTTP/2 the
    /// pieces go as they are.
    fn stream(&self, request: &Request) -> Result<(), Failed> {
        let id = request.id;
        let mut response = plain_text(200, "OK");
        if request.is_http2 {
            self.send_response(id, HTTP_SEND_RESPONSE_FLAG_MORE_DATA, &response)?;
            for n in 1..=5 {
                let text = format!("piece {n} of 5\n");
                self.send_body(
                    id,
                    HTTP_SEND_RESPONSE_FLAG_MORE_DATA,
                    &[memory(text.as_bytes())],
                )?;
            }
            return self.send_body(id, 0, &[]);
        }
        response.Base.Headers.KnownHeaders[HttpHeaderTransferEncoding as usize] =
            known_header("chunked");
        self.send_response(id, HTTP_SEND_RESPONSE_FLAG_MORE_DATA, &response)?;
        for n in 1..=5 {
            let text = format!("piece {n} of 5\n");
            let size = format!("{:X}\r\n", text.len());
            let pieces = [size.as_bytes(), text.as_bytes(), b"\r\n"].map(memory);
            self.send_body(id, HTTP_SEND_RESPONSE_FLAG_MORE_DATA, &pieces)?;
        }
        self.send_body(id, 0, &[memory(b"0\r\n\r\n")])
    }

    fn send_response(
        &self,
        id: u64,
        flags: u32,
        response: &HTTP_RESPONSE_V2,
    ) -> Result<(), Failed> {
        // SAFETY: what the response points to lives in the callers' frames; the call blocks.
        let code = unsafe {
            HttpSendHttpResponse(
                self.queue.0,
                id,
                flags,
                response,
                null(),
                null_mut(),
                null(),
                0,
                null_mut(),
                null(),
            )
        };
        check("HttpSendHttpResponse", code)
    }

    fn send_body(&self, id: u64, flags: u32, pieces: &[HTTP_DATA_CHUNK]) -> Result<(), Failed> {
        // SAFETY: as for the head; the count is that of the slice, which is a few pieces long.
        let code = unsafe {
            HttpSendResponseEntityBody(
                self.queue.0,
                id,
                flags,
                pieces.len() as u16,
                pieces.as_ptr(),
                null_mut(),
                null(),
                0,
                null_mut(),
                null(),
            )
        };
        check("HttpSendResponseEntityBody", code)
    }
}

fn plain_text(status: u16, reason: &str) -> HTTP_RESPONSE_V2 {
    let mut response = HTTP_RESPONSE_V2::default();
    response.Base.StatusCode = status;
    response.Base.ReasonLength = reason.len() as u16;
    response.Base.pReason = reason.as_ptr();
    response.Base.Headers.KnownHeaders[HttpHeaderContentType as usize] = known_header("text/plain");
    response
}

/// The value has to live until the response is sent.
fn known_header(value: &str) -> HTTP_KNOWN_HEADER {
    HTTP_KNOWN_HEADER {
        RawValueLength: value.len() as u16,
        pRawValue: value.as_ptr(),
    }
}

/// A chunk of memory. The service only reads it, although the field is not const.
fn memory(bytes: &[u8]) -> HTTP_DATA_CHUNK {
    let mut chunk = HTTP_DATA_CHUNK {
        DataChunkType: HttpDataChunkFromMemory,
        ..Default::default()
    };
    chunk.Anonymous.FromMemory.pBuffer = bytes.as_ptr().cast::<c_void>().cast_mut();
    chunk.Anonymous.FromMemory.BufferLength = bytes.len() as u32;
    chunk
}
