/* work_queue - jobs that a client posts and asks for later.
 *
 *   work_queue port [workers [capacity]]
 *
 *   POST /jobs            the body is a decimal number; 202 with the job's Location, 503 if full
 *   GET  /jobs/N          202 while it is not done, 200 with the number of primes below it
 *   GET  /jobs/N?wait=MS  waits that long for its end
 *   POST /hold, /release  workers stop taking jobs, and go on
 *   GET  /quit
 *
 * A slim reader/writer lock protects the table; two condition variables tell of work and results.
 */
#define WIN32_LEAN_AND_MEAN
#include <windows.h>
#include <http.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#pragma comment(lib, "httpapi.lib")

#define MAX_JOBS 64

typedef enum _JOB_STATE { JobFree, JobQueued, JobRunning, JobDone } JOB_STATE;

typedef struct _JOB
{
    JOB_STATE State;
    ULONG     Number;
    ULONG     Result;
    DWORD     Thread;
} JOB;

static SRWLOCK            TableLock = SRWLOCK_INIT;
static CONDITION_VARIABLE WorkReady = CONDITION_VARIABLE_INIT;
static CONDITION_VARIABLE WorkDone;
static INIT_ONCE          SieveOnce = INIT_ONCE_STATIC_INIT;
static JOB                Jobs[MAX_JOBS];
static ULONG              JobCount, NextJob, Capacity = 4;
static BOOL               Held, Stopping;
static PBYTE              Composite;
static HANDLE             Queue;

#define SIEVE_SIZE 100000

static BOOL CALLBACK MakeSieve(PINIT_ONCE InitOnce, PVOID Parameter, PVOID *Context)
{
    ULONG i, k;

    UNREFERENCED_PARAMETER(InitOnce);
    UNREFERENCED_PARAMETER(Parameter);
    Composite = (PBYTE)VirtualAlloc(NULL, SIEVE_SIZE, MEM_COMMIT | MEM_RESERVE, PAGE_READWRITE);
    if (Composite == NULL)
        return FALSE;
    for (i = 2; i * i < SIEVE_SIZE; i++)
        if (!Composite[i])
            for (k = i * i; k < SIEVE_SIZE; k += i)
                Composite[k] = 1;
    *Context = Composite;
    return TRUE;
}

static ULONG CountPrimes(ULONG Below)
{
    PVOID sieve = NULL;
    ULONG count = 0, i;

    if (!InitOnceExecuteOnce(&SieveOnce, MakeSieve, NULL, &sieve))
        return 0;
    for (i = 2; i < Below && i < SIEVE_SIZE; i++)
        count += !((PBYTE)sieve)[i];
    return count;
}

static DWORD WINAPI Worker(LPVOID Parameter)
{
    UNREFERENCED_PARAMETER(Parameter);
    AcquireSRWLockExclusive(&TableLock);
    for (;;)
    {
        JOB  *job;
        ULONG number, result;

        while (!Stopping && (Held || NextJob == JobCount))
            SleepConditionVariableSRW(&WorkReady, &TableLock, INFINITE, 0);
        if (Stopping)
            break;
        job = &Jobs[NextJob++];
        job->State = JobRunning;
        job->Thread = GetCurrentThreadId();
        number = job->Number;
        ReleaseSRWLockExclusive(&TableLock);

        result = CountPrimes(number);

        AcquireSRWLockExclusive(&TableLock);
        job->Result = result;
        job->State = JobDone;
        WakeAllConditionVariable(&WorkDone);
    }
    ReleaseSRWLockExclusive(&TableLock);
    return 0;
}

static ULONG Reply(HTTP_REQUEST_ID Id, USHORT Status, const char *Reason, const char *Location,
                   const char *Text)
{
    HTTP_RESPONSE   response;
    HTTP_DATA_CHUNK chunk;

    SecureZeroMemory(&response, sizeof(response));
    response.StatusCode = Status;
    response.pReason = Reason;
    response.ReasonLength = (USHORT)lstrlenA(Reason);
    if (Location)
    {
        response.Headers.KnownHeaders[HttpHeaderLocation].pRawValue = Location;
        response.Headers.KnownHeaders[HttpHeaderLocation].RawValueLength =
            (USHORT)lstrlenA(Location);
    }
    if (Status == 503)
    {
        response.Headers.KnownHeaders[HttpHeaderRetryAfter].pRawValue = "1";
        response.Headers.KnownHeaders[HttpHeaderRetryAfter].RawValueLength = 1;
    }
    chunk.DataChunkType = HttpDataChunkFromMemory;
    chunk.FromMemory.pBuffer = (PVOID)Text;
    chunk.FromMemory.BufferLength = (ULONG)lstrlenA(Text);
    response.EntityChunkCount = 1;
    response.pEntityChunks = &chunk;
    return HttpSendHttpResponse(Queue, Id, 0, &response, NULL, NULL, NULL, 0, NULL, NULL);
}

static ULONG AddJob(PHTTP_REQUEST Request)
{
    char  text[16] = "", location[32];
    char *end;
    ULONG length = 0, number, index;
    ULONG result = HttpReceiveRequestEntityBody(Queue, Request->RequestId, 0, text,
                                                sizeof(text) - 1, &length, NULL);

    if (result != NO_ERROR && result != ERROR_HANDLE_EOF)
        return result;
    text[length] = '\0';
    number = strtoul(text, &end, 10);
    if (end == text || *end || number > SIEVE_SIZE)
        return Reply(Request->RequestId, 400, "Bad Request", NULL, "a number up to 100000\n");

    AcquireSRWLockExclusive(&TableLock);
    if (JobCount - NextJob >= Capacity || JobCount == MAX_JOBS)
    {
        ReleaseSRWLockExclusive(&TableLock);
        return Reply(Request->RequestId, 503, "Service Unavailable", NULL, "try again later\n");
    }
    index = JobCount++;
    Jobs[index].State = JobQueued;
    Jobs[index].Number = number;
    ReleaseSRWLockExclusive(&TableLock);
    WakeConditionVariable(&WorkReady);

    wsprintfA(location, "/jobs/%u", index + 1);
    return Reply(Request->RequestId, 202, "Accepted", location, "queued\n");
}

static ULONG ShowJob(PHTTP_REQUEST Request, ULONG Number, DWORD Wait)
{
    JOB       job = {JobFree, 0, 0, 0};
    char      text[64];
    ULONGLONG deadline = GetTickCount64() + Wait;

    AcquireSRWLockShared(&TableLock);
    while (Number >= 1 && Number <= JobCount)
    {
        ULONGLONG now = GetTickCount64();
        job = Jobs[Number - 1];
        if (job.State == JobDone || now >= deadline)
            break;
        if (!SleepConditionVariableSRW(&WorkDone, &TableLock, (DWORD)(deadline - now),
                                       CONDITION_VARIABLE_LOCKMODE_SHARED) &&
            GetLastError() != ERROR_TIMEOUT)
            break;
    }
    ReleaseSRWLockShared(&TableLock);

    switch (job.State)
    {
    case JobFree:
        return Reply(Request->RequestId, 404, "Not Found", NULL, "no such job\n");
    case JobDone:
        wsprintfA(text, "%u primes below %u\n", job.Result, job.Number);
        return Reply(Request->RequestId, 200, "OK", NULL, text);
    default:
        return Reply(Request->RequestId, 202, "Accepted", NULL,
                     job.State == JobQueued ? "queued\n" : "running\n");
    }
}

static ULONG Hold(PHTTP_REQUEST Request, BOOL Hold)
{
    AcquireSRWLockExclusive(&TableLock);
    Held = Hold;
    ReleaseSRWLockExclusive(&TableLock);
    if (!Hold)
        WakeAllConditionVariable(&WorkReady);
    return Reply(Request->RequestId, 200, "OK", NULL, Hold ? "held\n" : "released\n");
}

/* TRUE if the server is to end. */
static BOOL Dispatch(PHTTP_REQUEST Request)
{
    WCHAR path[128] = L"";
    ULONG number, length, wait;

    length = min(Request->CookedUrl.AbsPathLength + Request->CookedUrl.QueryStringLength,
                 sizeof(path) - sizeof(WCHAR));
    CopyMemory(path, Request->CookedUrl.pAbsPath, length);

    if (Request->Verb == HttpVerbPOST && !wcscmp(path, L"/jobs"))
        AddJob(Request);
    else if (Request->Verb == HttpVerbPOST && !wcscmp(path, L"/hold"))
        Hold(Request, TRUE);
    else if (Request->Verb == HttpVerbPOST && !wcscmp(path, L"/release"))
        Hold(Request, FALSE);
    else if (Request->Verb == HttpVerbGET && swscanf(path, L"/jobs/%u?wait=%u", &number, &wait) == 2)
        ShowJob(Request, number, wait);
    else if (Request->Verb == HttpVerbGET && swscanf(path, L"/jobs/%u", &number) == 1)
        ShowJob(Request, number, 0);
    else if (Request->Verb == HttpVerbGET && !wcscmp(path, L"/quit"))
    {
        Reply(Request->RequestId, 200, "OK", NULL, "bye\n");
        return TRUE;
    }
    else
        Reply(Request->RequestId, 404, "Not Found", NULL, "unknown\n");
    return FALSE;
}

/* Two of them, so that a request that waits does not keep others waiting. */
static DWORD WINAPI Acceptor(LPVOID Parameter)
{
    BYTE          storage[8192];
    PHTTP_REQUEST request = (PHTTP_REQUEST)(((ULONG_PTR)storage + 15) & ~(ULONG_PTR)15);
    ULONG         size = sizeof(storage) - 16;
    ULONG         result, bytes;

    UNREFERENCED_PARAMETER(Parameter);
    for (;;)
    {
        result = HttpReceiveHttpRequest(Queue, HTTP_NULL_ID, 0, request, size, &bytes, NULL);
        if (result == NO_ERROR)
        {
            if (Dispatch(request))
                HttpShutdownRequestQueue(Queue);
        }
        else if (result == ERROR_MORE_DATA)
            HttpCancelHttpRequest(Queue, request->RequestId, NULL);
        else if (result != ERROR_CONNECTION_INVALID)
            return result;
    }
}

int main(int argc, char *argv[])
{
    HTTPAPI_VERSION        version = HTTPAPI_VERSION_2;
    HTTP_SERVER_SESSION_ID session = HTTP_NULL_ID;
    HTTP_URL_GROUP_ID      group = HTTP_NULL_ID;
    HTTP_BINDING_INFO      binding = {{0}, NULL};
    HANDLE                 threads[10];
    WCHAR                  url[64];
    DWORD                  workers = argc > 2 ? atoi(argv[2]) : 2;
    DWORD                  i, count = 0;
    ULONG                  result;

    if (argc < 2 || workers < 1 || workers > 8)
    {
        printf("usage: work_queue port [workers [capacity]]\n");
        return 2;
    }
    if (argc > 3)
        Capacity = atoi(argv[3]);
    InitializeConditionVariable(&WorkDone);
    _snwprintf_s(url, ARRAYSIZE(url), _TRUNCATE, L"http://+:%hs/", argv[1]);

    result = HttpInitialize(version, HTTP_INITIALIZE_SERVER, NULL);
    if (!result)
        result = HttpCreateServerSession(version, &session, 0);
    if (!result)
        result = HttpCreateUrlGroup(session, &group, 0);
    if (!result)
        result = HttpCreateRequestQueue(version, NULL, NULL, 0, &Queue);
    if (!result)
        result = HttpAddUrlToUrlGroup(group, url, 0, 0);
    binding.Flags.Present = 1;
    binding.RequestQueueHandle = Queue;
    if (!result)
        result = HttpSetUrlGroupProperty(group, HttpServerBindingProperty, &binding,
                                         sizeof(binding));
    if (result)
    {
        printf("cannot serve: %lu\n", result);
        return 1;
    }
    for (i = 0; i < workers; i++)
        threads[count++] = CreateThread(NULL, 64 * 1024, Worker, NULL, 0, NULL);
    for (i = 0; i < 2; i++)
        threads[count++] = CreateThread(NULL, 0, Acceptor, NULL, 0, NULL);

    WaitForMultipleObjects(2, threads + workers, TRUE, INFINITE);
    AcquireSRWLockExclusive(&TableLock);
    Stopping = TRUE;
    ReleaseSRWLockExclusive(&TableLock);
    WakeAllConditionVariable(&WorkReady);
    WaitForMultipleObjects(workers, threads, TRUE, INFINITE);
    for (i = 0; i < count; i++)
        CloseHandle(threads[i]);
    HttpCloseRequestQueue(Queue);
    HttpCloseUrlGroup(group);
    HttpCloseServerSession(session);
    HttpTerminate(HTTP_INITIALIZE_SERVER, NULL);
    if (Composite)
        VirtualFree(Composite, 0, MEM_RELEASE);
    printf("%lu jobs\n", JobCount);
    return 0;
}
