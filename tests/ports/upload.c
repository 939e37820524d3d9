/* upload - receives files of any size, through temporary files that are written overlapped.
 *
 *   upload directory port
 *
 *   PUT    /name   stores the body; 201 or 200 with length and CRC-32, 409 while it is being written
 *   GET    /name   sends it back from its handle
 *   DELETE /name
 *   POST   /quit
 *
 * A body is read into two buffers in turn: while one is written to the file, the other is filled.
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
#include <strsafe.h>

#pragma comment(lib, "httpapi.lib")

#define BLOCK_SIZE 16384
#define THREADS    3

static HANDLE g_Queue;
static WCHAR  g_Directory[MAX_PATH];
static DWORD  g_CrcTable[256];

static void MakeCrcTable(void)
{
    DWORD i, k, value;

    for (i = 0; i < 256; i++)
    {
        value = i;
        for (k = 0; k < 8; k++)
            value = value & 1 ? 0xEDB88320 ^ (value >> 1) : value >> 1;
        g_CrcTable[i] = value;
    }
}

static DWORD Crc(DWORD Value, const BYTE *Bytes, DWORD Length)
{
    while (Length--)
        Value = g_CrcTable[(Value ^ *Bytes++) & 0xFF] ^ (Value >> 8);
    return Value;
}

/* A call that may be pending, to its end. */
static ULONG Complete(ULONG Result, HANDLE Handle, LPOVERLAPPED Overlapped, PDWORD Bytes)
{
    if (Result != NO_ERROR && Result != ERROR_IO_PENDING)
        return Result;
    if (!GetOverlappedResult(Handle, Overlapped, Bytes, TRUE))
        return GetLastError();
    return NO_ERROR;
}

static ULONG Reply(PHTTP_REQUEST Request, USHORT Status, PCSTR Reason, PCSTR Text)
{
    HTTP_RESPONSE   response;
    HTTP_DATA_CHUNK chunk;

    ZeroMemory(&response, sizeof(response));
    response.StatusCode = Status;
    response.pReason = Reason;
    response.ReasonLength = (USHORT)strlen(Reason);
    if (Text)
    {
        chunk.DataChunkType = HttpDataChunkFromMemory;
        chunk.FromMemory.pBuffer = (PVOID)Text;
        chunk.FromMemory.BufferLength = (ULONG)strlen(Text);
        response.EntityChunkCount = 1;
        response.pEntityChunks = &chunk;
    }
    return HttpSendHttpResponse(g_Queue, Request->RequestId, 0, &response, NULL, NULL, NULL, 0,
                                NULL, NULL);
}

static ULONG ReplyError(PHTTP_REQUEST Request, DWORD Error)
{
    CHAR text[64];

    StringCchPrintfA(text, ARRAYSIZE(text), "error %lu\r\n", Error);
    switch (Error)
    {
    case ERROR_FILE_NOT_FOUND:
    case ERROR_PATH_NOT_FOUND:
        return Reply(Request, 404, "Not Found", text);
    case ERROR_SHARING_VIOLATION:
    case ERROR_FILE_EXISTS:
        return Reply(Request, 409, "Conflict", text);
    case ERROR_INVALID_NAME:
        return Reply(Request, 400, "Bad Request", text);
    default:
        return Reply(Request, 500, "Internal Server Error", text);
    }
}

/* Reads the entity body to its end into a file that was opened for overlapped I/O. */
static ULONG SpoolBody(PHTTP_REQUEST Request, HANDLE File, PULONGLONG Length, PDWORD Checksum)
{
    BYTE      *blocks[2];
    OVERLAPPED receive = {0}, write = {0};
    BOOL       writing = FALSE;
    ULONG      result = NO_ERROR;
    DWORD      got, written, expected = 0;
    DWORD      crc = 0xFFFFFFFF;
    int        turn = 0;

    *Length = 0;
    blocks[0] = (BYTE *)VirtualAlloc(NULL, 2 * BLOCK_SIZE, MEM_COMMIT | MEM_RESERVE,
                                     PAGE_READWRITE);
    if (!blocks[0])
        return GetLastError();
    blocks[1] = blocks[0] + BLOCK_SIZE;
    receive.hEvent = CreateEvent(NULL, TRUE, FALSE, NULL);
    write.hEvent = CreateEvent(NULL, TRUE, FALSE, NULL);

    for (;;)
    {
        got = 0;
        ResetEvent(receive.hEvent);
        result = HttpReceiveRequestEntityBody(g_Queue, Request->RequestId, 0, blocks[turn],
                                              BLOCK_SIZE, NULL, &receive);
        result = Complete(result, g_Queue, &receive, &got);
        if (writing)
        {
            writing = FALSE;
            if (!GetOverlappedResult(File, &write, &written, TRUE) || written != expected)
            {
                result = GetLastError();
                break;
            }
        }
        if (result != NO_ERROR)
            break;
        crc = Crc(crc, blocks[turn], got);
        write.Offset = (DWORD)*Length;
        write.OffsetHigh = (DWORD)(*Length >> 32);
        if (!WriteFile(File, blocks[turn], got, NULL, &write) &&
            GetLastError() != ERROR_IO_PENDING)
        {
            result = GetLastError();
            break;
        }
        writing = TRUE;
        expected = got;
        *Length += got;
        turn = !turn;
    }
    *Checksum = ~crc;
    CloseHandle(receive.hEvent);
    CloseHandle(write.hEvent);
    VirtualFree(blocks[0], 0, MEM_RELEASE);
    return result == ERROR_HANDLE_EOF ? NO_ERROR : result;
}

static ULONG Put(PHTTP_REQUEST Request, PCWSTR Path)
{
    WCHAR     temporary[MAX_PATH];
    HANDLE    file;
    ULONGLONG length;
    DWORD     checksum = 0, error;
    ULONG     result;
    BOOL      existed = GetFileAttributesW(Path) != INVALID_FILE_ATTRIBUTES;
    CHAR      text[96];

    if (!GetTempFileNameW(g_Directory, L"upl", 0, temporary))
        return ReplyError(Request, GetLastError());
    file = CreateFileW(temporary, GENERIC_WRITE, 0, NULL, CREATE_ALWAYS,
                       FILE_ATTRIBUTE_TEMPORARY | FILE_FLAG_OVERLAPPED, NULL);
    if (file == INVALID_HANDLE_VALUE)
        return ReplyError(Request, GetLastError());
    result = SpoolBody(Request, file, &length, &checksum);
    CloseHandle(file);
    if (result != NO_ERROR)
    {
        /* The client has gone, or the disk is full. */
        DeleteFileW(temporary);
        return result == ERROR_CONNECTION_INVALID || result == ERROR_OPERATION_ABORTED
                   ? NO_ERROR
                   : ReplyError(Request, result);
    }
    if (!MoveFileExW(temporary, Path, MOVEFILE_REPLACE_EXISTING))
    {
        error = GetLastError();
        DeleteFileW(temporary);
        return ReplyError(Request, error);
    }
    StringCchPrintfA(text, ARRAYSIZE(text), "%I64u bytes, CRC-32 %08lX\r\n", length, checksum);
    return existed ? Reply(Request, 200, "OK", text) : Reply(Request, 201, "Created", text);
}

static ULONG Get(PHTTP_REQUEST Request, PCWSTR Path)
{
    HTTP_RESPONSE   response;
    HTTP_DATA_CHUNK chunk;
    HANDLE          file;
    LARGE_INTEGER   size;
    OVERLAPPED      overlapped = {0};
    DWORD           sent = 0;
    ULONG           result;

    file = CreateFileW(Path, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_DELETE, NULL,
                       OPEN_EXISTING, FILE_FLAG_OVERLAPPED, NULL);
    if (file == INVALID_HANDLE_VALUE)
        return ReplyError(Request, GetLastError());
    if (!GetFileSizeEx(file, &size))
    {
        result = ReplyError(Request, GetLastError());
        CloseHandle(file);
        return result;
    }
    ZeroMemory(&response, sizeof(response));
    response.StatusCode = 200;
    response.pReason = "OK";
    response.ReasonLength = 2;
    if (size.QuadPart)
    {
        chunk.DataChunkType = HttpDataChunkFromFileHandle;
        chunk.FromFileHandle.ByteRange.StartingOffset.QuadPart = 0;
        chunk.FromFileHandle.ByteRange.Length.QuadPart = HTTP_BYTE_RANGE_TO_EOF;
        chunk.FromFileHandle.FileHandle = file;
        response.EntityChunkCount = 1;
        response.pEntityChunks = &chunk;
    }
    overlapped.hEvent = CreateEvent(NULL, TRUE, FALSE, NULL);
    result = HttpSendHttpResponse(g_Queue, Request->RequestId, 0, &response, NULL, NULL, NULL, 0,
                                  &overlapped, NULL);
    result = Complete(result, g_Queue, &overlapped, &sent);
    CloseHandle(overlapped.hEvent);
    CloseHandle(file);
    return result;
}

/* One path segment of letters, digits, '.', '-' and '_'. */
static BOOL MapName(PHTTP_REQUEST Request, PWSTR Path)
{
    USHORT length = Request->CookedUrl.AbsPathLength / sizeof(WCHAR);
    PCWSTR name = Request->CookedUrl.pAbsPath;
    USHORT i;

    if (length < 2 || name[1] == L'.')
        return FALSE;
    for (i = 1; i < length; i++)
    {
        if (!IsCharAlphaNumericW(name[i]) && !wcschr(L".-_", name[i]))
            return FALSE;
    }
    return SUCCEEDED(StringCchPrintfW(Path, MAX_PATH, L"%s\\%.*s", g_Directory, length - 1,
                                      name + 1));
}

static void Dispatch(PHTTP_REQUEST Request)
{
    WCHAR path[MAX_PATH];
    ULONG result;

    if (Request->Verb == HttpVerbPOST &&
        CompareStringOrdinal(Request->CookedUrl.pAbsPath,
                             Request->CookedUrl.AbsPathLength / sizeof(WCHAR), L"/quit", 5,
                             FALSE) == CSTR_EQUAL)
    {
        Reply(Request, 200, "OK", "bye\r\n");
        HttpShutdownRequestQueue(g_Queue);
        return;
    }
    if (!MapName(Request, path))
        result = ReplyError(Request, ERROR_INVALID_NAME);
    else
        switch (Request->Verb)
        {
        case HttpVerbPUT:
            result = Put(Request, path);
            break;
        case HttpVerbGET:
            result = Get(Request, path);
            break;
        case HttpVerbDELETE:
            result = DeleteFileW(path) ? Reply(Request, 204, "No Content", NULL)
                                       : ReplyError(Request, GetLastError());
            break;
        default:
            result = Reply(Request, 405, "Method Not Allowed", NULL);
            break;
        }
    if (result != NO_ERROR && result != ERROR_CONNECTION_INVALID)
        fwprintf(stderr, L"A response failed: %lu\n", result);
}

static DWORD WINAPI Server(LPVOID Parameter)
{
    OVERLAPPED    overlapped = {0};
    const DWORD   size = sizeof(HTTP_REQUEST) + 4096;
    PHTTP_REQUEST request = (PHTTP_REQUEST)HeapAlloc(GetProcessHeap(), 0, size);
    ULONG         result;
    DWORD         bytes;

    UNREFERENCED_PARAMETER(Parameter);
    overlapped.hEvent = CreateEvent(NULL, TRUE, FALSE, NULL);
    for (;;)
    {
        ResetEvent(overlapped.hEvent);
        result = HttpReceiveHttpRequest(g_Queue, HTTP_NULL_ID, 0, request, size, NULL,
                                        &overlapped);
        result = Complete(result, g_Queue, &overlapped, &bytes);
        if (result == NO_ERROR)
            Dispatch(request);
        else if (result == ERROR_MORE_DATA)
            Reply(request, 431, "Request Header Fields Too Large", NULL);
        else if (result != ERROR_CONNECTION_INVALID)
            break;
    }
    CloseHandle(overlapped.hEvent);
    HeapFree(GetProcessHeap(), 0, request);
    return result;
}

int wmain(int argc, wchar_t *argv[])
{
    HTTPAPI_VERSION        version = HTTPAPI_VERSION_2;
    HTTP_SERVER_SESSION_ID session = HTTP_NULL_ID;
    HTTP_URL_GROUP_ID      group = HTTP_NULL_ID;
    HTTP_BINDING_INFO      binding;
    HANDLE                 threads[THREADS];
    WCHAR                  url[64];
    ULONG                  result;
    int                    i;

    if (argc != 3)
    {
        fwprintf(stderr, L"usage: upload directory port\n");
        return 2;
    }
    MakeCrcTable();
    if (!GetFullPathNameW(argv[1], ARRAYSIZE(g_Directory), g_Directory, NULL))
        return 1;
    if (!CreateDirectoryW(g_Directory, NULL) && GetLastError() != ERROR_ALREADY_EXISTS)
    {
        fwprintf(stderr, L"CreateDirectory: %lu\n", GetLastError());
        return 1;
    }
    StringCchPrintfW(url, ARRAYSIZE(url), L"http://localhost:%s/", argv[2]);
    if ((result = HttpInitialize(version, HTTP_INITIALIZE_SERVER, NULL)) != NO_ERROR ||
        (result = HttpCreateServerSession(version, &session, 0)) != NO_ERROR ||
        (result = HttpCreateUrlGroup(session, &group, 0)) != NO_ERROR ||
        (result = HttpCreateRequestQueue(version, NULL, NULL, 0, &g_Queue)) != NO_ERROR ||
        (result = HttpAddUrlToUrlGroup(group, url, 0, 0)) != NO_ERROR)
    {
        fwprintf(stderr, L"%s: %lu\n", url, result);
        return 1;
    }
    binding.Flags.Present = 1;
    binding.RequestQueueHandle = g_Queue;
    HttpSetUrlGroupProperty(group, HttpServerBindingProperty, &binding, sizeof(binding));

    for (i = 0; i < THREADS; i++)
        threads[i] = CreateThread(NULL, 0, Server, NULL, 0, NULL);
    WaitForMultipleObjects(THREADS, threads, TRUE, INFINITE);
    for (i = 0; i < THREADS; i++)
        CloseHandle(threads[i]);
    HttpCloseUrlGroup(group);
    HttpCloseServerSession(session);
    HttpCloseRequestQueue(g_Queue);
    HttpTerminate(HTTP_INITIALIZE_SERVER, NULL);
    wprintf(L"Bye.\n");
    return 0;
}
