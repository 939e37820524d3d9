/* Versions, identifiers, limits and flags of the HTTP Server API. */
#ifndef HTTPSYS_COMMON_H
#define HTTPSYS_COMMON_H

#if defined(HTTPSYS_SDK)
#include <winsock2.h>
#include <windows.h>

#include <wincrypt.h> /* ALG_ID, which WIN32_LEAN_AND_MEAN leaves out */
#ifndef __SECSTATUS_DEFINED__
#define __SECSTATUS_DEFINED__
typedef LONG SECURITY_STATUS;
#endif
#else
#include "../win32/minwinbase.h"
#include "../win32/ntstatus.h"
#include "../win32/windef.h"
#include "../win32/winerror.h"
#include "../win32/ws2def.h"
#endif

/* ---- Versions ---- */

/* Version of the API a caller asks for; passed by value. Page: HTTPAPI_VERSION. */
typedef struct _HTTPAPI_VERSION {
    USHORT HttpApiMajorVersion;
    USHORT HttpApiMinorVersion;
} HTTPAPI_VERSION, *PHTTPAPI_VERSION;

/* Pages: HTTP Server API Versioning; HTTPAPI_EQUAL_VERSION and its companions. */
#define HTTPAPI_VERSION_1 { 1, 0 }
#define HTTPAPI_VERSION_2 { 2, 0 }
#define HTTPAPI_EQUAL_VERSION(version, major, minor)                                               \
    ((version).HttpApiMajorVersion == (major) && (version).HttpApiMinorVersion == (minor))
#define HTTPAPI_GREATER_VERSION(version, major, minor)                                             \
    ((version).HttpApiMajorVersion > (major) ||                                                    \
     ((version).HttpApiMajorVersion == (major) && (version).HttpApiMinorVersion > (minor)))
#define HTTPAPI_LESS_VERSION(version, major, minor)                                                \
    ((version).HttpApiMajorVersion < (major) ||                                                    \
     ((version).HttpApiMajorVersion == (major) && (version).HttpApiMinorVersion < (minor)))
#define HTTPAPI_VERSION_GREATER_OR_EQUAL(version, major, minor)                                    \
    (!HTTPAPI_LESS_VERSION(version, major, minor))

/* Protocol version of a message. Page: HTTP_VERSION. */
typedef struct _HTTP_VERSION {
    USHORT MajorVersion;
    USHORT MinorVersion;
} HTTP_VERSION, *PHTTP_VERSION;

/* Pages: HTTP_VERSION; HTTP_EQUAL_VERSION and its companions. */
#define HTTP_VERSION_UNKNOWN { 0, 0 }
#define HTTP_VERSION_0_9 { 0, 9 }
#define HTTP_VERSION_1_0 { 1, 0 }
#define HTTP_VERSION_1_1 { 1, 1 }
#define HTTP_VERSION_2_0 { 2, 0 }
#define HTTP_SET_VERSION(version, major, minor)                                                    \
    do {                                                                                           \
        (version).MajorVersion = (major);                                                          \
        (version).MinorVersion = (minor);                                                          \
    } while (0)
#define HTTP_EQUAL_VERSION(version, major, minor)                                                  \
    ((version).MajorVersion == (major) && (version).MinorVersion == (minor))
#define HTTP_NOT_EQUAL_VERSION(version, major, minor)                                              \
    (!HTTP_EQUAL_VERSION(version, major, minor))
#define HTTP_GREATER_VERSION(version, major, minor)                                                \
    ((version).MajorVersion > (major) ||                                                           \
     ((version).MajorVersion == (major) && (version).MinorVersion > (minor)))
#define HTTP_LESS_VERSION(version, major, minor)                                                   \
    ((version).MajorVersion < (major) ||                                                           \
     ((version).MajorVersion == (major) && (version).MinorVersion < (minor)))
#define HTTP_GREATER_EQUAL_VERSION(version, major, minor)                                          \
    (!HTTP_LESS_VERSION(version, major, minor))
#define HTTP_LESS_EQUAL_VERSION(version, major, minor)                                             \
    (!HTTP_GREATER_VERSION(version, major, minor))

/* ---- Identifiers ---- */

/* Pages: HTTP_OPAQUE_ID and the identifiers defined by it; HTTP_IS_NULL_ID; HTTP_SET_NULL_ID. */
typedef ULONGLONG HTTP_OPAQUE_ID, *PHTTP_OPAQUE_ID;
typedef HTTP_OPAQUE_ID HTTP_REQUEST_ID, *PHTTP_REQUEST_ID;
typedef HTTP_OPAQUE_ID HTTP_CONNECTION_ID, *PHTTP_CONNECTION_ID;
typedef HTTP_OPAQUE_ID HTTP_RAW_CONNECTION_ID, *PHTTP_RAW_CONNECTION_ID;
typedef HTTP_OPAQUE_ID HTTP_URL_GROUP_ID, *PHTTP_URL_GROUP_ID;
typedef HTTP_OPAQUE_ID HTTP_SERVER_SESSION_ID, *PHTTP_SERVER_SESSION_ID;
typedef ULONGLONG HTTP_URL_CONTEXT;
#define HTTP_IS_NULL_ID(pid) (HTTP_NULL_ID == *(pid))
#define HTTP_SET_NULL_ID(pid) (*(pid) = HTTP_NULL_ID)

/* Pages: HTTP_OPAQUE_ID; HttpReceiveHttpRequest. */
#define HTTP_NULL_ID 0ull

/* ---- Limits ---- */

/* Pages: HTTP_BYTE_RANGE; HTTP_BANDWIDTH_LIMIT_INFO; HTTP_LOGGING_INFO. */
#define HTTP_BYTE_RANGE_TO_EOF ((ULONGLONG)-1)

/* Pages: HTTP_BANDWIDTH_LIMIT_INFO; HTTP_LOGGING_INFO. */
#define HTTP_LIMIT_INFINITE ((ULONG)-1)

/* Pages: HTTP_BANDWIDTH_LIMIT_INFO; HTTP_LOGGING_INFO; HTTP_SERVER_PROPERTY. */
#define HTTP_MIN_ALLOWED_BANDWIDTH_THROTTLING_RATE 1024
#define HTTP_MIN_ALLOWED_LOG_FILE_ROLLOVER_SIZE    1048576
#define HTTP_MIN_SERVER_QUEUE_LENGTH               1
#define HTTP_MAX_SERVER_QUEUE_LENGTH               2147483647

/* Part of a file or of a cached fragment, in bytes. Page: HTTP_BYTE_RANGE. */
typedef struct _HTTP_BYTE_RANGE {
    ULARGE_INTEGER StartingOffset;
    ULARGE_INTEGER Length;
} HTTP_BYTE_RANGE, *PHTTP_BYTE_RANGE;

/* ---- Flags of the functions ---- */

/* Pages: HttpInitialize; HttpTerminate. */
#define HTTP_INITIALIZE_SERVER 0x00000001
#define HTTP_INITIALIZE_CONFIG 0x00000002

/* Page: HttpCreateRequestQueue. */
#define HTTP_CREATE_REQUEST_QUEUE_FLAG_OPEN_EXISTING 0x00000001
#define HTTP_CREATE_REQUEST_QUEUE_FLAG_CONTROLLER    0x00000002
#define HTTP_CREATE_REQUEST_QUEUE_FLAG_DELEGATION    0x00000008

/* Page: HttpRemoveUrlFromUrlGroup. */
#define HTTP_URL_FLAG_REMOVE_ALL 0x00000001

/* Page: HttpReceiveHttpRequest. */
#define HTTP_RECEIVE_REQUEST_FLAG_COPY_BODY  0x00000001
#define HTTP_RECEIVE_REQUEST_FLAG_FLUSH_BODY 0x00000002

/* Page: HttpReceiveRequestEntityBody. */
#define HTTP_RECEIVE_REQUEST_ENTITY_BODY_FLAG_FILL_BUFFER 0x00000001

/* Page: HttpReceiveClientCertificate. */
#define HTTP_RECEIVE_SECURE_CHANNEL_TOKEN 0x00000001
#define HTTP_RECEIVE_FULL_CHAIN           0x00000002

/* Pages: HttpSendHttpResponse; HttpSendResponseEntityBody. */
#define HTTP_SEND_RESPONSE_FLAG_DISCONNECT         0x00000001
#define HTTP_SEND_RESPONSE_FLAG_MORE_DATA          0x00000002
#define HTTP_SEND_RESPONSE_FLAG_BUFFER_DATA        0x00000004
#define HTTP_SEND_RESPONSE_FLAG_ENABLE_NAGLING     0x00000008
#define HTTP_SEND_RESPONSE_FLAG_PROCESS_RANGES     0x00000020
#define HTTP_SEND_RESPONSE_FLAG_OPAQUE             0x00000040
#define HTTP_SEND_RESPONSE_FLAG_GOAWAY             0x00000100
#define HTTP_SEND_RESPONSE_FLAG_AUTOMATIC_CHUNKING 0x00000200

/* Page: HttpFlushResponseCache. */
#define HTTP_FLUSH_RESPONSE_FLAG_RECURSIVE 0x00000001

/* ---- Features ---- */

/* What HttpIsFeatureSupported can be asked. Page: HTTP_FEATURE_ID. */
typedef enum _HTTP_FEATURE_ID {
    HttpFeatureUnknown = 0,
    HttpFeatureResponseTrailers = 1,
    HttpFeatureApiTimings = 2,
    HttpFeatureDelegateEx = 3,
    HttpFeatureHttp3 = 4,
    HttpFeatureTlsSessionTickets = 5,
    HttpFeatureDisableTlsSessionId = 6,
    HttpFeatureTlsDualCerts = 7,
    HttpFeatureAutomaticChunkedEncoding = 8,
    HttpFeatureDedicatedReqQueueDelegationType = 9,
    HttpFeatureFastForwardResponse = 10,
    HttpFeatureCacheTlsClientHello = 11,
    HttpFeatureIdleConnectionTimeoutRequestProperty = 12,
    HttpFeatureDisableAiaFlag = 13,
    HttpFeatureDscp = 14,
    HttpFeatureQueryCipherInfo = 15,
    HttpFeatureQueryInitialPacketTtl = 16,
    HttpFeatureTlsHandshakePerformanceCounters = 17,
    HttpFeatureLast = 18,
    HttpFeaturemax = -1
} HTTP_FEATURE_ID, *PHTTP_FEATURE_ID;

#endif /* HTTPSYS_COMMON_H */
