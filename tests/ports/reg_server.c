/* reg_server - a server whose settings are in the registry.
 *
 *   reg_server [port]
 *
 * HKEY_LOCAL_MACHINE\SOFTWARE\Contoso\RegServer
 *     Port         REG_DWORD      if the command line does not say; default 8080
 *     Path         REG_SZ         default "/"
 *     Greeting     REG_SZ         default "Hello"
 *     MaxRequests  REG_DWORD      the server ends after so many; default 0, never
 *     Signature    REG_BINARY     sent as the header X-Signature, in hexadecimal
 * HKEY_LOCAL_MACHINE\SOFTWARE\Contoso\RegServer\Headers
 *     each REG_SZ value is a header of every response
 *
 *   GET /             the greeting
 *   GET /settings     all settings, and where each comes from
 *   GET /quit
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
#pragma comment(lib, "advapi32.lib")

#define SETTINGS_KEY L"SOFTWARE\\Contoso\\RegServer"
#define MAX_HEADERS  8

typedef struct _SETTINGS
{
    DWORD Port;
    WCHAR Path[64];
    WCHAR Greeting[128];
    DWORD MaxRequests;
    BYTE  Signature[16];
    DWORD SignatureLength;
    DWORD HeaderCount;
    CHAR  HeaderName[MAX_HEADERS][64];
    CHAR  HeaderValue[MAX_HEADERS][128];
    BOOL  HaveKey;
    DWORD Found;
} SETTINGS;

static SETTINGS Settings;
static HANDLE   Queue;

static BOOL ReadDword(HKEY Key, PCWSTR Name, DWORD *Value)
{
    DWORD type = 0, value = 0, size = sizeof(value);
    LONG  result = RegQueryValueExW(Key, Name, NULL, &type, (LPBYTE)&value, &size);

    if (result != ERROR_SUCCESS || type != REG_DWORD || size != sizeof(value))
        return FALSE;
    *Value = value;
    Settings.Found++;
    return TRUE;
}

static BOOL ReadString(HKEY Key, PCWSTR Name, PWSTR Value, DWORD Count)
{
    WCHAR buffer[256];
    DWORD type = 0, size = 0;
    LONG  result;

    /* First the size. */
    result = RegQueryValueExW(Key, Name, NULL, &type, NULL, &size);
    if (result != ERROR_SUCCESS || (type != REG_SZ && type != REG_EXPAND_SZ) ||
        size > sizeof(buffer) - sizeof(WCHAR))
        return FALSE;
    result = RegQueryValueExW(Key, Name, NULL, &type, (LPBYTE)buffer, &size);
    if (result != ERROR_SUCCESS)
        return FALSE;
    /* It need not end with a zero. */
    buffer[size / sizeof(WCHAR)] = L'\0';
    if (type == REG_EXPAND_SZ)
    {
        WCHAR expanded[256];
        if (ExpandEnvironmentStringsW(buffer, expanded, ARRAYSIZE(expanded)) == 0)
            return FALSE;
        StringCchCopyW(buffer, ARRAYSIZE(buffer), expanded);
    }
    if (FAILED(StringCchCopyW(Value, Count, buffer)))
        return FALSE;
    Settings.Found++;
    return TRUE;
}

static LONG ReadHeaders(HKEY Parent)
{
    HKEY  key;
    DWORD index, count = 0, type;
    LONG  result = RegOpenKeyExW(Parent, L"Headers", 0, KEY_READ, &key);

    if (result != ERROR_SUCCESS)
        return result;
    result = RegQueryInfoKeyW(key, NULL, NULL, NULL, NULL, NULL, NULL, &count, NULL, NULL, NULL,
                              NULL);
    for (index = 0; result == ERROR_SUCCESS && index < count &&
                    Settings.HeaderCount < MAX_HEADERS;
         index++)
    {
        WCHAR name[64], value[128];
        DWORD nameLength = ARRAYSIZE(name), size = sizeof(value) - sizeof(WCHAR);

        result = RegEnumValueW(key, index, name, &nameLength, NULL, &type, (LPBYTE)value, &size);
        if (result != ERROR_SUCCESS || type != REG_SZ)
            continue;
        value[size / sizeof(WCHAR)] = L'\0';
        WideCharToMultiByte(CP_ACP, 0, name, -1, Settings.HeaderName[Settings.HeaderCount],
                            sizeof(Settings.HeaderName[0]), NULL, NULL);
        WideCharToMultiByte(CP_ACP, 0, value, -1, Settings.HeaderValue[Settings.HeaderCount],
                            sizeof(Settings.HeaderValue[0]), NULL, NULL);
        Settings.HeaderCount++;
    }
    RegCloseKey(key);
    return result;
}

static LONG ReadSettings(void)
{
    HKEY  key;
    DWORD type, size = sizeof(Settings.Signature);
    LONG  result;

    Settings.Port = 8080;
    StringCchCopyW(Settings.Path, ARRAYSIZE(Settings.Path), L"/");
    StringCchCopyW(Settings.Greeting, ARRAYSIZE(Settings.Greeting), L"Hello");
    result = RegOpenKeyExW(HKEY_LOCAL_MACHINE, SETTINGS_KEY, 0, KEY_READ | KEY_WOW64_64KEY, &key);
    if (result == ERROR_FILE_NOT_FOUND)
        return ERROR_SUCCESS;
    if (result != ERROR_SUCCESS)
        return result;
    Settings.HaveKey = TRUE;
    ReadDword(key, L"Port", &Settings.Port);
    ReadString(key, L"Path", Settings.Path, ARRAYSIZE(Settings.Path));
    ReadString(key, L"Greeting", Settings.Greeting, ARRAYSIZE(Settings.Greeting));
    ReadDword(key, L"MaxRequests", &Settings.MaxRequests);
    if (RegQueryValueExW(key, L"Signature", NULL, &type, Settings.Signature, &size) ==
            ERROR_SUCCESS &&
        type == REG_BINARY)
    {
        Settings.SignatureLength = size;
        Settings.Found++;
    }
    result = ReadHeaders(key);
    RegCloseKey(key);
    return result == ERROR_FILE_NOT_FOUND ? ERROR_SUCCESS : result;
}

static void Respond(HTTP_REQUEST *Request, USHORT Status, PCSTR Reason, PCSTR Text)
{
    HTTP_RESPONSE       response;
    HTTP_UNKNOWN_HEADER headers[MAX_HEADERS + 1];
    HTTP_DATA_CHUNK     chunk;
    CHAR                signature[2 * sizeof(Settings.Signature) + 1];
    DWORD               i;

    ZeroMemory(&response, sizeof(response));
    response.StatusCode = Status;
    response.pReason = Reason;
    response.ReasonLength = (USHORT)strlen(Reason);
    for (i = 0; i < Settings.HeaderCount; i++)
    {
        headers[i].pName = Settings.HeaderName[i];
        headers[i].NameLength = (USHORT)strlen(Settings.HeaderName[i]);
        headers[i].pRawValue = Settings.HeaderValue[i];
        headers[i].RawValueLength = (USHORT)strlen(Settings.HeaderValue[i]);
    }
    if (Settings.SignatureLength)
    {
        DWORD k;
        for (k = 0; k < Settings.SignatureLength; k++)
            sprintf_s(signature + 2 * k, 3, "%02X", Settings.Signature[k]);
        headers[i].pName = "X-Signature";
        headers[i].NameLength = 11;
        headers[i].pRawValue = signature;
        headers[i].RawValueLength = (USHORT)(2 * Settings.SignatureLength);
        i++;
    }
    response.Headers.UnknownHeaderCount = (USHORT)i;
    response.Headers.pUnknownHeaders = headers;
    chunk.DataChunkType = HttpDataChunkFromMemory;
    chunk.FromMemory.pBuffer = (PVOID)Text;
    chunk.FromMemory.BufferLength = (ULONG)strlen(Text);
    response.EntityChunkCount = 1;
    response.pEntityChunks = &chunk;
    HttpSendHttpResponse(Queue, Request->RequestId, 0, &response, NULL, NULL, NULL, 0, NULL, NULL);
}

static BOOL EndsWith(const HTTP_REQUEST *Request, PCWSTR Name)
{
    USHORT length = Request->CookedUrl.AbsPathLength / sizeof(WCHAR);
    size_t cch = wcslen(Name);

    return length >= cch && wcsncmp(Request->CookedUrl.pAbsPath + length - cch, Name, cch) == 0;
}

static void ShowSettings(HTTP_REQUEST *Request)
{
    CHAR text[512];

    StringCchPrintfA(text, ARRAYSIZE(text),
                     "key %s, %lu values\r\nPath %ls\r\nGreeting %ls\r\nMaxRequests %lu\r\n"
                     "Signature of %lu bytes\r\n%lu headers\r\n",
                     Settings.HaveKey ? "found" : "not found", Settings.Found, Settings.Path,
                     Settings.Greeting, Settings.MaxRequests, Settings.SignatureLength,
                     Settings.HeaderCount);
    Respond(Request, 200, "OK", text);
}

static DWORD Serve(void)
{
    DWORD         size = sizeof(HTTP_REQUEST) + 8192, served = 0, result;
    HTTP_REQUEST *request = (HTTP_REQUEST *)GlobalAlloc(GPTR, size);
    BOOL          quit = FALSE;

    if (request == NULL)
        return ERROR_NOT_ENOUGH_MEMORY;
    while (!quit)
    {
        result = HttpReceiveHttpRequest(Queue, HTTP_NULL_ID, 0, request, size, NULL, NULL);
        if (result == ERROR_CONNECTION_INVALID)
            continue;
        if (result != NO_ERROR)
        {
            GlobalFree(request);
            return result;
        }
        if (EndsWith(request, L"/settings"))
            ShowSettings(request);
        else if (EndsWith(request, L"/quit"))
        {
            Respond(request, 200, "OK", "bye\r\n");
            quit = TRUE;
        }
        else
        {
            CHAR text[160];
            StringCchPrintfA(text, ARRAYSIZE(text), "%ls\r\n", Settings.Greeting);
            Respond(request, 200, "OK", text);
        }
        served++;
        if (Settings.MaxRequests && served >= Settings.MaxRequests)
            quit = TRUE;
    }
    GlobalFree(request);
    return NO_ERROR;
}

int wmain(int argc, WCHAR *argv[])
{
    HTTPAPI_VERSION version = HTTPAPI_VERSION_1;
    WCHAR           url[128];
    DWORD           result;

    result = (DWORD)ReadSettings();
    if (result != ERROR_SUCCESS)
    {
        fwprintf(stderr, L"The settings cannot be read: %lu\n", result);
        return 1;
    }
    if (argc > 1)
        Settings.Port = (DWORD)_wtoi(argv[1]);
    StringCchPrintfW(url, ARRAYSIZE(url), L"http://localhost:%lu%ls", Settings.Port,
                     Settings.Path);
    if ((result = HttpInitialize(version, HTTP_INITIALIZE_SERVER, NULL)) == NO_ERROR)
    {
        if ((result = HttpCreateHttpHandle(&Queue, 0)) == NO_ERROR)
        {
            if ((result = HttpAddUrl(Queue, url, NULL)) == NO_ERROR)
            {
                result = Serve();
                HttpRemoveUrl(Queue, url);
            }
            CloseHandle(Queue);
        }
        HttpTerminate(HTTP_INITIALIZE_SERVER, NULL);
    }
    if (result != NO_ERROR)
    {
        fwprintf(stderr, L"%ls: error %lu\n", url, result);
        return 1;
    }
    wprintf(L"Done.\n");
    return 0;
}
