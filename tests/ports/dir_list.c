/* dir_list - browses a directory: listings, files, conditional requests, changes of time.
 *
 *   dir_list directory port
 *
 *   GET /path/          the directory as text, sorted: attributes, size, time of the last write (UTC)
 *   GET /path/file      the file, with Last-Modified; 304 if not modified since If-Modified-Since
 *   PUT /path/file      sets the time of the last write to that of the header Date
 *   DELETE /path/file   deletes it
 *
 * Enter ends the program.
 */
#ifndef UNICODE
#define UNICODE
#define _UNICODE
#endif
#include <winsock2.h>
#include <windows.h>
#include <http.h>
#include <shlwapi.h>
#include <stdio.h>
#include <stdlib.h>
#include <strsafe.h>

#pragma comment(lib, "httpapi.lib")
#pragma comment(lib, "shlwapi.lib")

#define MAX_ENTRIES 256

static WCHAR  RootDirectory[MAX_PATH];
static HANDLE RequestQueue;

static const char *const DayNames[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
static const char *const MonthNames[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

/* Wed, 21 Oct 2015 07:28:00 GMT */
static BOOL FormatHttpDate(const FILETIME *Time, char *Text, size_t Count)
{
    SYSTEMTIME st;

    if (!FileTimeToSystemTime(Time, &st))
        return FALSE;
    return SUCCEEDED(StringCchPrintfA(Text, Count, "%s, %02hu %s %04hu %02hu:%02hu:%02hu GMT",
                                      DayNames[st.wDayOfWeek], st.wDay, MonthNames[st.wMonth - 1],
                                      st.wYear, st.wHour, st.wMinute, st.wSecond));
}

static BOOL ParseHttpDate(const HTTP_KNOWN_HEADER *Header, FILETIME *Time)
{
    SYSTEMTIME st;
    char       text[64], month[4];
    int        i;

    ZeroMemory(&st, sizeof(st));
    if (Header->RawValueLength < 29 || Header->RawValueLength >= sizeof(text))
        return FALSE;
    memcpy(text, Header->pRawValue, Header->RawValueLength);
    text[Header->RawValueLength] = '\0';
    if (sscanf_s(text + 5, "%2hu %3s %4hu %2hu:%2hu:%2hu GMT", &st.wDay, month,
                 (unsigned)sizeof(month), &st.wYear, &st.wHour, &st.wMinute, &st.wSecond) != 6)
        return FALSE;
    for (i = 0; i < 12; i++)
    {
        if (_stricmp(month, MonthNames[i]) == 0)
            st.wMonth = (WORD)(i + 1);
    }
    return SystemTimeToFileTime(&st, Time);
}

/* HTTP has whole seconds. */
static void TruncateToSecond(FILETIME *Time)
{
    ULARGE_INTEGER value;

    value.LowPart = Time->dwLowDateTime;
    value.HighPart = Time->dwHighDateTime;
    value.QuadPart -= value.QuadPart % 10000000;
    Time->dwLowDateTime = value.LowPart;
    Time->dwHighDateTime = value.HighPart;
}

static void SetHeader(HTTP_RESPONSE *Response, HTTP_HEADER_ID Id, const char *Value)
{
    Response->Headers.KnownHeaders[Id].pRawValue = Value;
    Response->Headers.KnownHeaders[Id].RawValueLength = (USHORT)strlen(Value);
}

static ULONG Send(const HTTP_REQUEST *Request, HTTP_RESPONSE *Response, USHORT Status,
                  const char *Reason, const void *Body, ULONG Length)
{
    HTTP_DATA_CHUNK chunk;

    Response->StatusCode = Status;
    Response->pReason = Reason;
    Response->ReasonLength = (USHORT)strlen(Reason);
    if (Length)
    {
        chunk.DataChunkType = HttpDataChunkFromMemory;
        chunk.FromMemory.pBuffer = (void *)Body;
        chunk.FromMemory.BufferLength = Length;
        Response->EntityChunkCount = 1;
        Response->pEntityChunks = &chunk;
    }
    return HttpSendHttpResponse(RequestQueue, Request->RequestId, 0, Response, NULL, NULL, NULL, 0,
                                NULL, NULL);
}

/* The text of a Win32 error as the body. */
static ULONG SendError(const HTTP_REQUEST *Request, DWORD Error)
{
    HTTP_RESPONSE response;
    char          text[128];
    USHORT        status;
    const char   *reason;

    ZeroMemory(&response, sizeof(response));
    switch (Error)
    {
    case ERROR_FILE_NOT_FOUND:
    case ERROR_PATH_NOT_FOUND:
    case ERROR_INVALID_NAME:
        status = 404;
        reason = "Not Found";
        break;
    case ERROR_ACCESS_DENIED:
    case ERROR_SHARING_VIOLATION:
        status = 403;
        reason = "Forbidden";
        break;
    default:
        status = 500;
        reason = "Internal Server Error";
        break;
    }
    StringCchPrintfA(text, ARRAYSIZE(text), "error %lu\r\n", Error);
    return Send(Request, &response, status, reason, text, (ULONG)strlen(text));
}

static int __cdecl CompareEntries(const void *Left, const void *Right)
{
    const WIN32_FIND_DATAW *left = (const WIN32_FIND_DATAW *)Left;
    const WIN32_FIND_DATAW *right = (const WIN32_FIND_DATAW *)Right;
    BOOL leftIsDirectory = (left->dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY) != 0;
    BOOL rightIsDirectory = (right->dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY) != 0;

    if (leftIsDirectory != rightIsDirectory)
        return rightIsDirectory - leftIsDirectory;
    return lstrcmpiW(left->cFileName, right->cFileName);
}

static ULONG SendListing(const HTTP_REQUEST *Request, PCWSTR Path)
{
    WIN32_FIND_DATAW *entries;
    WIN32_FIND_DATAW  data;
    HTTP_RESPONSE     response;
    WCHAR             pattern[MAX_PATH];
    char             *text, *end;
    size_t            left = 64 * 1024;
    HANDLE            find;
    DWORD             count = 0, i, error;

    if (!PathCombineW(pattern, Path, L"*"))
        return SendError(Request, ERROR_INVALID_NAME);
    find = FindFirstFileW(pattern, &data);
    if (find == INVALID_HANDLE_VALUE)
        return SendError(Request, GetLastError());
    entries = (WIN32_FIND_DATAW *)LocalAlloc(LPTR, MAX_ENTRIES * sizeof(*entries) + left);
    if (!entries)
    {
        FindClose(find);
        return SendError(Request, ERROR_NOT_ENOUGH_MEMORY);
    }
    text = end = (char *)(entries + MAX_ENTRIES);
    do
    {
        if (wcscmp(data.cFileName, L".") != 0 && wcscmp(data.cFileName, L"..") != 0 &&
            count < MAX_ENTRIES)
            entries[count++] = data;
    } while (FindNextFileW(find, &data));
    error = GetLastError();
    FindClose(find);
    if (error != ERROR_NO_MORE_FILES)
    {
        LocalFree(entries);
        return SendError(Request, error);
    }
    qsort(entries, count, sizeof(*entries), CompareEntries);

    for (i = 0; i < count; i++)
    {
        ULARGE_INTEGER size;
        SYSTEMTIME     st;
        char           name[MAX_PATH * 3];
        BOOL directory = (entries[i].dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY) != 0;

        size.LowPart = entries[i].nFileSizeLow;
        size.HighPart = entries[i].nFileSizeHigh;
        FileTimeToSystemTime(&entries[i].ftLastWriteTime, &st);
        WideCharToMultiByte(CP_UTF8, 0, entries[i].cFileName, -1, name, sizeof(name), NULL, NULL);
        if (directory)
            StringCchPrintfExA(end, left, &end, &left, 0, "d            %s\\\r\n", name);
        else
            StringCchPrintfExA(end, left, &end, &left, 0,
                               "%c %10I64u %04u-%02u-%02u %02u:%02u:%02u %s\r\n",
                               entries[i].dwFileAttributes & FILE_ATTRIBUTE_READONLY ? 'r' : '-',
                               size.QuadPart, st.wYear, st.wMonth, st.wDay, st.wHour, st.wMinute,
                               st.wSecond, name);
    }
    StringCchPrintfExA(end, left, &end, &left, 0, "%lu entries\r\n", count);

    ZeroMemory(&response, sizeof(response));
    SetHeader(&response, HttpHeaderContentType, "text/plain; charset=utf-8");
    error = Send(Request, &response, 200, "OK", text, (ULONG)(end - text));
    LocalFree(entries);
    return error;
}

static ULONG SendFile(const HTTP_REQUEST *Request, PCWSTR Path,
                      const WIN32_FILE_ATTRIBUTE_DATA *Attributes)
{
    const HTTP_KNOWN_HEADER *since = &Request->Headers.KnownHeaders[HttpHeaderIfModifiedSince];
    HTTP_RESPONSE            response;
    FILETIME                 modified = Attributes->ftLastWriteTime, limit;
    char                     date[64], etag[64];
    BYTE                    *contents;
    HANDLE                   file;
    DWORD                    size, got = 0;
    ULONG                    result;

    ZeroMemory(&response, sizeof(response));
    TruncateToSecond(&modified);
    if (!FormatHttpDate(&modified, date, ARRAYSIZE(date)))
        return SendError(Request, GetLastError());
    SetHeader(&response, HttpHeaderLastModified, date);
    StringCchPrintfA(etag, ARRAYSIZE(etag), "\"%08lx%08lx\"", modified.dwHighDateTime,
                     modified.dwLowDateTime);
    SetHeader(&response, HttpHeaderEtag, etag);
    if (since->RawValueLength && ParseHttpDate(since, &limit) &&
        CompareFileTime(&modified, &limit) <= 0)
        return Send(Request, &response, 304, "Not Modified", NULL, 0);

    file = CreateFileW(Path, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL, OPEN_EXISTING,
                       FILE_ATTRIBUTE_NORMAL, NULL);
    if (file == INVALID_HANDLE_VALUE)
        return SendError(Request, GetLastError());
    size = GetFileSize(file, NULL);
    contents = (BYTE *)LocalAlloc(LMEM_FIXED, size ? size : 1);
    if (!contents || (size && (!ReadFile(file, contents, size, &got, NULL) || got != size)))
    {
        result = SendError(Request, contents ? GetLastError() : ERROR_NOT_ENOUGH_MEMORY);
    }
    else
    {
        PCWSTR extension = PathFindExtensionW(Path);
        SetHeader(&response, HttpHeaderContentType,
                  lstrcmpiW(extension, L".txt") == 0 ? "text/plain" : "application/octet-stream");
        result = Send(Request, &response, 200, "OK", contents, size);
    }
    LocalFree(contents);
    CloseHandle(file);
    return result;
}

/* PUT: the time of the last write becomes that of the header Date. */
static ULONG TouchFile(const HTTP_REQUEST *Request, PCWSTR Path)
{
    HTTP_RESPONSE response;
    FILETIME      time, before;
    HANDLE        file;
    char          text[64];

    if (!ParseHttpDate(&Request->Headers.KnownHeaders[HttpHeaderDate], &time))
        return SendError(Request, ERROR_INVALID_PARAMETER);
    file = CreateFileW(Path, FILE_READ_ATTRIBUTES | FILE_WRITE_ATTRIBUTES,
                       FILE_SHARE_READ | FILE_SHARE_WRITE, NULL, OPEN_EXISTING, 0, NULL);
    if (file == INVALID_HANDLE_VALUE)
        return SendError(Request, GetLastError());
    if (!GetFileTime(file, NULL, NULL, &before) || !SetFileTime(file, NULL, NULL, &time))
    {
        DWORD error = GetLastError();
        CloseHandle(file);
        return SendError(Request, error);
    }
    CloseHandle(file);
    StringCchPrintfA(text, ARRAYSIZE(text), "was %s\r\n",
                     CompareFileTime(&before, &time) < 0 ? "earlier" : "not earlier");
    ZeroMemory(&response, sizeof(response));
    return Send(Request, &response, 200, "OK", text, (ULONG)strlen(text));
}

/* The full path of what the URL names; FALSE if it is not below the root. */
static BOOL MapUrl(const HTTP_REQUEST *Request, PWSTR Path)
{
    WCHAR  relative[MAX_PATH], combined[MAX_PATH];
    size_t length = Request->CookedUrl.AbsPathLength / sizeof(WCHAR);
    size_t i;
    PWSTR  filePart;
    DWORD  got;

    if (length >= ARRAYSIZE(relative))
        return FALSE;
    for (i = 1; i < length; i++)
    {
        WCHAR c = Request->CookedUrl.pAbsPath[i];
        relative[i - 1] = c == L'/' ? L'\\' : c;
    }
    relative[length - 1] = 0;
    if (!PathCombineW(combined, RootDirectory, relative))
        return FALSE;
    got = GetFullPathNameW(combined, MAX_PATH, Path, &filePart);
    return got != 0 && got < MAX_PATH &&
           _wcsnicmp(Path, RootDirectory, wcslen(RootDirectory)) == 0;
}

static ULONG Handle(const HTTP_REQUEST *Request)
{
    WIN32_FILE_ATTRIBUTE_DATA attributes;
    HTTP_RESPONSE             response;
    WCHAR                     path[MAX_PATH];

    if (!MapUrl(Request, path))
        return SendError(Request, ERROR_ACCESS_DENIED);
    if (!GetFileAttributesExW(path, GetFileExInfoStandard, &attributes))
        return SendError(Request, GetLastError());
    ZeroMemory(&response, sizeof(response));
    switch (Request->Verb)
    {
    case HttpVerbGET:
        if (attributes.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY)
            return SendListing(Request, path);
        return SendFile(Request, path, &attributes);
    case HttpVerbPUT:
        return TouchFile(Request, path);
    case HttpVerbDELETE:
        if (!DeleteFileW(path))
            return SendError(Request, GetLastError());
        return Send(Request, &response, 204, "No Content", NULL, 0);
    default:
        SetHeader(&response, HttpHeaderAllow, "GET, PUT, DELETE");
        return Send(Request, &response, 405, "Method Not Allowed", NULL, 0);
    }
}

static DWORD WINAPI ServeThread(PVOID Unused)
{
    ULONG         size = 8 * 1024, bytes, result;
    HTTP_REQUEST *request = (HTTP_REQUEST *)HeapAlloc(GetProcessHeap(), 0, size);

    UNREFERENCED_PARAMETER(Unused);
    while ((result = HttpReceiveHttpRequest(RequestQueue, HTTP_NULL_ID, 0, request, size, &bytes,
                                            NULL)) == NO_ERROR ||
           result == ERROR_MORE_DATA || result == ERROR_CONNECTION_INVALID)
    {
        if (result == NO_ERROR)
            Handle(request);
        else if (result == ERROR_MORE_DATA)
            SendError(request, ERROR_INSUFFICIENT_BUFFER);
    }
    HeapFree(GetProcessHeap(), 0, request);
    return 0;
}

int wmain(int argc, wchar_t *argv[])
{
    HTTPAPI_VERSION version = HTTPAPI_VERSION_1;
    WCHAR           url[64];
    HANDLE          thread;
    ULONG           result;

    if (argc != 3 || !GetFullPathNameW(argv[1], MAX_PATH, RootDirectory, NULL) ||
        !PathIsDirectoryW(RootDirectory))
    {
        fwprintf(stderr, L"usage: dir_list directory port\n");
        return 2;
    }
    PathRemoveBackslashW(RootDirectory);
    StringCchPrintfW(url, ARRAYSIZE(url), L"http://*:%s/", argv[2]);
    HttpInitialize(version, HTTP_INITIALIZE_SERVER, NULL);
    result = HttpCreateHttpHandle(&RequestQueue, 0);
    if (result == NO_ERROR)
        result = HttpAddUrl(RequestQueue, url, NULL);
    if (result != NO_ERROR)
    {
        fwprintf(stderr, L"cannot serve %ls: %lu\n", url, result);
        return 1;
    }
    thread = CreateThread(NULL, 0, ServeThread, NULL, 0, NULL);
    getchar();
    HttpRemoveUrl(RequestQueue, url);
    CloseHandle(RequestQueue);
    WaitForSingleObject(thread, INFINITE);
    CloseHandle(thread);
    HttpTerminate(HTTP_INITIALIZE_SERVER, NULL);
    return 0;
}
