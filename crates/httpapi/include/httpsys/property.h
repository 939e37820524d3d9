/* Properties of server sessions, URL groups and request queues. */
#ifndef HTTPSYS_PROPERTY_H
#define HTTPSYS_PROPERTY_H

#include "message.h"

/* ---- Properties ---- */

/* Properties of sessions, URL groups and request queues. Page: HTTP_SERVER_PROPERTY. */
typedef enum _HTTP_SERVER_PROPERTY {
    HttpServerAuthenticationProperty = 0,
    HttpServerLoggingProperty = 1,
    HttpServerQosProperty = 2,
    HttpServerTimeoutsProperty = 3,
    HttpServerQueueLengthProperty = 4,
    HttpServerStateProperty = 5,
    HttpServer503VerbosityProperty = 6,
    HttpServerBindingProperty = 7,
    HttpServerExtendedAuthenticationProperty = 8,
    HttpServerListenEndpointProperty = 9,
    HttpServerChannelBindProperty = 10,
    HttpServerProtectionLevelProperty = 11,
    HttpServerDelegationProperty = 16,
    HttpServerFastForwardingProperty = 18,
    HttpServerRequestInfoProperty = 19
} HTTP_SERVER_PROPERTY, *PHTTP_SERVER_PROPERTY;

/* Whether a property is set; Present is bit 0. Page: HTTP_PROPERTY_FLAGS. */
typedef struct _HTTP_PROPERTY_FLAGS {
    ULONG Present : 1;
} HTTP_PROPERTY_FLAGS, *PHTTP_PROPERTY_FLAGS;

/* Whether a session, group or queue takes requests. Page: HTTP_ENABLED_STATE. */
typedef enum _HTTP_ENABLED_STATE {
    HttpEnabledStateActive = 0,
    HttpEnabledStateInactive = 1
} HTTP_ENABLED_STATE, *PHTTP_ENABLED_STATE;

/* State of a session or URL group (property State). Page: HTTP_STATE_INFO. */
typedef struct _HTTP_STATE_INFO {
    HTTP_PROPERTY_FLAGS Flags;
    HTTP_ENABLED_STATE State;
} HTTP_STATE_INFO, *PHTTP_STATE_INFO;

/* How the service itself refuses (property 503Verbosity). Page: HTTP_503_RESPONSE_VERBOSITY. */
typedef enum _HTTP_503_RESPONSE_VERBOSITY {
    Http503ResponseVerbosityBasic = 0,
    Http503ResponseVerbosityLimited = 1,
    Http503ResponseVerbosityFull = 2
} HTTP_503_RESPONSE_VERBOSITY, *PHTTP_503_RESPONSE_VERBOSITY;

/* Request queue of a URL group (property Binding). Page: HTTP_BINDING_INFO. */
typedef struct _HTTP_BINDING_INFO {
    HTTP_PROPERTY_FLAGS Flags;
    HANDLE RequestQueueHandle;
} HTTP_BINDING_INFO, *PHTTP_BINDING_INFO;

/* Endpoint sharing (property ListenEndpoint). Page: HTTP_LISTEN_ENDPOINT_INFO. */
typedef struct _HTTP_LISTEN_ENDPOINT_INFO {
    HTTP_PROPERTY_FLAGS Flags;
    BOOLEAN EnableSharing;
} HTTP_LISTEN_ENDPOINT_INFO, *PHTTP_LISTEN_ENDPOINT_INFO;

/* Reachability of a URL group through NAT traversal. Page: HTTP_PROTECTION_LEVEL_TYPE. */
typedef enum _HTTP_PROTECTION_LEVEL_TYPE {
    HttpProtectionLevelUnrestricted = 0,
    HttpProtectionLevelEdgeRestricted = 1,
    HttpProtectionLevelRestricted = 2
} HTTP_PROTECTION_LEVEL_TYPE, *PHTTP_PROTECTION_LEVEL_TYPE;

/* Protection level of a URL group (property ProtectionLevel). Page: HTTP_PROTECTION_LEVEL_INFO. */
typedef struct _HTTP_PROTECTION_LEVEL_INFO {
    HTTP_PROPERTY_FLAGS Flags;
    HTTP_PROTECTION_LEVEL_TYPE Level;
} HTTP_PROTECTION_LEVEL_INFO, *PHTTP_PROTECTION_LEVEL_INFO;

/* Fast forwarding (property FastForwarding). No page; from the public bindings. */
typedef struct _HTTP_FAST_FORWARD_INFO {
    HTTP_PROPERTY_FLAGS Flags;
    BOOLEAN EnableFastForwarding;
} HTTP_FAST_FORWARD_INFO, *PHTTP_FAST_FORWARD_INFO;

/* Page: HTTP_REQUEST_INFO_PROPERTY_INFO. */
#define HTTP_REQUEST_INFO_FLAG_INITIAL_TTL 0x00000001ull

/* Which request information to gather (property RequestInfo). No page; from the public bindings. */
typedef struct _HTTP_REQUEST_INFO_PROPERTY_INFO {
    HTTP_PROPERTY_FLAGS Flags;
    ULONGLONG RequestInfoFlags;
} HTTP_REQUEST_INFO_PROPERTY_INFO, *PHTTP_REQUEST_INFO_PROPERTY_INFO;

/* ---- Timeouts and quality of service ---- */

/* Timeouts in seconds, send rate in bytes per second (property Timeouts). Page:
 * HTTP_TIMEOUT_LIMIT_INFO. */
typedef struct _HTTP_TIMEOUT_LIMIT_INFO {
    HTTP_PROPERTY_FLAGS Flags;
    USHORT EntityBody;
    USHORT DrainEntityBody;
    USHORT RequestQueue;
    USHORT IdleConnection;
    USHORT HeaderWait;
    ULONG MinSendRate;
} HTTP_TIMEOUT_LIMIT_INFO, *PHTTP_TIMEOUT_LIMIT_INFO;

/* What an HTTP_QOS_SETTING_INFO points at. Page: HTTP_QOS_SETTING_TYPE. */
typedef enum _HTTP_QOS_SETTING_TYPE {
    HttpQosSettingTypeBandwidth = 0,
    HttpQosSettingTypeConnectionLimit = 1,
    HttpQosSettingTypeFlowRate = 2
} HTTP_QOS_SETTING_TYPE, *PHTTP_QOS_SETTING_TYPE;

/* One limit (property Qos). Page: HTTP_QOS_SETTING_INFO. */
typedef struct _HTTP_QOS_SETTING_INFO {
    HTTP_QOS_SETTING_TYPE QosType;
    PVOID QosSetting;
} HTTP_QOS_SETTING_INFO, *PHTTP_QOS_SETTING_INFO;

/* Bandwidth limit in bytes per second. Page: HTTP_BANDWIDTH_LIMIT_INFO. */
typedef struct _HTTP_BANDWIDTH_LIMIT_INFO {
    HTTP_PROPERTY_FLAGS Flags;
    ULONG MaxBandwidth;
} HTTP_BANDWIDTH_LIMIT_INFO, *PHTTP_BANDWIDTH_LIMIT_INFO;

/* Connection limit. Page: HTTP_CONNECTION_LIMIT_INFO. */
typedef struct _HTTP_CONNECTION_LIMIT_INFO {
    HTTP_PROPERTY_FLAGS Flags;
    ULONG MaxConnections;
} HTTP_CONNECTION_LIMIT_INFO, *PHTTP_CONNECTION_LIMIT_INFO;

/* Bandwidth limit with bursts. Page: HTTP_FLOWRATE_INFO. */
typedef struct _HTTP_FLOWRATE_INFO {
    HTTP_PROPERTY_FLAGS Flags;
    ULONG MaxBandwidth;
    ULONG MaxPeakBandwidth;
    ULONG BurstSize;
} HTTP_FLOWRATE_INFO, *PHTTP_FLOWRATE_INFO;

/* ---- Logging ---- */

/* Log formats. Page: HTTP_LOGGING_TYPE. */
typedef enum _HTTP_LOGGING_TYPE {
    HttpLoggingTypeW3C = 0,
    HttpLoggingTypeIIS = 1,
    HttpLoggingTypeNCSA = 2,
    HttpLoggingTypeRaw = 3
} HTTP_LOGGING_TYPE, *PHTTP_LOGGING_TYPE;

/* When a new log file begins. Page: HTTP_LOGGING_ROLLOVER_TYPE. */
typedef enum _HTTP_LOGGING_ROLLOVER_TYPE {
    HttpLoggingRolloverSize = 0,
    HttpLoggingRolloverDaily = 1,
    HttpLoggingRolloverWeekly = 2,
    HttpLoggingRolloverMonthly = 3,
    HttpLoggingRolloverHourly = 4
} HTTP_LOGGING_ROLLOVER_TYPE, *PHTTP_LOGGING_ROLLOVER_TYPE;

/* Page: HTTP_LOGGING_INFO (LoggingFlags). */
#define HTTP_LOGGING_FLAG_LOCAL_TIME_ROLLOVER 0x00000001
#define HTTP_LOGGING_FLAG_USE_UTF8_CONVERSION 0x00000002
#define HTTP_LOGGING_FLAG_LOG_ERRORS_ONLY     0x00000004
#define HTTP_LOGGING_FLAG_LOG_SUCCESS_ONLY    0x00000008

/* Page: HTTP_LOGGING_INFO (Fields). */
#define HTTP_LOG_FIELD_DATE           0x00000001
#define HTTP_LOG_FIELD_TIME           0x00000002
#define HTTP_LOG_FIELD_CLIENT_IP      0x00000004
#define HTTP_LOG_FIELD_USER_NAME      0x00000008
#define HTTP_LOG_FIELD_SITE_NAME      0x00000010
#define HTTP_LOG_FIELD_COMPUTER_NAME  0x00000020
#define HTTP_LOG_FIELD_SERVER_IP      0x00000040
#define HTTP_LOG_FIELD_METHOD         0x00000080
#define HTTP_LOG_FIELD_URI_STEM       0x00000100
#define HTTP_LOG_FIELD_URI_QUERY      0x00000200
#define HTTP_LOG_FIELD_STATUS         0x00000400
#define HTTP_LOG_FIELD_WIN32_STATUS   0x00000800
#define HTTP_LOG_FIELD_BYTES_SENT     0x00001000
#define HTTP_LOG_FIELD_BYTES_RECV     0x00002000
#define HTTP_LOG_FIELD_TIME_TAKEN     0x00004000
#define HTTP_LOG_FIELD_SERVER_PORT    0x00008000
#define HTTP_LOG_FIELD_USER_AGENT     0x00010000
#define HTTP_LOG_FIELD_COOKIE         0x00020000
#define HTTP_LOG_FIELD_REFERER        0x00040000
#define HTTP_LOG_FIELD_VERSION        0x00080000
#define HTTP_LOG_FIELD_HOST           0x00100000
#define HTTP_LOG_FIELD_SUB_STATUS     0x00200000
#define HTTP_LOG_FIELD_CLIENT_PORT    0x00400000
#define HTTP_LOG_FIELD_URI            0x00800000
#define HTTP_LOG_FIELD_SITE_ID        0x01000000
#define HTTP_LOG_FIELD_REASON         0x02000000
#define HTTP_LOG_FIELD_QUEUE_NAME     0x04000000
#define HTTP_LOG_FIELD_STREAM_ID      0x08000000
#define HTTP_LOG_FIELD_STREAM_ID_EX   0x10000000
#define HTTP_LOG_FIELD_TRANSPORT_TYPE 0x20000000
#define HTTP_LOG_FIELD_CORRELATION_ID 0x40000000
#define HTTP_LOG_FIELD_FAULT_CODE     0x80000000

/* Page: HTTP_LOGGING_INFO (pExtFields). */
#define HTTP_LOG_FIELD_EXT_FAULT_CODE_EXT 0x00000001

/* Logging of a session or URL group (property Logging). Page: HTTP_LOGGING_INFO. */
typedef struct _HTTP_LOGGING_INFO {
    HTTP_PROPERTY_FLAGS Flags;
    ULONG LoggingFlags;
    PCWSTR SoftwareName;
    USHORT SoftwareNameLength;
    USHORT DirectoryNameLength;
    PCWSTR DirectoryName;
    HTTP_LOGGING_TYPE Format;
    ULONG Fields;
    PVOID pExtFields;
    USHORT NumOfExtFields;
    USHORT MaxRecordSize;
    HTTP_LOGGING_ROLLOVER_TYPE RolloverType;
    ULONG RolloverSize;
    PSECURITY_DESCRIPTOR pSecurityDescriptor;
} HTTP_LOGGING_INFO, *PHTTP_LOGGING_INFO;

/* ---- Authentication ---- */

/* Page: HTTP_SERVER_AUTHENTICATION_INFO (AuthSchemes). */
#define HTTP_AUTH_ENABLE_BASIC     0x00000001
#define HTTP_AUTH_ENABLE_DIGEST    0x00000002
#define HTTP_AUTH_ENABLE_NTLM      0x00000004
#define HTTP_AUTH_ENABLE_NEGOTIATE 0x00000008
#define HTTP_AUTH_ENABLE_KERBEROS  0x00000010
#define HTTP_AUTH_ENABLE_ALL       0x0000001F

/* Page: HTTP_SERVER_AUTHENTICATION_INFO (ExFlags). */
#define HTTP_AUTH_EX_FLAG_ENABLE_KERBEROS_CREDENTIAL_CACHING 0x00000001
#define HTTP_AUTH_EX_FLAG_CAPTURE_CREDENTIAL                 0x00000002

/* Digest authentication; lengths in bytes. Page: HTTP_SERVER_AUTHENTICATION_DIGEST_PARAMS. */
typedef struct _HTTP_SERVER_AUTHENTICATION_DIGEST_PARAMS {
    USHORT DomainNameLength;
    PWSTR DomainName;
    USHORT RealmLength;
    PWSTR Realm;
} HTTP_SERVER_AUTHENTICATION_DIGEST_PARAMS, *PHTTP_SERVER_AUTHENTICATION_DIGEST_PARAMS;

/* Basic authentication; lengths in bytes. Page: HTTP_SERVER_AUTHENTICATION_BASIC_PARAMS. */
typedef struct _HTTP_SERVER_AUTHENTICATION_BASIC_PARAMS {
    USHORT RealmLength;
    PWSTR Realm;
} HTTP_SERVER_AUTHENTICATION_BASIC_PARAMS, *PHTTP_SERVER_AUTHENTICATION_BASIC_PARAMS;

/* Authentication schemes (property Authentication). Page: HTTP_SERVER_AUTHENTICATION_INFO. */
typedef struct _HTTP_SERVER_AUTHENTICATION_INFO {
    HTTP_PROPERTY_FLAGS Flags;
    ULONG AuthSchemes;
    BOOLEAN ReceiveMutualAuth;
    BOOLEAN ReceiveContextHandle;
    BOOLEAN DisableNTLMCredentialCaching;
    UCHAR ExFlags;
    HTTP_SERVER_AUTHENTICATION_DIGEST_PARAMS DigestParams;
    HTTP_SERVER_AUTHENTICATION_BASIC_PARAMS BasicParams;
} HTTP_SERVER_AUTHENTICATION_INFO, *PHTTP_SERVER_AUTHENTICATION_INFO;

/* ---- Channel binding ---- */

/* How strictly channel binding tokens are checked. Page: HTTP_AUTHENTICATION_HARDENING_LEVELS. */
typedef enum _HTTP_AUTHENTICATION_HARDENING_LEVELS {
    HttpAuthenticationHardeningLegacy = 0,
    HttpAuthenticationHardeningMedium = 1,
    HttpAuthenticationHardeningStrict = 2
} HTTP_AUTHENTICATION_HARDENING_LEVELS, *PHTTP_AUTHENTICATION_HARDENING_LEVELS;

/* What follows an HTTP_SERVICE_BINDING_BASE. Page: HTTP_SERVICE_BINDING_TYPE. */
typedef enum _HTTP_SERVICE_BINDING_TYPE {
    HttpServiceBindingTypeNone = 0,
    HttpServiceBindingTypeW = 1,
    HttpServiceBindingTypeA = 2
} HTTP_SERVICE_BINDING_TYPE, *PHTTP_SERVICE_BINDING_TYPE;

/* Head of a service name. Page: HTTP_SERVICE_BINDING_BASE. */
typedef struct _HTTP_SERVICE_BINDING_BASE {
    HTTP_SERVICE_BINDING_TYPE Type;
} HTTP_SERVICE_BINDING_BASE, *PHTTP_SERVICE_BINDING_BASE;

/* Service name in 8-bit characters; size in bytes. Page: HTTP_SERVICE_BINDING_A. */
typedef struct _HTTP_SERVICE_BINDING_A {
    HTTP_SERVICE_BINDING_BASE Base;
    PCHAR Buffer;
    ULONG BufferSize;
} HTTP_SERVICE_BINDING_A, *PHTTP_SERVICE_BINDING_A;

/* Service name in UTF-16; size in bytes. Page: HTTP_SERVICE_BINDING_W. */
typedef struct _HTTP_SERVICE_BINDING_W {
    HTTP_SERVICE_BINDING_BASE Base;
    PWSTR Buffer;
    ULONG BufferSize;
} HTTP_SERVICE_BINDING_W, *PHTTP_SERVICE_BINDING_W;

/* Page: HTTP_CHANNEL_BIND_INFO (Flags). */
#define HTTP_CHANNEL_BIND_PROXY                 0x00000001
#define HTTP_CHANNEL_BIND_NO_SERVICE_NAME_CHECK 0x00000002
#define HTTP_CHANNEL_BIND_DOTLESS_SERVICE       0x00000004
#define HTTP_CHANNEL_BIND_SECURE_CHANNEL_TOKEN  0x00000008
#define HTTP_CHANNEL_BIND_CLIENT_SERVICE        0x00000010
#define HTTP_CHANNEL_BIND_PROXY_COHOSTING       0x00000020

/* Page: HTTP_CHANNEL_BIND_INFO. */
#define HTTP_DEMAND_CBT 0x00000004

/* Channel binding of a session or URL group (property ChannelBind). Page:
 * HTTP_CHANNEL_BIND_INFO. */
typedef struct _HTTP_CHANNEL_BIND_INFO {
    HTTP_AUTHENTICATION_HARDENING_LEVELS Hardening;
    ULONG Flags;
    PHTTP_SERVICE_BINDING_BASE *ServiceNames;
    ULONG NumberOfServiceNames;
} HTTP_CHANNEL_BIND_INFO, *PHTTP_CHANNEL_BIND_INFO;

/* Channel binding of a request (information type ChannelBind). Page:
 * HTTP_REQUEST_CHANNEL_BIND_STATUS. */
typedef struct _HTTP_REQUEST_CHANNEL_BIND_STATUS {
    PHTTP_SERVICE_BINDING_BASE ServiceName;
    PUCHAR ChannelToken;
    ULONG ChannelTokenSize;
    ULONG Flags;
} HTTP_REQUEST_CHANNEL_BIND_STATUS, *PHTTP_REQUEST_CHANNEL_BIND_STATUS;

#endif /* HTTPSYS_PROPERTY_H */
