/* A small server on http.h alone: text, echo, a streamed response, and a cancelled request.
 *
 *   hello [PORT|URL [THREADS]]      port 8080 and 4 threads if not given; ends on SIGINT, SIGTERM;
 *                                   off Windows 0 is a free port, which the first line tells.
 *                                   hello https://localhost:8443/ serves https: the certificate is the
 *                                   one that is bound to the port or to localhost in the configuration
 *
 *   GET  /          a line of text; HEAD its head alone
 *   POST /echo      the body that was sent, up to 1 MiB
 *   GET  /stream    a response in pieces, framed by this program
 *   GET  /cancel    no response: the connection is reset
 *   GET  /tls       what there is to know of the TLS session and of the client's certificate
 *
 * Each thread receives a request, answers it, and receives the next one. Build:
 *
 *   cc -I crates/httpapi/include hello.c -L target/release -lhttpapi -lpthread -o hello
 */
#include <http.h>

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_THREADS 64
#define MAX_ECHO (1024 * 1024)
#define MAX_URL 256

/* ---- Responses ---- */

static void set_header(HTTP_RESPONSE *response, HTTP_HEADER_ID id, const char *value)
{
    response->Headers.KnownHeaders[id].pRawValue = value;
    response->Headers.KnownHeaders[id].RawValueLength = (USHORT)strlen(value);
}

static void begin(HTTP_RESPONSE *response, USHORT status, const char *reason, const char *type)
{
    memset(response, 0, sizeof(*response));
    response->StatusCode = status;
    response->pReason = reason;
    response->ReasonLength = (USHORT)strlen(reason);
    set_header(response, HttpHeaderContentType, type);
}

static HTTP_DATA_CHUNK memory_chunk(const void *bytes, size_t length)
{
    HTTP_DATA_CHUNK chunk;
    memset(&chunk, 0, sizeof(chunk));
    chunk.DataChunkType = HttpDataChunkFromMemory;
    chunk.FromMemory.pBuffer = (void *)bytes;
    chunk.FromMemory.BufferLength = (ULONG)length;
    return chunk;
}

/* Sends a whole response. To HEAD it has the length of the body and not the body, which the client
 * would take for the next response: the service sends what it is given. */
static ULONG send_all(HANDLE queue, const HTTP_REQUEST *request, HTTP_RESPONSE *response,
                      const void *body, size_t length)
{
    HTTP_DATA_CHUNK chunk = memory_chunk(body, length);
    char digits[24];

    snprintf(digits, sizeof(digits), "%lu", (unsigned long)length);
    set_header(response, HttpHeaderContentLength, digits);
    response->EntityChunkCount = request->Verb != HttpVerbHEAD;
    response->pEntityChunks = &chunk;
    return HttpSendHttpResponse(queue, request->RequestId, 0, response, NULL, NULL, NULL, 0, NULL,
                                NULL);
}

static ULONG send_text(HANDLE queue, const HTTP_REQUEST *request, USHORT status,
                       const char *reason, const char *text)
{
    HTTP_RESPONSE response;
    begin(&response, status, reason, "text/plain");
    return send_all(queue, request, &response, text, strlen(text));
}

/* ---- The things this server does ---- */

/* Reads the body until ERROR_HANDLE_EOF says that it is complete, then sends it back. */
static ULONG echo(HANDLE queue, const HTTP_REQUEST *request)
{
    HTTP_REQUEST_ID id = request->RequestId;
    ULONG length = 0, got = 0;
    ULONG error = NO_ERROR;
    char *body = malloc(MAX_ECHO);

    if (body == NULL) {
        return send_text(queue, request, 500, "Internal Server Error", "out of memory\n");
    }
    while (error == NO_ERROR && length < MAX_ECHO) {
        error = HttpReceiveRequestEntityBody(queue, id, 0, body + length, MAX_ECHO - length, &got,
                                             NULL);
        if (error == NO_ERROR) {
            length += got;
        }
    }
    if (error == ERROR_HANDLE_EOF) {
        HTTP_RESPONSE response;
        begin(&response, 200, "OK", "application/octet-stream");
        error = send_all(queue, request, &response, body, length);
    } else if (error == NO_ERROR) {
        error = send_text(queue, request, 413, "Content Too Large", "at most 1 MiB\n");
    }
    free(body);
    return error;
}

/* Sends the head, then pieces. On HTTP/1.1 the service does not frame them: the chunked coding is ours. On HTTP/2 they
 * go as they are, in frames. */
static ULONG stream(HANDLE queue, const HTTP_REQUEST *request)
{
    static const char end[] = "0\r\n\r\n";
    HTTP_REQUEST_ID id = request->RequestId;
    int is_chunked = (request->Flags & HTTP_REQUEST_FLAG_HTTP2) == 0;
    HTTP_RESPONSE response;
    HTTP_DATA_CHUNK chunk;
    ULONG error;
    int n;

    begin(&response, 200, "OK", "text/plain");
    if (is_chunked) {
        set_header(&response, HttpHeaderTransferEncoding, "chunked");
    }
    error = HttpSendHttpResponse(queue, id, HTTP_SEND_RESPONSE_FLAG_MORE_DATA, &response, NULL,
                                 NULL, NULL, 0, NULL, NULL);
    for (n = 1; n <= 5 && error == NO_ERROR; n++) {
        char line[32], framed[64];
        int length = snprintf(line, sizeof(line), "piece %d of 5\n", n);

        chunk = memory_chunk(line, (size_t)length);
        if (is_chunked) {
            length = snprintf(framed, sizeof(framed), "%x\r\n%s\r\n", (unsigned)length, line);
            chunk = memory_chunk(framed, (size_t)length);
        }
        error = HttpSendResponseEntityBody(queue, id, HTTP_SEND_RESPONSE_FLAG_MORE_DATA, 1, &chunk,
                                           NULL, NULL, 0, NULL, NULL);
    }
    if (error == NO_ERROR) {
        chunk = memory_chunk(end, sizeof(end) - 1);
        error = HttpSendResponseEntityBody(queue, id, 0, is_chunked ? 1 : 0, &chunk, NULL, NULL, 0, NULL,
                                           NULL);
    }
    return error;
}

/* What version 2 of the API tells of TLS beside pSslInfo. NULL over http. */
static const HTTP_SSL_PROTOCOL_INFO *protocol_of(const HTTP_REQUEST *request)
{
    USHORT n;

    for (n = 0; n < request->RequestInfoCount; n++) {
        if (request->pRequestInfo[n].InfoType == HttpRequestInfoTypeSslProtocol) {
            return request->pRequestInfo[n].pInfo;
        }
    }
    return NULL;
}

/* One line on the client's certificate. The first buffer holds the structure alone: it says how long the
 * certificate is. */
static ULONG describe_client(HANDLE queue, const HTTP_REQUEST *request, char *out, size_t size)
{
    HTTP_SSL_CLIENT_CERT_INFO fixed, *info = &fixed;
    ULONG bytes, length = sizeof(fixed);
    ULONG error = HttpReceiveClientCertificate(queue, request->ConnectionId, 0, info, length, &bytes,
                                               NULL);

    if (error == ERROR_MORE_DATA) {
        length = sizeof(fixed) + fixed.CertEncodedSize;
        info = malloc(length);
        if (info == NULL) {
            return ERROR_NOT_ENOUGH_MEMORY;
        }
        error = HttpReceiveClientCertificate(queue, request->ConnectionId, 0, info, length, &bytes,
                                             NULL);
    }
    if (error == NO_ERROR) {
        snprintf(out, size, "client %lu bytes, verdict 0x%08lx\n",
                 (unsigned long)info->CertEncodedSize, (unsigned long)info->CertFlags);
    } else if (error == ERROR_NOT_FOUND) {
        snprintf(out, size, "client none\n");
        error = NO_ERROR;
    }
    if (info != &fixed) {
        free(info);
    }
    return error;
}

static ULONG describe_tls(HANDLE queue, const HTTP_REQUEST *request)
{
    const HTTP_SSL_PROTOCOL_INFO *protocol = protocol_of(request);
    char text[1024];
    char client[128] = "";
    ULONG error;

    if (request->pSslInfo == NULL || protocol == NULL) {
        return send_text(queue, request, 200, "OK", "no TLS\n");
    }
    error = describe_client(queue, request, client, sizeof(client));
    if (error != NO_ERROR) {
        return error;
    }
    snprintf(text, sizeof(text), "protocol %s\ncipher %lu bits\nserver %s, %u bits\n%s",
             protocol->Protocol & 0x1000 ? "TLS 1.3" : "TLS 1.2",
             (unsigned long)protocol->CipherStrength, request->pSslInfo->pServerCertSubject,
             (unsigned)request->pSslInfo->ServerCertKeySize, client);
    return send_text(queue, request, 200, "OK", text);
}

/* Whether the decoded path of the request, which is UTF-16, is this one. */
static int has_path(const HTTP_REQUEST *request, const char *path)
{
    USHORT units = request->CookedUrl.AbsPathLength / sizeof(WCHAR);
    USHORT n;

    if (units != strlen(path)) {
        return 0;
    }
    for (n = 0; n < units; n++) {
        if (request->CookedUrl.pAbsPath[n] != (WCHAR)path[n]) {
            return 0;
        }
    }
    return 1;
}

static void answer(HANDLE queue, const HTTP_REQUEST *request)
{
    HTTP_REQUEST_ID id = request->RequestId;
    ULONG error;

    if ((request->Verb == HttpVerbGET || request->Verb == HttpVerbHEAD) && has_path(request, "/")) {
        error = send_text(queue, request, 200, "OK", "hello from the HTTP Server API\n");
    } else if (request->Verb == HttpVerbPOST && has_path(request, "/echo")) {
        error = echo(queue, request);
    } else if (request->Verb == HttpVerbGET && has_path(request, "/stream")) {
        error = stream(queue, request);
    } else if (request->Verb == HttpVerbGET && has_path(request, "/cancel")) {
        error = HttpCancelHttpRequest(queue, id, NULL);
    } else if (request->Verb == HttpVerbGET && has_path(request, "/tls")) {
        error = describe_tls(queue, request);
    } else {
        error = send_text(queue, request, 404, "Not Found", "nothing here\n");
    }
    /* The last two: the client has gone, before the call or during it, which is not our problem. */
    if (error != NO_ERROR && error != ERROR_CONNECTION_INVALID && error != ERROR_NETNAME_DELETED) {
        fprintf(stderr, "request %llx: error %u\n", (unsigned long long)id, (unsigned)error);
        HttpCancelHttpRequest(queue, id, NULL); /* or its client would wait on */
    }
}

/* ---- Receiving ---- */

static void *worker(void *argument)
{
    HANDLE queue = argument;
    ULONG size = 4096, bytes = 0;
    HTTP_REQUEST *request = malloc(size);
    HTTP_REQUEST_ID id = HTTP_NULL_ID; /* the next request */

    while (request != NULL) {
        ULONG error = HttpReceiveHttpRequest(queue, id, 0, request, size, &bytes, NULL);
        if (error == NO_ERROR) {
            answer(queue, request);
            id = HTTP_NULL_ID;
        } else if (error == ERROR_MORE_DATA) {
            /* It is ours now, but did not fit: ask for it again by its id. */
            id = request->RequestId;
            size = bytes;
            free(request);
            request = malloc(size);
        } else if (error == ERROR_CONNECTION_INVALID) {
            id = HTTP_NULL_ID; /* its client has gone meanwhile */
        } else {
            break; /* ERROR_OPERATION_ABORTED or ERROR_INVALID_HANDLE: the queue was shut down */
        }
    }
    free(request);
    return NULL;
}

/* ---- Setting up ---- */

static void check(const char *what, ULONG error)
{
    if (error != NO_ERROR) {
        fprintf(stderr, "%s: error %u\n", what, (unsigned)error);
        exit(1);
    }
}

/* Registers the URL and returns its port, which may be given as 0. */
static int add_url(HTTP_URL_GROUP_ID group, const char *url, int port)
{
    WCHAR wide[MAX_URL];
    size_t n, length = strlen(url);

    for (n = 0; n <= length; n++) {
        wide[n] = (WCHAR)(unsigned char)url[n];
    }
    check("HttpAddUrlToUrlGroup", HttpAddUrlToUrlGroup(group, wide, 0, 0));
#ifdef HTTPSYS_EXTENSION_H /* HTTP.sys has no port 0 */
    if (port == 0) {
        USHORT taken;
        check("HttpsysQueryUrlPort", HttpsysQueryUrlPort(NULL, group, wide, &taken));
        return taken;
    }
#endif
    return port;
}

/* -1 for what is no number of 16 bits. */
static int number(const char *text)
{
    char *end;
    long value = strtol(text, &end, 10);

    return end == text || *end != '\0' || value < 0 || value > 65535 ? -1 : (int)value;
}

/* Takes PORT or URL: fills `url`, which has MAX_URL bytes, and returns the port. -1 for neither. */
static int read_url(const char *argument, char *url)
{
    const char *colon = strrchr(argument, ':');
    char digits[8];
    size_t length;

    if (strncmp(argument, "http", 4) != 0) {
        snprintf(url, MAX_URL, "http://localhost:%s/", argument);
        return number(argument);
    }
    length = colon == NULL ? 0 : strspn(colon + 1, "0123456789");
    if (length == 0 || length >= sizeof(digits) || strlen(argument) >= MAX_URL) {
        return -1;
    }
    memcpy(digits, colon + 1, length);
    digits[length] = '\0';
    strcpy(url, argument);
    return number(digits);
}

int main(int argc, char **argv)
{
    HTTPAPI_VERSION version = HTTPAPI_VERSION_2;
    HTTP_SERVER_SESSION_ID session;
    HTTP_URL_GROUP_ID group;
    HTTP_BINDING_INFO binding;
    HANDLE queue;
    pthread_t threads[MAX_THREADS];
    sigset_t signals;
    char url[MAX_URL];
    int port = read_url(argc > 1 ? argv[1] : "8080", url);
    int wanted = argc > 2 ? number(argv[2]) : 4;
    int running = 0, signal_number;

    if (port < 0 || wanted < 1 || wanted > MAX_THREADS) {
        fprintf(stderr, "usage: hello [PORT|URL [THREADS]]\n");
        return 2;
    }
    check("HttpInitialize", HttpInitialize(version, HTTP_INITIALIZE_SERVER, NULL));
    check("HttpCreateServerSession", HttpCreateServerSession(version, &session, 0));
    check("HttpCreateUrlGroup", HttpCreateUrlGroup(session, &group, 0));
    check("HttpCreateRequestQueue", HttpCreateRequestQueue(version, NULL, NULL, 0, &queue));

    memset(&binding, 0, sizeof(binding));
    binding.Flags.Present = 1;
    binding.RequestQueueHandle = queue;
    check("HttpSetUrlGroupProperty",
          HttpSetUrlGroupProperty(group, HttpServerBindingProperty, &binding, sizeof(binding)));
    port = add_url(group, url, port);

    /* The workers must not take the signals that main waits for. */
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &signals, NULL);
    while (running < wanted && pthread_create(&threads[running], NULL, worker, queue) == 0) {
        running++;
    }
    printf("listening on %s://localhost:%d/\n", url[4] == 's' ? "https" : "http", port);
    fflush(stdout);
    sigwait(&signals, &signal_number);

    HttpShutdownRequestQueue(queue);
    while (running > 0) {
        pthread_join(threads[--running], NULL);
    }
    HttpCloseUrlGroup(group);
    HttpCloseServerSession(session);
    HttpCloseRequestQueue(queue);
    HttpTerminate(HTTP_INITIALIZE_SERVER, NULL);
    return 0;
}
