/* One short function for each call of http.h that the other examples do not make. There is no main: take what you
 * need. It compiles with httpsys-cc, or on Windows with the SDK.
 *
 *   httpsys-cc -c calls.c
 */
#include <windows.h>

#include <http.h>

#include <stdio.h>

/* Keeps a piece of a response in the fragment cache for an hour. */
ULONG keep_footer(HANDLE queue, char *html, ULONG length)
{
    HTTP_DATA_CHUNK chunk = { 0 };
    HTTP_CACHE_POLICY policy = { HttpCachePolicyTimeToLive, 3600 };

    chunk.DataChunkType = HttpDataChunkFromMemory;
    chunk.FromMemory.pBuffer = html;
    chunk.FromMemory.BufferLength = length;
    return HttpAddFragmentToCache(queue, L"http://localhost:8080/footer", &chunk, &policy, NULL);
}

/* Reads it back; 3 (ERROR_PATH_NOT_FOUND) if the service has dropped it meanwhile. */
ULONG read_footer(HANDLE queue, char *buffer, ULONG size, ULONG *length)
{
    return HttpReadFragmentFromCache(queue, L"http://localhost:8080/footer", NULL, buffer, size, length, NULL);
}

/* Drops everything that the queue has in the cache. */
ULONG drop_cache(HANDLE queue)
{
    return HttpFlushResponseCache(queue, L"http://localhost:8080/", HTTP_FLUSH_RESPONSE_FLAG_RECURSIVE, NULL);
}

/* Says that the browser will want the style sheet next. */
ULONG push_style(HANDLE queue, HTTP_REQUEST_ID request)
{
    return HttpDeclarePush(queue, request, HttpVerbGET, L"/style.css", NULL, NULL);
}

/* Registers a URL as a person typed it: bücher.example becomes what HttpAddUrlToUrlGroup takes. */
ULONG add_typed_url(HTTP_URL_GROUP_ID group, PCWSTR typed)
{
    PWSTR url;
    ULONG error = HttpPrepareUrl(NULL, 0, typed, &url);

    if (error != NO_ERROR)
        return error;
    error = HttpAddUrlToUrlGroup(group, url, 0, 0);
    HeapFree(GetProcessHeap(), 0, url);
    return error;
}

/* The error code that an HTTP/2 client sees if this request is cancelled: REFUSED_STREAM, so that it tries again. */
ULONG refuse_softly(HANDLE queue, HTTP_REQUEST_ID request)
{
    HTTP_REQUEST_PROPERTY_STREAM_ERROR code = { 7 };
    ULONG error = HttpSetRequestProperty(queue, request, HttpRequestPropertyStreamError, &code, sizeof(code), NULL);

    return error != NO_ERROR ? error : HttpCancelHttpRequest(queue, request, NULL);
}

/* Prints the host name that the client asked for in the TLS handshake. */
ULONG print_server_name(HANDLE queue, HTTP_REQUEST_ID request)
{
    HTTP_REQUEST_PROPERTY_SNI sni = { { 0 }, 0 };
    ULONG length;
    ULONG error = HttpQueryRequestProperty(queue, request, HttpRequestPropertySni, NULL, 0, &sni, sizeof(sni), &length,
                                           NULL);

    if (error == NO_ERROR)
        wprintf(L"%ls\n", sni.Hostname);
    return error;
}

/* A controller: starts a worker once a request waits in the queue. */
ULONG start_worker_on_demand(PCWSTR name, ULONG (*start)(void))
{
    HTTPAPI_VERSION version = HTTPAPI_VERSION_2;
    HANDLE queue;
    ULONG error = HttpCreateRequestQueue(version, name, NULL, HTTP_CREATE_REQUEST_QUEUE_FLAG_CONTROLLER, &queue);

    if (error != NO_ERROR)
        return error;
    error = HttpWaitForDemandStart(queue, NULL);
    if (error == NO_ERROR)
        error = start();
    HttpCloseRequestQueue(queue);
    return error;
}

/* Returns once the client has gone: on a thread of its own beside a long computation. */
ULONG wait_until_gone(HANDLE queue, HTTP_CONNECTION_ID connection)
{
    return HttpWaitForDisconnectEx(queue, connection, 0, NULL);
}

/* Whether a response may have trailers. */
BOOL can_send_trailers(void)
{
    return HttpIsFeatureSupported(HttpFeatureResponseTrailers);
}

/* Asks for an extension by its number: there is none here. */
ULONG ask_for_extension(ULONG number, void *buffer, ULONG size)
{
    HTTPAPI_VERSION version = HTTPAPI_VERSION_2;

    return HttpGetExtension(version, number, buffer, size);
}

/* Hands a request to another queue where that can be done, which is not here. */
ULONG hand_over(HANDLE queue, HANDLE other, HTTP_REQUEST_ID request, HTTP_URL_GROUP_ID group)
{
    return HttpDelegateRequestEx(queue, other, request, group, 0, NULL);
}
