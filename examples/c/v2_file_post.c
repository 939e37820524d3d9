/* Version 2 of the API, one thread, blocking calls: the body of a POST goes to a temporary file and
 * from there, as a file chunk, back to the client.
 *
 *   v2_file_post URL...         for instance: v2_file_post http://localhost:8080/
 *
 * A GET of a path that ends in /quit ends the program; the exit code is 0 if nothing failed. The
 * files lie in the working folder for as long as their request lasts.
 *
 * On Windows: cl v2_file_post.c httpapi.lib
 * Elsewhere:  httpsys-cc v2_file_post.c -o v2_file_post (in tools)
 */
#define WIN32_LEAN_AND_MEAN
#include <windows.h>

#include <http.h>

#include <stdio.h>
#include <string.h>

#define FIRST_SIZE (sizeof(HTTP_REQUEST) + 2048)
#define PIECE 4096

/* What the program holds open, in the order in which it was made. */
struct server {
    HTTP_SERVER_SESSION_ID session;
    HTTP_URL_GROUP_ID group;
    HANDLE queue;
};

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

static void set_status(HTTP_RESPONSE *response, USHORT status, const char *reason)
{
    memset(response, 0, sizeof(*response));
    response->StatusCode = status;
    response->pReason = reason;
    response->ReasonLength = (USHORT)strlen(reason);
}

/* To HEAD without the body: the client would take it for the next response. */
static ULONG send_text(HANDLE queue, const HTTP_REQUEST *request, USHORT status,
                       const char *reason, const char *text)
{
    HTTP_RESPONSE response;
    HTTP_DATA_CHUNK chunk;
    char length[24];

    set_status(&response, status, reason);
    memset(&chunk, 0, sizeof(chunk));
    chunk.DataChunkType = HttpDataChunkFromMemory;
    chunk.FromMemory.pBuffer = (PVOID)text;
    chunk.FromMemory.BufferLength = (ULONG)strlen(text);
    snprintf(length, sizeof(length), "%lu", (unsigned long)strlen(text));
    response.Headers.KnownHeaders[HttpHeaderContentLength].pRawValue = length;
    response.Headers.KnownHeaders[HttpHeaderContentLength].RawValueLength = (USHORT)strlen(length);
    response.EntityChunkCount = request->Verb != HttpVerbHEAD;
    response.pEntityChunks = &chunk;
    return HttpSendHttpResponse(queue, request->RequestId, 0, &response, NULL, NULL, NULL, 0, NULL,
                                NULL);
}

/* Writes the body to the file; its length comes back in *total. */
static ULONG save_body(HANDLE queue, HTTP_REQUEST_ID id, HANDLE file, ULONGLONG *total)
{
    char *piece = (char *)allocate(PIECE);
    ULONG error = piece == NULL ? ERROR_NOT_ENOUGH_MEMORY : NO_ERROR, got;
    DWORD written;

    *total = 0;
    while (error == NO_ERROR) {
        got = 0;
        error = HttpReceiveRequestEntityBody(queue, id, 0, piece, PIECE, &got, NULL);
        if (got != 0 && (error == NO_ERROR || error == ERROR_HANDLE_EOF)) {
            if (!WriteFile(file, piece, got, &written, NULL)) {
                error = GetLastError();
            } else if (written != got) {
                error = ERROR_WRITE_FAULT;
            }
            *total += got;
        }
    }
    release(piece);
    return error == ERROR_HANDLE_EOF ? NO_ERROR : error;
}

/* Sends the head first and the file in a second call. */
static ULONG send_file(HANDLE queue, HTTP_REQUEST_ID id, HANDLE file, ULONGLONG total)
{
    HTTP_RESPONSE response;
    HTTP_DATA_CHUNK chunk;
    char length[32];
    ULONG error;

    set_status(&response, 200, "OK");
    snprintf(length, sizeof(length), "%llu", (unsigned long long)total);
    response.Headers.KnownHeaders[HttpHeaderContentLength].pRawValue = length;
    response.Headers.KnownHeaders[HttpHeaderContentLength].RawValueLength = (USHORT)strlen(length);
    error = HttpSendHttpResponse(queue, id, HTTP_SEND_RESPONSE_FLAG_MORE_DATA, &response, NULL,
                                 NULL, NULL, 0, NULL, NULL);
    if (error != NO_ERROR) {
        return error;
    }
    memset(&chunk, 0, sizeof(chunk));
    chunk.DataChunkType = HttpDataChunkFromFileHandle;
    chunk.FromFileHandle.ByteRange.StartingOffset.QuadPart = 0;
    chunk.FromFileHandle.ByteRange.Length.QuadPart = HTTP_BYTE_RANGE_TO_EOF;
    chunk.FromFileHandle.FileHandle = file;
    return HttpSendResponseEntityBody(queue, id, 0, 1, &chunk, NULL, NULL, 0, NULL, NULL);
}

static ULONG answer_post(HANDLE queue, const HTTP_REQUEST *request)
{
    WCHAR name[MAX_PATH + 1];
    ULONGLONG total = 0;
    HANDLE file;
    ULONG error;

    if (!(request->Flags & HTTP_REQUEST_FLAG_MORE_ENTITY_BODY_EXISTS)) {
        return send_text(queue, request, 200, "OK", "There was no body.\r\n");
    }
    if (GetTempFileNameW(L".", L"New", 0, name) == 0) {
        return GetLastError();
    }
    file = CreateFileW(name, GENERIC_READ | GENERIC_WRITE, 0, NULL, CREATE_ALWAYS,
                       FILE_ATTRIBUTE_NORMAL, NULL);
    if (file == INVALID_HANDLE_VALUE) {
        error = GetLastError();
    } else {
        error = save_body(queue, request->RequestId, file, &total);
        if (error == NO_ERROR) {
            error = send_file(queue, request->RequestId, file, total);
        }
        CloseHandle(file);
    }
    if (!DeleteFileW(name)) {
        wprintf(L"DeleteFileW of %ws failed with %lu\n", name, GetLastError());
    }
    return error;
}

static ULONG answer(HANDLE queue, const HTTP_REQUEST *request)
{
    switch (request->Verb) {
    case HttpVerbGET:
    case HttpVerbHEAD:
        return send_text(queue, request, 200, "OK",
                         asks_to_quit(request) ? "Good bye.\r\n" : "Version 2 says hello.\r\n");
    case HttpVerbPOST:
        return answer_post(queue, request);
    default:
        return send_text(queue, request, 501, "Not Implemented", "GET or POST.\r\n");
    }
}

/* Receives and answers until somebody asks to quit. */
static ULONG serve(HANDLE queue)
{
    ULONG size = (ULONG)FIRST_SIZE, got = 0, error = NO_ERROR;
    HTTP_REQUEST *request = (HTTP_REQUEST *)allocate(size);
    HTTP_REQUEST_ID id = HTTP_NULL_ID;
    int quit = 0;

    while (request != NULL && !quit) {
        error = HttpReceiveHttpRequest(queue, id, 0, request, size, &got, NULL);
        if (error == NO_ERROR) {
            quit = asks_to_quit(request);
            error = answer(queue, request);
            if (error != NO_ERROR) { /* the client may have gone, the disk be full */
                wprintf(L"answering failed with %lu\n", error);
                HttpCancelHttpRequest(queue, request->RequestId, NULL);
            }
            HTTP_SET_NULL_ID(&id);
        } else if (error == ERROR_MORE_DATA) {
            id = request->RequestId;
            size = got;
            release(request);
            request = (HTTP_REQUEST *)allocate(size);
        } else if (error == ERROR_CONNECTION_INVALID && !HTTP_IS_NULL_ID(&id)) {
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

/* A service that does not know a property refuses it; the program works without. */
static void limit_times(HTTP_URL_GROUP_ID group)
{
    HTTP_TIMEOUT_LIMIT_INFO limits;
    ULONG error;

    memset(&limits, 0, sizeof(limits));
    limits.Flags.Present = 1;
    limits.EntityBody = 50; /* seconds */
    error = HttpSetUrlGroupProperty(group, HttpServerTimeoutsProperty, &limits, sizeof(limits));
    if (error != NO_ERROR) {
        wprintf(L"timeouts: HttpSetUrlGroupProperty failed with %lu\n", error);
    }
}

static ULONG open_server(struct server *server)
{
    HTTPAPI_VERSION version = HTTPAPI_VERSION_2;
    HTTP_BINDING_INFO binding;
    ULONG error;

    error = HttpCreateServerSession(version, &server->session, 0);
    if (error == NO_ERROR) {
        error = HttpCreateUrlGroup(server->session, &server->group, 0);
    }
    if (error == NO_ERROR) {
        error = HttpCreateRequestQueue(version, NULL, NULL, 0, &server->queue);
    }
    if (error == NO_ERROR) {
        memset(&binding, 0, sizeof(binding));
        binding.Flags.Present = 1;
        binding.RequestQueueHandle = server->queue;
        error = HttpSetUrlGroupProperty(server->group, HttpServerBindingProperty, &binding,
                                        sizeof(binding));
    }
    if (error == NO_ERROR) {
        limit_times(server->group);
    }
    return error;
}

/* Where the server listens: for port 0, which HTTP.sys does not have, with the port that was taken. */
static void announce(HTTP_URL_GROUP_ID group, const wchar_t *url)
{
#ifdef HTTPSYS_EXTENSION_H
    USHORT port;
    int n;

    for (n = 0; url[n] != 0; n++) {
        if (url[n] == ':' && url[n + 1] == '0' && url[n + 2] == '/' &&
            HttpsysQueryUrlPort(NULL, group, url, &port) == NO_ERROR) {
            wprintf(L"listening on %.*ws:%u%ws\n", n, url, (unsigned)port, url + n + 2);
            return;
        }
    }
#else
    (void)group;
#endif
    wprintf(L"listening on %ws\n", url);
}

int wmain(int argc, wchar_t **argv)
{
    HTTPAPI_VERSION version = HTTPAPI_VERSION_2;
    struct server server = {HTTP_NULL_ID, HTTP_NULL_ID, NULL};
    ULONG error;
    int n;

    if (argc < 2) {
        wprintf(L"usage: %ws URL...\n", argv[0]);
        return 2;
    }
    error = HttpInitialize(version, HTTP_INITIALIZE_SERVER, NULL);
    if (error != NO_ERROR) {
        wprintf(L"HttpInitialize failed with %lu\n", error);
        return 1;
    }
    error = open_server(&server);
    for (n = 1; n < argc && error == NO_ERROR; n++) {
        error = HttpAddUrlToUrlGroup(server.group, argv[n], 0, 0);
        if (error == NO_ERROR) {
            announce(server.group, argv[n]);
        }
    }
    fflush(stdout);
    if (error == NO_ERROR) {
        error = serve(server.queue);
    } else {
        wprintf(L"opening the server failed with %lu\n", error);
    }
    HttpRemoveUrlFromUrlGroup(server.group, NULL, HTTP_URL_FLAG_REMOVE_ALL);
    HttpCloseUrlGroup(server.group);
    HttpCloseServerSession(server.session);
    if (server.queue != NULL) {
        HttpCloseRequestQueue(server.queue);
    }
    HttpTerminate(HTTP_INITIALIZE_SERVER, NULL);
    return error == NO_ERROR ? 0 : 1;
}
