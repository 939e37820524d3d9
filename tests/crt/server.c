/* The shape of a console server for Windows: wmain, the two-stage API, one thread, wide output,
 * strsafe, the process heap, a response with an entity of one chunk. Serves the URL of its first
 * argument until a request for /stop. What it prints is compared by main.rs.
 */
#ifndef UNICODE
#define UNICODE
#endif
#include <Windows.h>
#include <http.h>
#include <stdio.h>
#include <strsafe.h>

#pragma comment(lib, "httpapi.lib")

#define ALLOC_MEM(cb) HeapAlloc(GetProcessHeap(), 0, (cb))
#define FREE_MEM(ptr) HeapFree(GetProcessHeap(), 0, (ptr))

static DWORD SendText(HANDLE hReqQueue, PHTTP_REQUEST pRequest)
{
    HTTP_RESPONSE response;
    HTTP_DATA_CHUNK dataChunk;
    CHAR szBody[64];
    CHAR szType[] = "text/plain";
    DWORD bytesSent = 0;

    StringCchPrintfA(szBody, 64, "%lu %S", (ULONG)pRequest->Verb, pRequest->CookedUrl.pAbsPath);
    RtlZeroMemory(&response, sizeof(response));
    response.StatusCode = 200;
    response.pReason = "OK";
    response.ReasonLength = 2;
    response.Headers.KnownHeaders[HttpHeaderContentType].pRawValue = szType;
    response.Headers.KnownHeaders[HttpHeaderContentType].RawValueLength =
        (USHORT)strlen(szType);
    dataChunk.DataChunkType = HttpDataChunkFromMemory;
    dataChunk.FromMemory.pBuffer = szBody;
    dataChunk.FromMemory.BufferLength = (ULONG)strlen(szBody);
    response.EntityChunkCount = 1;
    response.pEntityChunks = &dataChunk;
    return HttpSendHttpResponse(hReqQueue, pRequest->RequestId, 0, &response, NULL, &bytesSent,
                                NULL, 0, NULL, NULL);
}

static DWORD Serve(HANDLE hReqQueue)
{
    ULONG size = sizeof(HTTP_REQUEST) + 2048;
    DWORD bytesRead, result;
    BOOL stop = FALSE;
    PHTTP_REQUEST pRequest = (PHTTP_REQUEST)ALLOC_MEM(size);

    if (pRequest == NULL) {
        return ERROR_NOT_ENOUGH_MEMORY;
    }
    do {
        RtlZeroMemory(pRequest, size);
        result = HttpReceiveHttpRequest(hReqQueue, HTTP_NULL_ID, 0, pRequest, size, &bytesRead,
                                        NULL);
        if (result == NO_ERROR) {
            wprintf(L"Got a request for %ws\n", pRequest->CookedUrl.pAbsPath);
            stop = wcscmp(pRequest->CookedUrl.pAbsPath, L"/stop") == 0;
            result = SendText(hReqQueue, pRequest);
        }
    } while (result == NO_ERROR && !stop);
    FREE_MEM(pRequest);
    return result;
}

int __cdecl wmain(int argc, wchar_t *argv[])
{
    HTTPAPI_VERSION version = HTTPAPI_VERSION_2;
    HTTP_SERVER_SESSION_ID session = HTTP_NULL_ID;
    HTTP_URL_GROUP_ID group = HTTP_NULL_ID;
    HANDLE hReqQueue = NULL;
    HTTP_BINDING_INFO binding = {{0}, NULL};
    ULONG retCode;

    if (argc < 2) {
        wprintf(L"%ws: <Url1> [Url2] ...\n", argv[0]);
        return -1;
    }
    retCode = HttpInitialize(version, HTTP_INITIALIZE_SERVER, NULL);
    if (retCode != NO_ERROR) {
        wprintf(L"HttpInitialize failed with %lu\n", retCode);
        return (int)retCode;
    }
    retCode = HttpCreateServerSession(version, &session, 0);
    if (retCode == NO_ERROR) {
        retCode = HttpCreateUrlGroup(session, &group, 0);
    }
    if (retCode == NO_ERROR) {
        retCode = HttpCreateRequestQueue(version, NULL, NULL, 0, &hReqQueue);
    }
    if (retCode == NO_ERROR) {
        binding.Flags.Present = 1;
        binding.RequestQueueHandle = hReqQueue;
        retCode = HttpSetUrlGroupProperty(group, HttpServerBindingProperty, &binding,
                                          sizeof(binding));
    }
    if (retCode == NO_ERROR) {
        retCode = HttpAddUrlToUrlGroup(group, argv[1], 0, 0);
    }
    if (retCode == NO_ERROR) {
        wprintf(L"listening on %s\n", argv[1]);
        fflush(stdout);
        retCode = Serve(hReqQueue);
    }
    wprintf(L"ended with %lu\n", retCode);
    HttpCloseUrlGroup(group);
    HttpCloseServerSession(session);
    HttpCloseRequestQueue(hReqQueue);
    HttpTerminate(HTTP_INITIALIZE_SERVER, NULL);
    return (int)retCode;
}
