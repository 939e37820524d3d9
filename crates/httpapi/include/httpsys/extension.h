/* Extensions: information about this implementation of the HTTP Server API. HTTP.sys has it in
 * Performance Monitor, in netsh, in its logs, or not at all.
 *
 * Included by http.h, at its end. On Windows these functions do not exist: guard their use with
 * #ifdef HTTPSYS_EXTENSION_H.
 *
 * Unless noted otherwise, a function returns a Win32 error code, needs HttpInitialize with
 * HTTP_INITIALIZE_SERVER (otherwise ERROR_DLL_INIT_FAILED, 1114), may be called from any thread at
 * any moment, and when it fails writes nothing except the size that it needs. Memory belongs to the
 * caller; pointers to it are not kept.
 */
#ifndef HTTPSYS_EXTENSION_H
#define HTTPSYS_EXTENSION_H

#include "../http.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Version ---- */

/* The version of this header. A library may be newer than the header that a program was compiled
 * with. */
#define HTTPSYS_VERSION_MAJOR 0
#define HTTPSYS_VERSION_MINOR 1
#define HTTPSYS_VERSION_PATCH 0

#define HTTPSYS_NAME_LENGTH 48

typedef struct _HTTPSYS_VERSION_INFO {
    ULONG Major;
    ULONG Minor;
    ULONG Patch;
    CHAR Name[HTTPSYS_NAME_LENGTH]; /* "0.1.0", ASCII, for logs */
} HTTPSYS_VERSION_INFO, *PHTTPSYS_VERSION_INFO;

/* Returns the version of the library that the program is running with. Does not need
 * HttpInitialize.
 *
 * NO_ERROR; ERROR_INVALID_PARAMETER (87) for NULL. */
HTTPAPI_LINKAGE ULONG WINAPI HttpsysVersion(_Out_ PHTTPSYS_VERSION_INFO Info);

/* ---- Why a call was refused ---- */

/* Writes the reason for the last refused call of this thread: the function, the argument or the
 * rule, which program uses the URL or the port, and the code. It is a UTF-8 text for people and
 * logs, with a NUL at the end:
 *
 *     HttpAddUrlToUrlGroup: http://localhost/: it has no port, which cannot be left out:
 *     ERROR_INVALID_PARAMETER (87)
 *
 * (in one line). The wording may change from version to version.
 *
 * Each thread has its own text, which stays until another call of this thread is refused; calls
 * that succeed do not change it. It is empty if no call was refused. A call of a function of http.h
 * or of this header counts as refused if it fails, except with the codes of normal operation: 38,
 * 64, 234, 258, 259, 995, 997, 1229 (the request or its client is gone, there is more data or no
 * more data). An operation that fails through its OVERLAPPED after the call has returned 997 has no
 * text. Does not need HttpInitialize, so that a refused HttpInitialize has a reason, too.
 *
 * BytesNeeded receives the size of the text with its NUL.
 *
 * NO_ERROR; ERROR_INVALID_PARAMETER (87) when BytesNeeded is NULL, or Buffer is NULL and Length is
 * not 0; ERROR_MORE_DATA (234) when Length is too small. These errors do not change the text. */
HTTPAPI_LINKAGE ULONG WINAPI HttpsysLastReason(
    _Out_writes_bytes_to_opt_(Length, *BytesNeeded) PCHAR Buffer, _In_ ULONG Length,
    _Out_ PULONG BytesNeeded);

/* ---- Events ---- */

typedef enum _HTTPSYS_LOG_LEVEL {
    HttpsysLogError = 1, /* a failure in the library or the system */
    HttpsysLogWarn = 2,  /* a refused URL, every 87 that a function of http.h returns */
    HttpsysLogInfo = 3,  /* a refused request, a connection that ended early: docs/WHY.md */
    HttpsysLogDebug = 4, /* ordinary ends, the events of HTTP.sys's ETW provider */
    HttpsysLogTrace = 5  /* every call with its code */
} HTTPSYS_LOG_LEVEL;

/* Receives one event. Level is one of HTTPSYS_LOG_LEVEL, Target names the part of the library,
 * Message is the text with its fields as NAME=VALUE. Both are UTF-8, end with a NUL, and belong to
 * the library: copy them if you need them later. Context is the pointer passed to
 * HttpsysSetLogCallback. */
typedef VOID(WINAPI *HTTPSYS_LOG_CALLBACK)(_In_ ULONG Level, _In_ const CHAR *Target,
                                           _In_ const CHAR *Message, _In_opt_ PVOID Context);

/* Sets the function that receives the events of the library up to Level, and replaces the previous
 * one; NULL removes it. There is one callback per process. Events that HTTPSYS_TRACE enables are
 * also written to standard error. Does not need HttpInitialize.
 *
 * Threads: the callback runs on one thread of the library, which is started by the first call and
 * stays. It gets one event at a time, in the order in which they happened, soon after each. No lock
 * of the library is held: the callback may call every function, including this one, and may take
 * its time. At most 1,024 events wait for it; further ones are lost, and an event reports how many.
 * Events that the callback itself causes are not delivered to it. All signals except those for
 * faults are blocked on its thread.
 *
 * The callback must return: if a C++ exception leaves it, or if it calls longjmp, the process ends.
 * It may call exit.
 *
 * Changing: the previous callback first gets the events that happened before the change. When the
 * function returns, the previous callback is not running and will not be called again, so that its
 * Context may be freed. Called from inside the callback, the function does not wait, and the
 * running call is the last. So do not call it while holding a lock that the callback takes. Call it
 * with NULL before the program ends: waiting events are then delivered, and no callback runs while
 * the program's own destructors do. A child created by fork has no callback.
 *
 * NO_ERROR; ERROR_INVALID_PARAMETER (87) for a Level that is not in HTTPSYS_LOG_LEVEL (it is
 * ignored with a NULL Callback); ERROR_NOT_ENOUGH_MEMORY (8) when the system cannot start a thread;
 * ERROR_BUSY (170) from inside the callback while another thread changes it; ERROR_ALREADY_EXISTS
 * (183) in a Rust program with a subscriber of the crate tracing, which gets the events. In these
 * cases nothing changes. */
HTTPAPI_LINKAGE ULONG WINAPI HttpsysSetLogCallback(_In_ ULONG Level,
                                                   _In_opt_ HTTPSYS_LOG_CALLBACK Callback,
                                                   _In_opt_ PVOID Context);

/* ---- Port 0 ----
 *
 * HttpAddUrlToUrlGroup and HttpAddUrl accept a UrlPrefix with port 0, for instance
 * "http://localhost:0/": the service chooses a free port. HTTP.sys refuses such a prefix (87); with
 * HTTPSYS_PortZero=0 so does this implementation.
 *
 * Within one URL group (or one version 1 queue) port 0 stands for one port: the first URL with port
 * 0 takes a port, others get the same one, and HttpRemoveUrlFromUrlGroup and HttpRemoveUrl accept
 * the URL as it was registered or with its port. The port is released with the group's last URL on
 * it. "localhost" has the same port at 127.0.0.1 and ::1. No other program can take the port in
 * between: the sockets that found it are those that listen. */

/* Returns the port of a registered URL, in particular of a URL with port 0.
 *
 * UrlGroupId is the URL group that has the URL, and RequestQueueHandle is NULL. For a URL of
 * HttpAddUrl, pass RequestQueueHandle, and HTTP_NULL_ID as UrlGroupId. FullyQualifiedUrl is the URL
 * as it was registered, or with its port.
 *
 * NO_ERROR; ERROR_FILE_NOT_FOUND (2) for a URL that is not registered there; ERROR_INVALID_HANDLE
 * (6) for a closed queue; ERROR_INVALID_PARAMETER (87) for a NULL pointer, a string that is not a
 * UrlPrefix, an unknown group, a queue of version 2, and when not exactly one of group and queue is
 * passed. */
HTTPAPI_LINKAGE ULONG WINAPI HttpsysQueryUrlPort(_In_opt_ HANDLE RequestQueueHandle,
                                                 _In_ HTTP_URL_GROUP_ID UrlGroupId,
                                                 _In_ PCWSTR FullyQualifiedUrl, _Out_ PUSHORT Port);

/* ---- Why a connection ended. docs/WHY.md says what to do about each reason. ---- */

typedef enum _HTTPSYS_CLOSE_REASON {
    HttpsysCloseReasonOpen = 0,            /* it is open */
    HttpsysCloseReasonCompleted = 1,       /* gracefully, after its last response */
    HttpsysCloseReasonPeerClosed = 2,      /* the client closed it between two requests */
    HttpsysCloseReasonPeerReset = 3,       /* the client reset it, or the network failed */
    HttpsysCloseReasonCancelled = 4,       /* HttpCancelHttpRequest */
    HttpsysCloseReasonSendCancelled = 5,   /* CancelIo or CancelIoEx of a send that had begun */
    HttpsysCloseReasonQueueClosed = 6,     /* the queue of its request was closed */
    HttpsysCloseReasonUrlRemoved = 7,      /* it was idle, and the last URL of its port was removed */
    HttpsysCloseReasonServiceStopped = 8,  /* HttpTerminate */
    HttpsysCloseReasonRefused = 9,         /* the service refused a request; Name is HTTPERR's phrase */
    HttpsysCloseReasonUnavailable = 10,    /* 503 handling; Name is HTTPERR's phrase */
    HttpsysCloseReasonBodyMalformed = 11,  /* the framing of the entity body is malformed */
    HttpsysCloseReasonBodyIncomplete = 12, /* the client closed in the middle of its entity body */
    HttpsysCloseReasonFileUnreadable = 13, /* a file chunk could not be read to its end */
    HttpsysCloseReasonExhausted = 14,      /* an internal limit */
    HttpsysCloseReasonTls = 15,            /* TLS failed; Name says how */
    HttpsysCloseReasonHttp2 = 16,          /* an HTTP/2 connection error; Name has the code */
    HttpsysCloseReasonProxy = 17,          /* no valid PROXY header; Name says which */
    HttpsysCloseReasonTimerIdleConnection = 20,
    HttpsysCloseReasonTimerHeaderWait = 21,
    HttpsysCloseReasonTimerRequestQueue = 22,
    HttpsysCloseReasonTimerEntityBody = 23,
    HttpsysCloseReasonTimerDrainEntityBody = 24,
    HttpsysCloseReasonTimerMinSendRate = 25
} HTTPSYS_CLOSE_REASON;

typedef struct _HTTPSYS_CLOSE_INFO {
    ULONG Reason;                   /* HTTPSYS_CLOSE_REASON; treat unknown reasons as ended */
    ULONG Win32Status;              /* the code of calls that were waiting on the connection */
    CHAR Name[HTTPSYS_NAME_LENGTH]; /* ASCII, for logs */
} HTTPSYS_CLOSE_INFO, *PHTTPSYS_CLOSE_INFO;

/* Returns why the connection that HTTP_REQUEST.ConnectionId names ended.
 * 
 *
 * NO_ERROR; ERROR_NOT_FOUND (1168) for an id that never existed or whose end is no longer stored
 * (the last 4,096 are); ERROR_INVALID_PARAMETER (87) for NULL. */
HTTPAPI_LINKAGE ULONG WINAPI HttpsysWhyClosed(_In_ HTTP_CONNECTION_ID ConnectionId,
                                              _Out_ PHTTPSYS_CLOSE_INFO Info);

/* ---- Counters ----
 *
 * The counters of the sets HTTP Service, HTTP Service Url Groups and HTTP Service Request Queues
 * under their names (those of the WMI classes Win32_PerfRawData_Counters_HTTPService...), and some
 * others. Members named Rate are totals, as in those classes: divide the difference of two calls by
 * the time between them to get the rate. Totals begin at 0 with the object and never decrease.
 * docs/COUNTERS.md says what each of them counts.
 */

/* Which structure HttpsysQueryCounters fills. */
typedef enum _HTTPSYS_COUNTER_SET {
    /* HTTPSYS_SERVICE_COUNTERS */
    HttpsysServiceCounters = 1,
    /* HTTPSYS_URL_GROUP_COUNTERS */
    HttpsysUrlGroupCounters = 2,
    /* HTTPSYS_REQUEST_QUEUE_COUNTERS */
    HttpsysRequestQueueCounters = 3
} HTTPSYS_COUNTER_SET;

/* Elements of HTTPSYS_SERVICE_COUNTERS.Ends. */
#define HTTPSYS_END_NUMBERS 32
/* Elements of HTTPSYS_SERVICE_COUNTERS.TimersFired: EntityBody, DrainEntityBody, RequestQueue,
 * IdleConnection, HeaderWait, MinSendRate, the order of HTTP_TIMEOUT_LIMIT_INFO. */
#define HTTPSYS_TIMERS 6

/* The service. */
typedef struct _HTTPSYS_SERVICE_COUNTERS {
    /* HTTP Service: the response cache. */
    ULONGLONG CurrentUrisCached;
    ULONGLONG TotalUrisCached;
    ULONGLONG UriCacheHits;
    ULONGLONG UriCacheMisses;
    ULONGLONG UriCacheFlushes;
    ULONGLONG TotalFlushedUris;
    /* Connections that are open now. */
    ULONGLONG OpenConnections;
    /* Connections that were accepted. */
    ULONGLONG AcceptedConnections;
    /* Requests that were routed to a URL group. */
    ULONGLONG AllRequests;
    /* Bytes handed to the transport, and read from it, on all connections. */
    ULONGLONG BytesSentRate;
    ULONGLONG BytesReceivedRate;
    /* Requests that the service answered itself or reset, and connections that it did not accept.
     * */
    ULONGLONG RefusedRequests;
    /* Entries of the HTTPERR log that were lost. */
    ULONGLONG DroppedLogEntries;
    /* Failed accepts, failed waits for events, connections that were reset right after the accept.
     * */
    ULONGLONG AcceptFailures;
    ULONGLONG PollFailures;
    ULONGLONG DroppedConnections;
    /* Sends that found the socket full, and those that waited for a bandwidth limit. */
    ULONGLONG SendsWaited;
    ULONGLONG SendsThrottled;
    /* Times that a connection had more to read than one turn allows. */
    ULONGLONG TurnsUsedUp;
    /* Timers that expired. */
    ULONGLONG TimersFired[HTTPSYS_TIMERS];
    /* Ended connections by the number of the reason: HTTPSYS_CLOSE_REASON. */
    ULONGLONG Ends[HTTPSYS_END_NUMBERS];
} HTTPSYS_SERVICE_COUNTERS, *PHTTPSYS_SERVICE_COUNTERS;

/* One URL group. A connection belongs to the group of its last request. */
typedef struct _HTTPSYS_URL_GROUP_COUNTERS {
    /* Bytes sent and received on the group's connections, and both together: totals. Bytes that were
     * read ahead count when they are used, or when the connection ends. */
    ULONGLONG BytesSentRate;
    ULONGLONG BytesReceivedRate;
    ULONGLONG BytesTransferredRate;
    /* Open connections that have sent a request to the group, and their highest number so far. */
    ULONGLONG CurrentConnections;
    ULONGLONG MaxConnections;
    /* Connections that have sent a request to the group, including those beyond its limit. */
    ULONGLONG ConnectionAttempts;
    /* Requests by method, and all. */
    ULONGLONG GetRequests;
    ULONGLONG HeadRequests;
    ULONGLONG AllRequests;
} HTTPSYS_URL_GROUP_COUNTERS, *PHTTPSYS_URL_GROUP_COUNTERS;

/* One request queue. */
typedef struct _HTTPSYS_REQUEST_QUEUE_COUNTERS {
    /* Requests that no receive has taken. */
    ULONGLONG CurrentQueueSize;
    /* How long the oldest of them has waited, in milliseconds. */
    ULONGLONG MaxQueueItemAge;
    /* Requests that arrived at the queue, including those that it rejected. */
    ULONGLONG ArrivalRate;
    /* Requests that it rejected: it was full or inactive, or they waited too long. The same number
     * twice: as HTTP.sys's rate and as its total. */
    ULONGLONG RejectionRate;
    ULONGLONG RejectedRequests;
    /* Requests of the queue that were answered from the cache. */
    ULONGLONG CacheHitRate;
    /* Requests whose connection ended before a receive took them. */
    ULONGLONG AbandonedRequests;
} HTTPSYS_REQUEST_QUEUE_COUNTERS, *PHTTPSYS_REQUEST_QUEUE_COUNTERS;

/* Fills the structure that CounterSet names.
 *
 * RequestQueueHandle is used for HttpsysRequestQueueCounters and UrlGroupId for
 * HttpsysUrlGroupCounters; pass NULL and HTTP_NULL_ID otherwise. Length is the size of the
 * structure in bytes as the program knows it: a newer library may have more members and then fills
 * those that fit. ReturnLength may be NULL; it receives the number of bytes that were written or
 * are needed.
 *
 * NO_ERROR; ERROR_INVALID_HANDLE (6) for a closed queue; ERROR_INVALID_PARAMETER (87) for another
 * CounterSet, for a NULL Counters, for an unknown group, for a handle that is not a queue, and for
 * a handle or an id that the set does not use; ERROR_MORE_DATA (234) when Length is too small. */
HTTPAPI_LINKAGE ULONG WINAPI HttpsysQueryCounters(
    _In_ HTTPSYS_COUNTER_SET CounterSet, _In_opt_ HANDLE RequestQueueHandle,
    _In_ HTTP_URL_GROUP_ID UrlGroupId,
    _Out_writes_bytes_to_(Length, *ReturnLength) PVOID Counters, _In_ ULONG Length,
    _Out_opt_ PULONG ReturnLength);

/* Writes all counters in the text format that a Prometheus server scrapes (text exposition format
 * 0.0.4, UTF-8), with a NUL at the end. Its media type is text/plain; version=0.0.4; charset=utf-8.
 *
 * BytesNeeded receives the size of the text with its NUL. The text grows with the number of queues
 * and groups and with the values: if the second call returns ERROR_MORE_DATA as well, call again,
 * or pass a buffer with some spare room.
 *
 * NO_ERROR; ERROR_INVALID_PARAMETER (87) when BytesNeeded is NULL, or Buffer is NULL and Length is
 * not 0; ERROR_MORE_DATA (234) when Length is too small. */
HTTPAPI_LINKAGE ULONG WINAPI HttpsysWritePrometheus(
    _Out_writes_bytes_to_opt_(Length, *BytesNeeded) PCHAR Buffer, _In_ ULONG Length,
    _Out_ PULONG BytesNeeded);

/* ---- State ---- */

/* Writes the list of request queues with their properties, handles, URL groups and URLs, as a text
 * for people similar to that of "netsh http show servicestate view=requestq", with a NUL at the
 * end. Sizes and errors are those of HttpsysWritePrometheus. */
HTTPAPI_LINKAGE ULONG WINAPI HttpsysWriteServiceState(
    _Out_writes_bytes_to_opt_(Length, *BytesNeeded) PCHAR Buffer, _In_ ULONG Length,
    _Out_ PULONG BytesNeeded);

/* ---- Strict mode ----
 *
 * With HTTPSYS_STRICT=1 in the environment, the library looks for misuse of the API and writes a
 * line to standard error for each finding: its name, the call, the arguments that matter, and what
 * to do instead. HTTPSYS_STRICT=abort ends the process with abort at the first one, for a debugger;
 * HTTPSYS_STRICT=collect writes nothing. What a call returns is the same as without.
 * docs/SIMULATION.md describes the findings. */

/* Writes the findings so far, each as a line with a newline, as a text with a NUL at the end; it is
 * empty without strict mode. The first 1,024 since they were cleared are kept, also over
 * HttpTerminate. Does not need HttpInitialize. Sizes and errors are those of
 * HttpsysWritePrometheus. */
HTTPAPI_LINKAGE ULONG WINAPI HttpsysReadFindings(
    _Out_writes_bytes_to_opt_(Length, *BytesNeeded) PCHAR Buffer, _In_ ULONG Length,
    _Out_ PULONG BytesNeeded);

/* Forgets the findings so far. Does not need HttpInitialize.
 *
 * NO_ERROR. */
HTTPAPI_LINKAGE ULONG WINAPI HttpsysClearFindings(VOID);

#ifdef __cplusplus
}
#endif

#endif /* HTTPSYS_EXTENSION_H */
