//! Records of the configuration store.
//!
//! Owns the structures of HttpSetServiceConfiguration and related functions. Does not own the
//! store. A query returns the SET structure followed, in the same buffer, by what it points at.
//! Plain data; any thread.

use core::ffi::c_void;

use super::message::HTTP_UNKNOWN_HEADER;
use super::win32::{GUID, PWSTR, SOCKADDR, SOCKADDR_STORAGE};

// ---- Configuration records ----

/// Kinds of records of the configuration store. Page: HTTP_SERVICE_CONFIG_ID.
pub type HTTP_SERVICE_CONFIG_ID = i32;
pub const HttpServiceConfigIPListenList: HTTP_SERVICE_CONFIG_ID = 0;
pub const HttpServiceConfigSSLCertInfo: HTTP_SERVICE_CONFIG_ID = 1;
pub const HttpServiceConfigUrlAclInfo: HTTP_SERVICE_CONFIG_ID = 2;
pub const HttpServiceConfigTimeout: HTTP_SERVICE_CONFIG_ID = 3;
pub const HttpServiceConfigCache: HTTP_SERVICE_CONFIG_ID = 4;
pub const HttpServiceConfigSslSniCertInfo: HTTP_SERVICE_CONFIG_ID = 5;
pub const HttpServiceConfigSslCcsCertInfo: HTTP_SERVICE_CONFIG_ID = 6;
pub const HttpServiceConfigSetting: HTTP_SERVICE_CONFIG_ID = 7;
pub const HttpServiceConfigSslCertInfoEx: HTTP_SERVICE_CONFIG_ID = 8;
pub const HttpServiceConfigSslSniCertInfoEx: HTTP_SERVICE_CONFIG_ID = 9;
pub const HttpServiceConfigSslCcsCertInfoEx: HTTP_SERVICE_CONFIG_ID = 10;
pub const HttpServiceConfigSslScopedCcsCertInfo: HTTP_SERVICE_CONFIG_ID = 11;
pub const HttpServiceConfigSslScopedCcsCertInfoEx: HTTP_SERVICE_CONFIG_ID = 12;
pub const HttpServiceConfigMax: HTTP_SERVICE_CONFIG_ID = 13;

/// Exact query or enumeration. Page: HTTP_SERVICE_CONFIG_QUERY_TYPE.
pub type HTTP_SERVICE_CONFIG_QUERY_TYPE = i32;
pub const HttpServiceConfigQueryExact: HTTP_SERVICE_CONFIG_QUERY_TYPE = 0;
pub const HttpServiceConfigQueryNext: HTTP_SERVICE_CONFIG_QUERY_TYPE = 1;
pub const HttpServiceConfigQueryMax: HTTP_SERVICE_CONFIG_QUERY_TYPE = 2;

// ---- TLS parameters ----

// Page: HTTP_SERVICE_CONFIG_SSL_PARAM (DefaultFlags).
pub const HTTP_SERVICE_CONFIG_SSL_FLAG_USE_DS_MAPPER: u32 = 0x1;
pub const HTTP_SERVICE_CONFIG_SSL_FLAG_NEGOTIATE_CLIENT_CERT: u32 = 0x2;
pub const HTTP_SERVICE_CONFIG_SSL_FLAG_NO_RAW_FILTER: u32 = 0x4;
pub const HTTP_SERVICE_CONFIG_SSL_FLAG_REJECT: u32 = 0x8;
pub const HTTP_SERVICE_CONFIG_SSL_FLAG_DISABLE_HTTP2: u32 = 0x10;
pub const HTTP_SERVICE_CONFIG_SSL_FLAG_DISABLE_QUIC: u32 = 0x20;
pub const HTTP_SERVICE_CONFIG_SSL_FLAG_DISABLE_TLS13: u32 = 0x40;
pub const HTTP_SERVICE_CONFIG_SSL_FLAG_DISABLE_OCSP_STAPLING: u32 = 0x80;
pub const HTTP_SERVICE_CONFIG_SSL_FLAG_ENABLE_TOKEN_BINDING: u32 = 0x100;
pub const HTTP_SERVICE_CONFIG_SSL_FLAG_LOG_EXTENDED_EVENTS: u32 = 0x200;
pub const HTTP_SERVICE_CONFIG_SSL_FLAG_DISABLE_LEGACY_TLS: u32 = 0x400;
pub const HTTP_SERVICE_CONFIG_SSL_FLAG_ENABLE_SESSION_TICKET: u32 = 0x800;
pub const HTTP_SERVICE_CONFIG_SSL_FLAG_DISABLE_TLS12: u32 = 0x1000;
pub const HTTP_SERVICE_CONFIG_SSL_FLAG_ENABLE_CLIENT_CORRELATION: u32 = 0x2000;
pub const HTTP_SERVICE_CONFIG_SSL_FLAG_DISABLE_SESSION_ID: u32 = 0x4000;
pub const HTTP_SERVICE_CONFIG_SSL_FLAG_ENABLE_CACHE_CLIENT_HELLO: u32 = 0x8000;

// Page: HTTP_SERVICE_CONFIG_SSL_PARAM (DefaultCertCheckMode).
pub const HTTP_CERT_CHECK_MODE_NO_REVOCATION: u32 = 0x1;
pub const HTTP_CERT_CHECK_MODE_CACHED_REVOCATION: u32 = 0x2;
pub const HTTP_CERT_CHECK_MODE_USE_REVOCATION_FRESHNESS: u32 = 0x4;
pub const HTTP_CERT_CHECK_MODE_CACHED_URLS: u32 = 0x8;
pub const HTTP_CERT_CHECK_MODE_NO_AIA: u32 = 0x10;
pub const HTTP_CERT_CHECK_MODE_NO_USAGE_CHECK: u32 = 0x10000;

/// Certificate and TLS settings of an endpoint. Page: HTTP_SERVICE_CONFIG_SSL_PARAM.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HTTP_SERVICE_CONFIG_SSL_PARAM {
    pub SslHashLength: u32,
    pub pSslHash: *mut c_void,
    pub AppId: GUID,
    pub pSslCertStoreName: PWSTR,
    pub DefaultCertCheckMode: u32,
    pub DefaultRevocationFreshnessTime: u32,
    pub DefaultRevocationUrlRetrievalTimeout: u32,
    pub pDefaultSslCtlIdentifier: PWSTR,
    pub pDefaultSslCtlStoreName: PWSTR,
    pub DefaultFlags: u32,
}

/// Which member of HTTP_SERVICE_CONFIG_SSL_PARAM_EX is in use. Page:
/// HTTP_SSL_SERVICE_CONFIG_EX_PARAM_TYPE.
pub type HTTP_SSL_SERVICE_CONFIG_EX_PARAM_TYPE = i32;
pub const ExParamTypeHttp2Window: HTTP_SSL_SERVICE_CONFIG_EX_PARAM_TYPE = 0;
pub const ExParamTypeHttp2SettingsLimits: HTTP_SSL_SERVICE_CONFIG_EX_PARAM_TYPE = 1;
pub const ExParamTypeHttpPerformance: HTTP_SSL_SERVICE_CONFIG_EX_PARAM_TYPE = 2;
pub const ExParamTypeTlsRestrictions: HTTP_SSL_SERVICE_CONFIG_EX_PARAM_TYPE = 3;
pub const ExParamTypeErrorHeaders: HTTP_SSL_SERVICE_CONFIG_EX_PARAM_TYPE = 4;
pub const ExParamTypeTlsSessionTicketKeys: HTTP_SSL_SERVICE_CONFIG_EX_PARAM_TYPE = 5;
pub const ExParamTypeCertConfig: HTTP_SSL_SERVICE_CONFIG_EX_PARAM_TYPE = 6;
pub const ExParamTypeMax: HTTP_SSL_SERVICE_CONFIG_EX_PARAM_TYPE = 7;

/// HTTP/2 receive window in bytes. Page: HTTP2_WINDOW_SIZE_PARAM.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HTTP2_WINDOW_SIZE_PARAM {
    pub Http2ReceiveWindowSize: u32,
}

/// Limits on HTTP/2 SETTINGS. Page: HTTP2_SETTINGS_LIMITS_PARAM.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HTTP2_SETTINGS_LIMITS_PARAM {
    pub Http2MaxSettingsPerFrame: u32,
    pub Http2MaxSettingsPerMinute: u32,
}

/// What an HTTP_PERFORMANCE_PARAM points at. Page: HTTP_PERFORMANCE_PARAM_TYPE.
pub type HTTP_PERFORMANCE_PARAM_TYPE = i32;
pub const PerformanceParamSendBufferingFlags: HTTP_PERFORMANCE_PARAM_TYPE = 0;
pub const PerformanceParamAggressiveICW: HTTP_PERFORMANCE_PARAM_TYPE = 1;
pub const PerformanceParamMaxSendBufferSize: HTTP_PERFORMANCE_PARAM_TYPE = 2;
pub const PerformanceParamMaxConcurrentClientStreams: HTTP_PERFORMANCE_PARAM_TYPE = 3;
pub const PerformanceParamMaxReceiveBufferSize: HTTP_PERFORMANCE_PARAM_TYPE = 4;
pub const PerformanceParamDecryptOnSspiThread: HTTP_PERFORMANCE_PARAM_TYPE = 5;
pub const PerformanceParamMax: HTTP_PERFORMANCE_PARAM_TYPE = 6;

/// One performance setting. Page: HTTP_PERFORMANCE_PARAM.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HTTP_PERFORMANCE_PARAM {
    pub Type: HTTP_PERFORMANCE_PARAM_TYPE,
    pub BufferSize: u32,
    pub Buffer: *mut c_void,
}

/// TLS restrictions. Page: HTTP_TLS_RESTRICTIONS_PARAM.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HTTP_TLS_RESTRICTIONS_PARAM {
    pub RestrictionCount: u32,
    pub TlsRestrictions: *mut c_void,
}

/// Headers added to the error responses of the service. Page: HTTP_ERROR_HEADERS_PARAM.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HTTP_ERROR_HEADERS_PARAM {
    pub StatusCode: u16,
    pub HeaderCount: u16,
    pub Headers: *mut HTTP_UNKNOWN_HEADER,
}

/// TLS session ticket keys. Page: HTTP_TLS_SESSION_TICKET_KEYS_PARAM.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HTTP_TLS_SESSION_TICKET_KEYS_PARAM {
    pub SessionTicketKeyCount: u32,
    pub SessionTicketKeys: *mut c_void,
}

// Page: HTTP_CERT_CONFIG_ENTRY.
pub const HTTP_SSL_CERT_SHA_HASH_LENGTH: u32 = 20;
pub const HTTP_SSL_CERT_STORE_NAME_LENGTH: u32 = 128;

/// One further certificate of an endpoint. No page; from the public bindings.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HTTP_CERT_CONFIG_ENTRY {
    pub CertHash: [u8; HTTP_SSL_CERT_SHA_HASH_LENGTH as usize],
    pub CertStoreName: [u16; HTTP_SSL_CERT_STORE_NAME_LENGTH as usize],
}

/// Further certificates of an endpoint. No page; from the public bindings.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HTTP_CERT_CONFIG_PARAM {
    pub CertConfigCount: u32,
    pub CertConfigs: *mut HTTP_CERT_CONFIG_ENTRY,
}

/// Union of HTTP_SERVICE_CONFIG_SSL_PARAM_EX; ParamType says which member is valid. Page:
/// HTTP_SERVICE_CONFIG_SSL_PARAM_EX.
#[repr(C)]
#[derive(Clone, Copy)]
pub union HTTP_SERVICE_CONFIG_SSL_PARAM_EX_0 {
    pub Http2WindowSizeParam: HTTP2_WINDOW_SIZE_PARAM,
    pub Http2SettingsLimitsParam: HTTP2_SETTINGS_LIMITS_PARAM,
    pub HttpPerformanceParam: HTTP_PERFORMANCE_PARAM,
    pub HttpTlsRestrictionsParam: HTTP_TLS_RESTRICTIONS_PARAM,
    pub HttpErrorHeadersParam: HTTP_ERROR_HEADERS_PARAM,
    pub HttpTlsSessionTicketKeysParam: HTTP_TLS_SESSION_TICKET_KEYS_PARAM,
    pub HttpCertConfigParam: HTTP_CERT_CONFIG_PARAM,
}

impl core::fmt::Debug for HTTP_SERVICE_CONFIG_SSL_PARAM_EX_0 {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("HTTP_SERVICE_CONFIG_SSL_PARAM_EX_0")
            .finish_non_exhaustive()
    }
}

/// Extended TLS settings of an endpoint. Page: HTTP_SERVICE_CONFIG_SSL_PARAM_EX.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HTTP_SERVICE_CONFIG_SSL_PARAM_EX {
    pub ParamType: HTTP_SSL_SERVICE_CONFIG_EX_PARAM_TYPE,
    pub Flags: u64,
    pub Anonymous: HTTP_SERVICE_CONFIG_SSL_PARAM_EX_0,
}

// ---- TLS records by address and port ----

/// Address and port of a TLS record. Page: HTTP_SERVICE_CONFIG_SSL_KEY.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HTTP_SERVICE_CONFIG_SSL_KEY {
    pub pIpPort: *mut SOCKADDR,
}

/// Address and port of an extended TLS record. Page: HTTP_SERVICE_CONFIG_SSL_KEY_EX.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HTTP_SERVICE_CONFIG_SSL_KEY_EX {
    pub IpPort: SOCKADDR_STORAGE,
}

/// Sets or returns a TLS record. Page: HTTP_SERVICE_CONFIG_SSL_SET.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HTTP_SERVICE_CONFIG_SSL_SET {
    pub KeyDesc: HTTP_SERVICE_CONFIG_SSL_KEY,
    pub ParamDesc: HTTP_SERVICE_CONFIG_SSL_PARAM,
}

/// Sets or returns an extended TLS record. Page: HTTP_SERVICE_CONFIG_SSL_SET_EX.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HTTP_SERVICE_CONFIG_SSL_SET_EX {
    pub KeyDesc: HTTP_SERVICE_CONFIG_SSL_KEY_EX,
    pub ParamDesc: HTTP_SERVICE_CONFIG_SSL_PARAM_EX,
}

/// Asks for TLS records. Page: HTTP_SERVICE_CONFIG_SSL_QUERY.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HTTP_SERVICE_CONFIG_SSL_QUERY {
    pub QueryDesc: HTTP_SERVICE_CONFIG_QUERY_TYPE,
    pub KeyDesc: HTTP_SERVICE_CONFIG_SSL_KEY,
    pub dwToken: u32,
}

/// Asks for extended TLS records. Page: HTTP_SERVICE_CONFIG_SSL_QUERY_EX.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HTTP_SERVICE_CONFIG_SSL_QUERY_EX {
    pub QueryDesc: HTTP_SERVICE_CONFIG_QUERY_TYPE,
    pub KeyDesc: HTTP_SERVICE_CONFIG_SSL_KEY_EX,
    pub dwToken: u32,
    pub ParamType: HTTP_SSL_SERVICE_CONFIG_EX_PARAM_TYPE,
}

// ---- TLS records by host name ----

/// Host name and port of a TLS record. Page: HTTP_SERVICE_CONFIG_SSL_SNI_KEY.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HTTP_SERVICE_CONFIG_SSL_SNI_KEY {
    pub IpPort: SOCKADDR_STORAGE,
    pub Host: PWSTR,
}

/// Sets or returns a TLS record by host name. Page: HTTP_SERVICE_CONFIG_SSL_SNI_SET.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HTTP_SERVICE_CONFIG_SSL_SNI_SET {
    pub KeyDesc: HTTP_SERVICE_CONFIG_SSL_SNI_KEY,
    pub ParamDesc: HTTP_SERVICE_CONFIG_SSL_PARAM,
}

/// Sets or returns an extended TLS record by host name. Page: HTTP_SERVICE_CONFIG_SSL_SNI_SET_EX.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HTTP_SERVICE_CONFIG_SSL_SNI_SET_EX {
    pub KeyDesc: HTTP_SERVICE_CONFIG_SSL_SNI_KEY,
    pub ParamDesc: HTTP_SERVICE_CONFIG_SSL_PARAM_EX,
}

/// Asks for TLS records by host name. Page: HTTP_SERVICE_CONFIG_SSL_SNI_QUERY.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HTTP_SERVICE_CONFIG_SSL_SNI_QUERY {
    pub QueryDesc: HTTP_SERVICE_CONFIG_QUERY_TYPE,
    pub KeyDesc: HTTP_SERVICE_CONFIG_SSL_SNI_KEY,
    pub dwToken: u32,
}

/// Asks for extended TLS records by host name. Page: HTTP_SERVICE_CONFIG_SSL_SNI_QUERY_EX.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HTTP_SERVICE_CONFIG_SSL_SNI_QUERY_EX {
    pub QueryDesc: HTTP_SERVICE_CONFIG_QUERY_TYPE,
    pub KeyDesc: HTTP_SERVICE_CONFIG_SSL_SNI_KEY,
    pub dwToken: u32,
    pub ParamType: HTTP_SSL_SERVICE_CONFIG_EX_PARAM_TYPE,
}

// ---- TLS records of the central certificate store ----

/// Port of a central certificate store record. Page: HTTP_SERVICE_CONFIG_SSL_CCS_KEY.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HTTP_SERVICE_CONFIG_SSL_CCS_KEY {
    pub LocalAddress: SOCKADDR_STORAGE,
}

/// Sets or returns a central certificate store record. Page: HTTP_SERVICE_CONFIG_SSL_CCS_SET.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HTTP_SERVICE_CONFIG_SSL_CCS_SET {
    pub KeyDesc: HTTP_SERVICE_CONFIG_SSL_CCS_KEY,
    pub ParamDesc: HTTP_SERVICE_CONFIG_SSL_PARAM,
}

/// Sets or returns an extended central certificate store record. Page:
/// HTTP_SERVICE_CONFIG_SSL_CCS_SET_EX.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HTTP_SERVICE_CONFIG_SSL_CCS_SET_EX {
    pub KeyDesc: HTTP_SERVICE_CONFIG_SSL_CCS_KEY,
    pub ParamDesc: HTTP_SERVICE_CONFIG_SSL_PARAM_EX,
}

/// Asks for central certificate store records. Page: HTTP_SERVICE_CONFIG_SSL_CCS_QUERY.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HTTP_SERVICE_CONFIG_SSL_CCS_QUERY {
    pub QueryDesc: HTTP_SERVICE_CONFIG_QUERY_TYPE,
    pub KeyDesc: HTTP_SERVICE_CONFIG_SSL_CCS_KEY,
    pub dwToken: u32,
}

/// Asks for extended central certificate store records. Page: HTTP_SERVICE_CONFIG_SSL_CCS_QUERY_EX.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HTTP_SERVICE_CONFIG_SSL_CCS_QUERY_EX {
    pub QueryDesc: HTTP_SERVICE_CONFIG_QUERY_TYPE,
    pub KeyDesc: HTTP_SERVICE_CONFIG_SSL_CCS_KEY,
    pub dwToken: u32,
    pub ParamType: HTTP_SSL_SERVICE_CONFIG_EX_PARAM_TYPE,
}

// ---- Listen list, URL reservations, timeouts, cache, settings ----

/// One address of the listen list. Page: HTTP_SERVICE_CONFIG_IP_LISTEN_PARAM.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HTTP_SERVICE_CONFIG_IP_LISTEN_PARAM {
    pub AddrLength: u16,
    pub pAddress: *mut SOCKADDR,
}

/// The listen list: AddrCount entries, of which one is declared. Page:
/// HTTP_SERVICE_CONFIG_IP_LISTEN_QUERY.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HTTP_SERVICE_CONFIG_IP_LISTEN_QUERY {
    pub AddrCount: u32,
    pub AddrList: [SOCKADDR_STORAGE; 1],
}

/// URL prefix of a reservation. Page: HTTP_SERVICE_CONFIG_URLACL_KEY.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HTTP_SERVICE_CONFIG_URLACL_KEY {
    pub pUrlPrefix: PWSTR,
}

/// Security descriptor of a reservation, in SDDL. Page: HTTP_SERVICE_CONFIG_URLACL_PARAM.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HTTP_SERVICE_CONFIG_URLACL_PARAM {
    pub pStringSecurityDescriptor: PWSTR,
}

/// Sets or returns a reservation. Page: HTTP_SERVICE_CONFIG_URLACL_SET.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HTTP_SERVICE_CONFIG_URLACL_SET {
    pub KeyDesc: HTTP_SERVICE_CONFIG_URLACL_KEY,
    pub ParamDesc: HTTP_SERVICE_CONFIG_URLACL_PARAM,
}

/// Asks for reservations. Page: HTTP_SERVICE_CONFIG_URLACL_QUERY.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HTTP_SERVICE_CONFIG_URLACL_QUERY {
    pub QueryDesc: HTTP_SERVICE_CONFIG_QUERY_TYPE,
    pub KeyDesc: HTTP_SERVICE_CONFIG_URLACL_KEY,
    pub dwToken: u32,
}

/// Timeouts of the whole service. Page: HTTP_SERVICE_CONFIG_TIMEOUT_KEY.
pub type HTTP_SERVICE_CONFIG_TIMEOUT_KEY = i32;
pub const IdleConnectionTimeout: HTTP_SERVICE_CONFIG_TIMEOUT_KEY = 0;
pub const HeaderWaitTimeout: HTTP_SERVICE_CONFIG_TIMEOUT_KEY = 1;

/// Seconds. Page: HTTP_SERVICE_CONFIG_TIMEOUT_SET.
pub type HTTP_SERVICE_CONFIG_TIMEOUT_PARAM = u16;

/// Sets a timeout of the whole service, in seconds. Page: HTTP_SERVICE_CONFIG_TIMEOUT_SET.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HTTP_SERVICE_CONFIG_TIMEOUT_SET {
    pub KeyDesc: HTTP_SERVICE_CONFIG_TIMEOUT_KEY,
    pub ParamDesc: HTTP_SERVICE_CONFIG_TIMEOUT_PARAM,
}

/// Cache limits of the whole service. Page: HTTP_SERVICE_CONFIG_CACHE_KEY.
pub type HTTP_SERVICE_CONFIG_CACHE_KEY = i32;
pub const MaxCacheResponseSize: HTTP_SERVICE_CONFIG_CACHE_KEY = 0;
pub const CacheRangeChunkSize: HTTP_SERVICE_CONFIG_CACHE_KEY = 1;

/// Bytes. Page: HTTP_SERVICE_CONFIG_CACHE_SET.
pub type HTTP_SERVICE_CONFIG_CACHE_PARAM = u32;

/// Sets a cache limit of the whole service, in bytes. Page: HTTP_SERVICE_CONFIG_CACHE_SET.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HTTP_SERVICE_CONFIG_CACHE_SET {
    pub KeyDesc: HTTP_SERVICE_CONFIG_CACHE_KEY,
    pub ParamDesc: HTTP_SERVICE_CONFIG_CACHE_PARAM,
}

/// Settings of the whole service. Page: HTTP_SERVICE_CONFIG_SETTING_KEY.
pub type HTTP_SERVICE_CONFIG_SETTING_KEY = i32;
pub const HttpNone: HTTP_SERVICE_CONFIG_SETTING_KEY = 0;
pub const HttpTlsThrottle: HTTP_SERVICE_CONFIG_SETTING_KEY = 1;

/// Value of a setting. Page: HTTP_SERVICE_CONFIG_SETTING_SET.
pub type HTTP_SERVICE_CONFIG_SETTING_PARAM = u32;

/// Changes a setting of the whole service. Page: HTTP_SERVICE_CONFIG_SETTING_SET.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HTTP_SERVICE_CONFIG_SETTING_SET {
    pub KeyDesc: HTTP_SERVICE_CONFIG_SETTING_KEY,
    pub ParamDesc: HTTP_SERVICE_CONFIG_SETTING_PARAM,
}
