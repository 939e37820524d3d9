/* Serves the files below a folder: thread-pool I/O, several receives outstanding, file chunks.
 *
 *   async_file_server FOLDER URL        for instance: async_file_server . http://localhost:8080/
 *
 * GET /name sends the whole file, GET /name?from=N what follows its first N bytes. A GET of a path
 * that ends in /quit ends the program; the exit code is 0 if nothing failed. Each operation belongs
 * to one request at a time: its next call is made from the callback of the one before.
 *
 * On Windows: cl async_file_server.c httpapi.lib
 * Elsewhere:  httpsys-cc async_file_server.c -o async_file_server (in tools)
 */
#define WIN32_LEAN_AND_MEAN
#include <windows.h>

#include <http.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OPERATIONS 16
#define FIRST_SIZE ((ULONG)(sizeof(HTTP_REQUEST) + 2048))

struct server {
    HTTP_SERVER_SESSION_ID session;
    HTTP_URL_GROUP_ID group;
    HANDLE queue;
    PTP_IO io;
    HANDLE quit; /* an event */
    const wchar_t *folder;
};

struct operation {
    OVERLAPPED overlapped;
    struct server *server;
    int sending; /* or receiving */
    HTTP_REQUEST_ID id; /* of the request to receive, NULL for any */
    HTTP_REQUEST *request;
    ULONG size;
    HANDLE file; /* open while it is sent */
    int last;    /* the program ends when the response is sent */
};

/* 0 frees. */
static int make_room(struct operation *operation, ULONG size)
{
    if (operation->request != NULL) {
        HeapFree(GetProcessHeap(), 0, operation->request);
        operation->request = NULL;
    }
    if (size != 0) {
        operation->request = (HTTP_REQUEST *)HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY, size);
    }
    operation->size = size;
    return operation->request != NULL;
}

static void start(struct operation *operation, int sending)
{
    memset(&operation->overlapped, 0, sizeof(operation->overlapped));
    operation->sending = sending;
    StartThreadpoolIo(operation->server->io);
}

/* Whether a receive that failed is worth another one. */
static int once_more(struct operation *operation, ULONG error, ULONG needed)
{
    if (error == ERROR_MORE_DATA) {
        operation->id = operation->request->RequestId;
        return make_room(operation, needed);
    }
    if (error == ERROR_CONNECTION_INVALID && !HTTP_IS_NULL_ID(&operation->id)) {
        HTTP_SET_NULL_ID(&operation->id); /* the client went between two calls */
        return 1;
    }
    return 0; /* the queue is shut down: the operation ends here */
}

static void receive(struct operation *operation)
{
    struct server *server = operation->server;
    ULONG error;

    do {
        start(operation, 0);
        error = HttpReceiveHttpRequest(server->queue, operation->id, 0, operation->request,
                                       operation->size, NULL, &operation->overlapped);
        if (error == NO_ERROR || error == ERROR_IO_PENDING) {
            return; /* the callback comes, or is in another thread already */
        }
        CancelThreadpoolIo(server->io);
    } while (once_more(operation, error, operation->size * 2));
}

/* The response was sent, or the client went. */
static void finish(struct operation *operation)
{
    if (operation->file != NULL) {
        CloseHandle(operation->file);
        operation->file = NULL;
    }
    if (operation->last) {
        SetEvent(operation->server->quit);
    }
    HTTP_SET_NULL_ID(&operation->id);
    receive(operation);
}

/* Response and chunk may go when the call returns; what they point at may not. */
static void respond(struct operation *operation, USHORT status, const char *reason,
                    HTTP_DATA_CHUNK *chunk)
{
    HTTP_REQUEST_ID id = operation->request->RequestId;
    struct server *server = operation->server;
    HTTP_RESPONSE response;
    ULONG error;

    memset(&response, 0, sizeof(response));
    response.StatusCode = status;
    response.pReason = reason;
    response.ReasonLength = (USHORT)strlen(reason);
    /* To HEAD without the body: the client would take it for the next response. */
    response.EntityChunkCount = operation->request->Verb != HttpVerbHEAD;
    response.pEntityChunks = chunk;
    start(operation, 1);
    error = HttpSendHttpResponse(server->queue, id, 0, &response, NULL, NULL, NULL, 0,
                                 &operation->overlapped, NULL);
    if (error != NO_ERROR && error != ERROR_IO_PENDING) {
        CancelThreadpoolIo(server->io);
        HttpCancelHttpRequest(server->queue, id, NULL); /* or the client would wait on */
        finish(operation);
    }
}

static void send_text(struct operation *operation, USHORT status, const char *reason,
                      const char *text)
{
    HTTP_DATA_CHUNK chunk;

    memset(&chunk, 0, sizeof(chunk));
    chunk.DataChunkType = HttpDataChunkFromMemory;
    chunk.FromMemory.pBuffer = (PVOID)text;
    chunk.FromMemory.BufferLength = (ULONG)strlen(text);
    respond(operation, status, reason, &chunk);
}

/* The file that the path of the URL names; NULL if there is none or it may lie elsewhere. */
static HANDLE open_file(const struct server *server, const HTTP_COOKED_URL *url)
{
    size_t folder = wcslen(server->folder), length = url->AbsPathLength / sizeof(WCHAR), n;
    WCHAR path[MAX_PATH];
    HANDLE file;

    if (folder + length >= MAX_PATH) {
        return NULL;
    }
    for (n = 0; n < length; n++) {
        WCHAR unit = url->pAbsPath[n];

        if (unit == 0 || unit == L'\\' || unit == L':' ||
            (unit == L'.' && n > 0 && url->pAbsPath[n - 1] == L'.')) {
            return NULL;
        }
        path[folder + n] = unit;
    }
    memcpy(path, server->folder, folder * sizeof(WCHAR));
    path[folder + length] = 0;
    file = CreateFileW(path, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
                       NULL, OPEN_EXISTING, FILE_ATTRIBUTE_NORMAL, NULL);
    return file == INVALID_HANDLE_VALUE ? NULL : file;
}

static void answer(struct operation *operation)
{
    const HTTP_COOKED_URL *url = &operation->request->CookedUrl;
    size_t length = url->AbsPathLength / sizeof(WCHAR);
    ULONG from = 0;
    HTTP_DATA_CHUNK chunk;

    if (operation->request->Verb != HttpVerbGET) {
        send_text(operation, 501, "Not Implemented", "GET only.\r\n");
        return;
    }
    operation->last =
        length >= 5 && memcmp(url->pAbsPath + length - 5, L"/quit", 5 * sizeof(WCHAR)) == 0;
    if (operation->last) {
        send_text(operation, 200, "OK", "Good bye.\r\n");
        return;
    }
    if (url->QueryStringLength > 0 && wcsncmp(url->pQueryString, L"?from=", 6) == 0) {
        from = wcstoul(url->pQueryString + 6, NULL, 10);
    }
    operation->file = open_file(operation->server, url);
    if (operation->file == NULL) {
        send_text(operation, 404, "Not Found", "There is no such file.\r\n");
        return;
    }
    memset(&chunk, 0, sizeof(chunk));
    chunk.DataChunkType = HttpDataChunkFromFileHandle;
    chunk.FromFileHandle.ByteRange.StartingOffset.QuadPart = from;
    chunk.FromFileHandle.ByteRange.Length.QuadPart = HTTP_BYTE_RANGE_TO_EOF;
    chunk.FromFileHandle.FileHandle = operation->file;
    respond(operation, 200, "OK", &chunk);
}

static void CALLBACK completed(PTP_CALLBACK_INSTANCE instance, PVOID context, PVOID overlapped,
                               ULONG error, ULONG_PTR bytes, PTP_IO io)
{
    struct operation *operation = (struct operation *)overlapped; /* its first member */

    (void)instance, (void)context, (void)io;
    if (operation->sending) {
        finish(operation);
    } else if (error == NO_ERROR) {
        answer(operation);
    } else if (once_more(operation, error, (ULONG)bytes)) {
        receive(operation);
    }
}

static int failed(const wchar_t *what, ULONG error)
{
    if (error != NO_ERROR) {
        wprintf(L"%ws failed with %lu\n", what, error);
    }
    return error != NO_ERROR;
}

/* 0 if something failed. */
static int open_server(struct server *server, const wchar_t *url)
{
    HTTPAPI_VERSION version = HTTPAPI_VERSION_2;
    HTTP_BINDING_INFO binding;

    if (failed(L"HttpCreateServerSession",
               HttpCreateServerSession(version, &server->session, 0)) ||
        failed(L"HttpCreateUrlGroup", HttpCreateUrlGroup(server->session, &server->group, 0)) ||
        failed(L"HttpAddUrlToUrlGroup", HttpAddUrlToUrlGroup(server->group, url, 0, 0)) ||
        failed(L"HttpCreateRequestQueue",
               HttpCreateRequestQueue(version, NULL, NULL, 0, &server->queue))) {
        return 0;
    }
    memset(&binding, 0, sizeof(binding));
    binding.Flags.Present = 1;
    binding.RequestQueueHandle = server->queue;
    if (failed(L"HttpSetUrlGroupProperty",
               HttpSetUrlGroupProperty(server->group, HttpServerBindingProperty, &binding,
                                       sizeof(binding)))) {
        return 0;
    }
    server->quit = CreateEventW(NULL, TRUE, FALSE, NULL);
    server->io = CreateThreadpoolIo(server->queue, completed, server, NULL);
    return server->quit != NULL && server->io != NULL;
}

/* In the order that lets every operation end: the queue, the I/O object, group and session. */
static void close_server(struct server *server)
{
    HttpShutdownRequestQueue(server->queue);
    HttpCloseRequestQueue(server->queue);
    WaitForThreadpoolIoCallbacks(server->io, FALSE);
    CloseThreadpoolIo(server->io);
    HttpCloseUrlGroup(server->group);
    HttpCloseServerSession(server->session);
    CloseHandle(server->quit);
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
    static struct operation operations[OPERATIONS];
    HTTPAPI_VERSION version = HTTPAPI_VERSION_2;
    struct server server;
    int n;

    if (argc != 3) {
        wprintf(L"usage: %ws FOLDER URL\n", argv[0]);
        return 2;
    }
    memset(&server, 0, sizeof(server));
    server.folder = argv[1];
    if (failed(L"HttpInitialize", HttpInitialize(version, HTTP_INITIALIZE_SERVER, NULL)) ||
        !open_server(&server, argv[2])) {
        return 1;
    }
    for (n = 0; n < OPERATIONS; n++) {
        operations[n].server = &server;
        if (make_room(&operations[n], FIRST_SIZE)) {
            receive(&operations[n]);
        }
    }
    announce(server.group, argv[2]);
    fflush(stdout);
    WaitForSingleObject(server.quit, INFINITE);
    close_server(&server);
    for (n = 0; n < OPERATIONS; n++) {
        make_room(&operations[n], 0);
    }
    HttpTerminate(HTTP_INITIALIZE_SERVER, NULL);
    return 0;
}
