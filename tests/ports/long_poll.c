/* long_poll - messages for clients that wait for them.
 *
 *   long_poll http://localhost:8080/
 *
 *   GET  /poll?topic=news&ms=5000    the next message of the topic, or 204 after that time
 *   POST /publish?topic=news         the entity body goes to everybody who waits; says to how many
 *   GET  /stats                      counters
 *   GET  /quit                       answers who still waits with 503, and ends
 *
 * Each waiting client has a thread-pool timer. A client that goes away is noticed by
 * HttpWaitForDisconnect and a registered wait. A timer queue counts heartbeats.
 */
#ifndef UNICODE
#define UNICODE
#define _UNICODE
#endif
#include <winsock2.h>
#include <windows.h>
#include <http.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#pragma comment(lib, "httpapi.lib")

#define MAX_MESSAGE   1024
#define THREADS       2
#define HEARTBEAT_MS  10

typedef struct _WAITER
{
    LIST_ENTRY         Link;
    HTTP_REQUEST_ID    RequestId;
    HTTP_CONNECTION_ID ConnectionId;
    PTP_TIMER          Timer;
    WCHAR              Topic[32];
} WAITER, *PWAITER;

/* One for each connection that has polled; lives until the connection ends. */
typedef struct _WATCH
{
    OVERLAPPED         Overlapped;
    LIST_ENTRY         Link;
    HTTP_CONNECTION_ID ConnectionId;
    HANDLE             Wait;
} WATCH, *PWATCH;

static HANDLE           g_Queue;
static HANDLE           g_Quit;
static CRITICAL_SECTION g_Lock;
static LIST_ENTRY       g_Waiters;
static LIST_ENTRY       g_Watches;
static LONG             g_Waiting, g_Delivered, g_TimedOut, g_Disconnected;
static volatile LONG    g_Heartbeats;

static void InitializeListHead(PLIST_ENTRY Head)
{
    Head->Flink = Head->Blink = Head;
}

static void InsertTailList(PLIST_ENTRY Head, PLIST_ENTRY Entry)
{
    Entry->Flink = Head;
    Entry->Blink = Head->Blink;
    Head->Blink->Flink = Entry;
    Head->Blink = Entry;
}

static void RemoveEntryList(PLIST_ENTRY Entry)
{
    Entry->Flink->Blink = Entry->Blink;
    Entry->Blink->Flink = Entry->Flink;
}

static ULONG Answer(HTTP_REQUEST_ID Id, USHORT Status, PCSTR Reason, const void *Body, ULONG Length)
{
    HTTP_RESPONSE   response;
    HTTP_DATA_CHUNK chunk;

    memset(&response, 0, sizeof(response));
    response.StatusCode = Status;
    response.pReason = Reason;
    response.ReasonLength = (USHORT)strlen(Reason);
    response.Headers.KnownHeaders[HttpHeaderCacheControl].pRawValue = "no-store";
    response.Headers.KnownHeaders[HttpHeaderCacheControl].RawValueLength = 8;
    if (Body)
    {
        response.Headers.KnownHeaders[HttpHeaderContentType].pRawValue = "text/plain";
        response.Headers.KnownHeaders[HttpHeaderContentType].RawValueLength = 10;
        chunk.DataChunkType = HttpDataChunkFromMemory;
        chunk.FromMemory.pBuffer = (PVOID)Body;
        chunk.FromMemory.BufferLength = Length;
        response.EntityChunkCount = 1;
        response.pEntityChunks = &chunk;
    }
    return HttpSendHttpResponse(g_Queue, Id, 0, &response, NULL, NULL, NULL, 0, NULL, NULL);
}

static ULONG AnswerText(HTTP_REQUEST_ID Id, USHORT Status, PCSTR Reason, PCSTR Text)
{
    return Answer(Id, Status, Reason, Text, (ULONG)strlen(Text));
}

/* The timer of a waiter that nobody has answered meanwhile. */
static VOID CALLBACK PollExpired(PTP_CALLBACK_INSTANCE Instance, PVOID Context, PTP_TIMER Timer)
{
    HTTP_REQUEST_ID id = (HTTP_REQUEST_ID)(ULONG_PTR)Context;
    PLIST_ENTRY     entry;
    PWAITER         found = NULL;

    UNREFERENCED_PARAMETER(Instance);
    EnterCriticalSection(&g_Lock);
    for (entry = g_Waiters.Flink; entry != &g_Waiters; entry = entry->Flink)
    {
        PWAITER waiter = CONTAINING_RECORD(entry, WAITER, Link);
        if (waiter->Timer == Timer)
        {
            found = waiter;
            RemoveEntryList(entry);
            g_Waiting--;
            g_TimedOut++;
            break;
        }
    }
    LeaveCriticalSection(&g_Lock);
    if (found)
    {
        Answer(id, 204, "No Content", NULL, 0);
        CloseThreadpoolTimer(Timer);
        free(found);
    }
}

/* The waiter is out of the list: nobody else has it. */
static void Release(PWAITER Waiter)
{
    SetThreadpoolTimer(Waiter->Timer, NULL, 0, 0);
    WaitForThreadpoolTimerCallbacks(Waiter->Timer, TRUE);
    CloseThreadpoolTimer(Waiter->Timer);
    free(Waiter);
}

static VOID CALLBACK ConnectionGone(PVOID Context, BOOLEAN TimedOut)
{
    PWATCH      watch = (PWATCH)Context;
    PLIST_ENTRY entry, next;
    LIST_ENTRY  gone;

    UNREFERENCED_PARAMETER(TimedOut);
    InitializeListHead(&gone);
    EnterCriticalSection(&g_Lock);
    for (entry = g_Waiters.Flink; entry != &g_Waiters; entry = next)
    {
        PWAITER waiter = CONTAINING_RECORD(entry, WAITER, Link);
        next = entry->Flink;
        if (waiter->ConnectionId == watch->ConnectionId)
        {
            RemoveEntryList(entry);
            InsertTailList(&gone, entry);
            g_Waiting--;
            g_Disconnected++;
        }
    }
    RemoveEntryList(&watch->Link);
    LeaveCriticalSection(&g_Lock);

    while (gone.Flink != &gone)
    {
        PWAITER waiter = CONTAINING_RECORD(gone.Flink, WAITER, Link);
        RemoveEntryList(&waiter->Link);
        Release(waiter);
    }
    UnregisterWaitEx(watch->Wait, NULL);
    CloseHandle(watch->Overlapped.hEvent);
    free(watch);
}

/* Under the lock. */
static void WatchConnection(HTTP_CONNECTION_ID ConnectionId)
{
    PLIST_ENTRY entry;
    PWATCH      watch;
    ULONG       result;

    for (entry = g_Watches.Flink; entry != &g_Watches; entry = entry->Flink)
    {
        if (CONTAINING_RECORD(entry, WATCH, Link)->ConnectionId == ConnectionId)
            return;
    }
    watch = (PWATCH)calloc(1, sizeof(*watch));
    if (!watch)
        return;
    watch->ConnectionId = ConnectionId;
    watch->Overlapped.hEvent = CreateEvent(NULL, TRUE, FALSE, NULL);
    result = HttpWaitForDisconnect(g_Queue, ConnectionId, &watch->Overlapped);
    if (result != NO_ERROR && result != ERROR_IO_PENDING)
    {
        fwprintf(stderr, L"HttpWaitForDisconnect: %lu\n", result);
        CloseHandle(watch->Overlapped.hEvent);
        free(watch);
        return;
    }
    InsertTailList(&g_Watches, &watch->Link);
    if (!RegisterWaitForSingleObject(&watch->Wait, watch->Overlapped.hEvent, ConnectionGone, watch,
                                     INFINITE, WT_EXECUTEONLYONCE))
    {
        fwprintf(stderr, L"RegisterWaitForSingleObject: %lu\n", GetLastError());
    }
}

/* The value of a parameter of the query string, or the empty string. */
static void QueryParameter(PHTTP_REQUEST Request, PCWSTR Name, PWSTR Value, size_t Count)
{
    WCHAR  query[256] = L"";
    WCHAR *context = NULL;
    WCHAR *pair;
    size_t length = Request->CookedUrl.QueryStringLength / sizeof(WCHAR);

    Value[0] = 0;
    if (length < 2 || length >= ARRAYSIZE(query))
        return;
    wcsncpy_s(query, ARRAYSIZE(query), Request->CookedUrl.pQueryString + 1, length - 1);
    for (pair = wcstok_s(query, L"&", &context); pair; pair = wcstok_s(NULL, L"&", &context))
    {
        WCHAR *equals = wcschr(pair, L'=');
        if (!equals)
            continue;
        *equals = 0;
        if (_wcsicmp(pair, Name) == 0)
            wcsncpy_s(Value, Count, equals + 1, _TRUNCATE);
    }
}

static void Poll(PHTTP_REQUEST Request)
{
    PWAITER  waiter = (PWAITER)calloc(1, sizeof(*waiter));
    WCHAR    milliseconds[16];
    LONGLONG due;
    FILETIME dueTime;

    if (!waiter)
    {
        AnswerText(Request->RequestId, 503, "Service Unavailable", "no memory\n");
        return;
    }
    waiter->RequestId = Request->RequestId;
    waiter->ConnectionId = Request->ConnectionId;
    QueryParameter(Request, L"topic", waiter->Topic, ARRAYSIZE(waiter->Topic));
    QueryParameter(Request, L"ms", milliseconds, ARRAYSIZE(milliseconds));
    waiter->Timer = CreateThreadpoolTimer(PollExpired, (PVOID)(ULONG_PTR)Request->RequestId, NULL);

    /* Negative: from now on, in units of 100 nanoseconds. */
    due = -10000LL * (milliseconds[0] ? _wtoi(milliseconds) : 30000);
    dueTime.dwLowDateTime = (DWORD)(due & 0xFFFFFFFF);
    dueTime.dwHighDateTime = (DWORD)(due >> 32);

    EnterCriticalSection(&g_Lock);
    InsertTailList(&g_Waiters, &waiter->Link);
    g_Waiting++;
    WatchConnection(Request->ConnectionId);
    SetThreadpoolTimer(waiter->Timer, &dueTime, 0, 0);
    LeaveCriticalSection(&g_Lock);
}

/* Answers all waiters of a topic, or of every topic if that is NULL. */
static LONG AnswerWaiters(PCWSTR Topic, USHORT Status, PCSTR Reason, const void *Body, ULONG Length)
{
    LIST_ENTRY  chosen;
    PLIST_ENTRY entry, next;
    LONG        count = 0;

    InitializeListHead(&chosen);
    EnterCriticalSection(&g_Lock);
    for (entry = g_Waiters.Flink; entry != &g_Waiters; entry = next)
    {
        PWAITER waiter = CONTAINING_RECORD(entry, WAITER, Link);
        next = entry->Flink;
        if (!Topic || lstrcmpiW(waiter->Topic, Topic) == 0)
        {
            RemoveEntryList(entry);
            InsertTailList(&chosen, entry);
            g_Waiting--;
        }
    }
    LeaveCriticalSection(&g_Lock);
    while (chosen.Flink != &chosen)
    {
        PWAITER waiter = CONTAINING_RECORD(chosen.Flink, WAITER, Link);
        RemoveEntryList(&waiter->Link);
        if (Answer(waiter->RequestId, Status, Reason, Body, Length) == NO_ERROR)
            count++;
        Release(waiter);
    }
    return count;
}

static void Publish(PHTTP_REQUEST Request)
{
    BYTE  message[MAX_MESSAGE];
    ULONG length = 0, got;
    ULONG result = NO_ERROR;
    WCHAR topic[32];
    char  text[64];
    LONG  count;

    while (length < sizeof(message))
    {
        result = HttpReceiveRequestEntityBody(g_Queue, Request->RequestId, 0, message + length,
                                              sizeof(message) - length, &got, NULL);
        if (result != NO_ERROR)
            break;
        length += got;
    }
    if (result != ERROR_HANDLE_EOF)
    {
        AnswerText(Request->RequestId, 413, "Content Too Large", "at most 1023 bytes\n");
        return;
    }
    QueryParameter(Request, L"topic", topic, ARRAYSIZE(topic));
    count = AnswerWaiters(topic, 200, "OK", message, length);
    InterlockedExchangeAdd(&g_Delivered, count);
    sprintf_s(text, sizeof(text), "to %ld\n", count);
    AnswerText(Request->RequestId, 200, "OK", text);
}

static void Stats(PHTTP_REQUEST Request)
{
    char text[256];

    EnterCriticalSection(&g_Lock);
    sprintf_s(text, sizeof(text),
              "waiting %ld\ndelivered %ld\ntimed out %ld\ndisconnected %ld\nheartbeat %s\n",
              g_Waiting, g_Delivered, g_TimedOut, g_Disconnected, g_Heartbeats > 1 ? "yes" : "no");
    LeaveCriticalSection(&g_Lock);
    AnswerText(Request->RequestId, 200, "OK", text);
}

static BOOL IsPath(PHTTP_REQUEST Request, PCWSTR Path)
{
    size_t length = wcslen(Path);
    return Request->CookedUrl.AbsPathLength / sizeof(WCHAR) == length &&
           !wcsncmp(Request->CookedUrl.pAbsPath, Path, length);
}

static DWORD WINAPI Receiver(LPVOID Unused)
{
    static const ULONG size = 8192;
    PHTTP_REQUEST      request = (PHTTP_REQUEST)malloc(size);
    ULONG              bytes, result;

    UNREFERENCED_PARAMETER(Unused);
    while (request)
    {
        result = HttpReceiveHttpRequest(g_Queue, HTTP_NULL_ID, 0, request, size, &bytes, NULL);
        if (result == ERROR_MORE_DATA)
        {
            /* Larger than anything that we serve. */
            AnswerText(request->RequestId, 431, "Request Header Fields Too Large", "too large\n");
            continue;
        }
        if (result == ERROR_CONNECTION_INVALID)
            continue;
        if (result != NO_ERROR)
            break;
        if (request->Verb == HttpVerbGET && IsPath(request, L"/poll"))
            Poll(request);
        else if (request->Verb == HttpVerbPOST && IsPath(request, L"/publish"))
            Publish(request);
        else if (request->Verb == HttpVerbGET && IsPath(request, L"/stats"))
            Stats(request);
        else if (request->Verb == HttpVerbGET && IsPath(request, L"/quit"))
        {
            AnswerWaiters(NULL, 503, "Service Unavailable", "closing\n", 8);
            AnswerText(request->RequestId, 200, "OK", "bye\n");
            SetEvent(g_Quit);
        }
        else
            AnswerText(request->RequestId, 404, "Not Found", "no such resource\n");
    }
    free(request);
    return 0;
}

static VOID CALLBACK Heartbeat(PVOID Parameter, BOOLEAN TimerOrWaitFired)
{
    UNREFERENCED_PARAMETER(TimerOrWaitFired);
    InterlockedIncrement((volatile LONG *)Parameter);
}

int wmain(int argc, wchar_t **argv)
{
    HTTPAPI_VERSION        version = HTTPAPI_VERSION_2;
    HTTP_SERVER_SESSION_ID session;
    HTTP_URL_GROUP_ID      group;
    HTTP_BINDING_INFO      binding;
    HANDLE                 threads[THREADS];
    HANDLE                 timerQueue, heartbeat;
    ULONG                  result;
    int                    i;

    if (argc < 2)
        return fwprintf(stderr, L"usage: long_poll url\n"), 2;
    InitializeCriticalSectionAndSpinCount(&g_Lock, 4000);
    InitializeListHead(&g_Waiters);
    InitializeListHead(&g_Watches);
    g_Quit = CreateEvent(NULL, TRUE, FALSE, NULL);

    HttpInitialize(version, HTTP_INITIALIZE_SERVER, NULL);
    HttpCreateServerSession(version, &session, 0);
    HttpCreateUrlGroup(session, &group, 0);
    HttpCreateRequestQueue(version, NULL, NULL, 0, &g_Queue);
    binding.Flags.Present = 1;
    binding.RequestQueueHandle = g_Queue;
    HttpSetUrlGroupProperty(group, HttpServerBindingProperty, &binding, sizeof(binding));
    result = HttpAddUrlToUrlGroup(group, argv[1], 0, 0);
    if (result != NO_ERROR)
    {
        fwprintf(stderr, L"%ls cannot be served: %lu\n", argv[1], result);
        return 1;
    }
    timerQueue = CreateTimerQueue();
    if (!CreateTimerQueueTimer(&heartbeat, timerQueue, Heartbeat, (PVOID)&g_Heartbeats,
                               HEARTBEAT_MS, HEARTBEAT_MS, WT_EXECUTEDEFAULT))
        fwprintf(stderr, L"CreateTimerQueueTimer: %lu\n", GetLastError());
    for (i = 0; i < THREADS; i++)
        threads[i] = CreateThread(NULL, 0, Receiver, NULL, 0, NULL);

    WaitForSingleObject(g_Quit, INFINITE);
    HttpShutdownRequestQueue(g_Queue);
    WaitForMultipleObjects(THREADS, threads, TRUE, INFINITE);
    DeleteTimerQueueEx(timerQueue, INVALID_HANDLE_VALUE);
    HttpCloseUrlGroup(group);
    HttpCloseServerSession(session);
    HttpCloseRequestQueue(g_Queue);
    HttpTerminate(HTTP_INITIALIZE_SERVER, NULL);
    wprintf(L"delivered %d, timed out %d, disconnected %d\n", (int)g_Delivered, (int)g_TimedOut,
            (int)g_Disconnected);
    return 0;
}
