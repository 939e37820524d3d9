/* The routes of the benchmark on the HTTP Server API: what a C program gets from libhttpapi.
 *
 *   httpapi_peer PORT [THREADS] [sync|iocp] [PREFIXES] [LOGS|-] [http|https] [cached]
 *                                                  (2 threads, sync, 1 prefix, no log, http)
 *
 * GET /hello and GET /api/v1/items/N: 200 text/plain "Hello, World!"; POST /upload: reads the body
 * and answers its length in decimal; GET /big: 1 MiB of x; GET /128 and GET /64k: so many bytes of it;
 * GET /file: 1 MiB from a file chunk;
 * GET /cancel: HttpCancelHttpRequest; anything else: 404. Prefixes beyond the first are
 * http://+:PORT/unused/N/. LOGS is a directory for a W3C log, with the fields that most programs give.
 * https needs a certificate for the port in the configuration store. cached: every 200 is left in the response
 * cache.
 *
 * sync: each thread blocks in HttpReceiveHttpRequest. iocp: one completion port, THREADS waiters,
 * OUTSTANDING receives, completions at once skip the port; answers are sent synchronously.
 *
 * Only documented calls of http.h and windows.h, so that it builds on Windows too (httpapi.lib).
 * The process runs until it is killed; it frees nothing at the end. */
#ifdef _WIN32
#ifndef _WIN32_WINNT
#define _WIN32_WINNT 0x0A00
#endif
#include <winsock2.h>
#endif
#include <windows.h>

#include <http.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    RECEIVE_BYTES = 4096,
    BODY_BYTES = 65536,
    BIG_BYTES = 1 << 20,
    OUTSTANDING = 64,
    MAX_THREADS = 64,
    SKIP_PORT_ON_SUCCESS = 1 /* FILE_SKIP_COMPLETION_PORT_ON_SUCCESS */
};

static HANDLE queue, port, big_file;
static char *big;
static const char *logs;
static const char *scheme = "http";
static HTTP_CACHE_POLICY policy; /* HttpCachePolicyNocache is 0. */

/* A receive that is under way. ov is the first field: its address is that of the whole. */
struct pending {
    OVERLAPPED ov;
    HTTP_REQUEST *request;
    ULONG size;
};

static void *need(void *memory)
{
    if (!memory) {
        fputs("httpapi_peer: out of memory\n", stderr);
        exit(1);
    }
    return memory;
}

/* The fields of the request, as the documentation has them filled. */
static HTTP_LOG_DATA *log_data(const HTTP_REQUEST *q, USHORT status, HTTP_LOG_FIELDS_DATA *log)
{
    const HTTP_KNOWN_HEADER *known = q->Headers.KnownHeaders;

    memset(log, 0, sizeof(*log));
    log->Base.Type = HttpLogDataTypeFields;
    log->UriStem = (PWCHAR)q->CookedUrl.pAbsPath;
    log->UriStemLength = q->CookedUrl.AbsPathLength;
    log->Method = q->Verb == HttpVerbPOST ? "POST" : "GET";
    log->MethodLength = (USHORT)strlen(log->Method);
    log->Host = (PCHAR)known[HttpHeaderHost].pRawValue;
    log->HostLength = known[HttpHeaderHost].RawValueLength;
    log->UserAgent = (PCHAR)known[HttpHeaderUserAgent].pRawValue;
    log->UserAgentLength = known[HttpHeaderUserAgent].RawValueLength;
    log->ClientIp = "127.0.0.1";
    log->ClientIpLength = 9;
    log->ProtocolStatus = status;
    log->MethodNum = q->Verb;
    return (HTTP_LOG_DATA *)log;
}

/* Turns a W3C log on: one file, all fields of HTTP_LOG_FIELDS_DATA. */
static ULONG open_log(HTTP_URL_GROUP_ID group)
{
    HTTP_LOGGING_INFO info;
    WCHAR wide[212];
    USHORT i;

    for (i = 0; logs[i] && i < 212; ++i) wide[i] = (WCHAR)logs[i];
    memset(&info, 0, sizeof(info));
    info.Flags.Present = 1;
    info.DirectoryName = wide;
    info.DirectoryNameLength = (USHORT)(i * sizeof(WCHAR));
    info.Format = HttpLoggingTypeW3C;
    info.Fields = 0x3FFFFF;
    info.RolloverType = HttpLoggingRolloverSize;
    info.RolloverSize = HTTP_LIMIT_INFINITE;
    return HttpSetUrlGroupProperty(group, HttpServerLoggingProperty, &info, sizeof(info));
}

static void send_body(const HTTP_REQUEST *q, USHORT status, const char *text, ULONG length)
{
    HTTP_LOG_FIELDS_DATA log;
    HTTP_RESPONSE response;
    HTTP_DATA_CHUNK chunk;
    HTTP_KNOWN_HEADER *type;
    ULONG sent;

    memset(&response, 0, sizeof(response));
    memset(&chunk, 0, sizeof(chunk));
    response.StatusCode = status;
    response.pReason = status == 200 ? "OK" : "Not Found";
    response.ReasonLength = (USHORT)strlen(response.pReason);
    type = &response.Headers.KnownHeaders[HttpHeaderContentType];
    type->pRawValue = "text/plain";
    type->RawValueLength = 10;
    chunk.DataChunkType = HttpDataChunkFromMemory;
    chunk.FromMemory.pBuffer = (void *)text;
    chunk.FromMemory.BufferLength = length;
    response.EntityChunkCount = 1;
    response.pEntityChunks = &chunk;
    /* It fails when the client is gone; the load generator counts that on its side. */
    HttpSendHttpResponse(queue, q->RequestId, 0, &response, status == 200 ? &policy : NULL, &sent,
                         NULL, 0, NULL, logs ? log_data(q, status, &log) : NULL);
}

/* A file of BIG_BYTES, open for reading; removed from its folder already where that is possible. */
static int open_big_file(int number)
{
    const char *folder = getenv("TMPDIR");
    char name[256];
    WCHAR wide[256];
    FILE *file;
    int i = -1;

    snprintf(name, sizeof(name), "%s/httpapi_peer.%d", folder ? folder : "/tmp", number);
    do {
        ++i;
        wide[i] = (WCHAR)name[i];
    } while (name[i]);
    file = fopen(name, "wb");
    if (!file || fwrite(big, BIG_BYTES, 1, file) != 1 || fclose(file)) return 1;
    big_file = CreateFileW(wide, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_DELETE, NULL, OPEN_EXISTING,
                           FILE_ATTRIBUTE_NORMAL, NULL);
    remove(name);
    return big_file == INVALID_HANDLE_VALUE;
}

static void send_file(HTTP_REQUEST_ID id)
{
    HTTP_RESPONSE response;
    HTTP_DATA_CHUNK chunk;

    memset(&response, 0, sizeof(response));
    memset(&chunk, 0, sizeof(chunk));
    response.StatusCode = 200;
    response.pReason = "OK";
    response.ReasonLength = 2;
    chunk.DataChunkType = HttpDataChunkFromFileHandle;
    chunk.FromFileHandle.FileHandle = big_file;
    chunk.FromFileHandle.ByteRange.Length.QuadPart = BIG_BYTES;
    response.EntityChunkCount = 1;
    response.pEntityChunks = &chunk;
    HttpSendHttpResponse(queue, id, 0, &response, NULL, NULL, NULL, 0, NULL, NULL);
}

static int is(const HTTP_REQUEST *q, const char *path)
{
    size_t length = strlen(path);
    return q->RawUrlLength == length && !memcmp(q->pRawUrl, path, length);
}

static int is_item(const HTTP_REQUEST *q)
{
    static const char items[] = "/api/v1/items/";
    USHORT i, prefix = sizeof(items) - 1;

    if (q->RawUrlLength <= prefix || memcmp(q->pRawUrl, items, prefix)) return 0;
    for (i = prefix; i < q->RawUrlLength; ++i)
        if (q->pRawUrl[i] < '0' || q->pRawUrl[i] > '9') return 0;
    return 1;
}

static void answer_upload(const HTTP_REQUEST *q, char *scratch)
{
    unsigned long long total = 0;
    ULONG rc = ERROR_HANDLE_EOF, got;
    char text[24];

    if (q->Flags & HTTP_REQUEST_FLAG_MORE_ENTITY_BODY_EXISTS) {
        while ((rc = HttpReceiveRequestEntityBody(queue, q->RequestId, 0, scratch, BODY_BYTES,
                                                  &got, NULL)) == NO_ERROR)
            total += got;
    }
    if (rc != ERROR_HANDLE_EOF) return;
    got = (ULONG)snprintf(text, sizeof(text), "%llu", total);
    send_body(q, 200, text, got);
}

static void answer(const HTTP_REQUEST *q, char *scratch)
{
    int get = q->Verb == HttpVerbGET;

    if (get && (is(q, "/hello") || is_item(q)))
        send_body(q, 200, "Hello, World!", 13);
    else if (get && is(q, "/big"))
        send_body(q, 200, big, BIG_BYTES);
    else if (get && is(q, "/128"))
        send_body(q, 200, big, 128);
    else if (get && is(q, "/64k"))
        send_body(q, 200, big, 65536);
    else if (get && is(q, "/file"))
        send_file(q->RequestId);
    else if (get && is(q, "/cancel"))
        HttpCancelHttpRequest(queue, q->RequestId, NULL);
    else if (q->Verb == HttpVerbPOST && is(q, "/upload"))
        answer_upload(q, scratch);
    else
        send_body(q, 404, "not found", 9);
}

/* Makes the buffer as large as the request whose head is in it needs; returns its id. */
static HTTP_REQUEST_ID grow(HTTP_REQUEST **q, ULONG *size, ULONG needed)
{
    HTTP_REQUEST_ID id = (*q)->RequestId;

    free(*q);
    *size = needed;
    *q = need(malloc(needed));
    return id;
}

static DWORD WINAPI sync_worker(void *unused)
{
    ULONG size = RECEIVE_BYTES, got, rc;
    HTTP_REQUEST *q = need(malloc(size));
    HTTP_REQUEST_ID id = HTTP_NULL_ID;
    char *scratch = need(malloc(BODY_BYTES));

    (void)unused;
    for (;;) {
        rc = HttpReceiveHttpRequest(queue, id, 0, q, size, &got, NULL);
        if (rc == ERROR_MORE_DATA) {
            id = grow(&q, &size, got);
            continue;
        }
        id = HTTP_NULL_ID;
        if (rc == NO_ERROR)
            answer(q, scratch);
        else if (rc != ERROR_CONNECTION_INVALID)
            break;
    }
    fprintf(stderr, "httpapi_peer: HttpReceiveHttpRequest: %u\n", (unsigned)rc);
    return 0;
}

/* Issues a receive and answers what completes at once, until one is pending. */
static void issue(struct pending *p, HTTP_REQUEST_ID id, char *scratch)
{
    ULONG rc;

    for (;;) {
        ULONG got = 0;

        memset(&p->ov, 0, sizeof(p->ov));
        rc = HttpReceiveHttpRequest(queue, id, 0, p->request, p->size, &got, &p->ov);
        if (rc == ERROR_IO_PENDING) return;
        if (rc == ERROR_MORE_DATA) {
            id = grow(&p->request, &p->size, got);
            continue;
        }
        id = HTTP_NULL_ID;
        if (rc == NO_ERROR)
            answer(p->request, scratch);
        else if (rc != ERROR_CONNECTION_INVALID)
            break;
    }
    fprintf(stderr, "httpapi_peer: HttpReceiveHttpRequest: %u\n", (unsigned)rc);
}

static DWORD WINAPI port_worker(void *unused)
{
    char *scratch = need(malloc(BODY_BYTES));

    (void)unused;
    for (;;) {
        DWORD bytes = 0;
        ULONG_PTR key;
        OVERLAPPED *ov = NULL;
        HTTP_REQUEST_ID id = HTTP_NULL_ID;
        BOOL ok = GetQueuedCompletionStatus(port, &bytes, &key, &ov, INFINITE);
        struct pending *p = (struct pending *)ov;

        if (!p) break;
        if (ok)
            answer(p->request, scratch);
        else if (GetLastError() == ERROR_MORE_DATA)
            id = grow(&p->request, &p->size, bytes);
        else if (GetLastError() == ERROR_OPERATION_ABORTED)
            break;
        issue(p, id, scratch);
    }
    free(scratch);
    return 0;
}

static int fail(const char *what, ULONG rc)
{
    fprintf(stderr, "httpapi_peer: %s: %u\n", what, (unsigned)rc);
    return 1;
}

/* A request queue for SCHEME://+:PORT/; 0 when it worked. */
static int open_queue(int number, int prefixes)
{
    HTTPAPI_VERSION v = {2, 0};
    HTTP_SERVER_SESSION_ID session;
    HTTP_URL_GROUP_ID group;
    HTTP_BINDING_INFO binding;
    char url[64];
    WCHAR wide[64];
    ULONG length = 65535, rc;
    int i, n;

    if ((rc = HttpInitialize(v, HTTP_INITIALIZE_SERVER, NULL))) return fail("HttpInitialize", rc);
    if ((rc = HttpCreateServerSession(v, &session, 0))) return fail("HttpCreateServerSession", rc);
    if ((rc = HttpCreateUrlGroup(session, &group, 0))) return fail("HttpCreateUrlGroup", rc);
    if ((rc = HttpCreateRequestQueue(v, NULL, NULL, 0, &queue)))
        return fail("HttpCreateRequestQueue", rc);
    /* By default the 1,001st request that waits is refused with a reset: 1,024 connections reach that. */
    rc = HttpSetRequestQueueProperty(queue, HttpServerQueueLengthProperty, &length, sizeof(length), 0, NULL);
    if (rc) return fail("HttpSetRequestQueueProperty", rc);
    memset(&binding, 0, sizeof(binding));
    binding.Flags.Present = 1;
    binding.RequestQueueHandle = queue;
    rc = HttpSetUrlGroupProperty(group, HttpServerBindingProperty, &binding, sizeof(binding));
    if (rc) return fail("HttpSetUrlGroupProperty", rc);
    for (n = 0; n < prefixes; ++n) {
        if (n)
            snprintf(url, sizeof(url), "%s://+:%d/unused/%d/", scheme, number, n);
        else
            snprintf(url, sizeof(url), "%s://+:%d/", scheme, number);
        i = -1;
        do {
            ++i;
            wide[i] = (WCHAR)url[i];
        } while (url[i]);
        if ((rc = HttpAddUrlToUrlGroup(group, wide, 0, 0))) return fail("HttpAddUrlToUrlGroup", rc);
    }
    if (logs && (rc = open_log(group))) return fail("HttpServerLoggingProperty", rc);
    printf("listening on %s\n", url);
    fflush(stdout);
    return 0;
}

static int open_port(void)
{
    char *scratch = need(malloc(BODY_BYTES));
    int i;

    port = CreateIoCompletionPort(queue, NULL, 1, 0);
    if (!port) return fail("CreateIoCompletionPort", GetLastError());
    if (!SetFileCompletionNotificationModes(queue, SKIP_PORT_ON_SUCCESS))
        return fail("SetFileCompletionNotificationModes", GetLastError());
    for (i = 0; i < OUTSTANDING; ++i) {
        struct pending *p = need(calloc(1, sizeof(*p)));
        p->size = RECEIVE_BYTES;
        p->request = need(malloc(p->size));
        issue(p, HTTP_NULL_ID, scratch);
    }
    free(scratch);
    return 0;
}

/* Set by SIGTERM: main returns, and what is linked in may write what it has at the end, such as the counts of a build
   that makes a profile. */
static volatile sig_atomic_t ended;

static void end(int number)
{
    (void)number;
    ended = 1;
}

int main(int argc, char **argv)
{
    int number = argc > 1 ? atoi(argv[1]) : 0;
    int threads = argc > 2 ? atoi(argv[2]) : 2;
    int iocp = argc > 3 && !strcmp(argv[3], "iocp");
    int prefixes = argc > 4 ? atoi(argv[4]) : 1;
    HANDLE workers[MAX_THREADS];
    int i;

    if (number < 1 || number > 65535 || threads < 1 || threads > MAX_THREADS ||
        prefixes < 1 || (argc > 3 && !iocp && strcmp(argv[3], "sync"))) {
        fputs("usage: httpapi_peer PORT [THREADS] [sync|iocp] [PREFIXES] [LOGS|-] [http|https] [cached]\n",
              stderr);
        return 2;
    }
    logs = argc > 5 && strcmp(argv[5], "-") ? argv[5] : NULL;
    if (argc > 6 && !strcmp(argv[6], "https")) scheme = "https";
    if (argc > 7 && !strcmp(argv[7], "cached")) policy.Policy = HttpCachePolicyUserInvalidates;
    big = need(malloc(BIG_BYTES));
    memset(big, 'x', BIG_BYTES);
    if (open_big_file(number)) return fail("the file", GetLastError());
    if (open_queue(number, prefixes) || (iocp && open_port())) return 1;
    for (i = 0; i < threads; ++i) {
        workers[i] = CreateThread(NULL, 0, iocp ? port_worker : sync_worker, NULL, 0, NULL);
        if (!workers[i]) return fail("CreateThread", GetLastError());
    }
    signal(SIGTERM, end);
    for (i = 0; i < threads; ++i)
        while (WaitForSingleObject(workers[i], 100) == WAIT_TIMEOUT)
            if (ended) return 0;
    return 1;
}
