/* graceful - ends in order on Ctrl-C, Ctrl-Break and when its console is closed.
 *
 *   graceful port
 *
 *   GET /            a line
 *   GET /slow?ms=N   an answer after that time; one that has begun is finished before the end
 *   GET /ctrl-c      presses Ctrl-C from inside
 *   GET /inflight    how many slow answers are on their way
 */
#ifndef UNICODE
#define UNICODE
#endif
#ifndef _UNICODE
#define _UNICODE
#endif
#include <winsock2.h>
#include <windows.h>
#include <http.h>
#include <stdio.h>
#include <tchar.h>
#include <strsafe.h>

#pragma comment(lib, "httpapi.lib")

#define RECEIVERS 4

static HANDLE        g_hQueue = NULL;
static HANDLE        g_hStop = NULL;
static HANDLE        g_hDone = NULL;
static volatile LONG g_InFlight = 0;
static DWORD         g_CtrlType = (DWORD)-1;

static void LogLine(LPCTSTR pszFormat, ...)
{
    TCHAR   szLine[512];
    va_list args;

    va_start(args, pszFormat);
    StringCchVPrintf(szLine, ARRAYSIZE(szLine), pszFormat, args);
    va_end(args);
    _putts(szLine);
    fflush(stdout);
}

static void LogError(LPCTSTR pszWhat, DWORD dwError)
{
    TCHAR szMessage[256];
    DWORD cch = FormatMessage(FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS |
                                  FORMAT_MESSAGE_MAX_WIDTH_MASK,
                              NULL, dwError, 0, szMessage, ARRAYSIZE(szMessage), NULL);

    LogLine(TEXT("%s: %lu (%s)"), pszWhat, dwError, cch ? szMessage : TEXT("?"));
}

static LPCTSTR CtrlName(DWORD dwCtrlType)
{
    switch (dwCtrlType)
    {
    case CTRL_C_EVENT:
        return TEXT("Ctrl-C");
    case CTRL_BREAK_EVENT:
        return TEXT("Ctrl-Break");
    case CTRL_CLOSE_EVENT:
        return TEXT("close");
    case CTRL_LOGOFF_EVENT:
        return TEXT("logoff");
    case CTRL_SHUTDOWN_EVENT:
        return TEXT("shutdown");
    default:
        return TEXT("nothing");
    }
}

/* Runs on a thread of its own. For close, logoff and shutdown the process ends when it returns. */
static BOOL WINAPI ConsoleHandler(DWORD dwCtrlType)
{
    g_CtrlType = dwCtrlType;
    SetEvent(g_hStop);
    if (dwCtrlType != CTRL_C_EVENT && dwCtrlType != CTRL_BREAK_EVENT)
    {
        WaitForSingleObject(g_hDone, 10000);
    }
    return TRUE;
}

/* Registered first, so asked last: what the other takes never comes here. */
static BOOL WINAPI LastHandler(DWORD dwCtrlType)
{
    UNREFERENCED_PARAMETER(dwCtrlType);
    LogLine(TEXT("The last handler is never asked"));
    return FALSE;
}

static ULONG SendString(HTTP_REQUEST_ID RequestId, USHORT uStatus, LPCSTR pszReason,
                        LPCSTR pszText)
{
    HTTP_RESPONSE   Response;
    HTTP_DATA_CHUNK Chunk;

    ZeroMemory(&Response, sizeof(Response));
    Response.StatusCode = uStatus;
    Response.pReason = pszReason;
    Response.ReasonLength = (USHORT)lstrlenA(pszReason);
    Chunk.DataChunkType = HttpDataChunkFromMemory;
    Chunk.FromMemory.pBuffer = (PVOID)pszText;
    Chunk.FromMemory.BufferLength = (ULONG)lstrlenA(pszText);
    Response.EntityChunkCount = 1;
    Response.pEntityChunks = &Chunk;
    return HttpSendHttpResponse(g_hQueue, RequestId, 0, &Response, NULL, NULL, NULL, 0, NULL, NULL);
}

static void HandleRequest(PHTTP_REQUEST pRequest)
{
    LPCWSTR pszPath = pRequest->CookedUrl.pAbsPath;
    USHORT  cchPath = pRequest->CookedUrl.AbsPathLength / sizeof(WCHAR);
    char    szText[64];

    if (cchPath == 5 && CompareStringOrdinal(pszPath, cchPath, L"/slow", -1, TRUE) == CSTR_EQUAL)
    {
        DWORD dwDelay = 100;
        if (pRequest->CookedUrl.QueryStringLength > 4 * sizeof(WCHAR))
        {
            dwDelay = wcstoul(pRequest->CookedUrl.pQueryString + 4, NULL, 10);
        }
        InterlockedIncrement(&g_InFlight);
        if (WaitForSingleObject(g_hStop, dwDelay) == WAIT_OBJECT_0)
        {
            /* The server ends, and this answer is not to be lost. */
            SendString(pRequest->RequestId, 200, "OK", "finished early\r\n");
        }
        else
        {
            SendString(pRequest->RequestId, 200, "OK", "finished\r\n");
        }
        InterlockedDecrement(&g_InFlight);
    }
    else if (cchPath == 9 && wcsncmp(pszPath, L"/inflight", 9) == 0)
    {
        StringCchPrintfA(szText, ARRAYSIZE(szText), "%ld\r\n", g_InFlight);
        SendString(pRequest->RequestId, 200, "OK", szText);
    }
    else if (cchPath == 7 && wcsncmp(pszPath, L"/ctrl-c", 7) == 0)
    {
        SendString(pRequest->RequestId, 200, "OK", "pressed\r\n");
        if (!GenerateConsoleCtrlEvent(CTRL_C_EVENT, 0))
        {
            LogError(TEXT("GenerateConsoleCtrlEvent"), GetLastError());
            ConsoleHandler(CTRL_C_EVENT);
        }
    }
    else if (cchPath == 1)
    {
        SendString(pRequest->RequestId, 200, "OK", "running\r\n");
    }
    else
    {
        SendString(pRequest->RequestId, 404, "Not Found", "not found\r\n");
    }
}

static DWORD WINAPI ReceiverThread(LPVOID lpParameter)
{
    HANDLE        hHeap = GetProcessHeap();
    ULONG         cbBuffer = 4096;
    PHTTP_REQUEST pRequest;
    ULONG         ulResult = NO_ERROR;

    UNREFERENCED_PARAMETER(lpParameter);
    pRequest = (PHTTP_REQUEST)HeapAlloc(hHeap, 0, cbBuffer);
    while (pRequest != NULL)
    {
        ulResult = HttpReceiveHttpRequest(g_hQueue, HTTP_NULL_ID, 0, pRequest, cbBuffer, NULL,
                                          NULL);
        if (ulResult == NO_ERROR)
        {
            HandleRequest(pRequest);
        }
        else if (ulResult == ERROR_MORE_DATA)
        {
            SendString(pRequest->RequestId, 400, "Bad Request", "too long\r\n");
        }
        else if (ulResult != ERROR_CONNECTION_INVALID)
        {
            break;
        }
    }
    if (ulResult != ERROR_OPERATION_ABORTED && ulResult != ERROR_INVALID_HANDLE)
    {
        LogError(TEXT("HttpReceiveHttpRequest"), ulResult);
    }
    HeapFree(hHeap, 0, pRequest);
    return 0;
}

static ULONG OpenServer(LPCTSTR pszUrl, HTTP_SERVER_SESSION_ID *pSession, HTTP_URL_GROUP_ID *pGroup)
{
    HTTPAPI_VERSION   Version = HTTPAPI_VERSION_2;
    HTTP_BINDING_INFO Binding;
    ULONG             ulResult;

    ulResult = HttpInitialize(Version, HTTP_INITIALIZE_SERVER, NULL);
    if (ulResult != NO_ERROR)
    {
        return ulResult;
    }
    ulResult = HttpCreateServerSession(Version, pSession, 0);
    if (ulResult == NO_ERROR)
    {
        ulResult = HttpCreateUrlGroup(*pSession, pGroup, 0);
    }
    if (ulResult == NO_ERROR)
    {
        ulResult = HttpCreateRequestQueue(Version, NULL, NULL, 0, &g_hQueue);
    }
    if (ulResult == NO_ERROR)
    {
        Binding.Flags.Present = 1;
        Binding.RequestQueueHandle = g_hQueue;
        ulResult = HttpSetUrlGroupProperty(*pGroup, HttpServerBindingProperty, &Binding,
                                           sizeof(Binding));
    }
    if (ulResult == NO_ERROR)
    {
        ulResult = HttpAddUrlToUrlGroup(*pGroup, pszUrl, 0, 0);
    }
    return ulResult;
}

int __cdecl _tmain(int argc, TCHAR *argv[])
{
    HTTP_SERVER_SESSION_ID Session;
    HTTP_URL_GROUP_ID      Group;
    HANDLE                 hThreads[RECEIVERS];
    TCHAR                  szUrl[64];
    ULONG                  ulResult;
    DWORD                  i, dwWait;

    if (argc != 2)
    {
        LogLine(TEXT("usage: graceful port"));
        return 2;
    }
    g_hStop = CreateEvent(NULL, TRUE, FALSE, NULL);
    g_hDone = CreateEvent(NULL, TRUE, FALSE, NULL);
    SetConsoleTitle(TEXT("graceful"));
    if (!SetConsoleCtrlHandler(LastHandler, TRUE) || !SetConsoleCtrlHandler(ConsoleHandler, TRUE))
    {
        LogError(TEXT("SetConsoleCtrlHandler"), GetLastError());
        return 1;
    }

    StringCchPrintf(szUrl, ARRAYSIZE(szUrl), TEXT("http://localhost:%s/"), argv[1]);
    ulResult = OpenServer(szUrl, &Session, &Group);
    if (ulResult != NO_ERROR)
    {
        LogError(szUrl, ulResult);
        return 1;
    }
    for (i = 0; i < RECEIVERS; i++)
    {
        hThreads[i] = CreateThread(NULL, 0, ReceiverThread, NULL, 0, NULL);
    }
    LogLine(TEXT("Press Ctrl-C to stop"));

    WaitForSingleObject(g_hStop, INFINITE);
    LogLine(TEXT("Stopping after %s"), CtrlName(g_CtrlType));

    /* No new requests; those that were received are answered. */
    HttpShutdownRequestQueue(g_hQueue);
    dwWait = WaitForMultipleObjects(RECEIVERS, hThreads, TRUE, 30000);
    if (dwWait == WAIT_TIMEOUT)
    {
        LogLine(TEXT("%ld answers are lost"), g_InFlight);
    }
    for (i = 0; i < RECEIVERS; i++)
    {
        CloseHandle(hThreads[i]);
    }
    HttpCloseUrlGroup(Group);
    HttpCloseServerSession(Session);
    HttpCloseRequestQueue(g_hQueue);
    HttpTerminate(HTTP_INITIALIZE_SERVER, NULL);
    SetConsoleCtrlHandler(ConsoleHandler, FALSE);
    SetConsoleCtrlHandler(LastHandler, FALSE);
    LogLine(TEXT("Stopped with %ld in flight"), g_InFlight);
    SetEvent(g_hDone);
    return 0;
}
