//! Properties of server sessions, URL groups and request queues.
//!
//! Owns the structures of the Set and Query property functions. Does not own what the properties
//! do. A Flags member says whether the rest is meant at all. Plain data; any thread.

use core::ffi::c_void;

use super::win32::{BOOLEAN, HANDLE, PCWSTR, PSECURITY_DESCRIPTOR, PSTR, PWSTR};

// ---- Properties ----

/// Properties of sessions, URL groups and request queues. Page: HTTP_SERVER_PROPERTY.
pub type HTTP_SERVER_PROPERTY = i32;
pub const HttpServerAuthenticationProperty: HTTP_SERVER_PROPERTY = 0;
pub const HttpServerLoggingProperty: HTTP_SERVER_PROPERTY = 1;
pub const HttpServerQosProperty: HTTP_SERVER_PROPERTY = 2;
pub const HttpServerTimeoutsProperty: HTTP_SERVER_PROPERTY = 3;
pub const HttpServerQueueLengthProperty: HTTP_SERVER_PROPERTY = 4;
pub const HttpServerStateProperty: HTTP_SERVER_PROPERTY = 5;
pub const HttpServer503VerbosityProperty: HTTP_SERVER_PROPERTY = 6;
pub const HttpServerBindingProperty: HTTP_SERVER_PROPERTY = 7;
pub const HttpServerExtendedAuthenticationProperty: HTTP_SERVER_PROPERTY = 8;
pub const HttpServerListenEndpointProperty: HTTP_SERVER_PROPERTY = 9;
pub const HttpServerChannelBindProperty: HTTP_SERVER_PROPERTY = 10;
pub const HttpServerProtectionLevelProperty: HTTP_SERVER_PROPERTY = 11;
pub const HttpServerDelegationProperty: HTTP_SERVER_PROPERTY = 16;
pub const HttpServerFastForwardingProperty: HTTP_SERVER_PROPERTY = 18;
pub const HttpServerRequestInfoProperty: HTTP_SERVER_PROPERTY = 19;

/// Whether a property is set; Present is bit 0. Page: HTTP_PROPERTY_FLAGS.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HTTP_PROPERTY_FLAGS {
    pub _bitfield: u32,
}

impl HTTP_PROPERTY_FLAGS {
    /// A value whose Present bit is as given.
    #[must_use]
    pub const fn new(present: bool) -> Self {
        Self {
            _bitfield: present as u32,
        }
    }

    /// Whether the property is set; the other bits mean nothing.
    #[must_use]
    pub const fn present(self) -> bool {
        self._bitfield & 1 != 0
    }
}

/// Whether a session, group or queue takes requests. Page: HTTP_ENABLED_STATE.
pub type HTTP_ENABLED_STATE = i32;
pub const HttpEnabledStateActive: HTTP_ENABLED_STATE = 0;
pub const HttpEnabledStateInactive: HTTP_ENABLED_STATE = 1;

/// State of a session or URL group (property State). Page: HTTP_STATE_INFO.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HTTP_STATE_INFO {
    pub Flags: HTTP_PROPERTY_FLAGS,
    pub State: HTTP_ENABLED_STATE,
}

/// How the service itself refuses (property 503Verbosity). Page: HTTP_503_RESPONSE_VERBOSITY.
pub type HTTP_503_RESPONSE_VERBOSITY = i32;
pub const Http503ResponseVerbosityBasic: HTTP_503_RESPONSE_VERBOSITY = 0;
pub const Http503ResponseVerbosityLimited: HTTP_503_RESPONSE_VERBOSITY = 1;
pub const Http503ResponseVerbosityFull: HTTP_503_RESPONSE_VERBOSITY = 2;

/// Request queue of a URL group (property Binding). Page: HTTP_BINDING_INFO.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HTTP_BINDING_INFO {
    pub Flags: HTTP_PROPERTY_FLAGS,
    pub RequestQueueHandle: HANDLE,
}

/// Endpoint sharing (property ListenEndpoint). Page: HTTP_LISTEN_ENDPOINT_INFO.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HTTP_LISTEN_ENDPOINT_INFO {
    pub Flags: HTTP_PROPERTY_FLAGS,
    pub EnableSharing: BOOLEAN,
}

/// Reachability of a URL group through NAT traversal. Page: HTTP_PROTECTION_LEVEL_TYPE.
pub type HTTP_PROTECTION_LEVEL_TYPE = i32;
pub const HttpProtectionLevelUnrestricted: HTTP_PROTECTION_LEVEL_TYPE = 0;
pub const HttpProtectionLevelEdgeRestricted: HTTP_PROTECTION_LEVEL_TYPE = 1;
pub const HttpProtectionLevelRestricted: HTTP_PROTECTION_LEVEL_TYPE = 2;

/// Protection level of a URL group (property ProtectionLevel). Page: HTTP_PROTECTION_LEVEL_INFO.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HTTP_PROTECTION_LEVEL_INFO {
    pub Flags: HTTP_PROPERTY_FLAGS,
    pub Level: HTTP_PROTECTION_LEVEL_TYPE,
}

/// Fast forwarding (property FastForwarding). No page; from the public bindings.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HTTP_FAST_FORWARD_INFO {
    pub Flags: HTTP_PROPERTY_FLAGS,
    pub EnableFastForwarding: BOOLEAN,
}

// Page: HTTP_REQUEST_INFO_PROPERTY_INFO.
pub const HTTP_REQUEST_INFO_FLAG_INITIAL_TTL: u64 = 0x1;

/// Which request information to gather (property RequestInfo). No page; from the public bindings.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HTTP_REQUEST_INFO_PROPERTY_INFO {
    pub Flags: HTTP_PROPERTY_FLAGS,
    pub RequestInfoFlags: u64,
}

// ---- Timeouts and quality of service ----

/// Timeouts in seconds, send rate in bytes per second (property Timeouts). Page:
/// HTTP_TIMEOUT_LIMIT_INFO.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HTTP_TIMEOUT_LIMIT_INFO {
    pub Flags: HTTP_PROPERTY_FLAGS,
    pub EntityBody: u16,
    pub DrainEntityBody: u16,
    pub RequestQueue: u16,
    pub IdleConnection: u16,
    pub HeaderWait: u16,
    pub MinSendRate: u32,
}

/// What an HTTP_QOS_SETTING_INFO points at. Page: HTTP_QOS_SETTING_TYPE.
pub type HTTP_QOS_SETTING_TYPE = i32;
pub const HttpQosSettingTypeBandwidth: HTTP_QOS_SETTING_TYPE = 0;
pub const HttpQosSettingTypeConnectionLimit: HTTP_QOS_SETTING_TYPE = 1;
pub const HttpQosSettingTypeFlowRate: HTTP_QOS_SETTING_TYPE = 2;

/// One limit (property Qos). Page: HTTP_QOS_SETTING_INFO.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HTTP_QOS_SETTING_INFO {
    pub QosType: HTTP_QOS_SETTING_TYPE,
    pub QosSetting: *mut c_void,
}

/// Bandwidth limit in bytes per second. Page: HTTP_BANDWIDTH_LIMIT_INFO.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HTTP_BANDWIDTH_LIMIT_INFO {
    pub Flags: HTTP_PROPERTY_FLAGS,
    pub MaxBandwidth: u32,
}

/// Connection limit. Page: HTTP_CONNECTION_LIMIT_INFO.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HTTP_CONNECTION_LIMIT_INFO {
    pub Flags: HTTP_PROPERTY_FLAGS,
    pub MaxConnections: u32,
}

/// Bandwidth limit with bursts. Page: HTTP_FLOWRATE_INFO.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HTTP_FLOWRATE_INFO {
    pub Flags: HTTP_PROPERTY_FLAGS,
    pub MaxBandwidth: u32,
    pub MaxPeakBandwidth: u32,
    pub BurstSize: u32,
}

// ---- Logging ----

/// Log formats. Page: HTTP_LOGGING_TYPE.
pub type HTTP_LOGGING_TYPE = i32;
pub const HttpLoggingTypeW3C: HTTP_LOGGING_TYPE = 0;
pub const HttpLoggingTypeIIS: HTTP_LOGGING_TYPE = 1;
pub const HttpLoggingTypeNCSA: HTTP_LOGGING_TYPE = 2;
pub const HttpLoggingTypeRaw: HTTP_LOGGING_TYPE = 3;

/// When a new log file begins. Page: HTTP_LOGGING_ROLLOVER_TYPE.
pub type HTTP_LOGGING_ROLLOVER_TYPE = i32;
pub const HttpLoggingRolloverSize: HTTP_LOGGING_ROLLOVER_TYPE = 0;
pub const HttpLoggingRolloverDaily: HTTP_LOGGING_ROLLOVER_TYPE = 1;
pub const HttpLoggingRolloverWeekly: HTTP_LOGGING_ROLLOVER_TYPE = 2;
pub const HttpLoggingRolloverMonthly: HTTP_LOGGING_ROLLOVER_TYPE = 3;
pub const HttpLoggingRolloverHourly: HTTP_LOGGING_ROLLOVER_TYPE = 4;

// Page: HTTP_LOGGING_INFO (LoggingFlags).
pub const HTTP_LOGGING_FLAG_LOCAL_TIME_ROLLOVER: u32 = 0x1;
pub const HTTP_LOGGING_FLAG_USE_UTF8_CONVERSION: u32 = 0x2;
pub const HTTP_LOGGING_FLAG_LOG_ERRORS_ONLY: u32 = 0x4;
pub const HTTP_LOGGING_FLAG_LOG_SUCCESS_ONLY: u32 = 0x8;

// Page: HTTP_LOGGING_INFO (Fields).
pub const HTTP_LOG_FIELD_DATE: u32 = 0x1;
pub const HTTP_LOG_FIELD_TIME: u32 = 0x2;
pub const HTTP_LOG_FIELD_CLIENT_IP: u32 = 0x4;
pub const HTTP_LOG_FIELD_USER_NAME: u32 = 0x8;
pub const HTTP_LOG_FIELD_SITE_NAME: u32 = 0x10;
pub const HTTP_LOG_FIELD_COMPUTER_NAME: u32 = 0x20;
pub const HTTP_LOG_FIELD_SERVER_IP: u32 = 0x40;
pub const HTTP_LOG_FIELD_METHOD: u32 = 0x80;
pub const HTTP_LOG_FIELD_URI_STEM: u32 = 0x100;
pub const HTTP_LOG_FIELD_URI_QUERY: u32 = 0x200;
pub const HTTP_LOG_FIELD_STATUS: u32 = 0x400;
pub const HTTP_LOG_FIELD_WIN32_STATUS: u32 = 0x800;
pub const HTTP_LOG_FIELD_BYTES_SENT: u32 = 0x1000;
pub const HTTP_LOG_FIELD_BYTES_RECV: u32 = 0x2000;
pub const HTTP_LOG_FIELD_TIME_TAKEN: u32 = 0x4000;
pub const HTTP_LOG_FIELD_SERVER_PORT: u32 = 0x8000;
pub const HTTP_LOG_FIELD_USER_AGENT: u32 = 0x10000;
pub const HTTP_LOG_FIELD_COOKIE: u32 = 0x20000;
pub const HTTP_LOG_FIELD_REFERER: u32 = 0x40000;
pub const HTTP_LOG_FIELD_VERSION: u32 = 0x80000;
pub const HTTP_LOG_FIELD_HOST: u32 = 0x100000;
pub const HTTP_LOG_FIELD_SUB_STATUS: u32 = 0x200000;
pub const HTTP_LOG_FIELD_CLIENT_PORT: u32 = 0x400000;
pub const HTTP_LOG_FIELD_URI: u32 = 0x800000;
pub const HTTP_LOG_FIELD_SITE_ID: u32 = 0x1000000;
pub const HTTP_LOG_FIELD_REASON: u32 = 0x2000000;
pub const HTTP_LOG_FIELD_QUEUE_NAME: u32 = 0x4000000;
pub const HTTP_LOG_FIELD_STREAM_ID: u32 = 0x8000000;
pub const HTTP_LOG_FIELD_STREAM_ID_EX: u32 = 0x10000000;
pub const HTTP_LOG_FIELD_TRANSPORT_TYPE: u32 = 0x20000000;
pub const HTTP_LOG_FIELD_CORRELATION_ID: u32 = 0x40000000;
pub const HTTP_LOG_FIELD_FAULT_CODE: u32 = 0x80000000;

// Page: HTTP_LOGGING_INFO (pExtFields).
pub const HTTP_LOG_FIELD_EXT_FAULT_CODE_EXT: u32 = 0x1;

/// Logging of a session or URL group (property Logging). Page: HTTP_LOGGING_INFO.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HTTP_LOGGING_INFO {
    pub Flags: HTTP_PROPERTY_FLAGS,
    pub LoggingFlags: u32,
    pub SoftwareName: PCWSTR,
    pub SoftwareNameLength: u16,
    pub DirectoryNameLength: u16,
    pub DirectoryName: PCWSTR,
    pub Format: HTTP_LOGGING_TYPE,
    pub Fields: u32,
    pub pExtFields: *mut c_void,
    pub NumOfExtFields: u16,
    pub MaxRecordSize: u16,
    pub RolloverType: HTTP_LOGGING_ROLLOVER_TYPE,
    pub RolloverSize: u32,
    pub pSecurityDescriptor: PSECURITY_DESCRIPTOR,
}

// ---- Authentication ----

// Page: HTTP_SERVER_AUTHENTICATION_INFO (AuthSchemes).
pub const HTTP_AUTH_ENABLE_BASIC: u32 = 0x1;
pub const HTTP_AUTH_ENABLE_DIGEST: u32 = 0x2;
pub const HTTP_AUTH_ENABLE_NTLM: u32 = 0x4;
pub const HTTP_AUTH_ENABLE_NEGOTIATE: u32 = 0x8;
pub const HTTP_AUTH_ENABLE_KERBEROS: u32 = 0x10;
pub const HTTP_AUTH_ENABLE_ALL: u32 = 0x1f;

// Page: HTTP_SERVER_AUTHENTICATION_INFO (ExFlags).
pub const HTTP_AUTH_EX_FLAG_ENABLE_KERBEROS_CREDENTIAL_CACHING: u32 = 0x1;
pub const HTTP_AUTH_EX_FLAG_CAPTURE_CREDENTIAL: u32 = 0x2;

/// Digest authentication; lengths in bytes. Page: HTTP_SERVER_AUTHENTICATION_DIGEST_PARAMS.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HTTP_SERVER_AUTHENTICATION_DIGEST_PARAMS {
    pub DomainNameLength: u16,
    pub DomainName: PWSTR,
    pub RealmLength: u16,
    pub Realm: PWSTR,
}

/// Basic authentication; lengths in bytes. Page: HTTP_SERVER_AUTHENTICATION_BASIC_PARAMS.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HTTP_SERVER_AUTHENTICATION_BASIC_PARAMS {
    pub RealmLength: u16,
    pub Realm: PWSTR,
}

/// Authentication schemes (property Authentication). Page: HTTP_SERVER_AUTHENTICATION_INFO.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HTTP_SERVER_AUTHENTICATION_INFO {
    pub Flags: HTTP_PROPERTY_FLAGS,
    pub AuthSchemes: u32,
    pub ReceiveMutualAuth: BOOLEAN,
    pub ReceiveContextHandle: BOOLEAN,
    pub DisableNTLMCredentialCaching: BOOLEAN,
    pub ExFlags: u8,
    pub DigestParams: HTTP_SERVER_AUTHENTICATION_DIGEST_PARAMS,
    pub BasicParams: HTTP_SERVER_AUTHENTICATION_BASIC_PARAMS,
}

// ---- Channel binding ----

/// How strictly channel binding tokens are checked. Page: HTTP_AUTHENTICATION_HARDENING_LEVELS.
pub type HTTP_AUTHENTICATION_HARDENING_LEVELS = i32;
pub const HttpAuthenticationHardeningLegacy: HTTP_AUTHENTICATION_HARDENING_LEVELS = 0;
pub const HttpAuthenticationHardeningMedium: HTTP_AUTHENTICATION_HARDENING_LEVELS = 1;
pub const HttpAuthenticationHardeningStrict: HTTP_AUTHENTICATION_HARDENING_LEVELS = 2;

/// What follows an HTTP_SERVICE_BINDING_BASE. Page: HTTP_SERVICE_BINDING_TYPE.
pub type HTTP_SERVICE_BINDING_TYPE = i32;
pub const HttpServiceBindingTypeNone: HTTP_SERVICE_BINDING_TYPE = 0;
pub const HttpServiceBindingTypeW: HTTP_SERVICE_BINDING_TYPE = 1;
pub const HttpServiceBindingTypeA: HTTP_SERVICE_BINDING_TYPE = 2;

/// Head of a service name. Page: HTTP_SERVICE_BINDING_BASE.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HTTP_SERVICE_BINDING_BASE {
    pub Type: HTTP_SERVICE_BINDING_TYPE,
}

/// Service name in 8-bit characters; size in bytes. Page: HTTP_SERVICE_BINDING_A.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HTTP_SERVICE_BINDING_A {
    pub Base: HTTP_SERVICE_BINDING_BASE,
    pub Buffer: PSTR,
    pub BufferSize: u32,
}

/// Service name in UTF-16; size in bytes. Page: HTTP_SERVICE_BINDING_W.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HTTP_SERVICE_BINDING_W {
    pub Base: HTTP_SERVICE_BINDING_BASE,
    pub Buffer: PWSTR,
    pub BufferSize: u32,
}

// Page: HTTP_CHANNEL_BIND_INFO (Flags).
pub const HTTP_CHANNEL_BIND_PROXY: u32 = 0x1;
pub const HTTP_CHANNEL_BIND_NO_SERVICE_NAME_CHECK: u32 = 0x2;
pub const HTTP_CHANNEL_BIND_DOTLESS_SERVICE: u32 = 0x4;
pub const HTTP_CHANNEL_BIND_SECURE_CHANNEL_TOKEN: u32 = 0x8;
pub const HTTP_CHANNEL_BIND_CLIENT_SERVICE: u32 = 0x10;
pub const HTTP_CHANNEL_BIND_PROXY_COHOSTING: u32 = 0x20;

// Page: HTTP_CHANNEL_BIND_INFO.
pub const HTTP_DEMAND_CBT: u32 = 0x4;

/// Channel binding of a session or URL group (property ChannelBind). Page: HTTP_CHANNEL_BIND_INFO.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HTTP_CHANNEL_BIND_INFO {
    pub Hardening: HTTP_AUTHENTICATION_HARDENING_LEVELS,
    pub Flags: u32,
    pub ServiceNames: *mut *mut HTTP_SERVICE_BINDING_BASE,
    pub NumberOfServiceNames: u32,
}

/// Channel binding of a request (information type ChannelBind). Page:
/// HTTP_REQUEST_CHANNEL_BIND_STATUS.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HTTP_REQUEST_CHANNEL_BIND_STATUS {
    pub ServiceName: *mut HTTP_SERVICE_BINDING_BASE,
    pub ChannelToken: *mut u8,
    pub ChannelTokenSize: u32,
    pub Flags: u32,
}
