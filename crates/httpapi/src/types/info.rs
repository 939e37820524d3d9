//! What accompanies a request or a response: information, properties, timings, log data.
//!
//! Owns the structures behind HTTP_REQUEST_INFO, HttpQueryRequestProperty, HttpDelegateRequestEx
//! and the LogData argument. Times are performance counter ticks. Plain data; any thread.

use core::ffi::c_void;

use super::message::HTTP_VERB;
use super::win32::{ALG_ID, HANDLE, PSTR, PWSTR, SECURITY_STATUS};

// ---- Request information ----

/// Outcome of authentication. Page: HTTP_AUTH_STATUS.
pub type HTTP_AUTH_STATUS = i32;
pub const HttpAuthStatusSuccess: HTTP_AUTH_STATUS = 0;
pub const HttpAuthStatusNotAuthenticated: HTTP_AUTH_STATUS = 1;
pub const HttpAuthStatusFailure: HTTP_AUTH_STATUS = 2;

/// Scheme a request was authenticated with. Page: HTTP_REQUEST_AUTH_TYPE.
pub type HTTP_REQUEST_AUTH_TYPE = i32;
pub const HttpRequestAuthTypeNone: HTTP_REQUEST_AUTH_TYPE = 0;
pub const HttpRequestAuthTypeBasic: HTTP_REQUEST_AUTH_TYPE = 1;
pub const HttpRequestAuthTypeDigest: HTTP_REQUEST_AUTH_TYPE = 2;
pub const HttpRequestAuthTypeNTLM: HTTP_REQUEST_AUTH_TYPE = 3;
pub const HttpRequestAuthTypeNegotiate: HTTP_REQUEST_AUTH_TYPE = 4;
pub const HttpRequestAuthTypeKerberos: HTTP_REQUEST_AUTH_TYPE = 5;

// Page: HTTP_REQUEST_AUTH_INFO.
pub const HTTP_REQUEST_AUTH_FLAG_TOKEN_FOR_CACHED_CRED: u32 = 0x1;

/// Authentication of a request (information type Auth). Page: HTTP_REQUEST_AUTH_INFO.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HTTP_REQUEST_AUTH_INFO {
    pub AuthStatus: HTTP_AUTH_STATUS,
    pub SecStatus: SECURITY_STATUS,
    pub Flags: u32,
    pub AuthType: HTTP_REQUEST_AUTH_TYPE,
    pub AccessToken: HANDLE,
    pub ContextAttributes: u32,
    pub PackedContextLength: u32,
    pub PackedContextType: u32,
    pub PackedContext: *mut c_void,
    pub MutualAuthDataLength: u32,
    pub pMutualAuthData: PSTR,
    pub PackageNameLength: u16,
    pub pPackageName: PWSTR,
}

/// Protocol and ciphers of the TLS session (information type SslProtocol). Page:
/// HTTP_SSL_PROTOCOL_INFO.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HTTP_SSL_PROTOCOL_INFO {
    pub Protocol: u32,
    pub CipherType: ALG_ID,
    pub CipherStrength: u32,
    pub HashType: ALG_ID,
    pub HashStrength: u32,
    pub KeyExchangeType: ALG_ID,
    pub KeyExchangeStrength: u32,
}

/// Token binding of a request (information type SslTokenBinding). Page:
/// HTTP_REQUEST_TOKEN_BINDING_INFO.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HTTP_REQUEST_TOKEN_BINDING_INFO {
    pub TokenBinding: *mut u8,
    pub TokenBindingSize: u32,
    pub EKM: *mut u8,
    pub EKMSize: u32,
    pub KeyType: u8,
}

/// Indexes of HTTP_REQUEST_TIMING_INFO.RequestTiming. Page: HTTP_REQUEST_TIMING_TYPE.
pub type HTTP_REQUEST_TIMING_TYPE = i32;
pub const HttpRequestTimingTypeConnectionStart: HTTP_REQUEST_TIMING_TYPE = 0;
pub const HttpRequestTimingTypeDataStart: HTTP_REQUEST_TIMING_TYPE = 1;
pub const HttpRequestTimingTypeTlsCertificateLoadStart: HTTP_REQUEST_TIMING_TYPE = 2;
pub const HttpRequestTimingTypeTlsCertificateLoadEnd: HTTP_REQUEST_TIMING_TYPE = 3;
pub const HttpRequestTimingTypeTlsHandshakeLeg1Start: HTTP_REQUEST_TIMING_TYPE = 4;
pub const HttpRequestTimingTypeTlsHandshakeLeg1End: HTTP_REQUEST_TIMING_TYPE = 5;
pub const HttpRequestTimingTypeTlsHandshakeLeg2Start: HTTP_REQUEST_TIMING_TYPE = 6;
pub const HttpRequestTimingTypeTlsHandshakeLeg2End: HTTP_REQUEST_TIMING_TYPE = 7;
pub const HttpRequestTimingTypeTlsAttributesQueryStart: HTTP_REQUEST_TIMING_TYPE = 8;
pub const HttpRequestTimingTypeTlsAttributesQueryEnd: HTTP_REQUEST_TIMING_TYPE = 9;
pub const HttpRequestTimingTypeTlsClientCertQueryStart: HTTP_REQUEST_TIMING_TYPE = 10;
pub const HttpRequestTimingTypeTlsClientCertQueryEnd: HTTP_REQUEST_TIMING_TYPE = 11;
pub const HttpRequestTimingTypeHttp2StreamStart: HTTP_REQUEST_TIMING_TYPE = 12;
pub const HttpRequestTimingTypeHttp2HeaderDecodeStart: HTTP_REQUEST_TIMING_TYPE = 13;
pub const HttpRequestTimingTypeHttp2HeaderDecodeEnd: HTTP_REQUEST_TIMING_TYPE = 14;
pub const HttpRequestTimingTypeRequestHeaderParseStart: HTTP_REQUEST_TIMING_TYPE = 15;
pub const HttpRequestTimingTypeRequestHeaderParseEnd: HTTP_REQUEST_TIMING_TYPE = 16;
pub const HttpRequestTimingTypeRequestRoutingStart: HTTP_REQUEST_TIMING_TYPE = 17;
pub const HttpRequestTimingTypeRequestRoutingEnd: HTTP_REQUEST_TIMING_TYPE = 18;
pub const HttpRequestTimingTypeRequestQueuedForInspection: HTTP_REQUEST_TIMING_TYPE = 19;
pub const HttpRequestTimingTypeRequestDeliveredForInspection: HTTP_REQUEST_TIMING_TYPE = 20;
pub const HttpRequestTimingTypeRequestReturnedAfterInspection: HTTP_REQUEST_TIMING_TYPE = 21;
pub const HttpRequestTimingTypeRequestQueuedForDelegation: HTTP_REQUEST_TIMING_TYPE = 22;
pub const HttpRequestTimingTypeRequestDeliveredForDelegation: HTTP_REQUEST_TIMING_TYPE = 23;
pub const HttpRequestTimingTypeRequestReturnedAfterDelegation: HTTP_REQUEST_TIMING_TYPE = 24;
pub const HttpRequestTimingTypeRequestQueuedForIO: HTTP_REQUEST_TIMING_TYPE = 25;
pub const HttpRequestTimingTypeRequestDeliveredForIO: HTTP_REQUEST_TIMING_TYPE = 26;
pub const HttpRequestTimingTypeHttp3StreamStart: HTTP_REQUEST_TIMING_TYPE = 27;
pub const HttpRequestTimingTypeHttp3HeaderDecodeStart: HTTP_REQUEST_TIMING_TYPE = 28;
pub const HttpRequestTimingTypeHttp3HeaderDecodeEnd: HTTP_REQUEST_TIMING_TYPE = 29;
pub const HttpRequestTimingTypeMax: HTTP_REQUEST_TIMING_TYPE = 30;

/// Performance counter at each stage of a request. Page: HTTP_REQUEST_TIMING_INFO.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HTTP_REQUEST_TIMING_INFO {
    pub RequestTimingCount: u32,
    pub RequestTiming: [u64; HttpRequestTimingTypeMax as usize],
}

/// Indexes of HTTP_REQUEST_SIZING_INFO.RequestSizing. Page: HTTP_REQUEST_SIZING_TYPE.
pub type HTTP_REQUEST_SIZING_TYPE = i32;
pub const HttpRequestSizingTypeTlsHandshakeLeg1ClientData: HTTP_REQUEST_SIZING_TYPE = 0;
pub const HttpRequestSizingTypeTlsHandshakeLeg1ServerData: HTTP_REQUEST_SIZING_TYPE = 1;
pub const HttpRequestSizingTypeTlsHandshakeLeg2ClientData: HTTP_REQUEST_SIZING_TYPE = 2;
pub const HttpRequestSizingTypeTlsHandshakeLeg2ServerData: HTTP_REQUEST_SIZING_TYPE = 3;
pub const HttpRequestSizingTypeHeaders: HTTP_REQUEST_SIZING_TYPE = 4;
pub const HttpRequestSizingTypeMax: HTTP_REQUEST_SIZING_TYPE = 5;

// Page: HTTP_REQUEST_SIZING_INFO.
pub const HTTP_REQUEST_SIZING_INFO_FLAG_TCP_FAST_OPEN: u32 = 0x1;
pub const HTTP_REQUEST_SIZING_INFO_FLAG_TLS_SESSION_RESUMPTION: u32 = 0x2;
pub const HTTP_REQUEST_SIZING_INFO_FLAG_TLS_FALSE_START: u32 = 0x4;
pub const HTTP_REQUEST_SIZING_INFO_FLAG_FIRST_REQUEST: u32 = 0x8;

/// Bytes of the TLS handshake and of the header of a request. Page: HTTP_REQUEST_SIZING_INFO.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HTTP_REQUEST_SIZING_INFO {
    pub Flags: u64,
    pub RequestIndex: u32,
    pub RequestSizingCount: u32,
    pub RequestSizing: [u64; HttpRequestSizingTypeMax as usize],
}

// ---- Request properties ----

/// Properties of HttpSetRequestProperty and HttpQueryRequestProperty. Page: HTTP_REQUEST_PROPERTY.
pub type HTTP_REQUEST_PROPERTY = i32;
pub const HttpRequestPropertyIsb: HTTP_REQUEST_PROPERTY = 0;
pub const HttpRequestPropertyTcpInfoV0: HTTP_REQUEST_PROPERTY = 1;
pub const HttpRequestPropertyQuicStats: HTTP_REQUEST_PROPERTY = 2;
pub const HttpRequestPropertyTcpInfoV1: HTTP_REQUEST_PROPERTY = 3;
pub const HttpRequestPropertySni: HTTP_REQUEST_PROPERTY = 4;
pub const HttpRequestPropertyStreamError: HTTP_REQUEST_PROPERTY = 5;
pub const HttpRequestPropertyWskApiTimings: HTTP_REQUEST_PROPERTY = 6;
pub const HttpRequestPropertyQuicApiTimings: HTTP_REQUEST_PROPERTY = 7;
pub const HttpRequestPropertyQuicStatsV2: HTTP_REQUEST_PROPERTY = 8;
pub const HttpRequestPropertyQuicStreamStats: HTTP_REQUEST_PROPERTY = 9;
pub const HttpRequestPropertyTcpInfoV2: HTTP_REQUEST_PROPERTY = 10;
pub const HttpRequestPropertyTlsClientHello: HTTP_REQUEST_PROPERTY = 11;
pub const HttpRequestPropertyTransportIdleConnectionTimeout: HTTP_REQUEST_PROPERTY = 12;
pub const HttpRequestPropertyDscpTag: HTTP_REQUEST_PROPERTY = 13;
pub const HttpRequestPropertyTlsCipherInfo: HTTP_REQUEST_PROPERTY = 14;

/// How old TCP statistics may be. Page: HTTP_QUERY_REQUEST_QUALIFIER_TCP.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HTTP_QUERY_REQUEST_QUALIFIER_TCP {
    pub Freshness: u64,
}

/// How old QUIC statistics may be. Page: HTTP_QUERY_REQUEST_QUALIFIER_QUIC.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HTTP_QUERY_REQUEST_QUALIFIER_QUIC {
    pub Freshness: u64,
}

// Page: HTTP_REQUEST_PROPERTY_SNI.
pub const HTTP_REQUEST_PROPERTY_SNI_HOST_MAX_LENGTH: u32 = 255;

// Page: HTTP_REQUEST_PROPERTY_SNI.
pub const HTTP_REQUEST_PROPERTY_SNI_FLAG_SNI_USED: u32 = 0x1;
pub const HTTP_REQUEST_PROPERTY_SNI_FLAG_NO_SNI: u32 = 0x2;

/// Server name of the TLS handshake (property Sni). Page: HTTP_REQUEST_PROPERTY_SNI.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HTTP_REQUEST_PROPERTY_SNI {
    pub Hostname: [u16; HTTP_REQUEST_PROPERTY_SNI_HOST_MAX_LENGTH as usize + 1],
    pub Flags: u32,
}

/// HTTP/2 or HTTP/3 error code to reset with (property StreamError). Page:
/// HTTP_REQUEST_PROPERTY_STREAM_ERROR.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HTTP_REQUEST_PROPERTY_STREAM_ERROR {
    pub ErrorCode: u32,
}

/// Idle timeout of the connection of a request, in seconds. No page; from the public bindings.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HTTP_REQUEST_TRANSPORT_IDLE_CONNECTION_TIMEOUT_INFO {
    pub TransportIdleConnectionTimeout: u16,
}

/// Differentiated services code point, at most 0x3F. No page; from the public bindings.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HTTP_REQUEST_DSCP_INFO {
    pub DscpTag: u8,
}

/// Time to live of the first packet of the connection. No page; from the public bindings.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HTTP_REQUEST_INITIAL_PACKET_TTL_INFO {
    pub InitialPacketTtl: u8,
}

// ---- Transport timings ----

// Page: HTTP_QUIC_CONNECTION_API_TIMINGS.
pub const HTTP_QUIC_KEEPALIVE_TIMEOUT_DISABLED: u32 = u32::MAX;

/// Calls into the TCP transport (property WskApiTimings). No page; from the public bindings.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HTTP_WSK_API_TIMINGS {
    pub ConnectCount: u64,
    pub ConnectSum: u64,
    pub DisconnectCount: u64,
    pub DisconnectSum: u64,
    pub SendCount: u64,
    pub SendSum: u64,
    pub ReceiveCount: u64,
    pub ReceiveSum: u64,
    pub ReleaseCount: u64,
    pub ReleaseSum: u64,
    pub ControlSocketCount: u64,
    pub ControlSocketSum: u64,
}

/// Calls into the QUIC transport for one stream. No page; from the public bindings.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HTTP_QUIC_STREAM_API_TIMINGS {
    pub OpenCount: u64,
    pub OpenSum: u64,
    pub CloseCount: u64,
    pub CloseSum: u64,
    pub StartCount: u64,
    pub StartSum: u64,
    pub ShutdownCount: u64,
    pub ShutdownSum: u64,
    pub SendCount: u64,
    pub SendSum: u64,
    pub ReceiveSetEnabledCount: u64,
    pub ReceiveSetEnabledSum: u64,
    pub GetParamCount: u64,
    pub GetParamSum: u64,
    pub SetParamCount: u64,
    pub SetParamSum: u64,
    pub SetCallbackHandlerCount: u64,
    pub SetCallbackHandlerSum: u64,
}

/// Calls into the QUIC transport for one connection. No page; from the public bindings.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HTTP_QUIC_CONNECTION_API_TIMINGS {
    pub OpenTime: u64,
    pub CloseTime: u64,
    pub StartTime: u64,
    pub ShutdownTime: u64,
    pub SecConfigCreateTime: u64,
    pub SecConfigDeleteTime: u64,
    pub GetParamCount: u64,
    pub GetParamSum: u64,
    pub SetParamCount: u64,
    pub SetParamSum: u64,
    pub SetCallbackHandlerCount: u64,
    pub SetCallbackHandlerSum: u64,
    pub ControlStreamTimings: HTTP_QUIC_STREAM_API_TIMINGS,
}

/// Calls into the QUIC transport (property QuicApiTimings). No page; from the public bindings.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HTTP_QUIC_API_TIMINGS {
    pub ConnectionTimings: HTTP_QUIC_CONNECTION_API_TIMINGS,
    pub StreamTimings: HTTP_QUIC_STREAM_API_TIMINGS,
}

/// Header compression of one QUIC stream (property QuicStreamStats). No page; from the public
/// bindings.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HTTP_QUIC_STREAM_REQUEST_STATS {
    pub StreamWaitStart: u64,
    pub StreamWaitEnd: u64,
    pub RequestHeadersCompressionStart: u64,
    pub RequestHeadersCompressionEnd: u64,
    pub ResponseHeadersDecompressionStart: u64,
    pub ResponseHeadersDecompressionEnd: u64,
    pub RequestHeadersCompressedSize: u64,
    pub ResponseHeadersCompressedSize: u64,
}

// ---- Delegation ----

/// Properties of HttpDelegateRequestEx. Page: HTTP_DELEGATE_REQUEST_PROPERTY_ID.
pub type HTTP_DELEGATE_REQUEST_PROPERTY_ID = i32;
pub const DelegateRequestReservedProperty: HTTP_DELEGATE_REQUEST_PROPERTY_ID = 0;
pub const DelegateRequestDelegateUrlProperty: HTTP_DELEGATE_REQUEST_PROPERTY_ID = 1;

/// One property of a delegated request. Page: HTTP_DELEGATE_REQUEST_PROPERTY_INFO.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HTTP_DELEGATE_REQUEST_PROPERTY_INFO {
    pub PropertyId: HTTP_DELEGATE_REQUEST_PROPERTY_ID,
    pub PropertyInfoLength: u32,
    pub PropertyInfo: *mut c_void,
}

/// Properties of a delegation queue. Page: HTTP_CREATE_REQUEST_QUEUE_PROPERTY_ID.
pub type HTTP_CREATE_REQUEST_QUEUE_PROPERTY_ID = i32;
pub const CreateRequestQueueExternalIdProperty: HTTP_CREATE_REQUEST_QUEUE_PROPERTY_ID = 1;
pub const CreateRequestQueueMax: HTTP_CREATE_REQUEST_QUEUE_PROPERTY_ID = 2;

/// One property of a delegation queue. Page: HTTP_CREATE_REQUEST_QUEUE_PROPERTY_INFO.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HTTP_CREATE_REQUEST_QUEUE_PROPERTY_INFO {
    pub PropertyId: HTTP_CREATE_REQUEST_QUEUE_PROPERTY_ID,
    pub PropertyInfoLength: u32,
    pub PropertyInfo: *mut c_void,
}

// ---- Log data ----

/// What follows an HTTP_LOG_DATA. Page: HTTP_LOG_DATA_TYPE.
pub type HTTP_LOG_DATA_TYPE = i32;
pub const HttpLogDataTypeFields: HTTP_LOG_DATA_TYPE = 0;

/// Head of the log data of a response. Page: HTTP_LOG_DATA.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HTTP_LOG_DATA {
    pub Type: HTTP_LOG_DATA_TYPE,
}

/// Fields of one log record; lengths in bytes. Page: HTTP_LOG_FIELDS_DATA.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HTTP_LOG_FIELDS_DATA {
    pub Base: HTTP_LOG_DATA,
    pub UserNameLength: u16,
    pub UriStemLength: u16,
    pub ClientIpLength: u16,
    pub ServerNameLength: u16,
    pub ServiceNameLength: u16,
    pub ServerIpLength: u16,
    pub MethodLength: u16,
    pub UriQueryLength: u16,
    pub HostLength: u16,
    pub UserAgentLength: u16,
    pub CookieLength: u16,
    pub ReferrerLength: u16,
    pub UserName: PWSTR,
    pub UriStem: PWSTR,
    pub ClientIp: PSTR,
    pub ServerName: PSTR,
    pub ServiceName: PSTR,
    pub ServerIp: PSTR,
    pub Method: PSTR,
    pub UriQuery: PSTR,
    pub Host: PSTR,
    pub UserAgent: PSTR,
    pub Cookie: PSTR,
    pub Referrer: PSTR,
    pub ServerPort: u16,
    pub ProtocolStatus: u16,
    pub Win32Status: u32,
    pub MethodNum: HTTP_VERB,
    pub SubStatus: u16,
}
