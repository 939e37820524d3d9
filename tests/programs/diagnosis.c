/* What the library tells about itself, through the C functions: version, reasons, events.
 *
 * The exit code is 0 if all of it is as httpsys/extension.h says; else a line says what is not. Port 0
 * is a free one, so that nothing outside is needed.
 */
#define _GNU_SOURCE
#include <http.h>
#include <win32/winbase.h>

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            printf("line %d: %s\n", __LINE__, #condition);                                         \
            fflush(stdout);                                                                        \
            _exit(2);                                                                              \
        }                                                                                          \
    } while (0)

/* The reason of this thread. */
static char reason[2048];

static const char *last(void)
{
    ULONG needed = 0;

    CHECK(HttpsysLastReason(reason, sizeof reason, &needed) == NO_ERROR);
    CHECK(needed == strlen(reason) + 1);
    return reason;
}

/* Refused with 87 (or another code), and the reason begins so and has that. */
#define REFUSED(call, code, function, words)                                                       \
    do {                                                                                           \
        CHECK((call) == (code));                                                                   \
        if (strncmp(last(), function ": ", strlen(function) + 2) != 0 || !strstr(reason, words)) { \
            printf("line %d: %s\n", __LINE__, reason);                                             \
            fflush(stdout);                                                                        \
            _exit(2);                                                                              \
        }                                                                                          \
    } while (0)

static const WCHAR no_port[] = { 'h', 't', 't', 'p', ':', '/', '/', 'l', 'o', 'c', 'a', 'l', 'h', 'o', 's',
                                 't', '/', 0 };
static const WCHAR free_port[] = { 'h', 't', 't', 'p', ':', '/', '/', 'l', 'o', 'c', 'a', 'l', 'h', 'o', 's',
                                   't', ':', '0', '/', 0 };
static const HTTPAPI_VERSION version = HTTPAPI_VERSION_2;

static HTTP_SERVER_SESSION_ID session;
static HTTP_URL_GROUP_ID group;
static HANDLE queue;

static void versions(void)
{
    HTTPSYS_VERSION_INFO info;
    char text[48];

    memset(&info, 0xEE, sizeof info);
    CHECK(HttpsysVersion(&info) == NO_ERROR);
    CHECK(info.Major == HTTPSYS_VERSION_MAJOR && info.Minor == HTTPSYS_VERSION_MINOR);
    CHECK(info.Patch == HTTPSYS_VERSION_PATCH);
    snprintf(text, sizeof text, "%u.%u.%u", (unsigned)info.Major, (unsigned)info.Minor,
             (unsigned)info.Patch);
    CHECK(strcmp(info.Name, text) == 0);
}

static void *other_thread(void *unused)
{
    (void)unused;
    CHECK(last()[0] == 0);
    CHECK(HttpCloseUrlGroup(12345) == ERROR_INVALID_PARAMETER);
    CHECK(strstr(last(), "HttpCloseUrlGroup: UrlGroupId"));
    return NULL;
}

static void before_initialize(void)
{
    CHECK(last()[0] == 0);
    REFUSED(HttpsysVersion(NULL), ERROR_INVALID_PARAMETER, "HttpsysVersion", "Info is NULL");
    REFUSED(HttpInitialize(version, 0x40, NULL), ERROR_INVALID_PARAMETER, "HttpInitialize", "0x40");
    REFUSED(HttpCreateUrlGroup(1, &group, 0), ERROR_DLL_INIT_FAILED, "HttpCreateUrlGroup",
            "HttpInitialize was not called: ERROR_DLL_INIT_FAILED (1114)");
}

static void arguments(void)
{
    HTTP_BINDING_INFO binding = { { 1 }, 0 };
    HTTP_RESPONSE response;
    ULONG length = 7;

    REFUSED(HttpCreateServerSession(version, NULL, 0), 87, "HttpCreateServerSession",
            "ServerSessionId is NULL");
    REFUSED(HttpCreateServerSession(version, &session, 3), 87, "HttpCreateServerSession", "0x3, not 0");
    CHECK(HttpCreateServerSession(version, &session, 0) == NO_ERROR);
    CHECK(strstr(last(), "0x3, not 0")); /* a call that succeeds leaves it alone */
    REFUSED(HttpCreateUrlGroup(session + 99, &group, 0), 87, "HttpCreateUrlGroup",
            "names no open server session");
    CHECK(HttpCreateUrlGroup(session, &group, 0) == NO_ERROR);
    REFUSED(HttpCreateRequestQueue(version, NULL, NULL, 0x8000, &queue), 87, "HttpCreateRequestQueue",
            "no flag 0x8000");
    CHECK(HttpCreateRequestQueue(version, NULL, NULL, 0, &queue) == NO_ERROR);
    REFUSED(HttpSetUrlGroupProperty(group, HttpServerBindingProperty, &binding, 3), 87,
            "HttpSetUrlGroupProperty", "PropertyInformationLength is 3, not 16");
    binding.RequestQueueHandle = queue;
    CHECK(HttpSetUrlGroupProperty(group, HttpServerBindingProperty, &binding, sizeof binding) == NO_ERROR);
    REFUSED(HttpSetRequestQueueProperty(queue, HttpServerQueueLengthProperty, &length, sizeof length, 0,
                                        NULL),
            87, "HttpSetRequestQueueProperty", "10 to 65535");
    REFUSED(HttpSendHttpResponse(queue, 1, 0, NULL, NULL, NULL, NULL, 0, NULL, NULL), 87,
            "HttpSendHttpResponse", "HttpResponse is NULL");
    memset(&response, 0, sizeof response);
    response.StatusCode = 200;
    response.EntityChunkCount = 2;
    REFUSED(HttpSendHttpResponse(queue, 1, 0, &response, NULL, NULL, NULL, 0, NULL, NULL), 87,
            "HttpSendHttpResponse", "pEntityChunks is NULL");
    response.EntityChunkCount = 0;
    response.Headers.KnownHeaders[HttpHeaderServer].pRawValue = "a\nb";
    response.Headers.KnownHeaders[HttpHeaderServer].RawValueLength = 3;
    REFUSED(HttpSendHttpResponse(queue, 1, 0, &response, NULL, NULL, NULL, 0, NULL, NULL), 87,
            "HttpSendHttpResponse", "KnownHeaders[26]");
    REFUSED(HttpReceiveHttpRequest(INVALID_HANDLE_VALUE, 0, 0, NULL, 0, NULL, NULL),
            ERROR_INVALID_HANDLE, "HttpReceiveHttpRequest", "ERROR_INVALID_HANDLE (6)");
    /* 1229 is an end in the course of things. */
    CHECK(HttpCancelHttpRequest(queue, 0x1234, NULL) == ERROR_CONNECTION_INVALID);
    CHECK(strstr(last(), "HttpReceiveHttpRequest"));
}

static void prefixes(void)
{
    WCHAR url[64];
    char narrow[64];
    USHORT port;
    int i;
    HTTP_URL_GROUP_ID second;

    REFUSED(HttpAddUrlToUrlGroup(group, NULL, 0, 0), 87, "HttpAddUrlToUrlGroup",
            "pFullyQualifiedUrl is NULL");
    REFUSED(HttpAddUrlToUrlGroup(group, no_port, 0, 0), 87, "HttpAddUrlToUrlGroup",
            "http://localhost/: it has no port, which cannot be left out: ERROR_INVALID_PARAMETER (87)");
    REFUSED(HttpAddUrlToUrlGroup(group + 99, free_port, 0, 0), 87, "HttpAddUrlToUrlGroup",
            "UrlGroupId names no open URL group");
    CHECK(HttpAddUrlToUrlGroup(group, free_port, 0, 0) == NO_ERROR);
    CHECK(HttpsysQueryUrlPort(NULL, group, free_port, &port) == NO_ERROR);
    snprintf(narrow, sizeof narrow, "http://localhost:%u/", (unsigned)port);
    for (i = 0; i == 0 || narrow[i - 1]; i++) url[i] = (WCHAR)narrow[i];
    CHECK(HttpCreateUrlGroup(session, &second, 0) == NO_ERROR);
    REFUSED(HttpAddUrlToUrlGroup(second, url, 0, 0), ERROR_ALREADY_EXISTS, "HttpAddUrlToUrlGroup", narrow);
    /* Who has it. */
    snprintf(narrow, sizeof narrow, "the URL group 0x%llx has it", (unsigned long long)group);
    CHECK(strstr(reason, narrow) && strstr(reason, "request queue without a name"));
    CHECK(strstr(reason, "ERROR_ALREADY_EXISTS (183)"));
    REFUSED(HttpRemoveUrlFromUrlGroup(group, no_port, 0), 87, "HttpRemoveUrlFromUrlGroup", "no port");
    REFUSED(HttpFindUrlGroupId(NULL, queue, &second), 0xC000000D, "HttpFindUrlGroupId",
            "FullyQualifiedUrl is NULL");
}

static void buffers(void)
{
    char small[8] = "unused";
    ULONG needed = 0, whole = (ULONG)strlen(last()) + 1;

    CHECK(HttpsysLastReason(small, sizeof small, &needed) == ERROR_MORE_DATA);
    CHECK(needed == whole && strcmp(small, "unused") == 0);
    needed = 0;
    CHECK(HttpsysLastReason(NULL, 0, &needed) == ERROR_MORE_DATA && needed == whole);
    CHECK(HttpsysLastReason(NULL, 5, &needed) == ERROR_INVALID_PARAMETER);
    CHECK(HttpsysLastReason(small, sizeof small, NULL) == ERROR_INVALID_PARAMETER);
    CHECK(strlen(last()) + 1 == whole && !strstr(reason, "HttpsysLastReason"));
}

/* ---- The callback ---- */

static atomic_int told, removed_inside;
static pthread_t caller;
static char messages[64][512];
static ULONG levels[64];

static VOID WINAPI collect(ULONG level, const CHAR *target, const CHAR *message, PVOID context)
{
    int n = atomic_load(&told);

    CHECK(context == &told);
    CHECK(strncmp(target, "http", 4) == 0);
    CHECK(!pthread_equal(pthread_self(), caller));
    /* Every function may be called; what that causes is not told here. */
    CHECK(HttpCloseUrlGroup(777) == ERROR_INVALID_PARAMETER);
    CHECK(strstr(message, "777") == NULL);
    if (n < 64) {
        snprintf(messages[n], sizeof messages[n], "%s", message);
        levels[n] = level;
    }
    atomic_fetch_add(&told, 1);
}

static int has(const char *words, ULONG level)
{
    int i;

    for (i = 0; i < atomic_load(&told) && i < 64; i++) {
        if (strstr(messages[i], words)) return levels[i] == level;
    }
    return 0;
}

static VOID WINAPI remove_it(ULONG level, const CHAR *target, const CHAR *message, PVOID context)
{
    (void)level, (void)target, (void)message, (void)context;
    CHECK(HttpsysSetLogCallback(0, NULL, NULL) == NO_ERROR);
    atomic_fetch_add(&removed_inside, 1);
}

static VOID WINAPI count(ULONG level, const CHAR *target, const CHAR *message, PVOID context)
{
    (void)level, (void)target, (void)message;
    /* Whoever has replaced this has set it to 0 then, and to nothing else before. */
    CHECK(atomic_load((atomic_int *)context) == 1);
}

static atomic_int done;

static void *refuse(void *unused)
{
    (void)unused;
    while (!atomic_load(&done)) {
        CHECK(HttpCloseUrlGroup(1) == ERROR_INVALID_PARAMETER);
        usleep(100); /* with HTTPSYS_TRACE each is a line for the test to read */
    }
    return NULL;
}

static void callbacks(void)
{
    static atomic_int alive[50];
    pthread_t threads[2];
    int i, status;
    pid_t child;

    caller = pthread_self();
    CHECK(HttpsysSetLogCallback(0, collect, NULL) == ERROR_INVALID_PARAMETER);
    CHECK(strstr(last(), "Level is 0"));
    CHECK(HttpsysSetLogCallback(6, collect, NULL) == ERROR_INVALID_PARAMETER);
    CHECK(HttpsysSetLogCallback(HttpsysLogWarn, collect, &told) == NO_ERROR);
    CHECK(HttpAddUrlToUrlGroup(group, no_port, 0, 0) == 87);
    CHECK(HttpCreateServerSession(version, NULL, 0) == 87);
    CHECK(HttpCancelHttpRequest(queue, 0x1234, NULL) == ERROR_CONNECTION_INVALID);
    /* What has happened is told before it returns; nothing is afterwards. */
    CHECK(HttpsysSetLogCallback(0, NULL, NULL) == NO_ERROR);
    CHECK(atomic_load(&told) == 2);
    CHECK(has("registration refused", HttpsysLogWarn) && has("it has no port", HttpsysLogWarn));
    CHECK(has("ServerSessionId is NULL", HttpsysLogWarn) && has("HttpCreateServerSession", HttpsysLogWarn));
    CHECK(HttpCreateServerSession(version, NULL, 0) == 87);
    CHECK(HttpsysSetLogCallback(99, NULL, NULL) == NO_ERROR);
    CHECK(atomic_load(&told) == 2);

    /* Inside of itself. */
    CHECK(HttpsysSetLogCallback(HttpsysLogWarn, remove_it, NULL) == NO_ERROR);
    CHECK(HttpCloseUrlGroup(1) == 87);
    while (!atomic_load(&removed_inside)) usleep(1000);
    CHECK(HttpCloseUrlGroup(1) == 87);

    /* Replaced while two threads cause events: no context is used after its replacement. */
    for (i = 0; i < 2; i++) CHECK(pthread_create(&threads[i], NULL, refuse, NULL) == 0);
    for (i = 0; i < 50; i++) {
        atomic_store(&alive[i], 1);
        CHECK(HttpsysSetLogCallback(HttpsysLogWarn, count, &alive[i]) == NO_ERROR);
        if (i > 0) atomic_store(&alive[i - 1], 0);
    }
    /* A child has none, and can have one of its own. */
    child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        alarm(60);
        CHECK(HttpCloseUrlGroup(1) == ERROR_DLL_INIT_FAILED);
        CHECK(HttpInitialize(version, HTTP_INITIALIZE_SERVER, NULL) == NO_ERROR);
        atomic_store(&told, 0);
        CHECK(HttpsysSetLogCallback(HttpsysLogWarn, collect, &told) == NO_ERROR);
        CHECK(HttpCreateServerSession(version, NULL, 0) == 87);
        CHECK(HttpsysSetLogCallback(0, NULL, NULL) == NO_ERROR);
        CHECK(atomic_load(&told) == 1);
        _exit(0);
    }
    CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0);
    CHECK(HttpsysSetLogCallback(0, NULL, NULL) == NO_ERROR);
    atomic_store(&alive[49], 0);
    atomic_store(&done, 1);
    for (i = 0; i < 2; i++) CHECK(pthread_join(threads[i], NULL) == 0);
}

int main(void)
{
    pthread_t thread;

    alarm(120);
    versions();
    before_initialize();
    CHECK(HttpInitialize(version, HTTP_INITIALIZE_SERVER, NULL) == NO_ERROR);
    arguments();
    prefixes();
    buffers();
    CHECK(pthread_create(&thread, NULL, other_thread, NULL) == 0);
    CHECK(pthread_join(thread, NULL) == 0);
    CHECK(strstr(last(), "HttpFindUrlGroupId"));
    callbacks();
    CHECK(HttpTerminate(HTTP_INITIALIZE_SERVER, NULL) == NO_ERROR);
    return 0;
}
