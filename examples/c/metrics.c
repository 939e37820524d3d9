/* A server that tells what it does: HTTP.sys's performance counters for Prometheus.
 *
 *   metrics [PORT]          port 8080 if not given; ends on SIGINT, SIGTERM
 *
 *   GET  /metrics   all counters as text, from HttpsysWritePrometheus
 *   GET  /state     the request queues with their URLs, from HttpsysWriteServiceState
 *   GET  /queue     how many requests have come and how many wait, from HttpsysQueryCounters
 *
 * Build:
 *
 *   cc -I crates/httpapi/include metrics.c -L target/release -lhttpapi -lpthread -o metrics
 */
#include <http.h>
#include <httpsys/extension.h>

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef ULONG(WINAPI *write_text)(PCHAR, ULONG, PULONG);

/* Calls one of the functions that write a text, with as much memory as it asks for. */
static char *text_of(write_text write)
{
    ULONG size = 16 * 1024, needed = 0;
    char *text = malloc(size);

    while (text != NULL) {
        ULONG error = write(text, size, &needed);
        if (error == NO_ERROR) {
            return text;
        }
        free(text);
        if (error != ERROR_MORE_DATA) {
            return NULL;
        }
        /* It may grow until the next call. */
        size = needed + 1024;
        text = malloc(size);
    }
    return NULL;
}

/* To HEAD without the body: the client would take it for the next response. */
static ULONG respond(HANDLE queue, const HTTP_REQUEST *request, USHORT status, const char *type,
                     const char *body)
{
    HTTP_RESPONSE response;
    HTTP_DATA_CHUNK chunk;
    char length[24];

    memset(&response, 0, sizeof(response));
    response.StatusCode = status;
    response.pReason = status == 200 ? "OK" : "Not Found";
    response.ReasonLength = (USHORT)strlen(response.pReason);
    response.Headers.KnownHeaders[HttpHeaderContentType].pRawValue = type;
    response.Headers.KnownHeaders[HttpHeaderContentType].RawValueLength = (USHORT)strlen(type);
    memset(&chunk, 0, sizeof(chunk));
    chunk.DataChunkType = HttpDataChunkFromMemory;
    chunk.FromMemory.pBuffer = (void *)body;
    chunk.FromMemory.BufferLength = (ULONG)strlen(body);
    response.Headers.KnownHeaders[HttpHeaderContentLength].pRawValue = length;
    response.Headers.KnownHeaders[HttpHeaderContentLength].RawValueLength =
        (USHORT)snprintf(length, sizeof(length), "%lu", (unsigned long)strlen(body));
    response.EntityChunkCount = request->Verb != HttpVerbHEAD;
    response.pEntityChunks = &chunk;
    return HttpSendHttpResponse(queue, request->RequestId, 0, &response, NULL, NULL, NULL, 0, NULL,
                                NULL);
}

static ULONG respond_with(HANDLE queue, const HTTP_REQUEST *request, write_text write,
                          const char *type)
{
    char *text = text_of(write);
    ULONG error = text != NULL ? respond(queue, request, 200, type, text) : ERROR_NOT_ENOUGH_MEMORY;
    free(text);
    return error;
}

/* The structures, for programs that have a use for numbers. */
static ULONG respond_with_numbers(HANDLE queue, const HTTP_REQUEST *request)
{
    HTTPSYS_REQUEST_QUEUE_COUNTERS counters;
    char text[128];
    ULONG error = HttpsysQueryCounters(HttpsysRequestQueueCounters, queue, HTTP_NULL_ID, &counters,
                                       sizeof(counters), NULL);

    if (error != NO_ERROR) {
        return error;
    }
    snprintf(text, sizeof(text), "%llu came, %llu wait, %llu rejected\n",
             (unsigned long long)counters.ArrivalRate,
             (unsigned long long)counters.CurrentQueueSize,
             (unsigned long long)counters.RejectedRequests);
    return respond(queue, request, 200, "text/plain", text);
}

static int is_get(const HTTP_REQUEST *request, const char *target)
{
    return (request->Verb == HttpVerbGET || request->Verb == HttpVerbHEAD)
           && request->RawUrlLength == strlen(target)
           && memcmp(request->pRawUrl, target, strlen(target)) == 0;
}

static ULONG answer(HANDLE queue, const HTTP_REQUEST *request)
{
    if (is_get(request, "/metrics")) {
        return respond_with(queue, request, HttpsysWritePrometheus,
                            "text/plain; version=0.0.4; charset=utf-8");
    }
    if (is_get(request, "/state")) {
        return respond_with(queue, request, HttpsysWriteServiceState, "text/plain");
    }
    if (is_get(request, "/queue")) {
        return respond_with_numbers(queue, request);
    }
    return respond(queue, request, 404, "text/plain", "nothing here\n");
}

static void *serve(void *argument)
{
    HANDLE queue = argument;
    ULONG size = 4096, needed = 0;
    HTTP_REQUEST *request = malloc(size);
    HTTP_REQUEST_ID id = HTTP_NULL_ID; /* the next request */

    while (request != NULL) {
        ULONG error = HttpReceiveHttpRequest(queue, id, 0, request, size, &needed, NULL);
        if (error == ERROR_MORE_DATA) {
            /* It is ours now, but did not fit: ask for it again by its id. */
            id = request->RequestId;
            size = needed;
            free(request);
            request = malloc(size);
            continue;
        }
        if (error == NO_ERROR) {
            error = answer(queue, request);
            if (error != NO_ERROR && error != ERROR_CONNECTION_INVALID) {
                fprintf(stderr, "request: error %u\n", (unsigned)error);
                HttpCancelHttpRequest(queue, request->RequestId, NULL);
            }
        } else if (error != ERROR_CONNECTION_INVALID || id == HTTP_NULL_ID) {
            break; /* ERROR_OPERATION_ABORTED or ERROR_INVALID_HANDLE: the queue was shut down */
        }
        id = HTTP_NULL_ID;
    }
    free(request);
    return NULL;
}

static void check(const char *what, ULONG error)
{
    if (error != NO_ERROR) {
        fprintf(stderr, "%s: error %u\n", what, (unsigned)error);
        exit(1);
    }
}

int main(int argc, char **argv)
{
    static const WCHAR name[] = {'m', 'e', 't', 'r', 'i', 'c', 's', 0};
    HTTPAPI_VERSION version = HTTPAPI_VERSION_2;
    HTTP_SERVER_SESSION_ID session;
    HTTP_URL_GROUP_ID group;
    HTTP_BINDING_INFO binding;
    HANDLE queue;
    pthread_t thread;
    sigset_t signals;
    char url[64];
    WCHAR wide[64];
    int port = argc > 1 ? atoi(argv[1]) : 8080;
    int n = 0, signal_number;

    check("HttpInitialize", HttpInitialize(version, HTTP_INITIALIZE_SERVER, NULL));
    check("HttpCreateServerSession", HttpCreateServerSession(version, &session, 0));
    check("HttpCreateUrlGroup", HttpCreateUrlGroup(session, &group, 0));
    check("HttpCreateRequestQueue", HttpCreateRequestQueue(version, name, NULL, 0, &queue));
    memset(&binding, 0, sizeof(binding));
    binding.Flags.Present = 1;
    binding.RequestQueueHandle = queue;
    check("HttpSetUrlGroupProperty",
          HttpSetUrlGroupProperty(group, HttpServerBindingProperty, &binding, sizeof(binding)));
    snprintf(url, sizeof(url), "http://localhost:%d/", port);
    do {
        wide[n] = (WCHAR)url[n];
    } while (url[n++] != '\0');
    check("HttpAddUrlToUrlGroup", HttpAddUrlToUrlGroup(group, wide, 0, 0));
    if (port == 0) {
        USHORT taken;
        check("HttpsysQueryUrlPort", HttpsysQueryUrlPort(NULL, group, wide, &taken));
        port = taken;
    }

    /* The worker must not take the signals that main waits for. */
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &signals, NULL);
    if (pthread_create(&thread, NULL, serve, queue) != 0) {
        return 1;
    }
    printf("listening on http://localhost:%d/\n", port);
    fflush(stdout);
    sigwait(&signals, &signal_number);

    HttpShutdownRequestQueue(queue);
    pthread_join(thread, NULL);
    HttpCloseUrlGroup(group);
    HttpCloseServerSession(session);
    HttpCloseRequestQueue(queue);
    HttpTerminate(HTTP_INITIALIZE_SERVER, NULL);
    return 0;
}
