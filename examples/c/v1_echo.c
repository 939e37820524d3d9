/* Version 1 of the API, one thread, blocking calls: GET gets a line of text, POST gets its body
 * back while it arrives. HEAD gets the head that GET would get.
 *
 *   v1_echo URL...              for instance: v1_echo http://localhost:8080/
 *
 * A GET of a path that ends in /quit ends the program; the exit code is 0 if nothing failed.
 *
 * On Windows: cl v1_echo.c httpapi.lib
 * Elsewhere:  httpsys-cc v1_echo.c -o v1_echo (in tools)
 */
#define WIN32_LEAN_AND_MEAN
#include <windows.h>

#include <http.h>

#include <stdio.h>
#include <string.h>

#define FIRST_SIZE (sizeof(HTTP_REQUEST) + 2048)
#define PIECE 4096

static void *allocate(size_t size)
{
    return HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY, size);
}

static void release(void *memory)
{
    if (memory != NULL) {
        HeapFree(GetProcessHeap(), 0, memory);
    }
}

static int asks_to_quit(const HTTP_REQUEST *request)
{
    size_t length = request->CookedUrl.AbsPathLength / sizeof(WCHAR);

    return request->Verb == HttpVerbGET && length >= 5 &&
           memcmp(request->CookedUrl.pAbsPath + length - 5, L"/quit", 5 * sizeof(WCHAR)) == 0;
}

static void set_header(HTTP_RESPONSE *response, HTTP_HEADER_ID id, const char *value, size_t length)
{
    response->Headers.KnownHeaders[id].pRawValue = value;
    response->Headers.KnownHeaders[id].RawValueLength = (USHORT)length;
}

static void set_status(HTTP_RESPONSE *response, USHORT status, const char *reason)
{
    memset(response, 0, sizeof(*response));
    response->StatusCode = status;
    response->pReason = reason;
    response->ReasonLength = (USHORT)strlen(reason);
    set_header(response, HttpHeaderContentType, "text/plain", 10);
}

static void set_memory(HTTP_DATA_CHUNK *chunk, const void *bytes, size_t length)
{
    memset(chunk, 0, sizeof(*chunk));
    chunk->DataChunkType = HttpDataChunkFromMemory;
    chunk->FromMemory.pBuffer = (PVOID)bytes;
    chunk->FromMemory.BufferLength = (ULONG)length;
}

/* To HEAD without the body: the client would take it for the next response. */
static ULONG send_text(HANDLE queue, const HTTP_REQUEST *request, USHORT status,
                       const char *reason, const char *text)
{
    HTTP_RESPONSE response;
    HTTP_DATA_CHUNK chunk;
    char length[24];
    ULONG sent = 0;

    set_status(&response, status, reason);
    set_memory(&chunk, text, strlen(text));
    snprintf(length, sizeof(length), "%lu", (unsigned long)strlen(text));
    set_header(&response, HttpHeaderContentLength, length, strlen(length));
    response.EntityChunkCount = request->Verb != HttpVerbHEAD;
    response.pEntityChunks = &chunk;
    return HttpSendHttpResponse(queue, request->RequestId, 0, &response, NULL, &sent, NULL, 0, NULL,
                                NULL);
}

/* Sends one piece of the body. Without a Content-Length the program writes the chunked coding. */
static ULONG send_piece(HANDLE queue, HTTP_REQUEST_ID id, int coded, const void *bytes,
                        ULONG length)
{
    HTTP_DATA_CHUNK chunks[3];
    char size[16];

    if (!coded) {
        set_memory(&chunks[0], bytes, length);
        return HttpSendResponseEntityBody(queue, id, HTTP_SEND_RESPONSE_FLAG_MORE_DATA, 1, chunks,
                                          NULL, NULL, 0, NULL, NULL);
    }
    snprintf(size, sizeof(size), "%x\r\n", (unsigned)length);
    set_memory(&chunks[0], size, strlen(size));
    set_memory(&chunks[1], bytes, length);
    set_memory(&chunks[2], "\r\n", 2);
    return HttpSendResponseEntityBody(queue, id, HTTP_SEND_RESPONSE_FLAG_MORE_DATA, 3, chunks, NULL,
                                      NULL, 0, NULL, NULL);
}

/* Answers a POST with its own body. */
static ULONG echo(HANDLE queue, const HTTP_REQUEST *request)
{
    const HTTP_KNOWN_HEADER *length = &request->Headers.KnownHeaders[HttpHeaderContentLength];
    int http2 = (request->Flags & HTTP_REQUEST_FLAG_HTTP2) != 0; /* it has frames of its own */
    int coded = length->RawValueLength == 0 && !http2;
    HTTP_RESPONSE response;
    HTTP_DATA_CHUNK last;
    ULONG error, got;
    char *piece;

    if (coded && (request->Version.MajorVersion < 1 ||
                  (request->Version.MajorVersion == 1 && request->Version.MinorVersion < 1))) {
        return send_text(queue, request, 411, "Length Required", "How long?\r\n");
    }
    piece = (char *)allocate(PIECE);
    if (piece == NULL) {
        return ERROR_NOT_ENOUGH_MEMORY;
    }
    set_status(&response, 200, "OK");
    if (coded) {
        set_header(&response, HttpHeaderTransferEncoding, "chunked", 7);
    } else if (length->RawValueLength != 0) {
        set_header(&response, HttpHeaderContentLength, length->pRawValue, length->RawValueLength);
    }
    error = HttpSendHttpResponse(queue, request->RequestId, HTTP_SEND_RESPONSE_FLAG_MORE_DATA,
                                 &response, NULL, NULL, NULL, 0, NULL, NULL);
    while (error == NO_ERROR) {
        got = 0;
        error =
            HttpReceiveRequestEntityBody(queue, request->RequestId, 0, piece, PIECE, &got, NULL);
        if (got != 0 && (error == NO_ERROR || error == ERROR_HANDLE_EOF)) {
            ULONG sent = send_piece(queue, request->RequestId, coded, piece, got);
            error = sent != NO_ERROR ? sent : error;
        }
    }
    if (error == ERROR_HANDLE_EOF) { /* the whole body was read */
        set_memory(&last, "0\r\n\r\n", 5);
        error = HttpSendResponseEntityBody(queue, request->RequestId, 0, coded ? 1 : 0,
                                           coded ? &last : NULL, NULL, NULL, 0, NULL, NULL);
    }
    release(piece);
    return error;
}

static ULONG answer(HANDLE queue, const HTTP_REQUEST *request)
{
    switch (request->Verb) {
    case HttpVerbGET:
    case HttpVerbHEAD:
        return send_text(queue, request, 200, "OK",
                         asks_to_quit(request) ? "Good bye.\r\n" : "Version 1 says hello.\r\n");
    case HttpVerbPOST:
        return echo(queue, request);
    default:
        return send_text(queue, request, 501, "Not Implemented", "GET or POST.\r\n");
    }
}

/* Receives and answers until somebody asks to quit. */
static ULONG serve(HANDLE queue)
{
    ULONG size = (ULONG)FIRST_SIZE, got = 0, error;
    HTTP_REQUEST *request = (HTTP_REQUEST *)allocate(size);
    HTTP_REQUEST_ID id = HTTP_NULL_ID;
    int quit = 0;

    while (request != NULL && !quit) {
        error = HttpReceiveHttpRequest(queue, id, 0, request, size, &got, NULL);
        if (error == NO_ERROR) {
            wprintf(L"request %.*ws\n", request->CookedUrl.FullUrlLength / (int)sizeof(WCHAR),
                    request->CookedUrl.pFullUrl);
            quit = asks_to_quit(request);
            error = answer(queue, request);
            if (error != NO_ERROR) { /* the client may have gone */
                wprintf(L"answering failed with %lu\n", error);
                HttpCancelHttpRequest(queue, request->RequestId, NULL);
            }
            HTTP_SET_NULL_ID(&id);
        } else if (error == ERROR_MORE_DATA) {
            /* Again for the same request, with room for all of it. */
            id = request->RequestId;
            size = got;
            release(request);
            request = (HTTP_REQUEST *)allocate(size);
        } else if (error == ERROR_CONNECTION_INVALID && !HTTP_IS_NULL_ID(&id)) {
            /* The client went between the two calls. */
            HTTP_SET_NULL_ID(&id);
        } else {
            wprintf(L"HttpReceiveHttpRequest failed with %lu\n", error);
            release(request);
            return error;
        }
    }
    if (request == NULL) {
        return ERROR_NOT_ENOUGH_MEMORY;
    }
    release(request);
    return NO_ERROR;
}

/* Where the server listens: for port 0, which HTTP.sys does not have, with the port that was taken. */
static void announce(HANDLE queue, const wchar_t *url)
{
#ifdef HTTPSYS_EXTENSION_H
    USHORT port;
    int n;

    for (n = 0; url[n] != 0; n++) {
        if (url[n] == ':' && url[n + 1] == '0' && url[n + 2] == '/' &&
            HttpsysQueryUrlPort(queue, HTTP_NULL_ID, url, &port) == NO_ERROR) {
            wprintf(L"listening on %.*ws:%u%ws\n", n, url, (unsigned)port, url + n + 2);
            return;
        }
    }
#else
    (void)queue;
#endif
    wprintf(L"listening on %ws\n", url);
}

int wmain(int argc, wchar_t **argv)
{
    HTTPAPI_VERSION version = HTTPAPI_VERSION_1;
    HANDLE queue = NULL;
    ULONG error;
    int count = 1, n;

    if (argc < 2) {
        wprintf(L"usage: %ws URL...\n", argv[0]);
        return 2;
    }
    error = HttpInitialize(version, HTTP_INITIALIZE_SERVER, NULL);
    if (error != NO_ERROR) {
        wprintf(L"HttpInitialize failed with %lu\n", error);
        return 1;
    }
    error = HttpCreateHttpHandle(&queue, 0);
    if (error != NO_ERROR) {
        wprintf(L"HttpCreateHttpHandle failed with %lu\n", error);
    }
    while (error == NO_ERROR && count < argc) {
        error = HttpAddUrl(queue, argv[count], NULL);
        if (error == NO_ERROR) {
            announce(queue, argv[count++]);
        } else {
            wprintf(L"HttpAddUrl of %ws failed with %lu\n", argv[count], error);
        }
    }
    fflush(stdout);
    if (error == NO_ERROR) {
        error = serve(queue);
    }
    for (n = 1; n < count; n++) {
        HttpRemoveUrl(queue, argv[n]);
    }
    if (queue != NULL) {
        CloseHandle(queue);
    }
    HttpTerminate(HTTP_INITIALIZE_SERVER, NULL);
    return error == NO_ERROR ? 0 : 1;
}
