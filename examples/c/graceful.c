/* Ends without breaking anything off: a graceful shutdown made of documented calls.
 *
 *   graceful [PORT [SECONDS [GRACE]]]    port 8080, 10 seconds and no grace if not given; ends on SIGINT, SIGTERM
 *
 *   POST /echo      the body that was sent, up to 64 KiB
 *   /health         200, or 503 once it is about to end: for the health check of a proxy
 *   /client         the client's address, where it has connected to, and the process: behind a proxy (docs/PROXY.md)
 *   all others      a line of text
 *
 * Asked to end, it does this in this order:
 *
 *   0. For GRACE milliseconds /health answers 503, and each response says Connection: close: proxies learn
 *      that they must go elsewhere, and clients leave.
 *   1. The URLs are removed: the port closes and idle connections end. Requests that have come are
 *      served, and each response from now on says Connection: close.
 *   2. It waits until no request is under way and the queue is empty, for at most SECONDS.
 *   3. HttpShutdownRequestQueue ends the receives that wait. Not earlier: it would also end each
 *      HttpWaitForDisconnect with ERROR_OPERATION_ABORTED while its client is still there.
 *   4. HttpCloseRequestQueue resets what is left, and calls that wait on it end.
 *
 * Exits with 0 if every request was finished in time, else with 3. Build:
 *
 *   cc -I crates/httpapi/include graceful.c -L target/release -lhttpapi -lpthread -o graceful
 */
#include <http.h>

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define THREADS 4
#define MAX_ECHO (64 * 1024)

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t finished = PTHREAD_COND_INITIALIZER;
static int running;  /* requests that were received and are not answered */
static int stopping; /* responses end their connections */

/* ---- Answering ---- */

static ULONG send_status(HANDLE queue, const HTTP_REQUEST *request, USHORT status, const char *reason,
                         const void *bytes, ULONG length)
{
    HTTP_RESPONSE response;
    HTTP_DATA_CHUNK chunk;
    char digits[16];
    ULONG flags;

    pthread_mutex_lock(&mutex);
    flags = stopping ? HTTP_SEND_RESPONSE_FLAG_DISCONNECT : 0;
    pthread_mutex_unlock(&mutex);

    memset(&response, 0, sizeof(response));
    memset(&chunk, 0, sizeof(chunk));
    chunk.DataChunkType = HttpDataChunkFromMemory;
    chunk.FromMemory.pBuffer = (void *)bytes;
    chunk.FromMemory.BufferLength = length;
    response.StatusCode = status;
    response.pReason = reason;
    response.ReasonLength = (USHORT)strlen(reason);
    response.Headers.KnownHeaders[HttpHeaderContentLength].pRawValue = digits;
    response.Headers.KnownHeaders[HttpHeaderContentLength].RawValueLength =
        (USHORT)snprintf(digits, sizeof(digits), "%u", (unsigned)length);
    response.EntityChunkCount = request->Verb != HttpVerbHEAD;
    response.pEntityChunks = &chunk;
    return HttpSendHttpResponse(queue, request->RequestId, flags, &response, NULL, NULL, NULL, 0,
                                NULL, NULL);
}

static ULONG send_bytes(HANDLE queue, const HTTP_REQUEST *request, const void *bytes, ULONG length)
{
    return send_status(queue, request, 200, "OK", bytes, length);
}

static ULONG health(HANDLE queue, const HTTP_REQUEST *request)
{
    int ends;

    pthread_mutex_lock(&mutex);
    ends = stopping;
    pthread_mutex_unlock(&mutex);
    return ends ? send_status(queue, request, 503, "Service Unavailable", "ends\n", 5)
                : send_bytes(queue, request, "serves\n", 7);
}

/* a.b.c.d:port, for IPv4. */
static void describe(char *text, size_t size, const SOCKADDR *address)
{
    const UCHAR *bytes = (const UCHAR *)&((const SOCKADDR_IN *)address)->sin_addr;
    const UCHAR *port = (const UCHAR *)&((const SOCKADDR_IN *)address)->sin_port;

    if (address->sa_family != AF_INET) {
        snprintf(text, size, "not IPv4");
        return;
    }
    snprintf(text, size, "%u.%u.%u.%u:%u", bytes[0], bytes[1], bytes[2], bytes[3],
             256u * port[0] + port[1]);
}

static ULONG client(HANDLE queue, const HTTP_REQUEST *request)
{
    char remote[32], local[32], text[96];
    int length;

    describe(remote, sizeof(remote), request->Address.pRemoteAddress);
    describe(local, sizeof(local), request->Address.pLocalAddress);
    length = snprintf(text, sizeof(text), "%s %s %d \n", remote, local, (int)getpid());
    return send_bytes(queue, request, text, (ULONG)length);
}

static ULONG echo(HANDLE queue, const HTTP_REQUEST *request)
{
    static const char too_long[] = "at most 64 KiB\n";
    ULONG length = 0, got = 0, error = NO_ERROR;
    char *body = malloc(MAX_ECHO);

    while (body != NULL && error == NO_ERROR && length < MAX_ECHO) {
        error = HttpReceiveRequestEntityBody(queue, request->RequestId, 0, body + length,
                                             MAX_ECHO - length, &got, NULL);
        length += error == NO_ERROR ? got : 0;
    }
    if (body == NULL) {
        error = ERROR_NOT_ENOUGH_MEMORY;
    } else if (error == ERROR_HANDLE_EOF) {
        error = send_bytes(queue, request, body, length);
    } else if (error == NO_ERROR) {
        error = send_bytes(queue, request, too_long, sizeof(too_long) - 1);
    }
    free(body);
    return error;
}

static int is_path(const HTTP_REQUEST *request, const char *path)
{
    return request->RawUrlLength == strlen(path) &&
           memcmp(request->pRawUrl, path, request->RawUrlLength) == 0;
}

static void answer(HANDLE queue, const HTTP_REQUEST *request)
{
    static const char text[] = "ends gracefully\n";
    ULONG error;

    if (request->Verb == HttpVerbPOST && is_path(request, "/echo")) {
        error = echo(queue, request);
    } else if (is_path(request, "/health")) {
        error = health(queue, request);
    } else if (is_path(request, "/client")) {
        error = client(queue, request);
    } else {
        error = send_bytes(queue, request, text, sizeof(text) - 1);
    }
    if (error != NO_ERROR && error != ERROR_CONNECTION_INVALID) {
        fprintf(stderr, "request %llx: error %u\n", (unsigned long long)request->RequestId,
                (unsigned)error);
        HttpCancelHttpRequest(queue, request->RequestId, NULL); /* or its client would wait on */
    }
}

/* ---- Receiving ---- */

static void count(int change)
{
    pthread_mutex_lock(&mutex);
    running += change;
    pthread_cond_signal(&finished);
    pthread_mutex_unlock(&mutex);
}

/* A buffer that grows with the longest head. */
struct buffer {
    HTTP_REQUEST *request;
    ULONG size;
};

static int make_room(struct buffer *buffer, ULONG size)
{
    free(buffer->request);
    buffer->request = malloc(size);
    buffer->size = size;
    return buffer->request != NULL;
}

/* Receives one request and answers it: NO_ERROR, or why there is none. */
static ULONG serve_one(HANDLE queue, struct buffer *buffer, OVERLAPPED *overlapped)
{
    HTTP_REQUEST_ID id;
    ULONG needed = 0;
    ULONG error = HttpReceiveHttpRequest(queue, HTTP_NULL_ID, 0, buffer->request, buffer->size,
                                         &needed, overlapped);

    if (error != NO_ERROR && error != ERROR_MORE_DATA) {
        return error;
    }
    count(1); /* it is ours */
    while (error == ERROR_MORE_DATA) { /* and did not fit: again by its id */
        id = buffer->request->RequestId;
        if (!make_room(buffer, needed != 0 ? needed : 2 * buffer->size)) {
            HttpCancelHttpRequest(queue, id, NULL);
            count(-1);
            return ERROR_NOT_ENOUGH_MEMORY;
        }
        error = HttpReceiveHttpRequest(queue, id, 0, buffer->request, buffer->size, &needed, NULL);
    }
    if (error == NO_ERROR) {
        answer(queue, buffer->request);
    } /* else its client has gone meanwhile */
    count(-1);
    return NO_ERROR;
}

static void *worker(void *queue)
{
    struct buffer buffer = {NULL, 0};

    if (make_room(&buffer, 4096)) {
        while (serve_one(queue, &buffer, NULL) == NO_ERROR) {
        } /* ERROR_OPERATION_ABORTED or ERROR_INVALID_HANDLE: the queue was shut down */
    }
    free(buffer.request);
    return NULL;
}

/* ---- Ending ---- */

/* Waits until no request is under way. Returns how many are at the deadline. */
static int wait_for_requests(const struct timespec *deadline)
{
    int left, error = 0;

    pthread_mutex_lock(&mutex);
    while (running > 0 && error == 0) {
        error = pthread_cond_timedwait(&finished, &mutex, deadline);
    }
    left = running;
    pthread_mutex_unlock(&mutex);
    return left;
}

/* Step 0. */
static void tell_proxies(int milliseconds)
{
    struct timespec grace = {milliseconds / 1000, milliseconds % 1000 * 1000000L};

    pthread_mutex_lock(&mutex);
    stopping = 1;
    pthread_mutex_unlock(&mutex);
    nanosleep(&grace, NULL);
}

/* Steps 1 to 3. Returns how many requests are still under way. The receive that finds the queue
 * empty stays pending until the shutdown: buffer and overlapped have to live until then. */
static int end_gracefully(HTTP_URL_GROUP_ID group, HANDLE queue, int seconds,
                          struct buffer *buffer, OVERLAPPED *overlapped)
{
    struct timespec deadline;
    int left;

    clock_gettime(CLOCK_REALTIME, &deadline);
    deadline.tv_sec += seconds;
    HttpRemoveUrlFromUrlGroup(group, NULL, HTTP_URL_FLAG_REMOVE_ALL);

    left = wait_for_requests(&deadline);
    /* A worker may have been on its way to the next one: the queue is empty when a receive has to
     * wait, ERROR_IO_PENDING. */
    while (left == 0 && serve_one(queue, buffer, overlapped) == NO_ERROR) {
        left = wait_for_requests(&deadline);
        memset(overlapped, 0, sizeof(*overlapped));
    }
    left = wait_for_requests(&deadline);
    HttpShutdownRequestQueue(queue);
    return left;
}

/* ---- Setting up ---- */

static void check(const char *what, ULONG error)
{
    if (error != NO_ERROR) {
        fprintf(stderr, "%s: error %u\n", what, (unsigned)error);
        exit(1);
    }
}

int main(int argc, char **argv)
{
    HTTPAPI_VERSION version = HTTPAPI_VERSION_2;
    HTTP_SERVER_SESSION_ID session;
    HTTP_URL_GROUP_ID group;
    HTTP_BINDING_INFO binding;
    HANDLE queue;
    struct buffer buffer = {NULL, 0};
    OVERLAPPED overlapped;
    pthread_t threads[THREADS];
    sigset_t signals;
    char url[64];
    WCHAR wide[64];
    int port = argc > 1 ? atoi(argv[1]) : 8080;
    int seconds = argc > 2 ? atoi(argv[2]) : 10;
    int grace = argc > 3 ? atoi(argv[3]) : 0;
    int n = 0, started = 0, left, signal_number;

    snprintf(url, sizeof(url), "http://localhost:%d/", port);
    do {
        wide[n] = (WCHAR)url[n];
    } while (url[n++] != '\0');
    check("HttpInitialize", HttpInitialize(version, HTTP_INITIALIZE_SERVER, NULL));
    check("HttpCreateServerSession", HttpCreateServerSession(version, &session, 0));
    check("HttpCreateUrlGroup", HttpCreateUrlGroup(session, &group, 0));
    check("HttpCreateRequestQueue", HttpCreateRequestQueue(version, NULL, NULL, 0, &queue));
    memset(&binding, 0, sizeof(binding));
    binding.Flags.Present = 1;
    binding.RequestQueueHandle = queue;
    check("HttpSetUrlGroupProperty",
          HttpSetUrlGroupProperty(group, HttpServerBindingProperty, &binding, sizeof(binding)));
    check("HttpAddUrlToUrlGroup", HttpAddUrlToUrlGroup(group, wide, 0, 0));
#ifdef HTTPSYS_EXTENSION_H /* HTTP.sys has no port 0 */
    if (port == 0) {
        USHORT taken;
        check("HttpsysQueryUrlPort", HttpsysQueryUrlPort(NULL, group, wide, &taken));
        port = taken;
    }
#endif

    /* The workers must not take the signals that main waits for. */
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &signals, NULL);
    while (started < THREADS &&
           pthread_create(&threads[started], NULL, worker, queue) == 0) {
        started++;
    }
    memset(&overlapped, 0, sizeof(overlapped));
    if (started == 0 || !make_room(&buffer, 4096)) {
        return 1;
    }
    printf("listening on http://localhost:%d/\n", port);
    fflush(stdout);
    sigwait(&signals, &signal_number);

    tell_proxies(grace);
    left = end_gracefully(group, queue, seconds, &buffer, &overlapped);
    HttpCloseRequestQueue(queue); /* step 4 */
    while (started > 0) {
        pthread_join(threads[--started], NULL);
    }
    HttpCloseUrlGroup(group);
    HttpCloseServerSession(session);
    HttpTerminate(HTTP_INITIALIZE_SERVER, NULL);
    free(buffer.request); /* no receive is left that could write to it */
    printf("%d broken off\n", left);
    return left == 0 ? 0 : 3;
}
