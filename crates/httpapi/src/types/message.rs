//! Requests, responses, their headers and bodies.
//!
//! Owns the structures that HttpReceiveHttpRequest fills and HttpSendHttpResponse reads. Does not
//! own what hangs off their information arrays: see `info`. All lengths are in bytes; text is not
//! terminated unless the page says so. Plain data with borrowed pointers; any thread, but the
//! pointers are only as valid as the function that filled them promises.

use core::ffi::c_void;

use super::common::{
    HTTP_BYTE_RANGE, HTTP_CONNECTION_ID, HTTP_RAW_CONNECTION_ID, HTTP_REQUEST_ID, HTTP_URL_CONTEXT,
    HTTP_VERSION,
};
use super::win32::{BOOLEAN, HANDLE, PCSTR, PCWSTR, SOCKADDR};

// ---- Verbs and headers ----

/// Known request methods. Page: HTTP_VERB.
pub type HTTP_VERB = i32;
pub const HttpVerbUnparsed: HTTP_VERB = 0;
pub const HttpVerbUnknown: HTTP_VERB = 1;
pub const HttpVerbInvalid: HTTP_VERB = 2;
pub const HttpVerbOPTIONS: HTTP_VERB = 3;
pub const HttpVerbGET: HTTP_VERB = 4;
pub const HttpVerbHEAD: HTTP_VERB = 5;
pub const HttpVerbPOST: HTTP_VERB = 6;
pub const HttpVerbPUT: HTTP_VERB = 7;
pub const HttpVerbDELETE: HTTP_VERB = 8;
pub const HttpVerbTRACE: HTTP_VERB = 9;
pub const HttpVerbCONNECT: HTTP_VERB = 10;
pub const HttpVerbTRACK: HTTP_VERB = 11;
pub const HttpVerbMOVE: HTTP_VERB = 12;
pub const HttpVerbCOPY: HTTP_VERB = 13;
pub const HttpVerbPROPFIND: HTTP_VERB = 14;
pub const HttpVerbPROPPATCH: HTTP_VERB = 15;
pub const HttpVerbMKCOL: HTTP_VERB = 16;
pub const HttpVerbLOCK: HTTP_VERB = 17;
pub const HttpVerbUNLOCK: HTTP_VERB = 18;
pub const HttpVerbSEARCH: HTTP_VERB = 19;
pub const HttpVerbMaximum: HTTP_VERB = 20;

/// Indexes of the KnownHeaders arrays; requests and responses share 0 to 19. Page: HTTP_HEADER_ID.
pub type HTTP_HEADER_ID = i32;
pub const HttpHeaderCacheControl: HTTP_HEADER_ID = 0;
pub const HttpHeaderConnection: HTTP_HEADER_ID = 1;
pub const HttpHeaderDate: HTTP_HEADER_ID = 2;
pub const HttpHeaderKeepAlive: HTTP_HEADER_ID = 3;
pub const HttpHeaderPragma: HTTP_HEADER_ID = 4;
pub const HttpHeaderTrailer: HTTP_HEADER_ID = 5;
pub const HttpHeaderTransferEncoding: HTTP_HEADER_ID = 6;
pub const HttpHeaderUpgrade: HTTP_HEADER_ID = 7;
pub const HttpHeaderVia: HTTP_HEADER_ID = 8;
pub const HttpHeaderWarning: HTTP_HEADER_ID = 9;
pub const HttpHeaderAllow: HTTP_HEADER_ID = 10;
pub const HttpHeaderContentLength: HTTP_HEADER_ID = 11;
pub const HttpHeaderContentType: HTTP_HEADER_ID = 12;
pub const HttpHeaderContentEncoding: HTTP_HEADER_ID = 13;
pub const HttpHeaderContentLanguage: HTTP_HEADER_ID = 14;
pub const HttpHeaderContentLocation: HTTP_HEADER_ID = 15;
pub const HttpHeaderContentMd5: HTTP_HEADER_ID = 16;
pub const HttpHeaderContentRange: HTTP_HEADER_ID = 17;
pub const HttpHeaderExpires: HTTP_HEADER_ID = 18;
pub const HttpHeaderLastModified: HTTP_HEADER_ID = 19;
// Requests.
pub const HttpHeaderAccept: HTTP_HEADER_ID = 20;
pub const HttpHeaderAcceptCharset: HTTP_HEADER_ID = 21;
pub const HttpHeaderAcceptEncoding: HTTP_HEADER_ID = 22;
pub const HttpHeaderAcceptLanguage: HTTP_HEADER_ID = 23;
pub const HttpHeaderAuthorization: HTTP_HEADER_ID = 24;
pub const HttpHeaderCookie: HTTP_HEADER_ID = 25;
pub const HttpHeaderExpect: HTTP_HEADER_ID = 26;
pub const HttpHeaderFrom: HTTP_HEADER_ID = 27;
pub const HttpHeaderHost: HTTP_HEADER_ID = 28;
pub const HttpHeaderIfMatch: HTTP_HEADER_ID = 29;
pub const HttpHeaderIfModifiedSince: HTTP_HEADER_ID = 30;
pub const HttpHeaderIfNoneMatch: HTTP_HEADER_ID = 31;
pub const HttpHeaderIfRange: HTTP_HEADER_ID = 32;
pub const HttpHeaderIfUnmodifiedSince: HTTP_HEADER_ID = 33;
pub const HttpHeaderMaxForwards: HTTP_HEADER_ID = 34;
pub const HttpHeaderProxyAuthorization: HTTP_HEADER_ID = 35;
pub const HttpHeaderReferer: HTTP_HEADER_ID = 36;
pub const HttpHeaderRange: HTTP_HEADER_ID = 37;
pub const HttpHeaderTe: HTTP_HEADER_ID = 38;
pub const HttpHeaderTranslate: HTTP_HEADER_ID = 39;
pub const HttpHeaderUserAgent: HTTP_HEADER_ID = 40;
pub const HttpHeaderRequestMaximum: HTTP_HEADER_ID = 41;
// Responses.
pub const HttpHeaderAcceptRanges: HTTP_HEADER_ID = 20;
pub const HttpHeaderAge: HTTP_HEADER_ID = 21;
pub const HttpHeaderEtag: HTTP_HEADER_ID = 22;
pub const HttpHeaderLocation: HTTP_HEADER_ID = 23;
pub const HttpHeaderProxyAuthenticate: HTTP_HEADER_ID = 24;
pub const HttpHeaderRetryAfter: HTTP_HEADER_ID = 25;
pub const HttpHeaderServer: HTTP_HEADER_ID = 26;
pub const HttpHeaderSetCookie: HTTP_HEADER_ID = 27;
pub const HttpHeaderVary: HTTP_HEADER_ID = 28;
pub const HttpHeaderWwwAuthenticate: HTTP_HEADER_ID = 29;
pub const HttpHeaderResponseMaximum: HTTP_HEADER_ID = 30;
pub const HttpHeaderMaximum: HTTP_HEADER_ID = 41;

/// Value of a header that has an HTTP_HEADER_ID; length in bytes. Page: HTTP_KNOWN_HEADER.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HTTP_KNOWN_HEADER {
    pub RawValueLength: u16,
    pub pRawValue: PCSTR,
}

/// Name and value of any other header; lengths in bytes. Page: HTTP_UNKNOWN_HEADER.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HTTP_UNKNOWN_HEADER {
    pub NameLength: u16,
    pub RawValueLength: u16,
    pub pName: PCSTR,
    pub pRawValue: PCSTR,
}

/// Headers of a request. Page: HTTP_REQUEST_HEADERS.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HTTP_REQUEST_HEADERS {
    pub UnknownHeaderCount: u16,
    pub pUnknownHeaders: *mut HTTP_UNKNOWN_HEADER,
    pub TrailerCount: u16,
    pub pTrailers: *mut HTTP_UNKNOWN_HEADER,
    pub KnownHeaders: [HTTP_KNOWN_HEADER; HttpHeaderRequestMaximum as usize],
}

/// Headers of a response. Page: HTTP_RESPONSE_HEADERS.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HTTP_RESPONSE_HEADERS {
    pub UnknownHeaderCount: u16,
    pub pUnknownHeaders: *mut HTTP_UNKNOWN_HEADER,
    pub TrailerCount: u16,
    pub pTrailers: *mut HTTP_UNKNOWN_HEADER,
    pub KnownHeaders: [HTTP_KNOWN_HEADER; HttpHeaderResponseMaximum as usize],
}

// ---- Entity bodies ----

/// Which member of HTTP_DATA_CHUNK is in use. Page: HTTP_DATA_CHUNK_TYPE.
pub type HTTP_DATA_CHUNK_TYPE = i32;
pub const HttpDataChunkFromMemory: HTTP_DATA_CHUNK_TYPE = 0;
pub const HttpDataChunkFromFileHandle: HTTP_DATA_CHUNK_TYPE = 1;
pub const HttpDataChunkFromFragmentCache: HTTP_DATA_CHUNK_TYPE = 2;
pub const HttpDataChunkFromFragmentCacheEx: HTTP_DATA_CHUNK_TYPE = 3;
pub const HttpDataChunkTrailers: HTTP_DATA_CHUNK_TYPE = 4;
pub const HttpDataChunkFromWinHttpFastForwarding: HTTP_DATA_CHUNK_TYPE = 5;
pub const HttpDataChunkMaximum: HTTP_DATA_CHUNK_TYPE = 6;

/// Opaque bytes of a forwarded WinHTTP response. No page; from the public bindings.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HTTP_WINHTTP_FAST_FORWARDING_DATA {
    pub Reserved: [u8; 16],
}

/// Member FromMemory of HTTP_DATA_CHUNK. Page: HTTP_DATA_CHUNK.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HTTP_DATA_CHUNK_0_0 {
    pub pBuffer: *mut c_void,
    pub BufferLength: u32,
}

/// Member FromFileHandle of HTTP_DATA_CHUNK. Page: HTTP_DATA_CHUNK.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HTTP_DATA_CHUNK_0_1 {
    pub ByteRange: HTTP_BYTE_RANGE,
    pub FileHandle: HANDLE,
}

/// Member FromFragmentCache of HTTP_DATA_CHUNK. Page: HTTP_DATA_CHUNK.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HTTP_DATA_CHUNK_0_2 {
    pub FragmentNameLength: u16,
    pub pFragmentName: PCWSTR,
}

/// Member FromFragmentCacheEx of HTTP_DATA_CHUNK. Page: HTTP_DATA_CHUNK.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HTTP_DATA_CHUNK_0_3 {
    pub ByteRange: HTTP_BYTE_RANGE,
    pub pFragmentName: PCWSTR,
}

/// Member Trailers of HTTP_DATA_CHUNK. Page: HTTP_DATA_CHUNK.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HTTP_DATA_CHUNK_0_4 {
    pub TrailerCount: u16,
    pub pTrailers: *mut HTTP_UNKNOWN_HEADER,
}

/// Union of HTTP_DATA_CHUNK; DataChunkType says which member is valid. Page: HTTP_DATA_CHUNK.
#[repr(C)]
#[derive(Clone, Copy)]
pub union HTTP_DATA_CHUNK_0 {
    pub FromMemory: HTTP_DATA_CHUNK_0_0,
    pub FromFileHandle: HTTP_DATA_CHUNK_0_1,
    pub FromFragmentCache: HTTP_DATA_CHUNK_0_2,
    pub FromFragmentCacheEx: HTTP_DATA_CHUNK_0_3,
    pub Trailers: HTTP_DATA_CHUNK_0_4,
    pub FromWinHttpFastForwarding: HTTP_WINHTTP_FAST_FORWARDING_DATA,
}

impl core::fmt::Debug for HTTP_DATA_CHUNK_0 {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("HTTP_DATA_CHUNK_0").finish_non_exhaustive()
    }
}

/// One piece of a body: memory, file, cached fragment or trailers. Page: HTTP_DATA_CHUNK.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HTTP_DATA_CHUNK {
    pub DataChunkType: HTTP_DATA_CHUNK_TYPE,
    pub Anonymous: HTTP_DATA_CHUNK_0,
}

// ---- Addresses and URLs ----

/// Both ends of a connection, in the Windows SOCKADDR layout. Page: HTTP_TRANSPORT_ADDRESS.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HTTP_TRANSPORT_ADDRESS {
    pub pRemoteAddress: *mut SOCKADDR,
    pub pLocalAddress: *mut SOCKADDR,
}

/// Canonical URL and its parts; lengths in bytes, pointers into one string. Page: HTTP_COOKED_URL.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HTTP_COOKED_URL {
    pub FullUrlLength: u16,
    pub HostLength: u16,
    pub AbsPathLength: u16,
    pub QueryStringLength: u16,
    pub pFullUrl: PCWSTR,
    pub pHost: PCWSTR,
    pub pAbsPath: PCWSTR,
    pub pQueryString: PCWSTR,
}

/// URL schemes. No page; from the public bindings.
pub type HTTP_SCHEME = i32;
pub const HttpSchemeHttp: HTTP_SCHEME = 0;
pub const HttpSchemeHttps: HTTP_SCHEME = 1;
pub const HttpSchemeMaximum: HTTP_SCHEME = 2;

// ---- TLS details of a request ----

/// Client certificate of a connection. Page: HTTP_SSL_CLIENT_CERT_INFO.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HTTP_SSL_CLIENT_CERT_INFO {
    pub CertFlags: u32,
    pub CertEncodedSize: u32,
    pub pCertEncoded: *mut u8,
    pub Token: HANDLE,
    pub CertDeniedByMapper: BOOLEAN,
}

/// Server certificate and strength of the TLS session of a request. Page: HTTP_SSL_INFO.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HTTP_SSL_INFO {
    pub ServerCertKeySize: u16,
    pub ConnectionKeySize: u16,
    pub ServerCertIssuerSize: u32,
    pub ServerCertSubjectSize: u32,
    pub pServerCertIssuer: PCSTR,
    pub pServerCertSubject: PCSTR,
    pub pClientCertInfo: *mut HTTP_SSL_CLIENT_CERT_INFO,
    pub SslClientCertNegotiated: u32,
}

// ---- Requests ----

// Page: HTTP_REQUEST_V1.
pub const HTTP_REQUEST_FLAG_MORE_ENTITY_BODY_EXISTS: u32 = 0x1;
pub const HTTP_REQUEST_FLAG_IP_ROUTED: u32 = 0x2;
pub const HTTP_REQUEST_FLAG_HTTP2: u32 = 0x4;
pub const HTTP_REQUEST_FLAG_HTTP3: u32 = 0x8;
pub const HTTP_REQUEST_FLAG_FAST_FORWARDING_ALLOWED: u32 = 0x10;
pub const HTTP_REQUEST_FLAG_FAST_FORWARDING_RESPONSE_ALLOWED: u32 = 0x10;

/// What the pInfo of an HTTP_REQUEST_INFO points at. Page: HTTP_REQUEST_INFO_TYPE.
pub type HTTP_REQUEST_INFO_TYPE = i32;
pub const HttpRequestInfoTypeAuth: HTTP_REQUEST_INFO_TYPE = 0;
pub const HttpRequestInfoTypeChannelBind: HTTP_REQUEST_INFO_TYPE = 1;
pub const HttpRequestInfoTypeSslProtocol: HTTP_REQUEST_INFO_TYPE = 2;
pub const HttpRequestInfoTypeSslTokenBindingDraft: HTTP_REQUEST_INFO_TYPE = 3;
pub const HttpRequestInfoTypeSslTokenBinding: HTTP_REQUEST_INFO_TYPE = 4;
pub const HttpRequestInfoTypeRequestTiming: HTTP_REQUEST_INFO_TYPE = 5;
pub const HttpRequestInfoTypeTcpInfoV0: HTTP_REQUEST_INFO_TYPE = 6;
pub const HttpRequestInfoTypeRequestSizing: HTTP_REQUEST_INFO_TYPE = 7;
pub const HttpRequestInfoTypeQuicStats: HTTP_REQUEST_INFO_TYPE = 8;
pub const HttpRequestInfoTypeTcpInfoV1: HTTP_REQUEST_INFO_TYPE = 9;
pub const HttpRequestInfoTypeQuicStatsV2: HTTP_REQUEST_INFO_TYPE = 10;
pub const HttpRequestInfoTypeTcpInfoV2: HTTP_REQUEST_INFO_TYPE = 11;
pub const HttpRequestInfoTypeTransportIdleConnectionTimeout: HTTP_REQUEST_INFO_TYPE = 12;
pub const HttpRequestInfoTypeDscpTag: HTTP_REQUEST_INFO_TYPE = 13;
pub const HttpRequestInfoTypeInitialPacketTtl: HTTP_REQUEST_INFO_TYPE = 14;

/// One additional piece of information about a request. Page: HTTP_REQUEST_INFO.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HTTP_REQUEST_INFO {
    pub InfoType: HTTP_REQUEST_INFO_TYPE,
    pub InfoLength: u32,
    pub pInfo: *mut c_void,
}

/// A request as version 1.0 of the API delivers it. Page: HTTP_REQUEST_V1.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HTTP_REQUEST_V1 {
    pub Flags: u32,
    pub ConnectionId: HTTP_CONNECTION_ID,
    pub RequestId: HTTP_REQUEST_ID,
    pub UrlContext: HTTP_URL_CONTEXT,
    pub Version: HTTP_VERSION,
    pub Verb: HTTP_VERB,
    pub UnknownVerbLength: u16,
    pub RawUrlLength: u16,
    pub pUnknownVerb: PCSTR,
    pub pRawUrl: PCSTR,
    pub CookedUrl: HTTP_COOKED_URL,
    pub Address: HTTP_TRANSPORT_ADDRESS,
    pub Headers: HTTP_REQUEST_HEADERS,
    pub BytesReceived: u64,
    pub EntityChunkCount: u16,
    pub pEntityChunks: *mut HTTP_DATA_CHUNK,
    pub RawConnectionId: HTTP_RAW_CONNECTION_ID,
    pub pSslInfo: *mut HTTP_SSL_INFO,
}

/// A request with the additions of version 2.0. Page: HTTP_REQUEST_V2.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HTTP_REQUEST_V2 {
    pub Base: HTTP_REQUEST_V1,
    pub RequestInfoCount: u16,
    pub pRequestInfo: *mut HTTP_REQUEST_INFO,
}

/// The current form. Page: HTTP_REQUEST_V2.
pub type HTTP_REQUEST = HTTP_REQUEST_V2;

// ---- Responses ----

// Page: HTTP_RESPONSE_V1.
pub const HTTP_RESPONSE_FLAG_MULTIPLE_ENCODINGS_AVAILABLE: u32 = 0x1;
pub const HTTP_RESPONSE_FLAG_MORE_ENTITY_BODY_EXISTS: u32 = 0x2;

/// What the pInfo of an HTTP_RESPONSE_INFO points at. Page: HTTP_RESPONSE_INFO_TYPE.
pub type HTTP_RESPONSE_INFO_TYPE = i32;
pub const HttpResponseInfoTypeMultipleKnownHeaders: HTTP_RESPONSE_INFO_TYPE = 0;
pub const HttpResponseInfoTypeAuthenticationProperty: HTTP_RESPONSE_INFO_TYPE = 1;
pub const HttpResponseInfoTypeQoSProperty: HTTP_RESPONSE_INFO_TYPE = 2;
pub const HttpResponseInfoTypeChannelBind: HTTP_RESPONSE_INFO_TYPE = 3;

/// One additional piece of information about a response. Page: HTTP_RESPONSE_INFO.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HTTP_RESPONSE_INFO {
    pub Type: HTTP_RESPONSE_INFO_TYPE,
    pub Length: u32,
    pub pInfo: *mut c_void,
}

// Page: HTTP_MULTIPLE_KNOWN_HEADERS.
pub const HTTP_RESPONSE_INFO_FLAGS_PRESERVE_ORDER: u32 = 0x1;

/// Several values of one known header, sent as separate lines. Page: HTTP_MULTIPLE_KNOWN_HEADERS.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HTTP_MULTIPLE_KNOWN_HEADERS {
    pub HeaderId: HTTP_HEADER_ID,
    pub Flags: u32,
    pub KnownHeaderCount: u16,
    pub KnownHeaders: *mut HTTP_KNOWN_HEADER,
}

/// A response as version 1.0 of the API takes it. Page: HTTP_RESPONSE_V1.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HTTP_RESPONSE_V1 {
    pub Flags: u32,
    pub Version: HTTP_VERSION,
    pub StatusCode: u16,
    pub ReasonLength: u16,
    pub pReason: PCSTR,
    pub Headers: HTTP_RESPONSE_HEADERS,
    pub EntityChunkCount: u16,
    pub pEntityChunks: *mut HTTP_DATA_CHUNK,
}

/// A response with the additions of version 2.0. Page: HTTP_RESPONSE_V2.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HTTP_RESPONSE_V2 {
    pub Base: HTTP_RESPONSE_V1,
    pub ResponseInfoCount: u16,
    pub pResponseInfo: *mut HTTP_RESPONSE_INFO,
}

/// The current form. Page: HTTP_RESPONSE_V2.
pub type HTTP_RESPONSE = HTTP_RESPONSE_V2;

// ---- Response cache ----

/// How long a cached response may live. Page: HTTP_CACHE_POLICY_TYPE.
pub type HTTP_CACHE_POLICY_TYPE = i32;
pub const HttpCachePolicyNocache: HTTP_CACHE_POLICY_TYPE = 0;
pub const HttpCachePolicyUserInvalidates: HTTP_CACHE_POLICY_TYPE = 1;
pub const HttpCachePolicyTimeToLive: HTTP_CACHE_POLICY_TYPE = 2;
pub const HttpCachePolicyMaximum: HTTP_CACHE_POLICY_TYPE = 3;

/// Cache policy of one response or fragment. Page: HTTP_CACHE_POLICY.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HTTP_CACHE_POLICY {
    pub Policy: HTTP_CACHE_POLICY_TYPE,
    pub SecondsToLive: u32,
}
