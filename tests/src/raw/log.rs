//! Logging as a program in C does it: HTTP_LOGGING_INFO and HTTP_LOG_FIELDS_DATA.
//!
//! Owns: filling both. Does not own: what ends up in a log. Invariant: the structures point into the
//! object that gives them.

use std::ptr;

use windows_sys::Win32::Networking::HttpServer as http;

use crate::door::{CachePolicy, LogSpec, Received, Reply};
use crate::raw::{CResponse, Handle, cache_policy, flags, memory_chunk};

/// Calls `set` with the HTTP_LOGGING_INFO of a specification; `None` is Flags.Present 0.
pub fn with_logging_info(
    spec: Option<&LogSpec>,
    set: impl FnOnce(&http::HTTP_LOGGING_INFO) -> u32,
) -> u32 {
    // SAFETY: integers and pointers, for which zeros are values.
    let mut info: http::HTTP_LOGGING_INFO = unsafe { std::mem::zeroed() };
    let Some(spec) = spec else {
        return set(&info);
    };
    let directory: Vec<u16> = spec.directory.encode_utf16().collect();
    let software: Vec<u16> = spec.software_name.encode_utf16().collect();
    let bytes = |text: &[u16]| u16::try_from(text.len() * 2).expect("a short name");
    info.Flags = flags(true);
    info.LoggingFlags = spec.flags;
    info.DirectoryName = directory.as_ptr();
    info.DirectoryNameLength = bytes(&directory);
    if !software.is_empty() {
        info.SoftwareName = software.as_ptr();
        info.SoftwareNameLength = bytes(&software);
    }
    info.Format = spec.format;
    info.Fields = spec.fields;
    (info.RolloverType, info.RolloverSize) = spec.rollover;
    set(&info)
}

/// HTTP_LOG_FIELDS_DATA as programs fill it from HTTP_REQUEST.
pub struct LogData {
    value: Box<http::HTTP_LOG_FIELDS_DATA>,
    wide: [Vec<u16>; 2],
    texts: Vec<Vec<u8>>,
}

impl std::fmt::Debug for LogData {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("LogData")
            .field("status", &self.value.ProtocolStatus)
            .finish_non_exhaustive()
    }
}

impl LogData {
    /// With the fields of the request and this status.
    #[must_use]
    pub fn of(request: &Received, status: u16) -> LogData {
        let verb = match request.verb {
            3 => "OPTIONS",
            4 => "GET",
            5 => "HEAD",
            6 => "POST",
            _ => "",
        };
        let known = |id: usize| request.known[id].clone().unwrap_or_default();
        let query = request.query.as_deref().unwrap_or_default();
        let mut data = LogData {
            // SAFETY: integers and pointers, for which zeros are values.
            value: Box::new(unsafe { std::mem::zeroed() }),
            wide: [Vec::new(), request.abs_path.encode_utf16().collect()],
            texts: Vec::new(),
        };
        let texts = [
            request.remote.ip().to_string().into_bytes(),
            Vec::new(),
            Vec::new(),
            request.local.ip().to_string().into_bytes(),
            verb.into(),
            query.trim_start_matches('?').into(),
            known(28),
            known(40),
            known(25),
            known(36),
        ];
        data.texts = texts.into();
        data.value.ServerPort = request.local.port();
        data.value.ProtocolStatus = status;
        data.value.MethodNum = request.verb;
        data
    }

    /// UserName.
    #[must_use]
    pub fn user_name(mut self, name: &str) -> LogData {
        self.wide[0] = name.encode_utf16().collect();
        self
    }

    /// ServerName and ServiceName.
    #[must_use]
    pub fn names(mut self, server: &str, service: &str) -> LogData {
        (self.texts[1], self.texts[2]) = (server.into(), service.into());
        self
    }

    /// Cookie.
    #[must_use]
    pub fn cookie(mut self, cookie: &[u8]) -> LogData {
        self.texts[8] = cookie.to_vec();
        self
    }

    /// Win32Status and SubStatus.
    #[must_use]
    pub fn codes(mut self, win32_status: u32, sub_status: u16) -> LogData {
        self.value.Win32Status = win32_status;
        self.value.SubStatus = sub_status;
        self
    }

    /// For a call; valid as long as the object.
    pub fn pointer(&mut self) -> *const http::HTTP_LOG_DATA {
        fn wide(text: &mut [u16]) -> (*mut u16, u16) {
            let bytes = u16::try_from(text.len() * 2).expect("a short text");
            (pointer_of(text), bytes)
        }
        fn narrow(text: &mut [u8]) -> (*mut u8, u16) {
            (
                pointer_of(text),
                u16::try_from(text.len()).expect("a short text"),
            )
        }
        fn pointer_of<T>(text: &mut [T]) -> *mut T {
            if text.is_empty() {
                ptr::null_mut()
            } else {
                text.as_mut_ptr()
            }
        }
        let value = &mut *self.value;
        (value.UserName, value.UserNameLength) = wide(&mut self.wide[0]);
        (value.UriStem, value.UriStemLength) = wide(&mut self.wide[1]);
        let [
            client,
            server,
            service,
            ip,
            method,
            query,
            host,
            agent,
            cookie,
            referrer,
        ] = self.texts.as_mut_slice()
        else {
            unreachable!("made with ten texts");
        };
        (value.ClientIp, value.ClientIpLength) = narrow(client);
        (value.ServerName, value.ServerNameLength) = narrow(server);
        (value.ServiceName, value.ServiceNameLength) = narrow(service);
        (value.ServerIp, value.ServerIpLength) = narrow(ip);
        (value.Method, value.MethodLength) = narrow(method);
        (value.UriQuery, value.UriQueryLength) = narrow(query);
        (value.Host, value.HostLength) = narrow(host);
        (value.UserAgent, value.UserAgentLength) = narrow(agent);
        (value.Cookie, value.CookieLength) = narrow(cookie);
        (value.Referrer, value.ReferrerLength) = narrow(referrer);
        ptr::from_ref(value).cast()
    }

    /// Overwrites all memory that [`LogData::pointer`] gave out.
    pub fn spoil(&mut self) {
        self.wide.iter_mut().for_each(|text| text.fill(0x21));
        self.texts.iter_mut().for_each(|text| text.fill(b'!'));
        self.value.ProtocolStatus = 999;
    }
}

/// HttpSendHttpResponse with log data, synchronous; `None` is NULL.
pub fn respond_logged(queue: Handle, id: u64, reply: &Reply, log: Option<&mut LogData>) -> u32 {
    let response = CResponse::new(reply);
    let mut bytes = 0;
    // SAFETY: the structures and what they point to outlive the blocking call, as does `bytes`.
    unsafe {
        http::HttpSendHttpResponse(
            queue.raw(),
            id,
            reply.flags,
            &raw const response.value,
            ptr::null(),
            &raw mut bytes,
            ptr::null(),
            0,
            ptr::null_mut(),
            log.map_or(ptr::null(), LogData::pointer),
        )
    }
}

/// HttpSendHttpResponse with a cache policy and log data, synchronous.
pub fn send_cached(
    queue: Handle,
    (id, flags): (u64, u32),
    response: &http::HTTP_RESPONSE_V2,
    policy: CachePolicy,
    log: Option<&mut LogData>,
    bytes: Option<&mut u32>,
) -> u32 {
    let policy = cache_policy(policy);
    // SAFETY: the structures and what they point to outlive the blocking call, as does `bytes`.
    unsafe {
        http::HttpSendHttpResponse(
            queue.raw(),
            id,
            flags,
            response,
            &raw const policy,
            bytes.map_or(ptr::null_mut(), ptr::from_mut),
            ptr::null(),
            0,
            ptr::null_mut(),
            log.map_or(ptr::null(), LogData::pointer),
        )
    }
}

/// HttpSendResponseEntityBody with log data, synchronous; `None` is NULL.
pub fn send_body_logged(
    queue: Handle,
    id: u64,
    flags: u32,
    body: &[u8],
    log: Option<&mut LogData>,
) -> u32 {
    let chunk = memory_chunk(body);
    let mut bytes = 0;
    // SAFETY: the chunk, what it and the log data point to and `bytes` outlive the blocking call.
    unsafe {
        http::HttpSendResponseEntityBody(
            queue.raw(),
            id,
            flags,
            1,
            &raw const chunk,
            &raw mut bytes,
            ptr::null(),
            0,
            ptr::null_mut(),
            log.map_or(ptr::null(), LogData::pointer),
        )
    }
}
