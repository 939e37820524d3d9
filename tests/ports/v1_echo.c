/* v1_echo - a small server on version 1 of the HTTP Server API.
 *
 *   v1_echo http://localhost:8080/ [http://localhost:8080/more/ ...]
 *
 *   GET  /            a greeting
 *   GET  /whoami      the client's address, the verb, the URL and all headers
 *   POST /            the entity body, sent back
 *   GET  /quit        ends the server
 */
#ifndef UNICODE
#define UNICODE
#endif
#ifndef _UNICODE
#define _UNICODE
#endif
#define _WIN32_WINNT 0x0601

#include <winsock2.h>
#include <windows.h>
#include <ws2tcpip.h>
#include <http.h>
#include <stdio.h>
#include <strsafe.h>

#pragma comment(lib, "httpapi.lib")
#pragma comment(lib, "ws2_32.lib")

#define ALLOC_MEM(cb) HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY, (cb))
#define FREE_MEM(ptr) HeapFree(GetProcessHeap(), 0, (ptr))

#define INITIAL_BUFFER (sizeof(HTTP_REQUEST) + 512)
#define BODY_BUFFER    2048

static BOOL g_fQuit = FALSE;

static VOID
InitializeHttpResponse(PHTTP_RESPONSE pResponse, USHORT Status, PCSTR Reason)
{
    RtlZeroMemory(pResponse, sizeof(*pResponse));
    pResponse->StatusCode = Status;
    pResponse->pReason = Reason;
    pResponse->ReasonLength = (USHORT)strlen(Reason);
}

static VOID
AddKnownHeader(PHTTP_RESPONSE pResponse, HTTP_HEADER_ID HeaderId, PCSTR Value)
{
    pResponse->Headers.KnownHeaders[HeaderId].pRawValue = Value;
    pResponse->Headers.KnownHeaders[HeaderId].RawValueLength = (USHORT)strlen(Value);
}

static DWORD
SendHttpResponse(HANDLE hReqQueue, PHTTP_REQUEST pRequest, USHORT StatusCode, PCSTR pReason,
                 PCSTR pEntityString)
{
    HTTP_RESPONSE   response;
    HTTP_DATA_CHUNK dataChunk;
    DWORD           result;
    DWORD           bytesSent = 0;

    InitializeHttpResponse(&response, StatusCode, pReason);
    AddKnownHeader(&response, HttpHeaderContentType, "text/plain");
    if (StatusCode == 405)
    {
        AddKnownHeader(&response, HttpHeaderAllow, "GET, POST");
    }

    if (pEntityString)
    {
        dataChunk.DataChunkType = HttpDataChunkFromMemory;
        dataChunk.FromMemory.pBuffer = (PVOID)pEntityString;
        dataChunk.FromMemory.BufferLength = (ULONG)strlen(pEntityString);
        response.EntityChunkCount = 1;
        response.pEntityChunks = &dataChunk;
    }

    result = HttpSendHttpResponse(hReqQueue, pRequest->RequestId, 0, &response, NULL, &bytesSent,
                                  NULL, 0, NULL, NULL);
    if (result != NO_ERROR)
    {
        wprintf(L"HttpSendHttpResponse failed with %lu\n", result);
    }
    return result;
}

/* The names of the headers that the service knows, by HTTP_HEADER_ID. */
static const char *const g_KnownHeaders[HttpHeaderRequestMaximum] = {
    "Cache-Control", "Connection", "Date", "Keep-Alive", "Pragma", "Trailer", "Transfer-Encoding",
    "Upgrade", "Via", "Warning", "Allow", "Content-Length", "Content-Type", "Content-Encoding",
    "Content-Language", "Content-Location", "Content-MD5", "Content-Range", "Expires",
    "Last-Modified", "Accept", "Accept-Charset", "Accept-Encoding", "Accept-Language",
    "Authorization", "Cookie", "Expect", "From", "Host", "If-Match", "If-Modified-Since",
    "If-None-Match", "If-Range", "If-Unmodified-Since", "Max-Forwards", "Proxy-Authorization",
    "Referer", "Range", "TE", "Translate", "User-Agent",
};

static DWORD
SendWhoAmI(HANDLE hReqQueue, PHTTP_REQUEST pRequest)
{
    CHAR    text[4096];
    size_t  left = sizeof(text);
    PSTR    end = text;
    CHAR    address[INET6_ADDRSTRLEN + 8];
    int     i;

    switch (pRequest->Address.pRemoteAddress->sa_family)
    {
    case AF_INET:
    {
        SOCKADDR_IN *v4 = (SOCKADDR_IN *)pRequest->Address.pRemoteAddress;
        PBYTE b = (PBYTE)&v4->sin_addr;
        StringCchPrintfA(address, ARRAYSIZE(address), "%u.%u.%u.%u", b[0], b[1], b[2], b[3]);
        break;
    }
    case AF_INET6:
        StringCchCopyA(address, ARRAYSIZE(address), "an IPv6 address");
        break;
    default:
        StringCchCopyA(address, ARRAYSIZE(address), "unknown");
        break;
    }

    StringCchPrintfExA(end, left, &end, &left, 0, "client: %s\r\nverb: %d\r\nversion: %u.%u\r\n",
                       address, (int)pRequest->Verb, pRequest->Version.MajorVersion,
                       pRequest->Version.MinorVersion);
    StringCchPrintfExA(end, left, &end, &left, 0, "raw: %.*s\r\npath: %.*S\r\nquery: %.*S\r\n",
                       (int)pRequest->RawUrlLength, pRequest->pRawUrl,
                       (int)(pRequest->CookedUrl.AbsPathLength / sizeof(WCHAR)),
                       pRequest->CookedUrl.pAbsPath,
                       (int)(pRequest->CookedUrl.QueryStringLength / sizeof(WCHAR)),
                       pRequest->CookedUrl.pQueryString ? pRequest->CookedUrl.pQueryString : L"");

    for (i = 0; i < HttpHeaderRequestMaximum; i++)
    {
        if (i == HttpHeaderHost)
        {
            continue;
        }
        if (pRequest->Headers.KnownHeaders[i].RawValueLength)
        {
            StringCchPrintfExA(end, left, &end, &left, 0, "%s: %.*s\r\n", g_KnownHeaders[i],
                               (int)pRequest->Headers.KnownHeaders[i].RawValueLength,
                               pRequest->Headers.KnownHeaders[i].pRawValue);
        }
    }
    for (i = 0; i < pRequest->Headers.UnknownHeaderCount; i++)
    {
        PHTTP_UNKNOWN_HEADER header = &pRequest->Headers.pUnknownHeaders[i];
        StringCchPrintfExA(end, left, &end, &left, 0, "[%.*s]: %.*s\r\n", (int)header->NameLength,
                           header->pName, (int)header->RawValueLength, header->pRawValue);
    }
    return SendHttpResponse(hReqQueue, pRequest, 200, "OK", text);
}

/* Sends back what was posted, in the pieces in which it arrives. */
static DWORD
SendHttpPostResponse(HANDLE hReqQueue, PHTTP_REQUEST pRequest)
{
    HTTP_RESPONSE   response;
    HTTP_DATA_CHUNK chunk;
    PUCHAR          pEntityBuffer;
    ULONG           bytesRead = 0;
    ULONG           total = 0;
    ULONG           lastFlags = 0;
    DWORD           result;

    pEntityBuffer = (PUCHAR)ALLOC_MEM(BODY_BUFFER);
    if (pEntityBuffer == NULL)
    {
        return SendHttpResponse(hReqQueue, pRequest, 503, "Service Unavailable", "No memory\r\n");
    }

    InitializeHttpResponse(&response, 200, "OK");
    AddKnownHeader(&response, HttpHeaderContentType, "application/octet-stream");
    if (pRequest->Headers.KnownHeaders[HttpHeaderContentLength].RawValueLength)
    {
        response.Headers.KnownHeaders[HttpHeaderContentLength] =
            pRequest->Headers.KnownHeaders[HttpHeaderContentLength];
    }
    else
    {
        /* Of unknown length: it ends with the connection. */
        lastFlags = HTTP_SEND_RESPONSE_FLAG_DISCONNECT;
    }

    result = HttpSendHttpResponse(hReqQueue, pRequest->RequestId,
                                  HTTP_SEND_RESPONSE_FLAG_MORE_DATA, &response, NULL, NULL, NULL,
                                  0, NULL, NULL);

    while (result == NO_ERROR)
    {
        bytesRead = 0;
        result = HttpReceiveRequestEntityBody(hReqQueue, pRequest->RequestId, 0, pEntityBuffer,
                                              BODY_BUFFER, &bytesRead, NULL);
        if (result == NO_ERROR && bytesRead != 0)
        {
            total += bytesRead;
            chunk.DataChunkType = HttpDataChunkFromMemory;
            chunk.FromMemory.pBuffer = pEntityBuffer;
            chunk.FromMemory.BufferLength = bytesRead;
            result = HttpSendResponseEntityBody(hReqQueue, pRequest->RequestId,
                                                HTTP_SEND_RESPONSE_FLAG_MORE_DATA, 1, &chunk, NULL,
                                                NULL, 0, NULL, NULL);
        }
    }

    if (result == ERROR_HANDLE_EOF)
    {
        result = HttpSendResponseEntityBody(hReqQueue, pRequest->RequestId, lastFlags, 0, NULL,
                                            NULL, NULL, 0, NULL, NULL);
        wprintf(L"Echoed %lu bytes\n", total);
    }
    if (result != NO_ERROR)
    {
        wprintf(L"The echo failed with %lu\n", result);
    }
    FREE_MEM(pEntityBuffer);
    return result;
}

static DWORD
Dispatch(HANDLE hReqQueue, PHTTP_REQUEST pRequest)
{
    wprintf(L"Got a request for %.*ws\n",
            (int)(pRequest->CookedUrl.AbsPathLength / sizeof(WCHAR)),
            pRequest->CookedUrl.pAbsPath);

    switch (pRequest->Verb)
    {
    case HttpVerbGET:
        if (pRequest->CookedUrl.AbsPathLength == 5 * sizeof(WCHAR) &&
            wcsncmp(pRequest->CookedUrl.pAbsPath, L"/quit", 5) == 0)
        {
            g_fQuit = TRUE;
            return SendHttpResponse(hReqQueue, pRequest, 200, "OK", "Good bye\r\n");
        }
        if (pRequest->CookedUrl.AbsPathLength >= 7 * sizeof(WCHAR) &&
            wcsncmp(pRequest->CookedUrl.pAbsPath, L"/whoami", 7) == 0)
        {
            return SendWhoAmI(hReqQueue, pRequest);
        }
        return SendHttpResponse(hReqQueue, pRequest, 200, "OK",
                                "Hey! You hit the server\r\n");

    case HttpVerbPOST:
        return SendHttpPostResponse(hReqQueue, pRequest);

    case HttpVerbUnknown:
        return SendHttpResponse(hReqQueue, pRequest, 501, "Not Implemented", NULL);

    default:
        return SendHttpResponse(hReqQueue, pRequest, 405, "Method Not Allowed", NULL);
    }
}

static DWORD
DoReceiveRequests(HANDLE hReqQueue)
{
    ULONG           result = NO_ERROR;
    HTTP_REQUEST_ID requestId;
    DWORD           bytesRead;
    PHTTP_REQUEST   pRequest;
    PCHAR           pRequestBuffer;
    ULONG           RequestBufferLength;

    RequestBufferLength = INITIAL_BUFFER;
    pRequestBuffer = (PCHAR)ALLOC_MEM(RequestBufferLength);
    if (pRequestBuffer == NULL)
    {
        return ERROR_NOT_ENOUGH_MEMORY;
    }
    pRequest = (PHTTP_REQUEST)pRequestBuffer;
    HTTP_SET_NULL_ID(&requestId);

    while (!g_fQuit)
    {
        RtlZeroMemory(pRequest, RequestBufferLength);
        result = HttpReceiveHttpRequest(hReqQueue, requestId, 0, pRequest, RequestBufferLength,
                                        &bytesRead, NULL);
        if (result == NO_ERROR)
        {
            result = Dispatch(hReqQueue, pRequest);
            if (result != NO_ERROR && result != ERROR_CONNECTION_INVALID)
            {
                break;
            }
            HTTP_SET_NULL_ID(&requestId);
        }
        else if (result == ERROR_MORE_DATA)
        {
            /* The same request again, with the size that it needs. */
            requestId = pRequest->RequestId;
            RequestBufferLength = bytesRead;
            FREE_MEM(pRequestBuffer);
            pRequestBuffer = (PCHAR)ALLOC_MEM(RequestBufferLength);
            if (pRequestBuffer == NULL)
            {
                return ERROR_NOT_ENOUGH_MEMORY;
            }
            pRequest = (PHTTP_REQUEST)pRequestBuffer;
            wprintf(L"A larger buffer is needed\n");
        }
        else if (result == ERROR_CONNECTION_INVALID && !HTTP_IS_NULL_ID(&requestId))
        {
            HTTP_SET_NULL_ID(&requestId);
        }
        else
        {
            break;
        }
    }

    FREE_MEM(pRequestBuffer);
    return g_fQuit ? NO_ERROR : result;
}

int __cdecl wmain(int argc, wchar_t *argv[])
{
    ULONG           retCode;
    int             i;
    HANDLE          hReqQueue = NULL;
    int             UrlAdded = 0;
    HTTPAPI_VERSION HttpApiVersion = HTTPAPI_VERSION_1;

    if (argc < 2)
    {
        wprintf(L"%ws: <Url1> [Url2] ...\n", argv[0]);
        return -1;
    }

    retCode = HttpInitialize(HttpApiVersion, HTTP_INITIALIZE_SERVER, NULL);
    if (retCode != NO_ERROR)
    {
        wprintf(L"HttpInitialize failed with %lu\n", retCode);
        return retCode;
    }

    retCode = HttpCreateHttpHandle(&hReqQueue, 0);
    if (retCode != NO_ERROR)
    {
        wprintf(L"HttpCreateHttpHandle failed with %lu\n", retCode);
        goto CleanUp;
    }

    for (i = 1; i < argc; i++)
    {
        wprintf(L"we are listening for requests on the following url: %ws\n", argv[i]);
        retCode = HttpAddUrl(hReqQueue, argv[i], NULL);
        if (retCode != NO_ERROR)
        {
            wprintf(L"HttpAddUrl failed with %lu\n", retCode);
            goto CleanUp;
        }
        UrlAdded++;
    }
    fflush(stdout);

    retCode = DoReceiveRequests(hReqQueue);

CleanUp:
    for (i = 1; i <= UrlAdded; i++)
    {
        HttpRemoveUrl(hReqQueue, argv[i]);
    }
    if (hReqQueue)
    {
        CloseHandle(hReqQueue);
    }
    HttpTerminate(HTTP_INITIALIZE_SERVER, NULL);
    return retCode;
}
