/* iocp_skip - a completion port with worker threads; a call that is done at once posts no packet.
 *
 *   iocp_skip port [threads]
 *
 *   GET  /count       how many requests were served before this one
 *   GET  /sum?a=1&b=2 a small computation
 *   POST /length      the length of the entity body, which the receive copies or the worker reads
 *   GET  /stop        ends the server
 */
#ifndef UNICODE
#define UNICODE
#endif
#include <winsock2.h>
#include <windows.h>
#include <http.h>
#include <process.h>
#include <stdio.h>
#include <stdlib.h>

#pragma comment(lib, "httpapi.lib")

#ifndef FILE_SKIP_COMPLETION_PORT_ON_SUCCESS
#define FILE_SKIP_COMPLETION_PORT_ON_SUCCESS 0x1
#endif
#ifndef FILE_SKIP_SET_EVENT_ON_HANDLE
#define FILE_SKIP_SET_EVENT_ON_HANDLE 0x2
#endif

#define KEY_QUEUE ((ULONG_PTR)1)
#define KEY_STOP  ((ULONG_PTR)2)

#define MAX_WORKERS        16
#define RECEIVES_PER_CORE  4

typedef enum
{
    StateReceive,
    StateBody,
    StateSend
} OPERATION;

/* One request from its receive to the end of its response. */
typedef struct
{
    OVERLAPPED      ov;
    OPERATION       op;
    HTTP_REQUEST_ID id;
    BYTE           *buffer;
    DWORD           capacity;
    BYTE            body[1024];
    ULONGLONG       bodyLength;
    CHAR            text[128];
    HTTP_RESPONSE   response;
    HTTP_DATA_CHUNK chunk;
} JOB;

static HANDLE        queue;
static HANDLE        port;
static volatile LONG served;
static volatile LONG inlineCompletions;
static volatile LONG jobs;
static HANDLE        stopEvent;

static void advance(JOB *job, DWORD error, DWORD bytes);

static void fail(const char *what, DWORD error)
{
    fprintf(stderr, "%s: %lu\n", what, error);
    ExitProcess(1);
}

/* What a call returned: go on at once, or leave the rest to the packet. */
static BOOL isPending(DWORD result)
{
    if (result == ERROR_IO_PENDING)
        return TRUE;
    InterlockedIncrement(&inlineCompletions);
    return FALSE;
}

static void receive(JOB *job)
{
    DWORD bytes = 0;
    DWORD result;

    job->op = StateReceive;
    memset(&job->ov, 0, sizeof(job->ov));
    result = HttpReceiveHttpRequest(queue, job->id, HTTP_RECEIVE_REQUEST_FLAG_COPY_BODY,
                                    (PHTTP_REQUEST)job->buffer, job->capacity, &bytes, &job->ov);
    if (!isPending(result))
        advance(job, result, bytes);
}

static void readBody(JOB *job)
{
    DWORD bytes = 0;
    DWORD result;

    job->op = StateBody;
    memset(&job->ov, 0, sizeof(job->ov));
    result = HttpReceiveRequestEntityBody(queue, job->id, 0, job->body, sizeof(job->body), &bytes,
                                          &job->ov);
    if (!isPending(result))
        advance(job, result, bytes);
}

static void send200(JOB *job)
{
    DWORD bytes = 0;
    DWORD result;

    /* Before the client can know. */
    InterlockedIncrement(&served);
    job->op = StateSend;
    memset(&job->ov, 0, sizeof(job->ov));
    memset(&job->response, 0, sizeof(job->response));
    job->response.StatusCode = 200;
    job->response.pReason = "OK";
    job->response.ReasonLength = 2;
    job->response.Headers.KnownHeaders[HttpHeaderContentType].pRawValue = "text/plain";
    job->response.Headers.KnownHeaders[HttpHeaderContentType].RawValueLength = 10;
    job->chunk.DataChunkType = HttpDataChunkFromMemory;
    job->chunk.FromMemory.pBuffer = job->text;
    job->chunk.FromMemory.BufferLength = (ULONG)strlen(job->text);
    job->response.EntityChunkCount = 1;
    job->response.pEntityChunks = &job->chunk;
    result = HttpSendHttpResponse(queue, job->id, 0, &job->response, NULL, &bytes, NULL, 0,
                                  &job->ov, NULL);
    if (!isPending(result))
        advance(job, result, bytes);
}

static BOOL pathIs(const HTTP_COOKED_URL *url, const wchar_t *path)
{
    return url->AbsPathLength == wcslen(path) * sizeof(wchar_t) &&
           !wcsncmp(url->pAbsPath, path, wcslen(path));
}

static void dispatch(JOB *job)
{
    PHTTP_REQUEST          request = (PHTTP_REQUEST)job->buffer;
    const HTTP_COOKED_URL *url = &request->CookedUrl;
    USHORT                 i;

    job->id = request->RequestId;
    if (request->Verb == HttpVerbPOST)
    {
        job->bodyLength = 0;
        for (i = 0; i < request->EntityChunkCount; i++)
            job->bodyLength += request->pEntityChunks[i].FromMemory.BufferLength;
        if (request->Flags & HTTP_REQUEST_FLAG_MORE_ENTITY_BODY_EXISTS)
        {
            readBody(job);
            return;
        }
        sprintf_s(job->text, sizeof(job->text), "%I64u bytes\r\n", job->bodyLength);
    }
    else if (pathIs(url, L"/count"))
    {
        sprintf_s(job->text, sizeof(job->text), "%ld before\r\n", served);
    }
    else if (pathIs(url, L"/sum"))
    {
        long a = 0, b = 0;
        WCHAR query[64] = L"";
        if (url->QueryStringLength && url->QueryStringLength < sizeof(query))
            memcpy(query, url->pQueryString, url->QueryStringLength);
        if (swscanf_s(query, L"?a=%ld&b=%ld", &a, &b) == 2)
            sprintf_s(job->text, sizeof(job->text), "%ld\r\n", a + b);
        else
            strcpy_s(job->text, sizeof(job->text), "a and b are missing\r\n");
    }
    else if (pathIs(url, L"/stop"))
    {
        strcpy_s(job->text, sizeof(job->text), "stopping\r\n");
        SetEvent(stopEvent);
    }
    else
    {
        strcpy_s(job->text, sizeof(job->text), "nothing here\r\n");
    }
    send200(job);
}

static void freeJob(JOB *job)
{
    HeapFree(GetProcessHeap(), 0, job->buffer);
    HeapFree(GetProcessHeap(), 0, job);
    InterlockedDecrement(&jobs);
}

static void advance(JOB *job, DWORD error, DWORD bytes)
{
    switch (job->op)
    {
    case StateReceive:
        if (error == NO_ERROR)
        {
            dispatch(job);
        }
        else if (error == ERROR_MORE_DATA)
        {
            job->id = ((PHTTP_REQUEST)job->buffer)->RequestId;
            job->capacity = bytes;
            job->buffer = (BYTE *)HeapReAlloc(GetProcessHeap(), 0, job->buffer, bytes);
            if (!job->buffer)
                fail("HeapReAlloc", ERROR_OUTOFMEMORY);
            receive(job);
        }
        else if (error == ERROR_CONNECTION_INVALID)
        {
            job->id = HTTP_NULL_ID;
            receive(job);
        }
        else
        {
            /* The queue is shut down. */
            freeJob(job);
        }
        break;

    case StateBody:
        if (error == NO_ERROR)
        {
            job->bodyLength += bytes;
            readBody(job);
        }
        else if (error == ERROR_HANDLE_EOF)
        {
            sprintf_s(job->text, sizeof(job->text), "%I64u bytes, read\r\n", job->bodyLength);
            send200(job);
        }
        else
        {
            job->id = HTTP_NULL_ID;
            receive(job);
        }
        break;

    case StateSend:
        job->id = HTTP_NULL_ID;
        receive(job);
        break;
    }
}

static unsigned __stdcall worker(void *unused)
{
    (void)unused;
    for (;;)
    {
        DWORD       bytes = 0;
        ULONG_PTR   key = 0;
        OVERLAPPED *ov = NULL;
        DWORD       error = NO_ERROR;

        if (!GetQueuedCompletionStatus(port, &bytes, &key, &ov, INFINITE))
        {
            error = GetLastError();
            if (ov == NULL)
                fail("GetQueuedCompletionStatus", error);
        }
        if (key == KEY_STOP)
            break;
        advance(CONTAINING_RECORD(ov, JOB, ov), error, bytes);
    }
    return 0;
}

static void addJobs(int count)
{
    while (count--)
    {
        JOB *job = (JOB *)HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY, sizeof(JOB));
        if (job)
        {
            job->capacity = 2048;
            job->buffer = (BYTE *)HeapAlloc(GetProcessHeap(), 0, job->capacity);
        }
        if (!job || !job->buffer)
            fail("HeapAlloc", ERROR_OUTOFMEMORY);
        InterlockedIncrement(&jobs);
        receive(job);
    }
}

int main(int argc, char **argv)
{
    HTTPAPI_VERSION        version = HTTPAPI_VERSION_2;
    HTTP_SERVER_SESSION_ID session;
    HTTP_URL_GROUP_ID      group;
    HTTP_BINDING_INFO      binding;
    HANDLE                 threads[MAX_WORKERS];
    SYSTEM_INFO            system;
    WCHAR                  url[64];
    DWORD                  i, count, error;

    if (argc < 2)
    {
        fprintf(stderr, "usage: iocp_skip port [threads]\n");
        return 2;
    }
    GetSystemInfo(&system);
    count = argc > 2 ? (DWORD)atoi(argv[2]) : system.dwNumberOfProcessors * 2;
    count = max(1, min(count, MAX_WORKERS));

    if ((error = HttpInitialize(version, HTTP_INITIALIZE_SERVER, NULL)) != NO_ERROR)
        fail("HttpInitialize", error);
    if ((error = HttpCreateServerSession(version, &session, 0)) != NO_ERROR)
        fail("HttpCreateServerSession", error);
    if ((error = HttpCreateUrlGroup(session, &group, 0)) != NO_ERROR)
        fail("HttpCreateUrlGroup", error);
    if ((error = HttpCreateRequestQueue(version, NULL, NULL, 0, &queue)) != NO_ERROR)
        fail("HttpCreateRequestQueue", error);
    binding.Flags.Present = 1;
    binding.RequestQueueHandle = queue;
    if ((error = HttpSetUrlGroupProperty(group, HttpServerBindingProperty, &binding,
                                         sizeof(binding))) != NO_ERROR)
        fail("HttpSetUrlGroupProperty", error);
    swprintf_s(url, sizeof(url) / sizeof(url[0]), L"http://localhost:%hs/", argv[1]);
    if ((error = HttpAddUrlToUrlGroup(group, url, 0, 0)) != NO_ERROR)
        fail("HttpAddUrlToUrlGroup", error);

    port = CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, count);
    if (!port || !CreateIoCompletionPort(queue, port, KEY_QUEUE, 0))
        fail("CreateIoCompletionPort", GetLastError());
    if (!SetFileCompletionNotificationModes(queue, FILE_SKIP_COMPLETION_PORT_ON_SUCCESS |
                                                       FILE_SKIP_SET_EVENT_ON_HANDLE))
        fail("SetFileCompletionNotificationModes", GetLastError());
    stopEvent = CreateEvent(NULL, TRUE, FALSE, NULL);

    for (i = 0; i < count; i++)
    {
        threads[i] = (HANDLE)_beginthreadex(NULL, 0, worker, NULL, 0, NULL);
        if (!threads[i])
            fail("_beginthreadex", (DWORD)errno);
    }
    addJobs((int)(RECEIVES_PER_CORE * count));
    printf("%lu workers\n", count);
    fflush(stdout);

    WaitForSingleObject(stopEvent, INFINITE);
    HttpShutdownRequestQueue(queue);
    while (jobs > 0)
        Sleep(1);
    for (i = 0; i < count; i++)
        PostQueuedCompletionStatus(port, 0, KEY_STOP, NULL);
    WaitForMultipleObjects(count, threads, TRUE, INFINITE);
    for (i = 0; i < count; i++)
        CloseHandle(threads[i]);
    HttpCloseUrlGroup(group);
    HttpCloseServerSession(session);
    HttpCloseRequestQueue(queue);
    CloseHandle(port);
    CloseHandle(stopEvent);
    HttpTerminate(HTTP_INITIALIZE_SERVER, NULL);
    printf("%ld served\n", served);
    return 0;
}
