/* tpio_files - a file server on thread-pool I/O.
 *
 *   tpio_files directory http://localhost:8080/files/
 *
 * Eight receives are outstanding at a time; each belongs to an IO_CONTEXT. A file is sent from its
 * handle with HttpDataChunkFromFileHandle, whole or as a range. Enter ends the server.
 */
#ifndef UNICODE
#define UNICODE
#define _UNICODE
#endif
#define WIN32_LEAN_AND_MEAN
#define _WIN32_WINNT 0x0600
#include <windows.h>
#include <http.h>
#include <threadpoolapiset.h>
#include <stdio.h>
#include <stdlib.h>
#include <wchar.h>
#include <strsafe.h>

#pragma comment(lib, "httpapi.lib")

#define OUTSTANDING_REQUESTS 8
#define REQUEST_BUFFER_SIZE  (4096 + sizeof(HTTP_REQUEST_V2))

struct _IO_CONTEXT;
typedef void (*COMPLETION_ROUTINE)(struct _IO_CONTEXT *Context, ULONG Result, ULONG_PTR Bytes);

typedef struct _IO_CONTEXT
{
    OVERLAPPED         Overlapped;
    COMPLETION_ROUTINE Completion;
    PHTTP_REQUEST      Request;
    ULONG              RequestSize;
    HTTP_REQUEST_ID    RequestId;
    HTTP_RESPONSE_V2   Response;
    HTTP_DATA_CHUNK    Chunk;
    HANDLE             File;
    CHAR               ContentRange[64];
} IO_CONTEXT, *PIO_CONTEXT;

static HANDLE                 g_Queue;
static PTP_IO                 g_Io;
static HTTP_SERVER_SESSION_ID g_Session;
static HTTP_URL_GROUP_ID      g_UrlGroup;
static WCHAR                  g_Root[MAX_PATH];
static WCHAR                  g_UrlPath[MAX_PATH];
static volatile LONG          g_Outstanding;
static volatile LONG          g_Stopping;
static HANDLE                 g_Drained;
static volatile LONG64        g_BytesSent;

static void PostReceive(PIO_CONTEXT Context);

static void ReleaseContext(PIO_CONTEXT Context)
{
    if (Context->File != INVALID_HANDLE_VALUE)
    {
        CloseHandle(Context->File);
    }
    free(Context->Request);
    free(Context);
    if (InterlockedDecrement(&g_Outstanding) == 0)
    {
        SetEvent(g_Drained);
    }
}

static PCSTR MimeType(PCWSTR FileName)
{
    static const struct
    {
        PCWSTR Extension;
        PCSTR  Type;
    } types[] = {
        {L".html", "text/html"}, {L".htm", "text/html"},  {L".txt", "text/plain"},
        {L".css", "text/css"},   {L".png", "image/png"}, {L".json", "application/json"},
    };
    PCWSTR dot = wcsrchr(FileName, L'.');
    int    i;

    for (i = 0; dot != NULL && i < (int)ARRAYSIZE(types); i++)
    {
        if (_wcsicmp(dot, types[i].Extension) == 0)
        {
            return types[i].Type;
        }
    }
    return "application/octet-stream";
}

static void SendCompleted(PIO_CONTEXT Context, ULONG Result, ULONG_PTR Bytes)
{
    if (Result == NO_ERROR)
    {
        InterlockedExchangeAdd64(&g_BytesSent, (LONG64)Bytes);
    }
    if (Context->File != INVALID_HANDLE_VALUE)
    {
        CloseHandle(Context->File);
        Context->File = INVALID_HANDLE_VALUE;
    }
    HTTP_SET_NULL_ID(&Context->RequestId);
    PostReceive(Context);
}

static void SetKnown(PIO_CONTEXT Context, HTTP_HEADER_ID Id, PCSTR Value)
{
    Context->Response.Headers.KnownHeaders[Id].pRawValue = Value;
    Context->Response.Headers.KnownHeaders[Id].RawValueLength = (USHORT)strlen(Value);
}

static void Respond(PIO_CONTEXT Context, USHORT Status, PCSTR Reason, PCSTR Text)
{
    ULONG result;

    Context->Response.StatusCode = Status;
    Context->Response.pReason = Reason;
    Context->Response.ReasonLength = (USHORT)strlen(Reason);
    if (Text != NULL)
    {
        SetKnown(Context, HttpHeaderContentType, "text/plain");
        Context->Chunk.DataChunkType = HttpDataChunkFromMemory;
        Context->Chunk.FromMemory.pBuffer = (PVOID)Text;
        Context->Chunk.FromMemory.BufferLength = (ULONG)strlen(Text);
        Context->Response.EntityChunkCount = 1;
    }
    if (Context->Response.EntityChunkCount)
    {
        Context->Response.pEntityChunks = &Context->Chunk;
    }

    Context->Completion = SendCompleted;
    ZeroMemory(&Context->Overlapped, sizeof(OVERLAPPED));
    StartThreadpoolIo(g_Io);
    result = HttpSendHttpResponse(g_Queue, Context->Request->RequestId, 0,
                                  (PHTTP_RESPONSE)&Context->Response, NULL, NULL, NULL, 0,
                                  &Context->Overlapped, NULL);
    if (result != NO_ERROR && result != ERROR_IO_PENDING)
    {
        CancelThreadpoolIo(g_Io);
        fwprintf(stderr, L"HttpSendHttpResponse failed: %lu\n", result);
        SendCompleted(Context, result, 0);
    }
}

/* "bytes=first-last", "bytes=first-" or "bytes=-suffix"; FALSE for anything else. */
static BOOL ParseRange(PHTTP_KNOWN_HEADER Header, ULONGLONG Size, PULONGLONG First,
                       PULONGLONG Length)
{
    CHAR      text[64];
    PCHAR     dash;
    PCHAR     end;
    ULONGLONG last;

    if (FAILED(StringCchCopyNA(text, ARRAYSIZE(text), Header->pRawValue,
                               Header->RawValueLength)) ||
        _strnicmp(text, "bytes=", 6) != 0 || (dash = strchr(text, '-')) == NULL || Size == 0)
    {
        return FALSE;
    }
    if (dash == text + 6)
    {
        ULONGLONG suffix = _strtoui64(dash + 1, &end, 10);
        if (*end != '\0' || suffix == 0)
            return FALSE;
        *Length = min(suffix, Size);
        *First = Size - *Length;
        return TRUE;
    }
    *First = _strtoui64(text + 6, &end, 10);
    if (end != dash)
        return FALSE;
    last = dash[1] ? _strtoui64(dash + 1, &end, 10) : Size - 1;
    if (dash[1] && *end != '\0')
        return FALSE;
    if (last >= Size)
        last = Size - 1;
    if (*First > last)
        return FALSE;
    *Length = last - *First + 1;
    return TRUE;
}

static BOOL MapPath(PHTTP_REQUEST Request, PWSTR Path, size_t PathLength)
{
    PCWSTR  absolute = Request->CookedUrl.pAbsPath;
    USHORT  length = Request->CookedUrl.AbsPathLength / sizeof(WCHAR);
    size_t  prefix = wcslen(g_UrlPath);
    PWCHAR  c;

    if (length < prefix || _wcsnicmp(absolute, g_UrlPath, prefix) != 0)
        return FALSE;
    if (FAILED(StringCchCopyW(Path, PathLength, g_Root)) ||
        FAILED(StringCchCatW(Path, PathLength, L"\\")) ||
        FAILED(StringCchCatNW(Path, PathLength, absolute + prefix, length - prefix)))
        return FALSE;
    for (c = Path + wcslen(g_Root); *c; c++)
    {
        if (*c == L'/')
            *c = L'\\';
        if (*c == L':' || *c == L'*' || *c == L'?')
            return FALSE;
    }
    return TRUE;
}

static void HandleRequest(PIO_CONTEXT Context)
{
    PHTTP_REQUEST      request = Context->Request;
    PHTTP_KNOWN_HEADER range = &request->Headers.KnownHeaders[HttpHeaderRange];
    WCHAR              path[MAX_PATH];
    LARGE_INTEGER      size;
    ULONGLONG          first = 0, length;

    ZeroMemory(&Context->Response, sizeof(Context->Response));
    if (request->Verb != HttpVerbGET && request->Verb != HttpVerbHEAD)
    {
        SetKnown(Context, HttpHeaderAllow, "GET, HEAD");
        Respond(Context, 405, "Method Not Allowed", NULL);
        return;
    }
    if (!MapPath(request, path, ARRAYSIZE(path)))
    {
        Respond(Context, 400, "Bad Request", "Bad path\r\n");
        return;
    }
    Context->File = CreateFileW(path, GENERIC_READ, FILE_SHARE_READ, NULL, OPEN_EXISTING,
                                FILE_FLAG_OVERLAPPED | FILE_FLAG_SEQUENTIAL_SCAN, NULL);
    if (Context->File == INVALID_HANDLE_VALUE)
    {
        DWORD error = GetLastError();
        if (error == ERROR_FILE_NOT_FOUND || error == ERROR_PATH_NOT_FOUND)
            Respond(Context, 404, "Not Found", "No such file\r\n");
        else if (error == ERROR_ACCESS_DENIED || error == ERROR_SHARING_VIOLATION)
            Respond(Context, 403, "Forbidden", "Not for you\r\n");
        else
            Respond(Context, 500, "Internal Server Error", "CreateFile failed\r\n");
        return;
    }
    if (!GetFileSizeEx(Context->File, &size))
    {
        Respond(Context, 500, "Internal Server Error", "GetFileSizeEx failed\r\n");
        return;
    }

    length = (ULONGLONG)size.QuadPart;
    SetKnown(Context, HttpHeaderContentType, MimeType(path));
    SetKnown(Context, HttpHeaderAcceptRanges, "bytes");
    if (request->Verb == HttpVerbHEAD)
    {
        StringCchPrintfA(Context->ContentRange, ARRAYSIZE(Context->ContentRange), "%I64u", length);
        SetKnown(Context, HttpHeaderContentLength, Context->ContentRange);
        Respond(Context, 200, "OK", NULL);
        return;
    }
    if (range->RawValueLength)
    {
        if (!ParseRange(range, length, &first, &length))
        {
            StringCchPrintfA(Context->ContentRange, ARRAYSIZE(Context->ContentRange),
                             "bytes */%I64d", size.QuadPart);
            SetKnown(Context, HttpHeaderContentRange, Context->ContentRange);
            Respond(Context, 416, "Range Not Satisfiable", NULL);
            return;
        }
        StringCchPrintfA(Context->ContentRange, ARRAYSIZE(Context->ContentRange),
                         "bytes %I64u-%I64u/%I64d", first, first + length - 1, size.QuadPart);
        SetKnown(Context, HttpHeaderContentRange, Context->ContentRange);
    }
    if (length != 0)
    {
        Context->Chunk.DataChunkType = HttpDataChunkFromFileHandle;
        Context->Chunk.FromFileHandle.ByteRange.StartingOffset.QuadPart = first;
        Context->Chunk.FromFileHandle.ByteRange.Length.QuadPart = length;
        Context->Chunk.FromFileHandle.FileHandle = Context->File;
        Context->Response.EntityChunkCount = 1;
    }
    Respond(Context, range->RawValueLength ? 206 : 200,
            range->RawValueLength ? "Partial Content" : "OK", NULL);
}

static void ReceiveCompleted(PIO_CONTEXT Context, ULONG Result, ULONG_PTR Bytes)
{
    switch (Result)
    {
    case NO_ERROR:
        HandleRequest(Context);
        break;

    case ERROR_MORE_DATA:
        Context->RequestId = Context->Request->RequestId;
        Context->RequestSize = (ULONG)Bytes;
        free(Context->Request);
        Context->Request = (PHTTP_REQUEST)malloc(Context->RequestSize);
        if (Context->Request == NULL)
        {
            ReleaseContext(Context);
            return;
        }
        PostReceive(Context);
        break;

    case ERROR_CONNECTION_INVALID:
        HTTP_SET_NULL_ID(&Context->RequestId);
        PostReceive(Context);
        break;

    default:
        if (Result != ERROR_OPERATION_ABORTED && Result != ERROR_INVALID_HANDLE)
        {
            fwprintf(stderr, L"A receive ended with %lu\n", Result);
        }
        ReleaseContext(Context);
        break;
    }
}

static void PostReceive(PIO_CONTEXT Context)
{
    ULONG result;

    if (g_Stopping)
    {
        ReleaseContext(Context);
        return;
    }
    Context->Completion = ReceiveCompleted;
    ZeroMemory(&Context->Overlapped, sizeof(OVERLAPPED));
    StartThreadpoolIo(g_Io);
    result = HttpReceiveHttpRequest(g_Queue, Context->RequestId, 0, Context->Request,
                                    Context->RequestSize, NULL, &Context->Overlapped);
    /* A completion follows unless the call has failed at once. */
    if (result != NO_ERROR && result != ERROR_IO_PENDING && result != ERROR_MORE_DATA)
    {
        CancelThreadpoolIo(g_Io);
        ReceiveCompleted(Context, result, 0);
    }
}

static VOID CALLBACK IoCompletionCallback(PTP_CALLBACK_INSTANCE Instance, PVOID Context,
                                          PVOID Overlapped, ULONG IoResult, ULONG_PTR Bytes,
                                          PTP_IO Io)
{
    PIO_CONTEXT context = CONTAINING_RECORD(Overlapped, IO_CONTEXT, Overlapped);

    UNREFERENCED_PARAMETER(Instance);
    UNREFERENCED_PARAMETER(Context);
    UNREFERENCED_PARAMETER(Io);
    context->Completion(context, IoResult, Bytes);
}

static ULONG StartServer(PCWSTR Url)
{
    HTTPAPI_VERSION   version = HTTPAPI_VERSION_2;
    HTTP_BINDING_INFO binding;
    ULONG             result;
    int               i;

    if ((result = HttpInitialize(version, HTTP_INITIALIZE_SERVER, NULL)) != NO_ERROR ||
        (result = HttpCreateServerSession(version, &g_Session, 0)) != NO_ERROR ||
        (result = HttpCreateUrlGroup(g_Session, &g_UrlGroup, 0)) != NO_ERROR ||
        (result = HttpAddUrlToUrlGroup(g_UrlGroup, Url, 0, 0)) != NO_ERROR ||
        (result = HttpCreateRequestQueue(version, NULL, NULL, 0, &g_Queue)) != NO_ERROR)
    {
        return result;
    }
    binding.Flags.Present = 1;
    binding.RequestQueueHandle = g_Queue;
    result = HttpSetUrlGroupProperty(g_UrlGroup, HttpServerBindingProperty, &binding,
                                     sizeof(binding));
    if (result != NO_ERROR)
    {
        return result;
    }
    g_Io = CreateThreadpoolIo(g_Queue, IoCompletionCallback, NULL, NULL);
    g_Drained = CreateEvent(NULL, TRUE, FALSE, NULL);
    if (g_Io == NULL || g_Drained == NULL)
    {
        return GetLastError();
    }
    g_Outstanding = OUTSTANDING_REQUESTS;
    for (i = 0; i < OUTSTANDING_REQUESTS; i++)
    {
        PIO_CONTEXT context = (PIO_CONTEXT)calloc(1, sizeof(IO_CONTEXT));
        context->File = INVALID_HANDLE_VALUE;
        context->RequestSize = REQUEST_BUFFER_SIZE;
        context->Request = (PHTTP_REQUEST)malloc(REQUEST_BUFFER_SIZE);
        PostReceive(context);
    }
    return NO_ERROR;
}

static void StopServer(void)
{
    InterlockedExchange(&g_Stopping, 1);
    HttpShutdownRequestQueue(g_Queue);
    WaitForSingleObject(g_Drained, INFINITE);
    WaitForThreadpoolIoCallbacks(g_Io, FALSE);
    CloseThreadpoolIo(g_Io);
    CloseHandle(g_Drained);
    HttpCloseRequestQueue(g_Queue);
    HttpCloseUrlGroup(g_UrlGroup);
    HttpCloseServerSession(g_Session);
    HttpTerminate(HTTP_INITIALIZE_SERVER, NULL);
}

int wmain(int argc, WCHAR **argv)
{
    ULONG  result;
    PCWSTR path;

    if (argc != 3 || (path = wcsstr(argv[2], L"://")) == NULL ||
        (path = wcschr(path + 3, L'/')) == NULL)
    {
        fwprintf(stderr, L"usage: tpio_files directory url\n");
        return 2;
    }
    StringCchCopyW(g_Root, ARRAYSIZE(g_Root), argv[1]);
    StringCchCopyW(g_UrlPath, ARRAYSIZE(g_UrlPath), path);
    result = StartServer(argv[2]);
    if (result != NO_ERROR)
    {
        fwprintf(stderr, L"The server does not start: error %lu\n", result);
        return 1;
    }
    wprintf(L"Sending files below %s\n", g_UrlPath);
    fflush(stdout);
    getwchar();
    StopServer();
    wprintf(L"%s\n", g_BytesSent > 0 ? L"Done." : L"Nothing was sent.");
    return 0;
}
