//! Versions, identifiers, limits and function flags of the HTTP Server API.
//!
//! Owns the values that belong to functions rather than to one structure. Does not own the
//! structures of requests, properties and records: see the sibling modules. Plain data; any thread.

// ---- Versions ----

/// Version of the API a caller asks for; passed by value. Page: HTTPAPI_VERSION.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HTTPAPI_VERSION {
    pub HttpApiMajorVersion: u16,
    pub HttpApiMinorVersion: u16,
}

/// Version 1.0 of the API. Page: HTTP Server API Versioning.
pub const HTTPAPI_VERSION_1: HTTPAPI_VERSION = HTTPAPI_VERSION {
    HttpApiMajorVersion: 1,
    HttpApiMinorVersion: 0,
};
/// Version 2.0 of the API. Page: HTTP Server API Versioning.
pub const HTTPAPI_VERSION_2: HTTPAPI_VERSION = HTTPAPI_VERSION {
    HttpApiMajorVersion: 2,
    HttpApiMinorVersion: 0,
};

/// Protocol version of a message. Page: HTTP_VERSION.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HTTP_VERSION {
    pub MajorVersion: u16,
    pub MinorVersion: u16,
}

// ---- Identifiers ----

/// A 64-bit identifier that callers do not interpret. Page: HTTP_OPAQUE_ID.
pub type HTTP_OPAQUE_ID = u64;
/// A request. Page: HTTP_OPAQUE_ID.
pub type HTTP_REQUEST_ID = HTTP_OPAQUE_ID;
/// A connection. Page: HTTP_OPAQUE_ID.
pub type HTTP_CONNECTION_ID = HTTP_OPAQUE_ID;
/// A transport connection. Page: HTTP_OPAQUE_ID.
pub type HTTP_RAW_CONNECTION_ID = HTTP_OPAQUE_ID;
/// A URL group. Page: HTTP_OPAQUE_ID.
pub type HTTP_URL_GROUP_ID = HTTP_OPAQUE_ID;
/// A server session. Page: HTTP_OPAQUE_ID.
pub type HTTP_SERVER_SESSION_ID = HTTP_OPAQUE_ID;
/// The caller's own value of a URL. Page: HttpAddUrlToUrlGroup.
pub type HTTP_URL_CONTEXT = u64;

// Pages: HTTP_OPAQUE_ID; HttpReceiveHttpRequest.
pub const HTTP_NULL_ID: u64 = 0;

// ---- Limits ----

// Pages: HTTP_BYTE_RANGE; HTTP_BANDWIDTH_LIMIT_INFO; HTTP_LOGGING_INFO.
pub const HTTP_BYTE_RANGE_TO_EOF: u64 = u64::MAX;

// Pages: HTTP_BANDWIDTH_LIMIT_INFO; HTTP_LOGGING_INFO.
pub const HTTP_LIMIT_INFINITE: u32 = u32::MAX;

// Pages: HTTP_BANDWIDTH_LIMIT_INFO; HTTP_LOGGING_INFO; HTTP_SERVER_PROPERTY.
pub const HTTP_MIN_ALLOWED_BANDWIDTH_THROTTLING_RATE: u32 = 1024;
pub const HTTP_MIN_ALLOWED_LOG_FILE_ROLLOVER_SIZE: u32 = 1048576;
pub const HTTP_MIN_SERVER_QUEUE_LENGTH: u32 = 1;
pub const HTTP_MAX_SERVER_QUEUE_LENGTH: u32 = 2147483647;

/// Part of a file or of a cached fragment, in bytes. Page: HTTP_BYTE_RANGE.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HTTP_BYTE_RANGE {
    pub StartingOffset: u64,
    pub Length: u64,
}

// ---- Flags of the functions ----

// Pages: HttpInitialize; HttpTerminate.
pub const HTTP_INITIALIZE_SERVER: u32 = 0x1;
pub const HTTP_INITIALIZE_CONFIG: u32 = 0x2;

// Page: HttpCreateRequestQueue.
pub const HTTP_CREATE_REQUEST_QUEUE_FLAG_OPEN_EXISTING: u32 = 0x1;
pub const HTTP_CREATE_REQUEST_QUEUE_FLAG_CONTROLLER: u32 = 0x2;
pub const HTTP_CREATE_REQUEST_QUEUE_FLAG_DELEGATION: u32 = 0x8;

// Page: HttpRemoveUrlFromUrlGroup.
pub const HTTP_URL_FLAG_REMOVE_ALL: u32 = 0x1;

// Page: HttpReceiveHttpRequest.
pub const HTTP_RECEIVE_REQUEST_FLAG_COPY_BODY: u32 = 0x1;
pub const HTTP_RECEIVE_REQUEST_FLAG_FLUSH_BODY: u32 = 0x2;

// Page: HttpReceiveRequestEntityBody.
pub const HTTP_RECEIVE_REQUEST_ENTITY_BODY_FLAG_FILL_BUFFER: u32 = 0x1;

// Page: HttpReceiveClientCertificate.
pub const HTTP_RECEIVE_SECURE_CHANNEL_TOKEN: u32 = 0x1;
pub const HTTP_RECEIVE_FULL_CHAIN: u32 = 0x2;

// Pages: HttpSendHttpResponse; HttpSendResponseEntityBody.
pub const HTTP_SEND_RESPONSE_FLAG_DISCONNECT: u32 = 0x1;
pub const HTTP_SEND_RESPONSE_FLAG_MORE_DATA: u32 = 0x2;
pub const HTTP_SEND_RESPONSE_FLAG_BUFFER_DATA: u32 = 0x4;
pub const HTTP_SEND_RESPONSE_FLAG_ENABLE_NAGLING: u32 = 0x8;
pub const HTTP_SEND_RESPONSE_FLAG_PROCESS_RANGES: u32 = 0x20;
pub const HTTP_SEND_RESPONSE_FLAG_OPAQUE: u32 = 0x40;
pub const HTTP_SEND_RESPONSE_FLAG_GOAWAY: u32 = 0x100;
pub const HTTP_SEND_RESPONSE_FLAG_AUTOMATIC_CHUNKING: u32 = 0x200;

// Page: HttpFlushResponseCache.
pub const HTTP_FLUSH_RESPONSE_FLAG_RECURSIVE: u32 = 0x1;

// ---- Features ----

/// What HttpIsFeatureSupported can be asked. Page: HTTP_FEATURE_ID.
pub type HTTP_FEATURE_ID = i32;
pub const HttpFeatureUnknown: HTTP_FEATURE_ID = 0;
pub const HttpFeatureResponseTrailers: HTTP_FEATURE_ID = 1;
pub const HttpFeatureApiTimings: HTTP_FEATURE_ID = 2;
pub const HttpFeatureDelegateEx: HTTP_FEATURE_ID = 3;
pub const HttpFeatureHttp3: HTTP_FEATURE_ID = 4;
pub const HttpFeatureTlsSessionTickets: HTTP_FEATURE_ID = 5;
pub const HttpFeatureDisableTlsSessionId: HTTP_FEATURE_ID = 6;
pub const HttpFeatureTlsDualCerts: HTTP_FEATURE_ID = 7;
pub const HttpFeatureAutomaticChunkedEncoding: HTTP_FEATURE_ID = 8;
pub const HttpFeatureDedicatedReqQueueDelegationType: HTTP_FEATURE_ID = 9;
pub const HttpFeatureFastForwardResponse: HTTP_FEATURE_ID = 10;
pub const HttpFeatureCacheTlsClientHello: HTTP_FEATURE_ID = 11;
pub const HttpFeatureIdleConnectionTimeoutRequestProperty: HTTP_FEATURE_ID = 12;
pub const HttpFeatureDisableAiaFlag: HTTP_FEATURE_ID = 13;
pub const HttpFeatureDscp: HTTP_FEATURE_ID = 14;
pub const HttpFeatureQueryCipherInfo: HTTP_FEATURE_ID = 15;
pub const HttpFeatureQueryInitialPacketTtl: HTTP_FEATURE_ID = 16;
pub const HttpFeatureTlsHandshakePerformanceCounters: HTTP_FEATURE_ID = 17;
pub const HttpFeatureLast: HTTP_FEATURE_ID = 18;
pub const HttpFeaturemax: HTTP_FEATURE_ID = -1;
