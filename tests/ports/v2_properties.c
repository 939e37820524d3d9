/* v2_properties - server session, URL groups, request queue and their properties (version 2).
 *
 *   v2_properties port
 *
 *   /app/...     dispatched by the URL context of what was registered
 *   /app/stream  a response in three calls
 *   /app/admin/  ?disable, ?enable: the state of the second group; ?status: what the properties say
 *   /extra/      the second group
 *
 * A line on standard input ends the server. Built with UNICODE and _UNICODE, as projects are.
 */
#include <winsock2.h>
#include <windows.h>
#include <http.h>
#include <tchar.h>
#include <stdio.h>
#include <stdlib.h>
#include <strsafe.h>

#pragma comment(lib, "httpapi")

typedef enum _ROUTE
{
    RouteApp = 1,
    RouteStream,
    RouteAdmin,
    RouteExtra
} ROUTE;

typedef struct _SERVER
{
    HTTP_SERVER_SESSION_ID Session;
    HTTP_URL_GROUP_ID      Group;
    HTTP_URL_GROUP_ID      Extra;
    HANDLE                 Queue;
    HANDLE                 Thread;
    TCHAR                  Base[64];
} SERVER, *PSERVER;

static VOID ReportError(LPCTSTR Function, ULONG Error)
{
    LPTSTR message = NULL;

    FormatMessage(FORMAT_MESSAGE_ALLOCATE_BUFFER | FORMAT_MESSAGE_FROM_SYSTEM |
                      FORMAT_MESSAGE_IGNORE_INSERTS,
                  NULL, Error, MAKELANGID(LANG_NEUTRAL, SUBLANG_DEFAULT), (LPTSTR)&message, 0,
                  NULL);
    _ftprintf(stderr, TEXT("%s failed: error %lu: %s\n"), Function, Error,
              message ? message : TEXT("(no text)"));
    LocalFree(message);
}

static ULONG SendText(PSERVER Server, PHTTP_REQUEST Request, USHORT Status, PCSTR Reason,
                      PCSTR Text)
{
    HTTP_RESPONSE        response;
    HTTP_DATA_CHUNK      chunks[2];
    HTTP_UNKNOWN_HEADER  unknown[1];
    static const char    footer[] = "-- \r\nv2_properties\r\n";

    ZeroMemory(&response, sizeof(response));
    response.Version.MajorVersion = 1;
    response.Version.MinorVersion = 1;
    response.StatusCode = Status;
    response.pReason = Reason;
    response.ReasonLength = (USHORT)strlen(Reason);
    response.Headers.KnownHeaders[HttpHeaderContentType].pRawValue = "text/plain; charset=utf-8";
    response.Headers.KnownHeaders[HttpHeaderContentType].RawValueLength = 25;
    unknown[0].pName = "X-Powered-By";
    unknown[0].NameLength = 12;
    unknown[0].pRawValue = "HTTP.sys";
    unknown[0].RawValueLength = 8;
    response.Headers.pUnknownHeaders = unknown;
    response.Headers.UnknownHeaderCount = ARRAYSIZE(unknown);

    chunks[0].DataChunkType = HttpDataChunkFromMemory;
    chunks[0].FromMemory.pBuffer = (PVOID)Text;
    chunks[0].FromMemory.BufferLength = (ULONG)strlen(Text);
    chunks[1].DataChunkType = HttpDataChunkFromMemory;
    chunks[1].FromMemory.pBuffer = (PVOID)footer;
    chunks[1].FromMemory.BufferLength = sizeof(footer) - 1;
    response.EntityChunkCount = ARRAYSIZE(chunks);
    response.pEntityChunks = chunks;

    return HttpSendHttpResponse(Server->Queue, Request->RequestId, 0, &response, NULL, NULL, NULL,
                                0, NULL, NULL);
}

static ULONG SendStream(PSERVER Server, PHTTP_REQUEST Request)
{
    HTTP_RESPONSE   response;
    HTTP_DATA_CHUNK chunk;
    char            piece[64];
    ULONG           result;
    int             i;

    ZeroMemory(&response, sizeof(response));
    response.StatusCode = 200;
    response.pReason = "OK";
    response.ReasonLength = 2;
    /* The application frames a response of unknown length itself. */
    response.Headers.KnownHeaders[HttpHeaderTransferEncoding].pRawValue = "chunked";
    response.Headers.KnownHeaders[HttpHeaderTransferEncoding].RawValueLength = 7;
    result = HttpSendHttpResponse(Server->Queue, Request->RequestId,
                                  HTTP_SEND_RESPONSE_FLAG_MORE_DATA, &response, NULL, NULL, NULL,
                                  0, NULL, NULL);
    for (i = 1; i <= 3 && result == NO_ERROR; i++)
    {
        char line[32];
        StringCchPrintfA(line, ARRAYSIZE(line), "part %d of 3\n", i);
        StringCchPrintfA(piece, ARRAYSIZE(piece), "%x\r\n%s\r\n%s", (unsigned)strlen(line), line,
                         i == 3 ? "0\r\n\r\n" : "");
        chunk.DataChunkType = HttpDataChunkFromMemory;
        chunk.FromMemory.pBuffer = piece;
        chunk.FromMemory.BufferLength = (ULONG)strlen(piece);
        result = HttpSendResponseEntityBody(Server->Queue, Request->RequestId,
                                            i == 3 ? 0 : HTTP_SEND_RESPONSE_FLAG_MORE_DATA, 1,
                                            &chunk, NULL, NULL, 0, NULL, NULL);
    }
    return result;
}

static BOOL QueryIs(PHTTP_REQUEST Request, PCWSTR Query)
{
    size_t length = wcslen(Query);
    return Request->CookedUrl.QueryStringLength == length * sizeof(WCHAR) &&
           _wcsnicmp(Request->CookedUrl.pQueryString, Query, length) == 0;
}

static ULONG SetState(PSERVER Server, HTTP_ENABLED_STATE State)
{
    HTTP_STATE_INFO info;

    info.Flags.Present = 1;
    info.State = State;
    return HttpSetUrlGroupProperty(Server->Extra, HttpServerStateProperty, &info, sizeof(info));
}

static ULONG SendStatus(PSERVER Server, PHTTP_REQUEST Request)
{
    char                         text[1024];
    char                        *end = text;
    size_t                       left = sizeof(text);
    ULONG                        length, value, result;
    HTTP_STATE_INFO              state;
    HTTP_TIMEOUT_LIMIT_INFO      timeouts;
    HTTP_503_RESPONSE_VERBOSITY  verbosity;

    result = HttpQueryRequestQueueProperty(Server->Queue, HttpServerQueueLengthProperty, &value,
                                           sizeof(value), 0, &length, NULL);
    StringCchPrintfExA(end, left, &end, &left, 0, "queue length: %lu %lu (%lu bytes)\r\n", result,
                       value, length);
    result = HttpQueryRequestQueueProperty(Server->Queue, HttpServer503VerbosityProperty,
                                           &verbosity, sizeof(verbosity), 0, NULL, NULL);
    StringCchPrintfExA(end, left, &end, &left, 0, "verbosity: %lu %d\r\n", result, (int)verbosity);
    result = HttpQueryUrlGroupProperty(Server->Extra, HttpServerStateProperty, &state,
                                       sizeof(state), NULL);
    StringCchPrintfExA(end, left, &end, &left, 0, "extra group: %lu %s\r\n", result,
                       state.State == HttpEnabledStateActive ? "active" : "inactive");
    result = HttpQueryServerSessionProperty(Server->Session, HttpServerTimeoutsProperty, &timeouts,
                                            sizeof(timeouts), &length);
    StringCchPrintfExA(end, left, &end, &left, 0,
                       "timeouts: %lu body %u drain %u queue %u idle %u header %u rate %lu\r\n",
                       result, timeouts.EntityBody, timeouts.DrainEntityBody,
                       timeouts.RequestQueue, timeouts.IdleConnection, timeouts.HeaderWait,
                       timeouts.MinSendRate);
    /* Too small on purpose: the length that is needed comes back. */
    length = 0;
    result = HttpQueryServerSessionProperty(Server->Session, HttpServerTimeoutsProperty, &timeouts,
                                            4, &length);
    StringCchPrintfExA(end, left, &end, &left, 0, "too small: %lu %lu\r\n", result, length);
    return SendText(Server, Request, 200, "OK", text);
}

static ULONG Dispatch(PSERVER Server, PHTTP_REQUEST Request)
{
    if (Request->Verb != HttpVerbGET)
    {
        return SendText(Server, Request, 405, "Method Not Allowed", "GET only\r\n");
    }
    switch ((ROUTE)Request->UrlContext)
    {
    case RouteApp:
        return SendText(Server, Request, 200, "OK", "the application\r\n");
    case RouteStream:
        return SendStream(Server, Request);
    case RouteExtra:
        return SendText(Server, Request, 200, "OK", "the second group\r\n");
    case RouteAdmin:
        if (QueryIs(Request, L"?disable"))
        {
            ULONG result = SetState(Server, HttpEnabledStateInactive);
            return SendText(Server, Request, 200, "OK", result ? "failed\r\n" : "disabled\r\n");
        }
        if (QueryIs(Request, L"?enable"))
        {
            ULONG result = SetState(Server, HttpEnabledStateActive);
            return SendText(Server, Request, 200, "OK", result ? "failed\r\n" : "enabled\r\n");
        }
        if (QueryIs(Request, L"?status"))
        {
            return SendStatus(Server, Request);
        }
        return SendText(Server, Request, 400, "Bad Request", "disable, enable or status\r\n");
    }
    return SendText(Server, Request, 500, "Internal Server Error", "no such context\r\n");
}

static DWORD WINAPI ReceiveThread(LPVOID Parameter)
{
    PSERVER         server = (PSERVER)Parameter;
    ULONG           size = 16 * 1024;
    PHTTP_REQUEST   request = (PHTTP_REQUEST)malloc(size);
    HTTP_REQUEST_ID id = HTTP_NULL_ID;
    ULONG           result, received;
    DWORD           served = 0;

    while (request != NULL)
    {
        result = HttpReceiveHttpRequest(server->Queue, id, HTTP_RECEIVE_REQUEST_FLAG_COPY_BODY,
                                        request, size, &received, NULL);
        if (result == ERROR_MORE_DATA)
        {
            id = request->RequestId;
            size = received;
            free(request);
            request = (PHTTP_REQUEST)malloc(size);
            continue;
        }
        id = HTTP_NULL_ID;
        if (result == ERROR_OPERATION_ABORTED || result == ERROR_INVALID_HANDLE ||
            result == ERROR_HANDLE_EOF)
        {
            break;
        }
        if (result != NO_ERROR)
        {
            if (result == ERROR_CONNECTION_INVALID)
            {
                continue;
            }
            ReportError(TEXT("HttpReceiveHttpRequest"), result);
            break;
        }
        result = Dispatch(server, request);
        if (result != NO_ERROR && result != ERROR_CONNECTION_INVALID)
        {
            ReportError(TEXT("HttpSendHttpResponse"), result);
        }
        served++;
    }
    free(request);
    return served;
}

static ULONG SetProperties(PSERVER Server)
{
    HTTP_BINDING_INFO            binding;
    HTTP_TIMEOUT_LIMIT_INFO      timeouts;
    HTTP_503_RESPONSE_VERBOSITY  verbosity = Http503ResponseVerbosityFull;
    ULONG                        length = 500;
    ULONG                        result;

    result = HttpSetRequestQueueProperty(Server->Queue, HttpServerQueueLengthProperty, &length,
                                         sizeof(length), 0, NULL);
    if (result == NO_ERROR)
    {
        result = HttpSetRequestQueueProperty(Server->Queue, HttpServer503VerbosityProperty,
                                             &verbosity, sizeof(verbosity), 0, NULL);
    }
    if (result == NO_ERROR)
    {
        ZeroMemory(&timeouts, sizeof(timeouts));
        timeouts.Flags.Present = 1;
        timeouts.EntityBody = 30;
        timeouts.DrainEntityBody = 31;
        timeouts.RequestQueue = 32;
        timeouts.IdleConnection = 33;
        timeouts.HeaderWait = 34;
        timeouts.MinSendRate = 150;
        result = HttpSetServerSessionProperty(Server->Session, HttpServerTimeoutsProperty,
                                              &timeouts, sizeof(timeouts));
    }
    binding.Flags.Present = 1;
    binding.RequestQueueHandle = Server->Queue;
    if (result == NO_ERROR)
    {
        result = HttpSetUrlGroupProperty(Server->Group, HttpServerBindingProperty, &binding,
                                         sizeof(binding));
    }
    if (result == NO_ERROR)
    {
        result = HttpSetUrlGroupProperty(Server->Extra, HttpServerBindingProperty, &binding,
                                         sizeof(binding));
    }
    return result;
}

static ULONG AddUrls(PSERVER Server)
{
    static const struct
    {
        LPCTSTR Path;
        ROUTE   Route;
    } urls[] = {
        {TEXT("app/"), RouteApp},
        {TEXT("app/stream/"), RouteStream},
        {TEXT("app/admin/"), RouteAdmin},
    };
    TCHAR  url[128];
    size_t i;
    ULONG  result = NO_ERROR;

    for (i = 0; i < ARRAYSIZE(urls) && result == NO_ERROR; i++)
    {
        StringCchPrintf(url, ARRAYSIZE(url), TEXT("%s%s"), Server->Base, urls[i].Path);
        result = HttpAddUrlToUrlGroup(Server->Group, url, (HTTP_URL_CONTEXT)urls[i].Route, 0);
    }
    if (result == NO_ERROR)
    {
        StringCchPrintf(url, ARRAYSIZE(url), TEXT("%sextra/"), Server->Base);
        result = HttpAddUrlToUrlGroup(Server->Extra, url, RouteExtra, 0);
    }
    if (result == NO_ERROR)
    {
        /* Registered already, by the other group: this has to fail. */
        ULONG again = HttpAddUrlToUrlGroup(Server->Group, url, RouteApp, 0);
        if (again != ERROR_ALREADY_EXISTS)
        {
            ReportError(TEXT("The second registration of the URL"), again);
        }
    }
    return result;
}

int _tmain(int argc, TCHAR **argv)
{
    SERVER          server;
    HTTPAPI_VERSION version = HTTPAPI_VERSION_2;
    ULONG           result;
    DWORD           served = 0;

    if (argc != 2)
    {
        _tprintf(TEXT("usage: %s port\n"), argv[0]);
        return 2;
    }
    ZeroMemory(&server, sizeof(server));
    StringCchPrintf(server.Base, ARRAYSIZE(server.Base), TEXT("http://localhost:%d/"),
                    _ttoi(argv[1]));

    result = HttpInitialize(version, HTTP_INITIALIZE_SERVER, NULL);
    if (result != NO_ERROR)
    {
        ReportError(TEXT("HttpInitialize"), result);
        return 1;
    }
    if ((result = HttpCreateServerSession(version, &server.Session, 0)) != NO_ERROR)
        ReportError(TEXT("HttpCreateServerSession"), result);
    else if ((result = HttpCreateUrlGroup(server.Session, &server.Group, 0)) != NO_ERROR ||
             (result = HttpCreateUrlGroup(server.Session, &server.Extra, 0)) != NO_ERROR)
        ReportError(TEXT("HttpCreateUrlGroup"), result);
    else if ((result = HttpCreateRequestQueue(version, TEXT("v2_properties"), NULL, 0,
                                              &server.Queue)) != NO_ERROR)
        ReportError(TEXT("HttpCreateRequestQueue"), result);
    else if ((result = SetProperties(&server)) != NO_ERROR)
        ReportError(TEXT("Setting the properties"), result);
    else if ((result = AddUrls(&server)) != NO_ERROR)
        ReportError(TEXT("HttpAddUrlToUrlGroup"), result);
    else
    {
        server.Thread = CreateThread(NULL, 0, ReceiveThread, &server, 0, NULL);
        if (server.Thread == NULL)
        {
            result = GetLastError();
            ReportError(TEXT("CreateThread"), result);
        }
    }

    if (result == NO_ERROR)
    {
        _tprintf(TEXT("Serving %sapp/. Press Enter to stop.\n"), server.Base);
        fflush(stdout);
        (void)getchar();
        HttpShutdownRequestQueue(server.Queue);
        WaitForSingleObject(server.Thread, INFINITE);
        GetExitCodeThread(server.Thread, &served);
        CloseHandle(server.Thread);
        _tprintf(TEXT("%lu requests served\n"), served);
    }
    if (!HTTP_IS_NULL_ID(&server.Extra))
        HttpCloseUrlGroup(server.Extra);
    if (!HTTP_IS_NULL_ID(&server.Group))
    {
        HttpRemoveUrlFromUrlGroup(server.Group, NULL, HTTP_URL_FLAG_REMOVE_ALL);
        HttpCloseUrlGroup(server.Group);
    }
    if (!HTTP_IS_NULL_ID(&server.Session))
        HttpCloseServerSession(server.Session);
    if (server.Queue != NULL)
        HttpCloseRequestQueue(server.Queue);
    HttpTerminate(HTTP_INITIALIZE_SERVER, NULL);
    return result == NO_ERROR ? 0 : 1;
}
