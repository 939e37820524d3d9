/* A program of the Windows HTTP Server API and its test, in a simulation.
 *
 *   simulated get | timer | thread | port | twice | logs | leak | unanswered | misuse
 *
 * The exit code is that of HttpsysSimFinish, or 2 for an expectation that was not met, whose line is printed.
 * Each step prints what it saw, so that two runs can be compared.
 */
#include <windows.h>

#include <http.h>
#include <httpsys_sim.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXPECT(condition) expect((condition) != 0, #condition, __LINE__)
#define GET "GET /a HTTP/1.1\r\nHost: localhost\r\n\r\n"
#define STOP "GET /stop HTTP/1.1\r\nHost: localhost\r\n\r\n"

static HANDLE queue;
static HTTP_SERVER_SESSION_ID session;
static HTTPSYS_SIM *sim;

static void expect(int met, const char *what, int line)
{
    if (!met) {
        fprintf(stderr, "line %d: not met: %s (last error %lu)\n", line, what, (unsigned long)GetLastError());
        exit(2);
    }
}

static void start(void)
{
    HTTPAPI_VERSION version = HTTPAPI_VERSION_2;
    HTTP_URL_GROUP_ID group;
    HTTP_BINDING_INFO binding;

    EXPECT(HttpInitialize(version, HTTP_INITIALIZE_SERVER, NULL) == NO_ERROR);
    EXPECT(HttpCreateServerSession(version, &session, 0) == NO_ERROR);
    EXPECT(HttpCreateUrlGroup(session, &group, 0) == NO_ERROR);
    EXPECT(HttpCreateRequestQueue(version, NULL, NULL, 0, &queue) == NO_ERROR);
    memset(&binding, 0, sizeof(binding));
    binding.Flags.Present = 1;
    binding.RequestQueueHandle = queue;
    EXPECT(HttpSetUrlGroupProperty(group, HttpServerBindingProperty, &binding, sizeof(binding)) == NO_ERROR);
    EXPECT(HttpAddUrlToUrlGroup(group, L"http://localhost:80/", 0, 0) == NO_ERROR);
}

static void stop(void)
{
    EXPECT(HttpCloseServerSession(session) == NO_ERROR);
    EXPECT(HttpCloseRequestQueue(queue) == NO_ERROR);
    EXPECT(HttpTerminate(HTTP_INITIALIZE_SERVER, NULL) == NO_ERROR);
}

static ULONG answer_logged(HTTP_REQUEST_ID id, PHTTP_LOG_DATA log)
{
    HTTP_RESPONSE response;
    HTTP_DATA_CHUNK chunk;
    ULONG sent = 0;

    memset(&response, 0, sizeof(response));
    response.StatusCode = 200;
    response.pReason = "OK";
    response.ReasonLength = 2;
    memset(&chunk, 0, sizeof(chunk));
    chunk.DataChunkType = HttpDataChunkFromMemory;
    chunk.FromMemory.pBuffer = (PVOID)"hello";
    chunk.FromMemory.BufferLength = 5;
    response.EntityChunkCount = 1;
    response.pEntityChunks = &chunk;
    return HttpSendHttpResponse(queue, id, 0, &response, NULL, &sent, NULL, 0, NULL, log);
}

static ULONG answer(HTTP_REQUEST_ID id)
{
    return answer_logged(id, NULL);
}

/* Room for a request, aligned for it. */
typedef union {
    HTTP_REQUEST request;
    char bytes[sizeof(HTTP_REQUEST) + 2048];
} request_room;

/* Whether there was a request; asks_to_stop: its path was /stop. */
static int receive(request_room *room, int *asks_to_stop)
{
    ULONG received = 0;
    ULONG code = HttpReceiveHttpRequest(queue, HTTP_NULL_ID, 0, &room->request, sizeof(*room), &received, NULL);

    if (code != NO_ERROR) {
        printf("receive: %lu\n", (unsigned long)code);
        return 0;
    }
    *asks_to_stop = strcmp(room->request.pRawUrl, "/stop") == 0;
    return 1;
}

static int is_ok(const char *response)
{
    return response != NULL && strncmp(response, "HTTP/1.1 200 OK\r\n", 17) == 0
        && strcmp(response + strlen(response) - 9, "\r\n\r\nhello") == 0;
}

static HTTPSYS_SIM_CLIENT *connected(void)
{
    HTTPSYS_SIM_CLIENT *client = HttpsysSimConnect(sim, 80);

    EXPECT(client != NULL);
    return client;
}

static int get(void)
{
    request_room room;
    HTTPSYS_SIM_CLIENT *client;
    ULONG length = 0, bytes = 0;
    int stops;
    const char *response;
    char buffer[16];
    ULONGLONG begun;

    start();
    client = connected();
    EXPECT(HttpsysSimSend(client, GET) == NO_ERROR);
    EXPECT(receive(&room, &stops));
    EXPECT(answer(room.request.RequestId) == NO_ERROR);
    response = HttpsysSimResponse(client, &length);
    EXPECT(is_ok(response) && length == strlen(response));
    printf("%s\n", response);
    EXPECT(HttpsysSimClientEnd(client) == HTTPSYS_SIM_END_OPEN);
    /* Two minutes of idleness. */
    begun = GetTickCount64();
    EXPECT(HttpsysSimAdvance(sim, 60 * 1000) == NO_ERROR);
    EXPECT(HttpsysSimClientEnd(client) == HTTPSYS_SIM_END_OPEN);
    EXPECT(HttpsysSimClientExpectEnd(client) == HTTPSYS_SIM_END_CLOSED);
    EXPECT(GetTickCount64() - begun >= 119 * 1000 && GetTickCount64() - begun < 125 * 1000);
    EXPECT(HttpsysSimClientExpectEnd(client) == HTTPSYS_SIM_END_CLOSED);
    EXPECT(HttpsysSimReceive(client, buffer, sizeof(buffer), &bytes) == ERROR_HANDLE_EOF);
    EXPECT(HttpsysSimClose(client) == NO_ERROR);
    EXPECT(HttpsysSimSend(client, "x") == ERROR_NETNAME_DELETED);
    client = connected();
    EXPECT(HttpsysSimClose(client) == NO_ERROR);
    EXPECT(HttpsysSimClientExpectEnd(client) == HTTPSYS_SIM_END_OPEN);
    /* The program works for as long as it likes. */
    client = connected();
    EXPECT(HttpsysSimSend(client, GET) == NO_ERROR);
    EXPECT(receive(&room, &stops));
    begun = GetTickCount64();
    EXPECT(HttpsysSimClientExpectEnd(client) == HTTPSYS_SIM_END_OPEN);
    EXPECT(GetTickCount64() - begun >= 600 * 1000);
    EXPECT(answer(room.request.RequestId) == NO_ERROR);
    EXPECT(is_ok(HttpsysSimResponse(client, NULL)));
    stop();
    return HttpsysSimFinish(sim);
}

/* A log on the disk in memory. */
static int logs(void)
{
    HTTP_LOGGING_INFO logging;
    request_room room;
    HTTPSYS_SIM_CLIENT *client;
    HTTP_LOG_FIELDS_DATA fields;
    ULONG length = 0;
    int stops;
    const char *text;
    static WCHAR directory[] = L"C:\\Logs", stem[] = L"/a";

    start();
    memset(&logging, 0, sizeof(logging));
    logging.Flags.Present = 1;
    logging.LoggingFlags = HTTP_LOGGING_FLAG_USE_UTF8_CONVERSION;
    logging.DirectoryName = directory;
    logging.DirectoryNameLength = (USHORT)(sizeof(directory) - sizeof(WCHAR));
    logging.Format = HttpLoggingTypeW3C;
    logging.Fields = HTTP_LOG_FIELD_URI_STEM | HTTP_LOG_FIELD_STATUS;
    logging.RolloverType = HttpLoggingRolloverDaily;
    EXPECT(HttpSetServerSessionProperty(session, HttpServerLoggingProperty, &logging, sizeof(logging)) == NO_ERROR);
    client = connected();
    EXPECT(HttpsysSimSend(client, GET) == NO_ERROR);
    EXPECT(receive(&room, &stops));
    memset(&fields, 0, sizeof(fields));
    fields.Base.Type = HttpLogDataTypeFields;
    fields.UriStemLength = 4;
    fields.UriStem = stem;
    fields.ProtocolStatus = 200;
    EXPECT(answer_logged(room.request.RequestId, &fields.Base) == NO_ERROR);
    EXPECT(HttpsysSimFile(sim, L"C:\\Logs\\u_ex260102.log", &length) == NULL);
    EXPECT(HttpsysSimAdvance(sim, 2000) == NO_ERROR);
    text = HttpsysSimFile(sim, L"C:\\Logs\\u_ex260101.log", &length);
    EXPECT(text != NULL && length == strlen(text));
    EXPECT(strstr(text, "\r\n/a 200\r\n") != NULL);
    printf("%s\n", text);
    EXPECT(HttpsysSimFile(sim, NULL, NULL) == NULL);
    EXPECT(HttpsysSimFile(NULL, L"C:\\Logs\\u_ex260101.log", NULL) == NULL);
    stop();
    return HttpsysSimFinish(sim);
}

/* A client that sends half of a body: the EntityBody timer of 120 s resets it. */
static int timer(void)
{
    request_room room;
    HTTPSYS_SIM_CLIENT *client;
    char body[16];
    ULONG bytes = 0, code;
    ULONGLONG begun;
    int stops;

    start();
    client = connected();
    EXPECT(HttpsysSimSend(client, "POST /up HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n12345") == NO_ERROR);
    EXPECT(receive(&room, &stops));
    begun = GetTickCount64();
    EXPECT(HttpReceiveRequestEntityBody(queue, room.request.RequestId, 0, body, sizeof(body), &bytes, NULL) == NO_ERROR);
    EXPECT(bytes == 5);
    code = HttpReceiveRequestEntityBody(queue, room.request.RequestId, 0, body, sizeof(body), &bytes, NULL);
    printf("after %lu ms: %lu\n", (unsigned long)(GetTickCount64() - begun), (unsigned long)code);
    EXPECT(code != NO_ERROR);
    EXPECT(GetTickCount64() - begun >= 120 * 1000);
    EXPECT(GetTickCount64() - begun < 130 * 1000);
    EXPECT(HttpsysSimClientEnd(client) == HTTPSYS_SIM_END_RESET);
    stop();
    return HttpsysSimFinish(sim);
}

static DWORD WINAPI serve(LPVOID argument)
{
    request_room room;
    int stops = 0, served = 0;

    (void)argument;
    while (!stops && receive(&room, &stops)) {
        /* Work that takes its time. */
        Sleep(10);
        answer(room.request.RequestId);
        ++served;
    }
    return (DWORD)served;
}

/* Two threads serve two clients; the seed decides who gets which request. */
static int thread(void)
{
    HANDLE threads[2];
    HTTPSYS_SIM_CLIENT *clients[2];
    DWORD served[2];
    int i, round;

    EXPECT(HttpsysSimFault(sim, HTTPSYS_FAULT_SPLIT, 30) == NO_ERROR);
    EXPECT(HttpsysSimFault(sim, HTTPSYS_FAULT_DELAY, 200) == NO_ERROR);
    start();
    for (i = 0; i < 2; ++i) {
        threads[i] = CreateThread(NULL, 0, serve, NULL, 0, NULL);
        EXPECT(threads[i] != NULL);
        clients[i] = connected();
    }
    for (round = 0; round < 5; ++round) {
        for (i = 0; i < 2; ++i)
            EXPECT(HttpsysSimSend(clients[i], GET) == NO_ERROR);
        for (i = 0; i < 2; ++i)
            EXPECT(is_ok(HttpsysSimResponse(clients[i], NULL)));
    }
    for (i = 0; i < 2; ++i)
        EXPECT(HttpsysSimSend(clients[i], STOP) == NO_ERROR);
    for (i = 0; i < 2; ++i)
        EXPECT(is_ok(HttpsysSimResponse(clients[i], NULL)));
    EXPECT(WaitForMultipleObjects(2, threads, TRUE, 60 * 1000) == WAIT_OBJECT_0);
    for (i = 0; i < 2; ++i) {
        EXPECT(GetExitCodeThread(threads[i], &served[i]));
        CloseHandle(threads[i]);
    }
    printf("served %lu and %lu in %lu ms\n", (unsigned long)served[0], (unsigned long)served[1],
        (unsigned long)GetTickCount64());
    EXPECT(served[0] + served[1] == 12);
    stop();
    return HttpsysSimFinish(sim);
}

/* A receive that ends at a completion port, which a second thread waits for. */
static DWORD WINAPI complete(LPVOID port)
{
    DWORD bytes = 0;
    ULONG_PTR key = 0;
    OVERLAPPED *ended = NULL;

    if (!GetQueuedCompletionStatus((HANDLE)port, &bytes, &key, &ended, INFINITE))
        return 0;
    printf("key %lu, %lu bytes\n", (unsigned long)key, (unsigned long)bytes);
    return (DWORD)key;
}

static int port(void)
{
    request_room room;
    OVERLAPPED overlapped;
    HTTPSYS_SIM_CLIENT *client;
    HANDLE completions, waiter;
    DWORD code = 0;

    start();
    completions = CreateIoCompletionPort(queue, NULL, 7, 0);
    EXPECT(completions != NULL);
    memset(&overlapped, 0, sizeof(overlapped));
    EXPECT(HttpReceiveHttpRequest(queue, HTTP_NULL_ID, 0, &room.request, sizeof(room), NULL, &overlapped)
        == ERROR_IO_PENDING);
    waiter = CreateThread(NULL, 0, complete, completions, 0, NULL);
    EXPECT(waiter != NULL);
    Sleep(3600 * 1000);
    client = connected();
    EXPECT(HttpsysSimSend(client, GET) == NO_ERROR);
    EXPECT(WaitForSingleObject(waiter, 1000) == WAIT_OBJECT_0);
    EXPECT(GetExitCodeThread(waiter, &code) && code == 7);
    EXPECT(answer(room.request.RequestId) == NO_ERROR);
    EXPECT(is_ok(HttpsysSimResponse(client, NULL)));
    CloseHandle(waiter);
    CloseHandle(completions);
    stop();
    return HttpsysSimFinish(sim);
}

/* The service of one simulation is not that of the next. */
static int twice(void)
{
    int first = get();

    sim = HttpsysSimCreate(HttpsysSimSeed() + 1);
    EXPECT(sim != NULL);
    return first | get();
}

static DWORD WINAPI wait_for_ever(LPVOID event)
{
    WaitForSingleObject((HANDLE)event, INFINITE);
    return 0;
}

/* A thread that does not end is a failure. */
static int leak(void)
{
    HANDLE event = CreateEventW(NULL, TRUE, FALSE, NULL);

    EXPECT(CreateThread(NULL, 0, wait_for_ever, event, 0, NULL) != NULL);
    EXPECT(HttpsysSimNote(sim, "about to leak") == NO_ERROR);
    return HttpsysSimFinish(sim);
}

/* A request that was received and not answered is one. */
static int unanswered(void)
{
    request_room room;
    int stops;

    start();
    EXPECT(HttpsysSimSend(connected(), GET) == NO_ERROR);
    EXPECT(receive(&room, &stops));
    return HttpsysSimFinish(sim);
}

static int misuse(void)
{
    EXPECT(HttpsysSimCreate(1) == NULL);
    EXPECT(HttpsysSimConnect(sim, 80) == NULL);
    EXPECT(HttpsysSimConnect(NULL, 80) == NULL);
    EXPECT(HttpsysSimSend(NULL, GET) == ERROR_INVALID_PARAMETER);
    EXPECT(HttpsysSimFault(sim, HTTPSYS_FAULT_SPLIT, 101) == ERROR_INVALID_PARAMETER);
    EXPECT(HttpsysSimFault(sim, (HTTPSYS_FAULT)99, 1) == ERROR_INVALID_PARAMETER);
    EXPECT(HttpsysSimFinish(NULL) == 1);
    return HttpsysSimFinish(sim);
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        int (*run)(void);
    } tests[] = { { "get", get }, { "timer", timer }, { "thread", thread }, { "port", port }, { "twice", twice },
        { "logs", logs }, { "leak", leak }, { "unanswered", unanswered }, { "misuse", misuse } };
    size_t i;

    sim = HttpsysSimCreate(HttpsysSimSeed());
    EXPECT(sim != NULL);
    for (i = 0; argc == 2 && i < sizeof(tests) / sizeof(tests[0]); ++i) {
        if (strcmp(tests[i].name, argv[1]) == 0)
            return tests[i].run();
    }
    return 2;
}
