/* ansi_status - an ANSI build: neither UNICODE nor _UNICODE; what the API wants wide is converted.
 *
 *   ansi_status port [logfile]
 *
 *   GET  /          a page
 *   GET  /status    what the process and the system say
 *   GET  /env?NAME  an environment variable
 *   GET  /error?N   the text of a system error
 *   GET  /log       the log so far
 *   POST /log       appends a line to the log
 *   GET  /quit
 */
#include <winsock2.h>
#include <windows.h>
#include <http.h>
#include <tchar.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#pragma comment(lib, "httpapi.lib")
#pragma comment(lib, "ws2_32.lib")

#define BUFFER_SIZE 8192

static HANDLE    g_hReqQueue;
static TCHAR     g_szLog[MAX_PATH];
static SYSTEMTIME g_started;
static LONG      g_nRequests;

static void Die(LPCTSTR lpszFunction, DWORD dw)
{
    LPVOID lpMsgBuf = NULL;

    FormatMessage(FORMAT_MESSAGE_ALLOCATE_BUFFER | FORMAT_MESSAGE_FROM_SYSTEM |
                      FORMAT_MESSAGE_IGNORE_INSERTS,
                  NULL, dw, MAKELANGID(LANG_NEUTRAL, SUBLANG_DEFAULT), (LPTSTR)&lpMsgBuf, 0, NULL);
    _ftprintf(stderr, TEXT("%s failed with error %lu: %s"), lpszFunction, dw,
              lpMsgBuf ? (LPTSTR)lpMsgBuf : TEXT("\n"));
    LocalFree(lpMsgBuf);
    ExitProcess(dw);
}

static void Send(PHTTP_REQUEST pRequest, USHORT nStatus, LPCSTR pszReason, LPCSTR pszText)
{
    HTTP_RESPONSE   response;
    HTTP_DATA_CHUNK chunk;
    ULONG           ret;

    memset(&response, 0, sizeof(response));
    response.StatusCode = nStatus;
    response.pReason = pszReason;
    response.ReasonLength = (USHORT)lstrlen(pszReason);
    response.Headers.KnownHeaders[HttpHeaderContentType].pRawValue = "text/plain";
    response.Headers.KnownHeaders[HttpHeaderContentType].RawValueLength = 10;
    response.Headers.KnownHeaders[HttpHeaderServer].pRawValue = "ansi_status";
    response.Headers.KnownHeaders[HttpHeaderServer].RawValueLength = 11;
    chunk.DataChunkType = HttpDataChunkFromMemory;
    chunk.FromMemory.pBuffer = (PVOID)pszText;
    chunk.FromMemory.BufferLength = (ULONG)lstrlen(pszText);
    response.EntityChunkCount = 1;
    response.pEntityChunks = &chunk;
    ret = HttpSendHttpResponse(g_hReqQueue, pRequest->RequestId, 0, &response, NULL, NULL, NULL, 0,
                               NULL, NULL);
    if (ret != NO_ERROR && ret != ERROR_CONNECTION_INVALID)
        Die(TEXT("HttpSendHttpResponse"), ret);
}

/* ---- The log: one line a call ---- */

static BOOL AppendLog(LPCTSTR lpszLine)
{
    HANDLE hFile;
    DWORD  cbWritten;
    TCHAR  szLine[512];
    BOOL   bOk;

    wsprintf(szLine, TEXT("[%ld] %.400s\r\n"), g_nRequests, lpszLine);
    hFile = CreateFile(g_szLog, GENERIC_WRITE, FILE_SHARE_READ, NULL, OPEN_ALWAYS,
                       FILE_ATTRIBUTE_NORMAL, NULL);
    if (hFile == INVALID_HANDLE_VALUE)
        return FALSE;
    SetFilePointer(hFile, 0, NULL, FILE_END);
    bOk = WriteFile(hFile, szLine, lstrlen(szLine), &cbWritten, NULL) &&
          cbWritten == (DWORD)lstrlen(szLine);
    CloseHandle(hFile);
    return bOk;
}

static void SendLog(PHTTP_REQUEST pRequest)
{
    char   buffer[2048];
    DWORD  cbRead = 0;
    HANDLE hFile = CreateFile(g_szLog, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL,
                              OPEN_EXISTING, FILE_ATTRIBUTE_NORMAL, NULL);

    if (hFile == INVALID_HANDLE_VALUE)
    {
        DWORD dw = GetLastError();
        wsprintf(buffer, TEXT("no log: %lu\r\n"), dw);
        Send(pRequest, 404, "Not Found", buffer);
        return;
    }
    ReadFile(hFile, buffer, sizeof(buffer) - 1, &cbRead, NULL);
    buffer[cbRead] = '\0';
    CloseHandle(hFile);
    Send(pRequest, 200, "OK", buffer);
}

static void ReceiveLogLine(PHTTP_REQUEST pRequest)
{
    char  line[256];
    ULONG got = 0, total = 0, ret;

    while ((ret = HttpReceiveRequestEntityBody(g_hReqQueue, pRequest->RequestId, 0, line + total,
                                               sizeof(line) - 1 - total, &got, NULL)) == NO_ERROR)
    {
        total += got;
        if (total == sizeof(line) - 1)
            break;
    }
    line[total] = '\0';
    if (ret != ERROR_HANDLE_EOF)
        Send(pRequest, 413, "Content Too Large", "too long\r\n");
    else if (!AppendLog(line))
        Send(pRequest, 500, "Internal Server Error", "the log cannot be written\r\n");
    else
        Send(pRequest, 200, "OK", "logged\r\n");
}

/* ---- What the process knows ---- */

static void SendStatus(PHTTP_REQUEST pRequest)
{
    TCHAR      text[2048], module[MAX_PATH], computer[MAX_COMPUTERNAME_LENGTH + 1], address[64];
    TCHAR      directory[MAX_PATH], temp[MAX_PATH];
    DWORD      cch = ARRAYSIZE(computer), cchAddress = ARRAYSIZE(address);
    LPTSTR     pszFile;
    SYSTEMTIME now;
    FILETIME   ftNow, ftStarted;
    LPCTSTR    pszOrder;

    if (!GetModuleFileName(NULL, module, ARRAYSIZE(module)))
        Die(TEXT("GetModuleFileName"), GetLastError());
    pszFile = _tcsrchr(module, TEXT('\\'));
    if (pszFile == NULL)
        pszFile = _tcsrchr(module, TEXT('/'));
    if (!GetComputerName(computer, &cch))
        Die(TEXT("GetComputerName"), GetLastError());
    /* The local address, without its port. */
    if (pRequest->Address.pLocalAddress->sa_family == AF_INET)
        ((PSOCKADDR_IN)pRequest->Address.pLocalAddress)->sin_port = 0;
    if (WSAAddressToString(pRequest->Address.pLocalAddress, sizeof(SOCKADDR_IN), NULL, address,
                           &cchAddress) != 0)
        Die(TEXT("WSAAddressToString"), WSAGetLastError());
    GetSystemTime(&now);
    SystemTimeToFileTime(&now, &ftNow);
    SystemTimeToFileTime(&g_started, &ftStarted);
    pszOrder = CompareFileTime(&ftStarted, &ftNow) <= 0 ? TEXT("in order") : TEXT("backwards");

    _sntprintf_s(text, ARRAYSIZE(text), _TRUNCATE,
                 TEXT("module: %.11s\r\ncomputer: %s\r\naddress: %s\r\ntime: %s\r\n")
                 TEXT("process: %s\r\nmodule handle: %s\r\ndirectory: %s\r\ntemp: %s\r\n")
                 TEXT("character: %u byte\r\nrequests: %ld\r\n"),
                 pszFile ? pszFile + 1 : TEXT("?"), cch > 0 && computer[0] ? TEXT("named") : TEXT("?"),
                 address, pszOrder, GetCurrentProcessId() != 0 ? TEXT("has an id") : TEXT("?"),
                 GetModuleHandle(NULL) != NULL ? TEXT("yes") : TEXT("no"),
                 GetCurrentDirectory(ARRAYSIZE(directory), directory) ? TEXT("yes") : TEXT("no"),
                 GetTempPath(ARRAYSIZE(temp), temp) ? TEXT("yes") : TEXT("no"),
                 (unsigned)sizeof(TCHAR), g_nRequests);
    Send(pRequest, 200, "OK", text);
}

static void SendVariable(PHTTP_REQUEST pRequest, LPCTSTR pszName)
{
    TCHAR value[256], text[300];
    DWORD cch = GetEnvironmentVariable(pszName, value, ARRAYSIZE(value));

    if (cch == 0 || cch >= ARRAYSIZE(value))
    {
        DWORD dw = cch ? ERROR_INSUFFICIENT_BUFFER : GetLastError();
        wsprintf(text, TEXT("%s: error %lu\r\n"), pszName, dw);
        Send(pRequest, 404, "Not Found", text);
        return;
    }
    wsprintf(text, TEXT("%s=%s\r\n"), pszName, value);
    Send(pRequest, 200, "OK", text);
}

static void SendErrorText(PHTTP_REQUEST pRequest, DWORD dwCode)
{
    TCHAR text[512];
    DWORD cch = FormatMessage(FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS, NULL,
                              dwCode, MAKELANGID(LANG_ENGLISH, SUBLANG_ENGLISH_US), text,
                              ARRAYSIZE(text), NULL);

    if (cch == 0)
    {
        wsprintf(text, TEXT("no text: %lu\r\n"), GetLastError());
        Send(pRequest, 404, "Not Found", text);
        return;
    }
    Send(pRequest, 200, "OK", text);
}

/* The path or the query, in the code page of the process. */
static void Narrow(PCWSTR pwsz, USHORT cb, LPSTR psz, int cch)
{
    int n = 0;

    if (cb)
        n = WideCharToMultiByte(CP_ACP, 0, pwsz, cb / sizeof(WCHAR), psz, cch - 1, "?", NULL);
    psz[n] = '\0';
}

static BOOL Dispatch(PHTTP_REQUEST pRequest)
{
    char path[128], query[128];

    Narrow(pRequest->CookedUrl.pAbsPath, pRequest->CookedUrl.AbsPathLength, path, sizeof(path));
    Narrow(pRequest->CookedUrl.pQueryString, pRequest->CookedUrl.QueryStringLength, query,
           sizeof(query));
    InterlockedIncrement(&g_nRequests);
    CharLower(path);

    if (lstrcmp(path, "/") == 0)
        Send(pRequest, 200, "OK", "an ANSI program\r\n");
    else if (lstrcmp(path, "/status") == 0)
        SendStatus(pRequest);
    else if (lstrcmp(path, "/env") == 0 && query[0])
        SendVariable(pRequest, query + 1);
    else if (lstrcmp(path, "/error") == 0 && query[0])
        SendErrorText(pRequest, strtoul(query + 1, NULL, 10));
    else if (lstrcmp(path, "/log") == 0)
    {
        if (pRequest->Verb == HttpVerbPOST)
            ReceiveLogLine(pRequest);
        else
            SendLog(pRequest);
    }
    else if (lstrcmp(path, "/quit") == 0)
    {
        Send(pRequest, 200, "OK", "bye\r\n");
        return FALSE;
    }
    else
        Send(pRequest, 404, "Not Found", "not found\r\n");
    return TRUE;
}

static void Serve(void)
{
    PHTTP_REQUEST   pRequest = (PHTTP_REQUEST)LocalAlloc(LPTR, BUFFER_SIZE);
    ULONG           cb = 0, ret;
    HTTP_REQUEST_ID id = HTTP_NULL_ID;
    ULONG           cbBuffer = BUFFER_SIZE;

    if (pRequest == NULL)
        Die(TEXT("LocalAlloc"), GetLastError());
    for (;;)
    {
        ret = HttpReceiveHttpRequest(g_hReqQueue, id, 0, pRequest, cbBuffer, &cb, NULL);
        if (ret == ERROR_MORE_DATA)
        {
            id = pRequest->RequestId;
            LocalFree(pRequest);
            cbBuffer = cb;
            pRequest = (PHTTP_REQUEST)LocalAlloc(LPTR, cbBuffer);
            if (pRequest == NULL)
                Die(TEXT("LocalAlloc"), GetLastError());
            continue;
        }
        HTTP_SET_NULL_ID(&id);
        if (ret == ERROR_CONNECTION_INVALID)
            continue;
        if (ret != NO_ERROR)
            Die(TEXT("HttpReceiveHttpRequest"), ret);
        if (!Dispatch(pRequest))
            break;
    }
    LocalFree(pRequest);
}

int _tmain(int argc, TCHAR *argv[])
{
    HTTPAPI_VERSION version = HTTPAPI_VERSION_1;
    WSADATA         wsaData;
    TCHAR           szUrl[64];
    WCHAR           wszUrl[64];
    ULONG           ret;

    if (argc < 2)
    {
        _tprintf(TEXT("usage: %s port [logfile]\n"), argv[0]);
        return 2;
    }
    GetSystemTime(&g_started);
    if (argc > 2)
        lstrcpyn(g_szLog, argv[2], ARRAYSIZE(g_szLog));
    else if (!GetTempPath(ARRAYSIZE(g_szLog), g_szLog) ||
             !GetTempFileName(g_szLog, TEXT("ans"), 0, g_szLog))
        Die(TEXT("GetTempFileName"), GetLastError());
    if (WSAStartup(MAKEWORD(2, 2), &wsaData) != 0)
        Die(TEXT("WSAStartup"), WSAGetLastError());

    wsprintf(szUrl, TEXT("http://localhost:%d/"), _ttoi(argv[1]));
    if (!MultiByteToWideChar(CP_ACP, 0, szUrl, -1, wszUrl, ARRAYSIZE(wszUrl)))
        Die(TEXT("MultiByteToWideChar"), GetLastError());
    ret = HttpInitialize(version, HTTP_INITIALIZE_SERVER, NULL);
    if (ret != NO_ERROR)
        Die(TEXT("HttpInitialize"), ret);
    ret = HttpCreateHttpHandle(&g_hReqQueue, 0);
    if (ret != NO_ERROR)
        Die(TEXT("HttpCreateHttpHandle"), ret);
    ret = HttpAddUrl(g_hReqQueue, wszUrl, NULL);
    if (ret != NO_ERROR)
        Die(TEXT("HttpAddUrl"), ret);

    Serve();

    HttpRemoveUrl(g_hReqQueue, wszUrl);
    CloseHandle(g_hReqQueue);
    HttpTerminate(HTTP_INITIALIZE_SERVER, NULL);
    WSACleanup();
    _tprintf(TEXT("%ld requests\n"), g_nRequests);
    return 0;
}
