/* Extensions of the HTTP Server API: what HTTP.sys tells administrators only, or nobody.
 *
 * Included by http.h, at its end. On Windows these functions do not exist: guard their use with
 * #ifdef HTTPSYS_EXTENSION_H. All functions may be called by any thread between HttpInitialize with
 * HTTP_INITIALIZE_SERVER and its HttpTerminate; before that they return ERROR_DLL_INIT_FAILED (1114).
 */
#ifndef HTTPSYS_EXTENSION_H
#define HTTPSYS_EXTENSION_H

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Why a connection ended. docs/WHY.md tells what to do about each. ---- */

typedef enum _HTTPSYS_CLOSE_REASON {
    HttpsysCloseReasonOpen = 0,            /* it is open */
    HttpsysCloseReasonCompleted = 1,       /* in order, after its last response */
    HttpsysCloseReasonPeerClosed = 2,      /* the client closed it between two requests */
    HttpsysCloseReasonPeerReset = 3,       /* the client reset it, or it broke */
    HttpsysCloseReasonCancelled = 4,       /* HttpCancelHttpRequest */
    HttpsysCloseReasonSendCancelled = 5,   /* CancelIo or CancelIoEx of a send that had begun */
    HttpsysCloseReasonQueueClosed = 6,     /* the queue of its request was closed */
    HttpsysCloseReasonUrlRemoved = 7,      /* idle, and the last URL of its port was removed */
    HttpsysCloseReasonServiceStopped = 8,  /* HttpTerminate */
    HttpsysCloseReasonRefused = 9,         /* the service answered itself; Name is HTTPERR's phrase */
    HttpsysCloseReasonUnavailable = 10,    /* 503 handling; Name is HTTPERR's phrase */
    HttpsysCloseReasonBodyMalformed = 11,  /* the framing of the entity body is broken */
    HttpsysCloseReasonBodyIncomplete = 12, /* the client ended in the middle of its entity body */
    HttpsysCloseReasonFileUnreadable = 13, /* a file chunk could not be read that far */
    HttpsysCloseReasonExhausted = 14,      /* an internal limit */
    HttpsysCloseReasonTimerIdleConnection = 20,
    HttpsysCloseReasonTimerHeaderWait = 21,
    HttpsysCloseReasonTimerRequestQueue = 22,
    HttpsysCloseReasonTimerEntityBody = 23,
    HttpsysCloseReasonTimerDrainEntityBody = 24,
    HttpsysCloseReasonTimerMinSendRate = 25
} HTTPSYS_CLOSE_REASON;

#define HTTPSYS_NAME_LENGTH 48

typedef struct _HTTPSYS_CLOSE_INFO {
    ULONG Reason;                   /* HTTPSYS_CLOSE_REASON; more may come: treat others as ended */
    ULONG Win32Status;              /* with which calls end that wait on the connection */
    CHAR Name[HTTPSYS_NAME_LENGTH]; /* ASCII, for logs */
} HTTPSYS_CLOSE_INFO, *PHTTPSYS_CLOSE_INFO;

/* Tells why the connection ended that HTTP_REQUEST.ConnectionId named.
 *
 * Returns 0; ERROR_NOT_FOUND (1168) for an id that never was or whose end is forgotten (the last
 * 4,096 are remembered); ERROR_INVALID_PARAMETER (87) for NULL. */
HTTPAPI_LINKAGE ULONG WINAPI HttpsysWhyClosed(_In_ HTTP_CONNECTION_ID ConnectionId,
                                              _Out_ PHTTPSYS_CLOSE_INFO Info);

#ifdef __cplusplus
}
#endif

#endif /* HTTPSYS_EXTENSION_H */
