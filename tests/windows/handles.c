/* Handles of ours beside the system's own in one program: what the import library of
 * httpsys_httpapi.dll maps. Built by mingw against its own windows.h and http.h; run by `make test-dll`.
 *
 *   handles PORT                    exit code 0 if every check held
 *
 * The client is in the program: a socket that asks when a step needs a request.
 */
#include <winsock2.h>
#include <windows.h>
#include <winternl.h>

#include <http.h>

#include <stdio.h>
#include <string.h>

#ifndef FILE_SKIP_COMPLETION_PORT_ON_SUCCESS
#define FILE_SKIP_COMPLETION_PORT_ON_SUCCESS 1
#endif

static int failures;
static int port_number;

static void expect(int line, const char *what, unsigned long long got, unsigned long long wanted)
{
    if (got != wanted) {
        printf("line %d: %s: %llu, not %llu\n", line, what, got, wanted);
        fflush(stdout);
        failures++;
    }
}
#define EXPECT(what, wanted) expect(__LINE__, #what, (unsigned long long)(what), (wanted))
/* A call that fails, and why. */
#define EXPECT_ERROR(what, error)                                                                  \
    do {                                                                                           \
        SetLastError(0);                                                                           \
        EXPECT((what) != 0, 0);                                                                    \
        EXPECT(GetLastError(), error);                                                             \
    } while (0)

static union {
    HTTP_REQUEST request;
    char bytes[4096];
} buffer;

static SOCKET ask(const char *text)
{
    struct sockaddr_in address;
    SOCKET client = socket(AF_INET, SOCK_STREAM, 0);

    memset(&address, 0, sizeof(address));
    address.sin_family = AF_INET;
    address.sin_port = htons((u_short)port_number);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT(connect(client, (struct sockaddr *)&address, sizeof(address)), 0);
    EXPECT(send(client, text, (int)strlen(text), 0), strlen(text));
    return client;
}

/* Everything until the server closes; 0 for a reset. */
static int starts_with(SOCKET client, const char *wanted)
{
    char got[1024];
    int length = 0, more;

    while (length < (int)sizeof(got) &&
           (more = recv(client, got + length, (int)sizeof(got) - length, 0)) > 0) {
        length += more;
    }
    closesocket(client);
    return length >= (int)strlen(wanted) && memcmp(got, wanted, strlen(wanted)) == 0;
}

static const char get[] = "GET /handles HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

static ULONG receive(HANDLE queue, OVERLAPPED *overlapped)
{
    return HttpReceiveHttpRequest(queue, HTTP_NULL_ID, 0, &buffer.request, sizeof(buffer), NULL,
                                  overlapped);
}

static ULONG respond(HANDLE queue, OVERLAPPED *overlapped)
{
    HTTP_RESPONSE response;

    memset(&response, 0, sizeof(response));
    response.StatusCode = 204;
    response.pReason = "No Content";
    response.ReasonLength = 10;
    return HttpSendHttpResponse(queue, buffer.request.RequestId, 0, &response, NULL, NULL, NULL, 0,
                                overlapped, NULL);
}

static HANDLE new_queue(HTTP_URL_GROUP_ID group)
{
    HTTPAPI_VERSION version = HTTPAPI_VERSION_2;
    HTTP_BINDING_INFO binding;
    HANDLE queue = NULL;

    EXPECT(HttpCreateRequestQueue(version, NULL, NULL, 0, &queue), NO_ERROR);
    memset(&binding, 0, sizeof(binding));
    binding.Flags.Present = 1;
    binding.RequestQueueHandle = queue;
    EXPECT(HttpSetUrlGroupProperty(group, HttpServerBindingProperty, &binding, sizeof(binding)),
           NO_ERROR);
    return queue;
}

static DWORD WINAPI sleeper(LPVOID until)
{
    return WaitForSingleObject((HANDLE)until, INFINITE);
}

/* An event of the system is set; threads, events and queues are waited for together. */
static void events(HTTP_URL_GROUP_ID group)
{
    HANDLE queue = new_queue(group);
    HANDLE end = CreateEventW(NULL, TRUE, FALSE, NULL);
    HANDLE thread = CreateThread(NULL, 0, sleeper, end, 0, NULL);
    HANDLE all[3];
    OVERLAPPED overlapped;
    DWORD bytes = 0, code = 9;
    SOCKET client;
    int manual;

    for (manual = 0; manual < 2; manual++) {
        memset(&overlapped, 0, sizeof(overlapped));
        overlapped.hEvent = CreateEventW(NULL, manual, FALSE, NULL);
        EXPECT(receive(queue, &overlapped), ERROR_IO_PENDING);
        all[0] = thread, all[1] = overlapped.hEvent, all[2] = queue;
        EXPECT(WaitForMultipleObjects(3, all, FALSE, 0), WAIT_TIMEOUT);
        EXPECT_ERROR(GetOverlappedResult(queue, &overlapped, &bytes, FALSE), ERROR_IO_INCOMPLETE);
        client = ask(get);
        EXPECT(WaitForMultipleObjects(3, all, FALSE, 20000), WAIT_OBJECT_0 + 1);
        EXPECT(WaitForSingleObject(overlapped.hEvent, 0), manual ? WAIT_OBJECT_0 : WAIT_TIMEOUT);
        EXPECT(GetOverlappedResult(queue, &overlapped, &bytes, TRUE), TRUE);
        EXPECT(bytes >= sizeof(HTTP_REQUEST_V1), 1);
        EXPECT(respond(queue, NULL), NO_ERROR);
        EXPECT(starts_with(client, "HTTP/1.1 204 "), 1);
        EXPECT(CloseHandle(overlapped.hEvent), TRUE);
    }
    /* Without an event the queue itself is signalled. */
    memset(&overlapped, 0, sizeof(overlapped));
    EXPECT(receive(queue, &overlapped), ERROR_IO_PENDING);
    EXPECT(WaitForSingleObject(queue, 0), WAIT_TIMEOUT);
    client = ask(get);
    EXPECT(WaitForSingleObjectEx(queue, 20000, FALSE), WAIT_OBJECT_0);
    EXPECT(respond(queue, NULL), NO_ERROR);
    EXPECT(starts_with(client, "HTTP/1.1 204 "), 1);
    /* A cancelled receive, its event closed meanwhile. */
    memset(&overlapped, 0, sizeof(overlapped));
    overlapped.hEvent = CreateEventW(NULL, TRUE, FALSE, NULL);
    EXPECT(receive(queue, &overlapped), ERROR_IO_PENDING);
    EXPECT(CloseHandle(overlapped.hEvent), TRUE);
    overlapped.hEvent = NULL;
    EXPECT(CancelIoEx(queue, &overlapped), TRUE);
    EXPECT_ERROR(GetOverlappedResult(queue, &overlapped, &bytes, TRUE), ERROR_OPERATION_ABORTED);
    EXPECT_ERROR(CancelIoEx(queue, &overlapped), ERROR_NOT_FOUND);
    /* The system's handles through our functions. */
    EXPECT(SetEvent(end), TRUE);
    EXPECT(WaitForSingleObject(thread, 20000), WAIT_OBJECT_0);
    EXPECT(GetExitCodeThread(thread, &code), TRUE);
    EXPECT(code, WAIT_OBJECT_0);
    EXPECT(CloseHandle(thread), TRUE);
    EXPECT(CloseHandle(end), TRUE);
    EXPECT_ERROR(CloseHandle(end), ERROR_INVALID_HANDLE);
    EXPECT(CloseHandle(queue), TRUE);
    EXPECT_ERROR(CloseHandle(queue), ERROR_INVALID_HANDLE);
    SetLastError(0);
    EXPECT(WaitForSingleObject(queue, 0), WAIT_FAILED);
    EXPECT(GetLastError(), ERROR_INVALID_HANDLE);
}

static DWORD WINAPI taker(LPVOID port)
{
    OVERLAPPED *overlapped = NULL;
    ULONG_PTR key = 0;
    DWORD bytes = 0;

    return GetQueuedCompletionStatus((HANDLE)port, &bytes, &key, &overlapped, INFINITE)
               ? NO_ERROR
               : GetLastError();
}

/* Whether closing the port ends a wait there: not under Wine 8. */
static int ends_with(HANDLE port)
{
    HANDLE thread = CreateThread(NULL, 0, taker, port, 0, NULL);
    DWORD code = 0;
    int ended;

    EXPECT(WaitForSingleObject(thread, 200), WAIT_TIMEOUT);
    EXPECT(CloseHandle(port), TRUE);
    ended = WaitForSingleObject(thread, 2000) == WAIT_OBJECT_0;
    EXPECT(GetExitCodeThread(thread, &code), TRUE);
    EXPECT(code, ended ? ERROR_ABANDONED_WAIT_0 : STILL_ACTIVE);
    EXPECT(CloseHandle(thread), TRUE);
    return ended;
}

/* A port of the system has packets of a queue, of the program and of a file. */
static void ports(HTTP_URL_GROUP_ID group)
{
    HANDLE queue = new_queue(group);
    HANDLE port = CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, 0);
    HANDLE file;
    OVERLAPPED receiving, sending, reading, *done = NULL;
    ULONG_PTR key = 0;
    DWORD bytes = 0, code = 0;
    char first[2] = {0, 0};
    WCHAR name[MAX_PATH];
    SOCKET client;

    EXPECT(CreateIoCompletionPort(queue, port, 7, 0) == port, 1);
    EXPECT_ERROR(CreateIoCompletionPort(queue, port, 8, 0) != NULL, ERROR_INVALID_PARAMETER);
    memset(&receiving, 0, sizeof(receiving));
    EXPECT(receive(queue, &receiving), ERROR_IO_PENDING);
    EXPECT(PostQueuedCompletionStatus(port, 3, 5, NULL), TRUE);
    EXPECT(GetQueuedCompletionStatus(port, &bytes, &key, &done, 20000), TRUE);
    EXPECT(key == 5 && bytes == 3 && done == NULL, 1);
    client = ask(get);
    EXPECT(GetQueuedCompletionStatus(port, &bytes, &key, &done, 20000), TRUE);
    EXPECT(key == 7 && done == &receiving && bytes != 0, 1);
    memset(&sending, 0, sizeof(sending));
    code = respond(queue, &sending);
    EXPECT(code == NO_ERROR || code == ERROR_IO_PENDING, 1);
    EXPECT(GetQueuedCompletionStatus(port, &bytes, &key, &done, 20000), TRUE);
    EXPECT(key == 7 && done == &sending && bytes != 0, 1);
    EXPECT(starts_with(client, "HTTP/1.1 204 "), 1);
    /* The packet of a failed call has its status. */
    EXPECT(receive(queue, &receiving), ERROR_IO_PENDING);
    EXPECT(CancelIo(queue), TRUE);
    done = NULL;
    EXPECT_ERROR(GetQueuedCompletionStatus(port, &bytes, &key, &done, 20000),
                 ERROR_OPERATION_ABORTED);
    EXPECT(key == 7 && done == &receiving, 1);
    /* A file of the system at the same port. */
    GetModuleFileNameW(NULL, name, MAX_PATH);
    file = CreateFileW(name, GENERIC_READ, FILE_SHARE_READ, NULL, OPEN_EXISTING,
                       FILE_FLAG_OVERLAPPED, NULL);
    EXPECT(CreateIoCompletionPort(file, port, 9, 0) == port, 1);
    memset(&reading, 0, sizeof(reading));
    if (!ReadFile(file, first, 2, NULL, &reading)) {
        EXPECT(GetLastError(), ERROR_IO_PENDING);
    }
    EXPECT(GetQueuedCompletionStatus(port, &bytes, &key, &done, 20000), TRUE);
    EXPECT(key == 9 && done == &reading && bytes == 2 && first[0] == 'M', 1);
    EXPECT(GetOverlappedResult(file, &reading, &bytes, FALSE), TRUE);
    EXPECT(CloseHandle(file), TRUE);
    /* A port with a queue ends as one without. */
    EXPECT(ends_with(port), ends_with(CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, 0)));
    EXPECT(HttpCloseRequestQueue(queue), NO_ERROR);
}

struct seen {
    HANDLE event;
    ULONG result;
    ULONG_PTR bytes;
};

static VOID CALLBACK called(PTP_CALLBACK_INSTANCE instance, PVOID context, PVOID overlapped,
                            ULONG result, ULONG_PTR bytes, PTP_IO io)
{
    struct seen *seen = (struct seen *)context;

    (void)overlapped, (void)io;
    seen->result = result;
    seen->bytes = bytes;
    /* Only an instance of the system's can do this. */
    SetEventWhenCallbackReturns(instance, seen->event);
}

/* Callbacks run in the system's pool. */
static void callbacks(HTTP_URL_GROUP_ID group)
{
    HANDLE queue = new_queue(group);
    struct seen seen = {CreateEventW(NULL, FALSE, FALSE, NULL), 9, 0};
    PTP_IO io = CreateThreadpoolIo(queue, called, &seen, NULL);
    OVERLAPPED overlapped;
    SOCKET client;

    memset(&overlapped, 0, sizeof(overlapped));
    StartThreadpoolIo(io);
    EXPECT(receive(queue, &overlapped), ERROR_IO_PENDING);
    client = ask(get);
    EXPECT(WaitForSingleObject(seen.event, 20000), WAIT_OBJECT_0);
    EXPECT(seen.result == NO_ERROR && seen.bytes != 0, 1);
    EXPECT(respond(queue, NULL), NO_ERROR);
    EXPECT(starts_with(client, "HTTP/1.1 204 "), 1);
    StartThreadpoolIo(io);
    EXPECT(receive(queue, &overlapped), ERROR_IO_PENDING);
    EXPECT(HttpShutdownRequestQueue(queue), NO_ERROR);
    WaitForThreadpoolIoCallbacks(io, FALSE);
    EXPECT(seen.result, ERROR_OPERATION_ABORTED);
    CloseThreadpoolIo(io);
    EXPECT(CloseHandle(queue), TRUE);
    EXPECT(CloseHandle(seen.event), TRUE);
}

int main(int argc, char **argv)
{
    HTTPAPI_VERSION version = HTTPAPI_VERSION_2;
    HTTP_SERVER_SESSION_ID session;
    HTTP_URL_GROUP_ID group;
    WSADATA data;
    WCHAR url[64];

    port_number = argc > 1 ? atoi(argv[1]) : 8080;
    swprintf(url, 64, L"http://localhost:%d/", port_number);
    EXPECT(WSAStartup(0x0202, &data), 0);
    EXPECT(HttpInitialize(version, HTTP_INITIALIZE_SERVER, NULL), NO_ERROR);
    EXPECT(HttpCreateServerSession(version, &session, 0), NO_ERROR);
    EXPECT(HttpCreateUrlGroup(session, &group, 0), NO_ERROR);
    EXPECT(HttpAddUrlToUrlGroup(group, url, 0, 0), NO_ERROR);
    events(group);
    ports(group);
    callbacks(group);
    EXPECT(HttpCloseUrlGroup(group), NO_ERROR);
    EXPECT(HttpCloseServerSession(session), NO_ERROR);
    EXPECT(HttpTerminate(HTTP_INITIALIZE_SERVER, NULL), NO_ERROR);
    printf("handles: %d failed\n", failures);
    return failures != 0;
}
