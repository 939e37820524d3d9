/* Extension: what this implementation of the HTTP Server API tells about itself. HTTP.sys has it in
 * the Performance Monitor and in netsh; programs of Windows cannot call these functions.
 *
 * Unless said otherwise a function returns a Win32 error code, needs HttpInitialize with
 * HTTP_INITIALIZE_SERVER (else ERROR_DLL_INIT_FAILED, 1114), may be called from any thread at any
 * moment, and writes nothing when it fails but the size that it needs. Memory is the caller's; none
 * is kept.
 */
#ifndef HTTPSYS_EXTENSION_H
#define HTTPSYS_EXTENSION_H

#include "../http.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Counters ----
 *
 * The counters of the sets HTTP Service, HTTP Service Url Groups and HTTP Service Request Queues by
 * their names (those of the WMI classes Win32_PerfRawData_Counters_HTTPService...), and others beside
 * them. Members named Rate are totals, as in those classes: the difference of two calls by the time
 * between them is the rate. Totals begin at 0 with the object and never fall. docs/COUNTERS.md says
 * when each changes.
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
    /* HTTP Service: the response cache. Nothing is cached: 0. */
    ULONGLONG CurrentUrisCached;
    ULONGLONG TotalUrisCached;
    ULONGLONG UriCacheHits;
    ULONGLONG UriCacheMisses;
    ULONGLONG UriCacheFlushes;
    ULONGLONG TotalFlushedUris;
    /* Connections that are open. */
    ULONGLONG OpenConnections;
    /* Connections that were accepted. */
    ULONGLONG AcceptedConnections;
    /* Requests that were routed to a URL group. */
    ULONGLONG AllRequests;
    /* Bytes handed to the transport, and read from it, on all connections. */
    ULONGLONG BytesSentRate;
    ULONGLONG BytesReceivedRate;
    /* Requests that the service answered itself or reset, and connections that it did not take. */
    ULONGLONG RefusedRequests;
    /* Entries of the HTTPERR log that were lost. */
    ULONGLONG DroppedLogEntries;
    /* Failures to accept, failures to wait for events, connections accepted and not taken. */
    ULONGLONG AcceptFailures;
    ULONGLONG PollFailures;
    ULONGLONG DroppedConnections;
    /* Sends that found the socket full, and those that waited for a bandwidth limit. */
    ULONGLONG SendsWaited;
    ULONGLONG SendsThrottled;
    /* Times that a connection had more to read than one turn allows. */
    ULONGLONG TurnsUsedUp;
    /* Timers that ran out. */
    ULONGLONG TimersFired[HTTPSYS_TIMERS];
    /* Ended connections by the number of the reason: 1 completed, 2 closed by the client, 3 reset by
     * the client, 4 HttpCancelHttpRequest, 5 a cancelled send, 6 queue closed, 7 last URL removed,
     * 8 service stopped, 9 refused with a response of the service, 10 the 503 handling, 11 malformed
     * entity body, 12 incomplete entity body, 13 unreadable file chunk, 14 an internal limit; timers:
     * 20 IdleConnection, 21 HeaderWait, 22 RequestQueue, 23 EntityBody, 24 DrainEntityBody,
     * 25 MinSendRate. */
    ULONGLONG Ends[HTTPSYS_END_NUMBERS];
} HTTPSYS_SERVICE_COUNTERS, *PHTTPSYS_SERVICE_COUNTERS;

/* One URL group. A connection belongs to the group of its last request. */
typedef struct _HTTPSYS_URL_GROUP_COUNTERS {
    /* Bytes sent and received on the group's connections, and both together: totals. Bytes that were
     * read ahead count when they are used, or when the connection ends. */
    ULONGLONG BytesSentRate;
    ULONGLONG BytesReceivedRate;
    ULONGLONG BytesTransferredRate;
    /* Open connections that have sent a request to the group, and the most that there were. */
    ULONGLONG CurrentConnections;
    ULONGLONG MaxConnections;
    /* Connections that have sent a request to the group, those over its limit included. */
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
    /* Requests that came to the queue, those that it rejected included. */
    ULONGLONG ArrivalRate;
    /* Requests that it rejected: it was full or inactive, or they waited too long. The same number
     * twice: as HTTP.sys's rate and as its total. */
    ULONGLONG RejectionRate;
    ULONGLONG RejectedRequests;
    /* Nothing is cached: 0. */
    ULONGLONG CacheHitRate;
    /* Requests whose connection ended before a receive had them. */
    ULONGLONG AbandonedRequests;
} HTTPSYS_REQUEST_QUEUE_COUNTERS, *PHTTPSYS_REQUEST_QUEUE_COUNTERS;

/* Fills the structure that CounterSet names.
 *
 * RequestQueueHandle is used for HttpsysRequestQueueCounters and UrlGroupId for
 * HttpsysUrlGroupCounters; give NULL and HTTP_NULL_ID otherwise. Length is the size of the structure
 * in bytes as the program knows it: a later library may know more members and then fills those that
 * fit. ReturnLength may be NULL; it receives the bytes that were written, or that are needed.
 *
 * NO_ERROR; ERROR_INVALID_HANDLE (6) for a closed queue; ERROR_INVALID_PARAMETER (87) for another
 * CounterSet, for a NULL Counters, for an unknown group, for a handle that is no queue's, and for a
 * handle or an id that the set does not use; ERROR_MORE_DATA (234) when Length is too small. */
HTTPAPI_LINKAGE ULONG WINAPI HttpsysQueryCounters(
    _In_ HTTPSYS_COUNTER_SET CounterSet, _In_opt_ HANDLE RequestQueueHandle,
    _In_ HTTP_URL_GROUP_ID UrlGroupId,
    _Out_writes_bytes_to_(Length, *ReturnLength) PVOID Counters, _In_ ULONG Length,
    _Out_opt_ PULONG ReturnLength);

/* Writes all counters in the text format that a Prometheus server scrapes (text exposition format
 * 0.0.4, UTF-8), and a NUL behind it. Its media type is text/plain; version=0.0.4; charset=utf-8.
 *
 * BytesNeeded receives the size of the text with its NUL. The text grows with the queues, groups
 * and numbers: ask again when the second call says ERROR_MORE_DATA as well, or leave some room.
 *
 * NO_ERROR; ERROR_INVALID_PARAMETER (87) when BytesNeeded is NULL, or Buffer is NULL and Length is
 * not 0; ERROR_MORE_DATA (234) when Length is too small. */
HTTPAPI_LINKAGE ULONG WINAPI HttpsysWritePrometheus(
    _Out_writes_bytes_to_opt_(Length, *BytesNeeded) PCHAR Buffer, _In_ ULONG Length,
    _Out_ PULONG BytesNeeded);

/* ---- State ---- */

/* Writes the list of request queues with their properties, handles, URL groups and URLs, a text for
 * people like that of "netsh http show servicestate view=requestq", and a NUL behind it. Sizes and
 * errors are those of HttpsysWritePrometheus. */
HTTPAPI_LINKAGE ULONG WINAPI HttpsysWriteServiceState(
    _Out_writes_bytes_to_opt_(Length, *BytesNeeded) PCHAR Buffer, _In_ ULONG Length,
    _Out_ PULONG BytesNeeded);

#ifdef __cplusplus
}
#endif

#endif /* HTTPSYS_EXTENSION_H */
