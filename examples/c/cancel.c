/* Receives one request and cancels it: the client's connection is reset, no response is sent.
 *
 *   cancel [PORT]                   8080 if not given; then: curl http://localhost:8080/
 *
 * Exits with 0 after HttpCancelHttpRequest has returned NO_ERROR. Build as hello.c.
 */
#include <http.h>

#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
    HTTPAPI_VERSION version = HTTPAPI_VERSION_1;
    HTTP_REQUEST_V1 request; /* all we need is the id, so that 234 will do */
    HANDLE queue = NULL;
    char url[64];
    WCHAR wide[64];
    ULONG error;
    int port = argc > 1 ? atoi(argv[1]) : 8080;
    int n, length;

    length = snprintf(url, sizeof(url), "http://localhost:%d/", port);
    for (n = 0; n <= length; n++) {
        wide[n] = (WCHAR)url[n];
    }
    error = HttpInitialize(version, HTTP_INITIALIZE_SERVER, NULL);
    if (error == NO_ERROR) {
        error = HttpCreateHttpHandle(&queue, 0);
    }
    if (error == NO_ERROR) {
        error = HttpAddUrl(queue, wide, NULL);
    }
#ifdef HTTPSYS_EXTENSION_H /* HTTP.sys has no port 0 */
    if (error == NO_ERROR && port == 0) {
        USHORT taken = 0;
        error = HttpsysQueryUrlPort(queue, HTTP_NULL_ID, wide, &taken);
        port = taken;
    }
#endif
    if (error == NO_ERROR) {
        printf("listening on http://localhost:%d/\n", port);
        fflush(stdout);
        error = HttpReceiveHttpRequest(queue, HTTP_NULL_ID, 0, (HTTP_REQUEST *)&request,
                                       sizeof(request), NULL, NULL);
    }
    if (error == NO_ERROR || error == ERROR_MORE_DATA) {
        error = HttpCancelHttpRequest(queue, request.RequestId, NULL);
        printf("cancelled request %llx: %u\n", (unsigned long long)request.RequestId,
               (unsigned)error);
#ifdef HTTPSYS_EXTENSION_H
        {
            HTTPSYS_CLOSE_INFO why;
            if (HttpsysWhyClosed(request.ConnectionId, &why) == NO_ERROR) {
                printf("why the connection closed: %s\n", why.Name);
            }
        }
#endif
    }
    if (error != NO_ERROR) { /* 32: another program has the port */
        fprintf(stderr, "%s: error %u\n", url, (unsigned)error);
    }
    HttpTerminate(HTTP_INITIALIZE_SERVER, NULL);
    return error == NO_ERROR ? 0 : 1;
}
