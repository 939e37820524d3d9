/* For load: a completion port, a few threads, many receives outstanding, no packet for calls that
 * end at once. GET gets a short text; a request of any other verb is cancelled.
 *
 *   iocp_load RECEIVES URL             for instance: iocp_load 256 http://localhost:8080/
 *
 * A GET of a path that ends in /quit ends the program; the exit code is 0 if nothing failed.
 *
 * On Windows: cl iocp_load.c httpapi.lib ntdll.lib
 * Elsewhere:  httpsys-cc iocp_load.c -o iocp_load (in tools)
 */
#define WIN32_LEAN_AND_MEAN
#include <windows.h>
#include <winternl.h>

#include <http.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define THREADS 2
#define ENTRIES 16
#define MOST 4096
#define FIRST_SIZE ((ULONG)(sizeof(HTTP_REQUEST) + 2048))

struct server {
    HTTP_SERVER_SESSION_ID session;
    HTTP_URL_GROUP_ID group;
    HANDLE queue;
    HANDLE port;
    HANDLE quit;           /* an event */
    LONG volatile live;    /* operations that have not ended */
    LONG volatile served;
    LONG volatile cancelled;
};

enum state { RECEIVING, SENDING, CANCELLING };

struct operation {
    OVERLAPPED overlapped;
    enum state state;
    HTTP_REQUEST_ID id; /* of the receive under way */
    HTTP_REQUEST *request;
    ULONG size;
    ULONG bytes; /* the count of the last call */
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

static OVERLAPPED *prepare(struct operation *operation, enum state state)
{
    memset(&operation->overlapped, 0, sizeof(operation->overlapped));
    operation->state = state;
    return &operation->overlapped;
}

static ULONG receive(struct server *server, struct operation *operation, HTTP_REQUEST_ID id)
{
    operation->id = id;
    return HttpReceiveHttpRequest(server->queue, id, 0, operation->request, operation->size,
                                  &operation->bytes, prepare(operation, RECEIVING));
}

static ULONG respond(struct server *server, struct operation *operation)
{
    static const char text[] = "Served from a completion port.\r\n";
    const HTTP_COOKED_URL *url = &operation->request->CookedUrl;
    size_t length = url->AbsPathLength / sizeof(WCHAR);
    HTTP_RESPONSE response;
    HTTP_DATA_CHUNK chunk;

    operation->last =
        length >= 5 && memcmp(url->pAbsPath + length - 5, L"/quit", 5 * sizeof(WCHAR)) == 0;
    memset(&response, 0, sizeof(response));
    memset(&chunk, 0, sizeof(chunk));
    response.StatusCode = 200;
    response.pReason = "OK";
    response.ReasonLength = 2;
    response.EntityChunkCount = 1;
    response.pEntityChunks = &chunk;
    chunk.DataChunkType = HttpDataChunkFromMemory;
    chunk.FromMemory.pBuffer = (PVOID)text;
    chunk.FromMemory.BufferLength = (ULONG)(sizeof(text) - 1);
    return HttpSendHttpResponse(server->queue, operation->request->RequestId, 0, &response, NULL,
                                &operation->bytes, NULL, 0, prepare(operation, SENDING), NULL);
}

static ULONG cancel(struct server *server, struct operation *operation)
{
    return HttpCancelHttpRequest(server->queue, operation->request->RequestId,
                                 prepare(operation, CANCELLING));
}

/* The operation makes no further call. The last one wakes every thread to its end. */
static ULONG retire(struct server *server)
{
    int n;

    if (InterlockedDecrement(&server->live) == 0) {
        for (n = 0; n < THREADS; n++) {
            PostQueuedCompletionStatus(server->port, 0, 0, NULL);
        }
    }
    return ERROR_IO_PENDING;
}

/* A receive has ended: makes the next call. */
static ULONG after_receive(struct server *server, struct operation *operation, ULONG error)
{
    if (error == NO_ERROR) {
        return operation->request->Verb == HttpVerbGET ? respond(server, operation)
                                                       : cancel(server, operation);
    }
    if (error == ERROR_MORE_DATA) {
        HTTP_REQUEST_ID id = operation->request->RequestId;

        if (make_room(operation, operation->bytes)) {
            return receive(server, operation, id);
        }
    } else if (error == ERROR_CONNECTION_INVALID && !HTTP_IS_NULL_ID(&operation->id)) {
        return receive(server, operation, HTTP_NULL_ID);
    }
    return retire(server); /* no memory, or the queue is shut down */
}

/* Goes on for as long as calls end at once. After 997 the operation may be in another thread. */
static void advance(struct server *server, struct operation *operation, ULONG error)
{
    while (error != ERROR_IO_PENDING) {
        switch (operation->state) {
        case RECEIVING:
            error = after_receive(server, operation, error);
            continue;
        case SENDING:
            if (error == NO_ERROR) {
                InterlockedIncrement(&server->served);
            }
            if (operation->last) {
                SetEvent(server->quit);
            }
            break;
        case CANCELLING:
            if (error == NO_ERROR) {
                InterlockedIncrement(&server->cancelled);
            }
            break;
        }
        error = receive(server, operation, HTTP_NULL_ID);
    }
}

static DWORD WINAPI work(LPVOID parameter)
{
    struct server *server = (struct server *)parameter;
    OVERLAPPED_ENTRY entries[ENTRIES];
    ULONG count = 0, n;
    int end = 0;

    while (!end) {
        if (!GetQueuedCompletionStatusEx(server->port, entries, ENTRIES, &count, INFINITE, FALSE)) {
            return GetLastError();
        }
        for (n = 0; n < count; n++) {
            struct operation *operation;

            if (entries[n].lpOverlapped == NULL) {
                if (end) { /* this one was for another thread */
                    PostQueuedCompletionStatus(server->port, 0, 0, NULL);
                }
                end = 1;
                continue;
            }
            operation = CONTAINING_RECORD(entries[n].lpOverlapped, struct operation, overlapped);
            operation->bytes = entries[n].dwNumberOfBytesTransferred;
            advance(server, operation,
                    RtlNtStatusToDosError((NTSTATUS)operation->overlapped.Internal));
        }
    }
    return 0;
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
    server->port = CreateIoCompletionPort(server->queue, NULL, 0, THREADS);
    return server->quit != NULL && server->port != NULL &&
           SetFileCompletionNotificationModes(server->queue, FILE_SKIP_COMPLETION_PORT_ON_SUCCESS);
}

/* Serves until somebody asks to quit, and returns when every operation has ended. */
static int run(struct server *server, struct operation *operations, int count)
{
    HANDLE threads[THREADS];
    int started, n;

    server->live = count;
    for (started = 0; started < THREADS; started++) {
        threads[started] = CreateThread(NULL, 0, work, server, 0, NULL);
        if (threads[started] == NULL) {
            failed(L"CreateThread", GetLastError());
            break;
        }
    }
    for (n = 0; n < count; n++) {
        if (started == THREADS && make_room(&operations[n], FIRST_SIZE)) {
            advance(server, &operations[n], receive(server, &operations[n], HTTP_NULL_ID));
        } else {
            retire(server);
        }
    }
    if (started == THREADS) {
        WaitForSingleObject(server->quit, INFINITE);
    }
    HttpShutdownRequestQueue(server->queue);
    HttpCloseRequestQueue(server->queue);
    if (started > 0) {
        WaitForMultipleObjects((DWORD)started, threads, TRUE, INFINITE);
    }
    for (n = 0; n < started; n++) {
        CloseHandle(threads[n]);
    }
    CloseHandle(server->port);
    CloseHandle(server->quit);
    return started == THREADS;
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
    static struct operation operations[MOST];
    int count = argc == 3 ? (int)wcstoul(argv[1], NULL, 10) : 0, n, good;
    HTTPAPI_VERSION version = HTTPAPI_VERSION_2;
    struct server server;

    if (count < 1 || count > MOST) {
        wprintf(L"usage: %ws RECEIVES URL\n", argv[0]);
        return 2;
    }
    memset(&server, 0, sizeof(server));
    if (failed(L"HttpInitialize", HttpInitialize(version, HTTP_INITIALIZE_SERVER, NULL))) {
        return 1;
    }
    good = open_server(&server, argv[2]);
    if (good) {
        announce(server.group, argv[2]);
        fflush(stdout);
        good = run(&server, operations, count);
        wprintf(L"%ld served, %ld cancelled\n", server.served, server.cancelled);
    }
    HttpCloseUrlGroup(server.group);
    HttpCloseServerSession(server.session);
    for (n = 0; n < count; n++) {
        make_room(&operations[n], 0);
    }
    HttpTerminate(HTTP_INITIALIZE_SERVER, NULL);
    return good ? 0 : 1;
}
